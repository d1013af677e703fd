//! The long-lived parts, built once from the settings.

mod background;
mod readiness;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write as _};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use self::background::Background;
pub use self::readiness::Readiness;
use crate::cache::{self, Cache, Storage};
use crate::causes::causes;
use crate::chain::breaker::{self, Breaker, BreakerWatch};
use crate::chain::meter::CallMeter;
use crate::chain::paced::Paced;
use crate::chain::plain::Plain;
use crate::chain::retry::{self, Retry};
use crate::chain::roster::Roster;
use crate::chain::spelled::Spelled;
use crate::chain::switch::Switch;
use crate::chain::timeout::Timeout;
use crate::chain::{Chain, too_slow};
use crate::clock::{Clock, SystemClock};
use crate::config::Settings;
use crate::connections::Connections;
use crate::controls::{ControlError, Controls};
use crate::ends::{Ending, Ends};
use crate::flight::{Flights, SharedFlights, Wake};
use crate::gateways::{self, Gateways, Turns};
use crate::identity::Identity;
use crate::identity::signing_key::{self, SigningKeyError};
use crate::limits::{self, Limits};
use crate::links::Links;
use crate::net;
use crate::order::Orders;
use crate::price::Prices;
use crate::provider::{Provider, ProviderError};
use crate::providers::{self, kokoro, local};
use crate::redis_client::{Address, AddressError};
use crate::render::Levels;
use crate::script::ReplyBounds;
use crate::service::Service;
use crate::speak::{MAX_WRITES, Speak};
use crate::store::{self, Store};
use crate::telemetry;
use crate::trial;
use crate::usage::{Keeper, Ledger, Listening, Retention, Scribe};
use crate::voices::{Cast, VoiceMap};

/// How often connections to providers are used that are to stay open: services and proxies close idle ones after a minute and
/// more.
const WARM_EVERY: Duration = Duration::from_secs(45);
/// How often memory is given back that nobody has a use for.
const TIDY_EVERY: Duration = Duration::from_secs(5);
/// How often the cache is swept.
const SWEEP_EVERY: Duration = Duration::from_mins(10);
/// How long Redis may take, which need not be there, to say what it is like.
const REDIS_ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// How often a database is asked that does not answer yet.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How long a stop waits for clips that are being stored, and for work that is done again at the next start.
const STORED_WITHIN: Duration = Duration::from_secs(5);
/// How long it waits for connections to take their last word.
const CLOSED_WITHIN: Duration = Duration::from_secs(1);

/// Everything a request needs. All clones are one.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// What an operator steers.
    pub controls: Controls,
    /// The gateways that share what this one does, with it.
    gateways: Option<Gateways>,
    own: Arc<Own>,
    /// How each provider has fared of late, by name.
    pub breakers: Arc<BTreeMap<String, BreakerWatch>>,
    /// What of the providers ends, as far as it was announced.
    pub endings: Arc<[Ending]>,
    /// The providers that work on this machine, without what is around them.
    inside: Arc<[Arc<dyn Provider>]>,
    /// Who calls.
    pub identity: Identity,
    /// Whether a caller may speak now.
    pub limits: Limits,
    /// Where requests for speech come in.
    pub orders: Orders,
    /// The way from a reply to its sound.
    pub speak: Speak,
    /// Audio links.
    pub links: Links,
    /// How replies are listened to.
    pub listening: Listening,
    /// What is kept in SQL.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where replies come as they are written.
    pub connections: Connections,
    /// Whether a balancer is to send new requests here.
    pub readiness: Readiness,
    /// Sweeps, follows, sums up.
    upkeep: Background,
    /// Writes down what was asked, to the last line: it is stopped after everything that may ask.
    scribe: Background,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A provider of the chain cannot be used.
    #[error("provider `{provider}` {reason}")]
    Provider {
        /// Which.
        provider: String,
        /// Why.
        reason: String,
    },
    /// No provider of the chain has the default voice.
    #[error("TTS_DEFAULT_VOICE is `{0}`, and no provider of the chain has such a voice")]
    Voice(String),
    /// What operators steered cannot be read.
    #[error("what operators set at run time cannot be read: {}", causes(.0))]
    Controls(#[from] ControlError),
    /// What limits are kept in, and flights are shared through, cannot be used.
    #[error("REDIS_URL cannot be used: {0}")]
    Redis(#[from] AddressError),
    /// The cache cannot be opened.
    #[error("the cache cannot be opened: {}", causes(.0))]
    Cache(#[from] cache::CacheError),
    /// Links and sessions cannot be signed.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// Callers cannot be known.
    #[error("callers cannot be told apart: {0}")]
    Identity(String),
    /// Something in the data folder cannot be read or written.
    #[error("{path}: {error}; TTS_DATA_DIR names the data folder")]
    Data {
        /// What.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

impl StartError {
    fn data(path: &Path, error: std::io::Error) -> Self {
        Self::Data { path: path.display().to_string(), error }
    }
}

impl App {
    /// Builds everything, with the providers that the settings name.
    ///
    /// # Errors
    /// [`StartError`] with what an operator has to change.
    pub async fn open(settings: Settings) -> Result<Self, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let providers = open_providers(&settings, &clock)?;
        Self::with_providers(settings, providers, clock).await
    }

    /// Builds everything around these providers, with the database that the settings name.
    ///
    /// # Errors
    /// [`StartError`] with what an operator has to change.
    pub async fn with_providers(
        settings: Settings,
        providers: Vec<Arc<dyn Provider>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let store = wait_for_store(&settings).await?;
        Self::with_store(settings, providers, clock, store).await
    }

    /// Builds everything around these providers and this store, each provider behind its deadlines and its breaker.
    ///
    /// # Errors
    /// [`StartError`] with what an operator has to change.
    pub async fn with_store(
        settings: Settings,
        providers: Vec<Arc<dyn Provider>>,
        clock: Arc<dyn Clock>,
        store: Store,
    ) -> Result<Self, StartError> {
        // Whatever is counted from here on is kept.
        telemetry::metrics();
        telemetry::begin_counters(providers.iter().map(Provider::name));
        let redis = redis(&settings).await?;
        let (ledger, mut scribe) = open_ledger(&settings, &store)?;
        scribe.recover().await;
        let controls = Controls::open(Arc::clone(&store.controls), Arc::clone(&clock)).await?;
        let prices = Arc::new(Prices::new(settings.prices.clone()));
        let inside = providers.iter().filter(|provider| provider.about().queue.is_some()).cloned().collect();
        let (chain, breakers) = chain(&settings, providers, &prices, &controls, &clock);
        let (voices, endings) = open_voices(&settings, &chain, &*clock).await?;
        let cache = open_cache(&settings, &store, &clock).await?;
        let own_key = || signing_key::kept(&settings.data_dir);
        let signing_key = settings.signing_key.clone().map_or_else(own_key, Ok)?;
        let identity =
            Identity::new(&settings.identity(), &signing_key, Arc::clone(&store.keys), Arc::clone(&clock))
                .map_err(StartError::Identity)?;
        let upkeep = Background::default();
        let known_providers = known_providers(&settings, &chain);
        let flights = Flights::new(settings.max_flights);
        follow(&upkeep, controls.clone(), cache.clone(), flights.wake().clone());
        tidy(&upkeep, cache.clone(), flights.wake().clone());
        let writing = Background::default();
        writing.begin(|stop| scribe.run(stop));
        let of_limits = limits::Settings { redis: redis.clone(), ..settings.limits() };
        let limits = Limits::open(of_limits, &signing_key, controls.clone(), Arc::clone(&clock));
        limits.seed_from(&*store.usage).await.map_err(cache::CacheError::from)?;
        let redis = redis.zip(limits.shared_books().cloned());
        let gateways = redis.clone().map(|(address, service)| Gateways::new(address, service));
        let shared = redis.map(|(address, service)| SharedFlights::open(address, service));
        // What is one gateway's own, no other looks after.
        let turns = gateways.clone().filter(|_| is_shared(&settings)).map(Turns::among).unwrap_or_default();
        look_after(&upkeep, (&cache, &store), &settings, &clock, turns);
        if settings.keep_warm {
            keep_warm(&upkeep, chain.clone());
        }
        let (name, started_at) = (settings.instance_name(), seconds(clock.now()));
        let own = Own { name, started_at, flights: flights.clone(), chain: chain.clone() };
        if let (Some(gateways), own) = (gateways.clone(), own.clone()) {
            upkeep.begin(|stop| async move { gateways.tell_until(|| own.state(), stop).await });
        }
        let orders = Orders {
            limits: limits.clone(),
            ledger,
            keeps_text: settings.log_text,
            clock: Arc::clone(&clock),
        };
        let (alone, usage) = (limits.clone(), Arc::clone(&store.usage));
        upkeep.begin(|stop| async move {
            stop.run_until_cancelled(alone.learn_when_alone(&*usage)).await;
        });
        let parts = Parts {
            identity,
            orders: orders.clone(),
            limits,
            speak: Speak {
                bounds: ReplyBounds {
                    max_chars: settings.max_chars,
                    max_seconds: settings.max_seconds,
                    too_long: settings.too_long,
                },
                unsupported_language: settings.unsupported_language,
                emoji: settings.emoji,
                begins_in_reasoning: settings.begins_in_reasoning,
                pronunciations: settings.pronunciations.clone(),
                voices: Arc::new(voices),
                chain,
                known_providers: Arc::new(known_providers),
                controls: controls.clone(),
                prices,
                cache,
                lookahead: settings.lookahead,
                seamless: settings.seamless,
                levels: levels(&upkeep, &store).await,
                flights,
                shared,
                orders,
                writes: Arc::new(Semaphore::new(MAX_WRITES)),
                beside: TaskTracker::new(),
            },
            listening: Listening::new(Arc::clone(&store.listening), Arc::clone(&clock)),
            store,
            controls,
            gateways,
            own: Arc::new(own),
            breakers: Arc::new(breakers),
            endings: endings.into(),
            inside,
            links: Links::new(&signing_key, settings.public_url.clone()),
            settings: Arc::new(settings),
            clock,
            connections: Connections::default(),
            readiness: Readiness::default(),
            upkeep,
            scribe: writing,
        };
        Ok(Self(Arc::new(parts)))
    }

    /// The voice of a request that names none: the one that is set, else the first provider's own.
    #[must_use]
    pub fn default_voice(&self) -> Option<&str> {
        let own = || self.speak.chain.providers().first()?.about().default_voice.as_deref();
        self.settings.default_voice.as_deref().or_else(own)
    }

    /// How this gateway is.
    #[must_use]
    pub fn state(&self) -> gateways::GatewayState {
        self.own.state()
    }

    /// How all gateways are that share what this one does; this one alone, where nobody can tell.
    pub async fn states(&self) -> Vec<gateways::GatewayState> {
        let own = self.state();
        match &self.gateways {
            Some(gateways) => gateways.tell(&own).await.unwrap_or_else(|_| vec![own]),
            None => vec![own],
        }
    }

    /// Finds out how fast the voices inside are on this machine, of all providers or of one, unless they are known to be fast
    /// enough: who is too slow speaks after all others from then on. Takes some seconds where there is a pack of voices. Says
    /// whether any is too slow.
    pub async fn try_voices(&self, of: Option<&str>) -> bool {
        let mut any = false;
        for provider in self.inside.iter().filter(|provider| of.is_none_or(|name| provider.name() == name)) {
            let before = too_slow(&**provider);
            trial::try_out(&**provider).await;
            let real_time = too_slow(&**provider);
            any |= real_time.is_some();
            if let Some(real_time) = real_time.filter(|_| before.is_none()) {
                tracing::warn!("{} {}", provider.name(), trial::in_words(real_time));
            }
        }
        any
    }

    /// Tries the voices inside now, and again after this long, as long as any is too slow: the machine may have been busy.
    pub fn keep_trying_voices(&self, again_after: Duration) {
        let app = self.clone();
        self.upkeep.begin(|stop| async move {
            let trying = async {
                while app.try_voices(None).await {
                    tokio::time::sleep(again_after).await;
                }
            };
            stop.run_until_cancelled(trying).await;
        });
    }

    /// The services beside the gateway.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        [&self.store.service, self.speak.cache.storage()].into_iter().chain(self.limits.shared_books())
    }

    /// Asks everything to come to its end: replies that come as they are written, and what only other gateways' listeners hear,
    /// which they make from here on.
    pub fn stop(&self) {
        self.readiness.end();
        self.connections.stop();
        if let Some(shared) = &self.speak.shared {
            shared.hand_over();
        }
    }

    /// Lets flights and replies end for so long, leaves what is not made by then to other gateways, then stops the rest and
    /// writes what is not written yet.
    pub async fn close(self, patience: Duration) {
        self.stop();
        let ended = async {
            self.speak.flights.landed().await;
            self.connections.closed().await;
        };
        if tokio::time::timeout(patience, ended).await.is_err() {
            tracing::warn!(flights = self.speak.flights.count(), "stopped before every reply had ended");
        }
        // To others first: whoever listens here asks them as soon as it breaks off.
        let shared = self.speak.shared.as_ref();
        if let Some(shared) = shared {
            shared.leave();
        }
        self.connections.close();
        if tokio::time::timeout(CLOSED_WITHIN, self.connections.closed()).await.is_err() {
            tracing::warn!("stopped before every connection was closed");
        }
        if tokio::time::timeout(STORED_WITHIN, self.limits.settled()).await.is_err() {
            tracing::warn!("stopped before everything that was not used was given back");
        }
        // What was made is told and stored beside its flight.
        if let Some(shared) = shared
            && tokio::time::timeout(STORED_WITHIN, shared.told()).await.is_err()
        {
            tracing::warn!("stopped before other gateways knew how every flight had ended");
        }
        self.speak.beside.close();
        if tokio::time::timeout(STORED_WITHIN, self.speak.beside.wait()).await.is_err() {
            tracing::warn!("stopped before everything that was made was stored");
        }
        if !self.upkeep.stop(STORED_WITHIN).await {
            tracing::warn!("stopped before the cache was swept and usage summed up");
        }
        if !self.scribe.stop(STORED_WITHIN).await {
            tracing::warn!("stopped before every call to a provider was written down");
        }
        if let Err(error) = self.speak.cache.flush_accesses().await {
            tracing::warn!(%error, "the last accesses were not counted");
        }
        if let Err(error) = self.store.cache.settle().await {
            tracing::warn!(%error, "the database's log was not brought into its file");
        }
    }
}

/// What a gateway says of itself.
#[derive(Debug, Clone)]
struct Own {
    name: String,
    started_at: u64,
    flights: Flights,
    chain: Chain,
}

impl Own {
    fn state(&self) -> gateways::GatewayState {
        let queues = self.chain.providers().iter().filter_map(|link| link.about().queue.as_ref());
        gateways::GatewayState {
            name: self.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.started_at,
            flights: self.flights.count(),
            queue_seconds: queues.map(|queue| queue.wait().as_secs_f64()).fold(0.0, f64::max),
        }
    }
}

/// Where Redis is, if gateways share anything.
async fn redis(settings: &Settings) -> Result<Option<Address>, AddressError> {
    let redis = settings.redis()?;
    if let Some(redis) = &redis {
        redis.refuse_cluster(REDIS_ANSWERS_WITHIN).await?;
    }
    Ok(redis)
}

/// Follows what operators steer at any gateway, a purge also where this one remembers sound.
fn follow(upkeep: &Background, controls: Controls, cache: Cache, wake: Wake) {
    let purged = move || {
        cache.forget_memory();
        wake.clear();
    };
    upkeep.begin(|stop| async move { controls.follow(stop, purged).await });
}

/// Gives back memory also when nobody comes any more.
fn tidy(upkeep: &Background, cache: Cache, wake: Wake) {
    upkeep.begin(|stop| async move {
        let tidying = async {
            loop {
                tokio::time::sleep(TIDY_EVERY).await;
                cache.tidy();
                wake.tidy();
            }
        };
        stop.run_until_cancelled(tidying).await;
    });
}

/// How loud voices are, as it was learned before and elsewhere.
async fn levels(upkeep: &Background, store: &Store) -> Levels {
    let (levels, keeper) = Levels::open(Arc::clone(&store.levels)).await;
    upkeep.begin(|stop| keeper.run(stop));
    levels
}

/// Sweeps the cache and keeps usage, whenever it is this gateway's turn.
fn look_after(
    upkeep: &Background,
    (cache, store): (&Cache, &Store),
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    turns: Turns,
) {
    let (swept, to_sweep) = (cache.clone(), turns.clone());
    upkeep.begin(|stop| async move { swept.run_sweeper(SWEEP_EVERY, to_sweep, stop).await });
    let retention = Retention { rows: settings.usage_days, sums: settings.usage_daily_days };
    let keeper = Keeper::new(Arc::clone(&store.usage), retention, Arc::clone(clock));
    upkeep.begin(|stop| keeper.run(turns, stop));
}

/// Keeps connections to providers open, so that no reply waits for a handshake.
fn keep_warm(upkeep: &Background, chain: Chain) {
    upkeep.begin(|stop| async move {
        let warming = async {
            loop {
                join_all(chain.providers().iter().map(Provider::warm)).await;
                tokio::time::sleep(WARM_EVERY).await;
            }
        };
        stop.run_until_cancelled(warming).await;
    });
}

/// Whether other gateways have the same database.
fn is_shared(settings: &Settings) -> bool {
    settings.database_url.as_deref().is_some_and(|url| url.starts_with("postgres"))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The names of the chain's providers, in order, each once: those that the settings name, and the pack of voices where there is
/// one.
#[must_use]
pub fn chain_names(settings: &Settings) -> Vec<&str> {
    let mut names = settings.chain();
    // The pack brings its voices along wherever the voice inside is heard at all.
    let is_own =
        providers::kind_of(kokoro::NAME, &settings.providers).is_some_and(|kind| kind.name == kokoro::NAME);
    let is_new = is_own && names.contains(&local::NAME) && !names.contains(&kokoro::NAME);
    if is_new && kokoro::find_pack(&settings.data_dir).is_some() {
        names.push(kokoro::NAME);
    }
    names
}

/// The providers of the chain, in order, each once.
///
/// # Errors
/// [`StartError::Provider`] with what an operator has to change.
pub fn open_providers(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Arc<dyn Provider>>, StartError> {
    let (client, of_providers) = (net::client(), settings.providers());
    let providers = chain_names(settings).into_iter().map(|name| {
        let opened = client
            .clone()
            .map_err(ProviderError::from)
            .and_then(|client| providers::open(name, &of_providers, &client, clock));
        opened.map_err(|error| StartError::Provider { provider: name.to_owned(), reason: error.to_string() })
    });
    providers.collect()
}

/// The names of every kind of provider there is or was, and of those that an operator named.
fn known_providers(settings: &Settings, chain: &Chain) -> BTreeSet<String> {
    let kinds = providers::KINDS.iter().map(|kind| kind.name.to_owned());
    let ended = providers::ENDED.iter().map(|(name, _)| (*name).to_owned());
    let here = chain.providers().iter().map(|link| link.name().to_owned());
    kinds.chain(ended).chain(here).chain(settings.providers.keys().cloned()).collect()
}

/// What ends of what the chain speaks with: each provider's model and voice where nobody asks for others, and those that
/// personas have it speak with.
fn endings(settings: &Settings, chain: &Chain, cast: &Cast) -> Vec<Ending> {
    let ends = Ends::default();
    let mut found: Vec<Ending> = Vec::new();
    for link in chain.providers() {
        let about = link.about();
        let own = cast.get(&*about.name).map_or("", |speaker| speaker.voice.as_str());
        let twins = settings.personas.values().filter_map(|persona| persona.get(&*about.name));
        let twins = twins.map(|twin| (twin.model.as_deref().unwrap_or(&about.model), twin.voice.as_str()));
        for (model, voice) in std::iter::once((about.model.as_str(), own)).chain(twins) {
            if let Some(ending) = ends.find(about, model, voice).filter(|ending| !found.contains(ending)) {
                found.push(ending);
            }
        }
    }
    found
}

/// The names of voices, and what a provider will stop serving, which is told once.
async fn open_voices(
    settings: &Settings,
    chain: &Chain,
    clock: &dyn Clock,
) -> Result<(VoiceMap, Vec<Ending>), StartError> {
    let voices = VoiceMap::new(voice_names(settings, chain), settings.default_voice.clone())
        .with_personas(settings.personas.clone());
    let Ok(cast) = voices.cast(None, None, chain.providers()).await else {
        return Err(StartError::Voice(settings.default_voice.clone().unwrap_or_default()));
    };
    let endings = endings(settings, chain, &cast);
    for ending in &endings {
        tracing::warn!(provider = %ending.provider, "{}", ending.in_words(clock.now()));
    }
    Ok((voices, endings))
}

/// The voices that OpenAI's names mean: the operator's, else those of the pack where there is one.
fn voice_names(settings: &Settings, chain: &Chain) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    if chain.providers().iter().any(|link| link.about().kind == kokoro::NAME) {
        names.extend(kokoro::OPENAI_VOICES.map(|(name, voice)| (name.to_owned(), voice.to_owned())));
    }
    names.extend(settings.voice_map.clone());
    names
}

/// Puts every provider behind what a call has to pass, from the outside in: the operator's switch, the list of voices, a
/// second chance, the breaker, what its voices can read, what plain text needs, the speeds that its voices lack, the meter, the deadlines of each call.
fn chain(
    settings: &Settings,
    providers: Vec<Arc<dyn Provider>>,
    prices: &Arc<Prices>,
    controls: &Controls,
    clock: &Arc<dyn Clock>,
) -> (Chain, BTreeMap<String, BreakerWatch>) {
    let mut breakers = BTreeMap::new();
    let retries = retry::Policy { retries: settings.retries, ..retry::Policy::default() };
    let wrapped = providers.into_iter().map(|provider| {
        let name = provider.name().to_owned();
        // The meter is told of a call that hangs, and does not take it for one that nobody wanted any more.
        let timed = Timeout::new(provider, settings.first_sound_timeout, settings.provider_timeout);
        let metered = CallMeter::new(timed, Arc::clone(prices), Arc::clone(clock));
        let spelled = Spelled::new(Plain::new(Paced::new(metered)));
        let guarded = Breaker::new(spelled, breaker::Policy::default(), Arc::clone(clock));
        breakers.insert(name, guarded.watch());
        let listed = Roster::new(Retry::new(guarded, retries), Arc::clone(clock));
        Arc::new(Switch::new(listed, controls.clone())) as Arc<dyn Provider>
    });
    let chain = Chain::new(wrapped.collect()).hedged(settings.hedge_after);
    (chain, breakers)
}

/// Opens the database that the settings name; one that does not answer yet may come while it is waited for.
async fn wait_for_store(settings: &Settings) -> Result<Store, StartError> {
    let until = Instant::now() + settings.start_timeout;
    loop {
        let asked = Instant::now();
        let error = match open_store(settings).await {
            Err(StartError::Cache(error @ cache::CacheError::Unavailable { .. })) if is_shared(settings) => {
                error
            }
            opened => return opened,
        };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(error.into());
        }
        tracing::warn!(
            reason = %causes(&error),
            "the database does not answer yet: waiting {} s more", left.as_secs()
        );
        tokio::time::sleep_until((asked + ASK_AGAIN).into()).await;
    }
}

/// Opens the database that the settings name.
///
/// # Errors
/// [`StartError`] with what an operator has to change.
pub async fn open_store(settings: &Settings) -> Result<Store, StartError> {
    let folder = &settings.data_dir;
    if settings.database_url.is_none()
        && let Err(error) = std::fs::create_dir_all(folder).and_then(|()| try_writing(folder))
    {
        if !forbidden(&error) {
            return Err(StartError::data(folder, error));
        }
        tracing::error!(
            folder = %folder.display(), %error,
            "the data folder cannot be written: speech goes on. API keys and what operators set hold as the folder has them; usage, \
             and what is changed, end with this process. Make room, or the folder writable, and start again, or name another in \
             TTS_DATA_DIR"
        );
        return Ok(store::open_beside(folder).await.map_err(cache::CacheError::from)?);
    }
    Ok(store::open(settings.database_url.as_deref(), folder).await.map_err(cache::CacheError::from)?)
}

/// Opens the journal of what providers are asked, beside the database.
fn open_ledger(settings: &Settings, store: &Store) -> Result<(Ledger, Scribe), StartError> {
    let url = settings.database_url.as_deref();
    let journal = settings.data_dir.join("usage");
    let open = |folder| Ledger::open(folder, Arc::clone(&store.calls), Arc::clone(&store.usage));
    let opened = match open((url != Some("sqlite::memory:")).then_some(&*journal)) {
        // As the database does, of which operators were told, it then ends with this process.
        Err(error) if url.is_none() && forbidden(&error) => open(None),
        opened => opened,
    };
    opened.map_err(|error| StartError::data(&journal, error))
}

/// Writes a file into a folder, and takes it away again.
///
/// # Errors
/// Why it cannot be made.
pub fn try_writing(folder: &Path) -> std::io::Result<()> {
    let file = folder.join(format!(".writable.{:016x}", rand::random::<u64>()));
    // A file needs no room until something is in it.
    let written = std::fs::File::create_new(&file)?.write_all(&[0; 4096]);
    std::fs::remove_file(&file).and(written)
}

/// Whether an error says that a folder is not to be written to, or has no room.
fn forbidden(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::FileTooLarge
    )
}

/// Opens the cache that the settings describe.
///
/// # Errors
/// [`StartError`] with what an operator has to change.
pub async fn open_cache(
    settings: &Settings,
    store: &Store,
    clock: &Arc<dyn Clock>,
) -> Result<Cache, StartError> {
    let folder = &settings.data_dir;
    let storage = match &settings.storage_url {
        Some(url) => cache::open_storage(url, folder, std::env::vars())?,
        // What is there is read where it can be; the store has said what is wrong with the folder.
        None => match std::fs::create_dir_all(folder) {
            Err(error) if forbidden(&error) => Storage::memory(),
            Err(error) => return Err(StartError::data(folder, error)),
            Ok(()) => match cache::open_storage(cache::DEFAULT_STORAGE_URL, folder, std::env::vars()) {
                Err(_) if try_writing(folder).is_err_and(|error| forbidden(&error)) => Storage::memory(),
                opened => opened?,
            },
        },
    };
    Ok(Cache::open(settings.cache(), storage, Arc::clone(&store.cache), Arc::clone(clock)).await?)
}
