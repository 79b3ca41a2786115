//! The resources of a scenario made in code.

use super::term::{Term, key, list, map};
use crate::scenario::AfterInterrupt;
use crate::trace::{Discipline, ResourceKind};
use crate::value::Type;

/// A resource: what it is, and in what number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    kind: ResourceKind,
    keys: Vec<(&'static str, String)>,
}

impl Resource {
    fn new(kind: ResourceKind) -> Resource {
        Resource { kind, keys: Vec::new() }
    }

    /// One that is made with a number.
    fn made_with(kind: ResourceKind, number: impl Into<Term>) -> Resource {
        let key = kind.descriptor().number.as_ref().map(|number| number.key);
        Resource::new(kind).with(key.expect("its kind asks for a number"), number.into().yaml())
    }

    /// One whose number changes at times.
    fn made_by_timetable<T: Into<Term>, N: Into<Term>>(
        kind: ResourceKind,
        timetable: impl IntoIterator<Item = (T, N)>,
    ) -> Resource {
        let entry = |(time, number): (T, N)| format!("{}: {}", time.into().yaml(), number.into().yaml());
        let entries: Vec<String> = timetable.into_iter().map(entry).collect();
        let key = kind.descriptor().number.as_ref().map(|number| number.key);
        Resource::new(kind).with(key.expect("its kind has a number"), format!("{{{}}}", entries.join(", ")))
    }

    fn with(mut self, key: &'static str, value: String) -> Resource {
        self.keys.push((key, value));
        self
    }

    /// A lock that at most one process owns.
    pub fn mutex() -> Resource {
        Resource::new(ResourceKind::Mutex)
    }

    /// A counter with so many permits at the start.
    pub fn semaphore(permits: impl Into<Term>) -> Resource {
        Resource::made_with(ResourceKind::Semaphore, permits)
    }

    /// A counter with so many permits from each time on, `[("0s", 3), ("4h", 1)]`; the first
    /// time is `0s`.
    pub fn semaphore_by_timetable<T: Into<Term>, N: Into<Term>>(
        timetable: impl IntoIterator<Item = (T, N)>,
    ) -> Resource {
        Resource::made_by_timetable(ResourceKind::Semaphore, timetable)
    }

    /// A queue for so many items.
    pub fn buffer(capacity: impl Into<Term>) -> Resource {
        Resource::made_with(ResourceKind::Buffer, capacity)
    }

    /// A queue for any number of items.
    pub fn unbounded_buffer() -> Resource {
        Resource::buffer("unbounded")
    }

    /// So many slots that are read and written, each 0 at the start.
    pub fn memory(slots: impl Into<Term>) -> Resource {
        Resource::made_with(ResourceKind::Memory, slots)
    }

    /// Where processes wait until another one notifies them.
    pub fn condition() -> Resource {
        Resource::new(ResourceKind::Condition)
    }

    /// Where processes wait until so many of them have come.
    pub fn barrier(parties: impl Into<Term>) -> Resource {
        Resource::made_with(ResourceKind::Barrier, parties)
    }

    /// Up or down, at first down; processes wait until it is up.
    pub fn flag() -> Resource {
        Resource::new(ResourceKind::Flag)
    }

    /// Counted down to 0 from so many, for which processes wait.
    pub fn latch(from: impl Into<Term>) -> Resource {
        Resource::made_with(ResourceKind::Latch, from)
    }

    /// A lock under which any number of processes read, or one writes.
    pub fn rwlock() -> Resource {
        Resource::new(ResourceKind::Rwlock)
    }

    /// Whether who is to read under a lock goes before those who wait to write; without this
    /// they go first.
    #[must_use]
    pub fn prefer_readers(self) -> Resource {
        self.with("prefer", "readers".to_owned())
    }

    /// So many cores, which serve the processes that are at work on them.
    pub fn processor(cores: impl Into<Term>) -> Resource {
        Resource::made_with(ResourceKind::Processor, cores)
    }

    /// So many cores from each time on, `[("0s", 2), ("4h", 1)]`; the first time is `0s`.
    pub fn processor_by_timetable<T: Into<Term>, N: Into<Term>>(
        timetable: impl IntoIterator<Item = (T, N)>,
    ) -> Resource {
        Resource::made_by_timetable(ResourceKind::Processor, timetable)
    }

    /// Several of them, addressed `name[0]`, `name[1]` …
    #[must_use]
    pub fn count(self, count: impl Into<Term>) -> Resource {
        self.with("count", count.into().yaml())
    }

    /// In which order waiters are served; of a processor, which of those that are ready.
    #[must_use]
    pub fn discipline(self, discipline: Discipline) -> Resource {
        self.with("discipline", discipline.name().to_owned())
    }

    /// The type of a buffer's items; otherwise that of the first put with a value.
    #[must_use]
    pub fn of(self, ty: Type) -> Resource {
        self.with("of", ty.name().to_owned())
    }

    /// Makes a buffer's items records with these fields.
    ///
    /// ```
    /// use tempolane::{builder::Resource, value::Type};
    ///
    /// let parcels = Resource::buffer(3).of_records([("weight", Type::Int), ("age", Type::Duration)]);
    /// ```
    #[must_use]
    pub fn of_records<'f>(self, fields: impl IntoIterator<Item = (&'f str, Type)>) -> Resource {
        let fields = fields.into_iter().map(|(name, ty)| (name, ty.name().to_owned()));
        self.with("of", map(fields))
    }

    /// Makes a buffer a stack: the item goes first that was put last.
    #[must_use]
    pub fn lifo(self) -> Resource {
        self.with("order", "lifo".to_owned())
    }

    /// Makes the item of a buffer go first that has the least key, over `item` and parameters.
    /// It needs [`Resource::of`].
    #[must_use]
    pub fn ordered_by(self, key: impl Into<Term>) -> Resource {
        self.with("order", format!("{{by: {}}}", key.into().yaml()))
    }

    /// How many close a buffer, 1 unless this says otherwise.
    #[must_use]
    pub fn closes(self, closes: impl Into<Term>) -> Resource {
        self.with("closes", closes.into().yaml())
    }

    /// What each slot of a memory holds at the start; it gives the type.
    #[must_use]
    pub fn value(self, value: impl Into<Term>) -> Resource {
        self.with("value", value.into().yaml())
    }

    /// Of a processor with [`Discipline::RoundRobin`]: after how much work others have
    /// their turn.
    #[must_use]
    pub fn quantum(self, quantum: impl Into<Term>) -> Resource {
        self.with("quantum", quantum.into().yaml())
    }

    /// What it costs a core of a processor to serve another process than before.
    #[must_use]
    pub fn switch(self, cost: impl Into<Term>) -> Resource {
        self.with("switch", cost.into().yaml())
    }

    /// Of a processor with [`Discipline::Sharing`]: how fast 1, 2, 3 … processes are
    /// together.
    #[must_use]
    pub fn speed(self, speeds: impl IntoIterator<Item = impl Into<Term>>) -> Resource {
        self.with("speed", list(speeds.into_iter().map(|speed| speed.into().yaml())))
    }

    /// Of a processor with [`Discipline::Priority`] or [`Discipline::Edf`]: whether who
    /// comes takes the core of one that goes after it, as it does unless this is `false`.
    #[must_use]
    pub fn preempt(self, preempts: bool) -> Resource {
        self.with("preempt", preempts.to_string())
    }

    /// What becomes of whoever has a permit of a semaphore by a `with` when a timetable or a
    /// breakdown takes it, or another process does, unless its step says something else.
    #[must_use]
    pub fn holders(self, then: AfterInterrupt) -> Resource {
        self.with("holders", then.name().to_owned())
    }

    /// The processor whose cores the cores of this processor need.
    #[must_use]
    pub fn on(self, processor: &str) -> Resource {
        self.with("on", key(processor))
    }

    pub(super) fn yaml(&self) -> String {
        let keys = self.keys.iter().map(|(key, value)| format!(", {key}: {value}"));
        format!("{{kind: {}{}}}", self.kind.name(), keys.collect::<String>())
    }
}
