//! Processors that have more cores at some times than at others.
//!
//! Decides whose core is taken when there are fewer: a free one; else that of whoever goes last by
//! the discipline, of equal ones who was served last, and of those the last of the file; where all
//! share, all go on at another rate. Whose stretch is over gives its core back itself, and then it is gone.

use super::dispatch::Dispatch;
use super::processor_group::{Stage, Worker};
use super::wait_queue::Requester;
use crate::ids::ProcessId;
use crate::trace::Kind;

impl Dispatch<'_> {
    /// Takes so many cores of the processor in this place; from how many threads.
    pub(super) fn take_cores(&mut self, by: &Requester, place: usize, count: u64) -> u64 {
        (0..count).filter(|_| self.take_core(by, place)).count() as u64
    }

    /// Takes one; whether from a thread that works.
    fn take_core(&mut self, by: &Requester, place: usize) -> bool {
        let processor = &self.group.processors[place];
        if processor.is_shared() || processor.free() > 0 {
            let was_free = processor.free() > 0;
            self.change_taken(place, |taken| taken + 1);
            if was_free {
                self.told.facts.push(by.fact(Kind::Acquire, 0));
            }
            return false;
        }
        let Some((core, other)) = self.served_last(place) else {
            self.change_taken(place, |taken| taken + 1);
            return false;
        };
        let (level, served) = self.withdraw(other, place);
        self.tell(other, Kind::Release, place, 0);
        self.group.processors[place].cores[core].serves = None;
        self.queue_up(other, level, Some(served));
        self.change_taken(place, |taken| taken + 1);
        self.told.facts.push(by.fact(Kind::Acquire, 0));
        true
    }

    /// Who goes last of those that are served and want more, and by which core.
    fn served_last(&self, place: usize) -> Option<(usize, ProcessId)> {
        let processor = &self.group.processors[place];
        let since = |worker: &Worker| if worker.stage == Stage::Served { worker.since } else { u64::MAX };
        let last = self
            .yielding(place)
            .max_by_key(|&(_, other, worker)| (processor.rank(worker), since(worker), other));
        last.map(|(core, other, _)| (core, other))
    }

    /// Gives so many cores back: each to the first that is ready, if there is one.
    pub(super) fn give_cores(&mut self, by: &Requester, place: usize, count: u64) {
        for _ in 0..count {
            let was_kept = self.group.processors[place].are_too_many();
            self.change_taken(place, |taken| taken - 1);
            if was_kept {
                continue;
            }
            self.told.facts.push(by.fact(Kind::Release, 0));
            let processor = &mut self.group.processors[place];
            if let Some(next) = processor.ready.pop_front() {
                let core = processor.cores.iter().position(|core| core.serves.is_none());
                let core = core.expect("the one that was taken serves nobody");
                self.hand_core(by.process, next, (place, core));
            }
        }
    }

    /// Changes how many cores are taken: who shares the processor goes on at another rate from now on.
    fn change_taken(&mut self, place: usize, change: impl FnOnce(usize) -> usize) {
        let now = self.now;
        let processor = &mut self.group.processors[place];
        let (shares, speed) = processor.shared();
        shares.count_to(now, speed);
        let first = shares.first();
        processor.taken = change(processor.taken);
        self.told.changed.extend(first);
    }
}
