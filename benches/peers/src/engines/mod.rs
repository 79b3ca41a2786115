//! The engines: for each a way to write the workloads, and nothing else.

mod nexo;
mod odem;
pub mod ours;
mod simu;

use crate::hand::{self, Calendar, Quaternary, Standard};
use crate::workload::{Finished, SEED, Workload};
use ours::{Fingerprinted, Recorded, Untraced};

/// A workload as an engine is to run it, once.
pub type Run = Box<dyn FnOnce() -> Finished>;

/// How an engine runs a workload.
#[derive(Clone, Copy)]
pub enum How {
    /// In this process; `None` for a workload that is not written for it.
    Here(fn(Workload) -> Option<Run>),
    /// By a script that prints the record itself.
    Script(Script),
}

/// A program that reads a script from its standard input.
#[derive(Clone, Copy)]
pub struct Script {
    pub program: &'static str,
    /// What makes it read its standard input.
    pub arguments: &'static [&'static str],
    pub text: &'static str,
    /// Arguments with which the program ends well if it, and what the script needs, is there.
    pub question: &'static [&'static str],
    /// What is missing if it does not.
    pub needs: &'static str,
    /// Whether the script knows a workload.
    pub knows: fn(Workload) -> bool,
}

/// One line of the comparison.
#[derive(Clone, Copy)]
pub struct Engine {
    pub name: &'static str,
    pub what: &'static str,
    pub how: How,
    /// Whether it draws the numbers of [`crate::exponential`] in the order of the hand-written programs, so that
    /// its figures must be theirs.
    pub same_draws: bool,
}

impl Engine {
    /// Whether this workload is written for it.
    pub fn takes(&self, workload: Workload) -> bool {
        match self.how {
            How::Here(run) => run(workload).is_some(),
            How::Script(script) => (script.knows)(workload),
        }
    }
}

/// The engine that ratios are taken against.
pub const OURS: &str = "tempolane";
/// The hand-written program that is the limit.
pub const LIMIT: &str = "hand-4ary";
/// The fastest engine that we know.
pub const RIVAL: &str = "odem-rs";

/// Every engine, in the order in which they run and are printed.
pub const ENGINES: &[Engine] = &[
    Engine { name: OURS, what: "interpreted YAML", how: How::Here(ours::run::<Untraced>), same_draws: false },
    Engine {
        name: "tempolane-fingerprint",
        what: "the same, fingerprint alone",
        how: How::Here(ours::run::<Fingerprinted>),
        same_draws: false,
    },
    Engine {
        name: "tempolane-trace",
        what: "the same, every event kept",
        how: How::Here(ours::run::<Recorded>),
        same_draws: false,
    },
    Engine {
        name: LIMIT,
        what: "by hand, no engine, 4-ary heap",
        how: How::Here(by_hand::<Quaternary>),
        same_draws: true,
    },
    Engine {
        name: "hand-std",
        what: "by hand, no engine, std BinaryHeap",
        how: How::Here(by_hand::<Standard>),
        same_draws: true,
    },
    Engine { name: RIVAL, what: "odem-rs 0.4, async Rust", how: How::Here(odem::run), same_draws: true },
    Engine {
        name: "simu-des",
        what: "simu-des 0.1, async Rust",
        how: How::Here(simu::run),
        same_draws: true,
    },
    Engine {
        name: "nexosim",
        what: "nexosim 1.0, actors, one thread",
        how: How::Here(nexo::run),
        same_draws: true,
    },
    Engine {
        name: "simpy",
        what: "SimPy 4, generators, the python3 that is there",
        how: How::Script(Script {
            program: "python3",
            arguments: &["-"],
            text: include_str!("../../simpy_workloads.py"),
            question: &["-c", "import simpy"],
            needs: "python3 with SimPy",
            knows: |workload| matches!(workload.name(), "W1" | "W2" | "W3"),
        }),
        same_draws: false,
    },
    Engine {
        name: "cimba",
        what: "Cimba 0.9, models compiled from Python",
        how: How::Script(Script {
            program: "python3",
            arguments: &["-"],
            text: include_str!("../../cimba_workloads.py"),
            question: &["-c", "import cimba"],
            needs: "python3 with Cimba",
            // Each of its processes has a stack of its own, of which there is no room for 100,000.
            knows: |workload| {
                workload.name() == "W1" || workload.processes().is_some_and(|count| count <= 10_000)
            },
        }),
        same_draws: false,
    },
    Engine {
        name: "lua",
        what: "Lua 5.4",
        how: How::Script(Script {
            program: "lua5.4",
            arguments: &["-"],
            text: LUA,
            question: &["-v"],
            needs: "lua5.4",
            knows: |workload| !workload.simulates(),
        }),
        same_draws: false,
    },
    Engine {
        name: "luajit-interpreter",
        what: "LuaJIT 2.1 with its compiler off",
        how: How::Script(Script {
            program: "luajit",
            arguments: &["-joff", "-"],
            text: LUA,
            question: &["-v"],
            needs: "luajit",
            knows: |workload| !workload.simulates(),
        }),
        same_draws: false,
    },
];

const LUA: &str = include_str!("../../arithmetic.lua");

/// How the hand-written programs run a workload, over this calendar.
fn by_hand<C: Calendar + 'static>(workload: Workload) -> Option<Run> {
    Some(match workload {
        Workload::Queue { customers } => Box::new(move || hand::queue::<C>(customers)),
        Workload::Hold { processes, wake_ups } => Box::new(move || hand::hold::<C>(processes, wake_ups)),
        Workload::Buffer { items } => Box::new(move || hand::buffer::<C>(items)),
        Workload::Network { visits } => Box::new(move || hand::network::<C>(visits, SEED)),
        Workload::Customers { customers } => Box::new(move || hand::customers::<C>(customers, SEED)),
        Workload::Line { items } => Box::new(move || hand::line::<C>(items, SEED)),
        Workload::Monitor { rounds } => Box::new(move || hand::monitor::<C>(rounds, SEED)),
        Workload::Philosophers { meals } => Box::new(move || hand::philosophers::<C>(meals, SEED)),
        Workload::Arithmetic { numbers } => Box::new(move || hand::arithmetic(numbers)),
        Workload::Short { runs } => Box::new(move || hand::short::<C>(runs)),
    })
}

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
