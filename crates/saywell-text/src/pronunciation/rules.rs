//! Entries checked, and how they are found in text.

use crate::Language;
use crate::ipa;
use crate::mark::How;
use crate::pronunciation::{Case, Entry, LONGEST, LONGEST_MATCH, LONGEST_UTTERANCE};
use crate::ssml::x_sampa;
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Range;

/// The most bytes of a compiled pattern; together with [`LONGEST_UTTERANCE`] this bounds the time to match.
const LARGEST_PATTERN: usize = 1 << 18;
/// The most bytes of all words of a language compiled.
const LARGEST_WORDS: usize = 1 << 26;

/// An entry that was checked.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) what: What,
    pub(crate) said: Said,
    /// In lower case.
    pub(crate) language: Option<String>,
}

/// What a rule is for.
#[derive(Debug)]
pub(crate) enum What {
    /// Words; in lower case where they match in any.
    Word {
        word: String,
        any_case: bool,
    },
    Pattern {
        pattern: Regex,
        any_case: bool,
    },
}

/// What is said.
#[derive(Debug)]
pub(crate) enum Said {
    Words(String),
    Phonemes(String),
}

/// Checks `entry`; every fault as its field and the reason.
pub(crate) fn check(entry: &Entry) -> Result<Rule, Vec<(&'static str, String)>> {
    let mut faults = Vec::new();
    let mut keep = |field: &'static str, result: Result<(), String>| {
        faults.extend(result.err().map(|reason| (field, reason)));
    };
    let what = match (&entry.word, &entry.pattern) {
        (Some(word), None) => {
            keep("word", plain(word));
            let capitals = word.chars().any(char::is_uppercase);
            let any_case = entry.case.map_or(!capitals, |case| case == Case::Insensitive);
            let word = if any_case { word.trim().to_lowercase() } else { word.trim().to_owned() };
            Some(What::Word { word, any_case })
        }
        (None, Some(pattern)) => {
            let any_case = entry.case == Some(Case::Insensitive);
            match plain(pattern).and_then(|()| compile(pattern, any_case)) {
                Ok(pattern) => Some(What::Pattern { pattern, any_case }),
                Err(reason) => {
                    keep("pattern", Err(reason));
                    None
                }
            }
        }
        (Some(_), Some(_)) => {
            keep("", Err("has both a word and a pattern".to_owned()));
            None
        }
        (None, None) => {
            keep("", Err("needs a word or a pattern".to_owned()));
            None
        }
    };
    let said = match (&entry.say, &entry.ipa, &entry.x_sampa) {
        (Some(words), None, None) => {
            let filled = match &what {
                Some(What::Pattern { pattern, .. }) => groups_named(words, pattern),
                _ => Ok(()),
            };
            keep("say", plain(words).and(filled));
            Some(Said::Words(words.trim().to_owned()))
        }
        (None, Some(phonemes), None) => {
            let known = ipa::unknown(phonemes).map_or(Ok(()), |symbol| Err(format!("{symbol:?} is no IPA")));
            keep("ipa", plain(phonemes).and(known));
            Some(Said::Phonemes(phonemes.trim().to_owned()))
        }
        (None, None, Some(written)) => {
            keep("x_sampa", plain(written));
            match x_sampa::to_ipa(written.trim()) {
                Ok(phonemes) => Some(Said::Phonemes(phonemes)),
                Err(symbol) => {
                    keep("x_sampa", Err(format!("{symbol:?} is no X-SAMPA")));
                    None
                }
            }
        }
        (None, None, None) => {
            keep("", Err("needs say, ipa or x_sampa".to_owned()));
            None
        }
        _ => {
            keep("", Err("has more than one of say, ipa and x_sampa".to_owned()));
            None
        }
    };
    if let Some(tag) = entry.language.as_deref().filter(|tag| Language::new(tag).is_none()) {
        let tag: String = tag.chars().take(40).collect();
        keep("language", Err(format!("{tag:?} is no language tag such as en or en-US")));
    }
    match (what, said) {
        (Some(what), Some(said)) if faults.is_empty() => Ok(Rule {
            what,
            said,
            language: entry.language.as_deref().and_then(Language::new).map(|tag| tag.to_ascii_lowercase()),
        }),
        _ => Err(faults),
    }
}

fn plain(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    if text.chars().nth(LONGEST).is_some() {
        return Err(format!("has more than {LONGEST} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("has a control character in it".to_owned());
    }
    Ok(())
}

fn compile(pattern: &str, any_case: bool) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .case_insensitive(any_case)
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .nest_limit(20)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            // The last line says what is wrong, those before it draw where.
            other => {
                let shown = other.to_string();
                let last = shown.lines().last().unwrap_or_default();
                last.trim_start_matches("error:").trim().to_owned()
            }
        })
}

/// Whether every `$` in `words` is `$$` or names a group of `pattern`.
fn groups_named(words: &str, pattern: &Regex) -> Result<(), String> {
    let wrong = || Err("a $ that names no group has to be written $$".to_owned());
    let mut rest = words;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
            continue;
        }
        let name = match rest.strip_prefix('{') {
            Some(braced) => braced.split_once('}').map(|(name, _)| name),
            None => {
                Some(&rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())])
            }
        };
        let known = name.is_some_and(|name| match name.parse::<usize>() {
            Ok(number) => number < pattern.captures_len(),
            Err(_) => pattern.capture_names().flatten().any(|known| known == name),
        });
        if !known {
            return wrong();
        }
    }
    Ok(())
}

/// The rules for one language, or for all.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) language: Option<String>,
    /// All words, the longest first.
    words: Option<Regex>,
    /// By the word: the rule that stands first for it.
    exact: HashMap<String, usize>,
    folded: HashMap<String, usize>,
    /// The rules that are patterns.
    patterns: Vec<usize>,
}

/// The rules by language.
pub(crate) fn groups(rules: &[Rule]) -> Result<Vec<Group>, String> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_language: HashMap<&Option<String>, usize> = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        let at = *by_language.entry(&rule.language).or_insert_with(|| {
            groups.push(Group {
                language: rule.language.clone(),
                words: None,
                exact: HashMap::new(),
                folded: HashMap::new(),
                patterns: Vec::new(),
            });
            groups.len() - 1
        });
        match &rule.what {
            What::Word { word, any_case: true } => _ = groups[at].folded.entry(word.clone()).or_insert(index),
            What::Word { word, any_case: false } => _ = groups[at].exact.entry(word.clone()).or_insert(index),
            What::Pattern { .. } => groups[at].patterns.push(index),
        }
    }
    for group in &mut groups {
        group.words = words(&group.exact, &group.folded)?;
    }
    Ok(groups)
}

fn words(exact: &HashMap<String, usize>, folded: &HashMap<String, usize>) -> Result<Option<Regex>, String> {
    let mut all: Vec<(&str, &str)> = exact.keys().map(|word| ("", word.as_str())).collect();
    all.extend(folded.keys().map(|word| ("i", word.as_str())));
    if all.is_empty() {
        return Ok(None);
    }
    all.sort_by_key(|(case, word)| (usize::MAX - word.len(), *word, *case));
    let mut pattern = String::new();
    for (case, word) in all {
        let bar = if pattern.is_empty() { "" } else { "|" };
        // A whole word: no character of a word beside it.
        _ = write!(pattern, r"{bar}(?{case}:\b{{start-half}}{}\b{{end-half}})", regex::escape(word));
    }
    RegexBuilder::new(&pattern)
        .size_limit(LARGEST_WORDS)
        .build()
        .map(Some)
        .map_err(|_| "the words are too many and too long together".to_owned())
}

impl Group {
    /// Adds what its rules find in `text`: where, which rule, what is done.
    pub(crate) fn find(&self, text: &str, rules: &[Rule], found: &mut Vec<(Range<usize>, usize, How)>) {
        if let Some(words) = &self.words {
            let matches = words.find_iter(text).filter(|word| !is_contracted(&text[word.end()..]));
            found.extend(matches.filter_map(|word| {
                let index = self
                    .exact
                    .get(word.as_str())
                    .or_else(|| self.folded.get(&word.as_str().to_lowercase()))?;
                let how = match &rules.get(*index)?.said {
                    Said::Words(words) => How::Alias(words.clone()),
                    Said::Phonemes(phonemes) => How::Phonemes(phonemes.clone()),
                };
                Some((word.range(), *index, how))
            }));
        }
        if text.len() > LONGEST_UTTERANCE {
            return;
        }
        for index in &self.patterns {
            let Some(Rule { what: What::Pattern { pattern, .. }, said, .. }) = rules.get(*index) else {
                continue;
            };
            for groups in pattern.captures_iter(text) {
                let Some(whole) = groups.get(0).filter(|whole| (1..=LONGEST_MATCH).contains(&whole.len()))
                else {
                    continue;
                };
                let how = match said {
                    Said::Words(words) => {
                        let mut filled = String::new();
                        groups.expand(words, &mut filled);
                        if filled.trim().is_empty() {
                            continue;
                        }
                        How::Alias(filled)
                    }
                    Said::Phonemes(phonemes) => How::Phonemes(phonemes.clone()),
                };
                // A word goes before a pattern.
                found.push((whole.range(), rules.len() + index, how));
            }
        }
    }
}

/// Whether a word goes on in `after` as in "don't": an apostrophe and letters that are no possessive.
fn is_contracted(after: &str) -> bool {
    let Some(rest) = after.strip_prefix(['\'', '’']) else {
        return false;
    };
    let letters = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    letters > 0 && !rest[..letters].eq_ignore_ascii_case("s")
}

/// What the rules ask for, the same however they were written: words in the order of the alphabet, patterns in
/// their own.
pub(crate) fn canonical(rules: &[Rule]) -> String {
    let mut lines: Vec<(bool, String)> = rules
        .iter()
        .map(|rule| {
            let (kind, what, any_case) = match &rule.what {
                What::Word { word, any_case } => ("word", word.as_str(), any_case),
                What::Pattern { pattern, any_case } => ("pattern", pattern.as_str(), any_case),
            };
            let (means, said) = match &rule.said {
                Said::Words(words) => ("say", words),
                Said::Phonemes(phonemes) => ("ipa", phonemes),
            };
            let language = rule.language.as_deref().unwrap_or("");
            // Control characters are in no field, so a tab parts them.
            (kind == "pattern", format!("{language}\t{kind}\t{what}\t{any_case}\t{means}\t{said}\n"))
        })
        .collect();
    // Stable, and by the word alone: of two entries for one word the first counts.
    lines.sort_by(|one, other| {
        let key = |line: &(bool, String)| {
            let fields: Vec<String> = line.1.split('\t').take(4).map(str::to_owned).collect();
            if line.0 { (true, Vec::new()) } else { (false, fields) }
        };
        key(one).cmp(&key(other))
    });
    lines.into_iter().map(|(_, line)| line).collect()
}
