//! What was observed of waits that ran out: whether a process was served in time the
//! threads have decided, and not the clock of the model.

use super::{Disagreement, Replay};
use crate::kernel::Rest;
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
        let now = until.max(self.clocks[process.index()]).max(used.unwrap_or(until));
        about.iter().for_each(|resource| self.used[resource.index()] = now);
        (self.clocks[process.index()], self.stepped[process.index()]) = (now, now);
        self.machine.now = now;
        let (rest, made, woken) = self.with_kernel(|kernel| kernel.time_out(process));
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
