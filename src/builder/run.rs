//! A run of a scenario made in code, and what can be asserted of it.
//!
//! Decides what an assertion is called and what its failure prints. What an
//! expectation means is decided by the monitors, which files use as well.

use super::expect::Expect;
use super::problem::Problems;
use super::reproduction::{Failure, Reproduction};
use super::scenario::{Prepared, Scenario};
use super::source_map::SourceMap;
use super::state::CodeState;
use super::term::{Term, key, list, quoted};
use crate::analysis::{FailedExpectation, FigureWatch, Monitors, Statistics, Watch};
use crate::backend::virtual_time::Simulation;
use crate::ids::ResourceId;
use crate::render::{Style, TextStyle, Timeline, gantt, svg, text_gantt, text_window};
use crate::time::Time;
use crate::trace::{DynSink, NamedOutcome, Outcome, RecordingSink, Trace};
use crate::value::Value;
use std::ops::ControlFlow;

/// So many blocked processes are told one by one.
const TOLD: usize = 10;

/// A run that has ended.
pub struct Run<'a, S: CodeState = ()> {
    pub(super) scenario: &'a Scenario<S>,
    pub(super) source_map: SourceMap,
    /// What happened.
    pub trace: Trace,
    pub(super) memories: Vec<(ResourceId, Vec<Value>)>,
    /// The schedule that it followed, as a file, if it was not simply run.
    pub(super) schedule: Option<String>,
    /// Whether it is said that it ends as it did: by the scenario itself, or of this run.
    pub(super) is_end_named: bool,
    /// The state of the code at the end.
    pub state: S,
}

impl<S: CodeState> Scenario<S> {
    /// Runs it in virtual time.
    ///
    /// # Panics
    /// If it is no scenario; the message says all that is wrong with it.
    #[track_caller]
    pub fn run(&self) -> Run<'_, S> {
        match self.try_run() {
            Ok(run) => run,
            Err(problems) => panic!("{problems}"),
        }
    }

    /// Runs it in virtual time.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario, in one go. How the run ends is
    /// no error.
    pub fn try_run(&self) -> Result<Run<'_, S>, Problems> {
        let Prepared { source_map, loaded, program, frames } = self.prepare(Expect::NOTHING)?;
        let seed = loaded.model.seed;
        let own_end = self.own_outcome(&loaded);
        let mut state = self.first_state();
        let mut simulation = Simulation::new(&program, seed, 0);
        let mut recording = RecordingSink::new();
        let mut code = self.caller(&frames, &mut state);
        let mut sink = DynSink::new(&mut recording);
        let end = simulation.run_with(&mut sink, &mut |_| ControlFlow::Continue(()), &mut code);
        let end = match end {
            Ok(end) => end,
            Err(interrupted) => unreachable!("nobody interrupts: {interrupted:?}"),
        };
        let memories = simulation.machine.memories(&program);
        let is_end_named = own_end.as_deref() == Some(end.outcome.name());
        let trace = recording.finish(program.header(seed), end.outcome, end.end);
        Ok(Run { scenario: self, source_map, trace, memories, schedule: None, is_end_named, state })
    }
}

/// Predicate in something, for [`Run::assert_never_together`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predicate(String);

impl Predicate {
    /// In a state: `"trainer.running"`, `"trainer.delayed"`, `"trainer.blocked"`.
    pub fn state(label: &str) -> Predicate {
        Predicate(quoted(label))
    }

    /// Owning a mutex.
    pub fn holding(process: &str, mutex: &str) -> Predicate {
        Predicate(format!("{{process: {}, holds: {}}}", quoted(process), quoted(mutex)))
    }

    /// From one mark to the next other one.
    pub fn between(process: &str, from: &str, to: &str) -> Predicate {
        Predicate(format!("{{process: {}, from: {}, to: {}}}", quoted(process), quoted(from), quoted(to)))
    }
}

impl<S: CodeState> Run<'_, S> {
    /// How it ended: `completed`, `horizon`, `deadlock`, `fault` or `limit`.
    pub fn outcome(&self) -> &'static str {
        self.trace.outcome.name()
    }

    /// When the last process was done, or the run ended.
    pub fn total_time(&self) -> Time {
        self.statistics().total_time
    }

    /// All figures of the run.
    pub fn statistics(&self) -> Statistics {
        self.trace.statistics()
    }

    /// The hash of everything that happened (code and its state left out).
    pub fn fingerprint(&self) -> String {
        self.trace.fingerprint()
    }

    /// The lines of the log.
    pub fn log(&self) -> Vec<String> {
        self.statistics().log.into_iter().map(|line| line.text).collect()
    }

    /// What a memory holds at the end; `None` if there is none of that name.
    pub fn memory(&self, name: &str) -> Option<&[Value]> {
        let found = self.memories.iter().find(|(id, _)| self.trace.header.resource_name(*id) == name);
        found.map(|(_, values)| values.as_slice())
    }

    /// The schedule that it followed, as the text of a file, which [`Scenario::follow`] and
    /// `tempolane run --schedule` take; `None` of a plain run.
    pub fn schedule(&self) -> Option<&str> {
        self.schedule.as_deref()
    }

    /// The timeline in letters.
    pub fn timeline(&self) -> String {
        let timeline = Timeline::new(&self.trace);
        text_gantt(&timeline.input(self.scenario.name().to_owned()), &TextStyle::default())
    }

    /// The timeline as a picture in SVG, as `tempolane run` writes it; of other pictures, and of
    /// their looks, see [`crate::render`].
    ///
    /// ```
    /// use tempolane::builder::Scenario;
    ///
    /// let run = Scenario::from_file("scenarios/lab5/sequential.yaml")?;
    /// let picture = run.run().svg();
    /// assert!(picture.starts_with("<svg "));
    /// # Ok::<(), tempolane::builder::Problems>(())
    /// ```
    pub fn svg(&self) -> String {
        let timeline = Timeline::new(&self.trace);
        svg(&gantt(&timeline.input(self.scenario.name().to_owned()), &Style::default()))
    }

    /// Whether the run is as this text expects it, which has the form of
    /// `expect` in a file: `"total_time: {at_most: 31s}"`.
    ///
    /// A deadlock, a fault or a limit is a failure, whatever else is expected, unless it is said that
    /// the run ends so: by the `outcome` in this text or in the scenario's own, or of the run, as in
    /// `let run = stuck.run().assert_deadlock();`.
    ///
    /// # Errors
    /// What was expected and what was seen, with the timeline and how to see
    /// the run again; or why nothing of the kind can be expected.
    pub fn check(&self, expect: &str) -> Result<(), String> {
        self.failure(Expect::Text(expect))?.map_or(Ok(()), |failure| Err(failure.told()))
    }

    /// What is not as expected, if anything is.
    pub(super) fn failure(&self, expect: Expect<'_>) -> Result<Option<Failure>, String> {
        let prepared = self.scenario.prepare(expect).map_err(|problems| problems.to_string())?;
        let monitors = Monitors::new(&prepared.loaded.model.expect, &self.trace.header);
        let mut watch = Watch::new(&monitors, &self.trace.header);
        self.trace.replay(&mut watch);
        let mut failed = watch.finish(&self.trace.outcome, self.trace.end, &self.memories);
        let figures = &prepared.loaded.model.expect.figures;
        if !figures.is_empty() {
            let mut watch = FigureWatch::new(figures, &self.trace.header);
            self.trace.replay(&mut watch);
            failed.extend(watch.finish(&self.trace.header, &self.statistics()));
        }
        let no_races = prepared.loaded.model.expect.no_races;
        failed.extend(no_races.and_then(|line| self.trace.races().failure(&self.trace.header, line)));
        if !prepared.says_outcome() {
            failed.extend(self.bad_end());
        }
        if failed.is_empty() {
            return Ok(None);
        }
        let told: Vec<String> = failed.iter().map(|failure| self.placed(failure)).collect();
        let moment = failed.iter().find_map(|failure| failure.seen);
        let around = moment.map_or_else(String::new, |moment| self.around(moment.time));
        let said = format!("{}\n{around}{}", told.join("\n"), self.shown());
        Ok(Some(Failure { said, reproduction: self.reproduction(expect) }))
    }

    /// That it ended badly, and nobody has said that it does.
    fn bad_end(&self) -> Option<FailedExpectation> {
        let name = match self.trace.outcome {
            Outcome::Completed | Outcome::Horizon => return None,
            _ if self.is_end_named => return None,
            Outcome::Deadlock(_) | Outcome::Fault(_) | Outcome::Limit { .. } => self.outcome(),
        };
        let message = format!(
            "the run ended with the outcome {name}, which nobody expects; if it is to, say so: `outcome: {name}` in the same text, or `let run = run.assert_outcome(\"{name}\")`"
        );
        Some(FailedExpectation { message, line: 0, seen: None })
    }

    /// How to see it again, in a file that expects this.
    pub(super) fn reproduction(&self, expect: Expect<'_>) -> Reproduction {
        Reproduction {
            name: self.scenario.name().to_owned(),
            seed: self.trace.header.seed,
            version: self.trace.header.version.clone(),
            subject: self.scenario.subject(expect),
            schedule: self.schedule.clone(),
        }
    }

    /// The timeline around a moment, in letters; empty if no time passes there.
    fn around(&self, moment: Time) -> String {
        let timeline = Timeline::new(&self.trace);
        let input = timeline.input(self.scenario.name().to_owned());
        match text_window(&input, moment, &TextStyle::default()) {
            window if window.is_empty() => window,
            window => format!("around {moment}:\n{window}"),
        }
    }

    /// A failure, with the step at which it was seen.
    fn placed(&self, failure: &FailedExpectation) -> String {
        let message = self.source_map.in_code(&failure.message);
        let place = failure.seen.and_then(|moment| self.source_map.place(moment.line));
        match place {
            Some(place) => format!("{message}\n  at {place}"),
            None => message,
        }
    }

    /// Panics unless the run is as this text expects it; for tests.
    ///
    /// # Panics
    /// If the run is not so.
    #[track_caller]
    pub fn assert(&self, expect: &str) -> &Self {
        self.assert_as(Expect::Text(expect))
    }

    #[track_caller]
    pub(super) fn assert_as(&self, expect: Expect<'_>) -> &Self {
        match self.failure(expect) {
            Ok(None) => self,
            Ok(Some(failure)) => panic!("{}", failure.kept()),
            Err(problems) => panic!("{problems}"),
        }
    }

    /// Every process was done in the end.
    #[track_caller]
    pub fn assert_completed(&self) -> &Self {
        self.assert("outcome: completed")
    }

    /// In the end some processes waited for what never comes. See [`Run::assert_outcome`].
    #[track_caller]
    pub fn assert_deadlock(self) -> Self {
        self.assert_outcome("deadlock")
    }

    /// The run ended so: `completed`, `deadlock`, `horizon`, `fault` or `limit`. What it gives
    /// is the run of which that is said: of it more can be asserted, which of a run that
    /// ends badly without a word fails.
    ///
    /// ```
    /// use tempolane::builder::Scenario;
    ///
    /// let mut stuck = Scenario::new("stuck");
    /// stuck.buffer("queue", 1);
    /// stuck.process("worker", |p| {
    ///     p.delay("1s").mark("ready").get("queue");
    /// });
    /// assert!(stuck.run().check("counts: {worker.ready: 1}").is_err());
    /// let run = stuck.run().assert_deadlock();
    /// run.assert_count("worker.ready", 1).assert_total_time("1s");
    /// ```
    #[track_caller]
    pub fn assert_outcome(mut self, outcome: &str) -> Self {
        self.assert(&format!("outcome: {}", quoted(outcome)));
        self.is_end_named = true;
        self
    }

    /// The last process was done at this time.
    #[track_caller]
    pub fn assert_total_time(&self, at: impl Into<Term>) -> &Self {
        self.assert(&format!("total_time: {}", at.into().yaml()))
    }

    /// The last process was done between these times, both included.
    #[track_caller]
    pub fn assert_total_time_within(&self, least: impl Into<Term>, most: impl Into<Term>) -> &Self {
        self.assert(&format!("total_time: {}", bounds(least, most)))
    }

    /// A process was done at this time.
    #[track_caller]
    pub fn assert_finished(&self, process: &str, at: impl Into<Term>) -> &Self {
        self.assert(&format!("finished: {{{}: {}}}", key(process), at.into().yaml()))
    }

    /// Both happened, and in this order: `loader.started`, `loader.finished`,
    /// or the passing of a mark, as `loader.added[3]`, the third from 1.
    #[track_caller]
    pub fn assert_before(&self, first: &str, second: &str) -> &Self {
        self.assert(&format!("before: {{first: {}, second: {}}}", quoted(first), quoted(second)))
    }

    /// This happened at all.
    #[track_caller]
    pub fn assert_reaches(&self, label: &str) -> &Self {
        self.assert(&format!("reaches: {}", quoted(label)))
    }

    /// A mark was passed so often: `loader.added`.
    #[track_caller]
    pub fn assert_count(&self, mark: &str, times: impl Into<Term>) -> &Self {
        self.assert(&format!("counts: {{{}: {}}}", key(mark), times.into().yaml()))
    }

    /// What a mark carried, all of it in order.
    #[track_caller]
    pub fn assert_values<T: Into<Term>>(&self, mark: &str, values: impl IntoIterator<Item = T>) -> &Self {
        self.assert(&format!("values: {{{}: {}}}", key(mark), terms(values)))
    }

    /// What a process took out of a buffer, all of it in order:
    /// `trainer.queue`.
    #[track_caller]
    pub fn assert_gets<T: Into<Term>>(&self, what: &str, values: impl IntoIterator<Item = T>) -> &Self {
        self.assert(&format!("gets: {{{}: {}}}", key(what), terms(values)))
    }

    /// What a memory holds at the end.
    #[track_caller]
    pub fn assert_memory<T: Into<Term>>(&self, name: &str, values: impl IntoIterator<Item = T>) -> &Self {
        self.assert(&format!("memories: {{{}: {}}}", key(name), terms(values)))
    }

    /// The level of a resource never left these bounds: of a mutex or a semaphore the permits that
    /// are free, of a buffer the items in it.
    #[track_caller]
    pub fn assert_level_within(
        &self,
        resource: &str,
        least: impl Into<Term>,
        most: impl Into<Term>,
    ) -> &Self {
        self.assert(&format!("levels: {{{}: {}}}", key(resource), bounds(least, most)))
    }

    /// No wait of a process (`trainer`), or of one for a resource
    /// (`trainer.full1`), was longer.
    #[track_caller]
    pub fn assert_no_wait_longer(&self, who: &str, most: impl Into<Term>) -> &Self {
        self.assert(&format!("longest_wait: {{{}: {{at_most: {}}}}}", key(who), most.into().yaml()))
    }

    /// No slot of a memory was used by two processes, one of them writing,
    /// without synchronisation between them.
    #[track_caller]
    pub fn assert_no_races(&self) -> &Self {
        self.assert("races: none")
    }

    /// No two processes, or instances, were in any of these at one moment.
    #[track_caller]
    pub fn assert_never_together(&self, predicates: impl IntoIterator<Item = Predicate>) -> &Self {
        let all = list(predicates.into_iter().map(|predicate| predicate.0));
        self.assert(&format!("never_together: {all}"))
    }
}

fn bounds(least: impl Into<Term>, most: impl Into<Term>) -> String {
    format!("{{at_least: {}, at_most: {}}}", least.into().yaml(), most.into().yaml())
}

fn terms<T: Into<Term>>(values: impl IntoIterator<Item = T>) -> String {
    list(values.into_iter().map(|value| value.into().yaml()))
}

impl<S: CodeState> Run<'_, S> {
    /// The timeline, and how the run ended if not well.
    pub(super) fn shown(&self) -> String {
        let mut shown = self.timeline();
        let place = |line: Option<u32>| {
            let place = line.and_then(|line| self.source_map.place(line));
            place.map_or_else(String::new, |place| format!("\n      at {place}"))
        };
        let mut line = |text: String| shown.extend([text.as_str(), "\n"]);
        match NamedOutcome::of(&self.trace.outcome, &self.trace.header) {
            NamedOutcome::Completed | NamedOutcome::Horizon => {}
            NamedOutcome::Limit { message } => line(format!("  {}", self.source_map.in_code(&message))),
            NamedOutcome::Fault { process, line: at, message, hint, .. } => {
                line(format!("  {}{}", NamedOutcome::fault_told(&process, &message), place(at)));
                if !hint.is_empty() {
                    line(format!("      hint: {hint}"));
                }
            }
            NamedOutcome::Deadlock { blocked, .. } => {
                for one in blocked.iter().take(TOLD) {
                    line(format!("  {}{}", self.source_map.in_code(&one.to_string()), place(one.line)));
                }
                if blocked.len() > TOLD {
                    line(format!("  and {} more", blocked.len() - TOLD));
                }
            }
        }
        shown
    }
}

/// The timeline, how it ended, and how to see it again.
impl<S: CodeState> std::fmt::Display for Run<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.shown(), self.reproduction(Expect::NOTHING).told())
    }
}
