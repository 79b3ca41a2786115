//! Values where a value of one type is wanted.
//!
//! Decides that an integer will do for a float, and what is said of a number
//! that has no unit: the parameter that it comes from is where one is missing.

use super::diagnostics::Reports;
use super::model::{Expr, ExprKind};
use super::names::Table;
use super::node::Node;
use super::scope::ParamEntry;
use super::typing::Typed;
use crate::value::{Type, Value};

/// Makes a value one of type `want`: an integer becomes a float.
pub(super) fn coerce(
    reports: &mut Reports<'_>,
    params: &Table<ParamEntry>,
    typed: Typed,
    want: Type,
    (node, what): (&Node, &str),
) -> Option<Typed> {
    let typed = if want == Type::Float { typed.widened() } else { typed };
    let found = typed.ty();
    if found == want {
        return Some(typed);
    }
    let span = reports.span_of(node);
    let message = format!("{what} takes {}, found {}", want.described(), found.described());
    match hint(params, &typed.expr, want) {
        Some(hint) => reports.error_with_hint(span, message, hint),
        None => reports.error(span, message),
    }
    None
}

/// What to do about an expression that is not of type `want`.
fn hint(params: &Table<ParamEntry>, expr: &Expr, want: Type) -> Option<String> {
    let hint = match (want, expr.ty) {
        (Type::Duration, Type::Int | Type::Float) => return Some(unit(params, expr)),
        (Type::Int, Type::Float) => "`int(…)`, `round(…)`, `floor(…)` and `ceil(…)` make integers of floats",
        (Type::Bool, _) => "compare it, as in `n > 0`",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Which unit an expression lacks, and where.
fn unit(params: &Table<ParamEntry>, expr: &Expr) -> String {
    if let ExprKind::Const(number) = &expr.kind {
        return format!("a duration needs a unit; write `{number}s` or `{number}ms`");
    }
    unitless_param(params, expr)
        .unwrap_or_else(|| "a duration needs a unit; multiply with one, as in `n * 1ms`".to_owned())
}

/// What to do about the first parameter in an expression that is a number.
pub(super) fn unitless_param(params: &Table<ParamEntry>, expr: &Expr) -> Option<String> {
    let position = number_param(params, expr)?;
    let (name, param) = (params.name(position), params.at(position));
    let line = param.site.line;
    Some(match param.value {
        Some(value @ (Value::Int(_) | Value::Float(_))) => format!(
            "the parameter '{name}' (line {line}) is {value} without a unit; write `{name}: {value}s` or `{name}: {value}ms` there, or multiply here, as in `{name} * 1ms`"
        ),
        _ => format!(
            "the parameter '{name}' (line {line}) has no unit; multiply with one, as in `{name} * 1ms`"
        ),
    })
}

fn number_param(params: &Table<ParamEntry>, expr: &Expr) -> Option<usize> {
    match &expr.kind {
        ExprKind::Param(id) => {
            let is_number = matches!(params.at(id.index()).ty, Some(Type::Int | Type::Float));
            is_number.then_some(id.index())
        }
        ExprKind::Unary(_, inner) => number_param(params, inner),
        ExprKind::Binary(_, left, right) => {
            number_param(params, left).or_else(|| number_param(params, right))
        }
        _ => None,
    }
}
