//! Values from the rows of a table.
//!
//! Decides which value is drawn. A row is read as the words of a stream are: the position
//! that belongs to the machine's state says which is the next.

use super::distributions::integer_from;
use super::sample::{SampleError, Words, finite, unit};

/// Which value of a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataDraw {
    /// That of the next row, or of a row by its number.
    Trace {
        /// Whether the first row follows the last.
        repeats: bool,
    },
    /// One of all, each equally likely.
    Bootstrap,
    /// One between two neighbours: the values are floats, from the smallest on, a
    /// duration in nanoseconds.
    Empirical,
}

/// The value of this row, counted from 0, or of the one that follows what was read up to
/// the position.
///
/// # Errors
/// [`SampleError::NoRow`] if there is none.
pub fn of_row(
    values: &[u64],
    repeats: bool,
    row: Option<i64>,
    position: &mut u64,
) -> Result<u64, SampleError> {
    let number = match row {
        Some(row) => row,
        None => {
            let next = *position as i64;
            *position += 1;
            next
        }
    };
    let number = if repeats { number.rem_euclid(values.len() as i64) } else { number };
    usize::try_from(number).ok().and_then(|number| values.get(number)).copied().ok_or(SampleError::NoRow)
}

/// One of these values, each equally likely; there is at least one.
pub fn bootstrap(words: &mut impl Words, values: &[u64]) -> u64 {
    values[integer_from(words, 0, values.len() as u64) as usize]
}

/// A value between two neighbours of at least one, which are floats (as words) from the
/// smallest on: the k-th of n is the (k - 1)/(n - 1) quantile, and between two the
/// distribution function is a straight line (Law, "Simulation Modeling and Analysis", fifth
/// edition, section 6.2.4). So nothing is drawn beyond the smallest and the largest.
///
/// # Errors
/// [`SampleError::NotFinite`] if two neighbours are too far from each other.
pub fn empirical(words: &mut impl Words, sorted: &[u64]) -> Result<f64, SampleError> {
    let last = sorted.len() - 1;
    let at = unit(words) * last as f64;
    let below = (at as usize).min(last);
    let value = |place: usize| f64::from_bits(sorted[place]);
    let (low, high) = (value(below), value((below + 1).min(last)));
    finite(low + (at - below as f64) * (high - low))
}
