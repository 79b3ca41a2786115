//! A typed expression, and the reference to a resource that may stand in one.

use crate::arithmetic::{BinaryOp, UnaryOp};
use crate::ids::{ParamId, ProcessDefId, ResourceDefId, Site, VarId};
use crate::value::{Type, Value};

/// A typed expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it stands.
    pub site: Site,
}

/// The forms of an expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A literal.
    Const(Value),
    /// A parameter.
    Param(ParamId),
    /// A variable of the process.
    Var(VarId),
    /// An element of a private array, from 0; a fault if there is none.
    Element(VarId, Box<Expr>),
    /// The length of a private array, an integer.
    Len(VarId),
    /// The level of a resource, an integer: free permits, items, waiters, 1 or
    /// 0 for a mutex that is free or not.
    Level(Box<ResourceRef>),
    /// The capacity of a bounded buffer, an integer.
    Capacity(Box<ResourceRef>),
    /// A slot of a memory, in a condition that is waited for; a fault if there is none.
    Slot(Box<ResourceRef>, Box<Expr>),
    /// How far the life of one process is, in such a condition: an integer, below 0 before it
    /// begins, 0 while it lasts and above 0 when it is over.
    Stage(Box<ProcessRef>),
    /// The clock, as a duration since the start of the run.
    Now,
    /// The number of this instance among those of its process, from 0.
    Index,
    /// The item of a buffer that is looked at, or this field of it, from 0.
    Item(u8),
    /// An operation on one value.
    Unary(UnaryOp, Box<Expr>),
    /// An operation on two values; both are evaluated, left first.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a and b`; `b` is not evaluated if `a` is false.
    And(Box<Expr>, Box<Expr>),
    /// `a or b`; `b` is not evaluated if `a` is true.
    Or(Box<Expr>, Box<Expr>),
}

/// A resource, or one instance of several.
#[derive(Debug, Clone)]
pub struct ResourceRef {
    /// Which resource.
    pub def: ResourceDefId,
    /// Which instance, from 0; required exactly if the resource has a count.
    pub index: Option<Expr>,
    /// Where it is named.
    pub site: Site,
}

/// A process, one instance of several, or all of them.
#[derive(Debug, Clone)]
pub struct ProcessRef {
    /// Which process.
    pub def: ProcessDefId,
    /// Which instance, from 0; `None` for all, or for the only one.
    pub index: Option<Expr>,
    /// Where it is named.
    pub site: Site,
}
