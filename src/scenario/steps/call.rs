//! `call`, which only a program can write: see [`crate::scenario::load_program`].

use super::body::{Reader, StepForm};
use crate::scenario::model::StepKind;
use crate::scenario::tables::{Form, Shape, required};

/// `call`: the number of the code.
pub(super) static CALL_STEP: StepForm = StepForm {
    form: Form {
        name: "call",
        doc: "Call code by its number.",
        fields: &[required("call", Shape::Integer { least: 0, most: u32::MAX as i64 }, "Which.")],
    },
    foreign: &[],
    read: Reader::One(|body, main| {
        body.check.literal(&main.key.value, "`call`", 0).map(|call| StepKind::Call(call as u32))
    }),
};
