//! What a scenario measures of its runs, as a trace carries it.
//!
//! Decides what can be measured and which figures there are of it, by which names. Like
//! claims, measures know no expressions: they are about numbers and ids, so that a
//! saved trace gives the same figures as the run itself.

use super::figures::MarkFigure;
use super::outcome::WaitFor;
use super::resource_kind::{Level, ResourceKind};
use crate::ids::{MarkId, ResourceId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A measure of the scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureInfo {
    /// The name in the scenario.
    pub name: String,
    /// What is measured.
    pub what: Measured,
    /// How much of the start of the run is left out, in nanoseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub warm_up_ns: u64,
}

fn is_zero(nanos: &u64) -> bool {
    *nanos == 0
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// How long it takes from one mark to another.
    Sojourn {
        /// The mark that begins it.
        from: MarkId,
        /// The mark that ends it.
        to: MarkId,
        /// Whether the two passings are told to belong together by the integer that
        /// both carry; else by the process instance that passes both.
        by_value: bool,
    },
    /// A number that changes with levels, over time.
    Level(LevelSum),
    /// How often a mark is passed.
    Passings {
        /// Which mark.
        mark: MarkId,
        /// The time, in nanoseconds, in which so many are a rate; never 0.
        per_ns: Option<u64>,
    },
}

/// A sum of levels, each times a whole number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelSum {
    /// What is added up.
    pub terms: Vec<LevelTerm>,
    /// What is added to it.
    #[serde(default)]
    pub constant: i64,
    /// It is asked in which share of the time the sum is no less than this.
    #[serde(default)]
    pub at_least: Option<i64>,
    /// And no more than this.
    #[serde(default)]
    pub at_most: Option<i64>,
}

impl LevelSum {
    /// Whether it is asked in which share of the time a condition holds.
    pub fn has_condition(&self) -> bool {
        self.at_least.is_some() || self.at_most.is_some()
    }

    /// Whether the condition holds for this sum.
    pub fn holds(&self, sum: i64) -> bool {
        self.at_least.is_none_or(|least| sum >= least) && self.at_most.is_none_or(|most| sum <= most)
    }
}

/// A summand of a [`LevelSum`]: of consecutive resource instances, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelTerm {
    /// What is counted of each.
    pub of: Counted,
    /// The first instance.
    pub first: ResourceId,
    /// How many there are.
    pub count: u32,
    /// How often it is counted.
    pub factor: i64,
}

impl LevelTerm {
    /// Whether a resource is among the instances.
    #[inline]
    pub const fn contains(self, resource: ResourceId) -> bool {
        resource.0 >= self.first.0 && resource.0 - self.first.0 < self.count
    }
}

/// What is counted of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Its level: items, free permits or cores, waiters of a condition.
    Level,
    /// The processes that wait for it; of a processor, those that are ready.
    Waiting,
    /// The processes that wait to put into a buffer.
    WaitingToPut,
    /// The processes that wait to get from a buffer.
    WaitingToGet,
}

impl Counted {
    /// What there is to count of those who wait, by the function of the language.
    pub const OF_WAITING: [(&'static str, Counted); 3] = [
        ("waiting", Counted::Waiting),
        ("waiting_to_put", Counted::WaitingToPut),
        ("waiting_to_get", Counted::WaitingToGet),
    ];

    /// Whether there is such a thing of a resource that has a level.
    pub fn is_of(self, kind: ResourceKind) -> bool {
        match self {
            Counted::Level | Counted::Waiting => true,
            Counted::WaitingToPut | Counted::WaitingToGet => kind.level() == Some(Level::Items),
        }
    }

    /// Whether a process that waits in this way is among those counted.
    pub fn has(self, wait_for: WaitFor) -> bool {
        match self {
            Counted::Level => false,
            Counted::Waiting => true,
            Counted::WaitingToPut => wait_for == WaitFor::Put,
            Counted::WaitingToGet => wait_for == WaitFor::Get,
        }
    }
}

/// What can be asked of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureFigure {
    /// What can be asked of any values: how many there are, their mean, the smallest,
    /// the largest, quantiles.
    Of(MarkFigure),
    /// How far they are from their mean: their standard deviation.
    Deviation,
    /// By which share of itself a quantile may be off; 0 where all are exact.
    QuantileError,
    /// How many sojourns have begun and not ended.
    Open,
    /// How often the mark that ends a sojourn was passed without one.
    Unmatched,
    /// How many sojourns begin in a second: λ.
    ArrivalRate,
    /// How many end in a second.
    DepartureRate,
    /// How many there are at a time on average: L.
    InSystem,
    /// How many there should be by Little's law: λ·W.
    Little,
    /// By which share of L the two differ.
    LittleGap,
    /// The share of time in which the condition holds.
    Share,
    /// How often a mark is passed in the time that the measure tells.
    Rate,
}

use MarkFigure::{Count, Largest, Mean, Quantile, Smallest};
use MeasureFigure::Of;

/// The quantiles that every report tells.
const QUANTILES: [MeasureFigure; 5] =
    [Of(Quantile(500)), Of(Quantile(900)), Of(Quantile(950)), Of(Quantile(990)), Of(Quantile(999))];

const OF_SOJOURN: [MeasureFigure; 18] = [
    Of(Count),
    Of(Mean),
    MeasureFigure::Deviation,
    Of(Smallest),
    Of(Largest),
    QUANTILES[0],
    QUANTILES[1],
    QUANTILES[2],
    QUANTILES[3],
    QUANTILES[4],
    MeasureFigure::QuantileError,
    MeasureFigure::Open,
    MeasureFigure::Unmatched,
    MeasureFigure::ArrivalRate,
    MeasureFigure::DepartureRate,
    MeasureFigure::InSystem,
    MeasureFigure::Little,
    MeasureFigure::LittleGap,
];

const OF_LEVEL: [MeasureFigure; 11] = [
    Of(Mean),
    MeasureFigure::Deviation,
    Of(Smallest),
    Of(Largest),
    QUANTILES[0],
    QUANTILES[1],
    QUANTILES[2],
    QUANTILES[3],
    QUANTILES[4],
    MeasureFigure::QuantileError,
    MeasureFigure::Share,
];

const OF_PASSINGS: [MeasureFigure; 2] = [Of(Count), MeasureFigure::Rate];

/// Which figures there are of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureKind {
    /// Those of a sojourn.
    Sojourn,
    /// Those of a sum of levels.
    Level {
        /// Whether the share of time is asked in which a condition holds.
        has_condition: bool,
    },
    /// Those of the passings of a mark.
    Passings {
        /// Whether they are a rate.
        has_rate: bool,
    },
}

impl Measured {
    /// Which figures there are of it.
    pub fn kind(&self) -> MeasureKind {
        match self {
            Measured::Sojourn { .. } => MeasureKind::Sojourn,
            Measured::Level(sum) => MeasureKind::Level { has_condition: sum.has_condition() },
            Measured::Passings { per_ns, .. } => MeasureKind::Passings { has_rate: per_ns.is_some() },
        }
    }
}

impl MeasureKind {
    /// The figures that a report tells, in their order.
    pub fn figures(self) -> &'static [MeasureFigure] {
        match self {
            MeasureKind::Sojourn => &OF_SOJOURN,
            MeasureKind::Level { has_condition: true } => &OF_LEVEL,
            MeasureKind::Level { has_condition: false } => &OF_LEVEL[..OF_LEVEL.len() - 1],
            MeasureKind::Passings { has_rate: true } => &OF_PASSINGS,
            MeasureKind::Passings { has_rate: false } => &OF_PASSINGS[..1],
        }
    }

    /// The figure of this name: one that a report tells, or any other quantile.
    pub fn figure(self, name: &str) -> Option<MeasureFigure> {
        let told = self.figures().iter().find(|figure| figure.to_string() == name);
        told.copied().or_else(|| match (self, MarkFigure::named(name)?) {
            (MeasureKind::Passings { .. }, _) => None,
            (_, quantile @ Quantile(_)) => Some(Of(quantile)),
            _ => None,
        })
    }

    /// Whether a figure is a length of time.
    pub fn is_time(self, figure: MeasureFigure) -> bool {
        let is_value = match figure {
            Of(of) => of != Count,
            figure => figure == MeasureFigure::Deviation,
        };
        self == MeasureKind::Sojourn && is_value
    }
}

/// The key in JSON.
impl fmt::Display for MeasureFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Of(of) => return of.fmt(f),
            MeasureFigure::Deviation => "deviation",
            MeasureFigure::QuantileError => "quantile_error",
            MeasureFigure::Open => "open",
            MeasureFigure::Unmatched => "unmatched",
            MeasureFigure::ArrivalRate => "arrival_rate",
            MeasureFigure::DepartureRate => "departure_rate",
            MeasureFigure::InSystem => "in_system",
            MeasureFigure::Little => "little",
            MeasureFigure::LittleGap => "little_gap",
            MeasureFigure::Share => "share",
            MeasureFigure::Rate => "rate",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_found_by_its_name() {
        let [level, passings] =
            [MeasureKind::Level { has_condition: true }, MeasureKind::Passings { has_rate: true }];
        for kind in [MeasureKind::Sojourn, level, passings] {
            for &figure in kind.figures() {
                assert_eq!(kind.figure(&figure.to_string()), Some(figure));
            }
        }
        assert_eq!(MeasureKind::Sojourn.figure("p12.5"), Some(Of(Quantile(125))));
        assert_eq!((passings.figure("p50"), level.figure("open")), (None, None));
        assert_eq!(MeasureKind::Level { has_condition: false }.figure("share"), None);
        assert!(MeasureKind::Sojourn.is_time(Of(Quantile(950))) && !MeasureKind::Sojourn.is_time(Of(Count)));
        assert!(!level.is_time(Of(Mean)));
    }
}
