//! Loops that cannot end.
//!
//! Decides when that is certain: the condition is true whatever happens, or
//! nothing that it asks is changed in the loop.

use super::model::{Expr, ExprKind, Model, Step, StepKind, each};
use crate::ids::{ProcessDefId, Site, VarId};
use crate::value::Value;
use std::collections::BTreeSet;

/// Why a loop has no end once it is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endless {
    /// Its condition is always true.
    Always,
    /// Its condition asks this variable, and none that it asks is changed.
    Unchanged(VarId),
}

/// The ways out of a loop but that its condition becomes false.
pub(super) struct WaysOut {
    /// The processes that another one may stop, wherever they stand.
    stopped: BTreeSet<ProcessDefId>,
    /// The steps from which somebody else may take a process.
    interrupted: BTreeSet<Site>,
}

impl WaysOut {
    /// The ways out of the loops of a scenario.
    pub fn of(model: &Model) -> WaysOut {
        let mut ways = WaysOut { stopped: BTreeSet::new(), interrupted: BTreeSet::new() };
        for process in &model.processes {
            each(&process.body, &mut |step| {
                let inside = match &step.kind {
                    StepKind::Stop { who, .. } => {
                        ways.stopped.insert(who.def);
                        return;
                    }
                    StepKind::Interruptible(block) => &block.body,
                    StepKind::With { body, .. } if step.kind.preempted().is_some() => body,
                    _ => return,
                };
                each(inside, &mut |step| {
                    ways.interrupted.insert(step.site);
                });
            });
        }
        ways
    }

    /// Whether there is one out of this loop of the process at this place, which has these steps.
    pub fn lead_out(&self, process: usize, of: &Step, body: &[Step]) -> bool {
        let mut exits = false;
        each(body, &mut |step| exits |= matches!(step.kind, StepKind::Exit));
        exits
            || self.stopped.contains(&ProcessDefId::from_index(process))
            || self.interrupted.contains(&of.site)
    }
}

/// Whether a loop has no end; `known` is the value of its condition, if that is
/// the same in every run.
pub(super) fn endless(condition: &Expr, known: Option<Value>, body: &[Step]) -> Option<Endless> {
    if known.is_some() {
        return (known == Some(Value::Bool(true))).then_some(Endless::Always);
    }
    let mut asked = BTreeSet::new();
    if !asks_only_variables(condition, &mut asked) || changes(body, &asked) {
        return None;
    }
    asked.first().map(|&var| Endless::Unchanged(var))
}

/// Collects the variables that an expression asks; `false` if it asks anything
/// else that changes.
fn asks_only_variables(expr: &Expr, asked: &mut BTreeSet<VarId>) -> bool {
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Param(_) | ExprKind::Index | ExprKind::Len(_) => true,
        ExprKind::Var(var) => {
            asked.insert(*var);
            true
        }
        ExprKind::Element(var, index) => {
            asked.insert(*var);
            asks_only_variables(index, asked)
        }
        ExprKind::Level(_)
        | ExprKind::Capacity(_)
        | ExprKind::Slot(..)
        | ExprKind::Stage(_)
        | ExprKind::Now
        | ExprKind::Item(_) => false,
        ExprKind::Unary(_, inner) => asks_only_variables(inner, asked),
        ExprKind::Binary(_, left, right) | ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            asks_only_variables(left, asked) && asks_only_variables(right, asked)
        }
    }
}

/// Whether a step changes one of these variables, or may do anything.
fn changes(body: &[Step], asked: &BTreeSet<VarId>) -> bool {
    let mut changes = false;
    each(body, &mut |step| {
        let assigns = step.kind.assigns().iter().any(|var| asked.contains(var));
        changes |= assigns || matches!(step.kind, StepKind::Call(_));
    });
    changes
}
