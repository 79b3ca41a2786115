//! `always` in `expect`: what holds in every state of a run.
//!
//! Decides what a condition may look at, levels and slots that are known before a run, and
//! makes a formula of it. What it comes to is decided in [`crate::trace::Invariant`].

use super::context::Check;
use super::evaluate::evaluate;
use super::misfits;
use super::model::{Expr, ExprKind, ResourceRef};
use super::names::quoted;
use super::node::{Kind, Node};
use super::scope::{ResourceEntry, Scope};
use super::source::Span;
use crate::figure::there_are;
use crate::ids::{ResourceId, Site};
use crate::trace::{Claim, Formula, Invariant, Observed};
use crate::value::{Type, Value};

/// Why a condition is none that can be watched: where, what is wrong, and what to do.
type Refused = (Site, String, Option<String>);

/// What is said instead of `always`.
const OF_PROCESSES: &str = "what processes do is asked in `before`, `never_together` or `counts`";

impl Check<'_> {
    /// One condition of `always`.
    pub(super) fn always(&mut self, node: &Node) -> Option<Claim> {
        let scope = Scope { now: true, awaited: true, ..Scope::all_params() };
        let typed = self.value(node, scope, Some(Type::Bool), "`always`")?;
        let text = match &node.kind {
            Kind::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => misfits::written(node),
        };
        let params: Vec<Value> =
            (0..self.params.len()).map_while(|position| self.params.at(position).value).collect();
        let mut making = Making { check: self, params: &params, observed: Vec::new() };
        let made = making.formula(&typed.expr);
        let observed = making.observed;
        let refused = match made {
            Ok(_) if observed.len() > Invariant::MOST_OBSERVED => {
                let (asked, most) = (observed.len(), Invariant::MOST_OBSERVED);
                let message =
                    format!("one condition asks for {most} levels and slots at most, this one for {asked}");
                (node.site, message, Some("make two of it, in a list: both have to hold".to_owned()))
            }
            Ok(condition) if !observed.is_empty() => {
                return Some(Claim::Always(Invariant { text, observed, condition }));
            }
            Ok(_) => {
                let hint =
                    "ask a level, as in `level(b) <= 2`, or a slot of a memory, as in `slot(m, 0) >= 0`";
                (node.site, "nothing that a run changes is asked here".to_owned(), Some(hint.to_owned()))
            }
            // What has no value with other parameters is not expected then.
            Err(_) if !self.as_written => {
                self.absent += 1;
                return None;
            }
            Err(refused) => refused,
        };
        let (site, message, hint) = refused;
        let span = if site == node.site { self.reports.span_of(node) } else { Span { site, length: 1 } };
        self.reports.report(span, message, hint);
        None
    }
}

/// A formula that is being made.
struct Making<'c, 't> {
    check: &'c Check<'t>,
    params: &'c [Value],
    observed: Vec<Observed>,
}

impl Making<'_, '_> {
    fn formula(&mut self, expr: &Expr) -> Result<Formula, Refused> {
        Ok(match &expr.kind {
            ExprKind::Const(value) => Formula::Value(*value),
            ExprKind::Param(_) => Formula::Value(self.known(expr)?),
            ExprKind::Level(resource) => {
                self.observe(|making| Ok(Observed::Level(making.instance(resource)?.0)))?
            }
            ExprKind::Slot(memory, at) => self.observe(|making| making.slot(memory, at))?,
            ExprKind::Capacity(buffer) => {
                let (_, entry) = self.instance(buffer)?;
                Formula::Value(Value::Int(entry.size.unwrap_or(0)))
            }
            ExprKind::Unary(op, inner) => Formula::Unary(*op, self.boxed(inner)?),
            ExprKind::Binary(op, left, right) => Formula::Binary(*op, self.boxed(left)?, self.boxed(right)?),
            ExprKind::And(left, right) => Formula::And(self.boxed(left)?, self.boxed(right)?),
            ExprKind::Or(left, right) => Formula::Or(self.boxed(left)?, self.boxed(right)?),
            ExprKind::Stage(_) => {
                let message = "`done` and `alive` are asked in the condition of `until` only".to_owned();
                return Err((expr.site, message, Some(OF_PROCESSES.to_owned())));
            }
            ExprKind::Now => {
                let message = "what holds in every state does not ask for the clock".to_owned();
                let hint = "times are expected in `total_time`, `finished` and `longest_wait`";
                return Err((expr.site, message, Some(hint.to_owned())));
            }
            ExprKind::Var(_)
            | ExprKind::Element(..)
            | ExprKind::Len(_)
            | ExprKind::Index
            | ExprKind::Item(_) => {
                unreachable!("there are no variables where something is expected")
            }
        })
    }

    fn boxed(&mut self, expr: &Expr) -> Result<Box<Formula>, Refused> {
        self.formula(expr).map(Box::new)
    }

    /// Something that is observed, once however often it is asked.
    fn observe(&mut self, what: impl FnOnce(&Self) -> Result<Observed, Refused>) -> Result<Formula, Refused> {
        let what = what(self)?;
        let place = self.observed.iter().position(|known| *known == what);
        Ok(Formula::Observed(place.unwrap_or_else(|| {
            self.observed.push(what);
            self.observed.len() - 1
        })))
    }

    fn slot(&self, memory: &ResourceRef, at: &Expr) -> Result<Observed, Refused> {
        let (id, entry) = self.instance(memory)?;
        let (slot, slots) = (self.index(at)?, entry.size.unwrap_or(0));
        if slot >= slots {
            let message =
                format!("slot {slot} is out of range: {}, from 0", there_are(slots.max(0) as u64, "slot"));
            return Err((at.site, message, None));
        }
        let initial = entry.initial.unwrap_or(Value::Int(0));
        Ok(Observed::Slot { memory: id, slot: u32::try_from(slot).unwrap_or(u32::MAX), initial })
    }

    /// The instance that is meant, and what is known of it.
    fn instance(&self, resource: &ResourceRef) -> Result<(ResourceId, &ResourceEntry), Refused> {
        let position = resource.def.index();
        let entry = self.check.resources.at(position);
        entry.asked.set(true);
        entry.used.set(true);
        let index = resource.index.as_ref().map_or(Ok(0), |index| self.index(index))?;
        let count = entry.count.unwrap_or(1);
        if index >= count {
            let there_are = there_are(count.max(0) as u64, "instance");
            let name = self.check.resources.name(position);
            let message = format!("index {index} is out of range: {there_are} of {}, from 0", quoted(name));
            return Err((resource.site, message, None));
        }
        let id = entry.first.unwrap_or(0) + index;
        Ok((ResourceId(u32::try_from(id).unwrap_or(u32::MAX)), entry))
    }

    /// An index that is known, at least 0.
    fn index(&self, expr: &Expr) -> Result<i64, Refused> {
        match self.known(expr)? {
            Value::Int(index) if index >= 0 => Ok(index),
            found => Err((expr.site, format!("an index is at least 0, found {found}"), None)),
        }
    }

    fn known(&self, expr: &Expr) -> Result<Value, Refused> {
        evaluate(expr, self.params).map_err(|error| {
            let hint = "name each one: over all of them a condition is joined by `and`";
            (
                expr.site,
                format!("which one is meant must be known before the run: {error}"),
                Some(hint.to_owned()),
            )
        })
    }
}
