//! `within`, `else` and `served` beside a step that waits: how long it may, what is done if
//! that is too short, or if nothing comes any more, and which variable says so.

use super::body::{Body, Main};
use crate::ids::VarId;
use crate::scenario::model::{Step, StepKind};
use crate::scenario::node::{Kind, Node};
use crate::scenario::tables::{AMOUNT, Field, Shape, optional};
use crate::value::{Type, Value};

/// How long a step may wait.
pub(super) const WITHIN: Field =
    optional("within", AMOUNT, "How long it may wait in all; `0s` is a try that does not wait.").foreign(&[
        "timeout",
        "for_at_most",
        "at_most",
        "deadline",
        "patience",
        "wait_for",
        "max_wait",
    ]);

/// What is done if it would wait for longer.
pub(super) const ELSE: Field = optional(
    "else",
    Shape::Steps,
    "What is done instead if that time runs out, or the buffer is closed and empty; without it and `served`, that is a fault.",
)
.foreign(&["on_timeout", "otherwise", "on_fail", "except"]);

/// Which variable says whether it was served.
pub(super) const SERVED: Field = optional(
    "served",
    Shape::Text,
    "A variable that is true once the step has got what it waits for, and false before and if that time runs out, or the buffer is closed and empty.",
)
.foreign(&["success", "ok", "acquired", "result"]);

impl Body<'_, '_> {
    /// What a step has come to that may have a limit.
    pub(super) fn limited(&mut self, main: Main<'_>, mut waits: Vec<Step>, steps: &mut Vec<Step>) {
        let [within, otherwise, served] = [WITHIN, ELSE, SERVED].map(|field| main.fields.entry(field.key));
        let Some(key) = within.or(otherwise).or(served) else { return steps.extend(waits) };
        let gets = waits.iter().all(|step| matches!(step.kind, StepKind::Get { .. }));
        if within.is_none() && !gets {
            let span = self.check.key_span(&key.key);
            let message = format!("`{}` belongs to `within`", key.key.name);
            let hint = "write `within: 5s` beside it, or `within: 0s` for a try that does not wait";
            self.check.reports.error_with_hint(span, message, hint);
            return steps.extend(waits);
        }
        let served = served.map(|entry| self.flag(&entry.value));
        let limit = within.map(|within| self.lasting(&within.value, "`within`"));
        let mut otherwise = otherwise.map(|entry| self.steps(entry));
        let acquires = waits.iter().all(|step| matches!(step.kind, StepKind::Acquire { .. }));
        if waits.len() > 1 && !acquires {
            let span = self.check.key_span(&key.key);
            let message = format!("`{}` is about one wait, and this step has several", key.key.name);
            let hint = "write a step for each: what was put or got before is not undone";
            self.check.reports.error_with_hint(span, message, hint);
        }
        if let Some(served) = served.flatten() {
            let says = |value| {
                let value = Self::constant(Value::Bool(value), main.site());
                Step { kind: StepKind::Set { var: served, element: None, value }, site: main.site() }
            };
            steps.push(says(false));
            match waits.as_mut_slice() {
                // Inside, it has what it waited for.
                [Step { kind: StepKind::With { body, .. }, .. }] => body.insert(0, says(true)),
                _ => waits.push(says(true)),
            }
            otherwise.get_or_insert_default();
        }
        if limit.as_ref().is_none_or(Option::is_some) {
            let kind = StepKind::Within { limit: limit.flatten(), waits, otherwise };
            steps.push(Step { kind, site: main.site() });
        }
    }
    /// The variable that is true or false by what a step came to.
    fn flag(&mut self, node: &Node) -> Option<VarId> {
        if let Kind::Text(text) = &node.kind
            && text.contains('[')
        {
            let span = self.check.reports.span_of(node);
            let message = "`served` names a variable, and no element of an array";
            self.check.reports.error_with_hint(
                span,
                message,
                "write `served: ok`, and `set` the element behind it",
            );
            return None;
        }
        let (position, span) = self.variable(node, "`served`")?;
        let known = self.vars.at(position);
        if known.array || known.ty.is_some_and(|ty| ty != Type::Bool) {
            let message = "whether it was served is true or false, which this variable does not hold";
            self.check.reports.error_with_hint(
                span,
                message,
                "write `vars: {served: false}`, and `served: served`",
            );
            return None;
        }
        Some(VarId::from_index(position))
    }
}
