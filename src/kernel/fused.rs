//! The fused ops: what a run of plain ops does, in one go.
//!
//! Each has the state, events and faults of its plain ops; what cannot go
//! through at once is left to them.

use super::lock::MAX_PERMITS;
use super::machine::header_words;
use super::step::{Context, Done, Kernel, Scheduler};
use crate::program::{Op, resource};
use crate::trace::{Fault, Kind, Sink, WaitFor};
use crate::value::Word;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Takes from each of the run; false if the process waits at one of them,
    /// standing on its plain op.
    #[inline]
    pub(super) fn take_run(&mut self, arena: &mut [Word], at: Context, first: u32, len: u32) -> bool {
        let program = self.program;
        let me = u64::from(at.process().0) + 1;
        let entries = &program.runs[first as usize..(first + len) as usize];
        for entry in entries {
            let at = at.at_op(at.op() + entry.offset());
            let header = entry.header();
            if S::ACTIVE && entry.is_noted() {
                self.note(arena, at, Kind::Acquire, header);
                continue;
            }
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
        let program = self.program;
        let me = u64::from(at.process().0) + 1;
        let entries = &program.runs[first as usize..(first + len) as usize];
        for entry in entries {
            let header = entry.header();
            if S::ACTIVE && entry.is_noted() {
                self.note(arena, at.at_op(at.op() + entry.offset()), Kind::Release, header);
                continue;
            }
            let words = header_words(arena, header);
            let owns = words[resource::OWNER] == me & entry.owner_mask();
            let at = at.at_op(at.op() + entry.offset());
            let permits = words[resource::LEVEL] + 1;
            if words[resource::TAKERS] == 0 && owns && permits <= MAX_PERMITS {
                words[resource::LEVEL] = permits;
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
        let at = at.at_op(at.op() + offset);
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
        let at = at.at_op(at.op() + offset);
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

    /// Takes several permits for the op after the one at hand, if they are all
    /// there; whether it did.
    #[inline(always)]
    pub(super) fn take_many(&mut self, arena: &mut [Word], at: Context, header: usize, times: u64) -> bool {
        if arena[header + resource::LEVEL] < times || times == 0 || !self.spend(times) {
            return false;
        }
        arena[header + resource::LEVEL] -= times;
        self.note_many(arena, at.at_op(at.op() + 1), Kind::Acquire, header, times);
        true
    }

    /// Where [`Self::take_many`] finds too few permits, of a known number above
    /// 0: takes those that are there and waits for the others, standing on the
    /// op after the one at hand; whether it did.
    #[inline(always)]
    pub(super) fn take_those_there(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        times: u32,
    ) -> bool {
        let (level, times) = (arena[header + resource::LEVEL], u64::from(times));
        let at = at.at_op(at.op() + 1);
        let Op::AcquireMany { left, .. } = self.program.plain[at.op()] else { return false };
        // A round for each of them, and the one in which it waits.
        if level >= times || !self.spend(level + 1) {
            return false;
        }
        arena[header + resource::LEVEL] = 0;
        arena[left.at(at.frame())] = times - level;
        self.note_many(arena, at, Kind::Acquire, header, level);
        self.block(arena, at, header, resource::TAKERS, WaitFor::Acquire);
        true
    }

    /// Gives several permits back for the op after the one at hand, if nobody
    /// waits for one; whether it did.
    #[inline(always)]
    pub(super) fn give_many(&mut self, arena: &mut [Word], at: Context, header: usize, times: u64) -> bool {
        let words = header_words(arena, header);
        let fits = times < MAX_PERMITS && words[resource::LEVEL] < MAX_PERMITS - times;
        if words[resource::TAKERS] != 0 || times == 0 || !fits || !self.spend(times) {
            return false;
        }
        words[resource::LEVEL] += times;
        self.note_many(arena, at.at_op(at.op() + 1), Kind::Release, header, times);
        true
    }

    fn note_many(&mut self, arena: &[Word], at: Context, kind: Kind, header: usize, times: u64) {
        if S::ACTIVE {
            for _ in 0..times {
                self.note(arena, at, kind, header);
            }
        }
    }
}

/// `word` = (`word` + `by`) % `modulo` for an index that wraps around: below
/// twice the modulus, so that there is no division. False for all others.
#[inline(always)]
pub(super) fn wrap(word: &mut Word, by: Word, modulo: Word) -> bool {
    let small = *word < modulo && by <= modulo && modulo >> 62 == 0;
    if small {
        let sum = *word + by;
        *word = if sum < modulo { sum } else { sum - modulo };
    }
    small
}
