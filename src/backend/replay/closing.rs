//! The rule that was broken last in an observed run: by a process itself, or by one that waits
//! for a buffer which another one closes.

use super::Replay;
use crate::ids::ProcessId;
use crate::kernel::Rest;
use crate::trace::Fault;

/// Steps that leave no event before one that closes.
const MOST: usize = 1_000;

impl Replay<'_> {
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
