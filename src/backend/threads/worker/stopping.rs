//! Ending another thread wherever it stands.
//!
//! Who does it has the gate for itself, so nobody makes a step meanwhile; but one that was served goes on to where
//! it stands next. Then it is taken out of what it waits for, what it holds is given back in its name, and it
//! finds out when it next wakes or comes to the gate.

use super::{Leave, Worker};
use crate::backend::threads::native::{Client, Native, Withdrawn};
use crate::backend::threads::primitives::{Fact, Lives, Observer, Requester};
use crate::backend::threads::seat::Position;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::kernel::ResourceRequest;
use crate::time::Time;
use crate::trace::Kind;

impl<'a> Worker<'a> {
    /// Ends the process with the life that is asked for, if it is alive; `lost`: what it
    /// holds is not given back.
    pub(super) fn stop_other(&mut self, asked: &ResourceRequest, lost: bool) -> Result<(), Leave> {
        let shared = self.shared;
        let (lives, place, other) = self.another_life(asked)?;
        if !lives.is_alive(place) {
            return Ok(());
        }
        self.let_settle(other)?;
        let seat = &shared.seats[other.index()];
        let position = match seat.position() {
            position if position.has_begun => position,
            _ => Position { op: self.first_op(other), ..Position::default() },
        };
        let told = lives.about(&self.me, place, Kind::Stop);
        let withdrawn = self.take_out(other, &position, told);
        if withdrawn.is_parked {
            self.settle_priorities(position.resource);
        }
        seat.ends();
        // It is nobody any more who could lose one.
        self.forget_permits_of(other);
        if withdrawn.is_parked && shared.natives[position.resource.index()].as_semaphore().is_some() {
            self.take_for_first(position.resource, &self.me.clone());
        }
        if !lost {
            self.give_back_of(other, &position)?;
        }
        let op = OpId::from_index(shared.program.last_op(position.op.index()));
        let done = Fact { resource: ResourceId(0), process: other, op, ..self.me.fact(Kind::Done, 0) };
        lives.end(&self.me, place, done, &shared.census, &mut self.record);
        if withdrawn.is_awake {
            shared.census.leave();
        }
        self.taken_out.push((other, position.resource, withdrawn));
        Ok(())
    }

    /// The life that is asked for, and whose it is; nobody may end or interrupt its own.
    pub(super) fn another_life(
        &mut self,
        asked: &ResourceRequest,
    ) -> Result<(&'a Lives, usize, ProcessId), Leave> {
        let shared = self.shared;
        let Native::Life(lives, place) = &shared.natives[asked.resource.index()] else {
            unreachable!("nothing is stopped or interrupted but a process")
        };
        match lives.process(*place) {
            own if own == self.me.process => Err(self.untimely(asked)),
            other => Ok((lives, *place, other)),
        }
    }

    /// Lets another thread that has been served or interrupted, and has not gone on yet, come to where it stands next;
    /// nobody makes a step meanwhile.
    pub(super) fn let_settle(&self, other: ProcessId) -> Result<(), Leave> {
        let shared = self.shared;
        let seat = &shared.seats[other.index()];
        let is_on_its_way = || {
            let position = seat.position();
            let is_kept = || shared.natives[position.resource.index()].keeps(other);
            position.has_begun && !position.is_settled && !is_kept()
        };
        while is_on_its_way() {
            if shared.is_over() {
                return Err(Leave::Stopped);
            }
            seat.wait(&shared.gate);
        }
        Ok(())
    }

    /// In front of which step a process stands that is alive and has not begun. It may own what it has lost in a life
    /// before.
    fn first_op(&mut self, other: ProcessId) -> OpId {
        // Its words are as at first here.
        let mut machine = self.machine.clone();
        drop(self.in_state(&mut machine, |kernel| kernel.settle(other)));
        machine.op(self.shared.program, other)
    }

    /// Takes another thread out of whatever it waits for, or is at, and tells that it is stopped.
    fn take_out(&mut self, other: ProcessId, position: &Position, told: Fact) -> Withdrawn {
        let Worker { shared, me, record, .. } = self;
        record.about(shared.program.resource_info(position.resource).ty);
        let client = Client { me, census: &shared.census, record };
        let found = shared.natives[position.resource.index()].withdraw(other, &[told], client);
        let Some(withdrawn) = found else {
            record.note(&[told]);
            return Withdrawn { is_awake: true, ..Withdrawn::default() };
        };
        // The census counts who waits for a while only.
        let waits_for_a_while = shared.program.timeout(position.op.index()).is_some();
        Withdrawn { is_awake: withdrawn.is_awake || waits_for_a_while, ..withdrawn }
    }

    /// Gives back what another thread holds, in its name.
    fn give_back_of(&mut self, other: ProcessId, position: &Position) -> Result<(), Leave> {
        let shared = self.shared;
        let parker = shared.parkers[other.index()].clone();
        let other = Requester { process: other, op: position.op, parker, ..self.me.clone() };
        for &id in &position.held {
            if shared.natives[id.index()].as_semaphore().is_some() {
                self.release_for(&Requester { resource: id, ..other.clone() })?;
            }
        }
        for (native, id) in shared.natives.iter().zip((0..).map(ResourceId)) {
            let Native::Mutex(mutex) = native else { continue };
            if mutex.owner() == Some(other.process) {
                let holder = Requester { resource: id, ..other.clone() };
                let given = mutex.unlock(&holder, &shared.census, &mut self.record);
                debug_assert!(given.is_ok(), "it owns it");
                self.settle_priorities(id);
            }
        }
        Ok(())
    }

    /// Behind a step: lets those go on who have got the cores of threads that were taken out of what they stood
    /// at, or of those who go after them now, and wakes the ones that were taken out.
    pub(super) fn rouse_all(&mut self) {
        let shared = self.shared;
        self.tell_losers();
        for (other, resource, withdrawn) in std::mem::take(&mut self.taken_out) {
            self.call_all(&withdrawn.changed);
            if let Native::Processor(group, _) = &shared.natives[resource.index()] {
                self.let_others_go_on(group);
            }
            if withdrawn.is_parked {
                shared.parkers[other.index()].dismiss(self.me.due);
            } else {
                shared.alarms[other.index()].call();
            }
        }
        if shared.priorities.is_some() {
            for native in &shared.natives {
                if let Native::Processor(group, _) = native {
                    self.let_others_go_on(group);
                }
            }
        }
    }

    /// Says where it stands, to whoever may end or interrupt it.
    pub(super) fn say_where_it_stands(&mut self) {
        let shared = self.shared;
        let process = self.me.process;
        let Some(seat) = shared.seats.get(process.index()) else { return };
        self.forget_permits();
        seat.settle(Position {
            op: self.machine.op(shared.program, process),
            next: self.machine.op(shared.program, process),
            held: self.with_kernel(|kernel| kernel.permits_held(process)),
            until: self.machine.delayed_until(shared.program, process).map(Time::as_nanos),
            resource: self.me.resource,
            is_settled: true,
            has_begun: true,
        });
    }

    /// It waits where it stands: from now on others know with which op it goes on, and nothing else.
    pub(super) fn unsettle(&mut self) {
        let (shared, process) = (self.shared, self.me.process);
        if let Some(seat) = shared.seats.get(process.index()) {
            seat.unsettle(self.with_kernel(|kernel| kernel.served_at(process)));
        }
    }

    /// Whether it may make a step, now that it has the gate: the end of the run may have stopped another one in the
    /// middle of a block, and by that opened the gate.
    pub(super) fn look_whether_over(&self) -> Result<(), Leave> {
        let is_over = self.shared.gate.is_kept() && self.shared.is_over();
        if is_over { Err(Leave::Stopped) } else { self.look_whether_stopped() }
    }

    /// Whether another thread has ended this life.
    pub(super) fn look_whether_stopped(&self) -> Result<(), Leave> {
        if self.shared.seats.is_empty() {
            return Ok(());
        }
        let ended =
            self.shared.lives[self.me.process.index()].as_ref().map(|(lives, place)| lives.ended(*place));
        if ended.is_some_and(|ended| ended > self.life) { Err(Leave::Ended) } else { Ok(()) }
    }
}
