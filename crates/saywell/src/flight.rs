//! Flights: renditions being made now, each shared by any number of listeners.
//!
//! A flight keeps all of its sound until it lands, so that every listener hears it from the start at a pace of its
//! own. When the last listener leaves, the work is cancelled. Who never listens cannot hold one up for long: a
//! flight that was only announced (its address handed out) waits [`LINGER`] for its first listener.

mod shared;
mod wake;

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use saywell_audio::captions::Remark;
use saywell_audio::{CaptionUtterance, Captions, Format, NamedPlace, Word};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::chain::Exhausted;
use crate::error_code::ErrorCode;
use crate::identity::Subject;
use crate::key::Key;

pub use shared::{Follower, Hold, Lease, News, SetAside, SharedFlights, SharedPart, Storing, Taken, Wire};
pub use wake::{LinkedRequest, Wake};

/// How long an announced flight waits for its first listener.
pub const LINGER: Duration = Duration::from_secs(15);

/// How many renditions somebody may be about to start at the same time.
const TURNS: usize = 64;

/// Every flight in progress.
#[derive(Debug, Clone)]
pub struct Flights {
    board: Arc<Board>,
    turns: Arc<[Semaphore]>,
}

#[derive(Debug)]
struct Board {
    flights: Mutex<HashMap<Key, Arc<Flight>>>,
    wake: Wake,
    most: usize,
}

/// One rendition being made.
#[derive(Debug)]
struct Flight {
    key: Key,
    format: Format,
    progress: Mutex<Progress>,
    /// Moves on with every change of `progress`.
    version: watch::Sender<u64>,
    cancel: CancellationToken,
    /// It was cancelled because another gateway goes on with it.
    left: AtomicBool,
}

#[derive(Debug, Default)]
struct Progress {
    pieces: Vec<Bytes>,
    spoken: Vec<SpokenUtterance>,
    /// After how many pieces each of them is whole.
    whole_after: Vec<usize>,
    remarks: Vec<Remark>,
    continues_at: Option<usize>,
    opening: Option<FirstVoice>,
    outcome: Option<Result<(), Failure>>,
    listeners: usize,
    /// Who wants it made to the end even if nobody listens.
    kept_for: HashSet<Subject>,
    /// Address handed out; the first listener may still come.
    awaited: bool,
    /// Somebody waits for its end.
    end_awaited: bool,
}

/// An utterance that has been made: its caption and its words, in seconds of the rendition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SpokenUtterance {
    /// When it is spoken, and by whom.
    pub caption: CaptionUtterance,
    /// When its words are spoken.
    pub words: Vec<Word>,
    /// When its named places are reached.
    pub marks: Vec<NamedPlace>,
    /// When its clip ends, the pause after it included, in seconds of the rendition.
    pub until: f64,
}

/// Who is heard first, known as soon as anything is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstVoice {
    /// Who speaks.
    pub provider: String,
    /// In which voice.
    pub voice: String,
    /// How long the provider took; `None`: the clip came from the cache.
    pub provider_took: Option<Duration>,
}

/// Why a flight ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Failure {
    /// No provider could say an utterance.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
    /// There was nothing in it that the voice can say.
    #[error("there is nothing in this text that the voice can say")]
    Unspeakable,
    /// Every listener left.
    #[error("every listener left")]
    Cancelled,
    /// Another gateway goes on with it.
    #[error("it is left to another gateway")]
    Left,
    /// A fault of ours; the operator's log has more.
    #[error("{0}")]
    Internal(String),
}

impl Failure {
    /// The code of the error that callers get; none when nobody is left to get it.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Exhausted(exhausted) if exhausted.is_overload() => Some(ErrorCode::Overloaded),
            Self::Exhausted(_) => Some(ErrorCode::ProvidersExhausted),
            Self::Unspeakable => Some(ErrorCode::LanguageUnsupported),
            Self::Cancelled | Self::Left => None,
            Self::Internal(_) => Some(ErrorCode::InternalError),
        }
    }

    /// Whether nobody here wants it any more, for which it has no end that others are told.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Left)
    }

    /// A fault of ours.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What is needed to make a flight.
#[derive(Debug)]
pub struct FlightWriter {
    flight: Arc<Flight>,
    board: Weak<Board>,
}

/// Someone who hears a flight, from its start, at their own pace.
#[derive(Debug)]
pub struct Listener {
    flight: Arc<Flight>,
    board: Weak<Board>,
    version: watch::Receiver<u64>,
    next_piece: usize,
}

/// Someone who reads along without counting as a listener.
#[derive(Debug)]
pub struct CaptionReader {
    flight: Arc<Flight>,
    version: watch::Receiver<u64>,
    next_utterance: usize,
}

/// The way onto a flight.
#[derive(Debug)]
pub enum Boarding {
    /// It was in the air already.
    Joined(Listener),
    /// It is new: somebody has to make it.
    Started(Listener, FlightWriter),
}

/// As many flights are in progress as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("as many replies are in the making as may be")]
pub struct FlightsFull;

impl Flights {
    /// No flights yet, and never more than `most` at once.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            board: Arc::new(Board { flights: Mutex::default(), wake: Wake::default(), most }),
            turns: std::iter::repeat_with(|| Semaphore::new(1)).take(TURNS).collect(),
        }
    }

    /// What those that have landed left behind.
    #[must_use]
    pub fn wake(&self) -> &Wake {
        &self.board.wake
    }

    /// How many are in progress.
    #[must_use]
    pub fn count(&self) -> usize {
        self.board.flights().len()
    }

    /// Does `boarding` while nobody else does so for this key: it may wait, for limits say, and guards no data. Those of
    /// some other keys wait as well, but never for a flight itself.
    pub async fn in_turn<F: Future>(&self, key: &Key, boarding: impl FnOnce() -> F) -> F::Output {
        let [first, ..] = key.as_bytes();
        let _turn = match self.turns.get(usize::from(*first) % TURNS) {
            // They are never closed.
            Some(turn) => turn.acquire().await.ok(),
            None => None,
        };
        boarding().await
    }

    /// Joins the flight of this key, or starts it.
    ///
    /// # Errors
    /// [`FlightsFull`] when it would have to be started and there is no room.
    pub fn board(&self, key: Key, format: Format) -> Result<Boarding, FlightsFull> {
        let mut flights = self.board.flights();
        let room = flights.len() < self.board.most;
        match flights.entry(key) {
            Slot::Occupied(slot) => Ok(Boarding::Joined(self.listen(slot.get()))),
            Slot::Vacant(_) if !room => Err(FlightsFull),
            Slot::Vacant(slot) => {
                let flight = Arc::new(Flight {
                    key,
                    format,
                    progress: Mutex::default(),
                    version: watch::Sender::new(0),
                    cancel: CancellationToken::new(),
                    left: AtomicBool::new(false),
                });
                slot.insert(Arc::clone(&flight));
                let listener = self.listen(&flight);
                Ok(Boarding::Started(listener, FlightWriter { flight, board: Arc::downgrade(&self.board) }))
            }
        }
    }

    /// Joins the flight of this key, if there is one and it is of this format.
    #[must_use]
    pub fn join(&self, key: &Key, format: Format) -> Option<Listener> {
        let flights = self.board.flights();
        flights.get(key).filter(|flight| flight.format == format).map(|flight| self.listen(flight))
    }

    /// Reads along with the flight of this key, if there is one.
    #[must_use]
    pub fn read_along(&self, key: &Key) -> Option<CaptionReader> {
        let flight = Arc::clone(self.board.flights().get(key)?);
        let version = flight.version.subscribe();
        Some(CaptionReader { flight, version, next_utterance: 0 })
    }

    /// Whom the flight of this key was kept for wants it no longer. It ends, unless somebody else does.
    pub fn give_up(&self, key: &Key, whom: &Subject) {
        let Some(flight) = self.board.flights().get(key).cloned() else { return };
        flight.progress().kept_for.remove(whom);
        self.board.cancel_if_deserted(&flight);
    }

    /// Another gateway goes on with the flight of this key: whoever listens here has to ask there.
    pub fn leave(&self, key: &Key) {
        let Some(flight) = self.board.flights().remove(key) else { return };
        flight.left.store(true, Ordering::Relaxed);
        flight.cancel.cancel();
    }

    /// Whether a flight is made for this listener and nobody else.
    #[must_use]
    pub fn is_for_alone(&self, listener: &Listener) -> bool {
        let progress = listener.flight.progress();
        progress.listeners == 1 && progress.kept_for.is_empty() && !progress.awaited
    }

    /// Waits until no flight is in progress.
    pub async fn landed(&self) {
        loop {
            let Some(flight) = self.board.flights().values().next().cloned() else { return };
            let ended = |progress: &Progress| {
                if progress.outcome.is_some() { Poll::Ready(()) } else { Poll::Pending }
            };
            flight.until(&mut flight.version.subscribe(), ended).await;
            drop(flight);
            // The writer takes it off the board right after its outcome.
            tokio::task::yield_now().await;
        }
    }

    fn listen(&self, flight: &Arc<Flight>) -> Listener {
        let mut progress = flight.progress();
        progress.listeners += 1;
        progress.awaited = false;
        Listener {
            flight: Arc::clone(flight),
            board: Arc::downgrade(&self.board),
            version: flight.version.subscribe(),
            next_piece: 0,
        }
    }
}

impl Board {
    fn flights(&self) -> MutexGuard<'_, HashMap<Key, Arc<Flight>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a flight off the board, unless another of its key has taken its place.
    fn remove(&self, flight: &Arc<Flight>) {
        let mut flights = self.flights();
        if flights.get(&flight.key).is_some_and(|found| Arc::ptr_eq(found, flight)) {
            flights.remove(&flight.key);
        }
    }

    /// Ends a flight that nobody hears any more. The board is locked before the flight, as when joining: nobody
    /// can join one that is being cancelled.
    fn cancel_if_deserted(&self, flight: &Arc<Flight>) {
        let mut flights = self.flights();
        let progress = flight.progress();
        let wanted = progress.listeners > 0 || !progress.kept_for.is_empty() || progress.awaited;
        if wanted || progress.outcome.is_some() {
            return;
        }
        flight.cancel.cancel();
        if flights.get(&flight.key).is_some_and(|found| Arc::ptr_eq(found, flight)) {
            flights.remove(&flight.key);
        }
    }
}

impl Progress {
    /// Everything made so far, in one piece.
    fn sound(&self) -> Bytes {
        self.pieces.concat().into()
    }

    /// One of the items, as a stream has them: pending until it is made; once the flight has ended, its failure or
    /// nothing for those beyond.
    fn item<T: Clone>(&self, items: &[T], at: usize) -> Poll<Option<Result<T, Failure>>> {
        match (items.get(at), &self.outcome) {
            (Some(item), _) => Poll::Ready(Some(Ok(item.clone()))),
            (None, Some(outcome)) => Poll::Ready(outcome.clone().err().map(Err)),
            (None, None) => Poll::Pending,
        }
    }
}

impl Flight {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the progress, now and after every change, until there is something to see.
    async fn until<T>(&self, version: &mut watch::Receiver<u64>, look: impl Fn(&Progress) -> Poll<T>) -> T {
        loop {
            if let Poll::Ready(seen) = look(&self.progress()) {
                return seen;
            }
            // Its sender is a field of this flight, so it outlives the wait.
            let _ = version.changed().await;
        }
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress());
        self.version.send_modify(|version| *version += 1);
    }
}

impl FlightWriter {
    /// Says who is heard first. Comes before any sound; only the first call counts.
    pub fn open(&self, opening: FirstVoice) {
        self.flight.change(|progress| {
            progress.opening.get_or_insert(opening);
        });
    }

    /// Hands on a piece of sound and, with the last piece of an utterance, its captions.
    pub fn push(&self, sound: Bytes, spoken: Option<SpokenUtterance>) {
        self.flight.change(|progress| {
            if !sound.is_empty() {
                progress.pieces.push(sound);
            }
            if let Some(spoken) = spoken {
                progress.spoken.push(spoken);
                progress.whole_after.push(progress.pieces.len());
            }
        });
    }

    /// Says what of the reply is not spoken, or otherwise than asked, and where the next request goes on.
    pub fn remark(&self, remarks: Vec<Remark>, continues_at: Option<usize>) {
        self.flight.change(|progress| (progress.remarks, progress.continues_at) = (remarks, continues_at));
    }

    /// Resolves when nobody wants this flight any more.
    pub async fn cancelled(&self) {
        self.flight.cancel.cancelled().await;
    }

    /// Why nobody wants it.
    #[must_use]
    pub fn given_up(&self) -> Failure {
        if self.flight.left.load(Ordering::Relaxed) { Failure::Left } else { Failure::Cancelled }
    }

    /// Resolves when somebody waits for the end.
    pub async fn end_awaited(&self) {
        let look = |progress: &Progress| if progress.end_awaited { Poll::Ready(()) } else { Poll::Pending };
        self.flight.until(&mut self.flight.version.subscribe(), look).await;
    }

    /// Ends the flight. Whatever is to be found under its key later must be stored before.
    pub fn land(self, outcome: Result<(), Failure>) {
        if let Err(failure) = &outcome {
            self.remember(failure);
        }
        self.flight.change(|progress| progress.outcome = Some(outcome));
        // Dropped: off the board.
    }

    /// Links that are followed later are told of it too. One that nobody listened to is only made again.
    fn remember(&self, failure: &Failure) {
        if let Some(board) = self.board.upgrade().filter(|_| !failure.is_given_up()) {
            board.wake.failed(self.flight.key, failure.clone());
        }
    }

    /// Everything made so far, in one piece.
    #[must_use]
    pub fn sound(&self) -> Bytes {
        self.flight.progress().sound()
    }

    /// The captions made so far.
    #[must_use]
    pub fn captions(&self) -> Captions {
        captions(&self.flight.progress())
    }
}

impl Drop for FlightWriter {
    fn drop(&mut self) {
        if self.flight.progress().outcome.is_none() {
            let failure = if self.flight.cancel.is_cancelled() {
                self.given_up()
            } else {
                Failure::Internal("the work on this reply broke off".into())
            };
            self.remember(&failure);
            self.flight.change(|progress| progress.outcome = Some(Err(failure)));
        }
        if let Some(board) = self.board.upgrade() {
            board.remove(&self.flight);
        }
    }
}

impl Listener {
    /// The next piece of sound, waiting for it if need be; `None` at the end.
    ///
    /// # Errors
    /// The flight's [`Failure`], after every piece that was made.
    pub async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        let at = self.next_piece;
        let next = self.flight.until(&mut self.version, |progress| progress.item(&progress.pieces, at)).await;
        self.next_piece += 1;
        next
    }

    /// Whether what was taken so far ends with an utterance, or nothing was.
    #[must_use]
    pub fn is_between(&self) -> bool {
        let progress = self.flight.progress();
        self.next_piece == 0 || progress.whole_after.binary_search(&self.next_piece).is_ok()
    }

    /// Waits until there is something to hear, without taking it.
    ///
    /// # Errors
    /// The flight's [`Failure`] if it ended before any sound.
    pub async fn first_sound(&mut self) -> Result<(), Failure> {
        self.wait(|progress| !progress.pieces.is_empty()).await
    }

    /// Waits until all of it is made, which is then not paced by listening any more.
    ///
    /// # Errors
    /// The flight's [`Failure`].
    pub async fn landed(&mut self) -> Result<(), Failure> {
        self.hurry();
        self.wait(|_| false).await
    }

    /// The listener for whom its address was handed out is there.
    pub fn arrives(&self) {
        self.flight.progress().awaited = false;
    }

    /// Has the rest made at once, not paced by listening.
    pub fn hurry(&self) {
        self.flight.change(|progress| progress.end_awaited = true);
    }

    async fn wait(&mut self, enough: impl Fn(&Progress) -> bool) -> Result<(), Failure> {
        let look = |progress: &Progress| match &progress.outcome {
            _ if enough(progress) => Poll::Ready(Ok(())),
            Some(outcome) => Poll::Ready(outcome.clone()),
            None => Poll::Pending,
        };
        self.flight.until(&mut self.version, look).await
    }

    /// Everything made so far, in one piece.
    #[must_use]
    pub fn sound(&self) -> Bytes {
        self.flight.progress().sound()
    }

    /// Who is heard first, once that is known.
    #[must_use]
    pub fn opening(&self) -> Option<FirstVoice> {
        self.flight.progress().opening.clone()
    }

    /// The captions made so far.
    #[must_use]
    pub fn captions(&self) -> Captions {
        captions(&self.flight.progress())
    }

    /// Leaves, and has the flight made to the end all the same, unless whom it is for
    /// [gives it up](Flights::give_up).
    pub fn keep_for(self, whom: Subject) {
        self.flight.progress().kept_for.insert(whom);
    }

    /// Leaves, but lets the flight wait [`LINGER`] for the listener that its address was handed to.
    pub fn announce(self) {
        self.flight.progress().awaited = true;
        let (flight, board) = (Arc::clone(&self.flight), self.board.clone());
        drop(self);
        // Not waited for: it ends with the flight.
        tokio::spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(LINGER) => {}
                () = flight.cancel.cancelled() => return,
            }
            flight.progress().awaited = false;
            if let Some(board) = board.upgrade() {
                board.cancel_if_deserted(&flight);
            }
        });
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.flight.progress().listeners -= 1;
        if let Some(board) = self.board.upgrade() {
            board.cancel_if_deserted(&self.flight);
        }
    }
}

impl CaptionReader {
    /// The captions, once all of it is made.
    ///
    /// # Errors
    /// The flight's [`Failure`].
    pub async fn landed(&mut self) -> Result<Captions, Failure> {
        let made = |progress: &Progress| match &progress.outcome {
            Some(outcome) => Poll::Ready(outcome.clone().map(|()| captions(progress))),
            None => Poll::Pending,
        };
        self.flight.until(&mut self.version, made).await
    }

    /// The next utterance, once it is made; `None` at the end.
    ///
    /// # Errors
    /// The flight's [`Failure`], after every utterance that was made.
    pub async fn next(&mut self) -> Option<Result<SpokenUtterance, Failure>> {
        let at = self.next_utterance;
        let next = self.flight.until(&mut self.version, |progress| progress.item(&progress.spoken, at)).await;
        self.next_utterance += 1;
        next
    }
}

fn captions(progress: &Progress) -> Captions {
    let Progress { spoken, remarks, continues_at, .. } = progress;
    Captions {
        duration_seconds: spoken.last().map_or(0.0, |last| last.until),
        words: spoken.iter().flat_map(|utterance| utterance.words.clone()).collect(),
        utterances: spoken.iter().map(|utterance| utterance.caption.clone()).collect(),
        marks: spoken.iter().flat_map(|utterance| utterance.marks.clone()).collect(),
        notes: remarks.clone(),
        continues_at: *continues_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> Key {
        Key::from_bytes([n; 32])
    }

    fn start(flights: &Flights, n: u8) -> (Listener, FlightWriter) {
        match flights.board(key(n), Format::Mp3) {
            Ok(Boarding::Started(listener, writer)) => (listener, writer),
            other => panic!("not started: {other:?}"),
        }
    }

    async fn hear(mut listener: Listener) -> (Vec<u8>, Option<Failure>) {
        let mut heard = Vec::new();
        while let Some(piece) = listener.next().await {
            match piece {
                Ok(piece) => heard.extend_from_slice(&piece),
                Err(failure) => return (heard, Some(failure)),
            }
        }
        (heard, None)
    }

    #[tokio::test]
    async fn everyone_hears_all_of_it_whenever_they_join() {
        let flights = Flights::new(8);
        let (first, writer) = start(&flights, 1);
        writer.push("one ".into(), None);
        let second = flights.join(&key(1), Format::Mp3).unwrap();
        assert!(matches!(flights.board(key(1), Format::Mp3), Ok(Boarding::Joined(_))));
        let early = tokio::spawn(hear(first));
        writer.push("two".into(), None);
        assert_eq!(&writer.sound()[..], b"one two");
        writer.land(Ok(()));
        assert_eq!(early.await.unwrap(), (b"one two".to_vec(), None));
        assert_eq!(hear(second).await, (b"one two".to_vec(), None));
        assert_eq!(flights.count(), 0);
    }

    #[tokio::test]
    async fn the_last_listener_leaving_cancels_the_work() {
        let flights = Flights::new(8);
        let (first, writer) = start(&flights, 1);
        let second = flights.join(&key(1), Format::Mp3).unwrap();
        drop(first);
        assert!(flights.join(&key(1), Format::Mp3).is_some());
        drop(second);
        writer.cancelled().await;
        assert!(flights.join(&key(1), Format::Mp3).is_none(), "nobody joins a cancelled flight");
    }

    #[tokio::test(start_paused = true)]
    async fn an_announced_flight_waits_for_its_listener_only_so_long() {
        let flights = Flights::new(8);
        let (listener, writer) = start(&flights, 1);
        listener.announce();
        tokio::time::advance(LINGER / 2).await;
        assert!(flights.read_along(&key(1)).is_some());
        writer.cancelled().await;
        assert_eq!(flights.count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_announced_flight_ends_with_the_listener_that_came() {
        let flights = Flights::new(8);
        let (listener, writer) = start(&flights, 1);
        listener.announce();
        drop(flights.join(&key(1), Format::Mp3));
        let begun = tokio::time::Instant::now();
        writer.cancelled().await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_kept_flight_is_made_to_the_end() {
        let flights = Flights::new(8);
        let (listener, writer) = start(&flights, 1);
        listener.keep_for(Subject::Operator);
        assert!(tokio::time::timeout(LINGER * 4, writer.cancelled()).await.is_err());
        writer.land(Ok(()));
        assert_eq!(flights.count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_kept_flight_is_given_up_by_the_last_whom_it_is_for() {
        let flights = Flights::new(8);
        let [ann, ben, cid] = ["ann", "ben", "cid"].map(|name| Subject::User(name.into()));
        let (listener, writer) = start(&flights, 1);
        listener.keep_for(ann.clone());
        flights.join(&key(1), Format::Mp3).unwrap().keep_for(ben.clone());
        flights.give_up(&key(1), &ann);
        flights.give_up(&key(1), &cid);
        assert!(flights.read_along(&key(1)).is_some(), "it is made for another still");
        let hearing = flights.join(&key(1), Format::Mp3);
        flights.give_up(&key(1), &ben);
        assert!(flights.read_along(&key(1)).is_some(), "somebody listens");
        drop(hearing);
        writer.cancelled().await;
        flights.give_up(&key(1), &ben); // Nothing is left to give up.
        assert_eq!(flights.count(), 0);
    }

    #[tokio::test]
    async fn a_flight_that_is_left_to_another_gateway_ends_here_and_nobody_joins_it() {
        let flights = Flights::new(8);
        let (listener, writer) = start(&flights, 1);
        writer.push("half".into(), None);
        flights.leave(&key(1));
        writer.cancelled().await;
        assert!(flights.join(&key(1), Format::Mp3).is_none());
        let failure = writer.given_up();
        writer.land(Err(failure));
        assert_eq!(hear(listener).await, (b"half".to_vec(), Some(Failure::Left)));
        assert!(flights.wake().failure(&key(1)).is_none(), "a link to it is no failure");
    }

    #[tokio::test]
    async fn a_listener_knows_where_an_utterance_ends() {
        let flights = Flights::new(8);
        let (mut listener, writer) = start(&flights, 1);
        let caption = CaptionUtterance {
            text: "It is said.".into(),
            start: 0.0,
            end: 1.0,
            source: [0, 11],
            provider: "p".into(),
            voice: "v".into(),
        };
        let spoken = SpokenUtterance { caption, words: vec![], marks: vec![], until: 1.0 };
        writer.push("the beginning ".into(), None);
        writer.push("and the end".into(), Some(spoken));
        writer.push("the next".into(), None);
        for between in [true, false, true, false] {
            assert_eq!(listener.is_between(), between);
            if let Some(at_hand) = futures::FutureExt::now_or_never(listener.next()) {
                at_hand.unwrap().unwrap();
            }
        }
    }

    #[tokio::test]
    async fn a_writer_that_breaks_off_fails_its_listeners() {
        let flights = Flights::new(8);
        let (listener, writer) = start(&flights, 1);
        writer.push("half".into(), None);
        drop(writer);
        let (heard, failure) = hear(listener).await;
        assert_eq!(heard, b"half");
        assert!(matches!(failure, Some(Failure::Internal(_))));
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_and_no_more() {
        let flights = Flights::new(1);
        let (listener, writer) = start(&flights, 1);
        assert_eq!(flights.board(key(2), Format::Mp3).unwrap_err(), FlightsFull);
        assert!(matches!(flights.board(key(1), Format::Mp3), Ok(Boarding::Joined(_))));
        writer.land(Ok(()));
        drop(listener);
        assert!(flights.board(key(2), Format::Mp3).is_ok());
    }
}
