//! A scenario made in code: what there is, and how it is checked and run.

use super::code::{Caller, Frames, Function, Functions, Numbered};
use super::problem::{Problem, Problems};
use super::resource::Resource;
use super::source_map::{EXPECTATION, SourceMap, shown};
use super::state::CodeState;
use super::steps::Steps;
use super::term::{Distribution, Term, key};
use crate::program::{self, BoundProgram};
use crate::scenario::{LoadError, LoadedScenario, load_program};
use std::ops::{Deref, DerefMut};
use std::panic::Location;

/// A scenario, made in code instead of YAML. See [the module](super).
pub struct Scenario<S: CodeState = ()> {
    name: String,
    state: S,
    seed: u64,
    horizon: Option<Term>,
    warm_up: Option<Term>,
    measures: Vec<(String, String, &'static Location<'static>)>,
    params: Vec<(String, Term)>,
    settings: Vec<(String, String)>,
    resources: Vec<(String, Resource, &'static Location<'static>)>,
    processes: Vec<Process<S>>,
    functions: Functions<S>,
}

/// A process: its steps, and what stands above them.
pub struct Process<S> {
    name: String,
    at: &'static Location<'static>,
    keys: Vec<(&'static str, String)>,
    vars: Vec<(String, String)>,
    steps: Steps<S>,
}

impl<S> Process<S> {
    /// Several instances, addressed `name[0]`, `name[1]` …
    pub fn count(&mut self, count: impl Into<Term>) -> &mut Self {
        self.keys.push(("count", count.into().yaml()));
        self
    }

    /// When it starts; may use `index`.
    pub fn start(&mut self, at: impl Into<Term>) -> &mut Self {
        self.keys.push(("start", at.into().yaml()));
        self
    }

    /// It does not start by itself, but when another process
    /// [starts](Steps::start_process) it.
    pub fn manual(&mut self) -> &mut Self {
        self.start("manual")
    }

    /// The run does not wait for its end.
    pub fn daemon(&mut self) -> &mut Self {
        self.keys.push(("daemon", "true".to_owned()));
        self
    }

    /// The processor on which it works, unless a step names another one; may use
    /// `index`.
    pub fn on(&mut self, processor: &str) -> &mut Self {
        self.keys.push(("on", key(processor)));
        self
    }

    /// When it starts, at random.
    pub fn start_drawn(&mut self, from: Distribution) -> &mut Self {
        self.keys.push(("start", from.to_string()));
        self
    }

    /// From -128 to 127, lower goes first; may use `index`.
    pub fn priority(&mut self, priority: impl Into<Term>) -> &mut Self {
        self.keys.push(("priority", priority.into().yaml()));
        self
    }

    /// A variable with its first value, which gives the type.
    pub fn var(&mut self, name: &str, first: impl Into<Term>) -> &mut Self {
        self.vars.push((key(name), first.into().yaml()));
        self
    }

    /// A private array: how many elements, and what each is at first.
    pub fn array(&mut self, name: &str, len: impl Into<Term>, of: impl Into<Term>) -> &mut Self {
        let (len, of) = (len.into().yaml(), of.into().yaml());
        self.vars.push((key(name), format!("{{array: {len}, of: {of}}}")));
        self
    }
}

impl<S> Deref for Process<S> {
    type Target = Steps<S>;

    fn deref(&self) -> &Steps<S> {
        &self.steps
    }
}

impl<S> DerefMut for Process<S> {
    fn deref_mut(&mut self) -> &mut Steps<S> {
        &mut self.steps
    }
}

impl Scenario {
    /// A scenario without anything in it yet.
    pub fn new(name: &str) -> Scenario {
        Scenario::with_state(name, ())
    }
}

impl<S: CodeState> Scenario<S> {
    /// A scenario whose code works on a state; every run begins with this one.
    pub fn with_state(name: &str, state: S) -> Scenario<S> {
        Scenario {
            name: name.to_owned(),
            state,
            seed: 0,
            horizon: None,
            warm_up: None,
            measures: Vec::new(),
            params: Vec::new(),
            settings: Vec::new(),
            resources: Vec::new(),
            processes: Vec::new(),
            functions: Functions { all: Vec::new() },
        }
    }

    /// A parameter; it may use those before it.
    pub fn param(&mut self, name: &str, value: impl Into<Term>) -> &mut Self {
        self.params.push((name.to_owned(), value.into()));
        self
    }

    /// Gives a parameter another value, as `--set` does for a file.
    pub fn set(&mut self, name: &str, value: impl Into<Term>) -> &mut Self {
        self.settings.push((name.to_owned(), value.into().0));
        self
    }

    /// When a run is stopped.
    pub fn horizon(&mut self, at: impl Into<Term>) -> &mut Self {
        self.horizon = Some(at.into());
        self
    }

    /// What is measured of every run, in the form of an entry of `measures` in a file:
    /// `measure("response", "{from: came, to: left}")`. What it comes to stands in
    /// [`Statistics`](crate::analysis::Statistics), and [`Run::check`](super::Run::check)
    /// takes `"figures: {measures.response.mean: 4s}"`.
    #[track_caller]
    pub fn measure(&mut self, name: &str, measure: &str) -> &mut Self {
        self.measures.push((name.to_owned(), measure.to_owned(), Location::caller()));
        self
    }

    /// How much of the start of a run the measures leave out.
    pub fn warm_up(&mut self, until: impl Into<Term>) -> &mut Self {
        self.warm_up = Some(until.into());
        self
    }

    /// The seed of all random streams; at most 2^63 - 1.
    pub fn seed(&mut self, seed: u64) -> &mut Self {
        self.seed = seed;
        self
    }

    /// A resource.
    #[track_caller]
    pub fn resource(&mut self, name: &str, resource: Resource) -> &mut Self {
        self.resources.push((name.to_owned(), resource, Location::caller()));
        self
    }

    /// A lock that at most one process owns.
    #[track_caller]
    pub fn mutex(&mut self, name: &str) -> &mut Self {
        self.resource(name, Resource::mutex())
    }

    /// A counter with so many permits at the start.
    #[track_caller]
    pub fn semaphore(&mut self, name: &str, permits: impl Into<Term>) -> &mut Self {
        self.resource(name, Resource::semaphore(permits))
    }

    /// A queue for so many items.
    #[track_caller]
    pub fn buffer(&mut self, name: &str, capacity: impl Into<Term>) -> &mut Self {
        self.resource(name, Resource::buffer(capacity))
    }

    /// So many slots that are read and written, each 0 at the start.
    #[track_caller]
    pub fn memory(&mut self, name: &str, slots: impl Into<Term>) -> &mut Self {
        self.resource(name, Resource::memory(slots))
    }

    /// Where processes wait until another one notifies them.
    #[track_caller]
    pub fn condition(&mut self, name: &str) -> &mut Self {
        self.resource(name, Resource::condition())
    }

    /// Where processes wait until so many of them have come.
    #[track_caller]
    pub fn barrier(&mut self, name: &str, parties: impl Into<Term>) -> &mut Self {
        self.resource(name, Resource::barrier(parties))
    }

    /// So many cores, which serve those that are at work on them, first come, first
    /// served; see [`Resource::processor`] for other disciplines.
    #[track_caller]
    pub fn processor(&mut self, name: &str, cores: impl Into<Term>) -> &mut Self {
        self.resource(name, Resource::processor(cores))
    }

    /// A process with the steps that `make` gives it.
    #[track_caller]
    pub fn process(&mut self, name: &str, make: impl FnOnce(&mut Process<S>)) -> &mut Self {
        let mut process = Process {
            name: name.to_owned(),
            at: Location::caller(),
            keys: Vec::new(),
            vars: Vec::new(),
            steps: Steps::new(self.functions.all.len()),
        };
        make(&mut process);
        let code: Vec<Function<S>> = std::mem::take(&mut process.steps.code);
        self.functions.all.extend(code);
        self.processes.push(process);
        self
    }

    /// The scenario as a file that `tempolane run` takes; `None` if it calls
    /// code, which no file can hold.
    pub fn yaml(&self) -> Option<String> {
        self.functions.all.is_empty().then(|| self.source_map().text)
    }

    /// Checks it, without running it.
    ///
    /// # Errors
    /// Everything that is wrong with it, in one go.
    pub fn check(&self) -> Result<(), Problems> {
        self.prepare("").map(|_| ())
    }

    /// The program with the values of its parameters, for drivers of one's own
    /// and for [`crate::explore`].
    ///
    /// # Errors
    /// Everything that is wrong with it, in one go.
    pub fn program(&self) -> Result<BoundProgram, Problems> {
        Ok(self.prepare("")?.program)
    }

    /// Checks it with this text as what is expected, and makes what a run needs.
    pub(super) fn prepare_expecting(&self, expect: &str) -> Result<Prepared, Problems> {
        self.prepare(&expecting(expect))
    }

    /// The scenario as a file, with parameters as they were set, and with this
    /// text as what is expected; `None` if it has code, which no file can hold.
    pub(super) fn file(&self, expect: &str) -> Option<String> {
        if !self.functions.all.is_empty() {
            return None;
        }
        let params = self.prepare_expecting(expect).ok()?.loaded.params;
        let is_set = |name: &String| self.settings.iter().any(|(set, _)| set == name);
        let value =
            |number: usize, name: &String| Some(Term::from(*params.get(number)?)).filter(|_| is_set(name));
        Some(self.source_map_with(&value).text + &expecting(expect))
    }

    /// Its code over this state, for a run.
    pub(super) fn caller<'a>(&'a self, frames: &'a Frames, state: &'a mut S) -> Caller<'a, S> {
        Caller { functions: &self.functions, frames, state }
    }

    /// Its code, with numbers for the states that it comes to.
    pub(super) fn numbered<'a>(&'a self, frames: &'a Frames) -> Numbered<'a, S> {
        Numbered::new(&self.functions, frames, self.first_state())
    }

    pub(super) fn seed_of_runs(&self) -> u64 {
        self.seed
    }

    /// The state with which a run begins.
    pub(super) fn first_state(&self) -> S {
        self.state.clone()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks the text with `more` behind it, and makes what a run needs.
    pub(super) fn prepare(&self, more: &str) -> Result<Prepared, Problems> {
        let mut source_map = self.source_map();
        for line in more.lines() {
            source_map.line(0, line, EXPECTATION, None);
        }
        let name = &self.name;
        let loaded = load_program(name, &source_map.text, &self.settings).map_err(|error| match error {
            LoadError::Diagnostics(found) => Problems::found(name, &source_map, &found),
            other => Problems::one(name, Problem::of(other.to_string())),
        })?;
        let compiled = program::compile(&loaded.model);
        let program = compiled.bind(&loaded.model, &loaded.params).map_err(|error| {
            let place = source_map.place(error.site.line).cloned();
            Problems::one(name, Problem { place, ..Problem::of(error.message) })
        })?;
        let frames = Frames::new(&loaded.model, &compiled, &program);
        Ok(Prepared { source_map, loaded, program, frames })
    }

    fn source_map(&self) -> SourceMap {
        self.source_map_with(&|_, _| None)
    }

    /// The lines of what is measured.
    fn measured(&self, source_map: &mut SourceMap) {
        if let Some(warm_up) = &self.warm_up {
            source_map.line(0, &format!("warm_up: {}", warm_up.yaml()), "the warm-up", None);
        }
        if self.measures.is_empty() {
            return;
        }
        source_map.line(0, "measures:", "the measures", None);
        for (name, measure, at) in &self.measures {
            let line = format!("{}: {}", key(name), measure.lines().collect::<Vec<_>>().join(" "));
            source_map.line(1, &line, &format!("measure {}", shown(name)), Some(at));
        }
    }

    /// The source map, with parameters as `value` has them by number and name.
    fn source_map_with(&self, value: &dyn Fn(usize, &String) -> Option<Term>) -> SourceMap {
        let mut source_map = SourceMap::default();
        source_map.line(0, "version: 1", "the scenario", None);
        source_map.line(0, &format!("name: {}", key(&self.name)), "the name", None);
        source_map.line(0, &format!("seed: {}", self.seed), "the seed", None);
        if let Some(horizon) = &self.horizon {
            source_map.line(0, &format!("horizon: {}", horizon.yaml()), "the horizon", None);
        }
        self.measured(&mut source_map);
        source_map.line(0, "params:", "the parameters", None);
        for (number, (name, first)) in self.params.iter().enumerate() {
            let value = value(number, name).unwrap_or_else(|| first.clone());
            let line = format!("{}: {}", key(name), value.yaml());
            source_map.line(1, &line, &format!("parameter {}", shown(name)), None);
        }
        source_map.line(0, "resources:", "the resources", None);
        for (name, resource, at) in &self.resources {
            let line = format!("{}: {}", key(name), resource.yaml());
            source_map.line(1, &line, &format!("resource {}", shown(name)), Some(at));
        }
        let empty = if self.processes.is_empty() { " {}" } else { "" };
        source_map.line(0, &format!("processes:{empty}"), "the processes", None);
        for process in &self.processes {
            let what = format!("process {}", shown(&process.name));
            source_map.line(1, &format!("{}:", key(&process.name)), &what, Some(process.at));
            for (key, value) in &process.keys {
                source_map.line(
                    2,
                    &format!("{key}: {value}"),
                    &format!("`{key}` of {what}"),
                    Some(process.at),
                );
            }
            if !process.vars.is_empty() {
                source_map.line(2, "vars:", &what, Some(process.at));
            }
            for (name, first) in &process.vars {
                source_map.line(
                    3,
                    &format!("{name}: {first}"),
                    &format!("variable {name} of {what}"),
                    Some(process.at),
                );
            }
            source_map.steps(2, "do", &process.steps.steps, "", &process.name);
        }
        source_map
    }
}

/// The lines of a file that say what is expected.
fn expecting(expect: &str) -> String {
    let lines: String = expect.lines().map(|line| format!("  {line}\n")).collect();
    let head = if lines.is_empty() { "" } else { "expect:\n" };
    format!("{head}{lines}")
}

/// A checked scenario with all that a run needs.
pub(super) struct Prepared {
    pub(super) source_map: SourceMap,
    pub(super) loaded: LoadedScenario,
    pub(super) program: BoundProgram,
    pub(super) frames: Frames,
}
