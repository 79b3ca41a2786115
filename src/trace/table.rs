//! What of a trace is written once: the entries that the store of events refers to.
//!
//! Decides which entry has which place, and what is expected next: the entry
//! that followed the last time, with the value that it had the last time. Who
//! reads the events makes the same table anew, so nothing of it is stored.

use super::Event;
use super::what::What;
use crate::ids::OpId;
use crate::time::Time;
use crate::value::Word;

/// The parts of an event that are the same whenever an op makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) what: What,
    pub(super) op: OpId,
}

impl Entry {
    /// The length of [`Entry::bytes`].
    pub(super) const BYTES: usize = 12;

    pub(super) fn bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.what.0.to_le_bytes());
        bytes[8..].copy_from_slice(&self.op.0.to_le_bytes());
        bytes
    }

    /// The event with this entry.
    pub(super) fn event(self, time: Time, value: Word, slot: u16) -> Event {
        Event {
            time,
            value,
            process: self.what.process(),
            subject: self.what.subject(),
            extra: slot.into(),
            op: self.op,
            kind: self.what.kind(),
            ty: self.what.ty(),
        }
    }
}

/// An entry with what is remembered of it.
#[derive(Debug, Clone, Copy)]
struct Row {
    entry: Entry,
    /// The place of the entry that followed.
    next: u32,
    /// What was written for its value.
    value: u64,
}

/// A table of entries, each in the only place that it may have: what was there
/// before makes room for it.
#[derive(Clone)]
pub(super) struct Table {
    rows: Box<[Row; Table::SIZE]>,
    /// The place of the last event.
    last: usize,
}

/// What no event has.
const NONE: Entry = Entry { what: What(u64::MAX), op: OpId(u32::MAX) };

impl Table {
    /// The number of places: 12 KB, which stay in the nearest memory.
    pub(super) const SIZE: usize = 512;

    pub(super) fn new() -> Table {
        Table { rows: Box::new([Row { entry: NONE, next: 0, value: 0 }; Self::SIZE]), last: 0 }
    }

    /// The place that the next entry is expected in.
    #[inline(always)]
    pub(super) fn expected(&self) -> usize {
        self.rows[self.last % Self::SIZE].next as usize % Self::SIZE
    }

    /// Goes on to what was expected.
    #[inline(always)]
    pub(super) fn follow(&mut self, place: usize) {
        self.last = place;
    }

    #[inline(always)]
    pub(super) fn entry(&self, place: usize) -> Entry {
        self.rows[place % Self::SIZE].entry
    }

    #[inline(always)]
    pub(super) fn value(&self, place: usize) -> u64 {
        self.rows[place % Self::SIZE].value
    }

    #[inline(always)]
    pub(super) fn set_value(&mut self, place: usize, value: u64) {
        self.rows[place % Self::SIZE].value = value;
    }

    /// Goes on to another place than was expected, which is expected from here on.
    #[inline(always)]
    pub(super) fn turn_to(&mut self, place: usize) {
        self.rows[self.last % Self::SIZE].next = place as u32;
        self.last = place;
    }

    /// Where an entry may be. Neighbouring ops, and the kinds of events of one
    /// op, have places of their own; so have the processes that share ops, if
    /// there are few.
    #[inline(always)]
    pub(super) fn place(entry: Entry) -> usize {
        let number = entry.op.0.wrapping_mul(8).wrapping_add(entry.what.kind_number());
        let number = number.wrapping_add(entry.what.process().0.wrapping_mul(61));
        number as usize % Self::SIZE
    }

    /// Adds an entry; gives its place.
    pub(super) fn add(&mut self, entry: Entry) -> usize {
        let place = Self::place(entry);
        self.rows[place] = Row { entry, next: 0, value: 0 };
        place
    }
}
