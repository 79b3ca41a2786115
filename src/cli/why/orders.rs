//! Whether the critical path is another where simultaneous events come in another order, and
//! whether any order is shorter.
//!
//! Decides that paths are the same where the same processes spend the same times in the
//! same ways on the same lines, and how far every order is searched.

use crate::analysis::{Charge, CriticalPath, CriticalPathSink, PathEnd};
use crate::cli::interrupt;
use crate::cli::tie_sensitivity::{EVENTS, other_orders, run_in};
use crate::explore::{Budget, Cancellation, Mode, Options, TotalTimes, explore_cancellable};
use crate::program::BoundProgram;
use crate::time::Time;
use crate::trace::{Header, Ties};
use std::ops::ControlFlow;

/// What other orders come to.
pub struct OtherOrders {
    /// How many were tried; 0 if there are no simultaneous events.
    pub tried: u32,
    /// In how many of them the path is another.
    pub others: u32,
    /// The first of those.
    pub first: Option<OtherPath>,
}

/// A path in another order.
pub struct OtherPath {
    pub ties: Ties,
    pub end: Time,
    pub charges: Vec<Charge>,
}

/// Follows the path in a few other orders; `None` if the run is too long for that.
pub fn other_paths(
    program: &BoundProgram,
    header: &Header,
    (path, end): (&CriticalPath, PathEnd),
    events: u64,
) -> Option<OtherOrders> {
    if events > EVENTS {
        return None;
    }
    let here = path.charges_by_process(header);
    let mut found = OtherOrders { tried: 0, others: 0, first: None };
    for ties in other_orders() {
        let mut sink = CriticalPathSink::new(header);
        let Some((run, simulation)) = run_in(program, (header.seed, 0), ties, &mut sink) else { continue };
        if simulation.choices() == Some(0) {
            return Some(OtherOrders { tried: 0, others: 0, first: None });
        }
        let Some(other) = sink.finish(&run.outcome, run.end, end) else { continue };
        found.tried += 1;
        let charges = other.charges_by_process(header);
        if charges != here {
            found.others += 1;
            found.first.get_or_insert(OtherPath { ties, end: other.end, charges });
        }
    }
    Some(found)
}

/// What the search of every order of simultaneous events came to.
#[derive(Clone, Copy)]
pub struct EveryOrder {
    /// The least total time of a run that completes.
    pub least: Time,
    /// How many states were searched, which are all there are.
    pub states: u64,
}

/// So many states are searched, in some tens of milliseconds: it comes unasked.
const STATES: u64 = 20_000;
const BYTES: u64 = 256 << 20;

/// Searches every order; `None` if there are too many, or none that completes.
pub fn every_order(program: &BoundProgram, seed: u64) -> Option<EveryOrder> {
    let budget = Budget { states: STATES, bytes: BYTES, workers: 1 };
    let options = Options { seed, budget, ..Options::whole(Mode::Timed) };
    let cancellation = Cancellation::by(&interrupt::requested);
    let explored = explore_cancellable(program, options, cancellation, &mut |_| ControlFlow::Continue(()));
    let TotalTimes { least: (least, _), .. } =
        explored.is_complete().then(|| explored.total_times()).flatten()?;
    Some(EveryOrder { least, states: explored.progress().states })
}
