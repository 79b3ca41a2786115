//! The triangular distribution.

use crate::random::family::{Bound, Family, HIGH, LOW, Parameter, Takes};
use crate::random::sample::{SampleError, Words, finite, ordered, unit};

/// What the rest of the house knows of it.
pub static TRIANGULAR: Family = Family {
    name: "triangular",
    doc: "Triangular.",
    parameters: &[LOW, MODE, HIGH],
    #[cfg(test)]
    moments: (moments, &[&[1.0, 2.0, 4.0], &[0.0, 0.0, 3.0], &[0.0, 3.0, 3.0]]),
    sample: |words, arguments| triangular(words, arguments[0], arguments[1], arguments[2]),
};

const MODE: Parameter = Parameter {
    name: "mode",
    doc: "The most frequent value.",
    takes: Takes::Measure,
    bound: Bound::NotBelowPrevious,
};

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

#[cfg(test)]
fn moments(arguments: &[f64]) -> (f64, f64) {
    let (a, c, b) = (arguments[0], arguments[1], arguments[2]);
    ((a + b + c) / 3.0, (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0)
}
