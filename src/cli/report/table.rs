//! Tables: processes, resources, marks, comparisons.

use super::Finished;
use crate::analysis::{ComparisonRow, ProcessStatistics, ResourceStatistics};
use crate::cli::console::printable;
use crate::ids::{ProcessId, ResourceId};
use crate::time::{Time, format_nanos_short};
use crate::trace::{Header, ResourceKind};
use crate::value::Type;
use comfy_table::{CellAlignment, LineStyle, Table, presets};

/// How many rows of a table are shown.
const ROWS: usize = 40;

/// Decimals of times in tables; JSON has them all.
const DECIMALS: usize = 3;

/// A table whose first column is text and whose others are numbers, but for
/// the columns `texts`.
pub fn table(heads: &[&str], texts: &[usize], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    let line = LineStyle::none().fill('─').junction('─');
    table.load_style(presets::NOTHING.header_separator(line)).set_header(heads);
    table.add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        let text = index == 0 || texts.contains(&index);
        column.set_cell_alignment(if text { CellAlignment::Left } else { CellAlignment::Right });
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}

fn more(count: usize) -> String {
    match count.saturating_sub(ROWS) {
        0 => String::new(),
        more => format!("  and {more} more\n"),
    }
}

/// A duration in a table.
pub fn duration(nanos: u64) -> String {
    format_nanos_short(nanos, DECIMALS)
}

fn instant(time: Option<Time>) -> String {
    time.map_or_else(|| "–".to_owned(), |time| duration(time.as_nanos()))
}

/// How each process spent its time.
pub fn process_table(header: &Header, processes: &[ProcessStatistics]) -> String {
    let heads = ["process", "started", "finished", "running", "delayed", "blocked", "waiting for"];
    let rows = processes.iter().take(ROWS).enumerate().map(|(index, process)| {
        let (running, delayed) = (duration(process.running), duration(process.delayed));
        vec![
            header.process_name(ProcessId::from_index(index)),
            instant(process.started),
            instant(process.finished),
            running,
            delayed,
            duration(process.blocked_in_all()),
            waited_for(header, process),
        ]
    });
    table(&heads, &[6], rows) + &more(processes.len())
}

/// The resources that cost most, with their times.
fn waited_for(header: &Header, process: &ProcessStatistics) -> String {
    const NAMED: usize = 3;
    let mut blocked = process.blocked.clone();
    // A stable sort: of equal times, the first resource comes first.
    blocked.sort_by_key(|&(_, nanos)| std::cmp::Reverse(nanos));
    let named = blocked.iter().take(NAMED);
    let mut parts: Vec<String> = named
        .map(|&(resource, nanos)| format!("{} {}", header.resource_name(resource), duration(nanos)))
        .collect();
    if blocked.len() > NAMED {
        parts.push(format!("{} more", blocked.len() - NAMED));
    }
    parts.join(", ")
}

/// What each resource saw; memories have nothing to wait for and are left out.
pub fn resource_table(header: &Header, resources: &[ResourceStatistics]) -> String {
    let heads = [
        "resource",
        "kind",
        "in use",
        "requests",
        "waits",
        "mean wait",
        "per request",
        "longest",
        "mean level",
        "highest",
        "end",
    ];
    let waited_for: Vec<(ResourceId, &ResourceStatistics)> = resources
        .iter()
        .enumerate()
        .map(|(index, resource)| (ResourceId::from_index(index), resource))
        .filter(|(id, _)| header.resource(*id).kind != ResourceKind::Memory)
        .collect();
    if waited_for.is_empty() {
        return String::new();
    }
    let rows = waited_for.iter().take(ROWS).map(|&(id, resource)| {
        let waits = &resource.waits;
        vec![
            header.resource_name(id),
            header.resource(id).kind.name().to_owned(),
            resource.utilization.map_or_else(|| "–".to_owned(), |share| format!("{:.1}%", share * 100.0)),
            resource.requests.to_string(),
            waits.count.to_string(),
            duration(waits.mean() as u64),
            duration(resource.wait_per_request() as u64),
            duration(waits.longest),
            format!("{:.2}", resource.level_mean),
            resource.level_max.to_string(),
            resource.level_end.to_string(),
        ]
    });
    table(&heads, &[1], rows) + &more(waited_for.len())
}

/// How often each mark was passed, and with what.
pub fn mark_table(finished: &Finished) -> String {
    let marks = &finished.statistics.marks;
    if marks.is_empty() {
        return String::new();
    }
    let rows = finished.header.marks.iter().zip(marks).take(ROWS).map(|(info, mark)| {
        let value = |number: f64| match info.ty {
            None => "–".to_owned(),
            Some(_) if mark.count == 0 => "–".to_owned(),
            Some(Type::Duration) if number >= 0.0 => duration((number * 1e9).round() as u64),
            Some(Type::Duration) => format!("-{}", duration((-number * 1e9).round() as u64)),
            Some(_) => format!("{number:.4}"),
        };
        vec![info.name.clone(), mark.count.to_string(), value(mark.mean), value(mark.min), value(mark.max)]
    });
    table(&["mark", "passed", "mean", "smallest", "largest"], &[], rows) + &more(marks.len())
}

/// Several runs side by side.
pub fn comparison_table(rows: &[ComparisonRow]) -> String {
    let heads = ["scenario", "outcome", "total time", "speed-up", "running", "delayed", "blocked"];
    let sum = |nanos: u128| duration(u64::try_from(nanos).unwrap_or(u64::MAX));
    let rows = rows.iter().map(|row| {
        vec![
            printable(&row.scenario),
            row.outcome.to_owned(),
            duration(row.total_time.as_nanos()),
            row.speed_up.map_or_else(|| "–".to_owned(), |speed_up| format!("{speed_up:.2}×")),
            sum(row.running),
            sum(row.delayed),
            sum(row.blocked),
        ]
    });
    table(&heads, &[1], rows)
}
