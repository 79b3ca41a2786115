//! Maps with fixed keys, read through the tables.
//!
//! Decides which keys are unknown and which are missing. What stands behind a
//! key is for the caller.

use super::diagnostics::Reports;
use super::misfits;
use super::names::{nearest, quoted};
use super::node::{Entry, Kind, Node};
use super::samples;
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
    read_but(reports, node, form, owner, None, &|_| None)
}

/// What to write instead of a key that the form does not have, if its reader knows.
pub(super) type Instead<'i> = &'i dyn Fn(&Entry) -> Option<String>;

/// As [`read`], for a map of which one key, which stands at `told`, was reported.
pub(super) fn read_but<'n>(
    reports: &mut Reports<'_>,
    node: &'n Node,
    form: &'static Form,
    owner: Span,
    told: Option<Site>,
    instead: Instead<'_>,
) -> Option<Fields<'n>> {
    let entries = map(reports, node, (form.name, Some(form)), owner)?;
    let fields = Fields { entries, form };
    let missing: Vec<_> =
        form.fields.iter().filter(|field| field.required && fields.entry(field.key).is_none()).collect();
    let is_known = |entry: &&Entry| form.fields.iter().any(|field| field.key == entry.key.name);
    let mut strange = false;
    let beside = misfits::beside(form, entries);
    if let Some((entry, hint)) = &beside {
        let span = reports.span_of_text(entry.key.site, &entry.key.name);
        let main = form.fields[0].key;
        let message = format!("unknown key {} beside `{main}`", quoted(&entry.key.name));
        reports.error_with_hint(span, message, hint.clone());
        if let (Some(value), true) = (fields.get(main), misfits::is_map(form)) {
            let span = reports.span_of(value);
            reports.told(span);
        }
    }
    let rest = if beside.is_some() { &[] } else { entries };
    for entry in rest.iter().filter(|entry| !is_known(entry) && Some(entry.key.site) != told) {
        let is_strange = meant(form, &entry.key.name).is_none();
        strange |= is_strange;
        if !is_strange && !matches!(entry.value.kind, Kind::Map(_) | Kind::Seq(_)) {
            // What is wrong with one value is seen when the key is right.
            let span = reports.span_of(&entry.value);
            reports.told(span);
        }
        let hint = misfits::foreign_key(form, &entry.key.name)
            .or_else(|| instead(entry))
            .or_else(|| misfits::key(form, entries, entry));
        unknown_key(reports, entry, form, missing.iter().map(|field| field.key), hint);
    }
    // Of a map with a key that nobody knows, that is what is missing.
    for field in missing.into_iter().filter(|_| !strange) {
        let message = format!("missing key `{}` in {}", field.key, shown(form.name));
        let hint = samples::missing(form, entries, field);
        reports.error_with_hint(owner, message, hint);
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
    map(reports, node, (what, None), owner)
}

/// The entries of a map that is called so, and that may have fixed keys.
fn map<'n>(
    reports: &mut Reports<'_>,
    node: &'n Node,
    (what, form): (&str, Option<&Form>),
    owner: Span,
) -> Option<&'n [Entry]> {
    match &node.kind {
        Kind::Map(entries) => Some(entries),
        Kind::Bad => None,
        Kind::Null => {
            let mut hint = "what belongs to it stands in the lines below it, further to the right".to_owned();
            if let Some(field) = form.and_then(|form| form.fields.iter().find(|field| field.required)) {
                hint.push_str(&format!(", as `{}: {}`", field.key, samples::sample(field)));
            }
            reports.error_with_hint(owner, format!("{} has no content", shown(what)), hint);
            None
        }
        _ => {
            let span = reports.span_of(node);
            let message = format!("{} is a map, found {}", shown(what), node.described());
            reports.report(span, message, misfits::no_map(what, form, node));
            None
        }
    }
}

/// The entries of a map of names, without those that are keys of what stands in it and
/// lack their indentation, which are reported:
/// ```yaml
///   a:
///   do: []
/// ```
pub(super) fn indented<'n>(
    reports: &mut Reports<'_>,
    entries: &'n [Entry],
    is_key: impl Fn(&str) -> bool,
) -> Vec<&'n Entry> {
    let mut kept: Vec<&Entry> = Vec::with_capacity(entries.len());
    let mut above: Option<&Entry> = None;
    for (at, entry) in entries.iter().enumerate() {
        let empty = at.checked_sub(1).map(|at| &entries[at]).filter(|above| above.value.kind == Kind::Null);
        let name = &entry.key.name;
        let Some(owner) = above.or(empty).filter(|_| is_key(name)) else {
            above = None;
            kept.push(entry);
            continue;
        };
        if above.is_none() {
            kept.pop();
            let span = reports.span_of_text(entry.key.site, name);
            let message = format!("`{name}` stands beside {}, not below it", quoted(&owner.key.name));
            let hint = format!(
                "it belongs further to the right than `{}`, as all that is part of it",
                owner.key.name
            );
            reports.error_with_hint(span, message, hint);
        }
        above = Some(owner);
    }
    kept
}

/// Reports an unknown key, with what to write instead, if that is known, or else the one that
/// is meant or all that there are.
fn unknown_key(
    reports: &mut Reports<'_>,
    entry: &Entry,
    form: &Form,
    missing: impl Iterator<Item = &'static str>,
    instead: Option<String>,
) {
    let span = reports.span_of_text(entry.key.site, &entry.key.name);
    let list = |keys: &mut dyn Iterator<Item = &'static str>| {
        keys.map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
    };
    let name = &entry.key.name;
    let message = format!("unknown key {} in {}", quoted(name), shown(form.name));
    let mut known = form.fields.iter().map(|field| field.key);
    if let (Some(hint), None) = (instead, meant(form, name)) {
        return reports.error_with_hint(span, message, hint);
    }
    let missing = list(&mut missing.into_iter());
    let missing = if missing.is_empty() { missing } else { format!("; missing: {missing}") };
    let hint = format!("the keys are {}{missing}", list(&mut known.clone()));
    match form.meant(name) {
        Some(key) => reports.error_with_hint(span, format!("{message}; did you mean '{key}'?"), hint),
        None => reports.unknown_with_hint(span, message, name, &mut known, hint),
    }
}

/// A form's name for a message: `put_form` is `put`, the whole file is the scenario, and
/// what is no key is called what it is.
fn shown(name: &str) -> String {
    match name {
        "scenario" => "the scenario".to_owned(),
        "time_bounds" | "bounds" | "figure_bounds" => "these bounds".to_owned(),
        _ => format!("`{}`", misfits::shown(name)),
    }
}
