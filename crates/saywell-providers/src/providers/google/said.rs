//! What is sent to Google of an utterance: text, or SSML of the dialect that the voice has, and never too much.

use std::ops::Range;

use saywell_text::ssml::{Around, Dialect, to_ssml};
use saywell_text::{How, Mark};
use serde_json::json;

use crate::provider::{Extent, Request};

/// The most bytes of one call's text, elements included.
pub(super) const MAX_BYTES: usize = 5_000;

/// What a voice can do, which its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Standard, `WaveNet`, Neural2 and others of their time: all of SSML, and the times of marks.
    Classic,
    /// Studio: most of SSML.
    Studio,
    /// Chirp: sound while it is made; a little of SSML where not.
    Chirp,
}

impl Family {
    pub(super) fn of_voice(voice: &str) -> Self {
        if voice.contains("Chirp") {
            Self::Chirp
        } else if voice.contains("Studio") {
            Self::Studio
        } else {
            Self::Classic
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Self::Classic => Dialect::GOOGLE,
            Self::Studio => Dialect::GOOGLE_STUDIO,
            Self::Chirp => Dialect::GOOGLE_CHIRP,
        }
    }
}

/// What to say, and the words before which there is a mark that has their number as its name.
pub(super) struct Words {
    /// The `input` of a call.
    pub(super) input: serde_json::Value,
    /// Bytes of the text; none where there are no marks.
    pub(super) words: Vec<Range<usize>>,
}

impl Words {
    /// What to say, as it is sent. What would make it too long is left out: marks, then all of SSML.
    pub(super) fn to_say(request: &Request, word_times: bool) -> Self {
        let family = Family::of_voice(&request.voice);
        let words = if word_times && family == Family::Classic { words(&request.text) } else { Vec::new() };
        let written = |marks: &[Mark]| {
            let ssml = to_ssml(&request.text, marks, &Around::default(), &family.dialect()).ssml;
            (ssml.len() <= MAX_BYTES).then(|| json!({"ssml": ssml}))
        };
        if !words.is_empty()
            && let Some(input) = written(&with_bookmarks(&request.marks, &words))
        {
            return Self { input, words };
        }
        let marked = if request.marks.is_empty() { None } else { written(&request.marks) };
        Self { input: marked.unwrap_or_else(|| json!({"text": *request.text})), words: Vec::new() }
    }
}

impl Words {
    /// What the service charges for: all of it, with its elements, but for `mark`.
    pub(super) fn charged(&self) -> Extent {
        let sent = self.input["ssml"].as_str().or_else(|| self.input["text"].as_str()).unwrap_or_default();
        let mut extent = Extent::of_text(sent);
        for tag in sent.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0)) {
            if self.input.get("ssml").is_some() && tag.starts_with("mark") {
                let Extent { characters, bytes } = Extent::of_text(tag);
                extent.characters -= characters + 2;
                extent.bytes -= bytes + 2;
            }
        }
        extent
    }
}

/// The words between spaces, without the punctuation around them.
pub(super) fn words(text: &str) -> Vec<Range<usize>> {
    let around = |c: char| !c.is_alphanumeric();
    text.split_whitespace()
        .map(|word| word.trim_matches(around))
        .filter(|word| !word.is_empty())
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            start..start + word.len()
        })
        .collect()
}

/// The marks with one more before each word, ahead of what else begins there.
fn with_bookmarks(marks: &[Mark], words: &[Range<usize>]) -> Vec<Mark> {
    let own = words
        .iter()
        .enumerate()
        .map(|(number, word)| Mark { text: word.start..word.start, how: How::Bookmark(number.to_string()) });
    // Bookmarks of the text itself have names that are not numbers of ours, or would be mistaken for them.
    let others = marks.iter().filter(|mark| !matches!(mark.how, How::Bookmark(_))).cloned();
    let mut all: Vec<Mark> = own.chain(others).collect();
    all.sort_by_key(|mark| mark.text.start);
    all
}
