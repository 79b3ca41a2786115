//! One process goes on from where it stands until it waits or is done.

use super::draw::Draws;
use super::machine::{Machine, State, state_word};
use super::waiters;
use crate::arithmetic::ArithmeticError;
use crate::ids::{OpId, ProcessId};
use crate::program::{Image, LogArgCode, Op, ResourceCode, Slot, Source, frame, resource};
use crate::time::Time;
use crate::trace::{Event, Fault, Kind, Sink, WaitFor};
use crate::value::{Type, Word};

/// Takes note of who can go on when.
pub trait Schedule {
    /// `process` can go on at `time`. Of equal times, lower `priority` goes
    /// first, then who was noted first.
    fn wake(&mut self, time: Time, priority: u8, process: ProcessId);
}

/// Why a process stopped for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yield {
    /// Time must pass until then; the driver has yet to note it.
    Delayed(Time),
    /// It waits for a resource and will be woken through [`Schedule`].
    Blocked,
    /// It finished its last step.
    Done,
    /// The fuel ran out; it can go on at once when there is more.
    OutOfFuel,
    /// A buffer without a bound outgrew the memory that a run may use.
    OutOfMemory,
}

/// The transition relation, with all that it works on.
pub struct Kernel<'a, Q, S> {
    /// The program.
    pub image: &'a Image,
    /// The state.
    pub machine: &'a mut Machine,
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
    /// See [`Yield::OutOfMemory`].
    OutOfMemory,
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
        Kernel { image, machine, draws, queue, sink, fuel: 0, scratch: Vec::new() }
    }

    /// Lets `process`, which must be able to go on, go on at the time of the
    /// machine until it waits, is done or runs out of fuel.
    ///
    /// # Errors
    /// [`Fault`] if the scenario breaks a rule; the run is over then.
    pub fn run(&mut self, process: ProcessId) -> Result<Yield, Box<Fault>> {
        let frame = self.image.frames[process.index()] as usize;
        let mut op = self.machine.arena[frame + frame::STATE] as u32 as usize;
        loop {
            let at = Context { process, frame, op };
            match self.image.code[op] {
                Op::Jump { to } => {
                    if to.index() <= op && !self.spend(1) {
                        return Ok(self.pause(at));
                    }
                    op = to.index();
                    continue;
                }
                Op::JumpIfFalse { condition, to } => {
                    if self.read(condition, frame) == 0 {
                        op = to.index();
                        continue;
                    }
                }
                Op::JumpIfTrue { condition, to } => {
                    if self.read(condition, frame) != 0 {
                        op = to.index();
                        continue;
                    }
                }
                Op::LoopStart { left, times, exit } => {
                    let times = self.read(times, frame);
                    if (times as i64) < 0 {
                        return Err(self.negative_count(at, times as i64));
                    }
                    self.write(left, frame, times);
                    if times == 0 {
                        op = exit.index();
                        continue;
                    }
                }
                Op::LoopNext { left, body } => {
                    if !self.spend(1) {
                        return Ok(self.pause(at));
                    }
                    let rest = self.read(left.source(), frame) - 1;
                    self.write(left, frame, rest);
                    if rest != 0 {
                        op = body.index();
                        continue;
                    }
                }
                Op::Copy { into, from } => {
                    let word = self.read(from, frame);
                    self.write(into, frame, word);
                }
                Op::Unary { op, into, a } => {
                    let result = op.apply(self.read(a, frame));
                    let word = result.map_err(|error| self.arithmetic(at, error))?;
                    self.write(into, frame, word);
                }
                Op::Binary { op, into, a, b } => {
                    let result = op.apply(self.read(a, frame), self.read(b, frame));
                    let word = result.map_err(|error| self.arithmetic(at, error))?;
                    self.write(into, frame, word);
                }
                Op::Now { into } => {
                    let now = self.machine.now.as_nanos();
                    self.write(into, frame, now);
                }
                Op::Element { into, array, index } => {
                    let element = self.element(at, array, index)?;
                    let word = self.machine.arena[element];
                    self.write(into, frame, word);
                }
                Op::SetElement { array, index, value } => {
                    let element = self.element(at, array, index)?;
                    self.machine.arena[element] = self.read(value, frame);
                }
                Op::Draw { into, distribution } => {
                    let word = self.draw(at, distribution)?;
                    self.write(into, frame, word);
                }
                Op::Find { into, def, index } => {
                    let header = self.find(at, def, index)?;
                    self.write(into, frame, header);
                }
                Op::Delay { wait } => return self.delay(at, wait, Kind::Delay),
                Op::Work { wait } => return self.delay(at, wait, Kind::Work),
                Op::StartAfter { wait } => return self.start_after(at, wait),
                Op::Begin => self.emit(at, Kind::Start, 0, 0),
                Op::Done => return Ok(self.finish(at)),
                Op::Log { log } => self.log(at, log),
                Op::Mark { mark, value } => {
                    if S::ACTIVE {
                        let ty = self.image.mark_type(mark).unwrap_or(Type::Int);
                        let value = self.read(value, frame);
                        self.emit_typed(at, Kind::Mark, mark.0, value, ty, 0);
                    }
                }
                Op::TakeRun { first, len } => {
                    if !self.take_run(at, first, len) {
                        return Ok(Yield::Blocked);
                    }
                    op += len as usize;
                    continue;
                }
                Op::GiveRun { first, len } => {
                    self.give_run(at, first, len)?;
                    op += len as usize;
                    continue;
                }
                Op::TakeMany { semaphore, left, times } => {
                    op += self.take_many(at, semaphore, left, times)?;
                    continue;
                }
                Op::GiveMany { semaphore, left, times } => {
                    op += self.give_many(at, semaphore, left, times)?;
                    continue;
                }
                Op::AddRem { into, by, modulo } => {
                    self.add_rem(at, into, by, modulo)?;
                    op += 2;
                    continue;
                }
                Op::DrawDelay { into, distribution } => {
                    let word = self.draw(at, distribution)?;
                    self.write(into, frame, word);
                    return self.delay(Context { op: op + 1, ..at }, into.source(), Kind::Delay);
                }
                Op::LoopDelay { left, body, wait } => {
                    if !self.spend(1) {
                        return Ok(self.pause(at));
                    }
                    let rest = self.read(left.source(), frame) - 1;
                    self.write(left, frame, rest);
                    if rest != 0 {
                        return self.delay(Context { op: body.index(), ..at }, wait, Kind::Delay);
                    }
                }
                resource_op => match self.resource_op(at, resource_op)? {
                    Done::Next => {}
                    Done::Wait => return Ok(Yield::Blocked),
                    Done::OutOfFuel => return Ok(self.pause(at)),
                    Done::OutOfMemory => return Ok(Yield::OutOfMemory),
                },
            }
            op += 1;
        }
    }

    /// The ops that may wait, and those on memories.
    #[inline]
    fn resource_op(&mut self, at: Context, op: Op) -> OpResult {
        match op {
            Op::Lock { mutex } => Ok(self.lock(at, self.header(mutex, at))),
            Op::Unlock { mutex } => self.unlock(at, self.header(mutex, at)),
            Op::Acquire { semaphore } => Ok(self.acquire(at, self.header(semaphore, at))),
            Op::Release { semaphore } => self.release(at, self.header(semaphore, at)),
            Op::AcquireMany { semaphore, left } => {
                Ok(self.acquire_many(at, self.header(semaphore, at), left))
            }
            Op::ReleaseMany { semaphore, left } => self.release_many(at, self.header(semaphore, at), left),
            Op::Put { buffer, value } => {
                let value = self.read(value, at.frame);
                Ok(self.put(at, self.header(buffer, at), 1, value))
            }
            Op::PutMany { many } => self.put_many(at, many),
            Op::Take { buffer } | Op::Get { buffer, .. } => Ok(self.get(at, self.header(buffer, at), 1)),
            Op::GetMany { many } => self.get_many(at, many),
            Op::Write { memory, at: slot, value } => self.write_memory(at, memory, slot, value),
            Op::Read { memory, at: slot, into } => self.read_memory(at, memory, slot, into),
            Op::ReadMany { many } => self.read_many(at, many),
            other => unreachable!("{other:?} is no op on a resource"),
        }
    }

    /// Pays for one wake-up; false if the fuel is used up.
    #[inline(always)]
    pub fn spend_wake_up(&mut self) -> bool {
        self.spend(1)
    }

    #[inline(always)]
    pub(super) fn read(&self, source: Source, frame: usize) -> Word {
        self.machine.arena[source.at(frame)]
    }

    #[inline(always)]
    pub(super) fn write(&mut self, slot: Slot, frame: usize, word: Word) {
        self.machine.arena[slot.at(frame)] = word;
    }

    /// The header of the resource that an op names.
    #[inline(always)]
    pub(super) fn header(&self, code: ResourceCode, at: Context) -> usize {
        match code.resolve() {
            Ok(header) => header,
            Err(slot) => self.machine.arena[slot.at(at.frame)] as usize,
        }
    }

    /// The id of the resource with this header.
    #[inline(always)]
    pub(super) fn resource_id(&self, header: usize) -> u32 {
        self.machine.arena[header + resource::IDENTITY] as u32
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
    fn pause(&mut self, at: Context) -> Yield {
        self.machine.arena[at.frame + frame::STATE] = state_word(at.op, State::Ready);
        Yield::OutOfFuel
    }

    /// Makes the process wait on the op at hand, in the queue whose word is
    /// `queue` words behind `header`.
    pub(super) fn block(&mut self, at: Context, header: usize, queue: usize, wait_for: WaitFor) -> Done {
        let arena = &mut self.machine.arena;
        arena[at.frame + frame::STATE] = state_word(at.op, State::Blocked);
        let discipline = arena[header + resource::IDENTITY] >> 32;
        waiters::enqueue(arena, &self.image.frames, header + queue, at.process, discipline);
        if S::ACTIVE {
            let id = self.resource_id(header);
            self.emit(at, Kind::Block, id, wait_for as u64);
        }
        Done::Wait
    }

    /// Ends the wait of a process that was taken out of its queue: it is
    /// ready, at the next op if `finished`, else at the same one again.
    pub(super) fn grant(
        &mut self,
        waiter: ProcessId,
        header: usize,
        by: ProcessId,
        finished: bool,
    ) -> Context {
        let frame = self.image.frames[waiter.index()] as usize;
        let op = self.machine.arena[frame + frame::STATE] as u32 as usize;
        let at = Context { process: waiter, frame, op };
        self.machine.arena[frame + frame::STATE] = state_word(op + usize::from(finished), State::Ready);
        let priority = (self.machine.arena[frame + frame::LINK] >> 56) as u8;
        self.queue.wake(self.machine.now, priority, waiter);
        if S::ACTIVE {
            let id = self.resource_id(header);
            self.emit(at, Kind::Grant, id, u64::from(by.0));
        }
        at
    }

    fn delay(&mut self, at: Context, wait: Source, kind: Kind) -> Result<Yield, Box<Fault>> {
        let until = self.until(at, wait)?;
        let arena = &mut self.machine.arena;
        arena[at.frame + frame::STATE] = state_word(at.op + 1, State::Delayed);
        arena[at.frame + frame::UNTIL] = until.as_nanos();
        self.emit(at, kind, 0, until.as_nanos());
        Ok(Yield::Delayed(until))
    }

    /// As a delay, but the process stays new and nothing is recorded.
    fn start_after(&mut self, at: Context, wait: Source) -> Result<Yield, Box<Fault>> {
        let until = self.until(at, wait)?;
        let arena = &mut self.machine.arena;
        arena[at.frame + frame::STATE] = state_word(at.op + 1, State::New);
        arena[at.frame + frame::UNTIL] = until.as_nanos();
        Ok(Yield::Delayed(until))
    }

    #[inline]
    fn until(&mut self, at: Context, wait: Source) -> Result<Time, Box<Fault>> {
        let nanos = self.read(wait, at.frame);
        if (nanos as i64) < 0 {
            return Err(self.negative_duration(at, nanos as i64));
        }
        self.machine
            .now
            .checked_add(nanos)
            .ok_or_else(|| self.fault(at, "the clock would pass 292 years".into(), "shorten the delay"))
    }

    fn finish(&mut self, at: Context) -> Yield {
        self.machine.arena[at.frame + frame::STATE] = state_word(at.op, State::Done);
        self.machine.live -= 1;
        self.emit(at, Kind::Done, 0, 0);
        Yield::Done
    }

    fn log(&mut self, at: Context, log: u32) {
        if !S::ACTIVE {
            return;
        }
        let mut words = std::mem::take(&mut self.scratch);
        words.clear();
        for arg in &self.image.logs[log as usize] {
            match *arg {
                LogArgCode::Value(source) => words.push(self.read(source, at.frame)),
                LogArgCode::Array(slot) => {
                    let (start, len) = self.array(at.frame, slot);
                    words.push(len as u64);
                    words.extend_from_slice(&self.machine.arena[start..start + len]);
                }
            }
        }
        let mut event = self.event(at, Kind::Log, log, words.len() as u64);
        event.ty = Type::Int;
        self.sink.event(&event, &words);
        self.scratch = words;
    }

    /// Where a private array lies, and how long it is.
    pub(super) fn array(&self, frame: usize, slot: Slot) -> (usize, usize) {
        let descriptor = self.machine.arena[slot.at(frame)];
        (descriptor as u32 as usize, (descriptor >> 32) as usize)
    }

    fn element(&mut self, at: Context, array: Slot, index: Source) -> Result<usize, Box<Fault>> {
        let (start, len) = self.array(at.frame, array);
        let index = self.read(index, at.frame);
        if index < len as u64 {
            return Ok(start + index as usize);
        }
        Err(self.out_of_range(at, "the array", index as i64, len as u64, "elements"))
    }

    fn find(&mut self, at: Context, def: u32, index: Source) -> Result<Word, Box<Fault>> {
        let (first, count) = self.image.instances[def as usize];
        let index = self.read(index, at.frame);
        if index < u64::from(count) {
            return Ok(u64::from(first) + index * crate::program::RESOURCE_WORDS as u64);
        }
        let name = format!("'{}'", self.image.definition_name(crate::ids::ResourceDefId(def)));
        Err(self.out_of_range(at, &name, index as i64, u64::from(count), "instances"))
    }

    #[inline(always)]
    fn event(&self, at: Context, kind: Kind, subject: u32, value: Word) -> Event {
        Event {
            time: self.machine.now,
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

    #[cold]
    pub(super) fn fault(&self, at: Context, message: String, hint: &str) -> Box<Fault> {
        Box::new(Fault { process: at.process, op: OpId(at.op as u32), message, hint: hint.to_owned() })
    }

    #[cold]
    pub(super) fn arithmetic(&self, at: Context, error: ArithmeticError) -> Box<Fault> {
        let hint = match error {
            ArithmeticError::DivisionByZero => {
                "guard the division with an `if`, or with `and` in the condition"
            }
            ArithmeticError::Overflow | ArithmeticError::NotFinite => "keep the values smaller",
        };
        self.fault(at, error.to_string(), hint)
    }

    #[cold]
    pub(super) fn negative_count(&self, at: Context, count: i64) -> Box<Fault> {
        self.fault(
            at,
            format!("a count of {count} is negative"),
            "counts are 0 or more; guard with `max(0, …)`",
        )
    }

    #[cold]
    fn negative_duration(&self, at: Context, nanos: i64) -> Box<Fault> {
        let text = crate::time::format_nanos(nanos);
        self.fault(
            at,
            format!("a delay of {text} is negative"),
            "time cannot run backwards; guard with `max(0s, …)`",
        )
    }

    #[cold]
    pub(super) fn out_of_range(
        &self,
        at: Context,
        what: &str,
        index: i64,
        len: u64,
        parts: &str,
    ) -> Box<Fault> {
        let message = format!("index {index} is out of range: {what} has {len} {parts}");
        let hint = match len {
            0 => "there is nothing to index".to_owned(),
            _ => format!("indexes go from 0 to {}; `% {len}` wraps around", len - 1),
        };
        self.fault(at, message, &hint)
    }
}
