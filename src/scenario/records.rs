//! Items that are records: the fields that a buffer declares, and what is given for them.
//!
//! Decides which fields there may be, and that whoever gives a record gives each of them once.

use super::context::Check;
use super::diagnostics::Reports;
use super::expr::{Expr, ExprKind};
use super::fields;
use super::labels::Part;
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::scope::{ResourceEntry, Scope};
use super::source::Span;
use super::tables::TYPES;
use super::typed::Typed;
use super::typing::Typer;
use crate::figure::so_many;
use crate::trace::{Claim, Expected, FieldInfo, ResourceKind, ValueSource};
use crate::value::{MOST_FIELDS, Type};
use std::ops::Range;

/// A record with these fields, as it may be written: `{kind: …, size: …}`.
pub(super) fn written(fields: &[FieldInfo]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| format!("{}: …", field.name)).collect();
    format!("{{{}}}", fields.join(", "))
}

/// What is said of a field of what has none.
const WITHOUT_FIELDS: &str = "the items of this buffer are plain values, without fields";

/// Reports a name that no field has.
fn unknown_field(reports: &mut Reports<'_>, span: Span, name: &str, fields: &[FieldInfo]) {
    let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
    let hint = format!("the fields of the record are {}", names.join(", "));
    let message = format!("unknown field {}", quoted(name));
    reports.unknown_with_hint(span, message, name, fields.iter().map(|field| field.name.as_str()), hint);
}

impl Check<'_> {
    /// Enters what the items of a buffer are: values of one type, or records. `None` if that is wrong.
    pub(super) fn item_type(&mut self, node: &Node, known: &mut ResourceEntry) -> Option<()> {
        let Kind::Map(entries) = &node.kind else {
            known.ty = self.type_word(node);
            return known.ty.map(|_| ());
        };
        let span = self.reports.span_of(node);
        if entries.is_empty() {
            self.reports.error_with_hint(span, "a record has a field at least", "as in `{kind: int}`");
            return None;
        }
        if entries.len() > MOST_FIELDS {
            let message = format!("a record has at most {}", so_many(MOST_FIELDS as u64, "field"));
            let hint = "keep the rest in a memory, and let the record say in which slot";
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        for Entry { key, .. } in entries {
            self.name(key, "field");
        }
        let fields: Vec<Option<FieldInfo>> = entries
            .iter()
            .map(|Entry { key, value }| {
                Some(FieldInfo { name: key.name.clone(), ty: self.type_word(value)? })
            })
            .collect();
        known.fields = fields.into_iter().collect::<Option<_>>()?;
        known.ty = known.fields.first().map(|field| field.ty);
        Some(())
    }

    fn type_word(&mut self, node: &Node) -> Option<Type> {
        if matches!(node.kind, Kind::Map(_) | Kind::Seq(_)) {
            let span = self.reports.span_of(node);
            let message = format!("a type is one of {}, found {}", TYPES.join(", "), node.described());
            let hint = "a record has fields of these types, `of: {kind: int, size: duration}`, and no records or lists in it";
            self.reports.error_with_hint(span, message, hint);
            return None;
        }
        let word = self.word(node, "a type", &TYPES)?;
        Type::ALL.into_iter().find(|ty| ty.name() == word)
    }

    /// What is given for the field of this name: which one it is, or `None` if there is none of that name.
    pub(super) fn field_named(&mut self, entry: &Entry, fields: &[FieldInfo]) -> Option<u8> {
        let name = &entry.key.name;
        if let Some(place) = fields.iter().position(|field| field.name == *name) {
            return Some(place as u8);
        }
        let span = self.key_span(&entry.key);
        unknown_field(&mut self.reports, span, name, fields);
        None
    }

    /// The values of all fields of a record, in the order in which they are declared.
    pub(super) fn record(
        &mut self,
        node: &Node,
        scope: Scope<'_>,
        fields: &[FieldInfo],
        what: &str,
    ) -> Option<Vec<Typed>> {
        let Kind::Map(entries) = &node.kind else {
            if node.kind != Kind::Bad {
                let span = self.reports.span_of(node);
                let message = format!("{what} takes a record, found {}", node.described());
                self.reports.error_with_hint(span, message, format!("write `{}`", written(fields)));
            }
            return None;
        };
        let mut values: Vec<Option<Option<Typed>>> = vec![None; fields.len()];
        let mut is_known = true;
        for entry in entries {
            let place = self.field_named(entry, fields);
            let ty = place.map(|place| fields[usize::from(place)].ty);
            let value = self.value(&entry.value, scope, ty, &format!("`{}`", entry.key.name));
            match place {
                Some(place) => values[usize::from(place)] = Some(value),
                None => is_known = false,
            }
        }
        let span = self.reports.span_of(node);
        // What is called by a wrong name is not missing, too.
        for (field, _) in fields.iter().zip(&values).filter(|(_, value)| is_known && value.is_none()) {
            let message = format!("missing field `{}` in the record", field.name);
            let hint = format!("a record has all of its fields, as in `{}`", written(fields));
            self.reports.error_with_hint(span, message, hint);
        }
        values.into_iter().map(Option::flatten).collect()
    }

    /// What processes take out of buffers, as `expect` says it.
    pub(super) fn all_gets(&mut self, entry: &Entry, expected: &mut Expected) {
        let owner = self.key_span(&entry.key);
        let entries = fields::entries(&mut self.reports, &entry.value, &entry.key.name, owner).unwrap_or(&[]);
        for entry in entries {
            for claim in self.gets(entry).unwrap_or_default() {
                expected.add(claim, entry.key.site.line);
            }
        }
    }

    /// Of records a claim for each field, or for one that is named.
    fn gets(&mut self, entry: &Entry) -> Option<Vec<Claim>> {
        let (part, field) = Part::whole(&entry.key).split_field();
        let (process, buffer, known) = self.met(part, ResourceKind::Buffer)?;
        let what = "what is taken out";
        let claim = |source, values| Claim::Values { process, source, values };
        match (field, known.fields.as_slice()) {
            (None, []) => {
                let nodes = if let Kind::Seq(nodes) = &entry.value.kind { nodes.as_slice() } else { &[] };
                let one = format!("one of {what}");
                if nodes.iter().any(|node| self.is_no_record(node, Some(&known), &one)) {
                    return None;
                }
                Some(vec![claim(ValueSource::Get(buffer), self.values(entry, known.ty, what)?)])
            }
            (None, fields) => {
                let Kind::Seq(nodes) = &entry.value.kind else {
                    // It is no list, which is reported.
                    self.values(entry, None, what);
                    return None;
                };
                let record =
                    |node: &Node| self.record(node, Scope::all_params(), fields, &format!("one of {what}"));
                let records: Vec<_> = nodes.iter().map(record).collect();
                let records: Vec<Vec<Typed>> = records.into_iter().collect::<Option<_>>()?;
                let of_field = |place: usize| {
                    let values = records.iter().map(|record| record[place].known).collect::<Option<_>>()?;
                    Some(claim(ValueSource::GetField(buffer, place as u8), values))
                };
                (0..fields.len()).map(of_field).collect()
            }
            (Some(field), fields) => {
                let Some(place) = fields.iter().position(|known| known.name == field.text) else {
                    let span = field.span(self);
                    match fields {
                        [] => self.reports.error(span, WITHOUT_FIELDS),
                        fields => unknown_field(&mut self.reports, span, field.text, fields),
                    }
                    return None;
                };
                let values = self.values(entry, Some(fields[place].ty), what)?;
                Some(vec![claim(ValueSource::GetField(buffer, place as u8), values)])
            }
        }
    }

    /// Reports a record where the items of the buffer are none; whether it is one.
    pub(super) fn is_no_record(&mut self, node: &Node, buffer: Option<&ResourceEntry>, what: &str) -> bool {
        let Kind::Map(_) = &node.kind else { return false };
        if buffer.is_some_and(|buffer| !buffer.by_puts && buffer.ty.is_none()) {
            // What the items are is wrong at the buffer, and reported there.
            return true;
        }
        let span = self.reports.span_of(node);
        let message = format!("{what} is a record, but the items of this buffer are plain values");
        let hint = "declare the fields at the buffer, as in `of: {kind: int, size: int}`";
        self.reports.error_with_hint(span, message, hint);
        true
    }
}

impl Typer<'_, '_> {
    /// `None` where something else is called `item`, too, and might be meant, which is reported.
    pub fn is_item_alone(&mut self, range: &Range<usize>) -> Option<()> {
        let is_var = self.scope.vars.is_some_and(|vars| vars.find("item").is_some());
        let what = match (is_var, self.params.find("item")) {
            (true, _) => "variable",
            (false, Some(_)) => "parameter",
            (false, None) => return Some(()),
        };
        let message = format!("`item` is the item of the buffer here, and there is a {what} of that name");
        self.error(range, message, Some(format!("give the {what} another name")));
        None
    }

    /// A field of the item that is looked at.
    pub fn field(&mut self, name: &str, field: &str, range: &Range<usize>) -> Option<Typed> {
        let Some(buffer) = self.scope.item.filter(|_| name == "item") else {
            let (message, hint) = match name {
                "item" => (
                    "`item` has a value in `where` and `order` only".to_owned(),
                    "get the item `into` a variable first",
                ),
                _ => (
                    format!("{} has no fields", quoted(name)),
                    "only `item` has, in `where` and `order`; how much is in a resource is `level(name)`",
                ),
            };
            self.error(range, message, Some(hint.to_owned()));
            return None;
        };
        self.is_item_alone(range)?;
        if buffer.fields.is_empty() {
            buffer.ty?;
            let hint = "write `item`, or declare fields at the buffer, as in `of: {kind: int, size: int}`";
            self.error(range, WITHOUT_FIELDS, Some(hint.to_owned()));
            return None;
        }
        let Some(place) = buffer.fields.iter().position(|known| known.name == field) else {
            let span = self.reports.span_in(&self.located, range.clone());
            unknown_field(self.reports, span, field, &buffer.fields);
            return None;
        };
        let kind = ExprKind::Item(place as u8);
        Some(Typed { expr: Expr { kind, ty: buffer.fields[place].ty, site: self.site(range) }, known: None })
    }
}
