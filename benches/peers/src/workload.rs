//! The three workloads, their sizes, and what a run of one reports.
//!
//! - **W1, M/M/1**: an arrival process delays Exp(mean 1/0.9) and puts the time of arrival, N times; a server gets
//!   one, delays Exp(mean 1) and records the time in system. Two events a customer.
//! - **W2, hold**: K processes delay Exp(mean 1) again and again; one wake-up is one event. It ends with exactly
//!   the given number of wake-ups.
//! - **W3, bounded buffer**: lab 5 with two memories, at length. A loader, a trainer and an inferer over two
//!   mutexes and four counting semaphores; seven timed events and 44 semaphore operations for three items.
//!
//! This module does not decide how an engine writes them down: that is one file per engine in `engines`.

use serde::{Deserialize, Serialize};

/// The rate of arrivals of W1; the rate of service is 1, so this is the utilization.
pub const ARRIVAL_RATE: f64 = 0.9;
/// The slots of each of the two memories of W3.
pub const CAPACITY: usize = 15;
/// How many items the trainer of W3 takes at once.
pub const CHUNK: u64 = 3;
/// What the loader, the trainer and the inferer of W3 delay before they touch a memory, in seconds.
pub const PERIODS_S: [u32; 3] = [1, 5, 2];

/// One of the workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Workload {
    /// W1 with this many customers.
    Queue { customers: u64 },
    /// W2 with this many processes and wake-ups.
    Hold { processes: u32, wake_ups: u64 },
    /// W3 with this many items, a multiple of [`CHUNK`].
    Buffer { items: u64 },
}

impl Workload {
    /// The workload called `W1`, `W2` (with its number of processes) or `W3`, divided in length by `divisor`.
    ///
    /// # Errors
    /// Another name, W2 without a number of processes, the others with one.
    pub fn named(name: &str, processes: Option<u32>, divisor: u64) -> Result<Self, String> {
        let divisor = divisor.max(1);
        match (name.to_ascii_uppercase().as_str(), processes) {
            ("W1", None) => Ok(Self::Queue { customers: 1_000_000 / divisor }),
            ("W2", Some(processes)) if processes > 0 => {
                Ok(Self::Hold { processes, wake_ups: 5_000_000 / divisor })
            }
            ("W3", None) => Ok(Self::Buffer { items: 999_999 / divisor / CHUNK * CHUNK }),
            ("W2", _) => Err("W2 needs its number of processes, as in `W2 1000`".into()),
            ("W1" | "W3", Some(_)) => Err(format!("{name} takes no number of processes")),
            _ => Err(format!("unknown workload '{name}'; there are W1, W2 and W3")),
        }
    }

    /// The workload written as one word: `W1`, `W2:1000` or `W3`.
    ///
    /// # Errors
    /// As [`Workload::named`], and a number of processes that is none.
    pub fn parse(word: &str, divisor: u64) -> Result<Self, String> {
        match word.split_once(':') {
            Some((name, processes)) => {
                let processes = processes.parse().map_err(|error| format!("'{word}': {error}"))?;
                Self::named(name, Some(processes), divisor)
            }
            None => Self::named(word, None, divisor),
        }
    }

    /// The five settings that are compared unless others are asked for.
    pub const COMPARED: [&str; 5] = ["W1", "W2:3", "W2:1000", "W2:100000", "W3"];

    /// `W1`, `W2` or `W3`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queue { .. } => "W1",
            Self::Hold { .. } => "W2",
            Self::Buffer { .. } => "W3",
        }
    }

    /// The number of processes of W2.
    pub fn processes(self) -> Option<u32> {
        match self {
            Self::Hold { processes, .. } => Some(processes),
            _ => None,
        }
    }

    /// A heading for people.
    pub fn title(self) -> String {
        match self {
            Self::Queue { customers } => format!("W1, M/M/1, {customers} customers"),
            Self::Hold { processes, wake_ups } => {
                format!("W2, hold, {processes} processes, {wake_ups} wake-ups")
            }
            Self::Buffer { items } => format!("W3, bounded buffer, {items} items"),
        }
    }

    /// What [`Finished::count`] counts, and how many of them a correct run has.
    pub fn counted(self) -> (&'static str, u64) {
        match self {
            Self::Queue { customers } => ("events", 2 * customers),
            Self::Hold { wake_ups, .. } => ("events", wake_ups),
            Self::Buffer { items } => ("items", items),
        }
    }
}

/// What an engine reports of one run.
#[derive(Clone, Copy, Debug)]
pub struct Finished {
    /// Events of W1 and W2, items of W3, counted while they happened.
    pub count: u64,
    /// Wall-clock time of the run alone: the model is built before, and torn down after.
    pub seconds: f64,
    /// The engine's clock at the end, in simulated seconds.
    pub end_time_s: f64,
    /// The mean time in system of W1, in simulated seconds.
    pub mean_sojourn_s: Option<f64>,
}

/// The machine-readable line that a measuring process prints: one JSON object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    pub engine: String,
    pub workload: String,
    pub processes: Option<u32>,
    pub unit: String,
    pub count: u64,
    pub seconds: f64,
    pub end_time_s: f64,
    pub mean_sojourn_s: Option<f64>,
    /// How far the anonymous memory of the process grew above what it was before the engine was touched; `None`
    /// where the operating system does not say.
    pub peak_bytes: Option<u64>,
}

impl Record {
    /// The line for a finished run.
    pub fn new(engine: &str, workload: Workload, finished: Finished, peak_bytes: Option<u64>) -> Self {
        Self {
            engine: engine.to_owned(),
            workload: workload.name().to_owned(),
            processes: workload.processes(),
            unit: workload.counted().0.to_owned(),
            count: finished.count,
            seconds: finished.seconds,
            end_time_s: finished.end_time_s,
            mean_sojourn_s: finished.mean_sojourn_s,
            peak_bytes,
        }
    }
}
