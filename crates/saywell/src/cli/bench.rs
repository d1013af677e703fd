//! `saywell bench`: how fast this machine speaks, in a few seconds. `make bench` compares with others.

use std::time::{Duration, Instant};

use super::{Failed, open_without_trace, print};
use crate::config::Settings;
use crate::identity::Caller;
use crate::request::SpeechRequest;
use crate::speak::Sound;

/// Arguments of `saywell bench`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How many replies to speak
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    replies: u32,
}

pub(super) async fn run(arguments: Arguments, settings: Settings) -> Result<(), Failed> {
    let loading = Instant::now();
    let app = open_without_trace(settings).await?;
    let loaded = loading.elapsed();
    let caller = Caller::operator(None);
    let (mut first, mut whole, mut seconds) = (Vec::new(), Vec::new(), 0.0);
    for number in 0..arguments.replies {
        let request = SpeechRequest::new(reply(number));
        let begun = Instant::now();
        let order = app.orders.open(caller.clone(), request).await?;
        let Sound::Flight(mut listener) = app.speak.speak(&order).await?.sound else {
            continue;
        };
        listener.first_sound().await?;
        first.push(begun.elapsed());
        listener.landed().await?;
        whole.push(begun.elapsed());
        seconds += listener.captions().duration_seconds;
    }
    first.sort_unstable();
    let spent: Duration = whole.iter().sum();
    print(format_args!("ready after              {:>8.0} ms", milliseconds(loaded)))?;
    print(format_args!("first sound, p50         {:>8.1} ms", milliseconds(quantile(&first, 0.50))))?;
    print(format_args!("first sound, p99         {:>8.1} ms", milliseconds(quantile(&first, 0.99))))?;
    print(format_args!("speech made              {seconds:>8.0} s"))?;
    print(format_args!("faster than it is spoken {:>8.0} ×", seconds / spent.as_secs_f64()))
}

/// A reply of five sentences that no other number gives.
fn reply(number: u32) -> String {
    format!(
        "Sure, here is what I found for question {number}. The meeting moved to Thursday at half past {}. \
         Three people have not answered yet, so I sent them a short reminder. The budget is at {number} thousand dollars, \
         a little more than we planned. Tell me if you want me to write to the team as well.",
        number % 12 + 1
    )
}

fn quantile(sorted: &[Duration], part: f64) -> Duration {
    let at = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
    sorted.get(at).copied().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
