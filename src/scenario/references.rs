//! References to resources: `mutex1`, `forks[(index + 1) % n]`.
//!
//! Decides which resource is meant and whether a step can use one of its kind.

use super::context::Check;
use super::diagnostics::TextError;
use super::model::ResourceRef;
use super::names::quoted;
use super::node::{Kind, Node};
use super::scope::{ResourceEntry, Scope};
use super::syntax::{Ast, AstKind};
use crate::ids::{ResourceDefId, Site};
use crate::trace::ResourceKind;
use crate::value::Type;

/// A step that names resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Acquire,
    Release,
    Put,
    Get,
    Write,
    Read,
}

impl Use {
    /// The step's key.
    pub fn key(self) -> &'static str {
        match self {
            Use::Acquire => "acquire",
            Use::Release => "release",
            Use::Put => "put",
            Use::Get => "get",
            Use::Write => "write",
            Use::Read => "read",
        }
    }

    fn fits(self, kind: ResourceKind) -> bool {
        let takes = matches!(self, Use::Acquire | Use::Get | Use::Read);
        self == Use::on(kind, takes)
    }

    /// The step that takes from or gives to a resource of this kind.
    fn on(kind: ResourceKind, takes: bool) -> Use {
        match (kind, takes) {
            (ResourceKind::Mutex | ResourceKind::Semaphore, true) => Use::Acquire,
            (ResourceKind::Mutex | ResourceKind::Semaphore, false) => Use::Release,
            (ResourceKind::Buffer, true) => Use::Get,
            (ResourceKind::Buffer, false) => Use::Put,
            (ResourceKind::Memory, true) => Use::Read,
            (ResourceKind::Memory, false) => Use::Write,
        }
    }
}

/// A resolved reference and what is known of its resource.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub reference: ResourceRef,
    pub entry: ResourceEntry,
}

impl Check<'_> {
    /// Resolves the references in a node: one name or a list of names.
    pub fn references(&mut self, node: &Node, scope: Scope<'_>, usage: Use) -> Vec<Option<Found>> {
        match &node.kind {
            Kind::Seq(nodes) if nodes.is_empty() => {
                let span = self.reports.span_of(node);
                self.reports.error(span, format!("`{}` names no resource", usage.key()));
                Vec::new()
            }
            Kind::Seq(nodes) => nodes.iter().map(|node| self.reference_node(node, scope, usage)).collect(),
            _ => vec![self.reference_node(node, scope, usage)],
        }
    }

    /// Resolves the reference that a node is.
    pub fn reference_node(&mut self, node: &Node, scope: Scope<'_>, usage: Use) -> Option<Found> {
        match &node.kind {
            Kind::Text(text) => self.reference(text, node.site, scope, usage),
            Kind::Bad => None,
            _ => {
                let span = self.reports.span_of(node);
                let message =
                    format!("`{}` takes the name of a resource, found {}", usage.key(), node.described());
                self.reports.error(span, message);
                None
            }
        }
    }

    /// Resolves the reference that a text is.
    pub fn reference(&mut self, text: &str, site: Site, scope: Scope<'_>, usage: Use) -> Option<Found> {
        let ast = self.parse(text, site)?;
        let located = self.reports.locate(site, text);
        let (name, index) = match &ast.kind {
            AstKind::Name(name) => (name, None),
            AstKind::Element(name, index) => (name, Some(&**index)),
            _ => {
                let error = TextError::new(ast.range.clone(), format!("{} is no resource", quoted(text)))
                    .with_hint("write a name, or `name[index]`");
                self.reports.text_error(&located, error);
                return None;
            }
        };
        let place = ast.range.start..ast.range.start + name.len();
        let span = self.reports.span_in(&located, place);
        let Some(position) = self.resources.position(name) else {
            let names = self.resources.names();
            self.reports.unknown(span, format!("unknown resource {}", quoted(name)), name, names);
            return None;
        };
        let entry = self.resources.at(position).clone();
        let kind = entry.kind?;
        if !usage.fits(kind) {
            let takes = matches!(usage, Use::Acquire | Use::Get | Use::Read);
            let message = format!("`{}` cannot use the {} {}", usage.key(), kind.name(), quoted(name));
            let hint = format!("use `{}` for a {}", Use::on(kind, takes).key(), kind.name());
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        let index = self.instance(text, site, scope, &entry, (name, &ast, index))?;
        let def = ResourceDefId::from_index(position);
        Some(Found { reference: ResourceRef { def, index, site: span.site }, entry })
    }

    /// The index of a reference: there must be one exactly if the resource has
    /// a count.
    fn instance(
        &mut self,
        text: &str,
        site: Site,
        scope: Scope<'_>,
        entry: &ResourceEntry,
        (name, ast, index): (&str, &Ast, Option<&Ast>),
    ) -> Option<Option<super::model::Expr>> {
        let located = self.reports.locate(site, text);
        let Some(index) = index else {
            if !entry.counted {
                return Some(None);
            }
            let error = TextError::new(ast.range.clone(), format!("{} has several instances", quoted(name)))
                .with_hint(format!("say which, as in `{name}[index]`"));
            self.reports.text_error(&located, error);
            return None;
        };
        if !entry.counted {
            let error =
                TextError::new(ast.range.clone(), format!("{} is one resource, without index", quoted(name)))
                    .with_hint(format!("give it a `count`, or write `{name}`"));
            self.reports.text_error(&located, error);
            return None;
        }
        let typed = self.typer(text, site, scope).expression(index)?;
        let error = match (typed.ty(), typed.known_int(), entry.count) {
            (Type::Int, Some(at), Some(count)) if !(0..count).contains(&at) => {
                format!("index {at} is out of range: there are {count} instances of {}, from 0", quoted(name))
            }
            (Type::Int, ..) => return Some(Some(typed.expr)),
            (found, ..) => format!("an index must be an integer, found {}", found.described()),
        };
        self.reports.text_error(&located, TextError::new(index.range.clone(), error));
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

/// The name in a reference, whatever its index is.
pub(super) fn split_name(text: &str) -> &str {
    text.split('[').next().unwrap_or(text).trim()
}
