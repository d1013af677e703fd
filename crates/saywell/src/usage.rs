//! Usage: what was asked and spoken, for whom, and at what cost: as metrics, as log lines, and as a row for every request
//! and every call to a provider. Texts of replies are in none of them, unless the operator wants them in the rows.

mod journal;
mod keeper;
mod ledger;
pub mod table;

pub use keeper::{Keeper, Retention};
pub use ledger::{Ledger, Scribe};

use std::time::Duration;

use metrics::{counter, histogram};
use tracing::warn;

use crate::price::Cost;
use crate::provider::{Call, ProviderError};

/// A call was charged at the provider's dearest price, since its model has none.
pub fn price_guessed(call: &Call) {
    counter!("saywell_unpriced_calls_total", "provider" => call.provider.clone()).increment(1);
    warn!(
        provider = call.provider,
        model = call.model,
        "this model has no price: it is counted at the provider's dearest; `[[prices]]` in saywell.toml can name it"
    );
}

/// A call to a provider ended.
pub fn called(call: &Call) {
    let (provider, outcome) = (call.provider.clone(), call.outcome.name());
    counter!("saywell_calls_total", "provider" => provider.clone(), "outcome" => outcome).increment(1);
    counter!("saywell_characters_total", "provider" => provider.clone(), "outcome" => outcome)
        .increment(call.characters);
    match &call.cost {
        Cost::Free => {}
        Cost::Known { amount, currency } => {
            // Prometheus counts in whole numbers here; a millionth is small enough for any price.
            let labels = [("provider", provider.clone()), ("currency", currency.clone())];
            counter!("saywell_cost_millionths_total", &labels).increment((amount * 1e6).round() as u64);
        }
        Cost::Unpriced => {
            counter!("saywell_unpriced_calls_total", "provider" => provider.clone()).increment(1);
        }
    }
    if let Some(first) = call.first_sound {
        histogram!("saywell_provider_first_sound_seconds", "provider" => provider.clone())
            .record(first.as_secs_f64());
    }
    histogram!("saywell_call_seconds", "provider" => provider.clone()).record(call.took.as_secs_f64());
    histogram!("saywell_speech_seconds", "provider" => provider).record(call.seconds);
}

/// A call to a provider failed, for this reason.
pub fn call_failed(provider: &str, error: &ProviderError) {
    let labels = [("provider", provider.to_owned()), ("reason", error.reason().to_owned())];
    counter!("saywell_call_failures_total", &labels).increment(1);
    warn!(provider, reason = error.reason(), %error, "a call to a provider failed");
}

/// A listener got the first sound of something that was not there before.
pub fn first_sound(took: Duration) {
    histogram!("saywell_first_sound_seconds").record(took.as_secs_f64());
}
