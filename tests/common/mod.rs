//! What several test files need: run a scenario text and keep its events.
#![allow(dead_code, reason = "each test file uses a part")]

use std::ops::ControlFlow;
use tempolane::backend::virtual_time::{self, RunEnd};
use tempolane::ids::{ProcessId, ResourceId};
use tempolane::kernel::Machine;
use tempolane::program::{self, Image};
use tempolane::scenario;
use tempolane::trace::{Event, Header, Kind, LogTemplate, Sink};
use tempolane::value::{Value, Word};

/// Keeps every event, and logs as text.
#[derive(Default)]
pub struct Keep {
    pub events: Vec<Event>,
    pub args: Vec<Vec<Word>>,
}

impl Sink for Keep {
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.events.push(*event);
        if event.kind == Kind::Log {
            self.args.push(args.to_vec());
        }
    }
}

/// A run with everything to look at.
pub struct Run {
    pub image: Image,
    pub header: Header,
    pub end: RunEnd,
    pub machine: Machine,
    pub kept: Keep,
}

/// Loads, compiles and binds; panics with the diagnostics if that fails.
pub fn image(text: &str, overrides: &[(&str, &str)]) -> Image {
    let overrides: Vec<(String, String)> =
        overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let loaded =
        scenario::load_str("test", text, &overrides).unwrap_or_else(|error| panic!("{error}\n{text}"));
    program::compile(&loaded.model)
        .bind(&loaded.model, &loaded.params)
        .expect("a checked scenario can be bound")
}

/// Runs a scenario text.
pub fn run(text: &str) -> Run {
    run_with(text, &[])
}

/// Runs a scenario text with parameters.
pub fn run_with(text: &str, overrides: &[(&str, &str)]) -> Run {
    let image = image(text, overrides);
    let mut kept = Keep::default();
    let seed = image.seed;
    let (end, machine) = virtual_time::run(&image, seed, &mut kept, &mut |_| ControlFlow::Continue(()))
        .expect("not interrupted");
    let header = image.header(seed);
    Run { image, header, end, machine, kept }
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
        let logs = self.kept.events.iter().filter(|event| event.kind == Kind::Log);
        let template = |event: &Event| -> &LogTemplate { &self.header.logs[event.subject as usize] };
        logs.zip(&self.kept.args).map(|(event, args)| template(event).render(args)).collect()
    }

    /// The content of a memory, as text.
    pub fn memory(&self, name: &str) -> Vec<String> {
        let values = self.machine.memory(&self.image, self.resource(name));
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
