//! A listener beside thousands of connections that do nothing, or next to nothing.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Bench;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, milliseconds, percentile};

const IDLE: usize = 10_000;
const SLOW: usize = 2_000;
/// Bytes of mp3 that are surely sound.
const SOUND_BYTES: usize = 200;
/// What a connection sends before it is idle.
const ASK: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
/// What a slow one begins with, and goes on with a byte every few seconds.
const HEAD: &[u8] =
    b"POST /tts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n";
const MIB: f64 = 1024.0 * 1024.0;
/// How much later the first sound may be.
const LATER: f64 = 1.2;

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    // What they would be closed for is left out, so that all of them are there for as long as it is measured.
    let settings = [
        ("TTS_HEAD_SECONDS", "600"),
        ("TTS_REQUEST_SECONDS", "600"),
        ("TTS_IDLE_SECONDS", "600"),
        ("TTS_MAX_CONNECTIONS_PER_ADDRESS", "20000"),
    ];
    let gateway = Server::gateway_with(&bench.gateway, &settings)?;
    let alone = Server::gateway(&bench.gateway)?;
    let mut replies = Replies::default();
    for _ in 0..5 {
        listen(alone.address, &replies.next(5))?;
        listen(gateway.address, &replies.next(5))?;
    }
    let before = gateway.resident_bytes()? as f64;
    let idle = crowd(gateway.address, IDLE, ASK)?;
    let with_idle = gateway.resident_bytes()? as f64;
    let slow = crowd(gateway.address, SLOW, HEAD)?;
    let crowded = gateway.resident_bytes()? as f64;

    let over = AtomicBool::new(false);
    let (waits, beside) = std::thread::scope(|scope| {
        scope.spawn(|| trickle(&slow, &over));
        let measured = (0..bench.samples).try_fold((Vec::new(), Vec::new()), |(mut waits, mut beside), _| {
            waits.push(listen(alone.address, &replies.next(5))?);
            beside.push(listen(gateway.address, &replies.next(5))?);
            Ok::<_, io::Error>((waits, beside))
        });
        over.store(true, Ordering::Relaxed);
        measured
    })?;
    let there = idle.iter().chain(&slow).filter(|connection| is_open(connection)).count();
    let (p50, beside_p50) = (median(&waits), median(&beside));
    report.row(
        format!("first sound beside {IDLE} idle connections and {SLOW} slow ones"),
        "within 20 % of alone",
        format!(
            "{beside_p50:.1} ms p50, {:.1} ms p99 (alone: {p50:.1} ms p50, {:.1} ms p99); {:.0} KiB for each idle one",
            percentile(&beside, 99.0),
            percentile(&waits, 99.0),
            (with_idle - before) / IDLE as f64 / 1024.0,
        ),
        beside_p50 <= LATER * p50 && there == IDLE + SLOW,
    );
    report.detail(
        "Connections",
        &format!(
            "Two gateways, asked in turns for new replies of five sentences, {} times each: one alone, the other with {IDLE} \
             connections that have asked once and keep quiet, and {SLOW} that send the body of a request a byte every few \
             seconds; the deadlines that would close them are set to ten minutes. {there} of {} were still open at the end. \
             Memory: {:.0} MiB before, {:.0} with the idle ones, {:.0} with all.",
            bench.samples,
            IDLE + SLOW,
            before / MIB,
            with_idle / MIB,
            crowded / MIB,
        ),
    );
    Ok(())
}

/// Milliseconds until a new reply sounds; it is heard to its end.
fn listen(address: SocketAddr, reply: &str) -> io::Result<f64> {
    let body = serde_json::json!({ "text": reply }).to_string();
    let answer = http::send(address, &Request::post("/tts", &body))?;
    if answer.status != 200 {
        return Err(io::Error::other(format!("the gateway answered {}", answer.status)));
    }
    Ok(milliseconds(answer.read_noting(SOUND_BYTES)?.0))
}

fn crowd(address: SocketAddr, count: usize, first: &[u8]) -> io::Result<Vec<TcpStream>> {
    let connect = |_| {
        let mut connection = TcpStream::connect(address)?;
        connection.write_all(first)?;
        Ok(connection)
    };
    (0..count).map(connect).collect()
}

/// Goes around the slow ones, a byte for each.
#[expect(clippy::disallowed_methods, reason = "being slow is what is measured")]
fn trickle(slow: &[TcpStream], over: &AtomicBool) {
    for mut connection in slow.iter().cycle() {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let _ = connection.write_all(b" ");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether the other side has not closed it.
fn is_open(connection: &TcpStream) -> bool {
    let mut some = [0];
    connection.set_nonblocking(true).is_ok()
        && match connection.peek(&mut some) {
            Ok(length) => length > 0,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        }
}
