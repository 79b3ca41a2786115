//! `signal`, `reset` and `count_down`, and waits at flags and latches.
//!
//! Decides what these are made of: a level that is changed only if it is not there yet, and
//! a wait for a level, as `until` is one.

use super::body::{Body, Main, Reader, StepForm, Use};
use crate::arithmetic::BinaryOp;
use crate::ids::Site;
use crate::scenario::model::{Branch, Expr, ExprKind, ResourceRef, Step, StepKind};
use crate::scenario::node::Kind;
use crate::scenario::scope::Found;
use crate::scenario::tables::{Form, REFERENCES, required};
use crate::trace::ResourceKind;
use crate::value::{Type, Value};

pub(in crate::scenario) static SIGNAL: Use = Use::new("signal", false);
pub(in crate::scenario) static RESET: Use = Use::new("reset", false);
pub(in crate::scenario) static COUNT_DOWN: Use = Use::new("count_down", false);

/// `signal`: the name of a flag, or a list of names.
pub(super) static SIGNAL_STEP: StepForm = StepForm {
    form: Form {
        name: "signal",
        doc: "Put a flag up: all who wait for it go on, and who comes later need not wait.",
        fields: &[required("signal", REFERENCES, "Which flags.")],
    },
    foreign: &[(&["set_flag", "raise_flag"], "write `signal: f` for a flag, `notify: c` for a condition")],
    read: Reader::Several(|body, main, steps| body.shift(main, &SIGNAL, steps)),
};

/// `reset`, likewise.
pub(super) static RESET_STEP: StepForm = StepForm {
    form: Form {
        name: "reset",
        doc: "Put a flag down: who comes has to wait.",
        fields: &[required("reset", REFERENCES, "Which flags.")],
    },
    foreign: &[(&["clear", "unset"], "write `reset: f` for a flag")],
    read: Reader::Several(|body, main, steps| body.shift(main, &RESET, steps)),
};

/// `count_down`: the name of a latch, or a list of names.
pub(super) static COUNT_DOWN_STEP: StepForm = StepForm {
    form: Form {
        name: "count_down",
        doc: "Count a latch down by 1, unless it is at 0; at 0 all who wait for it go on.",
        fields: &[required("count_down", REFERENCES, "Which latches.")],
    },
    foreign: &[(&["countdown", "countDown"], "write `count_down: l` for a latch")],
    read: Reader::Several(|body, main, steps| body.shift(main, &COUNT_DOWN, steps)),
};

impl Body<'_, '_> {
    fn shift(&mut self, main: Main<'_>, usage: &Use, steps: &mut Vec<Step>) {
        let several = matches!(main.key.value.kind, Kind::Seq(_));
        let found = self.check.references(&main.key.value, self.scope(), usage);
        for Found { reference, .. } in found.into_iter().flatten() {
            let site = if several { reference.site } else { main.site() };
            let name = format!("{} {}", usage.key, self.name_of(&reference));
            let (up, watch) = (usage.key == SIGNAL.key, self.watch_called(name, site, None));
            steps.push(Step { kind: StepKind::Shift { resource: reference, up, watch }, site });
        }
    }

    /// A wait until a flag is up, or a latch at 0.
    pub(super) fn wait_for_level(&mut self, on: ResourceRef, kind: ResourceKind, site: Site) -> StepKind {
        let number = Value::Int(i64::from(kind == ResourceKind::Flag));
        let state = if kind == ResourceKind::Flag { "up" } else { "at 0" };
        let name = format!("{} {state}", self.name_of(&on));
        let def = on.def;
        let level = Expr { kind: ExprKind::Level(Box::new(on)), ty: Type::Int, site };
        let there = Box::new(Self::constant(number, site));
        let holds = ExprKind::Binary(BinaryOp::EqualInt, Box::new(level), there);
        let condition = Expr { kind: holds, ty: Type::Bool, site };
        let waits = vec![Step { kind: StepKind::Until(condition), site }];
        let watch = self.watch_called(name, site, Some(def));
        StepKind::Select { branches: vec![Branch { waits, body: Vec::new() }], any: false, watch }
    }

    /// What a resource is called, whichever instance it is.
    fn name_of(&self, resource: &ResourceRef) -> String {
        self.check.resources.names().nth(resource.def.index()).unwrap_or_default().to_owned()
    }
}
