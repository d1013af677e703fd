//! From starting the process to its first spoken sound, and what it then takes in memory.

use std::io;
use std::time::Instant;

use super::Bench;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, milliseconds, percentile};

const STARTS: usize = 10;
const SOUND_BYTES: usize = 200;
const MIB: f64 = 1024.0 * 1024.0;

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let mut replies = Replies::default();
    let (mut listening, mut sounding, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let begun = Instant::now();
        let gateway = Server::gateway(&bench.gateway)?;
        listening.push(milliseconds(begun.elapsed()));
        let body = serde_json::json!({ "text": replies.next(2) }).to_string();
        let until_sent = begun.elapsed();
        let answer = http::send(gateway.address, &Request::post("/tts", &body))?;
        let (wait, _) = answer.read_noting(SOUND_BYTES)?;
        sounding.push(milliseconds(until_sent + wait));
        memory.push(gateway.resident_bytes()? as f64 / MIB);
    }
    let (sound, memory) = (median(&sounding), median(&memory));
    report.row("start to first spoken sound", "≤ 500 ms", format!("{sound:.0} ms"), sound <= 500.0);
    report.row(
        "memory with the voice loaded, idle",
        "≤ 120 MB",
        format!("{memory:.0} MiB resident"),
        memory * MIB <= 120e6,
    );
    report.detail(
        "Start and memory",
        &format!(
            "{STARTS} starts of `saywell serve` with an empty data folder. Listening after {:.0} ms (p50), first sound of a two-sentence \
             reply after {sound:.0} ms (p50), {:.0} ms (longest). Resident memory is read once that reply has been heard.",
            median(&listening),
            percentile(&sounding, 100.0)
        ),
    );
    Ok(())
}
