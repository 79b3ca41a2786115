//! `within` and `else` beside a step that waits: how long it may, and what is done if
//! that is too short, or if nothing comes any more.

use super::body::{Body, Main};
use crate::scenario::model::{Step, StepKind};
use crate::scenario::tables::{AMOUNT, Field, Shape, optional};

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
    "What is done instead if that time runs out, or the buffer is closed and empty; without it, that is a fault.",
)
.foreign(&["on_timeout", "otherwise", "on_fail", "except"]);

impl Body<'_, '_> {
    /// What a step has come to that may have a limit.
    pub(super) fn limited(&mut self, main: Main<'_>, waits: Vec<Step>, steps: &mut Vec<Step>) {
        let (within, otherwise) = (main.fields.entry(WITHIN.key), main.fields.entry(ELSE.key));
        let Some(key) = within.or(otherwise) else { return steps.extend(waits) };
        let gets = waits.iter().all(|step| matches!(step.kind, StepKind::Get { .. }));
        if within.is_none() && !gets {
            let span = self.check.key_span(&key.key);
            let hint = "write `within: 5s` beside it, or `within: 0s` for a try that does not wait";
            self.check.reports.error_with_hint(span, "`else` belongs to `within`", hint);
            return steps.extend(waits);
        }
        let limit = within.map(|within| self.lasting(&within.value, "`within`"));
        let otherwise = otherwise.map(|entry| self.steps(entry));
        let acquires = waits.iter().all(|step| matches!(step.kind, StepKind::Acquire { .. }));
        if waits.len() > 1 && !acquires {
            let span = self.check.key_span(&key.key);
            let message = format!("`{}` is about one wait, and this step has several", key.key.name);
            let hint = "write a step for each: what was put or got before is not undone";
            self.check.reports.error_with_hint(span, message, hint);
        }
        if limit.as_ref().is_none_or(Option::is_some) {
            let kind = StepKind::Within { limit: limit.flatten(), waits, otherwise };
            steps.push(Step { kind, site: main.site() });
        }
    }
}
