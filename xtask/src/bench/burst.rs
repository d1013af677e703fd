//! Many callers at once, each with a reply of their own: who is heard, who is refused and how soon, and how many replies
//! are made in a second.

use std::io;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Bench;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{milliseconds, percentile};

/// Callers who come at the same moment.
const CROWDS: [usize; 4] = [25, 100, 250, 1_000];
/// Within this time whoever is refused has to know.
const REFUSED_WITHIN: f64 = 100.0;
/// Bytes that are surely sound, whatever the format.
const SOUND_BYTES: usize = 400;
/// Callers who ask for the next reply as soon as they have heard the last.
const CALLERS: usize = 24;
const SATURATED: Duration = Duration::from_secs(8);
const HALF_LOAD: Duration = Duration::from_secs(10);
/// Each format with the replies a second that are aimed at.
const FORMATS: [(&str, f64); 2] = [("mp3", 30.0), ("opus", 40.0)];
const FIRST_SOUND_WITHIN: f64 = 300.0;
/// A caller's thread only waits for a socket.
const STACK_BYTES: usize = 128 * 1024;

/// What became of one caller.
enum Outcome {
    /// Heard to the end; milliseconds to the first sound.
    Heard(f64),
    /// Told to come back; milliseconds until they knew.
    Refused(f64),
    /// Anything else.
    Failed(String),
}

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    crowds(bench, report)?;
    pace(bench, report)
}

fn crowds(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let mut replies = Replies::default();
    let mut lines = Vec::new();
    for callers in CROWDS {
        let gateway = Server::gateway(&bench.gateway)?;
        // The very first reply of a process also pays for what it loads.
        ask(gateway.address, &replies.next(2), "mp3");
        let texts: Vec<_> = (0..callers).map(|_| replies.next(2)).collect();
        let begun = Instant::now();
        let outcomes = at_once(gateway.address, &texts);
        let took = begun.elapsed().as_secs_f64();
        let next = matches!(ask(gateway.address, &replies.next(2), "mp3"), Outcome::Heard(_));

        let (mut heard, mut refused, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for outcome in outcomes {
            match outcome {
                Outcome::Heard(wait) => heard.push(wait),
                Outcome::Refused(wait) => refused.push(wait),
                Outcome::Failed(why) => failed.push(why),
            }
        }
        if let Some(why) = failed.first() {
            eprintln!("  {} failed, such as: {why}", failed.len());
        }
        let slowest = percentile(&refused, 100.0);
        report.row(
            format!("{callers} new replies of two sentences at once"),
            "all heard, or refused within 100 ms; the next is heard",
            format!(
                "{} heard in {took:.1} s, {} refused within {slowest:.0} ms, {} failed; the next is {}",
                heard.len(),
                refused.len(),
                failed.len(),
                if next { "heard" } else { "**not heard**" }
            ),
            failed.is_empty() && slowest <= REFUSED_WITHIN && next,
        );
        lines.push(format!(
            "| {callers} | {} | {:.1} | {:.0} ms | {:.0} ms | {} | {:.0} ms | {slowest:.0} ms |",
            heard.len(),
            heard.len() as f64 / took,
            percentile(&heard, 50.0),
            percentile(&heard, 99.0),
            refused.len(),
            percentile(&refused, 50.0),
        ));
    }
    report.detail(
        "Many new replies at once",
        &format!(
            "As many callers as stand in the first column ask at the same moment, each on a new connection for a reply of two \
             sentences that nobody asked for before. Callers and gateway share the cores; the time of a refusal counts from \
             before connecting.\n\n\
             | callers | heard | a second | first sound, p50 | p99 | refused | after, p50 | longest |\n\
             |---|---|---|---|---|---|---|---|\n{}",
            lines.join("\n")
        ),
    );
    Ok(())
}

fn pace(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let mut replies = Replies::default();
    for (format, target) in FORMATS {
        let gateway = Server::gateway(&bench.gateway)?;
        ask(gateway.address, &replies.next(2), format);
        let texts: Vec<_> = (0..2_000).map(|_| replies.next(2)).collect();
        let a_second = saturated(gateway.address, &texts, format, SATURATED)?;
        let rest: Vec<_> =
            (0..(target / 2.0 * HALF_LOAD.as_secs_f64()) as usize).map(|_| replies.next(2)).collect();
        let waits = at_rate(gateway.address, &rest, format, target / 2.0)?;
        let p99 = percentile(&waits, 99.0);
        report.row(
            format!("new replies of two sentences a second, {format}; first sound at half of the target"),
            format!("≥ {target:.0} a second; ≤ 300 ms p99"),
            format!("{a_second:.1} a second; {:.0} ms p50, {p99:.0} ms p99", percentile(&waits, 50.0)),
            a_second >= target && p99 <= FIRST_SOUND_WITHIN,
        );
    }
    Ok(())
}

/// How many replies a second are made for callers who always want the next, for this long.
pub fn saturated(address: SocketAddr, texts: &[String], format: &str, within: Duration) -> io::Result<f64> {
    let asked = AtomicUsize::new(0);
    let begun = Instant::now();
    let heard: usize = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut heard = 0;
                    while begun.elapsed() < within
                        && let Some(text) = texts.get(asked.fetch_add(1, Ordering::Relaxed))
                    {
                        heard += usize::from(matches!(ask(address, text, format), Outcome::Heard(_)));
                    }
                    heard
                })
            })
            .collect();
        callers.into_iter().filter_map(|caller| caller.join().ok()).sum()
    });
    let took = begun.elapsed().as_secs_f64();
    if heard == 0 { Err(io::Error::other("nobody was heard")) } else { Ok(heard as f64 / took) }
}

/// Milliseconds to the first sound of replies that are asked for at this rate, whoever is still being heard.
#[expect(clippy::disallowed_methods, reason = "the rate is what is measured at")]
fn at_rate(address: SocketAddr, texts: &[String], format: &str, a_second: f64) -> io::Result<Vec<f64>> {
    let begun = Instant::now();
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let callers: Vec<_> = texts
            .iter()
            .enumerate()
            .map(|(number, text)| {
                let at = Duration::from_secs_f64(number as f64 / a_second);
                scope.spawn(move || {
                    std::thread::sleep(at.saturating_sub(begun.elapsed()));
                    ask(address, text, format)
                })
            })
            .collect();
        callers.into_iter().filter_map(|caller| caller.join().ok()).collect()
    });
    outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Heard(wait) => Ok(wait),
            Outcome::Refused(_) => Err(io::Error::other("somebody was refused at half load")),
            Outcome::Failed(why) => Err(io::Error::other(why)),
        })
        .collect()
}

/// What becomes of callers who come at the same moment.
fn at_once(address: SocketAddr, texts: &[String]) -> Vec<Outcome> {
    let barrier = Barrier::new(texts.len());
    std::thread::scope(|scope| {
        let callers: Vec<_> = texts
            .iter()
            .filter_map(|text| {
                let caller = std::thread::Builder::new().stack_size(STACK_BYTES);
                let barrier = &barrier;
                caller
                    .spawn_scoped(scope, move || {
                        barrier.wait();
                        ask(address, text, "mp3")
                    })
                    .ok()
            })
            .collect();
        callers.into_iter().filter_map(|caller| caller.join().ok()).collect()
    })
}

fn ask(address: SocketAddr, reply: &str, format: &str) -> Outcome {
    let body = serde_json::json!({ "text": reply, "format": format }).to_string();
    let begun = Instant::now();
    let outcome = http::send(address, &Request::post("/tts", &body)).and_then(|answer| match answer.status {
        200 => Ok(Outcome::Heard(milliseconds(answer.read_noting(SOUND_BYTES)?.0))),
        503 if answer.header("retry-after").is_some() => Ok(Outcome::Refused(milliseconds(begun.elapsed()))),
        status => Err(io::Error::other(format!("status {status}"))),
    });
    outcome.unwrap_or_else(|error| Outcome::Failed(error.to_string()))
}
