//! `until`, `acquire_all` and `select`: waits for what can come of several resources.
//!
//! Decides by what a process may choose, and what a wait is called in reports. All three
//! are one step of the model: branches of which the first that can be is gone.

use super::body::{Body, Main, Reader, StepForm, Use};
use super::permits::{ACQUIRE_STEP, PERMITS};
use super::within::{ELSE, SERVED, WITHIN};
use crate::ids::{ResourceDefId, Site};
use crate::scenario::context::{Check, Watch};
use crate::scenario::fields;
use crate::scenario::model::{
    Amount, Branch, Discipline, Expr, ExprKind, ResourceDef, ResourceSpec, Step, StepKind,
};
use crate::scenario::node::{Entry, Kind, Node};
use crate::scenario::rwlocks::{READ, WRITE};
use crate::scenario::scope::Scope;
use crate::scenario::source::Span;
use crate::scenario::tables::{AMOUNT, Form, Shape, optional, required};
use crate::trace::ResourceKind;
use crate::value::Type;

pub(in crate::scenario) static ACQUIRE_ALL: Use =
    Use { with_more: super::permits::ACQUIRE.with_more, ..Use::new("acquire_all", true) };

/// The most characters of what a wait is called.
const LONGEST_NAME: usize = 60;

/// `until`, with a condition.
pub(super) static UNTIL_STEP: StepForm = StepForm {
    form: Form {
        name: "until",
        doc: "Wait until a condition over levels, slots and processes holds.",
        fields: &[
            required(
                "until",
                Shape::Condition,
                "The condition, looked at whenever something that it asks changes.",
            ),
            WITHIN,
            ELSE,
            SERVED,
        ],
    },
    foreign: &[(
        &["wait_until", "await_condition", "when"],
        "write `until: condition`, as in `until: level(b) > 3`",
    )],
    read: Reader::One(|body, main| body.until(main)),
};

/// `acquire_all`: as `acquire`, but all at once.
pub(super) static ACQUIRE_ALL_STEP: StepForm = StepForm {
    form: Form {
        name: "acquire_all",
        doc: "Take permits and mutexes all at once, or wait for all and hold none.",
        fields: &[
            required("acquire_all", PERMITS, "From where, or `{name: permits}`."),
            WITHIN,
            ELSE,
            SERVED,
        ],
    },
    foreign: &[(
        &["lock_all", "acquire_many", "scoped_lock", "all_of"],
        "write `acquire_all: [a, b]`, or `acquire_all: {a: 2, b: 1}`",
    )],
    read: Reader::One(|body, main| body.acquire_all(main)),
};

/// `select`: a list of waits with steps.
pub(super) static SELECT_STEP: StepForm = StepForm {
    form: Form {
        name: "select",
        doc: "Wait for several things, and do the steps of the first that can be.",
        fields: &[
            required("select", Shape::List(&Shape::Form(&BRANCH)), "The waits, each with its steps."),
            optional(
                "discipline",
                Shape::Word(&ORDERS),
                "Which is done of several that can be; default first.",
            ),
        ],
    },
    foreign: &[(
        &["alt", "choose", "any_of", "first_of", "wait_any", "poll"],
        "write `select:` with a list of waits, each with steps below `do`",
    )],
    read: Reader::One(|body, main| body.select(main)),
};

/// A wait among others.
static BRANCH: Form = Form {
    name: "branch",
    doc: "One wait, and what is done if it is the first that can be.",
    fields: &[
        optional("get", super::items::GET_STEP.form.fields[0].shape, "Out of which buffer."),
        optional("put", super::items::PUT_STEP.form.fields[0].shape, "Into which buffer."),
        optional("acquire", ACQUIRE_STEP.form.fields[0].shape, "From where, all at once."),
        optional("acquire_all", PERMITS, "From where, all at once."),
        optional("until", Shape::Condition, "A condition over levels, slots and processes."),
        optional("wait", Shape::Reference, "Until a flag is up, or a latch at 0."),
        optional(AFTER, AMOUNT, "How long at most it is waited for the others; `0s` does not wait.")
            .foreign(&["timeout", "within", "default", "otherwise"]),
        optional("do", Shape::Steps, "What is done then.").foreign(&["then", "steps", "body"]),
        optional(
            ELSE.key,
            Shape::Steps,
            "Of a `get`: what is done if its buffer is closed and has too few items.",
        ),
    ],
};

/// Which wait is over of several that could be.
const ORDERS: [&str; 2] = ["first", ANY];
const ANY: &str = "any";

/// The most waits of which any is over: each has a bit.
const MOST_OF_ANY: usize = 60;

/// The wait for nothing but time.
const AFTER: &str = "after";

/// What stands in a list of waits.
enum Entered {
    /// One, and for a get what is done if nothing comes any more.
    Branch(Branch, Option<Branch>),
    After(Amount, Vec<Step>),
}

impl Body<'_, '_> {
    fn until(&mut self, main: Main<'_>) -> Option<StepKind> {
        let node = &main.key.value;
        let scope = Scope { awaited: true, ..self.scope() };
        let condition = self.check.value(node, scope, Some(Type::Bool), "`until`")?.expr;
        let span = self.check.reports.span_of(node);
        if asks(&condition, &|kind| matches!(kind, ExprKind::Now)) {
            let hint = "a wait ends when somebody changes something: leave the clock out, and write `within: 5s` beside `until`, \
                        a `delay` before or behind it, or a process that does `delay` and then signals a flag that is asked here";
            self.check.reports.error_with_hint(span, "no change ends a wait for the clock", hint);
            return None;
        }
        let is_shared =
            |kind: &ExprKind| matches!(kind, ExprKind::Level(_) | ExprKind::Slot(..) | ExprKind::Stage(_));
        if !asks(&condition, &is_shared) {
            let message = "nothing that others change is asked here, so nobody ends this wait";
            let hint = "ask for a level, a slot or a process, as in `until: level(b) > 3`; write `if` for what only this process changes";
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        }
        let name = written(node);
        let waits = vec![Step { kind: StepKind::Until(condition), site: main.site() }];
        Some(self.watch(vec![Branch { waits, body: Vec::new() }], name, main.site()))
    }

    fn acquire_all(&mut self, main: Main<'_>) -> Option<StepKind> {
        let mut waits = Vec::new();
        self.permits(main, &ACQUIRE_ALL, &mut waits);
        if waits.is_empty() {
            return None;
        }
        let name = format!("all of {}", written(&main.key.value));
        Some(self.watch(vec![Branch { waits, body: Vec::new() }], name, main.site()))
    }

    fn select(&mut self, main: Main<'_>) -> Option<StepKind> {
        let owner = self.owner(main.key);
        let Kind::Seq(nodes) = &main.key.value.kind else {
            let message = format!("`select` takes a list of waits, found {}", main.key.value.described());
            let hint = "write each wait after a `-`, with its steps below `do`";
            self.check.reports.error_with_hint(owner, message, hint);
            return None;
        };
        let (mut branches, mut names, mut after) = (Vec::new(), Vec::new(), None);
        for node in nodes {
            match self.entered(node, owner)? {
                (Entered::Branch(branch, ended), name) => {
                    branches.push(branch);
                    branches.extend(ended);
                    names.push(name);
                }
                (Entered::After(limit, steps), _) if after.is_none() => after = Some((limit, steps)),
                (Entered::After(..), _) => {
                    let span = self.check.reports.span_of(node);
                    let hint = "keep the one that is over first";
                    self.check.reports.error_with_hint(span, "a second `after` in one `select`", hint);
                    return None;
                }
            }
        }
        if branches.is_empty() {
            let hint =
                "write `get`, `put`, `acquire`, `acquire_all` or `until`; for time alone write `delay`";
            self.check.reports.error_with_hint(owner, "`select` has nothing to wait for", hint);
            return None;
        }
        let any = match main.fields.get("discipline") {
            None => false,
            Some(node) => self.check.word(node, "how `select` chooses", &ORDERS)? == ANY,
        };
        if any && branches.len() > MOST_OF_ANY {
            let hint = "leave `discipline` out, or choose among fewer";
            let message = format!("a `select` chooses any of at most {MOST_OF_ANY} waits");
            self.check.reports.error_with_hint(owner, message, hint);
            return None;
        }
        let watch = self.watch_called(names.join(" or "), main.site(), None);
        let kind = StepKind::Select { branches, any, watch };
        let Some((limit, steps)) = after else { return Some(kind) };
        let waits = vec![Step { kind, site: main.site() }];
        Some(StepKind::Within { limit: Some(limit), waits, otherwise: Some(steps) })
    }

    /// A wait in a list of waits, and what it is called.
    fn entered(&mut self, node: &Node, owner: Span) -> Option<(Entered, String)> {
        let entries = fields::entries(&mut self.check.reports, node, BRANCH.name, owner)?;
        let is_body = |entry: &&Entry| entry.key.name == "do" || entry.key.name == ELSE.key;
        let (steps, rest): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(is_body);
        let named = |key: &str| steps.iter().copied().find(|entry| entry.key.name == key);
        let [wait] = rest.as_slice() else {
            if self.stands_elsewhere(&rest) {
                return None;
            }
            let span = self.check.reports.span_of(node);
            let message = "a branch of `select` has one wait, and its steps below `do`";
            let hint = "write it as `- {get: b, do: […]}`";
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        };
        if let Some(otherwise) = named(ELSE.key).filter(|_| wait.key.name != "get") {
            let span = self.check.key_span(&otherwise.key);
            let message = "`else` in a `select` is for a `get` whose buffer is closed";
            let hint = "write `- after: 5s` in the list, with its steps below `do`, for when nothing comes";
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        }
        if wait.key.name == AFTER {
            let limit = self.lasting(&wait.value, "`after`");
            let steps = self.body_of(named("do"));
            return Some((Entered::After(limit?, steps), String::new()));
        }
        let waits = self.waits(wait, owner);
        let body = self.body_of(named("do"));
        let otherwise = named(ELSE.key).map(|entry| self.steps(entry));
        let waits = waits?;
        let ended = otherwise
            .zip(closed(&waits, wait.key.site))
            .map(|(body, wait)| Branch { waits: vec![wait], body });
        let name = format!("{} {}", wait.key.name, written(&wait.value));
        Some((Entered::Branch(Branch { waits, body }, ended), name))
    }

    /// Reports a key beside the wait of a branch that stands beside `select`, or nowhere.
    fn stands_elsewhere(&mut self, rest: &[&Entry]) -> bool {
        let is_wait = |entry: &&&Entry| BRANCH.fields.iter().any(|field| field.key == entry.key.name);
        let Some(other) = rest.iter().find(|entry| !is_wait(entry)) else { return false };
        let name = other.key.name.as_str();
        let (message, hint) = match SELECT_STEP.form.fields.iter().any(|field| field.key == name) {
            true => (
                format!("`{name}` is of the whole `select`, and not of one of its branches"),
                format!("write it beside `select`, as in `- {{select: […], {name}: any}}`"),
            ),
            false if BRANCH.meant(name) == Some(AFTER) => (
                format!("'{name}' beside one wait of a `select` limits none of them"),
                "write `- after: 5s` in the list, with its steps below `do`".to_owned(),
            ),
            false => return false,
        };
        let span = self.check.key_span(&other.key);
        self.check.reports.error_with_hint(span, message, hint);
        true
    }

    fn body_of(&mut self, steps: Option<&Entry>) -> Vec<Step> {
        steps.map(|entry| self.steps(entry)).unwrap_or_default()
    }

    /// What one branch waits for.
    fn waits(&mut self, wait: &Entry, owner: Span) -> Option<Vec<Step>> {
        let span = self.check.key_span(&wait.key);
        if !BRANCH.fields.iter().any(|field| field.key == wait.key.name) {
            let meant =
                BRANCH.meant(&wait.key.name).map_or(String::new(), |key| format!("; did you mean '{key}'?"));
            let message = format!("`{}` is nothing to choose by{meant}", wait.key.name);
            let hint = "a branch waits by `get`, `put`, `acquire`, `acquire_all`, `until`, `wait` or `after`";
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        }
        let (known, reported) = (self.check.watches.len(), self.check.reports.count());
        let alone = Node { site: wait.key.site, kind: Kind::Map(vec![wait.clone()]) };
        let mut found = Vec::new();
        self.step(&alone, owner, &mut found);
        // It is no wait of its own.
        self.check.watches.truncate(known);
        match found.as_mut_slice() {
            [Step { kind: StepKind::Select { branches, .. }, .. }] => {
                Some(branches.drain(..).flat_map(|branch| branch.waits).collect())
            }
            [Step { kind: StepKind::Get { accepts: Some(_), .. }, .. }] => {
                let message = "a branch of `select` does not ask for certain items";
                let hint =
                    "get by `where` in a step of its own, or put such items into a buffer of their own";
                self.check.reports.error_with_hint(span, message, hint);
                None
            }
            [Step { kind: StepKind::Wait { .. }, .. }] => {
                let message = "a choice is among what may be there already, and a notify is not kept";
                let hint = "wait for a flag, which is up until it is reset, or `until` a level is as wanted";
                self.check.reports.error_with_hint(span, message, hint);
                None
            }
            [_] => Some(found),
            // A read-write lock is taken to write with the line of those who are to.
            [Step { kind: StepKind::Acquire { resource, .. }, .. }, _lock]
                if self.check.resources.at(resource.def.index()).kind == Some(ResourceKind::Writers) =>
            {
                Some(found)
            }
            [] => None,
            _ if self.check.reports.count() > reported => None,
            _ => {
                let message =
                    format!("a branch waits for one thing, and this `{}` names several", wait.key.name);
                let hint = "write a branch for each, or `acquire_all` for permits that are taken at once";
                self.check.reports.error_with_hint(span, message, hint);
                None
            }
        }
    }

    /// A step that waits for one of these, which is called `name` together.
    fn watch(&mut self, branches: Vec<Branch>, name: String, site: Site) -> StepKind {
        StepKind::Select { branches, any: false, watch: self.watch_called(name, site, None) }
    }

    /// The number of what is waited for that is called so; with as many instances as
    /// `each_of` has, if it is that one alone.
    pub(super) fn watch_called(&mut self, name: String, site: Site, each_of: Option<ResourceDefId>) -> u32 {
        let name = match name.char_indices().nth(LONGEST_NAME) {
            Some((end, _)) => format!("{}…", &name[..end]),
            None => name,
        };
        let watches = &mut self.check.watches;
        let known = watches.iter().position(|other| other.name == name);
        let watch = known.unwrap_or_else(|| {
            watches.push(Watch { name, site, each_of });
            watches.len() - 1
        });
        watch as u32
    }
}

/// The wait for the end of what a get waits for.
fn closed(waits: &[Step], site: Site) -> Option<Step> {
    let [Step { kind: StepKind::Get { buffer, count, .. }, .. }] = waits else { return None };
    Some(Step { kind: StepKind::Closed { buffer: buffer.clone(), count: count.clone() }, site })
}

/// Whether something in an expression is such.
fn asks(expr: &Expr, is_such: &impl Fn(&ExprKind) -> bool) -> bool {
    let is_inside = match &expr.kind {
        ExprKind::Unary(_, inner) | ExprKind::Element(_, inner) => asks(inner, is_such),
        ExprKind::Binary(_, left, right) | ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            asks(left, is_such) || asks(right, is_such)
        }
        ExprKind::Level(resource) => resource.index.as_ref().is_some_and(|index| asks(index, is_such)),
        ExprKind::Slot(memory, at) => {
            asks(at, is_such) || memory.index.as_ref().is_some_and(|index| asks(index, is_such))
        }
        ExprKind::Stage(process) => process.index.as_ref().is_some_and(|index| asks(index, is_such)),
        _ => false,
    };
    is_inside || is_such(&expr.kind)
}

/// A node in one line, as it might have been written: names and numbers.
fn written(node: &Node) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match &node.kind {
        Kind::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Kind::Int(number) => number.to_string(),
        Kind::Float(number) => number.to_string(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Seq(nodes) => joined(nodes.iter().map(written).collect()),
        Kind::Map(entries) => {
            match entries.iter().find(|entry| matches!(entry.key.name.as_str(), "from" | "to")) {
                Some(buffer) => written(&buffer.value),
                None => joined(entries.iter().map(written_entry).collect()),
            }
        }
        Kind::Null | Kind::Bad => String::new(),
    }
}

/// An entry of a map likewise: a name without its number of permits, and how a lock is taken.
fn written_entry(entry: &Entry) -> String {
    match entry.key.name.as_str() {
        how @ (READ | WRITE) => format!("{how} {}", written(&entry.value)),
        name => name.to_owned(),
    }
}

impl Check<'_> {
    /// The resources with what processes wait for that can come of several of them, behind.
    pub(in crate::scenario) fn with_watches(
        &self,
        mut resources: Vec<ResourceDef>,
    ) -> (Vec<ResourceDef>, Vec<ResourceDefId>) {
        let first = resources.len();
        let watches = self.watches.iter().map(|watch| ResourceDef {
            name: watch.name.clone(),
            count: watch.each_of.and_then(|def| resources[def.index()].count.clone()),
            spec: ResourceSpec::of_kind(ResourceKind::Watch),
            discipline: Discipline::Fifo,
            site: watch.site,
        });
        let watches: Vec<ResourceDef> = watches.collect();
        resources.extend(watches);
        let watches = (first..resources.len()).map(ResourceDefId::from_index).collect();
        (resources, watches)
    }
}
