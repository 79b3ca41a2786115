//! Memories: slots that are read and written, without waiting and without
//! protection. Whether an access is safe is not decided here.

use super::step::{Context, Done, Kernel, OpResult, Schedule};
use crate::ids::ResourceId;
use crate::program::{ResourceCode, Slot, Source, resource};
use crate::trace::{Fault, Kind, Sink};
use crate::value::Word;

impl<Q: Schedule, S: Sink> Kernel<'_, Q, S> {
    #[inline]
    pub(super) fn write_memory(
        &mut self,
        at: Context,
        memory: ResourceCode,
        slot: Source,
        value: Source,
    ) -> OpResult {
        let header = self.header(memory, at);
        let slot = self.read(slot, at.frame);
        let place = self.place(at, header, slot)?;
        let value = self.read(value, at.frame);
        self.machine.arena[place] = value;
        self.note_access(at, Kind::Write, header, slot, value);
        Ok(Done::Next)
    }

    #[inline]
    pub(super) fn read_memory(
        &mut self,
        at: Context,
        memory: ResourceCode,
        slot: Source,
        into: Slot,
    ) -> OpResult {
        let header = self.header(memory, at);
        let slot = self.read(slot, at.frame);
        let value = self.machine.arena[self.place(at, header, slot)?];
        self.write(into, at.frame, value);
        self.note_access(at, Kind::Read, header, slot, value);
        Ok(Done::Next)
    }

    pub(super) fn read_many(&mut self, at: Context, many: u32) -> OpResult {
        let code = self.image.many[many as usize];
        let header = self.header(code.resource, at);
        let first = self.read(code.operand, at.frame);
        let count = self.read(code.count, at.frame);
        if (count as i64) < 0 {
            return Err(self.negative_count(at, count as i64));
        }
        let array = code.array.map(|slot| self.array(at.frame, slot));
        if let Some((_, len)) = array.filter(|&(_, len)| count > len as u64) {
            let message = format!("{count} values do not fit the array, which has {len} elements");
            return Err(self.fault(at, message, "make the array longer, or read fewer"));
        }
        for number in 0..count {
            let slot = first.wrapping_add(number);
            let value = self.machine.arena[self.place(at, header, slot)?];
            if let Some((start, _)) = array {
                self.machine.arena[start + number as usize] = value;
            }
            self.note_access(at, Kind::Read, header, slot, value);
        }
        self.fuel = self.fuel.saturating_sub(count);
        Ok(Done::Next)
    }

    /// Where a slot lies in the arena.
    #[inline(always)]
    fn place(&self, at: Context, header: usize, slot: Word) -> Result<usize, Box<Fault>> {
        let slots = self.machine.arena[header + resource::CAPACITY];
        if slot < slots {
            return Ok((self.machine.arena[header + resource::CONTENT] + slot) as usize);
        }
        let name = format!("memory '{}'", self.image.resource_name(ResourceId(self.resource_id(header))));
        Err(self.out_of_range(at, &name, slot as i64, slots, "slots"))
    }

    #[inline(always)]
    fn note_access(&mut self, at: Context, kind: Kind, header: usize, slot: Word, value: Word) {
        if S::ACTIVE {
            let id = self.resource_id(header);
            let ty = self.item_type(id);
            self.emit_typed(at, kind, id, value, ty, slot as u32);
        }
    }
}
