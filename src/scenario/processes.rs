//! The processes, around their steps.
//!
//! Decides what a process is made of and in which order its parts are checked:
//! first the variables of all, since the type of a buffer may hang on them, then
//! the steps.

use super::assignment;
use super::context::Check;
use super::fields::{self, Fields};
use super::misfits;
use super::model::{Expr, ProcessDef, ResourceDef, Var};
use super::names::{Table, quoted};
use super::node::{Entry, Kind, Node};
use super::resources::MOST_SLOTS;
use super::scope::{ProcessEntry, Scope, VarEntry, next_first};
use super::steps;
use super::steps::body::Body;
use super::steps::time::WORK;
use super::tables::{ARRAY, MANUAL, PROCESS};
use super::typed::Typed;
use super::warnings;
use crate::value::{Type, Value};

/// Instances of processes that a scenario may have.
pub(super) const MOST_PROCESSES: i64 = 10_000_000;

/// A process of which all but the steps is known.
pub(super) struct Head<'n> {
    entry: &'n Entry,
    pub fields: Fields<'n>,
    pub vars: Table<VarEntry>,
    defs: Vec<Var>,
    count: Option<Expr>,
}

impl Check<'_> {
    /// Reads the processes, and gives the buffers among the resources their types.
    pub fn processes(
        &mut self,
        entry: Option<&Entry>,
        mut resources: Vec<ResourceDef>,
    ) -> (Vec<ResourceDef>, Vec<ProcessDef>) {
        let Some(entry) = entry else { return (resources, Vec::new()) };
        let owner = self.key_span(&entry.key);
        let entries = fields::entries(&mut self.reports, &entry.value, "processes", owner).unwrap_or(&[]);
        if entries.is_empty() && matches!(entry.value.kind, Kind::Map(_)) {
            self.reports.error(owner, "a scenario has at least one process");
        }
        // Of a list the names are known, so that their uses are no problems.
        for name in misfits::listed(&entry.value) {
            let known = ProcessEntry {
                counted: false,
                count: None,
                first: None,
                lives: false.into(),
                arrives: false,
                joined_any: false.into(),
            };
            self.processes.push(name, known);
            self.unread = true;
        }
        let is_key = |name: &str| PROCESS.fields.iter().any(|field| field.key == name);
        let kept = fields::indented(&mut self.reports, entries, is_key);
        self.unread |= kept.len() < entries.len();
        let heads: Vec<_> = kept.into_iter().filter_map(|entry| self.head(entry)).collect();
        self.bound_processes(&heads);
        self.type_buffers(&heads);
        for def in &mut resources {
            let found = self.resources.find(&def.name).and_then(|entry| entry.ty);
            def.spec.ty = found.unwrap_or(def.spec.ty);
        }
        (resources, heads.into_iter().map(|head| self.body(head)).collect())
    }

    fn head<'n>(&mut self, entry: &'n Entry) -> Option<Head<'n>> {
        self.name(&entry.key, "process");
        let owner = self.key_span(&entry.key);
        let fields = fields::read_but(&mut self.reports, &entry.value, &PROCESS, owner, None, &steps::as_key);
        let arrivals = fields.and_then(|fields| fields.entry("arrivals"));
        let count = fields.and_then(|fields| fields.get("count"));
        let count = match (arrivals, fields) {
            (Some(arrivals), Some(fields)) => Some(self.places(arrivals, fields)),
            _ => count.map(|node| self.whole(node, Scope::all_params(), "`count`", 0)),
        };
        let known = match &count {
            Some(count) => count.as_ref().and_then(Typed::known_int),
            None => Some(1),
        };
        let first = self.processes.last().map_or(Some(0), |last| next_first(last.first, last.count));
        let is_nobody = known == Some(0);
        let known = ProcessEntry {
            counted: count.is_some(),
            count: known,
            first,
            lives: arrivals.is_some().into(),
            arrives: arrivals.is_some(),
            joined_any: false.into(),
        };
        self.processes.push(&entry.key.name, known);
        self.unread |= fields.is_none();
        let fields = fields?;
        self.skipped = is_nobody;
        let (vars, defs) = self.vars(fields.get("vars"));
        self.skipped = false;
        Some(Head { entry, fields, vars, defs, count: count.flatten().map(|typed| typed.expr) })
    }

    /// Checks that all instances with their variables fit into memory.
    fn bound_processes(&mut self, heads: &[Head<'_>]) {
        let (mut instances, mut slots) = (0i64, 0i64);
        for head in heads {
            let known = self.processes.find(&head.entry.key.name).and_then(|entry| entry.count);
            let count = known.unwrap_or(1);
            let each: i64 = head.vars.iter().fold(0, |sum, var| sum.saturating_add(var.length.unwrap_or(1)));
            let before = (instances, slots);
            instances = instances.saturating_add(count);
            slots = slots.saturating_add(count.saturating_mul(each));
            let span = self.key_span(&head.entry.key);
            if before.0 <= MOST_PROCESSES && instances > MOST_PROCESSES {
                self.reports.error(span, "the scenario has more than 10,000,000 processes");
            } else if before.1 <= MOST_SLOTS && slots > MOST_SLOTS {
                let message = "the processes have more than 100,000,000 variables and array elements in all";
                self.reports.error(span, message);
            }
        }
    }

    fn vars(&mut self, node: Option<&Node>) -> (Table<VarEntry>, Vec<Var>) {
        let mut table = Table::default();
        let mut defs = Vec::new();
        let Some(node) = node.filter(|node| node.kind != Kind::Null) else { return (table, defs) };
        let owner = self.reports.span_of(node);
        let entries = fields::entries(&mut self.reports, node, "vars", owner).unwrap_or(&[]);
        for name in misfits::listed(node) {
            table.push(name, VarEntry::of(None));
        }
        for entry in entries {
            self.name(&entry.key, "variable");
            if self.params.position(&entry.key.name).is_some() {
                let span = self.key_span(&entry.key);
                let message = format!("the variable {} has the name of a parameter", quoted(&entry.key.name));
                let hint = "give it another name; steps can use the parameter as it is";
                self.reports.error_with_hint(span, message, hint);
            }
            // Of `n = 0`, which is no name, it was said how its value is written.
            if let (Some((name, _)), Kind::Null) = (assignment::parts(&entry.key.name), &entry.value.kind) {
                table.push(name, VarEntry::of(None));
                continue;
            }
            let (known, def) = self.var(entry);
            table.push(&entry.key.name, known);
            defs.extend(def);
        }
        (table, defs)
    }

    fn var(&mut self, entry: &Entry) -> (VarEntry, Option<Var>) {
        let what = format!("the variable {}", quoted(&entry.key.name));
        let (name, site) = (entry.key.name.clone(), entry.key.site);
        if let Kind::Seq(nodes) = &entry.value.kind {
            let span = self.reports.span_of(&entry.value);
            let hint = format!("write `{name}: {{array: {}}}`, and `set` its elements", nodes.len());
            self.reports.error_with_hint(span, format!("{what} takes one first value, found a list"), hint);
            return (VarEntry { array: true, ..VarEntry::of(None) }, None);
        }
        if !matches!(entry.value.kind, Kind::Map(_)) {
            let typed = self.value(&entry.value, Scope::instance(), None, &what);
            let known = VarEntry::of(typed.as_ref().map(Typed::ty));
            let def = typed.map(|typed| Var { name, ty: typed.ty(), initial: typed.expr, len: None, site });
            return (known, def);
        }
        let owner = self.key_span(&entry.key);
        if let Kind::Map(entries) = &entry.value.kind
            && !entries.is_empty()
            && !entries.iter().any(|entry| fields::belongs(&ARRAY, &entry.key.name))
        {
            let hint = "keep each field of a record in a variable of its own; an array is `{array: 3}`";
            let message = format!("{what} is one value or an array, and no record");
            self.reports.error_with_hint(owner, message, hint);
            return (VarEntry::of(None), None);
        }
        let mut known = VarEntry { array: true, ..VarEntry::of(None) };
        let Some(fields) = fields::read(&mut self.reports, &entry.value, &ARRAY, owner) else {
            return (known, None);
        };
        let len = fields.get("array").and_then(|node| self.whole(node, Scope::all_params(), "`array`", 0));
        let initial = match fields.get("of") {
            Some(node) => self.value(node, Scope::instance(), None, &what),
            None => Some(Typed::constant(Value::Int(0), site)),
        };
        known.ty = initial.as_ref().map(Typed::ty);
        known.length = len.as_ref().and_then(Typed::known_int);
        let def = len.zip(initial).map(|(len, initial)| {
            let ty = initial.ty();
            Var { name, ty, initial: initial.expr, len: Some(len.expr), site }
        });
        (known, def)
    }

    fn body(&mut self, head: Head<'_>) -> ProcessDef {
        let Head { entry, fields, vars, defs, count } = head;
        self.process = self.processes.position(&entry.key.name).unwrap_or(0);
        let refused = self.refused();
        self.skipped = self.processes.at(self.process).count == Some(0);
        let mut body = Body::new(self, &vars);
        let start = fields.get("start");
        let arrives = fields.get("arrivals").is_some();
        let manual = arrives || start.is_some_and(|node| node.kind == Kind::Text(MANUAL.to_owned()));
        let start = start.filter(|_| !manual);
        let start = start.and_then(|node| body.amount(node, Scope::instance(), "`start`"));
        let daemon = fields.get("daemon").and_then(|node| body.check.flag(node, "`daemon`"));
        let priority = fields.get("priority").and_then(|node| body.check.priority(node, Scope::instance()));
        let priority = priority.map(|typed| typed.expr);
        let on = fields.get("on");
        body.on = on.and_then(|node| body.check.reference_node(node, Scope::instance(), &WORK));
        let steps = fields.entry("do").map(|entry| body.steps(entry)).unwrap_or_default();
        self.skipped = false;
        self.forgive(refused);
        let used = |def: &&Var| vars.find(&def.name).is_some_and(|var| var.used.get());
        let unused = defs.iter().filter(|def| !used(def));
        self.noticed.extend(unused.filter_map(|def| warnings::unused("variable", &def.name, def.site)));
        ProcessDef {
            name: entry.key.name.clone(),
            count,
            start,
            manual,
            daemon: daemon.map(|typed| typed.expr),
            arrives,
            priority,
            vars: defs,
            body: steps,
            site: entry.key.site,
        }
    }

    /// A priority: an integer that fits, if it is known.
    pub(super) fn priority(&mut self, node: &Node, scope: Scope<'_>) -> Option<Typed> {
        let typed = self.value(node, scope, Some(Type::Int), "`priority`")?;
        if let Some(number) = typed.known_int()
            && !(-128..=127).contains(&number)
        {
            let span = self.reports.span_of(node);
            let message = format!("a priority is from -128 to 127, found {number}");
            self.reports.error_with_hint(span, message, "a lower number goes first");
        }
        Some(typed)
    }
}
