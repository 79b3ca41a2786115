//! How a processor serves, as the scenario says.

use crate::ids::ResourceId;
use crate::trace::Discipline;

/// How a processor serves. Times are in nanoseconds.
#[derive(Debug, Clone)]
pub struct ProcessorRules {
    /// Which resource it is.
    pub resource: ResourceId,
    /// How many cores it has.
    pub cores: usize,
    /// Who is served first.
    pub discipline: Discipline,
    /// Whether who comes takes the core of one that goes after it.
    pub preempts: bool,
    /// After how much work a thread goes behind those who are ready; 0 for never.
    pub quantum: u64,
    /// What it costs a core to serve another thread than before.
    pub switch: u64,
    /// The place, in the same group, of the processor whose cores its own need.
    pub outer: Option<usize>,
    /// If it is shared: what 1, 2, 3 … threads attain together in a nanosecond; more
    /// attain as much as the last.
    pub speeds: Vec<u128>,
    /// In which unit that is: how much of it a nanosecond of work takes.
    pub unit: u128,
}
