//! Wyoming, which Home Assistant speaks: on a port of its own, events over TCP.
//!
//! Nobody says over it who they are. All who come by this port call with the key that the operator gave it, or as whoever
//! shows nothing does over HTTP: identity, limits, cache and usage are the same.

mod event;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use futures::{StreamExt, stream};
use saywell_audio::{Format, SAMPLE_RATE};
use serde_json::{Value, json};
use tokio::io::{AsyncWrite, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::{Instrument, debug, info_span};

pub use self::event::{Event, WireFault};
use crate::app::App;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::live::{HeardNext, Hearing, Writing};
use crate::http::{silence, voices};
use crate::identity::{Arrival, Caller};
use crate::name::Name;
use crate::request::{Markup, SpeechRequest};
use crate::speak::{Departure, Sound};

/// Connections at once, of all callers.
const MOST_CONNECTIONS: usize = 256;
/// How long a connection may say nothing when no text is open, and when one is.
const ASKED_WITHIN: Duration = Duration::from_mins(1);
const TEXT_WITHIN: Duration = Duration::from_mins(2);
/// How long a client may take nothing of what is sent.
const TAKEN_WITHIN: Duration = Duration::from_mins(1);
/// How long nobody is let in when the system has no more connections to give.
const REST: Duration = Duration::from_millis(50);
/// The most sound of one event, bytes: half a second of it.
const MOST_SOUND: usize = 24_000;

/// Serves until the app's connections are to stop.
pub async fn serve(app: App, listener: TcpListener) {
    let (places, connections) = (Arc::new(Semaphore::new(MOST_CONNECTIONS)), app.connections.clone());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = connections.stopping() => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                debug!(%error, "a connection was not accepted");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            metrics::counter!("saywell_connections_closed_total", "reason" => "busy").increment(1);
            continue;
        };
        let _ = stream.set_nodelay(true);
        let app = app.clone();
        let id = hex::encode(rand::random::<[u8; 8]>());
        let attending = async move {
            // Whoever has left has.
            let _ = Box::pin(attend(&app, stream, peer)).await;
            drop(place);
        };
        // Waited for by `Connections::closed`.
        tokio::spawn(connections.track(attending.instrument(info_span!("wyoming", id))));
    }
}

/// The client is not there any more, or is to go.
struct Gone;

/// One connection, from its first event to its last.
async fn attend(app: &App, stream: TcpStream, peer: SocketAddr) -> Result<(), Gone> {
    let (reader, mut writer) = stream.into_split();
    let caller = match identify(app, peer).await {
        Ok(caller) => caller,
        Err(error) => return fail(&mut writer, &error, false).await,
    };
    let place = match app.limits.connect(&caller) {
        Ok(place) => place,
        Err(refusal) => return fail(&mut writer, &refusal.into(), false).await,
    };
    let events = stream::unfold(BufReader::new(reader), async |mut reader| {
        Event::read(&mut reader).await.transpose().map(|event| (event, reader))
    });
    let mut events = std::pin::pin!(events);
    let mut session = Session { app, caller, writer };
    let (mut open, mut next): (Option<Reply>, Option<Event>) = (None, None);
    loop {
        // What is asked for while a whole text is said waits for its end.
        if let Some(event) = next.take_if(|_| open.as_ref().is_none_or(|open| open.streamed)) {
            session.take(event, &mut open).await?;
            continue;
        }
        let within = if open.is_some() { TEXT_WITHIN } else { ASKED_WITHIN };
        let (is_idle, is_sounding) =
            (open.is_none(), open.as_ref().is_some_and(|open| open.hearing.has_begun()));
        let heard = async {
            match &mut open {
                Some(open) => open.hearing.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = app.connections.stopping(), if is_idle => break,
            heard = heard => match (heard, &mut open) {
                (Ok(Some(HeardNext::Sound(sound))), Some(open)) => session.sound(&mut open.sent, &sound).await?,
                (Ok(Some(_)), _) | (_, None) => {}
                (Ok(None), Some(reply)) => {
                    session.ends(reply).await?;
                    open = None;
                }
                (Err(failure), Some(reply)) => {
                    session.breaks_off(reply, failure.into()).await?;
                    open = None;
                }
            },
            event = timeout(within, events.next()), if next.is_none() => match event {
                Ok(Some(Ok(event))) => next = Some(event),
                Ok(Some(Err(fault))) => {
                    let error = ApiError::invalid("event", format!("{fault}."));
                    return fail(&mut session.writer, &error, open.is_some_and(|open| open.streamed)).await;
                }
                Err(_) if is_sounding => {}
                Ok(None) | Err(_) => break,
            },
        }
    }
    drop(place);
    Ok(())
}

/// Who calls by this port.
async fn identify(app: &App, peer: SocketAddr) -> Result<Caller, ApiError> {
    let mut headers = HeaderMap::new();
    if let Some(key) = &app.settings.wyoming_key {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", key.reveal()));
        headers.insert(
            header::AUTHORIZATION,
            bearer.map_err(|_| ApiError::new(ErrorCode::Unauthorized, "TTS_WYOMING_KEY is no API key."))?,
        );
    }
    let uri = Uri::from_static("/");
    let arrival = Arrival { method: &Method::GET, uri: &uri, headers: &headers, peer: Some(peer.ip()) };
    let caller = app.identity.identify(arrival).await?.caller;
    if caller.may_speak() {
        Ok(caller)
    } else {
        Err(ApiError::new(ErrorCode::Forbidden, "This API key has not the scope `speak`."))
    }
}

/// A connection whose caller is known.
struct Session<'a, W> {
    app: &'a App,
    caller: Caller,
    writer: W,
}

/// A reply that is said.
struct Reply {
    request: SpeechRequest,
    /// Whether its text comes in pieces: from `synthesize-start` to `synthesize-stop`.
    streamed: bool,
    /// Of one that is streamed, once there is some text.
    writing: Option<Writing>,
    hearing: Hearing,
    text: String,
    /// Sound that has been sent.
    sent: Sent,
}

/// How much sound has been sent of a reply.
#[derive(Default, Clone, Copy)]
struct Sent {
    begun: bool,
    bytes: usize,
}

impl<W: AsyncWrite + Unpin> Session<'_, W> {
    async fn take(&mut self, event: Event, open: &mut Option<Reply>) -> Result<(), Gone> {
        let none_open = || ApiError::invalid("type", "No reply is open: it begins with `synthesize-start`.");
        let taken = match (event.kind.as_str(), open.as_mut()) {
            ("describe", _) => {
                let info = self.info().await;
                return self.tell("info", &info).await;
            }
            ("ping", _) => return self.tell("pong", &json!({ "text": event.text("text") })).await,
            ("synthesize", None) => match self.synthesize(&event).await {
                Ok(Some(reply)) => {
                    *open = Some(reply);
                    Ok(())
                }
                Ok(None) => Ok(()),
                Err(Unsaid::Wrong(error)) => Err(error),
                Err(Unsaid::Gone) => return Err(Gone),
            },
            ("synthesize-start", Some(_)) => {
                Err(ApiError::invalid("type", "A reply is open: it ends with `synthesize-stop`."))
            }
            ("synthesize-start", None) => request(&event, String::new()).map(|request| {
                *open = Some(Reply::new(request, true));
            }),
            ("synthesize-chunk", Some(open)) => self.push(open, event.text("text").unwrap_or_default()).await,
            ("synthesize-stop", Some(reply)) => match reply.end().await {
                Ok(true) => Ok(()),
                Ok(false) => {
                    *open = None;
                    return self.tell("synthesize-stopped", &json!({})).await;
                }
                Err(error) => Err(error),
            },
            ("synthesize-chunk" | "synthesize-stop", None) => Err(none_open()),
            // Within a streamed reply `synthesize` says the same again, for servers that do not stream; and as the protocol
            // has it, what is not known is passed over.
            _ => return Ok(()),
        };
        match taken {
            Ok(()) => Ok(()),
            Err(error) => fail(&mut self.writer, &error, open.is_some()).await,
        }
    }

    /// A text that is all there. `None`: it has been said.
    async fn synthesize(&mut self, event: &Event) -> Result<Option<Reply>, Unsaid> {
        let request = request(event, event.text("text").unwrap_or_default().to_owned())?;
        let mut reply = Reply::new(request.clone(), false);
        reply.text.clone_from(&request.text);
        let order = self.app.orders.open(self.caller.clone(), request).await.map_err(ApiError::from)?;
        let speech = match self.app.speak.speak(&order).await {
            Ok(speech) => speech,
            Err(error) => {
                self.breaks_off(&mut reply, error.into()).await?;
                return Ok(None);
            }
        };
        let sound = match speech.sound {
            Sound::Complete(entry) => entry.sound.clone(),
            Sound::Flight(mut listener) => {
                if let Some(captions) = self.app.speak.flights.read_along(&speech.key) {
                    reply.hearing = Hearing::begin(Departure { listener, captions });
                    return Ok(Some(reply));
                }
                // It has landed meanwhile.
                listener.landed().await.map_err(ApiError::from)?;
                listener.sound()
            }
        };
        self.sound(&mut reply.sent, &sound).await?;
        self.ends(&reply).await?;
        Ok(None)
    }

    async fn push(&self, open: &mut Reply, text: &str) -> Result<(), ApiError> {
        let writing = match &mut open.writing {
            Some(writing) => writing,
            None if text.trim().is_empty() => return Ok(()),
            None => {
                let begun = Writing::begin(self.app, self.caller.clone(), open.request.clone()).await?;
                open.writing.insert(begun)
            }
        };
        open.text.push_str(text);
        let departed = writing.push(text).await;
        open.hearing.departs(departed.inspect_err(|error| writing.refuse(error))?);
        Ok(())
    }

    /// Sends sound, 16-bit little-endian PCM.
    async fn sound(&mut self, sent: &mut Sent, sound: &[u8]) -> Result<(), Gone> {
        if !std::mem::replace(&mut sent.begun, true) {
            self.tell("audio-start", &audio(0)).await?;
        }
        for piece in sound.chunks(MOST_SOUND) {
            self.write("audio-chunk", &audio(sent.bytes), piece).await?;
            sent.bytes += piece.len();
        }
        Ok(())
    }

    async fn ends(&mut self, reply: &Reply) -> Result<(), Gone> {
        self.tell("audio-stop", &json!({ "timestamp": milliseconds(reply.sent.bytes) })).await?;
        if reply.streamed {
            self.tell("synthesize-stopped", &json!({})).await?;
        }
        Ok(())
    }

    /// Ends a reply that cannot be said any further: with a short silence where there is nothing to say in it.
    async fn breaks_off(&mut self, reply: &mut Reply, error: ApiError) -> Result<(), Gone> {
        if reply.sent.begun || !silence::instead(&error, &reply.text) {
            return fail(&mut self.writer, &error, reply.streamed).await;
        }
        let silence = silence::sound(Format::Pcm).unwrap_or_default();
        self.sound(&mut reply.sent, &silence).await?;
        self.ends(reply).await
    }

    /// The voices, as Wyoming describes them.
    async fn info(&self) -> Value {
        let voices = voices::offered(self.app).await.voices.into_iter().map(|voice| {
            let spoken = std::iter::once(&voice.language).chain(&voice.other_languages);
            let mut languages: Vec<_> = spoken.filter(|language| *language != "*").collect();
            let any = "en".to_owned();
            if languages.is_empty() {
                languages.push(&any);
            }
            json!({
                "name": voice.id, "description": voice.name, "languages": languages, "speakers": null,
                "attribution": { "name": voice.provider, "url": "" }, "installed": true, "version": null,
            })
        });
        let voices: Vec<_> = voices.collect();
        json!({
            "asr": [], "handle": [], "intent": [], "wake": [], "mic": [], "snd": [],
            "tts": [{
                "name": "saywell", "description": "Saywell", "attribution": { "name": "Saywell", "url": "" },
                "installed": true, "version": env!("CARGO_PKG_VERSION"), "voices": voices,
                "supports_synthesize_streaming": true,
            }],
        })
    }

    async fn tell(&mut self, kind: &str, data: &Value) -> Result<(), Gone> {
        self.write(kind, data, &[]).await
    }

    async fn write(&mut self, kind: &str, data: &Value, payload: &[u8]) -> Result<(), Gone> {
        write(&mut self.writer, kind, data, payload).await
    }
}

impl Reply {
    fn new(request: SpeechRequest, streamed: bool) -> Self {
        let (hearing, sent) = (Hearing::default(), Sent::default());
        Self { request, streamed, writing: None, hearing, text: String::new(), sent }
    }

    /// The text is all there. Whether there is something to hear of it.
    async fn end(&mut self) -> Result<bool, ApiError> {
        let Some(writing) = &mut self.writing else { return Ok(false) };
        match writing.end().await {
            Ok(departed) => {
                self.hearing.departs(departed);
                Ok(true)
            }
            Err(error) => {
                writing.refuse(&error);
                let nothing = silence::instead(&error, &self.text) && !self.hearing.has_begun();
                if nothing { Ok(false) } else { Err(error) }
            }
        }
    }
}

/// Why a text is not said.
enum Unsaid {
    Wrong(ApiError),
    Gone,
}

impl From<ApiError> for Unsaid {
    fn from(error: ApiError) -> Self {
        Self::Wrong(error)
    }
}

impl From<Gone> for Unsaid {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

/// What is asked for, in the voice and the language that the event names.
fn request(event: &Event, text: String) -> Result<SpeechRequest, ApiError> {
    let voice = event.data.get("voice").filter(|voice| !voice.is_null());
    let said = |field: &str| {
        let said = voice.and_then(|voice| voice.get(field)).and_then(Value::as_str);
        said.map(str::trim).filter(|said| !said.is_empty())
    };
    let name = said("name").map(Name::new).transpose();
    let voice = name.map_err(|fault| ApiError::invalid("voice.name", format!("`voice.name` {fault}.")))?;
    let markup = match event.text("text_format") {
        None | Some("text") => Markup::Markdown,
        Some("ssml") if event.kind == "synthesize" => Markup::Ssml,
        Some(_) => {
            let message = "`text_format` may be text, or ssml in `synthesize`.";
            return Err(ApiError::invalid("text_format", message));
        }
    };
    // It chooses a voice. The text says what it is in, which may be something else.
    let language = said("language").and_then(saywell_text::Language::new);
    Ok(SpeechRequest { format: Format::Pcm, voice, language, markup, ..SpeechRequest::new(text) })
}

fn audio(bytes: usize) -> Value {
    json!({ "rate": SAMPLE_RATE, "width": 2, "channels": 1, "timestamp": milliseconds(bytes) })
}

/// How long so many bytes of sound last.
fn milliseconds(bytes: usize) -> usize {
    bytes / 2 * 1000 / SAMPLE_RATE as usize
}

/// Says what is wrong and lets the client go: without an end to the sound, it would wait for one.
async fn fail(writer: &mut (impl AsyncWrite + Unpin), error: &ApiError, streaming: bool) -> Result<(), Gone> {
    error.log();
    write(writer, "error", &json!({ "text": error.message, "code": error.code.name() }), &[]).await?;
    if streaming {
        write(writer, "synthesize-stopped", &json!({}), &[]).await?;
    }
    Err(Gone)
}

async fn write(
    writer: &mut (impl AsyncWrite + Unpin),
    kind: &str,
    data: &Value,
    payload: &[u8],
) -> Result<(), Gone> {
    match timeout(TAKEN_WITHIN, event::write(writer, kind, data, payload)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Gone),
    }
}
