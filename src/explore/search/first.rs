//! A kind of finding with the first state that shows it, and what makes two
//! accesses to a memory one kind.

use super::store::StateId;
use crate::explore::state::Access;
use crate::ids::{OpId, ProcessId, ResourceId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A kind of finding, and its first state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct First {
    /// States that show it.
    pub(crate) count: u64,
    /// The first of them, of those at the least depth.
    pub(crate) state: StateId,
}

impl First {
    /// Counts one more state.
    pub(crate) fn note<K: Ord>(entry: Entry<'_, K, First>, state: StateId) {
        entry.and_modify(|first| first.count += 1).or_insert(First { count: 1, state });
    }

    /// Adds what was found later.
    pub(crate) fn merge<K: Ord>(all: &mut BTreeMap<K, First>, later: BTreeMap<K, First>) {
        for (key, first) in later {
            all.entry(key).and_modify(|known| known.count += first.count).or_insert(first);
        }
    }
}

/// Two accesses to one slot, at least one of them writing, that nothing orders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Race {
    /// Who accesses it on which op; the lower op first.
    pub accesses: [(OpId, ProcessId, bool); 2],
    /// Which memory.
    pub memory: ResourceId,
    /// Which slot both access.
    pub slot: u64,
}

impl Race {
    pub(crate) fn new(a: (ProcessId, &Access), b: (ProcessId, &Access)) -> Race {
        let mut accesses = [a, b].map(|(process, access)| (access.op, process, access.writes));
        accesses.sort_unstable();
        Race { accesses, memory: a.1.memory, slot: a.1.first.max(b.1.first) }
    }

    /// The lines of code that race, whoever executes them, wherever.
    pub(crate) fn ops(&self) -> [OpId; 2] {
        self.accesses.map(|(op, _, _)| op)
    }
}
