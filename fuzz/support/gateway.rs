//! A gateway in memory, whose voice is a tone of 50 ms a character, for targets that send it something whole.

use std::sync::Arc;

use saywell::app::App;
use saywell::clock::{Clock, SystemClock};
use saywell::config::Settings;
use saywell::provider::Provider;
use saywell::providers::fake::Fake;
use saywell::secret::Secret;
use tokio::runtime::Runtime;

/// Longest speech of a request, seconds.
pub const MAX_SECONDS: u32 = 5;
/// The bytes of pcm that so much speech has at most: sound may be a quarter longer than it was estimated to be, and a second is for
/// what is rounded.
#[allow(dead_code, reason = "not every target listens")]
pub const MAX_PCM_BYTES: usize = (MAX_SECONDS as usize * 5 / 4 + 1) * 24_000 * 2;

pub struct Bench {
    pub runtime: Runtime,
    pub app: App,
}

impl Bench {
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let settings = Settings {
            storage_url: Some("memory:".into()),
            database_url: Some("sqlite::memory:".into()),
            signing_key: Some(Secret::new("only fuzz targets are signed with these words")),
            default_voice: Some("tone".into()),
            provider: "fake".into(),
            max_seconds: MAX_SECONDS,
            cache_max_bytes: 1 << 20,
            cache_memory_bytes: 1 << 20,
            ..Settings::default()
        };
        let voice: Vec<Arc<dyn Provider>> = vec![Arc::new(Fake::named("fake"))];
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let app = runtime.block_on(App::with_providers(settings, voice, clock)).expect("a gateway");
        Self { runtime, app }
    }
}
