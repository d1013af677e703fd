//! What holds for every text whatsoever.

use proptest::prelude::*;
use saywell_text::{Code, Markup, Omission, Options, Script, Scripter, Utterance, script};

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
    "\\",
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
    (markup, code, lengths).prop_map(|(markup, code, (first_utterance_chars, utterance_chars))| Options {
        markup,
        code,
        first_utterance_chars,
        utterance_chars,
    })
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

/// Few enough for every run; `PROPTEST_CASES=1000000` looks longer.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000)
}

fn at_random(length: usize) -> usize {
    length * 7 / 11
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

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
        ] {
            for utterance in script(&reply, &Options::default()).utterances {
                prop_assert!(!utterance.text.contains(&secret), "{:?} says {:?}", reply, utterance.text);
            }
        }
    }
}
