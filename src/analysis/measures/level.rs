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
    /// How much of the run this is about, in nanoseconds.
    pub window: u64,
    moments: Moments,
    /// How long each sum lasted.
    buckets: Buckets,
    /// How long the condition held, in nanoseconds.
    held: u64,
}

/// The mean and spread of sums, each weighted with how long it lasted.
#[derive(Debug, Clone, PartialEq, Default)]
struct Moments {
    /// In nanoseconds.
    weight: u64,
    /// The sum times nanoseconds.
    area: i128,
    /// The smallest and the largest.
    range: (i64, i64),
    /// The squared distances from the mean.
    squares: f64,
}

impl Moments {
    /// Takes other sums too. Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm
    /// for computing sample variances" (1979), equation 2.1b.
    fn join(&mut self, other: &Moments) {
        if self.weight == 0 || other.weight == 0 {
            if self.weight == 0 {
                *self = other.clone();
            }
            return;
        }
        let distance = other.mean() - self.mean();
        let (own, others) = (self.weight as f64, other.weight as f64);
        self.squares += other.squares + distance * distance * (own * (others / (own + others)));
        self.weight += other.weight;
        self.area = self.area.saturating_add(other.area);
        self.range = (self.range.0.min(other.range.0), self.range.1.max(other.range.1));
    }

    /// Of one sum that lasted so long.
    fn of(sum: i64, nanos: u64) -> Moments {
        // 63 bits times 64: the product always fits.
        let area = i128::from(sum) * i128::from(nanos);
        Moments { weight: nanos, area, range: (sum, sum), squares: 0.0 }
    }

    fn mean(&self) -> f64 {
        self.area as f64 / self.weight as f64
    }
}

impl LevelStatistics {
    /// The mean over time.
    pub fn mean(&self) -> Option<f64> {
        (self.moments.weight > 0).then(|| self.moments.mean())
    }

    /// The standard deviation over time.
    pub fn deviation(&self) -> Option<f64> {
        let Moments { weight, squares, .. } = self.moments;
        (weight > 0).then(|| libm::sqrt(squares / weight as f64))
    }

    /// The smallest and the largest.
    pub fn range(&self) -> Option<(i64, i64)> {
        (self.moments.weight > 0).then_some(self.moments.range)
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
        let weight = self.moments.weight;
        (weight > 0).then(|| self.held as f64 / weight as f64)
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
    /// How long each sum lasted. Of those that have a bucket of their own everything is told by
    /// these, at the end.
    buckets: Buckets,
    /// Of sums that have none, and how long the condition held for them.
    rounded: (Moments, u64),
}

impl LevelTally {
    /// For a run that begins with these levels, by [`ResourceId`].
    pub(super) fn new(of: LevelSum, initial: &[u64], warm_up: Time) -> LevelTally {
        let (window, buckets) = (Window::from(warm_up), Buckets::default());
        let mut tally = LevelTally { sum: of.constant, of, window, buckets, rounded: Default::default() };
        for term in tally.of.terms.iter().filter(|term| term.of == Counted::Level) {
            let first = term.first.index();
            let instances = &initial[first..first + term.count as usize];
            let level = instances.iter().fold(0i64, |sum, &level| sum.saturating_add(as_signed(level)));
            tally.sum = tally.sum.saturating_add(term.factor.saturating_mul(level));
        }
        tally
    }

    /// Whose levels it adds up, and how often each.
    pub(super) fn shares(&self) -> impl Iterator<Item = (ResourceId, i64)> {
        let levels = self.of.terms.iter().filter(|term| term.of == Counted::Level);
        levels.flat_map(|term| {
            (0..term.count).map(|instance| (ResourceId(term.first.0 + instance), term.factor))
        })
    }

    /// It changes by so much.
    #[inline]
    pub(super) fn shift(&mut self, time: Time, change: i64) {
        self.pass_time(time);
        self.sum = self.sum.saturating_add(change);
    }

    /// What is counted of a resource changes.
    pub(super) fn change(&mut self, time: Time, of: Counted, resource: ResourceId, by: i64) {
        let concerned = self.of.terms.iter().filter(|term| term.of == of && term.contains(resource));
        let change = concerned.fold(0i64, |sum, term| sum.saturating_add(term.factor.saturating_mul(by)));
        if change != 0 {
            self.shift(time, change);
        }
    }

    #[inline]
    fn pass_time(&mut self, now: Time) {
        let nanos = self.window.pass(now);
        if nanos > 0 && !self.buckets.add(self.sum, nanos) {
            self.pass_rounded(nanos);
        }
    }

    #[cold]
    #[inline(never)]
    fn pass_rounded(&mut self, nanos: u64) {
        let (moments, held) = &mut self.rounded;
        moments.join(&Moments::of(self.sum, nanos));
        *held += if self.of.holds(self.sum) { nanos } else { 0 };
    }

    /// What the sum was in a run that ended at `end`.
    pub(super) fn finish(mut self, end: Time) -> LevelStatistics {
        self.pass_time(end);
        let exact = || self.buckets.exact();
        let mut moments = Moments::default();
        for (sum, nanos) in exact() {
            let (low, high) = moments.range;
            moments.range = if moments.weight == 0 { (sum, sum) } else { (low.min(sum), high.max(sum)) };
            moments.weight += nanos;
            moments.area += i128::from(sum) * i128::from(nanos);
        }
        let mean = moments.mean();
        moments.squares =
            exact().map(|(sum, nanos)| nanos as f64 * (sum as f64 - mean) * (sum as f64 - mean)).sum();
        let (rounded, mut held) = self.rounded;
        moments.join(&rounded);
        held += exact().filter(|&(sum, _)| self.of.holds(sum)).map(|(_, nanos)| nanos).sum::<u64>();
        let held = if self.of.has_condition() { held } else { 0 };
        LevelStatistics { window: self.window.length(end), moments, held, buckets: self.buckets }
    }
}

/// A level as a number that can be subtracted.
pub(super) fn as_signed(level: u64) -> i64 {
    i64::try_from(level).unwrap_or(i64::MAX)
}
