//! Conditions: processes wait there until another one notifies them; and barriers,
//! where the last one that comes does.
//!
//! A condition remembers nothing: a notify that finds nobody waiting is lost.
//! Whoever gave a mutex back for the wait takes it again by an op of its own,
//! behind the wait, in competition with all others who want it.

use super::machine::{Machine, State, op_of, state_word};
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::stepwise::Rest;
use super::waiters;
use crate::ids::{ProcessId, ResourceId};
use crate::program::{BoundProgram, Op, RESOURCE_WORDS, ResourceCode, frame, resource};
use crate::trace::{Fault, Kind, Sink, UNNOTIFIED, WaitFor};
use crate::value::{Type, Word};

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Gives the mutex back and begins to wait, in one step: nobody can notify
    /// in between.
    pub(super) fn wait(
        &mut self,
        arena: &mut [Word],
        at: Context,
        condition: ResourceCode,
        mutex: Option<ResourceCode>,
    ) -> OpResult {
        if let Some(mutex) = mutex {
            let header = self.header(arena, mutex, at);
            self.unlock_any(arena, at, header)?;
        }
        let header = self.header(arena, condition, at);
        arena[header + resource::LEVEL] += 1;
        Ok(self.block(arena, at, header, resource::TAKERS, WaitFor::Notify))
    }

    /// Begins to wait at a barrier, or ends the waits of all where this was the last
    /// party that was missing. Who comes next waits for the next round.
    pub(super) fn arrive(&mut self, arena: &mut [Word], at: Context, barrier: ResourceCode) -> Done {
        let header = self.header(arena, barrier, at);
        if arena[header + resource::LEVEL] + 1 < arena[header + resource::CAPACITY] {
            arena[header + resource::LEVEL] += 1;
            return self.block(arena, at, header, resource::TAKERS, WaitFor::Barrier);
        }
        self.notify(arena, at, header, u64::MAX);
        Done::Next
    }

    /// Ends the wait of up to `most` processes, in the order of the discipline.
    pub(super) fn notify(&mut self, arena: &mut [Word], at: Context, header: usize, most: u64) {
        let waiting = arena[header + resource::LEVEL];
        let woken = waiting.min(most);
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Notify, id, woken);
        // If all go on there is nothing to choose.
        let chooses = woken < waiting && waiters::is_any(arena, header);
        let nth = if chooses { self.queue.choose(waiting as u32).min(waiting as u32 - 1) } else { 0 };
        for _ in 0..woken {
            let Some((process, frame)) = self.dequeue_nth(arena, header, nth) else { break };
            arena[header + resource::LEVEL] -= 1;
            let waiter = Context::new(process, frame, op_of(arena, frame));
            self.grant(arena, waiter, header, at.process(), true);
        }
    }

    /// Lets `process`, which waits at a condition, go on although nobody has notified it, and
    /// brings it in front of its next step: for drivers that go step by step.
    ///
    /// # Errors
    /// As [`Kernel::step`].
    pub fn wake_unnotified(&mut self, process: ProcessId) -> Result<Rest, Box<Fault>> {
        let arena = std::mem::take(&mut self.arena);
        let frame = self.program.frames[process.index()] as usize;
        let at = Context::new(process, frame, op_of(arena, frame));
        if S::ACTIVE {
            self.sink.clock(*self.now);
        }
        let (header, _) = self.awaited(arena, at);
        let id = self.resource_id(arena, header);
        arena[header + resource::OWNER] = 1;
        self.emit_typed(at, Kind::Notify, id, 1, Type::Int, UNNOTIFIED);
        self.take_out_of_queue(arena, at, process);
        arena[frame + frame::STATE] = state_word(at.op() + 1, State::Ready);
        self.queue.wake(*self.now, frame::priority_in(arena[frame + frame::LINK]), process);
        self.emit_typed(at, Kind::Grant, id, u64::from(process.0), Type::Int, UNNOTIFIED);
        self.arena = arena;
        self.settle(process)
    }

    /// Takes the waiter out that `nth` others stand before.
    #[inline(always)]
    fn dequeue_nth(&self, arena: &mut [Word], header: usize, nth: u32) -> Option<(ProcessId, usize)> {
        let (queue, frames) = (resource::TAKERS, &self.program.frames);
        if !Q::KEEPS_DEADLINES || nth == 0 || !self.program.has_timeouts() {
            return waiters::dequeue_nth(arena, frames, header + queue, nth);
        }
        let process = waiters::nth(arena, frames, header + queue, nth)?;
        self.remove(arena, header, queue, process);
        Some((process, frames[process.index()] as usize))
    }

    /// That a process waits with a mutex that it does not own.
    #[cold]
    pub(super) fn waits_without_mutex(&self, at: Context, mutex: &str, owner: &str) -> Box<Fault> {
        let me = self.program.process_name(at.process());
        let message = format!("'{me}' waits and is to give back mutex '{mutex}' meanwhile, but {owner}");
        self.fault(
            at,
            message,
            "acquire the mutex before the wait; the wait gives it back and takes it again",
        )
    }
}

impl Machine {
    /// Whether a process waits at a condition at which nobody has gone on yet without a
    /// notify: see [`Kernel::wake_unnotified`].
    pub fn may_wake_unnotified(&self, program: &BoundProgram, process: ProcessId) -> bool {
        let frame = program.frames[process.index()] as usize;
        let Op::Wait { condition, .. } = program.plain[op_of(&self.arena, frame)] else { return false };
        let header = condition.resolve().unwrap_or_else(|slot| self.arena[slot.at(frame)] as usize);
        let waits = frame::state_in(self.arena[frame + frame::STATE]) == State::Blocked as u8;
        waits && self.arena[header + resource::OWNER] == 0
    }

    /// The processes that wait at condition `id`, in the order in which a
    /// driver that is asked to choose numbers them.
    pub fn waiters(&self, program: &BoundProgram, id: ResourceId) -> Vec<ProcessId> {
        self.queue(program, program.resource_at(id) + resource::TAKERS)
    }

    /// Whether a driver chooses among those who wait at this header.
    pub fn waits_in_no_order(program: &BoundProgram, header: usize) -> bool {
        waiters::leaves_open(program.arena[header + resource::IDENTITY])
    }

    /// The processes in the queue in this word of the state, in order.
    pub fn queue(&self, program: &BoundProgram, queue: usize) -> Vec<ProcessId> {
        waiters::all(&self.arena, &program.frames, queue)
    }

    /// Makes the queue in this word of the state anew; `waiters` are ids, and
    /// stand in no queue.
    pub fn set_queue(&mut self, program: &BoundProgram, queue: usize, waiters: &[Word]) {
        self.arena[queue] = 0;
        // Headers begin at multiples of their length.
        let header = queue - queue % RESOURCE_WORDS;
        let discipline = match waiters::as_listed(&self.arena, header) {
            // Those who are ready for a core stand in an order of their own.
            _ if program.is_processor(header) => 0,
            discipline => discipline,
        };
        let add = if program.has_timeouts() { waiters::enqueue_both_ways } else { waiters::enqueue };
        for &id in waiters {
            add(&mut self.arena, &program.frames, queue, ProcessId(id as u32), discipline);
        }
    }
}
