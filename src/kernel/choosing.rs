//! Buffers whose items are chosen: that give them in another order than they came, or of
//! which some get asks for a certain item.
//!
//! Items lie in the ring in the order in which they are given, so that the next one is at its
//! head, as in any buffer: what has an order of its own is put where it belongs. A get that
//! asks something takes the first item of which it is true; where there is none it waits in
//! line, but holds up nobody behind it.

use super::buffer::items_wanted;
use super::machine::{Machine, op_of};
use super::step::{Context, Done, Kernel, Scheduler};
use super::waiters;
use crate::ids::ProcessId;
use crate::program::{BoundProgram, ItemKey, ItemTerm, Op, OrderCode, Source, frame, resource};
use crate::trace::{Discipline, Kind, Sink, WaitFor};
use crate::value::{Item, Word};
use std::ops::Range;

/// Where the words of item `number` lie in the arena, from the head on.
fn place(arena: &[Word], header: usize, number: u64) -> Range<usize> {
    let (ring, fields) =
        (arena[header + resource::RING], resource::fields(arena[header + resource::IDENTITY]));
    let place = ((arena[header + resource::HEAD] + number) % ring) as usize;
    let start = arena[header + resource::CONTENT] as usize + place * fields;
    start..start + fields
}

/// Moves an item to the place of another number.
fn shift(arena: &mut [Word], header: usize, from: u64, to: u64) {
    let to = place(arena, header, to).start;
    arena.copy_within(place(arena, header, from), to);
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Puts an item where it belongs, for which there is room in the ring.
    pub(super) fn insert(&mut self, arena: &mut [Word], header: usize, item: &Item) {
        let (ring, level) = (arena[header + resource::RING], arena[header + resource::LEVEL]);
        let before = self.number_before(arena, header, item);
        if before == 0 {
            let head = &mut arena[header + resource::HEAD];
            *head = (*head + ring - 1) % ring;
        } else {
            (before..level).rev().for_each(|number| shift(arena, header, number, number + 1));
        }
        let place = place(arena, header, before);
        arena[place].copy_from_slice(item);
        arena[header + resource::LEVEL] = level + 1;
    }

    /// How many items are given before one that is put now.
    fn number_before(&self, arena: &[Word], header: usize, item: &[Word]) -> u64 {
        let level = arena[header + resource::LEVEL];
        let key = |item: &[Word]| self.program.key(arena, header, item);
        match self.program.order(header) {
            None => level,
            Some(OrderCode::Lifo) => 0,
            Some(OrderCode::By(..)) => {
                let mine = key(item);
                let (mut low, mut high) = (0, level);
                while low < high {
                    let middle = low + (high - low) / 2;
                    match key(&arena[place(arena, header, middle)]) <= mine {
                        true => low = middle + 1,
                        false => high = middle,
                    }
                }
                low
            }
        }
    }

    /// Takes the item of this number, which is there, to where the op at hand says.
    pub(super) fn take_item(&mut self, arena: &mut [Word], at: Context, header: usize, number: u64) {
        let (ring, level) = (arena[header + resource::RING], arena[header + resource::LEVEL]);
        let item = Item::of(&arena[place(arena, header, number)]);
        if number == 0 {
            let head = &mut arena[header + resource::HEAD];
            *head = (*head + 1) % ring;
        } else {
            (number..level - 1).for_each(|number| shift(arena, header, number + 1, number));
        }
        arena[header + resource::LEVEL] = level - 1;
        match self.program.plain[at.op()] {
            Op::Get { into, .. } => self.write(arena, into, at.frame(), item[0]),
            Op::GetMany { many } => {
                for (slot, &word) in self.program.many[many as usize].record().zip(&*item) {
                    self.write(arena, slot, at.frame(), word);
                }
            }
            _ => {}
        }
        self.note_record(arena, at, Kind::Get, header, &item);
    }

    /// Which item a process would get that asks something by the op at hand.
    fn accepted(&self, arena: &[Word], at: Context, header: usize) -> Option<u64> {
        let accepts = self.program.choice(at.op())?;
        let read = |source: Source| arena[source.at(at.frame())];
        let level = arena[header + resource::LEVEL];
        (0..level).find(|&number| accepts.accepts(&arena[place(arena, header, number)], &read))
    }

    /// Whether what a process wants is there that stands on this op.
    pub(super) fn is_there(&self, arena: &[Word], at: Context, header: usize, count: u64) -> bool {
        match self.program.choice(at.op()) {
            Some(_) => self.accepted(arena, at, header).is_some(),
            None => arena[header + resource::LEVEL] >= count,
        }
    }

    /// Takes what a process wants, which is there.
    fn take_wanted(&mut self, arena: &mut [Word], at: Context, header: usize, count: u64) {
        match self.accepted(arena, at, header) {
            Some(number) => self.take_item(arena, at, header, number),
            None => self.pop(arena, at, header, count),
        }
    }

    /// A get out of such a buffer.
    pub(super) fn get_chosen(&mut self, arena: &mut [Word], at: Context, header: usize, count: u64) -> Done {
        if self.is_held_up(arena, at, header) || !self.is_there(arena, at, header, count) {
            return self.block(arena, at, header, resource::TAKERS, WaitFor::Get);
        }
        self.take_wanted(arena, at, header, count);
        self.serve(arena, header, at.process());
        Done::Next
    }

    /// Whether somebody would stand before the process who holds up all behind.
    fn is_held_up(&self, arena: &[Word], at: Context, header: usize) -> bool {
        let frames = &self.program.frames;
        let priority = |frame: usize| frame::priority_in(arena[frame + frame::LINK]);
        let discipline = Discipline::from_number((arena[header + resource::IDENTITY] >> 32) as u8);
        let holds_up = |other: ProcessId| {
            let other = frames[other.index()] as usize;
            let stands_before = match discipline {
                Discipline::Lifo => false,
                Discipline::Priority => priority(other) <= priority(at.frame()),
                _ => true,
            };
            stands_before && self.program.choice(op_of(arena, other)).is_none()
        };
        waiters::all(arena, frames, header + resource::TAKERS).into_iter().any(holds_up)
    }

    /// Whether somebody who waits to get holds up all behind.
    pub(super) fn is_line_held_up(&self, arena: &[Word], header: usize) -> bool {
        let frames = &self.program.frames;
        let mut line = waiters::all(arena, frames, header + resource::TAKERS).into_iter();
        line.any(|other| self.program.choice(op_of(arena, frames[other.index()] as usize)).is_none())
    }

    /// Serves the first of those who wait to get and can be served, up to the first who holds
    /// up all behind.
    pub(super) fn serve_chooser(&mut self, arena: &mut [Word], header: usize, by: ProcessId) -> bool {
        for waiter in waiters::all(arena, &self.program.frames, header + resource::TAKERS) {
            let frame = self.program.frames[waiter.index()] as usize;
            let at = Context::new(waiter, frame, op_of(arena, frame));
            let count = items_wanted(self.program, arena, frame);
            if self.is_there(arena, at, header, count) {
                self.remove(arena, header, resource::TAKERS, waiter);
                self.grant(arena, at, header, by, true);
                self.take_wanted(arena, at, header, count);
                return true;
            }
            if self.program.choice(at.op()).is_none() {
                return false;
            }
        }
        false
    }
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// For a driver with primitives of its own: what a process asks of the item that it gets by
    /// the op at hand, if it does.
    pub fn asks(&self, process: ProcessId) -> Option<ItemTerm> {
        let frame = self.program.frames[process.index()] as usize;
        let accepts = self.program.choice(op_of(self.arena, frame))?;
        Some(accepts.known(&|source| self.arena[source.at(frame)]))
    }
}

impl BoundProgram {
    /// The key of an item of the buffer with this header, whose items are ordered by one.
    fn key(&self, arena: &[Word], header: usize, item: &[Word]) -> ItemKey {
        match self.order(header) {
            Some(OrderCode::By(key, ty)) => key.key(*ty, item, &|source| arena[source.at(0)]),
            _ => (false, 0),
        }
    }

    /// In which order the buffer with this header gives its items, if in one of its own.
    pub fn order(&self, header: usize) -> Option<&OrderCode> {
        self.orders[self.definition_of(self.resource_of(header)).index()].as_ref()
    }
}

impl Machine {
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
        start..start + words[resource::RING] as usize * resource::fields(words[resource::IDENTITY])
    }

    /// The items of the buffer with this header, in the order in which they are given.
    pub fn item_words(&self, header: usize) -> impl Iterator<Item = &[Word]> {
        (0..self.arena[header + resource::LEVEL])
            .map(move |number| &self.arena[place(&self.arena, header, number)])
    }
}
