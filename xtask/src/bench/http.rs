//! A small HTTP/1.1 client that tells when each part of an answer came. One request a connection, and
//! nothing between the measurement and the socket.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// An answer that takes longer than this is a failure, not a slow answer.
const DEADLINE: Duration = Duration::from_mins(1);

/// What to ask for.
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub headers: &'a [(&'a str, &'a str)],
    /// JSON, or empty.
    pub body: &'a str,
}

impl<'a> Request<'a> {
    pub fn get(path: &'a str) -> Self {
        Self { method: "GET", path, headers: &[], body: "" }
    }

    pub fn post(path: &'a str, body: &'a str) -> Self {
        Self { method: "POST", path, headers: &[("content-type", "application/json")], body }
    }

    /// As OpenAI's clients ask, with a key.
    pub fn openai(path: &'a str, body: &'a str) -> Self {
        let headers = &[("content-type", "application/json"), ("authorization", "Bearer sk-bench")];
        Self { method: "POST", path, headers, body }
    }
}

/// An answer of which the head has come; the body is read as it comes.
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    reader: BufReader<TcpStream>,
    framing: Framing,
    sent: Instant,
}

enum Framing {
    Chunked,
    Length(usize),
    UntilClosed,
}

/// Sends `request` on a new connection and reads the head of the answer.
pub fn send(address: SocketAddr, request: &Request) -> io::Result<Answer> {
    let sent = Instant::now();
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.set_write_timeout(Some(DEADLINE))?;
    let mut head =
        format!("{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n", request.method, request.path);
    for (name, value) in request.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.extend(["content-length: ", &request.body.len().to_string(), "\r\n\r\n", request.body]);
    stream.write_all(head.as_bytes())?;

    let mut reader = BufReader::new(stream);
    let status_line = read_line(&mut reader)?;
    let status = status_line
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| malformed(&status_line))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(&mut reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header =
        |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let framing = if header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        Framing::Chunked
    } else if let Some(length) = header("content-length") {
        Framing::Length(length.parse().map_err(|_| malformed(length))?)
    } else {
        Framing::UntilClosed
    };
    Ok(Answer { status, headers, reader, framing, sent })
}

impl Answer {
    pub fn header(&self, wanted: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    /// How long a step took, in milliseconds, as the gateway's `Server-Timing` has it.
    pub fn timing(&self, step: &str) -> io::Result<f64> {
        let steps = self.header("server-timing").unwrap_or_default().split(", ");
        let took = steps.filter_map(|timing| timing.split_once(";dur=")).find(|(name, _)| *name == step);
        took.and_then(|(_, milliseconds)| milliseconds.parse().ok()).ok_or_else(|| {
            io::Error::other(format!(
                "status {}: the gateway did not tell how long `{step}` took",
                self.status
            ))
        })
    }

    /// Reads the body to its end. A body that ends before it said it would is an error.
    pub fn read(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while self.part(&mut bytes)? {}
        Ok(bytes)
    }

    /// Reads the body to its end, and returns as well how long its first `count` bytes took, counted from
    /// before the connection was opened.
    pub fn read_noting(mut self, count: usize) -> io::Result<(Duration, Vec<u8>)> {
        let mut bytes = Vec::new();
        let took = self.read_until(count, &mut bytes)?;
        while self.part(&mut bytes)? {}
        Ok((took, bytes))
    }

    /// Reads the body to its end, and returns how long its first `count` bytes took, and all of it.
    pub fn read_timing(mut self, count: usize) -> io::Result<(Duration, Duration)> {
        let mut bytes = Vec::new();
        let first = self.read_until(count, &mut bytes)?;
        if bytes.len() < count {
            return Err(io::Error::other(format!("{} bytes are no sound", bytes.len())));
        }
        while self.part(&mut bytes)? {}
        Ok((first, self.sent.elapsed()))
    }

    /// Reads the body to its end, and returns when each part of it came as well.
    pub fn read_watching(mut self) -> io::Result<(Vec<u8>, Vec<Instant>)> {
        let (mut bytes, mut came) = (Vec::new(), Vec::new());
        while self.part(&mut bytes)? {
            came.push(Instant::now());
        }
        Ok((bytes, came))
    }

    /// Reads until `count` bytes of the body have come, and hangs up. Returns how long they took.
    pub fn read_only(mut self, count: usize) -> io::Result<Duration> {
        self.read_until(count, &mut Vec::new())
    }

    fn read_until(&mut self, count: usize, bytes: &mut Vec<u8>) -> io::Result<Duration> {
        while bytes.len() < count && self.part(bytes)? {}
        Ok(self.sent.elapsed())
    }

    /// Appends the next part of the body; `false` at its end.
    fn part(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        match &mut self.framing {
            Framing::Length(0) => Ok(false),
            Framing::Length(left) => {
                let part = self.reader.fill_buf()?;
                let count = part.len().min(*left);
                if count == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                bytes.extend(part.iter().take(count));
                self.reader.consume(count);
                *left -= count;
                Ok(true)
            }
            Framing::UntilClosed => {
                let part = self.reader.fill_buf()?;
                let count = part.len();
                bytes.extend(part);
                self.reader.consume(count);
                Ok(count > 0)
            }
            Framing::Chunked => {
                let line = read_line(&mut self.reader)?;
                let size =
                    line.split(';').next().and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
                let size = size.ok_or_else(|| malformed(&line))?;
                let start = bytes.len();
                bytes.resize(start + size, 0);
                self.reader.read_exact(bytes.get_mut(start..).unwrap_or_default())?;
                read_line(&mut self.reader)?;
                if size == 0 {
                    self.framing = Framing::Length(0);
                }
                Ok(size > 0)
            }
        }
    }
}

/// The signed path of the rendition of `reply`, which the gateway begins to make.
pub fn audio_path(address: SocketAddr, reply: &str, format: &str) -> io::Result<String> {
    let [sound, _] = paths(address, reply, format)?;
    Ok(sound)
}

/// The signed paths of the sound and of the captions of `reply`, which the gateway begins to make.
pub fn paths(address: SocketAddr, reply: &str, format: &str) -> io::Result<[String; 2]> {
    let body = serde_json::json!({ "text": reply, "format": format }).to_string();
    let headers = [("content-type", "application/json"), ("accept", "application/json")];
    let answer = fetch(address, &Request { method: "POST", path: "/tts", headers: &headers, body: &body })?;
    let answer: serde_json::Value = serde_json::from_slice(&answer)?;
    let path = |name: &str| {
        let url = answer.get(name).and_then(serde_json::Value::as_str);
        let path = url.and_then(|url| url.find("/tts/").and_then(|start| url.get(start..)));
        path.map(ToOwned::to_owned).ok_or_else(|| malformed(&answer.to_string()))
    };
    Ok([path("url")?, path("captions_url")?])
}

/// Sends `request` and reads the whole answer, which has to be a success.
pub fn fetch(address: SocketAddr, request: &Request) -> io::Result<Vec<u8>> {
    let answer = send(address, request)?;
    let status = answer.status;
    let body = answer.read()?;
    if (200..300).contains(&status) {
        Ok(body)
    } else {
        let said = String::from_utf8_lossy(&body).into_owned();
        Err(io::Error::other(format!("{} {} answered {status}: {said}", request.method, request.path)))
    }
}

fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn malformed(line: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not HTTP: {line:?}"))
}
