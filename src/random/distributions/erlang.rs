//! The Erlang distribution.

use crate::random::family::{Bound, Family, MEAN, Parameter, Takes};
use crate::random::sample::{SampleError, Words, finite, positive};
use crate::random::ziggurat;

/// What the rest of the house knows of it.
pub static ERLANG: Family = Family {
    name: "erlang",
    doc: "The sum of `shape` exponentials.",
    parameters: &[SHAPE, MEAN],
    #[cfg(test)]
    moments: (|a| (a[1], a[1] * a[1] / a[0]), &[&[3.0, 6.0], &[1.0, 6.0]]),
    sample: |words, arguments| erlang(words, arguments[0], arguments[1]),
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
