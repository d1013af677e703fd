//! What the gateway adds to a provider's own time: everything between a caller and the first sound that is not the
//! provider's work. The gateway tells the provider's part itself, in `Server-Timing`.

use std::io;

use super::Bench;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, milliseconds, percentile};

/// Without encoding, and with the default one: its name, and the milliseconds it may take, p50 and p99.
const FORMATS: [(&str, f64, f64); 2] = [("pcm", 0.5, 2.0), ("mp3", 1.0, 3.0)];
/// Bytes that are surely sound in either.
const SOUND_BYTES: usize = 200;
/// With fewer, the 99th percentile is the one slowest call.
const FEWEST: usize = 200;

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let gateway = Server::gateway(&bench.gateway)?;
    let mut replies = Replies::default();
    let mut added: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let mut floor = Vec::new();
    let samples = bench.samples.max(FEWEST);
    for turn in 0..samples + 5 {
        for ((format, ..), added) in FORMATS.iter().zip(&mut added) {
            let took = added_to(&gateway, &replies.next(1), format)?;
            // The first few warm up.
            if turn >= 5 {
                added.push(took);
            }
        }
        let (_, whole) = http::send(gateway.address, &Request::get("/healthz"))?.read_timing(1)?;
        if turn >= 5 {
            floor.push(milliseconds(whole));
        }
    }
    for ((format, most_p50, most_p99), added) in FORMATS.iter().zip(&added) {
        let (p50, p99) = (median(added), percentile(added, 99.0));
        report.row(
            format!("what the gateway adds to a provider's own time, {format}"),
            format!("≤ {most_p50} ms p50, ≤ {most_p99} ms p99"),
            format!("{p50:.2} ms p50, {p99:.2} ms p99"),
            p50 <= *most_p50 && p99 <= *most_p99,
        );
    }
    report.detail(
        "What the gateway adds",
        &format!(
            "{samples} new replies of one sentence in each format, by turns, each on a new connection: from before connecting \
             to the first {SOUND_BYTES} bytes of sound, less the provider's own time as `Server-Timing` has it. It holds the \
             connection, the script, the cache, one loudness, the encoding and the hand-over. `pcm` needs no encoder. No \
             answer is quicker than one that needs no work at all: `GET /healthz` in the same turns took {:.2} ms (p50) and \
             {:.2} ms (p99), a new connection included.",
            median(&floor),
            percentile(&floor, 99.0),
        ),
    );
    Ok(())
}

fn added_to(gateway: &Server, reply: &str, format: &str) -> io::Result<f64> {
    let body = serde_json::json!({ "text": reply, "format": format }).to_string();
    let answer = http::send(gateway.address, &Request::post("/tts", &body))?;
    let provider = answer.timing("provider")?;
    let (wait, _) = answer.read_noting(SOUND_BYTES)?;
    Ok(milliseconds(wait) - provider)
}
