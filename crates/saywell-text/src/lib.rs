//! From a chat assistant's reply to a script: what is said of it, utterance by utterance, each with
//! the bytes of the reply that it stands for.
//!
//! ```
//! use saywell_text::{Options, script};
//!
//! let reply = "## Done\n\nRun `cargo test` **now**. See [the guide](https://example.com).\n";
//! let script = script(reply, &Options::default());
//! let said: Vec<&str> = script.utterances.iter().map(|utterance| utterance.text.as_str()).collect();
//! assert_eq!(said, ["Done.", "Run cargo test now.", "See the guide."]);
//!
//! // Every word leads back to the reply: here "now", which is emphasised there.
//! assert_eq!(&reply[script.utterances[1].source_of(15..18)], "now");
//! ```
//!
//! Text that is still being written goes through a [`Scripter`], which gives each utterance as soon as
//! no later byte can change it; [`script`] is the same with one piece.
//!
//! Pure: no input or output, no clock, no threads. Any text is accepted; nothing here fails.

pub mod english;

pub use incremental::Scripter;
pub use mark::{Emphasis, How, Mark, Prosody, SayAs};
pub use pause::Pause;
pub use ssml::{SsmlError, ssml};
pub use tag::{Language, NoLanguage};
pub use utterance::{
    CHARACTERS_PER_SECOND, Note, NoteTopic, Omission, Omitted, Script, Utterance, UtteranceKind, Within,
};

// What is made of a reply.
mod mark;
mod pace;
mod pause;
mod utterance;

// The way of a reply: cut into blocks and parts as it arrives, ...
mod blocks;
mod heading;
mod hidden;
mod incremental;
mod lines;
mod paragraph;
// ... each part parsed and put into words, ...
mod about;
mod added;
mod announcement;
mod clean;
mod emoji;
mod foreign;
mod island;
mod islands;
mod language_names;
mod markdown;
mod maths;
// ... and those cut into utterances.
mod chess;
mod clauses;
mod length;
mod sentences;
mod sides;
mod split;

// The way of SSML, which is all there before anything of it is said.
pub mod ssml;

// Which language utterances are in, and how words are pronounced, by a dictionary.
mod ipa;
pub mod language;
pub mod pronunciation;
pub mod tag;

// Tables that several of these look into.
mod elements;

// Words with the way back to the reply, which all of these pass on.
mod spoken;

/// How a script is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// What the text is written in.
    pub markup: Markup,
    /// What is said for a block of code.
    pub code: Code,
    /// About the most characters of a reply's first utterance, so that its sound is ready at once: a
    /// first sentence more than a quarter longer is cut where a reader would breathe first, if anywhere.
    pub first_utterance_chars: usize,
    /// The most characters of an utterance: a longer sentence is cut at clauses near its middle.
    /// Words that replace others (an address, an announcement) are not cut and may go beyond.
    pub utterance_chars: usize,
    /// The most cells of a table, without its header, that are read row by row. Of a larger one only its
    /// size and the names of its columns are said.
    pub table_cells: usize,
    /// The most characters that are said for one formula; a longer one is announced ("a formula").
    pub formula_chars: usize,
    /// What is said for emoji.
    pub emoji: Emoji,
    /// The reply begins inside reasoning, whose opening tag stood in the prompt, as the templates of
    /// `DeepSeek` R1, `QwQ` and other models have it. All up to the closing tag is left out; without one,
    /// all of the reply. Where this is not set, text before a lone `</think>` is spoken: it may be long
    /// spoken by the time the tag arrives, and nothing before it tells it from an answer.
    pub begins_in_reasoning: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            markup: Markup::Markdown,
            code: Code::Announce,
            first_utterance_chars: 72,
            utterance_chars: 300,
            table_cells: 60,
            formula_chars: 200,
            emoji: Emoji::Silent,
            begins_in_reasoning: false,
        }
    }
}

/// What a text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Markup {
    /// Markdown, as assistants write it: `CommonMark` with GitHub's tables, tasks, alerts,
    /// strike-through and footnotes. Prose without markup is Markdown too, so this is right whenever
    /// the text came from a model.
    #[default]
    Markdown,
    /// No markup: asterisks, indentation and numbers at the start of lines mean nothing. Blank lines
    /// end paragraphs; reasoning, invisible characters, emoji, citations and addresses are treated as
    /// in Markdown.
    Plain,
}

/// What is said for a block of code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Nothing.
    Skip,
    /// Its language and length: "Rust code, 12 lines."
    #[default]
    Announce,
    /// All of it, line by line.
    Read,
}

/// What is said for emoji.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Emoji {
    /// Nothing. In a table, a cell that is only ✅ or ❌ is "yes" or "no" nevertheless.
    #[default]
    Silent,
    /// Their English names; a run of the same one is named once.
    Named,
}

/// The script of a reply that is all there.
#[must_use]
pub fn script(reply: &str, options: &Options) -> Script {
    let mut scripter = Scripter::new(options.clone());
    let mut utterances = scripter.push(reply);
    let (last, omissions) = scripter.finish();
    utterances.extend(last);
    Script { utterances, omissions, ..Script::default() }
}

/// The script of a text without markup; like [`script`] with [`Markup::Plain`].
#[must_use]
pub fn plain(text: &str, options: &Options) -> Script {
    script(text, &Options { markup: Markup::Plain, ..options.clone() })
}
