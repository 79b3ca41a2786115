//! Mutexes whose owner inherits priority: who has to do with one has the gate for itself, so that the priorities of others,
//! and their places in the lines of other resources, can be changed.
//!
//! A process has the best of its own priority and of those that wait for such a mutex that it owns, and for
//! mutexes of these in turn.

use super::Worker;
use crate::backend::threads::native::{Client, Native};
use crate::backend::threads::primitives::{Mutex, Requester};
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::Request;
use crate::program::Op;

impl Worker<'_> {
    /// In a step: it has the priority that it has inherited.
    pub(super) fn look_up_priority(&mut self) {
        if let Some(priorities) = &self.shared.priorities {
            self.me.priority = priorities.current(self.me.process);
        }
    }

    /// A life begins: with its own priority, and what it inherits if it still owns what it has lost in a life before,
    /// but for who arrives, who is another one.
    pub(super) fn begin_with_priority(&mut self, arrives: bool) {
        let (shared, process) = (self.shared, self.me.process);
        let own = self.machine.priority(shared.program, process);
        self.me.priority = own;
        if let Some(priorities) = &shared.priorities {
            priorities.set_own(process, own);
            let inherited = if arrives { own } else { self.due_priority(process, None) };
            priorities.set_current(process, inherited);
        }
    }

    /// Before it gives such a mutex back: it has no priority by those any more who wait for that.
    pub(super) fn lay_down_priority(&mut self, resource: ResourceId, request: Request) {
        let given = match request {
            Request::Unlock => Some(resource),
            Request::Wait { mutex } => mutex,
            _ => None,
        };
        let Some(given) = given.filter(|&mutex| self.mutex_that_inherits(mutex).is_some()) else { return };
        self.me.priority = self.due_priority(self.me.process, Some(given));
        if let Some(priorities) = &self.shared.priorities {
            priorities.set_current(self.me.process, self.me.priority);
        }
    }

    /// Behind a request: the owner of such a mutex, who may be another one now or be waited for by one more, has the
    /// priority that it is due.
    pub(super) fn hand_priority_on(&mut self, resource: ResourceId, request: Request) {
        match request {
            Request::Lock | Request::Unlock => self.settle_priorities(resource),
            Request::Wait { mutex: Some(mutex) } => self.settle_priorities(mutex),
            _ => {}
        }
    }

    /// Gives the owner of a mutex, be it such a one, the priority that it is due now, and whoever that one waits for.
    pub(super) fn settle_priorities(&mut self, mutex: ResourceId) {
        let shared = self.shared;
        let Some(priorities) = &shared.priorities else { return };
        let mut next = Some(mutex);
        while let Some(owner) = next.and_then(|id| self.mutex_that_inherits(id)).and_then(Mutex::owner) {
            let priority = self.due_priority(owner, None);
            // Nobody further on has another one by it.
            if priority == priorities.current(owner) {
                return;
            }
            priorities.set_current(owner, priority);
            let position = shared.seats[owner.index()].position();
            // In a line for a permit it stands by the priority by which it asks.
            let asks = matches!(shared.program.plain[position.op.index()], Op::Request { .. });
            let is_kept = || shared.natives[position.resource.index()].keeps(owner);
            next = Some(position.resource).filter(|_| !asks && is_kept());
            if let Some(resource) = next {
                let who =
                    Requester { process: owner, op: position.op, resource, priority, ..self.me.clone() };
                self.move_in_line(&who);
            }
        }
    }

    /// A thread that waits for a resource, or is at work there, has another priority from now on.
    fn move_in_line(&mut self, who: &Requester) {
        let shared = self.shared;
        self.record.about(shared.program.resource_info(who.resource).ty);
        let client = Client { me: who, census: &shared.census, record: &mut self.record };
        if let Some(changed) = shared.natives[who.resource.index()].change_priority(client) {
            self.losers += changed.losers;
            self.call_all(&changed.changed);
        }
    }

    /// What a process has by itself and by those who wait for it, where it has given this mutex back.
    fn due_priority(&self, process: ProcessId, without: Option<ResourceId>) -> u8 {
        let shared = self.shared;
        let Some(priorities) = &shared.priorities else { return self.me.priority };
        let mutexes = || (0..shared.natives.len()).map(ResourceId::from_index);
        let waiting_for = |owner: ProcessId| {
            let such = mutexes().filter(|&id| Some(id) != without);
            let owned = such
                .filter_map(|id| self.mutex_that_inherits(id))
                .filter(move |mutex| mutex.owner() == Some(owner));
            owned.flat_map(Mutex::waiting).collect::<Vec<ProcessId>>()
        };
        let mut all = vec![process];
        let mut place = 0;
        while let Some(&owner) = all.get(place) {
            place += 1;
            let more: Vec<_> =
                waiting_for(owner).into_iter().filter(|waiter| !all.contains(waiter)).collect();
            all.extend(more);
        }
        all.into_iter().map(|process| priorities.own(process)).min().unwrap_or(self.me.priority)
    }

    /// Whether it is such a mutex.
    pub(super) fn inherits_at(&self, id: ResourceId) -> bool {
        self.mutex_that_inherits(id).is_some()
    }

    /// The mutex, if it is such a one.
    fn mutex_that_inherits(&self, id: ResourceId) -> Option<&Mutex> {
        let priorities = self.shared.priorities.as_ref()?;
        match &self.shared.natives[id.index()] {
            Native::Mutex(mutex) if priorities.inherits(id) => Some(mutex),
            _ => None,
        }
    }

    /// Says from how many threads a core was taken in the step at hand since priorities have changed: in front of all else
    /// that is read in it.
    pub(super) fn tell_losers(&mut self) {
        let losers = std::mem::take(&mut self.losers);
        let takes = |op: usize| self.shared.priorities.as_ref().is_some_and(|it| it.takes_cores[op]);
        if takes(self.me.op.index()) {
            self.readings.insert(self.read, losers);
        }
    }
}
