//! Calls to providers, and who is told of them.

use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::ProviderError;
use crate::price::Cost;

/// Who keeps the books of what providers are asked. A provider knows nobody who pays: whoever meters its calls tells the
/// bookkeeper of the request.
#[async_trait]
pub trait Bookkeeper: Send + Sync + fmt::Debug {
    /// A call is about to be made; `call` is what it comes to if nobody hears of it again.
    ///
    /// # Errors
    /// It must not be made: [`ProviderError::Unaffordable`], or [`ProviderError::Rejected`] where all the sound that may be
    /// made is.
    async fn calling(&self, call: &Call) -> Result<(), ProviderError>;

    /// So much more sound came of one of its calls, seconds. Whether more may come: it is the calls together that have a
    /// bound, those that are under way at the same time as well.
    fn sounded(&self, seconds: f64) -> bool;

    /// A call has ended, in whatever way. `planned` is what it was to come to when it began.
    fn called(&self, planned: &Call, call: Call);

    /// A call was given up before it was made.
    fn withdrawn(&self, planned: &Call);
}

/// Nobody keeps any.
#[async_trait]
impl Bookkeeper for () {
    async fn calling(&self, _: &Call) -> Result<(), ProviderError> {
        Ok(())
    }

    fn sounded(&self, _: f64) -> bool {
        true
    }

    fn called(&self, _: &Call, _: Call) {}

    fn withdrawn(&self, _: &Call) {}
}

/// One call to a provider. There is one for every text that was sent, whatever became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Tells it from every other.
    pub id: u64,
    /// When it began.
    pub at: SystemTime,
    /// The provider's name.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// Its voice.
    pub voice: String,
    /// Characters that were sent, as the provider counts them.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
