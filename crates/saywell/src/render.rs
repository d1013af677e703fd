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

use crate::cache::{Entry, EntryFacts};

use crate::flight::SpokenUtterance;
use crate::key::KeyKind;
use crate::provider::{GatheredSpeech, WordTiming};
use crate::voices::Speaker;

pub use levels::Levels;
pub use live::{MakeError, Maker};

/// Silence that every utterance's sound brings along: [`saywell_voice::MARGIN_AFTER`] behind it and
/// [`saywell_voice::MARGIN_BEFORE`] ahead of the next, seconds. A pause is counted from sound to sound.
const MARGINS: f64 = saywell_voice::MARGIN_AFTER + saywell_voice::MARGIN_BEFORE;

/// A clip's lossless source: the utterance as it was spoken, at one rate and one loudness, and nothing of the place
/// where it stands. It is what is bought and what is kept; the clip of every format, with whatever pause after it, is
/// made from it, so that a clip that is made and one that comes from the cache are the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Master {
    /// Samples that 16 bits can hold.
    samples: Vec<f32>,
    notes: ClipNotes,
}

/// One utterance in sound, in the place where it stands.
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

/// Makes a clip: one rate, one loudness, the pause that follows, whole frames; and the source that is kept of it. `head`
/// gets the first frames as soon as they are made, unless the clip is short or there is nothing to be heard in it.
///
/// # Errors
/// [`AudioError`] for a rate or samples that cannot be encoded.
pub fn clip(
    speech: GatheredSpeech,
    text: &str,
    pause: f64,
    codec: Codec,
    speaker: &Speaker,
    head: impl FnOnce(Frames),
) -> Result<(Clip, Master), AudioError> {
    let GatheredSpeech { rate, samples, words, meter } = speech;
    let (mut samples, meter) = if rate == SAMPLE_RATE {
        (samples, meter)
    } else {
        (saywell_audio::resample(&samples, rate)?, Meter::default())
    };
    let gain = loudness::gain(&samples, speaker.level, meter);
    let spoken = samples.len();
    let pause = pause_samples(spoken, (pause - MARGINS).max(0.0), codec);
    let frames_in_head = frames_in_head(codec);
    let samples_in_head = Source::head_samples(codec, frames_in_head);
    let mut beginning = loudness::applied_head(&samples, samples_in_head, gain);
    saywell_audio::round_to_s16(&mut beginning);
    let mut levelled = Vec::new();
    let all = || {
        loudness::apply(&mut samples, gain);
        saywell_audio::round_to_s16(&mut samples);
        levelled.clone_from(&samples);
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
    Ok((Clip { frames, notes: notes.clone() }, Master { samples: levelled, notes }))
}

/// Frames of [`HEAD`].
fn frames_in_head(codec: Codec) -> usize {
    (HEAD * f64::from(SAMPLE_RATE) / codec.frame_samples() as f64).ceil() as usize
}

impl Master {
    /// The clip with this pause after it, as [`clip`] made it the first time.
    ///
    /// # Errors
    /// [`AudioError`] for samples that cannot be encoded.
    pub fn clip(&self, pause: f64, codec: Codec) -> Result<Clip, AudioError> {
        let mut samples = self.samples.clone();
        let spoken = samples.len();
        samples.resize(spoken + pause_samples(spoken, (pause - MARGINS).max(0.0), codec), 0.0);
        Ok(Clip { frames: saywell_audio::encode(codec, &samples)?, notes: self.notes.clone() })
    }

    /// As the cache keeps it.
    ///
    /// # Errors
    /// [`AudioError`] for samples that cannot be encoded.
    pub fn to_entry(&self) -> Result<Entry, AudioError> {
        let codec = Codec::Flac;
        let notes = serde_json::to_vec(&self.notes)
            .map_err(|error| AudioError::Encoder { codec, reason: error.to_string() })?;
        let about = EntryFacts {
            kind: KeyKind::Clip,
            provider: self.notes.provider.clone(),
            voice: self.notes.voice.clone(),
            format: codec.name().to_owned(),
            content_type: "application/octet-stream".to_owned(),
            duration_seconds: self.notes.speech_seconds,
        };
        let sound = saywell_audio::encode(codec, &self.samples)?.to_bytes();
        Ok(Entry::new(about, sound.into(), notes.into()))
    }

    /// Reads what [`to_entry`](Self::to_entry) wrote; `None` for anything else, which is then made anew.
    #[must_use]
    pub fn from_entry(entry: &Entry) -> Option<Self> {
        let frames = Frames::from_bytes(&entry.sound).ok()?;
        let notes: ClipNotes = serde_json::from_slice(&entry.notes).ok()?;
        let mut samples = saywell_audio::decode_lossless(&frames)?;
        // The last frame is filled up with silence.
        let spoken = (notes.speech_seconds * f64::from(SAMPLE_RATE)).round() as usize;
        if Codec::Flac.padded_samples(spoken) != samples.len() {
            return None;
        }
        samples.truncate(spoken);
        Some(Self { samples, notes })
    }
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
/// A container's blocks (pages, clusters, fragments) end every [`HEAD`] of a clip and with it, however its frames came:
/// what was streamed as it was made, what was put together from the cache, and what is kept are the same bytes.
///
/// `wav` and `flac` state their length at their beginning, so nothing of them can be handed on before all of it is
/// known: their sound comes with [`finish`](Self::finish).
#[derive(Debug)]
pub struct Joiner {
    format: Format,
    muxer: Muxer,
    begun: bool,
    samples: u64,
    /// Frames of a block that is not full yet.
    waiting: Frames,
    held: Vec<Frames>,
}

impl Joiner {
    /// Nothing joined yet.
    #[must_use]
    pub fn new(format: Format) -> Self {
        let waiting = Frames::new(format.codec());
        Self { format, muxer: Muxer::new(format), begun: false, samples: 0, waiting, held: Vec::new() }
    }

    /// Seconds joined so far: where the next clip begins.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples as f64 / f64::from(SAMPLE_RATE)
    }

    /// The bytes of the blocks that these frames of a clip complete; [`end_clip`](Self::end_clip) has the rest.
    ///
    /// # Errors
    /// [`AudioError`] when they do not fit the format.
    pub fn push(&mut self, frames: &Frames) -> Result<Bytes, AudioError> {
        if frames.codec() != self.format.codec() {
            return Err(AudioError::WrongCodec { format: self.format, given: frames.codec() });
        }
        self.samples += frames.samples();
        if self.format.states_length() {
            self.held.push(frames.clone());
            return Ok(Bytes::new());
        }
        // Frames that need nothing around them wait for nobody.
        let block = if self.format.has_blocks() { frames_in_head(self.format.codec()) } else { 1 };
        self.waiting.extend(frames);
        let mut sound = Vec::new();
        while self.waiting.count() >= block {
            let (full, rest) = self.waiting.split_at(if block == 1 { usize::MAX } else { block });
            self.waiting = rest;
            self.write(&full, &mut sound)?;
        }
        Ok(sound.into())
    }

    /// The bytes of what is left of a clip whose frames were all pushed.
    ///
    /// # Errors
    /// [`AudioError`] when it does not fit the format.
    pub fn end_clip(&mut self) -> Result<Bytes, AudioError> {
        let rest = std::mem::replace(&mut self.waiting, Frames::new(self.format.codec()));
        let mut sound = Vec::new();
        if !rest.is_empty() {
            self.write(&rest, &mut sound)?;
        }
        Ok(sound.into())
    }

    fn write(&mut self, frames: &Frames, sound: &mut Vec<u8>) -> Result<(), AudioError> {
        if !std::mem::replace(&mut self.begun, true) {
            sound.append(&mut self.muxer.header());
        }
        sound.append(&mut self.muxer.push(frames)?);
        Ok(())
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
        let speech = GatheredSpeech { rate: 24_000, samples: vec![0.1; 24_000], ..GatheredSpeech::default() };
        let speaker = Speaker {
            provider: "fake".into(),
            model: "tone-1".into(),
            voice: "tone".into(),
            language: "en".into(),
            voice_version: String::new(),
            options: String::new(),
            level: loudness::Level::Measured,
            delivery: crate::voices::Delivery::default(),
            unlike: false,
        };
        for codec in Codec::ALL {
            let mut head = None;
            let spoken = speech.clone();
            let (clip, master) =
                clip(spoken, "One second.", 0.3, codec, &speaker, |frames| head = Some(frames)).unwrap();
            // FLAC states its length at its beginning: nobody could be handed a part of it.
            assert_eq!(head.is_some(), codec != Codec::Flac, "{codec:?}: it is long enough");
            if let Some(beginning) = head {
                assert_eq!(beginning, clip.frames.split_at(beginning.count()).0);
            }
            let back = Master::from_entry(&master.to_entry().unwrap()).unwrap();
            assert_eq!(back, master);
            let again = back.clip(0.3, codec).unwrap();
            assert_eq!(again.frames, clip.frames, "{codec:?}: made from the cache, the same bytes");
            assert_eq!(again.notes, clip.notes);
            assert!((again.seconds() + MARGINS - 1.3).abs() < 0.03);
            let last = back.clip(0.0, codec).unwrap();
            // A tone up to the very end takes a frame or two more.
            assert!((last.seconds() - 1.0).abs() < 0.06, "{codec:?}: the pause is not kept");
        }
    }

    #[test]
    fn the_bytes_of_a_format_are_the_same_however_its_frames_came() {
        let samples: Vec<f32> = (0..40_000).map(|index| (index as f32 * 0.03).sin() * 0.3).collect();
        for format in Format::ALL {
            let frames = saywell_audio::encode(format.codec(), &samples).unwrap();
            let join = |pieces: &[usize]| {
                let mut joiner = Joiner::new(format);
                let mut file = Vec::new();
                for _clip in 0..2 {
                    let mut rest = frames.clone();
                    for &count in pieces {
                        let (piece, left) = rest.split_at(count);
                        file.extend_from_slice(&joiner.push(&piece).unwrap());
                        rest = left;
                    }
                    file.extend_from_slice(&joiner.push(&rest).unwrap());
                    file.extend_from_slice(&joiner.end_clip().unwrap());
                }
                file.extend_from_slice(&joiner.finish().unwrap());
                file
            };
            let whole = join(&[]);
            for pieces in [&[15][..], &[1, 1, 1], &[7, 30], &[500]] {
                assert!(join(pieces) == whole, "{format}: pieces of {pieces:?}");
            }
        }
    }
}
