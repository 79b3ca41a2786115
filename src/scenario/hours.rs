//! Permits and cores by timetable, and breakdowns of what serves.
//!
//! Decides what both are made of: processes of their own for which a run does not wait. At a
//! time of the timetable one gives permits, or takes them before all who wait, so that whoever
//! has one finishes first, unless those who have some lose them; it gives cores, or takes them at
//! once. In a breakdown one takes a permit likewise, or works on the processor before all
//! others, and gives it back when the repair is over.

use super::context::Check;
use super::fields::{self, Fields};
use super::model::{
    AfterInterrupt, Amount, Discipline, Expr, ExprKind, ProcessDef, ResourceDef, ResourceRef, Step, StepKind,
};
use super::names::Table;
use super::node::{Entry, Kind, Node};
use super::scope::Scope;
use super::steps::body::Body;
use super::steps::interrupt::after_interrupt;
use super::tables::{AMOUNT, Field, Form, Shape, optional, required};
use super::typed::Typed;
use crate::arithmetic::BinaryOp;
use crate::ids::{ResourceDefId, Site};
use crate::trace::{ResourceKind, breakdown_name, hour_name, timetable_name};
use crate::value::{Type, Value};

/// A number of permits or cores, or how many from when on.
pub(super) const BY_HOURS: Shape = Shape::Either(&[Shape::Whole, Shape::Map(&Shape::Whole)]);

/// The key for breakdowns.
pub(super) const BREAKDOWN: Field =
    optional("breakdown", Shape::Form(&BREAKDOWN_FORM), "When it breaks down, and how long a repair takes.")
        .foreign(&["failure", "failures", "breakdowns", "mtbf", "outage"]);

const FINISH: &str = "finish";
const WAYS: [&str; 4] =
    [FINISH, AfterInterrupt::Resume.name(), AfterInterrupt::Restart.name(), AfterInterrupt::Leave.name()];

/// The key for what becomes of those who have permits.
pub(super) const HOLDERS: Field = optional(
    "holders",
    Shape::Word(&WAYS),
    "What becomes of who has a permit by a `with` that a timetable or a breakdown takes: they `finish` first (the default), or lose it and later `resume`, `restart` or `leave`.",
)
.foreign(&["on_shift_end", "on_breakdown", "in_progress"]);

/// `breakdown` of a resource.
static BREAKDOWN_FORM: Form = Form {
    name: "breakdown",
    doc: "When a permit or a core fails, and for how long.",
    fields: &[
        required("every", AMOUNT, "The time from the start, or from the end of a repair, to the next.")
            .foreign(&["mtbf", "mttf", "interval", "after"]),
        required("repair", AMOUNT, "How long a repair takes.").foreign(&["mttr", "for", "duration", "time"]),
    ],
};

/// What pictures and reports call what a breakdown does while something is repaired.
const REPAIR: &str = "repair";

/// The priority of whoever goes before all others.
const FIRST: i64 = -128;

/// A time of a timetable: when, and how many permits or cores there are from then on.
struct Hour<'n> {
    at: Typed,
    number: Typed,
    entry: &'n Entry,
}

impl Check<'_> {
    /// The number of permits with which a timetable begins.
    pub(super) fn opening<'n>(&mut self, node: &'n Node) -> Option<&'n Node> {
        let Kind::Map(entries) = &node.kind else { return Some(node) };
        let first = entries.first().filter(|first| first.key.name.trim() == "0s");
        // One that is no text was reported.
        if first.is_none() && !(entries.is_empty() && self.reports.count() > 0) {
            let span = self.reports.span_of(node);
            let hint = "write how many there are from when on, as in `{0s: 3, 4h: 1}`";
            self.reports.error_with_hint(span, "a timetable begins at `0s`", hint);
        }
        first.map(|first| &first.value)
    }

    /// The greatest number of cores of a timetable: a processor has so many, of which some
    /// are taken from the start.
    pub(super) fn most_cores(&mut self, node: &Node) -> Option<Typed> {
        self.opening(node)?;
        let Kind::Map(entries) = &node.kind else { return None };
        let numbers = entries.iter().map(|entry| self.cores(&entry.value));
        let numbers: Vec<Typed> = numbers.collect::<Option<_>>()?;
        numbers.into_iter().reduce(|one, other| match (one.known_int(), other.known_int()) {
            (Some(first), Some(then)) => {
                if then > first {
                    other
                } else {
                    one
                }
            }
            _ => Typed { expr: binary(BinaryOp::MaxInt, Type::Int, &one.expr, &other.expr), known: None },
        })
    }

    fn cores(&mut self, node: &Node) -> Option<Typed> {
        self.whole(node, Scope::all_params(), "`cores`", 0)
    }

    /// The processes, with those behind them that open, close and break resources.
    pub(super) fn with_hours(
        &mut self,
        mut processes: Vec<ProcessDef>,
        resources: &[ResourceDef],
        scenario: Fields<'_>,
    ) -> Vec<ProcessDef> {
        let Some(Kind::Map(entries)) = scenario.get("resources").map(|node| &node.kind) else {
            return processes;
        };
        for (def, number) in resources.iter().zip(0..) {
            let own = entries.iter().find(|entry| entry.key.name == def.name);
            let Some(Kind::Map(keys)) = own.map(|entry| &entry.value.kind) else { continue };
            for entry in keys {
                let on = (ResourceDefId(number), def);
                match (entry.key.name.as_str(), &entry.value.kind) {
                    ("permits", Kind::Map(hours)) => processes.extend(self.changes(on, hours)),
                    ("cores", Kind::Map(hours)) if def.spec.processor.is_some() => {
                        processes.extend(self.changes_of_cores(on, hours));
                    }
                    ("breakdown", _) => processes.extend(self.breakdown(on, entry)),
                    _ => {}
                }
            }
        }
        processes
    }

    /// The processes that change how many permits there are.
    fn changes(&mut self, on: (ResourceDefId, &ResourceDef), entries: &[Entry]) -> Vec<ProcessDef> {
        let hours: Vec<Hour<'_>> = entries.iter().filter_map(|entry| self.hour(entry)).collect();
        self.ascend(&hours);
        let preempts = self.takes_permits(on.0);
        let change = |pair: &[Hour<'_>]| {
            let [before, hour] = pair else { return None };
            let site = hour.entry.key.site;
            let resource = of(on, site);
            let given = |permits| StepKind::Release { resource: resource.clone(), permits };
            let taken = |permits| StepKind::Seize { resource: resource.clone(), permits, preempts };
            let step = change(&before.number.expr, &hour.number.expr, given, taken, site);
            Some(at_hour(on.1, hour, step))
        };
        hours.windows(2).filter_map(change).collect()
    }

    /// The process that changes how many cores there are, one time after the other.
    fn changes_of_cores(
        &mut self,
        on: (ResourceDefId, &ResourceDef),
        entries: &[Entry],
    ) -> Option<ProcessDef> {
        let hours: Vec<Hour<'_>> = entries.iter().filter_map(|entry| self.hour(entry)).collect();
        self.ascend(&hours);
        let mut before = (on.1.spec.number.as_ref()?, None);
        let mut body = Vec::new();
        for hour in &hours {
            let site = hour.entry.key.site;
            let cores = |number, taken| StepKind::Cores { processor: of(on, site), number, taken };
            let (from, since) = std::mem::replace(&mut before, (&hour.number.expr, Some(&hour.at.expr)));
            if let Some(since) = since {
                let wait = binary(BinaryOp::SubInt, Type::Duration, &hour.at.expr, since);
                body.push(Step { kind: StepKind::Delay(Amount::Expr(wait)), site });
            }
            let [given, taken] = [false, true].map(|taken| move |number| cores(number, taken));
            body.push(change(from, &hour.number.expr, given, taken, site));
        }
        let priority = Some(Typed::constant(Value::Int(FIRST), on.1.site).expr);
        let name = timetable_name(&on.1.name);
        Some(ProcessDef { priority, ..hidden(name, on.1, body, entries.first()?.key.site) })
    }

    /// Reports times that do not ascend.
    fn ascend(&mut self, hours: &[Hour<'_>]) {
        for pair in hours.windows(2) {
            let [before, hour] = pair else { continue };
            if let (Some(Value::Duration(first)), Some(Value::Duration(then))) =
                (before.at.known, hour.at.known)
                && first >= then
            {
                let span = self.key_span(&hour.entry.key);
                self.reports.error(span, "the times of a timetable ascend");
            }
        }
    }

    /// What becomes of whoever has a permit of a semaphore that is taken, and where that is said.
    pub(super) fn holders(&mut self, fields: Fields<'_>) -> Option<(AfterInterrupt, Site)> {
        let entry = fields.entry(HOLDERS.key)?;
        let word = self.word(&entry.value, "what becomes of them", &WAYS)?;
        (word != FINISH).then(|| (after_interrupt(word), entry.key.site))
    }

    /// Whether permits are taken from whoever has them.
    fn takes_permits(&self, semaphore: ResourceDefId) -> bool {
        self.resources.at(semaphore.index()).holders.is_some()
    }

    fn hour<'n>(&mut self, entry: &'n Entry) -> Option<Hour<'n>> {
        let node = Node { site: entry.key.site, kind: Kind::Text(entry.key.name.clone()) };
        let scope = Scope::all_params();
        let at = self.duration(&node, scope, "a time of a timetable");
        let number = self.whole(&entry.value, scope, "a number of a timetable", 0);
        Some(Hour { at: at?, number: number?, entry })
    }

    /// The process that breaks a permit or a core, again and again.
    fn breakdown(&mut self, on: (ResourceDefId, &ResourceDef), entry: &Entry) -> Option<ProcessDef> {
        let (site, owner) = (entry.key.site, self.key_span(&entry.key));
        let fields = fields::read(&mut self.reports, &entry.value, &BREAKDOWN_FORM, owner)?;
        let is_processor = on.1.spec.kind == ResourceKind::Processor;
        if is_processor && on.1.discipline != Discipline::Priority {
            let hint = "write `discipline: priority`, by which a breakdown goes before all work";
            let message = "a core that breaks down is taken from whoever goes after others";
            self.reports.error_with_hint(owner, message, hint);
        }
        let (vars, scope) = (Table::default(), Scope::all_params());
        let mut body = Body::new(self, &vars);
        let every = body.amount(fields.get("every")?, scope, "`every`");
        let repair = body.amount(fields.get("repair")?, scope, "`repair`");
        let (every, repair, resource) = (StepKind::Delay(every?), repair?, of(on, site));
        let one = || Typed::constant(Value::Int(1), site).expr;
        let round = match is_processor {
            true => vec![every, StepKind::Work { amount: repair, on: Some(resource), deadline: None }],
            false => vec![
                every,
                StepKind::Seize {
                    resource: resource.clone(),
                    permits: one(),
                    preempts: self.takes_permits(on.0),
                },
                StepKind::Delay(repair),
                StepKind::Release { resource, permits: one() },
            ],
        };
        // The repair stands at its own place, where pictures find what to call it.
        let place = fields.get("repair")?.site;
        self.labels.insert(place, REPAIR.to_owned());
        let is_repair = |place: usize| if is_processor { place == 1 } else { place == 2 };
        let step = |(number, kind): (usize, StepKind)| Step {
            kind,
            site: if is_repair(number) { place } else { site },
        };
        let body = round.into_iter().enumerate().map(step).collect();
        let condition = Typed::constant(Value::Bool(true), site).expr;
        let again = vec![Step { kind: StepKind::While { condition, body }, site }];
        let priority = Some(Typed::constant(Value::Int(FIRST), site).expr);
        let name = breakdown_name(&on.1.name);
        Some(ProcessDef { priority, ..hidden(name, on.1, again, site) })
    }
}

/// The process that makes a change of a timetable.
fn at_hour(of: &ResourceDef, hour: &Hour<'_>, step: Step) -> ProcessDef {
    let name = hour_name(&of.name, &hour.entry.key.name);
    let start = Some(Amount::Expr(hour.at.expr.clone()));
    ProcessDef { start, ..hidden(name, of, vec![step], hour.entry.key.site) }
}

/// The step by which there are `to` of what there were `from`.
fn change(
    from: &Expr,
    to: &Expr,
    given: impl FnOnce(Expr) -> StepKind,
    taken: impl FnOnce(Expr) -> StepKind,
    site: Site,
) -> Step {
    let difference = |more: &Expr, less: &Expr| binary(BinaryOp::SubInt, Type::Int, more, less);
    let step = |kind| vec![Step { kind, site }];
    let kind = StepKind::If {
        condition: binary(BinaryOp::LessInt, Type::Bool, from, to),
        then: step(given(difference(to, from))),
        otherwise: step(taken(difference(from, to))),
    };
    Step { kind, site }
}

/// The instance of a resource that goes with one of a process.
fn of((def, resource): (ResourceDefId, &ResourceDef), site: Site) -> ResourceRef {
    let index = Expr { kind: ExprKind::Index, ty: Type::Int, site };
    ResourceRef { def, index: resource.count.as_ref().map(|_| index), site }
}

fn binary(op: BinaryOp, ty: Type, left: &Expr, right: &Expr) -> Expr {
    let kind = ExprKind::Binary(op, Box::new(left.clone()), Box::new(right.clone()));
    Expr { kind, ty, site: left.site }
}

/// A process for each instance of a resource, for which a run does not wait.
fn hidden(name: String, of: &ResourceDef, body: Vec<Step>, site: Site) -> ProcessDef {
    ProcessDef {
        name,
        count: of.count.clone(),
        start: None,
        manual: false,
        daemon: Some(Typed::constant(Value::Bool(true), site).expr),
        arrives: false,
        priority: None,
        vars: Vec::new(),
        body,
        site,
    }
}
