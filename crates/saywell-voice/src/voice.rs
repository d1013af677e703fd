//! The voice: text to samples.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use saywell_text::{How, Mark, Within};
use sha2::{Digest, Sha256};

use crate::cut::{Silence, amplify, moved, put_in, set_apart};
use crate::dsp::{HOP, Noise, SAMPLE_RATE, Synthesizer};
use crate::g2p::stress::{PRIMARY, SECONDARY};
use crate::g2p::{G2pError, Phonemes, Phonemizer};
use crate::kokoro::{self, Pack, PackError};
use crate::manner::{Manner, Score};
use crate::network::{Bend, FRAMES_PER_STEP, Network};
use crate::onnx::OnnxError;
use crate::phonemes::{LONGEST_PART, Part, ids, parts};
use crate::trim::{Loudness, soften_edges, soften_end};

/// Slowest and fastest speed, as multiples of the voice's own pace.
pub const SPEEDS: std::ops::RangeInclusive<f32> = 0.5..=2.0;

const MODEL: &[u8] = include_bytes!("../assets/hibari.onnx");

/// What the sound of a text depends on: the files of the voice and our own words, hashed by the build script,
/// and, before the hyphen, this program. Count that up whenever the same text would sound different.
const VERSION: &str = concat!("6-", env!("VOICE_HASH"));

/// Likewise for the voices of packs.
const KOKORO_VERSION: u32 = 2;

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
    /// The pack of voices cannot be used, or has no such voice.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The job's token said so; nobody waits for the result.
    #[error("the speech was cancelled")]
    Cancelled,
    /// A defect of this program; another attempt would fail alike, another provider may not.
    #[error("the voice failed: {0}")]
    Failed(String),
}

/// A voice, loaded and ready. It is shared freely between threads; speaking does not change it.
pub struct Voice {
    name: String,
    version: String,
    phonemizer: Arc<Phonemizer>,
    engine: Engine,
}

/// What makes sound of phonemes.
enum Engine {
    /// The network inside, which is one voice.
    Heart(Box<Network>),
    /// A network of many voices, and the styles of this one, a row for each number of phonemes.
    Kokoro { pack: Arc<Pack>, styles: Vec<f32> },
}

/// What to speak, and how.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// An utterance.
    pub text: &'a str,
    /// How parts of it are said, see [`FOLLOWS`](crate::FOLLOWS). Of kinds that are not named there nothing
    /// is heard.
    pub marks: &'a [Mark],
    /// Times the voice's own pace, see [`SPEEDS`].
    pub speed: f32,
    /// Where it is a part of a sentence: what stands at its sides. It is then said as it is within the whole, and up to where
    /// what comes next is to follow: with the silence that is there, if one is, or none.
    pub within: Option<&'a Within>,
}

impl<'a> From<&'a str> for Line<'a> {
    /// The text in the voice's own way.
    fn from(text: &'a str) -> Self {
        Self { text, marks: &[], speed: 1.0, within: None }
    }
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
    /// Bytes of the text given to [`Voice::speak`]; of words said for a mark's, the bytes of the mark.
    pub text: Range<usize>,
    /// Seconds from the first sample.
    pub start: f64,
    /// Seconds from the first sample, at least `start`.
    pub end: f64,
}

impl Voice {
    /// The default voice *heart*, which the program carries with it: American English, female.
    pub fn heart() -> Result<Self, VoiceError> {
        let (phonemizer, network) = (Arc::new(Phonemizer::american()?), Network::load(MODEL)?);
        let engine = Engine::Heart(Box::new(network));
        Ok(Self { name: "heart".to_owned(), version: VERSION.to_owned(), phonemizer, engine })
    }

    /// A voice of a pack by its name, or a blend of several, see [`Pack::styles`]. Its network is loaded when it
    /// first speaks.
    pub fn of_pack(pack: &Arc<Pack>, name: &str) -> Result<Self, VoiceError> {
        let styles = pack.styles(name)?;
        let version = format!("{KOKORO_VERSION}-{}", pack.version());
        let phonemizer = pack.phonemizer(name)?;
        let engine = Engine::Kokoro { pack: Arc::clone(pack), styles };
        Ok(Self { name: name.to_owned(), version, phonemizer, engine })
    }

    /// The voice's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A short hash of everything the sound of a text depends on; part of every cache key.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Loads what it speaks with, which takes a second where nothing of its pack was heard for a while; speaking does so
    /// too.
    pub fn load(&self) -> Result<(), VoiceError> {
        if let Engine::Kokoro { pack, .. } = &self.engine {
            pack.network()?;
        }
        Ok(())
    }

    /// Speaks a line. The same line gives the same samples. A text with nothing to say gives none.
    pub fn speak<'a>(&self, line: impl Into<Line<'a>>) -> Result<Speech, VoiceError> {
        self.speak_while(line, &|| true)
    }

    /// As [`Self::speak`], but asks `wanted` between the stages and gives up when it says no.
    pub fn speak_while<'a>(
        &self,
        line: impl Into<Line<'a>>,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Speech, VoiceError> {
        let Line { text, marks, speed, within } = line.into();
        // Who asks for a silence knows what is at its sides.
        let has_break = || marks.iter().any(|mark| matches!(mark.how, How::Break(_)));
        if let Some(within) = within.filter(|_| !has_break())
            && let Some(Excerpt { score, words, offset }) = Excerpt::find(self, text, marks, within)
        {
            let mut speech = self.perform(&score, speed, Some(&words), wanted)?;
            let own = |at: usize| at.saturating_sub(offset).min(text.len());
            for word in &mut speech.words {
                word.text = own(word.text.start)..own(word.text.end);
            }
            return Ok(speech);
        }
        self.perform(&self.score(text, marks), speed, None, wanted)
    }

    fn score(&self, text: &str, marks: &[Mark]) -> Score {
        if marks.is_empty() {
            return Score::plain(self.phonemizer.phonemize(text));
        }
        Score::new(&self.phonemizer.phonemize_marked(text, marks), marks)
    }

    /// As [`Self::speak`], of phonemes that were made or mended elsewhere.
    pub fn speak_phonemes(&self, phonemes: &Phonemes, speed: f32) -> Result<Speech, VoiceError> {
        self.perform(&Score::plain(phonemes.clone()), speed, None, &|| true)
    }

    /// Speaks a score, or those words `only` of it; such a score is one part, without silences asked for.
    fn perform(
        &self,
        score: &Score,
        speed: f32,
        only: Option<&Range<usize>>,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Speech, VoiceError> {
        if !SPEEDS.contains(&speed) {
            return Err(VoiceError::Speed(speed));
        }
        let mut track = Track::default();
        for part in parts(&score.phonemes, LONGEST_PART) {
            let take = self.take(&part, score, speed, track.words.len(), only.cloned(), wanted)?;
            track.append(take, score);
        }
        Ok(track.finish(score))
    }

    /// Speaks a part of the score; `first` is the index of its first word.
    fn take(
        &self,
        part: &Part,
        score: &Score,
        speed: f32,
        first: usize,
        only: Option<Range<usize>>,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Take, VoiceError> {
        let still_wanted = || if wanted() { Ok(()) } else { Err(VoiceError::Cancelled) };
        let (ids, places) = ids(part.text);
        if places.is_empty() {
            let words = part.words.iter().map(|word| (word.source.clone(), 0..0)).collect();
            return Ok(Take { words, ..Take::default() });
        }
        still_wanted()?;
        let bends = bends(part, &places, score);
        let only = only.unwrap_or(0..part.words.len());
        // Whole words at either side are enough to find the silence between two.
        let needed = |durations: &[u32]| {
            let spans = word_spans(part, &places, durations);
            let from =
                only.start.checked_sub(1).and_then(|before| spans.get(before)).map_or(0, |span| span.start);
            from / HOP..spans.get(only.end).map_or(usize::MAX, |span| span.end.div_ceil(HOP))
        };
        let mut begins = 0;
        let (mut samples, durations) = match &self.engine {
            Engine::Heart(network) => {
                let spectrum = network.run_bent(&ids, speed, &bends, needed);
                begins = spectrum.first * HOP;
                still_wanted()?;
                let mut synthesizer = Synthesizer::new(&spectrum.f0, Noise::seeded(seed(part.text, speed)));
                spectrum.frames(|frame| synthesizer.push(frame));
                (synthesizer.finish(), spectrum.durations)
            }
            Engine::Kokoro { pack, styles } => {
                let network = pack.network()?;
                let row = places.len().min(kokoro::LONGEST) - 1;
                let style = &styles[row * kokoro::STYLE_WIDTH..][..kokoro::STYLE_WIDTH];
                let sound = network.run(&ids, style, speed, &bends, wanted).ok_or(VoiceError::Cancelled)?;
                (sound.samples, sound.durations)
            }
        };
        still_wanted()?;

        let spans: Vec<_> = word_spans(part, &places, &durations)
            .into_iter()
            .map(|span| span.start.saturating_sub(begins)..span.end.saturating_sub(begins))
            .collect();
        let loudness = Loudness::measure(&samples);
        let sounding = loudness.inside(0..samples.len());
        let seam = |word: usize| loudness.seam(spans[word - 1].clone(), spans[word].clone());
        let is_inside = |word: &usize| (first + 1..first + spans.len()).contains(word);
        let breaks = score.breaks.iter().filter(|(word, _)| is_inside(word));
        let silences = breaks
            .map(|(word, length)| Silence { quiet: seam(word - first), length: in_samples(*length) })
            .collect();
        if score.has_volume(first..first + spans.len()) {
            let volume = |word: usize| 10.0f32.powf(score.word(first + word).decibels / 20.0);
            // Each word's volume reaches to the middle of the silence before the next.
            let end = |word| seam(word).start.midpoint(seam(word).end);
            let mut regions: Vec<_> = (1..spans.len()).map(|word| (end(word), volume(word - 1))).collect();
            regions.push((samples.len(), volume(spans.len() - 1)));
            amplify(&mut samples, &regions);
        }
        // Where others stand at its sides, it is kept from the silence before it, less the margin, to that after it.
        let joint = |word: usize| {
            let quiet = seam(word);
            quiet.end.saturating_sub(to_samples(MARGIN_BEFORE)).max(quiet.start)
        };
        let start = match only.start {
            0 => sounding.start.saturating_sub(to_samples(MARGIN_BEFORE)),
            word => joint(word),
        };
        let end = if only.end < spans.len() {
            joint(only.end)
        } else {
            (sounding.end + to_samples(MARGIN_AFTER)).min(samples.len())
        };
        let kept = start..end.max(start);
        let words = part.words.iter().zip(spans).take(only.end).skip(only.start).map(|(word, span)| {
            // A word neither begins nor ends in silence.
            (word.source.clone(), loudness.inside(span))
        });
        Ok(Take { words: words.collect(), samples, sounding, silences }.trimmed(kept))
    }
}

/// A line within its sentence.
struct Excerpt {
    /// The sentence, as far as it is near.
    score: Score,
    /// Which of its words are the line's.
    words: Range<usize>,
    /// Where the line begins in the sentence, bytes.
    offset: usize,
}

impl Excerpt {
    /// Finds a line within as much of its sentence as the network takes at once. `None` where that is nothing more, or nothing of it is
    /// said.
    fn find(voice: &Voice, text: &str, marks: &[Mark], within: &Within) -> Option<Self> {
        let (mut before, mut after) = (within.before.as_str(), within.after.as_str());
        loop {
            let mut whole = before.to_owned();
            if !before.is_empty() {
                whole.push(' ');
            }
            let offset = whole.len();
            whole.push_str(text);
            if !after.is_empty() {
                whole.push(' ');
                whole.push_str(after);
            }
            let moved = |mark: &Mark| Mark {
                text: mark.text.start + offset..mark.text.end + offset,
                how: mark.how.clone(),
            };
            let score = voice.score(&whole, &marks.iter().map(moved).collect::<Vec<_>>());
            if parts(&score.phonemes, LONGEST_PART).len() == 1 {
                let own = offset..offset + text.len();
                let said = &score.phonemes.words;
                let words = said.partition_point(|word| word.source.start < own.start)
                    ..said.partition_point(|word| word.source.start < own.end);
                let is_part = !words.is_empty() && words.len() < said.len();
                return is_part.then_some(Self { score, words, offset });
            }
            // What is farthest is missed least.
            if before.is_empty() && after.is_empty() {
                return None;
            }
            let half = |text: &str| text.ceil_char_boundary(text.len() / 2);
            if before.len() >= after.len() {
                before = before[half(before)..].split_once(' ').map_or("", |(_, words)| words);
            } else {
                after = after[..half(after)].rsplit_once(' ').map_or("", |(words, _)| words);
            }
        }
    }
}

/// A part of a line as it was spoken; places are in its samples.
#[derive(Default)]
struct Take {
    samples: Vec<f32>,
    /// From the first sound to the last.
    sounding: Range<usize>,
    /// Each word's bytes of the text, and where it sounds.
    words: Vec<(Range<usize>, Range<usize>)>,
    silences: Vec<Silence>,
}

impl Take {
    /// Only the samples `kept`, with soft edges.
    fn trimmed(self, kept: Range<usize>) -> Self {
        let mut samples = self.samples[kept.clone()].to_vec();
        for sample in &mut samples {
            *sample = sample.clamp(-1.0, 1.0);
        }
        soften_edges(&mut samples);
        Self { samples, ..self }.shifted(|at| at.clamp(kept.start, kept.end) - kept.start)
    }

    /// With every place at another.
    fn shifted(self, to: impl Fn(usize) -> usize) -> Self {
        let range = |range: Range<usize>| to(range.start)..to(range.end);
        let silences = self.silences.into_iter();
        Self {
            samples: self.samples,
            sounding: range(self.sounding),
            words: self.words.into_iter().map(|(text, span)| (text, range(span))).collect(),
            silences: silences.map(|silence| Silence { quiet: range(silence.quiet), ..silence }).collect(),
        }
    }
}

/// The takes of a line one behind another.
type Track = Take;

impl Track {
    /// Puts `next` behind, after a pause if there is something on both sides: the one that the score asks for,
    /// or else that of a comma.
    fn append(&mut self, next: Take, score: &Score) {
        let (word, is_between) = (self.words.len(), !self.samples.is_empty() && !next.samples.is_empty());
        if is_between {
            self.samples.resize(self.samples.len() + to_samples(PAUSE_BETWEEN_PARTS), 0.0);
        }
        let offset = self.samples.len();
        let next = next.shifted(|at| at + offset);
        let asked = score.breaks.iter().find(|(index, _)| *index == word).filter(|_| is_between);
        if let Some((_, length)) = asked {
            let quiet = self.sounding.end..next.sounding.start;
            self.silences.push(Silence { quiet, length: in_samples(*length) });
        }
        if self.samples.is_empty() {
            self.sounding = next.sounding;
        } else if is_between {
            self.sounding.end = next.sounding.end;
        }
        self.samples.extend(next.samples);
        self.words.extend(next.words);
        self.silences.extend(next.silences);
    }

    /// The speech, with the silences that the score asks for.
    fn finish(mut self, score: &Score) -> Speech {
        set_apart(&mut self.silences);
        let asked = |word: usize| {
            let found = score.breaks.iter().find(|(index, _)| *index == word);
            found.map(|(_, length)| in_samples(*length))
        };
        let (first, last) =
            (moved(self.sounding.start, &self.silences), moved(self.sounding.end, &self.silences));
        let mut samples =
            if self.silences.is_empty() { self.samples } else { put_in(&self.samples, &self.silences) };
        // At the ends, the margins are a part of the silence: this one's own, and that of what comes next.
        if let Some(length) = asked(self.words.len()) {
            let wanted = last + length.saturating_sub(to_samples(MARGIN_BEFORE));
            samples.resize(wanted, 0.0);
            soften_end(&mut samples);
        }
        let before = match asked(0) {
            Some(length) if !self.words.is_empty() => length.saturating_sub(first),
            _ => 0,
        };
        samples.splice(0..0, std::iter::repeat_n(0.0, before));
        let seconds = |at: usize| to_seconds(before + moved(at, &self.silences));
        let words = self.words.into_iter().map(|(text, span)| {
            let start = seconds(span.start);
            SpokenWord { text, start, end: seconds(span.end).max(start) }
        });
        Speech { words: words.collect(), samples }
    }
}

impl Speech {
    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        to_seconds(self.samples.len())
    }
}

/// How each of the network's ids is said, the boundaries at the ends included; nothing where all is said the
/// voice's own way.
fn bends(part: &Part, places: &[usize], score: &Score) -> Vec<Bend> {
    const OWN: Bend = Bend { rate: 1.0, cents: 0.0, may_go: true };
    let bend = |place: &usize| {
        let Manner { rate, cents, .. } = score.manner_at(part.offset + place);
        let may_go = part.text[*place..].starts_with([' ', PRIMARY, SECONDARY]);
        Bend { rate, cents, may_go }
    };
    if score.is_plain() {
        return Vec::new();
    }
    std::iter::once(OWN).chain(places.iter().map(bend)).chain([OWN]).collect()
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

fn in_samples(duration: Duration) -> usize {
    to_samples(duration.as_secs_f64())
}

fn to_samples(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE)).round() as usize
}

fn to_seconds(samples: usize) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE)
}
