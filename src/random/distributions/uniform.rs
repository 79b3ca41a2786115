//! The uniform distribution.

use crate::random::family::{Family, HIGH, LOW};
use crate::random::fitting::{Fitting, Support};
use crate::random::sample::{SampleError, Words, finite, ordered, unit};

/// What the rest of the house knows of it.
pub static UNIFORM: Family = Family {
    name: "uniform",
    doc: "Evenly between two values.",
    parameters: &[LOW, HIGH],
    #[cfg(test)]
    moments: (|a| (0.5 * (a[0] + a[1]), (a[1] - a[0]) * (a[1] - a[0]) / 12.0), &[&[-2.5, 7.5]]),
    sample: |words, arguments| uniform(words, arguments[0], arguments[1]),
    fitting: Some(Fitting {
        support: Support::Any,
        estimate: |sample| Some(vec![sample.smallest(), sample.largest()]),
        log_density: |a, _| -libm::log(a[1] - a[0]),
        cumulative: |a, x| ((x - a[0]) / (a[1] - a[0])).clamp(0.0, 1.0),
    }),
};

/// A float evenly between `low` and `high`; `high` itself only by rounding.
///
/// # Errors
/// [`SampleError::Bounds`] if `low` is above `high`, [`SampleError::NotFinite`].
#[inline]
pub fn uniform(words: &mut impl Words, low: f64, high: f64) -> Result<f64, SampleError> {
    ordered(low, high)?;
    finite(uniform_from(words, low, high - low))
}

/// A float evenly from `low` on, in a range of this width.
#[inline(always)]
pub fn uniform_from(words: &mut impl Words, low: f64, width: f64) -> f64 {
    low + unit(words) * width
}
