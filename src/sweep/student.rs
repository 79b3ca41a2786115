//! Quantiles of Student's t distribution.
//!
//! Decides that they are calculated from the incomplete beta function over `libm`
//! alone, so that every machine has the same digits: libraries take logarithms from
//! the platform.

use libm::{exp, fabs, lgamma, log, sqrt};

/// The t that |T| exceeds with probability `1 - level`, for `degrees` of freedom.
///
/// Infinite without a degree of freedom.
pub fn two_sided(level: f64, degrees: u64) -> f64 {
    if degrees == 0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 2.0);
    while outside(high, degrees) > 1.0 - level && high < 1e15 {
        (low, high) = (high, high * 2.0);
    }
    // Bisection until there is no float between the two: some 60 times.
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if outside(middle, degrees) > 1.0 - level {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// P(|T| > t).
fn outside(t: f64, degrees: u64) -> f64 {
    // From here on seven digits are those of the normal distribution, and the gamma
    // function would lose more of them.
    let degrees = degrees.min(1 << 22) as f64;
    incomplete_beta(degrees / 2.0, 0.5, degrees / (degrees + t * t))
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction
/// (Abramowitz and Stegun 26.5.8), evaluated as Lentz does.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x));
    // The fraction converges fast on this side of the mean; the other one mirrors it.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, x) / a
    } else {
        1.0 - front * fraction(b, a, 1.0 - x) / b
    }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const TERMS: u32 = 10_000;
    let away = |number: f64| if fabs(number) < TINY { TINY } else { number };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for term in 1..TERMS {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / away(1.0 + coefficient * d);
            c = away(1.0 + coefficient / c);
            change = c * d;
            value *= change;
        }
        if fabs(change - 1.0) < 1e-16 {
            break;
        }
    }
    value
}

/// The z that a standard normal exceeds in absolute value with probability `1 - level`.
#[cfg(test)]
fn normal(level: f64) -> f64 {
    two_sided(level, u64::MAX)
}

/// The square root, which is exact to the last digit on every machine.
pub fn root(number: f64) -> f64 {
    sqrt(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the tables in every textbook.
    #[test]
    fn quantiles_of_the_tables() {
        let tables = [
            (0.95, 1, 12.7062),
            (0.95, 2, 4.30265),
            (0.95, 9, 2.26216),
            (0.95, 29, 2.04523),
            (0.95, 120, 1.97993),
            (0.99, 1, 63.6567),
            (0.99, 10, 3.16927),
            (0.999, 5, 6.86883),
            (0.5, 3, 0.76489),
        ];
        for (level, degrees, t) in tables {
            let found = two_sided(level, degrees);
            assert!((found / t - 1.0).abs() < 5e-6, "{level} {degrees}: {found}, not {t}");
        }
        assert!((normal(0.95) - 1.959_964).abs() < 1e-5, "{}", normal(0.95));
        assert_eq!(two_sided(0.95, 0), f64::INFINITY);
    }

    #[test]
    fn one_degree_is_the_cauchy_distribution() {
        // P(|T| > tan(x)) = 1 - 2x/π.
        for share in [0.1, 0.5, 0.9, 0.9999, 0.999_999_9] {
            let t = libm::tan(share * std::f64::consts::FRAC_PI_2);
            assert!((two_sided(share, 1) / t - 1.0).abs() < 1e-7, "{share}");
        }
    }
}
