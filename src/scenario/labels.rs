//! How `expect` names things: `loader`, `worker[2]`, `trainer.data1`,
//! `worker[2].served[3]`.
//!
//! Decides which instance, mark or resource is meant. Instances count from 0, as
//! everywhere; passings of a mark count from 1: `served[3]` is the third.

use super::context::Check;
use super::names::quoted;
use super::node::Key;
use super::references::split_instance;
use super::scope::ResourceEntry;
use super::source::Span;
use super::unknown::{unknown_process, unknown_resource};
use crate::figure::there_are;
use crate::ids::{MarkId, ProcessId, ResourceId, Site};
use crate::trace::{Instances, ResourceKind};

/// A piece of a scalar's text, so that a problem is shown where it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'n> {
    pub text: &'n str,
    whole: &'n str,
    site: Site,
    /// The byte of the whole at which it starts.
    start: usize,
}

impl<'n> Part<'n> {
    /// All of a scalar's text.
    pub fn of(text: &'n str, site: Site) -> Part<'n> {
        Part { text, whole: text, site, start: 0 }
    }

    /// All of a key.
    pub fn whole(key: &'n Key) -> Part<'n> {
        Part::of(&key.name, key.site)
    }

    /// Where it stands.
    pub fn span(self, check: &Check<'_>) -> Span {
        let located = check.reports.locate(self.site, self.whole);
        check.reports.span_in(&located, self.start..self.start + self.text.len().max(1).min(self.whole.len()))
    }

    /// What stands before and after the first point.
    pub fn split(self) -> (Part<'n>, Option<Part<'n>>) {
        match self.text.split_once('.') {
            Some((before, after)) => {
                let after = Part { text: after, start: self.start + before.len() + 1, ..self };
                (Part { text: before, ..self }, Some(after))
            }
            None => (self, None),
        }
    }

    /// What stands before and after the second point.
    pub fn split_field(self) -> (Part<'n>, Option<Part<'n>>) {
        let (_, Some(after)) = self.split() else { return (self, None) };
        let (resource, field) = after.split();
        let end = resource.start + resource.text.len() - self.start;
        (Part { text: &self.text[..end], ..self }, field)
    }

    /// Splits an index off the end; `None` if what stands there is none.
    fn indexed(self) -> Option<(Part<'n>, Option<u32>)> {
        let (text, index) = split_instance(self.text)?;
        Some((Part { text, ..self }, index))
    }
}

impl Check<'_> {
    /// One process, as `name`, or as `name[2]` if there are several.
    pub fn one_process(&mut self, part: Part<'_>) -> Option<ProcessId> {
        let (position, index) = self.process_named(part)?;
        self.instance_of(part, position, index)
    }

    /// One process, or all instances of one.
    pub fn some_processes(&mut self, part: Part<'_>) -> Option<Instances> {
        let (position, index) = self.process_named(part)?;
        self.instances_of(part, position, index)
    }

    fn instances_of(&mut self, part: Part<'_>, position: usize, index: Option<u32>) -> Option<Instances> {
        let known = self.processes.at(position);
        if index.is_some() || !known.counted {
            return self.instance_of(part, position, index).map(Instances::one);
        }
        let (first, count) = (u32::try_from(known.first?).ok()?, u32::try_from(known.count?).ok()?);
        Some(Instances { first: ProcessId(first), count })
    }

    fn instance_of(&mut self, part: Part<'_>, position: usize, index: Option<u32>) -> Option<ProcessId> {
        let known = self.processes.at(position);
        let (counted, count, first) = (known.counted, known.count?, known.first?);
        let index = self.checked_index(part, index, counted, count)?;
        u32::try_from(first + i64::from(index)).ok().map(ProcessId)
    }

    fn process_named(&mut self, part: Part<'_>) -> Option<(usize, Option<u32>)> {
        let (name, index) = self.name_and_index(part)?;
        if let Some(position) = self.processes.position(name.text) {
            return Some((position, index));
        }
        let span = name.span(self);
        unknown_process(&mut self.reports, (&self.processes, &self.resources), span, name.text);
        None
    }

    /// One resource, as `name`, or as `name[2]` if there are several; `what`
    /// says what is looked for.
    pub fn one_resource(&mut self, part: Part<'_>, what: &str) -> Option<(ResourceId, ResourceEntry)> {
        let (name, index) = self.name_and_index(part)?;
        let Some(position) = self.resources.position(name.text) else {
            let span = name.span(self);
            let fits = |kind: ResourceKind| match what {
                "memory" => kind.has_slots(),
                "mutex" => kind.is_owned(),
                _ => true,
            };
            let known = (&self.processes, &self.resources);
            unknown_resource(&mut self.reports, known, span, (what, name.text), fits);
            return None;
        };
        self.resources.at(position).asked.set(true);
        let known = self.resources.at(position).clone();
        // Of a resource that is wrong itself nothing more is said.
        known.kind?;
        let index = self.checked_index(part, index, known.counted, known.count?)?;
        let id = u32::try_from(known.first? + i64::from(index)).ok()?;
        Some((ResourceId(id), known))
    }

    /// The marks of `process.mark` or `process.mark[3]`: by whom, which, and
    /// which passing.
    pub fn marks_of(&mut self, part: Part<'_>) -> Option<(Instances, MarkId, Option<u64>)> {
        let (who, what) = part.split();
        let Some(what) = what else {
            let message = format!("{} names no mark", quoted(part.text));
            self.reports.error_with_hint(part.span(self), message, "write `process.mark`");
            return None;
        };
        let named = self.process_named(who);
        let instances = named.and_then(|(position, index)| self.instances_of(who, position, index));
        let Some((name, nth)) = what.indexed() else {
            let message = format!("{} names no passing of a mark", quoted(what.text));
            self.reports.error_with_hint(what.span(self), message, "write `mark` or `\"mark[3]\"`");
            return None;
        };
        let mark = self.mark(name)?;
        if nth == Some(0) {
            let message = "the passings of a mark count from 1";
            let hint = format!("the first is `{}[1]`", name.text);
            self.reports.error_with_hint(what.span(self), message, hint);
            return None;
        }
        self.passed_by(name, mark, named?.0)?;
        Some((instances?, mark, nth.map(u64::from)))
    }

    /// The mark of this name.
    pub fn mark(&mut self, part: Part<'_>) -> Option<MarkId> {
        if let Some(position) = self.marks.position(part.text) {
            return Some(MarkId::from_index(position));
        }
        if self.unread {
            return None;
        }
        let span = part.span(self);
        let hint = "marks are made by the step `mark: name`".to_owned();
        let message = format!("unknown mark {}", quoted(part.text));
        self.reports.unknown_with_hint(span, message, part.text, self.marks.names(), hint);
        None
    }

    /// Checks that the process at `position` has a step that passes the mark.
    fn passed_by(&mut self, name: Part<'_>, mark: MarkId, position: usize) -> Option<()> {
        /// How many processes that have one are named.
        const NAMED: usize = 5;
        // In ascending order, as the processes were read.
        let passing = &self.marks.at(mark.index()).passed_by;
        if passing.binary_search(&position).is_ok() {
            return Some(());
        }
        let named = |&position: &usize| self.processes.name(position);
        let others: Vec<&str> = passing.iter().take(NAMED).map(named).collect();
        let hint = format!("it is a mark of {}", others.join(", "));
        let process = quoted(self.processes.name(position));
        let message = format!("{process} never passes the mark {}", quoted(name.text));
        self.reports.error_with_hint(name.span(self), message, hint);
        None
    }

    fn name_and_index<'n>(&mut self, part: Part<'n>) -> Option<(Part<'n>, Option<u32>)> {
        let split = part.indexed();
        if split.is_none() {
            let message = format!("{} names no instance", quoted(part.text));
            self.reports.error_with_hint(part.span(self), message, "write `name` or `\"name[2]\"`");
        }
        split
    }

    /// Reports a name that is one of instances, of which there may be one only.
    fn say_which(&mut self, part: Part<'_>, count: i64) {
        let name = quoted(part.text);
        let message = match count {
            0 => format!("{name} has no instances: its `count` is 0"),
            1 => format!("{name} has a `count`, and so its only instance has a number"),
            _ => format!("{name} has several instances; say which"),
        };
        let hint = (count > 0).then(|| format!("write `\"{}[0]\"`", part.text));
        let span = part.span(self);
        self.reports.report(span, message, hint);
    }

    /// The index of an instance: there must be one exactly if there is a count,
    /// and it must name an instance.
    fn checked_index(
        &mut self,
        part: Part<'_>,
        index: Option<u32>,
        counted: bool,
        count: i64,
    ) -> Option<u32> {
        let name = quoted(part.text);
        let message = match (index, counted) {
            (None, true) => {
                self.say_which(part, count);
                return None;
            }
            (Some(_), false) => format!("{name}: there is one instance only, without index"),
            (Some(at), true) if i64::from(at) >= count => {
                if !self.as_written {
                    self.absent += 1;
                    return None;
                }
                let there_are = there_are(count.max(0) as u64, "instance");
                format!("{name} is out of range: {there_are}, from 0")
            }
            (index, _) => return Some(index.unwrap_or(0)),
        };
        self.reports.error(part.span(self), message);
        None
    }
}
