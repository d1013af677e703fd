//! Books in Redis or Valkey, which all replicas share. Every step is one script, which the server runs as a whole.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use redis::{Script, ScriptInvocation};
use tokio::sync::{mpsc, watch};
use tracing::{debug, warn};

use super::book::{Book, BooksAway, Claim, ClaimKind, KnownSum, Taken, Ticket};
use super::process::micros;
use crate::redis_client::{Address, Connection};

/// How long a step may take in all; past it, the server counts as away.
const DEADLINE: Duration = Duration::from_millis(500);
/// How soon it has to answer to be no longer away.
const PROBE_DEADLINE: Duration = Duration::from_millis(200);
/// How long a ticket is kept: longer than any flight is in the air.
const TICKET_KEPT: Duration = Duration::from_hours(48);
/// Settlements that may wait for the server.
const MAX_WAITING: usize = 65_536;
/// How long a settlement waits before it is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(250);
/// More than any account holds, and a whole number to Lua.
const UNBOUNDED: u64 = 1 << 52;
/// Sums that are raised, or places that are renewed, in one script, which holds the server up for less than a millisecond.
const AT_ONCE: usize = 500;
/// In front of every key. The braces keep all of them in one slot of a cluster.
const PREFIX: &str = "{saywell}:limits:";

/// Books that every process with the same address shares.
pub(crate) struct RedisBook {
    server: Server,
    later: mpsc::Sender<Step>,
    waiting: watch::Sender<usize>,
    /// The server's, as it was known last.
    epoch: Arc<Mutex<Option<String>>>,
}

#[derive(Clone)]
struct Server {
    connection: Connection,
    take: Script,
    settle: Script,
    raise: Script,
    renew: Script,
    epoch: Script,
}

/// A step for whose answer nobody waits.
enum Step {
    /// Take what was taken elsewhere.
    Take { ticket: Ticket, claims: Vec<Claim>, now: SystemTime },
    /// Keep so much of what was taken.
    Settle { ticket: Ticket, claims: Vec<Claim>, kept: Vec<u64> },
}

impl RedisBook {
    /// Books at this address. It need not be there yet.
    pub(crate) fn open(address: Address) -> Self {
        let server = Server {
            connection: Connection::new(address, DEADLINE),
            take: Script::new(include_str!("redis/take.lua")),
            settle: Script::new(include_str!("redis/settle.lua")),
            raise: Script::new(include_str!("redis/raise.lua")),
            renew: Script::new(include_str!("redis/renew.lua")),
            epoch: Script::new(include_str!("redis/epoch.lua")),
        };
        let (later, received) = mpsc::channel(MAX_WAITING);
        let waiting = watch::Sender::new(0);
        // Waited for by `settled`, step by step; it ends with this book.
        tokio::spawn(take_and_settle(server.clone(), received, waiting.clone()));
        let epoch = Arc::<Mutex<Option<String>>>::default();
        let (asked, known) = (server.clone(), Arc::clone(&epoch));
        // Not waited for: one question, with a deadline, whose answer is for this process.
        tokio::spawn(async move {
            if let Ok(epoch) = asked.epoch().await {
                known.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(epoch);
            }
        });
        Self { server, later, waiting, epoch }
    }

    fn do_later(&self, step: Step) {
        self.waiting.send_modify(|waiting| *waiting += 1);
        if self.later.try_send(step).is_err() {
            self.waiting.send_modify(|waiting| *waiting -= 1);
            warn!(
                "Redis has been away too long: what was reserved and not used stays counted, and what was used without it does not"
            );
        }
    }
}

/// Does one step after the other, each until it is done: what waits while the server is away is not lost.
async fn take_and_settle(server: Server, mut received: mpsc::Receiver<Step>, waiting: watch::Sender<usize>) {
    while let Some(step) = received.recv().await {
        while let Err(away) = server.do_now(&step).await {
            debug!(%away, "a settlement waits");
            tokio::time::sleep(RETRY_AFTER).await;
        }
        waiting.send_modify(|waiting| *waiting -= 1);
    }
}

impl Server {
    async fn do_now(&self, step: &Step) -> Result<(), BooksAway> {
        match step {
            Step::Take { ticket, claims, now } => self.take(*ticket, claims, *now).await.map(drop),
            Step::Settle { ticket, claims, kept } => {
                let mut call = self.settle.prepare_invoke();
                call.key(format!("{PREFIX}ticket:{ticket}")).arg(ticket.to_string());
                for (claim, kept) in claims.iter().zip(kept) {
                    call.key(key(&claim.account)).arg(name(claim.kind)).arg(claim.amount).arg(*kept);
                }
                self.run::<u64>(&call).await.map(drop)
            }
        }
    }

    async fn take(&self, ticket: Ticket, claims: &[Claim], now: SystemTime) -> Result<Vec<u64>, BooksAway> {
        let mut call = self.take.prepare_invoke();
        call.key(format!("{PREFIX}ticket:{ticket}"));
        call.arg(micros(now)).arg(ticket.to_string()).arg(TICKET_KEPT.as_millis() as u64);
        // A second more, for replicas whose clocks differ.
        let until = |time: SystemTime| milliseconds(now, time) + 1000;
        for claim in claims {
            let (extra, lasts) = match claim.kind {
                ClaimKind::Rate { every } => (every, 0),
                ClaimKind::Places { until: end } => (micros(end), until(end)),
                ClaimKind::Sum { resets } => (0, until(resets)),
            };
            call.key(key(&claim.account));
            call.arg(name(claim.kind)).arg(claim.amount).arg(claim.allowed).arg(extra).arg(lasts);
        }
        self.run(&call).await
    }

    /// A name that the server keeps as long as it keeps anything: another one tells that it has lost what it knew.
    async fn epoch(&self) -> Result<String, BooksAway> {
        let mut call = self.epoch.prepare_invoke();
        call.key(format!("{PREFIX}epoch")).arg(Ticket::new().to_string());
        match tokio::time::timeout(PROBE_DEADLINE, self.run(&call)).await {
            Ok(answer) => answer,
            Err(_) => Err(BooksAway("no answer in time".into())),
        }
    }

    async fn run<T: redis::FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, BooksAway> {
        let mut connection = self.connection.clone();
        let answer = tokio::time::timeout(DEADLINE, call.invoke_async(&mut connection)).await;
        let answer = answer.map_err(|_| BooksAway("no answer in time".into()))?;
        answer.map_err(|error| BooksAway(error.to_string()))
    }
}

#[async_trait]
impl Book for RedisBook {
    async fn take(&self, ticket: Ticket, claims: &[Claim], now: SystemTime) -> Result<Taken, BooksAway> {
        let answer = self.server.take(ticket, claims, now).await.inspect_err(|_| {
            // It may have been done all the same: then it is undone.
            self.settle(ticket, claims, &vec![0; claims.len()], now);
        })?;
        match answer.as_slice() {
            [0, states @ ..] if states.len() == claims.len() => Ok(Taken::All(states.to_vec())),
            [number, state] if (1..=claims.len() as u64).contains(number) => {
                Ok(Taken::Refused { claim: *number as usize - 1, state: *state })
            }
            _ => Err(BooksAway("an answer that is none".into())),
        }
    }

    fn settle(&self, ticket: Ticket, claims: &[Claim], kept: &[u64], _now: SystemTime) {
        if !claims.iter().any(|claim| claim.amount > 0 && !matches!(claim.kind, ClaimKind::Rate { .. })) {
            return;
        }
        self.do_later(Step::Settle { ticket, claims: claims.to_vec(), kept: kept.to_vec() });
    }

    fn take_later(&self, ticket: Ticket, claims: &[Claim], now: SystemTime) {
        let claims =
            claims.iter().filter(|claim| claim.amount > 0 && !matches!(claim.kind, ClaimKind::Rate { .. }));
        let claims: Vec<_> = claims.map(|claim| Claim { allowed: UNBOUNDED, ..claim.clone() }).collect();
        if !claims.is_empty() {
            self.do_later(Step::Take { ticket, claims, now });
        }
    }

    async fn reach(&self) -> Result<bool, BooksAway> {
        let epoch = self.server.epoch().await?;
        let mut known = self.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(*known.get_or_insert_with(|| epoch.clone()) == epoch)
    }

    async fn raise(&self, sums: &[KnownSum], now: SystemTime) -> Result<(), BooksAway> {
        for some in sums.chunks(AT_ONCE) {
            let mut call = self.server.raise.prepare_invoke();
            for KnownSum { account, used, resets } in some {
                call.key(key(account)).arg(*used).arg(milliseconds(now, *resets) + 1000);
            }
            self.server.run::<u64>(&call).await?;
        }
        let epoch = self.server.epoch().await?;
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = Some(epoch);
        Ok(())
    }

    async fn renew(
        &self,
        places: &[(Ticket, String)],
        until: SystemTime,
        now: SystemTime,
    ) -> Result<(), BooksAway> {
        for some in places.chunks(AT_ONCE) {
            let mut call = self.server.renew.prepare_invoke();
            call.arg(micros(until)).arg(milliseconds(now, until) + 1000);
            for (ticket, account) in some {
                call.key(format!("{PREFIX}ticket:{ticket}")).key(key(account)).arg(ticket.to_string());
            }
            self.server.run::<u64>(&call).await?;
        }
        Ok(())
    }

    async fn settled(&self) {
        // Its sender is a field of these books, so it outlives the wait.
        let _ = self.waiting.subscribe().wait_for(|waiting| *waiting == 0).await;
    }

    async fn seed(
        &self,
        account: &str,
        used: u64,
        resets: SystemTime,
        now: SystemTime,
    ) -> Result<(), BooksAway> {
        let mut call = redis::cmd("SET");
        call.arg(key(account)).arg(used).arg("NX").arg("PX").arg(milliseconds(now, resets).max(1));
        let mut connection = self.server.connection.clone();
        let answer =
            tokio::time::timeout(DEADLINE, call.query_async::<Option<String>>(&mut connection)).await;
        let answer = answer.map_err(|_| BooksAway("no answer in time".into()))?;
        answer.map(drop).map_err(|error| BooksAway(error.to_string()))
    }
}

fn milliseconds(from: SystemTime, until: SystemTime) -> u64 {
    until.duration_since(from).unwrap_or_default().as_millis() as u64
}

fn key(account: &str) -> String {
    format!("{PREFIX}{account}")
}

fn name(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Rate { .. } => "rate",
        ClaimKind::Places { .. } => "places",
        ClaimKind::Sum { .. } => "sum",
    }
}

impl fmt::Debug for RedisBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisBook").finish_non_exhaustive()
    }
}
