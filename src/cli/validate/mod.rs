//! `tempolane validate`: does something that shares no code with the engine
//! agree with it?
//!
//! Runs a scenario in virtual time and on real threads, or takes the recording
//! of a real program, and gives a verdict. Decides which files
//! are written and how the verdict is told; what it is, is decided by
//! [`crate::analysis::validation`].

mod arguments;
mod recorded;
mod report;
mod threads;

#[cfg(test)]
mod tests;

pub use arguments::ValidateArguments;

use super::execute::{Keep, execute};
use super::failure::{Exit, Failure};
use super::inputs::{Loaded, load_all};
use super::options::{Artifact, Format, RunOptions};
use super::output::Folder;
use super::pictures::{Drawing, write_validation};
use super::report::Finished;
use super::run::with_done;
use super::view::view;
use super::{console, html_page, interrupt};
use crate::backend::threads::{MOST_THREADS, SleepError, check};
use crate::scenario::folder_name;
use crate::trace::{Trace, write_jsonl};
use std::path::{Path, PathBuf};
use threads::Validation;

pub fn run(arguments: &ValidateArguments) -> Result<Exit, Failure> {
    arguments.check()?;
    let loaded = load_all(&arguments.scenarios)?;
    if let Some(file) = &arguments.recorded {
        return recording(&loaded, arguments, file);
    }
    for scenario in &loaded {
        let hint = "each of them runs as a thread; validate fewer, and `run` all of them in virtual time";
        scenario.at_most(MOST_THREADS as u64, hint)?;
        let fits = check(&scenario.program()?);
        fits.map_err(|trouble| Failure::usage(format!("'{}': {trouble}", scenario.label)))?;
    }
    interrupt::watch();
    let mut exit = Exit::Fine;
    let mut done = Vec::new();
    for scenario in &loaded {
        let fine = one(scenario, arguments).map_err(|failure| with_done(failure, &done))?;
        if !fine {
            exit = Exit::Finding;
        }
        done.push(scenario.label.clone());
        interrupt::check().map_err(|failure| with_done(failure, &done))?;
    }
    Ok(exit)
}

fn recording(loaded: &[Loaded], arguments: &ValidateArguments, file: &Path) -> Result<Exit, Failure> {
    let [scenario] = loaded else {
        return Err(Failure::usage("a recording is of one scenario; name its file alone"));
    };
    interrupt::watch();
    let virtual_run = execute(scenario, &arguments.run, None, Keep::Events)?;
    let (text, fine) = recorded::validate(scenario, arguments, file, &virtual_run)?;
    console::print(&text)?;
    Ok(if fine { Exit::Fine } else { Exit::Finding })
}

/// Validates and tells one scenario; whether nothing was found.
fn one(loaded: &Loaded, arguments: &ValidateArguments) -> Result<bool, Failure> {
    let began = crate::backend::threads::wall();
    let view = view(&arguments.run.look, loaded)?;
    let virtual_run = Finished { view, ..execute(loaded, &arguments.run, None, Keep::Events)? };
    let took = began.elapsed();
    let folder = match arguments.run.writes_anything() {
        true => Some(Folder::open(arguments.run.output.join(folder_name(&loaded.label)))?),
        false => None,
    };
    // Before each scenario: how busy the machine is may have changed.
    let sleep_error = SleepError::measure();
    let mut validation = threads::validate(loaded, arguments, virtual_run, sleep_error)?;
    validation.virtual_wall = took;
    if let Some(folder) = folder {
        write(&mut validation, &folder, &arguments.run)?;
    }
    console::print(&match arguments.scenarios.format {
        Format::Json => report::json_line(&validation),
        Format::Text => report::text(&validation),
    })?;
    Ok(validation.is_ok())
}

/// Writes what was asked for of a validation.
///
/// # Errors
/// If something cannot be drawn or written.
fn write(validation: &mut Validation, folder: &Folder, options: &RunOptions) -> Result<(), Failure> {
    let mut written = Vec::new();
    if let Some(threads_run) = &validation.threads_run {
        let drawings: Vec<Drawing<'_>> =
            [&validation.virtual_run, threads_run].into_iter().filter_map(Drawing::new).collect();
        written.extend(write_validation(&drawings, folder, options)?);
        if let [model, threads] = drawings.as_slice() {
            let title = format!("{} in virtual time and on threads", validation.virtual_run.label);
            let both = [(model, " in virtual time"), (threads, " on threads")];
            written.extend(html_page::write_several(&title, &both, &[], folder, options, "validation")?);
        }
        if let Some(trace) = threads_run.trace.as_ref().filter(|_| options.writes(Artifact::Trace)) {
            written.push(write_trace(trace, folder)?);
        }
    }
    if options.writes(Artifact::Result) {
        written.push(folder.write("validation.json", report::json_line(validation).as_bytes())?);
    }
    validation.written = written;
    Ok(())
}

fn write_trace(trace: &Trace, folder: &Folder) -> Result<PathBuf, Failure> {
    const NAME: &str = "threads.jsonl";
    let file = folder.write_with(NAME, |file| write_jsonl(trace, file).map(|_| true))?;
    Ok(file.expect("it was to be there"))
}
