//! Buffers whose items are chosen: that give them in another order than they came, or of
//! which some get asks for a certain item.
//!
//! Items lie in the ring in the order in which they are given, so that the next one is at its
//! head, as in any buffer, unless they are in the order of a key: those are a heap, see
//! [`KeyHeap`]. A get that asks something takes the first item of which it is true; where there
//! is none it waits in line, but holds up nobody behind it.

use super::buffer::items_wanted;
use super::keyed::{KeyHeap, place};
use super::machine::op_of;
use super::step::{Context, Done, Kernel, Scheduler};
use super::waiters;
use crate::ids::ProcessId;
use crate::program::{ItemTerm, Op, Source, frame, resource};
use crate::trace::{Discipline, Kind, Sink, WaitFor};
use crate::value::{Item, Word};

/// Moves an item to the place of another number.
fn shift(arena: &mut [Word], header: usize, from: u64, to: u64) {
    let to = place(arena, header, to).start;
    arena.copy_within(place(arena, header, from), to);
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Puts an item where it belongs, for which there is room in the ring.
    pub(super) fn insert(&mut self, arena: &mut [Word], header: usize, item: &Item) {
        if let Some(heap) = KeyHeap::of(self.program, arena, header) {
            return heap.put(arena, item);
        }
        let (ring, level) = (arena[header + resource::RING], arena[header + resource::LEVEL]);
        let is_next = self.program.order(header).is_some();
        if is_next {
            let head = &mut arena[header + resource::HEAD];
            *head = (*head + ring - 1) % ring;
        }
        let place = place(arena, header, if is_next { 0 } else { level });
        arena[place].copy_from_slice(item);
        arena[header + resource::LEVEL] = level + 1;
    }

    /// Takes the item of this number, which is there, out of the ring.
    fn take_out_item(&mut self, arena: &mut [Word], header: usize, number: u64) -> Item {
        if let Some(heap) = KeyHeap::of(self.program, arena, header) {
            return heap.take(arena, number);
        }
        let (ring, level) = (arena[header + resource::RING], arena[header + resource::LEVEL]);
        let item = Item::of(&arena[place(arena, header, number)]);
        if number == 0 {
            let head = &mut arena[header + resource::HEAD];
            *head = (*head + 1) % ring;
        } else {
            (number..level - 1).for_each(|number| shift(arena, header, number + 1, number));
        }
        arena[header + resource::LEVEL] = level - 1;
        item
    }

    /// Takes the item of this number, which is there, to where the op at hand says.
    pub(super) fn take_item(&mut self, arena: &mut [Word], at: Context, header: usize, number: u64) {
        let item = self.take_out_item(arena, header, number);
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

    /// Takes the first items, which are there and of one word each, to where the op at hand says.
    fn take_first_items(&mut self, arena: &mut [Word], at: Context, header: usize, count: u64) {
        let array = match self.program.plain[at.op()] {
            Op::GetMany { many } => self.program.many[many as usize].array(),
            _ => None,
        };
        let Some(array) = array else {
            return (0..count).for_each(|_| self.take_item(arena, at, header, 0));
        };
        let (into, _) = self.array(arena, at.frame(), array);
        for element in into..into + count as usize {
            let item = self.take_out_item(arena, header, 0);
            arena[element] = item[0];
            self.note_record(arena, at, Kind::Get, header, &item);
        }
    }

    /// Which item a process would get that asks something by the op at hand.
    fn accepted(&self, arena: &[Word], at: Context, header: usize) -> Option<u64> {
        let accepts = self.program.choice(at.op())?;
        let read = |source: Source| arena[source.at(at.frame())];
        let is_accepted = |number: &u64| accepts.accepts(&arena[place(arena, header, *number)], &read);
        match KeyHeap::of(self.program, arena, header) {
            Some(heap) => heap.in_order(arena).find(is_accepted),
            None => (0..arena[header + resource::LEVEL]).find(is_accepted),
        }
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
            None if resource::is_keyed(arena[header + resource::IDENTITY]) => {
                self.take_first_items(arena, at, header, count);
            }
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
        let stands_before = |other: &ProcessId| match discipline {
            Discipline::Lifo => false,
            Discipline::Priority => priority(frames[other.index()] as usize) <= priority(at.frame()),
            _ => true,
        };
        let mut before =
            waiters::in_order(arena, frames, header + resource::TAKERS).take_while(stands_before);
        before.any(|other| self.holds_up(arena, other))
    }

    /// Whether somebody who waits to get holds up all behind.
    pub(super) fn is_line_held_up(&self, arena: &[Word], header: usize) -> bool {
        let mut line = waiters::in_order(arena, &self.program.frames, header + resource::TAKERS);
        line.any(|other| self.holds_up(arena, other))
    }

    /// Whether a process that waits to get asks nothing, so that nobody behind it is served before.
    fn holds_up(&self, arena: &[Word], waiter: ProcessId) -> bool {
        let frame = self.program.frames[waiter.index()] as usize;
        self.program.choice(op_of(arena, frame)).is_none()
    }

    /// Serves the first of those who wait to get and can be served, up to the first who holds
    /// up all behind.
    pub(super) fn serve_chooser(&mut self, arena: &mut [Word], header: usize, by: ProcessId) -> bool {
        let mut next = waiters::first(arena, header + resource::TAKERS);
        while let Some(waiter) = next {
            next = waiters::behind(arena, &self.program.frames, waiter);
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
