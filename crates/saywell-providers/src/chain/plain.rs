//! A provider that takes plain text, and still says aliases and keeps silence where it is asked to: the text is spoken in
//! pieces, with silence between them.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;
use saywell_text::{How, Mark};

use crate::provider::{Extent, Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};

/// A provider that is given plain text only, unless it follows marks itself.
#[derive(Debug)]
pub struct Plain<P> {
    inner: Arc<P>,
}

impl<P> Plain<P> {
    /// Gives `inner` plain text.
    pub fn new(inner: P) -> Self {
        Self { inner: Arc::new(inner) }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider + 'static> Provider for Plain<P> {
    fn about(&self) -> &ProviderFacts {
        self.inner.about()
    }

    fn name(&self) -> &str {
        self.inner.name()
    }

    fn extent(&self, request: &Request) -> Extent {
        if request.marks.is_empty() || self.about().follows.is_some() {
            return self.inner.extent(request);
        }
        let pieces = pieces(&request.text, &request.marks).into_iter();
        let sent = pieces.filter_map(|piece| match piece {
            Piece::Text(text) => Some(plain(request, &text)),
            Piece::Silence(_) => None,
        });
        sent.map(|part| self.inner.extent(&part)).sum()
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.inner.voices().await
    }

    async fn warm(&self) {
        self.inner.warm().await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        if request.marks.is_empty() || self.about().follows.is_some() {
            return self.inner.speak(request);
        }
        let pieces = pieces(&request.text, &request.marks);
        let inner = Arc::clone(&self.inner);
        Box::pin(stream! {
            // Silence takes the rate of the sound after it, or before it at the end.
            let (mut rate, mut silence, mut seconds) = (0, 0.0, 0.0);
            for piece in pieces {
                let text = match piece {
                    Piece::Silence(length) => {
                        silence += length.as_secs_f64();
                        continue;
                    }
                    Piece::Text(text) => text,
                };
                let begins = seconds + silence;
                let mut parts = inner.speak(plain(&request, &text));
                while let Some(part) = parts.next().await {
                    match part {
                        Ok(Part::Sound { rate: new, samples }) => {
                            rate = new;
                            if silence > 0.0 {
                                seconds += silence;
                                yield Ok(quiet(rate, std::mem::take(&mut silence)));
                            }
                            seconds += samples.len() as f64 / f64::from(rate.max(1));
                            yield Ok(Part::Sound { rate, samples });
                        }
                        Ok(Part::Words(words)) => yield Ok(Part::Words(
                            words
                                .into_iter()
                                .map(|word| crate::provider::WordTiming {
                                    text: text.source_of(&word.text),
                                    start: word.start + begins,
                                    end: word.end + begins,
                                })
                                .collect(),
                        )),
                        other => {
                            let failed = other.is_err();
                            yield other;
                            if failed {
                                return;
                            }
                        }
                    }
                }
            }
            if silence > 0.0 || rate == 0 {
                yield Ok(quiet(if rate == 0 { saywell_audio::SAMPLE_RATE } else { rate }, silence));
            }
        })
    }
}

/// What is asked for one piece.
fn plain(request: &Request, text: &Text) -> Request {
    Request { text: text.words.as_str().into(), marks: Arc::default(), within: None, ..request.clone() }
}

fn quiet(rate: u32, seconds: f64) -> Part {
    Part::Sound { rate, samples: vec![0.0; (seconds * f64::from(rate)).round() as usize] }
}

/// What is spoken in one call, or kept silent.
#[derive(Debug, PartialEq)]
enum Piece {
    Text(Text),
    Silence(Duration),
}

/// Words, with the way back to the text that they are from.
#[derive(Debug, Default, PartialEq)]
struct Text {
    words: String,
    /// Bytes of the words, and of the text that they stand for.
    runs: Vec<(Range<usize>, Range<usize>)>,
}

impl Text {
    fn push(&mut self, words: &str, source: Range<usize>) {
        let start = self.words.len();
        self.words.push_str(words);
        self.runs.push((start..self.words.len(), source));
    }

    /// The bytes of the text that these bytes of the words stand for.
    fn source_of(&self, words: &Range<usize>) -> Range<usize> {
        let place = |at: usize, end: bool| {
            let run = self.runs.iter().find(|(run, _)| at < run.end || (end && at == run.end));
            let Some((run, source)) = run.or(self.runs.last()) else { return 0 };
            match at.checked_sub(run.start) {
                // What stands as it is written is found to the byte; other words stand for all that they replace.
                Some(offset) if run.len() == source.len() => source.start + offset.min(source.len()),
                _ if end => source.end,
                _ => source.start,
            }
        };
        let start = place(words.start, false);
        start..place(words.end, true).max(start)
    }
}

/// Cuts the text at its breaks, with its aliases in place of what they stand for.
fn pieces(text: &str, marks: &[Mark]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut open = Text::default();
    let mut at = 0;
    let close = |open: &mut Text, pieces: &mut Vec<Piece>| {
        let made = std::mem::take(open);
        if made.words.chars().any(char::is_alphanumeric) {
            pieces.push(Piece::Text(made));
        }
    };
    for mark in marks {
        let Range { start, end } = mark.text;
        // What is inside something that is said as one has no place of its own.
        if start < at {
            continue;
        }
        match &mark.how {
            How::Alias(words) => {
                open.push(text.get(at..start).unwrap_or_default(), at..start);
                open.push(words, start..end);
                at = end;
            }
            How::Break(length) => {
                open.push(text.get(at..start).unwrap_or_default(), at..start);
                at = start;
                close(&mut open, &mut pieces);
                pieces.push(Piece::Silence(*length));
            }
            _ => {}
        }
    }
    open.push(text.get(at..).unwrap_or_default(), at..text.len());
    close(&mut open, &mut pieces);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::gather;
    use crate::providers::fake::Fake;

    fn mark(text: Range<usize>, how: How) -> Mark {
        Mark { text, how }
    }

    #[tokio::test]
    async fn aliases_are_said_and_breaks_are_kept() {
        let fake = Fake::named("fake");
        let calls = fake.calls();
        let text = "Ask the W3C, then wait.";
        let marks: Arc<[Mark]> = Arc::new([
            mark(8..11, How::Alias("Consortium".into())),
            mark(12..12, How::Break(Duration::from_millis(1500))),
        ]);
        let request = Request { marks, ..Request::new(text, "tone-1", "tone") };
        let speech = gather(Plain::new(fake).speak(request)).await.unwrap();
        assert_eq!(calls.texts(), ["Ask the Consortium,", " then wait."]);
        // A fake takes 50 ms a character, and says all of a text as one word.
        let seconds = speech.samples.len() as f64 / f64::from(speech.rate);
        assert!((seconds - (19.0 * 0.05 + 1.5 + 11.0 * 0.05)).abs() < 1e-6, "{seconds}");
        assert_eq!(speech.words.iter().map(|word| word.text.clone()).collect::<Vec<_>>(), [0..12, 12..23]);
        assert!((speech.words[1].start - 2.45).abs() < 1e-6, "{:?}", speech.words);
    }

    #[tokio::test]
    async fn silence_alone_is_silence() {
        let marks: Arc<[Mark]> = Arc::new([mark(0..0, How::Break(Duration::from_secs(1)))]);
        let request = Request { marks, ..Request::new("…", "tone-1", "tone") };
        let speech = gather(Plain::new(Fake::named("fake")).speak(request)).await.unwrap();
        assert_eq!(speech.samples.len(), speech.rate as usize);
    }

    #[test]
    fn words_lead_back_to_the_text() {
        let pieces = pieces("ab cd ef", &[mark(3..5, How::Alias("xyz w".into()))]);
        let [Piece::Text(text)] = &pieces[..] else { panic!("{pieces:?}") };
        assert_eq!(text.words, "ab xyz w ef");
        for (words, source) in [(0..2, 0..2), (3..6, 3..5), (7..8, 3..5), (9..11, 6..8), (0..11, 0..8)] {
            assert_eq!(text.source_of(&words), source, "{words:?}");
        }
    }
}
