//! What was observed of processes that end or interrupt others, where the model needs more than the order
//! of events: the steps that leave none, of which it must know when they were, since others can tell whether they
//! were made; and the times of those that are ended or interrupted.

use super::{Disagreement, Keep, Replay, Woken};
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::{Kernel, Machine, State};
use crate::time::Time;
use crate::trace::{Event, Kind};

impl Replay<'_> {
    /// Makes the steps without an event that were observed before the next event.
    pub(super) fn follow_silently(&mut self) -> Result<(), Box<Disagreement>> {
        while let Some(&(before, process)) = self.silent.get(self.next_silent)
            && before <= self.next
        {
            self.next_silent += 1;
            if !self.can_step(process) {
                return Err(self.goes_on_silently(process));
            }
            // What comes up behind such a step is kept for when the process is to go on.
            match self.make_silent_step(process) {
                Ok(made) => self.compare(made)?,
                Err(fault) => self.faults[process.index()] = Some(fault),
            }
        }
        Ok(())
    }

    /// Whom a process in front of a step ends or interrupts, takes a permit from, or gives another priority: found out by
    /// making the step and taking it back.
    pub(super) fn met_in_step(&mut self, process: ProcessId) -> Vec<ProcessId> {
        if !self.meddles[self.machine.op(self.program, process).index()] {
            return Vec::new();
        }
        self.met_in(process, |kernel| drop(kernel.step_op(process)))
    }

    /// The same of something that a process does or is done to it.
    pub(super) fn met_in(
        &mut self,
        process: ProcessId,
        action: impl FnOnce(&mut Kernel<'_, Woken<'_>, Keep>),
    ) -> Vec<ProcessId> {
        let before = self.machine.clone();
        // Nothing that it meets is counted up to a later time.
        self.machine.now = self.used.iter().copied().fold(self.clocks[process.index()], Time::max);
        let made = self.with_kernel(action).1;
        let after = std::mem::replace(&mut self.machine, before);
        let meets = |event: &Event| matches!(event.kind, Kind::Stop | Kind::Interrupt);
        let mut met: Vec<ProcessId> = made
            .iter()
            .filter(|(event, _)| meets(event))
            .map(|(event, _)| ProcessId(event.value as u32))
            .collect();
        if self.program.has_inheritance() {
            let priority = |machine: &Machine, id| machine.priority(self.program, id);
            let all = (0..self.program.process_count()).map(ProcessId::from_index);
            met.extend(all.filter(|&id| priority(&self.machine, id) != priority(&after, id)));
        }
        met
    }

    /// What a process has to do with that is to be stopped: nothing is done there before what
    /// was done last.
    pub(super) fn resources_around(&mut self, process: ProcessId) -> Vec<ResourceId> {
        let mut around = self.machine.processors_of(self.program, process);
        if self.machine.state(self.program, process) == State::Blocked {
            let asked = self.with_kernel(|kernel| kernel.asked(process)).0.ok().flatten();
            around.extend(asked.map(|asked| asked.resource));
        }
        around.extend(self.with_kernel(|kernel| kernel.permits_held(process)).0);
        let ids = (0..self.program.resource_count()).map(ResourceId::from_index);
        let owned = ids.filter(|&id| self.program.resource_info(id).kind.is_owned());
        around.extend(owned.filter(|&id| self.machine.owner(self.program, id) == Some(process)));
        around
    }

    /// When a process made its last step, in the model's time.
    pub(super) fn last_step(&self, process: ProcessId) -> Time {
        let last = self.stepped[process.index()];
        // Who has lost its core will not come to where it would have.
        let state = self.machine.state(self.program, process);
        let lets_pass = matches!(state, State::New | State::Delayed | State::Blocked)
            || self.machine.served_until(self.program, process).is_some();
        if lets_pass { last } else { last.max(self.clocks[process.index()]) }
    }
}
