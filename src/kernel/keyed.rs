//! Buffers that give their items in the order of a key: as heaps.
//!
//! Decides where the items of such a buffer lie, so that one comes and the first one goes in
//! time that grows with the logarithm of how many there are. An item has one word more behind
//! its own: how many were put before it since there was none, which tells equal keys apart.
//! Whatever has to look at items in their order does so from the top of the heap down, and takes
//! no longer than it looks.

use super::machine::Machine;
use crate::program::{BoundProgram, ItemKey, ItemTerm, OrderCode, resource};
use crate::value::{Item, Type, Word};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// What goes before what: the least.
type Rank = (ItemKey, Word);

/// The heap of a buffer whose items are in the order of a key.
pub(super) struct KeyHeap<'p> {
    key: &'p ItemTerm,
    ty: Type,
    header: usize,
    /// Where it lies in the arena.
    start: usize,
    /// The words of an item.
    fields: usize,
}

impl<'p> KeyHeap<'p> {
    /// That of the buffer with this header, if it is such a one.
    #[inline]
    pub(super) fn of(program: &'p BoundProgram, arena: &[Word], header: usize) -> Option<KeyHeap<'p>> {
        if !resource::is_keyed(arena[header + resource::IDENTITY]) {
            return None;
        }
        let Some(OrderCode::By(key, ty)) = program.order(header) else {
            unreachable!("the header says that items have a key")
        };
        let start = arena[header + resource::CONTENT] as usize;
        let fields = resource::fields(arena[header + resource::IDENTITY]);
        Some(KeyHeap { key, ty: *ty, header, start, fields })
    }

    /// All words of the item in this place of the heap, with its number among those put.
    fn place(&self, place: u64) -> Range<usize> {
        let words = self.fields + 1;
        let start = self.start + place as usize * words;
        start..start + words
    }

    fn rank(&self, arena: &[Word], place: u64) -> Rank {
        let words = &arena[self.place(place)];
        let (item, put) = words.split_at(self.fields);
        (self.key.key(self.ty, item, &|source| arena[source.at(0)]), put[0])
    }

    fn swap(&self, arena: &mut [Word], one: u64, other: u64) {
        let places = self.place(one).zip(self.place(other));
        places.for_each(|(one, other)| arena.swap(one, other));
    }

    /// Adds an item, for which there is room.
    pub(super) fn put(&self, arena: &mut [Word], item: &Item) {
        let level = arena[self.header + resource::LEVEL];
        let number = arena[self.header + resource::HEAD];
        let words = self.place(level);
        let (own, put) = arena[words].split_at_mut(self.fields);
        own.copy_from_slice(item);
        put[0] = number;
        arena[self.header + resource::HEAD] = number + 1;
        arena[self.header + resource::LEVEL] = level + 1;
        self.rise(arena, level);
    }

    /// Takes the item out of this place, where there is one.
    pub(super) fn take(&self, arena: &mut [Word], place: u64) -> Item {
        let item = Item::of(&arena[self.place(place)][..self.fields]);
        let last = arena[self.header + resource::LEVEL] - 1;
        arena[self.header + resource::LEVEL] = last;
        if place < last {
            self.swap(arena, place, last);
            self.sink(arena, place, last);
            self.rise(arena, place);
        }
        if last == 0 {
            arena[self.header + resource::HEAD] = 0;
        }
        item
    }

    /// Moves an item up until whoever is above goes before it.
    fn rise(&self, arena: &mut [Word], mut place: u64) {
        let own = self.rank(arena, place);
        while place > 0 {
            let above = (place - 1) / 2;
            if self.rank(arena, above) < own {
                return;
            }
            self.swap(arena, place, above);
            place = above;
        }
    }

    /// Moves an item down until it goes before those below it, of so many.
    fn sink(&self, arena: &mut [Word], mut place: u64, level: u64) {
        let own = self.rank(arena, place);
        loop {
            let below = (2 * place + 1)..(2 * place + 3).min(level);
            let Some((rank, first)) = below.map(|place| (self.rank(arena, place), place)).min() else {
                return;
            };
            if own < rank {
                return;
            }
            self.swap(arena, place, first);
            place = first;
        }
    }

    /// Whether each item is given before those below it.
    pub(super) fn is_one(&self, arena: &[Word]) -> bool {
        let mut below = 1..arena[self.header + resource::LEVEL];
        below.all(|place| self.rank(arena, (place - 1) / 2) < self.rank(arena, place))
    }

    /// The places of the items, in the order in which these are given.
    pub(super) fn in_order(&self, arena: &[Word]) -> impl Iterator<Item = u64> {
        let level = arena[self.header + resource::LEVEL];
        let ranked = move |place: u64| Reverse((self.rank(arena, place), place));
        let mut next: BinaryHeap<_> = (0..level.min(1)).map(ranked).collect();
        std::iter::from_fn(move || {
            let Reverse((_, place)) = next.pop()?;
            next.extend((2 * place + 1..(2 * place + 3).min(level)).map(ranked));
            Some(place)
        })
    }
}

/// Where the words of item `number` lie in the arena, from the head on; of a heap, of that in this place.
pub(super) fn place(arena: &[Word], header: usize, number: u64) -> Range<usize> {
    let identity = arena[header + resource::IDENTITY];
    let place = match resource::is_keyed(identity) {
        true => number,
        false => (arena[header + resource::HEAD] + number) % arena[header + resource::RING],
    };
    let start = arena[header + resource::CONTENT] as usize + place as usize * resource::place_words(identity);
    start..start + resource::fields(identity)
}

impl Machine {
    /// The items of the buffer with this header, in the order in which they are given.
    pub fn item_words(&self, program: &BoundProgram, header: usize) -> impl Iterator<Item = &[Word]> {
        let heap = KeyHeap::of(program, &self.arena, header);
        let places = heap.map(|heap| heap.in_order(&self.arena).collect::<Vec<u64>>());
        (0..self.arena[header + resource::LEVEL]).map(move |number| {
            let number = places.as_ref().map_or(number, |places| places[number as usize]);
            &self.arena[place(&self.arena, header, number)]
        })
    }

    /// Makes these the items of the buffer with this header, which come one behind the other in
    /// the order in which they are given, and for which there is room. It does not matter any
    /// more how they came to be in that order.
    pub fn set_items(&mut self, header: usize, items: &[Word]) {
        let arena = &mut self.arena;
        let identity = arena[header + resource::IDENTITY];
        let (fields, words) = (resource::fields(identity), resource::place_words(identity));
        let level = items.len() / fields;
        let start = arena[header + resource::CONTENT] as usize;
        arena[header + resource::LEVEL] = level as Word;
        arena[header + resource::HEAD] = 0;
        if words == fields {
            arena[start..start + items.len()].copy_from_slice(items);
            return;
        }
        arena[header + resource::HEAD] = level as Word;
        let places = arena[start..start + level * words].chunks_exact_mut(words);
        for ((place, item), number) in places.zip(items.chunks_exact(fields)).zip(0..) {
            place[..fields].copy_from_slice(item);
            place[fields] = number;
        }
    }

    /// Makes heaps that give the same items in the same order the same words.
    pub fn settle_items(&mut self, program: &BoundProgram, header: usize) {
        if resource::is_keyed(self.arena[header + resource::IDENTITY]) {
            let items: Vec<Word> = self.item_words(program, header).flatten().copied().collect();
            let ring = self.ring(header);
            self.arena[ring].fill(0);
            self.set_items(header, &items);
        }
    }

    /// The words in which the items of the buffer with this header lie, if others than the one
    /// behind the last may change when one is put or taken.
    pub fn chosen_items(&self, header: usize) -> Option<Range<usize>> {
        let words = &self.arena[header..];
        resource::is_special(words[resource::IDENTITY]).then(|| self.ring(header))
    }

    /// The words of the ring of the buffer with this header.
    pub fn ring(&self, header: usize) -> Range<usize> {
        let words = &self.arena[header..];
        let start = words[resource::CONTENT] as usize;
        start..start + words[resource::RING] as usize * resource::place_words(words[resource::IDENTITY])
    }
}

impl BoundProgram {
    /// In which order the buffer with this header gives its items, if in one of its own.
    pub fn order(&self, header: usize) -> Option<&OrderCode> {
        self.orders[self.definition_of(self.resource_of(header)).index()].as_ref()
    }
}
