//! Rendering: speech as a provider made it becomes a clip, and clips become a rendition.

mod levels;
mod live;

use std::ops::Range;

use bytes::Bytes;
use saywell_audio::loudness::{self, Meter};
use saywell_audio::{
    AudioError, CaptionUtterance, Codec, Format, Frames, Muxer, NamedPlace, SAMPLE_RATE, Source, Word,
};
use saywell_text::{How, Mark, Utterance};
use serde::{Deserialize, Serialize};

use crate::cache::{About, Entry};

use crate::flight::SpokenUtterance;
use crate::key::Kind;
use crate::provider::{Speech, WordTiming};
use crate::voices::Speaker;

pub use levels::Levels;
pub use live::{MakeError, Maker};

/// Silence that every utterance's sound brings along: [`saywell_voice::MARGIN_AFTER`] behind it and
/// [`saywell_voice::MARGIN_BEFORE`] ahead of the next, seconds. A pause is counted from sound to sound.
const MARGINS: f64 = saywell_voice::MARGIN_AFTER + saywell_voice::MARGIN_BEFORE;

/// One utterance in sound.
#[derive(Debug, Clone)]
pub struct Clip {
    /// The encoded frames, the pause after the utterance included.
    pub frames: Frames,
    /// What is known of it beside its sound.
    pub notes: ClipNotes,
}

/// What is kept beside a clip's sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipNotes {
    /// Who spoke it.
    pub provider: String,
    /// That provider's voice.
    pub voice: String,
    /// Where the speech ends and the pause begins, seconds.
    pub speech_seconds: f64,
    /// Words: bytes of the utterance's text, start and end in seconds.
    pub words: Vec<(Range<usize>, f64, f64)>,
    /// Whether the word timings are the voice's own, or estimated.
    pub exact: bool,
}

/// Sound that is handed on while the rest of its clip is still being levelled and encoded, seconds: as much as browsers
/// want before they begin to play (0.2 to 0.3 s by Media Source Extensions).
const HEAD: f64 = 0.3;

/// Makes a clip: one rate, one loudness, the pause that follows, whole frames. `head` gets the first of them as soon as
/// they are made, unless the clip is short or there is nothing to be heard in it.
///
/// # Errors
/// [`AudioError`] for a rate or samples that cannot be encoded.
pub fn clip(
    speech: Speech,
    text: &str,
    pause: f64,
    codec: Codec,
    speaker: &Speaker,
    head: impl FnOnce(Frames),
) -> Result<Clip, AudioError> {
    let Speech { rate, samples, words, meter } = speech;
    let (mut samples, meter) = if rate == SAMPLE_RATE {
        (samples, meter)
    } else {
        (saywell_audio::resample(&samples, rate)?, Meter::default())
    };
    let gain = loudness::gain(&samples, speaker.level, meter);
    let spoken = samples.len();
    let pause = pause_samples(spoken, (pause - MARGINS).max(0.0), codec);
    let frames_in_head = (HEAD * f64::from(SAMPLE_RATE) / codec.frame_samples() as f64).ceil() as usize;
    let samples_in_head = Source::head_samples(codec, frames_in_head);
    let beginning = loudness::applied_head(&samples, samples_in_head, gain);
    let all = || {
        loudness::apply(&mut samples, gain);
        samples.resize(spoken + pause, 0.0);
        samples
    };
    let head = |frames| {
        if spoken > 0 {
            head(frames);
        }
    };
    let frames = saywell_audio::encode_with_head(codec, Source::begun(beginning, all), frames_in_head, head)?;

    let speech_seconds = spoken as f64 / f64::from(SAMPLE_RATE);
    let exact = !words.is_empty();
    let words = if exact { words } else { estimate_words(text, speech_seconds) };
    let words = together(words)
        .into_iter()
        .map(|word| (word.text, word.start, word.end.min(speech_seconds)))
        .collect();
    let (provider, voice) = (speaker.provider.clone(), speaker.voice.clone());
    let notes = ClipNotes { provider, voice, speech_seconds, words, exact };
    Ok(Clip { frames, notes })
}

/// The pause in samples, such that speech and pause together are the whole number of frames nearest to what was
/// asked for: joining clips then never adds up an error.
fn pause_samples(spoken: usize, pause: f64, codec: Codec) -> usize {
    let frame = codec.frame_samples();
    let wished = spoken + (pause * f64::from(SAMPLE_RATE)).round() as usize;
    let nearest = (wished + frame / 2) / frame * frame;
    let total = if nearest < spoken { codec.padded_samples(spoken) } else { nearest };
    total - spoken
}

/// The words with those as one that stand for the same bytes: "42" is one word of the text, however many it takes to say.
fn together(words: Vec<WordTiming>) -> Vec<WordTiming> {
    let mut joined: Vec<WordTiming> = Vec::with_capacity(words.len());
    for word in words {
        match joined.last_mut() {
            Some(last) if word.text.start < last.text.end => {
                last.text.end = last.text.end.max(word.text.end);
                last.end = last.end.max(word.end);
            }
            _ => joined.push(word),
        }
    }
    joined
}

/// Word timings for a voice that gives none: time shared out by characters.
fn estimate_words(text: &str, seconds: f64) -> Vec<WordTiming> {
    let words: Vec<Range<usize>> = words_of(text).collect();
    let weight = |range: &Range<usize>| text[range.clone()].chars().count() as f64 + 1.0;
    let total: f64 = words.iter().map(weight).sum();
    let mut at = 0.0;
    words
        .into_iter()
        .map(|range| {
            let start = at;
            at += seconds * weight(&range) / total;
            WordTiming { text: range, start, end: at }
        })
        .collect()
}

fn words_of(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_whitespace().map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    })
}

impl Clip {
    /// Seconds of sound, the pause included.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.frames.seconds()
    }

    /// As the cache keeps it.
    ///
    /// # Errors
    /// Notes that cannot be written as JSON: none that this module makes.
    pub fn to_entry(&self) -> Result<Entry, serde_json::Error> {
        Ok(Entry {
            about: About {
                kind: Kind::Clip,
                provider: self.notes.provider.clone(),
                voice: self.notes.voice.clone(),
                format: self.frames.codec().name().to_owned(),
                content_type: "application/octet-stream".to_owned(),
                duration_seconds: self.seconds(),
            },
            sound: self.frames.to_bytes().into(),
            notes: serde_json::to_vec(&self.notes)?.into(),
        })
    }

    /// Reads what [`to_entry`](Self::to_entry) wrote; `None` for anything else, which is then made anew.
    #[must_use]
    pub fn from_entry(entry: &Entry) -> Option<Self> {
        let frames = Frames::from_bytes(&entry.sound).ok()?;
        let notes = serde_json::from_slice(&entry.notes).ok()?;
        Some(Self { frames, notes })
    }

    /// The captions of this clip, spoken at `start` seconds of a rendition.
    #[must_use]
    pub fn captions(&self, utterance: &Utterance, start: f64) -> SpokenUtterance {
        let words = self
            .notes
            .words
            .iter()
            .filter_map(|(range, from, to)| {
                let source = utterance.source_of(range.clone());
                Some(Word {
                    text: utterance.text.get(range.clone())?.to_owned(),
                    start: start + from,
                    end: start + to,
                    source: [source.start, source.end],
                    exact: self.notes.exact,
                })
            })
            .collect();
        let caption = CaptionUtterance {
            text: utterance.text.clone(),
            start,
            end: start + self.notes.speech_seconds,
            source: [utterance.source.start, utterance.source.end],
            provider: self.notes.provider.clone(),
            voice: self.notes.voice.clone(),
        };
        SpokenUtterance {
            caption,
            words,
            marks: self.places(utterance, start),
            until: start + self.seconds(),
        }
    }

    /// When the named places of the utterance are reached: as the word after them starts; within a word, in proportion.
    fn places(&self, utterance: &Utterance, start: f64) -> Vec<NamedPlace> {
        let place = |mark: &Mark| {
            let How::Bookmark(name) = &mark.how else { return None };
            let at = mark.text.start;
            let word = self.notes.words.iter().find(|(range, ..)| range.end > at);
            let time = word.map_or(self.notes.speech_seconds, |(range, from, to)| {
                from + (to - from) * at.saturating_sub(range.start) as f64 / range.len() as f64
            });
            Some(NamedPlace { name: name.clone(), time: start + time })
        };
        utterance.marks.iter().filter_map(place).collect()
    }
}

/// Joins clips into the bytes of a format, as they come.
///
/// `wav` and `flac` state their length at their beginning, so nothing of them can be handed on before all of it is
/// known: their sound comes with [`finish`](Self::finish).
#[derive(Debug)]
pub struct Joiner {
    format: Format,
    muxer: Muxer,
    begun: bool,
    samples: u64,
    held: Vec<Frames>,
}

impl Joiner {
    /// Nothing joined yet.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self { format, muxer: Muxer::new(format), begun: false, samples: 0, held: Vec::new() }
    }

    /// Seconds joined so far: where the next clip begins.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples as f64 / f64::from(SAMPLE_RATE)
    }

    /// The bytes that these frames add, a clip or a part of one.
    ///
    /// # Errors
    /// [`AudioError`] when they do not fit the format.
    pub fn push(&mut self, frames: &Frames) -> Result<Bytes, AudioError> {
        self.samples += frames.samples();
        if self.format.states_length() {
            self.held.push(frames.clone());
            return Ok(Bytes::new());
        }
        let header = if self.begun { Vec::new() } else { self.muxer.header() };
        self.begun = true;
        let sound = self.muxer.push(frames)?;
        Ok(if header.is_empty() { sound.into() } else { [header, sound].concat().into() })
    }

    /// The bytes that end the file.
    ///
    /// # Errors
    /// [`AudioError`] when the clips do not fit the format.
    pub fn finish(self) -> Result<Bytes, AudioError> {
        if self.format.states_length() {
            return Ok(saywell_audio::whole(self.format, &self.held)?.into());
        }
        Ok(self.muxer.finish().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_and_pause_are_whole_frames_nearest_to_the_wish() {
        for codec in Codec::ALL {
            let frame = codec.frame_samples();
            for spoken in [1, 479, 480, 24_001, 31_337] {
                for pause in [0.0, 0.12, 0.35] {
                    let total = spoken + pause_samples(spoken, pause, codec);
                    assert_eq!(total % frame, 0);
                    let error = total as f64 - (spoken as f64 + pause * 24_000.0);
                    assert!(error.abs() <= frame as f64, "{codec:?} {spoken} {pause}: {error}");
                }
            }
        }
    }

    #[test]
    fn words_for_the_same_bytes_are_one() {
        let word = |text, start, end| WordTiming { text, start, end };
        let words =
            vec![word(0..3, 0.0, 0.2), word(4..6, 0.2, 0.5), word(4..6, 0.5, 0.9), word(7..9, 0.9, 1.0)];
        assert_eq!(together(words), [word(0..3, 0.0, 0.2), word(4..6, 0.2, 0.9), word(7..9, 0.9, 1.0)]);
    }

    #[test]
    fn estimated_words_fill_the_time_in_order() {
        let words = estimate_words("one  three fifteen", 2.0);
        assert_eq!(words.iter().map(|w| w.text.clone()).collect::<Vec<_>>(), [0..3, 5..10, 11..18]);
        assert!((words[2].end - 2.0).abs() < 1e-9);
        assert!(words.windows(2).all(|pair| (pair[0].end - pair[1].start).abs() < 1e-9));
    }

    #[test]
    fn a_clip_survives_the_cache() {
        let speech = Speech { rate: 24_000, samples: vec![0.1; 24_000], ..Speech::default() };
        let speaker = Speaker {
            provider: "fake".into(),
            model: "tone-1".into(),
            voice: "tone".into(),
            voice_version: String::new(),
            options: String::new(),
            level: loudness::Level::Measured,
            manner: crate::voices::Manner::default(),
        };
        let mut head = None;
        let clip =
            clip(speech, "One second.", 0.3, Codec::Mp3, &speaker, |frames| head = Some(frames)).unwrap();
        assert_eq!(head, Some(clip.frames.split_at(13).0));
        let back = Clip::from_entry(&clip.to_entry().unwrap()).unwrap();
        assert_eq!(back.frames, clip.frames);
        assert_eq!(back.notes, clip.notes);
        assert!(!back.notes.exact);
        assert!((back.seconds() + MARGINS - 1.3).abs() < 0.03);
    }
}
