//! Flights that several gateways share, through Redis or Valkey: any of them serves any link.
//!
//! Whoever makes a flight holds its lease, under a token that only grows, and [tells](Wire) its parts: who is heard, encoded
//! frames, captions, how it ended. Every other gateway that has a listener [follows](Follower): it plays the parts into a
//! flight of its own, so that its listeners hear it as they would hear one that is made there. When the lease runs out,
//! one of those who follow takes it and goes on from the first utterance that was not made. Without the server, each goes
//! on by itself.

mod courier;
mod server;

use std::sync::Arc;
use std::time::Duration;

use saywell_audio::captions::Remark;
use saywell_audio::{Format, Frames};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, warn};

use self::server::{Known, Leased, Server, State};
use super::{Failure, FirstVoice, Flights, LinkedRequest, Listener, SpokenUtterance};
use crate::identity::Subject;
use crate::key::Key;
use crate::links;
use crate::redis_client::Address;
use crate::service::{Away, Service};

/// How often a lease is renewed, and whoever follows looks without a bell: a few times while a lease lasts.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// How long what waits to be told waits at most: where no other gateway follows (one that comes rings for it), for more of it;
/// and what the server did not take, for the next try. Frames of an utterance that is not whole are of use to followers alone.
const GATHERED: Duration = Duration::from_millis(100);
/// How much later than it runs out a lease is looked at: the server's clock counts whole milliseconds.
const RUN_OUT: Duration = Duration::from_millis(5);
/// How long it is waited before the server is asked again that did not answer.
const AGAIN: Duration = Duration::from_millis(100);
/// How long whoever follows waits for a server that does not answer, before they go on by themselves; and how long a maker
/// goes on for followers of whom it hears nothing.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a flight that has ended is still told to a server that is away.
const TOLD_WITHIN: Duration = Duration::from_secs(10);
/// Parts that are told at once.
const PARTS_AT_ONCE: usize = 64;

/// Flights of all gateways with the same server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SharedFlights {
    server: Arc<Server>,
}

/// A part of a flight, in the order in which it is made.
#[derive(Debug, Clone)]
pub enum Part {
    /// Who is heard first.
    Opening(FirstVoice),
    /// Frames of an utterance that is not whole yet.
    Frames(Frames),
    /// The rest of an utterance's frames.
    Whole {
        /// The frames.
        rest: Frames,
        /// The utterance, without knowing where its clip ends.
        spoken: Box<SpokenUtterance>,
        /// Whether there is more than silence in it.
        audible: bool,
        /// Whether all so far is as its key says.
        as_planned: bool,
    },
    /// What is not spoken, or otherwise than asked, and where the next request goes on.
    Remarks(Vec<Remark>, Option<usize>),
    /// The end.
    Ended(Result<(), Failure>),
}

/// A part but for its frames.
#[derive(Debug, Serialize, Deserialize)]
enum Head {
    Opening(FirstVoice),
    Frames,
    Whole { spoken: Box<SpokenUtterance>, audible: bool, as_planned: bool },
    Remarks(Vec<Remark>, Option<usize>),
    Ended(Result<(), Failure>),
}

/// What is left for whoever makes a flight.
#[derive(Debug, Serialize, Deserialize)]
enum Mail {
    /// They want it no longer.
    GivenUp(Subject),
    /// Somebody waits for the end.
    Hurry,
}

/// The right to make a flight, until it runs out.
#[derive(Debug)]
pub struct Lease {
    flight: Known,
    token: String,
    /// Parts that there are.
    told: u64,
    /// Whether its maker left it to others, and took back what was set aside for what it had not made.
    was_left: bool,
}

/// The way of a flight's parts to other gateways. To drop it without having told the end is to drop the flight.
#[derive(Debug)]
pub struct Wire {
    // As long as the flight's own sound, which is bounded by the longest reply.
    parts: mpsc::UnboundedSender<Part>,
}

/// What of a flight that another gateway makes is here.
#[derive(Debug)]
pub struct Follower {
    server: Arc<Server>,
    flight: Known,
    asked: LinkedRequest,
    state: State,
    /// Parts that were read, and those of them that nobody has had yet.
    read: u64,
    next: Vec<Part>,
    bell: server::Bell,
    /// Since when the server does not answer.
    away_since: Option<Instant>,
}

/// What a follower hears.
#[derive(Debug)]
pub enum News {
    /// The next parts.
    Parts(Vec<Part>),
    /// Nobody makes it any more: its lease ran out.
    Orphaned,
    /// Nothing of it is to be had any more: the server forgot it, or does not answer.
    Lost,
}

/// What became of taking over.
#[derive(Debug)]
pub enum Taken {
    /// It is this gateway's to make.
    Ours(Lease),
    /// Another was first, or has told more.
    Elsewhere,
    /// It is to be had no more.
    Lost,
}

impl SharedFlights {
    /// Flights shared through the server at this address; `service` tells whether it can be reached.
    #[must_use]
    pub fn open(address: Address, service: Service) -> Self {
        Self { server: Server::open(address, service) }
    }

    /// The lease of a flight that nobody makes; `None` where somebody does, or nobody can tell.
    pub async fn lease(&self, key: Key, asked: &LinkedRequest) -> Result<Option<Lease>, Away> {
        let asked = serde_json::to_vec(asked).map_err(|error| Away(error.to_string()))?;
        let begun = self.server.begin(key, &asked).await?;
        Ok(begun.map(|(flight, token)| Lease { flight, token, told: 0, was_left: false }))
    }

    /// Follows the flight of this key, if another gateway makes one or just has.
    pub async fn follow(&self, key: &Key) -> Option<Follower> {
        let read = self.server.read(key, None, 0).await;
        let read = read.inspect_err(|away| debug!(%away, "other gateways' flights cannot be looked at"));
        let read = read.ok()??;
        let Ok(asked) = serde_json::from_slice(&read.asked) else {
            debug!("a flight of another version is not followed");
            return None;
        };
        let flight = Known { key: *key, id: read.id };
        let mut follower = Follower {
            bell: self.server.bell(*key),
            server: Arc::clone(&self.server),
            flight,
            asked,
            state: read.state,
            read: 0,
            next: Vec::new(),
            away_since: None,
        };
        follower.take_in(&read.parts)?;
        Some(follower)
    }

    /// Begins to tell what is made under this lease; `flights` has the flight here.
    #[must_use]
    pub fn wire(&self, lease: Lease, flights: &Flights, format: Format) -> Wire {
        let (parts, told) = mpsc::unbounded_channel();
        let server = Arc::clone(&self.server);
        let telling = Telling {
            bell: server.bell(lease.flight.key),
            others: flights.join(&lease.flight.key, format),
            server,
            lease,
            flights: flights.clone(),
            followers: 0,
            heard_at: Instant::now(),
        };
        self.server.carry(telling.run(told));
        Wire { parts }
    }

    /// This gateway is to stop: what only others hear is left to them.
    pub fn hand_over(&self) {
        self.server.stopping.cancel();
    }

    /// Ends as `kill -9` would, as far as others can tell: not even that it ends is told. For tests.
    pub fn fall_silent(&self) {
        self.server.fall_silent();
    }

    /// Waits until the others have been told how every flight here has ended, or cannot be told.
    pub async fn told(&self) {
        self.server.told().await;
    }

    /// Whom a flight was kept for wants it no longer: whoever makes it is told.
    pub async fn give_up(&self, key: &Key, whom: Subject) {
        mail(&self.server, key, &Mail::GivenUp(whom)).await;
    }

    /// Keeps what a link was given for, as long as links live.
    pub async fn keep_asked(&self, key: &Key, asked: &LinkedRequest) {
        let Ok(asked) = serde_json::to_vec(asked) else { return };
        if let Err(away) = self.server.keep_asked(key, &asked, links::LONGEST).await {
            debug!(%away, "other gateways cannot make again what a link was given for");
        }
    }

    /// What a link was given for by another gateway.
    pub async fn asked_for(&self, key: &Key) -> Option<LinkedRequest> {
        serde_json::from_slice(&self.server.asked(key).await.ok()??).ok()
    }
}

impl Lease {
    /// Whether its maker left it to others, and took back what was set aside for what it had not made.
    #[must_use]
    pub fn was_left(&self) -> bool {
        self.was_left
    }
}

impl Wire {
    /// Tells the next part; the last is the end.
    pub fn tell(&self, part: Part) {
        // Where nobody listens any more, the lease is lost, and the flight goes on for its own listeners.
        let _ = self.parts.send(part);
    }
}

/// Tells what is made.
struct Telling {
    server: Arc<Server>,
    lease: Lease,
    flights: Flights,
    bell: server::Bell,
    /// Stands for those who may listen at other gateways, until it is known that nobody does, here or there.
    others: Option<Listener>,
    /// How many gateways follow.
    followers: usize,
    /// When the server answered last.
    heard_at: Instant,
}

impl Telling {
    async fn run(mut self, mut parts: mpsc::UnboundedReceiver<Part>) {
        let (mut new, mut waiting) = (Vec::new(), Vec::new());
        let (mut state, mut dropped) = (State::Flying, false);
        let mut asked_at = Instant::now();
        // Whether something waits that a gateway may need which has yet to come.
        let mut is_wanted = false;
        let stopping = self.server.stopping.clone();
        loop {
            let asked_to_stop = stopping.is_cancelled();
            let look_again = asked_at + if is_wanted { GATHERED } else { LOOK_EVERY };
            let is_due = tokio::select! {
                biased;
                () = stopping.cancelled(), if !asked_to_stop => true,
                count = parts.recv_many(&mut new, PARTS_AT_ONCE), if state == State::Flying => {
                    dropped = count == 0;
                    is_wanted |= new.iter().any(|part| !matches!(part, Part::Frames(_)));
                    self.followers > 0 || new.iter().any(|part| matches!(part, Part::Ended(_)))
                }
                () = self.bell.rung() => true,
                () = tokio::time::sleep_until(look_again) => true,
            };
            if dropped {
                let _ = self.server.end(&self.lease.flight, &self.lease.token, true).await;
                return;
            }
            for part in new.drain(..) {
                if let Part::Ended(outcome) = &part {
                    state = if outcome.is_ok() { State::Landed } else { State::Failed };
                }
                waiting.push(part.into_bytes());
            }
            if !is_due {
                continue;
            }
            asked_at = Instant::now();
            let Lease { flight, token, told, .. } = &self.lease;
            match self.server.tell((flight, token), state, *told, &waiting).await {
                Ok(Some(answer)) => {
                    self.lease.told += waiting.len() as u64;
                    waiting.clear();
                    is_wanted = false;
                    self.heard_at = Instant::now();
                    if state != State::Flying {
                        return;
                    }
                    self.hear(answer);
                    if stopping.is_cancelled() && self.followers > 0 && self.nobody_listens_here() {
                        let _ = self.server.end(&self.lease.flight, &self.lease.token, false).await;
                        metrics::counter!("saywell_shared_flights_total", "event" => "handed_over")
                            .increment(1);
                        // With them the last listener leaves, and the work here ends.
                        return;
                    }
                }
                Ok(None) => {
                    warn!(key = %flight.key.short(), "the lease of a flight is lost: it goes on for its own listeners alone");
                    metrics::counter!("saywell_shared_flights_total", "event" => "lost").increment(1);
                    return;
                }
                Err(away) => {
                    debug!(%away, "what is made waits to be told");
                    is_wanted = true;
                    let silent = self.heard_at.elapsed();
                    if silent > PATIENCE && self.nobody_listens_here() {
                        self.others = None;
                    }
                    if state != State::Flying && silent > TOLD_WITHIN {
                        return;
                    }
                }
            }
        }
    }

    fn hear(&mut self, answer: server::Told) {
        self.followers = answer.followers;
        if let Some(others) = self.others.as_ref().filter(|_| answer.followers > 0) {
            others.arrives();
        }
        for word in answer.mail {
            match serde_json::from_slice(&word) {
                Ok(Mail::GivenUp(whom)) => self.flights.give_up(&self.lease.flight.key, &whom),
                Ok(Mail::Hurry) => self.others.iter().for_each(Listener::hurry),
                Err(error) => debug!(%error, "a word of another version is not understood"),
            }
        }
        if self.followers == 0 && self.nobody_listens_here() {
            self.others = None;
        }
    }

    fn nobody_listens_here(&self) -> bool {
        self.others.as_ref().is_some_and(|others| self.flights.is_for_alone(others))
    }
}

impl Follower {
    /// Which flight it is.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.flight.key
    }

    /// What was asked for, and by whom.
    #[must_use]
    pub fn asked(&self) -> &LinkedRequest {
        &self.asked
    }

    /// Whether it has not ended yet.
    #[must_use]
    pub fn is_flying(&self) -> bool {
        self.state == State::Flying
    }

    /// Whether it has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.state == State::Failed
    }

    /// What is next. May be dropped while it waits.
    pub async fn next(&mut self) -> News {
        loop {
            if !self.next.is_empty() {
                return News::Parts(std::mem::take(&mut self.next));
            }
            match self.server.read(&self.flight.key, Some(&self.flight.id), self.read).await {
                Ok(Some(read)) => {
                    self.away_since = None;
                    self.state = read.state;
                    if self.take_in(&read.parts).is_none() {
                        return News::Lost;
                    }
                    if self.next.is_empty() {
                        let look_again = match (read.state, read.leased_for) {
                            (State::Flying, Some(leased_for)) => LOOK_EVERY.min(leased_for + RUN_OUT),
                            (State::Flying, None) => return News::Orphaned,
                            // Its end was read, or is gone.
                            (State::Landed | State::Failed, _) => return News::Lost,
                        };
                        tokio::select! {
                            () = self.bell.rung() => {}
                            () = tokio::time::sleep(look_again) => {}
                        }
                    }
                }
                Ok(None) => return News::Lost,
                Err(away) => {
                    let since = *self.away_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > PATIENCE {
                        warn!(%away, key = %self.flight.key.short(), "a flight of another gateway cannot be followed");
                        return News::Lost;
                    }
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    /// Takes the lease of a flight that nobody makes.
    pub async fn take(&mut self) -> Taken {
        match self.server.take(&self.flight, self.read).await {
            Ok(Leased::Token(token, was_left)) => {
                Taken::Ours(Lease { flight: self.flight.clone(), token, told: self.read, was_left })
            }
            Ok(Leased::Flown) => Taken::Elsewhere,
            Ok(Leased::Gone) => Taken::Lost,
            // It is asked for again by whoever looks next, who also tells how long it may be away.
            Err(_) => {
                tokio::time::sleep(AGAIN).await;
                Taken::Elsewhere
            }
        }
    }

    /// Nobody listens here any more.
    pub async fn leave(&self) {
        let _ = self.server.leave(&self.flight.key).await;
    }

    /// Has the rest made at once, not paced by listening.
    pub async fn hurry(&self) {
        mail(&self.server, &self.flight.key, &Mail::Hurry).await;
    }

    /// `None` for what is not understood.
    fn take_in(&mut self, parts: &[Vec<u8>]) -> Option<()> {
        for part in parts {
            self.next.push(Part::from_bytes(part)?);
            self.read += 1;
        }
        Some(())
    }
}

async fn mail(server: &Server, key: &Key, word: &Mail) {
    let Ok(word) = serde_json::to_vec(word) else { return };
    if let Err(away) = server.mail(key, &word).await {
        debug!(%away, "whoever makes a flight is not told");
    }
}

impl Part {
    /// The length of the head in four bytes, little-endian; the head as JSON; frames.
    fn into_bytes(self) -> Vec<u8> {
        let (head, frames) = match self {
            Self::Opening(first) => (Head::Opening(first), None),
            Self::Frames(frames) => (Head::Frames, Some(frames)),
            Self::Whole { rest, spoken, audible, as_planned } => {
                (Head::Whole { spoken, audible, as_planned }, Some(rest))
            }
            Self::Remarks(remarks, continues_at) => (Head::Remarks(remarks, continues_at), None),
            Self::Ended(outcome) => (Head::Ended(outcome), None),
        };
        // Nothing in it can fail.
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let mut bytes = (head.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(&head);
        bytes.extend(frames.iter().flat_map(Frames::to_bytes));
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (head, frames) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        let frames = || Frames::from_bytes(frames).ok();
        Some(match serde_json::from_slice(head).ok()? {
            Head::Opening(first) => Self::Opening(first),
            Head::Frames => Self::Frames(frames()?),
            Head::Whole { spoken, audible, as_planned } => {
                Self::Whole { rest: frames()?, spoken, audible, as_planned }
            }
            Head::Remarks(remarks, continues_at) => Self::Remarks(remarks, continues_at),
            Head::Ended(outcome) => Self::Ended(outcome),
        })
    }
}

#[cfg(test)]
mod tests {
    use saywell_audio::Codec;

    use super::*;
    use crate::identity::Caller;
    use crate::request::SpeechRequest;

    #[test]
    fn parts_are_read_as_they_were_written() {
        let first = FirstVoice { provider: "p".into(), voice: "v".into(), provider_took: None };
        for codec in Codec::ALL {
            let frames = saywell_audio::encode(codec, &[0.25; 2_400]).unwrap();
            let parts =
                [Part::Opening(first.clone()), Part::Frames(frames), Part::Ended(Err(Failure::Cancelled))];
            for part in parts {
                let bytes = part.clone().into_bytes();
                assert_eq!(format!("{:?}", Part::from_bytes(&bytes).unwrap()), format!("{part:?}"));
                for end in 0..bytes.len() {
                    // Cut off it is nothing, and never a fault of ours.
                    assert!(Part::from_bytes(&bytes[..end]).is_none(), "{codec:?} cut at {end}");
                }
            }
        }
    }

    #[test]
    fn what_was_asked_for_is_read_as_it_was_written() {
        let entries = [saywell_text::pronunciation::Entry {
            word: Some("nginx".into()),
            say: Some("engine x".into()),
            ..Default::default()
        }];
        let request = SpeechRequest {
            pronunciations: saywell_text::pronunciation::Dictionary::new(&entries).unwrap(),
            format: Format::Webm,
            voice: Some("nova".parse().unwrap()),
            language: saywell_text::Language::new("en-GB"),
            notes: vec![SpeechRequest::note("read otherwise".into())],
            ..SpeechRequest::new("Hello.")
        };
        let asked = LinkedRequest { caller: Caller::operator(Some("kitchen".into())), request };
        let written = serde_json::to_vec(&asked).unwrap();
        let read: LinkedRequest = serde_json::from_slice(&written).unwrap();
        assert_eq!(serde_json::to_vec(&read).unwrap(), written);
        assert_eq!(read.request.pronunciations.version(), asked.request.pronunciations.version());
        assert_eq!((read.request.format, read.caller), (Format::Webm, asked.caller));
    }
}
