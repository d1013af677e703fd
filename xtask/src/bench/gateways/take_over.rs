//! A maker that is killed at any moment: what those hear who listen at other gateways.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::Bench;
use super::super::http::{self, Request};
use super::super::process::Server;
use super::super::report::Report;
use super::super::statistics::{median, milliseconds, percentile};
use super::servers::Gateways;

/// Replies that one gateway makes when it is killed.
const AT_ONCE: usize = 10;
const SENTENCES: usize = 12;
/// Bytes of PCM a second.
const BYTES_A_SECOND: f64 = 48_000.0;
/// How much the captions' length and the sound's may differ: both are rounded.
const ROUNDED_SECONDS: f64 = 0.01;
const GOES_ON_WITHIN_MS: f64 = 3_000.0;

/// What one listener heard.
struct Heard {
    lost: usize,
    repeated: usize,
    /// When each piece of sound came.
    came: Vec<Instant>,
}

/// Kills a maker again and again, before a paid service that takes 0.1 s for each sentence.
pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let stub = Server::stub_with(&bench.stub()?, "openai", &["--fault", "late"])?;
    let base = format!("http://{}/v1", stub.address);
    let settings =
        [("TTS_PROVIDER", "openai"), ("OPENAI_API_KEY", "a-key"), ("OPENAI_BASE_URL", base.as_str())];
    let gateways = Gateways::start(&bench.gateway, &settings)?;
    let maker = gateways.another()?;
    let begun = Instant::now();
    listen(maker.address, gateways.address(0)?, &sentences(0, 0))?;
    let takes = begun.elapsed();
    drop(maker);

    let (mut lost, mut repeated, mut gaps, mut count) = (0, 0, Vec::new(), 0);
    for round in 1..=bench.samples.div_ceil(AT_ONCE) {
        let mut maker = gateways.another()?;
        let address = maker.address;
        let (killed, heard) = std::thread::scope(|scope| {
            let listeners: Vec<_> = (0..AT_ONCE)
                .map(|number| {
                    let other = gateways.address(number);
                    scope.spawn(move || {
                        // As far as it has come when its maker is killed, no two are alike.
                        wait(takes.mul_f64(fraction(round, number)));
                        listen(address, other?, &sentences(round, number))
                    })
                })
                .collect();
            wait(takes);
            let killed = maker.kill().map(|()| Instant::now());
            let heard: Vec<_> = listeners.into_iter().filter_map(|listener| listener.join().ok()).collect();
            (killed, heard)
        });
        let killed = killed?;
        for heard in heard {
            let heard = heard?;
            count += 1;
            lost += heard.lost;
            repeated += heard.repeated;
            let after = heard.came.windows(2).filter_map(|two| match two {
                [earlier, next] if *next > killed => Some(milliseconds(*next - killed.max(*earlier))),
                _ => None,
            });
            gaps.extend(after.max_by(f64::total_cmp));
        }
    }
    let p99 = percentile(&gaps, 99.0);
    report.row(
        format!("kill -9 of the maker at {count} random moments"),
        "0 lost, 0 repeated sentences; sound goes on within 3 s p99",
        format!(
            "{lost} lost, {repeated} repeated; sound goes on within {:.2} s p50, {:.2} s p99",
            median(&gaps) / 1000.0,
            p99 / 1000.0
        ),
        lost == 0 && repeated == 0 && p99 <= GOES_ON_WITHIN_MS && !gaps.is_empty(),
    );
    report.detail(
        "A gateway that is killed",
        &format!(
            "{AT_ONCE} replies of {SENTENCES} sentences at a time, each begun at another moment at one gateway before a paid service \
             that takes 0.1 s for a sentence, and heard as PCM at the two or three others; one takes {:.1} s. Then their maker is \
             killed. {} of the {count} listeners had something still to come. A sentence is lost or repeated if the captions say so, or \
             if the sound is not as long as they are. What is measured is the longest time without a piece from the kill on; \
             a lease lasts up to 2 s of it, and while all is well a sentence comes every second.",
            takes.as_secs_f64(),
            gaps.len(),
        ),
    );
    Ok(())
}

fn sentences(round: usize, reply: usize) -> Vec<String> {
    (1..=SENTENCES)
        .map(|number| format!("This is sentence {number} of reply {reply} in round {round}."))
        .collect()
}

/// Has a gateway begin a reply, hears it at another, and reads there what was said.
fn listen(maker: SocketAddr, other: SocketAddr, sentences: &[String]) -> io::Result<Heard> {
    let [sound, captions] = http::paths(maker, &sentences.join(" "), "pcm")?;
    let answer = http::send(other, &Request::get(&sound))?;
    if answer.status != 200 {
        return Err(io::Error::other(format!("the link answered {}", answer.status)));
    }
    let (sound, came) = answer.read_watching()?;
    let captions: Value = serde_json::from_slice(&http::fetch(other, &Request::get(&captions))?)?;
    let utterances =
        captions.get("utterances").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let said: Vec<&str> = utterances.iter().filter_map(|said| said.get("text")?.as_str()).collect();
    let seconds = captions.get("duration_seconds").and_then(Value::as_f64).unwrap_or_default();
    let longer = sound.len() as f64 / BYTES_A_SECOND - seconds;
    let found = sentences.iter().filter(|sentence| said.contains(&sentence.as_str())).count();
    Ok(Heard {
        lost: sentences.len() - found + usize::from(longer < -ROUNDED_SECONDS),
        repeated: said.len() - found + usize::from(longer > ROUNDED_SECONDS),
        came,
    })
}

/// A part of the time that a reply takes, the same in every run.
fn fraction(round: usize, number: usize) -> f64 {
    let hash = Sha256::digest(format!("{round} {number}"));
    let [first, second, ..] = hash.as_slice() else { return 0.0 };
    f64::from(u16::from_be_bytes([*first, *second])) / 65_536.0
}

#[expect(clippy::disallowed_methods, reason = "when it is killed is what is measured")]
fn wait(time: Duration) {
    std::thread::sleep(time);
}
