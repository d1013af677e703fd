//! Audio links: whoever holds one may hear one rendition and read its captions, until it expires. A link that was given
//! to somebody whose browser says by itself who they are opens for them alone (decision 0011).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use crate::identity::Subject;
use crate::identity::seal::Seal;
use crate::key::Key;
use crate::secret::Secret;

/// A link lasts between one and two of these. Ends are rounded up to whole ones, so that a page that asks again
/// gets the same link, and the browser's cache serves it.
const LIFETIME: Duration = Duration::from_hours(1);
/// The longest that a link lasts.
pub const LONGEST: Duration = Duration::from_hours(2);

/// Makes and checks links.
#[derive(Debug, Clone)]
pub struct Links {
    seal: Seal,
    holders: Seal,
    public_url: String,
}

/// The query of a link.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinkQuery {
    /// When the link expires, seconds since 1970.
    pub exp: Option<String>,
    /// Whom it is for, if it is for one caller alone.
    pub sub: Option<String>,
    /// Signature.
    pub sig: Option<String>,
}

/// Why a link does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// It does not say when it expires.
    #[error("This link is incomplete: `exp`, the second it expires, is missing or no number.")]
    NoEnd,
    /// It is not signed.
    #[error("This link is incomplete: `sig`, its signature, is missing.")]
    NoSignature,
    /// It is signed by somebody else, or for something else.
    #[error("The signature of this link is wrong. Ask for a new link with POST /tts.")]
    Forged,
    /// Its time is over.
    #[error("This link has expired. Ask for a new one with POST /tts.")]
    Expired,
    /// It was given to another caller.
    #[error("This link was given to another caller. Ask for your own with POST /tts.")]
    SomebodyElses,
}

impl LinkFault {
    /// The field of the query that is at fault.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::NoEnd | Self::Expired => "exp",
            Self::NoSignature | Self::Forged => "sig",
            Self::SomebodyElses => "sub",
        }
    }
}

/// A rendition's links.
#[derive(Debug, Clone)]
pub struct Signed {
    query: String,
    expires_at: u64,
}

impl Signed {
    /// When it expires, seconds since 1970.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }
}

impl Links {
    /// Links signed with this key, and put behind this address.
    #[must_use]
    pub fn new(key: &Secret, public_url: String) -> Self {
        let [seal, holders] =
            ["saywell link 2", "saywell link holder 1"].map(|purpose| Seal::new(key, purpose));
        Self { seal, holders, public_url }
    }

    /// A grant for one rendition; with a holder, for them alone.
    #[must_use]
    pub fn sign(&self, key: &Key, now: SystemTime, holder: Option<&Subject>) -> Signed {
        let lifetime = LIFETIME.as_secs();
        let expires_at = (seconds(now) + lifetime).div_ceil(lifetime) * lifetime;
        let holder = holder.map(|holder| self.holder(holder));
        let (key, end) = (key.to_string(), expires_at.to_string());
        let signature = self.seal.over(&words(&key, &end, holder.as_deref()));
        let holder = holder.map_or_else(String::new, |holder| format!("&sub={holder}"));
        Signed { query: format!("exp={expires_at}{holder}&sig={signature}"), expires_at }
    }

    /// Names a holder without saying who they are.
    fn holder(&self, subject: &Subject) -> String {
        self.holders.over(&[&subject.to_string()])
    }

    /// Where its sound is.
    #[must_use]
    pub fn audio(&self, key: &Key, extension: &str, signed: &Signed) -> String {
        format!("{}/tts/audio/{key}.{extension}?{}", self.public_url, signed.query)
    }

    /// Where its captions are.
    #[must_use]
    pub fn captions(&self, key: &Key, extension: &str, signed: &Signed) -> String {
        format!("{}/tts/captions/{key}.{extension}?{}", self.public_url, signed.query)
    }

    /// Lets through who holds a link for this rendition: anybody, or `follower` if that is whom it was given to.
    ///
    /// # Errors
    /// [`LinkFault`]: the link is incomplete, its signature wrong or out of date, or the link somebody else's.
    pub fn check(
        &self,
        key: &Key,
        grant: &LinkQuery,
        now: SystemTime,
        follower: Option<&Subject>,
    ) -> Result<(), LinkFault> {
        let end = grant.exp.as_deref().and_then(|exp| exp.parse::<u64>().ok());
        let expires_at = end.ok_or(LinkFault::NoEnd)?;
        let signature = grant.sig.as_ref().ok_or(LinkFault::NoSignature)?;
        let (key, end) = (key.to_string(), expires_at.to_string());
        if !self.seal.holds(&words(&key, &end, grant.sub.as_deref()), signature) {
            return Err(LinkFault::Forged);
        }
        if seconds(now) > expires_at {
            return Err(LinkFault::Expired);
        }
        let is_theirs = |holder: &String| follower.is_some_and(|follower| self.holder(follower) == *holder);
        if !grant.sub.as_ref().is_none_or(is_theirs) {
            return Err(LinkFault::SomebodyElses);
        }
        Ok(())
    }
}

/// What is signed.
fn words<'a>(key: &'a str, expires_at: &'a str, holder: Option<&'a str>) -> Vec<&'a str> {
    [key, expires_at].into_iter().chain(holder).collect()
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links::new(&Secret::new("a secret of at least thirty-two letters"), String::new())
    }

    fn grant(url: &str) -> LinkQuery {
        let query = url.split_once('?').unwrap().1;
        let field = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)).map(str::to_owned);
        LinkQuery { exp: field("exp="), sub: field("sub="), sig: field("sig=") }
    }

    #[test]
    fn a_link_opens_one_rendition_until_it_expires() {
        let (links, key, now) =
            (links(), Key::from_bytes([7; 32]), UNIX_EPOCH + Duration::from_secs(1_000_000));
        let signed = links.sign(&key, now, None);
        let grant = grant(&links.audio(&key, "mp3", &signed));
        assert!(links.check(&key, &grant, now, None).is_ok());
        assert!(links.check(&key, &grant, now + LIFETIME, None).is_ok());
        let late = links.check(&key, &grant, now + 2 * LIFETIME, None).unwrap_err();
        assert_eq!(late, LinkFault::Expired);
        let other = links.check(&Key::from_bytes([8; 32]), &grant, now, None).unwrap_err();
        assert_eq!(other, LinkFault::Forged);
    }

    #[test]
    fn asking_again_soon_gives_the_same_link() {
        let (links, key, now) =
            (links(), Key::from_bytes([7; 32]), UNIX_EPOCH + Duration::from_secs(3_600_001));
        let [first, again] =
            [now, now + LIFETIME / 2].map(|at| links.audio(&key, "mp3", &links.sign(&key, at, None)));
        assert_eq!(first, again);
    }

    #[test]
    fn a_later_end_needs_a_new_signature() {
        let (links, key, now) = (links(), Key::from_bytes([7; 32]), UNIX_EPOCH);
        let mut grant = grant(&links.audio(&key, "mp3", &links.sign(&key, now, None)));
        grant.exp = Some("99999999999".into());
        assert_eq!(links.check(&key, &grant, now, None).unwrap_err(), LinkFault::Forged);
    }

    #[test]
    fn a_link_that_was_given_to_somebody_opens_for_them_alone() {
        let (links, key, now) = (links(), Key::from_bytes([7; 32]), UNIX_EPOCH);
        let [ann, ben] = ["ann", "ben"].map(|user| Subject::User(user.into()));
        let url = links.audio(&key, "mp3", &links.sign(&key, now, Some(&ann)));
        assert!(!url.contains("ann"), "{url}");
        let theirs = grant(&url);
        assert!(links.check(&key, &theirs, now, Some(&ann)).is_ok());
        let namesake = Subject::Session("ann".into());
        for follower in [None, Some(&ben), Some(&namesake)] {
            let refused = links.check(&key, &theirs, now, follower).unwrap_err();
            assert_eq!(refused, LinkFault::SomebodyElses);
        }
        // Whom it is for cannot be taken off, nor exchanged.
        let bens = grant(&links.audio(&key, "mp3", &links.sign(&key, now, Some(&ben))));
        for sub in [None, bens.sub] {
            let refused =
                links.check(&key, &LinkQuery { sub, ..theirs.clone() }, now, Some(&ben)).unwrap_err();
            assert_eq!(refused, LinkFault::Forged);
        }
    }
}
