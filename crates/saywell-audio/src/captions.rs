//! What is said when: as JSON for a player, as `WebVTT` and SRT for everyone else.

use serde::{Deserialize, Serialize, Serializer};

mod cues;

/// The captions of a rendition, or of as much of it as is made. Times are seconds from the start of the sound.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Captions {
    /// How long the sound lasts.
    #[serde(serialize_with = "seconds")]
    pub duration_seconds: f64,
    /// Every word, in order.
    pub words: Vec<Word>,
    /// Every utterance, in order.
    pub utterances: Vec<CaptionUtterance>,
    /// The places of the reply that have a name, in order; none unless it is SSML.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<NamedPlace>,
    /// What of the reply is not read, or otherwise than asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Remark>,
    /// The byte of the reply that the next request goes on from, where not all of it is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues_at: Option<usize>,
}

/// What a part of the reply is said otherwise than asked, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The bytes of the reply: from, and up to but without, to.
    pub source: [usize; 2],
    /// Why, for a person.
    pub note: String,
}

/// A place of the reply that has a name (SSML's `mark`), and when it is reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedPlace {
    /// Its name.
    pub name: String,
    /// When it is reached: when what is after it starts, or at the end of the utterance that it ends.
    #[serde(serialize_with = "seconds")]
    pub time: f64,
}

/// One word and when it is heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word as it is spoken.
    pub text: String,
    /// When it starts.
    #[serde(serialize_with = "seconds")]
    pub start: f64,
    /// When it ends.
    #[serde(serialize_with = "seconds")]
    pub end: f64,
    /// The bytes of the reply it stands for: from, and up to but without, to.
    pub source: [usize; 2],
    /// Whether the times are the voice's own, and not estimated from the length of the text.
    pub exact: bool,
}

/// One utterance and when it is heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptionUtterance {
    /// The text as it is spoken.
    pub text: String,
    /// When it starts.
    #[serde(serialize_with = "seconds")]
    pub start: f64,
    /// When it ends.
    #[serde(serialize_with = "seconds")]
    pub end: f64,
    /// The bytes of the reply it stands for: from, and up to but without, to.
    pub source: [usize; 2],
    /// The provider that spoke it.
    pub provider: String,
    /// The voice that spoke it.
    pub voice: String,
}

impl Captions {
    /// The JSON a player reads.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Neither map keys nor own serialisers can fail here.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// `WebVTT`: a cue for each utterance, long ones cut at word times so that no cue has more than two lines of 42
    /// characters, the usual practice for subtitles.
    #[must_use]
    pub fn to_vtt(&self) -> String {
        let mut vtt = String::from("WEBVTT\n");
        for remark in &self.notes {
            // A line that is no note would end it, and so would an arrow.
            let note = remark.note.split_whitespace().collect::<Vec<_>>().join(" ").replace("-->", "->");
            vtt.extend(["\nNOTE ", &note, "\n"]);
        }
        for cue in cues::cues(self) {
            let text = cue.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            vtt.extend(["\n", &clock(cue.start, '.'), " --> ", &clock(cue.end, '.'), "\n", &text, "\n"]);
        }
        vtt
    }

    /// SRT, with the same cues as [`Captions::to_vtt`]. The format knows no escapes; an arrow in the text, which would
    /// look like a line of times, is shortened.
    #[must_use]
    pub fn to_srt(&self) -> String {
        let mut srt = String::new();
        for (number, cue) in (1_usize..).zip(cues::cues(self)) {
            let text = cue.text.replace("-->", "->");
            let (start, end) = (clock(cue.start, ','), clock(cue.end, ','));
            srt.extend([&number.to_string(), "\n", &start, " --> ", &end, "\n", &text, "\n\n"]);
        }
        srt
    }
}

/// One utterance with its words as a line of JSON, newline included: the fields of the utterance, `words`, and `marks` if it
/// has any.
#[must_use]
pub fn ndjson_line(utterance: &CaptionUtterance, words: &[Word], marks: &[NamedPlace]) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        #[serde(flatten)]
        utterance: &'a CaptionUtterance,
        words: &'a [Word],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        marks: &'a [NamedPlace],
    }
    let mut line = serde_json::to_string(&Line { utterance, words, marks }).unwrap_or_default();
    line.push('\n');
    line
}

/// Times are written to a tenth of a millisecond: finer than anyone hears, and without binary dust.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde wants")]
fn seconds<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((value * 10_000.0).round() / 10_000.0)
}

/// Milliseconds as `HH:MM:SS.mmm`.
fn clock(ms: u64, point: char) -> String {
    format!("{:02}:{:02}:{:02}{point}{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captions(text: &str) -> Captions {
        let utterance = CaptionUtterance {
            text: text.into(),
            start: 0.0,
            end: 2.0 + 1.0 / 3.0,
            source: [0, text.len()],
            provider: "local".into(),
            voice: "heart".into(),
        };
        let word = Word { text: text.into(), start: 0.1 + 0.2, end: 1.0, source: [0, 5], exact: true };
        Captions {
            duration_seconds: 2.5,
            words: vec![word],
            utterances: vec![utterance],
            ..Captions::default()
        }
    }

    #[test]
    fn json_is_as_designed_and_reads_back() {
        let json = captions("Hello").to_json();
        assert_eq!(
            json,
            r#"{"duration_seconds":2.5,"words":[{"text":"Hello","start":0.3,"end":1.0,"source":[0,5],"exact":true}],"utterances":[{"text":"Hello","start":0.0,"end":2.3333,"source":[0,5],"provider":"local","voice":"heart"}]}"#
        );
        assert_eq!(serde_json::from_str::<Captions>(&json).unwrap().to_json(), json);
    }

    #[test]
    fn a_line_holds_the_utterance_and_its_words() {
        let Captions { words, utterances, .. } = captions("Hello");
        let line = ndjson_line(&utterances[0], &words, &[]);
        assert_eq!(line.lines().count(), 1);
        assert!(line.ends_with("\"exact\":true}]}\n"), "{line}");
        assert!(line.starts_with("{\"text\":\"Hello\",\"start\":0.0,"), "{line}");
    }

    #[test]
    fn markup_in_the_text_cannot_break_out() {
        assert_eq!(
            captions("a --> <b>\n\nWEBVTT & c").to_vtt(),
            "WEBVTT\n\n00:00:00.000 --> 00:00:02.333\na --&gt; &lt;b&gt; WEBVTT &amp; c\n"
        );
        assert_eq!(captions("x --> y").to_srt(), "1\n00:00:00,000 --> 00:00:02,333\nx -> y\n\n");
    }

    #[test]
    fn what_is_not_said_is_noted_before_the_cues() {
        let remark = Remark { source: [0, 4], note: "no voice\nreads --> this".into() };
        let vtt = Captions { notes: vec![remark], ..captions("Hi.") }.to_vtt();
        assert!(vtt.starts_with("WEBVTT\n\nNOTE no voice reads -> this\n\n00:00:00.000 --> "), "{vtt}");
    }

    #[test]
    fn hours_are_written() {
        assert_eq!(clock(3_725_004, '.'), "01:02:05.004");
    }
}
