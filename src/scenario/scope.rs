//! What names mean at a place of the scenario.
//!
//! Decides nothing; it is filled by the checks of parameters, resources and
//! processes and asked by that of expressions. A type of `None` belongs to a
//! thing that is itself wrong: whoever uses it stays silent, so that one
//! problem is reported once.

use super::model::{AfterInterrupt, Expr, ResourceRef};
use super::names::Table;
use super::node::Entry;
use crate::ids::Site;
use crate::trace::{FieldInfo, ResourceKind};
use crate::value::{Type, Value};
use std::cell::Cell;
use std::collections::BTreeMap;

/// A parameter.
#[derive(Debug)]
pub(super) struct ParamEntry {
    pub ty: Option<Type>,
    /// Its value, overrides included.
    pub value: Option<Value>,
    /// Where its name stands.
    pub site: Site,
    /// Whether anything names it.
    pub used: Cell<bool>,
}

/// A variable or a private array of a process.
#[derive(Debug, Clone)]
pub(super) struct VarEntry {
    pub ty: Option<Type>,
    pub array: bool,
    /// The length of an array, if it is known.
    pub length: Option<i64>,
    /// Whether a step names it.
    pub used: Cell<bool>,
}

impl VarEntry {
    /// One variable of this type, if that is known.
    pub fn of(ty: Option<Type>) -> VarEntry {
        VarEntry { ty, array: false, length: None, used: false.into() }
    }
}

/// What says of which type the items of a buffer are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum TypedBy {
    /// The declaration.
    #[default]
    Declared,
    /// The first put with a value, which stands there.
    Put(Site),
    /// Nothing: no put has a value.
    Nothing,
}

/// A resource.
#[derive(Debug, Clone, Default)]
pub(super) struct ResourceEntry {
    pub kind: Option<ResourceKind>,
    /// Of a buffer's items or a memory's slots.
    pub ty: Option<Type>,
    /// The fields of a buffer's items, if those are records; `ty` is then that of the first.
    pub fields: Vec<FieldInfo>,
    /// Whether a buffer's type is that of the first put with a value, and is not known yet.
    pub by_puts: bool,
    /// What made it known.
    pub typed_by: TypedBy,
    pub counted: bool,
    /// The number of instances, if it is known.
    pub count: Option<i64>,
    /// How many instances of other resources come before it, if that is known.
    pub first: Option<i64>,
    /// The capacity of a buffer or the slots of a memory, if it is known and bounded.
    pub size: Option<i64>,
    /// What each slot of a memory holds at the start, if it is known.
    pub initial: Option<Value>,
    /// Whether it is a buffer without a bound.
    pub unbounded: bool,
    /// Whether it, or a processor on which it stands, goes by deadlines.
    pub by_deadline: bool,
    /// Whether how many cores it has goes by a timetable.
    pub has_hours: bool,
    /// Whether those who wait for it are served by their priority.
    pub by_priority: bool,
    /// What becomes of whoever has a permit of it that is taken, if that loses it.
    pub holders: Option<(AfterInterrupt, Site)>,
    /// Whether who comes takes the cores of this processor from others.
    pub preempts: bool,
    /// Whether a step names it.
    pub used: Cell<bool>,
    /// Whether its level is asked, or something is expected of it.
    pub asked: Cell<bool>,
}

/// A resolved reference and what is known of its resource.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub reference: ResourceRef,
    pub entry: ResourceEntry,
}

/// A process.
#[derive(Debug)]
pub(super) struct ProcessEntry {
    pub counted: bool,
    /// The number of instances, if it is known.
    pub count: Option<i64>,
    /// How many instances of other processes come before it, if that is known.
    pub first: Option<i64>,
    /// Whether a step starts, joins or stops it.
    pub lives: Cell<bool>,
    /// Whether its instances arrive while a run goes on.
    pub arrives: bool,
    /// Whether a step joins any instance of it.
    pub joined_any: Cell<bool>,
}

/// A named block.
#[derive(Debug)]
pub(super) struct Block {
    pub name: String,
    pub params: Vec<String>,
    /// The key of its steps, with them; `None` if they are missing, which was reported.
    pub steps: Option<Entry>,
    pub called: Cell<bool>,
}

/// What a parameter of a block stands for.
#[derive(Debug, Clone)]
pub(super) enum Argument {
    /// A value in terms of the caller, and what it is if that is known; `None` if it is wrong, which was reported.
    Value(Option<(Expr, Option<Value>)>),
    /// One resource.
    One(Found),
    /// All instances of a resource, by its position.
    All(usize),
}

/// What the parameters of a block stand for in a call, but for those that stand for variables.
pub(super) type Arguments = BTreeMap<String, Argument>;

/// The variables of the caller under their names in a block, and all other arguments.
#[derive(Debug)]
pub(super) struct Passed {
    pub vars: Table<VarEntry>,
    pub arguments: Arguments,
}

impl Passed {
    /// What the steps of the block may use.
    pub fn scope(&self) -> Scope<'_> {
        Scope { arguments: Some(&self.arguments), ..Scope::step(&self.vars) }
    }
}

/// How many instances come before the next entry, after one that has `count`
/// instances and `first` before it.
pub(super) fn next_first(first: Option<i64>, count: Option<i64>) -> Option<i64> {
    first?.checked_add(count?)
}

/// Which names an expression may use.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    /// So many parameters, from the first.
    pub params: usize,
    /// The variables of the process, where they have values.
    pub vars: Option<&'s Table<VarEntry>>,
    /// What else the parameters of a block stand for, in its steps.
    pub arguments: Option<&'s Arguments>,
    /// Whether `index` is known.
    pub index: bool,
    /// Whether `now` is known.
    pub now: bool,
    /// The buffer of which an `item` is looked at.
    pub item: Option<&'s ResourceEntry>,
    /// Whether it is a condition that is waited for, which may ask slots and processes.
    pub awaited: bool,
}

impl<'s> Scope<'s> {
    /// Over the first so many parameters.
    pub fn params(params: usize) -> Scope<'s> {
        Scope { params, vars: None, arguments: None, index: false, now: false, item: None, awaited: false }
    }

    /// Over all parameters.
    pub fn all_params() -> Scope<'s> {
        Scope::params(usize::MAX)
    }

    /// Over parameters and `index`, before the process starts.
    pub fn instance() -> Scope<'s> {
        Scope { index: true, ..Scope::all_params() }
    }

    /// Over everything, in a step.
    pub fn step(vars: &'s Table<VarEntry>) -> Scope<'s> {
        Scope { vars: Some(vars), index: true, now: true, ..Scope::all_params() }
    }
}
