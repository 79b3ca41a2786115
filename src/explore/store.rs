//! All states that were reached, each once, in the order in which they were.
//!
//! States are compared as a whole: the hash only says where to look. The table
//! is in shards by hash, so that several workers can enter states at once; the
//! order of the states does not depend on how many there are: within a batch
//! it is shard by shard, and in a shard as the states came.

use super::interner::hash_words;
use crate::value::Word;

/// The number of a state, in the order in which they were reached.
pub(super) type StateId = u32;

/// Shards of the table; a power of two.
pub(super) const SHARDS: usize = 64;

/// The most states that numbers are good for.
pub(super) const MAX_STATES: usize = 1 << 31;

/// In an entry: the state is among the new ones of this batch.
const NEW: u32 = 1 << 31;

/// The parent of the first state.
pub(super) const NO_PARENT: StateId = StateId::MAX;

/// A state that a batch reached, and from where.
pub(super) type Reached<const W: usize> = (StateId, [Word; W]);

/// Which shard a state belongs to.
#[inline(always)]
pub(super) fn shard_of<const W: usize>(state: &[Word; W]) -> usize {
    (hash_words(state) >> 58) as usize
}

/// States and where they were reached from.
#[derive(Debug)]
pub(super) struct Store<const W: usize> {
    states: Vec<[Word; W]>,
    parents: Vec<StateId>,
    shards: Vec<Shard<W>>,
}

/// One part of the table. An entry is a tag of 32 bits and a number + 1, which
/// may be one of a new state; 0 where there is none.
#[derive(Debug, Clone)]
pub(super) struct Shard<const W: usize> {
    table: Vec<u64>,
    len: usize,
    /// The states that are new in this batch.
    new: Vec<Reached<W>>,
}

impl<const W: usize> Shard<W> {
    fn new() -> Shard<W> {
        Shard { table: vec![0; 16], len: 0, new: Vec::new() }
    }

    /// Enters a state, unless it is there already.
    #[inline(always)]
    fn enter(&mut self, states: &[[Word; W]], reached: &Reached<W>) {
        let hash = hash_words(&reached.1);
        let last = self.table.len() - 1;
        let tag = (hash >> 26) as u32;
        let mut place = hash as usize & last;
        loop {
            let entry = self.table[place];
            if entry == 0 {
                break;
            }
            if (entry >> 32) as u32 == tag {
                let number = entry as u32 - 1;
                let other = match number & NEW {
                    0 => &states[number as usize],
                    _ => &self.new[(number & !NEW) as usize].1,
                };
                if *other == reached.1 {
                    return;
                }
            }
            place = (place + 1) & last;
        }
        self.table[place] = u64::from(tag) << 32 | u64::from((NEW | self.new.len() as u32) + 1);
        self.new.push(*reached);
        self.len += 1;
        if 4 * self.len > 3 * self.table.len() {
            self.grow(states);
        }
    }

    #[cold]
    fn grow(&mut self, states: &[[Word; W]]) {
        let old = std::mem::take(&mut self.table);
        self.table = vec![0; 2 * old.len()];
        let last = self.table.len() - 1;
        for entry in old.into_iter().filter(|&entry| entry != 0) {
            let number = entry as u32 - 1;
            let state = match number & NEW {
                0 => &states[number as usize],
                _ => &self.new[(number & !NEW) as usize].1,
            };
            let mut place = hash_words(state) as usize & last;
            while self.table[place] != 0 {
                place = (place + 1) & last;
            }
            self.table[place] = entry;
        }
    }

    /// Enters all of these, in this order.
    pub(super) fn enter_all(&mut self, states: &[[Word; W]], reached: &[Reached<W>]) {
        for one in reached {
            self.enter(states, one);
        }
    }

    /// Gives the new states their numbers, from `first` on.
    fn settle(&mut self, first: usize) {
        let last = self.table.len() - 1;
        for (place_in_new, (_, state)) in self.new.iter().enumerate() {
            let hash = hash_words(state);
            let sought = u64::from((hash >> 26) as u32) << 32 | u64::from((NEW | place_in_new as u32) + 1);
            let mut place = hash as usize & last;
            while self.table[place] != sought {
                place = (place + 1) & last;
            }
            self.table[place] = (sought >> 32) << 32 | (first + place_in_new + 1) as u64;
        }
    }
}

impl<const W: usize> Store<W> {
    /// With one state, the first.
    pub(super) fn new(first: [Word; W]) -> Store<W> {
        let mut store = Store { states: Vec::new(), parents: Vec::new(), shards: Vec::new() };
        store.shards = vec![Shard::new(); SHARDS];
        store.shards[shard_of(&first)].enter(&[], &(NO_PARENT, first));
        store.take_new();
        store
    }

    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    pub(super) fn state(&self, id: StateId) -> &[Word; W] {
        &self.states[id as usize]
    }

    pub(super) fn states(&self) -> &[[Word; W]] {
        &self.states
    }

    /// From where a state was first reached; `None` of the first state.
    pub(super) fn parent(&self, id: StateId) -> Option<StateId> {
        Some(self.parents[id as usize]).filter(|&parent| parent != NO_PARENT)
    }

    /// The states, and the shards of the table to enter new ones.
    pub(super) fn split(&mut self) -> (&[[Word; W]], &mut [Shard<W>]) {
        (&self.states, &mut self.shards)
    }

    /// Takes over what the shards have entered.
    pub(super) fn take_new(&mut self) {
        for shard in &mut self.shards {
            shard.settle(self.states.len());
            self.states.extend(shard.new.iter().map(|(_, state)| state));
            self.parents.extend(shard.new.iter().map(|(parent, _)| parent));
            shard.new.clear();
        }
    }

    /// The number of a state, if it was reached.
    pub(super) fn find(&self, state: &[Word; W]) -> Option<StateId> {
        let shard = &self.shards[shard_of(state)];
        let hash = hash_words(state);
        let last = shard.table.len() - 1;
        let mut place = hash as usize & last;
        loop {
            let entry = shard.table[place];
            if entry == 0 {
                return None;
            }
            if (entry >> 32) as u32 == (hash >> 26) as u32
                && self.states[entry as usize as u32 as usize - 1] == *state
            {
                return Some(entry as u32 - 1);
            }
            place = (place + 1) & last;
        }
    }

    /// The same states in another form, with the same numbers.
    pub(super) fn repacked<const V: usize>(self, repack: impl Fn(&[Word; W]) -> [Word; V]) -> Store<V> {
        let states: Vec<[Word; V]> = self.states.iter().map(repack).collect();
        let mut shards = vec![Shard::new(); SHARDS];
        for (id, state) in states.iter().enumerate() {
            let shard: &mut Shard<V> = &mut shards[shard_of(state)];
            shard.place_known(&states, state, id as StateId);
        }
        Store { states, parents: self.parents, shards }
    }

    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let tables: usize = self.shards.iter().map(|shard| 8 * shard.table.capacity()).sum();
        self.states.capacity() * 8 * W + self.parents.capacity() * 4 + tables
    }
}

impl<const W: usize> Shard<W> {
    /// Enters a state that has a number, and that is not there yet.
    fn place_known(&mut self, states: &[[Word; W]], state: &[Word; W], id: StateId) {
        let hash = hash_words(state);
        let last = self.table.len() - 1;
        let mut place = hash as usize & last;
        while self.table[place] != 0 {
            place = (place + 1) & last;
        }
        self.table[place] = u64::from((hash >> 26) as u32) << 32 | u64::from(id + 1);
        self.len += 1;
        if 4 * self.len > 3 * self.table.len() {
            self.grow(states);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_kept_once() {
        let mut store = Store::new([0u64]);
        for batch in 0..10u64 {
            let mut by_shard = vec![Vec::new(); SHARDS];
            for n in 0..1_000u64 {
                let state = [(n * (batch + 1)) % 3_000];
                by_shard[shard_of(&state)].push((0, state));
            }
            let (states, shards) = store.split();
            for (shard, reached) in shards.iter_mut().zip(&by_shard) {
                shard.enter_all(states, reached);
            }
            store.take_new();
        }
        let expected: std::collections::BTreeSet<u64> =
            (1..=10u64).flat_map(|m| (0..1_000).map(move |n| n * m % 3_000)).collect();
        assert_eq!(store.len(), expected.len());
        for &state in &expected {
            let id = store.find(&[state]).expect("it was entered");
            assert_eq!(store.state(id), &[state]);
        }
        assert_eq!(store.find(&[3_000]), None);
        let wide = store.repacked(|[word]| [*word, 7]);
        assert!(expected.iter().all(|&state| wide.find(&[state, 7]).is_some()));
    }
}
