//! How fast a scenario runs on threads unless told otherwise.

use super::clock::SleepError;
use crate::time::Time;

/// A run lasts at least so long, in seconds of wall time: shorter ones are at
/// the mercy of whatever else the machine does.
const SHORTEST: f64 = 1.5;

/// A run is not stretched beyond this by the bounds below, in seconds.
const LONGEST: f64 = 5.0;

/// The mean sleep error, added up along the way of one process, stays below
/// this share of the run; the error that is rarely exceeded below the second.
const MEAN_SHARE: f64 = 0.005;
const HIGH_SHARE: f64 = 0.02;

/// The speed at which a run of `total` scenario time, in which a process
/// sleeps up to `steps` times, is long enough for the machine's sleep error not
/// to matter; two significant digits.
pub fn default_speed(total: Time, steps: u64, error: SleepError) -> f64 {
    let steps = steps as f64;
    let needed = f64::max(
        steps * error.mean.as_secs_f64() / MEAN_SHARE,
        steps * error.high.as_secs_f64() / HIGH_SHARE,
    );
    let speed = total.as_secs_f64() / needed.clamp(SHORTEST, LONGEST);
    if speed > 0.0 { rounded(speed) } else { 1.0 }
}

/// Down to two significant digits.
fn rounded(speed: f64) -> f64 {
    let places = 1.0 - libm::floor(libm::log10(speed));
    // Powers of ten are exact upwards from 1, so 9.6 is 96 / 10. A little up
    // first: 19.999… is 20.
    let scale = libm::pow(10.0, libm::fabs(places));
    if places < 0.0 {
        libm::floor(speed / scale + 1e-6) * scale
    } else {
        libm::floor(speed * scale + 1e-6) / scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn speed(seconds: u64, steps: u64, mean: u64, high: u64) -> f64 {
        let error = SleepError { mean: Duration::from_micros(mean), high: Duration::from_micros(high) };
        default_speed(Time::from_secs(seconds), steps, error)
    }

    #[test]
    fn long_scenarios_are_shrunk_and_short_ones_stretched() {
        // Lab 5 on a machine that sleeps well: 30 s in 1.5 s.
        assert_eq!(speed(30, 31, 20, 60), 20.0);
        assert_eq!(speed(300, 31, 20, 60), 200.0);
        // 30 sleeps of 0.4 ms too long are 0.5% of 2.4 s: 30 s / 2.4 s is 12.5.
        assert_eq!(speed(30, 30, 400, 900), 12.0);
        assert_eq!(speed(23, 30, 400, 900), 9.5, "9.58, down to two digits");
        assert_eq!(speed(30, 3100, 500, 900), 6.0, "not beyond the longest");
        let short = default_speed(
            Time::from_nanos(3_000_000).expect("short"),
            3,
            SleepError { mean: Duration::ZERO, high: Duration::ZERO },
        );
        assert!((short - 0.002).abs() < 1e-9, "{short}");
        assert_eq!(
            default_speed(Time::ZERO, 0, SleepError { mean: Duration::ZERO, high: Duration::ZERO }),
            1.0
        );
    }
}
