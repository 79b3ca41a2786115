//! `set` and `draw`, and the variables that steps name.
//!
//! Decides what may be assigned, and where values that a step takes go.

use super::body::{Body, Main, Reader, StepForm};
use crate::figure::{so_many, verb};
use crate::ids::VarId;
use crate::scenario::distributions::Purpose;
use crate::scenario::fields;
use crate::scenario::kinds::in_language;
use crate::scenario::model::{Expr, Step, StepKind};
use crate::scenario::names::{is_name, quoted, split_name};
use crate::scenario::node::{Entry, Key, Kind, Node};
use crate::scenario::scope::{ResourceEntry, TypedBy};
use crate::scenario::source::Span;
use crate::scenario::syntax::AstKind;
use crate::scenario::tables::{Form, Shape, required};
use crate::scenario::typed::Typed;
use crate::scenario::typing::{DECLARED, IN_BLOCK};
use crate::scenario::yaml_error::UNQUOTED;
use crate::value::Type;

/// `set`: one step for each entry, in order.
pub(super) static SET_STEP: StepForm = StepForm {
    form: Form {
        name: "set",
        doc: "Give variables or array elements new values, in order.",
        fields: &[required("set", Shape::Map(&Shape::Value), "`{name: value}`, or `{\"name[i]\": value}`.")],
    },
    foreign: &[(
        &["let", "assign", "var", "increment", "inc"],
        "write `set: {x: x + 1}`, for a variable in `vars`",
    )],
    read: Reader::Several(|body, main, steps| body.set(main, steps)),
};

/// `draw`.
pub(super) static DRAW_STEP: StepForm = StepForm {
    form: Form {
        name: "draw",
        doc: "Draw a random value into a variable.",
        fields: &[required("draw", Shape::Form(&DRAW_FORM), "Where to and from what.")],
    },
    foreign: &[(
        &["random", "randint", "rand", "sample", "uniform"],
        "write `draw: {into: x, from: {uniform_int: {low: 1, high: 6}}}`",
    )],
    read: Reader::One(|body, main| body.draw(main)),
};

/// What stands behind `draw`.
static DRAW_FORM: Form = Form {
    name: "draw_form",
    doc: "Draw a random value.",
    fields: &[
        required("into", Shape::Text, "A variable."),
        required("from", Shape::Distribution, "From which distribution."),
    ],
};

impl Body<'_, '_> {
    fn set(&mut self, main: Main<'_>, steps: &mut Vec<Step>) {
        let owner = self.owner(main.key);
        let entries = fields::entries(&mut self.check.reports, &main.key.value, "set", owner).unwrap_or(&[]);
        if entries.is_empty() && matches!(main.key.value.kind, Kind::Map(_)) {
            self.check.reports.error_with_hint(owner, "`set` names no variable", "write `set: {x: value}`");
        }
        for Entry { key, value } in entries {
            let target = self.target(key);
            let ty = target.as_ref().and_then(|(var, _)| self.vars.at(var.index()).ty);
            let what = format!("the variable {}", quoted(&key.name));
            // A key that is none, such as `{i = 3}`, has no value either, and an
            // array has none that is a list.
            if target.is_none() && matches!(value.kind, Kind::Null | Kind::Seq(_)) {
                continue;
            }
            let value = self.value(value, ty, &what);
            if let (Some((var, element)), Some(value)) = (target, value) {
                let kind = StepKind::Set { var, element, value: value.expr };
                steps.push(Step { kind, site: key.site });
            }
        }
    }

    /// What a key of `set` names: a variable or an element of an array.
    fn target(&mut self, key: &Key) -> Option<(VarId, Option<Expr>)> {
        if let Some((name, value)) = key.name.split_once('=').filter(|(name, _)| is_name(name.trim())) {
            let span = self.check.key_span(key);
            let hint = format!("write `set: {{{}: {}}}`", name.trim(), value.trim_start_matches('=').trim());
            self.check.reports.error_with_hint(span, "`set` takes a map, found an assignment", hint);
            return None;
        }
        let ast = self.check.parse(&key.name, key.site)?;
        let (name, index) = match &ast.kind {
            AstKind::Name(name) => (name, None),
            AstKind::Element(name, index) => (name, Some(index)),
            _ => {
                let span = self.check.key_span(key);
                let hint = "write the name of a variable, or `name[index]` in quotes";
                let message = format!("{} cannot be set", quoted(&key.name));
                self.check.reports.error_with_hint(span, message, hint);
                return None;
            }
        };
        let Some(position) = self.vars.position(name) else {
            self.not_a_variable(name, key);
            return None;
        };
        self.vars.at(position).used.set(true);
        let array = VarId::from_index(position);
        match (index, self.vars.at(position).array) {
            (None, false) => Some((array, None)),
            (Some(index), true) => {
                let scope = self.scope();
                let mut typer = self.check.typer(&key.name, key.site, scope);
                typer.element_of(Some(array), index).map(|(array, index)| (array, Some(index)))
            }
            (index, _) => {
                let span = self.check.key_span(key);
                let (message, hint) = match index {
                    None => ("an array is set element by element", format!("write `\"{name}[0]\": …`")),
                    Some(_) => ("this variable is not an array", format!("write `{name}: …`")),
                };
                self.check.reports.error_with_hint(span, message, hint);
                None
            }
        }
    }

    fn not_a_variable(&mut self, name: &str, key: &Key) {
        let span = self.check.key_span(key);
        if self.check.params.position(name).is_some() {
            let message = format!("{} is a parameter; parameters do not change in a run", quoted(name));
            let hint = "give the process a variable in `vars`";
            return self.check.reports.error_with_hint(span, message, hint);
        }
        if let Some(kind) = self.check.resources.find(name).and_then(|known| known.kind) {
            let message = format!("{} is a {}, not a variable", quoted(name), kind.name());
            // It does not need quotes either: it is another step.
            self.check.reports.withdraw(span.site, UNQUOTED);
            return self.check.reports.error_with_hint(
                span,
                message,
                (in_language(kind).given)(name, &key.name),
            );
        }
        if let Some(arguments) = self.arguments {
            let message = match arguments.contains_key(name) {
                true => format!("{} does not stand for a variable here, and cannot be set", quoted(name)),
                false => format!("unknown variable {}", quoted(name)),
            };
            return self.check.reports.unknown_with_hint(
                span,
                message,
                name,
                self.vars.names(),
                IN_BLOCK.to_owned(),
            );
        }
        // Said once: the uses that follow lack the same declaration.
        self.check.refuse(name);
        let message = format!("unknown variable {}", quoted(name));
        self.check.reports.unknown_with_hint(span, message, name, self.vars.names(), DECLARED.to_owned());
    }

    /// `draw`.
    fn draw(&mut self, main: Main<'_>) -> Option<StepKind> {
        let owner = self.owner(main.key);
        let fields = fields::read(&mut self.check.reports, &main.key.value, &DRAW_FORM, owner)?;
        let into = fields.get("into").and_then(|node| self.variable(node, "`into`"));
        let ty = into.and_then(|(position, _)| self.vars.at(position).ty);
        let from = fields
            .get("from")
            .and_then(|node| self.distribution(node, self.scope(), Purpose::Variable(ty), "`draw`"));
        let (position, span) = into?;
        if self.vars.at(position).array {
            let hint = "draw into a variable, and set the element";
            self.check.reports.error_with_hint(span, "`draw` fills one variable, not an array", hint);
        }
        Some(StepKind::Draw { into: VarId::from_index(position), from: from? })
    }

    /// Where values go, which are items of a buffer if one is given: a variable for one, an
    /// array for several.
    pub(super) fn into(
        &mut self,
        node: &Node,
        ty: Option<Type>,
        buffer: Option<&ResourceEntry>,
        count: Option<&Typed>,
    ) -> Option<(VarId, Option<Expr>)> {
        let (position, element, span) = match &node.kind {
            Kind::Text(text) if text.contains('[') => {
                let key = Key { name: text.clone(), site: node.site };
                let (var, element) = self.target(&key)?;
                (var.index(), element, self.check.reports.span_of(node))
            }
            _ => {
                let (position, span) = self.variable(node, "`into`")?;
                (position, None, span)
            }
        };
        let var = self.vars.at(position);
        if let (Some(found), Some(wanted)) = (var.ty, ty)
            && found != wanted
        {
            let message = format!(
                "the values are {}s, but the variable holds {}",
                plain(wanted),
                var.ty.map_or("something else", Type::described)
            );
            let first = match wanted {
                Type::Int => "0",
                Type::Float => "0.0",
                Type::Bool => "false",
                Type::Duration => "0s",
            };
            let first = if var.array { format!("{{array: n, of: {first}}}") } else { first.to_owned() };
            let name = split_name(node.text().unwrap_or("x"));
            let by = match buffer.map_or(TypedBy::Declared, |buffer| buffer.typed_by) {
                TypedBy::Declared => String::new(),
                TypedBy::Put(site) => format!(
                    "; the items are {}s by the `put` on line {}, the first with a value: for others write `of: {}` at the buffer",
                    plain(wanted),
                    site.line,
                    found.name()
                ),
                TypedBy::Nothing => format!(
                    "; the items are integers because no `put` has a value: give it one, or write `of: {}` at the buffer",
                    found.name()
                ),
            };
            let hint = format!("its first value says what it holds: in `vars` write `{name}: {first}`{by}");
            self.check.reports.error_with_hint(span, message, hint);
        }
        let is_one = !var.array || element.is_some();
        if is_one && count.is_some_and(|count| !count.is_literal_one()) {
            let hint = "declare it as an array, `{array: LENGTH}`, or leave `count` out";
            self.check.reports.error_with_hint(
                span,
                "several values need an array, this is one variable",
                hint,
            );
        }
        if let (true, Some(length), Some(number)) = (var.array, var.length, count.and_then(Typed::known_int))
            && number > length
        {
            let (values, elements) =
                (so_many(number as u64, "value"), so_many(length.max(0) as u64, "element"));
            let do_not = format!("{} not", verb(number as usize, "do"));
            let message = format!("{values} {do_not} fit an array of {elements}");
            self.check.reports.error(span, message);
        }
        Some((VarId::from_index(position), element))
    }

    /// The variable or array that a node names, and where.
    pub(super) fn variable(&mut self, node: &Node, what: &str) -> Option<(usize, Span)> {
        let span = self.check.reports.span_of(node);
        if let Kind::Seq(_) = node.kind {
            let hint = "several values go into an array: `xs: {array: n}` in `vars`, and `into: xs`";
            self.check.reports.error_with_hint(span, format!("{what} takes one name, found a list"), hint);
            return None;
        }
        let name = self.check.plain_text(node, what)?;
        let position = self.vars.position(name);
        if let Some(position) = position {
            self.vars.at(position).used.set(true);
        } else {
            let known = self.vars.names();
            let array = name.split_once('[').map(|(array, _)| array);
            if array.is_some_and(|array| self.vars.position(array).is_some()) {
                let message =
                    format!("{what} takes a variable, and {} is an element of an array", quoted(name));
                let hint = format!("use a variable, and put it there behind: `set: {{\"{name}\": x}}`");
                self.check.reports.error_with_hint(span, message, hint);
                return None;
            }
            let message = format!("unknown variable {}", quoted(name));
            self.check.reports.unknown_with_hint(span, message, name, known, DECLARED.to_owned());
        }
        Some((position?, span))
    }
}

/// A type's name without its article.
fn plain(ty: Type) -> &'static str {
    match ty {
        Type::Int => "integer",
        Type::Float => "float",
        Type::Bool => "boolean",
        Type::Duration => "duration",
    }
}
