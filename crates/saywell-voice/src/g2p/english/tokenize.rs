//! Cuts text into tokens after spaCy's rules for English: contractions and other exceptions first, then what
//! clings to the start and the end of a chunk between spaces, then what joins words inside it.

use std::ops::Range;

use saywell_text::english::{Cursor, is_letter, is_word};

use super::tables::EXCEPTIONS;

/// A token: bytes `start..end` of the text.
pub type Token = Range<usize>;

/// The tokens of `text`, in order; between two there is nothing or white space.
pub fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut cursor = Cursor::new(text, 0);
    loop {
        cursor.eat_while(char::is_whitespace);
        let start = cursor.offset();
        cursor.eat_while(|character| !character.is_whitespace());
        if cursor.offset() == start {
            return tokens;
        }
        cut_chunk(text, start..cursor.offset(), &mut tokens);
    }
}

/// The exceptions are shorter than this many bytes; longer chunks are not looked up.
const LONGEST_EXCEPTION: usize = 40;

/// Lengths of the tokens that this chunk is cut into by exception.
fn exception(chunk: &str) -> Option<&'static [u8]> {
    if chunk.is_empty() || chunk.len() > LONGEST_EXCEPTION { None } else { EXCEPTIONS.get(chunk) }
}

fn push_exception(start: usize, lengths: &[u8], tokens: &mut Vec<Token>) {
    let mut start = start;
    for length in lengths {
        let end = start + usize::from(*length);
        tokens.push(start..end);
        start = end;
    }
}

fn cut_chunk(text: &str, chunk: Range<usize>, tokens: &mut Vec<Token>) {
    let first = tokens.len();
    let mut after = Vec::new();
    let core = peel(text, chunk, tokens, &mut after);
    let middle = &text[core.clone()];
    if let Some(lengths) = exception(middle) {
        push_exception(core.start, lengths, tokens);
    } else if is_address(middle) {
        tokens.push(core);
    } else if !core.is_empty() {
        cut_inside(text, core, tokens);
    }
    tokens.extend(after.into_iter().rev());
    if tokens.len() > first + 1 {
        rejoin(text, first, tokens);
    }
}

/// Takes prefixes and suffixes off `chunk` until neither is left or an exception is. Returns what remains.
fn peel(text: &str, chunk: Range<usize>, before: &mut Vec<Token>, after: &mut Vec<Token>) -> Range<usize> {
    let Range { mut start, mut end } = chunk;
    while start < end && exception(&text[start..end]).is_none() {
        let prefix = start + prefix_length(&text[start..end]);
        if prefix > start && exception(&text[prefix..end]).is_some() {
            before.push(start..prefix);
            return prefix..end;
        }
        let suffix = end - suffix_length(&text[prefix..end]);
        if suffix < end && exception(&text[start..suffix]).is_some() {
            after.push(suffix..end);
            return start..suffix;
        }
        if prefix == start && suffix == end {
            break;
        }
        before.extend((prefix > start).then_some(start..prefix));
        after.extend((suffix < end).then_some(suffix..end));
        (start, end) = (prefix, suffix);
    }
    start..end
}

const QUOTES: &str = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉";
const PUNCTUATION: &str = "…,:;!?¿¡()[]{}<>_#*&。？！，、；：～·";
const ICONS: &str = "™®©°§¶†‡•";
const CURRENCY_SIGNS: &str = "$£€¥฿₽₹₩₪₺₴₦₫₱₲₵₸₼₾₿";
const DOLLARS: [&str; 3] = ["US$", "C$", "A$"];
const UNITS: [&str; 44] = [
    "km", "km²", "km³", "m", "m²", "m³", "dm", "dm²", "dm³", "cm", "cm²", "cm³", "mm", "mm²", "mm³", "ha",
    "µm", "nm", "yd", "in", "ft", "kg", "g", "mg", "µg", "t", "lb", "oz", "m/s", "km/h", "kmh", "mph", "hPa",
    "Pa", "mbar", "mb", "MB", "kb", "KB", "gb", "GB", "tb", "TB", "%",
];

/// Bytes of the prefix that `chunk` begins with; 0 without one.
fn prefix_length(chunk: &str) -> usize {
    let mut at = Cursor::new(chunk, 0);
    let single = |found: char| {
        "§%=—–".contains(found)
            || [PUNCTUATION, QUOTES, CURRENCY_SIGNS, ICONS].iter().any(|class| class.contains(found))
    };
    let plus = |at: &mut Cursor<'_>| at.eat('+') && !at.peek().is_some_and(|next| next.is_ascii_digit());
    if let Some(end) = at.past(plus) {
        return end.offset();
    }
    if at.eat_if(single).is_some() || dots(&mut at) || at.eat_one_of(DOLLARS).is_some() {
        return at.offset();
    }
    0
}

/// Takes two dots or more.
fn dots(at: &mut Cursor<'_>) -> bool {
    let run = at.past(|at| at.eat_while(|dot| dot == '.').len() > 1);
    *at = run.unwrap_or(*at);
    run.is_some()
}

/// Bytes of the longest suffix that `chunk` ends with; 0 without one.
fn suffix_length(chunk: &str) -> usize {
    let Some(last) = chunk.chars().next_back() else { return 0 };
    let before = |length: usize| chunk[..chunk.len() - length].chars().next_back();
    let after_digit = |length: usize| before(length).is_some_and(|before| before.is_ascii_digit());
    let ends_with_one_of = |texts: &[&str]| {
        let found = texts.iter().filter(|text| chunk.ends_with(**text) && after_digit(text.len()));
        found.map(|text| text.len()).max().unwrap_or(0)
    };
    let dots = chunk.len() - chunk.trim_end_matches('.').len();
    let single = "—–".contains(last)
        || [PUNCTUATION, QUOTES, ICONS].iter().any(|class| class.contains(last))
        || (last == '+' && after_digit(1))
        || (last == '.' && ends_sentence(&chunk[..chunk.len() - 1]))
        || (CURRENCY_SIGNS.contains(last) && after_digit(last.len_utf8()));
    [
        if single { last.len_utf8() } else { 0 },
        if dots > 1 { dots } else { 0 },
        if chunk.ends_with("……") { "……".len() } else { 0 },
        ["'s", "'S", "’s", "’S"].iter().filter(|s| chunk.ends_with(**s)).map(|s| s.len()).max().unwrap_or(0),
        ends_with_one_of(&DOLLARS),
        ends_with_one_of(&UNITS),
        ends_with_one_of(&["T", "G", "M", "K"]),
    ]
    .into_iter()
    .max()
    .unwrap_or(0)
}

/// Whether a dot after `before` is a full stop rather than a part of an abbreviation.
fn ends_sentence(before: &str) -> bool {
    let mut last = before.chars().rev();
    match (last.next(), last.next()) {
        (Some(last), Some('°')) if "FfCcKk".contains(last) => true,
        (Some(last), Some(second)) if is_upper(last) && is_upper(second) => true,
        (Some(last), _) => {
            last.is_ascii_digit()
                || is_lower(last)
                || "%²-+".contains(last)
                || PUNCTUATION.contains(last)
                || QUOTES.contains(last)
        }
        _ => false,
    }
}

/// Lower-case letters of Western European languages.
pub fn is_lower(character: char) -> bool {
    matches!(character, 'a'..='z' | 'ß'..='ö' | 'ø'..='ÿ')
}

/// Upper-case letters of Western European languages.
pub fn is_upper(character: char) -> bool {
    matches!(character, 'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ')
}

/// Cuts at what joins words: dots, hyphens, slashes.
fn cut_inside(text: &str, core: Range<usize>, tokens: &mut Vec<Token>) {
    let word = &text[core.clone()];
    let mut at = Cursor::new(word, 0);
    let mut start = 0;
    while let Some(character) = at.peek() {
        let from = at.offset();
        if !infix(&mut at) {
            at.eat(character);
        } else if from > 0 {
            tokens.extend((from > start).then_some(core.start + start..core.start + from));
            tokens.push(core.start + from..core.start + at.offset());
            start = at.offset();
        }
    }
    tokens.extend((start < word.len()).then_some(core.start + start..core.end));
}

/// Takes what joins two words here.
fn infix(at: &mut Cursor<'_>) -> bool {
    const DASHES: [&str; 7] = ["-", "–", "—", "--", "---", "——", "~"];
    if dots(at) || at.eat_if(|found| found == '…' || ICONS.contains(found)).is_some() {
        return true;
    }
    let Some(before) = at.before() else { return false };
    let mut end = *at;
    let joined = match at.peek() {
        Some('+' | '-' | '*' | '^') if before.is_ascii_digit() => {
            end.eat_if(|_| true);
            end.peek().is_some_and(|next| next.is_ascii_digit() || next == '-')
        }
        Some('.') if is_lower(before) || QUOTES.contains(before) => {
            end.eat('.');
            end.peek().is_some_and(|next| is_upper(next) || QUOTES.contains(next))
        }
        Some(',') if is_letter(before) => {
            end.eat(',');
            end.peek().is_some_and(is_letter)
        }
        Some(':' | '<' | '>' | '=' | '/') if is_word(before) && before != '_' => {
            end.eat_if(|_| true);
            end.peek().is_some_and(is_letter)
        }
        _ => false,
    };
    if joined {
        *at = end;
        return true;
    }
    if !is_word(before) || before == '_' {
        return false;
    }
    let dash = |dash: &&str| at.past(|at| at.eat_text(dash) && at.peek().is_some_and(is_letter));
    let end = DASHES.iter().find_map(dash);
    *at = end.unwrap_or(*at);
    end.is_some()
}

/// Whether `chunk` is a web or mail address.
fn is_address(chunk: &str) -> bool {
    /// The last labels by which a name without `www` is known for an address.
    const TOP_LEVEL: [&str; 19] = [
        "com", "org", "net", "edu", "gov", "io", "co", "uk", "de", "fr", "info", "biz", "us", "ca", "au",
        "tv", "me", "ly", "ai",
    ];
    let starts = |prefix: &str| {
        chunk.len() > prefix.len()
            && chunk.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if ["http://", "https://", "ftp://", "www."].into_iter().any(starts) {
        return true;
    }
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|found| is_word(found) || found == '-');
    if let Some((user, host)) = chunk.split_once('@') {
        return !user.is_empty()
            && user.chars().all(|found| is_word(found) || ".+-".contains(found))
            && host.contains('.')
            && host.split('.').all(is_label);
    }
    let host = chunk.split_once('/').map_or(chunk, |(host, _)| host);
    let Some((names, last)) = host.rsplit_once('.') else { return false };
    names.split('.').all(is_label) && TOP_LEVEL.iter().any(|known| last.eq_ignore_ascii_case(known))
}

/// Puts neighbours back together that are an exception: `Sept` and `.` are `Sept.`.
fn rejoin(text: &str, first: usize, tokens: &mut Vec<Token>) {
    let cut = tokens.split_off(first);
    let mut rest = cut.as_slice();
    while let Some(token) = rest.first() {
        let joined = [3, 2].into_iter().find_map(|count| {
            let end = rest.get(count - 1)?.end;
            Some((count, exception(&text[token.start..end])?))
        });
        let count = if let Some((count, lengths)) = joined {
            push_exception(token.start, lengths, tokens);
            count
        } else {
            tokens.push(token.clone());
            1
        };
        rest = &rest[count..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<&str> {
        tokenize(text).into_iter().map(|token| &text[token]).collect()
    }

    #[test]
    fn cuts_as_english_is_written() {
        assert_eq!(
            tokens("\"Don't go,\" she said."),
            ["\"", "Do", "n't", "go", ",", "\"", "she", "said", "."]
        );
        assert_eq!(
            tokens("well-known his/her e.g. U.S. (etc.)"),
            ["well", "-", "known", "his", "/", "her", "e.g.", "U.S.", "(", "etc", ".", ")"]
        );
        assert_eq!(tokens("wait...no"), ["wait", "...", "no"]);
        assert_eq!(tokens("$5.50 5% 10km"), ["$", "5.50", "5", "%", "10", "km"]);
        assert_eq!(tokens("see https://a.example/x?y=1."), ["see", "https://a.example/x?y=1", "."]);
        assert_eq!(tokens("a@b.example, docs.rs node.js"), ["a@b.example", ",", "docs.rs", "node.js"]);
        assert_eq!(tokens("  "), Vec::<&str>::new());
    }
}
