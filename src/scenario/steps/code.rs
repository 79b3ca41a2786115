//! `code`, which only a program can write: see [`crate::scenario::load_amended`].

use super::body::{Reader, StepForm};
use crate::scenario::model::StepKind;
use crate::scenario::tables::{Form, Shape, required};

/// `code`: its number.
pub(super) static CODE_STEP: StepForm = StepForm {
    form: Form {
        name: "code",
        doc: "Call code by its number.",
        fields: &[required("code", Shape::Integer { least: 0, most: u32::MAX as i64 }, "Which.")],
    },
    foreign: &[],
    read: Reader::One(|body, main| {
        body.check.literal(&main.key.value, "`code`", 0).map(|call| StepKind::Call(call as u32))
    }),
};
