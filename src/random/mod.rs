//! Random numbers that depend on nothing but what they are for.
//!
//! A draw is a function of (seed, replication, process, purpose, n). The seed
//! and the replication make the key of a ChaCha8 generator, the process and
//! the purpose choose one of its 2^64 streams, and n is a position in it. So
//! changing one process leaves every other process's numbers as they were
//! (common random numbers), nothing depends on the order in which processes
//! draw, and the only state is a position: one word, kept with the rest of the
//! machine's state.
//!
//! Decides how words are made ([`Streams`], [`PythonStreams`]) and how they
//! become values ([`samplers`]). Does not decide which distribution a step
//! draws from, where a position is kept, or what a failed draw does to a run.
//!
//! All maths is `+ - * /` on 64-bit floats or goes through the `libm` crate,
//! so that every value is equal bit for bit on every platform.

mod chacha;
mod python;
pub mod samplers;
mod streams;
mod ziggurat;

pub use python::PythonStreams;
pub use streams::{StreamId, StreamWords, Streams};

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
    /// There are no weights, or one is negative, or all are 0.
    Weights,
    /// A normal has its mean more than three standard deviations below 0, so
    /// that values of at least 0 are too rare to wait for.
    FarBelowZero,
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
            SampleError::Weights => "the weights must be at least 0, and one of them above 0",
            SampleError::FarBelowZero => "the mean is more than three standard deviations below 0",
            SampleError::NotFinite => "the drawn value is not a finite number",
            SampleError::NegativeDuration => "the drawn duration is negative",
            SampleError::LongDuration => "the drawn duration is longer than 292 years",
        })
    }
}

impl std::error::Error for SampleError {}

/// A drawn number of nanoseconds as a whole one: the nearest, halves upwards.
///
/// Equal to `libm::round` wherever it succeeds, but without its cost.
///
/// # Errors
/// [`SampleError::NotFinite`], [`SampleError::NegativeDuration`] if it rounds
/// to less than 0, [`SampleError::LongDuration`] from 2^63 on.
#[inline(always)]
pub fn round_nanos(nanos: f64) -> Result<u64, SampleError> {
    // A float from 2^52 to 2^53 has its whole number in its lowest bits, so an
    // addition rounds to the nearest, halves to even. The difference is exact.
    const SHIFT: f64 = 4_503_599_627_370_496.0;
    if (0.0..SHIFT / 2.0).contains(&nanos) {
        let shifted = nanos + SHIFT;
        let below = nanos - (shifted - SHIFT) >= 0.5;
        return Ok(shifted.to_bits() - SHIFT.to_bits() + u64::from(below));
    }
    round_any_nanos(nanos)
}

/// As [`round_nanos`], for all numbers.
#[inline(never)]
fn round_any_nanos(nanos: f64) -> Result<u64, SampleError> {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if !(nanos > -0.5 && nanos < END) {
        return Err(unusable_duration(nanos));
    }
    // Both conversions are exact: from 2^53 on a float has no fraction, and
    // below it every whole number is a float.
    let whole = nanos as i64;
    let fraction = nanos - whole as f64;
    Ok((whole + i64::from(fraction >= 0.5)) as u64)
}

#[cold]
fn unusable_duration(nanos: f64) -> SampleError {
    if !nanos.is_finite() {
        SampleError::NotFinite
    } else if nanos < 0.0 {
        SampleError::NegativeDuration
    } else {
        SampleError::LongDuration
    }
}

#[cfg(test)]
mod tests;
