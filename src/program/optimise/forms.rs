//! In which form operations and their operands stand in an op.

use super::op::{Argument, FRAME, FROM_FLOAT, KNOWN, MASK, Operation};
use crate::arithmetic::BinaryOp;
use crate::value::Word;

/// An operation, or one that comes to the same and costs less.
pub(super) fn strength(op: BinaryOp, b: Argument) -> (Operation, Argument) {
    match (op, b) {
        (BinaryOp::RemInt, Argument::Known(b)) if b.is_power_of_two() && (b as i64) > 0 => {
            (MASK, Argument::Known(b - 1))
        }
        _ => (op as Operation, b),
    }
}

/// The form of an operand in 32 bits, and these.
pub(super) fn short(op: Operation, c: Argument) -> Option<(usize, u32)> {
    match c {
        Argument::Frame(slot) => Some((FRAME, slot)),
        Argument::Known(word) if is_of_floats(op) => {
            let float = f64::from_bits(word);
            let short = float as f32;
            (f64::from(short).to_bits() == float.to_bits()).then_some((KNOWN, short.to_bits()))
        }
        Argument::Known(word) => Some((KNOWN, i32::try_from(word as i64).ok()? as u32)),
        Argument::Clock => None,
    }
}

/// The word of a known operand that stands in 32 bits.
#[inline(always)]
pub const fn unshortened(op: Operation, short: u32) -> Word {
    if is_of_floats(op) { (f32::from_bits(short) as f64).to_bits() } else { short as i32 as i64 as Word }
}

const fn is_of_floats(op: Operation) -> bool {
    op == FROM_FLOAT
        || op < MASK
            && matches!(
                BinaryOp::ALL[op],
                BinaryOp::AddFloat
                    | BinaryOp::SubFloat
                    | BinaryOp::MulFloat
                    | BinaryOp::LessFloat
                    | BinaryOp::LessEqualFloat
            )
}

/// Two numbers in a word.
pub(super) fn packed(low: u32, high: u32) -> Word {
    Word::from(low) | Word::from(high) << 32
}
