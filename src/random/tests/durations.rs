//! Rounding a drawn duration.

use crate::random::{SampleError, round_nanos};

#[test]
fn rounds_as_libm_does() {
    let mut edges =
        vec![0.0, -0.0, 0.25, 0.5, 1.5, 2.5, 1e9 + 0.5, 4503599627370495.5, 9007199254740993.0, 1e18];
    for exponent in 0..63 {
        let power = libm::scalbn(1.0, exponent);
        edges.extend([power, libm::nextafter(power, 0.0), power + 0.5, power - 0.5, power / 3.0]);
    }
    for nanos in edges {
        assert_eq!(round_nanos(nanos), Ok(libm::round(nanos) as u64), "{nanos:?}");
    }
    assert_eq!(round_nanos(libm::nextafter(0.5, 0.0)), Ok(0));
}

#[test]
fn refuses_what_is_no_duration() {
    for (nanos, error) in [
        (-0.5, SampleError::NegativeDuration),
        (f64::MIN, SampleError::NegativeDuration),
        (9_223_372_036_854_775_808.0, SampleError::LongDuration),
        (f64::NAN, SampleError::NotFinite),
        (f64::INFINITY, SampleError::NotFinite),
        (f64::NEG_INFINITY, SampleError::NotFinite),
    ] {
        assert_eq!(round_nanos(nanos), Err(error), "{nanos:?}");
    }
}
