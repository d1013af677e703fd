//! What is paid for is bought only as it is about to be heard.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The fastest that a player plays. A listener at this speed still never waits for sound that was held back.
const FASTEST_PLAYBACK: f64 = 1.25;

/// How far a flight may be ahead of whoever hears it from its first sound on.
#[derive(Debug)]
pub(super) struct Lookahead {
    ahead: Option<Duration>,
    sounding_since: watch::Sender<Option<Instant>>,
    /// Nothing is held back any more.
    released: CancellationToken,
}

impl Lookahead {
    /// This far ahead, or as far as can be.
    pub(super) fn new(ahead: Option<Duration>) -> Self {
        Self { ahead, sounding_since: watch::Sender::new(None), released: CancellationToken::new() }
    }

    /// The first sound was handed on, unless it was before.
    pub(super) fn sounds(&self) {
        self.sounds_since(Instant::now());
    }

    /// The first sound was handed on then, by whoever made it, unless it was before.
    pub(super) fn sounds_since(&self, then: Instant) {
        self.sounding_since.send_if_modified(|since| {
            let first = since.is_none();
            since.get_or_insert(then);
            first
        });
    }

    /// When a listener comes to what begins that many seconds into the rendition; none while nothing is held back for them.
    pub(super) fn reaches(&self, begins: f64) -> Option<std::time::Instant> {
        let since = self.sounding_since.borrow().filter(|_| !self.released.is_cancelled())?;
        Some((since + Duration::try_from_secs_f64(begins / FASTEST_PLAYBACK).ok()?).into_std())
    }

    /// Somebody waits for the end: from here on all is made at once.
    pub(super) fn release(&self) {
        self.released.cancel();
    }

    /// Waits until what begins that many seconds into the rendition is to be made.
    pub(super) async fn wait(&self, begins: f64) {
        tokio::select! {
            biased;
            () = self.released.cancelled() => {}
            () = self.due(begins) => {}
        }
    }

    async fn due(&self, begins: f64) {
        let Some(lookahead) = self.ahead else { return };
        let ahead = begins - lookahead.as_secs_f64();
        if ahead <= 0.0 {
            return;
        }
        let mut sounding = self.sounding_since.subscribe();
        let since = sounding.wait_for(Option::is_some).await.ok().and_then(|since| *since);
        // Its sender is a field of this, so it outlives the wait.
        let Some(since) = since else { return };
        tokio::time::sleep_until(since + Duration::from_secs_f64(ahead / FASTEST_PLAYBACK)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_comes_later_waits_for_its_time_after_the_first_sound() {
        let lookahead = Lookahead::new(Some(Duration::from_secs(20)));
        let begun = Instant::now();
        lookahead.wait(20.0).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);

        let first_sound = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            lookahead.sounds();
            lookahead.sounds();
        };
        tokio::join!(lookahead.wait(45.0), first_sound);
        assert_eq!(begun.elapsed(), Duration::from_secs(3 + 20));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_waits_once_it_is_released() {
        let lookahead = Lookahead::new(Some(Duration::from_secs(20)));
        let begun = Instant::now();
        let release = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            lookahead.release();
        };
        tokio::join!(lookahead.wait(45.0), release);
        lookahead.wait(1e6).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_bound_nothing_waits() {
        let begun = Instant::now();
        Lookahead::new(None).wait(1e6).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
