//! The script: a reply made speakable, and judged, before anything is made or paid for.

use crate::request::Markup;
use saywell_text::pronunciation::Dictionary;
use saywell_text::{
    CHARACTERS_PER_SECOND, Code, Emoji, Note, NoteTopic, Omission, Omitted, Options, Pause, Script, Scripter,
    SsmlError, Utterance, language,
};

/// What one request may ask for.
#[derive(Debug, Clone, Copy)]
pub struct ReplyBounds {
    /// The most characters that are said; what is not read aloud, such as reasoning, is no part of them.
    pub max_chars: usize,
    /// Longest speech, seconds.
    pub max_seconds: u32,
    /// What becomes of what is longer.
    pub too_long: TooLong,
}

impl ReplyBounds {
    /// The most bytes of a text that are read at once, said or not: what is not read aloud may be many times as long as what
    /// is, and not endless.
    #[must_use]
    pub fn longest_text(&self) -> usize {
        self.max_chars.saturating_mul(BYTES_A_CHARACTER)
    }

    /// Why a reply ends that says more.
    #[must_use]
    pub fn characters(&self) -> String {
        format!("one request may have {} characters", self.max_chars)
    }

    /// Why a reply ends that takes longer.
    #[must_use]
    pub fn seconds(&self) -> String {
        format!("one request may have {} s", self.max_seconds)
    }
}

/// What becomes of a reply that is longer than one request may have it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TooLong {
    /// What fits is spoken, to the end of a sentence; the next request goes on from there.
    #[default]
    Speak,
    /// It is refused.
    Refuse,
}

/// What becomes of what is in a language that nobody here speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnsupportedLanguage {
    /// It is said that it is in that language, and how many sentences it is.
    #[default]
    Announce,
    /// The voice that is there does what it can.
    Read,
    /// It is left out.
    Skip,
    /// The reply is refused.
    Refuse,
}

/// Bytes of a text that are read for each character that may be said of it.
const BYTES_A_CHARACTER: usize = 16;

/// Utterances are cut no shorter than this for a bound, characters.
const SHORTEST_UTTERANCE: usize = 20;

/// How a reply is read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What it is written in.
    pub markup: Markup,
    /// What becomes of code.
    pub code: Code,
    /// What becomes of emoji.
    pub emoji: Emoji,
    /// Whether it begins inside reasoning, whose opening tag stood in the prompt.
    pub begins_in_reasoning: bool,
    /// The language that its caller says it is in.
    pub language: Option<String>,
    /// How words are said.
    pub pronunciations: Dictionary,
    /// The byte of the reply that it goes on from; what is before has been heard.
    pub start_at: usize,
}

impl Reading {
    /// How its script is made, of utterances that `bounds` have room for, also at half the usual pace.
    #[must_use]
    pub fn options(&self, bounds: ReplyBounds) -> Options {
        let defaults = Options::default();
        let seconds = f64::from(bounds.max_seconds) * CHARACTERS_PER_SECOND / 2.0;
        let room = bounds.max_chars.min(seconds as usize).max(SHORTEST_UTTERANCE);
        Options {
            code: self.code,
            emoji: self.emoji,
            begins_in_reasoning: self.begins_in_reasoning,
            utterance_chars: defaults.utterance_chars.min(room),
            ..defaults
        }
    }
}

/// A reply made speakable.
#[derive(Debug, Clone, Default)]
pub struct Prepared {
    /// What is said; each utterance knows its language, if anything tells it.
    pub script: Script,
    /// The language of most of it: as its caller says, or as found.
    pub language: Option<String>,
    /// The byte of the reply that the next request goes on from, where not all of it fits into this one.
    pub continues_at: Option<usize>,
    /// About how long each utterance and the pause after it last, seconds; none before [`Prepared::within`] has judged them.
    /// An estimate writes its utterance out in words, which takes longer than all else here: each is made once.
    pub seconds: Vec<f64>,
}

/// Why a reply is not spoken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScriptError {
    /// There is no text.
    #[error("the text is empty")]
    Empty,
    /// There is text, and nothing in it to say.
    #[error("there is nothing to say in this text{}", only(.0))]
    NothingToSay(
        /// What was left out.
        Vec<Omitted>,
    ),
    /// More characters than one request may have.
    #[error("the text has {characters} characters to say, at the least; the most is {most}")]
    TooManyCharacters {
        /// How many it has.
        characters: usize,
        /// How many it may have.
        most: usize,
    },
    /// Longer speech than one request may make.
    #[error("the text would take about {seconds:.0} s to say; the most is {most} s")]
    TooLong {
        /// How long it would be.
        seconds: f64,
        /// How long it may be.
        most: u32,
    },
    /// SSML that cannot be read.
    #[error(transparent)]
    Ssml(#[from] SsmlError),
}

/// ": it is only code and reasoning", where that is why nothing is said.
fn only(left_out: &[Omitted]) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for what in left_out {
        let kind = match what {
            Omitted::Code => "code",
            Omitted::Reasoning => "reasoning",
            Omitted::Html => "markup",
            Omitted::Image => "images",
            Omitted::Struck => "struck-out text",
            Omitted::ToolCall => "tool calls",
            Omitted::Diagram => "diagrams",
            Omitted::Formula => "formulas",
            Omitted::Table => "tables",
            Omitted::Language => "text in a language that no voice here speaks",
            _ => "what is not for reading aloud",
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match kinds.as_slice() {
        [] => String::new(),
        [one] => format!(": it is only {one}"),
        [first @ .., last] => format!(": it is only {} and {last}", first.join(", ")),
    }
}

/// Makes the script of a reply, or of as many of its characters as fit; how long it takes to say is judged by
/// [`Prepared::within`], once it is known what of it is said.
///
/// # Errors
/// [`ScriptError`] for a reply that is empty, says nothing, has more characters than `bounds` allow where that is refused, or is
/// no SSML where it should be.
pub fn prepare(reply: &str, reading: &Reading, bounds: ReplyBounds) -> Result<Prepared, ScriptError> {
    if reply.trim().is_empty() {
        return Err(ScriptError::Empty);
    }
    let start = reply.floor_char_boundary(reading.start_at);
    let options = reading.options(bounds);
    let (mut script, all) = match reading.markup {
        Markup::Markdown => as_far_as_told(reply, start, bounds, &options),
        Markup::Ssml => (saywell_text::ssml(reply, &options)?, true),
    };
    if reading.markup == Markup::Markdown {
        for utterance in &mut script.utterances {
            utterance.meets(reply.get(utterance.source.end..).unwrap_or_default());
        }
    }
    // What the caller says is right for all that does not say otherwise itself.
    let language = match &reading.language {
        Some(language) => {
            for utterance in &mut script.utterances {
                utterance.speak(language);
            }
            Some(language.clone())
        }
        None => language::assign(&mut script),
    };
    // What was heard before tells the language, and no more.
    script.utterances.retain(|utterance| utterance.source.start >= start);
    script.omissions.retain(|omission| omission.source.start >= start);
    if script.utterances.is_empty() {
        return Err(ScriptError::NothingToSay(
            script.omissions.iter().map(|omission| omission.what).collect(),
        ));
    }
    let mut left = bounds.max_chars;
    let fit = script.utterances.iter().take_while(|utterance| {
        let rest = left.checked_sub(utterance.characters());
        left = rest.unwrap_or_default();
        rest.is_some()
    });
    let fit = whole_sentences(&script.utterances, fit.count());
    let fits = all && fit == script.utterances.len();
    if !fits && (fit == 0 || bounds.too_long == TooLong::Refuse) {
        let most = bounds.max_chars;
        let characters = script.characters().max(most.saturating_add(1));
        return Err(ScriptError::TooManyCharacters { characters, most });
    }
    script.utterances.truncate(fit);
    for utterance in &mut script.utterances {
        reading.pronunciations.apply(utterance, language.as_deref());
    }
    let mut prepared = Prepared { script, language, ..Prepared::default() };
    if !fits {
        prepared.ends_early(reply, &bounds.characters());
    }
    Ok(prepared)
}

/// The script of a reply, or of so much of it that one request has enough to say; and whether that is all of it. As long as
/// little of what was read is said, twice as much is read: what is said costs the most by far.
fn as_far_as_told(reply: &str, start: usize, bounds: ReplyBounds, options: &Options) -> (Script, bool) {
    let enough = bounds.max_chars - bounds.max_chars / 4;
    let mut window = bounds.max_chars;
    loop {
        let end = reply.floor_char_boundary(start.saturating_add(window));
        if end == reply.len() {
            return (saywell_text::script(reply, options), true);
        }
        let script = beginning(&reply[..end], start, options);
        let new = script.utterances.iter().filter(|utterance| utterance.source.start >= start);
        if new.map(Utterance::characters).sum::<usize>() >= enough || window >= bounds.longest_text() {
            return (script, false);
        }
        window = window.saturating_mul(2);
    }
}

/// The script of a reply's beginning: what no later byte can change, or all of it where that is nothing from `start` on.
fn beginning(text: &str, start: usize, options: &Options) -> Script {
    let mut scripter = Scripter::new(options.clone());
    let utterances = scripter.push(text);
    if utterances.last().is_some_and(|last| last.source.start >= start) {
        Script { utterances, omissions: scripter.finish().1, ..Script::default() }
    } else {
        saywell_text::script(text, options)
    }
}

/// How many of the first `fit` utterances are whole sentences; all of them where not one is.
#[must_use]
pub fn whole_sentences(utterances: &[Utterance], fit: usize) -> usize {
    let ends = |said: &Utterance| !matches!(said.pause, Pause::None | Pause::Clause);
    let sentences = utterances.iter().take(fit).rposition(ends).map(|last| last + 1);
    if fit >= utterances.len() { fit } else { sentences.unwrap_or(fit) }
}

impl Prepared {
    /// Leaves only what is said from this byte of the reply on.
    ///
    /// # Errors
    /// [`ScriptError::NothingToSay`], where that is nothing.
    pub fn from_byte(mut self, start: usize) -> Result<Self, ScriptError> {
        let Script { utterances, omissions, notes } = &mut self.script;
        let mut seconds = std::mem::take(&mut self.seconds).into_iter();
        utterances.retain(|utterance| {
            let (takes, kept) = (seconds.next(), utterance.source.start >= start);
            self.seconds.extend(takes.filter(|_| kept));
            kept
        });
        omissions.retain(|omission| omission.source.start >= start);
        notes.retain(|note| note.source.start >= start);
        if utterances.is_empty() { Err(ScriptError::NothingToSay(Vec::new())) } else { Ok(self) }
    }

    /// What fits of it into the longest speech that one request may make, at this speed.
    ///
    /// # Errors
    /// [`ScriptError::TooLong`] where nothing fits, or such is refused.
    pub fn within(mut self, reply: &str, speed: f32, bounds: ReplyBounds) -> Result<Self, ScriptError> {
        let utterances = &mut self.script.utterances;
        self.seconds =
            utterances.iter().map(|utterance| utterance.estimated_seconds(f64::from(speed))).collect();
        let seconds: f64 = self.seconds.iter().sum();
        let mut left = f64::from(bounds.max_seconds);
        if seconds <= left {
            return Ok(self);
        }
        let fit = self.seconds.iter().take_while(|seconds| {
            left -= *seconds;
            left >= 0.0
        });
        let fit = whole_sentences(utterances, fit.count());
        if bounds.too_long == TooLong::Refuse || fit == 0 {
            return Err(ScriptError::TooLong { seconds, most: bounds.max_seconds });
        }
        utterances.truncate(fit);
        self.seconds.truncate(fit);
        self.ends_early(reply, &bounds.seconds());
        Ok(self)
    }

    /// Notes that it ends before the end of `reply`, and why.
    pub fn ends_early(&mut self, reply: &str, why: &str) {
        let at = self.script.utterances.last().map_or(0, |last| last.source.end);
        ends_early(&mut self.script.notes, reply, at, why);
        self.continues_at = Some(at);
        self.script.omissions.retain(|omission| omission.source.start < at);
        let note = format!("{why}; go on with start_at {at}");
        self.script.omissions.push(Omission { what: Omitted::Length, source: at..reply.len(), note });
    }
}

/// Notes that speech ends at this byte of `reply`, with more to say, and why.
pub fn ends_early(notes: &mut Vec<Note>, reply: &str, at: usize, why: &str) {
    let (said, all) = (reply[..at].chars().count(), reply.chars().count());
    let note = format!("ends after {said} of {all} characters: {why}; it goes on with start_at {at}");
    notes.retain(|note| note.about != NoteTopic::Length);
    notes.insert(0, Note { about: NoteTopic::Length, source: at..reply.len(), note });
}

#[cfg(test)]
mod tests {
    use super::*;
    use saywell_text::pronunciation::Entry;

    const BOUNDS: ReplyBounds = ReplyBounds { max_chars: 200, max_seconds: 5, too_long: TooLong::Refuse };

    fn read(reply: &str, reading: &Reading) -> Result<Prepared, ScriptError> {
        prepare(reply, reading, BOUNDS)?.within(reply, 1.0, BOUNDS)
    }

    #[test]
    fn each_refusal_names_its_bound() {
        let refuse = |text: &str| read(text, &Reading::default()).unwrap_err().to_string();
        assert_eq!(refuse(" \n"), "the text is empty");
        let silent = refuse("<think>Hm.</think>");
        assert!(silent.starts_with("there is nothing to say"), "{silent}");
        assert_eq!(
            refuse(&"a".repeat(201)),
            "the text has 201 characters to say, at the least; the most is 200"
        );
        let long = refuse(&"Well then, ".repeat(9));
        assert!(long.contains("the most is 5 s"), "{long}");
    }

    #[test]
    fn speed_counts() {
        let text = "This sentence takes a little longer than five seconds to say at its usual pace, I think.";
        let prepared = prepare(text, &Reading::default(), BOUNDS).unwrap();
        assert!(prepared.clone().within(text, 1.0, BOUNDS).is_err());
        assert!(prepared.within(text, 2.0, BOUNDS).is_ok());
    }

    #[test]
    fn utterances_know_their_language() {
        let german = "Das ist eine kurze Antwort, und sie ist auf Deutsch geschrieben.";
        assert_eq!(read(german, &Reading::default()).unwrap().language.as_deref(), Some("de"));
        let told = Reading { language: Some("en-GB".into()), ..Reading::default() };
        let prepared = read("Colour, please.", &told).unwrap();
        assert_eq!(prepared.script.utterances[0].language.as_deref(), Some("en-GB"));
    }

    #[test]
    fn ssml_and_pronunciations_become_marks() {
        let entry = Entry { word: Some("nginx".into()), say: Some("engine x".into()), ..Entry::default() };
        let pronunciations = Dictionary::new(&[entry]).unwrap();
        let reading = Reading { pronunciations, markup: Markup::Ssml, ..Reading::default() };
        let prepared = read("<speak>Start nginx<break time='200ms'/> now.</speak>", &reading).unwrap();
        assert_eq!(prepared.script.utterances[0].marks.len(), 2, "{prepared:?}");
        let error = read("<speak>Start <b>now.</speak>", &reading).unwrap_err();
        assert!(matches!(error, ScriptError::Ssml(_)), "{error:?}");
        assert!(error.to_string().starts_with("line 1, column "), "{error}");
    }
}
