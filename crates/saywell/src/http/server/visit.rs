//! One connection: what it is at, and until when it may be.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::ConnectionBounds;
use super::door::{Seat, Waiting};

/// One connection, from its beginning to its end.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) seat: Seat,
    bounds: Arc<ConnectionBounds>,
    /// Asks for a polite end, after what is under way.
    pub(super) leave: CancellationToken,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests that are not here whole yet.
    making: usize,
    /// Requests that are.
    working: usize,
    /// A request has come.
    began: bool,
    /// It says so by frames that no request needs, so that what comes is not always the head of one.
    framed: bool,
    /// It carries something other than HTTP by now.
    upgraded: bool,
    /// Since when nothing is under way.
    quiet: Instant,
    /// When the head of the next request began to come.
    head: Option<Instant>,
    /// When it was asked to leave.
    asked: Option<Instant>,
}

/// What is to be done with a connection that has taken too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    /// It was idle: it is told that there will be no more.
    Idle,
    /// It owes something: it is closed.
    Owes,
}

impl Visit {
    pub(super) fn new(seat: Seat, bounds: Arc<ConnectionBounds>, leave: CancellationToken) -> Arc<Self> {
        let state = State {
            making: 0,
            working: 0,
            began: false,
            framed: false,
            upgraded: false,
            quiet: Instant::now(),
            head: None,
            asked: None,
        };
        Arc::new(Self { seat, bounds, leave, state: Mutex::new(state) })
    }

    /// Something came.
    pub(super) fn heard(&self) {
        let mut state = self.state();
        if state.is_quiet() && state.head.is_none() && !(state.framed && state.began) {
            state.head = Some(Instant::now());
        }
    }

    /// When it has taken too long over what it is at, if that can be.
    pub(super) fn deadline(&self) -> Option<(Instant, Late)> {
        let (state, bounds) = (self.state(), &self.bounds);
        if !state.is_quiet() {
            return None;
        }
        if let Some(asked) = state.asked {
            return Some((asked + bounds.head, Late::Owes));
        }
        Some(match state.head {
            Some(head) => (head + bounds.head, Late::Owes),
            None if state.began => (state.quiet + bounds.idle, Late::Idle),
            None => (state.quiet + bounds.head, Late::Owes),
        })
    }

    /// It has taken too long.
    pub(super) fn late(&self, late: Late) {
        let reason = if late == Late::Idle { "idle" } else { "head" };
        metrics::counter!("saywell_connections_closed_total", "reason" => reason).increment(1);
        self.state().asked = Some(Instant::now());
        self.leave.cancel();
    }

    /// A request begins; `whole`: there is no more of it.
    pub(super) fn begin(self: &Arc<Self>, framed: bool, whole: bool) -> Arc<Request> {
        let arriving = Mutex::new(!whole);
        self.change(|state| {
            (state.began, state.framed, state.head) = (true, framed, None);
            *(if whole { &mut state.working } else { &mut state.making }) += 1;
        });
        Arc::new(Request { visit: Arc::clone(self), arriving })
    }

    /// From here on it carries something other than HTTP, which looks after itself.
    pub(super) fn upgrade(&self) {
        self.change(|state| state.upgraded = true);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        let before = state.waits();
        change(&mut state);
        let after = state.waits();
        if before == after {
            return;
        }
        if state.is_quiet() {
            state.quiet = Instant::now();
            // Whoever reads sets the alarm by what is now.
            self.seat.word.reader.wake();
        }
        self.seat.waits(after);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Nothing is under way.
    fn is_quiet(&self) -> bool {
        self.making == 0 && self.working == 0 && !self.upgraded
    }

    fn waits(&self) -> Option<Waiting> {
        if self.working > 0 || self.upgraded {
            None
        } else if self.making > 0 || !self.began {
            Some(Waiting::Making)
        } else {
            Some(Waiting::Idle)
        }
    }
}

/// One request, under way until it is dropped.
#[derive(Debug)]
pub(super) struct Request {
    visit: Arc<Visit>,
    arriving: Mutex<bool>,
}

impl Request {
    /// It is here whole, or will not be waited for any more.
    pub(super) fn arrived(&self) {
        let arriving = std::mem::take(&mut *self.arriving.lock().unwrap_or_else(PoisonError::into_inner));
        if arriving {
            self.visit.change(|state| {
                state.making -= 1;
                state.working += 1;
            });
        }
    }

    /// Whether the connection became something other than HTTP.
    pub(super) fn upgrade(&self) {
        self.visit.upgrade();
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.arrived();
        self.visit.change(|state| state.working -= 1);
    }
}
