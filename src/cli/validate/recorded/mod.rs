//! The recording of a real program against the model: `--recorded FILE.csv`.
//!
//! Decides which times are compared with which, and what the verdict is. What
//! the file says is decided in [`rows`]; whether the model allows its order, by
//! [`crate::backend::recorded`].

mod csv;
mod report;
mod rows;

use super::Arguments;
use crate::backend::recorded::{Bounds, Label, Labels, Recorded, Search, Spent, search_within};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::Loaded;
use crate::cli::interrupt;
use crate::cli::options::Format;
use crate::cli::report::Finished;
use crate::ids::ProcessId;
use rows::Row;
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

/// What a recording shows.
struct Verdict<'a> {
    label: &'a str,
    virtual_run: &'a Finished,
    rows: usize,
    search: Search,
    /// The row (from 1) with the largest deviation from virtual time, and that.
    worst: Option<(usize, i64)>,
    /// That of the last row that has a time, as a share of the total time.
    total_time_error: Option<f64>,
    tolerance: u64,
    /// The first row that the model does not allow, if there is one.
    next: Option<&'a Recorded>,
}

impl Verdict<'_> {
    fn times_ok(&self) -> bool {
        self.worst.is_none_or(|(_, deviation)| deviation.unsigned_abs() <= self.tolerance)
    }

    /// Whether the recording is one that the model allows, and in time.
    fn agrees(&self) -> bool {
        self.search == Search::Allowed && self.times_ok()
    }

    /// Whether nothing was found at all: the exit code, and the first word of the report.
    fn is_ok(&self) -> bool {
        self.agrees() && !self.virtual_run.is_finding()
    }
}

/// Validates a recording of `loaded`; gives what to print, and whether it is fine.
///
/// # Errors
/// If the file cannot be read, is malformed, or names what is not in the
/// scenario; or the user stops it.
pub fn validate(
    loaded: &Loaded,
    arguments: &Arguments,
    file: &Path,
    virtual_run: &Finished,
) -> Result<(String, bool), Failure> {
    let image = loaded.image()?;
    let header = &virtual_run.header;
    let rows = rows::read(file, header, &Labels::new(&image, header))?;
    let deviations = deviations(&rows, virtual_run);
    let (points, meanings): (Vec<Recorded>, Vec<Vec<Label>>) =
        rows.into_iter().map(|row| (row.point, row.meanings)).unzip();
    let search = search_within(&image, header, &points, &meanings, &Bounds::default(), &interrupt::requested);
    let next = match search {
        Search::GaveUp { reached, states, why: Spent::Stopped } => {
            return Err(interrupted(&loaded.label, reached, points.len(), states));
        }
        Search::Refused { reached, .. } => points.get(reached),
        Search::Allowed | Search::GaveUp { .. } => None,
    };
    let total = virtual_run.statistics.total_time.as_nanos();
    let verdict = Verdict {
        label: &loaded.label,
        virtual_run,
        rows: points.len(),
        search,
        worst: deviations.iter().copied().max_by_key(|(_, by)| by.unsigned_abs()),
        total_time_error: deviations.last().filter(|_| total > 0).map(|&(_, by)| by as f64 / total as f64),
        tolerance: arguments.tolerance.unwrap_or(total / 50),
        next,
    };
    let text = match arguments.scenarios.format {
        Format::Text => report::text(&verdict),
        Format::Json => report::json_line(&verdict),
    };
    Ok((text, verdict.is_ok()))
}

fn interrupted(label: &str, reached: usize, rows: usize, states: usize) -> Failure {
    let message = format!(
        "'{label}' was interrupted: so far, {reached} of {rows} rows are in an order that the model allows; {states} states were looked at"
    );
    Failure { exit: Exit::Interrupted, message }
}

/// By how much each row that has a time is later than the same point in
/// virtual time: its process's n-th of that meaning. Labels that one row can
/// mean are one meaning.
fn deviations(rows: &[Row], virtual_run: &Finished) -> Vec<(usize, i64)> {
    let classes = classes(rows);
    let mut times: BTreeMap<usize, VecDeque<u64>> = BTreeMap::new();
    for event in virtual_run.trace.iter().flat_map(|trace| &trace.events) {
        let class = Label::of_event(&event).and_then(|label| classes.get(&(event.process, label)));
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
fn classes(rows: &[Row]) -> BTreeMap<(ProcessId, Label), usize> {
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
