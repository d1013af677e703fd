//! One call to a provider, as the ledger has it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::asked::Bought;
use crate::key::Key;
use crate::limits::Tally;
use crate::price::Cost;

/// What a call is made for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purpose {
    /// Who asked.
    pub user: Option<String>,
    /// In which room.
    pub room: Option<String>,
    /// The application's own name for the reply.
    pub message_id: Option<String>,
    /// The rendition it is for.
    pub rendition: Option<Key>,
    /// What the flight it is for has cost so far.
    pub tally: Arc<Tally>,
    /// What was bought for the same request so far.
    pub bought: Arc<Bought>,
}

/// One call to a provider. There is one for every text that was sent, whatever became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// When it began.
    pub at: SystemTime,
    /// The provider's name.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// Its voice.
    pub voice: String,
    /// What it was for.
    pub purpose: Purpose,
    /// Characters of text that were sent.
    pub characters: u64,
    /// Seconds of sound that came back.
    pub seconds: f64,
    /// How long the first sound took; `None` when there was none.
    pub first_sound: Option<Duration>,
    /// How long all of it took.
    pub took: Duration,
    /// What became of it.
    pub outcome: CallOutcome,
    /// What it costs.
    pub cost: Cost,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// All of it was spoken.
    Spoken,
    /// It failed.
    Failed,
    /// Nobody wanted it any more.
    Cancelled,
}

impl CallOutcome {
    /// As metrics and the store have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spoken => "spoken",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}
