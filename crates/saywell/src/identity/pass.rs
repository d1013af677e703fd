//! Passes: what stands for an API key for ten minutes, so that a page can speak that must not know the key. Azure's clients call
//! them tokens. A pass says what was said of the caller when it was given, and may speak but never steer.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::seal::Seal;
use super::{ADMIN, Caller, MEMBER, Via};
use crate::clock::to_millis;
use crate::secret::Secret;

/// What every pass begins with; keys begin alike, and none goes on so.
pub const PREFIX: &str = "saywell_pass.";
/// How long one is good for: as long as Azure's.
pub const LIFETIME: Duration = Duration::from_mins(10);

/// Gives passes and knows them again.
#[derive(Debug)]
pub struct Passes {
    seal: Seal,
}

/// What a pass says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The public part of the key that it stands for.
    pub key: String,
    /// The user, as the holder of the key said.
    pub user: Option<String>,
    /// The room, as the holder of the key said.
    pub room: Option<String>,
    /// The plan, never that of admins.
    pub plan: String,
    /// Until when it is good, milliseconds since 1970.
    until: i64,
}

impl Passes {
    /// Passes sealed with this key.
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self { seal: Seal::new(key, "saywell pass 1") }
    }

    /// A pass for whoever showed a key; `None` for others.
    #[must_use]
    pub fn give(&self, caller: &Caller, now: SystemTime) -> Option<String> {
        let Via::Key { id, .. } = &caller.via else { return None };
        let plan = if caller.plan == ADMIN { MEMBER.to_owned() } else { caller.plan.clone() };
        let pass = Pass {
            key: id.clone(),
            user: caller.user.clone(),
            room: caller.room.clone(),
            plan,
            until: to_millis(now.checked_add(LIFETIME)?),
        };
        let words = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&pass).ok()?);
        let seal = self.seal.over(&[&words]);
        Some(format!("{PREFIX}{words}.{seal}"))
    }

    /// What a pass of ours says that is still good.
    #[must_use]
    pub fn read(&self, shown: &str, now: SystemTime) -> Option<Pass> {
        let (words, seal) = shown.strip_prefix(PREFIX)?.split_once('.')?;
        if !self.seal.holds(&[words], seal) {
            return None;
        }
        let pass: Pass = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(words).ok()?).ok()?;
        (to_millis(now) < pass.until).then_some(pass)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::identity::{KeyLimits, Scopes};

    #[test]
    fn a_pass_says_what_was_said_until_its_time_is_over() {
        let passes = Passes::new(&Secret::new("a secret of at least thirty-two letters"));
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let scopes = Scopes { speak: true, admin: true };
        let via = Via::Key { id: "0123456789abcdef".into(), scopes, limits: KeyLimits::default() };
        let caller = Caller { user: Some("ann".into()), via, ..Caller::operator(Some("kitchen".into())) };
        let pass = passes.give(&caller, now).unwrap();
        let read = passes.read(&pass, now + LIFETIME - Duration::from_millis(1)).unwrap();
        assert_eq!((read.user.as_deref(), read.room.as_deref()), (Some("ann"), Some("kitchen")));
        assert_eq!((read.key.as_str(), read.plan.as_str()), ("0123456789abcdef", MEMBER));
        assert_eq!(passes.read(&pass, now + LIFETIME), None);
        for wrong in
            [&pass[..pass.len() - 1], &pass.replace("pass.", "pass.e"), PREFIX, "saywell_pass.e30.", ""]
        {
            assert_eq!(passes.read(wrong, now), None, "{wrong}");
        }
        let other = Passes::new(&Secret::new("another secret of thirty-two letters"));
        assert_eq!(other.read(&pass, now), None);
        assert_eq!(passes.give(&Caller::operator(None), now), None);
    }
}
