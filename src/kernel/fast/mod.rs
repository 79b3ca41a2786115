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
use super::step::{Context, Done, Kernel, Scheduler};
use super::stop::{Halt, Steps, Yield};
use crate::ids::{OpId, ResourceId};
use crate::program::{Argument, Fast, Op, ResourceCode, Slot};
use crate::time::Time;
use crate::trace::{Fault, Kind, Sink};
use crate::value::Word;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Executes the ops of one process until it stops.
    #[inline(always)]
    pub(super) fn execute_fast(&mut self, arena: &mut [Word], at: Context, now: Time) -> Halt {
        let (process, frame, mut op, code) = (at.process(), at.frame(), at.op(), self.own.ops);
        // Delays leave the loop, so that what they do stands here once.
        let (kind, at, nanos) = loop {
            /// The place of an op that stands so many ops before its own.
            macro_rules! home {
                ($ops:expr) => {
                    Context::new(process, frame, op + usize::from($ops))
                };
            }
            /// Leaves it to the plain op here, and goes on where that says.
            macro_rules! plain {
                ($at:expr) => {
                    match self.execute_plain(arena, $at) {
                        Halt::Went(next) => op = next,
                        halt => return halt,
                    }
                };
            }
            /// Goes on at this op, unless that is nothing but to say that the plain op has to do it.
            macro_rules! leads {
                ($next:expr) => {
                    op = $next;
                    if let Some(stuck) = next::stuck_at(op) {
                        plain!(Context::new(process, frame, stuck));
                        continue;
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
            /// Does this at the home of the op, and goes on behind it.
            macro_rules! passes {
                ($home:expr, $at:ident => $passes:expr) => {{
                    let $at = home!($home);
                    $passes;
                    op = $at.op() + 1;
                }};
            }
            /// The same if it is done, and need not wait.
            macro_rules! done {
                ($home:expr, $at:ident => $done:expr) => {
                    passes!($home, $at => match $done {
                        Done::Next => {}
                        Done::Wait => return Halt::Blocked,
                        done => return self.stops(arena, $at, done),
                    })
                };
            }
            match code[op] {
                Fast::Local(ref first) => {
                    leads!(local::run(code, arena, frame, op, first, &mut self.own));
                }
                Fast::Plain => plain!(home!(0u8)),
                Fast::Limited => match self.execute_limited(arena, home!(0u8)) {
                    Halt::Went(next) => op = next,
                    halt => return halt,
                },
                Fast::Pass { home, kind, nanos } => break (kind, home!(home), nanos),
                Fast::PassFor { home, kind, wait } => break (kind, home!(home), arena[wait.at(frame)]),
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
                    leads!(local::call(arena, frame, op, draw, &mut self.own));
                    let (drawn, at) = (arena[frame + draw.into as usize], home!(0u8));
                    self.emit_typed(at.at_op(op - 1), Kind::Draw, 0, drawn, ty, 0);
                    let Some(kind) = then else { continue };
                    break (kind, at, drawn);
                }
                Fast::Acquire { home, semaphore } => {
                    done!(home, at => self.acquired(arena, at, semaphore));
                }
                Fast::AcquireTwo { home, further, semaphores: [first, second] } => {
                    done!(home, at => self.acquired(arena, at, first));
                    done!(further, at => self.acquired(arena, at, second));
                }
                Fast::Lock { home, mutex } => {
                    done!(home, at => self.lock(arena, at, self.header(arena, mutex, at)));
                }
                Fast::Release { home, semaphore } => {
                    passes!(home, at => good!(self.released(arena, at, semaphore)));
                }
                Fast::ReleaseTwo { home, further, semaphores: [first, second] } => {
                    passes!(home, at => good!(self.released(arena, at, first)));
                    passes!(further, at => good!(self.released(arena, at, second)));
                }
                Fast::Unlock { home, mutex } => {
                    passes!(home, at => good!(self.unlock(arena, at, self.header(arena, mutex, at))));
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
                    match self.give_times(arena, at, semaphore, times) {
                        true => op = at.op() + 2,
                        false => plain!(at),
                    }
                }
                Fast::Put { home, buffer, value } => {
                    done!(home, at => self.put_value(arena, at, buffer, value));
                }
                Fast::Get { home, buffer, into } => {
                    done!(home, at => self.get_value(arena, at, buffer, into));
                }
                Fast::Read { home, memory, at: slot, into } => {
                    passes!(home, at => good!(self.read_memory(arena, at, memory, slot, into)));
                }
                Fast::Write { home, memory, at: slot, value } => {
                    passes!(home, at => good!(self.write_memory(arena, at, memory, slot, value)));
                }
                Fast::WorkOn { home, processor, wait, state } => {
                    done!(home, at => good!(self.work_on(arena, at, (processor, wait, state))));
                }
                Fast::Admit { home, any } => passes!(home, at => good!(self.admit(arena, at, any))),
                Fast::Notify { home, condition, most } => {
                    passes!(home, at => self.notify(arena, at, self.header(arena, condition, at), most));
                }
                Fast::Note { home, is_taken, mutex } => {
                    passes!(home, at => self.note_left_out(at, is_taken, mutex));
                }
                Fast::Done { home, life } => return self.finish(arena, home!(home), life),
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
            Done::Went(_) => unreachable!("what may go elsewhere is left to the plain ops"),
            Done::OutOfFuel => self.pause(arena, at, Yield::OutOfFuel),
            Done::NeedsRoom { header, items } => self.pause(arena, at, Yield::NeedsRoom { header, items }),
        }
    }

    /// Notes that a mutex is taken, or given back, whose lock and unlock were left out.
    #[inline(always)]
    fn note_left_out(&mut self, at: Context, is_taken: bool, mutex: ResourceId) {
        // Each kind of event has a form of its own.
        if is_taken {
            self.emit(at, Kind::Acquire, mutex.0, 0);
        } else {
            self.emit(at, Kind::Release, mutex.0, 0);
        }
    }

    #[inline(always)]
    fn acquired(&mut self, arena: &mut [Word], at: Context, semaphore: ResourceCode) -> Done {
        self.acquire(arena, at, self.header(arena, semaphore, at))
    }

    #[inline(always)]
    fn released(
        &mut self,
        arena: &mut [Word],
        at: Context,
        semaphore: ResourceCode,
    ) -> Result<(), Box<Fault>> {
        self.release(arena, at, self.header(arena, semaphore, at))
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

    /// Gives several permits back, if nobody waits for one; else the plain ops have to.
    #[inline(always)]
    fn give_times(
        &mut self,
        arena: &mut [Word],
        at: Context,
        semaphore: ResourceCode,
        times: Argument,
    ) -> bool {
        let times = self.argument(arena, times, at.frame());
        self.give_many(arena, at, self.header(arena, semaphore, at), times)
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
    pub(super) fn execute_plain(&mut self, arena: &mut [Word], at: Context) -> Halt {
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
