//! Whoever makes a flight tells the other gateways what it makes, and hears who follows.

use std::sync::Arc;
use std::time::Duration;

use saywell_audio::Format;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::hold::{Hold, SetAside};
use super::server::{self, FlightState, LEASE, Saying, Server};
use super::{GATHERED, LOOK_EVERY, Lease, Mail, PARTS_AT_ONCE, PATIENCE, SharedPart, TOLD_WITHIN};
use crate::flight::{Flights, Listener};

/// How long others wait at most for what is settled before they take a flight over that is left to them.
const SETTLED_WITHIN: Duration = Duration::from_secs(1);

/// Tells what is made.
pub(super) struct Telling {
    server: Arc<Server>,
    lease: Lease,
    flights: Flights,
    bell: server::Bell,
    aside: Arc<dyn SetAside>,
    hold: Arc<Hold>,
    /// Stands for those who may listen at other gateways, until it is known that nobody does, here or there.
    others: Option<Listener>,
    /// How many gateways follow.
    followers: usize,
    /// When the server answered last.
    heard_at: Instant,
    state: FlightState,
    /// When there was sound first.
    sounds_since: Option<Instant>,
    /// Parts that are to be told, and whether an utterance is whole with them.
    waiting: Vec<Vec<u8>>,
    whole: bool,
    /// It is left to others: nothing more is made of it here.
    left: bool,
}

/// How a flight's telling goes on.
enum Then {
    GoOn,
    /// There is nothing more to tell, or nobody to be told.
    Over,
}

impl Telling {
    pub(super) fn new(
        server: &Arc<Server>,
        lease: Lease,
        flights: &Flights,
        format: Format,
        (aside, hold): (Arc<dyn SetAside>, Arc<Hold>),
    ) -> Self {
        let sounds_since = lease.sounds_for.and_then(|sounding| Instant::now().checked_sub(sounding));
        Self {
            bell: server.bell(lease.flight.key),
            others: flights.join(&lease.flight.key, format),
            server: Arc::clone(server),
            lease,
            flights: flights.clone(),
            aside,
            hold,
            followers: 0,
            heard_at: Instant::now(),
            state: FlightState::Flying,
            sounds_since,
            waiting: Vec::new(),
            whole: false,
            left: false,
        }
    }

    pub(super) async fn run(mut self, mut parts: mpsc::UnboundedReceiver<SharedPart>) {
        let mut new = Vec::new();
        let mut dropped = false;
        let mut asked_at = Instant::now();
        // Whether something waits that a gateway may need which has yet to come.
        let mut is_wanted = false;
        let (stopping, leaving) = (self.server.stopping.clone(), self.server.leaving.clone());
        let (mut is_stopping, mut is_leaving) = (false, false);
        loop {
            let look_again = asked_at + if is_wanted { GATHERED } else { LOOK_EVERY };
            let is_due = tokio::select! {
                biased;
                () = leaving.cancelled(), if !is_leaving => {
                    (is_stopping, is_leaving) = (true, true);
                    self.leave_to_others();
                    false
                }
                () = stopping.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    true
                }
                count = parts.recv_many(&mut new, PARTS_AT_ONCE), if self.state == FlightState::Flying => {
                    dropped = count == 0;
                    is_wanted |= new.iter().any(|part| !matches!(part, SharedPart::Frames(_)));
                    self.followers > 0 || new.iter().any(|part| matches!(part, SharedPart::Ended(_)))
                }
                () = self.bell.rung() => true,
                () = tokio::time::sleep_until(look_again) => true,
            };
            if dropped {
                return self.end(is_stopping).await;
            }
            for part in new.drain(..) {
                self.take_in(part);
            }
            if !is_due {
                continue;
            }
            asked_at = Instant::now();
            match self.tell().await {
                Ok(Then::GoOn) => is_wanted = false,
                Ok(Then::Over) => return,
                Err(away) => {
                    debug!(%away, "what is made waits to be told");
                    is_wanted = true;
                    if self.is_given_up() {
                        return;
                    }
                }
            }
            if is_stopping && self.followers > 0 && self.nobody_listens_here() {
                self.leave_to_others();
            }
        }
    }

    fn take_in(&mut self, part: SharedPart) {
        self.whole |= matches!(part, SharedPart::Whole { .. });
        match &part {
            SharedPart::Frames(_) | SharedPart::Whole { audible: true, .. } => {
                self.sounds_since.get_or_insert_with(Instant::now);
            }
            SharedPart::Ended(outcome) => {
                self.state = if outcome.is_ok() { FlightState::Landed } else { FlightState::Failed };
            }
            SharedPart::Opening(_) | SharedPart::Whole { .. } | SharedPart::Remarks(..) => {}
        }
        self.waiting.push(part.into_bytes());
    }

    /// Tells what waits, and hears of those who follow.
    async fn tell(&mut self) -> Result<Then, super::Away> {
        let aside = if self.whole { self.aside.as_told() } else { None };
        let saying = Saying {
            state: self.state,
            stored: self.hold.is_stored(),
            aside: aside.as_deref(),
            sounds_for: self.sounds_since.map(|since| since.elapsed()),
        };
        let Lease { flight, token, told, .. } = &self.lease;
        let asked = Instant::now();
        let Some(answer) = self.server.tell((flight, token), saying, *told, &self.waiting).await? else {
            self.hold.lose();
            warn!(key = %flight.key.short(), "the lease of a flight is lost: it goes on for its own listeners alone");
            metrics::counter!("saywell_shared_flights_total", "event" => "lost").increment(1);
            return Ok(Then::Over);
        };
        self.lease.told += self.waiting.len() as u64;
        self.waiting.clear();
        self.whole = false;
        self.heard_at = Instant::now();
        self.hold.renew(asked, LEASE);
        if self.state != FlightState::Flying {
            return Ok(Then::Over);
        }
        self.hear(answer);
        Ok(Then::GoOn)
    }

    /// The server does not answer: whether nobody waits for what it would be told.
    fn is_given_up(&mut self) -> bool {
        let silent = self.heard_at.elapsed();
        if silent > PATIENCE && self.nobody_listens_here() {
            self.others = None;
        }
        self.state != FlightState::Flying && silent > TOLD_WITHIN
    }

    /// Has no more of it made here. What is made is told, and then it is another's to go on with.
    fn leave_to_others(&mut self) {
        if !std::mem::replace(&mut self.left, true) {
            self.flights.leave(&self.lease.flight.key);
        }
    }

    /// It ends without an outcome: nobody wants it any more, or this gateway stops.
    async fn end(mut self, stopping: bool) {
        if stopping {
            if !self.waiting.is_empty() && !matches!(self.tell().await, Ok(Then::GoOn)) {
                return;
            }
            // Whoever goes on sets aside what the rest takes: it has to be there again.
            let _ = tokio::time::timeout(SETTLED_WITHIN, self.aside.settled()).await;
        }
        let Lease { flight, token, .. } = &self.lease;
        if let Err(away) = self.server.end(flight, token, !stopping).await {
            debug!(%away, "others are not told that a flight ends here");
        } else if self.left {
            info!(key = %flight.key.short(), followers = self.followers, "left to other gateways");
            metrics::counter!("saywell_shared_flights_total", "event" => "handed_over").increment(1);
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
