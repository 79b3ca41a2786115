//! What each plain op does: the loop that defines the semantics of a program.
//!
//! Drivers that go step by step go by it, and so does the optimised tier where one of
//! its ops has met what is rare.

use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::stop::{Halt, Steps, Yield};
use crate::program::{Op, Slot, resource};
use crate::time::Time;
use crate::trace::{Kind, Sink};
use crate::value::{Type, Word};

/// Stops in front of every op that [`Op::is_step`] once steps are made; see [`Kernel::step`].
pub(super) const STEP_BY_STEP: bool = false;
/// Stops behind the first op.
pub(super) const AFTER_ONE: bool = true;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Executes the ops of one process from the one at `at` on until it stops, or has gone so
    /// far as `ONE` says.
    #[inline(always)]
    pub(super) fn execute<const ONE: bool>(
        &mut self,
        arena: &mut [Word],
        at: Context,
        now: Time,
        mut steps: Steps,
    ) -> Halt {
        let (process, frame, mut op) = (at.process(), at.frame(), at.op());
        let mut is_first = true;
        // Delays leave the loop, so that what they do stands here once.
        let (kind, at, nanos) = loop {
            let at = Context::new(process, frame, op);
            /// Goes on with this op.
            macro_rules! jump {
                ($to:expr) => {{
                    op = $to.index();
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
                        Done::Went(next) => {
                            op = next;
                            continue;
                        }
                        Done::Wait => return Halt::Blocked,
                        Done::Delayed(until, priority) => return Halt::Delayed(until, priority),
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
            if ONE && !std::mem::take(&mut is_first) {
                return Halt::Went(op);
            }
            if !ONE && !self.may_step(op, &mut steps) {
                return self.pause(arena, at, Yield::OutOfFuel);
            }
            match self.program.plain[op] {
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
                Op::Within { wait, until } => {
                    let time = good!(self.deadline_of(at, now, self.read(arena, wait, frame)));
                    self.write(arena, until, frame, time.as_nanos());
                }
                Op::RanOut => return self.leave(Err(self.ran_out(at))),
                Op::Draw { into, distribution } => {
                    let word = good!(self.draw(arena, at, distribution));
                    self.write(arena, into, frame, word);
                }
                Op::Find { into, def, index } => {
                    let header = good!(self.find(arena, at, def, index));
                    self.write(arena, into, frame, header);
                }
                Op::Delay { wait } => break (Kind::Delay, at, self.read(arena, wait, frame)),
                Op::Work { wait } => break (Kind::Work, at, self.read(arena, wait, frame)),
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
                other => {
                    let done = good!(self.use_resource(arena, at, other));
                    if let Done::Wait = done
                        && let Some(next) = self.limit_wait(arena, at)
                    {
                        op = next;
                        continue;
                    }
                    if self.program.is_attended(op) {
                        self.attend_behind(arena, at);
                        if let Done::Wait = done
                            && let Some(next) = self.served_at_once(arena, at)
                        {
                            op = next;
                            continue;
                        }
                    }
                    waits!(done);
                }
            }
            op += 1;
        };
        self.delay(arena, at, now, nanos, kind)
    }

    /// The ops on resources. The others never come here.
    #[inline(always)]
    fn use_resource(&mut self, arena: &mut [Word], at: Context, op: Op) -> OpResult {
        match op {
            Op::Lock { mutex } => return Ok(self.lock(arena, at, self.header(arena, mutex, at))),
            Op::Acquire { semaphore } => {
                return Ok(self.acquire(arena, at, self.header(arena, semaphore, at)));
            }
            Op::AcquireMany { semaphore, left } => {
                return Ok(self.acquire_many(arena, at, self.header(arena, semaphore, at), left));
            }
            Op::Unlock { mutex } => self.unlock(arena, at, self.header(arena, mutex, at))?,
            Op::Release { semaphore } => self.release(arena, at, self.header(arena, semaphore, at))?,
            Op::ReleaseMany { semaphore, left } => {
                return self.release_many(arena, at, self.header(arena, semaphore, at), left);
            }
            Op::Put { buffer, value } => {
                let header = self.header(arena, buffer, at);
                self.must_be_open(arena, at, header)?;
                let value = self.read(arena, value, at.frame());
                return Ok(self.put_one(arena, at, header, value));
            }
            Op::PutMany { many } => return self.put_many(arena, at, many),
            Op::Take { buffer } | Op::Get { buffer, .. } => {
                return self.get_plain(arena, at, self.header(arena, buffer, at), 1);
            }
            Op::GetMany { many } => return self.get_many(arena, at, many),
            Op::Write { memory, at: slot, value } => self.write_memory(arena, at, memory, slot, value)?,
            Op::Read { memory, at: slot, into } => self.read_memory(arena, at, memory, slot, into)?,
            Op::ReadMany { many } => self.read_many(arena, at, many)?,
            rare => return self.rare(arena, at, rare),
        }
        Ok(Done::Next)
    }

    /// The ops that are too rare to have a place of their own in the loop over
    /// ops. The others never come here.
    #[inline(never)]
    pub(super) fn rare(&mut self, arena: &mut [Word], at: Context, op: Op) -> OpResult {
        match op {
            Op::WorkOn { processor, wait, state } => {
                return self.work_on(arena, at, (processor, wait, state));
            }
            Op::Wait { condition, mutex } => return self.wait(arena, at, condition, mutex),
            Op::Notify { condition } => {
                let header = self.header(arena, condition, at);
                self.notify(arena, at, header, 1);
            }
            Op::NotifyAll { condition } => {
                let header = self.header(arena, condition, at);
                self.notify(arena, at, header, u64::MAX);
            }
            Op::Await { watch, .. } => return self.come_to_watch(arena, at, watch),
            Op::Peek { into, resource, glance } => self.peek(arena, at, (into, resource, glance)),
            Op::Choose { into, among } => self.choose(arena, at, (into, among)),
            Op::PeekSlot { into, memory, at: slot } => self.peek_slot(arena, at, (into, memory, slot))?,
            Op::Arrive { barrier } => return Ok(self.arrive(arena, at, barrier)),
            Op::Close { buffer } => {
                let header = self.header(arena, buffer, at);
                self.close(arena, at, header)?;
            }
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
            Op::Request { semaphore, words, preempts, manner } => {
                return self.request_permit(arena, at, semaphore, (words, preempts, manner));
            }
            Op::Seize { semaphore, left, preempts } => {
                let header = self.header(arena, semaphore, at);
                return Ok(self.seize(arena, at, header, (left, preempts)));
            }
            Op::TakeCores { processor, left } => self.take_cores(arena, at, processor, left),
            Op::GiveCores { processor, left } => self.give_cores(arena, at, processor, left),
            Op::Admit { any } => return self.admit(arena, at, any),
            Op::Launch { life } => return self.launch(arena, at, life),
            Op::Join { life } => return self.join(arena, at, life),
            Op::JoinAny { any, into } => return self.join_any(arena, at, any, into),
            Op::Stop { life, lost } => return self.stop(arena, at, life, lost),
            Op::Interrupt { life } => return self.interrupt(arena, at, life),
            Op::Call { call } => return self.call(arena, at, call),
            // Only a driver that goes step by step has to know.
            Op::Atomic { .. } => {}
            other => unreachable!("{other:?} has a place of its own"),
        }
        Ok(Done::Next)
    }

    /// Counts a round; whether there is another one.
    #[inline(always)]
    fn count_round(&mut self, arena: &mut [Word], left: Slot, frame: usize) -> bool {
        let left = &mut arena[left.at(frame)];
        *left = left.wrapping_sub(1);
        *left != 0
    }
}
