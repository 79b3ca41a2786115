//! A figure over two parameters, as a map with a cell for each point.
//!
//! Decides that cells are of one size, that numbers stand in them if there is room in
//! all, and that what has no number is hatched (a finding) or pale (left out).

use super::super::super::font;
use super::super::super::palette::{ALARM, AXIS, FINDING, INK, NOTHING, PAPER, letters_on, scale_colour};
use super::super::super::png::RenderError;
use super::super::super::scene::{Anchor, Area, Colour, Fill, Scene, Shape, Stroke, Tag};
use super::input::{SweepAxis, SweepChart, SweepPoint, spread};
use super::marker::cross;
use super::page::{Entry, MARGIN, Page, Panel, Plot, SMALL, WIDTH, in_title, left_of, named};
use super::scale::{LABEL, Length, Scale};
use crate::time::format_quantity;

/// The most cells side by side, or one above the other.
const MOST_CELLS: usize = 120;
/// The width of the scale of colours, and how many steps it has.
const SCALE: f64 = 14.0;
const STEPS: usize = 128;

/// A map of the first parameter (to the right) and the second (upwards): dark for
/// small, bright for large, with a scale beside it. An SVG document.
///
/// # Errors
/// If plotters cannot draw, which no input is known to cause.
///
/// # Panics
/// If there are no two axes, or a point has a place that its axis does not have.
pub fn sweep_map(chart: &SweepChart) -> Result<String, RenderError> {
    let [across, up] = [&chart.axes[0], &chart.axes[1]];
    let [columns, rows] = [across, up].map(|axis| spread(axis.values.len(), MOST_CELLS));
    let height = (rows.len() as f64 * 28.0).clamp(150.0, 400.0).ceil();
    let mut notes = chart.notes.clone();
    notes.extend([(across, &columns), (up, &rows)].into_iter().filter_map(left_out));
    let y = Scale::places(up, &rows, Length::Up(height));
    let means = || chart.points.iter().filter_map(|point| point.mean);
    let bounds = (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max));
    let colours = (bounds.0 <= bounds.1).then(|| Scale::numbers(&chart.figure, bounds, Length::Up(height)));
    let labels = colours.as_ref().map_or(0.0, |scale| SCALE + 26.0 + scale.widest());
    let (left, right) = (left_of([&y]), (MARGIN + labels).ceil());
    let x = Scale::places(across, &columns, Length::Across(WIDTH - left - right));
    if colours.is_none() {
        notes.push("No run came to a regular end.".to_owned());
    }
    let cells = Cells { chart, columns, rows, colours };
    let page = Page {
        width: WIDTH,
        title: format!(
            "{} over {} and {}",
            in_title(&chart.figure.name),
            in_title(&across.quantity.name),
            in_title(&up.quantity.name)
        ),
        about: chart.about.clone(),
        description: chart.described(),
        legend: cells.legend(),
        notes,
        panels: vec![Panel { x, y, height, has_grid: false }],
        left,
        right,
    };
    page.draw(|scene, plots| {
        cells.draw(scene, &plots[0]);
        if let Some(colours) = &cells.colours {
            draw_scale(scene, &plots[0], colours);
        }
    })
}

fn left_out((axis, shown): (&SweepAxis, &Vec<usize>)) -> Option<String> {
    let (shown, all) = (shown.len(), axis.values.len());
    (shown < all).then(|| format!("{shown} of the {all} values of {} have cells.", axis.quantity.name))
}

struct Cells<'a> {
    chart: &'a SweepChart,
    /// Which values have cells.
    columns: Vec<usize>,
    rows: Vec<usize>,
    /// `None` if there is no number at all.
    colours: Option<Scale>,
}

impl Cells<'_> {
    fn colour(&self, mean: f64) -> Colour {
        scale_colour(self.colours.as_ref().map_or(0.0, |scale| scale.share(mean)))
    }

    /// The points that have cells, with their column and row.
    fn shown(&self) -> impl Iterator<Item = (usize, usize, &SweepPoint)> {
        self.chart.points.iter().filter_map(|point| {
            let column = self.columns.binary_search(&point.places[0]).ok()?;
            Some((column, self.rows.binary_search(&point.places[1]).ok()?, point))
        })
    }

    fn legend(&self) -> Vec<Entry<'static>> {
        let swatch = |fill: Fill| {
            move |scene: &mut Scene, (x, y): (f64, f64)| {
                let area = Area { x: x - 11.0, y: y - 6.0, width: 22.0, height: 12.0 };
                scene.push(Shape::Rect {
                    area,
                    fill,
                    stroke: Some(Stroke::solid(AXIS, 0.8)),
                    tag: Tag::default(),
                });
            }
        };
        let mut legend = Vec::new();
        if let Some(findings) = self.chart.findings() {
            let found = || self.chart.points.iter().filter(|point| point.finding.is_some());
            if found().any(|point| point.mean.is_none()) {
                legend.push(Entry::new(findings.clone(), swatch(FINDING)));
            }
            if found().any(|point| point.mean.is_some()) {
                legend.push(Entry::new(format!("some runs: {findings}"), draw_cross));
            }
        }
        if self.shown().count() < self.columns.len() * self.rows.len() {
            legend.push(Entry::new("left out", swatch(NOTHING)));
        }
        if self.chart.points.iter().any(|point| point.is_base) {
            legend.push(Entry::new("base", |scene, (x, y)| {
                frame(scene, Area { x: x - 10.0, y: y - 6.0, width: 20.0, height: 12.0 });
            }));
        }
        legend
    }

    fn draw(&self, scene: &mut Scene, plot: &Plot) {
        let width = (plot.right - plot.left) / self.columns.len().max(1) as f64;
        let height = (plot.bottom - plot.top) / self.rows.len().max(1) as f64;
        let area = |column: usize, row: usize| Area {
            x: plot.left + column as f64 * width,
            y: plot.bottom - (row + 1) as f64 * height,
            width,
            height,
        };
        scene.fill(Area::between(plot.left, plot.top, plot.right, plot.bottom), NOTHING, Tag::default());
        let decimals = self.decimals((width - 6.0, height - 3.0));
        // An edge between cells that have room for it.
        let edge = (width.min(height) > 6.0).then_some(Stroke::solid(PAPER, 0.6));
        let mut base = None;
        for (column, row, point) in self.shown() {
            let area = area(column, row);
            // Without an edge they overlap a little, so that no seam is seen.
            let over = if edge.is_none() { 0.5 } else { 0.0 };
            let drawn = Area { y: area.y - over, width: width + over, height: height + over, ..area };
            let fill = point.mean.map_or(FINDING, |mean| Fill::Solid(self.colour(mean)));
            let tag = Tag::tooltip("cell", self.chart.tooltip(point));
            scene.push(Shape::Rect { area: drawn, fill, stroke: edge, tag });
            let middle = (area.x + width / 2.0, area.y + height / 2.0);
            match (point.mean, decimals) {
                (Some(_), _) if point.finding.is_some() => draw_cross(scene, middle),
                (Some(mean), Some(decimals)) => {
                    let text = format_quantity(mean, self.chart.figure.is_time, decimals);
                    let (y, ink) = (middle.1 + LABEL * font::CAPITAL / 2.0, letters_on(self.colour(mean)));
                    scene.text(middle.0, y, LABEL, Anchor::Middle, ink, text);
                }
                _ => {}
            }
            base = base.or(point.is_base.then_some(area));
        }
        if let Some(area) = base {
            // Of a small cell the frame is larger than the cell is.
            let (width, height) = (area.width.max(9.0), area.height.max(9.0));
            let x = area.x + (area.width - width) / 2.0;
            frame(scene, Area { x, y: area.y + (area.height - height) / 2.0, width, height });
        }
    }

    /// With how many decimals all numbers fit into their cells, if they do.
    fn decimals(&self, (width, height): (f64, f64)) -> Option<usize> {
        let fits = |decimals: &usize| {
            let text = |mean| format_quantity(mean, self.chart.figure.is_time, *decimals);
            let mut means = self.shown().filter_map(|(_, _, point)| point.mean);
            height >= LABEL && means.all(|mean| font::width(&text(mean), LABEL) <= width)
        };
        [2, 1].into_iter().find(fits)
    }
}

/// A cross that can be seen on every colour.
fn draw_cross(scene: &mut Scene, (x, y): (f64, f64)) {
    let area = Area { x: x - 5.0, y: y - 5.0, width: 10.0, height: 10.0 };
    scene.fill(area, Fill::Solid(PAPER), Tag::default());
    scene.push(cross((x, y), ALARM, None));
}

/// The frame of the base, seen on dark and on bright cells.
fn frame(scene: &mut Scene, area: Area) {
    for (inset, stroke) in [(0.5, Stroke::solid(INK, 2.0)), (2.0, Stroke::solid(PAPER, 1.0))] {
        let width = (area.width - 2.0 * inset).max(0.0);
        let height = (area.height - 2.0 * inset).max(0.0);
        let area = Area { x: area.x + inset, y: area.y + inset, width, height };
        scene.push(Shape::Rect { area, fill: Fill::Clear, stroke: Some(stroke), tag: Tag::class("base") });
    }
}

/// The colours with what they stand for, right of the plot.
fn draw_scale(scene: &mut Scene, plot: &Plot, colours: &Scale) {
    let (x, height) = (plot.right + 14.0, plot.bottom - plot.top);
    let step = height / STEPS as f64;
    for nth in 0..STEPS {
        let y = plot.bottom - (nth + 1) as f64 * step;
        // They overlap a little, so that no seam is seen.
        let area = Area { x, y, width: SCALE, height: if nth == 0 { step } else { step + 0.5 } };
        let colour = scale_colour(nth as f64 / (STEPS - 1) as f64);
        scene.fill(area, Fill::Solid(colour), Tag::default());
    }
    for (number, label) in &colours.ticks {
        let y = plot.bottom - colours.share(*number) * height;
        scene.line((x + SCALE, y), (x + SCALE + 4.0, y), Stroke::solid(AXIS, 1.0));
        let y = y + LABEL * font::CAPITAL / 2.0;
        scene.text(x + SCALE + 8.0, y, LABEL, Anchor::Start, INK, label.clone());
    }
    let room = (WIDTH - 2.0 * MARGIN) * 0.4 - 2.0 * SMALL;
    named(scene, (WIDTH - MARGIN, plot.top - 11.0), Anchor::End, &colours.name, room);
}
