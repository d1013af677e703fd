//! How long a listener waits: from asking for a new reply to its first sound.

use std::io;

use super::Bench;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, milliseconds, percentile};

/// Replies of these many sentences; the target speaks of five, and of every length.
const SENTENCES: [usize; 4] = [1, 5, 20, 60];
/// Bytes of mp3 that are surely sound: more than the first frame (192 bytes).
const SOUND_BYTES: usize = 200;
/// A PCM WAV header; what follows is sound.
const WAV_HEADER_BYTES: usize = 44;

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let gateway = Server::gateway(&bench.gateway)?;
    let piper = Server::piper(&bench.python, &bench.repository)?;
    let mut replies = Replies::default();
    for _ in 0..5 {
        wait_for_gateway(&gateway, &replies.next(2), true)?;
        wait_for_piper(&piper, &replies.next(2))?;
    }

    let mut lines = Vec::new();
    for sentences in SENTENCES {
        let (mut waits, mut piper_waits) = (Vec::new(), Vec::new());
        for index in 0..bench.samples {
            // The target's own case is heard to its end; a longer reply is stopped once it sounds, as a
            // person would, and what it leaves behind is part of what the next one meets.
            waits.push(wait_for_gateway(&gateway, &replies.next(sentences), sentences <= 5)?);
            // Piper makes the whole reply before it answers, so a few of its answers tell.
            if index % 5 == 0 && sentences <= 20 {
                piper_waits.push(wait_for_piper(&piper, &replies.next(sentences))?);
            }
        }
        let (p50, p99) = (median(&waits), percentile(&waits, 99.0));
        if sentences == 5 {
            report.row(
                "first sound of an uncached five-sentence reply over HTTP",
                "≤ 40 ms p50, ≤ 80 ms p99",
                format!(
                    "{p50:.1} ms p50, {p99:.1} ms p99 (Piper's server: {:.0} ms p50)",
                    median(&piper_waits)
                ),
                p50 <= 40.0 && p99 <= 80.0,
            );
        } else if sentences == 60 {
            report.row(
                "the same for a reply of 60 sentences",
                "≤ 40 ms p50, ≤ 80 ms p99",
                format!("{p50:.1} ms p50, {p99:.1} ms p99"),
                p50 <= 40.0 && p99 <= 80.0,
            );
        }
        let piper = if piper_waits.is_empty() {
            "– | –".to_owned()
        } else {
            format!("{:.0} ms | {}", median(&piper_waits), piper_waits.len())
        };
        lines.push(format!(
            "| {sentences} | {p50:.1} ms | {:.1} ms | {p99:.1} ms | {:.1} ms | {} | {piper} |",
            percentile(&waits, 90.0),
            percentile(&waits, 100.0),
            waits.len()
        ));
    }
    report.detail(
        "First sound over HTTP",
        &format!(
            "`POST /tts` for mp3 on a new connection, every text new; from before connecting to the first {SOUND_BYTES} bytes of sound. \
             Replies of up to five sentences are heard to their end, longer ones stopped once they sound. Piper's HTTP server \
             (voice en_US-joe-medium) ran beside it and was asked in turns; it answers with a whole WAV file.\n\n\
             | sentences | p50 | p90 | p99 | longest | n | Piper p50 | n |\n|---|---|---|---|---|---|---|---|\n{}",
            lines.join("\n")
        ),
    );
    Ok(())
}

/// Milliseconds until the gateway's answer sounds.
fn wait_for_gateway(gateway: &Server, reply: &str, to_the_end: bool) -> io::Result<f64> {
    let body = serde_json::json!({ "text": reply }).to_string();
    let answer = http::send(gateway.address, &Request::post("/tts", &body))?;
    if answer.status != 200 {
        return Err(io::Error::other(format!("the gateway answered {}", answer.status)));
    }
    if answer.header("x-tts-cache") != Some("miss") {
        return Err(io::Error::other("a new reply came from the cache"));
    }
    if to_the_end {
        let (wait, _) = answer.read_noting(SOUND_BYTES)?;
        Ok(milliseconds(wait))
    } else {
        Ok(milliseconds(answer.read_only(SOUND_BYTES)?))
    }
}

/// Milliseconds until Piper's answer sounds.
fn wait_for_piper(piper: &Server, reply: &str) -> io::Result<f64> {
    let body = serde_json::json!({ "text": reply }).to_string();
    let answer = http::send(piper.address, &Request::post("/synthesize", &body))?;
    if answer.status != 200 {
        return Err(io::Error::other(format!("Piper answered {}", answer.status)));
    }
    let (wait, _) = answer.read_noting(WAV_HEADER_BYTES + 1)?;
    Ok(milliseconds(wait))
}
