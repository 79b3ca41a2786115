//! Whole transitions, with all that follows before anybody else could notice.
//!
//! Decides where a transition ends: in front of the next op that others can
//! notice, at the end of an `atomic` block or where a process has to wait in it.

use super::relation::{BLOCK_STEPS, TransitionRelation};
use super::scratch::{Scratch, Transition};
use crate::analysis::Monitors;
use crate::explore::code::{NumberedCode, calls};
use crate::explore::ends::Stopped;
use crate::ids::ProcessId;
use crate::kernel::{Choices, State, Yield};
use crate::program::Op;
use crate::trace::{NoTrace, Sink};
use std::ops::ControlFlow;

impl TransitionRelation<'_> {
    /// Makes the first state: every process rests in front of its first step, and
    /// time passes until somebody can go on.
    pub(crate) fn start(&self, scratch: &mut Scratch, sink: &mut impl Sink) -> Result<(), Stopped> {
        self.start_locally(scratch, sink)?;
        self.advance_clock(scratch, sink)
    }

    /// Makes the first state before any time passes: every process rests in
    /// front of its first step.
    pub(crate) fn start_locally(&self, scratch: &mut Scratch, sink: &mut impl Sink) -> Result<(), Stopped> {
        if self.code.is_none() && calls(self.program) {
            return Err(Stopped::Limit("the scenario calls code that is not there".to_owned()));
        }
        scratch.world.machine.reset(self.program);
        scratch.world.code = self.code.map_or(0, NumberedCode::first);
        scratch.world.watch = self.monitors.map(Monitors::start).unwrap_or_default();
        let all: Vec<ProcessId> = self.processes().collect();
        self.go_local_aside(scratch, &all, sink)
    }

    /// One whole transition of `process`, which is a candidate; time passes
    /// behind it if it must.
    pub(crate) fn transition(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Transition {
        let result = self.whole_transition(scratch, process, sink);
        if result == Transition::Made {
            self.note_begun(scratch, process);
        }
        if result == Transition::Made
            && let Err(stopped) = self.advance_clock(scratch, sink)
        {
            return Transition::Stopped(stopped);
        }
        result
    }

    /// Hands everything that can come of the world of `scratch` by one
    /// transition to `each`, as the world then, with whose transition it was;
    /// until it says to stop.
    pub(crate) fn successors(
        &self,
        scratch: &mut Scratch,
        mut each: impl FnMut(&mut Scratch, ProcessId, Transition) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let base = scratch.world.clone();
        for process in self.candidates(&base.machine) {
            scratch.probe.choices = Choices::default();
            loop {
                scratch.world.clone_from(&base);
                let result = self.transition(scratch, process, &mut NoTrace);
                each(scratch, process, result)?;
                if !scratch.probe.choices.advance() {
                    break;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// One whole transition of `process`, which is a candidate, without the time
    /// that passes behind it.
    pub(crate) fn whole_transition(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Transition {
        scratch.clear();
        scratch.may_give_up = self.timeless;
        let block = scratch.world.machine.op(self.program, process);
        let mut result = self.part_of_transition(scratch, process, sink);
        let mut steps = 0;
        while result == Transition::Made && self.goes_on(scratch, process) {
            steps += 1;
            if let Err(stopped) = self.cancellation.check(u64::from(steps)) {
                return Transition::Stopped(stopped);
            }
            if steps > BLOCK_STEPS {
                return Transition::Stopped(self.endless_block(process, block));
            }
            let before = scratch.world.clone();
            scratch.may_give_up = false;
            result = self.part_of_transition(scratch, process, sink);
            if result == Transition::Disabled {
                scratch.world = before;
                result = Transition::Made;
                break;
            }
        }
        result
    }

    /// The first part of a transition of `process`: without what follows in the
    /// same `atomic` block, and without the time that passes behind it.
    pub(crate) fn part(&self, scratch: &mut Scratch, process: ProcessId, sink: &mut impl Sink) -> Transition {
        scratch.clear();
        scratch.may_give_up = self.timeless;
        self.part_of_transition(scratch, process, sink)
    }

    fn part_of_transition(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        sink: &mut impl Sink,
    ) -> Transition {
        let result = self.open_part(scratch, process, sink);
        if let Some(monitors) = self.monitors
            && result == Transition::Made
            && !self.goes_on(scratch, process)
        {
            scratch.heard |= monitors.close_block(&mut scratch.world.watch);
        }
        result
    }

    /// The same, but for what the monitors put off to the end of the block.
    fn open_part(&self, scratch: &mut Scratch, process: ProcessId, sink: &mut impl Sink) -> Transition {
        scratch.paused = false;
        if scratch.world.machine.state(self.program, process) == State::Blocked {
            return self.go_on_unserved(scratch, process, sink);
        }
        let op = scratch.world.machine.op(self.program, process);
        if matches!(self.program.plain[op.index()], Op::Atomic { .. }) {
            // To enter a block is nothing by itself.
            let entered = self.step(scratch, process, sink).map(|_| ());
            let entered = entered.and_then(|()| self.go_local(scratch, process, sink));
            if let Err(stopped) = entered {
                return Transition::Stopped(stopped);
            }
            if !self.goes_on(scratch, process) {
                return Transition::Made;
            }
        }
        let already = scratch.probe.woken.len();
        match self.step(scratch, process, sink) {
            Err(stopped) => return Transition::Stopped(stopped),
            Ok(Some(Yield::Blocked)) if !self.waits_visibly(scratch, process) => {
                // Whoever could not be served until its wait has run out may as well ask
                // only then.
                let runs_out = scratch.world.machine.runs_out_at(self.program, process);
                return if scratch.may_give_up && runs_out.is_some() {
                    self.time_out(scratch, process, sink)
                } else {
                    Transition::Disabled
                };
            }
            Ok(_) => {}
        }
        self.follow(scratch, process, already, sink)
    }

    /// A process goes on that nobody lets go on: its wait has run out, or it wakes by itself.
    fn go_on_unserved(&self, scratch: &mut Scratch, process: ProcessId, sink: &mut impl Sink) -> Transition {
        let machine = &scratch.world.machine;
        let may_give_up = match self.timed && !self.timeless {
            true => self.may_time_out(machine, process),
            false => machine.runs_out_at(self.program, process).is_some(),
        };
        let wakes = self.may_wake(machine, process) && (!may_give_up || scratch.probe.choices.choose(2) == 1);
        if !wakes {
            return self.time_out(scratch, process, sink);
        }
        let already = scratch.probe.woken.len();
        match self.wake(scratch, process, sink) {
            Err(stopped) => Transition::Stopped(stopped),
            Ok(()) => self.follow(scratch, process, already, sink),
        }
    }

    /// The wait of a process runs out.
    fn time_out(&self, scratch: &mut Scratch, process: ProcessId, sink: &mut impl Sink) -> Transition {
        let already = scratch.probe.woken.len();
        match self.end_wait(scratch, process, sink) {
            Err(stopped) => Transition::Stopped(stopped),
            Ok(()) => self.follow(scratch, process, already, sink),
        }
    }

    /// Lets a process that has made a step, and those whom it woke by that, do what
    /// concerns nobody else.
    fn follow(
        &self,
        scratch: &mut Scratch,
        process: ProcessId,
        already: usize,
        sink: &mut impl Sink,
    ) -> Transition {
        let woken = scratch.probe.woken[already..].to_vec();
        if let Err(stopped) = self.go_local(scratch, process, sink) {
            return Transition::Stopped(stopped);
        }
        // Whoever was woken may let time pass; that is no pause of this process.
        let paused = scratch.paused;
        if let Err(stopped) = self.go_local_aside(scratch, &woken, sink) {
            return Transition::Stopped(stopped);
        }
        scratch.paused = paused;
        Transition::Made
    }

    /// Whether the wait that a process has just begun is a transition.
    fn waits_visibly(&self, scratch: &Scratch, process: ProcessId) -> bool {
        let op = scratch.world.machine.op(self.program, process);
        let header = scratch.probe.waited_for(self.program, op);
        header.is_none_or(|header| self.lines[self.program.resource_of(header).index()])
    }
}
