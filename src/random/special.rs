//! Functions of probability that `libm` does not have: the logarithm's derivative of the
//! gamma function, its incomplete form, and the normal distribution.
//!
//! Decides that they are made of `libm` and plain arithmetic, so that every machine has
//! the same digits.

use libm::{erfc, exp, fabs, lgamma, log, sqrt};
use std::f64::consts::{PI, SQRT_2};

/// The derivative of the logarithm of the gamma function, for x above 0: by its
/// recurrence, and from 10 on by its asymptotic series (Abramowitz and Stegun 6.3.18).
pub fn digamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 10.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32760.0];
    let tail = series.iter().rev().fold(0.0, |tail, term| (tail + term) * square);
    sum + log(x) - 0.5 / x - tail
}

/// The share of a gamma distribution of this shape and scale 1 up to x: the regularised
/// lower incomplete gamma function P, by its series or its continued fraction (Abramowitz
/// and Stegun 6.5.29 and 6.5.31).
pub fn gamma_share(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = exp(shape * log(x) - x - lgamma(shape));
    if x < shape + 1.0 {
        (front * series(shape, x)).clamp(0.0, 1.0)
    } else {
        (1.0 - front * fraction(shape, x)).clamp(0.0, 1.0)
    }
}

const TERMS: u32 = 100_000;
const SMALL: f64 = 1e-16;

fn series(shape: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / shape, 1.0 / shape);
    for n in 1..TERMS {
        term *= x / (shape + f64::from(n));
        sum += term;
        if term < sum * SMALL {
            break;
        }
    }
    sum
}

/// As Lentz evaluates it.
fn fraction(shape: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |number: f64| if fabs(number) < TINY { TINY } else { number };
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / away(b);
    let mut value = d;
    for n in 1..TERMS {
        let n = f64::from(n);
        let a = n * (shape - n);
        b += 2.0;
        d = 1.0 / away(a * d + b);
        c = away(b + a / c);
        value *= c * d;
        if fabs(c * d - 1.0) < SMALL {
            break;
        }
    }
    value
}

/// The probability that a standard normal is at most x.
pub fn normal_share(x: f64) -> f64 {
    0.5 * erfc(-x / SQRT_2)
}

/// The density of a standard normal at x.
pub fn normal_density(x: f64) -> f64 {
    exp(-0.5 * x * x) / sqrt(2.0 * PI)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!(fabs(found - wanted) <= 1e-13 * fabs(wanted).max(1e-3), "{found}, not {wanted}");
    }

    /// ψ(1) = −γ, ψ(1/2) = −γ − 2 ln 2, ψ(x + 1) = ψ(x) + 1/x.
    #[test]
    fn digamma_of_the_tables() {
        const EULER: f64 = 0.577_215_664_901_532_9;
        near(digamma(1.0), -EULER);
        near(digamma(0.5), -EULER - 2.0 * std::f64::consts::LN_2);
        near(digamma(1e6 + 1.0), digamma(1e6) + 1e-6);
        near(digamma(0.01), digamma(1.01) - 100.0);
    }

    /// Of a whole shape n, beyond x lies e^-x (1 + x + … + x^(n-1) / (n-1)!); shape 1/2 is
    /// erf √x.
    #[test]
    fn gamma_shares_of_closed_forms() {
        for x in [0.1, 0.9, 2.0, 3.9, 4.1, 20.0] {
            near(gamma_share(1.0, x), -libm::expm1(-x));
            near(gamma_share(3.0, x), 1.0 - exp(-x) * (1.0 + x + 0.5 * x * x));
            near(gamma_share(0.5, x), libm::erf(sqrt(x)));
        }
        assert_eq!(gamma_share(2.0, 0.0), 0.0);
        // P(a, a) is 1/2 + 1/(3√(2πa)) + O(a^(-3/2)) (Abramowitz and Stegun 6.5.35).
        assert!(fabs(gamma_share(1e4, 1e4) - 0.501_329_81) < 1e-7);
    }
}
