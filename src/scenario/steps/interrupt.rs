//! `interrupt` and `interruptible`: who ends what another one waits for, or lets time pass
//! with, and what that one does then.
//!
//! Decides which words say how it goes on.

use super::body::{Body, Main, Reader, StepForm};
use crate::ids::VarId;
use crate::scenario::fields::Fields;
use crate::scenario::model::{AfterInterrupt, Handling, InterruptibleSteps, Step, StepKind};
use crate::scenario::node::Node;
use crate::scenario::tables::{Field, Form, Shape, optional, required};
use crate::value::Type;

/// `interrupt`: the name of a process.
pub(super) static INTERRUPT_STEP: StepForm = StepForm {
    form: Form {
        name: "interrupt",
        doc: "Interrupt a process that stands in an `interruptible` block; nothing happens to any other.",
        fields: &[required("interrupt", Shape::Reference, "Which; without an index, all instances.")],
    },
    foreign: &[(
        &["throw", "raise", "preempt"],
        "write `interrupt: worker`, which ends the delay or wait of a process that is `interruptible`",
    )],
    read: Reader::One(|body, main| body.interrupt(main)),
};

const LEAVE: &str = AfterInterrupt::Leave.name();
const RESUME: &str = AfterInterrupt::Resume.name();
const RESTART: &str = AfterInterrupt::Restart.name();
pub(super) const WAYS: [&str; 3] = [LEAVE, RESUME, RESTART];

/// How it goes on.
pub(super) const THEN: Field = optional(
    "then",
    Shape::Word(&WAYS),
    "How it goes on behind that: `leave` the steps (the default), `resume` with what is left, `restart` them.",
)
.foreign(&["after", "and_then"]);

/// What is left.
pub(super) const LEFT: Field =
    optional("left", Shape::Text, "The variable that gets what is left of a delay or work.").foreign(&[
        "into",
        "rest",
        "remaining",
    ]);

/// `interruptible`, with the steps behind it.
pub(super) static INTERRUPTIBLE_STEP: StepForm = StepForm {
    form: Form {
        name: "interruptible",
        doc: "Do the steps, unless another process interrupts a delay, a work or a wait of them.",
        fields: &[
            required("interruptible", Shape::Steps, "The steps."),
            optional("on_interrupt", Shape::Steps, "What is done when it is interrupted; default nothing.")
                .foreign(&["handler", "except", "catch", "else", "on_interruption"]),
            THEN,
            LEFT,
        ],
    },
    foreign: &[(
        &["try", "except", "catch", "on_interrupt"],
        "write `interruptible: [steps]` with `on_interrupt: [steps]` beside it",
    )],
    read: Reader::One(|body, main| body.interruptible(main)),
};

impl Body<'_, '_> {
    fn interrupt(&mut self, main: Main<'_>) -> Option<StepKind> {
        let who = self.process_ref(&main.key.value, "interrupt")?;
        if self.is_oneself(&who) {
            let span = self.check.reports.span_of(&main.key.value);
            let hint = "who is interrupted stands at a delay, a work or a wait, and does nothing else";
            self.check.reports.error_with_hint(span, "a process cannot interrupt itself", hint);
            return None;
        }
        Some(StepKind::Interrupt(who))
    }

    fn interruptible(&mut self, main: Main<'_>) -> Option<StepKind> {
        let body = self.steps(main.key);
        let handling = self.handling(main.fields, |body| body.nested(main.fields, "on_interrupt"))?;
        Some(StepKind::Interruptible(InterruptibleSteps { body, handling }))
    }

    /// How a process goes on that is interrupted, behind the steps that it does then.
    pub(super) fn handling(
        &mut self,
        fields: Fields<'_>,
        steps: impl FnOnce(&mut Self) -> Vec<Step>,
    ) -> Option<Handling> {
        let then = fields.get(THEN.key).map(|node| self.check.word(node, "how it goes on", &WAYS));
        let left = fields.get(LEFT.key).map(|node| self.what_is_left(node));
        let steps = steps(self);
        let then = match then {
            None => AfterInterrupt::Leave,
            Some(word) => after_interrupt(word?),
        };
        let left = match left {
            None => None,
            Some(left) => Some(left?),
        };
        Some(Handling { steps, left, then })
    }

    /// The variable for what is left.
    fn what_is_left(&mut self, node: &Node) -> Option<VarId> {
        let (position, span) = self.variable(node, "`left`")?;
        let known = self.vars.at(position);
        if known.array || known.ty.is_some_and(|ty| ty != Type::Duration) {
            let message = "what is left of a delay is a duration, which this variable does not hold";
            self.check.reports.error_with_hint(span, message, "write `vars: {left: 0s}`, and `left: left`");
            return None;
        }
        Some(VarId::from_index(position))
    }
}

/// How it goes on that one of these words names.
pub(in crate::scenario) fn after_interrupt(word: &str) -> AfterInterrupt {
    match word {
        RESUME => AfterInterrupt::Resume,
        RESTART => AfterInterrupt::Restart,
        _ => AfterInterrupt::Leave,
    }
}
