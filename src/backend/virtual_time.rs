//! Virtual time: the clock jumps to the next entry of the calendar. No
//! sleeping, no wall clock, and the same run every time.

use super::calendar::{Calendar, HeapCalendar, MAX_PROCESSES, SMALL, SmallCalendar};
use crate::ids::ProcessId;
use crate::kernel::{Draws, Kernel, Machine, Schedule, Stop, Yield, find_deadlock};
use crate::program::{Image, frame};
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
            let mut calendar = HeapCalendar::new(image.has_priorities);
            calendar.reserve(image.process_count());
            AnyCalendar::Heap(calendar)
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
    clockwork: Clockwork<'a, C>,
    sink: &'a mut S,
}

/// Lets time pass: the calendar with the budgets of the run.
struct Clockwork<'a, C> {
    calendar: &'a mut C,
    horizon: Time,
    /// Steps that may be made without time passing.
    budget: u64,
    /// Steps made before the present.
    steps: u64,
    until_control: u32,
    /// Why the kernel was left.
    pause: Option<Pause>,
}

/// Why the driver leaves the kernel for a moment.
enum Pause {
    /// Nobody can go on any more.
    Empty,
    /// The stop time was reached.
    Horizon,
    /// Time to ask the control; then this process goes on.
    Control(ProcessId),
    /// This process may not go on: too many steps without time passing.
    OutOfFuel(ProcessId),
}

impl<C: Calendar> Clockwork<'_, C> {
    /// Takes the next entry and moves the clock; `None` with a pause.
    #[inline(always)]
    fn next(&mut self, now: &mut Time, fuel: &mut u64) -> Option<ProcessId> {
        let Some((time, process)) = self.calendar.pop() else {
            self.pause = Some(Pause::Empty);
            return None;
        };
        if time > *now {
            if time > self.horizon {
                *now = self.horizon;
                self.pause = Some(Pause::Horizon);
                return None;
            }
            self.steps += self.budget - *fuel;
            *fuel = self.budget;
            *now = time;
        }
        let Some(rest) = fuel.checked_sub(1) else {
            self.pause = Some(Pause::OutOfFuel(process));
            return None;
        };
        *fuel = rest;
        self.until_control -= 1;
        if self.until_control == 0 {
            self.until_control = CONTROL_INTERVAL;
            self.pause = Some(Pause::Control(process));
            return None;
        }
        Some(process)
    }
}

impl<C: Calendar> Schedule for Clockwork<'_, C> {
    #[inline(always)]
    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        self.calendar.wake(time, priority, process);
    }

    #[inline(always)]
    fn switch(&mut self, stop: Stop, now: &mut Time, fuel: &mut u64) -> Option<ProcessId> {
        if let Yield::Delayed(until) = stop.why {
            self.calendar.wake(until, stop.priority, stop.process);
        }
        self.next(now, fuel)
    }
}

impl<'a, C: Calendar, S: Sink> Driver<'a, C, S> {
    fn start(image: &'a Image, calendar: &'a mut C, sink: &'a mut S) -> Self {
        calendar.clear();
        for (number, &frame) in image.frames.iter().enumerate() {
            let priority = (image.arena[frame as usize + frame::LINK] >> 56) as u8;
            calendar.wake(Time::ZERO, priority, ProcessId::from_index(number));
        }
        let extra = ZERO_TIME_STEPS_A_PROCESS * image.process_count() as u64;
        let clockwork = Clockwork {
            calendar,
            horizon: image.horizon.unwrap_or(Time::MAX),
            budget: image.limits.zero_time_steps.saturating_add(extra),
            steps: 0,
            until_control: CONTROL_INTERVAL,
            pause: None,
        };
        Driver { image, clockwork, sink }
    }

    fn drive(
        mut self,
        machine: &mut Machine,
        draws: &mut Draws,
        control: &mut Control<'_>,
    ) -> Result<RunEnd, Interrupted> {
        let mut fuel = self.clockwork.budget;
        let mut next = self.clockwork.next(&mut machine.now, &mut fuel);
        let outcome = loop {
            if let Some(process) = next.take() {
                let mut kernel = Kernel::new(self.image, machine, draws, &mut self.clockwork, self.sink);
                kernel.fuel = fuel;
                let (process, result) = kernel.run(process);
                fuel = kernel.fuel;
                match result {
                    Err(fault) => break Outcome::Fault(*fault),
                    Ok(Yield::OutOfFuel) => {
                        break zero_time_limit(self.image, machine.place(self.image, process));
                    }
                    Ok(Yield::NeedsRoom { header, items }) => {
                        if !machine.lengthen(self.image, header, items) {
                            break memory_limit(self.image, machine, process);
                        }
                        next = Some(process);
                        continue;
                    }
                    Ok(Yield::Delayed(_) | Yield::Blocked | Yield::Done) => {}
                }
            }
            match self.clockwork.pause.take() {
                None => unreachable!("the kernel is left for a reason"),
                Some(Pause::Empty) if machine.live == 0 => break Outcome::Completed,
                Some(Pause::Empty) => break Outcome::Deadlock(find_deadlock(self.image, machine)),
                Some(Pause::Horizon) => break Outcome::Horizon,
                Some(Pause::OutOfFuel(process)) => {
                    break zero_time_limit(self.image, machine.place(self.image, process));
                }
                Some(Pause::Control(process)) => {
                    let progress = self.progress(machine, fuel);
                    if control(progress).is_break() {
                        return Err(Interrupted(progress));
                    }
                    if progress.steps > self.image.limits.steps {
                        break step_limit(self.image);
                    }
                    next = Some(process);
                }
            }
        };
        Ok(RunEnd { outcome, end: machine.now, steps: self.progress(machine, fuel).steps })
    }

    fn progress(&self, machine: &Machine, fuel: u64) -> Progress {
        Progress { now: machine.now, steps: self.clockwork.steps + self.clockwork.budget - fuel }
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
