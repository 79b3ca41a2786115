//! What one transition is: the kernel's own steps, joined where nobody else
//! could notice a moment between them.
//!
//! A process rests in front of an op that others can notice or that depends on
//! others (an op on a resource, or one whose order among those of others is
//! expected to be this or that), or it waits, lets time pass, or is done. What
//! concerns nobody else (arithmetic, draws, log lines, the beginning and the
//! end) is done at once with what came before; inside `atomic` one transition
//! goes on to the end of the block, or to where the process has to wait. Only
//! what breaks a rule is not done in the turn of another one: whoever breaks it
//! rests in front of it, and others may go on before, as in a run.
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

use super::clock_dependence::decided_by_clock;
use super::idle::idle_ops;
use super::scratch::Scratch;
use crate::analysis::Monitors;
use crate::explore::cancellation::Cancellation;
use crate::explore::code::NumberedCode;
use crate::explore::ends::{End, Stopped};
use crate::explore::options::Mode;
use crate::explore::state::Clock;
use crate::ids::{OpId, ProcessId};
use crate::kernel::{Machine, State, waits_for_horizon};
use crate::program::{BoundProgram, Op, frame, lines_of, may_end};
use crate::time::Time;
use crate::value::Word;

/// Steps of an `atomic` block before it counts as one that never comes to an
/// end; of those that are learnt together, once each.
pub(crate) const BLOCK_STEPS: u32 = 10_000;

/// A bit of a process's state word that the kernel clears whenever it writes
/// the word.
const BEGUN: Word = 1 << 63;

/// The transitions of one scenario.
#[derive(Debug)]
pub(crate) struct TransitionRelation<'a> {
    pub(crate) program: &'a BoundProgram,
    pub(crate) timed: bool,
    /// Whether work on a processor ends whenever it likes. So it does in what was found
    /// without time, also where delays take theirs.
    pub(crate) timeless: bool,
    /// Whether those who wait do so until the horizon, if there is one. It plays
    /// no part in what was found without time.
    pub(crate) until_horizon: bool,
    /// Whether somebody who waits at a condition may go on without a notify.
    pub(crate) spurious: bool,
    /// What is watched while transitions are made.
    pub(crate) monitors: Option<&'a Monitors>,
    /// The code that steps call.
    pub(crate) code: Option<&'a dyn NumberedCode>,
    /// By op: it concerns nobody else.
    pub(crate) local: Vec<bool>,
    /// By op: a daemon whose delay ends in front of it only lets time pass from there on.
    pub(crate) idle: Vec<bool>,
    /// By resource: to wait in line for it is a transition of its own.
    pub(crate) lines: Vec<bool>,
    /// When the clock stops.
    pub(crate) horizon: Option<Time>,
    /// Whether to stop.
    pub(crate) cancellation: Cancellation<'a>,
}

impl<'a> TransitionRelation<'a> {
    pub(crate) fn new(
        program: &'a BoundProgram,
        timed: bool,
        monitors: Option<&'a Monitors>,
        code: Option<&'a dyn NumberedCode>,
    ) -> TransitionRelation<'a> {
        let noticed = program.noticed.iter();
        // Where there are daemons, the end of another process may end the run.
        let is_end = |op: &Op| program.has_daemons && matches!(op, Op::Done { .. });
        let is_local = |(op, &noticed): (&Op, &bool)| op.is_local() && !noticed && !is_end(op);
        let local: Vec<bool> = program.plain.iter().zip(noticed).map(is_local).collect();
        let idle = idle_ops(program, &local);
        let lines = lines_of(program, timed);
        let (horizon, cancellation) = (program.horizon, Cancellation::NEVER);
        TransitionRelation {
            program,
            timed,
            timeless: !timed,
            until_horizon: timed,
            spurious: false,
            monitors,
            code,
            local,
            idle,
            lines,
            horizon,
            cancellation,
        }
    }

    /// The transitions for the replay of a schedule: delays take their time, also
    /// if the schedule was found without time. Not so if something depends on
    /// what the clock shows: then it shows what it showed when the schedule was
    /// found, which is 0 throughout.
    pub(crate) fn for_replay(
        program: &'a BoundProgram,
        mode: Mode,
        code: Option<&'a dyn NumberedCode>,
    ) -> TransitionRelation<'a> {
        let relation = TransitionRelation::new(program, mode == Mode::Timed, None, code);
        let timed = mode == Mode::Timed || decided_by_clock(program, |_| false).is_empty();
        // One that was found without them asks for none.
        TransitionRelation { timed, spurious: true, ..relation }
    }

    /// The transitions beyond the end of a schedule: delays take their time there.
    pub(crate) fn beyond(&self) -> TransitionRelation<'a> {
        let (until_horizon, cancellation) = (self.until_horizon, self.cancellation);
        TransitionRelation {
            timeless: self.timeless,
            until_horizon,
            cancellation,
            ..TransitionRelation::new(self.program, true, None, self.code)
        }
    }

    /// All processes.
    pub(crate) fn processes(&self) -> impl Iterator<Item = ProcessId> + use<> {
        (0..self.program.process_count()).map(ProcessId::from_index)
    }

    /// Who could be the next to go on; with time, those that are due now and
    /// have the best priority, or have begun before somebody better was woken.
    pub(crate) fn candidates(&self, machine: &Machine) -> Vec<ProcessId> {
        // Only daemons are left. With time, they go on up to the end of the instant.
        if !self.timed && machine.live == 0 {
            return Vec::new();
        }
        let mut able: Vec<ProcessId> = self
            .processes()
            .filter(|&process| {
                machine.state(self.program, process) == State::Ready || self.may_time_out(machine, process)
            })
            .collect();
        if self.timed
            && let Some(best) = able.iter().map(|&process| machine.turn_priority(self.program, process)).min()
        {
            able.retain(|&process| {
                machine.turn_priority(self.program, process) == best || self.has_begun(machine, process)
            });
        }
        // Nobody waits for its turn to do that.
        let wakes = |process: &ProcessId| !able.contains(process) && self.may_wake(machine, *process);
        let unnotified: Vec<ProcessId> = self.processes().filter(|_| self.spurious).filter(wakes).collect();
        able.extend(unnotified);
        able.sort_unstable();
        able
    }

    /// Whether a process may go on now without a notify.
    pub(super) fn may_wake(&self, machine: &Machine, process: ProcessId) -> bool {
        self.spurious && machine.may_wake_unnotified(self.program, process)
    }

    /// Whether the wait of a process may run out now: without time, whenever it waits.
    pub(super) fn may_time_out(&self, machine: &Machine, process: ProcessId) -> bool {
        let until = machine.runs_out_at(self.program, process);
        until.is_some_and(|until| !self.timed || until <= machine.now)
    }

    /// How time is part of a state: what the clock shows does not matter where
    /// nothing reads it, and nothing comes to an end by it.
    ///
    /// Where every schedule comes to an end it tells states apart all the same: the total time is
    /// that of the last state then, and need not be looked for in the graph.
    pub(crate) fn clock(&self) -> Clock {
        let reads = |op: &Op| matches!(op, Op::Now { .. });
        let matters = self.program.horizon.is_some()
            || self.program.plain.iter().any(reads)
            || self.monitors.is_some_and(Monitors::looks_at_clock)
            || may_end(self.program) && !self.program.has_daemons;
        match (self.timed, matters) {
            (false, _) => Clock::None,
            (true, true) => Clock::Absolute,
            (true, false) => Clock::Relative,
        }
    }

    fn state_word(&self, process: ProcessId) -> usize {
        self.program.frames[process.index()] as usize + frame::STATE
    }

    /// Whether a process that is ready has made a step since it was woken: it
    /// goes on until it has to wait, whoever it wakes.
    fn has_begun(&self, machine: &Machine, process: ProcessId) -> bool {
        machine.words()[self.state_word(process)] & BEGUN != 0
    }

    /// Whether a process is a daemon that only lets time pass from now on, for ever. Without time it is one that
    /// can always go on.
    pub(crate) fn is_idle(&self, machine: &Machine, process: ProcessId) -> bool {
        self.timed
            && machine.state(self.program, process) == State::Delayed
            && self.idle[machine.op(self.program, process).index()]
    }

    /// How the run ends in this state, from which nobody could go on.
    pub(crate) fn end(&self, machine: &Machine) -> End {
        if machine.live == 0 {
            return End::Completed;
        }
        let mut end = End::Completed;
        for process in self.processes() {
            match machine.state(self.program, process) {
                State::Done => {}
                _ if self.is_idle(machine, process) => {}
                State::Delayed | State::New => return End::Horizon,
                State::Blocked if machine.runs_out_at(self.program, process).is_some() => {
                    return End::Horizon;
                }
                _ => end = End::Deadlock,
            }
        }
        if end == End::Deadlock && self.until_horizon && waits_for_horizon(self.program, machine) {
            end = End::Horizon;
        }
        end
    }

    /// Whether `process`, which has just made a part of a transition, stands
    /// inside an `atomic` block and need not wait.
    pub(crate) fn goes_on(&self, scratch: &Scratch, process: ProcessId) -> bool {
        let machine = &scratch.world.machine;
        !scratch.paused
            && machine.state(self.program, process) == State::Ready
            && self.program.atomic[machine.op(self.program, process).index()]
    }

    /// Takes note that a process has made a step, if it rests in front of
    /// another one; the next step takes the note away.
    pub(crate) fn note_begun(&self, scratch: &mut Scratch, process: ProcessId) {
        let machine = &mut scratch.world.machine;
        let goes_on = machine.state(self.program, process) == State::Ready && !scratch.paused;
        if self.timed && self.program.has_priorities && goes_on {
            machine.arena[self.state_word(process)] |= BEGUN;
        }
    }

    /// The end of a process that makes [`BLOCK_STEPS`] in a block, in which it
    /// went on from this op.
    pub(crate) fn endless_block(&self, process: ProcessId, block: OpId) -> Stopped {
        let (name, line) = (self.program.process_name(process), self.program.sites[block.index()].line);
        Stopped::Limit(format!(
            "an `atomic` block makes more than {BLOCK_STEPS} steps and may have no end, with process '{name}' on line {line}"
        ))
    }
}

impl TransitionRelation<'_> {
    pub(crate) fn until(&self, machine: &Machine, process: ProcessId) -> Time {
        let frame = self.program.frames[process.index()] as usize;
        Time::from_nanos(machine.words()[frame + frame::UNTIL]).unwrap_or(Time::MAX)
    }
}
