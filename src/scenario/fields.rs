//! Maps with fixed keys, read through the tables.
//!
//! Decides which keys are unknown and which are missing. What stands behind a
//! key is for the caller.

use super::diagnostics::Reports;
use super::names::quoted;
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
    for entry in entries {
        if !keys().any(|key| key == entry.key.name) {
            unknown_key(reports, entry, form.name, keys());
        }
    }
    for field in form.fields {
        if field.required && !entries.iter().any(|entry| entry.key.name == field.key) {
            let message = format!("missing key `{}` in {}", field.key, shown(form.name));
            reports.error_with_hint(owner, message, field.doc);
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

/// A form's name for a message: `put_form` is `put`.
fn shown(name: &str) -> String {
    format!("`{}`", name.trim_end_matches("_form"))
}
