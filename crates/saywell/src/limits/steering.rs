//! What an operator steers at run time, as far as limits ask for it.

use std::fmt::Debug;
use std::time::SystemTime;

use super::account::What;
use crate::identity::{Caller, Subject};

/// What an operator says of callers at run time. Asked for every request, so that it must answer at once.
pub trait Steering: Debug + Send + Sync {
    /// The feature flag, where it was switched at run time.
    fn enabled(&self) -> Option<bool>;

    /// Another plan than the caller comes with.
    fn plan_of(&self, caller: &Caller) -> Option<String>;

    /// Whether this caller, or their room, may not speak at all.
    fn is_blocked(&self, caller: &Caller) -> bool;

    /// How much a subject has been granted beyond its plan, for each day and month while the grant lasts.
    fn granted(&self, subject: &Subject, what: What, now: SystemTime) -> f64;
}

/// Nobody steers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unsteered;

impl Steering for Unsteered {
    fn enabled(&self) -> Option<bool> {
        None
    }

    fn plan_of(&self, _: &Caller) -> Option<String> {
        None
    }

    fn is_blocked(&self, _: &Caller) -> bool {
        false
    }

    fn granted(&self, _: &Subject, _: What, _: SystemTime) -> f64 {
        0.0
    }
}
