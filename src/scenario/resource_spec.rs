//! What a resource of a checked scenario is. Decides nothing.

use super::expr::Expr;
use crate::ids::ResourceDefId;
use crate::trace::{Chosen, FieldInfo, Level, ResourceKind};
use crate::value::Type;

/// What a resource is; expressions are over parameters.
#[derive(Debug, Clone)]
pub struct ResourceSpec {
    /// Which kind of resource it is.
    pub kind: ResourceKind,
    /// The number that its kind is made with, an integer, at least what
    /// [`crate::trace::Number::least`] says: permits, capacity or slots; `None` if
    /// there is none, or no bound.
    pub number: Option<Expr>,
    /// The type of what it holds; an integer if that is nothing.
    pub ty: Type,
    /// The fields of what it holds, a buffer of records; `ty` is then that of the first.
    pub fields: Vec<FieldInfo>,
    /// What each slot holds at the start, if it has slots.
    pub value: Option<Expr>,
    /// Whether the owner of it, a mutex, inherits the priority of those who wait: a
    /// boolean; `None` if it never does.
    pub inherit: Option<Expr>,
    /// How many have to close it, a buffer that somebody closes: an integer, at least 1.
    pub closes: Option<Expr>,
    /// In which order it gives its items, a buffer that has one of its own.
    pub order: Option<ItemOrder>,
    /// Whether a get asks something of its items.
    pub is_asked: bool,
    /// How it serves, if it is a processor.
    pub processor: Option<ProcessorSpec>,
}

/// In which order a buffer gives its items.
#[derive(Debug, Clone)]
pub enum ItemOrder {
    /// The last that was put goes first.
    Lifo,
    /// The one with the least key goes first, of equal ones the first that was put: over
    /// parameters and the item.
    By(Expr),
}

/// How a processor serves; expressions are over parameters.
#[derive(Debug, Clone)]
pub struct ProcessorSpec {
    /// How long a process keeps its core if others are ready: a duration.
    pub quantum: Option<Expr>,
    /// What it costs a core to serve another process than before: a duration.
    pub switch: Option<Expr>,
    /// How much faster than one process alone so many are together, from one on:
    /// numbers. Empty for as many as there are cores.
    pub speed: Vec<Expr>,
    /// Whether a process that comes takes its core from one that goes after it, where
    /// the discipline has an order of going before: a boolean; `None` is true.
    pub preempts: Option<Expr>,
    /// Whether how many cores it has goes by a timetable.
    pub has_hours: bool,
    /// On which processor its cores are served themselves. It has one instance.
    pub on: Option<ResourceDefId>,
}

impl ResourceSpec {
    /// Which of equal items goes first, of a buffer whose items are chosen.
    pub fn chosen(&self) -> Option<Chosen> {
        match self.order {
            Some(ItemOrder::Lifo) => Some(Chosen::Newest),
            Some(ItemOrder::By(_)) => Some(Chosen::Oldest),
            None => self.is_asked.then_some(Chosen::Oldest),
        }
    }

    /// Of a resource of which nothing but its kind is said.
    pub(super) fn of_kind(kind: ResourceKind) -> ResourceSpec {
        ResourceSpec {
            kind,
            number: None,
            ty: Type::Int,
            fields: Vec::new(),
            value: None,
            inherit: None,
            closes: None,
            order: None,
            is_asked: false,
            processor: None,
        }
    }

    /// The permits at the start, if it has permits of which a scenario says how many.
    pub fn permits(&self) -> Option<&Expr> {
        self.number.as_ref().filter(|_| self.kind.level() == Some(Level::Permits))
    }
}
