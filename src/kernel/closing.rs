//! Closed buffers: nobody puts anything into them any more, and whoever wants more than is
//! left goes on without.
//!
//! A buffer is closed when so many have closed it as the scenario says. All who wait to get
//! are told at that instant, in the order of their line; what is left goes to whom it is enough
//! for. It is a fault to put, also of one who waits to, and to get without saying what is done
//! instead.

use super::buffer::items_wanted;
use super::machine::{Machine, State, op_of, state_word};
use super::request::{Request, ResourceRequest};
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::waiters;
use crate::figure::so_many;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::program::{closing, frame, resource};
use crate::trace::{Fault, Kind, Sink, WaitFor};
use crate::value::Word;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Closes a buffer, or is one of those who have to.
    pub(super) fn close(&mut self, arena: &mut [Word], at: Context, header: usize) -> Result<(), Box<Fault>> {
        let identity = arena[header + resource::IDENTITY];
        if closing::is_closed(identity) {
            return Err(self.closes_again(at, self.resource_id(arena, header)));
        }
        let after = closing::once_more(identity);
        if closing::is_closed(after) {
            self.nobody_is_surprised(arena, header)?;
        }
        arena[header + resource::IDENTITY] = after;
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Close, id, closing::missing(after));
        if closing::is_closed(after) {
            self.let_getters_go(arena, header, at.process());
        }
        Ok(())
    }

    /// Whether nobody waits for whom it is a fault that the buffer is closed.
    fn nobody_is_surprised(&self, arena: &[Word], header: usize) -> Result<(), Box<Fault>> {
        let id = self.resource_id(arena, header);
        if let Some(putter) = waiters::first(arena, header + resource::PUTTERS) {
            return Err(self.closed_meanwhile(self.waiter(arena, putter), id, WaitFor::Put));
        }
        let mut left = arena[header + resource::LEVEL];
        for getter in waiters::all(arena, &self.program.frames, header + resource::TAKERS) {
            let waiter = self.waiter(arena, getter);
            let wanted = items_wanted(self.program, arena, waiter.frame());
            // What one asks for that waits is not there.
            if wanted <= left && self.program.choice(waiter.op()).is_none() {
                left -= wanted;
            } else if self.program.ending(waiter.op()).is_none() {
                return Err(self.closed_meanwhile(waiter, id, WaitFor::Get));
            }
        }
        Ok(())
    }

    /// Ends the waits of all who wait to get out of a buffer that is closed now.
    fn let_getters_go(&mut self, arena: &mut [Word], header: usize, by: ProcessId) {
        while let Some(first) = waiters::first(arena, header + resource::TAKERS) {
            if self.serve_getter(arena, header, by) {
                continue;
            }
            self.remove(arena, header, resource::TAKERS, first);
            let waiter = self.waiter(arena, first);
            self.grant(arena, waiter, header, by, true);
            self.note_ended(arena, waiter, header);
            let next = self.program.ending(waiter.op()).expect("nobody is surprised");
            arena[waiter.frame() + frame::STATE] = state_word(next, State::Ready);
        }
    }

    fn note_ended(&mut self, arena: &[Word], at: Context, header: usize) {
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Ended, id, arena[header + resource::LEVEL]);
    }

    /// Where a process stands that waits.
    pub(super) fn waiter(&self, arena: &[Word], process: ProcessId) -> Context {
        let frame = self.program.frames[process.index()] as usize;
        Context::new(process, frame, op_of(arena, frame))
    }

    /// Takes `count` items out of a buffer that may be closed, or whose items may be chosen.
    #[inline(always)]
    pub(super) fn get_plain(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        count: u64,
    ) -> OpResult {
        if arena[header + resource::IDENTITY] & (resource::CHOSEN | closing::BITS) == 0 {
            return Ok(self.get(arena, at, header, count));
        }
        self.get_special(arena, at, header, count)
    }

    /// Takes items out of a buffer that somebody closes, or whose items are chosen.
    #[inline(never)]
    fn get_special(&mut self, arena: &mut [Word], at: Context, header: usize, count: u64) -> OpResult {
        let identity = arena[header + resource::IDENTITY];
        if closing::is_closed(identity) && !self.is_there(arena, at, header, count) {
            let Some(next) = self.program.ending(at.op()) else {
                return Err(self.gets_closed(at, self.resource_id(arena, header), count));
            };
            self.note_ended(arena, at, header);
            return Ok(Done::Went(next));
        }
        if resource::is_chosen(identity) {
            return Ok(self.get_chosen(arena, at, header, count));
        }
        Ok(self.get(arena, at, header, count))
    }

    /// Whether a buffer is one into which items are put yet.
    #[inline(always)]
    pub(super) fn must_be_open(&self, arena: &[Word], at: Context, header: usize) -> Result<(), Box<Fault>> {
        if closing::is_closed(arena[header + resource::IDENTITY]) {
            return Err(self.puts_closed(at, self.resource_id(arena, header)));
        }
        Ok(())
    }

    /// That a process closes a buffer which is closed.
    #[cold]
    fn closes_again(&self, at: Context, id: u32) -> Box<Fault> {
        let name = self.program.resource_name(ResourceId(id));
        let message = format!("buffer '{name}' is closed already");
        self.fault(at, message, "say how many close it where it is declared, as in `closes: 3`")
    }

    /// That a process puts into a closed buffer.
    #[cold]
    fn puts_closed(&self, at: Context, id: u32) -> Box<Fault> {
        let name = self.program.resource_name(ResourceId(id));
        let message = format!("a put into buffer '{name}', which is closed");
        self.fault(at, message, "close it when all have put their last, as in `closes: 3` for three of them")
    }

    /// That a process gets more out of a closed buffer than is left, and nothing says what
    /// it does then.
    #[cold]
    fn gets_closed(&self, at: Context, id: u32, count: u64) -> Box<Fault> {
        let name = self.program.resource_name(ResourceId(id));
        let message = match count {
            1 => format!("buffer '{name}' is closed and empty"),
            _ => format!("buffer '{name}' is closed and has fewer than {}", so_many(count, "item")),
        };
        self.fault(at, message, "write what it does then, as in `else: [exit]`, or use `for_each`")
    }

    /// That a buffer is closed for which a process waits that has no use for that.
    #[cold]
    fn closed_meanwhile(&self, waiter: Context, id: u32, wait_for: WaitFor) -> Box<Fault> {
        let name = self.program.resource_name(ResourceId(id));
        let who = self.program.process_name(waiter.process());
        let message =
            format!("'{who}' waits {} buffer '{name}', which is closed meanwhile", wait_for.purpose());
        let hint = match wait_for {
            WaitFor::Put => "close it when all have put their last, as in `closes: 3` for three of them",
            _ => "write what it does then, as in `else: [exit]`, or use `for_each`",
        };
        self.fault(waiter, message, hint)
    }

    /// For a driver with primitives of its own, which has found that a process, on this op,
    /// waits for the buffer that is to be closed: the same fault.
    pub fn closed_meanwhile_fault(
        &self,
        asked: &ResourceRequest,
        (process, op): (ProcessId, OpId),
        wait_for: WaitFor,
    ) -> Box<Fault> {
        let frame = self.program.frames[process.index()] as usize;
        self.closed_meanwhile(Context::new(process, frame, op.index()), asked.resource.0, wait_for)
    }

    /// For a driver with primitives of its own, which has found that the buffer a process is to close is closed:
    /// the same fault.
    pub fn closes_again_fault(&self, asked: &ResourceRequest, process: ProcessId) -> Box<Fault> {
        self.closes_again(self.waiter(self.arena, process), asked.resource.0)
    }

    /// For such a driver: a process has found its buffer closed, and stands where it goes on.
    ///
    /// # Errors
    /// [`Fault`] if nothing says where that is.
    pub fn ended(&mut self, asked: &ResourceRequest, process: ProcessId) -> Result<(), Box<Fault>> {
        let (at, id) = (self.waiter(self.arena, process), asked.resource.0);
        let Request::Get { count, .. } = asked.request else { return Err(self.puts_closed(at, id)) };
        let next = self.program.ending(at.op()).ok_or_else(|| self.gets_closed(at, id, count))?;
        self.arena[at.frame() + frame::STATE] = state_word(next, State::Ready);
        Ok(())
    }
}

impl Machine {
    /// What a state holds of whether a buffer is closed.
    pub fn closing(&self, header: usize) -> Word {
        self.arena[header + resource::IDENTITY] & closing::BITS
    }

    /// Makes that what [`Machine::closing`] has said.
    pub fn set_closing(&mut self, header: usize, closing: Word) {
        let identity = &mut self.arena[header + resource::IDENTITY];
        *identity = *identity & !closing::BITS | closing;
    }
}
