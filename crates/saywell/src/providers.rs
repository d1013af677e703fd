//! Every provider, one file each. A new one is its file and one line in each list here.

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
#[cfg(any(test, feature = "testing"))]
pub mod fake;
pub mod local;

use std::sync::Arc;

use crate::config::Settings;
use crate::provider::{Provider, ProviderError};

/// The names that settings may choose from.
pub const NAMES: &[&str] = &[local::NAME];

/// Makes a provider from the settings.
///
/// # Errors
/// [`ProviderError::Misconfigured`] with what an operator has to change.
pub fn open(name: &str, settings: &Settings) -> Result<Arc<dyn Provider>, ProviderError> {
    match name {
        local::NAME => Ok(Arc::new(local::Local::open(settings)?)),
        _ => Err(ProviderError::Misconfigured(format!("there is no provider `{name}`"))),
    }
}
