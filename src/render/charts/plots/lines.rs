//! A figure over one parameter, with a line for each value of a second one.
//!
//! Decides which lines and points are drawn where there are too many, how intervals
//! are shown (as a band of one line, as bars of several), and that points without a
//! number stand as crosses in a strip of their own above the axis.

use super::super::super::palette::{ALARM, SERIES};
use super::super::super::png::RenderError;
use super::super::super::scene::{Fill, Scene, Shape, Tag};
use super::input::{SweepChart, SweepPoint, spread};
use super::marker::{cross, interval, marker, ring, stroke};
use super::page::{Entry, MARGIN, Page, Panel, Plot, WIDTH, in_title, left_of};
use super::scale::{Length, Scale, from_zero};

/// The most lines of a chart.
pub const MOST_LINES: usize = SERIES.len();
/// The most points of a line.
const MOST_POINTS: usize = 1000;
const HEIGHT: f64 = 300.0;
/// Markers and bars closer than that would be one.
const LEAST_APART: f64 = 7.0;
/// The height of a cross with the space around it.
const CROSS: f64 = 10.0;

/// A line: what it is called, and its points with their places, from left to right.
struct Line<'a> {
    name: Option<String>,
    points: Vec<(f64, &'a SweepPoint)>,
}

/// Draws a figure over the first parameter: a marker for the mean of each point, the
/// 95% interval around it, a ring around the base, and a cross where runs came to no
/// regular end. Of a second parameter at most [`MOST_LINES`] values have lines. An SVG
/// document.
///
/// # Errors
/// If plotters cannot draw, which no input is known to cause.
///
/// # Panics
/// If there is no axis, or a point has a place that its axis does not have.
pub fn sweep_lines(chart: &SweepChart) -> Result<String, RenderError> {
    let right = MARGIN + 8.0;
    let mut notes = chart.notes.clone();
    // Where points stand is known before it is known how wide the plot is.
    let rough = Scale::of_axis(&chart.axes[0], Length::Across(WIDTH));
    let lines = lines(chart, &rough, &mut notes);
    let strip = strip(&lines);
    let y = upright(chart, &lines, strip, &mut notes);
    let left = left_of([&y]);
    let x = Scale::of_axis(&chart.axes[0], Length::Across(WIDTH - left - right));
    let is_close = lines.iter().any(|line| closest(line, &x) * (WIDTH - left - right) < LEAST_APART);
    let draws_intervals = !is_close || lines.len() == 1;
    if !draws_intervals && lines.iter().any(Line::has_intervals) {
        notes.push("Intervals are not drawn, since points are too close to each other.".to_owned());
    }
    let legend = legend(chart, &lines, draws_intervals);
    let names: Vec<String> = chart.axes.iter().map(|axis| in_title(&axis.quantity.name)).collect();
    let title = format!("{} over {}", in_title(&chart.figure.name), names.join(", by "));
    let page = Page {
        width: WIDTH,
        title,
        about: chart.about.clone(),
        description: chart.described(),
        legend,
        notes,
        panels: vec![Panel { x, y, height: HEIGHT, has_grid: true }],
        left,
        right,
    };
    page.draw(|scene, plots| {
        for (number, line) in lines.iter().enumerate() {
            draw_line(scene, &plots[0], chart, (number, line), (lines.len() > 1, is_close));
        }
        draw_crosses(scene, &plots[0], chart, &lines);
    })
}

impl Line<'_> {
    fn has_intervals(&self) -> bool {
        self.points.iter().any(|(_, point)| point.half_width.is_some_and(|half| half > 0.0))
    }
}

fn lines<'a>(chart: &'a SweepChart, x: &Scale, notes: &mut Vec<String>) -> Vec<Line<'a>> {
    let second = chart.axes.get(1);
    let values = second.map_or(1, |axis| axis.values.len());
    let shown = spread(values, MOST_LINES);
    if let Some(axis) = second.filter(|_| shown.len() < values) {
        let name = &axis.quantity.name;
        notes.push(format!("{} of the {values} values of {name} have lines.", shown.len()));
    }
    let mut lines: Vec<Line<'a>> = shown
        .iter()
        .map(|&value| Line { name: second.map(|axis| axis.values[value].label.clone()), points: Vec::new() })
        .collect();
    for point in &chart.points {
        let value = point.places.get(1).copied().unwrap_or(0);
        if let Ok(line) = shown.binary_search(&value) {
            lines[line].points.push((x.of_value(&chart.axes[0], point.places[0]), point));
        }
    }
    let longest = lines.iter().map(|line| line.points.len()).max().unwrap_or(0);
    for line in &mut lines {
        line.points.sort_by(|one, other| one.0.total_cmp(&other.0));
        let points = &line.points;
        line.points = spread(points.len(), MOST_POINTS).into_iter().map(|nth| points[nth]).collect();
    }
    if longest > MOST_POINTS {
        notes.push(format!("{MOST_POINTS} of {longest} points of a line are drawn, evenly spread."));
    }
    lines
}

/// How high the strip of the crosses is, in pixels.
fn strip(lines: &[Line<'_>]) -> f64 {
    let crossed = lines.iter().filter(|line| line.points.iter().any(|(_, point)| point.finding.is_some()));
    match crossed.count() {
        0 => 0.0,
        count => CROSS * count as f64 + 6.0,
    }
}

/// The upright axis: from 0, unless that would press all points into its upper end.
fn upright(chart: &SweepChart, lines: &[Line<'_>], strip: f64, notes: &mut Vec<String>) -> Scale {
    let points = || lines.iter().flat_map(|line| &line.points);
    let bounds = points().filter_map(|(_, point)| {
        let (mean, half) = (point.mean?, point.half_width.unwrap_or(0.0));
        Some((mean - half, mean + half))
    });
    let whole = bounds.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
    let share = strip / HEIGHT;
    let Some((low, high)) = whole else {
        notes.push("No run came to a regular end.".to_owned());
        let empty = Scale::numbers(&chart.figure, (0.0, 1.0), Length::Up(HEIGHT));
        return empty.with_name(chart.figure.name.clone()).without_ticks().with_strip(share);
    };
    let ends = from_zero((low, high));
    if ends.0 > 0.0 || ends.1 < 0.0 {
        notes.push("The upright axis does not begin at 0.".to_owned());
    }
    Scale::upright(&chart.figure, (low, high), HEIGHT - strip).with_strip(share)
}

fn legend<'a>(chart: &SweepChart, lines: &[Line<'a>], draws_intervals: bool) -> Vec<Entry<'a>> {
    let mut legend = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let text = match (&line.name, chart.axes.get(1)) {
            (Some(name), Some(axis)) => format!("{} = {name}", axis.quantity.name),
            _ => "mean".to_owned(),
        };
        let text = if lines.len() == 1 && !line.has_intervals() { chart.figure.name.clone() } else { text };
        legend.push(Entry::new(text, move |scene, (x, y)| {
            scene.line((x - 13.0, y), (x + 13.0, y), stroke(number));
            scene.push(marker(number, (x, y), None));
        }));
    }
    let points = || lines.iter().flat_map(|line| &line.points).map(|(_, point)| point);
    if draws_intervals && lines.iter().any(Line::has_intervals) {
        let is_band = lines.len() == 1;
        legend.push(Entry::new("95% interval of the mean", move |scene, (x, y)| match is_band {
            true => scene.push(band(&[(x - 12.0, y - 5.0, y + 5.0), (x + 12.0, y - 5.0, y + 5.0)])),
            false => interval(scene, x, (y - 6.0, y + 6.0), SERIES[0].0),
        }));
    }
    if points().any(|point| point.is_base) {
        legend.push(Entry::new("base", |scene, (x, y)| {
            scene.push(ring((x, y)));
            scene.push(marker(0, (x, y), None));
        }));
    }
    if let Some(findings) = chart.findings().filter(|_| points().any(|point| point.finding.is_some())) {
        let own = if lines.len() > 1 { " (in the colour of its line)" } else { "" };
        legend.push(Entry::new(findings + own, |scene, at| scene.push(cross(at, ALARM, None))));
    }
    legend
}

/// The band between upper and lower ends at some places.
fn band(places: &[(f64, f64, f64)]) -> Shape {
    let upper = places.iter().map(|(x, high, _)| (*x, *high));
    let lower = places.iter().rev().map(|(x, _, low)| (*x, *low));
    let fill = Fill::Solid(SERIES[0].0.tint(52));
    Shape::Polyline { points: upper.chain(lower).collect(), fill, stroke: None, tag: Tag::class("band") }
}

fn draw_line(
    scene: &mut Scene,
    plot: &Plot,
    chart: &SweepChart,
    (number, line): (usize, &Line<'_>),
    (is_one_of_many, is_close): (bool, bool),
) {
    // Where points have no mean the line is broken.
    for points in line.points.split(|(_, point)| point.mean.is_none()) {
        let means = points.iter().filter_map(|(x, point)| Some((plot.x(*x), point.mean?, *point)));
        let means: Vec<(f64, f64, &SweepPoint)> = means.collect();
        let intervals = means.iter().filter_map(|(x, mean, point)| {
            let half = point.half_width?;
            Some((*x, plot.y(mean + half), plot.y(mean - half)))
        });
        let intervals: Vec<(f64, f64, f64)> = intervals.collect();
        if !is_one_of_many && intervals.len() > 1 {
            scene.push(band(&intervals));
        } else if !is_close {
            for (x, high, low) in intervals.into_iter().filter(|(_, high, low)| low - high > 1.0) {
                interval(scene, x, (low, high), SERIES[number].0);
            }
        }
        let corners: Vec<(f64, f64)> = means.iter().map(|(x, mean, _)| (*x, plot.y(*mean))).collect();
        if corners.len() > 1 {
            let (stroke, tag) = (Some(stroke(number)), Tag::class("line"));
            scene.push(Shape::Polyline { points: corners.clone(), fill: Fill::Clear, stroke, tag });
        }
        for (at, (_, _, point)) in corners.into_iter().zip(&means) {
            if !is_close || point.is_base || means.len() == 1 {
                scene.push(marker(number, at, Some(chart.tooltip(point))));
            }
            if point.is_base {
                scene.push(ring(at));
            }
        }
    }
}

/// How close points of a line come to each other, as a share of the axis.
fn closest(line: &Line<'_>, x: &Scale) -> f64 {
    let apart = line.points.windows(2).map(|pair| x.share(pair[1].0) - x.share(pair[0].0));
    // Points of one place are one above the other.
    apart.filter(|apart| *apart > 0.0).fold(f64::INFINITY, f64::min)
}

/// The crosses: in a row for each line that has any, in its colour.
fn draw_crosses(scene: &mut Scene, plot: &Plot, chart: &SweepChart, lines: &[Line<'_>]) {
    let mut y = plot.bottom - CROSS / 2.0 - 3.0;
    for (number, line) in lines.iter().enumerate() {
        let found: Vec<_> = line.points.iter().filter(|(_, point)| point.finding.is_some()).collect();
        if found.is_empty() {
            continue;
        }
        let colour = if lines.len() == 1 { ALARM } else { SERIES[number].0 };
        for (x, point) in found {
            scene.push(cross((plot.x(*x), y), colour, Some(chart.tooltip(point))));
            if point.is_base && point.mean.is_none() {
                scene.push(ring((plot.x(*x), y)));
            }
        }
        y -= CROSS;
    }
}
