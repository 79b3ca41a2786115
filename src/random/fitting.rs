//! What families of distributions are fitted to: values that were measured.
//!
//! Decides what estimators are given, and how they look for a root. Each family says in
//! its own file which of its members makes the values most likely.

/// Values that were measured, and the sums that estimators need.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The values, the smallest first; finite, and at least two of them are different.
    pub values: Vec<f64>,
    /// Their mean.
    pub mean: f64,
    /// The mean square of their deviations from it.
    pub variance: f64,
    /// The mean of their logarithms, if all are above 0.
    pub mean_log: Option<f64>,
}

/// How a family is fitted, and what it says of values then. Arguments stand in the order
/// of the family's parameters.
pub struct Fitting {
    /// Which values it can have.
    pub support: Support,
    /// The arguments that make the values most likely; `None` if there are none. The
    /// sample has values that the family can have alone.
    pub estimate: fn(&Sample) -> Option<Vec<f64>>,
    /// The logarithm of the density at a value.
    pub log_density: fn(&[f64], f64) -> f64,
    /// The probability of values up to this one.
    pub cumulative: fn(&[f64], f64) -> f64,
}

/// Which values a family can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Any.
    Any,
    /// 0 and above.
    NotNegative,
    /// Above 0.
    Positive,
}

impl Sample {
    /// Takes values in any order; `None` if one of them is not finite, or all are equal.
    pub fn new(mut values: Vec<f64>) -> Option<Sample> {
        if values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        values.sort_by(f64::total_cmp);
        if values.first() == values.last() {
            return None;
        }
        let count = values.len() as f64;
        let mean = values.iter().map(|value| value / count).sum::<f64>();
        let variance = values.iter().map(|value| (value - mean) * (value - mean) / count).sum();
        let mean_log = (values[0] > 0.0).then(|| values.iter().map(|value| libm::log(*value) / count).sum());
        Some(Sample { values, mean, variance, mean_log })
    }

    /// How many values there are.
    pub fn count(&self) -> f64 {
        self.values.len() as f64
    }

    /// The smallest.
    pub fn smallest(&self) -> f64 {
        self.values[0]
    }

    /// The largest.
    pub fn largest(&self) -> f64 {
        self.values[self.values.len() - 1]
    }
}

impl Support {
    /// Whether a value can be had.
    pub fn has(self, value: f64) -> bool {
        match self {
            Support::Any => true,
            Support::NotNegative => value >= 0.0,
            Support::Positive => value > 0.0,
        }
    }
}

/// Where a function with different signs at both ends is nothing (Ridders, "A new
/// algorithm for computing a single root of a real continuous function", IEEE
/// Transactions on Circuits and Systems 26(11), 1979); `None` if the signs are the same.
pub fn root(mut low: f64, mut high: f64, function: impl Fn(f64) -> f64) -> Option<f64> {
    const STEPS: u32 = 200;
    let (mut at_low, mut at_high) = (function(low), function(high));
    let signs = at_low * at_high;
    if signs.is_nan() || signs > 0.0 {
        return None;
    }
    for _ in 0..STEPS {
        let middle = low + (high - low) / 2.0;
        let at_middle = function(middle);
        let square = libm::sqrt(at_middle * at_middle - at_low * at_high);
        let direction = if at_low >= at_high { 1.0 } else { -1.0 };
        let step = (middle - low) * direction * at_middle / square;
        let next = if step.is_finite() { (middle + step).clamp(low, high) } else { middle };
        let at_next = function(next);
        if at_next == 0.0 || libm::fabs(high - low) <= 4.0 * f64::EPSILON * libm::fabs(next).max(1.0) {
            return Some(next);
        }
        // The narrowest part with different signs.
        let mut ends = [(low, at_low), (middle, at_middle), (next, at_next), (high, at_high)];
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        let pair = ends.windows(2).find(|pair| pair[0].1 * pair[1].1 <= 0.0)?;
        if (pair[0].0, pair[1].0) == (low, high) || pair[0].0 == pair[1].0 {
            return Some(next);
        }
        ((low, at_low), (high, at_high)) = (pair[0], pair[1]);
    }
    Some(low + (high - low) / 2.0)
}
