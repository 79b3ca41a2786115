//! Where everything lies in the arena, the one array of words that is all the
//! dynamic state of a run:
//!
//! ```text
//! globals (constants, parameters) | resource headers | process frames | contents
//! ```
//!
//! Contents are the slots of memories, the elements of private arrays and the
//! rings of buffers; rings grow at the end.

use crate::value::Word;

/// Words of a resource header: one cache line.
pub const RESOURCE_WORDS: usize = 8;

/// Words of a frame before its variables.
pub const FRAME_WORDS: u32 = 3;

/// Frames of one length, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frames {
    /// Where the first begins.
    pub(super) start: usize,
    /// The words of each.
    pub(super) words: usize,
    pub(super) count: usize,
}

/// The words of a resource header.
pub mod resource {
    use crate::value::{MOST_FIELDS, Word};

    /// Free permits of a semaphore, 1 or 0 for a mutex that is free or not;
    /// items in a buffer; who waits at a condition.
    pub const LEVEL: usize = 0;
    /// Who waits to acquire or get, or for a notify: first waiter + 1 in the low half, last + 1
    /// in the high half, 0 if nobody.
    pub const TAKERS: usize = 1;
    /// Who waits to put, likewise.
    pub const PUTTERS: usize = 2;
    /// The resource id in the low half, the [`crate::trace::Discipline`] as a number in the
    /// byte above it, the type of items and [`KEYED`] in the lower half of the next and how many
    /// fields they have besides the first in the upper: constant. In the two bytes above them, of
    /// a buffer that can be closed, its `closing`, and [`CHOSEN`].
    pub const IDENTITY: usize = 3;
    /// The bit of [`IDENTITY`] that is set of a buffer whose items are chosen: that has an
    /// order of its own, or a get that asks something of them. Constant.
    pub const CHOSEN: Word = 1 << 62;

    /// Whether that is set in this word.
    #[inline(always)]
    pub const fn is_chosen(identity: Word) -> bool {
        identity & CHOSEN != 0
    }

    /// The lowest bit of [`IDENTITY`] that says how many fields items have besides the first.
    pub const FIELDS_AT: u32 = 44;
    /// All of them.
    pub const RECORD: Word = (MOST_FIELDS as Word - 1) << FIELDS_AT;

    /// How many words each item is.
    #[inline(always)]
    pub const fn fields(identity: Word) -> usize {
        ((identity & RECORD) >> FIELDS_AT) as usize + 1
    }

    /// The bit of [`IDENTITY`] that is set of a buffer that gives its items in the order of a key.
    /// Constant.
    pub const KEYED: Word = 1 << 43;

    /// Whether that is set in this word.
    #[inline(always)]
    pub const fn is_keyed(identity: Word) -> bool {
        identity & KEYED != 0
    }

    /// How many words each place of a ring is: those of an item, and one more where they have keys.
    #[inline(always)]
    pub const fn place_words(identity: Word) -> usize {
        fields(identity) + is_keyed(identity) as usize
    }

    /// Whether items are chosen, or more than a word each.
    #[inline(always)]
    pub const fn is_special(identity: Word) -> bool {
        identity & (CHOSEN | RECORD) != 0
    }

    /// The owner + 1 of a mutex, 0 if it is free; 1 for a condition at which somebody went on
    /// without a notify; 0 for all else.
    pub const OWNER: usize = 4;
    /// Where the slots or the ring begin in the arena. (No resource has both
    /// this and an owner.)
    pub const CONTENT: usize = 4;
    /// Constant: capacity of a buffer (`u64::MAX` if unbounded), slots of a memory.
    pub const CAPACITY: usize = 5;
    /// The place of the oldest item in the ring; of a buffer for no items, which
    /// has no ring, the item while it is handed over; a record has a ring of its length there.
    /// Where items have keys, how many were put since there was none.
    pub const HEAD: usize = 6;
    /// Of a processor, how many cores are taken by its timetable. (No processor has a ring.)
    pub const TAKEN: usize = 6;
    /// Of a semaphore, where those are listed who may have a permit that others may take; 0 if
    /// they are not listed. (No semaphore has a ring.)
    pub const HOLDERS: usize = 6;
    /// Of the first of those that stand for waits for several things, where lists say who looks at
    /// what; 0 if there are none. (None of them has a ring.)
    pub const LOOKERS: usize = 6;
    /// The length of the ring, in items, as it is allocated now.
    pub const RING: usize = 7;
    /// Constant: of a processor, its number among [`super::super::BoundProgram::processors`].
    /// (No processor has a ring.)
    pub const PROCESSOR: usize = 7;
    /// Constant: of a life, the number of its process; of the one for any instance, that
    /// of the first.
    pub const PROCESS: usize = 5;
    /// Constant: of a mutex, 1 if its owner inherits priority.
    pub const INHERITS: usize = 7;
    /// Constant: of the life of an instance, the header of the one for any; 0 if there
    /// is none. Of the one for any, the header of the first instance's.
    pub const OTHER: usize = 7;
}

/// The bits of [`resource::IDENTITY`] that say whether a buffer is closed; all are 0 of one
/// that nobody closes.
pub mod closing {
    use crate::value::Word;

    /// The lowest of them. They are the number of those who have to close it yet, and above
    /// that whether it is closed.
    pub const AT: u32 = 48;
    /// By how many it can have to be closed.
    pub const MOST: u64 = (1 << 14) - 1;
    /// It is closed.
    const CLOSED: Word = 1 << 63;

    /// Whether it can be closed, or is.
    #[inline(always)]
    pub const fn is_possible(identity: Word) -> bool {
        identity & BITS != 0
    }

    /// Whether it is closed.
    #[inline(always)]
    pub const fn is_closed(identity: Word) -> bool {
        identity & CLOSED != 0
    }

    /// How many have to close it yet.
    pub const fn missing(identity: Word) -> u64 {
        identity >> AT & MOST
    }

    /// The part of the identity of a buffer that so many have to close.
    pub const fn by(missing: u64) -> Word {
        missing << AT
    }

    /// The identity of a buffer behind one more close of it, of which at least one was missing.
    pub const fn once_more(identity: Word) -> Word {
        let rest = identity - (1 << AT);
        if missing(rest) == 0 { rest | CLOSED } else { rest }
    }

    /// All of them.
    pub const BITS: Word = MOST << AT | CLOSED;
}

/// The words in the frame of a process that asks for a permit by a priority of its own.
pub mod request {
    /// The priority.
    pub const PRIORITY: usize = 0;
    /// Where the process stands among those who have such a permit of the semaphore and may
    /// lose it, in the order in which they got it, from 1; 0 if it has none.
    pub const PLACE: usize = 1;
    /// How many words there are.
    pub const WORDS: usize = 2;
}

/// The words in the frame of a process that works on processors, counted from the
/// first of them. All are 0 while it is not at work.
pub mod work {
    /// What it is about, and at which processor; see [`crate::kernel`].
    pub const STAGE: usize = 0;
    /// Nanoseconds of work that are left.
    pub const LEFT: usize = 1;
    /// When the stretch in which it is served began or, if a core has to switch to
    /// it first, begins.
    pub const SINCE: usize = 2;
    /// Nanoseconds that this stretch takes, if nothing comes in between.
    pub const SLICE: usize = 3;
    /// Nanoseconds that cores take to switch to it before it is served.
    pub const SWITCH: usize = 4;
    /// Before the work begins, in how many nanoseconds it must end; then, when.
    pub const DEADLINE: usize = 5;
    /// What is left of its quantum, for each processor from the innermost out.
    pub const QUANTA: usize = 6;
    /// How many processors may stand on each other.
    pub use crate::scenario::MOST_LEVELS;
    /// How many words there are.
    pub const WORDS: usize = QUANTA + MOST_LEVELS;
}

/// The words of the content of a processor that is shared.
pub mod shared {
    /// The service that each process has attained that was there from the beginning,
    /// in units of which [`UNITS`] are a nanosecond: a number of 128 bits, low half first.
    pub const ATTAINED: usize = 0;
    /// Up to when that is counted.
    pub const COUNTED: usize = 2;
    /// How many processes are served.
    pub const SERVED: usize = 3;
    /// The first of them, [`ENTRY`] words each: a heap, who ends first on top.
    pub const HEAP: usize = 4;
    /// What [`ATTAINED`] is when the process ends (low half, high half), and the process.
    pub const ENTRY: usize = 3;
    /// Units of service in a nanosecond: a thousand times the least common multiple
    /// of 1 to 36, so that the share of each of up to 36 processes at a speed with
    /// three decimals is a whole number of them.
    pub const UNITS: u128 = 144_403_552_893_600_000;
}

/// Where the elements of a private array begin in the arena, and how many there
/// are, as the descriptor of the array says.
#[inline(always)]
pub const fn array_in(descriptor: Word) -> (usize, usize) {
    (descriptor as u32 as usize, (descriptor >> 32) as usize)
}

/// The words of a process frame before its variables.
pub mod frame {
    use crate::value::Word;

    /// Next op in the low half, state in the byte above.
    pub const STATE: usize = 0;
    /// The next waiter + 1 behind this one in a queue, in the low half; in the
    /// 24 bits above it, in a queue by priority, who is the last of the same
    /// priority; the priority plus 128 in the top byte, constant.
    pub const LINK: usize = 1;
    /// When a delay or work ends.
    pub const UNTIL: usize = 2;

    /// The number of the state of a process that is not alive.
    pub const NOT_ALIVE: u8 = 4;

    /// The word [`STATE`] of a process with this next op, in the state of this number.
    #[inline(always)]
    pub const fn state_word(op: usize, state: u8) -> Word {
        op as u64 | (state as u64) << 32
    }

    /// The next op in the word [`STATE`].
    #[inline(always)]
    pub const fn op_in(state: Word) -> usize {
        state as u32 as usize
    }

    /// The number of the state in the word [`STATE`].
    #[inline(always)]
    pub const fn state_in(state: Word) -> u8 {
        (state >> 32) as u8
    }

    /// The priority plus 128 in the word [`LINK`].
    #[inline(always)]
    pub const fn priority_in(link: Word) -> u8 {
        (link >> 56) as u8
    }
}
