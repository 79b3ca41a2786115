//! What a critical path is made of.

use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::{Activity, Instances, WaitFor};

/// The event that a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathEnd {
    /// The end of the last process for which a run waits, as of the total time. Where
    /// one of them does not come to its end, the end of the run.
    TotalTime,
    /// The end of the last one of these processes.
    Finished(Instances),
}

/// The chain of spans and hand-offs from the start of a run to the event of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalPath {
    /// Whose event it ends with.
    pub process: ProcessId,
    /// When that was.
    pub end: Time,
    /// Whether the run was cut there: the process had not come to its end.
    pub is_cut: bool,
    /// The spans and hand-offs, in the order of time. Each span begins where the one before
    /// it ends, the first at 0 and the last one ends at `end`; where the process changes
    /// there are hand-offs between them.
    pub steps: Vec<PathStep>,
}

/// A part of a [`CriticalPath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathStep {
    /// Time passes.
    Span(PathSpan),
    /// The path goes on with another process, at the same time.
    HandOff(HandOff),
}

/// An interval of a process on the path; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathSpan {
    /// Whose interval it is.
    pub process: ProcessId,
    /// From this instant on.
    pub start: Time,
    /// Up to, but without, this instant.
    pub end: Time,
    /// What the process did; `None` between steps.
    pub activity: Option<Activity>,
    /// The op on which it stood.
    pub op: OpId,
}

/// What one process let another one go on with, at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandOff {
    /// When.
    pub time: Time,
    /// Who handed on.
    pub from: ProcessId,
    /// Where that one stood.
    pub from_op: OpId,
    /// Who went on.
    pub to: ProcessId,
    /// Where this one stood.
    pub to_op: OpId,
    /// What was handed on.
    pub what: HandedOn,
}

/// What was handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedOn {
    /// What it waited for.
    Resource(ResourceId, WaitFor),
    /// Its start.
    Start,
    /// Its end: it was stopped.
    Stop,
    /// The end of what it was about: it was interrupted.
    Interrupt,
}

impl HandedOn {
    /// What it is called, with the name of the resource: `put into queue`.
    pub fn told(self, name: impl FnOnce(ResourceId) -> String) -> String {
        match self {
            HandedOn::Start => "start".to_owned(),
            HandedOn::Stop => "stop".to_owned(),
            HandedOn::Interrupt => "interrupt".to_owned(),
            // Whose end it is stands beside it.
            HandedOn::Resource(_, WaitFor::End) => "end".to_owned(),
            HandedOn::Resource(resource, wait_for) => wait_for.ended_by(&name(resource)),
        }
    }
}

impl PathSpan {
    /// The length in nanoseconds.
    pub fn nanos(&self) -> u64 {
        self.end.since(self.start)
    }
}

impl CriticalPath {
    /// The spans in the order of time.
    pub fn spans(&self) -> impl Iterator<Item = &PathSpan> {
        self.steps.iter().filter_map(|step| match step {
            PathStep::Span(span) => Some(span),
            PathStep::HandOff(_) => None,
        })
    }

    /// The hand-offs in the order of time.
    pub fn hand_offs(&self) -> impl Iterator<Item = &HandOff> {
        self.steps.iter().filter_map(|step| match step {
            PathStep::Span(_) => None,
            PathStep::HandOff(hand_off) => Some(hand_off),
        })
    }
}
