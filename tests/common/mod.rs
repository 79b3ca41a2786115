//! What several test files need: run a scenario text and keep its events; a
//! copy of the scenarios to run commands in.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod generate;
pub mod inheriting;
pub mod interrupts;
pub mod limits;
pub mod lives;
pub mod records;
pub mod requests;
pub mod small;
pub mod stepwise;
pub mod watches;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempolane::backend::Machine;
use tempolane::backend::virtual_time::{RunEnd, Simulation};
use tempolane::backend::{BoundProgram, compile};
use tempolane::ids::{ProcessId, ResourceId};
use tempolane::scenario;
use tempolane::trace::{Event, Fingerprint, Header, Kind, LogTemplate, Sink, Ties};
use tempolane::value::{Value, Word};

/// A scenario of many states: `a` and `b` share a mutex for 1 s and 2 s, and then take 1 s and 4 s. If `a` comes
/// first, `b` is done at 1 + 2 + 4 s; else at 2 + 4 s. Who comes second to `one` may wait for ever, beside a
/// daemon that counts.
pub const CUT_SHORT: &str = "
version: 1
name: cut
resources:
  m: mutex
  one: {kind: semaphore, permits: 1}
  never: {kind: semaphore, permits: 0}
  beats: {kind: buffer, capacity: unbounded}
processes:
  a: {do: [{with: m, do: [{delay: 1s}]}, {delay: 1s}]}
  b: {do: [{with: m, do: [{delay: 2s}]}, {delay: 4s}]}
  c: {do: [{acquire: one}, {delay: 1s}, {release: one}]}
  d: {do: [{acquire: one, within: 0s, else: [{acquire: never}]}, {release: one}]}
  beat: {daemon: true, do: [{while: true, do: [{delay: 1s}, {put: beats}]}]}
";

/// Keeps every event, and logs as text.
#[derive(Default)]
pub struct Keep {
    pub events: Vec<Event>,
    /// Of each log.
    pub args: Vec<Vec<Word>>,
    /// What stands beside the events, of logs and of records.
    pub words: Vec<Word>,
}

impl Sink for Keep {
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.events.push(*event);
        self.words.extend_from_slice(args);
        if event.kind == Kind::Log {
            self.args.push(args.to_vec());
        }
    }
}

/// A run with everything to look at.
pub struct Run {
    pub program: BoundProgram,
    pub header: Header,
    pub end: RunEnd,
    pub machine: Machine,
    pub kept: Keep,
    pub fingerprint: String,
}

/// How many random scenarios a property tries: so many, or as many as `TEMPOLANE_CASES` says.
pub fn cases(usual: u32) -> u32 {
    std::env::var("TEMPOLANE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// The log of a run, each line with when it was written.
pub fn timed_log(run: &Run) -> Vec<String> {
    let logs = run.kept.events.iter().filter(|event| event.kind == Kind::Log);
    logs.zip(run.log()).map(|(event, text)| format!("{} {text}", event.time)).collect()
}

/// The log of a run that completes, with what its processes and resources are.
pub fn told(processes: &str, resources: &str) -> Vec<String> {
    let run = run(&format!("version: 1\nresources: {{{resources}}}\nprocesses:\n{processes}"));
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    run.machine.check(&run.program);
    timed_log(&run)
}

/// The text of a scenario of the library.
pub fn library(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The path of a scenario of the library, for those that read what lies beside it.
pub fn label(path: &str) -> String {
    format!("{}/scenarios/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// Every scenario of the library: its path and its text.
pub fn scenarios() -> Vec<(String, String)> {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
    let scenarios = files.into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "yaml"));
    let texts = scenarios.map(|(path, text)| {
        let path = path.to_str().expect("names are plain").replace('\\', "/");
        (path, String::from_utf8(text).expect("a scenario is text"))
    });
    texts.collect()
}

/// Every file below a folder, by its path from there.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut open) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let inside = path.strip_prefix(folder).expect("below the folder").to_path_buf();
                files.insert(inside, fs::read(&path).expect("it can be read"));
            }
        }
    }
    files
}

/// Copies the scenarios of the repository, so that a command runs as in it and
/// writes elsewhere.
pub fn copy_scenarios(to: &Path) {
    for (path, content) in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")) {
        let path = to.join("scenarios").join(path);
        fs::create_dir_all(path.parent().expect("inside a folder")).expect("it can be made");
        fs::write(path, content).expect("it can be written");
    }
}

/// Loads, compiles and binds; panics with the diagnostics if that fails.
pub fn program(text: &str, overrides: &[(&str, &str)]) -> BoundProgram {
    program_at("test", text, overrides)
}

/// A scenario text, compiled, that would stand in this file: tables lie beside it.
pub fn program_at(label: &str, text: &str, overrides: &[(&str, &str)]) -> BoundProgram {
    let overrides: Vec<(String, String)> =
        overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let loaded =
        scenario::load_str(label, text, &overrides).unwrap_or_else(|error| panic!("{error}\n{text}"));
    compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("a checked scenario can be bound")
}

/// Runs a scenario text.
pub fn run(text: &str) -> Run {
    run_with(text, &[])
}

/// Runs a scenario text that would stand in this file.
pub fn run_at(label: &str, text: &str, overrides: &[(&str, &str)]) -> Run {
    run_program(program_at(label, text, overrides), Ties::Fifo)
}

/// Runs a scenario of the library with this order of simultaneous events.
pub fn run_library(path: &str, ties: Ties) -> Run {
    run_program(program_at(&label(path), &library(path), &[]), ties)
}

/// Runs a scenario text with parameters.
pub fn run_with(text: &str, overrides: &[(&str, &str)]) -> Run {
    run_program(program(text, overrides), Ties::Fifo)
}

/// Runs a scenario text with this order of simultaneous events.
pub fn run_in_order(text: &str, ties: Ties) -> Run {
    run_program(program(text, &[]), ties)
}

fn run_program(program: BoundProgram, ties: Ties) -> Run {
    let mut sinks = (Keep::default(), Fingerprint::new());
    let seed = program.seed;
    let mut simulation = Simulation::with_ties(&program, seed, 0, ties);
    let end = simulation.run(&mut sinks, &mut |_| ControlFlow::Continue(())).expect("not interrupted");
    let machine = simulation.machine;
    let header = Header { ties, ..program.header(seed) };
    let (kept, fingerprint) = sinks;
    let fingerprint = fingerprint.finish(end.outcome.name(), end.end);
    Run { program, header, end, machine, kept, fingerprint }
}

impl Run {
    pub fn outcome(&self) -> &str {
        self.end.outcome.name()
    }

    pub fn process(&self, name: &str) -> ProcessId {
        (0..self.header.process_count())
            .map(ProcessId::from_index)
            .find(|&id| self.header.process_name(id) == name)
            .unwrap_or_else(|| panic!("no process {name}"))
    }

    pub fn resource(&self, name: &str) -> ResourceId {
        (0..self.header.resource_count())
            .map(ResourceId::from_index)
            .find(|&id| self.header.resource_name(id) == name)
            .unwrap_or_else(|| panic!("no resource {name}"))
    }

    /// When a process was done, in seconds.
    pub fn finished(&self, name: &str) -> Option<f64> {
        let process = self.process(name);
        let done = self.kept.events.iter().find(|event| event.kind == Kind::Done && event.process == process);
        done.map(|event| event.time.as_secs_f64())
    }

    /// The lines of the log.
    pub fn log(&self) -> Vec<String> {
        self.log_with_processes().into_iter().map(|(_, line)| line).collect()
    }

    /// The lines of the log, each with the name of the process that wrote it.
    pub fn log_with_processes(&self) -> Vec<(String, String)> {
        let logs = self.kept.events.iter().filter(|event| event.kind == Kind::Log);
        let template = |event: &Event| -> &LogTemplate { &self.header.logs[event.subject as usize] };
        let line = |(event, args): (&Event, &Vec<Word>)| {
            (self.header.process_name(event.process), template(event).render(args))
        };
        logs.zip(&self.kept.args).map(line).collect()
    }

    /// The content of a memory, as text.
    pub fn memory(&self, name: &str) -> Vec<String> {
        let values = self.machine.memory(&self.program, self.resource(name));
        values.iter().map(Value::to_string).collect()
    }

    /// The message of a fault.
    pub fn fault(&self) -> &str {
        match &self.end.outcome {
            tempolane::trace::Outcome::Fault(fault) => &fault.message,
            other => panic!("no fault but {other:?}"),
        }
    }
}
