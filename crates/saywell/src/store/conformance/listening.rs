//! What every log of listening has to do.

use super::time_at;
use crate::store::{Days, Figure, ListenedBy, ListeningLine, ListeningLog, Moment, UsageLog};

fn figure(day: i64, room: &str, voice: &str, moment: Moment, seconds: f64) -> Figure {
    Figure {
        day,
        room: room.to_owned(),
        provider: "cloud".to_owned(),
        voice: voice.to_owned(),
        moment,
        seconds,
    }
}

/// Tries everything that [`ListeningLog`] promises, on an empty table.
pub async fn listening_log(store: &(impl ListeningLog + UsageLog)) {
    let told = [
        figure(10, "room '1'", "\"ann\"", Moment::Started, 0.0),
        figure(10, "room '1'", "\"ann\"", Moment::Quarter(1), 0.0),
        figure(10, "room '1'", "\"ann\"", Moment::Quarter(4), 0.0),
        figure(10, "room '1'", "\"ann\"", Moment::Finished, 8.5),
        figure(11, "", "\"ann\"", Moment::Started, 0.0),
        figure(11, "", "\"ann\"", Moment::Stopped(40), 2.0),
        figure(11, "", "\"ann\"", Moment::Started, 0.0),
        figure(11, "", "\"ann\"", Moment::Stopped(40), 2.5),
        figure(11, "", "\"ann\"", Moment::Stopped(85), 6.0),
        figure(11, "", "bob", Moment::Started, 0.0),
        figure(11, "", "bob", Moment::Failed(5), 0.5),
    ];
    for one in &told {
        store.count_figure(one).await.unwrap();
    }
    let days = |first, last| Days { first, last };
    let ann = ListeningLine {
        name: "\"ann\"".to_owned(),
        provider: "cloud".to_owned(),
        started: 3,
        quarters: vec![1, 0, 0, 1],
        finished: 1,
        stopped: 3,
        failed: 0,
        median_stop: Some(0.4),
        heard_seconds: 19.0,
    };
    let bob = ListeningLine {
        name: "bob".to_owned(),
        started: 1,
        quarters: vec![0; 4],
        finished: 0,
        stopped: 0,
        failed: 1,
        median_stop: None,
        heard_seconds: 0.5,
        ..ann.clone()
    };
    let by_voice = store.listened(ListenedBy::Voice, days(10, 11), 10).await.unwrap();
    assert_eq!(by_voice, [ann.clone(), bob]);
    assert_eq!(store.listened(ListenedBy::Voice, days(10, 11), 1).await.unwrap(), [ann], "the limit holds");
    let rooms = store.listened(ListenedBy::Room, days(0, 20), 10).await.unwrap();
    let brief: Vec<_> =
        rooms.iter().map(|line| (line.name.as_str(), line.provider.as_str(), line.started)).collect();
    assert_eq!(brief, [("", "", 3), ("room '1'", "", 1)]);
    assert!(store.listened(ListenedBy::Room, days(12, 12), 10).await.unwrap().is_empty());

    assert_eq!(store.forget(time_at(0), time_at(11 * 86_400)).await.unwrap(), 4);
    let left = store.listened(ListenedBy::Room, days(0, 20), 10).await.unwrap();
    assert_eq!(left.iter().map(|line| line.started).collect::<Vec<_>>(), [3]);
    store.forget(time_at(0), time_at(100 * 86_400)).await.unwrap();
}
