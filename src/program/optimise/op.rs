//! The ops of the optimised tier: what they are, not what they mean.
//!
//! Each stands in the place of a plain op, and does what that op and perhaps some
//! after it do. What is rare it leaves to the plain op in its own place, its
//! home: faults, waits without a queue of one, an end of the fuel.

use crate::arithmetic::{BinaryOp, UnaryOp};
use crate::ids::{OpId, ResourceId};
use crate::program::op::{ResourceCode, Slot, Source};
use crate::trace::Kind;
use crate::value::{Type, Word};

/// Where a word comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// From the frame of the process.
    Frame(u32),
    /// It stands in the op.
    Known(Word),
    /// From the clock.
    Clock,
}

impl Argument {
    /// What an op holds of it.
    pub const fn word(self) -> Word {
        match self {
            Argument::Frame(slot) => slot as Word,
            Argument::Known(word) => word,
            Argument::Clock => 0,
        }
    }

    pub(super) const fn form(self) -> usize {
        match self {
            Argument::Frame(_) => FRAME,
            Argument::Known(_) => KNOWN,
            Argument::Clock => CLOCK,
        }
    }
}

/// The number of [`Argument::Frame`] in the number of a function.
pub const FRAME: usize = 0;
/// The number of [`Argument::Known`] in the number of a function.
pub const KNOWN: usize = 1;
/// The number of [`Argument::Clock`] in the number of a function.
pub const CLOCK: usize = 2;
/// How many there are.
pub const FORMS: usize = 3;

/// An op that concerns nobody but its process: a function with its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// The first argument.
    pub a: Word,
    /// The second argument.
    pub b: Word,
    /// The frame word that is written; of a jump, where it leads.
    pub into: u32,
    /// The [`Function::number`].
    pub function: u16,
    /// How many ops on the next one is.
    pub span: u8,
    /// How many ops on its own place is.
    pub home: u8,
}

/// What a [`Local`] does. `a`, `b` and `into` are its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `into` = op `a`, a frame word.
    Unary(UnaryOp),
    /// `into` = `a` op `b`, in these forms.
    Binary(BinaryOp, usize, usize),
    /// Goes on at `into` if `a`, a frame word, op `b` is this, else behind the span.
    Branch(BinaryOp, usize, bool),
    /// As `Branch` on a way back, which is a round.
    BranchBack(BinaryOp, usize, bool),
    /// `into` = (frame word `a` op `b`) op `c`, in these forms of `b` and `c`; `c` is the high half
    /// of `a`.
    Chain(Operation, Operation, usize, usize),
    /// Goes on at `into` if (frame word `a` op `b`) op `c` is this, else behind the span.
    ChainBranch(Operation, BinaryOp, (usize, usize), bool),
    /// `into` = `a`.
    Copy(usize),
    /// Goes on at `into`, which is further on.
    Jump,
    /// Goes on at `into`, which is a round.
    JumpBack,
    /// Word `b` of the frame = `a`; goes on at `into` if it is 0.
    LoopStart(usize),
    /// `into` = element `b` of the array in frame word `a`.
    Element(usize),
    /// Element `a` of the array in frame word `into` = `b`.
    SetElement(usize, usize),
    /// `into` = the header of instance `a` of those in `b`: the first, and how many.
    Find(usize),
    /// `into` = word `a` of the state.
    Load,
    /// `into` = word `b` of the header in frame word `a`.
    LoadFound,
    /// Word `a` of the state = `b`.
    Store(usize),
    /// `into` = the slot of a memory: `a` is the frame word with its number and, in the
    /// high half, how many there are; they begin at `b`.
    ReadSlot,
    /// Likewise such a slot = `b`; they begin at `into`.
    WriteSlot(usize),
    /// The elements of the array in frame word `into` = slots: `a` as before, `b` where they
    /// begin and, in the high half, how many.
    ReadSlots,
    /// `into` = the bits of `a` that are in `b`.
    Mask,
    /// `into` = a value of distribution `a`.
    Draw(DrawKind),
}

/// Which draws have functions of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawKind {
    /// From any distribution.
    Any,
    /// Integers in a range.
    UniformInt,
    /// Floats or durations in a range.
    Uniform,
    /// Exponential floats or durations.
    Exponential,
    /// One of some words.
    Choice,
}

/// How many unary operations there are.
const UNARY: usize = UnaryOp::ALL.len();
/// How many binary operations there are.
const BINARY: usize = BinaryOp::ALL.len();
const BINARY_AT: usize = UNARY;
const BRANCH_AT: usize = BINARY_AT + BINARY * FORMS * FORMS;
const BACK_AT: usize = BRANCH_AT + BINARY * FORMS * 2;
const CHAIN_AT: usize = BACK_AT + BINARY * FORMS * 2;
const CHAIN_BRANCH_AT: usize = CHAIN_AT + CHAINED.len() * CHAINED.len() * FORMS * 2;
const OTHERS_AT: usize = CHAIN_BRANCH_AT + CHAINED.len() * CONDITIONS * FORMS * 4;
/// How many conditions there are.
const CONDITIONS: usize = BINARY - BinaryOp::LessInt as usize;

/// The number of a [`BinaryOp`], or [`MASK`].
pub type Operation = usize;
/// The bits that are in both operands.
pub const MASK: Operation = BINARY;
/// A subtraction the other way round: the second operand less the first.
pub const FROM_INT: Operation = BINARY + 1;
/// A subtraction of floats the other way round.
pub const FROM_FLOAT: Operation = BINARY + 2;
/// The operations of which two make one op.
pub const CHAINED: [Operation; 10] = [
    FROM_INT,
    BinaryOp::AddInt as Operation,
    BinaryOp::SubInt as Operation,
    BinaryOp::MulInt as Operation,
    BinaryOp::RemInt as Operation,
    MASK,
    BinaryOp::AddFloat as Operation,
    BinaryOp::SubFloat as Operation,
    BinaryOp::MulFloat as Operation,
    FROM_FLOAT,
];

/// The first so many are of integers.
const INTEGERS: usize = 6;

/// Where an operation stands among those; their number for all others.
const fn place(operation: Operation) -> usize {
    let mut place = 0;
    while place < CHAINED.len() && CHAINED[place] != operation {
        place += 1;
    }
    place
}

impl Function {
    /// How many numbers there are.
    pub const COUNT: usize = OTHERS_AT + 36;

    /// Its number, of a chain of operations only if there is one of these two.
    pub(super) fn checked_number(self) -> Option<u16> {
        let is_made = match self {
            Function::Chain(first, second, ..) => {
                let (first, second) = (place(first), place(second));
                first < CHAINED.len() && second < CHAINED.len() && (first < INTEGERS) == (second < INTEGERS)
            }
            Function::ChainBranch(first, op, ..) => {
                let on_floats = matches!(op, BinaryOp::LessFloat | BinaryOp::LessEqualFloat);
                let on_integers = matches!(
                    op,
                    BinaryOp::LessInt | BinaryOp::LessEqualInt | BinaryOp::EqualInt | BinaryOp::NotEqualInt
                );
                match place(first) {
                    first if first < INTEGERS => on_integers,
                    first => first < CHAINED.len() && on_floats,
                }
            }
            _ => true,
        };
        is_made.then(|| self.number() as u16)
    }

    /// Its number in the table of the kernel.
    pub const fn number(self) -> usize {
        match self {
            Function::Unary(op) => op as usize,
            Function::Binary(op, a, b) => BINARY_AT + (op as usize * FORMS + a) * FORMS + b,
            Function::Branch(op, b, truth) => BRANCH_AT + (op as usize * FORMS + b) * 2 + truth as usize,
            Function::BranchBack(op, b, truth) => BACK_AT + (op as usize * FORMS + b) * 2 + truth as usize,
            Function::Chain(first, second, b, c) => {
                CHAIN_AT + ((place(first) * CHAINED.len() + place(second)) * FORMS + b) * 2 + c
            }
            Function::ChainBranch(first, op, (b, c), truth) => {
                let condition = op as usize - BinaryOp::LessInt as usize;
                CHAIN_BRANCH_AT
                    + (((place(first) * CONDITIONS + condition) * FORMS + b) * 2 + c) * 2
                    + truth as usize
            }
            Function::Jump => OTHERS_AT,
            Function::JumpBack => OTHERS_AT + 1,
            Function::Load => OTHERS_AT + 3,
            Function::LoadFound => OTHERS_AT + 4,
            Function::ReadSlot => OTHERS_AT + 5,
            Function::ReadSlots => OTHERS_AT + 6,
            Function::Mask => OTHERS_AT + 7,
            Function::Copy(form) => OTHERS_AT + 8 + form,
            Function::LoopStart(form) => OTHERS_AT + 11 + form,
            Function::Element(form) => OTHERS_AT + 13 + form,
            Function::Find(form) => OTHERS_AT + 15 + form,
            Function::Store(form) => OTHERS_AT + 17 + form,
            Function::WriteSlot(form) => OTHERS_AT + 20 + form,
            Function::SetElement(index, value) => OTHERS_AT + 23 + index * FORMS + value,
            Function::Draw(kind) => OTHERS_AT + 30 + kind as usize,
        }
    }
}

/// An op of the optimised tier. `home` is how many ops on its own place is; it goes
/// on behind that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operands are described with their op")]
pub enum Fast {
    /// The plain op in this place.
    Plain,
    /// As the plain op does, whose wait may run out; then it goes on elsewhere.
    Limited,
    /// What concerns nobody but the process.
    Local(Local),
    /// A [`Function::Draw`] of a value of this type that events tell of, or of a
    /// duration that passes: `then` says as what, if it is a delay or work.
    Draw {
        draw: Local,
        ty: Type,
        then: Option<Kind>,
    },
    /// Draws an exponential duration that passes, from this distribution,
    /// of which the next value is always ready.
    Exponential {
        home: u8,
        distribution: u32,
        mean: Word,
    },
    /// Subtracts 1 from a frame word; goes on at `body` if it is not 0 then.
    LoopNext {
        home: u8,
        left: Slot,
        body: OpId,
    },
    /// Lets this time pass, as a delay or as work.
    Pass {
        home: u8,
        kind: Kind,
        nanos: Word,
    },
    /// Likewise the time in a frame word.
    PassFor {
        home: u8,
        kind: Kind,
        wait: Source,
    },
    /// As the plain ops of these names.
    Lock {
        home: u8,
        mutex: ResourceCode,
    },
    Unlock {
        home: u8,
        mutex: ResourceCode,
    },
    Acquire {
        home: u8,
        semaphore: ResourceCode,
    },
    Release {
        home: u8,
        semaphore: ResourceCode,
    },
    /// Takes a permit, and one more as the plain op does that is so many ops on from the next one.
    AcquireTwo {
        home: u8,
        further: u8,
        semaphores: [ResourceCode; 2],
    },
    /// Gives two back, likewise.
    ReleaseTwo {
        home: u8,
        further: u8,
        semaphores: [ResourceCode; 2],
    },
    /// Takes all the permits at once that the plain op behind takes one after the other,
    /// if they are there; else leaves it to the plain ops.
    AcquireMany {
        home: u8,
        semaphore: ResourceCode,
        times: Argument,
    },
    /// Gives them back at once, if nobody waits.
    ReleaseMany {
        home: u8,
        semaphore: ResourceCode,
        times: Argument,
    },
    /// Puts this item if nobody waits, and there is a place for it; the clock is read by the plain
    /// op in front of the put.
    Put {
        home: u8,
        buffer: ResourceCode,
        value: Argument,
    },
    /// Gets one, likewise, into this word or nowhere.
    Get {
        home: u8,
        buffer: ResourceCode,
        into: Option<Slot>,
    },
    /// As the plain ops of these names; of a memory that is known only in runs with events.
    Read {
        home: u8,
        memory: ResourceCode,
        at: Source,
        into: Slot,
    },
    Write {
        home: u8,
        memory: ResourceCode,
        at: Source,
        value: Source,
    },
    WorkOn {
        home: u8,
        processor: ResourceCode,
        wait: Source,
        state: Slot,
    },
    Admit {
        home: u8,
        any: ResourceCode,
    },
    Done {
        home: u8,
        life: Option<ResourceCode>,
    },
    /// Ends the waits of up to so many processes.
    Notify {
        home: u8,
        condition: ResourceCode,
        most: u64,
    },
    /// Notes that a mutex is taken, or given back, that is never found taken.
    Note {
        home: u8,
        is_taken: bool,
        mutex: ResourceId,
    },
}

const _: () = assert!(size_of::<Fast>() == 32, "two ops to a cache line");
