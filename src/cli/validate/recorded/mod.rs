//! The recording of a real program against the model: `--recorded FILE.csv`.
//!
//! Decides which times are compared with which, and what the verdict is. What
//! the file says is decided in [`rows`]; whether the model allows its order, by
//! [`crate::backend::recorded`].

mod csv;
mod report;
mod rows;

use super::ValidateArguments;
use crate::backend::recorded::{
    self as backend, Recorded, RecordedLabel, RecordedLabels, Search, SearchBudget, Spent, search_within,
};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::Loaded;
use crate::cli::interrupt;
use crate::cli::options::{Artifact, Format};
use crate::cli::output::Folder;
use crate::cli::progress::ProgressLine;
use crate::cli::report::{Finished, counted, so_many};
use crate::explore::recorded_by_clock;
use crate::ids::ProcessId;
use crate::scenario::folder_name;
use rows::Row;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What a recording shows.
struct Verdict<'a> {
    label: &'a str,
    virtual_run: &'a Finished,
    rows: usize,
    /// Rows without a time, and without a value, where there is a column for it.
    gaps: [usize; 2],
    search: Search,
    /// The lines that depend on the clock, which the search does not know.
    clock_lines: Vec<u32>,
    /// The row (from 1) with the largest deviation from virtual time, and that.
    worst: Option<(usize, i64)>,
    /// That of the last row that has a time, as a share of the total time.
    total_time_error: Option<f64>,
    tolerance: u64,
    /// The first row that the model does not allow, if there is one.
    next: Option<&'a Recorded>,
    /// The files that were written.
    written: Vec<PathBuf>,
}

impl Verdict<'_> {
    fn times_ok(&self) -> bool {
        self.worst.is_none_or(|(_, deviation)| deviation.unsigned_abs() <= self.tolerance)
    }

    /// Whether the search has an answer.
    fn is_decided(&self) -> bool {
        self.clock_lines.is_empty() && !matches!(self.search, Search::GaveUp { .. })
    }

    /// Whether a schedule of the model has the rows in this order.
    fn order_legal(&self) -> bool {
        self.is_decided() && self.search == Search::Allowed
    }

    /// Whether the recording is one that the model allows, and in time.
    fn agrees(&self) -> bool {
        self.order_legal() && self.times_ok()
    }

    /// Whether nothing was found at all: the exit code, and the first word of the report.
    fn is_ok(&self) -> bool {
        self.agrees() && !self.virtual_run.is_finding()
    }
}

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
    let recording = rows::read(file, header, &RecordedLabels::new(&program, header))?;
    let gaps = [recording.without_time, recording.without_value];
    let rows = recording.rows;
    let folder = match arguments.run.writes(Artifact::Result) {
        true => Some(Folder::open(arguments.run.output.join(folder_name(&loaded.label)))?),
        false => None,
    };
    let deviations = deviations(&rows, virtual_run);
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
    let total = virtual_run.statistics.total_time.as_nanos();
    let mut verdict = Verdict {
        label: &loaded.label,
        virtual_run,
        rows: points.len(),
        gaps,
        search,
        clock_lines: recorded_by_clock(&program),
        worst: deviations.iter().copied().max_by_key(|(_, by)| by.unsigned_abs()),
        total_time_error: deviations.last().filter(|_| total > 0).map(|&(_, by)| by as f64 / total as f64),
        tolerance: arguments.tolerance.unwrap_or(total / 50),
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

/// By how much each row that has a time is later than the same point in
/// virtual time: its process's n-th of that meaning. RecordedLabels that one row can
/// mean are one meaning.
fn deviations(rows: &[Row], virtual_run: &Finished) -> Vec<(usize, i64)> {
    let classes = classes(rows);
    let mut times: BTreeMap<usize, VecDeque<u64>> = BTreeMap::new();
    for event in virtual_run.trace.iter().flat_map(|trace| &trace.events) {
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
fn classes(rows: &[Row]) -> BTreeMap<(ProcessId, RecordedLabel), usize> {
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
