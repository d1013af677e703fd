//! `docs/CONFIG.md` and what `saywell serve --help` says, made from the table of settings.

use std::fmt::Write as _;

use super::settings::{SETTINGS, Setting};
use crate::providers::{KINDS, Variable};

/// The whole document.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Settings\n\n\
         <!-- Made by `cargo xtask docs` from the table in `crates/saywell/src/config/settings.rs`. -->\n\n\
         Environment variables come first, then `saywell.toml` in the current folder (or the file that\n\
         `SAYWELL_CONFIG` names), then the defaults. Unknown names are refused, and every fault is reported at once\n\
         with where it stands. `saywell config` prints what is in force, secrets masked; `saywell serve --listen --port\n\
         --config` come before all of them. Of any variable here, and of those of a bucket's service (`AWS_…`, `GOOGLE_…`,\n\
         `AZURE_…`), `NAME_FILE` may name a file that holds the value, as orchestrators hand over secrets.\n\n\
         [saywell.schema.json](saywell.schema.json) is the same for editors, with every table and every provider's options: one that\n\
         knows TOML (Even Better TOML, Taplo, Tombi) completes and checks the file whose first line is\n\
         `#:schema ./saywell.schema.json`, with the schema beside it.\n\n\
         | variable | in `saywell.toml` | default | meaning |\n|---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let default =
            if setting.default.is_empty() { "unset".to_owned() } else { format!("`{}`", setting.default) };
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "| `{}` | `{}` | {default} | {} |", setting.variable, setting.key, setting.about);
    }
    text.push_str(
        "\nA table `[voice_map]` in `saywell.toml` gives names to voices, `name = \"voice\"`, beside OpenAI's names,\n\
         which are always known, as are Kokoro's (`af_bella`, `bm_george`, …).\n\n\
         `[personas.NAME.PROVIDER]` makes one identity of a voice at each provider, so that whoever\n\
         takes over speaks as its twin: `voice`, and where they matter `model`, `speed` (0.5 to 2) and `instructions`.\n\n\
         A table `[model_map]` says what model names stand for on OpenAI's calls: `name = \"provider\"`, `\"default\"` (the\n\
         chain) or `\"refuse\"`; `\"*\"` is every name that nobody knows, which else is taken by the chain with a note.\n\n\
         Tables `[[pronunciations]]` say how words are said: each has a `word` or a `pattern`, and one of `say`, `ipa` and\n\
         `x_sampa`; and `case` and `language` where they matter. Tables `[[prices]]` say what providers charge, before the\n\
         prices that ship: `kind`, `model`, `voice`, `unit`, `per_million`, `currency`.\n\n\
         ## Providers\n\n\
         Each takes its options from a table `[providers.NAME]`, and the most needed from the environment. Several of one\n\
         kind have names of their own: `[providers.house]` with `kind = \"openai_compatible\"`. What each can do:\n\
         [PROVIDERS.md](PROVIDERS.md).\n\n\
         | variable | of `[providers.…]` | option | meaning |\n|---|---|---|---|\n",
    );
    for kind in KINDS {
        for Variable { name, key, about, .. } in kind.variables {
            let _ = writeln!(text, "| `{name}` | `{}` | `{key}` | {about} |", kind.name);
        }
    }
    text
}

/// Every setting in a line, below the table of `saywell.toml` that it belongs to.
#[must_use]
pub fn help() -> String {
    let mut text = String::from(
        "Settings, each an environment variable or the key beside it in saywell.toml (`saywell config` prints those in force):",
    );
    let table = |setting: &Setting| setting.key.rsplit_once('.').map_or("", |(table, _)| table);
    let mut tables: Vec<&str> = Vec::new();
    for of in SETTINGS.iter().map(table) {
        if !tables.contains(&of) {
            tables.push(of);
        }
    }
    for of in tables {
        // Writing to a string cannot fail.
        let _ = if of.is_empty() { writeln!(text) } else { write!(text, "\n\n[{of}]") };
        for setting in SETTINGS.iter().filter(|setting| table(setting) == of) {
            let key = setting.key.rsplit('.').next().unwrap_or(setting.key);
            let default =
                if setting.default.is_empty() { String::new() } else { format!(" [{}]", setting.default) };
            let _ = write!(text, "\n  {} ({key}){default}: {}", setting.variable, brief(setting.about));
        }
    }
    text.push_str("\n\nProviders have options of their own: docs/CONFIG.md, docs/PROVIDERS.md.");
    text
}

/// The first sentence, without what is said in brackets and without marks for code.
fn brief(about: &str) -> String {
    let sentence = about.split_once(". ").map_or(about, |(first, _)| first);
    let short =
        sentence.split_once(": ").filter(|(first, _)| first.len() >= 24).map_or(sentence, |(first, _)| first);
    short.trim_end_matches('.').replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::super::settings::SETTINGS;

    #[test]
    fn the_help_names_every_setting_once_in_a_short_line() {
        let help = super::help();
        for setting in SETTINGS {
            let line = format!("\n  {} (", setting.variable);
            assert_eq!(help.matches(&line).count(), 1, "{line:?}");
        }
        let tables: Vec<&str> = help.lines().filter(|line| line.starts_with('[')).collect();
        let mut sorted = tables.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), tables.len(), "a table stands twice: {tables:?}");
        let long: Vec<&str> = help.lines().skip(1).filter(|line| line.chars().count() > 200).collect();
        assert!(long.is_empty(), "{long:#?}");
    }

    /// The committed document is the one that the table makes; `UPDATE_DOCS=1 cargo test` renews it.
    #[test]
    fn the_document_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFIG.md");
        let made = super::markdown();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == made,
            "docs/CONFIG.md is out of date: run `cargo xtask docs`"
        );
    }
}
