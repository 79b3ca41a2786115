//! The distributions over integers and over given values.

use crate::random::sample::{SampleError, UNIT_BITS, Words, finite, positive, unit, unit_number, unit_of};

/// An integer from `low` to `high`, both included, each equally likely: the
/// high half of a word times the width of the range, with the few words
/// rejected that would favour some values (Lemire, "Fast random integer
/// generation in an interval", ACM TOMACS 29(1), 2019).
///
/// # Errors
/// [`SampleError::Bounds`] if `low` is above `high`.
#[inline]
pub fn uniform_int(words: &mut impl Words, low: i64, high: i64) -> Result<i64, SampleError> {
    if low > high {
        return Err(SampleError::Bounds);
    }
    let width = (high as u64).wrapping_sub(low as u64).wrapping_add(1);
    if width == 0 {
        // All 2^64 integers.
        return Ok(words.next_word() as i64);
    }
    Ok(integer_from(words, low, width))
}

/// An integer from `low` on, of so many, at least 1, each equally likely.
#[inline(always)]
pub fn integer_from(words: &mut impl Words, low: i64, width: u64) -> i64 {
    let mut product = u128::from(words.next_word()) * u128::from(width);
    if (product as u64) < width {
        let rejected = width.wrapping_neg() % width;
        while (product as u64) < rejected {
            product = u128::from(words.next_word()) * u128::from(width);
        }
    }
    low.wrapping_add((product >> 64) as i64)
}

/// The number of one of several values, from 0, with these weights.
///
/// Exactly: the first number at which the sum of the weights so far, added
/// from the left, is above a number that is uniform from 0 to 1, times the sum of
/// all. A value of weight 0 is never chosen.
///
/// # Errors
/// [`SampleError::Weights`] if there is none, if one is below 0 or not a
/// number, or if all are 0; [`SampleError::NotFinite`] if their sum is not finite.
pub fn choice<I>(words: &mut impl Words, weights: I) -> Result<usize, SampleError>
where
    I: IntoIterator<Item = f64>,
    I::IntoIter: Clone,
{
    let weights = weights.into_iter();
    let target = unit(words) * total(weights.clone())?;
    let mut sum = 0.0;
    let mut last = 0;
    for (number, weight) in weights.enumerate() {
        sum += weight;
        if target < sum {
            return Ok(number);
        }
        if weight > 0.0 {
            last = number;
        }
    }
    // Only for weights so small that the product above is rounded up.
    Ok(last)
}

/// The sum of weights that are good ones.
fn total(weights: impl Iterator<Item = f64>) -> Result<f64, SampleError> {
    let mut total = 0.0;
    for weight in weights {
        if weight < 0.0 || weight.is_nan() {
            return Err(SampleError::Weights);
        }
        total += weight;
    }
    positive(total).map_err(|_| SampleError::Weights)?;
    finite(total)
}

/// Whether a [`choice`] can be made with these weights, and the last is above 0.
pub fn are_weights(weights: &[f64]) -> bool {
    total(weights.iter().copied()).is_ok() && weights.last().is_some_and(|&last| last > 0.0)
}

/// The numbers from which a uniform one of [`UNIT_BITS`] bits is made: those from this one
/// on choose what comes behind the weights with this sum, of which all have the sum `total`.
pub fn choice_bound(sum: f64, total: f64) -> u64 {
    const END: u64 = 1 << UNIT_BITS;
    // It goes up with the number, as what is rounded does.
    let is_behind = |number: u64| sum <= unit_of(number) * total;
    let guess = (sum / total * END as f64) as u64;
    let (mut low, mut high) = (guess.saturating_sub(4), (guess + 4).min(END));
    if is_behind(low) || !is_behind(high) {
        (low, high) = (0, END);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        (low, high) = if is_behind(middle) { (low, middle) } else { (middle + 1, high) };
    }
    low
}

/// As [`choice`], from the [`choice_bound`]s of all sums of weights.
///
/// A few are all compared: where the first one above lies nobody can predict, and a branch
/// on it would cost more.
#[inline(always)]
pub fn choice_by_bounds<T>(words: &mut impl Words, bounds: &[T], bound: impl Fn(&T) -> u64) -> usize {
    const FEW: usize = 16;
    let number = unit_number(words);
    match bounds.len() {
        ..=FEW => bounds.iter().map(|value| usize::from(bound(value) <= number)).sum(),
        _ => bounds.partition_point(|value| bound(value) <= number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same word again and again.
    struct Same(u64);

    impl Words for Same {
        fn next_word(&mut self) -> u64 {
            self.0
        }
    }

    /// At the numbers on which a choice turns, and just below, at both ends and between.
    #[test]
    fn a_choice_by_bounds_is_the_choice_by_weights() {
        let most = f64::MAX / 4.0;
        let tiny = f64::from_bits(1);
        for weights in [
            vec![6.0, 5.0, 4.0, 3.0, 2.0],
            vec![0.1; 10],
            vec![0.0, 1.0, 0.0, 1e-17, 3.0],
            vec![tiny, tiny, 3.0 * tiny],
            vec![most, 1.0, most, most],
            (1..40).map(|number| 1.0 / f64::from(number)).collect(),
        ] {
            let total = weights.iter().sum();
            let sums = weights.iter().scan(0.0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            });
            let bounds: Vec<u64> = sums.map(|sum| choice_bound(sum, total)).collect();
            let turns = bounds.iter().flat_map(|&bound| [bound.saturating_sub(1), bound]);
            let between = (0..1_000u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11);
            let last = (1 << UNIT_BITS) - 1;
            for number in turns.chain(between).map(|number| number.min(last)).chain([0, last]) {
                let mut word = Same(number << (u64::BITS - UNIT_BITS));
                let chosen = choice_by_bounds(&mut word, &bounds, |&bound| bound).min(weights.len() - 1);
                assert_eq!(Ok(chosen), choice(&mut word, weights.iter().copied()), "{number} of {weights:?}");
            }
        }
    }
}
