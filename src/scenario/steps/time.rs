//! `delay` and `work`.
//!
//! Decides on which processor a process works: the one that the step names, else that
//! of the process, else one of its own.

use super::body::{Body, Main, Reader, StepForm, Use};
use crate::scenario::fields;
use crate::scenario::misfits::written;
use crate::scenario::model::{Amount, Expr, StepKind};
use crate::scenario::names::quoted;
use crate::scenario::node::{Kind, Node};
use crate::scenario::tables::{AMOUNT, Field, Form, Shape, optional, required};
use crate::trace::ResourceKind;

pub(in crate::scenario) static WORK: Use = Use { is_single: true, ..Use::new("work", true) };

/// What both may have beside them.
const LABEL: Field =
    optional("label", Shape::Text, "What pictures call it, such as `train`; a run is the same without it.")
        .foreign(&["activity", "name", "title", "as"]);
/// The longest label, in characters: it stands in a bar.
const LONGEST_LABEL: usize = 64;

/// `delay`: a duration, or a distribution of durations.
pub(super) static DELAY_STEP: StepForm = StepForm {
    form: Form {
        name: "delay",
        doc: "Let time pass without a processor.",
        fields: &[required("delay", AMOUNT, "How long."), LABEL],
    },
    foreign: &[(
        &[
            "sleep",
            "sleep_for",
            "sleep_ms",
            "pause",
            "hold",
            "timeout",
            "idle",
            "usleep",
            "nanosleep",
            "advance",
        ],
        "write `delay: 5s`, which lets time pass without a processor, or `work: 5s`, on one",
    )],
    read: Reader::One(|body, main| {
        body.label(main);
        body.lasting(&main.key.value, "`delay`").map(StepKind::Delay)
    }),
};

/// `work`: likewise, or a map with `for`.
pub(super) static WORK_STEP: StepForm = StepForm {
    form: Form {
        name: "work",
        doc: "Let time pass on a processor: that of the process, or one of its own.",
        fields: &[
            required(
                "work",
                Shape::Either(&[Shape::Duration, Shape::Distribution, Shape::Form(&WORK_FORM)]),
                "How long, or where and how long.",
            ),
            LABEL,
        ],
    },
    foreign: &[(
        &["compute", "busy", "cpu", "execute", "burn"],
        "write `work: 5s`, or `delay: 5s` without a processor",
    )],
    read: Reader::One(|body, main| {
        body.label(main);
        body.work(main)
    }),
};

/// `work` as a map.
static WORK_FORM: Form = Form {
    name: "work_form",
    doc: "Work on a processor.",
    fields: &[
        required("for", AMOUNT, "How long it takes if nothing comes in between.")
            .foreign(&["time", "duration", "length"]),
        optional("on", Shape::Reference, "On which processor; default that of the process.")
            .foreign(&["processor", "cpu"]),
        optional("deadline", Shape::Duration, "Of `edf`: after how long it is to have ended."),
    ],
};

impl Body<'_, '_> {
    /// Notes what a step is called, if it is.
    fn label(&mut self, main: Main<'_>) {
        let Some(node) = main.fields.get("label") else { return };
        let Some(text) = self.check.plain_text(node, "`label`") else { return };
        let (empty, long) = (text.trim().is_empty(), text.chars().count() > LONGEST_LABEL);
        if empty || long || text.chars().any(char::is_control) {
            let span = self.check.reports.span_of(node);
            let message = match (empty, long) {
                (true, _) => "a label is what pictures call a step, and this one is empty".to_owned(),
                (_, true) => format!("a label has at most {LONGEST_LABEL} characters"),
                _ => "a label is one line, without control characters".to_owned(),
            };
            self.check.reports.error_with_hint(span, message, "write a word or two, such as `label: train`");
            return;
        }
        self.check.labels.insert(main.site(), text.to_owned());
    }

    /// A duration, or a distribution of durations.
    pub(super) fn lasting(&mut self, node: &Node, what: &str) -> Option<Amount> {
        self.amount(node, self.scope(), what)
    }

    fn work(&mut self, main: Main<'_>) -> Option<StepKind> {
        let node = &main.key.value;
        let is_form = |key: &str| WORK_FORM.fields.iter().any(|field| field.key == key);
        match &node.kind {
            Kind::Map(entries) if entries.iter().any(|entry| is_form(&entry.key.name)) => {
                self.work_form(main)
            }
            _ if self.names_processor(node) => None,
            _ => {
                let amount = self.lasting(node, "`work`")?;
                let on = self.on.clone();
                if on.as_ref().is_some_and(|on| on.entry.by_deadline) {
                    self.no_deadline(node);
                }
                Some(StepKind::Work { amount, on: on.map(|on| on.reference), deadline: None })
            }
        }
    }

    /// Reports a processor where a time stands: `work: cpu`, or `work: {cpu: 5ms}`.
    fn names_processor(&mut self, node: &Node) -> bool {
        let (name, time) = match &node.kind {
            Kind::Text(text) => (text.as_str(), "5ms".to_owned()),
            Kind::Map(entries) => match entries.as_slice() {
                [entry] => (entry.key.name.as_str(), written(&entry.value)),
                _ => return false,
            },
            _ => return false,
        };
        let kind = self.check.resources.find(name).and_then(|known| known.kind);
        if kind != Some(ResourceKind::Processor) {
            return false;
        }
        let span = self.check.reports.span_of(node);
        let message = format!("`work` takes a time, found the processor {}", quoted(name));
        let hint = format!("write `work: {{on: {name}, for: {time}}}`");
        self.check.reports.error_with_hint(span, message, hint);
        true
    }

    fn work_form(&mut self, main: Main<'_>) -> Option<StepKind> {
        let owner = self.owner(main.key);
        let fields = fields::read(&mut self.check.reports, &main.key.value, &WORK_FORM, owner)?;
        let on = match fields.get("on") {
            Some(node) => Some(self.check.reference_node(node, self.scope(), &WORK)?),
            None => self.on.clone(),
        };
        let amount = self.lasting(fields.get("for")?, "`for`")?;
        let by_deadline = on.as_ref().is_some_and(|on| on.entry.by_deadline);
        let deadline = match fields.get("deadline") {
            None if by_deadline => {
                self.no_deadline(&main.key.value);
                None
            }
            None => None,
            Some(node) => self.deadline(node, by_deadline),
        };
        Some(StepKind::Work { amount, on: on.map(|on| on.reference), deadline })
    }

    fn deadline(&mut self, node: &Node, by_deadline: bool) -> Option<Expr> {
        let typed = self.check.duration(node, self.scope(), "`deadline`")?;
        if !by_deadline {
            let span = self.check.reports.span_of(node);
            let hint = "write `discipline: edf` for the processor, or leave it out";
            let message = "a `deadline` means nothing where the earliest one does not go first";
            self.check.reports.error_with_hint(span, message, hint);
        }
        Some(typed.expr)
    }

    fn no_deadline(&mut self, node: &Node) {
        let span = self.check.reports.span_of(node);
        let hint = "say after how long it is to have ended, as in `work: {for: 5ms, deadline: 20ms}`";
        let message = "the earliest deadline goes first on this processor, but this work has none";
        self.check.reports.error_with_hint(span, message, hint);
    }
}
