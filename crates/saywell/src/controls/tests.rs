use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::clock::ManualClock;
use crate::store::AuditLog;
use crate::store::sqlite::SqliteStore;

struct World {
    store: Arc<SqliteStore>,
    clock: Arc<ManualClock>,
}

impl World {
    async fn new() -> Self {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        Self { store, clock: Arc::default() }
    }

    /// A replica's view of the one database.
    async fn replica(&self) -> Controls {
        let store = Arc::clone(&self.store) as Arc<dyn ControlStore>;
        Controls::open(store, Arc::clone(&self.clock) as Arc<dyn Clock>).await.unwrap()
    }

    fn seconds(&self, from_now: u64) -> u64 {
        let since = self.clock.now().duration_since(std::time::UNIX_EPOCH).unwrap();
        since.as_secs() + from_now
    }
}

fn ann() -> UserOrRoom {
    UserOrRoom::User("ann".into())
}

#[tokio::test]
async fn a_change_acts_at_once_here_and_outlives_the_process() {
    let world = World::new().await;
    let here = world.replica().await;
    assert_eq!(*here.state(), ControlState::default());
    let after = here.change("operator", &Change::SetEnabled { enabled: Some(false) }).await.unwrap();
    assert_eq!((after.revision, after.enabled), (1, Some(false)));
    assert_eq!(here.state(), after);
    assert_eq!(world.replica().await.state(), after);
}

#[tokio::test]
async fn every_replica_follows_within_a_second() {
    let world = World::new().await;
    let (here, there) = (world.replica().await, world.replica().await);
    let (stop, purges) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
    let follower = tokio::spawn({
        let (there, stop, purges) = (there.clone(), stop.clone(), Arc::clone(&purges));
        async move {
            let count = || {
                purges.fetch_add(1, Ordering::SeqCst);
            };
            there.follow(stop, count).await;
        }
    });
    here.change("operator", &Change::SetEnabled { enabled: Some(false) }).await.unwrap();
    here.change("operator", &Change::Purge { filter: serde_json::json!({}), removed: 3 }).await.unwrap();
    let begun = std::time::Instant::now();
    while purges.load(Ordering::SeqCst) == 0 && begun.elapsed() < Duration::from_secs(5) {
        tokio::task::yield_now().await;
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(there.state().enabled, Some(false));
    assert_eq!(purges.load(Ordering::SeqCst), 1, "once for each purge");
    stop.cancel();
    follower.await.unwrap();
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_made() {
    let world = World::new().await;
    let replicas = [world.replica().await, world.replica().await, world.replica().await];
    let block = |n: usize| {
        let controls = replicas[n % 3].clone();
        async move {
            let subject = UserOrRoom::Room(format!("room {n}"));
            controls.change("operator", &Change::SetBlocked { subject, blocked: true }).await
        }
    };
    for outcome in futures::future::join_all((0..12).map(block)).await {
        outcome.unwrap();
    }
    let state = world.replica().await.state();
    assert_eq!((state.blocked_rooms.len(), state.revision), (12, 12));
    assert_eq!(world.store.entries(None, 100).await.unwrap().len(), 12);
}

#[tokio::test]
async fn what_is_not_right_changes_nothing_and_is_not_logged() {
    let world = World::new().await;
    let controls = world.replica().await;
    let grant = |amount, expires_at| Change::AddGrant {
        subject: ann(),
        unit: GrantUnit::Seconds,
        amount,
        expires_at,
    };
    for (change, at_fault) in [
        (Change::SetBlocked { subject: UserOrRoom::User(String::new()), blocked: true }, "subject"),
        (Change::SetPlan { subject: ann(), plan: Some("a\nb".into()) }, "plan"),
        (Change::SetProvider { provider: "x".repeat(257), enabled: false }, "provider"),
        (grant(0.0, world.seconds(60)), "amount"),
        (grant(f64::NAN, world.seconds(60)), "amount"),
        (grant(1.0, world.seconds(0)), "expires_at"),
        (Change::RemoveGrant { id: "none".into() }, "id"),
    ] {
        match controls.change("operator", &change).await {
            Err(ControlError::Invalid { field, .. }) => assert_eq!(field, at_fault),
            other => panic!("{change:?} gave {other:?}"),
        }
    }
    assert_eq!(*controls.state(), ControlState::default());
    assert!(world.store.entries(None, 100).await.unwrap().is_empty());
}

#[tokio::test]
async fn grants_add_up_and_end() {
    let world = World::new().await;
    let controls = world.replica().await;
    for (amount, seconds) in [(100.0, 60), (50.0, 120)] {
        let (unit, expires_at) = (GrantUnit::Characters, world.seconds(seconds));
        let change = Change::AddGrant { subject: ann(), unit, amount, expires_at };
        controls.change("operator", &change).await.unwrap();
    }
    let granted = |unit| controls.state().granted(&ann(), unit, world.clock.now());
    assert!((granted(GrantUnit::Characters) - 150.0).abs() < 1e-9);
    assert!(granted(GrantUnit::Seconds).abs() < 1e-9);
    world.clock.advance(Duration::from_mins(1));
    assert!((granted(GrantUnit::Characters) - 50.0).abs() < 1e-9);
    let id = controls.state().grants.iter().find(|grant| grant.amount < 60.0).unwrap().id.clone();
    let state = controls.change("operator", &Change::RemoveGrant { id }).await.unwrap();
    assert!(state.grants.is_empty(), "the one that had ended is forgotten as well");
}

#[tokio::test]
async fn a_users_own_plan_comes_before_the_rooms() {
    let world = World::new().await;
    let controls = world.replica().await;
    let give = async |subject, plan: Option<&str>| {
        let plan = plan.map(str::to_owned);
        controls.change("operator", &Change::SetPlan { subject, plan }).await.unwrap()
    };
    give(UserOrRoom::Room("kitchen".into()), Some("trial")).await;
    let state = give(ann(), Some("member")).await;
    assert_eq!(state.plan(Some("ann"), Some("kitchen")), Some("member"));
    assert_eq!(state.plan(Some("bob"), Some("kitchen")), Some("trial"));
    assert_eq!(state.plan(None, None), None);
    let state = give(ann(), None).await;
    assert_eq!(state.plan(Some("ann"), Some("kitchen")), Some("trial"));
}

#[tokio::test]
async fn a_provider_is_off_as_long_as_an_operator_says_so() {
    let controls = World::new().await.replica().await;
    let set = async |enabled| {
        let change = Change::SetProvider { provider: "fake".into(), enabled };
        controls.change("operator", &change).await.unwrap();
        controls.is_off("fake")
    };
    assert!(!controls.is_off("fake"));
    assert!(set(false).await);
    assert!(!controls.is_off("other"));
    assert!(!set(true).await);
}
