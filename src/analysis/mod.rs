//! What the events of a run add up to. Works from events alone, so that a
//! saved trace gives the same figures.

mod statistics;

pub use statistics::{
    LogLine, MarkStatistics, ProcessStatistics, ResourceStatistics, Statistics, WaitStatistics,
};
