//! A schedule, followed turn by turn, with all its events.
//!
//! With time, a schedule says who goes on at every tie, and the times come by
//! themselves. Without time, a process does its step as soon as its own delays
//! allow, but not before the turn before it: so the picture of such a schedule
//! has times that its order can have, with processes that dawdle where others
//! had to come first. Where a schedule ends before the run does, the run goes
//! on with whoever comes first in the scenario; unless it shows that it goes on for ever: then it is looked
//! at whether it does, as far as its turns can show that.

use super::lasso::{GoesOn, Lasso};
use super::turn::Turn;
use crate::explore::cancellation::Cancellation;
use crate::explore::code::NumberedCode;
use crate::explore::ends::{End, Stopped};
use crate::explore::options::Mode;
use crate::explore::state::World;
use crate::explore::transition::{Scratch, Transition, TransitionRelation};
use crate::figure::so_many;
use crate::ids::ProcessId;
use crate::kernel::{Choices, Machine, State, find_deadlock, find_deadlock_of};
use crate::program::BoundProgram;
use crate::time::Time;
use crate::trace::{Deadlock, DynSink, Outcome, Sink};
use crate::value::Word;

/// Turns that a run may take beyond its schedule.
const MOST_TURNS_BEYOND: u64 = 1_000_000;

/// What a run along a schedule ends with that does not show what it says of a run that goes on for ever.
const NOT_SHOWN: &str = "followed to its end, the schedule does not show what it says";

/// How a schedule is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Following<'s> {
    /// The seed of random draws.
    pub seed: u64,
    /// Whether time counted where the schedule was found.
    pub mode: Mode,
    /// Turns that the run may take beyond the schedule; none if it shows that it goes on for ever.
    pub beyond: u64,
    /// What it shows of a run that goes on for ever.
    pub goes_on: Option<&'s GoesOn>,
}

impl<'s> Following<'s> {
    /// To the end of the run, if that comes in good time.
    pub fn to_the_end(seed: u64, mode: Mode) -> Following<'s> {
        Following { seed, mode, beyond: MOST_TURNS_BEYOND, goes_on: None }
    }

    /// Up to the last turn of the schedule.
    pub fn so_far(seed: u64, mode: Mode) -> Following<'s> {
        Following { seed, mode, beyond: 0, goes_on: None }
    }

    /// To the end of what the schedule shows: of the run, unless that goes on for ever.
    pub fn as_it_shows(seed: u64, mode: Mode, goes_on: Option<&'s GoesOn>) -> Following<'s> {
        Following { goes_on, ..Following::to_the_end(seed, mode) }
    }
}

/// A run that followed a schedule.
#[derive(Debug)]
pub struct Replayed {
    /// How it ended.
    pub outcome: Outcome,
    /// The clock at the end.
    pub end: Time,
    /// The state at the end.
    pub machine: Machine,
    /// The number of the state of the code that was called, at the end.
    pub code: Word,
    /// When each turn of the schedule was taken.
    pub times: Vec<Time>,
    /// Who waits for ever at the end while others go on, if the schedule shows that.
    pub waiting: Option<Deadlock>,
}

/// A schedule that a scenario does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The number of the turn, from 0.
    pub turn: usize,
    /// Why it cannot be taken.
    pub message: String,
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "turn {} of the schedule: {}", self.turn + 1, self.message)
    }
}

impl std::error::Error for Mismatch {}

/// Replays `turns` from the start, and goes on to the end. `before` is called
/// before each turn, so that the events of `sink` can be told apart.
///
/// # Errors
/// [`Mismatch`] if a turn cannot be taken.
pub fn replay<S: Sink>(
    program: &BoundProgram,
    seed: u64,
    mode: Mode,
    turns: &[Turn],
    sink: &mut S,
    before: &mut dyn FnMut(&mut S, usize),
) -> Result<Replayed, Mismatch> {
    replay_calling(program, None, seed, mode, turns, sink, before)
}

/// Replays `turns` of a scenario whose steps call this code, and goes on to the
/// end; `before` is called before each turn.
///
/// # Errors
/// [`Mismatch`] if a turn cannot be taken.
pub fn replay_calling<S: Sink>(
    program: &BoundProgram,
    code: Option<&dyn NumberedCode>,
    seed: u64,
    mode: Mode,
    turns: &[Turn],
    sink: &mut S,
    before: &mut dyn FnMut(&mut S, usize),
) -> Result<Replayed, Mismatch> {
    let following = Following::to_the_end(seed, mode);
    let followed = replay_cancellable(program, code, following, Cancellation::NEVER, turns, sink, before)?;
    Ok(followed.expect("nobody stopped it"))
}

/// Replays `turns`, and goes on beyond them as `following` has it; `before` is
/// called before each turn. `None` if `cancellation` said to stop.
///
/// # Errors
/// [`Mismatch`] if a turn cannot be taken.
pub fn replay_cancellable<S: Sink>(
    program: &BoundProgram,
    code: Option<&dyn NumberedCode>,
    Following { seed, mode, beyond, goes_on }: Following<'_>,
    cancellation: Cancellation<'_>,
    turns: &[Turn],
    sink: &mut S,
    before: &mut dyn FnMut(&mut S, usize),
) -> Result<Option<Replayed>, Mismatch> {
    let mut replayer = Replayer {
        program,
        // Also without time the clock goes, but only as far as somebody needs it.
        relation: TransitionRelation { cancellation, ..TransitionRelation::for_replay(program, mode, code) },
        scratch: Scratch::new(program, seed),
        times: Vec::new(),
        lasso: Lasso::new(program, (seed, mode), code, cancellation),
        waiting: None,
    };
    let started = match mode {
        Mode::Timed => replayer.relation.start(&mut replayer.scratch, &mut DynSink::new(sink)),
        Mode::Untimed => replayer.relation.start_locally(&mut replayer.scratch, &mut DynSink::new(sink)),
    };
    let unless_stopped = |followed: Replayed| Ok((!cancellation.is_over()).then_some(followed));
    if let Err(stopped) = started {
        return unless_stopped(replayer.stopped(stopped));
    }
    for (number, turn) in turns.iter().enumerate() {
        before(sink, number);
        if goes_on.is_some_and(|goes_on| goes_on.cycle == Some(number)) {
            replayer.lasso.begin(&replayer.scratch.world);
        }
        if cancellation.is_over() {
            return Ok(None);
        }
        if let Some(stopped) = replayer.take(mode, number, turn, &mut DynSink::new(sink))? {
            return unless_stopped(replayer.stopped(stopped));
        }
    }
    before(sink, turns.len());
    if let Some(goes_on) = goes_on {
        return unless_stopped(replayer.end_lasso(goes_on, turns, &mut DynSink::new(sink)));
    }
    unless_stopped(replayer.go_on((mode, beyond), &mut DynSink::new(sink)))
}

struct Replayer<'a> {
    program: &'a BoundProgram,
    relation: TransitionRelation<'a>,
    scratch: Scratch,
    times: Vec<Time>,
    lasso: Lasso<'a>,
    waiting: Option<Deadlock>,
}

impl Replayer<'_> {
    /// Takes one turn; why the run ends with it, if it does.
    fn take(
        &mut self,
        mode: Mode,
        number: usize,
        turn: &Turn,
        sink: &mut DynSink<'_>,
    ) -> Result<Option<Stopped>, Mismatch> {
        let process = turn.process;
        let mismatch = |message: String| Mismatch { turn: number, message };
        if process.index() >= self.program.process_count() {
            return Err(mismatch("there is no such process".to_owned()));
        }
        if mode == Mode::Untimed && self.lasso.goes_round_alone(&self.scratch.world, process) {
            return Ok(self.go_round(process, sink).err());
        }
        if mode == Mode::Untimed
            && let Err(stopped) = self.relation.wait_for(&mut self.scratch, process, sink)
        {
            return Ok(Some(stopped));
        }
        let machine = &self.scratch.world.machine;
        let name = self.program.process_name(process);
        let able = match mode {
            Mode::Timed => self.relation.candidates(machine).contains(&process),
            Mode::Untimed => {
                machine.state(self.program, process) == State::Ready
                    || machine.runs_out_at(self.program, process).is_some()
                    || machine.may_wake_unnotified(self.program, process)
            }
        };
        if !able {
            let state = machine.state(self.program, process);
            return Err(mismatch(format!(
                "'{name}' cannot go on at {}: it is {}",
                machine.now,
                described(state)
            )));
        }
        self.times.push(machine.now);
        let place = machine.place(self.program, process);
        self.scratch.probe.choices = Choices::with(&turn.answers);
        let result = match mode {
            Mode::Timed => self.relation.transition(&mut self.scratch, process, sink),
            Mode::Untimed => self.relation.whole_transition(&mut self.scratch, process, sink),
        };
        if let Some(wrong) = self.scratch.probe.choices.wrong()
            && !matches!(result, Transition::Disabled)
        {
            return Err(mismatch(format!("'{name}' goes on, but {wrong}")));
        }
        match result {
            Transition::Made => Ok(None),
            Transition::Stopped(stopped) => Ok(Some(stopped)),
            Transition::Disabled => Err(mismatch(format!("'{name}' cannot be served {place}"))),
        }
    }

    /// A delay of a process that only lets time pass, for ever.
    fn go_round(&mut self, process: ProcessId, sink: &mut DynSink<'_>) -> Result<(), Stopped> {
        let machine = &mut self.scratch.world.machine;
        machine.now = machine.now.max(self.relation.until(machine, process));
        self.times.push(machine.now);
        self.relation.go_local(&mut self.scratch, process, sink)
    }

    /// Looks, behind the last turn, whether the schedule shows what it says of a run that goes on for ever.
    fn end_lasso(mut self, goes_on: &GoesOn, turns: &[Turn], sink: &mut DynSink<'_>) -> Replayed {
        let comes_back = goes_on.cycle.map(|_| self.lasso.comes_back(&self.scratch.world));
        if let Err(stopped) = self.let_ask(&goes_on.blocked, sink) {
            return self.stopped(stopped);
        }
        let machine = &self.scratch.world.machine;
        let waiting = find_deadlock_of(self.program, machine, &goes_on.blocked);
        let name = |process| self.program.process_name(process);
        let cycle = goes_on.cycle.map_or(&[][..], |cycle| &turns[cycle.min(turns.len())..]);
        let mover = cycle.iter().find(|turn| goes_on.blocked.contains(&turn.process));
        let message = match (comes_back, waiting, mover) {
            (Some(false), ..) => format!("{NOT_SHOWN}: it does not come back to where it was"),
            (_, Err(process), _) => {
                format!("{NOT_SHOWN}: '{}' does not wait for others there", name(process))
            }
            (_, _, Some(turn)) => {
                format!("{NOT_SHOWN}: '{}' goes on in what is to come again and again", name(turn.process))
            }
            (_, Ok(waiting), None) => {
                self.waiting = Some(waiting).filter(|waiting| !waiting.blocked.is_empty());
                let round = goes_on.cycle.map(|cycle| goes_on.round_told(cycle, turns.len()));
                round.unwrap_or_else(|| {
                    "the schedule was followed to its end, behind which others go on".to_owned()
                })
            }
        };
        self.ended(Outcome::Limit { message })
    }

    /// Lets those who are said to wait ask for what they wait for: without time nobody does before it is served.
    fn let_ask(&mut self, blocked: &[ProcessId], sink: &mut DynSink<'_>) -> Result<(), Stopped> {
        let asks = self.relation.beyond();
        for &process in blocked {
            self.relation.wait_for(&mut self.scratch, process, sink)?;
            if self.scratch.world.machine.state(self.program, process) != State::Ready {
                continue;
            }
            self.scratch.probe.choices = Choices::default();
            if let Transition::Stopped(stopped) = asks.whole_transition(&mut self.scratch, process, sink) {
                return Err(stopped);
            }
        }
        Ok(())
    }

    fn stopped(self, stopped: Stopped) -> Replayed {
        let outcome = match stopped {
            Stopped::Fault(fault) => Outcome::Fault(*fault),
            Stopped::Limit(message) => Outcome::Limit { message },
        };
        self.ended(outcome)
    }

    fn ended(self, outcome: Outcome) -> Replayed {
        let World { machine, code, .. } = self.scratch.world;
        Replayed { outcome, end: machine.now, machine, code, times: self.times, waiting: self.waiting }
    }

    /// Goes on to the end of the run, whoever comes first.
    fn go_on(mut self, (mode, beyond): (Mode, u64), sink: &mut DynSink<'_>) -> Replayed {
        if beyond == 0 {
            return self.ended(Outcome::Limit { message: "the schedule was followed so far".to_owned() });
        }
        let cancellation = self.relation.cancellation;
        // What a schedule without time has led to is not cut off by the clock.
        let horizon = self
            .program
            .horizon
            .filter(|_| mode == Mode::Timed || !self.lasso.is_at_end(&self.scratch.world));
        let rest = TransitionRelation { horizon, ..self.relation.beyond() };
        if let Err(stopped) = rest.advance_clock(&mut self.scratch, sink) {
            return self.stopped(stopped);
        }
        for turn in 0..beyond {
            if let Err(stopped) = cancellation.check(turn) {
                return self.stopped(stopped);
            }
            let Some(&process) = rest.candidates(&self.scratch.world.machine).first() else {
                let machine = &self.scratch.world.machine;
                let outcome = match rest.end(machine) {
                    End::Completed => Outcome::Completed,
                    End::Horizon => Outcome::Horizon,
                    End::Deadlock => Outcome::Deadlock(find_deadlock(self.program, machine)),
                };
                return self.ended(outcome);
            };
            self.scratch.probe.choices = Choices::default();
            if let Transition::Stopped(stopped) = rest.transition(&mut self.scratch, process, sink) {
                return self.stopped(stopped);
            }
        }
        let turns = so_many(beyond, "more turn");
        let message = format!(
            "the schedule was followed to its end, but the run goes on: it was given up after {turns}"
        );
        self.ended(Outcome::Limit { message })
    }
}

fn described(state: State) -> &'static str {
    match state {
        State::New => "yet to start",
        State::Delayed => "delayed",
        State::Blocked => "blocked",
        State::Ready => "ready, but others go first",
        State::Done => "done",
    }
}
