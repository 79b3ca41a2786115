//! What of a trace is written once: the entries that the store of events refers to.
//!
//! Decides which entry has which number. A table is made anew from the events
//! when they are read, so its numbers depend on nothing but the entries that
//! were added.

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

    pub(super) fn bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.what.0.to_le_bytes());
        bytes[8..].copy_from_slice(&self.op.0.to_le_bytes());
        bytes
    }
}

/// A table of entries, each in the only place that it may have: what was there
/// before makes room for it.
#[derive(Clone)]
pub(super) struct Table {
    entries: Box<[Entry; Table::SIZE]>,
}

/// What no event has.
const NONE: Entry = Entry { what: What(u64::MAX), op: OpId(u32::MAX) };

impl Table {
    /// The number of places: 16 KB, which stay in the nearest memory.
    pub(super) const SIZE: usize = 1024;

    pub(super) fn new() -> Table {
        Table { entries: Box::new([NONE; Self::SIZE]) }
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

    /// The entry in this place.
    #[inline(always)]
    pub(super) fn entry(&self, place: usize) -> Entry {
        self.entries[place % Self::SIZE]
    }

    /// Adds an entry.
    pub(super) fn add(&mut self, entry: Entry) {
        self.entries[Self::place(entry)] = entry;
    }
}
