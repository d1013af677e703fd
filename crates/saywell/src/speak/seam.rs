//! A seam: where one voice broke off within an utterance, and another goes on.

use std::sync::Arc;

use saywell_audio::{Codec, Frames, SAMPLE_RATE};
use saywell_text::Mark;

use crate::provider::{Request, WordTiming};
use crate::render::{Clip, ClipNotes};

/// The pause at a seam, seconds: as long as that between two clauses.
const PAUSE: f64 = 0.25;
/// How far a decoder may be behind what it was given, seconds: a word that ends so near to the end was not heard whole.
const BEHIND: f64 = 0.03;

/// What a listener has had of an utterance from providers that broke off.
#[derive(Debug)]
pub(super) struct Said {
    frames: Frames,
    /// Words that were heard whole, in bytes and seconds of the utterance.
    words: Vec<(std::ops::Range<usize>, f64, f64)>,
    /// From where on the text is still to be said.
    rest: usize,
}

impl Said {
    /// Nothing yet.
    pub(super) fn nothing(codec: Codec) -> Self {
        Self { frames: Frames::new(codec), words: Vec::new(), rest: 0 }
    }

    /// Whether nobody has heard anything.
    pub(super) fn is_nothing(&self) -> bool {
        self.frames.is_empty()
    }

    /// The frames after that many.
    pub(super) fn after(&self, count: usize) -> Frames {
        self.frames.split_at(count).1
    }

    /// How many frames there are.
    pub(super) fn count(&self) -> usize {
        self.frames.count()
    }

    /// The text that is still to be said.
    pub(super) fn rest<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.rest..).unwrap_or_default()
    }

    /// Whether nothing is left to be said.
    pub(super) fn is_all(&self, text: &str) -> bool {
        self.rest > 0 && !self.rest(text).contains(char::is_alphanumeric)
    }

    /// The request for what is still to be said.
    pub(super) fn ask(&self, whole: &Request) -> Request {
        if self.rest == 0 {
            return whole.clone();
        }
        let marks = whole.marks.iter().filter(|mark| mark.text.start >= self.rest).map(|mark| Mark {
            text: mark.text.start - self.rest..mark.text.end - self.rest,
            how: mark.how.clone(),
        });
        Request {
            text: self.rest(&whole.text).into(),
            marks: marks.collect(),
            emphasis: Arc::default(),
            within: None,
            ..whole.clone()
        }
    }

    /// A provider broke off when these frames of its had been heard, and these words were known, in bytes and seconds of
    /// what it was asked for. What follows goes on after the last word that was heard whole; where no words are known, it
    /// says all of it again. A pause comes in between.
    pub(super) fn break_off(&mut self, heard: &Frames, words: &[WordTiming]) {
        let (begins, until) = (self.frames.seconds(), heard.seconds() - BEHIND);
        let whole: Vec<_> = words.iter().filter(|word| word.end <= until).collect();
        let offset = self.rest;
        self.words.extend(whole.iter().map(|word| {
            (word.text.start + offset..word.text.end + offset, begins + word.start, begins + word.end)
        }));
        if let Some(last) = whole.iter().map(|word| word.text.end).max() {
            self.rest += last;
        }
        self.frames.extend(heard);
        let silence = vec![0.0; (PAUSE * f64::from(SAMPLE_RATE)) as usize];
        let pause = saywell_audio::encode(self.frames.codec(), &silence);
        // A codec that fails at silence fails at what follows as well, and says so.
        if let Ok(pause) = pause {
            self.frames.extend(&pause);
        }
    }

    /// The whole utterance, with what was said of the rest of it.
    pub(super) fn with(self, rest: &Clip) -> Clip {
        let begins = self.frames.seconds();
        let mut frames = self.frames;
        frames.extend(&rest.frames);
        let ClipNotes { provider, voice, speech_seconds, words, exact } = rest.notes.clone();
        let words = words.into_iter().map(|(text, start, end)| {
            (text.start + self.rest..text.end + self.rest, begins + start, begins + end)
        });
        let words = self.words.into_iter().chain(words).collect();
        let notes = ClipNotes { provider, voice, speech_seconds: begins + speech_seconds, words, exact };
        Clip { frames, notes }
    }

    /// The utterance, all of which was said before its provider broke off.
    pub(super) fn all(self, provider: &str, voice: &str) -> Clip {
        let notes = ClipNotes {
            provider: provider.to_owned(),
            voice: voice.to_owned(),
            speech_seconds: self.frames.seconds(),
            words: self.words,
            exact: true,
        };
        Clip { frames: self.frames, notes }
    }
}
