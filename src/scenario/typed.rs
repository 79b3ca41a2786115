//! Typed expressions, and what is done where another type is wanted.
//!
//! Decides that an integer will do for a float, and what is said of a number
//! that has no unit: the parameter that it comes from is where one is missing.

use super::diagnostics::Reports;
use super::model::{Expr, ExprKind};
use super::names::Table;
use super::node::Node;
use super::scope::ParamEntry;
use crate::arithmetic::UnaryOp;
use crate::ids::Site;
use crate::value::{Type, Value};

/// A typed expression, with its value if that is known when the scenario is
/// loaded.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub expr: Expr,
    pub known: Option<Value>,
}

impl Typed {
    /// A constant.
    pub fn constant(value: Value, site: Site) -> Typed {
        Typed { expr: Expr { kind: ExprKind::Const(value), ty: value.ty(), site }, known: Some(value) }
    }

    /// The type.
    pub fn ty(&self) -> Type {
        self.expr.ty
    }

    /// The value, if it is a known integer or duration.
    pub fn known_int(&self) -> Option<i64> {
        match self.known {
            Some(Value::Int(number) | Value::Duration(number)) => Some(number),
            _ => None,
        }
    }

    /// Whether it is the literal 1.
    pub fn is_literal_one(&self) -> bool {
        matches!(self.expr.kind, ExprKind::Const(Value::Int(1)))
    }

    /// An integer as a float; everything else as it is.
    pub fn widened(self) -> Typed {
        if self.ty() != Type::Int {
            return self;
        }
        // Every integer has a nearest float, so this cannot fail.
        let known = self.known.map(|value| Value::Float(value.as_f64()));
        let site = self.expr.site;
        if let (ExprKind::Const(_), Some(value)) = (&self.expr.kind, known) {
            return Typed::constant(value, site);
        }
        let kind = ExprKind::Unary(UnaryOp::IntToFloat, Box::new(self.expr));
        Typed { expr: Expr { kind, ty: Type::Float, site }, known }
    }
}

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
    reports.report(span, message, hint(params, &typed.expr, want));
    None
}

/// What to do about an expression that is not of type `want`.
fn hint(params: &Table<ParamEntry>, expr: &Expr, want: Type) -> Option<String> {
    let hint = match (want, expr.ty) {
        (Type::Duration, Type::Int | Type::Float) => return Some(unit(params, expr)),
        (Type::Int, Type::Float) => "`int(…)`, `round(…)`, `floor(…)` and `ceil(…)` make integers of floats",
        (Type::Int | Type::Float, Type::Duration) => {
            "`seconds(…)` makes a float of a duration; what holds durations begins as `0s`"
        }
        (Type::Int | Type::Float | Type::Duration, Type::Bool) => {
            "a number for each of the two is chosen by an `if` step"
        }
        (Type::Bool, _) => match expr.kind {
            ExprKind::Const(Value::Int(0)) => "write `false`",
            ExprKind::Const(Value::Int(1)) => "write `true`",
            _ => "compare it, as in `n > 0`",
        },
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
