//! What the replay hears of a step that the kernel makes, and what it tells the kernel that the threads have read.
//! Decides nothing.

use crate::ids::ProcessId;
use crate::kernel::Scheduler;
use crate::time::Time;
use crate::trace::{Event, Sink};
use crate::value::Word;
use std::cell::Cell;

/// An event with the arguments of a log.
pub(super) type Made = (Event, Vec<Word>);

/// Who loses a core in a step, and for how many nanoseconds it was served by that.
pub(super) type Loser = (ProcessId, u64);

/// Keeps what a step makes.
#[derive(Default)]
pub(super) struct Keep(pub(super) Vec<Made>);

impl Sink for Keep {
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.0.push((*event, args.to_vec()));
    }
}

/// Takes note of whose wait a step has ended, and knows who is to lose a core in it.
pub(super) struct Woken<'a> {
    pub(super) woken: Vec<ProcessId>,
    pub(super) losers: Vec<Loser>,
    /// When the work must end that begins in it.
    pub(super) deadline: Option<u64>,
    /// What the thread that makes the step has read and the step has yet to hear: what is left of what is
    /// interrupted in it, where the scenario asks.
    pub(super) readings: Cell<std::slice::Iter<'a, u64>>,
}

impl Scheduler for Woken<'_> {
    fn wake(&mut self, _: Time, _: u8, process: ProcessId) {
        self.woken.push(process);
    }

    /// Nobody goes on here but in the observed order.
    fn cancel(&mut self, _: Time, _: ProcessId) {}

    fn is_observed(&self) -> bool {
        true
    }

    fn yields_core(&self, process: ProcessId, _: bool) -> bool {
        self.losers.iter().any(|&(other, _)| other == process)
    }

    fn served(&self, process: ProcessId, by_clock: u64) -> u64 {
        self.losers.iter().find(|&&(other, _)| other == process).map_or(by_clock, |&(_, served)| served)
    }

    fn deadline(&self, by_clock: u64) -> u64 {
        self.deadline.unwrap_or(by_clock)
    }

    fn left(&self, by_clock: u64) -> u64 {
        let mut readings = self.readings.take();
        let left = readings.next().copied();
        self.readings.set(readings);
        left.unwrap_or(by_clock)
    }
}
