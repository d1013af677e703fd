//! Its WebSocket: the utterances of a reply follow one another in a context, in which the voice goes on in one manner.
//!
//! An utterance is sent, and then flushed: what comes until its flush is done is its sound. The service ends a context a
//! second after its last sound; then another begins over the same connection. It says in two ways how flushes are counted,
//! and does not say whether words are timed from the beginning of their context or of their flush, so neither is relied on.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_stream::try_stream;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use super::{RATE, failure, meaning, read};
use crate::provider::{Part, ProviderError, Request, SpeechStream};
use crate::providers::Opening;
use crate::providers::wire::{
    Coding, Encoding, Finder, Http, Open, Socket, SocketPool, SoundDecoder, SoundMessage, TimedWord, is_blank,
};
use crate::queue::Errand;
use saywell_base::net::socket_client;

/// How long a connection waits for its next utterance: the service closes one after five minutes.
const IDLE: Duration = Duration::from_mins(4);
/// How long after its last message a context can be gone on with, with time for the way to the service.
const GOES_ON: Duration = Duration::from_millis(800);
/// How far before the end of the sound before it the first word of an utterance may be said to begin, seconds.
const EARLY: f64 = 0.25;
/// Any connection is good for any voice.
const ANY: &str = "";

/// Where utterances follow one another.
#[derive(Debug)]
pub(super) struct Contexts {
    http: Http,
    url: String,
    headers: HeaderMap,
    connections: SocketPool<Option<Context>>,
}

/// A context: the last one of its connection.
#[derive(Debug)]
struct Context {
    id: String,
    /// The reply that it speaks for.
    errand: Weak<Errand>,
    /// What is asked for beside the text: it holds for the whole context.
    fixed: Value,
    /// When something of it came last.
    at: Instant,
    /// Sound that it has made, of utterances that are over, seconds.
    earlier: f64,
    /// The number of its last flush, as the service counts.
    flush: Option<i64>,
}

impl Context {
    fn new(errand: &Arc<Errand>, fixed: &Value) -> Self {
        Self {
            id: hex::encode(rand::random::<[u8; 16]>()),
            errand: Arc::downgrade(errand),
            fixed: fixed.clone(),
            at: Instant::now(),
            earlier: 0.0,
            flush: None,
        }
    }

    fn goes_on(&self, errand: &Arc<Errand>, fixed: &Value) -> bool {
        self.errand.ptr_eq(&Arc::downgrade(errand)) && self.fixed == *fixed && self.at.elapsed() < GOES_ON
    }

    /// What is sent to have it say this, and no more than this.
    fn asks(&self, text: &str) -> Vec<Message> {
        let ask = |transcript: String, flush: bool| {
            let mut ask = self.fixed.clone();
            ask["context_id"] = self.id.as_str().into();
            ask["continue"] = true.into();
            ask["transcript"] = transcript.into();
            if flush {
                ask["flush"] = true.into();
            }
            Message::text(ask.to_string())
        };
        // The service puts texts together as they are.
        vec![ask(format!("{text} "), false), ask(String::new(), true)]
    }

    /// What a message tells of it; `begun`: some sound of this utterance has come. `None` where it is of another context.
    fn hears(&mut self, message: &str, begun: bool) -> Result<Option<SoundMessage>, ProviderError> {
        let Ok(Head { kind, context_id, flush_id }) = serde_json::from_str(message) else {
            return Err(failure(message));
        };
        if context_id.is_some_and(|id| !id.is_empty() && id != self.id) {
            return Ok(None);
        }
        self.at = Instant::now();
        if kind != "flush_done" {
            let news = read(message)?;
            if news.done {
                // It takes no more, whoever speaks next.
                self.errand = Weak::new();
            }
            return Ok(Some(news));
        }
        // Whatever it calls the first flush, it does not give two of them one number; of the one before it may say so twice.
        let stale = flush_id.is_some() && flush_id == self.flush && !begun;
        if !stale {
            self.flush = flush_id;
        }
        Ok(Some(SoundMessage { done: !stale, ..SoundMessage::default() }))
    }

    /// Adds an utterance that it has said, and tells how much sound came before.
    fn advance(&mut self, seconds: f64) -> f64 {
        let earlier = self.earlier;
        self.earlier += seconds;
        earlier
    }
}

/// Times words from the beginning of their utterance. `earlier` is how much sound their context made before it, seconds: they
/// may be timed from the beginning of that.
fn from_utterance(words: &mut [TimedWord], earlier: f64) {
    let first = words.iter().map(|word| word.start).fold(f64::INFINITY, f64::min);
    if first >= earlier - EARLY {
        for word in words {
            word.start = (word.start - earlier).max(0.0);
            word.end = (word.end - earlier).max(0.0);
        }
    }
}

/// What every message may have.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
    context_id: Option<String>,
    flush_id: Option<i64>,
}

impl Contexts {
    pub(super) fn open(
        opening: &Opening<'_>,
        url: String,
        headers: HeaderMap,
    ) -> Result<Arc<Self>, ProviderError> {
        let http = Http::new(&Opening { client: &socket_client()?, ..*opening });
        Ok(Arc::new(Self { http, url, headers, connections: SocketPool::new(IDLE) }))
    }

    /// Opens a connection, unless one waits.
    pub(super) async fn warm(&self) {
        if !self.connections.has(ANY)
            && let Ok(connection) = self.connect().await
        {
            self.connections.keep(ANY, Weak::new(), connection);
        }
    }

    async fn connect(&self) -> Result<Open<Option<Context>>, ProviderError> {
        let request = self.http.get(&self.url).headers(self.headers.clone());
        Ok(Open::new(Socket::open(&self.http, request, meaning).await?, None))
    }

    /// Speaks an utterance; `fixed` is what is asked for it. A text that holds nothing that can be said is silence.
    pub(super) fn speak(self: &Arc<Self>, mut fixed: Value, request: Request) -> SpeechStream {
        let this = Arc::clone(self);
        Box::pin(try_stream! {
            if is_blank(&request.text) {
                yield Part::Sound { rate: RATE, samples: Vec::new() };
                return;
            }
            fixed["transcript"] = Value::Null;
            let Request { text, errand, .. } = request;
            let ask = |context: &mut Option<Context>| {
                let last = context.take().filter(|context| context.goes_on(&errand, &fixed));
                context.insert(last.unwrap_or_else(|| Context::new(&errand, &fixed))).asks(&text)
            };
            let mut connection = this.connections.ask(&[ANY], &errand, this.connect(), ask).await?;
            let mut sound = SoundDecoder::new(Encoding::Base64, Coding::Pcm { rate: RATE });
            let (mut words, mut begun) = (Vec::new(), false);
            loop {
                let message = connection.next().await?;
                let (Message::Text(message), Some(context)) = (message, &mut connection.memory) else { continue };
                let Some(news) = context.hears(&message, begun)? else { continue };
                begun |= !news.sound.is_empty();
                if let Some(part) = sound.push(&news.sound)? {
                    yield part;
                }
                words.extend(news.words);
                if news.done {
                    break;
                }
            }
            let (last, seconds) = sound.finish()?;
            let earlier = connection.memory.as_mut().map_or(0.0, |context| context.advance(seconds));
            this.connections.keep(ANY, Arc::downgrade(&errand), connection);
            for part in last {
                yield part;
            }
            let mut finder = Finder::new(&text);
            from_utterance(&mut words, earlier);
            for word in &words {
                finder.take(word);
            }
            let words = finder.finish(seconds);
            if !words.is_empty() {
                yield Part::Words(words);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_timed_from_their_utterance_whatever_the_service_times_them_from() {
        let timed = |start: f64, earlier: f64| {
            let mut words = vec![TimedWord { word: "Hello".into(), start, end: start + 0.5 }];
            from_utterance(&mut words, earlier);
            let hundredths = |seconds: f64| (seconds * 100.0).round();
            (hundredths(words[0].start), hundredths(words[0].end))
        };
        assert_eq!(timed(0.1, 0.0), (10.0, 60.0), "the first of its context");
        assert_eq!(timed(2.1, 2.0), (10.0, 60.0), "from the beginning of the context");
        assert_eq!(timed(0.1, 2.0), (10.0, 60.0), "from the beginning of the flush");
        assert_eq!(timed(1.9, 2.0), (0.0, 40.0), "said to begin a little early");
    }

    #[test]
    fn a_flush_is_done_once_whatever_its_number() {
        let errand = Arc::default();
        let mut context = Context::new(&errand, &Value::Null);
        context.id = "c".into();
        let done = |context: &mut Context, number: i64, begun: bool| {
            let message =
                format!(r#"{{"type":"flush_done","context_id":"c","flush_id":{number},"done":false}}"#);
            context.hears(&message, begun).unwrap().unwrap().done
        };
        assert!(done(&mut context, 0, true));
        assert!(!done(&mut context, 0, false), "it says once more that the one before is done");
        assert!(done(&mut context, 1, true));
        assert!(
            done(&mut context, 1, true),
            "there is sound of this one: it counts from the beginning again"
        );
        let other = r#"{"type":"error","context_id":"another","done":true,"status_code":500}"#;
        assert_eq!(context.hears(other, true).unwrap(), None);
        assert!(context.goes_on(&errand, &Value::Null));
        let ended = r#"{"type":"done","context_id":"c","done":true,"status_code":200}"#;
        assert!(context.hears(ended, true).unwrap().unwrap().done);
        assert!(!context.goes_on(&errand, &Value::Null), "it takes no more");
    }
}
