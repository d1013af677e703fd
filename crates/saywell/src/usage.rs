//! Usage: what was asked and spoken, for whom, and at what cost: as metrics, as log lines, and as a row for every request
//! and every call to a provider. Texts of replies are in none of them, unless the operator wants them in the rows.

mod journal;
mod keeper;
mod ledger;
mod listening;
#[cfg(test)]
mod metered;
pub mod table;

pub use keeper::{Keeper, Retention};
pub use ledger::{Ledger, Scribe};
pub use listening::{Listening, Untold};

use std::time::Duration;

use metrics::histogram;

/// A listener got the first sound of something that was not there before.
pub fn first_sound(took: Duration) {
    histogram!("saywell_first_sound_seconds").record(took.as_secs_f64());
}
