//! Whether a run is as its scenario says it must be, while it goes on.
//!
//! Every expectation is a monitor: a deterministic automaton that takes the
//! events one by one and keeps a few plain words. So a run of any length can be
//! watched without keeping its trace, and a search of all schedules can carry
//! the words inside its states: they are cheap to clone, compare and hash, and
//! equal where the futures are.
//!
//! Decides what each expectation means (`automaton`; `always` for invariants), which of them hear an
//! event and what is not met in the end (`monitors`), and how a failure is told
//! (`describe`, `watch`; `acting` for where atomic blocks end). What can be expected is stated in
//! [`crate::trace::Expected`]; where it comes from is decided elsewhere.

mod acting;
mod always;
mod automaton;
mod describe;
mod failure;
mod hearing;
mod monitors;
#[cfg(test)]
mod tests;
mod watch;

pub use failure::{FailedExpectation, FinalState, Moment};
pub use monitors::Monitors;
pub use watch::Watch;
