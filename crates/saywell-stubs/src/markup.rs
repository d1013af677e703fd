//! As much of SSML as a stub needs: its text, where that stands, and its marks. What is not well-formed is refused, so
//! that a test sees it.

use std::ops::Range;

/// A piece of a document, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text, and the bytes of the document that it stands at.
    Text(String, Range<usize>),
    /// An element that is empty or begins: its name and its attributes.
    Element(String, Vec<(String, String)>),
}

/// A word of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub value: String,
    /// Its bytes of the document.
    pub at: Range<usize>,
    /// The characters of text before it and to its end.
    pub characters: Range<usize>,
}

/// Takes a document apart. `None` where it is not well-formed or its outermost element is not `speak`.
#[must_use]
pub fn read(document: &str) -> Option<Vec<Piece>> {
    let (mut pieces, mut open, mut at) = (Vec::new(), Vec::new(), 0);
    while at < document.len() {
        let rest = &document[at..];
        if let Some(tag) = rest.strip_prefix('<') {
            let tag = &tag[..tag.find('>')?];
            at += tag.len() + 2;
            if let Some(name) = tag.strip_prefix('/') {
                if open.pop()? != name {
                    return None;
                }
                continue;
            }
            let (name, attributes) = element(tag.strip_suffix('/').unwrap_or(tag))?;
            if open.is_empty() && (name != "speak" || !pieces.is_empty()) {
                return None;
            }
            if !tag.ends_with('/') {
                open.push(name.clone());
            }
            pieces.push(Piece::Element(name, attributes));
        } else {
            let text = &rest[..rest.find('<').unwrap_or(rest.len())];
            if open.is_empty() || text.contains('>') {
                return None;
            }
            pieces.push(Piece::Text(unescape(text)?, at..at + text.len()));
            at += text.len();
        }
    }
    (open.is_empty() && !pieces.is_empty()).then_some(pieces)
}

/// The text of a document.
#[must_use]
pub fn text(pieces: &[Piece]) -> String {
    let text = |piece: &Piece| if let Piece::Text(text, _) = piece { text.clone() } else { String::new() };
    pieces.iter().map(text).collect()
}

/// The words of a document, without the punctuation around them.
#[must_use]
pub fn words(document: &str, pieces: &[Piece]) -> Vec<Word> {
    let (mut words, mut before) = (Vec::new(), 0);
    for piece in pieces {
        let Piece::Text(text, at) = piece else { continue };
        for word in units(&document[at.clone()]).split(|unit| unit.said.is_whitespace()) {
            let (Some(first), Some(last)) = (
                word.iter().position(|unit| unit.said.is_alphanumeric()),
                word.iter().rposition(|unit| unit.said.is_alphanumeric()),
            ) else {
                continue;
            };
            let word = &word[first..=last];
            let (from, to) = (&word[0], &word[word.len() - 1]);
            words.push(Word {
                value: word.iter().map(|unit| unit.said).collect(),
                at: at.start + from.at.start..at.start + to.at.end,
                characters: before + from.number..before + to.number + 1,
            });
        }
        before += text.chars().count();
    }
    words
}

/// A character of text as it is written.
struct Unit {
    said: char,
    at: Range<usize>,
    number: usize,
}

fn units(written: &str) -> Vec<Unit> {
    let (mut units, mut at) = (Vec::new(), 0);
    while let Some(c) = written[at..].chars().next() {
        let rest = &written[at..];
        let length = if c == '&' { rest.find(';').map_or(1, |end| end + 1) } else { c.len_utf8() };
        let said = unescape(&rest[..length]).and_then(|text| text.chars().next()).unwrap_or(c);
        units.push(Unit { said, at: at..at + length, number: units.len() });
        at += length;
    }
    units
}

fn element(tag: &str) -> Option<(String, Vec<(String, String)>)> {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        let (attribute, value) = rest.split_once('=')?;
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = value[1..].split_once(quote)?;
        attributes.push((attribute.trim().to_owned(), unescape(value)?));
        rest = after;
    }
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '-' | '_'));
    plain.then(|| (name.to_owned(), attributes))
}

/// Text without its entities. `None` where there is a lone `&` or a character that no document may have.
fn unescape(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, after) = after.split_once(';')?;
        plain.push_str(before);
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return None,
        });
        rest = after;
    }
    plain.push_str(rest);
    let odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    (!plain.contains(odd)).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_taken_apart() {
        let document = "<speak><p a=\"1 &amp; 2\">AT&amp;T, <mark name='m'/>&lt;naïve&gt;</p></speak>";
        let pieces = read(document).unwrap();
        assert_eq!(text(&pieces), "AT&T, <naïve>");
        assert_eq!(pieces[1], Piece::Element("p".into(), vec![("a".into(), "1 & 2".into())]));
        let words = words(document, &pieces);
        let words: Vec<_> = words
            .iter()
            .map(|word| (&*word.value, &document[word.at.clone()], word.characters.clone()))
            .collect();
        assert_eq!(words, [("AT&T", "AT&amp;T", 0..4), ("naïve", "naïve", 7..12)]);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for document in [
            "",
            "text",
            "<p>a</p>",
            "<speak>a & b</speak>",
            "<speak><p></speak></p>",
            "<speak>",
            "<speak>a</speak><speak>b</speak>",
            "<speak>a > b</speak>",
            "<speak>&nbsp;</speak>",
            "<speak>\u{1}</speak>",
            "<speak a=b>a</speak>",
        ] {
            assert_eq!(read(document), None, "{document}");
        }
    }
}
