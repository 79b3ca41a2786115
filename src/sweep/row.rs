//! One run of a sweep as one row of a table.
//!
//! Decides the columns, and that a row can be read again: whoever goes on with a sweep
//! takes the runs that are there for done.

use super::plan::Plan;
use crate::analysis::FigureValue;
use crate::value::Value;
use std::fmt::Write;

/// One run of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// The number of its point in the design.
    pub point: u64,
    /// Which replication it is.
    pub replication: u64,
    /// How it ended.
    pub outcome: &'static str,
    /// By figure; `None` where it has none.
    pub numbers: Vec<Option<FigureValue>>,
    /// All of it as a line of a CSV file, with its end.
    pub line: String,
    /// Whether it was read, and not run.
    pub was_there: bool,
}

/// The names of outcomes.
pub const OUTCOMES: [&str; 5] = ["completed", "horizon", "deadlock", "fault", "limit"];

impl RunRow {
    /// Whether the run came to an end that a user must know about.
    pub fn is_finding(&self) -> bool {
        matches!(self.outcome, "deadlock" | "fault" | "limit")
    }

    /// The first line of a table of rows.
    pub fn heading(plan: &Plan<'_>) -> String {
        let columns = plan.columns();
        let mut names: Vec<&str> = plan.design().names().collect();
        names.extend(["replication", "outcome"]);
        names.extend(plan.requests().iter().map(|request| request.name.as_str()));
        names.extend(columns.fingerprint.then_some("fingerprint"));
        names.extend(columns.ties.then_some("ties"));
        names.extend(columns.races.then_some("races"));
        names.extend(columns.constants.iter().map(|(name, _)| name.as_str()));
        names.extend(columns.command.is_some().then_some("command"));
        names.join(",") + "\n"
    }

    /// Reads a line that was written for this run; `None` if it is none.
    pub fn read(plan: &Plan<'_>, (point, replication): (u64, u64), line: &str) -> Option<RunRow> {
        let rest =
            line.strip_suffix('\n')?.strip_prefix(key(&plan.design().varied(point), replication).as_str())?;
        let mut cells = rest.split(',');
        let outcome = cells.next()?;
        let outcome = OUTCOMES.into_iter().find(|known| *known == outcome)?;
        let number = |cell: &str| match cell {
            "" => Some(None),
            cell => cell.parse().ok().map(Some),
        };
        let numbers = plan.requests().iter().map(|_| number(cells.next()?)).collect::<Option<_>>()?;
        Some(RunRow { point, replication, outcome, numbers, line: line.to_owned(), was_there: true })
    }
}

/// The cells that tell which run it is, with the comma behind them.
pub fn key(varied: &[Value], replication: u64) -> String {
    let mut key = String::new();
    for value in varied {
        let _ = write!(key, "{value},");
    }
    let _ = write!(key, "{replication},");
    key
}

/// What a run came to besides its figures.
pub struct Findings {
    pub fingerprint: Option<String>,
    pub ties_differ: Option<bool>,
    pub races: Option<u64>,
}

/// The line of a run.
pub fn line(
    plan: &Plan<'_>,
    varied: &[Value],
    replication: u64,
    outcome: &str,
    numbers: &[Option<FigureValue>],
    findings: &Findings,
) -> String {
    let mut line = key(varied, replication);
    line.push_str(outcome);
    for number in numbers {
        line.push(',');
        if let Some(number) = number {
            let _ = write!(line, "{number}");
        }
    }
    if let Some(fingerprint) = &findings.fingerprint {
        let _ = write!(line, ",{fingerprint}");
    }
    if let Some(differ) = findings.ties_differ {
        line.push_str(if differ { ",differ" } else { ",same" });
    }
    if let Some(races) = findings.races {
        let _ = write!(line, ",{races}");
    }
    for (_, constant) in &plan.columns().constants {
        line.push(',');
        push_cell(&mut line, constant);
    }
    if let Some(command) = &plan.columns().command {
        let varied = plan.design().names().zip(varied.iter().copied());
        line.push(',');
        push_cell(&mut line, &command.of_run(varied, plan.drawn(replication)));
    }
    line.push('\n');
    line
}

/// In quotes where it has what parts cells or lines (RFC 4180).
fn push_cell(line: &mut String, text: &str) {
    if text.contains(['"', ',', '\n', '\r']) {
        let _ = write!(line, "\"{}\"", text.replace('"', "\"\""));
    } else {
        line.push_str(text);
    }
}
