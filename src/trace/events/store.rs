//! The store of events: it packs them as they come.

use super::code::{
    FULL, FULL_BYTES, MOST, NEW, NUMBER_AT, PASSED, PLACE, RUN, VALUE, base, is_usual, put, room, write,
};
use crate::time::Time;
use crate::trace::event::Event;
use crate::trace::table::{Entry, Table};

/// Bytes of the first piece.
const FIRST_PIECE: usize = 4 * 1024;
/// Bytes of the largest.
const LAST_PIECE: usize = 1024 * 1024;
/// The longest run of expected entries.
const LONGEST: usize = 1021;
/// More events than memory has room for, and small enough to count beyond it.
const MANY: usize = usize::MAX / 4;

/// A sequence of events, which grows at its end and is read from its start.
#[derive(Clone)]
pub struct Events {
    table: Table,
    /// Where the table is when the run of expected entries that goes on now is
    /// as long as it may be, or there are as many events as there may be.
    stop: usize,
    /// Where the table was when that run began.
    mark: usize,
    /// Where the table is when there are `most` events. Whole events move it
    /// back, since they are in no table, and time that passes moves it on.
    last: usize,
    /// Of the next event.
    now: Time,
    /// What comes before `piece`.
    pub(super) full: Vec<Full>,
    pub(super) piece: Box<[u8]>,
    /// Where `piece` is filled up to.
    pub(super) end: usize,
    /// See [`Events::set_most`].
    most: usize,
}

/// A piece in which there is no room for another event.
#[derive(Clone)]
pub(super) struct Full {
    pub(super) piece: Box<[u8]>,
    pub(super) end: usize,
}

impl Events {
    /// No events.
    pub fn new() -> Events {
        Events {
            table: Table::new(),
            stop: LONGEST,
            mark: 0,
            last: MANY,
            now: Time::ZERO,
            full: Vec::new(),
            piece: Box::default(),
            end: 0,
            most: MANY,
        }
    }

    /// The number of events.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.table.at() + self.most - self.last
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes that the events take.
    pub fn bytes(&self) -> usize {
        self.full.iter().map(|full| full.end).sum::<usize>() + self.end
    }

    /// From this number of events on, nothing is the expected event, so that the
    /// caller need not look at the number before.
    pub(in crate::trace) fn set_most(&mut self, most: usize) {
        let most = most.min(MANY);
        self.last = self.last + most - self.most;
        self.most = most;
        self.set_stop();
    }

    /// Whether there are so many.
    pub(in crate::trace) fn is_full(&self) -> bool {
        self.table.at() >= self.last
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
    pub(in crate::trace) fn time(&self) -> Time {
        self.now
    }

    /// Adds an event, whatever its time says.
    pub fn push_now(&mut self, event: &Event) {
        if is_usual(event) {
            let slot = event.kind.has_slot().then_some(event.extra as u16);
            self.push_unexpected(
                Entry::of(event),
                event.value.wrapping_sub(base(event.kind, self.now)),
                slot,
            );
        } else {
            self.push_full(event);
        }
    }

    /// Adds an event without value and slot if it is the expected one; whether
    /// it did.
    #[inline(always)]
    pub(in crate::trace) fn push_plain(&mut self, entry: Entry) -> bool {
        let place = self.table.expected();
        if self.table.at() == self.stop || !self.table.row(place).is(entry) {
            return false;
        }
        self.table.follow(place);
        true
    }

    /// Adds an event with a value and without a slot if it is the expected one; the
    /// end of a delay is counted from now. If it is the expected event but for the value, says in which place.
    #[inline(always)]
    pub(in crate::trace) fn push_valued(&mut self, entry: Entry, value: u64) -> Result<(), Option<usize>> {
        let place = self.table.expected();
        let is_over = self.table.at() == self.stop;
        let row = self.table.row(place);
        if is_over || !row.is(entry) {
            return Err(None);
        }
        if row.value() != value {
            return Err(Some(place));
        }
        row.repeat_value(value);
        self.table.follow(place);
        Ok(())
    }

    /// Adds the event in such a place with this value, if there is room to write
    /// it; whether it did.
    #[inline(always)]
    pub(in crate::trace) fn push_told(&mut self, place: usize, value: u64) -> bool {
        let code = VALUE | self.run() << NUMBER_AT;
        let Some(room) = room(&mut self.piece, self.end) else { return false };
        self.end += write(room, code, 2, Some(value), None);
        self.table.row(place).learn_value(value);
        self.table.follow(place);
        self.begin_run();
        true
    }

    /// Adds an event with a value and a slot if it is the expected one; whether it
    /// did.
    #[inline(always)]
    pub(in crate::trace) fn push_access(&mut self, entry: Entry, value: u64, slot: u16) -> bool {
        let place = self.table.expected();
        let is_over = self.table.at() == self.stop;
        let row = self.table.row(place);
        if is_over || !row.is(entry) || row.value() != value || row.slot() != slot {
            return false;
        }
        row.repeat_value(value);
        row.repeat_slot(slot);
        self.table.follow(place);
        true
    }

    /// Adds any event that fits an entry, expected or not; with a slot if its
    /// kind has one.
    pub(in crate::trace) fn push_unexpected(&mut self, entry: Entry, value: u64, slot: Option<u16>) {
        self.end_long_run();
        let mut place = self.table.expected();
        let mut code = VALUE | self.run() << NUMBER_AT;
        let is_expected = self.table.row(place).is(entry);
        if !is_expected {
            self.write_run();
            place = Table::place(entry);
            code = PLACE | (place as u16) << NUMBER_AT;
            if !self.table.row(place).is(entry) {
                return self.push_new(entry, value, slot.unwrap_or(0));
            }
        }
        let row = self.table.row(place);
        let told = row.learn_value(value).then_some(value);
        let told_slot = slot.filter(|&slot| row.learn_slot(slot));
        if !is_expected {
            self.table.turn(place);
        }
        self.table.follow(place);
        if is_expected && told.is_none() && told_slot.is_none() {
            return self.set_stop();
        }
        if let Some(room) = self.more_room() {
            self.end += write(room, code, 2, told, told_slot);
        }
        self.begin_run();
    }

    /// Adds an event whose entry is not in the table.
    #[cold]
    #[inline(never)]
    fn push_new(&mut self, entry: Entry, value: u64, slot: u16) {
        if let Some(room) = self.more_room() {
            put(room, 2, entry.bytes());
            let (value, slot) = ((value > 0).then_some(value), (slot > 0).then_some(slot));
            self.end += write(room, NEW, 2 + Entry::BYTES, value, slot);
        }
        self.table.add(Table::place(entry), entry, value, slot);
        self.begin_run();
    }

    /// Adds an event that an entry has no room for.
    #[cold]
    #[inline(never)]
    fn push_full(&mut self, event: &Event) {
        self.write_run();
        self.last -= 1;
        self.begin_run();
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

    /// Time passes.
    #[inline(never)]
    fn pass(&mut self, time: Time) {
        let nanos = time.as_nanos().wrapping_sub(self.now.as_nanos());
        self.now = time;
        self.last += 1;
        if !self.push_plain(Entry::passing(nanos)) {
            self.pass_unexpected(nanos);
        }
    }

    /// So much time passes as was not expected, or at the end of a run.
    #[inline(never)]
    fn pass_unexpected(&mut self, nanos: u64) {
        let (place, entry) = (Table::passing_place(nanos), Entry::passing(nanos));
        if self.table.row(place).is(entry) || self.table.at() == self.stop {
            return self.push_unexpected(entry, 0, None);
        }
        let code = PASSED | self.run() << NUMBER_AT;
        let Some(room) = room(&mut self.piece, self.end) else { return self.pass_in_new_piece(nanos) };
        self.end += write(room, code, 2, Some(nanos), None);
        self.table.rename(place, entry);
        self.table.follow(place);
        self.begin_run();
    }

    #[cold]
    #[inline(never)]
    fn pass_in_new_piece(&mut self, nanos: u64) {
        self.add_piece();
        self.pass_unexpected(nanos);
    }

    /// The length of the run of expected entries that came last and is not
    /// written yet.
    #[inline(always)]
    pub(super) fn run(&self) -> u16 {
        (self.table.at() - self.mark) as u16
    }

    /// Writes down the run of expected events that came last.
    #[inline]
    fn write_run(&mut self) {
        let run = self.run();
        if run > 0
            && let Some(room) = self.more_room()
        {
            put(room, 0, (RUN | run << NUMBER_AT).to_le_bytes());
            self.end += 2;
        }
    }

    /// Writes down the run of expected events that came last if it is as long as it
    /// may be.
    #[inline]
    fn end_long_run(&mut self) {
        if usize::from(self.run()) == LONGEST {
            self.write_run();
            self.begin_run();
        }
    }

    /// What is expected from here on is a run of its own.
    #[inline]
    fn begin_run(&mut self) {
        self.mark = self.table.at();
        self.set_stop();
    }

    #[inline(always)]
    fn set_stop(&mut self) {
        self.stop = self.last.min(self.mark + LONGEST);
    }

    /// Where there is room for [`MOST`] bytes, in a new piece if need be.
    #[inline]
    fn more_room(&mut self) -> Option<&mut [u8; MOST]> {
        if room(&mut self.piece, self.end).is_none() {
            self.add_piece();
        }
        room(&mut self.piece, self.end)
    }

    #[cold]
    #[inline(never)]
    fn add_piece(&mut self) {
        let len = (2 * self.piece.len()).clamp(FIRST_PIECE, LAST_PIECE);
        let fresh = vec![0; len].into_boxed_slice();
        let full = std::mem::replace(&mut self.piece, fresh);
        self.full.push(Full { piece: full, end: self.end });
        self.end = 0;
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

impl Default for Events {
    fn default() -> Events {
        Events::new()
    }
}
