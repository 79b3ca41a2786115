//! Pictures of runs: which there are, and what they are called.

use super::console;
use super::failure::Failure;
use super::options::{Artifact, RunOptions};
use super::output::Folder;
use super::report::Finished;
use crate::analysis::{CriticalPath, PathEnd, PathStep};
use crate::figure::{counted, noun, so_many};
use crate::ids::ProcessId;
use crate::render::{
    GanttInput, PageRun, ProcessBar, RenderError, ScenarioBars, Scene, Style, TextStyle, Timeline, aligned,
    gantt, html, marks_chart, missing_letters, png, svg, text_gantt, total_time_chart, validated,
};
use crate::trace::{Outcome, Trace};
use std::path::PathBuf;

/// A run with everything that its pictures need.
pub struct Drawing<'a> {
    finished: &'a Finished,
    /// How many of the events it is drawn from.
    drawn: u64,
    timeline: Timeline<'a>,
}

impl<'a> Drawing<'a> {
    /// Prepares the pictures of a run of which events, or a sketch, were kept.
    pub fn new(finished: &'a Finished) -> Option<Drawing<'a>> {
        let (timeline, drawn) = match (&finished.trace, &finished.sketched) {
            (Some(trace), _) => (of_trace(trace, finished.untimed), trace.events.len() as u64),
            (None, Some(kept)) => {
                let timeline = Timeline::sketched(&finished.header, &finished.outcome, finished.end, kept);
                (timeline, finished.statistics.events)
            }
            (None, None) => return None,
        };
        let signs = finished.fatal.iter().cloned().chain(finished.racing());
        let timeline = timeline.with(signs).with_broken(finished.broken());
        Some(Drawing { finished, drawn, timeline })
    }

    fn input(&self) -> GanttInput<'_> {
        let drawn = self.drawn;
        let Finished { label, statistics, outcome, settings, .. } = self.finished;
        let input = if drawn == statistics.events {
            self.timeline.input(label.clone())
        } else {
            let title = format!("{label}: the first {drawn} {}", noun(drawn as usize, "event"));
            self.timeline.beginning(title, outcome, statistics.total_time)
        };
        GanttInput { settings, ..input }
    }

    /// The timeline in letters.
    pub fn text(&self) -> String {
        let style = TextStyle { width: console::width(), colour: true, ..TextStyle::default() };
        text_gantt(&self.input(), &style)
    }

    /// Writes `name`.svg, `name`.png and `name`.html, as far as they were asked for.
    ///
    /// # Errors
    /// If they cannot be drawn or written.
    pub fn write(&self, folder: &Folder, options: &RunOptions, name: &str) -> Result<Vec<PathBuf>, Failure> {
        let label = &self.finished.label;
        let document = || Ok(drawn(label, &gantt(&self.input(), &Style::default())));
        let mut written = write_picture(folder, options, name, document)?;
        if options.insists_on(Artifact::Html) {
            let title = self.input().title;
            written.push(write_page(&title, std::slice::from_ref(self), &[], folder, name)?);
        }
        Ok(written)
    }

    /// The run for a page, with the critical path to its end, if it has one.
    fn page_run<'d>(&'d self, path: &'d [PathStep]) -> PageRun<'d> {
        let Finished { header, statistics, file, source, fingerprint, reproduction, .. } = self.finished;
        let facts = [
            ("version", header.version.clone()),
            ("seed", header.seed.to_string()),
            ("events", counted(statistics.events)),
            ("fingerprint", fingerprint.clone()),
            ("to see it again", reproduction.clone()),
        ];
        PageRun {
            timeline: GanttInput { path, ..self.input() },
            statistics,
            file,
            source,
            facts: facts.to_vec(),
            trace: self.whole(),
        }
    }

    /// The events, if all were kept.
    fn whole(&self) -> Option<&'a Trace> {
        self.finished.trace.as_ref().filter(|_| self.drawn == self.finished.statistics.events)
    }

    fn critical_path(&self) -> Vec<PathStep> {
        let trace = self.whole().filter(|_| !self.finished.untimed);
        let path = trace.and_then(|trace| trace.critical_path(PathEnd::TotalTime));
        path.map_or_else(Vec::new, |path| path.steps)
    }

    /// Writes marks.svg and marks.png, as far as they were asked for, if marks carried
    /// numbers and times mean something.
    ///
    /// # Errors
    /// If they cannot be drawn or written.
    pub fn write_marks(&self, folder: &Folder, options: &RunOptions) -> Result<Vec<PathBuf>, Failure> {
        if self.finished.untimed || !draws(options) {
            return Ok(Vec::new());
        }
        let chart = self.finished.trace.as_ref().and_then(|trace| marks_chart(trace, &self.finished.label));
        chart.map_or(Ok(Vec::new()), |chart| write_picture(folder, options, "marks", || chart))
    }
}

fn of_trace(trace: &Trace, untimed: bool) -> Timeline<'_> {
    if untimed { Timeline::untimed(trace) } else { Timeline::new(trace) }
}

/// Writes a page to explore of these runs, `name`.html. Behind the title of each comes what
/// `notes` has for it.
fn write_page(
    title: &str,
    drawings: &[Drawing<'_>],
    notes: &[&str],
    folder: &Folder,
    name: &str,
) -> Result<PathBuf, Failure> {
    let paths: Vec<Vec<PathStep>> = drawings.iter().map(Drawing::critical_path).collect();
    let mut runs: Vec<PageRun<'_>> =
        drawings.iter().zip(&paths).map(|(drawing, path)| drawing.page_run(path)).collect();
    runs.iter_mut().zip(notes).for_each(|(run, note)| run.timeline.title.push_str(note));
    folder.write(&format!("{name}.html"), html(title, &runs).as_bytes())
}

/// Writes comparison.svg and total-time.svg, each with its PNG, and comparison.html, as
/// far as they were asked for.
///
/// # Errors
/// If they cannot be drawn or written.
pub fn write_comparison(
    drawings: &[Drawing<'_>],
    folder: &Folder,
    options: &RunOptions,
) -> Result<Vec<PathBuf>, Failure> {
    let inputs: Vec<GanttInput<'_>> = drawings.iter().map(Drawing::input).collect();
    let document = || Ok(svg(&aligned(&inputs, &Style::default())));
    let mut written = write_picture(folder, options, "comparison", document)?;
    let bars: Vec<ScenarioBars> = drawings.iter().map(|drawing| bars(drawing.finished)).collect();
    written.extend(write_picture(folder, options, "total-time", || total_time_chart(&bars))?);
    if options.insists_on(Artifact::Html) {
        let title = format!("{} on one time axis", so_many(drawings.len() as u64, "run"));
        written.push(write_page(&title, drawings, &[], folder, "comparison")?);
    }
    Ok(written)
}

/// Writes validation.svg with its PNG, and validation.html if it was asked for: the model above, the threads below, on
/// one time axis.
///
/// # Errors
/// If they cannot be drawn or written.
pub fn write_validation(
    drawings: &[Drawing<'_>],
    folder: &Folder,
    options: &RunOptions,
) -> Result<Vec<PathBuf>, Failure> {
    let mut inputs: Vec<GanttInput<'_>> = drawings.iter().map(Drawing::input).collect();
    if let Some(model) = inputs.first_mut() {
        model.title.push_str(" in virtual time");
    }
    let label = drawings.first().map_or("", |drawing| &drawing.finished.label);
    let document = || Ok(drawn(label, &validated(&inputs, &Style::default())));
    let mut written = write_picture(folder, options, "validation", document)?;
    if options.insists_on(Artifact::Html) {
        let (title, notes) =
            (format!("{label} in virtual time and on threads"), [" in virtual time", " on threads"]);
        written.push(write_page(&title, drawings, &notes, folder, "validation")?);
    }
    Ok(written)
}

/// Writes why.svg and why.png: the timeline of a run with its critical path.
///
/// # Errors
/// If they cannot be drawn or written.
pub fn write_path(
    folder: &Folder,
    label: &str,
    (trace, path): (&Trace, &CriticalPath),
    settings: &[(String, String)],
) -> Result<[PathBuf; 2], Failure> {
    let timeline = Timeline::new(trace);
    let input = GanttInput { path: &path.steps, settings, ..timeline.input(label.to_owned()) };
    write_chart(folder, "why", Ok(drawn(label, &gantt(&input, &Style::default()))))
}

/// How many letters a warning names.
const LETTERS: usize = 8;

/// The SVG of a picture of scenario `label`, with a warning of what the font of
/// pictures does not have. (What stands in a comparison stands in the picture of
/// a run, too, and was warned of there.)
fn drawn(label: &str, scene: &Scene) -> String {
    let missing = missing_letters(scene.texts());
    if !missing.is_empty() {
        let letter = |&letter: &char| match letter.is_alphabetic() {
            true => format!("{letter} ({})", letter.escape_unicode()),
            false => letter.escape_unicode().to_string(),
        };
        let named: Vec<String> = missing.iter().take(LETTERS).map(letter).collect();
        let more = match missing.len().saturating_sub(LETTERS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        console::warn(format_args!(
            "warning: {}: the font of pictures has no {}{more}; pictures show the escapes",
            console::printable(label),
            named.join(", ")
        ));
    }
    svg(scene)
}

/// Whether any picture was asked for.
fn draws(options: &RunOptions) -> bool {
    options.writes(Artifact::Svg) || options.writes(Artifact::Png)
}

fn write_picture(
    folder: &Folder,
    options: &RunOptions,
    name: &str,
    document: impl FnOnce() -> Result<String, RenderError>,
) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    if !draws(options) {
        return Ok(written);
    }
    let failure = |error: RenderError| Failure::environment(format!("cannot draw {name}: {error}"));
    let document = document().map_err(failure)?;
    if options.writes(Artifact::Svg) {
        written.push(folder.write(&format!("{name}.svg"), document.as_bytes())?);
    }
    if options.writes(Artifact::Png) {
        written.push(folder.write(&format!("{name}.png"), &png(&document).map_err(failure)?)?);
    }
    Ok(written)
}

/// Writes a chart as `name`.svg and `name`.png.
///
/// # Errors
/// If it could not be drawn, or cannot be written.
pub fn write_chart(
    folder: &Folder,
    name: &str,
    document: Result<String, RenderError>,
) -> Result<[PathBuf; 2], Failure> {
    let failure = |error: RenderError| Failure::environment(format!("cannot draw {name}: {error}"));
    let document = document.map_err(failure)?;
    let svg = folder.write(&format!("{name}.svg"), document.as_bytes())?;
    let pixels = png(&document).map_err(failure)?;
    Ok([svg, folder.write(&format!("{name}.png"), &pixels)?])
}

fn bars(finished: &Finished) -> ScenarioBars {
    let bar = |(index, process): (usize, &crate::analysis::ProcessStatistics)| ProcessBar {
        name: finished.header.process_name(ProcessId::from_index(index)),
        until: process.finished.unwrap_or(finished.end),
        new: process.new,
        running: process.running,
        ready: process.ready,
        delayed: process.delayed,
        blocked: process.blocked_in_all(),
    };
    let trouble = match finished.outcome {
        Outcome::Completed => None,
        _ => Some(finished.outcome.name().to_owned()),
    };
    ScenarioBars {
        name: finished.label.clone(),
        total_time: finished.statistics.total_time,
        trouble,
        settings: finished.settings.clone(),
        processes: finished.statistics.processes.iter().enumerate().map(bar).collect(),
    }
}
