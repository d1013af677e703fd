//! What holds for every text whatsoever.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use saywell_text::english::{Reader, spell_out};
use saywell_text::{Code, Emoji, Markup, Omission, Options, Script, Scripter, Utterance, script};

/// What has a meaning in Markdown or at the ends of sentences.
const MARKS: &[&str] = &[
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "  ",
    "    ",
    "\t",
    "- ",
    "* ",
    "1. ",
    "7) ",
    "# ",
    "## ",
    "> ",
    "```",
    "```rust\n",
    "~~~",
    "`",
    "``",
    "*",
    "**",
    "_",
    "~~",
    "~",
    "[",
    "]",
    "(",
    ")",
    "](",
    "[x](https://a.b/c)",
    "<｜",
    "<read_file>\n",
    "[TOOL_CALLS]",
    ":::note\n",
    "\\item ",
    "[[x|y]]",
    "![",
    "![alt](x.png)",
    "<",
    ">",
    "<b>",
    "</b>",
    "<br>",
    "<div>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<think>",
    "</think>",
    "<thinking>",
    "<details type=\"reasoning\">",
    "<details>",
    "</details>",
    "<tool_call>",
    "</tool_call>",
    "<seed:think>",
    "</seed:think>",
    "<function=f>",
    "</function>",
    "[THINK]",
    "[/THINK]",
    "[TOOL_CALLS]",
    "◁think▷",
    "◁/think▷",
    "<|channel|>",
    "analysis",
    "<|message|>",
    "<|end|>",
    "<|im_end|>",
    "<|channel>",
    "<channel|>",
    "<s>",
    "</s>",
    "<sup>2</sup>",
    "<sub>",
    "</sub>",
    "<table>",
    "<tr>",
    "<td>",
    "<th>",
    "</table>",
    "<ol>\n",
    "<li>",
    "</li>",
    "<pre>",
    "</pre>",
    "<svg>\n",
    "<answer>\n",
    "<img alt=\"x\">",
    "<h2>",
    "</h2>",
    "<del>",
    "</del>",
    "|",
    "| a | b |\n",
    "|---|---|\n",
    "--- | ---\n",
    "---",
    "===\n",
    "***",
    "$",
    "$$",
    "\\[",
    "\\]",
    "\\(",
    "\\)",
    "\\",
    "\\frac{",
    "}",
    "{",
    "^2",
    "_i",
    "\\begin{cases}",
    "\\end{cases}",
    "\\begin{align}\n",
    "\\end{align}",
    "\\\\",
    "&",
    "$x$",
    "\\left(",
    "\\right)",
    "√2",
    "x²",
    "```math\n",
    "```mermaid\n",
    "```diff\n",
    "```tool_code\n",
    "@@ -1,2 +1,3 @@\n",
    "--- a/x\n",
    "+++ b/x\n",
    "+ ",
    "\n: ",
    ":rocket:",
    "\u{1b}[31m",
    "\u{1b}]8;;http://x.y\u{7}",
    "\u{e200}cite\u{e202}turn0search1\u{e201}",
    "\u{e200}entity\u{e202}[\"a\",\"b\"]\u{e201}",
    "citeturn0search1",
    "[citation:1]",
    "postgres://u:p@h/d",
    "github.com/a/b",
    "1️⃣ ",
    "🇩🇪",
    "👍🏽",
    "✅",
    "।",
    "؟ ",
    "ไทย ",
    "می\u{200c}خواهم",
    "&amp;",
    "&#x41;",
    "&nope;",
    ".",
    ". ",
    "? ",
    "! ",
    "... ",
    "…",
    "。",
    "「",
    "」",
    ", ",
    "; ",
    ": ",
    " — ",
    "[1]",
    "[^1]",
    "[^1]: ",
    "[x]: http://y.z\n",
    "[ ] ",
    "[x] ",
    "【3†source】",
    "Dr. ",
    "e.g. ",
    "U.S. ",
    "No. 5",
    "3.14",
    "main.rs",
    "https://example.com/a_b.c",
    "www.x.org",
    "and ",
    "which ",
    "😀",
    "👨‍👩‍👧",
    "\u{200b}",
    "\u{202e}",
    "\0",
    "é",
    "e\u{301}",
    "你好",
    "สวัสดี",
    "The ",
    "word ",
    "Another sentence here. ",
    "It is a long one, with a comma, ",
    "The quick brown fox jumps over the lazy dog and runs on. ",
];

/// What formulas are made of.
const TEX: &[&str] = &[
    "\\frac", "\\sqrt", "[3]", "{", "}", "^", "_", "x", "12", "+", "-", "=", "(", ")", "|", "\\left",
    "\\right", "\\sum", "\\int", "\\lim", "\\to ", "\\alpha ", "\\hat ", "\\vec{v}", "\\mathbb{R}",
    "\\text{if }", "\\begin{cases}", "\\end{cases}", "\\begin{pmatrix}", "\\end{pmatrix}", "\\\\", "&", ",",
    "!", "'", "\\{", "\\}", "\\mid ", "\\", "²", "√", "∑", "≤", "\\sin ", "\\unknown ", "\\label{a}", " ",
    "é", "\\operatorname{f}", "\\%", "/", "1/2",
];

/// Text made of what has a meaning in Markdown or at the ends of sentences, and of anything else.
fn reply() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(MARKS);
    let piece = prop_oneof![6 => mark.prop_map(str::to_owned), 3 => "[a-zA-Z0-9]{1,8} ?".prop_map(|s| s), 1 => any::<String>()];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn options() -> impl Strategy<Value = Options> {
    let markup = prop_oneof![4 => Just(Markup::Markdown), 1 => Just(Markup::Plain)];
    let code = prop_oneof![Just(Code::Announce), Just(Code::Skip), Just(Code::Read)];
    let lengths = prop_oneof![4 => Just((72, 300)), 1 => (0usize..100, 0usize..200)];
    let emoji = prop_oneof![3 => Just(Emoji::Silent), 1 => Just(Emoji::Named)];
    let bounds = prop_oneof![3 => Just((60, 200)), 1 => (0usize..10, 0usize..40)];
    let first = prop::bool::weighted(0.1);
    (markup, code, lengths, emoji, bounds, first).prop_map(
        |(
            markup,
            code,
            (first_utterance_chars, utterance_chars),
            emoji,
            (table_cells, formula_chars),
            first,
        )| Options {
            markup,
            code,
            first_utterance_chars,
            utterance_chars,
            table_cells,
            formula_chars,
            emoji,
            begins_in_reasoning: first,
        },
    )
}

fn in_pieces<'a>(pieces: impl IntoIterator<Item = &'a str>, options: &Options) -> Script {
    let mut scripter = Scripter::new(options.clone());
    let mut utterances: Vec<Utterance> = pieces.into_iter().flat_map(|piece| scripter.push(piece)).collect();
    let (last, omissions): (_, Vec<Omission>) = scripter.finish();
    utterances.extend(last);
    Script { utterances, omissions, ..Script::default() }
}

fn characters(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()])
}

fn check_ranges(reply: &str, script: &Script) {
    let mut end = 0;
    for utterance in &script.utterances {
        let (text, source) = (&utterance.text, &utterance.source);
        assert!(!text.is_empty() && text.trim() == text && !text.contains('\n'), "{text:?}");
        assert!(!text.contains("  "), "{text:?}");
        assert!(source.start >= end, "{source:?} begins before {end}");
        assert!(reply.get(source.clone()).is_some(), "{source:?}");
        end = source.end;
        assert_eq!(utterance.source_of(0..text.len()), *source, "{text:?}");
        let mut from = source.start;
        for (at, c) in text.char_indices() {
            let one = utterance.source_of(at..at + c.len_utf8());
            assert!(reply.get(one.clone()).is_some(), "{one:?}");
            assert!(one.start >= source.start && one.end <= source.end, "{one:?} in {source:?} of {text:?}");
            assert!(one.start >= from, "{one:?} after {from} in {text:?}");
            from = one.start;
        }
        let _ = utterance.source_of(at_random(text.len())..text.len() + 9);
    }
    for omission in &script.omissions {
        assert!(reply.get(omission.source.clone()).is_some(), "{omission:?}");
    }
    assert!(script.omissions.is_sorted_by_key(|omission| omission.source.start));
}

/// Numbers, signs, and what else is written out, in any order.
fn written() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        "5", "1,234", "3.14", "0x", "v1.2", "10", "2024", "st", "%", "$", "€", "km", "GiB", "°C", ":", "/",
        "-", "–", "+", "=", "(", ")", "[", "]", "<", ">", "_", "::", "->", "@", "#", "~", "^", "*", "|", "²",
        "½", "μ", "Σ", "Δx", "xᵢ", "\\d+", "№", "±", "♭", "x4", "O-O", "Qxe5+", "100m", "15m", "1h", "a",
        "getUser", "SQL", "IV", "Henry ", "Dr. ", "e.g. ", " am", "UTC", "May ", "the ", "'", "’", "\"", "é",
        "你", "😀", "\u{200b}", " ", " ", ". ", ", ", "\n",
    ];
    let piece = prop_oneof![8 => prop::sample::select(PARTS).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

/// The same replies in every run; a longer search has others each time.
fn seed() -> RngSeed {
    if std::env::var_os("PROPTEST_CASES").is_some() { RngSeed::Random } else { RngSeed::Fixed(17) }
}

/// Few enough for every run; `PROPTEST_CASES=1000000` looks longer.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000)
}

fn at_random(length: usize) -> usize {
    length * 7 / 11
}

/// What the search below has found before.
#[test]
fn blocks_inside_of_cells_stay_in_their_row() {
    for reply in [
        "York,<｜to ok.",
        "[TOOL_CALLS][1])",
        "*|𪜀<li>```rust\n|---|---|\n",
        "a|b<h2>c</h2><li>d\n-|-\n1|2<ul><li>3</li></ul>\n",
        "<table><tr><td>a<li>b<table><tr><td>c",
        "a```math\n<table><tr>a<td><td>|",
    ] {
        let whole = script(reply, &Options::default());
        check_ranges(reply, &whole);
        assert_eq!(in_pieces(characters(reply), &Options::default()), whole);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), rng_seed: seed(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranges_hold_and_pieces_equal_the_whole(reply in reply(), options in options(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let whole = script(&reply, &options);
        check_ranges(&reply, &whole);
        prop_assert_eq!(&in_pieces(characters(&reply), &options), &whole);

        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(reply.len() + 1)).map(|at| reply.floor_char_boundary(at)).collect();
        ends.push(reply.len());
        ends.sort_unstable();
        let mut from = 0;
        let pieces: Vec<&str> = ends.into_iter().map(|end| &reply[std::mem::replace(&mut from, end)..end]).collect();
        prop_assert_eq!(&in_pieces(pieces, &options), &whole);
    }

    /// Half of TeX, in every order: read or announced, never a panic, nothing of its marks said.
    #[test]
    fn formulas_of_any_kind_are_said(pieces in prop::collection::vec(prop::sample::select(TEX), 0..40)) {
        let reply = format!("$$\n{}\n$$", pieces.concat());
        let script = script(&reply, &Options::default());
        check_ranges(&reply, &script);
        for utterance in &script.utterances {
            prop_assert!(!utterance.text.contains(['\\', '{', '}', '&', '$']), "{:?} says {:?}", reply, utterance.text);
        }
    }

    #[test]
    fn english_is_written_out_once_and_leads_back(text in written(), natural in any::<bool>()) {
        let reader = if natural { Reader::Natural } else { Reader::Words };
        let spelled = spell_out(&text, reader);
        let mut from = 0;
        for (at, c) in spelled.text().char_indices() {
            let source = spelled.source_of(at..at + c.len_utf8());
            prop_assert!(text.get(source.clone()).is_some(), "{:?} of {:?}", source, text);
            prop_assert!(source.start >= from, "{:?} before {} in {:?}", source, from, text);
            from = source.start;
        }
        for (at, c) in text.char_indices() {
            let spoken = spelled.spoken_of(at..at + c.len_utf8());
            prop_assert!(spelled.text().get(spoken.clone()).is_some(), "{:?} of {:?}", spoken, spelled.text());
        }
    }

    #[test]
    fn nothing_of_code_or_reasoning_is_spoken(before in "[a-z]{0,9} ?[a-z]{1,9}", secret in "[A-Z]{8,12}", after in "[a-z ]{0,20}") {
        for reply in [
            format!("{before}\n\n```\n{secret}\n```\n{after}"),
            format!("{before}\n```py\n{secret}"),
            format!("{before}\n\n    {secret}\n\n{after}"),
            format!("- {before}x\n  ```\n  {secret}\n  ```\n{after}"),
            format!("> ```\n> {secret}\n> ```\n\n{after}"),
            format!("<think>{before} {secret}</think>{after}"),
            format!("<think>\n{before}\n\n{secret}"),
            format!("{before}x <thinking>\n\n{secret}\n</thinking> {after}"),
            format!("- {before} <think>{secret}</think> {after}"),
            format!("<details type=\"reasoning\" done=\"true\">\n<summary>x</summary>\n> {secret}\n</details>\n{after}"),
            format!("{before} <https://example.com/{secret}> {after}"),
            format!("{before} https://example.com/{secret}?a={secret} {after}"),
            format!("[{before}x](https://example.com/{secret}) {after}"),
            format!("<!-- {secret} -->\n{after}"),
            format!("<details>\n<summary>{before}</summary>\n```\n{secret}\n```\n</details>\n{after}"),
            format!("- {before}\n  - {before}x\n    ```sh\n    {secret}\n    ```\n- {after}"),
            format!("> {before}\n> ~~~\n> {secret}\n>\n> {secret}\n> ~~~\n{after}"),
            format!("{before}\n<pre><code>{secret}\n</code></pre>\n\n{after}"),
            format!("```mermaid\ngraph TD\n{secret}-->B\n```\n{after}"),
            format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{secret}\n+{secret}\n\n{after}"),
            format!("| a |\n|---|\n| {before} <think>{secret} |\n| {secret} |\n</think>\n{after}"),
            format!("# {before} [THINK]{secret}\n{secret}[/THINK] {after}"),
            format!("> {before} ◁think▷{secret}\n\n{secret}◁/think▷{after}"),
            format!("- {before}\n\n  <tool_call>\n  {secret}\n\n{secret}</tool_call>\n{after}"),
            format!("{before} <|channel|>analysis<|message|>{secret}.<|end|><|start|>assistant<|channel|>final<|message|>{after}"),
            format!("<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{secret}<|call|>{after}"),
            format!("{before}\n[TOOL_CALLS][{{\"name\": \"{secret}\"}}]\n\n{after}"),
            format!("{before}.\n<function=f>{secret}</function>{after}"),
            format!("{before} <invoke name=\"{secret}\">{secret}</invoke> {after}"),
            format!("<|tool_calls_section_begin|>{secret}<|tool_calls_section_end|>{after}"),
            format!("{before}\n```tool_code\n{secret}\n```\n{after}"),
            format!("`curl https://example.com/{secret}` {after}"),
            format!("{before} postgres://user:{secret}@host/{secret}, {after}"),
            format!("{before} github.com/{secret}/{secret} {after}"),
            format!("![{before}](data:image/png;base64,{secret}) {after}"),
            format!("\u{1b}]8;;https://example.com/{secret}\u{7}{before}\u{1b}]8;;\u{7} {after}"),
        ] {
            for utterance in script(&reply, &Options::default()).utterances {
                prop_assert!(!utterance.text.contains(&secret), "{:?} says {:?}", reply, utterance.text);
            }
        }
    }
}
