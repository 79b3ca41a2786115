//! Virtual time: the clock jumps to the next entry of the calendar. No
//! sleeping, no wall clock, and the same run every time.

use super::calendar::{Calendar, MAX_PROCESSES, SMALL, SmallCalendar};
use super::heap_calendar::HeapCalendar;
use super::indexed_calendar::IndexedCalendar;
use super::tie_calendar::TieCalendar;
use super::wheel_calendar::WheelCalendar;
use crate::figure::noun;
use crate::ids::ProcessId;
use crate::kernel::{
    Call, Code, Draws, Kernel, Machine, NoCode, Scheduler, State, Yield, Yielded, find_end,
    find_stuck_beside_daemons,
};
use crate::program::BoundProgram;
use crate::time::Time;
use crate::trace::{Fault, FaultKind, Outcome, Sink, Ties};
use std::ops::{ControlFlow, Range};

/// Steps between two looks at the control.
const CONTROL_INTERVAL: u64 = 1 << 16;

/// What each process adds to the steps that may be made without time passing,
/// so that a million processes may all start at 0.
const ZERO_TIME_STEPS_A_PROCESS: u64 = 1_000;

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunProgress {
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
pub struct Interrupted(pub RunProgress);

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "interrupted at {}", self.0.now)
    }
}

impl std::error::Error for Interrupted {}

/// A run that can be repeated: it keeps its memory from one time to the next.
#[derive(Debug, Clone)]
pub struct Simulation<'a> {
    program: &'a BoundProgram,
    /// The state; after a run, that at its end.
    pub machine: Machine,
    calendar: AnyCalendar,
    draws: Draws,
}

/// The calendar that suits the number of processes.
#[derive(Debug, Clone)]
pub(super) enum AnyCalendar {
    Small(SmallCalendar),
    Heap(HeapCalendar),
    Wheels(WheelCalendar),
    /// For waits that may run out.
    Indexed(IndexedCalendar),
    /// For other ties than first come, first served.
    Ties(Box<TieCalendar>),
}

/// With so many processes of one priority a heap is faster than wheels: fewer are sorted in
/// no time, and with more the heap is high.
const FOR_A_HEAP: Range<usize> = 25..200;

impl AnyCalendar {
    /// For this order of simultaneous events.
    pub(super) fn of_ties(program: &BoundProgram, ties: Ties, seed: u64, replication: u64) -> AnyCalendar {
        match ties {
            Ties::Fifo => AnyCalendar::for_program(program),
            _ => AnyCalendar::Ties(Box::new(TieCalendar::new(
                program.process_count(),
                ties,
                seed,
                replication,
            ))),
        }
    }

    fn for_program(program: &BoundProgram) -> AnyCalendar {
        assert!(program.process_count() <= MAX_PROCESSES, "the scenario's limits exclude this");
        let processes = program.process_count();
        if program.has_timeouts() {
            AnyCalendar::Indexed(IndexedCalendar::new(processes))
        } else if processes <= SMALL && !program.has_cancellations() {
            AnyCalendar::Small(SmallCalendar::new(processes, program.has_priorities))
        } else if !FOR_A_HEAP.contains(&processes) && !program.has_priorities && !program.has_cancellations()
        {
            AnyCalendar::Wheels(WheelCalendar::new(processes))
        } else {
            let mut calendar = HeapCalendar::new(program.has_priorities);
            calendar.reserve(processes);
            AnyCalendar::Heap(calendar)
        }
    }
}

/// Asked now and then whether to go on.
pub type Control<'c> = dyn FnMut(RunProgress) -> ControlFlow<()> + 'c;

impl<'a> Simulation<'a> {
    /// Ready to run `program` with this seed.
    ///
    /// # Panics
    /// If there are more processes than a scenario may have.
    pub fn new(program: &'a BoundProgram, seed: u64, replication: u64) -> Simulation<'a> {
        Simulation::with_ties(program, seed, replication, Ties::Fifo)
    }

    /// Ready to run `program` with this seed and this order of simultaneous events.
    ///
    /// # Panics
    /// If there are more processes than a scenario may have.
    pub fn with_ties(program: &'a BoundProgram, seed: u64, replication: u64, ties: Ties) -> Simulation<'a> {
        let calendar = AnyCalendar::of_ties(program, ties, seed, replication);
        Simulation {
            program,
            machine: Machine::new(program),
            calendar,
            draws: Draws::new(program, seed, replication),
        }
    }

    /// How often the last run had a choice between simultaneous events; `None`
    /// for first come, first served, which does not look.
    pub fn choices(&self) -> Option<u64> {
        match &self.calendar {
            AnyCalendar::Ties(calendar) => Some(calendar.choices()),
            _ => None,
        }
    }

    /// Runs from the start to the end. `control` is asked now and then
    /// whether to go on.
    ///
    /// # Errors
    /// [`Interrupted`] if `control` said to stop.
    pub fn run<S: Sink>(&mut self, sink: &mut S, control: &mut Control<'_>) -> Result<RunEnd, Interrupted> {
        self.run_with(sink, control, &mut NoCode)
    }

    /// Runs a scenario that calls this code from the start to the end. `control` is
    /// asked now and then whether to go on.
    ///
    /// # Errors
    /// [`Interrupted`] if `control` said to stop.
    pub fn run_with<S: Sink>(
        &mut self,
        sink: &mut S,
        control: &mut Control<'_>,
        code: &mut dyn Code,
    ) -> Result<RunEnd, Interrupted> {
        let Simulation { program, machine, calendar, draws } = self;
        run_again(program, machine, calendar, draws, sink, control, code)
    }
}

/// Runs `program` from the start to the end, whatever was run before with a state,
/// a calendar and draws that suit it.
pub(super) fn run_again<S: Sink>(
    program: &BoundProgram,
    machine: &mut Machine,
    calendar: &mut AnyCalendar,
    draws: &mut Draws,
    sink: &mut S,
    control: &mut Control<'_>,
    code: &mut dyn Code,
) -> Result<RunEnd, Interrupted> {
    machine.reset(program);
    machine.settle(program);
    match calendar {
        AnyCalendar::Small(calendar) => {
            Driver::start(program, machine, calendar, sink, code).drive(machine, draws, control)
        }
        AnyCalendar::Heap(calendar) => {
            Driver::start(program, machine, calendar, sink, code).drive(machine, draws, control)
        }
        AnyCalendar::Wheels(calendar) => {
            Driver::start(program, machine, calendar, sink, code).drive(machine, draws, control)
        }
        AnyCalendar::Indexed(calendar) => {
            Driver::start(program, machine, calendar, sink, code).drive(machine, draws, control)
        }
        AnyCalendar::Ties(calendar) => {
            Driver::start(program, machine, calendar.as_mut(), sink, code).drive(machine, draws, control)
        }
    }
}

/// What drives one run, besides the state.
struct Driver<'a, C, S> {
    program: &'a BoundProgram,
    clockwork: Clockwork<'a, C>,
    sink: &'a mut S,
    /// Steps that may be made without time passing.
    budget: u64,
    /// Steps that may be made now.
    fuel: u64,
    /// After so many steps it is looked whether the run has an end, where daemons go on.
    next_look: u64,
}

/// Lets time pass: the calendar with the budgets of the run.
///
/// Fuel is handed out in portions, and what is left of one counts all: how many
/// steps were made, how many of them without time passing, and when to ask
/// the control.
struct Clockwork<'a, C> {
    calendar: &'a mut C,
    horizon: Time,
    /// All fuel that was handed out.
    granted: u64,
    /// The fuel that was left when time passed last, and what was handed out
    /// since.
    mark: u64,
    /// Why the kernel was left.
    pause: Option<Pause>,
    /// What processes may call.
    code: &'a mut dyn Code,
}

/// Why the driver leaves the kernel for a moment.
enum Pause {
    /// Nobody can go on any more.
    Empty,
    /// The stop time comes before this entry.
    Horizon(Time, ProcessId),
    /// This process needs fuel to go on.
    OutOfFuel(ProcessId),
}

impl<C: Calendar> Clockwork<'_, C> {
    /// Moves the clock to the next entry; `None` with a pause.
    #[inline(always)]
    fn go_to(
        &mut self,
        entry: Option<(Time, ProcessId)>,
        now: &mut Time,
        fuel: &mut u64,
    ) -> Option<ProcessId> {
        let Some((time, process)) = entry else {
            self.leave(Pause::Empty);
            return None;
        };
        if time > *now {
            if time > self.horizon {
                *now = self.horizon;
                self.leave(Pause::Horizon(time, process));
                return None;
            }
            *now = time;
            self.mark = *fuel;
        }
        let Some(rest) = fuel.checked_sub(1) else {
            self.leave(Pause::OutOfFuel(process));
            return None;
        };
        *fuel = rest;
        Some(process)
    }

    #[cold]
    #[inline(never)]
    fn leave(&mut self, pause: Pause) {
        self.pause = Some(pause);
    }
}

impl<C: Calendar> Scheduler for Clockwork<'_, C> {
    const KEEPS_DEADLINES: bool = C::KEEPS_DEADLINES;
    const GOES_ON: bool = true;

    #[inline(always)]
    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        self.calendar.wake(time, priority, process);
    }

    fn cancel(&mut self, time: Time, process: ProcessId) {
        self.calendar.cancel(time, process);
    }

    fn wake_by(&mut self, time: Time, priority: u8, process: ProcessId) {
        self.calendar.wake_by(time, priority, process);
    }

    #[inline(always)]
    fn choose(&mut self, options: u32) -> u32 {
        self.calendar.choose(options)
    }

    #[inline(always)]
    fn switch(&mut self, stop: Yielded, now: &mut Time, fuel: &mut u64) -> Option<ProcessId> {
        let entry = self.calendar.next(stop, *now);
        self.go_to(entry, now, fuel)
    }

    #[inline(always)]
    fn soon(&mut self, announce: impl FnMut(ProcessId)) {
        self.calendar.soon(announce);
    }

    fn call(&mut self, call: Call<'_>) -> Result<(), String> {
        self.code.call(call)
    }
}

impl<'a, C: Calendar, S: Sink> Driver<'a, C, S> {
    fn start(
        program: &'a BoundProgram,
        machine: &Machine,
        calendar: &'a mut C,
        sink: &'a mut S,
        code: &'a mut dyn Code,
    ) -> Self {
        calendar.clear();
        for process in (0..program.process_count()).map(ProcessId::from_index) {
            if machine.state(program, process) != State::Done {
                calendar.wake(Time::ZERO, machine.priority(program, process), process);
            }
        }
        let horizon = program.horizon.unwrap_or(Time::MAX);
        let clockwork = Clockwork { calendar, horizon, granted: 0, mark: 0, pause: None, code };
        let extra = ZERO_TIME_STEPS_A_PROCESS * program.process_count() as u64;
        let budget = program.limits.zero_time_steps.saturating_add(extra);
        Driver { program, clockwork, sink, budget, fuel: 0, next_look: CONTROL_INTERVAL }
    }

    fn drive(
        mut self,
        machine: &mut Machine,
        draws: &mut Draws,
        control: &mut Control<'_>,
    ) -> Result<RunEnd, Interrupted> {
        self.hand_out(0, 0);
        // Nobody is awaited from the beginning.
        if self.is_over(machine) {
            self.clockwork.horizon = machine.now;
        }
        let first = self.clockwork.calendar.pop();
        let mut next = self.clockwork.go_to(first, &mut machine.now, &mut self.fuel);
        // What the kernel used beyond its fuel since that was handed out.
        let mut debt = 0;
        let outcome = loop {
            let mut out_of_fuel = None;
            if let Some(process) = next.take() {
                let mut kernel = Kernel::new(self.program, machine, draws, &mut self.clockwork, self.sink);
                kernel.own.fuel = self.fuel;
                let (process, result) = kernel.run(process);
                self.fuel = kernel.own.fuel;
                debt += kernel.debt;
                match result {
                    Err(fault) => break self.broken(machine, *fault),
                    Ok(Yield::OutOfFuel) => out_of_fuel = Some(process),
                    Ok(Yield::NeedsRoom { header, items }) => {
                        if !machine.lengthen(self.program, header, items) {
                            break memory_limit(self.program, machine, process);
                        }
                        next = Some(process);
                    }
                    Ok(Yield::Done) if self.is_over(machine) => {
                        self.clockwork.horizon = machine.now;
                        let stop = Yielded { process, priority: 0, why: Yield::Done };
                        next = self.clockwork.switch(stop, &mut machine.now, &mut self.fuel);
                    }
                    Ok(Yield::Delayed(_) | Yield::Blocked | Yield::Done) => {}
                }
            }
            let wakes = match self.clockwork.pause.take() {
                Some(Pause::Empty) => {
                    let outcome = find_end(self.program, machine);
                    if outcome == Outcome::Horizon {
                        machine.now = self.clockwork.horizon;
                    }
                    break outcome;
                }
                Some(Pause::Horizon(..)) if self.is_over(machine) => break Outcome::Completed,
                // A daemon started somebody at the last instant.
                Some(Pause::Horizon(time, process)) if self.clockwork.horizon < self.horizon() => {
                    self.clockwork.horizon = self.horizon();
                    next = self.clockwork.go_to(Some((time, process)), &mut machine.now, &mut self.fuel);
                    0
                }
                Some(Pause::Horizon(..)) => break Outcome::Horizon,
                Some(Pause::OutOfFuel(process)) => {
                    out_of_fuel = Some(process);
                    1
                }
                None => 0,
            };
            if let Some(process) = out_of_fuel {
                if self.is_over(machine) {
                    self.clockwork.horizon = machine.now;
                }
                if let Some(limit) = self.refuel(machine, process, std::mem::take(&mut debt), control)? {
                    break limit;
                }
                self.fuel -= wakes;
                next = Some(process);
            }
        };
        Ok(RunEnd { outcome, end: machine.now, steps: self.steps() + debt })
    }

    /// The stop time.
    fn horizon(&self) -> Time {
        self.program.horizon.unwrap_or(Time::MAX)
    }

    /// Whether only daemons are left: no more time passes, but what happens at this
    /// instant does.
    fn is_over(&self, machine: &Machine) -> bool {
        self.program.has_daemons && machine.live == 0
    }

    /// How a run ends in which somebody broke a rule. If it is a daemon whose time is up, the others may have
    /// been waiting for ever long before.
    #[cold]
    fn broken(&self, machine: &Machine, fault: Fault) -> Outcome {
        if self.program.is_daemon(fault.process)
            && fault.kind == FaultKind::EndOfTime
            && let Some(deadlock) = find_stuck_beside_daemons(self.program, machine)
        {
            return Outcome::Deadlock(deadlock);
        }
        Outcome::Fault(fault)
    }

    /// Hands out the next portion of fuel, after so many steps without time
    /// passing and so many in all; false if there is none left.
    fn hand_out(&mut self, without_time: u64, steps: u64) -> bool {
        let zero_time = self.budget.saturating_sub(without_time);
        let portion = CONTROL_INTERVAL.min(zero_time).min(self.program.limits.steps.saturating_sub(steps));
        self.fuel = portion;
        self.clockwork.granted = steps + portion;
        self.clockwork.mark = without_time + portion;
        portion > 0
    }

    /// Asks the control, and hands out more fuel where none is left; the outcome
    /// if the budget of the run is spent. `debt` is what the kernel used beyond its fuel.
    #[cold]
    fn refuel(
        &mut self,
        machine: &Machine,
        process: ProcessId,
        debt: u64,
        control: &mut Control<'_>,
    ) -> Result<Option<Outcome>, Interrupted> {
        // A mark of 0: time passed when there was no fuel any more.
        let without_time = match self.clockwork.mark {
            0 => 0,
            mark => mark + debt,
        };
        self.clockwork.granted += debt;
        let progress = RunProgress { now: machine.now, steps: self.steps() };
        if without_time >= self.budget {
            return Ok(Some(zero_time_limit(self.program, machine.place(self.program, process))));
        }
        if control(progress).is_break() {
            return Err(Interrupted(progress));
        }
        if progress.steps >= self.next_look {
            // Twice as late the next time, so that however long a run is, looking costs next to nothing.
            self.next_look = progress.steps.saturating_mul(2);
            if let Some(deadlock) = find_stuck_beside_daemons(self.program, machine) {
                return Ok(Some(Outcome::Deadlock(deadlock)));
            }
        }
        let more = self.hand_out(without_time, progress.steps);
        Ok(if more { None } else { Some(step_limit(self.program)) })
    }

    /// The steps so far.
    fn steps(&self) -> u64 {
        self.clockwork.granted - self.fuel
    }
}

#[cold]
fn zero_time_limit(program: &BoundProgram, place: String) -> Outcome {
    let message = format!(
        "{} without time passing {place}: a zero-time livelock? \
         Put a delay into the loop, or raise `limits: {{zero_time_steps: …}}`",
        steps(program.limits.zero_time_steps),
    );
    Outcome::Limit { message }
}

fn step_limit(program: &BoundProgram) -> Outcome {
    let message = format!(
        "{} without an end; give the scenario a `horizon`, or raise `limits: {{steps: …}}`",
        steps(program.limits.steps)
    );
    Outcome::Limit { message }
}

fn steps(limit: u64) -> String {
    format!("{limit} {}", noun(usize::try_from(limit).unwrap_or(usize::MAX), "step"))
}

fn memory_limit(program: &BoundProgram, machine: &Machine, process: ProcessId) -> Outcome {
    let message = format!(
        "an unbounded buffer outgrew the memory of a run {}: give it a capacity, or let something get from it",
        machine.place(program, process),
    );
    Outcome::Limit { message }
}

/// Runs `program` once, from the start to the end.
///
/// # Errors
/// [`Interrupted`] if `control` said to stop.
pub fn run<S: Sink>(
    program: &BoundProgram,
    seed: u64,
    sink: &mut S,
    control: &mut Control<'_>,
) -> Result<(RunEnd, Machine), Interrupted> {
    let mut simulation = Simulation::new(program, seed, 0);
    let end = simulation.run(sink, control)?;
    Ok((end, simulation.machine))
}
