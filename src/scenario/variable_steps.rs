//! `set`, `draw` and `mark`.
//!
//! Decides what may be assigned, and that a mark always carries the same type.

use super::context::MarkEntry;
use super::distributions::Purpose;
use super::fields;
use super::model::{Expr, Step, StepKind};
use super::names::{is_name, quoted};
use super::node::{Entry, Key, Kind};
use super::source::Span;
use super::step_tables::{DRAW, MARK};
use super::steps::Body;
use super::syntax::AstKind;
use super::yaml_error::UNQUOTED;
use crate::ids::{MarkId, VarId};
use crate::trace::ResourceKind;
use crate::value::Type;

impl Body<'_, '_> {
    /// `set`: one step for each entry, in order.
    pub fn set(&mut self, main: &Entry, steps: &mut Vec<Step>) {
        let owner = self.owner(main);
        let entries = fields::entries(&mut self.check.reports, &main.value, "set", owner).unwrap_or(&[]);
        if entries.is_empty() && matches!(main.value.kind, Kind::Map(_)) {
            self.check.reports.error(owner, "`set` names no variable");
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
            return self.check.reports.error_with_hint(span, message, given(kind, name, &key.name));
        }
        // Said once: the uses that follow lack the same declaration.
        self.check.refuse(name);
        let message = format!("unknown variable {}", quoted(name));
        let hint = "variables are declared in the `vars` of the process".to_owned();
        self.check.reports.unknown_with_hint(span, message, name, self.vars.names(), hint);
    }

    /// `draw`.
    pub fn draw(&mut self, main: &Entry) -> Option<StepKind> {
        let owner = self.owner(main);
        let fields = fields::read(&mut self.check.reports, &main.value, &DRAW, owner)?;
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

    /// `mark`: a name, or a map with `name` and `value`.
    pub fn mark(&mut self, main: &Entry) -> Option<StepKind> {
        let owner = self.owner(main);
        let (name_node, value_node) = match &main.value.kind {
            Kind::Map(_) => {
                let fields = fields::read(&mut self.check.reports, &main.value, &MARK, owner)?;
                (fields.get("name")?, fields.get("value"))
            }
            _ => (&main.value, None),
        };
        let value = value_node.map(|node| self.value(node, None, "`value`"));
        let name = self.check.plain_text(name_node, "`mark`")?;
        let span = self.check.reports.span_of(name_node);
        let allowed = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
        if name.is_empty() || !name.chars().all(allowed) {
            let message = format!("{} cannot be the name of a mark", quoted(name));
            self.check.reports.error_with_hint(
                span,
                message,
                "it may hold letters from A to Z and a to z, digits, `_`, `-` and `.`",
            );
            // It is known all the same, so that what is expected of it is no problem.
            self.mark_id(name, Some(None), span);
            return None;
        }
        let mark =
            self.mark_id(name, value.as_ref().map(|typed| typed.as_ref().map(|typed| typed.ty())), span);
        let value = match value {
            Some(typed) => Some(typed?.expr),
            None => None,
        };
        Some(StepKind::Mark { mark, value })
    }

    /// Enters a mark, or checks that it carries what its first use carries. A
    /// type of `Some(None)` is that of a value that is wrong itself.
    fn mark_id(&mut self, name: &str, ty: Option<Option<Type>>, span: Span) -> MarkId {
        let bad = ty == Some(None);
        let ty = ty.flatten();
        let process = self.check.process;
        let Some(position) = self.check.marks.position(name) else {
            let entry = MarkEntry { ty, bad, passed_by: vec![process] };
            return MarkId::from_index(self.check.marks.push(name, entry));
        };
        let first = self.check.marks.at_mut(position);
        // Processes are read one after the other.
        if first.passed_by.last() != Some(&process) {
            first.passed_by.push(process);
        }
        let first = self.check.marks.at(position);
        if first.ty != ty && !first.bad && !bad {
            let carries = |ty: Option<Type>| ty.map_or("nothing", Type::described);
            let message = format!(
                "the mark {} carries {} here and {} before",
                quoted(name),
                carries(ty),
                carries(first.ty)
            );
            self.check.reports.error_with_hint(span, message, "give one of the marks another name");
        }
        MarkId::from_index(position)
    }
}

/// How a resource is given what somebody has tried to set it to.
fn given(kind: ResourceKind, name: &str, target: &str) -> String {
    match kind {
        ResourceKind::Memory => {
            let index = target.split_once('[').and_then(|(_, rest)| rest.trim_end().strip_suffix(']'));
            format!("write `write: {{to: {name}, at: {}, value: …}}`", index.unwrap_or("i"))
        }
        ResourceKind::Buffer => format!("write `put: {{to: {name}, value: …}}`"),
        ResourceKind::Mutex | ResourceKind::Semaphore => {
            format!("write `acquire: {name}` or `release: {name}`")
        }
        ResourceKind::Condition => format!("write `notify: {name}`"),
    }
}
