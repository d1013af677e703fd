//! `WS /cognitiveservices/websocket/v1`: what Azure's own SDKs speak. Each document in SSML is a turn: its sound comes back as
//! it is made, and before the sound of a sentence the times of its words.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, close_code};
use axum::response::Response;
use bytes::Bytes;
use saywell_audio::{Format, RESAMPLE_RATES, Resampler, SAMPLE_RATE, Word, from_s16le, to_s16le};
use serde_json::json;

use super::frame::{self, ClientMessage, Context};
use super::output_format;
use crate::app::App;
use crate::flight::Failure;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::identity::MaySpeak;
use crate::http::live::{Audible, HeardNext, Made};
use crate::http::silence;
use crate::http::socket::{self, Came, Conversation, Gone, Out, Upgrade, close, receive, too_large};
use crate::http::spoken::naming_the_field;
use crate::identity::Caller;
use crate::request::{Markup, SpeechRequest};
use crate::speak::SpokenReply;

/// How long nothing may be asked for.
const ASKED_WITHIN: Duration = Duration::from_mins(1);
/// How many messages may come while a turn is heard.
const MOST_WAITING: usize = 16;
/// The most sound of one message, bytes: a length that all of Azure's SDKs take.
const MOST_SOUND: usize = 32 << 10;
/// The longest reason that a WebSocket is closed for, bytes (RFC 6455, 5.5).
const LONGEST_REASON: usize = 123;

/// Text in SSML in, its sound and the times of its words out, for Azure's own SDKs. Keys are shown in the header
/// `Ocp-Apim-Subscription-Key`, tokens in `Authorization`.
#[utoipa::path(
    get, path = "/cognitiveservices/websocket/v1", tag = "azure",
    responses(
        (status = 101, description = "A WebSocket, with Azure's messages"),
        (status = 403, description = "`forbidden`"),
        (status = 426, description = "`invalid_request`: this is for WebSockets"),
        (status = 429, description = "`rate_limited`: as many connections as this caller may have"),
    )
)]
pub async fn turns(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    socket::open(app, caller, upgrade, &[], converse)
}

async fn converse(line: Conversation) -> Result<(), Gone> {
    let Conversation { app, caller, id: _, mut source, out } = line;
    let connections = app.connections.clone();
    let (mut waiting, mut wished) = (VecDeque::new(), Context::default());
    loop {
        let came = if let Some(said) = waiting.pop_front() {
            Came::Said(said)
        } else {
            tokio::select! {
                biased;
                () = connections.stopping() => return close(&out, close_code::AWAY, "the server stops").await,
                came = receive(&mut source, ASKED_WITHIN, ClientMessage::parse) => came,
            }
        };
        let (id, document) = match came {
            Came::Said(ClientMessage::Ssml { id, document }) => (id, document),
            Came::Said(ClientMessage::Context(context)) => {
                wished = context;
                continue;
            }
            Came::Said(ClientMessage::Other) => continue,
            Came::Wrong(error) => return fail(&out, &error).await,
            Came::TooLarge => return fail(&out, &too_large()).await,
            Came::Silence => return close(&out, close_code::NORMAL, "silence").await,
            Came::Left => return Ok(()),
        };
        let turn = Turn { app: &app, caller: &caller, wished: &wished, id: &id, out: &out };
        let spoken = tokio::select! {
            spoken = turn.speak(document) => spoken,
            ended = next_ones(&mut source, &mut waiting) => match ended {
                Some(error) => Err(TurnError::Error(error)),
                None => return Ok(()),
            },
        };
        match spoken {
            Ok(()) => {}
            Err(TurnError::Gone) => return Err(Gone),
            Err(TurnError::Error(error)) => return fail(&out, &error).await,
        }
    }
}

/// Takes what comes while a turn is heard, until the client leaves; the error, if it says what cannot be understood.
async fn next_ones(source: &mut socket::Incoming, waiting: &mut VecDeque<ClientMessage>) -> Option<ApiError> {
    loop {
        match receive(source, Duration::MAX, ClientMessage::parse).await {
            Came::Said(said) if waiting.len() < MOST_WAITING => waiting.push_back(said),
            Came::Said(_) => {
                let message = format!("{MOST_WAITING} messages may wait for the end of a turn.");
                return Some(ApiError::new(ErrorCode::RateLimited, message));
            }
            Came::Wrong(error) => return Some(error),
            Came::TooLarge => return Some(too_large()),
            Came::Silence | Came::Left => return None,
        }
    }
}

/// Why a turn ends early.
enum TurnError {
    /// The client is not there any more.
    Gone,
    Error(ApiError),
}

impl From<ApiError> for TurnError {
    fn from(error: ApiError) -> Self {
        Self::Error(error)
    }
}

impl From<Gone> for TurnError {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl From<Failure> for TurnError {
    fn from(failure: Failure) -> Self {
        Self::Error(failure.into())
    }
}

/// One document, and what is heard of it.
struct Turn<'a> {
    app: &'a App,
    caller: &'a Caller,
    wished: &'a Context,
    id: &'a str,
    out: &'a Out,
}

impl Turn<'_> {
    async fn speak(&self, document: String) -> Result<(), TurnError> {
        let mut request = SpeechRequest { markup: Markup::Ssml, ..SpeechRequest::new(document) };
        let rate = raw_rate(self.wished.output_format.as_deref());
        match rate {
            Some(_) => request.format = Format::Pcm,
            None => output_format(&mut request, self.wished.output_format.as_deref())?,
        }
        let mut heard = Sampled::new(rate)?;
        let order = self.app.orders.open(self.caller.clone(), request).await.map_err(ApiError::from)?;
        let spoken = match self.app.speak.speak(&order).await {
            Ok(speech) => Ok(Some(speech)),
            Err(error) => match naming_the_field(error, order.request()) {
                error if silence::instead(&error, &order.request().text) => Ok(None),
                error => Err(error.told_to(order.caller())),
            },
        };
        let speech = spoken?;
        let service = json!({ "serviceTag": self.id });
        self.tell("turn.start", &json!({ "context": service })).await?;
        let stream = json!({ "type": "inline", "streamId": self.id });
        self.tell("response", &json!({ "context": service, "audio": stream })).await?;
        let until = if let Some(speech) = speech {
            self.hear(speech, &mut heard).await?
        } else {
            self.sound(&heard.next(&silence::sound(order.request().format)?.into())).await?;
            silence::SECONDS
        };
        self.sound(&heard.rest()).await?;
        if self.wished.end {
            self.tell("audio.metadata", &frame::end(until)).await?;
        }
        self.binary(&[]).await?;
        self.tell("turn.end", &json!({})).await?;
        Ok(())
    }

    /// Sends what is heard as it is made; how long all of it is, seconds.
    async fn hear(&self, speech: SpokenReply, sampled: &mut Sampled) -> Result<f64, TurnError> {
        match Audible::await_sound(speech, &self.app.speak.flights).await? {
            Audible::Made(Made { sound, captions }) => {
                self.words(&captions.words).await?;
                self.sound(&sampled.next(&sound)).await?;
                Ok(captions.duration_seconds)
            }
            Audible::InTheAir(mut hearing) => {
                while let Some(next) = hearing.next().await? {
                    match next {
                        HeardNext::Said(said) => self.words(&said.words).await?,
                        HeardNext::Sound(piece) => self.sound(&sampled.next(&piece)).await?,
                    }
                }
                Ok(hearing.until())
            }
        }
    }

    async fn words(&self, words: &[Word]) -> Result<(), Gone> {
        if words.is_empty() || !self.wished.words {
            return Ok(());
        }
        self.tell("audio.metadata", &frame::words(words)).await
    }

    async fn sound(&self, sound: &[u8]) -> Result<(), Gone> {
        for piece in sound.chunks(MOST_SOUND) {
            self.binary(piece).await?;
        }
        Ok(())
    }

    async fn binary(&self, piece: &[u8]) -> Result<(), Gone> {
        let message = Message::Binary(frame::sound(self.id, self.id, piece));
        self.out.send(message).await.map_err(|_| Gone)
    }

    async fn tell(&self, path: &str, body: &serde_json::Value) -> Result<(), Gone> {
        self.out.send(Message::Text(frame::text(path, self.id, body).into())).await.map_err(|_| Gone)
    }
}

/// The rate of a format that is nothing but samples of 16 bits, Hz, where it can be made of ours.
fn raw_rate(format: Option<&str>) -> Option<u32> {
    let name = format?.trim().to_ascii_lowercase();
    let rate = name.strip_prefix("raw-")?.strip_suffix("khz-16bit-mono-pcm")?;
    // 22.05 kHz is written 22050hz.
    let hz = rate.parse::<u32>().ok()?.checked_mul(1000)?;
    RESAMPLE_RATES.contains(&hz).then_some(hz)
}

/// Samples at the rate that is wished, of ours; other sound as it is.
struct Sampled {
    resampler: Option<Resampler>,
    /// Half a sample.
    odd: Vec<u8>,
}

impl Sampled {
    fn new(rate: Option<u32>) -> Result<Self, ApiError> {
        let other = rate.filter(|rate| *rate != SAMPLE_RATE);
        let resampler = other.map(|rate| Resampler::between(SAMPLE_RATE, rate)).transpose();
        let resampler =
            resampler.map_err(|error| ApiError::new(ErrorCode::InternalError, error.to_string()))?;
        Ok(Self { resampler, odd: Vec::new() })
    }

    fn next(&mut self, piece: &Bytes) -> Bytes {
        let Some(resampler) = &mut self.resampler else { return piece.clone() };
        self.odd.extend_from_slice(piece);
        let whole = self.odd.len() / 2 * 2;
        let samples = from_s16le(&self.odd[..whole]);
        self.odd.drain(..whole);
        to_s16le(&resampler.push(samples)).into()
    }

    fn rest(self) -> Bytes {
        self.resampler.map_or_else(Bytes::new, |resampler| to_s16le(&resampler.finish()).into())
    }
}

/// Says what is wrong as the service does: by why it closes.
async fn fail(out: &Out, error: &ApiError) -> Result<(), Gone> {
    error.log();
    let code = match error.code {
        ErrorCode::Overloaded => close_code::AGAIN,
        code if code.status().is_server_error() => close_code::ERROR,
        _ => close_code::INVALID,
    };
    let end = error.message.floor_char_boundary(LONGEST_REASON);
    let reason = error.message[..end].to_owned().into();
    out.send(Message::Close(Some(CloseFrame { code, reason }))).await.map_err(|_| Gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_can_be_had_at_other_rates() {
        for (format, rate) in [
            ("raw-16khz-16bit-mono-pcm", Some(16_000)),
            ("Raw-24kHz-16bit-mono-pcm", Some(24_000)),
            ("raw-48khz-16bit-mono-pcm", Some(48_000)),
            ("raw-8khz-8bit-mono-mulaw", None),
            ("raw-22050hz-16bit-mono-pcm", None),
            ("raw-96khz-16bit-mono-pcm", None),
            ("raw-99999999khz-16bit-mono-pcm", None),
            ("riff-16khz-16bit-mono-pcm", None),
        ] {
            assert_eq!(raw_rate(Some(format)), rate, "{format}");
        }
        let mut sampled = Sampled::new(Some(16_000)).unwrap();
        let sound: Bytes = to_s16le(&vec![0.25; 24_000]).into();
        let mut made = Vec::new();
        // In pieces that part samples.
        for start in (0..sound.len()).step_by(333) {
            made.extend(sampled.next(&sound.slice(start..sound.len().min(start + 333))));
        }
        made.extend(sampled.rest());
        assert_eq!(made.len(), 2 * 16_000);
        let middle = from_s16le(&made)[8_000];
        assert!((middle - 0.25).abs() < 1e-3, "{middle}");
    }
}
