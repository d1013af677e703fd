//! Utterances as SSML, for the providers that take it, with the way back from its bytes to the text's.

use crate::mark::{Emphasis, How, Mark, Prosody};
use std::borrow::Cow;
use std::fmt::Write;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

/// Which SSML a provider's voices take: what is not in it is left out, and the text is as it would be without.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own")]
pub struct Dialect {
    /// The longest `break`, if there is that element. A longer one is written as several.
    pub longest_break: Option<Duration>,
    /// `phoneme`, in IPA.
    pub phonemes: bool,
    /// `emphasis`.
    pub emphasis: bool,
    /// `prosody`'s `rate` in percent of the voice's own; what is beyond is brought to the bound.
    pub rate: Option<RangeInclusive<u16>>,
    /// `prosody`'s `pitch`.
    pub pitch: bool,
    /// `prosody`'s `volume`.
    pub volume: bool,
    /// `prosody` around less than all of the text.
    pub prosody_of_parts: bool,
    /// `say-as`.
    pub say_as: bool,
    /// `sub`; where there is none, an alias is written in place of its words.
    pub sub: bool,
    /// How a bookmark is written, if it can be.
    pub bookmark: Option<Bookmark>,
    /// Pitch in percent and volume in percent (Azure), not in semitones and decibels.
    pub percent: bool,
    /// What stands around the text.
    pub framing: Framing,
}

/// The element for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bookmark {
    /// `<mark name="…"/>`, as the W3C has it.
    Mark,
    /// `<bookmark mark="…"/>`.
    Azure,
}

/// What stands around the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// `speak` alone: voice and language are told the provider in another way. The language is written as
    /// `lang` inside, where it is given.
    Speak,
    /// `speak` with its namespace and the language, and `voice` inside.
    Azure,
}

const BASE: Dialect = Dialect {
    longest_break: Some(Duration::from_secs(10)),
    phonemes: true,
    emphasis: true,
    rate: Some(20..=200),
    pitch: true,
    volume: true,
    prosody_of_parts: true,
    say_as: true,
    sub: true,
    bookmark: Some(Bookmark::Mark),
    percent: false,
    framing: Framing::Speak,
};

impl Dialect {
    /// Azure's neural voices. Voices without emphasis say the words as they would without.
    pub const AZURE: Self = Self {
        longest_break: Some(Duration::from_secs(20)),
        rate: Some(50..=200),
        bookmark: Some(Bookmark::Azure),
        percent: true,
        framing: Framing::Azure,
        ..BASE
    };
    /// Google's Standard, `WaveNet` and Neural2 voices.
    pub const GOOGLE: Self = Self { rate: Some(25..=300), ..BASE };
    /// Google's Studio voices: as [`GOOGLE`](Self::GOOGLE) without `mark`, `emphasis` and pitch.
    pub const GOOGLE_STUDIO: Self = Self { emphasis: false, pitch: false, bookmark: None, ..Self::GOOGLE };
    /// Google's Chirp 3 HD voices: `phoneme`, `sub` and `say-as` only.
    pub const GOOGLE_CHIRP: Self =
        Self { longest_break: None, rate: None, volume: false, ..Self::GOOGLE_STUDIO };
    /// Amazon Polly's standard voices.
    pub const POLLY: Self = BASE;
    /// Polly's neural and long-form voices: as [`POLLY`](Self::POLLY) without emphasis and pitch.
    pub const POLLY_NEURAL: Self = Self { emphasis: false, pitch: false, ..BASE };
    /// Polly's generative voices: prosody around whole sentences only. Their documentation has phonemes and
    /// marks as partly available without saying which part, and what is not available is an error: none is
    /// written.
    pub const POLLY_GENERATIVE: Self =
        Self { phonemes: false, prosody_of_parts: false, bookmark: None, ..Self::POLLY_NEURAL };
}

/// Who says it and how, for all of an utterance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around<'a> {
    /// BCP 47.
    pub language: Option<&'a str>,
    /// The provider's name of a voice, where [`Framing`] has a place for it.
    pub voice: Option<&'a str>,
    /// Pace, pitch and volume of all of it.
    pub prosody: Prosody,
}

/// SSML with the way back to the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The document.
    pub ssml: String,
    /// Runs of the text: bytes of the document, and bytes of the text that they stand for.
    runs: Vec<(Range<usize>, Range<usize>)>,
}

impl Written {
    /// The bytes of the text that bytes `ssml` of the document stand for: what is inside a tag stands for
    /// the place where the tag is, words of an alias for all that they replace. A range that is out of bounds
    /// is clamped, one that cuts a character is widened.
    #[must_use]
    pub fn text_of(&self, ssml: Range<usize>) -> Range<usize> {
        let start = self.ssml.floor_char_boundary(ssml.start);
        let end = self.ssml.ceil_char_boundary(ssml.end).max(start);
        let (from, to) = (self.place(start, false), self.place(end, true));
        from..to.max(from)
    }

    /// A place in the text; `end` rounds up to the end of what is said as one, else down to its start.
    fn place(&self, at: usize, end: bool) -> usize {
        let next = self.runs.partition_point(|(written, _)| written.start < at + usize::from(!end));
        let Some((written, text)) = next.checked_sub(1).map(|index| &self.runs[index]) else {
            return self.runs.first().map_or(0, |(_, text)| text.start);
        };
        match at - written.start {
            // Past a run: between it and the next, where a start belongs to the next.
            offset if offset >= written.len() && !end => {
                self.runs.get(next).map_or(text.end, |(_, text)| text.start)
            }
            offset if offset >= written.len() => text.end,
            offset if written.len() == text.len() => text.start + offset,
            _ if end => text.end,
            _ => text.start,
        }
    }
}

/// `text` with its `marks` as an SSML document in `dialect`.
///
/// Marks have to be in the order that [`Mark`] has, as those of an utterance are.
#[must_use]
pub fn to_ssml(text: &str, marks: &[Mark], around: &Around<'_>, dialect: &Dialect) -> Written {
    let mut writer =
        Writer { text, dialect, written: Written::default(), at: 0, open: Vec::new(), whole_until: 0 };
    let close = writer.frame(around);
    for mark in marks {
        writer.mark(mark);
    }
    writer.advance(text.len(), text.len());
    writer.close_until(usize::MAX);
    for tag in close.iter().rev() {
        writer.written.ssml.push_str(tag);
    }
    writer.written
}

struct Writer<'a> {
    text: &'a str,
    dialect: &'a Dialect,
    written: Written,
    /// Bytes of the text that are written.
    at: usize,
    /// Elements that are open: where each ends in the text, and its end tag.
    open: Vec<(usize, &'static str)>,
    /// Up to here the text is said as one, so nothing can be written inside it.
    whole_until: usize,
}

impl Writer<'_> {
    /// Opens what stands around the text; what closes it, outermost first.
    fn frame(&mut self, around: &Around<'_>) -> Vec<&'static str> {
        let mut close = vec!["</speak>"];
        let language = around.language.map(escape);
        let out = &mut self.written.ssml;
        match self.dialect.framing {
            Framing::Speak => {
                out.push_str("<speak>");
                if let Some(language) = language {
                    _ = write!(out, "<lang xml:lang=\"{language}\">");
                    close.push("</lang>");
                }
            }
            Framing::Azure => {
                let language = language.unwrap_or(Cow::Borrowed("en-US"));
                _ = write!(
                    out,
                    "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"{language}\">"
                );
                if let Some(voice) = around.voice {
                    _ = write!(out, "<voice name=\"{}\">", escape(voice));
                    close.push("</voice>");
                }
            }
        }
        if let Some(tag) = prosody_tag(around.prosody, self.dialect) {
            out.push_str(&tag);
            close.push("</prosody>");
        }
        close
    }

    fn mark(&mut self, mark: &Mark) {
        let (start, end) = (mark.text.start, mark.text.end);
        let dialect = self.dialect;
        if start < self.whole_until {
            return;
        }
        self.advance(start, start);
        match &mark.how {
            How::Break(silence) => self.silence(*silence),
            How::Bookmark(name) => {
                let name = escape(name);
                _ = match dialect.bookmark {
                    Some(Bookmark::Mark) => write!(self.written.ssml, "<mark name=\"{name}\"/>"),
                    Some(Bookmark::Azure) => write!(self.written.ssml, "<bookmark mark=\"{name}\"/>"),
                    None => Ok(()),
                };
            }
            How::Emphasis(emphasis) if dialect.emphasis => {
                let level = match emphasis {
                    Emphasis::Strong => "strong",
                    Emphasis::Moderate => "moderate",
                    Emphasis::Reduced => "reduced",
                };
                _ = write!(self.written.ssml, "<emphasis level=\"{level}\">");
                self.open.push((end, "</emphasis>"));
            }
            How::Prosody(prosody) => {
                let allowed = dialect.prosody_of_parts || mark.text == (0..self.text.len());
                if let Some(tag) = prosody_tag(*prosody, dialect).filter(|_| allowed) {
                    self.written.ssml.push_str(&tag);
                    self.open.push((end, "</prosody>"));
                }
            }
            How::Alias(alias) if dialect.sub => {
                let tag = format!("<sub alias=\"{}\">", escape(alias));
                self.whole(&tag, end, "</sub>");
            }
            How::Alias(alias) => {
                let from = self.written.ssml.len();
                self.written.ssml.push_str(&escape(alias));
                self.written.runs.push((from..self.written.ssml.len(), start..end));
                (self.at, self.whole_until) = (end, end);
            }
            How::Phonemes(phonemes) if dialect.phonemes => {
                let tag = format!("<phoneme alphabet=\"ipa\" ph=\"{}\">", escape(phonemes));
                self.whole(&tag, end, "</phoneme>");
            }
            How::SayAs(asked) if dialect.say_as => {
                let mut tag = format!("<say-as interpret-as=\"{}\"", escape(&asked.interpret_as));
                if let Some(format) = &asked.format {
                    _ = write!(tag, " format=\"{}\"", escape(format));
                }
                tag.push('>');
                self.whole(&tag, end, "</say-as>");
            }
            How::Emphasis(_) | How::Phonemes(_) | How::SayAs(_) => {}
        }
    }

    /// An element whose text is said as one, in which no other element can be.
    fn whole(&mut self, tag: &str, end: usize, close: &'static str) {
        self.written.ssml.push_str(tag);
        self.open.push((end, close));
        self.whole_until = end;
    }

    fn silence(&mut self, silence: Duration) {
        let Some(longest) = self.dialect.longest_break.filter(|longest| !longest.is_zero()) else {
            return;
        };
        let mut left = silence;
        loop {
            let part = left.min(longest);
            _ = write!(self.written.ssml, "<break time=\"{}ms\"/>", part.as_millis());
            left -= part;
            if left.is_zero() {
                return;
            }
        }
    }

    /// Writes the text up to `to`, closing the elements that end by `closing`.
    fn advance(&mut self, to: usize, closing: usize) {
        self.close_until(closing);
        if self.at < to {
            self.copy(to);
        }
    }

    fn close_until(&mut self, to: usize) {
        while let Some((end, tag)) = self.open.last().copied().filter(|(end, _)| *end <= to) {
            if self.at < end {
                self.copy(end.min(self.text.len()));
            }
            self.written.ssml.push_str(tag);
            self.open.pop();
        }
    }

    /// Writes the text up to `to` with its special characters as entities.
    fn copy(&mut self, to: usize) {
        let Some(text) = self.text.get(self.at..to) else {
            return;
        };
        let mut plain = 0; // start of the run that needs no entity
        for (at, c) in text.char_indices() {
            if let Some(entity) = entity(c) {
                self.run(&text[plain..at], plain);
                let from = self.written.ssml.len();
                self.written.ssml.push_str(entity);
                let source = self.at + at..self.at + at + c.len_utf8();
                if !entity.is_empty() {
                    self.written.runs.push((from..self.written.ssml.len(), source));
                }
                plain = at + c.len_utf8();
            }
        }
        self.run(&text[plain..], plain);
        self.at = to;
    }

    fn run(&mut self, text: &str, offset: usize) {
        if !text.is_empty() {
            let (from, start) = (self.written.ssml.len(), self.at + offset);
            self.written.ssml.push_str(text);
            self.written.runs.push((from..from + text.len(), start..start + text.len()));
        }
    }
}

/// `prosody` as far as the dialect has it; `None` where nothing of it is left.
fn prosody_tag(prosody: Prosody, dialect: &Dialect) -> Option<String> {
    let own = Prosody::default();
    let mut tag = String::new();
    if let Some(bounds) = &dialect.rate
        && prosody.rate_percent != own.rate_percent
    {
        let rate = prosody.rate_percent.clamp(*bounds.start(), *bounds.end());
        // Azure takes a percentage for a change, the others for a part of the voice's own pace.
        _ = if dialect.percent {
            write!(tag, " rate=\"{:+}%\"", i32::from(rate) - 100)
        } else {
            write!(tag, " rate=\"{rate}%\"")
        };
    }
    if dialect.pitch && prosody.pitch_cents != own.pitch_cents {
        let percent = (f64::from(prosody.pitch_cents) / 1200.0).exp2() * 100.0 - 100.0;
        _ = write!(tag, " pitch=\"{percent:+.1}%\"");
    }
    if dialect.volume && prosody.volume_decibels_tenths != own.volume_decibels_tenths {
        let decibels = f64::from(prosody.volume_decibels_tenths) / 10.0;
        _ = match (prosody.volume_decibels_tenths, dialect.percent) {
            (Prosody::SILENT, _) => write!(tag, " volume=\"silent\""),
            (_, true) => write!(tag, " volume=\"{:+.1}%\"", 10f64.powf(decibels / 20.0) * 100.0 - 100.0),
            (_, false) => write!(tag, " volume=\"{decibels:+.1}dB\""),
        };
    }
    (!tag.is_empty()).then(|| format!("<prosody{tag}>"))
}

/// What is written for `c`, where it cannot stand for itself: an entity, or nothing for what XML forbids.
fn entity(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&apos;"),
        '\t' | '\n' | '\r' => None,
        '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => Some(""),
        _ => None,
    }
}

/// `text` for an attribute's value or a document's text.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| entity(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match entity(c) {
            Some(entity) => escaped.push_str(entity),
            None => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SayAs;

    fn mark(text: Range<usize>, how: How) -> Mark {
        Mark { text, how }
    }

    #[track_caller]
    fn check(text: &str, marks: &[Mark], dialect: &Dialect, expected: &str) -> Written {
        let written = to_ssml(text, marks, &Around::default(), dialect);
        let inside = written.ssml.split_once('>').unwrap().1.strip_suffix("</speak>").unwrap();
        assert_eq!(inside, expected);
        written
    }

    #[test]
    fn marks_become_elements() {
        let faster = Prosody { rate_percent: 120, pitch_cents: 200, volume_decibels_tenths: -60 };
        let marks = [
            mark(0..16, How::Prosody(faster)),
            mark(0..3, How::Phonemes("ˈæ\"".to_owned())),
            mark(3..3, How::Break(Duration::from_millis(250))),
            mark(4..8, How::Emphasis(Emphasis::Strong)),
            mark(9..9, How::Bookmark("a&b".to_owned())),
            mark(9..12, How::Alias("see <>".to_owned())),
            mark(16..16, How::Break(Duration::from_secs(25))),
        ];
        let text = "One <two three 4";
        check(
            text,
            &marks,
            &Dialect::POLLY,
            "<prosody rate=\"120%\" pitch=\"+12.2%\" volume=\"-6.0dB\">\
             <phoneme alphabet=\"ipa\" ph=\"ˈæ&quot;\">One</phoneme><break time=\"250ms\"/> \
             <emphasis level=\"strong\">&lt;two</emphasis> <mark name=\"a&amp;b\"/>\
             <sub alias=\"see &lt;&gt;\">thr</sub>ee 4</prosody><break time=\"10000ms\"/><break time=\"10000ms\"/>\
             <break time=\"5000ms\"/>",
        );
        check(
            text,
            &marks,
            &Dialect::AZURE,
            "<prosody rate=\"+20%\" pitch=\"+12.2%\" volume=\"-49.9%\">\
             <phoneme alphabet=\"ipa\" ph=\"ˈæ&quot;\">One</phoneme><break time=\"250ms\"/> \
             <emphasis level=\"strong\">&lt;two</emphasis> <bookmark mark=\"a&amp;b\"/>\
             <sub alias=\"see &lt;&gt;\">thr</sub>ee 4</prosody><break time=\"20000ms\"/><break time=\"5000ms\"/>",
        );
        check(
            text,
            &marks,
            &Dialect::POLLY_NEURAL,
            "<prosody rate=\"120%\" volume=\"-6.0dB\">\
             <phoneme alphabet=\"ipa\" ph=\"ˈæ&quot;\">One</phoneme><break time=\"250ms\"/> \
             &lt;two <mark name=\"a&amp;b\"/><sub alias=\"see &lt;&gt;\">thr</sub>ee 4</prosody>\
             <break time=\"10000ms\"/><break time=\"10000ms\"/><break time=\"5000ms\"/>",
        );
        check(
            text,
            &marks,
            &Dialect::GOOGLE_CHIRP,
            "<phoneme alphabet=\"ipa\" ph=\"ˈæ&quot;\">One</phoneme> &lt;two \
             <sub alias=\"see &lt;&gt;\">thr</sub>ee 4",
        );
        check(
            text,
            &marks[..2],
            &Dialect::POLLY_GENERATIVE,
            "<prosody rate=\"120%\" volume=\"-6.0dB\">One &lt;two three 4</prosody>",
        );
        check(text, &[mark(0..3, How::Prosody(faster))], &Dialect::POLLY_GENERATIVE, "One &lt;two three 4");
        let none = Dialect { sub: false, phonemes: false, longest_break: None, ..Dialect::GOOGLE_CHIRP };
        let written = check(text, &marks, &none, "One &lt;two see &lt;&gt;ee 4");
        let at = written.ssml.find("see").unwrap();
        assert_eq!(written.text_of(at..at + 3), 9..12);
    }

    #[test]
    fn what_is_said_as_one_holds_no_other_element() {
        let date = SayAs { interpret_as: "date".to_owned(), format: Some("dmy".to_owned()) };
        check(
            "am 1.2.2026 da",
            &[
                mark(3..11, How::SayAs(date)),
                mark(5..5, How::Break(Duration::ZERO)),
                mark(5..6, How::Emphasis(Emphasis::Reduced)),
            ],
            &Dialect::GOOGLE,
            "am <say-as interpret-as=\"date\" format=\"dmy\">1.2.2026</say-as> da",
        );
    }

    #[test]
    fn the_frame_is_the_providers() {
        let prosody = Prosody { rate_percent: 400, ..Prosody::default() };
        let around = Around { language: Some("de-DE"), voice: Some("de-DE-\"Katja\""), prosody };
        assert_eq!(
            to_ssml("Ja & nein", &[], &around, &Dialect::AZURE).ssml,
            "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"de-DE\">\
             <voice name=\"de-DE-&quot;Katja&quot;\"><prosody rate=\"+100%\">Ja &amp; nein</prosody></voice></speak>"
        );
        assert_eq!(
            to_ssml("Ja\u{1}", &[], &around, &Dialect::POLLY).ssml,
            "<speak><lang xml:lang=\"de-DE\"><prosody rate=\"200%\">Ja</prosody></lang></speak>"
        );
    }

    #[test]
    fn bytes_lead_back_to_the_text() {
        let text = "A & <b> c";
        let marks = [mark(4..7, How::Alias("bold".to_owned())), mark(8..8, How::Bookmark("m".to_owned()))];
        let written = to_ssml(text, &marks, &Around::default(), &Dialect::POLLY);
        assert_eq!(
            written.ssml,
            "<speak>A &amp; <sub alias=\"bold\">&lt;b&gt;</sub> <mark name=\"m\"/>c</speak>"
        );
        let of = |part: &str| {
            let at = written.ssml.find(part).unwrap();
            written.text_of(at..at + part.len())
        };
        assert_eq!(of("A"), 0..1);
        assert_eq!(of("&amp;"), 2..3);
        assert_eq!(of("am"), 2..3);
        assert_eq!(of("&lt;b&gt;"), 4..7);
        assert_eq!(of("<sub alias=\"bold\">&lt;b&gt;</sub>"), 4..7);
        assert_eq!(of("bold"), 4..4);
        assert_eq!(of("c</"), 8..9);
        assert_eq!(of("<speak>A"), 0..1);
        assert_eq!(written.text_of(9999..99999), 9..9);
        let umlaut = to_ssml("ä", &[], &Around::default(), &Dialect::POLLY);
        assert_eq!(umlaut.text_of(8..9), 0..2);
        assert_eq!(to_ssml("", &[], &Around::default(), &Dialect::POLLY).text_of(0..3), 0..0);
    }
}
