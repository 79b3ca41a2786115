//! The explorers: for each a way to explore the same two systems, and nothing else.
//!
//! - **Philosophers**: each thinks, holds the left fork, or eats, and lays both forks down at once.
//! - **Blocking queue**: producers and consumers of a bounded queue wait at one condition; a notify wakes any one of
//!   them. A state is what is in the queue, by producer, and the set of those who wait.
//!
//! In both, a state is the same thing in every explorer, and one transition changes the whole of it: so all have
//! to find the same number of states, and the same number of deadlocks.

pub mod ours;
pub mod spin;
mod stateright;
mod systems;

use std::fmt;

use serde::{Deserialize, Serialize};
use tempolane::explore::Reduce;

use crate::turns::Timed;

/// What is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// So many philosophers.
    Philosophers { count: u32 },
    /// A queue with these.
    Queue { producers: u32, consumers: u32, capacity: u32 },
}

impl System {
    /// The two that are compared unless others are asked for.
    pub const COMPARED: [&str; 2] = ["philosophers:16", "queue:5:5:4"];

    /// The system written as one word, such as `philosophers:16` or `queue:5:5:4` (producers, consumers, capacity).
    ///
    /// # Errors
    /// Another word; a size that does not fit the 64 bits in which the peers pack a state.
    pub fn parse(word: &str) -> Result<Self, String> {
        let mut parts = word.split(':');
        let name = parts.next().unwrap_or_default();
        let sizes: Result<Vec<u32>, _> = parts.map(str::parse).collect();
        match (name, sizes.as_deref()) {
            ("philosophers", Ok(&[count])) if (2..=32).contains(&count) => Ok(Self::Philosophers { count }),
            ("queue", Ok(&[producers, consumers, capacity]))
                if (1..=8).contains(&producers)
                    && (1..=8).contains(&consumers)
                    && (1..=8).contains(&capacity) =>
            {
                Ok(Self::Queue { producers, consumers, capacity })
            }
            _ => Err(format!(
                "unknown system '{word}'; there are philosophers:N, with N from 2 to 32, and \
                 queue:PRODUCERS:CONSUMERS:CAPACITY, each from 1 to 8"
            )),
        }
    }

    /// A heading for people.
    pub fn title(self) -> String {
        match self {
            Self::Philosophers { count } => format!("{count} philosophers"),
            Self::Queue { producers, consumers, capacity } => {
                format!("blocking queue, {producers} producers, {consumers} consumers, capacity {capacity}")
            }
        }
    }

    /// How many states it has, where another program has counted them.
    pub fn known_states(self) -> Option<u64> {
        match self {
            Self::Philosophers { count: 8 } => Some(1_154),
            Self::Philosophers { count: 16 } => Some(1_331_714),
            Self::Queue { producers: 2, consumers: 2, capacity: 1 } => Some(48),
            Self::Queue { producers: 2, consumers: 2, capacity: 2 } => Some(30),
            _ => None,
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Philosophers { count } => write!(f, "philosophers:{count}"),
            Self::Queue { producers, consumers, capacity } => {
                write!(f, "queue:{producers}:{consumers}:{capacity}")
            }
        }
    }
}

/// What an exploration came to.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Explored {
    /// Distinct states.
    pub states: u64,
    /// Successors generated, those that were known included.
    pub transitions: u64,
    /// States from which nobody can go on.
    pub deadlocks: u64,
    /// Wall-clock time of the search alone.
    pub seconds: f64,
    /// Memory that it took, in bytes; `None` where nobody says.
    pub bytes: Option<u64>,
}

impl Timed for Explored {
    fn seconds(&self) -> f64 {
        self.seconds
    }
}

/// How an explorer explores.
#[derive(Clone, Copy)]
pub enum How {
    /// In this process.
    Here(fn(System) -> Explored),
    /// By a program that SPIN writes and the C compiler compiles.
    Spin(spin::Variant),
}

/// One line of the comparison.
#[derive(Clone, Copy)]
pub struct Explorer {
    pub name: &'static str,
    pub what: &'static str,
    pub how: How,
    /// Processors that it uses.
    pub threads: u32,
    /// It may leave out states, but no deadlock.
    pub reduces: bool,
}

/// The explorer that ratios are taken against.
pub const OURS: &str = "tempolane";

/// Ours with reduction.
pub const REDUCED: &str = "tempolane-reduced";

/// Every explorer, in the order in which they run and are printed.
pub const EXPLORERS: &[Explorer] = &[
    Explorer {
        name: OURS,
        what: "interpreted YAML, breadth first, states whole",
        how: How::Here(|system| ours::explored(system, 1, Reduce::NONE)),
        threads: 1,
        reduces: false,
    },
    Explorer {
        name: "tempolane-2",
        what: "the same on two threads",
        how: How::Here(|system| ours::explored(system, 2, Reduce::NONE)),
        threads: 2,
        reduces: false,
    },
    Explorer {
        name: REDUCED,
        what: "one thread, orders of independent steps left out",
        how: How::Here(|system| ours::explored(system, 1, ours::ORDER)),
        threads: 1,
        reduces: true,
    },
    Explorer {
        name: "stateright-0.31",
        what: "packed by hand in Rust, breadth first, 64-bit fingerprints",
        how: How::Here(stateright::newest::explored),
        threads: 1,
        reduces: false,
    },
    Explorer {
        name: "stateright-0.30",
        what: "0.30.2, the same model",
        how: How::Here(stateright::before::explored),
        threads: 1,
        reduces: false,
    },
    Explorer {
        name: "spin",
        what: "a proctype each, depth first, states whole",
        how: How::Spin(spin::Variant { packed: false, breadth_first: false, reduces: false }),
        threads: 1,
        reduces: false,
    },
    Explorer {
        name: "spin-reduced",
        what: "the same with its partial-order reduction",
        how: How::Spin(spin::Variant { packed: false, breadth_first: false, reduces: true }),
        threads: 1,
        reduces: true,
    },
    Explorer {
        name: "spin-packed",
        what: "packed by hand, depth first",
        how: How::Spin(spin::Variant { packed: true, breadth_first: false, reduces: false }),
        threads: 1,
        reduces: false,
    },
    Explorer {
        name: "spin-packed-bfs",
        what: "packed by hand, breadth first",
        how: How::Spin(spin::Variant { packed: true, breadth_first: true, reduces: false }),
        threads: 1,
        reduces: false,
    },
];

/// The explorer with this name.
///
/// # Errors
/// There is none; the message names those there are.
pub fn named(name: &str) -> Result<&'static Explorer, String> {
    EXPLORERS.iter().find(|explorer| explorer.name == name).ok_or_else(|| {
        let names: Vec<_> = EXPLORERS.iter().map(|explorer| explorer.name).collect();
        format!("unknown explorer '{name}'; there are {}", names.join(", "))
    })
}
