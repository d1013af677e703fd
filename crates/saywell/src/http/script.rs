//! `POST /tts/script`: what would be said of a reply, without any sound.

use axum::extract::State;
use saywell_text::english;
use saywell_text::{Note, Omission, Utterance, tag};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Json;
use super::error::ApiError;
use super::identity::MaySpeak;
use super::speech::SpeechBody;
use super::spoken::naming_the_field;
use crate::app::App;
use crate::limits::Demand;
use crate::script::Prepared;

/// What would be said of a reply.
#[derive(Debug, Serialize, ToSchema)]
pub struct Script {
    /// What is said, in order.
    #[schema(value_type = Vec<Object>)]
    pub utterances: Vec<ScriptLine>,
    /// What is not said, and why.
    #[schema(value_type = Vec<Object>)]
    pub omissions: Vec<Omission>,
    /// What is asked for and not done, or not quite.
    #[schema(value_type = Vec<Object>)]
    pub notes: Vec<Note>,
    /// The language of most of it, where anything tells.
    pub language: Option<String>,
    /// Characters that are spoken.
    pub characters: usize,
    /// The byte of the text that the next request goes on from, where not all of it is spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continues_at: Option<usize>,
    /// About how long it would be.
    pub estimated_seconds: f64,
}

/// One utterance.
#[derive(Debug, Serialize)]
pub struct ScriptLine {
    /// The utterance.
    #[serde(flatten)]
    pub utterance: Utterance,
    /// Its words, written out for a voice that knows nothing else: where it is English and they differ from the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_out: Option<String>,
    /// Silence after it, seconds.
    pub pause_seconds: f64,
}

impl Script {
    /// The script, as [judged](Prepared::within).
    #[must_use]
    pub fn new(prepared: Prepared) -> Self {
        let Prepared { script, language, continues_at, seconds } = prepared;
        let (characters, seconds) = (script.characters(), seconds.iter().sum::<f64>());
        Self {
            utterances: script.utterances.into_iter().map(ScriptLine::new).collect(),
            omissions: script.omissions,
            notes: script.notes,
            language,
            characters,
            continues_at,
            estimated_seconds: (seconds * 1000.0).round() / 1000.0,
        }
    }
}

impl ScriptLine {
    fn new(utterance: Utterance) -> Self {
        let is_english = utterance.language.as_deref().is_none_or(tag::is_english);
        let written_out = Some(english::written_out(&utterance.text, &utterance.marks))
            .filter(|words| is_english && *words != utterance.text);
        Self { pause_seconds: utterance.pause_seconds(1.0), written_out, utterance }
    }
}

/// What would be said of a reply, without making any of it.
#[utoipa::path(
    post, path = "/tts/script", tag = "speech", request_body = SpeechBody,
    responses(
        (status = 200, description = "What would be said", body = Script),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`tts_disabled`, `forbidden`"),
        (status = 413, description = "`text_too_long`"),
        (status = 429, description = "`rate_limited`"),
        (status = 503, description = "`overloaded`"),
    )
)]
pub async fn script(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Json(ask): Json<SpeechBody>,
) -> Result<axum::Json<Script>, ApiError> {
    let (request, room) = ask.into_request()?;
    let permit = app.limits.admit(&caller.in_room(room), &Demand::default()).await?;
    let prepared =
        app.speak.script(&permit, &request).await.map_err(|error| naming_the_field(error, &request))?;
    Ok(axum::Json(Script::new(prepared)))
}
