//! Truth values that are asked for by jumps alone: conditions as control flow.

use super::chains::First;
use super::forms::{packed, short};
use super::op::{Argument, Function, Local, Operation};
use super::rules::Rules;
use crate::arithmetic::{BinaryOp, UnaryOp};
use crate::program::op::{Op, Slot};

/// The most conditions that are followed, one from the other.
const MOST_CONDITIONS: usize = 64;

/// What is asked, in a form that there is a function for, and where each answer leads.
#[derive(Debug, Clone, Copy)]
struct Branch {
    op: BinaryOp,
    a: u32,
    b: Argument,
    /// Where the process goes on if it holds, and if not.
    ways: [usize; 2],
}

impl Rules<'_> {
    /// The condition at this op and the jumps that ask for it, in one.
    pub(super) fn branch(&self, at: usize) -> Option<Local> {
        let chained = self.chained_condition(at);
        let Branch { op, a, b, ways: [holds, not] } = match &chained {
            Some((_, condition)) => *condition,
            None => self.condition(at)?,
        };
        // One way is told by the span, the other by its op.
        let span =
            |way: usize| way.checked_sub(at).and_then(|ops| u8::try_from(ops).ok()).filter(|&ops| ops > 0);
        let (into, span, truth) = match (span(holds), span(not)) {
            (Some(span), _) => (not, span, false),
            (None, Some(span)) => (holds, span, true),
            (None, None) => return None,
        };
        if let Some((first, _)) = chained.filter(|(first, _)| first.b != Argument::Clock)
            && let Some((form, short)) = short(op as Operation, b)
            && let Some(function) =
                Function::ChainBranch(first.op, op, (first.b.form(), form), truth).checked_number()
        {
            let a = packed(first.a, short);
            return Some(Local { a, b: first.b.word(), into: into as u32, function, span, home: 0 });
        }
        if chained.is_some() {
            return None;
        }
        let function = Function::Branch(op, b.form(), truth).number() as u16;
        Some(Local { a: a.into(), b: b.word(), into: into as u32, function, span, home: 0 })
    }

    /// An operation, and the condition that alone asks for its result, first.
    fn chained_condition(&self, at: usize) -> Option<(First, Branch)> {
        let first = self.first(at)?;
        let Op::Binary { into, .. } = self.plain[at] else { return None };
        let condition = self.condition(at + 1)?;
        (condition.a == into.0 && condition.b != Argument::Frame(into.0)).then_some((first, condition))
    }

    /// The way back to a condition, and the condition with its jumps.
    pub(super) fn branch_back(&self, at: usize, to: usize) -> Option<Local> {
        let Branch { op, a, b, ways } = self.condition(to)?;
        // It leaves by the span.
        let leaves = ways.iter().position(|&way| way > at)?;
        let span = u8::try_from(ways[leaves] - at).ok()?;
        let (into, truth) = (ways[1 - leaves], leaves == 1);
        let function = Function::BranchBack(op, b.form(), truth).number() as u16;
        Some(Local { a: a.into(), b: b.word(), into: into as u32, function, span, home: 0 })
    }

    fn condition(&self, at: usize) -> Option<Branch> {
        let zero = Argument::Known(0);
        match self.plain[at] {
            Op::Binary { op, into, a, b } if op.is_condition() && self.is_temporary(into) => {
                let (a, b) = (self.argument(a), self.argument(b));
                self.asked(at + 1, into, op, a, b)
            }
            Op::Unary { op: UnaryOp::Not, into, a } if self.is_temporary(into) => {
                self.asked(at + 1, into, BinaryOp::EqualInt, Argument::Frame(a.slot()?.0), zero)
            }
            Op::JumpIfFalse { condition, .. } | Op::JumpIfTrue { condition, .. } => {
                let slot = condition.slot()?;
                self.asked(at, slot, BinaryOp::NotEqualInt, Argument::Frame(slot.0), zero)
            }
            _ => None,
        }
    }

    /// The branch for `a` op `b`, whose truth the jumps from this op on ask for.
    fn asked(&self, from: usize, truth: Slot, op: BinaryOp, a: Argument, b: Argument) -> Option<Branch> {
        let ways = [self.decided(from, truth, true)?, self.decided(from, truth, false)?];
        let [holds, not] = ways;
        // With a frame word first.
        match (a, b) {
            (Argument::Frame(a), b) => Some(Branch { op, a, b, ways }),
            (a, Argument::Frame(b)) => {
                let (op, is_opposite) = turned(op);
                Some(Branch { op, a: b, b: a, ways: if is_opposite { [not, holds] } else { ways } })
            }
            _ => None,
        }
    }

    /// Where a process comes to from `at` if the word `truth` is this and nobody but jumps
    /// asks for it, and for its copies.
    fn decided(&self, mut at: usize, mut truth: Slot, value: bool) -> Option<usize> {
        let mut is_asked = false;
        for _ in 0..MOST_CONDITIONS {
            match self.plain[at] {
                Op::JumpIfFalse { condition, to } if condition == truth.source() => {
                    at = if value { at + 1 } else { to.index() };
                    is_asked = true;
                }
                Op::JumpIfTrue { condition, to } if condition == truth.source() => {
                    at = if value { to.index() } else { at + 1 };
                    is_asked = true;
                }
                // The value of `and` or `or`, which others ask for.
                Op::Copy { into, from } if from == truth.source() && self.is_temporary(into) => {
                    (truth, at, is_asked) = (into, at + 1, false);
                }
                other => return (is_asked && !self.asks(other, truth)).then_some(at),
            }
        }
        None
    }
}

/// The condition for the operands the other way round, and whether it is the opposite.
fn turned(op: BinaryOp) -> (BinaryOp, bool) {
    match op {
        BinaryOp::LessInt => (BinaryOp::LessEqualInt, true),
        BinaryOp::LessEqualInt => (BinaryOp::LessInt, true),
        BinaryOp::LessFloat => (BinaryOp::LessEqualFloat, true),
        BinaryOp::LessEqualFloat => (BinaryOp::LessFloat, true),
        symmetrical => (symmetrical, false),
    }
}
