//! What the values of a mark add up to.
//!
//! Decides how they are summed: whole numbers and durations exactly, floats in
//! the order of events. Smallest and largest are values of the scenario, and
//! stay what they are.

use crate::figure::{format_figure, trimmed};
use crate::time::format_nanos_short;
use crate::trace::Event;
use crate::value::{Type, Value};

/// The values that a mark carried.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MarkStatistics {
    /// How often it was passed.
    pub count: u64,
    /// What the values add up to; `None` if there was none: the mark was never
    /// passed, or carries none.
    pub values: Option<MarkValues>,
}

/// A value of a mark for a reader: rounded, without zeros behind the last decimal.
pub fn shown_value(value: Value) -> String {
    match value {
        Value::Duration(nanos) if nanos < 0 => format!("-{}", format_nanos_short(nanos.unsigned_abs(), 3)),
        Value::Duration(nanos) => format_nanos_short(nanos.unsigned_abs(), 3),
        Value::Float(number) => trimmed(&format_figure(number, 4)).to_owned(),
        Value::Int(_) | Value::Bool(_) => value.to_string(),
    }
}

/// What the values of a mark add up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarkValues {
    /// Their mean: a duration, to the nearest nanosecond, if they are durations;
    /// the nearest integer, if they are integers and it is 2^53 or more, where a
    /// float could be past the values themselves; else a float, `true` counted as 1.
    pub mean: Value,
    /// The smallest.
    pub min: Value,
    /// The largest.
    pub max: Value,
}

/// By how much the second sum of floats is smaller: more than a run can pass a
/// mark, so that it never overflows.
const SCALE: f64 = 1.0 / (1u128 << 64) as f64;

/// The sums behind a [`MarkStatistics`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MarkTally {
    count: u64,
    /// Of integers and of durations in nanoseconds: exact.
    whole: i128,
    /// Of floats, in the order of events.
    float: f64,
    /// Of floats, scaled down: for those whose sum leaves the finite range.
    scaled: f64,
    /// Smallest and largest so far.
    range: Option<(Value, Value)>,
}

impl MarkTally {
    /// Takes an event of the mark, which carries a value if `has_value`.
    pub(super) fn add(&mut self, event: &Event, has_value: bool) {
        self.count += 1;
        if !has_value {
            return;
        }
        let value = Value::from_word(event.ty, event.value);
        match value {
            Value::Int(number) | Value::Duration(number) => self.whole += i128::from(number),
            Value::Bool(flag) => self.whole += i128::from(flag),
            Value::Float(number) => {
                self.float += number;
                self.scaled += number * SCALE;
            }
        }
        let (min, max) = self.range.unwrap_or((value, value));
        let is_less = |one: Value, other: Value| match (one, other) {
            (Value::Float(one), Value::Float(other)) => one < other,
            // One type throughout, in whose words the order is that of integers.
            (one, other) => (one.to_word() as i64) < (other.to_word() as i64),
        };
        let min = if is_less(value, min) { value } else { min };
        let max = if is_less(max, value) { value } else { max };
        self.range = Some((min, max));
    }

    pub(super) fn finish(self) -> MarkStatistics {
        let values = self.range.map(|(min, max)| MarkValues { mean: self.mean(min.ty()), min, max });
        MarkStatistics { count: self.count, values }
    }

    fn mean(&self, ty: Type) -> Value {
        let count = i128::from(self.count.max(1));
        match ty {
            // To the nearest, halves away from zero; never past the values themselves.
            Type::Duration => Value::Duration(nearest(self.whole, count)),
            Type::Int if self.whole.unsigned_abs() / self.count.max(1) as u128 >= FLOATS_ARE_WHOLE => {
                Value::Int(nearest(self.whole, count))
            }
            Type::Int | Type::Bool => Value::Float(quotient(self.whole, count)),
            Type::Float if self.float.is_finite() => Value::Float(self.float / count as f64),
            Type::Float => Value::Float(self.scaled / count as f64 / SCALE),
        }
    }
}

/// From here on floats are whole numbers, and further up not even all of those.
const FLOATS_ARE_WHOLE: u128 = 1 << 53;

/// The integer nearest to a quotient.
fn nearest(whole: i128, count: i128) -> i64 {
    let half = whole.signum() * (count / 2);
    ((whole + half) / count) as i64
}

/// A quotient below [`FLOATS_ARE_WHOLE`] as a float, exactly where it is whole.
fn quotient(whole: i128, count: i128) -> f64 {
    if whole.unsigned_abs() <= FLOATS_ARE_WHOLE {
        return whole as f64 / count as f64;
    }
    (whole / count) as f64 + (whole % count) as f64 / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Kind;
    use crate::trace::fixture::{A, event};

    fn of(values: &[Value]) -> MarkStatistics {
        let mut tally = MarkTally::default();
        for value in values {
            let event = Event { ty: value.ty(), value: value.to_word(), ..event(0, A, Kind::Mark, 0, 0) };
            tally.add(&event, true);
        }
        tally.finish()
    }

    fn values(mean: impl Into<Value>, min: impl Into<Value>, max: impl Into<Value>) -> Option<MarkValues> {
        Some(MarkValues { mean: mean.into(), min: min.into(), max: max.into() })
    }

    #[test]
    fn each_type_by_hand() {
        use Value::{Duration, Float, Int};
        assert_eq!(of(&[Int(-3), Int(4), Int(1)]).values, values(2.0 / 3.0, -3, 4));
        assert_eq!(of(&[true.into(), false.into()]).values, values(0.5, false, true));
        assert_eq!(of(&[Float(0.5), Float(-1e-9)]).values, values((0.5 - 1e-9) / 2.0, -1e-9, 0.5));
        // A third of a nanosecond more than 1, and two thirds: to the nearest.
        let nanos = |nanos: [i64; 3]| of(&nanos.map(Duration)).values.map(|values| values.mean);
        assert_eq!(nanos([1, 1, 2]), Some(Duration(1)));
        assert_eq!(nanos([1, 2, 2]), Some(Duration(2)));
        assert_eq!(nanos([-1, -2, -2]), Some(Duration(-2)));
        assert_eq!(nanos([i64::MAX; 3]), Some(Duration(i64::MAX)));
    }

    #[test]
    fn the_mean_of_large_integers_lies_between_them() {
        use Value::{Float, Int};
        let mean = |numbers: &[i64]| {
            let all: Vec<Value> = numbers.iter().map(|&number| Int(number)).collect();
            of(&all).values.map(|values| values.mean)
        };
        let odd = (1 << 53) + 1;
        assert_eq!(mean(&[odd]), Some(Int(odd)));
        assert_eq!(mean(&[-odd]), Some(Int(-odd)));
        assert_eq!(mean(&[i64::MAX, i64::MAX - 2]), Some(Int(i64::MAX - 1)));
        // The sum is past 2^53, the mean is not.
        assert_eq!(mean(&[(1 << 53) - 1; 3]), Some(Float(9_007_199_254_740_991.0)));
        assert_eq!(mean(&[2, 4]), Some(Float(3.0)));
    }

    #[test]
    fn no_value_is_no_zero() {
        assert_eq!(of(&[]), MarkStatistics { count: 0, values: None });
        let mut tally = MarkTally::default();
        tally.add(&event(0, A, Kind::Mark, 0, 0), false);
        assert_eq!(tally.finish(), MarkStatistics { count: 1, values: None });
    }

    #[test]
    fn the_mean_of_huge_floats_is_finite() {
        let huge = Value::Float(1e308);
        let Some(MarkValues { mean: Value::Float(mean), .. }) = of(&[huge; 4]).values else { panic!() };
        assert!((mean / 1e308 - 1.0).abs() < 1e-12, "{mean}");
    }
}
