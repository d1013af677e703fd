//! An order: one request for speech, from the door to its row.
//!
//! It is opened once and travels as one value: who asked, on which plan, what was set aside, what it ran up, how it
//! ended. When it has ended, or when the last who holds it lets go, it settles the books and writes its row, once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use metrics::counter;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::clock::Clock;
use crate::error_code::ErrorCode;
use crate::flight::{Failure, SetAside};
use crate::identity::{Caller, Via};
use crate::key::Key;
use crate::limits::{Amount, Aside, Limits, Permit, Refusal, Reservation, Standing};
use crate::price::Cost;
use crate::provider::{Bookkeeper, Call, CallOutcome, ProviderError};
use crate::queue::Errand;
use crate::request::SpeechRequest;
use crate::store::{Asked, AskedOutcome, CacheOutcome, CallRow, Text};
use crate::usage::Ledger;

/// Longest name of anything that is kept, characters: what callers make up has no length of its own.
const LONGEST: usize = 200;

/// Sound may be longer than it was estimated to be, so many times at most.
const SLACK: f64 = 1.25;

/// Opens orders. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Orders {
    /// Who may speak now.
    pub limits: Limits,
    /// Where every order has its row.
    pub ledger: Ledger,
    /// Whether the text is in it.
    pub keeps_text: bool,
    /// When it came.
    pub clock: Arc<dyn Clock>,
}

/// One request for speech.
#[derive(Debug)]
pub struct Order {
    id: u64,
    caller: Caller,
    request: SpeechRequest,
    permit: Permit,
    errand: Arc<Errand>,
    /// How much sound may be made for it, seconds: what is allowed, and what estimates are off by.
    max_seconds: f64,
    ledger: Ledger,
    /// `None` once it has ended.
    sheet: Mutex<Option<Sheet>>,
}

/// What an order has come to so far. To drop it is to settle it and to write its row.
#[derive(Debug)]
struct Sheet {
    ledger: Ledger,
    row: Asked,
    /// From when on the first sound is awaited.
    since: Instant,
    set_aside: Vec<Reservation>,
    /// What all of it comes to, and what calls under way may still come to of that.
    reserved: Amount,
    under_way: Amount,
    /// Characters that providers have charged for so far.
    charged: u64,
    /// How much sound its calls have made so far, those under way as well, seconds.
    sounded: f64,
    /// What of it was used.
    used: Amount,
    /// Whether some of it was in the cache.
    found: bool,
    /// Whether the ledger knows that something is bought for it.
    taken_down: bool,
    /// What of the reply another gateway has made, seconds.
    made_before: f64,
}

/// What is set aside for an order and how much of it was used, as whoever takes it up again is told.
#[derive(Debug, Serialize, Deserialize)]
struct Estate {
    asides: Vec<Aside>,
    used: Amount,
    charged: u64,
}

impl Orders {
    /// Takes an order from a caller who may place it. Whatever comes of it has a row.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn open(&self, caller: Caller, request: SpeechRequest) -> Result<Arc<Order>, Refusal> {
        let sheet = self.sheet(&caller, &request);
        let admitted = self.limits.admit(&caller, &(&request).into()).await;
        Self::opened(caller, request, admitted, sheet)
    }

    /// Takes up an order again whose gateway is gone, for what is not made of it yet. The request was counted there: here it
    /// only has a row, for what is bought here.
    ///
    /// # Errors
    /// [`Refusal`]: they may not speak any more.
    pub fn resume(&self, caller: Caller, request: SpeechRequest) -> Result<Arc<Order>, Refusal> {
        let mut sheet = self.sheet(&caller, &request);
        sheet.row.continues = true;
        let admitted = self.limits.admit_again(&caller, &(&request).into());
        Self::opened(caller, request, admitted, sheet)
    }

    fn sheet(&self, caller: &Caller, request: &SpeechRequest) -> Sheet {
        let mut row = row(self.clock.now(), caller, request);
        row.text = self.keeps_text.then(|| Text::new(request.text.clone()));
        Sheet {
            ledger: self.ledger.clone(),
            row,
            since: Instant::now(),
            set_aside: Vec::new(),
            reserved: Amount::default(),
            under_way: Amount::default(),
            charged: 0,
            sounded: 0.0,
            used: Amount::default(),
            found: false,
            taken_down: false,
            made_before: 0.0,
        }
    }

    fn opened(
        caller: Caller,
        request: SpeechRequest,
        admitted: Result<Permit, Refusal>,
        mut sheet: Sheet,
    ) -> Result<Arc<Order>, Refusal> {
        let permit =
            admitted.inspect_err(|refusal| sheet.row.error = Some(refusal.code().name().to_owned()))?;
        sheet.row.network = permit.network();
        permit.plan_name().clone_into(&mut sheet.row.plan);
        let (id, ledger, sheet) = (sheet.row.id, sheet.ledger.clone(), Mutex::new(Some(sheet)));
        let errand = Arc::new(Errand::new(caller.subject().number()));
        let max_seconds = f64::from(permit.max_seconds()) * SLACK;
        Ok(Arc::new(Order { id, caller, request, permit, errand, max_seconds, ledger, sheet }))
    }
}

impl Order {
    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What is asked for.
    #[must_use]
    pub fn request(&self) -> &SpeechRequest {
        &self.request
    }

    /// Leave to ask for it.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// What it wants of the voices on this machine.
    #[must_use]
    pub fn errand(&self) -> &Arc<Errand> {
        &self.errand
    }

    /// Where the caller stands with requests, this one counted.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.permit.standing
    }

    /// Sets an amount aside, and a place for the flight that makes it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn reserve(&self, amount: Amount) -> Result<(), Refusal> {
        self.set_aside(self.permit.reserve(amount).await?);
        self.update(|sheet| sheet.reserved = sheet.reserved.plus(amount));
        Ok(())
    }

    /// Sets a further amount aside, for a flight that has its place.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn reserve_further(&self, amount: Amount) -> Result<(), Refusal> {
        self.reserve_more(amount).await?;
        self.update(|sheet| sheet.reserved = sheet.reserved.plus(amount));
        Ok(())
    }

    async fn reserve_more(&self, amount: Amount) -> Result<(), Refusal> {
        self.set_aside(self.permit.reserve_more(amount).await?);
        Ok(())
    }

    /// Counts an amount that is not made anew, where such counts.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn charge_cached(&self, amount: Amount) -> Result<(), Refusal> {
        self.permit.charge_cached(Amount { money: 0.0, ..amount }).await
    }

    /// All of the reply's text is there: the key of its rendition, and the characters that are spoken.
    pub fn whole(&self, rendition: Key, characters: usize) {
        self.update(|sheet| {
            sheet.row.rendition = Some(rendition);
            if !sheet.row.continues {
                sheet.row.characters = characters as u64;
            }
        });
    }

    /// The text of a reply that came while it was written.
    pub fn written(&self, text: &str) {
        self.update(|sheet| {
            if sheet.row.text.is_some() {
                sheet.row.text = Some(Text::new(text.to_owned()));
            }
        });
    }

    /// It is known who speaks it, and where the sound comes from; `seconds` long as far as can be told. What was there
    /// already ends the order with that; what is still to be made ends it when it [has](Self::ended).
    pub fn answered(&self, cache: CacheOutcome, provider: &str, voice: &str, seconds: f64) {
        let there = matches!(cache, CacheOutcome::Hit | CacheOutcome::Joined);
        if there {
            self.count(cache);
        }
        self.update(|sheet| {
            let row = &mut sheet.row;
            row.provider = Some(provider.to_owned());
            row.voice = Some(voice.to_owned());
            let (key, characters) = (row.rendition.map(|key| key.short()), row.characters);
            let (message_id, room) = (&row.message_id, &row.room);
            info!(key, message_id, room, cache = cache.name(), provider, voice, characters, "asked");
            row.outcome = if there { AskedOutcome::Spoken } else { AskedOutcome::Cancelled };
            if there {
                (row.cache, row.seconds) = (Some(cache), seconds);
            }
        });
        if there {
            self.close();
        }
    }

    /// Takes over what is set aside for this elsewhere, of which so much can have been made there at most; whether it could
    /// be understood.
    pub fn adopt(&self, told: &str, made: Amount) -> bool {
        let Ok(Estate { asides, used, charged }) = serde_json::from_str(told) else { return false };
        let asides: Vec<_> = asides.into_iter().map(|aside| self.permit.adopt(aside)).collect();
        self.update(|sheet| {
            sheet.reserved = asides.iter().fold(sheet.reserved, |sum, aside| sum.plus(aside.amount()));
            sheet.set_aside.extend(asides);
            // What was begun there and is not whole is made again here; what it cost is spent.
            sheet.used = Amount { money: used.money, ..used.at_most(made) };
            sheet.charged = charged.min(made.characters);
        });
        true
    }

    /// It is gone on with here after so many seconds of it, and this is who speaks.
    pub fn taken_over(&self, provider: &str, voice: &str, made_before: f64) {
        self.update(|sheet| {
            sheet.made_before = made_before;
            sheet.row.provider = Some(provider.to_owned());
            sheet.row.voice = Some(voice.to_owned());
            sheet.row.outcome = AskedOutcome::Cancelled;
        });
    }

    fn count(&self, cache: CacheOutcome) {
        let format = self.request.format.name();
        counter!("saywell_requests_total", "cache" => cache.name(), "format" => format).increment(1);
    }

    /// The first sound is awaited from now on: what comes before is the time that the reply took to write.
    pub fn awaits_sound(&self) {
        self.update(|sheet| sheet.since = Instant::now());
    }

    /// There is sound to be heard.
    pub fn sounds(&self) {
        self.update(|sheet| {
            let took = sheet.since.elapsed();
            sheet.row.first_sound.get_or_insert(took);
        });
    }

    /// An utterance was in the cache.
    pub fn found(&self, characters: u64, seconds: f64) {
        self.update(|sheet| sheet.found = true);
        if self.permit.counts_cached() {
            self.made(characters, seconds);
        }
    }

    /// An utterance of so many characters is about to be heard, and the pause after it, seconds: of the sound that may be made
    /// for this order it is a part like any other.
    pub fn begun(&self, characters: u64, pause: f64) {
        self.made(characters, pause);
        self.update(|sheet| sheet.sounded += pause);
    }

    /// An utterance was made.
    pub fn made(&self, characters: u64, seconds: f64) {
        self.update(|sheet| {
            sheet.used.characters += characters;
            sheet.used.seconds += seconds;
        });
    }

    /// It is to end with an error of this code.
    pub fn fails(&self, code: Option<ErrorCode>) {
        self.update(|sheet| sheet.row.error = Some(error_name(code)));
    }

    /// What was to be made for it has ended, after that many seconds of sound.
    pub fn ended(&self, outcome: &Result<f64, Failure>) {
        counter!("saywell_flights_total", "outcome" => match outcome {
            Ok(_) => "spoken",
            Err(Failure::Cancelled) => "cancelled",
            Err(Failure::Left) => "left",
            Err(Failure::Exhausted(_)) => "exhausted",
            Err(Failure::Unspeakable) => "unspeakable",
            Err(Failure::Internal(_)) => "failed",
        })
        .increment(1);
        self.update(|sheet| {
            let row = &mut sheet.row;
            let cache = if sheet.found { CacheOutcome::Partial } else { CacheOutcome::Miss };
            // Not before: whether the cache had a part of it shows only as it is made.
            if !row.continues {
                self.count(cache);
            }
            row.cache = Some(cache);
            row.seconds = match outcome {
                Ok(seconds) => (seconds - sheet.made_before).max(0.0),
                Err(_) => row.bought.seconds,
            };
            row.outcome = match outcome {
                Ok(_) | Err(Failure::Left) => AskedOutcome::Spoken,
                // Given up, for a reason or without one.
                Err(Failure::Cancelled) if row.error.is_none() => AskedOutcome::Cancelled,
                Err(_) => AskedOutcome::Failed,
            };
            match outcome {
                Ok(_) | Err(Failure::Left) => row.error = None,
                Err(Failure::Cancelled) => {}
                Err(failure) => row.error = Some(error_name(failure.code())),
            }
        });
        self.close();
    }

    /// A call that is made for this.
    fn row_of(&self, call: Call) -> CallRow {
        let mut rendition = None;
        self.update(|sheet| rendition = sheet.row.rendition);
        CallRow {
            order: Some(self.id),
            user: self.caller.user.clone(),
            room: brief(self.caller.room.as_deref()),
            message_id: brief(self.request.message_id.as_deref()),
            rendition,
            call,
        }
    }

    fn set_aside(&self, reservation: Reservation) {
        self.update(|sheet| sheet.set_aside.push(reservation));
    }

    fn update(&self, change: impl FnOnce(&mut Sheet)) {
        if let Some(sheet) = &mut *self.sheet() {
            change(sheet);
        }
    }

    fn close(&self) {
        let sheet = self.sheet().take();
        drop(sheet);
        self.errand.leave();
    }

    fn sheet(&self) -> MutexGuard<'_, Option<Sheet>> {
        self.sheet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Bookkeeper for Order {
    async fn calling(&self, call: &Call) -> Result<(), ProviderError> {
        if call.cost == Cost::Unpriced && self.permit.limits_money() {
            return Err(ProviderError::Unaffordable(
                "has no price for this, so that only unlimited plans may ask".into(),
            ));
        }
        let mut sounded = 0.0;
        self.update(|sheet| sounded = sheet.sounded);
        if sounded > self.max_seconds {
            return Err(ProviderError::Rejected("is asked for more sound than may be made".into()));
        }
        let mut missing = Amount::default();
        let planned = planned(call);
        self.update(|sheet| {
            sheet.under_way = sheet.under_way.plus(planned);
            let charged = Amount { money: sheet.used.money, characters: sheet.charged, seconds: 0.0 };
            missing = charged.plus(sheet.under_way).beyond(sheet.reserved);
            sheet.reserved = sheet.reserved.plus(missing);
        });
        if missing != Amount::default()
            && let Err(refusal) = self.reserve_more(missing).await
        {
            self.update(|sheet| {
                sheet.under_way = sheet.under_way.less(planned);
                sheet.reserved = sheet.reserved.less(missing);
            });
            return Err(ProviderError::Unaffordable(format!("would cost more than is left: {refusal}")));
        }
        if call.cost != Cost::Free {
            let mut order = None;
            self.update(|sheet| {
                if !std::mem::replace(&mut sheet.taken_down, true) {
                    order = Some(sheet.row.clone());
                }
            });
            self.ledger.begin(order, self.row_of(call.clone())).await;
        }
        Ok(())
    }

    fn sounded(&self, seconds: f64) -> bool {
        let mut may = true;
        self.update(|sheet| {
            sheet.sounded += seconds;
            may = sheet.sounded <= self.max_seconds;
        });
        may
    }

    fn called(&self, before: &Call, call: Call) {
        self.update(|sheet| {
            sheet.row.bought.add(&call);
            sheet.under_way = sheet.under_way.less(planned(before));
            if let Cost::Known { amount, .. } = call.cost {
                sheet.used.money += amount;
            }
            if call.outcome != CallOutcome::Failed {
                sheet.charged += call.characters;
            }
        });
        self.ledger.write(self.row_of(call));
    }

    fn withdrawn(&self, before: &Call) {
        self.update(|sheet| sheet.under_way = sheet.under_way.less(planned(before)));
        if before.cost != Cost::Free {
            self.ledger.withdraw(before.id);
        }
    }
}

#[async_trait]
impl SetAside for Order {
    fn as_told(&self) -> Option<String> {
        let mut told = None;
        self.update(|sheet| {
            let asides = sheet.set_aside.iter().map(Reservation::aside).collect();
            let estate = Estate { asides, used: sheet.used, charged: sheet.charged };
            told = serde_json::to_string(&estate).ok();
        });
        told
    }

    async fn settled(&self) {
        self.permit.settled().await;
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        Reservation::settle_all(std::mem::take(&mut self.set_aside), self.used);
        self.ledger.write_asked(std::mem::replace(&mut self.row, Asked::new(UNIX_EPOCH)));
    }
}

/// What a call comes to when it is made.
fn planned(call: &Call) -> Amount {
    match call.cost {
        Cost::Free => Amount::default(),
        Cost::Known { amount, .. } => Amount { characters: call.characters, money: amount, seconds: 0.0 },
        Cost::Unpriced => Amount { characters: call.characters, ..Amount::default() },
    }
}

/// What is known of a request when it comes. As long as nothing else is, it was refused.
fn row(at: SystemTime, caller: &Caller, request: &SpeechRequest) -> Asked {
    Asked {
        subject: caller.subject().to_string(),
        key: match &caller.via {
            Via::Key { id, .. } => Some(id.clone()),
            Via::Operator | Via::Anybody | Via::Token | Via::Session { .. } => None,
        },
        user: caller.user.clone(),
        room: brief(caller.room.as_deref()),
        plan: caller.plan.clone(),
        message_id: brief(request.message_id.as_deref()),
        provider: brief(request.provider.as_deref()),
        voice: brief(request.voice.as_deref()),
        format: request.format.name().into(),
        ..Asked::new(at)
    }
}

fn brief(name: Option<&str>) -> Option<String> {
    name.map(|name| name.chars().take(LONGEST).collect())
}

/// An error as the row has it: its code, or that everybody has left.
fn error_name(code: Option<ErrorCode>) -> String {
    code.map_or("cancelled", ErrorCode::name).to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "what is counted is exact")]

    use std::path::Path;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::clock::ManualClock;
    use crate::controls::Controls;
    use crate::limits::conformance::{characters, signing_key, user};
    use crate::limits::{Plans, Settings};
    use crate::store::{self, By, Days, Store, UsageLine};
    use crate::usage::Scribe;

    /// Where 100 characters a day may be ordered, and the rows that come of it.
    struct Desk {
        orders: Orders,
        scribe: Scribe,
        store: Store,
    }

    impl Desk {
        async fn open(count_cached: bool) -> Self {
            let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
            let store = store::open(Some("sqlite::memory:"), Path::new("")).await.unwrap();
            let controls = Controls::open(Arc::clone(&store.controls), Arc::clone(&clock)).await.unwrap();
            let own = "[test]\ncharacters_per_day = 100".parse().unwrap();
            let plans = Plans::new(&own, toml::Table::new()).unwrap();
            let settings = Settings { plans, count_cached, ..Settings::default() };
            let limits = Limits::open(settings, &signing_key(), controls, Arc::clone(&clock));
            let (ledger, scribe) =
                Ledger::open(None, Arc::clone(&store.calls), Arc::clone(&store.usage)).unwrap();
            Self { orders: Orders { limits, ledger, keeps_text: false, clock }, scribe, store }
        }

        async fn order(&self) -> Arc<Order> {
            self.orders.open(user("ann"), SpeechRequest::new("Hello.")).await.unwrap()
        }

        async fn left(&self) -> f64 {
            self.orders.limits.left(&user("ann")).await[0].left
        }

        async fn rows(self) -> UsageLine {
            drop(self.orders);
            self.scribe.run(CancellationToken::new()).await;
            let mut lines =
                self.store.usage.report(By::Day, Days { first: 0, last: 1 << 40 }, 10).await.unwrap();
            lines.remove(0)
        }
    }

    #[tokio::test]
    async fn an_order_is_settled_by_what_was_made_however_it_ends() {
        for (count_cached, left_of_100) in [(false, 90.0), (true, 70.0)] {
            let desk = Desk::open(count_cached).await;
            let order = desk.order().await;
            order.reserve(characters(20)).await.unwrap();
            order.reserve_further(characters(40)).await.unwrap();
            order.made(10, 0.5);
            order.found(20, 1.0);
            assert_eq!(desk.left().await, 40.0);
            drop(order);
            assert_eq!(desk.left().await, left_of_100, "what was in the cache counts where it is to");
        }
    }

    #[tokio::test]
    async fn calls_that_are_made_together_have_one_bound_of_sound() {
        let order = Desk::open(false).await.order().await;
        let call = || Call {
            id: 1,
            at: UNIX_EPOCH,
            provider: "cloud".into(),
            model: String::new(),
            voice: String::new(),
            characters: 6,
            seconds: 0.0,
            first_sound: None,
            took: std::time::Duration::ZERO,
            outcome: CallOutcome::Cancelled,
            cost: Cost::Free,
        };
        order.calling(&call()).await.unwrap();
        order.calling(&call()).await.unwrap();
        let most = order.max_seconds;
        assert!(order.sounded(most * 0.6), "one of them alone");
        assert!(!order.sounded(most * 0.6), "both of them, while both are under way");
        let error = order.calling(&call()).await.unwrap_err();
        assert!(
            matches!(error, ProviderError::Rejected(_)),
            "nothing is asked for that may not be heard: {error:?}"
        );
    }

    #[tokio::test]
    async fn every_order_has_one_row_whatever_becomes_of_it() {
        let desk = Desk::open(false).await;
        let spoken = desk.order().await;
        spoken.answered(CacheOutcome::Miss, "cloud", "ann", 2.0);
        spoken.ended(&Ok(2.0));
        spoken.ended(&Err(Failure::Cancelled));
        let hit = desk.order().await;
        hit.answered(CacheOutcome::Hit, "cloud", "ann", 2.0);
        let failed = desk.order().await;
        failed.answered(CacheOutcome::Miss, "cloud", "ann", 2.0);
        failed.ended(&Err(Failure::Unspeakable));
        let given_up = desk.order().await;
        given_up.answered(CacheOutcome::Miss, "cloud", "ann", 2.0);
        drop((spoken, hit, failed, given_up));
        assert!(desk.order().await.reserve(characters(101)).await.is_err());
        let line = desk.rows().await;
        let UsageLine { requests, cached, refused, failed, cancelled, seconds, .. } = line;
        assert_eq!((requests, cached, refused, failed, cancelled, seconds), (5, 1, 1, 1, 1, 4.0));
    }
}
