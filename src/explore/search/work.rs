//! What one worker has to do, and what came of it.
//!
//! What a worker cannot know it asks; see [`Question`].

use super::first::{First, Race};
use super::frontier::{Frontier, Recent};
use super::store::{Arrival, StateId};
use crate::explore::ends::Stopped;
use crate::explore::transition::Scratch;
use crate::value::Word;
use std::collections::BTreeMap;

/// What a batch of states came to, besides new states.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// States without a successor.
    pub(crate) leaves: Vec<StateId>,
    /// States from which a transition ends the run.
    pub(crate) stops: Vec<(StateId, Stopped)>,
    /// Accesses that nothing orders, each with the number of states at which
    /// both are about to be made, and the first of them.
    pub(crate) races: BTreeMap<Race, First>,
    /// Expectations that are broken, by their place among all, likewise.
    pub(crate) broken: BTreeMap<usize, First>,
}

/// What a worker cannot find out, since something new has to be learnt: about
/// this state, which comes of the one with this number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<const W: usize> {
    pub(crate) id: StateId,
    pub(crate) state: [Word; W],
    pub(crate) about: About,
}

/// What has to be learnt.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About {
    /// How a process goes on, which has made so many steps of a block.
    Step { process: usize, steps: u32 },
    /// How everybody goes on.
    Steps,
    /// All that follows, which cannot be learnt in parts.
    All,
    /// What the state is called among those that are the same to it.
    Name,
}

/// What one worker made of a few states.
#[derive(Debug)]
pub(crate) struct Work<const W: usize> {
    /// All has been tried once.
    pub(crate) begun: bool,
    /// Everything that was met is known.
    pub(crate) done: bool,
    pub(crate) frontier: Frontier<W>,
    pub(crate) batch: Batch,
    /// What was not known at the last try. There only that goes on.
    pub(crate) questions: Vec<Question<W>>,
    /// By state: somebody can go on.
    pub(crate) goes_on: Vec<bool>,
}

impl<const W: usize> Work<W> {
    pub(crate) fn new() -> Work<W> {
        Work {
            begun: false,
            done: false,
            frontier: Frontier::new(),
            batch: Batch::default(),
            questions: Vec::new(),
            goes_on: Vec::new(),
        }
    }

    /// To try everything anew.
    pub(crate) fn clear(&mut self) {
        self.begun = false;
        self.done = false;
        self.frontier.transitions = 0;
        self.batch = Batch::default();
        self.questions.clear();
    }

    /// The transitions that were made.
    pub(crate) fn transitions(&self) -> u64 {
        self.frontier.transitions + self.batch.stops.len() as u64
    }

    pub(crate) fn ask(&mut self, id: StateId, state: [Word; W], about: About) {
        self.questions.push(Question { id, state, about });
    }
}

/// What a worker has, whatever it works on.
#[derive(Debug)]
pub(crate) struct Worker<const W: usize> {
    pub(crate) scratch: Scratch,
    pub(crate) recent: Recent<W>,
    pub(crate) spare: Vec<Arrival<W>>,
}

impl<const W: usize> Worker<W> {
    pub(crate) fn new(scratch: Scratch) -> Worker<W> {
        Worker { scratch, recent: Recent::new(), spare: Vec::new() }
    }
}
