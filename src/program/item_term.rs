//! Items that are chosen: by the order in which a buffer gives them, or by what a get asks
//! of them.
//!
//! Decides what an expression over an item becomes: a tree whose leaves are words of the
//! state and the item. It can be worked out whenever an item is there, by whomever, and has no
//! effect; where it has no value (an overflow, a division by zero) it just has none.

use super::op::{Slot, Source};
use crate::arithmetic::{BinaryOp, UnaryOp};
use crate::ids::OpId;
use crate::value::{Type, Word};
use std::sync::Arc;

/// An expression over an item.
#[derive(Debug, Clone)]
pub enum ItemTerm {
    /// This field of the item, of which one that is no record has one.
    Field(u8),
    /// A word of the state.
    Word(Source),
    /// Always this word.
    Known(Word),
    /// An operation on one value.
    Unary(UnaryOp, Box<ItemTerm>),
    /// An operation on two values.
    Binary(BinaryOp, Box<[ItemTerm; 2]>),
    /// Both are true.
    And(Box<[ItemTerm; 2]>),
    /// One is true.
    Or(Box<[ItemTerm; 2]>),
}

/// In which order a buffer gives its items, if that is not first in, first out.
#[derive(Debug, Clone)]
pub enum OrderCode {
    /// The last that was put goes first.
    Lifo,
    /// The one with the least key goes first, of a key of this type; of equal ones, the first
    /// that was put.
    By(Arc<ItemTerm>, Type),
}

/// A get that asks something of the item that it takes.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The op that gets.
    pub get: OpId,
    /// Whether it takes an item: a boolean.
    pub accepts: Arc<ItemTerm>,
}

/// By what items are ordered: those without a key last.
pub type ItemKey = (bool, u64);

impl ItemTerm {
    /// The value for this item, where `read` knows the words; `None` if there is none.
    pub fn value(&self, item: &[Word], read: &impl Fn(Source) -> Word) -> Option<Word> {
        Some(match self {
            ItemTerm::Field(field) => item[*field as usize],
            ItemTerm::Word(source) => read(*source),
            ItemTerm::Known(word) => *word,
            ItemTerm::Unary(op, a) => op.apply(a.value(item, read)?).ok()?,
            ItemTerm::Binary(op, sides) => {
                op.apply(sides[0].value(item, read)?, sides[1].value(item, read)?).ok()?
            }
            ItemTerm::And(sides) if sides[0].value(item, read)? == 0 => 0,
            ItemTerm::Or(sides) if sides[0].value(item, read)? != 0 => 1,
            ItemTerm::And(sides) | ItemTerm::Or(sides) => sides[1].value(item, read)?,
        })
    }

    /// Whether an item is accepted, which it is not where there is no value.
    pub fn accepts(&self, item: &[Word], read: &impl Fn(Source) -> Word) -> bool {
        self.value(item, read).is_some_and(|word| word != 0)
    }

    /// The key of an item, where the value has this type.
    pub fn key(&self, ty: Type, item: &[Word], read: &impl Fn(Source) -> Word) -> ItemKey {
        self.value(item, read).map_or((true, 0), |word| (false, ascending(ty, word)))
    }

    /// This term, with the words in it that `read` knows in the place of where they stand.
    pub fn known(&self, read: &impl Fn(Source) -> Word) -> ItemTerm {
        let two = |sides: &[ItemTerm; 2]| Box::new([sides[0].known(read), sides[1].known(read)]);
        match self {
            ItemTerm::Field(field) => ItemTerm::Field(*field),
            ItemTerm::Word(source) => ItemTerm::Known(read(*source)),
            ItemTerm::Known(word) => ItemTerm::Known(*word),
            ItemTerm::Unary(op, a) => ItemTerm::Unary(*op, Box::new(a.known(read))),
            ItemTerm::Binary(op, sides) => ItemTerm::Binary(*op, two(sides)),
            ItemTerm::And(sides) => ItemTerm::And(two(sides)),
            ItemTerm::Or(sides) => ItemTerm::Or(two(sides)),
        }
    }

    /// The frame words that it reads.
    pub fn reads(&self) -> Vec<Slot> {
        match self {
            ItemTerm::Field(_) | ItemTerm::Known(_) => Vec::new(),
            ItemTerm::Word(source) => source.slot().into_iter().collect(),
            ItemTerm::Unary(_, a) => a.reads(),
            ItemTerm::Binary(_, sides) | ItemTerm::And(sides) | ItemTerm::Or(sides) => {
                sides.iter().flat_map(ItemTerm::reads).collect()
            }
        }
    }
}

/// A number that is larger where the value of a word is larger.
fn ascending(ty: Type, word: Word) -> u64 {
    const SIGN: u64 = 1 << 63;
    match ty {
        Type::Bool => word,
        Type::Int | Type::Duration => word ^ SIGN,
        Type::Float if word & SIGN != 0 => !word,
        Type::Float => word | SIGN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn keys_ascend_with_values() {
        let rows: [&[Value]; 4] = [
            &[Value::Int(i64::MIN), Value::Int(-1), Value::Int(0), Value::Int(7), Value::Int(i64::MAX)],
            &[Value::Duration(-5), Value::Duration(0), Value::Duration(5)],
            &[Value::Bool(false), Value::Bool(true)],
            &[
                Value::Float(-1e300),
                Value::Float(-0.5),
                Value::Float(0.0),
                Value::Float(1e-9),
                Value::Float(2.5),
            ],
        ];
        for row in rows {
            let keys: Vec<u64> = row.iter().map(|value| ascending(value.ty(), value.to_word())).collect();
            assert!(keys.is_sorted_by(|a, b| a < b), "{row:?}");
        }
    }

    #[test]
    fn what_has_no_value_is_not_accepted_and_goes_last() {
        let half = ItemTerm::Binary(
            BinaryOp::DivInt,
            Box::new([ItemTerm::Word(Source::global(0)), ItemTerm::Field(0)]),
        );
        let read = |_: Source| 6;
        assert_eq!([2, 3].map(|item| half.value(&[item], &read)), [Some(3), Some(2)]);
        assert!(!half.accepts(&[0], &read) && half.accepts(&[2], &read));
        assert!(half.key(Type::Int, &[0], &read) > half.key(Type::Int, &[1], &read));
    }
}
