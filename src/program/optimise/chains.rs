//! Two operations of which the second alone asks for the result of the first.

use super::forms::{packed, short, strength};
use super::op::{Argument, FROM_FLOAT, FROM_INT, Function, Local, Operation};
use super::rules::Rules;
use crate::arithmetic::BinaryOp;
use crate::program::op::{Op, Slot, Source};

/// The first of two operations, of a frame word and another operand.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    /// Its [`Operation`].
    pub(super) op: Operation,
    pub(super) a: u32,
    pub(super) b: Argument,
}

impl Rules<'_> {
    /// The binary operation at this op and the one behind it.
    pub(super) fn chain(&self, at: usize) -> Option<Local> {
        let Op::Binary { into, .. } = self.plain[at] else { return None };
        self.chained(at + 1, into, self.first(at)?)
    }

    /// An operation whose result is to go into this word, and the one at this op, which asks
    /// for it.
    fn chained(&self, at: usize, first_into: Slot, first: First) -> Option<Local> {
        let Op::Binary { op, into, a, b } = *self.plain.get(at)? else { return None };
        let other = other_operand(first_into, a, b)?;
        let (second, c) = match other == b {
            true => strength(op, self.argument(other)),
            false => (from(op)?, self.argument(other)),
        };
        let form = short(second, c)?;
        let function = Function::Chain(first.op, second, first.b.form(), form.0).checked_number()?;
        let a = packed(first.a, form.1);
        Some(Local { a, b: first.b.word(), into: into.0, function, span: 2, home: 0 })
    }

    /// The binary operation behind this op, which reads the clock, and the one behind it.
    pub(super) fn clocked_chain(&self, at: usize, now: Slot) -> Option<Local> {
        let Op::Binary { op, into, a, b } = *self.plain.get(at + 1)? else { return None };
        let read = |source: Source| match source {
            _ if source == now.source() => Argument::Clock,
            _ => self.argument(source),
        };
        let is_temporary = self.is_temporary(now) && self.is_temporary(into);
        let first =
            self.ordered(op, read(a), read(b)).filter(|first| is_temporary && first.b == Argument::Clock)?;
        let chain = self.chained(at + 2, into, first)?;
        Some(Local { span: 3, ..chain })
    }

    /// The binary operation at this op, if only the next op asks for its result.
    pub(super) fn first(&self, at: usize) -> Option<First> {
        let Op::Binary { op, into, a, b } = self.plain[at] else { return None };
        if !self.is_temporary(into) || op.is_condition() {
            return None;
        }
        self.ordered(op, self.argument(a), self.argument(b))
    }

    /// An operation with a frame word first.
    fn ordered(&self, op: BinaryOp, a: Argument, b: Argument) -> Option<First> {
        match (a, b) {
            (Argument::Frame(a), b) => {
                let (op, b) = strength(op, b);
                Some(First { op, a, b })
            }
            (a, Argument::Frame(b)) => Some(First { op: from(op)?, a: b, b: a }),
            _ => None,
        }
    }
}

/// The operand that is not this word.
fn other_operand(word: Slot, a: Source, b: Source) -> Option<Source> {
    match (a == word.source(), b == word.source()) {
        (true, false) => Some(b),
        (false, true) => Some(a),
        _ => None,
    }
}

/// The operation for the operands the other way round.
fn from(op: BinaryOp) -> Option<Operation> {
    match op {
        BinaryOp::SubInt => Some(FROM_INT),
        BinaryOp::SubFloat => Some(FROM_FLOAT),
        _ => is_commutative(op).then_some(op as Operation),
    }
}

fn is_commutative(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::AddInt | BinaryOp::MulInt | BinaryOp::AddFloat | BinaryOp::MulFloat)
}
