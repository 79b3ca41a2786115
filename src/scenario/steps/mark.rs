//! `mark`.
//!
//! Decides that a mark always carries values of the same type.

use super::body::{Body, Main, Reader, StepForm};
use crate::ids::MarkId;
use crate::scenario::context::MarkEntry;
use crate::scenario::fields;
use crate::scenario::model::StepKind;
use crate::scenario::names::quoted;
use crate::scenario::node::Kind;
use crate::scenario::source::Span;
use crate::scenario::tables::{Form, Shape, optional, required};
use crate::value::Type;

/// `mark`: a name, or a map with `name`.
pub(super) static MARK_STEP: StepForm = StepForm {
    form: Form {
        name: "mark",
        doc: "Note that this point was passed.",
        fields: &[required(
            "mark",
            Shape::Either(&[Shape::Text, Shape::Form(&MARK_FORM)]),
            "The mark's name.",
        )],
    },
    foreign: &[],
    read: Reader::One(|body, main| body.mark(main)),
};

/// `mark` as a map.
static MARK_FORM: Form = Form {
    name: "mark_form",
    doc: "A mark that carries a value.",
    fields: &[
        required("name", Shape::Text, "Letters, digits, `_`, `-` and `.`."),
        optional("value", Shape::Value, "What it carries; always of one type."),
    ],
};

impl Body<'_, '_> {
    /// `mark`: a name, or a map with `name` and `value`.
    fn mark(&mut self, main: Main<'_>) -> Option<StepKind> {
        let owner = self.owner(main.key);
        let (name_node, value_node) = match &main.key.value.kind {
            Kind::Map(_) => {
                let fields = fields::read(&mut self.check.reports, &main.key.value, &MARK_FORM, owner)?;
                (fields.get("name")?, fields.get("value"))
            }
            _ => (&main.key.value, None),
        };
        let value = value_node.map(|node| self.value(node, None, "`value`"));
        let name = self.check.plain_text(name_node, "`mark`")?;
        let span = self.check.reports.span_of(name_node);
        let allowed = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
        if name.is_empty() || !name.chars().all(allowed) {
            let message = format!("{} cannot be the name of a mark", quoted(name));
            self.check.reports.error_with_hint(
                span,
                message,
                "it may hold letters from A to Z and a to z, digits, `_`, `-` and `.`",
            );
            // It is known all the same, so that what is expected of it is no problem.
            self.mark_id(name, Some(None), span);
            return None;
        }
        let mark =
            self.mark_id(name, value.as_ref().map(|typed| typed.as_ref().map(|typed| typed.ty())), span);
        let value = match value {
            Some(typed) => Some(typed?.expr),
            None => None,
        };
        Some(StepKind::Mark { mark, value })
    }

    /// Enters a mark, or checks that it carries what its first use carries. A
    /// type of `Some(None)` is that of a value that is wrong itself.
    fn mark_id(&mut self, name: &str, ty: Option<Option<Type>>, span: Span) -> MarkId {
        let bad = ty == Some(None);
        let ty = ty.flatten();
        let process = self.check.process;
        let Some(position) = self.check.marks.position(name) else {
            let entry = MarkEntry { ty, bad, passed_by: vec![process] };
            return MarkId::from_index(self.check.marks.push(name, entry));
        };
        let first = self.check.marks.at_mut(position);
        // Processes are read one after the other.
        if first.passed_by.last() != Some(&process) {
            first.passed_by.push(process);
        }
        let first = self.check.marks.at(position);
        if first.ty != ty && !first.bad && !bad {
            let carries = |ty: Option<Type>| ty.map_or("nothing", Type::described);
            let message = format!(
                "the mark {} carries {} here and {} before",
                quoted(name),
                carries(ty),
                carries(first.ty)
            );
            self.check.reports.error_with_hint(span, message, "give one of the marks another name");
        }
        MarkId::from_index(position)
    }
}
