//! The verdict on a recording as text and as JSON.

use super::Verdict;
use crate::backend::recorded::{Bounds, Recorded, Search, Spent};
use crate::cli::console::printable;
use crate::cli::report::{BOLD, GREEN, PLAIN, RED, duration, json_object};
use crate::cli::validate::report::told_run;
use crate::time::format_nanos_short;
use crate::trace::Header;
use serde::Serialize;

/// The whole report.
pub fn text(verdict: &Verdict<'_>) -> String {
    let (colour, word) = match (verdict.agrees(), verdict.is_ok()) {
        (true, true) => (GREEN, "recording validated"),
        (true, false) => (RED, "the model allows the recording, but its own run is not fine"),
        (false, _) => (RED, "recording not validated"),
    };
    let mut text = format!("{BOLD}{}{PLAIN}: {colour}{word}{PLAIN}\n", printable(verdict.label));
    text.push_str(&order(verdict));
    text.push_str(&times(verdict));
    text.push_str(&told_run(verdict.virtual_run));
    text
}

fn order(verdict: &Verdict<'_>) -> String {
    let rows = verdict.rows;
    match &verdict.search {
        Search::Allowed if rows == 1 => "  order: a schedule of the model has this row\n".to_owned(),
        Search::Allowed => format!("  order: a schedule of the model has these {rows} rows in this order\n"),
        Search::GaveUp { reached, states, why } => {
            format!(
                "  {RED}order: not decided{PLAIN}: {}\n    {states} states were looked at; the first {reached} of {rows} rows are in an order that the model allows\n",
                spent(*why)
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

fn spent(why: Spent) -> String {
    let bounds = Bounds::default();
    match why {
        Spent::States => format!("the search looks at no more than {} states", bounds.states),
        Spent::Steps => format!("the search makes no more than {} steps", bounds.steps),
        Spent::Memory => format!("the search takes no more than {} MiB for its way", bounds.bytes >> 20),
        Spent::Stopped => "it was stopped".to_owned(),
    }
}

fn told(point: &Recorded, header: &Header) -> String {
    let value = point.value.as_ref().map_or_else(String::new, |value| format!(" {value}"));
    format!("'{}' \"{}\"{value}", header.process_name(point.process), point.label)
}

fn times(verdict: &Verdict<'_>) -> String {
    let Some((row, by)) = verdict.worst else { return "  times: none were recorded\n".to_owned() };
    let sign = if by < 0 { "-" } else { "+" };
    let by = format_nanos_short(by.unsigned_abs(), 3);
    let tolerance = duration(verdict.tolerance);
    let mark = if verdict.times_ok() { String::new() } else { format!("{RED}beyond the tolerance{PLAIN}, ") };
    format!(
        "  times: {mark}the largest deviation from virtual time is {sign}{by}, in row {row}; tolerance {tolerance}\n"
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
    let object = Object {
        run: json_object(verdict.virtual_run),
        ok: verdict.is_ok(),
        runs: 1,
        order_legal: verdict.search == Search::Allowed,
        total_time_error: verdict.total_time_error,
        recording: Details {
            rows: verdict.rows,
            rows_in_order: reached,
            decided: !matches!(verdict.search, Search::GaveUp { .. }),
            instead,
            tolerance_ns: verdict.tolerance,
            worst_row: verdict.worst.map(|(row, _)| row),
            worst_deviation_ns: verdict.worst.map(|(_, by)| by),
        },
    };
    let mut line = serde_json::to_string(&object).expect("every key is a string");
    line.push('\n');
    line
}

#[derive(Serialize)]
struct Object<'a, R: Serialize> {
    #[serde(flatten)]
    run: R,
    ok: bool,
    runs: usize,
    order_legal: bool,
    total_time_error: Option<f64>,
    recording: Details<'a>,
}

#[derive(Serialize)]
struct Details<'a> {
    rows: usize,
    rows_in_order: usize,
    decided: bool,
    instead: &'a [String],
    tolerance_ns: u64,
    worst_row: Option<usize>,
    worst_deviation_ns: Option<i64>,
}
