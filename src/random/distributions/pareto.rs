//! The Pareto distribution: above its lowest value, with a tail that falls as a power.

use crate::random::family::{Bound, Family, Parameter, Takes};
use crate::random::fitting::{Fitting, Sample, Support};
use crate::random::sample::{SampleError, Words, finite, positive};
use crate::random::ziggurat;

/// What the rest of the house knows of it.
pub static PARETO: Family = Family {
    name: "pareto",
    doc: "Pareto: beyond x lies (`scale` / x) to the power of `shape`.",
    parameters: &[SCALE, SHAPE],
    #[cfg(test)]
    moments: (moments, &[&[2.0, 9.0]]),
    sample: |words, arguments| pareto(words, arguments[0], arguments[1]),
    fitting: Some(Fitting {
        support: Support::Positive,
        estimate: most_likely,
        log_density: |a, x| match x < a[0] {
            true => f64::NEG_INFINITY,
            false => libm::log(a[1] / x) + a[1] * libm::log(a[0] / x),
        },
        cumulative: |a, x| -libm::expm1(a[1] * libm::log((a[0] / x).min(1.0))),
    }),
};

const SCALE: Parameter = Parameter {
    name: "scale",
    doc: "The lowest value, above 0.",
    takes: Takes::Measure,
    bound: Bound::Positive,
};
const SHAPE: Parameter = Parameter {
    name: "shape",
    doc: "The power, above 0: up to 1 there is no mean, up to 2 no variance.",
    takes: Takes::Float,
    bound: Bound::Positive,
};

/// A Pareto value of this scale and shape: its logarithm is exponential.
///
/// # Errors
/// [`SampleError::NotPositive`] if the scale is not above 0,
/// [`SampleError::Shape`] if the shape is not, [`SampleError::NotFinite`].
pub fn pareto(words: &mut impl Words, scale: f64, shape: f64) -> Result<f64, SampleError> {
    positive(scale)?;
    positive(shape).map_err(|_| SampleError::Shape)?;
    finite(scale * libm::exp(ziggurat::standard_exponential(words) / shape))
}

#[cfg(test)]
fn moments(arguments: &[f64]) -> (f64, f64) {
    let (scale, shape) = (arguments[0], arguments[1]);
    let below = shape - 1.0;
    (shape * scale / below, scale * scale * shape / (below * below * (shape - 2.0)))
}

/// The scale is the smallest value, and one by the shape the mean logarithm above it.
fn most_likely(sample: &Sample) -> Option<Vec<f64>> {
    let scale = sample.smallest();
    let above = sample.mean_log? - libm::log(scale);
    (above > 0.0).then(|| vec![scale, 1.0 / above])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::tests::{Source, moments::check_share};

    /// Of shape 1, of which there is no mean, and of shape 1/2.
    #[test]
    fn tails_fall_as_powers() {
        for (purpose, x) in [2.5, 8.0, 200.0].into_iter().enumerate() {
            check_share(80 + purpose as u32, 2.0 / x, |s| pareto(s, 2.0, 1.0).unwrap() > x);
            check_share(90 + purpose as u32, libm::sqrt(2.0 / x), |s| pareto(s, 2.0, 0.5).unwrap() > x);
        }
        let s = &mut Source::new(7);
        assert!((0..1000).all(|_| pareto(s, 2.0, 3.0).unwrap() >= 2.0));
    }

    #[test]
    fn arguments_without_a_meaning_are_errors() {
        let s = &mut Source::new(0);
        assert_eq!(pareto(s, 0.0, 1.0), Err(SampleError::NotPositive));
        assert_eq!(pareto(s, 1.0, 0.0), Err(SampleError::Shape));
        assert_eq!(pareto(s, f64::INFINITY, 1.0), Err(SampleError::NotFinite));
    }
}
