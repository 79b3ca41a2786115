//! What a run is expected to be like, as claims about its events.
//!
//! Decides which claims there are. Knows no expressions and no names:
//! processes, marks and resources come as the ids of the trace, so that a
//! scenario file and a program can both state them. Whether a claim is true is
//! found out by the monitors of the analysis.

use super::event::{Event, Kind};
use super::figures::FigureExpectation;
use super::instances::Instances;
use super::invariant::Invariant;
use crate::ids::{MarkId, ProcessId, ResourceId};
use crate::value::Value;

/// Everything that is expected of one run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expected {
    /// The expectations, in the order in which failures are told.
    pub expectations: Vec<Expectation>,
    /// What is expected of figures, which are known at the end of a run. No monitor
    /// watches them either.
    pub figures: Vec<FigureExpectation>,
    /// The scenario line of `races: none`, if that is expected. No monitor
    /// finds races: a detector of its own does.
    pub no_races: Option<u32>,
    /// How many claims are left out, since they are about instances that there
    /// are not with the values that a run gives the parameters.
    pub left_out: usize,
}

impl Expected {
    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        self.expectations.is_empty()
            && self.figures.is_empty()
            && self.no_races.is_none()
            && self.left_out == 0
    }

    /// The lines of what is expected of figures, ascending; 0 where there is no text.
    pub fn lines_of_figures(&self) -> Vec<u32> {
        let mut lines: Vec<u32> = self.figures.iter().map(|one| one.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// Whether a run is expected to end with the outcome of this name.
    pub fn is_outcome(&self, name: &str) -> bool {
        let is_it = |claim: &Claim| matches!(claim, Claim::Outcome(outcome) if outcome == name);
        self.expectations.iter().any(|expectation| is_it(&expectation.claim))
    }

    /// Adds a claim, which stands on this scenario line; 0 where there is no text.
    pub fn add(&mut self, claim: Claim, line: u32) {
        self.expectations.push(Expectation { claim, line });
    }
}

/// One claim, and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// What must be true.
    pub claim: Claim,
    /// The scenario line; 0 where there is no text.
    pub line: u32,
}

/// Something that must be true of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// The run ends with the outcome of this name.
    Outcome(String),
    /// The total time in nanoseconds is within these bounds.
    TotalTime(Bounds),
    /// A process finishes, at a time within these bounds.
    Finished {
        /// Which process.
        process: ProcessId,
        /// When, in nanoseconds.
        at: Bounds,
    },
    /// Both happen, and one before the other in the order of events.
    Before {
        /// What comes first.
        first: Label,
        /// What comes second.
        second: Label,
    },
    /// It happens.
    Reaches(Label),
    /// A mark is passed so many times.
    Count {
        /// By whom; several instances count together.
        who: Instances,
        /// Which mark.
        mark: MarkId,
        /// How often.
        times: Bounds,
    },
    /// A process meets exactly these values, in this order.
    Values {
        /// Which process.
        process: ProcessId,
        /// Where.
        source: ValueSource,
        /// The values.
        values: Vec<Value>,
    },
    /// One passing of a mark happens, and carries this value.
    Carries {
        /// Which process.
        process: ProcessId,
        /// Which mark.
        mark: MarkId,
        /// Which passing, from 1.
        nth: u64,
        /// The value.
        value: Value,
    },
    /// The level of a resource is within these bounds after every event, and
    /// at the start.
    Level {
        /// Which resource.
        resource: ResourceId,
        /// Permits or items.
        bounds: Bounds,
    },
    /// A condition over levels and slots holds throughout.
    Always(Invariant),
    /// The longest wait of a process is within these bounds; 0 if it never waits.
    LongestWait {
        /// Which process.
        process: ProcessId,
        /// For which resource; `None` for any.
        resource: Option<ResourceId>,
        /// How long, in nanoseconds.
        bounds: Bounds,
    },
    /// There is no moment, in the order of events, at which two of these are
    /// going on.
    NeverTogether(Vec<Stretch>),
    /// A memory holds these values in the end.
    Memory {
        /// Which memory.
        memory: ResourceId,
        /// The values of its slots, in order.
        values: Vec<Value>,
    },
}

/// Bounds of a number, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The least that will do.
    pub at_least: u64,
    /// The most that will do; `u64::MAX` if any is.
    pub at_most: u64,
}

impl Bounds {
    /// Only this number will do.
    pub const fn exactly(number: u64) -> Bounds {
        Bounds { at_least: number, at_most: number }
    }

    /// This number or more.
    pub const fn at_least(number: u64) -> Bounds {
        Bounds { at_least: number, at_most: u64::MAX }
    }

    /// This number or less.
    pub const fn at_most(number: u64) -> Bounds {
        Bounds { at_least: 0, at_most: number }
    }

    /// Whether the number will do.
    pub const fn contains(self, number: u64) -> bool {
        self.at_least <= number && number <= self.at_most
    }
}

/// Something that happens at most once in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// To which process.
    pub process: ProcessId,
    /// What happens to it.
    pub what: Milestone,
}

/// What happens to the process of a [`Label`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Milestone {
    /// The process starts.
    Started,
    /// The process finishes.
    Finished,
    /// It passes a mark for the `nth` time.
    Mark {
        /// Which mark.
        mark: MarkId,
        /// Which passing, from 1.
        nth: u64,
    },
}

impl Label {
    /// Whether the event is one of those of which the label is the last.
    pub fn counts(self, event: &Event) -> bool {
        event.process == self.process
            && match self.what {
                Milestone::Started => event.kind == Kind::Start,
                Milestone::Finished => event.kind == Kind::Done,
                Milestone::Mark { mark, .. } => event.kind == Kind::Mark && event.subject == mark.0,
            }
    }

    /// How many such events it takes.
    pub fn needed(self) -> u64 {
        match self.what {
            Milestone::Started | Milestone::Finished => 1,
            Milestone::Mark { nth, .. } => nth.max(1),
        }
    }

    /// The kind of those events.
    pub fn kind(self) -> Kind {
        match self.what {
            Milestone::Started => Kind::Start,
            Milestone::Finished => Kind::Done,
            Milestone::Mark { .. } => Kind::Mark,
        }
    }
}

/// Where a process meets values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueSource {
    /// A mark that carries them.
    Mark(MarkId),
    /// What it reads from a memory.
    Read(ResourceId),
    /// What it takes out of a buffer.
    Get(ResourceId),
    /// This field, from 0, of the records that it takes out of a buffer.
    GetField(ResourceId, u8),
}

impl ValueSource {
    /// The kind of the events that bring a value.
    pub fn kind(self) -> Kind {
        match self {
            ValueSource::Mark(_) => Kind::Mark,
            ValueSource::Read(_) => Kind::Read,
            ValueSource::Get(_) | ValueSource::GetField(..) => Kind::Get,
        }
    }

    /// Whether the event brings a value.
    pub fn is_met_by(self, event: &Event) -> bool {
        let (ValueSource::Mark(MarkId(subject))
        | ValueSource::Read(ResourceId(subject))
        | ValueSource::Get(ResourceId(subject))
        | ValueSource::GetField(ResourceId(subject), _)) = self;
        event.kind == self.kind() && event.subject == subject
    }
}

/// Something that a process is in for a while, again and again. Several
/// instances are each in it for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Whose stretch it is.
    pub who: Instances,
    /// What is true throughout.
    pub what: StatePredicate,
}

/// A predicate on the state of a process, true throughout a [`Stretch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatePredicate {
    /// It works: time passes on a processor.
    Running,
    /// It is at work, but no core of its processor serves it.
    Ready,
    /// It lets time pass without a processor.
    Delayed,
    /// It waits for a resource.
    Blocked,
    /// It owns this mutex.
    Holding(ResourceId),
    /// It has passed one mark and not yet the other, nor finished.
    Between {
        /// The mark that begins it.
        from: MarkId,
        /// The mark that ends it.
        to: MarkId,
    },
}
