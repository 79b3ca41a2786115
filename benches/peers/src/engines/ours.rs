//! Tempolane: the scenario files through the public API, interpreted.
//!
//! The files are those of the repository, with the length as a parameter. Loading, compiling and laying out the
//! state come before the measured time, as building the model does for every peer. The measured run traces what
//! [`Tracing`] says: nothing, the fingerprint alone, or every event in memory. Since a run without a trace counts
//! nothing, a second run of the same program with a counting sink follows, which has to end alike.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use tempolane::backend::virtual_time::{RunEnd, Simulation};
use tempolane::ids::ResourceId;
use tempolane::backend::{BoundProgram, compile};
use tempolane::scenario::{LoadedScenario, load_file};
use tempolane::time::Time;
use tempolane::trace::{Event, Fingerprint, Kind, NoTrace, RecordingSink, Sink};
use tempolane::value::{Value, Word};

use crate::workload::Finished;

/// What a measured run traces.
pub trait Tracing {
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
    fn run(simulation: &mut Simulation<'_>, _: &BoundProgram) -> RunEnd {
        run(simulation, &mut NoTrace)
    }
}

impl Tracing for Fingerprinted {
    fn run(simulation: &mut Simulation<'_>, _: &BoundProgram) -> RunEnd {
        let mut sink = Fingerprint::new();
        let end = run(simulation, &mut sink);
        let fingerprint = sink.finish(end.outcome.name(), end.end);
        assert_eq!(fingerprint.len(), 16, "a fingerprint is 16 digits");
        end
    }
}

impl Tracing for Recorded {
    fn run(simulation: &mut Simulation<'_>, program: &BoundProgram) -> RunEnd {
        let mut sink = RecordingSink::with_cap(usize::MAX);
        let end = run(simulation, &mut sink);
        let trace = sink.finish(program.header(program.seed), end.outcome.clone(), end.end);
        assert!(trace.outcome == end.outcome && !trace.events.is_empty(), "the trace is complete");
        end
    }
}

/// Runs it to its end with this sink.
pub fn run(simulation: &mut Simulation<'_>, sink: &mut impl Sink) -> RunEnd {
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

/// Counts the delays that began and the reads of one memory, and remembers when a certain delay began.
#[derive(Default)]
struct Counter {
    delays: u64,
    reads: u64,
    memory: u32,
    awaited: u64,
    awaited_at: Option<Time>,
}

impl Sink for Counter {
    fn event(&mut self, event: &Event, _: &[Word]) {
        match event.kind {
            Kind::Delay => {
                self.delays += 1;
                if self.delays == self.awaited {
                    self.awaited_at = Some(event.time);
                }
            }
            Kind::Read if event.subject == self.memory => self.reads += 1,
            _ => {}
        }
    }
}

/// The measured run, and what the run after it counted.
struct Run {
    end: RunEnd,
    seconds: f64,
    counter: Counter,
}

impl Run {
    /// Runs the program twice: measured, then counted.
    fn of<T: Tracing>(program: &BoundProgram, simulation: &mut Simulation<'_>, memory: Option<&str>) -> Self {
        let start = Instant::now();
        let end = T::run(simulation, program);
        let seconds = start.elapsed().as_secs_f64();

        let memory = memory.map_or(u32::MAX, |name| resource(program, name).0);
        let mut counter = Counter { memory, ..Counter::default() };
        let again = run(simulation, &mut counter);
        assert_eq!((again.end, again.steps), (end.end, end.steps), "the same run twice");
        assert_eq!(again.outcome, end.outcome, "the same run twice");
        Self { end, seconds, counter }
    }

    fn finished(&self, count: u64, mean_sojourn_s: Option<f64>) -> Finished {
        let end_time_s = self.end.end.as_nanos() as f64 / 1e9;
        Finished { count, seconds: self.seconds, end_time_s, mean_sojourn_s }
    }
}

/// The resource that is called so.
pub fn resource(program: &BoundProgram, name: &str) -> ResourceId {
    let named = program.resources.iter().find(|info| info.name == name);
    named.unwrap_or_else(|| panic!("the scenario has a resource '{name}'")).first
}

/// Runs W1 with this many customers.
pub fn queue<T: Tracing>(customers: u64) -> Finished {
    let scenario = load("scenarios/queues/mm1.yaml", &[("customers", customers.to_string())]);
    let program = program_of(&scenario);
    let mut simulation = Simulation::new(&program, program.seed, 0);
    let run = Run::of::<T>(&program, &mut simulation, None);
    assert_eq!(run.end.outcome.name(), "completed");
    let mean = match simulation.machine.memory(&program, resource(&program, "mean_sojourn"))[..] {
        [Value::Float(mean)] => mean,
        ref other => panic!("the mean is one float, not {other:?}"),
    };
    run.finished(run.counter.delays, Some(mean))
}

/// Runs W2 with this many processes until this many wake-ups have happened.
///
/// The scenario stops at a time, not at a count. So a first run finds when the last wake-up happens, and the measured
/// run has that as its stop time. The first run is a process of its own, lest what it leaves behind in the heap be
/// counted as memory of the measured one.
pub fn hold<T: Tracing>(processes: u32, wake_ups: u64) -> Finished {
    let program = std::env::current_exe().expect("this program has a path");
    let mut command = Command::new(program);
    command.args(["last-wake-up", &processes.to_string(), &wake_ups.to_string()]).stderr(Stdio::inherit());
    let output = command.output().expect("this program can be started again");
    assert!(output.status.success(), "the first run ended with {}", output.status);
    let nanos = String::from_utf8_lossy(&output.stdout);

    let program = hold_until(processes, format!("{}ns", nanos.trim()));
    let mut simulation = Simulation::new(&program, program.seed, 0);
    let run = Run::of::<T>(&program, &mut simulation, None);
    assert_eq!(run.end.outcome.name(), "horizon");
    run.finished(run.counter.delays - u64::from(processes), None)
}

/// When this wake-up happens in W2 with this many processes, counted from 1.
pub fn last_wake_up(processes: u32, wake_ups: u64) -> Time {
    let ample_s = wake_ups as f64 / f64::from(processes) * 1.01 + 20.0;
    let program = hold_until(processes, format!("{:.0}s", ample_s.ceil()));
    // The first delay of every process is not begun by a wake-up, every other one is.
    let mut counter = Counter { awaited: u64::from(processes) + wake_ups, ..Counter::default() };
    run(&mut Simulation::new(&program, program.seed, 0), &mut counter);
    counter.awaited_at.expect("there is ample time for all wake-ups")
}

fn hold_until(processes: u32, span: String) -> BoundProgram {
    let rounds = ("rounds", "1000000000".to_owned());
    let parameters = [("processes", processes.to_string()), rounds, ("span", span)];
    program_of(&load("scenarios/queues/hold.yaml", &parameters))
}

/// Runs W3 with this many items.
pub fn buffer<T: Tracing>(items: u64) -> Finished {
    let scenario = load("scenarios/queues/bounded-buffer.yaml", &[("items", items.to_string())]);
    let program = program_of(&scenario);
    let mut simulation = Simulation::new(&program, program.seed, 0);
    let run = Run::of::<T>(&program, &mut simulation, Some("data2"));
    assert_eq!(run.end.outcome.name(), "completed");
    run.finished(run.counter.reads, None)
}
