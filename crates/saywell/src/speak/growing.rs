//! A reply that is still being written: the same flight as of one that is all there, its legs coming as the text does.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use futures::stream;
use saywell_text::language::Languages;
use saywell_text::{Script, Scripter, Utterance};
use tokio::sync::mpsc;
use tracing::{Instrument, info_span};

use super::flying::{Ending, Flying, Leg, Whole};
use super::plan::Plan;
use super::{Speak, SpeakError};
use crate::chain::Chain;
use crate::flight::{Boarding, Flights, Listener, Reader};
use crate::identity::Caller;
use crate::key::Key;
use crate::limits::{Amount, Bill, Permit};
use crate::request::SpeechRequest;
use crate::script::{self, Bounds, Prepared, Reading, ScriptError};
use crate::usage::{self, Asked, Bought, Purpose};

/// A reply that is still being written. When it is dropped before its [end](Self::end), its flight is given up.
#[derive(Debug)]
pub struct Growing {
    speak: Speak,
    caller: Caller,
    permit: Permit,
    /// With the text that has come so far.
    request: SpeechRequest,
    bounds: Bounds,
    reading: Reading,
    chain: Chain,
    scripter: Option<Scripter>,
    languages: Languages,
    characters: usize,
    seconds: f64,
    /// An utterance after which nothing has come yet: it may be the last, which no pause follows.
    held: Option<Utterance>,
    /// The keys of the clips that were planned.
    planned: Vec<Option<Key>>,
    bought: Arc<Bought>,
    flight: Option<Aloft>,
}

/// The flight of a growing reply. How many legs wait in it is bounded by the longest text that is accepted.
#[derive(Debug)]
struct Aloft {
    legs: mpsc::UnboundedSender<Leg>,
    ending: Arc<OnceLock<Ending>>,
}

/// A flight that has begun.
#[derive(Debug)]
pub struct Departure {
    /// Its sound.
    pub listener: Listener,
    /// Its captions.
    pub captions: Reader,
}

/// A reply whose text is all there.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// The key of the reply's rendition, as for a reply that comes whole.
    pub key: Key,
    /// Characters that are spoken.
    pub characters: usize,
}

impl Speak {
    /// Begins a reply whose text is still to come; that of `request` is empty.
    ///
    /// # Errors
    /// [`SpeakError`] with what the caller has to change.
    pub async fn grow(
        &self,
        caller: &Caller,
        permit: Permit,
        request: SpeechRequest,
    ) -> Result<Growing, SpeakError> {
        let chain = Plan::chain(self, &permit, &request).await?;
        let reading = self.reading(&request);
        Ok(Growing {
            speak: self.clone(),
            caller: caller.clone(),
            bounds: permit.bounds(self.bounds),
            permit,
            request,
            chain,
            scripter: Some(Scripter::new(reading.options())),
            reading,
            languages: Languages::new(),
            characters: 0,
            seconds: 0.0,
            held: None,
            planned: Vec::new(),
            bought: Arc::default(),
            flight: None,
        })
    }
}

impl Growing {
    /// What is asked for, with the text so far.
    #[must_use]
    pub fn request(&self) -> &SpeechRequest {
        &self.request
    }

    /// Takes the next piece of the text. The first utterance that is final begins the flight.
    ///
    /// # Errors
    /// [`SpeakError`]; nothing more can be said of this reply then.
    pub async fn push(&mut self, piece: &str) -> Result<Option<Departure>, SpeakError> {
        self.characters += piece.chars().count();
        if self.characters > self.bounds.max_chars {
            let (characters, most) = (self.characters, self.bounds.max_chars);
            return Err(ScriptError::TooManyCharacters { characters, most }.into());
        }
        self.request.text.push_str(piece);
        let mut utterances: Vec<_> = self.held.take().into_iter().collect();
        utterances.extend(self.scripter.as_mut().map(|scripter| scripter.push(piece)).unwrap_or_default());
        // Where nothing to be said follows yet, this may be the end.
        let rest = |said: &Utterance| self.request.text.get(said.source.end..).unwrap_or_default();
        if utterances.last().is_some_and(|last| !rest(last).contains(char::is_alphanumeric)) {
            self.held = utterances.pop();
        }
        let mut departure = None;
        for utterance in utterances {
            departure = self.add(utterance, false).await?.or(departure);
        }
        Ok(departure)
    }

    /// The text is all there; nothing more is pushed.
    ///
    /// # Errors
    /// [`SpeakError`], such as for a reply in which there is nothing to say.
    pub async fn end(&mut self) -> Result<(Option<Departure>, Ended), SpeakError> {
        let last = self.scripter.take().map(|scripter| scripter.finish().0).unwrap_or_default();
        let utterances: Vec<_> = self.held.take().into_iter().chain(last).collect();
        let mut departure = None;
        let count = utterances.len();
        for (number, utterance) in utterances.into_iter().enumerate() {
            departure = self.add(utterance, number + 1 == count).await?.or(departure);
        }
        let prepared = script::prepare(&self.request.text, &self.reading, self.request.speed, self.bounds)?;
        let plan = Arc::new(self.plan(prepared).await?);
        let key = plan.key(&self.request.text);
        let characters = plan.script.characters();
        // What decides how each part sounds is in the keys of its clips: where these are the same, so is the sound.
        let clips = 0..plan.script.utterances.len();
        let clips = clips.map(|number| plan.planned_clip(number, plan.pause(number), 0));
        let as_spoken = clips.eq(self.planned.iter().copied());
        if let Some(Aloft { legs, ending }) = self.flight.take() {
            let asked = Asked {
                rendition: Some(key),
                characters: characters as u64,
                ..self.speak.admitted(&self.caller, &self.permit, &self.request, &plan.speaker)
            };
            // Nobody else fills it in.
            let _ = ending.set(Ending::Whole(Box::new(Whole { plan, key, as_spoken, asked })));
            drop(legs);
        }
        Ok((departure, Ended { key, characters }))
    }

    /// It ends here, with an error of this code, which is taken down.
    pub fn refuse(&self, code: String) {
        match &self.flight {
            // Nobody else fills it in.
            Some(flight) => drop(flight.ending.set(Ending::Refused(code))),
            None => self.speak.turned_down(&self.caller, &self.request, code),
        }
    }

    /// Plans an utterance as it would be planned within the whole, sets aside what it takes, and sends it off.
    async fn add(&mut self, mut utterance: Utterance, last: bool) -> Result<Option<Departure>, SpeakError> {
        let speed = f64::from(self.request.speed);
        let language = if let Some(language) = &self.reading.language {
            utterance.speak(language);
            Some(language.clone())
        } else {
            self.languages.assign(&mut utterance);
            self.languages.main().map(str::to_owned)
        };
        self.reading.pronunciations.apply(&mut utterance, language.as_deref());
        self.seconds += utterance.estimated_seconds(speed);
        if self.seconds > f64::from(self.bounds.max_seconds) {
            let most = self.bounds.max_seconds;
            return Err(ScriptError::TooLong { seconds: self.seconds, most }.into());
        }
        let pause = if last { 0.0 } else { utterance.pause.seconds() / speed };
        let script = Script { utterances: vec![utterance], ..Script::default() };
        let plan = Arc::new(self.plan(Prepared { script, language }).await?);
        // The flight's place comes first: whoever has none is told so before anything is set aside.
        let place = match self.flight {
            None => Some(self.billed(self.permit.reserve(Amount::default()).await?)),
            Some(_) => None,
        };
        let bill = self.billed(self.permit.reserve_more(plan.amount(&self.speak.prices)).await?);
        let purpose = Arc::new(Purpose {
            user: self.caller.user.clone(),
            room: self.caller.room.clone(),
            message_id: self.request.message_id.clone(),
            rendition: None,
            tally: bill.tally(),
            bought: Arc::clone(&self.bought),
        });
        let leg = Leg { plan, number: 0, pause, bill, purpose };
        self.planned.push(leg.clip_key(0));
        let departure = place.map(|place| self.depart(&leg, place)).transpose()?;
        if let Some(flight) = &self.flight {
            // A flight that has ended says why to its listener.
            let _ = flight.legs.send(leg);
        }
        Ok(departure)
    }

    /// By whom a script, of the whole or of a part, is to be spoken.
    async fn plan(&self, prepared: Prepared) -> Result<Plan, SpeakError> {
        let chain = self.chain.clone();
        Plan::of(&self.speak, &self.permit, &self.request, &self.reading, chain, prepared).await
    }

    fn billed(&self, reservation: crate::limits::Reservation) -> Arc<Bill> {
        Arc::new(reservation.billed(self.permit.counts_cached()))
    }

    /// Begins the flight with its first leg.
    fn depart(&mut self, leg: &Leg, place: Arc<Bill>) -> Result<Departure, SpeakError> {
        let speaker = leg.plan.speaker.clone();
        let (listener, captions, writer) = board(&self.speak.flights, &self.request)?;
        let (sender, receiver) = mpsc::unbounded_channel();
        let ending = Arc::new(OnceLock::new());
        usage::growing(&self.caller, &self.request, &speaker);
        let flying = Flying::new(
            self.speak.clone(),
            Arc::clone(&leg.plan),
            Arc::clone(&ending),
            Arc::clone(&self.bought),
            place,
            // What comes before is the time that it took to write.
            Instant::now(),
            self.speak.admitted(&self.caller, &self.permit, &self.request, &speaker),
        );
        let legs = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
        let span = info_span!("flight", message = self.request.message_id);
        tokio::spawn(flying.fly(legs, writer).instrument(span));
        self.flight = Some(Aloft { legs: sender, ending });
        Ok(Departure { listener, captions })
    }
}

/// A flight of one's own: nobody else can ask for a reply that is still being written.
fn board(
    flights: &Flights,
    request: &SpeechRequest,
) -> Result<(Listener, Reader, crate::flight::Writer), SpeakError> {
    let key = Key::from_bytes(rand::random());
    let (Boarding::Started(listener, writer), Some(reader)) =
        (flights.board(key, request.format)?, flights.read_along(&key))
    else {
        return Err(SpeakError::Overloaded);
    };
    Ok((listener, reader, writer))
}
