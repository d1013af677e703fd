//! The stubs, one file each. A new one is its file, its `mod` line here, and its line in [`KINDS`].

pub mod azure;
pub mod cartesia;
pub mod coqui;
pub mod deepgram;
pub mod elevenlabs;
pub mod gemini;
pub mod google;
pub mod inworld;
pub mod minimax;
pub mod mistral;
pub mod openai;
pub mod openai_compatible;
pub mod openai_realtime;
pub mod piper;
pub mod polly;
pub mod xai;
pub mod xtts;

use std::fmt;

use axum::Router;
use axum::response::Response;

use crate::call::Desk;
use crate::fault::Refusal;

/// Every stub there is.
pub static KINDS: &[&StubKind] = &[
    &azure::KIND,
    &cartesia::KIND,
    &cartesia::BY_FLUSH,
    &coqui::KIND,
    &deepgram::KIND,
    &elevenlabs::KIND,
    &gemini::KIND,
    &google::KIND,
    &google::STREAMING,
    &inworld::KIND,
    &minimax::KIND,
    &mistral::KIND,
    &openai::KIND,
    &openai_compatible::EDGE_TTS,
    &openai_compatible::GROQ,
    &openai_compatible::KOKORO,
    &openai_compatible::LOCALAI,
    &openai_compatible::OPENEDAI,
    &openai_compatible::OPENROUTER,
    &openai_compatible::SPEACHES,
    &openai_compatible::TOGETHER,
    &openai_realtime::KIND,
    &piper::KIND,
    &piper::OLD,
    &polly::KIND,
    &xai::KIND,
    &xtts::KIND,
];

/// A service that is stood in for.
pub struct StubKind {
    /// What the command line calls it: the provider's name.
    pub name: &'static str,
    /// Its calls. Those for speech take a [`Call`](crate::Call).
    pub routes: fn() -> Router<Desk>,
    /// Its errors.
    pub refuse: fn(Refusal) -> Response,
}

impl fmt::Debug for StubKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kind").field("name", &self.name).finish_non_exhaustive()
    }
}
