//! The script: a reply made speakable, and judged, before anything is made or paid for.

use crate::request::Markup;
use saywell_text::pronunciation::Dictionary;
use saywell_text::{Code, Emoji, Options, Script, SsmlError, language};

/// What one request may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Longest text, characters.
    pub max_chars: usize,
    /// Longest speech, seconds.
    pub max_seconds: u32,
}

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
}

impl Reading {
    /// How its script is made.
    #[must_use]
    pub fn options(&self) -> Options {
        Options {
            code: self.code,
            emoji: self.emoji,
            begins_in_reasoning: self.begins_in_reasoning,
            ..Options::default()
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
}

/// Why a reply is not spoken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScriptError {
    /// There is no text.
    #[error("the text is empty")]
    Empty,
    /// There is text, and nothing in it to say.
    #[error("there is nothing to say in this text: {left_out} part(s) of it are not read aloud")]
    NothingToSay {
        /// How many parts were left out (code, reasoning, markup).
        left_out: usize,
    },
    /// More characters than one request may have.
    #[error("the text has {characters} characters; the most is {most}")]
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

/// Makes the script of a reply.
///
/// # Errors
/// [`ScriptError`] for a reply that is empty, says nothing, is longer than `bounds` allow, or is no SSML where it should be.
pub fn prepare(reply: &str, reading: &Reading, speed: f32, bounds: Bounds) -> Result<Prepared, ScriptError> {
    if reply.trim().is_empty() {
        return Err(ScriptError::Empty);
    }
    let characters = reply.chars().count();
    if characters > bounds.max_chars {
        return Err(ScriptError::TooManyCharacters { characters, most: bounds.max_chars });
    }
    let options = reading.options();
    let mut script = match reading.markup {
        Markup::Markdown => saywell_text::script(reply, &options),
        Markup::Ssml => saywell_text::ssml(reply, &options)?,
    };
    if script.utterances.is_empty() {
        return Err(ScriptError::NothingToSay { left_out: script.omissions.len() });
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
    for utterance in &mut script.utterances {
        reading.pronunciations.apply(utterance, language.as_deref());
    }
    let seconds = script.estimated_seconds(f64::from(speed));
    if seconds > f64::from(bounds.max_seconds) {
        return Err(ScriptError::TooLong { seconds, most: bounds.max_seconds });
    }
    Ok(Prepared { script, language })
}

#[cfg(test)]
mod tests {
    use super::*;
    use saywell_text::pronunciation::Entry;

    const BOUNDS: Bounds = Bounds { max_chars: 200, max_seconds: 5 };

    fn read(reply: &str, reading: &Reading) -> Result<Prepared, ScriptError> {
        prepare(reply, reading, 1.0, BOUNDS)
    }

    #[test]
    fn each_refusal_names_its_bound() {
        let refuse = |text: &str| read(text, &Reading::default()).unwrap_err().to_string();
        assert_eq!(refuse(" \n"), "the text is empty");
        let silent = refuse("<think>Hm.</think>");
        assert!(silent.starts_with("there is nothing to say"), "{silent}");
        assert_eq!(refuse(&"a".repeat(201)), "the text has 201 characters; the most is 200");
        let long = refuse(&"Well then, ".repeat(9));
        assert!(long.contains("the most is 5 s"), "{long}");
    }

    #[test]
    fn speed_counts() {
        let text = "This sentence takes a little longer than five seconds to say at its usual pace, I think.";
        assert!(prepare(text, &Reading::default(), 1.0, BOUNDS).is_err());
        assert!(prepare(text, &Reading::default(), 2.0, BOUNDS).is_ok());
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
