//! The functions of expressions and what types they take.

use super::foreign;
use super::model::{Expr, ExprKind};
use super::names::{FUNCTIONS, RESOURCE_FUNCTIONS, WATCHED_FUNCTIONS, nearest, quoted};
use super::scope::Found;
use super::syntax::{Ast, AstKind};
use super::typed::Typed;
use super::typing::Typer;
use crate::arithmetic::{BinaryOp, UnaryOp};
use crate::trace::ResourceKind;
use crate::value::{Type, Value};
use std::ops::Range;

impl Typer<'_, '_> {
    /// Types a call.
    pub fn call(&mut self, name: &str, arguments: &[Ast], range: &Range<usize>) -> Option<Typed> {
        if RESOURCE_FUNCTIONS.contains(&name) {
            return self.of_resource(name, arguments, range);
        }
        if WATCHED_FUNCTIONS.contains(&name) {
            return self.of_watched(name, arguments, range);
        }
        if !FUNCTIONS.contains(&name) {
            let place = range.start..range.start + name.len();
            let span = self.reports.span_in(&self.located, place);
            let message = format!("unknown function {}", quoted(name));
            let known = FUNCTIONS.into_iter().chain(RESOURCE_FUNCTIONS).chain(WATCHED_FUNCTIONS);
            let hint = foreign::function(name).or_else(|| match nearest(name, known.clone()) {
                Some(_) => None,
                None => foreign::like_function(name),
            });
            match hint {
                Some(hint) => self.reports.error_with_hint(span, message, hint),
                None => self.reports.unknown(span, message, name, known),
            }
            return None;
        }
        match (name, arguments) {
            ("min" | "max", [_, ..]) => self.extreme(name, arguments, range),
            ("len", [argument]) => self.length(argument, range),
            ("min" | "max", []) => {
                self.error(range, format!("`{name}` takes at least one value"), None);
                None
            }
            (_, [argument]) => self.function(name, argument, range),
            _ => {
                let found = arguments.len();
                self.error(range, format!("`{name}` takes one value, found {found}"), None);
                None
            }
        }
    }

    fn function(&mut self, name: &str, argument: &Ast, range: &Range<usize>) -> Option<Typed> {
        let inner = self.expression(argument)?;
        let (op, ty) = match (name, inner.ty()) {
            ("abs", Type::Int | Type::Duration) => (UnaryOp::AbsInt, inner.ty()),
            ("abs", Type::Float) => (UnaryOp::AbsFloat, Type::Float),
            ("floor", Type::Float) => (UnaryOp::Floor, Type::Int),
            ("ceil", Type::Float) => (UnaryOp::Ceil, Type::Int),
            ("round", Type::Float) => (UnaryOp::Round, Type::Int),
            ("int", Type::Float) => (UnaryOp::Truncate, Type::Int),
            // An integer is whole already, and a float is a float already.
            ("floor" | "ceil" | "round" | "int", Type::Int) | ("float", Type::Float) => return Some(inner),
            ("float", Type::Int) => return Some(inner.widened()),
            ("seconds", Type::Duration) => (UnaryOp::ToSeconds, Type::Float),
            (_, found) => {
                let takes = if name == "seconds" { "a duration" } else { "a number" };
                let message = format!("`{name}` takes {takes}, found {}", found.described());
                let hint =
                    (found == Type::Duration).then(|| "`seconds(…)` makes a float of a duration".to_owned());
                self.error(&argument.range, message, hint);
                return None;
            }
        };
        self.unary(op, inner, ty, range)
    }

    /// `level` and `capacity`, which are asked of a resource in a run.
    fn of_resource(&mut self, name: &str, arguments: &[Ast], range: &Range<usize>) -> Option<Typed> {
        let [argument] = arguments else {
            self.error(range, format!("`{name}` takes the name of one resource"), None);
            return None;
        };
        if !self.scope.now {
            self.error(range, format!("`{name}` has a value in the steps of a process only"), None);
            return None;
        }
        let level = name == "level";
        let refusal = |kind: ResourceKind, resource: &str| {
            let fits = if level { kind.level().is_some() } else { kind.has_capacity() };
            let message = || {
                format!(
                    "`{}` cannot be asked of the {} {}",
                    if level { "level" } else { "capacity" },
                    kind.name(),
                    quoted(resource)
                )
            };
            (!fits).then(|| (message(), what_has(level)))
        };
        let Found { reference, entry } = self.resource(argument, "the argument", refusal)?;
        self.resources.at(reference.def.index()).asked.set(true);
        if !level && entry.unbounded {
            let hint = "it is unbounded; there is always room".to_owned();
            self.error(&argument.range, "this buffer has no capacity", Some(hint));
            return None;
        }
        let reference = Box::new(reference);
        let kind = if level { ExprKind::Level(reference) } else { ExprKind::Capacity(reference) };
        Some(Typed { expr: Expr { kind, ty: Type::Int, site: self.site(range) }, known: None })
    }

    fn length(&mut self, argument: &Ast, range: &Range<usize>) -> Option<Typed> {
        let AstKind::Name(name) = &argument.kind else {
            self.error(&argument.range, "`len` takes the name of an array", None);
            return None;
        };
        let array = self.array(name, &argument.range)?;
        let known = self.scope.vars?.at(array.index()).length.map(Value::Int);
        let site = self.reports.span_in(&self.located, range.clone()).site;
        Some(Typed { expr: Expr { kind: ExprKind::Len(array), ty: Type::Int, site }, known })
    }

    /// `min` and `max` of many values are chains of those of two.
    fn extreme(&mut self, name: &str, arguments: &[Ast], range: &Range<usize>) -> Option<Typed> {
        let typed: Vec<_> = arguments.iter().map(|argument| self.expression(argument)).collect();
        let typed: Vec<_> = typed.into_iter().collect::<Option<_>>()?;
        let float = typed.iter().any(|value| value.ty() == Type::Float);
        let typed = typed.into_iter().map(|value| if float { value.widened() } else { value });
        let mut chain: Option<Typed> = None;
        for value in typed {
            let Some(left) = chain else {
                chain = Some(value);
                continue;
            };
            let op = match (name, left.ty(), value.ty()) {
                ("min", Type::Int, Type::Int) | ("min", Type::Duration, Type::Duration) => BinaryOp::MinInt,
                ("max", Type::Int, Type::Int) | ("max", Type::Duration, Type::Duration) => BinaryOp::MaxInt,
                ("min", Type::Float, Type::Float) => BinaryOp::MinFloat,
                ("max", Type::Float, Type::Float) => BinaryOp::MaxFloat,
                (_, left, right) => {
                    let message =
                        format!("`{name}` does not take {} and {}", left.described(), right.described());
                    self.error(range, message, None);
                    return None;
                }
            };
            let ty = left.ty();
            chain = Some(self.apply(op, left, value, ty, range)?);
        }
        chain
    }
}

/// What has a level, or else a capacity, in a sentence.
fn what_has(level: bool) -> String {
    let kinds = |having: fn(ResourceKind) -> bool| {
        let kinds = ResourceKind::ALL.into_iter().filter(|&kind| having(kind));
        kinds.map(|kind| kind.descriptor().plural).collect::<Vec<_>>().join(" and ")
    };
    match level {
        true => format!("all but {} have a level", kinds(|kind| kind.level().is_none())),
        false => format!("only {} have a capacity", kinds(ResourceKind::has_capacity)),
    }
}
