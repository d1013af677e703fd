//! Where a caller stands: for the `RateLimit` headers and for players.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use utoipa::ToSchema;

use super::account::{Limit, LimitScope, Span, What};
use super::book::{Claim, ClaimKind};

/// Where a caller stands with requests, as draft-ietf-httpapi-ratelimit-headers-11 writes it: two lists of structured
/// fields, `"name";q=quota;w=seconds` and `"name";r=remaining;t=seconds`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// For `RateLimit-Policy`; empty when nothing is limited.
    pub policy: String,
    /// For `RateLimit`.
    pub limit: String,
}

impl Standing {
    /// By these limits and the states of their accounts. Other callers' use is no business of theirs.
    pub(super) fn new<'a>(states: impl Iterator<Item = (&'a Limit, &'a Claim, u64)>) -> Self {
        let mut standing = Self::default();
        for (limit, claim, state) in states.filter(|(limit, ..)| limit.scope.is_told()) {
            let ClaimKind::Rate { every } = claim.kind else { continue };
            let left = (claim.allowed * every).saturating_sub(state) / every;
            let micros =
                if left == 0 { (state + every).saturating_sub(claim.allowed * every) } else { state };
            let reset = micros.div_ceil(1_000_000);
            let name = match limit.scope {
                LimitScope::Caller => "requests".to_owned(),
                scope => format!("requests-{}", scope.name()),
            };
            let comma = if standing.policy.is_empty() { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(standing.policy, "{comma}\"{name}\";q={};w=60", limit.allowed);
            let _ = write!(standing.limit, "{comma}\"{name}\";r={left};t={reset}");
        }
        standing
    }
}

/// One limit, and what is left of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Left {
    /// `requests`, `flights`, `characters`, `seconds` or `money`.
    #[schema(value_type = String)]
    pub what: What,
    /// `at_once`, `minute`, `day` or `month`.
    #[schema(value_type = String)]
    pub per: Span,
    /// Whose it is together: `caller`, `key`, `room` or `address`.
    #[schema(value_type = String)]
    pub of: LimitScope,
    /// How much is allowed.
    pub allowed: f64,
    /// How much of it is left.
    pub left: f64,
    /// When it begins again, seconds since 1970; of days and months only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resets_at: Option<u64>,
}

impl Left {
    /// By a limit and the state of its account.
    pub(super) fn new(limit: &Limit, claim: &Claim, state: u64) -> Self {
        let (left, resets_at) = match claim.kind {
            ClaimKind::Rate { every } => {
                (((claim.allowed * every).saturating_sub(state) / every) as f64, None)
            }
            ClaimKind::Places { .. } => (claim.allowed.saturating_sub(state) as f64, None),
            ClaimKind::Sum { resets } => {
                (claim.allowed.saturating_sub(state) as f64 / limit.what.scale(), Some(seconds(resets)))
            }
        };
        let Limit { what, span, scope, allowed, .. } = *limit;
        Self { what, per: span, of: scope, allowed: round(allowed), left: round(left), resets_at }
    }
}

/// Seconds since 1970.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// To a thousandth, so that no number is longer than it means.
pub(super) fn round(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}
