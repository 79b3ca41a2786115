//! What a scenario measures of a run.
//!
//! Decides which events a measure looks at. What the numbers add up to is the business
//! of `sojourn` and `level`, how they are spread that of `lengths`, `buckets` and
//! `histogram`.

mod buckets;
mod histogram;
mod lengths;
mod level;
mod sojourn;
#[cfg(test)]
mod tests;
mod window;

pub use histogram::Histogram;
pub use level::LevelStatistics;
pub use sojourn::SojournStatistics;

use crate::ids::{MarkId, ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::{
    Counted, Event, Kind, MarkFigure, MeasureFigure, MeasureInfo, Measured, ResourceInfo, StandIns, WaitFor,
    changes_level, initial_levels, level_after,
};
use crate::value::Value;
use level::{LevelTally, as_signed};
use sojourn::SojournTally;
use std::collections::BTreeMap;
use window::Window;

/// What a measure of a run came to.
#[derive(Debug, Clone, PartialEq)]
pub enum MeasureStatistics {
    /// Lengths of time from one mark to another.
    Sojourn(SojournStatistics),
    /// A sum of levels over time.
    Level(LevelStatistics),
    /// How often a mark was passed.
    Passings(PassingStatistics),
}

/// How often a mark was passed, from the end of the warm-up on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassingStatistics {
    /// How often.
    pub count: u64,
    /// The time in which so many are a rate, in nanoseconds.
    pub per: Option<u64>,
    /// How much of the run this is about, in nanoseconds.
    pub window: u64,
}

impl PassingStatistics {
    /// How often in the time that the measure tells.
    pub fn rate(&self) -> Option<f64> {
        let per = self.per.filter(|_| self.window > 0)?;
        Some(self.count as f64 * (per as f64 / self.window as f64))
    }
}

impl MeasureStatistics {
    /// A figure of it; `None` if this run has none. A length of time is a duration, to
    /// the nearest nanosecond.
    pub fn figure(&self, figure: MeasureFigure) -> Option<Value> {
        match self {
            MeasureStatistics::Sojourn(sojourn) => of_sojourn(sojourn, figure),
            MeasureStatistics::Level(level) => of_level(level, figure),
            MeasureStatistics::Passings(passings) => match figure {
                MeasureFigure::Of(MarkFigure::Count) => Some(count(passings.count)),
                MeasureFigure::Rate => passings.rate().map(Value::Float),
                _ => None,
            },
        }
    }

    /// How its numbers are spread, if it has more than one.
    pub fn histogram(&self) -> Option<Histogram> {
        match self {
            MeasureStatistics::Sojourn(sojourn) => sojourn.lengths.histogram(),
            MeasureStatistics::Level(level) => level.histogram(),
            MeasureStatistics::Passings(_) => None,
        }
    }
}

fn count(number: u64) -> Value {
    Value::Int(as_signed(number))
}

fn of_sojourn(sojourn: &SojournStatistics, figure: MeasureFigure) -> Option<Value> {
    let lengths = &sojourn.lengths;
    let nearest = |nanos: f64| Value::Duration(libm::round(nanos) as i64);
    let length = |nanos: u64| Value::Duration(as_signed(nanos));
    match figure {
        MeasureFigure::Of(MarkFigure::Count) => Some(count(lengths.count)),
        MeasureFigure::Of(MarkFigure::Mean) => lengths.mean().map(nearest),
        MeasureFigure::Of(MarkFigure::Smallest) => lengths.range().map(|(smallest, _)| length(smallest)),
        MeasureFigure::Of(MarkFigure::Largest) => lengths.range().map(|(_, largest)| length(largest)),
        MeasureFigure::Of(MarkFigure::Quantile(thousandths)) => lengths.quantile(thousandths).map(length),
        MeasureFigure::Deviation => lengths.deviation().map(nearest),
        MeasureFigure::QuantileError => Some(Value::Float(lengths.quantile_error())),
        MeasureFigure::Open => Some(count(sojourn.open)),
        MeasureFigure::Unmatched => Some(count(sojourn.unmatched)),
        MeasureFigure::ArrivalRate => sojourn.arrival_rate().map(Value::Float),
        MeasureFigure::DepartureRate => sojourn.departure_rate().map(Value::Float),
        MeasureFigure::InSystem => sojourn.in_system().map(Value::Float),
        MeasureFigure::Little => sojourn.little().map(Value::Float),
        MeasureFigure::LittleGap => sojourn.little_gap().map(Value::Float),
        MeasureFigure::Share | MeasureFigure::Rate => None,
    }
}

fn of_level(level: &LevelStatistics, figure: MeasureFigure) -> Option<Value> {
    match figure {
        MeasureFigure::Of(MarkFigure::Mean) => level.mean().map(Value::Float),
        MeasureFigure::Of(MarkFigure::Smallest) => level.range().map(|(smallest, _)| Value::Int(smallest)),
        MeasureFigure::Of(MarkFigure::Largest) => level.range().map(|(_, largest)| Value::Int(largest)),
        MeasureFigure::Of(MarkFigure::Quantile(thousandths)) => level.quantile(thousandths).map(Value::Int),
        MeasureFigure::Deviation => level.deviation().map(Value::Float),
        MeasureFigure::QuantileError => Some(Value::Float(level.quantile_error())),
        MeasureFigure::Share => level.share().map(Value::Float),
        _ => None,
    }
}

/// Takes the events of a run that measures are about.
#[derive(Debug, Clone, Default)]
pub(super) struct MeasureTallies {
    sojourns: Vec<SojournTally>,
    sums: Vec<LevelTally>,
    passings: Vec<PassingTally>,
    /// Of which kind the measures are.
    order: Vec<Next>,
    /// By [`ResourceId`], if sums of levels are measured.
    levels: Vec<u64>,
    shares: LevelShares,
    /// Whether anybody counts who waits, and for which resource each process waits.
    counts_waiting: bool,
    waiting: BTreeMap<ProcessId, (ResourceId, WaitFor)>,
    stand_ins: StandIns,
}

/// Which of the tallies comes next: each kind is in the order of the scenario.
#[derive(Debug, Clone, Copy)]
enum Next {
    Sojourn,
    Level,
    Passings,
}

/// In which sums the level of each resource is, and how often: most changes of a level are in one
/// or none of many.
#[derive(Debug, Clone, Default)]
struct LevelShares {
    /// By [`ResourceId`], and one behind the last: where its shares begin. Empty without any.
    starts: Vec<u32>,
    /// The number of a sum, and the factor.
    shares: Vec<(u32, i64)>,
}

impl LevelShares {
    fn new(sums: &[LevelTally], resources: usize) -> LevelShares {
        let mut all: Vec<(ResourceId, u32, i64)> = Vec::new();
        for (number, sum) in (0u32..).zip(sums) {
            all.extend(sum.shares().map(|(resource, factor)| (resource, number, factor)));
        }
        if all.is_empty() {
            return LevelShares::default();
        }
        all.sort_by_key(|&(resource, ..)| resource);
        let before = |id| all.partition_point(|&(resource, ..)| resource.index() < id) as u32;
        let starts = (0..=resources).map(before).collect();
        LevelShares { starts, shares: all.into_iter().map(|(_, sum, factor)| (sum, factor)).collect() }
    }

    #[inline]
    fn of(&self, resource: ResourceId) -> &[(u32, i64)] {
        match self.starts.get(resource.index()..resource.index() + 2) {
            Some(&[from, to]) => &self.shares[from as usize..to as usize],
            _ => &[],
        }
    }
}

#[derive(Debug, Clone)]
struct PassingTally {
    mark: MarkId,
    per: Option<u64>,
    window: Window,
    count: u64,
}

impl MeasureTallies {
    /// For a run with these measures and resources.
    pub(super) fn new(measures: &[MeasureInfo], resources: &[ResourceInfo]) -> MeasureTallies {
        let mut tallies = MeasureTallies { stand_ins: StandIns::new(resources), ..MeasureTallies::default() };
        if measures.iter().any(|measure| matches!(measure.what, Measured::Level(_))) {
            tallies.levels = initial_levels(resources);
        }
        for measure in measures {
            tallies.add(measure);
        }
        tallies.shares = LevelShares::new(&tallies.sums, tallies.levels.len());
        tallies
    }

    fn add(&mut self, measure: &MeasureInfo) {
        let warm_up = Time::from_nanos(measure.warm_up_ns).unwrap_or(Time::MAX);
        self.order.push(match &measure.what {
            &Measured::Sojourn { from, to, by_value } => {
                self.sojourns.push(SojournTally::new(from, to, by_value, warm_up));
                Next::Sojourn
            }
            Measured::Level(sum) => {
                self.counts_waiting |= sum.terms.iter().any(|term| term.of != Counted::Level);
                self.sums.push(LevelTally::new(sum.clone(), &self.levels, warm_up));
                Next::Level
            }
            &Measured::Passings { mark, per_ns: per } => {
                self.passings.push(PassingTally { mark, per, window: Window::from(warm_up), count: 0 });
                Next::Passings
            }
        });
    }

    /// Takes the passing of a mark, or the end of a process.
    pub(super) fn mark_or_end(&mut self, event: &Event) {
        for sojourn in &mut self.sojourns {
            sojourn.event(event);
        }
        if event.kind == Kind::Done {
            return self.waits(event, None);
        }
        for passing in self.passings.iter_mut().filter(|passing| passing.mark.0 == event.subject) {
            passing.count += u64::from(passing.window.has(event.time));
        }
    }

    /// Takes an event about a resource.
    pub(super) fn resource(&mut self, event: &Event) {
        if self.sums.is_empty() {
            return;
        }
        if changes_level(event.kind) {
            let level = &mut self.levels[event.subject as usize];
            let before = std::mem::replace(level, level_after(*level, event));
            let after = *level;
            self.level(event, before, after);
        } else {
            self.level(event, 0, 0);
        }
    }

    /// Takes an event about a resource, whose level it changes from `before` to `after`.
    #[inline(always)]
    pub(super) fn level(&mut self, event: &Event, before: u64, after: u64) {
        let resource = ResourceId(event.subject);
        if after != before {
            let by = as_signed(after) - as_signed(before);
            for &(sum, factor) in self.shares.of(resource) {
                self.sums[sum as usize].shift(event.time, factor.saturating_mul(by));
            }
        }
        if self.counts_waiting {
            // A copy: where nobody counts, the event need not lie in memory.
            let event = *event;
            self.waiting(&event);
        }
    }

    /// Takes an event about a resource with which a wait begins or ends.
    #[inline(never)]
    fn waiting(&mut self, event: &Event) {
        match event.kind {
            Kind::Block => {
                let resource = ResourceId(event.subject);
                self.waits(event, WaitFor::from_word(event.value).map(|wait_for| (resource, wait_for)))
            }
            Kind::Grant | Kind::Timeout => self.waits(event, None),
            _ => {}
        }
    }

    /// From now on its process waits for something else, or for nothing any more.
    fn waits(&mut self, event: &Event, wait: Option<(ResourceId, WaitFor)>) {
        if !self.counts_waiting {
            return;
        }
        let before = match wait {
            Some(wait) => self.waiting.insert(event.process, wait),
            None => self.waiting.remove(&event.process),
        };
        let changes = [(before, -1), (wait, 1)];
        for ((resource, wait_for), by) in changes.into_iter().filter_map(|(of, by)| Some((of?, by))) {
            self.count(event.time, (resource, wait_for), by);
            let named: Vec<_> = self.stand_ins.of(resource).collect();
            named.into_iter().for_each(|(id, of)| self.count(event.time, (id, of.wait_for), by));
        }
    }

    fn count(&mut self, time: Time, (resource, wait_for): (ResourceId, WaitFor), by: i64) {
        let counted = Counted::OF_WAITING.into_iter().filter(|(_, of)| of.has(wait_for));
        counted.for_each(|(_, of)| self.change(time, of, resource, by));
    }

    fn change(&mut self, time: Time, of: Counted, resource: ResourceId, by: i64) {
        if by != 0 {
            self.sums.iter_mut().for_each(|sum| sum.change(time, of, resource, by));
        }
    }

    /// What they come to in a run that ended at `end`, in the order of the scenario.
    pub(super) fn finish(self, end: Time) -> Vec<MeasureStatistics> {
        let mut sojourns = self.sojourns.into_iter();
        let mut sums = self.sums.into_iter();
        let mut passings = self.passings.into_iter();
        let next = |next| match next {
            Next::Sojourn => sojourns.next().map(|one| MeasureStatistics::Sojourn(one.finish(end))),
            Next::Level => sums.next().map(|one| MeasureStatistics::Level(one.finish(end))),
            Next::Passings => passings.next().map(|one| {
                let PassingTally { per, count, window, .. } = one;
                let window = window.length(end);
                MeasureStatistics::Passings(PassingStatistics { count, per, window })
            }),
        };
        self.order.into_iter().filter_map(next).collect()
    }
}
