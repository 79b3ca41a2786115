//! The lives of a process on its thread: the thread is there from the start of the run
//! to its end, and waits wherever its process is not alive until another one starts it.

use super::{Leave, Left, Worker};
use crate::backend::threads::atomic_gate::Pass;
use crate::backend::threads::primitives::Grant;
use crate::backend::threads::shared::End;
use crate::ids::OpId;
use crate::kernel::State;

impl Worker<'_> {
    /// One life after the other, to the end of the run, or to the last step of a process
    /// that nobody can start again.
    pub(in crate::backend::threads) fn live(mut self) -> Left {
        let mut is_alive = self.machine.state(self.shared.program, self.me.process) != State::Done;
        while is_alive || self.begin_anew() {
            match self.live_once() {
                Ok(()) => {
                    self.shared.ends(self.me.process);
                    // The last who is awake leaves the others asleep for ever.
                    if self.shared.census.leave() {
                        self.shared.finish(End::Still);
                    }
                }
                Err(Leave::Ended) => {
                    self.shared.ends(self.me.process);
                    self.is_done();
                }
                Err(Leave::Stopped) => {
                    if self.look_whether_stopped().is_err() {
                        self.is_done();
                    }
                    break;
                }
                Err(Leave::Ends(_)) => break,
            }
            self.life += 1;
            is_alive = false;
        }
        let Worker { me, machine, record, readings, .. } = self;
        Left { process: me.process, machine, noted: record.into_noted(), readings }
    }

    /// One life. If it ends the run, that is over before anybody else may make a step.
    fn live_once(&mut self) -> Result<(), Leave> {
        let lived = self.run();
        if let Err(Leave::Ends(end)) = &lived {
            self.shared.finish(end.clone());
        }
        self.pass = Pass::None;
        lived
    }

    /// Its process is done since another one has ended it.
    fn is_done(&mut self) {
        let (program, process) = (self.shared.program, self.me.process);
        let last = program.last_op(self.machine.op(program, process).index());
        self.machine.set_state(program, process, OpId::from_index(last), State::Done);
    }

    /// Waits until its process is started; `false` if it never is.
    fn begin_anew(&mut self) -> bool {
        let shared = self.shared;
        let process = self.me.process;
        if shared.lives[process.index()].is_none() {
            return false;
        }
        let Grant::Served { items, due } = shared.starts[process.index()].wait() else { return false };
        if let Err(fault) = self.with_kernel(|kernel| kernel.revive(process, items.first().copied())) {
            shared.finish(End::Fault(fault));
            return false;
        }
        self.permits.clear();
        self.pass = shared.pass(process);
        self.begin_with_priority(!items.is_empty());
        self.pass = Pass::None;
        self.planned = self.planned.max(due);
        self.fuel = shared.program.limits.zero_time_steps;
        true
    }
}
