//! Where what an index names lies: elements of private arrays, instances of
//! resources.

use super::step::{Context, Kernel, Scheduler};
use crate::ids::ResourceDefId;
use crate::program::{RESOURCE_WORDS, Slot, Source, array_in};
use crate::trace::{Fault, Sink};
use crate::value::Word;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Where a private array lies, and how long it is.
    #[inline]
    pub(super) fn array(&self, arena: &[Word], frame: usize, slot: Slot) -> (usize, usize) {
        array_in(arena[slot.at(frame)])
    }

    /// Where an element of a private array lies.
    #[inline]
    pub(super) fn element(
        &mut self,
        arena: &[Word],
        at: Context,
        array: Slot,
        index: Source,
    ) -> Result<usize, Box<Fault>> {
        let (start, len) = self.array(arena, at.frame(), array);
        let index = self.read(arena, index, at.frame());
        if index < len as u64 {
            return Ok(start + index as usize);
        }
        Err(self.out_of_range(at, "the array", index as i64, len as u64, "element"))
    }

    /// The header of an instance of a resource.
    pub(super) fn find(
        &mut self,
        arena: &[Word],
        at: Context,
        def: u32,
        index: Source,
    ) -> Result<Word, Box<Fault>> {
        let (first, count) = self.program.instances[def as usize];
        let index = self.read(arena, index, at.frame());
        if index < u64::from(count) {
            return Ok(u64::from(first) + index * RESOURCE_WORDS as u64);
        }
        let name = format!("'{}'", self.program.definition_name(ResourceDefId(def)));
        Err(self.out_of_range(at, &name, index as i64, u64::from(count), "instance"))
    }
}
