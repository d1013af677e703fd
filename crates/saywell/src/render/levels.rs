//! How loud each voice is, as far as it was heard.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use saywell_audio::loudness::{Meter, gain_towards_target};

use crate::voices::Speaker;

/// Sound that a voice is to be heard for before its level is taken as known, seconds.
const KNOWN: f64 = 2.0;
/// How much of what was heard counts at most against what is heard next, seconds.
const MEMORY: f64 = 60.0;
/// Voices that are remembered; past so many it begins anew.
const MOST: usize = 4_096;

/// A running estimate of each voice's loudness, so that its next utterance is levelled from its first sample on. Cheap to
/// clone.
#[derive(Debug, Clone, Default)]
pub struct Levels(Arc<Mutex<HashMap<Name, Heard>>>);

type Name = (String, String, String);

/// Mean power above the gates, and the seconds that it rests on.
#[derive(Debug, Clone, Copy)]
struct Heard {
    power: f64,
    seconds: f64,
}

impl Levels {
    /// The gain in dB of a voice that was heard for long enough.
    #[must_use]
    pub fn gain(&self, speaker: &Speaker) -> Option<f64> {
        let heard = *self.heard().get(&name(speaker))?;
        (heard.seconds >= KNOWN).then(|| gain_towards_target(10.0 * heard.power.log10()))
    }

    /// An utterance of this voice was heard.
    pub fn add(&self, speaker: &Speaker, meter: &Meter) {
        let Some((lufs, seconds)) = meter.measure() else { return };
        let mut voices = self.heard();
        if voices.len() >= MOST {
            voices.clear();
        }
        let power = 10_f64.powf(lufs / 10.0);
        let heard = voices.entry(name(speaker)).or_insert(Heard { power, seconds: 0.0 });
        let all = heard.seconds + seconds;
        if all > 0.0 {
            heard.power = (heard.power * heard.seconds + power * seconds) / all;
        }
        heard.seconds = all.min(MEMORY);
    }

    fn heard(&self) -> MutexGuard<'_, HashMap<Name, Heard>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name(speaker: &Speaker) -> Name {
    (speaker.provider.clone(), speaker.model.clone(), speaker.voice.clone())
}
