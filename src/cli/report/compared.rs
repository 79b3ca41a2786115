//! Tables of several runs: how each compares with the first.
//!
//! Decides how much is shown: a table of marks has so many rows, and says how many marks
//! it leaves out; the figures that were asked for are all shown.

use super::parts::duration;
use super::table::{ROWS, long, nothing, table, without};
use crate::analysis::{
    ComparedFigure, ComparedMark, ComparisonRow, FigureComparison, FigureValue, MarkComparison, MarkValues,
    shown_value,
};
use crate::cli::console::printable;
use crate::figure::{format_factor, format_figure, so_many, trimmed};
use crate::trace::Outcome;
use crate::value::{Type, Value};

/// The total time of each run, and what its processes did in it.
pub fn comparison_table(rows: &[ComparisonRow]) -> String {
    let stopped = rows.iter().any(|row| row.outcome != Outcome::Completed.name());
    let note = match stopped && rows.len() > 1 {
        true => " –: a speed-up is told of a run that completed, where the first one completed too\n",
        false => "",
    };
    let heads = ["scenario", "outcome", "total time", "speed-up", "running", "ready", "delayed", "blocked"];
    let left_out = rows.iter().all(|row| row.ready == 0).then_some(5);
    let rows = rows.iter().map(|row| {
        let row = vec![
            printable(&row.scenario),
            row.outcome.to_owned(),
            duration(row.total_time.as_nanos()),
            row.speed_up.map_or_else(nothing, format_factor),
            long(row.running),
            long(row.ready),
            long(row.delayed),
            long(row.blocked),
        ];
        without(left_out, row)
    });
    table(&without(left_out, heads.to_vec()), &[1], rows) + note
}

/// How often each mark was passed in each run, and with what.
pub fn compared_marks_table(labels: &[&str], marks: &[MarkComparison]) -> String {
    let shown = (ROWS / labels.len().max(1)).max(1);
    let columns: &[&str] = match marks.iter().take(shown).any(has_values) {
        true => &["mark", "scenario", "passed", "more", "mean", "more", "smallest", "largest"],
        false => &["mark", "scenario", "passed", "more"],
    };
    let rows = marks.iter().take(shown).flat_map(|mark| {
        let runs = labels.iter().zip(&mark.runs);
        runs.filter_map(|(label, run)| Some(mark_row(&mark.name, label, run.as_ref()?, columns.len())))
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    let left_out = match marks.len().saturating_sub(shown) {
        0 => String::new(),
        more => {
            let more = so_many(more as u64, "more mark");
            format!("  and {more}: --of marks.NAME.count shows one, --format json has them all\n")
        }
    };
    table(columns, &[1], rows.into_iter()) + &left_out
}

fn has_values(mark: &MarkComparison) -> bool {
    mark.runs.iter().flatten().any(|run| run.values.is_some())
}

fn mark_row(name: &str, label: &str, run: &ComparedMark, columns: usize) -> Vec<String> {
    let ty = run.values.map(|values| values.min.ty());
    let is_duration = ty == Some(Type::Duration);
    let value =
        |of: fn(MarkValues) -> Value| run.values.map_or_else(nothing, |values| shown_value(of(values)));
    let mut row = vec![
        printable(name),
        printable(label),
        figure(run.count.value, false),
        difference(Some(run.count), false),
        value(|values| values.mean),
        difference(run.mean, is_duration),
        value(|values| values.min),
        value(|values| values.max),
    ];
    row.truncate(columns);
    row
}

/// The figures that were asked for, in each run.
pub fn figures_table(labels: &[&str], figures: &[FigureComparison]) -> String {
    if figures.is_empty() {
        return String::new();
    }
    let rows = figures.iter().flat_map(|one| {
        let runs = labels.iter().zip(one.runs.iter().zip(&one.durations));
        runs.map(|(label, (run, is_duration))| {
            vec![
                printable(&one.path),
                printable(label),
                run.map_or_else(nothing, |run| figure(run.value, *is_duration)),
                difference(*run, *is_duration),
                run.and_then(|run| run.ratio).map_or_else(nothing, format_factor),
            ]
        })
    });
    table(&["figure", "scenario", "value", "more", "ratio"], &[1], rows)
}

/// A figure in a table.
fn figure(value: FigureValue, is_duration: bool) -> String {
    match value {
        FigureValue::Whole(nanos) if is_duration => {
            let sign = if nanos < 0 { "-" } else { "" };
            format!("{sign}{}", duration(u64::try_from(nanos.unsigned_abs()).unwrap_or(u64::MAX)))
        }
        FigureValue::Whole(whole) => whole.to_string(),
        FigureValue::Float(float) => trimmed(&format_figure(float, 4)).to_owned(),
    }
}

/// How much more a figure is than that of the first run, with its sign.
fn difference(compared: Option<ComparedFigure>, is_duration: bool) -> String {
    let Some(more) = compared.and_then(|compared| compared.difference) else { return nothing() };
    let plus = if more.as_f64() < 0.0 { "" } else { "+" };
    format!("{plus}{}", figure(more, is_duration))
}
