//! How fast this machine makes sound with the voices inside.

use futures::StreamExt;
use tokio::time::Instant;

use crate::provider::{Part, Provider, Request};
use crate::queue::{LEAST_REAL_TIME, Priority, Queue};

/// What is said: two seconds of speech.
const SENTENCE: &str = "This is how I read your replies.";
/// How often at most: whatever else the machine does may be in the way of one trial, and the best of them counts.
const MOST: usize = 3;

/// Has a provider that works on this machine say a sentence that nobody hears, unless it is known to be fast enough. What it
/// came to is known to its [queue](crate::queue::Queue): its pace, and whether it is too slow. A provider that is too busy, or
/// fails, is not judged.
pub async fn try_out(provider: &dyn Provider) {
    let about = provider.about();
    let is_known = |queue: &&Queue| queue.best_trial().is_some_and(|best| best >= LEAST_REAL_TIME);
    let Some(queue) = about.queue.as_ref().filter(|queue| !is_known(queue)) else { return };
    let first = provider.voices().await.ok().and_then(|voices| Some(voices.first()?.id.clone()));
    let Some(voice) = about.default_voice.clone().or(first) else { return };
    let mut best = 0.0_f64;
    for _ in 0..MOST {
        let Some(real_time) = once(provider, &about.model, &voice).await else { return };
        best = best.max(real_time);
        if best >= LEAST_REAL_TIME {
            break;
        }
    }
    queue.tried(best);
}

/// What it means that a provider is [too slow](crate::queue::Queue::too_slow), in words that follow its name.
#[must_use]
pub fn in_words(real_time: f64) -> String {
    format!(
        "makes {real_time:.1} s of sound in a second on this machine, and without gaps it is heard from {LEAST_REAL_TIME} on: it \
         speaks after all others, what they have no voice for"
    )
}

/// How many seconds of sound were made in a second, of the time that loading does not count for.
async fn once(provider: &dyn Provider, model: &str, voice: &str) -> Option<f64> {
    let request = Request { priority: Priority::Prefetch, ..Request::new(SENTENCE, model, voice) };
    let mut parts = provider.speak(request);
    let (mut begun, mut seconds) = (Instant::now(), 0.0);
    while let Some(part) = parts.next().await {
        match part.ok()? {
            Part::Begun => begun = Instant::now(),
            Part::Sound { rate, samples } => seconds += samples.len() as f64 / f64::from(rate),
            Part::Queued | Part::Words(_) | Part::Billed(_) => {}
        }
    }
    let took = begun.elapsed().as_secs_f64();
    (seconds > 0.0).then(|| seconds / took.max(1e-6))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::chain::{Chain, too_slow};
    use crate::providers::fake::Fake;

    /// Makes 1.6 s of sound in this time.
    fn voice(name: &str, milliseconds: u64) -> Fake {
        let queued = Duration::from_secs(9);
        Fake::named(name)
            .queued(queued)
            .delayed(Duration::from_millis(milliseconds))
            .queueing(0.01, Duration::from_secs(8))
    }

    #[tokio::test(start_paused = true)]
    async fn who_cannot_keep_up_is_asked_after_those_who_can() {
        let slow = voice("slow", 1600);
        let (asked, quick) = (slow.calls(), voice("quick", 1000));
        let soon = quick.calls();
        let chain = Chain::new(vec![Arc::new(slow), Arc::new(Fake::named("cloud")), Arc::new(quick)]);
        let order = |chain: &Chain| {
            chain
                .clone()
                .able_first()
                .providers()
                .iter()
                .map(|link| link.name().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(order(&chain), ["slow", "cloud", "quick"], "nobody has tried");
        for link in chain.providers() {
            try_out(&**link).await;
            try_out(&**link).await;
        }
        assert_eq!(order(&chain), ["cloud", "quick", "slow"]);
        let measured: Vec<_> = chain.providers().iter().map(|link| too_slow(&**link)).collect();
        assert_eq!(measured.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false]);
        assert!(
            (measured[0].unwrap() - 1.0).abs() < 0.01,
            "{measured:?}: the wait in the queue does not count"
        );
        assert_eq!(
            asked.count(),
            2 * MOST,
            "the best of three, and another chance whenever it is tried again"
        );
        assert_eq!(soon.count(), 1, "who is fast enough once is so for good");
    }

    #[tokio::test(start_paused = true)]
    async fn one_slow_moment_is_no_verdict_and_who_fails_is_not_judged() {
        let failing = voice("failing", 1600)
            .failing_after(2, crate::provider::ProviderError::Unavailable("is out of order".into()));
        try_out(&failing).await;
        assert_eq!(too_slow(&failing), None);
        assert_eq!(failing.about().queue.as_ref().unwrap().best_trial(), None);
    }
}
