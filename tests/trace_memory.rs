//! A trace that is streamed to a file takes constant memory, however long the
//! run. In a program of its own, since it reads the peak of the whole process.
#![cfg(target_os = "linux")]

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use tempolane::backend::compile;
use tempolane::backend::virtual_time::Simulation;
use tempolane::scenario::load_file;
use tempolane::trace::{Event, JsonlSink, Sink};
use tempolane::value::Word;

/// What the peak may rise by from a run to one that is five times as long:
/// a few pages that were not touched before. Kept whole in memory, the events
/// take forty megabytes, and as text sixty.
const SLACK_BYTES: u64 = 256 * 1024;

/// The most memory that this process ever had.
fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux says it");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("there is a peak");
    let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|word| word.parse().ok()).expect("a number");
    kilobytes * 1024
}

/// Counts what it hands on.
struct Counted<S> {
    sink: S,
    events: u64,
}

impl<S: Sink> Sink for Counted<S> {
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.events += 1;
        self.sink.event(event, args);
    }
}

/// Keeps every event as it is.
struct Whole(Vec<Event>);

impl Sink for Whole {
    fn event(&mut self, event: &Event, _: &[Word]) {
        self.0.push(*event);
    }
}

/// Runs the bounded buffer with so many items; streams the trace to a file, or
/// keeps its events whole in memory. Gives the number of events.
fn run(items: u64, keep: bool) -> u64 {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/queues/bounded-buffer.yaml");
    let scenario =
        load_file(&path, &[("items".to_owned(), items.to_string())]).expect("the scenario is good");
    let program = compile(&scenario.model).bind(&scenario.model, &scenario.params).expect("it can be bound");
    let mut simulation = Simulation::new(&program, program.seed, 0);
    let header = program.header(program.seed);
    let mut control = |_| ControlFlow::Continue(());
    if keep {
        let mut counted = Counted { sink: Whole(Vec::new()), events: 0 };
        simulation.run(&mut counted, &mut control).expect("nothing interrupts it");
        return counted.events;
    }
    let file = tempfile::tempfile().expect("there is room for a file");
    let sink = JsonlSink::new(&header, file).expect("the file takes the first line");
    let mut counted = Counted { sink, events: 0 };
    let end = simulation.run(&mut counted, &mut control).expect("nothing interrupts it");
    let file = counted.sink.finish(&end.outcome, end.end, "").expect("the file takes everything");
    let written = file.metadata().expect("it has a length").len();
    assert!(written > 100 * counted.events, "a line an event is in the file");
    counted.events
}

#[test]
fn a_streamed_trace_takes_constant_memory() {
    // So many that all pages of the program are there that a longer run needs.
    let few = run(8_580, false);
    assert!(few >= 200_000, "{few} events");
    let before = peak_bytes();
    let many = run(42_900, false);
    let after = peak_bytes();
    assert!(many >= 1_000_000, "{many} events");
    assert!(after - before < SLACK_BYTES, "{few} events took {before} bytes at most, {many} took {after}");
    // The measure measures: the same events in memory show in it.
    assert_eq!(run(42_900, true), many);
    assert!(peak_bytes() - after > 4 * SLACK_BYTES, "{after} bytes, then {}", peak_bytes());
}
