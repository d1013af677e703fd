//! The gateways that share one Redis: how each of them is, and whose turn it is to do what is done once for all.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::{RedisError, Script};
use serde::{Deserialize, Serialize};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::debug;
use utoipa::ToSchema;

use crate::redis_client::{Address, Connection};
use crate::service::{Away, Service};

/// How long a step may take; past it, the server counts as away.
const DEADLINE: Duration = Duration::from_millis(500);
/// How often a gateway says how it is.
const TELL_EVERY: Duration = Duration::from_secs(2);
/// How long that counts.
const COUNTS: Duration = Duration::from_secs(7);
/// How long a turn lasts that is not renewed, because its gateway was killed.
const TURN: Duration = Duration::from_secs(30);
/// In front of every key. The braces keep all of them in one slot of a cluster.
const PREFIX: &str = "{saywell}:gateways";

/// The gateways that share one Redis, seen from one of them. Cheap to clone.
#[derive(Clone)]
pub struct Gateways {
    shared: Arc<Shared>,
}

struct Shared {
    connection: Connection,
    service: Service,
    /// This process, among all of them.
    id: String,
    tell: Script,
    turn: Script,
}

/// How a gateway is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Gateway)]
pub struct GatewayState {
    /// The name that its operator or its machine has given it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Since when it has run, seconds since 1970.
    pub started_at: u64,
    /// Renditions in the making, those that other gateways make for its listeners counted.
    pub flights: usize,
    /// How long a new reply would wait for the voice inside, seconds.
    pub queue_seconds: f64,
}

impl Gateways {
    /// Those that share the Redis at this address; `service` tells whether it can be reached.
    #[must_use]
    pub fn new(address: Address, service: Service) -> Self {
        let connection = Connection::new(address, DEADLINE);
        let way = connection.clone();
        service.is_asked_by(move || way.answers());
        let shared = Shared {
            connection,
            service,
            id: hex::encode(rand::random::<[u8; 8]>()),
            tell: Script::new(include_str!("gateways/tell.lua")),
            turn: Script::new(include_str!("gateways/turn.lua")),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Says how this one is, and how all of them are that have said so lately, by name.
    ///
    /// # Errors
    /// [`Away`]
    pub async fn tell(&self, state: &GatewayState) -> Result<Vec<GatewayState>, Away> {
        let state = serde_json::to_string(state).map_err(|error| Away(error.to_string()))?;
        let told = self.shared.tell(&state).await?;
        // Those of another version may say it otherwise.
        let mut all: Vec<GatewayState> =
            told.iter().filter_map(|state| serde_json::from_str(state).ok()).collect();
        all.sort_by(|one, other| (&one.name, one.started_at).cmp(&(&other.name, other.started_at)));
        Ok(all)
    }

    /// Says how this one is again and again, until it is stopped: then that it is no more.
    pub async fn tell_until(&self, state: impl Fn() -> GatewayState, stop: CancellationToken) {
        let telling = async {
            loop {
                if let Err(away) = self.tell(&state()).await {
                    debug!(%away, "other gateways do not hear of this one");
                }
                tokio::time::sleep(TELL_EVERY).await;
            }
        };
        stop.run_until_cancelled(telling).await;
        if let Err(away) = self.shared.tell("").await {
            debug!(%away, "this gateway is listed for a few seconds more");
        }
    }
}

impl Shared {
    async fn tell(&self, state: &str) -> Result<Vec<String>, Away> {
        let mut call = self.tell.prepare_invoke();
        call.key(PREFIX).arg(&self.id).arg(state).arg(millis(COUNTS));
        self.ask(async { call.invoke_async(&mut self.connection.clone()).await }).await
    }

    async fn turn(&self, work: &str, lasts: Duration) -> Result<bool, Away> {
        let mut call = self.turn.prepare_invoke();
        call.key(format!("{PREFIX}:turn:{work}")).arg(&self.id).arg(millis(lasts));
        self.ask(async { call.invoke_async(&mut self.connection.clone()).await }).await
    }

    async fn ask<T>(&self, answer: impl Future<Output = Result<T, RedisError>>) -> Result<T, Away> {
        let answer = async { answer.await.map_err(|error| Away(error.to_string())) };
        self.service.ask(DEADLINE, answer, |_| true).await
    }
}

/// Whose turn it is to do what is done once for all gateways. Alone, always this one's.
#[derive(Debug, Clone, Default)]
pub struct Turns {
    among: Option<Gateways>,
}

/// The turn at a piece of work, until this is dropped.
#[derive(Debug)]
pub struct Turn {
    _ends: Option<DropGuard>,
}

impl Turns {
    /// Among these gateways, which have the same things to look after.
    #[must_use]
    pub fn among(gateways: Gateways) -> Self {
        Self { among: Some(gateways) }
    }

    /// Takes the turn at this work, unless another has it, or had it and is done with what is to be done once in `every`. While
    /// Redis is away each gateway does all of it, which does no harm: it is only done more often.
    pub async fn take(&self, work: &'static str, every: Duration) -> Option<Turn> {
        let Some(Gateways { shared }) = &self.among else { return Some(Turn { _ends: None }) };
        match shared.turn(work, TURN).await {
            Ok(false) => return None,
            Ok(true) => {}
            Err(away) => {
                debug!(%away, work, "done without asking whose turn it is");
                return Some(Turn { _ends: None });
            }
        }
        let (shared, ends) = (Arc::clone(shared), CancellationToken::new());
        let guard = ends.clone().drop_guard();
        // Not waited for: where its last word is lost, the turn is free again a little sooner.
        tokio::spawn(async move {
            let renewing = async {
                loop {
                    tokio::time::sleep(TURN / 3).await;
                    let _ = shared.turn(work, TURN).await;
                }
            };
            ends.run_until_cancelled(renewing).await;
            // A little less, so that it is there again for whoever comes next.
            let _ = shared.turn(work, every * 9 / 10).await;
        });
        Some(Turn { _ends: Some(guard) })
    }
}

impl fmt::Debug for Gateways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateways").field("id", &self.shared.id).finish_non_exhaustive()
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis() as u64
}
