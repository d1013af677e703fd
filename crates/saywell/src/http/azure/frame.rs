//! Frames of Azure's speech socket, as its SDKs write and read them: headers, an empty line, a body. Text says what is asked
//! for and what becomes of it; sound comes in binary ones, whose headers have their length before them.

use bytes::{BufMut, Bytes, BytesMut};
use saywell_audio::Word;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::error::ApiError;

/// 100 ns, the unit of all times here.
const TICKS_PER_SECOND: f64 = 10_000_000.0;

/// What a client says.
#[derive(Debug, PartialEq)]
pub(super) enum ClientMessage {
    /// How the turns after it are to be heard.
    Context(Context),
    /// What is to be spoken: a turn of its own.
    Ssml {
        /// The turn's name.
        id: String,
        /// The document.
        document: String,
    },
    /// What the client tells of itself.
    Other,
}

/// How a turn is to be heard.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Context {
    /// Azure's name of a format.
    pub(super) output_format: Option<String>,
    /// Whether words are to be told of.
    pub(super) words: bool,
    /// Whether its end is.
    pub(super) end: bool,
}

impl ClientMessage {
    /// Reads a text frame.
    ///
    /// # Errors
    /// `invalid_request`, naming the header or the field.
    pub(super) fn parse(frame: &[u8]) -> Result<Self, ApiError> {
        let frame = std::str::from_utf8(frame)
            .map_err(|_| ApiError::invalid("message", "Messages are UTF-8.".to_owned()))?;
        let (head, body) = frame.split_once("\r\n\r\n").unwrap_or((frame, ""));
        let header = |name: &str| {
            let fields = head.lines().filter_map(|line| line.split_once(':'));
            let mut named = fields.filter(|(field, _)| field.trim().eq_ignore_ascii_case(name));
            named.next().map(|(_, value)| value.trim())
        };
        match header("Path") {
            Some("synthesis.context") => Context::parse(body).map(Self::Context),
            Some("ssml") => {
                let id = header("X-RequestId").filter(|id| is_name(id)).ok_or_else(|| {
                    let message = "`X-RequestId` has to be 1 to 64 letters, digits and hyphens.";
                    ApiError::invalid("X-RequestId", message.to_owned())
                })?;
                Ok(Self::Ssml { id: id.to_owned(), document: body.to_owned() })
            }
            Some(_) => Ok(Self::Other),
            None => Err(ApiError::invalid("Path", "A message has to have the header `Path`.".to_owned())),
        }
    }
}

/// What is sent back in headers is to be no more than a name.
fn is_name(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

impl Context {
    fn parse(body: &str) -> Result<Self, ApiError> {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Audio {
            output_format: Option<String>,
            metadata_options: MetadataOptions,
        }
        // Some clients write them as words.
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct MetadataOptions {
            word_boundary_enabled: Value,
            session_end_enabled: Value,
        }
        let wrong = |error: serde_json::Error| {
            ApiError::invalid("synthesis", format!("The context is wrong: {error}."))
        };
        let mut context: Value = serde_json::from_str(body).map_err(wrong)?;
        let audio = context.pointer_mut("/synthesis/audio").map(Value::take).filter(|audio| !audio.is_null());
        let audio: Audio = audio.map(serde_json::from_value).transpose().map_err(wrong)?.unwrap_or_default();
        let on = |option: &Value| option == &json!(true) || option == &json!("true");
        Ok(Self {
            output_format: audio.output_format,
            words: on(&audio.metadata_options.word_boundary_enabled),
            end: on(&audio.metadata_options.session_end_enabled),
        })
    }
}

/// A text frame of this turn.
pub(super) fn text(path: &str, id: &str, body: &Value) -> String {
    format!("X-RequestId:{id}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}\r\n\r\n{body}")
}

/// A frame of sound of this turn; empty at its end.
pub(super) fn sound(id: &str, stream: &str, sound: &[u8]) -> Bytes {
    let head = format!("X-RequestId:{id}\r\nX-StreamId:{stream}\r\nPath:audio\r\n");
    let mut frame = BytesMut::with_capacity(2 + head.len() + sound.len());
    // A name has 64 bytes at most, so the headers have far fewer than 65,536.
    frame.put_u16(u16::try_from(head.len()).unwrap_or(u16::MAX));
    frame.put_slice(head.as_bytes());
    frame.put_slice(sound);
    frame.freeze()
}

/// When words are heard.
pub(super) fn words(words: &[Word]) -> Value {
    let boundary = |word: &Word| {
        let (start, end) = (ticks(word.start), ticks(word.end));
        json!({
            "Type": "WordBoundary",
            "Data": {
                "Offset": start,
                "Duration": end.saturating_sub(start),
                "text": { "Text": word.text, "Length": word.text.chars().count(), "BoundaryType": "WordBoundary" },
            },
        })
    };
    json!({ "Metadata": words.iter().map(boundary).collect::<Vec<_>>() })
}

/// When the turn's sound ends.
pub(super) fn end(seconds: f64) -> Value {
    json!({ "Metadata": [{ "Type": "SessionEnd", "Data": { "Offset": ticks(seconds) } }] })
}

fn ticks(seconds: f64) -> u64 {
    (seconds * TICKS_PER_SECOND).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_is_told_apart_by_its_path() {
        let ssml = b"X-RequestId: 0A-1\r\npath: ssml\r\nContent-Type: application/ssml+xml\r\n\r\n<speak>\r\n\r\nHi.</speak>";
        let said = ClientMessage::Ssml { id: "0A-1".into(), document: "<speak>\r\n\r\nHi.</speak>".into() };
        assert_eq!(ClientMessage::parse(ssml).unwrap(), said);
        assert_eq!(ClientMessage::parse(b"Path:speech.config\r\n\r\n{").unwrap(), ClientMessage::Other);
        for (frame, param) in [
            (&b"Path:ssml\r\n\r\n<speak/>"[..], "X-RequestId"),
            (b"Path:ssml\r\nX-RequestId:a b\r\n\r\n<speak/>", "X-RequestId"),
            (b"", "Path"),
            (b"\r\n\r\nPath:ssml", "Path"),
            (b"\xff", "message"),
            (b"Path:synthesis.context\r\n\r\n{", "synthesis"),
            (b"Path:synthesis.context\r\n\r\n{\"synthesis\":{\"audio\":{\"outputFormat\":7}}}", "synthesis"),
        ] {
            let error = ClientMessage::parse(frame).unwrap_err();
            assert_eq!(error.param.as_deref(), Some(param), "{}", String::from_utf8_lossy(frame));
        }
    }

    #[test]
    fn a_context_says_how_a_turn_is_heard() {
        let context = |audio: &Value| {
            let body = json!({ "synthesis": { "audio": audio, "language": { "autoDetection": false } } });
            let frame = format!("Path:synthesis.context\r\n\r\n{body}");
            match ClientMessage::parse(frame.as_bytes()) {
                Ok(ClientMessage::Context(context)) => context,
                other => panic!("{other:?}"),
            }
        };
        let options =
            json!({ "wordBoundaryEnabled": true, "sessionEndEnabled": "true", "bookmarkEnabled": false });
        let wished =
            context(&json!({ "outputFormat": "raw-24khz-16bit-mono-pcm", "metadataOptions": options }));
        let expected =
            Context { output_format: Some("raw-24khz-16bit-mono-pcm".into()), words: true, end: true };
        assert_eq!(wished, expected);
        assert_eq!(
            context(&json!({ "metadataOptions": { "wordBoundaryEnabled": "false" } })),
            Context::default()
        );
        assert_eq!(context(&Value::Null), Context::default());
    }

    #[test]
    fn sound_has_its_headers_and_their_length_before_it() {
        let frame = sound("A", "B", &[1, 2, 3]);
        let head = "X-RequestId:A\r\nX-StreamId:B\r\nPath:audio\r\n";
        assert_eq!(frame[..2], (head.len() as u16).to_be_bytes());
        assert_eq!(&frame[2..2 + head.len()], head.as_bytes());
        assert_eq!(frame[2 + head.len()..], [1, 2, 3]);
    }
}
