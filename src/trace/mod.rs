//! What happened: the complete ordered event record of one run, and what is
//! read off it.
//!
//! Decides the form of an event, how a run hands events on (a [`Sink`] chosen
//! at compile time, so that a run without a trace pays nothing), how a trace is
//! stored, and what its fingerprint is. Knows no scenario text and no kernel: a
//! trace carries every name that it needs, so a saved one draws the same picture.

mod event;
mod header;
mod outcome;
mod sink;
mod span;

pub use event::{Event, Kind};
pub use header::{
    Header, LogTemplate, MarkInfo, Piece, ProcessInfo, ResourceInfo, ResourceKind, instance_name,
};
pub use outcome::{BlockedProcess, Deadlock, Fault, Outcome, WaitFor};
pub use sink::{NoTrace, Sink, Trace};
pub use span::{Activity, Span};
