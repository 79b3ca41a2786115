//! Means, variances, tails and frequencies against closed forms. The seed is
//! fixed, so a test that passes once passes always.

use super::Source;
use super::samplers::*;
use crate::random::{Words, ziggurat};

const DRAWS: u32 = 200_000;

/// Mean and variance within five standard errors of what they should be.
fn check(purpose: u32, mean: f64, variance: f64, draw: impl Fn(&mut Source) -> f64) {
    let mut source = Source::new(1000 + purpose);
    let values: Vec<f64> = (0..DRAWS).map(|_| draw(&mut source)).collect();
    let n = f64::from(DRAWS);
    let found_mean = values.iter().sum::<f64>() / n;
    let moment = |power: f64| values.iter().map(|x| libm::pow(x - mean, power)).sum::<f64>() / n;
    let found_variance = moment(2.0);
    let error_of_mean = libm::sqrt(variance / n);
    let error_of_variance = libm::sqrt((moment(4.0) - variance * variance) / n);
    assert!(libm::fabs(found_mean - mean) <= 5.0 * error_of_mean, "mean {found_mean}, not {mean}");
    assert!(
        libm::fabs(found_variance - variance) <= 5.0 * error_of_variance,
        "variance {found_variance}, not {variance}"
    );
}

/// Each family as its own file says, in closed form.
#[test]
fn moments_of_families() {
    for (number, family) in families().into_iter().enumerate() {
        let (moments, examples) = family.moments;
        for (example, arguments) in examples.iter().enumerate() {
            let purpose = 100 * (1 + number as u32) + example as u32;
            let (mean, variance) = moments(arguments);
            let sample = |s: &mut Source| s.sample(family, arguments).unwrap();
            check(purpose, mean, variance, sample);
        }
    }
}

#[test]
fn moments_of_uniform_int() {
    check(1, 4.0, (11.0 * 11.0 - 1.0) / 12.0, |s| uniform_int(s, -1, 9).unwrap() as f64);
}

#[test]
fn moments_of_standard_normal() {
    check(3, 0.0, 1.0, ziggurat::standard_normal);
}

/// How often `happens` within five standard errors of its probability.
pub(in crate::random) fn check_share(purpose: u32, probability: f64, happens: impl Fn(&mut Source) -> bool) {
    let mut source = Source::new(2000 + purpose);
    let count = (0..DRAWS).filter(|_| happens(&mut source)).count() as f64;
    let n = f64::from(DRAWS);
    let error = libm::sqrt(probability * (1.0 - probability) / n);
    assert!(libm::fabs(count / n - probability) <= 5.0 * error, "{} of {n}, not {probability}", count / n);
}

/// Also beyond 7.697, where the tail of the ziggurat starts.
#[test]
fn tail_of_the_exponential() {
    for (purpose, bound) in [0.05, 0.5, 1.0, 3.0, 5.0, 7.69, 7.7, 8.0, 9.0].into_iter().enumerate() {
        check_share(purpose as u32, libm::exp(-bound), |s| ziggurat::standard_exponential(s) > bound);
    }
}

/// Also beyond 3.654, where the tail of the ziggurat starts, on both sides.
#[test]
fn tails_of_the_normal() {
    for (purpose, bound) in [0.1, 0.5, 1.0, 2.0, 3.0, 3.65, 3.66, 3.8, 4.0].into_iter().enumerate() {
        let beyond = 0.5 * libm::erfc(bound / std::f64::consts::SQRT_2);
        check_share(20 + purpose as u32, beyond, |s| ziggurat::standard_normal(s) > bound);
        check_share(40 + purpose as u32, beyond, |s| ziggurat::standard_normal(s) < -bound);
    }
}

/// A word decides alone in at least 97% of cases.
#[test]
fn words_used_by_the_ziggurats() {
    let mut source = Source::new(3000);
    for _ in 0..DRAWS {
        ziggurat::standard_exponential(&mut source);
    }
    assert!(source.position < 207_500, "{}", source.position);
    source.position = 0;
    for _ in 0..DRAWS {
        ziggurat::standard_normal(&mut source);
    }
    assert!(source.position < 205_000, "{}", source.position);
}

/// The shares of counts, of which the last stands for all from there on.
pub(in crate::random) fn with_tail(mut shares: Vec<f64>) -> Vec<f64> {
    shares.push(1.0 - shares.iter().sum::<f64>());
    shares
}

/// Pearson's statistic: close to its degrees of freedom.
pub(in crate::random) fn check_frequencies(
    purpose: u32,
    shares: &[f64],
    draw: impl Fn(&mut Source) -> usize,
) {
    let mut source = Source::new(4000 + purpose);
    let mut counts = vec![0.0; shares.len()];
    (0..DRAWS).for_each(|_| counts[draw(&mut source)] += 1.0);
    let mut statistic = 0.0;
    let mut freedom = -1.0;
    for (&count, share) in counts.iter().zip(shares) {
        let expected = share * f64::from(DRAWS);
        if expected == 0.0 {
            assert_eq!(count, 0.0, "a value of weight 0 was chosen");
            continue;
        }
        statistic += (count - expected) * (count - expected) / expected;
        freedom += 1.0;
    }
    let bound = freedom + 5.0 * libm::sqrt(2.0 * freedom);
    assert!(statistic <= bound, "{statistic} for {freedom} degrees of freedom");
}

#[test]
fn frequencies_of_uniform_int() {
    check_frequencies(0, &[0.1; 10], |s| uniform_int(s, 0, 9).unwrap() as usize);
    check_frequencies(1, &[1.0 / 256.0; 256], |s| {
        (uniform_int(s, i64::MIN, i64::MAX).unwrap() >> 56) as u8 as usize
    });
    // Without rejection the multiples of 3 would come twice as often here.
    check_frequencies(2, &[1.0 / 3.0; 3], |s| {
        uniform_int(s, -(1 << 62), i64::MAX).unwrap().rem_euclid(3) as usize
    });
}

#[test]
fn frequencies_of_choice() {
    check_frequencies(3, &[0.125, 0.0, 0.375, 0.5, 0.0], |s| choice(s, [0.5, 0.0, 1.5, 2.0, 0.0]).unwrap());
    check_frequencies(4, &[0.25; 4], |s| choice(s, std::iter::repeat_n(1.0, 4)).unwrap());
    check_frequencies(5, &[1.0], |s| choice(s, [1e-300]).unwrap());
}

#[test]
fn units_stay_in_their_interval() {
    struct Same(u64);
    impl Words for Same {
        fn next_word(&mut self) -> u64 {
            self.0
        }
    }
    assert_eq!((unit(&mut Same(0)), unit_above_zero(&mut Same(0))), (0.0, 1.0));
    let largest = unit(&mut Same(u64::MAX));
    assert!(largest < 1.0 && largest > 1.0 - 2.0 * f64::EPSILON);
    assert!(unit_above_zero(&mut Same(u64::MAX)) > 0.0);
}
