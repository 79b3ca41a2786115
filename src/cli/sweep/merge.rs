//! `tempolane merge`: the parts of a sweep, made by several machines, put together.
//!
//! Decides that the parts must be all of one sweep, and each complete: the table comes
//! out as one machine would have written it.

use super::about::{ABOUT, About, SCENARIO};
use super::arguments::SweepRequest;
use super::parts::Parts;
use super::report;
use super::report_options::ReportOptions;
use super::run::{SWEEP, finish, folder_of};
use super::store::{EarlierRuns, RUNS};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::{Loaded, load_text};
use crate::cli::output::Folder;
use crate::cli::{console, interrupt};
use crate::figure::so_many;
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

/// Put the parts of a sweep together that `sweep --shard` has made
///
/// Takes the folders of all parts, and writes runs.csv, summary.csv and charts as one machine
/// would have written them, to DIR/<scenario name>/sweep/. Parts are read side by side, so that
/// there may be any number of runs.
#[derive(Debug, Args)]
pub struct MergeArguments {
    /// The folders with the runs.csv of each part
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Put them together anew, whatever an earlier sweep has left in the folder
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    report: ReportOptions,
}

pub fn merge(arguments: &MergeArguments) -> Result<Exit, Failure> {
    let mut parts = Vec::new();
    for folder in &arguments.folders {
        parts.push((folder.as_path(), read_about(folder)?));
    }
    parts.sort_by_key(|(_, about)| about.request.shard);
    let Some((first, about)) = parts.first() else { return Err(Failure::usage("there is no part to merge")) };
    if let Some((other, _)) = parts.iter().find(|(_, other)| whole(other, "") != whole(about, "")) {
        return Err(Failure::usage(format!(
            "'{}' and '{}' are parts of different sweeps",
            console::shown(first),
            console::shown(other)
        )));
    }
    check_parts(&parts)?;
    let mut loaded: Loaded = load_text(&about.path, &read(&first.join(SCENARIO))?, &about.settings)?;
    loaded.label.clone_from(&about.scenario);
    let about = whole(about, &about.path);
    let plan = about.request.plan(&loaded, &[])?;
    report::check(&plan, &arguments.report)?;
    interrupt::watch();
    let folder = folder_of(&loaded, &arguments.report)?;
    let folders: Vec<&Path> = parts.iter().map(|(folder, _)| *folder).collect();
    refuse_own_folder(&folders, &folder)?;
    let parts = Parts::new(&folders);
    let earlier = EarlierRuns { are_used: false, may_go: arguments.fresh };
    let told = finish(&loaded, &plan, (&folder, &about), (&parts, earlier), &arguments.report);
    if parts.made() > 0 {
        console::warn(format_args!("{} in none of the parts, and made now", so_many(parts.made(), "run")));
    }
    told
}

/// What a part says of the whole, which all parts must agree on; with another path.
fn whole(about: &About, path: &str) -> About {
    About {
        request: SweepRequest { shard: None, ..about.request.clone() },
        path: path.to_owned(),
        products: Vec::new(),
        ..about.clone()
    }
}

/// A part is read while the whole is written.
fn refuse_own_folder(parts: &[&Path], folder: &Folder) -> Result<(), Failure> {
    let is_it = |part: &&&Path| match (part.canonicalize(), folder.path().canonicalize()) {
        (Ok(part), Ok(folder)) => part == folder,
        _ => false,
    };
    match parts.iter().find(is_it) {
        None => Ok(()),
        Some(part) => Err(Failure::usage(format!(
            "'{}' is one of the parts, and what they come to would be written there; \
             give another folder with -o",
            console::shown(part)
        ))),
    }
}

/// Whether every part is there, once, and all are parts of the same number of parts.
fn check_parts(parts: &[(&Path, About)]) -> Result<(), Failure> {
    let there: Vec<(u64, u64)> =
        parts.iter().map(|(_, about)| about.request.shard.unwrap_or((1, 1))).collect();
    let of = there[0].1;
    if let Some((part, other)) = there.iter().find(|(_, other)| *other != of) {
        return Err(Failure::usage(format!(
            "{part}/{other} is no part of {of}: all are to be of one number of parts"
        )));
    }
    if let Some(twice) = parts.windows(2).find(|two| two[0].1.request.shard == two[1].1.request.shard) {
        return Err(Failure::usage(format!(
            "'{}' and '{}' are the same part: give one of them",
            console::shown(twice[0].0),
            console::shown(twice[1].0)
        )));
    }
    let missing: Vec<String> =
        (1..=of).filter(|part| !there.contains(&(*part, of))).map(|part| format!("{part}/{of}")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!("parts are missing: {}", missing.join(", "))))
}

fn read_about(folder: &Path) -> Result<About, Failure> {
    let path = folder.join(ABOUT);
    if folder.exists() && !path.exists() {
        return Err(Failure::usage(no_part(folder)));
    }
    serde_json::from_str(&read(&path)?).map_err(|error| {
        Failure::usage(format!("{}: no description of a sweep: {error}", console::shown(&path)))
    })
}

/// What is wanted instead of what has no sweep in it.
fn no_part(folder: &Path) -> String {
    let shown = console::shown(folder);
    if !folder.is_dir() {
        return format!(
            "'{shown}' is no folder: name the folders in which `sweep --shard` has left {RUNS} and {ABOUT}"
        );
    }
    let below = sweeps_below(folder);
    let hint = match below.first() {
        None => {
            "name the folder of a part, which is DIR/<scenario name>/sweep for `sweep --shard I/N -o DIR`"
                .to_owned()
        }
        Some(sweep) => format!("did you mean '{}'?", console::shown(sweep)),
    };
    format!("there is no sweep in '{shown}', since it has no {ABOUT}; {hint}")
}

/// The sweeps in a folder or in the folders of the scenarios there, by name.
fn sweeps_below(folder: &Path) -> Vec<PathBuf> {
    let inner = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let sweeps = inner.flat_map(|inner| [inner.join(SWEEP), inner]);
    let mut sweeps: Vec<PathBuf> = sweeps.filter(|sweep| sweep.join(ABOUT).is_file()).collect();
    sweeps.sort();
    sweeps
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::environment(format!("cannot read '{}': {error}", console::shown(path))))
}
