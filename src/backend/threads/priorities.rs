//! Which priority each process has: its own, and with what it inherits as the owner of mutexes. Decides nothing: who
//! inherits what is found out by whoever changes it, while nobody else makes a step.

use crate::ids::{ProcessId, ResourceId};
use crate::kernel::Machine;
use crate::program::{BoundProgram, resource};
use std::sync::atomic::{AtomicU8, Ordering};

/// The priorities of a run in which they change.
#[derive(Debug)]
pub(super) struct Priorities {
    /// By [`ProcessId`].
    each: Vec<Priority>,
    /// By [`ResourceId`]: whether it is a mutex whose owner inherits.
    inherits: Vec<bool>,
    /// By op: whether others may lose their cores in the step since priorities change.
    pub(super) takes_cores: Vec<bool>,
}

#[derive(Debug)]
struct Priority {
    own: AtomicU8,
    current: AtomicU8,
}

impl Priorities {
    /// As they are at first; none where they never change.
    pub(super) fn new(program: &BoundProgram) -> Option<Priorities> {
        if !program.has_inheritance() {
            return None;
        }
        let machine = Machine::new(program);
        let priority = |process| {
            let own = machine.priority(program, ProcessId::from_index(process));
            Priority { own: AtomicU8::new(own), current: AtomicU8::new(own) }
        };
        let ids = (0..program.resource_count()).map(ResourceId::from_index);
        let inherits = |id| {
            program.resource_info(id).kind.is_owned() && program.header_words(id)[resource::INHERITS] != 0
        };
        Some(Priorities {
            each: (0..program.process_count()).map(priority).collect(),
            inherits: ids.map(inherits).collect(),
            takes_cores: (0..program.plain.len()).map(|op| program.takes_cores_by_priority(op)).collect(),
        })
    }

    pub(super) fn inherits(&self, mutex: ResourceId) -> bool {
        self.inherits[mutex.index()]
    }

    pub(super) fn own(&self, process: ProcessId) -> u8 {
        self.each[process.index()].own.load(Ordering::Relaxed)
    }

    /// A life begins with this priority.
    pub(super) fn set_own(&self, process: ProcessId, own: u8) {
        self.each[process.index()].own.store(own, Ordering::Relaxed);
    }

    pub(super) fn current(&self, process: ProcessId) -> u8 {
        self.each[process.index()].current.load(Ordering::Relaxed)
    }

    pub(super) fn set_current(&self, process: ProcessId, current: u8) {
        self.each[process.index()].current.store(current, Ordering::Relaxed);
    }
}
