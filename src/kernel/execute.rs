//! The loop over the ops of one process: which function does what an op says.

use super::fused::wrap;
use super::machine::op_of;
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::stop::{Halt, Steps, Yield};
use crate::ids::ProcessId;
use crate::program::{Op, Slot, resource};
use crate::time::Time;
use crate::trace::{Kind, Sink};
use crate::value::{Type, Word};

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Executes the ops of one process until it stops. With `STEPS` it goes by
    /// the ops without the fused ones, and stops in front of every one that
    /// [`Op::is_step`] once `steps` are made; see [`Kernel::step`].
    #[inline(always)]
    pub(super) fn execute<const STEPS: bool>(
        &mut self,
        (code, plain): (&[Op], &[Op]),
        arena: &mut [Word],
        process: ProcessId,
        frame: usize,
        now: Time,
        mut steps: Steps,
    ) -> Halt {
        let mut op = op_of(arena, frame);
        let mut code_op = &code[op];
        // Delays leave the loop, so that what they do stands here once.
        let (kind, at, nanos) = loop {
            let at = Context::new(process, frame, op);
            /// Goes on with the op so many ops on.
            macro_rules! skip {
                ($ops:expr) => {{
                    op += usize::from($ops);
                    code_op = &code[op];
                    continue;
                }};
            }
            /// Goes on with this op.
            macro_rules! jump {
                ($to:expr) => {{
                    op = $to.index();
                    code_op = &code[op];
                    continue;
                }};
            }
            /// As `skip`, to an op that often ends a round: what comes after it is
            /// done at once, which saves looking for it.
            macro_rules! end {
                ($ops:expr) => {{
                    op += usize::from($ops);
                    code_op = &code[op];
                    let (left, body, wait) = match *code_op {
                        Op::LoopDelayFor { left, body, nanos } => (Slot(left.into()), body, Some(nanos)),
                        Op::LoopNext { left, body } => (left, body, None),
                        _ => continue,
                    };
                    if !self.spend(1) {
                        return self.pause(arena, at.at_op(op), Yield::OutOfFuel);
                    }
                    if !self.count_round(arena, left, frame) {
                        skip!(1u8);
                    }
                    if let Some(nanos) = wait {
                        break (Kind::Delay, at.at_op(body.index()), nanos);
                    }
                    jump!(body);
                }};
            }
            /// Goes on with the plain op so many ops on: it does what the op
            /// at hand, which is fused or special, has not done.
            macro_rules! plain {
                ($ops:expr) => {{
                    op += usize::from($ops);
                    code_op = &plain[op];
                    continue;
                }};
            }
            /// As `plain`, for an op that may stand before its own place.
            macro_rules! plain_at_home {
                () => {{
                    op = self.home(op);
                    code_op = &plain[op];
                    continue;
                }};
            }
            /// The value, or leaves the loop with the fault.
            macro_rules! good {
                ($result:expr) => {
                    match $result {
                        Ok(value) => value,
                        Err(fault) => return self.leave(Err(fault)),
                    }
                };
            }
            /// Leaves the loop if the process cannot go on.
            macro_rules! waits {
                ($done:expr) => {
                    match $done {
                        Done::Next => {}
                        Done::Wait => return Halt::Blocked,
                        Done::OutOfFuel => return self.pause(arena, at, Yield::OutOfFuel),
                        Done::NeedsRoom { header, items } => {
                            return self.pause(arena, at, Yield::NeedsRoom { header, items });
                        }
                    }
                };
            }
            /// Leaves the loop if there is no fuel for a round.
            macro_rules! round {
                () => {
                    if !self.spend(1) {
                        return self.pause(arena, at, Yield::OutOfFuel);
                    }
                };
            }
            if STEPS && !self.may_step(op, &mut steps) {
                return self.pause(arena, at, Yield::OutOfFuel);
            }
            match *code_op {
                Op::Jump { to } => {
                    if to.index() <= op {
                        round!();
                    }
                    jump!(to);
                }
                Op::JumpIfFalse { condition, to } => {
                    if self.read(arena, condition, frame) == 0 {
                        jump!(to);
                    }
                }
                Op::JumpIfTrue { condition, to } => {
                    if self.read(arena, condition, frame) != 0 {
                        jump!(to);
                    }
                }
                Op::LoopStart { left, times, exit } => {
                    let times = self.read(arena, times, frame);
                    if (times as i64) < 0 {
                        return self.leave(Err(self.negative_count(at, times as i64)));
                    }
                    self.write(arena, left, frame, times);
                    if times == 0 {
                        jump!(exit);
                    }
                }
                Op::LoopNext { left, body } => {
                    round!();
                    if self.count_round(arena, left, frame) {
                        jump!(body);
                    }
                }
                Op::Copy { into, from } => {
                    let word = self.read(arena, from, frame);
                    self.write(arena, into, frame, word);
                }
                Op::Unary { op, into, a } => {
                    let result = op.apply(self.read(arena, a, frame));
                    let word = good!(result.map_err(|error| self.arithmetic(at, error)));
                    self.write(arena, into, frame, word);
                }
                Op::Binary { op, into, a, b } => {
                    let result = op.apply(self.read(arena, a, frame), self.read(arena, b, frame));
                    let word = good!(result.map_err(|error| self.arithmetic(at, error)));
                    self.write(arena, into, frame, word);
                }
                Op::Now { into } => {
                    let now = now.as_nanos();
                    self.write(arena, into, frame, now);
                }
                Op::Element { into, array, index } => {
                    let element = good!(self.element(arena, at, array, index));
                    let word = arena[element];
                    self.write(arena, into, frame, word);
                }
                Op::SetElement { array, index, value } => {
                    let element = good!(self.element(arena, at, array, index));
                    arena[element] = self.read(arena, value, frame);
                }
                Op::Draw { into, distribution } => {
                    let word = good!(self.draw(arena, at, distribution));
                    self.write(arena, into, frame, word);
                }
                Op::Find { into, def, index } => {
                    let header = good!(self.find(arena, at, def, index));
                    self.write(arena, into, frame, header);
                }
                Op::Delay { wait } => break (Kind::Delay, at, self.read(arena, wait, frame)),
                Op::DelayFor { nanos } => break (Kind::Delay, at, nanos),
                Op::Work { wait } => break (Kind::Work, at, self.read(arena, wait, frame)),
                Op::WorkOn { processor, wait, state } => {
                    if let Some(halt) = self.work_on(arena, at, (processor, wait, state)) {
                        return halt;
                    }
                }
                Op::StartAfter { wait } => return self.start_after(arena, at, wait),
                Op::Begin => self.emit(at, Kind::Start, 0, 0),
                Op::Done { life } => return self.finish(arena, at, life),
                Op::Log { log } => self.log(arena, at, log),
                Op::Mark { mark, value } => {
                    if S::ACTIVE {
                        let ty = self.program.mark_type(mark).unwrap_or(Type::Int);
                        let value = self.read(arena, value, frame);
                        self.emit_typed(at, Kind::Mark, mark.0, value, ty, 0);
                    }
                }
                Op::Skip { to } => jump!(to),
                Op::NoteLock { mutex } => self.note(arena, at, Kind::Acquire, mutex as usize),
                Op::NoteUnlock { mutex } => self.note(arena, at, Kind::Release, mutex as usize),
                Op::TakeOne { header, offset, span } => {
                    if !self.take_one(arena, at, header, offset.into()) {
                        return Halt::Blocked;
                    }
                    skip!(span);
                }
                Op::GiveOne { header, offset, span } => {
                    good!(self.give_one(arena, at, header, offset.into()));
                    end!(span);
                }
                Op::TakeTwo { headers, offsets, span } => {
                    if !self.take_two(arena, at, headers, offsets) {
                        return Halt::Blocked;
                    }
                    skip!(span);
                }
                Op::GiveTwo { headers, offsets, span } => {
                    good!(self.give_two(arena, at, headers, offsets));
                    end!(span);
                }
                Op::TakeRun { first, len, span } => {
                    if !self.take_run(arena, at, first, len.into()) {
                        return Halt::Blocked;
                    }
                    skip!(span);
                }
                Op::GiveRun { first, len, span } => {
                    good!(self.give_run(arena, at, first, len.into()));
                    end!(span);
                }
                Op::TakeMany { semaphore, times, span } => {
                    let times = self.read(arena, times, frame);
                    if !self.take_many(arena, at, self.header(arena, semaphore, at), times) {
                        plain!(0u8);
                    }
                    skip!(span);
                }
                Op::TakeSome { header, times, span } => {
                    if !self.take_many(arena, at, header as usize, times.into()) {
                        if self.take_those_there(arena, at, header as usize, times) {
                            return Halt::Blocked;
                        }
                        plain!(0u8);
                    }
                    skip!(span);
                }
                Op::GiveMany { semaphore, times, span } => {
                    let times = self.read(arena, times, frame);
                    if !self.give_many(arena, at, self.header(arena, semaphore, at), times) {
                        plain!(0u8);
                    }
                    end!(span);
                }
                Op::GiveSome { header, times, span } => {
                    if !self.give_many(arena, at, header as usize, times.into()) {
                        plain!(0u8);
                    }
                    end!(span);
                }
                Op::AddRem { into, by, modulo } => {
                    let (by, modulo) = (self.read(arena, by, frame), self.read(arena, modulo, frame));
                    if !wrap(&mut arena[into.at(frame)], by, modulo) {
                        plain!(0u8);
                    }
                    skip!(2u8);
                }
                Op::Wrap { into, by, modulo, span } => {
                    if !wrap(&mut arena[into.at(frame)], by.into(), modulo.into()) {
                        plain!(0u8);
                    }
                    skip!(span);
                }
                Op::Add { into, a, b } => {
                    let (a, b) = (arena[a.at(frame)] as i64, arena[b.at(frame)] as i64);
                    let Some(sum) = a.checked_add(b) else { plain!(0u8) };
                    self.write(arena, into, frame, sum as Word);
                }
                Op::Subtract { into, a, b } => {
                    let (a, b) = (arena[a.at(frame)] as i64, arena[b.at(frame)] as i64);
                    let Some(difference) = a.checked_sub(b) else { plain!(0u8) };
                    self.write(arena, into, frame, difference as Word);
                }
                Op::AddKnown { into, a, by, span } => {
                    let a = arena[a.at(frame)] as i64;
                    let Some(sum) = a.checked_add(i64::from(by)) else { plain_at_home!() };
                    self.write(arena, into, frame, sum as Word);
                    skip!(span);
                }
                Op::AddSince { total, since } => {
                    let now = now.as_nanos() as i64;
                    let time = now.checked_sub(arena[since.at(frame)] as i64);
                    let word = &mut arena[total.at(frame)];
                    let Some(sum) = time.and_then(|time| time.checked_add(*word as i64)) else { plain!(0u8) };
                    *word = sum as Word;
                    end!(3u8);
                }
                Op::DrawDelay { into, distribution } => {
                    let word = good!(self.draw(arena, at, distribution));
                    self.write(arena, into, frame, word);
                    break (Kind::Delay, at.at_op(op + 1), word);
                }
                Op::ExponentialDelay { distribution, mean } => {
                    let nanos = good!(self.exponential(arena, at, distribution, mean));
                    break (Kind::Delay, at.at_op(op + 1), nanos);
                }
                Op::ExponentialKnown { distribution, mean } => {
                    let (stream, slots) = self.plan(at, distribution);
                    let nanos = match self.exponential_ahead(arena, at, stream, slots, mean) {
                        Some(nanos) => nanos,
                        None => good!(self.exponential_anew(arena, at, stream, slots, mean)),
                    };
                    break (Kind::Delay, at.at_op(op + 1), nanos);
                }
                Op::ExponentialNear { ahead, stream, mean, position } => {
                    let slots = (Slot(ahead.into()), Slot(position.into()));
                    let nanos = match self.exponential_ahead(arena, at, stream, slots, mean) {
                        Some(nanos) => nanos,
                        None => good!(self.exponential_anew(arena, at, stream, slots, mean)),
                    };
                    break (Kind::Delay, at.at_op(op + 1), nanos);
                }
                Op::LoopDelay { left, body, wait } => {
                    round!();
                    if self.count_round(arena, left, frame) {
                        break (Kind::Delay, at.at_op(body.index()), self.read(arena, wait, frame));
                    }
                }
                Op::LoopDelayFor { left, body, nanos } => {
                    round!();
                    if self.count_round(arena, Slot(left.into()), frame) {
                        break (Kind::Delay, at.at_op(body.index()), nanos);
                    }
                }
                Op::Lock { mutex } => waits!(self.lock(arena, at, self.header(arena, mutex, at))),
                Op::Acquire { semaphore } => {
                    waits!(self.acquire(arena, at, self.header(arena, semaphore, at)))
                }
                Op::AcquireMany { semaphore, left } => {
                    waits!(self.acquire_many(arena, at, self.header(arena, semaphore, at), left));
                }
                Op::Unlock { mutex } => good!(self.unlock(arena, at, self.header(arena, mutex, at))),
                Op::Release { semaphore } => {
                    good!(self.release(arena, at, self.header(arena, semaphore, at)));
                }
                Op::ReleaseMany { semaphore, left } => {
                    waits!(good!(self.release_many(arena, at, self.header(arena, semaphore, at), left)));
                }
                Op::Put { buffer, value } => {
                    let value = self.read(arena, value, frame);
                    waits!(self.put_one(arena, at, self.header(arena, buffer, at), value));
                }
                Op::PutNow { buffer, into } => {
                    let now = now.as_nanos();
                    if !self.put_at_once(arena, at.at_op(op + 1), buffer as usize, now) {
                        plain!(0u8);
                    }
                    self.write(arena, into, frame, now);
                    end!(2u8);
                }
                Op::PutMany { many } => waits!(good!(self.put_many(arena, at, many))),
                Op::Take { buffer } | Op::Get { buffer, .. } => {
                    waits!(self.get(arena, at, self.header(arena, buffer, at), 1));
                }
                Op::GetNear { buffer, into } => match self.get_at_once(arena, at, buffer as usize) {
                    Some(value) => self.write(arena, into, frame, value),
                    None => plain!(0u8),
                },
                Op::GetMany { many } => waits!(good!(self.get_many(arena, at, many))),
                Op::Write { memory, at: slot, value } => {
                    good!(self.write_memory(arena, at, memory, slot, value));
                }
                Op::WriteNear { slots, content, at: slot, value } => {
                    let slot = arena[slot.at(frame)];
                    if slot >= u64::from(slots) {
                        plain!(0u8);
                    }
                    let value = arena[value.at(frame)];
                    self.write_slot(arena, at, content, slot, value);
                }
                Op::WriteNext { slots, content, at: index, value, span } => {
                    let slot = arena[index.at(frame)];
                    if slot >= u64::from(slots) {
                        plain_at_home!();
                    }
                    let value = arena[value.at(frame)];
                    self.write_slot(arena, at, content, slot, value);
                    self.turn(arena, at, index, slot, slots);
                    skip!(span);
                }
                Op::WriteBoth { slots, contents, at: index, value, span } => {
                    let (index, value) = (Slot(index.into()), Slot(value.into()));
                    let slot = arena[index.at(frame)];
                    if slot >= u64::from(slots) {
                        plain_at_home!();
                    }
                    let value = arena[value.at(frame)];
                    self.write_slot(arena, at, contents[0], slot, value);
                    self.write_slot(arena, at.at_op(op + 1), contents[1], slot, value);
                    self.turn(arena, at, index, slot, slots);
                    skip!(span);
                }
                Op::CountBoth { slots, contents, at: index, value: counter, span } => {
                    let (index, counter) = (Slot(index.into()), Slot(counter.into()));
                    let slot = arena[index.at(frame)];
                    let count = (arena[counter.at(frame)] as i64).checked_add(1);
                    let Some(count) = count.filter(|_| slot < u64::from(slots)) else { plain_at_home!() };
                    self.write(arena, counter, frame, count as Word);
                    self.write_slot(arena, at.at_op(op + 1), contents[0], slot, count as Word);
                    self.write_slot(arena, at.at_op(op + 2), contents[1], slot, count as Word);
                    self.turn(arena, at, index, slot, slots);
                    skip!(span);
                }
                Op::ReadGive { slots, content, at: index, into, header, span } => {
                    let (index, into) = (Slot(index.into()), Slot(into.into()));
                    let slot = arena[index.at(frame)];
                    if slot >= u64::from(slots) {
                        plain_at_home!();
                    }
                    self.read_next(arena, at, (content, slots), slot, index, into);
                    good!(self.give_one(arena, at, header, usize::from(span) - 1));
                    end!(span);
                }
                Op::ReadNext { slots, content, at: index, into, span } => {
                    let slot = arena[index.at(frame)];
                    if slot >= u64::from(slots) {
                        plain_at_home!();
                    }
                    self.read_next(arena, at, (content, slots), slot, index, into);
                    skip!(span);
                }
                Op::Read { memory, at: slot, into } => {
                    good!(self.read_memory(arena, at, memory, slot, into));
                }
                Op::ReadNear { slots, content, at: slot, into } => {
                    let slot = arena[slot.at(frame)];
                    if slot >= u64::from(slots) {
                        plain!(0u8);
                    }
                    let value = self.read_slot(arena, at, content, slot);
                    self.write(arena, into, frame, value);
                }
                Op::ReadMany { many } => good!(self.read_many(arena, at, many)),
                Op::ReadSome { count, slots, content, at: slot, array, span } => {
                    let first = arena[slot.at(frame)];
                    if !self.read_at_once(arena, at, (content, slots), first, count, Slot(array.into())) {
                        plain_at_home!();
                    }
                    skip!(span);
                }
                // By name: with all ops named, none needs a check of its number.
                rare @ (Op::Wait { .. }
                | Op::Notify { .. }
                | Op::NotifyAll { .. }
                | Op::Arrive { .. }
                | Op::Level { .. }
                | Op::Capacity { .. }
                | Op::LockInheriting { .. }
                | Op::UnlockInheriting { .. }
                | Op::Launch { .. }
                | Op::Admit { .. }
                | Op::Join { .. }
                | Op::JoinAny { .. }
                | Op::Stop { .. }
                | Op::Atomic { .. }
                | Op::Call { .. }) => waits!(good!(self.rare(arena, at, rare))),
            }
            op += 1;
            code_op = &code[op];
        };
        self.delay(arena, at, now, nanos, kind)
    }

    /// The ops that are too rare to have a place of their own in the loop over
    /// ops. The others never come here.
    #[inline(never)]
    pub(super) fn rare(&mut self, arena: &mut [Word], at: Context, op: Op) -> OpResult {
        match op {
            Op::Wait { condition, mutex } => return self.wait(arena, at, condition, mutex),
            Op::Notify { condition } => {
                let header = self.header(arena, condition, at);
                self.notify(arena, at, header, 1);
            }
            Op::NotifyAll { condition } => {
                let header = self.header(arena, condition, at);
                self.notify(arena, at, header, u64::MAX);
            }
            Op::Arrive { barrier } => return Ok(self.arrive(arena, at, barrier)),
            Op::Level { into, resource } => {
                let header = self.header(arena, resource, at);
                let level = arena[header + resource::LEVEL];
                self.write(arena, into, at.frame(), level);
                let id = self.resource_id(arena, header);
                self.emit(at, Kind::Level, id, level);
            }
            Op::Capacity { into, buffer } => {
                let capacity = arena[self.header(arena, buffer, at) + resource::CAPACITY];
                self.write(arena, into, at.frame(), capacity);
            }
            Op::LockInheriting { mutex } => {
                let header = self.header(arena, mutex, at);
                return Ok(self.lock_inheriting(arena, at, header));
            }
            Op::UnlockInheriting { mutex } => {
                let header = self.header(arena, mutex, at);
                self.unlock_any(arena, at, header)?;
            }
            Op::Admit { any } => return self.admit(arena, at, any),
            Op::Launch { life } => return self.launch(arena, at, life),
            Op::Join { life } => return self.join(arena, at, life),
            Op::JoinAny { any, into } => return self.join_any(arena, at, any, into),
            Op::Stop { life, lost } => return self.stop(arena, at, life, lost),
            Op::Call { call } => return self.call(arena, at, call),
            // Only a driver that goes step by step has to know.
            Op::Atomic { .. } => {}
            other => unreachable!("{other:?} has a place of its own"),
        }
        Ok(Done::Next)
    }

    /// The own place of an op that stands where locks or unlocks are left out.
    #[cold]
    #[inline(never)]
    fn home(&self, mut op: usize) -> usize {
        let is_left_out = |op| {
            let mut sections = self.program.sections.iter();
            sections.any(|section| section.lock.index() == op || section.unlock.index() == op)
        };
        while is_left_out(op) {
            op += 1;
        }
        op
    }

    /// Counts a round; whether there is another one.
    #[inline(always)]
    fn count_round(&mut self, arena: &mut [Word], left: Slot, frame: usize) -> bool {
        let left = &mut arena[left.at(frame)];
        *left = left.wrapping_sub(1);
        *left != 0
    }
}
