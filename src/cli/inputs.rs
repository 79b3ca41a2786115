//! From paths on the command line to scenarios that are ready to run.
//!
//! Decides which files a folder stands for, and that every file is looked at
//! before anything runs: all problems of all files are told in one go.

use super::console;
use super::failure::{Exit, Failure};
use super::labels::Labels;
use super::options::{Format, ScenarioOptions};
use crate::figure::{counted, so_many};
use crate::program::{BoundProgram, Program, compile};
use crate::scenario::{
    Diagnostic, Diagnostics, LoadError, LoadedScenario, Severity, SourceFile, load_file, load_reader,
    load_str, set_twice,
};
use crate::value::Value;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// What standard input is called in diagnostics, and a scenario from it that
/// has no name.
const STANDARD_INPUT: &str = "stdin";

/// A scenario that was checked and compiled.
pub struct Loaded {
    /// Its name in this command.
    pub label: String,
    /// The path as the user gave it; `-` for standard input.
    pub path: PathBuf,
    /// The parameters that the user set.
    pub settings: Vec<(String, String)>,
    /// Those among them that got another value than the file gives them.
    pub changed: Vec<String>,
    /// The checked scenario.
    pub scenario: LoadedScenario,
    compiled: Program,
}

impl Loaded {
    /// The initial state of a run.
    ///
    /// # Errors
    /// If the parameters do not fit; [`load_each`] has made sure that they do.
    pub fn program(&self) -> Result<BoundProgram, Failure> {
        let program = self.compiled.bind(&self.scenario.model, &self.scenario.params);
        program.map_err(|error| Failure::usage(error.message))
    }
}

impl Loaded {
    /// How many instances its processes have in all; `None` if that is not known before a run, in which some
    /// arrive.
    pub fn instances(&self) -> Option<u64> {
        let model = &self.scenario.model;
        let counts = self.compiled.process_counts(model, &self.scenario.params).ok()?;
        let arrives = model.processes.iter().any(|process| process.arrives);
        (!arrives).then(|| counts.iter().map(|&count| u64::from(count)).sum())
    }

    /// Whether its runs differ by random numbers.
    pub fn is_random(&self) -> bool {
        self.compiled.is_random()
    }

    /// Refuses more process instances than `most`, before there is a state of so many: at the
    /// `count` that makes the most of them. `hint` says why there may be no more.
    ///
    /// # Errors
    /// If there are more; everything has been said then.
    pub fn at_most(&self, most: u64, hint: &str) -> Result<(), Failure> {
        let model = &self.scenario.model;
        let counts = self
            .compiled
            .process_counts(model, &self.scenario.params)
            .map_err(|error| Failure::usage(error.message))?;
        let all: u64 = counts.iter().map(|&count| u64::from(count)).sum();
        let Some((def, _)) = model.processes.iter().zip(&counts).rev().max_by_key(|(_, count)| **count)
        else {
            return Ok(());
        };
        if all <= most {
            return Ok(());
        }
        let site = def.count.as_ref().map_or(def.site, |count| count.site);
        let message =
            format!("{} are more than the {} that there may be", so_many(all, "process"), counted(most));
        let item = Diagnostic {
            site,
            length: 1,
            message,
            hint: Some(hint.to_owned()),
            origin: None,
            settings: Vec::new(),
        };
        let source = self.scenario.source.clone();
        let refused = Diagnostics { source, severity: Severity::Error, items: vec![item] };
        tell(&LoadError::Diagnostics(refused));
        Err(Failure::said(Exit::Usage))
    }

    /// This scenario with other parameters, under the same name; `None` if
    /// it is not valid with them.
    pub fn with_settings(&self, settings: Vec<(String, String)>) -> Option<Loaded> {
        let source = &self.scenario.source;
        let scenario = load_str(&source.label, &source.text, &settings).ok()?;
        let compiled = compile(&scenario.model);
        compiled.bind(&scenario.model, &scenario.params).ok()?;
        let changed = changed(&scenario, &settings);
        let (label, path) = (self.label.clone(), self.path.clone());
        Some(Loaded { label, path, settings, changed, scenario, compiled })
    }
}

/// The exit code of a command that ends because a scenario is not ready to run.
pub fn exit(error: &LoadError) -> Exit {
    match error {
        LoadError::Environment { .. } => Exit::Environment,
        LoadError::Directory { .. } | LoadError::Diagnostics(_) => Exit::Usage,
    }
}

/// Says on standard error why a scenario is not ready to run.
pub fn tell(error: &LoadError) {
    console::warn(error.render(true));
}

/// A problem of a scenario, for programs.
#[derive(Debug, Serialize)]
pub struct ProblemObject<'a> {
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'a str>,
    pub line: Option<u32>,
    pub column: Option<u32>,
    /// The values of `--set` without which it would be none.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub settings: &'a [String],
}

/// The problems that keep a scenario from running, at least one.
pub fn problems(error: &LoadError) -> Vec<ProblemObject<'_>> {
    let LoadError::Diagnostics(diagnostics) = error else {
        return vec![ProblemObject {
            message: error.to_string(),
            hint: None,
            line: None,
            column: None,
            settings: &[],
        }];
    };
    placed(diagnostics)
}

/// Problems with their places, for programs.
pub fn placed(diagnostics: &Diagnostics) -> Vec<ProblemObject<'_>> {
    let told = diagnostics.items.iter().map(|item| {
        // A place in a value that was given beside the scenario is none in its file.
        let site = item.origin.is_none().then_some(item.site).filter(|site| site.line > 0);
        ProblemObject {
            message: item.message.clone(),
            hint: item.hint.as_deref(),
            line: site.map(|site| site.line),
            column: site.map(|site| site.column),
            settings: &item.settings,
        }
    });
    told.collect()
}

/// The most scenario files of one command.
const MOST_FILES: usize = 100_000;

/// The most bytes that scenarios have together where all of them are held.
const MOST_TOGETHER: usize = 64 << 20;

/// How many bytes of text there is still room for where all scenarios are held.
struct Room(usize);

impl Room {
    fn new() -> Room {
        Room(MOST_TOGETHER)
    }

    fn take(&mut self, result: &Result<Loaded, LoadError>) -> Result<(), Failure> {
        let bytes = result.as_ref().map_or(0, |loaded| loaded.scenario.source.text.len());
        self.0 = self.0.checked_sub(bytes).ok_or_else(|| {
            Failure::usage("these scenarios have more than 64 MiB together; name fewer of them at a time")
        })?;
        Ok(())
    }
}

/// Loads every scenario and holds them all, each with its path and what came of it.
///
/// # Errors
/// If there are no scenarios where the paths point, or if they are too large
/// together.
pub fn hold_each(options: &ScenarioOptions) -> Result<Vec<Attempt>, Failure> {
    let mut room = Room::new();
    load_each(options)?.map(|attempt| room.take(&attempt.1).map(|()| attempt)).collect()
}

/// Loads every scenario, or tells every problem.
///
/// # Errors
/// If one of them is not ready to run; everything has been said then. And if they
/// are too large together.
pub fn load_all(options: &ScenarioOptions) -> Result<Vec<Loaded>, Failure> {
    or_tell(load_each(options)?.map(|(_, result)| result))
}

/// Loads one scenario, or tells every problem of it.
///
/// # Errors
/// If it is not ready to run; everything has been said then. And if the path is that of
/// a folder.
pub fn load_one(path: &Path, settings: &[(String, String)]) -> Result<Loaded, Failure> {
    if path.is_dir() {
        let shown = console::shown(path);
        return Err(Failure::usage(format!("'{shown}' is a folder; name one scenario file")));
    }
    let options = ScenarioOptions {
        paths: vec![path.to_path_buf()],
        settings: settings.to_vec(),
        format: Format::Text,
    };
    let mut loaded = load_all(&options)?;
    loaded.pop().ok_or_else(|| Failure::said(Exit::Usage))
}

/// Loads a scenario whose text is known, from `path` as it says, or tells every problem.
///
/// # Errors
/// If it is not ready to run; everything has been said then.
pub fn load_text(path: &str, text: &str, settings: &[(String, String)]) -> Result<Loaded, Failure> {
    let scenario = load_str(path, text, settings);
    let mut labels = Labels::default();
    let loaded = scenario.and_then(|scenario| ready(scenario, Path::new(path), settings, "", &mut labels));
    let mut loaded = or_tell([loaded])?;
    loaded.pop().ok_or_else(|| Failure::said(Exit::Usage))
}

/// Loads every scenario with every combination of the values that its
/// parameters are set to, each under a name that says which; or tells every
/// problem.
///
/// # Errors
/// If one of them is not ready to run, if they are too large together, or if
/// there are too many combinations.
pub fn load_variants(options: &ScenarioOptions) -> Result<Vec<Loaded>, Failure> {
    let variants = variants(&options.settings)?;
    let mut labels = Labels::default();
    let mut results = Vec::new();
    for path in expand(&options.paths)? {
        let mut text: Option<SourceFile> = None;
        // Two spellings of one value, as 3 and 2+1, are one variant.
        let mut seen: Vec<Vec<Value>> = Vec::new();
        for Variant { settings, name } in &variants {
            let scenario = match &text {
                Some(source) => load_str(&source.label, &source.text, settings),
                None => read(&path, settings),
            };
            let loaded = scenario.and_then(|scenario| ready(scenario, &path, settings, name, &mut labels));
            // Standard input can be read only once.
            text = loaded.as_ref().ok().map(|loaded| loaded.scenario.source.clone());
            let again = text.is_some() || path != Path::new("-");
            let params = loaded.as_ref().ok().map(|loaded| loaded.scenario.params.clone());
            if params.as_ref().is_none_or(|params| !seen.contains(params)) {
                seen.extend(params);
                results.push(loaded);
            }
            if !again {
                break;
            }
        }
    }
    or_tell(results)
}

/// What was loaded, or every problem told.
fn or_tell(results: impl IntoIterator<Item = Result<Loaded, LoadError>>) -> Result<Vec<Loaded>, Failure> {
    let mut loaded = Vec::new();
    let (mut worst, mut room) = (Exit::Fine, Room::new());
    for result in results {
        room.take(&result)?;
        match result {
            Ok(scenario) => loaded.push(scenario),
            Err(error) => {
                tell(&error);
                worst = worst.max(exit(&error));
            }
        }
    }
    if worst == Exit::Fine { Ok(loaded) } else { Err(Failure::said(worst)) }
}

/// A path, and what came of loading it.
pub type Attempt = (PathBuf, Result<Loaded, LoadError>);

/// Loads one scenario after the other, each with its path and what came of it.
///
/// # Errors
/// If a folder cannot be read or has no scenario in it, or if a parameter is
/// set more than once.
pub fn load_each(options: &ScenarioOptions) -> Result<impl Iterator<Item = Attempt> + '_, Failure> {
    let settings = &options.settings;
    // Said once, and not of each scenario.
    if let Some((_, message)) = set_twice(settings).next() {
        return Err(Failure::usage(format!(
            "{message}; `compare` runs a scenario with several values side by side"
        )));
    }
    let mut labels = Labels::default();
    let paths = expand(&options.paths)?;
    Ok(paths.into_iter().map(move |path: PathBuf| {
        let result =
            read(&path, settings).and_then(|scenario| ready(scenario, &path, settings, "", &mut labels));
        (path, result)
    }))
}

fn read(path: &Path, settings: &[(String, String)]) -> Result<LoadedScenario, LoadError> {
    if path == Path::new("-") {
        return load_reader(STANDARD_INPUT, std::io::stdin().lock(), settings);
    }
    load_file(path, settings)
}

/// Compiles a scenario; `variant` says what it is a variant by, if it is one.
fn ready(
    scenario: LoadedScenario,
    path: &Path,
    settings: &[(String, String)],
    variant: &str,
    labels: &mut Labels,
) -> Result<Loaded, LoadError> {
    let compiled = compile(&scenario.model);
    // The state is laid out once to see that it can be, and again to run: it
    // may be large, and there may be many scenarios.
    if let Err(error) = compiled.bind(&scenario.model, &scenario.params) {
        let source = scenario.source.clone();
        let items = vec![Diagnostic {
            site: error.site,
            length: 1,
            message: error.message,
            hint: None,
            origin: None,
            settings: Vec::new(),
        }];
        return Err(LoadError::Diagnostics(Diagnostics { source, severity: Severity::Error, items }));
    }
    let label = labels.next(format!("{} {variant}", scenario.model.name).trim_end());
    let changed = changed(&scenario, settings);
    Ok(Loaded { label, path: path.to_path_buf(), settings: settings.to_vec(), changed, scenario, compiled })
}

/// The most combinations of values that are run side by side.
const MOST_VARIANTS: usize = 1000;

/// One combination of the values that parameters are set to.
struct Variant {
    settings: Vec<(String, String)>,
    /// Those that other combinations have other values for, as `a=1 b=2`.
    name: String,
}

/// Every combination of the values of each parameter; the last parameter
/// changes from one to the next.
fn variants(settings: &[(String, String)]) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![Variant { settings: Vec::new(), name: String::new() }];
    for (name, values) in by_name(settings) {
        let repeated = values.iter().enumerate().find(|(at, value)| values[..*at].contains(value));
        if let Some((_, value)) = repeated {
            return Err(Failure::usage(format!("--set {name}={value} is given twice")));
        }
        if variants.len() * values.len() > MOST_VARIANTS {
            let message = format!("the values of --set have more than {MOST_VARIANTS} combinations");
            return Err(Failure::usage(message));
        }
        let with = |before: &Variant, value: &str| {
            let (mut settings, mut label) = (before.settings.clone(), before.name.clone());
            settings.push((name.to_owned(), value.to_owned()));
            if values.len() > 1 {
                let space = if label.is_empty() { "" } else { " " };
                label.push_str(&format!("{space}{name}={}", value.trim()));
            }
            Variant { settings, name: label }
        };
        variants = variants
            .iter()
            .flat_map(|before| values.iter().map(move |value| (before, *value)))
            .map(|(before, value)| with(before, value))
            .collect();
    }
    Ok(variants)
}

/// The parameters that are set, in the order of their first values, with all
/// values of each.
fn by_name(settings: &[(String, String)]) -> Vec<(&str, Vec<&str>)> {
    let mut names: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, value) in settings {
        match names.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => names.push((name, vec![value])),
        }
    }
    names
}

/// The parameters among `settings` whose value is another than that of the
/// file, in the order of the file. They are found by loading the text once more
/// without settings; if it is only valid with them, all of them count.
fn changed(scenario: &LoadedScenario, settings: &[(String, String)]) -> Vec<String> {
    if settings.is_empty() {
        return Vec::new();
    }
    let plain = load_str(&scenario.source.label, &scenario.source.text, &[]).ok();
    scenario.changed(settings, plain.as_ref())
}

/// Every file that the paths stand for, in their order.
fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if paths.iter().filter(|path| *path == Path::new("-")).count() > 1 {
        return Err(Failure::usage("standard input can be read only once"));
    }
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            files.extend(scenarios_below(path)?);
            if files.len() == before {
                let folder = console::shown(path);
                let meant = meant(path);
                let message = format!("there is no scenario (.yaml or .yml) below '{folder}'{meant}");
                return Err(Failure::usage(message));
            }
        } else if path.extension().is_some_and(|ending| ending == "schedule") {
            let schedule = console::shown(path);
            return Err(Failure::usage(format!(
                "'{schedule}' is a schedule: `tempolane run SCENARIO --schedule {schedule}` follows it"
            )));
        } else if let (false, meant) = (path.exists(), meant(path))
            && !meant.is_empty()
        {
            return Err(Failure::environment(format!("there is no '{}'{meant}", console::shown(path))));
        } else {
            files.push(path.clone());
        }
        if files.len() > MOST_FILES {
            let message = "there are more than 100,000 scenario files; name folders with fewer of them";
            return Err(Failure::usage(message));
        }
    }
    Ok(files)
}

/// The file that is meant by a path without its ending, as the end of a message; empty if there is none.
fn meant(path: &Path) -> String {
    let files = ["yaml", "yml"].map(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    });
    let file = files.iter().find(|file| file.is_file());
    file.map_or_else(String::new, |file| format!("; did you mean '{}'?", console::shown(file)))
}

/// The scenario files below a folder, sorted by path. Hidden folders and links
/// to folders are left out, so there is no way round in circles.
fn scenarios_below(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failure =
        |path: &Path, error| Failure::environment(format!("cannot read '{}': {error}", console::shown(path)));
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| failure(&folder, error))? {
            let entry = entry.map_err(|error| failure(&folder, error))?;
            let (path, hidden) = (entry.path(), entry.file_name().to_string_lossy().starts_with('.'));
            let kind = entry.file_type().map_err(|error| failure(&path, error))?;
            if kind.is_dir() && !hidden {
                folders.push(path);
            } else if !kind.is_dir() && is_scenario(&path) && path.is_file() {
                files.push(path);
            }
            if files.len() > MOST_FILES {
                return Ok(files);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_scenario(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}
