//! The exam that every store takes. Panics at the first fault; a test calls it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::float_cmp,
    reason = "an exam fails by panicking, and what is summed up is exact"
)]

pub mod keys;
pub mod levels;
pub mod listening;
pub mod usage;

use super::{
    Access, ApiKeys, AuditEntry, AuditLog, CacheIndex, CallLog, CallRow, ControlStore, Filter, Insights,
    ListeningLog, ProviderTotals, Row, Selection, Spender, Top, UsageLog, VoiceLevels,
};
use crate::key::{Key, KeyKind};
use crate::price::Cost;
use crate::provider::{Call, CallOutcome};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Every exam, on an empty database.
pub async fn every_concern<D>(database: &D)
where
    D: CacheIndex
        + CallLog
        + ControlStore
        + AuditLog
        + Insights
        + ApiKeys
        + ListeningLog
        + UsageLog
        + VoiceLevels,
{
    cache_index(database).await;
    call_log(database).await;
    insights(database).await;
    controls(database).await;
    keys::api_keys(database).await;
    levels::voice_levels(database).await;
    listening::listening_log(database).await;
    usage::usage_log(database).await;
}

/// A row to try with: number `n` of many, all different. Its access, its creation and its expiry
/// are `n` seconds after 1000, 1000 and 5000 seconds of 1970; its size is 100 bytes.
#[must_use]
pub fn row(n: u8) -> Row {
    let mut key = [0xab; 32];
    key[31] = n;
    Row {
        key: Key::from_bytes(key),
        kind: if n.is_multiple_of(2) { KeyKind::Rendition } else { KeyKind::Clip },
        provider: if n < 4 { "local" } else { "elsewhere" }.to_owned(),
        voice: format!("voice '{n}'"),
        format: "mp3".to_owned(),
        path: format!("renditions/ab/{n}.mp3"),
        duration_seconds: 1.25 * f64::from(n),
        size_bytes: 100,
        expires_at: time_at(5000 + u64::from(n)),
        created_at: time_at(1000 + u64::from(n)),
        last_accessed_at: time_at(1000 + u64::from(n)),
    }
}

fn time_at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A call of 10 characters and two seconds, `n` seconds after 1000 seconds of 1970.
fn call(n: u64, provider: &str, cost: Cost) -> CallRow {
    let call = Call {
        id: rand::random(),
        at: time_at(1000 + n),
        provider: provider.to_owned(),
        model: "model '1'".to_owned(),
        voice: "voice \"1\"".to_owned(),
        characters: 10,
        seconds: 2.0,
        first_sound: Some(Duration::from_millis(120)),
        took: Duration::from_millis(800),
        outcome: CallOutcome::Spoken,
        cost,
    };
    CallRow { user: Some("ann".to_owned()), rendition: Some(row(1).key), ..CallRow::nobodys(call) }
}

/// Tries everything that [`CallLog`] promises on an empty log.
pub async fn call_log(log: &dyn CallLog) {
    let dollars = |amount| Cost::Known { amount, currency: "USD".to_owned() };
    let calls = [
        call(1, "cloud", dollars(1.0)),
        call(2, "cloud", dollars(0.25)),
        call(3, "cloud", dollars(0.5)),
        call(3, "cloud", Cost::Unpriced),
        call(3, "home", Cost::Free),
    ];
    log.append(&calls[..2]).await.unwrap();
    log.append(&calls[2..]).await.unwrap();
    log.append(&calls[1..3]).await.unwrap(); // What is there already is not added again.
    log.append(&[]).await.unwrap();

    let totals = |provider: &str, currency: &str, calls: u64, cost, unpriced| ProviderTotals {
        provider: provider.to_owned(),
        currency: currency.to_owned(),
        calls,
        characters: 10 * calls,
        seconds: 2.0 * calls as f64,
        cost,
        unpriced,
    };
    assert_eq!(
        log.provider_totals(time_at(1002)).await.unwrap(),
        [totals("cloud", "", 1, 0.0, 1), totals("cloud", "USD", 2, 0.75, 0), totals("home", "", 1, 0.0, 0)],
    );
    assert!(log.provider_totals(time_at(1004)).await.unwrap().is_empty());
}

/// Tries everything that [`Insights`] promises, on the calls that [`call_log`] leaves and an empty cache.
pub async fn insights(store: &(impl Insights + CallLog + CacheIndex)) {
    let slow = |n: u64, first: Option<u64>| {
        let row = call(1000 + n, "slow", Cost::Free);
        let outcome = if first.is_some() { CallOutcome::Spoken } else { CallOutcome::Failed };
        let call = Call { first_sound: first.map(Duration::from_millis), outcome, ..row.call };
        CallRow { user: None, room: Some(format!("room {}", n % 2)), rendition: None, call, ..row }
    };
    let calls: Vec<_> = (1..=100).map(|n| slow(n, Some(n * 10))).chain([slow(1, None)]).collect();
    store.append(&calls).await.unwrap();

    let series = store.series(time_at(1000), Duration::from_secs(500)).await.unwrap();
    let brief: Vec<_> = series.iter().map(|b| (b.at, b.provider.as_str(), b.calls, b.failed)).collect();
    assert_eq!(
        brief,
        [(1000, "cloud", 1, 0), (1000, "cloud", 3, 0), (1000, "home", 1, 0), (2000, "slow", 101, 1)]
    );
    assert_eq!((series[1].currency.as_str(), series[1].characters), ("USD", 30));
    assert!((series[1].cost - 1.75).abs() < 1e-9 && (series[3].seconds - 202.0).abs() < 1e-9);
    assert!(store.series(time_at(3000), Duration::from_secs(1)).await.unwrap().is_empty());

    let first = store.first_sound(time_at(2000)).await.unwrap();
    let [slow] = &first[..] else { panic!("{first:?}") };
    assert_eq!((slow.provider.as_str(), slow.calls), ("slow", 100), "calls without sound do not count");
    assert_eq!((slow.p50_ms, slow.p95_ms, slow.p99_ms), (500.0, 950.0, 990.0));

    let rooms = store.top(Top::Rooms, time_at(0), 1).await.unwrap();
    assert_eq!((rooms.len(), rooms[0].name.as_str(), rooms[0].calls), (1, "room 1", 51));
    let users = store.top(Top::Users, time_at(0), 10).await.unwrap();
    let brief = |s: &Spender| (s.name.clone(), s.characters, s.cost, s.currency.clone());
    assert_eq!(users.iter().map(brief).collect::<Vec<_>>(), [("ann".into(), 50, Some(1.75), "USD".into())]);

    // What was made for a user: what the calls name, and the clips that were made by them.
    let by_call =
        Row { created_at: time_at(1002), provider: "home".into(), voice: "voice \"1\"".into(), ..row(3) };
    let in_time = Row { created_at: time_at(1004), ..by_call.clone() };
    let others = Row { key: row(5).key, provider: "away".into(), ..in_time.clone() };
    for row in [&row(1), &Row { key: row(7).key, ..by_call }, &in_time, &others] {
        store.put(row).await.unwrap();
    }
    let stored = store.stored(1).await.unwrap();
    assert_eq!((stored[0].provider.as_str(), stored[0].entries, stored[0].bytes), ("home", 2, 200));
    let of_ann = Selection::Matching(Filter { made_for: Some("ann".into()), ..Filter::default() });
    let mut taken: Vec<_> = store.take(&of_ann, 10).await.unwrap().into_iter().map(|r| r.row.key).collect();
    taken.sort_unstable_by_key(ToString::to_string);
    assert_eq!(taken, [row(1).key, row(3).key]);
    store.take(&Selection::Matching(Filter::default()), 10).await.unwrap();
}

/// An entry of `n` seconds after 1000 seconds of 1970.
fn audit_entry(n: u64) -> AuditEntry {
    AuditEntry {
        at: time_at(1000 + n),
        who: format!("user:ann '{n}'"),
        action: "set_enabled".to_owned(),
        details: serde_json::json!({ "enabled": n.is_multiple_of(2), "note": "quoted \"é\"" }),
    }
}

/// Tries everything that [`ControlStore`] and [`AuditLog`] promise, on empty tables.
pub async fn controls(store: &(impl ControlStore + AuditLog)) {
    assert_eq!(store.newer(0).await.unwrap(), None);
    assert!(!store.replace(1, "{}", &audit_entry(1)).await.unwrap(), "there is nothing to replace yet");
    assert!(store.replace(0, "{\"a\": 1}", &audit_entry(2)).await.unwrap());
    assert!(!store.replace(0, "{\"b\": 1}", &audit_entry(3)).await.unwrap(), "another was quicker");
    let first = store.newer(0).await.unwrap().unwrap();
    assert_eq!((first.number, first.document.as_str()), (1, "{\"a\": 1}"));
    assert_eq!(store.newer(1).await.unwrap(), None);
    assert!(store.replace(1, "{\"c\": 1}", &audit_entry(4)).await.unwrap());
    assert!(!store.replace(1, "{\"d\": 1}", &audit_entry(5)).await.unwrap());
    assert_eq!(store.newer(1).await.unwrap().unwrap().number, 2);

    // Of all who change what they saw at the same time, one does.
    let entry = audit_entry(6);
    let tries = (0..8).map(|_| store.replace(2, "{}", &entry));
    let done = futures::future::join_all(tries).await;
    assert_eq!(done.into_iter().filter(|done| *done.as_ref().unwrap()).count(), 1);

    // What was done is in the log, and nothing else.
    let logged = store.entries(None, 100).await.unwrap();
    assert_eq!(
        logged.iter().map(|row| row.entry.clone()).collect::<Vec<_>>(),
        [audit_entry(6), audit_entry(4), audit_entry(2)]
    );
    store.record(&audit_entry(7)).await.unwrap();
    let newest = store.entries(None, 2).await.unwrap();
    assert_eq!(newest.iter().map(|row| &row.entry).collect::<Vec<_>>(), [&audit_entry(7), &audit_entry(6)]);
    let older = store.entries(Some(newest[1].id), 100).await.unwrap();
    assert_eq!(older, logged[1..]);
}

/// Tries everything that [`CacheIndex`] promises on an empty index.
pub async fn cache_index(index: &dyn CacheIndex) {
    finds_what_was_put(index).await;
    replaces_by_key(index).await;
    takes_by_selection(index).await;
    takes_the_least_recently_used(index).await;
    filters(index).await;
    gives_a_row_to_one_taker(index).await;
    counts_accesses(index).await;
    lists_by_prefix(index).await;
}

async fn fill(index: &dyn CacheIndex) {
    clear(index).await;
    for n in 0..8 {
        assert_eq!(index.put(&row(n)).await.unwrap(), None);
    }
}

async fn clear(index: &dyn CacheIndex) {
    take(index, &Selection::Matching(Filter::default())).await;
    assert_eq!(index.totals().await.unwrap().bytes(), 0);
    assert_eq!(index.stored_bytes().await.unwrap(), 0);
}

/// Takes and tells which rows, by their number, in order.
async fn take(index: &dyn CacheIndex, selection: &Selection) -> Vec<u8> {
    numbers(&index.take(selection, 100).await.unwrap())
}

fn numbers(rows: &[super::IndexedRow]) -> Vec<u8> {
    let mut numbers: Vec<u8> = rows.iter().map(|row| row.row.key.as_bytes()[31]).collect();
    numbers.sort_unstable();
    numbers
}

async fn finds_what_was_put(index: &dyn CacheIndex) {
    clear(index).await;
    assert_eq!(index.find(&row(1).key).await.unwrap(), None);
    let precise = Row { expires_at: time_at(5000) + Duration::from_millis(7), ..row(1) };
    index.put(&precise).await.unwrap();
    let found = index.find(&row(1).key).await.unwrap().unwrap();
    assert_eq!(found.row, precise);
    assert_eq!(found.access_count, 0);
    assert_eq!(index.find(&row(2).key).await.unwrap(), None);
}

async fn replaces_by_key(index: &dyn CacheIndex) {
    clear(index).await;
    let old = Row { size_bytes: 40, ..row(1) };
    assert_eq!(index.put(&old).await.unwrap(), None);
    let first = index.find(&old.key).await.unwrap().unwrap();
    assert!(!index.put_if_absent(&row(1)).await.unwrap());
    assert_eq!(index.find(&old.key).await.unwrap().unwrap(), first);
    assert_eq!(index.put(&row(1)).await.unwrap(), Some(first.clone()));
    let second = index.find(&old.key).await.unwrap().unwrap();
    assert_eq!(second.row, row(1));
    assert_ne!(second.id, first.id, "a new version has a new id");
    // Who holds the old version must not remove the new one.
    assert_eq!(take(index, &Selection::Id(first.id)).await, [0_u8; 0]);
    assert_eq!(take(index, &Selection::Id(second.id)).await, [1]);
    assert!(index.put_if_absent(&row(1)).await.unwrap());
    let third = index.find(&old.key).await.unwrap().unwrap();
    assert!(third.id != first.id && third.id != second.id, "an id is never given twice");
    let totals = index.totals().await.unwrap();
    assert_eq!((totals.clips.entries, totals.bytes()), (1, 100));
}

async fn takes_by_selection(index: &dyn CacheIndex) {
    fill(index).await;
    assert_eq!(take(index, &Selection::Key(row(3).key)).await, [3]);
    assert_eq!(take(index, &Selection::Key(row(3).key)).await, [0_u8; 0]);
    assert_eq!(take(index, &Selection::ExpiredAt(time_at(4999))).await, [0_u8; 0]);
    assert_eq!(take(index, &Selection::ExpiredAt(time_at(5001))).await, [0, 1]);
    assert_eq!(index.totals().await.unwrap().bytes(), 500);
    assert_eq!(index.stored_bytes().await.unwrap(), 500);
    let everything = Selection::Matching(Filter::default());
    assert_eq!(index.take(&everything, 2).await.unwrap().len(), 2, "the limit holds");
    assert_eq!(index.take(&everything, 0).await.unwrap().len(), 0);
}

async fn takes_the_least_recently_used(index: &dyn CacheIndex) {
    fill(index).await;
    let free = |bytes| Selection::LeastRecentlyUsed { bytes };
    assert_eq!(take(index, &free(0)).await, [0_u8; 0]);
    assert_eq!(take(index, &free(1)).await, [0]);
    assert_eq!(take(index, &free(200)).await, [1, 2]);
    index.count_accesses(&[Access { key: row(3).key, count: 1, last: time_at(9000) }]).await.unwrap();
    assert_eq!(take(index, &free(201)).await, [4, 5, 6], "an access saves a row");
    assert_eq!(numbers(&index.take(&free(1000), 1).await.unwrap()), [7], "the limit holds");
    assert_eq!(take(index, &free(u64::MAX)).await, [3]);
}

async fn filters(index: &dyn CacheIndex) {
    fill(index).await;
    let matching = |filter| Selection::Matching(filter);
    let voice = Filter { voice: Some("voice '6'".to_owned()), ..Filter::default() };
    assert_eq!(take(index, &matching(voice)).await, [6]);
    let kind = Filter {
        kind: Some(KeyKind::Clip),
        provider: Some("local".to_owned()),
        created_before: Some(time_at(1003)),
        ..Filter::default()
    };
    assert_eq!(take(index, &matching(kind)).await, [1]);
    let provider = Filter { provider: Some("elsewhere".to_owned()), ..Filter::default() };
    assert_eq!(take(index, &matching(provider)).await, [4, 5, 7]);
    assert_eq!(take(index, &matching(Filter::default())).await, [0, 2, 3]);
}

async fn gives_a_row_to_one_taker(index: &dyn CacheIndex) {
    fill(index).await;
    let one = Selection::LeastRecentlyUsed { bytes: 1 };
    let takers = (0..8).map(|_| index.take(&one, 100));
    let taken = futures::future::join_all(takers).await;
    let all: Vec<_> = taken.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(numbers(&all), [0, 1, 2, 3, 4, 5, 6, 7]);
}

async fn counts_accesses(index: &dyn CacheIndex) {
    fill(index).await;
    let access = |n: u8, count, seconds| Access { key: row(n).key, count, last: time_at(seconds) };
    index.count_accesses(&[]).await.unwrap();
    // Row 200 is not there, and that is no error; row 1's time does not go back.
    let some = [access(0, 3, 2000), access(1, 1, 10), access(200, 1, 2000)];
    index.count_accesses(&some).await.unwrap();
    index.count_accesses(&[access(0, 2, 3000)]).await.unwrap();
    let first = index.find(&row(0).key).await.unwrap().unwrap();
    assert_eq!((first.access_count, first.row.last_accessed_at), (5, time_at(3000)));
    let second = index.find(&row(1).key).await.unwrap().unwrap();
    assert_eq!((second.access_count, second.row.last_accessed_at), (1, time_at(1001)));
    let totals = index.totals().await.unwrap();
    assert_eq!((totals.renditions.accesses, totals.clips.accesses), (5, 1));
    assert_eq!((totals.renditions.entries, totals.clips.entries), (4, 4));
    // More than fit in one statement.
    let many = vec![access(2, 1, 4000); 1200];
    index.count_accesses(&many[..1]).await.unwrap();
    let distinct: Vec<Access> = (0..1200_u32)
        .map(|n| {
            let mut key = *row(3).key.as_bytes();
            key[..4].copy_from_slice(&n.to_le_bytes());
            Access { key: Key::from_bytes(key), count: 1, last: time_at(1) }
        })
        .chain([access(3, 7, 4000)])
        .collect();
    index.count_accesses(&distinct).await.unwrap();
    assert_eq!(index.find(&row(3).key).await.unwrap().unwrap().access_count, 7);
}

async fn lists_by_prefix(index: &dyn CacheIndex) {
    fill(index).await;
    let elsewhere = Row { key: Key::from_bytes([0xac; 32]), ..row(0) };
    index.put(&elsewhere).await.unwrap();
    let list = async |kind, prefix| numbers(&index.with_prefix(kind, prefix).await.unwrap());
    assert_eq!(list(KeyKind::Rendition, "ab").await, [0, 2, 4, 6]);
    assert_eq!(list(KeyKind::Clip, "ab").await, [1, 3, 5, 7]);
    assert_eq!(list(KeyKind::Rendition, "ac").await, [0xac]);
    assert_eq!(list(KeyKind::Rendition, "ad").await, [0_u8; 0]);
    assert_eq!(list(KeyKind::Rendition, "").await, [0, 2, 4, 6, 0xac]);
}
