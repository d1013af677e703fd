//! A provider that is given English as its voices read it best: with what they would get wrong written out in words.

use std::ops::Range;
use std::sync::Arc;

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;
use saywell_text::english::{Reader, SpelledOut, spell_out_around};
use saywell_text::{How, Mark, tag};

use crate::provider::{
    Extent, Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice, WordTiming,
};

/// A provider that is given what its [`ProviderFacts::reader`] can read.
#[derive(Debug)]
pub struct Spelled<P> {
    inner: P,
}

impl<P> Spelled<P> {
    /// Gives `inner` what it can read.
    pub fn new(inner: P) -> Self {
        Self { inner }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider> Provider for Spelled<P> {
    fn about(&self) -> &ProviderFacts {
        self.inner.about()
    }

    fn name(&self) -> &str {
        self.inner.name()
    }

    fn extent(&self, request: &Request) -> Extent {
        match self.carried(request) {
            Some((carried, _)) => self.inner.extent(&carried),
            None => self.inner.extent(request),
        }
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.inner.voices().await
    }

    async fn warm(&self) {
        self.inner.warm().await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let Some((carried, spelled)) = self.carried(&request) else { return self.inner.speak(request) };
        let mut inner = self.inner.speak(carried);
        Box::pin(stream! {
            while let Some(part) = inner.next().await {
                yield match part {
                    Ok(Part::Words(words)) => Ok(Part::Words(back(words, &spelled))),
                    other => other,
                };
            }
        })
    }
}

impl<P: Provider> Spelled<P> {
    /// The request with everything written out, and the way back; `None` where it stays as it is.
    fn carried(&self, request: &Request) -> Option<(Request, SpelledOut)> {
        let is_english = request.language.as_deref().is_none_or(tag::is_english);
        let spelled = spell_out(request, self.about().reader.filter(|_| is_english)?);
        if spelled.text() == &*request.text {
            return None;
        }
        let carried = Request {
            text: spelled.text().into(),
            marks: request.marks.iter().map(|mark| carry(mark, &spelled)).collect(),
            ..request.clone()
        };
        Some((carried, spelled))
    }
}

/// The text with everything written out but what a mark says in its own way.
fn spell_out(request: &Request, reader: Reader) -> SpelledOut {
    let says_itself = |mark: &&Mark| matches!(mark.how, How::Phonemes(_) | How::Alias(_) | How::SayAs(_));
    let protected: Vec<Range<usize>> =
        request.marks.iter().filter(says_itself).map(|mark| mark.text.clone()).collect();
    spell_out_around(&request.text, &protected, reader)
}

fn carry(mark: &Mark, spelled: &SpelledOut) -> Mark {
    Mark { text: spelled.spoken_of(mark.text.clone()), how: mark.how.clone() }
}

/// The words in bytes of the text as it was before.
fn back(words: Vec<WordTiming>, spelled: &SpelledOut) -> Vec<WordTiming> {
    words.into_iter().map(|word| WordTiming { text: spelled.source_of(word.text), ..word }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::gather;
    use crate::providers::fake::Fake;

    async fn given(reader: Option<Reader>, request: Request) -> (String, Vec<Range<usize>>) {
        let fake = Fake::named("fake").reading(reader);
        let calls = fake.calls();
        let speech = gather(Spelled::new(fake).speak(request)).await.unwrap();
        (calls.texts().remove(0), speech.words.into_iter().map(|word| word.text).collect())
    }

    #[tokio::test]
    async fn each_reader_is_given_what_it_can_read() {
        let request = || Request::new("It took 5 km in getUserById.", "tone-1", "tone");
        let (words, ranges) = given(Some(Reader::Words), request()).await;
        assert_eq!(words, "It took five kilometers in get user by ID.");
        let whole = 0..28;
        assert_eq!(ranges, std::slice::from_ref(&whole), "words lead back to what was written");
        let (natural, _) = given(Some(Reader::Natural), request()).await;
        assert!(natural.contains("5 km") && !natural.contains("getUser"), "{natural}");
        assert_eq!(given(None, request()).await.0, "It took 5 km in getUserById.");
        let german = Request { language: Some("de-DE".into()), ..request() };
        assert_eq!(given(Some(Reader::Words), german).await.0, "It took 5 km in getUserById.");
    }

    #[tokio::test]
    async fn what_a_mark_says_is_left_to_it() {
        let alias = Mark { text: 4..6, how: How::Alias("forty".into()) };
        let request = Request { marks: Arc::new([alias]), ..Request::new("Buy 42 of 7.", "tone-1", "tone") };
        assert_eq!(given(Some(Reader::Words), request).await.0, "Buy 42 of seven.");
    }
}
