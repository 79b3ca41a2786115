//! A document tree to a checked model.
//!
//! Decides the order of the checks (parameters, resources, variables, the types
//! of buffers, steps, expectations) and what is at the top level of a file.
//! Every check goes on after a problem, so that all problems of a file are
//! reported at once.

use super::context::Check;
use super::data::DataFiles;
use super::diagnostics::{Diagnostic, Reports};
use super::fields::{self, Fields};
use super::kinds;
use super::model::{Limits, Model};
use super::node::{Entry, Kind, Node};
use super::scope::Scope;
use super::source::Span;
use super::steps;
use super::tables::{LIMITS, SCENARIO};
use super::warnings;
use crate::value::Value;
use std::path::Path;

/// What the checks make of a document. It is of use only if nothing was
/// reported; parts that could not be made are left out.
pub(super) struct Checked {
    pub model: Model,
    /// The values of the parameters, as far as known.
    pub params: Vec<Option<Value>>,
    /// Warnings of what is not used.
    pub unused: Vec<Diagnostic>,
    /// Of each resource, whether its level is asked or something is expected of it.
    pub asked: Vec<bool>,
}

/// Checks a whole document, whose path is `label`; `None` if it is not even a map.
pub(super) fn check(
    reports: Reports<'_>,
    root: &Node,
    label: &str,
    overrides: &[(String, String)],
    by_program: bool,
) -> (Option<Checked>, Vec<Diagnostic>) {
    let mut check = Check::new(reports);
    check.by_program = by_program;
    check.data = DataFiles::beside(label);
    let checked = check.document(root, name_of(label), overrides);
    (checked, check.reports.into_items())
}

/// The name of a scenario without `name`: the file's, without its ending.
fn name_of(label: &str) -> String {
    let stem = Path::new(label).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = stem.unwrap_or_default();
    let name = name.trim_matches(['<', '>', '-']);
    if name.is_empty() { "scenario".to_owned() } else { name.to_owned() }
}

impl Check<'_> {
    fn document(
        &mut self,
        root: &Node,
        default_name: String,
        overrides: &[(String, String)],
    ) -> Option<Checked> {
        let top = self.reports.span_of(root);
        let instead = |entry: &Entry| {
            let is_step =
                || Some(format!("steps belong to a process, below its `do`; {}", steps::as_key(entry)?));
            kinds::as_key(entry).or_else(is_step)
        };
        let fields = fields::read_but(&mut self.reports, root, &SCENARIO, top, None, &instead)?;
        self.version(fields);
        if let Some(node) = fields.get("description") {
            self.plain_text(node, "`description`");
        }
        let name = fields.get("name").and_then(|node| self.scenario_name(node));
        let name = name.map_or(default_name, str::to_owned);
        let params = self.params(fields.get("params"), overrides);
        let resources = self.resources(fields.get("resources"));
        self.blocks(fields.entry("blocks"), &steps::as_key);
        let (resources, processes) = self.processes(fields.entry("processes"), resources);
        let scope = Scope::all_params();
        let horizon = fields.get("horizon").and_then(|node| self.duration(node, scope, "`horizon`"));
        let warm_up = fields.get("warm_up").and_then(|node| self.duration(node, scope, "`warm_up`"));
        let seed = fields.get("seed").and_then(|node| self.literal(node, "`seed`", 0));
        let limits = fields.entry("limits").map_or_else(Limits::default, |entry| {
            let owner = self.reports.span_of_text(entry.key.site, &entry.key.name);
            self.limits(&entry.value, owner)
        });
        // Without processes that could be read, nothing can be expected of them.
        let known =
            fields.get("processes").is_some_and(|node| matches!(node.kind, Kind::Map(_) | Kind::Seq(_)));
        let measures = fields.entry("measures").filter(|_| known);
        let measures = measures.map(|entry| self.measures(entry)).unwrap_or_default();
        let expect = fields.entry("expect").filter(|_| known);
        let expect = expect.map(|entry| self.expect(entry, overrides.is_empty())).unwrap_or_default();
        let style = fields.entry("style").map(|entry| {
            let owner = self.key_span(&entry.key);
            self.style(&entry.value, owner)
        });
        let processes = self.with_arrivals(processes, fields, horizon.is_some());
        let processes = self.with_hours(processes, &resources, fields);
        let (mut resources, lives) = self.with_lives(resources, &processes);
        self.buffers_in_use(&mut resources, &processes);
        let (resources, watches) = self.with_watches(resources);
        let model = Model {
            lives,
            watches,
            rwlocks: std::mem::take(&mut self.rwlocks),
            name,
            params,
            resources,
            processes,
            marks: self.mark_infos(),
            measures,
            warm_up: warm_up.map(|typed| typed.expr),
            logs: std::mem::take(&mut self.logs),
            labels: std::mem::take(&mut self.labels).into_iter().collect(),
            horizon: horizon.map(|typed| typed.expr),
            seed: seed.unwrap_or(0),
            limits,
            style: style.unwrap_or_default(),
            expect,
            tables: std::mem::take(&mut self.data).into_files(),
        };
        let asked = self.resources.iter().map(|known| known.asked.get()).collect();
        let params = self.params.iter().map(|param| param.value).collect();
        Some(Checked { unused: self.unused(&model), model, params, asked })
    }

    /// Warnings of the parameters, resources and variables that nothing names.
    fn unused(&mut self, model: &Model) -> Vec<Diagnostic> {
        self.uncalled_blocks();
        let mut unused = std::mem::take(&mut self.noticed);
        let params = model.params.iter().zip(self.params.iter()).filter(|(_, known)| !known.used.get());
        unused.extend(params.filter_map(|(param, _)| warnings::unused("parameter", &param.name, param.site)));
        let resources =
            model.resources.iter().zip(self.resources.iter()).filter(|(_, known)| !known.used.get());
        unused.extend(resources.filter_map(|(def, _)| warnings::unused("resource", &def.name, def.site)));
        unused
    }

    /// The name of the scenario, which reports and folders bear.
    fn scenario_name<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        let name = self.plain_text(node, "`name`")?;
        if name.trim().is_empty() {
            let span = self.reports.span_of(node);
            let hint = "leave `name` out, and it is the name of the file";
            self.reports.error_with_hint(span, "the name of the scenario is empty", hint);
            return None;
        }
        Some(name)
    }

    fn version(&mut self, fields: Fields<'_>) {
        let Some(node) = fields.get("version") else { return };
        if !matches!(node.kind, Kind::Int(1) | Kind::Bad) {
            let span = self.reports.span_of(node);
            let hint = match node.kind {
                Kind::Text(ref text) if text == "1" => "write `version: 1`: a number, without quotes",
                _ => "write `version: 1`",
            };
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
