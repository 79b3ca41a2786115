//! Processors that serve all at once, each at its share of the speed.
//!
//! All that are served attain equal service at any time, so one number says how much
//! whoever was there from the beginning has attained, and who came later ends when
//! that number has grown by its work (the virtual time of Kleinrock, "Queueing
//! Systems", volume II, 1976, section 4.4). Who ends first is on top of a heap, and
//! alone has an entry in the calendar. When another one comes, that entry is too
//! early: whoever finds so lets more time pass. Numbers are counted in
//! [`shared::UNITS`], ends are rounded up to whole nanoseconds.

use super::machine::State;
use super::processor::{Worker, stage, worker};
use super::step::{Done, Kernel, OpResult, Scheduler};
use crate::program::{Processor, frame, resource, shared, work};
use crate::time::Time;
use crate::trace::{Kind, Sink};
use crate::value::Word;

fn number(arena: &[Word], at: usize) -> u128 {
    u128::from(arena[at]) | u128::from(arena[at + 1]) << 64
}

fn set_number(arena: &mut [Word], at: usize, number: u128) {
    (arena[at], arena[at + 1]) = (number as u64, (number >> 64) as u64);
}

/// When a process ends, and its number plus 1.
pub(super) type Key = (u128, u64);

/// How many children an entry of the heap has.
const BRANCHES: usize = 4;

/// What is kept of a shared processor: where its content begins, and its header.
#[derive(Clone, Copy)]
pub(super) struct Shared(usize, usize);

impl Shared {
    /// The one with this header.
    pub(super) fn of(arena: &[Word], header: usize) -> Shared {
        Shared(arena[header + resource::CONTENT] as usize, header)
    }

    /// How many are served.
    pub(super) fn served(self, arena: &[Word]) -> usize {
        arena[self.0 + shared::SERVED] as usize
    }

    /// How many of its cores are taken.
    fn taken(self, arena: &[Word]) -> u64 {
        arena[self.1 + resource::TAKEN]
    }

    fn attained(self) -> usize {
        self.0 + shared::ATTAINED
    }

    fn entry(self, place: usize) -> usize {
        self.0 + shared::HEAP + shared::ENTRY * place
    }

    /// The number plus 1 of the process in this place of the heap.
    pub(super) fn id(self, arena: &[Word], place: usize) -> u64 {
        arena[self.entry(place) + 2]
    }

    /// What sorts the heap: who ends first; of those who end together, the process
    /// that stands first in the scenario.
    pub(super) fn key(self, arena: &[Word], place: usize) -> Key {
        (number(arena, self.entry(place)), self.id(arena, place))
    }

    /// Makes it anew: what was attained, and up to when that is counted; and those
    /// who are served, who ends first first.
    pub(super) fn set(
        self,
        arena: &mut [Word],
        (attained, counted): (u128, Word),
        shares: impl Iterator<Item = Key>,
    ) {
        let before = self.served(arena);
        arena[self.entry(0)..self.entry(before)].fill(0);
        set_number(arena, self.attained(), attained);
        arena[self.0 + shared::COUNTED] = counted;
        arena[self.0 + shared::SERVED] = 0;
        shares.for_each(|(end, id)| self.push(arena, end, id));
    }

    /// Writes the one with this key into this place of the heap.
    fn put(self, arena: &mut [Word], place: usize, (end, id): Key) {
        let entry = self.entry(place);
        set_number(arena, entry, end);
        arena[entry + 2] = id;
    }

    fn push(self, arena: &mut [Word], end: u128, id: u64) {
        let place = self.served(arena);
        arena[self.0 + shared::SERVED] += 1;
        self.rise(arena, place, (end, id));
    }

    /// Takes out the process with this id, mostly the one on top.
    fn remove(self, arena: &mut [Word], id: u64) {
        let place = self.place_of(arena, id);
        arena[self.0 + shared::SERVED] -= 1;
        let len = self.served(arena);
        let last = self.key(arena, len);
        let entry = self.entry(len);
        arena[entry..entry + shared::ENTRY].fill(0);
        if place == len {
            return;
        }
        match place > 0 && last < self.key(arena, (place - 1) / BRANCHES) {
            true => self.rise(arena, place, last),
            false => self.sink(arena, place, last),
        }
    }

    /// When the process with this id ends, if nobody else comes.
    pub(super) fn end_of(self, arena: &[Word], processor: &Processor, id: u64) -> Time {
        let counted = Time::from_nanos(arena[self.0 + shared::COUNTED]).unwrap_or(Time::MAX);
        self.end_at(arena, processor, self.place_of(arena, id), counted)
    }

    /// How much is left of the slice of the process with this id, in nanoseconds of work.
    pub(super) fn left_of(self, arena: &[Word], processor: &Processor, id: u64, now: Time) -> u64 {
        let (end, _) = self.key(arena, self.place_of(arena, id));
        let left = end.saturating_sub(self.attained_by(arena, processor, now)).div_ceil(shared::UNITS);
        u64::try_from(left).unwrap_or(u64::MAX)
    }

    /// Where in the heap the process with this id is.
    fn place_of(self, arena: &[Word], id: u64) -> usize {
        let place = (0..self.served(arena)).find(|&place| self.id(arena, place) == id);
        place.expect("whoever is served is in the heap")
    }

    /// Writes the one with this key into this place, which is free, or further up.
    fn rise(self, arena: &mut [Word], mut place: usize, key: Key) {
        while place > 0 {
            let above = (place - 1) / BRANCHES;
            let other = self.key(arena, above);
            if other < key {
                break;
            }
            self.put(arena, place, other);
            place = above;
        }
        self.put(arena, place, key);
    }

    /// Writes the one with this key into this place, which is free, or further down.
    fn sink(self, arena: &mut [Word], mut place: usize, key: Key) {
        let len = self.served(arena);
        loop {
            let children = (BRANCHES * place + 1)..(BRANCHES * (place + 1) + 1).min(len);
            let least = children.map(|child| (self.key(arena, child), child)).min();
            let Some((other, child)) = least.filter(|&(other, _)| other < key) else { break };
            self.put(arena, place, other);
            place = child;
        }
        self.put(arena, place, key);
    }

    /// Whether nobody gets on, since all of its cores are taken.
    fn stands_still(self, arena: &[Word], processor: &Processor) -> bool {
        self.taken(arena) >= processor.cores
    }

    /// Counts the service up to now.
    pub(super) fn count(self, arena: &mut [Word], processor: &Processor, now: Time) {
        let attained = self.attained_by(arena, processor, now);
        arena[self.0 + shared::COUNTED] = now.as_nanos();
        set_number(arena, self.attained(), attained);
    }

    /// The service up to then.
    pub(super) fn attained_by(self, arena: &[Word], processor: &Processor, now: Time) -> u128 {
        let attained = number(arena, self.attained());
        match self.served(arena) as u64 {
            0 => attained,
            served => {
                let passed = now.as_nanos() - arena[self.0 + shared::COUNTED];
                attained + processor.rate(served, self.taken(arena)) * u128::from(passed)
            }
        }
    }

    /// When the one on top ends, if nobody else comes, counted up to `now`.
    fn first_end(self, arena: &[Word], processor: &Processor, now: Time) -> Time {
        self.end_at(arena, processor, 0, now)
    }

    /// Likewise of the one in this place.
    fn end_at(self, arena: &[Word], processor: &Processor, place: usize, now: Time) -> Time {
        let left = number(arena, self.entry(place)).saturating_sub(number(arena, self.attained()));
        let rate = processor.rate(self.served(arena) as u64, self.taken(arena));
        let nanos = if rate == 0 && left > 0 { u128::MAX >> 1 } else { left.div_ceil(rate.max(1)) };
        let end = u128::from(now.as_nanos()) + nanos;
        u64::try_from(end).ok().and_then(Time::from_nanos).unwrap_or(Time::MAX)
    }
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Begins to be served for a slice.
    pub(super) fn share(&mut self, arena: &mut [Word], me: Worker, header: usize, level: usize) -> OpResult {
        let processor = self.program.processor(arena, header);
        let shared = Shared::of(arena, header);
        shared.count(arena, processor, *self.now);
        if arena[header + resource::LEVEL] > 0 {
            arena[header + resource::LEVEL] -= 1;
            self.note(arena, me.at, Kind::Acquire, header);
        }
        // Nobody knows when it will end: others may come.
        self.emit(me.at, Kind::Work, 0, Time::MAX.as_nanos());
        let slice = self.slice(arena, me);
        arena[me.base + work::SLICE] = slice;
        me.set_stage(arena, stage::SERVED, level);
        let before = (shared.served(arena) > 0).then(|| shared.id(arena, 0));
        let end = number(arena, shared.attained()) + u128::from(slice) * shared::UNITS;
        shared.push(arena, end, me.id());
        if shared.id(arena, 0) != me.id() || shared.stands_still(arena, processor) {
            me.set_state(arena, State::Blocked);
            return Ok(Done::Wait);
        }
        if let Some(before) = before {
            self.take_entry(arena, worker(self.program, arena, before));
        }
        let until = shared.first_end(arena, processor, *self.now);
        Ok(self.pass(arena, me, until, None))
    }

    /// Takes the entry in the calendar from one that does not end first any more.
    fn take_entry(&mut self, arena: &mut [Word], other: Worker) {
        let words = &arena[other.at.frame()..];
        // Of one that was woken at this instant the entry is on its way.
        if frame::state_in(words[frame::STATE]) != State::Delayed as u8 {
            return;
        }
        let until = Time::from_nanos(words[frame::UNTIL]).unwrap_or(Time::MAX);
        self.queue.cancel(until, other.at.process());
        other.set_state(arena, State::Blocked);
    }

    /// Goes on being served: `None` if the slice has ended, and it is out.
    pub(super) fn go_on_sharing(&mut self, arena: &mut [Word], me: Worker, header: usize) -> Option<Done> {
        let processor = self.program.processor(arena, header);
        let shared = Shared::of(arena, header);
        if shared.id(arena, 0) != me.id() && !self.queue.is_observed() {
            me.set_state(arena, State::Blocked);
            return Some(Done::Wait);
        }
        shared.count(arena, processor, *self.now);
        let until = shared.first_end(arena, processor, *self.now);
        if until > *self.now && shared.stands_still(arena, processor) && !self.queue.is_timeless() {
            me.set_state(arena, State::Blocked);
            return Some(Done::Wait);
        }
        if until > *self.now && !self.queue.is_timeless() && !self.queue.is_observed() {
            return Some(self.pass(arena, me, until, None));
        }
        self.leave_shared(arena, me, header);
        None
    }

    /// Takes a process out of those who share; the next one to end goes on.
    pub(super) fn leave_shared(&mut self, arena: &mut [Word], other: Worker, header: usize) {
        let processor = self.program.processor(arena, header);
        let shared = Shared::of(arena, header);
        shared.count(arena, processor, *self.now);
        let first = shared.id(arena, 0);
        shared.remove(arena, other.id());
        let left = shared.served(arena);
        if (left as u64) < processor.cores - shared.taken(arena) {
            arena[header + resource::LEVEL] += 1;
            self.note(arena, other.at, Kind::Release, header);
        }
        if left == 0 {
            set_number(arena, shared.attained(), 0);
            return;
        }
        self.time_anew(arena, shared, first == shared.id(arena, 0));
    }

    /// The one on top goes on now, to find out when it ends; its entry, if it `has_one`, is
    /// for another time.
    pub(super) fn time_anew(&mut self, arena: &mut [Word], shared: Shared, has_one: bool) {
        let next = worker(self.program, arena, shared.id(arena, 0));
        if has_one {
            self.take_entry(arena, next);
        }
        if frame::state_in(arena[next.at.frame() + frame::STATE]) == State::Blocked as u8 {
            next.set_state(arena, State::Ready);
            let priority = frame::priority_in(arena[next.at.frame() + frame::LINK]);
            self.queue.wake(*self.now, priority, next.at.process());
        }
    }
}
