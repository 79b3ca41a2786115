//! The triangular distribution.

use crate::random::family::{Bound, Family, HIGH, LOW, Parameter, Takes};
use crate::random::fitting::{Fitting, Sample, Support};
use crate::random::sample::{SampleError, Words, finite, ordered, unit};
use bobyqa::{Bobyqa, Config};

/// So that the search is compiled once, for whatever it looks at.
type Loss<'l> = dyn FnMut(&[f64]) -> f64 + 'l;

/// What the rest of the house knows of it.
pub static TRIANGULAR: Family = Family {
    name: "triangular",
    doc: "Triangular.",
    parameters: &[LOW, MODE, HIGH],
    #[cfg(test)]
    moments: (moments, &[&[1.0, 2.0, 4.0], &[0.0, 0.0, 3.0], &[0.0, 3.0, 3.0]]),
    sample: |words, arguments| triangular(words, arguments[0], arguments[1], arguments[2]),
    fitting: Some(Fitting {
        support: Support::Any,
        estimate: most_likely,
        log_density: |a, x| {
            let (low, mode, high) = (a[0], a[1], a[2]);
            let share = if x < mode { (x - low) / (mode - low) } else { (high - x) / (high - mode) };
            // At the mode itself there may be no side to divide by.
            libm::log(if x == mode { 1.0 } else { share }) + libm::log(2.0 / (high - low))
        },
        cumulative: |a, x| {
            let (low, mode, high) = (a[0], a[1], a[2]);
            let (below, above) = ((x - low).max(0.0), (high - x).max(0.0));
            match x < mode {
                true => below * below / ((high - low) * (mode - low)),
                false => 1.0 - above * above / ((high - low) * (high - mode)).max(f64::MIN_POSITIVE),
            }
        },
    }),
};

const MODE: Parameter = Parameter {
    name: "mode",
    doc: "The most frequent value.",
    takes: Takes::Measure,
    bound: Bound::NotBelowPrevious,
};

/// A triangular value, by the inverse of its distribution function.
///
/// # Errors
/// [`SampleError::Bounds`] if `low` is above `high`, [`SampleError::Mode`] if
/// `mode` is not between them, [`SampleError::NotFinite`].
pub fn triangular(words: &mut impl Words, low: f64, mode: f64, high: f64) -> Result<f64, SampleError> {
    ordered(low, high)?;
    if ordered(low, mode).is_err() || ordered(mode, high).is_err() {
        return Err(SampleError::Mode);
    }
    let share = unit(words);
    let width = high - low;
    let rise = mode - low;
    let value = if share * width < rise {
        low + libm::sqrt(share * width * rise)
    } else {
        high - libm::sqrt((1.0 - share) * width * (high - mode))
    };
    // Rounding may lead out of the range by its last bit.
    Ok(finite(value)?.clamp(low, high))
}

#[cfg(test)]
fn moments(arguments: &[f64]) -> (f64, f64) {
    let (a, c, b) = (arguments[0], arguments[1], arguments[2]);
    ((a + b + c) / 3.0, (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0)
}

/// With given ends the most likely mode is one of the values (Oliver, "A maximum likelihood
/// oddity", The American Statistician 26(3), 1972); the ends are looked for without
/// derivatives, up to the width of the sample beyond it.
fn most_likely(sample: &Sample) -> Option<Vec<f64>> {
    const NEAREST: f64 = 1e-6;
    let (smallest, largest) = (sample.smallest(), sample.largest());
    let width = largest - smallest;
    let ends = |beyond: &[f64]| (smallest - width * beyond[0], largest + width * beyond[1]);
    let mut config = Config::new(2);
    (config.rho_begin, config.rho_end, config.max_fun) = (0.1, 1e-7, 200);
    let mut beyond = [0.2, 0.2];
    let mut unlikely = |beyond: &[f64]| -likely_mode(sample, ends(beyond)).1;
    Bobyqa::new(2, config).ok()?.minimize(
        &mut unlikely as &mut Loss<'_>,
        &mut beyond,
        &[NEAREST; 2],
        &[1.0; 2],
    );
    let (low, high) = ends(&beyond);
    Some(vec![low, likely_mode(sample, (low, high)).0, high])
}

/// The most likely mode between two ends, and the mean logarithm of the likelihood.
fn likely_mode(sample: &Sample, (low, high): (f64, f64)) -> (f64, f64) {
    let values = &sample.values;
    let mut falling: f64 = values.iter().map(|value| libm::log(high - value)).sum();
    let (mut rising, mut best) = (0.0, (values[0], f64::NEG_INFINITY));
    for (place, &value) in values.iter().enumerate() {
        let (below, above) = (place as f64, (values.len() - 1 - place) as f64);
        let (to_low, to_high) = (libm::log(value - low), libm::log(high - value));
        falling -= to_high;
        let likelihood = rising - below * to_low + falling - above * to_high;
        if likelihood > best.1 {
            best = (value, likelihood);
        }
        rising += to_low;
    }
    (best.0, best.1 / sample.count() + libm::log(2.0 / (high - low)))
}
