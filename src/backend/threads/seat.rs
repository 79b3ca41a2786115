//! Where each thread stands, for whoever ends or interrupts it from outside, and what it has
//! yet to hear of that.
//!
//! A thread says it after every step, while it still has the gate. Between the end of a
//! wait and its next step it has not gone on yet: whoever wants to end or interrupt it, or to take a permit from it, has
//! the gate for itself and lets it come as a guest to where it stands next, and no further. Of one that has been
//! served in the very step at hand it is known with which op it goes on.

use super::atomic_gate::AtomicGate;
use crate::ids::{OpId, ResourceId};
use crate::program::{Interruption, Slot};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where a thread stands.
#[derive(Debug, Clone)]
pub(super) struct Position {
    pub(super) op: OpId,
    /// With which op it goes on when it has been served, or was interrupted.
    pub(super) next: OpId,
    /// The semaphores of which it has to give back a permit for each `with` around it.
    pub(super) held: Vec<ResourceId>,
    /// When the delay is over at which it stands, in nanoseconds, if it does.
    pub(super) until: Option<u64>,
    /// Of which resource it has asked something last.
    pub(super) resource: ResourceId,
    /// Whether it knows that: it waits for nothing and stands before a step.
    pub(super) is_settled: bool,
    /// Whether it has begun the life that it has. Before, it stands nowhere and holds nothing.
    pub(super) has_begun: bool,
}

impl Default for Position {
    fn default() -> Position {
        Position {
            op: OpId(0),
            next: OpId(0),
            held: Vec::new(),
            until: None,
            resource: ResourceId(0),
            is_settled: false,
            has_begun: false,
        }
    }
}

/// What an interrupt has done to a thread, which it has yet to hear.
#[derive(Debug, Clone, Copy)]
pub(super) enum Notice {
    /// It is out of what it stood at.
    Cut {
        /// Where it goes on.
        interruption: Interruption,
        /// What is left of its delay or work, in nanoseconds.
        left: u64,
        /// When that was due, in nanoseconds.
        due: u64,
    },
    /// This word says from now on that the block that it is of was interrupted, or that its permit was lost: it learns that at
    /// the next stand of the block.
    Sign(Slot, bool),
}

/// The position of one thread.
#[derive(Debug, Default)]
pub(super) struct Seat {
    state: Mutex<SeatState>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct SeatState {
    position: Position,
    /// Whether somebody who has the gate for itself waits until it has settled.
    is_awaited: bool,
    /// In the order in which they came.
    notices: Vec<Notice>,
}

impl Seat {
    fn lock(&self) -> MutexGuard<'_, SeatState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It stands there now, if it has heard of all that has taken it elsewhere.
    pub(super) fn settle(&self, position: Position) {
        let mut state = self.lock();
        if !state.notices.iter().any(|notice| matches!(notice, Notice::Cut { .. })) {
            state.position = position;
            state.is_awaited = false;
            self.bell.notify_all();
        }
    }

    /// It comes to this resource.
    pub(super) fn comes_to(&self, resource: ResourceId) {
        self.lock().position.resource = resource;
    }

    /// It waits where it stands, and goes on with this op.
    pub(super) fn unsettle(&self, next: OpId) {
        let mut state = self.lock();
        state.position.is_settled = false;
        state.position.next = next;
    }

    /// Its life is over, and with that all that it had yet to hear.
    pub(super) fn ends(&self) {
        *self.lock() = SeatState::default();
    }

    pub(super) fn position(&self) -> Position {
        self.lock().position.clone()
    }

    /// Whether it is to come to where it stands next, as a guest of the one who has the gate for itself.
    pub(super) fn is_awaited(&self) -> bool {
        self.lock().is_awaited
    }

    /// Waits until it has settled, for which it may pass the gate as a guest; but not for long.
    pub(super) fn wait(&self, gate: &AtomicGate) {
        const LOOK: Duration = Duration::from_millis(10);
        let mut state = self.lock();
        state.is_awaited = !state.position.is_settled;
        drop(state);
        gate.ring();
        let waited = self.bell.wait_timeout_while(self.lock(), LOOK, |state| !state.position.is_settled);
        drop(waited);
    }

    /// Leaves a notice for the thread. Who is out of what it stood at does not know where it
    /// stands before it has heard that.
    pub(super) fn leave(&self, notice: Notice) {
        let mut state = self.lock();
        if let Notice::Cut { interruption, .. } = notice {
            state.position.is_settled = false;
            state.position.next = interruption.otherwise;
        }
        state.notices.push(notice);
    }

    /// A permit of this semaphore was taken from it: it has one less to give back, also before it hears of that.
    pub(super) fn loses(&self, semaphore: ResourceId) {
        let held = &mut self.lock().position.held;
        if let Some(place) = held.iter().position(|&id| id == semaphore) {
            held.remove(place);
        }
    }

    /// What its words say from now on, up to where it has yet to hear that it is out of what it stood at.
    pub(super) fn hear_signs(&self) -> Vec<Notice> {
        let mut state = self.lock();
        let is_cut = |notice: &Notice| matches!(notice, Notice::Cut { .. });
        let signs = state.notices.iter().position(is_cut).unwrap_or(state.notices.len());
        state.notices.drain(..signs).collect()
    }

    /// What the thread has yet to hear.
    pub(super) fn hear(&self) -> Vec<Notice> {
        std::mem::take(&mut self.lock().notices)
    }
}
