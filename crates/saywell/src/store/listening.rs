//! How replies were listened to: the table `tts_listening`, which has sums only.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::ToSchema;

use super::rows::Columns;
use super::{Days, StoreError, by_then};

/// The table `tts_listening`: sums by day, room and voice. They are forgotten with the sums of usage.
#[async_trait]
pub trait ListeningLog: Send + Sync + Debug {
    /// Adds one figure to the sums.
    async fn count_figure(&self, figure: &Figure) -> Result<(), StoreError>;

    /// Sums of whole days, at most `limit` lines, those that were started most first.
    async fn listened(
        &self,
        by: ListenedBy,
        days: Days,
        limit: u32,
    ) -> Result<Vec<ListeningLine>, StoreError>;
}

/// One thing that a player tells of one listening.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The day, counted from 1970-01-01 UTC.
    pub day: i64,
    /// The room; empty where none is known, as the others are.
    pub room: String,
    /// Who spoke.
    pub provider: String,
    /// In which voice.
    pub voice: String,
    /// What it was.
    pub moment: Moment,
    /// Seconds of the reply that were heard, told with the end of a listening; else 0.
    pub seconds: f64,
}

/// What can be told of a listening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Sound was heard.
    Started,
    /// One of the reply's quarters was heard, 1 to 4.
    Quarter(u8),
    /// It was heard to its end.
    Finished,
    /// It was left before, at so many percent of the reply.
    Stopped(u8),
    /// It broke off before, at so many percent of the reply.
    Failed(u8),
}

impl Moment {
    /// Its name and its number, as the table has them.
    pub(super) fn columns(self) -> (&'static str, i64) {
        match self {
            Self::Started => ("started", 0),
            Self::Quarter(which) => ("quarter", which.into()),
            Self::Finished => ("finished", 0),
            Self::Stopped(percent) => ("stopped", percent.into()),
            Self::Failed(percent) => ("failed", percent.into()),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.columns().0
    }
}

/// What listening is summed up by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListenedBy {
    /// Who spoke, in which voice.
    #[default]
    Voice,
    /// In which room.
    Room,
}

/// How the replies of one voice, or of one room, were listened to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct ListeningLine {
    /// The voice or the room; empty where it is not known.
    pub name: String,
    /// Who spoke; empty in a report by room. `browser` is the listener's own.
    pub provider: String,
    /// Listenings that began.
    pub started: u64,
    /// Of them, how many heard the first, second, third and last quarter of the reply.
    pub quarters: Vec<u64>,
    /// Of them, how many heard it to its end.
    pub finished: u64,
    /// Of them, how many were left before.
    pub stopped: u64,
    /// Of them, how many broke off before.
    pub failed: u64,
    /// Where half of those that were left had been left, as a share of the reply from 0 to 1, in steps of 0.05; `null` where
    /// none was.
    pub median_stop: Option<f64>,
    /// Seconds that were heard in all.
    pub heard_seconds: f64,
}

/// Adds one figure, in either database.
pub(super) const COUNT: &str =
    "INSERT INTO tts_listening (day, room, provider, voice, what, part, figures, seconds)
     VALUES ($1, $2, $3, $4, $5, $6, 1, $7)
     ON CONFLICT (day, room, provider, voice, what, part) DO UPDATE SET
         figures = tts_listening.figures + 1, seconds = tts_listening.seconds + excluded.seconds";

/// Sums by voice or by room, in either database, of those that were started most.
pub(super) const fn sums(by: ListenedBy) -> &'static str {
    match by {
        ListenedBy::Voice => {
            "SELECT provider, voice AS name, what, part, CAST(sum(figures) AS BIGINT) AS figures, sum(seconds) AS seconds
             FROM tts_listening WHERE day BETWEEN $1 AND $2 AND (provider, voice) IN (
                 SELECT provider, voice FROM tts_listening WHERE day BETWEEN $1 AND $2 GROUP BY provider, voice
                 ORDER BY sum(CASE WHEN what = 'started' THEN figures ELSE 0 END) DESC, provider, voice LIMIT $3)
             GROUP BY provider, voice, what, part"
        }
        ListenedBy::Room => {
            "SELECT '' AS provider, room AS name, what, part, CAST(sum(figures) AS BIGINT) AS figures, sum(seconds) AS seconds
             FROM tts_listening WHERE day BETWEEN $1 AND $2 AND room IN (
                 SELECT room FROM tts_listening WHERE day BETWEEN $1 AND $2 GROUP BY room
                 ORDER BY sum(CASE WHEN what = 'started' THEN figures ELSE 0 END) DESC, room LIMIT $3)
             GROUP BY room, what, part"
        }
    }
}

/// Figures of one kind, of one voice or one room.
pub(super) struct SummedFigures {
    provider: String,
    name: String,
    what: String,
    part: u64,
    figures: u64,
    seconds: f64,
}

impl<R: Columns> FromRow<'_, R> for SummedFigures {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self {
            provider: row.text("provider")?,
            name: row.text("name")?,
            what: row.text("what")?,
            part: row.unsigned("part")?,
            figures: row.unsigned("figures")?,
            seconds: row.real("seconds")?,
        })
    }
}

/// A line for each voice or room, those that were started most first.
pub(super) fn lines(sums: Vec<SummedFigures>) -> Vec<ListeningLine> {
    type Stops = BTreeMap<u64, u64>;
    let mut lines: BTreeMap<(String, String), (ListeningLine, Stops)> = BTreeMap::new();
    for SummedFigures { provider, name, what, part, figures, seconds } in sums {
        let (line, stops) = lines.entry((provider.clone(), name.clone())).or_insert_with(|| {
            let line = ListeningLine { name, provider, quarters: vec![0; 4], ..ListeningLine::default() };
            (line, Stops::new())
        });
        line.heard_seconds += seconds;
        match what.as_str() {
            "started" => line.started += figures,
            "finished" => line.finished += figures,
            "failed" => line.failed += figures,
            "stopped" => {
                line.stopped += figures;
                *stops.entry(part).or_default() += figures;
            }
            _ => {
                let quarter = part.checked_sub(1).and_then(|at| usize::try_from(at).ok());
                if let Some(count) = quarter.and_then(|at| line.quarters.get_mut(at)) {
                    *count += figures;
                }
            }
        }
    }
    let of = |(mut line, stops): (ListeningLine, Stops)| {
        line.median_stop = (line.stopped > 0).then(|| by_then(&stops, 50) as f64 / 100.0);
        line
    };
    let mut lines: Vec<_> = lines.into_values().map(of).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.started));
    lines
}
