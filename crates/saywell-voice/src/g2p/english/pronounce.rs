//! From tagged tokens to phonemes. Goes from the last to the first, since how a word is said depends on what
//! follows it.

use std::ops::Range;

use saywell_text::english::{Cursor, is_letter};

use super::English;
use super::lexicon::{self, Following, Word};
use super::parts::{Group, Part, Tagged, cut, group};
use super::tables::SPELLER_LENGTH;
use crate::g2p::stress::{self, PRIMARY, Stress, is_consonant, is_vowel, restress};

/// What is said without a pause between, and the part of the text it stands for.
pub struct Spoken {
    /// Bytes of the text.
    pub text: Range<usize>,
    /// Its phonemes, at least one.
    pub phonemes: String,
    /// How it is set off from what is said before it.
    pub joint: Joint,
}

/// How something said follows what was said before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// It is the same word.
    Joined,
    /// It is another word, written without a space.
    Apart,
    /// There is a space.
    Space,
}

/// Says a text.
pub fn pronounce(tagged: &Tagged<'_>, english: &English) -> Vec<Spoken> {
    let text = tagged.text;
    let mut groups = group(tagged);
    let mut following = Following::default();
    for group in groups.iter_mut().rev() {
        if group.parts.len() == 1 {
            say_alone(text, group, &mut following, english);
        } else {
            say_together(text, group, &mut following, english);
        }
    }
    let mut spoken = Vec::with_capacity(tagged.tokens.len());
    let mut joint = Joint::Apart;
    for group in groups {
        let inner = if group.set_apart { Joint::Space } else { Joint::Joined };
        let mut is_silent = true;
        for part in group.parts {
            let text = part.stands_for();
            let Some(phonemes) = part.phonemes.filter(|phonemes| !phonemes.is_empty()) else { continue };
            spoken.push(Spoken { text, phonemes, joint });
            joint = inner;
            is_silent = false;
        }
        let space = group.space || (is_silent && joint == Joint::Space);
        joint = if space { Joint::Space } else { Joint::Apart };
    }
    spoken
}

fn say_alone<'t>(text: &'t str, group: &mut Group<'t>, following: &mut Following, english: &English) {
    let Some(part) = group.parts.first_mut() else { return };
    let word = Word { text: part.alias.unwrap_or(part.text), ..part.word() };
    part.phonemes = part.phonemes.take().or_else(|| lexicon::pronounce(word, *following, english.accent));
    let word = part.word();
    if let Some(phonemes) = &part.phonemes {
        *following = before(&word, phonemes, *following);
        return;
    }
    let pieces = spell_out(text, part.range.clone(), english);
    let phonemes: Vec<_> = pieces.iter().filter_map(|piece| piece.phonemes.as_deref()).collect();
    *following = before(&word, &phonemes.join(" "), *following);
    group.replace(pieces);
}

/// Finds the longest run of parts that is a word, from the end; then the next before it.
fn say_together<'t>(text: &'t str, group: &mut Group<'t>, following: &mut Following, english: &English) {
    let parts = &mut group.parts;
    let mut right = parts.len();
    let mut left = longest_run(parts, right);
    while left < right {
        let run = &mut parts[left..right];
        let spelling: String = run.iter().map(|part| part.text).collect();
        let word = Word { text: &spelling, ..heading(run) };
        let is_open = run.iter().all(|part| part.phonemes.is_none());
        let phonemes = if is_open { lexicon::pronounce(word, *following, english.accent) } else { None };
        if let Some(phonemes) = phonemes {
            *following = before(&word, &phonemes, *following);
            say_as_one(run, phonemes);
            right = left;
        } else if left + 1 < right {
            left += 1;
            continue;
        } else {
            right -= 1;
            let part = &mut parts[right];
            if part.phonemes.is_none() {
                if !part.text.chars().all(is_silent) {
                    let range = parts[0].range.start..parts[parts.len() - 1].range.end;
                    group.replace(spell_out(text, range, english));
                    return;
                }
                part.phonemes = Some(String::new());
            }
        }
        left = longest_run(parts, right);
    }
    balance(group);
}

/// Where the longest run of parts up to `right` begins that could be one word.
fn longest_run(parts: &[Part<'_>], right: usize) -> usize {
    /// No word or number of several parts is longer than this many bytes.
    const LONGEST: usize = 64;
    let mut length = 0;
    let fits = parts[..right].iter().rev().take_while(|part| {
        length += part.text.len();
        length <= LONGEST
    });
    right - fits.count().max(1).min(right)
}

/// The first part says it all and stands for all.
fn say_as_one(run: &mut [Part<'_>], phonemes: String) {
    let end = run.last().map(|part| part.range.end);
    for part in run.iter_mut() {
        part.phonemes = Some(String::new());
    }
    if let (Some(first), Some(end)) = (run.first_mut(), end) {
        first.phonemes = Some(phonemes);
        first.range.end = end;
    }
}

/// Marks inside words that are not said.
fn is_silent(mark: char) -> bool {
    "',-._‘’/".contains(mark)
}

/// What a run of parts is as a word, but for its spelling: its tag is that of the part with most letters,
/// capitals counting double.
fn heading<'t>(parts: &[Part<'t>]) -> Word<'t> {
    let weight = |part: &Part<'_>| -> usize {
        part.text.chars().map(|letter| if letter.to_lowercase().eq([letter]) { 1 } else { 2 }).sum()
    };
    // Of equals, the first.
    let heaviest = parts.iter().rev().max_by_key(|part| weight(part));
    Word {
        text: "",
        tag: heaviest.map_or("", |part| part.tag),
        currency: parts.iter().filter_map(|part| part.currency).map(|(sign, _)| sign).max(),
        is_head: parts.first().is_some_and(|part| part.is_head),
    }
}

/// What the word before `word` gets to know.
fn before(word: &Word<'_>, phonemes: &str, after: Following) -> Following {
    let is_pause = |sound: char| ";:,.!?—…".contains(sound);
    let first = phonemes.chars().find(|sound| is_vowel(*sound) || is_consonant(*sound) || is_pause(*sound));
    let vowel = first.map_or(after.vowel, |sound| if is_pause(sound) { None } else { Some(is_vowel(sound)) });
    let to = matches!(word.text, "to" | "To") || (word.text == "TO" && matches!(word.tag, "TO" | "IN"));
    Following { vowel, to }
}

/// Sets the stress of a group of parts against each other: parts of different kinds are words of their own;
/// of a compound only so many parts keep primary stress.
fn balance(group: &mut Group<'_>) {
    let text = || group.parts.iter().flat_map(|part| part.text.chars());
    let kind = |found: char| match found {
        found if found.is_alphabetic() => 0,
        found if found.is_ascii_digit() => 1,
        _ => 2,
    };
    let mut kinds = text().filter(|found| !is_silent(*found)).map(kind);
    let first = kinds.next();
    group.set_apart = text().any(|found| found == '/') || kinds.any(|kind| Some(kind) != first);
    if group.set_apart {
        return;
    }
    let said = |part: &Part<'_>| part.phonemes.clone().filter(|phonemes| !phonemes.is_empty());
    let said = group.parts.iter().enumerate().filter_map(|(index, part)| Some((index, said(part)?)));
    let mut said: Vec<_> = said
        .map(|(index, phonemes)| (phonemes.contains(PRIMARY), stress::weight(&phonemes), index))
        .collect();
    let stressed = said.iter().filter(|(is_primary, ..)| *is_primary).count();
    let weaker = match said.as_slice() {
        [(_, _, first), (_, _, second)] if group.parts[*first].text.chars().nth(1).is_none() => vec![*second],
        [] | [_] => return,
        several if stressed <= several.len().div_ceil(2) => return,
        _ => {
            said.sort_unstable();
            said.iter().take(said.len() / 2).map(|(.., index)| *index).collect()
        }
    };
    for index in weaker {
        let phonemes = &mut group.parts[index].phonemes;
        *phonemes = phonemes.as_deref().map(|phonemes| restress(phonemes, Some(Stress::Weaker)));
    }
}

/// Says what no dictionary has: letters by the speller, digits as numbers, some symbols by name.
fn spell_out<'t>(text: &'t str, range: Range<usize>, english: &English) -> Vec<Part<'t>> {
    let mut parts = Vec::new();
    let mut say = |range: Range<usize>, phonemes: Option<String>| {
        let phonemes = phonemes.filter(|phonemes| !phonemes.is_empty());
        parts.extend(phonemes.map(|phonemes| Part::pronounced(text, range, phonemes)));
    };
    let mut at = Cursor::new(text, range.start);
    while at.offset() < range.end {
        let start = at;
        if letters(&mut at) {
            let word = start.until(at);
            if !word.starts_with(char::is_alphabetic) {
                continue;
            }
            if word.chars().nth(SPELLER_LENGTH).is_none() {
                say(start.offset()..at.offset(), Some(english.speller.spell(word)));
                continue;
            }
            // Longer than the speller reads: cut at capitals, each piece is perhaps a word.
            for piece in cut(word) {
                let word = Word { text: &word[piece.clone()], tag: "NN", currency: None, is_head: false };
                let known = lexicon::pronounce(word, Following::default(), english.accent);
                let phonemes = known.unwrap_or_else(|| english.speller.spell(word.text));
                say(start.offset() + piece.start..start.offset() + piece.end, Some(phonemes));
            }
        } else if let Some(digits) = digits(&mut at) {
            say(start.offset()..at.offset(), lexicon::number(digits, None, false, english.accent));
        } else {
            let name = at.eat_if(|_| true).and_then(symbol);
            say(start.offset()..at.offset(), name.map(|name| english.accent.of_american(name)));
        }
    }
    parts
}

/// Takes letters with apostrophes between them.
fn letters(at: &mut Cursor<'_>) -> bool {
    let is_word = !at.eat_while(is_letter).is_empty();
    let rest = |at: &mut Cursor<'_>| {
        at.eat_if(|found| matches!(found, '\'' | '’')).is_some() && !at.eat_while(is_letter).is_empty()
    };
    while let Some(end) = at.past(rest).filter(|_| is_word) {
        *at = end;
    }
    is_word
}

/// Takes digits with commas and dots between them.
fn digits<'t>(at: &mut Cursor<'t>) -> Option<&'t str> {
    let start = *at;
    at.digits(1..=usize::MAX)?;
    while let Some(end) = at.past(|at| {
        at.eat_if(|found| matches!(found, ',' | '.')).is_some() && at.digits(1..=usize::MAX).is_some()
    }) {
        *at = end;
    }
    Some(start.until(*at))
}

fn symbol(symbol: char) -> Option<&'static str> {
    Some(match symbol {
        '/' => "slˈæʃ",
        '=' => "ˈikwᵊlz",
        '+' => "plˈʌs",
        '&' => "ænd",
        '@' => "æt",
        '%' => "pəɹsˈɛnt",
        '#' => "hˈæʃ",
        '*' => "ˈæstəɹˌɪsk",
        '~' => "tˈɪldə",
        '^' => "kˈɛɹət",
        '<' => "lˈɛs ðən",
        '>' => "ɡɹˈATəɹ ðən",
        '—' => "—",
        _ => return None,
    })
}
