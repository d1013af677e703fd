//! OpenAI's contract, so that its clients, and every application built on them, work unchanged.
//!
//! Where the two differ: texts of more than 4,096 characters are welcome, Markdown is read as a person would,
//! `instructions` are accepted and not followed by voices that take none, and fields that we do not know are
//! passed over, since compatible servers add their own.

use std::time::Instant;

use axum::Json as JsonAnswer;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::body::Json;
use super::error::ApiError;
use super::identity::Speaker;
use super::speech::{format, of, pieces, sound, standing};
use crate::app::App;
use crate::request::SpeechRequest;
use crate::speak::{Sound, Speech};
use crate::voices::OPENAI_VOICES;

/// Model names of OpenAI's that mean "whatever speaks here".
const MODELS: [&str; 4] = ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "saywell"];

/// OpenAI's speech request.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Ask {
    /// One of `GET /v1/models`.
    pub model: String,
    /// What to say.
    pub input: String,
    /// A voice's name, or `{"id": name}`.
    pub voice: VoiceName,
    /// How to speak, in words; passed over by voices that take none.
    pub instructions: Option<String>,
    /// `mp3` (default), `opus`, `flac`, `wav`, `pcm`; also `webm` and `mp4`.
    pub response_format: Option<String>,
    /// Speed, 0.5 to 2.0.
    pub speed: Option<f32>,
    /// `audio` (default) or `sse`.
    pub stream_format: Option<String>,
}

/// A voice by name, or by id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum VoiceName {
    /// Its name.
    Name(String),
    /// Its id.
    Id {
        /// Its id.
        id: String,
    },
}

/// OpenAI's speech call.
#[utoipa::path(
    post, path = "/v1/audio/speech", tag = "openai", request_body = Ask,
    responses(
        (status = 200, description = "The sound, or its events", content(
            (Vec<u8> = "audio/mpeg"), (String = "text/event-stream")
        )),
        (status = 400, description = "`invalid_request`, `unknown_voice`, `unknown_provider`, `language_unsupported`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`tts_disabled`, `forbidden`"),
        (status = 413, description = "`text_too_long`"),
        (status = 429, description = "`rate_limited`"),
        (status = 503, description = "`overloaded`, `providers_exhausted`"),
    )
)]
pub async fn speech(
    State(app): State<App>,
    Speaker(caller): Speaker,
    Json(ask): Json<Ask>,
) -> Result<Response, ApiError> {
    let begun = Instant::now();
    let events = match ask.stream_format.as_deref() {
        None | Some("audio") => false,
        Some("sse") => true,
        Some(other) => {
            let message = format!("`stream_format` is `{other}`; it may be audio or sse.");
            return Err(ApiError::invalid("stream_format", message));
        }
    };
    let provider = provider(&app, &ask.model)?;
    let request = SpeechRequest {
        format: format(ask.response_format.as_deref(), "response_format")?,
        voice: Some(match ask.voice {
            VoiceName::Name(name) | VoiceName::Id { id: name } => name,
        }),
        provider,
        speed: ask.speed.unwrap_or(1.0),
        instructions: ask.instructions,
        ..SpeechRequest::new(ask.input)
    };
    let order = app.orders.open(caller, request).await?;
    let answer = match app.speak.speak(&order).await {
        Err(error) => Err(of(error, order.request())),
        Ok(speech) if events => self::events(speech).await,
        Ok(speech) => sound(speech, begun).await,
    };
    let answer = answer.map_err(|mut error| {
        // What is `text` elsewhere is `input` here.
        if error.param.as_deref() == Some("text") {
            error.param = Some("input".into());
        }
        error
    });
    standing(answer, order.standing())
}

/// The provider that a model name asks for.
fn provider(app: &App, model: &str) -> Result<Option<String>, ApiError> {
    let name = model.strip_suffix("-2025-12-15").unwrap_or(model);
    if MODELS.contains(&name) {
        return Ok(None);
    }
    let known = app.speak.steered_chain().links().iter().any(|link| link.name() == model);
    if known {
        return Ok(Some(model.to_owned()));
    }
    Err(ApiError::invalid("model", format!("There is no model `{model}`; GET /v1/models lists them.")))
}

/// The sound as server-sent events.
async fn events(speech: Speech) -> Result<Response, ApiError> {
    let characters = speech.characters;
    let delta = |sound: &[u8]| {
        let audio = STANDARD.encode(sound);
        event(&json!({ "type": "speech.audio.delta", "audio": audio }))
    };
    let done = event(&json!({
        "type": "speech.audio.done",
        // OpenAI counts tokens; here a character is the unit, in and out.
        "usage": { "input_tokens": characters, "output_tokens": 0, "total_tokens": characters },
    }));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    match speech.sound {
        Sound::Complete(entry) => Ok((headers, format!("{}{done}", delta(&entry.sound))).into_response()),
        Sound::Flight(mut listener) => {
            listener.first_sound().await?;
            let deltas = pieces(listener).map(move |piece| piece.map(|piece| delta(&piece)));
            // The last event belongs to a transfer that did not break off: a failure ends the stream before it.
            let body = deltas.chain(stream::once(async { Ok(done) }));
            Ok((headers, Body::from_stream(until_failure(body))).into_response())
        }
    }
}

/// The items up to and including the first error.
fn until_failure<T, E>(
    items: impl futures::Stream<Item = Result<T, E>>,
) -> impl futures::Stream<Item = Result<T, E>> {
    let mut failed = false;
    items.take_while(move |item| {
        let go_on = !failed;
        failed |= item.is_err();
        std::future::ready(go_on)
    })
}

fn event(data: &serde_json::Value) -> String {
    format!("data: {data}\n\n")
}

/// A list as OpenAI writes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Models {
    object: &'static str,
    data: Vec<Model>,
}

/// A model as OpenAI writes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Model {
    id: String,
    object: &'static str,
    created: u64,
    owned_by: &'static str,
}

/// The models: OpenAI's names, which mean the whole chain, and each provider's name.
#[utoipa::path(
    get, path = "/v1/models", tag = "openai",
    responses(
        (status = 200, body = Models),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn models(State(app): State<App>) -> JsonAnswer<Models> {
    let chain = app.speak.steered_chain();
    let providers = chain.links().iter().map(|link| link.name().to_owned());
    let data = MODELS
        .iter()
        .map(|name| (*name).to_owned())
        .chain(providers)
        .map(|id| Model { id, object: "model", created: 0, owned_by: "saywell" })
        .collect();
    JsonAnswer(Models { object: "list", data })
}

/// Voices as compatible servers list them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Voices {
    voices: Vec<VoiceEntry>,
}

/// A voice as compatible servers list it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoiceEntry {
    id: String,
    name: String,
}

/// The voices: each provider's own, then OpenAI's names.
#[utoipa::path(
    get, path = "/v1/audio/voices", tag = "openai",
    responses(
        (status = 200, body = Voices),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn voices(State(app): State<App>) -> JsonAnswer<Voices> {
    let mut voices = Vec::new();
    for link in app.speak.steered_chain().links() {
        let own = link.voices().await.unwrap_or_default();
        voices.extend(own.iter().map(|voice| VoiceEntry { id: voice.id.clone(), name: voice.name.clone() }));
    }
    voices.extend(
        OPENAI_VOICES.iter().map(|(name, _)| VoiceEntry { id: (*name).into(), name: (*name).into() }),
    );
    JsonAnswer(Voices { voices })
}
