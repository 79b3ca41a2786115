//! `tempolane check`: whether scenarios are valid, without running them.

use super::console;
use super::failure::{Exit, Failure};
use super::inputs::{self, Loaded, ProblemObject, load_each};
use super::options::{Format, ScenarioOptions};
use super::report::on_one_line;
use crate::figure::so_many;
use crate::scenario::{Diagnostics, LoadError};
use clap::Args;
use serde::Serialize;
use std::path::Path;

/// Check scenarios without running them
///
/// Every problem of every file is told in one go, on standard error; with --format json also on
/// standard output, one object per scenario.
/// What is valid and probably not meant (a semaphore that nobody releases, a parameter that nobody
/// uses) is a warning, told in the same way.
#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    scenarios: ScenarioOptions,
    /// End with exit code 2 if there is a warning
    #[arg(long)]
    strict: bool,
}

pub fn run(arguments: &CheckArguments) -> Result<Exit, Failure> {
    let mut exit = Exit::Fine;
    for (path, result) in load_each(&arguments.scenarios)? {
        let warnings = result.as_ref().ok().map(|loaded| loaded.scenario.warnings());
        let warnings = warnings.filter(|warnings| !warnings.items.is_empty());
        if let Err(error) = &result {
            inputs::tell(error);
            exit = exit.max(inputs::exit(error));
        }
        if let Some(warnings) = &warnings {
            console::warn(warnings.render(true));
            if arguments.strict {
                exit = exit.max(Exit::Usage);
            }
        }
        let told = match arguments.scenarios.format {
            Format::Text => result
                .as_ref()
                .map(|loaded| text(loaded, warnings.as_ref(), arguments.strict))
                .unwrap_or_default(),
            Format::Json => json(&path, &result, warnings.as_ref()),
        };
        console::print(&told)?;
    }
    Ok(exit)
}

fn text(loaded: &Loaded, warnings: Option<&Diagnostics>, strict: bool) -> String {
    let model = &loaded.scenario.model;
    let definitions = model.processes.len() as u64;
    let processes = so_many(definitions, "process");
    let processes = match loaded.instances().filter(|&instances| instances != definitions) {
        Some(instances) => format!("{processes} with {}", so_many(instances, "instance")),
        None => processes,
    };
    // Lives of processes are resources that nobody declares.
    let declared = model.resources.iter().filter(|def| def.spec.kind.is_declared()).count();
    let resources = so_many(declared as u64, "resource");
    let name = console::printable(&model.name);
    let warnings = warnings.map(|warnings| format!("; {}", so_many(warnings.items.len() as u64, "warning")));
    let verdict = if strict && warnings.is_some() {
        "refused, since `--strict` takes warnings for errors"
    } else {
        "ok"
    };
    let warnings = warnings.unwrap_or_default();
    let file = console::printable(&loaded.scenario.source.label);
    format!("{file}: {verdict} ({name}: {processes}, {resources}{warnings})\n")
}

#[derive(Serialize)]
struct Checked<'a> {
    file: String,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<&'a str>,
    problems: Vec<ProblemObject<'a>>,
    warnings: Vec<ProblemObject<'a>>,
}

fn json(path: &Path, result: &Result<Loaded, LoadError>, warnings: Option<&Diagnostics>) -> String {
    let scenario = result.as_ref().ok().map(|loaded| loaded.scenario.model.name.as_str());
    let problems = result.as_ref().err().map(inputs::problems).unwrap_or_default();
    let warnings = warnings.map(inputs::placed).unwrap_or_default();
    let file = path.display().to_string();
    let checked = Checked { file, ok: result.is_ok(), scenario, problems, warnings };
    on_one_line(&checked)
}
