//! A calendar for many processes: a 4-ary heap whose siblings share a cache
//! line.
//!
//! The four children of an entry are one aligned group of 64 bytes, padded
//! with a key above all others, so that the smallest of them is found without
//! a branch. Taking the first entry leaves a hole at the top, which the next
//! entry fills from above: the usual rhythm of take one, add one costs one
//! walk down instead of two.

use super::calendar::{Calendar, Key, NONE, entry, key, renumber, sequence, smallest};
use super::ready::Ready;
use crate::ids::ProcessId;
use crate::kernel::Scheduler;
use crate::time::Time;
use std::collections::BTreeMap;

/// Four siblings.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Group([Key; 4]);

/// Before the first entry is taken there is no present: what is entered to
/// begin with goes to the groups, which are long enough for it, and the queue
/// of the present stays short.
const NOT_BEGUN: Time = Time::MAX;

/// The future event list of a run with many processes.
///
/// Entry number n of the groups (n = 4 · group + lane) has group n + 1 as its
/// children; group 0 holds the children of the root.
#[derive(Debug, Clone)]
pub struct HeapCalendar {
    root: Key,
    groups: Vec<Group>,
    /// Entries in the groups.
    len: usize,
    /// The root was taken and nothing stands in its place.
    hole: bool,
    /// Then, the first of its children: with its lane in group 0.
    first: (usize, Key),
    /// Who was entered for the present: no heap is needed for them as long as all
    /// priorities are equal. All entries in the heap for that time came before.
    ready: Ready,
    now: Time,
    has_priorities: bool,
    pub(super) sequence: u32,
    /// Entries that were taken back: they are found when their time comes.
    cancelled: BTreeMap<(Time, ProcessId), Cancelled>,
}

/// Entries of one process for one time that were taken back. It may have been entered for that time once more since,
/// also by a priority with which it comes first.
#[derive(Debug, Clone, Copy, Default)]
struct Cancelled {
    count: u32,
    /// They have numbers below this one.
    before: u32,
}

impl HeapCalendar {
    /// An empty calendar. `has_priorities`: whether entries come with
    /// different priorities.
    pub fn new(has_priorities: bool) -> HeapCalendar {
        HeapCalendar {
            root: NONE,
            groups: Vec::new(),
            len: 0,
            hole: false,
            first: (0, NONE),
            ready: Ready::default(),
            now: NOT_BEGUN,
            has_priorities,
            sequence: 0,
            cancelled: BTreeMap::new(),
        }
    }

    /// Makes room for exactly this many entries.
    pub fn reserve(&mut self, entries: usize) {
        self.groups.reserve_exact(entries.saturating_sub(1).div_ceil(4));
    }

    /// Puts the last entry into the hole at the top.
    #[inline]
    fn close_hole(&mut self) {
        self.hole = false;
        let Some(last) = self.len.checked_sub(1) else {
            self.root = NONE;
            return;
        };
        self.len = last;
        let place = &mut self.groups[last / 4].0[last % 4];
        let moved = std::mem::replace(place, NONE);
        if last < 4 {
            self.first = self.first_child();
        }
        self.sift_down(moved);
    }

    /// The first of the children of the root, with its lane.
    #[inline]
    fn first_child(&self) -> (usize, Key) {
        self.groups.first().map_or((0, NONE), |Group(keys)| smallest(keys))
    }

    /// Puts `key` into the empty place of the root and walks it down.
    #[inline]
    fn sift_down(&mut self, key: Key) {
        let (lane, least) = self.first;
        if key < least {
            self.root = key;
            return;
        }
        self.root = least;
        let mut place = (0, lane);
        let mut group = lane + 1;
        while let Some(Group(keys)) = self.groups.get(group) {
            let (lane, least) = smallest(keys);
            if key < least {
                break;
            }
            self.groups[place.0].0[place.1] = least;
            place = (group, lane);
            group = 4 * group + lane + 1;
        }
        self.groups[place.0].0[place.1] = key;
    }

    /// Adds `key` behind the last entry and walks it up.
    fn sift_up(&mut self, key: Key) {
        if self.root == NONE {
            self.root = key;
            return;
        }
        let mut place = self.len;
        self.len += 1;
        if self.groups.len() <= place / 4 {
            self.groups.push(Group([NONE; 4]));
        }
        while place >= 4 {
            let parent = place / 4 - 1;
            let above = self.groups[parent / 4].0[parent % 4];
            if above < key {
                break;
            }
            self.groups[place / 4].0[place % 4] = above;
            place = parent;
        }
        if place < 4 && key < self.root {
            self.groups[0].0[place] = self.root;
            self.root = key;
        } else {
            self.groups[place / 4].0[place % 4] = key;
        }
    }

    #[cold]
    fn renumber(&mut self) {
        let root = if self.hole { NONE } else { self.root };
        let in_groups = self.groups.iter().flat_map(|group| group.0);
        let mut keys: Vec<Key> = in_groups.chain([root]).filter(|&key| key != NONE).collect();
        // By what is taken back their old numbers say more than the new ones.
        keys.retain(|&key| !self.was_cancelled(entry(key), key));
        keys.sort_unstable();
        let (sequence, now) = (renumber(&mut keys), self.now);
        let (ready, cancelled) = (std::mem::take(&mut self.ready), std::mem::take(&mut self.cancelled));
        *self = HeapCalendar { now, sequence, ready, cancelled, ..HeapCalendar::new(self.has_priorities) };
        // In ascending order each stays where it is put.
        keys.into_iter().for_each(|key| self.sift_up(key));
    }
}

impl Calendar for HeapCalendar {
    #[inline]
    fn pop(&mut self) -> Option<(Time, ProcessId)> {
        loop {
            let (first, key) = self.pop_any()?;
            if self.cancelled.is_empty() || !self.was_cancelled(first, key) {
                self.now = first.0;
                return Some(first);
            }
        }
    }

    fn clear(&mut self) {
        self.groups.clear();
        self.ready.clear();
        let groups = std::mem::take(&mut self.groups);
        let ready = std::mem::take(&mut self.ready);
        *self = HeapCalendar { groups, ready, ..HeapCalendar::new(self.has_priorities) };
    }
}

impl HeapCalendar {
    /// Takes the first entry, be it that it was taken back, with its key, or `NONE` if it needs none.
    #[inline]
    fn pop_any(&mut self) -> Option<((Time, ProcessId), Key)> {
        // Who goes on at the present mostly fills the hole sooner or later.
        if !self.ready.is_empty() && self.least() >> u64::BITS > Key::from(self.now.as_nanos()) {
            return self.ready.pop().map(|process| ((self.now, process), NONE));
        }
        if self.hole {
            self.close_hole();
        }
        if self.root == NONE {
            return None;
        }
        self.hole = true;
        self.first = self.first_child();
        Some((entry(self.root), self.root))
    }

    /// The first entry that is not for the present.
    #[inline]
    fn least(&self) -> Key {
        if self.hole { self.first.1 } else { self.root }
    }

    /// Whether this entry was taken back, which is then forgotten.
    #[cold]
    fn was_cancelled(&mut self, entry: (Time, ProcessId), key: Key) -> bool {
        let Some(cancelled) = self.cancelled.get_mut(&entry) else { return false };
        // Those without a key have one priority, so that the older one comes first.
        if key != NONE && sequence(key) >= cancelled.before {
            return false;
        }
        cancelled.count -= 1;
        if cancelled.count == 0 {
            self.cancelled.remove(&entry);
        }
        true
    }
}

impl Scheduler for HeapCalendar {
    const KEEPS_DEADLINES: bool = false;

    fn cancel(&mut self, time: Time, process: ProcessId) {
        let cancelled = self.cancelled.entry((time, process)).or_default();
        *cancelled = Cancelled { count: cancelled.count + 1, before: self.sequence };
    }

    #[inline]
    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        if time == self.now && !self.has_priorities {
            return self.ready.push(process);
        }
        if self.sequence == u32::MAX {
            self.renumber();
        }
        let key = key(time, priority, self.sequence, process);
        self.sequence += 1;
        if self.hole {
            self.hole = false;
            self.sift_down(key);
        } else {
            self.sift_up(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All but the first lie in groups of four, whatever comes and goes.
    #[test]
    fn there_are_as_many_groups_as_entries_need() {
        for entries in 0..40u32 {
            let mut calendar = HeapCalendar::new(false);
            calendar.reserve(entries as usize);
            let room = calendar.groups.capacity();
            for process in (0..entries).map(ProcessId) {
                calendar.wake(Time::ZERO, 128, process);
                assert_eq!(calendar.groups.len(), process.index().div_ceil(4));
            }
            for round in 1..100 {
                for process in
                    [calendar.pop(), calendar.pop()].into_iter().flatten().map(|(_, process)| process)
                {
                    calendar.wake(Time::from_secs(round), 128, process);
                }
            }
            let groups = entries.saturating_sub(1).div_ceil(4) as usize;
            assert_eq!((calendar.groups.len(), calendar.groups.capacity()), (groups, room), "{entries}");
        }
    }
}
