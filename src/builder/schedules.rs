//! Every schedule of a scenario made in code.
//!
//! Decides what counts as a failure and how it is told: as the run of a
//! shortest schedule that shows it. Which schedules there are is decided by
//! [`crate::explore`].

use super::code::Numbered;
use super::problem::Problems;
use super::reproduction::Failure;
use super::run::Run;
use super::scenario::{Prepared, Scenario};
use super::state::CodeState;
use crate::analysis::Monitors;
use crate::explore::{
    self, Budget, End, Exploration, FinalMemories, Mode, Options, Reduce, Stopped, Witness,
};
use crate::time::Time;
use crate::trace::{Claim, Header, RecordingSink};
use crate::value::Value;
use std::fmt::Debug;
use std::ops::ControlFlow;

/// When an exploration is given up: tests are to be short.
const BUDGET: Budget = Budget { states: 5_000_000, bytes: 1_000_000_000, workers: 1 };

/// So many turns of a schedule are told.
const TOLD: usize = 60;

/// What all schedules of a scenario have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedules<S = ()> {
    /// Distinct states.
    pub states: u64,
    /// How many schedules there are; `None` if there is no end of them, or if
    /// there are too many to count.
    pub schedules: Option<u128>,
    /// The least and the greatest total time, if time counts and runs complete.
    pub total_times: Option<(Time, Time)>,
    /// What completed runs leave; empty if there are neither memories nor code.
    pub finals: Vec<Final<S>>,
}

/// What a completed run leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Final<S = ()> {
    /// The state of the code.
    pub state: S,
    /// The contents of the memories, by name.
    pub memories: Vec<(String, Vec<Value>)>,
    /// In how many schedules, if they can be counted.
    pub schedules: Option<u128>,
}

impl<S: CodeState + Send> Scenario<S> {
    /// Whether every schedule is as this text expects it, as [`Run::check`] has
    /// it for one run. [`Mode::Timed`] lets simultaneous events swap,
    /// [`Mode::Untimed`] tries every order (what is said of times is not
    /// looked at then). A deadlock, a fault or a loop in which no time passes is a failure
    /// unless the text says what the `outcome` is. A schedule that never ends is none:
    /// ask for the outcome `completed`, which is not decided then, and fails.
    ///
    /// What code works on is a part of the states that are told apart: two of
    /// them that are equal are one, so it should hold nothing that only grows
    /// and that nobody looks at. A call is a step of its own, before which
    /// others may go on, unless it stands inside `atomic`.
    ///
    /// # Errors
    /// What fails, with the run of a shortest schedule that shows it; why it
    /// was not found out; or what is wrong with the scenario or the text.
    ///
    /// # Panics
    /// If code does.
    pub fn check_every_schedule(&self, mode: Mode, expect: &str) -> Result<Schedules<S>, String> {
        self.explore(mode, expect, &mut |_, _| Ok(())).map_err(|failed| failed.told())
    }

    /// Panics unless every schedule is as this text expects it; for tests. See
    /// [`Scenario::check_every_schedule`].
    ///
    /// # Panics
    /// If some schedule is not so, or if code panics.
    #[track_caller]
    pub fn assert_every_schedule(&self, mode: Mode, expect: &str) -> Schedules<S> {
        match self.explore(mode, expect, &mut |_, _| Ok(())) {
            Ok(schedules) => schedules,
            Err(failed) => panic!("{}", failed.kept()),
        }
    }

    /// Whether every schedule is as this text expects it, and the state of the code
    /// is right at the end of every one that completes. See
    /// [`Scenario::check_every_schedule`].
    ///
    /// # Errors
    /// What fails, with the run of a shortest schedule that shows it; why it was not
    /// found out; or what is wrong with the scenario or the text.
    ///
    /// # Panics
    /// If code does.
    pub fn check_every_end(
        &self,
        mode: Mode,
        expect: &str,
        is_right: impl Fn(&S) -> bool,
    ) -> Result<Schedules<S>, String>
    where
        S: Debug,
    {
        self.explore(mode, expect, &mut |found, exploration| found.ends(exploration, &is_right))
            .map_err(|failed| failed.told())
    }

    /// Panics unless every schedule is as this text expects it, and the state of the
    /// code is right at the end of every one that completes; for tests. See
    /// [`Scenario::check_every_end`].
    ///
    /// # Panics
    /// If some schedule is not so, or if code panics.
    #[track_caller]
    pub fn assert_every_end(&self, mode: Mode, expect: &str, is_right: impl Fn(&S) -> bool) -> Schedules<S>
    where
        S: Debug,
    {
        match self.explore(mode, expect, &mut |found, exploration| found.ends(exploration, &is_right)) {
            Ok(schedules) => schedules,
            Err(failed) => panic!("{}", failed.kept()),
        }
    }

    fn explore(&self, mode: Mode, expect: &str, look: &mut Look<'_, S>) -> Result<Schedules<S>, Failed> {
        let said = |problems: Problems| Failed::Otherwise(problems.to_string());
        let prepared = self.prepare_expecting(expect).map_err(said)?;
        let (expected, header) =
            (&prepared.loaded.model.expect, prepared.program.header(self.seed_of_runs()));
        let monitors = match mode {
            Mode::Timed => Monitors::new(expected, &header),
            Mode::Untimed => Monitors::untimed(expected, &header),
        };
        let code = self.numbered(&prepared.frames);
        let options = Options {
            mode,
            seed: header.seed,
            budget: BUDGET,
            monitors: Some(&monitors),
            reduce: Reduce::NONE,
            code: Some(&code),
            learns: true,
        };
        let exploration = explore::explore(&prepared.program, options, &mut |_| ControlFlow::Continue(()));
        let found = Found { scenario: self, prepared: &prepared, code: &code, mode, expect };
        if let Some(failure) = found.failure(&exploration) {
            return Err(Failed::Shown(Box::new(failure)));
        }
        let states = exploration.progress().states;
        if !exploration.is_complete() {
            let why = match exploration.lines_by_clock().first() {
                Some(line) => {
                    let file = &prepared.loaded.source.label;
                    format!("{file}:{line} depends on what the clock shows, which nobody knows without time")
                }
                None if exploration.gave_up() => "a process was not followed beyond a limit".to_owned(),
                None => format!("{states} states were visited, and there are more"),
            };
            let message = format!("{}: {why}", self.name());
            return Err(Failed::Otherwise(message));
        }
        // First of all: that it has an order tells that every schedule ends.
        let overview = exploration.overview();
        if let Some(line) = exploration.lines_undecided().first() {
            let file = &prepared.loaded.source.label;
            let message =
                format!("{}: some schedules never end, so {file}:{line} is not decided", self.name());
            return Err(Failed::Otherwise(message));
        }
        look(&found, &exploration)?;
        let total_times = exploration.total_times().map(|[(least, _), (most, _)]| (least, most));
        let finals = overview.finals.into_iter().map(|end| found.end(end, &header)).collect();
        Ok(Schedules { states, schedules: overview.schedules, total_times, finals })
    }
}

/// What else must be so of an exploration that found nothing.
type Look<'l, S> = dyn FnMut(&Found<'_, S>, &Exploration<'_>) -> Result<(), Failed> + 'l;

/// Why an assertion does not hold.
enum Failed {
    /// A schedule shows it.
    Shown(Box<Failure>),
    /// It was not found out, or the scenario or the text is wrong.
    Otherwise(String),
}

impl Failed {
    /// See [`Failure::told`].
    fn told(&self) -> String {
        match self {
            Failed::Shown(failure) => failure.told(),
            Failed::Otherwise(message) => message.clone(),
        }
    }

    /// See [`Failure::kept`].
    fn kept(&self) -> String {
        match self {
            Failed::Shown(failure) => failure.kept(),
            Failed::Otherwise(message) => message.clone(),
        }
    }
}

/// What is looked for in an exploration.
struct Found<'a, S: CodeState> {
    scenario: &'a Scenario<S>,
    prepared: &'a Prepared,
    code: &'a Numbered<'a, S>,
    mode: Mode,
    expect: &'a str,
}

impl<S: CodeState + Send> Found<'_, S> {
    /// The first failure.
    fn failure(&self, exploration: &Exploration<'_>) -> Option<Failure> {
        let expected = &self.prepared.loaded.model.expect;
        let says_how = expected.expectations.iter().any(|one| matches!(one.claim, Claim::Outcome(_)));
        if let Some((_, _, witness)) = exploration.failed().first() {
            return Some(self.shown("an expectation is not met", witness, Some(self.expect)));
        }
        if expected.no_races.is_some()
            && let Some((_, _, witness)) = exploration.races().first()
        {
            let what = "two accesses to a memory are ordered by nothing";
            return Some(self.shown(what, witness, Some("races: none")));
        }
        if says_how {
            return None;
        }
        if let Some((stopped, _, witness)) = exploration.stops().first() {
            let what = match stopped {
                Stopped::Fault(fault) => &fault.message,
                Stopped::Limit(message) => message,
            };
            return Some(self.shown(what, witness, None));
        }
        Some(self.shown("there is a deadlock", &exploration.witness(End::Deadlock)?, None))
    }

    /// Whether every run that completes leaves a state that is right.
    fn ends(&self, exploration: &Exploration<'_>, is_right: &impl Fn(&S) -> bool) -> Result<(), Failed>
    where
        S: Debug,
    {
        let ends = exploration.overview().finals;
        let states = ends.iter().map(|end| self.code.state(end.code.unwrap_or(0)));
        if let Some((number, state)) = states.enumerate().find(|(_, state)| !is_right(state)) {
            let witness = exploration.witness_of_final(number).expect("it was reached");
            let what = format!("the state is {state:?} at the end");
            return Err(Failed::Shown(Box::new(self.shown(&what, &witness, None))));
        }
        if exploration.results().1 {
            let message = format!("{}: runs end in more states than can be looked at", self.scenario.name());
            return Err(Failed::Otherwise(message));
        }
        Ok(())
    }

    /// What completed runs leave, with names.
    fn end(&self, end: FinalMemories, header: &Header) -> Final<S> {
        let memories =
            end.memories.into_iter().map(|(memory, values)| (header.resource_name(memory), values)).collect();
        Final { state: self.code.state(end.code.unwrap_or(0)), memories, schedules: end.schedules }
    }

    /// The run of this schedule, as what fails; with what is not met there, if
    /// that is said.
    fn shown(&self, what: &str, witness: &Witness, expect: Option<&str>) -> Failure {
        let named = explore::Schedule::named(&self.prepared.program, &witness.turns);
        let mut order: Vec<&str> = named.iter().take(TOLD).map(|(name, _)| name.as_str()).collect();
        if named.len() > TOLD {
            order.push("…");
        }
        let (name, mode) = (self.scenario.name(), self.mode.name());
        let order = if order.is_empty() { "nobody".to_owned() } else { order.join(", ") };
        let run = self.run(what, witness);
        let failure = expect.and_then(|expect| run.failure(expect).ok().flatten());
        let failure = failure
            .unwrap_or_else(|| Failure { said: run.shown(), reproduction: run.reproduction(self.expect) });
        let head = format!("{name}: {what} in a schedule ({mode}); the shortest, by who goes on:");
        Failure { said: format!("{head}\n  {order}\n{}", failure.said), reproduction: failure.reproduction }
    }

    /// The run of a schedule that shows this.
    fn run(&self, what: &str, witness: &Witness) -> Run<'_, S> {
        let (program, turns) = (&self.prepared.program, &witness.turns);
        let header = program.header(self.scenario.seed_of_runs());
        let mut recording = RecordingSink::new();
        let code = Some(self.code as &dyn explore::NumberedCode);
        let (seed, mode) = (header.seed, self.mode);
        let followed =
            explore::replay_calling(program, code, seed, mode, turns, &mut recording, &mut |_, _| {});
        let followed = match followed {
            Ok(followed) => followed,
            Err(mismatch) => unreachable!("the explorer found this schedule: {}", mismatch.message),
        };
        let schedule = explore::Schedule {
            scenario: self.scenario.name().to_owned(),
            version: header.version.clone(),
            mode,
            seed,
            // The file has them.
            settings: Vec::new(),
            shows: explore::one_line(what),
            fatal: witness.fatal,
            turns: explore::Schedule::named(program, turns),
        };
        let schedule = Some(schedule.text(&explore::narrate(program, code, mode, seed, turns)));
        let source_map = self.prepared.source_map.clone();
        let memories = followed.machine.memories(program);
        let trace = recording.finish(header, followed.outcome, followed.end);
        let state = self.code.state(followed.code);
        Run { scenario: self.scenario, source_map, trace, memories, schedule, state }
    }
}
