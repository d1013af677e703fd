//! Azure Speech: REST, and the WebSocket of its first version.
//!
//! The frames of the WebSocket are those that the official JavaScript SDK takes; that SDK is run against this stub.
//! The bodies of the service's errors are not documented; here they are empty, or text.

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::json;

use crate::call::{Call, Desk, Recorded};
use crate::charged;
use crate::fault::{Fault, Refusal};
use crate::markup::{self, Piece};
use crate::socket;
use crate::sound::{SECONDS_A_CHARACTER, pcm, tone};
use crate::stubs::StubKind;

/// Azure Speech in a region of its own.
pub const KIND: StubKind = StubKind {
    name: "azure",
    routes: || {
        Router::new()
            .route("/cognitiveservices/v1", post(synthesize))
            .route("/cognitiveservices/websocket/v1", any(upgrade))
            .route("/cognitiveservices/voices/list", get(voices))
            .route("/sts/v1.0/issueToken", post(issue))
            .route("/{tenant}/oauth2/v2.0/token", post(log_in))
    },
    refuse,
};

const VOICES: [(&str, &str, &str); 3] = [
    ("en-US-AvaMultilingualNeural", "Female", "en-US"),
    ("en-US-AndrewNeural", "Male", "en-US"),
    ("de-DE-KatjaNeural", "Female", "de-DE"),
];

/// Samples a second of a format that is raw and is known here; 0 for the others.
fn rate_of(format: &str) -> u32 {
    match format {
        "raw-16khz-16bit-mono-pcm" => 16_000,
        "raw-24khz-16bit-mono-pcm" => 24_000,
        "raw-48khz-16bit-mono-pcm" => 48_000,
        _ => 0,
    }
}

/// The text of a document that this service would speak: with a voice that it has.
fn spoken(document: &str) -> Option<String> {
    let pieces = markup::read(document)?;
    let voice = pieces.iter().find_map(|piece| match piece {
        Piece::Element(name, attributes) if name == "voice" => {
            attributes.iter().find(|(name, _)| name == "name").map(|(_, value)| value)
        }
        _ => None,
    })?;
    VOICES.iter().any(|(name, ..)| name == voice).then(|| markup::text(&pieces))
}

/// Whether a request says who asks: with a key, or with a token that was given here.
fn is_known(request: &Recorded) -> bool {
    let bearer = request.header("authorization").strip_prefix("Bearer ");
    !request.header("ocp-apim-subscription-key").is_empty()
        || bearer
            .is_some_and(|token| token.starts_with("issued-") || token.starts_with("aad#/subscriptions/"))
}

async fn synthesize(call: Call) -> Response {
    let asked = call.request();
    let rate = rate_of(asked.header("x-microsoft-outputformat"));
    let document = std::str::from_utf8(&asked.body).unwrap_or_default();
    let text = spoken(document);
    let refused = if !is_known(asked) {
        Some(StatusCode::UNAUTHORIZED)
    } else if asked.header("content-type") != "application/ssml+xml" {
        Some(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    } else if rate == 0 || text.is_none() || asked.header("user-agent").is_empty() {
        Some(StatusCode::BAD_REQUEST)
    } else {
        None
    };
    if let Some(status) = refused {
        call.finish();
        return status.into_response();
    }
    call.sound("audio/basic", pcm(&tone(&text.unwrap_or_default(), rate, 1.0)))
}

async fn upgrade(
    State(desk): State<Desk>,
    Extension(request): Extension<Recorded>,
    socket: WebSocketUpgrade,
) -> Response {
    if let Err(response) = desk.stands(&request).await {
        return response;
    }
    // The SDKs say who asks in the query as well, where a browser cannot send headers.
    if !is_known(&request) && !request.query.contains("Ocp-Apim-Subscription-Key=") {
        desk.begin(request).finish();
        return StatusCode::UNAUTHORIZED.into_response();
    }
    socket.on_upgrade(async move |socket| turns(socket, desk, request).await.unwrap_or_default())
}

/// One turn after the other, until either side hangs up.
async fn turns(mut socket: WebSocket, desk: Desk, request: Recorded) -> Option<()> {
    let (mut configured, mut format) = (false, String::new());
    loop {
        let frame = socket::text(&mut socket).await?;
        let (head, body) = frame.split_once("\r\n\r\n")?;
        let header = |name: &str| {
            head.lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim().to_owned())
        };
        match header("path")?.as_str() {
            "speech.config" => configured = true,
            "synthesis.context" => {
                let context: serde_json::Value = serde_json::from_str(body).ok()?;
                context["synthesis"]["audio"]["outputFormat"].as_str()?.clone_into(&mut format);
            }
            "ssml" if configured => {
                let call = desk.begin_within(&request)?;
                let call = socket::admitted(&mut socket, call).await?;
                // Each turn says its format anew.
                let asked = Asked {
                    id: header("x-requestid")?,
                    format: std::mem::take(&mut format),
                    document: body.to_owned(),
                };
                turn(&mut socket, call, &asked).await?;
            }
            _ => {}
        }
    }
}

/// What the other side asks for in its frames of one turn.
struct Asked {
    id: String,
    format: String,
    document: String,
}

/// One turn. Ends early, with the call abandoned, when the other side hangs up; `None` where the connection is over.
async fn turn(socket: &mut WebSocket, call: Call, asked: &Asked) -> Option<()> {
    let Asked { id, format, document } = asked;
    call.charge(charged::azure(document));
    let (rate, text) = (rate_of(format), spoken(document));
    let refused = call.suffers(Fault::BadText);
    let Some(text) = text.filter(|_| rate > 0 && !refused) else {
        call.finish();
        socket::close(socket, 1007, "Ssml should be well-formed and name a voice.").await;
        return None;
    };
    let sound = pcm(&tone(&text, rate, 1.0));
    let half = (sound.len() / 2) | 1;
    let pieces = call.cut(sound);

    say(socket, id, "turn.start", r#"{"context":{"serviceTag":"stub"}}"#).await?;
    let response = r#"{"context":{"serviceTag":"stub"},"audio":{"type":"inline","streamId":"A1"}}"#;
    say(socket, id, "response", response).await?;
    let mut words = boundaries(document);
    if call.suffers(Fault::DisorderedTimings) {
        words.reverse();
    }
    if !call.suffers(Fault::NoTimings) {
        for word in words {
            say(socket, id, "audio.metadata", &json!({"Metadata": [word]}).to_string()).await?;
        }
    }
    let mut sent = 0;
    for piece in pieces {
        if sent >= half {
            if call.suffers(Fault::Cut) {
                call.finish();
                return None;
            }
            if call.suffers(Fault::FailsMidway) {
                call.finish();
                socket::close(socket, 1011, "Internal error.").await;
                return None;
            }
            if call.suffers(Fault::Stall) {
                socket::gone(socket).await;
                return None;
            }
        }
        sent += piece.len();
        socket.send(Message::Binary(binary(id, &piece))).await.ok()?;
        tokio::task::yield_now().await;
    }
    socket.send(Message::Binary(binary(id, &[]))).await.ok()?;
    call.finish();
    say(socket, id, "turn.end", "{}").await
}

/// When each word sounds, and the punctuation after it, as the service tells it.
fn boundaries(document: &str) -> Vec<serde_json::Value> {
    let ticks = |characters: usize| (characters as f64 * SECONDS_A_CHARACTER * 10_000_000.0) as u64;
    let boundary = |text: &str, from: usize, to: usize, kind: &str| {
        json!({
            "Type": "WordBoundary",
            "Data": {
                "Offset": ticks(from),
                "Duration": ticks(to) - ticks(from),
                "text": {"Text": text, "Length": text.chars().count(), "BoundaryType": kind},
            },
        })
    };
    let words = markup::words(document, &markup::read(document).unwrap_or_default());
    let mut boundaries: Vec<_> = words
        .iter()
        .map(|word| boundary(&word.value, word.characters.start, word.characters.end, "WordBoundary"))
        .collect();
    if let Some(last) = words.last() {
        let end = last.characters.end;
        boundaries.push(boundary(".", end, end + 1, "PunctuationBoundary"));
    }
    boundaries
}

async fn say(socket: &mut WebSocket, id: &str, path: &str, body: &str) -> Option<()> {
    let frame = format!(
        "X-RequestId:{id}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}\r\n\r\n{body}"
    );
    socket.send(Message::Text(frame.into())).await.ok()
}

fn binary(id: &str, sound: &[u8]) -> Bytes {
    let head = format!("X-RequestId:{id}\r\nX-StreamId:A1\r\nPath:audio\r\n");
    let mut frame = (head.len() as u16).to_be_bytes().to_vec();
    frame.extend(head.as_bytes());
    frame.extend(sound);
    frame.into()
}

async fn voices(Extension(request): Extension<Recorded>) -> Response {
    if !is_known(&request) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let voice = |(name, gender, locale): &(&str, &str, &str)| {
        let shown = name.rsplit('-').next().unwrap_or(name).trim_end_matches("Neural");
        json!({
            "Name": format!("Microsoft Server Speech Text to Speech Voice ({locale}, {shown})"),
            "DisplayName": shown,
            "LocalName": shown,
            "ShortName": name,
            "Gender": gender,
            "Locale": locale,
            "LocaleName": locale,
            "SecondaryLocaleList": if name.contains("Multilingual") { json!(["de-DE", "fr-FR"]) } else { json!([]) },
            "StyleList": ["chat", "cheerful"],
            "SampleRateHertz": "48000",
            "VoiceType": "Neural",
            "Status": "GA",
            "WordsPerMinute": "150",
        })
    };
    Json(VOICES.iter().map(voice).collect::<Vec<_>>()).into_response()
}

/// Each token is another one.
async fn issue(State(desk): State<Desk>, Extension(request): Extension<Recorded>) -> Response {
    if request.header("ocp-apim-subscription-key").is_empty() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let number = desk.requests().iter().filter(|request| request.path.ends_with("issueToken")).count();
    format!("issued-{number}").into_response()
}

async fn log_in(Extension(request): Extension<Recorded>) -> Response {
    let form = String::from_utf8_lossy(&request.body).into_owned();
    if !form.contains("grant_type=client_credentials") || !form.contains("client_secret=") {
        let error =
            json!({"error": "invalid_request", "error_description": "AADSTS900144: a field is missing"});
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    Json(json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "entra-token"})).into_response()
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => StatusCode::TOO_MANY_REQUESTS.into_response(),
        Refusal::Quota => (StatusCode::FORBIDDEN, "Quota exceeded for this resource.").into_response(),
        Refusal::Key => StatusCode::UNAUTHORIZED.into_response(),
        Refusal::Text => (StatusCode::BAD_REQUEST, "The text is refused.").into_response(),
        Refusal::Trouble => (StatusCode::BAD_GATEWAY, "Voice backend is not reachable.").into_response(),
    }
}
