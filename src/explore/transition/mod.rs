//! The transition relation of an exploration: what one transition is, who can
//! make one, and when time passes.

mod advance;
mod clock_dependence;
mod idle;
mod local;
mod relation;
mod round;
mod scratch;
mod whole;

pub use clock_dependence::recorded_by_clock;
pub(crate) use clock_dependence::{decided_by_clock, lines_of};
pub(crate) use relation::{BLOCK_STEPS, TransitionRelation};
pub(crate) use scratch::{Scratch, Transition};
