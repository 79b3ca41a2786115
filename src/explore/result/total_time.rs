//! How long completed runs take, where states do not know what the clock shows: the lengths of
//! paths through the graph of states; of a search that was cut, through as much of it as there is.

use super::order::{MOST_STATES, TimedNext};
use crate::explore::ends::End;
use crate::explore::search::{StateGraph, StateId};
use crate::explore::transition::Scratch;
use crate::time::Time;
use crate::trace::NoTrace;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Of a search that was cut so many states are asked, those that were reached first: it is to come to an end.
const MOST_OF_CUT: usize = 500_000;

/// A total time, and the states of a run that takes so long.
pub(crate) type TimedPath = (Time, Vec<StateId>);

/// The least total time of a completed run, and the greatest, if there is one.
#[derive(Debug)]
pub(crate) struct PathTimes {
    pub(crate) least: TimedPath,
    /// `None` if a run that completes can go round before that, as often as it likes.
    pub(crate) most: Option<TimedPath>,
}

/// All transitions of a graph, those of a state one behind the other.
#[derive(Debug)]
struct Edges {
    /// What the clock shows in the first state, in nanoseconds.
    start: u64,
    /// By state, where its transitions begin; and where those of the last end.
    first: Vec<usize>,
    /// Where each leads, and how long after.
    all: Vec<(StateId, u64)>,
    /// States in which a run is completed.
    completed: Vec<StateId>,
}

impl Edges {
    fn of(&self, state: StateId) -> &[(StateId, u64)] {
        &self.all[self.first[state as usize]..self.first[state as usize + 1]]
    }

    fn states(&self) -> usize {
        self.first.len() - 1
    }

    /// By state, whether a completed run goes through it.
    fn can_complete(&self) -> Vec<bool> {
        let mut first = vec![0usize; self.states() + 1];
        self.all.iter().for_each(|&(to, _)| first[to as usize] += 1);
        let mut sum = 0;
        for place in &mut first {
            sum += *place;
            *place = sum;
        }
        // Filled from behind, so that each begins where it should at the end.
        let mut sources = vec![0 as StateId; self.all.len()];
        for from in 0..self.states() as StateId {
            for &(to, _) in self.of(from) {
                first[to as usize] -= 1;
                sources[first[to as usize]] = from;
            }
        }
        let mut can = vec![false; self.states()];
        let mut open = self.completed.clone();
        while let Some(state) = open.pop() {
            if !std::mem::replace(&mut can[state as usize], true) {
                open.extend_from_slice(&sources[first[state as usize]..first[state as usize + 1]]);
            }
        }
        can
    }

    /// The shortest path to a completed run, and of those the one with the fewest transitions
    /// (Dijkstra, "A note on two problems in connexion with graphs", 1959).
    fn shortest(&self) -> Option<TimedPath> {
        const FAR: (u64, u32) = (u64::MAX, u32::MAX);
        let mut distance = vec![FAR; self.states()];
        let mut before = vec![0 as StateId; self.states()];
        distance[0] = (self.start, 0);
        let mut open = BinaryHeap::from([Reverse((distance[0], 0 as StateId))]);
        let mut is_completed = vec![false; self.states()];
        self.completed.iter().for_each(|&state| is_completed[state as usize] = true);
        while let Some(Reverse(((time, steps), state))) = open.pop() {
            if is_completed[state as usize] {
                return timed_path(time, state, &before);
            }
            if distance[state as usize] != (time, steps) {
                continue;
            }
            for &(to, lasts) in self.of(state) {
                let arrives = (time.saturating_add(lasts), steps + 1);
                if arrives < distance[to as usize] {
                    distance[to as usize] = arrives;
                    before[to as usize] = state;
                    open.push(Reverse((arrives, to)));
                }
            }
        }
        None
    }

    /// The longest path to a completed run; `None` if there is a circle on the way to one.
    fn longest(&self) -> Option<TimedPath> {
        let can = self.can_complete();
        let mut incoming = vec![0u32; self.states()];
        let goes = |state: StateId| {
            let can = &can;
            self.of(state).iter().filter(move |(to, _)| can[state as usize] && can[*to as usize])
        };
        let all = 0..self.states() as StateId;
        all.clone().flat_map(goes).for_each(|&(to, _)| incoming[to as usize] += 1);
        let mut open: Vec<StateId> =
            all.filter(|&state| can[state as usize] && incoming[state as usize] == 0).collect();
        let mut longest = vec![self.start; self.states()];
        let mut before = vec![0 as StateId; self.states()];
        let mut left = can.iter().filter(|&&can| can).count();
        while let Some(state) = open.pop() {
            left -= 1;
            for &(to, lasts) in goes(state) {
                let arrives = longest[state as usize].saturating_add(lasts);
                if arrives >= longest[to as usize] {
                    longest[to as usize] = arrives;
                    before[to as usize] = state;
                }
                incoming[to as usize] -= 1;
                if incoming[to as usize] == 0 {
                    open.push(to);
                }
            }
        }
        if left > 0 {
            return None;
        }
        // Of equal ones the first.
        let last =
            self.completed.iter().copied().max_by_key(|&state| (longest[state as usize], Reverse(state)))?;
        timed_path(longest[last as usize], last, &before)
    }
}

/// The path from the first state to this one; `None` if it takes longer than a clock can show.
fn timed_path(nanos: u64, last: StateId, before: &[StateId]) -> Option<TimedPath> {
    let mut path = vec![last];
    while let Some(&state) = path.last().filter(|&&state| state != 0) {
        path.push(before[state as usize]);
    }
    path.reverse();
    Some((Time::from_nanos(nanos)?, path))
}

impl<const W: usize> StateGraph<'_, W> {
    /// How long completed runs take; `None` if there are none, or it was not found out. If the search was
    /// cut, how long those take that it has come across.
    pub(crate) fn path_times(&self, is_cut: bool, scratch: &mut Scratch) -> Option<PathTimes> {
        let edges = self.edges(is_cut, scratch)?;
        Some(PathTimes { least: edges.shortest()?, most: edges.longest() })
    }

    /// What the clock shows in the first state, in nanoseconds.
    pub(crate) fn start(&self, scratch: &mut Scratch) -> Option<u64> {
        self.space.relation.start(scratch, &mut NoTrace).ok()?;
        Some(scratch.world.machine.now.as_nanos())
    }

    /// All transitions, if the graph is whole and not too large; if the search was cut, those that are known.
    fn edges(&self, is_cut: bool, scratch: &mut Scratch) -> Option<Edges> {
        let count = if is_cut { self.store.len().min(MOST_OF_CUT) } else { self.store.len() };
        if count > MOST_STATES {
            return None;
        }
        let start = self.start(scratch)?;
        let mut edges = Edges { start, first: vec![0], all: Vec::new(), completed: Vec::new() };
        for state in 0..count as StateId {
            let TimedNext { states, stops, unknown } = self.timed_next(state, scratch);
            if unknown && !is_cut || self.space.relation.cancellation.check(u64::from(state)).is_err() {
                return None;
            }
            if states.is_empty() && stops == 0 && !unknown {
                let machine = self.machine(state, scratch);
                if self.space.relation.end(machine) == End::Completed {
                    edges.completed.push(state);
                }
            }
            edges.all.extend(states.into_iter().filter(|&(to, _)| (to as usize) < count));
            edges.first.push(edges.all.len());
        }
        Some(edges)
    }
}
