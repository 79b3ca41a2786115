//! The calendar: who can go on when, in the total order of (time, priority,
//! sequence).
//!
//! Entries are kept by value. Three forms, of which a run chooses one: eight
//! places for up to eight processes, since each has at most one entry; wheels for
//! more that all have the same priority; and a heap if they have not, or for some
//! dozens.

use crate::ids::ProcessId;
use crate::kernel::{Scheduler, Yield, Yielded};
use crate::time::Time;

/// An entry as one number, which sorts as the total order says: time in the
/// top 64 bits, then 8 of priority, 32 of sequence, 24 of process.
pub(super) type Key = u128;

pub(super) const PROCESS_BITS: u32 = 24;
pub(super) const SEQUENCE_BITS: u32 = 32;

/// The largest number of processes that keys can tell apart.
pub const MAX_PROCESSES: usize = 1 << PROCESS_BITS;

/// The most entries of a [`SmallCalendar`].
pub const SMALL: usize = 8;

/// The future event list of one run. Entries made by [`Scheduler::wake`](crate::backend::Scheduler::wake) are for
/// the present, once there is one.
pub trait Calendar: Scheduler {
    /// Takes the first entry; of a new calendar, with which the present begins.
    fn pop(&mut self) -> Option<(Time, ProcessId)>;

    /// Takes the first entry, after the process whose entry was taken last has
    /// stopped at the present: if it is delayed, it has an entry again.
    #[inline(always)]
    fn next(&mut self, stop: Yielded, now: Time) -> Option<(Time, ProcessId)> {
        let _ = now;
        if let Yield::Delayed(until) = stop.why {
            self.wake(until, stop.priority, stop.process);
        }
        self.pop()
    }

    /// Forgets all entries.
    fn clear(&mut self);
}

#[inline(always)]
pub(super) fn key(time: Time, priority: u8, sequence: u32, process: ProcessId) -> Key {
    let low = u64::from(priority) << (SEQUENCE_BITS + PROCESS_BITS)
        | u64::from(sequence) << PROCESS_BITS
        | u64::from(process.0);
    u128::from(time.as_nanos()) << 64 | u128::from(low)
}

#[inline(always)]
pub(super) fn entry(key: Key) -> (Time, ProcessId) {
    let time = Time::from_nanos((key >> 64) as u64).unwrap_or(Time::MAX);
    (time, ProcessId(key as u32 & ((1 << PROCESS_BITS) - 1)))
}

/// The number by which an entry is known among those of one time and priority: later ones have higher ones.
pub(super) fn sequence(key: Key) -> u32 {
    (key >> PROCESS_BITS) as u32
}

/// Numbers `keys`, which are sorted, anew from 0, when the sequence has run
/// out; gives the next number.
#[cold]
pub(super) fn renumber(keys: &mut [Key]) -> u32 {
    for (number, key) in keys.iter_mut().enumerate() {
        let mask = ((1u128 << SEQUENCE_BITS) - 1) << PROCESS_BITS;
        *key = (*key & !mask) | (number as u128) << PROCESS_BITS;
    }
    keys.len() as u32
}

/// Above every key of an entry.
pub(super) const NONE: Key = Key::MAX;

/// The smaller of two keys, with its place; without a branch, since which one
/// it is cannot be predicted.
#[inline(always)]
pub(super) fn smaller(a: usize, a_key: Key, b: usize, b_key: Key) -> (usize, Key) {
    let less = b_key < a_key;
    (if less { b } else { a }, if less { b_key } else { a_key })
}

/// The smallest of four keys, with its place.
#[inline(always)]
pub(super) fn smallest(keys: &[Key; 4]) -> (usize, Key) {
    let (low, low_key) = smaller(0, keys[0], 1, keys[1]);
    let (high, high_key) = smaller(2, keys[2], 3, keys[3]);
    smaller(low, low_key, high, high_key)
}

/// The entries of up to `SMALL` processes, in order.
///
/// A new entry goes through all places, smaller ones staying and larger ones
/// moving on: always the same few steps, without a branch that depends on the
/// times. A process that waits enters as `NONE`.
///
/// If all priorities are equal, times alone tell the places: a new entry comes
/// after all of its time. And who can go on at the present needs no key: they go
/// on in the order in which they came, after those whose time is now.
#[derive(Debug, Clone)]
pub struct SmallCalendar {
    keys: [Halves; SMALL],
    /// How many places may be in use. While a process runs, it has no entry.
    len: usize,
    /// Who can go on at the present, each plus 1 in a byte, the first lowest.
    ready: u64,
    /// The place of the next one in `ready`.
    shift: u32,
    /// Whether who is entered for the present goes to `ready`: not before the
    /// first entry is taken, for then there is no present, and not if there are
    /// priorities.
    has_ready: bool,
    processes: usize,
    has_priorities: bool,
    /// The next sequence number, in its place in a key.
    sequence: u64,
}

/// A key as its high and its low half. The compiler compares them as one
/// number, and then chooses both halves by the one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Halves(u64, u64);

impl Halves {
    #[inline(always)]
    fn number(self) -> Key {
        u128::from(self.0) << 64 | u128::from(self.1)
    }

    /// When, and who; `None` for [`NO_HALVES`].
    #[inline(always)]
    fn entry(self) -> Option<(Time, ProcessId)> {
        Some((Time::from_nanos(self.0)?, ProcessId(self.1 as u32 % SMALL as u32)))
    }
}

const NO_HALVES: Halves = Halves(u64::MAX, u64::MAX);

/// The keys are packed as all are, but need fewer bits for the process and
/// have 53 for the sequence, which does not run out within the years that a
/// run may take.
const SMALL_BITS: u32 = SMALL.trailing_zeros();

impl SmallCalendar {
    /// An empty calendar for at most `SMALL` processes. `has_priorities`:
    /// whether entries come with different priorities.
    pub fn new(processes: usize, has_priorities: bool) -> SmallCalendar {
        let processes = processes.clamp(1, SMALL);
        SmallCalendar {
            keys: [NO_HALVES; SMALL],
            len: processes,
            ready: 0,
            shift: 0,
            has_ready: false,
            processes,
            has_priorities,
            sequence: 0,
        }
    }

    #[inline(always)]
    fn key(&mut self, time: Time, priority: u8, process: ProcessId) -> Halves {
        let low = u64::from(priority) << (SEQUENCE_BITS + PROCESS_BITS)
            | self.sequence
            | u64::from(process.0 % SMALL as u32);
        self.sequence += 1 << SMALL_BITS;
        Halves(time.as_nanos(), low)
    }

    /// Puts `key` in its place.
    #[inline(always)]
    fn insert(&mut self, mut key: Halves) {
        for place in self.keys.iter_mut().take(self.len) {
            (*place, key) = ordered(key, *place);
        }
    }

    /// Takes the first of `key` and all entries.
    #[inline(always)]
    fn replace(&mut self, key: Halves) -> Option<(Time, ProcessId)> {
        let [a, b, ..] = self.keys;
        // Two processes mostly do different things, so there is a branch that
        // depends on the times after all, when it comes to doing them. The
        // earlier it comes, the less is done in vain.
        if self.len <= 1 {
            if key.number() < a.number() {
                return key.entry();
            }
            self.keys[0] = key;
            return a.entry();
        }
        let (first, mut key) = ordered(key, a);
        // Three are so many that a loop is not worth it.
        if self.len == 2 {
            (self.keys[0], self.keys[1]) = ordered(key, b);
            return first.entry();
        }
        let mut last = 0;
        for next in 1..self.len.min(SMALL) {
            (self.keys[last], key) = ordered(key, self.keys[next]);
            last = next;
        }
        self.keys[last] = key;
        first.entry()
    }

    /// Enters a key where priorities are equal: the new entry comes after all of
    /// its time, so times alone tell its place.
    #[inline(always)]
    fn insert_last(&mut self, key: Halves) {
        let (mut before, mut comes_before) = (key, false);
        for place in self.keys.iter_mut().take(self.len) {
            let old = *place;
            let comes_here = key.0 < old.0;
            *place = choose(comes_before, before, choose(comes_here, key, old));
            (before, comes_before) = (old, comes_here);
        }
    }

    /// Enters a key and takes the first, where priorities are equal: times alone
    /// tell the places. Every entry before that of the key moves one place to the
    /// front, over the one that is taken; those behind it stay. No step branches
    /// on where that is, since nobody could predict it.
    #[inline(always)]
    fn replace_last(&mut self, key: Halves) -> Option<(Time, ProcessId)> {
        let [a, b, ..] = self.keys;
        let is_first = key.0 < a.0;
        // With at most one entry, and with two, there is nothing to go through.
        if self.len <= 1 {
            if is_first {
                return key.entry();
            }
            self.keys[0] = key;
            return a.entry();
        }
        let first = choose(is_first, key, a);
        if self.len == 2 {
            let is_second = key.0 < b.0;
            self.keys[0] = choose(is_first, a, choose(is_second, key, b));
            self.keys[1] = choose(is_second, b, key);
            return first.entry();
        }
        // `before` is the entry that was at the place in front, or is the key's
        // place if the key comes there.
        let (mut before, mut comes_before) = (a, is_first);
        for next in 1..self.len.min(SMALL) {
            let old = self.keys[next];
            let comes_here = key.0 < old.0;
            self.keys[next - 1] = choose(comes_before, before, choose(comes_here, key, old));
            (before, comes_before) = (old, comes_here);
        }
        self.keys[self.len.min(SMALL) - 1] = choose(comes_before, before, key);
        first.entry()
    }

    /// Whether somebody can go on at the present, and nobody comes before.
    #[inline(always)]
    fn is_ready(&self, now: Time) -> bool {
        self.ready != 0 && self.keys[0].0 > now.as_nanos()
    }

    /// Takes who can go on at the present first.
    #[inline(always)]
    fn take_ready(&mut self) -> ProcessId {
        let process = ProcessId((self.ready as u8).wrapping_sub(1).into());
        self.ready >>= 8;
        self.shift -= 8;
        process
    }

    #[inline(always)]
    fn add_ready(&mut self, process: ProcessId) {
        self.ready |= u64::from(process.0 % SMALL as u32 + 1) << (self.shift % 64);
        self.shift += 8;
    }
}

impl Calendar for SmallCalendar {
    fn pop(&mut self) -> Option<(Time, ProcessId)> {
        let first = self.replace(NO_HALVES);
        // From now on one of them runs.
        self.len = (self.processes - 1).max(1);
        self.has_ready = !self.has_priorities;
        first
    }

    #[inline(always)]
    fn next(&mut self, stop: Yielded, now: Time) -> Option<(Time, ProcessId)> {
        if !self.has_ready {
            let key = match stop.why {
                Yield::Delayed(until) => self.key(until, stop.priority, stop.process),
                _ => NO_HALVES,
            };
            return self.replace(key);
        }
        let mut key = NO_HALVES;
        if let Yield::Delayed(until) = stop.why {
            if until == now {
                self.add_ready(stop.process);
            } else {
                key = Halves(until.as_nanos(), stop.process.0.into());
                if self.is_ready(now) {
                    self.insert_last(key);
                    return Some((now, self.take_ready()));
                }
            }
        }
        if self.is_ready(now) { Some((now, self.take_ready())) } else { self.replace_last(key) }
    }

    fn clear(&mut self) {
        *self = SmallCalendar::new(self.processes, self.has_priorities);
    }
}

impl Scheduler for SmallCalendar {
    const KEEPS_DEADLINES: bool = false;

    #[inline(always)]
    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        if self.has_ready {
            self.add_ready(process);
        } else {
            let key = self.key(time, priority, process);
            self.insert(key);
        }
    }
}

/// The smaller key, then the other.
#[inline(always)]
fn ordered(a: Halves, b: Halves) -> (Halves, Halves) {
    let less = a.number() < b.number();
    (choose(less, a, b), choose(less, b, a))
}

/// `a` or else `b`, without a branch.
#[inline(always)]
fn choose(is_a: bool, a: Halves, b: Halves) -> Halves {
    let choose = |a: u64, b: u64| if is_a { a } else { b };
    Halves(choose(a.0, b.0), choose(a.1, b.1))
}

#[cfg(test)]
mod tests {
    use super::super::heap_calendar::HeapCalendar;
    use super::super::tie_calendar::TieCalendar;
    use super::super::wheel_calendar::WheelCalendar;
    use super::*;
    use crate::trace::Ties;
    use proptest::prelude::*;

    /// Wakes processes and lets the first go on, to stop as the script says,
    /// against a sorted list; at most `SMALL` processes.
    fn agrees(calendar: &mut impl Calendar, script: &[(u8, u64, u8)], priorities: bool) {
        let mut model: Vec<(u64, u8, usize, u32)> = Vec::new();
        let (mut now, mut running) = (0, None);
        for (number, &(action, wait, priority)) in script.iter().enumerate() {
            let priority = if priorities { priority } else { 128 };
            let time = Time::from_nanos(now + wait).expect("small");
            let awake = |id| running == Some(id) || model.iter().any(|&(.., other)| other == id);
            if let (0, Some(id)) = (action, (0..SMALL as u32).find(|&id| !awake(id))) {
                let time = if running.is_some() { now } else { now + wait };
                calendar.wake(Time::from_nanos(time).expect("small"), priority, ProcessId(id));
                model.push((time, priority, number, id));
                continue;
            }
            let got = match running {
                Some(id) => {
                    let why = if action == 1 { Yield::Delayed(time) } else { Yield::Blocked };
                    if action == 1 {
                        model.push((now + wait, priority, number, id));
                    }
                    let stop = Yielded { process: ProcessId(id), priority, why };
                    calendar.next(stop, Time::from_nanos(now).expect("small"))
                }
                None => calendar.pop(),
            };
            model.sort_unstable();
            let expected = if model.is_empty() { None } else { Some(model.remove(0)) };
            let got = got.map(|(time, process)| (time.as_nanos(), process.0));
            assert_eq!(got, expected.map(|(time, _, _, id)| (time, id)));
            // A run ends when nobody can go on.
            let Some((time, id)) = got else { return };
            (now, running) = (time, Some(id));
        }
    }

    proptest! {
        #[test]
        fn pop_in_total_order(
            script in proptest::collection::vec((0u8..3, 0u64..20, 0u8..3), 1..300),
            priorities: bool,
        ) {
            agrees(&mut SmallCalendar::new(SMALL, priorities), &script, priorities);
            agrees(&mut HeapCalendar::new(priorities), &script, priorities);
            agrees(&mut TieCalendar::new(SMALL, Ties::Fifo, 0, 0), &script, priorities);
            if !priorities {
                agrees(&mut WheelCalendar::new(4), &script, false);
            }
        }

        /// The others with many entries.
        #[test]
        fn many_are_sorted(times in proptest::collection::vec(0u64..1000, 1..500)) {
            sorts(&mut HeapCalendar::new(false), &times);
            sorts(&mut WheelCalendar::new(times.len()), &times);
        }

        /// The wheels against the heap, with many pending, while waits are drawn
        /// that are alike, that differ by powers, and that are mostly none.
        #[test]
        fn wheels_agree_with_the_heap(
            waits in proptest::collection::vec((0u32..62, any::<u64>()), 1..600),
            pending in 1u32..300,
            widest in 1u32..60,
            none_of_8 in 0u64..8,
        ) {
            let mut heap = HeapCalendar::new(false);
            let mut wheels = WheelCalendar::new(pending as usize);
            for process in (0..pending).map(ProcessId) {
                heap.wake(Time::ZERO, 128, process);
                wheels.wake(Time::ZERO, 128, process);
            }
            for &(bits, noise) in waits.iter().chain(&waits).chain(&waits) {
                let entry = heap.pop();
                prop_assert_eq!(wheels.pop(), entry);
                let (now, process) = entry.expect("as many are pending as ever");
                let wait = if noise % 8 < none_of_8 { 0 } else { noise >> 8 & ((1 << bits.min(widest)) - 1) };
                let until = now.checked_add(wait).unwrap_or(now);
                heap.wake(until, 128, process);
                wheels.wake(until, 128, process);
            }
            loop {
                let entry = heap.pop();
                prop_assert_eq!(wheels.pop(), entry);
                if entry.is_none() {
                    break;
                }
            }
        }
    }

    fn sorts(calendar: &mut impl Calendar, times: &[u64]) {
        for (number, &time) in times.iter().enumerate() {
            calendar.wake(Time::from_nanos(time).expect("small"), 128, ProcessId(number as u32));
        }
        let mut expected: Vec<(u64, u32)> = times.iter().copied().zip(0..).collect();
        expected.sort_unstable();
        let got: Vec<(u64, u32)> = std::iter::from_fn(|| calendar.pop())
            .map(|(time, process)| (time.as_nanos(), process.0))
            .collect();
        assert_eq!(got, expected);
    }

    /// A window that few entries made wide is given up when very many come
    /// into it: they are not sorted one by one.
    #[test]
    fn a_crowd_in_a_wide_window() {
        let mut heap = HeapCalendar::new(false);
        let mut wheels = WheelCalendar::new(10_001);
        let both = |heap: &mut HeapCalendar, wheels: &mut WheelCalendar, nanos: u64, process: u32| {
            let time = Time::from_nanos(nanos).expect("small");
            heap.wake(time, 128, ProcessId(process));
            wheels.wake(time, 128, ProcessId(process));
        };
        both(&mut heap, &mut wheels, 0, 0);
        both(&mut heap, &mut wheels, 1 << 40, 1);
        assert_eq!(wheels.pop(), heap.pop());
        for process in 2..10_001u32 {
            both(&mut heap, &mut wheels, u64::from(process).wrapping_mul(0x9e37_79b9) % (1 << 30), process);
        }
        for _ in 0..10_000 {
            assert_eq!(wheels.pop(), heap.pop());
        }
        assert_eq!(wheels.pop(), None);
    }

    #[test]
    fn order_survives_renumbering() {
        let mut heap = HeapCalendar::new(false);
        heap.sequence = u32::MAX - 2;
        let order = [2, 0, 3, 1, 4];
        for process in order {
            heap.wake(Time::from_secs(1), 128, ProcessId(process));
        }
        for process in order {
            assert_eq!(heap.pop(), Some((Time::from_secs(1), ProcessId(process))));
        }
    }

    /// Fills a calendar, takes some out, has some come for the present, and clears it.
    fn clears<C: Calendar + Clone + std::fmt::Debug>(new: &C, processes: u32) {
        let mut used = new.clone();
        for process in (0..processes).map(ProcessId) {
            used.wake(Time::from_nanos(u64::from(process.0 / 40) + 7).expect("small"), 128, process);
        }
        for _ in 0..processes / 2 {
            let (now, process) = used.pop().expect("as many are there");
            used.wake(now, 128, process);
        }
        assert!(processes < 2 || format!("{used:?}") != format!("{new:?}"));
        used.clear();
        assert!(format!("{used:?}") == format!("{new:?}"), "{processes} left something");
    }

    #[test]
    fn a_calendar_that_was_cleared_is_as_a_new_one() {
        clears(&SmallCalendar::new(SMALL, false), 8);
        clears(&SmallCalendar::new(SMALL, true), 8);
        clears(&HeapCalendar::new(false), 200);
        clears(&HeapCalendar::new(true), 200);
        clears(&WheelCalendar::new(200), 200);
        clears(&WheelCalendar::new(20_000), 20_000);
    }

    /// It keeps blocks of random words, from which the same choices come again.
    #[test]
    fn ties_are_chosen_anew_in_a_calendar_that_was_cleared() {
        let choices = |calendar: &mut TieCalendar| -> Vec<_> {
            (0..200).for_each(|process| calendar.wake(Time::from_secs(1), 128, ProcessId(process)));
            (0..100).map(|_| calendar.pop()).collect()
        };
        for ties in [Ties::Reversed, Ties::Seeded(3)] {
            let mut used = TieCalendar::new(200, ties, 1, 2);
            let first = choices(&mut used);
            used.clear();
            assert_eq!(choices(&mut used), first);
        }
    }

    /// The numbers run out when the first was taken and nothing stands in its place.
    #[test]
    fn who_was_taken_is_not_renumbered() {
        let mut heap = HeapCalendar::new(false);
        heap.sequence = u32::MAX - 3;
        let due = |process: u32| (Time::from_secs(u64::from(process) + 1), ProcessId(process));
        let wake = |heap: &mut HeapCalendar, process| heap.wake(due(process).0, 128, ProcessId(process));
        [2, 0, 1].into_iter().for_each(|process| wake(&mut heap, process));
        assert_eq!(heap.pop(), Some(due(0)));
        wake(&mut heap, 3);
        for process in 1..4 {
            assert_eq!(heap.pop(), Some(due(process)));
        }
        assert_eq!(heap.pop(), None);
    }
}
