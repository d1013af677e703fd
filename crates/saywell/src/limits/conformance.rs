//! What every kind of books promises: crowds at the edge of every limit get all of it, and nothing beyond.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::float_cmp,
    reason = "an exam fails by panicking, and what is counted is exact"
)]

use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::BoxFuture;
use tokio::sync::Barrier;

use super::{
    Amount, Arc, Caller, Controls, Demand, Duration, LimitScope, Limits, Plans, Refusal, Reservation,
    Settings, Span, What, WithoutRedis,
};
use crate::clock::ManualClock;
use crate::identity::{KeyLimits, Scopes, Via};
use crate::redis_client::Address;
use crate::secret::Secret;
use crate::store;

/// Callers who come at once.
const CROWD: usize = 300;

/// Limits with empty books of their own, and a clock to move by hand.
#[derive(Debug)]
pub struct Bench {
    /// The limits.
    pub limits: Limits,
    /// Their clock.
    pub clock: Arc<ManualClock>,
}

impl Bench {
    /// With these plans, in TOML, and books in the Redis at this address or in the process. The books are told apart by
    /// a name in each exam, so that many can be in one Redis.
    pub async fn open(plans: &str, redis: Option<&str>, without_redis: WithoutRedis) -> Self {
        let table: toml::Table = plans.parse().expect("TOML");
        let of = |key: &str| table.get(key).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        let settings = Settings {
            plans: Plans::new(&of("plans"), of("in_all")).expect("plans"),
            max_flights: 10_000,
            redis: redis.map(|address| Address::parse(address).expect("an address")),
            without_redis,
            ..Settings::default()
        };
        let clock = Arc::new(ManualClock::default());
        let store = store::open(Some("sqlite::memory:"), Path::new("")).await.expect("a store");
        let controls = Controls::open(store.controls, Arc::clone(&clock) as _).await.expect("controls");
        let limits = Limits::open(settings, &signing_key(), controls, Arc::clone(&clock) as _);
        Self { limits, clock }
    }

    /// Admits a caller, and sets an amount aside for them.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn reserve(&self, caller: &Caller, amount: Amount) -> Result<Reservation, Refusal> {
        self.limits.admit(caller, &Demand::default()).await?.reserve(amount).await
    }

    /// What many get who ask for the same amount at once.
    async fn crowd(&self, callers: Vec<Caller>, amount: Amount) -> Vec<Result<Reservation, Refusal>> {
        let (barrier, limits) = (Arc::new(Barrier::new(callers.len())), self.limits.clone());
        let tasks: Vec<_> = callers
            .into_iter()
            .map(|caller| {
                let (barrier, limits) = (Arc::clone(&barrier), limits.clone());
                tokio::spawn(async move {
                    barrier.wait().await;
                    limits.admit(&caller, &Demand::default()).await?.reserve(amount).await
                })
            })
            .collect();
        futures::future::join_all(tasks).await.into_iter().map(|task| task.expect("no panic")).collect()
    }

    async fn left(&self, caller: &Caller, what: What, per: Span) -> f64 {
        self.limits.settled().await;
        let left = self.limits.left(caller).await;
        left.iter().find(|left| left.what == what && left.per == per).expect("a limit").left
    }
}

/// The key under which the exams hide networks.
#[must_use]
pub fn signing_key() -> Secret {
    Secret::new("a key of at least thirty-two letters, to try with")
}

/// A user on the plan `test`.
#[must_use]
pub fn user(name: &str) -> Caller {
    Caller { user: Some(name.into()), room: None, plan: "test".into(), via: Via::Token, address: None }
}

/// This many characters.
#[must_use]
pub fn characters(characters: u64) -> Amount {
    Amount { characters, ..Amount::default() }
}

/// An exam: empty books are opened with the plans that it hands over.
pub type Open<'a> = dyn Fn(&'static str) -> BoxFuture<'a, Bench> + Sync + 'a;

/// Every exam there is.
pub async fn examine(open: &Open<'_>) {
    every_limit_is_kept_by_a_crowd(open).await;
    every_scope_is_counted_together(open).await;
    requests_come_again_one_by_one(open).await;
    what_is_not_used_is_there_again(open).await;
    a_crowd_that_takes_and_gives_back_is_never_above_and_never_below(open).await;
    a_refusal_takes_nothing(open).await;
    days_and_months_begin_again(open).await;
    what_was_used_before_counts(open).await;
}

/// Books that begin in the middle of a day go on from what was used on it.
async fn what_was_used_before_counts(open: &Open<'_>) {
    let bench = open("[plans.test]\ncharacters_per_day = 100\ncharacters_per_month = 200").await;
    for _ in 0..2 {
        bench
            .limits
            .seed(LimitScope::Caller, "user:ann", characters(60), characters(150))
            .await
            .expect("books");
    }
    let ann = user("ann");
    assert_eq!(bench.left(&ann, What::Characters, Span::Day).await, 40.0, "once");
    assert_eq!(bench.left(&ann, What::Characters, Span::Month).await, 50.0);
    assert!(bench.reserve(&ann, characters(41)).await.is_err());
}

/// Nothing but what fits is given, and all that fits, whichever limit it is.
async fn every_limit_is_kept_by_a_crowd(open: &Open<'_>) {
    let amount = Amount { characters: 20, seconds: 1.5, money: 0.002 };
    for (plan, what, fitting) in [
        ("[plans.test]\nrequests_per_minute = 60\nburst = 50", What::Requests, 50),
        ("[plans.test]\nflights = 50", What::Flights, 50),
        ("[plans.test]\ncharacters_per_day = 1019", What::Characters, 50),
        ("[plans.test]\ncharacters_per_month = 1000", What::Characters, 50),
        ("[plans.test]\nseconds_per_day = 75.0", What::Seconds, 50),
        ("[plans.test]\nseconds_per_month = 76.4", What::Seconds, 50),
        ("[plans.test]\nmoney_per_day = 0.1", What::Money, 50),
        ("[plans.test]\nflights = 0", What::Flights, 0),
    ] {
        let bench = open(plan).await;
        let got = bench.crowd(vec![user("ann"); CROWD], amount).await;
        assert_eq!(got.iter().filter(|got| got.is_ok()).count(), fitting, "{plan}");
        for refusal in got.iter().filter_map(|got| got.as_ref().err()) {
            let Refusal::Exceeded(exceeded) = refusal else { panic!("{plan}: {refusal:?}") };
            assert_eq!((exceeded.what, exceeded.of), (what, LimitScope::Caller), "{plan}");
            assert!(exceeded.used <= exceeded.allowed, "{plan}: {exceeded:?}");
        }
        // Somebody else is not concerned.
        assert_eq!(bench.reserve(&user("bob"), amount).await.is_ok(), fitting > 0, "{plan}");
    }
}

/// Users, rooms, keys, sessions, networks, plans, and all of them: each is counted for itself.
async fn every_scope_is_counted_together(open: &Open<'_>) {
    type Callers<'a> = &'a dyn Fn(usize) -> Caller;
    let numbered = |number: usize| user(&format!("user-{number}"));
    let in_room = |number| Caller { room: Some("kitchen".into()), ..numbered(number) };
    let by_key = |number| {
        let limits = KeyLimits { characters_per_day: Some(1000), ..KeyLimits::default() };
        Caller { via: Via::Key { id: "k1".into(), scopes: Scopes::default(), limits }, ..numbered(number) }
    };
    let session = |_| Caller { user: None, via: Via::Session { id: "s1".into() }, ..numbered(0) };
    let address = |number: usize| {
        let address = IpAddr::from([192, 0, 2, (number % 250) as u8]);
        Caller {
            user: None,
            via: Via::Session { id: format!("s-{number}") },
            address: Some(address),
            ..numbered(number)
        }
    };
    let scopes: [(&str, Callers<'_>, LimitScope); 6] = [
        ("[plans.test.room]\ncharacters_per_day = 1000", &in_room, LimitScope::Room),
        ("[plans.test]", &by_key, LimitScope::Key),
        ("[plans.test]\ncharacters_per_day = 1000", &session, LimitScope::Caller),
        ("[plans.test.address]\ncharacters_per_day = 1000", &address, LimitScope::Address),
        ("[plans.test.all]\ncharacters_per_day = 1000", &numbered, LimitScope::Plan),
        ("[plans.test]\n[in_all]\ncharacters_per_day = 1000", &numbered, LimitScope::All),
    ];
    for (plan, caller, scope) in scopes {
        let bench = open(plan).await;
        let got = bench.crowd((0..CROWD).map(caller).collect(), characters(20)).await;
        assert_eq!(got.iter().filter(|got| got.is_ok()).count(), 50, "{scope:?}");
        let refusal = got.iter().find_map(|got| got.as_ref().err()).expect("a refusal");
        assert!(matches!(refusal, Refusal::Exceeded(exceeded) if exceeded.of == scope), "{refusal:?}");
    }
}

/// A bucket fills evenly, and its refusals say when.
async fn requests_come_again_one_by_one(open: &Open<'_>) {
    let bench = open("[plans.test]\nrequests_per_minute = 60\nburst = 5").await;
    let admit = async || bench.limits.admit(&user("ann"), &Demand::default()).await;
    for left in (0..5).rev() {
        let standing = admit().await.expect("a request").standing;
        assert_eq!(standing.policy, "\"requests\";q=60;w=60");
        assert!(standing.limit.starts_with(&format!("\"requests\";r={left};t=")), "{standing:?}");
    }
    let Err(Refusal::Exceeded(exceeded)) = admit().await else { panic!("no refusal") };
    assert_eq!(exceeded.wait, Some(Duration::from_secs(1)));
    assert_eq!(exceeded.standing.limit, "\"requests\";r=0;t=1");
    bench.clock.advance(Duration::from_millis(999));
    assert!(admit().await.is_err());
    bench.clock.advance(Duration::from_millis(1));
    assert!(admit().await.is_ok() && admit().await.is_err());
    bench.clock.advance(Duration::from_hours(1));
    let got = bench.crowd(vec![user("ann"); CROWD], characters(1)).await;
    assert_eq!(
        got.iter().filter(|got| got.is_ok()).count(),
        5,
        "no more than a burst, however long nobody came"
    );
}

/// Callers at the edge lose nothing that they do not use.
async fn what_is_not_used_is_there_again(open: &Open<'_>) {
    let bench = open(
        "[plans.test]\ncharacters_per_day = 1000\nflights = 60\nseconds_per_day = 100\nmoney_per_day = 1",
    )
    .await;
    let ann = user("ann");
    let amount = Amount { characters: 20, seconds: 2.0, money: 0.02 };
    let held: Vec<_> =
        bench.crowd(vec![ann.clone(); 50], amount).await.into_iter().map(Result::unwrap).collect();
    assert!(bench.reserve(&ann, characters(1)).await.is_err());
    assert_eq!(bench.left(&ann, What::Flights, Span::AtOnce).await, 10.0);
    // Half are cancelled, half make a quarter; one costs more money than was thought.
    for (number, reservation) in held.into_iter().enumerate() {
        match number % 2 {
            0 => drop(reservation),
            _ => reservation.settle(Amount { characters: 5, seconds: 9.0, money: 0.03 }),
        }
    }
    assert_eq!(bench.left(&ann, What::Characters, Span::Day).await, 1000.0 - 25.0 * 5.0);
    assert_eq!(
        bench.left(&ann, What::Seconds, Span::Day).await,
        100.0 - 25.0 * 2.0,
        "as the script said at most"
    );
    assert_eq!(bench.left(&ann, What::Money, Span::Day).await, 1.0 - 25.0 * 0.03, "as it was");
    assert_eq!(bench.left(&ann, What::Flights, Span::AtOnce).await, 60.0);
    let got = bench.crowd(vec![ann; CROWD], Amount { seconds: 0.0, money: 0.0, ..characters(25) }).await;
    assert_eq!(got.iter().filter(|got| got.is_ok()).count(), 35, "875 are left, 25 for each");
}

/// Whatever is taken and given back in between, what is held never passes the limit, and in the end all of it is there.
async fn a_crowd_that_takes_and_gives_back_is_never_above_and_never_below(open: &Open<'_>) {
    const ALLOWED: u64 = 2000;
    let bench = open("[plans.test]\ncharacters_per_month = 2000").await;
    let (held, used, served) =
        (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let barrier = Arc::new(Barrier::new(CROWD));
    let tasks: Vec<_> = (0..CROWD as u64)
        .map(|number| {
            let (held, used, served) = (Arc::clone(&held), Arc::clone(&used), Arc::clone(&served));
            let (barrier, limits) = (Arc::clone(&barrier), bench.limits.clone());
            tokio::spawn(async move {
                barrier.wait().await;
                for round in 0..5 {
                    let take = 40 + (number * 7 + round * 13) % 60;
                    let Ok(permit) = limits.admit(&user("ann"), &Demand::default()).await else { continue };
                    let Ok(reservation) = permit.reserve(characters(take)).await else { continue };
                    let now = held.fetch_add(take, Ordering::SeqCst) + take;
                    assert!(now <= ALLOWED, "{now} characters are held");
                    served.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    let spent = u64::from(number % 3 == 0);
                    used.fetch_add(spent, Ordering::SeqCst);
                    // What is spent stays held.
                    held.fetch_sub(take - spent, Ordering::SeqCst);
                    reservation.settle(characters(spent));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no more than is allowed");
    }
    let (used, served) = (used.load(Ordering::SeqCst), served.load(Ordering::SeqCst));
    assert!(served >= ALLOWED / 100, "{served} were served");
    let left = bench.left(&user("ann"), What::Characters, Span::Month).await;
    assert_eq!(left, (ALLOWED - used) as f64);
    let _all = bench.reserve(&user("ann"), characters(ALLOWED - used)).await.expect("all that is left");
    assert!(bench.reserve(&user("ann"), characters(1)).await.is_err());
}

/// Where one of several limits is reached, nothing is taken of the others.
async fn a_refusal_takes_nothing(open: &Open<'_>) {
    let bench = open(
        "[plans.test]\ncharacters_per_month = 500\nflights = 9\n[plans.test.all]\ncharacters_per_day = 100",
    )
    .await;
    let ann = user("ann");
    let refused = bench.crowd(vec![ann.clone(); CROWD], characters(101)).await;
    assert!(refused.iter().all(Result::is_err));
    assert_eq!(bench.left(&ann, What::Characters, Span::Month).await, 500.0);
    assert_eq!(bench.left(&ann, What::Flights, Span::AtOnce).await, 9.0);
    let Some(Err(Refusal::Exceeded(exceeded))) = refused.into_iter().next() else { panic!("no refusal") };
    assert_eq!((exceeded.of, exceeded.wait), (LimitScope::Plan, None), "waiting does not help");
}

/// What was taken yesterday is no business of today's, and neither is what is given back of it.
async fn days_and_months_begin_again(open: &Open<'_>) {
    let bench = open("[plans.test]\ncharacters_per_day = 100\ncharacters_per_month = 150").await;
    let ann = user("ann");
    let Ok(held) = bench.reserve(&ann, characters(100)).await else { panic!("refused") };
    let Err(Refusal::Exceeded(exceeded)) = bench.reserve(&ann, characters(1)).await else {
        panic!("no refusal")
    };
    assert_eq!((exceeded.per, exceeded.wait), (Span::Day, Some(Duration::from_hours(24))));
    bench.clock.advance(Duration::from_hours(24));
    let Ok(today) = bench.reserve(&ann, characters(50)).await else { panic!("refused") };
    today.settle(characters(50));
    let Err(Refusal::Exceeded(exceeded)) = bench.reserve(&ann, characters(1)).await else {
        panic!("no refusal")
    };
    assert_eq!(exceeded.per, Span::Month);
    drop(held);
    assert_eq!(bench.left(&ann, What::Characters, Span::Day).await, 50.0);
    assert_eq!(bench.left(&ann, What::Characters, Span::Month).await, 100.0);
    bench.clock.advance(Duration::from_hours(24 * 30));
    assert_eq!(bench.left(&ann, What::Characters, Span::Month).await, 150.0);
}
