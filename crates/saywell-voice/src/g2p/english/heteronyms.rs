//! Words that are written alike and said differently, told apart by the words around them.
//!
//! The dictionary tells most of them apart by part of speech. What is here mends that in two ways: where the
//! tagger is known to go wrong, the word gets another tag ([`retag`]); where one part of speech has two
//! readings, or the dictionary has only one, the reading itself is chosen ([`reading`]).

use super::lexicon::has_readings;
use saywell_text::english::number_words::is_number_word;

/// A word of a sentence and what is around it.
#[derive(Clone, Copy)]
struct Place<'a> {
    words: &'a [&'a str],
    tags: &'a [&'static str],
    at: usize,
}

/// Corrects `tags` of `words` and chooses readings: for each word its phonemes, where they are chosen here.
pub fn settle(words: &[&str], tags: &mut [&'static str]) -> Vec<Option<&'static str>> {
    let mut readings = vec![None; words.len()];
    for at in 0..words.len() {
        let word = words[at].to_lowercase();
        if !has_readings(&word) && !OWN.contains(&word.as_str()) {
            continue;
        }
        if let Some(tag) = retag(&word, Place { words, tags, at }) {
            tags[at] = tag;
        }
        readings[at] = reading(&word, Place { words, tags, at });
    }
    readings
}

/// Words that the dictionary has in one reading only, or whose readings [`reading`] chooses.
const OWN: &[&str] = &[
    "a", "bass", "bow", "bows", "content", "does", "invalid", "lead", "minute", "number", "point", "read",
    "resume", "resumes", "zero",
];

const BE: &[&str] = &["am", "is", "are", "was", "were", "be", "been", "being", "'m", "'s", "'re"];
const HAVE: &[&str] = &["have", "has", "had", "having", "'ve", "'d"];
const DO: &[&str] = &["do", "does", "did"];
const MODALS: &[&str] = &[
    "will", "would", "can", "could", "should", "must", "may", "might", "shall", "cannot", "ca", "wo", "'ll",
];
const SUBJECTS: &[&str] = &["i", "we", "you", "they", "who"];
const OWNERS: &[&str] = &["my", "your", "his", "her", "its", "our", "their", "whose"];
const ARTICLES: &[&str] = &["the", "a", "an", "this", "no", "every", "each", "another"];
const OBJECTS: &[&str] = &[
    "the", "a", "an", "this", "that", "these", "those", "it", "them", "your", "my", "our", "its", "their",
    "all", "each", "every", "any",
];
/// What an order may begin with.
const ORDERS: &[&str] = &["first", "then", "now", "next", "please", "just", "always", "never", "let's"];
/// Plurals that stand before nouns.
const JOINING: &[&str] =
    &["sales", "goods", "operations", "systems", "communications", "graphics", "sports", "news", "analytics"];

impl Place<'_> {
    /// The word so many before, in lower case; empty where there is none.
    fn before(self, back: usize) -> String {
        self.at.checked_sub(back).map_or(String::new(), |at| self.words[at].to_lowercase())
    }

    /// The word so many after, in lower case; empty where there is none.
    fn after(self, ahead: usize) -> String {
        self.words.get(self.at + ahead).map_or(String::new(), |word| word.to_lowercase())
    }

    fn tag(self) -> &'static str {
        self.tags[self.at]
    }

    fn tag_before(self) -> &'static str {
        self.at.checked_sub(1).map_or("", |at| self.tags[at])
    }

    fn tag_after(self) -> &'static str {
        self.tags.get(self.at + 1).copied().unwrap_or_default()
    }

    fn follows(self, words: &[&str]) -> bool {
        words.contains(&self.before(1).as_str())
    }

    fn precedes(self, words: &[&str]) -> bool {
        words.contains(&self.after(1).as_str())
    }

    /// Whether one of `words` is among so many words to either side.
    fn is_near(self, reach: usize, words: &[&str]) -> bool {
        let from = self.at.saturating_sub(reach);
        let near = &self.words[from..(self.at + reach + 1).min(self.words.len())];
        near.iter().any(|word| words.contains(&word.to_lowercase().as_str()))
    }

    fn is_at_end(self) -> bool {
        let next = self.after(1);
        next.is_empty() || next.starts_with(['.', ',', ';', ':', '!', '?', ')'])
    }

    fn is_at_start(self) -> bool {
        let before = self.before(1);
        before.is_empty() || before.ends_with(['.', ';', ':', '!', '?', '(', '—'])
    }

    /// The nearest word before that is no adverb, in lower case, and the one before that.
    fn governor(self) -> (String, String) {
        let mut back = 1;
        while back < 3 && self.at >= back && self.tags[self.at - back] == "RB" && !is_not(&self.before(back))
        {
            back += 1;
        }
        (self.before(back), self.before(back + 1))
    }

    /// Whether a verb in its base form must follow what is before: `to` apart, which the tagger knows.
    fn wants_base_form(self) -> bool {
        let (governor, before) = self.governor();
        let helps = |word: &str| DO.contains(&word) || MODALS.contains(&word);
        MODALS.contains(&governor.as_str()) || (is_not(&governor) && (helps(&before) || before == "to"))
    }
}

fn is_not(word: &str) -> bool {
    matches!(word, "not" | "n't" | "n’t")
}

/// Another tag for `word`, which has readings by part of speech.
fn retag(word: &str, place: Place<'_>) -> Option<&'static str> {
    let is_verb = place.tag().starts_with("VB");
    let is_noun = place.tag().starts_with("NN");
    let is_plural = word.ends_with('s');
    let before = place.before(1);
    if word == "use" && place.precedes(&["case", "cases"]) {
        return Some("NN");
    }
    if is_verb {
        // `the record`, `your use of it`; after `this` and the like a verb would be in another form.
        let asked = place.before(2);
        let is_asked = DO.contains(&asked.as_str()) || MODALS.contains(&asked.as_str());
        let is_named = (place.follows(ARTICLES) || place.follows(OWNERS)) && !is_asked && before != "her";
        return (is_named && matches!(place.tag(), "VB" | "VBP" | "VBZ")).then_some("NN");
    }
    if !is_noun && place.tag() != "JJ" {
        return None;
    }
    if word == "lives" {
        let is_noun = !matches!(place.tag_before(), "JJ" | "CD" | "NNS" | "PRP$" | "DT");
        let has_subject = matches!(place.tag_before(), "NN" | "NNP" | "WDT" | "WP")
            || (is_noun && ARTICLES.contains(&place.before(2).as_str()))
            || place.follows(&["it", "he", "she"]);
        let has_place = matches!(place.tag_after(), "IN" | "RB") && !place.precedes(&["of", "than"]);
        return (has_subject && has_place).then_some("VBZ");
    }
    if !is_plural && word != "content" && place.wants_base_form() {
        return Some("VB");
    }
    if is_plural {
        let takes = place.tag_before() == "NN" && place.precedes(OBJECTS);
        let turns = word == "winds" && place.precedes(&["through", "down", "around", "along", "up"]);
        return (takes || turns || place.follows(&["it", "he", "she"])).then_some("VBZ");
    }
    if place.tag() == "JJ" {
        return None;
    }
    let has_subject = place.follows(SUBJECTS) && !BE.contains(&place.before(2).as_str());
    if has_subject {
        return Some("VBP");
    }
    // An order begins more sentences than the noun does: `Use Redis.`
    let uses = word == "use"
        && (place.is_at_start() || place.follows(ORDERS))
        && !place.precedes(&["of", "case", "cases", "is", "was", "and", "or", "in", "by", "at", "on", "-"]);
    let is_told = uses || place.follows(&["please", "always", "never"]);
    if is_told || ((place.follows(ORDERS) || place.is_at_start()) && place.precedes(OBJECTS)) {
        return Some("VB");
    }
    let goes_on =
        place.precedes(OBJECTS) || place.precedes(&["when", "if", "with", "as", "against", "whenever"]);
    let has_plural = place.tag_before().starts_with("NN") && before.ends_with('s');
    let is_clause = has_plural && !JOINING.contains(&before.as_str()) && goes_on;
    is_clause.then_some("VBP")
}

/// The phonemes of `word`, where its part of speech does not tell.
fn reading(word: &str, place: Place<'_>) -> Option<&'static str> {
    let is_verb = place.tag().starts_with("VB");
    match word {
        "read" => read(place),
        // The letter among numbers and letters: `three F five A`, `the A four paper`.
        "a" if place.words[place.at] == "A" && !place.is_at_start() => {
            let is_among =
                |word: &str| is_number_word(word) || word.chars().count() == 1 && word != "i" && word != "a";
            (is_among(&place.after(1))
                || (is_among(&place.before(1)) && !place.tag_after().starts_with("NN")))
            .then_some("ˈA")
        }
        // Between the digits of a number it has no stress of its own.
        "point" => {
            let is_number = |word: &str| is_number_word(word) || word == "oh";
            (is_number(&place.before(1)) && is_number(&place.after(1))).then_some("pYnt")
        }
        "zero" => (!place.precedes(&["-"])).then_some("zˈɪɹO"),
        "lead" => is_metal(place).then_some("lˈɛd"),
        // The instrument is written of more often than the fish.
        "bass" => Some(if place.is_near(6, FISHING) { "bˈæs" } else { "bˈAs" }),
        "bow" if !is_verb => is_bending(place).then_some("bˈW"),
        "minute" => {
            let is_time = place.tag_before() == "CD" || place.follows(&["last", "per", "every", "-"]);
            (place.precedes(SMALL_THINGS) && !is_time).then_some("mInˈut")
        }
        "content" => is_happy(place).then_some("kəntˈɛnt"),
        "resume" | "resumes" => {
            let is_paper =
                (place.follows(OWNERS) || place.follows(RESUME_BEFORE) || place.precedes(RESUME_AFTER))
                    && !place.precedes(RESUMING);
            is_paper.then_some(if word == "resume" { "ɹˈɛzəmˌA" } else { "ɹˈɛzəmˌAz" })
        }
        "does" => (place.tag_before() == "CD"
            && place.is_near(9, &["doe", "deer", "buck", "bucks", "fawn", "fawns"]))
        .then_some("dˈOz"),
        "number" => {
            let is_feeling =
                place.follows(&["grew", "grow", "grows", "growing", "feel", "feels", "felt", "became"]);
            (is_feeling && !place.precedes(&["of"])).then_some("nˈʌməɹ")
        }
        "invalid" => {
            let is_person = place.follows(&["an", "the", "elderly", "bedridden", "chronic"])
                && (place.is_at_end() || place.precedes(&["for", "who", "since", "after"]));
            is_person.then_some("ˈɪnvələd")
        }
        _ => None,
    }
}

/// *Reed* or *red*.
fn read(place: Place<'_>) -> Option<&'static str> {
    const PRESENT: &str = "ɹˈid";
    const PAST: &str = "ɹˈɛd";
    const HABITS: &[&str] = &[
        "every", "each", "often", "usually", "always", "sometimes", "daily", "rarely", "typically",
        "normally", "generally", "never",
    ];
    const PASSED: &[&str] =
        &["yesterday", "ago", "last", "already", "earlier", "once", "previously", "recently"];
    let (governor, before) = place.governor();
    let governor = governor.as_str();
    let is_counted = ["once", "twice", "by", "after", "when", "at"].contains(&place.after(2).as_str());
    if place.precedes(&["only", "-", "/", "write"]) && !is_counted && !HAVE.contains(&governor) {
        return Some(PRESENT);
    }
    if place.wants_base_form() || governor == "to" {
        return Some(PRESENT);
    }
    if HAVE.contains(&governor) || BE.contains(&governor) || matches!(governor, "got" | "gets" | "get") {
        return Some(PAST);
    }
    if place.follows(ARTICLES) || place.follows(OWNERS) {
        // A read, or one's reading; but the message that was read.
        return Some(if place.precedes(&["receipt", "receipts", "message", "messages", "status"]) {
            PAST
        } else {
            PRESENT
        });
    }
    if SUBJECTS.contains(&governor) || matches!(place.tag(), "VBP" | "VBD") {
        let asks = DO.contains(&before.as_str()) || MODALS.contains(&before.as_str());
        let is_condition =
            matches!(before.as_str(), "if" | "when" | "whenever" | "before" | "after" | "while" | "as");
        let reach = 12;
        if asks || place.is_near(reach, HABITS) {
            return Some(PRESENT);
        }
        let from = place.at.saturating_sub(reach);
        let near = from..(place.at + reach).min(place.words.len());
        let tells = near.into_iter().any(|at| at != place.at && place.tags[at] == "VBD");
        if tells || place.is_near(reach, PASSED) {
            return Some(PAST);
        }
        if is_condition {
            return Some(PRESENT);
        }
        // Without any other sign: who says `I read`, has read; `she read` is no present at all.
        let is_past = governor == "i"
            || (place.tag() == "VBD" && !SUBJECTS.contains(&governor) && place.tag_before() != "NNS");
        return Some(if is_past { PAST } else { PRESENT });
    }
    None
}

/// Whether lead is the metal.
fn is_metal(place: Place<'_>) -> bool {
    const THINGS: &[&str] = &[
        "pipe", "pipes", "piping", "paint", "paints", "poisoning", "acid", "shot", "weight", "weights",
        "bullet", "bullets", "roof", "sheet", "sheets", "tip", "tips", "glass", "solder", "oxide", "ore",
        "exposure", "contamination", "mine", "mines", "alloy", "apron", "shielding", "crystal",
        "concentration", "plumbing", "pellets", "sinker", "sinkers", "ions", "nitrate",
    ];
    const HOLDING: &[&str] =
        &["contain", "contains", "contained", "containing", "molten", "toxic", "leaded", "liquid"];
    const METALS: &[&str] =
        &["mercury", "zinc", "copper", "tin", "iron", "arsenic", "cadmium", "silver", "gold"];
    if place.precedes(THINGS) || place.follows(HOLDING) {
        return true;
    }
    let is_listed = (place.precedes(&["and", "or", ","]) && METALS.contains(&place.after(2).as_str()))
        || (place.follows(&["and", "or", ","]) && METALS.contains(&place.before(2).as_str()));
    let is_stuff = place.follows(&["of", "with"]) && !place.tag_after().starts_with("NN");
    is_listed || (is_stuff && !place.precedes(&["-"]))
}

const FISHING: &[&str] = &[
    "fish", "fishing", "fished", "lake", "river", "pond", "caught", "catch", "sea", "striped", "largemouth",
    "smallmouth", "trout", "grilled", "fillet", "angler", "anglers", "bait", "lure",
];

/// Whether a bow is one that bends, or the front of a ship.
fn is_bending(place: Place<'_>) -> bool {
    let ship = &["ship", "ships", "boat", "vessel", "stern", "hull", "deck", "thruster", "yacht", "ferry"];
    let is_taken = place.is_near(3, &["take", "takes", "took", "taking", "taken", "deep", "final"])
        && place.follows(&["a", "deep", "final", "last"])
        && !place.precedes(&["and"]);
    place.is_near(6, ship) || is_taken
}

/// What is minute rather than a minute long.
const SMALL_THINGS: &[&str] = &[
    "amount", "amounts", "change", "changes", "crack", "cracks", "detail", "details", "difference",
    "differences", "dose", "doses", "fraction", "fractions", "particle", "particles", "quantities",
    "quantity", "scratches", "trace", "traces", "variation", "variations", "adjustments", "fluctuations",
];

/// Whether content is a way to feel.
fn is_happy(place: Place<'_>) -> bool {
    let (governor, _) = place.governor();
    let feels = ["seem", "seems", "seemed", "feel", "feels", "felt", "look", "looks", "looked", "am", "'m"];
    let feels = feels.contains(&governor.as_str());
    let goes_on = place.precedes(&["with", "to", "just"]);
    (feels && (goes_on || place.is_at_end()))
        || (goes_on && BE.contains(&governor.as_str()))
        || (goes_on && (is_not(&governor) || SUBJECTS.contains(&governor.as_str())))
}

const RESUME_BEFORE: &[&str] =
    &["a", "the", "updated", "professional", "submit", "submitted", "send", "review", "of"];
const RESUME_AFTER: &[&str] = &["builder", "template", "templates", "writing", "tips", "review"];
/// What is named after going on.
const RESUMING: &[&str] = &[
    "button", "token", "point", "operation", "function", "command", "playback", "event", "handler", "method",
    "flag", "option", "key", "download", "position", "the", "a", "it", "from",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(sentence: &str, word: &str) -> (&'static str, Option<&'static str>) {
        let words: Vec<_> = sentence.split(' ').collect();
        let mut tags = super::super::tagger::tag(&words);
        let readings = settle(&words, &mut tags);
        let at = words.iter().position(|found| *found == word).unwrap();
        (tags[at], readings[at])
    }

    #[test]
    fn mends_tags() {
        assert_eq!(settled("We project strong growth .", "project").0, "VBP");
        assert_eq!(settled("The code lives in the home folder .", "lives").0, "VBZ");
        assert_eq!(settled("Do not abuse the API .", "abuse").0, "VB");
    }

    #[test]
    fn chooses_readings() {
        assert_eq!(settled("They replaced the lead pipe .", "lead").1, Some("lˈɛd"));
        assert_eq!(settled("Our tech lead approved it .", "lead").1, None);
        assert_eq!(settled("This mount is read only .", "read").1, Some("ɹˈid"));
    }
}
