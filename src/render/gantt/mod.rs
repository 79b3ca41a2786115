//! Gantt timelines: one lane per process, levels under them, one time axis.
//!
//! Decides the layout of the page from top to bottom: title, alarms, lanes,
//! levels, axis, legend, notes. The parts are drawn by the modules below; how
//! fine the picture is, is decided by [`super::dense`].

mod alarm;
mod axis;
mod critical_path;
mod holders;
mod lanes;
mod legend;
mod levels;
mod page;
mod points;
mod torn;

pub(super) use alarm::{complaint, sentences as notices};
pub use page::Style;

use super::dense::{Detail, Scale};
use super::font;
use super::ink_table::Inks;
use super::input::{GanttInput, Window, common_settings, compared, exact_or_about, length};
use super::palette::{Class, QUIET};
use super::scene::{Anchor, Scene};
use super::shorten::{Names, Room};
use crate::figure::so_many;
use crate::time::Time;
use crate::trace::{Outcome, Span};
use page::{GAP, HEADING_GAP, Keys, MARGIN, NAME_SIZE, Page, SMALL_SIZE, SpanNames};
use std::iter;

/// The widest column of names, in pixels.
const MOST_NAME_WIDTH: f64 = 130.0;

/// A run as a picture of its own.
pub fn gantt(input: &GanttInput<'_>, style: &Style) -> Scene {
    let runs = std::slice::from_ref(input);
    let mut page = Page::new(runs, style, input.title.clone());
    page.heading(&input.title, &summary(input, page.style), &common_settings(iter::once(input.settings)));
    alarm::notice(&mut page, input);
    page.y += GAP - HEADING_GAP;
    let height = lanes::height(&page, input) + holders::height(&page, input) + levels::height(&page, input);
    page.y += axis::room_above(height);
    let (top, bottom) = (page.y, page.y + height);
    axis::grid(&mut page, top, bottom);
    lanes::draw(&mut page, 0, input);
    alarm::broken(&mut page, input, top);
    alarm::edge(&mut page, input, top);
    holders::draw(&mut page, input);
    levels::draw(&mut page, input);
    axis::draw(&mut page);
    if input.untimed {
        page.notes.push("Of an untimed schedule the order counts: a delay may take any time.".to_owned());
    }
    if input.end == Time::ZERO {
        page.notes.push("The run took no time: everything happened at its start.".to_owned());
    }
    page.finish()
}

/// Several runs in one picture on one time axis, each with its total time and
/// its speed-up against the first; under this title, if there is one.
pub fn aligned(inputs: &[GanttInput<'_>], title: Option<&str>, style: &Style) -> Scene {
    let (usual, line) = match inputs {
        [] => ("No runs to compare".to_owned(), String::new()),
        [first, ..] => (
            format!("{} on one time axis", so_many(inputs.len() as u64, "run")),
            match first.completed() {
                Some(_) => format!("speed-up against {}", first.title),
                None => format!("no speed-ups: {} did not complete", first.title),
            },
        ),
    };
    let line = [line, total_times(inputs, style)].into_iter().filter(|part| !part.is_empty());
    let line = line.collect::<Vec<_>>().join(" · ");
    let title = title.map_or(usual, str::to_owned);
    several(inputs, style, title, line, inputs.first())
}

/// A run in virtual time and the same on threads in one picture on one time
/// axis: not to see which is faster, but whether they agree. Under this title, if there is one.
pub fn validated(inputs: &[GanttInput<'_>], title: Option<&str>, style: &Style) -> Scene {
    let title = title.unwrap_or("In virtual time and on threads").to_owned();
    several(inputs, style, title, total_times(inputs, style), None)
}

/// What the dashed lines are, if there are any.
fn total_times(inputs: &[GanttInput<'_>], style: &Style) -> String {
    let is_marked = |input: &GanttInput<'_>| input.completed().is_some_and(|total| style.window.shows(total));
    let is_whole = style.window == Window::default() && !inputs.is_empty();
    if is_whole || inputs.iter().any(is_marked) {
        "dashed lines mark the total times".to_owned()
    } else {
        String::new()
    }
}

/// Several runs below each other, with speed-ups against `first`.
fn several(
    inputs: &[GanttInput<'_>],
    style: &Style,
    title: String,
    line: String,
    first: Option<&GanttInput<'_>>,
) -> Scene {
    let mut page = Page::new(inputs, style, title.clone());
    page.heading(&title, &line, &common_settings(inputs.iter().map(|input| input.settings)));
    let first = first.and_then(GanttInput::completed);
    let beside = |(number, input): (usize, &GanttInput<'_>)| {
        total_and_outcome(input, style.window) + &compared(first.filter(|_| number > 0), input.completed())
    };
    let lines: Vec<String> = inputs.iter().enumerate().map(beside).collect();
    let (titles, are_beside) = page.titles(inputs, &lines);
    for (number, (input, line)) in inputs.iter().zip(lines).enumerate() {
        page.block_heading(input, titles.shown(&input.title), (line, are_beside));
        block(&mut page, number, input);
    }
    axis::draw(&mut page);
    if inputs.iter().any(|input| !input.interesting_levels(1).shown.is_empty()) {
        page.notes.push("Levels of buffers and semaphores are not shown here.".to_owned());
    }
    page.finish()
}

/// One run among several, under its heading.
fn block(page: &mut Page<'_>, number: usize, input: &GanttInput<'_>) {
    alarm::notice(page, input);
    let lanes = lanes::height(page, input);
    let height = lanes + holders::height(page, input);
    page.y += axis::room_above(height);
    let top = page.y;
    axis::grid(page, top, top + height);
    axis::total_time(page, input, top, top + lanes - GAP);
    lanes::draw(page, number, input);
    alarm::broken(page, input, top);
    alarm::edge(page, input, top);
    holders::draw(page, input);
}

/// What stands under the title: total time, outcome, size.
fn summary(input: &GanttInput<'_>, style: &Style) -> String {
    let (processes, lanes) = (input.process_count(), input.lane_count());
    let shown = match (lanes > style.most_lanes, lanes < processes) {
        (true, _) => format!(", the first {} of them shown", style.most_lanes),
        (false, true) => format!(", {lanes} of them shown"),
        (false, false) => String::new(),
    };
    let total = total_and_outcome(input, style.window);
    format!("{total} · {}{shown}", so_many(processes as u64, "process"))
}

/// How long a run took, and how it ended.
pub(super) fn total_and_outcome(input: &GanttInput<'_>, window: Window) -> String {
    let total = length(input.total_time().as_nanos());
    let ended = match input.outcome {
        outcome if input.cut.is_some() => format!("{} at {total}", outcome.name()),
        Outcome::Completed => format!("total time {total} · completed"),
        Outcome::Horizon => format!("stopped at the horizon, {total}"),
        Outcome::Deadlock(_) => format!("deadlock at {total}"),
        Outcome::Fault(_) => format!("fault at {total}"),
        Outcome::Limit { .. } => format!("limit reached at {total}"),
    };
    let drawn = input.drawn_up_to().map_or(String::new(), |drawn| drawn + "; ");
    let shown = input.window_note(window, " · ");
    input.schedule_note(" · ") + &drawn + &ended + &input.not_as_expected(" · ") + &shown
}

impl<'a> Page<'a> {
    fn new<'r>(runs: &'r [GanttInput<'r>], style: &'a Style, title: String) -> Page<'a> {
        let width = style.width.clamp(400.0, 20_000.0);
        let (left, right) = margins(runs, style);
        let left = (MARGIN + left + 10.0).ceil();
        let right = (width - MARGIN - right - 6.0).floor();
        let end = runs.iter().map(|run| run.end).max().unwrap_or(Time::ZERO);
        let (start, end) = style.window.on_axis(end);
        let scale = Scale::between(start, end, (right - left).max(100.0) as u32);
        let of_run = |run: &'r GanttInput<'r>| run.spans_by_lane(style.most_lanes, style.window);
        let lanes: Vec<&[Span]> = runs.iter().flat_map(of_run).collect();
        let inks = Inks::given_or_of(runs, style.colour_by);
        let description = runs.iter().map(|run| describe(run, style)).collect::<Vec<_>>().join("\n");
        Page {
            scene: Scene::new(width, 0.0, title, description),
            style,
            y: MARGIN,
            left,
            scale,
            end,
            names: column_names(runs, style),
            waits: SpanNames::new(inks.waited().to_vec()),
            holders: SpanNames::new(if style.holders { holders::names(runs) } else { Vec::new() }),
            complaints: alarm::complaints(runs, style.most_lanes),
            inks,
            lanes: lanes.len(),
            detail: Detail::of(scale, lanes.into_iter()),
            seen: [false; Class::COUNT],
            keys: Keys::default(),
            notes: Vec::new(),
            several: runs.len() > 1,
        }
    }

    /// Draws what stands under the axis and gives the page its height.
    fn finish(mut self) -> Scene {
        legend::draw(&mut self);
        for note in std::mem::take(&mut self.notes) {
            for line in font::wrap(&note, 10.0, self.text_width()) {
                self.y += 14.0;
                self.scene.text(MARGIN, self.y, 10.0, Anchor::Start, QUIET, line);
            }
        }
        self.scene.height = (self.y + MARGIN).ceil();
        self.scene
    }
}

/// The room that the page needs left and right of the time axis: for names,
/// and for what stands behind the lanes.
fn margins(runs: &[GanttInput<'_>], style: &Style) -> (f64, f64) {
    let (mut left, mut right) = (60.0f64, 20.0f64);
    for run in runs {
        for process in (0..run.lane_count().min(style.most_lanes)).map(|lane| run.lane(lane)) {
            left = left.max(font::width(&run.process_name(process), NAME_SIZE));
            if let Some(time) = run.finish(process) {
                right = right.max(font::width(&exact_or_about(time.as_nanos()), SMALL_SIZE));
            }
        }
        right = right.max(alarm::room(run, style.most_lanes));
        if style.holders {
            let labels = holders::labels(run);
            left = labels.iter().map(|(name, size)| font::width(name, *size)).fold(left, f64::max);
        }
        let levels = if runs.len() == 1 { style.most_levels } else { 0 };
        for series in run.interesting_levels(levels).shown {
            let (names, top) = levels::labels(run, series);
            left = names.iter().map(|(name, size)| font::width(name, *size)).fold(left, f64::max);
            right = right.max(font::width(&top, SMALL_SIZE));
        }
    }
    (left.min(MOST_NAME_WIDTH), right)
}

/// The names of the lanes and of the levels, as short as their column makes them.
fn column_names(runs: &[GanttInput<'_>], style: &Style) -> Names {
    let mut names = Vec::new();
    for run in runs {
        let lanes = 0..run.lane_count().min(style.most_lanes);
        names.extend(lanes.map(|lane| run.process_name(run.lane(lane))));
        if style.holders {
            names.extend(holders::labels(run).into_iter().map(|(name, _)| name));
        }
    }
    // Of several runs no levels are shown.
    if let [run] = runs {
        let levels = run.interesting_levels(style.most_levels).shown;
        names.extend(levels.iter().map(|series| run.resource_name(series.resource)));
    }
    Names::new(names, Room::pixels(MOST_NAME_WIDTH, NAME_SIZE))
}

/// The run in words, for those who cannot see the picture.
fn describe(input: &GanttInput<'_>, style: &Style) -> String {
    let mut text = format!("Gantt timeline of {}: {}.", input.title, summary(input, style));
    for process in (0..input.lane_count().min(12)).map(|lane| input.lane(lane)) {
        let name = input.process_name(process);
        match input.finish(process) {
            Some(time) => text.push_str(&format!(" {name} done at {}.", length(time.as_nanos()))),
            None if input.cut.is_some() => text.push_str(&format!(" {name} not done up to there.")),
            None => text.push_str(&format!(" {name} not done.")),
        }
    }
    text
}
