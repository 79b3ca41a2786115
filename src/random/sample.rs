//! What samplers have in common: random words, why there is no value, and a
//! float from 0 to 1.

use std::fmt;

/// A source of independent, evenly distributed 64-bit words.
pub trait Words {
    /// The next word.
    fn next_word(&mut self) -> u64;
}

/// Why a distribution has no value for these parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SampleError {
    /// `low` is above `high`.
    Bounds,
    /// `mode` is not between `low` and `high`.
    Mode,
    /// A mean or a scale is not above 0.
    NotPositive,
    /// A standard deviation is below 0.
    Deviation,
    /// A shape is out of its range: see the distribution.
    Shape,
    /// A probability is not above 0 and at most 1.
    Probability,
    /// There are no weights, or one is negative, or all are 0.
    Weights,
    /// A normal has its mean more than three standard deviations below 0, so
    /// that values of at least 0 are too rare to wait for.
    FarBelowZero,
    /// There is no such row of values.
    NoRow,
    /// A parameter or the value is not a finite number.
    NotFinite,
    /// A duration came out negative.
    NegativeDuration,
    /// A duration came out longer than 2^63 - 1 nanoseconds.
    LongDuration,
}

impl fmt::Display for SampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SampleError::Bounds => "`low` is above `high`",
            SampleError::Mode => "`mode` is not between `low` and `high`",
            SampleError::NotPositive => "the mean or scale is not above 0",
            SampleError::Deviation => "the standard deviation `sd` is below 0",
            SampleError::Shape => "`shape` is out of its range",
            SampleError::Probability => "the probability is not above 0 and at most 1",
            SampleError::Weights => "the weights must be at least 0, and one of them above 0",
            SampleError::FarBelowZero => "the mean is more than three standard deviations below 0",
            SampleError::NoRow => {
                "the table has no row for it; with `repeat: true` the first follows the last"
            }
            SampleError::NotFinite => "the drawn value is not a finite number",
            SampleError::NegativeDuration => "the drawn duration is negative",
            SampleError::LongDuration => "the drawn duration is longer than 292 years",
        })
    }
}

impl std::error::Error for SampleError {}

/// A float from 0 up to but not including 1, one of 2^53 evenly spaced.
#[inline]
pub fn unit(words: &mut impl Words) -> f64 {
    unit_of(unit_number(words))
}

/// The bits of the number that a [`unit`] is made of.
pub const UNIT_BITS: u32 = 53;

/// The number that a [`unit`] is made of.
#[inline(always)]
pub fn unit_number(words: &mut impl Words) -> u64 {
    words.next_word() >> (u64::BITS - UNIT_BITS)
}

/// The [`unit`] that is made of this number, or 1 of the one behind the last.
#[inline(always)]
pub fn unit_of(number: u64) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << UNIT_BITS) as f64;
    number as i64 as f64 * STEP
}

/// A float above 0, up to and including 1: one of 2^53 evenly spaced.
#[inline]
pub fn unit_above_zero(words: &mut impl Words) -> f64 {
    1.0 - unit(words)
}

/// Refuses bounds that decrease.
#[inline]
pub fn ordered(low: f64, high: f64) -> Result<(), SampleError> {
    if low <= high { Ok(()) } else { Err(SampleError::Bounds) }
}

/// Refuses what is not above 0.
#[inline]
pub fn positive(number: f64) -> Result<(), SampleError> {
    if number > 0.0 { Ok(()) } else { Err(SampleError::NotPositive) }
}

/// Refuses a deviation below 0.
#[inline]
pub fn deviation(sd: f64) -> Result<(), SampleError> {
    if sd >= 0.0 { Ok(()) } else { Err(SampleError::Deviation) }
}

/// Refuses what is no finite number.
#[inline]
pub fn finite(value: f64) -> Result<f64, SampleError> {
    if value.is_finite() { Ok(value) } else { Err(SampleError::NotFinite) }
}
