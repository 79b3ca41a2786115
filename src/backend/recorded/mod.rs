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
mod rows;
mod search;

pub use label::{Recorded, RecordedLabel, RecordedLabels};
pub use result::{Search, SearchBudget, SearchProgress, Spent};
pub use rows::{RecordedRow, RecordedRun, RecordingError, read_recording, read_recording_file};
#[cfg(feature = "cli")]
pub(crate) use rows::{read_bytes, read_while};

use crate::program::BoundProgram;
use crate::trace::Header;
use std::ops::ControlFlow;

/// Looks for a schedule with these points in this order, among at most
/// `most_states` states.
///
/// A point that the scenario cannot have at all, such as one of a process that there is not,
/// a label that it does not know, or a value of another type, is refused like one that comes
/// too early. [`read_recording`], and so `tempolane validate --recorded`, tells such rows as wrong
/// before anything is looked for, by [`RecordedLabels`]: each point should have a meaning that
/// [says](RecordedLabels::says) all of it.
///
/// ```
/// use tempolane::backend::{compile, recorded::{Recorded, RecordedLabels, Search, search}};
/// use tempolane::{ids::ProcessId, scenario::load_str};
///
/// let text = "{version: 1, processes: {p: {do: [{mark: made}, {mark: done}]}}}";
/// let loaded = load_str("p", text, &[])?;
/// let program = compile(&loaded.model).bind(&loaded.model, &loaded.params)?;
/// let header = program.header(0);
/// let labels = RecordedLabels::new(&program, &header);
/// let point = |label: &str| Recorded { process: ProcessId(0), label: label.to_owned(), value: None };
/// let is_known = |point: &Recorded| labels.meanings(point).iter().any(|&label| labels.says(label, point));
///
/// let log = [point("made"), point("done")];
/// assert!(log.iter().all(is_known));
/// assert_eq!(search(&program, &header, &log, 1_000), Search::Allowed);
/// assert!(!is_known(&point("maade")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    // What nobody of the scenario passed ends what it can have passed.
    let known = points.iter().take_while(|point| point.process.index() < program.process_count()).count();
    let found = search::Searcher::new(program, header, &points[..known], meanings, (bounds, control)).run();
    match found {
        Search::Allowed if known < points.len() => Search::Refused { reached: known, instead: Vec::new() },
        found => found,
    }
}
