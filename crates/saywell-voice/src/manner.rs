//! How each word of an utterance is said, by its marks.

use std::ops::Range;
use std::time::Duration;

use saywell_text::{Emphasis, How, Mark, Prosody};

use crate::g2p::stress::{PRIMARY, SECONDARY, Stress, restress};
use crate::g2p::{PhonemeWord, Phonemes};

/// What the voice follows of [`Mark`]s, beside [`How::Phonemes`], [`How::Alias`] and [`How::Emphasis`], which
/// it follows as they are. What is beyond a range is done up to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follows {
    /// Pace in percent of the voice's own, at the pitch that the words have anyway. No sound is made shorter
    /// than 25 ms: three times the pace comes out as two and a half to three.
    pub rate_percent: (u16, u16),
    /// Pitch above the voice's own in hundredths of a semitone. A pitch below 60 Hz or above 900 Hz is held
    /// there.
    pub pitch_cents: (i16, i16),
    /// Volume above the voice's own in tenths of a decibel, so far as the samples stay within [-1, 1];
    /// besides, [`Prosody::SILENT`].
    pub volume_decibels_tenths: (i16, i16),
    /// The longest silence.
    pub longest_break: Duration,
}

/// What the voice follows of marks.
pub const FOLLOWS: Follows = Follows {
    rate_percent: (20, 300),
    pitch_cents: (-2400, 2400),
    volume_decibels_tenths: (-600, 200),
    longest_break: Duration::from_mins(1),
};

/// From this length on, a silence between words without a pause is given one: the words before it end as at
/// a comma. A shorter one is a gap in the flow of speech.
const SHORTEST_PAUSE: Duration = Duration::from_millis(80);

/// How something is said against the voice's own way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// Pace: two is twice as fast.
    pub rate: f32,
    /// Pitch in hundredths of a semitone.
    pub cents: f32,
    /// Volume in decibels; negative infinity is silence.
    pub decibels: f32,
}

impl Manner {
    /// The voice's own.
    pub const OWN: Self = Self { rate: 1.0, cents: 0.0, decibels: 0.0 };

    /// Both: paces multiply, pitches and volumes add.
    fn and(self, other: Self) -> Self {
        Self {
            rate: self.rate * other.rate,
            cents: self.cents + other.cents,
            decibels: self.decibels + other.decibels,
        }
    }

    /// Within what the voice follows.
    fn bounded(self) -> Self {
        let percent = |end: u16| f32::from(end) / 100.0;
        let tenths = |end: i16| f32::from(end) / 10.0;
        let decibels = self.decibels.min(tenths(FOLLOWS.volume_decibels_tenths.1));
        Self {
            rate: self.rate.clamp(percent(FOLLOWS.rate_percent.0), percent(FOLLOWS.rate_percent.1)),
            cents: self.cents.clamp(f32::from(FOLLOWS.pitch_cents.0), f32::from(FOLLOWS.pitch_cents.1)),
            decibels: if decibels == f32::NEG_INFINITY {
                decibels
            } else {
                decibels.max(tenths(FOLLOWS.volume_decibels_tenths.0))
            },
        }
    }
}

impl From<Prosody> for Manner {
    fn from(prosody: Prosody) -> Self {
        let decibels = match prosody.volume_decibels_tenths {
            Prosody::SILENT => f32::NEG_INFINITY,
            tenths => f32::from(tenths) / 10.0,
        };
        let rate = f32::from(prosody.rate_percent) / 100.0;
        Self { rate, cents: f32::from(prosody.pitch_cents), decibels }
    }
}

impl From<Emphasis> for Manner {
    /// What makes emphasis heard. Besides, a word with more weight has primary stress, and one with less has
    /// none above secondary.
    fn from(emphasis: Emphasis) -> Self {
        match emphasis {
            Emphasis::Strong => Self { rate: 0.75, cents: 250.0, decibels: 4.0 },
            Emphasis::Moderate => Self { rate: 0.87, cents: 120.0, decibels: 2.0 },
            Emphasis::Reduced => Self { rate: 1.15, cents: -100.0, decibels: -3.0 },
        }
    }
}

/// What is said, and how each word of it.
#[derive(Debug)]
pub struct Score {
    /// What is said.
    pub phonemes: Phonemes,
    /// How each word is said; none where all is said the voice's own way.
    words: Vec<Manner>,
    /// How what is before each word is said, and what is behind the last.
    gaps: Vec<Manner>,
    /// Silences, each before the word with this index, in order; behind the last word, their number.
    pub breaks: Vec<(usize, Duration)>,
}

impl Score {
    /// All in the voice's own way.
    pub fn plain(phonemes: Phonemes) -> Self {
        Self { phonemes, words: Vec::new(), gaps: Vec::new(), breaks: Vec::new() }
    }

    /// As `marks` of the text ask that `phonemes` were made from.
    pub fn new(phonemes: &Phonemes, marks: &[Mark]) -> Self {
        let words = &phonemes.words;
        let mut breaks = Vec::new();
        let mut manners = vec![Manner::OWN; words.len()];
        let mut gaps = vec![Manner::OWN; words.len() + 1];
        let mut stresses = vec![None; words.len()];
        for mark in marks {
            let manner = match &mark.how {
                How::Prosody(prosody) => Manner::from(*prosody),
                How::Emphasis(emphasis) => Manner::from(*emphasis),
                How::Break(silence) => {
                    let next = words.partition_point(|word| word.source.start < mark.text.start);
                    add_break(&mut breaks, next, *silence);
                    continue;
                }
                _ => continue,
            };
            let marked = marked(words, &mark.text);
            for index in marked.clone() {
                manners[index] = manners[index].and(manner);
                // What is between two words is theirs when both are.
                if index > marked.start || index == 0 {
                    gaps[index] = gaps[index].and(manner);
                }
            }
            if marked.end == words.len() && !marked.is_empty() {
                gaps[marked.end] = gaps[marked.end].and(manner);
            }
            if let How::Emphasis(emphasis) = &mark.how {
                let is_single = marked.len() == 1;
                for stress in &mut stresses[marked] {
                    *stress = Some((*emphasis, is_single));
                }
            }
        }
        let bounded = |manners: Vec<Manner>| manners.into_iter().map(Manner::bounded).collect();
        let phonemes = rewrite(phonemes, &stresses, &breaks);
        Self { phonemes, words: bounded(manners), gaps: bounded(gaps), breaks }
    }

    /// Whether all is said the voice's own way.
    pub fn is_plain(&self) -> bool {
        self.words.is_empty()
    }

    /// How the word with this index is said.
    pub fn word(&self, index: usize) -> Manner {
        self.words.get(index).copied().unwrap_or(Manner::OWN)
    }

    /// How what is before the word with this index is said.
    pub fn gap(&self, index: usize) -> Manner {
        self.gaps.get(index).copied().unwrap_or(Manner::OWN)
    }

    /// How the phoneme at this byte of the phonemes is said.
    pub fn manner_at(&self, byte: usize) -> Manner {
        let index = self.phonemes.words.partition_point(|word| word.phonemes.end <= byte);
        let in_word = self.phonemes.words.get(index).is_some_and(|word| word.phonemes.start <= byte);
        if in_word { self.word(index) } else { self.gap(index) }
    }

    /// Whether any of the words `indices` has a volume of its own.
    pub fn has_volume(&self, indices: Range<usize>) -> bool {
        indices.into_iter().any(|index| self.word(index).decibels != 0.0)
    }
}

/// Adds a silence before the word `next`.
fn add_break(breaks: &mut Vec<(usize, Duration)>, next: usize, silence: Duration) {
    let silence = silence.min(FOLLOWS.longest_break);
    let index = breaks.partition_point(|(index, _)| *index < next);
    match breaks.get_mut(index) {
        Some((found, sum)) if *found == next => *sum = (*sum + silence).min(FOLLOWS.longest_break),
        _ => breaks.insert(index, (next, silence)),
    }
}

/// The phonemes written anew: the words with their stress, the silences with the pauses they need.
fn rewrite(
    phonemes: &Phonemes,
    stresses: &[Option<(Emphasis, bool)>],
    breaks: &[(usize, Duration)],
) -> Phonemes {
    let is_paused = |index: usize| {
        let found = breaks.binary_search_by_key(&index, |(index, _)| *index);
        found.is_ok_and(|found| breaks[found].1 >= SHORTEST_PAUSE)
    };
    let Phonemes { text, words } = phonemes;
    let mut rewritten = Phonemes::default();
    let mut copied = 0;
    for (index, (word, stress)) in words.iter().zip(stresses).enumerate() {
        let gap = &text[copied..word.phonemes.start];
        if index > 0 && is_paused(index) && !gap.contains(|mark| ";:,.!?—…".contains(mark)) {
            rewritten.text.push(',');
            if !gap.starts_with(' ') {
                rewritten.text.push(' ');
            }
        }
        rewritten.text.push_str(gap);
        let start = rewritten.text.len();
        rewritten.text.push_str(&stressed(&text[word.phonemes.clone()], *stress));
        let phonemes = start..rewritten.text.len();
        rewritten.words.push(PhonemeWord { phonemes, source: word.source.clone() });
        copied = word.phonemes.end;
    }
    rewritten.text.push_str(&text[copied..]);
    rewritten
}

/// The words that a mark is about: those of which it covers at least half, or which hold all of it.
fn marked(words: &[PhonemeWord], mark: &Range<usize>) -> Range<usize> {
    let covers = |word: &PhonemeWord| {
        let common = word.source.end.min(mark.end).saturating_sub(word.source.start.max(mark.start));
        common > 0 && 2 * common >= word.source.len().min(mark.len())
    };
    let near = words.partition_point(|word| word.source.end <= mark.start)
        ..words.partition_point(|word| word.source.start < mark.end);
    let mut near = near.filter(|index| covers(&words[*index]));
    let Some(first) = near.next() else { return 0..0 };
    first..near.next_back().unwrap_or(first) + 1
}

/// A word with the stress that emphasis asks for. Of several words emphasised together, those without any
/// stress keep to that: they are the small words of a phrase.
fn stressed(phonemes: &str, emphasis: Option<(Emphasis, bool)>) -> String {
    let has_stress = phonemes.contains([PRIMARY, SECONDARY]);
    let stress = match emphasis {
        Some((Emphasis::Strong | Emphasis::Moderate, is_single)) if is_single || has_stress => {
            Some(Stress::AtLeastPrimary)
        }
        Some((Emphasis::Reduced, _)) => Some(Stress::Weaker),
        _ => None,
    };
    restress(phonemes, stress)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words apart by spaces, said as they are written.
    fn phonemes(text: &str) -> Phonemes {
        let mut at = 0;
        let words = text.split(' ').map(|word| {
            let phonemes = at..at + word.trim_end_matches(',').len();
            at += word.len() + 1;
            PhonemeWord { source: phonemes.clone(), phonemes }
        });
        Phonemes { words: words.collect(), text: text.to_owned() }
    }

    fn prosody(text: Range<usize>, rate_percent: u16, pitch_cents: i16, volume_decibels_tenths: i16) -> Mark {
        Mark { text, how: How::Prosody(Prosody { rate_percent, pitch_cents, volume_decibels_tenths }) }
    }

    #[test]
    fn nested_prosody_multiplies_and_adds() {
        let marks = [prosody(0..8, 50, 100, 30), prosody(3..5, 150, -300, -10), prosody(6..8, 50, 0, 0)];
        let score = Score::new(&phonemes("aa bb cc dd"), &marks);
        assert_eq!(score.word(0), Manner { rate: 0.5, cents: 100.0, decibels: 3.0 });
        assert_eq!(score.word(1), Manner { rate: 0.75, cents: -200.0, decibels: 2.0 });
        assert_eq!(score.word(2), Manner { rate: 0.25, cents: 100.0, decibels: 3.0 });
        assert_eq!(score.word(3), Manner::OWN);
        assert_eq!(score.gap(1), score.word(0), "between two words of one mark");
        assert_eq!(score.gap(3), Manner::OWN);
        assert_eq!(score.manner_at(3), score.word(1));
        assert_eq!(score.manner_at(5), score.gap(2));
    }

    #[test]
    fn what_is_too_much_is_done_up_to_the_end() {
        let marks = [prosody(0..2, 20, 2400, 200), prosody(0..2, 20, 2400, 200)];
        let score = Score::new(&phonemes("aa"), &marks);
        assert_eq!(score.word(0), Manner { rate: 0.2, cents: 2400.0, decibels: 20.0 });
        let silent = [prosody(0..2, 100, 0, Prosody::SILENT), prosody(0..2, 100, 0, 60)];
        assert_eq!(
            Score::new(&phonemes("aa"), &silent).word(0),
            Manner { decibels: f32::NEG_INFINITY, ..Manner::OWN }
        );
    }

    #[test]
    fn emphasis_moves_the_stress() {
        let emphasis = |text, emphasis| [Mark { text, how: How::Emphasis(emphasis) }];
        let said = |marks: &[Mark]| Score::new(&phonemes("ðə ˌʌp ɡˈO"), marks).phonemes.text;
        assert_eq!(said(&emphasis(0..3, Emphasis::Strong)), "ðˈə ˌʌp ɡˈO");
        assert_eq!(said(&emphasis(0..20, Emphasis::Moderate)), "ðə ˈʌp ɡˈO");
        assert_eq!(said(&emphasis(10..14, Emphasis::Reduced)), "ðə ˌʌp ɡˌO");
    }

    #[test]
    fn silences_are_given_a_pause_where_none_is() {
        let silence =
            |at, milliseconds| Mark { text: at..at, how: How::Break(Duration::from_millis(milliseconds)) };
        let score = Score::new(
            &phonemes("aa bb, cc dd"),
            &[
                silence(0, 50),
                silence(2, 200),
                silence(2, 100),
                silence(6, 500),
                silence(9, 20),
                silence(12, 9),
            ],
        );
        assert_eq!(score.phonemes.text, "aa, bb, cc dd");
        assert_eq!(&score.phonemes.text[score.phonemes.words[1].phonemes.clone()], "bb");
        let breaks: Vec<_> =
            score.breaks.iter().map(|(index, silence)| (*index, silence.as_millis())).collect();
        assert_eq!(breaks, [(0, 50), (1, 300), (2, 500), (3, 20), (4, 9)]);
    }
}
