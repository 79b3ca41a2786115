//! Histograms as reports tell them: few bins of equal width.
//!
//! Decides how many bins there are, and that their width is whole.

/// How many bins a histogram has at most.
const BINS: u64 = 20;

/// Weights of numbers in bins of equal width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// The smallest number of the first bin.
    pub from: i64,
    /// How many whole numbers a bin has.
    pub width: u64,
    /// The weight of each: how many there are, or for how many nanoseconds.
    pub weights: Vec<u64>,
}

impl Histogram {
    /// For numbers from `smallest` to `largest`.
    pub(super) fn new(smallest: i64, largest: i64) -> Histogram {
        // As large as that of all integers, which is no integer of 64 bits.
        let numbers = largest.abs_diff(smallest).saturating_add(1);
        let width = numbers.div_ceil(BINS);
        Histogram { from: smallest, width, weights: vec![0; numbers.div_ceil(width) as usize] }
    }

    /// Adds a weight to a number; one outside goes to the nearest bin.
    pub(super) fn add(&mut self, number: i64, weight: u64) {
        let above = number.max(self.from).abs_diff(self.from);
        let bin = ((above / self.width) as usize).min(self.weights.len() - 1);
        self.weights[bin] += weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_by_hand() {
        let mut histogram = Histogram::new(-1, 38);
        assert_eq!((histogram.width, histogram.weights.len()), (2, 20));
        for number in [-1, 0, 1, 38, 99, -7] {
            histogram.add(number, 1);
        }
        assert_eq!((histogram.weights[0], histogram.weights[1], histogram.weights[19]), (3, 1, 2));
        assert_eq!(Histogram::new(5, 5).weights.len(), 1);
        assert_eq!(Histogram::new(0, 20).weights.len(), 11);
        assert_eq!(Histogram::new(i64::MIN, i64::MAX).weights.len(), 20);
    }
}
