//! All that makes up a state, unpacked: the machine of the kernel, what the
//! monitors have seen, and the state of code that steps call.

use crate::kernel::Machine;
use crate::program::BoundProgram;
use crate::value::Word;

/// How time is part of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Not at all.
    None,
    /// By what the clock shows.
    Absolute,
    /// By how long each delay still takes; so a scenario that goes on for ever
    /// can come back to the same state.
    Relative,
}

/// All that makes up a state.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) machine: Machine,
    /// What the monitors of expectations have seen so far.
    pub(crate) watch: Vec<Word>,
    /// The number of the state of the code that steps call.
    pub(crate) code: Word,
}

impl Clone for World {
    fn clone(&self) -> World {
        World { machine: self.machine.clone(), watch: self.watch.clone(), code: self.code }
    }

    /// Keeps the memory that it has.
    fn clone_from(&mut self, source: &World) {
        self.machine.clone_from(&source.machine);
        self.watch.clone_from(&source.watch);
        self.code = source.code;
    }
}

impl World {
    /// In which nothing has happened.
    pub(crate) fn new(program: &BoundProgram) -> World {
        World { machine: Machine::new(program), watch: Vec::new(), code: 0 }
    }
}
