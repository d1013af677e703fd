//! Many mixed requests, some hung up on at a random moment: memory stays flat, no work outlives its
//! listeners, and what is remembered is whole.

use std::collections::HashMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::Bench;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;

const CALLERS: usize = 8;
/// Replies that are asked for again and again.
const KNOWN_REPLIES: usize = 40;
const FORMATS: [&str; 7] = ["mp3", "opus", "webm", "mp4", "flac", "wav", "pcm"];
const MIB: f64 = 1024.0 * 1024.0;
/// Memory may still grow by this much over the second half: caches fill towards their bounds.
const GROWTH_MIB: f64 = 24.0;

/// What the callers share.
struct Soak<'a> {
    gateway: &'a Server,
    known: &'a [String],
    replies: Mutex<Replies>,
    /// Hash of the sound of each known reply and format, as it was first heard whole.
    heard: Mutex<HashMap<(usize, &'static str), [u8; 32]>>,
    started: AtomicUsize,
    memory: Mutex<Vec<(usize, f64)>>,
    cancelled: AtomicUsize,
    whole: AtomicUsize,
    refused: AtomicUsize,
}

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let gateway = Server::gateway(&bench.gateway)?;
    let mut replies = Replies::default();
    let known: Vec<String> = (0..KNOWN_REPLIES).map(|index| replies.next(1 + index % 6)).collect();
    let soak = Soak {
        gateway: &gateway,
        known: &known,
        replies: Mutex::new(replies),
        heard: Mutex::default(),
        started: AtomicUsize::new(0),
        memory: Mutex::default(),
        cancelled: AtomicUsize::new(0),
        whole: AtomicUsize::new(0),
        refused: AtomicUsize::new(0),
    };
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                scope.spawn({
                    let soak = &soak;
                    move || soak.call(caller, bench.soak_requests)
                })
            })
            .collect();
        callers.into_iter().try_for_each(|caller| {
            caller.join().unwrap_or_else(|_| Err(io::Error::other("a caller panicked")))
        })
    })?;
    let took = begun.elapsed();
    let orphans = work_left_behind(&gateway)?;

    let memory = lock(&soak.memory).clone();
    let at = |share: f64| {
        let wanted = (bench.soak_requests as f64 * share) as usize;
        memory.iter().find(|(request, _)| *request >= wanted).or(memory.last()).map_or(0.0, |(_, mib)| *mib)
    };
    let after = gateway.resident_bytes()? as f64 / MIB;
    let (early, half) = (at(0.1), at(0.5));
    let flat = after - half <= GROWTH_MIB;
    report.row(
        format!("soak: {} mixed requests with random cancels", bench.soak_requests),
        "flat memory, no orphan call, no torn file",
        format!("{early:.0} → {half:.0} → {after:.0} MiB (10 %, half, end); processor use afterwards {orphans:.0} %; no torn answer"),
        flat && orphans <= 5.0,
    );
    report.detail(
        "Soak",
        &format!(
            "{} requests from {CALLERS} callers in {:.0} s: new and known replies in every format, sound by URL whole and by range, captions, \
             and nonsense. {} were heard whole, {} hung up on at a random moment, {} refused as they had to be. Whatever was heard whole twice \
             had the same bytes both times; any answer that ended early without being hung up on would have failed the run. \
             The memory line allows {GROWTH_MIB:.0} MiB over the second half.",
            bench.soak_requests,
            took.as_secs_f64(),
            soak.whole.load(Ordering::Relaxed),
            soak.cancelled.load(Ordering::Relaxed),
            soak.refused.load(Ordering::Relaxed),
        ),
    );
    Ok(())
}

impl Soak<'_> {
    /// One caller's requests, until `total` were started by all.
    fn call(&self, caller: usize, total: usize) -> io::Result<()> {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ (caller as u64 + 1));
        loop {
            let number = self.started.fetch_add(1, Ordering::Relaxed);
            if number >= total {
                return Ok(());
            }
            if number.is_multiple_of(50) {
                let mib = self.gateway.resident_bytes()? as f64 / MIB;
                lock(&self.memory).push((number, mib));
            }
            let format = FORMATS.get(dice.below(FORMATS.len())).copied().unwrap_or("mp3");
            match dice.below(10) {
                0..=2 => {
                    let sentences = 1 + dice.below(6);
                    let reply = lock(&self.replies).next(sentences);
                    self.listen(&mut dice, &reply, format)?;
                }
                3..=5 => self.listen_again(&mut dice, format)?,
                6 | 7 => self.fetch_by_url(&mut dice, format)?,
                8 => self.read_captions(&mut dice)?,
                _ => self.ask_nonsense(&mut dice)?,
            }
        }
    }

    /// A new reply, heard whole or hung up on.
    fn listen(&self, dice: &mut Dice, reply: &str, format: &str) -> io::Result<()> {
        let body = serde_json::json!({ "text": reply, "format": format }).to_string();
        let answer = self.answered(&Request::post("/tts", &body))?;
        if dice.below(3) == 0 {
            answer.read_only(dice.below(60_000))?;
            self.cancelled.fetch_add(1, Ordering::Relaxed);
        } else {
            answer.read()?;
            self.whole.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// A known reply, which has to sound as it did before.
    fn listen_again(&self, dice: &mut Dice, format: &'static str) -> io::Result<()> {
        let index = dice.below(self.known.len());
        let text = self.known.get(index).map_or("", String::as_str);
        if dice.below(4) == 0 {
            return self.listen(dice, text, format);
        }
        let body = serde_json::json!({ "text": text, "format": format }).to_string();
        let sound = self.answered(&Request::post("/tts", &body))?.read()?;
        self.remember(index, format, &sound)
    }

    /// The same by its signed URL: whole, or a range out of it.
    fn fetch_by_url(&self, dice: &mut Dice, format: &'static str) -> io::Result<()> {
        let index = dice.below(self.known.len());
        let text = self.known.get(index).map_or("", String::as_str);
        let path = http::audio_path(self.gateway.address, text, format)?;
        if dice.below(2) == 0 {
            let sound = self.answered(&Request::get(&path))?.read()?;
            return self.remember(index, format, &sound);
        }
        let from = dice.below(2_000);
        let range = format!("bytes={from}-{}", from + dice.below(2_000));
        let headers = [("range", range.as_str())];
        let request = Request { headers: &headers, ..Request::get(&path) };
        let answer = http::send(self.gateway.address, &request)?;
        // A flight in progress has no length yet and may answer with the whole.
        if !matches!(answer.status, 200 | 206) {
            return Err(io::Error::other(format!("a range was answered with {}", answer.status)));
        }
        answer.read()?;
        self.whole.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_captions(&self, dice: &mut Dice) -> io::Result<()> {
        let text = self.known.get(dice.below(self.known.len())).map_or("", String::as_str);
        let body = serde_json::json!({ "text": text }).to_string();
        let headers = [("content-type", "application/json"), ("accept", "application/json")];
        let request = Request { method: "POST", path: "/tts", headers: &headers, body: &body };
        let answer: serde_json::Value = serde_json::from_slice(&self.answered(&request)?.read()?)?;
        let url = answer.get("captions_url").and_then(serde_json::Value::as_str).unwrap_or_default();
        let path = url.find("/tts/captions/").and_then(|start| url.get(start..)).unwrap_or_default();
        self.answered(&Request::get(path))?.read()?;
        self.whole.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Requests that have to be refused, each with a status of its own.
    fn ask_nonsense(&self, dice: &mut Dice) -> io::Result<()> {
        let cases = [
            ("/tts", "not JSON"),
            ("/tts", "{\"text\":\"\"}"),
            ("/v1/audio/speech", "{\"input\":1}"),
            ("/tts/nowhere", "{}"),
        ];
        let (path, body) = cases.get(dice.below(cases.len())).copied().unwrap_or(("/", ""));
        let answer = http::send(self.gateway.address, &Request::post(path, body))?;
        if !(400..500).contains(&answer.status) {
            return Err(io::Error::other(format!("nonsense at {path} was answered with {}", answer.status)));
        }
        answer.read()?;
        self.refused.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn answered(&self, request: &Request) -> io::Result<http::Answer> {
        let answer = http::send(self.gateway.address, request)?;
        if answer.status == 200 {
            Ok(answer)
        } else {
            let status = answer.status;
            let said = answer.read()?;
            Err(io::Error::other(format!(
                "{} was answered {status}: {}",
                request.path,
                String::from_utf8_lossy(&said)
            )))
        }
    }

    fn remember(&self, index: usize, format: &'static str, sound: &[u8]) -> io::Result<()> {
        let hash = Sha256::digest(sound).into();
        let before = *lock(&self.heard).entry((index, format)).or_insert(hash);
        self.whole.fetch_add(1, Ordering::Relaxed);
        if before == hash {
            Ok(())
        } else {
            Err(io::Error::other(format!(
                "known reply {index} in {format} sounded different the second time"
            )))
        }
    }
}

/// Percent of a core that the gateway uses once nobody listens any more.
#[expect(clippy::disallowed_methods, reason = "what is measured is a second in which nothing is asked")]
fn work_left_behind(gateway: &Server) -> io::Result<f64> {
    // What was being spoken when its listener hung up may still be finished.
    std::thread::sleep(Duration::from_secs(1));
    let before = gateway.processor_ticks()?;
    std::thread::sleep(Duration::from_secs(2));
    Ok((gateway.processor_ticks()? - before) as f64 / 2.0)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A small generator of numbers that are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }
}
