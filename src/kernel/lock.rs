//! Mutexes and semaphores.
//!
//! Both hand over directly: whoever gives back while somebody waits passes
//! the permit, or the ownership, to the first waiter.

use super::machine::Machine;
use super::step::{Context, Done, Kernel, OpResult, Schedule};
use super::waiters;
use crate::ids::ProcessId;
use crate::program::{Op, Slot, resource};
use crate::trace::{Fault, Kind, Sink, WaitFor};

/// More permits than this cannot be counted.
pub(super) const MAX_PERMITS: u64 = i64::MAX as u64;

impl<Q: Schedule, S: Sink> Kernel<'_, Q, S> {
    #[inline]
    pub(super) fn lock(&mut self, at: Context, header: usize) -> Done {
        let done = self.acquire(at, header);
        if let Done::Next = done {
            self.machine.arena[header + resource::OWNER] = u64::from(at.process.0) + 1;
        }
        done
    }

    #[inline]
    pub(super) fn unlock(&mut self, at: Context, header: usize) -> OpResult {
        if self.machine.arena[header + resource::OWNER] != u64::from(at.process.0) + 1 {
            return Err(self.not_owner(at, header));
        }
        self.note(at, Kind::Release, header);
        let next = waiters::dequeue(&mut self.machine.arena, &self.image.frames, header + resource::TAKERS);
        self.machine.arena[header + resource::OWNER] = next.map_or(0, |process| u64::from(process.0) + 1);
        match next {
            None => self.machine.arena[header + resource::LEVEL] = 1,
            Some(waiter) => {
                let waiter = self.grant(waiter, header, at.process, true);
                self.note(waiter, Kind::Acquire, header);
            }
        }
        Ok(Done::Next)
    }

    #[inline]
    pub(super) fn acquire(&mut self, at: Context, header: usize) -> Done {
        let permits = &mut self.machine.arena[header + resource::LEVEL];
        if *permits == 0 {
            return self.block(at, header, resource::TAKERS, WaitFor::Acquire);
        }
        *permits -= 1;
        self.note(at, Kind::Acquire, header);
        Done::Next
    }

    /// Takes permits until `left` is 0. A process that waits in the middle
    /// executes the op again when it was given one, for the rest.
    pub(super) fn acquire_many(&mut self, at: Context, header: usize, left: Slot) -> Done {
        while self.machine.arena[left.at(at.frame)] > 0 {
            if !self.spend(1) {
                return Done::OutOfFuel;
            }
            if let Done::Wait = self.acquire(at, header) {
                return Done::Wait;
            }
            self.machine.arena[left.at(at.frame)] -= 1;
        }
        Done::Next
    }

    #[inline]
    pub(super) fn release(&mut self, at: Context, header: usize) -> OpResult {
        self.note(at, Kind::Release, header);
        let queue = header + resource::TAKERS;
        let Some(waiter) = waiters::dequeue(&mut self.machine.arena, &self.image.frames, queue) else {
            let permits = &mut self.machine.arena[header + resource::LEVEL];
            if *permits >= MAX_PERMITS {
                return Err(self.fault(at, "the permits do not fit 63 bits".into(), "release fewer"));
            }
            *permits += 1;
            return Ok(Done::Next);
        };
        let finished = self.count_down(waiter);
        let waiter = self.grant(waiter, header, at.process, finished);
        self.note(waiter, Kind::Acquire, header);
        Ok(Done::Next)
    }

    /// Notes that a waiter was given a permit; whether it needs no more.
    fn count_down(&mut self, waiter: ProcessId) -> bool {
        let frame = self.image.frames[waiter.index()] as usize;
        let op = Machine::op(self.machine, self.image, waiter);
        match self.image.code[op.index()] {
            Op::AcquireMany { left, .. } => {
                self.machine.arena[left.at(frame)] -= 1;
                self.machine.arena[left.at(frame)] == 0
            }
            _ => true,
        }
    }

    pub(super) fn release_many(&mut self, at: Context, header: usize, left: Slot) -> OpResult {
        while self.machine.arena[left.at(at.frame)] > 0 {
            if !self.spend(1) {
                return Ok(Done::OutOfFuel);
            }
            self.release(at, header)?;
            self.machine.arena[left.at(at.frame)] -= 1;
        }
        Ok(Done::Next)
    }

    #[inline(always)]
    pub(super) fn note(&mut self, at: Context, kind: Kind, header: usize) {
        if S::ACTIVE {
            let id = self.resource_id(header);
            self.emit(at, kind, id, 0);
        }
    }

    #[cold]
    fn not_owner(&self, at: Context, header: usize) -> Box<Fault> {
        let id = crate::ids::ResourceId(self.resource_id(header));
        let name = self.image.resource_name(id);
        let me = self.image.process_name(at.process);
        let owner = match self.machine.owner(self.image, id) {
            None => "nobody owns it".to_owned(),
            Some(owner) => format!("'{}' owns it", self.image.process_name(owner)),
        };
        let message = format!("'{me}' releases mutex '{name}', but {owner}");
        self.fault(
            at,
            message,
            "only the process that acquired a mutex may release it; a semaphore has no owner",
        )
    }
}
