//! A passage of SSML, what stands between the bounds of paragraphs and sentences, cut into utterances.
//!
//! Marks are kept by where they stand in the document until the text is clean, and then placed in it.

use crate::clean::clean;
use crate::length::is_longer;
use crate::mark::{How, Mark};
use crate::pause::Pause;
use crate::sentences::sentences;
use crate::split::{Lengths, first_tolerance, split};
use crate::spoken::Spoken;
use crate::ssml::values::LONGEST_BREAK;
use crate::utterance::{Utterance, UtteranceKind};
use std::cmp::Reverse;
use std::ops::Range;
use std::time::Duration;

/// Text with what markup asks for; places are bytes of the document.
#[derive(Debug, Default)]
pub(crate) struct Passage {
    pub(crate) spoken: Spoken,
    /// Marks around text, whole tags included.
    pub(crate) marks: Vec<(Range<usize>, How)>,
    /// Breaks and bookmarks, in order.
    pub(crate) points: Vec<(usize, How)>,
    /// From where on which language and voice, in order; the first holds from the start.
    pub(crate) regions: Vec<Region>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) at: usize,
    pub(crate) language: Option<String>,
    pub(crate) voice: Option<String>,
}

impl Region {
    pub(crate) fn sounds_like(&self, other: &Region) -> bool {
        (&self.language, &self.voice) == (&other.language, &other.voice)
    }
}

/// What a passage gives.
pub(crate) enum Cut {
    Utterances(Vec<Utterance>),
    /// No word was in it, only these breaks and bookmarks.
    Points(Vec<How>),
}

impl Passage {
    /// Cuts it into utterances; the pause after the last is a sentence's.
    pub(crate) fn cut(self, lengths: Lengths) -> Cut {
        let spoken = clean(self.spoken, crate::Emoji::Silent);
        if !has_word(&spoken.text) {
            return Cut::Points(self.points.into_iter().map(|(_, how)| how).collect());
        }
        let text = spoken.text.as_str();
        let places = Places::new(&spoken);
        let marks = place_marks(text, &places, self.marks);
        let points = place_points(text, &places, self.points);
        let regions = place_regions(text, &places, self.regions);
        let parts = parts(&spoken, lengths, &marks, &points, &regions);

        let mut utterances: Vec<Utterance> = Vec::with_capacity(parts.len());
        let mut marks = marks.into_iter().peekable();
        let mut points = points.into_iter().peekable();
        // Marks that have begun and go on.
        let mut around: Vec<Mark> = Vec::new();
        let count = parts.len();
        for (index, (range, pause)) in parts.into_iter().enumerate() {
            let (start, end) = (skip_white(text, range.start), text[..range.end].trim_end().len());
            let mut utterance = Utterance::new(spoken.slice(start..end), UtteranceKind::Paragraph, pause);
            let first_word = start + text[start..end].find(char::is_alphanumeric).unwrap_or(0);
            let region = regions.partition_point(|region| region.at <= first_word);
            if let Some(region) = regions.get(region.saturating_sub(1)) {
                (utterance.language, utterance.voice) = (region.language.clone(), region.voice.clone());
            }

            while let Some(mark) = marks.next_if(|mark| mark.text.start < end) {
                around.push(mark);
            }
            around.retain(|mark| mark.text.end > start);
            utterance.marks.extend(around.iter().map(|mark| Mark {
                text: mark.text.start.max(start) - start..mark.text.end.min(end) - start,
                how: mark.how.clone(),
            }));
            // A break stands after a word, so at the end of an utterance it is of that; a bookmark
            // before a word is of the next.
            let last = index + 1 == count;
            let is_here = |point: &Point| match point.how {
                How::Break(_) => point.at <= end,
                _ => point.at < end || last || (point.at == end && point.after_word),
            };
            while let Some(point) = points.next_if(is_here) {
                let at = point.at.clamp(start, end) - start;
                utterance.marks.push(Mark { text: at..at, how: point.how });
            }
            in_order(&mut utterance.marks);
            if ends_in_break(&utterance) {
                utterance.pause = Pause::None;
            }
            utterances.push(utterance);
        }
        Cut::Utterances(utterances)
    }
}

/// Puts marks into the order that [`Mark`] promises.
pub(crate) fn in_order(marks: &mut [Mark]) {
    marks.sort_by_key(|mark| (mark.text.start, Reverse(mark.text.end)));
}

/// Whether the last thing in `utterance` is a break.
pub(crate) fn ends_in_break(utterance: &Utterance) -> bool {
    let at_end = |mark: &&Mark| mark.text.start == utterance.text.len();
    utterance.marks.iter().rev().take_while(at_end).any(|mark| matches!(mark.how, How::Break(_)))
}

/// Two breaks in one place.
pub(crate) fn together(one: Duration, other: Duration) -> Duration {
    one.saturating_add(other).min(LONGEST_BREAK)
}

fn has_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// The start of the next word at or after `at`.
fn skip_white(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start().len()
}

/// From bytes of the document to bytes of the text.
struct Places {
    /// Pieces of the text: where each stands in the document and in the text, and whether byte for byte.
    pieces: Vec<(Range<usize>, usize, bool)>,
    length: usize,
}

impl Places {
    fn new(spoken: &Spoken) -> Self {
        let mut at = 0;
        let pieces = spoken
            .pieces()
            .map(|(text, source, relation)| {
                let start = at;
                at += text.len();
                (source, start, !relation.is_whole())
            })
            .collect();
        Self { pieces, length: at }
    }

    /// The first byte of the text that stands at or after `source`. Never inside a tag's neighbours:
    /// order is kept, so marks that nest or lie apart in the document do so in the text.
    fn position(&self, source: usize) -> usize {
        let index = self.pieces.partition_point(|(piece, ..)| piece.start < source);
        if let Some((piece, start, true)) = index.checked_sub(1).and_then(|index| self.pieces.get(index))
            && source < piece.end
        {
            return start + (source - piece.start);
        }
        self.pieces.get(index).map_or(self.length, |(_, start, _)| *start)
    }
}

fn place_marks(text: &str, places: &Places, mut marks: Vec<(Range<usize>, How)>) -> Vec<Mark> {
    // Of two on the same text the outer one comes first.
    marks.sort_by_key(|(source, _)| (source.start, Reverse(source.end)));
    let mut found: Vec<Mark> = marks
        .into_iter()
        .map(|(source, how)| {
            let start = skip_white(text, places.position(source.start));
            Mark { text: start..text[..places.position(source.end)].trim_end().len(), how }
        })
        .filter(|mark| mark.text.start < mark.text.end)
        .collect();
    in_order(&mut found);
    found
}

/// A break or bookmark in the text.
struct Point {
    at: usize,
    /// It belongs to the word before it, whatever follows.
    after_word: bool,
    how: How,
}

fn place_points(text: &str, places: &Places, points: Vec<(usize, How)>) -> Vec<Point> {
    let mut found: Vec<Point> = Vec::with_capacity(points.len());
    for (source, how) in points {
        let at = text[..places.position(source)].trim_end().len();
        match (found.last_mut(), &how) {
            (Some(Point { at: before, how: How::Break(silence), .. }), How::Break(more)) if *before == at => {
                *silence = together(*silence, *more);
            }
            _ => found.push(Point { at, after_word: true, how }),
        }
    }
    // A bookmark is where the next word begins, unless a break comes before that word.
    let mut break_at = None;
    for point in found.iter_mut().rev() {
        match point.how {
            How::Break(_) => break_at = Some(point.at),
            _ if break_at != Some(point.at) => {
                point.at = skip_white(text, point.at);
                point.after_word = false;
            }
            _ => {}
        }
    }
    found
}

fn place_regions(text: &str, places: &Places, regions: Vec<Region>) -> Vec<Region> {
    let mut found: Vec<Region> = Vec::with_capacity(regions.len());
    for (index, region) in regions.into_iter().enumerate() {
        let at = if index == 0 { 0 } else { skip_white(text, places.position(region.at)) };
        // Of regions without a word between them the last holds.
        while found.last().is_some_and(|last| last.at == at) {
            found.pop();
        }
        if found.last().is_none_or(|last| !last.sounds_like(&region)) {
            found.push(Region { at, ..region });
        }
    }
    found
}

/// Where the text is cut, and the pauses there.
fn parts(
    spoken: &Spoken,
    lengths: Lengths,
    marks: &[Mark],
    points: &[Point],
    regions: &[Region],
) -> Vec<(Range<usize>, Pause)> {
    let text = spoken.text.as_str();
    let whole: Vec<&Range<usize>> =
        marks.iter().filter(|mark| is_whole(&mark.how)).map(|mark| &mark.text).collect();
    // The nearest place at or after `at` that cuts nothing which is said as one.
    let allowed = |at: usize| {
        let at = spoken.outside_replaced(at);
        let inside = whole.partition_point(|range| range.start < at);
        match inside.checked_sub(1).map(|index| whole[index]) {
            Some(range) if at < range.end => skip_white(text, range.end),
            _ => at,
        }
    };

    let mut cuts: Vec<(usize, Pause)> = Vec::new();
    for (range, pause) in split(text, &[], lengths) {
        let end = allowed(range.end);
        if cuts.last().is_none_or(|last| last.0 < end) {
            cuts.push((end, pause));
        }
    }

    // Around a break, sentences stay together as far as they may be long.
    let breaks: Vec<usize> =
        points.iter().filter(|point| matches!(point.how, How::Break(_))).map(|point| point.at).collect();
    let mut kept: Vec<(usize, Pause)> = Vec::with_capacity(cuts.len());
    for (index, (end, pause)) in cuts.iter().enumerate() {
        let from = kept.last().map_or(0, |last| last.0);
        let limit = match lengths.first {
            Some(first) if kept.is_empty() => first_tolerance(first),
            _ => lengths.rest,
        };
        let joins = breaks.binary_search(&text[..*end].trim_end().len()).is_ok()
            && cuts.get(index + 1).is_some_and(|next| !is_longer(&text[from..next.0], limit));
        if !joins {
            kept.push((*end, *pause));
        }
    }

    // Another voice or language is an utterance of its own.
    let mut starts: Option<Vec<usize>> = None;
    for region in regions.iter().skip(1) {
        let at = allowed(region.at);
        if at < text.len() {
            let starts = starts
                .get_or_insert_with(|| sentences(text, &[]).into_iter().map(|range| range.start).collect());
            let pause = if starts.binary_search(&at).is_ok() { Pause::Sentence } else { Pause::None };
            kept.push((at, pause));
        }
    }
    kept.sort_by_key(|(at, _)| *at);
    kept.dedup_by_key(|(at, _)| *at);

    // What has no word in it goes with what is before it, or after it at the start.
    let mut parts: Vec<(Range<usize>, Pause)> = Vec::with_capacity(kept.len());
    let mut from = 0;
    for (end, pause) in kept {
        match parts.last_mut() {
            _ if has_word(&text[from..end]) => parts.push((from..end, pause)),
            Some(last) => (last.0.end, last.1) = (end, pause),
            None => continue,
        }
        from = end;
    }
    parts
}

/// Whether text is said as one under such a mark.
fn is_whole(how: &How) -> bool {
    matches!(how, How::Alias(_) | How::Phonemes(_) | How::SayAs(_))
}
