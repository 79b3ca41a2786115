//! Processors: a process at `work` is ready until a core serves it.
//!
//! A core serves one process. Who comes when no core is free is ready, in the order
//! of the discipline; a core that is given back goes to the first of them. Where a
//! quantum ends, the process goes behind those who are ready, whoever became so at
//! that instant included: the end of a quantum comes after all else of its instant.
//! Where the discipline preempts, who comes takes the core of the one that goes last,
//! if that one goes after it; the one that lost its core keeps what is left of its
//! work, and is the first of its class.
//!
//! The cores of a processor may be served by another one: a process needs a core of
//! each, from the innermost out, and loses those further out with an inner one.
//! Processors that serve all at once are in `sharing`.
//!
//! Without time, all that can be known is who comes before whom where the first that
//! comes is served to the end; elsewhere any work can end before any other.

use super::machine::{State, frame_words};
use super::machine::{op_of, state_word};
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::waiters;
use crate::ids::ProcessId;
use crate::program::{BoundProgram, Chain, Op, ResourceCode, Slot, Source, frame, resource, work};
use crate::time::Time;
use crate::trace::{Discipline, Fault, Kind, Sink, WaitFor};
use crate::value::Word;

/// What a process at work is about, in the low byte of its word [`work::STAGE`].
pub(super) mod stage {
    /// It is not at work.
    pub const IDLE: u64 = 0;
    /// It is ready, in the queue of the processor at its level.
    pub const QUEUED: u64 = 1;
    /// It was given a core of the processor at its level, and goes on from there.
    pub const GRANTED: u64 = 2;
    /// It is served, by a core of each processor up to its level.
    pub const SERVED: u64 = 3;
    /// As [`SERVED`], without time, where cores are not told apart.
    pub const TIMELESS: u64 = 4;
}

/// The priority of the end of a quantum: after all others of its instant.
pub(super) const LATE: u8 = u8::MAX;

/// The stage in the word [`work::STAGE`].
pub(super) const fn stage_in(word: Word) -> u64 {
    word & 0xff
}

/// A process at work: where it stands, and where its words are.
#[derive(Clone, Copy)]
pub(super) struct Worker {
    pub(super) at: Context,
    /// Where its words begin; see [`work`].
    pub(super) base: usize,
}

impl Worker {
    pub(super) fn stage(self, arena: &[Word]) -> (u64, usize) {
        let word = arena[self.base + work::STAGE];
        (stage_in(word), (word >> 8) as usize)
    }

    pub(super) fn set_stage(self, arena: &mut [Word], stage: u64, level: usize) {
        arena[self.base + work::STAGE] = stage | (level as u64) << 8;
    }

    /// The number of its process plus 1.
    pub(super) fn id(self) -> u64 {
        u64::from(self.at.process().0) + 1
    }

    pub(super) fn set_state(self, arena: &mut [Word], state: State) {
        arena[self.at.frame() + frame::STATE] = state_word(self.at.op(), state);
    }
}

/// The process, which is at work, with the number `id` minus 1.
pub(super) fn worker(program: &BoundProgram, arena: &[Word], id: u64) -> Worker {
    let process = ProcessId((id - 1) as u32);
    let frame = program.frames[process.index()] as usize;
    let op = op_of(arena, frame);
    let Op::WorkOn { state, .. } = program.plain[op] else {
        unreachable!("whoever has to do with a processor stands at work")
    };
    Worker { at: Context::new(process, frame, op), base: state.at(frame) }
}

/// The header of the innermost processor on which a worker works.
pub(super) fn innermost(program: &BoundProgram, arena: &[Word], worker: Worker) -> usize {
    let Op::WorkOn { processor, .. } = program.plain[worker.at.op()] else {
        unreachable!("a worker stands at work")
    };
    match processor.resolve() {
        Ok(header) => header,
        Err(slot) => arena[slot.at(worker.at.frame())] as usize,
    }
}

/// The processors on which a worker works, from the innermost out.
pub(super) fn chain_of(program: &BoundProgram, arena: &[Word], worker: Worker) -> Chain {
    program.processor_chain(arena, innermost(program, arena, worker))
}

/// The header of the processor for a core of which a worker is ready; of one that
/// is not ready the innermost.
pub(super) fn awaited(program: &BoundProgram, arena: &[Word], worker: Worker) -> usize {
    let chain = chain_of(program, arena, worker);
    match worker.stage(arena) {
        (stage::QUEUED, level) => chain.at(level),
        _ => chain.at(0),
    }
}

/// Whether what a worker that is served waits for, or has come to, is the end of a
/// quantum.
pub(super) fn is_at_quantum(program: &BoundProgram, arena: &[Word], worker: Worker) -> bool {
    let (stage, level) = worker.stage(arena);
    stage == stage::SERVED
        && arena[worker.base + work::SLICE] < arena[worker.base + work::LEFT]
        && !program.processor(arena, chain_of(program, arena, worker).at(level)).is_shared()
}

/// What decides who goes first: lower goes first.
pub(super) fn rank(discipline: Discipline, arena: &[Word], worker: Worker) -> u64 {
    match discipline {
        Discipline::Priority => frame::priority_in(arena[worker.at.frame() + frame::LINK]).into(),
        Discipline::Edf => arena[worker.base + work::DEADLINE],
        _ => 0,
    }
}

/// The words of the cores of the processor with this header: whom one serves plus 1 in
/// the low half, 0 if nobody; whom it served last plus 1 in the high half.
pub(super) fn cores(arena: &[Word], header: usize) -> std::ops::Range<usize> {
    let start = arena[header + resource::CONTENT] as usize;
    start..start + arena[header + resource::CAPACITY] as usize
}

pub(super) const HALF: u64 = u32::MAX as u64;

/// The core that serves the process with this id.
fn core_of(arena: &[Word], header: usize, id: u64) -> usize {
    cores(arena, header).find(|&core| arena[core] & HALF == id).expect("a core serves whoever has one")
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Works for as long as `wait` says, or goes on with that.
    #[inline(never)]
    pub(super) fn work_on(
        &mut self,
        arena: &mut [Word],
        at: Context,
        (processor, wait, state): (ResourceCode, Source, Slot),
    ) -> OpResult {
        let me = Worker { at, base: state.at(at.frame()) };
        let chain = self.program.processor_chain(arena, self.header(arena, processor, at));
        (1..chain.len()).for_each(|level| self.queue.touch(chain.at(level)));
        let (stage, level) = me.stage(arena);
        match stage {
            stage::IDLE => self.begin_work(arena, me, &chain, wait),
            stage::GRANTED => self.outward(arena, me, &chain, level),
            stage::QUEUED => Ok(Done::Wait),
            _ => self.go_on_working(arena, me, &chain, level),
        }
    }

    fn begin_work(&mut self, arena: &mut [Word], me: Worker, chain: &Chain, wait: Source) -> OpResult {
        let (left, deadline) = self.job(arena, me.at, wait, me.base)?;
        arena[me.base + work::LEFT] = left;
        arena[me.base + work::DEADLINE] = self.queue.deadline(self.now.as_nanos() + deadline);
        if self.queue.is_timeless() && !self.program.serves_in_order(chain) {
            me.set_stage(arena, stage::TIMELESS, 0);
            let least = self.until(me.at, *self.now, left)?;
            self.emit(me.at, Kind::Work, 0, least.as_nanos());
            return Ok(self.pass(arena, me, least, None));
        }
        self.enter(arena, me, chain, 0)
    }

    /// How long the work is to take, and in which time it is to end, of a process whose
    /// words begin at `base` and that has not begun.
    pub(super) fn job(
        &self,
        arena: &[Word],
        at: Context,
        wait: Source,
        base: usize,
    ) -> Result<(u64, u64), Box<Fault>> {
        let (length, deadline) = (self.read(arena, wait, at.frame()), arena[base + work::DEADLINE]);
        self.until(at, *self.now, length)?;
        self.until(at, *self.now, deadline)?;
        Ok((length, deadline))
    }

    /// Takes a core of the processor at this level, and of those further out; or waits.
    fn enter(&mut self, arena: &mut [Word], me: Worker, chain: &Chain, level: usize) -> OpResult {
        let header = chain.at(level);
        let processor = self.program.processor(arena, header);
        if processor.is_shared() {
            return self.share(arena, me, header, level);
        }
        arena[me.base + work::QUANTA + level] = processor.quantum;
        if arena[header + resource::LEVEL] > 0 {
            self.take_free_core(arena, me, header);
        } else if !(processor.preempts && self.preempt(arena, me, header)) {
            self.queue_up(arena, me, header, level, false);
            return Ok(Done::Wait);
        }
        self.outward(arena, me, chain, level)
    }

    /// Goes on with a core of the processor at this level.
    fn outward(&mut self, arena: &mut [Word], me: Worker, chain: &Chain, level: usize) -> OpResult {
        if level + 1 < chain.len() {
            return self.enter(arena, me, chain, level + 1);
        }
        me.set_stage(arena, stage::SERVED, level);
        let planned = arena[me.base + work::SWITCH].saturating_add(arena[me.base + work::LEFT]);
        let planned = self.now.as_nanos().saturating_add(planned).min(Time::MAX.as_nanos());
        self.emit(me.at, Kind::Work, 0, planned);
        self.serve_slice(arena, me)
    }

    /// How much it does until its work or a quantum ends.
    pub(super) fn slice(&self, arena: &[Word], me: Worker) -> u64 {
        let quanta = me.base + work::QUANTA;
        let quanta = arena[quanta..quanta + work::MOST_LEVELS].iter().copied().filter(|&left| left > 0);
        quanta.fold(arena[me.base + work::LEFT], u64::min)
    }

    /// Lets time pass until the work or a quantum ends.
    fn serve_slice(&mut self, arena: &mut [Word], me: Worker) -> OpResult {
        let slice = self.slice(arena, me);
        let switch = std::mem::take(&mut arena[me.base + work::SWITCH]);
        let since = self.until(me.at, *self.now, switch)?;
        let until = self.until(me.at, since, slice)?;
        arena[me.base + work::SINCE] = since.as_nanos();
        arena[me.base + work::SLICE] = slice;
        let is_quantum = is_at_quantum(self.program, arena, me);
        Ok(self.pass(arena, me, until, is_quantum.then_some(LATE)))
    }

    /// Lets time pass until then.
    pub(super) fn pass(&mut self, arena: &mut [Word], me: Worker, until: Time, priority: Option<u8>) -> Done {
        let words = frame_words(arena, me.at.frame());
        words[frame::STATE] = state_word(me.at.op(), State::Delayed);
        words[frame::UNTIL] = until.as_nanos();
        Done::Delayed(until, priority.unwrap_or(frame::priority_in(words[frame::LINK])))
    }

    /// Goes on when the time has passed for which it was served.
    fn go_on_working(&mut self, arena: &mut [Word], me: Worker, chain: &Chain, level: usize) -> OpResult {
        let (stage, _) = me.stage(arena);
        let timeless = self.queue.is_timeless();
        let header = chain.at(level);
        let is_shared = self.program.processor(arena, header).is_shared();
        if is_shared
            && stage == stage::SERVED
            && let Some(waits) = self.go_on_sharing(arena, me, header)
        {
            return Ok(waits);
        }
        self.spend_slice(arena, me, arena[me.base + work::SLICE]);
        if timeless || arena[me.base + work::LEFT] == 0 {
            if stage == stage::SERVED {
                let cores = level + usize::from(!is_shared);
                (0..cores).rev().for_each(|level| self.give_core(arena, me, chain.at(level)));
            }
            arena[me.base..me.base + work::WORDS].fill(0);
            return Ok(Done::Next);
        }
        let cores = level + usize::from(!is_shared);
        for inner in 0..cores {
            if arena[me.base + work::QUANTA + inner] > 0 {
                continue;
            }
            let header = chain.at(inner);
            let quantum = self.program.processor(arena, header).quantum;
            let is_wanted = arena[header + resource::TAKERS] != 0 || self.are_too_many(arena, header);
            if quantum > 0 && is_wanted {
                (inner..cores).rev().for_each(|level| self.give_core(arena, me, chain.at(level)));
                self.queue_up(arena, me, header, inner, false);
                return Ok(Done::Wait);
            }
            arena[me.base + work::QUANTA + inner] = quantum;
        }
        if is_shared {
            return self.share(arena, me, header, level);
        }
        self.serve_slice(arena, me)
    }

    /// Counts so much work as done.
    fn spend_slice(&mut self, arena: &mut [Word], me: Worker, slice: u64) {
        arena[me.base + work::LEFT] -= slice;
        for quantum in &mut arena[me.base + work::QUANTA..me.base + work::WORDS] {
            *quantum = quantum.saturating_sub(slice);
        }
    }

    /// Becomes ready in the order of the discipline; `first` of its class or last.
    pub(super) fn queue_up(
        &mut self,
        arena: &mut [Word],
        me: Worker,
        header: usize,
        level: usize,
        first: bool,
    ) {
        let program = self.program;
        arena[me.base + work::QUANTA + level] = program.processor(arena, header).quantum;
        me.set_stage(arena, stage::QUEUED, level);
        me.set_state(arena, State::Blocked);
        self.line_up(arena, me, header, first);
        let id = self.resource_id(arena, header);
        self.emit(me.at, Kind::Block, id, WaitFor::Core as u64);
    }

    /// Stands in the queue where the discipline has it.
    fn line_up(&mut self, arena: &mut [Word], me: Worker, header: usize, first: bool) {
        let program = self.program;
        let discipline = program.processor(arena, header).discipline;
        let mine = rank(discipline, arena, me);
        let goes_before = |arena: &[Word], other: u64| {
            let other = rank(discipline, arena, worker(program, arena, other));
            if first { mine <= other } else { mine < other }
        };
        let in_order = matches!(discipline, Discipline::Priority | Discipline::Edf);
        if in_order {
            waiters::insert_where(
                arena,
                &program.frames,
                header + resource::TAKERS,
                me.at.process(),
                goes_before,
            );
        } else {
            let discipline = if first { Discipline::Lifo } else { Discipline::Fifo } as u64;
            waiters::enqueue(arena, &program.frames, header + resource::TAKERS, me.at.process(), discipline);
        }
    }

    /// Takes a core that serves nobody: the one that served it last, or the first.
    fn take_free_core(&mut self, arena: &mut [Word], me: Worker, header: usize) {
        let cores = cores(arena, header);
        let mut free = cores.filter(|&core| arena[core] & HALF == 0);
        let first = free.next().expect("a core is free");
        let core =
            std::iter::once(first).chain(free).find(|&core| arena[core] >> 32 == me.id()).unwrap_or(first);
        self.occupy(arena, me, header, core);
        arena[header + resource::LEVEL] -= 1;
        self.note(arena, me.at, Kind::Acquire, header);
    }

    /// Makes a core serve this process, after a switch if it served another one.
    pub(super) fn occupy(&mut self, arena: &mut [Word], me: Worker, header: usize, core: usize) {
        let last = arena[core] >> 32;
        if last != 0 && last != me.id() {
            arena[me.base + work::SWITCH] += self.program.processor(arena, header).switch;
        }
        arena[core] = me.id() | me.id() << 32;
    }

    /// Gives its core of this processor to the first that is ready, if there is one.
    fn give_core(&mut self, arena: &mut [Word], me: Worker, header: usize) {
        let core = core_of(arena, header, me.id());
        if self.are_too_many(arena, header) {
            arena[core] &= !HALF;
            return;
        }
        self.note(arena, me.at, Kind::Release, header);
        let next = waiters::dequeue(arena, &self.program.frames, header + resource::TAKERS);
        let Some((process, _)) = next else {
            arena[core] &= !HALF;
            arena[header + resource::LEVEL] += 1;
            return;
        };
        let next = worker(self.program, arena, u64::from(process.0) + 1);
        self.occupy(arena, next, header, core);
        let (_, level) = next.stage(arena);
        next.set_stage(arena, stage::GRANTED, level);
        self.grant(arena, next.at, header, me.at.process(), false);
        self.note(arena, next.at, Kind::Acquire, header);
    }

    /// Takes the core of the process that goes last of those that are served, if it
    /// goes after this one; whether it did. Who has done all that it wanted at this
    /// instant keeps its core: it is about to give it back.
    fn preempt(&mut self, arena: &mut [Word], me: Worker, header: usize) -> bool {
        let program = self.program;
        let discipline = program.processor(arena, header).discipline;
        let last = self.yielding(arena, header).max_by_key(|&(_, other)| rank(discipline, arena, other));
        let Some((core, other)) = last else { return false };
        if rank(discipline, arena, other) <= rank(discipline, arena, me) {
            return false;
        }
        let level = self.withdraw(arena, other, header);
        self.note(arena, other.at, Kind::Release, header);
        self.queue_up(arena, other, header, level, true);
        self.occupy(arena, me, header, core);
        self.note(arena, me.at, Kind::Acquire, header);
        true
    }

    /// The cores that can be taken from whom they serve, with that one.
    pub(super) fn yielding(&self, arena: &[Word], header: usize) -> impl Iterator<Item = (usize, Worker)> {
        let served = cores(arena, header).filter(|&core| arena[core] & HALF != 0);
        let served = served.map(|core| (core, worker(self.program, arena, arena[core] & HALF)));
        served.filter(|&(_, other)| self.queue.yields_core(other.at.process(), !self.is_ending(arena, other)))
    }

    /// Whether a process has done at this instant all that it wants of its core.
    fn is_ending(&self, arena: &[Word], other: Worker) -> bool {
        let served = self.now.as_nanos().saturating_sub(arena[other.base + work::SINCE]);
        other.stage(arena).0 == stage::SERVED && served >= arena[other.base + work::SLICE]
    }

    /// A process goes after others now, whom it went before: if a core serves it, whoever is
    /// first in line may take that.
    pub(super) fn stand_back(&mut self, arena: &mut [Word], process: ProcessId) {
        let program = self.program;
        let worker_of = |arena: &[Word], process: ProcessId| {
            let frame = program.frames[process.index()] as usize;
            let at = Context::new(process, frame, op_of(arena, frame));
            let Op::WorkOn { state, .. } = program.plain[at.op()] else { return None };
            Some((Worker { at, base: state.at(frame) }, state))
        };
        let Some((me, _)) = worker_of(arena, process) else { return };
        if matches!(me.stage(arena).0, stage::IDLE | stage::TIMELESS) {
            return;
        }
        let chain = chain_of(program, arena, me);
        for header in (0..chain.len()).map(|level| chain.at(level)) {
            let processor = program.processor(arena, header);
            let first = waiters::first(arena, header + resource::TAKERS).filter(|_| processor.preempts);
            let Some((next, state)) = first.and_then(|first| worker_of(arena, first)) else { continue };
            if rank(processor.discipline, arena, next) < rank(processor.discipline, arena, me) {
                self.change_rank(arena, next.at, state, |_| {});
            }
        }
    }

    /// Changes the priority of a process that may be ready: where that decides when it is served, it may take a core
    /// by that.
    pub(super) fn change_rank(
        &mut self,
        arena: &mut [Word],
        at: Context,
        state: Slot,
        change: impl Fn(&mut [Word]),
    ) {
        let me = Worker { at, base: state.at(at.frame()) };
        let program = self.program;
        let (stage, level) = me.stage(arena);
        if stage != stage::QUEUED {
            return change(arena);
        }
        let chain = program.processor_chain(arena, innermost(program, arena, me));
        let header = chain.at(level);
        if program.processor(arena, header).discipline != Discipline::Priority {
            return change(arena);
        }
        waiters::remove(arena, &program.frames, header + resource::TAKERS, at.process(), 0);
        change(arena);
        if program.processor(arena, header).preempts && self.preempt(arena, me, header) {
            me.set_stage(arena, stage::GRANTED, level);
            self.grant(arena, at, header, at.process(), false);
        } else {
            self.line_up(arena, me, header, false);
        }
    }

    /// Takes a process off all processors on which it works, after whatever was to wake
    /// it was taken back.
    pub(super) fn take_off(&mut self, arena: &mut [Word], at: Context, state: Slot) {
        let other = Worker { at, base: state.at(at.frame()) };
        let program = self.program;
        let (stage, level) = other.stage(arena);
        if stage == stage::IDLE || stage == stage::TIMELESS {
            return;
        }
        let chain = program.processor_chain(arena, innermost(program, arena, other));
        let mut cores = level + 1;
        if stage == stage::QUEUED {
            waiters::remove(arena, &program.frames, chain.at(level) + resource::TAKERS, at.process(), 0);
            cores = level;
        } else if program.processor(arena, chain.at(level)).is_shared() {
            self.leave_shared(arena, other, chain.at(level));
            cores = level;
        }
        (0..cores).rev().for_each(|level| self.give_core(arena, other, chain.at(level)));
    }

    /// Takes a process that has a core of this processor out of all that it has to do
    /// with further out; says at which level the processor stands for it.
    pub(super) fn withdraw(&mut self, arena: &mut [Word], other: Worker, header: usize) -> usize {
        let program = self.program;
        let chain = chain_of(program, arena, other);
        let level = chain.level_of(header).expect("a processor serves only who works on it");
        let (stage, reached) = other.stage(arena);
        let frame = other.at.frame();
        let until = match stage {
            stage::SERVED => arena[frame + frame::UNTIL],
            _ => self.now.as_nanos(),
        };
        let mut outermost = reached;
        if stage == stage::QUEUED {
            let queue = chain.at(reached) + resource::TAKERS;
            waiters::remove(arena, &program.frames, queue, other.at.process(), 0);
            outermost -= 1;
        } else {
            self.queue.cancel(Time::from_nanos(until).unwrap_or(Time::MAX), other.at.process());
        }
        if stage == stage::SERVED {
            let served = self.now.as_nanos().saturating_sub(arena[other.base + work::SINCE]);
            let served = self.queue.served(other.at.process(), served);
            self.spend_slice(arena, other, served.min(arena[other.base + work::SLICE]));
        }
        arena[other.base + work::SWITCH] = 0;
        (level + 1..=outermost).rev().for_each(|level| self.give_core(arena, other, chain.at(level)));
        level
    }
}
