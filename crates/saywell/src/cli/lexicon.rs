//! `saywell lexicon`.

use super::{Failed, print};
use crate::config::Settings;

/// Arguments of `saywell lexicon`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// BCP 47 language of the lexicon
    #[arg(long, default_value = "en-US")]
    language: String,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<(), Failed> {
    let language = &arguments.language;
    let lexicon = settings.pronunciations.to_pls(language).ok_or_else(|| {
        Failed::Run(format!(
            "there are no words for `{language}` among the `[[pronunciations]]` of saywell.toml"
        ))
    })?;
    print(lexicon.trim_end())
}
