//! Names of resources and processes that nothing has.
//!
//! Decides what is said of them: that the name is that of something else, how what is
//! meant is declared, or which there are.

use super::diagnostics::Reports;
use super::kinds;
use super::names::{Table, quoted};
use super::scope::{ProcessEntry, ResourceEntry};
use super::source::Span;
use crate::trace::ResourceKind;

/// How many names there are is said with the names, up to so many.
const MOST_NAMED: usize = 5;

/// Reports a name that no resource has, where one of the kinds that fit is named; `what`
/// is what is looked for.
pub(super) fn unknown_resource(
    reports: &mut Reports<'_>,
    (processes, resources): (&Table<ProcessEntry>, &Table<ResourceEntry>),
    span: Span,
    (what, name): (&str, &str),
    fits: impl Fn(ResourceKind) -> bool,
) {
    let message = format!("unknown {what} {}", quoted(name));
    if processes.position(name).is_some() {
        let hint = format!(
            "{} is a process; `join: {name}` waits for its end. A resource stands here, as in `resources: {{{}}}`",
            quoted(name),
            kinds::declared("r", &fits),
        );
        return reports.error_with_hint(span, message, hint);
    }
    let of_kind = |is_wanted: &dyn Fn(ResourceKind) -> bool| -> Vec<&str> {
        let known = resources.names().zip(resources.iter());
        known.filter(|(_, entry)| entry.kind.is_some_and(is_wanted)).map(|(name, _)| name).collect()
    };
    if let Some(kind) = kinds::named(name) {
        let known = of_kind(&|known| known == kind);
        let plural = if known.len() == 1 { kind.name() } else { kind.descriptor().plural };
        let is_are = if known.len() == 1 { "is" } else { "are" };
        // A name that is like this one is meant rather.
        if !known.is_empty() && super::names::nearest(name, known.iter().copied()).is_none() {
            let hint = format!("`{name}` is a kind; your {plural} {is_are} {}", listed(&known));
            return reports.error_with_hint(span, message, hint);
        }
    }
    // The parts of which others are made have no names in the file.
    let there = of_kind(&|kind| kind.is_declared() && fits(kind));
    let there = match there.as_slice() {
        [] => String::new(),
        [one] => format!("; there is {}", quoted(one)),
        several => format!("; there are {}", listed(several)),
    };
    let hint =
        format!("resources are declared under `resources`, as in `{}`{there}", kinds::declared(name, &fits));
    reports.undeclared(span, message, name, resources.names(), hint);
}

/// Reports a name that no process has.
pub(super) fn unknown_process(
    reports: &mut Reports<'_>,
    (processes, resources): (&Table<ProcessEntry>, &Table<ResourceEntry>),
    span: Span,
    name: &str,
) {
    let known: Vec<&str> = processes.names().collect();
    let hint = match (resources.find(name).and_then(|known| known.kind), known.as_slice()) {
        (Some(kind), _) => format!("it is a {}; a process is named here", kind.name()),
        (None, []) => "processes are declared under `processes`, beside each other".to_owned(),
        (None, [one]) => format!("processes are declared under `processes`; there is {}", quoted(one)),
        (None, several) => {
            format!("processes are declared under `processes`; there are {}", listed(several))
        }
    };
    let message = format!("unknown process {}", quoted(name));
    reports.undeclared(span, message, name, processes.names(), hint);
}

/// The first few names.
fn listed(names: &[&str]) -> String {
    let mut shown: Vec<String> = names.iter().take(MOST_NAMED).map(|name| quoted(name)).collect();
    if names.len() > MOST_NAMED {
        shown.push("…".to_owned());
    }
    match shown.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => shown.concat(),
    }
}
