//! How a run ends: where nobody can go on, or in the middle of a transition.
//!
//! Decides which ends are told apart. Does not decide when one is reached: the
//! transition relation says so.

use crate::trace::Fault;

/// Why a run ends in the middle of a transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The scenario broke a rule.
    Fault(Box<Fault>),
    /// A process makes more steps without anybody noticing than are waited for, or
    /// goes on for ever, or a buffer outgrows the memory.
    Limit(String),
}

impl Stopped {
    /// Whether two ends are one finding: the same rule broken at the same place.
    pub(crate) fn is_alike(&self, other: &Stopped) -> bool {
        match (self, other) {
            (Stopped::Fault(a), Stopped::Fault(b)) => a.op == b.op,
            (Stopped::Limit(a), Stopped::Limit(b)) => a == b,
            _ => false,
        }
    }
}

/// How a state that has no successor ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// All processes are done.
    Completed,
    /// The stop time was reached.
    Horizon,
    /// Nobody can go on, and not all are done.
    Deadlock,
}
