//! Captions as ffmpeg reads them, which knows both formats.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod support;

use saywell_audio::{CaptionUtterance, Captions};
use support::{file, run};

fn captions() -> Captions {
    let texts =
        ["Use <b> & \"quotes\" --> like this.", "Zweitens: äöü, 漢字 and 🙂.", "It costs $5,\nor 10% less."];
    let utterances = (0_u32..).zip(texts).map(|(index, text)| CaptionUtterance {
        text: text.into(),
        start: f64::from(index) * 2.5,
        end: f64::from(index) * 2.5 + 2.25,
        source: [0, 0],
        provider: "local".into(),
        voice: "heart".into(),
    });
    Captions {
        duration_seconds: 7.5,
        words: Vec::new(),
        utterances: utterances.collect(),
        ..Captions::default()
    }
}

/// The file as ffmpeg's own subtitle writer repeats it.
fn repeated(name: &str, content: &str, into: &str) -> String {
    let path = file(name, content.as_bytes());
    let output = run("ffmpeg", &["-i", path.to_str().unwrap(), "-f", into, "-"]);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn webvtt_says_the_same_after_a_trip_through_a_parser() {
    let vtt = captions().to_vtt();
    let srt = repeated("captions.vtt", &vtt, "srt");
    for text in
        ["Use <b> & \"quotes\" --> like this.", "Zweitens: äöü, 漢字 and 🙂.", "It costs $5, or 10% less."]
    {
        assert!(srt.contains(text), "{text:?} is not in {srt}");
    }
    for times in
        ["00:00:00,000 --> 00:00:02,250", "00:00:02,500 --> 00:00:04,750", "00:00:05,000 --> 00:00:07,250"]
    {
        assert!(srt.contains(times), "{times} is not in {srt}");
    }
}

#[test]
fn srt_says_the_same_after_a_trip_through_a_parser() {
    let srt = captions().to_srt();
    let again = repeated("captions.srt", &srt, "srt");
    assert!(again.contains("00:00:02,500 --> 00:00:04,750\nZweitens: äöü, 漢字 and 🙂.\n"), "{again}");
    assert_eq!(again.matches(" --> 00:").count(), 3);
}
