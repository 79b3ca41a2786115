//! The calendar: who can go on when, in the total order of (time, priority,
//! sequence).
//!
//! Entries are 16-byte keys by value in a 4-ary heap. Taking the first entry
//! leaves a hole at the top, which the next entry fills from above: the usual
//! rhythm of take one, add one costs one walk down instead of two.

use crate::ids::ProcessId;
use crate::kernel::Schedule;
use crate::time::Time;
use std::collections::VecDeque;

/// An entry as one number, which sorts as the total order says: time in the
/// top 64 bits, then 8 of priority, 32 of sequence, 24 of process.
type Key = u128;

const PROCESS_BITS: u32 = 24;
const SEQUENCE_BITS: u32 = 32;

/// The largest number of processes that keys can tell apart.
pub const MAX_PROCESSES: usize = 1 << PROCESS_BITS;

/// The future event list of one run.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// A 4-ary heap; the first place is empty if `hole`.
    heap: Vec<Key>,
    hole: bool,
    /// Entries for the present, in order: no heap is needed for them as long
    /// as all priorities are equal.
    ready: VecDeque<Key>,
    now: u64,
    has_priorities: bool,
    sequence: u32,
}

impl Calendar {
    /// An empty calendar. `has_priorities`: whether entries come with
    /// different priorities.
    pub fn new(has_priorities: bool) -> Calendar {
        Calendar { has_priorities, ..Calendar::default() }
    }

    /// Takes the first entry.
    pub fn pop(&mut self) -> Option<(Time, ProcessId)> {
        self.close_hole();
        let key = match (self.ready.front(), self.heap.first()) {
            (Some(&ready), Some(&top)) if top < ready => self.take_top(top),
            (Some(_), _) => self.ready.pop_front()?,
            (None, Some(&top)) => self.take_top(top),
            (None, None) => return None,
        };
        self.now = (key >> 64) as u64;
        let process = ProcessId(key as u32 & ((1 << PROCESS_BITS) - 1));
        Some((Time::from_nanos(self.now)?, process))
    }

    /// The time of the first entry.
    pub fn next_time(&mut self) -> Option<Time> {
        self.close_hole();
        let key = match (self.ready.front(), self.heap.first()) {
            (Some(&ready), Some(&top)) => ready.min(top),
            (Some(&key), None) | (None, Some(&key)) => key,
            (None, None) => return None,
        };
        Time::from_nanos((key >> 64) as u64)
    }

    fn take_top(&mut self, top: Key) -> Key {
        self.hole = true;
        top
    }

    /// Fills the hole with the last entry.
    fn close_hole(&mut self) {
        if !std::mem::take(&mut self.hole) {
            return;
        }
        if let Some(last) = self.heap.pop()
            && !self.heap.is_empty()
        {
            self.sift_down(last);
        }
    }

    /// Puts `key` into the empty first place and walks it down.
    fn sift_down(&mut self, key: Key) {
        let heap = self.heap.as_mut_slice();
        let mut place = 0;
        loop {
            let first = 4 * place + 1;
            let Some(children) = heap.get(first..heap.len().min(first + 4)).filter(|all| !all.is_empty())
            else {
                break;
            };
            let mut best = 0;
            for other in 1..children.len() {
                if children[other] < children[best] {
                    best = other;
                }
            }
            if children[best] > key {
                break;
            }
            heap[place] = children[best];
            place = first + best;
        }
        heap[place] = key;
    }

    fn sift_up(&mut self, key: Key) {
        let mut place = self.heap.len();
        self.heap.push(key);
        while place > 0 {
            let parent = (place - 1) / 4;
            if self.heap[parent] < key {
                break;
            }
            self.heap[place] = self.heap[parent];
            place = parent;
        }
        self.heap[place] = key;
    }

    /// Numbers the entries anew, in their order, when the sequence runs out.
    #[cold]
    fn renumber(&mut self) {
        self.close_hole();
        let mut keys: Vec<Key> = self.heap.drain(..).chain(self.ready.drain(..)).collect();
        keys.sort_unstable();
        for (number, key) in keys.iter_mut().enumerate() {
            let mask = ((1u128 << SEQUENCE_BITS) - 1) << PROCESS_BITS;
            *key = (*key & !mask) | (number as u128) << PROCESS_BITS;
        }
        self.sequence = keys.len() as u32;
        // A sorted array is a heap.
        self.heap = keys;
    }
}

impl Schedule for Calendar {
    #[inline]
    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        if self.sequence == u32::MAX {
            self.renumber();
        }
        let sequence = self.sequence;
        self.sequence += 1;
        let low = u64::from(priority) << (SEQUENCE_BITS + PROCESS_BITS)
            | u64::from(sequence) << PROCESS_BITS
            | u64::from(process.0);
        let key = u128::from(time.as_nanos()) << 64 | u128::from(low);
        if time.as_nanos() == self.now && !self.has_priorities {
            self.ready.push_back(key);
        } else if std::mem::take(&mut self.hole) {
            self.sift_down(key);
        } else {
            self.sift_up(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Against a sorted list, with pushes and pops in any order.
        #[test]
        fn pops_in_total_order(script in proptest::collection::vec((any::<bool>(), 0u64..20, 0u8..3), 1..300), priorities: bool) {
            let mut calendar = Calendar::new(priorities);
            let mut model: Vec<(u64, u8, u32)> = Vec::new();
            let mut now = 0;
            for (number, (push, wait, priority)) in script.into_iter().enumerate() {
                if push {
                    let priority = if priorities { priority } else { 128 };
                    calendar.wake(Time::from_nanos(now + wait).unwrap(), priority, ProcessId(number as u32));
                    model.push((now + wait, priority, number as u32));
                    continue;
                }
                model.sort_unstable();
                let expected = if model.is_empty() { None } else { Some(model.remove(0)) };
                let next = calendar.next_time().map(Time::as_nanos);
                let got = calendar.pop().map(|(time, process)| (time.as_nanos(), process.0));
                prop_assert_eq!(got, expected.map(|(time, _, process)| (time, process)));
                prop_assert_eq!(next, expected.map(|(time, _, _)| time));
                now = got.map_or(now, |(time, _)| time);
            }
        }
    }

    #[test]
    fn order_survives_renumbering() {
        let mut calendar = Calendar::new(false);
        calendar.sequence = u32::MAX - 2;
        for process in 0..6 {
            calendar.wake(Time::from_secs(1), 128, ProcessId(process));
        }
        let order: Vec<u32> = std::iter::from_fn(|| calendar.pop()).map(|(_, process)| process.0).collect();
        assert_eq!(order, [0, 1, 2, 3, 4, 5]);
    }
}
