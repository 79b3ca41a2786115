//! What an exploration finds while it goes: ends, faults, and the first state
//! of each kind. Everything that is counted is counted by states.

use super::codec::Access;
use super::expand::Batch;
use super::parts::World;
use super::relation::{End, Stopped};
use super::search::Search;
use super::store::StateId;
use crate::analysis::Monitors;
use crate::analysis::monitor::FinalState;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::kernel::Machine;
use crate::program::Image;
use crate::time::Time;
use crate::trace::{Deadlock, Outcome};
use crate::value::{Value, Word};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

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
    /// Counts one more state.
    pub(super) fn note<K: Ord>(entry: Entry<'_, K, First>, state: StateId) {
        entry.and_modify(|first| first.count += 1).or_insert(First { count: 1, state });
    }

    /// Adds what was found later.
    pub(super) fn merge<K: Ord>(all: &mut BTreeMap<K, First>, later: BTreeMap<K, First>) {
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
    pub(super) fn new(a: (ProcessId, &Access), b: (ProcessId, &Access)) -> Race {
        let mut accesses = [a, b].map(|(process, access)| (access.op, process, access.writes));
        accesses.sort_unstable();
        Race { accesses, memory: a.1.memory, slot: a.1.first.max(b.1.first) }
    }

    /// The lines of code that race, whoever executes them, wherever.
    fn ops(&self) -> [OpId; 2] {
        self.accesses.map(|(op, _, _)| op)
    }
}

/// Everything that was found so far.
#[derive(Debug)]
pub(super) struct Findings {
    /// By the kind of end.
    pub(super) ends: BTreeMap<End, First>,
    /// Transitions that end a run, by why.
    pub(super) stops: Vec<(Stopped, First)>,
    /// The least and the greatest total time of a completed run.
    pub(super) times: Option<[(Time, StateId); 2]>,
    /// What completed runs leave: see [`content`].
    pub(super) results: BTreeMap<Vec<Word>, First>,
    /// Expectations that are broken or not met at the end, by their place among all.
    pub(super) failed: BTreeMap<usize, First>,
    /// Accesses that race, one of each pair of ops.
    pub(super) races: Vec<(Race, First)>,
    /// More results than are told apart.
    pub(super) more_results: bool,
    /// The memory that the results take, in bytes.
    pub(super) bytes: usize,
    /// For looking at an end, once there is one.
    world: Option<World>,
}

/// What a word of a result takes, in bytes: here, and where it is told as a value.
const RESULT_BYTES: usize = 8 + size_of::<Value>();

impl Findings {
    pub(super) fn new() -> Findings {
        Findings {
            ends: BTreeMap::new(),
            stops: Vec::new(),
            times: None,
            results: BTreeMap::new(),
            failed: BTreeMap::new(),
            races: Vec::new(),
            more_results: false,
            bytes: 0,
            world: None,
        }
    }

    /// Takes note of what a batch came to.
    pub(super) fn look<const W: usize>(&mut self, search: &Search<'_, W>, batch: Batch) {
        First::merge(&mut self.failed, batch.broken);
        for state in batch.leaves {
            self.leaf(search, state);
        }
        for (race, first) in batch.races {
            match self.races.iter_mut().find(|(known, _)| known.ops() == race.ops()) {
                Some((_, known)) => known.count += first.count,
                None => self.races.push((race, first)),
            }
        }
        for (state, stopped) in batch.stops {
            match self.stops.iter_mut().find(|(known, _)| is_alike(known, &stopped)) {
                Some((_, first)) => first.count += 1,
                None => self.stops.push((stopped, First { count: 1, state })),
            }
        }
    }

    fn leaf<const W: usize>(&mut self, search: &Search<'_, W>, state: StateId) {
        let relation = &search.space.relation;
        let mut world = self.world.take().unwrap_or_else(|| World::new(relation.image));
        search.space.codec.decode(search.store.state(state), &mut world);
        let end = relation.end(&world.machine);
        First::note(self.ends.entry(end), state);
        if let Some(monitors) = relation.monitors {
            self.finish(monitors, (relation.image, &world), end, state);
        }
        if end == End::Completed {
            self.completed(search, &world.machine, state);
        }
        self.world = Some(world);
    }

    fn completed<const W: usize>(&mut self, search: &Search<'_, W>, machine: &Machine, state: StateId) {
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
        let content = content(search, state, machine);
        let is_known = self.results.contains_key(&content);
        if is_known || self.results.len() < MOST_RESULTS {
            self.bytes += if is_known { 0 } else { RESULT_BYTES * content.len() };
            First::note(self.results.entry(content), state);
        } else {
            self.more_results = true;
        }
    }

    /// What is expected of a run, at its end.
    fn finish(&mut self, monitors: &Monitors, (image, world): (&Image, &World), end: End, state: StateId) {
        let machine = &world.machine;
        let outcome = match end {
            End::Completed => Outcome::Completed,
            End::Horizon => Outcome::Horizon,
            End::Deadlock => Outcome::Deadlock(Deadlock { blocked: Vec::new(), cycle: Vec::new() }),
        };
        let memories = machine.memories(image);
        let end = FinalState { outcome: &outcome, end: machine.now, memories: &memories };
        for expectation in monitors.unmet(&world.watch, &end) {
            First::note(self.failed.entry(expectation), state);
        }
    }
}

/// Whether two ends are one finding: the same rule broken at the same place.
pub(super) fn is_alike(a: &Stopped, b: &Stopped) -> bool {
    match (a, b) {
        (Stopped::Fault(a), Stopped::Fault(b)) => a.op == b.op,
        (Stopped::Limit(a), Stopped::Limit(b)) => a == b,
        _ => false,
    }
}

/// The contents of all memories in this state, in their order, and behind them
/// which state the code is in.
pub(super) fn content<const W: usize>(
    search: &Search<'_, W>,
    state: StateId,
    machine: &Machine,
) -> Vec<Word> {
    let memories = machine.memories(search.space.relation.image);
    let memories = memories.iter().flat_map(|(_, values)| values.iter().map(|value| value.to_word()));
    let code = search.space.codec.parts.of_code();
    // The number of the search: its own numbers are the same in every search.
    let code = code.map(|part| u64::from(search.space.codec.fields[part].of(search.store.state(state))));
    memories.chain(code).collect()
}
