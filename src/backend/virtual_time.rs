//! Virtual time: the clock jumps to the next entry of the calendar. No
//! sleeping, no wall clock, and the same run every time.

use super::Calendar;
use super::calendar::MAX_PROCESSES;
use crate::ids::ProcessId;
use crate::kernel::{Draws, Kernel, Machine, Schedule, Yield, find_deadlock};
use crate::program::Image;
use crate::time::Time;
use crate::trace::{Outcome, Sink};
use std::ops::ControlFlow;

/// Wake-ups between two looks at the control.
const CONTROL_INTERVAL: u32 = 1 << 16;

/// What each process adds to the steps that may be made without time passing,
/// so that a million processes may all start at 0.
const ZERO_TIME_STEPS_A_PROCESS: u64 = 1_000;

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The clock.
    pub now: Time,
    /// Wake-ups and loop rounds so far.
    pub steps: u64,
}

/// The end of a run.
#[derive(Debug, Clone)]
pub struct RunEnd {
    /// How it ended.
    pub outcome: Outcome,
    /// The clock at the end.
    pub end: Time,
    /// Wake-ups and loop rounds.
    pub steps: u64,
}

/// The control said that the run must stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted(pub Progress);

/// A run that can be repeated: it keeps its memory from one time to the next.
#[derive(Debug, Clone)]
pub struct Simulation<'a> {
    image: &'a Image,
    /// The state; after a run, that at its end.
    pub machine: Machine,
    calendar: Calendar,
    draws: Draws,
}

impl<'a> Simulation<'a> {
    /// Ready to run `image` with this seed.
    ///
    /// # Panics
    /// If there are more processes than a scenario may have.
    pub fn new(image: &'a Image, seed: u64, replication: u64) -> Simulation<'a> {
        assert!(image.process_count() <= MAX_PROCESSES, "the scenario's limits exclude this");
        Simulation {
            image,
            machine: Machine::new(image),
            calendar: Calendar::new(image.has_priorities),
            draws: Draws::new(image, seed, replication),
        }
    }

    /// Runs from the start to the end. `control` is asked now and then
    /// whether to go on.
    ///
    /// # Errors
    /// [`Interrupted`] if `control` said to stop.
    pub fn run<S: Sink>(
        &mut self,
        sink: &mut S,
        control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<RunEnd, Interrupted> {
        self.machine.reset(self.image);
        self.calendar = Calendar::new(self.image.has_priorities);
        for process in (0..self.image.process_count()).map(ProcessId::from_index) {
            let priority = self.machine.priority(self.image, process);
            self.calendar.wake(Time::ZERO, priority, process);
        }
        drive(self, sink, control)
    }
}

fn drive<S: Sink>(
    simulation: &mut Simulation<'_>,
    sink: &mut S,
    control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<RunEnd, Interrupted> {
    let Simulation { image, machine, calendar, draws } = simulation;
    let image = *image;
    let budget =
        image.limits.zero_time_steps.saturating_add(ZERO_TIME_STEPS_A_PROCESS * image.process_count() as u64);
    let horizon = image.horizon.unwrap_or(Time::MAX);
    let mut kernel = Kernel::new(image, machine, draws, calendar, sink);
    kernel.fuel = budget;
    let mut steps = 0u64;
    let mut until_control = CONTROL_INTERVAL;
    let outcome = loop {
        let Some((time, process)) = kernel.queue.pop() else {
            break if kernel.machine.live == 0 {
                Outcome::Completed
            } else {
                Outcome::Deadlock(find_deadlock(image, kernel.machine))
            };
        };
        if time > kernel.machine.now {
            if time > horizon {
                kernel.machine.now = horizon;
                break Outcome::Horizon;
            }
            steps += budget - kernel.fuel;
            kernel.fuel = budget;
            kernel.machine.now = time;
        }
        if !kernel.spend_wake_up() {
            break zero_time_limit(image, kernel.machine, process);
        }
        until_control -= 1;
        if until_control == 0 {
            until_control = CONTROL_INTERVAL;
            let progress = Progress { now: kernel.machine.now, steps: steps + budget - kernel.fuel };
            if control(progress).is_break() {
                return Err(Interrupted(progress));
            }
            if progress.steps > image.limits.steps {
                break step_limit(image);
            }
        }
        match kernel.run(process) {
            Ok(Yield::Delayed(until)) => {
                let priority = kernel.machine.priority(image, process);
                kernel.queue.wake(until, priority, process);
            }
            Ok(Yield::Blocked | Yield::Done) => {}
            Ok(Yield::OutOfFuel) => break zero_time_limit(image, kernel.machine, process),
            Ok(Yield::OutOfMemory) => break memory_limit(image, kernel.machine, process),
            Err(fault) => break Outcome::Fault(*fault),
        }
    };
    let steps = steps + budget - kernel.fuel;
    Ok(RunEnd { outcome, end: kernel.machine.now, steps })
}

fn place(image: &Image, machine: &Machine, process: ProcessId) -> String {
    let name = image.process_name(process);
    let line = image.site(machine.op(image, process)).line;
    let now = machine.now;
    format!("at {now}, with process '{name}' on line {line}")
}

fn zero_time_limit(image: &Image, machine: &Machine, process: ProcessId) -> Outcome {
    let message = format!(
        "{} steps without time passing {}: a zero-time livelock? \
         Put a delay into the loop, or raise `limits: {{zero_time_steps: …}}`",
        image.limits.zero_time_steps,
        place(image, machine, process),
    );
    Outcome::Limit { message }
}

fn step_limit(image: &Image) -> Outcome {
    let message = format!(
        "{} steps without an end; give the scenario a `horizon`, or raise `limits: {{steps: …}}`",
        image.limits.steps
    );
    Outcome::Limit { message }
}

fn memory_limit(image: &Image, machine: &Machine, process: ProcessId) -> Outcome {
    let message = format!(
        "an unbounded buffer outgrew the memory of a run {}: give it a capacity, or let something get from it",
        place(image, machine, process),
    );
    Outcome::Limit { message }
}

/// Runs `image` once, from the start to the end.
///
/// # Errors
/// [`Interrupted`] if `control` said to stop.
pub fn run<S: Sink>(
    image: &Image,
    seed: u64,
    sink: &mut S,
    control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(RunEnd, Machine), Interrupted> {
    let mut simulation = Simulation::new(image, seed, 0);
    let end = simulation.run(sink, control)?;
    Ok((end, simulation.machine))
}
