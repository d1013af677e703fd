//! Polly's speech marks: one of JSON a line.

use std::ops::Range;

use serde::Deserialize;

use crate::providers::wire::Start;

/// The longest line, bytes. A word is no longer.
pub(super) const MAX_LINE: usize = 64 << 10;

#[derive(Deserialize)]
struct Mark {
    /// Milliseconds.
    time: f64,
    #[serde(rename = "type")]
    kind: String,
    /// Bytes of what was sent.
    start: Option<usize>,
    end: Option<usize>,
}

/// The word that a line tells of; `place` finds in the text what stands at some bytes of what was sent.
pub(super) fn read(line: &str, place: impl Fn(Range<usize>) -> Range<usize>) -> Option<Start> {
    let Mark { time, kind, start, end } = serde_json::from_str(line).ok()?;
    let (start, end) = (start?, end?);
    (kind == "word" && start < end).then(|| Start { text: place(start..end), at: time / 1000.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_alone_are_read() {
        let place = |range: Range<usize>| range.start + 1..range.end + 1;
        let line = r#"{"time":373,"type":"word","start":5,"end":8,"value":"had"}"#;
        assert_eq!(read(line, place), Some(Start { text: 6..9, at: 0.373 }));
        for other in [
            r#"{"time":0,"type":"sentence","start":0,"end":23,"value":"Mary had a little lamb."}"#,
            r#"{"time":125,"type":"viseme","value":"p"}"#,
            r#"{"time":6,"type":"word","start":8,"end":8,"value":""}"#,
            "not json",
            "",
        ] {
            assert_eq!(read(other, place), None, "{other}");
        }
    }
}
