//! Two calendars for the hand-written programs: a 4-ary heap of our own and the binary heap of the standard library.
//!
//! Entries are ordered by (time, sequence): ties go first-in, first-out, as in every engine they are compared with.
//! An entry is one `u128` of time, sequence and subject, which is held by value and compared in two instructions.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A future event list over small subjects.
pub trait Calendar {
    /// An empty calendar with room for `capacity` entries.
    fn with_capacity(capacity: usize) -> Self;
    /// The time and the subject of the first entry.
    fn first(&self) -> Option<(f64, u32)>;
    /// Adds an entry; `time` is not negative.
    fn push(&mut self, time: f64, subject: u32);
    /// Removes the first entry.
    fn pop(&mut self);
    /// Removes the first entry and adds another, which costs one sift instead of two. There must be a first entry.
    fn replace_first(&mut self, time: f64, subject: u32);
}

/// Non-negative floats order as their bits do. The sequence wraps after four thousand million entries.
#[inline(always)]
fn key(time: f64, sequence: u32, subject: u32) -> u128 {
    u128::from(time.to_bits()) << 64 | u128::from(sequence) << 32 | u128::from(subject)
}

#[inline(always)]
fn unpack(key: u128) -> (f64, u32) {
    (f64::from_bits((key >> 64) as u64), key as u32)
}

/// A heap with four children per node: half the depth of a binary one, and the children of a node lie together.
pub struct Quaternary {
    heap: Vec<u128>,
    sequence: u32,
}

impl Quaternary {
    #[inline(always)]
    fn next_key(&mut self, time: f64, subject: u32) -> u128 {
        self.sequence = self.sequence.wrapping_add(1);
        key(time, self.sequence, subject)
    }

    /// Puts `entry` where the hole at the top ends up. O(log n).
    #[inline(always)]
    fn sift_down(&mut self, entry: u128) {
        let heap = &mut self.heap[..];
        let mut hole = 0;
        loop {
            let children = 4 * hole + 1;
            let least = if let Some(four) = heap.get(children..children + 4) {
                let left = if four[1] < four[0] { 1 } else { 0 };
                let right = if four[3] < four[2] { 3 } else { 2 };
                children + if four[right] < four[left] { right } else { left }
            } else if children < heap.len() {
                (children + 1..heap.len())
                    .fold(children, |least, i| if heap[i] < heap[least] { i } else { least })
            } else {
                break;
            };
            if entry < heap[least] {
                break;
            }
            heap[hole] = heap[least];
            hole = least;
        }
        heap[hole] = entry;
    }
}

impl Calendar for Quaternary {
    fn with_capacity(capacity: usize) -> Self {
        Self { heap: Vec::with_capacity(capacity), sequence: 0 }
    }

    #[inline(always)]
    fn first(&self) -> Option<(f64, u32)> {
        self.heap.first().copied().map(unpack)
    }

    #[inline(always)]
    fn push(&mut self, time: f64, subject: u32) {
        let entry = self.next_key(time, subject);
        let mut hole = self.heap.len();
        self.heap.push(entry);
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.heap[parent] < entry {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = entry;
    }

    #[inline(always)]
    fn pop(&mut self) {
        if let Some(last) = self.heap.pop()
            && !self.heap.is_empty()
        {
            self.sift_down(last);
        }
    }

    #[inline(always)]
    fn replace_first(&mut self, time: f64, subject: u32) {
        let entry = self.next_key(time, subject);
        self.sift_down(entry);
    }
}

/// The binary heap of the standard library, with `PeekMut` for the replacement of the first entry.
pub struct Standard {
    heap: BinaryHeap<Reverse<u128>>,
    sequence: u32,
}

impl Standard {
    #[inline(always)]
    fn next_key(&mut self, time: f64, subject: u32) -> Reverse<u128> {
        self.sequence = self.sequence.wrapping_add(1);
        Reverse(key(time, self.sequence, subject))
    }
}

impl Calendar for Standard {
    fn with_capacity(capacity: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(capacity), sequence: 0 }
    }

    #[inline(always)]
    fn first(&self) -> Option<(f64, u32)> {
        self.heap.peek().map(|entry| unpack(entry.0))
    }

    #[inline(always)]
    fn push(&mut self, time: f64, subject: u32) {
        let entry = self.next_key(time, subject);
        self.heap.push(entry);
    }

    #[inline(always)]
    fn pop(&mut self) {
        self.heap.pop();
    }

    #[inline(always)]
    fn replace_first(&mut self, time: f64, subject: u32) {
        let entry = self.next_key(time, subject);
        *self.heap.peek_mut().expect("only the first entry that exists is replaced") = entry;
    }
}

/// A calendar from which an entry is taken before it is known what comes in its place: the first entry that is added
/// then replaces it, which costs one sift instead of two.
pub struct Agenda<C> {
    calendar: C,
    /// Whether the first entry of the calendar was taken.
    taken: bool,
}

impl<C: Calendar> Agenda<C> {
    /// An empty agenda with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { calendar: C::with_capacity(capacity), taken: false }
    }

    /// Takes the first entry: its time and its subject.
    #[inline(always)]
    pub fn next(&mut self) -> Option<(f64, u32)> {
        if std::mem::replace(&mut self.taken, false) {
            self.calendar.pop();
        }
        let first = self.calendar.first()?;
        self.taken = true;
        Some(first)
    }

    /// Adds an entry; `time` is not negative.
    #[inline(always)]
    pub fn push(&mut self, time: f64, subject: u32) {
        if std::mem::replace(&mut self.taken, false) {
            self.calendar.replace_first(time, subject);
        } else {
            self.calendar.push(time, subject);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both calendars give back what was put in, by time and then by order of insertion.
    fn is_ordered<C: Calendar>() {
        let mut calendar = C::with_capacity(8);
        for subject in 0..1000_u32 {
            calendar.push(f64::from(subject * 7919 % 100), subject);
        }
        let mut last = (-1.0, 0);
        for round in 0..3000 {
            let next = calendar.first().expect("there are entries left");
            assert!(last.0 < next.0 || last.0 == next.0 && last.1 < next.1, "{last:?} before {next:?}");
            if round < 2000 {
                calendar.replace_first(next.0 + 100.0, next.1);
            } else {
                calendar.pop();
            }
            last = next;
        }
        assert_eq!(calendar.first(), None);
    }

    #[test]
    fn the_quaternary_heap_is_ordered() {
        is_ordered::<Quaternary>();
    }

    #[test]
    fn the_standard_heap_is_ordered() {
        is_ordered::<Standard>();
    }
}
