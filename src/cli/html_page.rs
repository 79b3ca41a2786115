//! Pages to explore: in which commands they are written, and what they tell of a run besides
//! what is drawn.

use super::failure::Failure;
use super::options::{Artifact, RunOptions};
use super::output::Folder;
use super::pictures::Drawing;
use super::report::Finished;
use crate::analysis::{PathEnd, PathStep};
use crate::figure::counted;
use crate::render::{GanttInput, PageRun, html};
use crate::trace::Trace;
use std::path::PathBuf;

/// Whether a page was asked for.
pub fn is_wanted(options: &RunOptions) -> bool {
    options.writes(Artifact::Html)
}

/// Writes the page of one run, `name`.html, if it was asked for.
///
/// # Errors
/// If it cannot be written.
pub fn write(
    drawing: &Drawing<'_>,
    folder: &Folder,
    options: &RunOptions,
    name: &str,
) -> Result<Option<PathBuf>, Failure> {
    let title = drawing.input().title;
    write_several(&title, &[(drawing, "")], folder, options, name)
}

/// Writes a page of several runs, `name`.html, if it was asked for. Each comes with what
/// stands behind its title.
///
/// # Errors
/// If it cannot be written.
pub fn write_several(
    title: &str,
    drawings: &[(&Drawing<'_>, &str)],
    folder: &Folder,
    options: &RunOptions,
    name: &str,
) -> Result<Option<PathBuf>, Failure> {
    if !is_wanted(options) {
        return Ok(None);
    }
    let paths: Vec<Vec<PathStep>> = drawings.iter().map(|(drawing, _)| critical_path(drawing)).collect();
    let mut runs: Vec<PageRun<'_>> =
        drawings.iter().zip(&paths).map(|((drawing, _), path)| page_run(drawing, path)).collect();
    for (run, (drawing, note)) in runs.iter_mut().zip(drawings) {
        if drawings.len() > 1 {
            run.timeline.title = format!("{}{note}", drawing.finished().label);
        }
    }
    let colour_by = drawings.first().and_then(|(drawing, _)| drawing.view().look.colour_by);
    let page = html(title, &runs, colour_by);
    folder.write(&format!("{name}.html"), page.as_bytes()).map(Some)
}

/// The run for a page, with the critical path to its end, if it has one.
fn page_run<'d>(drawing: &'d Drawing<'_>, path: &'d [PathStep]) -> PageRun<'d> {
    let Finished { header, statistics, file, source, fingerprint, reproduction, .. } = drawing.finished();
    let facts = [
        ("version", header.version.clone()),
        ("seed", header.seed.to_string()),
        ("events", counted(statistics.events)),
        ("fingerprint", fingerprint.clone()),
        ("to see it again", reproduction.clone()),
    ];
    PageRun {
        timeline: GanttInput { path, ..drawing.input() },
        window: drawing.view().window(),
        statistics,
        file,
        source,
        facts: facts.to_vec(),
        trace: whole(drawing),
    }
}

/// The events, if all were kept.
fn whole<'d>(drawing: &'d Drawing<'_>) -> Option<&'d Trace> {
    drawing.finished().trace.as_ref().filter(|_| !drawing.is_cut())
}

fn critical_path(drawing: &Drawing<'_>) -> Vec<PathStep> {
    let trace = whole(drawing).filter(|_| !drawing.finished().untimed);
    let path = trace.and_then(|trace| trace.critical_path(PathEnd::TotalTime));
    path.map_or_else(Vec::new, |path| path.steps)
}
