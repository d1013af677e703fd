//! The script: a reply made speakable, and judged, before anything is made or paid for.

use saywell_text::{Code, Options, Script};

/// What one request may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Longest text, characters.
    pub max_chars: usize,
    /// Longest speech, seconds.
    pub max_seconds: u32,
}

/// Why a reply is not spoken.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
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
}

/// Makes the script of a reply.
///
/// # Errors
/// [`ScriptError`] for a reply that is empty, says nothing, or is longer than `bounds` allow.
pub fn prepare(reply: &str, code: Code, speed: f32, bounds: Bounds) -> Result<Script, ScriptError> {
    if reply.trim().is_empty() {
        return Err(ScriptError::Empty);
    }
    let characters = reply.chars().count();
    if characters > bounds.max_chars {
        return Err(ScriptError::TooManyCharacters { characters, most: bounds.max_chars });
    }
    let script = saywell_text::script(reply, &Options { code, ..Options::default() });
    if script.utterances.is_empty() {
        return Err(ScriptError::NothingToSay { left_out: script.omissions.len() });
    }
    let seconds = script.estimated_seconds(f64::from(speed));
    if seconds > f64::from(bounds.max_seconds) {
        return Err(ScriptError::TooLong { seconds, most: bounds.max_seconds });
    }
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { max_chars: 100, max_seconds: 5 };

    #[test]
    fn each_refusal_names_its_bound() {
        let refuse = |text: &str| prepare(text, Code::Announce, 1.0, BOUNDS).unwrap_err().to_string();
        assert_eq!(refuse(" \n"), "the text is empty");
        assert!(
            refuse("<think>Hm.</think>").starts_with("there is nothing to say"),
            "{}",
            refuse("<think>Hm.</think>")
        );
        assert_eq!(refuse(&"a".repeat(101)), "the text has 101 characters; the most is 100");
        let long = "Well then, ".repeat(9);
        assert!(refuse(&long).contains("the most is 5 s"), "{}", refuse(&long));
    }

    #[test]
    fn speed_counts() {
        let text = "This sentence takes a little longer than five seconds to say at its usual pace, I think.";
        assert!(prepare(text, Code::Announce, 1.0, BOUNDS).is_err());
        assert!(prepare(text, Code::Announce, 2.0, BOUNDS).is_ok());
    }
}
