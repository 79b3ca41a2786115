//! Buffers: bounded queues of items, first in, first out.
//!
//! A request for several items is served all at once or waits, and nobody
//! overtakes it: requests are served in the order of their queue.

use super::step::{Context, Done, Kernel, OpResult, Schedule};
use super::waiters;
use crate::ids::{ProcessId, ResourceId};
use crate::program::{Op, resource};
use crate::trace::{Fault, Kind, Sink, WaitFor};
use crate::value::{Type, Word};

/// The words by which all rings of a run may grow: 400 MB.
const MAX_GROWTH: usize = 50_000_000;

impl<Q: Schedule, S: Sink> Kernel<'_, Q, S> {
    /// Puts `count` items, or waits until they all fit.
    #[inline]
    pub(super) fn put(&mut self, at: Context, header: usize, count: u64, value: Word) -> Done {
        let capacity = self.machine.arena[header + resource::CAPACITY];
        let room = capacity - self.machine.arena[header + resource::LEVEL];
        let overtakes = self.machine.arena[header + resource::PUTTERS] != 0;
        let wait = overtakes || room < count;
        // Who waits gets its room now, so that being served cannot fail.
        let needed = if wait { capacity } else { self.machine.arena[header + resource::LEVEL] + count };
        if !self.reserve(header, needed) {
            return Done::OutOfMemory;
        }
        if wait {
            return self.block(at, header, resource::PUTTERS, WaitFor::Put);
        }
        self.push(at, header, count, value);
        self.serve(header, at.process);
        Done::Next
    }

    /// Takes `count` items to where the op at hand says, or waits until they
    /// are all there.
    #[inline]
    pub(super) fn get(&mut self, at: Context, header: usize, count: u64) -> Done {
        let overtakes = self.machine.arena[header + resource::TAKERS] != 0;
        if overtakes || self.machine.arena[header + resource::LEVEL] < count {
            return self.block(at, header, resource::TAKERS, WaitFor::Get);
        }
        self.pop(at, header, count);
        self.serve(header, at.process);
        Done::Next
    }

    pub(super) fn put_many(&mut self, at: Context, many: u32) -> OpResult {
        let code = self.image.many[many as usize];
        let header = self.header(code.resource, at);
        let count = self.request(at, header, self.read(code.count, at.frame))?;
        let value = self.read(code.operand, at.frame);
        self.fuel = self.fuel.saturating_sub(count);
        Ok(self.put(at, header, count, value))
    }

    pub(super) fn get_many(&mut self, at: Context, many: u32) -> OpResult {
        let code = self.image.many[many as usize];
        let header = self.header(code.resource, at);
        let count = self.request(at, header, self.read(code.count, at.frame))?;
        if let Some(array) = code.array {
            let (_, len) = self.array(at.frame, array);
            if count > len as u64 {
                let message = format!("{count} items do not fit the array, which has {len} elements");
                return Err(self.fault(at, message, "make the array longer, or get fewer"));
            }
        }
        self.fuel = self.fuel.saturating_sub(count);
        Ok(self.get(at, header, count))
    }

    /// Checks the number of items of a request.
    fn request(&self, at: Context, header: usize, count: Word) -> Result<u64, Box<Fault>> {
        let capacity = self.machine.arena[header + resource::CAPACITY];
        if (count as i64) < 1 {
            let message = format!("a request for {} items", count as i64);
            return Err(self.fault(at, message, "put and get take at least 1 item"));
        }
        if count > capacity {
            let name = self.image.resource_name(ResourceId(self.resource_id(header)));
            let message =
                format!("a request for {count} items, but buffer '{name}' never holds more than {capacity}");
            return Err(self.fault(at, message, "raise the capacity, or ask for fewer at a time"));
        }
        Ok(count)
    }

    /// Serves waiters, first come first served, as long as any can be.
    fn serve(&mut self, header: usize, by: ProcessId) {
        loop {
            if self.serve_getter(header, by) || self.serve_putter(header, by) {
                continue;
            }
            return;
        }
    }

    #[inline]
    fn serve_getter(&mut self, header: usize, by: ProcessId) -> bool {
        let queue = header + resource::TAKERS;
        let Some(waiter) = waiters::first(&self.machine.arena, queue) else { return false };
        let frame = self.image.frames[waiter.index()] as usize;
        let count = match self.image.code[self.machine.op(self.image, waiter).index()] {
            Op::GetMany { many } => self.read(self.image.many[many as usize].count, frame),
            _ => 1,
        };
        if self.machine.arena[header + resource::LEVEL] < count {
            return false;
        }
        waiters::dequeue(&mut self.machine.arena, &self.image.frames, queue);
        let at = self.grant(waiter, header, by, true);
        self.pop(at, header, count);
        true
    }

    #[inline]
    fn serve_putter(&mut self, header: usize, by: ProcessId) -> bool {
        let queue = header + resource::PUTTERS;
        let Some(waiter) = waiters::first(&self.machine.arena, queue) else { return false };
        let frame = self.image.frames[waiter.index()] as usize;
        let (count, value) = match self.image.code[self.machine.op(self.image, waiter).index()] {
            Op::PutMany { many } => {
                let code = self.image.many[many as usize];
                (self.read(code.count, frame), self.read(code.operand, frame))
            }
            Op::Put { value, .. } => (1, self.read(value, frame)),
            other => unreachable!("{other:?} does not wait to put"),
        };
        let room =
            self.machine.arena[header + resource::CAPACITY] - self.machine.arena[header + resource::LEVEL];
        if room < count {
            return false;
        }
        waiters::dequeue(&mut self.machine.arena, &self.image.frames, queue);
        let at = self.grant(waiter, header, by, true);
        self.push(at, header, count, value);
        true
    }

    /// Adds items, for which there is room in the ring.
    fn push(&mut self, at: Context, header: usize, count: u64, value: Word) {
        for _ in 0..count {
            let arena = &mut self.machine.arena;
            let ring = arena[header + resource::RING];
            let mut place = arena[header + resource::HEAD] + arena[header + resource::LEVEL];
            if place >= ring {
                place -= ring;
            }
            let content = arena[header + resource::CONTENT];
            arena[(content + place) as usize] = value;
            arena[header + resource::LEVEL] += 1;
            self.note_item(at, Kind::Put, header, value);
        }
    }

    /// Takes items, which are there, to where the op at `at` says.
    fn pop(&mut self, at: Context, header: usize, count: u64) {
        for number in 0..count {
            let arena = &mut self.machine.arena;
            let head = arena[header + resource::HEAD];
            let value = arena[(arena[header + resource::CONTENT] + head) as usize];
            let next = head + 1;
            arena[header + resource::HEAD] = if next == arena[header + resource::RING] { 0 } else { next };
            arena[header + resource::LEVEL] -= 1;
            match self.image.code[at.op] {
                Op::Get { into, .. } => self.write(into, at.frame, value),
                Op::GetMany { many } => {
                    if let Some(array) = self.image.many[many as usize].array {
                        let (start, _) = self.array(at.frame, array);
                        self.machine.arena[start + number as usize] = value;
                    }
                }
                _ => {}
            }
            self.note_item(at, Kind::Get, header, value);
        }
    }

    #[inline(always)]
    fn note_item(&mut self, at: Context, kind: Kind, header: usize, value: Word) {
        if S::ACTIVE {
            let id = self.resource_id(header);
            let ty = self.item_type(id);
            self.emit_typed(at, kind, id, value, ty, 0);
        }
    }

    pub(super) fn item_type(&self, id: u32) -> Type {
        self.image.resource_info(ResourceId(id)).ty
    }

    /// Makes the ring long enough for `needed` items (at most the capacity);
    /// false if the run may not use so much memory.
    #[inline]
    fn reserve(&mut self, header: usize, needed: u64) -> bool {
        self.machine.arena[header + resource::RING] >= needed || self.grow(header, needed)
    }

    #[cold]
    fn grow(&mut self, header: usize, needed: u64) -> bool {
        let arena = &mut self.machine.arena;
        let capacity = arena[header + resource::CAPACITY];
        let ring = arena[header + resource::RING];
        let longer = needed.max(ring.saturating_mul(2)).max(16).min(capacity);
        let limit = (self.image.arena.len() + MAX_GROWTH) as u64;
        if longer.saturating_add(arena.len() as u64) > limit {
            return false;
        }
        let (old, head, level) = (
            arena[header + resource::CONTENT],
            arena[header + resource::HEAD],
            arena[header + resource::LEVEL],
        );
        let content = arena.len();
        arena.resize(content + longer as usize, 0);
        for item in 0..level {
            let place = (head + item) % ring;
            arena[content + item as usize] = arena[(old + place) as usize];
        }
        arena[header + resource::CONTENT] = content as u64;
        arena[header + resource::HEAD] = 0;
        arena[header + resource::RING] = longer;
        true
    }
}
