//! What changes at one instant at processors that stand on each other.
//!
//! Decides who gets which core and who loses one, and in which order that is told:
//! first what the thread did that came, or whose time was up; then what those do who
//! were given a core by it.

use super::fact::Fact;
use super::processor_group::{Group, Stage, Worker};
use super::wait_queue::Census;
use crate::ids::{ProcessId, ResourceId};
use crate::trace::{Discipline, Kind, WaitFor};
use crate::value::{Item, Word};

/// One instant.
pub(super) struct Dispatch<'a> {
    pub(super) group: &'a mut Group,
    /// Who acts.
    me: ProcessId,
    pub(super) now: u64,
    census: &'a Census,
    pub(super) told: Told,
}

/// What is to be told of an instant.
#[derive(Default)]
pub(super) struct Told {
    pub(super) facts: Vec<Fact>,
    /// Who has got another turn without being handed anything, but for who acts.
    pub(super) changed: Vec<ProcessId>,
    /// Whether nobody is awake any more.
    pub(super) last: bool,
}

impl<'a> Dispatch<'a> {
    pub(super) fn new(group: &'a mut Group, me: ProcessId, now: u64, census: &'a Census) -> Dispatch<'a> {
        Dispatch { group, me, now, census, told: Told::default() }
    }

    /// Lets those go on who were given a core, if nobody is to look at the free ones before.
    pub(super) fn finish(mut self) -> Told {
        while !self.group.are_watched && self.next_goes_on().is_some() {}
        self.told
    }

    /// Lets the first go on who was given a core, and says who that is.
    pub(super) fn next_goes_on(&mut self) -> Option<ProcessId> {
        loop {
            let process = self.group.granted.pop_front()?;
            if let Stage::Granted(level) = self.worker(process).stage {
                self.outward(process, level);
                return Some(process);
            }
        }
    }

    /// Takes a thread off all processors on which it works. Those who were given its cores by that have yet to
    /// go on.
    pub(super) fn take_off(mut self, process: ProcessId) -> Told {
        self.group.granted.retain(|&other| other != process);
        let worker = self.worker(process);
        let (path, stage) = (worker.path.clone(), worker.stage);
        let outermost = *path.last().expect("it works somewhere");
        let cores = match stage {
            Stage::Ready(level) => {
                self.group.processors[path[level]].ready.retain(|&other| other != process);
                level
            }
            Stage::Granted(level) => level + 1,
            Stage::Served if self.group.processors[outermost].is_shared() => {
                self.unshare(process, outermost);
                path.len() - 1
            }
            Stage::Served => path.len(),
        };
        path[..cores].iter().rev().for_each(|&place| self.give_core(process, place));
        self.group.workers.remove(&process);
        self.told
    }

    fn worker(&mut self, process: ProcessId) -> &mut Worker {
        self.group.workers.get_mut(&process).expect("it is at work")
    }

    /// Tells something about a processor.
    pub(super) fn tell(&mut self, process: ProcessId, kind: Kind, processor: usize, value: impl Into<Item>) {
        let resource = self.group.processors[processor].rules.resource;
        self.tell_of(process, kind, resource, value);
    }

    fn tell_of(&mut self, process: ProcessId, kind: Kind, resource: ResourceId, value: impl Into<Item>) {
        let fact = self.worker(process).requester.fact(kind, value);
        self.told.facts.push(Fact { resource, ..fact });
    }

    /// Tells that it begins to be served, as is planned until then; `None` if nobody
    /// knows.
    fn tell_work(&mut self, process: ProcessId, until: Option<u64>) {
        const LATEST: u64 = i64::MAX as u64;
        self.tell_of(process, Kind::Work, ResourceId(0), until.unwrap_or(LATEST).min(LATEST));
    }

    /// Comes to the processor at this level: gets a core of it and of those further
    /// out, or gets into a line.
    pub(super) fn enter(&mut self, process: ProcessId, level: usize) {
        let place = self.worker(process).path[level];
        let processor = &self.group.processors[place];
        if processor.is_shared() {
            return self.share(process, place);
        }
        let (quantum, preempts) = (processor.rules.quantum, processor.rules.preempts);
        self.worker(process).quanta[level] = quantum;
        if let Some(core) = self.free_core(process, place) {
            self.occupy(process, place, core);
            self.tell(process, Kind::Acquire, place, 0);
        } else if !(preempts && self.preempt(process, place)) {
            return self.queue_up(process, level, None);
        }
        self.outward(process, level);
    }

    /// Goes on with a core of the processor at this level.
    fn outward(&mut self, process: ProcessId, level: usize) {
        if level + 1 < self.worker(process).path.len() {
            return self.enter(process, level + 1);
        }
        let now = self.now;
        let worker = self.worker(process);
        let planned = now.saturating_add(worker.switch).saturating_add(worker.left);
        self.tell_work(process, Some(planned));
        self.serve(process);
    }

    /// Is served until its work or a quantum ends.
    fn serve(&mut self, process: ProcessId) {
        let now = self.now;
        let worker = self.worker(process);
        worker.stage = Stage::Served;
        worker.since = now.saturating_add(std::mem::take(&mut worker.switch));
        worker.slice = worker.next_slice();
    }

    /// Begins to share the processor in this place.
    fn share(&mut self, process: ProcessId, place: usize) {
        let now = self.now;
        let processor = &mut self.group.processors[place];
        if processor.free() > 0 {
            self.tell(process, Kind::Acquire, place, 0);
        }
        self.tell_work(process, None);
        self.serve(process);
        let slice = self.worker(process).slice;
        let processor = &mut self.group.processors[place];
        let first = processor.shares.first();
        let (shares, speed) = processor.shared();
        shares.enter(process, slice, now, speed);
        // Where several should have ended already, the late comer makes them even, and
        // another one is the first, who sleeps until it is told.
        let others = processor.shares.first().filter(|&other| Some(other) != first);
        self.told.changed.extend(others.filter(|&other| other != process && other != self.me));
    }

    /// Shares the processor in this place no more.
    fn unshare(&mut self, process: ProcessId, place: usize) {
        let now = self.now;
        let processor = &mut self.group.processors[place];
        let (shares, speed) = processor.shared();
        shares.leave(process, now, speed);
        let (first, has_free) = (processor.shares.first(), processor.free() > 0);
        if has_free {
            self.tell(process, Kind::Release, place, 0);
        }
        self.told.changed.extend(first);
    }

    /// Goes on when the stretch has ended for which it was served: when its work was
    /// done, if it is.
    pub(super) fn end_stretch(&mut self, process: ProcessId) -> Option<u64> {
        let worker = self.worker(process);
        worker.spend(worker.slice);
        let path = worker.path.clone();
        let outermost = *path.last().expect("it works somewhere");
        let shares = self.group.processors[outermost].is_shared();
        let cores = path.len() - usize::from(shares);
        let turn_ends = self.quantum_that_ends(process, &path[..cores]);
        if self.worker(process).left > 0 && turn_ends.is_none() && !shares {
            // It goes on at once: nobody has to know but who follows what was done.
            self.serve(process);
            let planned = self.now.saturating_add(self.worker(process).left);
            self.tell_work(process, Some(planned));
            return None;
        }
        self.tell_of(process, Kind::Wake, ResourceId(0), 0);
        if shares {
            self.unshare(process, outermost);
        }
        if self.worker(process).left == 0 {
            path[..cores].iter().rev().for_each(|&place| self.give_core(process, place));
            self.group.workers.remove(&process);
            return Some(self.now);
        }
        match turn_ends {
            Some(level) => {
                path[level..cores].iter().rev().for_each(|&place| self.give_core(process, place));
                self.queue_up(process, level, None);
            }
            None => self.share(process, outermost),
        }
        None
    }

    /// The innermost level at which its quantum is over and others are ready. Where
    /// nobody else is, further in, a new quantum begins.
    fn quantum_that_ends(&mut self, process: ProcessId, path: &[usize]) -> Option<usize> {
        for (level, &place) in path.iter().enumerate() {
            if self.worker(process).left == 0 || self.worker(process).quanta[level] > 0 {
                continue;
            }
            let processor = &self.group.processors[place];
            let quantum = processor.rules.quantum;
            if quantum > 0 && (!processor.ready.is_empty() || processor.are_too_many()) {
                return Some(level);
            }
            self.worker(process).quanta[level] = quantum;
        }
        None
    }

    /// Gets into the line at this level: first of its class if it has lost its core, for which it was `served` so
    /// long, else last.
    pub(super) fn queue_up(&mut self, process: ProcessId, level: usize, served: Option<u64>) {
        let place = self.worker(process).path[level];
        self.line_up(process, place, served.is_some());
        let quantum = self.group.processors[place].rules.quantum;
        let worker = self.worker(process);
        worker.quanta[level] = quantum;
        worker.stage = Stage::Ready(level);
        // Who has to know how much of its work is left has no other way to learn it.
        let awaited = WaitFor::Core as Word;
        let value = served.map_or(Item::from(awaited), |served| Item::of(&[awaited, served]));
        self.tell(process, Kind::Block, place, value);
        self.fall_asleep(process);
    }

    /// Stands in the line of the processor in this place: `first` of its class or last.
    fn line_up(&mut self, process: ProcessId, place: usize, first: bool) {
        let group = &mut *self.group;
        let processor = &group.processors[place];
        let mine = processor.rank(&group.workers[&process]);
        let stands_before = |other: &&ProcessId| {
            let other = processor.rank(&group.workers[other]);
            if first { other < mine } else { other <= mine }
        };
        let is_ranked = matches!(processor.rules.discipline, Discipline::Priority | Discipline::Edf);
        let before = match is_ranked {
            true => processor.ready.iter().take_while(stands_before).count(),
            false if first => 0,
            false => processor.ready.len(),
        };
        group.processors[place].ready.insert(before, process);
    }

    fn fall_asleep(&mut self, process: ProcessId) {
        if process != self.me {
            self.told.changed.push(process);
        }
        if std::mem::take(&mut self.worker(process).is_awake) && self.census.leave() {
            self.told.last = true;
        }
    }

    /// Ends the wait of a thread that was given a core: it is awake, and has to look.
    fn wake_up(&mut self, process: ProcessId) {
        let (now, census) = (self.now, self.census);
        let worker = self.worker(process);
        if !std::mem::replace(&mut worker.is_awake, true) {
            census.join();
        }
        if std::mem::take(&mut worker.is_parked) {
            worker.requester.parker.serve(now);
        } else if process != self.me {
            self.told.changed.push(process);
        }
    }

    /// A core that serves nobody: the one that served this thread last, or the first.
    fn free_core(&self, process: ProcessId, place: usize) -> Option<usize> {
        let processor = &self.group.processors[place];
        if processor.free() == 0 {
            return None;
        }
        let cores = &processor.cores;
        let free = || (0..cores.len()).filter(|&core| cores[core].serves.is_none());
        free().find(|&core| cores[core].last == Some(process)).or(free().next())
    }

    /// Makes a core serve this thread, after a switch if it served another one.
    fn occupy(&mut self, process: ProcessId, place: usize, core: usize) {
        let processor = &mut self.group.processors[place];
        let core = &mut processor.cores[core];
        let switches = core.last.is_some_and(|last| last != process);
        (core.serves, core.last) = (Some(process), Some(process));
        let switch = if switches { processor.rules.switch } else { 0 };
        let worker = self.worker(process);
        worker.switch = worker.switch.saturating_add(switch);
    }

    fn core_of(&self, process: ProcessId, place: usize) -> usize {
        let mut cores = self.group.processors[place].cores.iter();
        cores.position(|core| core.serves == Some(process)).expect("it has a core")
    }

    /// Gives its core of this processor to the first in line, if there is one.
    fn give_core(&mut self, process: ProcessId, place: usize) {
        let core = self.core_of(process, place);
        if self.group.processors[place].are_too_many() {
            self.group.processors[place].cores[core].serves = None;
            return;
        }
        self.tell(process, Kind::Release, place, 0);
        match self.group.processors[place].ready.pop_front() {
            Some(next) => self.hand_core(process, next, (place, core)),
            None => self.group.processors[place].cores[core].serves = None,
        }
    }

    /// Makes a core serve the one that was first in line.
    pub(super) fn hand_core(&mut self, by: ProcessId, next: ProcessId, (place, core): (usize, usize)) {
        self.occupy(next, place, core);
        let worker = self.worker(next);
        let Stage::Ready(level) = worker.stage else { unreachable!("it stood in line") };
        worker.stage = Stage::Granted(level);
        self.group.granted.push_back(next);
        self.tell(next, Kind::Grant, place, Word::from(by.0));
        self.tell(next, Kind::Acquire, place, 0);
        self.wake_up(next);
    }

    /// Takes the core of the thread that goes last of those that have one, if it goes
    /// after this one; whether it did. Whose stretch is over keeps its core.
    fn preempt(&mut self, process: ProcessId, place: usize) -> bool {
        let processor = &self.group.processors[place];
        let ranked = self.yielding(place).map(|(core, other, worker)| (processor.rank(worker), core, other));
        let mine = processor.rank(&self.group.workers[&process]);
        let Some((_, core, other)) = ranked.max().filter(|&(rank, ..)| rank > mine) else { return false };
        let (level, served) = self.withdraw(other, place);
        self.tell(other, Kind::Release, place, 0);
        self.queue_up(other, level, Some(served));
        self.occupy(process, place, core);
        self.tell(process, Kind::Acquire, place, 0);
        true
    }

    /// Gives a thread at work another priority; whether it takes a core by that which serves another one. Where it is
    /// ready, and goes by priority, it stands behind those who have the same.
    pub(super) fn change_priority(&mut self, process: ProcessId, priority: u8) -> bool {
        let worker = self.worker(process);
        worker.requester.priority = priority;
        match worker.stage {
            Stage::Ready(level) => self.come_again(process, level),
            Stage::Granted(_) | Stage::Served => false,
        }
    }

    /// A thread goes after others now whom it went before: those who are first in line for a core that it has may take
    /// that. How many do so.
    pub(super) fn stand_back(&mut self, process: ProcessId) -> u64 {
        let path = self.worker(process).path.clone();
        let mut losers = 0;
        for place in path {
            let processor = &self.group.processors[place];
            let Some(&first) = processor.ready.front().filter(|_| processor.rules.preempts) else { continue };
            let rank = |process: &ProcessId| processor.rank(&self.group.workers[process]);
            if rank(&first) < rank(&process)
                && let Stage::Ready(level) = self.group.workers[&first].stage
            {
                losers += u64::from(self.come_again(first, level));
            }
        }
        losers
    }

    /// A thread that is ready comes anew to where it stands in line by priority, and takes a core from another one or
    /// gets into the line; whether it took one.
    fn come_again(&mut self, process: ProcessId, level: usize) -> bool {
        let place = self.worker(process).path[level];
        let processor = &mut self.group.processors[place];
        if processor.rules.discipline != Discipline::Priority {
            return false;
        }
        processor.ready.retain(|&other| other != process);
        let takes = processor.rules.preempts && self.preempt(process, place);
        if takes {
            self.worker(process).stage = Stage::Granted(level);
            self.group.granted.push_back(process);
            self.tell(process, Kind::Grant, place, Word::from(process.0));
            self.wake_up(process);
        } else {
            self.line_up(process, place, false);
        }
        takes
    }

    /// The cores that can be taken from whom they serve, with that one: whose stretch is over keeps its core.
    pub(super) fn yielding(&self, place: usize) -> impl Iterator<Item = (usize, ProcessId, &Worker)> {
        let now = self.now;
        let is_over = move |worker: &Worker| {
            worker.stage == Stage::Served && now.saturating_sub(worker.since) >= worker.slice
        };
        let cores = self.group.processors[place].cores.iter().enumerate();
        let served = cores.filter_map(|(core, it)| Some((core, it.serves?)));
        let workers = served.map(|(core, other)| (core, other, &self.group.workers[&other]));
        workers.filter(move |&(_, _, worker)| !is_over(worker))
    }

    /// Takes a thread that has a core of this processor out of all further out; says
    /// at which level the processor stands for it, and for how long it was served.
    pub(super) fn withdraw(&mut self, process: ProcessId, place: usize) -> (usize, u64) {
        let now = self.now;
        let worker = self.worker(process);
        let path = worker.path.clone();
        let level = path.iter().position(|&other| other == place).expect("it has a core here");
        let mut served = 0;
        let outermost = match worker.stage {
            Stage::Served => {
                served = now.saturating_sub(worker.since).min(worker.slice);
                worker.spend(served);
                path.len() - 1
            }
            Stage::Granted(reached) => reached,
            Stage::Ready(reached) => {
                self.group.processors[path[reached]].ready.retain(|&other| other != process);
                reached - 1
            }
        };
        self.worker(process).switch = 0;
        self.group.granted.retain(|&other| other != process);
        path[level + 1..=outermost].iter().rev().for_each(|&place| self.give_core(process, place));
        (level, served)
    }
}
