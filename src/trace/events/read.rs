//! Reading events back.
//!
//! Decides nothing: makes the table anew and undoes what [`Events`] did.

use super::{Events, FULL, NEW, NUMBER_AT, PAIRS, PASSED, PLACE, SLOT, SORT, VALUE, base};
use crate::ids::{OpId, ProcessId};
use crate::time::Time;
use crate::trace::table::{Entry, Table};
use crate::trace::what::What;
use crate::trace::{Event, Kind};
use crate::value::Type;

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
    pub(super) fn new(events: &'a Events) -> Iter<'a> {
        Iter {
            events,
            bytes: &[],
            next_piece: 0,
            time: Time::ZERO,
            left: events.len,
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

    /// The next event, in the piece at hand or the next.
    #[inline(always)]
    fn read(&mut self) -> Event {
        loop {
            if self.run > 0 {
                self.run -= 1;
                let place = self.table.expected();
                return self.event_in(place, self.table.value(place), 0);
            }
            let code = match self.after.take() {
                Some(code) => code,
                None if self.bytes.is_empty() => {
                    self.turn_over();
                    continue;
                }
                None => u16::from_le_bytes(self.take()),
            };
            let number = code >> NUMBER_AT;
            match code & SORT {
                VALUE | PASSED if number > 0 => {
                    self.run = number;
                    self.after = Some(code & ((1 << NUMBER_AT) - 1));
                }
                VALUE => return self.event(self.table.expected(), code),
                PASSED => {
                    let passed = self.number(usize::from(code & PAIRS));
                    let nanos = self.time.as_nanos().wrapping_add(passed);
                    self.time = Time::from_nanos(nanos).unwrap_or(Time::MAX);
                }
                PLACE => return self.event_at(usize::from(number), code),
                _ if code & !(PAIRS | SLOT) == NEW => {
                    let what = What(u64::from_le_bytes(self.take()));
                    let entry = Entry { what, op: OpId(u32::from_le_bytes(self.take())) };
                    self.table.turn_to(Table::place(entry));
                    let place = self.table.add(entry);
                    return self.event(place, code);
                }
                _ if code == FULL => return self.full(),
                _ => self.run = number,
            }
        }
    }

    /// The event in a place that was not expected.
    fn event_at(&mut self, place: usize, code: u16) -> Event {
        self.table.turn_to(place);
        self.event(place, code)
    }

    /// The event in this place whose value and slot come next.
    #[inline(always)]
    fn event(&mut self, place: usize, code: u16) -> Event {
        let value = self.number(usize::from(code & PAIRS));
        let slot = if code & SLOT != 0 { u16::from_le_bytes(self.take()) } else { 0 };
        self.table.set_value(place, value);
        self.event_in(place, value, slot)
    }

    /// The event in this place with what was written for its value.
    #[inline(always)]
    fn event_in(&mut self, place: usize, value: u64, slot: u16) -> Event {
        self.table.follow(place);
        let entry = self.table.entry(place);
        let value = value.wrapping_add(base(entry.what.kind_number(), self.time));
        entry.event(self.time, value, slot)
    }

    #[cold]
    #[inline(never)]
    fn turn_over(&mut self) {
        match self.events.full.get(self.next_piece) {
            Some(full) => self.bytes = &full.piece[..full.end],
            None if self.next_piece == self.events.full.len() => {
                self.bytes = &self.events.piece[..self.events.end];
            }
            None => self.run = self.events.run.max(1),
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
