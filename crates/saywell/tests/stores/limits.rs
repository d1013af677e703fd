//! Limits in a real Redis: every exam, and what is done while it is away.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::FutureExt;
use saywell::identity::Caller;
use saywell::limits::conformance::{Bench, characters, examine, user};
use saywell::limits::{Demand, Refusal, Span, What, WithoutRedis};

use crate::redis_server::Redis;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn redis_passes_every_exam() {
    let redis = Redis::start().await;
    let databases = AtomicUsize::new(0);
    examine(&|plans| {
        let url = redis.url(databases.fetch_add(1, Ordering::Relaxed));
        async move { Bench::open(plans, Some(&url), WithoutRedis::Refuse).await }.boxed()
    })
    .await;
}

const PLANS: &str = "[plans.test]\ncharacters_per_day = 100";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn replicas_count_together_and_a_restart_forgets_nothing() {
    let mut redis = Redis::start().await;
    let one = Bench::open(PLANS, Some(&redis.url(0)), WithoutRedis::Refuse).await;
    let two = Bench::open(PLANS, Some(&redis.url(0)), WithoutRedis::Refuse).await;
    let ann = user("ann");
    let held = one.reserve(&ann, characters(60)).await.unwrap();
    assert!(two.reserve(&ann, characters(41)).await.is_err());
    redis.stop();
    assert_eq!(two.reserve(&ann, characters(1)).await.unwrap_err(), Refusal::Overloaded);
    // What is given back while it is away waits for it.
    held.settle(characters(10));
    redis.resume().await;
    one.limits.settled().await;
    let third = Bench::open(PLANS, Some(&redis.url(0)), WithoutRedis::Refuse).await;
    let left = third.limits.left(&ann).await;
    assert_eq!((left[0].what, left[0].per, left[0].left), (What::Characters, Span::Day, 90.0));
    // Those who were there before find it again, a moment later.
    let back = async {
        while two.reserve(&ann, characters(90)).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), back).await.expect("it is asked again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn without_redis_each_process_counts_for_itself_if_it_is_to() {
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let bench = Bench::open(PLANS, Some(&format!("redis://127.0.0.1:{nowhere}")), WithoutRedis::Local).await;
    let ann = user("ann");
    let held = bench.reserve(&ann, characters(100)).await.unwrap();
    assert!(matches!(bench.reserve(&ann, characters(1)).await.unwrap_err(), Refusal::Exceeded(_)));
    drop(held);
    assert!(bench.reserve(&ann, characters(100)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn what_one_process_set_aside_another_settles_once_and_a_place_of_one_that_is_gone_is_free_soon() {
    let redis = Redis::start().await;
    let plans = "[plans.test]\ncharacters_per_day = 100\nflights = 1";
    let open = async || Bench::open(plans, Some(&redis.url(0)), WithoutRedis::Refuse).await;
    let (one, two) = (open().await, open().await);
    let ann = user("ann");
    let held = one.reserve(&ann, characters(60)).await.unwrap();
    let told = serde_json::to_string(&held.aside()).unwrap();
    assert!(two.reserve(&ann, characters(1)).await.is_err(), "there is one place");
    // As long as nobody who holds it renews it, and no longer.
    let lasts: i64 =
        redis.ask(redis::cmd("PTTL").arg("{saywell}:limits:flights::caller:user:ann").take()).await;
    assert!((1..=31_000).contains(&lasts), "{lasts}");

    let again = two.limits.admit_again(&ann, &Demand::default()).unwrap();
    again.adopt(serde_json::from_str(&told).unwrap()).settle(characters(25));
    two.limits.settled().await;
    // Whoever thinks that it is theirs still has no say in it.
    held.settle(characters(60));
    one.limits.settled().await;
    let third = open().await;
    assert_eq!(left_of(&third, &ann, What::Characters).await, 75);
    assert!(third.reserve(&ann, characters(75)).await.is_ok(), "its place is free");
}

async fn left_of(bench: &Bench, caller: &Caller, what: What) -> u64 {
    let left = bench.limits.left(caller).await;
    left.iter().find(|left| left.what == what).unwrap().left as u64
}

/// How many of this many callers who come at once get so many characters, and keep them.
async fn served(bench: &Bench, caller: &Caller, callers: usize, each: u64) -> usize {
    let tries = (0..callers).map(|_| bench.reserve(caller, characters(each)));
    let reserved: Vec<_> = futures::future::join_all(tries).await.into_iter().flatten().collect();
    let served = reserved.len();
    for reserved in reserved {
        reserved.settle(characters(each));
    }
    served
}

/// What is left today by the shared books.
async fn left(redis: &Redis, caller: &Caller) -> u64 {
    let fresh = Bench::open(PLAN, Some(&redis.url(0)), WithoutRedis::Refuse).await;
    fresh.limits.left(caller).await[0].left as u64
}

const PLAN: &str = "[plans.test]\ncharacters_per_day = 2000";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_redis_that_is_slow_gives_nobody_a_second_quota() {
    let redis = Redis::start().await;
    let bench = Bench::open(PLAN, Some(&redis.url(0)), WithoutRedis::Local).await;
    let (ann, bob) = (user("ann"), user("bob"));
    assert_eq!(served(&bench, &ann, 60, 50).await, 40);
    assert_eq!(served(&bench, &bob, 10, 50).await, 10);
    redis.pause(900).await;
    let begun = Instant::now();
    assert_eq!(served(&bench, &ann, 60, 50).await, 0, "ann has had all of it");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(served(&bench, &bob, 60, 50).await, 30, "bob has what was left");
    bench.limits.shared_books().unwrap().recovers().await;
    bench.limits.settled().await;
    assert_eq!((left(&redis, &ann).await, left(&redis, &bob).await), (0, 0), "and Redis knows");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn while_redis_is_away_each_goes_on_from_what_it_knew_and_settles_when_it_is_back() {
    for forgetful in [false, true] {
        let mut redis = Redis::start().await;
        let bench = Bench::open(PLAN, Some(&redis.url(0)), WithoutRedis::Local).await;
        let ann = user("ann");
        assert_eq!(served(&bench, &ann, 10, 50).await, 10);
        // What is under way as it goes away is settled once, when it is back.
        let under_way = bench.reserve(&ann, characters(100)).await.unwrap();
        redis.stop();
        let begun = Instant::now();
        for _ in 0..20 {
            assert_eq!(served(&bench, &ann, 1, 25).await, 1);
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "nobody waits for it: {:?}", begun.elapsed());
        under_way.settle(characters(40));
        if forgetful {
            redis.forget();
        }
        redis.resume().await;
        bench.limits.shared_books().unwrap().recovers().await;
        bench.limits.settled().await;
        // 500 before, 40 across, 500 without Redis. Of what a Redis without its data has forgotten, nothing is lost.
        assert_eq!(left(&redis, &ann).await, 960, "forgetful: {forgetful}");
        assert_eq!(served(&bench, &ann, 60, 50).await, 19);
    }
}
