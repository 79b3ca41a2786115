//! Gantt timelines: one lane per process, levels under them, one time axis.
//!
//! Decides the layout of the page from top to bottom: title, alarms, lanes,
//! levels, axis, legend, notes. The parts are drawn by the modules below; how
//! fine the picture is, is decided by [`super::dense`].

mod alarm;
mod axis;
mod lanes;
mod legend;
mod levels;
mod points;

use super::dense::{Detail, Scale};
use super::font;
use super::input::{GanttInput, common_settings, compared, exact_or_about, length, process_id};
use super::palette::{ALARM, Class, INK, Inks, QUIET};
use super::scene::{Anchor, Scene};
use super::shorten::{Names, Room};
use crate::time::Time;
use crate::trace::{Outcome, Span};
use std::iter;

/// How a Gantt timeline is drawn.
///
/// The smallest text is 10 pixels high. At the default width of 640 pixels that is
/// 7 points in a column of 16 cm, which can still be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// The width of the picture in pixels; at least 400 is used.
    pub width: f64,
    /// The most lanes of one run; further processes are counted in a note.
    pub most_lanes: usize,
    /// The most level panels under the lanes; further ones are counted in a note.
    pub most_levels: usize,
}

impl Default for Style {
    fn default() -> Style {
        Style { width: 640.0, most_lanes: 240, most_levels: 5 }
    }
}

/// Space between the picture and its edge, in pixels.
const MARGIN: f64 = 20.0;
/// Space between parts, in pixels.
const GAP: f64 = 14.0;
/// Space under a heading, in pixels.
const HEADING_GAP: f64 = 8.0;
/// The font size of titles, in pixels.
const TITLE_SIZE: f64 = 17.0;
/// The font size of what stands under a title, in pixels.
const SUBTITLE_SIZE: f64 = 11.5;
/// The font size of the title of one run among several, in pixels.
const BLOCK_TITLE_SIZE: f64 = 13.0;
/// The font size of names and labels, in pixels.
const NAME_SIZE: f64 = 11.0;
/// The font size of the smallest text, in pixels.
const SMALL_SIZE: f64 = 10.0;
/// The widest column of names, in pixels.
const MOST_NAME_WIDTH: f64 = 130.0;

/// A run as a picture of its own.
pub fn gantt(input: &GanttInput<'_>, style: &Style) -> Scene {
    let runs = std::slice::from_ref(input);
    let mut page = Page::new(runs, style, input.title.clone());
    page.heading(&input.title, &summary(input, page.style), &common_settings(iter::once(input.settings)));
    alarm::notice(&mut page, input);
    page.y += GAP - HEADING_GAP;
    let height = lanes::height(&page, input) + levels::height(&page, input);
    page.y += axis::room_above(height);
    let (top, bottom) = (page.y, page.y + height);
    axis::grid(&mut page, top, bottom);
    lanes::draw(&mut page, 0, input);
    alarm::broken(&mut page, input, top);
    alarm::edge(&mut page, input, top);
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
/// its speed-up against the first.
pub fn aligned(inputs: &[GanttInput<'_>], style: &Style) -> Scene {
    let (title, line) = match inputs {
        [] => ("No runs to compare".to_owned(), String::new()),
        [first, ..] => (
            format!("{} runs on one time axis", inputs.len()),
            match first.completed() {
                Some(_) => format!("speed-up against {} · dashed lines mark the total times", first.title),
                None => format!(
                    "no speed-ups: {} did not complete · dashed lines mark the total times",
                    first.title
                ),
            },
        ),
    };
    several(inputs, style, title, line, inputs.first())
}

/// A run in virtual time and the same on threads in one picture on one time
/// axis: not to see which is faster, but whether they agree.
pub fn validated(inputs: &[GanttInput<'_>], style: &Style) -> Scene {
    let title = "In virtual time and on threads".to_owned();
    several(inputs, style, title, "dashed lines mark the total times".to_owned(), None)
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
        total_and_outcome(input) + &compared(first.filter(|_| number > 0), input.completed())
    };
    let lines: Vec<String> = inputs.iter().enumerate().map(beside).collect();
    let titles = page.titles(inputs, &lines);
    for (number, (input, line)) in inputs.iter().zip(lines).enumerate() {
        page.block_heading(input, titles.shown(&input.title), line);
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
    let height = lanes::height(page, input);
    page.y += axis::room_above(height);
    let (top, bottom) = (page.y, page.y + height);
    axis::grid(page, top, bottom);
    axis::total_time(page, input, top, bottom - GAP);
    lanes::draw(page, number, input);
    alarm::broken(page, input, top);
    alarm::edge(page, input, top);
}

/// What stands under the title: total time, outcome, size.
fn summary(input: &GanttInput<'_>, style: &Style) -> String {
    let processes = input.process_count();
    let plural = if processes == 1 { "process" } else { "processes" };
    let shown = match processes > style.most_lanes {
        true => format!(", the first {} of them shown", style.most_lanes),
        false => String::new(),
    };
    format!("{} · {processes} {plural}{shown}", total_and_outcome(input))
}

fn total_and_outcome(input: &GanttInput<'_>) -> String {
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
    input.schedule_note(" · ") + &drawn + &ended + &input.not_as_expected(" · ")
}

/// A picture in the making: everything that its parts share.
struct Page<'a> {
    scene: Scene,
    style: &'a Style,
    /// Where the next part starts.
    y: f64,
    /// Where time 0 lies; whole pixels, so that columns are sharp.
    left: f64,
    scale: Scale,
    /// Up to when the axis reaches; the scale is never shorter than 1 ns.
    end: Time,
    inks: Inks,
    /// The names in the column left of the axis.
    names: Names,
    /// The names of resources inside spans.
    waits: lanes::WaitNames,
    /// What stands right of the edge, by [`alarm`].
    complaints: Names,
    detail: Detail,
    /// How many lanes there are, of all runs.
    lanes: usize,
    /// By [`Class::index`]: whether it occurs, and so belongs into the legend.
    seen: [bool; Class::COUNT],
    /// What else the legend has to explain.
    keys: legend::Keys,
    /// What stands under the legend, each a sentence.
    notes: Vec<String>,
    /// What every id starts with, by run: empty if there is only one.
    several: bool,
}

impl<'a> Page<'a> {
    fn new(runs: &[GanttInput<'_>], style: &'a Style, title: String) -> Page<'a> {
        let width = style.width.clamp(400.0, 20_000.0).round();
        let (left, right) = margins(runs, style);
        let left = (MARGIN + left + 10.0).ceil();
        let right = (width - MARGIN - right - 6.0).floor();
        let end = runs.iter().map(|run| run.end).max().unwrap_or(Time::ZERO);
        let scale = Scale::new(end, (right - left).max(100.0) as u32);
        let lanes: Vec<&[Span]> = runs.iter().flat_map(|run| run.lanes(style.most_lanes)).collect();
        let inks = Inks::of(runs);
        let description = runs.iter().map(|run| describe(run, style)).collect::<Vec<_>>().join("\n");
        Page {
            scene: Scene::new(width, 0.0, title, description),
            style,
            y: MARGIN,
            left,
            scale,
            end,
            names: column_names(runs, style),
            waits: lanes::WaitNames::new(&inks),
            complaints: alarm::complaints(runs, style.most_lanes),
            inks,
            lanes: lanes.len(),
            detail: Detail::of(scale, lanes.into_iter()),
            seen: [false; Class::COUNT],
            keys: legend::Keys::default(),
            notes: Vec::new(),
            several: runs.len() > 1,
        }
    }

    /// Where an instant lies in the picture.
    fn x(&self, time: Time) -> f64 {
        self.left + self.scale.x(time)
    }

    /// Where the time axis ends.
    fn right(&self) -> f64 {
        self.left + f64::from(self.scale.pixels)
    }

    /// The room for text from margin to margin.
    fn text_width(&self) -> f64 {
        self.scene.width - 2.0 * MARGIN
    }

    /// The title; under it what is to be said and, if they were set, the parameters.
    fn heading(&mut self, title: &str, line: &str, settings: &str) {
        self.y -= 8.0;
        for line in title_lines(title, self.text_width()) {
            self.y += 22.0;
            self.scene.text(MARGIN, self.y, TITLE_SIZE, Anchor::Start, INK, line);
        }
        let both = [line, settings].map(str::to_owned).into_iter().filter(|text| !text.is_empty());
        let both: Vec<String> = both.collect();
        let together = both.join(" · ");
        let fits = font::width(&together, SUBTITLE_SIZE) <= self.text_width();
        for line in if fits { vec![together] } else { both } {
            self.y += 18.0;
            let line = font::shorten(&line, SUBTITLE_SIZE, self.text_width());
            self.scene.text(MARGIN, self.y, SUBTITLE_SIZE, Anchor::Start, QUIET, line);
        }
        self.y += HEADING_GAP;
    }

    /// The titles of runs, as short as the longest line beside one of them makes them.
    fn titles(&self, inputs: &[GanttInput<'_>], lines: &[String]) -> Names {
        let beside = lines.iter().map(|line| font::width(line, NAME_SIZE)).fold(0.0, f64::max);
        let room = Room::pixels(self.text_width() - beside - 16.0, BLOCK_TITLE_SIZE);
        Names::new(inputs.iter().map(|input| input.title.clone()), room)
    }

    /// The heading of one run among several: its title, and what is said beside it.
    fn block_heading(&mut self, input: &GanttInput<'_>, title: &str, line: String) {
        self.y += 18.0;
        let colour = if matches!(input.outcome, Outcome::Deadlock(_) | Outcome::Fault(_))
            || !input.broken.is_empty()
        {
            ALARM
        } else {
            QUIET
        };
        self.scene.text(MARGIN, self.y, BLOCK_TITLE_SIZE, Anchor::Start, INK, title);
        let beside = MARGIN + font::width(title, BLOCK_TITLE_SIZE) + 12.0;
        self.scene.text(beside, self.y, NAME_SIZE, Anchor::Start, colour, line);
        self.y += HEADING_GAP;
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

/// A title in a few lines; the last is shortened if that is not enough.
fn title_lines(title: &str, room: f64) -> Vec<String> {
    const MOST_LINES: usize = 3;
    let mut lines = font::wrap(title, TITLE_SIZE, room);
    if lines.len() > MOST_LINES {
        let rest = lines.split_off(MOST_LINES - 1).join(" ");
        lines.push(font::shorten(&rest, TITLE_SIZE, room));
    }
    lines
}

/// The room that the page needs left and right of the time axis: for names,
/// and for what stands behind the lanes.
fn margins(runs: &[GanttInput<'_>], style: &Style) -> (f64, f64) {
    let (mut left, mut right) = (60.0f64, 20.0f64);
    for run in runs {
        for process in 0..run.process_count().min(style.most_lanes) {
            left = left.max(font::width(&run.process_name(process_id(process)), NAME_SIZE));
            if let Some(time) = run.finish(process) {
                right = right.max(font::width(&exact_or_about(time.as_nanos()), SMALL_SIZE));
            }
        }
        right = right.max(alarm::room(run, style.most_lanes));
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
        let lanes = 0..run.process_count().min(style.most_lanes);
        names.extend(lanes.map(|process| run.process_name(process_id(process))));
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
    for process in 0..input.process_count().min(12) {
        let name = input.process_name(process_id(process));
        match input.finish(process) {
            Some(time) => text.push_str(&format!(" {name} done at {}.", length(time.as_nanos()))),
            None if input.cut.is_some() => text.push_str(&format!(" {name} not done up to there.")),
            None => text.push_str(&format!(" {name} not done.")),
        }
    }
    text
}
