//! `saywell check`.

use std::time::Instant;

use super::{Failed, open_without_trace, print};
use crate::config::Settings;
use crate::provider::{Request, gather};

/// What every provider is asked to say.
const SENTENCE: &str = "This is a test.";

pub(super) async fn run(settings: Settings) -> Result<(), Failed> {
    let app = open_without_trace(settings).await?;
    let cast = app.speak.voices.cast(None, None, app.speak.chain.links()).await.unwrap_or_default();
    let mut unusable = 0;
    for link in app.speak.chain.links() {
        let name = link.name();
        let Some(speaker) = cast.get(name) else {
            unusable += 1;
            print(format_args!("✗ {name}: has no voice"))?;
            continue;
        };
        let begun = Instant::now();
        let request = Request::new(SENTENCE, &speaker.model, &speaker.voice);
        match gather(link.speak(request)).await {
            Ok(speech) => {
                let seconds = speech.samples.len() as f64 / f64::from(speech.rate);
                let took = begun.elapsed().as_secs_f64() * 1000.0;
                print(format_args!(
                    "✓ {name}: speaks as `{}`, {seconds:.1} s of sound in {took:.0} ms",
                    speaker.voice
                ))?;
            }
            Err(error) => {
                unusable += 1;
                print(format_args!("✗ {name}: {error}"))?;
            }
        }
    }
    match unusable {
        0 => Ok(()),
        1 => Err(Failed::Run("one provider cannot be used".into())),
        count => Err(Failed::Run(format!("{count} providers cannot be used"))),
    }
}
