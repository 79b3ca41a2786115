//! Several runs side by side.
//!
//! Decides what of them is compared with the first: the total time as a speed-up,
//! marks and any other figure as a difference and a ratio.

use super::figures::{FigureValue, is_duration, number_at};
use super::marks::{MarkStatistics, MarkValues};
use super::statistics::{ProcessStatistics, Statistics};
use crate::time::Time;
use crate::trace::{Header, Outcome};
use std::collections::BTreeSet;

/// One run among several.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonRow {
    /// The scenario's name.
    pub scenario: String,
    /// How the run ended.
    pub outcome: &'static str,
    /// See [`Statistics::total_time`].
    pub total_time: Time,
    /// The total time of the first run divided by that of this one. `None`
    /// unless both completed and took time: see [`speed_up`].
    pub speed_up: Option<f64>,
    /// Process time on a processor, all processes together, in nanoseconds.
    pub running: u128,
    /// Process time at work but not served by a core, in nanoseconds.
    pub ready: u128,
    /// Process time without a processor, in nanoseconds.
    pub delayed: u128,
    /// Process time spent waiting, in nanoseconds.
    pub blocked: u128,
}

/// How many times as fast as the first run this one is, given the total time of
/// each that completed. `None` unless both did and took time: a run that stopped
/// early is not fast.
pub fn speed_up(first: Option<Time>, this: Option<Time>) -> Option<f64> {
    let nanos = |total: Option<Time>| total.map(Time::as_nanos).filter(|&nanos| nanos > 0);
    Some(nanos(first)? as f64 / nanos(this)? as f64)
}

/// Compares runs (name, outcome, figures) with the first of them, in order.
pub fn compare<'a>(
    runs: impl IntoIterator<Item = (&'a str, &'a Outcome, &'a Statistics)>,
) -> Vec<ComparisonRow> {
    let mut rows: Vec<ComparisonRow> =
        runs.into_iter().map(|(name, outcome, s)| row(name, outcome, s)).collect();
    let first = rows.first().and_then(completed);
    for row in &mut rows {
        row.speed_up = speed_up(first, completed(row));
    }
    rows
}

fn row(scenario: &str, outcome: &Outcome, statistics: &Statistics) -> ComparisonRow {
    let sum = |nanos: fn(&ProcessStatistics) -> u64| {
        statistics.processes.iter().map(|process| u128::from(nanos(process))).sum()
    };
    ComparisonRow {
        scenario: scenario.to_owned(),
        outcome: outcome.name(),
        total_time: statistics.total_time,
        speed_up: None,
        running: sum(|process| process.running),
        ready: sum(|process| process.ready),
        delayed: sum(|process| process.delayed),
        blocked: sum(|process| process.blocked_in_all()),
    }
}

/// The total time of a run that completed.
fn completed(row: &ComparisonRow) -> Option<Time> {
    (row.outcome == Outcome::Completed.name()).then_some(row.total_time)
}

/// A figure of a run, and how it compares with that of the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ComparedFigure {
    /// The figure itself.
    pub value: FigureValue,
    /// How much more it is than that of the first run; `None` in that run, and where it has none.
    pub difference: Option<FigureValue>,
    /// How many times that of the first run it is; also `None` where that is 0.
    pub ratio: Option<f64>,
}

impl ComparedFigure {
    /// For a run behind the first; `first` is what that one has.
    fn behind(first: Option<FigureValue>, value: FigureValue) -> ComparedFigure {
        let divisor = first.map(FigureValue::as_f64).filter(|&divisor| divisor != 0.0);
        ComparedFigure {
            value,
            difference: first.map(|first| value.minus(first)),
            ratio: divisor.map(|divisor| value.as_f64() / divisor),
        }
    }

    /// The same figure of each run.
    fn of_all(values: &[Option<FigureValue>]) -> Vec<Option<ComparedFigure>> {
        let first = values.first().copied().flatten();
        let compared = |(index, value): (usize, &Option<FigureValue>)| {
            value.map(|value| ComparedFigure::behind(first.filter(|_| index > 0), value))
        };
        values.iter().enumerate().map(compared).collect()
    }
}

/// A figure of several runs.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureComparison {
    /// Its path in the report.
    pub path: String,
    /// Whether it is a number of nanoseconds, by run.
    pub durations: Vec<bool>,
    /// By run; `None` where it has no value or its scenario has no such figure.
    pub runs: Vec<Option<ComparedFigure>>,
}

/// The figure at a path of each run, compared with that of the first.
pub fn compare_figure(path: &str, runs: &[(&Header, &Statistics)]) -> FigureComparison {
    let value = |(header, statistics): &(&Header, &Statistics)| number_at(header, statistics, path);
    let values: Vec<_> = runs.iter().map(|run| value(run).ok().flatten()).collect();
    FigureComparison {
        path: path.to_owned(),
        durations: runs.iter().map(|(header, _)| is_duration(header, path)).collect(),
        runs: ComparedFigure::of_all(&values),
    }
}

/// A mark of several runs.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkComparison {
    /// Its name.
    pub name: String,
    /// By run; `None` for one whose scenario has no such mark.
    pub runs: Vec<Option<ComparedMark>>,
}

/// A mark of one run, and how it compares with that of the first.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedMark {
    /// How often it was passed.
    pub count: ComparedFigure,
    /// The mean of its values, if it has some.
    pub mean: Option<ComparedFigure>,
    /// What its values add up to.
    pub values: Option<MarkValues>,
}

/// All marks of these runs, each under the name that it has in any of them, in the
/// order in which the scenarios name them.
pub fn compare_marks(runs: &[(&Header, &Statistics)]) -> Vec<MarkComparison> {
    let mut names: Vec<&str> = Vec::new();
    let mut known = BTreeSet::new();
    for (header, _) in runs {
        names.extend(header.marks.iter().map(|info| &*info.name).filter(|&name| known.insert(name)));
    }
    names.into_iter().map(|name| compare_mark(name, runs)).collect()
}

fn compare_mark(name: &str, runs: &[(&Header, &Statistics)]) -> MarkComparison {
    let find = |(header, statistics): &(&Header, &Statistics)| {
        let place = header.marks.iter().position(|info| info.name == name)?;
        Some(statistics.marks[place].clone())
    };
    let marks: Vec<Option<MarkStatistics>> = runs.iter().map(find).collect();
    let figures = |of: &dyn Fn(&MarkStatistics) -> Option<FigureValue>| {
        let values: Vec<_> = marks.iter().map(|mark| mark.as_ref().and_then(of)).collect();
        ComparedFigure::of_all(&values)
    };
    let counts = figures(&|mark| Some(FigureValue::Whole(mark.count.into())));
    let means = figures(&|mark| mark.values.map(|values| FigureValue::of(values.mean)));
    let compared = marks.iter().zip(counts.iter().zip(means)).map(|(mark, (count, mean))| {
        Some(ComparedMark { count: (*count)?, mean, values: mark.as_ref()?.values })
    });
    MarkComparison { name: name.to_owned(), runs: compared.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{cut_trace, two_stage_trace};

    #[test]
    fn speed_up_is_against_the_first() {
        let base = two_stage_trace().statistics();
        let faster = Statistics { total_time: Time::from_secs(5), ..base.clone() };
        let cut = cut_trace().statistics();
        let rows = compare([
            ("base", &Outcome::Completed, &base),
            ("faster", &Outcome::Completed, &faster),
            ("cut", &Outcome::Horizon, &cut),
        ]);
        // 8 s / 5 s; the run that was cut at 4 s is not twice as fast.
        let speed_ups: Vec<_> = rows.iter().map(|row| row.speed_up).collect();
        assert_eq!(speed_ups, [Some(1.0), Some(1.6), None]);
        assert_eq!((rows[2].scenario.as_str(), rows[2].outcome), ("cut", "horizon"));
    }

    #[test]
    fn sums_by_hand() {
        let base = two_stage_trace().statistics();
        let row = &compare([("base", &Outcome::Completed, &base)])[0];
        // b works 6 s; a delays 2 s and c[0] 3 s; b waits 2 s and c[0] 1 s.
        let seconds = [row.running, row.delayed, row.blocked].map(|nanos| nanos / 1_000_000_000);
        assert_eq!(seconds, [6, 5, 3]);
    }
}
