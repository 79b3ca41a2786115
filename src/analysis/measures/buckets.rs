//! Whole numbers with weights, in a bounded number of buckets.
//!
//! Decides how wide a bucket is: one up to [`EXACT`], then as wide as keeps every number
//! within [`RELATIVE_ERROR`] of the middle of its bucket. This is the layout of HDR
//! histograms; it takes no logarithms, so it is the same on every platform.

/// Numbers below this have buckets of their own.
const EXACT: u64 = 1 << 11;

/// Of each power of two above it, so many buckets.
const HALF: u64 = EXACT / 2;

/// By which share of itself a number may be off.
pub(super) const RELATIVE_ERROR: f64 = 1.0 / EXACT as f64;

/// The weights of whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Buckets {
    /// Of numbers below zero, by their magnitude.
    negative: Vec<u64>,
    positive: Vec<u64>,
    /// Whether any number had no bucket of its own.
    is_rounded: bool,
}

impl Buckets {
    /// Adds a weight to a number; whether it has a bucket of its own.
    #[inline]
    pub(super) fn add(&mut self, number: i64, weight: u64) -> bool {
        // Most numbers are small and were there before.
        if (number as u64) < EXACT
            && let Some(bucket) = self.positive.get_mut(number as usize)
        {
            *bucket += weight;
            return true;
        }
        self.add_any(number, weight)
    }

    #[inline(never)]
    fn add_any(&mut self, number: i64, weight: u64) -> bool {
        let magnitude = number.unsigned_abs();
        let buckets = if number < 0 { &mut self.negative } else { &mut self.positive };
        let bucket = bucket_of(magnitude);
        if bucket >= buckets.len() {
            buckets.resize(bucket + 1, 0);
        }
        buckets[bucket] += weight;
        let is_exact = magnitude < EXACT;
        self.is_rounded |= !is_exact;
        is_exact
    }

    /// The numbers that have buckets of their own, with their weights, ascending.
    pub(super) fn exact(&self) -> impl Iterator<Item = (i64, u64)> {
        self.iter().filter(|&(number, _)| number.unsigned_abs() < EXACT)
    }

    /// By which share of itself a number may be off.
    pub(super) fn relative_error(&self) -> f64 {
        if self.is_rounded { RELATIVE_ERROR } else { 0.0 }
    }

    /// The numbers with their weights, ascending, each as the middle of its bucket.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, u64)> {
        let below = self.negative.iter().enumerate().rev().map(|(at, &weight)| (-middle(at), weight));
        let above = self.positive.iter().enumerate().map(|(at, &weight)| (middle(at), weight));
        below.chain(above).filter(|&(_, weight)| weight > 0)
    }

    /// The smallest number such that those up to it have so many thousandths of the
    /// weight; `None` if there is no weight.
    pub(super) fn quantile(&self, thousandths: u16) -> Option<i64> {
        let total = self.negative.iter().chain(&self.positive).sum();
        let rank = rank(total, thousandths);
        let mut passed = 0;
        let is_there = |&(_, weight): &(i64, u64)| {
            passed += weight;
            passed >= rank
        };
        self.iter().find(is_there).map(|(number, _)| number)
    }
}

/// The rank of a quantile among so many, from 1.
pub(super) fn rank(total: u64, thousandths: u16) -> u64 {
    ((u128::from(total) * u128::from(thousandths)).div_ceil(1000) as u64).max(1)
}

fn bucket_of(magnitude: u64) -> usize {
    if magnitude < EXACT {
        return magnitude as usize;
    }
    let shift = u64::from(EXACT.leading_zeros() - magnitude.leading_zeros()) + 1;
    (EXACT + (shift - 1) * HALF + (magnitude >> shift) - HALF) as usize
}

/// The number that stands for all in a bucket.
fn middle(bucket: usize) -> i64 {
    let bucket = bucket as u64;
    if bucket < EXACT {
        return bucket as i64;
    }
    let shift = (bucket - EXACT) / HALF + 1;
    let lowest = (HALF + (bucket - EXACT) % HALF) << shift;
    i64::try_from(lowest + (1 << (shift - 1))).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        assert_eq!(bucket_of(EXACT - 1) + 1, bucket_of(EXACT));
        for power in 12..63 {
            let first = 1u64 << power;
            assert_eq!(bucket_of(first - 1) + 1, bucket_of(first), "2^{power}");
        }
        assert!(bucket_of(u64::MAX) < 60_000);
    }

    proptest! {
        /// Against the sorted numbers themselves.
        #[test]
        fn quantiles_are_within_the_error(
            shift in 0u32..60,
            numbers in prop::collection::vec(any::<i64>(), 1..300),
            thousandths in 1u16..1000,
        ) {
            let mut numbers: Vec<i64> = numbers.into_iter().map(|number| number >> shift).collect();
            let mut buckets = Buckets::default();
            numbers.iter().for_each(|&number| assert!(buckets.add(number, 1) || number.unsigned_abs() >= EXACT));
            numbers.sort_unstable();
            let exact = numbers[rank(numbers.len() as u64, thousandths) as usize - 1];
            let found = buckets.quantile(thousandths).expect("there are some");
            let off = (i128::from(found) - i128::from(exact)).unsigned_abs() as f64;
            prop_assert!(off <= exact.unsigned_abs() as f64 * buckets.relative_error(), "{found}, not {exact}");
        }

        /// A weight is as good as so many of a number.
        #[test]
        fn weights_count(numbers in prop::collection::vec((-50i64..50, 1u64..20), 1..40), thousandths in 1u16..1000) {
            let mut buckets = Buckets::default();
            numbers.iter().for_each(|&(number, weight)| assert!(buckets.add(number, weight)));
            let mut all: Vec<i64> =
                numbers.iter().flat_map(|&(number, weight)| std::iter::repeat_n(number, weight as usize)).collect();
            all.sort_unstable();
            let exact = all[rank(all.len() as u64, thousandths) as usize - 1];
            prop_assert_eq!(buckets.quantile(thousandths), Some(exact));
            prop_assert_eq!(buckets.relative_error(), 0.0);
        }
    }
}
