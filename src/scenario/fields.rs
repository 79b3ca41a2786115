//! Maps with fixed keys, read through the tables.
//!
//! Decides which keys are unknown and which are missing. What stands behind a
//! key is for the caller.

use super::diagnostics::Reports;
use super::names::{nearest, quoted};
use super::node::{Entry, Kind, Node};
use super::source::Span;
use super::tables::Form;
use crate::ids::Site;

/// The entries of a map, by key.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    entries: &'n [Entry],
    form: &'static Form,
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

    /// Whether such a key may stand there.
    pub fn may_have(&self, key: &str) -> bool {
        self.form.fields.iter().any(|field| field.key == key)
    }

    /// A key with its value. A wrong key that means this one will do: it was
    /// reported, and what stands behind it is looked at all the same.
    pub fn entry(&self, key: &str) -> Option<&'n Entry> {
        let means = |entry: &&Entry| meant(self.form, &entry.key.name) == Some(key);
        self.entries.iter().find(|entry| entry.key.name == key).or_else(|| self.entries.iter().find(means))
    }
}

/// The key of a form that is meant by one that it does not have.
fn meant(form: &Form, name: &str) -> Option<&'static str> {
    let keys = || form.fields.iter().map(|field| field.key);
    if keys().any(|key| key == name) {
        return None;
    }
    form.meant(name).or_else(|| nearest(name, keys()))
}

/// Whether a key is one of a form, or means one.
pub(super) fn belongs(form: &Form, name: &str) -> bool {
    form.fields.iter().any(|field| field.key == name) || meant(form, name).is_some()
}

/// Reads a map; `owner` is where a missing key is reported. `None` if it is no
/// map, which is reported.
pub(super) fn read<'n>(
    reports: &mut Reports<'_>,
    node: &'n Node,
    form: &'static Form,
    owner: Span,
) -> Option<Fields<'n>> {
    read_but(reports, node, form, owner, None)
}

/// As [`read`], for a map of which one key, which stands at `told`, was reported.
pub(super) fn read_but<'n>(
    reports: &mut Reports<'_>,
    node: &'n Node,
    form: &'static Form,
    owner: Span,
    told: Option<Site>,
) -> Option<Fields<'n>> {
    let entries = entries(reports, node, form.name, owner)?;
    let fields = Fields { entries, form };
    let missing: Vec<_> =
        form.fields.iter().filter(|field| field.required && fields.entry(field.key).is_none()).collect();
    let is_known = |entry: &&Entry| form.fields.iter().any(|field| field.key == entry.key.name);
    let mut strange = false;
    for entry in entries.iter().filter(|entry| !is_known(entry) && Some(entry.key.site) != told) {
        let is_strange = meant(form, &entry.key.name).is_none();
        strange |= is_strange;
        if !is_strange && !matches!(entry.value.kind, Kind::Map(_) | Kind::Seq(_)) {
            // What is wrong with one value is seen when the key is right.
            let span = reports.span_of(&entry.value);
            reports.told(span);
        }
        unknown_key(reports, entry, form, missing.iter().map(|field| field.key));
    }
    // Of a map with a key that nobody knows, that is what is missing.
    for field in missing.into_iter().filter(|_| !strange) {
        let message = format!("missing key `{}` in {}", field.key, shown(form.name));
        reports.error_with_hint(owner, message, format!("`{}`: {}", field.key, field.doc));
    }
    Some(fields)
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
            let message = format!("{} is a map, found {}", shown(what), node.described());
            reports.report(span, message, instead(what, node));
            None
        }
    }
}

/// What to write instead of something that is no map.
fn instead(what: &str, node: &Node) -> Option<String> {
    let hint = match (what, &node.kind) {
        ("process", Kind::Seq(_)) => "write the steps below the key `do`".to_owned(),
        ("set", _) => "write `set: {x: value}`".to_owned(),
        ("params" | "resources" | "processes" | "vars" | "measures", Kind::Seq(_)) => {
            let name = listed(node).next().unwrap_or("name");
            format!("leave the dashes out: each name is a key, as in `{name}: …`")
        }
        _ => return None,
    };
    Some(hint)
}

/// The names in a list that stands where a map of names is wanted: those of
/// `- name: x`, or the first keys of the items.
pub(super) fn listed(node: &Node) -> impl Iterator<Item = &str> {
    let items = if let Kind::Seq(items) = &node.kind { items.as_slice() } else { &[] };
    items.iter().filter_map(|item| {
        let Kind::Map(entries) = &item.kind else { return None };
        let named = entries.iter().find(|entry| entry.key.name == "name").map(|entry| &entry.value.kind);
        match named {
            Some(Kind::Text(name)) => Some(name.as_str()),
            _ => entries.first().map(|entry| entry.key.name.as_str()),
        }
    })
}

/// Reports an unknown key, with the one that is meant or all that there are.
fn unknown_key(
    reports: &mut Reports<'_>,
    entry: &Entry,
    form: &Form,
    missing: impl Iterator<Item = &'static str>,
) {
    let span = reports.span_of_text(entry.key.site, &entry.key.name);
    let list = |keys: &mut dyn Iterator<Item = &'static str>| {
        keys.map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
    };
    let name = &entry.key.name;
    let message = format!("unknown key {} in {}", quoted(name), shown(form.name));
    let mut known = form.fields.iter().map(|field| field.key);
    let missing = list(&mut missing.into_iter());
    let missing = if missing.is_empty() { missing } else { format!("; missing: {missing}") };
    let hint = match (form.name, name.as_str()) {
        ("acquire", "do") => {
            "to hold it during some steps write `with: …` and `do: […]`; it is released behind \
                              them"
                .to_owned()
        }
        _ => format!("the keys are {}{missing}", list(&mut known.clone())),
    };
    match form.meant(name) {
        Some(key) => reports.error_with_hint(span, format!("{message}; did you mean '{key}'?"), hint),
        None => reports.unknown_with_hint(span, message, name, &mut known, hint),
    }
}

/// A form's name for a message: `put_form` is `put`, and the whole file is the
/// scenario.
fn shown(name: &str) -> String {
    if name == "scenario" {
        return "the scenario".to_owned();
    }
    format!("`{}`", name.trim_end_matches("_form"))
}
