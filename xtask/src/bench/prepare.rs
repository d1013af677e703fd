//! What it takes to prepare a long reply: its script, its English written out, its phonemes; and how much of the time to
//! the first sound that is.

use std::io;
use std::process::Command;

use serde_json::Value;

use super::Bench;
use super::http::{self, Request};
use super::process::{LineProgram, Server};
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, percentile};

/// Words of the replies that the targets speak of.
const WORDS: usize = 2_000;
/// Bytes of mp3 that are surely sound.
const SOUND_BYTES: usize = 200;

/// What preparing replies took, a value for each, in milliseconds.
#[derive(Default)]
struct Prepared {
    first: Vec<f64>,
    script: Vec<f64>,
    /// A sentence's share of the script, and its phonemes.
    sentence: Vec<f64>,
    /// The longest that one sentence's phonemes took.
    longest: Vec<f64>,
    /// Characters written out in a second, in millions.
    english: Vec<f64>,
}

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let mut program =
        LineProgram::start(&mut Command::new(bench.built("saywell-voice", "prepare_replies")?))?;
    let gateway = Server::gateway(&bench.gateway)?;
    let mut replies = Replies::default();
    for _ in 0..3 {
        prepare(&mut program, &replies.long(WORDS), &mut Prepared::default())?;
        asked(&gateway, &replies.long(WORDS))?;
    }
    let mut prepared = Prepared::default();
    let (mut scripts, mut waits, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.samples {
        prepare(&mut program, &replies.long(WORDS), &mut prepared)?;
        let (script, first_sound) = asked(&gateway, &replies.long(WORDS))?;
        scripts.push(script);
        waits.push(first_sound);
        shares.push(script / first_sound * 100.0);
    }
    let (first, first_p99) = (median(&prepared.first), percentile(&prepared.first, 99.0));
    report.row(
        format!("a reply of {WORDS} words, as it is written, before its first utterance is released"),
        "< 1 ms",
        format!("{first:.3} ms p50, {first_p99:.3} ms p99"),
        first_p99 < 1.0,
    );
    let (sentence, sentence_p99) = (median(&prepared.sentence), percentile(&prepared.sentence, 99.0));
    report.row(
        "a sentence of it with its phonemes",
        "< 0.5 ms",
        format!("{sentence:.3} ms p50, {sentence_p99:.3} ms p99"),
        sentence_p99 < 0.5,
    );
    report.detail(
        "Preparing a long reply",
        &format!(
            "{} replies of {WORDS} words in Markdown, prepared on one thread. Before the first utterance: the work on a reply \
             that comes four characters at a time. A sentence: the mean of a reply, its part of the script, its English written \
             out and its phonemes. Beside it, as many new ones were asked of the gateway with `POST /tts`, whose script is made \
             as a whole before anything is spoken; the last two lines are what its `Server-Timing` says.\n\n\
             | | p50 | p99 |\n|---|---|---|\n\
             | before the first utterance is released | {first:.3} ms | {first_p99:.3} ms |\n\
             | the whole script | {:.2} ms | {:.2} ms |\n\
             | a sentence, with phonemes | {sentence:.3} ms | {sentence_p99:.3} ms |\n\
             | the phonemes of a reply's slowest sentence | {:.3} ms | {:.3} ms |\n\
             | English written out, characters a second | {:.1} million | {:.1} million at the slowest |\n\
             | over HTTP: the script, voices chosen | {:.2} ms | {:.2} ms |\n\
             | its share of the {:.1} ms (p50) to the first sound | {:.1} % | {:.1} % |",
            bench.samples,
            median(&prepared.script),
            percentile(&prepared.script, 99.0),
            median(&prepared.longest),
            percentile(&prepared.longest, 99.0),
            median(&prepared.english),
            percentile(&prepared.english, 0.0),
            median(&scripts),
            percentile(&scripts, 99.0),
            median(&waits),
            median(&shares),
            percentile(&shares, 99.0),
        ),
    );
    Ok(())
}

fn prepare(program: &mut LineProgram, reply: &str, prepared: &mut Prepared) -> io::Result<()> {
    let answer: Value = serde_json::from_str(&program.ask(&Value::from(reply).to_string())?)?;
    let number = |name: &str| {
        let number = answer.get(name).and_then(Value::as_f64);
        number.ok_or_else(|| io::Error::other(format!("no number `{name}` in {answer}")))
    };
    let utterances = number("utterances")?;
    prepared.first.push(number("first")?);
    prepared.script.push(number("script")?);
    prepared.sentence.push((number("script")? + number("phonemes")?) / utterances);
    prepared.longest.push(number("longest")?);
    prepared.english.push(number("characters")? / number("english")? / 1000.0);
    Ok(())
}

/// What the gateway says the script took, and the first sound, in milliseconds.
fn asked(gateway: &Server, reply: &str) -> io::Result<(f64, f64)> {
    let body = serde_json::json!({ "text": reply }).to_string();
    let answer = http::send(gateway.address, &Request::post("/tts", &body))?;
    let took = (answer.timing("script")?, answer.timing("first-sound")?);
    answer.read_only(SOUND_BYTES)?;
    Ok(took)
}
