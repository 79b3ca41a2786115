//! The Weibull distribution.

use crate::random::family::{Bound, Family, Parameter, Takes};
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
