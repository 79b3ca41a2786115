//! `priority` and `preempt` beside a `with`: who asks for a permit in which order, who takes it
//! from another one, and what that one does then.
//!
//! Decides of which resources a permit may be taken so, and who may lose it: whoever says
//! what happens then.

use super::body::{Body, Main};
use super::interrupt::{LEFT, THEN};
use crate::scenario::model::{Handling, PermitRequest};
use crate::scenario::names::quoted;
use crate::scenario::scope::Found;
use crate::scenario::tables::{Field, Shape, optional};
use crate::trace::ResourceKind;
use crate::value::Type;

/// The priority of a request.
pub(super) const PRIORITY: Field = optional(
    "priority",
    Shape::Whole,
    "The priority of the request, from -128 to 127, lower goes first; default that of the process.",
)
.foreign(&["prio", "rank", "urgency"]);

/// Whether it takes a permit from another one.
pub(super) const PREEMPT: Field = optional(
    "preempt",
    Shape::Condition,
    "Whether it takes the permit of who has a larger number, if that one may lose it; default false.",
)
.foreign(&["preemptive", "preempts"]);

/// What is done when another one has taken the permit.
pub(super) const ON_PREEMPT: Field = optional(
    "on_preempt",
    Shape::Steps,
    "What is done when another one has taken the permit; default nothing. With it, or with `then`, it may be taken.",
)
.foreign(&["preempted", "if_preempted", "on_preempted", "on_preemption"]);

impl Body<'_, '_> {
    /// How a `with` asks for its permit, if it says so.
    pub(super) fn permit_request(&mut self, main: Main<'_>, held: &[Found]) -> Option<PermitRequest> {
        let own = [PRIORITY, PREEMPT, ON_PREEMPT, THEN, LEFT];
        let first = own.iter().find_map(|field| main.fields.entry(field.key));
        // What only a semaphore may say was reported where something else says it.
        let mut semaphores = held.iter().filter(|found| found.entry.kind == Some(ResourceKind::Semaphore));
        let holders = semaphores.find_map(|found| found.entry.holders);
        let key = match first {
            Some(first) => &first.key,
            None => holders.map(|_| &main.key.key)?,
        };
        let (span, key) = (self.check.key_span(key), key.name.clone());
        let (scope, before) = (self.scope(), self.check.reports.count());
        let priority = main.fields.get(PRIORITY.key).and_then(|node| self.check.priority(node, scope));
        let preempts =
            main.fields.get(PREEMPT.key).and_then(|node| self.value(node, Some(Type::Bool), "`preempt`"));
        let may_lose = [ON_PREEMPT, THEN, LEFT].iter().any(|field| main.fields.get(field.key).is_some());
        let handling =
            may_lose.then(|| self.handling(main.fields, |body| body.nested(main.fields, ON_PREEMPT.key)));
        if self.check.reports.count() > before {
            return None;
        }
        let other =
            held.iter().find(|found| found.entry.kind.is_some_and(|kind| kind != ResourceKind::Semaphore));
        if let Some(other) = other {
            let name = quoted(self.check.resources.name(other.reference.def.index())).to_string();
            let hint = "make it a semaphore with `permits: 1` and `discipline: priority`";
            let message = format!("`{key}` is about a permit of a semaphore, which {name} is not");
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        }
        let [only] = held else {
            let hint = "write one `with` inside of the other";
            let message = match first {
                Some(_) => format!("`{key}` is about one permit, and this `with` takes several"),
                None => "of several permits one that may be lost is taken by a `with` of its own".to_owned(),
            };
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        };
        let name = quoted(self.check.resources.name(only.reference.def.index())).to_string();
        if (priority.is_some() || preempts.is_some()) && !only.entry.by_priority {
            let hint = format!("give {name} `discipline: priority`");
            let message = format!("{name} does not serve by priority who waits for it");
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        }
        let of_resource = |then| Handling { steps: Vec::new(), left: None, then };
        let preempted = handling.flatten().or(holders.map(of_resource));
        if preempted.is_some() {
            // Whoever takes the permit interrupts it.
            self.check.processes.at(self.check.process).lives.set(true);
        }
        let (priority, preempts) = (priority.map(|typed| typed.expr), preempts.map(|typed| typed.expr));
        Some(PermitRequest { priority, preempts, preempted })
    }
}
