//! How providers talk to their services: calls over HTTP, what their failures mean, and readers of what arrives.
//!
//! A provider makes an [`Http`] when it opens, and sends each call with [`Http::send`], naming a [`Meaning`]: what it
//! knows of its service's own codes. What is not known there is judged by its status. The readers ([`SoundReader`],
//! [`EventReader`], [`LineReader`], [`Base64Reader`]) take pieces of any size, as a network cuts them, and know
//! nothing of networks; [`sound`], [`events`] and [`lines`] put them behind an answer.

mod base64;
mod failure;
mod kept;
mod lines;
mod mp3;
mod pool;
mod socket;
mod sound;
mod telling;
mod timings;
mod url;
mod words;

use std::sync::Arc;
use std::time::SystemTime;

use async_stream::try_stream;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use reqwest::header::HeaderValue;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;

pub use self::base64::Base64Reader;
use self::failure::{Head, Secrets};
pub use self::failure::{Meaning, ServiceFailure};
pub use self::kept::Kept;
pub use self::lines::{Event, EventReader, LineReader};
pub use self::pool::{Open, SocketPool};
pub use self::socket::Socket;
pub use self::sound::{Coding, SoundReader};
pub use self::telling::{Carrier, Encoding, MessageForm, SoundDecoder, SoundMessage, spoken};
pub use self::timings::{Start, from_starts};
pub use self::url::BaseUrl;
pub use self::words::{Finder, TimedWord};
use crate::provider::{Part, ProviderError, SpeechStream};
use crate::providers::Opening;
use saywell_base::causes::causes;
use saywell_base::clock::Clock;
use saywell_base::secret::Secret;
use saywell_base::trace::traceparent;
use saywell_text::tag::primary;

/// The longest answer that is read as a whole, such as a list of voices.
const MAX_ANSWER: usize = 16 << 20;

/// A line or an event that is longer than this is nobody's: it holds at most some seconds of sound.
const MAX_LINE: usize = 16 << 20;

/// Calls over HTTP.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
}

impl Http {
    /// With the client and the clock that a provider opens with.
    #[must_use]
    pub fn new(opening: &Opening<'_>) -> Self {
        Self { client: opening.client.clone(), clock: Arc::clone(opening.clock) }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// A GET request.
    pub fn get(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.client.get(url)
    }

    /// A POST request.
    pub fn post(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.client.post(url)
    }

    /// Opens a connection to this address, or uses the one that is open, so that it stays so. Whatever is answered is good.
    pub async fn warm(&self, url: impl reqwest::IntoUrl) {
        if let Err(error) = self.client.head(url).send().await {
            tracing::debug!("cannot keep a connection open: {}", causes(&error.without_url()));
        }
    }

    /// Sends a request and waits for the head of its answer. Secrets travel in headers that are marked as sensitive
    /// (as `bearer_auth` does): what a service says is freed of them.
    ///
    /// # Errors
    /// Any status but 2xx, by what `meaning` or else its status says; `Unavailable` where there is no answer.
    pub async fn send(&self, request: RequestBuilder, meaning: Meaning) -> Result<Response, ProviderError> {
        let response = self.answer(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(ServiceFailure::read(response, self.now()).await.to_error(meaning))
    }

    /// Sends a request once the stream is polled, and streams the sound of its answer, see [`sound`]. Its `coding` may
    /// depend on the head of the answer.
    pub fn speech(
        &self,
        request: RequestBuilder,
        coding: impl FnOnce(&Response) -> Coding + Send + 'static,
        meaning: Meaning,
    ) -> SpeechStream {
        let http = self.clone();
        Box::pin(try_stream! {
            let response = http.send(request, meaning).await?;
            let coding = coding(&response);
            for await part in sound(response, coding, meaning) {
                yield part?;
            }
        })
    }

    /// Sends a request and reads its answer as JSON.
    ///
    /// # Errors
    /// As [`send`](Self::send); `Unavailable` where the answer is no such JSON.
    pub async fn json<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        meaning: Meaning,
    ) -> Result<T, ProviderError> {
        whole_json(self.send(request, meaning).await?).await
    }

    /// As [`json`](Self::json), but `None` where the service has no such call.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub async fn find<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        meaning: Meaning,
    ) -> Result<Option<T>, ProviderError> {
        let response = self.answer(request).await?;
        match response.status() {
            status if status.is_success() => whole_json(response).await.map(Some),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => Ok(None),
            _ => Err(ServiceFailure::read(response, self.now()).await.to_error(meaning)),
        }
    }

    /// The answer, whatever it says. It carries the secrets that were sent, so that what it says is freed of them.
    async fn answer(&self, request: RequestBuilder) -> Result<Response, ProviderError> {
        let (client, request) = request.build_split();
        let mut request =
            request.map_err(|error| ProviderError::Misconfigured(causes(&error.without_url())))?;
        if let Some(Ok(place)) = traceparent().map(HeaderValue::try_from) {
            request.headers_mut().insert("traceparent", place);
        }
        let secrets = Secrets::in_headers(request.headers());
        let mut response = client.execute(request).await.map_err(unreachable)?;
        response.extensions_mut().insert(secrets);
        Ok(response)
    }
}

/// The key in a provider's options.
///
/// # Errors
/// `Misconfigured` with the environment variable that takes it, where there is none.
pub fn key<'a>(key: Option<&'a Secret>, variable: &str) -> Result<&'a str, ProviderError> {
    key.map(Secret::reveal).ok_or_else(|| {
        ProviderError::Misconfigured(format!("needs a key: set {variable}, or `api_key` of its table"))
    })
}

/// The failure that a message tells of in the middle of an answer.
#[must_use]
pub fn told_failure(message: &str, meaning: Meaning) -> ProviderError {
    ServiceFailure::of_message(StatusCode::OK, message.as_bytes()).to_error(meaning)
}

/// A secret as the value of a header, marked as sensitive.
///
/// # Errors
/// `Misconfigured` for a secret that no header can carry.
pub fn secret(value: &str) -> Result<HeaderValue, ProviderError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        ProviderError::Misconfigured("has a key with characters that no header can carry".into())
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The body of an answer as it arrives.
#[must_use]
pub fn body(response: Response) -> BoxStream<'static, Result<Bytes, ProviderError>> {
    let broken = |error: reqwest::Error| {
        ProviderError::Unavailable(format!("broke off its answer: {}", causes(&error.without_url())))
    };
    response.bytes_stream().map(move |piece| piece.map_err(broken)).boxed()
}

/// The whole body of an answer.
///
/// # Errors
/// `Unavailable` where it breaks off, or is longer than `limit` bytes.
pub async fn whole(response: Response, limit: usize) -> Result<Vec<u8>, ProviderError> {
    let mut pieces = body(response);
    let mut whole = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        if whole.len() + piece.len() > limit {
            return Err(ProviderError::Unavailable(format!("gave an answer of more than {limit} bytes")));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

/// The whole body of an answer, read as JSON.
///
/// # Errors
/// `Unavailable` where it breaks off, or is no such JSON.
pub async fn whole_json<T: DeserializeOwned>(response: Response) -> Result<T, ProviderError> {
    let answer = whole(response, MAX_ANSWER).await?;
    serde_json::from_slice(&answer).map_err(|error| {
        ProviderError::Unavailable(format!("gave an answer that is not understood: {error}"))
    })
}

/// The sound in an answer, as it arrives. What can be read as text is a message in its place, and a failure whatever
/// the answer's status and label say: services mislabel both.
pub fn sound(
    response: Response,
    coding: Coding,
    meaning: Meaning,
) -> impl Stream<Item = Result<Part, ProviderError>> + Send {
    try_stream! {
        let head = Head::of_answer(&response);
        let mut reader = SoundReader::new(coding);
        let mut pieces = body(response);
        let mut start = Some(Vec::new());
        while let Some(piece) = pieces.next().await {
            let mut piece = piece?;
            if let Some(mut begun) = start.take() {
                begun.extend_from_slice(&piece);
                if begun.len() < sound::TELLING {
                    start = Some(begun);
                    continue;
                }
                if sound::is_text(&begun) {
                    begun.extend(failure::beginning(pieces).await);
                    Err(head.failure(&begun).to_error(meaning))?;
                    return;
                }
                piece = begun.into();
            }
            if let Some(part) = reader.push(&piece)? {
                yield part;
            }
        }
        if let Some(all) = start.filter(|all| !all.is_empty()) {
            if sound::is_text(&all) {
                Err(head.failure(&all).to_error(meaning))?;
            }
            if let Some(part) = reader.push(&all)? {
                yield part;
            }
        }
        if let Some(part) = reader.finish()? {
            yield part;
        }
    }
}

/// The lines of an answer as they arrive, without their ends; empty ones are left out.
pub fn lines(response: Response) -> impl Stream<Item = Result<String, ProviderError>> + Send {
    try_stream! {
        let mut reader = LineReader::new(MAX_LINE);
        let mut pieces = body(response);
        while let Some(piece) = pieces.next().await {
            for line in reader.push(&piece?)? {
                yield line;
            }
        }
        if let Some(line) = reader.finish() {
            yield line;
        }
    }
}

/// The server-sent events of an answer as they arrive.
pub fn events(response: Response) -> impl Stream<Item = Result<Event, ProviderError>> + Send {
    try_stream! {
        let mut reader = EventReader::new(MAX_LINE);
        let mut pieces = body(response);
        while let Some(piece) = pieces.next().await {
            for event in reader.push(&piece?)? {
                yield event;
            }
        }
    }
}

/// Whether a text holds nothing that a service could say, but blanks and punctuation: such is silence, and asking for
/// it an error to many.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_punctuation(c))
}

/// Marks that no voice calls by their names.
fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '!' | '"' | '\'' | '(' | ')' | ',' | '-' | '.' | ':' | ';' | '?' | '[' | ']' | '_' | '{' | '}'
            | '¡' | '«' | '·' | '»' | '¿' | '‹' | '›' | '‼' | '‽'
            // Dashes, quotation marks, bullets, dots; the marks of Chinese and Japanese.
            | '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
            | '！' | '，' | '．' | '：' | '；' | '？'
    )
}

/// What a service calls the language that comes nearest to the wished one: the same; else the same of whichever
/// country; else its first.
#[must_use]
pub fn nearest_language<'a>(wished: Option<&str>, spoken: &'a [String]) -> Option<&'a str> {
    let of = |alike: &dyn Fn(&str) -> bool| spoken.iter().find(|tag| alike(tag));
    let found = wished.and_then(|wished| {
        of(&|tag| tag.replace('_', "-").eq_ignore_ascii_case(wished))
            .or_else(|| of(&|tag| primary(tag).eq_ignore_ascii_case(primary(wished))))
    });
    found.or(spoken.first()).map(String::as_str)
}

/// There is no answer at all.
fn unreachable(error: reqwest::Error) -> ProviderError {
    ProviderError::Unavailable(format!("cannot be reached: {}", causes(&error.without_url())))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use saywell_base::clock::SystemClock;
    use saywell_base::net;

    use super::*;

    #[tokio::test]
    async fn a_connection_that_was_warmed_has_the_next_call() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            // Whoever comes over another connection has no answer.
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = || {
                let mut head = [0; 4096];
                let length = stream.read(&mut head).unwrap();
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                String::from_utf8_lossy(&head[..length.min(4)]).trim().to_owned()
            };
            [asked(), asked()]
        });
        let http = Http { client: net::client().unwrap(), clock: Arc::new(SystemClock) };
        http.warm(&url).await;
        let call = http.send(http.get(&url), |_| None);
        tokio::time::timeout(Duration::from_secs(20), call).await.unwrap().unwrap();
        assert_eq!(server.join().unwrap(), ["HEAD", "GET"]);
    }
}
