//! A document tree to a checked model.
//!
//! Decides the order of the checks (parameters, resources, variables, the types
//! of buffers, steps, expectations) and what is at the top level of a file.
//! Every check goes on after a problem, so that all problems of a file are
//! reported at once.

use super::context::Check;
use super::diagnostics::Reports;
use super::fields::{self, Fields};
use super::model::{Limits, Model};
use super::node::{Kind, Node};
use super::scope::Scope;
use super::source::Span;
use super::tables::{LIMITS, SCENARIO};
use crate::value::Value;

/// What the checks make of a document. It is of use only if nothing was
/// reported; parts that could not be made are left out.
pub(super) struct Checked {
    pub model: Model,
    /// The values of the parameters, as far as known.
    pub params: Vec<Option<Value>>,
}

/// Checks a whole document; `None` if it is not even a map.
pub(super) fn check(
    reports: Reports<'_>,
    root: &Node,
    default_name: String,
    overrides: &[(String, String)],
    by_program: bool,
) -> (Option<Checked>, Vec<super::Diagnostic>) {
    let mut check = Check::new(reports);
    check.by_program = by_program;
    let checked = check.document(root, default_name, overrides);
    (checked, check.reports.into_items())
}

impl Check<'_> {
    fn document(
        &mut self,
        root: &Node,
        default_name: String,
        overrides: &[(String, String)],
    ) -> Option<Checked> {
        let top = self.reports.span_of(root);
        let fields = fields::read(&mut self.reports, root, &SCENARIO, top)?;
        self.version(fields);
        if let Some(node) = fields.get("description") {
            self.plain_text(node, "`description`");
        }
        let name = fields.get("name").and_then(|node| self.plain_text(node, "`name`"));
        let name = name.map_or(default_name, str::to_owned);
        let params = self.params(fields.get("params"), overrides);
        let resources = self.resources(fields.get("resources"));
        let (resources, processes) = self.processes(fields.entry("processes"), resources);
        let scope = Scope::all_params();
        let horizon = fields.get("horizon").and_then(|node| self.duration(node, scope, "`horizon`"));
        let seed = fields.get("seed").and_then(|node| self.literal(node, "`seed`", 0));
        let limits = fields.entry("limits").map_or_else(Limits::default, |entry| {
            let owner = self.reports.span_of_text(entry.key.site, &entry.key.name);
            self.limits(&entry.value, owner)
        });
        let expect =
            fields.entry("expect").map(|entry| self.expect(entry, overrides.is_empty())).unwrap_or_default();
        let model = Model {
            name,
            params,
            resources,
            processes,
            marks: self.mark_infos(),
            logs: std::mem::take(&mut self.logs),
            horizon: horizon.map(|typed| typed.expr),
            seed: seed.unwrap_or(0),
            limits,
            expect,
        };
        Some(Checked { model, params: self.params.iter().map(|param| param.value).collect() })
    }

    fn version(&mut self, fields: Fields<'_>) {
        let Some(node) = fields.get("version") else { return };
        if !matches!(node.kind, Kind::Int(1) | Kind::Bad) {
            let span = self.reports.span_of(node);
            let hint = "write `version: 1`";
            self.reports.error_with_hint(span, "this version of the language is not known", hint);
        }
    }

    fn limits(&mut self, node: &Node, owner: Span) -> Limits {
        let mut limits = Limits::default();
        let Some(fields) = fields::read(&mut self.reports, node, &LIMITS, owner) else { return limits };
        if let Some(steps) = fields.get("steps").and_then(|node| self.literal(node, "`steps`", 1)) {
            limits.steps = steps;
        }
        let zero_time = fields.get("zero_time_steps");
        if let Some(steps) = zero_time.and_then(|node| self.literal(node, "`zero_time_steps`", 1)) {
            limits.zero_time_steps = steps;
        }
        limits
    }
}
