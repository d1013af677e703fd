//! Azure's speech, for applications whose address of it can be set: SSML in, sound out, over REST and over the WebSocket of its
//! SDKs; and the list of voices. What is said is what `POST /tts` says of the same SSML.

mod frame;
mod socket;

use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post};
use saywell_audio::Format;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Ssml;
use super::contract::SoundFile;
use super::error::{ApiError, ErrorCode, brief};
use super::identity::MaySpeak;
use super::silence;
use super::spoken::answered;
use super::spoken::sound;
use super::voices::{OfferedVoice, offered};
use crate::app::App;
use crate::identity::Via;
use crate::request::{Markup, SpeechRequest};
use crate::speak::SpokenReply;

/// Where the format is named.
const FORMAT: &str = "x-microsoft-outputformat";
/// How fast our sound is sampled, in names of formats.
const OUR_RATE: &str = "24khz";

/// Speech, for those who may speak.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(speech))
        .routes(routes!(pass))
        // Its documentation writes the same address in small letters as well.
        .route("/sts/v1.0/issuetoken", post(pass))
        .routes(routes!(socket::turns))
        // Where the SDKs look below a host that they are given.
        .route("/tts/cognitiveservices/websocket/v1", get(socket::turns))
}

/// What there is to choose from.
pub(super) fn lists() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(voices))
}

/// The sound of a text in SSML, as it is made.
#[utoipa::path(
    post, path = "/cognitiveservices/v1", tag = "azure",
    request_body(content = String, content_type = "application/ssml+xml", example = "<speak>Hello there.</speak>"),
    params(("X-Microsoft-OutputFormat" = Option<String>, Header, description = "`audio-…-mp3` (where nothing is said), `ogg-…-opus`, `webm-…-opus`, `riff-24khz-16bit-mono-pcm` or `raw-24khz-16bit-mono-pcm`")),
    responses(
        (status = 200, description = "The sound", body = SoundFile, content_type = "audio/mpeg"),
        (status = 408, description = "The body came too slowly"),
        (status = 413, description = "`text_too_long`"),
    )
)]
pub async fn speech(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    headers: HeaderMap,
    Ssml(ssml): Ssml,
) -> Result<Response, ApiError> {
    let begun = Instant::now();
    let mut request = SpeechRequest { markup: Markup::Ssml, ..SpeechRequest::new(ssml) };
    output_format(&mut request, headers.get(FORMAT).and_then(|value| value.to_str().ok()))?;
    let heard = async |speech: SpokenReply, _: &_| sound(speech, begun).await;
    answered(&app, caller, request, heard, |_, request| silence::answer(request.format)).await
}

/// A pass: what stands for a key for ten minutes, as `Authorization: Bearer …`.
#[utoipa::path(
    post, path = "/sts/v1.0/issueToken", tag = "azure",
    responses(
        (status = 200, description = "The pass", body = String, content_type = "text/plain"),
        (status = 403, description = "`forbidden`: no key was shown, for which it could stand"),
    )
)]
pub async fn pass(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    headers: HeaderMap,
) -> Result<([(header::HeaderName, &'static str); 2], String), ApiError> {
    let pass = match (app.identity.pass(&caller, &headers), &caller.via) {
        (Some(pass), _) => pass,
        // Where nothing has to be shown, neither has a pass.
        (None, Via::Operator | Via::Anybody) => "anybody".to_owned(),
        (None, _) => {
            let why = "A pass stands for an API key: send one as Ocp-Apim-Subscription-Key.";
            return Err(ApiError::new(ErrorCode::Forbidden, why));
        }
    };
    Ok(([(header::CONTENT_TYPE, "text/plain"), (header::CACHE_CONTROL, "no-store")], pass))
}

/// Reads the format that is asked for. What states its rate in itself plays right at ours, and a note says so.
fn output_format(request: &mut SpeechRequest, wished: Option<&str>) -> Result<(), ApiError> {
    let Some(wished) = wished.map(str::trim).filter(|wished| !wished.is_empty()) else { return Ok(()) };
    let name = wished.to_ascii_lowercase();
    let (kind, codec) =
        (name.split('-').next().unwrap_or_default(), name.rsplit('-').next().unwrap_or_default());
    let ours = name.split('-').any(|part| part == OUR_RATE);
    request.format = match (kind, codec) {
        ("audio", "mp3") => Format::Mp3,
        ("ogg", "opus") => Format::Opus,
        ("webm", "opus") => Format::Webm,
        ("riff", "pcm") => Format::Wav,
        ("raw", "pcm") if ours => Format::Pcm,
        _ => {
            let message = format!(
                "There is no output format `{}` here; there is audio-24khz-48kbitrate-mono-mp3 and the others of mp3, \
                 ogg-24khz-16bit-mono-opus, webm-24khz-16bit-mono-opus, riff-24khz-16bit-mono-pcm and raw-24khz-16bit-mono-pcm.",
                brief(wished)
            );
            return Err(ApiError::invalid("X-Microsoft-OutputFormat", message));
        }
    };
    if !ours {
        let note = format!("the sound is {} at 24 kHz", request.format);
        request.notes.push(SpeechRequest::note(note));
    }
    Ok(())
}

/// A voice as Azure lists it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AzureVoice)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "as Azure writes it")]
pub struct Voice {
    name: String,
    display_name: String,
    local_name: String,
    /// What stands in `<voice name="…">`.
    short_name: String,
    gender: String,
    locale: String,
    locale_name: String,
    sample_rate_hertz: &'static str,
    voice_type: &'static str,
    status: &'static str,
}

impl Voice {
    fn new(voice: OfferedVoice) -> Self {
        // A voice of many languages is called so: `mul`, as ISO 639 has it.
        let locale = if voice.language == "*" { "mul".to_owned() } else { voice.language };
        let spoken = saywell_text::language::name(&locale);
        let gender = match voice.gender.as_deref() {
            Some("male") => "Male",
            Some("neutral") => "Neutral",
            _ => "Female",
        };
        Self {
            name: format!("{} ({}, {})", voice.name, voice.provider, locale),
            display_name: voice.name.clone(),
            local_name: voice.name,
            short_name: voice.id,
            gender: gender.to_owned(),
            locale_name: spoken.map_or_else(|| locale.clone(), Into::into),
            locale,
            sample_rate_hertz: "24000",
            voice_type: "Neural",
            status: "GA",
        }
    }
}

/// The voices.
#[utoipa::path(
    get, path = "/cognitiveservices/voices/list", tag = "azure",
    responses(
        (status = 200, description = "The voices", body = Vec<Voice>),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn voices(State(app): State<App>) -> axum::Json<Vec<Voice>> {
    axum::Json(offered(&app).await.voices.into_iter().map(Voice::new).collect())
}
