//! How a run ended, and what is told of an expectation that it does not meet.

use crate::ids::ResourceId;
use crate::time::Time;
use crate::trace::Outcome;
use crate::value::Value;
use std::fmt;

/// How a run ended.
#[derive(Debug, Clone, Copy)]
pub struct FinalState<'a> {
    /// How.
    pub outcome: &'a Outcome,
    /// The clock at the end.
    pub end: Time,
    /// The final content of every memory.
    pub memories: &'a [(ResourceId, Vec<Value>)],
}

impl FinalState<'_> {
    /// Whether the run was stopped before its own end, so that what did not come might have come yet.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self.outcome, Outcome::Horizon | Outcome::Limit { .. })
    }

    /// What of two is said of something that did not come: of a run that was stopped, or of one that ended.
    pub(super) fn unless_cut(&self, ended: &str, cut: &str) -> String {
        if self.is_cut() { format!("{cut} {BEFORE_STOP}") } else { ended.to_owned() }
    }
}

/// When something did not come that might have come yet.
const BEFORE_STOP: &str = "before the run was stopped";

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedExpectation {
    /// A sentence: what was expected, and what was seen.
    pub message: String,
    /// The scenario line of the expectation; 0 where there is no text.
    pub line: u32,
    /// When it was seen, if that is one moment.
    pub seen: Option<Moment>,
}

/// A moment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The clock at that moment.
    pub time: Time,
    /// The scenario line that was executed; 0 where there is no text.
    pub line: u32,
}

impl fmt::Display for FailedExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}
