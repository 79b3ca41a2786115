//! The table of points, `summary.csv`: written while the sweep goes on.
//!
//! Decides its columns. Differences are those of pairs, with intervals of 95% for all
//! of them together (Bonferroni).

use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use crate::cli::unfinished::Unfinished;
use crate::sweep::{Estimate, Plan, PointSummary};
use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

/// The table of points.
const NAME: &str = "summary.csv";

/// The probability with which an interval has the true mean in it.
pub const LEVEL: f64 = 0.95;

/// The level of one of the intervals of differences, so that all of them together hold
/// with [`LEVEL`].
pub fn level_of_differences(plan: &Plan<'_>) -> f64 {
    1.0 - (1.0 - LEVEL) / plan.points().saturating_sub(1).max(1) as f64
}

/// The table of points of one sweep.
pub struct SummaryTable<'p> {
    folder: &'p Folder,
    file: BufWriter<Unfinished>,
    level: f64,
    compares: bool,
}

impl<'p> SummaryTable<'p> {
    /// Begins the table; it `compares` points with a base or not.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin(plan: &Plan<'_>, folder: &'p Folder, compares: bool) -> Result<SummaryTable<'p>, Failure> {
        let file = BufWriter::new(folder.begin()?);
        let mut table = SummaryTable { folder, file, level: level_of_differences(plan), compares };
        table.write(&heading(plan, compares))?;
        Ok(table)
    }

    fn write(&mut self, line: &str) -> Result<(), Failure> {
        self.file.write_all(line.as_bytes()).map_err(|error| self.folder.failure(NAME, &error))
    }

    /// Adds a point.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, point: &PointSummary) -> Result<(), Failure> {
        let mut line = String::new();
        for value in &point.varied {
            let _ = write!(line, "{value},");
        }
        let regular: u64 = ["completed", "horizon"].iter().filter_map(|name| point.outcomes.get(name)).sum();
        let _ = write!(line, "{},{}", point.runs, point.runs - regular);
        for (place, estimate) in point.estimates.iter().enumerate() {
            push(&mut line, Some(estimate.mean()));
            push(&mut line, estimate.half_width(LEVEL));
            push(&mut line, estimate.deviation());
            push(&mut line, Some(estimate.smallest()));
            push(&mut line, Some(estimate.largest()));
            if self.compares {
                let difference = point.differences.get(place);
                push(&mut line, difference.map(Estimate::mean));
                push(&mut line, difference.and_then(|difference| difference.half_width(self.level)));
            }
        }
        line.push('\n');
        self.write(&line)
    }

    /// Gives the table its name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> Result<PathBuf, Failure> {
        let file = self.file.into_inner().map_err(|error| self.folder.failure(NAME, error.error()))?;
        self.folder.finish(file, NAME)
    }
}

fn heading(plan: &Plan<'_>, compares: bool) -> String {
    let mut names: Vec<String> = plan.design().names().map(str::to_owned).collect();
    names.extend(["runs".to_owned(), "findings".to_owned()]);
    for request in plan.requests() {
        for figure in ["mean", "half_width", "deviation", "smallest", "largest"] {
            names.push(format!("{} {figure}", request.name));
        }
        if compares {
            names.push(format!("{} difference", request.name));
            names.push(format!("{} difference_half_width", request.name));
        }
    }
    names.join(",") + "\n"
}

/// A cell; empty where there is no number.
fn push(line: &mut String, number: Option<f64>) {
    line.push(',');
    if let Some(number) = number.filter(|number| number.is_finite()) {
        let _ = write!(line, "{number:?}");
    }
}
