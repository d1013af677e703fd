//! The silence between utterances.

use crate::heading::is_heading;
use crate::length::length_up_to;
use serde::Serialize;

/// The silence after an utterance, from the shortest to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// None: speech goes on in another voice or language, or the utterance ends in a break of its own.
    None,
    /// Inside a sentence that was cut.
    Clause,
    /// Between sentences.
    Sentence,
    /// After a list item or table row.
    ListItem,
    /// After a paragraph, a quote, or code.
    Paragraph,
    /// After a heading.
    Heading,
    /// Before a heading.
    Section,
}

impl Pause {
    /// Seconds at speed 1 after the shortest utterance and after a long one.
    ///
    /// Read as a whole, paragraphs have 0.42 to 0.53 s between their sentences, from sound to sound: what the voice
    /// *heart* makes of them, and its teacher. Inside a sentence its pauses have 0.32 s on average. A clip is whole
    /// frames of its format, so what is heard may be 12 ms more or less, and the last sound dies away for about as long.
    pub(crate) const fn range(self) -> [f64; 2] {
        match self {
            Self::None => [0.0, 0.0],
            Self::Clause => [UNMARKED, UNMARKED],
            Self::Sentence => [0.45, 0.51],
            Self::ListItem => [0.53, 0.59],
            Self::Paragraph => [0.66, 0.74],
            Self::Heading => [0.78, 0.86],
            Self::Section => [0.90, 1.0],
        }
    }
}

/// A cut where no sign stands: speech goes on as soon as it can.
const UNMARKED: f64 = 0.12;

/// An utterance of so many characters is long: seven seconds.
const LONG: usize = 105;

/// How much was said before a pause: 0 for next to nothing, 1 for an utterance that is [`LONG`] or longer.
pub(crate) fn weight(text: &str) -> f64 {
    length_up_to(text, LONG) as f64 / LONG as f64
}

/// The pause at a cut behind `text`, seconds as in [`Pause::range`].
pub(crate) fn at_cut(text: &str) -> [f64; 2] {
    let closing = |c: char| matches!(c, '"' | '”' | '’' | '\'' | '*' | '_' | '」' | '』');
    match text.trim_end_matches(closing).chars().next_back() {
        Some(',' | '，' | '、' | ')' | '）') => [0.24, 0.30],
        Some(';' | ':' | '—' | '–' | '；' | '：') => [0.32, 0.38],
        // A sentence may end there.
        Some('.' | '!' | '?' | '…' | '。' | '！' | '？') => [0.36, 0.42],
        _ => [UNMARKED, UNMARKED],
    }
}

/// Whether what follows the end of a block is a heading with its marks before it. What is on the line of the block
/// itself closes marks of its.
pub(crate) fn begins_with_heading(rest: &str) -> bool {
    let mut lines = rest.lines();
    let closes = lines.next().is_none_or(|line| !line.contains(char::is_alphanumeric));
    let next = lines.find(|line| !line.trim().is_empty());
    // Four spaces before it make it code.
    let indented = |line: &str| line.starts_with("    ") || line.starts_with('\t');
    closes && next.is_some_and(|line| !indented(line) && is_heading(line.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Utterance, script};

    fn said(reply: &str) -> Vec<Utterance> {
        let mut utterances = script(reply, &Options::default()).utterances;
        for utterance in &mut utterances {
            utterance.meets(&reply[utterance.source.end..]);
        }
        utterances
    }

    #[test]
    fn sentences_are_apart_by_what_was_said() {
        let reply = "It works now. The second sentence of this reply is a little longer. And this third one, which \
                     tells of many things that nobody had asked about, takes its time to come to an end. Done, then.";
        let pauses: Vec<f64> = said(reply).iter().map(|utterance| utterance.pause_seconds(1.0)).collect();
        assert!(pauses[..3].is_sorted_by(|a, b| a < b), "{pauses:?}");
        // Half a frame less or more, and the sound that dies away: 0.42 to 0.52 s are heard.
        assert!(pauses[..3].iter().all(|pause| (0.45..=0.51).contains(pause)), "{pauses:?}");
    }

    #[test]
    fn what_ends_more_is_followed_by_more() {
        let reply = "# Title\n\nThe first sentence of the text is here. Another sentence is here.\n\n- one item here\n- one item there\n\n\
                     A paragraph here.\n\n**A paragraph there.**\n\n## Next\n\nThe end.";
        let utterances = said(reply);
        let of = |pause| {
            let found = utterances.iter().filter(|utterance| utterance.pause == pause);
            found.map(|utterance| utterance.pause_seconds(1.0)).collect::<Vec<_>>()
        };
        let kinds =
            [Pause::Sentence, Pause::ListItem, Pause::Paragraph, Pause::Heading, Pause::Section].map(of);
        for (shorter, longer) in kinds.iter().zip(&kinds[1..]) {
            assert!(!shorter.is_empty() && !longer.is_empty(), "{utterances:?}");
            assert!(shorter.iter().all(|a| longer.iter().all(|b| a < b)), "{kinds:?}");
        }
        assert_eq!(utterances.iter().filter(|utterance| utterance.pause == Pause::Section).count(), 1);
    }

    #[test]
    fn a_cut_is_as_long_as_its_sign() {
        let least = |text| at_cut(text)[0];
        assert!(least("which is") < least("as it is,") && least("as it is,") < least("as it is:"));
        assert!((least("as it is,") - least("as it “is,”")).abs() < 1e-9);
        let sentence = Pause::Sentence.range()[0];
        assert!(["so,", "so:", "so.", "so"].iter().all(|text| at_cut(text)[1] < sentence));
    }

    #[test]
    fn pauses_follow_the_speed_less_than_speech() {
        let said = said("One sentence of it. Another one of it.");
        let [slow, own, fast] = [0.5, 1.0, 2.0].map(|speed| said[0].pause_seconds(speed));
        assert!(slow > own && slow < 2.0 * own && fast < own && fast > own / 2.0, "{slow} {own} {fast}");
        assert!(said[0].pause_seconds(f64::NAN).to_bits() == own.to_bits());
    }

    #[test]
    fn headings_are_known_by_their_marks() {
        for rest in ["\n\n# A", "\n### A", "**\n\n \n## A b", "\r\n\r\n# A"] {
            assert!(begins_with_heading(rest), "{rest:?}");
        }
        for rest in ["", "\n\n#tag", " More.\n\n# A", "\n\n- a\n# A", "\n\n---\n# A", "\n\n####### A"] {
            assert!(!begins_with_heading(rest), "{rest:?}");
        }
    }
}
