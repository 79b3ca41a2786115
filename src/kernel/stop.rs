//! How far a process may go, and why it stops. Decides nothing.

use crate::ids::ProcessId;
use crate::time::Time;

/// That a process stopped, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yielded {
    /// Who stopped.
    pub process: ProcessId,
    /// Its priority plus 128, if it is delayed.
    pub priority: u8,
    /// Why: delayed, blocked or done.
    pub why: Yield,
}

/// Why a process stopped for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yield {
    /// Time must pass until then; the driver has yet to note it.
    Delayed(Time),
    /// It waits for a resource and will be woken through [`super::Scheduler`].
    Blocked,
    /// It finished its last step.
    Done,
    /// The fuel ran out; it can go on at once when there is more.
    OutOfFuel,
    /// It stands before a put for which the ring of a buffer must be longer;
    /// it can go on at once after [`super::Machine::lengthen`].
    NeedsRoom {
        /// The header of the buffer.
        header: usize,
        /// How many items must fit.
        items: u64,
    },
}

/// Why a process stopped, small enough for registers; see [`Yield`].
pub(super) enum Halt {
    /// [`Yield::Delayed`], with the priority of the process plus 128.
    Delayed(Time, u8),
    /// [`Yield::Blocked`].
    Blocked,
    /// [`Yield::Done`].
    Done,
    /// For a reason that `Kernel::why_left` gives.
    Left,
    /// Not at all: it did what was asked for, and goes on with this op.
    Went(usize),
}

/// How far a process may go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    /// How many steps it may still begin.
    pub(super) left: u32,
    /// Whether it may go on inside an atomic block as long as nothing stops it.
    pub(super) goes_on: bool,
}

impl Steps {
    /// Up to the next step.
    pub(super) const NONE: Steps = Steps { left: 0, goes_on: false };
    /// A single op, even inside an atomic block.
    pub(super) const OP: Steps = Steps { left: 1, goes_on: false };
}
