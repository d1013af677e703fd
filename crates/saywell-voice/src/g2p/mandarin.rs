//! Mandarin, as in mainland China.
//!
//! The stages, each a module: what is written in figures and signs becomes words ([`figures`]), rows of characters are cut into
//! words ([`words`]), and their syllables get their phonemes ([`syllables`]) once the tones that hang on neighbours are settled
//! (here). Third tones stay as they are written: the voices were taught with them and raise the first of two by themselves.
//! Latin letters are said in English.

mod figures;
mod syllables;
mod words;

use std::ops::Range;

use self::syllables::Syllable;
use self::words::is_han;
use super::english::{Accent, English};
use super::given::Given;
use super::running::{pause, space_before_word};
use super::{FrontEnd, G2pError, Phonemes, Writer};

/// Mandarin, with the English for what is written in Latin letters.
pub struct Mandarin {
    english: English,
}

impl Mandarin {
    /// With the embedded tables.
    pub fn load() -> Result<Self, G2pError> {
        Ok(Self { english: English::load(Accent::American)? })
    }
}

/// What is said, in the order of the text.
enum Token {
    Word(Word),
    /// English words at these bytes.
    English(Range<usize>),
    /// Phonemes that are given.
    Given(String, Range<usize>),
    /// A pause or a bracket.
    Mark(char),
}

/// A word of Mandarin.
struct Word {
    written: String,
    syllables: Vec<Syllable>,
    range: Range<usize>,
}

/// The text with letters and figures of full width as those of ASCII, and the bytes of the given text at each of its bytes.
struct Plain {
    text: String,
    origin: Vec<usize>,
}

impl Plain {
    fn new(given: &str) -> Self {
        let mut plain = Self { text: String::with_capacity(given.len()), origin: Vec::new() };
        for (at, found) in given.char_indices() {
            plain.text.push(match found {
                // Not the comma, which would make one number of two.
                '\u{ff01}'..='\u{ff5e}' if found != '，' => {
                    char::from_u32(u32::from(found) - 0xfee0).unwrap_or(found)
                }
                '￥' => '¥',
                '\u{3000}' | '\u{a0}' => ' ',
                other => other,
            });
            plain.origin.resize(plain.text.len(), at);
        }
        plain.origin.push(given.len());
        plain
    }

    /// Bytes of the given text.
    fn given(&self, range: &Range<usize>) -> Range<usize> {
        let byte = |at: usize| self.origin.get(at).copied().unwrap_or_default();
        byte(range.start)..byte(range.end)
    }
}

impl FrontEnd for Mandarin {
    fn say(&self, given: &Given) -> Phonemes {
        let plain = Plain::new(given.text());
        let mut tokens = tokens(&plain.text, given);
        settle(&mut tokens);
        let source_of = |text| given.source_of(text);
        let mut writer = Writer::new(&source_of);
        for token in &tokens {
            match token {
                Token::Mark(mark) => {
                    if matches!(mark, '(' | '“' | '—') {
                        writer.space();
                    }
                    writer.phoneme(*mark, &(0..0));
                }
                Token::Given(phonemes, range) => {
                    space_before_word(&mut writer);
                    let range = plain.given(range);
                    phonemes.chars().for_each(|phoneme| writer.phoneme(phoneme, &range));
                }
                Token::English(range) => self.say_english(&plain, range, &mut writer),
                Token::Word(word) => {
                    space_before_word(&mut writer);
                    let range = plain.given(&word.range);
                    for (at, syllable) in word.syllables.iter().enumerate() {
                        let before_r = word.syllables.get(at + 1).is_some_and(|next| next.is_r());
                        let phonemes = syllable.phonemes(before_r);
                        phonemes.chars().for_each(|phoneme| writer.phoneme(phoneme, &range));
                    }
                }
            }
        }
        writer.finish()
    }
}

impl Mandarin {
    fn say_english(&self, plain: &Plain, range: &Range<usize>, writer: &mut Writer<'_>) {
        let said = self.english.say(&Given::plain(&plain.text[range.clone()]));
        for word in &said.words {
            space_before_word(writer);
            let source = range.start + word.source.start..range.start + word.source.end;
            let source = plain.given(&source);
            for phoneme in said.text[word.phonemes.clone()].chars() {
                writer.phoneme(phoneme, &source);
            }
        }
    }
}

fn is_latin(found: char) -> bool {
    found.is_alphabetic() && u32::from(found) < 0x250
}

fn tokens(text: &str, given: &Given) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(now) = text[at..].chars().next() {
        let start = at;
        at += now.len_utf8();
        if is_han(now) {
            at = start + text[start..].find(|found| !is_han(found)).unwrap_or(text.len() - start);
            for word in words::cut(&text[start..at]) {
                push_word(&text[start..at][word.clone()], start + word.start, &mut tokens);
            }
        } else if let Some((said, end)) = figures::written_out(text, start) {
            at = end;
            for word in said.split(' ').filter(|word| !word.is_empty()) {
                let syllables = figures::syllables(word);
                tokens.push(Token::Word(Word { written: word.to_owned(), syllables, range: start..end }));
            }
        } else if is_latin(now) {
            at = start + latin(&text[start..]);
            tokens.push(Token::English(start..at));
        } else if let Some(given) = given.phonemes(&text[start..at]) {
            tokens.push(Token::Given(given.phonemes.clone(), start..at));
        } else if let Some(mark) = mark(now) {
            let is_doubled = |token: &Token| matches!(token, Token::Mark(last) if *last == mark || mark == '.' && "!?…".contains(*last));
            if !tokens.last().is_some_and(is_doubled) {
                tokens.push(Token::Mark(mark));
            }
        }
    }
    tokens
}

/// The length of the words in Latin letters that begin a text.
fn latin(text: &str) -> usize {
    let mut end = 0;
    let mut joined = true;
    for (at, found) in text.char_indices() {
        if is_latin(found) || (joined && found == '\u{301}') {
            end = at + found.len_utf8();
            joined = true;
        } else if joined && matches!(found, ' ' | '\'' | '’' | '-') {
            joined = false;
        } else {
            break;
        }
    }
    end
}

/// A mark as the voices know it.
fn mark(found: char) -> Option<char> {
    Some(match found {
        '，' | '、' | '､' => ',',
        '。' | '．' | '｡' => '.',
        '《' | '〈' | '「' | '『' | '【' | '〔' => '“',
        '》' | '〉' | '」' | '』' | '】' | '〕' => '”',
        '⋯' => '…',
        other => pause(other)?,
    })
}

/// Adds a word of the dictionary, or a character.
fn push_word(written: &str, start: usize, tokens: &mut Vec<Token>) {
    let end = start + written.len();
    // What ends in an r is one word with it.
    if written == "儿"
        && let Some(Token::Word(word)) = tokens.last_mut()
        && word.range.end == start
    {
        word.syllables.extend(Syllable::all("er5"));
        word.range.end = end;
        return;
    }
    let syllables: Vec<Syllable> = match words::look_up(written) {
        Some(entry) if !entry.reading.is_empty() => Syllable::all(entry.reading).collect(),
        _ => figures::each(written).collect(),
    };
    if !syllables.is_empty() {
        tokens.push(Token::Word(Word { written: written.to_owned(), syllables, range: start..end }));
    }
}

/// Numbers, and what stands before a measure word like them.
const COUNTS: &str = "零〇一二两三四五六七八九十百千万亿几数每这那哪半";
/// What 一 before them counts by rank: `一月`, `一楼`.
const RANKED: &str = "月日号楼班级";

/// Readings that hang on neighbours: 一, 不, and characters that are said otherwise in some places.
fn settle(tokens: &mut [Token]) {
    for at in 0..tokens.len() {
        let beside = |at: Option<usize>| match at.and_then(|at| tokens.get(at)) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        };
        let Some(word) = beside(Some(at)) else { continue };
        let (before, after) = (beside(at.checked_sub(1)), beside(Some(at + 1)));
        let next_tone = after.and_then(|after| after.syllables.first()).map(|syllable| syllable.tone);
        let last = before.and_then(|before| before.written.chars().next_back());
        // `看一看`, `是不是`; not `一闪一闪`.
        let same = before.zip(after).is_some_and(|(before, after)| before.written == after.written);
        let between_same = same && beside(at.checked_sub(2)).is_none_or(|word| word.written != "一");
        let reading = match word.written.as_str() {
            "一" | "不" if between_same => {
                if word.written == "一" {
                    "yi5"
                } else {
                    "bu5"
                }
            }
            "不" if next_tone == Some(4) => "bu2",
            "一" => {
                let counted = last.is_some_and(|last| "零〇一二三四五六七八九十第初比点".contains(last));
                let ranked =
                    after.is_some_and(|after| after.written.starts_with(|found| RANKED.contains(found)));
                match next_tone {
                    Some(_) if counted || ranked => continue,
                    // 个 is in the fourth tone, though it loses it.
                    Some(4 | 5) => "yi2",
                    Some(_) => "yi4",
                    None => continue,
                }
            }
            // `他慢慢地走`, and not `这地很大`.
            "地" if after.is_some() && before.is_some_and(|before| before.syllables.len() > 1) => "de5",
            // `我得走了`, and not `走得快`.
            "得" if before.is_none_or(|before| {
                words_of("我 你 您 他 她 它 我们 你们 他们 她们 咱们 大家 就 也 都 还 总 必 可 得")
                    .any(|word| word == before.written)
            }) && after.is_some() =>
            {
                "dei3"
            }
            "了" if before.is_some_and(|before| matches!(before.written.as_str(), "不" | "得")) => "liao3",
            "只" if last.is_some_and(|last| COUNTS.contains(last)) => "zhi1",
            "个" if last.is_some_and(|last| COUNTS.contains(last)) => "ge5",
            "行" if last.is_some_and(|last| COUNTS.contains(last)) => "hang2",
            "为" if last.is_some_and(|last| "分称视认变作定成".contains(last)) => "wei2",
            _ => continue,
        };
        if let Some(Token::Word(word)) = tokens.get_mut(at) {
            word.syllables = Syllable::all(reading).collect();
        }
    }
}

fn words_of(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(' ')
}
