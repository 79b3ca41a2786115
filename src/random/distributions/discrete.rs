//! The distributions over integers and over given values.

use crate::random::sample::{SampleError, Words, finite, positive, unit};

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

/// As [`choice`], from the sums of weights: how many of them are not above a number that is
/// uniform from 0 to 1, times the last of them, `total`.
///
/// A few are all compared: where the first one above lies nobody can predict, and a branch
/// on it would cost more.
#[inline(always)]
pub fn choice_by_sums<T>(words: &mut impl Words, sums: &[T], sum: impl Fn(&T) -> f64, total: f64) -> usize {
    const FEW: usize = 16;
    let target = unit(words) * total;
    match sums.len() {
        ..=FEW => sums.iter().map(|value| usize::from(sum(value) <= target)).sum(),
        _ => sums.partition_point(|value| sum(value) <= target),
    }
}
