//! `docs/CONFIG.md`, made from the table of settings.

use std::fmt::Write as _;

use super::settings::SETTINGS;
use crate::providers::{KINDS, Variable};

/// The whole document.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Settings\n\n\
         <!-- Made by `cargo xtask docs` from the table in `crates/saywell/src/config/settings.rs`. -->\n\n\
         Environment variables come first, then `saywell.toml` in the current folder (or the file that\n\
         `SAYWELL_CONFIG` names), then the defaults. Unknown names are refused, and every fault is reported at once\n\
         with where it stands. `saywell config` prints what is in force, secrets masked.\n\n\
         Every variable of these tables, with `_FILE` behind its name, names a file that holds the value, as platforms hand\n\
         out secrets: `OPENAI_API_KEY_FILE=/run/secrets/openai`.\n\n\
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

#[cfg(test)]
mod tests {
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
