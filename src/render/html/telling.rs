//! A run while it is told: what was said of it so far.

use super::super::inks::Classes;
use super::columns::Columns;
use super::run::PageRun;
use super::texts::Texts;
use super::ticks::Ticks;
use crate::trace::{Activity, Span, printable};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a process does while a span lasts.
#[derive(Serialize)]
pub(super) struct Doing {
    /// By place among the looks; none between steps.
    look: Option<usize>,
    text: String,
    /// What stands in a bar that is long enough.
    label: String,
    line: Option<u32>,
    /// By what such a wait is ended.
    ended: Option<String>,
}

/// By what one thing that a process does differs from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind<'a> {
    look: Option<usize>,
    activity: Option<Activity>,
    /// What the scenario calls it.
    name: Option<&'a str>,
    line: Option<u32>,
    /// Whether it is a wait that ran out.
    ran_out: bool,
}

/// Everything that is written while a run is told.
pub(super) struct Telling<'a, 'r> {
    pub run: &'a PageRun<'r>,
    pub classes: Classes,
    pub ticks: Ticks,
    pub doings: BTreeMap<Kind<'a>, u64>,
    pub texts: Texts,
    pub numbers: &'a mut Columns,
}

impl<'a> Telling<'a, '_> {
    /// The number of what a process does in a span.
    pub fn doing(&mut self, span: &Span) -> u64 {
        let input = &self.run.timeline;
        self.number(Kind {
            look: Some(self.classes.of(span).index()),
            activity: Some(span.activity),
            name: input.label(span),
            line: input.header.line(span.op),
            ran_out: span.ran_out,
        })
    }

    /// The number of what a process does between its steps.
    pub fn nothing(&mut self) -> u64 {
        self.number(Kind { look: None, activity: None, name: None, line: None, ran_out: false })
    }

    fn number(&mut self, kind: Kind<'a>) -> u64 {
        let next = self.doings.len() as u64;
        *self.doings.entry(kind).or_insert(next)
    }

    /// All of them, by number.
    pub fn doings(&self) -> Vec<Doing> {
        let mut all: Vec<(&Kind<'_>, &u64)> = self.doings.iter().collect();
        all.sort_unstable_by_key(|&(_, number)| number);
        all.into_iter().map(|(kind, _)| self.told(kind)).collect()
    }

    fn told(&self, kind: &Kind<'_>) -> Doing {
        let input = &self.run.timeline;
        let text =
            kind.activity.map_or_else(|| input.gap_name().to_owned(), |doing| input.activity_name(doing));
        let (label, ended) = match kind.activity {
            Some(Activity::Blocked { resource, wait_for }) => {
                let ended = printable(&wait_for.ended_by(&input.resource_name(resource)));
                (input.wait_name(resource, wait_for), (!kind.ran_out).then_some(ended))
            }
            _ => (kind.name.unwrap_or_default().to_owned(), None),
        };
        let text = kind.name.map_or(text.clone(), |name| format!("{name} ({text})"));
        let text = if kind.ran_out { format!("{text}, ran out") } else { text };
        Doing { look: kind.look, text: printable(&text), label: printable(&label), line: kind.line, ended }
    }
}
