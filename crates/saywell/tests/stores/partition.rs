//! Gateways whose way to Redis is slow, or cut for a while: each listener hears all, and of two makers one is refused.

use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use saywell::config::Settings;
use saywell::providers::fake::Fake;
use saywell::secret::Secret;
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::redis_server::Redis;
use crate::shared::{Gateway, REPLY, hear, makers, post, reference, settings, until};
use crate::wire::Wire;

/// A voice that takes longer for the reply than a lease lasts.
fn slow() -> Fake {
    Fake::named("fake").in_pieces(4, Duration::from_millis(150))
}

fn quick() -> Fake {
    Fake::named("fake").in_pieces(4, Duration::from_millis(10))
}

async fn by(wire: &Wire, fake: Fake) -> Gateway {
    let redis_url = Some(Secret::new(wire.url()));
    Gateway::start(fake, Settings { redis_url, ..settings(None) }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_slow_way_to_redis_changes_nothing_of_what_is_heard() {
    let redis = Redis::start().await;
    let body = json!({ "text": REPLY });
    let whole = reference(quick(), &body).await;
    let wires = [
        Wire::to(redis.port(), Duration::from_millis(40)).await,
        Wire::to(redis.port(), Duration::from_millis(5)).await,
    ];
    let [one, two] = [by(&wires[0], quick()).await, by(&wires[1], quick()).await];
    let (here, there) = tokio::join!(one.speak(&body), two.speak(&body));
    assert!(here.body == whole && there.body == whole && !here.broken && !there.broken);
    assert_eq!(one.calls.count() + two.calls.count(), 4, "made once");
    assert_eq!(makers(&redis).await, [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_maker_that_is_cut_off_goes_on_for_its_own_and_is_refused_when_it_is_back() {
    let (redis, folder) = (Redis::start().await, TempDir::new().unwrap());
    let body = json!({ "text": REPLY });
    let whole = reference(quick(), &body).await;
    let wire = Wire::to(redis.port(), Duration::ZERO).await;
    let shared = |settings| Settings {
        storage_url: Some(format!("file:{}", folder.path().join("audio").display())),
        database_url: Some(database(folder.path())),
        ..settings
    };
    let redis_url = Some(Secret::new(wire.url()));
    let one = Gateway::start(slow(), Settings { redis_url, ..shared(settings(None)) }).await;
    let two = Gateway::start(quick(), shared(settings(Some(&redis)))).await;
    let three = Gateway::start(quick(), shared(settings(Some(&redis)))).await;
    let mut stored = count_puts(folder.path()).await;
    let request = || post().body(Body::from(body.to_string())).unwrap();
    let here = one.answer(request()).await;
    let mut there = two.answer(request()).await.into_body().into_data_stream();
    let third = hear(three.answer(request()).await);
    let mut heard = there.next().await.unwrap().unwrap().to_vec();
    wire.cut();
    let (here, third) = (tokio::spawn(hear(here)), tokio::spawn(third));
    until("another makes it", || two.calls.count() + three.calls.count() > 0).await;
    // Two make it now, and only one of them may tell.
    wire.mend();
    while let Some(piece) = there.next().await {
        heard.extend_from_slice(&piece.unwrap());
    }
    let (here, third) = (here.await.unwrap(), third.await.unwrap());
    assert!(heard == whole && third.body == whole && !third.broken, "nobody elsewhere notices");
    assert!(here.body == whole && !here.broken, "its own listener neither");
    assert_eq!(makers(&redis).await, [2], "one after the other");
    for gateway in [&one, &two, &three] {
        gateway.app.speak.beside.close();
        gateway.app.speak.beside.wait().await;
    }
    let puts = sqlx::query_as::<_, (String, i64)>("SELECT key, count(*) FROM puts GROUP BY key");
    let puts = puts.fetch_all(&mut stored).await.unwrap();
    assert_eq!(puts.len(), 5, "four sentences and the whole: {puts:?}");
    assert!(puts.iter().all(|(_, times)| *times == 1), "each key is stored once: {puts:?}");
}

/// A database for several gateways on this machine.
fn database(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("saywell.db").display())
}

/// Has the database note whatever is stored from now on.
async fn count_puts(folder: &Path) -> SqliteConnection {
    let mut database = SqliteConnection::connect(&database(folder)).await.unwrap();
    for statement in [
        "CREATE TABLE puts (key TEXT)",
        "CREATE TRIGGER put AFTER INSERT ON tts_cache BEGIN INSERT INTO puts VALUES (NEW.key_hash); END",
        "CREATE TRIGGER put_again AFTER UPDATE OF created_at ON tts_cache BEGIN INSERT INTO puts VALUES (NEW.key_hash); END",
    ] {
        sqlx::query(statement).execute(&mut database).await.unwrap();
    }
    database
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_follower_that_is_cut_off_goes_on_by_itself_from_where_it_is() {
    let redis = Redis::start().await;
    let body = json!({ "text": REPLY });
    let whole = reference(quick(), &body).await;
    let wire = Wire::to(redis.port(), Duration::ZERO).await;
    let one = Gateway::start(slow(), settings(Some(&redis))).await;
    let two = by(&wire, quick()).await;
    let request = || post().body(Body::from(body.to_string())).unwrap();
    let here = hear(one.answer(request()).await);
    let mut there = two.answer(request()).await.into_body().into_data_stream();
    let here = tokio::spawn(here);
    let mut heard = there.next().await.unwrap().unwrap().to_vec();
    wire.cut();
    while let Some(piece) = there.next().await {
        heard.extend_from_slice(&piece.unwrap());
    }
    let here = here.await.unwrap();
    assert!(heard == whole && here.body == whole && !here.broken);
    assert!((1..=4).contains(&two.calls.count()), "{:?}", two.calls.texts());
    assert_eq!(makers(&redis).await, [1], "nobody has taken it from its maker");
}
