//! What the store of events expects: it learns from the events that came before.
//!
//! Decides which entry has which place, what is expected next, and with which
//! value and slot. The past is taken to repeat itself: the places of the last
//! events are kept, and what came next in an earlier place is expected to come
//! next now. So whatever happens in turns is foretold, however many processes
//! take part. A value is expected to grow by the same step again, a slot to be
//! the next one, or to start over where it did before. Who reads the events
//! learns the same, so nothing of this is stored.

use super::event::Event;
use super::what::{NO_KIND, What};
use crate::ids::OpId;
use crate::time::Time;
use crate::value::Word;

/// The parts of an event that are the same whenever an op makes it; or, with a
/// kind that no event has, so many nanoseconds pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) what: What,
    pub(super) op: OpId,
}

/// Where the nanoseconds begin in the `what` of an [`Entry`]; the upper bits
/// are in its `op`.
const NANOS_AT: u32 = NO_KIND.count_ones();

impl Entry {
    /// The length of [`Entry::bytes`].
    pub(super) const BYTES: usize = 12;

    pub(super) fn bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.what.0.to_le_bytes());
        bytes[8..].copy_from_slice(&self.op.0.to_le_bytes());
        bytes
    }

    /// Of an event whose process [`What`] has room for.
    #[inline(always)]
    pub(super) fn of(event: &Event) -> Entry {
        Entry { what: What::of(event), op: event.op }
    }

    /// That so many nanoseconds pass.
    #[inline(always)]
    pub(super) fn passing(nanos: u64) -> Entry {
        let upper = nanos >> (u64::BITS - NANOS_AT);
        Entry { what: What(nanos << NANOS_AT | NO_KIND), op: OpId(upper as u32) }
    }

    /// How many nanoseconds pass; `None` for an event.
    #[inline(always)]
    pub(super) fn passed(self) -> Option<u64> {
        let nanos = self.what.0 >> NANOS_AT | u64::from(self.op.0) << (u64::BITS - NANOS_AT);
        (self.what.0 & NO_KIND == NO_KIND).then_some(nanos)
    }

    /// The event with this entry.
    #[inline(always)]
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

/// An entry with what is known of its value and slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    what: What,
    op: OpId,
    /// Where in the past it came last.
    seen: u16,
    /// The last value.
    value: u64,
    /// By how much the next one is expected to be larger.
    step: i32,
    /// The last slot.
    slot: u16,
    /// The slot behind which the next one did not come, and which one did.
    turn: u16,
    back: u16,
}

const _: () = assert!(size_of::<Row>() == 32, "two rows to a cache line");

impl Row {
    const fn new(entry: Entry, value: u64, slot: u16) -> Row {
        Row { what: entry.what, op: entry.op, seen: 0, value, step: 0, slot, turn: slot, back: slot }
    }

    #[inline(always)]
    pub(super) fn entry(&self) -> Entry {
        Entry { what: self.what, op: self.op }
    }

    #[inline(always)]
    pub(super) fn is(&self, entry: Entry) -> bool {
        self.what == entry.what && self.op == entry.op
    }

    /// The value that is expected.
    #[inline(always)]
    pub(super) fn value(&self) -> u64 {
        self.value.wrapping_add_signed(self.step.into())
    }

    /// The slot that is expected.
    #[inline(always)]
    pub(super) fn slot(&self) -> u16 {
        if self.slot == self.turn { self.back } else { self.slot.wrapping_add(1) }
    }

    /// This value came, which was expected.
    #[inline(always)]
    pub(super) fn repeat_value(&mut self, value: u64) {
        self.value = value;
    }

    /// This slot came, which was expected.
    #[inline(always)]
    pub(super) fn repeat_slot(&mut self, slot: u16) {
        self.slot = slot;
    }

    /// This value came; whether it was not the expected one. A step is
    /// forgotten when it is wrong once, so that an exception to a constant
    /// costs no more than two.
    #[inline]
    pub(super) fn learn_value(&mut self, value: u64) -> bool {
        let is_new = value != self.value();
        if is_new {
            let step = value.wrapping_sub(self.value) as i64;
            self.step = if self.step == 0 { i32::try_from(step).unwrap_or(0) } else { 0 };
        }
        self.value = value;
        is_new
    }

    /// This slot came; whether it was not the expected one.
    #[inline]
    pub(super) fn learn_slot(&mut self, slot: u16) -> bool {
        let is_new = slot != self.slot();
        if is_new {
            (self.turn, self.back) = (self.slot, slot);
        }
        self.slot = slot;
        is_new
    }
}

/// A table of entries, each in the only place that it may have: what was there
/// before makes room for it.
#[derive(Clone)]
pub(super) struct Table {
    learnt: Box<Learnt>,
    /// How many entries came.
    at: usize,
    /// So many entries ago begins what is expected to repeat itself.
    distance: usize,
}

/// Together, so that one pointer leads to it.
#[derive(Clone)]
struct Learnt {
    rows: [Row; Table::SIZE],
    /// The places of the entries that came last, each at its number modulo the
    /// length.
    past: [u16; PAST],
}

/// So much of the past is kept: 4 KB.
const PAST: usize = 2048;

/// What no event has, and no time.
const NONE: Entry = Entry { what: What(u64::MAX), op: OpId(u32::MAX) };

impl Table {
    /// The number of places: 32 KB, of which most runs need a few.
    pub(super) const SIZE: usize = 1024;
    /// So many of them, the last ones, are for times that pass: there may be
    /// any number of these, which must not drive out events.
    const PASSING: usize = 64;

    pub(super) fn new() -> Table {
        let learnt = Learnt { rows: [Row::new(NONE, 0, 0); Self::SIZE], past: [0; PAST] };
        Table { learnt: Box::new(learnt), at: 0, distance: 1 }
    }

    /// How many entries came.
    #[inline(always)]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The place that the next entry is expected in.
    #[inline(always)]
    pub(super) fn expected(&self) -> usize {
        self.learnt.past[self.at.wrapping_sub(self.distance) % PAST].into()
    }

    #[inline(always)]
    pub(super) fn row(&mut self, place: usize) -> &mut Row {
        &mut self.learnt.rows[place % Self::SIZE]
    }

    /// What is in this place comes next.
    #[inline(always)]
    pub(super) fn follow(&mut self, place: usize) {
        self.learnt.rows[place % Self::SIZE].seen = self.at as u16;
        self.learnt.past[self.at % PAST] = place as u16;
        self.at += 1;
    }

    /// What is in this place comes next, where something else was expected: from
    /// then on is expected what followed when it came before.
    #[inline(always)]
    pub(super) fn turn(&mut self, place: usize) {
        let seen = self.learnt.rows[place % Self::SIZE].seen;
        self.distance = (self.at as u16).wrapping_sub(seen).into();
    }

    /// Where an entry may be. Neighbouring ops, and the kinds of events of one
    /// op, have places of their own; so have the processes that share ops, if
    /// there are few.
    #[inline(always)]
    pub(super) fn place(entry: Entry) -> usize {
        if let Some(nanos) = entry.passed() {
            return Self::passing_place(nanos);
        }
        let number = entry.op.0.wrapping_mul(8).wrapping_add(entry.what.kind_number());
        let number = number.wrapping_add(entry.what.process().0.wrapping_mul(61));
        number as usize % (Self::SIZE - Self::PASSING)
    }

    /// Where the entry of so many nanoseconds that pass may be.
    #[inline(always)]
    pub(super) fn passing_place(nanos: u64) -> usize {
        let mixed = nanos.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self::SIZE - 1 - (mixed >> (u64::BITS - Self::PASSING.ilog2())) as usize
    }

    /// Another time that passes is in this place from now on; none has a value.
    #[inline(always)]
    pub(super) fn rename(&mut self, place: usize, entry: Entry) {
        let row = self.row(place);
        (row.what, row.op) = (entry.what, entry.op);
    }

    /// Adds an entry, which comes next, in its place.
    #[inline]
    pub(super) fn add(&mut self, place: usize, entry: Entry, value: u64, slot: u16) {
        *self.row(place) = Row::new(entry, value, slot);
        self.follow(place);
    }
}
