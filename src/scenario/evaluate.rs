//! The value of an expression over parameters.
//!
//! Decides what a parameter setting makes of a checked expression, before any
//! run: for the checks of this wing and for programs that are bound to other
//! parameters. What the operations mean is decided in `arithmetic`.

use super::model::{Expr, ExprKind, Model};
use crate::arithmetic::ArithmeticError;
use crate::ids::Site;
use crate::value::Value;
use std::fmt;

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvalError {
    /// The innermost expression that has none.
    pub site: Site,
    /// Why it has none.
    pub cause: EvalCause,
}

/// The cause of an [`EvalError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvalCause {
    /// An operation failed.
    Arithmetic(ArithmeticError),
    /// It depends on variables, on the clock or on an instance that was not given.
    NeedsRun,
    /// It names a parameter that was not given.
    MissingParameter,
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause {
            EvalCause::Arithmetic(error) => error.fmt(f),
            EvalCause::NeedsRun => f.write_str("the value is known in a run only"),
            EvalCause::MissingParameter => f.write_str("a parameter has no value"),
        }
    }
}

impl std::error::Error for EvalError {}

/// The value of an expression over parameters; `params` holds their values by
/// [`crate::ids::ParamId`].
///
/// # Errors
/// [`EvalError`] if an operation fails, or if the expression depends on more
/// than parameters.
pub fn evaluate(expr: &Expr, params: &[Value]) -> Result<Value, EvalError> {
    evaluate_for(expr, params, None)
}

/// The value of an expression over parameters and, if given, `index`.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_for(expr: &Expr, params: &[Value], index: Option<i64>) -> Result<Value, EvalError> {
    let fail = |cause| EvalError { site: expr.site, cause };
    let value = |inner: &Expr| evaluate_for(inner, params, index);
    let word = match &expr.kind {
        ExprKind::Const(constant) => return Ok(*constant),
        ExprKind::Param(id) => {
            return params.get(id.index()).copied().ok_or(fail(EvalCause::MissingParameter));
        }
        ExprKind::Index => {
            return index.map(Value::Int).ok_or(fail(EvalCause::NeedsRun));
        }
        ExprKind::Var(_)
        | ExprKind::Element(..)
        | ExprKind::Len(_)
        | ExprKind::Item(_)
        | ExprKind::Now
        | ExprKind::Level(_)
        | ExprKind::Capacity(_)
        | ExprKind::Slot(..)
        | ExprKind::Stage(_) => return Err(fail(EvalCause::NeedsRun)),
        ExprKind::And(left, right) => {
            return if value(left)? == Value::Bool(false) { Ok(Value::Bool(false)) } else { value(right) };
        }
        ExprKind::Or(left, right) => {
            return if value(left)? == Value::Bool(true) { Ok(Value::Bool(true)) } else { value(right) };
        }
        ExprKind::Unary(op, inner) => op.apply(value(inner)?.to_word()),
        ExprKind::Binary(op, left, right) => op.apply(value(left)?.to_word(), value(right)?.to_word()),
    };
    word.map(|word| Value::from_word(expr.ty, word)).map_err(|error| fail(EvalCause::Arithmetic(error)))
}

/// The values of all parameters, if those in `given` are set and the others are
/// calculated from them; by [`crate::ids::ParamId`].
///
/// # Errors
/// [`EvalError`] if a parameter cannot be calculated.
pub fn evaluate_params(model: &Model, given: &[Option<Value>]) -> Result<Vec<Value>, EvalError> {
    let mut values = Vec::with_capacity(model.params.len());
    for (position, param) in model.params.iter().enumerate() {
        let value = match given.get(position).copied().flatten() {
            Some(value) => value,
            None => evaluate(&param.value, &values)?,
        };
        values.push(value);
    }
    Ok(values)
}
