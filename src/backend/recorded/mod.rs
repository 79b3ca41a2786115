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
mod result;
mod search;

pub use label::{Recorded, RecordedLabel, RecordedLabels};
pub use result::{Search, SearchBudget, SearchProgress, Spent};

use crate::program::BoundProgram;
use crate::trace::Header;
use std::ops::ControlFlow;

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
