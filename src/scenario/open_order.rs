//! Whether what processes do may hang on the order of events.
//!
//! Decides that cautiously: a process that does other steps, or for another time, as a
//! value comes out that it got from others (out of a buffer or a memory, a level, who is
//! done first), may do something else in another order. The clock is such a value.

use super::model::{Amount, DistributionKind, Expr, ExprKind, Model, ProcessDef, Step, StepKind, each};
use crate::ids::VarId;
use std::collections::BTreeSet;

/// The line of the first step whose doing may hang on the order of events; `None` if every
/// process does the same in all orders.
pub fn hangs_on_order(model: &Model) -> Option<u32> {
    model.processes.iter().find_map(open_step)
}

fn open_step(def: &ProcessDef) -> Option<u32> {
    let open = open_vars(&def.body);
    let mut found = None;
    each(&def.body, &mut |step| {
        let is_open = || step.exprs_of_doing().into_iter().any(|expr| is_open(expr, &open));
        if found.is_none() && (step.hangs_by_itself() || is_open()) {
            found = Some(step.site.line);
        }
    });
    found
}

/// The variables that may have other values in another order.
fn open_vars(body: &[Step]) -> BTreeSet<VarId> {
    let mut open = BTreeSet::new();
    loop {
        let before = open.len();
        each(body, &mut |step| {
            let is_open = match &step.kind {
                StepKind::Get { .. } | StepKind::Read { .. } | StepKind::JoinAny { .. } => true,
                StepKind::Set { element, value, .. } => {
                    is_open(value, &open) || element.as_ref().is_some_and(|at| is_open(at, &open))
                }
                StepKind::Draw { from, .. } => arguments(&from.kind).any(|expr| is_open(expr, &open)),
                _ => false,
            };
            if is_open {
                open.extend(step.kind.assigns());
            }
        });
        if open.len() == before {
            return open;
        }
    }
}

fn is_open(expr: &Expr, open: &BTreeSet<VarId>) -> bool {
    match &expr.kind {
        ExprKind::Now | ExprKind::Level(_) | ExprKind::Slot(..) | ExprKind::Stage(_) | ExprKind::Item(_) => {
            true
        }
        ExprKind::Var(var) => open.contains(var),
        ExprKind::Element(var, index) => open.contains(var) || is_open(index, open),
        ExprKind::Unary(_, inner) => is_open(inner, open),
        ExprKind::Binary(_, left, right) | ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            is_open(left, open) || is_open(right, open)
        }
        ExprKind::Const(_)
        | ExprKind::Param(_)
        | ExprKind::Len(_)
        | ExprKind::Capacity(_)
        | ExprKind::Index => false,
    }
}

fn arguments(kind: &DistributionKind) -> impl Iterator<Item = &Expr> {
    let arguments: Vec<&Expr> = match kind {
        DistributionKind::Constant { value } => vec![value],
        DistributionKind::Family { arguments, .. } => arguments.iter().collect(),
        DistributionKind::UniformInt { low, high } => vec![low, high],
        DistributionKind::Choice { values, weights } => values.iter().chain(weights).collect(),
        DistributionKind::CpythonRandint { seed, low, high } => vec![seed, low, high],
        DistributionKind::Data { row, .. } => row.iter().collect(),
    };
    arguments.into_iter()
}

fn of_amount(amount: &Amount) -> Vec<&Expr> {
    match amount {
        Amount::Expr(expr) => vec![expr],
        Amount::Draw(spec) => arguments(&spec.kind).collect(),
    }
}

impl Step {
    /// Whether it does something else in another order, whatever its values are: it ends a
    /// process where that stands, gets less than it wants, or runs code of which nothing is
    /// known.
    fn hangs_by_itself(&self) -> bool {
        matches!(
            self.kind,
            StepKind::Stop { .. }
                | StepKind::Interrupt(_)
                | StepKind::Within { .. }
                | StepKind::Select { .. }
                | StepKind::ForEach { .. }
                | StepKind::Call(_)
        ) || self.kind.request().is_some_and(|request| request.preempts.is_some())
    }

    /// The expressions that say what is done, for how long, how often and with which
    /// resource; and not what is only said or stored.
    fn exprs_of_doing(&self) -> Vec<&Expr> {
        let mut exprs: Vec<&Expr> =
            self.kind.uses().into_iter().filter_map(|(on, _)| on.index.as_ref()).collect();
        exprs.extend(self.kind.request().and_then(|request| request.priority.as_ref()));
        match &self.kind {
            StepKind::Delay(amount) | StepKind::Within { limit: Some(amount), .. } => {
                exprs.extend(of_amount(amount))
            }
            StepKind::Work { amount, on, .. } => {
                exprs.extend(of_amount(amount));
                exprs.extend(on.iter().filter_map(|on| on.index.as_ref()));
            }
            StepKind::Acquire { permits: count, .. }
            | StepKind::Seize { permits: count, .. }
            | StepKind::Cores { number: count, .. }
            | StepKind::Release { permits: count, .. }
            | StepKind::Put { count, .. } => exprs.push(count),
            StepKind::Get { count, accepts, .. } => {
                exprs.push(count);
                exprs.extend(accepts);
            }
            StepKind::If { condition, .. } | StepKind::While { condition, .. } => exprs.push(condition),
            StepKind::Repeat { times, .. } => exprs.push(times),
            StepKind::Start(who) | StepKind::Join(who) => exprs.extend(&who.index),
            _ => {}
        }
        exprs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_str;

    /// The line of the first step that hangs on the order, if the third line has these steps.
    fn line(steps: &str) -> Option<u32> {
        let text = format!(
            "version: 1\nprocesses:\n  p: {{vars: {{x: 0, y: 0}}, do: [{steps}]}}\n  q: {{do: [{{put: b}}]}}\n\
             resources: {{b: {{kind: buffer, capacity: 1, of: int}}, s: {{kind: semaphore, permits: 1}}}}\n"
        );
        let loaded = load_str("s", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
        hangs_on_order(&loaded.model)
    }

    #[test]
    fn what_is_done_may_hang_on_what_was_got() {
        for same in [
            "{repeat: 3, do: [{get: {from: b, into: x}}, {delay: 1s}, {log: \"{x} {now}\"}]}",
            "{set: {x: x + 1}}, {while: x < 3, do: [{set: {x: x + 1}}]}",
            "{draw: {into: x, from: {uniform_int: {low: 1, high: 6}}}}, {delay: x * 1s}",
        ] {
            assert_eq!(line(same), None, "{same}");
        }
        for other in [
            "{get: {from: b, into: x}}, {set: {y: x + 1}}, {delay: y * 1s}",
            "{if: level(s) > 0, do: [{delay: 1s}]}",
            "{while: now < 3s, do: [{delay: 1s}]}",
            "{set: {x: level(b)}}, {repeat: x, do: [{delay: 1s}]}",
            "{stop: q}",
        ] {
            assert_eq!(line(other), Some(3), "{other}");
        }
    }
}
