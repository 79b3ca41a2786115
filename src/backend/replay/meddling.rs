//! What was observed of a process that ends or interrupts another one, where the model needs more
//! than the order of events: a stop of who is not alive leaves none, nor does an interrupt of who is
//! outside of a block, a look at the clock, or a step into a block.

use super::{Met, Replay};
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::State;
use crate::program::{Op, resource};
use crate::time::Time;

impl Replay<'_> {
    /// Whom a process in front of a step stops or interrupts, as was observed: after as many steps
    /// without an event as that one had made. `None` if the step does neither, or is out of place.
    pub(super) fn met_in_step(&mut self, process: ProcessId) -> Option<Met> {
        let op = self.program.plain[self.machine.op(self.program, process).index()];
        let (Op::Stop { .. } | Op::Interrupt { .. }) = op else { return None };
        let asked = self.with_kernel(|kernel| kernel.asked(process)).0.ok().flatten()?;
        let other = ProcessId(self.program.header_words(asked.resource)[resource::PROCESS] as u32);
        if other == process {
            return None;
        }
        let steps = match self.readings[process.index()].next()? {
            0 => return Some(Met::Nobody),
            steps => steps - 1,
        };
        while self.silent_steps[other.index()] < steps && self.may_be_silent(other) {
            self.step_silently(other);
        }
        if let Op::Interrupt { .. } = op
            && self.asks_left(other)
        {
            self.left = self.readings[process.index()].next().copied();
        }
        Some(Met::Process(other))
    }

    /// Whether a process is in front of a step that may leave no event.
    fn may_be_silent(&self, process: ProcessId) -> bool {
        let op = self.program.plain[self.machine.op(self.program, process).index()];
        self.can_step(process)
            && matches!(
                op,
                Op::Now { .. }
                    | Op::Within { .. }
                    | Op::Atomic { .. }
                    | Op::StartAfter { .. }
                    | Op::Stop { .. }
                    | Op::Interrupt { .. }
                    | Op::Seize { .. }
                    | Op::Call { .. }
            )
    }

    /// Whether the scenario asks what is left of what a process stands at, where an interrupt ends that.
    fn asks_left(&self, process: ProcessId) -> bool {
        let op = self.machine.op(self.program, process).index();
        let block = self.program.interruptible_around(op).filter(|block| block.tells.is_some());
        block.is_some_and(|block| self.program.interruption(op, block.pending).is_some())
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
        let lets_pass = matches!(self.machine.state(self.program, process), State::New | State::Delayed)
            || self.machine.served_until(self.program, process).is_some();
        if lets_pass { last } else { last.max(self.clocks[process.index()]) }
    }
}
