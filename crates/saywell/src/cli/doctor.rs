//! `saywell doctor`: tries what a gateway stands on, one thing after the other, and says how to mend what is wrong.

mod beside;
mod entrance;

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::{Failed, check, print, print_json};
use crate::causes::causes;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Settings;
use crate::net;

/// How long one trial may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How far this machine's clock may differ from another's: links and tokens are judged by it.
const MOST_SKEW: Duration = Duration::from_secs(5);

/// Arguments of `saywell doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where callers reach the gateway; `TTS_PUBLIC_URL` if not given
    #[arg(long, value_name = "ADDRESS")]
    url: Option<String>,
    /// An API key or a token to ask for speech there with
    #[arg(long)]
    key: Option<String>,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// What came of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Fine,
    Wrong,
    /// There was nothing to try, or no way to.
    Skipped,
}

/// What was found of one thing.
#[derive(Debug, Serialize)]
struct Finding {
    /// What was tried, as messages call it.
    what: String,
    state: State,
    /// What was found.
    found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    fn fine(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { what: what.into(), state: State::Fine, found: found.into(), remedy: None }
    }

    fn skipped(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { state: State::Skipped, ..Self::fine(what, found) }
    }

    fn wrong(what: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state: State::Wrong, remedy: Some(remedy.into()), ..Self::fine(what, found) }
    }

    fn print(&self) -> Result<(), Failed> {
        let mark = match self.state {
            State::Fine => "✓",
            State::Wrong => "✗",
            State::Skipped => "-",
        };
        print(format_args!("{mark} {}: {}", self.what, self.found))?;
        self.remedy.as_ref().map_or(Ok(()), |remedy| print(format_args!("    {remedy}")))
    }
}

/// Somebody else's clock: whose, and by how much it is ahead of ours, seconds.
#[derive(Debug)]
struct Clock {
    whose: &'static str,
    ahead: f64,
}

impl Clock {
    /// What another machine said that the time is, after a question that was asked at `asked` and answered by now.
    fn read(whose: &'static str, asked: SystemTime, told: SystemTime) -> Self {
        let since =
            |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let now = f64::midpoint(since(asked), since(SystemClock.now()));
        Self { whose, ahead: since(told) - now }
    }

    /// As the answer to a call over HTTP has it, in whole seconds.
    fn of_answer(whose: &'static str, asked: SystemTime, answer: &reqwest::Response) -> Option<Self> {
        let date = answer.headers().get(reqwest::header::DATE)?.to_str().ok()?;
        Some(Self::read(whose, asked, httpdate::parse_http_date(date).ok()?))
    }
}

/// What has been found so far.
struct Findings {
    settings: Settings,
    client: reqwest::Client,
    as_json: bool,
    all: Vec<Finding>,
    clocks: Vec<Clock>,
}

impl Findings {
    /// Tells it at once: some trials take their time.
    fn add(&mut self, finding: Finding) -> Result<(), Failed> {
        if !self.as_json {
            finding.print()?;
        }
        self.all.push(finding);
        Ok(())
    }
}

pub(super) async fn run(arguments: Arguments, settings: Settings) -> Result<(), Failed> {
    let mut findings = Findings {
        client: net::client()?,
        as_json: arguments.json,
        all: Vec::new(),
        clocks: Vec::new(),
        settings,
    };
    beside::data_folder(&mut findings)?;
    beside::database(&mut findings).await?;
    beside::redis(&mut findings).await?;
    beside::storage(&mut findings).await?;
    providers(&mut findings).await?;
    entrance::examine(&mut findings, arguments.url, arguments.key).await?;
    clock(&mut findings)?;
    if findings.as_json {
        print_json(&findings.all)?;
    }
    match findings.all.iter().filter(|finding| finding.state == State::Wrong).count() {
        0 => Ok(()),
        1 => Err(Failed::Run("one thing is wrong".into())),
        count => Err(Failed::Run(format!("{count} things are wrong"))),
    }
}

/// Whether each provider speaks with the key that it has.
async fn providers(findings: &mut Findings) -> Result<(), Failed> {
    let names: Vec<String> = findings.settings.chain().into_iter().map(str::to_owned).collect();
    for name in names {
        let what = format!("provider {name}");
        let finding = match check::check(&name, &findings.settings).await {
            Ok(usable) => Finding::fine(what, usable.to_string()),
            Err(reason) => Finding::wrong(
                what,
                reason,
                format!(
                    "Look at its key, its address and what is left to spend there; docs/PROVIDERS.md says what it needs. Until then \
                     take `{name}` out of TTS_PROVIDER and TTS_FALLBACK."
                ),
            ),
        };
        findings.add(finding)?;
    }
    Ok(())
}

/// Whether this machine's clock agrees with those of others that told theirs.
fn clock(findings: &mut Findings) -> Result<(), Failed> {
    let furthest = findings.clocks.iter().max_by(|a, b| a.ahead.abs().total_cmp(&b.ahead.abs()));
    let finding = match furthest {
        None => Finding::skipped("clock", "nobody to compare with: no Redis, bucket or public address"),
        Some(Clock { whose, ahead }) if ahead.abs() > MOST_SKEW.as_secs_f64() => {
            let direction = if *ahead > 0.0 { "behind" } else { "ahead of" };
            Finding::wrong(
                "clock",
                format!("this machine's is {:.0} s {direction} that of {whose}", ahead.abs()),
                "Switch on time synchronisation (`timedatectl set-ntp true`): tokens, links and signed addresses are judged by \
                 the clock.",
            )
        }
        Some(Clock { whose, .. }) => Finding::fine("clock", format!("agrees with that of {whose}")),
    };
    findings.add(finding)
}

/// An answer within [`PATIENCE`], or why there is none.
async fn in_time<T, E: std::error::Error>(answer: impl Future<Output = Result<T, E>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(|error| causes(&error)),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_by_how_much_it_is_ahead() {
        let now = SystemClock.now();
        let ahead = Clock::read("Redis", now, now + Duration::from_mins(1)).ahead;
        assert!((59.0..=60.0).contains(&ahead), "{ahead}");
        let behind = Clock::read("Redis", now, now - Duration::from_mins(1)).ahead;
        assert!((-61.0..=-60.0).contains(&behind), "{behind}");
    }
}
