//! The gamma distribution, by its mean and shape.

use crate::random::family::{Bound, Family, MEAN, Parameter, Takes};
use crate::random::fitting::{Fitting, Sample, Support, root};
use crate::random::sample::{SampleError, Words, finite, positive, unit_above_zero};
use crate::random::special::{digamma, gamma_share};
use crate::random::ziggurat;

/// What the rest of the house knows of it.
pub static GAMMA: Family = Family {
    name: "gamma",
    doc: "Gamma; with a whole `shape` it is `erlang`, with shape 1 `exponential`.",
    parameters: &[SHAPE, MEAN],
    #[cfg(test)]
    moments: (|a| (a[1], a[1] * a[1] / a[0]), &[&[2.5, 6.0], &[1.0, 3.0], &[0.3, 2.0], &[40.0, 1.0]]),
    sample: |words, arguments| gamma(words, arguments[0], arguments[1]),
    fitting: Some(Fitting {
        support: Support::Positive,
        estimate: |sample| Some(vec![likely_shape(sample)?, sample.mean]),
        log_density: |a, x| log_density(a[0], a[1], x),
        cumulative: |a, x| gamma_share(a[0], a[0] * x / a[1]),
    }),
};

const SHAPE: Parameter =
    Parameter { name: "shape", doc: "The shape, above 0.", takes: Takes::Float, bound: Bound::Positive };

/// A gamma value of this shape and mean (Marsaglia and Tsang, "A simple method
/// for generating gamma variables", ACM TOMS 26(3), 2000). A shape below 1 is
/// drawn with a shape higher by 1 and scaled down by a power of a uniform value,
/// as they propose.
///
/// # Errors
/// [`SampleError::Shape`] if the shape is not above 0,
/// [`SampleError::NotPositive`] if the mean is not, [`SampleError::NotFinite`].
pub fn gamma(words: &mut impl Words, shape: f64, mean: f64) -> Result<f64, SampleError> {
    positive(shape).map_err(|_| SampleError::Shape)?;
    positive(mean)?;
    finite(shape).map_err(|_| SampleError::Shape)?;
    let scale = mean / shape;
    if shape >= 1.0 {
        return finite(scale * standard(words, shape));
    }
    let lower = libm::pow(unit_above_zero(words), 1.0 / shape);
    finite(scale * standard(words, shape + 1.0) * lower)
}

/// A gamma value of a shape of at least 1 and scale 1. A proposal is accepted
/// with a probability of 0.95 at least.
fn standard(words: &mut impl Words, shape: f64) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let normal = ziggurat::standard_normal(words);
        let root = 1.0 + c * normal;
        if root <= 0.0 {
            continue;
        }
        let cube = root * root * root;
        let square = normal * normal;
        let share = unit_above_zero(words);
        // The first test is the second one's squeeze: it spares most logarithms.
        if share < 1.0 - 0.0331 * square * square
            || libm::log(share) < 0.5 * square + d * (1.0 - cube + libm::log(cube))
        {
            return d * cube;
        }
    }
}

/// The logarithm of a gamma value of this shape, above 0, and scale 1: of small shapes the
/// value itself is less than any float.
pub(super) fn standard_log(words: &mut impl Words, shape: f64) -> f64 {
    if shape >= 1.0 {
        return libm::log(standard(words, shape));
    }
    let higher = libm::log(standard(words, shape + 1.0));
    higher + libm::log(unit_above_zero(words)) / shape
}

/// The shape k of the most likely gamma distribution, whose mean is that of the sample: the
/// logarithm of k less its digamma is the logarithm of the mean less the mean logarithm.
pub(super) fn likely_shape(sample: &Sample) -> Option<f64> {
    const WIDEST: f64 = 23.0;
    let wanted = libm::log(sample.mean) - sample.mean_log?;
    let away = |log: f64| log - digamma(libm::exp(log)) - wanted;
    root(-WIDEST, WIDEST, away).map(libm::exp)
}

/// The logarithm of the density of a gamma distribution.
pub(super) fn log_density(shape: f64, mean: f64, x: f64) -> f64 {
    let scaled = shape * x / mean;
    shape * libm::log(scaled) - libm::log(x) - scaled - libm::lgamma(shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::tests::{Source, moments::check_share};

    /// Gamma of a whole shape n is Erlang: beyond x lies e^-x (1 + x + … + x^(n-1) / (n-1)!)
    /// at scale 1. Gamma of shape 1/2 and scale 2 is the square of a normal value.
    #[test]
    fn tails_are_those_of_erlang_and_of_squares_of_normals() {
        for (purpose, x) in [0.5, 2.0, 6.0].into_iter().enumerate() {
            let beyond = libm::exp(-x) * (1.0 + x + 0.5 * x * x);
            check_share(60 + purpose as u32, beyond, |s| gamma(s, 3.0, 3.0).unwrap() > x);
            let beyond = libm::erfc(libm::sqrt(x / 2.0));
            check_share(70 + purpose as u32, beyond, |s| gamma(s, 0.5, 1.0).unwrap() > x);
        }
    }

    #[test]
    fn arguments_without_a_meaning_are_errors() {
        let s = &mut Source::new(0);
        assert_eq!(gamma(s, 0.0, 1.0), Err(SampleError::Shape));
        assert_eq!(gamma(s, f64::INFINITY, 1.0), Err(SampleError::Shape));
        assert_eq!(gamma(s, 2.0, 0.0), Err(SampleError::NotPositive));
        assert_eq!(gamma(s, 2.0, f64::INFINITY), Err(SampleError::NotFinite));
    }
}
