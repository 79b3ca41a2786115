//! Code that steps call, and the state that it works on, as one more part of
//! the states.
//!
//! Decides what whoever explores has to give for that. The code itself, and
//! what its states are, belong to them.

use crate::kernel::Call;
use crate::program::{BoundProgram, Op};
use crate::value::Word;
use std::fmt;

/// The code of a scenario over states that have numbers, so that they can be
/// kept and told apart.
///
/// What a call does must depend on nothing but the state and the words of its
/// process. Equal states have equal numbers, and different ones different
/// numbers; which they are changes no result.
pub trait NumberedCode: Sync + fmt::Debug {
    /// The number of the state with which every run begins.
    fn first(&self) -> Word;

    /// Does what is called in the state with this number, and changes that to
    /// the number of the state behind it.
    ///
    /// # Errors
    /// What the code says is wrong with the call; the run ends with that fault.
    fn call(&self, state: &mut Word, call: Call<'_>) -> Result<(), String>;

    /// About how much memory the states take, in bytes.
    fn bytes(&self) -> u64;
}

/// Whether some step calls code.
pub(crate) fn calls(program: &BoundProgram) -> bool {
    program.plain.iter().any(|op| matches!(op, Op::Call { .. }))
}
