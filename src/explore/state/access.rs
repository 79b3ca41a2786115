//! Which slots of a memory a process is about to read or write, and which two
//! of such accesses race.

use super::world::World;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::kernel::{Draws, Kernel, Probe, Request, State};
use crate::program::{BoundProgram, Op};
use crate::trace::NoTrace;

/// An access to a memory that a process is about to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) memory: ResourceId,
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) writes: bool,
    pub(crate) op: OpId,
    /// It is part of an `atomic` block.
    pub(crate) atomic: bool,
}

impl Access {
    /// Whether the order of the two matters, and nothing but luck decides it.
    pub(crate) fn races_with(&self, other: &Access) -> bool {
        self.memory == other.memory
            && (self.writes || other.writes)
            && !(self.atomic && other.atomic)
            && self.first < other.first.saturating_add(other.count)
            && other.first < self.first.saturating_add(self.count)
    }
}

/// The access that `process` is about to make.
pub(crate) fn access(program: &BoundProgram, world: &World, process: ProcessId) -> Option<Access> {
    if world.machine.state(program, process) != State::Ready {
        return None;
    }
    let mut op = world.machine.op(program, process);
    if matches!(program.plain[op.index()], Op::Atomic { .. }) {
        // In front of a block it is in front of the first op of the block.
        op = OpId::from_index(op.index() + 1);
    }
    if !program.accesses(&program.plain[op.index()]).any(|(used, _)| used.is_of_memory()) {
        return None;
    }
    let mut machine = world.machine.clone();
    machine.stand(program, process, op, State::Ready);
    let (mut draws, mut probe) = (Draws::new(program, 0, 0), Probe::default());
    let mut no_trace = NoTrace;
    let kernel = Kernel::new(program, &mut machine, &mut draws, &mut probe, &mut no_trace);
    let asked = kernel.asked(process).ok()??;
    let (first, count, writes) = match cancellation.request {
        Request::Write { slot, .. } => (slot, 1, true),
        Request::Read { first, count } => (first, count, false),
        _ => return None,
    };
    let atomic = program.atomic[op.index()];
    Some(Access { memory: cancellation.resource, first, count, writes, op, atomic })
}
