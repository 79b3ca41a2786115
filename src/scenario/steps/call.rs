//! `call`: the steps of a named block.
//!
//! Decides that they are checked anew for each call, with what its parameters stand for
//! there, and that blocks do not call themselves.

use super::body::{Body, Main, Reader, StepForm};
use crate::scenario::blocks::{DEEPEST, MOST_CALLS, called};
use crate::scenario::model::Step;
use crate::scenario::names::quoted;
use crate::scenario::node::{Entry, Kind};
use crate::scenario::scope::{Block, Passed};
use crate::scenario::tables::{Form, Shape, required};
use std::rc::Rc;

/// `call`: a name, or a name with arguments.
pub(super) static CALL_STEP: StepForm = StepForm {
    form: Form {
        name: "call",
        doc: "Do the steps of a block, with its parameters standing for what is given.",
        fields: &[required(
            "call",
            Shape::Either(&[Shape::Text, Shape::Map(&Shape::Map(&Shape::Value))]),
            "The name of the block, or `{name: {parameter: argument}}`.",
        )],
    },
    foreign: &[(
        &["do_block", "include", "run", "invoke", "function", "macro"],
        "write `call: name` for the steps of a block in `blocks`",
    )],
    read: Reader::Several(|body, main, steps| body.call(main, steps)),
};

impl Body<'_, '_> {
    fn call(&mut self, main: Main<'_>, steps: &mut Vec<Step>) {
        let Some((block, given)) = self.callee(main) else {
            self.check.unread = true;
            return;
        };
        block.called.set(true);
        let span = self.owner(main.key);
        if self.check.within.contains(&block.name) {
            let message = format!("the block {} calls itself", quoted(&block.name));
            self.check.reports.error_with_hint(span, message, "write a loop: `repeat` or `while`");
            return;
        }
        if self.check.within.len() == DEEPEST {
            self.check.reports.error(span, "calls are nested deeper than 64 levels");
            return;
        }
        self.check.calls += 1;
        if self.check.calls > MOST_CALLS {
            // Said once: everything after it would say the same.
            if self.check.calls == MOST_CALLS + 1 {
                let message = "the scenario has more than 10,000 calls, those in blocks counted each time";
                self.check.reports.error(span, message);
            }
            return;
        }
        let passed = self.check.pass(&block, given, self.scope(), main.site());
        if let (Some(passed), Some(entry)) = (passed, &block.steps) {
            steps.extend(self.copy(&block, entry, &passed, main));
        }
    }

    /// The steps of a block with what was passed to it.
    fn copy(&mut self, block: &Rc<Block>, entry: &Entry, passed: &Passed, main: Main<'_>) -> Vec<Step> {
        let before = self.check.reports.count();
        self.check.within.push(block.name.clone());
        let mut inner = Body {
            check: &mut *self.check,
            vars: &passed.vars,
            arguments: Some(&passed.arguments),
            on: self.on.clone(),
            purposes: self.purposes,
        };
        let steps = inner.steps(entry);
        self.purposes = inner.purposes;
        self.check.within.pop();
        for position in 0..self.vars.len() {
            if passed.vars.at(position).used.get() {
                self.vars.at(position).used.set(true);
            }
        }
        self.check.reports.note_call(before, main.site().line);
        steps
    }

    /// The block that is called, and the arguments.
    fn callee<'n>(&mut self, main: Main<'n>) -> Option<(Rc<Block>, &'n [Entry])> {
        let Some((key, given)) = called(&main.key.value) else {
            self.no_call(main);
            return None;
        };
        let found = self.check.blocks.find(&key.name).cloned();
        if found.is_none() {
            let span = self.check.key_span(&key);
            let known = self.check.blocks.names();
            let message = format!("unknown block {}", quoted(&key.name));
            let hint = "blocks are declared in `blocks`, beside `processes`".to_owned();
            self.check.reports.unknown_with_hint(span, message, &key.name, known, hint);
        }
        found.map(|block| (block, given))
    }

    /// Reports what is written like no call.
    fn no_call(&mut self, main: Main<'_>) {
        let value = &main.key.value;
        let reports = &mut self.check.reports;
        let span = reports.span_of(value);
        match &value.kind {
            Kind::Map(entries) => match entries.as_slice() {
                [Entry { key, value }] => {
                    let span = reports.span_of(value);
                    let message = format!("arguments are a map, found {}", value.described());
                    let hint = format!("write `call: {{{}: {{parameter: argument}}}}`", key.name);
                    reports.error_with_hint(span, message, hint);
                }
                entries => {
                    let message = format!("`call` names one block, found {}", entries.len());
                    reports.error_with_hint(span, message, "write one step for each");
                }
            },
            Kind::Bad => {}
            _ => {
                reports.error(span, format!("`call` takes the name of a block, found {}", value.described()))
            }
        }
    }
}
