//! The parameters and the values that a run sets for them.
//!
//! Decides that a parameter may use those above it, and that a value from
//! outside keeps its parameter's type, so that everything checked stays true.

use super::beside::{source_beside, typed_beside, with_origin};
use super::context::Check;
use super::diagnostics::{Diagnostic, Reports};
use super::fields;
use super::misfits;
use super::model::Param;
use super::names::{Table, nearest, quoted};
use super::node::{Entry, Kind, Node};
use super::scope::{ParamEntry, Scope};
use super::source::{SourceFile, Span, narrow};
use super::typed::Typed;
use crate::ids::Site;
use crate::value::Type;

impl Check<'_> {
    /// Reads the parameters, and enters them with their values.
    pub fn params(&mut self, node: Option<&Node>, overrides: &[(String, String)]) -> Vec<Param> {
        let entries = node.map_or(&[][..], |node| self.param_entries(node));
        // All names are entered first, so that a use before the definition is
        // told from an unknown name.
        for entry in entries {
            let site = entry.key.site;
            self.params.push(&entry.key.name, ParamEntry { ty: None, value: None, site, used: false.into() });
        }
        // Of a list the names are known, so that their uses are no problems.
        for name in node.into_iter().flat_map(misfits::listed) {
            let site = Site::default();
            self.params.push(name, ParamEntry { ty: None, value: None, site, used: true.into() });
        }
        let mut params = Vec::new();
        for (position, entry) in entries.iter().enumerate() {
            params.extend(self.param(position, entry, overrides));
        }
        for ((name, text), message) in set_twice(overrides) {
            self.reports.extend(of_override(name, text, |reports, span| {
                reports.error_with_hint(span, message, "set it once");
            }));
        }
        for (name, text) in overrides {
            if self.params.position(name).is_none() {
                let known = self.params.names();
                let items = unknown_override(name, text, known);
                self.reports.extend(items);
            }
        }
        params
    }

    fn param_entries<'n>(&mut self, node: &'n Node) -> &'n [Entry] {
        if node.kind == Kind::Null {
            return &[];
        }
        let owner = self.reports.span_of(node);
        fields::entries(&mut self.reports, node, "params", owner).unwrap_or(&[])
    }

    fn param(&mut self, position: usize, entry: &Entry, overrides: &[(String, String)]) -> Option<Param> {
        let name = &entry.key.name;
        self.name(&entry.key, "parameter");
        let scope = Scope::params(position);
        let written = self.value(&entry.value, scope, None, &format!("the parameter {}", quoted(name)));
        let ty = written.as_ref().map(Typed::ty);
        // Several values for one name are reported.
        let given = overrides.iter().rev().find(|(given, _)| given == name);
        let effective = match (given, ty) {
            (Some((_, text)), Some(ty)) => {
                let (typed, items) = read_override(name, text, ty, &self.params, scope);
                self.reports.extend(items);
                typed
            }
            _ => written,
        };
        let value = effective.as_ref().and_then(|typed| typed.known);
        let known = self.params.at_mut(position);
        (known.ty, known.value) = (ty, value);
        let value = effective?.expr;
        Some(Param { name: name.clone(), ty: value.ty, value, site: entry.key.site })
    }
}

/// Reads the value that a run sets for a parameter.
fn read_override(
    name: &str,
    text: &str,
    want: Type,
    params: &Table<ParamEntry>,
    scope: Scope<'_>,
) -> (Option<Typed>, Vec<Diagnostic>) {
    let before = format!("{name}=");
    let what = format!("the parameter {}", quoted(name));
    typed_beside(&override_source(name, text), &before, text, Some(want), &what, params, scope)
}

fn unknown_override<'p>(name: &str, text: &str, known: impl Iterator<Item = &'p str>) -> Vec<Diagnostic> {
    let known: Vec<&str> = known.collect();
    let listed = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let hint = match known.as_slice() {
        [] => "the scenario has no parameters".to_owned(),
        _ => format!("its parameters are {listed}"),
    };
    // Names of two letters are all near each other, but of few one may begin and end so.
    let is_short_for = |known: &&&str| known.len() > name.len() && is_abbreviation(name, known);
    let mut longer = known.iter().filter(is_short_for).copied();
    let meant =
        longer.next().filter(|_| longer.next().is_none() && nearest(name, known.iter().copied()).is_none());
    of_override(name, text, |reports, span| {
        let message = format!("unknown parameter {}", quoted(name));
        if let Some(meant) = meant {
            return reports.error_with_hint(span, format!("{message}; did you mean '{meant}'?"), hint);
        }
        reports.unknown_with_hint(span, message, name, known.into_iter(), hint);
    })
}

/// Whether a name has the letters of a short one, in this order, and begins as it does.
fn is_abbreviation(short: &str, name: &str) -> bool {
    let mut letters = name.chars();
    let begins = short.chars().next() == name.chars().next();
    !short.is_empty() && begins && short.chars().all(|letter| letters.any(|other| other == letter))
}

/// The settings that set a parameter once more, and what is wrong about that: each is
/// set once at most.
pub fn set_twice(settings: &[(String, String)]) -> impl Iterator<Item = (&(String, String), String)> {
    settings.iter().enumerate().filter_map(|(number, setting)| {
        let (name, text) = setting;
        let (_, first) = settings[..number].iter().find(|(before, _)| before == name)?;
        Some((setting, format!("the parameter {} is set twice, to {first} and to {text}", quoted(name))))
    })
}

/// Problems of a value that a run sets, at its name.
fn of_override(name: &str, text: &str, report: impl FnOnce(&mut Reports<'_>, Span)) -> Vec<Diagnostic> {
    let source = override_source(name, text);
    let mut reports = Reports::new(&source.text);
    let span = Span { site: Site { line: 1, column: 1 }, length: narrow(name.chars().count().max(1)) };
    report(&mut reports, span);
    with_origin(reports.into_items(), &source)
}

fn override_source(name: &str, text: &str) -> SourceFile {
    source_beside(&format!("--set {name}={text}"), format!("{name}={text}"))
}
