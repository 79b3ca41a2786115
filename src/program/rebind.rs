//! A program that is bound again and again, as a sweep does it.
//!
//! Decides what of a bound program may stay when parameters change: all but the
//! initial state, and the optimised ops that have changed words of it in them, as long as
//! there are as many instances of everything as before. Names, places and plain ops
//! depend on nothing else. Where that does not hold, the program is bound anew.

use super::bound::BoundProgram;
use super::code::Program;
use super::op::Sampler;
use super::optimise::{Scope, Uses, optimise, renew};
use super::state::State;
use super::values::BindError;
use crate::scenario::Model;
use crate::value::Value;

/// What was made for a bound program before it was bound again: does it suit it still?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebound {
    /// Only values changed: the processes and their random streams are the same.
    Values,
    /// It has to be made again.
    Anew,
}

/// A bound program, and what it takes to put other parameter values into it.
#[derive(Debug, Clone)]
pub struct Binding<'a> {
    compiled: &'a Program,
    model: &'a Model,
    program: BoundProgram,
    /// How many instances there are of everything in `program`.
    current: State,
    /// Where the next initial state is laid out.
    next: State,
    /// The globals and words of headers that are others in it.
    changed: Vec<u32>,
    /// Which ops have them in them.
    uses: Uses,
    scopes: Vec<Scope>,
}

impl<'a> Binding<'a> {
    /// Binds the program to these parameters, by [`crate::ids::ParamId`]; if no
    /// others follow, [`Program::bind`] is cheaper.
    ///
    /// # Errors
    /// As [`Program::bind`].
    pub fn new(compiled: &'a Program, model: &'a Model, params: &[Value]) -> Result<Binding<'a>, BindError> {
        let mut current = State::default();
        let (mut program, scopes) = compiled.bind_plain(model, params, &mut current)?;
        let uses;
        (program.optimised, uses) = optimise(&program, &scopes);
        let (next, changed) = (State::default(), Vec::new());
        Ok(Binding { compiled, model, program, current, next, changed, uses, scopes })
    }

    /// The program with the parameters put in last.
    pub fn program(&self) -> &BoundProgram {
        &self.program
    }

    /// Puts other parameters in: the program becomes what [`Program::bind`] would
    /// give, without allocating if there are as many instances as before.
    ///
    /// # Errors
    /// As [`Program::bind`]; the program stays as it was.
    pub fn rebind(&mut self, params: &[Value]) -> Result<Rebound, BindError> {
        self.next.lay_out(self.compiled, self.model, params)?;
        if !self.is_alike() {
            *self = Binding::new(self.compiled, self.model, params)?;
            return Ok(Rebound::Anew);
        }
        // Globals and headers: what ops may have in them.
        self.changed.clear();
        let words = self.next.frames_base;
        let (before, after) = (self.program.arena.content(0..words), &self.next.arena[..words]);
        for word in 0..words {
            if before[word] != after[word] {
                self.changed.push(word as u32);
            }
        }
        let reseeded = self.is_reseeded();
        let reordered = self.program.has_priorities != self.next.has_priorities;
        self.take_state(params);
        if reseeded {
            self.program.distributions.clone_from(&self.compiled.distributions);
            self.program.share_python_generators();
        }
        if !self.changed.is_empty() {
            let mut optimised = std::mem::take(&mut self.program.optimised);
            renew(&mut optimised, &self.program, &self.scopes, &self.changed, &mut self.uses);
            self.program.optimised = optimised;
        }
        Ok(if reseeded || reordered { Rebound::Anew } else { Rebound::Values })
    }

    /// Whether the next state has as many instances of everything, the same daemons,
    /// and so few processes that the program holds them word by word.
    fn is_alike(&self) -> bool {
        let (next, current) = (&self.next, &self.current);
        next.processes == current.processes
            && next.daemons == current.daemons
            && next.instances == current.instances
            && next.blocks.is_empty()
            && current.blocks.is_empty()
    }

    /// Whether a generator of Python gets another seed.
    fn is_reseeded(&self) -> bool {
        let differs = |global: u32| self.next.arena[global as usize] != self.program.arena[global as usize];
        self.program.distributions.iter().any(|code| match code.sampler {
            Sampler::CpythonRandint { seed, .. } => seed.global_index().is_some_and(differs),
            _ => false,
        })
    }

    fn take_state(&mut self, params: &[Value]) {
        let (program, next) = (&mut self.program, &mut self.next);
        program.params.copy_from_slice(params);
        program.arena.swap(&mut next.arena);
        program.has_priorities = next.has_priorities;
        std::mem::swap(&mut program.processors, &mut next.processors);
        program.horizon = next.horizon;
        std::mem::swap(&mut program.measures, &mut next.measures);
        for (info, size) in program.resources.iter_mut().zip(&next.sizes) {
            (info.capacity, info.initial) = (size.capacity, size.initial);
        }
        program.note_templates();
        program.note_inheritance();
    }
}
