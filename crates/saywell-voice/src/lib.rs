//! The voice inside: text to samples in this process, with exact word timings.
//!
//! ```text
//! text ─▶ g2p ─▶ phonemes ─▶ network ─▶ dsp ─▶ trim ─▶ Speech
//!         words   ids        spectra    samples  word times
//! ```
//!
//! [`Voice`] is the whole path on the calling thread; [`Pool`] runs many of them on threads of its own.

mod cut;
pub mod dsp;
pub mod g2p;
pub mod kokoro;
mod manner;
mod math;
pub mod network;
pub mod onnx;
mod phonemes;
mod pool;
mod trim;
mod voice;

pub use manner::{FOLLOWS, Follows};
pub use pool::{AHEAD, Job, Overloaded, Pool, Turn, Urgency};
pub use voice::{Line, MARGIN_AFTER, MARGIN_BEFORE, SPEEDS, Speech, SpokenWord, Voice, VoiceError};

/// What is passed on with packs of Kokoro's voices.
pub const KOKORO_NOTICE: &str = include_str!("kokoro/NOTICE.txt");
/// Whom the voice's files come from, as their package says it.
pub const NOTICE: &str = include_str!("../assets/NOTICE");
/// The licence of the voice's files.
pub const LICENCE: &str = include_str!("../assets/LICENSE");
