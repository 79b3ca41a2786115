//! One process goes on from where it stands until it waits or is done.

use super::defect;
use super::draw::Draws;
use super::machine::{Machine, State, frame_words, state_word};
use super::stepwise::Steps;
use super::stop::{Stop, Yield};
use super::waiters;
use crate::ids::{OpId, ProcessId};
use crate::program::{Image, LogArgCode, Op, ResourceCode, Slot, Source, frame, resource};
use crate::time::Time;
use crate::trace::{Event, Fault, Kind, Sink, WaitFor};
use crate::value::{Type, Word};

/// Takes note of who can go on when, and may say who goes on next.
pub trait Schedule {
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

    /// Called when a process has stopped: who goes on now, `None` to leave the
    /// kernel. A driver that answers here has taken note of the stop, and sets
    /// the clock and the fuel as it sees fit; it saves leaving and entering the
    /// kernel for every step.
    #[inline(always)]
    fn switch(&mut self, stop: Stop, now: &mut Time, fuel: &mut u64) -> Option<ProcessId> {
        let _ = (stop, now, fuel);
        None
    }
}

/// The transition relation, with all that it works on.
///
/// The state is borrowed as a plain slice, so that it stays in registers over
/// a whole step; what would move it is left to the driver.
pub struct Kernel<'a, Q, S> {
    /// The program.
    pub image: &'a Image,
    /// All words of the state.
    pub(super) arena: &'a mut [Word],
    /// The clock.
    pub now: &'a mut Time,
    /// Processes that are not done.
    pub live: &'a mut u32,
    /// Random values.
    pub draws: &'a mut Draws,
    /// Who is told of wake-ups.
    pub queue: &'a mut Q,
    /// Who is told of events.
    pub sink: &'a mut S,
    /// Rounds that may still be made; see [`Yield::OutOfFuel`].
    pub fuel: u64,
    /// Arguments of a log line, kept to save allocations.
    scratch: Vec<Word>,
}

/// What an op on a resource comes to.
pub(super) enum Done {
    /// The process goes on with the next op.
    Next,
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
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) process: ProcessId,
    /// Where its frame begins.
    pub(super) frame: usize,
    /// The op at hand.
    pub(super) op: usize,
}

impl<'a, Q: Schedule, S: Sink> Kernel<'a, Q, S> {
    /// A kernel over this state, without fuel.
    pub fn new(
        image: &'a Image,
        machine: &'a mut Machine,
        draws: &'a mut Draws,
        queue: &'a mut Q,
        sink: &'a mut S,
    ) -> Self {
        let Machine { arena, now, live } = machine;
        Kernel {
            image,
            arena: arena.as_mut_slice(),
            now,
            live,
            draws,
            queue,
            sink,
            fuel: 0,
            scratch: Vec::new(),
        }
    }

    /// Lets `process`, which must be able to go on, go on at the time of the
    /// machine until it waits, is done or runs out of fuel; and then whom
    /// [`Schedule::switch`] names. Says who stopped last, and why.
    ///
    /// # Errors
    /// [`Fault`] if the scenario breaks a rule; the run is over then.
    #[inline]
    pub fn run(&mut self, process: ProcessId) -> (ProcessId, Result<Yield, Box<Fault>>) {
        let arena = std::mem::take(&mut self.arena);
        let mut process = process;
        let result = self.go_on(arena, &mut process);
        self.arena = arena;
        (process, result)
    }

    /// See [`Kernel::run`]. The state comes as an argument of its own, here
    /// and in all that is called from here, so that the compiler knows that
    /// writing to it changes nothing else.
    fn go_on(&mut self, arena: &mut [Word], current: &mut ProcessId) -> Result<Yield, Box<Fault>> {
        loop {
            let process = *current;
            let frame = self.image.frames[process.index()] as usize;
            let why = match self.execute::<false>(arena, process, frame, Steps::NONE) {
                Ok(why) => why,
                Err(fault) => {
                    self.take_left_out(arena, &fault);
                    return Err(fault);
                }
            };
            if matches!(why, Yield::OutOfFuel | Yield::NeedsRoom { .. }) {
                return Ok(why);
            }
            let priority = (arena[frame + frame::LINK] >> 56) as u8;
            let stop = Stop { process, priority, why };
            match self.queue.switch(stop, self.now, &mut self.fuel) {
                Some(next) => *current = next,
                None => return Ok(why),
            }
        }
    }

    /// Executes the ops of one process until it stops. With `STEPS` it goes by
    /// the ops without the fused ones, and stops in front of every one that
    /// [`Op::is_step`] once `steps` are made; see [`Kernel::step`].
    #[inline(always)]
    pub(super) fn execute<const STEPS: bool>(
        &mut self,
        arena: &mut [Word],
        process: ProcessId,
        frame: usize,
        mut steps: Steps,
    ) -> Result<Yield, Box<Fault>> {
        let image = self.image;
        let code = match (STEPS, S::ACTIVE) {
            (true, _) => image.plain.as_slice(),
            (false, true) => image.code.as_slice(),
            (false, false) => image.quiet.as_slice(),
        };
        let mut op = arena[frame + frame::STATE] as u32 as usize;
        // Delays leave the loop, so that what they do stands here once.
        let (kind, at, nanos) = loop {
            let at = Context { process, frame, op };
            /// Leaves the loop if the process cannot go on.
            macro_rules! waits {
                ($done:expr) => {
                    match $done {
                        Done::Next => {}
                        Done::Wait => return Ok(Yield::Blocked),
                        Done::OutOfFuel => return Ok(self.pause(arena, at)),
                        Done::NeedsRoom { header, items } => {
                            self.pause(arena, at);
                            return Ok(Yield::NeedsRoom { header, items });
                        }
                    }
                };
            }
            if STEPS && !self.may_step(op, &mut steps) {
                return Ok(self.pause(arena, at));
            }
            match code[op] {
                Op::Jump { to } => {
                    if to.index() <= op && !self.spend(1) {
                        return Ok(self.pause(arena, at));
                    }
                    op = to.index();
                    continue;
                }
                Op::JumpIfFalse { condition, to } => {
                    if self.read(arena, condition, frame) == 0 {
                        op = to.index();
                        continue;
                    }
                }
                Op::JumpIfTrue { condition, to } => {
                    if self.read(arena, condition, frame) != 0 {
                        op = to.index();
                        continue;
                    }
                }
                Op::LoopStart { left, times, exit } => {
                    let times = self.read(arena, times, frame);
                    if (times as i64) < 0 {
                        return Err(self.negative_count(at, times as i64));
                    }
                    self.write(arena, left, frame, times);
                    if times == 0 {
                        op = exit.index();
                        continue;
                    }
                }
                Op::LoopNext { left, body } => {
                    if !self.spend(1) {
                        return Ok(self.pause(arena, at));
                    }
                    let rest = self.read(arena, left.source(), frame) - 1;
                    self.write(arena, left, frame, rest);
                    if rest != 0 {
                        op = body.index();
                        continue;
                    }
                }
                Op::Copy { into, from } => {
                    let word = self.read(arena, from, frame);
                    self.write(arena, into, frame, word);
                }
                Op::Unary { op, into, a } => {
                    let result = op.apply(self.read(arena, a, frame));
                    let word = result.map_err(|error| self.arithmetic(at, error))?;
                    self.write(arena, into, frame, word);
                }
                Op::Binary { op, into, a, b } => {
                    let result = op.apply(self.read(arena, a, frame), self.read(arena, b, frame));
                    let word = result.map_err(|error| self.arithmetic(at, error))?;
                    self.write(arena, into, frame, word);
                }
                Op::Now { into } => {
                    let now = self.now.as_nanos();
                    self.write(arena, into, frame, now);
                }
                Op::Element { into, array, index } => {
                    let element = self.element(arena, at, array, index)?;
                    let word = arena[element];
                    self.write(arena, into, frame, word);
                }
                Op::SetElement { array, index, value } => {
                    let element = self.element(arena, at, array, index)?;
                    arena[element] = self.read(arena, value, frame);
                }
                Op::Draw { into, distribution } => {
                    let word = self.draw(arena, at, distribution)?;
                    self.write(arena, into, frame, word);
                }
                Op::Find { into, def, index } => {
                    let header = self.find(arena, at, def, index)?;
                    self.write(arena, into, frame, header);
                }
                Op::Delay { wait } => break (Kind::Delay, at, self.read(arena, wait, frame)),
                Op::Work { wait } => break (Kind::Work, at, self.read(arena, wait, frame)),
                Op::StartAfter { wait } => return self.start_after(arena, at, wait),
                Op::Begin => self.emit(at, Kind::Start, 0, 0),
                Op::Done => return Ok(self.finish(arena, at)),
                Op::Log { log } => self.log(arena, at, log),
                Op::Mark { mark, value } => {
                    if S::ACTIVE {
                        let ty = self.image.mark_type(mark).unwrap_or(Type::Int);
                        let value = self.read(arena, value, frame);
                        self.emit_typed(at, Kind::Mark, mark.0, value, ty, 0);
                    }
                }
                Op::Skip { to } => {
                    op = to.index();
                    continue;
                }
                Op::TakeOne { header, offset, span } => {
                    if !self.take_one(arena, at, header, offset.into()) {
                        return Ok(Yield::Blocked);
                    }
                    op += usize::from(span);
                    continue;
                }
                Op::GiveOne { header, offset, span } => {
                    self.give_one(arena, at, header, offset.into())?;
                    op += usize::from(span);
                    continue;
                }
                Op::TakeTwo { headers, offsets, span } => {
                    if !self.take_two(arena, at, headers, offsets) {
                        return Ok(Yield::Blocked);
                    }
                    op += usize::from(span);
                    continue;
                }
                Op::GiveTwo { headers, offsets, span } => {
                    self.give_two(arena, at, headers, offsets)?;
                    op += usize::from(span);
                    continue;
                }
                Op::TakeRun { first, len, span } => {
                    if !self.take_run(arena, at, first, len.into()) {
                        return Ok(Yield::Blocked);
                    }
                    op += usize::from(span);
                    continue;
                }
                Op::GiveRun { first, len, span } => {
                    self.give_run(arena, at, first, len.into())?;
                    op += usize::from(span);
                    continue;
                }
                Op::TakeMany { semaphore, left, times } => {
                    op += self.take_many(arena, at, semaphore, left, times)?;
                    continue;
                }
                Op::GiveMany { semaphore, left, times } => {
                    op += self.give_many(arena, at, semaphore, left, times)?;
                    continue;
                }
                Op::AddRem { into, by, modulo } => {
                    self.add_rem(arena, at, into, by, modulo)?;
                    op += 2;
                    continue;
                }
                Op::DrawDelay { into, distribution } => {
                    let word = self.draw(arena, at, distribution)?;
                    self.write(arena, into, frame, word);
                    break (Kind::Delay, Context { op: op + 1, ..at }, word);
                }
                Op::ExponentialDelay { distribution, mean } => {
                    let nanos = self.exponential(arena, at, distribution, mean)?;
                    break (Kind::Delay, Context { op: op + 1, ..at }, nanos);
                }
                Op::LoopDelay { left, body, wait } => {
                    if !self.spend(1) {
                        return Ok(self.pause(arena, at));
                    }
                    let rest = self.read(arena, left.source(), frame) - 1;
                    self.write(arena, left, frame, rest);
                    if rest != 0 {
                        let nanos = self.read(arena, wait, frame);
                        break (Kind::Delay, Context { op: body.index(), ..at }, nanos);
                    }
                }
                Op::Lock { mutex } => waits!(self.lock(arena, at, self.header(arena, mutex, at))),
                Op::Acquire { semaphore } => {
                    waits!(self.acquire(arena, at, self.header(arena, semaphore, at)))
                }
                Op::AcquireMany { semaphore, left } => {
                    waits!(self.acquire_many(arena, at, self.header(arena, semaphore, at), left));
                }
                Op::Unlock { mutex } => self.unlock(arena, at, self.header(arena, mutex, at))?,
                Op::Release { semaphore } => self.release(arena, at, self.header(arena, semaphore, at))?,
                Op::ReleaseMany { semaphore, left } => {
                    waits!(self.release_many(arena, at, self.header(arena, semaphore, at), left)?);
                }
                Op::Put { buffer, value } => {
                    let value = self.read(arena, value, frame);
                    waits!(self.put_one(arena, at, self.header(arena, buffer, at), value));
                }
                Op::PutMany { many } => waits!(self.put_many(arena, at, many)?),
                Op::Take { buffer } | Op::Get { buffer, .. } => {
                    waits!(self.get_one(arena, at, self.header(arena, buffer, at)));
                }
                Op::GetMany { many } => waits!(self.get_many(arena, at, many)?),
                Op::Write { memory, at: slot, value } => self.write_memory(arena, at, memory, slot, value)?,
                Op::Read { memory, at: slot, into } => self.read_memory(arena, at, memory, slot, into)?,
                Op::ReadMany { many } => self.read_many(arena, at, many)?,
                rare => waits!(self.rare(arena, at, rare)?),
            }
            op += 1;
        };
        self.delay(arena, at, nanos, kind)
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
        match code.resolve() {
            Ok(header) => header,
            Err(slot) => arena[slot.at(at.frame)] as usize,
        }
    }

    /// The id of the resource with this header.
    #[inline(always)]
    pub(super) fn resource_id(&self, arena: &[Word], header: usize) -> u32 {
        arena[header + resource::IDENTITY] as u32
    }

    #[inline(always)]
    pub(super) fn spend(&mut self, rounds: u64) -> bool {
        match self.fuel.checked_sub(rounds) {
            Some(rest) => {
                self.fuel = rest;
                true
            }
            None => false,
        }
    }

    /// Stops for now, to execute the op at hand later.
    fn pause(&mut self, arena: &mut [Word], at: Context) -> Yield {
        arena[at.frame + frame::STATE] = state_word(at.op, State::Ready);
        Yield::OutOfFuel
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
        arena[at.frame + frame::STATE] = state_word(at.op, State::Blocked);
        let discipline = u64::from((arena[header + resource::IDENTITY] >> 32) as u8);
        let discipline = defect::discipline(discipline);
        waiters::enqueue(arena, &self.image.frames, header + queue, at.process, discipline);
        if S::ACTIVE {
            let id = self.resource_id(arena, header);
            self.emit(at, Kind::Block, id, wait_for as u64);
        }
        Done::Wait
    }

    /// Ends the wait of a process that was taken out of its queue: it is
    /// ready, at the next op if `finished`, else at the same one again.
    pub(super) fn grant(
        &mut self,
        arena: &mut [Word],
        waiter: Context,
        header: usize,
        by: ProcessId,
        finished: bool,
    ) {
        let words = frame_words(arena, waiter.frame);
        words[frame::STATE] = state_word(waiter.op + usize::from(finished), State::Ready);
        let priority = (words[frame::LINK] >> 56) as u8;
        self.queue.wake(*self.now, priority, waiter.process);
        if S::ACTIVE {
            let id = self.resource_id(arena, header);
            self.emit(waiter, Kind::Grant, id, u64::from(by.0));
        }
    }

    #[inline(always)]
    fn delay(
        &mut self,
        arena: &mut [Word],
        at: Context,
        nanos: Word,
        kind: Kind,
    ) -> Result<Yield, Box<Fault>> {
        let until = self.until(at, nanos)?;
        let words = frame_words(arena, at.frame);
        words[frame::STATE] = state_word(at.op + 1, State::Delayed);
        words[frame::UNTIL] = until.as_nanos();
        self.emit(at, kind, 0, until.as_nanos());
        Ok(Yield::Delayed(until))
    }

    /// As a delay, but the process stays new and nothing is recorded.
    fn start_after(&mut self, arena: &mut [Word], at: Context, wait: Source) -> Result<Yield, Box<Fault>> {
        let until = self.until(at, self.read(arena, wait, at.frame))?;
        arena[at.frame + frame::STATE] = state_word(at.op + 1, State::New);
        arena[at.frame + frame::UNTIL] = until.as_nanos();
        Ok(Yield::Delayed(until))
    }

    /// The end of a delay that starts now.
    #[inline(always)]
    fn until(&mut self, at: Context, nanos: Word) -> Result<Time, Box<Fault>> {
        match self.now.as_nanos().checked_add(defect::delay(nanos)).and_then(Time::from_nanos) {
            Some(until) => Ok(until),
            None => Err(self.bad_duration(at, nanos as i64)),
        }
    }

    fn finish(&mut self, arena: &mut [Word], at: Context) -> Yield {
        arena[at.frame + frame::STATE] = state_word(at.op, State::Done);
        *self.live -= 1;
        self.emit(at, Kind::Done, 0, 0);
        Yield::Done
    }

    fn log(&mut self, arena: &[Word], at: Context, log: u32) {
        if !S::ACTIVE {
            return;
        }
        let mut words = std::mem::take(&mut self.scratch);
        words.clear();
        for arg in &self.image.logs[log as usize] {
            match *arg {
                LogArgCode::Value(source) => words.push(self.read(arena, source, at.frame)),
                LogArgCode::Array(slot) => {
                    let (start, len) = self.array(arena, at.frame, slot);
                    words.push(len as u64);
                    words.extend_from_slice(&arena[start..start + len]);
                }
            }
        }
        let mut event = self.event(at, Kind::Log, log, words.len() as u64);
        event.ty = Type::Int;
        self.sink.event(&event, &words);
        self.scratch = words;
    }

    #[inline(always)]
    fn event(&self, at: Context, kind: Kind, subject: u32, value: Word) -> Event {
        Event {
            time: (*self.now),
            value,
            process: at.process,
            subject,
            extra: 0,
            op: OpId(at.op as u32),
            kind,
            ty: Type::Int,
        }
    }

    #[inline(always)]
    pub(super) fn emit(&mut self, at: Context, kind: Kind, subject: u32, value: Word) {
        if S::ACTIVE {
            let event = self.event(at, kind, subject, value);
            self.sink.event(&event, &[]);
        }
    }

    #[inline(always)]
    pub(super) fn emit_typed(
        &mut self,
        at: Context,
        kind: Kind,
        subject: u32,
        value: Word,
        ty: Type,
        extra: u32,
    ) {
        if S::ACTIVE {
            let mut event = self.event(at, kind, subject, value);
            event.ty = ty;
            event.extra = extra;
            self.sink.event(&event, &[]);
        }
    }
}
