//! Which buffers are closed, and what is odd about that.
//!
//! Decides that the `else` of a get without `within` is an error where nobody closes the
//! buffer, and what is warned of: rounds that never end, buffers that nobody closes although
//! they say `closes`, and such that fewer close than that.

use super::context::Check;
use super::diagnostics::Diagnostic;
use super::evaluate::evaluate;
use super::expr::Expr;
use super::loops::WaysOut;
use super::model::{Model, ProcessDef, ResourceDef, Step, StepKind, each};
use super::names::quoted;
use super::typed::Typed;
use super::warnings::{expects_no_end, warning};
use crate::ids::{ResourceDefId, Site};
use crate::value::Value;
use std::collections::BTreeMap;

/// The buffers that some step closes, each with the first such step.
fn closed(processes: &[ProcessDef]) -> BTreeMap<ResourceDefId, Site> {
    let mut closed = BTreeMap::new();
    for process in processes {
        each(&process.body, &mut |step| {
            if let StepKind::Close { buffer } = &step.kind {
                closed.entry(buffer.def).or_insert(step.site);
            }
        });
    }
    closed
}

/// The buffers of which a get asks for a certain item.
fn asked(processes: &[ProcessDef]) -> Vec<ResourceDefId> {
    let mut asked = Vec::new();
    for process in processes {
        each(&process.body, &mut |step| {
            if let StepKind::Get { buffer, accepts: Some(_), .. } = &step.kind {
                asked.push(buffer.def);
            }
        });
    }
    asked
}

/// The buffer of a get that waits until its buffer is closed and no shorter, if this step
/// says so.
fn waits_for_close(step: &Step) -> Option<ResourceDefId> {
    if let StepKind::Closed { buffer, .. } = &step.kind {
        return Some(buffer.def);
    }
    let StepKind::Within { limit: None, waits, .. } = &step.kind else { return None };
    // Behind the get may be only the step that says that it was served.
    let ([get] | [get, Step { kind: StepKind::Set { .. }, .. }]) = waits.as_slice() else { return None };
    buffer_of(get)
}

fn buffer_of(get: &Step) -> Option<ResourceDefId> {
    let StepKind::Get { buffer, .. } = &get.kind else { return None };
    Some(buffer.def)
}

impl Check<'_> {
    /// Takes note of which buffers are closed, and asked for certain items; reports what is
    /// never done, for nobody closes.
    pub(super) fn buffers_in_use(&mut self, resources: &mut [ResourceDef], processes: &[ProcessDef]) {
        let closed = closed(processes);
        for process in processes {
            each(&process.body, &mut |step| {
                if let Some(buffer) = waits_for_close(step).filter(|buffer| !closed.contains_key(buffer)) {
                    let name = self.resources.names().nth(buffer.index()).unwrap_or_default();
                    let message = format!(
                        "`else` or `served` is for when {} is closed, and nobody closes it",
                        quoted(name)
                    );
                    let span = self.reports.span_of_text(step.site, "get");
                    let hint = "write `close` behind the last `put`, or `within: 5s` beside the get";
                    self.reports.error_with_hint(span, message, hint);
                }
            });
        }
        // Where nothing was reported, they stand in the order of their ids.
        for buffer in asked(processes) {
            if let Some(def) = resources.get_mut(buffer.index()) {
                def.spec.is_asked = true;
            }
        }
        for (&buffer, &site) in &closed {
            if let Some(def) = resources.get_mut(buffer.index()) {
                def.spec.closes.get_or_insert_with(|| Typed::constant(Value::Int(1), site).expr);
            }
        }
    }
}

/// Warnings of buffers that are never closed although somebody relies on it.
pub(super) fn never_closed(model: &Model, params: &[Value]) -> Vec<Diagnostic> {
    if expects_no_end(model) {
        return Vec::new();
    }
    let closed = closed(&model.processes);
    let mut warnings = Vec::new();
    for (def, number) in model.resources.iter().zip(0..) {
        let Some(closes) = &def.spec.closes else { continue };
        let length = def.name.chars().count();
        if !closed.contains_key(&ResourceDefId(number)) {
            let message = format!("nobody closes the buffer {}, which says `closes`", quoted(&def.name));
            warnings.push(warning(def.site, length, message, "write `close` behind the last `put`"));
        } else if let Some((least, most)) = too_few(model, params, ResourceDefId(number), closes) {
            let message = format!(
                "the buffer {} is never closed: {least} have to, and at most {most} do",
                quoted(&def.name)
            );
            warnings.push(warning(def.site, length, message, "`closes` is how often it is closed in all"));
        }
    }
    let awaited = |(_, process): &(usize, &ProcessDef)| model.horizon.is_none() && process.daemon.is_none();
    let ways_out = WaysOut::of(model);
    for (place, process) in model.processes.iter().enumerate().filter(awaited) {
        each(&process.body, &mut |step| {
            let StepKind::ForEach { get, body } = &step.kind else { return };
            if ways_out.lead_out(place, step, body) {
                return;
            }
            let Some(buffer) = get.first().and_then(buffer_of).filter(|buffer| !closed.contains_key(buffer))
            else {
                return;
            };
            let name = quoted(&model.resources[buffer.index()].name);
            let message = format!(
                "this loop has no end, and so {} has none: nobody closes {name}",
                quoted(&process.name)
            );
            warnings.push(warning(
                step.site,
                "for_each".len(),
                message,
                "write `close` behind the last `put`",
            ));
        });
    }
    warnings
}

/// How many have to close a buffer without instances, and how many do at most, where that is
/// known and too few.
fn too_few(model: &Model, params: &[Value], buffer: ResourceDefId, closes: &Expr) -> Option<(i64, i64)> {
    let def = &model.resources[buffer.index()];
    let has_launches = model.lives.iter().any(|life| life.each.is_some());
    if def.count.is_some() || has_launches {
        return None;
    }
    let Ok(Value::Int(least)) = evaluate(closes, params) else { return None };
    let mut most: i64 = 0;
    for process in &model.processes {
        let count = process.count.as_ref().map_or(Ok(Value::Int(1)), |count| evaluate(count, params));
        let (Ok(Value::Int(count)), Some(times)) = (count, times(&process.body, buffer)) else { return None };
        most = most.saturating_add(count.saturating_mul(times));
    }
    (most < least).then_some((least, most))
}

/// How often these steps close a buffer at most, if no loop closes it.
fn times(steps: &[Step], buffer: ResourceDefId) -> Option<i64> {
    let mut times = 0i64;
    for step in steps {
        let inside: Option<i64> =
            step.kind.blocks().into_iter().map(|block| self::times(block, buffer)).sum();
        let loops =
            matches!(step.kind, StepKind::While { .. } | StepKind::Repeat { .. } | StepKind::ForEach { .. });
        times += match &step.kind {
            StepKind::Close { buffer: closed } => i64::from(closed.def == buffer),
            _ if loops && inside != Some(0) => return None,
            _ => inside?,
        };
    }
    Some(times)
}
