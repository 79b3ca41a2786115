//! One step at a time: for drivers that decide after every op that others can
//! notice who goes next, not only when a process waits.
//!
//! A step is an op that leaves an event or reads something that others change.
//! What a process does between two steps (arithmetic, jumps, its own
//! variables) concerns nobody else, so it is done together with the step
//! before it. Between steps a process rests in front of one.
//!
//! An atomic block is one step, in front of whose [`Op::Atomic`] a process
//! rests. If it waits inside, or lets time pass, the step ends there, and what
//! is left of the block is another step, from where it goes on.

use super::execute::STEP_BY_STEP;
use super::machine::{State, op_of, state_word};
use super::step::{Context, Kernel, Scheduler};
use super::stop::{Halt, Steps, Yield};
use crate::ids::ProcessId;
use crate::program::{Op, frame};
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

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Executes the step in front of which `process` rests, and what follows
    /// it up to the next one. Several permits or items that are taken one
    /// after the other are as many steps, except inside an atomic block.
    ///
    /// # Errors
    /// [`Fault`] if the scenario breaks a rule; the run is over then.
    pub fn step(&mut self, process: ProcessId) -> Result<Rest, Box<Fault>> {
        let op = op_of(self.arena, self.program.frames[process.index()] as usize);
        let block = self.program.atomic[op] || matches!(self.program.plain[op], Op::Atomic { .. });
        self.advance(process, Steps { left: 1, goes_on: block })
    }

    /// Makes one step, of an atomic block a single op: for drivers that keep its ops
    /// together by means of their own.
    ///
    /// # Errors
    /// As [`Kernel::step`].
    pub fn step_op(&mut self, process: ProcessId) -> Result<Rest, Box<Fault>> {
        self.advance(process, Steps::OP)
    }

    /// Executes the one op in front of which `process` rests, which concerns nobody else.
    ///
    /// # Errors
    /// As [`Kernel::step`].
    pub fn single_op(&mut self, process: ProcessId) -> Result<(), Box<Fault>> {
        let arena = std::mem::take(&mut self.arena);
        let frame = self.program.frames[process.index()] as usize;
        let halt = self.execute_plain(arena, Context::new(process, frame, op_of(arena, frame)));
        let result = match halt {
            Halt::Went(next) => {
                arena[frame + frame::STATE] = state_word(next, State::Ready);
                Ok(())
            }
            _ => self.why_left().map(drop),
        };
        self.arena = arena;
        result
    }

    /// Brings `process`, which is new or was woken, in front of its next step.
    ///
    /// # Errors
    /// As [`Kernel::step`].
    pub fn settle(&mut self, process: ProcessId) -> Result<Rest, Box<Fault>> {
        self.advance(process, Steps::NONE)
    }

    fn advance(&mut self, process: ProcessId, steps: Steps) -> Result<Rest, Box<Fault>> {
        let arena = std::mem::take(&mut self.arena);
        let result = self.advance_in(arena, process, steps);
        self.arena = arena;
        result
    }

    fn advance_in(
        &mut self,
        arena: &mut [Word],
        process: ProcessId,
        steps: Steps,
    ) -> Result<Rest, Box<Fault>> {
        let frame = self.program.frames[process.index()] as usize;
        let (fuel, op) = (self.own.fuel, self.program.plain[op_of(arena, frame)]);
        let mut yielded = self.execute_steps(arena, process, frame, steps)?;
        if steps.left > 0 && !steps.goes_on && op.is_counted() {
            // It was lent the fuel for one permit; what follows has its own.
            self.own.fuel = fuel.saturating_sub(1);
            if yielded == Yield::OutOfFuel {
                yielded = self.execute_steps(arena, process, frame, Steps::NONE)?;
            }
        }
        // In front of a step it paused because of the step, elsewhere for want
        // of fuel. An op that counts may want fuel in its middle.
        let at = self.program.plain[op_of(arena, frame)];
        let rests = at.is_step() && !(steps.goes_on && at.is_counted() && self.own.fuel == 0);
        Ok(if rests && yielded == Yield::OutOfFuel { Rest::Ready } else { Rest::Yielded(yielded) })
    }

    fn execute_steps(
        &mut self,
        arena: &mut [Word],
        process: ProcessId,
        frame: usize,
        steps: Steps,
    ) -> Result<Yield, Box<Fault>> {
        if S::ACTIVE {
            self.sink.clock(*self.now);
        }
        let at = Context::new(process, frame, op_of(arena, frame));
        match self.execute::<STEP_BY_STEP>(arena, at, *self.now, steps) {
            Halt::Delayed(until, _) => Ok(Yield::Delayed(until)),
            Halt::Blocked => Ok(Yield::Blocked),
            Halt::Done => Ok(Yield::Done),
            Halt::Left | Halt::Went(_) => self.why_left(),
        }
    }

    /// Whether the op may be executed now, with so many steps still to go.
    #[inline]
    pub(super) fn may_step(&mut self, op: usize, steps: &mut Steps) -> bool {
        let code = self.program.plain[op];
        if !code.is_step() {
            return true;
        }
        if steps.left == 0 {
            return steps.goes_on && self.program.atomic[op];
        }
        steps.left -= 1;
        if code.is_counted() && !steps.goes_on {
            // One round pays for one permit; then the op pauses by itself.
            self.own.fuel = 1;
        }
        true
    }
}
