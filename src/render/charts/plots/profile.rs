//! The profile of a loss over one parameter that was fitted, with its interval.
//!
//! Decides how much of it is drawn: what is not far above the threshold of the interval.

use super::super::super::palette::{INK, SERIES};
use super::super::super::png::RenderError;
use super::super::super::scene::{Area, Fill, Scene, Shape, Stroke, Tag};
use super::input::ChartQuantity;
use super::marker::{marker, stroke};
use super::page::{Entry, Page, Plot, in_title, one_plot};
use super::scale::{Length, Scale};

/// Points of the profile that are so many times as far above the smallest loss as the
/// threshold are not drawn.
const FAR: f64 = 3.0;
const HEIGHT: f64 = 280.0;

/// How small the loss can be by the value of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileChart {
    /// What was fitted, in a line under the title.
    pub about: String,
    /// The parameter.
    pub parameter: ChartQuantity,
    /// Values and losses, from left to right.
    pub points: Vec<(f64, f64)>,
    /// The value that fits best.
    pub best: f64,
    /// The smallest loss, and that up to which the interval goes.
    pub losses: (f64, f64),
    /// The ends of the interval, each with whether the data bound it there.
    pub interval: [(f64, bool); 2],
    /// What is left out, in whole sentences.
    pub notes: Vec<String>,
}

/// The profile, its threshold, and the interval as a band. An SVG document.
///
/// # Errors
/// If plotters cannot draw, which no input is known to cause.
pub fn profile_chart(chart: &ProfileChart) -> Result<String, RenderError> {
    let (least, threshold) = chart.losses;
    let highest = least + FAR * (threshold - least);
    let points: Vec<(f64, f64)> = chart.points.iter().copied().filter(|(_, loss)| *loss <= highest).collect();
    let loss = ChartQuantity { name: "loss".to_owned(), is_time: false };
    let largest = points.iter().map(|(_, loss)| *loss).fold(threshold, f64::max);
    let spare = (largest - least) * 0.08;
    let y = Scale::numbers(&loss, ((least - spare).max(0.0), largest + spare), Length::Up(HEIGHT));
    let shown = || points.iter().map(|(value, _)| *value).chain(chart.interval.iter().map(|(end, _)| *end));
    let (low, high) =
        shown().fold((chart.best, chart.best), |(low, high), value| (low.min(value), high.max(value)));
    let spare = (high * 0.5 - low * 0.5) * 0.06;
    let across = (low - spare, high + spare);
    let mut notes = chart.notes.clone();
    for (end, _) in chart.interval.iter().filter(|(_, is_bound)| !is_bound) {
        let end = chart.parameter.told(*end);
        notes.push(format!("At {end}, an end of the range, the loss is still below the threshold."));
    }
    let page = Page {
        title: format!("Profile of {}", in_title(&chart.parameter.name)),
        about: chart.about.clone(),
        description: described(chart),
        legend: legend(chart),
        notes,
        ..one_plot(y, HEIGHT, |length| Scale::numbers(&chart.parameter, across, length))
    };
    page.draw(|scene, plots| draw(scene, &plots[0], chart, &points))
}

fn draw(scene: &mut Scene, plot: &Plot, chart: &ProfileChart, points: &[(f64, f64)]) {
    let [(from, _), (to, _)] = chart.interval;
    let area = Area::between(plot.x(from), plot.top, plot.x(to), plot.bottom);
    scene.fill(area, band(), Tag::class("band"));
    let threshold = plot.y(chart.losses.1);
    scene.line((plot.left, threshold), (plot.right, threshold), Stroke::dashed(INK, 1.2, 3.0));
    let corners: Vec<(f64, f64)> =
        points.iter().map(|(value, loss)| (plot.x(*value), plot.y(*loss))).collect();
    let (line, tag) = (Some(stroke(0)), Tag::class("line"));
    scene.push(Shape::Polyline { points: corners, fill: Fill::Clear, stroke: line, tag });
    let best = (plot.x(chart.best), plot.y(chart.losses.0));
    scene.push(marker(0, best, Some(chart.parameter.told(chart.best))));
}

fn band() -> Fill {
    Fill::Solid(SERIES[0].0.tint(52))
}

fn legend(chart: &ProfileChart) -> Vec<Entry<'_>> {
    let best = format!("best: {}", chart.parameter.told(chart.best));
    vec![
        Entry::new("smallest loss with this value", |scene, (x, y)| {
            scene.line((x - 13.0, y), (x + 13.0, y), stroke(0));
        }),
        Entry::new(best, |scene, at| scene.push(marker(0, at, None))),
        Entry::new("threshold", |scene, (x, y)| {
            scene.line((x - 13.0, y), (x + 13.0, y), Stroke::dashed(INK, 1.2, 3.0));
        }),
        Entry::new("95% interval", |scene, (x, y)| {
            scene.fill(Area::between(x - 12.0, y - 6.0, x + 12.0, y + 6.0), band(), Tag::default());
        }),
    ]
}

fn described(chart: &ProfileChart) -> String {
    let [from, to] = chart.interval.map(|(end, _)| chart.parameter.told(end));
    format!("{}: best {}, from {from} to {to}", chart.parameter.name, chart.parameter.told(chart.best))
}
