//! One process goes on from where it stands until it waits or is done.

use super::call::{Call, Code, NoCode};
use super::defect;
use super::machine::{Machine, State, frame_words, op_of, state_word};
use super::own::Own;
use super::stop::{Halt, Yield, Yielded};
use super::streams::{Draws, fetch};
use super::waiters;
use crate::ids::ProcessId;
use crate::program::{BoundProgram, ResourceCode, Slot, Source, frame, resource};
use crate::time::Time;
use crate::trace::{Discipline, Event, Fault, Kind, Sink, WaitFor};
use crate::value::Word;

/// Takes note of who can go on when, and may say who goes on next.
pub trait Scheduler {
    /// Whether there may be waits that run out: if not, no run pays for those.
    const KEEPS_DEADLINES: bool = true;

    /// Whether whoever is served in its own step goes on with it: a driver that goes step by step sees to that itself.
    const GOES_ON: bool = false;

    /// `process` can go on at `time`. Of equal times, lower `priority` goes
    /// first, then who was noted first.
    fn wake(&mut self, time: Time, priority: u8, process: ProcessId);

    /// Which of so many waiters (at least 2) a notify reaches, where the
    /// scenario leaves it open: a number from 0, in the order of
    /// [`Machine::waiters`]. What is too large means the last.
    fn choose(&mut self, options: u32) -> u32 {
        let _ = options;
        0
    }

    /// Takes back that `process` can go on at `time`: it waits again. Only of runs of
    /// which [`crate::program::BoundProgram::has_cancellations`] says so.
    fn cancel(&mut self, time: Time, process: ProcessId) {
        unreachable!("nothing is taken back here, but process {} at {time}", process.0)
    }

    /// `process`, which waits, can go on at `time` if nobody has ended its wait before:
    /// then it is noted by [`Scheduler::wake`], which takes this back. Only of runs of
    /// which [`crate::program::BoundProgram::has_timeouts`] says so.
    fn wake_by(&mut self, time: Time, priority: u8, process: ProcessId) {
        let _ = (time, priority, process);
    }

    /// Whether no time passes: what would take some may end at once, or whenever.
    #[inline(always)]
    fn is_timeless(&self) -> bool {
        false
    }

    /// Whether the steps come in an order that was observed elsewhere, so that who ends
    /// its work does, whoever would have ended first by the clock.
    #[inline(always)]
    fn is_observed(&self) -> bool {
        false
    }

    /// Whether `process`, which has a core, may lose it to one that goes before it:
    /// `by_clock` says so if it has not just done all that it wanted.
    #[inline(always)]
    fn yields_core(&self, process: ProcessId, by_clock: bool) -> bool {
        let _ = process;
        by_clock
    }

    /// When the work that begins must end, in nanoseconds; `by_clock` if nobody has looked
    /// at another clock.
    #[inline(always)]
    fn deadline(&self, by_clock: u64) -> u64 {
        by_clock
    }

    /// How much of its work `process` has done that loses its core, in nanoseconds; `by_clock` if nobody has looked
    /// at another clock.
    #[inline(always)]
    fn served(&self, process: ProcessId, by_clock: u64) -> u64 {
        let _ = process;
        by_clock
    }

    /// What is left of a delay or work that is interrupted, in nanoseconds, where the scenario asks for it;
    /// `by_clock` if nobody has looked at another clock.
    #[inline(always)]
    fn left(&self, by_clock: u64) -> u64 {
        by_clock
    }

    /// An op is about the resource with this header; for drivers that learn what steps depend on.
    #[inline(always)]
    fn touch(&self, _: usize) {}

    /// A process calls code, which the driver has or knows not.
    ///
    /// # Errors
    /// As [`super::Code::call`].
    fn call(&mut self, call: Call<'_>) -> Result<(), String> {
        NoCode.call(call)
    }

    /// Called when a process has stopped: who goes on now, `None` to leave the
    /// kernel. A driver that answers here has taken note of the stop, and sets
    /// the clock and the fuel as it sees fit; it saves leaving and entering the
    /// kernel for every step.
    #[inline(always)]
    fn switch(&mut self, stop: Yielded, now: &mut Time, fuel: &mut u64) -> Option<ProcessId> {
        let _ = (stop, now, fuel);
        None
    }

    /// Tells now and then which processes go on soon, so that what they will
    /// need can be fetched, all at the same time, before each would wait for
    /// its own. Nothing but speed depends on it.
    #[inline(always)]
    fn soon(&mut self, announce: impl FnMut(ProcessId)) {
        let _ = announce;
    }
}

/// The transition relation, with all that it works on.
///
/// The state is borrowed as a plain slice, so that it stays in registers over
/// a whole step; what would move it is left to the driver.
pub struct Kernel<'a, Q, S> {
    /// The program.
    pub program: &'a BoundProgram,
    /// All words of the state.
    pub(super) arena: &'a mut [Word],
    /// The clock.
    pub now: &'a mut Time,
    /// Processes that are not done.
    pub live: &'a mut u32,
    /// Who is told of wake-ups.
    pub queue: &'a mut Q,
    /// Who is told of events.
    pub sink: &'a mut S,
    /// What a process has besides its words in the state: rounds, random values.
    pub own: Own<'a>,
    /// What ops on several items took beyond the fuel.
    pub debt: u64,
    /// See [`Halt::Left`].
    left: Option<Result<Yield, Box<Fault>>>,
    /// Arguments of a log line, kept to save allocations.
    pub(super) scratch: Vec<Word>,
    /// The headers of what the last try of a wait for several things was about, where there are
    /// lists of who looks at what.
    pub(super) looked: Vec<usize>,
}

/// What an op on a resource comes to.
pub(super) enum Done {
    /// The process goes on with the next op.
    Next,
    /// The process goes on at this op.
    Went(usize),
    /// Time passes until then, with the priority of the process plus 128.
    Delayed(Time, u8),
    /// It waits.
    Wait,
    /// The fuel ran out in the middle; what is left of the op is done later.
    OutOfFuel,
    /// See [`Yield::NeedsRoom`].
    NeedsRoom {
        /// The header of the buffer.
        header: usize,
        /// How many items must fit.
        items: u64,
    },
}

pub(super) type OpResult = Result<Done, Box<Fault>>;

/// The process that executes an op, and where it stands.
///
/// Two numbers, so that it goes to every function that is called for an op in
/// registers: nothing has to lie in memory in case one is called.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// The process, and in the low half where its frame begins.
    who: u64,
    op: usize,
}

impl Context {
    #[inline(always)]
    pub(super) const fn new(process: ProcessId, frame: usize, op: usize) -> Context {
        Context { who: (process.0 as u64) << 32 | frame as u32 as u64, op }
    }

    #[inline(always)]
    pub(super) const fn process(self) -> ProcessId {
        ProcessId((self.who >> 32) as u32)
    }

    /// Where its frame begins.
    #[inline(always)]
    pub(super) const fn frame(self) -> usize {
        self.who as u32 as usize
    }

    /// The op at hand.
    #[inline(always)]
    pub(super) const fn op(self) -> usize {
        self.op
    }

    /// The context of the same process at another op.
    #[inline(always)]
    pub(super) const fn at_op(self, op: usize) -> Context {
        Context { op, ..self }
    }
}

impl<'a, Q: Scheduler, S: Sink> Kernel<'a, Q, S> {
    /// A kernel over this state, without fuel.
    pub fn new(
        program: &'a BoundProgram,
        machine: &'a mut Machine,
        draws: &'a mut Draws,
        queue: &'a mut Q,
        sink: &'a mut S,
    ) -> Self {
        let Machine { arena, now, live } = machine;
        Kernel {
            program,
            arena: arena.as_mut_slice(),
            now,
            live,
            own: Own::new(program, program.optimised.ops(S::ACTIVE), draws),
            queue,
            sink,
            debt: 0,
            left: None,
            scratch: Vec::new(),
            looked: Vec::new(),
        }
    }

    /// Lets `process`, which must be able to go on, go on at the time of the
    /// machine until it waits, is done or runs out of fuel; and then whom
    /// [`Scheduler::switch`] names. Says who stopped last, and why.
    ///
    /// # Errors
    /// [`Fault`] if the scenario breaks a rule; the run is over then.
    #[inline]
    pub fn run(&mut self, process: ProcessId) -> (ProcessId, Result<Yield, Box<Fault>>) {
        let arena = std::mem::take(&mut self.arena);
        let mut process = process;
        let result = self.go_on(arena, &mut process);
        if let Err(fault) = &result {
            self.take_left_out(arena, fault);
        }
        self.arena = arena;
        (process, result)
    }

    /// See [`Kernel::run`]. The state comes as an argument of its own, here
    /// and in all that is called from here, so that the compiler knows that
    /// writing to it changes nothing else.
    fn go_on(&mut self, arena: &mut [Word], current: &mut ProcessId) -> Result<Yield, Box<Fault>> {
        let program = self.program;
        // The clock, for those to whom it must not come by way of memory.
        let mut now = *self.now;
        let mut process = *current;
        let (process, result) = loop {
            let frame = program.frames[process.index()] as usize;
            let at = Context::new(process, frame, op_of(arena, frame));
            self.own.settle(process, now);
            if S::ACTIVE {
                // Known once, so that not every event has to be looked at for it.
                assert!(process.0 < Event::PROCESSES, "no scenario has so many processes");
                self.sink.clock(now);
            }
            let (why, priority) = match self.execute_fast(arena, at, now) {
                Halt::Delayed(until, priority) => (Yield::Delayed(until), priority),
                Halt::Blocked => (Yield::Blocked, 0),
                Halt::Done => (Yield::Done, 0),
                Halt::Left | Halt::Went(_) => break (process, self.why_left()),
            };
            let stop = Yielded { process, priority, why };
            let next = self.queue.switch(stop, &mut now, &mut self.own.fuel);
            // Twice, so that it is known at once where to go on.
            let Some(next) = next else {
                *self.now = now;
                break (process, Ok(why));
            };
            *self.now = now;
            self.queue.soon(|process| fetch(arena, program, self.own.draws, process));
            process = next;
        };
        *current = process;
        result
    }

    /// Leaves the kernel for this reason.
    #[cold]
    #[inline(never)]
    pub(super) fn leave(&mut self, why: Result<Yield, Box<Fault>>) -> Halt {
        self.left = Some(why);
        Halt::Left
    }

    /// Why the kernel was left.
    #[cold]
    pub(super) fn why_left(&mut self) -> Result<Yield, Box<Fault>> {
        self.left.take().expect("the kernel is left for a reason")
    }

    /// Says in the state where the process stands that makes the step, in which permits may be taken from
    /// whoever has one: its words may say where it stood before.
    pub(super) fn acts(&mut self, arena: &mut [Word], at: Context) {
        self.own.process = at.process();
        arena[at.frame() + frame::STATE] = state_word(at.op(), State::Ready);
    }

    #[inline(always)]
    pub(super) fn read(&self, arena: &[Word], source: Source, frame: usize) -> Word {
        arena[source.at(frame)]
    }

    #[inline(always)]
    pub(super) fn write(&mut self, arena: &mut [Word], slot: Slot, frame: usize, word: Word) {
        arena[slot.at(frame)] = word;
    }

    /// The header of the resource that an op names.
    #[inline(always)]
    pub(super) fn header(&self, arena: &[Word], code: ResourceCode, at: Context) -> usize {
        let header = match code.resolve() {
            Ok(header) => header,
            Err(slot) => arena[slot.at(at.frame())] as usize,
        };
        self.queue.touch(header);
        header
    }

    /// The id of the resource with this header.
    #[inline(always)]
    pub(super) fn resource_id(&self, arena: &[Word], header: usize) -> u32 {
        arena[header + resource::IDENTITY] as u32
    }

    #[inline(always)]
    pub(super) fn spend(&mut self, rounds: u64) -> bool {
        match self.own.fuel.checked_sub(rounds) {
            Some(rest) => {
                self.own.fuel = rest;
                true
            }
            None => false,
        }
    }

    /// Counts so many rounds of what is done at once, whether there is fuel or not.
    pub(super) fn charge(&mut self, rounds: u64) {
        self.debt += rounds.saturating_sub(self.own.fuel);
        self.own.fuel = self.own.fuel.saturating_sub(rounds);
    }

    /// Stops for now, to execute the op at hand later.
    #[cold]
    #[inline(never)]
    pub(super) fn pause(&mut self, arena: &mut [Word], at: Context, why: Yield) -> Halt {
        arena[at.frame() + frame::STATE] = state_word(at.op(), State::Ready);
        self.leave(Ok(why))
    }

    /// Makes the process wait on the op at hand, in the queue whose word is
    /// `queue` words behind `header`.
    pub(super) fn block(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        queue: usize,
        wait_for: WaitFor,
    ) -> Done {
        arena[at.frame() + frame::STATE] = state_word(at.op(), State::Blocked);
        if !waiters::enqueue_first(arena, header + queue, at.process()) {
            self.enqueue(arena, header, queue, at.process());
        }
        if S::ACTIVE {
            let id = self.resource_id(arena, header);
            self.emit(at, Kind::Block, id, wait_for as u64);
        }
        Done::Wait
    }

    /// Makes the process wait on the op at hand for what is taken from a resource, before all
    /// others where those are served in the order in which they come.
    pub(super) fn block_first(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
        wait_for: WaitFor,
    ) -> Done {
        arena[at.frame() + frame::STATE] = state_word(at.op(), State::Blocked);
        let discipline = match discipline(arena, header) {
            by_arrival if by_arrival == Discipline::Fifo as u64 => Discipline::Lifo as u64,
            other => other,
        };
        self.enqueue_by(arena, header + resource::TAKERS, at.process(), discipline);
        let id = self.resource_id(arena, header);
        self.emit(at, Kind::Block, id, wait_for as u64);
        Done::Wait
    }

    /// Puts a process into the queue whose word is `queue` words behind `header`.
    #[inline(always)]
    pub(super) fn enqueue(&self, arena: &mut [Word], header: usize, queue: usize, process: ProcessId) {
        let discipline = discipline(arena, header);
        self.enqueue_by(arena, header + queue, process, discipline);
    }

    /// Puts a process into the queue in this word, where the discipline says.
    #[inline(always)]
    fn enqueue_by(&self, arena: &mut [Word], queue: usize, process: ProcessId, discipline: u64) {
        let add = match Q::KEEPS_DEADLINES && self.program.has_timeouts() {
            true => waiters::enqueue_both_ways,
            false => waiters::enqueue,
        };
        add(arena, &self.program.frames, queue, process, discipline);
    }

    /// Takes a process out of this queue, in which it waits.
    pub(super) fn remove(&self, arena: &mut [Word], header: usize, queue: usize, process: ProcessId) {
        let discipline = discipline(arena, header);
        let remove = match Q::KEEPS_DEADLINES && self.program.has_timeouts() {
            true => waiters::remove_both_ways,
            false => waiters::remove,
        };
        remove(arena, &self.program.frames, header + queue, process, discipline);
    }

    /// Whether the process, which waits nowhere, would be the first in such a queue.
    #[inline(always)]
    pub(super) fn goes_first(&self, arena: &[Word], at: Context, header: usize, queue: usize) -> bool {
        let frames = &self.program.frames;
        arena[header + queue] == 0
            || waiters::would_be_first(arena, frames, header + queue, at.process(), discipline(arena, header))
    }

    /// Ends the wait of a process that was taken out of its queue: it is
    /// ready, at the next op if `finished`, else at the same one again.
    #[inline(always)]
    pub(super) fn grant(
        &mut self,
        arena: &mut [Word],
        waiter: Context,
        header: usize,
        by: ProcessId,
        finished: bool,
    ) {
        let words = frame_words(arena, waiter.frame());
        words[frame::STATE] = state_word(waiter.op() + usize::from(finished), State::Ready);
        let priority = frame::priority_in(words[frame::LINK]);
        self.queue.wake(*self.now, priority, waiter.process());
        if S::ACTIVE {
            let id = self.resource_id(arena, header);
            self.emit(waiter, Kind::Grant, id, u64::from(by.0));
        }
    }

    #[inline(always)]
    pub(super) fn delay(
        &mut self,
        arena: &mut [Word],
        at: Context,
        now: Time,
        nanos: Word,
        kind: Kind,
    ) -> Halt {
        let until = match self.until(at, now, nanos) {
            Ok(until) => until,
            Err(fault) => return self.leave(Err(fault)),
        };
        let words = frame_words(arena, at.frame());
        words[frame::STATE] = state_word(at.op() + 1, State::Delayed);
        words[frame::UNTIL] = until.as_nanos();
        let priority = frame::priority_in(words[frame::LINK]);
        self.emit(at, kind, 0, until.as_nanos());
        Halt::Delayed(until, priority)
    }

    /// Lets time pass as a delay does, but the process stays new and nothing is
    /// recorded.
    #[cold]
    pub(super) fn start_after(&mut self, arena: &mut [Word], at: Context, wait: Source) -> Halt {
        let until = match self.until(at, *self.now, self.read(arena, wait, at.frame())) {
            Ok(until) => until,
            Err(fault) => return self.leave(Err(fault)),
        };
        let words = frame_words(arena, at.frame());
        words[frame::STATE] = state_word(at.op() + 1, State::New);
        words[frame::UNTIL] = until.as_nanos();
        Halt::Delayed(until, frame::priority_in(words[frame::LINK]))
    }

    /// The end of a delay that starts now.
    #[inline(always)]
    pub(super) fn until(&self, at: Context, now: Time, nanos: Word) -> Result<Time, Box<Fault>> {
        let nanos = defect::delay(nanos);
        // The clock is below 2^63; if the wait is too, their sum is a number.
        let until = now.as_nanos().wrapping_add(nanos);
        match Time::from_nanos(until) {
            Some(until) if nanos as i64 >= 0 => Ok(until),
            _ => Err(self.bad_duration(at, nanos as i64)),
        }
    }

    pub(super) fn call(&mut self, arena: &mut [Word], at: Context, number: u32) -> OpResult {
        let call = Call { number, process: at.process(), arena, frame: at.frame() };
        match self.queue.call(call) {
            Ok(()) => Ok(Done::Next),
            Err(message) => Err(self.fault(at, message, "")),
        }
    }

    #[cold]
    pub(super) fn finish(&mut self, arena: &mut [Word], at: Context, life: Option<ResourceCode>) -> Halt {
        arena[at.frame() + frame::STATE] = state_word(at.op(), State::Done);
        *self.live -= self.waited_for(at.process());
        self.emit(at, Kind::Done, 0, 0);
        if let Some(life) = life {
            let header = self.header(arena, life, at);
            self.end_life(arena, header, at.process());
            if self.program.is_attended(at.op()) {
                self.attend(arena, at.process());
            }
        }
        if self.is_over() {
            return self.leave(Ok(Yield::Done));
        }
        Halt::Done
    }

    /// What a process counts for among those for whose end a run waits.
    pub(super) fn waited_for(&self, process: ProcessId) -> u32 {
        u32::from(!self.program.has_daemons || !self.program.is_daemon(process))
    }

    /// Whether only daemons are left, so that no more time passes.
    pub(super) fn is_over(&self) -> bool {
        self.program.has_daemons && *self.live == 0
    }
}

/// The order in which those who wait at this header are served.
#[inline(always)]
fn discipline(arena: &[Word], header: usize) -> u64 {
    defect::discipline(u64::from((arena[header + resource::IDENTITY] >> 32) as u8))
}
