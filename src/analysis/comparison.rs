//! Several runs side by side.

use super::statistics::{ProcessStatistics, Statistics};
use crate::time::Time;
use crate::trace::Outcome;

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
