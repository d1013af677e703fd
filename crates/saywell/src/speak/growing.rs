//! A reply that is still being written: the same flight as of one that is all there, its legs coming as the text does.

use std::sync::{Arc, OnceLock};

use futures::stream;
use saywell_text::language::Languages;
use saywell_text::{Note, Pause, Script, Scripter, Utterance};
use tokio::sync::mpsc;
use tracing::{Instrument, debug_span, info_span};

use super::flying::{Flying, Leg, Whole};
use super::foreign::Foreign;
use super::plan::ReplyPlan;
use super::tape::Tape;
use super::{Speak, SpeakError};
use crate::chain::Chain;
use crate::error_code::ErrorCode;
use crate::flight::{Boarding, CaptionReader, Flights, Listener};
use crate::key::Key;
use crate::limits::{Amount, Refusal, What};
use crate::order::Order;
use crate::request::SpeechRequest;
use crate::script::{self, Prepared, Reading, ReplyBounds, ScriptError, TooLong};
use crate::store::CacheOutcome;
use crate::voices::Speaker;

/// From this share of the longest speech on, parts of a sentence wait for its end: it is said as a whole or not at all.
const NEAR_THE_END: f64 = 0.75;

/// A reply that is still being written. When it is dropped before its [end](Self::end), its flight is given up.
#[derive(Debug)]
pub struct Growing {
    speak: Speak,
    order: Arc<Order>,
    /// What has come so far.
    text: String,
    bounds: ReplyBounds,
    reading: Reading,
    chain: Chain,
    scripter: Option<Scripter>,
    languages: Languages,
    foreign: Foreign,
    /// Characters that are said, as they are written.
    characters: usize,
    /// Of them and of what is said in their place, those that reach a provider.
    said: u64,
    seconds: f64,
    /// How long what is said takes, with what is said in the place of what is written; and whether there is such.
    takes: f64,
    swells: bool,
    /// Why no more of it is spoken, if it is longer than may be.
    full: Option<String>,
    /// Parts of a sentence, which wait for its end where not much more fits.
    waiting: Vec<Prepared>,
    /// The last byte that is spoken, or was heard before.
    until: usize,
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
    pub captions: CaptionReader,
}

/// A reply whose text is all there.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The key of the reply's rendition, as for a reply that comes whole.
    pub key: Key,
    /// Characters that are spoken.
    pub characters: usize,
    /// What is asked for and not done, or not quite.
    pub notes: Vec<Note>,
    /// The byte of the text that the next request goes on from, where not all of it is spoken.
    pub continues_at: Option<usize>,
}

impl Speak {
    /// Begins a reply whose text is still to come; that of the request is empty.
    ///
    /// # Errors
    /// [`SpeakError`] with what the caller has to change.
    pub async fn grow(&self, order: &Arc<Order>) -> Result<Growing, SpeakError> {
        let chain = ReplyPlan::chain(self, order).await;
        let chain = chain.inspect_err(|error| order.fails(error.code()))?;
        let reading = self.reading(order.request());
        let bounds = order.permit().bounds(self.bounds);
        Ok(Growing {
            speak: self.clone(),
            order: Arc::clone(order),
            text: String::new(),
            chain,
            scripter: Some(Scripter::new(reading.options(bounds))),
            bounds,
            reading,
            languages: Languages::new(),
            foreign: Foreign::new(self.unsupported_language, order.request().voice.as_deref()),
            full: None,
            waiting: Vec::new(),
            until: 0,
            characters: 0,
            said: 0,
            seconds: 0.0,
            takes: 0.0,
            swells: false,
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
        if self.full.is_some() {
            return Ok(None);
        }
        let kept = &piece[..piece.floor_char_boundary(self.longest_text().saturating_sub(self.text.len()))];
        let all = kept.len() == piece.len();
        self.text.push_str(kept);
        let mut utterances: Vec<_> = self.held.take().into_iter().collect();
        utterances.extend(self.scripter.as_mut().map(|scripter| scripter.push(kept)).unwrap_or_default());
        // Where nothing to be said follows yet, this may be the end.
        let rest = |said: &Utterance| self.text.get(said.source.end..).unwrap_or_default();
        if all && utterances.last().is_some_and(|last| !rest(last).contains(char::is_alphanumeric)) {
            self.held = utterances.pop();
        }
        let mut departure = None;
        for utterance in utterances {
            departure = self.add(utterance, false).await?.or(departure);
        }
        if !all {
            let most = self.longest_text();
            self.full.get_or_insert_with(|| format!("one text may have {most} bytes"));
        }
        Ok(departure)
    }

    /// The text is all there; nothing more is pushed.
    ///
    /// # Errors
    /// [`SpeakError`], such as for a reply in which there is nothing to say.
    pub async fn end(&mut self) -> Result<(Option<Departure>, Ended), SpeakError> {
        let mut last = self.scripter.take().map(|scripter| scripter.finish().0).unwrap_or_default();
        if self.full.is_some() {
            // What is not all there is not said.
            last.clear();
        }
        let utterances: Vec<_> = self.held.take().into_iter().chain(last).collect();
        let mut departure = None;
        let count = utterances.len();
        for (number, utterance) in utterances.into_iter().enumerate() {
            departure = self.add(utterance, number + 1 == count).await?.or(departure);
        }
        let left = self.foreign.end()?;
        for utterance in left {
            departure = self.say(utterance, true).await?.or(departure);
        }
        departure = self.sentence(true).await?.or(departure);
        // Its bounds are those of the whole, wherever it goes on from.
        let reading = Reading { start_at: 0, ..self.reading.clone() };
        let prepared = script::prepare(&self.text, &reading, self.bounds)?;
        let foreign = Foreign::new(self.speak.unsupported_language, self.request().voice.as_deref());
        let mut prepared = foreign.all(&self.speak, &self.chain, prepared).await?;
        if let Some(why) = self.full.clone() {
            let until = self.until;
            prepared.script.utterances.retain(|utterance| utterance.source.end <= until);
            prepared.ends_early(&self.text, &why);
        }
        let prepared = prepared.within(&self.text, self.request().speed, self.bounds)?;
        let prepared = prepared.from_byte(self.reading.start_at)?;
        let plan = Arc::new(self.plan(prepared).await?);
        let key = plan.key(&self.text);
        let characters = plan.script.characters();
        // What decides how each part sounds is in the keys of its clips: where these are the same, so is the sound.
        let clips = 0..plan.script.utterances.len();
        let clips = clips.map(|number| (plan.planned_clip(number, 0), plan.pause(number)));
        let as_spoken = clips.eq(self.planned.iter().copied());
        let (notes, continues_at) = (plan.notes.clone(), plan.continues_at);
        self.order.whole(key, characters);
        self.order.written(&self.text);
        if let Some(Aloft { legs, whole }) = self.flight.take() {
            // Nobody else fills it in.
            let _ = whole.set(Whole { plan, key, as_spoken });
            drop(legs);
        }
        Ok((departure, Ended { key, characters, notes, continues_at }))
    }

    /// It ends here, with an error of this code, which is taken down.
    pub fn refuse(&self, code: ErrorCode) {
        self.order.written(&self.text);
        self.order.fails(Some(code));
    }

    /// Takes what is said next, in the languages that it is in.
    async fn add(&mut self, mut utterance: Utterance, last: bool) -> Result<Option<Departure>, SpeakError> {
        // Something that is said has come after it, so the line that follows has begun.
        utterance.meets(self.text.get(utterance.source.end..).unwrap_or_default());
        let parts = if let Some(language) = &self.reading.language {
            utterance.speak(language);
            vec![utterance]
        } else {
            self.languages.assign(utterance)
        };
        let mut said = Vec::new();
        for part in parts {
            self.characters += part.characters();
            if self.characters > self.bounds.max_chars {
                let (characters, most) = (self.characters, self.bounds.max_chars);
                self.fill(ScriptError::TooManyCharacters { characters, most })?;
                break;
            }
            said.extend(self.foreign.take(&self.speak, &self.chain, part).await?);
        }
        let (mut departure, count) = (None, said.len());
        for (number, part) in said.into_iter().enumerate() {
            departure = self.say(part, last && number + 1 == count).await?.or(departure);
        }
        Ok(departure)
    }

    /// Says an utterance, or holds it back until its sentence is known to fit: always near the end of what may be.
    async fn say(&mut self, mut utterance: Utterance, last: bool) -> Result<Option<Departure>, SpeakError> {
        if self.full.is_some() {
            return Ok(None);
        }
        let main = self.reading.language.clone().or_else(|| self.languages.main().map(str::to_owned));
        let language = self.foreign.main(main.as_deref());
        self.reading.pronunciations.apply(&mut utterance, language.as_deref());
        let (speed, most) = (f64::from(self.request().speed), f64::from(self.bounds.max_seconds));
        let seconds = utterance.estimated_seconds(speed);
        self.seconds += seconds;
        if self.seconds > most {
            self.fill(ScriptError::TooLong { seconds: self.seconds, most: self.bounds.max_seconds })?;
            return Ok(None);
        }
        let within = matches!(utterance.pause, Pause::None | Pause::Clause) && !last;
        let script = Script { utterances: vec![utterance], ..Script::default() };
        self.waiting.push(Prepared { script, language, continues_at: None, seconds: vec![seconds] });
        let near = self.seconds > most * NEAR_THE_END
            || self.characters as f64 > self.bounds.max_chars as f64 * NEAR_THE_END;
        if within && near {
            return Ok(None);
        }
        self.sentence(last).await
    }

    /// The most bytes of text, said or not, that are kept: fewer than of one that is all there, since connections stay open.
    fn longest_text(&self) -> usize {
        self.bounds.longest_text() / 4
    }

    /// No more of it is said, since it is longer than one request may have; an error where that is refused, or nothing has been
    /// said yet.
    fn fill(&mut self, too_long: ScriptError) -> Result<(), ScriptError> {
        let begun = self.until > 0;
        if self.bounds.too_long == TooLong::Refuse || !begun && self.waiting.is_empty() {
            return Err(too_long);
        }
        // Half a sentence is better than nothing, and only than that.
        if begun {
            self.waiting.clear();
        }
        self.full = Some(match too_long {
            ScriptError::TooLong { .. } => self.bounds.seconds(),
            _ => self.bounds.characters(),
        });
        Ok(())
    }

    /// Says what was held back.
    async fn sentence(&mut self, last: bool) -> Result<Option<Departure>, SpeakError> {
        let (mut departure, waiting) = (None, std::mem::take(&mut self.waiting));
        let count = waiting.len();
        for (number, prepared) in waiting.into_iter().enumerate() {
            let utterances = &prepared.script.utterances;
            let until = utterances.last().map_or(self.until, |said| said.source.end);
            if utterances.iter().any(|said| said.source.start < self.reading.start_at) {
                self.until = until;
                continue;
            }
            match self.send_off(prepared, last && number + 1 == count).await {
                Ok(departed) => departure = departed.or(departure),
                // What has begun is heard, as far as the quota goes.
                Err(SpeakError::Refused(Refusal::Exceeded(exceeded)))
                    if self.bounds.too_long == TooLong::Speak
                        && !self.planned.is_empty()
                        && !matches!(exceeded.what, What::Requests | What::Flights) =>
                {
                    self.full = Some(format!("the quota of {} is used up", exceeded.what.name()));
                    break;
                }
                // So has what an operator's dictionary makes longer than it is written.
                Err(SpeakError::Script(
                    error @ (ScriptError::TooManyCharacters { .. } | ScriptError::TooLong { .. }),
                )) => {
                    self.fill(error)?;
                    break;
                }
                Err(error) => return Err(error),
            }
            self.until = until;
        }
        Ok(departure)
    }

    /// Plans an utterance as it would be planned within the whole, sets aside what it takes, and sends it off.
    async fn send_off(&mut self, prepared: Prepared, last: bool) -> Result<Option<Departure>, SpeakError> {
        let plan = Arc::new(self.plan(prepared).await?);
        let pause = if last { 0.0 } else { plan.pause_before_more(0) };
        let amount = plan.amount();
        self.said += amount.characters;
        let (said, most) = (usize::try_from(self.said).unwrap_or(usize::MAX), self.bounds.max_chars);
        if said > most && said > self.characters {
            return Err(ScriptError::TooManyCharacters { characters: said, most }.into());
        }
        // Each part may be short, and all of them together longer than may be.
        self.takes += amount.seconds;
        self.swells |= plan.swells;
        let most = self.bounds.max_seconds;
        if self.swells && self.takes > f64::from(most) {
            return Err(ScriptError::TooLong { seconds: self.takes, most }.into());
        }
        // The flight's place comes first: whoever has none is told so before anything is set aside.
        let begins = self.flight.is_none();
        self.order.errand().add(plan.script.characters() as u64);
        if begins {
            self.speak.queue_up(&plan, self.order.errand()).await?;
            self.order.reserve(Amount::default()).await?;
        }
        self.order.reserve_further(amount).await?;
        let leg = Leg { plan, number: 0, pause, order: Arc::clone(&self.order), before: None };
        self.planned.push((leg.clip_key(0), leg.pause));
        let departure = begins.then(|| self.depart(&leg)).transpose()?;
        if let Some(flight) = &self.flight {
            // A flight that has ended says why to its listener.
            let _ = flight.legs.send(leg);
        }
        Ok(departure)
    }

    /// By whom a script, of the whole or of a part, is to be spoken.
    async fn plan(&self, prepared: Prepared) -> Result<ReplyPlan, SpeakError> {
        let chain = self.chain.clone();
        let plan = ReplyPlan::of_script(&self.speak, &self.order, &self.reading, chain, prepared);
        plan.instrument(debug_span!("script")).await
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
        let tape = Tape::new(self.request().format, None);
        // Waited for by `Flights::landed`.
        tokio::spawn(flying.fly(legs, writer, tape).instrument(span));
        self.flight = Some(Aloft { legs: sender, whole });
        Ok(Departure { listener, captions })
    }
}

/// A flight of one's own: nobody else can ask for a reply that is still being written.
fn board(
    flights: &Flights,
    request: &SpeechRequest,
) -> Result<(Listener, CaptionReader, crate::flight::FlightWriter), SpeakError> {
    let key = Key::from_bytes(rand::random());
    let (Boarding::Started(listener, writer), Some(reader)) =
        (flights.board(key, request.format)?, flights.read_along(&key))
    else {
        return Err(SpeakError::Overloaded { retry_after: None });
    };
    Ok((listener, reader, writer))
}
