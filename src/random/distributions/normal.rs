//! The normal distribution, truncated at 0.

use crate::random::family::{Bound, DEVIATION, Family, Parameter, Takes};
use crate::random::fitting::{Fitting, Sample, Support, root};
use crate::random::sample::{SampleError, Words, deviation, finite};
use crate::random::special::{normal_density, normal_share};
use crate::random::ziggurat;

/// What the rest of the house knows of it.
pub static NORMAL: Family = Family {
    name: "normal",
    doc: "Normal, drawn again as long as it is below 0.",
    parameters: &[MEAN_OF_NORMAL, DEVIATION],
    #[cfg(test)]
    moments: (moments, &[&[10.0, 2.0], &[1.0, 2.0], &[-2.0, 1.0], &[0.0, 1.0]]),
    sample: |words, arguments| normal_at_least_0(words, arguments[0], arguments[1]),
    fitting: Some(Fitting {
        support: Support::NotNegative,
        estimate: most_likely,
        log_density: |a, x| {
            let z = (x - a[0]) / a[1];
            let below = libm::log(a[1] * libm::sqrt(2.0 * std::f64::consts::PI));
            -0.5 * z * z - below - libm::log(normal_share(a[0] / a[1]))
        },
        cumulative: |a, x| {
            let left = normal_share(-a[0] / a[1]);
            (normal_share((x - a[0]) / a[1]) - left) / normal_share(a[0] / a[1])
        },
    }),
};

/// How often [`normal_at_least_0`] draws before it gives up; with the means
/// that it allows this happens once in 4 · 10⁹ draws at most.
const MAX_REDRAWS: u32 = 16_384;

/// What is below 0 is drawn again, which would take forever for a mean far below 0.
const MEAN_OF_NORMAL: Parameter =
    Parameter { name: "mean", doc: "The mean, above 0.", takes: Takes::Measure, bound: Bound::NotNegative };

/// A normal value of this mean and standard deviation before truncation, drawn
/// again as long as it is below 0.
///
/// # Errors
/// [`SampleError::Deviation`] if `sd` is below 0, [`SampleError::FarBelowZero`]
/// if the mean is below −3 `sd`, so that fewer than one draw in 740 would do,
/// [`SampleError::NotFinite`].
#[inline]
pub fn normal_at_least_0(words: &mut impl Words, mean: f64, sd: f64) -> Result<f64, SampleError> {
    deviation(sd)?;
    if mean < -3.0 * sd {
        return Err(SampleError::FarBelowZero);
    }
    for _ in 0..MAX_REDRAWS {
        let value = finite(mean + sd * ziggurat::standard_normal(words))?;
        if value >= 0.0 {
            return Ok(value);
        }
    }
    Err(SampleError::FarBelowZero)
}

/// From here on nothing is left of what is cut off.
const FAR_ABOVE: f64 = 40.0;

/// Of a normal cut at 0 the most likely one has the mean and the variance of the sample. Both
/// follow from its mean in deviations, a, of which their ratio is a function. The language
/// takes no mean below 0.
fn most_likely(sample: &Sample) -> Option<Vec<f64>> {
    // φ(a) / Φ(a)
    let hazard = |a: f64| normal_density(a) / normal_share(a);
    let ratio = |a: f64| {
        let r = hazard(a);
        (1.0 - a * r - r * r) / ((a + r) * (a + r))
    };
    let (mean, wanted) = (sample.mean, sample.variance / (sample.mean * sample.mean));
    if wanted <= ratio(FAR_ABOVE) {
        return Some(vec![mean, libm::sqrt(sample.variance)]);
    }
    if wanted >= ratio(0.0) {
        // Half a normal, which has the mean square of the sample.
        return Some(vec![0.0, libm::sqrt(sample.variance + mean * mean)]);
    }
    let a = root(0.0, FAR_ABOVE, |a| ratio(a) - wanted)?;
    let sd = mean / (a + hazard(a));
    Some(vec![a * sd, sd])
}

/// Of a normal cut at 0: with a = −mean/sd and r = φ(a) / (1 − Φ(a)), the mean is
/// mean + sd r, the variance sd² (1 + a r − r²).
#[cfg(test)]
fn moments(arguments: &[f64]) -> (f64, f64) {
    let (m, s) = (arguments[0], arguments[1]);
    let a: f64 = -m / s;
    let density = libm::exp(-0.5 * a * a) / libm::sqrt(2.0 * std::f64::consts::PI);
    let r = density / (0.5 * libm::erfc(a / std::f64::consts::SQRT_2));
    (m + s * r, s * s * (1.0 + a * r - r * r))
}
