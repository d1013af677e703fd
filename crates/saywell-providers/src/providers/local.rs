//! `local`: the voice inside this process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use async_stream::stream;
use async_trait::async_trait;
use saywell_audio::loudness::Level;
use saywell_text::ssml::Follows;
use saywell_voice::{Job, Pool, Turn, Urgency, VoiceError};
use tokio::sync::oneshot;

use crate::provider::{
    Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice, WordTiming,
};
use crate::providers::{Inside, NoOptions, ProviderKind};
use crate::queue::{Pace, Priority, Queue};

/// The provider's name.
pub const NAME: &str = "local";

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: NAME,
    about: "The voice inside this process: no key, no network.",
    variables: &[],
    schema: <NoOptions as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<NoOptions>().map(drop),
    open: |opening| Ok(Arc::new(Local::open(opening.inside)?)),
};

/// Which marks the voices inside follow: all, but that text is written out before they get it.
pub(super) const FOLLOWS: Follows = Follows { say_as: false, ..Follows::ALL };

/// What brings the voice to the one loudness, measured over a minute of its speech; a test measures it again.
const GAIN_DB: f64 = 6.8;

/// What a character of text takes on one thread, until it is measured: more than on any machine seen.
const SECONDS_A_CHARACTER: f64 = 0.001;

/// The voice inside, behind its own threads.
#[derive(Debug)]
pub struct Local {
    pool: Arc<Pool>,
    queue: Queue,
    about: ProviderFacts,
    voices: Arc<[Voice]>,
}

impl Local {
    /// Loads the voice and starts its threads.
    ///
    /// # Errors
    /// [`ProviderError::Misconfigured`] when the voice in this binary cannot be loaded.
    pub fn open(inside: &Inside) -> Result<Self, ProviderError> {
        let voice =
            saywell_voice::Voice::heart().map_err(|error| ProviderError::Misconfigured(error.to_string()))?;
        let threads = inside.threads();
        let voices = Arc::new([Voice {
            name: "Heart".into(),
            gender: Some("female".into()),
            ..Voice::new(NAME, voice.name(), "en-US")
        }]);
        let pace = Arc::new(Pace::guessed(SECONDS_A_CHARACTER));
        let paces = BTreeMap::from([(voice.name().to_owned(), pace)]);
        let queue = Queue::new(NAME, threads.get(), inside.queue_longest, paces);
        let about = ProviderFacts {
            queue: Some(queue.clone()),
            default_voice: Some(voice.name().to_owned()),
            voice_version: voice.version().to_owned(),
            level: Level::Fixed(GAIN_DB),
            parallel: threads.get(),
            whole: true,
            unknown_symbols: Some(saywell_voice::g2p::unknown_symbols),
            follows: Some(FOLLOWS),
            within: true,
            ..ProviderFacts::new(NAME, NAME, "hibari")
        };
        let pool = Arc::new(Pool::new(Arc::new(voice), threads, inside.most_waiting()));
        Ok(Self { pool, queue, about, voices })
    }
}

#[async_trait]
impl Provider for Local {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.voices))
    }

    fn speak(&self, request: Request) -> SpeechStream {
        spoken(SpeakingPool { pool: Arc::clone(&self.pool), queue: self.queue.clone(), known: true }, request)
    }
}

/// Who speaks a request.
pub(super) struct SpeakingPool {
    /// The threads that do.
    pub pool: Arc<Pool>,
    /// The queue before them.
    pub queue: Queue,
    /// Whether the voice asked for is one of theirs.
    pub known: bool,
}

/// Speaks a request on a pool of this process.
pub(super) fn spoken(SpeakingPool { pool, queue, known }: SpeakingPool, request: Request) -> SpeechStream {
    Box::pin(stream! {
        if !known {
            yield Err(ProviderError::Rejected(format!("has no voice `{}`", request.voice)));
            return;
        }
        if let Err(wait) = queue.enter(&request.errand, &request.voice, request.priority) {
            yield Err(ProviderError::Overloaded { retry_after: Some(wait) });
            return;
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        // Dropping the stream drops this guard: a job that has not started never does.
        let _guard = CancelOnDrop(Arc::clone(&cancelled));
        let came = Instant::now();
        let job = job(&request, cancelled, came);
        let (start, begun) = oneshot::channel();
        let (done, result) = oneshot::channel();
        // Receivers that are gone have lost interest.
        let start = move || {
            let _ = start.send(Instant::now());
        };
        let done = move |speech| drop(done.send((speech, Instant::now())));
        if pool.submit(job, start, done).is_err() {
            yield Err(ProviderError::Overloaded { retry_after: None });
            return;
        }
        yield Ok(Part::Queued);
        let begun = begun.await.unwrap_or(came);
        queue.waited(begun - came);
        request.errand.begin();
        yield Ok(Part::Begun);
        match result.await {
            Ok((Ok(speech), ended)) => {
                if let Some(pace) = queue.pace(&request.voice) {
                    let seconds = speech.samples.len() as f64 / f64::from(saywell_audio::SAMPLE_RATE);
                    pace.measured(request.text.chars().count() as u64, seconds, ended - begun);
                }
                yield Ok(Part::Sound { rate: saywell_audio::SAMPLE_RATE, samples: speech.samples });
                yield Ok(Part::Words(
                    speech
                        .words
                        .into_iter()
                        .map(|word| WordTiming { text: word.text, start: word.start, end: word.end })
                        .collect(),
                ));
            }
            Ok((Err(VoiceError::Speed(speed)), _)) => {
                yield Err(ProviderError::Rejected(format!("does not speak at speed {speed}")));
            }
            Ok((Err(error), _)) => yield Err(ProviderError::Unavailable(error.to_string())),
            Err(_) => yield Err(ProviderError::Unavailable("is shutting down".into())),
        }
    })
}

fn job(request: &Request, cancelled: Arc<AtomicBool>, now: Instant) -> Job {
    let urgency = match request.priority {
        Priority::First => Urgency::First,
        Priority::Rest => Urgency::Sounding { due: request.due.unwrap_or(now) },
        Priority::Prefetch => Urgency::Prefetch,
    };
    Job {
        voice: request.voice.clone(),
        text: request.text.to_string(),
        marks: Arc::clone(&request.marks),
        speed: request.speed,
        within: request.within.clone(),
        turn: Turn { urgency, caller: request.errand.caller() },
        cancelled,
    }
}

struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use saywell_text::{How, Mark, Prosody};

    use super::*;
    use crate::providers::conformance;

    #[tokio::test]
    async fn passes_the_exam() {
        conformance::examine(&Local::open(&Inside::default()).unwrap()).await;
    }

    /// What limits use is what this voice takes: within 5 % for a reply on average, and 2 % over all of them. The replies
    /// are those of saywell-text's golden tests; `-- --nocapture` prints each utterance for a new calibration.
    #[tokio::test]
    async fn estimates_are_the_voices_own_pace() {
        let local = Local::open(&Inside::default()).unwrap();
        let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../saywell-text/tests/golden");
        let files = std::fs::read_dir(golden)
            .unwrap()
            .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
        let mut files: Vec<_> = files
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "md"))
            .collect();
        files.sort();
        let every: usize = std::env::var("PACE_EVERY").map_or(4, |every| every.parse().unwrap());
        let (mut off, mut count, mut taken_by_all, mut estimated_of_all) = (0.0, 0.0, 0.0, 0.0);
        for file in files.iter().step_by(every) {
            let reply = std::fs::read_to_string(file).unwrap();
            let mut script = saywell_text::script(&reply, &saywell_text::Options::default());
            saywell_text::language::assign(&mut script);
            let (mut taken, mut estimated) = (0.0, 0.0);
            for utterance in &script.utterances {
                if utterance.language.as_deref().is_some_and(|language| language != "en") {
                    continue;
                }
                let request = conformance::request(&local, &utterance.text).await;
                let Ok(speech) = crate::provider::gather(local.speak(request)).await else { continue };
                let pause = utterance.pause_seconds(1.0);
                // The margins are part of the pause.
                let sound = speech.samples.len() as f64 / 24_000.0
                    - saywell_voice::MARGIN_BEFORE
                    - saywell_voice::MARGIN_AFTER;
                println!("{sound:.3}\t{:.3}\t{}", utterance.estimated_seconds(1.0) - pause, utterance.text);
                taken += sound + pause;
                estimated += utterance.estimated_seconds(1.0);
            }
            if taken > 5.0 {
                off += (estimated / taken - 1.0_f64).abs();
                count += 1.0;
                taken_by_all += taken;
                estimated_of_all += estimated;
            }
        }
        let (off, bias) = (off / count, estimated_of_all / taken_by_all - 1.0);
        println!(
            "{count} replies of {taken_by_all:.0} s: {:.1} % off on average, {:+.1} % in all",
            off * 100.0,
            bias * 100.0
        );
        assert!(count >= 25.0, "the replies are gone");
        assert!(off < 0.05, "{:.1} % off on average", off * 100.0);
        assert!(bias.abs() < 0.02, "{:+.1} % in all", bias * 100.0);
    }

    /// A mark reaches the voice through what is built around it.
    #[tokio::test]
    async fn marks_are_followed() {
        let voice = crate::chain::plain::Plain::new(Local::open(&Inside::default()).unwrap());
        let text = "One two three four five.";
        let request = conformance::request(&voice, text).await;
        let slow = Prosody { rate_percent: 50, ..Prosody::default() };
        let marks: Arc<[Mark]> = [Mark { text: 0..text.len(), how: How::Prosody(slow) }].into();
        let marked = Request { marks, ..request.clone() };
        let plain = crate::provider::gather(voice.speak(request)).await.unwrap().samples.len();
        let slowed = crate::provider::gather(voice.speak(marked)).await.unwrap().samples.len();
        assert!(slowed * 2 > plain * 3, "{slowed} samples at half the pace, {plain} at the voice's own");
    }

    /// A minute of varied speech, brought to the level by the constant, is within 1 LU of the target.
    #[tokio::test]
    async fn the_gain_is_right() {
        let local = Local::open(&Inside::default()).unwrap();
        let mut minute = Vec::new();
        for text in [
            "The quick brown fox jumps over the lazy dog, and then it rests in the shade for a while.",
            "Sure! Here is a short summary of what changed in the last release, and why it matters to you.",
            "First install the package, then open the settings and choose the voice that you like best.",
            "I checked the numbers twice: revenue grew by twelve percent, while costs stayed about the same.",
            "No. That would delete every file in the folder, so please make a copy before you try it.",
            "In short, the function returns early when the list is empty, which is why the test fails.",
            "Would you like me to write the letter as well, or is the outline enough for now?",
            "Rain is likely in the morning; in the afternoon the sun comes out, and it gets warmer.",
            "The museum opens at nine, closes at five, and is free on the first Sunday of the month.",
            "That is a good question, and the honest answer is that nobody knows for certain yet.",
        ] {
            let request = conformance::request(&local, text).await;
            minute.extend(crate::provider::gather(local.speak(request)).await.unwrap().samples);
        }
        assert!(minute.len() > 45 * 24_000, "{} samples", minute.len());
        let measured = saywell_audio::loudness::loudness(&minute).unwrap();
        let off = measured + GAIN_DB - saywell_audio::loudness::TARGET_LUFS;
        assert!(off.abs() < 1.0, "the voice measures {measured:.1} LUFS: {off:+.1} LU off the target");
    }
}
