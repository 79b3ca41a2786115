//! Parameters without a meaning are errors, extreme ones are not.

use super::Source;
use super::samplers::*;
use crate::random::SampleError::{self, *};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[test]
fn meaningless_parameters_are_errors() {
    let s = &mut Source::new(0);
    let cases: [(Result<f64, SampleError>, SampleError); 26] = [
        (uniform(s, 1.0, 0.0), Bounds),
        (uniform(s, NAN, 0.0), Bounds),
        (uniform(s, f64::MIN, f64::MAX), NotFinite),
        (uniform_int(s, 1, 0).map(|x| x as f64), Bounds),
        (exponential(s, 0.0), NotPositive),
        (exponential(s, -1.0), NotPositive),
        (exponential(s, NAN), NotPositive),
        (exponential(s, INF), NotFinite),
        (normal_at_least_0(s, 1.0, -1.0), Deviation),
        (normal_at_least_0(s, NAN, 1.0), NotFinite),
        (normal_at_least_0(s, -3.1, 1.0), FarBelowZero),
        (normal_at_least_0(s, -1e-9, 0.0), FarBelowZero),
        (erlang(s, 0.0, 1.0), Shape),
        (erlang(s, (MAX_ERLANG_SHAPE + 1) as f64, 1.0), Shape),
        (erlang(s, 1.0, 0.0), NotPositive),
        (lognormal(s, 0.0, 1.0), NotPositive),
        (lognormal(s, 1.0, NAN), Deviation),
        (triangular(s, 2.0, 2.0, 1.0), Bounds),
        (triangular(s, 0.0, 2.0, 1.0), Mode),
        (triangular(s, 0.0, NAN, 1.0), Mode),
        (weibull(s, 0.0, 1.0), NotPositive),
        (weibull(s, 1.0, 0.0), Shape),
        (choice(s, []).map(|x| x as f64), Weights),
        (choice(s, [0.0, 0.0]).map(|x| x as f64), Weights),
        (choice(s, [1.0, -1.0]).map(|x| x as f64), Weights),
        (choice(s, [1.0, INF]).map(|x| x as f64), NotFinite),
    ];
    for (number, (found, error)) in cases.into_iter().enumerate() {
        assert_eq!(found, Err(error), "case {number}");
    }
    assert_eq!(choice(s, [NAN]), Err(Weights));
}

#[test]
fn distributions_without_width_are_constant() {
    let s = &mut Source::new(0);
    assert_eq!(uniform(s, 2.0, 2.0), Ok(2.0));
    assert_eq!(uniform_int(s, i64::MIN, i64::MIN), Ok(i64::MIN));
    assert_eq!(normal_at_least_0(s, 2.0, 0.0), Ok(2.0));
    assert_eq!(normal_at_least_0(s, 0.0, 0.0), Ok(0.0));
    assert_eq!(lognormal(s, 2.0, 0.0), Ok(2.0));
    assert_eq!(triangular(s, 2.0, 2.0, 2.0), Ok(2.0));
    assert_eq!(choice(s, [0.0, f64::MIN_POSITIVE]), Ok(1));
}

/// At the lowest mean that is allowed a draw still succeeds, every time.
#[test]
fn rare_normals_are_found() {
    let s = &mut Source::new(7);
    for _ in 0..300 {
        assert!(normal_at_least_0(s, -3.0, 1.0).unwrap() >= 0.0);
    }
}

#[test]
fn values_stay_in_their_range() {
    let s = &mut Source::new(8);
    for _ in 0..20_000 {
        assert!((0.1..=0.3).contains(&triangular(s, 0.1, 0.1, 0.3).unwrap()));
        assert!((0.1..=0.3).contains(&triangular(s, 0.1, 0.3, 0.3).unwrap()));
        assert!((0.1..=0.3).contains(&uniform(s, 0.1, 0.3).unwrap()));
        assert!((-3..=3).contains(&uniform_int(s, -3, 3).unwrap()));
        assert!(weibull(s, 1.0, 0.1).unwrap() >= 0.0);
    }
}
