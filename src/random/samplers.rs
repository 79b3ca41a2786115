//! Random values of each distribution, from random words.
//!
//! Decides which value follows from which words, so every change here changes
//! the results of every scenario that draws: the tests hold the first values
//! of each sampler as literals. Does not decide where words come from, nor what
//! unit a value has: a duration is drawn as a float number of nanoseconds and
//! rounded by [`super::round_nanos`].
//!
//! Nothing here allocates, and nothing loops for ever: each rejection has a
//! fixed chance to end of more than 1 in 1,000.

use super::{SampleError, Words, ziggurat};

/// The largest shape of an Erlang distribution: a draw takes time in proportion.
pub const MAX_ERLANG_SHAPE: i64 = 10_000;

/// How often [`normal_at_least_0`] draws before it gives up; with the means
/// that it allows this happens once in 4 · 10⁹ draws at most.
const MAX_REDRAWS: u32 = 16_384;

/// A float from 0 up to but not including 1, one of 2^53 evenly spaced.
#[inline]
pub fn unit(words: &mut impl Words) -> f64 {
    const STEP: f64 = 1.0 / 9_007_199_254_740_992.0;
    (words.next_word() >> 11) as i64 as f64 * STEP
}

/// A float above 0, up to and including 1: one of 2^53 evenly spaced.
#[inline]
pub fn unit_above_zero(words: &mut impl Words) -> f64 {
    1.0 - unit(words)
}

/// A float evenly between `low` and `high`; `high` itself only by rounding.
///
/// # Errors
/// [`SampleError::Bounds`] if `low` is above `high`, [`SampleError::NotFinite`].
#[inline]
pub fn uniform(words: &mut impl Words, low: f64, high: f64) -> Result<f64, SampleError> {
    ordered(low, high)?;
    finite(low + unit(words) * (high - low))
}

/// An integer from `low` to `high`, both included, each equally likely: the
/// high half of a word times the width of the range, with the few words
/// rejected that would favour some values (Lemire, "Fast random integer
/// generation in an interval", ACM TOMACS 29(1), 2019).
///
/// # Errors
/// [`SampleError::Bounds`] if `low` is above `high`.
#[inline]
pub fn uniform_int(words: &mut impl Words, low: i64, high: i64) -> Result<i64, SampleError> {
    if low > high {
        return Err(SampleError::Bounds);
    }
    let width = (high as u64).wrapping_sub(low as u64).wrapping_add(1);
    if width == 0 {
        // All 2^64 integers.
        return Ok(words.next_word() as i64);
    }
    let mut product = u128::from(words.next_word()) * u128::from(width);
    if (product as u64) < width {
        let rejected = width.wrapping_neg() % width;
        while (product as u64) < rejected {
            product = u128::from(words.next_word()) * u128::from(width);
        }
    }
    Ok(low.wrapping_add((product >> 64) as i64))
}

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

/// A normal value of this mean and standard deviation before truncation, drawn
/// again as long as it is below 0.
///
/// # Errors
/// [`SampleError::Deviation`] if `sd` is below 0, [`SampleError::FarBelowZero`]
/// if the mean is below −3 `sd`, so that fewer than one draw in 740 would do,
/// [`SampleError::NotFinite`].
#[inline]
pub fn normal_at_least_0(words: &mut impl Words, mean: f64, sd: f64) -> Result<f64, SampleError> {
    deviation(sd)?;
    if mean < -3.0 * sd {
        return Err(SampleError::FarBelowZero);
    }
    for _ in 0..MAX_REDRAWS {
        let value = finite(mean + sd * ziggurat::standard_normal(words))?;
        if value >= 0.0 {
            return Ok(value);
        }
    }
    Err(SampleError::FarBelowZero)
}

/// An Erlang value: the sum of `shape` exponential values, of this mean in all.
///
/// # Errors
/// [`SampleError::Shape`] if `shape` is below 1 or above [`MAX_ERLANG_SHAPE`],
/// [`SampleError::NotPositive`] if the mean is not above 0,
/// [`SampleError::NotFinite`].
pub fn erlang(words: &mut impl Words, shape: i64, mean: f64) -> Result<f64, SampleError> {
    if !(1..=MAX_ERLANG_SHAPE).contains(&shape) {
        return Err(SampleError::Shape);
    }
    positive(mean)?;
    let sum: f64 = (0..shape).fold(0.0, |sum, _| sum + ziggurat::standard_exponential(words));
    finite(mean * (sum / shape as f64))
}

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

/// A triangular value, by the inverse of its distribution function.
///
/// # Errors
/// [`SampleError::Bounds`] if `low` is above `high`, [`SampleError::Mode`] if
/// `mode` is not between them, [`SampleError::NotFinite`].
pub fn triangular(words: &mut impl Words, low: f64, mode: f64, high: f64) -> Result<f64, SampleError> {
    ordered(low, high)?;
    if ordered(low, mode).is_err() || ordered(mode, high).is_err() {
        return Err(SampleError::Mode);
    }
    let share = unit(words);
    let width = high - low;
    let rise = mode - low;
    let value = if share * width < rise {
        low + libm::sqrt(share * width * rise)
    } else {
        high - libm::sqrt((1.0 - share) * width * (high - mode))
    };
    // Rounding may lead out of the range by its last bit.
    Ok(finite(value)?.clamp(low, high))
}

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

/// The number of one of several values, from 0, with these weights.
///
/// Exactly: the first number at which the sum of the weights so far, added
/// from the left, is above [`unit()`] times the sum of all. A value of weight 0
/// is never chosen.
///
/// # Errors
/// [`SampleError::Weights`] if there is none, if one is below 0 or not a
/// number, or if all are 0; [`SampleError::NotFinite`] if their sum is not finite.
pub fn choice<I>(words: &mut impl Words, weights: I) -> Result<usize, SampleError>
where
    I: IntoIterator<Item = f64>,
    I::IntoIter: Clone,
{
    let weights = weights.into_iter();
    let mut total = 0.0;
    for weight in weights.clone() {
        if weight < 0.0 || weight.is_nan() {
            return Err(SampleError::Weights);
        }
        total += weight;
    }
    positive(total).map_err(|_| SampleError::Weights)?;
    let target = unit(words) * finite(total)?;
    let mut sum = 0.0;
    let mut last = 0;
    for (number, weight) in weights.enumerate() {
        sum += weight;
        if target < sum {
            return Ok(number);
        }
        if weight > 0.0 {
            last = number;
        }
    }
    // Only for weights so small that the product above is rounded up.
    Ok(last)
}

#[inline]
fn ordered(low: f64, high: f64) -> Result<(), SampleError> {
    if low <= high { Ok(()) } else { Err(SampleError::Bounds) }
}

#[inline]
fn positive(number: f64) -> Result<(), SampleError> {
    if number > 0.0 { Ok(()) } else { Err(SampleError::NotPositive) }
}

#[inline]
fn deviation(sd: f64) -> Result<(), SampleError> {
    if sd >= 0.0 { Ok(()) } else { Err(SampleError::Deviation) }
}

#[inline]
fn finite(value: f64) -> Result<f64, SampleError> {
    if value.is_finite() { Ok(value) } else { Err(SampleError::NotFinite) }
}
