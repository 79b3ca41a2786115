//! One scenario run again and again with other parameters, as a sweep does it.
//!
//! Decides what a run keeps of the one before: all of its memory, and the
//! calendar and the random words unless they belong to other processes or
//! seeds. What of a program changes is the business of [`Binding`].

use super::virtual_time::{AnyCalendar, Control, Interrupted, RunEnd, run_again};
use crate::kernel::{Draws, Machine, NoCode};
use crate::program::{BindError, Binding, BoundProgram, Rebound};
use crate::trace::Sink;
use crate::value::Value;

/// A run in virtual time whose parameters can be changed: each comes out as that
/// of a [`super::virtual_time::Simulation`] of a new program, and costs less.
///
/// Simultaneous events go first come, first served, and the seed is that of the
/// scenario.
#[derive(Debug, Clone)]
pub struct Rerun<'a> {
    binding: Binding<'a>,
    machine: Machine,
    calendar: AnyCalendar,
    draws: Draws,
}

impl<'a> Rerun<'a> {
    /// Ready to run with the parameters that `binding` was made with.
    pub fn new(binding: Binding<'a>) -> Rerun<'a> {
        let program = binding.program();
        let (calendar, draws) = (AnyCalendar::for_program(program), Draws::new(program, program.seed, 0));
        Rerun { machine: Machine::new(program), calendar, draws, binding }
    }

    /// Puts other parameters in for the runs that follow, by [`crate::ids::ParamId`].
    ///
    /// # Errors
    /// Binds other values, as [`Binding`](crate::backend::Binding) does; the parameters stay as they were.
    pub fn set(&mut self, params: &[Value]) -> Result<(), BindError> {
        if self.binding.rebind(params)? == Rebound::Anew {
            let program = self.binding.program();
            self.calendar = AnyCalendar::for_program(program);
            self.draws = Draws::new(program, program.seed, 0);
        }
        Ok(())
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
        let Rerun { binding, machine, calendar, draws } = self;
        run_again(binding.program(), machine, calendar, draws, sink, control, &mut NoCode)
    }
}
