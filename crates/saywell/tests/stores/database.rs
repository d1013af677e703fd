//! The store in a real PostgreSQL: the exam that every store takes, and several gateways on one database.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use saywell::app;
use saywell::cache::{Cache, Entry, EntryFacts};
use saywell::clock::{Clock, ManualClock};
use saywell::config::Settings;
use saywell::key::{Key, KeyKind};
use saywell::store::postgres::PostgresStore;
use saywell::store::{CacheIndex, Filter, Selection, StoreError, conformance, open};
use tempfile::TempDir;

use crate::authority::{Authority, word};
use crate::pooler::Pooler;
use crate::postgres::Postgres;

#[tokio::test]
#[ignore = "needs postgresql; `tools/test.sh stores` runs it"]
async fn postgres_passes_every_exam() {
    let server = Postgres::start();
    let store = PostgresStore::open(&server.url()).await.unwrap();
    conformance::every_concern(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs postgresql; `tools/test.sh stores` runs it"]
async fn many_may_open_a_new_database_at_once_and_share_it() {
    let server = Postgres::start();
    let url = server.url();
    let stores = join_all((0..8).map(|_| PostgresStore::open(&url))).await;
    let stores: Vec<_> = stores.into_iter().map(Result::unwrap).collect();

    // Of all who store the same key, each replaces another's row but for the first.
    let row = conformance::row(1);
    let replaced = join_all(stores.iter().map(|store| store.put(&row))).await;
    assert_eq!(
        replaced.into_iter().filter_map(Result::unwrap).filter(|replaced| replaced.row == row).count(),
        7
    );
    let absent = conformance::row(2);
    let kept = join_all(stores.iter().map(|store| store.put_if_absent(&absent))).await;
    assert_eq!(kept.into_iter().filter(|kept| *kept.as_ref().unwrap()).count(), 1);

    // Accesses counted by all of them in any order are all counted, and nobody waits for ever.
    let accesses: Vec<_> = (0..40).map(|n| access(n % 2 + 1)).collect();
    let counted = join_all(stores.iter().enumerate().map(|(n, store)| {
        let mut accesses = accesses.clone();
        accesses.rotate_left(n);
        async move { store.count_accesses(&accesses).await }
    }));
    counted.await.into_iter().for_each(Result::unwrap);
    for key in [row.key, absent.key] {
        assert_eq!(stores[0].find(&key).await.unwrap().unwrap().access_count, 8 * 20);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs postgresql and pgbouncer; `tools/test.sh stores` runs it"]
async fn a_pooler_that_gives_connections_to_transactions_is_as_good_as_none() {
    let server = Postgres::start();
    let pooler = Pooler::before(&server, 3);
    let url = pooler.url();
    // More gateways than connections, on a new database, all at once.
    let stores = join_all((0..6).map(|_| PostgresStore::open(&url))).await;
    let stores: Vec<_> = stores.into_iter().map(Result::unwrap).collect();
    conformance::every_concern(&stores[0]).await;
    let rows: Vec<_> = (0..60).map(conformance::row).collect();
    let puts = rows.iter().enumerate().map(|(n, row)| stores[n % 6].put(row));
    join_all(puts).await.into_iter().for_each(|put| drop(put.unwrap()));
    let found = rows.iter().enumerate().map(|(n, row)| stores[(n + 1) % 6].find(&row.key));
    for (row, found) in rows.iter().zip(join_all(found).await) {
        assert_eq!(found.unwrap_or_else(|error| panic!("{error}: {}", pooler.said())).unwrap().row, *row);
    }
}

#[tokio::test]
#[ignore = "needs postgresql; `tools/test.sh stores` runs it"]
async fn a_database_shows_a_certificate_of_an_authority_that_is_named() {
    let [authority, stranger] = [Authority::new(), Authority::new()];
    let server = Postgres::encrypted(&authority);
    let url = |host: &str, trusted: &Authority| {
        let url = server.url().replace("127.0.0.1", host);
        format!("{url}?sslmode=verify-full&sslrootcert={}", word(&trusted.file()))
    };
    let store = PostgresStore::open(&url("127.0.0.1", &authority)).await.unwrap();
    let row = conformance::row(1);
    store.put(&row).await.unwrap();
    assert_eq!(store.find(&row.key).await.unwrap().unwrap().row, row);
    // Signed by somebody else, or for another name.
    for url in [url("127.0.0.1", &stranger), url("localhost", &authority)] {
        let refused = PostgresStore::open(&url).await.unwrap_err();
        assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused:?}");
        assert!(format!("{refused:?}").contains("certificate"), "{refused:?}");
    }
    // Where nothing is shown, nothing is sent.
    let open = Postgres::start();
    let wished = format!("{}?sslmode=verify-full&sslrootcert={}", open.url(), word(&authority.file()));
    assert!(PostgresStore::open(&wished).await.is_err());
}

fn access(n: u8) -> saywell::store::Access {
    saywell::store::Access { key: conformance::row(n).key, count: 1, last: UNIX_EPOCH }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs postgresql; `tools/test.sh stores` runs it"]
async fn gateways_never_clean_up_the_same_twice() {
    let server = Postgres::start();
    let stores = [
        PostgresStore::open(&server.url()).await.unwrap(),
        PostgresStore::open(&server.url()).await.unwrap(),
    ];
    let late = UNIX_EPOCH + Duration::from_secs(100_000);
    let selections = [
        Selection::ExpiredAt(late),
        Selection::LeastRecentlyUsed { bytes: 700 },
        Selection::Matching(Filter::default()),
    ];
    for selection in selections {
        for n in 0..100 {
            stores[0].put(&conformance::row(n)).await.unwrap();
        }
        let mut taken = Vec::new();
        // Who finds nothing looks again, as the sweeper does: rows in another's hands are passed over.
        while stores[0].stored_bytes().await.unwrap() > 0 {
            let all = (0..10).map(|n| stores[n % 2].take(&selection, 7));
            taken.extend(join_all(all).await.into_iter().flat_map(Result::unwrap).map(|row| row.id));
        }
        assert_eq!(taken.len(), 100, "{selection:?}");
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), 100, "{selection:?}");
    }
}

/// A gateway's cache over the database at this address, and audio in a folder that others share.
async fn gateway(server: &Postgres, folder: &TempDir, clock: &Arc<ManualClock>) -> Cache {
    let settings = Settings {
        data_dir: folder.path().to_owned(),
        database_url: Some(server.url()),
        cache_ttl: Duration::from_mins(1),
        cache_max_bytes: 1 << 20,
        ..Settings::default()
    };
    let store = app::open_store(&settings).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::clone(clock) as _;
    app::open_cache(&settings, &store, &clock).await.unwrap()
}

fn entry(n: u8) -> (Key, Arc<Entry>) {
    let about = EntryFacts {
        kind: KeyKind::Rendition,
        provider: "local".into(),
        voice: "heart".into(),
        format: "mp3".into(),
        content_type: "audio/mpeg".into(),
        duration_seconds: 1.0,
    };
    (Key::from_bytes([n; 32]), Arc::new(Entry::new(about, vec![n; 100].into(), "{}".into())))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs postgresql; `tools/test.sh stores` runs it"]
async fn what_one_gateway_stored_another_finds_and_they_clean_up_together() {
    let (server, folder) = (Postgres::start(), TempDir::new().unwrap());
    let clock = Arc::new(ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000)));
    let one = gateway(&server, &folder, &clock).await;
    let other = gateway(&server, &folder, &clock).await;
    for n in 0..20 {
        let (key, entry) = entry(n);
        one.put(&key, Arc::clone(&entry)).await.unwrap();
        assert_eq!(other.get(&key, KeyKind::Rendition).await.unwrap().unwrap().sound, entry.sound);
    }
    clock.advance(Duration::from_secs(61));
    let (first, second) = tokio::join!(one.sweep(), other.sweep());
    assert_eq!(first.unwrap().expired + second.unwrap().expired, 20);
    assert_eq!(one.stats().await.unwrap().stored.bytes(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs postgresql; `tools/test.sh stores` runs it"]
async fn a_gateway_goes_on_when_the_database_comes_back() {
    let server = Postgres::start();
    let store = PostgresStore::open(&server.url()).await.unwrap();
    let row = conformance::row(1);
    store.put(&row).await.unwrap();
    server.stop();
    let error = store.find(&row.key).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    server.resume();
    assert!(store.find(&row.key).await.unwrap().is_some());
}

#[tokio::test]
#[ignore = "needs postgresql; `tools/test.sh stores` runs it"]
async fn what_is_wrong_is_told_without_the_password() {
    let (server, folder) = (Postgres::start(), TempDir::new().unwrap());
    let nobody = server.url().replace("saywell@", "nobody:hunter2@");
    let elsewhere = server.url().replace("/postgres", "/nothing").replace("saywell@", "saywell:hunter2@");
    for url in [nobody.as_str(), &elsewhere, "postgres://saywell:hunter2@[::1/saywell"] {
        let error = open(Some(url), folder.path()).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}
