//! Values of expressions when a program is bound, and why one has no good value.

use crate::ids::Site;
use crate::scenario::{Expr, evaluate_for};
use crate::value::Value;

/// For each resource definition, where the header of its first instance lies in
/// the arena, and how many instances there are.
pub type InstanceRanges = Vec<(u32, u32)>;

/// Why a program cannot be bound to these parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindError {
    /// Where the expression stands that has no good value.
    pub site: Site,
    /// What is wrong with it.
    pub message: String,
}

impl std::fmt::Display for BindError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.site.line > 0 {
            write!(f, "line {}, column {}: ", self.site.line, self.site.column)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for BindError {}

pub(super) fn error(expr: &Expr, message: impl Into<String>) -> BindError {
    BindError { site: expr.site, message: message.into() }
}

pub(super) fn value_of(expr: &Expr, params: &[Value], index: Option<u32>) -> Result<Value, BindError> {
    evaluate_for(expr, params, index.map(i64::from))
        .map_err(|problem| BindError { site: problem.site, message: problem.to_string() })
}

pub(super) fn int(expr: &Expr, params: &[Value]) -> Result<i64, BindError> {
    Ok(value_of(expr, params, None)?.to_word() as i64)
}

/// An integer between `low` and `high`.
pub(super) fn bounded(
    expr: &Expr,
    params: &[Value],
    low: i64,
    high: i64,
    what: &str,
) -> Result<i64, BindError> {
    let number = int(expr, params)?;
    if (low..=high).contains(&number) {
        return Ok(number);
    }
    Err(error(expr, format!("{what} is {number}, but must be from {low} to {high}")))
}

/// A boolean; `otherwise` if there is no expression.
pub(super) fn flag(expr: Option<&Expr>, params: &[Value], otherwise: bool) -> Result<bool, BindError> {
    Ok(match expr {
        None => otherwise,
        Some(expr) => value_of(expr, params, None)? == Value::Bool(true),
    })
}

/// A number, integer or not.
pub(super) fn number(expr: &Expr, params: &[Value]) -> Result<f64, BindError> {
    Ok(match value_of(expr, params, None)? {
        Value::Float(number) => number,
        other => other.to_word() as i64 as f64,
    })
}
