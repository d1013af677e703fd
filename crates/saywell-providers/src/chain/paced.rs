//! A provider that is asked for no speed that its voices do not have: what is missing is done to its sound, at the same
//! pitch.

use std::sync::Arc;

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;
use saywell_audio::{AudioError, Resampler, SAMPLE_RATE, Stretcher};

use crate::provider::{
    Extent, Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice, WordTiming,
};

/// A provider that speaks at any speed.
#[derive(Debug)]
pub struct Paced<P> {
    inner: P,
}

impl<P> Paced<P> {
    /// Asks `inner` for the nearest of its own speeds.
    pub const fn new(inner: P) -> Self {
        Self { inner }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider> Provider for Paced<P> {
    fn about(&self) -> &ProviderFacts {
        self.inner.about()
    }

    fn name(&self) -> &str {
        self.inner.name()
    }

    fn extent(&self, request: &Request) -> Extent {
        let own = self.about().speeds_of(&request.model);
        let speed = request.speed.clamp(*own.start(), *own.end());
        self.inner.extent(&Request { speed, ..request.clone() })
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.inner.voices().await
    }

    async fn warm(&self) {
        self.inner.warm().await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let own = self.about().speeds_of(&request.model);
        let nearest = request.speed.clamp(*own.start(), *own.end());
        let missing = f64::from(request.speed) / f64::from(nearest);
        let mut inner = self.inner.speak(Request { speed: nearest, ..request });
        if (missing - 1.0).abs() < 1e-3 {
            return inner;
        }
        Box::pin(stream! {
            let mut stretching: Option<Stretching> = None;
            while let Some(part) = inner.next().await {
                match part {
                    Ok(Part::Sound { rate, samples }) => {
                        let work = match stretching.take() {
                            Some(work) if work.rate != rate => Err(changed_rate()),
                            Some(work) => Ok(work),
                            None => Stretching::new(rate, missing).map_err(|error| ProviderError::Rejected(error.to_string())),
                        };
                        let stretched = match work {
                            Ok(work) => aside(move || work.push(samples)).await,
                            Err(error) => Err(error),
                        };
                        match stretched {
                            Ok((work, samples)) => {
                                stretching = Some(work);
                                if !samples.is_empty() {
                                    yield Ok(Part::Sound { rate: SAMPLE_RATE, samples });
                                }
                            }
                            Err(error) => {
                                yield Err(error);
                                return;
                            }
                        }
                    }
                    Ok(Part::Words(words)) => yield Ok(Part::Words(
                        words
                            .into_iter()
                            .map(|WordTiming { text, start, end }| WordTiming {
                                text,
                                start: start / missing,
                                end: end / missing,
                            })
                            .collect(),
                    )),
                    other => {
                        let failed = other.is_err();
                        yield other;
                        if failed {
                            return;
                        }
                    }
                }
            }
            if let Some(work) = stretching {
                yield aside(move || work.finish())
                    .await
                    .map(|samples| Part::Sound { rate: SAMPLE_RATE, samples });
            }
        })
    }
}

fn changed_rate() -> ProviderError {
    ProviderError::Rejected("changed its sample rate midway".into())
}

/// Does work that would hold up others on a thread of its own.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ProviderError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ProviderError::Unavailable(error.to_string()))
}

/// Sound whose pace is being changed.
#[derive(Debug)]
struct Stretching {
    rate: u32,
    resampler: Resampler,
    stretcher: Stretcher,
}

impl Stretching {
    fn new(rate: u32, speed: f64) -> Result<Self, AudioError> {
        Ok(Self { rate, resampler: Resampler::new(rate)?, stretcher: Stretcher::new(speed) })
    }

    fn push(mut self, samples: Vec<f32>) -> (Self, Vec<f32>) {
        let samples = self.resampler.push(samples);
        let made = self.stretcher.push(samples);
        (self, made)
    }

    fn finish(mut self) -> Vec<f32> {
        let mut made = self.stretcher.push(self.resampler.finish());
        made.extend(self.stretcher.finish());
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::gather;
    use crate::providers::conformance;
    use crate::providers::fake::Fake;

    #[tokio::test]
    async fn it_is_a_provider_and_speaks_at_any_speed() {
        let fake = Fake::named("fake").speeds(0.7..=1.2);
        conformance::examine(&Paced::new(fake.clone())).await;
        for speed in [0.25, 0.5, 0.7, 1.0, 1.2, 1.25, 2.0, 4.0] {
            let paced = Paced::new(fake.clone());
            let request = Request { speed, ..Request::new("Hello there, how are you?", "tone-1", "tone") };
            let speech = gather(paced.speak(request)).await.unwrap();
            let seconds = speech.samples.len() as f64 / f64::from(speech.rate);
            let expected = 25.0 * 0.05 / f64::from(speed);
            assert!((seconds - expected).abs() < 0.01, "at {speed}: {seconds} s, not {expected} s");
            assert!((speech.words[0].end - expected).abs() < 0.01, "words follow: {:?}", speech.words);
        }
        let asked: Vec<f32> = fake.calls().speeds().into_iter().rev().take(8).rev().collect();
        assert_eq!(asked, [0.7, 0.7, 0.7, 1.0, 1.2, 1.2, 1.2, 1.2]);
    }
}
