//! The recording of a real program against the model: `--recorded FILE.csv`.
//!
//! Decides which times are compared with which. What the file says is decided in
//! [`crate::backend::recorded`], what the verdict is in [`verdict`]; whether the model allows its order,
//! by [`crate::backend::recorded`].

mod report;
mod verdict;

use super::arguments::ValidateArguments;
use crate::backend::recorded::{
    self as backend, Recorded, RecordedLabel, RecordedLabels, RecordedRow, RecordedRun, RecordingError,
    Search, SearchBudget, Spent, read_bytes, read_while, search_within,
};
use crate::cli::columns::malformed_in;
use crate::cli::console::shown as shown_path;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::Loaded;
use crate::cli::interrupt;
use crate::cli::options::{Artifact, Format};
use crate::cli::output::Folder;
use crate::cli::progress::ProgressLine;
use crate::cli::report::{Finished, counted, so_many};
use crate::cli::tie_sensitivity::{EVENTS, further_orders, other_orders, run_in};
use crate::explore::recorded_by_clock;
use crate::ids::ProcessId;
use crate::program::BoundProgram;
use crate::scenario::folder_name;
use crate::table::Malformed;
use crate::trace::{Event, Header, RecordingSink, Ties};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::path::Path;
use verdict::Verdict;

/// Validates a recording of `loaded`, and writes the verdict if it is wanted;
/// gives what to print, and whether it is fine.
///
/// # Errors
/// If the file cannot be read, is malformed, or names what is not in the
/// scenario; the verdict cannot be written; or the user stops it.
pub fn validate(
    loaded: &Loaded,
    arguments: &ValidateArguments,
    file: &Path,
    virtual_run: &Finished,
) -> Result<(String, bool), Failure> {
    let program = loaded.program()?;
    let header = &virtual_run.header;
    let recording = read(file, header, &RecordedLabels::new(&program, header))?;
    let gaps = [recording.without_time, recording.without_value];
    let rows = recording.rows;
    let folder = match arguments.run.writes(Artifact::Result) {
        true => Some(Folder::open(arguments.run.output.join(folder_name(&loaded.label)))?),
        false => None,
    };
    let total = virtual_run.statistics.total_time.as_nanos();
    let tolerance = arguments.tolerance.unwrap_or(total / 50);
    let times = Times::of(&rows, &program, virtual_run, tolerance);
    let (points, meanings): (Vec<Recorded>, Vec<Vec<RecordedLabel>>) =
        rows.into_iter().map(|row| (row.point, row.meanings)).unzip();
    let shown = RefCell::new(ProgressLine::new(&loaded.label));
    let control = |reached| {
        shown.borrow_mut().say(|_| told_progress(reached, points.len()));
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let search = search_within(&program, header, &points, &meanings, &SearchBudget::default(), &control);
    drop(shown);
    let next = match search {
        Search::GaveUp { reached, states, why: Spent::Stopped } => {
            return Err(interrupted(&loaded.label, reached, points.len(), states));
        }
        Search::Refused { reached, .. } => points.get(reached),
        Search::Allowed | Search::GaveUp { .. } => None,
    };
    let last = times.deviations.last().filter(|_| total > 0);
    let mut verdict = Verdict {
        label: &loaded.label,
        virtual_run,
        rows: points.len(),
        gaps,
        search,
        clock_lines: recorded_by_clock(&program),
        worst: times.worst(),
        ties: times.ties,
        total_time_error: last.map(|&(_, by)| by as f64 / total as f64),
        tolerance,
        next,
        written: Vec::new(),
    };
    if let Some(folder) = folder {
        let line = report::json_line(&verdict);
        verdict.written.push(folder.write("validation.json", line.as_bytes())?);
    }
    let text = match arguments.scenarios.format {
        Format::Text => report::text(&verdict),
        Format::Json => report::json_line(&verdict),
    };
    Ok((text, verdict.is_ok()))
}

/// Reads the recording in `file`, unless the user stops it.
fn read(file: &Path, header: &Header, labels: &RecordedLabels<'_>) -> Result<RecordedRun, Failure> {
    let failure = |error: RecordingError| match error {
        RecordingError::Unreadable(error) => {
            Failure::environment(format!("cannot read '{}': {error}", shown_path(file)))
        }
        RecordingError::TooLarge(_) => Failure::usage(format!("{}: {error}", shown_path(file))),
        RecordingError::Malformed { line, column, message } => {
            malformed_in(file, Malformed { line, column, message })
        }
    };
    let bytes = read_bytes(file).map_err(failure)?;
    let read = read_while(&bytes, header, labels, &|| !interrupt::requested()).map_err(failure)?;
    read.ok_or_else(interrupt::ended)
}

fn told_progress(reached: backend::SearchProgress, rows: usize) -> String {
    let backend::SearchProgress { reached, states, steps } = reached;
    format!(
        "{} of {} in order, {} looked at, {}",
        counted(reached as u64),
        so_many(rows as u64, "row"),
        so_many(states as u64, "state"),
        so_many(steps, "step")
    )
}

fn interrupted(label: &str, reached: usize, rows: usize, states: usize) -> Failure {
    let message =
        format!("'{label}' was interrupted after {states} states: {}", report::so_far(reached, rows));
    Failure { exit: Exit::Interrupted, message }
}

/// The times of a recording beside those of virtual time.
struct Times {
    /// By row from 1, of those that have a time.
    deviations: Vec<(usize, i64)>,
    /// The order of simultaneous events in which they are so.
    ties: Ties,
}

impl Times {
    /// In the order of the run; or, if they are not within the tolerance in that, in another one of
    /// those that are tried in which they are: who comes first at one instant, the model leaves open.
    fn of(rows: &[RecordedRow], program: &BoundProgram, virtual_run: &Finished, tolerance: u64) -> Times {
        let Header { ties, seed, .. } = virtual_run.header;
        let events = virtual_run.trace.iter().flat_map(|trace| &trace.events);
        let here = Times { deviations: deviations(rows, events), ties };
        let is_within =
            |times: &Times| times.worst().is_none_or(|(_, deviation)| deviation.unsigned_abs() <= tolerance);
        if is_within(&here) || !ties.is_fifo() || virtual_run.statistics.events > EVENTS {
            return here;
        }
        for ties in other_orders().chain(further_orders(virtual_run.statistics.events)) {
            if interrupt::requested() {
                break;
            }
            let mut sink = RecordingSink::new();
            let Some((run, simulation)) = run_in(program, (seed, 0), ties, &mut sink) else { continue };
            let trace = sink.finish(virtual_run.header.clone(), run.outcome, run.end);
            let times = Times { deviations: deviations(rows, &trace.events), ties };
            if is_within(&times) {
                return times;
            }
            if simulation.choices() == Some(0) {
                // Without a tie there is but one order.
                break;
            }
        }
        here
    }

    /// The row with the largest deviation, and that.
    fn worst(&self) -> Option<(usize, i64)> {
        self.deviations.iter().copied().max_by_key(|(_, by)| by.unsigned_abs())
    }
}

/// By how much each row that has a time is later than the same point in
/// virtual time: its process's n-th of that meaning. RecordedLabels that one row can
/// mean are one meaning.
fn deviations(rows: &[RecordedRow], events: impl IntoIterator<Item = Event>) -> Vec<(usize, i64)> {
    let classes = classes(rows);
    let mut times: BTreeMap<usize, VecDeque<u64>> = BTreeMap::new();
    for event in events {
        let class = RecordedLabel::of_event(&event).and_then(|label| classes.get(&(event.process, label)));
        if let Some(&class) = class {
            times.entry(class).or_default().push_back(event.time.as_nanos());
        }
    }
    let mut found = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let class = row.meanings.first().and_then(|&label| classes.get(&(row.point.process, label)));
        let expected = class.and_then(|class| times.get_mut(class)?.pop_front());
        if let (Some(time), Some(expected)) = (row.time, expected) {
            found.push((number + 1, time as i64 - expected as i64));
        }
    }
    found
}

/// The labels that rows can mean, with the number of their class: labels are of
/// one if there is a row that can mean both.
fn classes(rows: &[RecordedRow]) -> BTreeMap<(ProcessId, RecordedLabel), usize> {
    let mut number = BTreeMap::new();
    let mut above: Vec<usize> = Vec::new();
    for row in rows {
        let mut first = None;
        for &label in &row.meanings {
            let own = *number.entry((row.point.process, label)).or_insert_with(|| {
                above.push(above.len());
                above.len() - 1
            });
            let own = root(&above, own);
            let first = *first.get_or_insert(own);
            above[own] = first;
        }
    }
    number.into_iter().map(|(label, own)| (label, root(&above, own))).collect()
}

fn root(above: &[usize], mut class: usize) -> usize {
    while above[class] != class {
        class = above[class];
    }
    class
}
