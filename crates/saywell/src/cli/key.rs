//! `saywell key`.

use std::time::{Duration, SystemTime};

use super::{Failed, complain, print};
use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::config::Settings;
use crate::identity::key::{NewKey, mint};
use crate::identity::token::{self, Claims};
use crate::identity::{KeyLimits, MEMBER, NO_ID, Scopes, plain_id, plain_plan};
use crate::store::KeyRow;

/// Arguments of `saywell key`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Mint an API key and print it, this once
    Mint(Mint),
    /// Sign a token for one user with `TTS_JWT_SECRET`
    Token(Token),
    /// List the API keys
    List,
    /// Revoke an API key, at once and for good
    Revoke {
        /// Its id, as `list` shows it
        id: String,
    },
}

#[derive(Debug, clap::Args)]
struct Mint {
    /// What it is for
    #[arg(long, value_parser = plain)]
    name: String,
    /// What it may do: speak, admin or both
    #[arg(long, value_enum, value_delimiter = ',', default_value = "speak")]
    scope: Vec<KeyScope>,
    /// When it ends, such as 90d or 12h; never if not given
    #[arg(long, value_parser = lasts)]
    expires: Option<Duration>,
    /// Requests a minute, of all its callers together
    #[arg(long)]
    requests_per_minute: Option<u32>,
    /// Flights at once
    #[arg(long)]
    concurrent: Option<u32>,
    /// Characters a day
    #[arg(long)]
    characters_per_day: Option<u64>,
    /// Characters a month
    #[arg(long)]
    characters_per_month: Option<u64>,
    /// Seconds of speech a day
    #[arg(long)]
    seconds_per_day: Option<f64>,
    /// Seconds of speech a month
    #[arg(long)]
    seconds_per_month: Option<f64>,
    /// Money a day
    #[arg(long)]
    money_per_day: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum KeyScope {
    /// Speak
    Speak,
    /// Steer the server
    Admin,
}

#[derive(Debug, clap::Args)]
struct Token {
    /// The user's id
    #[arg(long, value_parser = plain)]
    user: String,
    /// The room it is bound to
    #[arg(long, value_parser = plain)]
    room: Option<String>,
    /// The user's plan
    #[arg(long, value_parser = plan, default_value = MEMBER)]
    plan: String,
    /// When it ends, such as 15m or 1h
    #[arg(long, value_parser = lasts, default_value = "1h")]
    expires: Duration,
}

pub(super) async fn run(arguments: Arguments, settings: Settings) -> Result<(), Failed> {
    let now = SystemClock.now();
    match arguments.command {
        Command::Mint(wanted) => {
            let new = new_key(&wanted, now);
            if let Some((limit, problem)) = new.limits.fault() {
                return Err(Failed::Usage(format!("--{} {problem}", limit.replace('_', "-"))));
            }
            let store = app::open_store(&settings).await?;
            let (key, row) = mint(&*store.keys, new, now).await?;
            complain(format_args!("key {} is kept as a hash only: this is the one time it is shown", row.id));
            print(key)
        }
        Command::Token(wanted) => {
            let secret = settings.jwt_secret.as_ref().ok_or_else(|| {
                Failed::Usage("tokens are signed with TTS_JWT_SECRET, and it is not set".to_owned())
            })?;
            let claims = Claims { user: wanted.user, room: wanted.room, plan: wanted.plan };
            print(token::mint(&settings.jwt, secret, &claims, now, wanted.expires)?)
        }
        Command::List => {
            for row in app::open_store(&settings).await?.keys.list().await? {
                print(format_args!(
                    "{}  {:<11}  {:<24}  {}",
                    row.id,
                    scopes(row.scopes),
                    row.name,
                    state(&row, now)
                ))?;
            }
            Ok(())
        }
        Command::Revoke { id } => {
            if app::open_store(&settings).await?.keys.revoke(&id, now).await? {
                print(format_args!("revoked {id}"))
            } else {
                Err(Failed::Run(format!("there is no key {id} in force")))
            }
        }
    }
}

fn new_key(wanted: &Mint, now: SystemTime) -> NewKey {
    let has = |scope| wanted.scope.contains(&scope);
    NewKey {
        name: wanted.name.clone(),
        scopes: Scopes { speak: has(KeyScope::Speak), admin: has(KeyScope::Admin) },
        limits: KeyLimits {
            requests_per_minute: wanted.requests_per_minute,
            concurrent: wanted.concurrent,
            characters_per_day: wanted.characters_per_day,
            characters_per_month: wanted.characters_per_month,
            seconds_per_day: wanted.seconds_per_day,
            seconds_per_month: wanted.seconds_per_month,
            money_per_day: wanted.money_per_day,
        },
        expires_at: wanted.expires.map(|lasts| now + lasts),
    }
}

fn scopes(scopes: Scopes) -> &'static str {
    match (scopes.speak, scopes.admin) {
        (true, true) => "speak,admin",
        (true, false) => "speak",
        (false, true) => "admin",
        (false, false) => "none",
    }
}

fn state(row: &KeyRow, now: SystemTime) -> String {
    match (row.revoked_at, row.expires_at) {
        (Some(at), _) => format!("revoked {}", httpdate::fmt_http_date(at)),
        (None, Some(at)) if at <= now => format!("expired {}", httpdate::fmt_http_date(at)),
        (None, Some(at)) => format!("until {}", httpdate::fmt_http_date(at)),
        (None, None) => "in force".to_owned(),
    }
}

/// What can be printed in a line.
fn plain(text: &str) -> Result<String, String> {
    plain_id(text).ok_or_else(|| NO_ID.to_owned())
}

fn plan(text: &str) -> Result<String, String> {
    plain_plan(text)
        .then(|| text.to_owned())
        .ok_or_else(|| "must have letters, digits, `-` and `_` only".to_owned())
}

/// A time such as `90d`, of a century at most.
fn lasts(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_hours(24 * 36_525);
    let lasts = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if (Duration::from_secs(1)..=LONGEST).contains(&lasts) {
        Ok(lasts)
    } else {
        Err("must be from 1s to 100y".into())
    }
}
