//! Finds the part of speech of each token (Penn Treebank tags), since many words are spoken by it: `I read`
//! and `I have read`.
//!
//! An averaged perceptron: a word that nearly always has one tag has it; for others the tag with the greatest
//! sum of weights over the features of the word, its neighbours and the two tags before.

use super::tables::{TAGGED, TAGS, VOCABULARY, WEIGHTS};

/// The tag of each of `words`, none of which is empty.
pub fn tag(words: &[&str]) -> Vec<&'static str> {
    let seen = Window::new(words);
    let mut tags: Vec<&str> = Vec::with_capacity(words.len());
    let mut feature = String::new();
    for (index, word) in words.iter().enumerate() {
        let known = TAGGED.get(word).and_then(|value| TAGS.get(usize::from(*value.first()?)).copied());
        let tag = known.unwrap_or_else(|| {
            let before = |back| tags.len().checked_sub(back).and_then(|index| tags.get(index)).copied();
            let last = before(1).unwrap_or("-START-");
            let second = before(2).unwrap_or(if tags.is_empty() { "-START2-" } else { "-START-" });
            predict(word, index == 0, |place| seen.tag_at(index, place), last, second, &mut feature)
        });
        tags.push(tag);
    }
    tags
}

/// The words as features see them.
struct Window(Vec<String>);

impl Window {
    fn new(words: &[&str]) -> Self {
        let outside = |name: &str| name.to_owned();
        let inside = words.iter().map(|word| {
            let plain = plain(word);
            if VOCABULARY.contains(&plain) { plain } else { format!("<{}>", shape(word)) }
        });
        let before = ["-START2-", "-START-"].map(outside);
        let after = ["-END-", "-END2-"].map(outside);
        Self(before.into_iter().chain(inside).chain(after).collect())
    }

    /// The word `place` after that at `index`, with -2 ≤ `place` ≤ 2.
    fn tag_at(&self, index: usize, place: isize) -> &str {
        (index + 2).checked_add_signed(place).and_then(|index| self.0.get(index)).map_or("", String::as_str)
    }
}

fn predict<'w>(
    word: &str,
    first: bool,
    seen: impl Fn(isize) -> &'w str,
    last: &str,
    second: &str,
    feature: &mut String,
) -> &'static str {
    // In the order and precision of the training, so that ties fall alike.
    let mut scores = [0.0_f64; 64];
    let mut add = |parts: &[&str]| {
        feature.clear();
        for part in parts {
            feature.push_str(part);
        }
        for weight in WEIGHTS.get(feature).unwrap_or_default().chunks_exact(3) {
            if let [tag, low, high] = *weight
                && let Some(score) = scores.get_mut(usize::from(tag))
            {
                *score += f64::from(i16::from_le_bytes([low, high])) / 10.0;
            }
        }
    };
    add(&["b"]);
    add(&["s3=", ending(word)]);
    add(&["p1=", &word[..word.chars().next().map_or(0, char::len_utf8)]]);
    add(&["w=", seen(0)]);
    add(&["sh=", &shape(word)]);
    add(&[if first { "i0" } else { "i+" }]);
    add(&["t-1=", last]);
    add(&["t-2=", second]);
    add(&["t-12=", last, ",", second]);
    add(&["w-1=", seen(-1)]);
    add(&["s3-1=", ending(seen(-1))]);
    add(&["w-2=", seen(-2)]);
    add(&["w+1=", seen(1)]);
    add(&["s3+1=", ending(seen(1))]);
    add(&["w+2=", seen(2)]);
    // Of equals, the last in the order of the tags.
    TAGS.iter().zip(scores).max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or("NN", |(tag, _)| tag)
}

/// The last three characters.
fn ending(word: &str) -> &str {
    word.char_indices().rev().nth(2).map_or(word, |(start, _)| &word[start..])
}

/// Numbers and compounds by their kind, other words in lower case.
fn plain(word: &str) -> String {
    if word.contains('-') && !word.starts_with('-') {
        "!HYPHEN".to_owned()
    } else if word.len() == 4 && is_number(word) {
        "!YEAR".to_owned()
    } else if word.starts_with(|first: char| first.is_ascii_digit()) {
        "!DIGITS".to_owned()
    } else {
        word.to_lowercase()
    }
}

/// The pattern of capitals and digits.
fn shape(word: &str) -> String {
    let mut letters = word.chars();
    if word.chars().all(char::is_alphabetic) {
        let has_lower = word.chars().any(char::is_lowercase);
        let has_upper = word.chars().any(char::is_uppercase);
        let first_is_upper = letters.next().is_some_and(char::is_uppercase);
        let rest_has_upper = letters.clone().any(char::is_uppercase);
        let rest_has_lower = letters.any(char::is_lowercase);
        let shape = match (has_lower, has_upper) {
            (true, false) => "x",
            (false, true) if word.chars().nth(1).is_some() => "XX",
            (false, true) => "X1",
            _ if first_is_upper && rest_has_lower && !rest_has_upper => "Xx",
            _ => "xX",
        };
        return shape.to_owned();
    }
    if is_number(word) {
        return "d".to_owned();
    }
    let kind = |found: char| match found {
        found if found.is_ascii_digit() => 'd',
        found if found.is_alphabetic() => 'x',
        found => found,
    };
    letters.take(4).map(kind).collect()
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_noun_from_a_verb() {
        let tag_of = |sentence: &str, word: &str| {
            let words: Vec<_> = sentence.split(' ').collect();
            let index = words.iter().position(|found| *found == word).unwrap();
            tag(&words)[index]
        };
        assert_eq!(tag_of("They record music .", "record"), "VBP");
        assert_eq!(tag_of("A new record was set .", "record"), "NN");
        assert_eq!(tag_of("I have read it .", "read"), "VBN");
    }
}
