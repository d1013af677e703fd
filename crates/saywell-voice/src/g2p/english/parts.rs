//! Cuts tokens into letters, digits and marks, and groups what is written without a space between.

use std::ops::Range;

use saywell_text::english::{Cursor, is_letter, is_word};

use super::lexicon::Word;
use super::tokenize::{Token, is_lower, is_upper};

/// Parts without a space between. All but a group of one are still to be said.
pub struct Group<'t> {
    /// At least one, until nothing of it can be said.
    pub parts: Vec<Part<'t>>,
    /// Whether there is a space after it.
    pub space: bool,
    /// Whether its parts are said as words of their own.
    pub set_apart: bool,
    /// Whether more parts may join.
    open: bool,
}

impl<'t> Group<'t> {
    /// Says these words instead.
    pub fn replace(&mut self, parts: Vec<Part<'t>>) {
        self.parts = parts;
        self.set_apart = true;
    }
}

/// A token or a part of one: letters, or digits, or a mark.
pub struct Part<'t> {
    /// As written.
    pub text: &'t str,
    /// Its bytes of the text.
    pub range: Range<usize>,
    /// The tag of its token.
    pub tag: &'static str,
    /// Whether it stands first in its group.
    pub is_head: bool,
    /// The currency sign that it counts, and where that stands.
    pub currency: Option<(char, usize)>,
    /// Read as if it were this.
    pub alias: Option<&'static str>,
    /// What is said, when that is known.
    pub phonemes: Option<String>,
}

impl<'t> Part<'t> {
    fn new(text: &'t str, range: Range<usize>, tag: &'static str) -> Self {
        let written = text.get(range.clone()).unwrap_or_default();
        Self { text: written, range, tag, is_head: true, currency: None, alias: None, phonemes: None }
    }

    /// A part said so.
    pub fn pronounced(text: &'t str, range: Range<usize>, phonemes: String) -> Self {
        Self { phonemes: Some(phonemes), ..Self::new(text, range, "") }
    }

    /// The part as a word for the lexicon.
    pub fn word(&self) -> Word<'t> {
        let currency = self.currency.map(|(sign, _)| sign);
        Word { text: self.text, tag: self.tag, currency, is_head: self.is_head }
    }

    /// Bytes of the text that it says, with its currency sign where that is right before it.
    pub fn stands_for(&self) -> Range<usize> {
        let sign = self.currency.filter(|(sign, at)| at + sign.len_utf8() == self.range.start);
        sign.map_or(self.range.start, |(_, at)| at)..self.range.end
    }
}

/// A text cut into tokens.
pub struct Tagged<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tokens.
    pub tokens: &'a [Token],
    /// The tag of each.
    pub tags: &'a [&'static str],
    /// The phonemes of each, where they are known before.
    pub known: &'a [Option<&'a str>],
}

/// The groups of the tokens. Marks are said already (as pauses, or not at all), and so is what is known.
pub fn group<'t>(tagged: &Tagged<'t>) -> Vec<Group<'t>> {
    let text = tagged.text;
    let mut groups: Vec<Group<'t>> = Vec::new();
    let mut currency = None;
    let mut tokens = tagged.tokens.iter().zip(tagged.tags).zip(tagged.known).peekable();
    while let Some(((token, tag), known)) = tokens.next() {
        let next = tokens.peek();
        let number_goes_on = next.is_some_and(|((_, tag), _)| **tag == "CD");
        let space_after = next.is_some_and(|((next, _), _)| next.start > token.end);
        let written = &text[token.clone()];
        let cuts = cut(written);
        for (index, range) in cuts.iter().enumerate() {
            let is_last = index + 1 == cuts.len();
            let range = token.start + range.start..token.start + range.end;
            let mut part = Part::new(text, range, tag);
            let known = known.filter(|_| cuts.len() == 1).map(str::to_owned);
            part.phonemes = known.or_else(|| mark(part.text, tag));
            if let (Some(sign), "$") = (currency_sign(part.text), *tag) {
                currency = Some((sign, part.range.start));
                part.phonemes = Some(String::new());
            } else if part.phonemes.is_some() {
                // A mark ends nothing: `$5, 6` still counts dollars.
            } else if currency.is_some() {
                if *tag != "CD" {
                    currency = None;
                } else if is_last && !number_goes_on {
                    part.currency = currency;
                }
            } else if part.text == "2" && !is_last && between_letters(written, &cuts, index) {
                part.alias = Some("to");
            }
            let space = is_last && space_after;
            let is_settled = part.alias.is_some() || part.phonemes.is_some();
            if let Some(group) = groups.last_mut().filter(|group| group.open && !is_settled) {
                part.is_head = false;
                group.parts.push(part);
                group.space = space;
                group.open = !space;
            } else {
                let open = !is_settled && !space;
                groups.push(Group { parts: vec![part], space, set_apart: false, open });
            }
        }
    }
    groups
}

fn currency_sign(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let sign = characters.next().filter(|sign| "$£€".contains(*sign))?;
    characters.next().is_none().then_some(sign)
}

/// What a mark is said as: the pause it makes, or nothing.
fn mark(text: &str, tag: &str) -> Option<String> {
    let pause = match tag {
        ":" if matches!(text, "-" | "–") => "—",
        "." | "," | "-LRB-" | "-RRB-" | "``" | "\"\"" | "''" | ":" | "$" | "#" | "NFP"
            if !text.chars().all(|found| found.is_ascii_alphabetic()) =>
        {
            match tag {
                "-LRB-" => "(",
                "-RRB-" => ")",
                "``" => "“",
                "\"\"" | "''" => "”",
                _ => return Some(text.chars().filter(|found| ";:,.!?—…\"“”".contains(*found)).collect()),
            }
        }
        _ => return None,
    };
    Some(pause.to_owned())
}

/// Whether letters are on both sides, as in `B2B`.
fn between_letters(token: &str, cuts: &[Range<usize>], index: usize) -> bool {
    let cut = |index: usize| cuts.get(index).and_then(|cut| token.get(cut.clone()));
    let before = index.checked_sub(1).and_then(cut).and_then(|text| text.chars().next_back());
    let after = cut(index + 1).and_then(|text| text.chars().next());
    before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_alphabetic)
}

/// Cuts a token where the kind of its characters changes, and before the capitals of `camelCase`. A single
/// apostrophe that joins no letters is left out.
pub fn cut(token: &str) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut at = Cursor::new(token, 0);
    while let Some(first) = at.peek() {
        let start = at.offset();
        let is_part = apostrophes(&mut at)
            || last_capital(&mut at)
            || digits(&mut at)
            || !at.eat_while(|found| matches!(found, '-' | '_')).is_empty()
            || hump(&mut at)
            || letters(&mut at)
            || at.eat_if(|found| !is_word(found) && !is_apostrophe(found)).is_some();
        if is_part {
            cuts.push(start..at.offset());
        } else {
            at.eat(first);
        }
    }
    if cuts.is_empty() {
        cuts.push(0..token.len());
    }
    cuts
}

fn is_apostrophe(found: char) -> bool {
    matches!(found, '\'' | '‘' | '’')
}

/// Apostrophes at the start and at the end, or two and more.
fn apostrophes(at: &mut Cursor<'_>) -> bool {
    let start = *at;
    let run = at.eat_while(is_apostrophe);
    if run.is_empty() || start.offset() == 0 || at.peek().is_none() || run.chars().nth(1).is_some() {
        return !run.is_empty();
    }
    *at = start;
    false
}

/// A capital before a capitalized word: the A of `ATeam`.
fn last_capital(at: &mut Cursor<'_>) -> bool {
    let mut next = at.rest().chars();
    let is_last = next.next().is_some_and(is_upper)
        && next.next().is_some_and(is_upper)
        && next.next().is_some_and(is_lower);
    is_last && at.eat_if(is_upper).is_some()
}

/// Digits with single commas and dots before or between them; a minus at the start of the token.
fn digits(at: &mut Cursor<'_>) -> bool {
    let mut end = *at;
    if end.offset() == 0 {
        end.eat('-');
    }
    loop {
        let digits = end.digits(1..=usize::MAX).is_some();
        let separated = end.past(|at| {
            at.eat_if(|found| matches!(found, ',' | '.')).is_some()
                && at.peek().is_some_and(|next| next.is_ascii_digit())
        });
        match separated {
            Some(separated) => end = separated,
            None if digits => break,
            None => return false,
        }
    }
    *at = end;
    true
}

/// Letters up to a small one before a capital.
fn hump(at: &mut Cursor<'_>) -> bool {
    let mut end = *at;
    loop {
        let mut joined = end;
        loop {
            if let Some(last) =
                joined.past(|at| at.eat_if(is_lower).is_some() && at.peek().is_some_and(is_upper))
            {
                *at = last;
                return true;
            }
            let Some(next) =
                joined.past(|at| at.eat_if(is_apostrophe).is_some() && at.eat_if(is_letter).is_some())
            else {
                break;
            };
            joined = next;
        }
        if end.eat_if(is_letter).is_none() {
            return false;
        }
    }
}

/// Letters, and after each apostrophe one more.
fn letters(at: &mut Cursor<'_>) -> bool {
    if at.eat_while(is_letter).is_empty() {
        return false;
    }
    while let Some(end) = at.past(|at| at.eat_if(is_apostrophe).is_some() && at.eat_if(is_letter).is_some()) {
        *at = end;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_tokens() {
        let cuts =
            |token: &'static str| cut(token).into_iter().map(|range| &token[range]).collect::<Vec<_>>();
        assert_eq!(cuts("camelCase"), ["camel", "Case"]);
        assert_eq!(cuts("getHTMLElement"), ["get", "HTMLElement"]);
        assert_eq!(cuts("ATeam"), ["A", "Team"]);
        assert_eq!(cuts("don't"), ["don't"]);
        assert_eq!(cuts("-1,234.5kg"), ["-1,234.5", "kg"]);
        assert_eq!(cuts(".5"), [".5"]);
        assert_eq!(cuts("B2B"), ["B", "2", "B"]);
        assert_eq!(cuts("'tis"), ["'", "tis"]);
        assert_eq!(cuts("a_b--c"), ["a", "_", "b", "--", "c"]);
        assert_eq!(cuts("x/y"), ["x", "/", "y"]);
        assert_eq!(cuts("'"), ["'"]);
    }
}
