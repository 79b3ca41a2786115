//! Memories: slots that are read and written, without waiting and without
//! protection. Whether an access is safe is not decided here.

use super::machine::{header_words, item_type};
use super::step::{Context, Kernel, Scheduler};
use crate::figure::{so_many, verb};
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
        let array = code.array().map(|slot| self.array(arena, at.frame(), slot));
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
        let array = code.array().map(|slot| self.array(arena, at.frame(), slot));
        if let Some((_, len)) = array.filter(|&(_, len)| count > len as u64) {
            let message = format!(
                "{} {} not fit the array, which has {}",
                so_many(count, "value"),
                verb(count as usize, "do"),
                so_many(len as u64, "element")
            );
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
        self.out_of_range(at, &name, slot as i64, arena[header + resource::CAPACITY], "slot")
    }

    /// `identity` is the word that says which memory it is.
    #[inline(always)]
    fn note_access(&mut self, at: Context, kind: Kind, identity: Word, slot: Word, value: Word) {
        if S::ACTIVE {
            self.emit_typed(at, kind, identity as u32, value, item_type(identity), slot as u32);
        }
    }
}
