//! Many events in little memory.
//!
//! What an op does again and again is written once, see [`Table`]; after that an
//! event takes 2 bytes, and as many as they need, in pairs, for its value and its
//! slot, and as much again for the time that has passed since the one before. So
//! most events take 2 to 8 bytes: fresh memory is what a trace costs. Decides how
//! events are packed; what they mean says [`Event`].

use super::table::{Entry, Table};
use super::what::What;
use super::{Event, Kind};
use crate::ids::{OpId, ProcessId};
use crate::time::Time;
use crate::value::Type;
use std::fmt;

/// Bytes of the first piece.
const FIRST_PIECE: usize = 4 * 1024;
/// Bytes of the largest.
const LAST_PIECE: usize = 1024 * 1024;
/// The bytes that are written at once at most.
const MOST: usize = 32;

/// An event begins with a code of two bytes: in the lowest bits how many pairs
/// of bytes its value has, then whether it has a slot, then the number of its
/// entry in the table or one of these.
const PAIRS: u16 = 7;
const SLOT: u16 = 8;
const NUMBER_AT: u32 = 4;
/// The entry follows, and is in the table from here on.
const NEW: u16 = 0xfff << NUMBER_AT;
/// The event follows at full length.
const FULL: u16 = 0xffe << NUMBER_AT;
/// No event, but the time that passes until the next one.
const PASSED: u16 = 0xffd << NUMBER_AT;

const _: () = assert!(Table::SIZE <= 0xffd);
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
        self.len += 1;
        let (now, kind, place) = (self.now, entry.what.kind_number(), Table::place(entry));
        let is_known = self.table.entry(place) == entry;
        if !is_known {
            self.table.add(entry);
        }
        let Some(room) = self.more_room() else { return };
        let (code, at) = if is_known {
            (code_of(place), 2)
        } else {
            put(room, 2, entry.bytes());
            (NEW, 2 + Entry::BYTES)
        };
        self.end += write(room, code, at, kind, now, value, slot);
    }

    /// Adds an event that fits if that is done at once, because its entry is in
    /// the table and the piece has room; whether it did.
    #[inline(always)]
    pub(super) fn push_at_once(&mut self, entry: Entry, value: u64, slot: u16) -> bool {
        let (now, place) = (self.now, Table::place(entry));
        if self.table.entry(place) != entry {
            return false;
        }
        let Some(room) = room(&mut self.piece, self.end) else { return false };
        self.end += write(room, code_of(place), 2, entry.what.kind_number(), now, value, slot);
        self.len += 1;
        true
    }

    /// The same of an event without a slot, whose value is 0 and not the end of
    /// a delay.
    #[inline(always)]
    pub(super) fn push_plain_at_once(&mut self, entry: Entry) -> bool {
        let place = Table::place(entry);
        if self.table.entry(place) != entry {
            return false;
        }
        let Some(room) = room(&mut self.piece, self.end) else { return false };
        put(room, 0, code_of(place).to_le_bytes());
        self.end += 2;
        self.len += 1;
        true
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
        let Some(room) = self.more_room() else { return };
        let pairs = pairs(passed);
        put(room, 0, (PASSED | pairs as u16).to_le_bytes());
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
        Iter {
            events: self,
            bytes: &[],
            next_piece: 0,
            time: Time::ZERO,
            left: self.len,
            table: Table::new(),
        }
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

/// The code of an event whose entry is in this place.
#[inline(always)]
fn code_of(place: usize) -> u16 {
    (place as u16) << NUMBER_AT
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

/// Writes the code of an event, and from byte `at` on what follows its entry;
/// gives how many bytes are used then.
#[inline(always)]
fn write(room: &mut [u8; MOST], code: u16, at: usize, kind: u32, now: Time, value: u64, slot: u16) -> usize {
    let value = value.wrapping_sub(base(kind, now));
    let pairs = pairs(value);
    // Written whether needed or not: there is no branch to foretell.
    put(room, at, value.to_le_bytes());
    let end = at + 2 * pairs;
    put(room, end, slot.to_le_bytes());
    let has_slot = slot != 0;
    let code = code | pairs as u16 | if has_slot { SLOT } else { 0 };
    put(room, 0, code.to_le_bytes());
    end + 2 * usize::from(has_slot)
}

/// Reads [`Events`] from the first on.
#[derive(Clone)]
pub struct Iter<'a> {
    events: &'a Events,
    /// What is left of the piece at hand.
    bytes: &'a [u8],
    next_piece: usize,
    time: Time,
    left: usize,
    table: Table,
}

impl Iter<'_> {
    /// The next bytes, or zeros behind the end, which is never reached.
    #[inline(always)]
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (bytes, rest) = self.bytes.split_first_chunk().unwrap_or((&[0; N], &[]));
        self.bytes = rest;
        *bytes
    }

    /// The next number, of so many pairs of bytes.
    #[inline(always)]
    fn number(&mut self, pairs: usize) -> u64 {
        let (taken, rest) = self.bytes.split_at((2 * pairs).min(self.bytes.len()));
        let mut bytes = [0; 8];
        for (byte, &taken) in bytes.iter_mut().zip(taken) {
            *byte = taken;
        }
        self.bytes = rest;
        u64::from_le_bytes(bytes)
    }

    fn full(&mut self) -> Event {
        let [process, subject, op, extra] = [(); 4].map(|()| u32::from_le_bytes(self.take()));
        let [kind, ty] = self.take();
        Event {
            time: self.time,
            value: self.number(4),
            process: ProcessId(process),
            subject,
            extra,
            op: OpId(op),
            kind: Kind::ALL[usize::from(kind) % Kind::ALL.len()],
            ty: Type::ALL[usize::from(ty) % Type::ALL.len()],
        }
    }

    /// The code of the next event, after all time that passes before has passed.
    #[inline(always)]
    fn code(&mut self) -> u16 {
        loop {
            while self.bytes.is_empty() {
                self.turn_over();
            }
            let code = u16::from_le_bytes(self.take());
            if code & !(PAIRS | SLOT) != PASSED {
                return code;
            }
            let passed = self.number(usize::from(code & PAIRS));
            self.time = Time::from_nanos(self.time.as_nanos().wrapping_add(passed)).unwrap_or(Time::MAX);
        }
    }

    #[cold]
    #[inline(never)]
    fn turn_over(&mut self) {
        self.bytes = match self.events.full.get(self.next_piece) {
            Some(full) => &full.piece[..full.end],
            None => &self.events.piece[..self.events.end],
        };
        self.next_piece += 1;
    }
}

impl Iterator for Iter<'_> {
    type Item = Event;

    #[inline]
    fn next(&mut self) -> Option<Event> {
        self.left = self.left.checked_sub(1)?;
        let code = self.code();
        let entry = match code & !(PAIRS | SLOT) {
            FULL => return Some(self.full()),
            NEW => {
                let what = What(u64::from_le_bytes(self.take()));
                let entry = Entry { what, op: OpId(u32::from_le_bytes(self.take())) };
                self.table.add(entry);
                entry
            }
            number => self.table.entry(usize::from(number >> NUMBER_AT)),
        };
        let value = self.number(usize::from(code & PAIRS));
        let slot = if code & SLOT != 0 { u16::from_le_bytes(self.take()) } else { 0 };
        let value = value.wrapping_add(base(entry.what.kind_number(), self.time));
        Some(entry.event(self.time, value, slot))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

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
    fn most_events_take_two_bytes() {
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
        let events: Events = std::iter::repeat_n(event, 1000).collect();
        // Once the event is in the table.
        assert_eq!(events.bytes(), 2 * 1000 + Entry::BYTES);
    }
}
