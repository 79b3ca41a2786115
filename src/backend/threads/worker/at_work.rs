//! A thread at work on a processor: it asks the processor for its turn, sleeps or
//! keeps a core busy for as long as it is served, and asks again; and one that takes cores as a
//! timetable says.

use super::{Leave, Served, Worker};
use crate::backend::threads::atomic_gate::Pass;
use crate::backend::threads::clock::Slept;
use crate::backend::threads::native::Native;
use crate::backend::threads::options::Work;
use crate::backend::threads::primitives::{
    CoreChange, CoresChanged, Demand, Processors, Requester, WorkTurn, WorkTurns,
};
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::{Request, State};
use crate::time::Time;

/// What a thread finds that has waited for as long as its turn said.
enum Turn {
    /// Its work was done then, in nanoseconds.
    Done(u64),
    /// It has to ask what is next.
    Over,
    /// An interrupt has ended its work.
    Interrupted,
}

impl Worker<'_> {
    /// Works on a processor for `length` nanoseconds, which are to end in `deadline`.
    pub(super) fn work_on(
        &mut self,
        processor: ResourceId,
        length: u64,
        deadline: u64,
    ) -> Result<Served, Leave> {
        let shared = self.shared;
        let Native::Processor(group, place) = &shared.natives[processor.index()] else {
            unreachable!("the language lets nothing but a processor be worked on")
        };
        let began = self.planned;
        let job = Demand { processor: *place, length, deadline: began.saturating_add(deadline) };
        self.readings.push(job.deadline);
        let mut turns = group.begin(&self.me, job, &shared.census, &mut self.record);
        loop {
            self.follow_change(group, turns.at);
            match self.take_turn(&turns)? {
                Turn::Done(end) => {
                    self.planned = end;
                    break;
                }
                Turn::Interrupted => return Ok(Served::Interrupted),
                Turn::Over => {}
            }
            // Where the work ends inside an atomic block, nobody comes before its rest.
            self.come_to_gate();
            self.look_whether_stopped()?;
            if self.hear() {
                return Ok(Served::Interrupted);
            }
            let now = shared.clock.now().as_nanos();
            turns = group.go_on(&self.me, now, &shared.census, &mut self.record);
        }
        if self.planned > began {
            self.fuel = shared.program.limits.zero_time_steps;
        }
        Ok(Served::Values(Vec::new()))
    }

    /// Takes cores from a processor as a timetable says, also from threads that work, or gives them back.
    pub(super) fn change_cores(&mut self, id: ResourceId, request: Request) -> Served {
        let shared = self.shared;
        let Native::Processor(group, place) = &shared.natives[id.index()] else {
            unreachable!("nothing else has cores")
        };
        let change = match request {
            Request::TakeCores { count } => CoreChange::Take(count),
            Request::GiveCores { count } => CoreChange::Give(count),
            other => unreachable!("{other:?} changes no cores"),
        };
        let (me, census, record) = (&self.me, &shared.census, &mut self.record);
        let CoresChanged { at, losers, changed } = group.change_cores(me, *place, change, census, record);
        if let CoreChange::Take(_) = change {
            self.readings.push(losers);
        }
        self.planned = self.planned.max(at);
        self.call_all(&changed);
        self.follow_change(group, at);
        Served::Values(Vec::new())
    }

    /// Behind a step at a processor, which was due at `due`: if somebody may wait for free cores, tries for those who do
    /// so, and again whenever one of those has gone on who were given a core.
    fn follow_change(&mut self, group: &Processors, due: u64) {
        if group.are_watched() {
            self.attend_by(&Requester { due, ..self.me.clone() });
            self.let_others_go_on(group);
        }
    }

    /// Lets those go on who were given a core, one after the other.
    pub(super) fn let_others_go_on(&mut self, group: &Processors) {
        while let Some((who, changed)) = group.let_next_go_on(&self.shared.census, &mut self.record) {
            self.call_all(&changed);
            if group.are_watched() {
                self.attend_by(&who);
            }
        }
    }

    /// Lets those look who have got another turn.
    pub(super) fn call_all(&self, changed: &[ProcessId]) {
        changed.iter().for_each(|other| self.shared.alarms[other.index()].call());
    }

    /// Waits for as long as its turn says.
    fn take_turn(&mut self, turns: &WorkTurns) -> Result<Turn, Leave> {
        self.call_all(&turns.changed);
        let until = match turns.mine {
            WorkTurn::Done { at } => return Ok(Turn::Done(at)),
            WorkTurn::Ready { last } => {
                let served = self.wait(last)?;
                return Ok(if let Served::Interrupted = served { Turn::Interrupted } else { Turn::Over });
            }
            WorkTurn::Served { until } => until.and_then(Time::from_nanos).unwrap_or(Time::MAX),
        };
        self.pass = Pass::None;
        if self.sleep(until, self.work == Work::Spin) == Slept::Stopped {
            self.machine.set_state(self.shared.program, self.me.process, self.me.op, State::Delayed);
            return Err(Leave::Stopped);
        }
        Ok(Turn::Over)
    }
}
