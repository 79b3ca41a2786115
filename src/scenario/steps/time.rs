//! `delay` and `work`.

use super::body::{Body, Main, Reader, StepForm};
use crate::scenario::model::{Amount, StepKind};
use crate::scenario::tables::{AMOUNT, Form, required};

/// `delay`: a duration, or a distribution of durations.
pub(super) static DELAY_STEP: StepForm = StepForm {
    form: Form {
        name: "delay",
        doc: "Let time pass without a processor.",
        fields: &[required("delay", AMOUNT, "How long.")],
    },
    foreign: &[(
        &["sleep", "pause", "hold", "timeout", "idle", "usleep", "advance"],
        "write `delay: 5s`, which lets time pass without a processor, or `work: 5s`, on one",
    )],
    read: Reader::One(|body, main| body.lasting(main, "`delay`").map(StepKind::Delay)),
};

/// `work`, likewise.
pub(super) static WORK_STEP: StepForm = StepForm {
    form: Form {
        name: "work",
        doc: "Let time pass on a processor.",
        fields: &[required("work", AMOUNT, "How long.")],
    },
    foreign: &[(
        &["compute", "busy", "cpu", "execute", "burn"],
        "write `work: 5s`, or `delay: 5s` without a processor",
    )],
    read: Reader::One(|body, main| body.lasting(main, "`work`").map(StepKind::Work)),
};

impl Body<'_, '_> {
    fn lasting(&mut self, main: Main<'_>, what: &str) -> Option<Amount> {
        self.amount(&main.key.value, self.scope(), what)
    }
}
