//! Exponential and normal numbers by the ziggurat method (Marsaglia & Tsang,
//! "The ziggurat method for generating random variables", Journal of
//! Statistical Software 5(8), 2000), with 256 layers and 64-bit words.
//!
//! Decides how words become standard exponential and normal numbers. Does not
//! know means or deviations: see [`super::distributions`].
//!
//! The area under a decreasing density is cut into 256 layers of equal area,
//! all rectangles but the lowest, which has the tail. A word chooses a layer
//! by its lowest 8 bits and a place in it by its highest 53. In 97.8% of cases
//! (exponential; 98.5% normal) the place is under the layer above too, hence
//! under the density, and one multiplication finishes the draw.

mod exponential_layers;
mod layers;
mod normal_layers;

use super::sample::{Words, unit, unit_above_zero};
use layers::Layers;

/// An exponential number of mean 1.
///
/// Above the start of the tail an exponential begins anew: so the tail is that
/// start plus another draw.
#[inline(always)]
pub(super) fn standard_exponential(words: &mut impl Words) -> f64 {
    let (layer, place) = split(words.next_word());
    let (inside, width) = exponential_layers::LAYERS.rows[layer];
    let x = place as f64 * width;
    if (place as u64) < inside { x } else { slow_exponential(words, layer, x) }
}

/// An exponential number of mean 1, if this word decides it.
#[inline(always)]
pub(super) fn quick_exponential(word: u64) -> Option<f64> {
    let (layer, place) = split(word);
    let (inside, width) = exponential_layers::LAYERS.rows[layer];
    ((place as u64) < inside).then_some(place as f64 * width)
}

/// Goes on where the first word did not decide.
#[cold]
#[inline(never)]
fn slow_exponential(words: &mut impl Words, mut layer: usize, mut x: f64) -> f64 {
    let layers = &exponential_layers::LAYERS;
    let mut start = 0.0;
    loop {
        if layer == 0 {
            start += layers.tail;
        } else if under_the_curve(words, layers, layer, libm::exp(-x)) {
            return start + x;
        }
        let place;
        (layer, place) = split(words.next_word());
        let (inside, width) = layers.rows[layer];
        x = place as f64 * width;
        if (place as u64) < inside {
            return start + x;
        }
    }
}

/// A normal number of mean 0 and standard deviation 1. Bit 8 of the word that
/// decides is the sign.
#[inline]
pub(super) fn standard_normal(words: &mut impl Words) -> f64 {
    let word = words.next_word();
    let (layer, place) = split(word);
    let (inside, width) = normal_layers::LAYERS.rows[layer];
    let x = place as f64 * width;
    if (place as u64) < inside { with_sign(word, x) } else { slow_normal(words, word, layer, x) }
}

/// Goes on where the first word did not decide.
#[cold]
#[inline(never)]
fn slow_normal(words: &mut impl Words, mut word: u64, mut layer: usize, mut x: f64) -> f64 {
    let layers = &normal_layers::LAYERS;
    loop {
        if layer == 0 {
            return with_sign(word, normal_tail(words, layers.tail));
        }
        if under_the_curve(words, layers, layer, libm::exp(-0.5 * x * x)) {
            return with_sign(word, x);
        }
        word = words.next_word();
        let place;
        (layer, place) = split(word);
        let (inside, width) = layers.rows[layer];
        x = place as f64 * width;
        if (place as u64) < inside {
            return with_sign(word, x);
        }
    }
}

/// A normal number above `tail` (Marsaglia, Technometrics 6, 1964): an
/// exponential with the slope of the density at `tail`, thinned.
fn normal_tail(words: &mut impl Words, tail: f64) -> f64 {
    loop {
        let beyond = -libm::log(unit_above_zero(words)) / tail;
        let allowance = -libm::log(unit_above_zero(words));
        if allowance + allowance >= beyond * beyond {
            return tail + beyond;
        }
    }
}

/// Whether an even height within the layer is below `density`.
fn under_the_curve(words: &mut impl Words, layers: &Layers, layer: usize, density: f64) -> bool {
    let low = layers.heights[layer];
    let high = layers.heights[layer + 1];
    low + unit(words) * (high - low) < density
}

/// The layer and, as a number below 2^53, the place in it.
#[inline(always)]
fn split(word: u64) -> (usize, i64) {
    (word as usize & 0xff, (word >> 11) as i64)
}

#[inline(always)]
fn with_sign(word: u64, x: f64) -> f64 {
    if word & 0x100 == 0 { x } else { -x }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, with the platform-independent maths of the run: widths
    /// and heights agree with the table, and the uppermost layer closes at 1.
    fn check(layers: &Layers, density: fn(f64) -> f64, inverse: fn(f64) -> f64, tail_area: f64) {
        let two_53 = 9_007_199_254_740_992.0;
        let close = |a: f64, b: f64| libm::fabs(a - b) <= 1e-12 * libm::fabs(b);
        let area = layers.tail * density(layers.tail) + tail_area;
        let mut widths = vec![area / density(layers.tail), layers.tail];
        for i in 1..255 {
            widths.push(inverse(density(widths[i]) + area / widths[i]));
        }
        assert!(close(density(widths[255]) + area / widths[255], 1.0));
        widths.push(0.0);
        for (i, &(inside, width)) in layers.rows.iter().enumerate() {
            assert!(close(width * two_53, widths[i]), "width {i}");
            assert!(
                libm::fabs(inside as f64 - widths[i + 1] / widths[i] * two_53) <= 1e-11 * two_53,
                "inside {i}"
            );
        }
        for (i, &height) in layers.heights.iter().enumerate() {
            assert!(close(height, density(widths[i])), "height {i}");
        }
    }

    #[test]
    fn exponential_layers_follow_from_the_density() {
        let layers = &exponential_layers::LAYERS;
        check(layers, |x| libm::exp(-x), |y| -libm::log(y), libm::exp(-layers.tail));
    }

    #[test]
    fn normal_layers_follow_from_the_density() {
        let layers = &normal_layers::LAYERS;
        let half_pi = std::f64::consts::FRAC_PI_2;
        let tail_area = libm::sqrt(half_pi) * libm::erfc(layers.tail / std::f64::consts::SQRT_2);
        check(layers, |x| libm::exp(-0.5 * x * x), |y| libm::sqrt(-2.0 * libm::log(y)), tail_area);
    }
}
