//! Lengths of time: what they add up to, and how they are spread.
//!
//! Decides how many are kept as they are, for exact quantiles; beyond that bound they
//! are counted in [`Buckets`], and every quantile says by how much it may be off.

use super::buckets::{Buckets, rank};
use super::histogram::Histogram;

/// How many lengths are kept of one measure: 1 MiB.
const KEPT: usize = 1 << 17;

/// Lengths of time in nanoseconds.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Lengths {
    pub(super) count: u64,
    pub(super) sum: u128,
    smallest: u64,
    largest: u64,
    /// The mean so far and the sum of the squared distances from it: the recurrence of
    /// Welford, which loses no digits where the distances are small.
    center: f64,
    squares: f64,
    /// All of them, as long as there are few.
    kept: Vec<u64>,
    /// All of them, once there are many.
    buckets: Buckets,
}

impl Lengths {
    pub(super) fn add(&mut self, nanos: u64) {
        (self.smallest, self.largest) = match self.count {
            0 => (nanos, nanos),
            _ => (self.smallest.min(nanos), self.largest.max(nanos)),
        };
        self.count += 1;
        self.sum += u128::from(nanos);
        let distance = nanos as f64 - self.center;
        self.center += distance / self.count as f64;
        self.squares += distance * (nanos as f64 - self.center);
        if self.count as usize <= KEPT {
            self.kept.push(nanos);
            return;
        }
        for nanos in self.kept.drain(..).chain([nanos]) {
            self.buckets.add(i64::try_from(nanos).unwrap_or(i64::MAX), 1);
        }
    }

    /// Their mean.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The smallest and the largest.
    pub(super) fn range(&self) -> Option<(u64, u64)> {
        (self.count > 0).then_some((self.smallest, self.largest))
    }

    /// The standard deviation of the population that they are a sample of.
    pub(super) fn deviation(&self) -> Option<f64> {
        (self.count > 1).then(|| libm::sqrt(self.squares / (self.count - 1) as f64))
    }

    /// The smallest that is no less than so many thousandths of them.
    pub(super) fn quantile(&self, thousandths: u16) -> Option<u64> {
        let (smallest, largest) = self.range()?;
        if self.kept.is_empty() {
            let found = self.buckets.quantile(thousandths)?;
            return Some(found.unsigned_abs().clamp(smallest, largest));
        }
        let place = rank(self.count, thousandths) as usize - 1;
        Some(*self.kept.clone().select_nth_unstable(place).1)
    }

    /// By which share of itself a quantile may be off.
    pub(super) fn quantile_error(&self) -> f64 {
        self.buckets.relative_error()
    }

    /// How many there are of which length.
    pub(super) fn histogram(&self) -> Option<Histogram> {
        let (smallest, largest) = self.range()?;
        let mut histogram = Histogram::new(smallest as i64, largest as i64);
        self.kept.iter().for_each(|&nanos| histogram.add(nanos as i64, 1));
        self.buckets.iter().for_each(|(nanos, count)| histogram.add(nanos, count));
        Some(histogram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: impl IntoIterator<Item = u64>) -> Lengths {
        let mut lengths = Lengths::default();
        numbers.into_iter().for_each(|nanos| lengths.add(nanos));
        lengths
    }

    #[test]
    fn few_by_hand() {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32 in all, of which a seventh is the variance.
        let lengths = of([2, 4, 4, 4, 5, 5, 7, 9]);
        assert_eq!((lengths.mean(), lengths.range()), (Some(5.0), Some((2, 9))));
        assert!((lengths.deviation().expect("eight") - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
        let quantile = |thousandths| lengths.quantile(thousandths);
        assert_eq!([1, 125, 126, 500, 501, 999].map(quantile), [2, 2, 4, 4, 5, 9].map(Some));
        assert_eq!(lengths.quantile_error(), 0.0);
        assert_eq!((of([]).mean(), of([]).quantile(500), of([3]).deviation()), (None, None, None));
    }

    /// Past the bound nothing is lost but the last digits of quantiles.
    #[test]
    fn many_are_counted_in_buckets() {
        let many = KEPT as u64 * 2;
        let lengths = of((1..=many).rev().map(|number| number * 1_000));
        assert_eq!(lengths.range(), Some((1_000, many * 1_000)));
        assert_eq!(lengths.mean(), Some((many + 1) as f64 * 500.0));
        assert!(lengths.quantile_error() > 0.0);
        for thousandths in [1, 10, 500, 950, 999] {
            let exact = rank(many, thousandths) as f64 * 1_000.0;
            let found = lengths.quantile(thousandths).expect("there are many") as f64;
            assert!((found - exact).abs() <= exact * lengths.quantile_error(), "{found}, not {exact}");
        }
        let histogram = lengths.histogram().expect("there are some");
        assert_eq!(histogram.weights.iter().sum::<u64>(), many);
    }
}
