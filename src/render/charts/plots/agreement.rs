//! Pairs of numbers that should be the same: what was measured against what a model says.
//!
//! Decides that both axes have the same numbers, so that what agrees stands on the
//! diagonal.

use super::super::super::palette::{INK, SERIES};
use super::super::super::png::RenderError;
use super::super::super::scene::{Scene, Stroke};
use super::input::{ChartQuantity, spread};
use super::marker::{interval, marker};
use super::page::{Entry, Page, one_plot};
use super::scale::{Length, Scale};

/// The most points of a group that are drawn.
const MOST_POINTS: usize = 1000;
const HEIGHT: f64 = 380.0;

/// A pair of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementPoint {
    /// What it is of, for the tooltip.
    pub label: String,
    /// To the right, and upwards.
    pub at: (f64, f64),
    /// From where to where the upper one may be.
    pub range: Option<(f64, f64)>,
}

/// What was measured against what a model says.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementChart {
    /// What it shows.
    pub title: String,
    /// Of what, in a line under the title.
    pub about: String,
    /// To the right, and upwards.
    pub axes: [ChartQuantity; 2],
    /// Groups of points, each with what it is called.
    pub groups: Vec<(String, Vec<AgreementPoint>)>,
    /// What is left out, in whole sentences.
    pub notes: Vec<String>,
}

/// A marker for each pair, and the diagonal. An SVG document.
///
/// # Errors
/// If plotters cannot draw, which no input is known to cause.
pub fn agreement_chart(chart: &AgreementChart) -> Result<String, RenderError> {
    let (low, high) = ends(chart);
    let y = Scale::numbers(&chart.axes[1], (low, high), Length::Up(HEIGHT));
    let mut notes = chart.notes.clone();
    for (name, points) in chart.groups.iter().filter(|(_, points)| points.len() > MOST_POINTS) {
        notes.push(format!("{MOST_POINTS} of {} points ({name}) are drawn, evenly spread.", points.len()));
    }
    let page = Page {
        title: chart.title.clone(),
        about: chart.about.clone(),
        description: described(chart),
        legend: legend(chart),
        notes,
        ..one_plot(y, HEIGHT, |length| Scale::numbers(&chart.axes[0], (low, high), length))
    };
    page.draw(|scene, plots| {
        let plot = &plots[0];
        scene.line((plot.x(low), plot.y(low)), (plot.x(high), plot.y(high)), diagonal());
        for (number, (_, points)) in chart.groups.iter().enumerate() {
            for nth in spread(points.len(), MOST_POINTS) {
                let AgreementPoint { at, range, .. } = &points[nth];
                let x = plot.x(at.0);
                if let Some((from, to)) = range {
                    interval(scene, x, (plot.y(*from), plot.y(*to)), SERIES[number % SERIES.len()].0);
                }
                scene.push(marker(number, (x, plot.y(at.1)), Some(told(chart, &points[nth]))));
            }
        }
    })
}

fn diagonal() -> Stroke {
    Stroke::dashed(INK, 1.2, 3.0)
}

/// Both axes have all numbers on them.
fn ends(chart: &AgreementChart) -> (f64, f64) {
    let points = chart.groups.iter().flat_map(|(_, points)| points);
    let numbers = points.flat_map(|point| {
        let (from, to) = point.range.unwrap_or((point.at.1, point.at.1));
        [point.at.0, point.at.1, from, to]
    });
    let (low, high) = numbers
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| (low.min(number), high.max(number)));
    if low > high {
        return (0.0, 1.0);
    }
    let spare = (high * 0.5 - low * 0.5) * 0.1;
    // From 0, unless that would press all points into a corner.
    if low >= 0.0 && low <= 0.7 * high { (0.0, high + spare) } else { (low - spare, high + spare) }
}

fn legend(chart: &AgreementChart) -> Vec<Entry<'_>> {
    let group = |(number, (name, _)): (usize, &(String, Vec<AgreementPoint>))| {
        Entry::new(name.clone(), move |scene: &mut Scene, at| scene.push(marker(number, at, None)))
    };
    let mut legend: Vec<Entry<'_>> = chart.groups.iter().enumerate().map(group).collect();
    legend.push(Entry::new("the same", |scene, (x, y)| {
        scene.line((x - 12.0, y + 7.0), (x + 12.0, y - 7.0), diagonal());
    }));
    legend
}

fn told(chart: &AgreementChart, point: &AgreementPoint) -> String {
    let [right, up] = &chart.axes;
    format!("{}: {} {}, {} {}", point.label, right.name, right.told(point.at.0), up.name, up.told(point.at.1))
}

fn described(chart: &AgreementChart) -> String {
    let group = |(name, points): &(String, Vec<AgreementPoint>)| {
        let each: Vec<String> = points.iter().take(40).map(|point| told(chart, point)).collect();
        format!("{name}:\n{}", each.join("\n"))
    };
    chart.groups.iter().map(group).collect::<Vec<_>>().join("\n")
}
