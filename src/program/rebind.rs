//! A program that is bound again and again, as a sweep does it.
//!
//! Decides what of an image may stay when parameters change: all but the
//! initial state, and the ops that have its words in them, as long as there are
//! as many instances of everything as before. Names, places, plain and fused ops
//! depend on nothing else. Where that does not hold, the program is bound anew.

use super::bound::Image;
use super::code::Program;
use super::fuse::Scope;
use super::op::{Op, Sampler};
use super::state::State;
use super::values::BindError;
use crate::scenario::Model;
use crate::value::Value;

/// What was made for an image before it was bound again: does it suit it still?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebound {
    /// Only values changed: the processes and their random streams are the same.
    Values,
    /// It has to be made again.
    Anew,
}

/// An image, and what it takes to put other parameter values into it.
#[derive(Debug, Clone)]
pub struct Binding<'a> {
    program: &'a Program,
    model: &'a Model,
    image: Image,
    /// How many instances there are of everything in `image`.
    current: State,
    /// Where the next initial state is laid out.
    next: State,
    /// The ops before any was made special to values.
    code: Vec<Op>,
    quiet: Vec<Op>,
    scopes: Vec<Scope>,
}

impl<'a> Binding<'a> {
    /// Binds the program to these parameters, by [`crate::ids::ParamId`]; if no
    /// others follow, [`Program::bind`] is cheaper.
    ///
    /// # Errors
    /// As [`Program::bind`].
    pub fn new(program: &'a Program, model: &'a Model, params: &[Value]) -> Result<Binding<'a>, BindError> {
        let mut current = State::default();
        let (mut image, scopes) = program.bind_general(model, params, &mut current)?;
        let (code, quiet) = (image.code.clone(), image.quiet.clone());
        image.specialise(&scopes);
        Ok(Binding { program, model, image, current, next: State::default(), code, quiet, scopes })
    }

    /// The program with the parameters put in last.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// Puts other parameters in: the image becomes what [`Program::bind`] would
    /// give, without allocating if there are as many instances as before.
    ///
    /// # Errors
    /// As [`Program::bind`]; the image stays as it was.
    pub fn rebind(&mut self, params: &[Value]) -> Result<Rebound, BindError> {
        self.next.lay_out(self.program, self.model, params)?;
        if !self.is_alike() {
            *self = Binding::new(self.program, self.model, params)?;
            return Ok(Rebound::Anew);
        }
        // Globals and headers: what ops may have in them.
        let same = (0..self.next.frames_base).all(|word| self.next.arena[word] == self.image.arena[word]);
        let reseeded = !same && self.is_reseeded();
        let reordered = self.image.has_priorities != self.next.has_priorities;
        self.take_state();
        if reseeded {
            self.image.distributions.clone_from(&self.program.distributions);
            self.image.share_python_generators();
        }
        if !same {
            self.image.code.copy_from_slice(&self.code);
            self.image.quiet.copy_from_slice(&self.quiet);
            self.image.specialise(&self.scopes);
        }
        Ok(if reseeded || reordered { Rebound::Anew } else { Rebound::Values })
    }

    /// Whether the next state has as many instances of everything, and so few
    /// that the image holds them word by word.
    fn is_alike(&self) -> bool {
        let (next, current) = (&self.next, &self.current);
        next.processes == current.processes
            && next.instances == current.instances
            && next.blocks.is_empty()
            && current.blocks.is_empty()
    }

    /// Whether a generator of Python gets another seed.
    fn is_reseeded(&self) -> bool {
        let differs = |global: u32| self.next.arena[global as usize] != self.image.arena[global as usize];
        self.image.distributions.iter().any(|code| match code.sampler {
            Sampler::CpythonRandint { seed, .. } => seed.global_index().is_some_and(differs),
            _ => false,
        })
    }

    fn take_state(&mut self) {
        let (image, next) = (&mut self.image, &mut self.next);
        image.arena.swap(&mut next.arena);
        image.has_priorities = next.has_priorities;
        std::mem::swap(&mut image.processors, &mut next.processors);
        image.horizon = next.horizon;
        for (info, size) in image.resources.iter_mut().zip(&next.sizes) {
            (info.capacity, info.initial) = (size.capacity, size.initial);
        }
    }
}
