//! What an exploration finds while it goes: ends, faults, and the first state
//! of each kind. Everything that is counted is counted by states.

use crate::analysis::Monitors;
use crate::analysis::monitor::FinalState;
use crate::explore::ends::{End, Stopped};
use crate::explore::search::{Batch, First, Race, StateGraph, StateId};
use crate::explore::state::World;
use crate::kernel::Machine;
use crate::program::BoundProgram;
use crate::time::Time;
use crate::trace::{Deadlock, Outcome};
use crate::value::{Value, Word};
use std::collections::BTreeMap;

/// The most different results that are told apart.
const MOST_RESULTS: usize = 10_000;

/// Everything that was found so far.
#[derive(Debug)]
pub(crate) struct Findings {
    /// By the kind of end.
    pub(crate) ends: BTreeMap<End, First>,
    /// Transitions that end a run, by why.
    pub(crate) stops: Vec<(Stopped, First)>,
    /// The least and the greatest total time of a completed run.
    pub(crate) times: Option<[(Time, StateId); 2]>,
    /// What completed runs leave: see [`content`].
    pub(crate) results: BTreeMap<Vec<Word>, First>,
    /// Expectations that are broken or not met at the end, by their place among all.
    pub(crate) failed: BTreeMap<usize, First>,
    /// Accesses that race, one of each pair of ops.
    pub(crate) races: Vec<(Race, First)>,
    /// More results than are told apart.
    pub(crate) more_results: bool,
    /// The memory that the results take, in bytes.
    pub(crate) bytes: usize,
    /// For looking at an end, once there is one.
    world: Option<World>,
}

/// What a word of a result takes, in bytes: here, and where it is told as a value.
const RESULT_BYTES: usize = 8 + size_of::<Value>();

impl Findings {
    pub(crate) fn new() -> Findings {
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
    pub(crate) fn look<const W: usize>(&mut self, graph: &StateGraph<'_, W>, batch: Batch) {
        First::merge(&mut self.failed, batch.broken);
        for state in batch.leaves {
            self.leaf(graph, state);
        }
        for (race, first) in batch.races {
            match self.races.iter_mut().find(|(known, _)| known.ops() == race.ops()) {
                Some((_, known)) => known.count += first.count,
                None => self.races.push((race, first)),
            }
        }
        for (state, stopped) in batch.stops {
            match self.stops.iter_mut().find(|(known, _)| known.is_alike(&stopped)) {
                Some((_, first)) => first.count += 1,
                None => self.stops.push((stopped, First { count: 1, state })),
            }
        }
    }

    fn leaf<const W: usize>(&mut self, graph: &StateGraph<'_, W>, state: StateId) {
        let relation = &graph.space.relation;
        let mut world = self.world.take().unwrap_or_else(|| World::new(relation.program));
        graph.space.codec.decode(graph.store.state(state), &mut world);
        let end = relation.end(&world.machine);
        First::note(self.ends.entry(end), state);
        if let Some(monitors) = relation.monitors {
            self.finish(monitors, (relation.program, &world), end, state);
        }
        if end == End::Completed {
            self.completed(graph, &world.machine, state);
        }
        self.world = Some(world);
    }

    fn completed<const W: usize>(&mut self, graph: &StateGraph<'_, W>, machine: &Machine, state: StateId) {
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
        let content = content(graph, state, machine);
        let is_known = self.results.contains_key(&content);
        if is_known || self.results.len() < MOST_RESULTS {
            self.bytes += if is_known { 0 } else { RESULT_BYTES * content.len() };
            First::note(self.results.entry(content), state);
        } else {
            self.more_results = true;
        }
    }

    /// What is expected of a run, at its end.
    fn finish(
        &mut self,
        monitors: &Monitors,
        (program, world): (&BoundProgram, &World),
        end: End,
        state: StateId,
    ) {
        let machine = &world.machine;
        let outcome = match end {
            End::Completed => Outcome::Completed,
            End::Horizon => Outcome::Horizon,
            End::Deadlock => Outcome::Deadlock(Deadlock { blocked: Vec::new(), cycle: Vec::new() }),
        };
        let memories = machine.memories(program);
        let end = FinalState { outcome: &outcome, end: machine.now, memories: &memories };
        for expectation in monitors.unmet(&world.watch, &end) {
            First::note(self.failed.entry(expectation), state);
        }
    }
}

/// The contents of all memories in this state, in their order, and behind them
/// which state the code is in.
pub(crate) fn content<const W: usize>(
    graph: &StateGraph<'_, W>,
    state: StateId,
    machine: &Machine,
) -> Vec<Word> {
    let memories = machine.memories(graph.space.relation.program);
    let memories = memories.iter().flat_map(|(_, values)| values.iter().map(|value| value.to_word()));
    let code = graph.space.codec.layout.of_code();
    // The number of the search: its own numbers are the same in every graph.
    let code = code.map(|part| u64::from(graph.space.codec.fields[part].of(graph.store.state(state))));
    memories.chain(code).collect()
}
