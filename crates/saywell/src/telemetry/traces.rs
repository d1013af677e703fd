//! Traces: what each stage of a request took, sent to a collector as OTLP over HTTP in JSON.
//!
//! A span is one of `tracing`'s. [`Recorder`] notes its place in a trace when it begins, and hands it on when it ends, into a
//! bounded queue from which [`Traces`] sends; what finds no room there is dropped and counted. Without a collector there is no
//! recorder, and the spans of stages, which are of the level `debug`, are switched off where they stand.

mod place;
mod wire;

use std::time::{Duration, SystemTime};

use saywell_base::trace::{is_followed, known_by};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Span, Subscriber, debug, warn};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Registry, filter};

pub use self::place::Place;
use crate::clock::{Clock as _, SystemClock};
use crate::net;

/// Spans that wait to be sent.
const QUEUE: usize = 8192;
/// The most of one message.
const BATCH: usize = 512;
/// How long a span waits for others to be sent with it.
const GATHER: Duration = Duration::from_secs(1);
/// How long a collector may take.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);
/// Where the programs are that spans come from: libraries have some of their own.
const OWN: &str = "saywell";

/// A span that has ended.
#[derive(Debug)]
struct Ended {
    name: &'static str,
    place: Place,
    begun: SystemTime,
    until: SystemTime,
    fields: Vec<(&'static str, Value)>,
}

/// What is noted of a span while it is open.
#[derive(Debug)]
struct Open {
    place: Place,
    begun: SystemTime,
    fields: Vec<(&'static str, Value)>,
}

/// Notes spans.
struct Recorder {
    clock: SystemClock,
    queue: mpsc::Sender<Ended>,
}

/// Sends what was noted.
#[derive(Debug)]
pub struct Traces {
    sending: JoinHandle<()>,
    stop: mpsc::Sender<()>,
}

/// What notes spans, for a collector at this address, and what sends them. Begins within a runtime.
///
/// # Errors
/// When nothing can be sent over the network from here.
pub(super) fn begin<S>(endpoint: &str) -> Result<(impl Layer<S> + use<S>, Traces), net::ClientError>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let (queue, spans) = mpsc::channel(QUEUE);
    let (stop, stopped) = mpsc::channel(1);
    let collector = Collector { client: net::client()?, url: address(endpoint), is_ill: false };
    // Waited for by `Traces::close`.
    let sending = tokio::spawn(send(spans, stopped, collector));
    known_by(traceparent);
    let of_ours = filter::filter_fn(|of| of.is_span() && of.target().starts_with(OWN));
    Ok((Recorder { clock: SystemClock, queue }.with_filter(of_ours), Traces { sending, stop }))
}

impl Traces {
    /// Sends what is there, and ends.
    pub async fn close(self) {
        let _ = self.stop.send(()).await;
        if timeout(TAKEN_WITHIN, self.sending).await.is_err() {
            warn!("stopped before the collector had every trace");
        }
    }
}

/// A collector's address for traces, of its address for everything.
fn address(endpoint: &str) -> String {
    let endpoint = endpoint.trim_end_matches('/');
    if endpoint.ends_with("/v1/traces") { endpoint.to_owned() } else { format!("{endpoint}/v1/traces") }
}

/// Whoever asked says where a request belongs: its `traceparent`. What comes below the span belongs there as well.
pub fn continues(span: &Span, traceparent: &str) {
    let Some(from) = Place::read(traceparent) else { return };
    with_open(span, |open| open.place = open.place.below(from));
}

/// Notes something of a span that is for traces alone, and not for the lines of the log.
pub fn note(span: &Span, name: &'static str, value: impl Into<Value>) {
    with_open(span, |open| open.fields.push((name, value.into())));
}

/// Where the work under way belongs.
fn traceparent() -> Option<String> {
    with_open(&Span::current(), |open| open.place.traceparent())
}

fn with_open<T>(span: &Span, then: impl FnOnce(&mut Open) -> T) -> Option<T> {
    if !is_followed() {
        return None;
    }
    let found = span.with_subscriber(|(id, dispatch)| {
        let span = dispatch.downcast_ref::<Registry>()?.span(id)?;
        span.extensions_mut().get_mut::<Open>().map(then)
    });
    found.flatten()
}

impl<S> Layer<S> for Recorder
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let above = span.parent().and_then(|parent| parent.extensions().get::<Open>().map(|open| open.place));
        let mut open = Open {
            place: above.map_or_else(Place::new, Place::beneath),
            begun: self.clock.now(),
            fields: Vec::new(),
        };
        attributes.record(&mut Fields(&mut open.fields));
        span.extensions_mut().insert(open);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            values.record(&mut Fields(&mut open.fields));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(Open { place, begun, fields }) = span.extensions_mut().remove() else { return };
        let ended = Ended { name: span.name(), place, begun, until: self.clock.now(), fields };
        if place.is_wanted() && self.queue.try_send(ended).is_err() {
            lost(1);
        }
    }
}

/// Takes down a span's fields.
struct Fields<'a>(&'a mut Vec<(&'static str, Value)>);

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.push((field.name(), value.into()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push((field.name(), value.into()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.push((field.name(), value.into()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push((field.name(), value.into()));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.into()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}").into()));
    }
}

fn lost(spans: usize) {
    metrics::counter!("saywell_trace_spans_lost_total").increment(spans as u64);
}

/// Sends spans as they end, some at a time, until it is to stop; then those that are there.
async fn send(mut spans: mpsc::Receiver<Ended>, mut stop: mpsc::Receiver<()>, mut collector: Collector) {
    let mut stopping = false;
    while !stopping {
        let mut batch = Vec::new();
        let gathering = async {
            spans.recv_many(&mut batch, BATCH).await;
            let more = async { while batch.len() < BATCH && spans.recv_many(&mut batch, BATCH).await > 0 {} };
            let _ = timeout(GATHER, more).await;
        };
        tokio::select! {
            () = gathering => {}
            _ = stop.recv() => stopping = true,
        }
        while let Ok(span) = spans.try_recv() {
            batch.push(span);
        }
        if !batch.is_empty() {
            collector.take(&batch).await;
        }
    }
}

/// Where spans are sent.
struct Collector {
    client: reqwest::Client,
    url: String,
    is_ill: bool,
}

impl Collector {
    /// What it does not take is lost: traces are no books.
    async fn take(&mut self, spans: &[Ended]) {
        let sending = self.client.post(&self.url).json(&wire::message(spans)).send();
        let answer = match timeout(TAKEN_WITHIN, sending).await {
            Ok(answer) => answer
                .and_then(reqwest::Response::error_for_status)
                .map_err(|error| error.without_url().to_string()),
            Err(_) => Err(format!("no answer within {} s", TAKEN_WITHIN.as_secs())),
        };
        let Err(error) = answer else {
            self.is_ill = false;
            return;
        };
        lost(spans.len());
        // One line each time that it falls ill.
        if std::mem::replace(&mut self.is_ill, true) {
            debug!(error, "the collector of traces still takes none");
        } else {
            warn!(error, "the collector of traces, which TTS_OTLP_ENDPOINT names, takes none");
        }
    }
}
