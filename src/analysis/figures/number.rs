//! Numbers of any type, compared exactly: no integer is rounded on the way.

use crate::trace::FigureRange;
use crate::value::Value;
use serde::ser::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A figure as it was found out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FigureValue {
    /// A count, a number of nanoseconds, or a boolean.
    Whole(i128),
    /// Anything else.
    Float(f64),
}

impl FigureValue {
    /// A value of a scenario; a duration is its nanoseconds.
    pub fn of(value: Value) -> FigureValue {
        match value {
            Value::Int(number) | Value::Duration(number) => FigureValue::Whole(number.into()),
            Value::Bool(flag) => FigureValue::Whole(flag.into()),
            Value::Float(number) => FigureValue::Float(number),
        }
    }

    /// The number, where its last digits do not matter.
    pub fn as_f64(self) -> f64 {
        match self {
            FigureValue::Whole(whole) => whole as f64,
            FigureValue::Float(float) => float,
        }
    }

    /// A number of a report.
    pub fn of_json(number: &serde_json::Number) -> Option<FigureValue> {
        let whole = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
        whole.map(FigureValue::Whole).or(number.as_f64().map(FigureValue::Float))
    }

    /// Whether it is within the bounds.
    pub fn is_within(self, range: FigureRange) -> bool {
        let against = |bound: Value| self.compare(FigureValue::of(bound));
        range.at_least.is_none_or(|least| against(least).is_some_and(Ordering::is_ge))
            && range.at_most.is_none_or(|most| against(most).is_some_and(Ordering::is_le))
    }

    /// How much more it is than another one; exact where both are whole.
    pub fn minus(self, other: FigureValue) -> FigureValue {
        match (self, other) {
            (FigureValue::Whole(one), FigureValue::Whole(other)) => {
                FigureValue::Whole(one.saturating_sub(other))
            }
            (one, other) => FigureValue::Float(one.as_f64() - other.as_f64()),
        }
    }

    fn compare(self, other: FigureValue) -> Option<Ordering> {
        match (self, other) {
            (FigureValue::Whole(one), FigureValue::Whole(other)) => Some(one.cmp(&other)),
            (FigureValue::Float(one), FigureValue::Float(other)) => one.partial_cmp(&other),
            (FigureValue::Whole(one), FigureValue::Float(other)) => whole_and_float(one, other),
            (FigureValue::Float(one), FigureValue::Whole(other)) => {
                whole_and_float(other, one).map(Ordering::reverse)
            }
        }
    }
}

/// As a number; one past all others of JSON as a float that is not finite is null.
impl Serialize for FigureValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            FigureValue::Whole(whole) => match (u64::try_from(whole), i64::try_from(whole)) {
                (Ok(whole), _) => serializer.serialize_u64(whole),
                (_, Ok(whole)) => serializer.serialize_i64(whole),
                _ => serializer.serialize_i128(whole),
            },
            FigureValue::Float(float) => serializer.serialize_f64(float),
        }
    }
}

/// As it is written in tables for programs; what is read again is the same number.
impl fmt::Display for FigureValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FigureValue::Whole(whole) => whole.fmt(f),
            FigureValue::Float(float) => write!(f, "{float:?}"),
        }
    }
}

impl FromStr for FigureValue {
    type Err = ();

    fn from_str(text: &str) -> Result<FigureValue, ()> {
        let whole = text.parse().map(FigureValue::Whole);
        whole.or_else(|_| text.parse().map(FigureValue::Float)).map_err(|_| ())
    }
}

/// A float is cut to an integer where it has one, so that nothing is lost.
fn whole_and_float(whole: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    // Past the range of integers the cast stays at its end, where no figure is.
    let cut = whole.cmp(&(float as i128));
    Some(cut.then_with(|| 0.0.partial_cmp(&(float - float.trunc())).unwrap_or(Ordering::Equal)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digit_is_lost() {
        let at_most = |most| FigureRange { at_least: None, at_most: Some(most) };
        // 2^53 + 1 is no float.
        assert!(!FigureValue::Whole((1 << 53) + 1).is_within(at_most(Value::Float((1u64 << 53) as f64))));
        assert!(FigureValue::Whole(1 << 53).is_within(at_most(Value::Float((1u64 << 53) as f64))));
        assert!(FigureValue::Whole(2).is_within(at_most(Value::Float(2.5))));
        assert!(!FigureValue::Float(2.5).is_within(at_most(Value::Int(2))));
        assert!(FigureValue::Float(-2.5).is_within(at_most(Value::Int(-2))));
        assert!(!FigureValue::Float(-1.5).is_within(at_most(Value::Int(-2))));
        assert!(
            FigureValue::Whole(1_000_000_000).is_within(FigureRange::exactly(Value::Duration(1_000_000_000)))
        );
        assert!(!FigureValue::Float(f64::NAN).is_within(at_most(Value::Int(2))));
    }
}
