//! Taking permits from other threads, for itself or for those who are first in line.
//!
//! Who does it has the gate for itself, and lets those who have such permits come first to where they stand. The
//! other one is interrupted in its block, as by an interrupt; or it finds a notice by which its next stand
//! in the block ends.

use super::{Leave, Served, Worker};
use crate::backend::threads::native::{Client, Native};
use crate::backend::threads::primitives::{Observer, PermitHolder, Requester, Response, Semaphore};
use crate::backend::threads::seat::Notice;
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::Request;
use crate::program::{Op, Slot};
use crate::trace::Kind;
use crate::value::Word;

/// The number of a request that goes before all that a process can make.
const BEFORE_ALL: i16 = -1;

impl Worker<'_> {
    /// Before a step in which permits may be taken from others: whoever has one goes on first to where it stands next.
    pub(super) fn let_holders_settle(&self) -> Result<(), Leave> {
        let shared = self.shared;
        if !shared.takes_permits[self.me.op.index()] {
            return Ok(());
        }
        let semaphores = shared.natives.iter().filter_map(Native::as_semaphore);
        let holders = semaphores.flat_map(Semaphore::holders).map(|holder| holder.process);
        let mut others = holders.filter(|&other| other != self.me.process);
        others.try_for_each(|other| self.let_settle(other))
    }

    /// Asks for a permit by a priority, and takes it from another one if that is so.
    pub(super) fn ask_for_permit(&mut self, id: ResourceId, request: Request) -> Result<Served, Leave> {
        let Request::AcquireBy { priority, preempts, place, .. } = request else {
            unreachable!("{request:?} is made by no priority")
        };
        let shared = self.shared;
        // Its own private state does not know what it inherits.
        let priority = match shared.program.plain[self.me.op.index()] {
            Op::Request { manner, .. } if manner.own_priority => self.me.priority,
            _ => priority,
        };
        let takes = preempts.then_some(i16::from(priority));
        let me = Requester { priority, takes, keeps: place.map(|place| place.0), ..self.me.clone() };
        let semaphore = semaphore_of(&shared.natives, id);
        if preempts && semaphore.level() == 0 && semaphore.would_be_first(&me) {
            self.take_permit(id, &me);
        }
        self.permits.extend(place.map(|place| (id, place)));
        let client = Client { me: &me, census: &shared.census, record: &mut self.record };
        let Ok(response) = shared.natives[id.index()].serve(request, client, &shared.natives) else {
            unreachable!("a request for a permit is no fault")
        };
        if let Response::RanOut = response {
            self.leave_at_once(id);
        }
        self.attend_if_changed();
        self.rouse_all();
        self.wait_if_it_must(response)
    }

    /// Takes permits before all who wait: at once, but one by one for those who look at how many there are.
    pub(super) fn seize(&mut self, id: ResourceId, count: u64, preempts: bool) -> Result<Served, Leave> {
        let shared = self.shared;
        let semaphore = semaphore_of(&shared.natives, id);
        let one_by_one = preempts || shared.program.is_attended(self.me.op.index());
        let me = Requester { takes: preempts.then_some(BEFORE_ALL), ..self.me.clone() };
        let mut taken = 0;
        while taken < count {
            if preempts && semaphore.level() == 0 {
                self.take_permit(id, &me);
            }
            let at_once = if one_by_one { 1 } else { count - taken };
            let response = semaphore.seize(&me, (taken, at_once, count), &shared.census, &mut self.record);
            self.attend_if_changed();
            match response {
                Response::Served(more) => taken += more,
                Response::Waits { last } => {
                    self.rouse_all();
                    return self.wait(last);
                }
                Response::RanOut | Response::Ended => unreachable!("who takes permits so waits for them"),
            }
        }
        self.rouse_all();
        Ok(Served::Values(vec![taken]))
    }

    /// Its wait has run out before it has begun, which is two steps for a replay.
    pub(super) fn leave_at_once(&mut self, id: ResourceId) {
        self.tell_losers();
        self.read = self.readings.len();
        self.leave_for_others(id);
    }

    /// Its wait has run out: whoever is first in that line now may take a permit, also from it, which goes on with
    /// what it does instead.
    pub(super) fn leave_for_others(&mut self, id: ResourceId) {
        let shared = self.shared;
        if let Some(timeout) = shared.program.timeout(self.me.op.index())
            && let Some(seat) = shared.seats.get(self.me.process.index())
        {
            seat.unsettle(timeout.otherwise);
            self.take_for_first(id, &self.me.clone());
        }
    }

    /// Serves those who are first in line and take permits from others, as long as there are such.
    pub(super) fn take_for_first(&mut self, id: ResourceId, by: &Requester) {
        let shared = self.shared;
        let Some(semaphore) = shared.natives[id.index()].as_semaphore() else { return };
        while let Some(first) = semaphore.first_that_takes() {
            if !self.take_permit(id, &first) {
                return;
            }
            let by = &Requester { resource: id, due: self.me.due, ..by.clone() };
            semaphore.give_to_first(by, &shared.census, &mut self.record);
        }
    }

    /// Takes a permit of the semaphore, of which none is free, from whoever loses it to the one that `takes` it, so that one
    /// is free; whether there is such a thread.
    fn take_permit(&mut self, id: ResourceId, taker: &Requester) -> bool {
        let shared = self.shared;
        let semaphore = semaphore_of(&shared.natives, id);
        let number = taker.takes.expect("it takes permits");
        let holders = semaphore.holders().into_iter().enumerate();
        let losers = holders.filter(|(_, holder)| {
            holder.process != taker.process && i16::from(holder.priority) > number && self.may_lose(holder)
        });
        let Some((_, holder)) = losers.max_by_key(|&(place, holder)| (holder.priority, place)) else {
            return false;
        };
        let other = holder.process;
        let word = Slot(holder.place);
        let (lives, place) =
            shared.lives[other.index()].as_ref().expect("whoever may lose a permit has a life");
        let told = lives.about(taker, *place, Kind::Interrupt);
        let position = self.position_of(other);
        if other == self.me.process {
            // It goes on with the step at hand.
            self.with_kernel(|kernel| kernel.note_sign(other, word, false));
        } else {
            shared.seats[other.index()].leave(Notice::Sign(word, false));
            shared.seats[other.index()].loses(id);
        }
        match shared.program.interruption(position.op.index(), word) {
            Some(&interruption) if other != self.me.process => {
                self.cut(other, &position, (told, interruption), taker);
            }
            _ => self.record.note(&[told]),
        }
        let parker = shared.parkers[other.index()].clone();
        let loser = Requester { process: other, op: position.op, resource: id, parker, ..self.me.clone() };
        semaphore.take_from(holder, loser.fact(Kind::Release, 0 as Word), &mut self.record);
        true
    }

    /// Whether one that has a permit can be taken out of what it stands at, if that lasts.
    fn may_lose(&self, holder: &PermitHolder) -> bool {
        let (shared, other) = (self.shared, holder.process);
        if other == self.me.process {
            return true;
        }
        let position = self.position_of(other);
        let native = &shared.natives[position.resource.index()];
        let lasts = position.until.is_some() || native.keeps(other) && !native.has_granted(other);
        !lasts || shared.program.interruption(position.op.index(), Slot(holder.place)).is_some()
    }

    /// Tells the semaphores which permits it has no more, or is about to give back.
    pub(super) fn forget_permits(&mut self) {
        let process = self.me.process;
        for (id, place) in std::mem::take(&mut self.permits) {
            if self.with_kernel(|kernel| kernel.sign(process, place)) {
                self.permits.push((id, place));
            } else {
                semaphore_of(&self.shared.natives, id).forget(process, Some(place.0));
            }
        }
    }

    /// That a process which is ended has no such permits any more.
    pub(super) fn forget_permits_of(&self, process: ProcessId) {
        let semaphores = self.shared.natives.iter().filter_map(Native::as_semaphore);
        semaphores.for_each(|semaphore| semaphore.forget(process, None));
    }

    /// What a thread does that gives something back in the name of another one.
    pub(super) fn release_for(&mut self, holder: &Requester) -> Result<(), Leave> {
        let (shared, id) = (self.shared, holder.resource);
        let semaphore = semaphore_of(&shared.natives, id);
        if semaphore.release(holder, &shared.census, &mut self.record).is_err() {
            return Err(self.too_many_permits(id));
        }
        self.take_for_first(id, holder);
        Ok(())
    }
}

fn semaphore_of(natives: &[Native], id: ResourceId) -> &Semaphore {
    natives[id.index()].as_semaphore().expect("the language lets nothing else be asked for permits")
}
