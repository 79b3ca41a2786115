//! The lives of processes: who starts, ends, and waits for the end of whom.
//!
//! A process that is not alive has not started yet, or is done. One that is started
//! again begins anew, with all its variables as at first; but its random numbers go
//! on, so that no two lives are the same. Of those who are done, whom nobody has
//! joined, there is a list where somebody joins any of them: it is a queue like those
//! of who waits.
//!
//! Who ends another one takes it out of whatever it waits for, in any state; who comes
//! behind it may be served by that.

use super::inherit::PRIORITY_AT;
use super::machine::{State, op_of, state_word};
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::waiters;
use crate::ids::{ProcessId, ResourceId};
use crate::program::{
    NoFirstValue, Op, ProcessInstances, RESOURCE_WORDS, ResourceCode, Slot, array_in, frame, resource, work,
};
use crate::random::first_position;
use crate::time::Time;
use crate::trace::{Fault, Kind, Sink, WaitFor};
use crate::value::Word;

/// The levels of a life.
mod life {
    /// The process has not ended since it was started last.
    pub const OPEN: u64 = 0;
    /// It is done, and nobody has joined it.
    pub const DONE: u64 = 1;
    /// It is done, and was joined.
    pub const JOINED: u64 = 2;
}

/// The process whose life this is.
pub(super) fn of_life(arena: &[Word], header: usize) -> ProcessId {
    ProcessId(arena[header + resource::PROCESS] as u32)
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Starts a process that is not alive.
    pub(super) fn launch(&mut self, arena: &mut [Word], at: Context, life: ResourceCode) -> OpResult {
        let header = self.header(arena, life, at);
        let process = of_life(arena, header);
        let frame = self.program.frames[process.index()] as usize;
        if frame::state_in(arena[frame + frame::STATE]) != State::Done as u8 {
            return Err(self.is_alive(at, process));
        }
        self.unlist(arena, header, process);
        arena[header + resource::LEVEL] = life::OPEN;
        self.begin_anew(arena, process);
        let first = op_of(arena, frame);
        arena[frame + frame::STATE] = state_word(first, State::Ready);
        if self.program.has_inheritance() {
            // It may still own what it has lost in a life before.
            self.adjust(arena, process);
        }
        *self.live += self.waited_for(process);
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Launch, id, u64::from(process.0));
        let priority = frame::priority_in(arena[frame + frame::LINK]);
        self.queue.wake(*self.now, priority, process);
        Ok(Done::Next)
    }

    /// Starts an instance that is not alive, with the next number.
    pub(super) fn admit(&mut self, arena: &mut [Word], at: Context, any: ResourceCode) -> OpResult {
        let header = self.header(arena, any, at);
        let next = waiters::dequeue(arena, &self.program.frames, header + resource::PUTTERS);
        let Some((process, frame)) = next else { return Err(self.no_place(at, header, arena)) };
        let program = self.program;
        let number = arena[header + resource::LEVEL];
        arena[header + resource::LEVEL] += 1;
        let def = program.definition(process);
        self.settle_in(arena, at, (process, def), number)?;
        arena[frame + frame::STATE] = state_word(op_of(arena, frame), State::Ready);
        let life = def.life.expect("who arrives knows its life");
        let header_of_life = arena[life.at(frame)] as usize;
        arena[header_of_life + resource::LEVEL] = life::OPEN;
        *self.live += self.waited_for(process);
        let id = self.resource_id(arena, header_of_life);
        self.emit(at, Kind::Launch, id, u64::from(process.0));
        self.queue.wake(*self.now, frame::priority_in(arena[frame + frame::LINK]), process);
        Ok(Done::Next)
    }

    /// How far a life is: below 0 before it begins, 0 while it lasts, above 0 when it is over.
    pub(super) fn stage(&self, arena: &[Word], header: usize) -> i64 {
        let frame = self.program.frames[of_life(arena, header).index()] as usize;
        match arena[header + resource::LEVEL] {
            life::OPEN if frame::state_in(arena[frame + frame::STATE]) == State::Done as u8 => -1,
            life::OPEN => 0,
            _ => 1,
        }
    }

    /// Gives the words of a process that arrives their first values: those that hang on
    /// its number by that, all others as they are of whoever arrives. Only where its own
    /// life and its arrays are belongs to its place.
    fn settle_in(
        &mut self,
        arena: &mut [Word],
        at: Context,
        (process, def): (ProcessId, &ProcessInstances),
        number: Word,
    ) -> Result<(), Box<Fault>> {
        let program = self.program;
        let frame = program.frames[process.index()] as usize;
        // What it inherited in a life before is over.
        let link = def.template[frame::LINK] & 0xff << PRIORITY_AT;
        let life = def.life.map_or(0, |slot| arena[slot.at(frame)]);
        self.scratch.clear();
        for slot in &def.arrays {
            self.scratch.push(arena[slot.at(frame)]);
        }
        arena[frame..frame + def.template.len()].copy_from_slice(&def.template);
        for (number, slot) in def.arrays.iter().enumerate() {
            arena[slot.at(frame)] = self.scratch[number];
        }
        if let Some(slot) = def.life {
            arena[slot.at(frame)] = life;
        }
        arena[frame + frame::LINK] = link;
        self.first_elements(arena, process, def);
        if let Some(index) = def.index {
            arena[index.at(frame)] = number;
        }
        for position in def.by_number.positions() {
            arena[position.at(frame)] = first_position(number);
        }
        let fault = |problem: NoFirstValue| {
            let message = format!("number {number} of '{}' cannot begin: {}", def.name, problem.message);
            self.fault(at, message, problem.hint)
        };
        if let Some(priority) = def.by_number.first_priority(&program.params, number).map_err(fault)? {
            arena[frame + frame::LINK] = Word::from(priority) << PRIORITY_AT;
        }
        for first in def.by_number.first_values(&program.params, number) {
            let (slot, value) = first.map_err(fault)?;
            if def.arrays.contains(&slot) {
                let (start, len) = array_in(arena[slot.at(frame)]);
                arena[start..start + len].fill(value);
            } else {
                arena[slot.at(frame)] = value;
            }
        }
        Ok(())
    }

    #[cold]
    pub(super) fn is_alive(&self, at: Context, process: ProcessId) -> Box<Fault> {
        let message = format!("'{}' is to be started, but it is alive", self.program.process_name(process));
        self.fault(at, message, "join it before, or give it `start: manual` if it starts by itself")
    }

    #[cold]
    pub(super) fn never_started(&self, at: Context, process: ProcessId) -> Box<Fault> {
        let name = self.program.process_name(process);
        self.fault(at, format!("'{name}' is to be joined, but was never started"), "start it before")
    }

    #[cold]
    pub(super) fn stops_itself(&self, at: Context) -> Box<Fault> {
        let message = format!("'{}' is to stop itself", self.program.process_name(at.process()));
        self.fault(at, message, "use `exit`, which ends a process where it stands")
    }

    #[cold]
    pub(super) fn no_place(&self, at: Context, header: usize, arena: &[Word]) -> Box<Fault> {
        let first = ProcessId(arena[header + resource::PROCESS] as u32);
        let def = self.program.definition(first);
        let message = format!("{} of '{}' are alive, and one more arrives", def.count, def.name);
        self.fault(at, message, "raise `most` in `arrivals`, or let them be served faster than they come")
    }

    /// For a driver with lives of its own: a process that is not alive stands before its
    /// first op again, with the number of its arrival if it has one.
    ///
    /// # Errors
    /// If its first values are none.
    pub fn revive(&mut self, process: ProcessId, number: Option<Word>) -> Result<(), Box<Fault>> {
        let arena = std::mem::take(&mut self.arena);
        let frame = self.program.frames[process.index()] as usize;
        let at = Context::new(process, frame, op_of(arena, frame));
        let begun = match number {
            Some(number) => self.settle_in(arena, at, (process, self.program.definition(process)), number),
            None => {
                self.begin_anew(arena, process);
                Ok(())
            }
        };
        arena[frame + frame::STATE] = state_word(op_of(arena, frame), State::Ready);
        self.arena = arena;
        begun
    }

    /// Gives all words of a process their first values, but for those that count what
    /// was drawn.
    fn begin_anew(&mut self, arena: &mut [Word], process: ProcessId) {
        let program = self.program;
        let def = program.definition_index(process);
        let words = program.frame_of(process);
        let drawn = &program.processes[def.index()].drawn;
        let drawn: Vec<(Slot, Word)> =
            drawn.iter().map(|&slot| (slot, arena[slot.at(words.start)])).collect();
        for word in words.clone() {
            arena[word] = program.arena.word(word);
        }
        for (slot, word) in drawn {
            arena[slot.at(words.start)] = word;
        }
        self.first_elements(arena, process, &program.processes[def.index()]);
        arena[words.start + frame::STATE] &= frame::state_word(u32::MAX as usize, 0);
    }

    /// Gives the elements of the private arrays of a process their first values.
    fn first_elements(&self, arena: &mut [Word], process: ProcessId, def: &ProcessInstances) {
        let frame = self.program.frames[process.index()] as usize;
        for slot in &def.arrays {
            let (start, len) = array_in(arena[slot.at(frame)]);
            arena[start..start + len].copy_from_slice(self.program.arena.content(start..start + len));
        }
    }

    /// Waits until a process is done.
    pub(super) fn join(&mut self, arena: &mut [Word], at: Context, life: ResourceCode) -> OpResult {
        let header = self.header(arena, life, at);
        let process = of_life(arena, header);
        if arena[header + resource::LEVEL] == life::OPEN {
            let frame = self.program.frames[process.index()] as usize;
            if frame::state_in(arena[frame + frame::STATE]) == State::Done as u8 {
                return Err(self.never_started(at, process));
            }
            return Ok(self.block(arena, at, header, resource::TAKERS, WaitFor::End));
        }
        self.unlist(arena, header, process);
        arena[header + resource::LEVEL] = life::JOINED;
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Join, id, u64::from(process.0));
        Ok(Done::Next)
    }

    /// Waits for the first instance to be done that nobody has joined.
    pub(super) fn join_any(
        &mut self,
        arena: &mut [Word],
        at: Context,
        any: ResourceCode,
        into: Option<Slot>,
    ) -> OpResult {
        let header = self.header(arena, any, at);
        let first = waiters::dequeue(arena, &self.program.frames, header + resource::PUTTERS);
        let Some((process, _)) = first else {
            return Ok(self.block(arena, at, header, resource::TAKERS, WaitFor::End));
        };
        self.joined(arena, at, header, process, into);
        Ok(Done::Next)
    }

    /// Tells the process at `at` which instance is done.
    fn joined(
        &mut self,
        arena: &mut [Word],
        at: Context,
        any: usize,
        process: ProcessId,
        into: Option<Slot>,
    ) {
        let number = u64::from(process.0) - arena[any + resource::PROCESS];
        let life = arena[any + resource::OTHER] as usize + number as usize * RESOURCE_WORDS;
        arena[life + resource::LEVEL] = life::JOINED;
        if let Some(into) = into {
            self.write(arena, into, at.frame(), number);
        }
        let id = self.resource_id(arena, life);
        self.emit(at, Kind::Join, id, u64::from(process.0));
    }

    /// Takes a process that is done out of the list of those whom nobody has joined.
    fn unlist(&mut self, arena: &mut [Word], header: usize, process: ProcessId) {
        let any = arena[header + resource::OTHER] as usize;
        if any != 0 && arena[header + resource::LEVEL] == life::DONE {
            waiters::remove(arena, &self.program.frames, any + resource::PUTTERS, process, 0);
        }
    }

    /// Lets those go on who wait for the end of the process with this life; `by` is it,
    /// or who ended it.
    pub(super) fn end_life(&mut self, arena: &mut [Word], header: usize, by: ProcessId) {
        let process = of_life(arena, header);
        let id = self.resource_id(arena, header);
        arena[header + resource::LEVEL] = life::DONE;
        while let Some((waiter, frame)) =
            waiters::dequeue(arena, &self.program.frames, header + resource::TAKERS)
        {
            let waiter = Context::new(waiter, frame, op_of(arena, frame));
            arena[header + resource::LEVEL] = life::JOINED;
            self.grant(arena, waiter, header, by, true);
            self.emit(waiter, Kind::Join, id, u64::from(process.0));
        }
        let any = arena[header + resource::OTHER] as usize;
        if any == 0 || arena[header + resource::LEVEL] == life::JOINED {
            return;
        }
        self.queue.touch(any);
        let Some((waiter, frame)) = waiters::dequeue(arena, &self.program.frames, any + resource::TAKERS)
        else {
            let discipline = arena[any + resource::IDENTITY] >> 32 & 0xff;
            waiters::enqueue(arena, &self.program.frames, any + resource::PUTTERS, process, discipline);
            return;
        };
        let waiter = Context::new(waiter, frame, op_of(arena, frame));
        let Op::JoinAny { into, .. } = self.program.plain[waiter.op()] else {
            unreachable!("who waits for any stands at such an op")
        };
        self.grant(arena, waiter, any, by, true);
        self.joined(arena, waiter, any, process, into);
    }

    /// Ends a process where it stands.
    pub(super) fn stop(
        &mut self,
        arena: &mut [Word],
        at: Context,
        life: ResourceCode,
        lost: bool,
    ) -> OpResult {
        let header = self.header(arena, life, at);
        let process = of_life(arena, header);
        if process == at.process() {
            return Err(self.stops_itself(at));
        }
        let frame = self.program.frames[process.index()] as usize;
        if frame::state_in(arena[frame + frame::STATE]) == State::Done as u8 {
            return Ok(Done::Next);
        }
        self.acts(arena, at);
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Stop, id, u64::from(process.0));
        let other = Context::new(process, frame, op_of(arena, frame));
        let line = self.take_out(arena, other, at.process());
        let permits = self.permits(arena, other);
        // It is nobody any more who could lose one.
        self.forget_requests(arena, other);
        let last = self.program.last_op(other.op());
        arena[frame + frame::STATE] = state_word(last, State::Done);
        self.preempt_behind(arena, at.process(), line);
        if !lost {
            self.give_back(arena, other, &permits)?;
        }
        *self.live -= self.waited_for(process);
        self.emit(other.at_op(last), Kind::Done, 0, 0);
        self.end_life(arena, header, at.process());
        // Whoever stopped the last one is a daemon: the driver has to know. The step is
        // made once more then, for nothing.
        Ok(if self.is_over() { Done::OutOfFuel } else { Done::Next })
    }

    /// Takes a process out of whatever it waits for, and off the processors. As
    /// [`Kernel::take_out_of_queue`] it gives the line in which others may take a permit now.
    pub(super) fn take_out(&mut self, arena: &mut [Word], other: Context, by: ProcessId) -> Option<usize> {
        let state = frame::state_in(arena[other.frame() + frame::STATE]);
        let until = match state {
            state if state == State::Ready as u8 => Some(*self.now),
            state if state == State::Blocked as u8 => {
                if let Some(until) = self.runs_out_at(arena, other) {
                    self.queue.cancel(until, other.process());
                }
                None
            }
            _ => Time::from_nanos(arena[other.frame() + frame::UNTIL]),
        };
        if let Some(until) = until {
            self.queue.cancel(until, other.process());
        }
        if let Op::WorkOn { state, .. } = self.program.plain[other.op()] {
            self.take_off(arena, other, state);
            let words = state.at(other.frame());
            arena[words..words + work::WORDS].fill(0);
        } else if until.is_none() {
            return self.take_out_of_queue(arena, other, by);
        }
        None
    }

    /// The headers of the semaphores of which a process has to give back a permit, for each
    /// `with` inside of which it stands.
    fn permits(&self, arena: &[Word], other: Context) -> Vec<usize> {
        let program = self.program;
        let held =
            program.held.iter().filter(|held| (held.from.index()..=held.to.index()).contains(&other.op()));
        let asked = self.permits_asked_for(arena, other);
        let headers = held.map(|held| self.header(arena, held.resource, other)).chain(asked);
        headers
            .filter(|&header| !program.resource_info(program.resource_of(header)).kind.is_owned())
            .collect()
    }

    /// For a driver with primitives of its own: the semaphores of which a process has to
    /// give back a permit where it stands, for each `with` around it.
    pub fn permits_held(&self, process: ProcessId) -> Vec<ResourceId> {
        let frame = self.program.frames[process.index()] as usize;
        let at = Context::new(process, frame, op_of(self.arena, frame));
        self.permits(self.arena, at).into_iter().map(|header| self.program.resource_of(header)).collect()
    }

    /// Gives back what a process holds: the mutexes that it owns, and the permits of
    /// each `with` inside of which it stood.
    fn give_back(&mut self, arena: &mut [Word], other: Context, permits: &[usize]) -> Result<(), Box<Fault>> {
        let program = self.program;
        for &header in permits {
            self.release(arena, other, header)?;
        }
        for info in program.resources.iter().filter(|info| info.kind.is_owned()) {
            for id in info.first.0..info.first.0 + info.count {
                let header = program.resource_at(crate::ids::ResourceId(id));
                if arena[header + resource::OWNER] == u64::from(other.process().0) + 1 {
                    self.queue.touch(header);
                    self.unlock_any(arena, other, header)?;
                }
            }
        }
        Ok(())
    }
}
