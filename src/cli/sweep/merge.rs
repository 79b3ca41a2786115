//! `tempolane merge`: the parts of a sweep, made by several machines, put together.
//!
//! Decides that the parts must be all of one sweep, and each complete: the table comes
//! out as one machine would have written it.

use super::arguments::{SweepArguments, SweepRequest};
use super::collect::{From, collect};
use super::report;
use super::store::{ABOUT, About, RUNS, SCENARIO};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::{Loaded, load_text};
use crate::cli::options::Format;
use crate::cli::output::Folder;
use crate::cli::{console, interrupt};
use crate::scenario::folder_name;
use crate::sweep::{KnownRuns, RunRow};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

/// Put the parts of a sweep together that `sweep --shard` has made
///
/// Takes the folders of all parts, and writes runs.csv, summary.csv and charts as one machine
/// would have written them, to DIR/<scenario name>/sweep/.
#[derive(Debug, Args)]
pub struct MergeArguments {
    /// The folders with the runs.csv of each part
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// How many points the table shows
    #[arg(long, value_name = "N", default_value = "20")]
    top: usize,
    /// How to print results; JSON is one object per point per line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// The folder to write to
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    output: PathBuf,
}

pub fn merge(arguments: &MergeArguments) -> Result<Exit, Failure> {
    let mut parts = Vec::new();
    for folder in &arguments.folders {
        parts.push((folder, read_about(folder)?));
    }
    let Some((first, about)) = parts.first() else { return Err(Failure::usage("there is no part to merge")) };
    let whole = |about: &About| About {
        request: SweepRequest { shard: None, ..about.request.clone() },
        path: String::new(),
        ..about.clone()
    };
    if let Some((other, _)) = parts.iter().find(|(_, other)| whole(other) != whole(about)) {
        return Err(Failure::usage(format!(
            "'{}' and '{}' are parts of different sweeps",
            console::shown(first),
            console::shown(other)
        )));
    }
    let text = read(&first.join(SCENARIO))?;
    let mut loaded: Loaded = load_text(&about.path, &text, &about.settings)?;
    loaded.label.clone_from(&about.scenario);
    let request = whole(about).request;
    let plan = request.plan(&loaded)?;
    let mut recorded = KnownRuns::new();
    let heading = RunRow::heading(&plan);
    for (folder, _) in &parts {
        let text = read(&folder.join(RUNS))?;
        let mut lines = text.split_inclusive('\n');
        if lines.next() != Some(heading.as_str()) {
            let shown = console::shown(&folder.join(RUNS));
            return Err(Failure::usage(format!("{shown}:1: these are not the columns of this sweep")));
        }
        for line in lines.filter(|line| line.ends_with('\n')) {
            if let Some(key) = plan.key_of(line) {
                recorded.insert(key.to_owned(), line.to_owned());
            }
        }
    }
    check_parts(&parts)?;
    interrupt::watch();
    let folder = Folder::open(arguments.output.join(folder_name(&loaded.label)).join("sweep"))?;
    let about = About { request: request.clone(), ..about.clone() };
    let from = From { recorded, fresh: true, workers: 1 };
    let collected = collect(&plan, &about, &text, &folder, from)?;
    let shown =
        SweepArguments::for_report(request, arguments.top, arguments.format, arguments.output.clone());
    report::tell(&loaded, &plan, &collected, &folder, &shown)
}

/// Whether every part is there, once.
fn check_parts(parts: &[(&PathBuf, About)]) -> Result<(), Failure> {
    let mut there: Vec<(u64, u64)> =
        parts.iter().map(|(_, about)| about.request.shard.unwrap_or((1, 1))).collect();
    there.sort_unstable();
    let of = there[0].1;
    let missing: Vec<String> =
        (1..=of).filter(|part| !there.contains(&(*part, of))).map(|part| format!("{part}/{of}")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!("parts are missing: {}", missing.join(", "))))
}

fn read_about(folder: &Path) -> Result<About, Failure> {
    let path = folder.join(ABOUT);
    serde_json::from_str(&read(&path)?).map_err(|error| {
        Failure::usage(format!("{}: no description of a sweep: {error}", console::shown(&path)))
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::environment(format!("cannot read '{}': {error}", console::shown(path))))
}
