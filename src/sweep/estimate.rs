//! The mean of replications, and how sure it is.
//!
//! Decides that intervals are those of Student's t around the mean of independent
//! replications, summed up in their order (Welford), so that the same runs give the
//! same digits.

use super::student::{root, two_sided};

/// The values of a figure over replications.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Estimate {
    count: u64,
    mean: f64,
    /// The sum of squared deviations from the mean.
    squares: f64,
    smallest: f64,
    largest: f64,
}

impl Estimate {
    /// Takes the next value.
    pub fn add(&mut self, value: f64) {
        if self.count == 0 {
            (self.smallest, self.largest) = (value, value);
        }
        self.count += 1;
        let away = value - self.mean;
        self.mean += away / self.count as f64;
        self.squares += away * (value - self.mean);
        self.smallest = self.smallest.min(value);
        self.largest = self.largest.max(value);
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; not a number if there are none.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// The smallest; not a number if there are none.
    pub fn smallest(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.smallest }
    }

    /// The largest; not a number if there are none.
    pub fn largest(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.largest }
    }

    /// The standard deviation of the population that they are a sample of; `None` for
    /// fewer than two.
    pub fn deviation(&self) -> Option<f64> {
        (self.count > 1).then(|| root(self.squares.max(0.0) / (self.count - 1) as f64))
    }

    /// Half of the interval around the mean in which the true mean lies with
    /// probability `level`, if the values are independent and nearly normal; `None`
    /// for fewer than two.
    pub fn half_width(&self, level: f64) -> Option<f64> {
        let deviation = self.deviation()?;
        if deviation == 0.0 {
            return Some(0.0);
        }
        Some(two_sided(level, self.count - 1) * deviation / root(self.count as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut estimate = Estimate::default();
        assert!(estimate.mean().is_nan());
        [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().for_each(|value| estimate.add(value));
        assert_eq!((estimate.count(), estimate.mean()), (8, 5.0));
        assert_eq!((estimate.smallest(), estimate.largest()), (2.0, 9.0));
        // The squares of the deviations add up to 32.
        let deviation = (32.0f64 / 7.0).sqrt();
        assert_eq!(estimate.deviation(), Some(deviation));
        // t for 7 degrees of freedom is 2.36462.
        let half = estimate.half_width(0.95).expect("there are eight");
        assert!((half - 2.36462 * deviation / 8.0f64.sqrt()).abs() < 1e-5);
    }

    #[test]
    fn one_value_says_nothing_of_its_spread() {
        let mut estimate = Estimate::default();
        estimate.add(3.0);
        assert_eq!((estimate.mean(), estimate.half_width(0.95)), (3.0, None));
        estimate.add(3.0);
        assert_eq!(estimate.half_width(0.95), Some(0.0));
    }
}
