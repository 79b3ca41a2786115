//! The verdict on a recording as text and as JSON.

use super::verdict::Verdict;
use crate::backend::recorded::{Recorded, Search, SearchBudget, Spent};
use crate::cli::console::printable;
use crate::cli::explore::by_clock;
use crate::cli::report::{GREEN, PLAIN, RED, duration, files, heading, json_object, section, signed};
use crate::cli::validate::report::{Object, told_run};
use crate::figure::{so_many, verb};
use crate::trace::{Header, Ties};
use serde::Serialize;

/// The whole report.
pub fn text(verdict: &Verdict<'_>) -> String {
    let (colour, word) = match (verdict.agrees(), verdict.is_ok()) {
        (true, true) => (GREEN, "recording validated"),
        (true, false) => (RED, "the model allows the recording, but its own run is not fine"),
        (false, _) => (RED, "recording not validated"),
    };
    let mut text = heading(verdict.label, colour, word) + "\n";
    text.push_str(&order(verdict));
    text.push_str(&times(verdict));
    text.push_str(&gaps(verdict));
    text.push_str(&told_run(verdict.virtual_run));
    section(&mut text, "Files", &files(&verdict.written));
    text
}

/// What the file has columns for and does not tell.
fn gaps(verdict: &Verdict<'_>) -> String {
    let gap = |(count, what): (usize, &str)| {
        let rows = so_many(count as u64, "row");
        (count > 0).then(|| format!("{rows} {} no {what}", verb(count, "tell")))
    };
    let gaps: Vec<String> = verdict.gaps.into_iter().zip(["time", "value"]).filter_map(gap).collect();
    match gaps.as_slice() {
        [] => String::new(),
        gaps => format!("  gaps: {}; whatever it was counts as right\n", gaps.join(", ")),
    }
}

fn order(verdict: &Verdict<'_>) -> String {
    let rows = verdict.rows;
    if !verdict.clock_lines.is_empty() && !matches!(verdict.search, Search::GaveUp { .. }) {
        return format!(
            "  {RED}order: not decided{PLAIN}: {}\n    with a clock that shows 0 {}\n",
            by_clock(&verdict.clock_lines),
            match &verdict.search {
                Search::Refused { reached, .. } => so_far(*reached, rows),
                _ => "a schedule of the model has all rows in this order".to_owned(),
            }
        );
    }
    match &verdict.search {
        Search::Allowed if rows == 1 => "  order: a schedule of the model has this row\n".to_owned(),
        Search::Allowed => format!("  order: a schedule of the model has these {rows} rows in this order\n"),
        Search::GaveUp { reached, states, why } => {
            format!(
                "  {RED}order: not decided{PLAIN}: {}\n    {} looked at; {}\n",
                spent(*why),
                match states {
                    1 => "1 state was".to_owned(),
                    states => format!("{states} states were"),
                },
                so_far(*reached, rows)
            )
        }
        Search::Refused { reached, instead } => {
            let next = verdict.next.map_or_else(String::new, |next| told(next, &verdict.virtual_run.header));
            let instead = match instead.as_slice() {
                [] => "nothing more to say".to_owned(),
                instead => printable(&instead.join(", or ")),
            };
            format!(
                "  {RED}order: not one that the model allows{PLAIN}\n    row {} is {}; after the rows above it the model has {instead}\n",
                reached + 1,
                printable(&next),
            )
        }
    }
}

/// How many rows are in order.
pub fn so_far(reached: usize, rows: usize) -> String {
    match reached {
        0 => "no row was found to be in an order that the model allows".to_owned(),
        1 if rows > 1 => format!("the first of {rows} rows is one that the model allows there"),
        reached => format!("the first {reached} of {rows} rows are in an order that the model allows"),
    }
}

fn spent(why: Spent) -> String {
    let bounds = SearchBudget::default();
    match why {
        Spent::States => format!("the search looks at no more than {} states", bounds.states),
        Spent::Steps => format!("the search makes no more than {} steps", bounds.steps),
        Spent::Memory => {
            format!("the search takes no more than {} MiB for its state and the way back", bounds.bytes >> 20)
        }
        Spent::Stopped => "it was stopped".to_owned(),
    }
}

fn told(point: &Recorded, header: &Header) -> String {
    let value = point.value.as_ref().map_or_else(String::new, |value| format!(" {value}"));
    format!("'{}' \"{}\"{value}", header.process_name(point.process), point.label)
}

fn times(verdict: &Verdict<'_>) -> String {
    let Some((row, by)) = verdict.worst else { return "  times: none were recorded\n".to_owned() };
    let by = signed(by);
    let tolerance = duration(verdict.tolerance);
    let order = match verdict.ties == verdict.virtual_run.header.ties {
        true => String::new(),
        false => format!(" in another order of simultaneous events (`run --ties {}`)", verdict.ties),
    };
    let mark = if verdict.times_ok() { String::new() } else { format!("{RED}beyond the tolerance{PLAIN}, ") };
    format!(
        "  times: {mark}the largest deviation from virtual time{order} is {by}, in row {row}; tolerance {tolerance}\n"
    )
}

/// The object on one line, with the line's end: that of the run in virtual
/// time, and the verdict.
pub fn json_line(verdict: &Verdict<'_>) -> String {
    let (reached, instead) = match &verdict.search {
        Search::Refused { reached, instead } => (*reached, instead.as_slice()),
        Search::Allowed => (verdict.rows, [].as_slice()),
        Search::GaveUp { reached, .. } => (*reached, [].as_slice()),
    };
    let [rows_without_time, rows_without_value] = verdict.gaps;
    let object = Object {
        run: json_object(verdict.virtual_run),
        ok: verdict.is_ok(),
        runs: 1,
        order_legal: verdict.order_legal(),
        total_time_error: verdict.total_time_error,
        details: Validated {
            recording: Details {
                rows: verdict.rows,
                rows_in_order: reached,
                rows_without_time,
                rows_without_value,
                decided: verdict.is_decided(),
                clock_lines: &verdict.clock_lines,
                instead,
                ties: verdict.ties,
                tolerance_ns: verdict.tolerance,
                worst_row: verdict.worst.map(|(row, _)| row),
                worst_deviation_ns: verdict.worst.map(|(_, by)| by),
            },
        },
    };
    object.line()
}

#[derive(Serialize)]
struct Validated<'a> {
    recording: Details<'a>,
}

#[derive(Serialize)]
struct Details<'a> {
    rows: usize,
    rows_in_order: usize,
    rows_without_time: usize,
    rows_without_value: usize,
    decided: bool,
    clock_lines: &'a [u32],
    instead: &'a [String],
    /// The order of simultaneous events with whose run the times are compared.
    ties: Ties,
    tolerance_ns: u64,
    worst_row: Option<usize>,
    worst_deviation_ns: Option<i64>,
}
