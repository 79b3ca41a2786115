//! Spans: what each process was doing, from when to when, and why.

use super::WaitFor;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::Time;

/// What a process was doing for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Activity {
    /// It had not started yet.
    New,
    /// Time passed without a processor.
    Delayed,
    /// It was using a processor.
    Running,
    /// It waited for a resource.
    Blocked {
        /// For which.
        resource: ResourceId,
        /// To do what.
        wait_for: WaitFor,
    },
}

/// An interval `[start, end)` in which one process did one thing. Never empty:
/// what takes no time leaves no span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// Who.
    pub process: ProcessId,
    /// What.
    pub activity: Activity,
    /// From this instant on.
    pub start: Time,
    /// Up to, but without, this instant. The end of the run if it cut the
    /// span short.
    pub end: Time,
    /// The op on which the process stood.
    pub op: OpId,
    /// Whose step ended a wait, if it was ended.
    pub granted_by: Option<ProcessId>,
}
