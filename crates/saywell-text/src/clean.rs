//! What prose needs before it is spoken: no invisible characters, no emoji (or their names), no citation
//! marks, no addresses spelt out, single spaces. Code and maths keep their words, but for addresses.

use crate::Emoji;
use crate::about;
use crate::added::Phrase;
use crate::emoji;
use crate::maths;
use crate::spoken::{Relation, Spoken};
use std::ops::Range;

mod citation;

/// `spoken` without what is not said, without white space at its ends.
pub(crate) fn clean(spoken: Spoken, emoji: Emoji) -> Spoken {
    let spoken = if is_clean(&spoken.text) { spoken } else { rewrite(&spoken, emoji) };
    trim(spoken)
}

/// `spoken` without the white space at its ends.
pub(crate) fn trim(spoken: Spoken) -> Spoken {
    let start = spoken.text.len() - spoken.text.trim_start().len();
    let end = spoken.text.trim_end().len();
    if start >= end {
        Spoken::default()
    } else if (start, end) == (0, spoken.text.len()) {
        spoken
    } else {
        spoken.slice(start..end)
    }
}

/// Most text needs nothing: plain characters, single spaces, no mark and no address.
fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'[' | b'*' | b'`' | b'^');
    bytes.iter().all(plain)
        && !bytes.windows(2).any(|pair| {
            // Spaces, schemes, emptied brackets, short codes, hosts with a path.
            pair == b"  "
                || pair == b"//"
                || pair == b"()"
                || pair == b"~~"
                || pair == b"||"
                || (pair[0] == b':' && pair[1].is_ascii_alphabetic())
                || (pair[1] == b'/' && pair[0].is_ascii_alphabetic())
        })
        && !text.contains("www.")
}

/// What stands in for a piece of prose.
enum Edit {
    Drop,
    Say(String),
    /// That there is a link, and to which host.
    Link(Option<String>),
}

fn rewrite(spoken: &Spoken, emoji: Emoji) -> Spoken {
    let mut result = Spoken::default();
    for (run, sort) in runs(spoken) {
        let part = spoken.slice(run);
        if sort == Sort::Words {
            for (text, source, relation) in part.pieces() {
                if let Relation::Added(phrase) = relation {
                    result.add(phrase, source);
                    continue;
                }
                result.replace(&squeezed(&edited(text, emoji), ends_blank(&result)), source);
            }
            continue;
        }
        let mut at = 0;
        for (range, edit) in edits(&part.text, sort == Sort::Prose, emoji) {
            copy(&part.slice(at..range.start), &mut result);
            match edit {
                Edit::Drop => {}
                Edit::Say(words) => {
                    let words = if ends_blank(&result) { words.trim_start() } else { &words };
                    result.replace(words, part.slice(range.clone()).source());
                }
                Edit::Link(host) => {
                    let source = part.slice(range.clone()).source();
                    result.add(if host.is_some() { Phrase::LinkTo } else { Phrase::Link }, source.clone());
                    if let Some(host) = host {
                        result.replace(&[" ", &host].concat(), source);
                    }
                }
            }
            at = range.end;
        }
        copy(&part.slice(at..part.text.len()), &mut result);
    }
    result
}

/// What a run of text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Prose,
    /// Code and the like.
    Literal,
    /// Words that stand for others, and stay in one piece.
    Words,
}

/// The text in runs of one sort.
fn runs(spoken: &Spoken) -> Vec<(Range<usize>, Sort)> {
    let mut runs: Vec<(Range<usize>, Sort)> = Vec::new();
    let mut at = 0;
    for (text, _, relation) in spoken.pieces() {
        let sort = match relation {
            Relation::Prose => Sort::Prose,
            Relation::Literal => Sort::Literal,
            // Entities and line breaks are replaced text too, and part of the prose around them.
            Relation::Replaced if text.chars().nth(1).is_none() => Sort::Prose,
            Relation::Replaced | Relation::Added(_) => Sort::Words,
        };
        match runs.last_mut() {
            Some(last) if last.1 == sort => last.0.end += text.len(),
            _ => runs.push((at..at + text.len(), sort)),
        }
        at += text.len();
    }
    runs
}

/// `text` with its addresses named.
fn edited(text: &str, emoji: Emoji) -> String {
    let mut result = String::new();
    let mut at = 0;
    for (range, edit) in edits(text, false, emoji) {
        result.push_str(&text[at..range.start]);
        match edit {
            Edit::Drop => {}
            Edit::Say(words) => result.push_str(&words),
            Edit::Link(Some(host)) => result.extend([&Phrase::LinkTo.english(), " ", &host]),
            Edit::Link(None) => result.push_str(&Phrase::Link.english()),
        }
        at = range.end;
    }
    result.push_str(&text[at..]);
    result
}

/// `text` without silent characters and with single spaces, after white space or not.
fn squeezed(text: &str, mut blank: bool) -> String {
    let mut words = String::new();
    for c in text.chars().filter(|c| !is_silent(*c)) {
        if !c.is_whitespace() {
            words.push(c);
        } else if !blank {
            words.push(' ');
        }
        blank = c.is_whitespace();
    }
    words
}

/// Appends `part` without silent characters and with single spaces.
fn copy(part: &Spoken, result: &mut Spoken) {
    for (text, source, relation) in part.pieces() {
        let mark = |c: Option<char>| c.is_some_and(|c| matches!(u32::from(c), 0x300..=0x36F));
        let silent = |at: usize, c: char| {
            // Letters with heaps of marks on them are drawn, not written.
            let heaped = mark(Some(c))
                && (mark(text[..at].chars().next_back()) || mark(text[at + c.len_utf8()..].chars().next()));
            heaped
                || is_silent(c)
                    // `△ABC`
                    && !(c == '△' && text[at + c.len_utf8()..].trim_start_matches(' ').starts_with(|next: char| next.is_ascii_uppercase()))
                    && !(matches!(c, '\u{200c}' | '\u{200d}')
                        && joins(text[..at].chars().next_back(), text[at + c.len_utf8()..].chars().next()))
        };
        if relation.is_whole() {
            result.replace(&squeezed(text, ends_blank(result)), source);
            continue;
        }
        let mut kept = 0; // start of the run that is copied as it stands
        let flush = |from: usize, to: usize, result: &mut Spoken| {
            result.push(&text[from..to], source.start + from, relation);
        };
        let mut blank = ends_blank(result);
        for (at, c) in text.char_indices() {
            let next = at + c.len_utf8();
            if c.is_whitespace() {
                if blank || c != ' ' {
                    flush(kept, at, result);
                    kept = next;
                    if !blank {
                        result.replace(" ", source.start + at..source.start + next);
                    }
                }
                blank = true;
            } else if silent(at, c) {
                flush(kept, at, result);
                kept = next;
            } else if let Some(plain) = plain_letter(c) {
                flush(kept, at, result);
                kept = next;
                result.replace(plain.encode_utf8(&mut [0; 4]), source.start + at..source.start + next);
                blank = false;
            } else {
                blank = false;
            }
        }
        flush(kept, text.len(), result);
    }
}

fn ends_blank(spoken: &Spoken) -> bool {
    spoken.text.chars().next_back().is_none_or(char::is_whitespace)
}

/// Characters that are not said: controls, zero-width and direction marks, and pictures.
pub(crate) fn is_silent(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(u32::from(c),
            0xAD                          // soft hyphen
            | 0x061C | 0x180E             // Arabic letter mark, Mongolian vowel separator
            | 0x200B..=0x200F             // zero width, joiners, direction marks
            | 0x202A..=0x202E             // direction embedding and override
            | 0x2060..=0x206F             // word joiner, invisible operators, direction isolates
            | 0xFEFF | 0xFFF9..=0xFFFD    // byte order mark, annotations, replacement character
            | 0xFE00..=0xFE0F | 0xE0000..=0xE0FFF // variation selectors, tags
            | 0x0334..=0x0338             // strokes laid over letters
            | 0x20E3                      // keycap
            | 0x231A | 0x231B | 0x23E9..=0x23FA
            | 0x25A0..=0x25FF             // squares, circles, triangles
            | 0x2600..=0x2668 | 0x266A..=0x266C | 0x2670..=0x27BF // symbols and dingbats, but for those of music
            | 0x2B05..=0x2B07 | 0x2B1B | 0x2B1C | 0x2B50 | 0x2B55
            | 0x1F000..=0x1FAFF           // emoji, flags, playing cards
            | 0xE000..=0xF8FF | 0xF0000..=0x10_FFFF // private use: icons and citation marks
        )
}

/// The letter or digit that one of Unicode's mathematical alphabets stands for: people write bold and script
/// with them where they have no markup.
fn plain_letter(c: char) -> Option<char> {
    let code = u32::from(c);

    match code {
        0x1D400..=0x1D6A3 => match (code - 0x1D400) % 52 {
            upper @ 0..26 => char::from_u32(u32::from('A') + upper),
            lower => char::from_u32(u32::from('a') + lower - 26),
        },
        0x1D7CE..=0x1D7FF => char::from_u32(u32::from('0') + (code - 0x1D7CE) % 10),
        _ => None,
    }
}

/// Whether a joiner between these two shapes a word of Arabic or an Indic script rather than hiding.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    let script = |c: Option<char>| c.is_some_and(|c| matches!(u32::from(c), 0x0600..=0x0DFF));
    script(before) && script(after)
}

/// Citation marks, addresses and the like in prose, in order. In code and formulas only addresses.
fn edits(text: &str, prose: bool, emoji: Emoji) -> Vec<(Range<usize>, Edit)> {
    let mut found: Vec<(Range<usize>, Edit)> = Vec::new();
    let mut at = 0;
    let trigger = |c: char| match c {
        ':' | 'w' | '/' => true,
        '♠' | '♥' | '♦' | '♣' | '❤' | '★' | '⭐' | '•' | '[' | '【' | '*' | '`' | '~' | '|' | ']' | '('
        | '^' | '√' | '\u{20e3}' => prose,
        _ => prose && emoji == Emoji::Named && emoji::may_begin(c),
    };
    while let Some(offset) = text[at..].find(trigger) {
        let here = at + offset;
        let rest = &text[here..];
        let next = rest.chars().next().unwrap_or_default();
        let edit = match next {
            ':' => address_around(text, at, here)
                .or_else(|| named_emoji(text, at, here, emoji).filter(|_| prose)),
            'w' => bare_host(text, here),
            '/' => host_with_path(text, at, here).filter(|_| prose),
            '*' | '`' | '~' | '|' => {
                let (run, edit) = left_over(text, here);
                at = run.end;
                found.extend(edit.map(|edit| (run, edit)));
                continue;
            }
            // A link that the reply broke off in: "[the guide](https://exam".
            ']' => rest.strip_prefix("](").map(|address| {
                if let Some(open) =
                    text[..here].rfind(['[', ']']).filter(|open| text[*open..].starts_with('['))
                    && !address.contains(')')
                    && found.last().is_none_or(|(last, _)| last.end <= open)
                {
                    found.push((open..open + 1, Edit::Drop));
                }
                let length = address.find(|c: char| c.is_whitespace() || c == ')').unwrap_or(address.len());
                (here..here + "](".len() + length, Edit::Drop)
            }),
            '♠' | '♥' | '♦' | '♣' => card(text, at, here),
            '❤' => loved(text, at, here).or_else(|| named_emoji(text, at, here, emoji)),
            '★' | '⭐' => stars(text, here).or_else(|| named_emoji(text, at, here, emoji)),
            '•' => bear(text, at, here),
            '(' => emptied(text, at, here).or_else(|| face(text, at, here)),
            '^' => power(text, at, here),
            '√' => root(text, at, here),
            '\u{20e3}' => Some(keycap(text, at, here)),
            '[' | '【' => citation::citation(text, here).map(|length| {
                // The space before goes with it: "true [1]." becomes "true."
                let spaces = text[at..here].len() - text[at..here].trim_end_matches(' ').len();
                (here - spaces..here + length, Edit::Drop)
            }),
            _ => named_emoji(text, at, here, emoji),
        };
        match edit {
            Some((range, edit)) => {
                at = range.end;
                found.push((range, edit));
            }
            None => at = here + next.len_utf8(),
        }
    }
    found
}

/// A pair of brackets that is empty after a word and a space: what was in it is not said.
fn emptied(text: &str, from: usize, at: usize) -> Option<(Range<usize>, Edit)> {
    let inside = text[at + 1..].trim_start_matches([' ', ',', ';', '\u{1}']);
    let rest = inside.strip_prefix(')')?;
    let before = &text[from..at];
    let spaces = before.len() - before.trim_end().len();
    (spaces > 0 || at == 0).then_some((at - spaces..text.len() - rest.len(), Edit::Drop))
}

/// A card of a game: `A♠` → `ace of spades`.
fn card(text: &str, from: usize, at: usize) -> Option<(Range<usize>, Edit)> {
    const RANKS: [(&str, &str); 14] = [
        ("10", "10"),
        ("A", "ace"),
        ("K", "king"),
        ("Q", "queen"),
        ("J", "jack"),
        ("T", "10"),
        ("9", "9"),
        ("8", "8"),
        ("7", "7"),
        ("6", "6"),
        ("5", "5"),
        ("4", "4"),
        ("3", "3"),
        ("2", "2"),
    ];
    let before = &text[from..at];
    let (rank, name) = RANKS.iter().find(|(rank, _)| before.ends_with(rank))?;
    let start = at - rank.len();
    if text[from..start].ends_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let suit = match text[at..].chars().next()? {
        '♠' => "spades",
        '♥' => "hearts",
        '♦' => "diamonds",
        _ => "clubs",
    };
    let mut end = at + '♠'.len_utf8();
    end += if text[end..].starts_with('\u{fe0f}') { '\u{fe0f}'.len_utf8() } else { 0 };
    let follows = RANKS.iter().any(|(rank, _)| {
        text[end..].strip_prefix(rank).is_some_and(|rest| rest.starts_with(['♠', '♥', '♦', '♣']))
    });
    Some((start..end, Edit::Say(format!("{name} of {suit}{}", if follows { ", " } else { "" }))))
}

/// `I ❤️ NY`: the verb that the heart stands for.
fn loved(text: &str, from: usize, at: usize) -> Option<(Range<usize>, Edit)> {
    const SUBJECTS: [&str; 5] = ["I ", "We ", "we ", "You ", "They "];
    let end = at
        + '❤'.len_utf8()
        + if text[at + '❤'.len_utf8()..].starts_with('\u{fe0f}') { '\u{fe0f}'.len_utf8() } else { 0 };
    let before = &text[from..at];
    let subject = SUBJECTS.iter().any(|subject| {
        before.strip_suffix(subject).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    });
    let object = text[end..].strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    (subject && object).then(|| (at..end, Edit::Say("love".into())))
}

/// `a 5★ hotel`, `4.5⭐`: one star after a number counts.
fn stars(text: &str, at: usize) -> Option<(Range<usize>, Edit)> {
    const LINKS: [&str; 10] = ["for", "of", "from", "and", "or", "in", "on", "with", "out", "is"];
    let sign = text[at..].chars().next()?;
    let mut end = at + sign.len_utf8();
    end += if text[end..].starts_with('\u{fe0f}') { '\u{fe0f}'.len_utf8() } else { 0 };
    let number = text[..at].ends_with(|c: char| c.is_ascii_digit());
    let alone =
        !text[end..].starts_with(['★', '⭐', '☆', '½']) && !text[end..].starts_with(char::is_alphanumeric);
    // Before a noun in the singular: `a 5★ hotel`.
    let next = text[end..].strip_prefix(' ').unwrap_or_default();
    let word = &next[..next.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(next.len())];
    let noun = !word.is_empty() && !LINKS.contains(&word);
    (number && alone).then(|| (at..end, Edit::Say(if noun { " star" } else { " stars" }.into())))
}

/// `ʕ•ᴥ•ʔ`: a bear.
fn bear(text: &str, from: usize, at: usize) -> Option<(Range<usize>, Edit)> {
    const LONGEST: usize = 24;
    let before = text[from..at].strip_suffix('ʕ')?;
    let window = &text[at..text.floor_char_boundary(at + LONGEST)];
    let close = window.find('ʔ')?;
    (!window[..close].contains(' ')).then_some((from + before.len()..at + close + 'ʔ'.len_utf8(), Edit::Drop))
}

/// A face drawn with signs around brackets: `¯\_(ツ)_/¯`, `(╯°□°)╯︵ ┻━┻`.
fn face(text: &str, from: usize, at: usize) -> Option<(Range<usize>, Edit)> {
    const LONGEST: usize = 48;
    const EYES: &str = "°□◕‿ω´｀•ᴗ◡╥ಠ益дДツ｡︵ಥ✧≧≦˘³♥･∀゜╯╰◔ಡ⌣¬•̀•́ʖ͡ ͜";
    let window = &text[at + 1..text.floor_char_boundary(at + LONGEST)];
    let close = window.find(')')?;
    let inside = &window[..close];
    let drawn = inside.chars().filter(|c| EYES.contains(*c)).count();
    let letters = inside.chars().filter(char::is_ascii_alphanumeric).count();
    // Words of Chinese and Japanese in brackets are no face.
    if drawn == 0
        || letters > 0
        || inside.chars().count() > 14
        || drawn * 2 < inside.chars().filter(|c| !c.is_whitespace()).count()
    {
        return None;
    }
    let arms = |c: char| "╯╰ヽノづつ¯\\_/ლ୧و٩۶੭ʕʔᕕᕗ︵┻━┬─ヮ彡☆*".contains(c);
    let before = text[from..at].trim_end_matches(arms);
    let mut after = window[close + 1..].trim_start_matches(arms);
    let spaced = after.trim_start_matches(' ');
    if spaced.starts_with(['┻', '┬', '彡', '☆']) {
        after = spaced.trim_start_matches(arms);
    }
    let end = at + 1 + window.len() - after.len();
    Some((from + before.len()..end, Edit::Drop))
}

/// What is raised with a caret in running text: `x^2`, `10^-3`, `e^(-x)`.
fn power(text: &str, from: usize, at: usize) -> Option<(Range<usize>, Edit)> {
    const LONGEST: usize = 24;
    let before = &text[from..at];
    let base = before.len() - before.trim_end_matches(|c: char| c.is_alphanumeric()).len();
    let base_text = &before[before.len() - base..];
    let number = base_text.bytes().all(|b| b.is_ascii_digit());
    // `∫_0^1`: from below to above.
    let bounds =
        ["∫_", "∮_", "∑_", "Σ_", "∏_"].iter().any(|sign| before[..before.len() - base].ends_with(sign));
    if bounds {
        return None;
    }
    if (base_text.is_empty() && !before.ends_with([')', ']'])) || (base_text.chars().count() > 3 && !number) {
        return None;
    }
    let rest = &text[at + 1..];
    let length = if rest.starts_with(['(', '{']) {
        rest[..rest.floor_char_boundary(LONGEST)].find([')', '}'])? + 1
    } else {
        let sign = usize::from(rest.starts_with(['-', '+']));
        sign + rest[sign..].find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len() - sign)
    };
    // `x^2y`: the letter after the digits is the next factor.
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let factor = digits > 0
        && length == digits + 1
        && base_text.ends_with(char::is_alphabetic)
        && rest[digits..].starts_with(|c: char| c.is_ascii_lowercase());
    let length = if factor { digits } else { length };
    if length == 0 || length > LONGEST {
        return None;
    }
    let exponent = rest[..length].trim_matches(['(', ')', '{', '}']);
    let words = maths::speak(&["x^{", exponent, "}"].concat(), 100)?;
    let space = if factor { " " } else { "" };
    Some((at..at + 1 + length, Edit::Say([words.strip_prefix('x')?, space].concat())))
}

/// A root sign before a number or bracket: `√2`.
fn root(text: &str, from: usize, at: usize) -> Option<(Range<usize>, Edit)> {
    const LONGEST: usize = 40;
    // `⁴√16`: of a higher degree.
    let degree = text[from..at].chars().next_back().and_then(|c| match c {
        '³' => Some("3"),
        '⁴' => Some("4"),
        '⁵' => Some("5"),
        'ⁿ' => Some("n"),
        _ => None,
    });
    let start = at - degree.map_or(0, |_| text[from..at].chars().next_back().map_or(0, char::len_utf8));
    let option = degree.map_or(String::new(), |degree| ["[", degree, "]"].concat());
    let rest = &text[at + '√'.len_utf8()..];
    let bracketed = rest.starts_with('(');
    let length = if bracketed {
        let mut depth = 0_usize;
        let close = rest[..rest.floor_char_boundary(LONGEST)].find(|c| {
            depth = (depth + usize::from(c == '(')).saturating_sub(usize::from(c == ')'));
            depth == 0
        });
        close? + 1
    } else {
        rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
    };
    let inside = if bracketed { &rest[1..length - 1] } else { &rest[..length] };
    if length == 0 || length > LONGEST {
        return None;
    }
    let words = maths::speak(&["\\sqrt", &option, "{", inside, "}"].concat(), 100)?;
    // `3√2`
    let factor = degree.is_none() && text[from..at].ends_with(char::is_alphanumeric);
    let words = if factor { [" times ", &words].concat() } else { words };
    Some((start..at + '√'.len_utf8() + length, Edit::Say(words)))
}

/// A digit in a box counts: "1️⃣ First" is "1. First".
fn keycap(text: &str, from: usize, at: usize) -> (Range<usize>, Edit) {
    let before = text[from..at].trim_end_matches('\u{fe0f}');
    let end = at + '\u{20e3}'.len_utf8();
    // `Step 1️⃣` is its name.
    let digits = before.trim_end_matches(|c: char| c.is_ascii_digit());
    let named = ["Step ", "Part ", "Phase ", "Option ", "Tip ", "Rule ", "Day "];
    let counts = digits.len() < before.len()
        && !named.iter().any(|name| digits.ends_with(name))
        && text[end..].starts_with(char::is_whitespace);
    (from + before.len()..end, if counts { Edit::Say(".".into()) } else { Edit::Drop })
}

/// The emoji that `text` begins with, as itself or by its short code (`:rocket:`): its bytes and name.
fn emoji_at(text: &str) -> Option<(usize, String)> {
    const LONGEST: usize = 40;
    let Some(rest) = text.strip_prefix(':') else {
        return emoji::emoji_at(text);
    };
    let code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    let end = rest[..rest.floor_char_boundary(LONGEST)].find(|c| !code(c))?;
    let closed = rest[end..].strip_prefix(':')?;
    (!closed.starts_with(char::is_alphanumeric)).then_some(())?;
    Some((end + "::".len(), emoji::by_shortcode(&rest[..end])?))
}

/// The emoji at `at`: dropped, or its name, set off from the words around. The same ones after it belong
/// to it.
fn named_emoji(text: &str, from: usize, at: usize, emoji: Emoji) -> Option<(Range<usize>, Edit)> {
    let (mut length, name) = emoji_at(&text[at..])?;
    if text[at..].starts_with(':') && text[..at].ends_with(char::is_alphanumeric) {
        return None; // A time: 10:30:00.
    }
    if emoji == Emoji::Silent {
        return Some((at..at + length, Edit::Drop));
    }
    while let Some((next, again)) = emoji_at(text[at + length..].trim_start_matches(' '))
        && again == name
    {
        length = text.len() - text[at + length..].trim_start_matches(' ').len() + next - at;
    }
    let (before, after) = (text[from..at].trim_end(), text[at + length..].trim_start());
    let mut words = String::new();
    if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '"')) {
        words.push(',');
    }
    if !text[..at].is_empty() {
        words.push(' ');
    }
    words.push_str(&name);
    let sentence = before.ends_with(['.', '!', '?', '…']);
    if sentence && (after.is_empty() || after.starts_with(char::is_uppercase)) {
        words.push_str(if after.is_empty() { "." } else { ". " });
    } else if after.starts_with(|c: char| c.is_alphanumeric() || c == ':' || emoji::may_begin(c)) {
        words.push_str(", ");
    }
    let start = from + before.len();
    let end = text.len() - after.len();
    Some((start..end, Edit::Say(words)))
}

/// The run of marks at `at`, dropped if it is left over from Markdown that was never closed: asterisks
/// at one end of a word, backticks anywhere. "2 * 3" and "2*3" are none.
fn left_over(text: &str, at: usize) -> (Range<usize>, Option<Edit>) {
    let mark = text[at..].chars().next();
    let end = text[at..].find(|c| Some(c) != mark).map_or(text.len(), |length| at + length);
    let (before, after) = (text[..at].chars().next_back(), text[end..].chars().next());
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    // `*67` is dialled.
    let dialled = blank(before) && end - at == 1 && after.is_some_and(|c| c.is_ascii_digit() || c == '#');
    let kept = (blank(before) && blank(after)) || (inside(before) && inside(after)) || dialled;
    let left = match mark {
        Some('`') => true,
        // One tilde is "about"; two bars hide a word in some chats.
        Some('~' | '|') => !kept && end - at == 2,
        _ => !kept,
    };
    (at..end, left.then_some(Edit::Drop))
}

/// The address whose scheme ends at `colon`, if one does; it starts no earlier than `from`.
fn address_around(text: &str, from: usize, colon: usize) -> Option<(Range<usize>, Edit)> {
    const LONGEST_SCHEME: usize = 20;
    let before = &text[from..colon];
    let scheme = before.len()
        - before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')).len();
    let scheme_text = &before[before.len() - scheme..];
    if scheme_text.eq_ignore_ascii_case("mailto") {
        // The address itself is one word, and stays.
        return text[colon + 1..]
            .starts_with(char::is_alphanumeric)
            .then(|| (colon - scheme..colon + 1, Edit::Drop));
    }
    let rest = text[colon..].strip_prefix("://")?;
    if !(2..=LONGEST_SCHEME).contains(&scheme)
        || !scheme_text.starts_with(|c: char| c.is_ascii_alphabetic())
        || rest.is_empty()
    {
        return None;
    }
    let start = colon - scheme;
    let end = colon + "://".len() + address_length(rest);
    let address = &text[colon + "://".len()..end];
    if scheme_text.starts_with("http") && about::is_about(&text[from..start], address) {
        let www = if address.starts_with("www.") { "www.".len() } else { 0 };
        return Some((start..colon + "://".len() + www, Edit::Drop));
    }
    Some((start..end, named(address)))
}

/// A well-known host with a path after it, whose slash is at `slash`: `github.com/rust-lang/rust`.
fn host_with_path(text: &str, from: usize, slash: usize) -> Option<(Range<usize>, Edit)> {
    const ENDS: [&str; 12] =
        [".com", ".org", ".net", ".io", ".dev", ".ai", ".gov", ".edu", ".app", ".co.uk", ".de", ".rs"];
    const LONGEST: usize = 80;
    let before = &text[from..slash];
    let before = &before[before.ceil_char_boundary(before.len().saturating_sub(LONGEST))..];
    let host = &before[before
        .rfind(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))..];
    let known = ENDS.iter().any(|end| host.len() > end.len() && host.ends_with(end));
    let path = text[slash + 1..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '@' | '~' | '?'));
    let inside =
        text[..slash - host.len()].chars().next_back().is_some_and(|c| matches!(c, '@' | '/' | '_' | '\\'));
    if !known || !path || inside || host.starts_with('.') {
        return None;
    }
    let start = slash - host.len();
    let end = start + address_length(&text[start..]);
    // After a scheme that was taken off, what stands before is before that.
    let before =
        text[from..start].trim_end_matches("://").trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if about::is_about(&text[from..start], &text[start..end])
        || before.len() < start - from && about::is_about(before, &text[start..end])
    {
        return None;
    }
    Some((start..end, named(&text[start..end])))
}

/// The address without a scheme that starts at `at`: `www.example.com/page`.
fn bare_host(text: &str, at: usize) -> Option<(Range<usize>, Edit)> {
    let inside_word =
        text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '/');
    let named_host =
        text[at..].strip_prefix("www.").is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    if inside_word || !named_host {
        return None;
    }
    let end = at + address_length(&text[at..]);
    Some((at..end, named(&text[at..end])))
}

/// Bytes of `text` that belong to the address it begins with: up to white space or a quote, without
/// the punctuation of the sentence around it (GitHub's rule for bare addresses).
fn address_length(text: &str) -> usize {
    let end = text
        .find(|c: char| {
            c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '。' | '，' | '）' | '」' | '”')
        })
        .unwrap_or(text.len());
    let mut address = &text[..end];
    let mut unopened = address.matches(')').count().saturating_sub(address.matches('(').count());
    while let Some(last) = address.chars().next_back() {
        match last {
            ')' if unopened > 0 => unopened -= 1,
            '.' | ',' | ':' | ';' | '!' | '?' | '*' | '_' | '~' | '\'' | ']' | '|' | '…' => {}
            _ => break,
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address.len()
}

/// What is said for an address without its scheme.
fn named(address: &str) -> Edit {
    Edit::Link(host(address).map(str::to_owned))
}

/// The host of an address without its scheme.
fn host(address: &str) -> Option<&str> {
    let authority = address.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        // Of one's own machine the port tells what is meant.
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !is_own(name) => name,
        _ => host,
    };
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// Whether this is a name or number of the machine itself.
fn is_own(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.") || host == "0.0.0.0"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut spoken = Spoken::default();
        spoken.push(text, 0, Relation::Prose);
        let cleaned = clean(spoken, Emoji::Silent);
        assert_eq!(cleaned.text, expected);
        for (piece, source, relation) in cleaned.pieces() {
            if !relation.is_whole() {
                assert_eq!(piece, &text[source]);
            }
        }
    }

    #[test]
    fn silent_characters_go() {
        check("Great 🎉 work\u{200B}!  \u{202E}Go\t on 👨‍👩‍👧 1\u{FE0F}\u{20E3}", "Great work! Go on 1");
    }

    #[test]
    fn citations_go() {
        check("It is so [1]. And so[2][3], too [4, 5]【3†source】.", "It is so. And so, too.");
        check("Footnote[^note] here; a[0] and [x] stay.", "Footnote here; a[0] and [x] stay.");
    }

    #[test]
    fn marks_that_were_never_closed_go() {
        check("the **three main *reasons and `code", "the three main reasons and code");
        check("a *** b", "a *** b");
        check("2 * 3, 2*3, a footnote* and [the docs](https://exam", "2 * 3, 2*3, a footnote and the docs");
    }

    #[test]
    fn addresses_are_named() {
        check("See https://www.example.com/a_b?c=d#e.", "See link to example.com.");
        check(
            "(at http://user@host.org:8080/x) or www.rust-lang.org!",
            "(at link to host.org) or link to rust-lang.org!",
        );
        check("ratio 1:2 and awww. and std::fmt", "ratio 1:2 and awww. and std::fmt");
    }
}
