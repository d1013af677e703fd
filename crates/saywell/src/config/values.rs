//! Values as they are written, read and checked, and shown again. Errors say what is allowed.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use saywell_text::Emoji;

use crate::cache::check_storage_url;
use crate::identity::{Mode, UserCase};
use crate::limits::WithoutRedis;
use crate::redis_client;
use crate::script::{TooLong, UnsupportedLanguage};
use crate::secret::Secret;
use crate::store::check_address;

/// The fewest characters of a secret that signs something.
pub const SHORTEST_SECRET: usize = 32;

pub(super) fn flag(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

/// One of these words, in any case.
fn one_of<T: Copy>(value: &str, words: &[(&str, T)]) -> Result<T, String> {
    let value = value.trim();
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
    found.map(|(_, meant)| *meant).ok_or_else(|| {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let (last, others) = names.split_last().unwrap_or((&"", &[]));
        format!("must be {} or {last}", others.join(", "))
    })
}

pub(super) fn too_long(value: &str) -> Result<TooLong, String> {
    one_of(value, &[("speak", TooLong::Speak), ("refuse", TooLong::Refuse)])
}

pub(super) fn user_case(value: &str) -> Result<UserCase, String> {
    one_of(value, &[("counts", UserCase::Counts), ("ignored", UserCase::Ignored)])
}

pub(super) fn unsupported_language(value: &str) -> Result<UnsupportedLanguage, String> {
    use UnsupportedLanguage::{Announce, Read, Refuse, Skip};
    one_of(value, &[("announce", Announce), ("read", Read), ("skip", Skip), ("refuse", Refuse)])
}

pub(super) fn emoji(value: &str) -> Result<Emoji, String> {
    one_of(value, &[("silent", Emoji::Silent), ("named", Emoji::Named)])
}

pub(super) fn without_redis(value: &str) -> Result<WithoutRedis, String> {
    one_of(value, &[("local", WithoutRedis::Local), ("refuse", WithoutRedis::Refuse)])
}

pub(super) fn database_address(value: &str) -> Result<String, String> {
    let value = filled(value)?;
    check_address(&value)?;
    Ok(value)
}

pub(super) fn collector(value: &str) -> Result<String, String> {
    let value = value.trim();
    match reqwest::Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(value.to_owned()),
        _ => Err("must start with http:// or https://, such as http://127.0.0.1:4318".into()),
    }
}

pub(super) fn storage_address(value: &str) -> Result<String, String> {
    let value = filled(value)?;
    check_storage_url(&value)?;
    Ok(value)
}

/// The address of a Redis that can be used. What is wrong with it is told without the address: it may have a password.
pub(super) fn redis_address(value: &str) -> Result<Secret, String> {
    let value = value.trim();
    redis_client::Address::parse(value).map(|_| Secret::new(value)).map_err(str::to_owned)
}

pub(super) fn filled(value: &str) -> Result<String, String> {
    let value = value.trim();
    if value.is_empty() { Err("must not be empty".into()) } else { Ok(value.to_owned()) }
}

pub(super) fn list(value: &str) -> impl Iterator<Item = String> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned)
}

#[expect(clippy::needless_pass_by_value, reason = "bounds are numbers")]
pub(super) fn number<T>(value: &str, least: T, most: T) -> Result<T, String>
where
    T: std::str::FromStr + PartialOrd + fmt::Display,
{
    value
        .trim()
        .parse()
        .ok()
        .filter(|number| (&least..=&most).contains(&number))
        .ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}

pub(super) fn seconds(value: &str, least: f64, most: f64) -> Result<Duration, String> {
    value
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|seconds| (least..=most).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| format!("must be a number of seconds from {least} to {most}"))
}

pub(super) fn unless_zero(duration: Duration) -> Option<Duration> {
    (!duration.is_zero()).then_some(duration)
}

/// Binary units, the larger first, so that a size is shown in the largest that divides it.
const BYTE_UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1)];

pub(super) fn bytes(value: &str) -> Result<u64, String> {
    let value = value.trim();
    let (unit, size) = BYTE_UNITS
        .into_iter()
        .find(|(unit, _)| {
            !unit.is_empty() && value.to_ascii_lowercase().ends_with(&unit.to_ascii_lowercase())
        })
        .unwrap_or(("", 1));
    value[..value.len() - unit.len()]
        .trim()
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(size))
        .ok_or_else(|| "must be a number of bytes, such as 2147483648 or 2GiB".to_owned())
}

pub(super) fn show_bytes(bytes: u64) -> String {
    BYTE_UNITS
        .into_iter()
        .find(|(_, size)| bytes >= *size && bytes.is_multiple_of(*size))
        .map_or_else(|| bytes.to_string(), |(unit, size)| format!("{}{unit}", bytes / size))
}

/// Where Home Assistant looks for a voice first.
pub(super) const WYOMING_PORT: u16 = 10_200;

pub(super) fn address(value: &str, port: u16) -> Result<SocketAddr, String> {
    let value = value.trim().replace("localhost", "127.0.0.1");
    value
        .parse()
        .or_else(|_| value.trim_matches(['[', ']']).parse().map(|host| SocketAddr::new(host, port)))
        .map_err(|_| "must be an address such as 127.0.0.1:8787".to_owned())
}

pub(super) fn web_address(value: &str) -> Result<String, String> {
    let value = value.trim().trim_end_matches('/');
    match value.split_once("://") {
        Some(("http" | "https", rest)) if !rest.is_empty() => Ok(value.to_owned()),
        _ => Err("must start with http:// or https://".into()),
    }
}

/// An origin as browsers send it.
pub(super) fn web_origin(value: &str) -> Result<String, String> {
    let address = web_address(value)?;
    let wrong = || "must be made of origins such as https://chat.example.com, without a path".to_owned();
    let address = reqwest::Url::parse(&address).map_err(|_| wrong())?;
    let bare = address.path() == "/"
        && address.query().is_none()
        && address.fragment().is_none()
        && address.username().is_empty();
    bare.then(|| address.origin().ascii_serialization()).ok_or_else(wrong)
}

pub(super) fn secret(value: &str) -> Result<Secret, String> {
    let value = value.trim();
    if value.chars().count() < SHORTEST_SECRET {
        return Err(format!("must have at least {SHORTEST_SECRET} characters"));
    }
    Ok(Secret::new(value))
}

pub(super) fn auth_modes(value: &str) -> Result<Vec<Mode>, String> {
    let mode = |name: String| Mode::ALL.into_iter().find(|mode| mode.name() == name.to_ascii_lowercase());
    let mut modes = list(value)
        .map(|name| {
            mode(name).ok_or_else(|| "must be made of jwt, key, trial and none, comma-separated".to_owned())
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut seen = Vec::new();
    modes.retain(|mode| {
        !seen.contains(mode) && {
            seen.push(*mode);
            true
        }
    });
    Ok(modes)
}

/// What decides whose tokens are good must not be forged on its way here.
pub(super) fn keys_address(value: &str) -> Result<String, String> {
    let address = web_address(value)?;
    let url = reqwest::Url::parse(&address).map_err(|error| format!("is no web address: {error}"))?;
    let local = match url.host_str().map(|host| host.trim_matches(['[', ']'])) {
        Some("localhost") => true,
        Some(host) => host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    };
    if url.scheme() == "https" || local { Ok(address) } else { Err("must start with https://".to_owned()) }
}

pub(super) fn cookie_name(value: &str) -> Result<String, String> {
    let name = filled(value)?;
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if plain { Ok(name) } else { Err("must have letters, digits, `-`, `_` and `.` only".to_owned()) }
}

pub(super) fn proxy(value: &str) -> Result<IpNet, String> {
    value
        .parse()
        .or_else(|_| value.parse::<std::net::IpAddr>().map(|address| IpNet::from(address.to_canonical())))
        .map(|network: IpNet| network.trunc())
        .map_err(|_| format!("`{value}` is neither an address nor a network such as 10.0.0.0/8"))
}

/// A web address without the password in it.
pub(super) fn without_password(address: &str) -> String {
    const HIDDEN: &str = "••••••";
    let (mut shown, rest) = match (address.split_once("://"), address.rfind('@')) {
        (Some((scheme, rest)), Some(at)) if at > scheme.len() => {
            let (user, _) = rest.split_once(['@', ':']).unwrap_or((rest, ""));
            (format!("{scheme}://{user}:{HIDDEN}"), &address[at..])
        }
        _ => (String::new(), address),
    };
    for (number, part) in rest.split(['?', '&']).enumerate() {
        shown.push_str(match number {
            0 => "",
            1 => "?",
            _ => "&",
        });
        match part.split_once('=') {
            Some((name, _)) if number > 0 && name.contains("password") => shown.extend([name, "=", HIDDEN]),
            _ => shown.push_str(part),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked() {
        assert_eq!(without_password("postgres://ann:secret@db/x"), "postgres://ann:••••••@db/x");
        assert_eq!(without_password("sqlite:data.db"), "sqlite:data.db");
        assert_eq!(without_password("postgres://ann:s?cr&t@db/x?a=b"), "postgres://ann:••••••@db/x?a=b");
        let sentinels = "redis+sentinel://one,two/main?sentinel_user=ann&sentinel_password=secret";
        assert_eq!(
            without_password(sentinels),
            "redis+sentinel://one,two/main?sentinel_user=ann&sentinel_password=••••••"
        );
        assert_eq!(format!("{:?}", Secret::new("hush")), "••••••");
    }
}
