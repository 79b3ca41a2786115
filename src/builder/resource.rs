//! The resources of a scenario made in code.

use super::term::Term;
use crate::scenario::Discipline;
use crate::value::Type;

/// A resource: what it is, and in what number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    kind: &'static str,
    keys: Vec<(&'static str, String)>,
}

impl Resource {
    fn new(kind: &'static str) -> Resource {
        Resource { kind, keys: Vec::new() }
    }

    fn with(mut self, key: &'static str, value: String) -> Resource {
        self.keys.push((key, value));
        self
    }

    /// A lock that at most one process owns.
    pub fn mutex() -> Resource {
        Resource::new("mutex")
    }

    /// A counter with so many permits at the start.
    pub fn semaphore(permits: impl Into<Term>) -> Resource {
        Resource::new("semaphore").with("permits", permits.into().yaml())
    }

    /// A queue for so many items.
    pub fn buffer(capacity: impl Into<Term>) -> Resource {
        Resource::new("buffer").with("capacity", capacity.into().yaml())
    }

    /// A queue for any number of items.
    pub fn unbounded_buffer() -> Resource {
        Resource::buffer("unbounded")
    }

    /// So many slots that are read and written, each 0 at the start.
    pub fn memory(slots: impl Into<Term>) -> Resource {
        Resource::new("memory").with("slots", slots.into().yaml())
    }

    /// Where processes wait until another one notifies them.
    pub fn condition() -> Resource {
        Resource::new("condition")
    }

    /// Several of them, addressed `name[0]`, `name[1]` …
    #[must_use]
    pub fn count(self, count: impl Into<Term>) -> Resource {
        self.with("count", count.into().yaml())
    }

    /// In which order waiters are served.
    #[must_use]
    pub fn discipline(self, discipline: Discipline) -> Resource {
        let word = match discipline {
            Discipline::Fifo => "fifo",
            Discipline::Priority => "priority",
            Discipline::Lifo => "lifo",
            Discipline::Any => "any",
        };
        self.with("discipline", word.to_owned())
    }

    /// The type of a buffer's items; otherwise that of the first put.
    #[must_use]
    pub fn of(self, ty: Type) -> Resource {
        let word = match ty {
            Type::Int => "int",
            Type::Float => "float",
            Type::Bool => "bool",
            Type::Duration => "duration",
        };
        self.with("of", word.to_owned())
    }

    /// What each slot of a memory holds at the start; it gives the type.
    #[must_use]
    pub fn value(self, value: impl Into<Term>) -> Resource {
        self.with("value", value.into().yaml())
    }

    pub(super) fn yaml(&self) -> String {
        let keys = self.keys.iter().map(|(key, value)| format!(", {key}: {value}"));
        format!("{{kind: {}{}}}", self.kind, keys.collect::<String>())
    }
}
