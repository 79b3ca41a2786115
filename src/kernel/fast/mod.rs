//! The optimised tier: the loop over the ops that [`crate::program`] makes of plain ones.
//!
//! Decides how to do fast what the plain ops of `execute.rs` define. Each op has their
//! state, events and faults; what does not go through at once is left to the plain op
//! in its home. A process waits on plain ops alone.

mod draws;
mod local;
mod many;
mod next;

use super::execute::AFTER_ONE;
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use super::stop::{Halt, Steps, Yield};
use crate::ids::{OpId, ProcessId};
use crate::program::{Argument, Fast, Op, ResourceCode, Slot};
use crate::time::Time;
use crate::trace::{Fault, Kind, Sink};
use crate::value::Word;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Executes the ops of one process until it stops.
    #[inline(always)]
    pub(super) fn execute_fast(
        &mut self,
        code: &[Fast],
        arena: &mut [Word],
        process: ProcessId,
        frame: usize,
        now: Time,
    ) -> Halt {
        self.own.settle(process, now);
        let mut op = super::machine::op_of(arena, frame);
        // Delays leave the loop, so that what they do stands here once.
        let (kind, at, nanos) = loop {
            /// The place of an op that stands so many ops before its own.
            macro_rules! home {
                ($ops:expr) => {
                    Context::new(process, frame, op + usize::from($ops))
                };
            }
            /// Goes on behind this op.
            macro_rules! behind {
                ($at:expr) => {{
                    op = $at.op() + 1;
                    continue;
                }};
            }
            /// Leaves it to the plain op here, and goes on where that says.
            macro_rules! plain {
                ($at:expr) => {
                    match self.execute_plain(arena, $at) {
                        Halt::Went(next) => {
                            op = next;
                            continue;
                        }
                        halt => return halt,
                    }
                };
            }
            /// The same if that was nothing but to say so.
            macro_rules! plain_if_stuck {
                ($next:expr) => {
                    if let Some(stuck) = next::stuck_at($next) {
                        plain!(Context::new(process, frame, stuck));
                    }
                };
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
            /// Does this at the home of the op, and goes on behind it if it is done.
            macro_rules! done {
                ($home:expr, $at:ident => $done:expr) => {{
                    let $at = home!($home);
                    match $done {
                        Done::Next => behind!($at),
                        Done::Wait => return Halt::Blocked,
                        done => return self.stops(arena, $at, done),
                    }
                }};
            }
            match code[op] {
                Fast::Local(ref first) => {
                    op = local::run(code, arena, frame, op, first, &mut self.own);
                    plain_if_stuck!(op);
                }
                Fast::Plain => plain!(home!(0u8)),
                Fast::Pass { home, kind, nanos } => break (kind, home!(home), nanos),
                Fast::PassFor { home, kind, wait } => {
                    break (kind, home!(home), self.read(arena, wait, frame));
                }
                Fast::LoopNext { home, left, body } => {
                    let at = home!(home);
                    let Some(next) = self.round(arena, at, left, body) else {
                        return self.pause(arena, at, Yield::OutOfFuel);
                    };
                    op = next;
                    // Most rounds begin with a delay, which is done at once.
                    if let Fast::Pass { home, kind, nanos } = code[op] {
                        break (kind, home!(home), nanos);
                    }
                }
                Fast::Exponential { home, distribution, mean } => {
                    let at = home!(home);
                    let nanos = good!(self.exponential_ahead(arena, at, distribution, mean));
                    break (Kind::Delay, at.at_op(at.op() + 1), nanos);
                }
                Fast::Draw { ref draw, ty, then } => {
                    op = local::call(arena, frame, op, draw, &mut self.own);
                    plain_if_stuck!(op);
                    let (drawn, at) = (arena[frame + draw.into as usize], home!(0u8));
                    self.emit_typed(at.at_op(op - 1), Kind::Draw, 0, drawn, ty, 0);
                    let Some(kind) = then else { continue };
                    break (kind, at, drawn);
                }
                Fast::Acquire { home, semaphore } => {
                    done!(home, at => self.acquire(arena, at, self.header(arena, semaphore, at)))
                }
                Fast::Lock { home, mutex } => {
                    done!(home, at => self.lock(arena, at, self.header(arena, mutex, at)))
                }
                Fast::Release { home, semaphore } => {
                    done!(home, at => good!(self.released(arena, at, semaphore)))
                }
                Fast::Unlock { home, mutex } => {
                    done!(home, at => good!(self.unlocked(arena, at, mutex)))
                }
                Fast::AcquireMany { home, semaphore, times } => {
                    let at = home!(home);
                    match self.take_times(arena, at, semaphore, times) {
                        Some(Done::Next) => op = at.op() + 2,
                        Some(_) => return Halt::Blocked,
                        None => plain!(at),
                    }
                }
                Fast::ReleaseMany { home, semaphore, times } => {
                    let at = home!(home);
                    let times = self.argument(arena, times, frame);
                    if !self.give_many(arena, at, self.header(arena, semaphore, at), times) {
                        plain!(at);
                    }
                    op = at.op() + 2;
                }
                Fast::Put { home, buffer, value } => {
                    // The clock is read by an op of its own in front of it.
                    done!(home + u8::from(value == Argument::Clock), at => self.put_value(arena, at, buffer, value))
                }
                Fast::Get { home, buffer, into } => {
                    done!(home, at => self.get_value(arena, at, buffer, into))
                }
                Fast::WorkOn { home, processor, wait, state } => {
                    done!(home, at => good!(self.work_on(arena, at, (processor, wait, state))))
                }
                Fast::Done { home, life } => return self.finish(arena, home!(home), life),
                passes => op = good!(self.pass_by(arena, home!(0u8), passes)),
            }
        };
        self.delay(arena, at, now, nanos, kind)
    }

    /// Why the process stops at this op, other than for a wait.
    #[inline(never)]
    fn stops(&mut self, arena: &mut [Word], at: Context, done: Done) -> Halt {
        match done {
            Done::Next | Done::Wait => Halt::Blocked,
            Done::Delayed(until, priority) => Halt::Delayed(until, priority),
            Done::OutOfFuel => self.pause(arena, at, Yield::OutOfFuel),
            Done::NeedsRoom { header, items } => self.pause(arena, at, Yield::NeedsRoom { header, items }),
        }
    }

    /// What neither stops a process nor leads it elsewhere; gives the next op.
    #[inline(always)]
    fn pass_by(&mut self, arena: &mut [Word], at: Context, op: Fast) -> Result<usize, Box<Fault>> {
        let home = |ops: u8| at.at_op(at.op() + usize::from(ops));
        let at = match op {
            Fast::Read { home: ops, memory, at: slot, into } => {
                self.read_memory(arena, home(ops), memory, slot, into)?;
                home(ops)
            }
            Fast::Write { home: ops, memory, at: slot, value } => {
                self.write_memory(arena, home(ops), memory, slot, value)?;
                home(ops)
            }
            Fast::Admit { home: ops, any } => {
                self.admit(arena, home(ops), any)?;
                home(ops)
            }
            Fast::Notify { home: ops, condition, most } => {
                self.notify(arena, home(ops), self.header(arena, condition, home(ops)), most);
                home(ops)
            }
            Fast::Note { home: ops, kind, mutex } => {
                self.note(arena, home(ops), kind, mutex as usize);
                home(ops)
            }
            other => unreachable!("{other:?} has a place of its own"),
        };
        Ok(at.op() + 1)
    }

    #[inline(always)]
    fn released(&mut self, arena: &mut [Word], at: Context, semaphore: ResourceCode) -> OpResult {
        self.release(arena, at, self.header(arena, semaphore, at)).map(|()| Done::Next)
    }

    #[inline(always)]
    fn unlocked(&mut self, arena: &mut [Word], at: Context, mutex: ResourceCode) -> OpResult {
        self.unlock(arena, at, self.header(arena, mutex, at)).map(|()| Done::Next)
    }

    /// Counts a round; gives the next op, if there is fuel for it.
    #[inline(always)]
    fn round(&mut self, arena: &mut [Word], at: Context, left: Slot, body: OpId) -> Option<usize> {
        if !self.spend(1) {
            return None;
        }
        let left = &mut arena[left.at(at.frame())];
        *left = left.wrapping_sub(1);
        Some(if *left != 0 { body.index() } else { at.op() + 1 })
    }

    /// Takes several permits, or those that are there; `None` if the plain ops have to.
    #[inline(always)]
    fn take_times(
        &mut self,
        arena: &mut [Word],
        at: Context,
        semaphore: ResourceCode,
        times: Argument,
    ) -> Option<Done> {
        let (header, times) = (self.header(arena, semaphore, at), self.argument(arena, times, at.frame()));
        if self.take_many(arena, at, header, times) {
            return Some(Done::Next);
        }
        self.take_those_there(arena, at, header, times).then_some(Done::Wait)
    }

    /// Puts one item.
    #[inline(always)]
    fn put_value(&mut self, arena: &mut [Word], at: Context, buffer: ResourceCode, value: Argument) -> Done {
        let header = self.header(arena, buffer, at);
        let word = self.argument(arena, value, at.frame());
        if self.put_at_once(arena, at, header, word) {
            return Done::Next;
        }
        if value == Argument::Clock {
            self.keep_clock(arena, at);
        }
        self.put(arena, at, header, 1, word)
    }

    /// Gets one item.
    #[inline(always)]
    fn get_value(
        &mut self,
        arena: &mut [Word],
        at: Context,
        buffer: ResourceCode,
        into: Option<Slot>,
    ) -> Done {
        let header = self.header(arena, buffer, at);
        let Some(value) = self.get_at_once(arena, at, header) else {
            return self.get(arena, at, header, 1);
        };
        into.into_iter().for_each(|into| self.write(arena, into, at.frame(), value));
        Done::Next
    }

    /// Puts the clock where the op in front of this put does, for it may have to wait.
    #[inline(never)]
    fn keep_clock(&mut self, arena: &mut [Word], at: Context) {
        let Op::Now { into } = self.program.plain[at.op() - 1] else { unreachable!("it reads the clock") };
        self.write(arena, into, at.frame(), self.own.now);
    }

    /// Executes one plain op.
    #[inline(never)]
    fn execute_plain(&mut self, arena: &mut [Word], at: Context) -> Halt {
        let now = *self.now;
        self.execute::<AFTER_ONE>(arena, at, now, Steps::NONE)
    }

    #[inline(always)]
    fn argument(&self, arena: &[Word], argument: Argument, frame: usize) -> Word {
        match argument {
            Argument::Frame(slot) => arena[frame + slot as usize],
            Argument::Known(word) => word,
            Argument::Clock => self.own.now,
        }
    }
}
