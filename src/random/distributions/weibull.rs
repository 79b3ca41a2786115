//! The Weibull distribution.

use crate::random::family::{Bound, Family, Parameter, Takes};
use crate::random::fitting::{Fitting, Sample, Support, root};
use crate::random::sample::{SampleError, Words, finite, positive};
use crate::random::ziggurat;

/// What the rest of the house knows of it.
pub static WEIBULL: Family = Family {
    name: "weibull",
    doc: "Weibull.",
    parameters: &[SCALE, SHAPE],
    #[cfg(test)]
    moments: (moments, &[&[2.0, 1.5], &[1.0, 0.8], &[5.0, 3.0]]),
    sample: |words, arguments| weibull(words, arguments[0], arguments[1]),
    fitting: Some(Fitting {
        support: Support::Positive,
        estimate: most_likely,
        log_density: |a, x| {
            let log = libm::log(x / a[0]);
            libm::log(a[1] / a[0]) + (a[1] - 1.0) * log - libm::exp(a[1] * log)
        },
        cumulative: |a, x| -libm::expm1(-libm::pow(x / a[0], a[1])),
    }),
};

const SCALE: Parameter =
    Parameter { name: "scale", doc: "The scale, above 0.", takes: Takes::Measure, bound: Bound::Positive };
const SHAPE: Parameter =
    Parameter { name: "shape", doc: "The shape, above 0.", takes: Takes::Float, bound: Bound::Positive };

/// A Weibull value of this scale and shape: a power of an exponential value.
///
/// # Errors
/// [`SampleError::NotPositive`] if the scale is not above 0,
/// [`SampleError::Shape`] if the shape is not, [`SampleError::NotFinite`].
pub fn weibull(words: &mut impl Words, scale: f64, shape: f64) -> Result<f64, SampleError> {
    positive(scale)?;
    positive(shape).map_err(|_| SampleError::Shape)?;
    finite(scale * libm::pow(ziggurat::standard_exponential(words), 1.0 / shape))
}

#[cfg(test)]
fn moments(arguments: &[f64]) -> (f64, f64) {
    let (scale, shape) = (arguments[0], arguments[1]);
    let (first, second) = (libm::tgamma(1.0 + 1.0 / shape), libm::tgamma(1.0 + 2.0 / shape));
    (scale * first, scale * scale * (second - first * first))
}

/// The most likely shape k has 1/k equal to the mean logarithm weighted with the k-th
/// powers, less the plain one; the k-th power of the scale is the mean of those powers.
fn most_likely(sample: &Sample) -> Option<Vec<f64>> {
    const WIDEST: f64 = 9.0;
    // In shares of the largest value no power is too large.
    let largest = sample.largest();
    let logs: Vec<f64> = sample.values.iter().map(|value| libm::log(value / largest)).collect();
    let mean_log = sample.mean_log? - libm::log(largest);
    let away = |log_shape: f64| {
        let shape = libm::exp(log_shape);
        let (powers, weighted) = logs.iter().fold((0.0, 0.0), |(powers, weighted), log| {
            let power = libm::exp(shape * log);
            (powers + power, weighted + power * log)
        });
        weighted / powers - 1.0 / shape - mean_log
    };
    let shape = libm::exp(root(-WIDEST, WIDEST, away)?);
    let powers: f64 = logs.iter().map(|log| libm::exp(shape * log)).sum();
    Some(vec![largest * libm::pow(powers / sample.count(), 1.0 / shape), shape])
}
