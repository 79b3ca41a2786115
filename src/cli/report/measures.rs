//! What a scenario measures, as tables and lines.
//!
//! Decides which of the figures a reader sees at once; JSON has them all.

use super::finished::Finished;
use super::parts::{DECIMALS, and_more, duration, so_many};
use super::table::table;
use crate::analysis::{LevelStatistics, MeasureStatistics, PassingStatistics, SojournStatistics};
use crate::cli::console::printable;
use crate::figure::{format_figure, format_share, trimmed};
use crate::time::{Time, format_mean_nanos};
use crate::trace::{MarkFigure, MeasureFigure, MeasureInfo, Measured};
use crate::value::Value;

/// How many measures of a kind are shown.
const SHOWN: usize = 40;

/// The figures that have a column.
const COLUMNS: [(&str, MeasureFigure); 8] = [
    ("count", MeasureFigure::Of(MarkFigure::Count)),
    ("mean", MeasureFigure::Of(MarkFigure::Mean)),
    ("deviation", MeasureFigure::Deviation),
    ("smallest", MeasureFigure::Of(MarkFigure::Smallest)),
    ("p50", MeasureFigure::Of(MarkFigure::Quantile(500))),
    ("p95", MeasureFigure::Of(MarkFigure::Quantile(950))),
    ("p99", MeasureFigure::Of(MarkFigure::Quantile(990))),
    ("largest", MeasureFigure::Of(MarkFigure::Largest)),
];

/// All measures: those with many values as a table, then what there is to say of each.
pub fn measures(finished: &Finished) -> String {
    let all = || finished.header.measures.iter().zip(&finished.statistics.measures);
    let spread = all().filter(|(_, measure)| !matches!(measure, MeasureStatistics::Passings(_)));
    let rows: Vec<Vec<String>> =
        spread.clone().take(SHOWN).map(|(info, measure)| row(info, measure)).collect();
    let mut text = String::new();
    if !rows.is_empty() {
        let heads: Vec<&str> = ["measure"].into_iter().chain(COLUMNS.map(|(head, _)| head)).collect();
        text.push_str(&table(&heads, &[], rows.into_iter()));
        text.push_str(&and_more("  ", spread.count(), SHOWN));
    }
    let lines: Vec<String> = all().filter_map(|(info, measure)| line(info, measure, finished.end)).collect();
    for line in lines.iter().take(SHOWN) {
        text.push_str(&format!(" {line}\n"));
    }
    text + &and_more(" ", lines.len(), SHOWN)
}

fn row(info: &MeasureInfo, measure: &MeasureStatistics) -> Vec<String> {
    let cells =
        COLUMNS.iter().map(|&(_, figure)| measure.figure(figure).map_or_else(|| "–".to_owned(), cell));
    [printable(&info.name)].into_iter().chain(cells).collect()
}

fn cell(value: Value) -> String {
    match value {
        // No length is negative.
        Value::Duration(nanos) => duration(nanos.unsigned_abs()),
        Value::Float(number) => number_of(number),
        Value::Int(_) | Value::Bool(_) => value.to_string(),
    }
}

fn number_of(number: f64) -> String {
    trimmed(&format_figure(number, 3)).to_owned()
}

/// What is said of a measure besides its row.
fn line(info: &MeasureInfo, measure: &MeasureStatistics, end: Time) -> Option<String> {
    let said = match measure {
        MeasureStatistics::Sojourn(sojourn) => of_sojourn(sojourn),
        MeasureStatistics::Level(level) => of_level(&info.what, level),
        MeasureStatistics::Passings(passings) => Some(of_passings(passings)),
    };
    let warm_up = (info.warm_up_ns > 0).then(|| {
        let warm_up = duration(info.warm_up_ns);
        match info.warm_up_ns < end.as_nanos() {
            true => format!("from {warm_up} on"),
            false => {
                format!("nothing is measured: the run ended at {end}, before the warm-up of {warm_up} did")
            }
        }
    });
    let rounded = match measure.figure(MeasureFigure::QuantileError) {
        Some(Value::Float(error)) if error > 0.0 => {
            Some(format!("so many values that quantiles are within {}", format_share(error)))
        }
        _ => None,
    };
    let parts: Vec<String> = [said, warm_up, rounded].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("{}: {}", printable(&info.name), parts.join("; ")))
}

/// Little's law, and what did not end.
fn of_sojourn(sojourn: &SojournStatistics) -> Option<String> {
    let (arrivals, departures) = (sojourn.arrival_rate()?, sojourn.departure_rate()?);
    let law = match (sojourn.in_system(), sojourn.little(), sojourn.little_gap()) {
        (Some(found), _, Some(0.0)) => format!("; L = λ·W = {} in the system", number_of(found)),
        (Some(found), Some(little), Some(gap)) => format!(
            "; L = {} in the system, λ·W = {} ({} apart)",
            number_of(found),
            number_of(little),
            format_share(gap)
        ),
        _ => String::new(),
    };
    let open = if sojourn.open > 0 { format!("; {} open", sojourn.open) } else { String::new() };
    let unmatched = match sojourn.unmatched {
        0 => String::new(),
        more => format!("; {} without a beginning", so_many(more, "end")),
    };
    let (unit, seconds) = unit_of(arrivals.max(departures));
    let [arrivals, departures] = [arrivals, departures].map(|rate| number_of(rate * seconds));
    Some(format!("{arrivals} begin and {departures} end in {unit}{law}{open}{unmatched}"))
}

/// A time in which more than a few hundredths happen, if so many do in a second; and how
/// many seconds it has.
fn unit_of(rate: f64) -> (&'static str, f64) {
    const FEW: f64 = 0.1;
    let units = [("a second", 1.0), ("a minute", 60.0), ("an hour", 3600.0)];
    units.into_iter().find(|(_, seconds)| rate * seconds >= FEW).unwrap_or(("a day", 86_400.0))
}

/// In which share of the time the condition held, if there is one.
fn of_level(what: &Measured, level: &LevelStatistics) -> Option<String> {
    let Measured::Level(sum) = what else { return None };
    let condition = match (sum.at_least, sum.at_most) {
        (Some(least), Some(most)) => format!("from {least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => return None,
    };
    Some(format!("{condition} in {} of the time", format_share(level.share()?)))
}

fn of_passings(passings: &PassingStatistics) -> String {
    let times = so_many(passings.count, "time");
    match (passings.rate(), passings.per) {
        (Some(rate), Some(per)) => {
            format!("{} in {}, {times} in all", number_of(rate), format_mean_nanos(per as f64, DECIMALS))
        }
        _ => times,
    }
}
