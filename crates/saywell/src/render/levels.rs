//! How loud each voice is, as far as it was heard.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use saywell_audio::loudness::{Meter, TARGET_LUFS, gain_towards_target};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::store::{VoiceLevel, VoiceLevels};
use crate::voices::Speaker;

/// Sound that a voice is to be heard for before its level is taken as known, seconds.
const KNOWN: f64 = 2.0;
/// How much of what was heard counts at most against what is heard next, seconds.
const MEMORY: f64 = 60.0;
/// Steps of a gain in dB, and how far a voice must have moved for another: so that what is made anew is as loud as it was.
const STEP_DB: f64 = 0.5;
const MOVED_DB: f64 = 1.0;
/// Voices that are remembered; past so many it begins anew.
const MOST: u32 = 4_096;

/// A running estimate of each voice's loudness, so that its next utterance is levelled from its first sample on. Cheap to
/// clone.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    heard: Arc<Mutex<HashMap<Name, VoicePower>>>,
    /// Where gains go that are new; nowhere, and they are forgotten with the process.
    new: Option<mpsc::Sender<Name>>,
}

/// Keeps the gains of [`Levels`] for those who come later.
#[derive(Debug)]
pub struct LevelKeeper {
    known: Levels,
    new: mpsc::Receiver<Name>,
    store: Arc<dyn VoiceLevels>,
}

type Name = (String, String, String);

/// Mean power above the gates, and the seconds that it rests on.
#[derive(Debug, Clone, Copy)]
struct VoicePower {
    power: f64,
    seconds: f64,
    /// The gain in dB, once it is known.
    gain: Option<f64>,
}

impl Levels {
    /// What earlier processes and other gateways learned, and what keeps what is learned here. A database that does not
    /// answer costs the knowledge alone.
    pub async fn open(store: Arc<dyn VoiceLevels>) -> (Self, LevelKeeper) {
        let (new, told) = mpsc::channel(MOST as usize);
        let known = Self::default();
        known.learn(&*store).await;
        (Self { new: Some(new), ..known.clone() }, LevelKeeper { known, new: told, store })
    }

    /// The gain in dB of a voice that was heard for long enough.
    #[must_use]
    pub fn gain(&self, speaker: &Speaker) -> Option<f64> {
        self.heard().get(&name(speaker))?.gain
    }

    /// An utterance of this voice was heard.
    pub fn add(&self, speaker: &Speaker, meter: &Meter) {
        let Some((lufs, seconds)) = meter.measure() else { return };
        let mut voices = self.heard();
        if voices.len() >= MOST as usize {
            voices.clear();
        }
        let power = 10_f64.powf(lufs / 10.0);
        let heard = voices.entry(name(speaker)).or_insert(VoicePower { power, seconds: 0.0, gain: None });
        let all = heard.seconds + seconds;
        if all > 0.0 {
            heard.power = (heard.power * heard.seconds + power * seconds) / all;
        }
        heard.seconds = all.min(MEMORY);
        let wanted = gain_towards_target(10.0 * heard.power.log10());
        let is_new = heard.gain.is_none_or(|gain| (wanted - gain).abs() > MOVED_DB);
        if is_new && heard.seconds >= KNOWN {
            heard.gain = Some((wanted / STEP_DB).round() * STEP_DB);
            if let Some(new) = &self.new {
                // A keeper that has ended, or whose database cannot keep up, does not keep it: it is measured anew.
                let _ = new.try_send(name(speaker));
            }
        }
    }

    /// Takes over what is kept.
    async fn learn(&self, store: &dyn VoiceLevels) {
        let kept = match store.voice_levels(MOST).await {
            Ok(kept) => kept,
            Err(error) => {
                warn!(%error, "how loud voices were before is not known: it is measured anew");
                return;
            }
        };
        let mut voices = self.heard();
        for VoiceLevel { provider, model, voice, gain_db } in kept {
            let power = 10_f64.powf((TARGET_LUFS - gain_db) / 10.0);
            let known = VoicePower { power, seconds: KNOWN, gain: Some(gain_db) };
            voices.insert((provider, model, voice), known);
        }
    }

    fn heard(&self) -> MutexGuard<'_, HashMap<Name, VoicePower>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LevelKeeper {
    /// Keeps every new gain until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        while let Some(Some(name)) = stop.run_until_cancelled(self.new.recv()).await {
            let Some(gain_db) = self.known.heard().get(&name).and_then(|heard| heard.gain) else { continue };
            let (provider, model, voice) = name;
            let level = VoiceLevel { provider, model, voice, gain_db };
            if let Err(error) = self.store.keep_voice_level(&level).await {
                warn!(%error, "how loud a voice is will be measured anew after the next start");
            }
        }
    }
}

fn name(speaker: &Speaker) -> Name {
    (speaker.provider.clone(), speaker.model.clone(), speaker.voice.clone())
}
