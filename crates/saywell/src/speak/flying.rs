//! One flight in the making: utterance by utterance, a few at a time, in order.

use std::collections::{BTreeSet, VecDeque};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use saywell_audio::captions::Remark;
use saywell_audio::{Codec, Frames};
use saywell_text::{Script, Utterance};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tracing::{Instrument as _, debug_span, info, warn};

use super::Speak;
use super::line::{Line, Live};
use super::lookahead::Lookahead;
use super::plan::ReplyPlan;
use super::seam::Said;
use super::tape::Tape;
use crate::cache::{Entry, EntryFacts};
use crate::chain::{ChainAnswer, ChainSound, took_over};
use crate::flight::{Failure, FirstVoice, FlightWriter, Hold, SpokenUtterance, Storing};
use crate::key::{Key, KeyKind};
use crate::order::Order;
use crate::provider::{Bookkeeper, GatheredSpeech, Part, Provider, ProviderError, Request, WordTiming};
use crate::queue::Priority;
use crate::render::{self, Clip, ClipNotes, MakeError, Maker, Master};
use crate::voices::Speaker;

/// How long the end of a flight waits for its rendition to be stored: a link that is followed at once finds it then.
const STORED_BEFORE_THE_END: Duration = Duration::from_millis(200);

/// Samples that are made into frames at first, and from then on, at a time: 0.3 s, 2 s.
const FIRST_PIECE: usize = 7_200;
const PIECE: usize = 48_000;

/// One provider's go at an utterance.
struct Take<'a> {
    leg: &'a Leg,
    speaker: &'a Speaker,
    /// How long it took to begin.
    took: Duration,
    line: &'a Arc<Line>,
}

impl Take<'_> {
    fn live(&self, frames: Frames) -> Live {
        let Speaker { provider, voice, .. } = self.speaker.clone();
        Live { frames, opening: FirstVoice { provider, voice, provider_took: Some(self.took) } }
    }
}

/// What became of a provider's go.
enum Followed {
    /// All of it was said; what is kept of it.
    Whole(Clip, Master),
    /// It failed after these frames, of which these words are known.
    BrokenOff(ProviderError, Frames, Vec<WordTiming>),
}

/// One utterance on its way: of the plan of the whole reply, or of one made when its text arrived.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) plan: Arc<ReplyPlan>,
    /// Which of the plan's utterances it is.
    pub(super) number: usize,
    /// The pause after it, seconds.
    pub(super) pause: f64,
    pub(super) order: Arc<Order>,
    /// What is said right before it, if anything is.
    pub(super) before: Option<Arc<str>>,
}

impl Leg {
    /// Every utterance of a plan.
    pub(super) fn all(plan: &Arc<ReplyPlan>, order: &Arc<Order>) -> Vec<Self> {
        let leg = |number| Self {
            plan: Arc::clone(plan),
            number,
            pause: plan.pause(number),
            order: Arc::clone(order),
            before: None,
        };
        (0..plan.script.utterances.len()).map(leg).collect()
    }

    pub(super) fn utterance(&self) -> &Utterance {
        &self.plan.script.utterances[self.number]
    }

    /// The key of its clip as whoever is asked first, of the providers from number `from` on, would speak it.
    pub(super) fn clip_key(&self, from: usize) -> Option<Key> {
        self.plan.planned_clip(self.number, from)
    }
}

/// What is known of a reply when all of its text is there.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) plan: Arc<ReplyPlan>,
    /// The key of its rendition.
    pub(super) key: Key,
    /// Whether what was spoken is what would be made of all of it.
    pub(super) as_spoken: bool,
}

/// One flight in the making.
pub(super) struct Flying {
    speak: Speak,
    /// The plan of the whole, or of its first utterance.
    plan: Arc<ReplyPlan>,
    /// For whom.
    order: Arc<Order>,
    /// Filled in before the last leg has come; a flight whose legs end without it was given up.
    whole: Arc<OnceLock<Whole>>,
    /// From which utterance on which provider of the chain is the first to be asked: those before it failed.
    switches: watch::Sender<Vec<(usize, usize)>>,
    /// Whether a provider broke off within an utterance when some of it had been heard.
    has_seam: AtomicBool,
    /// The providers of whose failure the log and the metrics know.
    told: Mutex<BTreeSet<String>>,
    lookahead: Lookahead,
    /// How sure it is that nobody else makes it, where flights are shared.
    hold: Option<Arc<Hold>>,
}

impl Flying {
    pub(super) fn new(
        speak: Speak,
        plan: Arc<ReplyPlan>,
        order: Arc<Order>,
        whole: Arc<OnceLock<Whole>>,
    ) -> Self {
        // Nobody hears anything of a format that states its length before all of it is made, and what is fetched
        // ahead is wanted whole.
        let at_once = plan.format.states_length() || plan.prefetch;
        let lookahead = Lookahead::new(speak.lookahead.filter(|_| !at_once));
        Self {
            speak,
            plan,
            order,
            whole,
            switches: watch::Sender::new(Vec::new()),
            has_seam: AtomicBool::new(false),
            told: Mutex::default(),
            lookahead,
            hold: None,
        }
    }

    /// Makes the rendition until it is complete or nobody wants it any more.
    pub(super) async fn fly(
        mut self,
        legs: impl Stream<Item = Leg> + Send,
        writer: FlightWriter,
        mut tape: Tape,
    ) {
        let begun = Instant::now();
        self.hold = tape.hold().cloned();
        if let Some(since) = tape.sounds_since() {
            self.lookahead.sounds_since(since);
        }
        let released = async {
            writer.end_awaited().await;
            self.lookahead.release();
            std::future::pending().await
        };
        let outcome = tokio::select! {
            biased;
            () = writer.cancelled() => Err(writer.given_up()),
            outcome = released => outcome,
            outcome = self.make(legs, &writer, &mut tape) => outcome,
        };
        // 64 bits, so that a line of JSON has a number.
        let milliseconds = begun.elapsed().as_millis() as u64;
        match &outcome {
            Ok(_) => info!(milliseconds, "spoken"),
            Err(Failure::Cancelled) => info!(milliseconds, "cancelled: every listener left"),
            Err(Failure::Left) => info!(milliseconds, "made no further here"),
            Err(failure) => warn!(milliseconds, %failure, "not spoken"),
        }
        // Whoever hears the end may ask for the next at once: what this one did not use is there again.
        self.order.ended(&outcome);
        drop(self);
        let outcome = outcome.map(|_seconds| ());
        tape.end(&outcome);
        writer.land(outcome);
    }

    /// Makes all that is not on the tape yet; tells how many seconds all of it is.
    async fn make(
        &self,
        legs: impl Stream<Item = Leg> + Send,
        writer: &FlightWriter,
        tape: &mut Tape,
    ) -> Result<f64, Failure> {
        // Seconds of the rendition, as far as can be told before it is made.
        let mut begins = tape.begins();
        let lines = Arc::new(Mutex::new(VecDeque::<Arc<Line>>::new()));
        let begun = Arc::clone(&lines);
        let mut before = None;
        let clips = legs.enumerate().map(move |(number, leg)| {
            let before = before.replace(Arc::<str>::from(&*leg.utterance().text));
            let leg = Leg { before, ..leg };
            let (starts, line) = (begins, Arc::new(Line::default()));
            begins += leg.plan.seconds(leg.number);
            lock(&begun).push_back(Arc::clone(&line));
            async move {
                let clip = self.clip(&leg, number, starts, &line);
                let clip = clip.instrument(debug_span!("utterance", number)).await;
                let errand = self.order.errand();
                errand.made(leg.utterance().text.chars().count() as u64);
                // Whatever became of it, the next need not wait for its turn.
                errand.begin();
                (clip, leg, (number, starts))
            }
        });
        let mut clips = pin!(clips.buffered(self.plan.parallel));
        // An utterance that somebody else began is heard from where they broke off.
        let mut resumes = tape.ahead() > 0;
        loop {
            // What is at hand of a clip is heard while the rest of it is still being made.
            let made = loop {
                let front = |cx: &mut Context<'_>| match lock(&lines).front() {
                    Some(line) if !resumes => line.poll_next(cx),
                    _ => Poll::Pending,
                };
                tokio::select! {
                    biased;
                    made = clips.next() => break made,
                    Live { frames, opening } = poll_fn(front) => {
                        tape.open(writer, opening);
                        let sound = tape.push(frames).map_err(Failure::internal)?;
                        self.hand_on(writer, sound, None);
                    }
                }
            };
            let Some((clip, leg, (number, starts))) = made else { break };
            lock(&lines).pop_front();
            let (mut clip, mut provider_took) = clip?;
            // Made in the first voice before it was known that an earlier utterance could not be.
            while tape.ahead() == 0 && self.is_left_behind(&leg, number, &clip) {
                let anew = Arc::default();
                let anew =
                    self.clip(&leg, number, starts, &anew).instrument(debug_span!("utterance", number));
                (clip, provider_took) = anew.await?;
            }
            let ClipNotes { provider, voice, speech_seconds, .. } = &clip.notes;
            let planned = leg.plan.speaker_of(leg.number, 0);
            let mut as_planned = planned.is_some_and(|planned| planned.provider == *provider);
            as_planned &= !self.has_seam.load(Ordering::Relaxed);
            as_planned &= !std::mem::take(&mut resumes) || tape.is_beginning_of(&clip.frames);
            tape.open(writer, FirstVoice { provider: provider.clone(), voice: voice.clone(), provider_took });
            let spoken = clip.captions(leg.utterance(), tape.begins());
            let rest = clip.frames.split_at(tape.ahead()).1;
            let whole = tape.end_clip(rest, spoken, *speech_seconds > 0.0, as_planned);
            let (sound, spoken) = whole.map_err(Failure::internal)?;
            self.hand_on(writer, sound, Some(spoken));
        }
        let whole = self.whole.get().ok_or(Failure::Cancelled)?;
        let (mut remarks, continues_at) = whole.plan.remarks();
        remarks.extend(self.seams(&whole.plan.script));
        tape.remark(writer, remarks, continues_at);
        if !tape.is_audible() {
            return Err(Failure::Unspeakable);
        }
        let seconds = tape.seconds();
        let end = tape.finish().map_err(Failure::internal)?;
        writer.push(end, None);
        // A rendition in which another provider helped out is not what its key says.
        let as_planned = tape.is_as_planned() && whole.as_spoken;
        self.remember_rendition((whole.key, as_planned), &whole.plan, writer, seconds).await;
        Ok(seconds)
    }

    /// The first provider of the chain that is asked for an utterance: those before it failed at this or an earlier one.
    fn from(&self, number: usize) -> usize {
        first_asked(&self.switches.borrow(), number)
    }

    /// The first voices of the chain were left behind before this began: whoever is heard now speaks on.
    pub(super) fn speaks_on(self, provider: &str) -> Self {
        let links = self.plan.chain.providers();
        if let Some(place) = links.iter().position(|link| link.name() == provider) {
            self.switch(0, place);
        }
        self
    }

    /// A provider failed at an utterance: from there on to the end of the reply, the one of this place speaks.
    fn switch(&self, number: usize, to: usize) {
        if to > self.from(number) {
            self.switches.send_modify(|switches| switches.push((number, to)));
        }
    }

    /// Of these failures those of providers of which none was told yet: utterances that are under way at the same time fail
    /// at the same provider, and that is one failover.
    fn not_told(&self, failed: Vec<(String, ProviderError)>) -> Vec<(String, ProviderError)> {
        let mut told = lock(&self.told);
        failed.into_iter().filter(|(provider, _)| told.insert(provider.clone())).collect()
    }

    /// What captions say of the providers that stopped speaking.
    fn seams(&self, script: &Script) -> Vec<Remark> {
        let mut switches = self.switches.borrow().clone();
        switches.sort_unstable();
        let (mut heard, mut seams) = (0, Vec::new());
        for (number, to) in switches.into_iter().filter(|(_, to)| *to > 0) {
            let (Some(link), Some(said)) =
                (self.plan.chain.providers().get(heard), script.utterances.get(number))
            else {
                continue;
            };
            if to > heard {
                let note = format!("{} speaks no more from here on: somebody else does", link.name());
                seams.push(Remark { source: [said.source.start, said.source.end], note });
                heard = to;
            }
        }
        seams
    }

    /// Whether a clip is in the voice of a provider that is not heard any more at this utterance.
    fn is_left_behind(&self, leg: &Leg, number: usize, clip: &Clip) -> bool {
        let links = leg.plan.chain.providers();
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
        line: &Arc<Line>,
    ) -> Result<(Arc<Clip>, Option<Duration>), Failure> {
        loop {
            let from = self.from(number);
            let mut switches = self.switches.subscribe();
            tokio::select! {
                biased;
                // A switch of its own is made within the attempt.
                _ = switches.wait_for(|switches| number > 0 && first_asked(switches, number - 1) > from) => {}
                made = self.attempt(leg, (number, from), begins, line) => return made,
            }
            line.take_back();
        }
    }

    /// One utterance in sound: from the cache, or from the first provider that can say it, from this one of the chain on.
    /// It begins about that many seconds into the rendition; `line` gets its frames as they come.
    async fn attempt(
        &self,
        leg: &Leg,
        (number, from): (usize, usize),
        begins: f64,
        line: &Arc<Line>,
    ) -> Result<(Arc<Clip>, Option<Duration>), Failure> {
        let Leg { plan, pause, order, .. } = leg;
        let (utterance, pause) = (leg.utterance(), *pause);
        let codec = plan.format.codec();
        if let Some(clip) = self.cached(leg, from, pause, codec).await {
            order.found(utterance.text.chars().count() as u64, clip.frames.seconds());
            return Ok((Arc::new(clip), None));
        }
        let asked = plan.chain.providers().get(from..).unwrap_or_default();
        if asked.iter().any(|link| link.about().paid) {
            self.lookahead.wait(begins).await;
        }
        if number > 0 && asked.iter().any(|link| link.about().queue.is_some()) {
            order.errand().begun().await;
        }
        let request = Request {
            priority: match number {
                _ if plan.prefetch => Priority::Prefetch,
                0 => Priority::First,
                _ => Priority::Rest,
            },
            due: self.lookahead.reaches(begins),
            before: leg.before.clone(),
            errand: Arc::clone(order.errand()),
            last: false,
            bookkeeper: Arc::clone(order) as Arc<dyn Bookkeeper>,
            ..plan.request(leg.number)
        };
        let whole = self.speak.seamless;
        let (mut from, mut said, mut failed) = (from, Said::nothing(plan.format.codec()), Vec::new());
        let mut counted = false;
        loop {
            let begun = Instant::now();
            let spoken = plan.chain.speak(&said.ask(&request), plan.cast(leg.number), from, whole).await;
            let ChainAnswer { heard, place, speaker, next_from, failed: more } =
                spoken.map_err(|exhausted| exhausted.after(std::mem::take(&mut failed)))?;
            failed.extend(more);
            took_over(&self.not_told(std::mem::take(&mut failed)), &speaker.provider);
            self.switch(number, next_from);
            if !std::mem::replace(&mut counted, true) {
                // From here on it may be heard, so that it counts whatever becomes of the rest.
                order.begun(plan.extent(leg.number, &speaker).characters, pause);
            }
            let take = Take { leg, speaker: &speaker, took: begun.elapsed(), line };
            let error = match heard {
                ChainSound::Whole(speech) if said.is_nothing() => {
                    return self.whole(&take, speech, number == 0).await;
                }
                heard => match self.follow(&take, heard, &said).await? {
                    Followed::Whole(clip, master) if said.is_nothing() => {
                        self.remember_clip(plan.clip_key(utterance, &speaker), master);
                        return Ok((Arc::new(clip), Some(take.took)));
                    }
                    // What two have said is kept under nobody's name.
                    Followed::Whole(clip, _) => return Ok((Arc::new(said.with(&clip)), Some(take.took))),
                    Followed::BrokenOff(error, frames, words) => {
                        let heard = line.take_back();
                        if heard > said.count() {
                            self.has_seam.store(true, Ordering::Relaxed);
                            said.break_off(&frames.split_at(heard - said.count()).0, &words);
                        }
                        // The pause at the seam, unless it was heard already.
                        let pause = said.after(heard);
                        if !pause.is_empty() {
                            line.push(take.live(pause));
                        }
                        error
                    }
                },
            };
            if said.is_all(&utterance.text) {
                return Ok((Arc::new(said.all(&speaker.provider, &speaker.voice)), Some(take.took)));
            }
            from = place + 1;
            self.switch(number, from);
            failed.push((speaker.provider.clone(), error));
        }
    }

    /// The clip of an utterance that is all there.
    async fn whole(
        &self,
        take: &Take<'_>,
        speech: GatheredSpeech,
        first: bool,
    ) -> Result<(Arc<Clip>, Option<Duration>), Failure> {
        let Take { leg, speaker, took, line } = take;
        let (plan, utterance, pause) = (&leg.plan, leg.utterance(), leg.pause);
        leg.order.made(0, speech.samples.len() as f64 / f64::from(speech.rate.max(1)));
        let key = plan.clip_key(utterance, speaker);
        let (text, codec) = (utterance.text.clone(), plan.format.codec());
        let (sender, encoded) = oneshot::channel();
        let (line, head, speaker) = (Arc::clone(line), take.live(Frames::new(codec)), (*speaker).clone());
        let encoding = debug_span!("encode");
        let make = move || {
            let hand_on = |frames| {
                if first {
                    line.push(Live { frames, ..head });
                    // The task that sends it may be waiting for this very core.
                    std::thread::yield_now();
                }
            };
            // Nobody who waits for the clip waits for what is made ready for the next.
            let made = encoding.in_scope(|| render::clip(speech, &text, pause, codec, &speaker, hand_on));
            drop((sender.send(made), encoding));
            saywell_audio::make_ready(codec);
        };
        let making = tokio::task::spawn_blocking(make);
        let encoded = match encoded.await {
            Ok(encoded) => encoded,
            Err(nothing) => {
                made(making).await?;
                return Err(Failure::internal(nothing));
            }
        };
        let (clip, master) = encoded.map_err(Failure::internal)?;
        self.remember_clip(key, master);
        Ok((Arc::new(clip), Some(*took)))
    }

    /// Makes a clip as its provider speaks, and hands its frames on as they come.
    async fn follow(&self, take: &Take<'_>, heard: ChainSound, said: &Said) -> Result<Followed, Failure> {
        let Take { leg, speaker, line, .. } = take;
        let codec = leg.plan.format.codec();
        let mut parts = match heard {
            ChainSound::Begun(parts) => parts,
            ChainSound::Whole(GatheredSpeech { rate, samples, words, .. }) => {
                stream::iter([Ok(Part::Sound { rate, samples }), Ok(Part::Words(words))]).boxed()
            }
        };
        let mut maker = Maker::new(codec, speaker, &self.speak.levels).map_err(Failure::internal)?;
        let encoding = debug_span!("encode");
        let (mut frames, mut words) = (Frames::new(codec), Vec::new());
        while let Some(part) = parts.next().await {
            match part {
                Ok(Part::Sound { rate, mut samples }) => {
                    leg.order.made(0, samples.len() as f64 / f64::from(rate.max(1)));
                    while !samples.is_empty() {
                        // A little first, so that what comes in one piece is heard before all of it is encoded.
                        let most = if frames.is_empty() { FIRST_PIECE } else { PIECE };
                        let rest = samples.split_off(samples.len().min(most));
                        let piece = std::mem::replace(&mut samples, rest);
                        let encoding = encoding.clone();
                        let push = move || {
                            let new = encoding.in_scope(|| maker.push(rate, piece));
                            (maker, new)
                        };
                        let pushed = made(tokio::task::spawn_blocking(push)).await?;
                        maker = pushed.0;
                        let new = match pushed.1 {
                            Ok(new) => new,
                            Err(MakeError::Rate) => {
                                let error = ProviderError::Rejected(MakeError::Rate.to_string());
                                return Ok(Followed::BrokenOff(error, frames, words));
                            }
                            Err(MakeError::Audio(error)) => return Err(Failure::internal(error)),
                        };
                        if !new.is_empty() {
                            frames.extend(&new);
                            line.push(take.live(new));
                        }
                    }
                }
                Ok(Part::Words(more)) => words.extend(more),
                Ok(Part::Queued | Part::Begun | Part::Billed(_)) => {}
                Err(error) => return Ok(Followed::BrokenOff(error, frames, words)),
            }
        }
        let (text, pause) = (said.rest(&leg.utterance().text).to_owned(), leg.pause);
        let finish = move || {
            let made = encoding.in_scope(|| maker.finish(&text, words, pause));
            saywell_audio::make_ready(codec);
            made
        };
        let finished = made(tokio::task::spawn_blocking(finish)).await?;
        let (clip, master, _rest) = finished.map_err(Failure::internal)?;
        Ok(Followed::Whole(clip, master))
    }

    /// The clip as whoever is asked first, from this one of the chain on, would speak it, if it was spoken before.
    async fn cached(&self, leg: &Leg, from: usize, pause: f64, codec: Codec) -> Option<Clip> {
        let key = leg.clip_key(from)?;
        let entry = self.speak.cached(&key, KeyKind::Clip).await?;
        let make = move || Master::from_entry(&entry)?.clip(pause, codec).ok();
        tokio::task::spawn_blocking(make).await.ok()?
    }

    fn hand_on(&self, writer: &FlightWriter, sound: Bytes, spoken: Option<SpokenUtterance>) {
        if !sound.is_empty() {
            self.order.sounds();
            self.lookahead.sounds();
        }
        writer.push(sound, spoken);
    }

    /// Stores a clip's source beside the flight: nobody waits for the cache. A storage too slow to keep up misses some.
    fn remember_clip(&self, key: Key, master: Master) {
        let speak = self.speak.clone();
        let Ok(place) = Arc::clone(&speak.writes).try_acquire_owned() else {
            warn!("the cache cannot keep up: a clip is not kept");
            return;
        };
        let hold = self.hold.clone();
        self.speak.beside.spawn(async move {
            match tokio::task::spawn_blocking(move || master.to_entry()).await {
                Ok(Ok(entry)) => speak.remember(key, entry, storing(hold.as_deref())).await,
                Ok(Err(error)) => warn!(%error, "a clip cannot be kept"),
                Err(error) => warn!(%error, "a clip cannot be kept"),
            }
            drop(place);
        });
    }

    async fn remember_rendition(
        &self,
        (key, as_planned): (Key, bool),
        plan: &ReplyPlan,
        writer: &FlightWriter,
        seconds: f64,
    ) {
        let captions = writer.captions();
        let planned = (&plan.speaker.provider, &plan.speaker.voice);
        // Whoever was heard last spoke from some utterance on to the end.
        let heard = captions.utterances.last().map(|said| (&said.provider, &said.voice));
        let (provider, voice) = heard.filter(|_| !as_planned).unwrap_or(planned);
        let about = EntryFacts {
            kind: KeyKind::Rendition,
            provider: provider.clone(),
            voice: voice.clone(),
            format: plan.format.extension().to_owned(),
            content_type: plan.format.content_type().to_owned(),
            duration_seconds: seconds,
        };
        let notes = captions.to_json();
        let (speak, entry) = (self.speak.clone(), Entry::new(about, writer.sound(), notes.into()));
        let hold = self.hold.clone();
        let kept = async move {
            let storing = storing(hold.as_deref());
            let stored = speak.remember_rendition(key, as_planned, Arc::new(entry), storing).await;
            if let Some(hold) = hold.filter(|_| stored) {
                hold.store();
            }
        };
        let kept = self.speak.beside.spawn(kept.in_current_span());
        // It goes on by itself: whoever hears the end does not wait for a slow storage.
        let _ = tokio::time::timeout(STORED_BEFORE_THE_END, kept).await;
    }
}

/// What is stored of a flight with this hold.
fn storing(hold: Option<&Hold>) -> Storing {
    hold.map_or(Storing::All, Hold::storing)
}

/// The first provider of the chain that is asked for an utterance.
fn first_asked(switches: &[(usize, usize)], number: usize) -> usize {
    switches.iter().filter(|(at, _)| *at <= number).map(|(_, to)| *to).max().unwrap_or_default()
}

/// What was made beside the flight. Where the process ends before it could be, this never comes back: the flight has not failed,
/// and another gateway goes on with it.
async fn made<T>(making: JoinHandle<T>) -> Result<T, Failure> {
    match making.await {
        Err(error) if error.is_cancelled() => std::future::pending().await,
        made => made.map_err(Failure::internal),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
