//! The script: what is said, in order, and where in the reply each part of it stands.

use crate::announcement::Announcement;
use crate::mark::{How, Mark};
use crate::pause::{self, Pause};
use crate::sentences::sentences;
use crate::spoken::{Moved, SourceMap, Spoken};
use crate::tag;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::Range;

/// A reply made speakable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Script {
    /// What is said, in order.
    pub utterances: Vec<Utterance>,
    /// What is not said, and why, in the order of the reply.
    pub omissions: Vec<Omission>,
    /// What its markup asks for and does not get, in the order of the reply.
    pub notes: Vec<Note>,
}

/// So many places of an utterance are stressed; where more are, none stands out.
const MOST_STRESSED: usize = 2;

/// Characters a second that a voice speaks at speed 1, where there is no text to judge by: readers of English at 155 words a
/// minute of 5.8 characters.
pub const CHARACTERS_PER_SECOND: f64 = 15.0;

impl Script {
    /// Characters to be spoken: what a provider that charges by the character will count.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.utterances.iter().map(Utterance::characters).sum()
    }

    /// About how long the speech will last, in seconds, judged before any sound is made:
    /// the pace of the voice *heart*, and the pauses between utterances. Within 5 % for a reply on average; limits use it,
    /// timelines should not. `speed` above 1 is faster; a speed that is
    /// not a positive number counts as 1.
    #[must_use]
    pub fn estimated_seconds(&self, speed: f64) -> f64 {
        self.utterances.iter().map(|utterance| utterance.estimated_seconds(speed)).sum()
    }
}

/// One sentence, or a clause where a sentence is long: the unit that is spoken, cached and timed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Utterance {
    /// What is said: never empty, one line, no white space at either end or twice in a row.
    pub text: String,
    /// Bytes of the reply that this utterance stands for. Utterances are in the order of the reply
    /// and do not overlap. Written as `[from, to]`.
    #[serde(serialize_with = "as_pair")]
    pub source: Range<usize>,
    /// Silence after it.
    pub pause: Pause,
    /// What it is in the reply.
    pub kind: UtteranceKind,
    /// BCP 47 language, where it is known: found in the text, or said by its markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The voice that its markup asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// How parts of it are said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// Where it is a part of a sentence that was cut: what of the sentence stands at its sides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
    /// Bytes of the text that the reply has in bold or italics where that is meant for the ear: a few words inside a
    /// sentence, in order and apart. Told to voices that stress words well; no [mark](Mark), which is a wish.
    #[serde(skip)]
    pub emphasis: Vec<Range<usize>>,
    #[serde(skip)]
    pub(crate) announces: Option<Announcement>,
    #[serde(skip)]
    map: SourceMap,
}

impl Utterance {
    pub(crate) fn new(spoken: Spoken, kind: UtteranceKind, pause: Pause) -> Self {
        Self {
            source: spoken.source(),
            text: spoken.text,
            pause,
            kind,
            language: None,
            voice: None,
            marks: Vec::new(),
            within: None,
            emphasis: Vec::new(),
            announces: None,
            map: spoken.map,
        }
    }

    /// With those of `emphases`, bytes of the reply, that stress a few words of it.
    pub(crate) fn emphasised(mut self, emphases: &[Range<usize>]) -> Self {
        // Headings and cells are set off as a whole; so is what is in bold from end to end.
        if !matches!(self.kind, UtteranceKind::Paragraph | UtteranceKind::ListItem | UtteranceKind::Quote) {
            return self;
        }
        let inside =
            |emphasis: &&Range<usize>| self.source.start <= emphasis.start && emphasis.end <= self.source.end;
        let spoken = emphases.iter().filter(inside).filter_map(|emphasis| self.stressed(emphasis.clone()));
        let mut spoken: Vec<_> = spoken.collect();
        // Bold and italics at once are one.
        spoken.dedup();
        spoken.truncate(MOST_STRESSED);
        self.emphasis = spoken;
        self
    }

    /// The words that stand for these bytes of the reply, where a speaker would stress them.
    fn stressed(&self, emphasis: Range<usize>) -> Option<Range<usize>> {
        const MOST_WORDS: usize = 3;
        let found = self.map.text_of(&self.text, emphasis);
        let words = self.text.get(found.clone())?;
        let start = found.start + words.len() - words.trim_start().len();
        let words = words.trim();
        let end = start + words.len();
        let count = words.split(' ').count();
        let all = self.text.split(' ').count();
        // `**Note:** …`, `**Speed** – …` is a label.
        let label = words.ends_with([':', '.', '!', '?'])
            || self.text[end..].trim_start().starts_with([':', '–', '—', '-']);
        (!words.is_empty() && !label && count <= MOST_WORDS && 2 * count < all).then_some(start..end)
    }

    /// Bytes of the reply that bytes `spoken` of [`text`](Self::text) stand for, always inside
    /// [`source`](Self::source): a word of prose gives exactly that word; what was replaced by other
    /// words (an address, an entity) gives the whole of what it replaces; a word that was added (a
    /// table header before its cell) gives what it introduces. A range out of bounds is clamped, one
    /// that cuts a character is widened.
    #[must_use]
    pub fn source_of(&self, spoken: Range<usize>) -> Range<usize> {
        self.map.source_of(&self.text, spoken)
    }

    /// Says that this utterance is in `language`, unless its markup says otherwise. What is announced
    /// ("Rust code, 12 lines.") and the words that are added to the reply's own ("link to", "Footnote 1:") are
    /// then said in that language, or stay English where its words are not known; code that is read is English.
    pub fn speak(&mut self, language: &str) {
        if self.language.is_some() {
            return self.say_phrases();
        }
        let announced = self.announces.as_ref().and_then(|announced| announced.foreign(language));
        let spoken = match announced {
            Some(words) => {
                let mut spoken = Spoken::default();
                spoken.replace(&format!("{words}."), self.source.clone());
                (self.text, self.map) = (spoken.text, spoken.map);
                self.emphasis.clear();
                language
            }
            None if self.kind == UtteranceKind::Code && !tag::is_english(language) => "en",
            None => language,
        };
        self.language = Some(spoken.to_owned());
        self.say_phrases();
    }

    /// Says what is added to the reply's own words in the language of this utterance.
    fn say_phrases(&mut self) {
        let Some(language) = &self.language else { return };
        let spoken = Spoken { text: std::mem::take(&mut self.text), map: std::mem::take(&mut self.map) };
        let (said, moved) = spoken.said_in(language).unwrap_or((spoken, Vec::new()));
        (self.text, self.map) = (said.text, said.map);
        for mark in &mut self.marks {
            mark.text = after(&moved, mark.text.start)..after(&moved, mark.text.end);
        }
        for stressed in &mut self.emphasis {
            *stressed = after(&moved, stressed.start)..after(&moved, stressed.end);
        }
    }

    /// Says for `run`, utterances of a reply one after the other, all in `language`, that they are in it and how many
    /// sentences they are; in `own`, the language of the reply. `None` for no utterances.
    #[must_use]
    pub fn in_foreign(run: &[Self], language: &str, own: &str) -> Option<Self> {
        let (first, last) = (run.first()?, run.last()?);
        let ends = |said: &&Self| !matches!(said.pause, Pause::None | Pause::Clause);
        let announcement = Announcement::Foreign {
            language: language.to_owned(),
            // Very short ones are said together as one utterance.
            sentences: run.iter().filter(ends).map(|said| sentences(&said.text, &[]).len().max(1)).sum(),
        };
        let own = announcement.foreign(own).map_or("en", |_| own);
        let mut spoken = Spoken::default();
        spoken.replace(&format!("{}.", announcement.english()), first.source.start..last.source.end);
        let mut utterance = Self::new(spoken, first.kind, last.pause);
        utterance.announces = Some(announcement);
        utterance.speak(own);
        Some(utterance)
    }

    /// Whether it stands for what is not read.
    pub(crate) fn is_announcement(&self) -> bool {
        self.announces.is_some()
    }

    /// The prose in it: what tells which language it is in. Code, formulas and what is said for something else do
    /// not; each leaves a blank of its length, so that places stay the same.
    pub(crate) fn own_prose(&self) -> String {
        self.map.prose(&self.text)
    }

    /// As several utterances without marks, each from one of these places of its text to the next. The last has its pause. A place
    /// inside of what stands for something else as a whole is left out, and so is one next to which nothing is said.
    pub(crate) fn cut(self, places: &[usize]) -> Vec<Utterance> {
        let spoken = Spoken { text: self.text.clone(), map: self.map.clone() };
        let end = self.text.len();
        let mut parts: Vec<Utterance> = Vec::new();
        let mut from = 0;
        let places = places.iter().copied().filter(|at| spoken.outside_replaced(*at) == *at);
        for to in places.chain([end]) {
            let says = |range: Range<usize>| self.text[range].contains(char::is_alphanumeric);
            if to <= from || !says(from..to) || (to < end && !says(to..end)) {
                continue;
            }
            let part = &self.text[from..to];
            let start = from + (part.len() - part.trim_start().len());
            let stop = start + part.trim().len();
            let pause = if to == end { self.pause } else { Pause::None };
            let mut utterance = Self::new(spoken.slice(start..stop), self.kind, pause);
            utterance.voice.clone_from(&self.voice);
            parts.push(utterance);
            from = to;
        }
        if parts.len() < 2 { vec![self] } else { parts }
    }

    /// Characters (Unicode scalar values) of the text.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.text.chars().count()
    }

    /// How much longer its text takes than it would without prosody, by the share of the text.
    fn slowness(&self) -> f64 {
        // Prosody inside prosody multiplies, and so do its shares.
        let slower = |mark: &Mark| match &mark.how {
            How::Prosody(prosody) => {
                let share = mark.text.len() as f64 / self.text.len().max(1) as f64;
                1.0 + share * (100.0 / f64::from(prosody.rate_percent.max(1)) - 1.0)
            }
            _ => 1.0,
        };
        self.marks.iter().map(slower).product()
    }

    /// About how long this utterance and the pause after it last; see [`Script::estimated_seconds`].
    #[must_use]
    pub fn estimated_seconds(&self, speed: f64) -> f64 {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        let breaks: f64 = self.marks.iter().map(|mark| mark.silence().as_secs_f64()).sum();
        let spoken = crate::pace::seconds(&self.text, self.language.as_deref()) * self.slowness();
        (spoken + breaks) / speed + self.pause_seconds(speed)
    }

    /// The silence after it at this speed, in seconds, from the end of one sound to the start of the next: of its
    /// [pause](Self::pause), more after what was long, and at a cut by the sign that stands there. Silence that a voice
    /// leaves at the ends of its clips is part of it, not added to it. A speed that is not a positive number
    /// counts as 1.
    ///
    /// Who speaks twice as fast pauses two thirds as long: pauses follow the pace less than speech does.
    #[must_use]
    pub fn pause_seconds(&self, speed: f64) -> f64 {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        let [least, most] = match self.pause {
            Pause::Clause => pause::at_cut(&self.text),
            pause => pause.range(),
        };
        let seconds = (least + (most - least) * pause::weight(&self.text)) / speed.sqrt();
        // To the millisecond: more is nobody's to hear, and less is to be written down.
        (1000.0 * seconds).round() / 1000.0
    }

    /// Told what follows it in the reply, Markdown: at the end of a block, a heading there asks for a longer pause.
    pub fn meets(&mut self, rest: &str) {
        let ends_block = matches!(self.pause, Pause::ListItem | Pause::Paragraph);
        if ends_block && pause::begins_with_heading(rest) {
            self.pause = Pause::Section;
        }
    }
}

/// What of a sentence stands at the sides of a part of it, as far as it is near; no white space at either end. A voice that knows it
/// says the part as it would within the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Within {
    /// What was said before; empty where the sentence begins.
    pub before: String,
    /// What is said next, as far as that was known when the sentence was cut; empty where it ends.
    pub after: String,
}

/// Where a place of the text is after phrases have `moved`; one inside a phrase is at its start.
fn after(moved: &[Moved], at: usize) -> usize {
    let Some((was, is)) = moved.iter().rev().find(|(was, _)| was.start < at) else { return at };
    if at < was.end { is.start } else { at - was.end + is.end }
}

/// What an utterance is in the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UtteranceKind {
    /// Running text.
    Paragraph,
    /// A heading of any level.
    Heading,
    /// An item of a list, numbered or not.
    ListItem,
    /// Quoted text.
    Quote,
    /// One row of a table.
    TableRow,
    /// Code: announced or read, by the options.
    Code,
    /// A footnote, where it is defined.
    Footnote,
}

/// A part of the reply that is not spoken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Omission {
    /// What it is.
    pub what: Omitted,
    /// Bytes of the reply. Written as `[from, to]`.
    #[serde(serialize_with = "as_pair")]
    pub source: Range<usize>,
    /// For a person: what it is more exactly ("Rust, 12 lines").
    pub note: String,
}

/// Something that markup asks for and that is not done, or not quite as asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What it is about.
    pub about: NoteTopic,
    /// Bytes of the reply. Written as `[from, to]`.
    #[serde(serialize_with = "as_pair", deserialize_with = "of_pair")]
    pub source: Range<usize>,
    /// For a person: what is not done, and why.
    pub note: String,
}

/// What a [`Note`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoteTopic {
    /// An element that is not known or not followed; its text is said.
    Element,
    /// An attribute, or a value of one.
    Attribute,
    /// A voice that there is not, or a language that no voice speaks.
    Voice,
    /// How much of the reply is spoken.
    Length,
    /// A pronunciation in phonemes.
    Phonemes,
    /// Words said for others, or the way in which text is said.
    SayAs,
    /// Weight on a word.
    Emphasis,
    /// Pace.
    Rate,
    /// Pitch.
    Pitch,
    /// Volume.
    Volume,
    /// A pause.
    Break,
    /// A field of the request.
    Request,
}

/// What was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Omitted {
    /// A block of code, announced or skipped.
    Code,
    /// What the model wrote to itself: announced nowhere, said never.
    Reasoning,
    /// HTML whose text is not for reading: comments, scripts, styles.
    Html,
    /// An image without a description.
    Image,
    /// Text that is struck out.
    Struck,
    /// A call of a tool, or its result.
    ToolCall,
    /// A diagram that is written as code.
    Diagram,
    /// A formula that is too long to be followed by ear.
    Formula,
    /// The rows of a table that is too large to be followed by ear.
    Table,
    /// What is in a language that no voice speaks.
    Language,
    /// What is beyond the longest speech, or the longest text, of one request.
    Length,
}

pub(crate) fn as_pair<S: Serializer>(range: &Range<usize>, serializer: S) -> Result<S::Ok, S::Error> {
    (range.start, range.end).serialize(serializer)
}

fn of_pair<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Range<usize>, D::Error> {
    let (start, end) = Deserialize::deserialize(deserializer)?;
    Ok(start..end)
}

#[cfg(test)]
mod tests {
    use crate::{Options, script};

    #[track_caller]
    fn check(reply: &str, stressed: &[&str]) {
        let script = script(reply, &Options::default());
        let found =
            script.utterances.iter().flat_map(|said| said.emphasis.iter().map(|at| &said.text[at.clone()]));
        assert_eq!(found.collect::<Vec<_>>(), stressed, "{reply}");
    }

    #[test]
    fn a_few_words_inside_a_sentence_are_stressed() {
        check("Please do **not** press this button.", &["not"]);
        check("*Never* do that again, please.", &["Never"]);
        check("- Keep the ***old key*** until the new one works.", &["old key"]);
        check("It is __really__ late, and <b>you</b> know it.", &["really"]);
        // Two at most, in order.
        check("First **one**, then **two**, at last **three** and no more of them.", &["one", "two"]);
    }

    #[test]
    fn what_is_set_off_as_a_whole_is_not() {
        check("**All of this is in bold.**", &[]);
        check("**Note:** this is how it works today.", &[]);
        check("- **Speed** – how fast it is on your machine.", &[]);
        check("# A heading with a **word** in it", &[]);
        check("This has **a great many words in bold** and a few that are plain.", &[]);
        check("The product 2*3*4 is twenty four.", &[]);
        check("Run `**kwargs**` and see what it prints.", &[]);
    }
}
