//! How a figure is spread over the replications of one point: a histogram, and the
//! share of runs up to each value.
//!
//! Decides how wide the bars are: as the rule of Rice has it, twice the cube root of
//! the number of runs. Does not see single values: whoever counts them needs no memory
//! for each.

use super::super::super::palette::{INK, SERIES};
use super::super::super::png::RenderError;
use super::super::super::scene::{Area, Fill, Scene, Shape, Stroke, Tag};
use super::input::ChartQuantity;
use super::marker::stroke;
use super::page::{Entry, MARGIN, Page, Panel, Plot, WIDTH, in_title, left_of};
use super::scale::{Length, Scale};
use crate::figure::{format_share, so_many};

/// In how many bins of the same width values are counted, from the smallest to the
/// largest: more than the picture has pixels for.
pub const FINE_BINS: usize = 720;
/// How many bars there may be; each is the same number of bins.
const BARS: [usize; 12] = [6, 8, 9, 10, 12, 15, 18, 20, 24, 30, 40, 60];

/// One figure of the replications of one point.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionChart {
    /// What was run, in a line under the title.
    pub about: String,
    /// The figure.
    pub figure: ChartQuantity,
    /// Its smallest and its largest value.
    pub range: (f64, f64),
    /// The mean, and half of the interval of 95% around it.
    pub mean: (f64, Option<f64>),
    /// By bin, how many values there are: [`FINE_BINS`] of them from the smallest to
    /// the largest value, each with its lower end and without its upper one; the last
    /// one has both.
    pub counts: Vec<u64>,
    /// What is left out, in whole sentences.
    pub notes: Vec<String>,
}

/// The histogram, and below it the empirical distribution function. An SVG document.
///
/// # Errors
/// If plotters cannot draw, which no input is known to cause.
pub fn distribution_chart(chart: &DistributionChart) -> Result<String, RenderError> {
    let all: u64 = chart.counts.iter().sum();
    let bars = bars(chart, all);
    let most = bars.iter().map(|(_, _, count)| *count).max().unwrap_or(1);
    let percent = |name: &str, most: f64, height| {
        let quantity = ChartQuantity { name: name.to_owned(), is_time: false };
        let scale = Scale::numbers(&quantity, (0.0, most), Length::Up(height));
        scale.with_name(format!("{name} (%)"))
    };
    let highest = most as f64 / all.max(1) as f64 * 105.0;
    let shares = percent("share of runs", highest, 220.0);
    let up_to = percent("share of runs up to this value", 100.0, 150.0);
    let (left, right) = (left_of([&shares, &up_to]), MARGIN + 8.0);
    let x = || {
        let (low, high) = chart.range;
        let spare = (high * 0.5 - low * 0.5) * 0.06;
        Scale::numbers(&chart.figure, (low - spare, high + spare), Length::Across(WIDTH - left - right))
    };
    let mean = format!("mean {}", chart.figure.told_with(chart.mean.0, chart.mean.1));
    let mean =
        if chart.mean.1.is_some_and(|half| half > 0.0) { format!("{mean} (95% interval)") } else { mean };
    let page = Page {
        width: WIDTH,
        title: format!("{} of {}", in_title(&chart.figure.name), so_many(all, "run")),
        about: chart.about.clone(),
        description: described(chart, &bars),
        legend: vec![Entry::new(mean, |scene, (x, y)| {
            scene.line((x, y - 8.0), (x, y + 8.0), Stroke::dashed(INK, 1.2, 3.0));
        })],
        notes: chart.notes.clone(),
        panels: vec![
            Panel { x: x(), y: shares, height: 220.0, has_grid: true },
            Panel { x: x(), y: up_to, height: 150.0, has_grid: true },
        ],
        left,
        right,
    };
    page.draw(|scene, plots| {
        draw_bars(scene, &plots[0], chart, &bars, all);
        draw_steps(scene, &plots[1], chart, all);
        for plot in plots {
            let x = plot.x(chart.mean.0);
            scene.line((x, plot.top), (x, plot.bottom), Stroke::dashed(INK, 1.2, 3.0));
        }
    })
}

/// From where to where a bar goes, and how many values it has.
type Bar = (f64, f64, u64);

fn bars(chart: &DistributionChart, all: u64) -> Vec<Bar> {
    let (low, high) = chart.range;
    if low >= high {
        return vec![(low, high, all)];
    }
    let rice = 2.0 * libm::cbrt(all as f64);
    let count = BARS.into_iter().rev().find(|bars| *bars as f64 <= rice).unwrap_or(BARS[0]);
    let bins = (FINE_BINS / count).max(1);
    let end = |nth: usize| low + (high - low) * (nth as f64 / count as f64);
    let bars = chart.counts.chunks(bins).enumerate();
    bars.map(|(nth, counts)| (end(nth), end(nth + 1), counts.iter().sum())).collect()
}

fn described(chart: &DistributionChart, bars: &[Bar]) -> String {
    let told = |&(from, to, count): &Bar| {
        format!("{} to {}: {}", chart.figure.told(from), chart.figure.told(to), so_many(count, "run"))
    };
    bars.iter().map(told).collect::<Vec<_>>().join("\n")
}

fn draw_bars(scene: &mut Scene, plot: &Plot, chart: &DistributionChart, bars: &[Bar], all: u64) {
    for &(from, to, count) in bars.iter().filter(|(_, _, count)| *count > 0) {
        let (mut x0, mut x1) = (plot.x(from), plot.x(to));
        if x1 - x0 < 1.0 {
            (x0, x1) = (x0 - 12.0, x1 + 12.0);
        }
        let share = count as f64 / all.max(1) as f64;
        let area = Area::between(x0, plot.y(share * 100.0), x1, plot.bottom);
        let (from, to) = (chart.figure.told(from), chart.figure.told(to));
        let tooltip = format!("{from} to {to}: {} ({})", so_many(count, "run"), format_share(share));
        let (fill, stroke) = (Fill::Solid(SERIES[0].0.tint(150)), Some(Stroke::solid(SERIES[0].0, 0.8)));
        scene.push(Shape::Rect { area, fill, stroke, tag: Tag::tooltip("bar", tooltip) });
    }
}

/// The share of values up to each: a step at the end of each bin that has any.
fn draw_steps(scene: &mut Scene, plot: &Plot, chart: &DistributionChart, all: u64) {
    let (low, high) = chart.range;
    let mut points = vec![(plot.left, plot.bottom), (plot.x(low), plot.bottom)];
    let mut sum = 0;
    for (nth, &count) in chart.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let x = plot.x(low + (high - low) * ((nth as f64 + 0.5) / FINE_BINS as f64));
        points.push((x, points[points.len() - 1].1));
        sum += count;
        points.push((x, plot.y(sum as f64 / all.max(1) as f64 * 100.0)));
    }
    points.push((plot.right, points[points.len() - 1].1));
    let (stroke, tag) = (Some(stroke(0)), Tag::class("line"));
    scene.push(Shape::Polyline { points, fill: Fill::Clear, stroke, tag });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_all_values_once() {
        let figure = ChartQuantity { name: "n".to_owned(), is_time: false };
        let mut chart = DistributionChart {
            about: String::new(),
            figure,
            range: (0.0, 60.0),
            mean: (30.0, None),
            counts: vec![1; FINE_BINS],
            notes: Vec::new(),
        };
        // Twice the cube root of 720 is 17.9: 15 bars of 48 bins, 4 wide each.
        let found = bars(&chart, 720);
        assert_eq!((found.len(), found[0], found[14]), (15, (0.0, 4.0, 48), (56.0, 60.0, 48)));
        assert!(BARS.iter().all(|bars| FINE_BINS.is_multiple_of(*bars)));
        chart.range = (5.0, 5.0);
        assert_eq!(bars(&chart, 720), [(5.0, 5.0, 720)]);
    }
}
