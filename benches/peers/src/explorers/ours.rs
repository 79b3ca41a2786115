//! Tempolane: the scenario files of the repository, explored through the public API, without time.

use std::ops::ControlFlow;
use std::time::Instant;

use tempolane::explore::{Budget, End, Mode, Options, Reduce, explore};

use super::{Explored, System};
use crate::engines::ours::{load, program_of};
use crate::memory::Resident;

/// Leaves out what differs only in the order of steps that have nothing to do with each other.
pub const ORDER: Reduce = Reduce { order: true, ..Reduce::NONE };

/// Explores it on so many threads. As with every peer, building the model comes before the measured time.
pub fn explored(system: System, workers: usize, reduce: Reduce) -> Explored {
    let before = Resident::now();
    let scenario = match system {
        System::Philosophers { count } => {
            load("scenarios/classics/philosophers.yaml", &[("n", count.to_string())])
        }
        System::Queue { producers, consumers, capacity } => {
            let sizes = [("p", producers), ("c", consumers), ("b", capacity)];
            load(
                "scenarios/classics/blocking-queue.yaml",
                &sizes.map(|(name, size)| (name, size.to_string())),
            )
        }
    };
    let program = program_of(&scenario);
    let budget = Budget { states: u64::MAX, bytes: u64::MAX, workers };
    let options =
        Options { mode: Mode::Untimed, seed: 0, budget, monitors: None, reduce, learns: true, code: None, spurious: false };
    let start = Instant::now();
    let explored = explore(&program, options, &mut |_| ControlFlow::Continue(()));
    let seconds = start.elapsed().as_secs_f64();
    let bytes = before.zip(Resident::now()).map(|(before, after)| before.growth(after));
    assert!(explored.is_complete(), "there is no budget to run out of");
    let progress = explored.progress();
    Explored {
        states: progress.states,
        transitions: progress.transitions,
        deadlocks: explored.ends(End::Deadlock),
        seconds,
        bytes,
    }
}
