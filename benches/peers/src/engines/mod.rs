//! The engines: for each a way to write the three workloads, and nothing else.

mod nexo;
mod odem;
pub mod ours;
mod simu;

use crate::hand::{self, Quaternary, Standard};
use crate::workload::Finished;
use ours::{Fingerprinted, Recorded, Untraced};

/// How an engine runs a workload.
#[derive(Clone, Copy)]
pub enum How {
    /// In this process.
    Here { queue: fn(u64) -> Finished, hold: fn(u32, u64) -> Finished, buffer: fn(u64) -> Finished },
    /// By a script for `python3`, which prints the record itself.
    Python { script: &'static str },
}

/// One line of the comparison.
#[derive(Clone, Copy)]
pub struct Engine {
    pub name: &'static str,
    pub what: &'static str,
    pub how: How,
    /// Whether it draws the numbers of [`crate::exponential`] in the order of the hand-written programs, so that
    /// its figures of W1 must be theirs.
    pub same_draws: bool,
}

/// The engine that ratios are taken against.
pub const OURS: &str = "tempolane";
/// The hand-written program that is the limit.
pub const LIMIT: &str = "hand-4ary";

/// Every engine, in the order in which they run and are printed.
pub const ENGINES: &[Engine] = &[
    Engine {
        name: OURS,
        what: "interpreted YAML",
        how: How::Here {
            queue: ours::queue::<Untraced>,
            hold: ours::hold::<Untraced>,
            buffer: ours::buffer::<Untraced>,
        },
        same_draws: false,
    },
    Engine {
        name: "tempolane-fingerprint",
        what: "the same, fingerprint alone",
        how: How::Here {
            queue: ours::queue::<Fingerprinted>,
            hold: ours::hold::<Fingerprinted>,
            buffer: ours::buffer::<Fingerprinted>,
        },
        same_draws: false,
    },
    Engine {
        name: "tempolane-trace",
        what: "the same, every event kept",
        how: How::Here {
            queue: ours::queue::<Recorded>,
            hold: ours::hold::<Recorded>,
            buffer: ours::buffer::<Recorded>,
        },
        same_draws: false,
    },
    Engine {
        name: LIMIT,
        what: "by hand, no engine, 4-ary heap",
        how: How::Here {
            queue: hand::queue::<Quaternary>,
            hold: hand::hold::<Quaternary>,
            buffer: hand::buffer::<Quaternary>,
        },
        same_draws: true,
    },
    Engine {
        name: "hand-std",
        what: "by hand, no engine, std BinaryHeap",
        how: How::Here {
            queue: hand::queue::<Standard>,
            hold: hand::hold::<Standard>,
            buffer: hand::buffer::<Standard>,
        },
        same_draws: true,
    },
    Engine {
        name: "odem-rs",
        what: "odem-rs 0.4, async Rust",
        how: How::Here { queue: odem::queue, hold: odem::hold, buffer: odem::buffer },
        same_draws: true,
    },
    Engine {
        name: "simu-des",
        what: "simu-des 0.1, async Rust",
        how: How::Here { queue: simu::queue, hold: simu::hold, buffer: simu::buffer },
        same_draws: true,
    },
    Engine {
        name: "nexosim",
        what: "nexosim 1.0, actors, one thread",
        how: How::Here { queue: nexo::queue, hold: nexo::hold, buffer: nexo::buffer },
        same_draws: true,
    },
    Engine {
        name: "simpy",
        what: "SimPy 4, generators, the python3 that is there",
        how: How::Python { script: include_str!("../../simpy_workloads.py") },
        same_draws: false,
    },
];

/// The engine with this name.
///
/// # Errors
/// There is none; the message names those there are.
pub fn named(name: &str) -> Result<&'static Engine, String> {
    ENGINES.iter().find(|engine| engine.name == name).ok_or_else(|| {
        let names: Vec<_> = ENGINES.iter().map(|engine| engine.name).collect();
        format!("unknown engine '{name}'; there are {}", names.join(", "))
    })
}
