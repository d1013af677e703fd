//! The voice: text to samples.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::dsp::{HOP, Noise, SAMPLE_RATE, Synthesizer};
use crate::g2p::{G2pError, Phonemes, Phonemizer};
use crate::network::{FRAMES_PER_STEP, Network};
use crate::onnx::OnnxError;
use crate::phonemes::{LONGEST_PART, Part, ids, parts};
use crate::trim::{Loudness, soften_edges};

/// Slowest and fastest speed, as multiples of the voice's own pace.
pub const SPEEDS: std::ops::RangeInclusive<f32> = 0.5..=2.0;

const MODEL: &[u8] = include_bytes!("../assets/hibari.onnx");

/// What the sound of a text depends on: the files of the voice, hashed by the build script, and, before the
/// hyphen, this program. Count that up whenever the same text would sound different.
const VERSION: &str = concat!("1-", env!("VOICE_HASH"));

/// Silence left before the first sound and after the last, in seconds. The pause to what comes next is the
/// caller's to choose.
pub const MARGIN_BEFORE: f64 = 0.02;
/// See [`MARGIN_BEFORE`]; longer, as speech dies away slowly.
pub const MARGIN_AFTER: f64 = 0.06;
/// Silence between the parts of a text too long for the network, in seconds, on top of the margins: together
/// the pause of a comma.
const PAUSE_BETWEEN_PARTS: f64 = 0.1;

/// Samples of a predicted duration's step of 25 ms.
const STEP: usize = FRAMES_PER_STEP * HOP;
/// The sound of a phoneme runs ahead of its predicted duration by this many samples, 50 ms: measured as the
/// median distance from the boundary of a word after a pause to the end of the silence, over 18 pauses.
const LEAD: usize = 2 * STEP;

/// A text could not be spoken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VoiceError {
    /// Bad input: say so to whoever asked.
    #[error("speed {0} is out of range: it must be from 0.5 to 2.0")]
    Speed(f32),
    /// The voice file is not what this program was built for: the installation is broken.
    #[error("the voice file does not fit this program: {0}")]
    File(#[from] OnnxError),
    /// Likewise, for the pronunciation.
    #[error("the voice cannot read: {0}")]
    Pronunciation(#[from] G2pError),
    /// The job's token said so; nobody waits for the result.
    #[error("the speech was cancelled")]
    Cancelled,
    /// A defect of this program; another attempt would fail alike, another provider may not.
    #[error("the voice failed: {0}")]
    Failed(String),
}

/// A voice, loaded and ready. It is shared freely between threads; speaking does not change it.
pub struct Voice {
    name: &'static str,
    version: &'static str,
    phonemizer: Phonemizer,
    network: Network,
}

/// What was spoken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Speech {
    /// Mono samples at [`SAMPLE_RATE`] in [-1, 1], from [`MARGIN_BEFORE`] ahead of the first sound to
    /// [`MARGIN_AFTER`] past the last. None if the text has nothing to say.
    pub samples: Vec<f32>,
    /// The words in order, within the samples.
    pub words: Vec<SpokenWord>,
}

/// When a word sounds.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenWord {
    /// Bytes of the text given to [`Voice::speak`].
    pub text: Range<usize>,
    /// Seconds from the first sample.
    pub start: f64,
    /// Seconds from the first sample, at least `start`.
    pub end: f64,
}

impl Voice {
    /// The default voice *heart*, which the program carries with it: American English, female.
    pub fn heart() -> Result<Self, VoiceError> {
        let (phonemizer, network) = (Phonemizer::american()?, Network::load(MODEL)?);
        Ok(Self { name: "heart", version: VERSION, phonemizer, network })
    }

    /// The voice's name.
    pub fn name(&self) -> &str {
        self.name
    }

    /// A short hash of everything the sound of a text depends on; part of every cache key.
    pub fn version(&self) -> &str {
        self.version
    }

    /// Speaks `text`, an utterance, at `speed` times the voice's own pace (see [`SPEEDS`]). The same text and
    /// speed give the same samples. A text with nothing to say gives none.
    pub fn speak(&self, text: &str, speed: f32) -> Result<Speech, VoiceError> {
        self.speak_while(text, speed, &|| true)
    }

    /// As [`Self::speak`], but asks `wanted` between the stages and gives up when it says no.
    pub fn speak_while(
        &self,
        text: &str,
        speed: f32,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Speech, VoiceError> {
        self.speak_phonemes_while(&self.phonemizer.phonemize(text), speed, wanted)
    }

    /// As [`Self::speak`], of phonemes that were made or mended elsewhere.
    pub fn speak_phonemes(&self, phonemes: &Phonemes, speed: f32) -> Result<Speech, VoiceError> {
        self.speak_phonemes_while(phonemes, speed, &|| true)
    }

    fn speak_phonemes_while(
        &self,
        phonemes: &Phonemes,
        speed: f32,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Speech, VoiceError> {
        if !SPEEDS.contains(&speed) {
            return Err(VoiceError::Speed(speed));
        }
        let mut speech = Speech::default();
        for part in parts(phonemes, LONGEST_PART) {
            let spoken = self.speak_part(&part, speed, wanted)?;
            speech.append(spoken, PAUSE_BETWEEN_PARTS);
        }
        Ok(speech)
    }

    fn speak_part(&self, part: &Part, speed: f32, wanted: &dyn Fn() -> bool) -> Result<Speech, VoiceError> {
        let still_wanted = || if wanted() { Ok(()) } else { Err(VoiceError::Cancelled) };
        let (ids, places) = ids(part.text);
        if places.is_empty() {
            return Ok(Speech::default());
        }
        still_wanted()?;
        let spectrum = self.network.run(&ids, speed);
        still_wanted()?;
        let mut synthesizer = Synthesizer::new(&spectrum.f0, Noise::seeded(seed(part.text, speed)));
        spectrum.frames(|frame| synthesizer.push(frame));
        let samples = synthesizer.finish();
        still_wanted()?;

        let spans = word_spans(part, &places, &spectrum.durations);
        let loudness = Loudness::measure(&samples);
        let sounding = loudness.inside(0..samples.len());
        let kept = sounding.start.saturating_sub(to_samples(MARGIN_BEFORE))
            ..(sounding.end + to_samples(MARGIN_AFTER)).min(samples.len());
        let mut samples = samples[kept.clone()].to_vec();
        for sample in &mut samples {
            *sample = sample.clamp(-1.0, 1.0);
        }
        soften_edges(&mut samples);
        let words = part.words.iter().zip(spans).map(|(word, span)| {
            // A word neither begins nor ends in silence.
            let span = loudness.inside(span);
            let seconds = |at: usize| to_seconds(at.clamp(kept.start, kept.end) - kept.start);
            SpokenWord { text: word.source.clone(), start: seconds(span.start), end: seconds(span.end) }
        });
        Ok(Speech { words: words.collect(), samples })
    }
}

impl Speech {
    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        to_seconds(self.samples.len())
    }

    /// Puts `next` behind, after a pause in seconds if there is something on both sides.
    fn append(&mut self, next: Self, pause: f64) {
        if !self.samples.is_empty() && !next.samples.is_empty() {
            self.samples.resize(self.samples.len() + to_samples(pause), 0.0);
        }
        let offset = self.seconds();
        self.samples.extend(next.samples);
        self.words.extend(next.words.into_iter().map(|word| SpokenWord {
            start: word.start + offset,
            end: word.end + offset,
            ..word
        }));
    }
}

/// Where every word of `part` lies in the samples, by the durations of its phonemes.
///
/// `places` are the bytes of the part that the network saw; `durations` has one more at either end, for the
/// boundaries.
fn word_spans(part: &Part, places: &[usize], durations: &[u32]) -> Vec<Range<usize>> {
    // Where each phoneme starts; the last entry is where the closing boundary does.
    let mut starts = Vec::with_capacity(durations.len());
    let mut steps = 0;
    for duration in durations {
        steps += *duration as usize;
        starts.push((steps * STEP).saturating_sub(LEAD));
    }
    let start_of = |byte: usize| {
        let index = places.partition_point(|place| part.offset + place < byte);
        starts.get(index).copied().unwrap_or_default()
    };
    part.words.iter().map(|word| start_of(word.phonemes.start)..start_of(word.phonemes.end)).collect()
}

/// The noise of a part of a text depends on what is said and how fast, on nothing else.
fn seed(phonemes: &str, speed: f32) -> u64 {
    let hash = Sha256::new().chain_update(phonemes).chain_update(speed.to_le_bytes()).finalize();
    hash.iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}

fn to_samples(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE)).round() as usize
}

fn to_seconds(samples: usize) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE)
}
