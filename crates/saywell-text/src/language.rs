//! Which language a text is in.
//!
//! Most scripts name their language: kana is Japanese, Hangul Korean. What the Latin and Cyrillic
//! alphabets write is told by the small words that no sentence does without ("the", "und", "que"), by letters
//! that only some languages have, and, where those do not decide, by `whichlang`. Names say nothing: a word
//! that is written with a capital letter inside a sentence does not count, nor does code, a quotation or a number.
//! `docs/decisions/0008-language-detection.md` has the comparison that led here.

use crate::utterance::{Kind, Script, Utterance};
pub use names::name;
use script::Writing;
use std::borrow::Cow;

mod names;
mod script;
mod words;

/// A language that was found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// Its BCP 47 tag, a primary language such as `en`.
    pub language: &'static str,
    /// Whether it is this language and no other. If not, it is the likeliest.
    pub sure: bool,
}

/// Bytes of a text that are looked at; more tells no more.
const WINDOW: usize = 600;
/// A language is sure if the weight of its own words is at least this, and ...
const SURE: f32 = 1.0;
/// ... this much above the next one's, from two words or more.
const MARGIN: f32 = 0.7;
/// What a word with a letter that a language does not have is worth against it.
const LACKING: f32 = 0.5;
/// What a word with a letter that is a language's own is worth; one that two have, half of it to each.
const LETTER: f32 = 0.7;
/// What ends English words after an apostrophe, and would be a word of other languages.
const ENDINGS: [&str; 7] = ["t", "s", "re", "ll", "ve", "m", "d"];
/// Where a language is known, another needs a text of this many letters: a shorter one is a name, a title.
const LONG_ENOUGH: usize = 20;

/// The language of `text`; `None` if nothing in it tells.
#[must_use]
pub fn detect(text: &str) -> Option<Detected> {
    let text = &text[..text.floor_char_boundary(WINDOW)];
    match script::of(text) {
        Writing::One(language) => Some(Detected { language, sure: true }),
        Writing::Cyrillic => alphabetic(text, true),
        Writing::Latin => alphabetic(text, false),
        Writing::None => None,
    }
}

/// The language of a text in an alphabet that many languages share.
fn alphabetic(text: &str, cyrillic: bool) -> Option<Detected> {
    let evidence = Evidence::of(text);
    let [best, next] = evidence.leaders();
    let hits = words::number(best.0).map_or(0, |number| evidence.hits[number]);
    if best.1 >= SURE && best.1 - next.1 >= MARGIN && hits >= 2 {
        return Some(Detected { language: best.0, sure: true });
    }
    let known = best.1 > 0.0;
    if cyrillic {
        return Some(Detected { language: if known { best.0 } else { "ru" }, sure: false });
    }
    if evidence.words.is_empty() {
        return None;
    }
    let guess = tag(whichlang::detect_language(&evidence.words));
    match () {
        // Both say so, and no other language is close.
        () if known && guess == best.0 => {
            Some(Detected { language: guess, sure: hits >= 2 && best.1 - next.1 >= MARGIN / 2.0 })
        }
        // Between equals it decides; else the words are right.
        () if known && evidence.weight(guess) >= best.1 - 0.2 => {
            Some(Detected { language: guess, sure: false })
        }
        () if known => Some(Detected { language: best.0, sure: false }),
        () if evidence.count >= 2 && evidence.letters >= 12 => {
            Some(Detected { language: guess, sure: false })
        }
        () => None,
    }
}

/// What the words of a text say about its language.
#[derive(Default)]
struct Evidence {
    /// For each language, by its number in [`words`].
    weights: [f32; words::COUNT],
    /// How many words gave it that.
    hits: [u16; words::COUNT],
    /// The words that count, in lower case, with spaces between them.
    words: String,
    count: usize,
    letters: usize,
}

impl Evidence {
    fn of(text: &str) -> Self {
        let mut evidence = Self::default();
        // What begins a sentence may be a name: if it is no small word, it counts only if nothing else does.
        let (mut begins, mut first): (bool, Option<&str>) = (true, None);
        let (mut quoted, mut named) = (false, false);
        let mut particles: Vec<&str> = Vec::new();
        let mut counted = false;
        for token in text.split_whitespace() {
            let opens = token.starts_with(['"', '“', '„', '«']);
            let end = token.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
            let closes = end.ends_with(['"', '”', '“', '»']);
            let outside = !quoted && !opens;
            quoted = (quoted || opens) && !closes;
            let begun = std::mem::replace(&mut begins, token.ends_with(['.', '!', '?', ':', '…']));
            // What follows a number may be its unit: "30 s", "12 km/h".
            let unit = std::mem::replace(&mut counted, token.contains(|c: char| c.is_ascii_digit()));
            if !outside || is_code(token) {
                continue;
            }
            let mut before = "";
            for part in token.split_inclusive(['\'', '’', '-', '/', '—', '–']) {
                let word = part.trim_matches(|c: char| !c.is_alphanumeric());
                let before = std::mem::replace(&mut before, part);
                if before.ends_with(['\'', '’']) && ENDINGS.contains(&word) {
                    evidence.english(word != "s");
                    continue;
                }
                let letter = word.len() == 1;
                // An initial, or part of an abbreviation: "J. Smith", "z. B."
                let initial = letter && part.ends_with('.');
                if initial || (letter && (unit || before.ends_with('/') || part.ends_with('/'))) {
                    continue;
                }
                if !is_word(word) {
                    continue;
                }
                let capital = word.starts_with(char::is_uppercase) && word != "I";
                if capital {
                    // "Mies van der Rohe" is no Dutch.
                    particles.clear();
                } else {
                    particles.drain(..).for_each(|word| evidence.add(word));
                }
                match () {
                    () if capital && begun && words::of_word(&word.to_lowercase()) == 0 => first = Some(word),
                    () if capital && !begun => {}
                    () if named && words::is_particle(word) => particles.push(word),
                    () => evidence.add(word),
                }
                named = capital || (named && words::is_particle(word));
            }
        }
        for word in particles {
            evidence.add(word);
        }
        if let Some(word) = first.filter(|_| evidence.count == 0) {
            evidence.add(word);
        }
        evidence
    }

    /// Counts the end of an English word for English, if it `tells`.
    fn english(&mut self, tells: bool) {
        if let Some(english) = words::number("en").filter(|_| tells) {
            self.weights[english] += 1.0;
            self.hits[english] += 1;
        }
    }

    fn add(&mut self, word: &str) {
        let word: Cow<'_, str> = if word.chars().any(char::is_uppercase) {
            Cow::Owned(word.to_lowercase())
        } else {
            Cow::Borrowed(word)
        };
        let spoken = words::of_word(&word);
        let share = 1.0 / spoken.count_ones().max(1) as f32;
        // The letter that the fewest languages have, and the languages that lack one.
        let (mut rare, mut lacking): (words::Set, words::Set) = (0, 0);
        for letter in word.chars().map(words::of_letter).filter(|set| *set != 0) {
            lacking |= !letter;
            rare = if rare == 0 || letter.count_ones() < rare.count_ones() { letter } else { rare };
        }
        let rarity = LETTER / rare.count_ones().max(1) as f32;
        for (number, (weight, hits)) in self.weights.iter_mut().zip(&mut self.hits).enumerate() {
            let has = |set: words::Set| set >> number & 1 == 1;
            *weight += if has(spoken) { share } else { 0.0 } + if has(rare) { rarity } else { 0.0 };
            *weight -= if has(lacking) { LACKING } else { 0.0 };
            *hits += u16::from(has(spoken) || (has(rare) && rarity == LETTER));
        }
        self.words.push_str(&word);
        self.words.push(' ');
        self.count += 1;
        self.letters += word.chars().count();
    }

    /// The two languages with the most weight, and what they have.
    fn leaders(&self) -> [(&'static str, f32); 2] {
        let mut leaders = [("", 0.0); 2];
        for (number, weight) in self.weights.iter().copied().enumerate() {
            if weight > leaders[0].1 {
                leaders = [(words::tag(number), weight), leaders[0]];
            } else if weight > leaders[1].1 {
                leaders[1] = (words::tag(number), weight);
            }
        }
        leaders
    }

    fn weight(&self, language: &str) -> f32 {
        words::number(language).map_or(0.0, |number| self.weights[number])
    }
}

fn is_latin(text: &str) -> bool {
    matches!(script::of(text), Writing::Latin)
}

/// Whether `token` is no word of any language: a name in code, an option, a path, a number.
fn is_code(token: &str) -> bool {
    let inside = token.trim_matches(|c: char| !c.is_alphanumeric());
    token.starts_with("--")
        || inside.contains(['_', '(', ')', '<', '>', '=', '{', '}', '\\', '@', '#'])
        || inside.contains("::")
        || inside.contains(|c: char| c.is_ascii_digit())
        || inside.trim_end_matches('.').contains('.')
}

/// Whether `word` is made of letters, with a capital one at most at its start.
fn is_word(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.all(|c| c.is_alphabetic() && !c.is_uppercase())
}

fn tag(language: whichlang::Lang) -> &'static str {
    use whichlang::Lang;
    match language {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}

/// The languages of a reply's utterances, one after the other: that of each depends on it and those before it
/// only, so a reply that arrives in pieces gets the same ones.
///
/// An utterance that is long enough and sure has its own language. Every other is in the language of most of
/// the reply so far; while that is not known, in English if that is the likeliest, in the likeliest of an alphabet
/// other than the Latin, or in none: a guess must not take a reply to another voice. A language that the markup
/// says is kept. What is announced is said in the language of most of the reply so far, for code in English where its
/// words are not known; code that is read is English. Words that are added to the reply's own ("link to") say
/// nothing of the language and are said in it.
#[derive(Clone, Debug, Default)]
pub struct Languages {
    /// Letters that were surely in each language so far.
    letters: Vec<(Cow<'static, str>, usize)>,
}

impl Languages {
    /// Before the first utterance.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The language of most of the reply so far.
    #[must_use]
    pub fn main(&self) -> Option<&str> {
        // Of two with the same share, the one that came first.
        let most = self.letters.iter().rev().max_by_key(|(_, letters)| *letters);
        most.map(|(language, _)| language.as_ref())
    }

    /// Gives `utterance`, the next one, its language.
    pub fn assign(&mut self, utterance: &mut Utterance) {
        let words = utterance.own_text().into_owned();
        let letters = words.chars().filter(|c| c.is_alphabetic()).map(crate::length::breadth).sum();
        if let Some(language) = utterance.language.clone() {
            utterance.speak(&language);
            self.count(Cow::Owned(language), letters);
            return;
        }
        if utterance.kind == Kind::Code {
            utterance.speak(self.main().unwrap_or("en"));
            return;
        }
        if utterance.is_announcement()
            && let Some(main) = self.main()
        {
            utterance.speak(main);
            return;
        }
        let found = detect(&words);
        let sure = found.filter(|found| found.sure);
        if let Some(found) = sure {
            self.count(Cow::Borrowed(found.language), letters);
        }
        let own = sure.filter(|_| letters >= LONG_ENOUGH || self.letters.len() < 2);
        let language = match (own, self.main()) {
            (Some(own), _) => Some(own.language),
            (None, Some(main)) => Some(main),
            // A guess is worse than nothing: it would take the reply to a voice of another language.
            (None, None) => found
                .filter(|found| found.sure || found.language == "en" || !is_latin(&words))
                .map(|found| found.language),
        };
        if let Some(language) = language {
            utterance.speak(language);
        }
    }

    fn count(&mut self, language: Cow<'static, str>, letters: usize) {
        match self.letters.iter_mut().find(|(known, _)| *known == language) {
            Some((_, counted)) => *counted += letters,
            None => self.letters.push((language, letters)),
        }
    }
}

/// Gives every utterance of `script` its language; the language of most of it.
pub fn assign(script: &mut Script) -> Option<String> {
    let mut languages = Languages::new();
    for utterance in &mut script.utterances {
        languages.assign(utterance);
    }
    languages.main().map(str::to_owned)
}
