//! The log of a real program, held against the model: is there a schedule in
//! which the processes pass these points in this order?
//!
//! A recording says less than a trace on threads does: only marks and log
//! lines, so what happened between them is searched for. The search goes
//! through the kernel's own steps, without time: a delayed process may go on at
//! any moment, and whoever can make a step may be next. Steps that concern one
//! process alone are made at once, since their order changes nothing; only
//! those at resources are tried in every order, the likeliest first, and no
//! state twice. Whoever cannot be served just does not ask yet, except where
//! somebody who waits in line can be noticed (`crate::program::lines_of`).
//! What a program reads off the clock is not known here and taken as 0.

mod label;
mod pattern;
mod position;
mod search;

pub use label::{RecordedLabel, RecordedLabels};

use crate::ids::ProcessId;
use crate::program::BoundProgram;
use crate::trace::Header;
use std::ops::ControlFlow;

/// A point that a process of a real program passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Who passed it.
    pub process: ProcessId,
    /// The name of a mark, or the line that was logged.
    pub label: String,
    /// The value of the mark, if it was recorded.
    pub value: Option<String>,
}

/// What came of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// The model has a schedule with these points in this order.
    Allowed,
    /// It has none: no schedule that begins with the first `reached` points
    /// goes on with the next.
    Refused {
        /// How many points can be passed in order.
        reached: usize,
        /// The points that the model has next in their place; some of them, if
        /// they are many.
        instead: Vec<String>,
    },
    /// It was given up before that was known.
    GaveUp {
        /// How many points were passed in order at most.
        reached: usize,
        /// How many states were looked at.
        states: usize,
        /// What was spent.
        why: Spent,
    },
}

/// Why a search was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// There are more states than are to be looked at.
    States,
    /// More steps were made than are to be.
    Steps,
    /// The state and the way back take more memory than they may.
    Memory,
    /// The caller wanted it.
    Stopped,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchProgress {
    /// How many points were passed in order at most.
    pub reached: usize,
    /// States that were looked at.
    pub states: usize,
    /// Steps that were made, on all ways together.
    pub steps: u64,
}

/// How much may be spent on a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchBudget {
    /// States to look at.
    pub states: usize,
    /// Steps to make, on all ways together.
    pub steps: u64,
    /// Memory for the state where the search is, and for the way back from it, in
    /// bytes. A state that was looked at takes some 50 more.
    pub bytes: usize,
}

impl Default for SearchBudget {
    /// Some seconds to a minute, and half a gigabyte.
    fn default() -> SearchBudget {
        SearchBudget { states: 1_000_000, steps: 100_000_000, bytes: 512 << 20 }
    }
}

/// Looks for a schedule with these points in this order, among at most
/// `most_states` states.
pub fn search(program: &BoundProgram, header: &Header, points: &[Recorded], most_states: usize) -> Search {
    let bounds = SearchBudget { states: most_states, ..SearchBudget::default() };
    let labels = RecordedLabels::new(program, header);
    let meanings: Vec<_> = points.iter().map(|point| labels.meanings(point)).collect();
    search_within(program, header, points, &meanings, &bounds, &|_| ControlFlow::Continue(()))
}

/// Searches for a schedule with these points in this order, where it is known
/// already what each of them means, and spends no more than the budget. `control` is asked often whether to go on.
pub fn search_within(
    program: &BoundProgram,
    header: &Header,
    points: &[Recorded],
    meanings: &[Vec<RecordedLabel>],
    bounds: &SearchBudget,
    control: &dyn Fn(SearchProgress) -> ControlFlow<()>,
) -> Search {
    // The budget holds before there is a state at all.
    if position::bytes_of_states(program) > bounds.bytes {
        return Search::GaveUp { reached: 0, states: 0, why: Spent::Memory };
    }
    search::Searcher::new(program, header, points, meanings, (bounds, control)).run()
}
