//! The table of options in `docs/PROVIDERS.md`, made from what each kind reads and how it is described there.

use std::fmt::Write as _;

use schemars::SchemaGenerator;
use serde_json::Value;

use super::openai_compatible::PRESETS;
use super::{KINDS, ProviderKind};

const BEGINS: &str =
    "<!-- Made by `cargo xtask docs` from the options in `crates/saywell-providers/src/providers`. -->\n";
const ENDS: &str = "<!-- Until here. -->\n";

const PRESETS_BEGIN: &str = "<!-- Made by `cargo xtask docs` from the presets of `openai_compatible`. -->\n";
const PRESETS_END: &str = "<!-- The presets end here. -->\n";

/// The presets of `openai_compatible`, with what they are set to where nothing else is.
fn presets() -> String {
    let mut text =
        format!("{PRESETS_BEGIN}\n| provider | where | key | model | sound |\n|---|---|---|---|---|\n");
    for [name, address, key, model, format] in super::openai_compatible::table() {
        let _ = writeln!(text, "| `{name}` | `{address}` | {key} | {model} | {format} |");
    }
    text + "\n" + PRESETS_END
}

/// The document with what is made in the place of what stands between these two.
fn renewed(document: &str, begins: &str, ends: &str, made: &str) -> String {
    let (before, rest) = document.split_once(begins).expect("a place for the table");
    let (_, after) = rest.split_once(ends).expect("an end of the table");
    format!("{before}{made}{after}")
}

/// The options of every kind, with what they mean.
fn markdown() -> String {
    let mut text = format!("{BEGINS}\n| kind | option | meaning |\n|---|---|---|\n");
    // What is a preset of another kind has that one's options.
    for kind in KINDS.iter().filter(|kind| !PRESETS.contains(&kind.name)) {
        for (name, meaning) in options(kind) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| `{}` | `{name}` | {meaning} |", kind.name);
        }
    }
    text + "\n" + ENDS
}

/// The names that a kind takes, and what they mean.
fn options(kind: &ProviderKind) -> Vec<(String, String)> {
    let schema = (kind.schema)(&mut SchemaGenerator::default());
    let described = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let meaning = |name: &str| {
        let own = described[name]["description"].as_str().map(|about| about.replace('\n', " "));
        let variable = || kind.variables.iter().find(|variable| variable.key == name);
        own.or_else(|| Some(variable()?.about.to_owned()))
            .unwrap_or_else(|| panic!("{}: what does `{name}` mean?", kind.name))
    };
    described.keys().map(|name| (name.clone(), meaning(name))).collect()
}

/// What ends does so at a provider that there is.
#[test]
fn every_end_is_of_a_kind_of_provider() {
    for ending in crate::ends::Ends::default().kinds() {
        assert!(KINDS.iter().any(|kind| kind.name == ending), "{ending}");
    }
}

/// The committed table is the one that the options make; `UPDATE_DOCS=1 cargo test` renews it.
#[test]
fn the_table_of_options_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/PROVIDERS.md");
    let document = std::fs::read_to_string(path).unwrap();
    let made = renewed(&document, BEGINS, ENDS, &markdown());
    let made = renewed(&made, PRESETS_BEGIN, PRESETS_END, &presets());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &made).unwrap();
    } else {
        assert!(document == made, "docs/PROVIDERS.md is out of date: run `cargo xtask docs`");
    }
}
