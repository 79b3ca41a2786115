//! `put` and `get`.
//!
//! Decides how many items a step means and that they can be there at all. A step
//! that names several buffers becomes several steps.

use super::body::{Body, Main, Reader, StepForm, Use};
use super::within::{ELSE, SERVED, WITHIN};
use crate::ids::Site;
use crate::scenario::choosing::WHERE;
use crate::scenario::fields::{self, Fields};
use crate::scenario::model::{Step, StepKind};
use crate::scenario::node::{Entry, Kind, Node};
use crate::scenario::scope::Found;
use crate::scenario::tables::{Form, ITEM_TARGET, ITEM_VALUE, REFERENCES, Shape, optional, required};
use crate::scenario::typed::Typed;
use crate::value::Value;

pub(in crate::scenario) static PUT: Use = Use {
    with_more: Some(|_, buffer, value| format!("`put: {{to: {buffer}, value: {value}}}`")),
    ..Use::new("put", false)
};
pub(in crate::scenario) static GET: Use = Use {
    with_more: Some(|_, buffer, _| format!("`get: {{from: {buffer}, count: n, into: x}}`")),
    ..Use::new("get", true)
};

/// `put`: a name, a list of names, or a map with `to`.
pub(super) static PUT_STEP: StepForm = StepForm {
    form: Form {
        name: "put",
        doc: "Put items into buffers, waiting until they fit.",
        fields: &[
            required(
                "put",
                Shape::Either(&[Shape::Reference, Shape::List(&Shape::Reference), Shape::Form(&PUT_FORM)]),
                "Into which buffers.",
            ),
            WITHIN,
            ELSE,
            SERVED,
        ],
    },
    foreign: &[(
        &["send", "push", "enqueue", "append", "produce", "emit", "queue", "channel"],
        "write `put: b`, or `put: {to: b, value: v}`",
    )],
    read: Reader::Several(|body, main, steps| body.put(main, steps)),
};

/// `put` as a map.
static PUT_FORM: Form = Form {
    name: "put_form",
    doc: "Put items of a value.",
    fields: &[
        required("to", REFERENCES, "Into which buffers.").foreign(&["buffer", "queue", "into", "in"]),
        optional("value", ITEM_VALUE, "What; default zero. Of a record each field: `{kind: 2, size: n}`.")
            .foreign(&["item", "message", "msg"]),
        optional("values", Shape::List(&ITEM_VALUE), "Several, one after the other.")
            .foreign(&["items", "messages", "all"]),
        optional("count", Shape::Whole, "How many, at least 1; default 1."),
    ],
};

/// `get`: a name, a list of names, or a map with `from`.
pub(super) static GET_STEP: StepForm = StepForm {
    form: Form {
        name: "get",
        doc: "Take items out of buffers, waiting until they are there.",
        fields: &[
            required(
                "get",
                Shape::Either(&[Shape::Reference, Shape::List(&Shape::Reference), Shape::Form(&GET_FORM)]),
                "Out of which buffers.",
            ),
            WITHIN,
            ELSE,
            SERVED,
        ],
    },
    foreign: &[(
        &["receive", "recv", "pop", "dequeue", "consume"],
        "write `get: b`, or `get: {from: b, into: x}`",
    )],
    read: Reader::Several(|body, main, steps| body.get(main, steps)),
};

/// `get` as a map.
static GET_FORM: Form = Form {
    name: "get_form",
    doc: "Take items and keep them.",
    fields: &[
        required("from", Shape::Reference, "Out of which buffer.").foreign(&["buffer", "queue"]),
        optional("count", Shape::Whole, "How many, at least 1; default 1."),
        optional(
            "into",
            ITEM_TARGET,
            "A variable, an element of an array, or an array for several items; of a record variables for fields.",
        )
        .foreign(&["to", "as", "variable", "var"]),
        WHERE,
    ],
};

impl Body<'_, '_> {
    fn put(&mut self, main: Main<'_>, steps: &mut Vec<Step>) {
        let fields = match &main.key.value.kind {
            Kind::Map(_) => {
                let owner = self.owner(main.key);
                let read = fields::read(&mut self.check.reports, &main.key.value, &PUT_FORM, owner);
                let Some(fields) = read else { return };
                Some(fields)
            }
            _ => None,
        };
        let Some(targets) = fields.map_or(Some(&main.key.value), |fields| fields.get("to")) else { return };
        let several = matches!(targets.kind, Kind::Seq(_));
        let found = self.check.references(targets, self.scope(), &PUT);
        let count_node = fields.and_then(|fields| fields.get("count"));
        let Some(value_nodes) = self.values_to_put(fields) else { return };
        let count = self.item_count(count_node, main.site());
        if found.iter().all(Option::is_none) {
            // No buffer says what type is wanted; the values are checked all the same.
            let values = value_nodes.iter().flatten().filter(|node| !matches!(node.kind, Kind::Map(_)));
            values.for_each(|node| drop(self.value(node, None, "`value`")));
        }
        for Found { reference, entry } in found.into_iter().flatten() {
            if let (Some(node), Some(count)) = (count_node, &count) {
                self.fits(count, entry.size, node, "put");
            }
            let site = if several { reference.site } else { main.site() };
            for node in &value_nodes {
                let value = self.item(*node, &entry, "`value`", main.site());
                if let (Some(count), Some(value)) = (&count, value) {
                    let (buffer, count) = (reference.clone(), count.expr.clone());
                    steps.push(Step { kind: StepKind::Put { buffer, count, value }, site });
                }
            }
        }
    }

    /// What a put puts, one after the other: `None` for zero. Nothing if that is wrong.
    fn values_to_put<'n>(&mut self, fields: Option<Fields<'n>>) -> Option<Vec<Option<&'n Node>>> {
        let value = fields.and_then(|fields| fields.get("value"));
        let Some(entry) = fields.and_then(|fields| fields.entry("values")) else { return Some(vec![value]) };
        let beside =
            ["value", "count"].into_iter().find(|key| fields.is_some_and(|fields| fields.get(key).is_some()));
        if let Some(key) = beside {
            let span = self.check.key_span(&entry.key);
            let hint = "write a put for each, or `values` with all of them";
            self.check.reports.error_with_hint(span, format!("`values` does not go with `{key}`"), hint);
            return None;
        }
        match &entry.value.kind {
            Kind::Seq(nodes) if !nodes.is_empty() => Some(nodes.iter().map(Some).collect()),
            _ => {
                let span = self.check.reports.span_of(&entry.value);
                let message = match &entry.value.kind {
                    Kind::Seq(_) => "`values` has nothing to put".to_owned(),
                    _ => format!("`values` takes a list of values, found {}", entry.value.described()),
                };
                self.check.reports.error_with_hint(span, message, "as in `values: [1, 2, 3]`");
                None
            }
        }
    }

    pub(super) fn get(&mut self, main: Main<'_>, steps: &mut Vec<Step>) {
        if !matches!(main.key.value.kind, Kind::Map(_)) {
            let several = matches!(main.key.value.kind, Kind::Seq(_));
            let found = self.check.references(&main.key.value, self.scope(), &GET);
            for Found { reference, .. } in found.into_iter().flatten() {
                let site = if several { reference.site } else { main.site() };
                let count = Self::constant(Value::Int(1), site);
                steps.push(Step {
                    kind: StepKind::Get { buffer: reference, count, into: Vec::new(), accepts: None },
                    site,
                });
            }
            return;
        }
        let owner = self.owner(main.key);
        let Some(fields) = fields::read(&mut self.check.reports, &main.key.value, &GET_FORM, owner) else {
            return;
        };
        let from = fields.get("from").and_then(|node| self.check.reference_node(node, self.scope(), &GET));
        let count_node = fields.get("count");
        let count = self.item_count(count_node, main.site());
        let known = from.as_ref().map(|found| &found.entry);
        let into = self.item_targets(fields.get("into"), known, count.as_ref());
        let (Some(Found { reference, entry: found }), Some(count)) = (from, count) else { return };
        if let Some(node) = count_node {
            self.fits(&count, found.size, node, "get");
        }
        let into = into.unwrap_or_default();
        let is_array =
            into.iter().any(|target| self.vars.at(target.var.index()).array && target.element.is_none());
        let accepts = fields.entry(WHERE.key).and_then(|entry| {
            self.is_about_one(entry, fields, is_array);
            self.check.accepts(&entry.value, self.scope(), &found)
        });
        let kind = StepKind::Get { buffer: reference, count: count.expr, into, accepts };
        steps.push(Step { kind, site: main.site() });
    }

    /// Reports a `where` beside what is about several items.
    fn is_about_one(&mut self, entry: &Entry, fields: Fields<'_>, is_array: bool) {
        if fields.get("count").is_some() || is_array {
            let span = self.check.key_span(&entry.key);
            let hint = "get them one by one, into a variable or an element of an array";
            self.check.reports.error_with_hint(span, "`where` is about one item", hint);
        }
    }

    fn item_count(&mut self, node: Option<&Node>, site: Site) -> Option<Typed> {
        match node {
            Some(node) => self.check.whole(node, self.scope(), "`count`", 1),
            None => Some(Typed::constant(Value::Int(1), site)),
        }
    }

    /// Checks that so many items can ever be in the buffer at once.
    fn fits(&mut self, count: &Typed, capacity: Option<i64>, node: &Node, step: &str) {
        if let (Some(number), Some(capacity)) = (count.known_int(), capacity)
            // Of a rendezvous, which holds none, one item is put and got at a time.
            && number > capacity.max(1)
        {
            let span = self.check.reports.span_of(node);
            let message =
                format!("a {step} of {number} items can never be: the buffer holds at most {capacity}");
            self.check.reports.error(span, message);
        }
    }
}
