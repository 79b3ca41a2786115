//! Several permits at once, where the plain ops take and give one after the other.

use crate::kernel::lock::MAX_PERMITS;
use crate::kernel::machine::header_words;
use crate::kernel::step::{Context, Kernel, Scheduler};
use crate::program::{Op, resource};
use crate::trace::{Kind, Sink, WaitFor};
use crate::value::Word;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
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
        times: u64,
    ) -> bool {
        let level = arena[header + resource::LEVEL];
        let at = at.at_op(at.op() + 1);
        let Op::AcquireMany { left, .. } = self.program.plain[at.op()] else { return false };
        // A round for each of them, and the one in which it waits.
        if (times as i64) < 0 || level >= times || !self.spend(level + 1) {
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
