//! The resources.
//!
//! Decides what each kind needs, and that sizes are such that a run fits into
//! memory. The type of a buffer without `of` is found in `buffers`.

use super::context::Check;
use super::fields::{self, Fields};
use super::foreign;
use super::model::{Discipline, ResourceDef, ResourceSpec};
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::scope::{ResourceEntry, Scope, next_first};
use super::source::Span;
use super::tables::{
    self, CONDITION_DISCIPLINES, DISCIPLINES, Form, RESOURCES, SHORT_KINDS, TYPES, UNBOUNDED,
};
use super::typing::Typed;
use crate::trace::ResourceKind;
use crate::value::{Type, Value};

/// Instances of resources that a scenario may have.
pub(super) const MOST_RESOURCES: i64 = 10_000_000;
/// Slots, items and array elements that a scenario may have.
pub(super) const MOST_SLOTS: i64 = 100_000_000;

impl Check<'_> {
    /// Reads the resources and enters them. What could not be read is left out
    /// of the result, but its name is known.
    pub fn resources(&mut self, node: Option<&Node>) -> Vec<ResourceDef> {
        let Some(node) = node.filter(|node| node.kind != Kind::Null) else { return Vec::new() };
        let owner = self.reports.span_of(node);
        let entries = fields::entries(&mut self.reports, node, "resources", owner).unwrap_or(&[]);
        // Of a list the names are known, so that their uses are no problems.
        for name in fields::listed(node) {
            self.resources.push(name, ResourceEntry::default());
        }
        let mut defs = Vec::new();
        let (mut instances, mut slots) = (0i64, 0i64);
        for entry in entries {
            self.name(&entry.key, "resource");
            let def = self.resource(entry);
            if let Some(known) = self.resources.find(&entry.key.name) {
                let count = known.count.unwrap_or(1);
                let taken = count.saturating_mul(known.size.unwrap_or(1));
                let before = (instances, slots);
                instances = instances.saturating_add(count);
                slots = slots.saturating_add(taken);
                let crossed = |before: i64, now: i64, most: i64| before <= most && now > most;
                let span = self.key_span(&entry.key);
                if crossed(before.0, instances, MOST_RESOURCES) {
                    self.reports.error(span, "the scenario has more than 10,000,000 resources");
                } else if crossed(before.1, slots, MOST_SLOTS) {
                    let message = "the resources have more than 100,000,000 slots and places in all";
                    self.reports.error(span, message);
                }
            }
            defs.extend(def);
        }
        defs
    }

    fn resource(&mut self, entry: &Entry) -> Option<ResourceDef> {
        let mut known = ResourceEntry::default();
        let def = self.resource_def(entry, &mut known);
        known.first = self.resources.last().map_or(Some(0), |last| next_first(last.first, last.count));
        self.resources.push(&entry.key.name, known);
        def
    }

    fn resource_def(&mut self, entry: &Entry, known: &mut ResourceEntry) -> Option<ResourceDef> {
        let owner = self.key_span(&entry.key);
        let (name, site) = (entry.key.name.clone(), entry.key.site);
        if let Kind::Text(text) = &entry.value.kind
            && SHORT_KINDS.contains(&text.as_str())
        {
            known.kind = kind_named(text);
            known.count = Some(1);
            let discipline = Discipline::default();
            let condition = known.kind == Some(ResourceKind::Condition);
            let spec = if condition { ResourceSpec::Condition } else { ResourceSpec::Mutex };
            return Some(ResourceDef { name, count: None, spec, discipline, site });
        }
        let form = self.kind_of(&entry.value, owner)?;
        known.kind = kind_named(form.name);
        let fields = fields::read(&mut self.reports, &entry.value, form, owner)?;
        let scope = Scope::all_params();
        let count = fields.get("count").map(|node| self.whole(node, scope, "`count`", 0));
        known.counted = count.is_some();
        known.count = match &count {
            Some(count) => count.as_ref().and_then(Typed::known_int),
            None => Some(1),
        };
        let words: &[_] = if form.name == "condition" { &CONDITION_DISCIPLINES } else { &DISCIPLINES };
        let discipline =
            fields.get("discipline").and_then(|node| self.discipline(node, words)).unwrap_or_default();
        let spec = self.spec(known, fields)?;
        let count = count.flatten().map(|typed| typed.expr);
        Some(ResourceDef { name, count, spec, discipline, site })
    }

    /// The form that `kind` names.
    fn kind_of(&mut self, node: &Node, owner: Span) -> Option<&'static Form> {
        let names = RESOURCES.each_ref().map(|form| form.name);
        let hint = format!("write `{{kind: …}}` with one of {}", names.join(", "));
        if let Kind::Text(text) = &node.kind {
            let span = self.reports.span_of(node);
            match tables::form(&RESOURCES, text) {
                Some(form) => {
                    let message = format!("a {} needs more than its kind", form.name);
                    let needed = form.fields.iter().filter(|field| field.required).map(|field| field.key);
                    let needed = needed.collect::<Vec<_>>();
                    let example = needed.iter().map(|key| match *key {
                        "kind" => format!("kind: {}", form.name),
                        key => format!("{key}: 1"),
                    });
                    let example = example.collect::<Vec<_>>().join(", ");
                    let hint = format!("write a map with {}, as in `{{{example}}}`", needed.join(" and "));
                    self.reports.error_with_hint(span, message, hint);
                }
                None => {
                    let message = format!("unknown kind of resource {}", quoted(text));
                    let hint = foreign::kind(text).map_or(hint, str::to_owned);
                    self.reports.unknown_with_hint(span, message, text, names.into_iter(), hint);
                }
            }
            return None;
        }
        let entries = fields::entries(&mut self.reports, node, "resource", owner)?;
        let Some(kind) = entries.iter().find(|entry| entry.key.name == "kind") else {
            let spoken = entries.iter().find_map(|entry| names.iter().find(|kind| **kind == entry.key.name));
            let typed = entries.iter().any(|entry| entry.key.name == "type");
            let hint = match spoken {
                Some(kind) => format!("write `kind: {kind}`, and its other keys beside it"),
                None if typed => "write `kind` instead of `type`".to_owned(),
                None => hint,
            };
            self.reports.error_with_hint(owner, "missing key `kind` in the resource", hint);
            return None;
        };
        if let Kind::Text(text) = &kind.value.kind
            && let Some(hint) = foreign::kind(text)
        {
            let span = self.reports.span_of(&kind.value);
            let message = format!("{} is not known as a kind of resource", quoted(text));
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        let word = self.word(&kind.value, "a kind of resource", &names)?;
        tables::form(&RESOURCES, word)
    }

    fn discipline(&mut self, node: &Node, words: &[&'static str]) -> Option<Discipline> {
        self.word(node, "a discipline", words).map(|word| match word {
            "any" => Discipline::Any,
            "priority" => Discipline::Priority,
            "lifo" => Discipline::Lifo,
            _ => Discipline::Fifo,
        })
    }

    fn spec(&mut self, known: &mut ResourceEntry, fields: Fields<'_>) -> Option<ResourceSpec> {
        let scope = Scope::all_params();
        match known.kind? {
            ResourceKind::Mutex => Some(ResourceSpec::Mutex),
            ResourceKind::Condition => Some(ResourceSpec::Condition),
            ResourceKind::Semaphore => {
                let permits = self.whole(fields.get("permits")?, scope, "`permits`", 0)?;
                Some(ResourceSpec::Semaphore { permits: permits.expr })
            }
            ResourceKind::Buffer => {
                known.by_puts = fields.get("of").is_none();
                known.ty = fields.get("of").and_then(|node| self.type_word(node));
                let node = fields.get("capacity")?;
                let unbounded = node.kind == Kind::Text(UNBOUNDED.to_owned());
                let capacity =
                    if unbounded { None } else { Some(self.whole(node, scope, "`capacity`", 0)?) };
                known.unbounded = unbounded;
                known.size = capacity.as_ref().and_then(Typed::known_int);
                let ty = known.ty.unwrap_or(Type::Int);
                Some(ResourceSpec::Buffer { capacity: capacity.map(|typed| typed.expr), ty })
            }
            ResourceKind::Memory => {
                let initial = match fields.get("value") {
                    Some(node) => self.value(node, scope, None, "`value`"),
                    None => Some(Typed::constant(Value::Int(0), fields.entry("kind")?.key.site)),
                };
                known.ty = initial.as_ref().map(Typed::ty);
                let slots = self.whole(fields.get("slots")?, scope, "`slots`", 1)?;
                known.size = slots.known_int();
                Some(ResourceSpec::Memory { slots: slots.expr, initial: initial?.expr })
            }
        }
    }

    fn type_word(&mut self, node: &Node) -> Option<Type> {
        let word = self.word(node, "a type", &TYPES)?;
        Type::ALL.into_iter().zip(TYPES).find(|(_, name)| *name == word).map(|(ty, _)| ty)
    }
}

fn kind_named(name: &str) -> Option<ResourceKind> {
    ResourceKind::ALL.into_iter().find(|kind| kind.name() == name)
}
