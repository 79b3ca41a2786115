//! `arrivals`: instances of a process that come while the run goes on.
//!
//! Decides what they are made of: a process of its own that lets time pass and admits
//! one instance after the other, into as many places as can be alive at once.

use super::context::Check;
use super::fields::{self, Fields};
use super::model::{Amount, Expr, ExprKind, ProcessDef, Step, StepKind};
use super::names::Table;
use super::node::{Entry, Kind};
use super::scope::Scope;
use super::steps::body::Body;
use super::tables::ARRIVALS;
use super::typed::Typed;
use crate::arithmetic::BinaryOp;
use crate::ids::ProcessDefId;
use crate::value::{Type, Value};
use std::collections::BTreeMap;

/// How many instances can be alive at once unless a file says otherwise.
const PLACES: i64 = 1_000;

impl Check<'_> {
    /// How many instances can be alive at once.
    pub(super) fn places(&mut self, arrivals: &Entry, process: Fields<'_>) -> Option<Typed> {
        for key in ["count", "start"] {
            if let Some(entry) = process.entry(key) {
                let span = self.key_span(&entry.key);
                let hint = "`every` says when they come, and `up_to` how many";
                let message = format!("`{key}` means nothing where instances arrive");
                self.reports.error_with_hint(span, message, hint);
            }
        }
        let owner = self.key_span(&arrivals.key);
        let fields = fields::read(&mut self.reports, &arrivals.value, &ARRIVALS, owner)?;
        match fields.get("most") {
            Some(node) => self.whole(node, Scope::all_params(), "`most`", 1),
            None => {
                // No more are ever alive than come; each place is a part of every state.
                let all = fields.get("up_to").and_then(|node| match node.kind {
                    Kind::Int(number) => Some(number.max(1)),
                    _ => None,
                });
                let places = all.map_or(PLACES, |all| PLACES.min(all));
                Some(Typed::constant(Value::Int(places), arrivals.key.site))
            }
        }
    }

    /// The processes, with those behind them that admit the instances that arrive.
    pub(super) fn with_arrivals(
        &mut self,
        mut processes: Vec<ProcessDef>,
        scenario: Fields<'_>,
        has_horizon: bool,
    ) -> Vec<ProcessDef> {
        let Some(Kind::Map(entries)) = scenario.get("processes").map(|node| &node.kind) else {
            return processes;
        };
        let by_name: BTreeMap<&str, &Entry> =
            entries.iter().rev().map(|entry| (entry.key.name.as_str(), entry)).collect();
        for number in 0..processes.len() {
            let def = &processes[number];
            let own = by_name.get(def.name.as_str()).filter(|_| def.arrives);
            let Some(Kind::Map(keys)) = own.map(|entry| &entry.value.kind) else { continue };
            let Some(arrivals) = keys.iter().find(|key| key.key.name == "arrivals") else { continue };
            let name = def.name.clone();
            let of = ProcessDefId::from_index(number);
            processes.extend(self.admitting(&name, of, arrivals, has_horizon));
        }
        processes
    }

    /// The process that admits the instances of one that arrives.
    fn admitting(
        &mut self,
        name: &str,
        of: ProcessDefId,
        arrivals: &Entry,
        has_horizon: bool,
    ) -> Option<ProcessDef> {
        let site = arrivals.key.site;
        let owner = self.key_span(&arrivals.key);
        let fields = fields::read(&mut self.reports, &arrivals.value, &ARRIVALS, owner)?;
        let scope = Scope::all_params();
        let up_to = fields.get("up_to").map(|node| self.whole(node, scope, "`up_to`", 0));
        let until = fields.get("until").map(|node| self.duration(node, scope, "`until`"));
        if up_to.is_none() && until.is_none() && !has_horizon {
            let hint = "say `up_to` how many, `until` when, or give the scenario a `horizon`";
            self.reports.error_with_hint(owner, "arrivals without an end", hint);
        }
        let vars = Table::default();
        let every = Body::new(self, &vars).amount(fields.get("every")?, scope, "`every`")?;
        let node = fields.get("every")?;
        if matches!(every, Amount::Expr(_))
            && self.duration(node, scope, "`every`")?.known == Some(Value::Duration(0))
        {
            let span = self.reports.span_of(node);
            self.reports.error(span, "`every` is above 0: else all arrive at once");
        }
        let step = |kind| Step { kind, site };
        let mut round = vec![step(StepKind::Delay(every))];
        if let Some(until) = until {
            let now = Expr { kind: ExprKind::Now, ty: Type::Duration, site };
            let is_over = ExprKind::Binary(BinaryOp::LessInt, Box::new(until?.expr), Box::new(now));
            let condition = Expr { kind: is_over, ty: Type::Bool, site };
            let then = vec![step(StepKind::Exit)];
            round.push(step(StepKind::If { condition, then, otherwise: Vec::new() }));
        }
        round.push(step(StepKind::Admit(of)));
        // Without a number nothing is counted, so that a round without time is like the next one.
        let rounds = match up_to {
            Some(up_to) => StepKind::Repeat { times: up_to?.expr, body: round },
            None => {
                let condition = Typed::constant(Value::Bool(true), site).expr;
                StepKind::While { condition, body: round }
            }
        };
        Some(ProcessDef {
            name: format!("{name} arrivals"),
            count: None,
            start: None,
            manual: false,
            daemon: None,
            arrives: false,
            priority: None,
            vars: Vec::new(),
            body: vec![step(rounds)],
            site,
        })
    }
}
