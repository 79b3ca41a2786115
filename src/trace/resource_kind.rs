//! What there is to say of a kind of resource, whatever scenario it stands in.
//!
//! Decides the word for a kind, what its level counts, and by which rules it is
//! bound, added up and drawn: each in the [`KindDescriptor`] of the kind, which
//! all others ask. What only the language knows of a kind (its keys and steps) is
//! in the scenario's table of kinds, and what its operations do is the kernel's
//! business.

use serde::{Deserialize, Serialize};

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    /// Owned by at most one process at a time.
    Mutex,
    /// A counter of permits.
    Semaphore,
    /// A queue of items.
    Buffer,
    /// Slots that are read and written.
    Memory,
    /// Where processes wait until another one notifies them.
    Condition,
    /// Where processes wait until so many of them have come.
    Barrier,
    /// Up or down; processes wait until it is up.
    Flag,
    /// Counted down to 0, for which processes wait.
    Latch,
    /// Owned by at most one process that writes, or by any number that read.
    Rwlock,
    /// Cores that serve processes at `work`.
    Processor,
    /// The life of a process, for whose end others wait. No scenario declares one:
    /// each process that others start, join or stop has one of its own name.
    Process,
    /// What processes wait for that can come of several resources. No scenario declares one:
    /// each step that waits so has one that is called what it waits for.
    Watch,
    /// The line of those who are to write under a read-write lock, and who is first in it. No
    /// scenario declares one: each such lock has one.
    Writers,
    /// Those who read under a read-write lock, likewise: a permit is taken for each.
    Readers,
}

/// All that there is to say of a [`ResourceKind`].
#[derive(Debug)]
pub struct KindDescriptor {
    /// The word for it in a scenario.
    pub name: &'static str,
    /// The word for several of it.
    pub plural: &'static str,
    /// One line about it, for the reference and the schema.
    pub doc: &'static str,
    /// The number that a scenario gives it, if there is one.
    pub number: Option<Number>,
    /// What its level counts; `None` if it has no level, and nobody waits for it.
    pub level: Option<Level>,
    /// What it holds besides its level.
    pub holds: Holds,
    /// Whether a process owns it, who alone can give it back.
    pub is_owned: bool,
    /// Whether a wait at it gives others their turn, and is no request that could as
    /// well be made later.
    pub wait_is_a_turn: bool,
    /// Whether its level says more in a picture than the lanes of the processes do.
    pub is_drawn: bool,
}

/// The number that a resource is made with.
#[derive(Debug)]
pub struct Number {
    /// Its key in a scenario.
    pub key: &'static str,
    /// What it is called in messages.
    pub called: &'static str,
    /// One line about it.
    pub doc: &'static str,
    /// The least that it may be.
    pub least: i64,
}

/// What the level of a resource counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Permits that are free; it begins with all there are.
    Permits,
    /// Items that are there, at most its capacity; it begins with none.
    Items,
    /// Processes that wait at it.
    Waiters,
    /// Cores that serve nobody; it begins with all there are.
    Cores,
}

/// What a resource holds besides its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Nothing.
    Nothing,
    /// Items of one type, in the order in which they came.
    Items,
    /// Slots with values of one type.
    Slots,
}

const MUTEX: KindDescriptor = KindDescriptor {
    name: "mutex",
    plural: "mutexes",
    doc: "A lock that at most one process owns.",
    number: None,
    level: Some(Level::Permits),
    holds: Holds::Nothing,
    is_owned: true,
    wait_is_a_turn: false,
    is_drawn: false,
};

const SEMAPHORE: KindDescriptor = KindDescriptor {
    name: "semaphore",
    plural: "semaphores",
    doc: "A counter of permits.",
    number: Some(Number {
        key: "permits",
        called: "the number of permits",
        doc: "Permits at the start, not below 0.",
        least: 0,
    }),
    level: Some(Level::Permits),
    holds: Holds::Nothing,
    is_owned: false,
    wait_is_a_turn: false,
    is_drawn: true,
};

const BUFFER: KindDescriptor = KindDescriptor {
    name: "buffer",
    plural: "buffers",
    doc: "A queue of items.",
    number: Some(Number {
        key: "capacity",
        called: "the capacity",
        doc: "How many items fit, or `unbounded`; with 0 a put and a get meet.",
        least: 0,
    }),
    level: Some(Level::Items),
    holds: Holds::Items,
    is_owned: false,
    wait_is_a_turn: false,
    is_drawn: true,
};

const MEMORY: KindDescriptor = KindDescriptor {
    name: "memory",
    plural: "memories",
    doc: "Slots that are read and written.",
    number: Some(Number {
        key: "slots",
        called: "the number of slots",
        doc: "How many slots, at least 1.",
        least: 1,
    }),
    level: None,
    holds: Holds::Slots,
    is_owned: false,
    wait_is_a_turn: false,
    is_drawn: false,
};

const CONDITION: KindDescriptor = KindDescriptor {
    name: "condition",
    plural: "conditions",
    doc: "Where processes wait until another one notifies them.",
    number: None,
    level: Some(Level::Waiters),
    holds: Holds::Nothing,
    is_owned: false,
    wait_is_a_turn: true,
    is_drawn: false,
};

const BARRIER: KindDescriptor = KindDescriptor {
    name: "barrier",
    plural: "barriers",
    doc: "Where processes wait until so many of them have come; then all go on, and it begins anew.",
    number: Some(Number {
        key: "parties",
        called: "the number of parties",
        doc: "How many have to come, at least 1.",
        least: 1,
    }),
    level: Some(Level::Waiters),
    holds: Holds::Nothing,
    is_owned: false,
    wait_is_a_turn: true,
    is_drawn: false,
};

const FLAG: KindDescriptor = KindDescriptor {
    name: "flag",
    plural: "flags",
    doc: "Up or down, at first down; processes wait until it is up.",
    number: None,
    level: Some(Level::Permits),
    holds: Holds::Nothing,
    is_owned: false,
    wait_is_a_turn: false,
    is_drawn: true,
};

const LATCH: KindDescriptor = KindDescriptor {
    name: "latch",
    plural: "latches",
    doc: "Counted down to 0, for which processes wait; it stays there.",
    number: Some(Number {
        key: "from",
        called: "what it is counted down from",
        doc: "From what it is counted down, not below 0.",
        least: 0,
    }),
    level: Some(Level::Permits),
    holds: Holds::Nothing,
    is_owned: false,
    wait_is_a_turn: false,
    is_drawn: true,
};

const RWLOCK: KindDescriptor = KindDescriptor {
    name: "rwlock",
    plural: "rwlocks",
    doc: "A lock under which any number of processes read, or one writes.",
    number: None,
    level: Some(Level::Permits),
    holds: Holds::Nothing,
    is_owned: true,
    wait_is_a_turn: false,
    is_drawn: false,
};

const WRITERS: KindDescriptor = KindDescriptor {
    name: "writers",
    plural: "writers",
    doc: "The line of those who are to write under a read-write lock.",
    ..RWLOCK
};

const READERS: KindDescriptor = KindDescriptor {
    name: "readers",
    plural: "readers",
    doc: "Those who read under a read-write lock.",
    number: SEMAPHORE.number,
    is_owned: false,
    ..RWLOCK
};

const PROCESSOR: KindDescriptor = KindDescriptor {
    name: "processor",
    plural: "processors",
    doc: "Cores that serve the processes that are at work on it; who is at work and not served is ready.",
    number: Some(Number {
        key: "cores",
        called: "the number of cores",
        doc: "How many processes it serves at a time, at least 1.",
        least: 1,
    }),
    level: Some(Level::Cores),
    holds: Holds::Nothing,
    is_owned: false,
    wait_is_a_turn: false,
    is_drawn: false,
};

const PROCESS: KindDescriptor = KindDescriptor {
    name: "process",
    plural: "processes",
    doc: "A process that others start, join or stop.",
    number: None,
    level: None,
    holds: Holds::Nothing,
    is_owned: false,
    wait_is_a_turn: false,
    is_drawn: false,
};

const WATCH: KindDescriptor = KindDescriptor {
    name: "watch",
    plural: "watches",
    doc: "What processes wait for that can come of several resources.",
    number: None,
    level: None,
    holds: Holds::Nothing,
    is_owned: false,
    wait_is_a_turn: false,
    is_drawn: false,
};

impl ResourceKind {
    /// All of them that a scenario may declare, in the order of the reference.
    pub const ALL: [ResourceKind; 10] = [
        ResourceKind::Mutex,
        ResourceKind::Semaphore,
        ResourceKind::Buffer,
        ResourceKind::Memory,
        ResourceKind::Condition,
        ResourceKind::Barrier,
        ResourceKind::Flag,
        ResourceKind::Latch,
        ResourceKind::Rwlock,
        ResourceKind::Processor,
    ];

    /// All that there is to say of it.
    pub const fn descriptor(self) -> &'static KindDescriptor {
        match self {
            ResourceKind::Mutex => &MUTEX,
            ResourceKind::Semaphore => &SEMAPHORE,
            ResourceKind::Buffer => &BUFFER,
            ResourceKind::Memory => &MEMORY,
            ResourceKind::Condition => &CONDITION,
            ResourceKind::Barrier => &BARRIER,
            ResourceKind::Flag => &FLAG,
            ResourceKind::Latch => &LATCH,
            ResourceKind::Rwlock => &RWLOCK,
            ResourceKind::Writers => &WRITERS,
            ResourceKind::Readers => &READERS,
            ResourceKind::Processor => &PROCESSOR,
            ResourceKind::Process => &PROCESS,
            ResourceKind::Watch => &WATCH,
        }
    }

    /// The word for it in a scenario.
    pub const fn name(self) -> &'static str {
        self.descriptor().name
    }

    /// The kind with this [name](ResourceKind::name).
    pub fn named(name: &str) -> Option<ResourceKind> {
        ResourceKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether a scenario declares it: reports list no others.
    pub fn is_declared(self) -> bool {
        ResourceKind::ALL.contains(&self)
    }

    /// What its level counts; `None` if it has no level, and nobody waits for it.
    pub fn level(self) -> Option<Level> {
        self.descriptor().level
    }

    /// Whether its level may have a bound, which is its capacity.
    pub fn has_capacity(self) -> bool {
        self.level() == Some(Level::Items)
    }

    /// Whether a process owns it, who alone can give it back.
    pub fn is_owned(self) -> bool {
        self.descriptor().is_owned
    }

    /// Whether it holds slots with values.
    pub fn has_slots(self) -> bool {
        self.descriptor().holds == Holds::Slots
    }

    /// Whether its level says more in a picture than the lanes of the processes do.
    pub fn is_drawn(self) -> bool {
        self.descriptor().is_drawn
    }

    /// The capacity and the level at the start of one that was made with this
    /// number; `None` is no bound, or no number at all.
    pub fn size(self, number: Option<u64>) -> (Option<u64>, u64) {
        match self.level() {
            Some(Level::Permits) if self.is_owned() => (Some(1), 1),
            Some(Level::Permits) => (None, number.unwrap_or(0)),
            Some(Level::Cores) => (number, number.unwrap_or(1)),
            Some(Level::Items | Level::Waiters) | None => (number, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trace and a scenario call it the same.
    #[test]
    fn every_kind_has_one_name() {
        for kind in ResourceKind::ALL {
            let written = serde_json::to_value(kind).expect("a kind is a word");
            assert_eq!(written, kind.name());
            assert_eq!(ResourceKind::named(kind.name()), Some(kind));
        }
        assert_eq!(ResourceKind::named("mutexes"), None);
    }

    #[test]
    fn sizes_by_hand() {
        assert_eq!(ResourceKind::Mutex.size(None), (Some(1), 1));
        assert_eq!(ResourceKind::Semaphore.size(Some(3)), (None, 3));
        assert_eq!(ResourceKind::Buffer.size(Some(5)), (Some(5), 0));
        assert_eq!(ResourceKind::Buffer.size(None), (None, 0));
        assert_eq!(ResourceKind::Memory.size(Some(4)), (Some(4), 0));
        assert_eq!(ResourceKind::Condition.size(None), (None, 0));
        assert_eq!(ResourceKind::Barrier.size(Some(3)), (Some(3), 0));
        assert_eq!(ResourceKind::Processor.size(Some(3)), (Some(3), 3));
    }
}
