use std::path::Path;

use futures::FutureExt;

use super::conformance::{Bench, characters, examine, signing_key, user};
use super::*;
use crate::clock::ManualClock;
use crate::controls::{Change, GrantUnit, UserOrRoom};
use crate::identity::Via;
use crate::store;
use crate::store::{Asked, Sum};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn books_in_the_process_pass_every_exam() {
    examine(&|plans| async move { Bench::open(plans, None, WithoutRedis::Local).await }.boxed()).await;
}

/// Limits that an operator steers.
async fn steered(changes: &[Change]) -> Limits {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let store = store::open(Some("sqlite::memory:"), Path::new("")).await.unwrap();
    let controls = Controls::open(store.controls, Arc::clone(&clock)).await.unwrap();
    for change in changes {
        controls.change("operator", change).await.unwrap();
    }
    let own = "[test]\ncharacters_per_day = 100\n[small]\ncharacters_per_day = 1\nprefetch = false\nvoices = ['heart']";
    let plans = Plans::new(&own.parse().unwrap(), toml::Table::new()).unwrap();
    Limits::open(Settings { plans, ..Settings::default() }, &signing_key(), controls, clock)
}

async fn reserve(limits: &Limits, caller: &Caller, amount: u64) -> Result<Reservation, Refusal> {
    limits.admit(caller, &Demand::default()).await?.reserve(characters(amount)).await
}

#[tokio::test]
async fn operators_give_plans_grants_and_blocks() {
    let ann = UserOrRoom::User("ann".into());
    let grant = Change::AddGrant {
        subject: ann.clone(),
        unit: GrantUnit::Characters,
        amount: 50.0,
        expires_at: 4_000_000_000,
    };
    let limits = steered(&[
        grant,
        Change::SetPlan { subject: UserOrRoom::User("bob".into()), plan: Some("small".into()) },
        Change::SetBlocked { subject: UserOrRoom::Room("attic".into()), blocked: true },
    ])
    .await;
    assert!(reserve(&limits, &user("ann"), 151).await.is_err());
    assert!(reserve(&limits, &user("ann"), 150).await.is_ok());
    assert!(reserve(&limits, &user("eve"), 101).await.is_err());
    assert!(reserve(&limits, &user("bob"), 2).await.is_err());
    let in_attic = Caller { room: Some("attic".into()), ..user("eve") };
    assert_eq!(reserve(&limits, &in_attic, 1).await.unwrap_err(), Refusal::Blocked);
    let limits = steered(&[Change::SetEnabled { enabled: Some(false) }]).await;
    assert_eq!(reserve(&limits, &user("ann"), 1).await.unwrap_err(), Refusal::Disabled);
}

#[tokio::test]
async fn a_plan_says_what_may_be_asked_for() {
    let limits = steered(&[]).await;
    let small = Caller { plan: "small".into(), ..user("ann") };
    let admit = async |demand: Demand<'static>| limits.admit(&small, &demand).await;
    let refused = |answer: Result<Permit, Refusal>| match answer {
        Err(Refusal::NotAllowed { param, .. }) => param,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(admit(Demand { prefetch: true, ..Demand::default() }).await), "prefetch");
    assert_eq!(refused(admit(Demand { voice: Some("nova"), ..Demand::default() }).await), "voice");
    assert!(admit(Demand { voice: Some("heart"), ..Demand::default() }).await.is_ok());
    let unknown = Caller { plan: "gold".into(), ..user("ann") };
    let refusal = limits.admit(&unknown, &Demand::default()).await.unwrap_err();
    assert_eq!(refusal, Refusal::UnknownPlan("gold".into()));
}

#[tokio::test]
async fn past_capacity_it_is_refused_before_anything_else() {
    let store = store::open(Some("sqlite::memory:"), Path::new("")).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let controls = Controls::open(store.controls, Arc::clone(&clock)).await.unwrap();
    let settings = Settings { max_flights: 2, ..Settings::default() };
    let limits = Limits::open(settings, &signing_key(), controls, clock);
    let operator = Caller::operator(None);
    let admit = async || limits.admit(&operator, &Demand::default()).await;
    let mut permits = Vec::new();
    for _ in 0..2 * PREPARING_PER_FLIGHT {
        permits.push(admit().await.unwrap());
    }
    assert_eq!(admit().await.unwrap_err(), Refusal::Overloaded);
    let mut flights = Vec::new();
    for permit in permits.drain(..2) {
        flights.push(permit.reserve(characters(1)).await.unwrap());
    }
    assert_eq!(permits[0].reserve(characters(1)).await.unwrap_err(), Refusal::Overloaded);
    flights.pop();
    assert!(permits[0].reserve(characters(1)).await.is_ok());
    assert!(admit().await.is_ok());
}

#[tokio::test]
async fn a_network_is_known_again_after_a_restart_and_nobody_can_read_it() {
    let plan = "[plans.test.address]\ncharacters_per_day = 100";
    let usage = store::open(Some("sqlite::memory:"), Path::new("")).await.unwrap().usage;
    let from = |session: &str, address: [u8; 4]| Caller {
        user: None,
        via: Via::Session { id: session.into() },
        address: Some(address.into()),
        ..user("")
    };
    let before = Bench::open(plan, None, WithoutRedis::Local).await;
    let visitor = from("s1", [192, 0, 2, 1]);
    let network = before.limits.admit(&visitor, &Demand::default()).await.unwrap().network();
    assert!(network.as_ref().is_some_and(|network| !network.contains("192")), "{network:?}");
    let asked = Asked {
        network,
        bought: Sum { characters: 60, ..Sum::default() },
        subject: visitor.subject().to_string(),
        plan: visitor.plan.clone(),
        ..Asked::new(before.clock.now())
    };
    usage.add(&[asked]).await.unwrap();

    let after = Bench::open(plan, None, WithoutRedis::Local).await;
    after.limits.seed_from(&*usage).await.unwrap();
    let neighbour = from("s2", [192, 0, 2, 200]);
    assert!(after.reserve(&neighbour, characters(41)).await.is_err());
    assert!(after.reserve(&neighbour, characters(40)).await.is_ok());
    assert!(after.reserve(&from("s3", [192, 0, 3, 1]), characters(100)).await.is_ok());
    assert_eq!(after.limits.admit(&user("ann"), &Demand::default()).await.unwrap().network(), None);
}
