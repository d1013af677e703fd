//! `POST /tts/listening`: a player tells how a reply is listened to.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Small;
use super::error::{ApiError, ErrorCode};
use super::fields::{identifier, name, word};
use super::identity::MaySpeak;
use super::speech::Identifier;
use crate::app::App;
use crate::store::{Figure, Moment};
use crate::usage::Untold;
use std::time::Duration;

/// Longest reply that anybody is believed to have listened to, seconds.
const LONGEST: f64 = 86_400.0;
/// Steps that the places where listeners stop are counted in, percent.
const STEP: f64 = 5.0;
/// How long to wait when the database is away.
const DATABASE_BACK: Duration = Duration::from_secs(5);

/// One thing that is told of a listening, as the player's event `saywell:listening` has it. Nothing of it tells who listened,
/// or to what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListeningFigure)]
pub struct FigureBody {
    /// What happened.
    what: What,
    /// Which quarter was heard, 1 to 4, of a `quarter`.
    #[schema(minimum = 1, maximum = 4)]
    quarter: Option<u8>,
    /// Where that was, seconds of the reply.
    #[serde(default)]
    #[schema(minimum = 0)]
    position: f64,
    /// How long the reply is, seconds, as far as is known.
    #[serde(default)]
    #[schema(minimum = 0)]
    duration: f64,
    /// Seconds of it that were heard.
    #[serde(default)]
    #[schema(minimum = 0)]
    heard: f64,
    /// Who spoke: the gateway, or the listener's browser.
    #[serde(default)]
    by: By,
    /// The gateway's provider.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 200, example = "local")]
    provider: Option<String>,
    /// The voice.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 200, example = "heart")]
    voice: Option<String>,
    /// The room; one that a token claims comes before it.
    #[serde(default, deserialize_with = "identifier")]
    #[schema(value_type = Option<Identifier>)]
    room: Option<String>,
    /// The code of what ended it, of `stopped`: it counts as broken off.
    #[serde(default, deserialize_with = "word")]
    failure: Option<String>,
    /// Taken, and not kept: which listening of the page this is of.
    #[serde(default, rename = "listening")]
    #[expect(dead_code, reason = "the player's event has it")]
    number: Option<f64>,
    /// Taken, and not kept: how fast.
    #[serde(default)]
    #[expect(dead_code, reason = "the player's event has it")]
    speed: Option<f64>,
}

/// What happened.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ListeningMoment)]
enum What {
    /// Sound is heard.
    Started,
    /// One of the reply's four quarters has been heard.
    Quarter,
    /// It was heard to its end.
    Finished,
    /// It was left before.
    Stopped,
}

/// Who spoke.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ListeningBy)]
enum By {
    /// The gateway.
    #[default]
    Gateway,
    /// The listener's browser.
    Browser,
}

/// Tells how a reply is listened to, where the server wants to know (`listening` of `/tts/config`). What is told is added to
/// sums by day, room and voice.
#[utoipa::path(
    post, path = "/tts/listening", tag = "speech", request_body = FigureBody,
    responses(
        (status = 204, description = "It is counted"),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`not_found`: the server does not want to know"),
        (status = 413, description = "`text_too_long`: the body is larger than 4 KiB"),
        (status = 429, description = "`rate_limited`: more than a player tells"),
        (status = 503, description = "`overloaded`: the database does not answer"),
    )
)]
pub async fn heard(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Small(told): Small<FigureBody>,
) -> Result<StatusCode, ApiError> {
    if !app.settings.listening {
        let message = "This server does not count how replies are listened to; TTS_LISTENING=true lets it.";
        return Err(ApiError::new(ErrorCode::NotFound, message));
    }
    let (figure, room) = told.into_figure()?;
    let caller = caller.in_room(room);
    let figure = Figure { room: caller.room.clone().unwrap_or_default(), ..figure };
    match app.listening.tell(&caller.subject().to_string(), figure).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(Untold::TooMany { wait }) => {
            Err(ApiError::new(ErrorCode::RateLimited, "Too many figures of listening were told.")
                .retry_after(wait))
        }
        Err(Untold::Store(error)) => {
            tracing::warn!(%error, "a figure of listening was not counted");
            let message = "Figures of listening cannot be counted at the moment.";
            Err(ApiError::new(ErrorCode::Overloaded, message).retry_after(DATABASE_BACK))
        }
    }
}

impl FigureBody {
    /// What is counted of it, but for its day and its room, which come with it as it was named.
    fn into_figure(self) -> Result<(Figure, Option<crate::name::Name>), ApiError> {
        for (field, seconds) in
            [("position", self.position), ("duration", self.duration), ("heard", self.heard)]
        {
            if !(0.0..=LONGEST).contains(&seconds) {
                let message = format!("`{field}` is {seconds}; it may be from 0 to {LONGEST} seconds.");
                return Err(ApiError::invalid(field, message));
            }
        }
        let quarter = self.quarter.filter(|which| (1..=4).contains(which));
        let (moment, seconds) = match (self.what, quarter) {
            (What::Started, _) => (Moment::Started, 0.0),
            (What::Quarter, Some(which)) => (Moment::Quarter(which), 0.0),
            (What::Quarter, None) => {
                return Err(ApiError::invalid("quarter", "`quarter` must be 1 to 4 of a `quarter`."));
            }
            (What::Finished, _) => (Moment::Finished, self.heard),
            (What::Stopped, _) if self.failure.is_some() => (Moment::Failed(self.percent()), self.heard),
            (What::Stopped, _) => (Moment::Stopped(self.percent()), self.heard),
        };
        let provider = match self.by {
            By::Gateway => name("provider", self.provider.as_deref())?.map(String::from).unwrap_or_default(),
            By::Browser => "browser".to_owned(),
        };
        let voice = name("voice", self.voice.as_deref())?.map(String::from).unwrap_or_default();
        let figure = Figure { day: 0, room: String::new(), provider, voice, moment, seconds };
        Ok((figure, name("room", self.room.as_deref())?))
    }

    /// How far the reply was heard, in steps of [`STEP`].
    fn percent(&self) -> u8 {
        let share = if self.duration > 0.0 { (self.position / self.duration).min(1.0) } else { 0.0 };
        ((share * 100.0 / STEP).round() * STEP) as u8
    }
}
