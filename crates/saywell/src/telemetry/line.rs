//! What a log line may be: one line, of bounded length, whatever callers have written into it.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::Value;

/// Longest line, bytes.
pub(super) const LONGEST: usize = 2048;
/// Longest text in a line of JSON that is too long as a whole, characters.
const LONGEST_VALUE: usize = 200;

/// Writes log lines. Each event is handed over with one `write`.
#[derive(Debug)]
pub(super) struct Lines<W> {
    to: W,
    json: bool,
}

impl<W: Write> Lines<W> {
    /// Lines of JSON, or of plain text.
    pub(super) fn new(to: W, json: bool) -> Self {
        Self { to, json }
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let text = text.trim_end_matches('\n');
        let line = if self.json { shortened_json(text) } else { shortened(&escaped(text)) };
        self.to.write_all(line.as_bytes())?;
        self.to.write_all(b"\n")?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The text with everything written out that would begin a line, move a terminal or turn the direction of what follows.
/// The colours of the line's own, on a terminal, stay.
fn escaped(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let hidden = letter.is_control()
            || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if hidden && !(letter == '\u{1b}' && is_colour(&text[at..])) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{}", letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

/// Whether an escape sequence that only changes colours stands here.
fn is_colour(text: &str) -> bool {
    let numbers = text.strip_prefix("\u{1b}[").unwrap_or_default();
    let rest = numbers.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ';');
    rest.starts_with('m') && numbers.len() - rest.len() < 16
}

/// At most [`LONGEST`] bytes of it with the end of the line.
fn shortened(line: &str) -> String {
    const MARK: &str = "… (cut)";
    if line.len() < LONGEST {
        return line.to_owned();
    }
    let mut end = LONGEST - MARK.len() - 1;
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{MARK}", &line[..end])
}

/// A line of JSON that still is JSON when it is short enough.
fn shortened_json(line: &str) -> String {
    if line.len() < LONGEST {
        return line.to_owned();
    }
    let Ok(mut event) = serde_json::from_str::<Value>(line) else { return shortened(&escaped(line)) };
    let mut most = LONGEST_VALUE;
    loop {
        cut(&mut event, most);
        let shorter = event.to_string();
        if shorter.len() < LONGEST {
            return shorter;
        }
        if most == 0 {
            // Nothing but names is left, and of those there are too many.
            return r#"{"level":"WARN","fields":{"message":"a log line was too long"}}"#.to_owned();
        }
        most /= 2;
    }
}

fn cut(value: &mut Value, most: usize) {
    match value {
        Value::String(text) => {
            if let Some((end, _)) = text.char_indices().nth(most) {
                text.truncate(end);
                text.push('…');
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| cut(item, most)),
        Value::Object(fields) => fields.values_mut().for_each(|field| cut(field, most)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(event: &str, json: bool) -> String {
        let mut to = Vec::new();
        Lines::new(&mut to, json).write_all(event.as_bytes()).unwrap();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn an_event_is_one_line() {
        assert_eq!(
            written("INFO asked voice=\"x\r\n2026 INFO forged\u{2028}\u{1b}[2J\u{202e}\n", false),
            "INFO asked voice=\"x\\r\\n2026 INFO forged\\u{2028}\\u{1b}[2J\\u{202e}\n"
        );
        let coloured = "\u{1b}[2m2026\u{1b}[0m \u{1b}[32m INFO\u{1b}[0m Zoë 世界\n";
        assert_eq!(written(coloured, false), coloured);
    }

    #[test]
    fn a_line_is_short_and_json_stays_json() {
        let line = written(&"ä".repeat(100_000), false);
        assert!(line.len() <= LONGEST && line.ends_with("(cut)\n"), "{} bytes", line.len());
        let event = serde_json::json!({ "level": "INFO", "fields": { "message": "refused", "reason": "\u{1f600}".repeat(9_000), "more": vec!["x".repeat(500); 40] } });
        let line = written(&event.to_string(), true);
        assert!(line.len() <= LONGEST, "{} bytes", line.len());
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["fields"]["message"], "refused");
        let names: Value = (0..2_000)
            .map(|name| (format!("field {name}"), Value::Null))
            .collect::<serde_json::Map<_, _>>()
            .into();
        assert!(written(&names.to_string(), true).len() <= LONGEST);
    }
}
