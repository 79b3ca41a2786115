//! What is asked about: a figure of a scenario, and how its versions are run.
//!
//! Decides that all versions have the same random numbers, wherever they draw the same,
//! and when a version that leads much further than the scenario itself is given up.

use super::version::{Version, VersionRuns};
use crate::analysis::{CriticalPath, CriticalPathSink, PathEnd};
use crate::backend::virtual_time::{RunEnd, RunProgress, Simulation};
use crate::backend::{BoundProgram, Machine, compile};
use crate::scenario::LoadedScenario;
use crate::sweep::{Batch, Design, Figures, NoRows, Objective, Plan, Runner, StopCheck};
use crate::trace::{DynSink, Header, Sink};
use crate::value::Value;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

/// A run of a version is given up after so many times the steps of the scenario itself.
const TIMES_FURTHER: u64 = 10;
/// But never before it was asked so often whether to go on, which is some millions of steps.
const LEAST_ASKED: u64 = 100;

/// A figure of a scenario, of which is asked why it is what it is.
pub struct Subject<'s> {
    scenario: &'s LoadedScenario,
    settings: &'s [(String, String)],
    objective: Objective,
    figures: Vec<String>,
    end: Option<PathEnd>,
    seed: u64,
    replications: u64,
    stop: StopCheck<'s>,
    /// How often a run may be asked whether to go on.
    patience: AtomicU64,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectError {
    /// The user wants to stop.
    Interrupted,
    /// There is no such figure, or the scenario cannot be run.
    Invalid(String),
}

impl std::fmt::Display for SubjectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SubjectError::Interrupted => "interrupted",
            SubjectError::Invalid(message) => message,
        })
    }
}

impl std::error::Error for SubjectError {}

impl<'s> Subject<'s> {
    /// Asks of a scenario, loaded with these settings, about a figure, such as
    /// `total_time` or `p95(latency)`; `end` is the event that it is the time of, if it is.
    ///
    /// # Errors
    /// A message, if there is no such figure.
    pub fn new(
        scenario: &'s LoadedScenario,
        settings: &'s [(String, String)],
        (figure, end): (&str, Option<PathEnd>),
        stop: StopCheck<'s>,
    ) -> Result<Subject<'s>, String> {
        let mut figures = Figures::new(scenario)?;
        let objective = figures.number("--of", figure)?;
        let mut names: Vec<String> = figures.names().into_iter().map(str::to_owned).collect();
        if names.is_empty() {
            names.push("total_time".to_owned());
        }
        let patience = AtomicU64::new(u64::MAX);
        let (seed, replications) = (scenario.model.seed, 1);
        Ok(Subject { scenario, settings, objective, figures: names, end, seed, replications, stop, patience })
    }

    /// With so many replications of each version where random numbers are drawn, of this seed.
    #[must_use]
    pub fn replicate(self, replications: u64, seed: u64) -> Subject<'s> {
        Subject { replications, seed, ..self }
    }

    /// The scenario as it is.
    pub fn scenario(&self) -> &'s LoadedScenario {
        self.scenario
    }

    /// The settings with which it was loaded.
    pub fn settings(&self) -> &'s [(String, String)] {
        self.settings
    }

    /// The figure.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// The event that the figure is the time of, if it is one.
    pub fn end(&self) -> Option<PathEnd> {
        self.end
    }

    /// Whether random numbers are drawn, so that there are replications.
    pub fn is_random(&self) -> bool {
        compile(&self.scenario.model).is_random()
    }

    fn plan<'v>(&self, version: &'v Version<'_>) -> Result<Plan<'v>, String> {
        let scenario: &LoadedScenario = &version.scenario;
        let set: Vec<(String, String)> =
            version.set.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
        let design = Design::new(&scenario.model, &set)?;
        let names: Vec<&str> = self.figures.iter().map(String::as_str).collect();
        Ok(Plan::new(scenario, design, &names)?.replicate(self.replications, self.seed))
    }

    fn params(&self, plan: &Plan<'_>) -> Option<Vec<Value>> {
        plan.design().point(&plan.scenario().model, 0).ok()?.map(|point| point.params)
    }

    /// Runs the scenario as it is. Versions that are run from then on are given up where
    /// they lead much further.
    ///
    /// # Errors
    /// If it cannot be run, or the user stops it.
    pub fn measure_unchanged(&self) -> Result<VersionRuns, SubjectError> {
        let asked = AtomicU64::new(0);
        let stop = || {
            asked.fetch_add(1, Ordering::Relaxed);
            (self.stop)()
        };
        let version = Version::unchanged(self.scenario);
        let measured = self.run(&version, &stop)?;
        let each = asked.into_inner() / measured.values.len().max(1) as u64;
        self.patience.store(LEAST_ASKED.max(TIMES_FURTHER * (each + 1)), Ordering::Relaxed);
        Ok(measured)
    }

    /// Runs a version; `None` if it cannot be run, has no such figure, or leads much
    /// further than the scenario itself.
    ///
    /// # Errors
    /// If the user stops it.
    pub fn measure(&self, version: &Version<'_>) -> Result<Option<VersionRuns>, SubjectError> {
        let left = AtomicU64::new(self.patience.load(Ordering::Relaxed).saturating_mul(self.replications));
        let stop = || {
            let before = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            before.is_err() || (self.stop)()
        };
        match self.run(version, &stop) {
            Ok(measured) => Ok(Some(measured)),
            Err(SubjectError::Interrupted) if (self.stop)() => Err(SubjectError::Interrupted),
            Err(_) => Ok(None),
        }
    }

    fn run(&self, version: &Version<'_>, stop: StopCheck<'_>) -> Result<VersionRuns, SubjectError> {
        let plan = self.plan(version).map_err(SubjectError::Invalid)?;
        let batch = Batch { point: 0, first: 0, count: plan.replications() };
        let rows = Runner::new(&plan).run(batch, None, stop).map_err(|why| match why {
            NoRows::Interrupted => SubjectError::Interrupted,
            NoRows::Invalid(why) => SubjectError::Invalid(why),
        })?;
        let params = self.params(&plan).unwrap_or_default();
        let values = rows.iter().map(|row| self.objective.as_f64(&params, row));
        let odd = rows.iter().find(|row| row.is_finding()).or(rows.first());
        Ok(VersionRuns { values: values.collect(), outcome: odd.map_or("completed", |row| row.outcome) })
    }

    /// The first replication of a program, with its state at the end; `None` if it leads much further than the
    /// scenario.
    pub(super) fn run_once(&self, program: &BoundProgram, sink: &mut impl Sink) -> Option<(RunEnd, Machine)> {
        let mut left = self.patience.load(Ordering::Relaxed);
        let mut control = |_: RunProgress| {
            left = left.saturating_sub(1);
            if left == 0 || (self.stop)() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut simulation = Simulation::new(program, self.seed, 0);
        let ended = simulation.run(&mut DynSink::new(sink), &mut control).ok()?;
        Some((ended, simulation.machine))
    }

    /// The program of a version, with the names of its first replication.
    pub(super) fn bound(&self, version: &Version<'_>) -> Option<(BoundProgram, Header)> {
        let plan = self.plan(version).ok()?;
        let model = &plan.scenario().model;
        let program = compile(model).bind(model, &self.params(&plan)?).ok()?;
        let header = program.header(self.seed);
        Some((program, header))
    }

    /// The critical path of the first replication of a version, if the figure is the time
    /// of an event.
    pub fn path(&self, version: &Version<'_>) -> Option<(CriticalPath, Header)> {
        let end = self.end?;
        let (program, header) = self.bound(version)?;
        let mut sink = CriticalPathSink::new(&header);
        let (ended, _) = self.run_once(&program, &mut sink)?;
        Some((sink.finish(&ended.outcome, ended.end, end)?, header))
    }
}
