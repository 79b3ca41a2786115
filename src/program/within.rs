//! Waits that may run out.
//!
//! Decides how long a step waits in all, and what it leaves behind where it did not get
//! all that it waits for: of permits and mutexes nothing, and a mutex that it gave back
//! for the wait is taken again.
//!
//! ```text
//!         Within       so much time from now on
//!         take a       ran out: undo 0
//!         take b       ran out: undo 1
//!         Jump end
//! undo 1: give a
//! undo 0: the steps of `else`, or a fault
//! end:
//! ```

use super::code::Timeout;
use super::emit::{Compiler, Limit, Undo};
use super::expressions::is_one;
use super::op::{Op, Slot, Source};
use crate::arithmetic::BinaryOp;
use crate::ids::OpId;
use crate::scenario::{Amount, Expr, ResourceRef, Step, StepKind};

impl Compiler<'_> {
    /// Steps of which each may wait, but all together no longer than this; and what is
    /// done if they would, or if their buffer is closed.
    pub(super) fn within(&mut self, limit: Option<&Amount>, waits: &[Step], otherwise: Option<&[Step]>) {
        let site = self.site;
        self.limit = limit.map(|limit| self.begin_to_wait(limit));
        let gets = matches!(waits, [Step { kind: StepKind::Get { .. }, .. }, ..]);
        self.endings = (gets && otherwise.is_some()).then(Vec::new);
        for step in waits {
            self.site = step.site;
            match &step.kind {
                StepKind::Acquire { resource, permits, request: None } => {
                    self.acquire_within(resource, permits)
                }
                kind => self.step(kind),
            }
        }
        let (limit, endings) = (self.limit.take(), self.endings.take());
        self.site = site;
        let end = self.emit(Op::Jump { to: OpId(0) });
        if let Some(limit) = limit {
            self.undo(limit);
        }
        self.end_gets_here(endings);
        self.frame.free_temporaries();
        match otherwise {
            Some(steps) => self.steps(steps),
            None => drop(self.emit(Op::RanOut)),
        }
        self.land(end);
    }

    /// From now on the waits of a step may take no longer than this.
    fn begin_to_wait(&mut self, limit: &Amount) -> Limit {
        let wait = self.amount(limit);
        let until = match self.until {
            Some(until) => until,
            None => self.frame.permanent(),
        };
        self.until = Some(until);
        self.emit(Op::Within { wait, until });
        Limit { until, waits: Vec::new(), undo: Vec::new() }
    }

    /// Emits an op that waits, maybe no longer than the step at hand may.
    pub(super) fn emit_wait(&mut self, op: Op) -> OpId {
        let wait = self.emit_wait_at(op);
        if let Some(limit) = &mut self.limit {
            limit.waits.push((self.program.timeouts.len(), limit.undo.len()));
            self.program.timeouts.push(Timeout { wait, until: limit.until, otherwise: OpId(0) });
        }
        wait
    }

    /// Takes note that something is done which is undone if a wait runs out from now on.
    pub(super) fn undo_if_later_runs_out(&mut self, undo: Undo) {
        if let Some(limit) = &mut self.limit {
            limit.undo.push(undo);
        }
    }

    /// Permits are taken one after the other, and none is kept if one is missing in the end.
    fn acquire_within(&mut self, resource: &ResourceRef, permits: &Expr) {
        let code = self.resource(resource);
        if self.is_mutex(resource) || is_one(permits) {
            self.take(resource, code);
            self.undo_if_later_runs_out(Undo::Give { resource: resource.clone() });
            return;
        }
        let times = self.expr(permits);
        let left = self.frame.permanent();
        let start = self.emit(Op::LoopStart { left, times, exit: OpId(0) });
        self.undo_if_later_runs_out(Undo::GiveMany { resource: resource.clone(), times, left });
        let body = self.here();
        self.take(resource, code);
        self.emit(Op::LoopNext { left, body });
        self.land(start);
    }

    /// Undoes what each wait that ran out leaves to be undone.
    fn undo(&mut self, limit: Limit) {
        let Limit { waits, mut undo, .. } = limit;
        loop {
            let here = self.here();
            for &(number, _) in waits.iter().filter(|&&(_, done)| done == undo.len()) {
                self.program.timeouts[number].otherwise = here;
            }
            match undo.pop() {
                None => return,
                Some(Undo::Give { resource }) => {
                    let code = self.resource(&resource);
                    self.give(&resource, code);
                }
                Some(Undo::GiveHeld { resource, kept }) => self.give_held(&resource, kept, (here, here)),
                Some(Undo::GiveUnlessLost { .. }) => unreachable!("a step with a limit has no limit inside"),
                Some(Undo::GiveMany { resource, times, left }) => {
                    self.give_those_taken(&resource, times, left)
                }
                Some(Undo::Take { mutex }) => {
                    let code = self.resource(&mutex);
                    self.take_back(&mutex, code);
                }
            }
        }
    }

    fn give_those_taken(&mut self, resource: &ResourceRef, times: Source, left: Slot) {
        let semaphore = self.resource(resource);
        let taken = self.frame.temporary();
        self.emit(Op::Binary { op: BinaryOp::SubInt, into: taken, a: times, b: left.source() });
        let start = self.emit(Op::LoopStart { left, times: taken.source(), exit: OpId(0) });
        self.emit(Op::ReleaseMany { semaphore, left });
        self.land(start);
    }
}
