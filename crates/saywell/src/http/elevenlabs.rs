//! ElevenLabs' contract below `/elevenlabs`, so that its clients work with another base URL and a key of ours. What is said
//! is what `POST /tts` says of the same text.
//!
//! Where the two differ: model names that nobody here has mean the server's own choice, settings of a voice other than its
//! speed are passed over, and sound comes at our rate in the formats that state theirs.

mod lists;
mod multi_stream_input;
mod stream_input;
mod timing;

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::stream;
use saywell_audio::Format;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::timing::{Chunk, Timed, Timing};
use super::body::Json;
use super::contract::SoundFile;
use super::error::{ApiError, brief};
use super::fields::{name, number, word};
use super::identity::MaySpeak;
use super::live::{Audible, Made};
use super::models::choose;
use super::query::Search;
use super::silence;
use super::speech::{at_speed, language};
use super::spoken::answered;
use super::spoken::sound;
use crate::app::App;
use crate::flight::Failure;
use crate::identity::Caller;
use crate::order::Order;
use crate::request::SpeechRequest;
use crate::speak::SpokenReply;

/// Speech, for those who may speak.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(convert))
        .routes(routes!(stream_sound))
        .routes(routes!(with_timestamps))
        .routes(routes!(stream_with_timestamps))
        .routes(routes!(stream_input::stream_input))
        .routes(routes!(multi_stream_input::multi_stream_input))
}

/// What there is to choose from.
pub(super) fn lists() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lists::voices))
        .routes(routes!(lists::voice))
        .routes(routes!(lists::voices_in_pages))
        .routes(routes!(lists::models))
}

/// ElevenLabs' speech request. Fields that are not here are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ElevenLabsSpeech)]
pub struct ElevenLabsBody {
    /// What to say.
    #[schema(example = "Hello there. This is read aloud.")]
    text: String,
    /// One of `GET /elevenlabs/v1/models`; any other is taken for the server's own choice, with a note, unless the operator
    /// has it otherwise.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 200)]
    model_id: Option<String>,
    /// Language of the text; found in the text when not given.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 35, example = "en")]
    language_code: Option<String>,
    /// Of these the speed counts.
    #[serde(default)]
    voice_settings: Option<VoiceSettings>,
}

/// How a voice speaks.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ElevenLabsVoiceSettings)]
pub struct VoiceSettings {
    /// Speed, 0.25 to 4.0.
    #[serde(default, deserialize_with = "number")]
    #[schema(minimum = 0.25, maximum = 4.0)]
    speed: Option<f32>,
}

/// What stands in the address.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wished {
    /// `mp3_…` (default), `opus_…` or `wav_…`, which come at 24 kHz as the sound itself says (opus at 48 kHz), or `pcm_24000`.
    #[serde(default)]
    #[param(example = "mp3_44100_128")]
    output_format: Option<String>,
}

/// What is asked for, over whichever call.
struct Ask<'a> {
    voice: &'a str,
    model: Option<&'a str>,
    language: Option<&'a str>,
    output_format: Option<&'a str>,
    speed: Option<f32>,
}

impl Ask<'_> {
    fn into_request(self, app: &App, text: String) -> Result<SpeechRequest, ApiError> {
        let mut request = SpeechRequest {
            voice: name("voice_id", Some(self.voice))?,
            language: language("language_code", self.language)?,
            ..SpeechRequest::new(text)
        };
        output_format(&mut request, self.output_format)?;
        if let Some(model) = name("model_id", self.model)? {
            choose(app, &mut request, &model, "model_id")?;
        }
        at_speed(request, self.speed)
    }
}

/// Reads the format that is asked for. What states its rate in itself plays right at ours, and a note says so.
fn output_format(request: &mut SpeechRequest, wished: Option<&str>) -> Result<(), ApiError> {
    let Some(wished) = wished.map(str::trim).filter(|wished| !wished.is_empty()) else { return Ok(()) };
    let wished = wished.to_ascii_lowercase();
    let (codec, rate) = wished.split_once('_').unwrap_or((&wished, ""));
    let has_rate = rate.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') && !rate.is_empty();
    request.format = match codec {
        "mp3" if has_rate => Format::Mp3,
        "opus" if has_rate => Format::Opus,
        "wav" if has_rate => Format::Wav,
        "pcm" if rate == "24000" => Format::Pcm,
        _ => {
            let message = format!(
                "There is no output format `{}` here; there is mp3_44100_128 and the others of mp3, opus_48000_32 and the others \
                 of opus, wav_24000 and pcm_24000.",
                brief(&wished)
            );
            return Err(ApiError::invalid("output_format", message));
        }
    };
    if matches!(request.format, Format::Mp3 | Format::Wav) && !rate.starts_with("24000") {
        let note = format!("the sound is {} at 24 kHz", request.format);
        request.notes.push(SpeechRequest::note(note));
    }
    Ok(())
}

/// Speaks, and answers with what `answer` makes of it; a short silence, which `silent` makes, where there is nothing to say.
async fn speak(
    app: &App,
    caller: Caller,
    voice: &str,
    wished: &Wished,
    body: ElevenLabsBody,
    answer: impl AsyncFnOnce(SpokenReply, &str) -> Result<Response, ApiError>,
    silent: impl FnOnce(Format) -> Result<Response, ApiError>,
) -> Result<Response, ApiError> {
    let ask = Ask {
        voice,
        model: body.model_id.as_deref(),
        language: body.language_code.as_deref(),
        output_format: wished.output_format.as_deref(),
        speed: body.voice_settings.and_then(|settings| settings.speed),
    };
    let request = ask.into_request(app, body.text)?;
    let heard = async |speech: SpokenReply, order: &Arc<Order>| {
        let characters = HeaderValue::from(speech.characters);
        let answer = answer(speech, &order.request().text).await?;
        Ok(([("character-cost", characters)], answer).into_response())
    };
    answered(app, caller, request, heard, |_, request| silent(request.format)).await
}

/// The sound of a text, as it is made.
#[utoipa::path(
    post, path = "/elevenlabs/v1/text-to-speech/{voice_id}", tag = "elevenlabs", request_body = ElevenLabsBody,
    params(("voice_id" = String, Path, description = "A voice's name, in any case"), Wished),
    responses(
        (status = 200, description = "The sound", body = SoundFile, content_type = "audio/mpeg"),
        (status = 404, description = "`voice_not_found`"),
        (status = 413, description = "`max_character_limit_exceeded`"),
    )
)]
pub async fn convert(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Path(voice): Path<String>,
    Search(wished): Search<Wished>,
    Json(body): Json<ElevenLabsBody>,
) -> Result<Response, ApiError> {
    let begun = Instant::now();
    let heard = async move |speech, _: &str| sound(speech, begun).await;
    speak(&app, caller, &voice, &wished, body, heard, silence::answer).await
}

/// As without `/stream`: the sound comes as it is made in any case.
#[utoipa::path(
    post, path = "/elevenlabs/v1/text-to-speech/{voice_id}/stream", tag = "elevenlabs", request_body = ElevenLabsBody,
    params(("voice_id" = String, Path, description = "A voice's name, in any case"), Wished),
    responses(
        (status = 200, description = "The sound", body = SoundFile, content_type = "audio/mpeg"),
        (status = 404, description = "`voice_not_found`"),
        (status = 413, description = "`max_character_limit_exceeded`"),
    )
)]
pub async fn stream_sound(
    app: State<App>,
    caller: MaySpeak,
    voice: Path<String>,
    wished: Search<Wished>,
    body: Json<ElevenLabsBody>,
) -> Result<Response, ApiError> {
    convert(app, caller, voice, wished, body).await
}

/// The sound of a text once all of it is made, and when each of its characters is heard.
#[utoipa::path(
    post, path = "/elevenlabs/v1/text-to-speech/{voice_id}/with-timestamps", tag = "elevenlabs", request_body = ElevenLabsBody,
    params(("voice_id" = String, Path, description = "A voice's name, in any case"), Wished),
    responses(
        (status = 200, description = "The sound in Base64, and times", body = Object),
        (status = 404, description = "`voice_not_found`"),
        (status = 413, description = "`max_character_limit_exceeded`"),
    )
)]
pub async fn with_timestamps(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Path(voice): Path<String>,
    Search(wished): Search<Wished>,
    Json(body): Json<ElevenLabsBody>,
) -> Result<Response, ApiError> {
    let heard = async |speech: SpokenReply, text: &str| {
        let made = Made::all_made(speech.sound).await?;
        Ok(axum::Json(line(&Chunk::whole(made, text))).into_response())
    };
    speak(&app, caller, &voice, &wished, body, heard, |format| {
        Ok(axum::Json(line(&Chunk::silence(format)?)).into_response())
    })
    .await
}

/// The sound of a text as it is made, and when each of its characters is heard: lines of JSON.
#[utoipa::path(
    post, path = "/elevenlabs/v1/text-to-speech/{voice_id}/stream/with-timestamps", tag = "elevenlabs",
    request_body = ElevenLabsBody,
    params(("voice_id" = String, Path, description = "A voice's name, in any case"), Wished),
    responses(
        (status = 200, description = "Lines of JSON: sound in Base64, and times"),
        (status = 404, description = "`voice_not_found`"),
        (status = 413, description = "`max_character_limit_exceeded`"),
    )
)]
pub async fn stream_with_timestamps(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Path(voice): Path<String>,
    Search(wished): Search<Wished>,
    Json(body): Json<ElevenLabsBody>,
) -> Result<Response, ApiError> {
    let flights = app.speak.flights.clone();
    let heard = async move |speech: SpokenReply, text: &str| {
        let hearing = match Audible::await_sound(speech, &flights).await? {
            Audible::Made(made) => return Ok(lines(&Chunk::whole(made, text))),
            Audible::InTheAir(hearing) => hearing,
        };
        let timed = Timed::new(hearing, text);
        // A failure breaks the transfer off: never lines that look complete.
        let lines = stream::unfold(Some(timed), async |timed| {
            let mut timed = timed?;
            match timed.next().await {
                Ok(Some(chunk)) => Some((Ok::<_, Failure>(format!("{}\n", line(&chunk))), Some(timed))),
                Ok(None) => None,
                Err(failure) => Some((Err(failure), None)),
            }
        });
        Ok((LINES, Body::from_stream(lines)).into_response())
    };
    speak(&app, caller, &voice, &wished, body, heard, |format| Ok(lines(&Chunk::silence(format)?))).await
}

const LINES: [(header::HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];

fn lines(chunk: &Chunk) -> Response {
    (LINES, format!("{}\n", line(chunk))).into_response()
}

/// A piece of sound with what is heard in it.
fn line(Chunk { sound, timing }: &Chunk) -> Value {
    json!({
        "audio_base64": STANDARD.encode(sound),
        "alignment": timing.as_ref().map(|timing| timing::seconds(&timing.characters)),
        "normalized_alignment": timing.as_ref().map(|timing| timing::seconds(&timing.spoken)),
    })
}

impl Chunk {
    /// All of a reply.
    fn whole(Made { sound, captions }: Made, text: &str) -> Self {
        Self { sound, timing: Some(Timing::whole(&captions, text)) }
    }

    /// What stands for a text with nothing to say.
    fn silence(format: Format) -> Result<Self, ApiError> {
        Ok(Self { sound: silence::sound(format)?.into(), timing: Some(Timing::default()) })
    }
}
