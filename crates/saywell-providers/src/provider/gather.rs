//! Waiting for sound: for its beginning, or for all of it.

use futures::{FutureExt, StreamExt};
use saywell_audio::SAMPLE_RATE;
use saywell_audio::loudness::Level;

use super::{GatheredSpeech, Part, ProviderError, SpeechStream};

/// Samples that are measured each time a piece of sound comes: a tenth of a millisecond's work. What comes in larger pieces
/// is measured to its end off the async threads.
const METERED_AT_ONCE: usize = SAMPLE_RATE as usize;

/// Waits until a provider has begun to speak. What fails in the same breath has not been heard and has not begun.
///
/// # Errors
/// The stream's own error; a stream that ends without sound is `Rejected`.
pub async fn begun(mut stream: SpeechStream) -> Result<SpeechStream, ProviderError> {
    let mut first = Vec::new();
    loop {
        match stream.next().await.transpose()? {
            Some(part @ Part::Sound { .. }) => {
                first.push(Ok(part));
                break;
            }
            Some(part) => first.push(Ok(part)),
            None => return Err(ProviderError::Rejected("answered without sound".into())),
        }
    }
    if let Some(Some(next)) = stream.next().now_or_never() {
        first.push(Ok(next?));
    }
    Ok(futures::stream::iter(first).chain(stream).boxed())
}

/// Gathers a stream into one whole utterance.
///
/// # Errors
/// The stream's own error; a stream that ends without sound, or changes its rate, is `Rejected`.
pub async fn gather(stream: SpeechStream) -> Result<GatheredSpeech, ProviderError> {
    gather_for(stream, Level::Fixed(0.0)).await
}

/// As [`gather`], and measures what is to be brought to this level while the provider is still speaking.
///
/// # Errors
/// As [`gather`].
pub async fn gather_for(mut stream: SpeechStream, level: Level) -> Result<GatheredSpeech, ProviderError> {
    let mut speech = GatheredSpeech::default();
    while let Some(part) = stream.next().await {
        match part? {
            Part::Sound { rate, samples } => {
                if speech.rate != 0 && speech.rate != rate {
                    return Err(ProviderError::Rejected("changed its sample rate midway".into()));
                }
                speech.rate = rate;
                speech.samples.extend(samples);
                if level == Level::Measured && rate == SAMPLE_RATE {
                    let unheard = speech.samples.get(speech.meter.samples()..).unwrap_or_default();
                    speech.meter.push(unheard.get(..METERED_AT_ONCE).unwrap_or(unheard));
                }
            }
            Part::Words(words) => speech.words.extend(words),
            Part::Queued | Part::Begun | Part::Billed(_) => {}
        }
    }
    if speech.rate == 0 {
        return Err(ProviderError::Rejected("answered without sound".into()));
    }
    Ok(speech)
}
