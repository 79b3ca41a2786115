//! References to resources: `mutex1`, `forks[(index + 1) % n]`.
//!
//! Decides which resource is meant and whether a step can use one of its kind.

use super::context::Check;
use super::diagnostics::TextError;
use super::kinds::in_language;
use super::misfits::written;
use super::model::{Expr, ResourceRef};
use super::names::{quoted, split_name};
use super::node::{Kind, Node};
use super::scope::{Argument, Found, ResourceEntry, Scope};
use super::source::Span;
use super::steps::body::Use;
use super::syntax::{Ast, AstKind};
use super::typing::Typer;
use super::unknown::unknown_resource;
use crate::figure::there_are;
use crate::ids::{ResourceDefId, Site};
use crate::trace::ResourceKind;
use crate::value::{Type, Value};

impl Check<'_> {
    /// Resolves the references in a node: one name or a list of names.
    pub fn references(&mut self, node: &Node, scope: Scope<'_>, usage: &Use) -> Vec<Option<Found>> {
        match &node.kind {
            Kind::Seq(nodes) if nodes.is_empty() => {
                let span = self.reports.span_of(node);
                let message = format!("`{}` names no resource", usage.key);
                self.reports.error_with_hint(span, message, format!("write `{}: name`", usage.key));
                Vec::new()
            }
            Kind::Seq(nodes) => nodes.iter().map(|node| self.reference_node(node, scope, usage)).collect(),
            _ => vec![self.reference_node(node, scope, usage)],
        }
    }

    /// Resolves the reference that a node is.
    pub fn reference_node(&mut self, node: &Node, scope: Scope<'_>, usage: &Use) -> Option<Found> {
        match &node.kind {
            Kind::Text(text) => self.reference(text, node.site, scope, usage),
            Kind::Bad => None,
            _ => {
                let span = self.reports.span_of(node);
                let message =
                    format!("`{}` takes the name of a resource, found {}", usage.key, node.described());
                let hint = match node.kind {
                    Kind::Seq(_) => usage.for_list.map(str::to_owned),
                    Kind::Null => Some(format!("write `{}: name`", usage.key)),
                    Kind::Map(ref entries) => {
                        // Where the name stands behind a key, as in `{on: c, count: 2}`, that is meant.
                        let is_known = |name: &&str| self.resources.position(split_name(name)).is_some();
                        let named = entries.iter().filter_map(|entry| entry.value.text()).find(is_known);
                        let name = named.or(entries.first().map(|entry| entry.key.name.as_str()));
                        name.map(|name| format!("write `{}: {name}`", usage.key))
                    }
                    Kind::Int(_) => usage.with_more.map(|with_more| {
                        format!(
                            "write `{}: name`, or {}",
                            usage.key,
                            with_more(usage.key, "name", &written(node))
                        )
                    }),
                    _ => None,
                };
                self.reports.report(span, message, hint);
                None
            }
        }
    }

    /// Resolves the reference that a text is.
    pub fn reference(&mut self, text: &str, site: Site, scope: Scope<'_>, usage: &Use) -> Option<Found> {
        if let Some((first, rest)) = several(text) {
            self.no_list(text, site, (first, rest), usage);
            return None;
        }
        if let (Some((name, number)), Some(with_more)) = (self.name_and_number(text), usage.with_more) {
            let span = self.reports.span_of_text(site, text);
            let message = format!("`{}` takes a name here, found {}", usage.key, quoted(text));
            let hint = format!("write {}", with_more(usage.key, name, number));
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        if let ("for_each", Some((var, name))) = (usage.key, text.split_once(" in ")) {
            let span = self.reports.span_of_text(site, text);
            let message = format!("`for_each` takes a name here, found {}", quoted(text));
            let hint = format!("write `for_each: {{from: {}, into: {}, do: […]}}`", name.trim(), var.trim());
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        if let Some((first, second)) = self.two_names(text) {
            let span = self.reports.span_of_text(site, text);
            let message = format!("`{}` takes a name here, found {}", usage.key, quoted(text));
            let hint = match usage.is_single {
                true => "write one step for each".to_owned(),
                false => format!("a list stands in brackets: write `[{first}, {second}]`"),
            };
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        let ast = self.parse(text, site)?;
        if let (AstKind::Binary(..) | AstKind::Not(_) | AstKind::Call(..), Some(_)) =
            (&ast.kind, usage.waits_at)
        {
            let span = self.reports.span_of_text(site, text);
            let message = format!("`{}` takes the name of a resource, found a condition", usage.key);
            self.reports.error_with_hint(span, message, format!("write `until: {text}`"));
            return None;
        }
        if let (AstKind::Literal(Value::Duration(_)), Some(what)) = (&ast.kind, usage.waits_at) {
            let span = self.reports.span_of_text(site, text);
            let message = format!("`{}` takes {what}, found a duration", usage.key);
            let hint = format!("time passes with `delay: {text}`; a process waits at {what}");
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        self.typer(text, site, scope).resource(&ast, text, |kind, name| refusal(usage, kind, name))
    }
}

impl Check<'_> {
    /// A resource and a number, in other forms than a map: `slots 2`, `slots(2)`, `2 * slots`.
    fn name_and_number<'n>(&self, text: &'n str) -> Option<(&'n str, &'n str)> {
        let is_known = |word: &str| self.resources.position(word).is_some();
        let is_between = |letter: char| !letter.is_alphanumeric() && letter != '_';
        let mut words = text.split(is_between).filter(|word| !word.is_empty());
        let (Some(first), Some(second), None) = (words.next(), words.next(), words.next()) else {
            return None;
        };
        let is_plain = text.chars().all(|letter| !is_between(letter) || " *()".contains(letter));
        match (is_known(first), is_known(second)) {
            (true, false) if is_plain => Some((first, second)),
            (false, true) if is_plain => Some((second, first)),
            _ => None,
        }
    }

    /// Two resources without a comma between them.
    fn two_names<'n>(&self, text: &'n str) -> Option<(&'n str, &'n str)> {
        let (first, second) = text.split_once(' ')?;
        let second = second.trim().trim_start_matches("and ").trim();
        let is_known = |name: &str| self.resources.position(name).is_some();
        (is_known(first) && is_known(second)).then_some((first, second))
    }

    /// Reports names with commas between them, `full1, 3`, where one name or a
    /// list stands.
    fn no_list(&mut self, text: &str, site: Site, (first, rest): (&str, &str), usage: &Use) {
        let key = usage.key;
        let known = |name: &str| self.resources.position(split_name(name)).is_some();
        let hint = match usage.with_more {
            Some(with_more) if !rest.split(',').all(known) => {
                format!("write {}, or a list, `[a, b]`", with_more(key, first, rest.trim()))
            }
            _ if usage.is_single => "write one step for each".to_owned(),
            _ => format!("a list stands in brackets: write `[{text}]`"),
        };
        let located = self.reports.locate(site, text);
        let comma = text.find(',').unwrap_or(0);
        let message = format!("`{key}` takes one name here, found a comma");
        self.reports.text_error(&located, TextError::new(comma..comma + 1, message).with_hint(hint));
    }
}

/// Why a step cannot use a resource of this kind, if it cannot, and a hint.
fn refusal(usage: &Use, kind: ResourceKind, name: &str) -> Option<(String, String)> {
    let steps = in_language(kind).steps;
    let key = usage.like.unwrap_or(usage.key);
    if steps.iter().any(|step| step.key == key) {
        return None;
    }
    let fitting = steps.iter().find(|step| step.takes == usage.takes).unwrap_or(&steps[0]);
    let message = format!("`{}` cannot use the {} {}", usage.key, kind.name(), quoted(name));
    Some((message, format!("use `{}` for a {}", fitting.key, kind.name())))
}

/// A text with a comma outside all brackets, split there.
fn several(text: &str) -> Option<(&str, &str)> {
    let mut open = 0i32;
    let comma = text.bytes().position(|byte| {
        open += i32::from(matches!(byte, b'(' | b'[')) - i32::from(matches!(byte, b')' | b']'));
        byte == b',' && open <= 0
    })?;
    Some((text[..comma].trim(), &text[comma + 1..]))
}

impl Typer<'_, '_> {
    /// Resolves the reference that a tree is; `text` is what it was made of.
    /// `refusal` says why a resource of some kind and name cannot be used, if
    /// it cannot, and gives a hint.
    pub fn resource(
        &mut self,
        ast: &Ast,
        text: &str,
        refusal: impl Fn(ResourceKind, &str) -> Option<(String, String)>,
    ) -> Option<Found> {
        let (name, index) = match &ast.kind {
            AstKind::Name(name) => (name, None),
            AstKind::Element(name, index) => (name, Some(&**index)),
            _ => {
                let hint = "write a name, or `name[index]`".to_owned();
                self.error(&ast.range, format!("{} is no resource", quoted(text)), Some(hint));
                return None;
            }
        };
        let place = ast.range.start..ast.range.start + name.len();
        let span = self.reports.span_in(&self.located, place);
        let argument = self.scope.arguments.and_then(|arguments| arguments.get(name));
        let position = match argument {
            Some(Argument::One(found)) => return self.given(found, (name, index, span), refusal),
            Some(Argument::Value(None)) => return None,
            Some(Argument::All(position)) => Some(*position),
            Some(Argument::Value(Some(_))) | None => self.resources.position(name),
        };
        let Some(position) = position else {
            let known = (self.processes, self.resources);
            let fits = |kind| refusal(kind, name).is_none();
            unknown_resource(self.reports, known, span, ("resource", name), fits);
            return None;
        };
        self.resources.at(position).used.set(true);
        let entry = self.resources.at(position).clone();
        if let Some((message, hint)) = refusal(entry.kind?, name) {
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        let index = self.instance(&entry, (name, ast, index))?;
        let def = ResourceDefId::from_index(position);
        Some(Found { reference: ResourceRef { def, index, site: span.site }, entry })
    }

    /// The resource that a parameter of a block stands for.
    fn given(
        &mut self,
        found: &Found,
        (name, index, span): (&str, Option<&Ast>, Span),
        refusal: impl Fn(ResourceKind, &str) -> Option<(String, String)>,
    ) -> Option<Found> {
        if let Some(index) = index {
            let message = format!("{} stands for one resource here", quoted(name));
            self.error(&index.range, message, Some("leave the index out".to_owned()));
            return None;
        }
        if let Some((message, hint)) = refusal(found.entry.kind?, name) {
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        let reference = ResourceRef { site: span.site, ..found.reference.clone() };
        Some(Found { reference, entry: found.entry.clone() })
    }

    /// The index of a reference: there must be one exactly if the resource has
    /// a count.
    fn instance(
        &mut self,
        entry: &ResourceEntry,
        (name, ast, index): (&str, &Ast, Option<&Ast>),
    ) -> Option<Option<Expr>> {
        let Some(index) = index else {
            if !entry.counted {
                return Some(None);
            }
            let index = if self.scope.index { "index" } else { "0" };
            let hint = format!("say which, as in `{name}[{index}]`");
            self.error(&ast.range, format!("{} has several instances", quoted(name)), Some(hint));
            return None;
        };
        if !entry.counted {
            let hint = match entry.kind.is_some_and(ResourceKind::has_slots) {
                true => format!("write `{name}`, and which slot under `at`"),
                false => format!("give it a `count`, or write `{name}`"),
            };
            self.error(&ast.range, format!("{} is one resource, without index", quoted(name)), Some(hint));
            return None;
        }
        let typed = self.expression(index)?;
        let error = match (typed.ty(), typed.known_int(), entry.count) {
            (Type::Int, Some(at), Some(count)) if !(0..count).contains(&at) => {
                let there_are = there_are(count.max(0) as u64, "instance");
                format!("index {at} is out of range: {there_are} of {}, from 0", quoted(name))
            }
            (Type::Int, ..) => return Some(Some(typed.expr)),
            (found, ..) => format!("an index must be an integer, found {}", found.described()),
        };
        self.error(&index.range, error, None);
        None
    }
}

/// `name` or `name[2]`, as `expect` names instances.
pub(super) fn split_instance(text: &str) -> Option<(&str, Option<u32>)> {
    match text.split_once('[') {
        None => Some((text, None)),
        Some((name, rest)) => {
            let digits = rest.strip_suffix(']')?.trim();
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten().map(|index| (name.trim(), Some(index)))
        }
    }
}
