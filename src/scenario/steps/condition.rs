//! `wait`, at a condition or a barrier, `notify` and `notify_all`.
//!
//! Decides where a process may wait, and which mutex it may give back meanwhile. A
//! step that notifies at several places becomes several steps.

use super::body::{Body, Main, Reader, StepForm, Use};
use super::permits::RELEASE;
use super::within::{ELSE, SERVED, WITHIN};
use crate::ids::Site;
use crate::scenario::fields;
use crate::scenario::model::{ResourceRef, Step, StepKind};
use crate::scenario::node::{Kind, Node};
use crate::scenario::scope::Found;
use crate::scenario::tables::{Form, REFERENCES, Shape, optional, required};
use crate::trace::ResourceKind;

pub(in crate::scenario) static WAIT: Use = Use {
    is_single: true,
    waits_at: Some("a condition, a barrier, a flag or a latch"),
    for_list: Some(
        "a mutex that is given back meanwhile is named beside the condition, `wait: {on: c, mutex: m}`; for several waits write several steps",
    ),
    ..Use::new("wait", true)
};
pub(in crate::scenario) static NOTIFY: Use = Use::new("notify", false);
pub(in crate::scenario) static NOTIFY_ALL: Use = Use::new("notify_all", false);

/// `wait`: the name of a condition, or a map with `on`.
pub(super) static WAIT_STEP: StepForm = StepForm {
    form: Form {
        name: "wait",
        doc: "Wait until a condition is notified, or until all parties of a barrier have come.",
        fields: &[
            required(
                "wait",
                Shape::Either(&[Shape::Reference, Shape::Form(&WAIT_FORM)]),
                "At which condition or barrier.",
            ),
            WITHIN,
            ELSE,
            SERVED,
        ],
    },
    foreign: &[(&["barrier", "arrive"], "write `wait: b`, where `b` is `{kind: barrier, parties: n}`")],
    read: Reader::One(|body, main| body.wait(main)),
};

/// `wait` as a map.
static WAIT_FORM: Form = Form {
    name: "wait_form",
    doc: "Wait, and let others have a mutex meanwhile.",
    fields: &[
        required("on", Shape::Reference, "At which condition.").foreign(&["condition", "for", "at"]),
        optional(
            "mutex",
            Shape::Reference,
            "A mutex of the process: given back, and taken again after the wait.",
        ),
    ],
};

/// `notify`: the name of a condition, or a list of names.
pub(super) static NOTIFY_STEP: StepForm = StepForm {
    form: Form {
        name: "notify",
        doc: "Let one process that waits go on; if none waits, nothing happens.",
        fields: &[required("notify", REFERENCES, "Which conditions.")],
    },
    foreign: &[(
        &["notify_one", "notifyOne", "signal_one", "pulse", "wake"],
        "write `notify: c`, which wakes one",
    )],
    read: Reader::Several(|body, main, steps| body.notify(main, &NOTIFY, steps)),
};

/// `notify_all`, likewise.
pub(super) static NOTIFY_ALL_STEP: StepForm = StepForm {
    form: Form {
        name: "notify_all",
        doc: "Let all processes that wait go on.",
        fields: &[required("notify_all", REFERENCES, "Which conditions.")],
    },
    foreign: &[(&["broadcast", "signal_all", "pulse_all", "notifyAll", "wake_all"], "write `notify_all: c`")],
    read: Reader::Several(|body, main, steps| body.notify(main, &NOTIFY_ALL, steps)),
};

impl Body<'_, '_> {
    fn wait(&mut self, main: Main<'_>) -> Option<StepKind> {
        let Kind::Map(_) = main.key.value.kind else {
            let found = self.check.reference_node(&main.key.value, self.scope(), &WAIT)?;
            return Some(self.wait_at(found, main.site()));
        };
        let owner = self.owner(main.key);
        let fields = fields::read(&mut self.check.reports, &main.key.value, &WAIT_FORM, owner)?;
        let on = fields.get("on").and_then(|node| self.check.reference_node(node, self.scope(), &WAIT));
        let mutex = match fields.get("mutex") {
            None => None,
            Some(node) => Some((self.mutex(node)?, node)),
        };
        let on = on?;
        let lends = on.entry.kind.is_none_or(|kind| kind == ResourceKind::Condition);
        if let (false, Some((_, node))) = (lends, &mutex) {
            let span = self.check.reports.span_of(node);
            let hint = "release the mutex before the wait, and acquire it after it";
            let kind = on.entry.kind.map_or("", ResourceKind::name);
            let message = format!("a wait at a {kind} gives no mutex back");
            self.check.reports.error_with_hint(span, message, hint);
            return None;
        }
        match mutex {
            None => Some(self.wait_at(on, main.site())),
            Some((mutex, _)) => Some(StepKind::Wait { on: on.reference, mutex: Some(mutex) }),
        }
    }

    /// A wait at what is notified, or for a level.
    fn wait_at(&mut self, found: Found, site: Site) -> StepKind {
        match found.entry.kind {
            Some(kind @ (ResourceKind::Flag | ResourceKind::Latch)) => {
                self.wait_for_level(found.reference, kind, site)
            }
            _ => StepKind::Wait { on: found.reference, mutex: None },
        }
    }

    /// A mutex, which a semaphore is not.
    fn mutex(&mut self, node: &Node) -> Option<ResourceRef> {
        let Found { reference, entry } = self.check.reference_node(node, self.scope(), &RELEASE)?;
        if entry.kind.is_some_and(ResourceKind::is_owned) {
            return Some(reference);
        }
        let span = self.check.reports.span_of(node);
        let hint = "only a mutex has an owner who can lend it; release the semaphore before the wait, inside `atomic`";
        self.check.reports.error_with_hint(span, "`mutex` takes a mutex, found a semaphore", hint);
        None
    }

    fn notify(&mut self, main: Main<'_>, usage: &Use, steps: &mut Vec<Step>) {
        let several = matches!(main.key.value.kind, Kind::Seq(_));
        let found = self.check.references(&main.key.value, self.scope(), usage);
        for Found { reference, .. } in found.into_iter().flatten() {
            let site = if several { reference.site } else { main.site() };
            let all = usage.key == NOTIFY_ALL.key;
            steps.push(Step { kind: StepKind::Notify { condition: reference, all }, site });
        }
    }
}
