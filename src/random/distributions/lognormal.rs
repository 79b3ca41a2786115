//! The log-normal distribution.

use crate::random::family::{DEVIATION, Family, MEAN};
use crate::random::sample::{SampleError, Words, deviation, finite, positive};
use crate::random::ziggurat;

/// What the rest of the house knows of it.
pub static LOGNORMAL: Family = Family {
    name: "lognormal",
    doc: "Log-normal.",
    parameters: &[MEAN, DEVIATION],
    #[cfg(test)]
    moments: (|a| (a[0], a[1] * a[1]), &[&[2.0, 1.0]]),
    sample: |words, arguments| lognormal(words, arguments[0], arguments[1]),
};

/// A log-normal value whose own mean and standard deviation (not those of its
/// logarithm) are given.
///
/// # Errors
/// [`SampleError::NotPositive`] if the mean is not above 0,
/// [`SampleError::Deviation`] if `sd` is below 0, [`SampleError::NotFinite`].
pub fn lognormal(words: &mut impl Words, mean: f64, sd: f64) -> Result<f64, SampleError> {
    positive(mean)?;
    deviation(sd)?;
    let ratio = sd / mean;
    let variance_of_log = libm::log1p(ratio * ratio);
    let log = libm::sqrt(variance_of_log) * ziggurat::standard_normal(words) - 0.5 * variance_of_log;
    finite(mean * libm::exp(log))
}
