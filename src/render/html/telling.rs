//! A run while it is told: what was said of it so far.

use super::super::palette::Classes;
use super::columns::Columns;
use super::run::PageRun;
use super::texts::Texts;
use super::ticks::Ticks;
use crate::ids::OpId;
use crate::trace::{Activity, printable};
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

/// Everything that is written while a run is told.
pub(super) struct Telling<'a, 'r> {
    pub run: &'a PageRun<'r>,
    pub classes: Classes,
    pub ticks: Ticks,
    pub doings: BTreeMap<(Option<Activity>, Option<u32>), u64>,
    pub texts: Texts,
    pub numbers: &'a mut Columns,
}

impl Telling<'_, '_> {
    /// The number of what a process does on a line.
    pub fn doing(&mut self, activity: Option<Activity>, op: OpId) -> u64 {
        let line = self.run.timeline.header.line(op).filter(|_| activity.is_some());
        let next = self.doings.len() as u64;
        *self.doings.entry((activity, line)).or_insert(next)
    }

    pub fn doings(&self) -> Vec<Doing> {
        let input = &self.run.timeline;
        let mut all: Vec<_> = self.doings.iter().collect();
        all.sort_unstable_by_key(|&(_, number)| number);
        let told = |&(&(activity, line), _): &(&(Option<Activity>, Option<u32>), &u64)| {
            let (text, label, ended) = match activity {
                None => (input.gap_name().to_owned(), String::new(), None),
                Some(Activity::Blocked { resource, wait_for }) => (
                    input.activity_name(Activity::Blocked { resource, wait_for }),
                    input.wait_name(resource, wait_for),
                    Some(wait_for.ended_by(&input.resource_name(resource))),
                ),
                Some(activity) => (input.activity_name(activity), String::new(), None),
            };
            let look = activity.map(|activity| self.classes.of(activity).index());
            let ended = ended.map(|ended| printable(&ended));
            Doing { look, text: printable(&text), label: printable(&label), line, ended }
        };
        all.iter().map(told).collect()
    }
}
