//! One request for speech, as the ledger has it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::call::Call;
use crate::identity::{Caller, Via};
use crate::key::Key;
use crate::price::Cost;
use crate::request::SpeechRequest;
use crate::speak::CacheOutcome;

/// Longest name of anything that is kept, characters: what callers make up has no length of its own.
const LONGEST: usize = 200;

/// One request for speech. There is one row for each, whatever became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
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
    pub format: &'static str,
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
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
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
    /// What is known when it comes; `keeps_text` if the operator wants its text kept.
    #[must_use]
    pub fn new(at: SystemTime, caller: &Caller, request: &SpeechRequest, keeps_text: bool) -> Self {
        let key = match &caller.via {
            Via::Key { id, .. } => Some(id.clone()),
            Via::Operator | Via::Token | Via::Session { .. } => None,
        };
        let brief = |name: &Option<String>| name.as_deref().map(brief);
        Self {
            at,
            subject: caller.subject().to_string(),
            key,
            network: None,
            user: caller.user.clone(),
            room: brief(&caller.room),
            plan: caller.plan.clone(),
            message_id: brief(&request.message_id),
            rendition: None,
            provider: brief(&request.provider),
            voice: brief(&request.voice),
            format: request.format.name(),
            cache: None,
            outcome: AskedOutcome::Refused,
            error: None,
            characters: 0,
            seconds: 0.0,
            first_sound: None,
            bought: Sum::default(),
            text: keeps_text.then(|| Text(request.text.clone())),
        }
    }
}

fn brief(name: &str) -> String {
    name.chars().take(LONGEST).collect()
}

/// What providers did for one request so far, added to by every call that is made for it.
#[derive(Debug, Default)]
pub struct Bought(Mutex<Sum>);

/// What some calls to providers come to.
#[derive(Debug, Clone, Default, PartialEq)]
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

impl Bought {
    /// A call ended.
    pub fn add(&self, call: &Call) {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sum.characters += call.characters;
        sum.seconds += call.seconds;
        match &call.cost {
            Cost::Free => {}
            Cost::Known { amount, currency } if sum.currency.is_empty() || sum.currency == *currency => {
                sum.cost += amount;
                sum.currency.clone_from(currency);
            }
            Cost::Known { .. } | Cost::Unpriced => sum.unpriced += 1,
        }
    }

    /// All of it so far.
    #[must_use]
    pub fn sum(&self) -> Sum {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is bought says nothing of what it is bought for.
impl PartialEq for Bought {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Bought {}
