//! OpenAI's contract, so that its clients, and every application built on them, work unchanged.
//!
//! Where the two differ: texts of more than 4,096 characters are welcome, Markdown is read as a person would,
//! `instructions` are accepted and not followed by voices that take none, and fields that we do not know are
//! passed over, since compatible servers add their own.

use std::time::Instant;

use axum::Json as JsonAnswer;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::body::Json;
use super::contract::SoundFile;
use super::error::{ApiError, ErrorCode, brief};
use super::fields::{name, number, word};
use super::headers;
use super::identity::MaySpeak;
use super::models::{choose, model_names};
use super::silence;
use super::speech::{at_speed, format};
use super::spoken::answered;
use super::spoken::{noted, pieces, sound, value};
use super::voices::{OfferedVoice, offered};
use crate::app::App;
use crate::request::SpeechRequest;
use crate::speak::{Sound, SpokenReply};
use crate::voices::OPENAI_VOICES;

/// OpenAI's speech request.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiSpeech)]
pub struct OpenAiBody {
    /// One of `GET /v1/models`, in any case. Any other is taken for the server's own choice, with a note, unless the operator
    /// has it otherwise.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 200, example = "tts-1")]
    pub model: Option<String>,
    /// What to say.
    #[schema(example = "Hello there. This is read aloud.")]
    pub input: String,
    /// A voice's name, in any case, or `{"id": name}`; the server's default when there is none.
    pub voice: Option<VoiceName>,
    /// How to speak, in words; passed over by voices that take none.
    #[serde(default, deserialize_with = "word")]
    pub instructions: Option<String>,
    /// `mp3` (default), `opus`, `flac`, `wav`, `pcm`; also `webm` and `mp4`. `aac` is answered in mp3, with a note.
    #[serde(default, deserialize_with = "word")]
    #[schema(example = "mp3")]
    pub response_format: Option<String>,
    /// Speed, 0.25 to 4.0.
    #[serde(default, deserialize_with = "number")]
    #[schema(minimum = 0.25, maximum = 4.0)]
    pub speed: Option<f32>,
    /// `audio` (default) or `sse`.
    #[serde(default, deserialize_with = "word")]
    #[schema(example = "audio")]
    pub stream_format: Option<String>,
}

/// A voice by name, or by id.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiVoiceName)]
#[serde(untagged, expecting = "a voice is a string, or an object with an `id`")]
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
    post, path = "/v1/audio/speech", tag = "openai", request_body = OpenAiBody,
    responses(
        (status = 200, description = "The sound, or its events", content(
            (SoundFile = "audio/mpeg"), (String = "text/event-stream")
        )),
        (status = 400, description = ""),
        (status = 401, description = ""),
        (status = 403, description = ""),
        (status = 413, description = ""),
        (status = 429, description = ""),
        (status = 503, description = ""),
    )
)]
pub async fn speech(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Json(ask): Json<OpenAiBody>,
) -> Result<Response, ApiError> {
    let begun = Instant::now();
    let events = match ask.stream_format.as_deref() {
        None | Some("audio") => false,
        Some("sse") => true,
        Some(other) => {
            let message = format!("`stream_format` is `{}`; it may be audio or sse.", brief(other));
            return Err(ApiError::invalid("stream_format", message));
        }
    };
    let voice = ask.voice.as_ref().map(VoiceName::name).filter(|name| !name.trim().is_empty());
    let model = name("model", ask.model.as_deref())?;
    let asked_format = ask.response_format.as_deref().map(str::trim);
    let is_aac = asked_format.is_some_and(|format| format.eq_ignore_ascii_case("aac"));
    let mut request = SpeechRequest {
        // There is no encoder for AAC (decision 0015): what asks for it plays mp3, and the Content-Type says so.
        format: format(asked_format.filter(|_| !is_aac), "response_format")?,
        voice: name("voice", voice)?,
        instructions: ask.instructions,
        ..SpeechRequest::new(ask.input)
    };
    if is_aac {
        request.notes.push(SpeechRequest::note("there is no aac here: the sound is mp3".to_owned()));
    }
    if let Some(model) = &model {
        choose(&app, &mut request, model, "model")?;
    }
    let request = at_speed(request, ask.speed)?;
    let heard = async |speech: SpokenReply, _: &_| {
        if events { self::events(speech).await } else { sound(speech, begun).await }
    };
    // Applications that cut replies up themselves send such pieces, and stop at an error.
    let silent = |_, request: &SpeechRequest| silence(request, events);
    answered(&app, caller, request, heard, silent).await.map_err(|mut error| {
        // What is `text` elsewhere is `input` here.
        if error.param.as_deref() == Some("text") {
            error.param = Some("input".into());
        } else if error.code == ErrorCode::UnknownProvider {
            error.param = Some("model".into());
        }
        error
    })
}

/// A short silence in the place of a text with nothing to say.
fn silence(request: &SpeechRequest, events: bool) -> Result<Response, ApiError> {
    if !events {
        return silence::answer(request.format);
    }
    let sound = silence::sound(request.format)?;
    let headers = [
        (header::CONTENT_TYPE, EVENTS),
        (header::CACHE_CONTROL, "no-store"),
        (headers::NOTES, silence::NOTE),
    ];
    Ok((headers, format!("{}{}", delta(&sound), done(0))).into_response())
}

const EVENTS: &str = "text/event-stream";

/// A piece of sound as an event.
fn delta(sound: &[u8]) -> String {
    event(&json!({ "type": "speech.audio.delta", "audio": STANDARD.encode(sound) }))
}

/// The last event. OpenAI counts tokens; here a character is the unit, in and out.
fn done(characters: usize) -> String {
    event(&json!({
        "type": "speech.audio.done",
        "usage": { "input_tokens": characters, "output_tokens": 0, "total_tokens": characters },
    }))
}

/// The sound as server-sent events.
async fn events(speech: SpokenReply) -> Result<Response, ApiError> {
    let done = done(speech.characters);
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENTS));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !speech.notes.is_empty() {
        headers.insert(headers::NOTES, value(&noted(&speech.notes)));
    }
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

impl VoiceName {
    /// Its name or id.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Id { id: name } => name,
        }
    }
}

/// A list as OpenAI writes it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiModels)]
pub struct Models {
    object: &'static str,
    data: Vec<Model>,
}

/// A model as OpenAI writes it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiModel)]
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
        (status = 200, description = "The models", body = Models),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn models(State(app): State<App>) -> JsonAnswer<Models> {
    let data = model_names(&app).into_iter().map(Model::new).collect();
    JsonAnswer(Models { object: "list", data })
}

/// One of the models.
#[utoipa::path(
    get, path = "/v1/models/{id}", tag = "openai",
    params(("id" = String, Path, description = "Its name, in any case")),
    responses(
        (status = 200, description = "The model", body = Model),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`not_found`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn model(State(app): State<App>, Path(id): Path<String>) -> Result<JsonAnswer<Model>, ApiError> {
    let known = model_names(&app).into_iter().find(|name| name.eq_ignore_ascii_case(&id));
    known.map(|name| JsonAnswer(Model::new(name))).ok_or_else(|| {
        let message = format!("There is no model `{}`; GET /v1/models lists them.", brief(&id));
        ApiError::new(ErrorCode::NotFound, message).param("model")
    })
}

impl Model {
    fn new(id: String) -> Self {
        Self { id, object: "model", created: 0, owned_by: "saywell" }
    }
}

/// Voices as compatible servers list them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiVoices)]
pub struct Voices {
    voices: Vec<OfferedVoice>,
}

/// The voices: each provider's own, then the operator's names for them and OpenAI's.
#[utoipa::path(
    get, path = "/v1/audio/voices", tag = "openai",
    responses(
        (status = 200, description = "The voices", body = Voices),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn voices(State(app): State<App>) -> JsonAnswer<Voices> {
    let mut voices = offered(&app).await.voices;
    let mapped = app.speak.voices.names().map(|(name, _)| name);
    for name in mapped.chain(OPENAI_VOICES.iter().map(|(name, _)| *name)) {
        if !voices.iter().any(|known| known.id == name)
            && let Some(voice) = offered_voice(&app, name, &voices).await
        {
            voices.push(voice);
        }
    }
    JsonAnswer(Voices { voices })
}

/// The voice that speaks for this name: the first provider's that can.
pub(super) async fn offered_voice(app: &App, name: &str, voices: &[OfferedVoice]) -> Option<OfferedVoice> {
    let chain = app.speak.steered_chain();
    let cast = app.speak.voices.cast(Some(name), None, chain.providers()).await.ok()?;
    let speaker = chain.providers().iter().find_map(|link| cast.get(link.name()))?;
    let of = |voice: &&OfferedVoice| voice.provider == speaker.provider && voice.id == speaker.voice;
    Some(voices.iter().find(of)?.called(name))
}
