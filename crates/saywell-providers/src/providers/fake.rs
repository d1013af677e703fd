//! A provider for tests: tones with scripted delays and faults.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_stream::stream;
use async_trait::async_trait;
use saywell_audio::loudness::Level;
use saywell_text::english::Reader;
use saywell_text::ssml::Follows;
use tokio::sync::watch;

use crate::provider::{
    Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice, WordTiming,
};
use crate::queue::{Pace, Queue};

/// A tone for every utterance, 50 ms a character, or what it was told to do instead.
#[derive(Debug, Clone)]
pub struct Fake {
    about: ProviderFacts,
    voices: Arc<[Voice]>,
    delay: Duration,
    /// How long each utterance waits in a queue of our own.
    queued: Duration,
    pieces: Option<(usize, Duration)>,
    tears: Option<(usize, ProviderError)>,
    wordless: bool,
    calls: Arc<Calls>,
}

/// What a [`Fake`] was asked, and how it answers.
#[derive(Debug, Default)]
pub struct Calls {
    started: AtomicUsize,
    finished: AtomicUsize,
    healthy: AtomicBool,
    fault: Option<(usize, ProviderError)>,
    /// Whether some sound comes before the fault.
    breaks_off: bool,
    held: watch::Sender<bool>,
    /// Whether only one call has it.
    once: bool,
    texts: Mutex<Vec<String>>,
    speeds: Mutex<Vec<f32>>,
}

impl Calls {
    /// How many utterances were asked for.
    pub fn count(&self) -> usize {
        self.started.load(Ordering::SeqCst)
    }

    /// How many were spoken to the end.
    pub fn finished(&self) -> usize {
        self.finished.load(Ordering::SeqCst)
    }

    /// What was asked for, in order.
    pub fn texts(&self) -> Vec<String> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on nobody is answered until [`let_go`](Self::let_go).
    pub fn hold(&self) {
        self.held.send_replace(true);
    }

    /// Everybody is answered.
    pub fn let_go(&self) {
        self.held.send_replace(false);
    }

    /// At which speeds, in order.
    pub fn speeds(&self) -> Vec<f32> {
        self.speeds.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fails no more.
    pub fn recover(&self) {
        self.healthy.store(true, Ordering::SeqCst);
    }
}

impl Fake {
    /// A healthy provider of this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let about = ProviderFacts { level: Level::Fixed(0.0), ..ProviderFacts::new("fake", name, "tone-1") };
        let voice = Voice { name: "Tone".into(), ..Voice::new(name, "tone", "en-US") };
        Self {
            about,
            voices: Arc::new([voice]),
            delay: Duration::ZERO,
            queued: Duration::ZERO,
            pieces: None,
            tears: None,
            wordless: false,
            calls: Arc::default(),
        }
    }

    /// With these voices instead of its one.
    #[must_use]
    pub fn with_voices(mut self, voices: impl Into<Arc<[Voice]>>) -> Self {
        self.voices = voices.into();
        self
    }

    /// Fails every call until [`Calls::recover`].
    #[must_use]
    pub fn failing(self, error: ProviderError) -> Self {
        self.failing_after(0, error)
    }

    /// Speaks this many utterances, then fails.
    #[must_use]
    pub fn failing_after(mut self, spoken: usize, error: ProviderError) -> Self {
        self.calls = Arc::new(Calls { fault: Some((spoken, error)), ..Calls::default() });
        self
    }

    /// Speaks this many utterances, fails at one, and speaks on.
    #[must_use]
    pub fn failing_once_after(mut self, spoken: usize, error: ProviderError) -> Self {
        self.calls = Arc::new(Calls { fault: Some((spoken, error)), once: true, ..Calls::default() });
        self
    }

    /// Is worth asking for so many utterances at the same time.
    #[must_use]
    pub fn parallel(mut self, utterances: usize) -> Self {
        self.about.parallel = utterances;
        self
    }

    /// Has these speeds alone.
    #[must_use]
    pub fn speeds(mut self, speeds: std::ops::RangeInclusive<f32>) -> Self {
        self.about.speeds = speeds;
        self
    }

    /// Sends its sound in pieces of so many characters, with this long between them, and with the times of their words.
    #[must_use]
    pub fn in_pieces(mut self, characters: usize, gap: Duration) -> Self {
        self.pieces = Some((characters, gap));
        self
    }

    /// Breaks off after so many pieces of every utterance.
    #[must_use]
    pub fn tearing_after(mut self, pieces: usize, error: ProviderError) -> Self {
        self.tears = Some((pieces, error));
        self
    }

    /// Knows the times of no words.
    #[must_use]
    pub fn without_words(mut self) -> Self {
        self.wordless = true;
        self
    }

    /// Has a loudness that nobody knows.
    #[must_use]
    pub fn measured(mut self) -> Self {
        self.about.level = Level::Measured;
        self
    }

    /// Begins every utterance, and fails in the middle of it, until [`Calls::recover`].
    #[must_use]
    pub fn breaking_off(mut self, error: ProviderError) -> Self {
        self.calls = Arc::new(Calls { fault: Some((0, error)), breaks_off: true, ..Calls::default() });
        self
    }

    /// Waits before each answer.
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Admits nobody who has more work before them than `longest`, at so many seconds a character.
    #[must_use]
    pub fn queueing(mut self, seconds_a_character: f64, longest: Duration) -> Self {
        let pace = Arc::new(Pace::guessed(seconds_a_character));
        let paces = self.voices.iter().map(|voice| (voice.id.clone(), Arc::clone(&pace))).collect();
        self.about.queue = Some(Queue::new(&self.about.name, 1, longest, paces));
        self
    }

    /// Takes blends of its voices.
    #[must_use]
    pub fn blending(mut self) -> Self {
        self.about.blends = true;
        self
    }

    /// Lets each utterance wait in a queue of our own before.
    #[must_use]
    pub fn queued(mut self, queued: Duration) -> Self {
        self.queued = queued;
        self
    }

    /// Follows every mark, and knows phonemes but for these symbols of theirs.
    #[must_use]
    pub fn knowing(mut self, unknown_symbols: fn(&str) -> String) -> Self {
        self.about.unknown_symbols = Some(unknown_symbols);
        self.about.follows = Some(Follows::ALL);
        self
    }

    /// Is given what this reader can read.
    #[must_use]
    pub fn reading(mut self, reader: Option<Reader>) -> Self {
        self.about.reader = reader;
        self
    }

    /// Charges for every call.
    #[must_use]
    pub fn paid(mut self) -> Self {
        self.about.paid = true;
        self
    }

    /// What it was asked.
    #[must_use]
    pub fn calls(&self) -> Arc<Calls> {
        Arc::clone(&self.calls)
    }
}

#[async_trait]
impl Provider for Fake {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.voices))
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let (delay, queued, calls) = (self.delay, self.queued, Arc::clone(&self.calls));
        let queue = self.about.queue.clone();
        let (pieces, tears, wordless) = (self.pieces, self.tears.clone(), self.wordless);
        Box::pin(stream! {
            if let Some(queue) = queue {
                if let Err(wait) = queue.enter(&request.errand, &request.voice, request.priority) {
                    yield Err(ProviderError::Overloaded { retry_after: Some(wait) });
                    return;
                }
                request.errand.begin();
            }
            let number = calls.started.fetch_add(1, Ordering::SeqCst);
            calls.texts.lock().unwrap_or_else(PoisonError::into_inner).push(request.text.to_string());
            calls.speeds.lock().unwrap_or_else(PoisonError::into_inner).push(request.speed);
            if !queued.is_zero() {
                yield Ok(Part::Queued);
                tokio::time::sleep(queued).await;
                yield Ok(Part::Begun);
            }
            // Its sender is a field of the calls, so it outlives the wait.
            let _ = calls.held.subscribe().wait_for(|held| !held).await;
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            if let Some((spoken, error)) = &calls.fault
                && (number == *spoken || number > *spoken && !calls.once)
                && !calls.healthy.load(Ordering::SeqCst)
            {
                if calls.breaks_off {
                    yield Ok(Part::Sound { rate: 24_000, samples: tone(1, request.speed) });
                }
                yield Err(error.clone());
                return;
            }
            if let Some((characters, gap)) = pieces {
                let all = tone(request.text.chars().count(), request.speed);
                let each = characters * 1_200;
                for (number, samples) in all.chunks(each).enumerate() {
                    if let Some((after, error)) = &tears
                        && number == *after
                    {
                        yield Err(error.clone());
                        return;
                    }
                    let said = number * characters..(number + 1) * characters;
                    yield Ok(Part::Sound { rate: 24_000, samples: samples.to_vec() });
                    if !wordless {
                        yield Ok(Part::Words(words(&request.text, &said)));
                    }
                    tokio::time::sleep(gap).await;
                }
                calls.finished.fetch_add(1, Ordering::SeqCst);
                return;
            }
            let samples = tone(request.text.chars().count(), request.speed);
            let end = samples.len() as f64 / 24_000.0;
            yield Ok(Part::Sound { rate: 24_000, samples });
            yield Ok(Part::Words(vec![WordTiming { text: 0..request.text.len(), start: 0.0, end }]));
            calls.finished.fetch_add(1, Ordering::SeqCst);
        })
    }
}

/// The words of an English text that end within these characters, each as long as its letters.
fn words(text: &str, said: &std::ops::Range<usize>) -> Vec<WordTiming> {
    let words = text.split_whitespace().map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    });
    let ended = words.filter(|word| word.end > said.start && word.end <= said.end);
    ended
        .map(|text| WordTiming { start: text.start as f64 * 0.05, end: text.end as f64 * 0.05, text })
        .collect()
}

/// A 220 Hz tone at 24 kHz, 50 ms a character.
fn tone(characters: usize, speed: f32) -> Vec<f32> {
    let count = (characters as f32 * 1200.0 / speed) as usize;
    (0..count).map(|n| 0.2 * (n as f32 * 220.0 * std::f32::consts::TAU / 24_000.0).sin()).collect()
}
