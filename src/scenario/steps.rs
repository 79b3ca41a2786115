//! The steps of a process.
//!
//! Decides what makes a map a step (one main key, and beside it only the keys
//! that belong to it) and the steps that hold other steps. Steps on resources
//! are in `resource_steps`, those on variables in `variable_steps`, `log` is in
//! `log_step`.

use super::assignment;
use super::context::Check;
use super::distributions::Purpose;
use super::fields::{self, Fields};
use super::foreign;
use super::model::{Amount, Expr, Step, StepKind};
use super::names::{Table, nearest, quoted};
use super::node::{Entry, Kind, Node};
use super::references::Use;
use super::scope::{Scope, VarEntry};
use super::source::Span;
use super::step_tables::{CALL, STEPS};
use super::tables::{self, Form};
use super::typing::Typed;
use crate::ids::Site;
use crate::value::{Type, Value};

/// The steps of one process being checked.
pub(super) struct Body<'c, 't> {
    pub check: &'c mut Check<'t>,
    pub vars: &'c Table<VarEntry>,
    /// The number of distributions so far.
    pub purposes: u32,
}

impl<'c, 't> Body<'c, 't> {
    pub fn new(check: &'c mut Check<'t>, vars: &'c Table<VarEntry>) -> Self {
        Body { check, vars, purposes: 0 }
    }

    /// What expressions in steps may use.
    pub fn scope(&self) -> Scope<'c> {
        Scope::step(self.vars)
    }

    /// The steps below a key.
    pub fn steps(&mut self, entry: &Entry) -> Vec<Step> {
        let owner = self.check.key_span(&entry.key);
        let mut steps = Vec::new();
        match &entry.value.kind {
            Kind::Seq(nodes) => {
                for node in nodes {
                    self.step(node, owner, &mut steps);
                }
            }
            Kind::Bad => self.check.unread = true,
            found => {
                self.check.unread = true;
                let message =
                    format!("`{}` takes a list of steps, found {}", entry.key.name, entry.value.described());
                let (span, hint) = match found {
                    Kind::Null => (owner, "write the steps below it, each after a `-`; no steps are `[]`"),
                    _ => (self.check.reports.span_of(&entry.value), "write each step after a `-`"),
                };
                self.check.reports.error_with_hint(span, message, hint);
            }
        }
        steps
    }

    fn step(&mut self, node: &Node, owner: Span, steps: &mut Vec<Step>) {
        match &node.kind {
            Kind::Map(entries) => {
                let before = self.check.reports.count();
                let main = self.main_key(entries, node);
                let read = main.and_then(|(main, form)| {
                    let span = self.check.key_span(&main.key);
                    let told = Some(main.key.site);
                    Some((main, form, fields::read_but(&mut self.check.reports, node, form, span, told)?))
                });
                self.check.unread |= self.check.reports.count() > before;
                if let Some((main, form, fields)) = read {
                    self.known_step(main, form, fields, steps);
                }
            }
            Kind::Bad => {}
            Kind::Text(text) => self.text_step(text, node),
            Kind::Null => {
                let span = if node.site.line == 0 { owner } else { self.check.reports.span_of(node) };
                self.check.reports.error(span, "an empty step");
            }
            _ => {
                let span = self.check.reports.span_of(node);
                let message = format!("a step is a map, found {}", node.described());
                self.check.reports.error_with_hint(span, message, "write it as `- delay: 5ms`");
            }
        }
    }

    /// The key that says what a step does.
    fn main_key<'n>(&mut self, entries: &'n [Entry], node: &Node) -> Option<(&'n Entry, &'static Form)> {
        let by_program = self.check.by_program;
        let mut mains =
            entries.iter().filter_map(|entry| form_of(&entry.key.name, by_program).map(|form| (entry, form)));
        let reports = &mut self.check.reports;
        let Some(main) = mains.next() else {
            let names = STEPS.iter().map(|form| form.name);
            match entries.iter().find(|entry| !matches!(entry.key.name.as_str(), "do" | "else")) {
                Some(entry) => {
                    let name = &entry.key.name;
                    let span = reports.span_of_text(entry.key.site, name);
                    let message = format!("unknown step {}", quoted(name));
                    if let Some(hint) = foreign::step(name) {
                        reports.error_with_hint(span, message, hint);
                        return None;
                    }
                    let all = names.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                    let hint = format!("the steps are {all}");
                    reports.unknown_with_hint(span, message, name, names.clone(), hint);
                    // What stands behind a misspelled key is looked at all the same.
                    let meant = nearest(name, names).and_then(|name| tables::form(&STEPS, name));
                    return meant.map(|form| (entry, form));
                }
                None => {
                    let span = reports.span_of(node);
                    let message =
                        if entries.is_empty() { "an empty step" } else { "this step has no main key" };
                    let hint = "`do` and `else` belong to `if`, `while`, `repeat` and `with`";
                    reports.error_with_hint(span, message, hint);
                }
            }
            return None;
        };
        if let Some((second, _)) = mains.next() {
            let span = reports.span_of_text(second.key.site, &second.key.name);
            let message =
                format!("a step does one thing, this has `{}` and `{}`", main.0.key.name, second.key.name);
            let hint = format!("write two steps: begin a new one with `- {}`", second.key.name);
            reports.error_with_hint(span, message, hint);
            return None;
        }
        Some(main)
    }

    /// A step that is only text: `- delay`, or `- delay 5ms`.
    fn text_step(&mut self, text: &str, node: &Node) {
        self.check.unread = true;
        let span = self.check.reports.span_of(node);
        let message = format!("a step is a map, found the text {}", quoted(text));
        let (word, rest) = text.split_once([' ', ':', '(']).unwrap_or((text, ""));
        let known = tables::form(&STEPS, word);
        let (message, hint) = match (known, foreign::step(word)) {
            (Some(_), _) if text[word.len()..].starts_with(':') && !rest.is_empty() => {
                let message = "a space is missing after the colon".to_owned();
                (message, format!("write `- {word}: {}`, with a colon and a space", rest.trim()))
            }
            (Some(form), _) => (message, format!("write `- {}: …`, with a colon and a space", form.name)),
            (None, Some(advice)) => (message, advice.to_owned()),
            (None, None) => {
                let meant = assignment::meant(text, |name| self.vars.position(name).is_some());
                (message, meant.unwrap_or_else(|| "write it as `- delay: 5ms`".to_owned()))
            }
        };
        self.check.reports.error_with_hint(span, message, hint);
    }

    fn known_step(&mut self, main: &Entry, form: &Form, fields: Fields<'_>, steps: &mut Vec<Step>) {
        let (site, node) = (main.key.site, &main.value);
        let kind = match form.name {
            "acquire" => return self.permits(node, Use::Acquire, site, steps),
            "release" => return self.permits(node, Use::Release, site, steps),
            "put" => return self.put(main, steps),
            "get" => return self.get(main, steps),
            "set" => return self.set(main, steps),
            "notify" => return self.notify(node, Use::Notify, site, steps),
            "notify_all" => return self.notify(node, Use::NotifyAll, site, steps),
            "delay" => self.amount(node, self.scope(), "`delay`").map(StepKind::Delay),
            "work" => self.amount(node, self.scope(), "`work`").map(StepKind::Work),
            "wait" => self.wait(main),
            "call" => self.check.literal(node, "`call`", 0).map(|call| StepKind::Call(call as u32)),
            "atomic" => Some(StepKind::Atomic(self.steps(main))),
            "write" => self.write(main),
            "read" => self.read(main),
            "with" => Some(self.with(main, fields)),
            "if" => self.branch(node, fields),
            "while" => self.round(node, fields),
            "repeat" => self.repeat(node, fields),
            "draw" => self.draw(main),
            "log" => self.log(node),
            // The table of steps has no other keys.
            _ => self.mark(main),
        };
        steps.extend(kind.map(|kind| Step { kind, site }));
    }

    /// A duration, or a distribution of durations.
    pub fn amount(&mut self, node: &Node, scope: Scope<'_>, what: &str) -> Option<Amount> {
        if matches!(node.kind, Kind::Map(_)) {
            return self.distribution(node, scope, Purpose::Time, what).map(Amount::Draw);
        }
        self.check.duration(node, scope, what).map(|typed| Amount::Expr(typed.expr))
    }

    /// A value in a step.
    pub fn value(&mut self, node: &Node, want: Option<Type>, what: &str) -> Option<Typed> {
        self.check.value(node, self.scope(), want, what)
    }

    fn condition(&mut self, node: &Node, what: &str) -> Option<Typed> {
        self.value(node, Some(Type::Bool), what)
    }

    fn nested(&mut self, fields: Fields<'_>, key: &str) -> Vec<Step> {
        fields.entry(key).map(|entry| self.steps(entry)).unwrap_or_default()
    }

    /// Steps that are never come to if `deciding` has this value.
    fn nested_unless(
        &mut self,
        deciding: Option<&Typed>,
        value: Value,
        fields: Fields<'_>,
        key: &str,
    ) -> Vec<Step> {
        let skips = deciding.is_some_and(|typed| typed.known == Some(value));
        let outside = self.check.skipped;
        self.check.skipped |= skips;
        let steps = self.nested(fields, key);
        self.check.skipped = outside;
        steps
    }

    fn branch(&mut self, node: &Node, fields: Fields<'_>) -> Option<StepKind> {
        let condition = self.condition(node, "`if`");
        let then = self.nested_unless(condition.as_ref(), Value::Bool(false), fields, "do");
        let otherwise = self.nested_unless(condition.as_ref(), Value::Bool(true), fields, "else");
        Some(StepKind::If { condition: condition?.expr, then, otherwise })
    }

    fn round(&mut self, node: &Node, fields: Fields<'_>) -> Option<StepKind> {
        let condition = self.condition(node, "`while`");
        let body = self.nested_unless(condition.as_ref(), Value::Bool(false), fields, "do");
        Some(StepKind::While { condition: condition?.expr, body })
    }

    fn repeat(&mut self, node: &Node, fields: Fields<'_>) -> Option<StepKind> {
        let times = self.check.whole(node, self.scope(), "`repeat`", 0);
        let body = self.nested_unless(times.as_ref(), Value::Int(0), fields, "do");
        Some(StepKind::Repeat { times: times?.expr, body })
    }

    fn with(&mut self, main: &Entry, fields: Fields<'_>) -> StepKind {
        let found = self.check.references(&main.value, self.scope(), Use::Acquire);
        let held = found.into_iter().flatten().map(|found| found.reference).collect();
        StepKind::With { held, body: self.nested(fields, "do") }
    }

    /// Where a main key stands, for keys that are missing below it.
    pub fn owner(&self, main: &Entry) -> Span {
        self.check.key_span(&main.key)
    }

    /// A constant at a place without text of its own.
    pub fn constant(value: Value, site: Site) -> Expr {
        Typed::constant(value, site).expr
    }
}

/// The form of the step with this key.
fn form_of(name: &str, by_program: bool) -> Option<&'static Form> {
    tables::form(&STEPS, name).or((by_program && name == CALL.name).then_some(&CALL))
}
