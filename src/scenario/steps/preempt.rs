//! `priority` and `preempt` beside a `with` or an `acquire`: who asks for a permit in which order, who takes it
//! from another one, and what that one does then.
//!
//! Decides of which resources a permit may be taken so, and who may lose it: whoever says
//! what happens then.

use super::body::{Body, Main};
use super::interrupt::{LEFT, THEN};
use crate::scenario::model::{Expr, ExprKind, Handling, PermitRequest, ResourceRef, Step, StepKind};
use crate::scenario::names::quoted;
use crate::scenario::scope::Found;
use crate::scenario::source::Span;
use crate::scenario::tables::{Field, Shape, optional};
use crate::trace::ResourceKind;
use crate::value::{Type, Value};

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

/// What is written where a step takes several permits.
const ONE_EACH: &str = "write a step for each, one `with` inside of the other";

impl Body<'_, '_> {
    /// How an `acquire` asks for its permit, if it says so.
    pub(super) fn request(&mut self, main: Main<'_>, steps: &mut [Step]) {
        let Some(key) = [PRIORITY, PREEMPT].iter().find_map(|field| main.fields.entry(field.key)) else {
            return;
        };
        let span = self.check.key_span(&key.key);
        let Some((priority, preempts)) = self.priority_and_preempt(main) else { return };
        if steps.is_empty() {
            // What it names is wrong, and that is reported.
            return;
        }
        let held: Vec<(ResourceRef, bool)> = steps
            .iter()
            .filter_map(|step| match &step.kind {
                StepKind::Acquire { resource, permits, .. } => {
                    Some((resource.clone(), matches!(permits.kind, ExprKind::Const(Value::Int(1)))))
                }
                _ => None,
            })
            .collect();
        let found = held
            .iter()
            .map(|(reference, _)| {
                let entry = self.check.resources.at(reference.def.index()).clone();
                Found { reference: reference.clone(), entry }
            })
            .collect::<Vec<_>>();
        let by_number = priority.is_some() || preempts.is_some();
        if !self.asks_for_one(span, &key.key.name, &found, by_number) {
            return;
        }
        if let [(_, false)] = held.as_slice() {
            let message = format!("`{}` is about one permit, and this `acquire` takes several", key.key.name);
            self.check.reports.error_with_hint(span, message, "write a step for each permit");
            return;
        }
        if let [Step { kind: StepKind::Acquire { request, .. }, .. }] = steps {
            *request = Some(Box::new(PermitRequest { priority, preempts, preempted: None }));
        }
    }

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
        let before = self.check.reports.count();
        let asked = self.priority_and_preempt(main);
        let may_lose = [ON_PREEMPT, THEN, LEFT].iter().find_map(|field| main.fields.entry(field.key));
        let handling =
            may_lose.map(|_| self.handling(main.fields, |body| body.nested(main.fields, ON_PREEMPT.key)));
        if self.check.reports.count() > before {
            return None;
        }
        let (priority, preempts) = asked?;
        if held.len() > 1 && first.is_none() {
            let message = "of several permits one that may be lost is taken by a `with` of its own";
            self.check.reports.error_with_hint(span, message, ONE_EACH);
            return None;
        }
        if !self.asks_for_one(span, &key, held, priority.is_some() || preempts.is_some()) {
            return None;
        }
        let of_resource = |then| Handling { steps: Vec::new(), left: None, then };
        let preempted = match (handling.flatten(), may_lose, holders) {
            (Some(handling), Some(lost_by), _) => Some((handling, lost_by.key.site)),
            (_, _, holders) => holders.map(|(then, site)| (of_resource(then), site)),
        };
        if preempted.is_some() {
            // Whoever takes the permit interrupts it.
            self.check.processes.at(self.check.process).lives.set(true);
        }
        Some(PermitRequest { priority, preempts, preempted })
    }

    /// What `priority` and `preempt` say; `None` if one of them is wrong.
    fn priority_and_preempt(&mut self, main: Main<'_>) -> Option<(Option<Expr>, Option<Expr>)> {
        let (scope, before) = (self.scope(), self.check.reports.count());
        let priority = main.fields.get(PRIORITY.key).and_then(|node| self.check.priority(node, scope));
        let preempts =
            main.fields.get(PREEMPT.key).and_then(|node| self.value(node, Some(Type::Bool), "`preempt`"));
        let is_right = self.check.reports.count() == before;
        is_right.then(|| (priority.map(|typed| typed.expr), preempts.map(|typed| typed.expr)))
    }

    /// Whether it is one permit, and of a semaphore that serves so, that a step asks for; reports
    /// what is not so.
    fn asks_for_one(&mut self, span: Span, key: &str, held: &[Found], by_number: bool) -> bool {
        let other =
            held.iter().find(|found| found.entry.kind.is_some_and(|kind| kind != ResourceKind::Semaphore));
        if let Some(other) = other {
            let name = quoted(self.check.resources.name(other.reference.def.index())).to_string();
            let hint = "make it a semaphore with `permits: 1` and `discipline: priority`";
            let message = format!("`{key}` is about a permit of a semaphore, which {name} is not");
            self.check.reports.error_with_hint(span, message, hint);
            return false;
        }
        let [only] = held else {
            let message = format!("`{key}` is about one permit, and this step takes several");
            self.check.reports.error_with_hint(span, message, ONE_EACH);
            return false;
        };
        let name = quoted(self.check.resources.name(only.reference.def.index())).to_string();
        if by_number && !only.entry.by_priority {
            let hint = format!("give {name} `discipline: priority`");
            let message = format!("{name} does not serve by priority who waits for it");
            self.check.reports.error_with_hint(span, message, hint);
            return false;
        }
        true
    }
}
