//! All states that were reached, each once, in the order in which they were.
//!
//! States are compared as a whole: the hash only says where to look. The table
//! is in shards by hash, so that several workers can enter states at once; the
//! order of the states does not depend on how many there are: within a batch
//! it is shard by shard, and in a shard as the states came.

use crate::explore::state::hash_words;
use crate::value::Word;

/// The number of a state, in the order in which they were reached.
pub(crate) type StateId = u32;

/// A state that was reached, and from where.
pub(crate) type Arrival<const W: usize> = (StateId, [Word; W]);

/// Shards of the table; a power of two.
pub(crate) const SHARDS: usize = 64;

/// The most states that numbers are good for.
pub(crate) const MAX_STATES: usize = 1 << 31;

/// In an entry: the state is among the new ones of this batch.
const NEW: u32 = 1 << 31;

/// The parent of the first state.
pub(crate) const NO_PARENT: StateId = StateId::MAX;

/// Which shard a state belongs to.
#[inline(always)]
pub(crate) fn shard_of<const W: usize>(state: &[Word; W]) -> usize {
    (hash_words(state) >> 58) as usize
}

/// States and where they were reached from.
#[derive(Debug)]
pub(crate) struct Store<const W: usize> {
    states: Vec<[Word; W]>,
    parents: Vec<StateId>,
    shards: Vec<Shard<W>>,
}

/// One part of the table, in open addressing, at most four fifths full.
#[derive(Debug, Clone)]
pub(crate) struct Shard<const W: usize> {
    /// Short states stand in the table itself, so that most questions are
    /// answered by one look; none of longer ones. All zero where there is none,
    /// or where the state is.
    keys: Vec<[Word; W]>,
    /// Of longer states, a part of their hash.
    tags: Vec<u32>,
    /// Numbers + 1, which may be those of new states; 0 where there is none.
    ids: Vec<u32>,
    len: usize,
    /// The states that are new in this batch.
    new: Vec<Arrival<W>>,
    /// Where they stand in the table.
    places: Vec<u32>,
}

impl<const W: usize> Shard<W> {
    /// Whether states stand in the table.
    const KEYED: bool = W <= 2;

    /// With so many places in the table, a power of two.
    fn new(places: usize) -> Shard<W> {
        let mut shard = Shard {
            keys: Vec::new(),
            tags: Vec::new(),
            ids: Vec::new(),
            len: 0,
            new: Vec::new(),
            places: Vec::new(),
        };
        shard.make_places(places);
        shard
    }

    fn make_places(&mut self, places: usize) {
        self.ids = vec![0; places];
        if Self::KEYED {
            self.keys = vec![[0; W]; places];
        } else {
            self.tags = vec![0; places];
        }
    }

    /// Where this state stands, or the place for it.
    #[inline(always)]
    fn look_up(&self, states: &[[Word; W]], state: &[Word; W]) -> Result<usize, usize> {
        let hash = hash_words(state);
        let last = self.ids.len() - 1;
        let mut place = hash as usize & last;
        loop {
            let (same, may_be_free) = match Self::KEYED {
                true => (self.keys[place] == *state, self.keys[place] == [0; W]),
                false => (self.tags[place] == tag(hash), true),
            };
            // Numbers lie elsewhere in memory, so they are looked at last.
            if may_be_free && self.ids[place] == 0 {
                return Err(place);
            }
            if same && (Self::KEYED || self.state(states, self.ids[place] - 1) == state) {
                return Ok(place);
            }
            place = (place + 1) & last;
        }
    }

    /// A bit for each of these states (64 at most) that stands neither where
    /// its hash says nor next to that. No look waits for the answer of another.
    #[inline(always)]
    fn not_at_hand(&self, few: &[Arrival<W>]) -> u64 {
        if !Self::KEYED {
            return u64::MAX >> (u64::BITS - few.len() as u32);
        }
        let keys = self.keys.as_slice();
        let last = keys.len() - 1;
        let mut missing = 0;
        for (at, (_, state)) in few.iter().enumerate() {
            let place = hash_words(state) as usize & last;
            let here = (keys[place] == *state) | (keys[(place + 1) & last] == *state);
            missing |= u64::from(!here | (*state == [0; W])) << at;
        }
        missing
    }

    #[inline(always)]
    fn state<'s>(&'s self, states: &'s [[Word; W]], number: u32) -> &'s [Word; W] {
        match number & NEW {
            0 => &states[number as usize],
            _ => &self.new[(number & !NEW) as usize].1,
        }
    }

    fn put(&mut self, place: usize, state: &[Word; W], id: u32) {
        self.ids[place] = id;
        if Self::KEYED {
            self.keys[place] = *state;
        } else {
            self.tags[place] = tag(hash_words(state));
        }
    }

    /// Enters a state, unless it is there already.
    #[inline(always)]
    fn enter(&mut self, states: &[[Word; W]], reached: &Arrival<W>) {
        if let Err(place) = self.look_up(states, &reached.1) {
            self.enter_new(states, reached, place);
        }
    }

    #[inline(never)]
    fn enter_new(&mut self, states: &[[Word; W]], reached: &Arrival<W>, place: usize) {
        self.put(place, &reached.1, (NEW | self.new.len() as u32) + 1);
        self.new.push(*reached);
        self.places.push(place as u32);
        self.len += 1;
        self.keep_room(states);
    }

    fn keep_room(&mut self, states: &[[Word; W]]) {
        if 5 * self.len <= 4 * self.ids.len() {
            return;
        }
        let ids = std::mem::take(&mut self.ids);
        let keys = std::mem::take(&mut self.keys);
        self.make_places(2 * ids.len());
        let last = self.ids.len() - 1;
        for (old, id) in ids.into_iter().enumerate().filter(|&(_, id)| id != 0) {
            let state = if Self::KEYED { keys[old] } else { *self.state(states, id - 1) };
            let mut place = hash_words(&state) as usize & last;
            while self.ids[place] != 0 {
                place = (place + 1) & last;
            }
            self.put(place, &state, id);
            if (id - 1) & NEW != 0 {
                self.places[((id - 1) & !NEW) as usize] = place as u32;
            }
        }
    }

    /// Enters all of these, in this order.
    pub(crate) fn enter_all(&mut self, states: &[[Word; W]], reached: &[Arrival<W>]) {
        for few in reached.chunks(u64::BITS as usize) {
            let mut missing = self.not_at_hand(few);
            while missing != 0 {
                self.enter(states, &few[missing.trailing_zeros() as usize]);
                missing &= missing - 1;
            }
        }
    }

    /// Gives the new states their numbers, from `first` on.
    fn settle(&mut self, first: usize) {
        for (number, &place) in self.places.iter().enumerate() {
            self.ids[place as usize] = (first + number + 1) as u32;
        }
        self.places.clear();
    }

    /// Enters a state that has a number, and that is not there yet.
    fn place_known(&mut self, states: &[[Word; W]], state: &[Word; W], id: StateId) {
        if let Err(place) = self.look_up(states, state) {
            self.put(place, state, id + 1);
            self.len += 1;
            self.keep_room(states);
        }
    }

    fn bytes(&self) -> usize {
        8 * W * self.keys.capacity() + 4 * (self.tags.capacity() + self.ids.capacity())
    }
}

/// A part of a hash that neither the shard nor the place depends on much.
fn tag(hash: u64) -> u32 {
    (hash >> 26) as u32
}

impl<const W: usize> Store<W> {
    /// With one state, the first.
    pub(crate) fn new(first: [Word; W]) -> Store<W> {
        let mut store = Store { states: Vec::new(), parents: Vec::new(), shards: Vec::new() };
        store.shards = vec![Shard::new(16); SHARDS];
        store.shards[shard_of(&first)].enter(&[], &(NO_PARENT, first));
        store.take_new();
        store
    }

    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    pub(crate) fn state(&self, id: StateId) -> &[Word; W] {
        &self.states[id as usize]
    }

    pub(crate) fn states(&self) -> &[[Word; W]] {
        &self.states
    }

    /// From where a state was first reached; `None` of the first state.
    pub(crate) fn parent(&self, id: StateId) -> Option<StateId> {
        Some(self.parents[id as usize]).filter(|&parent| parent != NO_PARENT)
    }

    /// In how many transitions a state was first reached.
    pub(crate) fn depth(&self, id: StateId) -> u64 {
        std::iter::successors(self.parent(id), |&parent| self.parent(parent)).count() as u64
    }

    /// The states, and the shards of the table to enter new ones.
    pub(crate) fn split(&mut self) -> (&[[Word; W]], &mut [Shard<W>]) {
        (&self.states, &mut self.shards)
    }

    /// Takes over what the shards have entered.
    pub(crate) fn take_new(&mut self) {
        let new: usize = self.shards.iter().map(|shard| shard.new.len()).sum();
        if self.states.capacity() - self.states.len() < new {
            // By a quarter only, lest a budget of memory be far overshot.
            let more = new.max(self.states.len() / 4);
            self.states.reserve_exact(more);
            self.parents.reserve_exact(more);
        }
        for shard in &mut self.shards {
            shard.settle(self.states.len());
            self.states.extend(shard.new.iter().map(|(_, state)| state));
            self.parents.extend(shard.new.iter().map(|(parent, _)| parent));
            shard.new.clear();
        }
    }

    /// The number of a state, if it was reached.
    pub(crate) fn find(&self, state: &[Word; W]) -> Option<StateId> {
        let shard = &self.shards[shard_of(state)];
        shard.look_up(&self.states, state).ok().map(|place| shard.ids[place] - 1)
    }

    /// Puts every state into another form; all keep their numbers.
    pub(crate) fn repacked(mut self, repack: impl Fn(&[Word; W]) -> [Word; W]) -> Store<W> {
        self.states.iter_mut().for_each(|state| *state = repack(state));
        self.shards = self.shards.iter().map(|shard| Shard::new(shard.ids.len())).collect();
        for (id, state) in self.states.iter().enumerate() {
            let shard = &mut self.shards[shard_of(state)];
            shard.place_known(&self.states, state, id as StateId);
        }
        self
    }

    /// Keeps only so many states, those that were reached first.
    pub(crate) fn forget(&mut self, most: usize) {
        self.states.truncate(most);
        self.parents.truncate(most);
        *self =
            std::mem::replace(self, Store { states: Vec::new(), parents: Vec::new(), shards: Vec::new() })
                .repacked(|state| *state);
    }

    /// Puts zeros behind every state; all keep their numbers. None is found
    /// before they are [repacked](Self::repacked).
    pub(crate) fn padded<const V: usize>(self) -> Store<V> {
        let padded = |state: &[Word; W]| std::array::from_fn(|word| state.get(word).copied().unwrap_or(0));
        let shards = self.shards.iter().map(|shard| Shard::new(shard.ids.len())).collect();
        Store { states: self.states.iter().map(padded).collect(), parents: self.parents, shards }
    }

    /// The memory that it takes, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let tables: usize = self.shards.iter().map(Shard::bytes).sum();
        self.states.capacity() * 8 * W + self.parents.capacity() * 4 + tables
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
        let wide = store.padded().repacked(|[word, _]| [*word, 7]);
        assert!(expected.iter().all(|&state| wide.find(&[state, 7]).is_some()));
    }
}
