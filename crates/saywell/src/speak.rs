//! Speak: the whole way from a reply to its sound. The only place that knows the order of the stages.
//!
//! [`Speak::speak`] answers as soon as it is known what will be heard: a rendition from the cache, or a listener on
//! a flight. [`Flying::fly`] makes a flight, utterance by utterance.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use saywell_audio::Format;
use saywell_text::{Code, Script, Utterance};
use tokio::sync::Semaphore;
use tracing::{Instrument, info, info_span, warn};

use crate::cache::{About, Cache, Entry, Key, KeyFields, Kind};
use crate::chain::{Chain, Spoken};
use crate::flight::{Boarding, Failure, Flights, Full, Listener, Writer};
use crate::identity::Caller;
use crate::limits::{Permit, Refusal};
use crate::provider::{Priority, Request};
use crate::render::{self, Clip, Joiner};
use crate::script::{self, Bounds, ScriptError};
use crate::usage;
use crate::voices::{Cast, Speaker, VoiceMap};

/// How many clips may be on their way into the cache at once.
pub const MAX_WRITES: usize = 256;
/// Slowest speed a request may ask for.
pub const MIN_SPEED: f32 = 0.5;
/// Fastest speed a request may ask for.
pub const MAX_SPEED: f32 = 2.0;

/// What a caller wants to hear.
#[derive(Debug, Clone)]
pub struct SpeechRequest {
    /// The reply, as the application has it.
    pub text: String,
    /// A voice's name; the default when `None`.
    pub voice: Option<String>,
    /// The provider to ask first; the chain's order when `None`.
    pub provider: Option<String>,
    /// One of that provider's models.
    pub model: Option<String>,
    /// The format to answer in.
    pub format: Format,
    /// Speed, [`MIN_SPEED`] to [`MAX_SPEED`].
    pub speed: f32,
    /// BCP 47 language of the text, where the caller knows it.
    pub language: Option<String>,
    /// What becomes of code.
    pub code: Code,
    /// Nobody listens yet: make it when there is time, and to the end.
    pub prefetch: bool,
    /// The application's own name for the reply.
    pub message_id: Option<String>,
}

/// What will be heard.
#[derive(Debug)]
pub struct Speech {
    /// Key of the rendition.
    pub key: Key,
    /// Its format.
    pub format: Format,
    /// Who speaks it, or is asked first.
    pub speaker: Speaker,
    /// Where the sound comes from.
    pub outcome: CacheOutcome,
    /// Characters that are spoken.
    pub characters: usize,
    /// Length: exact where `sound` is complete, else estimated.
    pub seconds: f64,
    /// The sound.
    pub sound: Sound,
    /// How long the script took to make, and the cache to ask.
    pub timing: Timing,
}

/// How long the steps before the first sound took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timing {
    /// Making the script.
    pub script: Duration,
    /// Asking the cache.
    pub cache: Duration,
}

/// A rendition's sound.
#[derive(Debug)]
pub enum Sound {
    /// All of it.
    Complete(Arc<Entry>),
    /// A place on the flight that makes it.
    Flight(Listener),
}

/// What the cache had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheOutcome {
    /// The whole rendition.
    Hit,
    /// Some of its clips.
    Partial,
    /// Nothing.
    Miss,
    /// Somebody else's flight was joined.
    Joined,
}

impl CacheOutcome {
    /// As the `X-TTS-Cache` header has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Partial => "partial",
            Self::Miss => "miss",
            Self::Joined => "joined",
        }
    }
}

/// Why there is nothing to hear.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SpeakError {
    /// The caller may not speak now.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The reply cannot be spoken as it is.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// Speed out of bounds.
    #[error("speed is {0}; it may be from {MIN_SPEED} to {MAX_SPEED}")]
    Speed(f32),
    /// No provider of the chain knows this voice.
    #[error("there is no voice `{0}`")]
    UnknownVoice(String),
    /// The chain has no such provider.
    #[error("there is no provider `{wished}`; there is {available}")]
    UnknownProvider {
        /// What was asked for.
        wished: String,
        /// What there is.
        available: String,
    },
    /// No voice speaks this language.
    #[error("no voice here speaks `{0}`")]
    UnsupportedLanguage(String),
    /// No capacity at the moment.
    #[error("the server is busy")]
    Overloaded,
    /// It was begun, and could not be made.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<Full> for SpeakError {
    fn from(Full: Full) -> Self {
        Self::Overloaded
    }
}

/// Everything that speaking needs.
#[derive(Debug, Clone)]
pub struct Speak {
    /// What one request may ask for.
    pub bounds: Bounds,
    /// Which voice each provider uses.
    pub voices: Arc<VoiceMap>,
    /// The providers, in order.
    pub chain: Chain,
    /// What has been spoken before.
    pub cache: Cache,
    /// What is being spoken now.
    pub flights: Flights,
    /// Places for clips on their way into the cache.
    pub writes: Arc<Semaphore>,
}

impl Speak {
    /// Finds or starts the sound of a reply.
    ///
    /// # Errors
    /// [`SpeakError`]; nothing has been made or paid for then, except with [`SpeakError::Failed`].
    pub async fn speak(
        &self,
        caller: &Caller,
        _permit: Permit,
        request: &SpeechRequest,
    ) -> Result<Speech, SpeakError> {
        let begun = Instant::now();
        let plan = self.plan(request).await?;
        let scripted = Instant::now();
        let key = plan.key(&request.text);
        let cached = self.cached(&key, Kind::Rendition).await;
        let timing = Timing { script: scripted - begun, cache: scripted.elapsed() };

        let speech = |outcome, seconds, sound| Speech {
            key,
            format: plan.format,
            speaker: plan.speaker.clone(),
            outcome,
            characters: plan.script.characters(),
            seconds,
            sound,
            timing,
        };
        let speech = if let Some(entry) = cached {
            speech(CacheOutcome::Hit, entry.about.duration_seconds, Sound::Complete(entry))
        } else {
            let seconds = plan.script.estimated_seconds(f64::from(plan.speed));
            match self.flights.board(key, plan.format)? {
                Boarding::Joined(listener) => speech(CacheOutcome::Joined, seconds, Sound::Flight(listener)),
                Boarding::Started(listener, writer) => {
                    let speech = speech(CacheOutcome::Miss, seconds, Sound::Flight(listener));
                    let flying = Flying { speak: self.clone(), plan, key };
                    let span = info_span!("flight", key = %key.short(), message = request.message_id);
                    tokio::spawn(flying.fly(writer).instrument(span));
                    speech
                }
            }
        };
        usage::asked(caller, request, &speech);
        Ok(speech)
    }

    /// Decides what is to be spoken, by whom.
    async fn plan(&self, request: &SpeechRequest) -> Result<Plan, SpeakError> {
        if !(MIN_SPEED..=MAX_SPEED).contains(&request.speed) {
            return Err(SpeakError::Speed(request.speed));
        }
        let chain = match &request.provider {
            None => self.chain.clone(),
            Some(name) => self.chain.starting_with(name).ok_or_else(|| SpeakError::UnknownProvider {
                wished: name.clone(),
                available: self.chain.links().iter().map(|link| link.name()).collect::<Vec<_>>().join(", "),
            })?,
        };
        let unknown_voice = || SpeakError::UnknownVoice(request.voice.clone().unwrap_or_default());
        let mut cast =
            self.voices.cast(request.voice.as_deref(), chain.links()).await.ok_or_else(unknown_voice)?;
        let first =
            chain.links().iter().find(|link| cast.contains_key(link.name())).ok_or_else(unknown_voice)?;
        let parallel = first.about().parallel.max(1);
        let speaker = cast.get_mut(first.name()).ok_or_else(unknown_voice)?;
        if let Some(model) = &request.model {
            speaker.model.clone_from(model);
        }
        Ok(Plan {
            script: script::prepare(&request.text, request.code, request.speed, self.bounds)?,
            speaker: speaker.clone(),
            parallel,
            chain,
            cast,
            speed: request.speed,
            format: request.format,
            language: request.language.clone(),
            prefetch: request.prefetch,
        })
    }

    /// A cache that cannot be read is a miss: it must never stop speech.
    async fn cached(&self, key: &Key, kind: Kind) -> Option<Arc<Entry>> {
        self.cache.get(key, kind).await.unwrap_or_else(|error| {
            warn!(%error, "the cache could not be read");
            None
        })
    }

    async fn remember(&self, key: Key, entry: Entry) {
        if let Err(error) = self.cache.put(&key, Arc::new(entry)).await {
            warn!(%error, "the cache could not be written");
        }
    }
}

/// What is to be spoken, and by whom.
#[derive(Debug)]
struct Plan {
    script: Script,
    chain: Chain,
    cast: Cast,
    /// Who is asked first, and whom the key names.
    speaker: Speaker,
    parallel: usize,
    speed: f32,
    format: Format,
    language: Option<String>,
    prefetch: bool,
}

impl Plan {
    /// The rendition's key. Its text is the script and the reply that it was made of, since a rendition's captions
    /// point into the reply.
    fn key(&self, reply: &str) -> Key {
        let script = serde_json::to_string(&self.script.utterances).unwrap_or_default();
        let text = format!("{script}\n{reply}");
        let fields = self.fields(Kind::Rendition, &self.speaker);
        KeyFields { prepared_text: &text, format: self.format.name(), ..fields }.key()
    }

    /// The pause after an utterance, from sound to sound, seconds; none after the last.
    fn pause(&self, number: usize) -> f64 {
        let utterances = &self.script.utterances;
        let pause = utterances.get(number).filter(|_| number + 1 < utterances.len());
        pause.map_or(0.0, |utterance| utterance.pause.seconds() / f64::from(self.speed))
    }

    /// The key of an utterance in one speaker's voice, wherever it stands: its text and the pause after it.
    fn clip_key(&self, text: &str, pause: f64, speaker: &Speaker) -> Key {
        let text = format!("{pause} {text}");
        let fields = self.fields(Kind::Clip, speaker);
        KeyFields { prepared_text: &text, format: self.format.codec().name(), ..fields }.key()
    }

    fn fields<'a>(&'a self, kind: Kind, speaker: &'a Speaker) -> KeyFields<'a> {
        KeyFields {
            kind,
            prepared_text: "",
            provider: &speaker.provider,
            model: &speaker.model,
            voice: &speaker.voice,
            speed: f64::from(self.speed),
            format: "",
            language: self.language.as_deref().unwrap_or_default(),
            pronunciation_version: "",
            provider_options: &speaker.options,
            voice_version: &speaker.voice_version,
        }
    }
}

/// One flight in the making.
struct Flying {
    speak: Speak,
    plan: Plan,
    key: Key,
}

impl Flying {
    /// Makes the rendition until it is complete or nobody wants it any more.
    async fn fly(self, writer: Writer) {
        let begun = Instant::now();
        let outcome = tokio::select! {
            biased;
            () = writer.cancelled() => Err(Failure::Cancelled),
            outcome = self.make(&writer) => outcome,
        };
        let milliseconds = begun.elapsed().as_millis();
        match &outcome {
            Ok(()) => info!(milliseconds, "spoken"),
            Err(Failure::Cancelled) => info!(milliseconds, "cancelled: every listener left"),
            Err(failure) => warn!(milliseconds, %failure, "not spoken"),
        }
        usage::landed(&outcome);
        writer.land(outcome);
    }

    async fn make(&self, writer: &Writer) -> Result<(), Failure> {
        let mut joiner = Joiner::new(self.plan.format);
        let utterances = &self.plan.script.utterances;
        let clips: Vec<_> =
            utterances.iter().enumerate().map(|(number, said)| self.clip(number, said)).collect();
        let mut clips = stream::iter(clips).buffered(self.plan.parallel).zip(stream::iter(utterances));
        let (mut as_planned, mut audible, mut held) = (true, false, Vec::new());
        while let Some((clip, utterance)) = clips.next().await {
            let (clip, provider_took) = clip?;
            as_planned &= clip.notes.provider == self.plan.speaker.provider;
            let spoken = clip.captions(utterance, joiner.seconds(), provider_took);
            held.extend_from_slice(&joiner.push(&clip).map_err(Failure::internal)?);
            audible |= clip.notes.speech_seconds > 0.0;
            // Silence alone is no beginning: it may turn out that there is nothing else.
            let sound = if audible { std::mem::take(&mut held) } else { Vec::new() };
            writer.push(sound.into(), Some(spoken));
        }
        drop(clips);
        if !audible {
            return Err(Failure::Unspeakable);
        }
        let seconds = joiner.seconds();
        let end = joiner.finish().map_err(Failure::internal)?;
        writer.push(end, None);
        // A rendition in which another provider helped out is not what its key says: only its clips are kept.
        if as_planned {
            self.remember_rendition(writer, seconds).await;
        }
        Ok(())
    }

    /// One utterance in sound: from the cache, or from the first provider that can say it, with the time that took.
    async fn clip(&self, number: usize, utterance: &Utterance) -> Result<(Clip, Option<Duration>), Failure> {
        let pause = self.plan.pause(number);
        let key = self.plan.clip_key(&utterance.text, pause, &self.plan.speaker);
        if let Some(clip) =
            self.speak.cached(&key, Kind::Clip).await.and_then(|entry| Clip::from_entry(&entry))
        {
            return Ok((clip, None));
        }
        let request = Request {
            text: utterance.text.as_str().into(),
            marks: utterance.marks.as_slice().into(),
            language: self.plan.language.as_deref().map(Into::into),
            model: String::new(),
            voice: String::new(),
            instructions: Arc::default(),
            speed: self.plan.speed,
            priority: match number {
                _ if self.plan.prefetch => Priority::Prefetch,
                0 => Priority::First,
                _ => Priority::Rest,
            },
        };
        let begun = Instant::now();
        let Spoken { speech, speaker } = self.plan.chain.speak(&request, &self.plan.cast).await?;
        let seconds = speech.samples.len() as f64 / f64::from(speech.rate);
        let took = begun.elapsed();
        usage::spoken(&speaker.provider, utterance.text.chars().count(), seconds, took);

        let key = self.plan.clip_key(&utterance.text, pause, &speaker);
        let (text, codec) = (utterance.text.clone(), self.plan.format.codec());
        let clip = tokio::task::spawn_blocking(move || render::clip(speech, &text, pause, codec, &speaker))
            .await
            .map_err(Failure::internal)?
            .map_err(Failure::internal)?;
        self.remember_clip(key, clip.clone());
        Ok((clip, Some(took)))
    }

    /// Stores a clip beside the flight: nobody waits for the cache. A storage too slow to keep up misses some.
    fn remember_clip(&self, key: Key, clip: Clip) {
        let speak = self.speak.clone();
        let Ok(place) = Arc::clone(&speak.writes).try_acquire_owned() else {
            warn!("the cache cannot keep up: a clip is not kept");
            return;
        };
        tokio::spawn(async move {
            match clip.to_entry() {
                Ok(entry) => speak.remember(key, entry).await,
                Err(error) => warn!(%error, "a clip cannot be kept"),
            }
            drop(place);
        });
    }

    async fn remember_rendition(&self, writer: &Writer, seconds: f64) {
        let about = About {
            kind: Kind::Rendition,
            provider: self.plan.speaker.provider.clone(),
            voice: self.plan.speaker.voice.clone(),
            format: self.plan.format.extension().to_owned(),
            content_type: self.plan.format.content_type().to_owned(),
            duration_seconds: seconds,
        };
        let notes = writer.captions().to_json();
        self.speak.remember(self.key, Entry { about, sound: writer.sound(), notes: notes.into() }).await;
    }
}
