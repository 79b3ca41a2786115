//! A thread that waits for what can come of several resources, and those who let it go on.
//!
//! Whoever changes such a resource has the gate for itself, and tries for all who wait so
//! before it lets anybody else make a step. What it looks at and takes are the native
//! resources; what is calculated in between is calculated in the state of who waits.

use super::{Leave, NoScheduler, Served, Worker};
use crate::backend::threads::native::{Client, Native};
use crate::backend::threads::primitives::{Observer, Requester, Response, WaitLimit, WatchLine};
use crate::backend::threads::record::Record;
use crate::ids::{OpId, ProcessId};
use crate::kernel::{Kernel, Machine, Request, State};
use crate::trace::{Fault, Kind};
use crate::value::Word;
use std::sync::Arc;

/// The rounds of one try.
const FUEL: u64 = 1 << 40;

/// What a try comes to.
enum Tried {
    NotYet,
    /// It was done, and the process goes on with this op.
    Goes(OpId),
    Failed(Box<Fault>),
}

impl Worker<'_> {
    /// Does what the region says to which it has come, or waits until that can be; the op
    /// with which it goes on, if that did not run out.
    pub(super) fn come_to_watch(&mut self) -> Result<Served, Leave> {
        let process = self.me.process;
        self.with_kernel(|kernel| kernel.check_awaited(process))?;
        let (mut machine, me) = (self.machine.clone(), self.me.clone());
        match self.attempt(&mut machine, &me, None) {
            Tried::Goes(next) => {
                self.take_back(machine);
                self.attend();
                return Ok(Served::Values(vec![Word::from(next.0)]));
            }
            Tried::Failed(fault) => return Err(fault.into()),
            Tried::NotYet => {}
        }
        let line = self.line();
        let Worker { shared, me, record, machine, .. } = self;
        let next = match line.enter(me, machine.clone(), &shared.census, record) {
            Response::Served(values) => Served::Values(values),
            Response::RanOut => Served::RanOut,
            Response::Ended => Served::Ended,
            Response::Waits { .. } if me.limit == WaitLimit::Later => self.wait_for_a_while()?,
            Response::Waits { last } => self.wait(last)?,
        };
        if let Served::Values(_) = next
            && let Some(machine) = line.served(process)
        {
            self.take_back(machine);
        }
        Ok(next)
    }

    /// Goes on with the state in which it was tried, as one that has yet to be answered.
    fn take_back(&mut self, machine: Machine) {
        self.machine = machine;
        self.machine.set_state(self.shared.program, self.me.process, self.me.op, State::Ready);
    }

    /// Tries for all who wait so, if the step at hand may have changed something.
    pub(super) fn attend_if_changed(&mut self) {
        if self.shared.program.is_attended(self.me.op.index()) {
            self.attend();
        }
    }

    /// Tries for all who wait so, since it has changed something.
    pub(super) fn attend(&mut self) {
        self.attend_by(&self.me.clone());
    }

    /// The same since this one has.
    pub(super) fn attend_by(&mut self, by: &Requester) {
        let line = self.line();
        let mut place = 0;
        while let Some((waiter, mut machine)) = line.take(place) {
            let next = match self.attempt(&mut machine, &waiter, Some(by.process)) {
                Tried::NotYet => {
                    line.put_back(place, (waiter, machine));
                    place += 1;
                    continue;
                }
                Tried::Goes(next) => next,
                // It comes to that by itself.
                Tried::Failed(_) => waiter.op,
            };
            line.serve((waiter, machine), Word::from(next.0), by, &self.shared.census);
            place = 0;
        }
    }

    fn line(&self) -> Arc<WatchLine<Machine>> {
        let program = self.shared.program;
        match &self.shared.natives[program.resource_of(program.watch_line()).index()] {
            Native::Watch(line) => Arc::clone(line),
            other => unreachable!("{other:?} is no line of who waits for several things"),
        }
    }

    /// Tries for `who`, whose state this is; `by` has let it be tried, if it waits.
    fn attempt(&mut self, machine: &mut Machine, who: &Requester, by: Option<ProcessId>) -> Tried {
        let program = self.shared.program;
        let region = program.region(who.op.index());
        let (mut op, mut looks) = (region.start, true);
        let seen = match by {
            Some(by) => who.fact(Kind::Grant, Word::from(by.0)),
            None => who.fact(Kind::Level, 0),
        };
        loop {
            if op == who.op.index() {
                return Tried::NotYet;
            }
            let is_over = !region.contains(&op);
            if looks && (is_over || program.plain[op].is_step()) {
                looks = false;
                self.record.note(&[seen]);
            }
            if is_over {
                return Tried::Goes(OpId::from_index(op));
            }
            match self.try_op(machine, who, OpId::from_index(op)) {
                Ok(next) => op = next.index(),
                Err(fault) => {
                    if looks {
                        self.record.note(&[seen]);
                    }
                    return Tried::Failed(fault);
                }
            }
        }
    }

    /// Does one op of a region; says which comes next.
    fn try_op(&mut self, machine: &mut Machine, who: &Requester, op: OpId) -> Result<OpId, Box<Fault>> {
        let (shared, process) = (self.shared, who.process);
        machine.set_state(shared.program, process, op, State::Ready);
        let Some(asked) = self.in_state(machine, |kernel| kernel.asked(process))? else {
            self.in_state(machine, |kernel| kernel.single_op(process))?;
            return Ok(machine.op(shared.program, process));
        };
        let native = &shared.natives[asked.resource.index()];
        let values = match asked.request {
            Request::Glance(glance) => vec![native.glance(glance)],
            Request::GlanceAt { slot } => vec![native.glance_at(slot)],
            request => {
                self.record.about(shared.program.resource_info(asked.resource).ty);
                let me = &Requester { op, resource: asked.resource, limit: WaitLimit::AtOnce, ..who.clone() };
                let client = Client { me, census: &shared.census, record: &mut self.record };
                match native.serve(request, client, &shared.natives) {
                    Ok(Response::Served(values)) => values,
                    Ok(Response::Ended) => {
                        self.in_state(machine, |kernel| kernel.ended(&asked, process))?;
                        return Ok(machine.op(shared.program, process));
                    }
                    _ => unreachable!("what was seen is there: nobody else makes a step"),
                }
            }
        };
        self.in_state(machine, |kernel| kernel.answer(process, &values));
        Ok(machine.op(shared.program, process))
    }

    /// Does something in this state, as if it were its own.
    pub(super) fn in_state<T>(
        &mut self,
        machine: &mut Machine,
        action: impl FnOnce(&mut Kernel<'_, NoScheduler, Record<'_>>) -> T,
    ) -> T {
        let Worker { shared, draws, record, .. } = self;
        let mut nobody = NoScheduler;
        let mut kernel = Kernel::new(shared.program, machine, draws, &mut nobody, record);
        kernel.own.fuel = FUEL;
        action(&mut kernel)
    }
}
