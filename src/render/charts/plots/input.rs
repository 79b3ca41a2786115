//! What charts of a sweep are drawn from: plain numbers.

use crate::time::{format_interval, format_quantity};

/// Decimals of numbers in tooltips.
const DECIMALS: usize = 3;

/// What an axis counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartQuantity {
    /// What to call it.
    pub name: String,
    /// Whether it is a number of nanoseconds.
    pub is_time: bool,
}

impl ChartQuantity {
    /// A value of it for a reader, with its unit.
    pub(super) fn told(&self, value: f64) -> String {
        format_quantity(value, self.is_time, DECIMALS)
    }

    /// As [`Self::told`], with half of its interval if it has any.
    pub(super) fn told_with(&self, value: f64, half: Option<f64>) -> String {
        format_interval(value, half, self.is_time, DECIMALS)
    }
}

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisValue {
    /// The value as a number; nanoseconds of a duration.
    pub number: f64,
    /// The value as it is written.
    pub label: String,
}

/// A parameter that varies.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxis {
    /// What it is.
    pub quantity: ChartQuantity,
    /// Whether its values have places on an axis of numbers; else they stand one
    /// beside the other.
    pub is_numeric: bool,
    /// Its values, in the order of the design.
    pub values: Vec<AxisValue>,
}

/// A point of a design, with one figure.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPoint {
    /// By axis, which of its values.
    pub places: Vec<usize>,
    /// The mean of the runs that came to a regular end; `None` if there are none.
    pub mean: Option<f64>,
    /// Half of the interval of 95% around it; `None` if one run says all or too little.
    pub half_width: Option<f64>,
    /// Whether others are compared with it.
    pub is_base: bool,
    /// How runs of it ended that came to no regular end, such as `deadlock`.
    pub finding: Option<String>,
}

/// One figure over one or two parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepChart {
    /// What was run, in a line under the title.
    pub about: String,
    /// The figure.
    pub figure: ChartQuantity,
    /// The parameters: the one along the axis, then the one of which each value has a
    /// line of its own, if there is a second.
    pub axes: Vec<SweepAxis>,
    /// The points, each once.
    pub points: Vec<SweepPoint>,
    /// What is left out, in whole sentences.
    pub notes: Vec<String>,
}

impl SweepChart {
    /// What a point is and has come to, for those who point at it.
    pub(super) fn tooltip(&self, point: &SweepPoint) -> String {
        let settings: Vec<String> = self
            .axes
            .iter()
            .zip(&point.places)
            .map(|(axis, &place)| format!("{}={}", axis.quantity.name, axis.values[place].label))
            .collect();
        let mut told = format!("{}: ", settings.join(", "));
        if let Some(mean) = point.mean {
            told.push_str(&self.figure.told_with(mean, point.half_width));
        }
        match (&point.finding, point.mean) {
            (Some(finding), Some(_)) => told.push_str(&format!("; some runs: {finding}")),
            (Some(finding), None) => told.push_str(finding),
            (None, _) => {}
        }
        if point.is_base {
            told.push_str(" (base)");
        }
        told
    }

    /// The chart in words: its first points.
    pub(super) fn described(&self) -> String {
        const MOST: usize = 100;
        let told: Vec<String> = self.points.iter().take(MOST).map(|point| self.tooltip(point)).collect();
        told.join("\n")
    }

    /// The findings that occur, each once, in their order: `deadlock, fault`.
    pub(super) fn findings(&self) -> Option<String> {
        let mut names: Vec<&str> = Vec::new();
        for finding in self.points.iter().filter_map(|point| point.finding.as_deref()) {
            if !names.contains(&finding) {
                names.push(finding);
            }
        }
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// As many of so many things as there may be, evenly spread from the first to
/// the last.
pub(super) fn spread(count: usize, most: usize) -> Vec<usize> {
    if count <= most || most < 2 {
        return (0..count.min(most.max(1))).collect();
    }
    (0..most).map(|nth| nth * (count - 1) / (most - 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_stay() {
        assert_eq!(spread(3, 8), [0, 1, 2]);
        assert!(spread(0, 8).is_empty());
        assert_eq!(spread(15, 8), [0, 2, 4, 6, 8, 10, 12, 14]);
        assert_eq!(spread(1000, 2), [0, 999]);
    }
}
