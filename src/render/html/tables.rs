//! The tables of a page: each cell as it is told, with the number that it is sorted by.

use super::super::input::length;
use crate::analysis::{MarkStatistics, ProcessStatistics, ResourceStatistics, Statistics, shown_value};
use crate::figure::{format_figure, format_share};
use crate::ids::{ProcessId, ResourceId};
use crate::time::{Time, format_mean_nanos};
use crate::trace::{Header, MarkInfo, printable};
use crate::value::Value;
use serde::Serialize;

/// A table has at most so many rows.
const MOST_ROWS: usize = 10_000;

/// The place of the waits that ran out among the columns of resources.
const TIMEOUTS_COLUMN: usize = 5;

/// What of a run is told in rows.
#[derive(Serialize)]
pub(super) struct Table {
    title: &'static str,
    heads: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    /// So many more rows there would be.
    left_out: usize,
}

/// What is told, and what it is sorted by, if that is no text.
#[derive(Serialize)]
struct Cell(String, Option<f64>);

fn text(text: impl Into<String>) -> Cell {
    Cell(text.into(), None)
}

fn number(number: u64) -> Cell {
    Cell(number.to_string(), Some(number as f64))
}

fn time(nanos: u64) -> Cell {
    Cell(length(nanos), Some(nanos as f64))
}

fn mean_time(nanos: f64) -> Cell {
    Cell(format_mean_nanos(nanos, 3), Some(nanos))
}

fn figure(figure: f64) -> Cell {
    Cell(format_figure(figure, 2), Some(figure))
}

/// What comes last in whatever order.
fn nothing() -> Cell {
    Cell("–".to_owned(), Some(-1.0))
}

fn instant(instant: Option<Time>) -> Cell {
    instant.map_or_else(nothing, |instant| time(instant.as_nanos()))
}

/// All tables that have rows.
pub(super) fn tables(header: &Header, statistics: &Statistics) -> Vec<Table> {
    let all = [processes(header, statistics), resources(header, statistics), marks(header, statistics)];
    all.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn table(title: &'static str, heads: &[&'static str], rows: impl Iterator<Item = Vec<Cell>>) -> Table {
    let mut rows = rows;
    let shown: Vec<Vec<Cell>> = rows.by_ref().take(MOST_ROWS).collect();
    Table { title, heads: heads.to_vec(), rows: shown, left_out: rows.count() }
}

fn processes(header: &Header, statistics: &Statistics) -> Table {
    let heads = ["process", "started", "finished", "running", "ready", "delayed", "blocked", "waiting for"];
    let row = |(index, process): (usize, &ProcessStatistics)| {
        vec![
            text(printable(&header.process_name(ProcessId::from_index(index)))),
            instant(process.started),
            instant(process.finished),
            time(process.running),
            time(process.ready),
            time(process.delayed),
            time(process.blocked_in_all()),
            text(waited_for(header, process)),
        ]
    };
    table("Processes", &heads, statistics.processes.iter().enumerate().map(row))
}

/// The resources that cost a process most.
fn waited_for(header: &Header, process: &ProcessStatistics) -> String {
    const NAMED: usize = 3;
    let mut blocked = process.blocked.clone();
    blocked.sort_by_key(|&(_, nanos)| std::cmp::Reverse(nanos));
    let told = |&(resource, nanos): &(ResourceId, u64)| {
        format!("{} {}", printable(&header.resource_name(resource)), length(nanos))
    };
    let mut told: Vec<String> = blocked.iter().take(NAMED).map(told).collect();
    if blocked.len() > NAMED {
        told.push(format!("{} more", blocked.len() - NAMED));
    }
    told.join(", ")
}

fn resources(header: &Header, statistics: &Statistics) -> Table {
    let mut heads = vec![
        "resource",
        "kind",
        "in use",
        "requests",
        "waits",
        "mean wait",
        "longest",
        "mean level",
        "highest",
        "end",
    ];
    // Seldom may a wait run out.
    let any_ran_out = statistics.resources.iter().any(|resource| resource.timeouts > 0);
    if any_ran_out {
        heads.insert(TIMEOUTS_COLUMN, "ran out");
    }
    let row = |(index, resource): (usize, &ResourceStatistics)| {
        let id = ResourceId::from_index(index);
        let kind = header.resource(id).kind;
        kind.level().is_some().then(|| {
            let mut row = vec![
                text(printable(&header.resource_name(id))),
                text(kind.name()),
                resource.utilization.map_or_else(nothing, |used| Cell(format_share(used), Some(used))),
                number(resource.requests),
                number(resource.waits.count),
                mean_time(resource.waits.mean()),
                time(resource.waits.longest),
                figure(resource.level_mean),
                number(resource.level_max),
                number(resource.level_end),
            ];
            if any_ran_out {
                row.insert(TIMEOUTS_COLUMN, number(resource.timeouts));
            }
            row
        })
    };
    table("Resources", &heads, statistics.resources.iter().enumerate().filter_map(row))
}

fn marks(header: &Header, statistics: &Statistics) -> Table {
    let row = |(info, mark): (&MarkInfo, &MarkStatistics)| {
        let values = mark.values.map_or_else(
            || [nothing(), nothing(), nothing()],
            |values| [values.mean, values.min, values.max].map(value),
        );
        [text(printable(&info.name)), number(mark.count)].into_iter().chain(values).collect()
    };
    let heads = ["mark", "passed", "mean", "smallest", "largest"];
    table("Marks", &heads, header.marks.iter().zip(&statistics.marks).map(row))
}

fn value(value: Value) -> Cell {
    let number = match value {
        Value::Int(number) => number as f64,
        Value::Duration(nanos) => nanos as f64,
        Value::Float(number) => number,
        Value::Bool(bit) => f64::from(u8::from(bit)),
    };
    Cell(shown_value(value), Some(number).filter(|number| number.is_finite()))
}
