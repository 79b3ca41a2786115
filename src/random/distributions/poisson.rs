//! The Poisson distribution: how often something happens that happens at random.

use crate::random::family::{Bound, Family, Parameter, Takes};
use crate::random::sample::{SampleError, Words, finite, positive, unit, unit_above_zero};

/// What the rest of the house knows of it.
pub static POISSON: Family = Family {
    name: "poisson",
    doc: "Poisson: how many there are, if each comes at random and `mean` are to be expected.",
    parameters: &[MEAN],
    #[cfg(test)]
    moments: (|a| (a[0], a[0]), &[&[9.99], &[10.0], &[2e6]]),
    sample: |words, arguments| poisson(words, arguments[0]),
    fitting: None,
};

const MEAN: Parameter = Parameter {
    name: "mean",
    doc: "How many are to be expected, above 0.",
    takes: Takes::Float,
    bound: Bound::Positive,
};

/// From this mean on values are proposed and rejected; below, they are counted.
const MANY: f64 = 10.0;

/// Beyond this mean a value may be no exact whole number.
const MOST: f64 = 4e15;

/// A Poisson value of this mean.
///
/// # Errors
/// [`SampleError::NotPositive`] if the mean is not above 0,
/// [`SampleError::NotFinite`] if it is above 4e15.
pub fn poisson(words: &mut impl Words, mean: f64) -> Result<f64, SampleError> {
    positive(mean)?;
    if mean > MOST {
        return Err(SampleError::NotFinite);
    }
    if mean >= MANY { proposed(words, mean) } else { Ok(counted(words, mean)) }
}

/// How many uniform values can be multiplied before the product falls to e^-mean (Knuth, "The
/// art of computer programming", volume 2, 3.4.1).
fn counted(words: &mut impl Words, mean: f64) -> f64 {
    let least = libm::exp(-mean);
    let (mut product, mut count) = (unit_above_zero(words), 0.0);
    while product > least {
        product *= unit_above_zero(words);
        count += 1.0;
    }
    count
}

/// By transformed rejection with a squeeze (Hörmann, "The transformed rejection method for
/// generating Poisson random variables", Insurance: Mathematics and Economics 12, 1993,
/// algorithm PTRS): more than 0.7 of the proposals are taken.
fn proposed(words: &mut impl Words, mean: f64) -> Result<f64, SampleError> {
    let log_mean = libm::log(mean);
    let b = 0.931 + 2.53 * libm::sqrt(mean);
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let squeeze = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let (u, v) = (unit(words) - 0.5, unit_above_zero(words));
        let us = 0.5 - libm::fabs(u);
        let k = libm::floor((2.0 * a / us + b) * u + mean + 0.43);
        if us >= 0.07 && v <= squeeze {
            return finite(k);
        }
        if k < 0.0 || (us < 0.013 && v > us) {
            continue;
        }
        let bound = k * log_mean - mean - libm::lgamma(k + 1.0);
        if libm::log(v * inverse_alpha / (a / (us * us) + b)) <= bound {
            return finite(k);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::tests::{
        Source,
        moments::{check_frequencies, with_tail},
    };

    /// Each value as often as e^-m m^k / k! says, on both sides of the change of method.
    #[test]
    fn values_are_as_frequent_as_they_should_be() {
        for (number, (mean, most)) in [(0.7, 5), (9.9, 22), (10.0, 22), (33.3, 55)].into_iter().enumerate() {
            let share = |k: usize| {
                let k = k as f64;
                libm::exp(k * libm::log(mean) - mean - libm::lgamma(k + 1.0))
            };
            let shares = with_tail((0..most).map(share).collect());
            let drawn = |s: &mut Source| (poisson(s, mean).unwrap() as usize).min(most);
            check_frequencies(200 + number as u32, &shares, drawn);
        }
    }

    #[test]
    fn arguments_without_a_meaning_are_errors() {
        let s = &mut Source::new(0);
        assert_eq!(poisson(s, 0.0), Err(SampleError::NotPositive));
        assert_eq!(poisson(s, f64::NAN), Err(SampleError::NotPositive));
        assert_eq!(poisson(s, 1e16), Err(SampleError::NotFinite));
    }
}
