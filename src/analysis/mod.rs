//! What the events of a run add up to. Works from events alone, so that a
//! saved trace gives the same figures.

mod collect;
mod comparison;
pub mod monitor;
mod races;
mod statistics;
pub mod validation;

pub use collect::StatisticsSink;
pub use comparison::{ComparisonRow, compare};
pub use monitor::{FailedExpectation, Moment, Monitors, Watch};
pub use races::{Race, RaceSink, Races, RacingAccess};
pub use statistics::{
    LogLine, MarkStatistics, ProcessStatistics, ResourceStatistics, Statistics, WaitStatistics,
};
