//! What an exploration finds while it goes: ends, faults, and the first state
//! of each kind. Everything that is counted is counted by states.

use super::parts::World;
use super::relation::{End, Stopped};
use super::search::{Batch, Search};
use super::store::StateId;
use crate::ids::{OpId, ProcessId};
use crate::kernel::Machine;
use crate::program::Image;
use crate::time::Time;
use crate::value::Word;
use std::collections::BTreeMap;

/// The most different results that are told apart.
const MOST_RESULTS: usize = 10_000;

/// A kind of finding, and its first state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct First {
    /// States that show it.
    pub(super) count: u64,
    /// The first of them, of those at the least depth.
    pub(super) state: StateId,
}

impl First {
    fn note(first: &mut Option<First>, state: StateId) {
        match first {
            Some(first) => first.count += 1,
            None => *first = Some(First { count: 1, state }),
        }
    }
}

/// Two accesses to one slot that no synchronisation orders, by their ops.
pub(super) type RacePair = (ProcessId, OpId, ProcessId, OpId);

/// Everything that was found so far.
#[derive(Debug)]
pub(super) struct Findings {
    /// By the kind of end.
    pub(super) ends: BTreeMap<End, First>,
    /// Transitions that end a run, by why.
    pub(super) stops: Vec<(Stopped, First)>,
    /// The least and the greatest total time of a completed run.
    pub(super) times: Option<[(Time, StateId); 2]>,
    /// Final contents of the memories of completed runs.
    pub(super) results: BTreeMap<Vec<Word>, First>,
    /// More results than are told apart.
    pub(super) more_results: bool,
    world: World,
}

impl Findings {
    pub(super) fn new(image: &Image) -> Findings {
        Findings {
            ends: BTreeMap::new(),
            stops: Vec::new(),
            times: None,
            results: BTreeMap::new(),
            more_results: false,
            world: World { machine: Machine::new(image), watch: Vec::new() },
        }
    }

    /// Takes note of what a batch came to.
    pub(super) fn look<const W: usize>(&mut self, search: &Search<'_, W>, batch: Batch) {
        for state in batch.leaves {
            self.leaf(search, state);
        }
        for (state, stopped) in batch.stops {
            match self.stops.iter_mut().find(|(known, _)| is_alike(known, &stopped)) {
                Some((_, first)) => first.count += 1,
                None => self.stops.push((stopped, First { count: 1, state })),
            }
        }
    }

    fn leaf<const W: usize>(&mut self, search: &Search<'_, W>, state: StateId) {
        search.codec.decode(search.store.state(state), &mut self.world);
        let machine = &self.world.machine;
        let end = search.relation.end(machine);
        let mut first = self.ends.remove(&end);
        First::note(&mut first, state);
        self.ends.extend(first.map(|first| (end, first)));
        if end != End::Completed {
            return;
        }
        let now = machine.now;
        match &mut self.times {
            None => self.times = Some([(now, state); 2]),
            Some([least, most]) => {
                if now < least.0 {
                    *least = (now, state);
                }
                if now > most.0 {
                    *most = (now, state);
                }
            }
        }
        let content = memory_words(search.relation.image, machine);
        if let Some(first) = self.results.get_mut(&content) {
            first.count += 1;
        } else if self.results.len() < MOST_RESULTS {
            self.results.insert(content, First { count: 1, state });
        } else {
            self.more_results = true;
        }
    }
}

/// Whether two ends are one finding: the same rule broken at the same place.
pub(super) fn is_alike(a: &Stopped, b: &Stopped) -> bool {
    match (a, b) {
        (Stopped::Fault(a), Stopped::Fault(b)) => a.op == b.op && a.process == b.process,
        (Stopped::Limit(a), Stopped::Limit(b)) => a == b,
        _ => false,
    }
}

/// The contents of all memories, in their order.
pub(super) fn memory_words(image: &Image, machine: &Machine) -> Vec<Word> {
    let memories = machine.memories(image);
    memories.iter().flat_map(|(_, values)| values.iter().map(|value| value.to_word())).collect()
}
