//! A scenario made in code: what there is, and how it is checked and run.

use super::code::{Caller, Frames, Function, Functions, Numbered};
use super::expect::Expect;
use super::problem::{Problem, Problems};
use super::reproduction::Subject;
use super::resource::Resource;
use super::source_map::{EXPECTATION, Place, SourceMap, shown};
use super::state::CodeState;
use super::steps::Steps;
use super::term::{Distribution, Term, key};
use super::written::{Setting, Written};
use crate::program::{self, BoundProgram};
use crate::scenario::{LoadError, LoadedScenario, load_amended};
use crate::trace::{Claim, Expected};
use std::ops::{Deref, DerefMut};
use std::panic::Location;

/// A scenario, made in code instead of YAML, or [read](Scenario::from_yaml) from that. See
/// [the module](super).
pub struct Scenario<S: CodeState = ()> {
    name: String,
    state: S,
    /// The text that it was read from, if it is not made in code.
    written: Option<Written>,
    seed: Option<(u64, &'static Location<'static>)>,
    horizon: Option<(Term, &'static Location<'static>)>,
    warm_up: Option<(Term, &'static Location<'static>)>,
    measures: Vec<(String, String, &'static Location<'static>)>,
    params: Vec<(String, Term, &'static Location<'static>)>,
    settings: Vec<Setting>,
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

    /// A scenario that was read.
    pub(super) fn of_text(written: Written) -> Scenario {
        let name = written.loaded.model.name.clone();
        Scenario { written: Some(written), ..Scenario::new(&name) }
    }
}

/// Its name alone; [`Scenario::yaml`] has all of it.
impl<S: CodeState> std::fmt::Debug for Scenario<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scenario").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<S: CodeState> Scenario<S> {
    /// A scenario whose code works on a state; every run begins with this one.
    pub fn with_state(name: &str, state: S) -> Scenario<S> {
        Scenario {
            name: name.to_owned(),
            state,
            written: None,
            seed: None,
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
    #[track_caller]
    pub fn param(&mut self, name: &str, value: impl Into<Term>) -> &mut Self {
        self.params.push((name.to_owned(), value.into(), Location::caller()));
        self
    }

    /// Gives a parameter another value, as `--set` does for a file; once more, the last one.
    #[track_caller]
    pub fn set(&mut self, name: &str, value: impl Into<Term>) -> &mut Self {
        self.settings.retain(|set| set.name != name);
        self.settings.push(Setting { name: name.to_owned(), value: value.into().0, at: Location::caller() });
        self
    }

    /// When a run is stopped.
    #[track_caller]
    pub fn horizon(&mut self, at: impl Into<Term>) -> &mut Self {
        self.horizon = Some((at.into(), Location::caller()));
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
    #[track_caller]
    pub fn warm_up(&mut self, until: impl Into<Term>) -> &mut Self {
        self.warm_up = Some((until.into(), Location::caller()));
        self
    }

    /// The seed of all random streams; at most 2^63 - 1.
    #[track_caller]
    pub fn seed(&mut self, seed: u64) -> &mut Self {
        self.seed = Some((seed, Location::caller()));
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

    /// The scenario as a file that `tempolane run` takes, with parameters as they were
    /// [set](Scenario::set); `None` if it calls code, which no file can hold. Of a scenario of
    /// [YAML](Scenario::from_yaml) it is the text, and `None` if a value was set that stands
    /// in it in a way that cannot be replaced.
    pub fn yaml(&self) -> Option<String> {
        match &self.written {
            Some(written) => self.text_of(written),
            None => self.file(Expect::NOTHING),
        }
    }

    /// Checks it, without running it.
    ///
    /// # Errors
    /// Everything that is wrong with it, in one go.
    pub fn check(&self) -> Result<(), Problems> {
        self.prepare(Expect::NOTHING).map(|_| ())
    }

    /// The program with the values of its parameters, for drivers of one's own
    /// and for [`crate::explore`]. Code is no part of it: where a step [calls](Steps::call) some,
    /// a driver has to have it ([`crate::backend::Code`]), and a run without it ends in a fault.
    ///
    /// # Errors
    /// Everything that is wrong with it, in one go.
    pub fn program(&self) -> Result<BoundProgram, Problems> {
        Ok(self.prepare(Expect::NOTHING)?.program)
    }

    /// The scenario as a file, with parameters as they were set, and with what is
    /// expected; `None` if it has code, which no file can hold.
    fn file(&self, expect: Expect<'_>) -> Option<String> {
        if !self.functions.all.is_empty() {
            return None;
        }
        // What is wrong with it does not keep it from being shown.
        let params = self.prepare(expect).map_or_else(|_| Vec::new(), |prepared| prepared.loaded.params);
        let is_set = |name: &String| self.settings.iter().any(|set| set.name == *name);
        let value =
            |number: usize, name: &String| Some(Term::from(*params.get(number)?)).filter(|_| is_set(name));
        Some(self.source_map_with(&value).source.text + &expect.lines().unwrap_or_default())
    }

    /// Which file shows a run again.
    pub(super) fn subject(&self, expect: Expect<'_>) -> Subject {
        match &self.written {
            Some(written) => self.subject_of(written),
            None => self.file(expect).map_or(Subject::None, Subject::Text),
        }
    }

    pub(super) fn written(&self) -> Option<&Written> {
        self.written.as_ref()
    }

    /// The parameters that were set, with their values.
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        self.settings.iter().map(|set| (set.name.clone(), set.value.clone())).collect()
    }

    /// Whether its text has another horizon or warm-up than was read.
    pub(super) fn is_amended(&self) -> bool {
        self.horizon.is_some() || self.warm_up.is_some()
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
        let read = || self.written.as_ref().map_or(0, |written| written.loaded.model.seed);
        self.seed.map_or_else(read, |(seed, _)| seed)
    }

    /// The state with which a run begins.
    pub(super) fn first_state(&self) -> S {
        self.state.clone()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks it with what is expected, and makes what a run needs.
    pub(super) fn prepare(&self, expect: Expect<'_>) -> Result<Prepared, Problems> {
        let name = &self.name;
        self.refuse_unsayable()?;
        let mut source_map = self.source_map();
        let mut text_ends = source_map.source.text.len();
        if let Some(written) = &self.written {
            self.refuse_additions(written, self.declared())?;
            self.amendments(&mut source_map);
            text_ends = written.source_map().source.text.len();
        }
        for line in expect.lines().unwrap_or_default().lines() {
            source_map.line(0, line, EXPECTATION, None);
        }
        let (text, more) = source_map.source.text.split_at(text_ends);
        let settings = self.settings();
        let loaded = match &self.written {
            Some(written) => load_amended(&written.loaded.source.label, text, more, &settings, false),
            None => load_amended(name, text, more, &settings, true),
        };
        let mut loaded = loaded.map_err(|error| match error {
            LoadError::Diagnostics(found) => Problems::found(name, &source_map, &self.settings, &found),
            other => Problems::one(name, Problem::of(other.to_string())),
        })?;
        match expect {
            Expect::Own => self.has_expectations(&loaded)?,
            Expect::Text("") => loaded.model.expect = Expected::default(),
            Expect::Text(_) => {}
        }
        let compiled = program::compile(&loaded.model);
        let program = compiled.bind(&loaded.model, &loaded.params).map_err(|error| {
            let place = source_map.place_at(error.site);
            Problems::one(name, Problem { place, ..Problem::of(error.message) })
        })?;
        let frames = Frames::new(&loaded.model, &compiled, &program);
        Ok(Prepared { source_map, loaded, program, frames })
    }

    /// Refuses what no text can say.
    fn refuse_unsayable(&self) -> Result<(), Problems> {
        let stray = |process: &Process<S>, &(method, at): &(&str, _)| Problem {
            place: Some(Place::in_code(format!("`{method}` of process {}", shown(&process.name)), at)),
            ..Problem::of(format!("`{method}` says something of the step before it, and there is none"))
        };
        let strays = self
            .processes
            .iter()
            .flat_map(|process| process.steps.strays.iter().map(move |one| (process, one)));
        let mut items: Vec<Problem> = strays.map(|(process, one)| stray(process, one)).collect();
        if let Some((seed, at)) = self.seed.filter(|(seed, _)| i64::try_from(*seed).is_err()) {
            let place = Some(Place::in_code("the seed".to_owned(), at));
            items.push(Problem {
                place,
                ..Problem::of(format!("a seed is at most 2^63 - 1, and not {seed}"))
            });
        }
        if items.is_empty() { Ok(()) } else { Err(Problems::of(&self.name, items)) }
    }

    /// What was declared in Rust, each with its kind, name and place.
    fn declared(&self) -> impl Iterator<Item = (&'static str, String, &'static Location<'static>)> {
        let params = self.params.iter().map(|(name, _, at)| ("parameter", name.clone(), *at));
        let resources = self.resources.iter().map(|(name, _, at)| ("resource", name.clone(), *at));
        let measures = self.measures.iter().map(|(name, _, at)| ("measure", name.clone(), *at));
        let processes = self.processes.iter().map(|process| ("process", process.name.clone(), process.at));
        params.chain(resources).chain(measures).chain(processes)
    }

    fn source_map(&self) -> SourceMap {
        match &self.written {
            Some(written) => written.source_map(),
            None => self.source_map_with(&|_, _| None),
        }
    }

    /// The lines of what holds for the scenario as a whole, as far as it was said.
    fn amendments(&self, source_map: &mut SourceMap) {
        if let Some((seed, at)) = self.seed {
            source_map.line(0, &format!("seed: {seed}"), "the seed", Some(at));
        }
        if let Some((horizon, at)) = &self.horizon {
            source_map.line(0, &format!("horizon: {}", horizon.yaml()), "the horizon", Some(at));
        }
        if let Some((warm_up, at)) = &self.warm_up {
            source_map.line(0, &format!("warm_up: {}", warm_up.yaml()), "the warm-up", Some(at));
        }
    }

    /// The lines of what is measured.
    fn measured(&self, source_map: &mut SourceMap) {
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
        if self.seed.is_none() {
            source_map.line(0, "seed: 0", "the seed", None);
        }
        self.amendments(&mut source_map);
        self.measured(&mut source_map);
        source_map.line(0, "params:", "the parameters", None);
        for (number, (name, first, at)) in self.params.iter().enumerate() {
            let value = value(number, name).unwrap_or_else(|| first.clone());
            let line = format!("{}: {}", key(name), value.yaml());
            source_map.line(1, &line, &format!("parameter {}", shown(name)), Some(at));
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
            source_map.steps((2, "do"), &process.steps.steps, ("", &process.name), process.at);
        }
        source_map
    }
}

/// A checked scenario with all that a run needs.
pub(super) struct Prepared {
    pub(super) source_map: SourceMap,
    pub(super) loaded: LoadedScenario,
    pub(super) program: BoundProgram,
    pub(super) frames: Frames,
}

impl Prepared {
    /// Whether the outcome is expected to be this or that.
    pub(super) fn says_outcome(&self) -> bool {
        let expected = &self.loaded.model.expect.expectations;
        expected.iter().any(|one| matches!(one.claim, Claim::Outcome(_)))
    }
}
