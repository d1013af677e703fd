//! What a careful person would say, case by case: `cases/collected.jsonl`, found by trying what users of such
//! systems have reported, and `cases/own.jsonl`. `cargo xtask quality` prints the table that this test prints.
//!
//! A line is a case: its `kind`, its `input`, what was `expected` when it was collected, and under `said` the
//! readings that are right, each one utterance after the other with ` ¦ ` between. Before an utterance in another
//! language stands `@` and that language. A case that is not said so has to say why: `wrong`. Where what is
//! right differs from `expected`, `why` argues it.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use saywell_text::english::written_out;
use saywell_text::{Options, language, script, ssml};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Of a hundred cases so many have to be right.
const LEAST: usize = 97;

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    input: String,
    /// The readings that are right.
    said: Vec<String>,
    /// Why it is not said so yet.
    #[serde(default)]
    wrong: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn cases(file: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join(file)).expect("the file of cases");
    text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect()
}

/// What the voice inside says.
fn said(input: &str) -> String {
    let mut script = if input.starts_with("<speak") {
        ssml(input, &Options::default()).unwrap_or_default()
    } else {
        script(input, &Options::default())
    };
    language::assign(&mut script);
    let written = script.utterances.iter().map(|utterance| match utterance.language.as_deref() {
        Some(language) if !language.starts_with("en") => format!("@{language} {}", utterance.text),
        _ => written_out(&utterance.text, &utterance.marks),
    });
    written.collect::<Vec<_>>().join(" ¦ ")
}

/// Right and all, by kind.
type Table = BTreeMap<String, (usize, usize)>;

/// Judges every case of a file.
fn judged(file: &str, faults: &mut Vec<String>) -> Table {
    let mut table = Table::new();
    for case in cases(file) {
        let heard = said(&case.input);
        let right = case.said.contains(&heard);
        let row = table.entry(case.kind.clone()).or_default();
        row.0 += usize::from(right);
        row.1 += 1;
        if right == case.wrong.is_some() {
            let why = if right { "is right now: drop its `wrong`" } else { "is said otherwise" };
            faults.push(format!("{} {why}:\n  {:?}\n  {heard:?}", case.id, case.input));
        }
    }
    table
}

fn sum(table: &Table) -> (usize, usize) {
    table.values().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1))
}

#[test]
fn cases_are_said_as_a_careful_person_says_them() {
    let mut faults = Vec::new();
    let collected = judged("collected.jsonl", &mut faults);
    let own = judged("own.jsonl", &mut faults);
    println!("| kind | collected | right | own | right |\n|---|---|---|---|---|");
    let kinds: std::collections::BTreeSet<&String> = collected.keys().chain(own.keys()).collect();
    for kind in kinds {
        let row = |table: &Table| table.get(kind).copied().unwrap_or_default();
        let ((right, all), (own_right, own_all)) = (row(&collected), row(&own));
        println!("| {kind} | {all} | {right} | {own_all} | {own_right} |");
    }
    let ((right, all), (own_right, own_all)) = (sum(&collected), sum(&own));
    println!("| all | {all} | {right} | {own_all} | {own_right} |");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(right * 100 >= all * LEAST, "{right} of {all} are right");
}
