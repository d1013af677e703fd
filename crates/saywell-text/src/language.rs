//! Which language a text is in.
//!
//! Most scripts name their language: kana is Japanese, Hangul Korean. What the Latin and Cyrillic
//! alphabets write is told by the small words that no sentence does without ("the", "und", "que"), and by letters
//! that only some languages have; `whichlang` decides between equals. Names, loanwords and titles say nothing: a
//! word that is written with a capital letter inside a sentence does not count, nor do code, formulas, lone letters,
//! a quotation or a number, and a text is in another language than English only if its small words are.
//! `docs/decisions/0008-language-detection.md` has the comparison that led here.

pub use crate::language_names::name;
use crate::utterance::{Script, Utterance, UtteranceKind};
use script::Writing;
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

mod loans;
mod parts;
mod phrases;
mod script;
pub(crate) mod words;

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
/// So many small words of other languages, and none of English, are a sentence of another language, ...
const FOREIGN: f32 = 2.0;
/// ... or this many, if the statistics over its letters agree, ...
const FOREIGN_AGREED: f32 = 1.0;
/// ... or this many for each one of English, and [`FOREIGN`] at least.
const FOREIGN_TO_ENGLISH: f32 = 3.0;
/// Words of a sentence that is told by articles and prepositions alone, ...
const SENTENCE: usize = 5;
/// ... and of one that has no mark at its end: titles have fewer.
const TITLE: usize = 8;
/// A letter that English does not have says half as much: loanwords have it too.
const FOREIGN_LETTER: f32 = 0.5;
/// A word of one letter, such as an article before an apostrophe; one of a to z that stands alone says nothing.
const LONE_LETTER: f32 = 0.4;
/// What a word says for English that others have as well: "a", "in".
const SHARED: f32 = 0.25;
/// What a word with a letter that a language does not have is worth against it.
const LACKING: f32 = 0.5;
/// What a word with a letter that is a language's own is worth; one that two have, half of it to each.
const LETTER: f32 = 0.7;
/// What a spelling is worth that tells one language from its neighbour.
const CLUE: f32 = 0.3;
/// How far behind the best language another may be that the statistics prefer.
const CLOSE: f32 = 0.15;
/// How far behind the best language the one that most of the reply is in may be.
const CLOSE_TO_MAIN: f32 = 0.7;
/// What ends English words after an apostrophe, and would be a word of other languages.
const ENDINGS: [&str; 7] = ["t", "s", "re", "ll", "ve", "m", "d"];

/// The language of `text`; `None` if nothing in it tells.
#[must_use]
pub fn detect(text: &str) -> Option<Detected> {
    detect_within(text, None)
}

/// Letters in `text` of other scripts than most of it, one or two alone, which are signs and in no language; with the language
/// whose voices would know them. Greek ones, which every voice has words for, are not among them.
pub fn signs(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    parts::signs(text)
}

/// The language of `text` within a reply that is mostly in `main`, which decides between languages that are close.
fn detect_within(text: &str, main: Option<&str>) -> Option<Detected> {
    let text = &text[..text.floor_char_boundary(WINDOW)];
    match script::writing_of(text) {
        // Japanese has sentences without kana.
        Writing::One("zh") if main == Some("ja") => Some(Detected { language: "ja", sure: true }),
        Writing::One(language) => Some(Detected { language, sure: true }),
        Writing::Cyrillic => {
            // It is no English, whichever it is.
            let [best, _] = Evidence::gather(text).leaders();
            Some(Detected { language: if best.1 > 0.0 { best.0 } else { "ru" }, sure: true })
        }
        Writing::Latin => {
            let found = latin(text, main);
            // What English has taken over is no evidence for another language.
            match loans::without(text).filter(|_| found.is_some_and(|found| found.language != "en")) {
                Some(rest) => latin(&rest, main),
                None => found,
            }
        }
        Writing::None => None,
    }
}

/// The language of a text in the Latin alphabet.
fn latin(text: &str, main: Option<&str>) -> Option<Detected> {
    let evidence = Evidence::gather(text);
    let Evidence { foreign, count, .. } = evidence;
    if evidence.words.is_empty() {
        return None;
    }
    let english = evidence.english();
    if english > 0.0 && english >= foreign {
        let sure = count >= 2 && english >= 2.0 * foreign;
        return Some(Detected { language: "en", sure });
    }
    let guess = tag(whichlang::detect_language(&evidence.words));
    let best = evidence.leaders().into_iter().find(|(language, _)| *language != "en").unwrap_or_default();
    let known = best.1 > 0.0;
    let main = main.and_then(words::number).map(words::tag).filter(|main| *main != "en");
    let language = match main {
        // No other language of those that are known turns its marks around.
        _ if text.contains(['¿', '¡']) && english == 0.0 => "es",
        Some(main) if known && evidence.weight(main) >= best.1 - CLOSE_TO_MAIN => main,
        _ if known && evidence.weight(guess) < best.1 - CLOSE => best.0,
        _ => guess,
    };
    let agreed = foreign >= FOREIGN_AGREED && guess != "en" && english <= FOREIGN_AGREED / 2.0;
    let many = foreign >= FOREIGN.max(FOREIGN_TO_ENGLISH * english);
    let found = if language == "en" { best.0 } else { language };
    let (small, telling) = evidence.small_of(found);
    // Where nothing but a noun phrase is told, it may be a name; a short answer ends as a sentence does.
    let long = evidence.tokens >= SENTENCE;
    let ends = phrases::ends_as_sentence(text) || long && phrases::is_quoted(text);
    let sentence = ends && (telling > 0 || long) || telling > 0 && evidence.tokens >= TITLE;
    // Its words are of this language, not some of this and some of that.
    let one = 2 * small >= evidence.small.len();
    let sure = known && count >= 2 && sentence && one && (many || agreed && (count >= 3 || telling > 0));
    match () {
        () if sure => Some(Detected { language: found, sure: true }),
        () if known || (count >= 2 && evidence.letters >= 12) => Some(Detected { language, sure: false }),
        () => None,
    }
}

/// What the words of a text say about its language.
#[derive(Default)]
struct Evidence {
    /// For each language, by its number in [`words`].
    weights: [f32; words::COUNT],
    /// Small words of English alone, and the languages of each that others have too.
    english: f32,
    shared: Vec<words::Set>,
    /// Small words that English does not have. One that is repeated counts once: "la la la".
    foreign: f32,
    seen: HashSet<String>,
    /// The languages of each of those, and whether noun phrases do without it.
    small: Vec<(words::Set, bool)>,
    /// Words of any kind, with names and lists.
    tokens: usize,
    /// The words that count, in lower case, with spaces between them.
    words: String,
    count: usize,
    letters: usize,
}

impl Evidence {
    fn gather(text: &str) -> Self {
        // Latin that every language writes.
        let text = &text.replace("et al", "");
        let outside = Self::of_parts(text, false);
        if outside.words.is_empty() { Self::of_parts(text, true) } else { outside }
    }

    /// The evidence of what is not quoted, or of all.
    fn of_parts(text: &str, with_quoted: bool) -> Self {
        let mut evidence = Self::default();
        // What begins a sentence may be a name: if it is no small word, it counts only if nothing else does.
        let (mut begins, mut first): (bool, Option<&str>) = (true, None);
        let (mut quoted, mut named) = (false, false);
        let mut particles: Vec<&str> = Vec::new();
        let (mut counted, mut after_numeral) = (false, false);
        let tokens: Vec<&str> = text.split_whitespace().collect();
        let listed = phrases::listed(&tokens);
        for (token, listed) in tokens.into_iter().zip(listed) {
            let opens = token.starts_with(['"', '“', '„', '«']);
            let end = token.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
            let closes = end.ends_with(['"', '”', '“', '»']);
            let outside = !quoted && !opens;
            quoted = (quoted || opens) && !closes;
            let begun = std::mem::replace(&mut begins, token.ends_with(['.', '!', '?', ':', '…']));
            // What follows a number may be its unit: "30 s", "12 km/h".
            let unit = std::mem::replace(&mut counted, token.contains(|c: char| c.is_ascii_digit()));
            // Short forms of English that are words elsewhere: "25 min.", "52 mL/kg/min", "est. 1990", "Op. 9",
            // "I, V, vi, IV".
            let short = unit && (end == "min" || token.contains('/'))
                || matches!(token, "est." | "min." | "Op." | "No." | "Ca." | "ca.");
            let roman = !end.is_empty()
                && end.split(['-', '–']).all(|part| part.chars().all(|c| "IVXivx".contains(c)));
            let numeral =
                roman && (end != "I" || after_numeral) && (after_numeral || end.contains(['-', '–']));
            after_numeral = roman;
            if !(outside || with_quoted) || is_code(token) || short || numeral {
                continue;
            }
            evidence.tokens += usize::from(token.contains(char::is_alphabetic));
            if listed {
                continue;
            }
            let mut before = "";
            // "a, b, c", "x": letters that stand for something.
            let lone = |word: &str| {
                word.chars().count() == 1 && token.len() > word.len() && !token.contains(['\'', '’'])
            };
            for part in token.split_inclusive(['\'', '’', '-', '/', '—', '–']) {
                let word = part.trim_matches(|c: char| !c.is_alphanumeric());
                let before = std::mem::replace(&mut before, part);
                if before.ends_with(['\'', '’']) && ENDINGS.contains(&word) {
                    evidence.english_ending(word != "s");
                    continue;
                }
                if phrases::is_prefix(before) || phrases::is_prefix(part) {
                    continue;
                }
                let letter = word.len() == 1;
                // An initial, or part of an abbreviation: "J. Smith", "z. B."
                let initial = letter && part.ends_with('.');
                if initial || (letter && (unit || before.ends_with('/') || part.ends_with('/'))) {
                    continue;
                }
                if !is_word(word) || lone(word) {
                    continue;
                }
                let capital = word.starts_with(char::is_uppercase) && word != "I";
                if capital {
                    // "Mies van der Rohe" is no Dutch.
                    particles.clear();
                } else {
                    particles.drain(..).for_each(|word| evidence.add(word, false));
                }
                match () {
                    () if capital && begun && words::of_word(&word.to_lowercase()) == 0 => first = Some(word),
                    () if capital && !begun => {}
                    () if named && words::is_particle(word) => particles.push(word),
                    () => evidence.add(word, part.ends_with(['\'', '’'])),
                }
                // "café de Flore"
                named = capital || words::is_kind_of_place(word) || (named && words::is_particle(word));
            }
        }
        for word in particles {
            evidence.add(word, false);
        }
        if let Some(word) = first.filter(|_| evidence.count == 0) {
            evidence.add(word, false);
        }
        evidence
    }

    /// Counts the end of an English word for English, if it `tells`.
    fn english_ending(&mut self, tells: bool) {
        if let Some(english) = words::number("en").filter(|_| tells) {
            self.weights[english] += 1.0;
            self.english += 1.0;
        }
    }

    /// Counts a word; one that is `elided` ends with an apostrophe.
    fn add(&mut self, word: &str, elided: bool) {
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
        for (number, weight) in self.weights.iter_mut().enumerate() {
            let has = |set: words::Set| set >> number & 1 == 1;
            *weight += if has(spoken) { share } else { 0.0 } + if has(rare) { rarity } else { 0.0 };
            *weight -= if has(lacking) { LACKING } else { 0.0 };
        }
        if let Some(number) = words::number("nb").filter(|_| words::is_norwegian(&word)) {
            self.weights[number] += CLUE;
        }
        let letter = word.chars().count() == 1;
        let in_english = |set: words::Set| words::number("en").is_some_and(|english| set >> english & 1 == 1);
        match () {
            () if in_english(spoken) && spoken.is_power_of_two() => self.english += 1.0,
            () if in_english(spoken) => self.shared.push(spoken),
            () if words::is_also_english(&word) => {}
            () if letter && word.is_ascii() && !elided => {}
            () if spoken != 0 && !self.seen.insert(word.to_string()) => {}
            // A small word with a letter that English lacks: it is no loan.
            () if spoken != 0 && !letter && in_english(lacking) => self.foreign += 2.0,
            () if spoken != 0 => self.foreign += if letter { LONE_LETTER } else { 1.0 },
            () if in_english(lacking) => self.foreign += FOREIGN_LETTER,
            () => {}
        }
        if self.seen.len() > self.small.len() {
            self.small.push((spoken, phrases::tells(&word)));
        }
        self.words.push_str(&word);
        self.words.push(' ');
        self.count += 1;
        self.letters += word.chars().count();
    }

    /// How many different small words are of `language`, and how many of them noun phrases do without.
    fn small_of(&self, language: &str) -> (usize, usize) {
        let Some(number) = words::number(language) else { return (0, 0) };
        let of = self.small.iter().filter(|(set, _)| set >> number & 1 == 1);
        (of.clone().count(), of.filter(|(_, tells)| *tells).count())
    }

    /// What speaks for English: a word that the likeliest other language has as well says little.
    fn english(&self) -> f32 {
        let [first, second] = self.leaders().map(|(language, _)| language);
        let other = words::number(if first == "en" { second } else { first });
        let says =
            |set: &words::Set| if other.is_some_and(|other| set >> other & 1 == 1) { SHARED } else { 1.0 };
        self.english + self.shared.iter().map(says).sum::<f32>()
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

/// Whether `token` is no word of any language: a name in code, an option, a path, a number.
fn is_code(token: &str) -> bool {
    let inside = token.trim_matches(|c: char| !c.is_alphanumeric());
    // "ui/ux", "oz/ft"
    let short = inside.contains('/') && inside.split('/').all(|part| part.chars().count() <= 2);
    short
        || token.starts_with(['-', '/']) && token.len() > 1
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
/// An utterance that is sure has its own language, and so has a quotation in it, what stands after a colon, and what is
/// in another script: these become utterances of their own. Every other is in English, if that is the likeliest and the
/// reply has it already, else in the language of most of the reply so far; while that is not known, in English if that
/// is the likeliest, or in none: a guess must not take a reply to another voice. A language that the markup
/// says is kept. What is announced is said in the language of most of the reply so far, for code in English where its
/// words are not known; code that is read is English. Words that are added to the reply's own ("link to") and
/// formulas say nothing of the language and are said in it.
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

    /// Gives `utterance`, the next one, its language; as several where parts of it have another.
    #[must_use]
    pub fn assign(&mut self, utterance: Utterance) -> Vec<Utterance> {
        let mut parts = match (&utterance.language, utterance.kind) {
            (Some(_), _) | (None, UtteranceKind::Code) => vec![utterance],
            _ if utterance.is_announcement() => vec![utterance],
            _ => parts::apart(utterance, self.main()),
        };
        let named = match &parts[..] {
            [] | [_] => None,
            parts => parts::named(&parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ")),
        };
        for part in &mut parts {
            self.one(part, named);
        }
        parts
    }

    /// `named` says whose ideographs there are, where that is told.
    fn one(&mut self, utterance: &mut Utterance, named: Option<&'static str>) {
        let words = utterance.own_prose();
        let letters = words.chars().filter(|c| c.is_alphabetic()).map(crate::length::breadth).sum();
        if let Some(language) = utterance.language.clone() {
            utterance.speak(&language);
            self.count(Cow::Owned(language), letters);
            return;
        }
        if utterance.kind == UtteranceKind::Code {
            utterance.speak(self.main().unwrap_or("en"));
            return;
        }
        if utterance.is_announcement()
            && let Some(main) = self.main()
        {
            utterance.speak(main);
            return;
        }
        let found = detect_within(&words, self.main());
        let found = found.map(|found| match found.language {
            "zh" => Detected { language: named.unwrap_or("zh"), ..found },
            _ => found,
        });
        if let Some(found) = found.filter(|found| found.sure) {
            self.count(Cow::Borrowed(found.language), letters);
        }
        let has = |language: &str| self.letters.iter().any(|(known, _)| known == language);
        let language = match (found, self.main()) {
            (Some(found), _) if found.sure || (found.language == "en" && has("en")) => Some(found.language),
            (_, Some(main)) => Some(main),
            // A guess is worse than nothing: it would take the reply to a voice of another language.
            (found, None) => found.filter(|found| found.language == "en").map(|found| found.language),
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
    let utterances = std::mem::take(&mut script.utterances);
    script.utterances = utterances.into_iter().flat_map(|utterance| languages.assign(utterance)).collect();
    languages.main().map(str::to_owned)
}
