//! Dictionaries of pronunciations: how an operator or a caller wants words to be said.
//!
//! An entry names a word, or a pattern of `regex`'s syntax, and what is said for it: other words, or
//! phonemes. What matches becomes a mark of the utterance; text is never changed, so captions show what was
//! written.
//!
//! - A *word*, which may be several, matches whole words only: not inside a longer one, but before `'s`
//!   and inside punctuation. Without a `case`, a word that is written with a capital letter matches as it
//!   is written ("Polish", "SQL"), one without matches in any case ("nginx", "Nginx", "NGINX").
//! - A *pattern* matches anywhere, as it is written unless `case` says otherwise. `$1` in its `say` is
//!   what its first group matched, `$$` is a dollar sign.
//! - Of matches that overlap, the one that begins first is taken, of those the longest, of those the word
//!   before the pattern and the entry that stands first.
//! - Nothing is done inside what is already said as one: by SSML, or by a dictionary before.

use crate::mark::{How, Mark};
use crate::ssml::in_order;
use crate::utterance::Utterance;
use rules::{Group, Rule};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

mod pls;
mod rules;

/// The most entries of a dictionary.
pub const MOST_ENTRIES: usize = 1000;
/// The most patterns among them.
pub const MOST_PATTERNS: usize = 50;
/// The most characters of a word or pattern, and of what is said for it.
pub const LONGEST: usize = 200;
/// The most bytes that a pattern may match.
const LONGEST_MATCH: usize = 200;
/// Patterns are not looked for in an utterance of more bytes than this, which only SSML can make.
const LONGEST_UTTERANCE: usize = 4096;

/// An entry as it is written in a settings file or a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The word, or words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// Instead of a word, a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Words to say for it: a respelling, or what it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
    /// Or its phonemes in the International Phonetic Alphabet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipa: Option<String>,
    /// Or its phonemes in X-SAMPA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x_sampa: Option<String>,
    /// Whether capital letters matter; see [the module](self) for when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Case>,
    /// Only in text of this language, a BCP 47 tag: `en` is English of any country. Else in any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Whether capital letters matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// They do.
    Sensitive,
    /// They do not.
    Insensitive,
}

/// A fault of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFault {
    /// Which entry, from 0.
    pub index: usize,
    /// Which of its fields; empty where it is about the entry.
    pub field: &'static str,
    /// What is wrong, in plain words.
    pub reason: String,
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.field.is_empty() { "" } else { "." };
        write!(f, "pronunciations[{}]{dot}{}: {}", self.index, self.field, self.reason)
    }
}

impl std::error::Error for EntryFault {}

/// Entries that were checked, ready to be applied. Cheap to clone. Written out as its entries, layer by layer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Vec<Entry>>", into = "Vec<Vec<Entry>>")]
pub struct Dictionary {
    /// The first goes first.
    layers: Vec<Arc<Layer>>,
}

/// The entries that were given together.
#[derive(Debug)]
struct Layer {
    /// As they were given.
    entries: Vec<Entry>,
    rules: Vec<Rule>,
    groups: Vec<Group>,
    /// What [`Dictionary::version`] is made of.
    canonical: String,
}

impl Dictionary {
    /// Checks `entries` and makes them ready.
    ///
    /// # Errors
    ///
    /// Every fault of every entry.
    pub fn new(entries: &[Entry]) -> Result<Self, Vec<EntryFault>> {
        if entries.is_empty() {
            return Ok(Self::default());
        }
        if entries.len() > MOST_ENTRIES {
            let reason = format!("there are more than {MOST_ENTRIES} entries");
            return Err(vec![EntryFault { index: MOST_ENTRIES, field: "", reason }]);
        }
        let (mut rules, mut faults) = (Vec::with_capacity(entries.len()), Vec::new());
        let mut patterns = 0;
        for (index, entry) in entries.iter().enumerate() {
            patterns += usize::from(entry.pattern.is_some());
            match rules::check(entry) {
                Ok(_) if patterns > MOST_PATTERNS && entry.pattern.is_some() => {
                    let reason = format!("there are more than {MOST_PATTERNS} patterns");
                    faults.push(EntryFault { index, field: "pattern", reason });
                }
                Ok(rule) => rules.push(rule),
                Err(found) => {
                    let fault = |(field, reason)| EntryFault { index, field, reason };
                    faults.extend(found.into_iter().map(fault));
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let groups =
            rules::groups(&rules).map_err(|reason| vec![EntryFault { index: 0, field: "", reason }])?;
        let canonical = rules::canonical(&rules);
        Ok(Self { layers: vec![Arc::new(Layer { entries: entries.to_vec(), rules, groups, canonical })] })
    }

    /// This dictionary before `other`: where both have something to say, this one does.
    #[must_use]
    pub fn before(&self, other: &Self) -> Self {
        Self { layers: self.layers.iter().chain(&other.layers).cloned().collect() }
    }

    /// Whether it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Sixteen hexadecimal digits that change with what the entries ask for, and not with how they are
    /// written: the first of a SHA-256. Empty without an entry.
    #[must_use]
    pub fn version(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let mut hash = Sha256::new();
        for layer in &self.layers {
            hash.update(layer.canonical.len().to_le_bytes());
            hash.update(&layer.canonical);
        }
        hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Adds to `utterance` the marks that its text asks for. `language` is what it is said in where the
    /// utterance does not know; without one, only entries for all languages apply.
    pub fn apply(&self, utterance: &mut Utterance, language: Option<&str>) {
        let known = utterance.language.clone();
        let language = known.as_deref().or(language);
        for layer in &self.layers {
            for (range, how) in layer.found(&utterance.text, language) {
                if is_free(&utterance.marks, &range) {
                    utterance.marks.push(Mark { text: range, how });
                }
            }
            // The outer of two marks on the same text stays the first of them.
            in_order(&mut utterance.marks);
        }
    }

    /// The entries for words in `language`, and those for any, as a lexicon in the W3C's Pronunciation Lexicon
    /// Specification, which Polly, Azure and ElevenLabs take; `None` if there are none. Patterns have no
    /// place in it. A word that matches in any case is written in lower case, with a capital and in capitals.
    #[must_use]
    pub fn to_pls(&self, language: &str) -> Option<String> {
        let rules = self.layers.iter().flat_map(|layer| &layer.rules);
        pls::write(rules.filter(|rule| speaks(rule.language.as_deref(), Some(language))), language)
    }
}

impl TryFrom<Vec<Vec<Entry>>> for Dictionary {
    type Error = EntryFault;

    fn try_from(layers: Vec<Vec<Entry>>) -> Result<Self, EntryFault> {
        let mut all = Self::default();
        for entries in layers {
            let fault = EntryFault { index: 0, field: "", reason: "is no entry".into() };
            let layer = Self::new(&entries);
            all = all.before(&layer.map_err(|faults| faults.into_iter().next().unwrap_or(fault))?);
        }
        Ok(all)
    }
}

impl From<Dictionary> for Vec<Vec<Entry>> {
    fn from(dictionary: Dictionary) -> Self {
        dictionary.layers.iter().map(|layer| layer.entries.clone()).collect()
    }
}

impl Layer {
    /// What its rules find in `text`, in order and apart.
    fn found(&self, text: &str, language: Option<&str>) -> Vec<(Range<usize>, How)> {
        let mut candidates: Vec<(Range<usize>, usize, How)> = Vec::new();
        for group in &self.groups {
            if speaks(group.language.as_deref(), language) {
                group.find(text, &self.rules, &mut candidates);
            }
        }
        candidates.sort_by_key(|(range, index, _)| (range.start, usize::MAX - range.len(), *index));
        let mut end = 0;
        candidates.retain(|(range, ..)| {
            let free = range.start >= end;
            if free {
                end = range.end;
            }
            free
        });
        candidates.into_iter().map(|(range, _, how)| (range, how)).collect()
    }
}

/// Whether what is for `wanted`, or for any language, is for text in `language`.
fn speaks(wanted: Option<&str>, language: Option<&str>) -> bool {
    let Some(wanted) = wanted else {
        return true;
    };
    let start = language.and_then(|language| language.get(..wanted.len()));
    start.is_some_and(|start| start.eq_ignore_ascii_case(wanted))
        && language.is_some_and(|language| matches!(language.as_bytes().get(wanted.len()), None | Some(b'-')))
}

/// Whether a mark on `range` would neither be in what is said as one nor lie across another mark.
fn is_free(marks: &[Mark], range: &Range<usize>) -> bool {
    marks.iter().all(|Mark { text, how }| {
        let apart = text.end <= range.start || range.end <= text.start;
        let around = text.start <= range.start && range.end <= text.end && !text.is_empty();
        let whole = matches!(how, How::Alias(_) | How::Phonemes(_) | How::SayAs(_));
        apart || (around && !whole)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, plain, ssml};

    fn word(word: &str, say: &str) -> Entry {
        Entry { word: Some(word.to_owned()), say: Some(say.to_owned()), ..Entry::default() }
    }

    fn pattern(pattern: &str, say: &str) -> Entry {
        Entry { pattern: Some(pattern.to_owned()), say: Some(say.to_owned()), ..Entry::default() }
    }

    fn dictionary(entries: &[Entry]) -> Dictionary {
        Dictionary::new(entries).unwrap_or_else(|faults| panic!("{}", faults[0]))
    }

    /// `text` with what is marked in brackets: `[nginx=engine x]`.
    fn applied(dictionary: &Dictionary, text: &str, language: Option<&str>) -> String {
        let mut utterance = plain(text, &Options::default()).utterances.remove(0);
        dictionary.apply(&mut utterance, language);
        shown(&utterance)
    }

    fn shown(utterance: &Utterance) -> String {
        let (mut page, mut at) = (String::new(), 0);
        for mark in &utterance.marks {
            let (How::Alias(said) | How::Phonemes(said)) = &mark.how else {
                continue;
            };
            page += &utterance.text[at..mark.text.start];
            page += &["[", &utterance.text[mark.text.clone()], "=", said, "]"].concat();
            at = mark.text.end;
        }
        page + &utterance.text[at..]
    }

    #[track_caller]
    fn check(entries: &[Entry], text: &str, expected: &str) {
        assert_eq!(applied(&dictionary(entries), text, Some("en-US")), expected);
    }

    #[test]
    fn whole_words_only() {
        let entries = [
            word("nginx", "engine x"),
            word("C++", "C plus plus"),
            word(".NET", "dot net"),
            word("don", "Donald"),
        ];
        check(
            &entries,
            "Use nginx, not nginxy or my_nginx.",
            "Use [nginx=engine x], not nginxy or my_nginx.",
        );
        check(
            &entries,
            "NGINX's \"Nginx\" (nginx).",
            "[NGINX=engine x]'s \"[Nginx=engine x]\" ([nginx=engine x]).",
        );
        check(
            &entries,
            "C++ and C++11 and .NET, ASP.NET",
            "[C++=C plus plus] and C++11 and [.NET=dot net], ASP.NET",
        );
        check(&entries, "I don't know Don.", "I don't know [Don=Donald].");
        check(&entries, "l’nginx", "l’[nginx=engine x]");
    }

    #[test]
    fn capital_letters_matter_where_they_are_written() {
        let entries = [word("Polish", "POH-lish"), word("SQL", "sequel"), word("polish", "PAH-lish")];
        check(
            &entries,
            "Polish or polish SQL, sql.",
            "[Polish=POH-lish] or [polish=PAH-lish] [SQL=sequel], sql.",
        );
        let any = Entry { case: Some(Case::Insensitive), ..word("SQL", "sequel") };
        check(&[any], "SQL, sql", "[SQL=sequel], [sql=sequel]");
        let exact = Entry { case: Some(Case::Sensitive), ..word("nginx", "engine x") };
        check(&[exact], "nginx, Nginx", "[nginx=engine x], Nginx");
        check(&[word("straße", "way")], "Straße STRASSE", "[Straße=way] STRASSE");
    }

    #[test]
    fn the_longest_wins_then_the_first() {
        let entries = [
            word("New York", "the city"),
            word("New", "old"),
            word("New York City", "NYC"),
            word("new", "x"),
        ];
        check(
            &entries,
            "New York City, New York, New Yorker.",
            "[New York City=NYC], [New York=the city], [New=old] Yorker.",
        );
        check(&[word("a", "1"), word("a", "2")], "a", "[a=1]");
        check(&[pattern("API", "pattern"), word("API", "word")], "an API", "an [API=word]");
    }

    #[test]
    fn patterns_match_anywhere_and_fill_in_groups() {
        let entries = [
            pattern(r"v(\d+)\.(\d+)", "version $1 point $2"),
            pattern("x*", "never empty"),
            pattern("€+", "$$"),
        ];
        check(&entries, "Get v1.20 for 5€€.", "Get [v1.20=version 1 point 20] for 5[€€=$].");
        let any = Entry { case: Some(Case::Insensitive), ..pattern("ab+", "b") };
        check(&[any], "ABB", "[ABB=b]");
    }

    #[test]
    fn languages_choose() {
        let english = Entry { language: Some("en".to_owned()), ..word("API", "A P I") };
        let german = Entry { language: Some("de-DE".to_owned()), ..word("API", "Ah Peh Ih") };
        let both = dictionary(&[german, english]);
        assert_eq!(applied(&both, "API", Some("en-GB")), "[API=A P I]");
        assert_eq!(applied(&both, "API", Some("de-de")), "[API=Ah Peh Ih]");
        assert_eq!(applied(&both, "API", Some("de")), "API");
        assert_eq!(applied(&both, "API", Some("enx")), "API");
        assert_eq!(applied(&both, "API", None), "API");
    }

    #[test]
    fn marks_that_are_there_stay() {
        let document = "<speak>nginx <sub alias=\"x\">nginx</sub> <emphasis>nginx</emphasis> new <emphasis>york \
                        city</emphasis> new<break/> york <prosody rate=\"slow\">new york</prosody></speak>";
        let mut utterance = ssml(document, &Options::default()).unwrap().utterances.remove(0);
        dictionary(&[word("nginx", "engine x"), word("new york", "big apple")]).apply(&mut utterance, None);
        assert_eq!(
            shown(&utterance),
            "[nginx=engine x] [nginx=x] [nginx=engine x] new york city new york [new york=big apple]"
        );
        assert!(utterance.marks.is_sorted_by_key(|mark| mark.text.start));
    }

    #[test]
    fn a_request_goes_before_the_operator() {
        let operator = dictionary(&[word("GIF", "jif"), word("New York City", "NYC"), word("SQL", "sequel")]);
        let request = dictionary(&[word("GIF", "ghif"), word("York", "Yorick")]);
        let both = request.before(&operator);
        let said = applied(&both, "SQL GIF New York City", None);
        assert_eq!(said, "[SQL=sequel] [GIF=ghif] New [York=Yorick] City");
        assert_ne!(both.version(), operator.version());
        assert_ne!(both.version(), operator.before(&request).version());
        assert_eq!(Dictionary::default().before(&operator).version(), operator.version());
    }

    #[test]
    fn the_version_is_of_what_is_asked_for() {
        let one = dictionary(&[word("a", "b"), word("C", "d")]);
        assert_eq!(one.version().len(), 16);
        assert_eq!(Dictionary::default().version(), "");
        assert_eq!(one.version(), dictionary(&[word("C", "d"), word("a", "b")]).version());
        let plain = Entry { case: Some(Case::Insensitive), ..word("A", "b") };
        assert_eq!(one.version(), dictionary(&[plain, word("C", "d")]).version());
        assert_ne!(one.version(), dictionary(&[word("a", "c"), word("C", "d")]).version());
        assert_ne!(one.version(), dictionary(&[pattern("a", "b"), word("C", "d")]).version());
        let phonemes = |ipa: Option<&str>, x_sampa: Option<&str>| {
            let (ipa, x_sampa) = (ipa.map(str::to_owned), x_sampa.map(str::to_owned));
            dictionary(&[Entry { word: Some("a".to_owned()), ipa, x_sampa, ..Entry::default() }]).version()
        };
        assert_eq!(phonemes(Some("ɛ"), None), phonemes(None, Some("E")));
        assert_ne!(phonemes(Some("b"), None), dictionary(&[word("a", "b")]).version());
    }

    #[test]
    fn every_fault_is_named() {
        let entry = |word: &str| Entry { word: Some(word.to_owned()), ..Entry::default() };
        let long = "x".repeat(LONGEST + 1);
        let faults = Dictionary::new(&[
            word("fine", "fine"),
            Entry::default(),
            entry("silent"),
            Entry { ipa: Some("eks".to_owned()), ..word("twice", "x") },
            Entry { ipa: Some("eKs".to_owned()), ..entry("x") },
            Entry { x_sampa: Some("#".to_owned()), ..entry("x") },
            Entry { language: Some("english!".to_owned()), ..word("x", "y") },
            pattern("(", "x"),
            pattern(r"\w{9999}", "x"),
            pattern("a", "${1"),
            word(&long, &long),
            word(" ", " "),
            Entry { pattern: Some("x".to_owned()), ..word("x", "y") },
            word("a\nb", "y"),
        ])
        .unwrap_err();
        let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "pronunciations[1]: needs a word or a pattern",
                "pronunciations[1]: needs say, ipa or x_sampa",
                "pronunciations[2]: needs say, ipa or x_sampa",
                "pronunciations[3]: has more than one of say, ipa and x_sampa",
                "pronunciations[4].ipa: 'K' is no IPA",
                "pronunciations[5].x_sampa: '#' is no X-SAMPA",
                "pronunciations[6].language: \"english!\" is no language tag such as en or en-US",
                "pronunciations[7].pattern: unclosed group",
                "pronunciations[8].pattern: the pattern is too large",
                "pronunciations[9].say: a $ that names no group has to be written $$",
                "pronunciations[10].word: has more than 200 characters",
                "pronunciations[10].say: has more than 200 characters",
                "pronunciations[11].word: is empty",
                "pronunciations[11].say: is empty",
                "pronunciations[12]: has both a word and a pattern",
                "pronunciations[13].word: has a control character in it",
            ]
        );
        let many = vec![word("a", "b"); MOST_ENTRIES + 1];
        assert_eq!(Dictionary::new(&many).unwrap_err()[0].index, MOST_ENTRIES);
        let patterns = vec![pattern("a", "b"); MOST_PATTERNS + 1];
        assert_eq!(Dictionary::new(&patterns).unwrap_err().len(), 1);
    }

    #[test]
    fn the_largest_dictionary_is_made() {
        let entries: Vec<Entry> = (0..MOST_ENTRIES)
            .map(|number| word(&format!("wörd{number}{}", "é".repeat(LONGEST - 10)), "x"))
            .collect();
        let start = std::time::Instant::now();
        let dictionary = dictionary(&entries);
        println!("{:.1} ms to make", start.elapsed().as_secs_f64() * 1e3);
        let start = std::time::Instant::now();
        let said = applied(&dictionary, &format!("a {} b", entries[7].word.as_deref().unwrap()), None);
        println!("{:.1} ms to apply first", start.elapsed().as_secs_f64() * 1e3);
        assert!(said.ends_with("=x] b"));
    }

    #[test]
    fn entries_are_read_from_json() {
        let json = r#"[{"word": "kubectl", "say": "cube control"}, {"pattern": "k8s", "ipa": "keɪts", "case": "insensitive", "language": "en"}]"#;
        let entries: Vec<Entry> = serde_json::from_str(json).unwrap();
        assert_eq!(
            applied(&dictionary(&entries), "K8S kubectl", Some("en")),
            "[K8S=keɪts] [kubectl=cube control]"
        );
        assert!(serde_json::from_str::<Entry>(r#"{"word": "a", "sya": "b"}"#).is_err());
    }

    #[test]
    fn a_lexicon_for_providers() {
        let english = Entry { language: Some("en".to_owned()), ..word("kubectl", "cube & control") };
        let german = Entry { language: Some("de".to_owned()), ..word("API", "Ah Peh Ih") };
        let phonemes =
            Entry { word: Some("SQL".to_owned()), ipa: Some("ˈsiːkwəl".to_owned()), ..Entry::default() };
        let dictionary = dictionary(&[english, german, phonemes, pattern("x", "y")]);
        assert_eq!(
            dictionary.to_pls("en-US").unwrap(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <lexicon version=\"1.0\" xmlns=\"http://www.w3.org/2005/01/pronunciation-lexicon\" alphabet=\"ipa\" xml:lang=\"en-US\">\n\
             <lexeme><grapheme>kubectl</grapheme><grapheme>Kubectl</grapheme><grapheme>KUBECTL</grapheme>\
             <alias>cube &amp; control</alias></lexeme>\n\
             <lexeme><grapheme>SQL</grapheme><phoneme>ˈsiːkwəl</phoneme></lexeme>\n\
             </lexicon>\n"
        );
        assert_eq!(Dictionary::default().to_pls("en"), None);
    }
}
