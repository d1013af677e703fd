//! What every log of usage has to do.

use super::time_at;
use crate::clock::from_millis;
use crate::store::{
    Answered, Asked, AskedOutcome, By, CacheOutcome, CallLog, Days, Refusals, Sum, Text, UsageLine, UsageLog,
    Whose,
};
use std::time::{Duration, SystemTime};

/// Hour `h` of day `d` after 1970-01-01, and 7 ms.
fn hour(d: u64, h: u64) -> SystemTime {
    time_at((d * 24 + h) * 3600) + Duration::from_millis(7)
}

/// A request of `user`, for 10 characters and two seconds, which cost a quarter.
fn asked(when: SystemTime, user: &str, message: &str) -> Asked {
    Asked {
        subject: format!("user:{user}"),
        user: Some(user.to_owned()),
        plan: "member".to_owned(),
        message_id: Some(message.to_owned()),
        format: "mp3".into(),
        text: Some(Text::new("Hello.".to_owned())),
        room: Some("room \"1\"".to_owned()),
        provider: Some("cloud".to_owned()),
        voice: Some("voice '1'".to_owned()),
        cache: Some(CacheOutcome::Miss),
        outcome: AskedOutcome::Spoken,
        characters: 10,
        seconds: 2.0,
        first_sound: Some(Duration::from_millis(120)),
        bought: Sum { characters: 10, seconds: 2.0, cost: 0.25, currency: "USD".to_owned(), unpriced: 0 },
        ..Asked::new(when)
    }
}

/// The line of `requests` such requests.
fn line(name: &str, requests: u64) -> UsageLine {
    UsageLine {
        name: name.to_owned(),
        currency: "USD".to_owned(),
        requests,
        characters: 10 * requests,
        seconds: 2.0 * requests as f64,
        sent_characters: 10 * requests,
        made_seconds: 2.0 * requests as f64,
        cost: 0.25 * requests as f64,
        ..UsageLine::default()
    }
}

/// Requests that ended in every way, each another number of times, so that no sum can stand for another; none bought anything.
fn others(when: SystemTime) -> Vec<Asked> {
    let plain = Asked { bought: Sum::default(), first_sound: None, ..asked(when, "ann", "m9") };
    let another = || Asked { id: rand::random(), ..plain.clone() };
    let ended = |outcome, error: &str| Asked {
        outcome,
        error: Some(error.to_owned()),
        cache: None,
        characters: 0,
        seconds: 0.0,
        ..another()
    };
    let mut requests = vec![
        Asked { cache: Some(CacheOutcome::Hit), ..another() },
        Asked { bought: Sum { unpriced: 2, ..Sum::default() }, ..ended(AskedOutcome::Cancelled, "") },
    ];
    requests.extend((0..2).map(|_| ended(AskedOutcome::Refused, "rate_limited")));
    requests.extend((0..3).map(|_| ended(AskedOutcome::Failed, "providers_exhausted")));
    requests.extend((0..3).map(|_| ended(AskedOutcome::Cancelled, "")));
    requests
}

/// Tries everything that [`UsageLog`] promises, on empty tables but for calls of the first days of 1970.
pub async fn usage_log(log: &(impl UsageLog + CallLog)) {
    let all = Days { first: 0, last: 1000 };
    assert_eq!(log.report(By::Day, all, 10).await.unwrap(), []);
    let nobody = Asked { user: None, room: None, ..asked(hour(102, 23), "", "m3") };
    log.add(&[asked(hour(100, 0), "ann", "m1"), asked(hour(100, 23), "bob \0", "m2"), nobody]).await.unwrap();
    let again = asked(hour(101, 5), "ann", "m1");
    log.add(std::slice::from_ref(&again)).await.unwrap();
    log.add(&[again]).await.unwrap(); // What is there already is not added again.
    log.add(&others(hour(101, 6))).await.unwrap();
    log.add(&[]).await.unwrap();

    let free = UsageLine {
        requests: 10,
        cached: 1,
        refused: 2,
        failed: 3,
        cancelled: 4,
        characters: 10,
        seconds: 2.0,
        unpriced: 2,
        ..UsageLine::default()
    };
    let by_day = [
        line("1970-04-11", 2),
        UsageLine { name: "1970-04-12".into(), ..free.clone() },
        line("1970-04-12", 1),
        line("1970-04-13", 1),
    ];
    let by_user = [UsageLine { name: "ann".into(), ..free.clone() }, line("ann", 2), line("", 1)];
    // The same lines however much of it is rolled up, and whoever does it how often.
    for end in [hour(0, 0), hour(101, 0), hour(101, 6), hour(101, 7), hour(200, 0)] {
        let fresh = futures::future::join_all((0..4).map(|_| log.roll_up(end))).await;
        let rolled: u64 = fresh.into_iter().map(Result::unwrap).sum();
        assert_eq!(
            rolled,
            match end {
                end if end == hour(101, 0) => 2,
                end if end == hour(101, 7) => 10,
                end if end == hour(101, 6) => 1,
                end if end == hour(200, 0) => 1,
                _ => 0,
            }
        );
        assert_eq!(log.report(By::Day, all, 10).await.unwrap(), by_day);
        assert_eq!(log.report(By::User, all, 3).await.unwrap()[..], by_user);
        assert_eq!(log.report(By::Day, Days { first: 100, last: 100 }, 10).await.unwrap(), by_day[..1]);
        assert_eq!(log.report(By::Day, Days { first: 102, last: 103 }, 10).await.unwrap(), by_day[3..]);
        assert_eq!(log.report(By::Day, all, 2).await.unwrap(), by_day[..2], "the limit holds");
        answered(log).await;
        for (by, name) in [(By::Plan, "member"), (By::Provider, "cloud"), (By::Voice, "voice '1'")] {
            let expected = [line(name, 4), UsageLine { name: name.into(), ..free.clone() }];
            let mut lines = log.report(by, all, 10).await.unwrap();
            lines.sort_by(|a, b| b.currency.cmp(&a.currency));
            assert_eq!(lines, expected);
        }
    }
    // What comes late is not lost.
    log.add(&[asked(hour(100, 1), "late", "m1")]).await.unwrap();
    assert_eq!(log.roll_up(hour(200, 0)).await.unwrap(), 1);
    assert_eq!(log.report(By::Day, all, 1).await.unwrap(), [line("1970-04-11", 3)]);

    refusals(log).await;
    let messages = log.report(By::Message, all, 10).await.unwrap();
    let brief: Vec<_> = messages.iter().map(|line| (line.name.as_str(), line.requests)).collect();
    assert_eq!(brief, [("m9", 10), ("m1", 3), ("m2", 1), ("m3", 1)]);
    spent(log).await;
    forgets(log).await;
    continued(log).await;
}

/// What a gateway buys that goes on with another's reply is no further request, before it is summed up and after.
async fn continued(log: &impl UsageLog) {
    let begun = Asked { outcome: AskedOutcome::Cancelled, ..asked(hour(90, 1), "zoe", "m1") };
    let rest = Asked {
        id: rand::random(),
        characters: 0,
        continues: true,
        outcome: AskedOutcome::Cancelled,
        ..asked(hour(90, 2), "zoe", "m1")
    };
    let answers = async || {
        let answers = log.answered(hour(90, 0)).await.unwrap();
        answers.iter().map(|answered| answered.requests).sum::<u64>()
    };
    let before = answers().await;
    log.add(&[begun, rest]).await.unwrap();
    let both = UsageLine { requests: 1, characters: 10, cancelled: 1, ..line("1970-04-01", 2) };
    for _ in 0..2 {
        let lines = log.report(By::Day, Days { first: 90, last: 90 }, 10).await.unwrap();
        assert_eq!(lines, std::slice::from_ref(&both));
        assert_eq!(answers().await, before + 1);
        log.roll_up(hour(91, 0)).await.unwrap();
    }
}

/// With the requests of day 101 that ended in every way.
async fn refusals(log: &impl UsageLog) {
    let of = |error: &str, requests| Refusals {
        error: error.to_owned(),
        requests,
        last_at: (101 * 24 + 6) * 3600,
    };
    let all = [of("providers_exhausted", 3), of("rate_limited", 2)];
    assert_eq!(log.refusals(Whose::User("ann"), hour(101, 6)).await.unwrap(), all);
    assert_eq!(log.refusals(Whose::Room("room \"1\""), hour(101, 6)).await.unwrap(), all);
    for whose in [Whose::User("bob"), Whose::User(""), Whose::Room("ann")] {
        assert_eq!(log.refusals(whose, hour(0, 0)).await.unwrap(), [], "{whose:?}");
    }
    assert_eq!(log.refusals(Whose::User("ann"), hour(101, 7)).await.unwrap(), []);
}

/// With three requests of day 100 and 102 and eleven of day 101.
async fn answered(log: &impl UsageLog) {
    let of = |cache: &str, error: &str, first_sound_ms, requests| Answered {
        cache: cache.to_owned(),
        error: error.to_owned(),
        first_sound_ms,
        requests,
    };
    let others = [
        of("", "", None, 4),
        of("", "providers_exhausted", None, 3),
        of("", "rate_limited", None, 2),
        of("hit", "", None, 1),
    ];
    for (since, misses) in [(hour(100, 0), 4), (hour(100, 1), 3), (hour(101, 0), 2), (hour(101, 6), 1)] {
        let mut expected = others.to_vec();
        expected.push(of("miss", "", Some(120), misses));
        expected.sort_by_key(|line| std::cmp::Reverse(line.requests));
        assert_eq!(log.answered(since).await.unwrap(), expected, "since {since:?}");
    }
    assert_eq!(log.answered(hour(101, 7)).await.unwrap(), [of("miss", "", Some(120), 1)]);
    assert_eq!(log.answered(hour(103, 0)).await.unwrap(), []);
}

async fn spent(log: &impl UsageLog) {
    let by_key = |n| Asked { key: Some("k1".to_owned()), ..asked(hour(300, n), "ann", "m1") };
    let session = Asked {
        subject: "session:s1".to_owned(),
        room: None,
        network: Some("n1".to_owned()),
        ..asked(hour(300, 2), "", "")
    };
    log.add(&[by_key(0), by_key(1), session, asked(hour(300, 3), "ann", "m1")]).await.unwrap();
    log.add(&others(hour(300, 3))).await.unwrap();
    let brief = |spent: &crate::store::Spent| {
        let [key, network] = [&spent.key, &spent.network].map(|name| name.as_deref().unwrap_or("-"));
        let name = format!("{}/{key}/{network}", spent.subject);
        (name, spent.room.is_some(), spent.characters, spent.seconds, spent.cost, spent.currency.clone())
    };
    let of = |name: &str, room, characters, seconds, cost| {
        (name.to_owned(), room, characters, seconds, cost, "USD".to_owned())
    };
    let spent = log.spent(hour(300, 0)).await.unwrap();
    assert_eq!(
        spent.iter().map(brief).collect::<Vec<_>>(),
        [
            of("session:s1/-/n1", false, 10, 2.0, 0.25),
            of("user:ann/-/-", true, 10, 2.0, 0.25),
            of("user:ann/k1/-", true, 20, 4.0, 0.5),
        ]
    );
    assert_eq!(log.spent(hour(300, 1)).await.unwrap()[2].characters, 10);
    assert!(log.spent(hour(300, 4)).await.unwrap().is_empty());
}

/// With everything of day 102 and before rolled up, and day 300 not.
async fn forgets(log: &(impl UsageLog + CallLog)) {
    let all = Days { first: 0, last: 1000 };
    let before = log.report(By::Day, all, 10).await.unwrap();
    let calls: u64 = log.provider_totals(from_millis(0)).await.unwrap().iter().map(|of| of.calls).sum();
    let rows = log.forget(hour(101, 0), from_millis(0)).await.unwrap();
    assert_eq!(rows, 3 + 1 + calls, "the requests of day 100, how they were answered, and every call");
    assert_eq!(log.forget(hour(101, 0), from_millis(0)).await.unwrap(), 0);
    assert!(log.provider_totals(from_millis(0)).await.unwrap().is_empty());
    assert_eq!(log.report(By::Day, all, 10).await.unwrap(), before, "sums are kept");
    let messages = log.report(By::Message, Days { first: 100, last: 101 }, 10).await.unwrap();
    assert_eq!(messages.iter().map(|line| line.requests).collect::<Vec<_>>(), [10, 1], "but no messages");
    // What is in no sum yet is not forgotten.
    log.forget(hour(400, 0), hour(102, 0)).await.unwrap();
    let after = log.report(By::Day, all, 10).await.unwrap();
    assert_eq!(after, before[3..], "sums of before day 102 are gone");
    assert_eq!(log.roll_up(hour(400, 0)).await.unwrap(), 14);
    assert_eq!(log.report(By::Day, all, 10).await.unwrap(), before[3..]);
}
