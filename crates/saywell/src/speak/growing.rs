//! A reply that is still being written: the same flight as of one that is all there, its legs coming as the text does.

use std::sync::{Arc, OnceLock};

use futures::stream;
use saywell_text::language::Languages;
use saywell_text::{Script, Scripter, Utterance};
use tokio::sync::mpsc;
use tracing::{Instrument, info_span};

use super::flying::{Flying, Leg, Whole};
use super::plan::Plan;
use super::{Speak, SpeakError};
use crate::chain::Chain;
use crate::flight::{Boarding, Flights, Listener, Reader};
use crate::key::Key;
use crate::limits::Amount;
use crate::order::Order;
use crate::request::SpeechRequest;
use crate::script::{self, Bounds, Prepared, Reading, ScriptError};
use crate::store::CacheOutcome;
use crate::voices::Speaker;

/// A reply that is still being written. When it is dropped before its [end](Self::end), its flight is given up.
#[derive(Debug)]
pub struct Growing {
    speak: Speak,
    order: Arc<Order>,
    /// What has come so far.
    text: String,
    bounds: Bounds,
    reading: Reading,
    chain: Chain,
    scripter: Option<Scripter>,
    languages: Languages,
    characters: usize,
    /// Of them and of what is said in their place, those that reach a provider.
    said: u64,
    seconds: f64,
    /// An utterance after which nothing has come yet: it may be the last, which no pause follows.
    held: Option<Utterance>,
    /// The keys of the clips that were planned, and the pauses after them, seconds.
    planned: Vec<(Option<Key>, f64)>,
    flight: Option<Aloft>,
}

/// The flight of a growing reply. How many legs wait in it is bounded by the longest text that is accepted.
#[derive(Debug)]
struct Aloft {
    legs: mpsc::UnboundedSender<Leg>,
    whole: Arc<OnceLock<Whole>>,
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
    /// Begins a reply whose text is still to come; that of the request is empty.
    ///
    /// # Errors
    /// [`SpeakError`] with what the caller has to change.
    pub async fn grow(&self, order: &Arc<Order>) -> Result<Growing, SpeakError> {
        let chain = Plan::chain(self, order).await;
        let chain = chain.inspect_err(|error| order.fails(error.code()))?;
        let reading = self.reading(order.request());
        Ok(Growing {
            speak: self.clone(),
            bounds: order.permit().bounds(self.bounds),
            order: Arc::clone(order),
            text: String::new(),
            chain,
            scripter: Some(Scripter::new(reading.options())),
            reading,
            languages: Languages::new(),
            characters: 0,
            said: 0,
            seconds: 0.0,
            held: None,
            planned: Vec::new(),
            flight: None,
        })
    }
}

impl Growing {
    /// What is asked for.
    #[must_use]
    pub fn request(&self) -> &SpeechRequest {
        self.order.request()
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
        self.text.push_str(piece);
        let mut utterances: Vec<_> = self.held.take().into_iter().collect();
        utterances.extend(self.scripter.as_mut().map(|scripter| scripter.push(piece)).unwrap_or_default());
        // Where nothing to be said follows yet, this may be the end.
        let rest = |said: &Utterance| self.text.get(said.source.end..).unwrap_or_default();
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
        let prepared = script::prepare(&self.text, &self.reading, self.request().speed, self.bounds)?;
        let plan = Arc::new(self.plan(prepared).await?);
        let key = plan.key(&self.text);
        let characters = plan.script.characters();
        // What decides how each part sounds is in the keys of its clips: where these are the same, so is the sound.
        let clips = 0..plan.script.utterances.len();
        let clips = clips.map(|number| (plan.planned_clip(number, 0), plan.pause(number)));
        let as_spoken = clips.eq(self.planned.iter().copied());
        self.order.whole(key, characters);
        self.order.written(&self.text);
        if let Some(Aloft { legs, whole }) = self.flight.take() {
            // Nobody else fills it in.
            let _ = whole.set(Whole { plan, key, as_spoken });
            drop(legs);
        }
        Ok((departure, Ended { key, characters }))
    }

    /// It ends here, with an error of this code, which is taken down.
    pub fn refuse(&self, code: &str) {
        self.order.written(&self.text);
        self.order.fails(code);
    }

    /// Plans an utterance as it would be planned within the whole, sets aside what it takes, and sends it off.
    async fn add(&mut self, mut utterance: Utterance, last: bool) -> Result<Option<Departure>, SpeakError> {
        let speed = f64::from(self.request().speed);
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
        let amount = plan.amount(&self.speak.prices);
        self.said += amount.characters;
        let (said, most) = (usize::try_from(self.said).unwrap_or(usize::MAX), self.bounds.max_chars);
        if said > most && said > self.characters {
            return Err(ScriptError::TooManyCharacters { characters: said, most }.into());
        }
        // The flight's place comes first: whoever has none is told so before anything is set aside.
        let begins = self.flight.is_none();
        self.order.errand().add(plan.script.characters() as u64);
        if begins {
            self.speak.queue_up(&plan, self.order.errand()).await?;
            self.order.reserve(Amount::default()).await?;
        }
        self.order.reserve_further(amount).await?;
        let leg = Leg { plan, number: 0, pause, order: Arc::clone(&self.order) };
        self.planned.push((leg.clip_key(0), leg.pause));
        let departure = begins.then(|| self.depart(&leg)).transpose()?;
        if let Some(flight) = &self.flight {
            // A flight that has ended says why to its listener.
            let _ = flight.legs.send(leg);
        }
        Ok(departure)
    }

    /// By whom a script, of the whole or of a part, is to be spoken.
    async fn plan(&self, prepared: Prepared) -> Result<Plan, SpeakError> {
        let chain = self.chain.clone();
        Plan::of(&self.speak, &self.order, &self.reading, chain, prepared).await
    }

    /// Begins the flight with its first leg.
    fn depart(&mut self, leg: &Leg) -> Result<Departure, SpeakError> {
        let Speaker { provider, voice, .. } = &leg.plan.speaker;
        let (listener, captions, writer) = board(&self.speak.flights, self.request())?;
        let (sender, receiver) = mpsc::unbounded_channel();
        let whole = Arc::new(OnceLock::new());
        self.order.awaits_sound();
        self.order.answered(CacheOutcome::Miss, provider, voice, 0.0);
        let (plan, order) = (Arc::clone(&leg.plan), Arc::clone(&self.order));
        let flying = Flying::new(self.speak.clone(), plan, order, Arc::clone(&whole));
        let legs = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
        let span = info_span!("flight", message_id = self.request().message_id.as_deref());
        tokio::spawn(flying.fly(legs, writer).instrument(span));
        self.flight = Some(Aloft { legs: sender, whole });
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
        return Err(SpeakError::Overloaded { retry_after: None });
    };
    Ok((listener, reader, writer))
}
