//! The kernel's steps of one process, and those of them that concern nobody
//! else.
//!
//! Decides how often a process may go on without anybody noticing before it is
//! not followed any further.

use super::relation::TransitionRelation;
use super::round::Round;
use super::scratch::{Calling, MonitoredSink, Scratch};
use crate::explore::ends::Stopped;
use crate::explore::state::World;
use crate::ids::ProcessId;
use crate::kernel::{Kernel, Machine, Probe, Rest, State, Yield};
use crate::trace::{Fault, NoTrace, Sink};

/// Steps of one process that concern nobody else before it is not followed any
/// further.
const LOCAL_STEPS: u32 = 100_000;

/// [`LOCAL_STEPS`] in words.
const LOCAL_STEPS_TOLD: &str = "100,000 steps";

/// Loop rounds between two steps of a process.
const ROUNDS: u64 = 1_000_000;

/// What is said of more than [`ROUNDS`].
const LOOP_ROUNDS_TOLD: &str =
    "more than 1,000,000 rounds of a loop without a step: not decided whether that ends,";

/// Loop rounds of all steps of one process that concern nobody else, together, before it is
/// not followed any further: a second or so.
const LOCAL_ROUNDS: u64 = 100_000_000;

/// [`LOCAL_ROUNDS`] in words.
const LOCAL_ROUNDS_TOLD: &str = "100,000,000 rounds of loops";

/// What is next for a process.
enum LocalRest {
    /// What others can notice, or nothing.
    Others,
    /// A step that concerns nobody else.
    Step,
    /// What comes before its next step.
    Settling,
}

impl TransitionRelation<'_> {
    /// One step of the kernel; why the process stopped, if it did.
    pub(crate) fn step(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Result<Option<Yield>, Stopped> {
        loop {
            let Scratch { world, probe, called, paused, draws, heard, rounds, .. } = scratch;
            let World { machine, watch, code } = world;
            let inside = self.program.atomic[machine.op(self.program, process).index()];
            let mut sink = MonitoredSink { monitors: self.monitors, watch, heard, inside, sink };
            let mut calling =
                Calling { probe, called, code: self.code, state: code, timeless: self.timeless };
            let mut kernel = Kernel::new(self.program, machine, draws, &mut calling, &mut sink);
            kernel.own.fuel = ROUNDS;
            let made = kernel.step_op(process);
            *rounds += ROUNDS.saturating_sub(kernel.own.fuel);
            match made.map_err(Stopped::Fault)? {
                Rest::Ready => return Ok(None),
                Rest::Yielded(Yield::NeedsRoom { header, items }) => {
                    if !machine.lengthen(self.program, header, items) {
                        return Err(self.limit(machine, process, "a buffer outgrew the memory"));
                    }
                }
                Rest::Yielded(Yield::OutOfFuel) => {
                    return Err(self.limit(machine, process, LOOP_ROUNDS_TOLD));
                }
                Rest::Yielded(why) => {
                    *paused |= matches!(why, Yield::Delayed(_));
                    return Ok(Some(why));
                }
            }
        }
    }

    /// Ends the wait of a process, which has run out. Where time counts it is when it
    /// had to.
    pub(super) fn end_wait(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped> {
        let machine = &mut scratch.world.machine;
        if self.timed
            && let Some(until) = machine.runs_out_at(self.program, process)
        {
            machine.now = machine.now.max(until);
        }
        self.bring(scratch, process, sink, |kernel| kernel.time_out(process))
    }

    /// Ends the wait of a process at a condition without a notify.
    pub(super) fn wake(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped> {
        self.bring(scratch, process, sink, |kernel| kernel.wake_unnotified(process))
    }

    /// Brings a process in front of its next step by what a kernel does.
    fn bring<S: Sink>(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut S,
        by: impl FnOnce(&mut Kernel<'_, Probe, MonitoredSink<'_, S>>) -> Result<Rest, Box<Fault>>,
    ) -> Result<(), Stopped> {
        let Scratch { world: World { machine, watch, .. }, probe, draws, heard, .. } = scratch;
        let mut sink = MonitoredSink { monitors: self.monitors, watch, heard, inside: false, sink };
        let mut kernel = Kernel::new(self.program, machine, draws, probe, &mut sink);
        kernel.own.fuel = ROUNDS;
        match by(&mut kernel).map_err(Stopped::Fault)? {
            Rest::Yielded(Yield::OutOfFuel) => Err(self.limit(machine, process, LOOP_ROUNDS_TOLD)),
            _ => Ok(()),
        }
    }

    /// Lets a process do all that concerns nobody else. Without time, one that goes
    /// round for ever on its own, delay after delay, rests in its round.
    pub(crate) fn go_local(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped> {
        self.go_local_up_to(scratch, process, u32::MAX, &mut 0, sink)
    }

    /// Lets processes whose turn it is not do all that concerns nobody else, one after the other. Who would break a
    /// rule by that rests in front of it: it breaks it when it has its turn, and until then others may go on.
    pub(crate) fn go_local_aside(
        &self,
        scratch: &mut Scratch,
        processes: &[ProcessId],
        sink: &mut impl Sink,
    ) -> Result<(), Stopped> {
        if !processes.iter().any(|&process| self.acts_alone(&scratch.world.machine, process)) {
            return Ok(());
        }
        let mut before = std::mem::take(&mut scratch.before);
        match &mut before {
            Some(before) => before.clone_from(&scratch.world),
            None => before = Some(scratch.world.clone()),
        }
        let first = before.as_ref().expect("it was just kept");
        let result = self.go_local_from(scratch, first, processes, sink);
        scratch.before = before;
        result
    }

    fn go_local_from<S: Sink>(
        &self,
        scratch: &mut Scratch,
        before: &World,
        processes: &[ProcessId],
        sink: &mut S,
    ) -> Result<(), Stopped> {
        // Of those who break a rule: after how many steps.
        let mut breaks: Vec<(ProcessId, u32)> = Vec::new();
        // Events that are kept must not come twice.
        let mut is_known = !S::ACTIVE;
        'again: loop {
            let mut left = breaks.clone();
            for &process in processes {
                let held = left.iter_mut().find(|(other, _)| *other == process);
                // Whoever is named twice goes no further the second time.
                let limit = held.map_or(u32::MAX, |(_, at)| std::mem::take(at));
                let mut made = 0;
                let result = match is_known {
                    true => self.go_local_up_to(scratch, process, limit, &mut made, sink),
                    false => self.go_local_up_to(scratch, process, limit, &mut made, &mut NoTrace),
                };
                match result {
                    Ok(()) => {}
                    Err(Stopped::Fault(_)) if limit == u32::MAX => {
                        breaks.push((process, made));
                        scratch.world.clone_from(before);
                        continue 'again;
                    }
                    // What was tried is to be seen once.
                    Err(_) if !is_known => break,
                    Err(stopped) => return Err(stopped),
                }
            }
            if is_known {
                return Ok(());
            }
            is_known = true;
            scratch.world.clone_from(before);
        }
    }

    /// Whether a process has something to do that concerns nobody else.
    fn acts_alone(&self, machine: &Machine, process: ProcessId) -> bool {
        let is_local = self.local[machine.op(self.program, process).index()];
        match machine.state(self.program, process) {
            State::Done | State::Blocked => false,
            State::Ready => is_local,
            State::Delayed | State::New => !self.timed || self.until(machine, process) <= machine.now,
        }
    }

    /// As [`Self::go_local`], with so many steps at most; counts those that were `made`.
    fn go_local_up_to(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        most: u32,
        made: &mut u32,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped> {
        let mut round = Round::default();
        let mut steps = 0;
        scratch.rounds = 0;
        while steps <= LOCAL_STEPS {
            if scratch.rounds > LOCAL_ROUNDS {
                return Err(self.undecided(scratch, process, LOCAL_ROUNDS_TOLD));
            }
            self.cancellation.check(u64::from(steps))?;
            let rest = self.local_rest(scratch, process);
            if *made == most && !matches!(rest, LocalRest::Others) {
                let machine = &mut scratch.world.machine;
                let op = machine.op(self.program, process);
                machine.set_state(self.program, process, op, State::Ready);
                return Ok(());
            }
            match rest {
                LocalRest::Others => return Ok(()),
                LocalRest::Settling => {
                    self.settle(scratch, process, sink)?;
                    *made += 1;
                }
                LocalRest::Step => {
                    if !self.timed && round.is_closed(&scratch.world) {
                        return Ok(());
                    }
                    if let Some(Yield::Delayed(until)) = self.step(scratch, process, sink)? {
                        round.passes_time |= until > scratch.world.machine.now;
                    }
                    steps += 1;
                    *made += 1;
                }
            }
        }
        Err(self.undecided(scratch, process, LOCAL_STEPS_TOLD))
    }

    /// What a process does next that concerns nobody else; one that has let time
    /// pass is ready again, if it could be.
    fn local_rest(&self, scratch: &mut Scratch, process: ProcessId) -> LocalRest {
        let machine = &mut scratch.world.machine;
        let op = machine.op(self.program, process);
        let local = self.local[op.index()];
        match machine.state(self.program, process) {
            State::Done | State::Blocked => return LocalRest::Others,
            State::Delayed | State::New if self.timed && self.until(machine, process) > machine.now => {
                return LocalRest::Others;
            }
            State::Ready if !local => return LocalRest::Others,
            State::Delayed | State::New if !local => {
                machine.set_state(self.program, process, op, State::Ready);
                return LocalRest::Others;
            }
            State::Delayed => machine.set_state(self.program, process, op, State::Ready),
            State::New | State::Ready => {}
        }
        if local && self.program.plain[op.index()].is_step() { LocalRest::Step } else { LocalRest::Settling }
    }

    /// Brings a process in front of its next step.
    fn settle(&self, scratch: &mut Scratch, process: ProcessId, sink: &mut impl Sink) -> Result<(), Stopped> {
        self.bring(scratch, process, sink, |kernel| kernel.settle(process))
    }

    /// Moves the clock to when the delays of `process` are over, and the
    /// process in front of its next step.
    pub(crate) fn wait_for(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped> {
        for _ in 0..LOCAL_STEPS {
            let machine = &mut scratch.world.machine;
            if !matches!(machine.state(self.program, process), State::Delayed | State::New) {
                return Ok(());
            }
            machine.now = machine.now.max(self.until(machine, process));
            self.go_local(scratch, process, sink)?;
        }
        Err(self.undecided(scratch, process, LOCAL_STEPS_TOLD))
    }

    /// The end of a process that makes more than [`LOCAL_STEPS`], or more ticks
    /// than are waited for: `most` of `what`.
    pub(crate) fn undecided(&self, scratch: &Scratch, process: ProcessId, most: &str) -> Stopped {
        let what = format!("more than {most} without touching a resource: not decided whether that ends,");
        self.limit(&scratch.world.machine, process, &what)
    }

    fn limit(&self, machine: &Machine, process: ProcessId, what: &str) -> Stopped {
        Stopped::Limit(format!("{what} {}", machine.place(self.program, process)))
    }
}
