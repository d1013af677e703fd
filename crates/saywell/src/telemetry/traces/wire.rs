//! Spans as OTLP writes them in JSON: `ExportTraceServiceRequest`.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::{Ended, OWN};

/// What a span is, by its name: what is asked of us, what we ask of others, and what happens inside.
fn kind(name: &str) -> u8 {
    const INTERNAL: u8 = 1;
    const SERVER: u8 = 2;
    const CLIENT: u8 = 3;
    match name {
        "request" => SERVER,
        "call" => CLIENT,
        _ => INTERNAL,
    }
}

/// A message with these spans.
pub(super) fn message(spans: &[Ended]) -> Value {
    let program = [("service.name", OWN.into()), ("service.version", env!("CARGO_PKG_VERSION").into())];
    json!({ "resourceSpans": [{
        "resource": { "attributes": attributes(program.iter()) },
        "scopeSpans": [{ "scope": { "name": OWN }, "spans": spans.iter().map(span).collect::<Vec<_>>() }],
    }] })
}

fn span(span: &Ended) -> Value {
    // Numbers of 64 bits are strings in protocol buffers' JSON, and ids hexadecimal.
    let nanoseconds =
        |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string();
    let mut written = json!({
        "traceId": hex::encode(span.place.trace),
        "spanId": hex::encode(span.place.span),
        "name": span.name,
        "kind": kind(span.name),
        "startTimeUnixNano": nanoseconds(span.begun),
        "endTimeUnixNano": nanoseconds(span.until.max(span.begun)),
        "attributes": attributes(span.fields.iter().filter(|(name, _)| *name != FAILED)),
    });
    if let Some(above) = span.place.above {
        written["parentSpanId"] = hex::encode(above).into();
    }
    if let Some((_, reason)) = span.fields.iter().find(|(name, _)| *name == FAILED) {
        const ERROR: u8 = 2;
        written["status"] = json!({ "code": ERROR, "message": reason });
    }
    written
}

/// The field that says that what a span stands for went wrong, and how.
pub(super) const FAILED: &str = "failed";

fn attributes<'a>(fields: impl Iterator<Item = &'a (&'static str, Value)>) -> Vec<Value> {
    fields.map(|(name, value)| json!({ "key": name, "value": any_value(value) })).collect()
}

fn any_value(value: &Value) -> Value {
    let (kind, value) = match value {
        Value::Bool(_) => ("boolValue", value.clone()),
        Value::Number(number) if number.is_f64() => ("doubleValue", value.clone()),
        Value::Number(number) => ("intValue", number.to_string().into()),
        Value::String(_) => ("stringValue", value.clone()),
        other => ("stringValue", other.to_string().into()),
    };
    Value::Object(Map::from_iter([(kind.to_owned(), value)]))
}
