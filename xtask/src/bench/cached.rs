//! A rendition from the cache against nginx serving the same bytes as a file.

use std::io;
use std::net::SocketAddr;
use std::process::Command;

use super::Bench;
use super::http::{self, Request};
use super::process::Server;
use super::replies::Replies;
use super::report::Report;
use super::statistics::{median, percentile};

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 5;
const SECONDS_A_ROUND: usize = 3;

pub fn measure(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let gateway = Server::gateway(&bench.gateway)?;
    let mut replies = Replies::default();
    let mut lines = Vec::new();
    for sentences in [1, 5] {
        let path = http::audio_path(gateway.address, &replies.next(sentences), "mp3")?;
        let sound = http::fetch(gateway.address, &Request::get(&path))?;
        let nginx = Server::nginx(&sound, "audio/mpeg")?;
        if http::fetch(nginx.address, &Request::get("/sound"))? != sound {
            return Err(io::Error::other("nginx does not serve the same bytes"));
        }
        let (mut ratios, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let (mine, nginxs) = if round % 2 == 0 {
                let mine = requests_a_second(gateway.address, &path)?;
                (mine, requests_a_second(nginx.address, "/sound")?)
            } else {
                let nginxs = requests_a_second(nginx.address, "/sound")?;
                (requests_a_second(gateway.address, &path)?, nginxs)
            };
            ratios.push(mine / nginxs);
            ours.push(mine);
            theirs.push(nginxs);
        }
        let ratio = median(&ratios);
        if sentences == 5 {
            report.row(
                "cached five-sentence rendition over HTTP, against nginx serving the same bytes as a file",
                "≥ 1.0 ×",
                format!(
                    "{ratio:.2} × ({:.0} requests a second, nginx {:.0})",
                    median(&ours),
                    median(&theirs)
                ),
                ratio >= 1.0,
            );
        }
        lines.push(format!(
            "| {sentences} | {} | {:.0} | {:.0} | {:.2} | {ratio:.2} | {:.2} |",
            sound.len(),
            median(&ours),
            median(&theirs),
            percentile(&ratios, 0.0),
            percentile(&ratios, 100.0)
        ));
    }
    report.detail(
        "A rendition from the cache",
        &format!(
            "wrk with one thread and {CONNECTIONS} kept connections against the signed URL, and against nginx (a worker a core, sendfile, \
             open file cache, no access log) with the same bytes in a file; {ROUNDS} rounds of {SECONDS_A_ROUND} s each, in turns. \
             Load and servers share the cores.\n\n\
             | sentences | bytes | requests a second | nginx | lowest ratio | median | highest |\n|---|---|---|---|---|---|---|\n{}",
            lines.join("\n")
        ),
    );
    Ok(())
}

/// What wrk counts, provided that every answer was a success.
pub fn requests_a_second(address: SocketAddr, path: &str) -> io::Result<f64> {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &CONNECTIONS.to_string()])
        .args(["--duration", &format!("{SECONDS_A_ROUND}s"), &format!("http://{address}{path}")])
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let rate = said.lines().find_map(|line| line.strip_prefix("Requests/sec:")?.trim().parse().ok());
    match rate {
        Some(rate) if !said.contains("Non-2xx") && !said.contains("Socket errors") => Ok(rate),
        _ => Err(io::Error::other(format!("wrk was not answered well:\n{said}"))),
    }
}
