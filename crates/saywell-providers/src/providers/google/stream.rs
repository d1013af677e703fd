//! Google's streaming synthesis: one call of gRPC, whose answers are sound as it is made.
//!
//! The messages are those of `google/cloud/texttospeech/v1/cloud_tts.proto`, as far as they are used here.

use async_stream::try_stream;
use bytes::{BufMut, Bytes, BytesMut};
use futures::{Stream, StreamExt};
use prost::Message;
use reqwest::{Response, StatusCode};
use tonic::codec::{BufferSettings, Streaming};
use tonic::{Code, Status};
use tonic_prost::ProstDecoder;

use crate::provider::ProviderError;
use crate::providers::wire::ServiceFailure;

/// Where the call is.
pub(super) const PATH: &str = "/google.cloud.texttospeech.v1.TextToSpeech/StreamingSynthesize";
/// `AudioEncoding.PCM`: samples without a header.
pub(super) const PCM: i32 = 7;
/// The longest answer, bytes.
const MAX_ANSWER: usize = 16 << 20;

#[derive(Clone, PartialEq, Message)]
pub(super) struct StreamingSynthesizeRequest {
    #[prost(oneof = "Part", tags = "1, 2")]
    pub(super) streaming_request: Option<Part>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Part {
    #[prost(message, tag = "1")]
    StreamingConfig(StreamingSynthesizeConfig),
    #[prost(message, tag = "2")]
    Input(StreamingSynthesisInput),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StreamingSynthesizeConfig {
    #[prost(message, optional, tag = "1")]
    pub(super) voice: Option<VoiceSelectionParams>,
    #[prost(message, optional, tag = "4")]
    pub(super) streaming_audio_config: Option<StreamingAudioConfig>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct VoiceSelectionParams {
    #[prost(string, tag = "1")]
    pub(super) language_code: String,
    #[prost(string, tag = "2")]
    pub(super) name: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StreamingAudioConfig {
    #[prost(int32, tag = "1")]
    pub(super) audio_encoding: i32,
    #[prost(int32, tag = "2")]
    pub(super) sample_rate_hertz: i32,
    #[prost(double, tag = "3")]
    pub(super) speaking_rate: f64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StreamingSynthesisInput {
    #[prost(string, tag = "1")]
    pub(super) text: String,
}

#[derive(Clone, PartialEq, Message)]
struct StreamingSynthesizeResponse {
    #[prost(bytes = "bytes", tag = "1")]
    audio_content: Bytes,
}

/// The body of a call that says how to speak, and then what.
pub(super) fn body(config: StreamingSynthesizeConfig, text: &str) -> Bytes {
    let input = StreamingSynthesisInput { text: text.to_owned() };
    let mut body = BytesMut::new();
    for part in [Part::StreamingConfig(config), Part::Input(input)] {
        let message = StreamingSynthesizeRequest { streaming_request: Some(part) }.encode_to_vec();
        // Before each message: that it is not compressed, and its length.
        body.put_u8(0);
        body.put_u32(message.len() as u32);
        body.put_slice(&message);
    }
    body.freeze()
}

/// The sound in the answers to a call, as they arrive.
pub(super) fn sound(response: Response) -> impl Stream<Item = Result<Bytes, ProviderError>> + Send {
    try_stream! {
        let status = response.status();
        // A call that fails at once has no answers: its status is among the headers.
        if let Some(failed) = Status::from_header_map(response.headers()).filter(|status| status.code() != Code::Ok) {
            Err(from_status(&failed))?;
        }
        let decoder = ProstDecoder::<StreamingSynthesizeResponse>::new(BufferSettings::default());
        let body = reqwest::Body::from(response);
        let mut answers = Streaming::new_response(decoder, body, status, None, Some(MAX_ANSWER));
        while let Some(answer) = answers.next().await {
            yield answer.map_err(|status| from_status(&status))?.audio_content;
        }
    }
}

/// What a call's status means: as the same failure does over REST.
fn from_status(status: &Status) -> ProviderError {
    let (http, code) = match status.code() {
        Code::InvalidArgument => (400, "INVALID_ARGUMENT"),
        Code::FailedPrecondition => (400, "FAILED_PRECONDITION"),
        Code::OutOfRange => (400, "OUT_OF_RANGE"),
        Code::Unauthenticated => (401, "UNAUTHENTICATED"),
        Code::PermissionDenied => (403, "PERMISSION_DENIED"),
        Code::NotFound => (404, "NOT_FOUND"),
        Code::ResourceExhausted => (429, "RESOURCE_EXHAUSTED"),
        Code::Cancelled => (499, "CANCELLED"),
        Code::Unimplemented => (501, "UNIMPLEMENTED"),
        Code::DeadlineExceeded => (504, "DEADLINE_EXCEEDED"),
        Code::Internal => (500, "INTERNAL"),
        _ => (503, "UNAVAILABLE"),
    };
    let status_code = StatusCode::from_u16(http).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let failure = ServiceFailure {
        code: code.into(),
        ..ServiceFailure::of_message(status_code, status.message().as_bytes())
    };
    failure.to_error(super::MEANING)
}
