//! One step at a time: for drivers that decide after every op that others can
//! notice who goes next, not only when a process waits.
//!
//! A step is an op that leaves an event or reads something that others change.
//! What a process does between two steps (arithmetic, jumps, its own
//! variables) concerns nobody else, so it is done together with the step
//! before it. Between steps a process rests in front of one.

use super::machine::op_of;
use super::step::{Kernel, Schedule, Yield};
use crate::ids::ProcessId;
use crate::program::Op;
use crate::trace::{Fault, Sink};
use crate::value::Word;

/// Why a process rests after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// It can go on with its next step.
    Ready,
    /// It lets time pass, waits, is done, or ran into a limit.
    Yielded(Yield),
}

impl<Q: Schedule, S: Sink> Kernel<'_, Q, S> {
    /// Executes the step in front of which `process` rests, and what follows
    /// it up to the next one. Several permits or items that are taken one
    /// after the other are as many steps.
    ///
    /// # Errors
    /// [`Fault`] if the scenario breaks a rule; the run is over then.
    pub fn step(&mut self, process: ProcessId) -> Result<Rest, Box<Fault>> {
        self.advance(process, 1)
    }

    /// Brings `process`, which is new or was woken, in front of its next step.
    ///
    /// # Errors
    /// As [`Kernel::step`].
    pub fn settle(&mut self, process: ProcessId) -> Result<Rest, Box<Fault>> {
        self.advance(process, 0)
    }

    fn advance(&mut self, process: ProcessId, steps: u32) -> Result<Rest, Box<Fault>> {
        let arena = std::mem::take(&mut self.arena);
        let result = self.advance_in(arena, process, steps);
        self.arena = arena;
        result
    }

    fn advance_in(&mut self, arena: &mut [Word], process: ProcessId, steps: u32) -> Result<Rest, Box<Fault>> {
        let frame = self.image.frames[process.index()] as usize;
        let (fuel, op) = (self.fuel, self.image.plain[op_of(arena, frame)]);
        let mut yielded = self.execute::<true>(arena, process, frame, steps)?;
        if steps > 0 && op.is_counted() {
            // It was lent the fuel for one permit; what follows has its own.
            self.fuel = fuel.saturating_sub(1);
            if yielded == Yield::OutOfFuel {
                yielded = self.execute::<true>(arena, process, frame, 0)?;
            }
        }
        // In front of a step it paused because of the step, elsewhere for want of fuel.
        let rests = self.image.plain[op_of(arena, frame)].is_step();
        Ok(if rests && yielded == Yield::OutOfFuel { Rest::Ready } else { Rest::Yielded(yielded) })
    }

    /// Whether the op may be executed now, with so many steps still to go.
    #[inline]
    pub(super) fn may_step(&mut self, op: Op, steps: &mut u32) -> bool {
        if !op.is_step() {
            return true;
        }
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        if op.is_counted() {
            // One round pays for one permit; then the op pauses by itself.
            self.fuel = 1;
        }
        true
    }
}
