//! Flights that several gateways share, through Redis or Valkey: any of them serves any link.
//!
//! Whoever makes a flight holds its lease, under a token that only grows, and [tells](Wire) its parts: who is heard, encoded
//! frames, captions, how it ended. Every other gateway that has a listener [follows](Follower): it plays the parts into a
//! flight of its own, so that its listeners hear it as they would hear one that is made there. When the lease runs out,
//! one of those who follow takes it and goes on from the first utterance that was not made. Without the server, each goes
//! on by itself.

mod courier;
mod hold;
mod server;
mod telling;

use std::sync::Arc;
use std::time::Duration;

use saywell_audio::captions::Remark;
use saywell_audio::{Format, Frames};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, warn};

pub use self::hold::{Hold, SetAside, Storing};
use self::server::{FlightState, Known, Leased, Legacy, Server};
use self::telling::Telling;
use super::{Failure, FirstVoice, Flights, LinkedRequest, SpokenUtterance};
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
pub enum SharedPart {
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
    /// What was set aside for it, as its maker told it.
    aside: String,
    /// How long ago it was first heard.
    sounds_for: Option<Duration>,
    /// Whether it was another's before.
    taken: bool,
}

/// The way of a flight's parts to other gateways. To drop it without having told the end is to drop the flight.
#[derive(Debug)]
pub struct Wire {
    // As long as the flight's own sound, which is bounded by the longest reply.
    parts: mpsc::UnboundedSender<SharedPart>,
    hold: Arc<Hold>,
}

/// What of a flight that another gateway makes is here.
#[derive(Debug)]
pub struct Follower {
    server: Arc<Server>,
    flight: Known,
    asked: LinkedRequest,
    state: FlightState,
    /// Parts that were read, and those of them that nobody has had yet.
    read: u64,
    next: Vec<SharedPart>,
    bell: server::Bell,
    /// Since when the server does not answer.
    away_since: Option<Instant>,
}

/// What a follower hears.
#[derive(Debug)]
pub enum News {
    /// The next parts.
    Parts(Vec<SharedPart>),
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

    /// The lease of a flight that nobody makes, for which this is set aside; `None` where somebody does, or nobody can tell.
    pub async fn lease(
        &self,
        key: Key,
        asked: &LinkedRequest,
        aside: &dyn SetAside,
    ) -> Result<Option<Lease>, Away> {
        let asked = asked.written().ok_or_else(|| Away("what was asked for cannot be written".into()))?;
        let aside = aside.as_told().unwrap_or_default();
        let begun = self.server.begin(key, &asked, &aside).await?;
        let new = |(flight, token)| Lease { flight, token, told: 0, aside, sounds_for: None, taken: false };
        Ok(begun.map(new))
    }

    /// Follows the flight of this key, if another gateway makes one or just has.
    pub async fn follow(&self, key: &Key) -> Option<Follower> {
        let read = self.server.read(key, None, 0).await;
        let read = read.inspect_err(|away| debug!(%away, "other gateways' flights cannot be looked at"));
        let read = read.ok()??;
        let Some(asked) = LinkedRequest::read(&read.asked) else {
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

    /// Begins to tell what is made under this lease; `flights` has the flight here, and `aside` what is set aside for it.
    #[must_use]
    pub fn wire(&self, lease: Lease, flights: &Flights, format: Format, aside: Arc<dyn SetAside>) -> Wire {
        let (parts, told) = mpsc::unbounded_channel();
        // It was asked for a moment ago, at most as long as an answer may take.
        let hold = Arc::new(Hold::new(lease.taken, server::LEASE.saturating_sub(server::DEADLINE)));
        let telling = Telling::new(&self.server, lease, flights, format, (aside, Arc::clone(&hold)));
        self.server.carry(telling.run(told));
        Wire { parts, hold }
    }

    /// This gateway is to stop: what only others hear is left to them.
    pub fn hand_over(&self) {
        self.server.stopping.cancel();
    }

    /// It stops now: whatever is made here is left to others, and ends for its listeners here.
    pub fn leave(&self) {
        self.hand_over();
        self.server.leaving.cancel();
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

    /// Keeps what a link was given for, as it is [written](LinkedRequest::written), as long as links live.
    pub async fn keep_asked(&self, key: &Key, asked: &[u8]) {
        if let Err(away) = self.server.keep_asked(key, asked, links::LONGEST).await {
            debug!(%away, "other gateways cannot make again what a link was given for");
        }
    }

    /// What a link was given for by another gateway.
    pub async fn asked_for(&self, key: &Key) -> Option<LinkedRequest> {
        LinkedRequest::read(&self.server.asked(key).await.ok()??)
    }
}

impl Lease {
    /// What is set aside for it, as [`SetAside::as_told`]; `None` where its maker has settled that.
    #[must_use]
    pub fn set_aside(&self) -> Option<&str> {
        Some(&*self.aside).filter(|aside| !aside.is_empty())
    }

    /// How long ago it was first heard; `None` where it was not yet.
    #[must_use]
    pub fn sounds_for(&self) -> Option<Duration> {
        self.sounds_for
    }
}

impl Wire {
    /// Tells the next part; the last is the end.
    pub fn tell(&self, part: SharedPart) {
        // Where nobody listens any more, the lease is lost, and the flight goes on for its own listeners.
        let _ = self.parts.send(part);
    }

    /// How sure it is that nobody else makes the flight.
    #[must_use]
    pub fn hold(&self) -> &Arc<Hold> {
        &self.hold
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
        self.state == FlightState::Flying
    }

    /// Whether it has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.state == FlightState::Failed
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
                            (FlightState::Flying, Some(leased_for)) => LOOK_EVERY.min(leased_for + RUN_OUT),
                            (FlightState::Flying, None) => return News::Orphaned,
                            // Its end was read, or is gone.
                            (FlightState::Landed | FlightState::Failed, _) => return News::Lost,
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
            Ok(Leased::Ours(Legacy { token, aside, sounds_for })) => {
                let (flight, told) = (self.flight.clone(), self.read);
                Taken::Ours(Lease { flight, token, told, aside, sounds_for, taken: true })
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
            self.next.push(SharedPart::from_bytes(part)?);
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

impl SharedPart {
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
            let parts = [
                SharedPart::Opening(first.clone()),
                SharedPart::Frames(frames),
                SharedPart::Ended(Err(Failure::Cancelled)),
            ];
            for part in parts {
                let bytes = part.clone().into_bytes();
                assert_eq!(format!("{:?}", SharedPart::from_bytes(&bytes).unwrap()), format!("{part:?}"));
                for end in 0..bytes.len() {
                    // Cut off it is nothing, and never a fault of ours.
                    assert!(SharedPart::from_bytes(&bytes[..end]).is_none(), "{codec:?} cut at {end}");
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
        let written = asked.written().unwrap();
        let read = LinkedRequest::read(&written).unwrap();
        assert_eq!(read.written().unwrap(), written);
        assert_eq!(read.request.pronunciations.version(), asked.request.pronunciations.version());
        assert_eq!((read.request.format, read.caller), (Format::Webm, asked.caller));
    }
}
