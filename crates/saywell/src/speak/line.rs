//! The line from an utterance in the making to whoever hands its sound on, a piece at a time.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use saywell_audio::Frames;

use crate::flight::FirstVoice;

/// Some of an utterance's frames.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) frames: Frames,
    pub(super) opening: FirstVoice,
}

/// What is there of an utterance that is not whole yet.
#[derive(Debug, Default)]
pub(super) struct Line(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Live>,
    /// Frames that were handed on.
    heard: usize,
    waker: Option<Waker>,
}

impl Line {
    /// The frames that follow.
    pub(super) fn push(&self, live: Live) {
        let mut state = self.state();
        state.waiting.push_back(live);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// Takes the next frames, to hand them on.
    pub(super) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Live> {
        let mut state = self.state();
        if let Some(live) = state.waiting.pop_front() {
            state.heard += live.frames.count();
            return Poll::Ready(live);
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Takes back what was not handed on; how many frames were.
    pub(super) fn take_back(&self) -> usize {
        let mut state = self.state();
        state.waiting.clear();
        state.heard
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
