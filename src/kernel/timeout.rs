//! Waits that run out.
//!
//! A process that waits is in a queue, and if its wait may run out it is in the calendar
//! too. Whoever serves it first, or the calendar, ends the wait; of the two at one
//! instant, whichever comes first in the calendar. A wait that runs out leaves nothing
//! behind: the process is taken out of its queue, and those behind it may be served.

use super::machine::{Machine, State, op_of, state_word};
use super::step::{Context, Kernel, Scheduler};
use super::stepwise::Rest;
use super::stop::Halt;
use crate::ids::ProcessId;
use crate::program::{BoundProgram, frame, resource};
use crate::time::Time;
use crate::trace::{Fault, Kind, Sink, WaitFor};
use crate::value::Word;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// When waits run out that may take so long from now on. Where time means nothing, that
    /// says only whether it is at once: at the start.
    pub(super) fn deadline_of(&self, at: Context, now: Time, nanos: Word) -> Result<Time, Box<Fault>> {
        let until = self.until(at, now, nanos)?;
        Ok(if nanos == 0 && self.queue.is_timeless() { Time::ZERO } else { until })
    }

    /// When the wait of a process on the op at hand runs out, if it may.
    pub(super) fn runs_out_at(&self, arena: &[Word], at: Context) -> Option<Time> {
        if !Q::KEEPS_DEADLINES {
            return None;
        }
        let timeout = self.program.timeout(at.op())?;
        Some(Time::from_nanos(arena[timeout.until.at(at.frame())]).unwrap_or(Time::MAX))
    }

    /// Sees to it that the wait which has just begun runs out when it has to; where that
    /// is now, it does, and the op is told with which the process goes on.
    pub(super) fn limit_wait(&mut self, arena: &mut [Word], at: Context) -> Option<usize> {
        let until = self.runs_out_at(arena, at)?;
        let is_over = if self.queue.is_timeless() { until == Time::ZERO } else { until <= *self.now };
        if is_over && !self.queue.is_observed() {
            let is_met = self.program.is_attended(at.op()) && self.is_met_at_once(arena, at);
            return (!is_met).then(|| self.run_out(arena, at));
        }
        let priority = self.priority_in_turn(arena, at);
        self.queue.wake_by(until, priority, at.process());
        None
    }

    /// Whether somebody who waits for several things meets the process at hand at a rendezvous, which
    /// takes that it stands in line.
    #[cold]
    #[inline(never)]
    fn is_met_at_once(&mut self, arena: &mut [Word], at: Context) -> bool {
        let (header, wait_for) = self.awaited(arena, at);
        let meets =
            matches!(wait_for, WaitFor::Put | WaitFor::Get) && arena[header + resource::CAPACITY] == 0;
        if meets {
            self.attend(arena, at.process());
        }
        meets && frame::state_in(arena[at.frame() + frame::STATE]) != State::Blocked as u8
    }

    /// Ends the wait of a process because it has run out; says where it goes on.
    pub(super) fn run_out(&mut self, arena: &mut [Word], at: Context) -> usize {
        let timeout = self.program.timeout(at.op()).expect("such a wait may run out");
        let next = timeout.otherwise.index();
        let (header, wait_for) = self.awaited(arena, at);
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Timeout, id, wait_for as Word);
        let left = self.take_out_of_queue(arena, at, at.process());
        self.acts(arena, at.at_op(next));
        self.preempt_behind(arena, at.process(), left);
        if self.program.has_watches() {
            self.queue.touch(self.program.watch_line());
            // Who leaves the line of those who wait for several things changes nothing for them; who leaves that for a
            // mutex may change a priority, and behind it somebody may take a permit from one who is taken out of what it
            // waits for.
            let others_change = self.program.has_inheritance() || !self.program.requests.is_empty();
            if self.program.names_in_watches(header) || others_change {
                self.attend_behind_leaver(arena, at.process(), header);
            }
        }
        next
    }

    /// The op at hand, of which the wait may run out, by a process that comes to it, or
    /// whose wait on it has run out.
    #[inline(never)]
    pub(super) fn execute_limited(&mut self, arena: &mut [Word], at: Context) -> Halt {
        if frame::state_in(arena[at.frame() + frame::STATE]) == State::Blocked as u8 {
            return Halt::Went(self.run_out(arena, at));
        }
        self.execute_plain(arena, at)
    }

    /// Ends the wait of `process`, which may run out, and brings it in front of its next
    /// step: for drivers that go step by step.
    ///
    /// # Errors
    /// As [`Kernel::step`].
    pub fn time_out(&mut self, process: ProcessId) -> Result<Rest, Box<Fault>> {
        let arena = std::mem::take(&mut self.arena);
        let frame = self.program.frames[process.index()] as usize;
        if S::ACTIVE {
            self.sink.clock(*self.now);
        }
        self.run_out(arena, Context::new(process, frame, op_of(arena, frame)));
        self.arena = arena;
        self.settle(process)
    }

    /// For a driver with primitives of its own, which has ended the wait: the process
    /// stands where it goes on.
    pub fn timed_out(&mut self, process: ProcessId) {
        let frame = self.program.frames[process.index()] as usize;
        let timeout = self.program.timeout(op_of(self.arena, frame)).expect("such a wait may run out");
        self.arena[frame + frame::STATE] = state_word(timeout.otherwise.index(), State::Ready);
    }

    /// The header of what a process waits for that is blocked on the op at hand, and to do what.
    pub(super) fn awaited(&self, arena: &[Word], at: Context) -> (usize, WaitFor) {
        let program = self.program;
        let op = program.plain[at.op()];
        let (used, code) = program.accesses(&op).next().expect("who waits does so for a resource");
        (self.header(arena, code, at), used.waits_for().expect("a use for which it waits"))
    }

    /// Takes a process out of the queue in which it waits, and serves whom it kept from that. Whoever
    /// stood behind it in the line of the semaphore with the header that is given may take a permit now: see
    /// [`Kernel::preempt_behind`], when it is known where this process stands.
    pub(super) fn take_out_of_queue(
        &mut self,
        arena: &mut [Word],
        other: Context,
        by: ProcessId,
    ) -> Option<usize> {
        let (header, wait_for) = self.awaited(arena, other);
        let queue = if wait_for == WaitFor::Put { resource::PUTTERS } else { resource::TAKERS };
        match wait_for {
            WaitFor::Change => self.leave_watch_line(arena, other.process()),
            _ => self.remove(arena, header, queue, other.process()),
        }
        self.no_longer_in_line(arena, other);
        if wait_for.is_counted() {
            arena[header + resource::LEVEL] -= 1;
        }
        match wait_for {
            WaitFor::Put | WaitFor::Get => self.serve(arena, header, by),
            WaitFor::Acquire => {
                if self.program.has_inheritance() {
                    self.take_priority_back(arena, header);
                }
                return Some(header);
            }
            _ => {}
        }
        None
    }

    #[cold]
    pub(super) fn ran_out(&self, at: Context) -> Box<Fault> {
        let message = format!("'{}' has waited as long as it may", self.program.process_name(at.process()));
        self.fault(at, message, "write what it does then, as in `else: [{log: \"gives up\"}]`")
    }
}

impl Machine {
    /// When the wait of a process runs out that waits for something, if it may.
    pub fn runs_out_at(&self, program: &BoundProgram, process: ProcessId) -> Option<Time> {
        if !program.has_timeouts() || self.state(program, process) != State::Blocked {
            return None;
        }
        self.deadline(program, process)
    }

    /// When the wait of a process would run out on the op on which it stands.
    pub fn deadline(&self, program: &BoundProgram, process: ProcessId) -> Option<Time> {
        let frame = program.frames[process.index()] as usize;
        let timeout = program.timeout(op_of(&self.arena, frame))?;
        Some(Time::from_nanos(self.arena[timeout.until.at(frame)]).unwrap_or(Time::MAX))
    }
}
