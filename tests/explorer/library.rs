//! The scenarios of the library under every schedule: those that say how they end do so
//! in every order of simultaneous events.

use crate::common::{label, program_at, scenarios};
use std::ops::ControlFlow;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, explore};

/// Who has more states than this is not small.
const STATES: u64 = 4_000;

/// Those that are not small.
const LARGE: [&str; 15] = [
    "lab5/chunks-of-20.yaml",
    "lab5/work-inside-the-lock-two-memories.yaml",
    "optimising/counter-locked.yaml",
    "optimising/preprocessing-processes.yaml",
    "parallel-python/joblib-threads.yaml",
    "parallel-python/mean-threads.yaml",
    "pipelines/data-loader.yaml",
    "queues/bounded-buffer.yaml",
    "queues/breakdowns.yaml",
    "queues/erlang-a.yaml",
    "queues/mm1.yaml",
    "queues/mmc.yaml",
    "simpy/machine-shop.yaml",
    "threads/gil-extension.yaml",
    "threads/video-processes.yaml",
];

/// Those of which a single state is large, or that take long from one to the next.
const SLOW: [&str; 3] = ["parallel-python/joblib.yaml", "queues/hold.yaml", "queues/mm1-sharing.yaml"];

#[test]
fn small_scenarios_end_in_every_order_as_they_say() {
    let mut large = Vec::new();
    for (path, text) in scenarios() {
        if SLOW.contains(&path.as_str()) {
            continue;
        }
        let program = program_at(&label(&path), &text, &[]);
        let budget = Budget { states: STATES, bytes: 1 << 30, workers: 2 };
        let options = Options { seed: program.seed, budget, ..Options::whole(Mode::Timed) };
        let explored = explore(&program, options, &mut |_| ControlFlow::Continue(()));
        if !explored.is_complete() {
            large.push(path);
            continue;
        }
        let outcome = text.split("outcome: ").nth(1).and_then(|rest| rest.split_whitespace().next());
        check(&path, outcome.unwrap_or_else(|| panic!("{path} does not say how it ends")), &explored);
    }
    assert_eq!(large, LARGE);
}

fn check(path: &str, outcome: &str, explored: &Exploration<'_>) {
    let ends = [End::Completed, End::Horizon, End::Deadlock].map(|end| explored.ends(end));
    let stops: u64 = explored.stops().iter().map(|(_, count, _)| count).sum();
    let ends_so = match outcome {
        "completed" => ends[0] > 0 && (ends[1], ends[2], stops) == (0, 0, 0),
        "horizon" => ends[1] > 0 && (ends[2], stops) == (0, 0),
        "deadlock" => ends[2] > 0 && stops == 0,
        "fault" => stops > 0,
        other => panic!("{path} expects {other}"),
    };
    assert!(ends_so, "{path} expects {outcome}: {ends:?} and {stops} stops");
}
