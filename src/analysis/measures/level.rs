//! A sum of levels over time.
//!
//! Decides that a sum counts for as long as it lasts: one that lasts no time, as between
//! two events at one instant, is in no figure.

use super::buckets::Buckets;
use super::histogram::Histogram;
use super::window::Window;
use crate::ids::ResourceId;
use crate::time::Time;
use crate::trace::{Counted, LevelSum};

/// What a sum of levels was over time, from the end of the warm-up on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LevelStatistics {
    /// The sum times nanoseconds.
    area: i128,
    /// How much of the run this is about, in nanoseconds.
    pub window: u64,
    /// The smallest and the largest.
    range: (i64, i64),
    /// The weighted mean so far and the weighted squared distances from it, as West
    /// adds them up.
    center: f64,
    squares: f64,
    weight: u64,
    /// How long each sum lasted.
    buckets: Buckets,
    /// How long the condition held, in nanoseconds.
    held: u64,
}

impl LevelStatistics {
    fn add(&mut self, sum: i64, nanos: u64) {
        let (low, high) = self.range;
        self.range = if self.weight == 0 { (sum, sum) } else { (low.min(sum), high.max(sum)) };
        self.weight += nanos;
        // 63 bits times 64: the product always fits.
        self.area = self.area.saturating_add(i128::from(sum) * i128::from(nanos));
        // No time has 64 bits, and a number with a sign becomes a float in one step.
        let (nanos_then, weight) = (nanos as i64 as f64, self.weight as i64 as f64);
        let distance = sum as f64 - self.center;
        self.center += distance * (nanos_then / weight);
        self.squares += nanos_then * distance * (sum as f64 - self.center);
        self.buckets.add(sum, nanos);
    }

    /// The mean over time.
    pub fn mean(&self) -> Option<f64> {
        (self.weight > 0).then(|| self.area as f64 / self.weight as f64)
    }

    /// The standard deviation over time.
    pub fn deviation(&self) -> Option<f64> {
        (self.weight > 0).then(|| libm::sqrt(self.squares / self.weight as f64))
    }

    /// The smallest and the largest.
    pub fn range(&self) -> Option<(i64, i64)> {
        (self.weight > 0).then_some(self.range)
    }

    /// The smallest sum that is no less than the sum is in so many thousandths of the time.
    pub fn quantile(&self, thousandths: u16) -> Option<i64> {
        let (smallest, largest) = self.range()?;
        Some(self.buckets.quantile(thousandths)?.clamp(smallest, largest))
    }

    /// By which share of itself a quantile may be off.
    pub fn quantile_error(&self) -> f64 {
        self.buckets.relative_error()
    }

    /// The share of time in which the condition held.
    pub fn share(&self) -> Option<f64> {
        (self.weight > 0).then(|| self.held as f64 / self.weight as f64)
    }

    /// For how many nanoseconds it was how much.
    pub fn histogram(&self) -> Option<Histogram> {
        let (smallest, largest) = self.range()?;
        let mut histogram = Histogram::new(smallest, largest);
        self.buckets.iter().for_each(|(sum, nanos)| histogram.add(sum, nanos));
        Some(histogram)
    }
}

/// Watches a sum of levels.
#[derive(Debug, Clone)]
pub(super) struct LevelTally {
    of: LevelSum,
    /// What it is now.
    sum: i64,
    window: Window,
    statistics: LevelStatistics,
}

impl LevelTally {
    /// For a run that begins with these levels, by [`ResourceId`].
    pub(super) fn new(of: LevelSum, initial: &[u64], warm_up: Time) -> LevelTally {
        let (window, statistics) = (Window::from(warm_up), LevelStatistics::default());
        let mut tally = LevelTally { sum: of.constant, of, window, statistics };
        for term in tally.of.terms.iter().filter(|term| term.of == Counted::Level) {
            let first = term.first.index();
            let instances = &initial[first..first + term.count as usize];
            let level = instances.iter().fold(0i64, |sum, &level| sum.saturating_add(as_signed(level)));
            tally.sum = tally.sum.saturating_add(term.factor.saturating_mul(level));
        }
        tally
    }

    /// What is counted of a resource changes.
    #[inline]
    pub(super) fn change(&mut self, time: Time, of: Counted, resource: ResourceId, by: i64) {
        let concerned = self.of.terms.iter().filter(|term| term.of == of && term.contains(resource));
        let change = concerned.fold(0i64, |sum, term| sum.saturating_add(term.factor.saturating_mul(by)));
        if change != 0 {
            self.pass_time(time);
            self.sum = self.sum.saturating_add(change);
        }
    }

    fn pass_time(&mut self, now: Time) {
        let nanos = self.window.pass(now);
        if nanos == 0 {
            return;
        }
        self.statistics.add(self.sum, nanos);
        if self.of.has_condition() && self.of.holds(self.sum) {
            self.statistics.held += nanos;
        }
    }

    /// What the sum was in a run that ended at `end`.
    pub(super) fn finish(mut self, end: Time) -> LevelStatistics {
        self.pass_time(end);
        LevelStatistics { window: self.window.length(end), ..self.statistics }
    }
}

/// A level as a number that can be subtracted.
pub(super) fn as_signed(level: u64) -> i64 {
    i64::try_from(level).unwrap_or(i64::MAX)
}
