//! How replies are listened to, as players tell: counted into sums at once, and no more of it than the database can bear.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use metrics::counter;

use crate::clock::Clock;
use crate::store::{Days, Figure, ListeningLog, StoreError};

/// Figures are counted by this much time.
const WINDOW: Duration = Duration::from_mins(1);
/// Most figures of one caller in it. A listening has seven at most, and few listen to more than one reply in ten seconds.
const MOST_OF_ONE: u32 = 60;
/// Most figures of all callers in it, so that also those who are somebody else each time leave the database alone.
const MOST_OF_ALL: u32 = 6_000;
/// Most combinations of room, provider and voice on one day; what is told of others has no room and no voice.
const MOST_LINES: usize = 2_000;

/// Counts figures. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Listening {
    log: Arc<dyn ListeningLog>,
    clock: Arc<dyn Clock>,
    counted: Arc<Mutex<Counted>>,
}

/// Why a figure was not counted.
#[derive(Debug, thiserror::Error)]
pub enum Untold {
    /// The caller, or all of them, told too much.
    #[error("too many figures were told")]
    TooMany {
        /// When to come back.
        wait: Duration,
    },
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was told of late.
#[derive(Debug)]
struct Counted {
    /// When the present minute began.
    since: SystemTime,
    all: u32,
    callers: HashMap<String, u32>,
    day: i64,
    lines: HashSet<(String, String, String)>,
}

impl Listening {
    /// Counts into this log.
    #[must_use]
    pub fn new(log: Arc<dyn ListeningLog>, clock: Arc<dyn Clock>) -> Self {
        let counted = Counted {
            since: SystemTime::UNIX_EPOCH,
            all: 0,
            callers: HashMap::new(),
            day: 0,
            lines: HashSet::new(),
        };
        Self { log, clock, counted: Arc::new(Mutex::new(counted)) }
    }

    /// Counts what the player of a caller, such as `user:ann`, tells, today.
    ///
    /// # Errors
    /// [`Untold`]; nothing is counted then.
    pub async fn tell(&self, caller: &str, figure: Figure) -> Result<(), Untold> {
        let now = self.clock.now();
        let figure = Figure { day: Days::until(now, 1).last, ..figure };
        let figure = {
            let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            counted.admit(caller, now)?;
            counted.in_bounds(figure)
        };
        self.log.count_figure(&figure).await?;
        counter!("saywell_listening_total", "what" => figure.moment.name()).increment(1);
        Ok(())
    }
}

impl Counted {
    /// Counts a figure of this caller, if there is room for it in this minute.
    fn admit(&mut self, caller: &str, now: SystemTime) -> Result<(), Untold> {
        // A clock that was put back begins a new minute.
        let passed = now.duration_since(self.since).unwrap_or(WINDOW);
        if passed >= WINDOW {
            (self.since, self.all) = (now, 0);
            self.callers.clear();
        }
        let own = self.callers.get(caller).copied().unwrap_or_default();
        if own >= MOST_OF_ONE || self.all >= MOST_OF_ALL {
            let wait = WINDOW.saturating_sub(passed).max(Duration::from_secs(1));
            return Err(Untold::TooMany { wait });
        }
        self.all += 1;
        self.callers.insert(caller.to_owned(), own + 1);
        Ok(())
    }

    /// This figure, without its room and its voice where the day has enough of them.
    fn in_bounds(&mut self, figure: Figure) -> Figure {
        if figure.day != self.day {
            self.day = figure.day;
            self.lines.clear();
        }
        let line = (figure.room.clone(), figure.provider.clone(), figure.voice.clone());
        if self.lines.contains(&line) {
            return figure;
        }
        if self.lines.len() >= MOST_LINES {
            return Figure { room: String::new(), provider: String::new(), voice: String::new(), ..figure };
        }
        self.lines.insert(line);
        figure
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{ListenedBy, Moment};

    fn figure(room: String) -> Figure {
        let moment = Moment::Started;
        Figure { day: 0, room, provider: "local".into(), voice: "heart".into(), moment, seconds: 0.0 }
    }

    #[tokio::test]
    async fn nobody_fills_the_database() {
        let (store, clock) =
            (Arc::new(SqliteStore::in_memory().await.unwrap()), Arc::new(ManualClock::default()));
        let listening = Listening::new(Arc::clone(&store) as _, Arc::clone(&clock) as _);
        let ann = "user:ann";
        for n in 0..MOST_OF_ONE {
            listening.tell(ann, figure(format!("{n}"))).await.unwrap();
        }
        clock.advance(Duration::from_secs(20));
        let refused = listening.tell(ann, figure(String::new())).await;
        assert!(matches!(refused, Err(Untold::TooMany { wait }) if wait == Duration::from_secs(40)));
        listening.tell("user:bob", figure(String::new())).await.unwrap();
        clock.advance(Duration::from_secs(40));
        listening.tell(ann, figure("more".into())).await.unwrap();

        // Who is somebody else each time: of rooms without number, so many have a line of their own.
        let now = clock.now();
        let day = Days::until(now, 1).last;
        let lines_before = MOST_OF_ONE as usize + 2;
        {
            let mut counted = listening.counted.lock().unwrap();
            let mut is_taken = |n: &u32| counted.admit(&format!("session:{n}"), now).is_ok();
            let taken = (0..2 * MOST_OF_ALL).filter(|n| is_taken(n)).count();
            assert_eq!(taken, MOST_OF_ALL as usize - 1);
            let own =
                |n: &usize| !counted.in_bounds(Figure { day, ..figure(format!("room {n}")) }).room.is_empty();
            assert_eq!((0..MOST_LINES * 2).filter(own).count(), MOST_LINES - lines_before);
        }
        let days = Days { first: 0, last: i64::MAX };
        assert_eq!(store.listened(ListenedBy::Room, days, 1000).await.unwrap().len(), lines_before);
    }
}
