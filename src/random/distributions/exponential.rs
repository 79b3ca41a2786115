//! The exponential distribution, the one that is drawn from most.

use crate::random::family::{Family, MEAN};
use crate::random::fitting::{Fitting, Support};
use crate::random::sample::{SampleError, Words, finite, positive};
use crate::random::ziggurat;

/// What the rest of the house knows of it.
pub static EXPONENTIAL: Family = Family {
    name: "exponential",
    doc: "Exponential.",
    parameters: &[MEAN],
    #[cfg(test)]
    moments: (|a| (a[0], a[0] * a[0]), &[&[3.0]]),
    sample: |words, arguments| exponential(words, arguments[0]),
    fitting: Some(Fitting {
        support: Support::NotNegative,
        estimate: |sample| Some(vec![sample.mean]),
        log_density: |a, x| -libm::log(a[0]) - x / a[0],
        cumulative: |a, x| -libm::expm1(-x / a[0]),
    }),
};

/// An exponential value of this mean.
///
/// # Errors
/// [`SampleError::NotPositive`] if the mean is not above 0,
/// [`SampleError::NotFinite`].
#[inline(always)]
pub fn exponential(words: &mut impl Words, mean: f64) -> Result<f64, SampleError> {
    positive(mean)?;
    scaled_exponential(standard_exponential(words), mean)
}

/// An exponential value of mean 1; 0 with a probability of 2^-53.
#[inline(always)]
pub fn standard_exponential(words: &mut impl Words) -> f64 {
    ziggurat::standard_exponential(words)
}

/// The value that [`standard_exponential`] makes of a stream that begins with
/// this word, if it needs no other; that is so in 97.8% of cases.
#[inline(always)]
pub fn quick_exponential(word: u64) -> Option<f64> {
    ziggurat::quick_exponential(word)
}

/// The value of this mean that belongs to a `standard` one of mean 1.
///
/// # Errors
/// As [`exponential`].
#[inline(always)]
pub fn scaled_exponential(standard: f64, mean: f64) -> Result<f64, SampleError> {
    positive(mean)?;
    finite(mean * standard)
}
