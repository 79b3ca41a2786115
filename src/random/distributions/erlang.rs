//! The Erlang distribution.

use super::gamma::{likely_shape, log_density};
use crate::random::family::{Bound, Family, MEAN, Parameter, Takes};
use crate::random::fitting::{Fitting, Sample, Support};
use crate::random::sample::{SampleError, Words, finite, positive};
use crate::random::special::gamma_share;
use crate::random::ziggurat;

/// What the rest of the house knows of it.
pub static ERLANG: Family = Family {
    name: "erlang",
    doc: "The sum of `shape` exponentials.",
    parameters: &[SHAPE, MEAN],
    #[cfg(test)]
    moments: (|a| (a[1], a[1] * a[1] / a[0]), &[&[3.0, 6.0], &[1.0, 6.0]]),
    sample: |words, arguments| erlang(words, arguments[0], arguments[1]),
    fitting: Some(Fitting {
        support: Support::Positive,
        estimate: most_likely,
        log_density: |a, x| log_density(a[0], a[1], x),
        cumulative: |a, x| gamma_share(a[0], a[0] * x / a[1]),
    }),
};

/// The largest shape of an Erlang distribution: a draw takes time in proportion.
pub const MAX_ERLANG_SHAPE: i64 = 10_000;

const SHAPE: Parameter =
    Parameter { name: "shape", doc: "How many, at least 1.", takes: Takes::Whole, bound: Bound::Positive };

/// An Erlang value: the sum of `shape` (a whole number) exponential values, of this mean in all.
///
/// # Errors
/// [`SampleError::Shape`] if `shape` is below 1 or above [`MAX_ERLANG_SHAPE`],
/// [`SampleError::NotPositive`] if the mean is not above 0,
/// [`SampleError::NotFinite`].
pub fn erlang(words: &mut impl Words, shape: f64, mean: f64) -> Result<f64, SampleError> {
    if !(1.0..=MAX_ERLANG_SHAPE as f64).contains(&shape) {
        return Err(SampleError::Shape);
    }
    positive(mean)?;
    let sum: f64 = (0..shape as i64).fold(0.0, |sum, _| sum + ziggurat::standard_exponential(words));
    finite(mean * (sum / shape))
}

/// The whole shape next to that of the most likely gamma distribution, of which the
/// likelihood falls to both sides.
fn most_likely(sample: &Sample) -> Option<Vec<f64>> {
    let (shape, mean, mean_log) = (likely_shape(sample)?, sample.mean, sample.mean_log?);
    let likelihood =
        |shape: f64| shape * libm::log(shape / mean) + (shape - 1.0) * mean_log - shape - libm::lgamma(shape);
    let whole = [libm::floor(shape), libm::ceil(shape)];
    let [low, high] = whole.map(|shape| shape.clamp(1.0, MAX_ERLANG_SHAPE as f64));
    Some(vec![if likelihood(low) >= likelihood(high) { low } else { high }, mean])
}
