//! Mutexes and semaphores.
//!
//! Both hand over directly: whoever gives back while somebody waits passes
//! the permit, or the ownership, to the first waiter.

use super::defect;
use super::machine::{State, header_words, op_of};
use super::preempt::BEFORE_ALL;
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::waiters;
use crate::ids::{ProcessId, ResourceId};
use crate::program::{Op, Slot, frame, resource};
use crate::trace::{Fault, Kind, ResourceKind, Sink, WaitFor};
use crate::value::Word;

/// More permits than this cannot be counted.
pub(super) const MAX_PERMITS: u64 = i64::MAX as u64;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    #[inline]
    pub(super) fn lock(&mut self, arena: &mut [Word], at: Context, header: usize) -> Done {
        let done = self.acquire(arena, at, header);
        if let Done::Next = done {
            arena[header + resource::OWNER] = u64::from(at.process().0) + 1;
        }
        done
    }

    #[inline]
    pub(super) fn unlock(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
    ) -> Result<(), Box<Fault>> {
        if arena[header + resource::OWNER] != u64::from(at.process().0) + 1 {
            let owner = arena[header + resource::OWNER].checked_sub(1);
            let id = ResourceId(self.resource_id(arena, header));
            return Err(self.not_owner(at, id, owner.map(|process| ProcessId(process as u32))));
        }
        self.note(arena, at, Kind::Release, header);
        let next = self.hand_over(arena, at, header);
        arena[header + resource::OWNER] = next.map_or(0, |process| u64::from(process.0) + 1);
        if next.is_none() {
            arena[header + resource::LEVEL] = 1;
        }
        Ok(())
    }

    /// Gives the permit that was given back to the first waiter, if there is
    /// one, and says who that is.
    #[inline(always)]
    fn hand_over(&mut self, arena: &mut [Word], at: Context, header: usize) -> Option<ProcessId> {
        let first = waiters::dequeue(arena, &self.program.frames, header + resource::TAKERS)?;
        self.hand_to::<true>(arena, at.process(), header, first);
        Some(first.0)
    }

    /// Gives the permit to this process, which was taken out of the queue. Only where some
    /// requests are `REQUESTED` by a priority of their own something is called for that.
    #[inline(always)]
    fn hand_to<const REQUESTED: bool>(
        &mut self,
        arena: &mut [Word],
        by: ProcessId,
        header: usize,
        (next, frame): (ProcessId, usize),
    ) {
        let op = op_of(arena, frame);
        let waiter = Context::new(next, frame, op);
        let finished = self.count_down::<REQUESTED>(arena, waiter, header);
        self.grant(arena, waiter, header, by, finished);
        self.note(arena, waiter, Kind::Acquire, header);
    }

    #[inline]
    pub(super) fn acquire(&mut self, arena: &mut [Word], at: Context, header: usize) -> Done {
        let permits = &mut arena[header + resource::LEVEL];
        if *permits == 0 {
            return self.block(arena, at, header, resource::TAKERS, WaitFor::Acquire);
        }
        *permits -= 1;
        self.note(arena, at, Kind::Acquire, header);
        Done::Next
    }

    /// Takes permits until `left` is 0. A process that waits in the middle
    /// executes the op again when it was given one, for the rest.
    pub(super) fn acquire_many(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        left: Slot,
    ) -> Done {
        while arena[left.at(at.frame())] > 0 {
            if !self.spend(1) {
                return Done::OutOfFuel;
            }
            if let Done::Wait = self.acquire(arena, at, header) {
                return Done::Wait;
            }
            arena[left.at(at.frame())] -= 1;
            if self.program.is_attended(at.op()) {
                self.attend_behind(arena, at);
            }
        }
        Done::Next
    }

    /// Takes permits until `left` is 0, and goes before all who wait for one, but by `lifo`
    /// for those who come later, and by `priority` for those who go before it.
    pub(super) fn seize(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        (left, preempts): (Slot, bool),
    ) -> Done {
        self.acts(arena, at);
        while arena[left.at(at.frame())] > 0 {
            let is_there = arena[header + resource::LEVEL] > 0
                || preempts && self.preempt_holder(arena, at, header, BEFORE_ALL);
            if !is_there {
                return self.block_first(arena, at, header, WaitFor::Acquire);
            }
            arena[header + resource::LEVEL] -= 1;
            self.note(arena, at, Kind::Acquire, header);
            arena[left.at(at.frame())] -= 1;
            if self.program.is_attended(at.op()) {
                self.attend(arena, at.process());
            }
        }
        Done::Next
    }

    /// Gives one permit back. The usual case, in which nobody waits for it,
    /// stands here on its own.
    #[inline(always)]
    pub(super) fn release(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
    ) -> Result<(), Box<Fault>> {
        let words = header_words(arena, header);
        // One more and then a look at its sign, which is one step less.
        let permits = words[resource::LEVEL] + 1;
        if words[resource::TAKERS] != 0 || permits > MAX_PERMITS || defect::forgets_permit() {
            return self.release_to_waiter(arena, at, header);
        }
        words[resource::LEVEL] = permits;
        self.note(arena, at, Kind::Release, header);
        Ok(())
    }

    /// Gives one permit back where somebody waits for it, mostly one alone: what
    /// is done for that one calls nothing, which saves keeping registers.
    #[inline(never)]
    fn release_to_waiter(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
    ) -> Result<(), Box<Fault>> {
        let frames = &self.program.frames;
        if !defect::forgets_permit()
            && !self.program.has_requests
            && let Some(only) = waiters::dequeue_only(arena, frames, header + resource::TAKERS)
        {
            self.note(arena, at, Kind::Release, header);
            self.hand_to::<false>(arena, at.process(), header, only);
            return Ok(());
        }
        self.release_slowly(arena, at, header)
    }

    #[inline(never)]
    fn release_slowly(&mut self, arena: &mut [Word], at: Context, header: usize) -> Result<(), Box<Fault>> {
        // What somebody held who is ended is given back by another one.
        if frame::state_in(arena[at.frame() + frame::STATE]) != State::Done as u8 {
            self.acts(arena, at);
        }
        // Where nobody waits, it is because there are as many permits as can be.
        if arena[header + resource::TAKERS] == 0 && !defect::forgets_permit() {
            return Err(self.too_many_permits(at, ResourceId(self.resource_id(arena, header))));
        }
        self.note(arena, at, Kind::Release, header);
        if defect::forgets_permit() {
            return Ok(());
        }
        if !self.gives_one_of_several(arena, at.process(), header) {
            self.hand_over(arena, at, header);
        }
        self.preempt_for_those_in_line(arena, at.process(), header);
        Ok(())
    }

    /// Gives a permit, which is there, to the first who waits.
    pub(super) fn give_to_first(&mut self, arena: &mut [Word], by: ProcessId, header: usize) {
        if self.gives_one_of_several(arena, by, header) {
            arena[header + resource::LEVEL] -= 1;
            return;
        }
        let Some(first) = waiters::dequeue(arena, &self.program.frames, header + resource::TAKERS) else {
            return;
        };
        arena[header + resource::LEVEL] -= 1;
        self.hand_to::<true>(arena, by, header, first);
    }

    /// Gives a permit to the first in line, if that goes before all others and needs more: it stays the first, also
    /// for what is given back at the same instant.
    fn gives_one_of_several(&mut self, arena: &mut [Word], by: ProcessId, header: usize) -> bool {
        let Some(first) = waiters::first(arena, header + resource::TAKERS) else { return false };
        let waiter = self.waiter(arena, first);
        let Op::Seize { left, .. } = self.program.plain[waiter.op()] else { return false };
        let left = left.at(waiter.frame());
        if arena[left] < 2 {
            return false;
        }
        arena[left] -= 1;
        let id = self.resource_id(arena, header);
        self.emit(waiter, Kind::Grant, id, u64::from(by.0));
        self.note(arena, waiter, Kind::Acquire, header);
        self.emit(waiter, Kind::Block, id, WaitFor::Acquire as u64);
        true
    }

    /// Notes that a waiter was given a permit; whether it needs no more.
    #[inline]
    fn count_down<const REQUESTED: bool>(
        &mut self,
        arena: &mut [Word],
        waiter: Context,
        header: usize,
    ) -> bool {
        match self.program.plain[waiter.op()] {
            Op::AcquireMany { left, .. } | Op::Seize { left, .. } => {
                let left = &mut arena[left.at(waiter.frame())];
                *left -= 1;
                *left == 0
            }
            Op::Request { words, manner, .. } if REQUESTED => {
                self.has_permit(arena, waiter, header, (words, manner));
                true
            }
            _ => true,
        }
    }

    pub(super) fn release_many(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        left: Slot,
    ) -> OpResult {
        while arena[left.at(at.frame())] > 0 {
            if !self.spend(1) {
                return Ok(Done::OutOfFuel);
            }
            self.release(arena, at, header)?;
            arena[left.at(at.frame())] -= 1;
            if self.program.is_attended(at.op()) {
                self.attend_behind(arena, at);
            }
        }
        Ok(Done::Next)
    }

    #[inline(always)]
    pub(super) fn note(&mut self, arena: &[Word], at: Context, kind: Kind, header: usize) {
        if S::ACTIVE {
            let id = self.resource_id(arena, header);
            self.emit(at, kind, id, 0);
        }
    }

    /// After a fault: takes the mutexes that the process has taken but whose
    /// locks were left out.
    #[cold]
    #[inline(never)]
    pub(super) fn take_left_out(&self, arena: &mut [Word], fault: &Fault) {
        for section in &self.program.sections {
            if section.lock < fault.op && fault.op <= section.unlock {
                let words = header_words(arena, section.header);
                words[resource::LEVEL] = 0;
                words[resource::OWNER] = u64::from(fault.process.0) + 1;
            }
        }
    }

    /// That one more permit is given back than there can be: of those who read under a
    /// read-write lock, one that nobody has.
    #[cold]
    pub(super) fn too_many_permits(&self, at: Context, id: ResourceId) -> Box<Fault> {
        if self.program.resource_info(id).kind != ResourceKind::Readers {
            return self.fault(at, "the permits do not fit 63 bits".into(), "release fewer");
        }
        let (me, lock) = (self.program.process_name(at.process()), self.program.declared_name(id));
        let message = format!("'{me}' releases '{lock}' for reading, but nobody reads under it");
        self.fault(at, message, "give back for reading what was acquired for reading, and once")
    }

    #[cold]
    pub(super) fn not_owner(&self, at: Context, id: ResourceId, owner: Option<ProcessId>) -> Box<Fault> {
        let name = self.program.resource_name(id);
        let me = self.program.process_name(at.process());
        let owner = match owner {
            None => "nobody owns it".to_owned(),
            Some(owner) => format!("'{}' owns it", self.program.process_name(owner)),
        };
        if let Op::Wait { .. } = self.program.plain[at.op()] {
            return self.waits_without_mutex(at, &name, &owner);
        }
        let message = match self.program.resource_info(id).kind {
            ResourceKind::Rwlock => format!("'{me}' releases '{name}' for writing, but {owner}"),
            _ => format!("'{me}' releases mutex '{name}', but {owner}"),
        };
        self.fault(
            at,
            message,
            "only the process that acquired a mutex may release it; a semaphore has no owner",
        )
    }
}
