//! Every schedule of a scenario made in code.
//!
//! Decides what counts as a failure and how it is told: as the run of a
//! shortest schedule that shows it. Which schedules there are is decided by
//! [`crate::explore`].

use super::problem::Problems;
use super::run::Run;
use super::scenario::{Prepared, Scenario, State};
use crate::analysis::Monitors;
use crate::explore::{self, Budget, End, Exploration, Mode, Options, Reduce, Stopped, Turn};
use crate::time::Time;
use crate::trace::{Claim, RecordingSink};
use std::ops::ControlFlow;

/// When an exploration is given up: tests are to be short.
const BUDGET: Budget = Budget { states: 5_000_000, bytes: 1_000_000_000, workers: 1 };

/// So many turns of a schedule are told.
const TOLD: usize = 60;

/// What all schedules of a scenario have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedules {
    /// Distinct states.
    pub states: u64,
    /// The least and the greatest total time, if time counts and runs complete.
    pub total_times: Option<(Time, Time)>,
}

impl<S: State> Scenario<S> {
    /// Whether every schedule is as this text expects it, as [`Run::check`] has
    /// it for one run. [`Mode::Timed`] lets simultaneous events swap,
    /// [`Mode::Untimed`] tries every order (what is said of times is not
    /// looked at then). A deadlock, a fault or an endless loop is a failure
    /// unless the text says what the `outcome` is.
    ///
    /// # Errors
    /// What fails, with the run of a shortest schedule that shows it; why it
    /// was not found out; or what is wrong with the scenario or the text.
    pub fn check_every_schedule(&self, mode: Mode, expect: &str) -> Result<Schedules, String> {
        let said = |problems: Problems| problems.to_string();
        let prepared = self.prepare_expecting(expect).map_err(said)?;
        let (expected, header) = (&prepared.loaded.model.expect, prepared.image.header(self.seed_of_runs()));
        let monitors = match mode {
            Mode::Timed => Monitors::new(expected, &header),
            Mode::Untimed => Monitors::untimed(expected, &header),
        };
        let options = Options {
            mode,
            seed: header.seed,
            budget: BUDGET,
            monitors: Some(&monitors),
            reduce: Reduce::NONE,
            learns: true,
        };
        let exploration = explore::explore(&prepared.image, options, &mut |_| ControlFlow::Continue(()));
        let found = Found { scenario: self, prepared: &prepared, mode, expect };
        if let Some(failure) = found.failure(&exploration) {
            return Err(failure);
        }
        let states = exploration.progress().states;
        if !exploration.is_complete() {
            return Err(format!("{}: {states} states were visited, and there are more", self.name()));
        }
        let total_times = exploration.total_times().map(|[(least, _), (most, _)]| (least, most));
        Ok(Schedules { states, total_times })
    }

    /// As [`Scenario::check_every_schedule`], for a test.
    ///
    /// # Panics
    /// If some schedule is not so.
    #[track_caller]
    pub fn assert_every_schedule(&self, mode: Mode, expect: &str) -> Schedules {
        match self.check_every_schedule(mode, expect) {
            Ok(schedules) => schedules,
            Err(message) => panic!("{message}"),
        }
    }
}

/// What is looked for in an exploration.
struct Found<'a, S: State> {
    scenario: &'a Scenario<S>,
    prepared: &'a Prepared,
    mode: Mode,
    expect: &'a str,
}

impl<S: State> Found<'_, S> {
    /// The first failure, told.
    fn failure(&self, exploration: &Exploration<'_>) -> Option<String> {
        let expected = &self.prepared.loaded.model.expect;
        let says_how = expected.expectations.iter().any(|one| matches!(one.claim, Claim::Outcome(_)));
        if let Some((_, _, witness)) = exploration.failed().first() {
            let run = self.run(&witness.turns);
            let told = run.check(self.expect).err().unwrap_or_else(|| run.to_string());
            return Some(self.told("an expectation is not met", &witness.turns, &told));
        }
        if expected.no_races.is_some()
            && let Some((_, _, witness)) = exploration.races().first()
        {
            let run = self.run(&witness.turns);
            let told = run.check("races: none").err().unwrap_or_else(|| run.to_string());
            return Some(self.told("two accesses to a memory are ordered by nothing", &witness.turns, &told));
        }
        if says_how {
            return None;
        }
        if let Some((stopped, _, witness)) = exploration.stops().first() {
            let what = match stopped {
                Stopped::Fault(fault) => &fault.message,
                Stopped::Limit(message) => message,
            };
            return Some(self.told(what, &witness.turns, &self.run(&witness.turns).to_string()));
        }
        let witness = exploration.witness(End::Deadlock)?;
        Some(self.told("there is a deadlock", &witness.turns, &self.run(&witness.turns).to_string()))
    }

    fn told(&self, what: &str, turns: &[Turn], run: &str) -> String {
        let named = explore::Schedule::named(&self.prepared.image, turns);
        let mut order: Vec<&str> = named.iter().take(TOLD).map(|(name, _)| name.as_str()).collect();
        if named.len() > TOLD {
            order.push("…");
        }
        let (name, mode) = (self.scenario.name(), self.mode.name());
        let order = if order.is_empty() { "nobody".to_owned() } else { order.join(", ") };
        format!("{name}: {what} in a schedule ({mode}); the shortest, by who goes on:\n  {order}\n{run}")
    }

    /// The run of a schedule.
    fn run(&self, turns: &[Turn]) -> Run<'_, S> {
        let image = &self.prepared.image;
        let header = image.header(self.scenario.seed_of_runs());
        let mut recording = RecordingSink::new();
        let followed = explore::follow(image, header.seed, self.mode, turns, &mut recording, &mut |_, _| {});
        let (outcome, end, memories) = match followed {
            Ok(followed) => (followed.outcome, followed.end, followed.machine.memories(image)),
            Err(mismatch) => unreachable!("the explorer found this schedule: {}", mismatch.message),
        };
        let page = self.prepared.page.clone();
        let trace = recording.finish(header, outcome, end);
        Run { scenario: self.scenario, page, trace, memories, state: self.scenario.first_state() }
    }
}
