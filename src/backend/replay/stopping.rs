//! What was observed of a process that ends another one, where the model needs more than
//! the order of events: a stop of who is not alive leaves none, nor does a look at the clock.

use super::{Replay, Stopped};
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::State;
use crate::program::{Op, resource};
use crate::time::Time;

impl Replay<'_> {
    /// Whom a process in front of a step stops, as was observed: after as many looks at the
    /// clock as that one had made. `None` if the step stops nobody, or is out of place.
    pub(super) fn stopped_in_step(&mut self, process: ProcessId) -> Option<Stopped> {
        let op = self.machine.op(self.program, process);
        let Op::Stop { .. } = self.program.plain[op.index()] else { return None };
        let asked = self.with_kernel(|kernel| kernel.asked(process)).0.ok().flatten()?;
        let other = ProcessId(self.program.header_words(asked.resource)[resource::PROCESS] as u32);
        if other == process {
            return None;
        }
        let looks = match self.readings[process.index()].next()? {
            0 => return Some(Stopped::Nobody),
            looks => looks - 1,
        };
        while self.read(other) < looks && self.stands_at_clock(other) {
            self.look_at_clock(other);
        }
        Some(Stopped::Process(other))
    }

    /// How many readings of a process have been used.
    fn read(&self, process: ProcessId) -> u64 {
        let (all, left) = (self.recorded[process.index()], self.readings[process.index()].len());
        (all - left) as u64
    }

    fn stands_at_clock(&self, process: ProcessId) -> bool {
        let op = self.machine.op(self.program, process).index();
        self.can_step(process) && matches!(self.program.plain[op], Op::Now { .. } | Op::Within { .. })
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
