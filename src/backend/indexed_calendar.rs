//! A calendar for runs whose waits may run out: entries are moved and taken back where
//! they stand.
//!
//! A process has one entry at most: it is delayed, or it is ready, or it waits and has a
//! deadline. Whoever is served before that is noted for the present, by which its
//! deadline is gone. So each is found by its process, in a heap that knows where, and
//! nothing is left behind that only looks as if it would come.

use super::calendar::{Calendar, Key, entry, key, renumber};
use crate::ids::ProcessId;
use crate::kernel::Scheduler;
use crate::time::Time;

/// At most one key of each process, in order.
#[derive(Debug, Clone)]
pub(super) struct IndexedHeap {
    /// A binary heap, the first on top.
    heap: Vec<Key>,
    /// By process: where its entry is in the heap, plus 1; 0 if it has none.
    places: Vec<u32>,
    /// The first was taken and still stands there, in front of all others: the key that is
    /// entered next takes its place, mostly without a walk through the heap.
    hole: bool,
}

impl IndexedHeap {
    /// Without entries, for so many processes.
    pub(super) fn new(processes: usize) -> IndexedHeap {
        IndexedHeap { heap: Vec::new(), places: vec![0; processes], hole: false }
    }

    pub(super) fn clear(&mut self) {
        self.heap.clear();
        self.places.fill(0);
        self.hole = false;
    }

    /// The first key.
    pub(super) fn first(&mut self) -> Option<Key> {
        self.close_hole();
        self.heap.first().copied()
    }

    /// Takes the first key.
    pub(super) fn pop(&mut self) -> Option<Key> {
        let first = self.first()?;
        self.places[entry(first).1.index()] = 0;
        self.hole = true;
        Some(first)
    }

    /// Puts the last key in the place of the one that was taken.
    fn close_hole(&mut self) {
        if std::mem::take(&mut self.hole) {
            let last = self.heap.pop().expect("the one that was taken");
            if !self.heap.is_empty() {
                self.sift_down(0, last);
            }
        }
    }

    /// Enters the key of a process, instead of any other that it has.
    pub(super) fn enter(&mut self, process: ProcessId, key: Key) {
        self.take(process);
        if std::mem::take(&mut self.hole) {
            self.sift_down(0, key);
        } else {
            self.heap.push(key);
            self.sift_up(self.heap.len() - 1, key);
        }
    }

    /// Takes the key of a process out, if it has one.
    pub(super) fn take(&mut self, process: ProcessId) {
        if let Some(place) = (self.places[process.index()] as usize).checked_sub(1) {
            self.remove(place);
        }
    }

    /// Puts a key in this place of the heap.
    fn put(&mut self, place: usize, key: Key) {
        self.heap[place] = key;
        self.places[entry(key).1.index()] = place as u32 + 1;
    }

    /// Walks a key up from this place to where it belongs.
    fn sift_up(&mut self, mut place: usize, key: Key) {
        while place > 0 {
            let parent = (place - 1) / 2;
            if self.heap[parent] < key {
                break;
            }
            self.put(place, self.heap[parent]);
            place = parent;
        }
        self.put(place, key);
    }

    /// Walks a key down from this place to where it belongs.
    fn sift_down(&mut self, mut place: usize, key: Key) {
        loop {
            let mut child = 2 * place + 1;
            let Some(&left) = self.heap.get(child) else { break };
            let mut least = left;
            if let Some(&right) = self.heap.get(child + 1)
                && right < left
            {
                (child, least) = (child + 1, right);
            }
            if key < least {
                break;
            }
            self.put(place, least);
            place = child;
        }
        self.put(place, key);
    }

    /// Takes the entry out that is in this place.
    fn remove(&mut self, place: usize) {
        self.places[entry(self.heap[place]).1.index()] = 0;
        let last = self.heap.pop().expect("there is one");
        if place == self.heap.len() {
            return;
        }
        if place > 0 && last < self.heap[(place - 1) / 2] {
            self.sift_up(place, last);
        } else {
            self.sift_down(place, last);
        }
    }

    /// Changes the keys to what `renumber` makes of them, in order.
    fn renumber<T>(&mut self, renumber: impl FnOnce(&mut [Key]) -> T) -> T {
        self.close_hole();
        let mut keys = std::mem::take(&mut self.heap);
        keys.sort_unstable();
        let result = renumber(&mut keys);
        self.heap = keys;
        for place in 0..self.heap.len() {
            self.put(place, self.heap[place]);
        }
        result
    }
}

/// The future event list of a run in which waits may run out.
#[derive(Debug, Clone)]
pub struct IndexedCalendar {
    entries: IndexedHeap,
    sequence: u32,
}

impl IndexedCalendar {
    /// An empty calendar for so many processes.
    pub fn new(processes: usize) -> IndexedCalendar {
        IndexedCalendar { entries: IndexedHeap::new(processes), sequence: 0 }
    }
}

impl Calendar for IndexedCalendar {
    fn pop(&mut self) -> Option<(Time, ProcessId)> {
        self.entries.pop().map(entry)
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.sequence = 0;
    }
}

impl Scheduler for IndexedCalendar {
    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        if self.sequence == u32::MAX {
            self.sequence = self.entries.renumber(renumber);
        }
        self.entries.enter(process, key(time, priority, self.sequence, process));
        self.sequence += 1;
    }

    fn wake_by(&mut self, time: Time, priority: u8, process: ProcessId) {
        self.wake(time, priority, process);
    }

    fn cancel(&mut self, _: Time, process: ProcessId) {
        self.entries.take(process);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against a sorted list, whatever comes, is moved, is taken back and goes.
    #[test]
    fn entries_are_moved_and_taken_back() {
        const PROCESSES: u64 = 50;
        let mut noise = 7u64;
        let mut next = |below: u64| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (noise >> 33) % below
        };
        let mut calendar = IndexedCalendar::new(PROCESSES as usize);
        calendar.sequence = u32::MAX - 10_000;
        let mut list: Vec<(u64, u8, u32, u32)> = Vec::new();
        for number in 0..50_000 {
            let (process, time, priority) = (next(PROCESSES) as u32, next(40), next(3) as u8);
            match next(4) {
                0 => {
                    list.sort_unstable();
                    let expected = (!list.is_empty()).then(|| list.remove(0));
                    let got = calendar.pop().map(|(time, process)| (time.as_nanos(), process.0));
                    assert_eq!(got, expected.map(|(time, _, _, process)| (time, process)));
                }
                1 => {
                    list.retain(|&(.., other)| other != process);
                    calendar.cancel(Time::ZERO, ProcessId(process));
                }
                _ => {
                    list.retain(|&(.., other)| other != process);
                    list.push((time, priority, number, process));
                    calendar.wake(Time::from_nanos(time).expect("small"), priority, ProcessId(process));
                }
            }
            let IndexedHeap { heap, hole, .. } = &calendar.entries;
            assert_eq!(heap.len() - usize::from(*hole), list.len(), "nothing is left behind");
        }
    }
}
