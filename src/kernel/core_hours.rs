//! Processors that have more cores at some times than at others.
//!
//! Decides whose core is taken when there are fewer: a free one; else that of whoever goes
//! last by the discipline, of equal ones who was served last, and of those the last of the file; where all share, all
//! go on at another rate. Who loses its core keeps what is left of its work and is the first in line; who
//! has done all that it wanted at that instant gives its core back itself before.

use super::processor::{HALF, Worker, cores, rank, stage, worker};
use super::sharing::Shared;
use super::step::{Context, Kernel, Scheduler};
use super::waiters;
use crate::program::{ResourceCode, Slot, resource, work};
use crate::trace::{Kind, Sink};
use crate::value::Word;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Takes cores until `left` is 0.
    pub(super) fn take_cores(
        &mut self,
        arena: &mut [Word],
        at: Context,
        processor: ResourceCode,
        left: Slot,
    ) {
        let header = self.header(arena, processor, at);
        let is_shared = self.program.processor(arena, header).is_shared();
        while arena[left.at(at.frame())] > 0 {
            if is_shared {
                self.share_fewer(arena, at, header);
            } else if arena[header + resource::LEVEL] > 0 {
                arena[header + resource::LEVEL] -= 1;
                arena[header + resource::TAKEN] += 1;
                self.note(arena, at, Kind::Acquire, header);
            } else if let Some((core, other)) = self.served_last(arena, header) {
                let level = self.withdraw(arena, other, header);
                self.note(arena, other.at, Kind::Release, header);
                arena[core] &= !HALF;
                self.queue_up(arena, other, header, level, true);
                arena[header + resource::TAKEN] += 1;
                self.note(arena, at, Kind::Acquire, header);
            } else {
                // The first that is given back at this instant is not handed on.
                arena[header + resource::TAKEN] += 1;
            }
            arena[left.at(at.frame())] -= 1;
        }
    }

    /// Whether more cores serve somebody than there are, so that one that is given back is gone.
    #[inline]
    pub(super) fn are_too_many(&self, arena: &[Word], header: usize) -> bool {
        let taken = arena[header + resource::TAKEN];
        taken > 0 && {
            let cores = cores(arena, header);
            let there = cores.len() as Word - taken;
            cores.filter(|&core| arena[core] & HALF != 0).count() as Word > there
        }
    }

    /// Who goes last of those that are served and want more, and by which core.
    fn served_last(&self, arena: &[Word], header: usize) -> Option<(usize, Worker)> {
        let discipline = self.program.processor(arena, header).discipline;
        let since = |other: Worker| match other.stage(arena).0 {
            stage::SERVED => arena[other.base + work::SINCE],
            _ => Word::MAX,
        };
        self.yielding(arena, header)
            .max_by_key(|&(_, other)| (rank(discipline, arena, other), since(other), other.id()))
    }

    /// Gives cores back until `left` is 0: each to the first that is ready, if there is one.
    pub(super) fn give_cores(
        &mut self,
        arena: &mut [Word],
        at: Context,
        processor: ResourceCode,
        left: Slot,
    ) {
        let header = self.header(arena, processor, at);
        let is_shared = self.program.processor(arena, header).is_shared();
        for _ in 0..std::mem::take(&mut arena[left.at(at.frame())]) {
            if is_shared {
                self.share_more(arena, at, header);
                continue;
            }
            let was_kept = self.are_too_many(arena, header);
            arena[header + resource::TAKEN] -= 1;
            if was_kept {
                continue;
            }
            self.note(arena, at, Kind::Release, header);
            let next = waiters::dequeue(arena, &self.program.frames, header + resource::TAKERS);
            let Some((process, _)) = next else {
                arena[header + resource::LEVEL] += 1;
                continue;
            };
            let core = cores(arena, header).find(|&core| arena[core] & HALF == 0);
            let next = worker(self.program, arena, u64::from(process.0) + 1);
            self.occupy(arena, next, header, core.expect("the one that was taken serves nobody"));
            let (_, level) = next.stage(arena);
            next.set_stage(arena, stage::GRANTED, level);
            self.grant(arena, next.at, header, at.process(), false);
            self.note(arena, next.at, Kind::Acquire, header);
        }
    }

    /// Takes a core from all who share it.
    fn share_fewer(&mut self, arena: &mut [Word], at: Context, header: usize) {
        let shared = Shared::of(arena, header);
        shared.count(arena, self.program.processor(arena, header), *self.now);
        arena[header + resource::TAKEN] += 1;
        if arena[header + resource::LEVEL] > 0 {
            arena[header + resource::LEVEL] -= 1;
            self.note(arena, at, Kind::Acquire, header);
        } else {
            self.time_anew(arena, shared, true);
        }
    }

    /// Gives it back.
    fn share_more(&mut self, arena: &mut [Word], at: Context, header: usize) {
        let processor = self.program.processor(arena, header);
        let shared = Shared::of(arena, header);
        shared.count(arena, processor, *self.now);
        let there = processor.cores - arena[header + resource::TAKEN];
        arena[header + resource::TAKEN] -= 1;
        if (shared.served(arena) as u64) <= there {
            arena[header + resource::LEVEL] += 1;
            self.note(arena, at, Kind::Release, header);
        } else {
            self.time_anew(arena, shared, true);
        }
    }
}
