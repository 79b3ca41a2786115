//! All that is found out before anything is told.
//!
//! Decides what is tried of a run of which length: the changes of a long run are so many
//! that their events together are bounded.

use super::orders::{EveryOrder, OtherOrders, every_order, other_paths};
use crate::analysis::{CriticalPath, CriticalPathSink, LowerBound, PathEnd, Slack};
use crate::backend::virtual_time::Simulation;
use crate::cli::console;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::Loaded;
use crate::cli::interrupt;
use crate::scenario::{FactorKind, hangs_on_order};
use crate::time::Time;
use crate::trace::{DynSink, Header, Outcome, RecordingSink, Trace};
use crate::why::{
    Curve, Effects, PairEffect, Subject, SubjectError, VersionRuns, effects, pair_effects, speed_up_curve,
};
use std::ops::ControlFlow;

/// So many events are kept, for slack and bounds; of a longer run there are none.
const KEPT: usize = 5_000_000;

/// So many events all runs of changes may have together.
const EVENTS: u64 = 100_000_000;

/// Of so many durations there is a curve.
const CURVES: usize = 3;
/// And only if it saves this share: less may be nanoseconds that were rounded.
const WORTH: f64 = 1e-4;
/// Runs of a curve, about.
const CURVE_RUNS: u64 = 16;
/// Runs of all pairs.
const PAIR_RUNS: u64 = 10;

/// The run that is explained.
pub struct Base {
    pub header: Header,
    pub outcome: Outcome,
    pub end: Time,
    pub events: u64,
    /// To the event of the figure, if it is the time of one.
    pub path: Option<CriticalPath>,
    pub slack: Option<Slack>,
    pub bounds: Vec<LowerBound>,
    /// The line of the first step that may do something else in another order.
    pub hangs_on_order: Option<u32>,
    pub orders: Option<OtherOrders>,
    /// Of the total time, where no bound says that no order helps.
    pub every_order: Option<EveryOrder>,
}

/// What is told.
pub struct Explained {
    pub base: Base,
    /// All that happened in it, if that was not too much.
    pub trace: Option<Trace>,
    pub measured: VersionRuns,
    pub is_random: bool,
    /// None if nothing was to be changed.
    pub effects: Option<Effects>,
    /// By place among the effects.
    pub curves: Vec<(usize, Curve)>,
    pub pairs: Vec<PairEffect>,
}

impl Explained {
    /// Runs the scenario, and its changes unless only the path is asked for.
    ///
    /// # Errors
    /// If the user stops it.
    pub fn of(
        loaded: &Loaded,
        subject: &Subject<'_>,
        seed: u64,
        path_only: bool,
        tell: &mut dyn FnMut(&str),
    ) -> Result<Explained, Failure> {
        let failed = |error| failure(error, loaded);
        let is_random = subject.is_random();
        tell("the run itself");
        let (base, trace) = base(loaded, subject, seed)?;
        let measured = subject.measure_unchanged().map_err(failed)?;
        let (curves, pairs) = (Vec::new(), Vec::new());
        let mut explained = Explained { base, trace, measured, is_random, effects: None, curves, pairs };
        if path_only {
            return Ok(explained);
        }
        tell("what would help");
        explained.change(subject).map_err(failed)?;
        Ok(explained)
    }

    fn change(&mut self, subject: &Subject<'_>) -> Result<(), SubjectError> {
        let trace = self.trace.as_ref().filter(|_| !self.is_random);
        let each = self.base.events.max(1).saturating_mul(self.measured.values.len() as u64);
        let mut left = EVENTS / each;
        let most = usize::try_from(left.max(1)).unwrap_or(usize::MAX);
        let found = effects(subject, &self.measured, trace, most)?;
        left = left.saturating_sub(found.effects.len() as u64);
        if !self.is_random {
            for (place, effect) in found.effects.iter().enumerate() {
                let is_duration =
                    matches!(effect.factor.kind, FactorKind::DurationParam(_) | FactorKind::Durations(..));
                let is_known =
                    self.curves.iter().any(|(known, _)| found.effects[*known].factor == effect.factor);
                let has_room = self.curves.len() < CURVES && left >= CURVE_RUNS;
                let is_large = effect.helps() && effect.saved.mean() >= WORTH * self.figure().unwrap_or(0.0);
                if !has_room || !is_duration || is_known || !is_large {
                    continue;
                }
                left -= CURVE_RUNS;
                let curve = speed_up_curve(subject, &self.measured, &effect.factor)?;
                self.curves.extend(curve.map(|curve| (place, curve)));
            }
        }
        if left >= PAIR_RUNS {
            self.pairs = pair_effects(subject, &self.measured, &found)?;
        }
        self.effects = Some(found);
        Ok(())
    }

    /// Whether the run itself came to an end that a user must know about.
    pub fn is_finding(&self) -> bool {
        !matches!(self.base.outcome, Outcome::Completed | Outcome::Horizon)
    }

    /// The figure; of several replications their mean.
    pub fn figure(&self) -> Option<f64> {
        let estimate = self.measured.estimate();
        (estimate.count() > 0).then(|| estimate.mean())
    }

    /// The highest bound, if the run is as short as that, and no process does something else
    /// in another order: then no order of events helps.
    pub fn unbeatable(&self) -> Option<LowerBound> {
        self.base.unbeatable()
    }

    /// Whether every order of simultaneous events was searched, and none is shorter.
    pub fn is_shortest_order(&self) -> bool {
        self.base.every_order.is_some_and(|every| every.least >= self.base.end)
    }
}

impl Base {
    fn unbeatable(&self) -> Option<LowerBound> {
        let first = *self.bounds.first()?;
        let is_met = self.path.as_ref().is_some_and(|path| path.end.as_nanos() == first.nanos);
        (is_met && self.hangs_on_order.is_none()).then_some(first)
    }
}

/// Runs the scenario as it is, and keeps all that happens if that is not too much.
fn base(loaded: &Loaded, subject: &Subject<'_>, seed: u64) -> Result<(Base, Option<Trace>), Failure> {
    let program = loaded.program()?;
    let header = program.header(seed);
    let mut sinks = (RecordingSink::with_cap(KEPT), CriticalPathSink::new(&header));
    let mut control =
        |_| if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let run = Simulation::new(&program, seed, 0).run(&mut DynSink::new(&mut sinks), &mut control);
    let run = run.map_err(|_| failure(SubjectError::Interrupted, loaded))?;
    let (recording, paths) = sinks;
    let left_out = recording.left_out();
    let trace = recording.finish(header.clone(), run.outcome.clone(), run.end);
    let events = trace.events.len() as u64 + left_out;
    let trace = Some(trace).filter(|_| left_out == 0);
    let end = subject.end();
    let path = end.and_then(|end| paths.finish(&run.outcome, run.end, end));
    let of_trace = |end: PathEnd| trace.as_ref().map(|trace| (trace.slack(end), trace.lower_bounds(end)));
    let (slack, bounds) = end.and_then(of_trace).unwrap_or_default();
    let orders = match (&path, end) {
        (Some(path), Some(end)) => other_paths(&program, &header, (path, end), events),
        _ => None,
    };
    let hangs_on_order = hangs_on_order(&loaded.scenario.model);
    let asks_total = matches!(end, Some(PathEnd::TotalTime)) && run.outcome == Outcome::Completed;
    let (outcome, end) = (run.outcome, run.end);
    let mut base =
        Base { header, outcome, end, events, path, slack, bounds, hangs_on_order, orders, every_order: None };
    let has_orders = base.orders.as_ref().is_some_and(|orders| orders.tried > 0);
    if asks_total && has_orders && !subject.is_random() && base.unbeatable().is_none() {
        base.every_order = every_order(&program, seed);
        interrupt::check()?;
    }
    Ok((base, trace))
}

/// What to say of an error of the runs.
fn failure(error: SubjectError, loaded: &Loaded) -> Failure {
    match error {
        SubjectError::Interrupted => Failure {
            exit: Exit::Interrupted,
            message: format!("'{}' was interrupted", console::printable(&loaded.label)),
        },
        SubjectError::Invalid(why) => Failure::usage(why),
    }
}
