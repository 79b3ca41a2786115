//! Syntax tree to typed expression.
//!
//! Decides what names mean, which types operators take, where an integer
//! becomes a float, and what is known when the scenario is loaded. All problems
//! of an expression are reported, each once. Functions are typed in
//! `functions`.

use super::diagnostics::{Located, Reports, TextError};
use super::foreign;
use super::model::{Expr, ExprKind};
use super::names::{FUNCTIONS, Table, WATCHED_FUNCTIONS, quoted};
use super::scope::{Argument, ParamEntry, ProcessEntry, ResourceEntry, Scope};
use super::syntax::{Ast, AstKind};
use super::typed::{Typed, unitless_param};
use crate::arithmetic::{ArithmeticError, BinaryOp, UnaryOp};
use crate::figure::so_many;
use crate::ids::{ParamId, Site, VarId};
use crate::value::{Type, Value, Word};
use std::ops::Range;

/// What to do about a variable that a process does not have.
pub(super) const DECLARED: &str = "variables are declared in the `vars` of the process";

/// What to do about a name that has no value.
const UNKNOWN_VALUE: &str = "parameters are declared in `params`, variables in the `vars` of the process; there are no texts as values";

/// What to do about a name that has no value where no process is at work.
const UNKNOWN_PARAM: &str = "parameters are declared in `params`; there are no texts as values";

/// What to do in a block about a name that is not known there.
pub(super) const IN_BLOCK: &str = "a block knows no variables but those it is given: name it in its `params`";

/// Types the expressions of one text.
pub(super) struct Typer<'c, 't> {
    pub reports: &'c mut Reports<'t>,
    pub params: &'c Table<ParamEntry>,
    pub resources: &'c Table<ResourceEntry>,
    pub processes: &'c Table<ProcessEntry>,
    pub scope: Scope<'c>,
    pub located: Located,
    /// Whether the steps at hand are never come to: what parameters are there is
    /// not looked at.
    pub skipped: bool,
    /// Above 0 where the value is never asked for, as in `n > 0 and 1 / n > 2`
    /// for an `n` of 0: what fails there is no problem.
    pub dead: u32,
}

impl Typer<'_, '_> {
    /// Types a tree; `None` if that is impossible, which is then reported.
    pub fn expression(&mut self, ast: &Ast) -> Option<Typed> {
        match &ast.kind {
            AstKind::Literal(value) => Some(Typed::constant(*value, self.site(&ast.range))),
            AstKind::Name(name) => self.name(name, &ast.range),
            AstKind::Field(name, field) => self.field(name, field, &ast.range),
            AstKind::Element(name, index) => self.element(name, index, &ast.range),
            AstKind::Call(name, arguments) => self.call(name, arguments, &ast.range),
            AstKind::Minus(inner) => self.minus(inner, &ast.range),
            AstKind::Not(inner) => {
                let inner = self.boolean(inner, "not")?;
                self.unary(UnaryOp::Not, inner, Type::Bool, &ast.range)
            }
            AstKind::Binary(operator @ ("and" | "or"), left, right) => {
                self.junction(operator, left, right, &ast.range)
            }
            AstKind::Binary(operator, left, right) => {
                let left = self.expression(left);
                let right = self.expression(right);
                self.binary(operator, left?, right?, &ast.range)
            }
        }
    }

    /// Reports a problem at bytes of the text.
    pub fn error(&mut self, range: &Range<usize>, message: impl Into<String>, hint: Option<String>) {
        let error = TextError { range: range.clone(), message: message.into(), hint };
        self.reports.text_error(&self.located, error);
    }

    pub fn site(&self, range: &Range<usize>) -> Site {
        self.reports.span_in(&self.located, range.clone()).site
    }

    fn name(&mut self, name: &str, range: &Range<usize>) -> Option<Typed> {
        let site = self.site(range);
        let leaf = |kind, ty, known| Some(Typed { expr: Expr { kind, ty, site }, known });
        if let (Some(buffer), "item") = (self.scope.item, name) {
            self.is_item_alone(range)?;
            if let Some(field) = buffer.fields.first() {
                let hint = format!("ask for one of its fields, as in `item.{}`", field.name);
                self.error(range, "an item of this buffer is a record, not one value", Some(hint));
                return None;
            }
            return leaf(ExprKind::Item(0), buffer.ty?, None);
        }
        if let Some(position) = self.params.position(name) {
            let param = self.params.at(position);
            param.used.set(true);
            if position < self.scope.params {
                let kind = ExprKind::Param(ParamId::from_index(position));
                return leaf(kind, param.ty?, param.value.filter(|_| !self.skipped));
            }
        }
        if let Some((position, var)) =
            self.scope.vars.and_then(|vars| Some((vars.position(name)?, vars.find(name)?)))
        {
            var.used.set(true);
            if var.array {
                let hint = format!("write `{name}[0]` for an element or `len({name})`");
                self.error(range, format!("{} is an array, not one value", quoted(name)), Some(hint));
                return None;
            }
            return leaf(ExprKind::Var(VarId::from_index(position)), var.ty?, None);
        }
        match self.scope.arguments.and_then(|arguments| arguments.get(name)) {
            Some(Argument::Value(value)) => {
                return value.clone().map(|(expr, known)| Typed { expr, known });
            }
            Some(Argument::One(_) | Argument::All(_)) => {
                let message = format!("{} stands for a resource here, not for a value", quoted(name));
                let hint = format!("`level({name})` is how much there is of it");
                self.error(range, message, Some(hint));
                return None;
            }
            None => {}
        }
        match name {
            "now" if self.scope.now => leaf(ExprKind::Now, Type::Duration, None),
            "index" if self.scope.index => leaf(ExprKind::Index, Type::Int, None),
            _ => {
                self.unknown_name(name, range);
                None
            }
        }
    }

    fn unknown_name(&mut self, name: &str, range: &Range<usize>) {
        if self.params.position(name).is_some() {
            let message = format!("the parameter {} is used before it is defined", quoted(name));
            let hint =
                "a parameter may use those above it in the file; move it up, or give a value".to_owned();
            return self.error(range, message, Some(hint));
        }
        if matches!(name, "now" | "index") {
            let message = match name {
                "now" => "`now` has a value in the steps of a process only",
                _ => {
                    "`index` has no value here: it has one in the steps, the variables, `start` and `priority` of a process"
                }
            };
            return self.error(range, message, None);
        }
        let is_type = matches!(name, "int" | "float") && self.scope.vars.is_none();
        if is_type || foreign::is_type(name) {
            let message = format!("{} is a type, not a value", quoted(name));
            let hint = "a variable is declared by its first value: `n: 0`, `x: 0.0`, `ok: false`, `t: 0s`";
            return self.error(range, message, Some(hint.to_owned()));
        }
        if FUNCTIONS.contains(&name) || self.scope.awaited && WATCHED_FUNCTIONS.contains(&name) {
            return self.error(range, format!("`{name}` is a function"), Some(format!("write `{name}(…)`")));
        }
        if self.scope.params == 0 && self.params.len() == 0 {
            let message = format!("a value is wanted here, found the name {}", quoted(name));
            return self.error(range, message, self.instead(name));
        }
        let span = self.reports.span_in(&self.located, range.clone());
        let what = if self.scope.vars.is_some() { "parameter or variable" } else { "parameter" };
        let params = self.params.names().take(self.scope.params);
        let vars = self.scope.vars.into_iter().flat_map(Table::names);
        let message = format!("unknown {what} {}", quoted(name));
        let in_block = self.scope.arguments.is_some();
        let is_field = |item: &ResourceEntry| item.fields.iter().any(|field| field.name == name);
        let of_item = self.scope.item.filter(|item| is_field(item)).map(|_| format!("write `item.{name}`"));
        let hint = of_item.or_else(|| self.instead(name)).or_else(|| in_block.then(|| IN_BLOCK.to_owned()));
        let declared = if self.scope.vars.is_some() { UNKNOWN_VALUE } else { UNKNOWN_PARAM };
        match hint {
            Some(hint) => self.reports.unknown_with_hint(span, message, name, params.chain(vars), hint),
            None => self.reports.undeclared(span, message, name, params.chain(vars), declared.to_owned()),
        }
    }

    /// What to write instead of a name that is neither a parameter's nor a
    /// variable's.
    fn instead(&self, name: &str) -> Option<String> {
        Some(match self.resources.find(name).and_then(|known| known.kind) {
            None => return foreign::value(name).map(str::to_owned).or_else(|| foreign::number(name)),
            Some(kind) if kind.has_slots() && self.scope.awaited => {
                format!("it is a {}; `slot({name}, 0)` is what is in its first slot", kind.name())
            }
            Some(kind) if kind.has_slots() => {
                format!(
                    "it is a {}; `read: {{from: {name}, at: i, into: x}}` first, and use `x`",
                    kind.name()
                )
            }
            Some(kind) => format!("it is a {}; `level({name})` is how much there is of it", kind.name()),
        })
    }

    /// The private array that a name means, for `name[…]`, `len(name)` and logs.
    pub fn array(&mut self, name: &str, range: &Range<usize>) -> Option<VarId> {
        let Some(position) = self.scope.vars.and_then(|vars| vars.position(name)) else {
            if self.params.position(name).is_some() {
                self.error(range, format!("{} is a parameter, not an array", quoted(name)), None);
            } else {
                self.unknown_name(name, range);
            }
            return None;
        };
        self.scope.vars?.at(position).used.set(true);
        if !self.scope.vars?.at(position).array {
            self.error(range, format!("{} is a variable, not an array", quoted(name)), None);
            return None;
        }
        Some(VarId::from_index(position))
    }

    fn element(&mut self, name: &str, index: &Ast, range: &Range<usize>) -> Option<Typed> {
        let array = self.array(name, &(range.start..range.start + name.len()));
        let (array, index) = self.element_of(array, index)?;
        let ty = self.scope.vars?.at(array.index()).ty?;
        let kind = ExprKind::Element(array, Box::new(index));
        Some(Typed { expr: Expr { kind, ty, site: self.site(range) }, known: None })
    }

    /// Types the index of an array's element.
    pub fn element_of(&mut self, array: Option<VarId>, index: &Ast) -> Option<(VarId, Expr)> {
        let typed = self.expression(index);
        let (array, typed) = (array?, typed?);
        if typed.ty() != Type::Int {
            let message = format!("an index must be an integer, found {}", typed.ty().described());
            self.error(&index.range, message, None);
            return None;
        }
        let length = self.scope.vars?.at(array.index()).length;
        if let (Some(at), Some(length)) = (typed.known_int(), length)
            && !(0..length).contains(&at)
            && self.dead == 0
        {
            let elements = so_many(length.max(0) as u64, "element");
            let message = format!("index {at} is out of range: the array has {elements}, from 0");
            self.error(&index.range, message, None);
            return None;
        }
        Some((array, typed.expr))
    }

    fn minus(&mut self, inner: &Ast, range: &Range<usize>) -> Option<Typed> {
        let inner = self.expression(inner)?;
        let op = match inner.ty() {
            Type::Int | Type::Duration => UnaryOp::NegInt,
            Type::Float => UnaryOp::NegFloat,
            Type::Bool => {
                self.error(range, "`-` does not take a boolean", Some("write `not`".to_owned()));
                return None;
            }
        };
        let ty = inner.ty();
        self.unary(op, inner, ty, range)
    }

    fn boolean(&mut self, ast: &Ast, operator: &str) -> Option<Typed> {
        let typed = self.expression(ast)?;
        if typed.ty() == Type::Bool {
            return Some(typed);
        }
        let message = format!("`{operator}` takes booleans, found {}", typed.ty().described());
        self.error(&ast.range, message, Some("compare it, as in `n > 0`".to_owned()));
        None
    }

    fn junction(&mut self, operator: &str, left: &Ast, right: &Ast, range: &Range<usize>) -> Option<Typed> {
        let left = self.boolean(left, operator);
        let decides = Some(Value::Bool(operator == "or"));
        let decided = left.as_ref().is_some_and(|left| left.known == decides);
        self.dead += u32::from(decided);
        let right = self.boolean(right, operator);
        self.dead -= u32::from(decided);
        let (left, right) = (left?, right?);
        let known = if decided { decides } else { left.known.and(right.known) };
        let (left, right) = (Box::new(left.expr), Box::new(right.expr));
        let kind = if operator == "or" { ExprKind::Or(left, right) } else { ExprKind::And(left, right) };
        Some(Typed { expr: Expr { kind, ty: Type::Bool, site: self.site(range) }, known })
    }

    fn binary(&mut self, operator: &str, left: Typed, right: Typed, range: &Range<usize>) -> Option<Typed> {
        // `a > b` is `b < a`.
        let (operator, left, right) = match operator {
            ">" => ("<", right, left),
            ">=" => ("<=", right, left),
            _ => (operator, left, right),
        };
        let mixed = matches!((left.ty(), right.ty()), (Type::Int, Type::Float) | (Type::Float, Type::Int));
        let (left, right) = if mixed { (left.widened(), right.widened()) } else { (left, right) };
        // A float times a duration is the duration times the float.
        let swapped = operator == "*" && (left.ty(), right.ty()) == (Type::Float, Type::Duration);
        let (left, right) = if swapped { (right, left) } else { (left, right) };
        match operation(operator, left.ty(), right.ty()) {
            Some((op, ty)) => self.apply(op, left, right, ty, range),
            None => {
                self.refuse(operator, &left, &right, range);
                None
            }
        }
    }

    fn refuse(&mut self, operator: &str, left: &Typed, right: &Typed, range: &Range<usize>) {
        let param = [left, right].into_iter().find_map(|side| unitless_param(self.params, &side.expr));
        let (left, right) = (left.ty(), right.ty());
        let message = format!("`{operator}` does not take {} and {}", left.described(), right.described());
        let one_duration = (left == Type::Duration) != (right == Type::Duration);
        let hint = if one_duration && operator != "*" && left != Type::Bool && right != Type::Bool {
            let hint = "a duration needs a unit; write `5s` or `5ms`, or multiply: `n * 1s`";
            Some(param.unwrap_or_else(|| hint.to_owned()))
        } else if (left, right) == (Type::Duration, Type::Duration) {
            Some("the product of two durations is none; `seconds(…)` makes a float of one".to_owned())
        } else {
            None
        };
        self.error(range, message, hint);
    }

    /// An operation on one value.
    pub fn unary(&mut self, op: UnaryOp, inner: Typed, ty: Type, range: &Range<usize>) -> Option<Typed> {
        let result = inner.known.map(|value| op.apply(value.to_word()));
        let known = self.known(result, ty, range)?;
        let kind = ExprKind::Unary(op, Box::new(inner.expr));
        Some(Typed { expr: Expr { kind, ty, site: self.site(range) }, known })
    }

    /// An operation on two values of the right types.
    pub fn apply(
        &mut self,
        op: BinaryOp,
        left: Typed,
        right: Typed,
        ty: Type,
        range: &Range<usize>,
    ) -> Option<Typed> {
        let result = match (left.known, right.known) {
            (Some(left), Some(right)) => Some(op.apply(left.to_word(), right.to_word())),
            // Nothing can be divided by zero, whatever it is.
            (None, Some(right)) => {
                let error = op.apply(0, right.to_word()).err();
                error.filter(|&error| error == ArithmeticError::DivisionByZero).map(Err)
            }
            _ => None,
        };
        let known = self.known(result, ty, range)?;
        let kind = ExprKind::Binary(op, Box::new(left.expr), Box::new(right.expr));
        Some(Typed { expr: Expr { kind, ty, site: self.site(range) }, known })
    }

    /// The value of an operation; `None` if it has failed, which is reported.
    fn known(
        &mut self,
        result: Option<Result<Word, ArithmeticError>>,
        ty: Type,
        range: &Range<usize>,
    ) -> Option<Option<Value>> {
        match result {
            Some(Ok(word)) => Some(Some(Value::from_word(ty, word))),
            Some(Err(error)) if self.dead == 0 => {
                self.error(range, error.to_string(), None);
                None
            }
            Some(Err(_)) | None => Some(None),
        }
    }
}

/// The machine operation behind an operator, and its result's type. Comparisons
/// are `<` and `<=` only; integers and floats are not mixed any more.
fn operation(operator: &str, left: Type, right: Type) -> Option<(BinaryOp, Type)> {
    use Type::{Bool, Duration, Float, Int};
    Some(match (operator, left, right) {
        ("+", Int, Int) | ("+", Duration, Duration) => (BinaryOp::AddInt, left),
        ("-", Int, Int) | ("-", Duration, Duration) => (BinaryOp::SubInt, left),
        ("*", Int, Int) => (BinaryOp::MulInt, Int),
        ("*", Duration, Int) | ("*", Int, Duration) => (BinaryOp::MulInt, Duration),
        ("*", Duration, Float) => (BinaryOp::MulDurationFloat, Duration),
        ("/", Int, Int) => (BinaryOp::DivInt, Int),
        ("/", Duration, Int) => (BinaryOp::DivDurationInt, Duration),
        ("/", Duration, Float) => (BinaryOp::DivDurationFloat, Duration),
        ("/", Duration, Duration) => (BinaryOp::DivDurations, Float),
        ("%", Int, Int) | ("%", Duration, Duration) => (BinaryOp::RemInt, left),
        ("+", Float, Float) => (BinaryOp::AddFloat, Float),
        ("-", Float, Float) => (BinaryOp::SubFloat, Float),
        ("*", Float, Float) => (BinaryOp::MulFloat, Float),
        ("/", Float, Float) => (BinaryOp::DivFloat, Float),
        ("<", Int, Int) | ("<", Duration, Duration) => (BinaryOp::LessInt, Bool),
        ("<=", Int, Int) | ("<=", Duration, Duration) => (BinaryOp::LessEqualInt, Bool),
        ("<", Float, Float) => (BinaryOp::LessFloat, Bool),
        ("<=", Float, Float) => (BinaryOp::LessEqualFloat, Bool),
        ("==", Int, Int) | ("==", Duration, Duration) | ("==", Bool, Bool) => (BinaryOp::EqualInt, Bool),
        ("!=", Int, Int) | ("!=", Duration, Duration) | ("!=", Bool, Bool) => (BinaryOp::NotEqualInt, Bool),
        ("==", Float, Float) => (BinaryOp::EqualFloat, Bool),
        ("!=", Float, Float) => (BinaryOp::NotEqualFloat, Bool),
        _ => return None,
    })
}
