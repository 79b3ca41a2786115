//! Conditions that hold in every state of a run: invariants, as model checkers call them.
//!
//! Decides what such a condition may look at, levels and slots, and what it comes to for
//! given ones. When it is looked at is decided by the monitors of the analysis.

use crate::arithmetic::{ArithmeticError, BinaryOp, UnaryOp};
use crate::ids::ResourceId;
use crate::value::{Type, Value, Word};

/// A condition over what processes share that is true at the start of a run and after
/// every event; of an atomic block, behind the block and where that lets others go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Invariant {
    /// As the scenario has it.
    pub text: String,
    /// What it looks at, each once; at most [`Invariant::MOST_OBSERVED`].
    pub observed: Vec<Observed>,
    /// The condition.
    pub condition: Formula,
}

/// Something that an [`Invariant`] looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observed {
    /// The level of a resource.
    Level(ResourceId),
    /// What is in one slot of a memory.
    Slot {
        /// Which memory.
        memory: ResourceId,
        /// Which slot, from 0.
        slot: u32,
        /// What it holds at the start.
        initial: Value,
    },
}

/// A formula over what is observed and values that are known before a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// A value.
    Value(Value),
    /// What is observed, by its place in [`Invariant::observed`].
    Observed(usize),
    /// An operation on one value.
    Unary(UnaryOp, Box<Formula>),
    /// An operation on two values.
    Binary(BinaryOp, Box<Formula>, Box<Formula>),
    /// Both; the second is not looked at if the first is false.
    And(Box<Formula>, Box<Formula>),
    /// At least one; the second is not looked at if the first is true.
    Or(Box<Formula>, Box<Formula>),
}

impl Invariant {
    /// The most levels and slots that one may look at.
    pub const MOST_OBSERVED: usize = 15;

    /// Whether it holds while what it observes has these values, in order.
    ///
    /// # Errors
    /// If it has no value then, as where it divides by a level of 0.
    pub fn holds(&self, observed: &[Word]) -> Result<bool, ArithmeticError> {
        Ok(self.condition.value(observed)? != 0)
    }
}

impl Observed {
    /// The resource that is looked at.
    pub fn resource(self) -> ResourceId {
        match self {
            Observed::Level(resource) | Observed::Slot { memory: resource, .. } => resource,
        }
    }

    /// The type of its value.
    pub fn ty(self) -> Type {
        match self {
            Observed::Level(_) => Type::Int,
            Observed::Slot { initial, .. } => initial.ty(),
        }
    }
}

impl Formula {
    fn value(&self, observed: &[Word]) -> Result<Word, ArithmeticError> {
        match self {
            Formula::Value(value) => Ok(value.to_word()),
            Formula::Observed(place) => Ok(observed[*place]),
            Formula::Unary(op, inner) => op.apply(inner.value(observed)?),
            Formula::Binary(op, left, right) => op.apply(left.value(observed)?, right.value(observed)?),
            Formula::And(left, right) => {
                if left.value(observed)? == 0 {
                    Ok(0)
                } else {
                    right.value(observed)
                }
            }
            Formula::Or(left, right) => {
                let left = left.value(observed)?;
                if left != 0 { Ok(left) } else { right.value(observed) }
            }
        }
    }
}
