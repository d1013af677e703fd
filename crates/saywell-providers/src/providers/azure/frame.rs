//! The frames of Azure's speech socket: headers, an empty line and a body, as text or as bytes.

use bytes::Bytes;
use serde::Deserialize;

use crate::providers::wire::TimedWord;

/// What the service sends of one turn, as far as it matters here.
#[derive(Debug, PartialEq)]
pub(super) enum Frame {
    /// Sound in the format that was asked for; empty at its end.
    Sound(Bytes),
    /// When words are spoken.
    Words(Vec<TimedWord>),
    /// The turn is over.
    End,
    /// Anything else.
    Other,
}

/// A frame to send.
pub(super) fn text(path: &str, id: &str, time: &str, kind: &str, body: &str) -> String {
    format!("Path: {path}\r\nX-RequestId: {id}\r\nX-Timestamp: {time}\r\nContent-Type: {kind}\r\n\r\n{body}")
}

/// Reads a text frame of this turn; one of another turn says nothing.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read_text(frame: &str, turn: &str) -> Result<Frame, String> {
    let (head, body) = frame.split_once("\r\n\r\n").unwrap_or((frame, ""));
    match header(head, "Path") {
        _ if is_of_another(head, turn) => Ok(Frame::Other),
        Some("audio.metadata") => metadata(body),
        Some("turn.end") => Ok(Frame::End),
        _ => Ok(Frame::Other),
    }
}

/// Reads a binary frame of this turn: the length of its headers in two bytes, the headers, the sound. One of another turn says
/// nothing.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read_binary(mut frame: Bytes, turn: &str) -> Result<Frame, String> {
    let length = match frame[..] {
        [high, low, ..] => usize::from(u16::from_be_bytes([high, low])),
        _ => return Err("sent a frame without headers".into()),
    };
    if frame.len() < 2 + length {
        return Err("sent a frame that ends within its headers".into());
    }
    let head = frame.split_to(2 + length).split_off(2);
    let head = std::str::from_utf8(&head).map_err(|_| "sent headers that are no text")?;
    match header(head, "Path") {
        _ if is_of_another(head, turn) => Ok(Frame::Other),
        Some("audio") => Ok(Frame::Sound(frame)),
        _ => Ok(Frame::Other),
    }
}

/// Whether a frame says that it is of another turn than this.
fn is_of_another(head: &str, turn: &str) -> bool {
    header(head, "X-RequestId").is_some_and(|id| !id.eq_ignore_ascii_case(turn))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    metadata: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(default)]
    data: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    offset: u64,
    duration: u64,
    #[serde(rename = "text")]
    text: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    text: String,
    #[serde(default)]
    boundary_type: String,
}

/// 100 ns, the unit of the service's times.
const TICKS_PER_SECOND: f64 = 10_000_000.0;

fn metadata(body: &str) -> Result<Frame, String> {
    let Metadata { metadata } =
        serde_json::from_str(body).map_err(|_| "sent word times that cannot be read")?;
    let mut words = Vec::new();
    // Punctuation is told of as a word of another kind, and says nothing about when a word sounds.
    for Item { data, .. } in metadata.into_iter().filter(|item| item.kind == "WordBoundary") {
        let Data { offset, duration, text } =
            serde_json::from_value(data).map_err(|_| "sent word times that cannot be read")?;
        if matches!(text.boundary_type.as_str(), "" | "WordBoundary") {
            let start = offset as f64 / TICKS_PER_SECOND;
            words.push(TimedWord { word: text.text, start, end: start + duration as f64 / TICKS_PER_SECOND });
        }
    }
    Ok(if words.is_empty() { Frame::Other } else { Frame::Words(words) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_to_send_is_as_the_official_sdk_sends_it() {
        let frame = text("ssml", "0123", "2026-11-25T10:00:00.000Z", "application/ssml+xml", "<speak/>");
        assert_eq!(
            frame,
            "Path: ssml\r\nX-RequestId: 0123\r\nX-Timestamp: 2026-11-25T10:00:00.000Z\r\n\
             Content-Type: application/ssml+xml\r\n\r\n<speak/>"
        );
    }

    #[test]
    fn text_frames_are_told_apart_by_their_path() {
        assert_eq!(read_text("Path:turn.end\r\nX-RequestId:1F\r\n\r\n{}", "1f"), Ok(Frame::End));
        assert_eq!(read_text("X-RequestId:1f\r\npath: turn.end\r\n\r\n", "1f"), Ok(Frame::End));
        assert_eq!(
            read_text("path: turn.end\r\n\r\n", "1f"),
            Ok(Frame::End),
            "it does not say of which turn"
        );
        let stale = "Path:turn.end\r\nX-RequestId:1e\r\n\r\n{}";
        assert_eq!(read_text(stale, "1f"), Ok(Frame::Other), "of the turn before");
        for other in ["", "\r\n\r\n", "Path:turn.start\r\n\r\n{}", "Path:response\r\n\r\n{", "turn.end"] {
            assert_eq!(read_text(other, "1f"), Ok(Frame::Other), "{other:?}");
        }
    }

    #[test]
    fn word_times_are_ticks_and_punctuation_is_no_word() {
        let frame = "Path:audio.metadata\r\n\r\n{\"Metadata\":[\
            {\"Type\":\"WordBoundary\",\"Data\":{\"Offset\":500000,\"Duration\":3000000,\
             \"text\":{\"Text\":\"Hello\",\"Length\":5,\"BoundaryType\":\"WordBoundary\"}}},\
            {\"Type\":\"WordBoundary\",\"Data\":{\"Offset\":3500000,\"Duration\":1000000,\
             \"text\":{\"Text\":\".\",\"Length\":1,\"BoundaryType\":\"PunctuationBoundary\"}}},\
            {\"Type\":\"SessionEnd\",\"Data\":{\"Offset\":5000000}}]}";
        let expected = TimedWord { word: "Hello".into(), start: 0.05, end: 0.35 };
        assert_eq!(read_text(frame, "1f"), Ok(Frame::Words(vec![expected])));
        assert!(read_text("Path:audio.metadata\r\n\r\nnot json", "1f").is_err());
        assert!(
            read_text("Path:audio.metadata\r\n\r\n{\"Metadata\":[{\"Type\":\"WordBoundary\"}]}", "1f")
                .is_err(),
            "a word without a time"
        );
    }

    #[test]
    fn sound_follows_its_headers() {
        let head = b"Path:audio\r\nX-StreamId:AB\r\n";
        let mut frame = u16::try_from(head.len()).unwrap().to_be_bytes().to_vec();
        frame.extend(head);
        frame.extend([1, 2, 3]);
        let sound = Ok(Frame::Sound(Bytes::from_static(&[1, 2, 3])));
        assert_eq!(read_binary(frame.clone().into(), "1f"), sound);
        frame.truncate(10);
        assert!(read_binary(frame.into(), "1f").is_err(), "cut within its headers");
        for odd in [&b""[..], b"\0", b"\0\x02\xff\xff"] {
            assert!(read_binary(Bytes::copy_from_slice(odd), "1f").is_err(), "{odd:?}");
        }
        assert_eq!(read_binary(Bytes::from_static(b"\0\0"), "1f"), Ok(Frame::Other));
    }
}
