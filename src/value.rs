//! The four types of value that a scenario computes with, and their one
//! machine form.
//!
//! Every value fits one 64-bit word, so all dynamic state is one flat array of
//! words. The type is known when the scenario is loaded and is not stored.

use crate::time::format_nanos;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Deref;

/// The raw 64 bits of a value; what they mean is said by a [`Type`].
pub type Word = u64;

/// The type of a value, known when the scenario is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Type {
    /// A whole number, 64 bits, signed; arithmetic that overflows is a fault.
    Int,
    /// A finite 64-bit float; arithmetic that leaves the finite range is a fault.
    Float,
    /// `true` or `false`.
    Bool,
    /// Signed nanoseconds. May be negative between two steps of a
    /// calculation, but not where time is to pass.
    Duration,
}

impl Type {
    /// All types, in the order of their discriminants.
    pub const ALL: [Type; 4] = [Type::Int, Type::Float, Type::Bool, Type::Duration];

    /// The word for it in a scenario.
    pub const fn name(self) -> &'static str {
        match self {
            Type::Int => "int",
            Type::Float => "float",
            Type::Bool => "bool",
            Type::Duration => "duration",
        }
    }

    /// With its article, for messages: `an integer`.
    pub fn described(self) -> &'static str {
        match self {
            Type::Int => "an integer",
            Type::Float => "a float",
            Type::Bool => "a boolean",
            Type::Duration => "a duration",
        }
    }

    /// Whether a value of this type in a real program may be a measurement, which
    /// is another one each time.
    pub fn is_measured(self) -> bool {
        matches!(self, Type::Float | Type::Duration)
    }
}

/// A value with its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// See [`Type::Int`].
    Int(i64),
    /// See [`Type::Float`].
    Float(f64),
    /// See [`Type::Bool`].
    Bool(bool),
    /// See [`Type::Duration`]; signed nanoseconds.
    Duration(i64),
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Value {
        Value::Int(number.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Float(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

/// The longest duration, 292 years, stands for all that are longer.
impl From<std::time::Duration> for Value {
    fn from(duration: std::time::Duration) -> Value {
        Value::Duration(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl Value {
    /// The type of this value.
    pub fn ty(self) -> Type {
        match self {
            Value::Int(_) => Type::Int,
            Value::Float(_) => Type::Float,
            Value::Bool(_) => Type::Bool,
            Value::Duration(_) => Type::Duration,
        }
    }

    /// The 64 bits that stand for this value in the machine.
    pub fn to_word(self) -> Word {
        match self {
            Value::Int(number) | Value::Duration(number) => number as u64,
            Value::Float(number) => number.to_bits(),
            Value::Bool(flag) => u64::from(flag),
        }
    }

    /// Reads 64 bits back as a value of type `ty`.
    pub fn from_word(ty: Type, word: Word) -> Value {
        match ty {
            Type::Int => Value::Int(word as i64),
            Type::Float => Value::Float(f64::from_bits(word)),
            Type::Bool => Value::Bool(word != 0),
            Type::Duration => Value::Duration(word as i64),
        }
    }

    /// The value as a plain number: a duration in seconds, `true` as 1. For statistics
    /// and drawing.
    pub fn as_f64(self) -> f64 {
        match self {
            Value::Int(number) => number as f64,
            Value::Float(number) => number,
            Value::Bool(flag) => f64::from(u8::from(flag)),
            Value::Duration(nanos) => nanos as f64 / 1e9,
        }
    }

    /// The value as JSON: integers and booleans as they are, durations as integer
    /// nanoseconds, floats as numbers.
    pub fn to_json(self) -> serde_json::Value {
        match self {
            Value::Int(number) | Value::Duration(number) => number.into(),
            Value::Float(number) => number.into(),
            Value::Bool(flag) => flag.into(),
        }
    }
}

impl fmt::Display for Value {
    /// Writes the value as the log of a run has it: `50`, `0.5`, `true`, `1.5s`. A float always
    /// shows a point or an exponent, so that it reads back as a float.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::Int(number) => number.fmt(f),
            Value::Float(number) => write!(f, "{number:?}"),
            Value::Bool(flag) => flag.fmt(f),
            Value::Duration(nanos) => f.pad(&format_nanos(nanos)),
        }
    }
}

/// How many fields a record may have.
pub const MOST_FIELDS: usize = 8;

/// An item of a buffer: a word, or a record of a few. A record is as many words, one behind the
/// other, wherever an item lies: in a buffer, at a process that puts or gets it, and in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    words: [Word; MOST_FIELDS],
    fields: u8,
}

impl Item {
    /// The item of these words, at most [`MOST_FIELDS`].
    pub fn of(words: &[Word]) -> Item {
        let mut item = Item { words: [0; MOST_FIELDS], fields: words.len() as u8 };
        item.words[..words.len()].copy_from_slice(words);
        item
    }

    /// The item of an event: its value, and the words beside it. A trace from elsewhere may have
    /// more of them than a record has.
    pub fn told(first: Word, rest: &[Word]) -> Item {
        let rest = &rest[..rest.len().min(MOST_FIELDS - 1)];
        let mut item = Item::from(first);
        item.words[1..=rest.len()].copy_from_slice(rest);
        item.fields += rest.len() as u8;
        item
    }
}

impl From<Word> for Item {
    fn from(word: Word) -> Item {
        Item::of(&[word])
    }
}

impl Deref for Item {
    type Target = [Word];

    fn deref(&self) -> &[Word] {
        &self.words[..self.fields as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_every_value() {
        for value in [Value::Int(-3), Value::Float(-0.5), Value::Bool(true), Value::Duration(-7)] {
            assert_eq!(Value::from_word(value.ty(), value.to_word()), value);
        }
    }

    #[test]
    fn log_text() {
        assert_eq!(Value::Float(15.0).to_string(), "15.0");
        assert_eq!(Value::Duration(1_500_000_000).to_string(), "1.5s");
    }
}
