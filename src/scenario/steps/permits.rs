//! `acquire`, `release` and `with`.
//!
//! Decides how many permits a step means. A step that names several resources
//! becomes several steps, but for `with`.

use super::body::{Body, Main, Reader, StepForm, Use};
use super::interrupt::{LEFT, THEN};
use super::preempt::{ON_PREEMPT, PREEMPT, PRIORITY};
use super::within::{ELSE, SERVED, WITHIN};
use crate::ids::Site;
use crate::scenario::misfits::written;
use crate::scenario::model::{Expr, ResourceRef, Step, StepKind};
use crate::scenario::names::{quoted, split_name};
use crate::scenario::node::{Entry, Kind, Node};
use crate::scenario::scope::Found;
use crate::scenario::tables::{Form, REFERENCES, Shape, optional, required};
use crate::trace::ResourceKind;
use crate::value::Value;

pub(in crate::scenario) static ACQUIRE: Use = Use { with_more: Some(counted), ..Use::new("acquire", true) };
pub(in crate::scenario) static RELEASE: Use = Use { with_more: Some(counted), ..Use::new("release", false) };

/// What a `with` takes, for messages.
pub(in crate::scenario) static WITH: Use = Use { key: "with", like: Some("acquire"), ..ACQUIRE };

fn counted(key: &str, name: &str, number: &str) -> String {
    format!("`{key}: {{{name}: {number}}}` for so many permits")
}

/// Resources, each with a number of permits or without.
pub(super) const PERMITS: Shape = Shape::Either(&[
    Shape::Reference,
    Shape::List(&Shape::Either(&[Shape::Reference, Shape::Form(&LOCK), Shape::Map(&Shape::Whole)])),
    Shape::Form(&LOCK),
    Shape::Map(&Shape::Whole),
]);

/// A read-write lock, and in which way it is taken.
static LOCK: Form = Form {
    name: "lock_form",
    doc: "In which way a read-write lock is taken.",
    fields: &[
        optional("read", REFERENCES, "Under which others may read meanwhile."),
        optional("write", REFERENCES, "Under which nobody else does anything."),
    ],
};

/// What a `with` names.
const LOCKS: Shape = Shape::Either(&[
    Shape::Reference,
    Shape::List(&Shape::Either(&[Shape::Reference, Shape::Form(&LOCK)])),
    Shape::Form(&LOCK),
]);

/// `acquire`: a name, a list of names and maps, or a map from names to numbers.
pub(super) static ACQUIRE_STEP: StepForm = StepForm {
    form: Form {
        name: "acquire",
        doc: "Take permits or mutexes, one after the other.",
        fields: &[
            required("acquire", PERMITS, "From where, or `{name: permits}`."),
            WITHIN,
            ELSE,
            SERVED,
            PRIORITY,
            PREEMPT,
        ],
    },
    foreign: &[
        (
            &[
                "acquire_read",
                "read_lock",
                "lock_read",
                "readLock",
                "lock_shared",
                "acquire_shared",
                "start_read",
            ],
            "write `acquire: {read: l}`, or `with: {read: l}` around the steps below `do`",
        ),
        (
            &["acquire_write", "write_lock", "lock_write", "writeLock", "lock_exclusive", "start_write"],
            "write `acquire: {write: l}`, or `with: {write: l}` around the steps below `do`",
        ),
        (&["lock", "enter", "seize"], "write `acquire: m`, or `with: m` around the steps below `do`"),
        (&["P", "p", "down", "take", "request", "semaphore"], "write `acquire: s`"),
        (
            &["try_acquire", "try_lock", "tryLock", "trylock", "tryAcquire"],
            "write `acquire: s` with `within: 0s` beside it, and what is done instead below `else`",
        ),
    ],
    read: Reader::Several(|body, main, steps| {
        body.permits(main, &ACQUIRE, steps);
        body.request(main, steps);
    }),
};

/// `release`, likewise.
pub(super) static RELEASE_STEP: StepForm = StepForm {
    form: Form {
        name: "release",
        doc: "Give permits or mutexes back, one after the other.",
        fields: &[required("release", PERMITS, "To where, or `{name: permits}`.")],
    },
    foreign: &[
        (
            &["release_read", "read_unlock", "unlock_read", "unlock_shared", "release_shared", "end_read"],
            "write `release: {read: l}`",
        ),
        (
            &["release_write", "write_unlock", "unlock_write", "unlock_exclusive", "end_write"],
            "write `release: {write: l}`",
        ),
        (&["unlock", "leave", "free"], "write `release: m`"),
        (&["V", "v", "up", "give", "post", "vacate"], "write `release: s`"),
    ],
    read: Reader::Several(|body, main, steps| body.permits(main, &RELEASE, steps)),
};

/// `with`: a name, or a list of names, and the steps.
pub(super) static WITH_STEP: StepForm = StepForm {
    form: Form {
        name: "with",
        doc: "Acquire in order, do the steps, release in reverse order.",
        fields: &[
            required(
                "with",
                LOCKS,
                "Which mutexes and semaphores; of a rwlock, `{read: l}` or `{write: l}`.",
            ),
            required("do", Shape::Steps, "What to do while holding them.").foreign(&["steps", "body"]),
            WITHIN,
            ELSE,
            SERVED,
            PRIORITY,
            PREEMPT,
            ON_PREEMPT,
            THEN,
            LEFT,
        ],
    },
    foreign: &[(
        &["critical", "synchronized", "using", "guard"],
        "write `with: m` around the steps below `do`",
    )],
    read: Reader::One(|body, main| Some(body.with(main))),
};

impl Body<'_, '_> {
    /// `acquire` and `release`: a name, a list of names and maps, or a map from
    /// names to numbers of permits.
    pub(super) fn permits(&mut self, main: Main<'_>, usage: &Use, steps: &mut Vec<Step>) {
        let node = &main.key.value;
        match &node.kind {
            Kind::Seq(nodes) if !nodes.is_empty() => {
                for node in nodes {
                    match &node.kind {
                        Kind::Map(entries) => self.numbered_permits(entries, usage, steps),
                        _ => self.one_permit(node, usage, node.site, steps),
                    }
                }
            }
            Kind::Map(entries) if !entries.is_empty() => self.numbered_permits(entries, usage, steps),
            Kind::Seq(_) | Kind::Map(_) => {
                let span = self.check.reports.span_of(node);
                let message = format!("`{}` names no resource", usage.key);
                self.check.reports.error_with_hint(span, message, format!("write `{}: name`", usage.key));
            }
            _ => self.one_permit(node, usage, main.key.key.site, steps),
        }
    }

    fn one_permit(&mut self, node: &Node, usage: &Use, site: Site, steps: &mut Vec<Step>) {
        let found = self.check.reference_node(node, self.scope(), usage);
        if let Some(Found { reference, entry }) = found
            && !self.check.must_say_how(&reference, entry.kind, usage.key)
        {
            let permits = Self::constant(Value::Int(1), reference.site);
            steps.push(permit_step(usage, reference, permits, site));
        }
    }

    /// Reports a map that says what is what, `{name: s, count: 2}` or `{lock: m, timeout: 1s}`, where a
    /// name has a number.
    fn mistakes_names(&mut self, entries: &[Entry], usage: &Use) -> bool {
        const NUMBERS: [&str; 5] = ["count", "permits", "n", "number", "amount"];
        const LIMITS: [&str; 3] = ["timeout", "within", "limit"];
        let [Entry { key, value }, second] = entries else { return false };
        let known = |name: &str| self.check.resources.position(split_name(name)).is_some();
        let Some(name) = value.text().filter(|name| known(name) && !known(&second.key.name)) else {
            return false;
        };
        let (of_second, number) = (second.key.name.as_str(), written(&second.value));
        let hint = match () {
            () if NUMBERS.contains(&of_second) && !known(&key.name) => counted(usage.key, name, &number),
            () if LIMITS.contains(&of_second) && usage.takes => {
                format!("`{}: {name}`, and `within: {number}` beside it", usage.key)
            }
            () => return false,
        };
        let span = self.check.key_span(key);
        let message =
            format!("`{}` takes names with numbers, found the key {}", usage.key, quoted(&key.name));
        self.check.reports.error_with_hint(span, message, format!("write {hint}"));
        true
    }

    fn numbered_permits(&mut self, entries: &[Entry], usage: &Use, steps: &mut Vec<Step>) {
        if self.mistakes_names(entries, usage) {
            return;
        }
        for entry in entries {
            if let Some(mut locked) = self.check.locked(entry, self.scope(), (usage, usage.key)) {
                if !usage.takes {
                    locked.reverse();
                }
                for Found { reference, .. } in locked {
                    let permits = Self::constant(Value::Int(1), reference.site);
                    steps.push(permit_step(usage, reference, permits, entry.key.site));
                }
                continue;
            }
            if self.check.mistakes_lock(entry, usage.key) {
                continue;
            }
            let Entry { key, value } = entry;
            let found = self.check.reference(&key.name, key.site, self.scope(), usage);
            let permits = self.check.whole(value, self.scope(), "a number of permits", 0);
            let (Some(Found { reference, entry }), Some(permits)) = (found, permits) else { continue };
            if self.check.must_say_how(&reference, entry.kind, usage.key) {
                continue;
            }
            if entry.kind.is_some_and(ResourceKind::is_owned) && !permits.is_literal_one() {
                let span = self.check.reports.span_of(value);
                let message = format!("a mutex is taken once; {} has no permits to count", quoted(&key.name));
                let hint = format!("write `{}: {}`, or make it a semaphore", usage.key, key.name);
                self.check.reports.error_with_hint(span, message, hint);
                continue;
            }
            steps.push(permit_step(usage, reference, permits.expr, key.site));
        }
    }

    fn with(&mut self, main: Main<'_>) -> StepKind {
        let held = self.taken(&main.key.value);
        let body = self.nested(main.fields, "do");
        let request = self.permit_request(main, &held).map(Box::new);
        let held = held.into_iter().map(|found| found.reference).collect();
        StepKind::With { held, body, request }
    }

    /// What a `with` takes, in this order: of a read-write lock its parts.
    fn taken(&mut self, node: &Node) -> Vec<Found> {
        let nodes = match &node.kind {
            Kind::Seq(nodes) if nodes.iter().any(|node| matches!(node.kind, Kind::Map(_))) => {
                nodes.as_slice()
            }
            _ => std::slice::from_ref(node),
        };
        let mut held = Vec::new();
        for node in nodes {
            let entries = if let Kind::Map(entries) = &node.kind { entries.as_slice() } else { &[] };
            let locked: Option<Vec<_>> = entries
                .iter()
                .map(|entry| self.check.locked(entry, self.scope(), (&WITH, WITH.key)))
                .collect();
            if let Some(locked) = locked.filter(|locked| !locked.is_empty()) {
                held.extend(locked.into_iter().flatten());
                continue;
            }
            if !entries.is_empty() {
                self.no_map(node, entries);
                continue;
            }
            for found in self.check.references(node, self.scope(), &WITH).into_iter().flatten() {
                if !self.check.must_say_how(&found.reference, found.entry.kind, WITH.key) {
                    held.push(found);
                }
            }
        }
        held
    }
}

impl Body<'_, '_> {
    /// Reports a map below `with` that says not how locks are taken.
    fn no_map(&mut self, node: &Node, entries: &[Entry]) {
        if entries.iter().any(|entry| self.check.mistakes_lock(entry, WITH.key)) {
            return;
        }
        let known =
            entries.iter().find(|entry| self.check.resources.position(split_name(&entry.key.name)).is_some());
        let (message, hint) = match known {
            Some(Entry { key, value }) => {
                let name = &key.name;
                let number =
                    if let Kind::Int(number) = value.kind { number.to_string() } else { "n".to_owned() };
                let hint = format!(
                    "write `acquire: {{{name}: {number}}}` before the steps and `release: {{{name}: {number}}}` behind them"
                );
                ("`with` takes one permit of each name, and no numbers".to_owned(), hint)
            }
            None => {
                let hint = "write `with: m`, `with: [a, b]`, or `with: {read: l}` for a read-write lock";
                (format!("`with` takes names, found {}", node.described()), hint.to_owned())
            }
        };
        let span = self.check.reports.span_of(node);
        self.check.reports.error_with_hint(span, message, hint);
    }
}

fn permit_step(usage: &Use, resource: ResourceRef, permits: Expr, site: Site) -> Step {
    let kind = match usage.takes {
        true => StepKind::Acquire { resource, permits, request: None },
        false => StepKind::Release { resource, permits },
    };
    Step { kind, site }
}
