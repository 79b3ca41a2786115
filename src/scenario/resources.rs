//! The resources.
//!
//! Decides what each kind needs, and that sizes are such that a run fits into
//! memory. The type of a buffer without `of` is found in `buffers`.

use super::context::Check;
use super::fields::{self, Fields};
use super::kinds::{self, UNBOUNDED};
use super::misfits;
use super::model::{Discipline, Expr, ResourceDef, ResourceSpec};
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::scope::{ResourceEntry, Scope, next_first};
use super::source::Span;
use super::tables::{self, Form, Shape};
use super::typed::Typed;
use crate::ids::Site;
use crate::trace::{Holds, Level, Number, ResourceKind};
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
        for name in misfits::listed(node) {
            self.resources.push(name, ResourceEntry::default());
        }
        let mut defs = Vec::new();
        let (mut instances, mut slots) = (0i64, 0i64);
        let is_key =
            |name: &str| kinds::forms().iter().any(|form| form.fields.iter().any(|field| field.key == name));
        for entry in fields::indented(&mut self.reports, entries, is_key) {
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
            let parts = match &def {
                Some(def) if def.spec.kind == ResourceKind::Rwlock => self.parts_of_lock(def, entry),
                _ => Vec::new(),
            };
            defs.extend(def.into_iter().chain(parts));
        }
        self.outer_processors(entries, &mut defs);
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
            && let Some(form) = kinds::short().find(|form| form.name == text)
        {
            let kind = ResourceKind::named(form.name)?;
            (known.kind, known.count) = (Some(kind), Some(1));
            let spec = ResourceSpec::of_kind(kind);
            return Some(ResourceDef { name, count: None, spec, discipline: Discipline::default(), site });
        }
        if let Kind::Null | Kind::Int(_) = entry.value.kind {
            let span =
                if entry.value.kind == Kind::Null { owner } else { self.reports.span_of(&entry.value) };
            let message = format!("the resource {} has no kind", quoted(&name));
            let hint = kinds::of_name(&name, &entry.value);
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        let form = self.kind_of(&entry.value, owner)?;
        let kind = ResourceKind::named(form.name)?;
        if self.is_only_counted(&entry.value, form, owner) {
            return None;
        }
        known.kind = Some(kind);
        let fields = fields::read(&mut self.reports, &entry.value, form, owner)?;
        let scope = Scope::all_params();
        let count = fields.get("count").map(|node| self.whole(node, scope, "`count`", 0));
        known.counted = count.is_some();
        known.count = match &count {
            Some(count) => count.as_ref().and_then(Typed::known_int),
            None => Some(1),
        };
        let discipline = self.discipline(form, fields).unwrap_or_default();
        known.by_priority = discipline == Discipline::Priority;
        known.holders = self.holders(fields);
        let mut spec = self.spec(kind, known, fields)?;
        if let Some(node) = fields.get("inherit").filter(|node| node.kind != Kind::Bool(false)) {
            spec.inherit = Some(self.flag(node, "`inherit`")?.expr);
        }
        spec.order = self.item_order(known, fields)?;
        if let Some(node) = fields.get("closes") {
            spec.closes = Some(self.whole(node, scope, "`closes`", 1)?.expr);
        }
        if kind == ResourceKind::Processor {
            spec.processor = Some(self.processor(discipline, known, fields)?);
            known.by_deadline = discipline == Discipline::Edf;
        }
        let count = count.flatten().map(|typed| typed.expr);
        Some(ResourceDef { name, count, spec, discipline, site })
    }

    /// Reports a resource with `count` where another key is missing that was probably meant.
    fn is_only_counted(&mut self, node: &Node, form: &'static Form, owner: Span) -> bool {
        let Kind::Map(entries) = &node.kind else { return false };
        let [kind, count] = entries.as_slice() else { return false };
        let mut missing = form.fields.iter().filter(|field| field.required && field.key != "kind");
        let (Some(missing), "kind", "count") =
            (missing.next(), kind.key.name.as_str(), count.key.name.as_str())
        else {
            return false;
        };
        let message = format!("missing key `{}` in `{}`", missing.key, form.name);
        let hint = format!("`count` makes several of it; `{}`: {}", missing.key, missing.doc);
        self.reports.error_with_hint(owner, message, hint);
        true
    }

    /// The form that `kind` names.
    fn kind_of(&mut self, node: &Node, owner: Span) -> Option<&'static Form> {
        let names = ResourceKind::ALL.map(ResourceKind::name);
        let hint = format!("write `{{kind: …}}` with one of {}", names.join(", "));
        if let Kind::Text(text) = &node.kind {
            let span = self.reports.span_of(node);
            match tables::form(kinds::forms(), text) {
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
                    let hint = kinds::foreign(text).map_or(hint, str::to_owned);
                    self.reports.unknown_with_hint(span, message, text, names.into_iter(), hint);
                }
            }
            return None;
        }
        let entries = fields::entries(&mut self.reports, node, "resource", owner)?;
        let Some(kind) = entries.iter().find(|entry| entry.key.name == "kind") else {
            let spoken = entries.iter().find_map(|entry| names.iter().find(|kind| **kind == entry.key.name));
            let typed = entries.iter().any(|entry| entry.key.name == "type");
            let counted = entries.iter().find_map(|entry| kinds::of_number(&entry.key.name));
            let hint = match (spoken, counted) {
                (Some(kind), _) => format!("write `kind: {kind}`, and its other keys beside it"),
                (None, _) if typed => "write `kind` instead of `type`".to_owned(),
                (None, Some((kind, key))) => format!("a {kind} has `{key}`: write `kind: {kind}` beside it"),
                (None, None) => hint,
            };
            self.reports.error_with_hint(owner, "missing key `kind` in the resource", hint);
            return None;
        };
        if let Kind::Text(text) = &kind.value.kind
            && let Some(hint) = kinds::foreign(text)
        {
            let span = self.reports.span_of(&kind.value);
            let message = format!("{} is not known as a kind of resource", quoted(text));
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        let word = self.word(&kind.value, "a kind of resource", &names)?;
        tables::form(kinds::forms(), word)
    }

    fn discipline(&mut self, form: &Form, fields: Fields<'_>) -> Option<Discipline> {
        let node = fields.get("discipline")?;
        let field = form.fields.iter().find(|field| field.key == "discipline")?;
        let Shape::Word(words) = field.shape else { return None };
        let word = self.word(node, "a discipline", words)?;
        Discipline::ALL.into_iter().find(|discipline| discipline.name() == word)
    }

    fn spec(
        &mut self,
        kind: ResourceKind,
        known: &mut ResourceEntry,
        fields: Fields<'_>,
    ) -> Option<ResourceSpec> {
        let value = match kind.descriptor().holds {
            Holds::Nothing => None,
            Holds::Items => {
                let of = fields.get("of");
                known.by_puts = of.is_none();
                if let Some(of) = of {
                    self.item_type(of, known)?;
                }
                None
            }
            Holds::Slots => Some(self.slot_value(known, fields)),
        };
        let number = match &kind.descriptor().number {
            Some(number) => self.number(kind, number, known, fields)?,
            None => None,
        };
        let value = match value {
            Some(value) => Some(value?.expr),
            None => None,
        };
        Some(ResourceSpec {
            kind,
            number,
            ty: known.ty.unwrap_or(Type::Int),
            fields: known.fields.clone(),
            value,
            inherit: None,
            closes: None,
            order: None,
            is_asked: false,
            processor: None,
        })
    }

    /// What each slot of a memory holds at the start.
    fn slot_value(&mut self, known: &mut ResourceEntry, fields: Fields<'_>) -> Option<Typed> {
        let value = match fields.get("value") {
            Some(node) => self.value(node, Scope::all_params(), None, "`value`"),
            None => {
                let site = fields.entry("kind").map_or(Site::default(), |entry| entry.key.site);
                Some(Typed::constant(Value::Int(0), site))
            }
        };
        known.ty = value.as_ref().map(Typed::ty);
        known.initial = value.as_ref().and_then(|typed| typed.known);
        value
    }

    /// The number with which a resource is made; `Some(None)` if it is unbounded.
    fn number(
        &mut self,
        kind: ResourceKind,
        number: &Number,
        known: &mut ResourceEntry,
        fields: Fields<'_>,
    ) -> Option<Option<Expr>> {
        let node = fields.get(number.key)?;
        let node = if kind == ResourceKind::Semaphore { self.opening(node)? } else { node };
        if kind.has_capacity() && node.kind == Kind::Text(UNBOUNDED.to_owned()) {
            known.unbounded = true;
            return Some(None);
        }
        if let (true, &Kind::Int(found)) = (kind.has_capacity() && number.least == 0, &node.kind)
            && found < number.least
        {
            let span = self.reports.span_of(node);
            let message = format!("`{}` is at least 0, found {found}", number.key);
            let hint = format!("write `{UNBOUNDED}` for a {} without a bound", kind.name());
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        let typed = if kind == ResourceKind::Processor && matches!(node.kind, Kind::Map(_)) {
            known.has_hours = true;
            self.most_cores(node)?
        } else {
            self.whole(node, Scope::all_params(), &format!("`{}`", number.key), number.least)?
        };
        // Permits take no room, however many there are.
        if kind.level() != Some(Level::Permits) {
            known.size = typed.known_int();
        }
        Some(Some(typed.expr))
    }
}
