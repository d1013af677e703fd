//! Limits: whether a caller may speak now.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::identity::Caller;

/// The limits in force.
#[derive(Debug, Clone)]
pub struct Limits {
    enabled: Arc<AtomicBool>,
}

/// Leave to speak once.
#[derive(Debug)]
#[must_use]
pub struct Permit(());

/// Why a caller may not speak now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The feature flag is off.
    #[error("speech is switched off")]
    Disabled,
}

impl Limits {
    /// With the feature flag as given.
    #[must_use]
    pub fn new(enabled: bool) -> Self {
        Self { enabled: Arc::new(AtomicBool::new(enabled)) }
    }

    /// The feature flag.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }

    /// Leave to speak, or why not.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn admit(&self, _caller: &Caller) -> Result<Permit, Refusal> {
        if self.is_enabled() { Ok(Permit(())) } else { Err(Refusal::Disabled) }
    }
}
