//! What was observed of waits that ran out: whether a process was served in time the
//! threads have decided, and not the clock of the model.

use super::{Disagreement, Replay};
use crate::kernel::Rest;
use crate::time::Time;
use crate::trace::Event;

impl Replay<'_> {
    /// Ends the wait of a process that was observed to have run out, in the model's time
    /// not before it had to.
    pub(super) fn time_out(&mut self, event: &Event) -> Result<(), Box<Disagreement>> {
        let process = event.process;
        let Some(until) = self.machine.runs_out_at(self.program, process) else {
            return Err(self.cannot_go_on(event));
        };
        let about = self.resources_of_step(process);
        let used = about.iter().map(|resource| self.used[resource.index()]).max();
        let mut now = until.max(self.clocks[process.index()]).max(used.unwrap_or(until));
        let mut about = about;
        self.losers = match self.program.takes_cores_by_priority(event.op.index()) {
            true => self.losers_in_step(process),
            false => Vec::new(),
        };
        if !self.program.requests.is_empty() || self.program.has_inheritance() {
            for other in self.met_in(process, |kernel| drop(kernel.time_out(process))) {
                about.extend(self.resources_around(other));
                now = now.max(self.last_step(other));
            }
            now = about.iter().map(|resource| self.used[resource.index()]).fold(now, Time::max);
        }
        about.iter().for_each(|resource| self.used[resource.index()] = now);
        (self.clocks[process.index()], self.stepped[process.index()]) = (now, now);
        self.machine.now = now;
        let (rest, made, woken) = self.step_kernel(process, |kernel| kernel.time_out(process));
        let goes_on = match rest {
            Ok(rest) => rest == Rest::Ready,
            Err(fault) => {
                self.faults[process.index()] = Some(fault);
                false
            }
        };
        self.follow_step(process, goes_on, &woken);
        self.compare(made)
    }
}
