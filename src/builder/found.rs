//! What an exploration of a scenario made in code comes to: what all schedules
//! have in common, or why an assertion about them does not hold.
//!
//! Decides what is looked at first, and how it is told: as the run of a shortest
//! schedule, where one shows it.

use super::code::Numbered;
use super::expect::Expect;
use super::explore::Explore;
use super::followed::{Along, followed};
use super::problem::Problems;
use super::reproduction::Failure;
use super::run::Run;
use super::scenario::{Prepared, Scenario};
use super::state::CodeState;
use crate::explore::{self, Cut, End, Exploration, FinalMemories, Stopped, Turn, Witness};
use crate::figure::{counted, so_many};
use crate::time::Time;
use crate::value::Value;
use std::fmt::Debug;

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

/// Why an assertion does not hold.
pub(super) enum Failed {
    /// A schedule shows it.
    Shown(Box<Failure>),
    /// It was not found out, or the scenario or the text is wrong.
    Otherwise(String),
}

impl Failed {
    pub(super) fn wrong(problems: &Problems) -> Failed {
        Failed::Otherwise(problems.to_string())
    }

    /// See [`Failure::told`].
    pub(super) fn told(&self) -> String {
        match self {
            Failed::Shown(failure) => failure.told(),
            Failed::Otherwise(message) => message.clone(),
        }
    }

    /// See [`Failure::kept`].
    pub(super) fn kept(&self) -> String {
        match self {
            Failed::Shown(failure) => failure.kept(),
            Failed::Otherwise(message) => message.clone(),
        }
    }
}

/// What is looked for in an exploration.
pub(super) struct Found<'s, 'e, S: CodeState> {
    pub(super) scenario: &'s Scenario<S>,
    pub(super) prepared: &'e Prepared,
    pub(super) code: &'e Numbered<'e, S>,
    pub(super) explore: Explore,
    pub(super) expect: Expect<'e>,
}

impl<'s, S: CodeState + Send> Found<'s, '_, S> {
    /// The first failure.
    pub(super) fn failure(&self, exploration: &Exploration<'_>) -> Option<Failed> {
        match self.unmet(exploration) {
            None if self.prepared.says_outcome() => None,
            None => self.bad_end(exploration),
            Some(unmet) => Some(Failed::Shown(Box::new(unmet))),
        }
    }

    /// What is expected and not so.
    fn unmet(&self, exploration: &Exploration<'_>) -> Option<Failure> {
        if let Some((_, _, witness)) = exploration.failed().first() {
            return Some(self.shown("an expectation is not met", witness, Some(self.expect)));
        }
        self.prepared.loaded.model.expect.no_races?;
        let races = exploration.races();
        let (_, _, witness) = races.first()?;
        Some(self.shown(
            "two accesses to a memory are ordered by nothing",
            witness,
            Some(Expect::Text("races: none")),
        ))
    }

    /// The first schedule that ends badly, or that does not end although no time passes.
    fn bad_end(&self, exploration: &Exploration<'_>) -> Option<Failed> {
        let shown = |what: &str, witness| Failed::Shown(Box::new(self.shown(what, witness, None)));
        let stops = exploration.stops();
        match stops.first() {
            None => match exploration.witness(End::Deadlock) {
                Some(witness) => Some(shown("there is a deadlock", &witness)),
                None => self.partial_deadlock(exploration),
            },
            Some((stopped, _, witness)) => {
                // A run along it would have no end.
                let round = exploration.round().filter(|round| round.is_livelock && stops.len() == 1);
                let round = round.map(|round| self.round(&round));
                let livelock = round.map(|round| self.otherwise(&format!("{}{round}", self.why(stopped))));
                Some(livelock.unwrap_or_else(|| shown(&self.why(stopped), witness)))
            }
        }
    }

    /// Some wait for ever while others go on.
    fn partial_deadlock(&self, exploration: &Exploration<'_>) -> Option<Failed> {
        let some = exploration.blocked_for_ever().ok()??;
        let header = self.prepared.program.header(self.scenario.seed_of_runs());
        let (what, mode) = (self.prepared.source_map.in_code(&some.told(&header)), self.explore.mode.name());
        let Witness { turns, cycle, .. } = &some.witness;
        let (to, behind) = turns.split_at(some.since.min(turns.len()));
        let order = self.order(to);
        let head = format!("in a schedule ({mode}) there is a partial deadlock");
        // How the others go on is told by who goes round.
        let (between, round) = behind.split_at(cycle.map_or(behind.len(), |cycle| cycle - some.since));
        let mut others = String::new();
        if !between.is_empty() {
            others.push_str(&format!("\n  then go on: {}", self.order(between)));
        }
        if !round.is_empty() {
            others.push_str(&format!("\n  again and again: {}", self.order(round)));
        }
        Some(self.otherwise(&format!("{head}; the shortest, by who goes on:\n  {order}\n  {what}{others}")))
    }

    /// Why a run ends in the middle of a transition.
    fn why(&self, stopped: &Stopped) -> String {
        let message = match stopped {
            Stopped::Fault(fault) => &fault.message,
            Stopped::Limit(message) => message,
        };
        self.prepared.source_map.in_code(message)
    }

    /// Whether all was explored, so that what was not found is not there.
    pub(super) fn proves(&self, exploration: &Exploration<'_>) -> Result<(), Failed> {
        let Some(cut) = exploration.cut() else { return Ok(()) };
        let option = |name: &str| format!("`{}` of `Explore`", name.replace('-', "_"));
        let why = match cut {
            Cut::Clock(lines) => self.without_time(lines, ["depends", "depend"], "on what the clock shows"),
            Cut::Lasting(lines) => {
                let what = "for how long processes run, are delayed or blocked";
                self.without_time(lines, ["asks", "ask"], what)
            }
            Cut::Control => format!("the time is up; go further with {}", option("max-time")),
            Cut::Limit => {
                let stops = exploration.stops();
                let limit = stops.iter().find(|(stopped, ..)| matches!(stopped, Stopped::Limit(_)));
                limit.map_or_else(String::new, |(stopped, ..)| self.why(stopped))
            }
            cut => cut.told(&self.explore.budget(), option),
        };
        let progress = exploration.progress();
        let (states, depth) = (so_many(progress.states, "state"), counted(progress.depth));
        let open = counted(progress.open);
        Err(self.otherwise(&format!(
            "not explored completely ({}): {why}\n  it came to {states} in depth {depth}, {open} of them not gone \
             on from, and found nothing so far",
            self.explore.mode.name()
        )))
    }

    /// What these lines do that nobody knows without time; `verb` of one, and of several.
    fn without_time(&self, lines: &[u32], verb: [&str; 2], what: &str) -> String {
        let places: Vec<String> = lines.iter().map(|&line| self.prepared.source_map.said(line)).collect();
        let (places, verb) = (places.join(", "), verb[usize::from(lines.len() != 1)]);
        format!("{places} {verb} {what}, which nobody knows without time; explore with time (`Mode::Timed`)")
    }

    /// Whether every schedule ends, where all have to, and what is expected of an
    /// end is decided.
    pub(super) fn ends_all(&self, exploration: &Exploration<'_>) -> Result<(), Failed> {
        let mode = self.explore.mode.name();
        match exploration.is_endless() {
            Some(true) if !self.explore.may_never_end => {
                let round = exploration.round().map(|round| self.round(&round)).unwrap_or_default();
                let message = format!("a schedule never ends ({mode}){round}");
                return Err(self.otherwise(&format!(
                    "{message}\n  if it is to go on for ever, say so: `Explore::new(…).may_never_end()`"
                )));
            }
            None if !self.explore.may_never_end => {
                return Err(
                    self.otherwise(&format!("whether every schedule ends was not found out ({mode})"))
                );
            }
            _ => {}
        }
        let lines = exploration.lines_undecided();
        if lines.is_empty() {
            return Ok(());
        }
        let said: Vec<String> = lines.iter().map(|&line| self.prepared.source_map.said(line)).collect();
        Err(self
            .otherwise(&format!("some schedules never end ({mode}), so not decided is {}", said.join(", "))))
    }

    /// A schedule that never ends, in words.
    fn round(&self, round: &explore::Round) -> String {
        let before = match round.before.is_empty() {
            true => String::new(),
            false => format!("\n  at first go on: {}", self.order(&round.before)),
        };
        format!(
            "; the one that was found, by who goes on:{before}\n  again and again: {}",
            self.order(&round.turns)
        )
    }

    fn otherwise(&self, message: &str) -> Failed {
        Failed::Otherwise(format!("{}: {message}", self.scenario.name()))
    }

    /// Whether every run that completes leaves a state that is right.
    pub(super) fn ends(
        &self,
        exploration: &Exploration<'_>,
        is_right: &impl Fn(&S) -> bool,
    ) -> Result<(), Failed>
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
            return Err(self.otherwise("runs end in more states than can be looked at"));
        }
        Ok(())
    }

    /// What completed runs leave, with names.
    pub(super) fn end(&self, end: FinalMemories) -> Final<S> {
        let header = self.prepared.program.header(self.scenario.seed_of_runs());
        let memories =
            end.memories.into_iter().map(|(memory, values)| (header.resource_name(memory), values)).collect();
        Final { state: self.code.state(end.code.unwrap_or(0)), memories, schedules: end.schedules }
    }

    /// Who goes on, in order.
    fn order(&self, turns: &[Turn]) -> String {
        let named = explore::Schedule::named(&self.prepared.program, turns);
        let mut order: Vec<&str> = named.iter().take(TOLD).map(|(name, _)| name.as_str()).collect();
        if named.len() > TOLD {
            order.push("…");
        }
        if order.is_empty() { "nobody".to_owned() } else { order.join(", ") }
    }

    /// The run of this schedule, as what fails; with what is not met there, if
    /// that is said.
    fn shown(&self, what: &str, witness: &Witness, expect: Option<Expect<'_>>) -> Failure {
        let (name, mode, order) =
            (self.scenario.name(), self.explore.mode.name(), self.order(&witness.turns));
        let run = self.run(what, witness);
        let failure = expect.and_then(|expect| run.failure(expect).ok().flatten());
        let failure = failure
            .unwrap_or_else(|| Failure { said: run.shown(), reproduction: run.reproduction(self.expect) });
        let head = format!("{name}: {what} in a schedule ({mode}); the shortest, by who goes on:");
        Failure { said: format!("{head}\n  {order}\n{}", failure.said), reproduction: failure.reproduction }
    }

    /// The run of a schedule that shows this.
    pub(super) fn run(&self, what: &str, witness: &Witness) -> Run<'s, S> {
        let seed = self.scenario.seed_of_runs();
        let goes_on = witness.cycle.map(|cycle| explore::GoesOn { blocked: Vec::new(), cycle: Some(cycle) });
        let (mode, fatal) = (self.explore.mode, witness.fatal);
        let along = Along { mode, seed, shows: what, fatal, goes_on: goes_on.as_ref() };
        match followed(self.scenario, self.prepared, self.code, &along, &witness.turns) {
            Ok(run) => run,
            Err(mismatch) => unreachable!("the explorer found this schedule: {}", mismatch.message),
        }
    }
}
