//! Anonymous sessions: a signed cookie that says nothing but "the same browser as before".

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::seal::Seal;
use crate::secret::Secret;

/// The cookie's name.
pub const COOKIE: &str = "saywell_session";

/// How long a session lasts: as long as the longest time that limits count for.
const LIFETIME: Duration = Duration::from_hours(31 * 24);

/// Makes sessions and knows them again.
#[derive(Debug)]
pub struct Sessions {
    seal: Seal,
}

impl Sessions {
    /// Sessions signed with this key.
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self { seal: Seal::new(key, "saywell session 1") }
    }

    /// The session of a request, if it brought one of ours that has not ended.
    #[must_use]
    pub fn find(&self, headers: &HeaderMap, now: SystemTime) -> Option<String> {
        cookies(headers, COOKIE).find_map(|cookie| self.read(cookie, now))
    }

    /// A new session, and the cookie that carries it. `secure`: the browser keeps it to HTTPS.
    #[must_use]
    pub fn begin(&self, now: SystemTime, secure: bool) -> (String, String) {
        let id = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
        let begun = seconds(now).to_string();
        let seal = self.seal.over(&[&id, &begun]);
        let secure = if secure { "; Secure" } else { "" };
        let cookie = format!(
            "{COOKIE}={id}.{begun}.{seal}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
            LIFETIME.as_secs()
        );
        (id, cookie)
    }

    fn read(&self, cookie: &str, now: SystemTime) -> Option<String> {
        let mut parts = cookie.splitn(3, '.');
        let (id, begun, seal) = (parts.next()?, parts.next()?, parts.next()?);
        if !self.seal.holds(&[id, begun], seal) {
            return None;
        }
        let ends = begun.parse::<u64>().ok()?.checked_add(LIFETIME.as_secs())?;
        (seconds(now) < ends).then(|| id.to_owned())
    }
}

/// The values of every cookie of this name.
pub(super) fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())])
    }

    #[test]
    fn a_session_is_known_again_until_it_ends() {
        let sessions = Sessions::new(&Secret::new("a secret of at least thirty-two letters"));
        let begun = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let (id, cookie) = sessions.begin(begun, true);
        for attribute in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        let value = cookie.split(';').next().unwrap();
        let brought = request(&format!("theme=dark; {value}; {COOKIE}x=1"));
        assert_eq!(sessions.find(&brought, begun), Some(id.clone()));
        assert_eq!(sessions.find(&brought, begun + LIFETIME - Duration::from_secs(1)), Some(id.clone()));
        assert_eq!(sessions.find(&brought, begun + LIFETIME), None);
        // One that another page has put before ours does not hide it.
        assert_eq!(sessions.find(&request(&format!("{COOKIE}=a.1.b; {value}")), begun), Some(id));
    }

    #[test]
    fn nobody_else_can_make_one() {
        let sessions = Sessions::new(&Secret::new("a secret of at least thirty-two letters"));
        let (id, cookie) = sessions.begin(UNIX_EPOCH, false);
        assert!(!cookie.contains("Secure"));
        let value = cookie.split(';').next().unwrap();
        let other = id.chars().rev().collect::<String>();
        for forged in [
            value.replace(&id, &other),
            value.replace(".0.", ".99999999999.").clone(),
            value[..value.len() - 1].to_owned(),
            format!("{COOKIE}={id}"),
            format!("{COOKIE}=.."),
            format!("{COOKIE}="),
        ] {
            assert_eq!(sessions.find(&request(&forged), UNIX_EPOCH), None, "{forged}");
        }
    }
}
