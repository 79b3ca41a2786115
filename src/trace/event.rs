//! One record of a trace.

use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::Time;
use crate::value::{Type, Word};
use serde::{Deserialize, Serialize};

/// What an [`Event`] says. `subject` and `value` below are fields of the event.
///
/// How a wait is recorded: an operation that has to wait gives [`Kind::Block`]
/// at the request; when the wait ends, [`Kind::Grant`] (from then on the
/// process is ready again), directly followed by the operation's own event, of
/// the same process and time. An operation that need not wait gives its own
/// event alone. So every change of a level is exactly one [`Kind::Acquire`],
/// [`Kind::Release`], [`Kind::Put`] or [`Kind::Get`] an item or permit, and
/// every blocked interval is one pair of `Block` and `Grant`, or of `Block` and `Timeout`.
///
/// A wait that runs out gives [`Kind::Timeout`] instead of the `Grant`, and
/// nothing of the operation itself.
///
/// A wait for a notify is such a pair and nothing more: a notify changes no
/// level, so behind its `Grant` comes no event of its own.
///
/// A get that finds its buffer closed, with too few items, gives [`Kind::Ended`] in place
/// of its items, also behind the `Grant` of a wait that a [`Kind::Close`] has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Kind {
    /// The process starts its first step.
    Start,
    /// Time passes without a processor until `value` (absolute nanoseconds).
    Delay,
    /// Time passes on a processor until `value` (absolute nanoseconds).
    Work,
    /// A delay or work ended. Virtual time leaves it out, since `Delay` and
    /// `Work` already say when; real threads write it, with the measured time.
    Wake,
    /// The process has to wait for resource `subject`; `value` is a
    /// [`crate::trace::WaitFor`] as a number.
    Block,
    /// The wait for resource `subject` ended; process `value` made it end.
    Grant,
    /// One permit of a semaphore, or a mutex, taken from resource `subject`.
    Acquire,
    /// One permit of a semaphore, or a mutex, given back to resource `subject`.
    Release,
    /// One item of value `value` put into buffer `subject`. Of a record, `value` is the first of
    /// its fields; the others, as many as [`Event::extra`] says, are kept as the arguments of a
    /// [`Kind::Log`] are.
    Put,
    /// One item of value `value` taken out of buffer `subject`, likewise.
    Get,
    /// `value` is the value that was written to memory `subject`, in the slot
    /// that [`Event::extra`] says.
    Write,
    /// `value` is the value that was read from memory `subject`, in the slot
    /// that [`Event::extra`] says.
    Read,
    /// A random draw gave `value`.
    Draw,
    /// The log text number `subject` with `value` argument words, which the
    /// trace keeps beside the events, in order.
    Log,
    /// The mark number `subject` was passed with `value`.
    Mark,
    /// The process finished its last step.
    Done,
    /// Condition `subject` was notified, which ended `value` waits: their
    /// `Grant` events come next. If [`Event::extra`] is [`UNNOTIFIED`], one of those who
    /// waited went on by itself.
    Notify,
    /// The level of resource `subject` was looked at, and was `value`.
    Level,
    /// Process `value`, whose life is resource `subject`, was started.
    Launch,
    /// It is known that process `value`, whose life is resource `subject`, is done.
    Join,
    /// Process `value`, whose life is resource `subject`, was ended; its
    /// [`Kind::Done`] comes next.
    Stop,
    /// The wait for resource `subject` ran out; `value` is a [`crate::trace::WaitFor`] as a
    /// number. If [`Event::extra`] is [`INTERRUPTED`], it was ended by an interrupt before.
    Timeout,
    /// Process `value`, whose life is resource `subject`, was interrupted.
    Interrupt,
    /// Buffer `subject` was closed by one of those who have to; `value` are missing yet. If
    /// none is, the `Grant` events of those whom that lets go on come next.
    Close,
    /// Buffer `subject` was found closed, with no more than `value` items in it, which are
    /// too few.
    Ended,
}

/// In events of [`Kind::Notify`] and [`Kind::Grant`]: nobody has notified, but a wait has ended.
pub const UNNOTIFIED: u32 = 1;

/// In events of [`Kind::Timeout`]: the wait has not run out, but was interrupted.
pub const INTERRUPTED: u32 = 1;

impl Kind {
    /// All kinds, in the order of their discriminants.
    pub const ALL: [Kind; 25] = [
        Kind::Start,
        Kind::Delay,
        Kind::Work,
        Kind::Wake,
        Kind::Block,
        Kind::Grant,
        Kind::Acquire,
        Kind::Release,
        Kind::Put,
        Kind::Get,
        Kind::Write,
        Kind::Read,
        Kind::Draw,
        Kind::Log,
        Kind::Mark,
        Kind::Done,
        Kind::Notify,
        Kind::Level,
        Kind::Launch,
        Kind::Join,
        Kind::Stop,
        Kind::Timeout,
        Kind::Interrupt,
        Kind::Close,
        Kind::Ended,
    ];

    /// The name in JSON and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Start => "start",
            Kind::Delay => "delay",
            Kind::Work => "work",
            Kind::Wake => "wake",
            Kind::Block => "block",
            Kind::Grant => "grant",
            Kind::Acquire => "acquire",
            Kind::Release => "release",
            Kind::Put => "put",
            Kind::Get => "get",
            Kind::Write => "write",
            Kind::Read => "read",
            Kind::Draw => "draw",
            Kind::Log => "log",
            Kind::Mark => "mark",
            Kind::Done => "done",
            Kind::Notify => "notify",
            Kind::Level => "level",
            Kind::Launch => "launch",
            Kind::Join => "join",
            Kind::Stop => "stop",
            Kind::Timeout => "timeout",
            Kind::Interrupt => "interrupt",
            Kind::Close => "close",
            Kind::Ended => "ended",
        }
    }

    /// Whether events of this kind say something with their value.
    pub const fn has_value(self) -> bool {
        !matches!(self, Kind::Start | Kind::Wake | Kind::Acquire | Kind::Release | Kind::Done)
    }

    /// Whether their value is when they end.
    pub const fn lets_time_pass(self) -> bool {
        matches!(self, Kind::Delay | Kind::Work)
    }

    /// Whether they say which slot it is about.
    pub const fn has_slot(self) -> bool {
        matches!(self, Kind::Write | Kind::Read)
    }

    /// Whether `subject` is a resource.
    pub fn is_about_resource(self) -> bool {
        matches!(
            self,
            Kind::Block
                | Kind::Grant
                | Kind::Acquire
                | Kind::Release
                | Kind::Put
                | Kind::Get
                | Kind::Write
                | Kind::Read
                | Kind::Notify
                | Kind::Level
                | Kind::Launch
                | Kind::Join
                | Kind::Stop
                | Kind::Timeout
                | Kind::Interrupt
                | Kind::Close
                | Kind::Ended
        )
    }
}

/// An instantaneous record: at `time`, `process` did `kind`. 40 bytes.
///
/// The order of events in a trace is the order in which the kernel made them;
/// times never decrease along it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// When it happened.
    pub time: Time,
    /// See [`Kind`]; the meaning of the bits is said by `ty` for values that
    /// the scenario computed.
    pub value: Word,
    /// Who did it.
    pub process: ProcessId,
    /// A resource, mark or log number, by kind; 0 where a kind has none.
    pub subject: u32,
    /// The slot of a memory access; of an item, how many fields it has besides the first;
    /// mostly 0 otherwise.
    pub extra: u32,
    /// The op that the process stood on; the header knows its line.
    pub op: OpId,
    /// What was done.
    pub kind: Kind,
    /// The type of `value` for put, get, write, read, draw and mark;
    /// [`Type::Int`] otherwise.
    pub ty: Type,
}

impl Event {
    /// A run has fewer processes than this. Traces that were not made by one may
    /// have more, whose events take more room.
    pub const PROCESSES: u32 = 1 << 24;

    /// How many words a trace keeps beside the event: the arguments of a log text, or the
    /// fields of an item but for the first.
    #[inline]
    pub(crate) const fn words_beside(&self) -> usize {
        match self.kind {
            Kind::Log => self.value as usize,
            Kind::Put | Kind::Get => self.extra as usize,
            _ => 0,
        }
    }

    /// The resource that the event is about, if its kind has one.
    pub fn resource(&self) -> Option<ResourceId> {
        self.kind.is_about_resource().then_some(ResourceId(self.subject))
    }
}
