//! What is asked of an exploration: whether time counts, what may be left out,
//! and how much may be spent.

use super::code::NumberedCode;
use crate::analysis::Monitors;

/// Whether time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only events at the same time, of the same priority, may swap.
    Timed,
    /// Every order: a delay may take any time.
    Untimed,
}

impl Mode {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Timed => "timed",
            Mode::Untimed => "untimed",
        }
    }
}

/// How to explore.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Whether time counts.
    pub mode: Mode,
    /// The seed of random draws.
    pub seed: u64,
    /// When to stop at the latest.
    pub budget: Budget,
    /// What is expected of every schedule.
    pub monitors: Option<&'a Monitors>,
    /// Which schedules may be left out.
    pub reduce: Reduce,
    /// The code that steps call.
    pub code: Option<&'a dyn NumberedCode>,
    /// Whether somebody who waits at a condition may go on without a notify, once at each
    /// condition.
    pub spurious: bool,
    /// Whether to remember what steps do. The result is the same without, and
    /// much later: for tests.
    pub learns: bool,
}

impl Options<'_> {
    /// Every schedule, on one thread, with nothing left out and without limits.
    pub const fn whole(mode: Mode) -> Self {
        let budget = Budget { states: u64::MAX, bytes: u64::MAX, workers: 1 };
        let reduce = Reduce::NONE;
        Options { mode, seed: 0, budget, monitors: None, reduce, code: None, spurious: false, learns: true }
    }
}

/// How much may be spent on an exploration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Distinct states, at most.
    pub states: u64,
    /// Bytes of memory for the states, at most.
    pub bytes: u64,
    /// Threads that expand states.
    pub workers: usize,
}

/// Which schedules may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reduce {
    /// Leave out schedules that differ from others only in the order of
    /// independent steps; without time only. Every deadlock and every result is still found; not so
    /// races, orders that are expected, and a fault that another one hides.
    pub order: bool,
    /// Leave out schedules that differ from others only in which of several
    /// instances, that nothing tells apart, does what.
    pub symmetry: bool,
}

impl Reduce {
    /// Leave out no schedule.
    pub const NONE: Reduce = Reduce { order: false, symmetry: false };
    /// Leave out all that can be.
    pub const ALL: Reduce = Reduce { order: true, symmetry: true };
}
