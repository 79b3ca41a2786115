//! A schedule: who goes on, transition after transition.

use crate::ids::ProcessId;

/// One choice: whose turn it is, and what the kernel is told where it has a
/// choice itself (which waiter of a condition is notified).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who goes on.
    pub process: ProcessId,
    /// What to answer, in order; 0 when these are used up.
    pub answers: Vec<u32>,
}
