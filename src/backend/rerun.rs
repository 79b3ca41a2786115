//! One scenario run again and again with other parameters, as a sweep does it.
//!
//! Decides what a run keeps of the one before: all of its memory, and the
//! calendar and the random words unless they belong to other processes or
//! seeds. What of a program changes is the business of [`Binding`].

use super::virtual_time::{AnyCalendar, Control, Interrupted, RunEnd, run_again};
use crate::kernel::{Draws, Machine, NoCode};
use crate::program::{BindError, Binding, BoundProgram, Rebound};
use crate::trace::{Sink, Ties};
use crate::value::Value;

/// A run in virtual time whose parameters can be changed: each comes out as that
/// of a [`super::virtual_time::Simulation`] of a new program, and costs less.
///
/// Simultaneous events go first come, first served unless told otherwise; the seed is
/// that of the scenario, and the replication 0, until others are chosen.
#[derive(Debug, Clone)]
pub struct Rerun<'a> {
    binding: Binding<'a>,
    ties: Ties,
    seed: u64,
    replication: u64,
    machine: Machine,
    calendar: AnyCalendar,
    draws: Draws,
}

impl<'a> Rerun<'a> {
    /// Ready to run with the parameters that `binding` was made with.
    pub fn new(binding: Binding<'a>) -> Rerun<'a> {
        Rerun::with_ties(binding, Ties::Fifo)
    }

    /// Ready to run with this order of simultaneous events.
    pub fn with_ties(binding: Binding<'a>, ties: Ties) -> Rerun<'a> {
        let program = binding.program();
        let (seed, replication) = (program.seed, 0);
        let calendar = AnyCalendar::of_ties(program, ties, seed, replication);
        let draws = Draws::new(program, seed, replication);
        Rerun { machine: Machine::new(program), calendar, draws, binding, ties, seed, replication }
    }

    /// Takes the random numbers of this seed and replication in the runs that follow.
    pub fn replicate(&mut self, seed: u64, replication: u64) {
        if (self.seed, self.replication) != (seed, replication) {
            (self.seed, self.replication) = (seed, replication);
            self.draws.reset(seed, replication);
            // Other orders have no random numbers.
            if matches!(self.ties, Ties::Seeded(_)) {
                let program = self.binding.program();
                self.calendar = AnyCalendar::of_ties(program, self.ties, seed, replication);
            }
        }
    }

    /// Puts other parameters in for the runs that follow, by [`crate::ids::ParamId`];
    /// whether names and numbers of instances are still the same.
    ///
    /// # Errors
    /// Binds other values, as [`Binding`](crate::backend::Binding) does; the parameters stay as they were.
    pub fn set(&mut self, params: &[Value]) -> Result<Rebound, BindError> {
        let rebound = self.binding.rebind(params)?;
        if rebound == Rebound::Anew {
            let program = self.binding.program();
            self.calendar = AnyCalendar::of_ties(program, self.ties, self.seed, self.replication);
            self.draws = Draws::new(program, self.seed, self.replication);
        }
        Ok(rebound)
    }

    /// The program with the parameters that were put in last.
    pub fn program(&self) -> &BoundProgram {
        self.binding.program()
    }

    /// The state at the end of the last run, as long as no other parameters were
    /// put in.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Runs from the start to the end. `control` is asked now and then whether
    /// to go on.
    ///
    /// # Errors
    /// [`Interrupted`] if `control` said to stop.
    pub fn run<S: Sink>(&mut self, sink: &mut S, control: &mut Control<'_>) -> Result<RunEnd, Interrupted> {
        let Rerun { binding, machine, calendar, draws, .. } = self;
        run_again(binding.program(), machine, calendar, draws, sink, control, &mut NoCode)
    }
}
