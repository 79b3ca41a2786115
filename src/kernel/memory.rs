//! Memories: slots that are read and written, without waiting and without
//! protection. Whether an access is safe is not decided here.

use super::machine::{header_words, item_type};
use super::step::{Context, Kernel, Scheduler};
use crate::ids::ResourceId;
use crate::program::{RESOURCE_WORDS, ResourceCode, Slot, Source, resource};
use crate::trace::{Fault, Kind, Sink};
use crate::value::Word;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    #[inline]
    pub(super) fn write_memory(
        &mut self,
        arena: &mut [Word],
        at: Context,
        memory: ResourceCode,
        slot: Source,
        value: Source,
    ) -> Result<(), Box<Fault>> {
        let header = self.header(arena, memory, at);
        let slot = self.read(arena, slot, at.frame());
        let value = self.read(arena, value, at.frame());
        let place = self.slot_at(arena, at, header, slot)?;
        let identity = header_words(arena, header)[resource::IDENTITY];
        arena[place] = value;
        self.note_access(at, Kind::Write, identity, slot, value);
        Ok(())
    }

    #[inline]
    pub(super) fn read_memory(
        &mut self,
        arena: &mut [Word],
        at: Context,
        memory: ResourceCode,
        slot: Source,
        into: Slot,
    ) -> Result<(), Box<Fault>> {
        let header = self.header(arena, memory, at);
        let slot = self.read(arena, slot, at.frame());
        let value = arena[self.slot_at(arena, at, header, slot)?];
        let identity = header_words(arena, header)[resource::IDENTITY];
        self.write(arena, into, at.frame(), value);
        self.note_access(at, Kind::Read, identity, slot, value);
        Ok(())
    }

    pub(super) fn read_many(&mut self, arena: &mut [Word], at: Context, many: u32) -> Result<(), Box<Fault>> {
        let code = self.program.many[many as usize];
        let header = self.header(arena, code.resource, at);
        let first = self.read(arena, code.operand, at.frame());
        let count = self.request_to_read(arena, at, many)?;
        let array = code.array.map(|slot| self.array(arena, at.frame(), slot));
        let identity = header_words(arena, header)[resource::IDENTITY];
        for number in 0..count {
            let slot = first.wrapping_add(number);
            let value = arena[self.slot_at(arena, at, header, slot)?];
            if let Some((start, _)) = array {
                arena[start + number as usize] = value;
            }
            self.note_access(at, Kind::Read, identity, slot, value);
        }
        self.charge(count);
        Ok(())
    }

    /// Checks that the slots to read fit where they are to go.
    pub(super) fn request_to_read(&self, arena: &[Word], at: Context, many: u32) -> Result<u64, Box<Fault>> {
        let code = self.program.many[many as usize];
        let count = self.read(arena, code.count, at.frame());
        if (count as i64) < 0 {
            return Err(self.negative_count(at, count as i64));
        }
        let array = code.array.map(|slot| self.array(arena, at.frame(), slot));
        if let Some((_, len)) = array.filter(|&(_, len)| count > len as u64) {
            let message = format!("{count} values do not fit the array, which has {len} elements");
            return Err(self.fault(at, message, "make the array longer, or read fewer"));
        }
        Ok(count)
    }

    /// Where a slot lies in the arena.
    #[inline(always)]
    pub(super) fn slot_at(
        &self,
        arena: &[Word],
        at: Context,
        header: usize,
        slot: Word,
    ) -> Result<usize, Box<Fault>> {
        // One check of the bounds for all of them.
        let words = &arena[header..header + RESOURCE_WORDS];
        if slot < words[resource::CAPACITY] {
            return Ok((words[resource::CONTENT] + slot) as usize);
        }
        Err(self.no_slot(arena, at, header, slot))
    }

    #[cold]
    #[inline(never)]
    fn no_slot(&self, arena: &[Word], at: Context, header: usize, slot: Word) -> Box<Fault> {
        let name =
            format!("memory '{}'", self.program.resource_name(ResourceId(self.resource_id(arena, header))));
        self.out_of_range(at, &name, slot as i64, arena[header + resource::CAPACITY], "slots")
    }

    /// Writes a slot that is there. `memory` is where the slots begin, or the
    /// header if there are events.
    #[inline(always)]
    pub(super) fn write_slot(
        &mut self,
        arena: &mut [Word],
        at: Context,
        memory: u32,
        slot: Word,
        value: Word,
    ) {
        let (content, identity) = Self::content(arena, memory);
        arena[content + slot as usize] = value;
        self.note_access(at, Kind::Write, identity, slot, value);
    }

    /// Reads such a slot, likewise.
    #[inline(always)]
    pub(super) fn read_slot(&mut self, arena: &mut [Word], at: Context, memory: u32, slot: Word) -> Word {
        let (content, identity) = Self::content(arena, memory);
        let value = arena[content + slot as usize];
        self.note_access(at, Kind::Read, identity, slot, value);
        value
    }

    /// Reads such a slot into a variable, and moves the index to the next one.
    #[inline(always)]
    pub(super) fn read_next(
        &mut self,
        arena: &mut [Word],
        at: Context,
        (memory, slots): (u32, u16),
        slot: Word,
        index: Slot,
        into: Slot,
    ) {
        let value = self.read_slot(arena, at, memory, slot);
        self.write(arena, into, at.frame(), value);
        self.turn(arena, at, index, slot, slots);
    }

    /// Moves an index from this slot to the next one, in a circle of so many.
    #[inline(always)]
    pub(super) fn turn(&mut self, arena: &mut [Word], at: Context, index: Slot, slot: Word, slots: u16) {
        let next = if slot + 1 == u64::from(slots) { 0 } else { slot + 1 };
        self.write(arena, index, at.frame(), next);
    }

    /// Where the slots begin, and the word that says which memory it is, if
    /// there are events.
    #[inline(always)]
    fn content(arena: &mut [Word], memory: u32) -> (usize, Word) {
        if S::ACTIVE {
            let words = header_words(arena, memory as usize);
            (words[resource::CONTENT] as usize, words[resource::IDENTITY])
        } else {
            (memory as usize, 0)
        }
    }

    /// Reads consecutive slots of such a memory, which has so many, into an array,
    /// if all is in range; whether it did.
    #[inline(always)]
    pub(super) fn read_at_once(
        &mut self,
        arena: &mut [Word],
        at: Context,
        (memory, slots): (u32, u16),
        first: Word,
        count: u8,
        array: Slot,
    ) -> bool {
        let (start, len) = self.array(arena, at.frame(), array);
        let count = usize::from(count);
        let fits = first < u64::from(slots) && first + count as u64 <= u64::from(slots) && count <= len;
        if !fits || !self.spend(count as u64) {
            return false;
        }
        let (content, identity) = Self::content(arena, memory);
        let from = content + first as usize;
        arena.copy_within(from..from + count, start);
        if S::ACTIVE {
            for number in 0..count {
                self.note_access(at, Kind::Read, identity, first + number as u64, arena[start + number]);
            }
        }
        true
    }

    /// `identity` is the word that says which memory it is.
    #[inline(always)]
    fn note_access(&mut self, at: Context, kind: Kind, identity: Word, slot: Word, value: Word) {
        if S::ACTIVE {
            self.emit_typed(at, kind, identity as u32, value, item_type(identity), slot as u32);
        }
    }
}
