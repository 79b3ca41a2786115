//! Pages to explore: in which commands they are written, and what they tell of a run besides
//! what is drawn.

use super::console;
use super::failure::Failure;
use super::inputs::Loaded;
use super::options::{Artifact, RunOptions};
use super::output::Folder;
use super::pictures::Drawing;
use super::report::Finished;
use super::view::View;
use crate::analysis::{PathEnd, PathStep};
use crate::figure::counted;
use crate::live::live_page;
use crate::render::{GanttInput, LivePage, PageRun, Timeline, Window, html};
use crate::trace::Trace;
use std::path::PathBuf;

/// Whether a page was asked for.
pub fn is_wanted(options: &RunOptions) -> bool {
    options.writes(Artifact::Html)
}

/// Writes the page of one run, `name`.html, if it was asked for; it runs the scenario again
/// if it is `live`.
///
/// # Errors
/// If it cannot be written.
pub fn write(
    drawing: &Drawing<'_>,
    folder: &Folder,
    options: &RunOptions,
    name: &str,
    live: Option<&LivePage>,
) -> Result<Option<PathBuf>, Failure> {
    if !is_wanted(options) {
        return Ok(None);
    }
    let path = critical_path(drawing);
    let run = page_run(drawing, &path);
    let page = html(&drawing.input().title, &[run], drawing.view().look.colour_by, live);
    folder.write(&format!("{name}.html"), page.as_bytes()).map(Some)
}

/// What a page needs to run a scenario again, if it is to.
///
/// # Errors
/// If it cannot, or if there is no page.
pub fn live(
    scenario: &Loaded,
    view: &View,
    options: &RunOptions,
    is_live: bool,
) -> Result<Option<LivePage>, Failure> {
    if !is_live {
        return Ok(None);
    }
    if !is_wanted(options) {
        return Err(Failure::usage("--live makes a page that runs the scenario again; add --write html"));
    }
    if !options.ties.is_fifo() || options.replication != 0 {
        return Err(Failure::usage("a page runs a scenario with --ties fifo and as replication 0"));
    }
    let Loaded { label, settings, scenario: loaded, .. } = scenario;
    let seed = options.seed.unwrap_or(loaded.model.seed);
    live_page(label, loaded, settings, seed, view.look.colour_by).map(Some).map_err(|reason| {
        Failure::usage(format!("{}: no page can run it again: {reason}", console::printable(label)))
    })
}

/// Writes a page of several runs, `name`.html, if it was asked for. Each comes with what
/// stands behind its title; behind them come those of real programs, with their names.
///
/// # Errors
/// If it cannot be written.
pub fn write_several(
    title: &str,
    drawings: &[(&Drawing<'_>, &str)],
    recorded: &[(&Timeline<'_>, &str)],
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
    runs.extend(recorded.iter().map(|(timeline, name)| recorded_run(timeline, name)));
    let colour_by = drawings.first().and_then(|(drawing, _)| drawing.view().look.colour_by);
    let page = html(title, &runs, colour_by, None);
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
        statistics: Some(statistics),
        file,
        source,
        facts: facts.to_vec(),
        trace: whole(drawing),
    }
}

/// A run of a real program, of which there are spans alone.
fn recorded_run<'d>(timeline: &'d Timeline<'_>, name: &str) -> PageRun<'d> {
    PageRun {
        timeline: timeline.input(name.to_owned()),
        window: Window::default(),
        statistics: None,
        file: "",
        source: "",
        facts: vec![("recorded", name.to_owned())],
        trace: None,
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
