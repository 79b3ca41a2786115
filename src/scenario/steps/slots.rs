//! `write` and `read`.
//!
//! Decides which slots a step means and that they can be there at all.

use super::body::{Body, Main, Reader, StepForm, Use};
use crate::figure::so_many;
use crate::scenario::fields;
use crate::scenario::model::{Expr, StepKind};
use crate::scenario::node::Node;
use crate::scenario::tables::{Form, Shape, optional, required};
use crate::scenario::typed::Typed;
use crate::value::{Type, Value};

pub(in crate::scenario) static WRITE: Use = of_slots("write", false);
pub(in crate::scenario) static READ: Use = of_slots("read", true);

const fn of_slots(key: &'static str, takes: bool) -> Use {
    Use { is_single: true, for_list: Some("write one step for each memory"), ..Use::new(key, takes) }
}

/// `write`.
pub(super) static WRITE_STEP: StepForm = StepForm {
    form: Form {
        name: "write",
        doc: "Write a slot of a memory.",
        fields: &[required("write", Shape::Form(&WRITE_FORM), "Where and what.")],
    },
    foreign: &[(&["store"], "write `write: {to: m, at: i, value: v}`")],
    read: Reader::One(|body, main| body.write(main)),
};

/// What stands behind `write`.
static WRITE_FORM: Form = Form {
    name: "write_form",
    doc: "Write a slot.",
    fields: &[
        required("to", Shape::Reference, "Which memory.").foreign(&["memory", "into"]),
        required("at", Shape::Whole, "Which slot, from 0.").foreign(&["index", "slot"]),
        required("value", Shape::Value, "What.").foreign(&["item", "data"]),
    ],
};

/// `read`.
pub(super) static READ_STEP: StepForm = StepForm {
    form: Form {
        name: "read",
        doc: "Read slots of a memory.",
        fields: &[required("read", Shape::Form(&READ_FORM), "From where and where to.")],
    },
    foreign: &[(&["load"], "write `read: {from: m, at: i, into: x}`")],
    read: Reader::One(|body, main| body.read(main)),
};

/// What stands behind `read`.
static READ_FORM: Form = Form {
    name: "read_form",
    doc: "Read consecutive slots.",
    fields: &[
        required("from", Shape::Reference, "Which memory.").foreign(&["memory"]),
        required("at", Shape::Whole, "The first slot, from 0.").foreign(&["index", "slot"]),
        optional("into", Shape::Text, "A variable, or an array for several slots.")
            .foreign(&["to", "as", "variable", "var"]),
        optional("count", Shape::Whole, "How many; default 1."),
    ],
};

impl Body<'_, '_> {
    fn write(&mut self, main: Main<'_>) -> Option<StepKind> {
        let owner = self.owner(main.key);
        let fields = fields::read(&mut self.check.reports, &main.key.value, &WRITE_FORM, owner)?;
        let to = fields.get("to").and_then(|node| self.check.reference_node(node, self.scope(), &WRITE));
        let size = to.as_ref().and_then(|found| found.entry.size);
        let at = fields.get("at").and_then(|node| self.slot(node, size, 1));
        let ty = to.as_ref().and_then(|found| found.entry.ty);
        let value = fields.get("value").and_then(|node| self.value(node, ty, "`value`"));
        Some(StepKind::Write { memory: to?.reference, at: at?, value: value?.expr })
    }

    fn read(&mut self, main: Main<'_>) -> Option<StepKind> {
        let owner = self.owner(main.key);
        let fields = fields::read(&mut self.check.reports, &main.key.value, &READ_FORM, owner)?;
        let from = fields.get("from").and_then(|node| self.check.reference_node(node, self.scope(), &READ));
        let count = match fields.get("count") {
            Some(node) => self.check.whole(node, self.scope(), "`count`", 0),
            None => Some(Typed::constant(Value::Int(1), main.site())),
        };
        let number = count.as_ref().and_then(Typed::known_int).unwrap_or(1);
        let size = from.as_ref().and_then(|found| found.entry.size);
        let at = fields.get("at").and_then(|node| self.slot(node, size, number));
        let ty = from.as_ref().and_then(|found| found.entry.ty);
        let into = fields.get("into").map(|node| self.into(node, ty, None, count.as_ref()));
        let (into, element) = into.flatten().unzip();
        let (memory, element) = (from?.reference, element.flatten());
        Some(StepKind::Read { memory, at: at?, count: count?.expr, into, element })
    }

    /// The first of `number` slots of a memory of `size`.
    fn slot(&mut self, node: &Node, size: Option<i64>, number: i64) -> Option<Expr> {
        let typed = self.value(node, Some(Type::Int), "`at`")?;
        if let (Some(at), Some(size)) = (typed.known_int(), size)
            && (at < 0 || at.saturating_add(number) > size)
        {
            let span = self.check.reports.span_of(node);
            let last = at.saturating_add(number - 1);
            let which =
                if number > 1 { format!("slots {at} to {last} are") } else { format!("slot {at} is") };
            let message = format!(
                "{which} out of range: the memory has {}, from 0",
                so_many(size.max(0) as u64, "slot")
            );
            self.check.reports.error(span, message);
        }
        Some(typed.expr)
    }
}
