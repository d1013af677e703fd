//! Lines and server-sent events, however they are cut into pieces.

use crate::provider::ProviderError;

/// Splits bytes into lines. Their text is put together from whole lines, so that no character is torn.
#[derive(Debug)]
pub struct LineReader {
    /// The beginning of the line that has not ended yet.
    held: Vec<u8>,
    limit: usize,
    /// The last piece ended in `\r`, of which a `\n` may be part.
    after_return: bool,
}

impl LineReader {
    /// Reads lines of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { held: Vec::new(), limit, after_return: false }
    }

    /// The lines that `bytes` completes, without their ends (`\n`, `\r\n` or `\r`) and without empty ones.
    ///
    /// # Errors
    /// `Unavailable` for a line that is too long.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, ProviderError> {
        let mut lines = self.push_all(bytes)?;
        lines.retain(|line| !line.is_empty());
        Ok(lines)
    }

    /// What came after the last end of a line.
    #[must_use]
    pub fn finish(self) -> Option<String> {
        (!self.held.is_empty()).then(|| String::from_utf8_lossy(&self.held).into_owned())
    }

    fn push_all(&mut self, mut bytes: &[u8]) -> Result<Vec<String>, ProviderError> {
        let mut lines = Vec::new();
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (line, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            if self.held.len() + line.len() > self.limit {
                return Err(ProviderError::Unavailable(format!(
                    "sent a line of more than {} bytes",
                    self.limit
                )));
            }
            self.held.extend_from_slice(line);
            let Some((end, rest)) = rest.split_first() else { break };
            self.after_return = *end == b'\r';
            lines.push(String::from_utf8_lossy(&self.held).into_owned());
            self.held.clear();
            bytes = rest;
        }
        Ok(lines)
    }
}

/// A server-sent event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its type; empty where it states none.
    pub event: String,
    /// Its data.
    pub data: String,
}

/// Reads server-sent events. One that no empty line ends is not complete and never comes.
#[derive(Debug)]
pub struct EventReader {
    lines: LineReader,
    event: Event,
    has_data: bool,
}

impl EventReader {
    /// Reads events of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { lines: LineReader::new(limit), event: Event::default(), has_data: false }
    }

    /// The events that `bytes` completes.
    ///
    /// # Errors
    /// `Unavailable` for an event that is too long.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, ProviderError> {
        let mut events = Vec::new();
        for line in self.lines.push_all(bytes)? {
            if line.is_empty() {
                let event = std::mem::take(&mut self.event);
                if std::mem::take(&mut self.has_data) {
                    events.push(event);
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut self.event.event),
                "data" => {
                    if self.has_data {
                        self.event.data.push('\n');
                    }
                    self.has_data = true;
                    self.event.data.push_str(value);
                    if self.event.data.len() > self.lines.limit {
                        let limit = self.lines.limit;
                        return Err(ProviderError::Unavailable(format!(
                            "sent an event of more than {limit} bytes"
                        )));
                    }
                }
                // Comments, ids and waiting times say nothing here.
                _ => {}
            }
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = ": hello\r\ndata: {\"a\":\"é\"}\r\n\r\nevent: done\ndata:one\ndata: two\nid: 7\n\n\r\rdata\n\ndata: cut";

    #[test]
    fn lines_are_the_same_in_pieces_of_any_size() {
        let bytes = "{\"a\":1}\n\r\n{\"é\":2}\r{\"b\":3}".as_bytes();
        for size in 1..=bytes.len() {
            let mut reader = LineReader::new(100);
            let mut lines: Vec<String> =
                bytes.chunks(size).flat_map(|piece| reader.push(piece).unwrap()).collect();
            lines.extend(reader.finish());
            assert_eq!(lines, ["{\"a\":1}", "{\"é\":2}", "{\"b\":3}"], "in pieces of {size}");
        }
    }

    #[test]
    fn events_are_the_same_in_pieces_of_any_size() {
        let event = |event: &str, data: &str| Event { event: event.into(), data: data.into() };
        for size in 1..=STREAM.len() {
            let mut reader = EventReader::new(100);
            let events: Vec<Event> =
                STREAM.as_bytes().chunks(size).flat_map(|piece| reader.push(piece).unwrap()).collect();
            assert_eq!(
                events,
                [event("", "{\"a\":\"é\"}"), event("done", "one\ntwo"), event("", "")],
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn what_never_ends_is_refused() {
        let mut lines = LineReader::new(10);
        assert!(lines.push(b"0123456789").unwrap().is_empty());
        assert!(lines.push(b"x").is_err());
        let mut events = EventReader::new(10);
        assert!(events.push(b"data:0123\ndata:0123\n").is_ok());
        assert!(events.push(b"data:0123\n").is_err());
    }
}
