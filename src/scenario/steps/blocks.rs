//! `atomic`, `if`, `while` and `repeat`: steps that hold other steps.

use super::body::{Body, Main, Reader, StepForm};
use crate::scenario::fields::Fields;
use crate::scenario::model::{Step, StepKind};
use crate::scenario::node::Node;
use crate::scenario::tables::{Form, Shape, optional, required};
use crate::scenario::typed::Typed;
use crate::value::{Type, Value};

/// `atomic`, with the steps behind it.
pub(super) static ATOMIC_STEP: StepForm = StepForm {
    form: Form {
        name: "atomic",
        doc: "Do the steps with nothing of other processes in between, unless one of them has to wait.",
        fields: &[required("atomic", Shape::Steps, "The steps.")],
    },
    foreign: &[],
    read: Reader::One(|body, main| Some(StepKind::Atomic(body.steps(main.key)))),
};

/// `if`, with `do` and maybe `else`.
pub(super) static IF_STEP: StepForm = StepForm {
    form: Form {
        name: "if",
        doc: "Do one of two things.",
        fields: &[
            required("if", Shape::Condition, "The condition."),
            required("do", Shape::Steps, "What to do if it is true.").foreign(&["then", "steps", "body"]),
            optional("else", Shape::Steps, "What to do if it is false.").foreign(&["otherwise"]),
        ],
    },
    foreign: &[(
        &["switch", "case", "elif", "elseif", "elsif", "else_if", "else if"],
        "write `if: condition` with `do`, and a further `if` below `else`",
    )],
    read: Reader::One(|body, main| body.branch(main)),
};

/// `while`, with `do`.
pub(super) static WHILE_STEP: StepForm = StepForm {
    form: Form {
        name: "while",
        doc: "Do it again as long as the condition holds.",
        fields: &[
            required("while", Shape::Condition, "The condition, asked before each round."),
            required("do", Shape::Steps, "One round.").foreign(&["steps", "body", "then"]),
        ],
    },
    foreign: &[(&["do_while", "repeat_until"], "write `while: not (…)`, with the steps below `do`")],
    read: Reader::One(|body, main| body.round(main)),
};

/// `repeat`, with `do`.
pub(super) static REPEAT_STEP: StepForm = StepForm {
    form: Form {
        name: "repeat",
        doc: "Do it so many times.",
        fields: &[
            required("repeat", Shape::Whole, "How many times, not below 0."),
            required("do", Shape::Steps, "One round.").foreign(&["steps", "body", "then"]),
        ],
    },
    foreign: &[(
        &["loop", "for", "times", "forever"],
        "write `repeat: n` or `while: condition`, with the steps below `do`; `while: true` goes on for ever",
    )],
    read: Reader::One(|body, main| body.repeat(main)),
};

impl Body<'_, '_> {
    fn condition(&mut self, node: &Node, what: &str) -> Option<Typed> {
        self.value(node, Some(Type::Bool), what)
    }

    /// Steps that are never come to if `deciding` has this value.
    fn nested_unless(
        &mut self,
        deciding: Option<&Typed>,
        value: Value,
        fields: Fields<'_>,
        key: &str,
    ) -> Vec<Step> {
        let skips = deciding.is_some_and(|typed| typed.known == Some(value));
        let outside = self.check.skipped;
        self.check.skipped |= skips;
        let steps = self.nested(fields, key);
        self.check.skipped = outside;
        steps
    }

    fn branch(&mut self, main: Main<'_>) -> Option<StepKind> {
        let condition = self.condition(&main.key.value, "`if`");
        let then = self.nested_unless(condition.as_ref(), Value::Bool(false), main.fields, "do");
        let otherwise = self.nested_unless(condition.as_ref(), Value::Bool(true), main.fields, "else");
        Some(StepKind::If { condition: condition?.expr, then, otherwise })
    }

    fn round(&mut self, main: Main<'_>) -> Option<StepKind> {
        let condition = self.condition(&main.key.value, "`while`");
        let body = self.nested_unless(condition.as_ref(), Value::Bool(false), main.fields, "do");
        Some(StepKind::While { condition: condition?.expr, body })
    }

    fn repeat(&mut self, main: Main<'_>) -> Option<StepKind> {
        let times = self.check.whole(&main.key.value, self.scope(), "`repeat`", 0);
        let body = self.nested_unless(times.as_ref(), Value::Int(0), main.fields, "do");
        Some(StepKind::Repeat { times: times?.expr, body })
    }
}
