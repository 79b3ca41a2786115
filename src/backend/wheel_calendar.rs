//! A calendar for very many processes of one priority, or for few: wheels within wheels
//! (Varghese & Lauck, "Hashed and hierarchical timing wheels", 1987), of which
//! the next few entries are kept sorted.
//!
//! A time is read as digits of six bits. An entry lies on the wheel of the
//! highest digit in which it differs from a time shortly before, the base, in
//! the slot of that digit. So all of a wheel comes before all of the next
//! higher one, and within a wheel the slots are in order. The lowest slot is
//! opened when it is due: a short one is sorted and becomes the near entries, a
//! long one is spread over lower wheels. An entry moves down a few times at
//! most, whatever the times are, and always to the end of a slot: so what has
//! equal times stays in the order in which it came, and needs no number.
//!
//! Decides nothing about priorities: a run that has several takes the heap.

use super::calendar::Calendar;
use super::ready::Ready;
use crate::ids::ProcessId;
use crate::kernel::Scheduler;
use crate::time::Time;

/// Bits of a digit.
const DIGIT_BITS: usize = 6;
/// Slots of a wheel.
const SLOTS: usize = 1 << DIGIT_BITS;
/// Wheels, so that every time has a slot.
const WHEELS: usize = 64usize.div_ceil(DIGIT_BITS);
/// Entries that are stored together.
const CHUNK: usize = 16;
/// So many entries are opened at once, at most.
const SHORT: usize = 32;
/// So many near entries there are at most; more go back to the wheels.
const NEAR: usize = 64;
/// From this number on, room is made for all entries beforehand.
const MANY: usize = 1_000;
/// From this number on, what processes need does not fit the caches near the
/// processor, and is worth announcing: with 20,000 that saves 10% of the time,
/// with 100,000 almost 40%, and with 4,000 it would cost 4%.
const ANNOUNCED: usize = 10_000;
/// No chunk.
const NIL: u32 = u32::MAX;

/// That a process can go on at a time.
#[derive(Debug, Clone, Copy)]
struct Entry {
    time: Time,
    process: ProcessId,
}

const NOTHING: Entry = Entry { time: Time::MAX, process: ProcessId(0) };

/// A list of chunks, all full but the last.
#[derive(Debug, Clone, Copy)]
struct Slot {
    first: u32,
    last: u32,
    len: u32,
}

const EMPTY: Slot = Slot { first: NIL, last: NIL, len: 0 };

/// Some entries of a slot, aligned to cache lines.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Chunk([Entry; CHUNK]);

/// The slots, and what of them is in use.
///
/// Invariants:
/// 1. Bit s of `used[w]` says whether slot s of wheel w has entries; bit w of
///    `turning`, whether any slot of wheel w has.
/// 2. An entry lies on the wheel of the highest digit in which it differs from
///    `base`, in the slot of that digit; if it is equal to it, on the lowest.
/// 3. Within a slot, entries of equal times are in the order of their coming.
#[derive(Debug, Clone)]
struct Wheels {
    base: u64,
    turning: u32,
    used: [u64; WHEELS],
    slots: Box<[[Slot; SLOTS]; WHEELS]>,
    chunks: Vec<Chunk>,
    /// By chunk, the next of its slot, or of those that are free.
    next: Vec<u32>,
    free: u32,
}

impl Wheels {
    fn new() -> Wheels {
        Wheels {
            base: 0,
            turning: 0,
            used: [0; WHEELS],
            slots: Box::new([[EMPTY; SLOTS]; WHEELS]),
            chunks: Vec::new(),
            next: Vec::new(),
            free: NIL,
        }
    }

    fn clear(&mut self) {
        self.base = 0;
        self.turning = 0;
        for (used, slots) in self.used.iter_mut().zip(self.slots.iter_mut()) {
            while *used != 0 {
                slots[used.trailing_zeros() as usize] = EMPTY;
                *used &= *used - 1;
            }
        }
        self.chunks.clear();
        self.next.clear();
        self.free = NIL;
    }

    /// Adds an entry that is not before the base.
    #[inline(always)]
    fn add(&mut self, entry: Entry) {
        let nanos = entry.time.as_nanos();
        let highest_bit = 63 - ((nanos ^ self.base) | 1).leading_zeros() as usize;
        let wheel = highest_bit / DIGIT_BITS;
        let digit = (nanos >> (DIGIT_BITS * wheel)) as usize % SLOTS;
        let Slot { last, len, .. } = self.slots[wheel][digit];
        let place = len as usize % CHUNK;
        let chunk = if place == 0 { self.lengthen(wheel, digit) } else { last };
        self.slots[wheel][digit].len = len + 1;
        self.chunks[chunk as usize].0[place] = entry;
    }

    /// Adds a chunk to a slot whose chunks are full, and gives it.
    #[inline(never)]
    fn lengthen(&mut self, wheel: usize, digit: usize) -> u32 {
        let chunk = match self.free {
            NIL => {
                self.chunks.push(Chunk([NOTHING; CHUNK]));
                self.next.push(NIL);
                (self.chunks.len() - 1) as u32
            }
            free => std::mem::replace(&mut self.free, self.next[free as usize]),
        };
        let slot = &mut self.slots[wheel][digit];
        if slot.len == 0 {
            slot.first = chunk;
            self.used[wheel] |= 1 << digit;
            self.turning |= 1 << wheel;
        } else {
            self.next[slot.last as usize] = chunk;
        }
        slot.last = chunk;
        chunk
    }

    /// The wheel, the digit and the length of the first slot in use.
    #[inline(always)]
    fn first(&self) -> Option<(usize, usize, usize)> {
        let wheel = self.turning.trailing_zeros() as usize;
        let digit = self.used.get(wheel)?.trailing_zeros() as usize % SLOTS;
        Some((wheel, digit, self.slots[wheel][digit].len as usize))
    }

    /// Takes the first slot in use out of its wheel, and moves the base to
    /// where it begins; gives also where it ends.
    #[inline(always)]
    fn open(&mut self, wheel: usize, digit: usize) -> (Slot, u64) {
        let slot = std::mem::replace(&mut self.slots[wheel][digit], EMPTY);
        self.used[wheel] &= !(1 << digit);
        if self.used[wheel] == 0 {
            self.turning &= !(1 << wheel);
        }
        let shift = DIGIT_BITS * wheel;
        let below = (1 << shift) - 1;
        let digit_mask = (SLOTS as u64 - 1) << shift;
        self.base = (self.base & !(digit_mask | below)) | (digit as u64) << shift;
        (slot, self.base + below + 1)
    }

    /// Takes the first chunk of `slot` and the number of its entries.
    #[inline(always)]
    fn take_chunk(&mut self, slot: &mut Slot) -> (&[Entry; CHUNK], usize) {
        let chunk = slot.first;
        let taken = (slot.len as usize).min(CHUNK);
        slot.len -= taken as u32;
        slot.first = std::mem::replace(&mut self.next[chunk as usize], self.free);
        self.free = chunk;
        (&self.chunks[chunk as usize].0, taken)
    }

    /// Distributes an opened slot over the wheels below.
    fn spread(&mut self, mut slot: Slot) {
        while slot.len > 0 {
            let (entries, taken) = self.take_chunk(&mut slot);
            let entries = *entries;
            entries[..taken].iter().for_each(|&entry| self.add(entry));
        }
    }
}

/// The future event list of a run with very many processes.
///
/// Invariants:
/// 1. `near` is sorted, the first entry last, of equal times who came first.
/// 2. All before `limit` are in `near`, `rest` or `ready`, all others on the
///    wheels.
/// 3. `rest` has entries for the present alone, and comes after `near`.
/// 4. `ready` has entries for the present alone, and comes after both.
#[derive(Debug, Clone)]
pub struct WheelCalendar {
    near: Vec<Entry>,
    limit: u64,
    wheels: Wheels,
    rest: Slot,
    ready: Ready,
    now: Time,
    announces: bool,
    /// Whether there are near entries that were not announced.
    fresh: bool,
}

impl WheelCalendar {
    /// An empty calendar for so many entries.
    pub fn new(entries: usize) -> WheelCalendar {
        let mut wheels = Wheels::new();
        if entries >= MANY {
            // Besides the full ones there is one at most of each slot in use.
            let chunks = entries / CHUNK + 3 * SLOTS;
            wheels.chunks.reserve_exact(chunks);
            wheels.next.reserve_exact(chunks);
        }
        WheelCalendar {
            near: Vec::with_capacity(NEAR),
            limit: 0,
            wheels,
            rest: EMPTY,
            ready: Ready::default(),
            // Before the first entry is taken there is no present.
            now: Time::MAX,
            announces: entries >= ANNOUNCED,
            fresh: false,
        }
    }

    /// Makes near entries, if there are none and it is their turn.
    #[inline(never)]
    fn refill(&mut self) {
        if self.rest.len > 0 {
            self.take_rest();
        } else if self.ready.is_empty() {
            self.open_slots();
        }
        self.fresh = self.announces;
    }

    /// Opens the first slots, as many as there is room for.
    fn open_slots(&mut self) {
        let mut start = None;
        while let Some((wheel, digit, len)) = self.wheels.first() {
            let is_short = self.near.len() + len <= SHORT;
            if !is_short && !self.near.is_empty() {
                break;
            }
            let (mut slot, end) = self.wheels.open(wheel, digit);
            if is_short {
                start.get_or_insert(self.wheels.base);
                self.limit = end;
                while slot.len > 0 {
                    let (entries, taken) = self.wheels.take_chunk(&mut slot);
                    self.near.extend_from_slice(&entries[..taken]);
                }
            } else if wheel == 0 {
                // All of these have one time, and are in order.
                self.limit = end;
                self.rest = slot;
                self.take_rest();
                return;
            } else {
                self.wheels.spread(slot);
            }
        }
        if let Some(start) = start {
            sort(&mut self.near, start, self.limit);
        }
    }

    fn take_rest(&mut self) {
        let (entries, taken) = self.wheels.take_chunk(&mut self.rest);
        self.near.extend(entries[..taken].iter().rev());
    }

    /// Puts an entry between the near ones, behind those of the same time.
    #[inline]
    fn insert(&mut self, entry: Entry) {
        if self.near.len() >= NEAR {
            self.put_back();
            // What is near now is for the present, and this is not: who comes for the present is `ready`.
            debug_assert!(entry.time > self.now, "nobody goes on in the past");
            return self.wheels.add(entry);
        }
        let place = self.near.len();
        self.near.push(entry);
        sink(&mut self.near, place);
    }

    /// Puts the near entries back that are not for the present. What lies on
    /// the wheels stays where it is: it is beyond all of these.
    #[cold]
    fn put_back(&mut self) {
        self.wheels.base = self.now.as_nanos();
        self.limit = self.wheels.base + 1;
        let later = self.near.partition_point(|entry| entry.time > self.now);
        for place in (0..later).rev() {
            self.wheels.add(self.near[place]);
        }
        self.near.drain(..later);
    }
}

/// Moves the entry at `place` towards the front, where the later ones are, past
/// all that are earlier or of the same time and came before; those in front of
/// it are sorted.
#[inline(always)]
fn sink(near: &mut [Entry], mut place: usize) {
    let entry = near[place];
    while place > 0 && near[place - 1].time <= entry.time {
        near[place] = near[place - 1];
        place -= 1;
    }
    near[place] = entry;
}

/// Sorts up to [`SHORT`] entries with times from `start` up to `limit`, the
/// first last. Equal times stay as they are, the first of them last.
fn sort(near: &mut [Entry], start: u64, limit: u64) {
    /// Counters in a word.
    const LANES: usize = 8;
    /// One in each counter.
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Counted into so many stretches of time, they are almost sorted.
    const STRETCHES: usize = 32;
    let len = near.len();
    let width = (limit - start - 1) | 1;
    let shift = (u64::BITS - width.leading_zeros()).saturating_sub(STRETCHES.ilog2());
    let mut old = [NOTHING; SHORT];
    let mut stretches = [0u8; SHORT];
    let mut counts = [0u64; STRETCHES / LANES];
    for (place, entry) in near.iter().enumerate() {
        let stretch = STRETCHES - 1 - ((entry.time.as_nanos() - start) >> shift) as usize % STRETCHES;
        old[place % SHORT] = *entry;
        stretches[place % SHORT] = stretch as u8;
        counts[stretch / LANES] += 1 << (8 * (stretch % LANES));
    }
    // From counts to the places where each stretch begins.
    let mut before = 0;
    for word in &mut counts {
        let sums = word.wrapping_mul(ONES);
        let total = sums >> 56;
        *word = (sums - *word) + before * ONES;
        before += total;
    }
    for place in 0..len {
        let stretch = usize::from(stretches[place % SHORT]) % STRETCHES;
        let shift = 8 * (stretch % LANES);
        let to = (counts[stretch / LANES] >> shift) as u8;
        counts[stretch / LANES] += 1 << shift;
        near[usize::from(to)] = old[place % SHORT];
    }
    (1..len).for_each(|place| sink(near, place));
}

impl Calendar for WheelCalendar {
    #[inline(always)]
    fn pop(&mut self) -> Option<(Time, ProcessId)> {
        if self.near.is_empty() {
            self.refill();
        }
        match self.near.last() {
            Some(&Entry { time, process }) if time == self.now || self.ready.is_empty() => {
                self.near.pop();
                self.now = time;
                Some((time, process))
            }
            _ => self.ready.pop().map(|process| (self.now, process)),
        }
    }

    fn clear(&mut self) {
        self.near.clear();
        self.limit = 0;
        self.wheels.clear();
        self.rest = EMPTY;
        self.ready.clear();
        self.now = Time::MAX;
        self.fresh = false;
    }
}

impl Scheduler for WheelCalendar {
    const KEEPS_DEADLINES: bool = false;

    #[inline(always)]
    fn wake(&mut self, time: Time, _: u8, process: ProcessId) {
        let entry = Entry { time, process };
        if time == self.now {
            self.ready.push(process);
        } else if time.as_nanos() < self.limit {
            self.insert(entry);
        } else {
            self.wheels.add(entry);
        }
    }

    #[inline(always)]
    fn soon(&mut self, announce: impl FnMut(ProcessId)) {
        if std::mem::take(&mut self.fresh) {
            self.near.iter().map(|entry| entry.process).for_each(announce);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(number: u32) -> Time {
        Time::from_secs(number.into())
    }

    /// Besides the full chunks there is one at most for each entry, and they serve
    /// again; of many entries there is room for all, and not for far more.
    #[test]
    fn chunks_serve_again() {
        for entries in [100, MANY - 1, MANY, 5 * MANY] {
            let mut calendar = WheelCalendar::new(entries);
            let room = calendar.wheels.chunks.capacity();
            assert_eq!(room > 0, entries >= MANY, "{entries}");
            assert!(room <= entries, "{room} chunks for {entries}");
            for process in (0..entries).map(ProcessId::from_index) {
                calendar.wake(seconds(process.0 % 7), 128, process);
            }
            for _ in 0..20 * entries {
                let (now, process) = calendar.pop().expect("all come again");
                let wait = seconds(1 + process.0 % 100).as_nanos();
                calendar.wake(now.checked_add(wait).expect("small"), 128, process);
            }
            let chunks = calendar.wheels.chunks.len();
            assert!(chunks <= entries / CHUNK + entries.min(3 * SLOTS), "{chunks} chunks for {entries}");
            if entries >= MANY {
                assert_eq!(calendar.wheels.chunks.capacity(), room, "{entries}");
                assert_eq!(calendar.wheels.next.capacity(), room, "{entries}");
            }
        }
    }

    /// Those who are said to go on soon are those who go on next, and all are but
    /// the first of those that come near together; of fewer processes nobody is.
    #[test]
    fn who_goes_on_soon_goes_on_next() {
        for entries in [ANNOUNCED - 1, ANNOUNCED] {
            let mut calendar = WheelCalendar::new(entries);
            for process in (0..entries).map(ProcessId::from_index) {
                calendar.wake(seconds(process.0 / 3), 128, process);
            }
            let (mut announced, mut unannounced) = (Vec::new(), 0);
            for expected in (0..entries).map(ProcessId::from_index) {
                assert_eq!(calendar.pop(), Some((seconds(expected.0 / 3), expected)));
                let mut soon = Vec::new();
                calendar.soon(|process| soon.push(process));
                if announced.is_empty() {
                    (announced, unannounced) = (soon, unannounced + 1);
                } else {
                    assert_eq!(announced.pop(), Some(expected));
                    assert!(soon.is_empty());
                }
            }
            assert_eq!(unannounced < entries, entries >= ANNOUNCED);
        }
    }
}
