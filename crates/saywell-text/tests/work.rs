//! The work a reply costs, counted in characters looked at, never in time.

use saywell_text::{Options, Scripter, script};

mod corpus;

/// Characters looked at for `reply` in pieces of `size` bytes, for each byte of it.
fn work_per_byte(reply: &str, size: usize) -> f64 {
    let mut scripter = Scripter::new(Options::default());
    let (mut work, mut from) = (0, 0);
    while from < reply.len() {
        let end = reply.ceil_char_boundary(from + size);
        scripter.push(&reply[from..end]);
        work = scripter.work();
        from = end;
    }
    let _ = scripter.finish();
    work as f64 / reply.len() as f64
}

/// The replies of the corpus one after the other, but for those that never close what they open.
fn joined() -> String {
    let mut replies = corpus::replies();
    replies.retain(|reply| !["broken", "unclosed"].iter().any(|word| reply.name.contains(word)));
    replies.iter().map(|reply| reply.text.clone() + "\n\n").collect()
}

#[test]
fn work_is_linear_in_the_reply_in_small_pieces() {
    let joined = joined();
    let sentence = "This is one sentence of a very long paragraph, and it has a clause. ";
    let replies = [
        ("a corpus", joined.repeat(100_000 / joined.len() + 1)),
        ("one paragraph", sentence.repeat(1500)),
        ("one sentence", "word ".repeat(20_000)),
        ("one word", "x".repeat(100_000)),
        ("one word after others", format!("Here it is: {}", "x".repeat(100_000))),
        ("one word of many signs", "a,".repeat(50_000)),
        ("one line of spaces", format!("a\n{}", " ".repeat(100_000))),
        ("one list", "- item of a list\n".repeat(6000)),
        ("one table", format!("| a | b |\n|---|---|\n{}", "| cell | another |\n".repeat(5000))),
        ("one fence", format!("```rust\n{}", "let x = 1;\n".repeat(9000))),
        ("reasoning", format!("<think>\n{}", sentence.repeat(1500))),
        ("brackets", "[".repeat(100_000)),
        ("backticks", "`a ``b ".repeat(15_000)),
        ("stars", "*a **b ".repeat(15_000)),
        ("stops", ".".repeat(100_000)),
        ("quotes", "> ".repeat(50_000)),
        ("tags", "<a <think <details ".repeat(5000)),
        ("openers", "Hi. ((((".repeat(12_000)),
        ("a tool call", format!("<tool_call>\n{}", "{\"a\": 1}, \n".repeat(9000))),
        ("a channel", format!("<|channel|>analysis<|message|>{}", sentence.repeat(1500))),
        ("channels", "<|channel|>x ".repeat(8000)),
        ("no stops", "clause after clause, ".repeat(5000)),
        ("no stops in Thai", "สวัสดี ครับ ".repeat(5000)),
        ("no stops in Chinese", "漢字".repeat(30_000)),
        ("formulas", "So $x^2$ is \\(y\\). ".repeat(6000)),
        ("open formulas", "\\( a $ b ".repeat(10_000)),
        ("citations", "True.\u{e200}cite\u{e202}turn0search1\u{e201} ".repeat(4000)),
        ("emoji", "Yes! 🎉 ".repeat(8000)),
        ("one diff", format!("@@ -1,2 +1,2 @@\n{}", "+ let x = 1;\n".repeat(8000))),
        ("one quote", "> a quote of words\n".repeat(5000)),
        ("quotes with blanks", "> a quote.\n>\n".repeat(8000)),
        ("nested list", "- a\n  - b\n    - c\n".repeat(5000)),
        ("deep list", format!("- a\n{}", "    - b of words\n".repeat(6000))),
        ("terms", "Term\n: what it means\n\n".repeat(4000)),
    ];
    for (name, reply) in &replies {
        for size in [1, 7, 1000] {
            let work = work_per_byte(reply, size);
            // A first sentence is looked through for a place to breathe every 24 characters, up to twice the longest
            // utterance: that is most of the 24. What is quadratic has thousands here.
            assert!(work < 24.0, "{name} in pieces of {size}: {work:.1} characters looked at a byte");
        }
    }
}

/// A stall here is a quadratic cost in what the count does not see: the parser, cleaning, cutting.
#[test]
fn pathological_replies_end() {
    let replies = [
        "[".repeat(100_000),
        "[a](".repeat(30_000),
        "![".repeat(50_000),
        "> ".repeat(2000) + "x",
        "*a_".repeat(30_000),
        "* ".repeat(2000),
        "<".repeat(100_000),
        "<!--".repeat(30_000),
        "`".repeat(1000) + &"`a".repeat(30_000),
        "|a".repeat(30_000) + "\n" + &"|-".repeat(30_000) + "\n" + &"|b".repeat(30_000),
        "$a{".repeat(30_000),
        "http://".repeat(15_000),
        "http:///".repeat(12_000),
        "www.".repeat(30_000),
        "** ".repeat(30_000) + &"*".repeat(50_000),
        "https://a.b/)".repeat(10_000),
        "【".repeat(30_000),
        "](".repeat(50_000),
        "a.b.".repeat(30_000),
        "e.g. ".repeat(30_000),
        "&amp;".repeat(20_000),
        "😀\u{200b} ".repeat(20_000),
        "漢字".repeat(50_000),
        "~~a ".repeat(20_000),
        "- ".repeat(50) + &"- a\n".repeat(20_000),
        "[^a]: x\n".repeat(10_000),
        "\u{0}".repeat(100_000),
        format!("$${}$$", "\\frac{1}{".repeat(20_000)),
        format!("$${}$$", "{".repeat(100_000)),
        "\\[ a b \\[ aaa bbb ".repeat(20_000),
        "\\begin{align} aaa ".repeat(10_000),
        "$a b $".repeat(30_000),
        "$x$ ".repeat(50_000),
        "\\(x\\)".repeat(30_000),
        "|x".repeat(50_000),
        "\u{1b}[".repeat(50_000),
        "\u{1b}]".repeat(50_000),
        "\u{e200}".repeat(30_000),
        "<|a".repeat(50_000),
        "<|channel|>".repeat(20_000),
        "<a".repeat(50_000),
        "<sup>".repeat(20_000),
        "<s>".repeat(30_000),
        "<table><tr><td>".repeat(10_000),
        "<ol><li>".repeat(20_000),
        "a.com/".repeat(30_000),
        "a/".repeat(50_000),
        "a:".repeat(50_000),
        ":a".repeat(50_000),
        "x^".repeat(50_000),
        "x^2".repeat(50_000),
        "√(".repeat(30_000),
        "( ".repeat(50_000),
        "[1".repeat(50_000),
        "turn0".repeat(30_000),
        "- `<think".repeat(20_000),
        (1..400).map(|run| "`".repeat(run) + "a").collect::<String>(),
        "- ".repeat(500) + "x",
        "1. ".repeat(500) + "x",
        "> - ".repeat(500) + "x",
        "a\n: b\n".repeat(10_000),
        "@@ -1 +1 @@\n\n".repeat(10_000),
        "| a |\n|---|\n".to_owned() + &"| b <br> c |\n".repeat(10_000),
        format!("| {} |\n| {} |\n{}", "a | ".repeat(2000), "- | ".repeat(2000), "| b |\n".repeat(2000)),
    ];
    for reply in &replies {
        let start = std::time::Instant::now();
        let _ = script(reply, &Options::default());
        println!(
            "{:>9.1} ms  {:?}",
            start.elapsed().as_secs_f64() * 1e3,
            reply.chars().take(12).collect::<String>()
        );
    }
}

/// `cargo test --release -p saywell-text --test work -- --nocapture throughput`
#[test]
fn throughput_is_printed() {
    let joined = joined();
    let reply = joined.repeat(1_000_000 / joined.len() + 1);
    let start = std::time::Instant::now();
    let utterances = script(&reply, &Options::default()).utterances.len();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{:.1} MB/s, {utterances} utterances of {} bytes",
        reply.len() as f64 / 1e6 / seconds,
        reply.len()
    );
    assert!(utterances > 5000);
}
