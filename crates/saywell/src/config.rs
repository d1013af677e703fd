//! Settings: environment first, `saywell.toml` second, defaults last.
//!
//! Every setting stands once in [`settings::SETTINGS`], with its names, its default and its meaning; reading,
//! refusing, printing, the generated `docs/CONFIG.md` and the editors' `docs/saywell.schema.json` all come from that table. All faults are found before
//! any is reported, each with where it came from.

mod concerns;
mod document;
mod limits_document;
mod load;
mod schema;
mod settings;
mod values;

pub use document::{help, markdown};
pub use limits_document::markdown as limits_markdown;
pub use load::{Fault, Given, Loaded, Origin, Source};
pub use schema::schema;
pub use settings::{SETTINGS, Setting, Settings, Takes};
