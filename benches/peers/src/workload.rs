//! The workloads, their sizes, and what a run of one reports.
//!
//! - **W1, M/M/1**: an arrival process delays Exp(mean 1/0.9) and puts the time of arrival, N times; a server gets
//!   one, delays Exp(mean 1) and records the time in system. Two events a customer.
//! - **W2, hold**: K processes delay Exp(mean 1) again and again; one wake-up is one event. It ends with exactly
//!   the given number of wake-ups.
//! - **W3, bounded buffer**: lab 5 with two memories, at length. A loader, a trainer and an inferer over two
//!   mutexes and four counting semaphores; seven timed events and 44 semaphore operations for three items.
//! - **W4, network**: jobs go round between stations of one server, and a draw says where to next. One event a visit.
//! - **W5, customers**: a process for each customer of several servers. Two events a customer.
//! - **W6, line**: many stages with little room between them. One event for each item at each stage.
//! - **W7, monitor**: producers and consumers around one lock and two conditions. Two events an item.
//! - **W8, philosophers**: they think and eat for random times, in the order of their forks. Two events a meal.
//! - **W9, arithmetic**: Collatz's rule, with branches, integers and a float. Counted are its steps.
//! - **W10, short runs**: a run of about a hundred events, each time with other parameters.
//!
//! This module does not decide how an engine writes them down: that is for the engines in `engines`.

use serde::{Deserialize, Serialize};

use crate::theory;

/// The rate of arrivals of W1; the rate of service is 1, so this is the utilization.
pub const ARRIVAL_RATE: f64 = 0.9;
/// The slots of each of the two memories of W3.
pub const CAPACITY: usize = 15;
/// How many items the trainer of W3 and that of W10 take at once.
pub const CHUNK: u64 = 3;
/// What the loader, the trainer and the inferer of W3 delay before they touch a memory, in seconds.
pub const PERIODS_S: [u32; 3] = [1, 5, 2];
/// The stations of W4.
pub const STATIONS: usize = 5;
/// How often each of them is chosen, of 20 times.
pub const WEIGHTS: [u32; STATIONS] = [6, 5, 4, 3, 2];
/// The jobs of W4.
pub const JOBS: usize = 20;
/// The servers of W5, each of which serves one a second on average.
pub const SERVERS: usize = 5;
/// The mean time between two arrivals of W5.
pub const ARRIVAL_MEAN_S: f64 = 0.25;
/// The stages of W6, each of which takes one second an item on average.
pub const STAGES: usize = 50;
/// The room in front of and behind each stage of W6.
pub const ROOM: usize = 2;
/// The producers, and the consumers, of W7.
pub const PAIRS: usize = 4;
/// The room in the store of W7.
pub const STORE: usize = 8;
/// What a producer of W7 takes to make an item and a consumer to use it, on average.
pub const MAKE_MEAN_S: f64 = 4.0;
/// The philosophers of W8, who eat for a second on average.
pub const PHILOSOPHERS: usize = 10;
/// What a philosopher thinks on average.
pub const THINK_MEAN_S: f64 = 2.0;
/// The items of each run of W10.
pub const SHORT_ITEMS: u32 = 15;
/// The seed of what the peers draw in W4 to W8.
pub const SEED: u64 = 1;

/// One of the workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Workload {
    /// W1 with this many customers.
    Queue { customers: u64 },
    /// W2 with this many processes and wake-ups.
    Hold { processes: u32, wake_ups: u64 },
    /// W3 with this many items, a multiple of [`CHUNK`].
    Buffer { items: u64 },
    /// W4 with this many visits of each job.
    Network { visits: u64 },
    /// W5 with this many customers.
    Customers { customers: u64 },
    /// W6 with this many items.
    Line { items: u64 },
    /// W7 with this many items of each producer, and for each consumer.
    Monitor { rounds: u64 },
    /// W8 with this many meals of each philosopher.
    Philosophers { meals: u64 },
    /// W9 from 1 up to this number.
    Arithmetic { numbers: u64 },
    /// W10 with this many runs.
    Short { runs: u64 },
}

/// The parameters of one of the runs of W10. The times are multiples of a quarter of a second, so that sums of them
/// are exact in every engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The room in each of the two buffers.
    pub capacity: u32,
    /// What the loader, the trainer and the inferer take, in seconds.
    pub periods_s: [f64; 3],
}

impl Settings {
    /// Those of the run with this number.
    pub fn of(run: u64) -> Self {
        let quarters = |least: u64, of: u64| (least + run % of) as f64 * 0.25;
        Self {
            capacity: (CHUNK + run % 13) as u32,
            periods_s: [quarters(2, 7), quarters(12, 10), quarters(4, 11)],
        }
    }
}

impl Workload {
    /// The workload called `W1` to `W10` (W2 with its number of processes), divided in length by `divisor`.
    ///
    /// # Errors
    /// Another name, W2 without a number of processes, the others with one.
    pub fn named(name: &str, processes: Option<u32>, divisor: u64) -> Result<Self, String> {
        let divisor = divisor.max(1);
        match (name.to_ascii_uppercase().as_str(), processes) {
            ("W2", Some(processes)) if processes > 0 => {
                Ok(Self::Hold { processes, wake_ups: 5_000_000 / divisor })
            }
            ("W2", _) => Err("W2 needs its number of processes, as in `W2 1000`".into()),
            (_, Some(_)) => Err(format!("{name} takes no number of processes")),
            ("W1", _) => Ok(Self::Queue { customers: 1_000_000 / divisor }),
            ("W3", _) => Ok(Self::Buffer { items: 999_999 / divisor / CHUNK * CHUNK }),
            ("W4", _) => Ok(Self::Network { visits: 100_000 / divisor }),
            ("W5", _) => Ok(Self::Customers { customers: 1_000_000 / divisor }),
            ("W6", _) => Ok(Self::Line { items: 40_000 / divisor }),
            ("W7", _) => Ok(Self::Monitor { rounds: 250_000 / divisor }),
            ("W8", _) => Ok(Self::Philosophers { meals: 100_000 / divisor }),
            ("W9", _) => Ok(Self::Arithmetic { numbers: 100_000 / divisor }),
            ("W10", _) => Ok(Self::Short { runs: 50_000 / divisor }),
            _ => Err(format!("unknown workload '{name}'; there are W1 to W10")),
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

    /// The settings that are compared unless others are asked for.
    pub const COMPARED: [&str; 12] =
        ["W1", "W2:3", "W2:1000", "W2:100000", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10"];

    /// `W1` to `W10`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queue { .. } => "W1",
            Self::Hold { .. } => "W2",
            Self::Buffer { .. } => "W3",
            Self::Network { .. } => "W4",
            Self::Customers { .. } => "W5",
            Self::Line { .. } => "W6",
            Self::Monitor { .. } => "W7",
            Self::Philosophers { .. } => "W8",
            Self::Arithmetic { .. } => "W9",
            Self::Short { .. } => "W10",
        }
    }

    /// The number of processes of W2.
    pub fn processes(self) -> Option<u32> {
        match self {
            Self::Hold { processes, .. } => Some(processes),
            _ => None,
        }
    }

    /// Its name and what it is, in a few words.
    pub fn what(self) -> String {
        let what = match self {
            Self::Queue { .. } => "M/M/1",
            Self::Hold { processes, .. } => return format!("W2, hold, {processes} processes"),
            Self::Buffer { .. } => "bounded buffer",
            Self::Network { .. } => "network with routing",
            Self::Customers { .. } => "a process for each customer",
            Self::Line { .. } => "long line, little room",
            Self::Monitor { .. } => "monitor with conditions",
            Self::Philosophers { .. } => "timed philosophers",
            Self::Arithmetic { .. } => "arithmetic",
            Self::Short { .. } => "short runs, other parameters",
        };
        format!("{}, {what}", self.name())
    }

    /// A heading for people.
    pub fn title(self) -> String {
        let size = match self {
            Self::Queue { customers } | Self::Customers { customers } => format!("{customers} customers"),
            Self::Hold { wake_ups, .. } => format!("{wake_ups} wake-ups"),
            Self::Buffer { items } => format!("{items} items"),
            Self::Network { visits } => format!("{JOBS} jobs with {visits} visits"),
            Self::Line { items } => format!("{STAGES} stages, {items} items"),
            Self::Monitor { rounds } => format!("{} items", PAIRS as u64 * rounds),
            Self::Philosophers { meals } => format!("{PHILOSOPHERS} with {meals} meals"),
            Self::Arithmetic { numbers } => format!("numbers up to {numbers}"),
            Self::Short { runs } => format!("{runs} runs"),
        };
        format!("{}, {size}", self.what())
    }

    /// What [`Finished::count`] counts.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Buffer { .. } => "items",
            Self::Arithmetic { .. } => "steps",
            Self::Short { .. } => "runs",
            _ => "events",
        }
    }

    /// What [`Finished::count`] is after a correct run.
    pub fn count(self) -> u64 {
        match self {
            Self::Queue { customers } | Self::Customers { customers } => 2 * customers,
            Self::Hold { wake_ups, .. } => wake_ups,
            Self::Buffer { items } => items,
            Self::Network { visits } => JOBS as u64 * visits,
            Self::Line { items } => STAGES as u64 * items,
            Self::Monitor { rounds } => 2 * PAIRS as u64 * rounds,
            Self::Philosophers { meals } => 2 * PHILOSOPHERS as u64 * meals,
            Self::Arithmetic { numbers } => theory::collatz_steps(numbers),
            Self::Short { runs } => runs,
        }
    }

    /// Whether it is a simulation, with events and processes; W9 is not.
    pub fn simulates(self) -> bool {
        !matches!(self, Self::Arithmetic { .. })
    }
}

/// What an engine reports of one run.
#[derive(Clone, Copy, Debug)]
pub struct Finished {
    /// What [`Workload::unit`] says, counted while it happened.
    pub count: u64,
    /// Processor time of the run alone: the model is built before, and torn down after.
    pub seconds: f64,
    /// The engine's clock at the end, in simulated seconds; in W10 at the end of the last run.
    pub end_time_s: f64,
    /// What the run computes, where it does: in simulated seconds the mean time in system (W1, W5), of a visit (W4), of
    /// an item in the store (W7), from being hungry to having eaten (W8), the total time of all runs (W10); in W9 the
    /// moving average with what was found beside it.
    pub figure: Option<f64>,
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
    pub figure: Option<f64>,
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
            unit: workload.unit().to_owned(),
            count: finished.count,
            seconds: finished.seconds,
            end_time_s: finished.end_time_s,
            figure: finished.figure,
            peak_bytes,
        }
    }
}
