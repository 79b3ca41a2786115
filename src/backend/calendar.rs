//! The calendar: who can go on when, in the total order of (time, priority,
//! sequence).
//!
//! An entry is one 16-byte key by value. Two forms, of which a run chooses
//! one: four places for up to four processes, since each has at most one
//! entry, and a heap for more.

use crate::ids::ProcessId;
use crate::kernel::Schedule;
use crate::time::Time;

pub use super::heap_calendar::HeapCalendar;

/// An entry as one number, which sorts as the total order says: time in the
/// top 64 bits, then 8 of priority, 32 of sequence, 24 of process.
pub(super) type Key = u128;

const PROCESS_BITS: u32 = 24;
const SEQUENCE_BITS: u32 = 32;

/// The largest number of processes that keys can tell apart.
pub const MAX_PROCESSES: usize = 1 << PROCESS_BITS;

/// The most entries of a [`SmallCalendar`].
pub const SMALL: usize = 4;

/// The future event list of one run.
pub trait Calendar: Schedule {
    /// Takes the first entry.
    fn pop(&mut self) -> Option<(Time, ProcessId)>;

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

/// Up to `SMALL` entries, in no order; the first is looked for.
#[derive(Debug, Clone)]
pub struct SmallCalendar {
    /// [`NONE`] where there is no entry.
    keys: [Key; SMALL],
    /// A bit for each place without an entry, so that finding one needs no
    /// branch.
    free: u32,
    pub(super) sequence: u32,
}

impl Default for SmallCalendar {
    fn default() -> Self {
        SmallCalendar { keys: [NONE; SMALL], free: (1 << SMALL) - 1, sequence: 0 }
    }
}

impl Calendar for SmallCalendar {
    #[inline(always)]
    fn pop(&mut self) -> Option<(Time, ProcessId)> {
        let (place, key) = smallest(&self.keys);
        self.keys[place % SMALL] = NONE;
        self.free |= 1 << place;
        if key == NONE { None } else { Some(entry(key)) }
    }

    fn clear(&mut self) {
        *self = SmallCalendar::default();
    }
}

impl SmallCalendar {
    #[cold]
    fn renumber(&mut self) {
        self.keys.sort_unstable();
        let len = self.keys.iter().filter(|&&key| key != NONE).count();
        self.sequence = renumber(&mut self.keys[..len]);
        self.free = ((1 << SMALL) - 1) & !((1 << len) - 1);
    }
}

impl Schedule for SmallCalendar {
    /// # Panics
    /// If there are `SMALL` entries already.
    #[inline(always)]
    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        if self.sequence == u32::MAX {
            self.renumber();
        }
        let key = key(time, priority, self.sequence, process);
        self.sequence += 1;
        let place = self.free.trailing_zeros() as usize;
        self.free &= self.free.wrapping_sub(1);
        self.keys[place] = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pushes and pops as the script says, against a sorted list; at most
    /// `SMALL` entries at a time.
    fn agrees(calendar: &mut impl Calendar, script: &[(bool, u64, u8)], priorities: bool) {
        let mut model: Vec<(u64, u8, u32)> = Vec::new();
        let mut now = 0;
        for (number, &(push, wait, priority)) in script.iter().enumerate() {
            if push && model.len() < SMALL {
                let priority = if priorities { priority } else { 128 };
                let time = Time::from_nanos(now + wait).expect("small");
                calendar.wake(time, priority, ProcessId(number as u32));
                model.push((now + wait, priority, number as u32));
                continue;
            }
            model.sort_unstable();
            let expected = if model.is_empty() { None } else { Some(model.remove(0)) };
            let got = calendar.pop().map(|(time, process)| (time.as_nanos(), process.0));
            assert_eq!(got, expected.map(|(time, _, process)| (time, process)));
            now = got.map_or(now, |(time, _)| time);
        }
    }

    proptest! {
        #[test]
        fn pop_in_total_order(
            script in proptest::collection::vec((any::<bool>(), 0u64..20, 0u8..3), 1..300),
            priorities: bool,
        ) {
            agrees(&mut SmallCalendar::default(), &script, priorities);
            agrees(&mut HeapCalendar::new(priorities), &script, priorities);
        }

        /// The heap with many entries.
        #[test]
        fn heap_sorts(times in proptest::collection::vec(0u64..1000, 1..500)) {
            let mut calendar = HeapCalendar::new(false);
            for (number, &time) in times.iter().enumerate() {
                calendar.wake(Time::from_nanos(time).expect("small"), 128, ProcessId(number as u32));
            }
            let mut expected: Vec<(u64, u32)> = times.iter().copied().zip(0..).collect();
            expected.sort_unstable();
            let got: Vec<(u64, u32)> =
                std::iter::from_fn(|| calendar.pop()).map(|(time, process)| (time.as_nanos(), process.0)).collect();
            prop_assert_eq!(got, expected);
        }
    }

    #[test]
    fn order_survives_renumbering() {
        let mut small = SmallCalendar { sequence: u32::MAX - 2, ..SmallCalendar::default() };
        let mut heap = HeapCalendar::new(false);
        heap.sequence = u32::MAX - 2;
        for process in 0..4 {
            small.wake(Time::from_secs(1), 128, ProcessId(process));
            heap.wake(Time::from_secs(1), 128, ProcessId(process));
        }
        for process in 0..4 {
            assert_eq!(small.pop(), Some((Time::from_secs(1), ProcessId(process))));
            assert_eq!(heap.pop(), Some((Time::from_secs(1), ProcessId(process))));
        }
    }
}
