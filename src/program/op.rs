//! The ops: what a process is made of once it is compiled.
//!
//! An op is 16 bytes. Values are named by a [`Source`]: a word of the global
//! region (a constant, a parameter) or a word of the process's own frame.

use crate::arithmetic::{BinaryOp, UnaryOp};
use crate::ids::{MarkId, OpId, ProcessDefId};
use crate::random::{DataDraw, Family, MOST_PARAMETERS};
use crate::value::{Type, Word};
use std::sync::Arc;

/// The bit that says "in the frame of the process" rather than "global".
const LOCAL: u32 = 1 << 31;

/// A word to read: global, or in the frame of the process that executes the op.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(u32);

impl Source {
    /// Word `index` of the arena.
    pub const fn global(index: u32) -> Source {
        Source(index)
    }

    /// Where the word lies in the arena, for a process whose frame starts at `frame`.
    #[inline(always)]
    pub const fn at(self, frame: usize) -> usize {
        // The sign of the number, spread over all bits, selects the frame
        // without a branch.
        let mask = ((self.0 as i32) >> 31) as isize as usize;
        (self.0 & !LOCAL) as usize + (frame & mask)
    }

    /// The word so many behind it.
    pub const fn behind(self, words: u32) -> Source {
        Source(self.0 + words)
    }

    /// The frame word that this names, if it is not global.
    pub fn slot(self) -> Option<Slot> {
        (self.0 & LOCAL != 0).then_some(Slot(self.0 & !LOCAL))
    }

    /// The global word that this names, if it is global.
    pub fn global_index(self) -> Option<u32> {
        (self.0 & LOCAL == 0).then_some(self.0)
    }
}

/// A word to write, in the frame of the process that executes the op.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot(pub u32);

impl Slot {
    /// Where the word lies in the arena, for a process whose frame starts at `frame`.
    #[inline(always)]
    pub const fn at(self, frame: usize) -> usize {
        self.0 as usize + frame
    }

    /// This word, to be read.
    pub const fn source(self) -> Source {
        Source(self.0 | LOCAL)
    }
}

/// A resource: bound to a header in the arena, or found at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResourceCode(u32);

impl ResourceCode {
    /// Before binding: resource definition number `def`; after: the arena
    /// index of its header.
    pub const fn fixed(number: u32) -> ResourceCode {
        ResourceCode(number)
    }

    /// The frame word `slot` holds the arena index of the header.
    pub const fn found(slot: Slot) -> ResourceCode {
        ResourceCode(slot.0 | LOCAL)
    }

    /// The number given to [`ResourceCode::fixed`], or the word that holds it.
    #[inline(always)]
    pub const fn resolve(self) -> Result<usize, Slot> {
        if self.0 & LOCAL == 0 { Ok(self.0 as usize) } else { Err(Slot(self.0 & !LOCAL)) }
    }
}

/// One op. The process goes on with the next one unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operands are described with their op")]
pub enum Op {
    /// The process begins its first step.
    Begin,
    /// Sleep before [`Op::Begin`], still in the state `new`.
    StartAfter { wait: Source },
    /// The process is done; whoever waits at its life goes on.
    Done { life: Option<ResourceCode> },
    /// Start the process with this life, which must not be alive.
    Launch { life: ResourceCode },
    /// Start an instance that is not alive, whichever, and give it the next number.
    Admit { any: ResourceCode },
    /// Wait until the process with this life is done.
    Join { life: ResourceCode },
    /// Wait for the first instance to be done that nobody has joined; `into` = its number.
    JoinAny { any: ResourceCode, into: Option<Slot> },
    /// End the process with this life where it stands; give back what it holds unless
    /// that is `lost`.
    Stop { life: ResourceCode, lost: bool },
    /// Interrupt the process with this life, if it may be where it stands.
    Interrupt { life: ResourceCode },
    /// Go on at `to`; counts as a round if it goes back.
    Jump { to: OpId },
    /// Go on at `to` if the word is 0 (false).
    JumpIfFalse { condition: Source, to: OpId },
    /// Go on at `to` if the word is not 0.
    JumpIfTrue { condition: Source, to: OpId },
    /// `left` = `times`, a fault if negative; go on at `exit` if it is 0.
    LoopStart { left: Slot, times: Source, exit: OpId },
    /// Subtract 1 from `left`; go on at `body` if it is not 0 then.
    LoopNext { left: Slot, body: OpId },
    /// `into` = `from`.
    Copy { into: Slot, from: Source },
    /// `into` = op `a`.
    Unary { op: UnaryOp, into: Slot, a: Source },
    /// `into` = `a` op `b`.
    Binary { op: BinaryOp, into: Slot, a: Source, b: Source },
    /// `into` = the clock.
    Now { into: Slot },
    /// `into` = element `index` of the private array whose descriptor is in `array`.
    Element { into: Slot, array: Slot, index: Source },
    /// Element `index` of the private array = `value`.
    SetElement { array: Slot, index: Source, value: Source },
    /// Let time pass without a processor.
    Delay { wait: Source },
    /// Let time pass on a processor of its own.
    Work { wait: Source },
    /// Let time pass on a processor that others use too; `state` is the first of the
    /// words that [`super::layout::work`] tells of.
    WorkOn { processor: ResourceCode, wait: Source, state: Slot },
    /// The waits that go by `until` run out when so much time has passed.
    Within { wait: Source, until: Slot },
    /// A fault: a wait ran out, and nothing says what is done then.
    RanOut,
    /// `into` = a random value.
    Draw { into: Slot, distribution: u32 },
    /// `into` = the header of instance `index` of resource definition `def`.
    Find { into: Slot, def: u32, index: Source },
    /// Take a mutex.
    Lock { mutex: ResourceCode },
    /// Give a mutex back.
    Unlock { mutex: ResourceCode },
    /// Take a mutex whose owner inherits priority, if its header says so.
    LockInheriting { mutex: ResourceCode },
    /// Give such a mutex back.
    UnlockInheriting { mutex: ResourceCode },
    /// Take one permit.
    Acquire { semaphore: ResourceCode },
    /// Take `left` permits, one after the other, counting `left` down to 0.
    AcquireMany { semaphore: ResourceCode, left: Slot },
    /// Take one permit by a priority of its own; `words` is the first of the words that
    /// [`super::layout::request`] tells of, `preempts` whether it takes that of another one.
    Request { semaphore: ResourceCode, words: Slot, preempts: Source, manner: Manner },
    /// Take `left` permits before all others who wait, one after the other, and if it
    /// `preempts` from those who may lose theirs.
    Seize { semaphore: ResourceCode, left: Slot, preempts: bool },
    /// Take `left` cores of a processor, one after the other, from whomever they serve.
    TakeCores { processor: ResourceCode, left: Slot },
    /// Give `left` of them back, one after the other.
    GiveCores { processor: ResourceCode, left: Slot },
    /// Give one permit back.
    Release { semaphore: ResourceCode },
    /// Give `left` permits back, one after the other, counting down.
    ReleaseMany { semaphore: ResourceCode, left: Slot },
    /// Put one item.
    Put { buffer: ResourceCode, value: Source },
    /// Put several equal items at once, or a record; see [`ManyCode`].
    PutMany { many: u32 },
    /// Take one item and drop it.
    Take { buffer: ResourceCode },
    /// Take one item into a variable.
    Get { buffer: ResourceCode, into: Slot },
    /// Take several items at once, or a record; see [`ManyCode`].
    GetMany { many: u32 },
    /// Close a buffer, or be one of those who have to.
    Close { buffer: ResourceCode },
    /// Write a slot of a memory.
    Write { memory: ResourceCode, at: Source, value: Source },
    /// Read a slot of a memory.
    Read { memory: ResourceCode, at: Source, into: Slot },
    /// Read consecutive slots of a memory; see [`ManyCode`].
    ReadMany { many: u32 },
    /// Give `mutex` back, if there is one, and wait until `condition` is notified.
    Wait { condition: ResourceCode, mutex: Option<ResourceCode> },
    /// End the wait of one process, if any waits.
    Notify { condition: ResourceCode },
    /// End the wait of all processes.
    NotifyAll { condition: ResourceCode },
    /// Try the ops from the next one up to `end`; if they jump back to this one, wait and try
    /// them again. See [`super::region`].
    Await { watch: ResourceCode, end: OpId },
    /// `into` = what is to be seen of a resource at a glance, which leaves no event.
    Peek { into: Slot, resource: ResourceCode, glance: Glance },
    /// `into` = the place of one of the bits that are set in a word, of which there is one: of
    /// several the driver chooses.
    Choose { into: Slot, among: Source },
    /// `into` = what is in a slot of a memory, which leaves no event.
    PeekSlot { into: Slot, memory: ResourceCode, at: Source },
    /// Wait at a barrier, or let all go on if nobody else is missing.
    Arrive { barrier: ResourceCode },
    /// `into` = the level of a resource; see [`super::layout::resource::LEVEL`].
    Level { into: Slot, resource: ResourceCode },
    /// `into` = the capacity of a buffer that has one.
    Capacity { into: Slot, buffer: ResourceCode },
    /// The ops from the next one up to `end` are an atomic block: nothing of
    /// other processes happens in between, unless the process waits inside.
    Atomic { end: OpId },
    /// Call code of the driver's.
    Call { call: u32 },
    /// Write a line to the log; the number is that of the text and of its arguments.
    Log { log: u32 },
    /// Pass a mark; `value` is worth something if the mark has a type.
    Mark { mark: MarkId, value: Source },
}

const _: () = assert!(size_of::<Op>() == 16, "four ops to a cache line");

impl Op {
    /// Whether others can notice the op, or it depends on others: it leaves an
    /// event, or reads what others change (the clock included).
    pub const fn is_step(self) -> bool {
        !matches!(
            self,
            Op::Jump { .. }
                | Op::JumpIfFalse { .. }
                | Op::JumpIfTrue { .. }
                | Op::LoopStart { .. }
                | Op::LoopNext { .. }
                | Op::Copy { .. }
                | Op::Unary { .. }
                | Op::Binary { .. }
                | Op::Element { .. }
                | Op::SetElement { .. }
                | Op::Find { .. }
                | Op::Capacity { .. }
                | Op::Peek { .. }
                | Op::PeekSlot { .. }
                | Op::Choose { .. }
                | Op::RanOut
        )
    }

    /// Whether the op concerns nobody but its process: it is about no resource,
    /// and what it does depends on nothing that others change.
    pub const fn is_local(self) -> bool {
        !self.is_step()
            || matches!(
                self,
                Op::Begin
                    | Op::StartAfter { .. }
                    | Op::Done { life: None }
                    | Op::Delay { .. }
                    | Op::Work { .. }
                    | Op::Now { .. }
                    | Op::Within { .. }
                    | Op::Draw { .. }
                    | Op::Log { .. }
                    | Op::Mark { .. }
            )
    }

    /// Whether the op counts permits down, one after the other.
    pub const fn is_counted(self) -> bool {
        matches!(self, Op::AcquireMany { .. } | Op::ReleaseMany { .. })
    }
}

/// How a permit is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// The priority is that of the process, and is put into the first of the words.
    pub own_priority: bool,
    /// It may be taken from the process.
    pub may_be_lost: bool,
    /// The process has had it and lost it: it goes before all others where those are
    /// served in the order in which they come.
    pub again: bool,
}

/// What is to be seen of a resource at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glance {
    /// Its level; see [`super::layout::resource::LEVEL`].
    Level,
    /// The items of a buffer that whoever comes could get at once.
    Items,
    /// The items that whoever comes could put into a buffer at once.
    Room,
    /// Whether a buffer is closed.
    Closed,
    /// How far the life of a process is: below 0 before it begins, 0 while it lasts, above 0
    /// when it is over.
    Stage,
}

/// What the ops on several items, and on records, need beyond 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManyCode {
    /// The buffer or memory.
    pub resource: ResourceCode,
    /// How many items.
    pub count: Source,
    /// Put: the value of each item; of a record the first of its words, which stand one behind
    /// the other. Read: the first slot.
    pub operand: Source,
    /// Where items go, if anywhere.
    pub into: Option<Destination>,
    /// How many words each item is.
    pub fields: u8,
}

/// Where what is got or read goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// Into the private array whose descriptor is in this word.
    Array(Slot),
    /// The one record into this word and those behind it.
    Record(Slot),
}

impl Destination {
    /// The descriptor of the array, if it is one.
    pub fn array(self) -> Option<Slot> {
        match self {
            Destination::Array(slot) => Some(slot),
            Destination::Record(_) => None,
        }
    }
}

impl ManyCode {
    /// Of items of one word, which go into this array, if anywhere.
    pub fn of_words(resource: ResourceCode, count: Source, operand: Source, array: Option<Slot>) -> ManyCode {
        ManyCode { resource, count, operand, into: array.map(Destination::Array), fields: 1 }
    }

    /// The descriptor of the array into which items go, if there is one.
    pub fn array(&self) -> Option<Slot> {
        self.into.and_then(Destination::array)
    }

    /// The words of the frame into which the one record goes, if it goes there.
    pub fn record(&self) -> impl Iterator<Item = Slot> + use<> {
        let first = match self.into {
            Some(Destination::Record(Slot(first))) => Some(first),
            _ => None,
        };
        let fields = u32::from(self.fields);
        first.into_iter().flat_map(move |first| (first..first + fields).map(Slot))
    }

    /// The words of an item that is put.
    pub fn put(&self) -> impl Iterator<Item = Source> + use<> {
        let first = self.operand;
        (0..u32::from(self.fields)).map(move |field| first.behind(field))
    }
}

/// What fills a hole of a log text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogArgCode {
    /// One word.
    Value(Source),
    /// The private array whose descriptor is in this word.
    Array(Slot),
}

/// A distribution, ready to be drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionCode {
    /// The process that draws.
    pub process: ProcessDefId,
    /// The number of the random stream among those of the process.
    pub purpose: u32,
    /// The frame word that counts what was consumed of the stream.
    pub position: Slot,
    /// A frame word that an optimised draw may use to have the next value ready:
    /// of mean 1, negated; or in nanoseconds plus 1, if the mean is known.
    pub ahead: Slot,
    /// The type of the value.
    pub ty: Type,
    /// Which distribution, and where its arguments are.
    pub sampler: Sampler,
}

/// The distributions; arguments are floats (durations in nanoseconds are
/// converted when drawn), or words of the value's type where said so.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the arguments are those of the language")]
pub enum Sampler {
    /// The word as it is.
    Constant { value: Source },
    /// Integers, both included.
    UniformInt { low: Source, high: Source },
    /// The exponential family, most frequent and with ops of its own.
    Exponential { mean: Source },
    /// Another family; behind its arguments, the first once more.
    Family { family: &'static Family, arguments: [Source; MOST_PARAMETERS] },
    /// One of the words, by weight (floats).
    Choice { values: Vec<Source>, weights: Vec<Source> },
    /// CPython's generator, seeded with a global word.
    CpythonRandint { seed: Source, low: Source, high: Source },
    /// From the values of a table, which has at least one.
    Data { draw: DataDraw, values: Arc<[Word]>, row: Option<Source> },
}

impl DistributionCode {
    /// Whether an optimised draw has the next value ready.
    pub fn is_made_ahead(&self) -> bool {
        self.ahead != self.position
    }
}

impl Sampler {
    /// Whether its position is one in the words of a random stream, and not a number of rows
    /// or of values of CPython's generator.
    pub fn reads_words(&self) -> bool {
        let counts = matches!(self, Sampler::Data { draw: DataDraw::Trace { .. }, .. });
        !counts && !matches!(self, Sampler::CpythonRandint { .. })
    }

    /// The words that it reads.
    pub fn arguments(&self) -> Vec<Source> {
        match self {
            Sampler::Constant { value: one } | Sampler::Exponential { mean: one } => vec![*one],
            Sampler::UniformInt { low, high } => vec![*low, *high],
            Sampler::Family { arguments, .. } => arguments.to_vec(),
            Sampler::Choice { values, weights } => [values.as_slice(), weights].concat(),
            Sampler::CpythonRandint { seed, low, high } => vec![*seed, *low, *high],
            Sampler::Data { row, .. } => row.iter().copied().collect(),
        }
    }
}
