//! A thread whose wait may run out: it sleeps at its parker no longer than until then.
//!
//! Whether it was served in time is decided under the lock of the resource, when it takes
//! itself out of the line: who is not there any more has been served.

use super::{Leave, Served, Worker};
use crate::backend::threads::atomic_gate::Pass;
use crate::backend::threads::clock::wall;
use crate::backend::threads::native::Client;
use crate::backend::threads::primitives::{Grant, WaitLimit};
use crate::ids::{OpId, ResourceId};
use crate::program::Use;
use crate::time::Time;
use crate::trace::{Kind, WaitFor};
use crate::value::Word;

impl Worker<'_> {
    /// How long it waits by the step in front of which it stands, if it has to.
    pub(super) fn set_limit(&mut self, resource: ResourceId) {
        let until = self.machine.deadline(self.shared.program, self.me.process);
        self.me.limit = match until {
            None => WaitLimit::Never,
            // A try makes the owner of a mutex inherit, too, be it for an instant.
            Some(until)
                if self.is_over_at(until) && !self.may_be_met(resource) && !self.inherits_at(resource) =>
            {
                WaitLimit::AtOnce
            }
            Some(_) => WaitLimit::Later,
        };
    }

    /// Whether that is when it comes to wait.
    fn is_over_at(&self, until: Time) -> bool {
        until.as_nanos() <= self.planned
    }

    /// Whether somebody who waits for several things may meet it at a rendezvous, as soon as it
    /// stands in line.
    fn may_be_met(&self, resource: ResourceId) -> bool {
        let program = self.shared.program;
        program.is_attended(self.me.op.index())
            && matches!(self.wait_for(self.me.op), Some(WaitFor::Put | WaitFor::Get))
            && program.resource_info(resource).capacity == Some(0)
    }

    /// Waits on the parker; that may run out before it is served. Where it does so at once, it is all one step.
    pub(super) fn wait_for_a_while(&mut self) -> Result<Served, Leave> {
        let shared = self.shared;
        let until = self.machine.deadline(shared.program, self.me.process).unwrap_or(Time::MAX);
        self.unsettle();
        if !self.is_over_at(until) {
            self.pass = Pass::None;
            let longest = self.comes_at(until).saturating_duration_since(wall());
            if let Some(grant) = self.me.parker.wait_at_most(longest) {
                return self.take_grant(grant);
            }
            self.come_to_gate_to_leave();
        }
        if let Err(ended) = self.come_to_leave() {
            // It was taken out of the line, and told so.
            drop(self.me.parker.wait());
            return Err(ended);
        }
        // Whoever is served because it leaves the line is so when its wait runs out.
        self.me.due = until.as_nanos().max(self.planned);
        if !self.leave_line() {
            self.pass = Pass::None;
            let grant: Grant = self.me.parker.wait();
            return self.take_grant(grant);
        }
        self.read = self.readings.len();
        self.settle_priorities(self.me.resource);
        self.leave_for_others(self.me.resource);
        if shared.program.has_watches() {
            self.attend();
        }
        self.rouse_all();
        if until.as_nanos() > self.planned {
            self.fuel = shared.program.limits.zero_time_steps;
        }
        self.planned = until.as_nanos().max(self.planned);
        Ok(Served::RanOut)
    }

    /// Comes to the gate behind a wait that has run out.
    fn come_to_gate_to_leave(&mut self) {
        let (shared, process) = (self.shared, self.me.process);
        // Whoever ends another one has the gate; and in a block nobody comes before its rest.
        let is_alone = shared.program.atomic[self.me.op.index()]
            || shared.program.has_watches()
            || !shared.program.requests.is_empty()
            || shared.priorities.is_some();
        self.pass = if is_alone { shared.pass_alone(process) } else { shared.pass(process) };
    }

    /// Before it leaves the line in which it waits, if it is there: whoever stands behind it may take permits then.
    fn come_to_leave(&mut self) -> Result<(), Leave> {
        self.look_whether_stopped()?;
        match self.shared.natives[self.me.resource.index()].keeps(self.me.process) {
            true => self.let_holders_settle(),
            false => Ok(()),
        }
    }

    /// Takes itself out of the line in which it waits; whether it was there.
    fn leave_line(&mut self) -> bool {
        let awaited = self.wait_for(self.me.op).expect("a step that waits");
        let told = self.me.fact(Kind::Timeout, awaited as Word);
        let super::Worker { shared, me, record, .. } = self;
        let native = &shared.natives[me.resource.index()];
        let client = Client { me, census: &shared.census, record };
        native.withdraw(me.process, &[told], client).is_some()
    }

    /// What a process waits for by this step, if it has to.
    pub(super) fn wait_for(&self, op: OpId) -> Option<WaitFor> {
        let program = self.shared.program;
        let op = program.plain[op.index()];
        let used: Option<Use> = program.accesses(&op).next().map(|(used, _)| used);
        used.and_then(Use::waits_for)
    }
}
