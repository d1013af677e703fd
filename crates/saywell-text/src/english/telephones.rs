//! Telephone numbers as they are written outside of North America, short numbers, and extensions.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;

/// Words before a number that is called, in small letters.
const CUES: [&str; 25] = [
    "call", "calling", "cell", "contact", "dial", "fax", "helpline", "hotline", "landline", "mobile",
    "phone", "ring", "sms", "tel", "telephone", "text", "texting", "whatsapp", "freephone", "tollfree",
    "helpdesk", "switchboard", "id", "webinar", "conference",
];

fn has_cue(start: Cursor<'_>, words: usize) -> bool {
    start.words_before().take(words).any(|word| CUES.contains(&word.to_ascii_lowercase().as_str()))
}

/// `0412 345 678`, `1300 555 019`, `(03) 9123 4567`, `020 7946 0018`, after `call` also `98765 43210`: digit by
/// digit, a pause between groups.
pub fn telephone(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.before().is_some_and(|before| is_word(before) || ".-+/:".contains(before)) {
        return None;
    }
    let mut at = start;
    let bracketed = at.eat('(');
    let mut groups = vec![at.digits(if bracketed { 2..=5 } else { 1..=6 })?];
    if bracketed {
        (at.eat(')') && groups[0].starts_with('0')).then_some(())?;
    }
    let mut separator = None;
    while groups.len() < 7 {
        let mut end = at;
        let found = end.eat_one_of([" ", "-", "."]);
        if found.is_none() && !(bracketed && groups.len() == 1) {
            break;
        }
        // The same mark between all groups; a space may stand after the area.
        if separator.is_some_and(|before| Some(before) != found) && groups.len() > 2 {
            break;
        }
        let group = end;
        if end.digits(2..=8).is_none() || end.peek().is_some_and(|next| is_word(next) || "%°".contains(next))
        {
            break;
        }
        separator = found;
        groups.push(group.until(end));
        at = end;
    }
    let digits: usize = groups.iter().map(|group| group.len()).sum();
    let trunk = groups[0].starts_with('0') && groups[0].len() > 1;
    let free = matches!(groups[0], "1300" | "1800" | "1900" | "13");
    let ends = at.ends_quantity() && !at.peek().is_some_and(|next| "-/:".contains(next));
    // `Call 13 11 14`, `the helpline is 116 123`
    let short = !trunk
        && !bracketed
        && digits == 6
        && (groups.len() == 3 && has_cue(start, 1)
            || groups.len() == 2 && groups[0].len() == 3 && has_cue(start, 2));
    let is_number = groups.len() > 1
        && ((7..=13).contains(&digits) || short)
        && (trunk || free || has_cue(start, 4))
        // `00 00 00` is a listing, `1300 555` people.
        && (trunk || short || groups.len() > 2 || digits > 8);
    // Telephones of one group: `dial 5551234`.
    let is_run = groups.len() == 1 && (7..=11).contains(&digits) && has_cue(start, 3) && !bracketed;
    if !(ends && (is_number || is_run)) {
        return None;
    }
    let groups: Vec<_> = groups.iter().map(|group| reader.characters(group)).collect();
    let edit = Edit::new(start, at, groups.join(", "));
    Some(edit)
}

/// `dial 112`, `text 741741` → digit by digit, unless what is counted follows.
pub fn short(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const AFTER: [&str; 14] = [
        "for", "in", "if", "or", "now", "and", "immediately", "right", "from", "to", "when", "as", "on", "at",
    ];
    // `dial 999 or 112`
    let again = || {
        let mut words = start.words_before();
        words.next() == Some("or")
            && words.next().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
            && words.next().is_some_and(|word| CUES.contains(&word.to_ascii_lowercase().as_str()))
    };
    // `Text STOP to 88202`
    let sent_to = || {
        start.previous_word() == "to"
            && start.words_before().take(4).any(|word| {
                matches!(word.to_ascii_lowercase().as_str(), "text" | "sms" | "send" | "texting" | "donate")
            })
    };
    // `Dial 000 in Australia, 111 in New Zealand`
    let listed = || {
        let mut at = start;
        at.digits(3..=3).is_some()
            && matches!(at.next_word(), "in" | "for")
            && start
                .words_before()
                .any(|word| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit()))
            && has_cue(start, 12)
    };
    // `dial 15 for an ambulance or 112`
    let emergency = || {
        let mut at = start;
        matches!(at.digits(3..=3), Some("000" | "110" | "111" | "112" | "119" | "911" | "999"))
            && start.words_before().any(|word| matches!(word, "Call" | "Dial" | "call" | "dial"))
    };
    if start.before() != Some(' ') || !(has_cue(start, 1) || again() || sent_to() || listed() || emergency())
    {
        return None;
    }
    let mut at = start;
    let number = at.digits(3..=6)?;
    // Three digits after `to` are rather an amount.
    if number.len() < 4 && !(has_cue(start, 1) || again() || listed() || emergency()) {
        return None;
    }
    let ends = at.ends_quantity() && !at.peek().is_some_and(|next| "-/:%".contains(next));
    let alone = at.peek() != Some(' ') || AFTER.contains(&at.next_word());
    (ends && alone).then(|| Edit::new(start, at, reader.characters(number)))
}

/// `1-800-FLOWERS`, `1-888-GO-4-HELP` → `one eight hundred FLOWERS`, `one eight eight eight GO four HELP`.
pub fn lettered(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    at.eat_text("1-").then_some(())?;
    let area = at.digits(3..=3).filter(|area| area.starts_with('8') || *area == "900")?;
    let mut words = vec![reader.characters("1")];
    words.push(if area.ends_with("00") { reader.count(area) } else { reader.characters(area) });
    let mut letters = 0;
    while let Some(end) = at
        .past(|at| at.eat('-') && !at.eat_while(|found| found.is_ascii_uppercase()).is_empty())
        .or_else(|| {
            at.past(|at| {
                at.eat('-') && at.digits(1..=4).is_some() && !at.peek().is_some_and(char::is_alphabetic)
            })
        })
    {
        let group = &at.until(end)[1..];
        if group.starts_with(|first: char| first.is_ascii_digit()) {
            words.push(reader.characters(group));
        } else {
            letters += group.len();
            words.push(group.to_owned());
        }
        at = end;
        if words.len() > 8 {
            return None;
        }
    }
    (letters > 1 && at.ends_word()).then(|| Edit::new(start, at, words.join(" ")))
}

/// `Dial *67`, `Press *#06#` → `star six seven`, sign by sign.
pub fn starred(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let pressed = || start.words_before().take(2).any(|word| matches!(word, "press" | "Press" | "enter"));
    (start.starts_chunk() && (has_cue(start, 2) || pressed())).then_some(())?;
    let mut at = start;
    at.peek().filter(|first| "*#".contains(*first))?;
    let written = at.eat_while(|found| found.is_ascii_digit() || "*#".contains(found));
    (written.len() > 2 && written.len() < 24 && at.ends_word()).then_some(())?;
    let words = written.chars().map(|found| match found {
        '*' => "star".to_owned(),
        '#' => "pound".to_owned(),
        digit => reader.characters(digit.encode_utf8(&mut [0; 4])),
    });
    Some(Edit::new(start, at, words.collect::<Vec<_>>().join(" ")))
}

/// `Fax: 030/1234567`: the area of German numbers, parted by a slash.
pub fn slashed(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (!start.is_inside_number() && at.peek() == Some('0') && has_cue(start, 3)).then_some(())?;
    let area = at.digits(3..=6)?;
    (at.eat('/') || at.eat_text(" / ")).then_some(())?;
    let mut groups = vec![reader.characters(area)];
    while groups.len() < 5 {
        groups.push(reader.characters(at.digits(2..=8)?));
        let Some(end) = at.past(|at| {
            at.eat_one_of([" ", "-"]).is_some() && at.past(|at| at.digits(2..=8).is_some()).is_some()
        }) else {
            break;
        };
        at = end;
    }
    at.ends_quantity().then(|| Edit::new(start, at, groups.join(", ")))
}

/// `x89`, `ext. 204` after a number → `extension eight nine`.
pub fn extension(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (start.before() == Some(' ') && start.before_second().is_some_and(|before| before.is_ascii_digit()))
        .then_some(())?;
    at.eat('x').then_some(())?;
    let number = at.digits(2..=5)?;
    let after_telephone = start.window_before(9).trim_end().ends_with(|last: char| last.is_ascii_digit())
        && start.window_before(6).contains('-');
    (after_telephone && at.ends_word())
        .then(|| Edit::new(start, at, format!("extension {}", reader.characters(number))))
}
