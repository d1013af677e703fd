//! SSML, the speech markup of the W3C, to a script.
//!
//! Followed: `speak p s break prosody(rate, pitch, volume) emphasis say-as sub phoneme(ipa, x-sampa) voice
//! lang mark`, and `xml:lang` on `speak p s voice`. Everything else is noted in [`Script::notes`], and its
//! text is said; only `meta`, `metadata`, `lexicon` and `desc` are silent. Breaks longer than 10 s are
//! shortened.
//!
//! How utterances come about:
//! - `p` and `s` bound them. Text that stands in neither is cut into sentences as a paragraph is.
//! - `voice` and `lang` in a sentence bound them too, without a pause.
//! - A `break` stays inside its utterance, with the sentences on both sides, as long as they are together
//!   no longer than an utterance may be; the voice then places it to the sample. Else it ends one.
//!   Where a break stands there is no other pause, whatever the text around it would have.
//! - What is said as one (`sub`, `say-as`, `phoneme`) is never cut.

use crate::Options;
use crate::english::say_as;
use crate::mark::{How, Mark, Prosody};
use crate::pause::Pause;
use crate::split::Lengths;
use crate::spoken::Relation;
use crate::tag;
use crate::utterance::{NoteTopic, Script, Utterance};
use element::{Element, Notes, element};
use passage::{Cut, Passage, Region, ends_in_break, together};
use std::fmt;
use std::ops::Range;
use xml::{Fault, Piece, Xml};

pub(crate) use passage::in_order;
pub use write::escape;

pub use follows::{Follows, unfollowed};
pub use write::{Around, Bookmark, Dialect, Framing, Written, to_ssml};

mod element;
mod follows;
mod passage;
mod values;
mod write;
pub(crate) mod x_sampa;
mod xml;

/// Why a text is no SSML that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsmlError {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong there, in plain words.
    pub reason: String,
}

impl fmt::Display for SsmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.reason)
    }
}

impl std::error::Error for SsmlError {}

/// The script of an SSML document.
///
/// Of `options` only the lengths of utterances count. No entity is expanded but the five of XML and
/// numbers; a document type is refused. A document may have 1 MiB, elements 32 deep with 24 attributes.
///
/// # Errors
///
/// If the document is not well-formed, not SSML, or beyond those bounds: the first fault and its place.
pub fn ssml(text: &str, options: &Options) -> Result<Script, SsmlError> {
    read(text, options).map_err(|fault| fault.found_in(text))
}

fn read(text: &str, options: &Options) -> Result<Script, Fault> {
    let mut xml = Xml::new(text)?;
    let mut builder = Builder::new(options);
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Open { name, attributes, source } if !builder.is_silent() => {
                let element = element(name, attributes, &source, &mut builder.notes);
                builder.open(element, source);
            }
            Piece::Open { source, .. } => builder.open(Element::Silent, source),
            Piece::Close { source } => builder.close(source),
            Piece::Text { text, at } => builder.text(text, at),
            Piece::Character { is, source } => builder.character(is, source),
        }
    }
    Ok(builder.finish())
}

/// An element around the place being read.
#[derive(Debug)]
struct Scope {
    does: Does,
    /// Where its start tag begins.
    from: usize,
    /// What holds in it.
    language: Option<String>,
    voice: Option<String>,
}

/// What is done at an element's end, or while it is open.
#[derive(Debug)]
enum Does {
    /// The passage ends with this pause.
    Bound(Pause),
    /// What is in it has this mark, even where several passages are in it.
    Mark(How),
    /// Its words are said as one, in this way; they begin at this byte of the passage.
    Whole {
        how: Whole,
        from: usize,
    },
    Nothing,
    Silence,
}

/// How the words of an element are said as one.
#[derive(Debug)]
enum Whole {
    Alias(String),
    Phonemes(String),
    SayAs(crate::SayAs),
}

struct Builder<'o> {
    options: &'o Options,
    script: Script,
    notes: Notes,
    scopes: Vec<Scope>,
    passage: Passage,
    /// Where the passage begins.
    began: usize,
    /// The next word is apart from the last one, even without white space between them.
    apart: bool,
    /// Breaks and bookmarks before the first word of the next passage.
    waiting: Vec<How>,
}

impl<'o> Builder<'o> {
    fn new(options: &'o Options) -> Self {
        Self {
            options,
            script: Script::default(),
            notes: Notes::default(),
            scopes: Vec::new(),
            passage: Passage { regions: vec![Region::default()], ..Passage::default() },
            began: 0,
            apart: false,
            waiting: Vec::new(),
        }
    }

    fn is_silent(&self) -> bool {
        self.scopes.last().is_some_and(|scope| matches!(scope.does, Does::Silence))
    }

    /// Whether the text here is said as one, so that nothing can happen inside it.
    fn is_whole(&self) -> bool {
        self.scopes.iter().any(|scope| matches!(scope.does, Does::Whole { .. }))
    }

    fn open(&mut self, element: Element, source: Range<usize>) {
        let (mut language, mut voice) =
            self.scopes.last().map_or((None, None), |scope| (scope.language.clone(), scope.voice.clone()));
        let whole = self.is_whole();
        let from = self.passage.spoken.text.len();
        let does = match element {
            Element::Silent => Does::Silence,
            Element::Through => Does::Nothing,
            _ if whole => {
                let note = "elements inside <sub>, <say-as> or <phoneme> are ignored; their text is said";
                self.notes.add(NoteTopic::Element, &source, note.to_owned());
                Does::Nothing
            }
            Element::Speak { language: other } => {
                language = other.or(language);
                Does::Bound(Pause::Paragraph)
            }
            Element::Paragraph { language: other } => {
                self.end_passage(source.start, Pause::Paragraph);
                language = other.or(language);
                Does::Bound(Pause::Paragraph)
            }
            Element::Sentence { language: other } => {
                self.end_passage(source.start, Pause::Sentence);
                language = other.or(language);
                Does::Bound(Pause::Sentence)
            }
            Element::Voice { name, language: other } => {
                voice = name.or(voice);
                language = other.or(language);
                Does::Nothing
            }
            Element::Lang { language: other } => {
                language = other.or(language);
                Does::Nothing
            }
            Element::Break(silence) => {
                self.point(source.start, How::Break(silence));
                self.apart = true;
                Does::Nothing
            }
            Element::Bookmark(name) => {
                if let Some(name) = name {
                    self.point(source.start, How::Bookmark(name));
                }
                Does::Nothing
            }
            Element::Prosody(prosody) if prosody == Prosody::default() => Does::Nothing,
            Element::Prosody(prosody) => Does::Mark(How::Prosody(prosody)),
            Element::Emphasis(Some(emphasis)) => Does::Mark(How::Emphasis(emphasis)),
            Element::Sub(Some(alias)) => Does::Whole { how: Whole::Alias(alias), from },
            Element::Phoneme(Some(phonemes)) => Does::Whole { how: Whole::Phonemes(phonemes), from },
            Element::SayAs(Some(say_as)) => Does::Whole { how: Whole::SayAs(say_as), from },
            Element::Emphasis(None) | Element::Sub(None) | Element::Phoneme(None) | Element::SayAs(None) => {
                Does::Nothing
            }
        };
        self.scopes.push(Scope { does, from: source.start, language, voice });
        self.region(source.start);
    }

    fn close(&mut self, source: Range<usize>) {
        let Some(scope) = self.scopes.pop() else {
            return;
        };
        match scope.does {
            Does::Bound(pause) => self.end_passage(source.start, pause),
            Does::Mark(how) => self.passage.marks.push((scope.from.max(self.began)..source.end, how)),
            Does::Whole { how, from } => {
                let how = self.whole(how, from, scope.from..source.end, scope.language.as_deref());
                self.passage.marks.extend(how.map(|how| (scope.from..source.end, how)));
            }
            Does::Nothing | Does::Silence => {}
        }
        self.region(source.start);
    }

    /// The mark of an element whose words, from byte `from` of the passage, are said as one.
    fn whole(
        &mut self,
        how: Whole,
        from: usize,
        source: Range<usize>,
        language: Option<&str>,
    ) -> Option<How> {
        let words = self.passage.spoken.text[from..].trim();
        match how {
            // An alias for nothing is simply said.
            Whole::Alias(alias) if words.is_empty() => {
                self.apart(source.start);
                self.passage.spoken.replace(&alias, source);
                None
            }
            Whole::Alias(alias) => Some(How::Alias(alias)),
            Whole::Phonemes(phonemes) => {
                if words.is_empty() {
                    let note = "<phoneme> without text: a voice that follows no phonemes reads its symbols";
                    self.notes.add(NoteTopic::Phonemes, &source, note.to_owned());
                    self.apart(source.start);
                    self.passage.spoken.replace(&phonemes, source);
                }
                Some(How::Phonemes(phonemes))
            }
            Whole::SayAs(_) if words.is_empty() => None,
            Whole::SayAs(asked) if language.is_some_and(|language| !tag::is_english(language)) => {
                Some(How::SayAs(asked))
            }
            Whole::SayAs(asked) => {
                let kind = asked.interpret_as.parse().ok();
                let said = kind.and_then(|kind| say_as(words, kind, asked.format.as_deref()));
                if said.is_none() {
                    let kind: String = asked.interpret_as.chars().take(40).collect();
                    let note =
                        format!("say-as \"{kind}\" does not fit its text, or is not known: said as written");
                    self.notes.add(NoteTopic::SayAs, &source, note);
                }
                said.map(How::Alias)
            }
        }
    }

    fn text(&mut self, text: &str, at: usize) {
        if self.is_silent() || text.is_empty() {
            return;
        }
        if text.starts_with(begins_word) {
            self.apart(at);
        } else if text.trim_start().is_empty() {
            // White space alone leaves it open what comes next.
        } else {
            self.apart = false;
        }
        let relation = if self.is_whole() { Relation::Literal } else { Relation::Prose };
        self.passage.spoken.push(text, at, relation);
    }

    fn character(&mut self, is: char, source: Range<usize>) {
        if self.is_silent() {
            return;
        }
        if begins_word(is) {
            self.apart(source.start);
        } else if !is.is_whitespace() {
            self.apart = false;
        }
        self.passage.spoken.replace(is.encode_utf8(&mut [0; 4]), source);
    }

    /// Parts the next word from the last where something stands between them.
    fn apart(&mut self, at: usize) {
        if std::mem::take(&mut self.apart) && !self.passage.spoken.text.is_empty() {
            self.passage.spoken.replace(" ", at..at);
        }
    }

    fn point(&mut self, at: usize, how: How) {
        self.passage.points.push((at, how));
    }

    /// Notes the language and voice from `at` on.
    fn region(&mut self, at: usize) {
        let (language, voice) =
            self.scopes.last().map_or((None, None), |scope| (scope.language.clone(), scope.voice.clone()));
        let region = Region { at, language, voice };
        if self.passage.regions.last().is_none_or(|last| !last.sounds_like(&region)) {
            self.passage.regions.push(region);
            self.apart = true;
        }
    }

    /// Makes utterances of what was read since the last passage, which ends at `at`.
    fn end_passage(&mut self, at: usize, pause: Pause) {
        let now = self.passage.regions.last().cloned().unwrap_or_default();
        let next = Passage { regions: vec![now], ..Passage::default() };
        let mut passage = std::mem::replace(&mut self.passage, next);
        for scope in &self.scopes {
            if let Does::Mark(how) = &scope.does {
                passage.marks.push((scope.from.max(self.began)..at, how.clone()));
            }
        }
        (self.began, self.apart) = (at, false);

        let first = self.script.utterances.is_empty().then_some(self.options.first_utterance_chars);
        let mut utterances = match passage.cut(Lengths { first, rest: self.options.utterance_chars }) {
            Cut::Utterances(utterances) => utterances,
            Cut::Points(points) => {
                self.between(points);
                if let Some(last) = self.script.utterances.last_mut()
                    && pause > last.pause
                    && !ends_in_break(last)
                {
                    last.pause = pause;
                }
                return;
            }
        };
        if let Some(first) = utterances.first_mut() {
            // A break before the first word is the pause before it.
            if let Some(last) = self.script.utterances.last_mut() {
                let at_start = |mark: &mut Mark| mark.text == (0..0) && matches!(mark.how, How::Break(_));
                for mark in first.marks.extract_if(.., at_start) {
                    append(last, mark.how);
                }
            }
            let waiting = self.waiting.drain(..).map(|how| Mark { text: 0..0, how });
            first.marks.splice(..0, waiting);
            in_order(&mut first.marks);
        }
        if let Some(last) = utterances.last_mut().filter(|last| !ends_in_break(last)) {
            last.pause = pause;
        }
        self.script.utterances.append(&mut utterances);
    }

    /// Breaks and bookmarks between two passages: breaks end the utterance before them, and bookmarks
    /// after the last break begin the one after them.
    fn between(&mut self, mut points: Vec<How>) {
        let after_breaks = match self.script.utterances.last_mut() {
            Some(last) => {
                let breaks = points.iter().rposition(|how| matches!(how, How::Break(_)));
                let after = points.split_off(breaks.map_or(0, |index| index + 1));
                for how in points {
                    append(last, how);
                }
                after
            }
            None => points,
        };
        self.waiting.extend(after_breaks);
    }

    fn finish(mut self) -> Script {
        if let Some(last) = self.script.utterances.last_mut() {
            self.waiting.drain(..).for_each(|how| append(last, how));
        }
        self.script.notes = self.notes.notes;
        self.script.notes.sort_by_key(|note| note.source.start);
        self.script
    }
}

/// Adds a break or bookmark at the end of `utterance`.
fn append(utterance: &mut Utterance, how: How) {
    let end = utterance.text.len();
    if let How::Break(more) = how {
        utterance.pause = Pause::None;
        if let Some(Mark { text, how: How::Break(silence) }) = utterance.marks.last_mut()
            && text.start == end
        {
            *silence = together(*silence, more);
            return;
        }
    }
    utterance.marks.push(Mark { text: end..end, how });
}

fn begins_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '"' | '“' | '‘' | '„' | '«' | '(' | '[' | '¿' | '¡' | '「' | '『' | '（')
}
