//! What states lead to, on its way into the store.
//!
//! In most scenarios the same state is reached from many sides within a short
//! time. So whatever a worker has lately reached is left out here, by a look
//! at a small table, before the store, which is large, is cancellation. That changes
//! nothing: of several arrivals at a state only the first counts, and what is
//! left out comes behind one that is not, or behind one that was entered
//! before.

use super::store::{Arrival, SHARDS, StateId, shard_of};
use crate::explore::state::hash_words;
use crate::value::Word;

/// Words of states that are remembered as reached lately.
const RECENT_WORDS: usize = 1 << 15;

/// The states that a worker has lately reached, by hash.
#[derive(Debug)]
pub(crate) struct Recent<const W: usize> {
    /// As many as a power of two; none before the first use.
    states: Vec<[Word; W]>,
}

impl<const W: usize> Recent<W> {
    pub(crate) fn new() -> Recent<W> {
        Recent { states: Vec::new() }
    }

    /// Has room for what a few states lead to. What is in the store may stand
    /// where there is nothing yet, and `entered` is there.
    pub(crate) fn make_room(&mut self, entered: &[Word; W], few: usize) {
        let most = (RECENT_WORDS / W.next_power_of_two()).max(1);
        let wanted = (16 * few).next_power_of_two().min(most);
        if self.states.len() < wanted {
            self.states = vec![*entered; wanted];
        }
    }

    /// Whether a state was not reached lately; it is now.
    #[inline(always)]
    fn is_new(&mut self, state: &[Word; W]) -> bool {
        let place = hash_words(state) as usize & (self.states.len() - 1);
        std::mem::replace(&mut self.states[place], *state) != *state
    }
}

/// What a few states lead to.
#[derive(Debug)]
pub(crate) struct Frontier<const W: usize> {
    /// All transitions, those included that are left out.
    pub(crate) transitions: u64,
    pub(crate) recent: Recent<W>,
    /// Those that count, and behind them what has yet to be written.
    arrivals: Vec<Arrival<W>>,
    len: usize,
    /// Once sorted: where those of each shard begin, and where the last end.
    starts: [u32; SHARDS + 1],
}

impl<const W: usize> Frontier<W> {
    pub(crate) fn new() -> Frontier<W> {
        let (arrivals, recent) = (Vec::new(), Recent::new());
        Frontier { transitions: 0, recent, arrivals, len: 0, starts: [0; SHARDS + 1] }
    }

    /// Forgets what was reached, which is in the store.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.starts = [0; SHARDS + 1];
    }

    /// How many arrivals are to be entered.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Takes note of a transition.
    #[inline(always)]
    pub(crate) fn note(&mut self, from: StateId, state: [Word; W]) {
        self.transitions += 1;
        if self.len == self.arrivals.len() {
            self.make_room();
        }
        // Whether it is new is a toss-up, so nothing branches on it.
        self.arrivals[self.len] = (from, state);
        self.len += usize::from(self.recent.is_new(&state));
    }

    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        self.arrivals.resize((2 * self.len).max(64), (0, [0; W]));
    }

    /// Puts what was reached in the order of shards, each in the order in which
    /// it came; by way of `spare`.
    pub(crate) fn sort(&mut self, spare: &mut Vec<Arrival<W>>) {
        let arrivals = &self.arrivals[..self.len];
        let mut next = [0; SHARDS];
        arrivals.iter().for_each(|(_, state)| next[shard_of(state) % SHARDS] += 1);
        let mut sum = 0;
        for (place, start) in next.iter_mut().zip(&mut self.starts) {
            *start = sum;
            sum += std::mem::replace(place, sum);
        }
        self.starts[SHARDS] = sum;
        if spare.len() < self.len {
            spare.resize(self.arrivals.len(), (0, [0; W]));
        }
        for arrival in arrivals {
            let place = &mut next[shard_of(&arrival.1) % SHARDS];
            spare[*place as usize] = *arrival;
            *place += 1;
        }
        std::mem::swap(&mut self.arrivals, spare);
    }

    /// What was reached in a shard, once sorted.
    pub(crate) fn in_shard(&self, shard: usize) -> &[Arrival<W>] {
        &self.arrivals[self.starts[shard] as usize..self.starts[shard + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever is left out came before: the first arrivals at all states,
        /// in order, are those of everything that was noted.
        #[test]
        fn only_later_arrivals_are_left_out(
            rounds in prop::collection::vec(prop::collection::vec(0..300u64, 0..400), 1..4),
        ) {
            let first = |arrivals: &[Arrival<1>], entered: &mut Vec<u64>| {
                let is_new = |arrival: &&Arrival<1>| {
                    let state = arrival.1[0];
                    let new = !entered.contains(&state);
                    if new { entered.push(state) }
                    new
                };
                arrivals.iter().filter(is_new).copied().collect::<Vec<_>>()
            };
            let (mut frontier, mut spare) = (Frontier::new(), Vec::new());
            let (mut of_some, mut of_all) = (vec![0], vec![0]);
            let mut noted = 0;
            for states in rounds {
                frontier.clear();
                frontier.recent.make_room(&[0], 8);
                let all: Vec<Arrival<1>> = states.iter().zip(1..).map(|(&state, from)| (from, [state])).collect();
                all.iter().for_each(|&(from, state)| frontier.note(from, state));
                noted += all.len() as u64;
                prop_assert_eq!(frontier.transitions, noted);
                frontier.sort(&mut spare);
                let mut some: Vec<_> = (0..SHARDS).flat_map(|shard| frontier.in_shard(shard)).copied().collect();
                prop_assert!(some.is_sorted_by_key(|(_, state)| shard_of(state)));
                let mut all = first(&all, &mut of_all);
                all.sort_by_key(|(_, state)| shard_of(state));
                some = first(&some, &mut of_some);
                prop_assert_eq!(some, all);
            }
        }
    }
}
