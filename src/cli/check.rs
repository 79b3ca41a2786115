//! `tempolane check`: whether scenarios are valid, without running them.

use super::console;
use super::failure::{Exit, Failure};
use super::inputs::{self, Loaded, Problem, load_each};
use super::options::{Format, ScenarioOptions};
use crate::scenario::LoadError;
use clap::Args;
use serde::Serialize;
use std::path::Path;

/// Check scenarios without running them
///
/// Every problem of every file is told in one go, on standard error; with --format json also on
/// standard output, one object per scenario.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    scenarios: ScenarioOptions,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut exit = Exit::Fine;
    for (path, result) in load_each(&arguments.scenarios)? {
        if let Err(error) = &result {
            inputs::tell(error);
            exit = exit.max(inputs::exit(error));
        }
        let told = match arguments.scenarios.format {
            Format::Text => result.as_ref().map(text).unwrap_or_default(),
            Format::Json => json(&path, &result),
        };
        console::print(&told)?;
    }
    Ok(exit)
}

fn text(loaded: &Loaded) -> String {
    let model = &loaded.scenario.model;
    let counted =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let processes = counted(model.processes.len(), "process", "processes");
    let resources = counted(model.resources.len(), "resource", "resources");
    let name = console::printable(&model.name);
    format!("{}: ok ({name}: {processes}, {resources})\n", loaded.scenario.source.label)
}

#[derive(Serialize)]
struct Checked<'a> {
    file: String,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<&'a str>,
    problems: Vec<Problem<'a>>,
}

fn json(path: &Path, result: &Result<Loaded, LoadError>) -> String {
    let scenario = result.as_ref().ok().map(|loaded| loaded.scenario.model.name.as_str());
    let problems = result.as_ref().err().map(inputs::problems).unwrap_or_default();
    let checked = Checked { file: path.display().to_string(), ok: result.is_ok(), scenario, problems };
    let mut line = serde_json::to_string(&checked).expect("every key is a string");
    line.push('\n');
    line
}
