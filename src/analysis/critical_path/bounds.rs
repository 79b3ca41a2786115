//! Times that no order of events can beat, as long as every process does the delays and
//! works that it did.
//!
//! Decides which there are: what one process does by itself; what is done while a lock is
//! held, or on a processor, by as many at a time as it serves; and the longest chain of
//! what cannot but follow on each other. That what a process does depends on no order is
//! not known here.

use super::chain::Chain;
use super::demand::Demand;
use super::path::PathEnd;
use crate::ids::{ProcessId, ResourceId};
use crate::trace::Trace;

/// What a bound is the time of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundOf {
    /// The delays and works of one process, the busiest.
    Process(ProcessId),
    /// What is done with one resource taken, the busiest, by so many at a time.
    Resource(ResourceId, u64),
    /// The longest chain, up to the end of this process.
    Chain(ProcessId),
}

/// A time before which a figure cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowerBound {
    /// What makes it.
    pub of: BoundOf,
    /// In nanoseconds.
    pub nanos: u64,
}

impl Trace {
    /// The bounds of this event, the highest first; none if it did not come.
    pub fn lower_bounds(&self, of: PathEnd) -> Vec<LowerBound> {
        if self.critical_path(of).is_none_or(|path| path.is_cut) {
            return Vec::new();
        }
        let mut demand = Demand::new(&self.header);
        self.replay(&mut demand);
        let mut chain = Chain::new(&self.header, demand.is_between_two());
        self.replay(&mut chain);
        let counts = |process: &ProcessId| match of {
            PathEnd::TotalTime => !self.header.process(*process).daemon,
            PathEnd::Finished(who) => who.contains(*process),
        };
        let processes = || (0..self.header.process_count()).map(ProcessId::from_index).filter(counts);
        let longest = |times: &[u64]| {
            // Of several the first in the scenario.
            processes().rev().max_by_key(|process| times[process.index()]).map(|id| (id, times[id.index()]))
        };
        let mut bounds = Vec::new();
        if let Some((process, nanos)) = longest(demand.own()) {
            bounds.push(LowerBound { of: BoundOf::Process(process), nanos });
        }
        if of == PathEnd::TotalTime
            && let Some((resource, at_once, nanos)) = demand.busiest_resource()
        {
            bounds.push(LowerBound { of: BoundOf::Resource(resource, at_once), nanos });
        }
        if let Some((process, nanos)) = longest(chain.lengths()) {
            bounds.push(LowerBound { of: BoundOf::Chain(process), nanos });
        }
        bounds.retain(|bound| bound.nanos > 0);
        bounds.sort_by_key(|bound| std::cmp::Reverse(bound.nanos));
        bounds
    }
}
