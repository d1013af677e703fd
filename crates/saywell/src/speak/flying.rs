//! One flight in the making: utterance by utterance, a few at a time, in order.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use saywell_audio::Frames;
use saywell_text::Utterance;
use tokio::sync::{oneshot, watch};
use tracing::{info, warn};

use super::Speak;
use super::pace::Pace;
use super::plan::Plan;
use crate::cache::{About, Entry};
use crate::chain::Spoken;
use crate::flight::{Failure, Opening, SpokenUtterance, Writer};
use crate::key::{Key, Kind};
use crate::order::Order;
use crate::provider::{Account, Priority, Provider, Request};
use crate::render::{self, Clip, ClipNotes, Joiner};

/// The first frames of a flight.
struct Head {
    frames: Frames,
    opening: Opening,
}

/// One utterance on its way: of the plan of the whole reply, or of one made when its text arrived.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) plan: Arc<Plan>,
    /// Which of the plan's utterances it is.
    pub(super) number: usize,
    /// The pause after it, seconds.
    pub(super) pause: f64,
    pub(super) order: Arc<Order>,
}

impl Leg {
    /// Every utterance of a plan.
    pub(super) fn all(plan: &Arc<Plan>, order: &Arc<Order>) -> Vec<Self> {
        let leg = |number| Self {
            plan: Arc::clone(plan),
            number,
            pause: plan.pause(number),
            order: Arc::clone(order),
        };
        (0..plan.script.utterances.len()).map(leg).collect()
    }

    pub(super) fn utterance(&self) -> &Utterance {
        &self.plan.script.utterances[self.number]
    }

    /// The key of its clip as whoever is asked first, of the providers from number `from` on, would speak it.
    pub(super) fn clip_key(&self, from: usize) -> Option<Key> {
        self.plan.planned_clip(self.number, self.pause, from)
    }
}

/// What is known of a reply when all of its text is there.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) plan: Arc<Plan>,
    /// The key of its rendition.
    pub(super) key: Key,
    /// Whether what was spoken is what would be made of all of it.
    pub(super) as_spoken: bool,
}

/// One flight in the making.
pub(super) struct Flying {
    speak: Speak,
    /// The plan of the whole, or of its first utterance.
    plan: Arc<Plan>,
    /// For whom.
    order: Arc<Order>,
    /// Filled in before the last leg has come; a flight whose legs end without it was given up.
    whole: Arc<OnceLock<Whole>>,
    /// From which utterance on which provider of the chain is the first to be asked: those before it failed.
    switches: watch::Sender<Vec<(usize, usize)>>,
    pace: Pace,
}

impl Flying {
    pub(super) fn new(speak: Speak, plan: Arc<Plan>, order: Arc<Order>, whole: Arc<OnceLock<Whole>>) -> Self {
        // Nobody hears anything of a format that states its length before all of it is made, and what is fetched
        // ahead is wanted whole.
        let at_once = plan.format.states_length() || plan.prefetch;
        let pace = Pace::new(speak.lookahead.filter(|_| !at_once));
        Self { speak, plan, order, whole, switches: watch::Sender::new(Vec::new()), pace }
    }

    /// Makes the rendition until it is complete or nobody wants it any more.
    pub(super) async fn fly(self, legs: impl Stream<Item = Leg> + Send, writer: Writer) {
        let begun = Instant::now();
        let released = async {
            writer.end_awaited().await;
            self.pace.release();
            std::future::pending().await
        };
        let outcome = tokio::select! {
            biased;
            () = writer.cancelled() => Err(Failure::Cancelled),
            outcome = released => outcome,
            outcome = self.make(legs, &writer) => outcome,
        };
        let milliseconds = begun.elapsed().as_millis();
        match &outcome {
            Ok(_) => info!(milliseconds, "spoken"),
            Err(Failure::Cancelled) => info!(milliseconds, "cancelled: every listener left"),
            Err(failure) => warn!(milliseconds, %failure, "not spoken"),
        }
        // Whoever hears the end may ask for the next at once: what this one did not use is there again.
        self.order.ended(&outcome);
        drop(self);
        writer.land(outcome.map(|_seconds| ()));
    }

    /// Makes all of it; tells how many seconds that are.
    async fn make(&self, legs: impl Stream<Item = Leg> + Send, writer: &Writer) -> Result<f64, Failure> {
        let mut joiner = Joiner::new(self.plan.format);
        let (sender, begun) = oneshot::channel();
        let mut sender = Some(sender);
        let mut begins = 0.0; // seconds of the rendition, as far as can be told before it is made
        let clips = legs.enumerate().map(|(number, leg)| {
            let (starts, head) = (begins, sender.take());
            begins += leg.utterance().estimated_seconds(f64::from(self.plan.speed));
            async move {
                let clip = self.clip(&leg, number, starts, head).await;
                (clip, leg, (number, starts))
            }
        });
        let mut clips = pin!(clips.buffered(self.plan.parallel));
        let mut next = clips.next();
        // What is at hand of the first clip is heard while the rest of it is still being encoded.
        let mut ahead = 0;
        let first = tokio::select! {
            biased;
            made = &mut next => made,
            Ok(Head { frames, opening }) = begun => {
                ahead = frames.count();
                writer.open(opening);
                self.hand_on(writer, joiner.push(&frames).map_err(Failure::internal)?, None);
                next.await
            }
        };
        let (mut as_planned, mut audible, mut held) = (true, ahead > 0, Vec::new());
        let mut made = first;
        while let Some((clip, leg, (number, starts))) = made {
            let (mut clip, mut provider_took) = clip?;
            // Made in the first voice before it was known that an earlier utterance could not be.
            while self.is_left_behind(&leg, number, &clip) {
                (clip, provider_took) = self.clip(&leg, number, starts, None).await?;
            }
            let ClipNotes { provider, voice, speech_seconds, .. } = &clip.notes;
            let planned = leg.plan.speaker_of(leg.number, 0);
            as_planned &= planned.is_some_and(|planned| planned.provider == *provider);
            let utterance = leg.utterance();
            audible |= *speech_seconds > 0.0;
            writer.open(Opening { provider: provider.clone(), voice: voice.clone(), provider_took });
            let (spoken, sound) = match std::mem::take(&mut ahead) {
                0 => (clip.captions(utterance, joiner.seconds()), joiner.push(&clip.frames)),
                ahead => {
                    let (before, rest) = clip.frames.split_at(ahead);
                    let begins = joiner.seconds() - before.seconds();
                    (clip.captions(utterance, begins), joiner.push(&rest))
                }
            };
            // Silence alone is no beginning: it may turn out that there is nothing else.
            held.push(sound.map_err(Failure::internal)?);
            let sound = if audible { joined(&mut held) } else { Bytes::new() };
            self.hand_on(writer, sound, Some(spoken));
            made = clips.next().await;
        }
        let whole = self.whole.get().ok_or(Failure::Cancelled)?;
        let (remarks, continues_at) = whole.plan.remarks();
        writer.remark(remarks, continues_at);
        if !audible {
            return Err(Failure::Unspeakable);
        }
        let seconds = joiner.seconds();
        let end = joiner.finish().map_err(Failure::internal)?;
        writer.push(end, None);
        // A rendition in which another provider helped out is not what its key says.
        as_planned &= whole.as_spoken;
        self.remember_rendition((whole.key, as_planned), &whole.plan, writer, seconds).await;
        Ok(seconds)
    }

    /// The first provider of the chain that is asked for an utterance: those before it failed at this or an earlier one.
    fn from(&self, number: usize) -> usize {
        first_asked(&self.switches.borrow(), number)
    }

    /// A provider failed at an utterance: from there on to the end of the reply, the one of this place speaks.
    fn switch(&self, number: usize, to: usize) {
        if to > self.from(number) {
            self.switches.send_modify(|switches| switches.push((number, to)));
        }
    }

    /// Whether a clip is in the voice of a provider that is not heard any more at this utterance.
    fn is_left_behind(&self, leg: &Leg, number: usize, clip: &Clip) -> bool {
        let links = leg.plan.chain.links();
        let spoken_by = links.iter().position(|link| link.name() == clip.notes.provider);
        spoken_by.is_some_and(|place| place < self.from(number))
    }

    /// One utterance in sound, with the time that its provider took. It is begun anew in another voice when an earlier
    /// one turns out to need that: one voice speaks to the end.
    async fn clip(
        &self,
        leg: &Leg,
        number: usize,
        begins: f64,
        mut head: Option<oneshot::Sender<Head>>,
    ) -> Result<(Arc<Clip>, Option<Duration>), Failure> {
        loop {
            let from = self.from(number);
            let mut switches = self.switches.subscribe();
            tokio::select! {
                biased;
                // A switch of its own is made within the attempt.
                _ = switches.wait_for(|switches| number > 0 && first_asked(switches, number - 1) > from) => {}
                made = self.attempt(leg, (number, from), begins, head.take()) => return made,
            }
        }
    }

    /// One utterance in sound: from the cache, or from the first provider that can say it, from this one of the chain on.
    /// It begins about that many seconds into the rendition; `head` gets its first frames.
    async fn attempt(
        &self,
        leg: &Leg,
        (number, from): (usize, usize),
        begins: f64,
        head: Option<oneshot::Sender<Head>>,
    ) -> Result<(Arc<Clip>, Option<Duration>), Failure> {
        let Leg { plan, pause, order, .. } = leg;
        let (utterance, pause) = (leg.utterance(), *pause);
        if let Some(clip) = self.cached(leg, from).await {
            order.found(utterance.text.chars().count() as u64, clip.frames.seconds());
            return Ok((Arc::new(clip), None));
        }
        let asked = plan.chain.links().get(from..).unwrap_or_default();
        if asked.iter().any(|link| link.about().paid) {
            self.pace.wait(begins).await;
        }
        let request = Request {
            text: utterance.text.as_str().into(),
            marks: utterance.marks.as_slice().into(),
            language: utterance.language.as_deref().map(Into::into),
            model: String::new(),
            voice: String::new(),
            instructions: plan.instructions.as_str().into(),
            speed: plan.speed,
            priority: match number {
                _ if plan.prefetch => Priority::Prefetch,
                0 => Priority::First,
                _ => Priority::Rest,
            },
            account: Arc::clone(order) as Arc<dyn Account>,
        };
        let begun = Instant::now();
        let spoken = plan.chain.speak(&request, plan.cast(leg.number), from).await?;
        let Spoken { speech, speaker, next_from } = spoken;
        self.switch(number, next_from);
        // From here on it may be heard, so that it counts whatever becomes of the rest.
        let seconds = speech.samples.len() as f64 / f64::from(speech.rate.max(1));
        order.made(utterance.text.chars().count() as u64, seconds + pause);
        let took = begun.elapsed();

        let key = plan.clip_key(utterance, pause, &speaker);
        let (text, codec) = (utterance.text.clone(), plan.format.codec());
        let (sender, encoded) = oneshot::channel();
        let make = move || {
            let opening = Opening {
                provider: speaker.provider.clone(),
                voice: speaker.voice.clone(),
                provider_took: Some(took),
            };
            let hand_on = |frames| {
                // Whoever no longer waits for it has all of it.
                drop(head.map(|head| head.send(Head { frames, opening })));
                // The task that sends it may be waiting for this very core.
                std::thread::yield_now();
            };
            // Nobody who waits for the clip waits for what is made ready for the next.
            drop(sender.send(render::clip(speech, &text, pause, codec, &speaker, hand_on)));
            saywell_audio::make_ready(codec);
        };
        drop(tokio::task::spawn_blocking(make));
        let clip = Arc::new(encoded.await.map_err(Failure::internal)?.map_err(Failure::internal)?);
        self.remember_clip(key, Arc::clone(&clip));
        Ok((clip, Some(took)))
    }

    /// The clip as whoever is asked first, from this one of the chain on, would speak it, if it was spoken before.
    async fn cached(&self, leg: &Leg, from: usize) -> Option<Clip> {
        let key = leg.clip_key(from)?;
        let entry = self.speak.cached(&key, Kind::Clip).await?;
        Clip::from_entry(&entry)
    }

    fn hand_on(&self, writer: &Writer, sound: Bytes, spoken: Option<SpokenUtterance>) {
        if !sound.is_empty() {
            self.order.sounds();
            self.pace.sounds();
        }
        writer.push(sound, spoken);
    }

    /// Stores a clip beside the flight: nobody waits for the cache. A storage too slow to keep up misses some.
    fn remember_clip(&self, key: Key, clip: Arc<Clip>) {
        let speak = self.speak.clone();
        let Ok(place) = Arc::clone(&speak.writes).try_acquire_owned() else {
            warn!("the cache cannot keep up: a clip is not kept");
            return;
        };
        tokio::spawn(async move {
            match clip.to_entry() {
                Ok(entry) => speak.remember(key, entry).await,
                Err(error) => warn!(%error, "a clip cannot be kept"),
            }
            drop(place);
        });
    }

    async fn remember_rendition(
        &self,
        (key, as_planned): (Key, bool),
        plan: &Plan,
        writer: &Writer,
        seconds: f64,
    ) {
        let captions = writer.captions();
        let planned = (&plan.speaker.provider, &plan.speaker.voice);
        // Whoever was heard last spoke from some utterance on to the end.
        let heard = captions.utterances.last().map(|said| (&said.provider, &said.voice));
        let (provider, voice) = heard.filter(|_| !as_planned).unwrap_or(planned);
        let about = About {
            kind: Kind::Rendition,
            provider: provider.clone(),
            voice: voice.clone(),
            format: plan.format.extension().to_owned(),
            content_type: plan.format.content_type().to_owned(),
            duration_seconds: seconds,
        };
        let notes = captions.to_json();
        let entry = Entry { about, sound: writer.sound(), notes: notes.into() };
        self.speak.remember_rendition(key, as_planned, entry).await;
    }
}

/// The first provider of the chain that is asked for an utterance.
fn first_asked(switches: &[(usize, usize)], number: usize) -> usize {
    switches.iter().filter(|(at, _)| *at <= number).map(|(_, to)| *to).max().unwrap_or_default()
}

/// What was held back, in one piece; one piece alone as it is.
fn joined(held: &mut Vec<Bytes>) -> Bytes {
    match held.pop() {
        Some(alone) if held.is_empty() => alone,
        last => held.drain(..).chain(last).collect::<Vec<_>>().concat().into(),
    }
}
