//! When each character is heard, out of our captions, which know it of words: a word's characters share its time evenly,
//! and so do those between two words. Every character of the text is there once, in order.

use bytes::Bytes;
use saywell_audio::{CaptionUtterance, Captions, Word};
use serde_json::{Value, json};

use crate::flight::{Failure, SpokenUtterance};
use crate::http::live::{HeardNext, Hearing};

/// A piece of sound, with what is heard in it where that is known.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) sound: Bytes,
    pub(super) timing: Option<Timing>,
}

/// A character and when it is heard, seconds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Character {
    letter: char,
    start: f64,
    end: f64,
}

/// What is heard in a stretch of sound.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Timing {
    /// When the stretch begins, seconds.
    from: f64,
    /// The text's characters.
    pub(super) characters: Vec<Character>,
    /// Those of what is said in its place: numbers as words, and so on.
    pub(super) spoken: Vec<Character>,
}

impl Timing {
    /// That of a whole reply.
    pub(super) fn whole(captions: &Captions, text: &str) -> Self {
        let mut aligner = Aligner::default();
        let mut whole = Self::default();
        let mut said = captions.utterances.iter().peekable();
        while let Some(utterance) = said.next() {
            let until = said.peek().map_or(captions.duration_seconds, |next| next.start);
            let words = captions.words.iter();
            let words = words.filter(|word| word.start >= utterance.start && word.start < until);
            let words: Vec<_> = words.cloned().collect();
            // What stands after the last is of it, where all is said.
            let mut utterance = utterance.clone();
            if said.peek().is_none() && captions.continues_at.is_none() {
                utterance.source[1] = text.len();
            }
            whole.append(aligner.align(text, &utterance, &words, until));
        }
        whole
    }

    fn append(&mut self, mut next: Self) {
        self.characters.append(&mut next.characters);
        self.spoken.append(&mut next.spoken);
    }
}

/// A flight, its sound in pieces with their times. An utterance's times come with the last of its sound.
#[derive(Debug)]
pub(super) struct Timed {
    pub(super) hearing: Hearing,
    /// As much of the text as there is.
    pub(super) text: String,
    aligner: Aligner,
    pending: Option<Timing>,
}

impl Timed {
    pub(super) fn new(hearing: Hearing, text: &str) -> Self {
        Self { hearing, text: text.to_owned(), aligner: Aligner::default(), pending: None }
    }

    /// What is heard next; `None` when all has been.
    ///
    /// # Errors
    /// The flight's [`Failure`].
    pub(super) async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        loop {
            match self.hearing.next().await? {
                Some(HeardNext::Said(SpokenUtterance { caption, words, until, .. })) => {
                    let next = self.aligner.align(&self.text, &caption, &words, until);
                    match &mut self.pending {
                        Some(pending) => pending.append(next),
                        None => self.pending = Some(next),
                    }
                }
                Some(HeardNext::Sound(sound)) => {
                    return Ok(Some(Chunk { sound, timing: self.pending.take() }));
                }
                None => {
                    let mut rest = self.pending.take();
                    // A text may go on in the next one: the blank between them is of this one.
                    if let Some(blank) = self.aligner.blank_at_the_end(&self.text) {
                        rest.get_or_insert_with(|| Timing { from: blank.from, ..Timing::default() })
                            .append(blank);
                    }
                    return Ok(rest.map(|timing| Chunk { sound: Bytes::new(), timing: Some(timing) }));
                }
            }
        }
    }
}

/// Goes through a reply, utterance by utterance.
#[derive(Debug, Default)]
struct Aligner {
    /// The next byte of the text, and when it is heard.
    at: usize,
    time: f64,
    /// When the next character of what is said is heard.
    spoken_time: f64,
}

/// Bytes of a text, and when they are heard.
type Span = (usize, usize, f64, f64);

impl Aligner {
    /// What is left of a text of which all is said, if that is a blank: it is heard at the end, for no time.
    fn blank_at_the_end(&mut self, text: &str) -> Option<Timing> {
        let rest = text.get(self.at..).filter(|rest| !rest.is_empty() && rest.trim().is_empty())?;
        self.at = text.len();
        let (start, end) = (self.time, self.time);
        let characters: Vec<_> = rest.chars().map(|letter| Character { letter, start, end }).collect();
        Some(Timing { from: self.time, spoken: characters.clone(), characters })
    }

    /// The characters from where the last utterance ended to where this one does, which lasts `until` then.
    fn align(&mut self, text: &str, said: &CaptionUtterance, words: &[Word], until: f64) -> Timing {
        let to = said.source[1].clamp(self.at, text.len());
        let mut spans: Vec<Span> = Vec::new();
        let mut cursor = self.at;
        for word in words {
            let (start, end) = (word.source[0].max(cursor), word.source[1].min(to));
            if start < end {
                spans.push((start, end, word.start, word.end));
                cursor = end;
            } else if let Some((_, _, _, last)) = spans.last_mut() {
                // Several words that are said for one that is written.
                *last = last.max(word.end);
            }
        }
        let characters = spread(text, self.at, to, &spans, self.time, until);
        let from = self.time;
        if !characters.is_empty() {
            (self.at, self.time) = (to, until);
        }
        let spoken = spoken(said, words, self.spoken_time, until);
        if !spoken.is_empty() {
            self.spoken_time = until;
        }
        Timing { from, characters, spoken }
    }
}

/// What is said of an utterance, by characters.
fn spoken(said: &CaptionUtterance, words: &[Word], from: f64, until: f64) -> Vec<Character> {
    // Utterances are parted as words are.
    let mut text = if from > 0.0 { " ".to_owned() } else { String::new() };
    let before = text.len();
    text.push_str(&said.text);
    let mut spans = Vec::new();
    let mut cursor = before;
    for word in words {
        let found = text.get(cursor..).and_then(|rest| rest.find(&word.text));
        if let Some(at) = found.filter(|_| !word.text.is_empty()) {
            let start = cursor + at;
            cursor = start + word.text.len();
            spans.push((start, cursor, word.start, word.end));
        }
    }
    spread(&text, 0, text.len(), &spans, from, until)
}

/// The characters of `text[at..to]`, whose spans are heard when they say and the rest between them, from `time` to `until`.
fn spread(text: &str, mut at: usize, to: usize, spans: &[Span], mut time: f64, until: f64) -> Vec<Character> {
    let mut characters = Vec::new();
    let mut stretch = |from: usize, to: usize, start: f64, end: f64| {
        let part = text.get(from..to).unwrap_or_default();
        let each = (end - start).max(0.0) / part.chars().count().max(1) as f64;
        characters.extend(part.chars().enumerate().map(|(number, letter)| {
            let start = start + each * number as f64;
            Character { letter, start, end: start + each }
        }));
    };
    for &(start, end, from, till) in spans {
        let from = from.clamp(time, until.max(time));
        let till = till.clamp(from, until.max(from));
        stretch(at, start, time, from);
        // Where nothing stands between two words, the first lasts until the next begins.
        stretch(start, end, if at == start { time } else { from }, till);
        (at, time) = (end, till);
    }
    stretch(at, to, time, until.max(time));
    if let Some(last) = characters.last_mut() {
        last.end = until.max(last.start);
    }
    characters
}

/// As HTTP has it: seconds from the start of the sound.
pub(super) fn seconds(characters: &[Character]) -> Value {
    let thousandths = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
    json!({
        "characters": characters.iter().map(|character| character.letter).collect::<Vec<_>>(),
        "character_start_times_seconds": characters.iter().map(|character| thousandths(character.start)).collect::<Vec<_>>(),
        "character_end_times_seconds": characters.iter().map(|character| thousandths(character.end)).collect::<Vec<_>>(),
    })
}

/// As sockets have it: milliseconds from where the times before ended; none where there are no characters.
pub(super) fn milliseconds(timing: &Timing, characters: &[Character]) -> Option<Value> {
    let since = |seconds: f64| ((seconds - timing.from) * 1000.0).round().max(0.0) as u64;
    (!characters.is_empty()).then(|| {
        json!({
            "chars": characters.iter().map(|character| character.letter).collect::<Vec<_>>(),
            "charStartTimesMs": characters.iter().map(|character| since(character.start)).collect::<Vec<_>>(),
            "charDurationsMs":
                characters.iter().map(|character| since(character.end) - since(character.start)).collect::<Vec<_>>(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utterance(text: &str, source: [usize; 2], start: f64, end: f64) -> CaptionUtterance {
        CaptionUtterance { text: text.into(), start, end, source, provider: "p".into(), voice: "v".into() }
    }

    fn word(text: &str, source: [usize; 2], start: f64, end: f64) -> Word {
        Word { text: text.into(), start, end, source, exact: true }
    }

    fn text_of(characters: &[Character]) -> String {
        characters.iter().map(|character| character.letter).collect()
    }

    #[test]
    fn every_character_is_heard_once_and_in_order() {
        let text = "**Hi** 12 äb. End";
        let words = [
            word("Hi", [2, 4], 0.0, 0.2),
            word("twelve", [7, 9], 0.3, 0.5),
            word("percent", [7, 9], 0.5, 0.6),
            word("äb", [10, 13], 0.7, 0.9),
            word("End", [15, 18], 1.2, 1.5),
        ];
        let captions = Captions {
            duration_seconds: 1.6,
            words: words.to_vec(),
            utterances: vec![
                utterance("Hi, twelve percent äb.", [0, 14], 0.0, 0.9),
                utterance("End", [15, 18], 1.2, 1.5),
            ],
            ..Captions::default()
        };
        let whole = Timing::whole(&captions, text);
        assert_eq!(text_of(&whole.characters), text);
        assert_eq!(text_of(&whole.spoken), "Hi, twelve percent äb. End");
        for characters in [&whole.characters, &whole.spoken] {
            assert!(characters.iter().all(|character| character.end >= character.start), "{characters:?}");
            assert!(characters.windows(2).all(|pair| pair[1].start >= pair[0].start), "{characters:?}");
            assert!((characters.last().unwrap().end - 1.6).abs() < 1e-9);
        }
        let one = whole.characters.iter().position(|character| character.letter == '1').unwrap();
        assert!((whole.characters[one].start - 0.3).abs() < 1e-9);
        assert!((whole.characters[one + 1].end - 0.6).abs() < 1e-9, "both words that are said for it");
    }

    #[test]
    fn milliseconds_begin_where_those_before_ended() {
        let text = "One. Two.";
        let mut aligner = Aligner::default();
        let first =
            aligner.align(text, &utterance("One.", [0, 4], 0.0, 0.4), &[word("One", [0, 3], 0.0, 0.4)], 1.0);
        let second =
            aligner.align(text, &utterance("Two.", [5, 9], 1.0, 1.4), &[word("Two", [5, 8], 1.0, 1.4)], 1.5);
        let times = |timing: &Timing| milliseconds(timing, &timing.characters).unwrap();
        let (first, second) = (times(&first), times(&second));
        assert_eq!(first["chars"].as_array().unwrap().len() + second["chars"].as_array().unwrap().len(), 9);
        assert_eq!(second["charStartTimesMs"][0], 0);
        let end = |times: &Value| {
            let last = |name: &str| times[name].as_array().unwrap().last().unwrap().as_u64().unwrap();
            last("charStartTimesMs") + last("charDurationsMs")
        };
        assert_eq!((end(&first), end(&second)), (1000, 500), "with the pause after it");
    }
}
