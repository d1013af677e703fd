//! `local`: the voice inside this process.

use std::sync::Arc;

use async_stream::stream;
use async_trait::async_trait;
use saywell_voice::{Cancel, Job, Pool, VoiceError};
use tokio::sync::{Semaphore, oneshot};

use crate::config::Settings;
use crate::provider::{Part, Priority, Provider, ProviderError, Request, SpeechStream, Voice, WordTiming};

/// The provider's name.
pub const NAME: &str = "local";

/// The voice inside, behind its own threads.
#[derive(Debug)]
pub struct Local {
    pool: Arc<Pool>,
    voices: Arc<[Voice]>,
    version: String,
    threads: usize,
    /// Places in the queue for utterances of replies that are sounding already: those wait for a place instead of
    /// being refused, and leave half of the queue to new listeners.
    places: Arc<Semaphore>,
}

impl Local {
    /// Loads the voice and starts its threads.
    ///
    /// # Errors
    /// [`ProviderError::Misconfigured`] when the voice in this binary cannot be loaded.
    pub fn open(settings: &Settings) -> Result<Self, ProviderError> {
        let voice = saywell_voice::Voice::heart().map_err(|error| ProviderError::Misconfigured(error.to_string()))?;
        let threads = match settings.local_threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let voices = Arc::new([Voice {
            id: voice.name().into(),
            name: "Heart".into(),
            provider: NAME.into(),
            language: "en-US".into(),
            gender: Some("female".into()),
        }]);
        let version = voice.version().to_owned();
        let pool = Arc::new(Pool::new(Arc::new(voice), threads, settings.local_queue));
        let places = Arc::new(Semaphore::new((settings.local_queue / 2).max(1)));
        Ok(Self { pool, voices, version, threads, places })
    }
}

#[async_trait]
impl Provider for Local {
    fn name(&self) -> &'static str {
        NAME
    }

    fn model(&self) -> &'static str {
        "hibari"
    }

    fn voice_version(&self) -> &str {
        &self.version
    }

    fn parallel(&self) -> usize {
        self.threads
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.voices))
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let (pool, places) = (Arc::clone(&self.pool), Arc::clone(&self.places));
        Box::pin(stream! {
            let _place = match request.priority {
                Priority::First => None,
                Priority::Rest | Priority::Prefetch => places.acquire_owned().await.ok(),
            };
            let cancel = Cancel::default();
            // Dropping the stream drops this guard: a job that has not started never does.
            let _guard = CancelOnDrop(cancel.clone());
            let job = Job {
                text: request.text.to_string(),
                speed: request.speed,
                priority: match request.priority {
                    Priority::First => saywell_voice::Priority::First,
                    Priority::Rest => saywell_voice::Priority::Rest,
                    Priority::Prefetch => saywell_voice::Priority::Prefetch,
                },
                cancel,
            };
            let (done, result) = oneshot::channel();
            // A receiver that is gone has lost interest.
            if pool.submit(job, move |speech| drop(done.send(speech))).is_err() {
                yield Err(ProviderError::Overloaded);
                return;
            }
            match result.await {
                Ok(Ok(speech)) => {
                    yield Ok(Part::Sound { rate: saywell_audio::SAMPLE_RATE, samples: speech.samples });
                    yield Ok(Part::Words(
                        speech
                            .words
                            .into_iter()
                            .map(|word| WordTiming { text: word.text, start: word.start, end: word.end })
                            .collect(),
                    ));
                }
                Ok(Err(VoiceError::Unspeakable)) => {
                    yield Err(ProviderError::Rejected("found nothing to say in it".into()));
                }
                Ok(Err(error)) => yield Err(ProviderError::Unavailable(error.to_string())),
                Err(_) => yield Err(ProviderError::Unavailable("is shutting down".into())),
            }
        })
    }
}

struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
