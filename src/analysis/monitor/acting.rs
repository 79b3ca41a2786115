//! Whose step the events of a run are of, and whether that is inside of an atomic block.
//!
//! Decides from the events alone what a driver knows that makes the steps itself, as an
//! exploration does: a trace does not say where a step ends. What a step does to others is told in events of
//! theirs, directly behind it: whom it lets go on, interrupts or ends, and who takes a permit from whom then.

use crate::ids::{OpId, ProcessId};
use crate::trace::{Event, Header, INTERRUPTED, Kind};
use std::collections::BTreeSet;

/// What is known behind the last event.
#[derive(Debug, Clone)]
pub(super) struct Acting {
    /// Who makes the step.
    process: ProcessId,
    /// The atomic block inside of which that is, by its first op.
    block: Option<OpId>,
    /// Whom it has let go on since its last event, and where: what that one has waited for it
    /// takes in the same step.
    served: Option<(ProcessId, OpId)>,
    /// Whom it has interrupted or ended since its last event.
    met: Vec<ProcessId>,
    /// Who waits, and makes no step.
    waiting: BTreeSet<ProcessId>,
}

impl Acting {
    /// Before the first event of a run.
    pub(super) fn new() -> Acting {
        let (met, waiting) = (Vec::new(), BTreeSet::new());
        Acting { process: ProcessId(0), block: None, served: None, met, waiting }
    }

    /// Whether the last event came inside of an atomic block that may go on.
    pub(super) fn is_inside(&self) -> bool {
        self.block.is_some()
    }

    /// Takes the next event; whether the last one came inside of a block that was over before this one.
    pub(super) fn note(&mut self, event: &Event, header: &Header) -> bool {
        let mut ends = false;
        if !self.is_of_step(event, header) {
            let block = header.atomic_block(event.op);
            ends = self.block.is_some() && (self.process, self.block) != (event.process, block);
            (self.process, self.block, self.served) = (event.process, block, None);
            self.met.clear();
        }
        match event.kind {
            Kind::Stop | Kind::Interrupt => self.met.push(ProcessId(event.value as u32)),
            Kind::Grant => self.served = Some((event.process, event.op)),
            _ => {}
        }
        match event.kind {
            Kind::Block => drop(self.waiting.insert(event.process)),
            Kind::Grant | Kind::Timeout | Kind::Done => drop(self.waiting.remove(&event.process)),
            _ => {}
        }
        ends
    }

    /// Takes note of the pause, if the one that acts waits or lets time pass by this event in the middle of
    /// its block, and so lets others go on; whether it does.
    pub(super) fn pause(&mut self, event: &Event) -> bool {
        let is_pause = matches!(event.kind, Kind::Block | Kind::Delay | Kind::Work);
        let pauses = is_pause && self.is_inside() && event.process == self.process;
        if pauses {
            self.block = None;
        }
        pauses
    }

    /// Whether an event is of another process than the one that acts, and comes of its step.
    fn is_of_step(&self, event: &Event, header: &Header) -> bool {
        if event.process == self.process {
            return false;
        }
        let takes = |(process, wait)| process == event.process && header.is_of_wait(wait, event.op);
        match event.kind {
            Kind::Grant => true,
            // The first in line takes the permit of another one.
            Kind::Interrupt if self.waiting.contains(&event.process) => true,
            Kind::Timeout if event.extra != INTERRUPTED => false,
            Kind::Timeout | Kind::Release | Kind::Done if self.met.contains(&event.process) => true,
            _ => self.served.is_some_and(takes),
        }
    }
}
