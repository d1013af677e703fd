//! The long-lived parts, built once from the settings.

mod background;
mod chain;
mod keeping;
mod readiness;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use self::background::Background;
use self::chain::{chain, known_providers, open_voices};
pub use self::chain::{chain_names, open_providers};
use self::keeping::{is_shared, open_ledger, wait_for_store};
pub use self::keeping::{open_cache, open_store, try_writing};
pub use self::readiness::Readiness;
use crate::cache::{self, Cache};
use crate::causes::causes;
use crate::chain::breaker::BreakerWatch;
use crate::chain::{Chain, too_slow};
use crate::clock::{Clock, SystemClock};
use crate::config::Settings;
use crate::connections::Connections;
use crate::controls::{ControlError, Controls};
use crate::ends::Ending;
use crate::flight::{Flights, SharedFlights, Wake};
use crate::gateways::{self, Gateways, Turns};
use crate::identity::Identity;
use crate::identity::signing_key::{self, SigningKeyError};
use crate::limits::{self, Limits};
use crate::links::Links;
use crate::order::Orders;
use crate::price::Prices;
use crate::provider::Provider;
use crate::redis_client::{Address, AddressError};
use crate::render::Levels;
use crate::script::ReplyBounds;
use crate::service::Service;
use crate::speak::{MAX_WRITES, Speak};
use crate::store::Store;
use crate::telemetry;
use crate::trial;
use crate::usage::{Keeper, Listening, Retention};

/// How often connections to providers are used that are to stay open: services and proxies close idle ones after a minute and
/// more.
const WARM_EVERY: Duration = Duration::from_secs(45);
/// How often memory is given back that nobody has a use for.
const TIDY_EVERY: Duration = Duration::from_secs(5);
/// How often the cache is swept.
const SWEEP_EVERY: Duration = Duration::from_mins(10);
/// How long Redis may take, which need not be there, to say what it is like.
const REDIS_ANSWERS_WITHIN: Duration = Duration::from_secs(2);
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

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
