//! One request for speech, as its row has it.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::price::Cost;
use crate::provider::Call;

/// One request for speech. There is one row for each, whatever became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Tells it from every other.
    pub id: u64,
    /// When it came.
    pub at: SystemTime,
    /// Whom limits count it for, such as `user:ann`.
    pub subject: String,
    /// The API key that it came by.
    pub key: Option<String>,
    /// The network that it came from, sealed, where limits count networks.
    pub network: Option<String>,
    /// Who asked.
    pub user: Option<String>,
    /// In which room.
    pub room: Option<String>,
    /// On which plan.
    pub plan: String,
    /// The application's own name for the reply.
    pub message_id: Option<String>,
    /// The rendition, where it is known.
    pub rendition: Option<Key>,
    /// Who speaks it, or was asked for.
    pub provider: Option<String>,
    /// In which voice.
    pub voice: Option<String>,
    /// In which format.
    pub format: Cow<'static, str>,
    /// What the cache had, where it was asked.
    pub cache: Option<CacheOutcome>,
    /// What became of it.
    pub outcome: AskedOutcome,
    /// The code of the error that it ended with.
    pub error: Option<String>,
    /// Characters of the reply that are spoken.
    pub characters: u64,
    /// Seconds of sound to be heard.
    pub seconds: f64,
    /// How long the first sound took, where that is known.
    pub first_sound: Option<Duration>,
    /// What providers did for it.
    pub bought: Sum,
    /// The reply, where the operator wants it kept.
    pub text: Option<Text>,
    /// Whether it is the rest of a request that another gateway had begun, whose row counts it.
    #[serde(default)]
    pub continues: bool,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedOutcome {
    /// It is spoken, or being spoken by another's flight.
    Spoken,
    /// It was turned down before anything was made.
    Refused,
    /// It was begun, and could not be made.
    Failed,
    /// Nobody wanted it any more.
    Cancelled,
}

impl AskedOutcome {
    /// As the store has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spoken => "spoken",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A reply's text, which no log ever has.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// This text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Text(…)")
    }
}

impl Asked {
    /// A row of which nothing is known but when the request came, and so was turned down.
    #[must_use]
    pub fn new(at: SystemTime) -> Self {
        Self {
            id: rand::random(),
            at,
            subject: String::new(),
            key: None,
            network: None,
            user: None,
            room: None,
            plan: String::new(),
            message_id: None,
            rendition: None,
            provider: None,
            voice: None,
            format: Cow::Borrowed(""),
            cache: None,
            outcome: AskedOutcome::Refused,
            error: None,
            characters: 0,
            seconds: 0.0,
            first_sound: None,
            bought: Sum::default(),
            text: None,
            continues: false,
        }
    }
}

/// What some calls to providers come to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sum {
    /// Characters that were sent.
    pub characters: u64,
    /// Seconds of sound that came back.
    pub seconds: f64,
    /// What they cost.
    pub cost: f64,
    /// ISO 4217 code of the currency; empty when nothing is paid for.
    pub currency: String,
    /// Calls that are not in `cost`: without a price, or in another currency than the first.
    pub unpriced: u64,
}

impl Sum {
    /// A call ended.
    pub fn add(&mut self, call: &Call) {
        self.characters += call.characters;
        self.seconds += call.seconds;
        match &call.cost {
            Cost::Free => {}
            Cost::Known { amount, currency } if self.currency.is_empty() || self.currency == *currency => {
                self.cost += amount;
                self.currency.clone_from(currency);
            }
            Cost::Known { .. } | Cost::Unpriced => self.unpriced += 1,
        }
    }
}

/// What the cache had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheOutcome {
    /// The whole rendition.
    Hit,
    /// Some of its clips.
    Partial,
    /// Nothing.
    Miss,
    /// Somebody else's flight was joined.
    Joined,
}

impl CacheOutcome {
    /// As the `X-TTS-Cache` header has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Partial => "partial",
            Self::Miss => "miss",
            Self::Joined => "joined",
        }
    }
}
