//! Why a caller may not speak now, and what they are told.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::account::{Limit, LimitScope, Span, What};
use super::book::{Claim, ClaimKind};
use super::standing::{Standing, round};
use crate::error_code::ErrorCode;
use crate::identity::TRIAL;

/// Why a caller may not speak now.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The feature flag is off.
    #[error("speech is switched off")]
    Disabled,
    /// The operator has blocked this caller or their room.
    #[error("this caller is blocked")]
    Blocked,
    /// There is no such plan.
    #[error("there is no plan `{0}`")]
    UnknownPlan(String),
    /// The plan does not allow this.
    #[error("the plan `{plan}` does not allow {what}")]
    NotAllowed {
        /// The caller's plan.
        plan: String,
        /// What it does not allow, in words.
        what: String,
        /// The field of the request that asks for it.
        param: &'static str,
    },
    /// A limit is reached.
    #[error("{0}")]
    Exceeded(Box<Exceeded>),
    /// No capacity at the moment.
    #[error("the server is busy")]
    Overloaded,
}

impl Refusal {
    /// The code of the error that callers get.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Disabled => ErrorCode::TtsDisabled,
            Self::Blocked | Self::UnknownPlan(_) | Self::NotAllowed { .. } => ErrorCode::Forbidden,
            Self::Exceeded(exceeded) => exceeded.code(),
            Self::Overloaded => ErrorCode::Overloaded,
        }
    }
}

/// A limit that is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Exceeded {
    /// What is counted.
    pub what: What,
    /// Over which time.
    pub per: Span,
    /// Whose it is together.
    pub of: LimitScope,
    /// The caller's plan.
    pub plan: String,
    /// How much is used.
    pub used: f64,
    /// How much is allowed.
    pub allowed: f64,
    /// How much was asked for.
    pub asked: f64,
    /// When it begins again, or may be tried again.
    pub resets_at: SystemTime,
    /// How long until then; `None` when waiting does not help.
    pub wait: Option<Duration>,
    /// Where the caller stands, for the headers.
    pub standing: Standing,
}

impl Exceeded {
    /// The code of the error that callers get.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            exceeded if exceeded.is_rate() => ErrorCode::RateLimited,
            exceeded if exceeded.plan == TRIAL => ErrorCode::TrialExhausted,
            _ => ErrorCode::QuotaExceeded,
        }
    }

    /// This limit, by this claim, with this state of its account.
    pub(super) fn new(limit: &Limit, claim: &Claim, state: u64, plan: &str, now: SystemTime) -> Self {
        let scale = limit.what.scale();
        let (used, wait, resets_at) = match claim.kind {
            ClaimKind::Rate { every } => {
                let wait = Duration::from_micros(
                    (state + claim.amount * every).saturating_sub(claim.allowed * every),
                );
                (state.div_ceil(every) as f64, wait, now + wait)
            }
            // Nobody knows when a flight ends; most do within seconds.
            ClaimKind::Places { .. } => (state as f64, Duration::from_secs(2), now + Duration::from_secs(2)),
            ClaimKind::Sum { resets } => {
                (state as f64 / scale, resets.duration_since(now).unwrap_or_default(), resets)
            }
        };
        let allowed = if limit.what == What::Requests { limit.burst as f64 } else { limit.allowed };
        Self {
            what: limit.what,
            per: limit.span,
            of: limit.scope,
            plan: plan.to_owned(),
            used,
            allowed,
            asked: claim.amount as f64 / scale,
            resets_at,
            wait: Some(wait).filter(|_| claim.amount <= claim.allowed),
            standing: Standing::default(),
        }
    }

    /// Whether it is how often something is asked that is limited, rather than how much.
    #[must_use]
    pub fn is_rate(&self) -> bool {
        matches!(self.what, What::Requests | What::Flights | What::Connections)
    }

    /// The words that a player can show.
    #[must_use]
    pub fn words(&self) -> String {
        let whose = match self.of {
            LimitScope::Caller => "You have",
            LimitScope::Key => "This application has",
            LimitScope::Room => "This room has",
            LimitScope::Address => "Your network has",
            LimitScope::Plan | LimitScope::All => "All listeners together have",
        };
        match (self.what, self.wait) {
            (What::Requests, _) => "That was a little fast. Try again in a moment.".into(),
            (What::Flights, _) => {
                format!("{whose} as many replies in the making as may be. Try again in a moment.")
            }
            (What::Connections, _) => {
                format!("{whose} as many connections open as may be. Try again in a moment.")
            }
            (_, None) => "This reply is longer than what is allowed in all.".into(),
            (_, Some(_)) => {
                let time = if self.per == Span::Month { "this month" } else { "today" };
                let again = DateTime::<Utc>::from(self.resets_at).format("%e %B, %H:%M UTC").to_string();
                format!("{whose} used up what can be read aloud {time}. It begins again on {}.", again.trim())
            }
        }
    }
}

impl std::fmt::Display for Exceeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, plan, used, allowed, asked, .. } = self;
        let (what, of) = (what.name(), self.of.name());
        let per = match self.per {
            Span::AtOnce => " at once",
            Span::Minute => " a minute",
            Span::Day => " a day",
            Span::Month => " a month",
        };
        let allowed = round(*allowed);
        if self.what == What::Requests {
            return write!(
                f,
                "too many requests: {allowed} may come at once on plan `{plan}` (counted by {of})"
            );
        }
        let (used, asked) = (round(*used), round(*asked));
        write!(
            f,
            "plan `{plan}` allows {allowed} {what}{per} (counted by {of}): {used} are used, and this asks for {asked}"
        )
    }
}
