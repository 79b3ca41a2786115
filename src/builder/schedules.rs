//! Every schedule of a scenario made in code.
//!
//! Decides what counts as a failure: something found, a schedule that never
//! ends, and whatever keeps the exploration from being a proof. Which schedules
//! there are is decided by [`crate::explore`].

use super::expect::Expect;
use super::explore::Explore;
use super::found::{Failed, Found, Schedules};
use super::run::Run;
use super::scenario::{Prepared, Scenario};
use super::state::CodeState;
use crate::analysis::Monitors;
use crate::explore::{self, Cancellation, End, Exploration, Mode, Options, Reduce, Stopped};
use crate::trace::{Claim, Expectation};
use std::fmt::Debug;
use std::ops::ControlFlow;

/// What is made of an exploration.
pub(super) type Judge<'j, 's, S, T> =
    &'j mut dyn for<'e> FnMut(&Found<'s, 'e, S>, &Exploration<'_>) -> Result<T, Failed>;

impl<S: CodeState + Send> Scenario<S> {
    /// Whether every schedule is as this text expects it, as [`Run::check`] has
    /// it for one run. [`Mode::Timed`] lets simultaneous events swap,
    /// [`Mode::Untimed`] tries every order. A deadlock, a fault or a loop in which no time
    /// passes is a failure unless the text says what the `outcome` is. A schedule that
    /// never ends is one unless [`Explore::may_never_end`] says that there may be some;
    /// what is expected of an end is not decided then, and fails all the same.
    ///
    /// What code works on is a part of the states that are told apart: two of
    /// them that are equal are one, so it should hold nothing that only grows
    /// and that nobody looks at. A call is a step of its own, before which
    /// others may go on, unless it stands inside `atomic`.
    ///
    /// # Errors
    /// What fails, with the run of a shortest schedule that shows it; why it
    /// was not found out, how far the exploration came and what to raise; or what is wrong with
    /// the scenario or the text, such as a time that is expected where none counts.
    ///
    /// # Panics
    /// If code does.
    pub fn check_every_schedule(
        &self,
        explore: impl Into<Explore>,
        expect: &str,
    ) -> Result<Schedules<S>, String> {
        self.every(explore.into(), Expect::Text(expect), &mut |_, _| Ok(())).map_err(|failed| failed.told())
    }

    /// Panics unless every schedule is as this text expects it; for tests. See
    /// [`Scenario::check_every_schedule`].
    ///
    /// # Panics
    /// If some schedule is not so, or if code panics.
    #[track_caller]
    pub fn assert_every_schedule(&self, explore: impl Into<Explore>, expect: &str) -> Schedules<S> {
        match self.every(explore.into(), Expect::Text(expect), &mut |_, _| Ok(())) {
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
        explore: impl Into<Explore>,
        expect: &str,
        is_right: impl Fn(&S) -> bool,
    ) -> Result<Schedules<S>, String>
    where
        S: Debug,
    {
        self.every(explore.into(), Expect::Text(expect), &mut |found, exploration| {
            found.ends(exploration, &is_right)
        })
        .map_err(|failed| failed.told())
    }

    /// Panics unless every schedule is as this text expects it, and the state of the
    /// code is right at the end of every one that completes; for tests. See
    /// [`Scenario::check_every_end`].
    ///
    /// # Panics
    /// If some schedule is not so, or if code panics.
    #[track_caller]
    pub fn assert_every_end(
        &self,
        explore: impl Into<Explore>,
        expect: &str,
        is_right: impl Fn(&S) -> bool,
    ) -> Schedules<S>
    where
        S: Debug,
    {
        match self.every(explore.into(), Expect::Text(expect), &mut |found, exploration| {
            found.ends(exploration, &is_right)
        }) {
            Ok(schedules) => schedules,
            Err(failed) => panic!("{}", failed.kept()),
        }
    }

    /// The run of a shortest schedule that ends so: `completed`, `horizon`,
    /// `deadlock`, `fault` or `limit`, alone or as an expectation has it, `outcome: deadlock`;
    /// `None` if no schedule does. The counterpart of
    /// [`Scenario::check_every_schedule`]: that something can go wrong.
    ///
    /// # Errors
    /// Why it was not found out, or what is wrong with the scenario or the text, such as an
    /// expectation of something else than the outcome.
    ///
    /// # Panics
    /// If code does.
    pub fn find_schedule(
        &self,
        explore: impl Into<Explore>,
        outcome: &str,
    ) -> Result<Option<Run<'_, S>>, String> {
        self.some(explore.into(), outcome).map_err(|failed| failed.told())
    }

    /// The run of a shortest schedule that ends so; for tests. See
    /// [`Scenario::find_schedule`].
    ///
    /// ```
    /// use tempolane::builder::{Mode, Scenario};
    ///
    /// let mut forks = Scenario::new("forks");
    /// forks.mutex("left").mutex("right");
    /// for (name, first, second) in [("one", "left", "right"), ("two", "right", "left")] {
    ///     forks.process(name, |p| {
    ///         p.acquire(first).acquire(second).release([first, second]);
    ///     });
    /// }
    /// let stuck = forks.assert_some_schedule(Mode::Untimed, "deadlock");
    /// assert!(stuck.schedule().expect("it was found").contains("one  # acquire left"));
    /// ```
    ///
    /// # Panics
    /// If no schedule ends so, if that was not found out, or if code panics.
    #[track_caller]
    pub fn assert_some_schedule(&self, explore: impl Into<Explore>, outcome: &str) -> Run<'_, S> {
        match self.some(explore.into(), outcome) {
            Ok(Some(run)) => run,
            Ok(None) => {
                let outcome = outcome.trim().trim_start_matches("outcome:").trim_start();
                panic!("{}: no schedule ends with the outcome {outcome}", self.name())
            }
            Err(failed) => panic!("{}", failed.kept()),
        }
    }

    fn some(&self, explore: Explore, outcome: &str) -> Result<Option<Run<'_, S>>, Failed> {
        const ENDS: [(&str, End); 3] =
            [("completed", End::Completed), ("horizon", End::Horizon), ("deadlock", End::Deadlock)];
        let outcome = self.outcome_of(outcome)?;
        let outcome = outcome.as_str();
        let end = ENDS.iter().find(|(name, _)| *name == outcome).map(|&(_, end)| end);
        self.explore(explore, Expect::NOTHING, &mut |found, exploration| {
            let mut stops = exploration.stops().into_iter();
            let witness = match end {
                Some(end) => exploration.witness(end),
                None => stops
                    .find(|(stopped, ..)| matches!(stopped, Stopped::Fault(_)) == (outcome == "fault"))
                    .map(|(.., witness)| witness),
            };
            match witness {
                Some(witness) => {
                    let run = found.run(outcome, &witness);
                    Ok(Some(Run { is_end_named: true, ..run }))
                }
                None => found.proves(exploration).map(|()| None),
            }
        })
    }

    /// The outcome that a text expects: a word alone, or with its key.
    fn outcome_of(&self, text: &str) -> Result<String, Failed> {
        let expect = if text.contains(':') { text.to_owned() } else { format!("outcome: {text}") };
        let prepared = self.prepare(Expect::Text(&expect)).map_err(|problems| Failed::wrong(&problems))?;
        let expected = &prepared.loaded.model.expect;
        let is_all = expected.no_races.is_none() && expected.lines_of_figures().is_empty();
        match expected.expectations.as_slice() {
            [Expectation { claim: Claim::Outcome(outcome), .. }] if is_all => Ok(outcome.clone()),
            _ => Err(Failed::Otherwise(format!(
                "{}: a schedule is looked for by its outcome alone, such as `outcome: deadlock`, and not by '{text}'; \
                 what else can go wrong, the opposite of it shows with `check_every_schedule`",
                self.name()
            ))),
        }
    }

    pub(super) fn every<'s>(
        &'s self,
        explore: Explore,
        expect: Expect<'_>,
        look: Judge<'_, 's, S, ()>,
    ) -> Result<Schedules<S>, Failed> {
        self.explore(explore, expect, &mut |found, exploration| {
            if let Some(failed) = found.failure(exploration) {
                return Err(failed);
            }
            found.proves(exploration)?;
            // First of all: that it has an order tells that every schedule ends.
            let overview = exploration.overview();
            found.ends_all(exploration)?;
            look(found, exploration)?;
            let states = exploration.progress().states;
            let total_times = exploration.total_times().and_then(|times| times.bounds());
            let finals = overview.finals.into_iter().map(|end| found.end(end)).collect();
            Ok(Schedules { states, schedules: overview.schedules, total_times, finals })
        })
    }

    /// Explores it, and hands that to `judge`.
    fn explore<'s, T>(
        &'s self,
        explore: Explore,
        expect: Expect<'_>,
        judge: Judge<'_, 's, S, T>,
    ) -> Result<T, Failed> {
        let prepared = self.prepare(expect).map_err(|problems| Failed::wrong(&problems))?;
        self.refuse(explore, &prepared)?;
        let header = prepared.program.header(self.seed_of_runs());
        let expected = &prepared.loaded.model.expect;
        let monitors = match explore.mode {
            Mode::Timed => Monitors::new(expected, &header),
            Mode::Untimed => Monitors::untimed(expected, &header),
        };
        let code = self.numbered(&prepared.frames);
        let options = Options {
            mode: explore.mode,
            seed: header.seed,
            budget: explore.budget(),
            monitors: (explore.reduce == Reduce::NONE).then_some(&monitors),
            reduce: explore.reduce,
            code: Some(&code),
            learns: true,
            spurious: explore.spurious,
        };
        let began = crate::backend::threads::wall();
        let is_over = || explore.max_time.is_some_and(|most| began.elapsed() >= most);
        let exploration =
            explore::explore_cancellable(&prepared.program, options, Cancellation::by(&is_over), &mut |_| {
                if is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        judge(&Found { scenario: self, prepared: &prepared, code: &code, explore, expect }, &exploration)
    }

    /// What is asked for and cannot be found out.
    fn refuse(&self, explore: Explore, prepared: &Prepared) -> Result<(), Failed> {
        let expected = &prepared.loaded.model.expect;
        let refuse = |lines: Vec<u32>, why: &str| {
            let said: Vec<String> = lines.iter().map(|&line| prepared.source_map.said(line)).collect();
            match said.is_empty() {
                true => Ok(()),
                false => Err(Failed::Otherwise(format!("{}: {} {why}", self.name(), said.join(", ")))),
            }
        };
        if explore.reduce != Reduce::NONE {
            let lines = expected.expectations.iter().map(|one| one.line).chain(expected.no_races);
            refuse(lines.collect(), "cannot be checked where schedules are left out (`reduce`)")?;
        }
        refuse(expected.lines_of_figures(), "is about the figures of one run; check that")?;
        if explore.mode == Mode::Timed && explore.reduce.order {
            let why = "to leave out orders (`reduce`) is for exploring without time (`Mode::Untimed`)";
            return Err(Failed::Otherwise(format!("{}: {why}", self.name())));
        }
        match explore.mode {
            Mode::Timed => refuse(
                expected.no_races.into_iter().collect(),
                "cannot be checked with time, which may keep accesses apart; explore without (`Mode::Untimed`)",
            ),
            Mode::Untimed => refuse(
                Monitors::lines_left_out(expected),
                "cannot be checked without time; explore with time (`Mode::Timed`)",
            ),
        }
    }
}
