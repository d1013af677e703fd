//! When utterances come while the reply is still being written.

use saywell_text::{Code, Kind, Options, Pause, Scripter, plain, script};

/// What is said of `reply`, each utterance with what had arrived when it came, character by character.
fn arrivals(reply: &str) -> Vec<(String, String)> {
    let mut scripter = Scripter::new(Options::default());
    let mut arrived = Vec::new();
    for (at, c) in reply.char_indices() {
        let end = at + c.len_utf8();
        for utterance in scripter.push(&reply[at..end]) {
            arrived.push((utterance.text, reply[..end].to_owned()));
        }
    }
    arrived
}

#[track_caller]
fn check(reply: &str, expected: &[(&str, &str)]) {
    let found = arrivals(reply);
    let found: Vec<(&str, &str)> =
        found.iter().map(|(said, arrived)| (said.as_str(), arrived.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_sentence_comes_with_the_first_letter_of_the_next() {
    check(
        "Hello there. The second sentence is a bit longer. And m",
        &[
            ("Hello there.", "Hello there. T"),
            (
                "The second sentence is a bit longer.",
                // "And" could continue no abbreviation, so its first letter is enough.
                "Hello there. The second sentence is a bit longer. A",
            ),
        ],
    );
}

#[test]
fn marks_around_a_sentence_are_waited_for() {
    check(
        "Look **at this. And this.** More [here. Or](http://x.org/y) th",
        &[("Look at this.", "Look **at this. And this.** M"), ("And this.", "Look **at this. And this.** M")],
    );
    check(
        "Call `a.b()`. Then `c. D` is next and so on. T",
        &[
            ("Call a.b().", "Call `a.b()`. T"),
            ("Then c. D is next and so on.", "Call `a.b()`. Then `c. D` is next and so on. T"),
        ],
    );
}

#[test]
fn a_long_first_sentence_is_cut_early() {
    let reply = "To understand how this works, we first have to look at the way in which memory is laid out by \
                 the compiler and the linker.";
    let found = arrivals(reply);
    assert_eq!(found[0].0, "To understand how this works,");
    assert!(found[0].1.chars().count() <= 92, "came after {:?}", found[0].1);
    let whole = script(reply, &Options::default());
    assert_eq!(whole.utterances[0].pause, Pause::Clause);
}

#[test]
fn blocks_come_when_they_end() {
    check("# A heading\n", &[("A heading.", "# A heading\n")]);
    check("- one\n- tw", &[("one.", "- one\n- t")]);
    check("1. one\n2. t", &[("1. one.", "1. one\n2. t")]);
    check("```py\nx\n```\n", &[("Python code, 1 line.", "```py\nx\n```\n")]);
    check("A line\n\n", &[("A line", "A line\n\n")]);
    check("A line\n# H", &[]);
    check("A line\n- x", &[("A line", "A line\n- x")]);
    check("| a | b |\n|---|---|\n| c | d |\n\n", &[("a: c, b: d.", "| a | b |\n|---|---|\n| c | d |\n\n")]);
    check("<think>secret. More.</think>Hello. Y", &[("Hello.", "<think>secret. More.</think>Hello. Y")]);
}

#[test]
fn code_about_reasoning_is_prose() {
    let said = |reply| script(reply, &Options::default()).utterances.remove(0).text;
    assert_eq!(said("The tag `<think>` opens it."), "The tag <think> opens it.");
    assert_eq!(said("Use `a`<think>b</think> now."), "Use a");
}

#[test]
fn code_is_skipped_announced_or_read() {
    let reply = "```rust\nlet x = 1;\nlet y = 2;\n```\n";
    let said = |code| -> Vec<String> {
        let options = Options { code, ..Options::default() };
        script(reply, &options).utterances.into_iter().map(|utterance| utterance.text).collect()
    };
    assert!(said(Code::Skip).is_empty());
    assert_eq!(said(Code::Announce), ["Rust code, 2 lines."]);
    assert_eq!(said(Code::Read), ["let x = 1;", "let y = 2;"]);
    assert!(script("```", &Options::default()).utterances.is_empty());
}

#[test]
fn plain_text_has_no_markup() {
    let said: Vec<String> = plain("# *Not* a heading\n    nor `code`.\n\n- Next 🎉", &Options::default())
        .utterances
        .into_iter()
        .map(|utterance| utterance.text)
        .collect();
    assert_eq!(said, ["# Not a heading nor code.", "- Next"]);
}

#[test]
fn the_estimate_is_near_what_a_voice_takes() {
    let script = script("One sentence of words. ".repeat(60).trim(), &Options::default());
    let seconds = script.characters() as f64 / 15.0;
    assert!(script.estimated_seconds(1.0) > seconds);
    assert!((script.estimated_seconds(2.0) * 2.0 - script.estimated_seconds(1.0)).abs() < 1e-9);
    assert!(script.estimated_seconds(f64::NAN).is_finite());
}

#[test]
fn a_script_is_json() {
    let script = script("Hi *there*.\n\n```\nx\n```", &Options::default());
    let json = serde_json::to_value(&script).unwrap();
    assert_eq!(json["utterances"][0]["text"], "Hi there.");
    assert_eq!(json["utterances"][0]["source"], serde_json::json!([0, 11]));
    assert_eq!(json["utterances"][0]["pause"], "paragraph");
    assert_eq!(json["omissions"][0]["what"], "code");
    assert_eq!(script.utterances[1].kind, Kind::Code);
}
