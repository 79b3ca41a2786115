//! The log-normal distribution.

use crate::random::family::{DEVIATION, Family, MEAN};
use crate::random::fitting::{Fitting, Sample, Support};
use crate::random::sample::{SampleError, Words, deviation, finite, positive};
use crate::random::special::normal_share;
use crate::random::ziggurat;

/// What the rest of the house knows of it.
pub static LOGNORMAL: Family = Family {
    name: "lognormal",
    doc: "Log-normal.",
    parameters: &[MEAN, DEVIATION],
    #[cfg(test)]
    moments: (|a| (a[0], a[1] * a[1]), &[&[2.0, 1.0]]),
    sample: |words, arguments| lognormal(words, arguments[0], arguments[1]),
    fitting: Some(Fitting {
        support: Support::Positive,
        estimate: most_likely,
        log_density: |a, x| {
            let (mean, sd) = of_log(a);
            let z = (libm::log(x) - mean) / sd;
            -0.5 * z * z - libm::log(x * sd * libm::sqrt(2.0 * std::f64::consts::PI))
        },
        cumulative: |a, x| {
            let (mean, sd) = of_log(a);
            normal_share((libm::log(x) - mean) / sd)
        },
    }),
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

/// Mean and standard deviation of the logarithm.
fn of_log(arguments: &[f64]) -> (f64, f64) {
    let ratio = arguments[1] / arguments[0];
    let variance = libm::log1p(ratio * ratio);
    (libm::log(arguments[0]) - 0.5 * variance, libm::sqrt(variance))
}

/// The logarithm of the most likely one has the mean and the variance of those of the
/// sample.
fn most_likely(sample: &Sample) -> Option<Vec<f64>> {
    let mean_log = sample.mean_log?;
    let away = |value: &f64| libm::log(*value) - mean_log;
    let squares: f64 = sample.values.iter().map(|value| away(value) * away(value)).sum();
    let variance = squares / sample.count();
    let mean = libm::exp(mean_log + 0.5 * variance);
    Some(vec![mean, mean * libm::sqrt(libm::expm1(variance))])
}
