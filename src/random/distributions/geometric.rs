//! The geometric distribution: how many trials there are up to the first success.

use crate::random::family::{Bound, Family, Parameter, Takes};
use crate::random::sample::{SampleError, Words, unit_above_zero};

/// What the rest of the house knows of it.
pub static GEOMETRIC: Family = Family {
    name: "geometric",
    doc: "Geometric: how many trials up to the first success, that one included; the mean is 1 / `p`.",
    parameters: &[P],
    #[cfg(test)]
    moments: (|a| (1.0 / a[0], (1.0 - a[0]) / (a[0] * a[0])), &[&[0.3], &[0.001]]),
    sample: |words, arguments| geometric(words, arguments[0]),
    fitting: None,
};

const P: Parameter = Parameter {
    name: "p",
    doc: "With which probability a trial succeeds, above 0 and at most 1.",
    takes: Takes::Float,
    bound: Bound::Probability,
};

/// A geometric value of this probability of success: an exponential one, rounded up.
///
/// # Errors
/// [`SampleError::Probability`] if it is not above 0 and at most 1,
/// [`SampleError::NotFinite`] if the value is above 2^53, which a probability above 1e-14 rules out.
pub fn geometric(words: &mut impl Words, p: f64) -> Result<f64, SampleError> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    if !(p > 0.0 && p <= 1.0) {
        return Err(SampleError::Probability);
    }
    let trials = libm::ceil(libm::log(unit_above_zero(words)) / libm::log1p(-p)).max(1.0);
    if trials <= MOST { Ok(trials) } else { Err(SampleError::NotFinite) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::tests::{
        Source,
        moments::{check_frequencies, with_tail},
    };

    #[test]
    fn values_are_as_frequent_as_they_should_be() {
        for (number, (p, most)) in [(0.05, 90), (0.5, 12), (0.99, 2)].into_iter().enumerate() {
            let shares = with_tail((0..most).map(|k| libm::pow(1.0 - p, k as f64) * p).collect());
            let drawn = |s: &mut Source| (geometric(s, p).unwrap() as usize - 1).min(most);
            check_frequencies(300 + number as u32, &shares, drawn);
        }
        let s = &mut Source::new(1);
        assert!((0..100).all(|_| geometric(s, 1.0) == Ok(1.0)));
    }

    #[test]
    fn arguments_without_a_meaning_are_errors() {
        let s = &mut Source::new(0);
        for p in [0.0, -0.5, 1.5, f64::NAN] {
            assert_eq!(geometric(s, p), Err(SampleError::Probability));
        }
        assert_eq!(geometric(s, 1e-300), Err(SampleError::NotFinite));
    }
}
