//! A thousand callers who ask for the same new reply at once.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Barrier;

use sha2::{Digest, Sha256};

use super::Bench;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, milliseconds, percentile};

pub const CALLERS: usize = 1_000;
/// A caller's thread only waits for a socket.
const STACK_BYTES: usize = 128 * 1024;
const SOUND_BYTES: usize = 200;

/// What one caller got.
pub struct Heard {
    /// What `X-TTS-Cache` said.
    pub cache: String,
    /// Milliseconds to the first sound.
    pub wait: f64,
    pub hash: [u8; 32],
}

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let gateway = Server::gateway(&bench.gateway)?;
    let mut replies = Replies::default();
    // The very first reply of a process also pays for what it loads.
    call(gateway.address, &replies.next(1))?;
    let reply = replies.next(20);

    let heard = at_once(gateway.address, &reply)?;
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &heard {
        *outcomes.entry(&one.cache).or_default() += 1;
    }
    let syntheses = outcomes.get("miss").copied().unwrap_or_default();
    let same = heard.windows(2).all(|pair| matches!(pair, [one, other] if one.hash == other.hash));
    let complete = heard.len() == CALLERS;
    let waits: Vec<f64> = heard.iter().map(|one| one.wait).collect();
    report.row(
        "1,000 callers at once asking for the same new reply",
        "one synthesis",
        format!(
            "{syntheses} of {} calls made it, {}",
            heard.len(),
            if same { "all heard the same bytes" } else { "**the bytes differ**" }
        ),
        syntheses == 1 && same && complete,
    );
    let outcomes: Vec<_> = outcomes.iter().map(|(name, count)| format!("{count} × `{name}`")).collect();
    report.detail(
        "A thousand callers for one new reply",
        &format!(
            "{CALLERS} connections ask at the same moment for the same reply of 20 sentences and hear it to its end. \
             `X-TTS-Cache` said: {}. First sound after {:.0} ms (p50), {:.0} ms (p99).",
            outcomes.join(", "),
            median(&waits),
            percentile(&waits, 99.0)
        ),
    );
    Ok(())
}

/// What callers get who ask for the same reply at the same moment.
pub fn at_once(address: SocketAddr, reply: &str) -> io::Result<Vec<Heard>> {
    let barrier = Barrier::new(CALLERS);
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .filter_map(|_| {
                let caller = std::thread::Builder::new().stack_size(STACK_BYTES);
                let barrier = &barrier;
                caller
                    .spawn_scoped(scope, move || {
                        barrier.wait();
                        call(address, reply)
                    })
                    .ok()
            })
            .collect();
        callers.into_iter().filter_map(|caller| caller.join().ok()).collect()
    })
}

fn call(address: SocketAddr, reply: &str) -> io::Result<Heard> {
    let body = serde_json::json!({ "text": reply }).to_string();
    let answer = http::send(address, &Request::post("/tts", &body))?;
    if answer.status != 200 {
        return Err(io::Error::other(format!("the gateway answered {}", answer.status)));
    }
    let cache = answer.header("x-tts-cache").unwrap_or_default().to_owned();
    let (wait, sound) = answer.read_noting(SOUND_BYTES)?;
    Ok(Heard { cache, wait: milliseconds(wait), hash: Sha256::digest(&sound).into() })
}
