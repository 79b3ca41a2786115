//! How time passes between the transitions of an exploration.
//!
//! Decides when the clock moves, and how far: to when the next process can go
//! on, and not beyond the stop time.

use super::relation::TransitionRelation;
use super::scratch::Scratch;
use crate::explore::ends::Stopped;
use crate::ids::ProcessId;
use crate::kernel::{Machine, State, waits_for_horizon};
use crate::time::Time;
use crate::trace::Sink;

/// Moves of the clock between two transitions before nobody is followed any
/// further.
const TICKS: u64 = 200_000;

/// [`TICKS`] in words.
const TICKS_TOLD: &str = "200,000 steps of the clock";

/// When somebody can go on.
enum Next {
    Now,
    At(Time),
    /// Nobody waits for time.
    Never,
}

impl TransitionRelation<'_> {
    /// Tells the monitors what the clock shows.
    fn note_time(&self, scratch: &mut Scratch) {
        if let Some(monitors) = self.monitors {
            monitors.pass(&mut scratch.world.watch, scratch.world.machine.now);
        }
    }

    fn next(&self, machine: &Machine) -> Next {
        let mut next: Option<Time> = None;
        let mut is_idle = true;
        for process in self.processes() {
            match machine.state(self.program, process) {
                State::Ready => return Next::Now,
                State::Delayed | State::New => {
                    let until = self.until(machine, process);
                    is_idle &= self.is_idle(machine, process);
                    next = Some(next.map_or(until, |time| time.min(until)));
                }
                State::Blocked => match machine.runs_out_at(self.program, process) {
                    Some(until) if until <= machine.now => return Next::Now,
                    Some(until) => {
                        is_idle = false;
                        next = Some(next.map_or(until, |time| time.min(until)));
                    }
                    None => {}
                },
                State::Done => {}
            }
        }
        // Of those who only let time pass nobody hears any more.
        next.filter(|_| !is_idle).map_or(Next::Never, Next::At)
    }

    /// Moves the clock to when somebody can go on, if nobody can now; up to the
    /// stop time.
    pub(crate) fn advance_clock(&self, scratch: &mut Scratch, sink: &mut impl Sink) -> Result<(), Stopped> {
        if !self.timed {
            return Ok(());
        }
        let horizon = self.horizon.unwrap_or(Time::MAX);
        let mut last = ProcessId(0);
        for tick in 0..TICKS {
            self.cancellation.check(tick)?;
            let machine = &mut scratch.world.machine;
            let next = match self.next(machine) {
                Next::Now => return Ok(()),
                // Only daemons are left, for whom no time passes any more.
                Next::At(_) if machine.live == 0 => return Ok(()),
                Next::Never
                    if machine.live == 0
                        || !(self.until_horizon && waits_for_horizon(self.program, machine)) =>
                {
                    return Ok(());
                }
                Next::At(next) if next <= horizon => next,
                Next::At(_) | Next::Never => {
                    // The turns of a schedule without time may have gone beyond it.
                    machine.now = machine.now.max(horizon);
                    self.note_time(scratch);
                    return Ok(());
                }
            };
            // Who could have gone on before a turn of a schedule without time is
            // late; the clock does not go back for it.
            machine.now = machine.now.max(next);
            self.note_time(scratch);
            let machine = &scratch.world.machine;
            let is_due = |process: &ProcessId| {
                matches!(machine.state(self.program, *process), State::Delayed | State::New)
                    && self.until(machine, *process) <= next
            };
            let due: Vec<ProcessId> = self.processes().filter(is_due).collect();
            last = due.last().copied().unwrap_or(last);
            self.go_local_aside(scratch, &due, sink)?;
        }
        Err(self.undecided(scratch, last, TICKS_TOLD))
    }
}
