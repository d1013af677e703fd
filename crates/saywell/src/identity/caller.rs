//! Who calls.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::name::Name;
use crate::store::{KeyLimits, Scopes};

/// Plan of anonymous sessions.
pub const TRIAL: &str = "trial";
/// Plan of callers of whom nothing else is said.
pub const MEMBER: &str = "member";
/// Plan of those who run the server.
pub const ADMIN: &str = "admin";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Caller {
    /// The user's stable id, where known.
    pub user: Option<String>,
    /// The room: the one that was claimed for them, else the one that the request names.
    pub room: Option<String>,
    /// Name of their plan.
    pub plan: String,
    /// How they said who they are.
    pub via: Via,
    /// Their address, as far as trusted proxies tell.
    pub address: Option<IpAddr>,
}

/// How a caller said who they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Via {
    /// Not at all: on a loopback address without `TTS_AUTH`, whoever reaches the server runs it.
    Operator,
    /// Not at all: with `TTS_AUTH=none`, whoever reaches the server may speak, and nobody steers it by that.
    Anybody,
    /// By a signed token.
    Token,
    /// By an API key.
    Key {
        /// The key's public part.
        id: String,
        /// What it may do.
        scopes: Scopes,
        /// Its own limits, beside those of the caller's plan.
        limits: KeyLimits,
    },
    /// By the cookie of an anonymous session.
    Session {
        /// The session.
        id: String,
    },
}

/// Whom limits count for: the user, else the key, else the session. Written out as `user:ann`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// Whoever runs the server.
    Operator,
    /// A user.
    User(String),
    /// An API key that speaks for no user.
    Key(String),
    /// An anonymous session.
    Session(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator => f.write_str("operator"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Key(id) => write!(f, "key:{id}"),
            Self::Session(id) => write!(f, "session:{id}"),
        }
    }
}

impl Caller {
    /// Whoever runs this server.
    #[must_use]
    pub fn operator(room: Option<String>) -> Self {
        Self { user: None, room, plan: ADMIN.to_owned(), via: Via::Operator, address: None }
    }

    /// The same caller, in the room that the request names unless one was claimed for them.
    #[must_use]
    pub fn in_room(mut self, named: Option<Name>) -> Self {
        self.room = self.room.or_else(|| named.map(String::from));
        self
    }

    /// Whether they may speak at all: of API keys, those with the scope `speak`.
    #[must_use]
    pub fn may_speak(&self) -> bool {
        !matches!(&self.via, Via::Key { scopes, .. } if !scopes.speak)
    }

    /// Whether they may steer the server. Of API keys, those with the scope `admin` may, when they speak for nobody on
    /// a smaller plan.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        match &self.via {
            Via::Operator => true,
            Via::Key { scopes, .. } => scopes.admin && self.plan == ADMIN,
            Via::Token => self.plan == ADMIN,
            Via::Session { .. } | Via::Anybody => false,
        }
    }

    /// Whom limits count for.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match (&self.user, &self.via) {
            (Some(user), _) => Subject::User(user.clone()),
            (None, Via::Key { id, .. }) => Subject::Key(id.clone()),
            (None, Via::Session { id }) => Subject::Session(id.clone()),
            // As far as they can be told apart.
            (None, Via::Anybody) => {
                Subject::Session(self.address.map_or_else(|| "anybody".to_owned(), |a| a.to_string()))
            }
            (None, Via::Operator | Via::Token) => Subject::Operator,
        }
    }

    /// The network that the caller's address belongs to: /24 of IPv4, /56 of IPv6, which is about what one subscriber
    /// has to choose from. Trials are counted by it as well.
    #[must_use]
    pub fn network(&self) -> Option<String> {
        self.address.map(network)
    }
}

impl Subject {
    /// A number that stands for them within this process; none for whoever runs the server.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        (*self != Self::Operator).then(|| hasher.finish())
    }
}

/// The network that an address belongs to: /24 of IPv4, /56 of IPv6.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let prefix = v6.to_bits() & !(u128::MAX >> 56);
            format!("{}/56", std::net::Ipv6Addr::from_bits(prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(scopes: Scopes, plan: &str) -> Caller {
        let via = Via::Key { id: "k".into(), scopes, limits: KeyLimits::default() };
        Caller { plan: plan.into(), via, ..Caller::operator(None) }
    }

    #[test]
    fn limits_count_for_the_user_else_the_key_else_the_session() {
        let caller = key(Scopes::default(), MEMBER);
        assert_eq!(caller.subject().to_string(), "key:k");
        assert_eq!(Caller { user: Some("ann".into()), ..caller }.subject().to_string(), "user:ann");
        let session = Caller { via: Via::Session { id: "s".into() }, ..Caller::operator(None) };
        assert_eq!(session.subject().to_string(), "session:s");
        assert!(!session.is_admin(), "whatever its plan is called");
    }

    #[test]
    fn a_key_is_admin_by_scope_and_plan_together() {
        let [speak, admin] = [Scopes { speak: true, admin: false }, Scopes { speak: false, admin: true }];
        assert!(!key(speak, ADMIN).is_admin());
        assert!(!key(admin, MEMBER).is_admin());
        assert!(key(admin, ADMIN).is_admin());
        assert!(!key(admin, ADMIN).may_speak());
    }

    #[test]
    fn networks_are_what_one_subscriber_has() {
        for (address, expected) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("::ffff:203.0.113.78", "203.0.113.0/24"),
            ("2001:db8:1:2ff:3::4", "2001:db8:1:200::/56"),
            ("::1", "::/56"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}
