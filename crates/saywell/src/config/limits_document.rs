//! `docs/LIMITS.md`, made from the plans that ship.

use std::fmt::Write as _;

use super::SETTINGS;
use crate::limits::{Plan, Plans, Quantities};

/// One limit: its key, what it limits, what it is on a plan, and what a caller is told who passes it.
type Line = (&'static str, &'static str, fn(&Plan) -> String, &'static str);

/// One quantity: as [`Line`].
type Quantity = (&'static str, &'static str, fn(&Quantities) -> String, &'static str);
/// Quantities that a plan has for several callers together: its table, whose they are, and where they stand.
type Together = (&'static str, &'static str, fn(&Plan) -> &Quantities);

/// What is limited for each caller, and for a room, a network and a plan together as well.
const QUANTITIES: &[Quantity] = &[
    ("requests_per_minute", "requests a minute", |q| or_none(q.requests_per_minute), "`rate_limited`"),
    ("burst", "how many of them may come at once", |q| or_none(q.burst), "`rate_limited`"),
    ("flights", "replies in the making at once", |q| or_none(q.flights), "`rate_limited`"),
    (
        "connections",
        "connections of `/tts/stream` at once, to one gateway",
        |q| or_none(q.connections),
        "`rate_limited`",
    ),
    ("characters_per_day", "characters made into sound a day", |q| or_none(q.characters_per_day), QUOTA),
    (
        "characters_per_month",
        "characters made into sound a month",
        |q| or_none(q.characters_per_month),
        QUOTA,
    ),
    ("seconds_per_day", "seconds of sound a day", |q| or_none(q.seconds_per_day), QUOTA),
    ("seconds_per_month", "seconds of sound a month", |q| or_none(q.seconds_per_month), QUOTA),
    ("money_per_day", "what providers charge a day", |q| or_none(q.money_per_day), QUOTA),
];

/// What is limited for one request.
const REQUEST: &[Line] = &[
    (
        "max_chars",
        "most characters that are said",
        |plan| or_none(plan.max_chars),
        "spoken as far as it fits, or `text_too_long`",
    ),
    (
        "max_seconds",
        "longest speech, seconds",
        |plan| or_none(plan.max_seconds),
        "spoken as far as it fits, or `text_too_long`",
    ),
    ("providers", "providers that may be asked", |plan| listed(plan.providers.as_ref()), "`forbidden`"),
    ("models", "models that may be asked for", |plan| priced(plan.models.as_ref()), "`forbidden`"),
    ("voices", "voices that may be asked for", |plan| listed(plan.voices.as_ref()), "`forbidden`"),
    (
        "prefetch",
        "replies made before anybody listens",
        |plan| allowed(plan.allows_prefetch()),
        "`forbidden`",
    ),
];

const QUOTA: &str = "`quota_exceeded`; on plan `trial`: `trial_exhausted`";

/// What cannot be told by a table.
const WORDS: &str = "\
## How it is counted

- Days and months are UTC's. Requests fill up evenly: 120 a minute is one every half second, `burst` of them at once.
- A reply is reserved for before it is made, and settled when it is made: what came from the cache, what was not made
  because every listener left, and what no provider could say is given back. What will really be sent and said is
  reserved, as the provider that is asked first counts it: after dictionaries, aliases and spelling out, with markup where
  it is charged for. `max_chars` and `max_seconds` are judged by the same: what is not read aloud, such as reasoning and code, is
  no part of them, up to 16 bytes of a text for each character that may be said, 4 where it comes as it is written. A call that would cost more than is reserved,
  such as a dearer provider's that helps out, is made only if the rest can be reserved too. Sound that becomes longer than
  1.25 times its bound, pauses and all, is cut off: estimates are off by that at most.
- Money counts for what the providers charge. Where only they can count (tokens, credits), that is known afterwards, and
  can pass a limit by what the replies in the making cost. A model without a price costs as much as its provider's
  dearest; without any price it is for plans without a limit of money. Amounts in different currencies are added as they are.
- Whoever joins a reply in the making pays nothing for it, nor does whoever hears one from the cache; both are requests.
  With `TTS_LIMITS_COUNT_CACHED` they count like what is made, but for money.
- A caller is the user, else the API key, else the anonymous session. An API key can have limits of its own, for all who
  use it together (`saywell key`). What an operator grants a user or a room comes on top of each day and month.
- `\"none\"` takes a limit of a plan that ships away. `providers` leaves the rest of the chain out for that plan; `models` and
  `voices` are names as callers ask for them, and the default voice needs none. Where money is limited and a plan names no
  `models`, those of the table of prices may be asked for.

## Where it is counted

Without `REDIS_URL` in this process, with it in Redis or Valkey, one atomic script a step, for all replicas together. What
Redis keeps over a restart is its own setting (`appendonly yes` keeps nearly everything).

Redis counts as away when it is, or has not answered within half a second. From then on no request waits for it; it is looked
for twice a second. `TTS_LIMITS_WITHOUT_REDIS` says what is done meanwhile: `refuse` answers `overloaded`; with `local` each
process goes on from the last state it knew, per account. It knows an account from Redis' last answer about it, and learns of
callers whom it has not met from the rows of usage, when Redis goes away. So nobody gets a second quota; what can go wrong
is bounded:

- While Redis is away, gateways do not see what others allow. A caller who comes to several of them can have what was left to
  them once at each, and as many flights at once. With one gateway everything stays exact.
- What was allowed meanwhile is told to Redis when it is back, before it is used again, and what is to be given back is
  given back, each once. A gateway that is killed before has told nothing: its part is then known from the rows of usage only.
- A Redis that comes back empty is brought up to what the gateways knew when they notice, which is after they could not reach
  it. It then forgets at most what other gateways allowed in the outage.
- A replica that is promoted lacks what the old primary had not sent yet, as a rule less than a second's work: so much can be
  had twice. With `appendfsync everysec` a crash costs the same. Rates begin anew then. Places of flights last 30 s and are renewed by
  the gateway that has them: those of one that was killed are free again after that, and a Redis that has lost them knows of
  none until then.

What was used this day and month is read from the rows of usage when a process starts, as far as the books do not know it:
a restart gives nobody their quota again. Networks are counted under a name that is made from the network and the month
with `TTS_SIGNING_KEY` (HMAC-SHA-256), in the books and in the rows, and only on plans that limit networks. Without the key
nobody can tell the address, and with another key, or another month, a network begins anew.

## Capacity

Whatever the plans allow, this server has `TTS_MAX_FLIGHTS` replies in the making, and four requests for each of them on
their way there. Past that it answers 503 `overloaded` at once, before the text is looked at. Half of it is anybody's; in the
other half nothing is made that nobody listens to yet, and a caller gets no more than an equal share.

Of `/tts/stream` it keeps four connections open for each reply that may be in the making, and no caller has more than a
quarter of them, whatever their plan says. One that carries no reply ends after a minute.

## What callers are told

Every answer to a request for speech has `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11) with
the requests of the caller, and of their key, room and network where those are limited. A refusal has `Retry-After`, unless
waiting does not help, and `details`: `what`, `per`, `of`, `plan`, `allowed`, `asked`, `used`, `resets_at` (seconds since
1970), and `words` that a player can show. How much is used of what is everybody's is told to nobody. `GET /tts/config` has
the caller's `plan` and `limits` with what is left of each.
";

/// The whole document.
#[must_use]
pub fn markdown() -> String {
    let plans = Plans::default();
    let names: Vec<&str> =
        ["trial", "member", "admin"].into_iter().filter(|name| plans.get(name).is_some()).collect();
    let mut text = String::from(
        "# Limits\n\n\
         <!-- Made by `cargo xtask docs` from the plans in `crates/saywell/src/limits/plan.rs`. -->\n\n\
         Every caller is on a plan. These ship; `[plans.NAME]` in `saywell.toml` changes them or adds to them, key by key:\n\n\
         ```toml\n[plans.trial]\ncharacters_per_day = 2000\n[plans.trial.address]\nflights = 2\n[plans.gold]\n\
         providers = [\"local\", \"azure\"]\nmoney_per_day = 20\n```\n\n## Each caller\n\n",
    );
    let heads: String = names.iter().map(|name| format!(" `{name}` |")).collect();
    let rule = "---|".repeat(names.len() + 3);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| key | what |{heads} past it |\n|{rule}");
    let line = |text: &mut String, key: &str, about: &str, show: &dyn Fn(&Plan) -> String, error: &str| {
        let values: String = names
            .iter()
            .filter_map(|name| plans.get(name))
            .map(|plan| format!(" {} |", show(plan)))
            .collect();
        let _ = writeln!(text, "| `{key}` | {about} |{values} {error} |");
    };
    for (key, about, show, error) in QUANTITIES {
        line(&mut text, key, about, &|plan| show(&plan.each()), error);
    }
    for (key, about, show, error) in REQUEST {
        line(&mut text, key, about, show, error);
    }
    let groups: [Together; 3] = [
        ("room", "All of a room on one plan", |plan| &plan.room),
        ("address", "All of a network (/24 of IPv4, /56 of IPv6) on one plan", |plan| &plan.address),
        ("all", "Everybody on one plan", |plan| &plan.all),
    ];
    for (table, title, of) in groups {
        let _ = writeln!(text, "\n## {title}\n\n| key | what |{heads} past it |\n|{rule}");
        for (key, about, show, error) in QUANTITIES {
            let everybodys = table == "all" && ["flights", "connections"].contains(key);
            let error = if everybodys { "`overloaded`" } else { error };
            line(&mut text, &format!("{table}.{key}"), about, &|plan| show(of(plan)), error);
        }
    }
    text.push_str(
        "\n## Everybody on every plan\n\n`[limits.in_all]` takes the same keys; none is set by default. Past `flights` and \
         `connections` the answer is `overloaded`.\n\n## Settings\n\n| variable | default | meaning |\n|---|---|---|\n",
    );
    let settings = SETTINGS.iter().filter(|setting| {
        setting.key.starts_with("limits.") && !setting.key.contains("timeout")
            || setting.variable == "REDIS_URL"
    });
    for setting in settings {
        let default =
            if setting.default.is_empty() { "unset".to_owned() } else { format!("`{}`", setting.default) };
        let _ = writeln!(text, "| `{}` | {default} | {} |", setting.variable, setting.about);
    }
    text.push('\n');
    text.push_str(WORDS);
    text
}

fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

fn listed(names: Option<&Vec<String>>) -> String {
    names.map_or_else(|| "all".to_owned(), |names| names.join(", "))
}

fn priced(names: Option<&Vec<String>>) -> String {
    names.map_or_else(|| "with a price".to_owned(), |names| names.join(", "))
}

fn allowed(allowed: bool) -> String {
    if allowed { "yes" } else { "no" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The committed document is the one that the code makes; `UPDATE_DOCS=1 cargo test` renews it.
    #[test]
    fn the_document_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/LIMITS.md");
        let made = markdown();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == made,
            "docs/LIMITS.md is out of date: run `cargo xtask docs`"
        );
    }

    /// A limit that is added to plans cannot be forgotten here.
    #[test]
    fn every_key_of_a_plan_is_in_it() {
        let all = Quantities {
            requests_per_minute: Some(1),
            burst: Some(1),
            flights: Some(1),
            connections: Some(1),
            characters_per_day: Some(1),
            characters_per_month: Some(1),
            seconds_per_day: Some(1.0),
            seconds_per_month: Some(1.0),
            money_per_day: Some(1.0),
        };
        let keys: Vec<String> = toml::Table::try_from(all).unwrap().into_iter().map(|(key, _)| key).collect();
        let mut known: Vec<&str> = QUANTITIES.iter().map(|(key, ..)| *key).collect();
        known.sort_unstable();
        assert_eq!(known, keys);
        let plan = Plan {
            max_chars: Some(1),
            max_seconds: Some(1),
            providers: Some(vec![]),
            voices: Some(vec![]),
            models: Some(vec![]),
            prefetch: Some(true),
            ..Plan::default()
        };
        let mut keys: Vec<String> =
            toml::Table::try_from(plan).unwrap().into_iter().map(|(key, _)| key).collect();
        keys.retain(|key| !["room", "address", "all"].contains(&key.as_str()));
        let mut known: Vec<&str> = REQUEST.iter().map(|(key, ..)| *key).collect();
        known.sort_unstable();
        assert_eq!(known, keys);
    }
}
