//! Google Cloud Text-to-Speech: REST with its endpoints for tokens, and the streaming call of gRPC.
//!
//! Google's official client in Python is run against both.

use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use prost::Message;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Call, Desk, Recorded};
use crate::fault::{Fault, Refusal};
use crate::markup::{self, Piece};
use crate::sound::{SECONDS_A_CHARACTER, pcm, tone};
use crate::stubs::StubKind;

/// REST, with its errors.
pub const KIND: StubKind = StubKind { name: "google", routes, refuse };

/// The same service, whose errors are those of gRPC.
pub const STREAMING: StubKind = StubKind { name: "google-streaming", routes, refuse: refuse_grpc };

fn routes() -> Router<Desk> {
    Router::new()
        .route("/v1/text:synthesize", post(synthesize))
        .route("/v1beta1/text:synthesize", post(synthesize))
        .route("/v1/voices", get(voices))
        .route("/google.cloud.texttospeech.v1.TextToSpeech/StreamingSynthesize", post(stream))
        .route("/token", post(token))
        .route("/computeMetadata/v1/instance/service-accounts/default/token", get(machine))
}

const VOICES: [(&str, &str); 4] = [
    ("en-US-Chirp3-HD-Kore", "FEMALE"),
    ("en-US-Neural2-D", "MALE"),
    ("en-US-Studio-O", "FEMALE"),
    ("de-DE-Wavenet-F", "FEMALE"),
];

/// The most bytes of a text, elements included.
const MAX_BYTES: usize = 5_000;

fn is_known(request: &Recorded) -> bool {
    !request.header("x-goog-api-key").is_empty()
        || request.header("authorization").starts_with("Bearer granted-")
}

fn error(code: u16, status: &str, message: &str) -> Response {
    let body = json!({"error": {"code": code, "message": message, "status": status}});
    (StatusCode::from_u16(code).unwrap_or_default(), Json(body)).into_response()
}

fn unauthenticated() -> Response {
    error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Synthesize {
    input: Input,
    voice: Voice,
    audio_config: AudioConfig,
    #[serde(default)]
    enable_time_pointing: Vec<Value>,
}

#[derive(Deserialize)]
struct Input {
    text: Option<String>,
    ssml: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Voice {
    language_code: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AudioConfig {
    /// A name, or a number as the official clients send.
    audio_encoding: Value,
    #[serde(default)]
    sample_rate_hertz: u32,
    #[serde(default)]
    speaking_rate: f64,
}

/// What is to be said, and the names of the marks in it with the characters before each.
type Said = (String, Vec<(String, usize)>);

/// What is to be said. The error is what is wrong with it.
fn read(input: &Input) -> Result<Said, &'static str> {
    let given = input.text.as_ref().or(input.ssml.as_ref());
    match (given, &input.ssml) {
        (Some(given), _) if given.len() > MAX_BYTES => {
            Err("Either `input.text` or `input.ssml` is longer than the limit of 5000 bytes.")
        }
        (Some(text), None) => Ok((text.clone(), Vec::new())),
        (_, Some(ssml)) => {
            let Some(pieces) = markup::read(ssml) else {
                return Err("Invalid SSML. Newer voices require valid SSML.");
            };
            let (mut before, mut marks) = (0, Vec::new());
            for piece in &pieces {
                match piece {
                    Piece::Text(text, _) => before += text.chars().count(),
                    Piece::Element(name, attributes) if name == "mark" => {
                        let name = attributes.iter().find(|(name, _)| name == "name");
                        marks.extend(name.map(|(_, value)| (value.clone(), before)));
                    }
                    Piece::Element(..) => {}
                }
            }
            Ok((markup::text(&pieces), marks))
        }
        (None, None) => Err("No input was given."),
    }
}

async fn synthesize(call: Call) -> Response {
    let asked = call.request();
    let beta = asked.path.starts_with("/v1beta1/");
    let answer = match asked.json::<Synthesize>() {
        _ if !is_known(asked) => Err(unauthenticated()),
        Err(fault) => Err(error(400, "INVALID_ARGUMENT", &format!("Invalid JSON payload received: {fault}"))),
        Ok(asked) if !asked.enable_time_pointing.is_empty() && !beta => {
            Err(error(400, "INVALID_ARGUMENT", "Unknown name \"enableTimePointing\": Cannot find field."))
        }
        Ok(asked) if !VOICES.iter().any(|(name, _)| *name == asked.voice.name) => {
            Err(error(400, "INVALID_ARGUMENT", &format!("Voice '{}' does not exist.", asked.voice.name)))
        }
        Ok(asked) if !asked.voice.name.starts_with(&asked.voice.language_code) => {
            Err(error(400, "INVALID_ARGUMENT", "Requested language code does not match the voice."))
        }
        Ok(asked) if ![json!("PCM"), json!(7)].contains(&asked.audio_config.audio_encoding) => {
            Err(error(400, "INVALID_ARGUMENT", "This stub makes PCM alone."))
        }
        Ok(asked) => match read(&asked.input) {
            Ok((text, marks)) => Ok((asked, text, marks)),
            Err(wrong) => Err(error(400, "INVALID_ARGUMENT", wrong)),
        },
    };
    let (asked, text, mut marks) = match answer {
        Ok(answer) => answer,
        Err(refusal) => {
            call.finish();
            return refusal;
        }
    };
    let AudioConfig { sample_rate_hertz, speaking_rate, .. } = asked.audio_config;
    let speed = if speaking_rate == 0.0 { 1.0 } else { speaking_rate };
    let rate = if sample_rate_hertz == 0 { 24_000 } else { sample_rate_hertz };
    let sound = STANDARD.encode(pcm(&tone(&text, rate, speed)));
    let mut answer = json!({"audioContent": sound});
    if call.suffers(Fault::DisorderedTimings) {
        marks.reverse();
    }
    if !asked.enable_time_pointing.is_empty() {
        let point = |(name, before): (String, usize)| {
            let seconds = before as f64 * SECONDS_A_CHARACTER / speed;
            // What is zero is left out.
            if before == 0 {
                json!({"markName": name})
            } else {
                json!({"markName": name, "timeSeconds": seconds})
            }
        };
        let points: Vec<Value> = marks.into_iter().map(point).collect();
        answer["timepoints"] = if call.suffers(Fault::NoTimings) { Value::Null } else { points.into() };
    }
    let body = serde_json::to_vec(&answer).unwrap_or_default();
    let pieces = body.chunks(4_096).map(Bytes::copy_from_slice).collect();
    call.stream("application/json; charset=UTF-8", pieces)
}

async fn voices(Extension(request): Extension<Recorded>) -> Response {
    if !is_known(&request) {
        return unauthenticated();
    }
    let voice = |(name, gender): &(&str, &str)| {
        let language: Vec<&str> = name.split('-').take(2).collect();
        json!({
            "languageCodes": [language.join("-")],
            "name": name,
            "ssmlGender": gender,
            "naturalSampleRateHertz": 24_000,
        })
    };
    // Some have a name without a language.
    let bare = json!({"languageCodes": ["en-US"], "name": "Kore", "ssmlGender": "FEMALE", "naturalSampleRateHertz": 24_000});
    let voices: Vec<Value> = VOICES.iter().map(voice).chain([bare]).collect();
    Json(json!({ "voices": voices })).into_response()
}

/// Gives a token for an assertion or for what a user has; each is another one, for an hour.
async fn token(State(desk): State<Desk>, Extension(request): Extension<Recorded>) -> Response {
    let form = String::from_utf8_lossy(&request.body).into_owned();
    let field = |name: &str| form.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    let known = match field("grant_type") {
        Some("urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer") => {
            field("assertion").is_some_and(|assertion| assertion.split('.').count() == 3)
        }
        Some("refresh_token") => field("refresh_token").is_some() && field("client_secret").is_some(),
        _ => false,
    };
    if !known {
        let error = json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."});
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    grant(&desk)
}

async fn machine(State(desk): State<Desk>, Extension(request): Extension<Recorded>) -> Response {
    if request.header("metadata-flavor") != "Google" {
        return StatusCode::FORBIDDEN.into_response();
    }
    grant(&desk)
}

fn grant(desk: &Desk) -> Response {
    let number = desk.requests().iter().filter(|request| request.path.ends_with("/token")).count();
    Json(json!({"access_token": format!("granted-{number}"), "expires_in": 3600, "token_type": "Bearer"}))
        .into_response()
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for requests per minute."),
        Refusal::Quota => error(403, "PERMISSION_DENIED", "This API method requires billing to be enabled."),
        Refusal::Key => error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        Refusal::Text => error(400, "INVALID_ARGUMENT", "Invalid SSML."),
        Refusal::Trouble => error(503, "UNAVAILABLE", "The service is currently unavailable."),
    }
}

// gRPC. The messages are those of `google/cloud/texttospeech/v1/cloud_tts.proto`, as far as they matter here.

#[derive(Clone, PartialEq, Message)]
struct StreamingSynthesizeRequest {
    #[prost(message, optional, tag = "1")]
    streaming_config: Option<StreamingSynthesizeConfig>,
    #[prost(message, optional, tag = "2")]
    input: Option<StreamingSynthesisInput>,
}

#[derive(Clone, PartialEq, Message)]
struct StreamingSynthesizeConfig {
    #[prost(message, optional, tag = "1")]
    voice: Option<VoiceSelectionParams>,
    #[prost(message, optional, tag = "4")]
    streaming_audio_config: Option<StreamingAudioConfig>,
}

#[derive(Clone, PartialEq, Message)]
struct VoiceSelectionParams {
    #[prost(string, tag = "1")]
    language_code: String,
    #[prost(string, tag = "2")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct StreamingAudioConfig {
    #[prost(int32, tag = "1")]
    audio_encoding: i32,
    #[prost(int32, tag = "2")]
    sample_rate_hertz: i32,
    #[prost(double, tag = "3")]
    speaking_rate: f64,
}

#[derive(Clone, PartialEq, Message)]
struct StreamingSynthesisInput {
    #[prost(string, tag = "1")]
    text: String,
}

#[derive(Clone, PartialEq, Message)]
struct StreamingSynthesizeResponse {
    #[prost(bytes = "bytes", tag = "1")]
    audio_content: Bytes,
}

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

async fn stream(
    State(desk): State<Desk>,
    Extension(recorded): Extension<Recorded>,
    request: Request,
) -> Response {
    let call = match desk.begin(recorded).admitted().await {
        Ok(call) => call,
        Err(response) => return response,
    };
    let asked = to_bytes(request.into_body(), 1 << 20).await.unwrap_or_default();
    let mut messages = split(&asked).into_iter();
    let config = messages.next().and_then(|message| message.streaming_config);
    let text: String = messages.filter_map(|message| message.input).map(|input| input.text).collect();
    call.charge(text.chars().count());
    let refused = match &config {
        _ if !is_known(call.request()) => Some((16, "Request had invalid authentication credentials.")),
        None => Some((3, "The first message must be a streaming_config.")),
        Some(StreamingSynthesizeConfig { voice: Some(voice), streaming_audio_config: Some(audio) })
            if audio.audio_encoding == 7
                && voice.name.contains("Chirp3-HD")
                && voice.name.starts_with(&voice.language_code) =>
        {
            None
        }
        Some(_) => Some((3, "Currently, only Chirp 3: HD voices are supported.")),
    };
    if let Some((code, message)) = refused {
        call.finish();
        return status(code, message);
    }
    let audio = config.and_then(|config| config.streaming_audio_config).unwrap_or_default();
    let speed = if audio.speaking_rate == 0.0 { 1.0 } else { audio.speaking_rate };
    let rate = if audio.sample_rate_hertz == 0 { 24_000 } else { audio.sample_rate_hertz as u32 };
    let mut pieces = call.cut(pcm(&tone(&text, rate, speed)));
    let mut trailers = HeaderMap::new();
    trailers.insert(STATUS, HeaderValue::from_static("0"));
    if call.suffers(Fault::FailsMidway) {
        pieces.truncate(pieces.len() / 2);
        trailers.insert(STATUS, HeaderValue::from_static("13"));
        trailers.insert(MESSAGE, HeaderValue::from_static("Internal%20error"));
    }
    let frames =
        pieces.into_iter().map(|audio_content| frame(&StreamingSynthesizeResponse { audio_content }));
    let response = call.stream("application/grpc", frames.collect());
    response.map(|body| Body::new(body.with_trailers(async { Some(Ok(trailers)) })))
}

/// The messages of a body, each behind a byte for its compression and its length.
fn split(mut body: &[u8]) -> Vec<StreamingSynthesizeRequest> {
    let mut messages = Vec::new();
    while let [0, a, b, c, d, rest @ ..] = body {
        let Some((message, after)) = rest.split_at_checked(u32::from_be_bytes([*a, *b, *c, *d]) as usize)
        else {
            break;
        };
        messages.extend(StreamingSynthesizeRequest::decode(message).ok());
        body = after;
    }
    messages
}

fn frame(message: &StreamingSynthesizeResponse) -> Bytes {
    let message = message.encode_to_vec();
    let mut frame = vec![0];
    frame.extend((message.len() as u32).to_be_bytes());
    frame.extend(message);
    frame.into()
}

/// An answer that is a status alone.
fn status(code: u32, message: &str) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    headers.insert(STATUS, code.into());
    headers.extend(HeaderValue::from_str(&message.replace(' ', "%20")).ok().map(|value| (MESSAGE, value)));
    response
}

fn refuse_grpc(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => status(8, "Quota exceeded for requests per minute."),
        Refusal::Quota => status(7, "This API method requires billing to be enabled."),
        Refusal::Key => status(16, "Request had invalid authentication credentials."),
        Refusal::Text => status(3, "Invalid text."),
        Refusal::Trouble => status(13, "Internal error."),
    }
}
