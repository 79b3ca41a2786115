//! Many events in little memory.
//!
//! A process does the same again and again, so an event is mostly the one that
//! followed the last time, with the same value; see [`Table`]. Of these only the
//! number is kept. Others take 2 bytes and as many as they need, in pairs, for
//! value and slot; so does time when it passes. Fresh memory is most of what a
//! trace costs. Decides how events are packed; what they mean says [`Event`].

mod read;

pub use read::Iter;

use super::table::{Entry, Table};
use super::what::What;
use super::{Event, Kind};
use crate::time::Time;
use std::fmt;

/// Bytes of the first piece.
const FIRST_PIECE: usize = 4 * 1024;
/// Bytes of the largest.
const LAST_PIECE: usize = 1024 * 1024;
/// The bytes that are written at once at most.
const MOST: usize = 32;

/// A code has two bytes: in the lowest bits how many pairs of bytes a value has,
/// then whether there is a slot, which of these it is, and a number.
const PAIRS: u16 = 7;
const SLOT: u16 = 8;
const SORT: u16 = 3 << 4;
const NUMBER_AT: u32 = 6;
/// After so many expected events comes the expected one with another value or a slot.
const VALUE: u16 = 0;
/// After so many expected events time passes.
const PASSED: u16 = 1 << 4;
/// The entry in the place with this number comes, unexpected.
const PLACE: u16 = 2 << 4;
/// So many expected events; or one of these.
const RUN: u16 = 3 << 4;
/// An entry that is not in the table comes.
const NEW: u16 = RUN | 1023 << NUMBER_AT;
/// An event comes at full length.
const FULL: u16 = RUN | 1022 << NUMBER_AT;
/// The longest run of expected events.
const LONGEST: u16 = 1021;

const _: () = assert!(Table::SIZE <= 1024);
const _: () = assert!(MOST >= 2 + FULL_BYTES && MOST >= 2 + Entry::BYTES + 8 + 2);

/// Process, subject, op, extra, kind, type and value.
const FULL_BYTES: usize = 26;

/// A sequence of events, which grows at its end and is read from its start.
#[derive(Clone)]
pub struct Events {
    /// What comes before `piece`.
    full: Vec<Full>,
    piece: Box<[u8]>,
    /// Where `piece` is filled up to.
    end: usize,
    len: usize,
    /// So many expected events came last and are not written yet.
    run: u16,
    /// Of the next event.
    now: Time,
    table: Table,
    /// Pieces that were used and will be again.
    spare: Vec<Box<[u8]>>,
}

/// A piece in which there is no room for another event.
#[derive(Clone)]
struct Full {
    piece: Box<[u8]>,
    end: usize,
}

impl Events {
    /// No events.
    pub fn new() -> Events {
        Events {
            full: Vec::new(),
            piece: Box::default(),
            end: 0,
            len: 0,
            run: 0,
            now: Time::ZERO,
            table: Table::new(),
            spare: Vec::new(),
        }
    }

    /// The number of events.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes that the events take.
    pub fn bytes(&self) -> usize {
        self.full.iter().map(|full| full.end).sum::<usize>() + self.end
    }

    /// Forgets all events, but keeps their room for others.
    pub fn clear(&mut self) {
        let mut spare = std::mem::take(&mut self.spare);
        spare.extend(self.full.drain(..).map(|full| full.piece).chain([std::mem::take(&mut self.piece)]));
        spare.retain(|piece| !piece.is_empty());
        *self = Events { spare, ..Events::new() };
    }

    /// Adds an event. Its time may be before that of the last one, though it
    /// never is in a trace.
    #[inline]
    pub fn push(&mut self, event: &Event) {
        self.set_time(event.time);
        self.push_now(event);
    }

    /// The time of the events that come by [`Events::push_now`].
    #[inline(always)]
    pub fn set_time(&mut self, time: Time) {
        if time != self.now {
            self.pass(time);
        }
    }

    /// That time.
    #[inline(always)]
    pub(super) fn time(&self) -> Time {
        self.now
    }

    /// Adds an event, whatever its time says.
    #[inline(always)]
    pub fn push_now(&mut self, event: &Event) {
        if event.process.0 < What::PROCESSES && event.extra <= u32::from(u16::MAX) {
            let entry = Entry { what: What::of(event), op: event.op };
            self.push_packed(entry, event.value, event.extra as u16);
        } else {
            self.push_full(event);
        }
    }

    /// The same, of an event that fits.
    pub(super) fn push_packed(&mut self, entry: Entry, value: u64, slot: u16) {
        if !self.push_expected(entry, value, slot) {
            self.push_unexpected(entry, value, slot);
        }
    }

    /// The same, of one that is not expected.
    #[inline]
    pub(super) fn push_unexpected(&mut self, entry: Entry, value: u64, slot: u16) {
        if !self.push_known(entry, value, slot) {
            self.push_new(entry, value, slot);
        }
    }

    /// Adds an event that fits if its entry is in the table, and the piece has
    /// room; whether it did.
    #[inline(always)]
    fn push_known(&mut self, entry: Entry, value: u64, slot: u16) -> bool {
        let place = Table::place(entry);
        if self.table.entry(place) != entry {
            return false;
        }
        let value = value.wrapping_sub(base(entry.what.kind_number(), self.now));
        let run = self.run;
        let Some(room) = room(&mut self.piece, self.end) else { return false };
        // The run before it is written, and kept if there is one.
        put(room, 0, (RUN | run << NUMBER_AT).to_le_bytes());
        let at = if run > 0 { 2 } else { 0 };
        let code = PLACE | (place as u16) << NUMBER_AT;
        self.end += write(room, code, [at, at + 2], value, slot);
        self.run = 0;
        self.len += 1;
        self.table.turn_to(place);
        self.table.set_value(place, value);
        true
    }

    /// Adds an event that fits, in a new place or piece.
    #[cold]
    #[inline(never)]
    fn push_new(&mut self, entry: Entry, value: u64, slot: u16) {
        self.write_run();
        self.len += 1;
        let value = value.wrapping_sub(base(entry.what.kind_number(), self.now));
        self.table.turn_to(Table::place(entry));
        let place = self.table.add(entry);
        self.table.set_value(place, value);
        let Some(room) = self.more_room() else { return };
        put(room, 2, entry.bytes());
        self.end += write(room, NEW, [0, 2 + Entry::BYTES], value, slot);
    }

    /// Adds an event that fits if it is the expected one, and the piece has room
    /// for another value; whether it did.
    #[inline(always)]
    pub(super) fn push_expected(&mut self, entry: Entry, value: u64, slot: u16) -> bool {
        let place = self.table.expected();
        if self.table.entry(place) != entry || self.run == LONGEST {
            return false;
        }
        let value = value.wrapping_sub(base(entry.what.kind_number(), self.now));
        if slot == 0 && self.table.value(place) == value {
            self.run += 1;
        } else {
            let Some(room) = room(&mut self.piece, self.end) else { return false };
            self.end += write(room, VALUE | self.run << NUMBER_AT, [0, 2], value, slot);
            self.run = 0;
            self.table.set_value(place, value);
        }
        self.table.follow(place);
        self.len += 1;
        true
    }

    /// The same of an event without a slot, whose value is 0 and not the end of
    /// a delay.
    #[inline(always)]
    pub(super) fn push_plain(&mut self, entry: Entry) -> bool {
        let place = self.table.expected();
        let is_expected = self.table.entry(place) == entry && self.table.value(place) == 0;
        if !is_expected || self.run == LONGEST {
            return false;
        }
        self.run += 1;
        self.table.follow(place);
        self.len += 1;
        true
    }

    /// Writes down the run of expected events that came last.
    fn write_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run > 0
            && let Some(room) = self.more_room()
        {
            put(room, 0, (RUN | run << NUMBER_AT).to_le_bytes());
            self.end += 2;
        }
    }

    /// Where there is room for [`MOST`] bytes, in a new piece if need be.
    fn more_room(&mut self) -> Option<&mut [u8; MOST]> {
        if room(&mut self.piece, self.end).is_none() {
            self.add_piece();
        }
        room(&mut self.piece, self.end)
    }

    /// Adds an event that an entry has no room for.
    #[cold]
    #[inline(never)]
    fn push_full(&mut self, event: &Event) {
        self.write_run();
        self.len += 1;
        let Some(room) = self.more_room() else { return };
        put(room, 0, FULL.to_le_bytes());
        let numbers = [event.process.0, event.subject, event.op.0, event.extra];
        for (four, number) in room[2..18].as_chunks_mut().0.iter_mut().zip(numbers) {
            *four = number.to_le_bytes();
        }
        room[18] = event.kind as u8;
        room[19] = event.ty as u8;
        put(room, 20, event.value.to_le_bytes());
        self.end += 2 + FULL_BYTES;
    }

    /// Writes down that time passes.
    #[inline(never)]
    fn pass(&mut self, time: Time) {
        let passed = time.as_nanos().wrapping_sub(self.now.as_nanos());
        self.now = time;
        let run = std::mem::take(&mut self.run);
        let Some(room) = self.more_room() else { return };
        let pairs = pairs(passed);
        put(room, 0, (PASSED | run << NUMBER_AT | pairs as u16).to_le_bytes());
        put(room, 2, passed.to_le_bytes());
        self.end += 2 + 2 * pairs;
    }

    #[cold]
    #[inline(never)]
    fn add_piece(&mut self) {
        let len = (2 * self.piece.len()).clamp(FIRST_PIECE, LAST_PIECE);
        let fresh = self.spare.pop().unwrap_or_else(|| vec![0; len].into_boxed_slice());
        let full = std::mem::replace(&mut self.piece, fresh);
        self.full.push(Full { piece: full, end: self.end });
        self.end = 0;
    }

    /// Changes events anywhere, for tests.
    #[cfg(test)]
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Vec<Event>)) {
        let mut events = self.iter().collect();
        change(&mut events);
        *self = events.into();
    }

    /// The events in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter::new(self)
    }
}

/// Where a piece that is filled up to `end` has room for [`MOST`] bytes.
#[inline(always)]
fn room(piece: &mut [u8], end: usize) -> Option<&mut [u8; MOST]> {
    piece.get_mut(end..)?.first_chunk_mut()
}

/// Writes bytes where there is room for them.
#[inline(always)]
fn put<const N: usize>(room: &mut [u8; MOST], at: usize, bytes: [u8; N]) {
    if let Some(place) = room.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
        *place = bytes;
    }
}

/// How many pairs of bytes a number needs.
#[inline(always)]
fn pairs(number: u64) -> usize {
    (79 - number.leading_zeros() as usize) / 16
}

/// What is taken from the value: the end of a delay is counted from now, which
/// needs fewer bytes.
#[inline(always)]
fn base(kind: u32, now: Time) -> u64 {
    let is_end = kind == Kind::Delay as u32 || kind == Kind::Work as u32;
    if is_end { now.as_nanos() } else { 0 }
}

/// Writes the code of an event at one byte, and from another on its value and
/// its slot; gives how many bytes are used then.
#[inline(always)]
fn write(room: &mut [u8; MOST], code: u16, [first, at]: [usize; 2], value: u64, slot: u16) -> usize {
    let pairs = pairs(value);
    // Written whether needed or not: there is no branch to foretell.
    put(room, at, value.to_le_bytes());
    let end = at + 2 * pairs;
    put(room, end, slot.to_le_bytes());
    let has_slot = slot != 0;
    let code = code | pairs as u16 | if has_slot { SLOT } else { 0 };
    put(room, first, code.to_le_bytes());
    end + 2 * usize::from(has_slot)
}

impl<'a> IntoIterator for &'a Events {
    type Item = Event;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl Extend<Event> for Events {
    fn extend<I: IntoIterator<Item = Event>>(&mut self, events: I) {
        events.into_iter().for_each(|event| self.push(&event));
    }
}

impl FromIterator<Event> for Events {
    fn from_iter<I: IntoIterator<Item = Event>>(events: I) -> Events {
        let mut all = Events::new();
        all.extend(events);
        all
    }
}

impl From<Vec<Event>> for Events {
    fn from(events: Vec<Event>) -> Events {
        events.into_iter().collect()
    }
}

impl PartialEq for Events {
    fn eq(&self, other: &Events) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Default for Events {
    fn default() -> Events {
        Events::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OpId, ProcessId};
    use crate::value::Type;
    use proptest::prelude::*;

    /// Small numbers, those at the edge of their bits, and any.
    fn number() -> impl Strategy<Value = u64> {
        prop_oneof![
            Just(0),
            1u64..9,
            (1u64 << 16) - 2..(1 << 16) + 2,
            (1u64 << 18) - 2..(1 << 18) + 2,
            any::<u64>()
        ]
    }

    proptest! {
        // Few but long ones, which fill several pieces.
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn what_goes_in_comes_out(
            parts in proptest::collection::vec(
                (any::<usize>(), number(), number(), number(), number(), number(), number()),
                0..3000,
            ),
        ) {
            let mut nanos = 0;
            let events: Vec<Event> = parts
                .iter()
                .map(|&(kind, passed, value, process, subject, extra, op)| {
                    nanos = (nanos + (passed >> 20)).min(i64::MAX as u64);
                    Event {
                        time: Time::from_nanos(nanos).expect("bounded"),
                        value,
                        process: ProcessId(process as u32),
                        subject: subject as u32,
                        extra: extra as u32,
                        op: OpId(op as u32),
                        kind: Kind::ALL[kind % Kind::ALL.len()],
                        ty: Type::ALL[kind / 64 % Type::ALL.len()],
                    }
                })
                .collect();
            let packed = Events::from(events.clone());
            prop_assert_eq!(packed.len(), events.len());
            prop_assert_eq!(packed.iter().collect::<Vec<_>>(), events);
        }
    }

    #[test]
    fn what_is_expected_takes_no_bytes() {
        let event = Event {
            time: Time::ZERO,
            value: 0,
            process: ProcessId(3),
            subject: 4,
            extra: 0,
            op: OpId(17),
            kind: Kind::Acquire,
            ty: Type::Int,
        };
        let same: Events = std::iter::repeat_n(event, 1000).collect();
        // The first is not in the table, the second was not expected.
        assert_eq!(same.bytes(), 2 + Entry::BYTES + 2);
        let counting: Events = (0..1000).map(|value| Event { value, ..event }).collect();
        assert_eq!(counting.bytes(), same.bytes() + 2 + 4 * 998);
    }
}
