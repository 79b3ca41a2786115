//! Maps with fixed keys, read through the tables.
//!
//! Decides which keys are unknown and which are missing. What stands behind a
//! key is for the caller.

use super::diagnostics::Reports;
use super::names::{nearest, quoted};
use super::node::{Entry, Kind, Node};
use super::source::Span;
use super::tables::Form;

/// The entries of a map, by key.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// The value behind a key.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Whether there are no keys at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A key with its value.
    pub fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key.name == key)
    }
}

/// Reads a map; `owner` is where a missing key is reported. `None` if it is no
/// map, which is reported.
pub(super) fn read<'n>(
    reports: &mut Reports<'_>,
    node: &'n Node,
    form: &Form,
    owner: Span,
) -> Option<Fields<'n>> {
    let entries = entries(reports, node, form.name, owner)?;
    let keys = || form.fields.iter().map(|field| field.key);
    let mut misspelled = Vec::new();
    for entry in entries {
        if !keys().any(|key| key == entry.key.name) {
            unknown_key(reports, entry, form.name, keys());
            misspelled.extend(nearest(&entry.key.name, keys()));
        }
    }
    for field in form.fields {
        let there = entries.iter().any(|entry| entry.key.name == field.key);
        // A key that is there with a wrong spelling was just reported.
        if field.required && !there && !misspelled.contains(&field.key) {
            let message = format!("missing key `{}` in {}", field.key, shown(form.name));
            reports.error_with_hint(owner, message, format!("`{}`: {}", field.key, field.doc));
        }
    }
    Some(Fields { entries })
}

/// The entries of a map; `None` if it is none, which is reported.
pub(super) fn entries<'n>(
    reports: &mut Reports<'_>,
    node: &'n Node,
    what: &str,
    owner: Span,
) -> Option<&'n [Entry]> {
    match &node.kind {
        Kind::Map(entries) => Some(entries),
        Kind::Bad => None,
        Kind::Null => {
            reports.error(owner, format!("{} has no content", shown(what)));
            None
        }
        _ => {
            let span = reports.span_of(node);
            reports.error(span, format!("{} is a map, found {}", shown(what), node.described()));
            None
        }
    }
}

/// Reports an unknown key, with the nearest one or all that there are.
pub(super) fn unknown_key<'k>(
    reports: &mut Reports<'_>,
    entry: &Entry,
    what: &str,
    known: impl Iterator<Item = &'k str> + Clone,
) {
    let span = reports.span_of_text(entry.key.site, &entry.key.name);
    let all = known.clone().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let message = format!("unknown key {} in {}", quoted(&entry.key.name), shown(what));
    let hint = format!("the keys are {all}");
    reports.unknown_with_hint(span, message, &entry.key.name, known, hint);
}

/// A form's name for a message: `put_form` is `put`, and the whole file is the
/// scenario.
fn shown(name: &str) -> String {
    if name == "scenario" {
        return "the scenario".to_owned();
    }
    format!("`{}`", name.trim_end_matches("_form"))
}
