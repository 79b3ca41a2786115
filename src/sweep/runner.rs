//! Runs jobs of a plan, one run after the other, or several of one job at once.
//!
//! Decides what is looked at in a run: as little as the figures need, since most of
//! the time of a short run is what is collected of it.

use super::design::DesignPoint;
use super::estimate::Estimate;
use super::plan::{Batch, KnownRuns, Plan};
use super::row::{Findings, RunRow, key, line};
use crate::analysis::{FigureCollector, FigureValue, MeasureSink, RaceSink, Statistics, StatisticsSink};
use crate::backend::virtual_time::{Control, Interrupted, RunEnd, RunProgress};
use crate::backend::{Binding, Rebound, Rerun};
use crate::time::Time;
use crate::trace::{DynSink, Fingerprint, Header, NoTrace, Ties};
use std::fmt;
use std::ops::{ControlFlow, Range};

/// The first replications of a point whose number is not known beforehand.
const FIRST: u64 = 10;

/// Makes runs of one plan; each thread has its own.
pub struct Runner<'p> {
    plan: &'p Plan<'p>,
    /// The parameters and names of `ready`, if a run was ever made.
    ready: Option<Ready<'p>>,
    /// They make runs of the same job at the same time, where it is one of many.
    helpers: Vec<Runner<'p>>,
}

/// Everything that a run needs and that is made once.
struct Ready<'p> {
    point: u64,
    rerun: Rerun<'p>,
    /// The same in reverse order of simultaneous events.
    reversed: Option<Rerun<'p>>,
    header: Header,
    collector: FigureCollector,
    statistics: StatisticsSink,
}

/// Why a job has no rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoRows {
    /// The user wants to stop.
    Interrupted,
    /// The scenario cannot be run at this point.
    Invalid(String),
}

impl From<Interrupted> for NoRows {
    fn from(_: Interrupted) -> NoRows {
        NoRows::Interrupted
    }
}

impl std::error::Error for NoRows {}

impl fmt::Display for NoRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoRows::Interrupted => f.write_str("interrupted"),
            NoRows::Invalid(why) => f.write_str(why),
        }
    }
}

/// Asked now and then whether to stop.
pub type StopCheck<'s> = &'s (dyn Fn() -> bool + Sync);

impl<'p> Runner<'p> {
    /// For jobs of this plan.
    pub fn new(plan: &'p Plan<'p>) -> Runner<'p> {
        Runner { plan, ready: None, helpers: Vec::new() }
    }

    /// Makes the runs of a job whose number is not known beforehand on so many threads, which
    /// is at least one.
    #[must_use]
    pub fn on_threads(self, threads: usize) -> Runner<'p> {
        let helpers = (1..threads).map(|_| Runner::new(self.plan)).collect();
        Runner { helpers, ..self }
    }

    /// The rows of a job; none if a condition leaves the point out. Of runs that are
    /// `recorded` the lines are taken.
    ///
    /// # Errors
    /// If the user stops it, or the scenario cannot be run there.
    pub fn run(
        &mut self,
        job: Batch,
        recorded: Option<&KnownRuns>,
        stop: StopCheck<'_>,
    ) -> Result<Vec<RunRow>, NoRows> {
        let plan = self.plan;
        let invalid = |why: String| NoRows::Invalid(at_point(plan, job.point, &why));
        let point = plan.design().point(&plan.scenario().model, job.point).map_err(invalid)?;
        let Some(point) = point else { return Ok(Vec::new()) };
        let replications = job.first..job.first + job.count;
        let Some(precision) = plan.precision() else {
            return replications.map(|replication| self.row(&point, replication, recorded, stop)).collect();
        };
        let (mut rows, mut estimate, mut enough) = (Vec::new(), Estimate::default(), FIRST);
        loop {
            let next = replications.start + rows.len() as u64;
            let round = next..replications.end.min(replications.start + enough);
            for row in self.rows(&point, round.clone(), recorded, stop)? {
                if let Some(Some(number)) = row.numbers.get(precision.figure).filter(|_| !row.is_finding()) {
                    estimate.add(number.as_f64());
                }
                rows.push(row);
            }
            let half = estimate.half_width(0.95).unwrap_or(f64::INFINITY);
            let target = precision.share * libm::fabs(estimate.mean());
            if half <= target || round.end == replications.end {
                return Ok(rows);
            }
            // The half-width goes with the root of the number; never far at once.
            let wanted = enough as f64 * (half / target) * (half / target);
            enough = (wanted as u64).clamp(enough + 1, enough + enough / 2);
        }
    }

    /// The rows of these replications in order, some of them by each helper.
    fn rows(
        &mut self,
        point: &DesignPoint,
        replications: Range<u64>,
        recorded: Option<&KnownRuns>,
        stop: StopCheck<'_>,
    ) -> Result<Vec<RunRow>, NoRows> {
        let threads = self.helpers.len() as u64 + 1;
        let share = (replications.end - replications.start).div_ceil(threads).max(1);
        let of_share = &|runner: &mut Runner<'p>, number: u64| -> Result<Vec<RunRow>, NoRows> {
            let first = replications.start + number * share;
            let own = first..replications.end.min(first + share);
            own.map(|replication| runner.row(point, replication, recorded, stop)).collect()
        };
        let mut helpers = std::mem::take(&mut self.helpers);
        let rows = std::thread::scope(|scope| {
            let others: Vec<_> = (1..)
                .zip(&mut helpers)
                .map(|(number, helper)| scope.spawn(move || of_share(helper, number)))
                .collect();
            let mut rows = of_share(self, 0)?;
            for other in others {
                rows.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok(rows)
        });
        self.helpers = helpers;
        rows
    }

    fn row(
        &mut self,
        point: &DesignPoint,
        replication: u64,
        recorded: Option<&KnownRuns>,
        stop: StopCheck<'_>,
    ) -> Result<RunRow, NoRows> {
        let plan = self.plan;
        if let Some(line) = recorded.and_then(|recorded| recorded.get(&key(&point.varied, replication)))
            && let Some(row) = RunRow::read(plan, (point.number, replication), line)
        {
            return Ok(row);
        }
        let ready = self.at(point)?;
        let (end, numbers, mut findings) = ready.once(plan, replication, stop)?;
        if plan.columns().ties {
            findings.ties_differ = Some(ready.differs_reversed(plan, replication, (&end, &numbers), stop)?);
        }
        let outcome = end.outcome.name();
        let line = line(plan, &point.varied, replication, outcome, &numbers, &findings);
        Ok(RunRow { point: point.number, replication, outcome, numbers, line, was_there: false })
    }

    /// Ready to run this point.
    fn at(&mut self, point: &DesignPoint) -> Result<&mut Ready<'p>, NoRows> {
        let plan = self.plan;
        let invalid = |why: String| NoRows::Invalid(at_point(plan, point.number, &why));
        if let Some(ready) = &mut self.ready {
            ready.go_to(point).map_err(invalid)?;
        } else {
            self.ready = Some(Ready::new(plan, point).map_err(invalid)?);
        }
        self.ready.as_mut().ok_or(NoRows::Interrupted)
    }
}

fn at_point(plan: &Plan<'_>, point: u64, why: &str) -> String {
    let values = plan.design().names().zip(plan.design().varied(point));
    let values: Vec<String> = values.map(|(name, value)| format!("{name}={value}")).collect();
    format!("with {}: {why}", values.join(" "))
}

impl<'p> Ready<'p> {
    fn new(plan: &'p Plan<'p>, point: &DesignPoint) -> Result<Ready<'p>, String> {
        let bind = || {
            let binding = Binding::new(plan.compiled(), &plan.scenario().model, &point.params);
            binding.map_err(|error| error.message)
        };
        let rerun = Rerun::new(bind()?);
        let reversed = match plan.columns().ties {
            true => Some(Rerun::with_ties(bind()?, Ties::Reversed)),
            false => None,
        };
        let header = rerun.program().header(plan.seed());
        let collector = FigureCollector::new(plan.requests().to_vec(), &header);
        let statistics = StatisticsSink::with_log_cap(&header, 0);
        Ok(Ready { point: point.number, rerun, reversed, header, collector, statistics })
    }

    fn go_to(&mut self, point: &DesignPoint) -> Result<(), String> {
        if self.point == point.number {
            return Ok(());
        }
        let rebound = self.rerun.set(&point.params).map_err(|error| error.message)?;
        if let Some(reversed) = &mut self.reversed {
            reversed.set(&point.params).map_err(|error| error.message)?;
        }
        if rebound == Rebound::Anew {
            self.header = self.rerun.program().header(self.header.seed);
            self.collector.rename(&self.header);
        }
        self.point = point.number;
        Ok(())
    }

    /// One run with what it came to.
    fn once(
        &mut self,
        plan: &Plan<'_>,
        replication: u64,
        stop: StopCheck<'_>,
    ) -> Result<(RunEnd, Vec<Option<FigureValue>>, Findings), Interrupted> {
        let columns = plan.columns();
        self.rerun.replicate(plan.seed(), replication);
        let mut fingerprint = columns.fingerprint.then(Fingerprint::new);
        let mut races = columns.races.then(|| RaceSink::new(&self.header));
        let (end, statistics) = measured(
            &mut self.rerun,
            &mut self.statistics,
            &mut self.collector,
            (&mut fingerprint, &mut races),
            stop,
        )?;
        let numbers = self.collector.numbers(&self.header, &statistics);
        let fingerprint = fingerprint.map(|fingerprint| fingerprint.finish(end.outcome.name(), end.end));
        let races = races.map(|races| {
            let races = races.finish();
            races.list.len() as u64 + races.more
        });
        Ok((end, numbers, Findings { fingerprint, ties_differ: None, races }))
    }

    /// Whether simultaneous events in reverse order come to something else.
    fn differs_reversed(
        &mut self,
        plan: &Plan<'_>,
        replication: u64,
        (end, numbers): (&RunEnd, &[Option<FigureValue>]),
        stop: StopCheck<'_>,
    ) -> Result<bool, Interrupted> {
        let Some(reversed) = &mut self.reversed else { return Ok(false) };
        reversed.replicate(plan.seed(), replication);
        let (other, statistics) =
            measured(reversed, &mut self.statistics, &mut self.collector, (&mut None, &mut None), stop)?;
        let others = self.collector.numbers(&self.header, &statistics);
        Ok(other.outcome.name() != end.outcome.name() || others != numbers)
    }
}

/// One run with its figures; only the end of it, if nothing else is asked for.
fn measured(
    rerun: &mut Rerun<'_>,
    statistics: &mut StatisticsSink,
    collector: &mut FigureCollector,
    (fingerprint, races): (&mut Option<Fingerprint>, &mut Option<RaceSink>),
    stop: StopCheck<'_>,
) -> Result<(RunEnd, Statistics), Interrupted> {
    let mut control =
        |_: RunProgress| if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let looks_at_events = collector.takes_events() || fingerprint.is_some() || races.is_some();
    if !looks_at_events && !collector.needs_statistics() {
        return only_measured(rerun, collector.needs_measures(), &mut control);
    }
    let program = rerun.program();
    let counts = collector.needs_statistics() || collector.needs_measures();
    let measures = if collector.needs_measures() { program.measures.as_slice() } else { &[] };
    statistics.reset(program.process_infos(), &program.resources, measures);
    collector.reset();
    let end = {
        let sinks = ((counts.then_some(&mut *statistics), collector), (fingerprint, races));
        let mut sinks = sinks;
        rerun.run(&mut DynSink::new(&mut sinks), &mut control)?
    };
    let figures = if counts { statistics.take_figures(end.end) } else { only_total_time(end.end) };
    Ok((end, figures))
}

/// One run of which nothing is looked at but the end, and what the scenario measures if
/// that `is_asked`.
fn only_measured(
    rerun: &mut Rerun<'_>,
    is_asked: bool,
    control: &mut Control<'_>,
) -> Result<(RunEnd, Statistics), Interrupted> {
    if !is_asked {
        let end = rerun.run(&mut NoTrace, control)?;
        let statistics = only_total_time(end.end);
        return Ok((end, statistics));
    }
    let program = rerun.program();
    let mut sink = MeasureSink::new(&program.measures, &program.resources);
    let end = rerun.run(&mut sink, control)?;
    let (at, measures) = (end.end, sink.finish(end.end));
    Ok((end, Statistics { measures, ..only_total_time(at) }))
}

/// The figures of a run of which only the end is known: it ends with the last process
/// that it waits for, or where it is cut.
fn only_total_time(end: Time) -> Statistics {
    Statistics {
        total_time: end,
        events: 0,
        processes: Vec::new(),
        resources: Vec::new(),
        marks: Vec::new(),
        measures: Vec::new(),
        log: Vec::new(),
        log_left_out: 0,
    }
}
