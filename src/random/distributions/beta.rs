//! The beta distribution, from 0 to its highest value.

use super::gamma::standard_log;
use crate::random::family::{Bound, Family, Parameter, Takes};
use crate::random::sample::{SampleError, Words, finite, positive};

/// What the rest of the house knows of it. It is not fitted: its highest value would have to
/// be known.
pub static BETA: Family = Family {
    name: "beta",
    doc: "Beta, from 0 to `high`; the mean is `high * alpha / (alpha + beta)`.",
    parameters: &[ALPHA, BETA_SHAPE, HIGH],
    #[cfg(test)]
    moments: (moments, &[&[0.02, 0.03, 1.0], &[30.0, 2.0, 5.0]]),
    sample: |words, arguments| beta(words, (arguments[0], arguments[1]), arguments[2]),
    fitting: None,
};

const ALPHA: Parameter = shape("alpha", "The first shape, above 0: the larger, the nearer to `high`.");
const BETA_SHAPE: Parameter = shape("beta", "The second shape, above 0: the larger, the nearer to 0.");
const HIGH: Parameter = Parameter {
    name: "high",
    doc: "The highest value, above 0.",
    takes: Takes::Measure,
    bound: Bound::Positive,
};

const fn shape(name: &'static str, doc: &'static str) -> Parameter {
    Parameter { name, doc, takes: Takes::Float, bound: Bound::Positive }
}

/// A beta value of these shapes, from 0 to `high`: the share that one gamma value has of two.
///
/// # Errors
/// [`SampleError::Shape`] if a shape is not above 0 or not finite,
/// [`SampleError::NotPositive`] if `high` is not above 0, [`SampleError::NotFinite`].
pub fn beta(words: &mut impl Words, shapes: (f64, f64), high: f64) -> Result<f64, SampleError> {
    for shape in [shapes.0, shapes.1] {
        positive(shape).map_err(|_| SampleError::Shape)?;
        finite(shape).map_err(|_| SampleError::Shape)?;
    }
    positive(high)?;
    let (one, other) = (standard_log(words, shapes.0), standard_log(words, shapes.1));
    // In logarithms, since of small shapes both are less than any float.
    finite(high / (1.0 + libm::exp(other - one)))
}

#[cfg(test)]
fn moments(arguments: &[f64]) -> (f64, f64) {
    let (a, b, high) = (arguments[0], arguments[1], arguments[2]);
    let sum = a + b;
    (high * a / sum, high * high * a * b / (sum * sum * (sum + 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::tests::{Source, moments::check_share};

    /// Of shapes 1 and n, 1 - x to the power of n lies beyond x; of shapes 1/2 the arcsine
    /// law holds.
    #[test]
    fn tails_in_closed_form() {
        for (purpose, x) in [0.05, 0.4, 0.9].into_iter().enumerate() {
            let beyond = libm::pow(1.0 - x, 3.0);
            check_share(110 + purpose as u32, beyond, |s| beta(s, (1.0, 3.0), 2.0).unwrap() > 2.0 * x);
            let up_to = 2.0 / std::f64::consts::PI * libm::asin(libm::sqrt(x));
            check_share(120 + purpose as u32, up_to, |s| beta(s, (0.5, 0.5), 1.0).unwrap() <= x);
        }
    }

    /// Of shapes near 0 nearly all values are at the ends, and each is a number.
    #[test]
    fn tiny_shapes_have_values() {
        let s = &mut Source::new(3);
        let drawn: Vec<f64> = (0..1000).map(|_| beta(s, (1e-6, 1e-6), 1.0).unwrap()).collect();
        assert!(drawn.iter().all(|value| (0.0..=1.0).contains(value)));
        assert!(drawn.iter().filter(|value| **value < 1e-9 || **value > 1.0 - 1e-9).count() > 990);
    }

    #[test]
    fn arguments_without_a_meaning_are_errors() {
        let s = &mut Source::new(0);
        assert_eq!(beta(s, (0.0, 1.0), 1.0), Err(SampleError::Shape));
        assert_eq!(beta(s, (1.0, f64::INFINITY), 1.0), Err(SampleError::Shape));
        assert_eq!(beta(s, (1.0, 1.0), 0.0), Err(SampleError::NotPositive));
    }
}
