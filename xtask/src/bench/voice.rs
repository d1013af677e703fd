//! The voice against its Python reference: text to samples, one thread each, in turns on one core.

use std::io;
use std::process::Command;

use super::Bench;
use super::process::LineProgram;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, percentile};

const ROUNDS: usize = 12;
const REPLIES_A_ROUND: usize = 5;
const SAMPLE_RATE: f64 = 24_000.0;

/// What a side took for a set of replies, and how much sound it made.
#[derive(Default, Clone, Copy)]
struct Spoken {
    seconds: f64,
    samples: f64,
}

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let mut ours = LineProgram::start(&mut on_one_core(
        &bench.built("saywell-voice", "speak_lines")?.to_string_lossy(),
    ))?;
    let mut reference_command = on_one_core(&bench.python.to_string_lossy());
    reference_command.arg(bench.repository.join("tools/python/speak_lines.py"));
    let mut reference = LineProgram::start(&mut reference_command)?;

    let mut replies = Replies::default();
    for _ in 0..3 {
        let warm_up = replies.next(3);
        speak(&mut ours, &warm_up)?;
        speak(&mut reference, &warm_up)?;
    }
    let processor_before = (ours.processor_ticks()?, reference.processor_ticks()?);
    let (mut ratios, mut sentences, mut reference_sentences) = (Vec::new(), Vec::new(), Vec::new());
    let (mut all_ours, mut all_reference) = (Spoken::default(), Spoken::default());
    for _ in 0..ROUNDS {
        let (mut round_ours, mut round_reference) = (Spoken::default(), Spoken::default());
        for index in 0..REPLIES_A_ROUND {
            // Sentence by sentence, as a reply is spoken; both sides get the same sentences.
            for sentence in replies.next(5).split_inclusive(". ") {
                let (mine, theirs) = if index % 2 == 0 {
                    let mine = speak(&mut ours, sentence)?;
                    (mine, speak(&mut reference, sentence)?)
                } else {
                    let theirs = speak(&mut reference, sentence)?;
                    (speak(&mut ours, sentence)?, theirs)
                };
                sentences.push(mine.seconds * 1000.0);
                reference_sentences.push(theirs.seconds * 1000.0);
                round_ours.add(mine);
                round_reference.add(theirs);
            }
        }
        ratios.push(
            (round_reference.seconds / round_reference.samples) / (round_ours.seconds / round_ours.samples),
        );
        all_ours.add(round_ours);
        all_reference.add(round_reference);
    }

    // Processor time is what a busy machine does not distort.
    let processor = |program: &LineProgram, before: u64, spoken: Spoken| -> io::Result<f64> {
        Ok((program.processor_ticks()? - before) as f64 * 10.0 / (spoken.samples / SAMPLE_RATE))
    };
    let processor_ours = processor(&ours, processor_before.0, all_ours)?;
    let processor_reference = processor(&reference, processor_before.1, all_reference)?;
    let ratio = median(&ratios);
    report.row(
        "local voice, one thread, text → samples, against the Python reference with ONNX Runtime",
        "≥ 1.0 ×, then 1.5 ×",
        format!(
            "{ratio:.2} × ({:.0} × real time; the reference {:.0} ×)",
            all_ours.speed(),
            all_reference.speed()
        ),
        ratio >= 1.0,
    );
    report.detail(
        "The voice on one thread",
        &format!(
            "{ROUNDS} rounds of {REPLIES_A_ROUND} replies of five sentences, a sentence at a time, both programs in turns on the same core. \
             The ratio compares seconds of work for a second of sound, round by round; the table has the median.\n\n\
             | | a second of sound takes | in processor time | a sentence takes, p50 | p99 | sound made |\n|---|---|---|---|---|---|\n\
             | saywell-voice | {:.2} ms | {processor_ours:.2} ms | {:.1} ms | {:.1} ms | {:.0} s |\n\
             | hibari-tts in Python | {:.2} ms | {processor_reference:.2} ms | {:.1} ms | {:.1} ms | {:.0} s |\n\n\
             Ratio per round: lowest {:.2}, median {ratio:.2}, highest {:.2}; in processor time, over all rounds, {:.2}.",
            1000.0 / all_ours.speed(),
            median(&sentences),
            percentile(&sentences, 99.0),
            all_ours.samples / SAMPLE_RATE,
            1000.0 / all_reference.speed(),
            median(&reference_sentences),
            percentile(&reference_sentences, 99.0),
            all_reference.samples / SAMPLE_RATE,
            percentile(&ratios, 0.0),
            percentile(&ratios, 100.0),
            processor_reference / processor_ours,
        ),
    );
    Ok(())
}

impl Spoken {
    fn add(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.samples += other.samples;
    }

    /// Seconds of sound for a second of work.
    fn speed(self) -> f64 {
        self.samples / SAMPLE_RATE / self.seconds
    }
}

/// A command that may use the first core alone.
fn on_one_core(program: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0", program]).env("RAYON_NUM_THREADS", "1").env("OMP_NUM_THREADS", "1");
    command
}

fn speak(program: &mut LineProgram, text: &str) -> io::Result<Spoken> {
    let answer = program.ask(text.trim())?;
    let mut numbers = answer.split_whitespace().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(seconds)), Some(Ok(samples))) => Ok(Spoken { seconds, samples }),
        _ => Err(io::Error::other(format!("expected \"seconds samples\", got {answer:?}"))),
    }
}
