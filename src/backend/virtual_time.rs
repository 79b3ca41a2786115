//! Virtual time: the clock jumps to the next entry of the calendar. No
//! sleeping, no wall clock, and the same run every time.

use super::calendar::{Calendar, HeapCalendar, MAX_PROCESSES, SMALL, SmallCalendar};
use crate::ids::ProcessId;
use crate::kernel::{Draws, Kernel, Machine, Yield, find_deadlock};
use crate::program::{Image, frame};
use crate::time::Time;
use crate::trace::{Deadlock, Outcome, Sink};
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
    calendar: AnyCalendar,
    draws: Draws,
}

/// The calendar that suits the number of processes.
#[derive(Debug, Clone)]
enum AnyCalendar {
    Small(SmallCalendar),
    Heap(HeapCalendar),
}

/// Asked now and then whether to go on.
pub type Control<'c> = dyn FnMut(Progress) -> ControlFlow<()> + 'c;

impl<'a> Simulation<'a> {
    /// Ready to run `image` with this seed.
    ///
    /// # Panics
    /// If there are more processes than a scenario may have.
    pub fn new(image: &'a Image, seed: u64, replication: u64) -> Simulation<'a> {
        assert!(image.process_count() <= MAX_PROCESSES, "the scenario's limits exclude this");
        let calendar = if image.process_count() <= SMALL {
            AnyCalendar::Small(SmallCalendar::default())
        } else {
            AnyCalendar::Heap(HeapCalendar::new(image.has_priorities))
        };
        Simulation {
            image,
            machine: Machine::new(image),
            calendar,
            draws: Draws::new(image, seed, replication),
        }
    }

    /// Runs from the start to the end. `control` is asked now and then
    /// whether to go on.
    ///
    /// # Errors
    /// [`Interrupted`] if `control` said to stop.
    pub fn run<S: Sink>(&mut self, sink: &mut S, control: &mut Control<'_>) -> Result<RunEnd, Interrupted> {
        self.machine.reset(self.image);
        let (machine, draws) = (&mut self.machine, &mut self.draws);
        match &mut self.calendar {
            AnyCalendar::Small(calendar) => {
                Driver::start(self.image, calendar, sink).drive(machine, draws, control)
            }
            AnyCalendar::Heap(calendar) => {
                Driver::start(self.image, calendar, sink).drive(machine, draws, control)
            }
        }
    }
}

/// What drives one run, besides the state.
struct Driver<'a, C, S> {
    image: &'a Image,
    calendar: &'a mut C,
    sink: &'a mut S,
    /// Steps that may be made without time passing.
    budget: u64,
    /// What is left of them.
    fuel: u64,
    /// Steps made before the present.
    steps: u64,
    until_control: u32,
}

/// Why the driver leaves the kernel for a moment.
enum Pause {
    /// The run is over.
    Over(Outcome),
    /// A ring must be longer before this process can go on.
    NeedsRoom { process: ProcessId, header: usize, items: u64 },
    /// Time to ask the control.
    Control(ProcessId),
}

impl<'a, C: Calendar, S: Sink> Driver<'a, C, S> {
    fn start(image: &'a Image, calendar: &'a mut C, sink: &'a mut S) -> Self {
        calendar.clear();
        for (number, &frame) in image.frames.iter().enumerate() {
            let priority = (image.arena[frame as usize + frame::LINK] >> 56) as u8;
            calendar.wake(Time::ZERO, priority, ProcessId::from_index(number));
        }
        let extra = ZERO_TIME_STEPS_A_PROCESS * image.process_count() as u64;
        let budget = image.limits.zero_time_steps.saturating_add(extra);
        Driver { image, calendar, sink, budget, fuel: budget, steps: 0, until_control: CONTROL_INTERVAL }
    }

    fn progress(&self, machine: &Machine) -> Progress {
        Progress { now: machine.now, steps: self.steps + self.budget - self.fuel }
    }

    fn drive(
        mut self,
        machine: &mut Machine,
        draws: &mut Draws,
        control: &mut Control<'_>,
    ) -> Result<RunEnd, Interrupted> {
        let mut next = None;
        let outcome = loop {
            match self.go_on(machine, draws, next.take()) {
                Pause::Over(outcome) => break outcome,
                Pause::Control(process) => {
                    let progress = self.progress(machine);
                    if control(progress).is_break() {
                        return Err(Interrupted(progress));
                    }
                    if progress.steps > self.image.limits.steps {
                        break step_limit(self.image);
                    }
                    next = Some(process);
                }
                Pause::NeedsRoom { process, header, items } => {
                    if !machine.lengthen(self.image, header, items) {
                        break memory_limit(self.image, machine, process);
                    }
                    next = Some(process);
                }
            }
        };
        let outcome = match outcome {
            Outcome::Deadlock(_) => Outcome::Deadlock(find_deadlock(self.image, machine)),
            other => other,
        };
        Ok(RunEnd { outcome, end: machine.now, steps: self.progress(machine).steps })
    }

    /// Lets processes go on, `next` first, until the driver is needed.
    #[inline(always)]
    fn go_on(&mut self, machine: &mut Machine, draws: &mut Draws, next: Option<ProcessId>) -> Pause {
        let image = self.image;
        let horizon = image.horizon.unwrap_or(Time::MAX);
        let mut kernel = Kernel::new(image, machine, draws, self.calendar, self.sink);
        kernel.fuel = self.fuel;
        let mut next = next;
        let pause = loop {
            let process = match next.take() {
                Some(process) => process,
                None => {
                    let Some((time, process)) = kernel.queue.pop() else {
                        break Pause::Over(end_of(*kernel.live));
                    };
                    if time > *kernel.now {
                        if time > horizon {
                            *kernel.now = horizon;
                            break Pause::Over(Outcome::Horizon);
                        }
                        self.steps += self.budget - kernel.fuel;
                        kernel.fuel = self.budget;
                        *kernel.now = time;
                    }
                    self.until_control -= 1;
                    if self.until_control == 0 {
                        self.until_control = CONTROL_INTERVAL;
                        break Pause::Control(process);
                    }
                    process
                }
            };
            if !kernel.spend_wake_up() {
                break Pause::Over(zero_time_limit(image, kernel.place(process)));
            }
            match kernel.run(process) {
                Ok(Yield::Delayed(until)) => {
                    let priority = kernel.priority(process);
                    kernel.queue.wake(until, priority, process);
                }
                Ok(Yield::Blocked | Yield::Done) => {}
                Ok(Yield::OutOfFuel) => break Pause::Over(zero_time_limit(image, kernel.place(process))),
                Ok(Yield::NeedsRoom { header, items }) => break Pause::NeedsRoom { process, header, items },
                Err(fault) => break Pause::Over(Outcome::Fault(*fault)),
            }
        };
        self.fuel = kernel.fuel;
        pause
    }
}

/// The outcome when nothing can happen any more; a deadlock is described later.
fn end_of(live: u32) -> Outcome {
    if live == 0 {
        Outcome::Completed
    } else {
        Outcome::Deadlock(Deadlock { blocked: Vec::new(), cycle: Vec::new() })
    }
}

#[cold]
fn zero_time_limit(image: &Image, place: String) -> Outcome {
    let message = format!(
        "{} steps without time passing {place}: a zero-time livelock? \
         Put a delay into the loop, or raise `limits: {{zero_time_steps: …}}`",
        image.limits.zero_time_steps,
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
        machine.place(image, process),
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
    control: &mut Control<'_>,
) -> Result<(RunEnd, Machine), Interrupted> {
    let mut simulation = Simulation::new(image, seed, 0);
    let end = simulation.run(sink, control)?;
    Ok((end, simulation.machine))
}
