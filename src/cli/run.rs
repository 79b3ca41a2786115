//! `tempolane run`: each scenario on its own.

use super::execute::execute;
use super::failure::{Exit, Failure};
use super::inputs::{Loaded, load_all};
use super::options::{Artifact, Format, RunOptions, ScenarioOptions};
use super::output::{Folder, folder_name};
use super::pictures::Drawing;
use super::report::{Finished, json, json_line, text};
use super::{console, interrupt};
use clap::Args;

/// Run scenarios in virtual time and draw what happened
///
/// Writes gantt.svg, gantt.png, trace.jsonl and result.json to DIR/<scenario name>/ unless told
/// otherwise. A file appears only when it is complete.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    scenarios: ScenarioOptions,
    #[command(flatten)]
    run: RunOptions,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let loaded = load_all(&arguments.scenarios)?;
    interrupt::watch()?;
    let mut exit = Exit::Fine;
    let mut done = Vec::new();
    for scenario in &loaded {
        let finished = one(scenario, arguments).map_err(|failure| with_done(failure, &done))?;
        if finished.is_finding() {
            exit = Exit::Finding;
        }
        done.push(finished.label);
        interrupt::check().map_err(|failure| with_done(failure, &done))?;
    }
    Ok(exit)
}

/// Runs, writes and tells one scenario.
fn one(scenario: &Loaded, arguments: &Arguments) -> Result<Finished, Failure> {
    let is_text = arguments.scenarios.format == Format::Text;
    let finished = run_and_write(scenario, &arguments.run, is_text)?;
    let told = match arguments.scenarios.format {
        Format::Json => json_line(&finished, None),
        Format::Text => text(&finished, Drawing::new(&finished).map(|drawing| drawing.text()).as_deref()),
    };
    console::print(&told)?;
    Ok(finished)
}

/// Runs a scenario and writes the files of its own. Its events are kept for
/// more pictures if `keep_events`.
pub fn run_and_write(
    scenario: &Loaded,
    options: &RunOptions,
    keep_events: bool,
) -> Result<Finished, Failure> {
    let folder = match options.writes_anything() {
        true => Some(Folder::open(options.output.join(folder_name(&scenario.label)))?),
        false => None,
    };
    let draws = options.writes(Artifact::Svg) || options.writes(Artifact::Png);
    let mut finished = execute(scenario, options, folder.as_ref(), keep_events || draws)?;
    interrupt::check()?;
    let Some(folder) = folder else { return Ok(finished) };
    if let Some(drawing) = Drawing::new(&finished).filter(|_| draws) {
        let pictures = drawing.write(&folder, options)?;
        finished.written.splice(0..0, pictures);
    }
    if options.writes(Artifact::Result) {
        let result = folder.write("result.json", &json(&finished))?;
        finished.written.push(result);
    }
    Ok(finished)
}

/// Adds to an interruption what was finished before it.
pub fn with_done(failure: Failure, done: &[String]) -> Failure {
    if failure.exit != Exit::Interrupted {
        return failure;
    }
    let before = match done {
        [] => "nothing was finished".to_owned(),
        done => format!("finished: {}", done.join(", ")),
    };
    Failure { message: format!("{}; {before}", failure.message), ..failure }
}
