//! The fused ops: what a run of plain ops does, in one go.
//!
//! Each has the state, events and faults of its plain ops; what cannot go
//! through at once is left to them.

use super::lock::MAX_PERMITS;
use super::machine::header_words;
use super::step::{Context, Done, Kernel, Schedule};
use crate::arithmetic::BinaryOp;
use crate::program::{ResourceCode, Slot, Source, resource};
use crate::trace::{Fault, Kind, Sink, WaitFor};
use crate::value::Word;

impl<Q: Schedule, S: Sink> Kernel<'_, Q, S> {
    /// Takes from each of the run; false if the process waits at one of them,
    /// standing on its plain op.
    #[inline]
    pub(super) fn take_run(&mut self, arena: &mut [Word], at: Context, first: u32, len: u32) -> bool {
        let image = self.image;
        let me = u64::from(at.process.0) + 1;
        let entries = &image.runs[first as usize..(first + len) as usize];
        for entry in entries {
            let at = Context { op: at.op + entry.offset(), ..at };
            let header = entry.header();
            let words = header_words(arena, header);
            if words[resource::LEVEL] == 0 {
                self.block(arena, at, header, resource::TAKERS, WaitFor::Acquire);
                return false;
            }
            words[resource::LEVEL] -= 1;
            words[resource::OWNER] = me & entry.owner_mask();
            self.note(arena, at, Kind::Acquire, header);
        }
        true
    }

    /// Gives back to each of the run.
    #[inline]
    pub(super) fn give_run(
        &mut self,
        arena: &mut [Word],
        at: Context,
        first: u32,
        len: u32,
    ) -> Result<(), Box<Fault>> {
        let image = self.image;
        let me = u64::from(at.process.0) + 1;
        let entries = &image.runs[first as usize..(first + len) as usize];
        for entry in entries {
            let header = entry.header();
            let words = header_words(arena, header);
            let owns = words[resource::OWNER] == me & entry.owner_mask();
            let at = Context { op: at.op + entry.offset(), ..at };
            if words[resource::TAKERS] == 0 && owns && words[resource::LEVEL] < MAX_PERMITS {
                words[resource::LEVEL] += 1;
                words[resource::OWNER] = 0;
                self.note(arena, at, Kind::Release, header);
            } else if entry.owner_mask() != 0 {
                self.unlock(arena, at, header)?;
            } else {
                self.release(arena, at, header)?;
            }
        }
        Ok(())
    }

    /// Takes a permit; false if the process waits for it, standing on the
    /// plain op `offset` ops on.
    #[inline(always)]
    pub(super) fn take_one(&mut self, arena: &mut [Word], at: Context, header: u32, offset: usize) -> bool {
        let at = Context { op: at.op + offset, ..at };
        matches!(self.acquire(arena, at, header as usize), Done::Next)
    }

    /// Takes a permit of each, as [`Self::take_run`].
    #[inline(always)]
    pub(super) fn take_two(
        &mut self,
        arena: &mut [Word],
        at: Context,
        headers: [u32; 2],
        offsets: [u8; 2],
    ) -> bool {
        self.take_one(arena, at, headers[0], offsets[0].into())
            && self.take_one(arena, at, headers[1], offsets[1].into())
    }

    /// Gives a permit back, as the plain op `offset` ops on.
    #[inline(always)]
    pub(super) fn give_one(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: u32,
        offset: usize,
    ) -> Result<(), Box<Fault>> {
        let at = Context { op: at.op + offset, ..at };
        self.release(arena, at, header as usize)
    }

    /// Gives a permit back to each, as [`Self::give_run`].
    #[inline(always)]
    pub(super) fn give_two(
        &mut self,
        arena: &mut [Word],
        at: Context,
        headers: [u32; 2],
        offsets: [u8; 2],
    ) -> Result<(), Box<Fault>> {
        self.give_one(arena, at, headers[0], offsets[0].into())?;
        self.give_one(arena, at, headers[1], offsets[1].into())
    }

    /// Takes several permits if they are all there. Gives by how many ops to
    /// go on: past both plain ops, or to the second one.
    #[inline]
    pub(super) fn take_many(
        &mut self,
        arena: &mut [Word],
        at: Context,
        semaphore: ResourceCode,
        left: Slot,
        times: Source,
    ) -> Result<usize, Box<Fault>> {
        let times = self.read(arena, times, at.frame);
        let header = self.header(arena, semaphore, at);
        if arena[header + resource::LEVEL] < times || times == 0 || !self.spend(times) {
            return self.count_down_from(arena, at, left, times);
        }
        arena[header + resource::LEVEL] -= times;
        self.note_many(arena, Context { op: at.op + 1, ..at }, Kind::Acquire, header, times);
        Ok(2)
    }

    /// Gives several permits back if nobody waits for one. Gives by how many
    /// ops to go on, as [`Self::take_many`].
    #[inline]
    pub(super) fn give_many(
        &mut self,
        arena: &mut [Word],
        at: Context,
        semaphore: ResourceCode,
        left: Slot,
        times: Source,
    ) -> Result<usize, Box<Fault>> {
        let times = self.read(arena, times, at.frame);
        let header = self.header(arena, semaphore, at);
        let words = header_words(arena, header);
        let fits = times < MAX_PERMITS && words[resource::LEVEL] < MAX_PERMITS - times;
        if words[resource::TAKERS] != 0 || times == 0 || !fits || !self.spend(times) {
            return self.count_down_from(arena, at, left, times);
        }
        arena[header + resource::LEVEL] += times;
        self.note_many(arena, Context { op: at.op + 1, ..at }, Kind::Release, header, times);
        Ok(2)
    }

    /// What [`crate::program::Op::LoopStart`] does before one op that counts down.
    fn count_down_from(
        &mut self,
        arena: &mut [Word],
        at: Context,
        left: Slot,
        times: Word,
    ) -> Result<usize, Box<Fault>> {
        if (times as i64) < 0 {
            return Err(self.negative_count(at, times as i64));
        }
        self.write(arena, left, at.frame, times);
        Ok(if times == 0 { 2 } else { 1 })
    }

    fn note_many(&mut self, arena: &[Word], at: Context, kind: Kind, header: usize, times: u64) {
        if S::ACTIVE {
            for _ in 0..times {
                self.note(arena, at, kind, header);
            }
        }
    }

    /// `into` = (`into` + `by`) % `modulo`.
    #[inline]
    pub(super) fn add_rem(
        &mut self,
        arena: &mut [Word],
        at: Context,
        into: Slot,
        by: Source,
        modulo: Source,
    ) -> Result<(), Box<Fault>> {
        let a = self.read(arena, into.source(), at.frame);
        let by = self.read(arena, by, at.frame);
        let modulo = self.read(arena, modulo, at.frame);
        // An index that wraps around is below twice the modulus: no division.
        let sum = a.wrapping_add(by);
        let small = (a | by | modulo) >> 62 == 0;
        let word = if small && sum < modulo {
            sum
        } else if small && sum - modulo < modulo {
            sum - modulo
        } else {
            let sum = BinaryOp::AddInt.apply(a, by).map_err(|error| self.arithmetic(at, error))?;
            let next = Context { op: at.op + 1, ..at };
            BinaryOp::RemInt.apply(sum, modulo).map_err(|error| self.arithmetic(next, error))?
        };
        self.write(arena, into, at.frame, word);
        Ok(())
    }
}
