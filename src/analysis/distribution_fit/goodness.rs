//! How far values are from a distribution.
//!
//! Decides the two measures of it: the largest distance between the share of values up to
//! a point and its probability (Kolmogorov and Smirnov), and the mean square of that
//! distance, in which the tails weigh more (Anderson and Darling).

/// Both measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distances {
    /// D of Kolmogorov and Smirnov.
    pub kolmogorov_smirnov: f64,
    /// A² of Anderson and Darling; infinite if a value has all or nothing below it.
    pub anderson_darling: f64,
}

/// The distances of values, the smallest first, from a distribution function.
pub fn distances(values: &[f64], cumulative: impl Fn(f64) -> f64) -> Distances {
    let shares: Vec<f64> = values.iter().map(|value| cumulative(*value)).collect();
    let count = values.len() as f64;
    let each = shares.iter().enumerate();
    let largest = each.map(|(place, share)| {
        let (below, up_to) = (place as f64 / count, (place + 1) as f64 / count);
        (share - below).max(up_to - share)
    });
    let pairs = shares.iter().zip(shares.iter().rev()).enumerate();
    let weighted: f64 = pairs
        .map(|(place, (share, mirrored))| {
            (2 * place + 1) as f64 * (libm::log(*share) + libm::log1p(-mirrored)) / count
        })
        .sum();
    Distances { kolmogorov_smirnov: largest.fold(0.0, f64::max), anderson_darling: -count - weighted }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: shares 0.2, 0.5, 0.9 of three values.
    #[test]
    fn three_values_by_hand() {
        let found = distances(&[0.2, 0.5, 0.9], |x| x);
        assert!((found.kolmogorov_smirnov - 0.7 / 3.0).abs() < 1e-12, "{found:?}");
        // -3 - (ln 0.2 + ln 0.1 + 3 (ln 0.5 + ln 0.5) + 5 (ln 0.9 + ln 0.8)) / 3
        let by_hand = -3.0 - libm::log(0.2 * 0.1 * libm::pow(0.25, 3.0) * libm::pow(0.72, 5.0)) / 3.0;
        assert!((found.anderson_darling - by_hand).abs() < 1e-6, "{found:?}, not {by_hand}");
    }

    #[test]
    fn the_ends_of_a_uniform_distribution_have_no_square() {
        assert_eq!(distances(&[0.0, 0.5, 1.0], |x| x).anderson_darling, f64::INFINITY);
    }
}
