//! `tempolane why`: why a run takes as long as it does, and what would help.

mod arguments;
mod brief;
mod explained;
mod json;
mod orders;
mod text;
mod words;

pub use arguments::WhyArguments;
pub use brief::what_helps;
pub use explained::Explained;
pub use text::{HELP_HEADS, LEVEL, help_rows};

use super::failure::{Exit, Failure};
use super::inputs::{Loaded, load_one};
use super::options::Format;
use super::output::Folder;
use super::pictures::write_path;
use super::progress::ProgressLine;
use super::view::{View, view};
use super::{console, interrupt};
use crate::analysis::PathEnd;
use crate::scenario::folder_name;
use crate::trace::{Header, Instances, NameTable};
use crate::why::Subject;
use std::path::PathBuf;

/// The most processes of a scenario that is run again and again, with all events of it kept.
const MOST_PROCESSES: u64 = 1_000_000;

pub fn run(arguments: &WhyArguments) -> Result<Exit, Failure> {
    let loaded = load_one(&arguments.file, &arguments.settings)?;
    let hint =
        "each change that may help is a run of its own, and every event of one is kept; ask about fewer";
    loaded.at_most(MOST_PROCESSES, hint)?;
    let view = view(&arguments.look, &loaded)?;
    interrupt::watch();
    let seed = arguments.seed.unwrap_or(loaded.scenario.model.seed);
    let header = loaded.program()?.header(seed);
    let (figure, end) = asked(arguments.of.trim(), &header)?;
    let subject = Subject::new(&loaded.scenario, &loaded.settings, (&figure, end), &interrupt::requested);
    let subject = subject.map_err(Failure::usage)?.replicate(arguments.replications, seed);
    let mut progress = ProgressLine::new(&loaded.label);
    let explained = Explained::of(&loaded, &subject, seed, arguments.path_only, &mut |done| {
        progress.say(|_| done.to_owned());
    })?;
    drop(progress);
    let written = write(&loaded, &view, &explained, arguments)?;
    let told = match arguments.format {
        Format::Json => json::object(&loaded, &subject, &explained, &arguments.of),
        Format::Text => text::text(&loaded, &subject, &explained, arguments, &written),
    };
    console::print(&told)?;
    Ok(if explained.is_finding() { Exit::Finding } else { Exit::Fine })
}

/// Writes the picture, if one was asked for and there is a path.
fn write(
    loaded: &Loaded,
    view: &View,
    explained: &Explained,
    arguments: &WhyArguments,
) -> Result<Vec<PathBuf>, Failure> {
    let (Some(output), Some(trace), Some(path)) = (&arguments.output, &explained.trace, &explained.base.path)
    else {
        return Ok(Vec::new());
    };
    let folder = Folder::open(output.join(folder_name(&loaded.label)))?;
    Ok(write_path(&folder, &loaded.label, (trace, path), &loaded.settings, view)?.to_vec())
}

/// The figure as `search` writes it, and the event that it is the time of, if it is.
///
/// # Errors
/// If `.finished` is asked of several processes at once.
fn asked(figure: &str, header: &Header) -> Result<(String, Option<PathEnd>), Failure> {
    if matches!(figure, "total_time" | "total_time_ns") {
        return Ok(("total_time".to_owned(), Some(PathEnd::TotalTime)));
    }
    let name = match figure.strip_suffix(".finished") {
        Some(name) => name,
        None => match figure.strip_prefix("processes.").and_then(|rest| rest.strip_suffix(".finished_ns")) {
            Some(name) => name,
            None => return Ok((figure.to_owned(), None)),
        },
    };
    if let Ok(process) = NameTable::new(header).process(name) {
        let path = format!("processes.{name}.finished_ns");
        return Ok((path, Some(PathEnd::Finished(Instances::one(process)))));
    }
    if header.processes.iter().any(|info| info.name == name && info.indexed) {
        let shown = console::printable(name);
        return Err(Failure::usage(format!(
            "--of {shown}.finished: '{shown}' has several instances; name one, as in '{shown}[0].finished'"
        )));
    }
    Ok((figure.to_owned(), None))
}
