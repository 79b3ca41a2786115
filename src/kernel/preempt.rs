//! Permits that are asked for by a priority, and that others may take.
//!
//! Decides who loses a permit to whom: of those who may, whoever has it by the largest
//! number, of equal ones who got it last; and only to the first in line, if that has a smaller number
//! and takes permits from others. Who loses one is interrupted in its block, as by an interrupt; but who makes
//! the step in which that happens goes on, and takes note.
//!
//! A process in line for such a permit has the priority of its request, in the place of
//! its own and of what it inherits, until it leaves the line.

use super::holders::Holder;
use super::inherit::PRIORITY_AT;
use super::machine::{State, op_of};
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::waiters;
use crate::ids::{ProcessDefId, ProcessId};
use crate::program::{Manner, Op, RESOURCE_WORDS, ResourceCode, Slot, Source, frame, request, resource};
use crate::trace::{Fault, Kind, Sink, WaitFor};
use crate::value::Word;

/// Of a request that goes before all that a process can make.
pub(super) const BEFORE_ALL: i64 = i8::MIN as i64 - 1;

/// What separates a priority from the byte that says it.
const BYTE: i64 = 128;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Takes a permit, from another one if that is so, or waits for it.
    pub(super) fn request_permit(
        &mut self,
        arena: &mut [Word],
        at: Context,
        semaphore: ResourceCode,
        (words, preempts, manner): (Slot, Source, Manner),
    ) -> OpResult {
        self.acts(arena, at);
        let header = self.header(arena, semaphore, at);
        let byte = self.asked_priority(arena, at, (words, manner))?;
        let priority = i64::from(byte) - BYTE;
        arena[words.at(at.frame()) + request::PRIORITY] = priority as Word;
        set_byte(arena, at.frame(), byte);
        let is_there = arena[header + resource::LEVEL] > 0
            || self.read(arena, preempts, at.frame()) != 0
                && self.goes_first(arena, at, header, resource::TAKERS)
                && self.preempt_holder(arena, at, header, priority);
        if is_there {
            arena[header + resource::LEVEL] -= 1;
            self.note(arena, at, Kind::Acquire, header);
            self.has_permit(arena, at, header, (words, manner));
            return Ok(Done::Next);
        }
        Ok(match manner.again {
            true => self.block_first(arena, at, header, WaitFor::Acquire),
            false => self.block(arena, at, header, resource::TAKERS, WaitFor::Acquire),
        })
    }

    /// The priority by which a process asks for a permit, plus 128: without one of its own that of the process, also if
    /// that is inherited.
    pub(super) fn asked_priority(
        &self,
        arena: &[Word],
        at: Context,
        (words, manner): (Slot, Manner),
    ) -> Result<u8, Box<Fault>> {
        if manner.own_priority {
            return Ok(match self.program.has_inheritance() {
                true => frame::priority_in(arena[at.frame() + frame::LINK]),
                false => self.own_priority(arena, at.process()),
            });
        }
        let priority = arena[words.at(at.frame()) + request::PRIORITY] as i64;
        u8::try_from(priority.saturating_add(BYTE)).map_err(|_| self.no_priority(at, priority))
    }

    /// Notes that a process was given the permit that it asked for.
    pub(super) fn has_permit(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        (words, manner): (Slot, Manner),
    ) {
        self.no_longer_in_line(arena, at);
        if !manner.may_be_lost {
            return;
        }
        let mut holders = self.holders(arena, header);
        holders.sort_unstable_by_key(|holder| arena[holder.words + request::PLACE]);
        self.add_holder(arena, (at, words.at(at.frame())), header, &holders);
    }

    /// Gives a process that is in no line any more the priority that it has by itself, or inherits.
    pub(super) fn no_longer_in_line(&self, arena: &mut [Word], at: Context) {
        if let Op::Request { .. } = self.program.plain[at.op()] {
            let own = match self.program.has_inheritance() {
                true => self.due_priority(arena, at.process()),
                false => self.own_priority(arena, at.process()),
            };
            set_byte(arena, at.frame(), own);
        }
    }

    /// The priority with which a process has its turn, whatever it asks for.
    pub(super) fn priority_in_turn(&self, arena: &[Word], at: Context) -> u8 {
        match self.program.plain[at.op()] {
            Op::Request { .. } => self.own_priority(arena, at.process()),
            _ => frame::priority_in(arena[at.frame() + frame::LINK]),
        }
    }

    /// Takes a permit of the semaphore, of which none is free, from whoever loses it to a request
    /// of this priority, so that one is free; whether there is such a process.
    pub(super) fn preempt_holder(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        priority: i64,
    ) -> bool {
        let number = |holder: &Holder| arena[holder.words + request::PRIORITY] as i64;
        let loses = |holder: &Holder| {
            let is_other = holder.at.process() != at.process();
            is_other && number(holder) > priority && self.may_be_cut(arena, holder)
        };
        let order =
            |holder: &Holder| (number(holder), arena[holder.words + request::PLACE], holder.at.process());
        let Some(holder) = self.holders(arena, header).into_iter().filter(loses).max_by_key(order) else {
            return false;
        };
        let other = holder.at;
        let id = self.life_of(arena, &holder);
        self.emit(at, Kind::Interrupt, id, u64::from(other.process().0));
        arena[holder.words + request::PLACE] = 0;
        if !self.is_acting(&holder)
            && let Some(&interruption) = self.program.interruption(other.op(), holder.ops.place())
        {
            self.cut(arena, other, at.process(), interruption);
        }
        arena[header + resource::LEVEL] += 1;
        self.note(arena, other, Kind::Release, header);
        true
    }

    /// Serves those who are first in line and take permits from others, as long as there are such.
    #[inline]
    pub(super) fn preempt_for_those_in_line(&mut self, arena: &mut [Word], by: ProcessId, header: usize) {
        if !self.program.requests.is_empty() {
            self.preempt_for_first(arena, by, header);
        }
    }

    /// The same when a process has left such a line for which nobody is served; and it is known where that
    /// one stands, since it may lose a permit itself.
    #[inline]
    pub(super) fn preempt_behind(&mut self, arena: &mut [Word], by: ProcessId, left: Option<usize>) {
        if let Some(header) = left {
            self.preempt_for_those_in_line(arena, by, header);
        }
    }

    #[cold]
    fn preempt_for_first(&mut self, arena: &mut [Word], by: ProcessId, header: usize) {
        while let Some(first) = waiters::first(arena, header + resource::TAKERS) {
            let frame = self.program.frames[first.index()] as usize;
            let at = Context::new(first, frame, op_of(arena, frame));
            let priority = match self.program.plain[at.op()] {
                Op::Request { words, preempts, .. } if self.read(arena, preempts, frame) != 0 => {
                    arena[words.at(frame) + request::PRIORITY] as i64
                }
                Op::Seize { preempts: true, .. } => BEFORE_ALL,
                _ => return,
            };
            if !self.preempt_holder(arena, at, header, priority) {
                return;
            }
            self.give_to_first(arena, by, header);
        }
    }

    fn is_acting(&self, holder: &Holder) -> bool {
        holder.at.process() == self.own.process
    }

    /// Whether a process can be taken out of what it stands at, if that lasts.
    fn may_be_cut(&self, arena: &[Word], holder: &Holder) -> bool {
        let state = frame::state_in(arena[holder.at.frame() + frame::STATE]);
        self.is_acting(holder)
            || state == State::Ready as u8
            || self.program.interruption(holder.at.op(), holder.ops.place()).is_some()
    }

    /// The semaphores of which a process has a permit that it asked for and may lose.
    pub(super) fn permits_asked_for(&self, arena: &[Word], at: Context) -> Vec<usize> {
        let own = self.program.requests.iter().filter(|ops| self.is_of(ops.process, at.process()));
        let held = own.filter(|ops| arena[ops.place().at(at.frame())] != 0);
        held.map(|ops| self.header(arena, ops.semaphore, at)).collect()
    }

    /// A process that is ended has no such permits any more.
    pub(super) fn forget_requests(&self, arena: &mut [Word], at: Context) {
        for ops in self.program.requests.iter().filter(|ops| self.is_of(ops.process, at.process())) {
            arena[ops.place().at(at.frame())] = 0;
        }
    }

    fn is_of(&self, def: ProcessDefId, process: ProcessId) -> bool {
        self.program.definition_index(process) == def
    }

    /// The id of the life of a process that has a permit.
    fn life_of(&self, arena: &[Word], holder: &Holder) -> u32 {
        let number =
            (holder.at.process().0 - self.program.processes[holder.ops.process.index()].first.0) as usize;
        let header = self.header(arena, holder.ops.life, holder.at) + number * RESOURCE_WORDS;
        self.resource_id(arena, header)
    }

    #[cold]
    fn no_priority(&self, at: Context, priority: i64) -> Box<Fault> {
        let message = format!("the priority of the request is {priority}, but must be from -128 to 127");
        self.fault(at, message, "a lower number goes first")
    }
}

fn set_byte(arena: &mut [Word], frame: usize, byte: u8) {
    let link = &mut arena[frame + frame::LINK];
    *link = *link & !(0xff << PRIORITY_AT) | Word::from(byte) << PRIORITY_AT;
}
