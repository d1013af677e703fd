//! One request to a stub, noted, and answered with whatever fault it is to suffer.

use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_stream::stream;
use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use crate::fault::{Fault, Refusal};
use crate::sound::{self, Stated};

/// How late [`Fault::Late`] is.
pub const LATE: Duration = Duration::from_millis(100);
/// How long the throttling faults ask to wait.
pub const RETRY_AFTER_SECONDS: u64 = 7;
/// The bytes of a piece of sound.
const PIECE: usize = 4_096;
/// The bytes of a piece of sound that ends within a sample.
const ODD_PIECE: usize = 997;
/// The letters of a piece of base64 that is cut anywhere.
const ANYWHERE: usize = 1_001;
/// The bytes of a crumb.
const CRUMB: usize = 7;
/// The most bytes of a request's body.
const LONGEST_BODY: usize = 4 << 20;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Such as `POST`.
    pub method: String,
    /// The path alone.
    pub path: String,
    /// What follows `?`; empty without it.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, where it is not a stream.
    pub body: Bytes,
}

impl Recorded {
    /// The body, read as JSON.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn json<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.body)
    }

    /// A header; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// How many calls for speech came, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Came.
    pub begun: usize,
    /// Were answered to the end, be it with an error.
    pub finished: usize,
    /// Were given up by who asked: the connection closed before the end of the answer.
    pub abandoned: usize,
    /// How often a stub did the fault that was set, or asked whether it is to.
    pub suffered: usize,
}

/// What the handlers of a stub share: the fault that is set, and the notes. The state of a stub's routes.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    refuse: fn(Refusal) -> Response,
    trouble: Mutex<Option<Trouble>>,
    requests: Mutex<Vec<Recorded>>,
    counts: watch::Sender<Counts>,
    /// Characters that are charged for, of what came over connections.
    charged: AtomicU64,
}

/// A fault, and the calls for speech that suffer it, counted from 0.
#[derive(Clone, Copy)]
struct Trouble {
    fault: Fault,
    calls: (Bound<usize>, Bound<usize>),
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("counts", &*self.0.counts.borrow()).finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk whose refusals have this shape.
    #[must_use]
    pub fn new(refuse: fn(Refusal) -> Response) -> Self {
        Self(Arc::new(Inner {
            refuse,
            trouble: Mutex::default(),
            requests: Mutex::default(),
            counts: watch::channel(Counts::default()).0,
            charged: AtomicU64::new(0),
        }))
    }

    /// Lets these calls for speech suffer a fault; the first call ever is number 0. It replaces the fault before.
    pub fn fails(&self, fault: Fault, calls: impl RangeBounds<usize>) {
        let calls = (calls.start_bound().cloned(), calls.end_bound().cloned());
        *lock(&self.0.trouble) = Some(Trouble { fault, calls });
    }

    /// Sets no fault.
    pub fn recovers(&self) {
        *lock(&self.0.trouble) = None;
    }

    /// Characters that are charged for, of what came within connections: what [`requests`](Self::requests) do not show.
    #[must_use]
    pub(crate) fn charged(&self) -> u64 {
        self.0.charged.load(Ordering::SeqCst)
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.0.requests).clone()
    }

    /// The counts, to look at or to wait for.
    #[must_use]
    pub fn counts(&self) -> watch::Receiver<Counts> {
        self.0.counts.subscribe()
    }

    /// Counts a call for speech. Handlers of one call a request take a [`Call`] as an argument instead, which also
    /// does the faults that come before the sound; a connection that carries several calls begins each here.
    #[must_use]
    pub fn begin(&self, request: Recorded) -> Call {
        let mut number = 0;
        self.0.counts.send_modify(|counts| {
            number = counts.begun;
            counts.begun += 1;
        });
        let fault = self.fault_of(number);
        Call { desk: self.clone(), request, number, fault, finished: false }
    }

    /// Lets a connection stand that is to carry calls, see [`begin_within`](Self::begin_within); unless the next call is
    /// refused before any connection does. Then this counts as that call.
    ///
    /// # Errors
    /// The answer.
    pub async fn stands(&self, request: &Recorded) -> Result<(), Response> {
        if self.refuses_next() {
            self.begin(request.clone()).admitted().await.map(Call::finish)?;
        }
        Ok(())
    }

    /// Counts a call for speech over a connection that stands; `request` is what opened it. `None`: this call is one that is
    /// refused before a connection stands. It is not counted: the stub closes the connection, as one that grew too old, and
    /// whoever asks is refused when they open the next.
    #[must_use]
    pub fn begin_within(&self, request: &Recorded) -> Option<Call> {
        (!self.refuses_next()).then(|| self.begin(request.clone()))
    }

    /// Whether the next call is refused before a connection stands.
    fn refuses_next(&self) -> bool {
        let number = self.0.counts.borrow().begun;
        self.fault_of(number).is_some_and(Fault::refuses_connections)
    }

    fn fault_of(&self, number: usize) -> Option<Fault> {
        let trouble = (*lock(&self.0.trouble)).filter(|trouble| trouble.calls.contains(&number));
        trouble.map(|trouble| trouble.fault)
    }
}

/// Notes every request, in front of a stub's routes.
pub(crate) async fn note(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    // What gRPC sends does not end before it is answered.
    let streamed =
        parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    let (bytes, body) = if streamed {
        (Bytes::new(), body)
    } else {
        match axum::body::to_bytes(body, LONGEST_BODY).await {
            Ok(bytes) => (bytes.clone(), Body::from(bytes)),
            Err(error) => return (StatusCode::PAYLOAD_TOO_LARGE, error.to_string()).into_response(),
        }
    };
    let recorded = Recorded {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        body: bytes,
    };
    lock(&desk.0.requests).push(recorded.clone());
    parts.extensions.insert(recorded);
    next.run(Request::from_parts(parts, body)).await
}

/// A call for the sound of one utterance. Dropped before its answer has ended, it counts as abandoned.
#[derive(Debug)]
pub struct Call {
    desk: Desk,
    request: Recorded,
    number: usize,
    fault: Option<Fault>,
    finished: bool,
}

impl Call {
    /// What was asked.
    #[must_use]
    pub fn request(&self) -> &Recorded {
        &self.request
    }

    /// So many characters are charged for, of what came within its connection.
    pub(crate) fn charge(&self, characters: usize) {
        self.desk.0.charged.fetch_add(characters as u64, Ordering::SeqCst);
    }

    /// The how many-th call for speech it is, from 0.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// Whether it is to suffer this fault. Ask only in order to do it: an answer of yes is counted.
    #[must_use]
    pub fn suffers(&self, fault: Fault) -> bool {
        self.fault == Some(fault) && self.suffered()
    }

    pub(crate) fn refuses_text(&self) -> bool {
        self.fault == Some(Fault::BadText)
    }

    fn suffered(&self) -> bool {
        self.desk.0.counts.send_modify(|counts| counts.suffered += 1);
        true
    }

    /// Does the faults that come before any sound: waits, or answers in its place.
    ///
    /// # Errors
    /// The answer.
    pub async fn admitted(self) -> Result<Self, Response> {
        let refuse = self.desk.0.refuse;
        let response = match self.fault {
            Some(Fault::Late) => {
                self.suffered();
                tokio::time::sleep(LATE).await;
                return Ok(self);
            }
            Some(Fault::Hang) => {
                self.suffered();
                std::future::pending().await
            }
            Some(Fault::ThrottledSeconds) => {
                after(refuse(Refusal::Throttled), RETRY_AFTER_SECONDS.to_string())
            }
            Some(Fault::ThrottledDate) => {
                #[expect(clippy::disallowed_methods, reason = "the date is for a client with a real clock")]
                let now = SystemTime::now();
                let date = now + Duration::from_secs(RETRY_AFTER_SECONDS);
                let mut response = after(refuse(Refusal::Throttled), httpdate::fmt_http_date(date));
                // The server's own date may be of a second ago.
                let now = HeaderValue::from_maybe_shared(httpdate::fmt_http_date(now)).ok();
                response.headers_mut().extend(now.map(|now| (DATE, now)));
                response
            }
            Some(Fault::Quota) => refuse(Refusal::Quota),
            Some(Fault::BadKey) => refuse(Refusal::Key),
            Some(Fault::BadText) => refuse(Refusal::Text),
            Some(Fault::ErrorAsSuccess) => {
                let mut response = refuse(Refusal::Trouble);
                *response.status_mut() = StatusCode::OK;
                response
            }
            Some(Fault::HtmlError) => html_error(),
            Some(Fault::Empty) => StatusCode::OK.into_response(),
            _ => return Ok(self),
        };
        self.suffered();
        self.finish();
        Err(response)
    }

    /// Samples as a WAV file, with the faults of its header.
    #[must_use]
    pub fn wav(&self, samples: &[i16], rate: u32) -> Vec<u8> {
        let stated = if self.suffers(Fault::WavZero) {
            Stated::Zero
        } else if self.suffers(Fault::WavMax) {
            Stated::Max
        } else {
            Stated::Length
        };
        sound::wav(samples, rate, stated)
    }

    /// Cuts sound into pieces, such as the events of a stream carry.
    #[must_use]
    pub fn cut(&self, sound: Vec<u8>) -> Vec<Bytes> {
        pieces_of(&sound.into(), if self.suffers(Fault::OddByte) { ODD_PIECE } else { PIECE })
    }

    /// Cuts sound into pieces of base64, each for itself, or of the one base64 text at any letter.
    #[must_use]
    pub fn cut_base64(&self, sound: Vec<u8>) -> Vec<String> {
        if self.suffers(Fault::SplitBase64) {
            let text = STANDARD.encode(&sound);
            let pieces = text.as_bytes().chunks(ANYWHERE);
            pieces.map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
        } else {
            self.cut(sound).iter().map(|piece| STANDARD.encode(piece)).collect()
        }
    }

    /// Answers with sound, sent as it is made: in pieces and without a length.
    #[must_use]
    pub fn sound(self, content_type: &str, sound: Vec<u8>) -> Response {
        let pieces = self.cut(sound);
        self.stream(content_type, pieces)
    }

    /// Answers with sound that was made before: with its length.
    #[must_use]
    pub fn whole(self, content_type: &str, sound: Vec<u8>) -> Response {
        let length = sound.len();
        let mut response = self.sound(content_type, sound);
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
        response
    }

    /// Answers with these pieces, one after the other, such as events or lines.
    #[must_use]
    pub fn stream(self, content_type: &str, pieces: Vec<Bytes>) -> Response {
        let content_type = if self.suffers(Fault::WrongType) { "text/plain" } else { content_type };
        let content_type = HeaderValue::from_str(content_type).ok();
        let mut response = Response::new(self.into_body(pieces));
        response.headers_mut().extend(content_type.map(|value| (CONTENT_TYPE, value)));
        response
    }

    fn into_body(mut self, mut pieces: Vec<Bytes>) -> Body {
        if self.suffers(Fault::Crumbs) {
            pieces = pieces.iter().flat_map(|piece| pieces_of(piece, CRUMB)).collect();
        }
        let total: usize = pieces.iter().map(Bytes::len).sum();
        let breaks = self.suffers(Fault::Cut) || self.suffers(Fault::Stall);
        // Half of it, and not at the end of a sample.
        let mut left = if breaks { (total / 2) | 1 } else { total };
        Body::from_stream(stream! {
            for piece in pieces {
                let piece = piece.slice(..piece.len().min(left));
                left -= piece.len();
                if left == 0 && !breaks {
                    // A body of a stated length is not asked for more than that.
                    self.settle();
                }
                if !piece.is_empty() {
                    yield Ok(piece);
                }
                // The connection sends what it has whenever it has to wait.
                tokio::task::yield_now().await;
            }
            match self.fault {
                Some(Fault::Stall) => std::future::pending().await,
                Some(Fault::Cut) => yield Err(std::io::Error::other("the stub breaks off")),
                _ => {}
            }
            self.settle();
        })
    }

    /// Counts it as answered to the end. Answers through the call's own methods do it themselves.
    pub fn finish(mut self) {
        self.settle();
    }

    fn settle(&mut self) {
        if !std::mem::replace(&mut self.finished, true) {
            self.desk.0.counts.send_modify(|counts| counts.finished += 1);
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.finished {
            self.desk.0.counts.send_modify(|counts| counts.abandoned += 1);
        }
    }
}

impl FromRequest<Desk> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Response> {
        match request.extensions().get::<Recorded>() {
            Some(recorded) => desk.begin(recorded.clone()).admitted().await,
            None => Err((StatusCode::INTERNAL_SERVER_ERROR, "the stub did not note this").into_response()),
        }
    }
}

/// Status 500, and the page that Flask sends with it, as it was recorded.
#[must_use]
pub fn html_error() -> Response {
    let kind = [(CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::INTERNAL_SERVER_ERROR, kind, include_str!("../fixtures/piper/error.html")).into_response()
}

fn after(mut response: Response, value: String) -> Response {
    response
        .headers_mut()
        .extend(HeaderValue::from_maybe_shared(value).ok().map(|value| (RETRY_AFTER, value)));
    response
}

fn pieces_of(bytes: &Bytes, size: usize) -> Vec<Bytes> {
    (0..bytes.len()).step_by(size).map(|at| bytes.slice(at..bytes.len().min(at + size))).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
