//! One run of the engine, for `benches/instructions.sh` to count instructions.
//!
//! `instructions NAME SIZE` runs one workload from its YAML file; what a size
//! is depends on the workload. Two sizes give what one more costs.

use std::ops::ControlFlow;
use std::path::Path;
use tempolane::analysis::StatisticsSink;
use tempolane::backend::virtual_time::Simulation;
use tempolane::backend::{Binding, BoundProgram, Rerun, compile};
use tempolane::explore::{Mode, Options, explore};
use tempolane::scenario::{self, LoadedScenario};
use tempolane::trace::{EventChunks, Fingerprint, NoTrace, RecordingSink, Sink, Sketch, TraceHash};
use tempolane::value::Value;

/// As many lanes as a timeline in letters has at most.
const LANES: usize = 40;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, size] = arguments.as_slice() else {
        println!("run me through benches/instructions.sh");
        return;
    };
    let parameter = |name: &str, value: String| (name.to_owned(), value);
    let (file, parameters) = match name.as_str() {
        "queue" | "figures" | "sketch" => {
            ("scenarios/queues/mm1.yaml", vec![parameter("customers", size.clone())])
        }
        "hold" => {
            let rounds = parameter("rounds", "1000000000".to_owned());
            ("scenarios/queues/hold.yaml", vec![rounds, parameter("span", format!("{size}s"))])
        }
        "philosophers" => ("scenarios/classics/philosophers.yaml", vec![parameter("n", size.clone())]),
        "network" => ("benches/peers/scenarios/network.yaml", vec![parameter("visits", size.clone())]),
        "customers" => ("benches/peers/scenarios/customers.yaml", vec![parameter("customers", size.clone())]),
        "short" => ("benches/peers/scenarios/short.yaml", Vec::new()),
        _ => ("scenarios/queues/bounded-buffer.yaml", vec![parameter("items", size.clone())]),
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let loaded = scenario::load_file(&path, &parameters).unwrap_or_else(|error| panic!("{error}"));
    if name == "short" {
        run_again(&loaded, size.parse().expect("a number of runs"));
        return;
    }
    let program =
        compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("a checked scenario can be bound");
    if name == "philosophers" {
        explore_all(&program);
        return;
    }
    let mut simulation = Simulation::new(&program, 1, 0);
    match name.as_str() {
        // What `run` looks at, with JSON and with text.
        "figures" | "sketch" => {
            let header = program.header(1);
            let sketch = (name == "sketch").then(|| Sketch::new(&header, LANES));
            let statistics = StatisticsSink::new(&header).with_sketch(sketch);
            run(&mut simulation, &mut EventChunks::new((TraceHash::new(), statistics)));
        }
        "fingerprint" => run(&mut simulation, &mut Fingerprint::new()),
        "trace" => run(&mut simulation, &mut RecordingSink::new()),
        _ => run(&mut simulation, &mut NoTrace),
    }
}

fn run(simulation: &mut Simulation<'_>, sink: &mut impl Sink) {
    simulation.run(sink, &mut |_| ControlFlow::Continue(())).expect("not interrupted");
}

/// So many runs, each with another time and another capacity than the one before.
fn run_again(loaded: &LoadedScenario, runs: i64) {
    let compiled = compile(&loaded.model);
    let place = |name| loaded.model.params.iter().position(|param| param.name == name).expect("a parameter");
    let (capacity, load_time) = (place("capacity"), place("load_time"));
    let mut params = loaded.params.clone();
    let binding = Binding::new(&compiled, &loaded.model, &params).expect("a checked scenario can be bound");
    let mut rerun = Rerun::new(binding);
    for run in 0..runs {
        params[capacity] = Value::Int(3 + run % 13);
        params[load_time] = Value::Duration((2 + run % 7) * 250_000_000);
        rerun.set(&params).expect("any of these is good");
        rerun.run(&mut NoTrace, &mut |_| ControlFlow::Continue(())).expect("not interrupted");
    }
}

/// All schedules, without time, on one thread.
fn explore_all(program: &BoundProgram) {
    assert!(
        explore(program, Options::whole(Mode::Untimed), &mut |_| ControlFlow::Continue(())).is_complete()
    );
}
