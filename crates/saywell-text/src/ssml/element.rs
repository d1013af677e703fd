//! The elements of SSML: what each asks for, and notes on what it does not get.

use crate::Language;
use crate::ipa;
use crate::mark::{Emphasis, Prosody, SayAs};
use crate::ssml::values::{self, LONGEST_BREAK, Pitch, Read};
use crate::ssml::x_sampa;
use crate::ssml::xml::Attribute;
use crate::utterance::{Note, NoteTopic};
use std::ops::Range;
use std::time::Duration;

/// The most notes on a document; each kind of note is made once, where it is due first.
pub(crate) const MOST_NOTES: usize = 64;
/// The most characters of a voice's name or a bookmark's.
const LONGEST_NAME: usize = 100;

/// What an element asks for. `None` where it says nothing that can be followed.
#[derive(Debug)]
pub(crate) enum Element {
    Speak {
        language: Option<String>,
    },
    Paragraph {
        language: Option<String>,
    },
    Sentence {
        language: Option<String>,
    },
    Voice {
        name: Option<String>,
        language: Option<String>,
    },
    Lang {
        language: Option<String>,
    },
    Break(Duration),
    Bookmark(Option<String>),
    Prosody(Prosody),
    Emphasis(Option<Emphasis>),
    Sub(Option<String>),
    SayAs(Option<SayAs>),
    Phoneme(Option<String>),
    /// Not followed; the text in it is said.
    Through,
    /// Not for saying, nor the text in it.
    Silent,
}

/// Notes on a document, a bounded number of them.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) notes: Vec<Note>,
}

impl Notes {
    pub(crate) fn add(&mut self, about: NoteTopic, source: &Range<usize>, note: String) {
        let known = self.notes.iter().any(|other| other.about == about && other.note == note);
        if !known && self.notes.len() < MOST_NOTES {
            self.notes.push(Note { about, source: source.clone(), note });
        }
    }
}

/// Reads the element `name` with its attributes.
pub(crate) fn element(
    name: &str,
    attributes: Vec<Attribute>,
    source: &Range<usize>,
    notes: &mut Notes,
) -> Element {
    let mut reader = Attributes { element: name, left: attributes, source, notes };
    let element = match name {
        "speak" => {
            for known in ["version", "xsi:schemaLocation", "xml:base"] {
                reader.take(known);
            }
            Element::Speak { language: reader.language("xml:lang") }
        }
        "p" | "paragraph" => Element::Paragraph { language: reader.language("xml:lang") },
        "s" | "sentence" => Element::Sentence { language: reader.language("xml:lang") },
        "voice" => {
            let name = reader.name("name");
            let (from, to) = (reader.language("xml:lang"), reader.language("languages"));
            Element::Voice { name, language: from.or(to) }
        }
        "lang" => Element::Lang { language: reader.language("xml:lang") },
        "break" => Element::Break(reader.silence()),
        "mark" => Element::Bookmark(reader.name("name")),
        // Azure's name for it.
        "bookmark" => Element::Bookmark(reader.name("mark")),
        "prosody" => Element::Prosody(reader.prosody()),
        "emphasis" => Element::Emphasis(reader.emphasis()),
        "sub" => Element::Sub(reader.take("alias").filter(|alias| !alias.is_empty())),
        "say-as" => {
            let interpret_as = reader.take("interpret-as").filter(|kind| !kind.is_empty());
            let format = reader.take("format").filter(|format| !format.is_empty());
            Element::SayAs(interpret_as.map(|interpret_as| SayAs { interpret_as, format }))
        }
        "phoneme" => Element::Phoneme(reader.phonemes()),
        "meta" | "metadata" | "lexicon" | "desc" => {
            let note = format!("<{name}> is ignored with what is in it");
            reader.notes.add(NoteTopic::Element, source, note);
            return Element::Silent;
        }
        "audio" => {
            let note = "no recording is played: the text in <audio> is said instead".to_owned();
            reader.notes.add(NoteTopic::Element, source, note);
            return Element::Through;
        }
        _ => {
            let shown: String = name.chars().take(40).collect();
            reader.notes.add(
                NoteTopic::Element,
                source,
                format!("<{shown}> is not followed; the text in it is said"),
            );
            return Element::Through;
        }
    };
    match (&element, name) {
        (Element::Sub(None), _) => reader.missing(NoteTopic::SayAs, "alias"),
        (Element::SayAs(None), _) => reader.missing(NoteTopic::SayAs, "interpret-as"),
        (Element::Bookmark(None), "mark") => reader.missing(NoteTopic::Element, "name"),
        (Element::Bookmark(None), _) => reader.missing(NoteTopic::Element, "mark"),
        (Element::Lang { language: None }, _) => reader.missing(NoteTopic::Attribute, "xml:lang"),
        _ => {}
    }
    reader.leftover();
    element
}

/// The attributes of an element that are not read yet.
struct Attributes<'a> {
    element: &'a str,
    left: Vec<Attribute>,
    source: &'a Range<usize>,
    notes: &'a mut Notes,
}

impl Attributes<'_> {
    fn take(&mut self, name: &str) -> Option<String> {
        let index = self.left.iter().position(|attribute| attribute.name == name)?;
        Some(self.left.swap_remove(index).value)
    }

    fn note(&mut self, about: NoteTopic, note: String) {
        self.notes.add(about, self.source, note);
    }

    fn missing(&mut self, about: NoteTopic, attribute: &str) {
        self.note(about, format!("<{}> without {attribute} is not followed", self.element));
    }

    /// A value that is not understood.
    fn refuse(&mut self, about: NoteTopic, attribute: &str, value: &str) {
        let value: String = value.chars().take(40).collect();
        self.note(
            about,
            format!("{attribute} \"{value}\" of <{}> is not understood and ignored", self.element),
        );
    }

    fn within<T>(&mut self, about: NoteTopic, attribute: &str, value: &str, read: Read<T>) -> T {
        if read.clamped {
            let value: String = value.chars().take(40).collect();
            self.note(about, format!("{attribute} \"{value}\" is brought within bounds"));
        }
        read.value
    }

    fn language(&mut self, attribute: &str) -> Option<String> {
        let value = self.take(attribute)?;
        let known = Language::new(&value).map(String::from);
        if known.is_none() {
            self.refuse(NoteTopic::Attribute, attribute, &value);
        }
        known
    }

    fn name(&mut self, attribute: &str) -> Option<String> {
        let value = self.take(attribute).filter(|value| !value.is_empty())?;
        let short = value.chars().nth(LONGEST_NAME).is_none();
        if !short {
            self.refuse(NoteTopic::Attribute, attribute, &value);
        }
        short.then_some(value)
    }

    fn silence(&mut self) -> Duration {
        let (time, strength) = (self.take("time"), self.take("strength"));
        if let Some(value) = &time {
            match values::time(value) {
                Some(read) => {
                    if read.clamped {
                        let longest = LONGEST_BREAK.as_secs();
                        self.note(NoteTopic::Break, format!("a break is at most {longest} s long"));
                    }
                    return read.value;
                }
                None => self.refuse(NoteTopic::Break, "time", value),
            }
        }
        if let Some(value) = &strength {
            match values::strength(value) {
                Some(silence) => return silence,
                None => self.refuse(NoteTopic::Break, "strength", value),
            }
        }
        values::strength("medium").unwrap_or_default()
    }

    fn prosody(&mut self) -> Prosody {
        let mut prosody = Prosody::default();
        if let Some(value) = self.take("rate") {
            match values::rate(&value) {
                Some(read) => prosody.rate_percent = self.within(NoteTopic::Rate, "rate", &value, read),
                None => self.refuse(NoteTopic::Rate, "rate", &value),
            }
        }
        if let Some(value) = self.take("pitch") {
            match values::pitch(&value) {
                Some(Pitch::Cents(read)) => {
                    prosody.pitch_cents = self.within(NoteTopic::Pitch, "pitch", &value, read);
                }
                Some(Pitch::Absolute) => {
                    self.note(
                        NoteTopic::Pitch,
                        "a pitch in hertz is ignored, as each voice has its own: ask for a change such as +2st"
                            .to_owned(),
                    );
                }
                Some(Pitch::Unsigned) => {
                    self.note(
                        NoteTopic::Pitch,
                        "a pitch in percent needs its sign, as in +10%: ignored".to_owned(),
                    );
                }
                None => self.refuse(NoteTopic::Pitch, "pitch", &value),
            }
        }
        if let Some(value) = self.take("volume") {
            match values::volume(&value) {
                Some(read) => {
                    prosody.volume_decibels_tenths = self.within(NoteTopic::Volume, "volume", &value, read);
                }
                None => self.refuse(NoteTopic::Volume, "volume", &value),
            }
        }
        prosody
    }

    fn emphasis(&mut self) -> Option<Emphasis> {
        let level = self.take("level");
        match level.as_deref() {
            None | Some("moderate") => Some(Emphasis::Moderate),
            Some("strong") => Some(Emphasis::Strong),
            Some("reduced") => Some(Emphasis::Reduced),
            Some("none") => None,
            Some(other) => {
                self.refuse(NoteTopic::Emphasis, "level", other);
                None
            }
        }
    }

    fn phonemes(&mut self) -> Option<String> {
        let alphabet = self.take("alphabet");
        let Some(written) = self.take("ph").filter(|ph| !ph.is_empty()) else {
            self.missing(NoteTopic::Phonemes, "ph");
            return None;
        };
        let phonemes = match alphabet.as_deref() {
            None | Some("ipa") => written,
            Some("x-sampa" | "xsampa" | "X-SAMPA") => match x_sampa::to_ipa(&written) {
                Ok(phonemes) => phonemes,
                Err(symbol) => {
                    self.note(
                        NoteTopic::Phonemes,
                        format!("{symbol:?} is no X-SAMPA: the phonemes are ignored"),
                    );
                    return None;
                }
            },
            Some(other) => {
                self.refuse(NoteTopic::Phonemes, "alphabet", other);
                return None;
            }
        };
        if let Some(symbol) = ipa::unknown(&phonemes) {
            self.note(NoteTopic::Phonemes, format!("{symbol:?} is no IPA: the phonemes are ignored"));
            return None;
        }
        Some(phonemes)
    }

    /// Notes the attributes that nothing read.
    fn leftover(&mut self) {
        for attribute in std::mem::take(&mut self.left) {
            if attribute.name != "xmlns" && !attribute.name.starts_with("xmlns:") {
                let name: String = attribute.name.chars().take(40).collect();
                self.note(NoteTopic::Attribute, format!("{name} of <{}> is ignored", self.element));
            }
        }
    }
}
