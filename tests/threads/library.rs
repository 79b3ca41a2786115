//! Every scenario of the library on real threads: what they do is a schedule of the
//! model, and it ends as the scenario does. How long it takes is not looked at.

use super::common::{label, program_at, run_at, scenarios};
use super::{NEVER, options, replayed};
use tempolane::backend::threads::{self, ThreadOptions};

/// Those with so many steps that each run takes minutes in real time, made shorter.
const SHORTER: [(&str, &[(&str, &str)]); 11] = [
    ("optimising/counter-locked.yaml", &[("maximum", "2000")]),
    ("queues/bounded-buffer.yaml", &[("items", "99")]),
    ("queues/breakdowns.yaml", &[("customers", "100")]),
    // No more than can be alive at once, however late threads are.
    ("queues/erlang-a.yaml", &[("customers", "100")]),
    ("queues/hold.yaml", &[("processes", "50"), ("rounds", "5")]),
    ("queues/mm1-sharing.yaml", &[("requests", "200")]),
    ("queues/mm1.yaml", &[("customers", "200")]),
    ("queues/mmc.yaml", &[("customers", "200")]),
    ("simpy/bank.yaml", &[("customers", "10")]),
    ("simpy/gas-station.yaml", &[("until", "1000s")]),
    // No more parts than there are times for, however late breakdowns are.
    ("simpy/machine-shop.yaml", &[("days", "1")]),
];

/// How long a run is planned to take, in seconds.
const PLANNED: f64 = 0.2;

#[test]
fn every_scenario_runs_on_threads_as_the_model_allows() {
    for (path, text) in scenarios() {
        let settings = SHORTER.iter().find(|(shorter, _)| *shorter == path).map_or(&[][..], |(_, set)| set);
        validate(&path, &text, settings);
    }
}

fn validate(path: &str, text: &str, settings: &[(&str, &str)]) {
    let file = label(path);
    let (program, expected) = (program_at(&file, text, settings), run_at(&file, text, settings));
    let speed = (expected.end.end.as_secs_f64() / PLANNED).max(1e-6);
    let options = ThreadOptions { seed: program.seed, ..options(speed) };
    let recording = threads::run(&program, &options, NEVER).unwrap_or_else(|why| panic!("{path}: {why}"));
    assert_eq!(recording.trace.outcome.name(), expected.outcome(), "{path}");
    // Panics if the order is none of the model.
    let replayed = replayed(&program, &recording);
    assert_eq!(replayed.memories, recording.memories, "{path}");
}
