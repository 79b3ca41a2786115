//! The engine alone: the three workloads as scenarios, run from their YAML
//! files through the public API, without a trace.
//!
//! `cargo bench` prints events a second (W1: 2 a customer; W2: 1 a wake-up)
//! and items a second (W3); and how many transitions a second the explorer
//! makes on one thread, with nothing left out.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;
use tempolane::backend::virtual_time::Simulation;
use tempolane::backend::{BoundProgram, compile};
use tempolane::explore::{Mode, Options, explore};
use tempolane::scenario;
use tempolane::trace::NoTrace;

fn program(file: &str, overrides: &[(&str, String)]) -> BoundProgram {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file);
    let overrides: Vec<(String, String)> =
        overrides.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let loaded = scenario::load_file(&path, &overrides).unwrap_or_else(|error| panic!("{error}"));
    compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("a checked scenario can be bound")
}

/// One whole run: reset and go.
fn once(simulation: &mut Simulation<'_>) -> u64 {
    let end = simulation.run(&mut NoTrace, &mut |_| ControlFlow::Continue(())).expect("not interrupted");
    assert_eq!(end.outcome.name(), "completed");
    end.end.as_nanos()
}

fn measure(criterion: &mut Criterion, id: BenchmarkId, elements: u64, program: &BoundProgram) {
    let mut group = criterion.benchmark_group("workloads");
    group.sample_size(10);
    group.throughput(Throughput::Elements(elements));
    let mut simulation = Simulation::new(program, 1, 0);
    group.bench_function(id, |bencher| bencher.iter(|| black_box(once(&mut simulation))));
    group.finish();
}

fn workloads(criterion: &mut Criterion) {
    let customers = 1_000_000u64;
    let mm1 = program("queues/mm1.yaml", &[("customers", customers.to_string())]);
    measure(criterion, BenchmarkId::from_parameter("W1 M/M/1, events"), 2 * customers, &mm1);
    for processes in [3u64, 1_000, 100_000] {
        let rounds = 5_000_000 / processes;
        let overrides = [("processes", processes.to_string()), ("rounds", rounds.to_string())];
        let hold = program("queues/hold.yaml", &overrides);
        measure(criterion, BenchmarkId::new("W2 hold, events", processes), processes * rounds, &hold);
    }
    let items = 999_999u64;
    let buffer = program("queues/bounded-buffer.yaml", &[("items", items.to_string())]);
    measure(criterion, BenchmarkId::from_parameter("W3 bounded buffer, items"), items, &buffer);
    let lab = program("lab5/two-memories.yaml", &[]);
    measure(criterion, BenchmarkId::from_parameter("lab 5, whole run, items"), 15, &lab);
}

/// All schedules of the scenario, without time; how many transitions.
fn explore_all(program: &BoundProgram) -> u64 {
    explore(program, Options::whole(Mode::Untimed), &mut |_| ControlFlow::Continue(())).progress().transitions
}

fn explorer(criterion: &mut Criterion) {
    let philosophers = program("classics/philosophers.yaml", &[("n", "12".to_owned())]);
    let sizes = [("p", "4".to_owned()), ("c", "4".to_owned()), ("b", "3".to_owned())];
    let queue = program("classics/blocking-queue.yaml", &sizes);
    let mut group = criterion.benchmark_group("explorer");
    group.sample_size(10);
    for (name, program) in
        [("12 philosophers, transitions", philosophers), ("blocking queue, transitions", queue)]
    {
        group.throughput(Throughput::Elements(explore_all(&program)));
        group.bench_function(name, |bencher| bencher.iter(|| black_box(explore_all(&program))));
    }
    group.finish();
}

criterion_group!(benches, workloads, explorer);
criterion_main!(benches);
