//! What `+`, `/`, `min` and their like mean: the one place, for the values
//! that are known when a scenario is loaded and for those of a run.
//!
//! All operations are total: they give a word or an [`ArithmeticError`], never
//! a panic, an infinity or a NaN. Whole numbers are checked; `/` and `%` round
//! down and take the sign of the divisor, as in Python, so that
//! `(i - 1) % capacity` is a valid index.

use crate::value::Word;
use std::fmt;

/// Why an operation has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticError {
    /// The right side of `/` or `%` is zero.
    DivisionByZero,
    /// The result does not fit 64 bits.
    Overflow,
    /// The result is not a finite number.
    NotFinite,
}

impl fmt::Display for ArithmeticError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ArithmeticError::DivisionByZero => "division by zero",
            ArithmeticError::Overflow => "the result does not fit 64 bits",
            ArithmeticError::NotFinite => "the result is not a finite number",
        })
    }
}

impl std::error::Error for ArithmeticError {}

/// An operation on one value. Durations are whole nanoseconds, so operations
/// on them are those of `Int` unless named otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-a` on integers and durations.
    NegInt,
    /// `-a` on floats.
    NegFloat,
    /// `not a`.
    Not,
    /// `abs(a)` on integers and durations.
    AbsInt,
    /// `abs(a)` on floats.
    AbsFloat,
    /// Integer to float.
    IntToFloat,
    /// `floor(a)`: float to integer, downwards.
    Floor,
    /// `ceil(a)`: float to integer, upwards.
    Ceil,
    /// `round(a)`: float to the nearest integer, halves away from zero.
    Round,
    /// `int(a)`: float to integer, towards zero.
    Truncate,
    /// `seconds(a)`: duration to float seconds.
    ToSeconds,
}

/// An operation on two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `a + b` on integers, and on durations.
    AddInt,
    /// `a - b` on integers, and on durations.
    SubInt,
    /// `a * b` on integers, and of a duration and an integer.
    MulInt,
    /// `a / b` on integers, rounded down.
    DivInt,
    /// `a % b` on integers, with the sign of `b`, and on durations.
    RemInt,
    /// `a + b` on floats.
    AddFloat,
    /// `a - b` on floats.
    SubFloat,
    /// `a * b` on floats.
    MulFloat,
    /// `a / b` on floats.
    DivFloat,
    /// A duration times a float, rounded to the nearest nanosecond.
    MulDurationFloat,
    /// A duration divided by an integer, rounded to the nearest nanosecond.
    DivDurationInt,
    /// A duration divided by a float, rounded to the nearest nanosecond.
    DivDurationFloat,
    /// A duration divided by a duration: a float.
    DivDurations,
    /// `min(a, b)` on integers and durations.
    MinInt,
    /// `max(a, b)` on integers and durations.
    MaxInt,
    /// `min(a, b)` on floats.
    MinFloat,
    /// `max(a, b)` on floats.
    MaxFloat,
    /// `a < b` on integers and durations.
    LessInt,
    /// `a <= b` on integers and durations.
    LessEqualInt,
    /// `a < b` on floats.
    LessFloat,
    /// `a <= b` on floats.
    LessEqualFloat,
    /// `a == b` on integers, durations and booleans.
    EqualInt,
    /// `a != b` on integers, durations and booleans.
    NotEqualInt,
    /// `a == b` on floats.
    EqualFloat,
    /// `a != b` on floats.
    NotEqualFloat,
}

use ArithmeticError::{DivisionByZero, NotFinite, Overflow};

impl UnaryOp {
    /// All of them, in the order of their discriminants.
    pub const ALL: [UnaryOp; 11] = [
        UnaryOp::NegInt,
        UnaryOp::NegFloat,
        UnaryOp::Not,
        UnaryOp::AbsInt,
        UnaryOp::AbsFloat,
        UnaryOp::IntToFloat,
        UnaryOp::Floor,
        UnaryOp::Ceil,
        UnaryOp::Round,
        UnaryOp::Truncate,
        UnaryOp::ToSeconds,
    ];

    /// Applies the operation to the word of a value of the right type.
    ///
    /// # Errors
    /// [`ArithmeticError`] if the result cannot be represented.
    #[inline(always)]
    pub fn apply(self, a: Word) -> Result<Word, ArithmeticError> {
        let int = a as i64;
        let float = f64::from_bits(a);
        match self {
            UnaryOp::NegInt => checked(int.checked_neg()),
            UnaryOp::NegFloat => finite(-float),
            UnaryOp::Not => Ok(u64::from(a == 0)),
            UnaryOp::AbsInt => checked(int.checked_abs()),
            UnaryOp::AbsFloat => finite(libm::fabs(float)),
            UnaryOp::IntToFloat => finite(int as f64),
            UnaryOp::Floor => to_int(libm::floor(float)),
            UnaryOp::Ceil => to_int(libm::ceil(float)),
            UnaryOp::Round => to_int(libm::round(float)),
            UnaryOp::Truncate => to_int(libm::trunc(float)),
            UnaryOp::ToSeconds => finite(int as f64 / 1e9),
        }
    }
}

impl BinaryOp {
    /// Whether it has no value if `b` is 0.
    pub fn divides(self) -> bool {
        matches!(
            self,
            BinaryOp::DivInt
                | BinaryOp::RemInt
                | BinaryOp::DivFloat
                | BinaryOp::DivDurationInt
                | BinaryOp::DivDurationFloat
                | BinaryOp::DivDurations
        )
    }

    /// Whether it says of two values whether something holds.
    pub const fn is_condition(self) -> bool {
        self as u8 >= BinaryOp::LessInt as u8
    }

    /// What the operation with this number, which is known when this is compiled, makes of the words of
    /// two values of the right types: nothing is compiled then but that operation.
    ///
    /// # Errors
    /// [`ArithmeticError`] if the result cannot be represented.
    #[inline(always)]
    pub fn known<const OP: usize>(a: Word, b: Word) -> Result<Word, ArithmeticError> {
        let (x, y) = (a as i64, b as i64);
        let (u, v) = (f64::from_bits(a), f64::from_bits(b));
        match OP {
            number::AddInt => checked(x.checked_add(y)),
            number::SubInt => checked(x.checked_sub(y)),
            number::MulInt => checked(x.checked_mul(y)),
            number::DivInt => divide_down(x, y),
            number::RemInt => remainder_down(x, y),
            number::AddFloat => finite(u + v),
            number::SubFloat => finite(u - v),
            number::MulFloat => finite(u * v),
            number::DivFloat if v == 0.0 => Err(DivisionByZero),
            number::DivFloat => finite(u / v),
            number::MulDurationFloat => to_int(libm::round(x as f64 * v)),
            number::DivDurationInt => divide_nearest(x, y),
            number::DivDurationFloat if v == 0.0 => Err(DivisionByZero),
            number::DivDurationFloat => to_int(libm::round(x as f64 / v)),
            number::DivDurations if y == 0 => Err(DivisionByZero),
            number::DivDurations => finite(x as f64 / y as f64),
            number::MinInt => Ok(x.min(y) as u64),
            number::MaxInt => Ok(x.max(y) as u64),
            number::MinFloat => Ok(if v < u { b } else { a }),
            number::MaxFloat => Ok(if v > u { b } else { a }),
            number::LessInt => Ok(u64::from(x < y)),
            number::LessEqualInt => Ok(u64::from(x <= y)),
            number::LessFloat => Ok(u64::from(u < v)),
            number::LessEqualFloat => Ok(u64::from(u <= v)),
            number::EqualInt => Ok(u64::from(a == b)),
            number::NotEqualInt => Ok(u64::from(a != b)),
            number::EqualFloat => Ok(u64::from(u == v)),
            number::NotEqualFloat => Ok(u64::from(u != v)),
            _ => unreachable!("no operation has this number"),
        }
    }
}

/// The operations in the order of their discriminants, each also under its number.
macro_rules! numbered {
    ($($op:ident)*) => {
        impl BinaryOp {
            /// All of them, in the order of their discriminants.
            pub const ALL: [BinaryOp; [$(number::$op),*].len()] = [$(BinaryOp::$op),*];

            /// Applies the operation to the words of two values of the right types.
            ///
            /// # Errors
            /// [`ArithmeticError`] if the result cannot be represented.
            #[inline(always)]
            pub fn apply(self, a: Word, b: Word) -> Result<Word, ArithmeticError> {
                match self {
                    $(BinaryOp::$op => BinaryOp::known::<{ number::$op }>(a, b),)*
                }
            }
        }

        /// The discriminants, to be matched.
        #[allow(non_upper_case_globals)]
        mod number {
            $(pub const $op: usize = super::BinaryOp::$op as usize;)*
        }
    };
}

numbered! {
    AddInt SubInt MulInt DivInt RemInt
    AddFloat SubFloat MulFloat DivFloat
    MulDurationFloat DivDurationInt DivDurationFloat DivDurations
    MinInt MaxInt MinFloat MaxFloat
    LessInt LessEqualInt LessFloat LessEqualFloat
    EqualInt NotEqualInt EqualFloat NotEqualFloat
}

#[inline]
fn checked(result: Option<i64>) -> Result<Word, ArithmeticError> {
    result.map(|number| number as u64).ok_or(Overflow)
}

#[inline]
fn finite(result: f64) -> Result<Word, ArithmeticError> {
    if result.is_finite() { Ok(result.to_bits()) } else { Err(NotFinite) }
}

/// A whole float to an integer, if it fits.
#[inline]
fn to_int(whole: f64) -> Result<Word, ArithmeticError> {
    // 2^63 is a float exactly; the largest i64 is not.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&whole) { Ok((whole as i64) as u64) } else { Err(Overflow) }
}

#[inline]
fn divide_down(x: i64, y: i64) -> Result<Word, ArithmeticError> {
    if y == 0 {
        return Err(DivisionByZero);
    }
    let quotient = x.checked_div(y).ok_or(Overflow)?;
    let inexact = x.wrapping_rem(y) != 0;
    Ok((quotient - i64::from(inexact && (x < 0) != (y < 0))) as u64)
}

/// The quotient rounded to the nearest integer, halves away from zero.
#[inline]
fn divide_nearest(x: i64, y: i64) -> Result<Word, ArithmeticError> {
    if y == 0 {
        return Err(DivisionByZero);
    }
    let quotient = x.checked_div(y).ok_or(Overflow)?;
    let rest = x.wrapping_rem(y).unsigned_abs();
    let away = if (x < 0) == (y < 0) { 1 } else { -1 };
    // At most half of the largest number if there is a rest, so one more fits.
    Ok((quotient + if rest >= y.unsigned_abs() - rest { away } else { 0 }) as u64)
}

#[inline]
fn remainder_down(x: i64, y: i64) -> Result<Word, ArithmeticError> {
    if y == 0 {
        return Err(DivisionByZero);
    }
    // An index that goes round needs no division, most of the time.
    if (0..y).contains(&x) {
        return Ok(x as u64);
    }
    let remainder = x.wrapping_rem(y);
    let wrong_sign = remainder != 0 && (remainder < 0) != (y < 0);
    Ok((if wrong_sign { remainder + y } else { remainder }) as u64)
}

const _: () = {
    let mut number = 0;
    while number < BinaryOp::ALL.len() {
        assert!(BinaryOp::ALL[number] as usize == number, "in the order of their discriminants");
        number += 1;
    }
    assert!(BinaryOp::ALL.len() == BinaryOp::NotEqualFloat as usize + 1, "all of them");
    number = 0;
    while number < UnaryOp::ALL.len() {
        assert!(UnaryOp::ALL[number] as usize == number, "in the order of their discriminants");
        number += 1;
    }
    assert!(UnaryOp::ALL.len() == UnaryOp::ToSeconds as usize + 1, "all of them");
};

#[cfg(test)]
mod tests {
    use super::*;

    fn int(op: BinaryOp, a: i64, b: i64) -> Result<i64, ArithmeticError> {
        op.apply(a as u64, b as u64).map(|word| word as i64)
    }

    /// The values are CPython's: `7 // -2`, `-7 % 3` and so on.
    #[test]
    fn division_rounds_down_as_in_python() {
        for (a, b, quotient, remainder) in
            [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (6, 3, 2, 0)]
        {
            assert_eq!(int(BinaryOp::DivInt, a, b), Ok(quotient));
            assert_eq!(int(BinaryOp::RemInt, a, b), Ok(remainder));
        }
        assert_eq!(int(BinaryOp::DivInt, i64::MIN, -1), Err(Overflow));
        assert_eq!(int(BinaryOp::RemInt, i64::MIN, -1), Ok(0));
        assert_eq!(int(BinaryOp::RemInt, 1, 0), Err(DivisionByZero));
    }

    #[test]
    fn nothing_leaves_the_finite_range() {
        let huge = f64::MAX.to_bits();
        assert_eq!(BinaryOp::MulFloat.apply(huge, huge), Err(NotFinite));
        assert_eq!(BinaryOp::DivFloat.apply(huge, 0f64.to_bits()), Err(DivisionByZero));
        assert_eq!(UnaryOp::Round.apply(huge), Err(Overflow));
        assert_eq!(UnaryOp::Round.apply(2.5f64.to_bits()), Ok(3));
        assert_eq!(UnaryOp::NegInt.apply(i64::MIN as u64), Err(Overflow));
    }

    #[test]
    fn durations_scale_to_the_nearest_nanosecond() {
        assert_eq!(BinaryOp::DivDurationFloat.apply(1_000_000_000, 0.9f64.to_bits()), Ok(1_111_111_111));
        assert_eq!(BinaryOp::MulDurationFloat.apply(3, 0.5f64.to_bits()), Ok(2));
    }

    /// An integer and the float of the same value divide alike, halves away from zero.
    #[test]
    fn durations_divide_alike_by_integers_and_floats() {
        for nanos in [-7, -5, -4, -1, 0, 1, 4, 5, 7, 1_000_000_000] {
            for by in [-3i64, -2, -1, 1, 2, 3, 7, 10] {
                let exact = (nanos as f64 / by as f64).abs() + 0.5;
                let nearest = exact.floor() as i64 * (nanos * by).signum();
                assert_eq!(int(BinaryOp::DivDurationInt, nanos, by), Ok(nearest), "{nanos} / {by}");
                let float = BinaryOp::DivDurationFloat.apply(nanos as u64, (by as f64).to_bits());
                assert_eq!(float, Ok(nearest as u64), "{nanos} / {by}.0");
            }
        }
        assert_eq!(int(BinaryOp::DivDurationInt, i64::MAX, 2), Ok(1 << 62));
        assert_eq!(int(BinaryOp::DivDurationInt, i64::MIN, -1), Err(Overflow));
        assert_eq!(int(BinaryOp::DivDurationInt, i64::MAX, i64::MIN), Ok(-1));
        assert_eq!(int(BinaryOp::DivDurationInt, 1, 0), Err(DivisionByZero));
    }
}
