//! What of an instance that arrives hangs on its number.
//!
//! All other instances have their first values from the initial state, by their place
//! in it. Of one that arrives the place says nothing: it is whichever was free. So the
//! expressions over `index` are kept, to be evaluated when it is there.

use super::code::ProcessCode;
use super::expressions::is_over_params;
use super::op::Slot;
use crate::scenario::{Expr, ProcessDef, evaluate_for};
use crate::value::{Value, Word};

/// What of the instances of a process hangs on the numbers of their arrivals.
#[derive(Debug, Clone, Default)]
pub struct ByNumber {
    /// The words that count what was drawn from random streams.
    pub(super) positions: Vec<Slot>,
    /// The variables and the arrays, with the first value of each.
    vars: Vec<(Slot, Expr)>,
    priority: Option<Expr>,
}

/// An expression over the number of an arrival without a good value.
#[derive(Debug, Clone)]
pub struct NoFirstValue {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: &'static str,
}

impl ByNumber {
    /// Of a process that is compiled; nothing unless its instances arrive.
    pub(super) fn of(code: &ProcessCode, def: &ProcessDef) -> ByNumber {
        if !def.arrives {
            return ByNumber::default();
        }
        let vars = def.vars.iter().zip(&code.vars).filter(|(var, _)| hangs_on_index(&var.initial));
        ByNumber {
            positions: Vec::new(),
            vars: vars.map(|(var, slot)| (*slot, var.initial.clone())).collect(),
            priority: def.priority.clone().filter(hangs_on_index),
        }
    }

    /// Whether anything of a process that arrives hangs on its number, but for its
    /// random streams.
    pub(super) fn is_needed(def: &ProcessDef) -> bool {
        def.arrives && def.vars.iter().map(|var| &var.initial).chain(&def.priority).any(hangs_on_index)
    }

    /// The words that count what was drawn from random streams.
    pub fn positions(&self) -> &[Slot] {
        &self.positions
    }

    /// Whether it matters to an instance which number it has.
    pub fn matters(&self) -> bool {
        !self.positions.is_empty() || !self.vars.is_empty() || self.priority.is_some()
    }

    /// Whether the priority hangs on the number.
    pub fn has_priority(&self) -> bool {
        self.priority.is_some()
    }

    /// The first values of the variables and arrays of the instance with this number, of
    /// those that hang on it; `params` are the values of the parameters.
    pub fn first_values(
        &self,
        params: &[Value],
        number: Word,
    ) -> impl Iterator<Item = Result<(Slot, Word), NoFirstValue>> {
        self.vars.iter().map(move |(slot, expr)| Ok((*slot, value(expr, params, number)?.to_word())))
    }

    /// The priority plus 128 of the instance with this number, if it hangs on it.
    ///
    /// # Errors
    /// If it is none.
    pub fn first_priority(&self, params: &[Value], number: Word) -> Result<Option<u8>, NoFirstValue> {
        let Some(expr) = &self.priority else { return Ok(None) };
        let priority = value(expr, params, number)?.to_word() as i64;
        let in_range = (-128..=127).contains(&priority).then_some((priority + 128) as u8);
        in_range.map(Some).ok_or_else(|| NoFirstValue {
            message: format!("the priority is {priority}, but must be from -128 to 127"),
            hint: "bring it into these bounds, as with `index % 2`",
        })
    }
}

/// Whether a first value, which is over parameters and `index`, is over the latter.
fn hangs_on_index(expr: &Expr) -> bool {
    !is_over_params(expr)
}

fn value(expr: &Expr, params: &[Value], number: Word) -> Result<Value, NoFirstValue> {
    evaluate_for(expr, params, Some(number as i64)).map_err(|error| NoFirstValue {
        message: error.to_string(),
        hint: "see what `vars` and `priority` make of `index`, the number of the arrival",
    })
}
