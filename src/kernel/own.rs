//! What a process has to go on, besides its words in the state. Decides nothing.

use super::streams::Draws;
use crate::ids::ProcessId;
use crate::program::{BoundProgram, Fast};
use crate::time::Time;

/// What a process has besides its words in the state.
pub struct Own<'a> {
    /// Rounds that may still be made; see [`super::Yield::OutOfFuel`].
    pub fuel: u64,
    /// The clock.
    pub(super) now: u64,
    pub(super) process: ProcessId,
    /// The program.
    pub(super) program: &'a BoundProgram,
    /// The optimised ops by which the run goes.
    pub(super) ops: &'a [Fast],
    /// Random values.
    pub(super) draws: &'a mut Draws,
}

impl<'a> Own<'a> {
    /// Without fuel, of the first process.
    pub(super) fn new(program: &'a BoundProgram, ops: &'a [Fast], draws: &'a mut Draws) -> Own<'a> {
        Own { fuel: 0, now: 0, process: ProcessId(0), program, ops, draws }
    }

    /// Becomes what this process has now.
    #[inline(always)]
    pub(super) fn settle(&mut self, process: ProcessId, now: Time) {
        (self.process, self.now) = (process, now.as_nanos());
    }

    #[inline(always)]
    pub(super) fn spend(&mut self) -> bool {
        let rest = self.fuel.checked_sub(1);
        self.fuel = rest.unwrap_or(0);
        rest.is_some()
    }
}
