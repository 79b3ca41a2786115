//! `acquire` and `release`, `put` and `get`, `write` and `read`, `wait` and `notify`.
//!
//! Decides how many permits, items and slots a step means and that they can be
//! there at all. A step that names several resources becomes several steps.

use super::fields;
use super::model::{Expr, ResourceRef, Step, StepKind};
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::references::{Found, Use};
use super::source::Span;
use super::step_tables::{GET, PUT, READ, WAIT, WRITE};
use super::steps::Body;
use super::typing::Typed;
use crate::ids::{Site, VarId};
use crate::trace::ResourceKind;
use crate::value::{Type, Value};

impl Body<'_, '_> {
    /// `acquire` and `release`: a name, a list of names and maps, or a map from
    /// names to numbers of permits.
    pub fn permits(&mut self, node: &Node, usage: Use, site: Site, steps: &mut Vec<Step>) {
        match &node.kind {
            Kind::Seq(nodes) if !nodes.is_empty() => {
                for node in nodes {
                    match &node.kind {
                        Kind::Map(entries) => self.numbered_permits(entries, usage, steps),
                        _ => self.one_permit(node, usage, node.site, steps),
                    }
                }
            }
            Kind::Map(entries) if !entries.is_empty() => self.numbered_permits(entries, usage, steps),
            Kind::Seq(_) | Kind::Map(_) => {
                let span = self.check.reports.span_of(node);
                self.check.reports.error(span, format!("`{}` names no resource", usage.key()));
            }
            _ => self.one_permit(node, usage, site, steps),
        }
    }

    fn one_permit(&mut self, node: &Node, usage: Use, site: Site, steps: &mut Vec<Step>) {
        let found = self.check.reference_node(node, self.scope(), usage);
        if let Some(Found { reference, .. }) = found {
            let permits = Self::constant(Value::Int(1), reference.site);
            steps.push(permit_step(usage, reference, permits, site));
        }
    }

    fn numbered_permits(&mut self, entries: &[Entry], usage: Use, steps: &mut Vec<Step>) {
        for Entry { key, value } in entries {
            let found = self.check.reference(&key.name, key.site, self.scope(), usage);
            let permits = self.check.whole(value, self.scope(), "a number of permits", 0);
            let (Some(Found { reference, entry }), Some(permits)) = (found, permits) else { continue };
            if entry.kind == Some(ResourceKind::Mutex) && !is_literal_one(&permits) {
                let span = self.check.reports.span_of(value);
                let message = format!("a mutex is taken once; {} has no permits to count", quoted(&key.name));
                let hint = format!("write `{}: {}`, or make it a semaphore", usage.key(), key.name);
                self.check.reports.error_with_hint(span, message, hint);
                continue;
            }
            steps.push(permit_step(usage, reference, permits.expr, key.site));
        }
    }

    /// `put`: a name, a list of names, or a map with `to`.
    pub fn put(&mut self, main: &Entry, steps: &mut Vec<Step>) {
        let fields = match &main.value.kind {
            Kind::Map(_) => {
                let owner = self.owner(main);
                let read = fields::read(&mut self.check.reports, &main.value, &PUT, owner);
                let Some(fields) = read else { return };
                Some(fields)
            }
            _ => None,
        };
        let Some(targets) = fields.map_or(Some(&main.value), |fields| fields.get("to")) else { return };
        let several = matches!(targets.kind, Kind::Seq(_));
        let found = self.check.references(targets, self.scope(), Use::Put);
        let count_node = fields.and_then(|fields| fields.get("count"));
        let value_node = fields.and_then(|fields| fields.get("value"));
        let count = self.item_count(count_node, main.key.site);
        if found.iter().all(Option::is_none)
            && let Some(node) = value_node
        {
            // No buffer says what type is wanted; the value is checked all the same.
            self.value(node, None, "`value`");
        }
        for Found { reference, entry } in found.into_iter().flatten() {
            if let (Some(node), Some(count)) = (count_node, &count) {
                self.fits(count, entry.size, node, "put");
            }
            let value = match value_node {
                Some(node) => self.value(node, entry.ty, "`value`").map(|typed| typed.expr),
                None => entry.ty.map(|ty| Self::constant(Value::from_word(ty, 0), main.key.site)),
            };
            let site = if several { reference.site } else { main.key.site };
            if let (Some(count), Some(value)) = (&count, value) {
                let kind = StepKind::Put { buffer: reference, count: count.expr.clone(), value };
                steps.push(Step { kind, site });
            }
        }
    }

    /// `get`: a name, a list of names, or a map with `from`.
    pub fn get(&mut self, main: &Entry, steps: &mut Vec<Step>) {
        if !matches!(main.value.kind, Kind::Map(_)) {
            let several = matches!(main.value.kind, Kind::Seq(_));
            let found = self.check.references(&main.value, self.scope(), Use::Get);
            for Found { reference, .. } in found.into_iter().flatten() {
                let site = if several { reference.site } else { main.key.site };
                let count = Self::constant(Value::Int(1), site);
                steps.push(Step { kind: StepKind::Get { buffer: reference, count, into: None }, site });
            }
            return;
        }
        let owner = self.owner(main);
        let Some(fields) = fields::read(&mut self.check.reports, &main.value, &GET, owner) else { return };
        let from =
            fields.get("from").and_then(|node| self.check.reference_node(node, self.scope(), Use::Get));
        let count_node = fields.get("count");
        let count = self.item_count(count_node, main.key.site);
        let ty = from.as_ref().and_then(|found| found.entry.ty);
        let into = fields.get("into").map(|node| self.into(node, ty, count.as_ref()));
        let (Some(Found { reference, entry }), Some(count)) = (from, count) else { return };
        if let Some(node) = count_node {
            self.fits(&count, entry.size, node, "get");
        }
        let kind = StepKind::Get { buffer: reference, count: count.expr, into: into.flatten() };
        steps.push(Step { kind, site: main.key.site });
    }

    fn item_count(&mut self, node: Option<&Node>, site: Site) -> Option<Typed> {
        match node {
            Some(node) => self.check.whole(node, self.scope(), "`count`", 1),
            None => Some(Typed::constant(Value::Int(1), site)),
        }
    }

    /// Checks that so many items can ever be in the buffer at once.
    fn fits(&mut self, count: &Typed, capacity: Option<i64>, node: &Node, step: &str) {
        if let (Some(number), Some(capacity)) = (count.known_int(), capacity)
            // Of a rendezvous, which holds none, one item is put and got at a time.
            && number > capacity.max(1)
        {
            let span = self.check.reports.span_of(node);
            let message =
                format!("a {step} of {number} items can never be: the buffer holds at most {capacity}");
            self.check.reports.error(span, message);
        }
    }

    /// Where values go: a variable for one, an array for several.
    fn into(&mut self, node: &Node, ty: Option<Type>, count: Option<&Typed>) -> Option<VarId> {
        let (position, span) = self.variable(node, "`into`")?;
        let var = self.vars.at(position);
        if let (Some(found), Some(wanted)) = (var.ty, ty)
            && found != wanted
        {
            let message = format!(
                "the values are {}s, but the variable holds {}",
                plain(wanted),
                var.ty.map_or("something else", Type::described)
            );
            self.check.reports.error(span, message);
        }
        if !var.array && count.is_some_and(|count| !is_literal_one(count)) {
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
            let message = format!("{number} values do not fit an array of {length} elements");
            self.check.reports.error(span, message);
        }
        Some(VarId::from_index(position))
    }

    /// The variable or array that a node names, and where.
    pub fn variable(&mut self, node: &Node, what: &str) -> Option<(usize, Span)> {
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
            self.check.reports.unknown(span, format!("unknown variable {}", quoted(name)), name, known);
        }
        Some((position?, span))
    }

    /// `wait`: the name of a condition, or a map with `on`.
    pub fn wait(&mut self, main: &Entry) -> Option<StepKind> {
        let Kind::Map(_) = main.value.kind else {
            let found = self.check.reference_node(&main.value, self.scope(), Use::Wait)?;
            return Some(StepKind::Wait { condition: found.reference, mutex: None });
        };
        let owner = self.owner(main);
        let fields = fields::read(&mut self.check.reports, &main.value, &WAIT, owner)?;
        let on = fields.get("on").and_then(|node| self.check.reference_node(node, self.scope(), Use::Wait));
        let mutex = match fields.get("mutex") {
            None => None,
            Some(node) => Some(self.mutex(node)?),
        };
        Some(StepKind::Wait { condition: on?.reference, mutex })
    }

    /// A mutex, which a semaphore is not.
    fn mutex(&mut self, node: &Node) -> Option<ResourceRef> {
        let Found { reference, entry } = self.check.reference_node(node, self.scope(), Use::Release)?;
        if entry.kind == Some(ResourceKind::Mutex) {
            return Some(reference);
        }
        let span = self.check.reports.span_of(node);
        let hint = "only a mutex has an owner who can lend it; release the semaphore before the wait, inside `atomic`";
        self.check.reports.error_with_hint(span, "`mutex` takes a mutex, found a semaphore", hint);
        None
    }

    /// `notify` and `notify_all`: the name of a condition, or a list of names.
    pub fn notify(&mut self, node: &Node, usage: Use, site: Site, steps: &mut Vec<Step>) {
        let several = matches!(node.kind, Kind::Seq(_));
        let found = self.check.references(node, self.scope(), usage);
        for Found { reference, .. } in found.into_iter().flatten() {
            let site = if several { reference.site } else { site };
            let all = usage == Use::NotifyAll;
            steps.push(Step { kind: StepKind::Notify { condition: reference, all }, site });
        }
    }

    /// `write`.
    pub fn write(&mut self, main: &Entry) -> Option<StepKind> {
        let owner = self.owner(main);
        let fields = fields::read(&mut self.check.reports, &main.value, &WRITE, owner)?;
        let to = fields.get("to").and_then(|node| self.check.reference_node(node, self.scope(), Use::Write));
        let size = to.as_ref().and_then(|found| found.entry.size);
        let at = fields.get("at").and_then(|node| self.slot(node, size, 1));
        let ty = to.as_ref().and_then(|found| found.entry.ty);
        let value = fields.get("value").and_then(|node| self.value(node, ty, "`value`"));
        Some(StepKind::Write { memory: to?.reference, at: at?, value: value?.expr })
    }

    /// `read`.
    pub fn read(&mut self, main: &Entry) -> Option<StepKind> {
        let owner = self.owner(main);
        let fields = fields::read(&mut self.check.reports, &main.value, &READ, owner)?;
        let from =
            fields.get("from").and_then(|node| self.check.reference_node(node, self.scope(), Use::Read));
        let count = match fields.get("count") {
            Some(node) => self.check.whole(node, self.scope(), "`count`", 0),
            None => Some(Typed::constant(Value::Int(1), main.key.site)),
        };
        let number = count.as_ref().and_then(Typed::known_int).unwrap_or(1);
        let size = from.as_ref().and_then(|found| found.entry.size);
        let at = fields.get("at").and_then(|node| self.slot(node, size, number));
        let ty = from.as_ref().and_then(|found| found.entry.ty);
        let into = fields.get("into").map(|node| self.into(node, ty, count.as_ref()));
        Some(StepKind::Read { memory: from?.reference, at: at?, count: count?.expr, into: into.flatten() })
    }

    /// The first of `number` slots of a memory of `size`.
    fn slot(&mut self, node: &Node, size: Option<i64>, number: i64) -> Option<Expr> {
        let typed = self.value(node, Some(Type::Int), "`at`")?;
        if let (Some(at), Some(size)) = (typed.known_int(), size)
            && (at < 0 || at.saturating_add(number) > size)
        {
            let span = self.check.reports.span_of(node);
            let last = at.saturating_add(number - 1);
            let which =
                if number > 1 { format!("slots {at} to {last} are") } else { format!("slot {at} is") };
            let message = format!("{which} out of range: the memory has {size} slots, from 0");
            self.check.reports.error(span, message);
        }
        Some(typed.expr)
    }
}

fn permit_step(usage: Use, resource: ResourceRef, permits: Expr, site: Site) -> Step {
    let kind = match usage {
        Use::Release => StepKind::Release { resource, permits },
        _ => StepKind::Acquire { resource, permits },
    };
    Step { kind, site }
}

fn is_literal_one(typed: &Typed) -> bool {
    matches!(typed.expr.kind, super::model::ExprKind::Const(Value::Int(1)))
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
