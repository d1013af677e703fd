//! Limits: whether a caller may speak now.

use crate::controls::Controls;
use crate::identity::Caller;

/// The limits in force.
#[derive(Debug, Clone)]
pub struct Limits {
    enabled: bool,
    controls: Controls,
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
    /// With the feature flag as the settings have it, unless an operator says otherwise.
    #[must_use]
    pub const fn new(enabled: bool, controls: Controls) -> Self {
        Self { enabled, controls }
    }

    /// The feature flag.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.controls.state().enabled.unwrap_or(self.enabled)
    }

    /// Leave to speak, or why not.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn admit(&self, _caller: &Caller) -> Result<Permit, Refusal> {
        if self.is_enabled() { Ok(Permit(())) } else { Err(Refusal::Disabled) }
    }
}
