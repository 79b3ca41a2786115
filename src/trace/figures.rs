//! What a run is expected to come to in numbers, as claims about figures.
//!
//! Decides which figures can be named, and what is expected of one. Like other
//! claims they know no expressions; unlike them they are about a whole run, so that
//! no monitor watches them while it goes on: the analysis looks at them at its end.

use super::instances::Instances;
use crate::ids::MarkId;
use crate::value::Value;
use std::fmt;

/// How the path of a figure of a report may begin: the first three are numbers, and the
/// others have parts.
pub const REPORT_HEADS: [&str; 9] = [
    "total_time_ns",
    "events",
    "log_left_out",
    "processes",
    "process_groups",
    "resources",
    "resource_groups",
    "marks",
    "measures",
];

/// The key of how long a process waited, by resource.
pub const BLOCKED: &str = "blocked_ns";

/// The figures of a process that are numbers, by their keys.
pub const PROCESS_FIGURES: [&str; 7] =
    ["started_ns", "finished_ns", "new_ns", "running_ns", "ready_ns", "delayed_ns", "blocked_total_ns"];

/// The figures of a resource that are numbers, by their keys; the first is none of a run.
pub const RESOURCE_FIGURES: [&str; 12] = [
    "capacity",
    "utilization",
    "requests",
    "waits",
    "timeouts",
    "wait_total_ns",
    "wait_longest_ns",
    "wait_mean_ns",
    "wait_mean_per_request_ns",
    "level_mean",
    "level_max",
    "level_end",
];

/// What is expected of a figure, and where that is written.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureExpectation {
    /// Which figure.
    pub figure: Figure,
    /// Within which bounds it must be.
    pub range: FigureRange,
    /// The scenario line; 0 where there is no text.
    pub line: u32,
}

/// A number that is known at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// One of the report, by its path in JSON: `resources.cpu.utilization`.
    Path(String),
    /// One of the values that a mark carried, all in one.
    OfMark {
        /// By whom; `None` for everybody.
        who: Option<Instances>,
        /// Which mark.
        mark: MarkId,
        /// What is asked of its values.
        of: MarkFigure,
        /// How the scenario names the mark: `request.response`.
        name: String,
    },
}

/// How many of [`REPORT_HEADS`] are numbers.
pub const WHOLE_FIGURES: usize = 3;

/// What can be asked of the values of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkFigure {
    /// How many there are.
    Count,
    /// Their mean.
    Mean,
    /// The smallest.
    Smallest,
    /// The largest.
    Largest,
    /// The smallest that is no less than so many thousandths of them all: 950 for
    /// the 95th percentile.
    Quantile(u16),
}

impl MarkFigure {
    /// The figure with this name: `mean`, `p95`, `p99.9`.
    pub fn named(name: &str) -> Option<MarkFigure> {
        let simple = [MarkFigure::Count, MarkFigure::Mean, MarkFigure::Smallest, MarkFigure::Largest];
        if let Some(figure) = simple.into_iter().find(|figure| figure.to_string() == name) {
            return Some(figure);
        }
        let (percent, tenth) =
            name.strip_prefix('p').map(|text| text.split_once('.').unwrap_or((text, "0")))?;
        let thousandths = percent.parse::<u16>().ok()?.checked_mul(10)?.checked_add(tenth.parse().ok()?)?;
        (thousandths < 1000).then_some(MarkFigure::Quantile(thousandths))
    }
}

impl fmt::Display for MarkFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MarkFigure::Count => f.write_str("count"),
            MarkFigure::Mean => f.write_str("mean"),
            MarkFigure::Smallest => f.write_str("smallest"),
            MarkFigure::Largest => f.write_str("largest"),
            MarkFigure::Quantile(thousandths) => match (thousandths / 10, thousandths % 10) {
                (percent, 0) => write!(f, "p{percent}"),
                (percent, tenths) => write!(f, "p{percent}.{tenths}"),
            },
        }
    }
}

/// Bounds of a figure, both included; the same one twice if it is exact. A duration
/// stands for its nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FigureRange {
    /// The least that will do; `None` if any is small enough.
    pub at_least: Option<Value>,
    /// The most that will do.
    pub at_most: Option<Value>,
}

impl FigureRange {
    /// Only this number will do.
    pub fn exactly(value: Value) -> FigureRange {
        FigureRange { at_least: Some(value), at_most: Some(value) }
    }
}

/// The bounds in words: `5`, `at least 5`, `between 3 and 5`.
impl fmt::Display for FigureRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.at_least, self.at_most) {
            (Some(least), Some(most)) if least == most => least.fmt(f),
            (Some(least), Some(most)) => write!(f, "between {least} and {most}"),
            (Some(least), None) => write!(f, "at least {least}"),
            (None, Some(most)) => write!(f, "at most {most}"),
            (None, None) => f.write_str("anything"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_marks_have_names() {
        for name in ["count", "mean", "smallest", "largest", "p1", "p50", "p95", "p99.9"] {
            assert_eq!(MarkFigure::named(name).map(|figure| figure.to_string()), Some(name.to_owned()));
        }
        for name in ["p100", "p-1", "p", "q5", "p5.x", "p9999999"] {
            assert_eq!(MarkFigure::named(name), None, "{name}");
        }
    }
}
