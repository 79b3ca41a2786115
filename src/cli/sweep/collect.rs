//! Runs what of a plan is not there yet, and adds all of it up.
//!
//! Decides what is kept of points: all of them in the table of points, and as many as
//! charts can use in memory.

use super::about::About;
use super::store::{self, Opened, Store};
use super::summary_table::SummaryTable;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::output::Folder;
use crate::cli::progress::ProgressLine;
use crate::figure::counted;
use crate::sweep::{BaseNumbers, Ended, Execution, KnownRuns, Plan, PointSummary, RunRow, Summaries};
use crate::time::format_nanos_short;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// The most points that table and charts are made of.
const KEPT: usize = 100_000;

/// Where the rows of a plan come from.
pub trait RowSource {
    /// The figures of the point with which the others are compared; `None` if the user
    /// stops it.
    ///
    /// # Errors
    /// If the scenario cannot be run there, or something cannot be read.
    fn base(&self, plan: &Plan<'_>) -> Result<Option<BaseNumbers>, Failure>;

    /// Hands on the rows of all jobs from `first` on, in the order of the plan. Those of
    /// runs that are `recorded` in the folder are taken.
    ///
    /// # Errors
    /// If the scenario cannot be run at a point, or something cannot be read; all before
    /// it was handed on.
    fn rows(
        &self,
        plan: &Plan<'_>,
        first: u64,
        recorded: &KnownRuns,
        take: &mut dyn FnMut(Vec<RunRow>) -> ControlFlow<()>,
    ) -> Result<Ended, Failure>;
}

/// Runs that are made here.
pub struct Making {
    /// By so many threads.
    pub workers: usize,
}

impl RowSource for Making {
    fn base(&self, plan: &Plan<'_>) -> Result<Option<BaseNumbers>, Failure> {
        Execution::new(plan, self.workers).base(&interrupt::requested).map_err(Failure::usage)
    }

    fn rows(
        &self,
        plan: &Plan<'_>,
        first: u64,
        recorded: &KnownRuns,
        take: &mut dyn FnMut(Vec<RunRow>) -> ControlFlow<()>,
    ) -> Result<Ended, Failure> {
        let execution = Execution { plan, workers: self.workers, first, recorded: Some(recorded) };
        execution.run(&interrupt::requested, take).map_err(|why| not_run(&why))
    }
}

/// That a scenario cannot be run at a point.
pub fn not_run(why: &str) -> Failure {
    Failure::usage(format!("{why}; leave such points out with --where"))
}

/// What a sweep came to.
pub struct Collected {
    /// The points, in the order of the plan, as far as they are kept.
    pub points: Vec<PointSummary>,
    /// How many more there are.
    pub left_out: u64,
    /// By outcome that a user must know about, how many points had it, and the first.
    pub findings: Vec<(&'static str, u64, PointSummary)>,
    /// How many runs there are, and how many of them were there before.
    pub runs: u64,
    pub reused: u64,
    /// The point that others are compared with.
    pub base: Option<u64>,
    /// Whether all of the plan was run.
    pub is_whole: bool,
    /// The table of runs.
    pub table: PathBuf,
    /// The table of points.
    pub summary: PathBuf,
}

impl Collected {
    fn add(&mut self, point: PointSummary) {
        for outcome in ["deadlock", "fault", "limit"] {
            if !point.outcomes.contains_key(outcome) {
                continue;
            }
            match self.findings.iter_mut().find(|(known, ..)| *known == outcome) {
                Some((_, count, _)) => *count += 1,
                None => self.findings.push((outcome, 1, point.clone())),
            }
        }
        if self.points.len() < KEPT { self.points.push(point) } else { self.left_out += 1 }
    }
}

/// Runs what is not there yet, and adds all of it up.
///
/// # Errors
/// If the scenario cannot be run at a point, or something cannot be written; what was
/// run before is on disk then.
pub fn collect(
    plan: &Plan<'_>,
    about: &About,
    text: &str,
    folder: &Folder,
    (source, fresh): (&dyn RowSource, bool),
) -> Result<Collected, Failure> {
    let base = base_of(plan, source)?;
    let collector = RefCell::new(Collector::new(plan, base, folder)?);
    let Opened { mut store, job, recorded } =
        Store::open(folder, about, text, plan, fresh, &mut |rows| collector.borrow_mut().add(rows))?;
    let mut progress = ProgressLine::new(&about.scenario);
    let (mut made, mut failure) = (0, None);
    let ended = source.rows(plan, job, &recorded, &mut |rows| {
        let lines: String = rows.iter().map(|row| row.line.as_str()).collect();
        if let Err(error) = store.write(&lines) {
            failure = Some(folder.failure(store::RUNS, &error));
            return ControlFlow::Break(());
        }
        made += rows.len() as u64;
        collector.borrow_mut().add(rows);
        if collector.borrow().failure.is_some() {
            return ControlFlow::Break(());
        }
        progress.say(|seconds| told_progress(plan, collector.borrow().collected.runs, made, seconds));
        ControlFlow::Continue(())
    });
    drop(progress);
    let is_whole = matches!(ended, Ok(Ended::Whole));
    let written = store.finish(is_whole).map_err(|error| folder.failure(store::RUNS, &error));
    if let Some(failure) = failure {
        return Err(failure);
    }
    let table = written?;
    let collected = collector.into_inner().finish(is_whole, table)?;
    ended.map(|_| collected)
}

fn told_progress(plan: &Plan<'_>, runs: u64, made: u64, seconds: f64) -> String {
    let rate = made as f64 / seconds;
    let left = plan.runs().saturating_sub(u128::from(runs)) as f64 / rate.max(1e-9);
    let all = counted(plan.runs());
    let left = format_nanos_short((left.min(1e9) * 1e9) as u64, 0);
    format!("{} of {all} runs, {rate:.0} a second, {left} left", counted(runs))
}

/// The figures of the point with which the others are compared; nothing if there are no
/// others, or they are in other parts.
fn base_of(plan: &Plan<'_>, source: &dyn RowSource) -> Result<Option<(u64, BaseNumbers)>, Failure> {
    let number = plan.design().base(&plan.scenario().model);
    let is_there = plan.design().point(&plan.scenario().model, number).is_ok_and(|point| point.is_some());
    if plan.points() < 2 || plan.is_shard() || !is_there {
        return Ok(None);
    }
    let numbers = source.base(plan)?;
    interrupt::check()?;
    Ok(numbers.map(|numbers| (number, numbers)))
}

/// Adds runs up and writes the table of points on the way.
struct Collector<'p> {
    summaries: Summaries<'p>,
    table: SummaryTable<'p>,
    collected: Collected,
    failure: Option<Failure>,
}

impl<'p> Collector<'p> {
    fn new(
        plan: &'p Plan<'p>,
        base: Option<(u64, BaseNumbers)>,
        folder: &'p Folder,
    ) -> Result<Collector<'p>, Failure> {
        let collected = Collected {
            points: Vec::new(),
            left_out: 0,
            findings: Vec::new(),
            runs: 0,
            reused: 0,
            base: base.as_ref().map(|(base, _)| *base),
            is_whole: false,
            table: PathBuf::new(),
            summary: PathBuf::new(),
        };
        let table = SummaryTable::begin(plan, folder, base.is_some())?;
        Ok(Collector { summaries: Summaries::new(plan, base), table, collected, failure: None })
    }

    fn add(&mut self, rows: Vec<RunRow>) {
        self.collected.runs += rows.len() as u64;
        self.collected.reused += rows.iter().filter(|row| row.was_there).count() as u64;
        let point = self.summaries.add(rows);
        self.take(point);
    }

    fn take(&mut self, point: Option<PointSummary>) {
        let Some(point) = point else { return };
        if let Err(failure) = self.table.add(&point) {
            self.failure.get_or_insert(failure);
        }
        self.collected.add(point);
    }

    fn finish(mut self, is_whole: bool, table: PathBuf) -> Result<Collected, Failure> {
        let last = self.summaries.finish();
        self.take(last);
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        (self.collected.is_whole, self.collected.table) = (is_whole, table);
        self.collected.summary = self.table.finish()?;
        Ok(self.collected)
    }
}
