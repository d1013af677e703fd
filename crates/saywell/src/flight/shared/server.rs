//! What flights ask of Redis or Valkey. Every step is one script, which the server runs as a whole; numbers and names in
//! answers are text.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use redis::{FromRedisValue, RedisError, Script, ScriptInvocation};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::debug;

use super::Away;
use super::courier::Courier;
use crate::key::Key;
use crate::redis_client::{Address, Connection};
use crate::service::Service;

/// How long a step may take; past it, the server counts as away.
pub(super) const DEADLINE: Duration = Duration::from_millis(500);
/// How long it is waited before bells are listened for again.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);
/// How long a lease lasts that is not renewed.
pub(super) const LEASE: Duration = Duration::from_secs(2);
/// How long a flight is kept that nobody tells anything of: whoever follows one whose maker is gone is much faster.
const KEPT: Duration = Duration::from_mins(1);
/// How long a flight is kept that has landed: as long as storing it may take.
const KEPT_LANDED: Duration = Duration::from_secs(30);
/// How long one is kept that is stored: as long as those take who follow it and have not read its end.
const KEPT_STORED: Duration = Duration::from_secs(5);
/// How long a gateway counts as a follower that does not read.
const FOLLOWS: Duration = Duration::from_secs(2);
/// Parts that are read at once: with the longest ones a few megabytes.
const PARTS_AT_ONCE: usize = 32;
/// In front of every key. The braces keep all of them in one slot of a cluster.
const PREFIX: &str = "{saywell}:flights:";
/// Where bells ring: a channel for each gateway.
const BELLS: &str = "{saywell}:flights:bell:";

/// A server that flights are shared through.
pub(super) struct Server {
    connection: Connection,
    courier: Courier,
    service: Service,
    /// This process, among all that share flights.
    gateway: String,
    bells: Mutex<HashMap<Key, Arc<Notify>>>,
    /// This gateway is to stop: what only others hear is left to them.
    pub(super) stopping: CancellationToken,
    /// It stops now: everything is left to others.
    pub(super) leaving: CancellationToken,
    /// Those who tell what is made here.
    telling: TaskTracker,
}

static BEGIN: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/begin.lua")));
static TAKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/take.lua")));
static TELL: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/tell.lua")));
static READ: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/read.lua")));
static LEAVE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/leave.lua")));
static MAIL: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/mail.lua")));
static END: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/end.lua")));

/// What a flight is known by: it is made under one token after the other, each larger than the one before.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) key: Key,
    pub(super) id: String,
}

/// What became of a flight, as its record has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlightState {
    Flying,
    Landed,
    Failed,
}

impl FlightState {
    fn name(self) -> &'static str {
        match self {
            Self::Flying => "flying",
            Self::Landed => "landed",
            Self::Failed => "failed",
        }
    }
}

/// What was read of a flight.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) id: String,
    pub(super) state: FlightState,
    /// How long whoever makes it holds its lease yet, unless they renew it; `None`: nobody makes it.
    pub(super) leased_for: Option<Duration>,
    pub(super) asked: Vec<u8>,
    pub(super) parts: Vec<Vec<u8>>,
}

/// What a maker hears.
#[derive(Debug)]
pub(super) struct Told {
    /// How many gateways follow.
    pub(super) followers: usize,
    /// What was left for it.
    pub(super) mail: Vec<Vec<u8>>,
}

/// What there is of a flight that is taken from a maker that is gone, beside its parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Legacy {
    pub(super) token: String,
    /// What is set aside for it; nothing where its maker has settled that.
    pub(super) aside: String,
    /// How long ago it was first heard.
    pub(super) sounds_for: Option<Duration>,
}

/// What is told of a flight beside its parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Saying<'a> {
    pub(super) state: FlightState,
    /// Whether its rendition is stored.
    pub(super) stored: bool,
    /// What is set aside for it, where that may be news.
    pub(super) aside: Option<&'a str>,
    /// How long ago it was first heard.
    pub(super) sounds_for: Option<Duration>,
}

/// What became of taking a lease.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Leased {
    /// It is this gateway's.
    Ours(Legacy),
    /// It is made by another, or there is more to read.
    Flown,
    Gone,
}

/// Rings when there is news of a flight, or sometimes without.
#[derive(Debug)]
pub(super) struct Bell {
    key: Key,
    rung: Arc<Notify>,
    server: Arc<Server>,
}

impl Server {
    pub(super) fn open(address: Address, service: Service) -> Arc<Self> {
        let connection = Connection::new(address.clone(), DEADLINE);
        let courier = Courier::start();
        let (way, asking) = (connection.clone(), courier.clone());
        service.is_asked_by(move || {
            let answers = asking.carry(way.answers());
            async move { answers.await.unwrap_or(false) }
        });
        let server = Arc::new(Self {
            connection,
            courier: courier.clone(),
            service,
            gateway: hex::encode(rand::random::<[u8; 8]>()),
            bells: Mutex::default(),
            stopping: CancellationToken::new(),
            leaving: CancellationToken::new(),
            telling: TaskTracker::new(),
        });
        let (channel, listening) = (format!("{BELLS}{}", server.gateway), Arc::downgrade(&server));
        // Not waited for: it only listens, and ends with this server.
        drop(courier.carry(async move {
            while listening.strong_count() > 0 {
                let rings = async {
                    let mut bells = address.client().await?.get_async_pubsub().await?;
                    bells.subscribe(&channel).await?;
                    let mut rung = bells.into_on_message();
                    while let (Some(message), Some(server)) = (rung.next().await, listening.upgrade()) {
                        server.ring(message.get_payload_bytes());
                    }
                    Ok::<_, RedisError>(())
                };
                if let Err(error) = rings.await {
                    debug!(%error, "nobody hears what other gateways make: it is looked for now and then");
                }
                tokio::time::sleep(LISTEN_AGAIN).await;
            }
        }));
        server
    }

    /// Tells, apart from whoever asked, what is made here.
    pub(super) fn carry(&self, telling: impl Future<Output = ()> + Send + 'static) {
        drop(self.courier.carry(self.telling.track_future(telling)));
    }

    /// Nobody is told anything any more.
    pub(super) fn fall_silent(&self) {
        self.courier.end();
    }

    /// Waits until all that is made here has been told; nothing more is.
    pub(super) async fn told(&self) {
        self.telling.close();
        self.telling.wait().await;
    }

    /// A bell is a hint: whoever waits for one looks again without it as well.
    fn ring(&self, record: &[u8]) {
        let key = std::str::from_utf8(record).ok().and_then(|record| record.rsplit(':').next()?.parse().ok());
        if let Some(rung) = key.and_then(|key| self.bells().get(&key).cloned()) {
            rung.notify_one();
        }
    }

    pub(super) fn bell(self: &Arc<Self>, key: Key) -> Bell {
        let rung = Arc::<Notify>::default();
        self.bells().insert(key, Arc::clone(&rung));
        Bell { key, rung, server: Arc::clone(self) }
    }

    /// Takes the lease of a flight that there is not yet: its name, and the token.
    pub(super) async fn begin(
        &self,
        key: Key,
        asked: &[u8],
        aside: &str,
    ) -> Result<Option<(Known, String)>, Away> {
        let id = hex::encode(rand::random::<[u8; 8]>());
        let mut call = BEGIN.prepare_invoke();
        for of in ["record", "lease", "parts", "followers", "mail"] {
            call.key(name(of, &key));
        }
        call.key(format!("{PREFIX}tokens"));
        call.arg(&id).arg(&self.gateway).arg(millis(LEASE)).arg(millis(KEPT)).arg(asked).arg(aside);
        let token: String = self.run(call).await?;
        Ok((!token.is_empty()).then_some((Known { key, id }, token)))
    }

    /// Takes the lease of a flight whose maker is gone.
    pub(super) async fn take(&self, flight: &Known, read: u64) -> Result<Leased, Away> {
        let mut call = TAKE.prepare_invoke();
        for of in ["record", "lease", "followers"] {
            call.key(name(of, &flight.key));
        }
        call.key(format!("{PREFIX}tokens"));
        call.arg(&flight.id).arg(&self.gateway).arg(millis(LEASE)).arg(read);
        Ok(match self.run::<Vec<String>>(call).await?.as_slice() {
            [token, aside, sounds] => Leased::Ours(Legacy {
                token: token.clone(),
                aside: aside.clone(),
                sounds_for: sounds.parse().ok().map(Duration::from_millis),
            }),
            [_gone] => Leased::Gone,
            _ => Leased::Flown,
        })
    }

    /// Adds parts after so many before, and renews the lease. `None`: the lease is another's.
    pub(super) async fn tell(
        &self,
        (flight, token): (&Known, &str),
        saying: Saying<'_>,
        before: u64,
        parts: &[Vec<u8>],
    ) -> Result<Option<Told>, Away> {
        let Saying { state, stored, aside, sounds_for } = saying;
        let kept = match state {
            FlightState::Flying => KEPT,
            FlightState::Landed if stored => KEPT_STORED,
            FlightState::Landed | FlightState::Failed => KEPT_LANDED,
        };
        let mut call = TELL.prepare_invoke();
        for of in ["record", "lease", "parts", "followers", "mail"] {
            call.key(name(of, &flight.key));
        }
        call.arg(&flight.id).arg(token).arg(millis(LEASE)).arg(millis(kept));
        call.arg(state.name()).arg(BELLS).arg(before).arg(aside.unwrap_or_default());
        call.arg(sounds_for.map(|sounding| millis(sounding).to_string()).unwrap_or_default());
        for part in parts {
            call.arg(part.as_slice());
        }
        let mut answer = self.run::<Vec<Vec<u8>>>(call).await?.into_iter();
        let Some(followers) = answer.next() else { return Ok(None) };
        let followers = String::from_utf8_lossy(&followers).parse().unwrap_or_default();
        Ok(Some(Told { followers, mail: answer.collect() }))
    }

    /// What follows these parts of a flight, of whichever there is without a name. `None`: there is none.
    pub(super) async fn read(&self, key: &Key, id: Option<&str>, read: u64) -> Result<Option<Read>, Away> {
        let mut call = READ.prepare_invoke();
        for of in ["record", "lease", "parts", "followers"] {
            call.key(name(of, key));
        }
        call.arg(id.unwrap_or_default()).arg(&self.gateway).arg(millis(FOLLOWS)).arg(BELLS);
        call.arg(read).arg(PARTS_AT_ONCE);
        let mut answer = self.run::<Vec<Vec<u8>>>(call).await?.into_iter();
        let (Some(id), Some(state), Some(leased), Some(asked)) =
            (answer.next(), answer.next(), answer.next(), answer.next())
        else {
            return Ok(None);
        };
        let state = match state.as_slice() {
            b"flying" => FlightState::Flying,
            b"landed" => FlightState::Landed,
            _ => FlightState::Failed,
        };
        let id = String::from_utf8_lossy(&id).into_owned();
        // Below nothing where there is none.
        let leased_for = String::from_utf8_lossy(&leased).parse().ok().map(Duration::from_millis);
        Ok(Some(Read { id, state, leased_for, asked, parts: answer.collect() }))
    }

    pub(super) async fn leave(&self, key: &Key) -> Result<(), Away> {
        let mut call = LEAVE.prepare_invoke();
        call.key(name("record", key)).key(name("followers", key)).arg(&self.gateway).arg(BELLS);
        self.run::<u64>(call).await.map(drop)
    }

    pub(super) async fn mail(&self, key: &Key, word: &[u8]) -> Result<(), Away> {
        let mut call = MAIL.prepare_invoke();
        call.key(name("record", key)).key(name("mail", key)).arg(BELLS).arg(millis(KEPT)).arg(word);
        self.run::<u64>(call).await.map(drop)
    }

    /// Ends a flight that has no outcome: drops it, or leaves it to whoever follows.
    pub(super) async fn end(&self, flight: &Known, token: &str, drop_it: bool) -> Result<(), Away> {
        let mut call = END.prepare_invoke();
        for of in ["record", "lease", "parts", "followers", "mail"] {
            call.key(name(of, &flight.key));
        }
        call.arg(&flight.id).arg(token).arg(BELLS).arg(if drop_it { "drop" } else { "leave" });
        self.run::<u64>(call).await.map(drop)
    }

    /// Keeps what a link was given for.
    pub(super) async fn keep_asked(&self, key: &Key, asked: &[u8], lasts: Duration) -> Result<(), Away> {
        let mut call = redis::cmd("SET");
        call.arg(name("asked", key)).arg(asked).arg("PX").arg(millis(lasts));
        let mut connection = self.connection.clone();
        self.ask(async move { call.query_async::<()>(&mut connection).await }).await
    }

    /// What a link was given for.
    pub(super) async fn asked(&self, key: &Key) -> Result<Option<Vec<u8>>, Away> {
        let mut call = redis::cmd("GET");
        call.arg(name("asked", key));
        let mut connection = self.connection.clone();
        self.ask(async move { call.query_async(&mut connection).await }).await
    }

    async fn run<T: FromRedisValue + Send + 'static>(
        &self,
        call: ScriptInvocation<'static>,
    ) -> Result<T, Away> {
        let mut connection = self.connection.clone();
        self.ask(async move {
            match call.invoke_async(&mut connection).await {
                // The server was away, and is there again: it is found by the next try. Every step may be done twice.
                Err(error) if error.is_io_error() || error.is_connection_dropped() => {
                    call.invoke_async(&mut connection).await
                }
                answer => answer,
            }
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        answer: impl Future<Output = Result<T, RedisError>> + Send + 'static,
    ) -> Result<T, Away> {
        let carried = self.courier.carry(answer);
        let answer = async {
            match carried.await {
                Ok(answer) => answer.map_err(|error| Away(error.to_string())),
                Err(ended) => Err(Away(ended.to_string())),
            }
        };
        self.service.ask(DEADLINE, answer, |_| true).await
    }

    fn bells(&self) -> MutexGuard<'_, HashMap<Key, Arc<Notify>>> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bell {
    pub(super) async fn rung(&self) {
        self.rung.notified().await;
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        let mut bells = self.server.bells();
        if bells.get(&self.key).is_some_and(|rung| Arc::ptr_eq(rung, &self.rung)) {
            bells.remove(&self.key);
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("gateway", &self.gateway).finish_non_exhaustive()
    }
}

fn name(of: &str, key: &Key) -> String {
    format!("{PREFIX}{of}:{key}")
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis() as u64
}
