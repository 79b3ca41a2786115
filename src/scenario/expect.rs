//! What a scenario says must come out.
//!
//! Decides which expectations can be written, that their names are known and
//! that their values have the right types. Whether they hold is found out by a
//! run. What is expected is said of the parameters of the file: if a run sets
//! some, an instance that is expected may be one that there is not any more, and
//! is left out then. How processes, marks and resources are named is in `labels`.

use super::context::Check;
use super::fields::{self, Fields};
use super::labels::Part;
use super::misfits;
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::scope::{ResourceEntry, Scope};
use super::source::Span;
use super::tables::{BEFORE, DURATION_BOUNDS, EXPECT, Form, NONE, OUTCOMES, STRETCH, WHOLE_BOUNDS};
use super::typed::Typed;
use crate::ids::{ProcessId, ResourceId};
use crate::trace::{
    Bounds, Claim, Expected, Instances, Label, Milestone, ResourceKind, StatePredicate, Stretch, ValueSource,
};
use crate::value::{Type, Value};

impl Check<'_> {
    /// Reads `expect`; `as_written` says that no parameter has been set.
    pub fn expect(&mut self, entry: &Entry, as_written: bool) -> Expected {
        self.as_written = as_written;
        let mut expected = Expected::default();
        let owner = self.key_span(&entry.key);
        if fields::read(&mut self.reports, &entry.value, &EXPECT, owner).is_none() {
            return expected;
        }
        let Kind::Map(entries) = &entry.value.kind else { return expected };
        for entry in entries {
            self.expectation(entry, &mut expected);
        }
        expected.left_out = self.absent;
        expected
    }

    /// Reads one key of `expect` and what stands behind it.
    fn expectation(&mut self, entry: &Entry, expected: &mut Expected) {
        let (node, line) = (&entry.value, entry.key.site.line);
        let claim = match entry.key.name.as_str() {
            "outcome" => self.word(node, "an outcome", &OUTCOMES).map(|name| Claim::Outcome(name.to_owned())),
            "total_time" => self.nanos(node, "`total_time`").map(Claim::TotalTime),
            "races" => {
                expected.no_races = self.word(node, "what is expected of races", &[NONE]).map(|_| line);
                return;
            }
            // Two names in a list are one claim, in another form.
            "before" if misfits::order(node).is_some() => return drop(self.before(node)),
            "before" => return self.one_or_list(node, expected, Self::before),
            "reaches" => return self.one_or_list(node, expected, Self::reaches),
            "always" => return self.one_or_list(node, expected, Self::always),
            "never_together" => return self.never_together(entry, expected),
            "finished" => return self.each(entry, expected, Self::finished),
            "counts" => return self.each(entry, expected, Self::counted),
            "values" => return self.carried_by_each(entry, expected),
            "figures" => return self.figures(entry, expected),
            "reads" => return self.each(entry, expected, Self::reads),
            "gets" => return self.all_gets(entry, expected),
            "levels" => return self.each(entry, expected, Self::leveled),
            "longest_wait" => return self.each(entry, expected, Self::longest_wait),
            "memories" => return self.each(entry, expected, Self::memory),
            // The table knows no other keys.
            _ => None,
        };
        if let Some(claim) = claim {
            expected.add(claim, line);
        }
    }

    /// One claim for each entry of a map.
    fn each(&mut self, entry: &Entry, expected: &mut Expected, read: fn(&mut Self, &Entry) -> Option<Claim>) {
        let owner = self.key_span(&entry.key);
        let entries = fields::entries(&mut self.reports, &entry.value, &entry.key.name, owner).unwrap_or(&[]);
        for entry in entries {
            if let Some(claim) = read(self, entry) {
                expected.add(claim, entry.key.site.line);
            }
        }
    }

    /// A claim, or a list of claims.
    fn one_or_list(
        &mut self,
        node: &Node,
        expected: &mut Expected,
        read: fn(&mut Self, &Node) -> Option<Claim>,
    ) {
        let nodes = match &node.kind {
            Kind::Seq(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(node),
        };
        for node in nodes {
            if let Some(claim) = read(self, node) {
                expected.add(claim, node.site.line);
            }
        }
    }

    fn finished(&mut self, entry: &Entry) -> Option<Claim> {
        let at = self.nanos(&entry.value, "a finish time");
        let process = self.one_process(Part::whole(&entry.key))?;
        Some(Claim::Finished { process, at: at? })
    }

    fn before(&mut self, node: &Node) -> Option<Claim> {
        let owner = self.reports.span_of(node);
        let fields = fields::read(&mut self.reports, node, &BEFORE, owner)?;
        let mut label = |key| fields.get(key).and_then(|node| self.label_node(node, key));
        let (first, second) = (label("first"), label("second"));
        let (first, second) = (first?, second?);
        if first == second {
            self.reports.error(owner, "nothing comes before itself");
            return None;
        }
        Some(Claim::Before { first, second })
    }

    fn reaches(&mut self, node: &Node) -> Option<Claim> {
        self.label_node(node, "reaches").map(Claim::Reaches)
    }

    fn label_node(&mut self, node: &Node, what: &str) -> Option<Label> {
        let text = self.plain_text(node, &format!("`{what}`"))?;
        self.label(Part::of(text, node.site))
    }

    fn counted(&mut self, entry: &Entry) -> Option<Claim> {
        let times = self.whole_bounds(&entry.value, "a count");
        let (who, mark, nth) = self.marks_of(Part::whole(&entry.key))?;
        if nth.is_some() {
            let span = self.key_span(&entry.key);
            let hint = "leave the index out; `reaches` is about one passing";
            self.reports.error_with_hint(span, "a count is about all passings of a mark", hint);
            return None;
        }
        Some(Claim::Count { who, mark, times: times? })
    }

    /// What marks carry: their values, or figures of those.
    fn carried_by_each(&mut self, entry: &Entry, expected: &mut Expected) {
        let owner = self.key_span(&entry.key);
        let entries = fields::entries(&mut self.reports, &entry.value, &entry.key.name, owner).unwrap_or(&[]);
        for entry in entries {
            if matches!(entry.value.kind, Kind::Map(_)) {
                self.figures_of_mark(entry, expected);
            } else if let Some(claim) = self.carried(entry) {
                expected.add(claim, entry.key.site.line);
            }
        }
    }

    /// The values of all passings of a mark, or that of one.
    fn carried(&mut self, entry: &Entry) -> Option<Claim> {
        let span = self.key_span(&entry.key);
        let (who, mark, nth) = self.marks_of(Part::whole(&entry.key))?;
        let process = self.only_one(who, span, &entry.key.name)?;
        let known = self.marks.at(mark.index());
        let (ty, bad) = (known.ty, known.bad);
        if ty.is_none() {
            if !bad {
                let message = format!("the mark of {} carries no value", quoted(&entry.key.name));
                let hint = "give it one, as in `mark: {name: n, value: v}`";
                self.reports.error_with_hint(span, message, hint);
            }
            return None;
        }
        match nth {
            Some(nth) => {
                let value = self.known_value(&entry.value, ty, "the value of a mark")?;
                Some(Claim::Carries { process, mark, nth, value })
            }
            None => {
                let values = self.values(entry, ty, "the values of a mark")?;
                Some(Claim::Values { process, source: ValueSource::Mark(mark), values })
            }
        }
    }

    fn reads(&mut self, entry: &Entry) -> Option<Claim> {
        let (process, memory, known) = self.met(Part::whole(&entry.key), ResourceKind::Memory)?;
        let values = self.values(entry, known.ty, "what is read")?;
        Some(Claim::Values { process, source: ValueSource::Read(memory), values })
    }

    fn leveled(&mut self, entry: &Entry) -> Option<Claim> {
        let part = Part::whole(&entry.key);
        let found = self.one_resource(part, "resource");
        if let Some(kind) =
            found.as_ref().and_then(|(_, known)| known.kind).filter(|kind| kind.level().is_none())
        {
            let message = format!("{} is a {}, which has no level", quoted(part.text), kind.name());
            let hint = kind.has_slots().then(|| {
                let (name, values) = match entry.value.kind {
                    Kind::Int(number) => (part.text, number.to_string()),
                    _ => (part.text, "…".to_owned()),
                };
                format!(
                    "what it holds throughout is asked in `always`, as in `always: slot({name}, 0) >= 0`, and what it \
                     holds at the end in `memories: {{{name}: [{values}]}}`"
                )
            });
            let span = part.span(self);
            self.reports.report(span, message, hint);
            return None;
        }
        let bounds = self.whole_bounds(&entry.value, "a level");
        let (resource, _) = found?;
        Some(Claim::Level { resource, bounds: bounds? })
    }

    fn longest_wait(&mut self, entry: &Entry) -> Option<Claim> {
        let bounds = self.nanos(&entry.value, "a wait");
        let (who, resource) = Part::whole(&entry.key).split();
        let process = self.one_process(who)?;
        let resource = match resource {
            Some(part) => Some(self.one_resource(part, "resource")?.0),
            None => None,
        };
        Some(Claim::LongestWait { process, resource, bounds: bounds? })
    }

    /// One claim, or, if every item is a list itself, several.
    fn never_together(&mut self, entry: &Entry, expected: &mut Expected) {
        let Kind::Seq(nodes) = &entry.value.kind else {
            if entry.value.kind != Kind::Bad {
                let span = self.key_span(&entry.key);
                let message = format!("`never_together` takes a list, found {}", entry.value.described());
                self.reports.error_with_hint(span, message, "as in `[loader.running, trainer.running]`");
            }
            return;
        };
        let is_list = |node: &Node| matches!(node.kind, Kind::Seq(_));
        let several = !nodes.is_empty() && nodes.iter().all(is_list);
        let claims = if several { nodes.as_slice() } else { std::slice::from_ref(&entry.value) };
        for claim in claims {
            let Kind::Seq(nodes) = &claim.kind else { continue };
            let stretches: Vec<_> = nodes.iter().map(|node| self.stretch(node)).collect();
            let span = self.reports.span_of(claim);
            let Some(stretches) = stretches.into_iter().collect::<Option<Vec<Stretch>>>() else { continue };
            if stretches.iter().map(|stretch| u64::from(stretch.who.count)).sum::<u64>() < 2
                && self.as_written
            {
                let hint = "name a second one, or a process with several instances";
                self.reports.error_with_hint(span, "it takes two to be never together", hint);
            } else {
                expected.add(Claim::NeverTogether(stretches), claim.site.line);
            }
        }
    }

    fn stretch(&mut self, node: &Node) -> Option<Stretch> {
        if let Kind::Text(text) = &node.kind {
            return self.activity(Part::of(text, node.site));
        }
        let owner = self.reports.span_of(node);
        let fields = fields::read(&mut self.reports, node, &STRETCH, owner)?;
        let who = fields.get("process").and_then(|node| {
            let text = self.plain_text(node, "`process`")?;
            self.some_processes(Part::of(text, node.site))
        });
        let what = match (fields.get("holds"), fields.get("from"), fields.get("to")) {
            (Some(node), None, None) => self.held(node),
            (None, Some(from), Some(to)) => self.between(from, to),
            _ => {
                let hint = "write `holds` alone, or `from` and `to`";
                self.reports.error_with_hint(owner, "this does not say what the process is in", hint);
                None
            }
        };
        Some(Stretch { who: who?, what: what? })
    }

    fn held(&mut self, node: &Node) -> Option<StatePredicate> {
        let text = self.plain_text(node, "`holds`")?;
        let part = Part::of(text, node.site);
        let (mutex, known) = self.one_resource(part, "mutex")?;
        if !known.kind.is_some_and(ResourceKind::is_owned) {
            let kind = known.kind.map_or("", ResourceKind::name);
            let message = format!("{} is a {kind}, not a mutex", quoted(part.text));
            self.reports.error_with_hint(part.span(self), message, "nobody owns it; use two marks");
            return None;
        }
        Some(StatePredicate::Holding(mutex))
    }

    fn between(&mut self, from: &Node, to: &Node) -> Option<StatePredicate> {
        let mut mark = |node: &Node, what: &str| {
            let text = self.plain_text(node, what)?;
            self.mark(Part::of(text, node.site))
        };
        let (first, last) = (mark(from, "`from`"), mark(to, "`to`"));
        let (first, last) = (first?, last?);
        if first == last {
            let span = self.reports.span_of(to);
            self.reports.error(span, "a stretch ends with another mark than it begins with");
            return None;
        }
        Some(StatePredicate::Between { from: first, to: last })
    }

    fn memory(&mut self, entry: &Entry) -> Option<Claim> {
        let part = Part::whole(&entry.key);
        let (memory, known) = self.one_resource(part, "memory")?;
        if !known.kind.is_some_and(ResourceKind::has_slots) {
            let kind = known.kind?;
            let message = format!("{} is a {}, not a memory", quoted(part.text), kind.name());
            let hint = kind
                .level()
                .map(|_| format!("how much there is of it is asked in `levels: {{{}: …}}`", part.text));
            let span = part.span(self);
            self.reports.report(span, message, hint);
            return None;
        }
        let values = self.values(entry, known.ty, "the content of the memory")?;
        Some(Claim::Memory { memory, values })
    }

    /// A list of values of one type.
    pub(super) fn values(&mut self, entry: &Entry, ty: Option<Type>, what: &str) -> Option<Vec<Value>> {
        let Kind::Seq(nodes) = &entry.value.kind else {
            if entry.value.kind != Kind::Bad {
                let span = self.key_span(&entry.key);
                let name = &entry.key.name;
                let message = format!("{} takes a list, found {}", quoted(name), entry.value.described());
                let hint = format!("write `{name}: [{}]`", misfits::written(&entry.value));
                self.reports.error_with_hint(span, message, hint);
            }
            return None;
        };
        let values: Vec<_> =
            nodes.iter().map(|node| self.known_value(node, ty, &format!("one of {what}"))).collect();
        values.into_iter().collect()
    }

    /// A value over parameters. All of them are known when a file is loaded, so
    /// what has no value has been reported.
    pub(super) fn known_value(&mut self, node: &Node, ty: Option<Type>, what: &str) -> Option<Value> {
        self.value(node, Scope::all_params(), ty, what)?.known
    }

    /// Bounds of a time.
    fn nanos(&mut self, node: &Node, what: &str) -> Option<Bounds> {
        self.bounds(node, &DURATION_BOUNDS, &|check, node| check.duration(node, Scope::all_params(), what))
    }

    /// Bounds of a number.
    fn whole_bounds(&mut self, node: &Node, what: &str) -> Option<Bounds> {
        self.bounds(node, &WHOLE_BOUNDS, &|check, node| check.whole(node, Scope::all_params(), what, 0))
    }

    /// One number, or `at_least` and `at_most`.
    fn bounds(
        &mut self,
        node: &Node,
        form: &'static Form,
        number: &dyn Fn(&mut Self, &Node) -> Option<Typed>,
    ) -> Option<Bounds> {
        if self.mistakes_bounds(node) {
            return None;
        }
        let known = |check: &mut Self, node: &Node| u64::try_from(number(check, node)?.known_int()?).ok();
        if !matches!(node.kind, Kind::Map(_)) {
            return known(self, node).map(Bounds::exactly);
        }
        let owner = self.reports.span_of(node);
        let fields = fields::read(&mut self.reports, node, form, owner)?;
        let (least, most) = (fields.get("at_least"), fields.get("at_most"));
        let at_least = least.map(|node| known(self, node));
        let at_most = most.map(|node| known(self, node));
        if at_least.is_none() && at_most.is_none() {
            self.bare_bounds(fields, owner);
            return None;
        }
        let bounds =
            Bounds { at_least: at_least.unwrap_or(Some(0))?, at_most: at_most.unwrap_or(Some(u64::MAX))? };
        if bounds.at_least > bounds.at_most && self.as_written {
            self.reports.error(owner, "nothing is within these bounds: `at_least` is above `at_most`");
            return None;
        }
        Some(bounds)
    }

    /// Reports bounds that are no map: `1s..2s`, or `< 2s`.
    pub(super) fn mistakes_bounds(&mut self, node: &Node) -> bool {
        let Some(meant) = misfits::bounds(node) else { return false };
        let span = self.reports.span_of(node);
        let message = format!("bounds are a map, found {}", node.described());
        self.reports.error_with_hint(span, message, format!("write `{meant}`"));
        true
    }

    /// Bounds without any; an unknown key has been reported already.
    fn bare_bounds(&mut self, fields: Fields<'_>, owner: Span) {
        if fields.is_empty() {
            self.reports.error(owner, "bounds need `at_least`, `at_most` or both");
        }
    }

    /// A process and a resource of this kind, from which it takes values.
    pub(super) fn met(
        &mut self,
        part: Part<'_>,
        kind: ResourceKind,
    ) -> Option<(ProcessId, ResourceId, ResourceEntry)> {
        let (who, resource) = part.split();
        let Some(resource) = resource else {
            let message = format!("{} names no {}", quoted(part.text), kind.name());
            let hint = format!("write `process.{}`", kind.name());
            self.reports.error_with_hint(part.span(self), message, hint);
            return None;
        };
        let process = self.one_process(who);
        let (id, known) = self.one_resource(resource, kind.name())?;
        if known.kind != Some(kind) {
            let found = known.kind.map_or("", ResourceKind::name);
            let message = format!("{} is a {found}, not a {}", quoted(resource.text), kind.name());
            self.reports.error(resource.span(self), message);
            return None;
        }
        Some((process?, id, known))
    }

    /// A stretch that is one word: `trainer.running`.
    fn activity(&mut self, part: Part<'_>) -> Option<Stretch> {
        let (who, what) = part.split();
        let who = self.some_processes(who);
        let being = match what.map(|what| what.text) {
            Some("running") => StatePredicate::Running,
            Some("ready") => StatePredicate::Ready,
            Some("delayed") => StatePredicate::Delayed,
            Some("blocked") => StatePredicate::Blocked,
            Some(_) => {
                let message = format!("{} is nothing that a process is in", quoted(part.text));
                let hint = "write `process.running`, `.ready`, `.delayed` or `.blocked`, or `{process: …, holds: …}`, \
                            or `{process: …, from: …, to: …}`";
                self.reports.error_with_hint(part.span(self), message, hint);
                return None;
            }
            None => {
                let name = part.text;
                let message = format!("what {} is in is missing", quoted(name));
                let hint = format!(
                    "write `{name}.running`, or `.ready`, `.delayed` or `.blocked`; of a section `{{process: {name}, holds: m}}` with its mutex, \
                     or `{{process: {name}, from: a, to: b}}` with two marks"
                );
                // Of a process that there is not, that is enough.
                if who.is_some() {
                    self.reports.error_with_hint(part.span(self), message, hint);
                }
                return None;
            }
        };
        Some(Stretch { who: who?, what: being })
    }

    /// What happens to one process, once.
    pub(super) fn label(&mut self, part: Part<'_>) -> Option<Label> {
        let (who, what) = part.split();
        let Some(what) = what else {
            let message = format!("{} does not say what happens", quoted(part.text));
            let hint = "write `process.mark`, `process.mark[3]`, `process.started` or `process.finished`";
            self.reports.error_with_hint(part.span(self), message, hint);
            return None;
        };
        let happening = match what.text {
            "started" => Milestone::Started,
            "finished" => Milestone::Finished,
            _ => {
                let (instances, mark, nth) = self.marks_of(part)?;
                let process = self.only_one(instances, part.span(self), part.text)?;
                return Some(Label { process, what: Milestone::Mark { mark, nth: nth.unwrap_or(1) } });
            }
        };
        Some(Label { process: self.one_process(who)?, what: happening })
    }

    /// The process, if it is one only.
    fn only_one(&mut self, who: Instances, span: Span, text: &str) -> Option<ProcessId> {
        if who.count == 1 {
            return Some(who.first);
        }
        if !self.as_written {
            self.absent += 1;
            return None;
        }
        let message = format!("{} is about several instances; say which", quoted(text));
        self.reports.error_with_hint(span, message, "write `\"name[2].mark\"`");
        None
    }
}
