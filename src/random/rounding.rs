//! Whole nanoseconds of drawn ones.

use super::sample::SampleError;

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

/// Whole nanoseconds of any number; [`round_nanos`] answers most of them itself.
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
