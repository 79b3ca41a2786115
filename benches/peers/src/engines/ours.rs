//! Tempolane: the scenario files through the public API, interpreted.
//!
//! The files are those of the library and of `scenarios` beside this crate's sources, with the length as a parameter. Loading, compiling and laying out the
//! state come before the measured time, as building the model does for every peer. The measured run traces what
//! [`Tracing`] says: nothing, the fingerprint alone, or every event in memory. Since a run without a trace counts
//! nothing, a second run of the same program with a counting sink follows, which has to end alike.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempolane::backend::virtual_time::{RunEnd, Simulation};
use tempolane::backend::{Binding, BoundProgram, Rerun, compile};
use tempolane::ids::ResourceId;
use tempolane::scenario::{LoadedScenario, load_file};
use tempolane::time::Time;
use tempolane::trace::{Event, Fingerprint, Kind, NoTrace, RecordingSink, Sink};
use tempolane::value::{Value, Word};

use super::Run;
use crate::stopwatch::Stopwatch;
use crate::workload::{Finished, PAIRS, PHILOSOPHERS, Settings, Workload};

/// What a measured run traces.
pub trait Tracing {
    /// Whether it traces nothing at all.
    const NOTHING: bool = false;

    /// Runs the simulation once, from the start to the end, with whatever it takes to finish the trace.
    fn run(simulation: &mut Simulation<'_>, program: &BoundProgram) -> RunEnd;
}

/// Nothing.
pub struct Untraced;
/// A hash of every event.
pub struct Fingerprinted;
/// Every event, kept in memory.
pub struct Recorded;

impl Tracing for Untraced {
    const NOTHING: bool = true;

    fn run(simulation: &mut Simulation<'_>, _: &BoundProgram) -> RunEnd {
        run_with(simulation, &mut NoTrace)
    }
}

impl Tracing for Fingerprinted {
    fn run(simulation: &mut Simulation<'_>, _: &BoundProgram) -> RunEnd {
        let mut sink = Fingerprint::new();
        let end = run_with(simulation, &mut sink);
        let fingerprint = sink.finish(end.outcome.name(), end.end);
        assert_eq!(fingerprint.len(), 16, "a fingerprint is 16 digits");
        end
    }
}

impl Tracing for Recorded {
    fn run(simulation: &mut Simulation<'_>, program: &BoundProgram) -> RunEnd {
        let mut sink = RecordingSink::with_cap(usize::MAX);
        let end = run_with(simulation, &mut sink);
        let trace = sink.finish(program.header(program.seed), end.outcome.clone(), end.end);
        assert!(trace.outcome == end.outcome && !trace.events.is_empty(), "the trace is complete");
        end
    }
}

/// Runs it to its end with this sink.
pub fn run_with(simulation: &mut Simulation<'_>, sink: &mut impl Sink) -> RunEnd {
    simulation.run(sink, &mut |_| ControlFlow::Continue(())).expect("nothing interrupts it")
}

/// The file at this path from the root of the repository.
pub fn in_repository(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

/// The scenario in this file of the repository, with these parameters.
pub fn load(path: &str, parameters: &[(&str, String)]) -> LoadedScenario {
    let overrides: Vec<_> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    load_file(&in_repository(path), &overrides).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

/// Ready to run.
pub fn program_of(scenario: &LoadedScenario) -> BoundProgram {
    compile(&scenario.model)
        .bind(&scenario.model, &scenario.params)
        .unwrap_or_else(|error| panic!("line {}: {}", error.site.line, error.message))
}

/// What of a run is counted.
#[derive(Clone, Copy)]
struct Counted {
    kind: Kind,
    /// Of one resource alone.
    subject: Option<u32>,
}

/// Every delay that begins.
const DELAYS: Counted = Counted { kind: Kind::Delay, subject: None };

/// Counts events, and remembers when a certain one happened.
struct Counter {
    counted: Counted,
    count: u64,
    awaited: u64,
    awaited_at: Option<Time>,
}

impl Counter {
    fn of(counted: Counted) -> Self {
        Self { counted, count: 0, awaited: 0, awaited_at: None }
    }
}

impl Sink for Counter {
    fn event(&mut self, event: &Event, _: &[Word]) {
        let Counted { kind, subject } = self.counted;
        if event.kind == kind && subject.is_none_or(|subject| event.subject == subject) {
            self.count += 1;
            if self.count == self.awaited {
                self.awaited_at = Some(event.time);
            }
        }
    }
}

/// The measured run, and what the run after it counted.
struct Measured {
    end: RunEnd,
    seconds: f64,
    count: u64,
}

impl Measured {
    /// Runs the program twice: measured, then counted.
    fn of<T: Tracing>(program: &BoundProgram, simulation: &mut Simulation<'_>, counted: Counted) -> Self {
        let start = Stopwatch::start();
        let end = T::run(simulation, program);
        let seconds = start.seconds();

        let mut counter = Counter::of(counted);
        let again = run_with(simulation, &mut counter);
        assert_eq!((again.end, again.steps), (end.end, end.steps), "the same run twice");
        assert_eq!(again.outcome, end.outcome, "the same run twice");
        Self { end, seconds, count: counter.count }
    }

    fn finished(&self, count: u64, figure: Option<f64>) -> Finished {
        Finished { count, seconds: self.seconds, end_time_s: seconds_of(self.end.end), figure }
    }
}

fn seconds_of(time: Time) -> f64 {
    time.as_nanos() as f64 / 1e9
}

/// The resource that is called so.
pub fn resource(program: &BoundProgram, name: &str) -> ResourceId {
    let named = program.resources.iter().find(|info| info.name == name);
    named.unwrap_or_else(|| panic!("the scenario has a resource '{name}'")).first
}

/// Whatever kind of number it is; durations in seconds.
fn number(value: &Value) -> f64 {
    match *value {
        Value::Int(value) => value as f64,
        Value::Float(value) => value,
        Value::Duration(nanos) => nanos as f64 / 1e9,
        Value::Bool(_) => unreachable!("no workload computes truth"),
    }
}

/// How this engine runs a workload.
pub fn run<T: Tracing + 'static>(workload: Workload) -> Option<Run> {
    Some(match workload {
        Workload::Hold { processes, wake_ups } => Box::new(move || hold::<T>(processes, wake_ups)),
        Workload::Short { runs } if T::NOTHING => Box::new(move || short(runs)),
        Workload::Short { .. } => return None,
        _ => Box::new(move || to_the_end::<T>(workload)),
    })
}

/// A file of a workload, and where in it lies what is looked at.
struct Model {
    file: &'static str,
    /// The parameter that says how long it is, and its value.
    length: (&'static str, u64),
    counted: (Kind, Option<&'static str>),
    /// The memories that hold what it computes; all that they hold is added up.
    computed: &'static [&'static str],
    /// What the sum is divided by.
    divisor: u64,
}

impl Model {
    fn of(workload: Workload) -> Model {
        let delays = (Kind::Delay, None);
        let model =
            |file, length, counted, computed, divisor| Model { file, length, counted, computed, divisor };
        match workload {
            Workload::Queue { customers } => {
                model("scenarios/queues/mm1.yaml", ("customers", customers), delays, &["mean_sojourn"], 1)
            }
            Workload::Buffer { items } => {
                let reads = (Kind::Read, Some("data2"));
                model("scenarios/queues/bounded-buffer.yaml", ("items", items), reads, &[], 1)
            }
            Workload::Network { visits } => {
                let all = workload.count();
                model("benches/peers/scenarios/network.yaml", ("visits", visits), delays, &["spent"], all)
            }
            Workload::Customers { customers } => {
                let file = "benches/peers/scenarios/customers.yaml";
                model(file, ("customers", customers), (Kind::Read, Some("spent")), &["spent"], customers)
            }
            Workload::Line { items } => {
                model("benches/peers/scenarios/line.yaml", ("items", items), delays, &[], 1)
            }
            Workload::Monitor { rounds } => {
                let items = PAIRS as u64 * rounds;
                model("benches/peers/scenarios/monitor.yaml", ("rounds", rounds), delays, &["stayed"], items)
            }
            Workload::Philosophers { meals } => {
                let all = PHILOSOPHERS as u64 * meals;
                model("benches/peers/scenarios/philosophers.yaml", ("meals", meals), delays, &["spent"], all)
            }
            Workload::Arithmetic { numbers } => {
                let file = "benches/peers/scenarios/arithmetic.yaml";
                model(file, ("numbers", numbers), delays, &["average", "found"], 1)
            }
            Workload::Hold { .. } | Workload::Short { .. } => unreachable!("they are run in their own ways"),
        }
    }
}

/// Runs a workload that ends by itself.
fn to_the_end<T: Tracing>(workload: Workload) -> Finished {
    let model = Model::of(workload);
    let scenario = load(model.file, &[(model.length.0, model.length.1.to_string())]);
    let program = program_of(&scenario);
    let mut simulation = Simulation::new(&program, program.seed, 0);
    let (kind, subject) = model.counted;
    let subject = subject.map(|name| resource(&program, name).0);
    let run = Measured::of::<T>(&program, &mut simulation, Counted { kind, subject });
    assert_eq!(run.end.outcome.name(), "completed");
    let held = |name: &&str| simulation.machine.memory(&program, resource(&program, name));
    let computed: Vec<Value> = model.computed.iter().flat_map(held).collect();
    let sum: f64 = computed.iter().map(number).sum();
    let figure = (!computed.is_empty()).then_some(sum / model.divisor as f64);
    let count = match workload {
        // A customer is an arrival and a service; in arithmetic, which nothing traces, the steps were counted.
        Workload::Customers { .. } => 2 * run.count,
        Workload::Arithmetic { .. } => {
            number(&simulation.machine.memory(&program, resource(&program, "steps"))[0]) as u64
        }
        _ => run.count,
    };
    run.finished(count, figure)
}

/// Runs W2 with this many processes until this many wake-ups have happened.
///
/// The scenario stops at a time, not at a count. So a first run finds when the last wake-up happens, and the measured
/// run has that as its stop time. The first run is a process of its own, lest what it leaves behind in the heap be
/// counted as memory of the measured one.
fn hold<T: Tracing>(processes: u32, wake_ups: u64) -> Finished {
    let program = std::env::current_exe().expect("this program has a path");
    let mut command = Command::new(program);
    command.args(["last-wake-up", &processes.to_string(), &wake_ups.to_string()]).stderr(Stdio::inherit());
    let output = command.output().expect("this program can be started again");
    assert!(output.status.success(), "the first run ended with {}", output.status);
    let nanos = String::from_utf8_lossy(&output.stdout);

    let program = hold_until(processes, format!("{}ns", nanos.trim()));
    let mut simulation = Simulation::new(&program, program.seed, 0);
    let run = Measured::of::<T>(&program, &mut simulation, DELAYS);
    assert_eq!(run.end.outcome.name(), "horizon");
    run.finished(run.count - u64::from(processes), None)
}

/// When this wake-up happens in W2 with this many processes, counted from 1.
pub fn last_wake_up(processes: u32, wake_ups: u64) -> Time {
    let ample_s = wake_ups as f64 / f64::from(processes) * 1.01 + 20.0;
    let program = hold_until(processes, format!("{:.0}s", ample_s.ceil()));
    // The first delay of every process is not begun by a wake-up, every other one is.
    let mut counter = Counter { awaited: u64::from(processes) + wake_ups, ..Counter::of(DELAYS) };
    run_with(&mut Simulation::new(&program, program.seed, 0), &mut counter);
    counter.awaited_at.expect("there is ample time for all wake-ups")
}

fn hold_until(processes: u32, span: String) -> BoundProgram {
    let rounds = ("rounds", "1000000000".to_owned());
    let parameters = [("processes", processes.to_string()), rounds, ("span", span)];
    program_of(&load("scenarios/queues/hold.yaml", &parameters))
}

/// Runs W10, this many times: loaded and compiled once, then with other parameters each time.
fn short(runs: u64) -> Finished {
    let scenario = load("benches/peers/scenarios/short.yaml", &[]);
    let model = &scenario.model;
    let place = |name| model.params.iter().position(|param| param.name == name).expect("it is a parameter");
    let capacity = place("capacity");
    let periods = ["load_time", "train_time", "infer_time"].map(place);
    let compiled = compile(model);
    let mut params = scenario.params.clone();
    let mut rerun = Rerun::new(Binding::new(&compiled, model, &params).expect("it can be bound"));
    let (mut all, mut end) = (0, Time::ZERO);

    let start = Stopwatch::start();
    for number in 0..runs {
        let settings = Settings::of(number);
        params[capacity] = Value::Int(i64::from(settings.capacity));
        for (place, period) in periods.into_iter().zip(settings.periods_s) {
            params[place] = Value::Duration((period * 1e9) as i64);
        }
        rerun.set(&params).expect("any of these is good");
        let run = rerun.run(&mut NoTrace, &mut |_| ControlFlow::Continue(())).expect("nobody interrupts");
        end = run.end;
        all += end.as_nanos();
    }
    let seconds = start.seconds();

    Finished { count: runs, seconds, end_time_s: seconds_of(end), figure: Some(all as f64 / 1e9) }
}
