//! `close` and `for_each`: how a buffer ends, and a round for each item until then.
//!
//! Decides what stands in a `for_each`: a get of one item, and the steps of a round. A step
//! that closes several buffers becomes several steps.

use super::body::{Body, Main, Reader, StepForm, Use};
use crate::scenario::fields::{self, Fields};
use crate::scenario::model::{Step, StepKind};
use crate::scenario::node::Kind;
use crate::scenario::samples;
use crate::scenario::scope::Found;
use crate::scenario::tables::{Field, Form, ITEM_TARGET, REFERENCES, Shape, optional, required};
use crate::scenario::typed::Typed;
use crate::value::Value;

pub(in crate::scenario) static CLOSE: Use = Use::new("close", false);
pub(in crate::scenario) static FOR_EACH: Use = Use {
    is_single: true,
    with_more: Some(|key, buffer, _| with_more(key, buffer)),
    ..Use::new("for_each", true)
};

/// Of a buffer: how many close it.
pub(in crate::scenario) const CLOSES: Field = optional(
    "closes",
    Shape::Whole,
    "How many times it has to be closed until it is, at least 1: once by each who puts; default 1.",
)
.foreign(&["closers", "producers", "senders", "writers"]);

/// `close`: the name of a buffer, or a list of names.
pub(super) static CLOSE_STEP: StepForm = StepForm {
    form: Form {
        name: "close",
        doc: "Say that nothing is put into buffers any more; who waits to get goes on.",
        fields: &[required("close", REFERENCES, "Which buffers.")],
    },
    foreign: &[(&["shutdown", "finish", "end", "complete", "task_done"], "write `close: b` for a buffer")],
    read: Reader::Several(|body, main, steps| body.close(main, steps)),
};

/// `for_each`, a map with `from` and `do`.
pub(super) static FOR_EACH_STEP: StepForm = StepForm {
    form: Form {
        name: "for_each",
        doc: "Do a round for each item of a buffer, until it is closed and empty.",
        fields: &[
            required(
                "for_each",
                Shape::Either(&[Shape::Reference, Shape::Form(&FOR_EACH_FORM)]),
                "Of which buffer, and maybe what.",
            ),
            ROUND,
        ],
    },
    foreign: &[(
        &["foreach", "for_every", "consume_all", "drain", "iterate"],
        "write `for_each: {from: b, into: x, do: […]}`",
    )],
    read: Reader::One(|body, main| body.for_each(main)),
};

/// What stands behind `for_each`.
static FOR_EACH_FORM: Form = Form {
    name: "for_each_form",
    doc: "A get of one item, and what is done with it.",
    fields: &[
        required("from", Shape::Reference, "Out of which buffer.").foreign(&["buffer", "queue", "in"]),
        optional(
            "into",
            ITEM_TARGET,
            "A variable, or an element of an array; of a record variables for fields.",
        ),
        ROUND,
    ],
};

/// Inside of it or beside it.
const ROUND: Field = optional("do", Shape::Steps, "One round.").foreign(&["steps", "body", "then"]);

fn with_more(key: &str, buffer: &str) -> String {
    format!("`{key}: {{from: {buffer}, into: x, do: […]}}`")
}

impl Body<'_, '_> {
    fn close(&mut self, main: Main<'_>, steps: &mut Vec<Step>) {
        let several = matches!(main.key.value.kind, Kind::Seq(_));
        let found = self.check.references(&main.key.value, self.scope(), &CLOSE);
        for Found { reference, .. } in found.into_iter().flatten() {
            let site = if several { reference.site } else { main.site() };
            steps.push(Step { kind: StepKind::Close { buffer: reference }, site });
        }
    }

    fn for_each(&mut self, main: Main<'_>) -> Option<StepKind> {
        let owner = self.owner(main.key);
        let fields = match &main.key.value.kind {
            Kind::Map(_) => {
                Some(fields::read(&mut self.check.reports, &main.key.value, &FOR_EACH_FORM, owner)?)
            }
            _ => None,
        };
        let from = fields.map_or(Some(&main.key.value), |fields| fields.get("from"));
        let from = from.and_then(|node| self.check.reference_node(node, self.scope(), &FOR_EACH));
        let count = Typed::constant(Value::Int(1), main.site());
        let known = from.as_ref().map(|found| &found.entry);
        let into = fields.and_then(|fields| fields.get("into"));
        let into = self.item_targets(into, known, Some(&count)).unwrap_or_default();
        let body = self.round_of(main, fields);
        let kind = StepKind::Get { buffer: from?.reference, count: count.expr, into, accepts: None };
        Some(StepKind::ForEach { get: vec![Step { kind, site: main.site() }], body })
    }

    /// The steps of a round, which stand once.
    fn round_of(&mut self, main: Main<'_>, inside: Option<Fields<'_>>) -> Vec<Step> {
        let inside = inside.and_then(|fields| fields.entry(ROUND.key));
        match (inside, main.fields.entry(ROUND.key)) {
            (Some(_), Some(beside)) => {
                let span = self.check.key_span(&beside.key);
                let hint = "write all steps of a round below one of them";
                self.check.reports.error_with_hint(span, "`do` stands twice in `for_each`", hint);
                Vec::new()
            }
            (Some(entry), None) | (None, Some(entry)) => self.steps(entry),
            (None, None) => {
                let owner = self.owner(main.key);
                let entries = std::slice::from_ref(main.key);
                let hint = samples::missing(&FOR_EACH_STEP.form, entries, &ROUND);
                self.check.reports.error_with_hint(owner, "missing key `do` in `for_each`", hint);
                Vec::new()
            }
        }
    }
}
