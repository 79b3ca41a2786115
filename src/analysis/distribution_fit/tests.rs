//! Fits against values that were calculated independently, and the probabilities of
//! distances against what they say of themselves.

use super::*;
use crate::random::Fitting;

const VALUES: [f64; 12] = [0.31, 1.92, 0.75, 2.44, 1.08, 0.52, 3.61, 1.37, 0.94, 1.66, 2.05, 0.67];

const OPTIONS: FitOptions<'_> = FitOptions { samples: Some(99), seed: 1, workers: 1, stop: &|| false };

fn fit(values: &[f64], name: &str) -> DistributionFit {
    let sample = FitSample::new(values.to_vec()).expect("values differ");
    sample.fit(name, OPTIONS).expect("it can be fitted")
}

/// Likelihood and arguments by SciPy 1.17.1, from `stats.<name>.logpdf` at the root of the
/// likelihood's derivative (`optimize.brentq`), and for `normal` and `triangular` by
/// `optimize.minimize(method='Nelder-Mead')` over `stats.truncnorm` (cut at 0) and
/// `stats.triang` with the mode at each of the values.
#[test]
fn most_likely_parameters() {
    for (name, wanted, likelihood) in [
        ("exponential", &[1.443_333_333_333_333_4][..], -16.403_463_040_155_47),
        ("gamma", &[2.521_837_074_635_876_3, 1.443_333_333_333_333_4], -14.131_901_180_965_53),
        ("erlang", &[3.0, 1.443_333_333_333_333_4], -14.239_481_530_117_956),
        ("lognormal", &[1.469_613_013_730_304_7, 1.120_779_746_984_871_5], -14.217_096_314_578_741),
        ("weibull", &[1.624_218_395_781_327_9, 1.676_870_191_645_828], -14.291_489_082_140_842),
        ("normal", &[1.065_267, 1.172_056], -14.766_926_807_468_389),
        ("triangular", &[0.31, 0.31, 4.059], -13.163_085),
        ("uniform", &[0.31, 3.61], -14.327_069_621_669_214),
    ] {
        let found = fit(&VALUES, name);
        let is_exact = !["normal", "triangular"].contains(&name);
        let near = if is_exact { 1e-12 } else { 2e-5 };
        for ((_, found, _), wanted) in found.parameters().zip(wanted) {
            assert!((found / wanted - 1.0).abs() < near, "{name}: {found}, not {wanted}");
        }
        assert!((found.log_likelihood - likelihood).abs() < near, "{name}: {}", found.log_likelihood);
    }
}

/// Far from 0 nothing is cut off a normal distribution: it has the mean and the deviation
/// of the values. And of values that are mostly close to 0 half a normal is left.
#[test]
fn normal_distributions_near_and_far() {
    let far: Vec<f64> = VALUES.iter().map(|value| value + 50.0).collect();
    let arguments: Vec<f64> = fit(&far, "normal").parameters().map(|(_, value, _)| value).collect();
    assert!((arguments[0] - 51.443_333_333_333_33).abs() < 1e-12, "{arguments:?}");
    assert!((arguments[1] - 0.909_966_421_846_920_2).abs() < 1e-12, "{arguments:?}");
    let near: Vec<f64> =
        fit(&[0.0, 0.1, 0.1, 0.2, 5.0], "normal").parameters().map(|(_, value, _)| value).collect();
    assert_eq!(near[0], 0.0);
    assert!((near[1] - (25.06f64 / 5.0).sqrt()).abs() < 1e-12, "{near:?}");
}

/// By SciPy: `stats.gamma.cdf`, and the sums of the definitions in NumPy.
#[test]
fn distances_and_quantiles() {
    let found = fit(&VALUES, "gamma");
    assert!((found.kolmogorov_smirnov.statistic - 0.096_535_822_468_181_18).abs() < 1e-10);
    let squares = found.anderson_darling.expect("no value is at an end").statistic;
    assert!((squares - 0.123_754_234_013_995_66).abs() < 1e-9, "{squares}");
    assert_eq!(fit(&VALUES, "uniform").anderson_darling, None);
    let median = fit(&VALUES, "exponential").quantile(0.5);
    assert!((median - 1.443_333_333_333_333_4 * std::f64::consts::LN_2).abs() < 1e-12, "{median}");
    for family in fitted_families() {
        let found = fit(&VALUES, family);
        for share in [0.05, 0.5, 0.95] {
            let back = (fitting_of(found.family).cumulative)(&found.arguments, found.quantile(share));
            assert!((back - share).abs() < 1e-9, "{family}: {share} is at {back}");
        }
    }
}

/// Densities are the derivatives of the distribution functions.
#[test]
fn densities_belong_to_their_distributions() {
    for family in fitted_families() {
        let found = fit(&VALUES, family);
        let Fitting { log_density, cumulative, .. } = fitting_of(found.family);
        for x in [0.4, 1.1, 2.7] {
            let step = 1e-6;
            let of = |x| cumulative(&found.arguments, x);
            let slope = (of(x + step) - of(x - step)) / (2.0 * step);
            let density = libm::exp(log_density(&found.arguments, x));
            assert!((density / slope - 1.0).abs() < 1e-5, "{family} at {x}: {density}, not {slope}");
        }
    }
}

/// Of values that a distribution did make, the probability of distances as large is
/// uniform: below 10% in 6 of 60 cases. Fewer than 1 or more than 13 come in one of 300
/// cases (binomial). With a table that leaves the fit out of account it hardly ever is.
#[test]
fn probabilities_are_probable() {
    let mut streams = Streams::new(77, 0);
    streams.add("values", 0..1, 0..1);
    let mut position = 0;
    let gamma = families().into_iter().find(|family| family.name == "gamma").expect("there is one");
    let mut small = [0, 0];
    for _ in 0..60 {
        let draw = |_| (gamma.sample)(&mut streams.words(0, &mut position), &[2.0, 3.0]).expect("a value");
        let values: Vec<f64> = (0..40).map(draw).collect();
        let found = fit(&values, "gamma");
        small[0] += u32::from(found.kolmogorov_smirnov.p < 0.1);
        small[1] += u32::from(found.anderson_darling.is_some_and(|test| test.p < 0.1));
    }
    assert!(small.iter().all(|count| (1..=13).contains(count)), "{small:?} of 60");
}

#[test]
fn nothing_depends_on_the_number_of_threads() {
    let sample = FitSample::new(VALUES.to_vec()).expect("values differ");
    let with = |workers| sample.fit("weibull", FitOptions { workers, ..OPTIONS }).expect("it can be fitted");
    assert_eq!(with(1), with(5));
    let stopped = sample.fit("weibull", FitOptions { stop: &|| true, ..OPTIONS });
    assert_eq!(stopped, Err(NotFitted::Stopped));
}

#[test]
fn what_a_distribution_cannot_have() {
    let sample = FitSample::new(vec![-1.0, 0.0, 2.0]).expect("values differ");
    assert_eq!(sample.fit("gamma", OPTIONS), Err(NotFitted::Outside(2)));
    assert_eq!(sample.fit("exponential", OPTIONS), Err(NotFitted::Outside(1)));
    assert!(sample.fit("uniform", OPTIONS).is_ok());
    assert_eq!(FitSample::new(vec![1.0; 5]), None);
    assert_eq!(FitSample::new(vec![1.0, f64::NAN]), None);
}
