//! Reading request bodies: JSON, with errors that name the field.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::error::{ApiError, ErrorCode, brief};
use super::server::TooSlow;

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        parse(&whole(request, state, "application/json").await?).map(Json)
    }
}

/// A JSON body of no more than [`Small::MOST`] bytes.
#[derive(Debug)]
pub struct Small<T>(pub T);

impl Small<()> {
    /// Its longest, bytes.
    pub const MOST: usize = 4 << 10;
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Small<T> {
    type Rejection = ApiError;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, ApiError> {
        DefaultBodyLimit::max(Small::MOST).apply(&mut request);
        let body = whole(request, state, "application/json").await.map_err(|mut error| {
            if error.code == ErrorCode::TextTooLong {
                error.message = format!("The request body is larger than {} KiB.", Small::MOST >> 10);
            }
            error
        });
        parse(&body?).map(Small)
    }
}

/// A body of SSML.
#[derive(Debug)]
pub struct Ssml(pub String);

impl<S: Send + Sync> FromRequest<S> for Ssml {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = whole(request, state, "application/ssml+xml").await?;
        let text = String::from_utf8(body.into());
        text.map(Ssml).map_err(|_| ApiError::invalid("ssml", "The request body is no text in UTF-8."))
    }
}

/// A body of this kind, to its end.
async fn whole<S: Send + Sync>(request: Request, state: &S, wished: &str) -> Result<Bytes, ApiError> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_wished = content_type
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wished));
    if !is_wished {
        let given = content_type
            .map_or_else(|| "there is none".to_owned(), |kind| format!("it is `{}`", brief(kind)));
        let message = format!("The Content-Type header must be {wished}; {given}.");
        return Err(ApiError::invalid("Content-Type", message));
    }
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let most = super::MAX_BODY_BYTES >> 20;
            ApiError::new(ErrorCode::TextTooLong, format!("The request body is larger than {most} MiB."))
        } else if came_too_slowly(&rejection) {
            ApiError::invalid("body", "The request body came too slowly.").status(StatusCode::REQUEST_TIMEOUT)
        } else {
            ApiError::invalid("body", "The request body could not be read to its end.")
        }
    })
}

fn came_too_slowly(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(<dyn std::error::Error>::is::<TooSlow>)
}

/// What is read, as errors name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input {
    /// The parameter at fault when it is no field of it.
    pub(super) param: &'static str,
    /// What it is called.
    pub(super) name: &'static str,
}

impl Input {
    /// What a client says over a WebSocket.
    pub(super) const MESSAGE: Self = Self { param: "message", name: "message" };
    const BODY: Self = Self { param: "body", name: "request body" };
}

/// Reads JSON, naming the field at fault.
///
/// # Errors
/// `invalid_request` with the path of the field, or where the text stops being JSON.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    parse_from(Input::BODY, body)
}

/// [`parse`], of something that is no request body.
pub(super) fn parse_from<T: DeserializeOwned>(input: Input, text: &[u8]) -> Result<T, ApiError> {
    let Input { param, name } = input;
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(ApiError::invalid(param, format!("The {name} is empty; it must be a JSON object.")));
    }
    // Some editors and languages begin a file with it.
    let text = mend_surrogates(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    let mut json = serde_json::Deserializer::from_slice(&text);
    let value = fields(input, &mut json)?;
    json.end()
        .map_err(|error| ApiError::invalid(param, format!("The {name} goes on after its JSON: {error}.")))?;
    Ok(value)
}

/// Reads what has fields, naming the one at fault.
pub(super) fn fields<'a, T, D>(Input { param, name }: Input, from: D) -> Result<T, ApiError>
where
    T: Deserialize<'a>,
    D: Deserializer<'a, Error = serde_json::Error>,
{
    serde_path_to_error::deserialize(from).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if !inner.is_data() {
            return ApiError::invalid(param, format!("The {name} is not JSON: {inner}."));
        }
        let reason = inner.to_string();
        // serde appends " at line 1 column 17", which helps nobody once the field is named.
        let reason = &in_plain_words(reason.split(" at line ").next().unwrap_or(&reason));
        if let Some(field) = unknown_field(reason) {
            let reason = reason.replacen(&field, &brief(&field), 1);
            ApiError::invalid(field, format!("There is an {reason}."))
        } else if let Some(field) = missing_field(reason).filter(|_| path == ".") {
            ApiError::invalid(field, format!("The {name} is not right: {reason}."))
        } else if path == "." {
            ApiError::invalid(param, format!("The {name} is not right: {reason}."))
        } else {
            ApiError::invalid(&path, format!("`{path}`: {reason}."))
        }
    })
}

/// Half a pair of surrogates, which JavaScript writes where a text was cut within an emoji, stands for no character: the
/// rest of the text is read all the same, with U+FFFD in its place.
fn mend_surrogates(json: &[u8]) -> Cow<'_, [u8]> {
    let escape = |at: usize| -> Option<u16> {
        let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut mended = Cow::Borrowed(json);
    let mut at = 0;
    while let Some(next) = json.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += next;
        at += match (escape(at), escape(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                mended.to_mut()[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            // The next character stands for itself, a second backslash too.
            _ => 2,
        };
    }
    mended
}

/// What serde says, without the names that things have in this program.
fn in_plain_words(reason: &str) -> String {
    const TYPES: [(&str, &str); 12] = [
        ("struct ", "an object"),
        ("enum ", "one of its kinds"),
        ("usize", "a whole number, 0 or more"),
        ("u8", "a whole number, 0 or more"),
        ("u16", "a whole number, 0 or more"),
        ("u32", "a whole number, 0 or more"),
        ("u64", "a whole number, 0 or more"),
        ("i32", "a whole number"),
        ("i64", "a whole number"),
        ("f32", "a number"),
        ("f64", "a number"),
        ("a map", "an object"),
    ];
    let Some((found, expected)) = reason.split_once(", expected ") else { return reason.to_owned() };
    let words = TYPES.iter().find(|(name, _)| expected.starts_with(name)).map(|(_, words)| *words);
    format!("{found}, expected {}", words.unwrap_or(expected))
}

/// The name in serde's "missing field `x`".
fn missing_field(reason: &str) -> Option<&str> {
    reason.strip_prefix("missing field `")?.split('`').next()
}

/// The name in serde's "unknown field `x`, expected …".
fn unknown_field(reason: &str) -> Option<String> {
    reason.strip_prefix("unknown field `")?.split('`').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Ask {
        text: String,
        #[expect(dead_code, reason = "only its reading is looked at")]
        speed: Option<f32>,
    }

    fn fault(body: &str) -> (String, String) {
        let error = parse::<Ask>(body.as_bytes()).unwrap_err();
        (error.param.unwrap(), error.message)
    }

    #[test]
    fn half_a_pair_of_surrogates_is_one_unknown_character() {
        let text = |json: &str| parse::<Ask>(json.as_bytes()).unwrap().text;
        assert_eq!(text(r#"{"text":"a\ud83d"}"#), "a\u{fffd}");
        assert_eq!(text(r#"{"text":"\ude00a\ud83d\ud83d\ude00"}"#), "\u{fffd}a\u{fffd}\u{1f600}");
        assert_eq!(text(r#"{"text":"\\ud83d \u00e9"}"#), "\\ud83d \u{e9}", "an escaped backslash is one");
        assert_eq!(fault(r#"{"text":"\ud8"}"#).0, "body");
    }

    #[test]
    fn every_fault_names_its_field() {
        assert_eq!(fault("").0, "body");
        assert!(fault("{").1.starts_with("The request body is not JSON: EOF"));
        assert_eq!(fault(r#"{"text":1}"#).0, "text");
        assert_eq!(fault(r#"{"text":"a","speed":"fast"}"#).0, "speed");
        assert_eq!(fault(r#"{"text":"a","pitch":1}"#).0, "pitch");
        assert_eq!(fault(r#"{"text":"a"} more"#).0, "body");
        assert!(fault("{}").1.contains("missing field `text`"));
    }
}
