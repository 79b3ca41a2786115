//! Reading events back.
//!
//! Decides nothing: makes the table anew and undoes what [`Events`] did.

use super::code::{FULL, NEW, NUMBER_AT, PAIRS, PASSED, PLACE, SLOT, SORT, VALUE, base};
use super::store::Events;
use crate::ids::{OpId, ProcessId};
use crate::time::Time;
use crate::trace::event::{Event, Kind};
use crate::trace::table::{Entry, Table};
use crate::trace::what::What;
use crate::value::Type;
use std::fmt;

/// What was read: that an event came, or that time passed.
#[derive(Clone, Copy)]
struct Come {
    entry: Entry,
    value: u64,
    slot: u16,
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
    /// So many expected events come first.
    run: u16,
    /// The code after them, if it was read already.
    after: Option<u16>,
    table: Table,
}

impl<'a> Iter<'a> {
    fn new(events: &'a Events) -> Iter<'a> {
        Iter {
            events,
            bytes: &[],
            next_piece: 0,
            time: Time::ZERO,
            left: events.len(),
            run: 0,
            after: None,
            table: Table::new(),
        }
    }

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
        let len = 2 * pairs.min(4);
        // Mostly there are eight bytes, of which the upper ones are left out.
        let Some(bytes) = self.bytes.first_chunk() else { return self.last_number(len) };
        self.bytes = &self.bytes[len..];
        let unused = u64::BITS - 8 * len as u32;
        u64::from_le_bytes(*bytes) & u64::MAX.checked_shr(unused).unwrap_or(0)
    }

    /// The next number, of so many bytes, where fewer than eight are left of a piece.
    #[cold]
    #[inline(never)]
    fn last_number(&mut self, len: usize) -> u64 {
        let (taken, rest) = self.bytes.split_at(len.min(self.bytes.len()));
        let mut bytes = [0; 8];
        bytes[..taken.len()].copy_from_slice(taken);
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

    /// The next event, in the piece at hand or the next.
    #[inline(always)]
    fn read(&mut self) -> Event {
        loop {
            let come = if self.run > 0 {
                self.run -= 1;
                self.known(self.table.expected(), 0)
            } else {
                match self.next_code() {
                    None => continue,
                    Some(FULL) => return self.full(),
                    Some(code) => match self.coded(code) {
                        Some(come) => come,
                        None => continue,
                    },
                }
            };
            if let Some(event) = self.event(come) {
                return event;
            }
        }
    }

    /// The next code, if it is in the piece at hand.
    fn next_code(&mut self) -> Option<u16> {
        if let Some(code) = self.after.take() {
            return Some(code);
        }
        if self.bytes.is_empty() {
            self.turn_over();
            return None;
        }
        Some(u16::from_le_bytes(self.take()))
    }

    /// The entry, value and slot that a code stands for, if a run of expected
    /// ones does not come first.
    fn coded(&mut self, code: u16) -> Option<Come> {
        let number = code >> NUMBER_AT;
        match code & SORT {
            VALUE | PASSED if number > 0 => {
                self.run = number;
                self.after = Some(code & ((1 << NUMBER_AT) - 1));
                None
            }
            VALUE => Some(self.known(self.table.expected(), code)),
            PASSED => {
                let nanos = self.number(usize::from(code & PAIRS));
                Some(self.fresh(Entry::passing(nanos), 0, 0))
            }
            PLACE => {
                self.table.turn(usize::from(number));
                Some(self.known(usize::from(number), code))
            }
            _ if code & !(PAIRS | SLOT) == NEW => {
                let what = What(u64::from_le_bytes(self.take()));
                let entry = Entry { what, op: OpId(u32::from_le_bytes(self.take())) };
                let value = self.number(usize::from(code & PAIRS));
                let slot = if code & SLOT != 0 { u16::from_le_bytes(self.take()) } else { 0 };
                Some(self.fresh(entry, value, slot))
            }
            _ => {
                self.run = number;
                None
            }
        }
    }

    /// What comes in this place of the table, with the value and slot that the
    /// code says come next, or else the expected ones.
    #[inline(always)]
    fn known(&mut self, place: usize, code: u16) -> Come {
        let told = match usize::from(code & PAIRS) {
            0 => None,
            pairs => Some(self.number(pairs)),
        };
        let told_slot = (code & SLOT != 0).then(|| u16::from_le_bytes(self.take()));
        let row = self.table.row(place);
        let entry = row.entry();
        let value = told.unwrap_or(row.value());
        let slot = told_slot.unwrap_or(row.slot());
        row.learn_value(value);
        row.learn_slot(slot);
        self.table.follow(place);
        Come { entry, value, slot }
    }

    /// What comes and is not in the table.
    fn fresh(&mut self, entry: Entry, value: u64, slot: u16) -> Come {
        self.table.add(Table::place(entry), entry, value, slot);
        Come { entry, value, slot }
    }

    /// The event that came; `None` if time passed.
    #[inline(always)]
    fn event(&mut self, Come { entry, value, slot }: Come) -> Option<Event> {
        if let Some(nanos) = entry.passed() {
            let nanos = self.time.as_nanos().wrapping_add(nanos);
            self.time = Time::from_nanos(nanos).unwrap_or(Time::MAX);
            return None;
        }
        let kind = entry.what.kind();
        let slot = if kind.has_slot() { slot } else { 0 };
        Some(entry.event(self.time, value.wrapping_add(base(kind, self.time)), slot))
    }

    #[cold]
    #[inline(never)]
    fn turn_over(&mut self) {
        match self.events.full.get(self.next_piece) {
            Some(full) => self.bytes = &full.piece[..full.end],
            None if self.next_piece == self.events.full.len() => {
                self.bytes = &self.events.piece[..self.events.end];
            }
            None => self.run = self.events.run().max(1),
        }
        self.next_piece += 1;
    }
}

impl Iterator for Iter<'_> {
    type Item = Event;

    #[inline]
    fn next(&mut self) -> Option<Event> {
        self.left = self.left.checked_sub(1)?;
        Some(self.read())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl Events {
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

impl<'a> IntoIterator for &'a Events {
    type Item = Event;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl PartialEq for Events {
    fn eq(&self, other: &Events) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
