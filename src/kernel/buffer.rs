//! Buffers: bounded queues of items, first in, first out.
//!
//! A request for several items is served all at once or waits. Puts stand in
//! one line and gets in another, both in the order of the discipline; who is
//! the first of a line and can be served is served at once, and nobody behind
//! is before that. So whoever comes and would be the first need not wait either.
//!
//! A buffer for no items is a rendezvous: a put and a get meet, and the item
//! goes from the one to the other while both are there.

use super::machine::{Machine, header_words, item_type, op_of};
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::waiters;
use crate::figure::{so_many, verb};
use crate::ids::{ProcessId, ResourceId};
use crate::program::{BoundProgram, Op, resource};
use crate::trace::{Event, Fault, Kind, Sink, WaitFor};
use crate::value::{Item, Word};

/// The words by which all rings of a run may grow: 400 MB.
const MAX_GROWTH: usize = 50_000_000;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Puts one item, or waits until it fits.
    #[inline]
    pub(super) fn put_one(&mut self, arena: &mut [Word], at: Context, header: usize, value: Word) -> Done {
        if !resource::is_chosen(arena[header + resource::IDENTITY])
            && self.put_at_once(arena, at, header, value)
        {
            return Done::Next;
        }
        self.put(arena, at, header, 1, value)
    }

    /// Puts one item in the usual case, in which nobody waits and the ring is
    /// long enough; whether it did.
    #[inline(always)]
    pub(super) fn put_at_once(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        value: Word,
    ) -> bool {
        let words = header_words(arena, header);
        let (level, ring) = (words[resource::LEVEL], words[resource::RING]);
        if words[resource::TAKERS] | words[resource::PUTTERS] != 0 || level >= ring {
            return false;
        }
        words[resource::LEVEL] = level + 1;
        let place = words[resource::HEAD] + level;
        let place = if place >= ring { place - ring } else { place };
        let content = words[resource::CONTENT];
        arena[(content + place) as usize] = value;
        self.note_item(arena, at, Kind::Put, header, value);
        true
    }

    /// Takes one item in the usual case, in which nobody waits and there is one.
    #[inline(always)]
    pub(super) fn get_at_once(&mut self, arena: &mut [Word], at: Context, header: usize) -> Option<Word> {
        let words = header_words(arena, header);
        let level = words[resource::LEVEL];
        if words[resource::TAKERS] | words[resource::PUTTERS] != 0 || level == 0 {
            return None;
        }
        words[resource::LEVEL] = level - 1;
        let head = words[resource::HEAD];
        words[resource::HEAD] = if head + 1 == words[resource::RING] { 0 } else { head + 1 };
        let content = words[resource::CONTENT];
        let value = arena[(content + head) as usize];
        self.note_item(arena, at, Kind::Get, header, value);
        Some(value)
    }

    /// Puts `count` items, or waits until they all fit.
    pub(super) fn put(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        count: u64,
        value: Word,
    ) -> Done {
        let is_first = self.goes_first(arena, at, header, resource::PUTTERS);
        let wait = !is_first || room(arena, header) < count;
        // Who waits gets its room now, so that being served cannot fail. A
        // rendezvous needs none.
        let capacity = arena[header + resource::CAPACITY];
        let needed = if wait { capacity } else { capacity.min(arena[header + resource::LEVEL] + count) };
        if arena[header + resource::RING] < needed {
            return Done::NeedsRoom { header, items: needed };
        }
        if wait {
            return self.block(arena, at, header, resource::PUTTERS, WaitFor::Put);
        }
        self.push(arena, at, header, count, value);
        self.serve(arena, header, at.process());
        Done::Next
    }

    /// Takes `count` items to where the op at hand says, or waits until they
    /// are all there.
    pub(super) fn get(&mut self, arena: &mut [Word], at: Context, header: usize, count: u64) -> Done {
        let is_first = self.goes_first(arena, at, header, resource::TAKERS);
        if !is_first || arena[header + resource::LEVEL] < count {
            let meets = arena[header + resource::CAPACITY] == 0 && arena[header + resource::PUTTERS] != 0;
            if !meets {
                return self.block(arena, at, header, resource::TAKERS, WaitFor::Get);
            }
            self.meet_putter(arena, at, header);
        }
        self.pop(arena, at, header, count);
        self.serve(arena, header, at.process());
        Done::Next
    }

    pub(super) fn put_many(&mut self, arena: &mut [Word], at: Context, many: u32) -> OpResult {
        let code = self.program.many[many as usize];
        let header = self.header(arena, code.resource, at);
        self.must_be_open(arena, at, header)?;
        let count = self.request(arena, at, header, self.read(arena, code.count, at.frame()))?;
        let value = self.read(arena, code.operand, at.frame());
        let done = self.put(arena, at, header, count, value);
        // Where the ring is too short the op is executed once more, and counts then.
        if !matches!(done, Done::NeedsRoom { .. }) {
            self.charge(count);
        }
        Ok(done)
    }

    pub(super) fn get_many(&mut self, arena: &mut [Word], at: Context, many: u32) -> OpResult {
        let code = self.program.many[many as usize];
        let header = self.header(arena, code.resource, at);
        let count = self.request_to_get(arena, at, header, many)?;
        self.charge(count);
        self.get_plain(arena, at, header, count)
    }

    /// Checks that the items to get fit where they are to go.
    pub(super) fn request_to_get(
        &self,
        arena: &[Word],
        at: Context,
        header: usize,
        many: u32,
    ) -> Result<u64, Box<Fault>> {
        let code = self.program.many[many as usize];
        let count = self.request(arena, at, header, self.read(arena, code.count, at.frame()))?;
        if let Some(array) = code.array() {
            let (_, len) = self.array(arena, at.frame(), array);
            if count > len as u64 {
                let message = format!(
                    "{} {} not fit the array, which has {}",
                    so_many(count, "item"),
                    verb(count as usize, "do"),
                    so_many(len as u64, "element")
                );
                return Err(self.fault(at, message, "make the array longer, or get fewer"));
            }
        }
        Ok(count)
    }

    /// Checks the number of items of a request.
    pub(super) fn request(
        &self,
        arena: &[Word],
        at: Context,
        header: usize,
        count: Word,
    ) -> Result<u64, Box<Fault>> {
        let capacity = arena[header + resource::CAPACITY];
        if (count as i64) < 1 {
            let message = format!("a request for {} items", count as i64);
            return Err(self.fault(at, message, "put and get take at least 1 item"));
        }
        // At a rendezvous one item is put and got at a time.
        if count > capacity.max(1) {
            let name = self.program.resource_name(ResourceId(self.resource_id(arena, header)));
            let items = so_many(count, "item");
            let message =
                format!("a request for {items}, but buffer '{name}' never holds more than {capacity}");
            return Err(self.fault(at, message, "raise the capacity, or ask for fewer at a time"));
        }
        Ok(count)
    }

    /// Serves the first in line, as long as one can be: gets before puts.
    pub(super) fn serve(&mut self, arena: &mut [Word], header: usize, by: ProcessId) {
        loop {
            if self.serve_getter(arena, header, by) || self.serve_putter(arena, header, by) {
                continue;
            }
            return;
        }
    }

    #[inline]
    pub(super) fn serve_getter(&mut self, arena: &mut [Word], header: usize, by: ProcessId) -> bool {
        if resource::is_chosen(arena[header + resource::IDENTITY]) {
            return self.serve_chooser(arena, header, by);
        }
        let queue = header + resource::TAKERS;
        let Some(waiter) = waiters::first(arena, queue) else { return false };
        let frame = self.program.frames[waiter.index()] as usize;
        let count = items_wanted(self.program, arena, frame);
        if arena[header + resource::LEVEL] < count {
            return false;
        }
        waiters::dequeue(arena, &self.program.frames, queue);
        let at = Context::new(waiter, frame, op_of(arena, frame));
        self.grant(arena, at, header, by, true);
        self.pop(arena, at, header, count);
        true
    }

    #[inline]
    fn serve_putter(&mut self, arena: &mut [Word], header: usize, by: ProcessId) -> bool {
        let Some(waiter) = waiters::first(arena, header + resource::PUTTERS) else { return false };
        let frame = self.program.frames[waiter.index()] as usize;
        if room(arena, header) < items_wanted(self.program, arena, frame) {
            return false;
        }
        self.admit_putter(arena, header, by);
        true
    }

    /// Serves the first who waits to put, and whose items fit or are got at once.
    fn admit_putter(&mut self, arena: &mut [Word], header: usize, by: ProcessId) -> ProcessId {
        let first = waiters::dequeue(arena, &self.program.frames, header + resource::PUTTERS);
        let (waiter, frame) = first.expect("somebody waits to put");
        let at = Context::new(waiter, frame, op_of(arena, frame));
        let count = items_wanted(self.program, arena, frame);
        let value = match self.program.plain[at.op()] {
            Op::PutMany { many } => self.program.many[many as usize].operand,
            Op::Put { value, .. } => value,
            other => unreachable!("{other:?} does not wait to put"),
        };
        let value = self.read(arena, value, frame);
        self.grant(arena, at, header, by, true);
        self.push(arena, at, header, count, value);
        waiter
    }

    /// Lets the first who waits to put hand its item over to a get that comes.
    /// What happens begins with who comes, so the get is noted as a wait, which
    /// the put ends at once.
    fn meet_putter(&mut self, arena: &mut [Word], at: Context, header: usize) {
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Block, id, WaitFor::Get as u64);
        let putter = self.admit_putter(arena, header, at.process());
        self.emit(at, Kind::Grant, id, u64::from(putter.0));
    }

    /// Adds items, for which there is room in the ring.
    fn push(&mut self, arena: &mut [Word], at: Context, header: usize, count: u64, value: Word) {
        if resource::is_special(arena[header + resource::IDENTITY]) {
            return self.push_special(arena, at, header, count, value);
        }
        for _ in 0..count {
            let ring = arena[header + resource::RING];
            let mut place = arena[header + resource::HEAD] + arena[header + resource::LEVEL];
            if place >= ring {
                place -= ring;
            }
            let at_rendezvous = ring == 0;
            let content = arena[header + resource::CONTENT];
            arena[if at_rendezvous { header + resource::HEAD } else { (content + place) as usize }] = value;
            arena[header + resource::LEVEL] += 1;
            self.note_item(arena, at, Kind::Put, header, value);
        }
    }

    /// Adds items to a buffer whose items are chosen, or records, whose words are where the op
    /// at hand says.
    #[cold]
    #[inline(never)]
    fn push_special(&mut self, arena: &mut [Word], at: Context, header: usize, count: u64, value: Word) {
        let fields = resource::fields(arena[header + resource::IDENTITY]);
        let item = match self.program.plain[at.op()] {
            Op::PutMany { many } => {
                let first = self.program.many[many as usize].operand.at(at.frame());
                Item::of(&arena[first..first + fields])
            }
            _ => Item::from(value),
        };
        for _ in 0..count {
            self.insert(arena, header, &item);
            self.note_record(arena, at, Kind::Put, header, &item);
        }
    }

    /// Takes items, which are there, to where the op at `at` says.
    pub(super) fn pop(&mut self, arena: &mut [Word], at: Context, header: usize, count: u64) {
        let into = match self.program.plain[at.op()] {
            Op::Get { into, .. } => Some(into.at(at.frame())),
            Op::GetMany { many } => {
                let code = &self.program.many[many as usize];
                if code.fields > 1 {
                    return self.pop_records(arena, at, header, count);
                }
                code.array().map(|array| self.array(arena, at.frame(), array).0)
            }
            _ => None,
        };
        for number in 0..count as usize {
            let value = self.oldest(arena, header);
            arena[header + resource::LEVEL] -= 1;
            if let Some(into) = into {
                arena[into + number] = value;
            }
            self.note_item(arena, at, Kind::Get, header, value);
        }
    }

    /// The same where items are records.
    #[cold]
    #[inline(never)]
    fn pop_records(&mut self, arena: &mut [Word], at: Context, header: usize, count: u64) {
        (0..count).for_each(|_| self.take_item(arena, at, header, 0));
    }

    /// Takes the oldest item out of the ring, or what is handed over at a
    /// rendezvous, which has no ring and leaves nothing behind.
    #[inline(always)]
    fn oldest(&self, arena: &mut [Word], header: usize) -> Word {
        let (head, ring) = (arena[header + resource::HEAD], arena[header + resource::RING]);
        if ring == 0 {
            arena[header + resource::HEAD] = 0;
            return head;
        }
        arena[header + resource::HEAD] = if head + 1 == ring { 0 } else { head + 1 };
        arena[(arena[header + resource::CONTENT] + head) as usize]
    }

    /// The same of an item that may be a record.
    pub(super) fn note_record(
        &mut self,
        arena: &[Word],
        at: Context,
        kind: Kind,
        header: usize,
        item: &Item,
    ) {
        if S::ACTIVE {
            let identity = arena[header + resource::IDENTITY];
            let id = self.resource_id(arena, header);
            let event = Event { ty: item_type(identity), ..self.event(at, kind, id, item[0]) };
            self.sink.happens(&Event { extra: item.len() as u32 - 1, ..event }, &item[1..]);
        }
    }

    #[inline(always)]
    pub(super) fn note_item(&mut self, arena: &[Word], at: Context, kind: Kind, header: usize, value: Word) {
        if S::ACTIVE {
            let id = self.resource_id(arena, header);
            let ty = item_type(arena[header + resource::IDENTITY]);
            self.emit_typed(at, kind, id, value, ty, 0);
        }
    }
}

/// How many items a process with this frame, which stands at a put or a get,
/// puts or gets.
#[inline]
pub(super) fn items_wanted(program: &BoundProgram, arena: &[Word], frame: usize) -> u64 {
    match program.plain[op_of(arena, frame)] {
        Op::PutMany { many } | Op::GetMany { many } => arena[program.many[many as usize].count.at(frame)],
        _ => 1,
    }
}

/// How many items more a buffer takes. Of a rendezvous: whether somebody waits
/// to get one.
pub(super) fn room(arena: &[Word], header: usize) -> u64 {
    match arena[header + resource::CAPACITY] {
        0 => u64::from(arena[header + resource::TAKERS] != 0),
        capacity => capacity - arena[header + resource::LEVEL],
    }
}

/// Whether a run that began with `first` words and now has `words` may have so many more.
fn has_memory(first: usize, words: usize, more: u64) -> bool {
    more.saturating_add(words as u64) <= (first + MAX_GROWTH) as u64
}

impl Machine {
    /// Makes the ring of the buffer with this header long enough for `items`,
    /// which is at most its capacity; false if the run may not use so much
    /// memory.
    pub fn lengthen(&mut self, program: &BoundProgram, header: usize, items: u64) -> bool {
        let arena = &mut self.arena;
        let capacity = arena[header + resource::CAPACITY];
        let ring = arena[header + resource::RING];
        let longer = items.max(ring.saturating_mul(2)).max(16).min(capacity);
        let identity = arena[header + resource::IDENTITY];
        let each = resource::place_words(identity);
        let words = longer.saturating_mul(each as u64);
        if !has_memory(program.arena.len(), arena.len(), words) {
            return false;
        }
        let (old, head, level) = (
            arena[header + resource::CONTENT] as usize,
            arena[header + resource::HEAD],
            arena[header + resource::LEVEL],
        );
        let content = arena.len();
        arena.resize(content + words as usize, 0);
        if resource::is_keyed(identity) {
            arena.copy_within(old..old + level as usize * each, content);
        } else {
            for item in 0..level {
                let place = old + ((head + item) % ring) as usize * each;
                arena.copy_within(place..place + each, content + item as usize * each);
            }
            arena[header + resource::HEAD] = 0;
        }
        arena[header + resource::CONTENT] = content as u64;
        arena[header + resource::RING] = longer;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 50 million words of 8 bytes are 400 MB, and one is too many.
    #[test]
    fn rings_take_400_megabytes_and_no_more() {
        for (words, most) in [(100, 50_000_000), (30_000_100, 20_000_000), (50_000_100, 0)] {
            assert!(has_memory(100, words, most), "{words}");
            assert!(!has_memory(100, words, most + 1), "{words}");
        }
        assert!(!has_memory(100, 100, u64::MAX));
    }
}
