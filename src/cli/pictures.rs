//! Pictures of runs: which there are, and what they are called.

use super::console;
use super::failure::Failure;
use super::options::{Artifact, RunOptions};
use super::output::Folder;
use super::report::Finished;
use super::view::View;
use crate::analysis::CriticalPath;
use crate::figure::noun;
use crate::ids::ProcessId;
use crate::look::ColourBy;
use crate::render::{
    GanttInput, GivenLooks, Inks, ProcessBar, RenderError, ScenarioBars, Scene, Timeline, aligned, gantt,
    marks_chart, missing_letters, pdf, png, svg, text_gantt, tikz, total_time_chart, validated,
};
use crate::trace::{Outcome, Trace};
use std::path::PathBuf;

/// A run with everything that its pictures need.
pub struct Drawing<'a> {
    finished: &'a Finished,
    /// How many of the events it is drawn from.
    drawn: u64,
    timeline: Timeline<'a>,
    /// The looks of all pictures of the command, if it draws several runs.
    inks: Option<&'a Inks>,
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
        Some(Drawing { finished, drawn, timeline, inks: None })
    }

    /// As it is drawn beside other runs, so that equal names look equal: in these looks, if
    /// its colours tell the same as theirs.
    pub fn among(self, looks: Option<&'a SharedLooks>) -> Drawing<'a> {
        let is_same = |looks: &&SharedLooks| looks.colour_by == self.view().look.colour_by;
        Drawing { inks: looks.filter(is_same).map(|looks| &looks.inks), ..self }
    }

    /// The run that it is of.
    pub fn finished(&self) -> &Finished {
        self.finished
    }

    /// What is wished of its pictures.
    pub fn view(&self) -> &View {
        &self.finished.view
    }

    /// Whether it shows the beginning of the run alone, which was too long.
    pub fn is_cut(&self) -> bool {
        self.drawn != self.finished.statistics.events
    }

    /// The run, ready to be drawn.
    pub fn input(&self) -> GanttInput<'_> {
        let drawn = self.drawn;
        let Finished { label, statistics, outcome, settings, view, .. } = self.finished;
        let title = view.look.title.as_ref().unwrap_or(label);
        let title = self.along(title.clone());
        let input = if !self.is_cut() {
            self.timeline.input(title)
        } else {
            let title = format!("{title}: the first {drawn} {}", noun(drawn as usize, "event"));
            self.timeline.beginning(title, outcome, statistics.total_time)
        };
        GanttInput { settings, lanes: &view.lanes, inks: self.inks, ..input }
    }

    /// A title that says, whatever the scenario calls its pictures, that this is one run of
    /// many, if it followed a schedule.
    fn along(&self, title: String) -> String {
        match &self.finished.along {
            Some(schedule) => format!("{title} along {}", console::printable(schedule)),
            None => title,
        }
    }

    /// The timeline in letters.
    pub fn text(&self) -> String {
        text_gantt(&self.input(), &self.finished.view.text_style())
    }

    /// Writes `name`.svg and `name`.png, as far as they were asked for.
    ///
    /// # Errors
    /// If they cannot be drawn or written.
    pub fn write(&self, folder: &Folder, options: &RunOptions, name: &str) -> Result<Vec<PathBuf>, Failure> {
        let view = &self.finished.view;
        write_picture(folder, options, view, name, || Ok(self.drawn()))
    }

    /// The timeline as an SVG document, before it is dressed.
    fn drawn(&self) -> String {
        drawn(&self.finished.label, &gantt(&self.input(), &self.finished.view.style()))
    }

    /// The timeline as a finished SVG document.
    pub fn document(&self) -> String {
        self.finished.view.dressed(&self.drawn())
    }

    /// Writes marks.svg and marks.png, as far as they were asked for, if marks carried
    /// numbers and times mean something.
    ///
    /// # Errors
    /// If they cannot be drawn or written.
    pub fn write_marks(&self, folder: &Folder, options: &RunOptions) -> Result<Vec<PathBuf>, Failure> {
        if self.finished.untimed || !are_wanted(options) {
            return Ok(Vec::new());
        }
        let view = self.view();
        let title = view.look.title.clone().unwrap_or_else(|| format!("Marks of {}", self.finished.label));
        let chart = self.finished.trace.as_ref();
        let chart = chart.and_then(|trace| marks_chart(trace, &self.along(title), view.style().width));
        chart.map_or(Ok(Vec::new()), |chart| write_picture(folder, options, view, "marks", || chart))
    }
}

/// The looks that all pictures of one command have in common.
pub struct SharedLooks {
    colour_by: Option<ColourBy>,
    inks: Inks,
}

impl SharedLooks {
    /// The looks of these runs, and of recorded ones beside them; `None` if there is but one.
    pub fn of(runs: &[Finished], recorded: &[Timeline<'_>]) -> Option<SharedLooks> {
        let drawings: Vec<Drawing<'_>> = runs.iter().filter_map(Drawing::new).collect();
        let mut inputs = inputs(&drawings);
        inputs.extend(recorded.iter().map(Timeline::input_named));
        let colour_by = view_of(&drawings).look.colour_by;
        (inputs.len() > 1).then(|| SharedLooks { colour_by, inks: Inks::of(&inputs, colour_by) })
    }

    /// The looks of a run whose pictures are drawn behind those of others, of which no more is
    /// kept than what was given to them; `None` if it is not drawn.
    pub fn behind(given: &mut GivenLooks, run: &Finished) -> Option<SharedLooks> {
        let drawing = Drawing::new(run)?;
        let colour_by = drawing.view().look.colour_by;
        let inks = given.next(Inks::of(&[drawing.input()], colour_by));
        Some(SharedLooks { colour_by, inks })
    }
}

fn of_trace(trace: &Trace, untimed: bool) -> Timeline<'_> {
    if untimed { Timeline::untimed(trace) } else { Timeline::new(trace) }
}

/// Writes comparison.svg and total-time.svg, each with its PNG, as far as they
/// were asked for. In the comparison are recorded runs, too.
///
/// # Errors
/// If they cannot be drawn or written.
pub fn write_comparison(
    drawings: &[Drawing<'_>],
    recorded: &[Timeline<'_>],
    folder: &Folder,
    options: &RunOptions,
) -> Result<Vec<PathBuf>, Failure> {
    let view = view_of(drawings);
    let document = || Ok(drawn_aligned(drawings, recorded, &view));
    let mut written = write_picture(folder, options, &view, "comparison", document)?;
    written.extend(write_picture(folder, options, &view, "total-time", || drawn_totals(drawings, &view))?);
    Ok(written)
}

/// All timelines on one time axis, before they are dressed; under them those that were
/// recorded, with all of their threads.
fn drawn_aligned(drawings: &[Drawing<'_>], recorded: &[Timeline<'_>], view: &View) -> String {
    let mut inputs = inputs(drawings);
    inputs.extend(recorded.iter().map(Timeline::input_named));
    svg(&aligned(&inputs, view.look.title.as_deref(), &view.style()))
}

/// All timelines on one time axis, as a finished SVG document.
pub fn comparison(drawings: &[Drawing<'_>]) -> String {
    let view = view_of(drawings);
    view.dressed(&drawn_aligned(drawings, &[], &view))
}

/// The chart of total times, as a finished SVG document.
///
/// # Errors
/// If it cannot be drawn.
pub fn total_times(drawings: &[Drawing<'_>]) -> Result<String, Failure> {
    let view = view_of(drawings);
    let chart = drawn_totals(drawings, &view).map_err(|error| cannot_draw("total-time", &error))?;
    Ok(view.dressed(&chart))
}

/// The chart of total times, before it is dressed.
fn drawn_totals(drawings: &[Drawing<'_>], view: &View) -> Result<String, RenderError> {
    let bars: Vec<ScenarioBars> = drawings.iter().map(|drawing| bars(drawing.finished)).collect();
    total_time_chart(&bars, view.look.title.as_deref(), view.style().width)
}

/// The runs of one picture, each under its own name.
fn inputs<'d>(drawings: &'d [Drawing<'_>]) -> Vec<GanttInput<'d>> {
    let input = |drawing: &'d Drawing<'_>| {
        let input = drawing.input();
        match &drawing.finished.view.look.title {
            // It stands above all of them.
            Some(_) => GanttInput { title: drawing.finished.label.clone(), ..input },
            _ => input,
        }
    };
    drawings.iter().map(input).collect()
}

/// What is wished of a picture of several runs: what is wished of the first.
fn view_of(drawings: &[Drawing<'_>]) -> View {
    drawings.first().map_or_else(View::default, |drawing| drawing.finished.view.clone())
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
    let view = view_of(drawings);
    let mut inputs = inputs(drawings);
    if let Some(model) = inputs.first_mut() {
        model.title.push_str(" in virtual time");
    }
    let label = drawings.first().map_or("", |drawing| &drawing.finished.label);
    let title = view.look.title.as_deref();
    write_picture(folder, options, &view, "validation", || {
        Ok(drawn(label, &validated(&inputs, title, &view.style())))
    })
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
    view: &View,
) -> Result<[PathBuf; 2], Failure> {
    let timeline = Timeline::new(trace);
    let title = view.look.title.clone().unwrap_or_else(|| label.to_owned());
    let input = GanttInput { path: &path.steps, settings, lanes: &view.lanes, ..timeline.input(title) };
    let document = drawn(label, &gantt(&input, &view.style()));
    write_chart(folder, "why", Ok(view.dressed(&document)))
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

/// A format of pictures, which are made of a finished SVG document.
struct PictureFormat {
    artifact: Artifact,
    /// How the names of its files end.
    ending: &'static str,
    make: fn(&str) -> Result<Vec<u8>, RenderError>,
}

const FORMATS: [PictureFormat; 4] = [
    PictureFormat { artifact: Artifact::Svg, ending: "svg", make: |svg| Ok(svg.as_bytes().to_vec()) },
    PictureFormat { artifact: Artifact::Png, ending: "png", make: png },
    PictureFormat { artifact: Artifact::Pdf, ending: "pdf", make: pdf },
    PictureFormat { artifact: Artifact::Tikz, ending: "tex", make: tikz },
];

/// Whether any picture was asked for.
pub fn are_wanted(options: &RunOptions) -> bool {
    FORMATS.iter().any(|format| options.writes(format.artifact))
}

fn write_picture(
    folder: &Folder,
    options: &RunOptions,
    view: &View,
    name: &str,
    document: impl FnOnce() -> Result<String, RenderError>,
) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    if !are_wanted(options) {
        return Ok(written);
    }
    let document = view.dressed(&document().map_err(|error| cannot_draw(name, &error))?);
    for format in FORMATS.iter().filter(|format| options.writes(format.artifact)) {
        let file = format!("{name}.{}", format.ending);
        match (format.make)(&document) {
            Ok(content) => written.push(folder.write(&file, &content)?),
            Err(RenderError::TooMuch(message)) if options.insists_on(format.artifact) => {
                return Err(Failure::usage(format!("{file}: {message}")));
            }
            Err(RenderError::TooMuch(message)) => console::warn(format_args!("no {file}: {message}")),
            Err(error) => return Err(cannot_draw(name, &error)),
        }
    }
    Ok(written)
}

fn cannot_draw(name: &str, error: &RenderError) -> Failure {
    Failure::environment(format!("cannot draw {name}: {error}"))
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
    let failure = |error: RenderError| cannot_draw(name, &error);
    let document = document.map_err(failure)?;
    let svg = folder.write(&format!("{name}.svg"), document.as_bytes())?;
    let pixels = png(&document).map_err(failure)?;
    Ok([svg, folder.write(&format!("{name}.png"), &pixels)?])
}

/// The bars of a scenario: those of the lanes that are wished.
fn bars(finished: &Finished) -> ScenarioBars {
    let bar = |id: ProcessId| {
        let process = finished.statistics.processes.get(id.index())?;
        Some(ProcessBar {
            name: finished.header.process_name(id),
            until: process.finished.unwrap_or(finished.end),
            new: process.new,
            running: process.running,
            ready: process.ready,
            delayed: process.delayed,
            blocked: process.blocked_in_all(),
        })
    };
    let trouble = match finished.outcome {
        Outcome::Completed => None,
        _ => Some(finished.outcome.name().to_owned()),
    };
    let all = || (0..finished.statistics.processes.len()).map(ProcessId::from_index).collect();
    let lanes = if finished.view.lanes.is_empty() { all() } else { finished.view.lanes.clone() };
    ScenarioBars {
        name: finished.label.clone(),
        total_time: finished.statistics.total_time,
        trouble,
        settings: finished.settings.clone(),
        processes: lanes.into_iter().filter_map(bar).collect(),
    }
}
