//! What compiling has come to: which op is next, and which words of the frame
//! are free.

use super::access::Operand;
use super::code::Program;
use super::item_term::ItemTerm;
use super::layout::FRAME_WORDS;
use super::op::{Op, ResourceCode, Slot, Source};
use crate::ids::{OpId, ProcessDefId, Site, VarId};
use crate::scenario::{Model, ResourceRef, Var};

/// The state of compiling one process after the other.
pub(super) struct Compiler<'a> {
    pub(super) model: &'a Model,
    pub(super) program: Program,
    /// The frame of the process at hand.
    pub(super) frame: Frame,
    /// The jumps to its end.
    pub(super) exits: Vec<OpId>,
    /// Whether values that are the same in all its steps have words of their own.
    pub(super) settles: bool,
    /// The words of its work on processors, once there is any.
    pub(super) work: Option<Slot>,
    /// The word that says when its waits run out, once any may.
    pub(super) until: Option<Slot>,
    /// What the waits are part of that come next, if they may run out.
    pub(super) limit: Option<Limit>,
    /// The blocks around the step at hand inside of which the process may be interrupted, the
    /// outermost first.
    pub(super) interruptible: Vec<Interruptible>,
    /// What the get of the step at hand asks of its item.
    pub(super) accepts: Option<ItemTerm>,
    /// The numbers of the gets of the step at hand among [`super::Program::endings`], if
    /// something else is done where their buffer is closed.
    pub(super) endings: Option<Vec<usize>>,
    /// The process at hand.
    pub(super) process: ProcessDefId,
    /// The step at hand.
    pub(super) site: Site,
    /// Whether levels are looked at as a region does, without an event.
    pub(super) looks: bool,
    /// Whether it is inside an atomic block.
    pub(super) atomic: bool,
    /// What must be true of the parameters for the step at hand to be come to:
    /// see `Globals::guard`.
    pub(super) guard: Option<usize>,
}

/// The waits of one step, of which each may run out.
#[derive(Debug)]
pub(super) struct Limit {
    /// The word that says when.
    pub(super) until: Slot,
    /// The numbers of its waits among [`super::Program::timeouts`], each with how much is to be
    /// undone if it runs out.
    pub(super) waits: Vec<(usize, usize)>,
    /// What is to be undone, in the order in which it was done.
    pub(super) undo: Vec<Undo>,
}

/// A block inside of which the process may be interrupted.
#[derive(Debug)]
pub(super) struct Interruptible {
    /// The word that says whether it was.
    pub(super) signal: Signal,
    /// The word that gets what is left of a delay or work.
    pub(super) left: Slot,
    /// Whether anybody asks for that.
    pub(super) asks_left: bool,
    /// What is to be undone where the block is left, in the order in which it was done.
    pub(super) undo: Vec<Undo>,
    /// Where the process may stand inside of it.
    pub(super) stands: Vec<Stand>,
}

/// How a process learns that it was interrupted where it stood at nothing that ends by that.
#[derive(Debug, Clone, Copy)]
pub(super) enum Signal {
    /// The word is not 0.
    Raised(Slot),
    /// The word is 0.
    Lowered(Slot),
}

/// A delay, a work or a wait that may be interrupted.
#[derive(Debug)]
pub(super) struct Stand {
    /// The op that looks whether an interrupt has come.
    pub(super) check: OpId,
    /// Its number among [`super::Program::interruptions`].
    pub(super) interruption: usize,
    /// Where it goes on with what is left.
    pub(super) again: OpId,
    /// The word in which the op finds what is left, if it does.
    pub(super) takes: Option<Slot>,
    /// What is to be undone if it does not.
    pub(super) undo: Vec<Undo>,
}

/// What a step has done before a wait of it runs out, or a block before it is interrupted, and
/// does not leave so.
#[derive(Debug, Clone)]
pub(super) enum Undo {
    /// It has taken this: a permit or a mutex.
    Give { resource: ResourceRef },
    /// It has taken this for a `with`; `kept` is where it is found, if that may change.
    GiveHeld { resource: ResourceRef, kept: Option<ResourceCode> },
    /// It has taken this permit for a `with`, likewise, if it has it still, as this word says.
    GiveUnlessLost { resource: ResourceRef, kept: Option<ResourceCode>, place: Slot },
    /// It has taken so many permits, but for those that are left.
    GiveMany { resource: ResourceRef, times: Source, left: Slot },
    /// It has given back this mutex.
    Take { mutex: ResourceRef },
}

impl Compiler<'_> {
    /// The id that the next op will get.
    pub(super) fn here(&self) -> OpId {
        OpId::from_index(self.program.code.len())
    }

    pub(super) fn emit(&mut self, op: Op) -> OpId {
        let id = self.here();
        self.program.code.push(op);
        self.program.sites.push(self.site);
        self.program.atomic.push(self.atomic);
        id
    }

    /// Makes the jump or the block at `op` lead to the next op that is emitted.
    pub(super) fn land(&mut self, op: OpId) {
        let here = self.here();
        for operand in self.program.code[op.index()].operands() {
            if let Operand::Target(to) | Operand::End(to) = operand {
                *to = here;
            }
        }
    }
}

/// Hands out the words of a frame: its fixed part, variables, and behind them
/// words that a step needs for a while.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// By [`VarId`].
    pub(super) vars: Vec<Slot>,
    /// The word that holds the number of the instance, once that was asked for.
    pub(super) index: Option<Slot>,
    /// Words in use for the step at hand.
    temporary: Vec<u32>,
    /// Words that a step has given back.
    free: Vec<u32>,
    /// Runs of words in use for the step at hand, and those that a step has given back: where
    /// each begins, and how long it is.
    runs: [Vec<(Slot, u32)>; 2],
    pub(super) words: u32,
}

impl Frame {
    pub(super) fn new(vars: &[Var]) -> Frame {
        let words = FRAME_WORDS + vars.len() as u32;
        let vars = (FRAME_WORDS..words).map(Slot).collect();
        Frame { vars, index: None, temporary: Vec::new(), free: Vec::new(), runs: Default::default(), words }
    }

    pub(super) fn var(&self, var: VarId) -> Slot {
        self.vars[var.index()]
    }

    pub(super) fn index(&mut self) -> Slot {
        let slot = self.index.unwrap_or_else(|| self.permanent());
        self.index = Some(slot);
        slot
    }

    /// A word that nothing else will use. Always a fresh one: a freed
    /// temporary may still be written by an op that runs before.
    pub(super) fn permanent(&mut self) -> Slot {
        self.words += 1;
        Slot(self.words - 1)
    }

    /// So many words, one behind the other, that outlive the temporaries; the first.
    pub(super) fn permanent_run(&mut self, words: u32) -> Slot {
        let first = self.words;
        self.words += words;
        Slot(first)
    }

    /// A word until the end of the step.
    pub(super) fn temporary(&mut self) -> Slot {
        let word = self.free.pop().unwrap_or_else(|| {
            self.words += 1;
            self.words - 1
        });
        self.temporary.push(word);
        Slot(word)
    }

    /// So many words, one behind the other, until the end of the step; the first.
    pub(super) fn temporary_run(&mut self, words: u32) -> Slot {
        let fits = self.runs[1].iter().position(|&(_, length)| length == words);
        let first = match fits {
            Some(place) => self.runs[1].remove(place).0,
            None => self.permanent_run(words),
        };
        self.runs[0].push((first, words));
        first
    }

    /// Nothing else will use the words of the step at hand: it may be done again.
    pub(super) fn keep_temporaries(&mut self) {
        self.temporary.clear();
        self.runs[0].clear();
    }

    pub(super) fn free_temporaries(&mut self) {
        // In reverse, so that the next step gets the words in the same order.
        while let Some(word) = self.temporary.pop() {
            self.free.push(word);
        }
        let [used, free] = &mut self.runs;
        free.append(used);
    }
}
