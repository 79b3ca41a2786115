//! Times by process, waits and levels by resource, and what the log says.
//!
//! Decides what each figure means. How they are collected while a run goes on
//! is the business of `collect`.

use super::marks::MarkStatistics;
use super::measures::MeasureStatistics;
use crate::ids::{ProcessId, ResourceId};
use crate::time::Time;

/// The figures of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// From the start to the last completion; to the end of the run if not
    /// every process completed.
    pub total_time: Time,
    /// The number of events in the trace.
    pub events: u64,
    /// By [`ProcessId`].
    pub processes: Vec<ProcessStatistics>,
    /// By [`ResourceId`].
    pub resources: Vec<ResourceStatistics>,
    /// By mark.
    pub marks: Vec<MarkStatistics>,
    /// What the measures came to, in the order of the scenario.
    pub measures: Vec<MeasureStatistics>,
    /// The lines of the log, in order, up to the bound that was set.
    pub log: Vec<LogLine>,
    /// How many lines of the log there were beyond them.
    pub log_left_out: u64,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written.
    pub time: Time,
    /// Who wrote it.
    pub process: ProcessId,
    /// What it says.
    pub text: String,
}

/// How one process spent its time, in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessStatistics {
    /// When its first step began; `None` if it never did.
    pub started: Option<Time>,
    /// When its last step ended; `None` if it never did.
    pub finished: Option<Time>,
    /// Not started yet.
    pub new: u64,
    /// Using a processor.
    pub running: u64,
    /// At work, but not served by a core of its processor.
    pub ready: u64,
    /// Letting time pass without one.
    pub delayed: u64,
    /// Waiting, by resource, in the order of resource ids; only resources for
    /// which it did wait for a time, or waits at the end, be it only since then.
    pub blocked: Vec<(ResourceId, u64)>,
    /// Since when it waits, if it does at the end.
    pub waiting_since: Option<Time>,
}

impl ProcessStatistics {
    /// Waiting for any resource, in nanoseconds.
    pub fn blocked_in_all(&self) -> u64 {
        self.blocked.iter().map(|&(_, nanos)| nanos).sum()
    }
}

/// What one resource saw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResourceStatistics {
    /// The share of the run in which it was in use: a mutex held; of a
    /// semaphore's initial permits, a processor's cores or a buffer's capacity the
    /// mean share taken.
    /// `None` where that means nothing.
    pub utilization: Option<f64>,
    /// Requests: acquires, gets and puts, each permit or item counted. One that
    /// still waits at the end counts as one, whatever it asks for.
    pub requests: u64,
    /// The waits among them.
    pub waits: WaitStatistics,
    /// Those of them that ran out.
    pub timeouts: u64,
    /// Free permits (1 or 0 for a mutex) or items, averaged over time.
    pub level_mean: f64,
    /// The highest level, those that lasted no time included: a buffer filled
    /// and emptied at one instant needed the room all the same.
    pub level_max: u64,
    /// The level at the end.
    pub level_end: u64,
}

impl ResourceStatistics {
    /// The mean wait of a request, those that did not wait included, in
    /// nanoseconds; 0 without requests.
    pub fn wait_per_request(&self) -> f64 {
        mean(self.waits.total, self.requests)
    }
}

/// Waits that took place, those of length 0 included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WaitStatistics {
    /// How many.
    pub count: u64,
    /// Their lengths in all, in nanoseconds.
    pub total: u128,
    /// The longest, in nanoseconds.
    pub longest: u64,
}

impl WaitStatistics {
    /// Counts a wait of so many nanoseconds.
    pub(super) fn add(&mut self, nanos: u64) {
        self.count += 1;
        self.total += u128::from(nanos);
        self.longest = self.longest.max(nanos);
    }

    /// Lets the wait before, of so many nanoseconds, have lasted so much longer.
    pub(super) fn go_on(&mut self, before: u64, nanos: u64) {
        self.total += u128::from(nanos);
        self.longest = self.longest.max(before + nanos);
    }

    /// The mean length of a wait, in nanoseconds; 0 without waits.
    pub fn mean(&self) -> f64 {
        mean(self.total, self.count)
    }
}

fn mean(total: u128, count: u64) -> f64 {
    if count == 0 { 0.0 } else { total as f64 / count as f64 }
}
