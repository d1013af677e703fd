//! A reply that is written and heard at the same time, whatever door it comes by: its text goes in as it is written, its
//! sound and what is said in it come out. One that was asked for as a whole comes out the same way.

use bytes::Bytes;
use saywell_audio::Captions;

use super::captions;
use super::error::ApiError;
use super::spoken::naming_the_field;
use crate::app::App;
use crate::flight::{Failure, Flights, SpokenUtterance};
use crate::identity::Caller;
use crate::request::SpeechRequest;
use crate::speak::{Departure, Ended, Growing, Sound, SpokenReply};

/// The text of a reply, while it is written. To drop it before its end is to give the reply up.
#[derive(Debug)]
pub struct Writing {
    growing: Growing,
    ended: Option<Ended>,
}

impl Writing {
    /// Begins a reply: what `POST /tts` does before it has a script. The text of the request is empty.
    ///
    /// # Errors
    /// As those of `POST /tts`.
    pub async fn begin(app: &App, caller: Caller, request: SpeechRequest) -> Result<Self, ApiError> {
        let order = app.orders.open(caller, request).await?;
        let growing = app.speak.grow(&order).await;
        let growing = growing.map_err(|error| naming_the_field(error, order.request()))?;
        Ok(Self { growing, ended: None })
    }

    /// What is asked for.
    #[must_use]
    pub fn request(&self) -> &SpeechRequest {
        self.growing.request()
    }

    /// What its end came to, once its text is all there.
    #[must_use]
    pub fn ended(&self) -> Option<&Ended> {
        self.ended.as_ref()
    }

    /// The next piece of its text, of any size. The first utterance that is final begins the flight.
    ///
    /// # Errors
    /// As those of `POST /tts`; nothing more can be said of this reply then.
    pub async fn push(&mut self, text: &str) -> Result<Option<Departure>, ApiError> {
        self.open()?;
        let departure = self.growing.push(text).await;
        departure.map_err(|error| naming_the_field(error, self.growing.request()))
    }

    /// Its text is all there.
    ///
    /// # Errors
    /// As those of `POST /tts`, such as for a reply in which there is nothing to say.
    pub async fn end(&mut self) -> Result<Option<Departure>, ApiError> {
        self.open()?;
        let ended = self.growing.end().await;
        let (departure, ended) = ended.map_err(|error| naming_the_field(error, self.growing.request()))?;
        self.ended = Some(ended);
        Ok(departure)
    }

    /// It ends here, with this error, which is taken down.
    pub fn refuse(&self, error: &ApiError) {
        self.growing.refuse(error.code);
    }

    fn open(&self) -> Result<(), ApiError> {
        let open = self.ended.is_none();
        open.then_some(()).ok_or_else(|| ApiError::invalid("type", "The text of this reply has ended."))
    }
}

/// A flight that is heard; nothing is, before it has begun.
#[derive(Debug, Default)]
pub struct Hearing {
    departure: Option<Departure>,
    until: f64,
}

/// How a reply that was asked for as a whole can be heard.
#[derive(Debug)]
pub enum Audible {
    /// All at once.
    Made(Made),
    /// While it is made.
    InTheAir(Hearing),
}

/// A reply of which all is made.
#[derive(Debug)]
pub struct Made {
    /// All of its sound.
    pub sound: Bytes,
    /// What is said in it, and when.
    pub captions: Captions,
}

impl Audible {
    /// Waits for a reply's first sound.
    ///
    /// # Errors
    /// The flight's [`Failure`], when it fails before that.
    pub async fn await_sound(reply: SpokenReply, flights: &Flights) -> Result<Self, Failure> {
        let mut listener = match reply.sound {
            Sound::Flight(listener) => listener,
            complete @ Sound::Complete(_) => return Made::all_made(complete).await.map(Self::Made),
        };
        listener.first_sound().await?;
        match flights.read_along(&reply.key) {
            Some(captions) => Ok(Self::InTheAir(Hearing::begin(Departure { listener, captions }))),
            // It has landed meanwhile.
            None => Made::all_made(Sound::Flight(listener)).await.map(Self::Made),
        }
    }
}

impl Made {
    /// Waits until all of it is made.
    ///
    /// # Errors
    /// The flight's [`Failure`].
    pub async fn all_made(sound: Sound) -> Result<Self, Failure> {
        Ok(match sound {
            Sound::Complete(entry) => {
                Self { sound: entry.sound.clone(), captions: captions::kept(&entry).unwrap_or_default() }
            }
            Sound::Flight(mut listener) => {
                listener.landed().await?;
                Self { sound: listener.sound(), captions: listener.captions() }
            }
        })
    }
}

/// What is heard next.
#[derive(Debug)]
pub enum HeardNext {
    /// An utterance, before the last of its sound.
    Said(SpokenUtterance),
    /// The next bytes of the sound.
    Sound(Bytes),
}

impl Hearing {
    /// Of a flight that has begun.
    #[must_use]
    pub fn begin(departure: Departure) -> Self {
        Self { departure: Some(departure), until: 0.0 }
    }

    /// The flight has begun, if it has.
    pub fn departs(&mut self, departure: Option<Departure>) {
        self.departure = departure.or_else(|| self.departure.take());
    }

    /// Whether it has.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.departure.is_some()
    }

    /// Whether what was heard so far ends with an utterance.
    #[must_use]
    pub fn is_between(&self) -> bool {
        self.departure.as_ref().is_none_or(|departure| departure.listener.is_between())
    }

    /// Up to when utterances have been told of, seconds.
    #[must_use]
    pub fn until(&self) -> f64 {
        self.until
    }

    /// What is heard next; `None` when all has been. Waits for as long as there is no flight.
    ///
    /// # Errors
    /// The flight's [`Failure`], after everything that was made.
    pub async fn next(&mut self) -> Result<Option<HeardNext>, Failure> {
        let Some(Departure { listener, captions }) = &mut self.departure else {
            return std::future::pending().await;
        };
        let next = tokio::select! {
            biased;
            Some(said) = captions.next() => {
                let said = said?;
                self.until = said.until;
                HeardNext::Said(said)
            }
            Some(piece) = listener.next() => HeardNext::Sound(piece?),
            else => return Ok(None),
        };
        Ok(Some(next))
    }
}
