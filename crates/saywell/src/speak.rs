//! Speak: the whole way from a reply to its sound. The only place that knows the order of the stages.
//!
//! [`Speak::speak`] answers as soon as it is known what will be heard: a rendition from the cache, or a listener on
//! a flight. [`flying`] makes a flight, utterance by utterance; [`plan`] says of what.

mod flying;
mod following;
mod foreign;
mod growing;
mod line;
mod lookahead;
mod plan;
mod seam;
mod tape;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures::stream;
use saywell_audio::Format;
use saywell_text::pronunciation::Dictionary;
use saywell_text::{Emoji, Note};
use saywell_voice::kokoro::BlendFault;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, debug, debug_span, info_span, warn};

use self::flying::{Flying, Leg, Whole};
use self::foreign::Foreign;
pub use self::growing::{Departure, Ended, Growing};
use self::plan::ReplyPlan;
use self::tape::Tape;
use crate::cache::{Cache, Entry};
use crate::chain::Chain;
use crate::controls::{ControlState, Controls};
use crate::error_code::ErrorCode;
use crate::flight::{
    Boarding, Failure, Flights, FlightsFull, LinkedRequest, Listener, SetAside, SharedFlights, Storing, Wire,
};
use crate::key::{Key, KeyKind};
use crate::limits::{Amount, Permit, Refusal};
use crate::links;
use crate::order::{Order, Orders};
use crate::price::Prices;
use crate::queue::Errand;
use crate::queue::Priority;
use crate::render::Levels;
use crate::request::{SpeechRequest, SpeedFault};
use crate::script::{self, Prepared, Reading, ReplyBounds, ScriptError, UnsupportedLanguage};
use crate::store::CacheOutcome;
use crate::telemetry::{SideService, service_failed};
use crate::voices::{Speaker, VoiceMap};

/// How many clips may be on their way into the cache at once.
pub const MAX_WRITES: usize = 256;

/// What will be heard.
#[derive(Debug)]
pub struct SpokenReply {
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
    /// What is asked for and not done, or not quite.
    pub notes: Vec<Note>,
    /// The byte of the reply that the next request goes on from, where not all of it is spoken.
    pub continues_at: Option<usize>,
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
    #[error(transparent)]
    Speed(#[from] SpeedFault),
    /// No provider of the chain knows this voice.
    #[error("there is no voice `{0}`")]
    UnknownVoice(String),
    /// The voice is meant for a blend of voices, and is none.
    #[error("`voice` {0}")]
    Blend(BlendFault),
    /// The chain has no such provider.
    #[error("there is no provider `{wished}`; there is {available}")]
    UnknownProvider {
        /// What was asked for.
        wished: String,
        /// What there is.
        available: String,
    },
    /// No voice speaks this language.
    #[error("no voice here speaks {}", called(.0))]
    UnsupportedLanguage(String),
    /// An operator has switched every provider off.
    #[error("every provider is switched off on this server at present")]
    NoProvider,
    /// No capacity at the moment.
    #[error("the server is busy")]
    Overloaded {
        /// When there is some again, as far as can be told.
        retry_after: Option<Duration>,
    },
    /// It was begun, and could not be made.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl SpeakError {
    /// The code of the error that callers get; none when nobody is left to get it.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        Some(match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Script(ScriptError::TooManyCharacters { .. } | ScriptError::TooLong { .. }) => {
                ErrorCode::TextTooLong
            }
            Self::Script(ScriptError::NothingToSay(_)) => ErrorCode::NothingToSay,
            Self::UnknownVoice(_) | Self::Blend(BlendFault::Unknown(_)) => ErrorCode::UnknownVoice,
            Self::Script(_) | Self::Speed(_) | Self::Blend(_) => ErrorCode::InvalidRequest,
            Self::UnknownProvider { .. } => ErrorCode::UnknownProvider,
            Self::UnsupportedLanguage(_) => ErrorCode::LanguageUnsupported,
            Self::NoProvider => ErrorCode::ProvidersExhausted,
            Self::Overloaded { .. } => ErrorCode::Overloaded,
            Self::Failed(failure) => return failure.code(),
        })
    }
}

impl From<FlightsFull> for SpeakError {
    fn from(FlightsFull: FlightsFull) -> Self {
        Self::Overloaded { retry_after: None }
    }
}

/// A language by its name and its tag.
pub(crate) fn called(tag: &str) -> String {
    saywell_text::language::name(tag).map_or_else(|| format!("`{tag}`"), |name| format!("{name} (`{tag}`)"))
}

/// Everything that speaking needs.
#[derive(Debug, Clone)]
pub struct Speak {
    /// What one request may ask for.
    pub bounds: ReplyBounds,
    /// What becomes of what is in a language that no voice speaks.
    pub unsupported_language: UnsupportedLanguage,
    /// What becomes of emoji.
    pub emoji: Emoji,
    /// Whether replies begin inside reasoning, where a request does not say.
    pub begins_in_reasoning: bool,
    /// How words are said.
    pub pronunciations: Dictionary,
    /// Which voice each provider uses.
    pub voices: Arc<VoiceMap>,
    /// Every provider, in the order of the settings.
    pub chain: Chain,
    /// Names that a request may give a provider by, also of those that are not set up here.
    pub known_providers: Arc<BTreeSet<String>>,
    /// What an operator steers.
    pub controls: Controls,
    /// What providers charge.
    pub prices: Arc<Prices>,
    /// What has been spoken before.
    pub cache: Cache,
    /// How far ahead of the listener sound is bought.
    pub lookahead: Option<Duration>,
    /// Whether an utterance is heard only when all of it is there.
    pub seamless: bool,
    /// How loud voices are that nobody has measured.
    pub levels: Levels,
    /// What is being spoken now.
    pub flights: Flights,
    /// What other gateways speak now, where flights are shared.
    pub shared: Option<SharedFlights>,
    /// Where what another gateway leaves unfinished is ordered again.
    pub orders: Orders,
    /// Places for clips on their way into the cache.
    pub writes: Arc<Semaphore>,
    /// What is done beside flights and has an end: what they made is stored, and what a link was given for.
    pub beside: TaskTracker,
}

/// How a reply begins that was not stored at the first look.
enum Begun {
    /// Somebody has stored it meanwhile.
    Stored(Arc<Entry>),
    /// Somebody makes it.
    Joined(Listener),
    /// It was reserved, and is made here or at another gateway.
    Reserved(Boarding, Option<Wire>),
}

impl Speak {
    /// Finds or starts the sound of a reply.
    ///
    /// # Errors
    /// [`SpeakError`]; nothing has been made or paid for then, except with [`SpeakError::Failed`].
    pub async fn speak(&self, order: &Arc<Order>) -> Result<SpokenReply, SpeakError> {
        let speech = self.find_or_start(order).await;
        order.permit().prepared();
        speech.inspect_err(|error| order.fails(error.code()))
    }

    /// The sound of a reply, or of what fits into the caller's quota.
    async fn find_or_start(&self, order: &Arc<Order>) -> Result<SpokenReply, SpeakError> {
        let begun = Instant::now();
        let mut plan = Arc::new(ReplyPlan::make(self, order).instrument(debug_span!("script")).await?);
        loop {
            match self.find_or_start_plan(order, &plan, begun).await {
                Err(SpeakError::Refused(Refusal::Exceeded(exceeded))) => {
                    match plan.within(self.bounds.too_long, order, &exceeded) {
                        // Shorter each time.
                        Some(shorter) => plan = Arc::new(shorter),
                        None => return Err(Refusal::Exceeded(exceeded).into()),
                    }
                }
                other => return other,
            }
        }
    }

    async fn find_or_start_plan(
        &self,
        order: &Arc<Order>,
        plan: &Arc<ReplyPlan>,
        begun: Instant,
    ) -> Result<SpokenReply, SpeakError> {
        let request = order.request();
        let scripted = Instant::now();
        let key = plan.key(&request.text);
        let cached = self.cached(&key, KeyKind::Rendition).await;
        let timing = Timing { script: scripted - begun, cache: scripted.elapsed() };

        let characters = plan.script.characters();
        let Speaker { provider, voice, .. } = &plan.speaker;
        let speech = |outcome, seconds, sound| SpokenReply {
            key,
            format: plan.format,
            speaker: plan.speaker.clone(),
            outcome,
            characters,
            seconds,
            sound,
            notes: plan.notes.clone(),
            continues_at: plan.continues_at,
            timing,
        };
        let amount = plan.amount();
        let hit = async |entry: Arc<Entry>| {
            let seconds = entry.about.duration_seconds;
            order.charge_cached(Amount { seconds, ..amount }).await?;
            order.whole(key, characters);
            order.sounds();
            order.answered(CacheOutcome::Hit, &entry.about.provider, &entry.about.voice, seconds);
            Ok(speech(CacheOutcome::Hit, seconds, Sound::Complete(entry)))
        };
        if let Some(entry) = cached {
            return hit(entry).await;
        }
        // One after the other: of many who ask for the same reply at once, the first reserves what it takes.
        let boarding = self.flights.in_turn(&key, move || async move {
            if let Some(listener) = self.join_unless_failed(&key, plan.format).await {
                return Ok(Begun::Joined(listener));
            }
            // A flight that was there at the first look may have been stored and gone since.
            if let Some(entry) = self.cached(&key, KeyKind::Rendition).await {
                return Ok(Begun::Stored(entry));
            }
            order.errand().add(characters as u64);
            self.queue_up(plan, order.errand()).await?;
            order.reserve(amount).await?;
            let (boarding, wire) = self.board(key, order).await?;
            Ok::<_, SpeakError>(Begun::Reserved(boarding, wire))
        });
        let joined = |listener| {
            order.whole(key, characters);
            order.answered(CacheOutcome::Joined, provider, voice, amount.seconds);
            Ok(speech(CacheOutcome::Joined, amount.seconds, Sound::Flight(listener)))
        };
        match boarding.await? {
            Begun::Stored(entry) => hit(entry).await,
            Begun::Joined(listener) => {
                order.charge_cached(amount).await?;
                joined(listener)
            }
            Begun::Reserved(Boarding::Joined(listener), _) => joined(listener),
            Begun::Reserved(Boarding::Started(listener, writer), wire) => {
                order.whole(key, characters);
                order.answered(CacheOutcome::Miss, provider, voice, amount.seconds);
                let legs = stream::iter(Leg::all(plan, order));
                let ending = Arc::new(OnceLock::from(Whole { plan: Arc::clone(plan), key, as_spoken: true }));
                let flying = Flying::new(self.clone(), Arc::clone(plan), Arc::clone(order), ending);
                let span =
                    info_span!("flight", key = %key.short(), message_id = request.message_id.as_deref());
                let tape = Tape::new(plan.format, wire);
                // Waited for by `Flights::landed`.
                tokio::spawn(flying.fly(legs, writer, tape).instrument(span));
                Ok(speech(CacheOutcome::Miss, amount.seconds, Sound::Flight(listener)))
            }
        }
    }

    /// Joins the flight of this key, or starts it; where flights are shared, under their lease.
    async fn board(&self, key: Key, order: &Arc<Order>) -> Result<(Boarding, Option<Wire>), FlightsFull> {
        let format = order.request().format;
        let (listener, writer) = match self.flights.board(key, format)? {
            Boarding::Started(listener, writer) => (listener, writer),
            joined @ Boarding::Joined(_) => return Ok((joined, None)),
        };
        let Some(shared) = &self.shared else { return Ok((Boarding::Started(listener, writer), None)) };
        let asked = LinkedRequest { caller: order.caller().clone(), request: order.request().clone() };
        match shared.lease(key, &asked, &**order).await {
            Ok(Some(lease)) => {
                let aside = Arc::clone(order) as Arc<dyn SetAside>;
                let wire = shared.wire(lease, &self.flights, format, aside);
                Ok((Boarding::Started(listener, writer), Some(wire)))
            }
            // Another gateway was first.
            Ok(None) => match shared.follow(&key).await.filter(|other| !other.has_failed()) {
                Some(follower) => {
                    self.play(follower, writer);
                    Ok((Boarding::Joined(listener), None))
                }
                None => Ok((Boarding::Started(listener, writer), None)),
            },
            Err(_) => Ok((Boarding::Started(listener, writer), None)),
        }
    }

    /// The providers that are asked now, in order.
    #[must_use]
    pub fn steered_chain(&self) -> Chain {
        self.chain_under(&self.controls.state())
    }

    /// The chain as these controls have it.
    #[must_use]
    pub fn chain_under(&self, controls: &ControlState) -> Chain {
        let ControlState { provider_order, disabled_providers, .. } = controls;
        self.chain.steered(provider_order.as_deref().unwrap_or_default(), disabled_providers)
    }

    /// How a request's reply is read.
    fn reading(&self, request: &SpeechRequest) -> Reading {
        Reading {
            markup: request.markup,
            code: request.code,
            emoji: self.emoji,
            begins_in_reasoning: request.begins_in_reasoning.unwrap_or(self.begins_in_reasoning),
            language: request.language.as_deref().map(str::to_owned),
            // Where both have something to say, the request is right.
            pronunciations: request.pronunciations.before(&self.pronunciations),
            start_at: request.start_at,
        }
    }

    /// The script of a request, without making any of it.
    ///
    /// # Errors
    /// [`SpeakError::Script`], a speed out of bounds, or a language that nobody speaks.
    pub async fn script(&self, permit: &Permit, request: &SpeechRequest) -> Result<Prepared, SpeakError> {
        request.check_speed()?;
        let bounds = permit.bounds(self.bounds);
        let mut prepared = script::prepare(&request.text, &self.reading(request), bounds)?;
        let chain = self.steered_chain().only(|name| permit.plan().allows_provider(name));
        if !chain.providers().is_empty() {
            let foreign = Foreign::new(self.unsupported_language, request.voice.as_deref());
            prepared = foreign.all(self, &chain, prepared).await?;
        }
        Ok(prepared.within(&request.text, request.speed, bounds)?)
    }

    /// A place in the queue of whoever has one for it, where all have queues and what is asked for is not all there.
    ///
    /// # Errors
    /// [`SpeakError::Overloaded`] when there is none.
    async fn queue_up(&self, plan: &ReplyPlan, errand: &Errand) -> Result<(), SpeakError> {
        let priority = if plan.prefetch { Priority::Prefetch } else { Priority::First };
        let mut shortest: Option<Duration> = None;
        for link in plan.chain.providers() {
            let Some(speaker) = plan.cast(0).get(link.name()) else { continue };
            let Some(queue) = &link.about().queue else { return Ok(()) };
            let Err(wait) = queue.enter(errand, &speaker.voice, priority) else { return Ok(()) };
            shortest = Some(shortest.map_or(wait, |shortest| shortest.min(wait)));
        }
        let Some(wait) = shortest else { return Ok(()) };
        for number in 0..plan.script.utterances.len() {
            let key = plan.planned_clip(number, 0);
            let found = match key {
                Some(key) => self.cached(&key, KeyKind::Clip).await,
                None => None,
            };
            if found.is_none() {
                return Err(SpeakError::Overloaded { retry_after: Some(wait) });
            }
        }
        Ok(())
    }

    /// A cache that cannot be read is a miss: it must never stop speech.
    async fn cached(&self, key: &Key, kind: KeyKind) -> Option<Arc<Entry>> {
        let found = self.cache.get(key, kind).await.unwrap_or_else(|error| {
            if error.was_known() {
                debug!(%error, "the cache could not be read");
            } else {
                service_failed(SideService::Storage);
                warn!(%error, "the cache could not be read");
            }
            None
        });
        // What is still on its way into the storage, or what that does not take.
        found.or_else(|| self.flights.wake().sound(key).filter(|entry| entry.about.kind == kind))
    }

    /// The sound that a link to this rendition opens when no flight makes it: the rendition itself; else as it was heard
    /// when another provider helped out, which is told by another key; else what could not be stored.
    pub async fn behind(&self, key: &Key) -> Option<(Key, Arc<Entry>)> {
        for key in [*key, key.as_heard()] {
            if let Some(entry) = self.cached(&key, KeyKind::Rendition).await {
                return Some((key, entry));
            }
        }
        let kept = |key: Key| Some((key, self.flights.wake().sound(&key)?));
        kept(*key).or_else(|| kept(key.as_heard()))
    }

    /// Keeps a whole rendition under its key; one that is not what its key says, only for the links that were given.
    /// Whether it is stored.
    async fn remember_rendition(
        &self,
        key: Key,
        as_planned: bool,
        entry: Arc<Entry>,
        storing: Storing,
    ) -> bool {
        let key = if as_planned { key } else { key.as_heard() };
        if !self.is_to_store(&key, KeyKind::Rendition, storing).await {
            return false;
        }
        // Whoever asks before it is stored, however long that takes, does not have it made again.
        self.flights.wake().keep(key, Arc::clone(&entry));
        let kept = if as_planned {
            self.cache.put(&key, Arc::clone(&entry)).await
        } else {
            self.cache.put_for(&key, Arc::clone(&entry), links::LONGEST).await
        };
        match kept {
            Ok(()) => {
                self.flights.wake().let_go(&key);
                return true;
            }
            Err(error) if error.was_known() => {}
            Err(error) => {
                service_failed(SideService::Storage);
                warn!(%error, "a reply could not be stored: it stays in memory while links to it live");
            }
        }
        false
    }

    /// Whether whoever makes a flight stores what is of it: each key once, also where another may make it as well.
    async fn is_to_store(&self, key: &Key, kind: KeyKind, storing: Storing) -> bool {
        match storing {
            Storing::All => true,
            Storing::Missing => self.cached(key, kind).await.is_none(),
            Storing::Nothing => false,
        }
    }

    async fn remember(&self, key: Key, entry: Entry, storing: Storing) {
        if !self.is_to_store(&key, KeyKind::Clip, storing).await {
            return;
        }
        if let Err(error) = self.cache.put(&key, Arc::new(entry)).await {
            if !error.was_known() {
                service_failed(SideService::Storage);
            }
            // The cache says once what is wrong.
            debug!(%error, "the cache could not be written");
        }
    }
}
