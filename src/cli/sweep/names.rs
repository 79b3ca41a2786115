//! What figures, points and runs of a sweep are called.

use crate::analysis::FigureRequest;
use crate::cli::console::printable;
use crate::cli::execute;
use crate::cli::inputs::Loaded;
use crate::sweep::{Plan, RunCommand};
use crate::value::Value;

/// Whether a figure is meant by a name.
pub fn is_named(request: &FigureRequest, name: &str) -> bool {
    request.name == name || (name == "total_time" && request.name == "total_time_ns")
}

/// What a figure is called where its numbers have units.
pub fn shown_name(request: &FigureRequest) -> &str {
    request.name.strip_suffix("_ns").unwrap_or(&request.name)
}

/// The varied values of a point, each with its name.
pub fn settings(plan: &Plan<'_>, varied: &[Value], separator: &str) -> String {
    let each = plan.design().names().zip(varied).map(|(name, value)| format!("{name}={value}"));
    match each.collect::<Vec<_>>() {
        none if none.is_empty() => "the values of the file".to_owned(),
        some => printable(&some.join(separator)),
    }
}

/// The command that repeats runs of a scenario.
pub fn run_command(loaded: &Loaded) -> RunCommand {
    RunCommand::new(execute::command("run", loaded))
}

/// The command that repeats a run of a point.
pub fn command_of_run(loaded: &Loaded, plan: &Plan<'_>, varied: &[Value], replication: u64) -> String {
    let varied = plan.design().names().zip(varied.iter().copied());
    run_command(loaded).of_run(varied, plan.drawn(replication))
}
