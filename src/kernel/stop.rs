//! Why a process stops: what the kernel tells its driver. Decides nothing.

use crate::ids::ProcessId;
use crate::time::Time;

/// That a process stopped, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Who.
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
