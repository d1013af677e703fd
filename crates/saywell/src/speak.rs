//! Speak: the whole way from a reply to its sound. The only place that knows the order of the stages.
//!
//! [`Speak::speak`] answers as soon as it is known what will be heard: a rendition from the cache, or a listener on
//! a flight. [`flying`] makes a flight, utterance by utterance; [`plan`] says of what.

mod flying;
mod pace;
mod plan;

use std::sync::Arc;
use std::time::{Duration, Instant};

use saywell_audio::Format;
use saywell_text::Code;
use tokio::sync::Semaphore;
use tracing::{Instrument, info_span, warn};

use self::flying::Flying;
use self::plan::Plan;
use crate::cache::{Cache, Entry, Key, Kind};
use crate::chain::Chain;
use crate::flight::{Boarding, Failure, Flights, Full, Listener};
use crate::identity::Caller;
use crate::limits::{Permit, Refusal};
use crate::script::{self, Bounds, ScriptError};
use crate::usage::{self, Purpose};
use crate::voices::{NoCast, Speaker, VoiceMap};

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
    /// How far ahead of the listener sound is bought.
    pub lookahead: Option<Duration>,
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
                    let purpose = Purpose {
                        user: caller.user.clone(),
                        room: caller.room.clone(),
                        message_id: request.message_id.clone(),
                        rendition: Some(key),
                    };
                    let flying = Flying::new(self.clone(), plan, key, purpose);
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
        let owner = match &request.voice {
            Some(voice) => self.voices.owner(voice, self.chain.links()).await.map(str::to_owned),
            None => None,
        };
        // A provider that is asked for by name, else the one whose voice is, speaks first.
        let chain = match request.provider.as_ref().or(owner.as_ref()) {
            None => self.chain.clone(),
            Some(name) => self.chain.starting_with(name).ok_or_else(|| SpeakError::UnknownProvider {
                wished: name.clone(),
                available: self.chain.links().iter().map(|link| link.name()).collect::<Vec<_>>().join(", "),
            })?,
        };
        let unknown_voice = || SpeakError::UnknownVoice(request.voice.clone().unwrap_or_default());
        let language = request.language.as_deref();
        let mut cast =
            self.voices.cast(request.voice.as_deref(), language, chain.links()).await.map_err(|none| {
                match none {
                    NoCast::UnknownVoice => unknown_voice(),
                    NoCast::Language => {
                        SpeakError::UnsupportedLanguage(language.unwrap_or_default().to_owned())
                    }
                }
            })?;
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
