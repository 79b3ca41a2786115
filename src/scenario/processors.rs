//! What is special to processors: how they serve, and on which one their cores are
//! served themselves.
//!
//! Decides which keys go with which discipline, and that no processor stands on itself.

use super::context::Check;
use super::fields::Fields;
use super::hours::BREAKDOWN;
use super::model::{Discipline, Expr, ProcessorSpec, ResourceDef};
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::scope::{ResourceEntry, Scope};
use super::tables::{Field, Shape, optional};
use crate::ids::ResourceDefId;
use crate::trace::ResourceKind;
use crate::value::{Type, Value};
use std::collections::BTreeMap;

/// By name, the place of a resource.
type Places = BTreeMap<String, usize>;

/// How many processors may stand on each other: the state of a process has so many
/// quanta.
pub const MOST_LEVELS: usize = 4;

/// The disciplines of processors.
const DISCIPLINES: [&str; 5] = [
    Discipline::Fifo.name(),
    Discipline::RoundRobin.name(),
    Discipline::Sharing.name(),
    Discipline::Priority.name(),
    Discipline::Edf.name(),
];

/// The key for it.
pub(super) const DISCIPLINE: Field = optional(
    "discipline",
    Shape::Word(&DISCIPLINES),
    "Which of those that are ready is served; default fifo.",
)
.foreign(&["scheduler", "policy", "scheduling", "algorithm"]);

/// The keys that only processors have.
pub(super) const FIELDS: [Field; 6] = [
    optional("quantum", Shape::Duration, "Of `round_robin`: after how much work others have their turn.")
        .foreign(&["slice", "time_slice", "timeslice", "switch_interval"]),
    optional("switch", Shape::Duration, "What it costs a core to serve another process than before.")
        .foreign(&["context_switch", "overhead", "switch_cost"]),
    optional(
        "speed",
        Shape::List(&Shape::Value),
        "Of `sharing`: how fast 1, 2, 3 … processes are together; default as many as there are cores.",
    )
    .foreign(&["speeds", "speedup"]),
    optional(
        "preempt",
        Shape::Condition,
        "Of `priority` and `edf`: whether who comes takes the core of one that goes after it; default true.",
    )
    .foreign(&["preemptive", "preemption"]),
    optional("on", Shape::Reference, "The processor whose cores its own cores need."),
    BREAKDOWN,
];

impl Check<'_> {
    /// How a processor serves, but for what it stands on.
    pub(super) fn processor(
        &mut self,
        discipline: Discipline,
        known: &mut ResourceEntry,
        fields: Fields<'_>,
    ) -> Option<ProcessorSpec> {
        let before = self.reports.count();
        self.fits_discipline(discipline, known, fields);
        let duration = |check: &mut Self, key: &str| {
            let node = fields.get(key)?;
            Some((check.duration(node, Scope::all_params(), &format!("`{key}`"))?, node))
        };
        let quantum = duration(self, "quantum");
        if let Some((typed, node)) = &quantum
            && typed.known == Some(Value::Duration(0))
        {
            let span = self.reports.span_of(node);
            let hint = "with a quantum of 0 nobody would get anywhere; without one, use `fifo`";
            self.reports.error_with_hint(span, "`quantum` is above 0", hint);
        }
        let switch = duration(self, "switch");
        let speed = fields.get("speed").map(|node| self.speeds(node)).unwrap_or_default();
        let preempts = fields.get("preempt").and_then(|node| self.flag(node, "`preempt`"));
        let never = preempts.as_ref().is_some_and(|typed| typed.known == Some(Value::Bool(false)));
        known.preempts = !never && matches!(discipline, Discipline::Priority | Discipline::Edf);
        (self.reports.count() == before).then(|| ProcessorSpec {
            quantum: quantum.map(|(typed, _)| typed.expr),
            switch: switch.map(|(typed, _)| typed.expr),
            speed,
            preempts: preempts.map(|typed| typed.expr),
            has_hours: known.has_hours,
            on: None,
        })
    }

    fn speeds(&mut self, node: &Node) -> Vec<Expr> {
        let Kind::Seq(nodes) = &node.kind else {
            let span = self.reports.span_of(node);
            let message = format!("`speed` takes a list of numbers, found {}", node.described());
            self.reports.error_with_hint(span, message, "as in `speed: [1, 2, 3, 4, 4.3]`");
            return Vec::new();
        };
        let speed = |node| self.value(node, Scope::all_params(), Some(Type::Float), "a speed");
        nodes.iter().filter_map(speed).map(|typed| typed.expr).collect()
    }

    /// Reports keys that mean nothing with this discipline, and those that are missing.
    fn fits_discipline(&mut self, discipline: Discipline, known: &ResourceEntry, fields: Fields<'_>) {
        use Discipline::{Edf, Priority, RoundRobin, Sharing};
        let only = |check: &mut Self, key: &str, fits: bool, hint: &str| {
            if let Some(entry) = fields.entry(key).filter(|_| !fits) {
                let span = check.key_span(&entry.key);
                let message = format!("`{key}` means nothing with the discipline `{}`", discipline.name());
                check.reports.error_with_hint(span, message, hint);
            }
        };
        only(self, "quantum", discipline == RoundRobin, "write `discipline: round_robin`");
        only(self, "speed", discipline == Sharing, "write `discipline: sharing`");
        if let Some(entry) = fields.entry("speed").filter(|_| known.has_hours) {
            let span = self.key_span(&entry.key);
            let hint = "with a timetable the processes are together as fast as there are cores";
            self.reports.error_with_hint(span, "`speed` goes with one number of `cores`", hint);
        }
        let hint = "who shares a processor is never switched to; leave it out";
        only(self, "switch", discipline != Sharing, hint);
        only(self, "preempt", matches!(discipline, Priority | Edf), "it goes with `priority` and `edf`");
        let hint = "all are served at once, so there are no cores that another processor could serve";
        only(self, "on", discipline != Sharing, hint);
        if discipline == RoundRobin && fields.get("quantum").is_none() {
            let entry = fields.entry("discipline");
            let span = entry.map(|entry| self.reports.span_of(&entry.value));
            let Some(span) = span else { return };
            let hint = "say how long a process keeps its core, as in `quantum: 5ms`";
            self.reports.error_with_hint(span, "`round_robin` needs a `quantum`", hint);
        }
    }

    /// Finds the processors on which others stand, once all are known.
    pub(super) fn outer_processors(&mut self, entries: &[Entry], defs: &mut [ResourceDef]) {
        let named = |entry: &Entry| match &entry.value.kind {
            Kind::Map(fields) => {
                fields.iter().find(|field| field.key.name == "on").map(|on| on.value.clone())
            }
            _ => None,
        };
        // Backwards, since of several with one name the first counts.
        let places: Places =
            defs.iter().enumerate().rev().map(|(place, def)| (def.name.clone(), place)).collect();
        for (name, node) in entries.iter().filter_map(|entry| Some((&entry.key.name, named(entry)?))) {
            let own = places.get(name).filter(|&&place| defs[place].spec.processor.is_some());
            if let Some(&own) = own {
                self.outer_processor(own, &node, defs, &places);
            }
        }
        for def in defs.iter() {
            let mut chain =
                std::iter::successors(Some(def), |def| self.outer(def, defs, &places)).take(MOST_LEVELS);
            if chain.any(|def| def.discipline == Discipline::Edf)
                && let Some(position) = self.resources.position(&def.name)
            {
                self.resources.at_mut(position).by_deadline = true;
            }
        }
    }

    /// The processor that serves the cores of this one.
    fn outer<'d>(
        &self,
        def: &ResourceDef,
        defs: &'d [ResourceDef],
        places: &Places,
    ) -> Option<&'d ResourceDef> {
        let name = self.resources.name(def.spec.processor.as_ref()?.on?.index());
        places.get(name).map(|&place| &defs[place])
    }

    fn outer_processor(&mut self, own: usize, node: &Node, defs: &mut [ResourceDef], places: &Places) {
        let span = self.reports.span_of(node);
        let Kind::Text(outer) = &node.kind else {
            let message = format!("`on` takes the name of a processor, found {}", node.described());
            self.reports.error(span, message);
            return;
        };
        let Some(position) = self.resources.position(outer) else {
            let names = self.resources.names();
            self.reports.unknown(span, format!("unknown processor {}", quoted(outer)), outer, names);
            return;
        };
        let entry = self.resources.at(position);
        entry.used.set(true);
        let (kind, counted) = (entry.kind, entry.counted);
        if kind.is_some_and(|kind| kind != ResourceKind::Processor) {
            let kind = kind.map_or("", ResourceKind::name);
            let message = format!("cores are served by a processor, but {} is a {kind}", quoted(outer));
            self.reports.error(span, message);
            return;
        }
        if counted {
            let message =
                format!("{} has several instances; cores are served by one processor", quoted(outer));
            self.reports.error(span, message);
            return;
        }
        if let Some(spec) = &mut defs[own].spec.processor {
            spec.on = Some(ResourceDefId::from_index(position));
        }
        self.chain(own, span, defs, places);
    }

    /// Reports a processor that stands on itself, on too many others, or that would
    /// take cores back which nobody has.
    fn chain(&mut self, own: usize, span: super::source::Span, defs: &[ResourceDef], places: &Places) {
        let name = &defs[own].name;
        let chain: Vec<&ResourceDef> =
            std::iter::successors(defs.get(own), |def| self.outer(def, defs, places))
                .take(MOST_LEVELS + 1)
                .collect();
        let names = |chain: &[&ResourceDef]| {
            chain.iter().map(|def| quoted(&def.name)).collect::<Vec<_>>().join(" on ")
        };
        if let Some(back) = chain.iter().skip(1).position(|def| def.name == *name) {
            let message = format!("{} stands on itself: {}", quoted(name), names(&chain[..back + 2]));
            self.reports.error_with_hint(span, message, "one of them must be served by nobody else");
        } else if chain.len() > MOST_LEVELS {
            let message = format!("more than {MOST_LEVELS} processors stand on each other");
            self.reports.error(span, message);
        } else if let [first, .., last] = &chain[..]
            && self.resources.find(&first.name).is_some_and(|entry| entry.preempts || entry.has_hours)
            && last.discipline == Discipline::Sharing
        {
            let message = format!("{} cannot take back what {} shares", quoted(name), quoted(&last.name));
            self.reports.error_with_hint(
                span,
                message,
                "write `preempt: false`, or let it have cores of its own",
            );
        }
    }
}
