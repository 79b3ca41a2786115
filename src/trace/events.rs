//! Many events in little memory.
//!
//! An event takes 8 bytes, and 8 more for each of these: time has passed since
//! the one before; its value is not 0; its slot is not 0. (With ids too large
//! for their bits it takes 16 more.) The words lie in pieces of one size, so
//! that nothing is moved when a trace grows. Decides how they are packed; what
//! they mean says [`Event`].

use super::{Event, Kind};
use crate::ids::{OpId, ProcessId};
use crate::time::Time;
use crate::value::Type;
use std::fmt;

/// Words of a piece: 64 KB.
const PIECE: usize = 8 * 1024;
/// The words that one event takes at most, as a power of two.
const MOST: usize = 8;

/// From the lowest bit up: the kind, the type, four flags, and the ids.
const KIND_BITS: u32 = 5;
const TYPE_AT: u32 = KIND_BITS;
const TYPE_BITS: u32 = 3;
const FLAGS_AT: u32 = TYPE_AT + TYPE_BITS;
const OP_AT: u32 = FLAGS_AT + 4;
const OP_BITS: u32 = 16;
const PROCESS_AT: u32 = OP_AT + OP_BITS;
const ID_BITS: u32 = 18;
const SUBJECT_AT: u32 = PROCESS_AT + ID_BITS;

const _: () = assert!(SUBJECT_AT + ID_BITS == u64::BITS);
const _: () = assert!(Kind::ALL.len() <= 1 << KIND_BITS && Type::ALL.len() <= 1 << TYPE_BITS);

/// The flags: which words follow.
const TIME: u64 = 1 << FLAGS_AT;
const VALUE: u64 = 2 << FLAGS_AT;
const EXTRA: u64 = 4 << FLAGS_AT;
/// The ids stand in two words of their own.
const WIDE: u64 = 8 << FLAGS_AT;

/// A sequence of events, which grows at its end and is read from its start.
#[derive(Clone)]
pub struct Events {
    /// All of [`PIECE`] words.
    pieces: Vec<Box<[u64]>>,
    /// Words used of each piece but the last.
    ends: Vec<u32>,
    /// Words used of the last piece.
    end: usize,
    len: usize,
    /// The time of the last event.
    last: Time,
    /// Pieces that were used and will be again.
    spare: Vec<Box<[u64]>>,
}

impl Events {
    /// No events.
    pub fn new() -> Events {
        Events {
            pieces: Vec::new(),
            ends: Vec::new(),
            end: PIECE,
            len: 0,
            last: Time::ZERO,
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

    /// Forgets all events, but keeps their room for others.
    pub fn clear(&mut self) {
        let mut spare = std::mem::take(&mut self.spare);
        spare.append(&mut self.pieces);
        *self = Events { spare, ..Events::new() };
    }

    /// Adds an event. Its time may be before that of the last one, though it
    /// never is in a trace.
    #[inline]
    pub fn push(&mut self, event: &Event) {
        if self.end > PIECE - MOST {
            self.add_piece();
        }
        let Some(piece) = self.pieces.last_mut() else { return };
        let Some(room) = piece[self.end..].first_chunk_mut::<MOST>() else { return };
        let passed = event.time.as_nanos().wrapping_sub(self.last.as_nanos());
        let is_wide = event.op.0 >> OP_BITS | event.process.0 >> ID_BITS | event.subject >> ID_BITS != 0;
        let mut head = event.kind as u64 | (event.ty as u64) << TYPE_AT;
        let mut used = 1;
        // Every word is written, and kept if it says something: there is no
        // branch to foretell.
        for (word, flag) in [(passed, TIME), (event.value, VALUE), (u64::from(event.extra), EXTRA)] {
            room[used % MOST] = word;
            used += usize::from(word != 0);
            head |= if word != 0 { flag } else { 0 };
        }
        if is_wide {
            head |= WIDE;
            room[used % MOST] = u64::from(event.op.0);
            room[(used + 1) % MOST] = u64::from(event.process.0) | u64::from(event.subject) << 32;
            used += 2;
        } else {
            head |= u64::from(event.op.0) << OP_AT;
            head |= u64::from(event.process.0) << PROCESS_AT | u64::from(event.subject) << SUBJECT_AT;
        }
        room[0] = head;
        self.end += used;
        self.last = event.time;
        self.len += 1;
    }

    #[cold]
    #[inline(never)]
    fn add_piece(&mut self) {
        if !self.pieces.is_empty() {
            self.ends.push(self.end as u32);
        }
        let piece = self.spare.pop().unwrap_or_else(|| vec![0; PIECE].into_boxed_slice());
        self.pieces.push(piece);
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
        Iter { events: self, words: &[], next_piece: 0, time: Time::ZERO, left: self.len }
    }
}

/// Reads [`Events`] from the first on.
#[derive(Clone)]
pub struct Iter<'a> {
    events: &'a Events,
    /// What is left of the piece at hand.
    words: &'a [u64],
    next_piece: usize,
    time: Time,
    left: usize,
}

impl Iter<'_> {
    #[inline(always)]
    fn word(&mut self) -> u64 {
        let (&word, rest) = self.words.split_first().unwrap_or((&0, &[]));
        self.words = rest;
        word
    }

    #[inline(always)]
    fn word_if(&mut self, is_there: bool) -> u64 {
        if is_there { self.word() } else { 0 }
    }
}

impl Iterator for Iter<'_> {
    type Item = Event;

    #[inline]
    fn next(&mut self) -> Option<Event> {
        self.left = self.left.checked_sub(1)?;
        if self.words.is_empty() {
            let end = self.events.ends.get(self.next_piece).map_or(self.events.end, |&end| end as usize);
            self.words = &self.events.pieces[self.next_piece][..end];
            self.next_piece += 1;
        }
        let head = self.word();
        let bits = |at: u32, bits: u32| (head >> at) as u32 & ((1 << bits) - 1);
        let passed = self.word_if(head & TIME != 0);
        let value = self.word_if(head & VALUE != 0);
        let extra = self.word_if(head & EXTRA != 0) as u32;
        let (op, process, subject) = if head & WIDE != 0 {
            let (op, ids) = (self.word(), self.word());
            (op as u32, ids as u32, (ids >> 32) as u32)
        } else {
            (bits(OP_AT, OP_BITS), bits(PROCESS_AT, ID_BITS), bits(SUBJECT_AT, ID_BITS))
        };
        self.time = Time::from_nanos(self.time.as_nanos().wrapping_add(passed)).unwrap_or(Time::MAX);
        Some(Event {
            time: self.time,
            value,
            process: ProcessId(process),
            subject,
            extra,
            op: OpId(op),
            kind: Kind::ALL[bits(0, KIND_BITS) as usize % Kind::ALL.len()],
            ty: Type::ALL[bits(TYPE_AT, TYPE_BITS) as usize % Type::ALL.len()],
        })
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
    fn most_events_take_eight_bytes() {
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
        let events: Events = std::iter::repeat_n(event, PIECE - MOST + 1).collect();
        assert_eq!(events.pieces.len(), 1);
    }
}
