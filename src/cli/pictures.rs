//! Pictures of runs: which there are, and what they are called.

use super::console;
use super::failure::Failure;
use super::options::{Artifact, RunOptions};
use super::output::Folder;
use super::report::Finished;
use crate::ids::{MarkId, ProcessId, ResourceId};
use crate::render::{
    GanttInput, LevelSeries, Point, PointKind, ProcessBar, RenderError, ScenarioBars, Style, TextStyle,
    aligned, gantt, png, svg, text_gantt, total_time_chart,
};
use crate::time::Time;
use crate::trace::{Event, Kind, Outcome, ResourceKind, Span, Trace, all_levels, spans};
use crate::value::{Value, Word};
use std::path::PathBuf;

/// How many marks and log lines a picture is drawn from at most.
const MOST_POINTS: usize = 200_000;

/// A run with everything that its pictures need.
pub struct Drawing<'a> {
    finished: &'a Finished,
    trace: &'a Trace,
    spans: Vec<Span>,
    levels: Vec<LevelSeries>,
    points: Vec<Point>,
    completed: Vec<Option<Time>>,
}

impl<'a> Drawing<'a> {
    /// Prepares the pictures of a run whose events were kept.
    pub fn new(finished: &'a Finished) -> Option<Drawing<'a>> {
        let trace = finished.trace.as_ref()?;
        let statistics = finished.statistics.processes.iter();
        Some(Drawing {
            finished,
            trace,
            spans: spans(trace),
            levels: level_series(trace),
            points: points(trace).into_iter().chain(finished.fatal.clone()).collect(),
            // A trace that was cut does not reach every completion.
            completed: statistics.map(|process| process.finished.filter(|&at| at <= trace.end)).collect(),
        })
    }

    fn input(&self) -> GanttInput<'_> {
        // A timeline that was cut says so, and not that the run ended there.
        let drawn = self.trace.events.len() as u64;
        let is_cut = drawn < self.finished.statistics.events;
        let title = match is_cut {
            true => format!("{}: the first {drawn} events", self.finished.label),
            false => self.finished.label.clone(),
        };
        GanttInput {
            title,
            header: &self.trace.header,
            spans: &self.spans,
            levels: &self.levels,
            points: &self.points,
            finished: &self.completed,
            outcome: if is_cut { &Outcome::Horizon } else { &self.trace.outcome },
            end: self.trace.end,
        }
    }

    /// The timeline in letters.
    pub fn text(&self) -> String {
        let style = TextStyle { width: console::width(), colour: true, ..TextStyle::default() };
        text_gantt(&self.input(), &style)
    }

    /// Writes `name`.svg and `name`.png, as far as they were asked for.
    ///
    /// # Errors
    /// If they cannot be drawn or written.
    pub fn write(&self, folder: &Folder, options: &RunOptions, name: &str) -> Result<Vec<PathBuf>, Failure> {
        let document = || Ok(svg(&gantt(&self.input(), &Style::default())));
        write_picture(folder, options, name, document)
    }
}

/// Writes comparison.svg and total-time.svg, each with its PNG, as far as they
/// were asked for.
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
    Ok(written)
}

/// Writes validation.svg with its PNG: the model above, the threads below, on
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
    write_picture(folder, options, "validation", || Ok(svg(&aligned(&inputs, &Style::default()))))
}

fn write_picture(
    folder: &Folder,
    options: &RunOptions,
    name: &str,
    document: impl FnOnce() -> Result<String, RenderError>,
) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    if !options.writes(Artifact::Svg) && !options.writes(Artifact::Png) {
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

/// The levels that say more than the lanes do: not those of mutexes. What a
/// level was between two steps at one instant is left out: every hand-off
/// would be a needle in the picture.
fn level_series(trace: &Trace) -> Vec<LevelSeries> {
    let all = all_levels(trace).into_iter().enumerate();
    let series = all.map(|(index, steps)| LevelSeries { resource: ResourceId::from_index(index), steps });
    let worthy = |series: &LevelSeries| {
        matches!(trace.header.resource(series.resource).kind, ResourceKind::Semaphore | ResourceKind::Buffer)
    };
    series.filter(worthy).collect()
}

/// The marks and log lines; of very many every so many-th, over the whole run.
fn points(trace: &Trace) -> Vec<Point> {
    let is_point = |event: &Event| matches!(event.kind, Kind::Log | Kind::Mark);
    let total = trace.events.iter().filter(|event| is_point(event)).count();
    let step = total.div_ceil(MOST_POINTS).max(1);
    let all = trace.iter().filter(|(event, _)| is_point(event)).step_by(step);
    all.filter_map(|(event, args)| point(trace, event, args)).collect()
}

fn point(trace: &Trace, event: &Event, args: &[Word]) -> Option<Point> {
    let (kind, text) = match event.kind {
        Kind::Log => (PointKind::Log, trace.header.logs[event.subject as usize].render(args)),
        Kind::Mark => {
            let mark = MarkId(event.subject);
            let name = trace.header.mark_name(mark);
            let text = match trace.header.marks[mark.index()].ty {
                Some(_) => format!("{name} {}", Value::from_word(event.ty, event.value)),
                None => name.to_owned(),
            };
            (PointKind::Mark, text)
        }
        _ => return None,
    };
    Some(Point { time: event.time, process: event.process, kind, text })
}

fn bars(finished: &Finished) -> ScenarioBars {
    let bar = |(index, process): (usize, &crate::analysis::ProcessStatistics)| ProcessBar {
        name: finished.header.process_name(ProcessId::from_index(index)),
        until: process.finished.unwrap_or(finished.end),
        running: process.running,
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
        processes: finished.statistics.processes.iter().enumerate().map(bar).collect(),
    }
}
