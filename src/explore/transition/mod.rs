//! The transition relation of an exploration: what one transition is, who can
//! make one, and when time passes.

mod advance;
mod clock_dependence;
mod local;
mod relation;
mod scratch;
mod whole;

pub(crate) use clock_dependence::decided_by_clock;
pub(crate) use relation::{BLOCK_STEPS, TransitionRelation};
pub(crate) use scratch::{Scratch, Went};
