//! What the gateway adds in front of a service of OpenAI's format, beside what LiteLLM's proxy adds in front of the same:
//! a stand-in that has its sound at once, so that what is left is the work of who stands between.

use std::io;
use std::net::SocketAddr;

use super::Bench;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, milliseconds, percentile};

/// Bytes that are surely sound.
const SOUND_BYTES: usize = 200;
const PATH: &str = "/v1/audio/speech";
/// With fewer, the 99th percentile is the one slowest call.
const FEWEST: usize = 200;

/// What calls took, in milliseconds, to the first sound and to the end.
#[derive(Default)]
struct Took {
    first: Vec<f64>,
    whole: Vec<f64>,
}

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let service = Server::stub(&bench.stub()?, "openai")?;
    let base_url = format!("http://{}/v1", service.address);
    let settings =
        [("TTS_PROVIDER", "openai"), ("OPENAI_API_KEY", "sk-bench"), ("OPENAI_BASE_URL", &base_url)];
    let gateway = Server::gateway_with(&bench.gateway, &settings)?;
    let litellm = Server::litellm(&bench.litellm, &base_url)?;

    let asked = [service.address, gateway.address, litellm.address];
    let mut took: [Took; 3] = Default::default();
    let mut replies = Replies::default();
    let samples = bench.samples.max(FEWEST);
    for turn in 0..samples + 5 {
        for (address, took) in asked.iter().zip(&mut took) {
            let (first, whole) = speak(*address, &replies.next(1))?;
            // The first few warm up.
            if turn >= 5 {
                took.first.push(first);
                took.whole.push(whole);
            }
        }
    }
    let metrics = String::from_utf8_lossy(&http::fetch(asked[1], &Request::get("/metrics"))?).into_owned();
    let total = |what: &str| {
        let lines = metrics
            .lines()
            .filter_map(|line| line.strip_prefix(what)?.strip_prefix(' ')?.parse::<f64>().ok());
        lines.sum::<f64>()
    };
    let written = total("saywell_call_written_seconds_count");
    let each = total("saywell_call_written_seconds_sum") * 1000.0 / written.max(1.0);
    report.row(
        "what a call to a paid provider waits until it is written down, on average",
        "≤ 2 ms",
        format!("{each:.3} ms ({written:.0} calls)"),
        written > 0.0 && each <= 2.0,
    );
    let [alone, gateway, litellm] = took;
    let added = |to: &[f64], times: &[f64]| -> Vec<f64> {
        times.iter().zip(to).map(|(time, alone)| time - alone).collect()
    };
    let ours = [added(&alone.first, &gateway.first), added(&alone.whole, &gateway.whole)];
    let theirs = [added(&alone.first, &litellm.first), added(&alone.whole, &litellm.whole)];
    report.row(
        "what the gateway adds to a service of OpenAI's format, pcm, beside LiteLLM's proxy",
        "no more than LiteLLM",
        format!(
            "{:.2} ms p50, {:.2} ms p99 (LiteLLM: {:.2} ms p50, {:.2} ms p99)",
            median(&ours[0]),
            percentile(&ours[0], 99.0),
            median(&theirs[0]),
            percentile(&theirs[0], 99.0),
        ),
        median(&ours[0]) <= median(&theirs[0]) && percentile(&ours[0], 99.0) <= percentile(&theirs[0], 99.0),
    );
    let line = |who: &str, took: &Took, added: Option<&[Vec<f64>; 2]>| {
        let pair = |times: &[f64]| format!("{:.2} / {:.2} ms", median(times), percentile(times, 99.0));
        let [first, whole] = added.map_or_else(Default::default, |[first, whole]| [pair(first), pair(whole)]);
        format!("| {who} | {} | {first} | {} | {whole} |", pair(&took.first), pair(&took.whole))
    };
    let lines = [
        line("the service itself", &alone, None),
        line("through the gateway", &gateway, Some(&ours)),
        line("through LiteLLM's proxy", &litellm, Some(&theirs)),
    ];
    report.detail(
        "Beside LiteLLM's proxy",
        &format!(
            "`POST {PATH}` for pcm, {samples} times each by turns, each on a new connection, a new sentence every time: to a stand-in \
             for OpenAI (`saywell-stub openai`), to the gateway in front of it, and to LiteLLM's proxy ({}, one worker, without \
             keys or a database) in front of it. Each has p50 / p99; what is added is the difference to the stand-in's own \
             answer of the same turn. LiteLLM passes bytes on as they come; the gateway makes the script, brings sound to the \
             one loudness as it comes, has another provider go on where this one breaks off, and keeps what was said. The \
             stand-in does not use BBR, the default of some systems for TCP, which makes one call in forty on a kept \
             connection wait 20 to 80 ms for itself.\n\n\
             | | first sound | added | to the end | added |\n|---|---|---|---|---|\n{}",
            litellm_version(bench)?,
            lines.join("\n")
        ),
    );
    Ok(())
}

fn litellm_version(bench: &Bench) -> io::Result<String> {
    let version = "import importlib.metadata as m; print('litellm', m.version('litellm'))";
    super::report::said_by(&bench.litellm.join("python").to_string_lossy(), &["-c", version])
}

/// Milliseconds to the first sound, and to the end.
fn speak(address: SocketAddr, reply: &str) -> io::Result<(f64, f64)> {
    let body = serde_json::json!({
        "model": "gpt-4o-mini-tts", "voice": "nova", "input": reply, "response_format": "pcm",
    });
    let body = body.to_string();
    let answer = http::send(address, &Request::openai(PATH, &body))?;
    if answer.status != 200 {
        let status = answer.status;
        let said = String::from_utf8_lossy(&answer.read()?).into_owned();
        return Err(io::Error::other(format!("{address} answered {status}: {said}")));
    }
    let took = answer.read_timing(SOUND_BYTES)?;
    Ok((milliseconds(took.0), milliseconds(took.1)))
}
