//! Several gateways that share everything, behind nginx, which asks them in turn.

mod servers;
mod take_over;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::time::Duration;

use super::Bench;
use super::burst::saturated;
use super::cached::requests_a_second;
use super::crowd;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, milliseconds, percentile};
use servers::{Gateways, balancer};

/// Bytes of mp3 that are surely sound, and how many a second has.
const SOUND_BYTES: usize = 200;
const BYTES_A_SECOND: f64 = 6_000.0;
const ROUNDS: usize = 5;
const SATURATED: Duration = Duration::from_secs(4);

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let gateways = Gateways::start(&bench.gateway, &[])?;
    let mut replies = Replies::default();
    // The very first reply of a process also pays for what it loads.
    for member in &gateways.members {
        let body = serde_json::json!({ "text": replies.next(1) }).to_string();
        http::fetch(member.address, &Request::post("/tts", &body))?;
    }
    links(bench, &gateways, &mut replies, report)?;
    callers(&gateways, &mut replies, report)?;
    traffic(&gateways, &mut replies, report)?;
    from_the_cache(&gateways, &mut replies, report)?;
    drop(gateways);
    cost(bench, report)?;
    take_over::measure(bench, report)
}

/// A link that one gateway gave, opened there and at another at the same moment.
fn links(bench: &Bench, gateways: &Gateways, replies: &mut Replies, report: &mut Report) -> io::Result<()> {
    let (mut here, mut added) = (Vec::new(), Vec::new());
    for number in 0..2 * bench.samples {
        let (maker, other) = (gateways.address(number)?, gateways.address(number + 1)?);
        let path = http::audio_path(maker, &replies.next(5), "mp3")?;
        let both = Barrier::new(2);
        let [at_maker, at_other] = std::thread::scope(|scope| {
            let [one, two] = [maker, other].map(|address| {
                let (path, both) = (&path, &both);
                scope.spawn(move || {
                    both.wait();
                    first_sound(address, path)
                })
            });
            [one, two].map(|listener| {
                listener.join().unwrap_or_else(|_| Err(io::Error::other("a listener failed")))
            })
        });
        let (at_maker, at_other) = (at_maker?, at_other?);
        here.push(at_maker);
        added.push(at_other - at_maker);
    }
    let (p50, p99) = (median(&added), percentile(&added, 99.0));
    report.row(
        "link of one gateway opened at another while in flight: first sound added",
        "≤ 5 ms p50, ≤ 20 ms p99",
        format!("{p50:.1} ms p50, {p99:.1} ms p99 (at its maker: {:.1} ms p50)", median(&here)),
        p50 <= 5.0 && p99 <= 20.0,
    );
    report.detail(
        "Several gateways",
        &format!(
            "Three gateways on this machine with one PostgreSQL, one Redis and one folder of sound, behind nginx (round robin, kept \
             connections, a worker a core); all of them and those who ask share the cores. Links: {} new replies of five \
             sentences, whose link is opened as soon as it is there, at the same moment at its maker and at the next gateway; \
             what is added is the difference of the two first sounds.",
            added.len()
        ),
    );
    Ok(())
}

fn first_sound(address: SocketAddr, path: &str) -> io::Result<f64> {
    let answer = http::send(address, &Request::get(path))?;
    if answer.status != 200 {
        return Err(io::Error::other(format!("the link answered {}", answer.status)));
    }
    Ok(milliseconds(answer.read_only(SOUND_BYTES)?))
}

/// A thousand callers of one new reply, whom the balancer spreads.
fn callers(gateways: &Gateways, replies: &mut Replies, report: &mut Report) -> io::Result<()> {
    let before = calls(gateways)?;
    let heard = crowd::at_once(gateways.balancer.address, &replies.next(20))?;
    let made = calls(gateways)?.into_iter().zip(before).filter(|(after, before)| after > before).count();
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &heard {
        *outcomes.entry(&one.cache).or_default() += 1;
    }
    let same = heard.windows(2).all(|pair| matches!(pair, [one, other] if one.hash == other.hash));
    let waits: Vec<f64> = heard.iter().map(|one| one.wait).collect();
    let told: Vec<_> = outcomes.iter().map(|(name, count)| format!("{count} × `{name}`")).collect();
    report.row(
        "1,000 callers of one new reply over three gateways",
        "one synthesis, same bytes",
        format!(
            "made at {made} of 3 gateways ({}), {}; first sound {:.0} ms p50, {:.0} ms p99",
            told.join(", "),
            if same { "all heard the same bytes" } else { "**the bytes differ**" },
            median(&waits),
            percentile(&waits, 99.0)
        ),
        made == 1 && outcomes.get("miss") == Some(&1) && same && heard.len() == crowd::CALLERS,
    );
    Ok(())
}

/// How many calls to a provider each gateway has counted.
fn calls(gateways: &Gateways) -> io::Result<Vec<u64>> {
    let count = |gateway: &Server| {
        let metrics = http::fetch(gateway.address, &Request::get("/metrics"))?;
        let metrics = String::from_utf8_lossy(&metrics).into_owned();
        let counts = metrics.lines().filter(|line| line.starts_with("saywell_calls_total{"));
        Ok(counts.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum())
    };
    gateways.members.iter().map(count).collect()
}

/// What goes through Redis for a reply that is made at one gateway and heard at another.
fn traffic(gateways: &Gateways, replies: &mut Replies, report: &mut Report) -> io::Result<()> {
    let (mut sound, mut into, mut out) = (0.0, 0.0, 0.0);
    for number in 0..2 * ROUNDS {
        let (maker, other) = (gateways.address(number)?, gateways.address(number + 1)?);
        let before = gateways.redis_traffic()?;
        let path = http::audio_path(maker, &replies.next(20), "mp3")?;
        sound += http::fetch(other, &Request::get(&path))?.len() as f64;
        let after = gateways.redis_traffic()?;
        into += after.0 - before.0;
        out += after.1 - before.1;
    }
    let (seconds, ratio) = (sound / BYTES_A_SECOND, (into + out) / sound);
    report.row(
        "Redis traffic per second of speech, heard at another gateway than its maker",
        "≤ 2 × the encoded bytes",
        format!(
            "{ratio:.2} × ({:.1} kB in, {:.1} kB out, for {:.1} kB of mp3)",
            into / seconds / 1000.0,
            out / seconds / 1000.0,
            BYTES_A_SECOND / 1000.0
        ),
        ratio <= 2.0,
    );
    Ok(())
}

/// One known reply, asked of one gateway and of three, both through nginx.
fn from_the_cache(gateways: &Gateways, replies: &mut Replies, report: &mut Report) -> io::Result<()> {
    let path = http::audio_path(gateways.address(0)?, &replies.next(5), "mp3")?;
    for member in &gateways.members {
        http::fetch(member.address, &Request::get(&path))?;
    }
    let alone = balancer(gateways.members.get(..1).unwrap_or_default())?;
    let (mut one, mut three, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (before, after) =
            (requests_a_second(alone.address, &path)?, requests_a_second(gateways.balancer.address, &path)?);
        one.push(before);
        three.push(after);
        ratios.push(after / before);
    }
    let (ratio, cores) = (median(&ratios), std::thread::available_parallelism()?);
    report.row(
        "requests a second from the cache, three gateways against one, through nginx",
        "≥ 0.9 of what the cores give",
        format!(
            "{ratio:.2} × ({:.0} and {:.0} a second; {cores} cores for wrk, nginx and all gateways, none left)",
            median(&three),
            median(&one)
        ),
        ratio >= 0.9,
    );
    Ok(())
}

/// What it costs a gateway to share its flights, if nobody else is there.
fn cost(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let redis = servers::redis()?;
    let url = format!("redis://{}", redis.address);
    let gateways =
        [Server::gateway(&bench.gateway)?, Server::gateway_with(&bench.gateway, &[("REDIS_URL", &url)])?];
    let mut replies = Replies::default();
    let mut texts = || (0..2_000).map(|_| replies.next(2)).collect::<Vec<_>>();
    let (mut rates, mut work) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for round in 0..=2 * ROUNDS {
        for turn in 0..2 {
            // Neither is always the second.
            let which = (round + turn) % 2;
            let (Some(gateway), Some(rates), Some(work)) =
                (gateways.get(which), rates.get_mut(which), work.get_mut(which))
            else {
                continue;
            };
            let before = gateway.processor_ticks()?;
            let rate = saturated(gateway.address, &texts(), "mp3", SATURATED)?;
            let ticks = (gateway.processor_ticks()? - before) as f64;
            // The first round pays for what is loaded.
            if round > 0 {
                rates.push(rate);
                work.push(ticks * 10.0 / (rate * SATURATED.as_secs_f64()));
            }
        }
    }
    let [alone, shared] = rates.map(|rates| median(&rates));
    let [alone_work, shared_work] = work.map(|work| median(&work));
    let less = 100.0 * (1.0 - shared / alone);
    report.row(
        "cost of sharing in a flight of one gateway alone",
        "≤ 3 % of throughput",
        format!(
            "{less:.1} % ({shared:.1} replies a second, {alone:.1} without Redis; {shared_work:.1} ms of processor time each, \
             {alone_work:.1} without)"
        ),
        less <= 3.0,
    );
    Ok(())
}
