//! Runs a plan on several threads, and hands its runs on in the order of the plan.
//!
//! Decides who runs which job next, and how far the fast may be ahead of the slow: what
//! is handed on never depends on it.

use super::plan::{Batch, KnownRuns, Plan};
use super::row::RunRow;
use super::runner::{NoRows, Runner, StopCheck};
use super::summary::BaseNumbers;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many jobs a thread takes at once, where they are short.
const MOST_AT_ONCE: u64 = 64;

/// How many jobs may be done and wait for an earlier one, for each thread.
const AHEAD: u64 = 4 * MOST_AT_ONCE;

/// How a sweep ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All jobs were handed on.
    Whole,
    /// The user stopped it, or whoever takes the runs did.
    Stopped,
}

/// Which jobs are taken, and up to which all are handed on.
struct Progress {
    taken: u64,
    handed_on: u64,
    ended: bool,
}

struct Shared {
    progress: Mutex<Progress>,
    moved: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next jobs for one of so many threads; `None` if there are no more.
    fn take(&self, jobs: u64, workers: u64) -> Option<std::ops::Range<u64>> {
        let mut progress = self.lock();
        while !progress.ended && progress.taken >= progress.handed_on + AHEAD * workers {
            progress = self.moved.wait(progress).unwrap_or_else(PoisonError::into_inner);
        }
        if progress.ended || progress.taken >= jobs {
            return None;
        }
        // At the end single jobs, so that all threads are done at about one time.
        let share = ((jobs - progress.taken) / (4 * workers)).clamp(1, MOST_AT_ONCE);
        let first = progress.taken;
        progress.taken = (first + share).min(jobs);
        Some(first..progress.taken)
    }

    fn hand_on(&self, up_to: u64) {
        self.lock().handed_on = up_to;
        self.moved.notify_all();
    }

    fn end(&self) {
        self.lock().ended = true;
        self.moved.notify_all();
    }
}

/// Runs of a plan: who makes them, and which are there already.
#[derive(Debug, Clone, Copy)]
pub struct Execution<'e> {
    /// What is run.
    pub plan: &'e Plan<'e>,
    /// On how many threads.
    pub workers: usize,
    /// The first job that is not done.
    pub first: u64,
    /// Runs that are there already, in whatever order.
    pub recorded: Option<&'e KnownRuns>,
}

impl<'e> Execution<'e> {
    /// All of a plan, on so many threads.
    pub fn new(plan: &'e Plan<'e>, workers: usize) -> Execution<'e> {
        Execution { plan, workers, first: 0, recorded: None }
    }

    /// Runs all jobs from the first on and hands their rows to `take`, job after job in
    /// the order of the plan; those of a job whose point a condition leaves out are none.
    ///
    /// # Errors
    /// A message, if the scenario cannot be run at a point; all before it was handed on.
    pub fn run(
        self,
        stop: StopCheck<'_>,
        take: &mut dyn FnMut(Vec<RunRow>) -> ControlFlow<()>,
    ) -> Result<Ended, String> {
        self.run_jobs(self.plan.jobs(), &|number| self.plan.job(number), stop, take)
    }

    /// The figures of the base point, by replication, for comparisons in pairs; of a
    /// plan that is no part of another one.
    ///
    /// # Errors
    /// A message, if the scenario cannot be run there. `None` if the user stopped it.
    pub fn base(self, stop: StopCheck<'_>) -> Result<Option<BaseNumbers>, String> {
        let jobs = self.plan.base_jobs();
        let mut all = BaseNumbers::new(self.plan.requests().len());
        let whole = Execution { first: 0, ..self };
        let job = |number| self.plan.job(jobs.start + number);
        let ended = whole.run_jobs(jobs.end - jobs.start, &job, stop, &mut |rows| {
            all.extend(&rows);
            ControlFlow::Continue(())
        })?;
        Ok((ended == Ended::Whole).then_some(all))
    }

    /// Runs these jobs and hands their rows to `take` in this order.
    ///
    /// # Errors
    /// A message, if the scenario cannot be run at one of their points.
    pub fn run_these(
        self,
        jobs: &[Batch],
        stop: StopCheck<'_>,
        take: &mut dyn FnMut(Vec<RunRow>) -> ControlFlow<()>,
    ) -> Result<Ended, String> {
        let whole = Execution { first: 0, ..self };
        whole.run_jobs(jobs.len() as u64, &|number| jobs[number as usize], stop, take)
    }

    fn run_jobs(
        self,
        jobs: u64,
        job: &(dyn Fn(u64) -> Batch + Sync),
        stop: StopCheck<'_>,
        take: &mut dyn FnMut(Vec<RunRow>) -> ControlFlow<()>,
    ) -> Result<Ended, String> {
        let Execution { plan, workers: threads, first: from, recorded } = self;
        let workers =
            threads.clamp(1, usize::try_from(jobs.saturating_sub(from)).unwrap_or(usize::MAX).max(1));
        // Where there are fewer jobs than threads, a job has several.
        let each = if plan.precision().is_some() { threads / workers } else { 1 };
        let progress = Progress { taken: from, handed_on: from, ended: false };
        let shared = Shared { progress: Mutex::new(progress), moved: Condvar::new() };
        std::thread::scope(|scope| {
            let (sender, receiver) = channel();
            for _ in 0..workers {
                let sender: Sender<(u64, Result<Vec<RunRow>, NoRows>)> = sender.clone();
                let shared = &shared;
                scope.spawn(move || {
                    let mut runner = Runner::new(plan).on_threads(each);
                    while let Some(numbers) = shared.take(jobs, workers as u64) {
                        for number in numbers {
                            let rows = runner.run(job(number), recorded, stop);
                            let is_last = rows.is_err();
                            if sender.send((number, rows)).is_err() || is_last {
                                return;
                            }
                        }
                    }
                });
            }
            drop(sender);
            let mut waiting: BTreeMap<u64, Result<Vec<RunRow>, NoRows>> = BTreeMap::new();
            let mut next = from;
            let mut ended = Ok(Ended::Whole);
            'receive: for (number, rows) in receiver {
                waiting.insert(number, rows);
                let before = next;
                while let Some(rows) = waiting.remove(&next) {
                    next += 1;
                    match rows {
                        Ok(rows) => {
                            if take(rows).is_break() {
                                ended = Ok(Ended::Stopped);
                                break 'receive;
                            }
                        }
                        Err(NoRows::Interrupted) => {
                            ended = Ok(Ended::Stopped);
                            break 'receive;
                        }
                        Err(NoRows::Invalid(why)) => {
                            ended = Err(why);
                            break 'receive;
                        }
                    }
                }
                if next > before {
                    shared.hand_on(next);
                }
            }
            shared.end();
            // A thread that was stopped leaves a gap behind which nothing is handed on.
            match ended {
                Ok(Ended::Whole) if next < jobs => Ok(Ended::Stopped),
                other => other,
            }
        })
    }
}
