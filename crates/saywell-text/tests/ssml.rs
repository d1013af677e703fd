//! SSML documents beside what is said of them (`ssml/*.xml` and `ssml/*.txt`), documents that are refused,
//! and what holds for every document.
//!
//! After a change that is meant: `UPDATE_GOLDEN=1 cargo test -p saywell-text --test ssml`, then read the
//! difference. A line is one utterance: the pause after it, its language and voice, what is said. Below it
//! the bytes of the document it stands for, and each mark with the text it is on.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use saywell_text::ssml::{Around, Dialect, Follows, to_ssml, unfollowed};
use saywell_text::{How, Mark, Options, Pause, Script, ssml};
use std::fmt::Write;
use std::path::Path;

fn readable(document: &str, script: &Script) -> String {
    let mut page = String::new();
    for utterance in &script.utterances {
        let pause = format!("{:?}", utterance.pause);
        let (language, voice) = (utterance.language.as_deref(), utterance.voice.as_deref());
        _ = writeln!(
            page,
            "{pause:<9} {:<5} {:<8} {}",
            language.unwrap_or("-"),
            voice.unwrap_or("-"),
            utterance.text
        );
        _ = writeln!(page, "{:<24}< {:?}", "", &document[utterance.source.clone()]);
        for Mark { text, how } in &utterance.marks {
            let at = if text.is_empty() {
                format!("after {:?}", utterance.text[..text.start].split(' ').next_back().unwrap_or(""))
            } else {
                format!("on {:?}", &utterance.text[text.clone()])
            };
            _ = writeln!(page, "{:<24}* {} {at}", "", shown(how));
        }
    }
    for note in &script.notes {
        let at: String = document[note.source.clone()].chars().take(40).collect();
        _ = writeln!(page, "note: {:?}: {}: {at:?}", note.about, note.note);
    }
    page
}

fn shown(how: &How) -> String {
    match how {
        How::Prosody(prosody) => format!(
            "prosody {}% {:+} cents {:+} dB/10",
            prosody.rate_percent, prosody.pitch_cents, prosody.volume_decibels_tenths
        ),
        How::Break(silence) => format!("break {} ms", silence.as_millis()),
        How::Phonemes(phonemes) => format!("phonemes {phonemes}"),
        How::Alias(words) => format!("alias {words:?}"),
        How::Emphasis(emphasis) => format!("emphasis {emphasis:?}"),
        How::Bookmark(name) => format!("bookmark {name}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn documents_are_said_as_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ssml");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut documents: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    documents.sort();
    assert!(documents.len() >= 10, "the documents are gone");
    let mut wrong = String::new();
    for path in documents {
        let document = std::fs::read_to_string(&path).unwrap();
        let script = ssml(&document, &Options::default()).unwrap();
        check(&document, &script);
        let page = readable(&document, &script);
        let expected = path.with_extension("txt");
        if update {
            std::fs::write(&expected, page).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != page {
            write!(wrong, "\n{}\n{page}", path.file_name().unwrap().display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "said otherwise than written down (see the top of this file):\n{wrong}");
}

/// What holds for every script of a document.
fn check(document: &str, script: &Script) {
    let mut end = 0;
    for utterance in &script.utterances {
        let (text, source) = (&utterance.text, &utterance.source);
        assert!(!text.is_empty() && text.trim() == text, "{text:?}");
        assert!(!text.contains("  ") && !text.contains('\n'), "{text:?}");
        assert!(text.chars().any(char::is_alphanumeric), "{text:?}");
        assert!(source.start >= end && document.get(source.clone()).is_some(), "{source:?} after {end}");
        end = source.end;
        check_marks(text, &utterance.marks);
        for dialect in [Dialect::AZURE, Dialect::POLLY_GENERATIVE] {
            let written = to_ssml(text, &utterance.marks, &Around::default(), &dialect).ssml;
            let again = ssml(&written, &long());
            assert!(again.is_ok(), "{again:?} of {written}");
            let again = again.unwrap_or_default();
            // Cleaning what is clean changes nothing but what looks like markup once more.
            let plain = text.chars().all(|c| c.is_alphanumeric() || " .,".contains(c));
            if dialect == Dialect::AZURE && plain {
                let said: String = again.utterances.iter().map(|utterance| utterance.text.as_str()).collect();
                assert_eq!(said.replace(' ', ""), text.replace(' ', ""), "{written}");
            }
        }
    }
    for note in script.notes.iter().chain(&unfollowed(script, Follows::default())) {
        assert!(document.get(note.source.clone()).is_some(), "{note:?}");
    }
    assert!(unfollowed(script, Follows::ALL).is_empty());
    assert!(script.notes.len() <= 64);
}

/// In order, on characters, inside one another or apart.
fn check_marks(text: &str, marks: &[Mark]) {
    let mut around: Vec<usize> = Vec::new();
    let mut before = (0, usize::MAX);
    for mark in marks {
        let (start, end) = (mark.text.start, mark.text.end);
        assert!(text.get(start..end).is_some(), "{mark:?} of {text:?}");
        let empty = matches!(mark.how, How::Break(_) | How::Bookmark(_));
        assert_eq!(start == end, empty, "{mark:?}");
        assert!((before.0, usize::MAX - before.1) <= (start, usize::MAX - end), "{marks:?}");
        before = (start, end);
        around.retain(|end| *end > start || (*end == start && empty));
        assert!(around.iter().all(|outer| *outer >= end), "{mark:?} crosses another in {marks:?}");
        if !empty {
            around.push(end);
        }
    }
}

fn long() -> Options {
    Options { first_utterance_chars: 100_000, utterance_chars: 100_000, ..Options::default() }
}

#[track_caller]
fn refused(document: &str, line: usize, column: usize, reason: &str) {
    let Err(error) = ssml(document, &Options::default()) else {
        unreachable!("{document:?} is read");
    };
    assert_eq!((error.line, error.column), (line, column), "{error} in {document:?}");
    assert!(error.reason.contains(reason), "{:?} does not say {reason:?}", error.reason);
}

#[test]
fn what_is_malformed_is_named_with_its_place() {
    refused("", 1, 1, "begins with <speak>");
    refused("Hello", 1, 1, "begins with <speak>");
    refused("<p>Hello</p>", 1, 1, "not with <p>");
    refused("<speak>Hello", 1, 1, "<speak> is never closed");
    refused("<speak>\n  <p>Hello\n</speak>", 3, 1, "</speak> closes <p>, which is still open");
    refused("<speak><p>a <emphasis>b</p></emphasis></speak>", 1, 24, "</p> closes <emphasis>");
    refused("<speak>a</p></speak>", 1, 9, "</p> closes <speak>");
    refused("<speak>a</speak></speak>", 1, 17, "</speak> closes nothing that is open");
    refused("<speak>a</speak><speak>b</speak>", 1, 17, "after the end of <speak>");
    refused("<speak>a</speak> b", 1, 18, "after the end of <speak>");
    refused("<speak>a</speak>&amp;", 1, 17, "after the end of <speak>");
    refused("b <speak>a</speak>", 1, 1, "begins with <speak>");
    refused("\u{feff}\u{feff}<speak>a</speak>", 1, 2, "begins with <speak>");
    refused("<speak>äöü &nbsp; b</speak>", 1, 12, "&nbsp; is not known");
    refused("<speak>AT&T</speak>", 1, 10, "&amp;");
    refused("<speak>a & b; c</speak>", 1, 10, "&amp;");
    refused("<speak>a &#0; b</speak>", 1, 10, "&#0; is not known");
    refused("<speak>a &#x110000; b</speak>", 1, 10, "is not known");
    refused("<speak>1 < 2</speak>", 1, 10, "&lt;");
    refused("<speak>a <1>b</1></speak>", 1, 10, "&lt;");
    refused("<speak><break time=1s/></speak>", 1, 20, "needs quotes");
    refused("<speak><break time/></speak>", 1, 19, "needs a value");
    refused("<speak><break time='1s' time='2s'/></speak>", 1, 25, "twice");
    refused("<speak><break time='1s/></speak>", 1, 8, "never closed");
    refused("<speak><sub alias='&x;'>a</sub></speak>", 1, 8, "only the entities");
    refused("<speak><sub alias='<b>'>a</sub></speak>", 1, 8, "malformed");
    refused("<speak><!-- a</speak>", 1, 8, "comment is never closed");
    refused("<speak><![CDATA[ a</speak>", 1, 8, "CDATA section is never closed");
    refused("<speak><p", 1, 8, "never closed with >");
    refused("<speak>a\u{0}b</speak>", 1, 9, "U+0000");
    refused("<speak>a<?xml version='1.0'?></speak>", 1, 9, "very beginning");
    refused("<!DOCTYPE speak><speak>a</speak>", 1, 1, "document type");
}

#[test]
fn hostile_documents_are_refused_or_end() {
    let laughs = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol1 \"&lol;&lol;\">]>\n\
                  <speak>&lol1;</speak>";
    refused(laughs, 2, 1, "document type");
    refused(&"<p>".repeat(10), 1, 1, "begins with <speak>");
    let deep = format!("<speak>{}a{}</speak>", "<emphasis>".repeat(32), "</emphasis>".repeat(32));
    refused(&deep, 1, 8 + 31 * 10, "more than 32 deep");
    let attributes: String = (0..25).map(|n| format!(" a{n}='x'")).collect();
    refused(&format!("<speak><break{attributes}/></speak>"), 1, 8, "more than 24 attributes");
    refused(&format!("<speak>{}</speak>", "a".repeat(1 << 20)), 1, 1, "longer than 1048576 bytes");

    let filled = |piece: &str| format!("<speak>{}</speak>", piece.repeat(((1 << 20) - 20) / piece.len()));
    let nested = format!(
        "<speak>{}{}{}</speak>",
        "<prosody rate='90%'>".repeat(31),
        "Every sentence here is long. ".repeat(34_000),
        "</prosody>".repeat(31)
    );
    for document in [
        filled("a"),
        filled("A sentence of some words. "),
        filled("<break/>"),
        filled("a<break time='10s'/>"),
        filled("<mark name='m'/><break/>"),
        filled("<p>a</p>"),
        filled("<s/>"),
        filled("<x:y/>"),
        filled("<sub alias='b'>a</sub> "),
        filled("<lang xml:lang='de'>a</lang> b "),
        filled("&amp;"),
        filled("<!---->"),
        filled("<emphasis>a</emphasis>. "),
        nested,
    ] {
        let start = std::time::Instant::now();
        let script = ssml(&document, &Options::default()).unwrap();
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let marks: usize = script.utterances.iter().map(|utterance| utterance.marks.len()).sum();
        println!(
            "{milliseconds:>9.1} ms {:>8} utterances {marks:>8} marks  {}",
            script.utterances.len(),
            &document[7..40]
        );
        assert!(script.notes.len() <= 64);
    }
}

#[test]
fn breaks_count_towards_the_length() {
    let seconds = |document: &str| ssml(document, &Options::default()).unwrap().estimated_seconds(1.0);
    let plain = seconds("<speak>Hello there. Bye now.</speak>");
    let paused = seconds("<speak>Hello there.<break time='9s'/> Bye now.</speak>");
    assert!((paused - plain - 9.0).abs() < 0.7, "{plain} {paused}");
    let slow = seconds("<speak><prosody rate='50%'>Hello there. Bye now.</prosody></speak>");
    // The pause after it is none of its words.
    assert!(slow > 1.4 * plain, "{plain} {slow}");
}

#[test]
fn a_break_ends_an_utterance_only_where_both_sides_are_too_long() {
    let sentence = "This is a sentence of about fifty characters, is it. ";
    let said = |before: usize, after: usize| {
        let document = format!(
            "<speak>First of all, something that is said at once.{}<s>{}<break time='1s'/>{}</s></speak>",
            " ",
            sentence.repeat(before),
            sentence.repeat(after)
        );
        let script = ssml(&document, &Options::default()).unwrap();
        script.utterances[1..]
            .iter()
            .map(|utterance| (utterance.text.len(), utterance.marks.len(), utterance.pause))
            .collect::<Vec<_>>()
    };
    // Both sides together are short enough.
    assert_eq!(said(1, 1), [(105, 1, Pause::Paragraph)]);
    assert_eq!(said(1, 2), [(105, 1, Pause::Sentence), (52, 0, Pause::Paragraph)]);
    // They are not: the break is the pause after the first.
    let first = ssml(
        "<speak><s>One.</s><s>This first sentence is already longer than what is said at once.<break time='1s'/> \
         The next sentence is long enough to go beyond the limit that is set.</s></speak>",
        &Options { utterance_chars: 100, ..Options::default() },
    )
    .unwrap();
    let shown: Vec<_> = first.utterances.iter().map(|u| (u.marks.len(), u.pause)).collect();
    assert_eq!(shown, [(0, Pause::Sentence), (1, Pause::None), (0, Pause::Paragraph)]);
}

#[test]
fn a_voice_that_follows_little_gives_notes() {
    let document = "<speak><prosody rate='slow' volume='loud'>Say <phoneme ph='kæt'>cat</phoneme>\
                    <break/> and <emphasis>dog</emphasis></prosody> now. <sub alias='x'>y</sub><break/></speak>";
    let script = ssml(document, &Options::default()).unwrap();
    let notes = |follows| -> Vec<String> {
        unfollowed(&script, follows)
            .into_iter()
            .map(|note| format!("{} @ {}", note.note, &document[note.source]))
            .collect()
    };
    assert_eq!(
        notes(Follows::default()),
        [
            "this voice does not follow a change of pace @ Say <phoneme ph='kæt'>cat</phoneme><break/> and <emphasis>dog",
            "this voice does not follow a change of volume @ Say <phoneme ph='kæt'>cat</phoneme><break/> and <emphasis>dog",
            "this voice does not follow phonemes @ cat",
            "this voice does not follow breaks inside a sentence @ ",
            "this voice does not follow emphasis @ dog",
        ]
    );
    let most = Follows { emphasis: false, ..Follows::ALL };
    assert_eq!(notes(most), ["this voice does not follow emphasis @ dog"]);
}

const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<s>",
    "</s>",
    "<break/>",
    "<break time='700ms'/>",
    "<break strength='none'/>",
    "<prosody rate='slow'>",
    "<prosody pitch='+2st' volume='-6dB'>",
    "</prosody>",
    "<emphasis>",
    "<emphasis level='strong'>",
    "</emphasis>",
    "<say-as interpret-as='cardinal'>",
    "</say-as>",
    "<sub alias='World Wide Web'>",
    "</sub>",
    "<phoneme ph='təˈmeɪtoʊ'>",
    "<phoneme alphabet='x-sampa' ph='k{t'>",
    "</phoneme>",
    "<voice name='anna'>",
    "</voice>",
    "<lang xml:lang='fr'>",
    "</lang>",
    "<mark name='here'/>",
    "<amazon:effect name='whispered'>",
    "</amazon:effect>",
    "<audio src='x.wav'>",
    "</audio>",
    "<desc>",
    "</desc>",
    "<metadata>",
    "</metadata>",
    "&amp;",
    "&lt;",
    "&#233;",
    "<![CDATA[ <b> & ]]>",
    "<!-- note -->",
    "<?pi?>",
    " ",
    "  ",
    "\n",
    ".",
    ". ",
    ", ",
    "! ",
    "\"",
    "(",
    ")",
    "Dr. ",
    "3.14",
    "https://example.com/a ",
    "[1]",
    "*",
    "😀",
    "é",
    "你好。",
    "Hello ",
    "world",
    "A sentence of several words. ",
    "A longer sentence, with a clause in it, that goes on and on until it is over. ",
];

/// A well-formed document: tags that do not pair are left out.
fn document() -> impl Strategy<Value = String> {
    let piece =
        prop_oneof![8 => prop::sample::select(PIECES).prop_map(str::to_owned), 2 => "[a-zA-Z]{1,9} ?"];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| {
        let mut document = "<speak>".to_owned();
        let mut open: Vec<String> = Vec::new();
        for piece in pieces {
            let name = piece.trim_start_matches(['<', '/']).split([' ', '>', '/']).next().unwrap_or_default();
            if piece.starts_with("</") {
                if open.last().is_some_and(|last| last == name) {
                    open.pop();
                    document += &piece;
                }
                continue;
            }
            if piece.starts_with('<')
                && !piece.starts_with("<!")
                && !piece.starts_with("<?")
                && !piece.ends_with("/>")
            {
                if open.len() > 20 {
                    continue;
                }
                open.push(name.to_owned());
            }
            document += &piece;
        }
        for name in open.iter().rev() {
            _ = write!(document, "</{name}>");
        }
        document + "</speak>"
    })
}

/// The same replies in every run; a longer search has others each time.
fn seed() -> RngSeed {
    if std::env::var_os("PROPTEST_CASES").is_some() { RngSeed::Random } else { RngSeed::Fixed(17) }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), rng_seed: seed(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranges_and_marks_hold(document in document(), first in 0usize..100, rest in 1usize..300) {
        let options = Options { first_utterance_chars: first, utterance_chars: rest, ..Options::default() };
        match ssml(&document, &options) {
            Ok(script) => check(&document, &script),
            Err(error) => panic!("{error} in {document}"),
        }
    }

    #[test]
    fn anything_is_read_or_refused(before in prop::collection::vec(prop::sample::select(PIECES), 0..12), any in any::<String>()) {
        let document = format!("<speak>{}{any}</speak>", before.concat());
        if let Ok(script) = ssml(&document, &Options::default()) {
            check(&document, &script);
        }
        let _ = ssml(&any, &Options::default());
    }
}
