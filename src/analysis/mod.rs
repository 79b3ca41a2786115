//! What the events of a run add up to. Works from events alone, so that a
//! saved trace gives the same figures.

mod collect;
mod comparison;
mod expectation;
mod statistics;
pub mod validation;

pub use collect::StatisticsSink;
pub use comparison::{ComparisonRow, compare};
pub use expectation::{
    Expected, ExpectedFinish, ExpectedMemory, FailedExpectation, Seen, failed_expectations,
};
pub use statistics::{
    LogLine, MarkStatistics, ProcessStatistics, ResourceStatistics, Statistics, WaitStatistics,
};
