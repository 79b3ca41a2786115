//! What one transition is: the kernel's own steps, joined where nobody else
//! could notice a moment between them.
//!
//! A process rests in front of an op that others can notice or that depends on
//! others (an op on a resource, or one whose order among those of others is
//! expected to be this or that), or it waits, lets time pass, or is done. What
//! concerns nobody else (arithmetic, draws, log lines, the beginning and the
//! end) is done at once with what came before; inside `atomic` one transition
//! goes on to the end of the block, or to where the process has to wait.
//!
//! With time, only processes that can go on at the same moment, and have the
//! same priority, may overtake each other; to wait in line is a transition,
//! since it decides who is served first; and when nobody can go on, the clock
//! moves. Without time a delay takes none, and whoever cannot be served just
//! does not go on yet: a process may ask as late as it likes, so every order
//! in which requests are served is there without anybody standing in line.
//! Only where a line can hold up others although they could be served (a
//! buffer that is asked for several items at once), or where an `atomic` block
//! could tell that somebody in line was served in its middle, waiting in it is
//! a transition there too.

use super::asked::Asked;
use super::clock::decided_by_clock;
use super::code::{self, Calling, NumberedCode};
use super::exploration::Mode;
use super::parts::{Clock, World};
use crate::analysis::Monitors;
use crate::ids::{OpId, ProcessId};
use crate::kernel::{Choices, Draws, Kernel, Machine, Rest, Scheduler, State, Yield, waits_for_horizon};
use crate::program::{Image, Op, frame, lines_of, may_end};
use crate::time::Time;
use crate::trace::{Event, Fault, NoTrace, Sink};
use crate::value::Word;
use std::cell::RefCell;
use std::ops::ControlFlow;

/// Steps of one process that concern nobody else before it is not followed any
/// further.
const LOCAL_STEPS: u32 = 100_000;

/// The same in words.
const LOCAL_STEPS_TOLD: &str = "100,000 steps";

/// Steps of an `atomic` block before it counts as one that never comes to an
/// end; of those that are learnt together, once each.
pub(super) const BLOCK_STEPS: u32 = 10_000;

/// A bit of a process's state word that the kernel clears whenever it writes
/// the word.
const BEGUN: Word = 1 << 63;

/// Loop rounds between two steps of a process.
const ROUNDS: u64 = 1_000_000;

/// More of them in words.
const LOOP_ROUNDS_TOLD: &str =
    "more than 1,000,000 rounds of a loop without a step: not decided whether that ends,";

/// What came of an attempt to let a process go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Went {
    /// It made its transition.
    On,
    /// It cannot be served now; the machine is spoilt.
    Nowhere,
    /// The run ends here.
    Stopped(Stopped),
}

/// Why a run ends in the middle of a transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The scenario broke a rule.
    Fault(Box<Fault>),
    /// A process makes more steps without anybody noticing than are waited for, or
    /// goes on for ever, or a buffer outgrows the memory.
    Limit(String),
}

/// How a state that has no successor ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// All processes are done.
    Completed,
    /// The stop time was reached.
    Horizon,
    /// Nobody can go on, and not all are done.
    Deadlock,
}

/// Takes note of what a transition touches, and makes the kernel's choices.
#[derive(Debug, Default)]
pub(super) struct Probe {
    /// The headers of the resources that it was about.
    pub(super) touched: RefCell<Vec<usize>>,
    /// Whose waits it has ended.
    pub(super) woken: Vec<ProcessId>,
    /// What the kernel is answered.
    pub(super) choices: Choices,
    /// Code was called, which may have read and changed its state.
    pub(super) called: bool,
    /// The process let time pass, so that others may go on even if it is in the
    /// middle of an `atomic` block.
    paused: bool,
}

impl Scheduler for Probe {
    fn wake(&mut self, _: Time, _: u8, process: ProcessId) {
        self.woken.push(process);
    }

    fn choose(&mut self, options: u32) -> u32 {
        self.choices.choose(options)
    }

    fn touch(&self, header: usize) {
        self.touched.borrow_mut().push(header);
    }
}

impl Probe {
    fn clear(&mut self) {
        self.touched.get_mut().clear();
        self.woken.clear();
        self.called = false;
    }
}

/// Lets the monitors take every event, and passes it on.
struct Watching<'s, S> {
    monitors: Option<&'s Monitors>,
    watch: &'s mut Vec<Word>,
    heard: &'s mut bool,
    sink: &'s mut S,
}

impl<S: Sink> Sink for Watching<'_, S> {
    fn event(&mut self, event: &Event, args: &[Word]) {
        if let Some(monitors) = self.monitors {
            *self.heard |= monitors.hears(event.kind);
            monitors.event(self.watch, event, args);
        }
        self.sink.event(event, args);
    }
}

/// What a worker needs to make transitions.
#[derive(Debug)]
pub(super) struct Scratch {
    pub(super) world: World,
    pub(super) probe: Probe,
    draws: Draws,
    /// The monitors heard something in the transition at hand, and might have
    /// taken it otherwise if they had seen something else before.
    pub(super) heard: bool,
}

impl Scratch {
    pub(super) fn new(image: &Image, seed: u64) -> Scratch {
        let draws = Draws::new(image, seed, 0);
        Scratch { world: World::new(image), probe: Probe::default(), draws, heard: false }
    }

    /// For the next transition.
    fn clear(&mut self) {
        self.probe.clear();
        self.heard = false;
    }
}

/// The transitions of one scenario.
#[derive(Debug)]
pub(super) struct Relation<'a> {
    pub(super) image: &'a Image,
    pub(super) timed: bool,
    /// Whether those who wait do so until the horizon, if there is one. It plays
    /// no part in what was found without time.
    pub(super) until_horizon: bool,
    /// What is watched while transitions are made.
    pub(super) monitors: Option<&'a Monitors>,
    /// The code that steps call.
    pub(super) code: Option<&'a dyn NumberedCode>,
    /// By op: it concerns nobody else.
    pub(super) local: Vec<bool>,
    /// By resource: to wait in line for it is a transition of its own.
    pub(super) lines: Vec<bool>,
    /// When the clock stops.
    pub(super) horizon: Option<Time>,
    /// Whether to stop.
    pub(super) asked: Asked<'a>,
}

impl<'a> Relation<'a> {
    pub(super) fn new(
        image: &'a Image,
        timed: bool,
        monitors: Option<&'a Monitors>,
        code: Option<&'a dyn NumberedCode>,
    ) -> Relation<'a> {
        let noticed = image.noticed.iter();
        let local = image.plain.iter().zip(noticed).map(|(op, &noticed)| op.is_local() && !noticed).collect();
        let lines = lines_of(image, timed);
        let (horizon, asked) = (image.horizon, Asked::NEVER);
        Relation { image, timed, until_horizon: timed, monitors, code, local, lines, horizon, asked }
    }

    /// As [`Self::new`], but delays take their time in both modes: to follow a
    /// schedule that was found without time. Not so if something depends on
    /// what the clock shows: then it shows what it showed when the schedule was
    /// found, which is 0 throughout.
    pub(super) fn following(
        image: &'a Image,
        mode: Mode,
        code: Option<&'a dyn NumberedCode>,
    ) -> Relation<'a> {
        let relation = Relation::new(image, mode == Mode::Timed, None, code);
        let timed = mode == Mode::Timed || decided_by_clock(image, |_| false).is_empty();
        Relation { timed, ..relation }
    }

    /// As this one beyond the end of a schedule: delays take their time there.
    pub(super) fn beyond(&self) -> Relation<'a> {
        let (until_horizon, asked) = (self.until_horizon, self.asked);
        Relation { until_horizon, asked, ..Relation::new(self.image, true, None, self.code) }
    }

    /// All processes.
    pub(super) fn processes(&self) -> impl Iterator<Item = ProcessId> + use<> {
        (0..self.image.process_count()).map(ProcessId::from_index)
    }

    /// The first state: every process rests in front of its first step.
    pub(super) fn start(&self, scratch: &mut Scratch, sink: &mut impl Sink) -> Result<(), Stopped> {
        self.start_locally(scratch, sink)?;
        self.let_time_pass(scratch, sink)
    }

    /// As [`Self::start`], but no time passes.
    pub(super) fn start_locally(&self, scratch: &mut Scratch, sink: &mut impl Sink) -> Result<(), Stopped> {
        if self.code.is_none() && code::calls(self.image) {
            return Err(Stopped::Limit("the scenario calls code that is not there".to_owned()));
        }
        scratch.world.machine.reset(self.image);
        scratch.world.code = self.code.map_or(0, NumberedCode::first);
        scratch.world.watch = self.monitors.map(Monitors::start).unwrap_or_default();
        for process in self.processes() {
            self.go_local(scratch, process, sink)?;
        }
        Ok(())
    }

    /// Moves the clock to when the delays of `process` are over, and the
    /// process in front of its next step.
    pub(super) fn wait_for(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped> {
        for _ in 0..LOCAL_STEPS {
            let machine = &mut scratch.world.machine;
            if !matches!(machine.state(self.image, process), State::Delayed | State::New) {
                return Ok(());
            }
            machine.now = machine.now.max(self.until(machine, process));
            self.go_local(scratch, process, sink)?;
        }
        Err(self.undecided(scratch, process, LOCAL_STEPS_TOLD))
    }

    /// Who could be the next to go on; with time, those that are due now and
    /// have the best priority, or have begun before somebody better was woken.
    pub(super) fn candidates(&self, machine: &Machine) -> Vec<ProcessId> {
        let mut able: Vec<ProcessId> =
            self.processes().filter(|&process| machine.state(self.image, process) == State::Ready).collect();
        if self.timed
            && let Some(best) = able.iter().map(|&process| machine.priority(self.image, process)).min()
        {
            able.retain(|&process| {
                machine.priority(self.image, process) == best || self.has_begun(machine, process)
            });
        }
        able
    }

    /// How time is part of a state: what the clock shows does not matter where
    /// nothing reads it, and nobody comes to an end by it.
    pub(super) fn clock(&self) -> Clock {
        let reads = |op: &Op| matches!(op, Op::Now { .. });
        let matters = self.image.horizon.is_some()
            || self.image.plain.iter().any(reads)
            || self.monitors.is_some_and(|monitors| !monitors.start().is_empty())
            || may_end(self.image);
        match (self.timed, matters) {
            (false, _) => Clock::None,
            (true, true) => Clock::Absolute,
            (true, false) => Clock::Relative,
        }
    }

    fn state_word(&self, process: ProcessId) -> usize {
        self.image.frames[process.index()] as usize + frame::STATE
    }

    /// Whether a process that is ready has made a step since it was woken: it
    /// goes on until it has to wait, whoever it wakes.
    fn has_begun(&self, machine: &Machine, process: ProcessId) -> bool {
        machine.words()[self.state_word(process)] & BEGUN != 0
    }

    /// Takes note that a process has made a step, if it rests in front of
    /// another one; the next step takes the note away.
    fn note_begun(&self, scratch: &mut Scratch, process: ProcessId) {
        let machine = &mut scratch.world.machine;
        let goes_on = machine.state(self.image, process) == State::Ready && !scratch.probe.paused;
        if self.timed && self.image.has_priorities && goes_on {
            machine.arena[self.state_word(process)] |= BEGUN;
        }
    }

    /// How the run ends in this state, from which nobody could go on.
    pub(super) fn end(&self, machine: &Machine) -> End {
        let mut end = End::Completed;
        for process in self.processes() {
            match machine.state(self.image, process) {
                State::Done => {}
                State::Delayed | State::New => return End::Horizon,
                _ => end = End::Deadlock,
            }
        }
        if end == End::Deadlock && self.until_horizon && waits_for_horizon(self.image, machine) {
            end = End::Horizon;
        }
        end
    }

    /// Whether `process`, which has just made a part of a transition, stands
    /// inside an `atomic` block and need not wait.
    pub(super) fn goes_on(&self, scratch: &Scratch, process: ProcessId) -> bool {
        let machine = &scratch.world.machine;
        !scratch.probe.paused
            && machine.state(self.image, process) == State::Ready
            && self.image.atomic[machine.op(self.image, process).index()]
    }

    /// One whole transition of `process`, which is a candidate; time passes
    /// behind it if it must.
    pub(super) fn transition(&self, scratch: &mut Scratch, process: ProcessId, sink: &mut impl Sink) -> Went {
        let went = self.whole_transition(scratch, process, sink);
        if went == Went::On {
            self.note_begun(scratch, process);
        }
        if went == Went::On
            && let Err(stopped) = self.let_time_pass(scratch, sink)
        {
            return Went::Stopped(stopped);
        }
        went
    }

    /// Hands everything that can come of the world of `scratch` by one
    /// transition to `each`, as the world then, with whose transition it was;
    /// until it says to stop.
    pub(super) fn successors(
        &self,
        scratch: &mut Scratch,
        mut each: impl FnMut(&mut Scratch, ProcessId, Went) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let base = scratch.world.clone();
        for process in self.candidates(&base.machine) {
            scratch.probe.choices = Choices::default();
            loop {
                scratch.world.clone_from(&base);
                let went = self.transition(scratch, process, &mut NoTrace);
                each(scratch, process, went)?;
                if !scratch.probe.choices.advance() {
                    break;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// As [`Self::transition`], but no time passes.
    pub(super) fn whole_transition(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Went {
        scratch.clear();
        let block = scratch.world.machine.op(self.image, process);
        let mut went = self.part_of_transition(scratch, process, sink);
        let mut steps = 0;
        while went == Went::On && self.goes_on(scratch, process) {
            steps += 1;
            if let Err(stopped) = self.asked.check(u64::from(steps)) {
                return Went::Stopped(stopped);
            }
            if steps > BLOCK_STEPS {
                return Went::Stopped(self.endless_block(process, block));
            }
            let before = scratch.world.clone();
            went = self.part_of_transition(scratch, process, sink);
            if went == Went::Nowhere {
                scratch.world = before;
                went = Went::On;
                break;
            }
        }
        went
    }

    /// As [`Self::transition`] without what follows in the same block, and
    /// without time.
    pub(super) fn part(&self, scratch: &mut Scratch, process: ProcessId, sink: &mut impl Sink) -> Went {
        scratch.clear();
        self.part_of_transition(scratch, process, sink)
    }

    fn part_of_transition(&self, scratch: &mut Scratch, process: ProcessId, sink: &mut impl Sink) -> Went {
        scratch.probe.paused = false;
        let op = scratch.world.machine.op(self.image, process);
        if matches!(self.image.plain[op.index()], Op::Atomic { .. }) {
            // To enter a block is nothing by itself.
            let entered = self.step(scratch, process, sink).map(|_| ());
            let entered = entered.and_then(|()| self.go_local(scratch, process, sink));
            if let Err(stopped) = entered {
                return Went::Stopped(stopped);
            }
            if !self.goes_on(scratch, process) {
                return Went::On;
            }
        }
        let already = scratch.probe.woken.len();
        match self.step(scratch, process, sink) {
            Err(stopped) => return Went::Stopped(stopped),
            Ok(Some(Yield::Blocked)) if !self.waits_visibly(&scratch.probe) => {
                return Went::Nowhere;
            }
            Ok(_) => {}
        }
        let woken = scratch.probe.woken[already..].to_vec();
        if let Err(stopped) = self.go_local(scratch, process, sink) {
            return Went::Stopped(stopped);
        }
        // Whoever was woken may let time pass; that is no pause of this process.
        let paused = scratch.probe.paused;
        for waiter in woken {
            if let Err(stopped) = self.go_local(scratch, waiter, sink) {
                return Went::Stopped(stopped);
            }
        }
        scratch.probe.paused = paused;
        Went::On
    }

    /// Whether the wait that has just begun is a transition.
    fn waits_visibly(&self, probe: &Probe) -> bool {
        let touched = probe.touched.borrow();
        let Some(&header) = touched.last() else { return true };
        self.lines[(header - self.image.resource_base) / crate::program::RESOURCE_WORDS]
    }

    /// One step of the kernel; why the process stopped, if it did.
    fn step(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Result<Option<Yield>, Stopped> {
        loop {
            let Scratch { world: World { machine, watch, code }, probe, draws, heard } = scratch;
            let mut sink = Watching { monitors: self.monitors, watch, heard, sink };
            let mut calling = Calling { probe, code: self.code, state: code };
            let mut kernel = Kernel::new(self.image, machine, draws, &mut calling, &mut sink);
            kernel.fuel = ROUNDS;
            match kernel.step_op(process).map_err(Stopped::Fault)? {
                Rest::Ready => return Ok(None),
                Rest::Yielded(Yield::NeedsRoom { header, items }) => {
                    if !machine.lengthen(self.image, header, items) {
                        return Err(self.limit(machine, process, "a buffer outgrew the memory"));
                    }
                }
                Rest::Yielded(Yield::OutOfFuel) => {
                    return Err(self.limit(machine, process, LOOP_ROUNDS_TOLD));
                }
                Rest::Yielded(why) => {
                    probe.paused |= matches!(why, Yield::Delayed(_));
                    return Ok(Some(why));
                }
            }
        }
    }

    /// The end of a process that makes more than [`LOCAL_STEPS`], or more ticks
    /// than are waited for: `most` of `what`.
    pub(super) fn undecided(&self, scratch: &Scratch, process: ProcessId, most: &str) -> Stopped {
        let what = format!("more than {most} without touching a resource: not decided whether that ends,");
        self.limit(&scratch.world.machine, process, &what)
    }

    /// The end of a process that makes [`BLOCK_STEPS`] in a block, in which it
    /// went on from this op.
    pub(super) fn endless_block(&self, process: ProcessId, block: OpId) -> Stopped {
        let (name, line) = (self.image.process_name(process), self.image.sites[block.index()].line);
        Stopped::Limit(format!(
            "an `atomic` block makes more than {BLOCK_STEPS} steps and may have no end, with process '{name}' on line {line}"
        ))
    }

    fn limit(&self, machine: &Machine, process: ProcessId, what: &str) -> Stopped {
        Stopped::Limit(format!("{what} {}", machine.place(self.image, process)))
    }

    /// Lets a process do all that concerns nobody else.
    pub(super) fn go_local(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped> {
        let mut steps = 0;
        while steps <= LOCAL_STEPS {
            self.asked.check(u64::from(steps))?;
            let machine = &scratch.world.machine;
            let op = machine.op(self.image, process);
            match machine.state(self.image, process) {
                State::Done | State::Blocked => return Ok(()),
                State::Delayed | State::New if self.timed && self.until(machine, process) > machine.now => {
                    return Ok(());
                }
                State::Ready if !self.local[op.index()] => return Ok(()),
                State::Delayed | State::New if !self.local[op.index()] => {
                    scratch.world.machine.stand(self.image, process, op, State::Ready);
                    return Ok(());
                }
                State::Delayed => scratch.world.machine.stand(self.image, process, op, State::Ready),
                State::New | State::Ready => {}
            }
            if self.local[op.index()] && self.image.plain[op.index()].is_step() {
                self.step(scratch, process, sink)?;
                steps += 1;
            } else {
                let Scratch { world: World { machine, watch, .. }, probe, draws, heard } = scratch;
                let mut sink = Watching { monitors: self.monitors, watch, heard, sink };
                let mut kernel = Kernel::new(self.image, machine, draws, probe, &mut sink);
                kernel.fuel = ROUNDS;
                if let Rest::Yielded(Yield::OutOfFuel) = kernel.settle(process).map_err(Stopped::Fault)? {
                    return Err(self.limit(machine, process, LOOP_ROUNDS_TOLD));
                }
            }
        }
        Err(self.undecided(scratch, process, LOCAL_STEPS_TOLD))
    }
}
