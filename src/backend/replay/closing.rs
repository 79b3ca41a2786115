//! The rule that was broken last in an observed run: by a process itself, or by one that waits
//! for a buffer which another one closes.

use super::Replay;
use crate::backend::threads::Recording;
use crate::ids::ProcessId;
use crate::kernel::Rest;
use crate::trace::{Event, Fault, Outcome};

/// Steps that leave no event before one that closes.
const MOST: usize = 1_000;

/// So many events of others at most are noted behind a rule that was broken, before all threads stop.
const MOST_BEHIND: usize = 256;

impl Replay<'_> {
    /// Behind how many of its events the rule was broken at the earliest that ended a run.
    pub(super) fn broken_from(recording: &Recording, events: &[Event]) -> usize {
        let observed = &recording.trace;
        let Outcome::Fault(fault) = &observed.outcome else { return events.len() };
        let own = events.iter().rposition(|event| event.process == fault.process);
        let own = own.map_or(0, |last| last + 1).max(events.len().saturating_sub(MOST_BEHIND));
        recording.beside.refused.unwrap_or(own).min(own)
    }

    /// The rule that a process breaks before it leaves another event, if it does.
    pub(super) fn fault_of(&mut self, process: ProcessId) -> Option<Box<Fault>> {
        let mut found = self.faults[process.index()].take();
        while found.is_none() && self.can_step(process) {
            match self.step(process) {
                Ok(made) if made.is_empty() => found = self.faults[process.index()].take(),
                Ok(_) => break,
                Err(fault) => found = Some(fault),
            }
        }
        found
    }

    /// The rule that a process breaks which waits for a buffer, if another one closes that
    /// next. Who does not has not gone on.
    pub(super) fn closed_meanwhile(&mut self, waiter: ProcessId) -> Option<Box<Fault>> {
        (0..self.program.process_count()).map(ProcessId::from_index).find_map(|closer| {
            if !self.can_step(closer) {
                return None;
            }
            let before = self.machine.clone();
            let fault = self.next_fault(closer).filter(|fault| fault.process == waiter);
            self.machine = before;
            let came = self.clocks[closer.index()];
            let until = &mut self.clocks[waiter.index()];
            *until = if fault.is_some() { came.max(*until) } else { *until };
            fault
        })
    }

    /// Takes note if the rule that ended the observed run is broken here: before all threads are
    /// stopped, others may make steps behind the last event of who broke it.
    pub(super) fn note_broken_rule(&mut self) {
        let Outcome::Fault(observed) = &self.observed.outcome else { return };
        self.is_broken = self.is_broken || self.next >= self.broken_from && self.breaks_here(observed);
    }

    fn breaks_here(&mut self, observed: &Fault) -> bool {
        let process = observed.process;
        if let Some(found) = &self.faults[process.index()] {
            return **found == *observed;
        }
        let before = self.machine.clone();
        let found = if self.can_step(process) { self.next_fault(process) } else { None };
        self.machine = before;
        let found = found.or_else(|| self.closed_meanwhile(process));
        found.as_deref() == Some(observed)
    }

    fn next_fault(&mut self, process: ProcessId) -> Option<Box<Fault>> {
        for _ in 0..MOST {
            let (result, made, _) = self.with_kernel(|kernel| kernel.step_op(process));
            match result {
                Err(fault) => return Some(fault),
                Ok(Rest::Ready) if made.is_empty() => {}
                Ok(_) => return None,
            }
        }
        None
    }
}
