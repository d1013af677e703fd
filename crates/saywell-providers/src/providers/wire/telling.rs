//! Answers that tell of their sound in messages: pieces of it as text, and what belongs to it.

use std::sync::Arc;

use async_stream::try_stream;
use futures::{Stream, StreamExt};
use reqwest::{RequestBuilder, Response};

use super::failure::Head;
use super::{
    Base64Reader, Coding, EventReader, Finder, Http, LineReader, MAX_LINE, Meaning, SoundReader, TimedWord,
    body, is_blank,
};
use crate::provider::{Part, ProviderError, SpeechStream};

/// How much of an answer without messages is read for what it says, bytes.
const MOST_UNTOLD: usize = 64 << 10;

/// How a service tells of sound.
#[derive(Debug, Clone, Copy)]
pub struct MessageForm {
    /// What carries its messages.
    pub carrier: Carrier,
    /// How sound is written in them.
    pub encoding: Encoding,
    /// What that sound is.
    pub coding: Coding,
    /// Whether a message says that the sound is complete. An answer without it was cut short.
    pub ends: bool,
    /// Reads a message.
    ///
    /// # Errors
    /// The failure that it tells of, or `Unavailable` where it is not understood.
    pub read: fn(&str) -> Result<SoundMessage, ProviderError>,
}

/// What carries messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// Server-sent events.
    Events,
    /// Lines.
    Lines,
}

/// How bytes are written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Base64, of which each piece may be cut anywhere.
    Base64,
    /// Two hexadecimal digits a byte; each piece stands for itself.
    Hex,
}

/// What a message tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SoundMessage {
    /// A piece of sound, as text.
    pub sound: String,
    /// When words are spoken.
    pub words: Vec<TimedWord>,
    /// What the call costs, as [`Part::Billed`] has it.
    pub billed: Option<f64>,
    /// The sound is complete.
    pub done: bool,
}

impl Http {
    /// Sends a request for the speech of `text` once the stream is polled, and streams what its answer tells. A text that
    /// holds nothing that can be said is silence, and asked for of nobody.
    pub fn told(
        &self,
        request: RequestBuilder,
        text: Arc<str>,
        how: MessageForm,
        meaning: Meaning,
    ) -> SpeechStream {
        let http = self.clone();
        Box::pin(try_stream! {
            if is_blank(&text) {
                yield Part::Sound { rate: saywell_audio::SAMPLE_RATE, samples: Vec::new() };
                return;
            }
            let response = http.send(request, meaning).await?;
            let mut sound = SoundDecoder::new(how.encoding, how.coding);
            let mut finder = Finder::new(&text);
            let (mut billed, mut done) = (None, false);
            for await message in messages(response, how.carrier, meaning) {
                let news = (how.read)(&message?)?;
                if let Some(part) = sound.push(&news.sound)? {
                    yield part;
                }
                news.words.iter().for_each(|word| finder.take(word));
                billed = news.billed.or(billed);
                done |= news.done;
            }
            if how.ends && !done {
                Err(ProviderError::Unavailable("ended its answer before the sound was complete".into()))?;
            }
            let (last, seconds) = sound.finish()?;
            for part in last {
                yield part;
            }
            let words = finder.finish(seconds);
            if !words.is_empty() {
                yield Part::Words(words);
            }
            if let Some(billed) = billed {
                yield Part::Billed(billed);
            }
        })
    }
}

/// The messages of an answer. One that has none is a failure, and says what it says.
fn messages(
    response: Response,
    carrier: Carrier,
    meaning: Meaning,
) -> impl Stream<Item = Result<String, ProviderError>> + Send {
    try_stream! {
        let head = Head::of_answer(&response);
        let (mut lines, mut events) = (LineReader::new(MAX_LINE), EventReader::new(MAX_LINE));
        let mut pieces = body(response);
        // What was read before the first message.
        let mut untold = Some(Vec::new());
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            if let Some(untold) = untold.as_mut().filter(|untold| untold.len() < MOST_UNTOLD) {
                untold.extend_from_slice(&piece);
            }
            match carrier {
                Carrier::Events => {
                    for event in events.push(&piece)? {
                        untold = None;
                        yield event.data;
                    }
                }
                Carrier::Lines => {
                    for line in lines.push(&piece)? {
                        untold = None;
                        yield line;
                    }
                }
            }
        }
        if carrier == Carrier::Lines && let Some(line) = lines.finish() {
            untold = None;
            yield line;
        }
        if let Some(untold) = untold {
            Err(head.failure(&untold).to_error(meaning))?;
        }
    }
}

/// Sound that comes as text.
#[derive(Debug)]
pub struct SoundDecoder {
    encoding: Encoding,
    base64: Base64Reader,
    reader: SoundReader,
    seconds: f64,
}

impl SoundDecoder {
    /// Nothing of it yet.
    #[must_use]
    pub fn new(encoding: Encoding, coding: Coding) -> Self {
        Self { encoding, base64: Base64Reader::default(), reader: SoundReader::new(coding), seconds: 0.0 }
    }

    /// Takes a piece, and gives the sound that is complete with it.
    ///
    /// # Errors
    /// `Unavailable` where it is not written so.
    pub fn push(&mut self, piece: &str) -> Result<Option<Part>, ProviderError> {
        let bytes = match self.encoding {
            Encoding::Base64 => self.base64.push(piece)?,
            Encoding::Hex => hex::decode(piece.trim()).map_err(|error| {
                ProviderError::Unavailable(format!("sent sound that is not hexadecimal: {error}"))
            })?,
        };
        let part = self.reader.push(&bytes)?;
        self.seconds += part.as_ref().map_or(0.0, seconds);
        Ok(part)
    }

    /// The last of it, and how long all of it is, seconds.
    ///
    /// # Errors
    /// As [`push`](Self::push), of what it ends with.
    pub fn finish(mut self) -> Result<(Vec<Part>, f64), ProviderError> {
        let end = self.base64.finish()?;
        let parts: Vec<Part> =
            [self.reader.push(&end)?, self.reader.finish()?].into_iter().flatten().collect();
        self.seconds += parts.iter().map(seconds).sum::<f64>();
        Ok((parts, self.seconds))
    }
}

fn seconds(part: &Part) -> f64 {
    if let Part::Sound { rate, samples } = part { samples.len() as f64 / f64::from(*rate) } else { 0.0 }
}

/// Fields in which a service tells of words: the words, and where each begins and ends.
#[must_use]
pub fn spoken(words: Vec<String>, starts: &[f64], ends: &[f64]) -> Vec<TimedWord> {
    let timed = words.into_iter().zip(starts).zip(ends);
    timed.map(|((word, start), end)| TimedWord { word, start: *start, end: *end }).collect()
}
