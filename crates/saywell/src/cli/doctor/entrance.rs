//! The way in: whether callers reach the gateway through what stands in front of it, and hear sound as it is made.

use std::time::{Duration, Instant};

use reqwest::{Client, Response, StatusCode};
use serde_json::json;

use super::{Clock, Failed, Finding, Findings, in_time};
use crate::clock::{Clock as _, SystemClock};
use crate::config::Settings;
use crate::identity::MEMBER;
use crate::identity::Mode;
use crate::identity::token::{self, Claims};

const WHAT: &str = "public address";
/// Sentences that are asked for: enough that the first is there long before the last.
const SENTENCES: usize = 12;
/// Where the first sound comes after so much of the time until the last, something has gathered it on its way.
const GATHERED: f64 = 0.8;
/// How long a token for this lasts.
const TOKEN_LASTS: Duration = Duration::from_mins(5);

pub(super) async fn examine(
    findings: &mut Findings,
    url: Option<String>,
    key: Option<String>,
) -> Result<(), Failed> {
    let url = url.unwrap_or_else(|| findings.settings.public_url.clone());
    let url = url.trim_end_matches('/');
    if url.is_empty() {
        let found = "not known: set TTS_PUBLIC_URL or give --url to try the proxy in front";
        return findings.add(Finding::skipped(WHAT, found));
    }
    let asked = SystemClock.now();
    let alive = in_time(findings.client.get(format!("{url}/healthz")).send()).await;
    let answer = match alive {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(answer) => {
            return findings.add(Finding::wrong(
                WHAT,
                format!("{url}/healthz is answered with {}", answer.status()),
                "Let the proxy pass this path to the gateway, and look whether the gateway runs (docs/OPERATIONS.md, \"Behind a \
                 reverse proxy\").",
            ));
        }
        Err(reason) => {
            return findings.add(Finding::wrong(
                WHAT,
                format!("{url}/healthz gives no answer: {reason}"),
                "Start the gateway and the proxy, and look at the address, its certificate and the firewall.",
            ));
        }
    };
    findings.clocks.extend(Clock::of_answer("whoever answers there", asked, &answer));
    findings.add(Finding::fine(WHAT, format!("{url} reaches a gateway")))?;
    let finding = match credential(&findings.settings, key)? {
        Credential::Missing => Finding::skipped("sound as it is made", "needs --key to ask for speech"),
        Credential::Unneeded => sound(&findings.client, url, None).await,
        Credential::Shown(key) => sound(&findings.client, url, Some(&key)).await,
    };
    findings.add(finding)
}

/// What to ask for speech with.
enum Credential {
    Unneeded,
    Shown(String),
    Missing,
}

fn credential(settings: &Settings, key: Option<String>) -> Result<Credential, Failed> {
    if let Some(key) = key {
        return Ok(Credential::Shown(key));
    }
    let has = |mode| settings.auth.contains(&mode);
    if settings.auth.is_empty() || has(Mode::None) || has(Mode::Trial) {
        return Ok(Credential::Unneeded);
    }
    let Some(secret) = settings.jwt_secret.as_ref().filter(|_| has(Mode::Jwt)) else {
        return Ok(Credential::Missing);
    };
    let claims = Claims { user: "saywell-doctor".into(), room: None, plan: MEMBER.into() };
    Ok(Credential::Shown(token::mint(&settings.jwt, secret, &claims, SystemClock.now(), TOKEN_LASTS)?))
}

/// Asks for a reply that nobody has asked for before, and looks when its first sound comes and when its last.
async fn sound(client: &Client, url: &str, key: Option<&str>) -> Finding {
    const WHAT: &str = "sound as it is made";
    let number: u32 = rand::random();
    let text: String =
        (1..=SENTENCES).map(|sentence| format!("This is sentence {sentence} of trial {number}. ")).collect();
    let request = client.post(format!("{url}/tts")).json(&json!({ "text": text, "format": "pcm" }));
    let request = if let Some(key) = key { request.bearer_auth(key) } else { request };
    let begun = Instant::now();
    let answer = match in_time(request.send()).await {
        Ok(answer) if answer.status() == StatusCode::OK => answer,
        Ok(answer) => {
            let status = answer.status();
            return Finding::wrong(
                WHAT,
                format!("speech is refused with {status}: {}", refusal(answer).await),
                "Give a credential that may speak with --key, and look at the gateway's log.",
            );
        }
        Err(reason) => return Finding::wrong(WHAT, reason, "Look at the gateway's log."),
    };
    match in_time(first_and_last(answer, begun)).await {
        Err(reason) => Finding::wrong(
            WHAT,
            format!("the answer breaks off: {reason}"),
            "Raise the proxy's time limits for answers (nginx: proxy_read_timeout), and look at the gateway's log.",
        ),
        Ok((first, last)) if first > last * GATHERED => Finding::wrong(
            WHAT,
            format!(
                "the first sound comes after {first:.1} s of {last:.1} s: something on the way gathers it"
            ),
            "Switch off gathering (nginx: proxy_buffering off and gzip off for /tts; Cloudflare and others: no transformation of \
             audio), so that listeners hear the first sentence while the rest is made.",
        ),
        Ok((first, last)) => {
            Finding::fine(WHAT, format!("the first sound comes after {first:.1} s of {last:.1} s"))
        }
    }
}

/// The code of an error of ours, or the beginning of whatever somebody else said.
async fn refusal(answer: Response) -> String {
    let text = answer.text().await.unwrap_or_default();
    let told: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let message = told.as_ref().and_then(|told| told["error"]["message"].as_str());
    message.map_or_else(|| text.chars().take(120).collect(), str::to_owned)
}

/// When the first and the last byte came, seconds.
async fn first_and_last(mut answer: Response, begun: Instant) -> Result<(f64, f64), reqwest::Error> {
    let mut first = None;
    while let Some(piece) = answer.chunk().await? {
        if !piece.is_empty() {
            first.get_or_insert(begun.elapsed().as_secs_f64());
        }
    }
    let last = begun.elapsed().as_secs_f64();
    Ok((first.unwrap_or(last), last))
}
