//! What a service says when it fails, and what that means.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::header::{HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Response, StatusCode, header};
use serde_json::Value;

use crate::provider::ProviderError;

/// How much of a message is read, bytes.
const MAX_MESSAGE: usize = 64 << 10;
/// How much of it is told, characters.
const MAX_TOLD: usize = 200;

/// What a provider knows of its service's failures; `None` where the status says it all.
pub type Meaning = fn(&ServiceFailure) -> Option<ProviderError>;

/// A service's answer that is a failure.
#[derive(Debug, Clone)]
pub struct ServiceFailure {
    /// Its status; of the 2xx where a message came in place of sound.
    pub status: StatusCode,
    /// The service's own code for it; empty where it gives none.
    pub code: String,
    /// The service's own words: one line, without tags, of bounded length.
    pub message: String,
    /// How long it asks to wait.
    pub retry_after: Option<Duration>,
    /// The headers of the answer.
    pub headers: HeaderMap,
}

impl ServiceFailure {
    /// Reads the rest of an answer.
    pub(super) async fn read(response: Response, now: SystemTime) -> Self {
        let head = Head::of_answer(&response);
        let said = beginning(super::body(response)).await;
        Self { retry_after: retry_after(&head.headers, now), ..head.failure(&said) }
    }

    /// A message that came in a stream of other things, or that was read elsewhere.
    #[must_use]
    pub fn of_message(status: StatusCode, body: &[u8]) -> Self {
        Head { status, headers: HeaderMap::new(), secrets: Secrets::default() }.failure(body)
    }

    /// What it means: what the provider knows of it, or else what its status says.
    #[must_use]
    pub fn to_error(&self, meaning: Meaning) -> ProviderError {
        meaning(self).unwrap_or_else(|| self.by_status())
    }

    /// What was answered, to follow the provider's name.
    #[must_use]
    pub fn in_words(&self) -> String {
        match (self.status, self.message.as_str()) {
            (status, "") if status.is_success() => "answered without sound".into(),
            (status, message) if status.is_success() => format!("answered without sound: {message}"),
            (status, "") => format!("answered {status}"),
            (status, message) => format!("answered {}: {message}", status.as_u16()),
        }
    }

    fn by_status(&self) -> ProviderError {
        let (told, retry_after) = (self.in_words(), self.retry_after);
        match self.status.as_u16() {
            401 | 403 => ProviderError::Misconfigured(format!("refuses the key: {told}")),
            402 | 404 | 405 | 410 | 300..=399 => ProviderError::Misconfigured(told),
            429 => ProviderError::Throttled { retry_after },
            503 if retry_after.is_some() => ProviderError::Throttled { retry_after },
            408 | 409 | 425 => ProviderError::Unavailable(told),
            400..=499 => ProviderError::Rejected(told),
            _ => ProviderError::Unavailable(told),
        }
    }
}

/// What an answer says of itself before its body.
#[derive(Debug, Clone)]
pub(super) struct Head {
    status: StatusCode,
    headers: HeaderMap,
    secrets: Secrets,
}

impl Head {
    /// The head of this answer.
    pub(super) fn of_answer(response: &Response) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            secrets: response.extensions().get::<Secrets>().cloned().unwrap_or_default(),
        }
    }

    /// The failure that this body tells of.
    pub(super) fn failure(&self, body: &[u8]) -> ServiceFailure {
        let (code, mut message) = read_body(body);
        for secret in &self.secrets.0 {
            message = message.replace(secret, "••••••");
        }
        let (status, headers) = (self.status, self.headers.clone());
        ServiceFailure { status, code, message: one_line(&message), retry_after: None, headers }
    }
}

/// The secrets that a request carried.
#[derive(Clone, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// The values of headers that are marked as sensitive, without the word before them, as in `Bearer KEY`.
    pub(super) fn in_headers(headers: &HeaderMap) -> Self {
        let sensitive = headers.values().filter(|value| value.is_sensitive());
        let secrets = sensitive.filter_map(|value| value.to_str().ok()?.rsplit(' ').next());
        Self(secrets.filter(|secret| !secret.is_empty()).map(str::to_owned).collect())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••••")
    }
}

/// The beginning of a message; what breaks off is as good as what ends.
pub(super) async fn beginning(mut pieces: BoxStream<'static, Result<Bytes, ProviderError>>) -> Vec<u8> {
    let mut said = Vec::new();
    while let Some(Ok(piece)) = pieces.next().await {
        said.extend_from_slice(&piece);
        if said.len() >= MAX_MESSAGE {
            said.truncate(MAX_MESSAGE);
            break;
        }
    }
    said
}

/// The service's code and words in a body, in whichever of the usual shapes it has.
fn read_body(body: &[u8]) -> (String, String) {
    let text = || without_tags(&String::from_utf8_lossy(body));
    let Ok(json) = serde_json::from_slice::<Value>(body) else { return (String::new(), text()) };
    let (error, detail) = (&json["error"], &json["detail"]);
    let said = [
        &error["message"],
        error,
        &detail["message"],
        detail,
        &detail[0]["msg"],
        &json["message"],
        &json["err_msg"],
        &json["base_resp"]["status_msg"],
    ];
    let codes = ["code", "status", "type", "error"];
    let code = [error, detail]
        .into_iter()
        .flat_map(|told| codes.iter().map(|code| &told[*code]))
        .chain(["__type", "code", "error_code", "err_code"].iter().map(|code| &json[*code]))
        .find_map(Value::as_str)
        .map(str::to_owned)
        .or_else(|| json["base_resp"]["status_code"].as_i64().map(|code| code.to_string()));
    let message = said.into_iter().find_map(Value::as_str).map_or_else(text, without_tags);
    (code.unwrap_or_default(), message)
}

/// Text without what stands between `<` and `>`, and without styles and scripts.
fn without_tags(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let Some((tag, after)) = after.split_once('>') else {
            // A lone `<` is a character like any other.
            plain.push('<');
            rest = after;
            continue;
        };
        plain.push(' ');
        let name = tag.split_whitespace().next().unwrap_or_default();
        rest = match name {
            "style" | "script" => after.split_once(&format!("</{name}>")).map_or("", |(_, after)| after),
            _ => after,
        };
    }
    plain + rest
}

/// The words on one line, of bounded length.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_TOLD) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// How long the answer asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date, which is compared
/// with the answer's own date, so that clocks need not agree.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |name: &HeaderName, unit: f64| {
        let number: f64 = text(name)?.parse().ok()?;
        Duration::try_from_secs_f64(number * unit).ok()
    };
    let date = |name: &HeaderName| text(name).and_then(|date| httpdate::parse_http_date(date).ok());
    number(&RETRY_AFTER_MS, 0.001).or_else(|| number(&RETRY_AFTER, 1.0)).or_else(|| {
        let from = date(&header::DATE).unwrap_or(now);
        Some(date(&RETRY_AFTER)?.duration_since(from).unwrap_or_default())
    })
}

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn failure(status: u16, body: &str) -> ServiceFailure {
        let status = StatusCode::from_u16(status).unwrap();
        let secrets = Secrets(vec!["sk-123".into()]);
        Head { status, headers: HeaderMap::new(), secrets }.failure(body.as_bytes())
    }

    #[test]
    fn every_shape_of_error_is_read() {
        for (body, code, message) in [
            (r#"{"error":{"message":"No.","type":"t","code":"quota"}}"#, "quota", "No."),
            (r#"{"error":{"message":"No.","type":"t","code":null}}"#, "t", "No."),
            (
                r#"{"error":{"code":400,"message":"No.","status":"INVALID_ARGUMENT"}}"#,
                "INVALID_ARGUMENT",
                "No.",
            ),
            (r#"{"error":"No."}"#, "", "No."),
            (r#"{"detail":{"error":"e","message":"No.","type":"t"}}"#, "t", "No."),
            (r#"{"detail":{"status":"voice_not_found","message":"No."}}"#, "voice_not_found", "No."),
            (r#"{"detail":"No."}"#, "", "No."),
            (r#"{"detail":[{"loc":["body"],"msg":"No.","type":"missing"}]}"#, "", "No."),
            (r#"{"__type":"ThrottlingException","message":"No."}"#, "ThrottlingException", "No."),
            (r#"{"error_code":"e","message":"No."}"#, "e", "No."),
            (r#"{"err_code":"e","err_msg":"No.","request_id":"r"}"#, "e", "No."),
            (r#"{"base_resp":{"status_code":1004,"status_msg":"No."}}"#, "1004", "No."),
            ("<html><style>p{}</style><p>No.</p>\n<p>Never.</html>", "", "No. Never."),
            ("2 < 3", "", "2 < 3"),
            ("", "", ""),
        ] {
            let failure = failure(500, body);
            assert_eq!((failure.code.as_str(), failure.message.as_str()), (code, message), "{body}");
        }
    }

    #[test]
    fn what_is_told_is_bounded_and_holds_no_secret() {
        let failure = failure(401, &format!("{{\"error\":\"bad key sk-123\\u0007 {}\"}}", "é".repeat(5000)));
        assert_eq!(failure.message.chars().count(), MAX_TOLD + 1);
        assert!(failure.message.starts_with("bad key •••••• é"), "{}", failure.message);
    }

    #[test]
    fn sensitive_headers_hold_the_secrets() {
        let mut headers = headers(&[("authorization", "Bearer sk-123"), ("accept", "audio/wav")]);
        headers.get_mut("authorization").unwrap().set_sensitive(true);
        assert_eq!(Secrets::in_headers(&headers).0, ["sk-123"]);
    }

    #[test]
    fn a_status_says_what_to_do_next() {
        let kind = |status| match failure(status, "{}").to_error(|_| None) {
            ProviderError::Misconfigured(_) => "operator",
            ProviderError::Rejected(_) | ProviderError::Unaffordable(_) => "text",
            ProviderError::Throttled { .. } => "wait",
            _ => "again",
        };
        for (expected, statuses) in [
            ("operator", &[301, 401, 402, 403, 404, 405, 410][..]),
            ("text", &[400, 413, 415, 422]),
            ("wait", &[429]),
            ("again", &[200, 408, 409, 425, 500, 502, 503, 504, 529]),
        ] {
            for status in statuses {
                assert_eq!(kind(*status), expected, "{status}");
            }
        }
        assert_eq!(failure(503, "").in_words(), "answered 503 Service Unavailable");
        assert_eq!(failure(200, "{\"error\":\"No.\"}").in_words(), "answered without sound: No.");
    }

    #[test]
    fn waiting_times_are_read() {
        let seconds = |pairs| retry_after(&headers(pairs), UNIX_EPOCH).map(|wait| wait.as_secs_f64());
        for (pairs, wait) in [
            (&[("retry-after", "7")][..], Some(7.0)),
            (&[("retry-after", "1.5")], Some(1.5)),
            (&[("retry-after", "7"), ("retry-after-ms", "250")], Some(0.25)),
            (&[("retry-after", "Thu, 01 Jan 1970 00:00:30 GMT")], Some(30.0)),
            (
                &[
                    ("retry-after", "Wed, 25 Nov 2026 10:00:30 GMT"),
                    ("date", "Wed, 25 Nov 2026 10:00:00 GMT"),
                ],
                Some(30.0),
            ),
            (
                &[
                    ("retry-after", "Wed, 25 Nov 2026 09:00:00 GMT"),
                    ("date", "Wed, 25 Nov 2026 10:00:00 GMT"),
                ],
                Some(0.0),
            ),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "-3")], None),
            (&[("retry-after", "1e300")], None),
            (&[], None),
        ] {
            assert_eq!(seconds(pairs), wait, "{pairs:?}");
        }
    }
}
