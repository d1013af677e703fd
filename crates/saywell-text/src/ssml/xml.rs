//! SSML as XML: elements, text and where they stand, or the first fault in plain words.
//!
//! `quick-xml` finds the pieces and pairs the tags. It reads no document type and expands no entity,
//! and what it leaves to its user is checked here: names, the one root, characters, depth, size.

use crate::ssml::SsmlError;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::ops::Range;

/// The most bytes of a document.
pub(crate) const LARGEST: usize = 1 << 20;
/// The most elements inside one another.
pub(crate) const DEEPEST: usize = 32;
/// The most attributes of an element.
pub(crate) const MOST_ATTRIBUTES: usize = 24;

/// A piece of a document; `source` and `at` are bytes of it.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// A start tag, or an empty element's tag, which `Close` follows at once.
    Open { name: &'a str, attributes: Vec<Attribute>, source: Range<usize> },
    /// An end tag.
    Close { source: Range<usize> },
    /// Text as it stands there.
    Text { text: &'a str, at: usize },
    /// A character that is written as an entity.
    Character { is: char, source: Range<usize> },
}

/// An attribute with its value, entities replaced.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A fault at a byte of the document.
#[derive(Debug)]
pub(crate) struct Fault {
    at: usize,
    reason: String,
}

impl Fault {
    pub(crate) fn new(at: usize, reason: impl Into<String>) -> Self {
        Self { at, reason: reason.into() }
    }

    /// The fault by line and column.
    pub(crate) fn found_in(self, text: &str) -> SsmlError {
        let before = &text[..text.floor_char_boundary(self.at)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        SsmlError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            reason: self.reason,
        }
    }
}

/// Reads a document piece by piece.
pub(crate) struct Xml<'a> {
    text: &'a str,
    /// Where in `text` the reader began: after a byte order mark.
    skipped: usize,
    reader: Reader<&'a [u8]>,
    /// The names of the elements around, and where each begins.
    open: Vec<(&'a str, usize)>,
    /// The root has been read.
    done: bool,
}

impl<'a> Xml<'a> {
    pub(crate) fn new(text: &'a str) -> Result<Self, Fault> {
        if text.len() > LARGEST {
            return Err(Fault::new(0, format!("the document is longer than {LARGEST} bytes")));
        }
        if let Some((at, c)) = text.char_indices().find(|(_, c)| !is_allowed(*c)) {
            return Err(Fault::new(
                at,
                format!("the character U+{:04X} is not allowed in XML", u32::from(c)),
            ));
        }
        let document = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        // The reader would skip one more without counting its bytes, and every place after it would be wrong.
        if document.starts_with('\u{FEFF}') {
            return Err(Fault::new(text.len() - document.len(), "SSML begins with <speak>"));
        }
        let mut reader = Reader::from_str(document);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { text, skipped: text.len() - document.len(), reader, open: Vec::new(), done: false })
    }

    /// The next piece; `None` after the end of the root element and what may follow it.
    pub(crate) fn next(&mut self) -> Result<Option<Piece<'a>>, Fault> {
        loop {
            let from = self.position();
            let event = self.reader.read_event();
            let source = from..self.position();
            let event = event.map_err(|error| self.explain(&error, from))?;
            match event {
                Event::Start(tag) | Event::Empty(tag) => return self.start(&tag, source).map(Some),
                Event::End(_) => {
                    self.open.pop();
                    self.done = self.open.is_empty();
                    return Ok(Some(Piece::Close { source }));
                }
                Event::Text(_) => {
                    let text = &self.text[source.clone()];
                    if !self.open.is_empty() {
                        return Ok(Some(Piece::Text { text, at: source.start }));
                    }
                    self.only_white(text, source.start)?;
                }
                Event::CData(_) => {
                    let text = &self.text[source.clone()];
                    let inside = text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>"));
                    let (text, at) = (inside.unwrap_or_default(), source.start + "<![CDATA[".len());
                    if !self.open.is_empty() {
                        return Ok(Some(Piece::Text { text, at }));
                    }
                    self.only_white(text, at)?;
                }
                Event::GeneralRef(_) => {
                    let is = entity(&self.text[source.clone()], source.start)?;
                    if self.open.is_empty() {
                        return Err(self.outside(source.start));
                    }
                    return Ok(Some(Piece::Character { is, source }));
                }
                Event::DocType(_) => {
                    return Err(Fault::new(
                        source.start,
                        "a document type (<!DOCTYPE>) is not accepted: nothing is looked up or expanded",
                    ));
                }
                Event::Decl(_) if source.start > self.skipped => {
                    return Err(Fault::new(
                        source.start,
                        "the XML declaration may only stand at the very beginning",
                    ));
                }
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => {
                    return match self.open.last() {
                        Some((name, at)) => Err(Fault::new(*at, format!("<{name}> is never closed"))),
                        None if self.done => Ok(None),
                        None => Err(Fault::new(0, "SSML begins with <speak>")),
                    };
                }
            }
        }
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX) + self.skipped
    }

    fn start(&mut self, tag: &BytesStart<'_>, source: Range<usize>) -> Result<Piece<'a>, Fault> {
        let written = &self.text[source.start + 1..source.end];
        let name = &written[..tag.name().as_ref().len().min(written.len())];
        if !is_name(name) {
            return Err(Fault::new(source.start, "a < that begins no tag has to be written &lt;".to_owned()));
        }
        if self.open.is_empty() && (self.done || name != "speak") {
            let reason = if self.done {
                format!("<{name}> stands after the end of <speak>")
            } else {
                format!("SSML begins with <speak>, not with <{name}>")
            };
            return Err(Fault::new(source.start, reason));
        }
        if self.open.len() == DEEPEST {
            return Err(Fault::new(source.start, format!("elements are nested more than {DEEPEST} deep")));
        }
        let mut attributes: Vec<Attribute> = Vec::new();
        for found in tag.attributes() {
            let attribute = found.map_err(|error| explain_attribute(&error, name, source.start))?;
            if attributes.len() == MOST_ATTRIBUTES {
                let reason = format!("<{name}> has more than {MOST_ATTRIBUTES} attributes");
                return Err(Fault::new(source.start, reason));
            }
            let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            let raw = String::from_utf8_lossy(&attribute.value);
            if !is_name(&key) || raw.contains('<') {
                return Err(Fault::new(
                    source.start,
                    format!("the tag <{name}> is not closed, or an attribute of it is malformed"),
                ));
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|_| {
                    Fault::new(
                        source.start,
                        format!("{key} of <{name}>: only the entities &amp; &lt; &gt; &quot; &apos; and numbers are known"),
                    )
                })?
                .trim()
                .to_owned();
            if let Some(c) = value.chars().find(|c| !is_allowed(*c)) {
                return Err(Fault::new(
                    source.start,
                    format!("{key} of <{name}>: the character U+{:04X} is not allowed in XML", u32::from(c)),
                ));
            }
            attributes.push(Attribute { name: key, value });
        }
        self.open.push((name, source.start));
        Ok(Piece::Open { name, attributes, source })
    }

    fn only_white(&self, text: &str, at: usize) -> Result<(), Fault> {
        match text.find(|c: char| !c.is_whitespace()) {
            Some(offset) => Err(self.outside(at + offset)),
            None => Ok(()),
        }
    }

    fn outside(&self, at: usize) -> Fault {
        let reason =
            if self.done { "there is text after the end of <speak>" } else { "SSML begins with <speak>" };
        Fault::new(at, reason)
    }

    fn explain(&self, error: &Error, from: usize) -> Fault {
        let begun = usize::try_from(self.reader.error_position()).unwrap_or(0) + self.skipped;
        match error {
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
                Fault::new(begun, format!("</{found}> closes <{expected}>, which is still open"))
            }
            Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
                Fault::new(begun, format!("</{found}> closes nothing that is open"))
            }
            Error::IllFormed(IllFormedError::UnclosedReference) => Fault::new(begun, LONE_AMPERSAND),
            Error::Syntax(SyntaxError::UnclosedComment) => {
                Fault::new(begun, "a comment is never closed with -->")
            }
            Error::Syntax(SyntaxError::UnclosedCData) => {
                Fault::new(begun, "a CDATA section is never closed with ]]>")
            }
            Error::Syntax(SyntaxError::InvalidBangMarkup) => {
                Fault::new(begun, "<! begins neither a comment nor CDATA")
            }
            Error::Syntax(SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl) => {
                Fault::new(begun, "<? is never closed with ?>")
            }
            Error::Syntax(_) => Fault::new(begun, "a tag is never closed with >"),
            _ => Fault::new(from, "this is no well-formed XML"),
        }
    }
}

const LONE_AMPERSAND: &str = "an & that begins no entity has to be written &amp;";

fn explain_attribute(error: &AttrError, element: &str, at: usize) -> Fault {
    let (AttrError::ExpectedEq(offset)
    | AttrError::ExpectedValue(offset)
    | AttrError::UnquotedValue(offset)
    | AttrError::ExpectedQuote(offset, _)
    | AttrError::Duplicated(offset, _)) = *error;
    let reason = match error {
        AttrError::ExpectedEq(_) => "an attribute needs a value: name=\"value\"",
        AttrError::ExpectedValue(_) | AttrError::UnquotedValue(_) => "the value of an attribute needs quotes",
        AttrError::ExpectedQuote(..) => "a value's quote is never closed",
        AttrError::Duplicated(..) => "an attribute is given twice",
    };
    // The offset counts from after the `<`.
    Fault::new(at + 1 + offset, format!("<{element}>: {reason}"))
}

/// The character that the entity `written`, with `&` and `;`, stands for.
fn entity(written: &str, at: usize) -> Result<char, Fault> {
    let name = written.trim_start_matches('&').trim_end_matches(';');
    let character = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.strip_prefix('#').and_then(|number| {
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32).filter(|c| is_allowed(*c))
        }),
    };
    character.ok_or_else(|| {
        if is_name(name) || name.starts_with('#') {
            let name: String = name.chars().take(40).collect();
            let known = "only &amp; &lt; &gt; &quot; &apos; and numbers are";
            Fault::new(at, format!("the entity &{name}; is not known: {known}"))
        } else {
            Fault::new(at, LONE_AMPERSAND)
        }
    })
}

/// XML's production `Char`.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether `name` can name an element, an attribute or an entity.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':'))
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.' | '\u{B7}'))
}
