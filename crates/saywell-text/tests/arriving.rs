//! When utterances come while the reply is still being written.

use saywell_text::{Code, Emoji, Omitted, Options, Pause, Scripter, UtteranceKind, plain, script};

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
fn items_come_one_by_one_at_every_depth() {
    check(
        "1. one\n   - two\n     1. three\n     1. four\n   - fi",
        &[
            ("1. one.", "1. one\n   - two\n"),
            ("two.", "1. one\n   - two\n     1. three\n"),
            ("1. three.", "1. one\n   - two\n     1. three\n     1. four\n"),
        ],
    );
    check("> One of it.\n>\n> T", &[("One of it.", "> One of it.\n>\n")]);
}

#[test]
fn emoji_and_citations_hold_up_no_sentence() {
    check("Sure! 😊 H", &[("Sure!", "Sure! 😊 H")]);
    check("It is so.[1] N", &[("It is so.", "It is so.[1] N")]);
    check("So \\(a. B\\) is. N", &[("So a B is.", "So \\(a. B\\) is. N")]);
    check("It costs $5. Or $6. N", &[("It costs $5.", "It costs $5. O")]);
}

/// The most characters of running text that have arrived and are in no utterance yet.
fn longest_wait(reply: &str) -> usize {
    let mut scripter = Scripter::new(Options::default());
    let (mut said, mut longest) = (0, 0);
    for (at, c) in reply.char_indices() {
        let end = at + c.len_utf8();
        for utterance in scripter.push(&reply[at..end]) {
            said = utterance.source.end;
        }
        longest = longest.max(reply[said..end].chars().count());
    }
    longest
}

/// The bound that the documentation of [`Scripter`] states.
#[test]
fn running_text_never_waits_for_long() {
    let sides = [
        "**", "*", "_", "~~", "`", "[", "[x](", "<b ", "\\(", "\\[", "$$", "$", "(", "\"", "\u{1b}]",
        "\u{e200}", "![", "<!",
    ];
    let long = [
        "clause after clause, ",
        "word ",
        "A sentence of words. ",
        "漢字",
        "สวัสดี ครับ ",
        "It costs $5 (or so) in v1.2 of x_y. ",
    ];
    // With the words at both ends.
    let most = 2 * Options::default().utterance_chars + 800 + 30;
    for text in long {
        let text = text.repeat(6000 / text.chars().count());
        for open in sides.iter().copied().chain([""]) {
            let reply = format!("First of all, {open}{text}");
            let waited = longest_wait(&reply);
            // An address or a citation is no text for as long as it has no white space.
            let spaced = text.contains(' ') || open.is_empty();
            assert!(waited <= most || !spaced, "{open:?} before {:?}: {waited} characters", &text[..12]);
        }
    }
    assert!(
        longest_wait(&"No end in sight of it, ".repeat(300)) <= 2 * Options::default().utterance_chars + 30
    );
}

#[test]
fn reasoning_without_a_beginning() {
    let reply = "The user asks.\n\nSo <b>what</b>?\n</think>\n\nIt is four.";
    let begun = Options { begins_in_reasoning: true, ..Options::default() };
    let script = script(reply, &begun);
    assert_eq!(script.utterances.len(), 1);
    assert_eq!(script.utterances[0].text, "It is four.");
    assert_eq!(script.omissions[0].source, 0..reply.find("\n\nIt").unwrap());
    assert!(saywell_text::script("Never closed. Ever.", &begun).utterances.is_empty());
    // Not told so, what comes before the tag is an answer; the tag itself is silent.
    let untold = saywell_text::script(reply, &Options::default());
    assert_eq!(untold.utterances.last().unwrap().text, "It is four.");
    assert!(untold.utterances.iter().all(|utterance| !utterance.text.contains("think")));
}

#[test]
fn large_tables_and_formulas_are_summed_up() {
    let rows = "| a | b |\n|---|---|\n".to_owned() + &"| 1 | 2 |\n".repeat(31);
    let script_of = |reply: &str| script(reply, &Options::default());
    let large = script_of(&rows);
    assert_eq!(large.utterances.len(), 1);
    assert_eq!(large.utterances[0].text, "A table with 31 rows and 2 columns: a and b.");
    assert_eq!(large.omissions[0].what, Omitted::Table);
    let read = script(&rows, &Options { table_cells: 62, ..Options::default() });
    assert_eq!(read.utterances.len(), 31);

    let formula = format!("So ${}$ holds.", "x_1 + ".repeat(40) + "y");
    let long = script_of(&formula);
    assert_eq!(long.utterances[0].text, "So a formula holds.");
    assert_eq!(long.omissions[0].what, Omitted::Formula);
}

#[test]
fn emoji_are_silent_or_named() {
    let said = |emoji| -> Vec<String> {
        let options = Options { emoji, ..Options::default() };
        script("Great news! 🎉🎉 It passed ✅ again :rocket:", &options)
            .utterances
            .into_iter()
            .map(|utterance| utterance.text)
            .collect()
    };
    assert_eq!(said(Emoji::Silent), ["Great news!", "It passed again"]);
    assert_eq!(
        said(Emoji::Named),
        ["Great news! party popper.", "It passed, check mark button, again, rocket"]
    );
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
    let estimated = script.estimated_seconds(1.0);
    assert!((0.8..1.3).contains(&(estimated / seconds)), "{estimated} s against {seconds} s");
    // Who speaks twice as fast does not pause half as long.
    let faster = script.estimated_seconds(1.0) / script.estimated_seconds(2.0);
    assert!((1.8..2.0).contains(&faster), "{faster}");
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
    assert_eq!(script.utterances[1].kind, UtteranceKind::Code);
}
