//! What the files of the steps build on.
//!
//! Decides what is told of a step in its own file, and what its reader is given.

use crate::ids::Site;
use crate::scenario::context::Check;
use crate::scenario::fields::Fields;
use crate::scenario::model::{Expr, Step, StepKind};
use crate::scenario::names::Table;
use crate::scenario::node::{Entry, Node};
use crate::scenario::scope::{Arguments, Found, Scope, VarEntry};
use crate::scenario::source::Span;
use crate::scenario::tables::{Advice, Form};
use crate::scenario::typed::Typed;
use crate::value::{Type, Value};

/// All that the language knows of a step.
pub(super) struct StepForm {
    /// Its main key, and all keys that may stand beside it.
    pub form: Form,
    /// Words for it elsewhere, and what to write instead of them.
    pub foreign: &'static [Advice],
    pub read: Reader,
}

/// Reads a step into what it does.
pub(super) enum Reader {
    /// One that is one step of the model.
    One(fn(&mut Body<'_, '_>, Main<'_>) -> Option<StepKind>),
    /// One that is as many as it names things.
    Several(fn(&mut Body<'_, '_>, Main<'_>, &mut Vec<Step>)),
}

/// The main key of a step with what stands behind it, and all keys of the step.
#[derive(Clone, Copy)]
pub(super) struct Main<'n> {
    pub key: &'n Entry,
    pub fields: Fields<'n>,
}

impl Main<'_> {
    /// Where the step stands.
    pub fn site(&self) -> Site {
        self.key.key.site
    }
}

/// How a step names resources, and what is said where it names them wrongly.
#[derive(Debug)]
pub(in crate::scenario) struct Use {
    /// The step's key.
    pub key: &'static str,
    /// The key of the step that may name the same resources, if it is another one.
    pub like: Option<&'static str>,
    /// Whether after it a process has something, or had to wait.
    pub takes: bool,
    /// Whether it is about one resource and never about a list.
    pub is_single: bool,
    /// At what a process waits by it, if it may be mistaken for a step that lets time
    /// pass.
    pub waits_at: Option<&'static str>,
    /// What to write instead of a name, a comma and text that is no name, by its key,
    /// the name and the text.
    pub with_more: Option<fn(&str, &str, &str) -> String>,
    /// What to do about a list where one name stands.
    pub for_list: Option<&'static str>,
}

impl Use {
    /// A step about any number of resources.
    pub const fn new(key: &'static str, takes: bool) -> Use {
        Use { key, like: None, takes, is_single: false, waits_at: None, with_more: None, for_list: None }
    }
}

/// The steps of one process being checked.
pub(in crate::scenario) struct Body<'c, 't> {
    pub check: &'c mut Check<'t>,
    pub vars: &'c Table<VarEntry>,
    /// What else the parameters of a block stand for, in its steps.
    pub arguments: Option<&'c Arguments>,
    /// The processor on which the process works where a step names no other.
    pub on: Option<Found>,
    /// The number of distributions so far.
    pub purposes: u32,
}

impl<'c, 't> Body<'c, 't> {
    pub fn new(check: &'c mut Check<'t>, vars: &'c Table<VarEntry>) -> Self {
        Body { check, vars, arguments: None, on: None, purposes: 0 }
    }

    /// What expressions in steps may use.
    pub fn scope(&self) -> Scope<'c> {
        Scope { arguments: self.arguments, ..Scope::step(self.vars) }
    }

    /// A value in a step.
    pub fn value(&mut self, node: &Node, want: Option<Type>, what: &str) -> Option<Typed> {
        self.check.value(node, self.scope(), want, what)
    }

    /// Where a main key stands, for keys that are missing below it.
    pub fn owner(&self, main: &Entry) -> Span {
        self.check.key_span(&main.key)
    }

    /// A constant at a place without text of its own.
    pub fn constant(value: Value, site: Site) -> Expr {
        Typed::constant(value, site).expr
    }
}
