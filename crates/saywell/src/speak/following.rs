//! Flights that other gateways make: followed, and gone on with where their maker is gone.

use std::sync::{Arc, OnceLock};

use futures::stream;
use metrics::counter;
use saywell_audio::Format;
use tokio::time::Instant;
use tracing::{Instrument, info, info_span, warn};

use super::Speak;
use super::flying::{Flying, Leg, Whole};
use super::plan::ReplyPlan;
use super::tape::Tape;
use crate::flight::{
    Boarding, Failure, FlightWriter, Follower, Lease, LinkedRequest, Listener, News, SetAside, Taken,
};
use crate::identity::Subject;
use crate::key::Key;
use crate::order::Order;

impl Speak {
    /// A place on the flight of this key that is in the air, whichever gateway makes it.
    pub async fn join(&self, key: &Key, format: Option<Format>) -> Option<Listener> {
        match format.and_then(|format| self.flights.join(key, format)) {
            None => self.join_elsewhere(key, format, Follower::is_flying).await,
            joined => joined,
        }
    }

    /// A place on what there still is of another gateway's flight of this key that has ended, in whatever way.
    pub async fn join_late(&self, key: &Key, format: Option<Format>) -> Option<Listener> {
        self.join_elsewhere(key, format, |_| true).await
    }

    /// As [`join`](Self::join), or of one that has just landed.
    pub(super) async fn join_unless_failed(&self, key: &Key, format: Format) -> Option<Listener> {
        match self.flights.join(key, format) {
            None => self.join_elsewhere(key, Some(format), |follower| !follower.has_failed()).await,
            joined => joined,
        }
    }

    async fn join_elsewhere(
        &self,
        key: &Key,
        format: Option<Format>,
        wanted: impl Fn(&Follower) -> bool,
    ) -> Option<Listener> {
        let follower = self.shared.as_ref()?.follow(key).await?;
        let of_format = format.is_none_or(|format| format == follower.asked().request.format);
        if of_format && wanted(&follower) { self.follow(follower) } else { None }
    }

    /// Whom the flight of this key was kept for wants it no longer, whichever gateway makes it.
    pub async fn give_up(&self, key: &Key, whom: Subject) {
        self.flights.give_up(key, &whom);
        if let Some(shared) = &self.shared {
            shared.give_up(key, whom).await;
        }
    }

    /// A link was given for this.
    pub fn asked(&self, key: Key, asked: &LinkedRequest) {
        let Some(asked) = asked.written() else { return };
        if let Some(shared) = self.shared.clone() {
            let asked = asked.clone();
            self.beside.spawn(async move { shared.keep_asked(&key, &asked).await });
        }
        self.flights.wake().asked(key, asked);
    }

    /// What a link was given for, by whichever gateway.
    pub async fn asked_for(&self, key: &Key) -> Option<LinkedRequest> {
        match (self.flights.wake().asked_for(key), &self.shared) {
            (None, Some(shared)) => shared.asked_for(key).await,
            (asked, _) => asked,
        }
    }

    /// A place on a flight here that plays what another gateway makes; `None` without room for one.
    fn follow(&self, follower: Follower) -> Option<Listener> {
        match self.flights.board(*follower.key(), follower.asked().request.format).ok()? {
            Boarding::Joined(listener) => Some(listener),
            Boarding::Started(listener, writer) => {
                self.play(follower, writer);
                Some(listener)
            }
        }
    }

    /// Plays what another gateway makes into a flight here.
    pub(super) fn play(&self, follower: Follower, writer: FlightWriter) {
        counter!("saywell_shared_flights_total", "event" => "followed").increment(1);
        let message_id = follower.asked().request.message_id.clone();
        let span = info_span!("flight", key = %follower.key().short(), message_id = message_id.as_deref());
        let following = Following { speak: self.clone(), follower, hurried: false };
        // Waited for as a flight is: by `Flights::landed`.
        tokio::spawn(following.run(writer).instrument(span));
    }
}

/// What another gateway makes, on its way to the listeners here.
struct Following {
    speak: Speak,
    follower: Follower,
    hurried: bool,
}

/// How it goes on with a flight that was followed.
enum Then {
    /// It has ended.
    Ended(Result<(), Failure>),
    /// It is made here: for all gateways, or without them.
    Made(Option<Lease>),
    /// Nobody listens here any more.
    Left,
}

impl Following {
    async fn run(mut self, writer: FlightWriter) {
        let mut tape = Tape::following(self.follower.asked().request.format);
        match self.listen(&mut tape, &writer).await {
            Then::Ended(outcome) => writer.land(outcome),
            Then::Left => {
                // Off the board first: whoever comes now follows anew.
                let follower = self.follower;
                drop(writer);
                follower.leave().await;
            }
            Then::Made(lease) => {
                let how = if lease.is_some() { "taken_over" } else { "alone" };
                counter!("saywell_shared_flights_total", "event" => how).increment(1);
                info!(how, utterances = tape.whole(), "goes on here: whoever made it is gone");
                self.go_on(lease, tape, writer).await;
            }
        }
    }

    /// Plays what comes, until there is no more.
    async fn listen(&mut self, tape: &mut Tape, writer: &FlightWriter) -> Then {
        loop {
            let news = tokio::select! {
                biased;
                () = writer.cancelled() => return Then::Left,
                () = writer.end_awaited(), if !self.hurried => {
                    self.hurried = true;
                    self.follower.hurry().await;
                    continue;
                }
                news = self.follower.next() => news,
            };
            match news {
                News::Parts(parts) => {
                    for part in parts {
                        match tape.play(part, writer) {
                            Ok(None) => {}
                            Ok(Some(outcome)) => return Then::Ended(outcome),
                            Err(error) => return Then::Ended(Err(Failure::internal(error))),
                        }
                    }
                }
                News::Orphaned => match self.follower.take().await {
                    Taken::Ours(lease) => return Then::Made(Some(lease)),
                    Taken::Elsewhere => {}
                    Taken::Lost => return Then::Made(None),
                },
                News::Lost => return Then::Made(None),
            }
        }
    }

    /// Makes what is not on the tape.
    async fn go_on(self, lease: Option<Lease>, mut tape: Tape, writer: FlightWriter) {
        let Self { speak, follower, .. } = self;
        let (key, asked) = (*follower.key(), follower.asked().clone());
        let planned = async {
            let order = speak.orders.resume(asked.caller, asked.request).map_err(Failure::internal)?;
            let plan = ReplyPlan::make(&speak, &order).await.map_err(Failure::internal)?;
            let Some(plan) = plan.with_key(&key, &order.request().text) else {
                order.fails(None);
                return Err(Failure::Internal("it would be another reply by now".into()));
            };
            let rest = plan.amount_after(tape.whole());
            // What was set aside for it stays so, where its maker is gone; whoever leaves one has settled that.
            let told = lease.as_ref().and_then(Lease::set_aside);
            if !told.is_some_and(|told| order.adopt(told, plan.amount().less(rest))) {
                order.reserve(rest).await.map_err(Failure::internal)?;
            }
            Ok::<_, Failure>((order, Arc::new(plan)))
        };
        let (order, plan): (Arc<Order>, _) = match planned.await {
            Ok(planned) => planned,
            Err(failure) => return give_in(writer, failure),
        };
        if let (Some(lease), Some(shared)) = (lease, &speak.shared) {
            // Who listens longest is nearest to what is not made yet, at whichever gateway.
            tape.sounded(lease.sounds_for().and_then(|sounding| Instant::now().checked_sub(sounding)));
            let aside = Arc::clone(&order) as Arc<dyn SetAside>;
            tape.tell_by(shared.wire(lease, &speak.flights, plan.format, aside));
        }
        drop(follower);
        order.whole(key, plan.script.characters());
        order.taken_over(&plan.speaker.provider, &plan.speaker.voice, tape.begins());
        let legs = stream::iter(Leg::all(&plan, &order).into_iter().skip(tape.whole()));
        let ending = Arc::new(OnceLock::from(Whole { plan: Arc::clone(&plan), key, as_spoken: true }));
        let mut flying = Flying::new(speak, plan, order, ending);
        if let Some(provider) = tape.provider() {
            flying = flying.speaks_on(provider);
        }
        flying.fly(legs, writer, tape).await;
    }
}

fn give_in(writer: FlightWriter, failure: Failure) {
    warn!(%failure, "what another gateway left unfinished cannot be gone on with");
    writer.land(Err(failure));
}
