//! Where each thread stands, for whoever ends it from outside.
//!
//! A thread says it after every step, while it still has the gate. Between the end of a
//! wait and its next step it does not know yet: whoever wants to end it waits for that.

use crate::ids::{OpId, ResourceId};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where a thread stands.
#[derive(Debug, Clone)]
pub(super) struct Position {
    pub(super) op: OpId,
    /// The semaphores of which it has to give back a permit for each `with` around it.
    pub(super) held: Vec<ResourceId>,
    /// How many readings it has made.
    pub(super) readings: u64,
    /// Whether it knows that: it waits for nothing and stands before a step.
    pub(super) is_settled: bool,
}

impl Default for Position {
    fn default() -> Position {
        Position { op: OpId(0), held: Vec::new(), readings: 0, is_settled: false }
    }
}

/// The position of one thread.
#[derive(Debug, Default)]
pub(super) struct Seat {
    position: Mutex<Position>,
    bell: Condvar,
}

impl Seat {
    fn lock(&self) -> MutexGuard<'_, Position> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It stands there now.
    pub(super) fn settle(&self, position: Position) {
        *self.lock() = position;
        self.bell.notify_all();
    }

    /// It waits where it stands, or its process is not alive.
    pub(super) fn unsettle(&self) {
        self.lock().is_settled = false;
    }

    pub(super) fn position(&self) -> Position {
        self.lock().clone()
    }

    /// Waits until it has settled, but not for long.
    pub(super) fn wait(&self) {
        const LOOK: Duration = Duration::from_millis(10);
        let waited = self.bell.wait_timeout_while(self.lock(), LOOK, |position| !position.is_settled);
        drop(waited);
    }
}
