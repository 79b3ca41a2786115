//! What all charts of a sweep have around their plots: title, legend, axes, notes.
//!
//! Decides the size of the picture and where everything stands, so that nothing covers
//! anything else: texts are wrapped or shortened to the room that there is.

use super::super::super::font;
use super::super::super::palette::{AXIS, GRID, INK, QUIET};
use super::super::super::png::RenderError;
use super::super::super::scene::{Anchor, Colour, Scene, Shape, Tag, Text};
use super::super::super::shorten::{Room, shorten_name};
use super::super::super::svg::svg;
use super::super::backend::{SceneBackend, chart_error, fine, letters, rgb, tick};
use super::scale::{LABEL, Length, Scale};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::{ChartBuilder, DrawingArea, IntoDrawingArea, TRANSPARENT};
use std::ops::Range;

/// The width of a chart in pixels where nothing else is said.
pub(super) const WIDTH: f64 = 640.0;
/// Space between what is drawn and the edge, in pixels.
pub(super) const MARGIN: f64 = 20.0;
const TITLE_SIZE: f64 = 16.0;
/// The font size of what stands beside, in pixels.
pub(super) const SMALL: f64 = 10.5;
/// Above a plot: the name of its upright axis.
const ABOVE: f64 = 24.0;
/// Below a plot: labels and the name of the axis.
const BELOW: f64 = 44.0;
/// The height of a line of text, in pixels.
const LINE: f64 = 15.0;
/// The height of a row of the legend, and the width of a sample in it.
const ROW: f64 = 18.0;
const SAMPLE: f64 = 26.0;
/// The widest text of the legend, in pixels.
const MOST_ENTRY: f64 = 260.0;

/// What is drawn beside a text of the legend, around the middle of its place.
type Sample<'a> = Box<dyn Fn(&mut Scene, (f64, f64)) + 'a>;

/// A line of the legend.
pub(super) struct Entry<'a> {
    pub text: String,
    pub sample: Sample<'a>,
}

impl<'a> Entry<'a> {
    pub(super) fn new(text: impl Into<String>, sample: impl Fn(&mut Scene, (f64, f64)) + 'a) -> Entry<'a> {
        Entry { text: text.into(), sample: Box::new(sample) }
    }
}

/// A plot to be: its axes and its height in pixels.
pub(super) struct Panel {
    pub x: Scale,
    pub y: Scale,
    pub height: f64,
    /// Whether it has lines of a grid.
    pub has_grid: bool,
}

/// A chart to be.
pub(super) struct Page<'a> {
    /// In pixels.
    pub width: f64,
    pub title: String,
    pub about: String,
    pub description: String,
    pub legend: Vec<Entry<'a>>,
    pub notes: Vec<String>,
    /// From top to bottom.
    pub panels: Vec<Panel>,
    /// Space left and right of the plots, in pixels.
    pub left: f64,
    pub right: f64,
}

/// Where a plot is, in pixels.
pub(super) struct Plot {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub panel: Panel,
}

impl Plot {
    /// Where a number stands, horizontally.
    pub(super) fn x(&self, number: f64) -> f64 {
        self.left + self.panel.x.share(number) * (self.right - self.left)
    }

    /// Where a number stands, vertically.
    pub(super) fn y(&self, number: f64) -> f64 {
        self.bottom - self.panel.y.share(number) * (self.bottom - self.top)
    }
}

/// A plot as wide as the page, and the space left and right of it: labels of its upright
/// axis are what the other one leaves room for.
pub(super) fn one_plot(y: Scale, height: f64, x: impl FnOnce(Length) -> Scale) -> Page<'static> {
    let (left, right) = (left_of([&y]), MARGIN + 8.0);
    let x = x(Length::Across(WIDTH - left - right));
    let (title, about, description) = (String::new(), String::new(), String::new());
    let panels = vec![Panel { x, y, height, has_grid: true }];
    Page {
        width: WIDTH,
        title,
        about,
        description,
        legend: Vec::new(),
        notes: Vec::new(),
        panels,
        left,
        right,
    }
}

/// The space that the labels of upright axes take.
pub(super) fn left_of<'s>(scales: impl IntoIterator<Item = &'s Scale>) -> f64 {
    (MARGIN + scales.into_iter().map(Scale::widest).fold(16.0, f64::max) + 10.0).ceil()
}

impl Page<'_> {
    /// Draws it all; `fill` draws what is in the plots.
    ///
    /// # Errors
    /// If plotters cannot draw, which no input is known to cause.
    pub(super) fn draw(mut self, fill: impl FnOnce(&mut Scene, &[Plot])) -> Result<String, RenderError> {
        let room = self.width - 2.0 * MARGIN;
        let title = font::wrap(&self.title, TITLE_SIZE, room);
        let about = font::wrap(&self.about, SMALL, room);
        let notes: Vec<String> = self.notes.iter().flat_map(|note| font::wrap(note, SMALL, room)).collect();
        let legend = std::mem::take(&mut self.legend);
        let rows = rows(&legend, self.width);
        let about_top = 29.0 + 20.0 * title.len() as f64;
        let legend_top = about_top - 9.0 + LINE * about.len() as f64;
        let mut y = legend_top;
        y += ROW * rows.last().map_or(0.0, |(row, _)| row + 1.0);
        let mut plots = Vec::new();
        for panel in std::mem::take(&mut self.panels) {
            let (top, bottom) = (y + ABOVE, y + ABOVE + panel.height);
            plots.push(Plot { left: self.left, right: self.width - self.right, top, bottom, panel });
            y = bottom + BELOW;
        }
        let height = (y + LINE * notes.len() as f64 + 10.0).ceil();
        let mut scene = Scene::new(self.width, height, self.title.clone(), self.description.clone());
        {
            let root = SceneBackend(&mut scene).into_drawing_area();
            for plot in &plots {
                draw_axes(&root, plot, (self.width, height))?;
            }
            root.present().map_err(chart_error)?;
        }
        lines(&mut scene, title, (30.0, 20.0), (TITLE_SIZE, INK));
        lines(&mut scene, about, (about_top, LINE), (SMALL, QUIET));
        for (entry, (row, x)) in legend.iter().zip(&rows) {
            let middle = legend_top + ROW * row + ROW / 2.0;
            (entry.sample)(&mut scene, (x + SAMPLE / 2.0, middle));
            named(&mut scene, (x + SAMPLE + 4.0, middle + 4.0), Anchor::Start, &entry.text, MOST_ENTRY);
        }
        plots.iter().for_each(|plot| name_axes(&mut scene, plot));
        fill(&mut scene, &plots);
        lines(&mut scene, notes, (y + LINE - 4.0, LINE), (SMALL, QUIET));
        Ok(svg(&scene))
    }
}

/// Lines of text, the first at a height, with so much between them.
fn lines(scene: &mut Scene, lines: Vec<String>, (first, step): (f64, f64), (size, colour): (f64, Colour)) {
    for (nth, line) in lines.into_iter().enumerate() {
        scene.text(MARGIN, first + step * nth as f64, size, Anchor::Start, colour, line);
    }
}

/// The names of the axes of a plot, and the labels of its upright one.
fn name_axes(scene: &mut Scene, plot: &Plot) {
    let Panel { x, y, .. } = &plot.panel;
    let (middle, room) = ((plot.left + plot.right) / 2.0, plot.right - plot.left);
    named(scene, (middle, plot.bottom + 34.0), Anchor::Middle, &x.name, room);
    let room = (scene.width - 2.0 * MARGIN) * 0.6;
    named(scene, (MARGIN, plot.top - 11.0), Anchor::Start, &y.name, room);
    for (number, label) in &y.ticks {
        let baseline = plot.y(*number) + LABEL * font::CAPITAL / 2.0;
        scene.text(plot.left - 9.0, baseline, LABEL, Anchor::End, INK, label.clone());
    }
}

/// A name in a title, as long as a title of three names can have it.
pub(super) fn in_title(name: &str) -> String {
    shorten_name(name, Room::pixels(240.0, TITLE_SIZE))
}

/// A name, shortened to the room that there is.
pub(super) fn named(scene: &mut Scene, (x, y): (f64, f64), anchor: Anchor, name: &str, room: f64) {
    let text = shorten_name(name, Room::pixels(room, SMALL));
    let tooltip = (text != name).then(|| name.to_owned());
    let (size, colour, halo) = (SMALL, INK, None);
    let tag = Tag { tooltip, ..Tag::default() };
    scene.push(Shape::Text(Text { x, y, text, size, anchor, colour, halo, tag }));
}

/// By entry of a legend, in which row it is and where it begins.
fn rows(legend: &[Entry<'_>], page: f64) -> Vec<(f64, f64)> {
    let (mut row, mut x) = (0.0, MARGIN);
    let place = |entry: &Entry<'_>| {
        let width = SAMPLE + 4.0 + font::width(&entry.text, SMALL).min(MOST_ENTRY) + 18.0;
        if x > MARGIN && x + width - 18.0 > page - MARGIN {
            (row, x) = (row + 1.0, MARGIN);
        }
        let placed = (row, x);
        x += width;
        placed
    };
    legend.iter().map(place).collect()
}

/// The axis of plotters with our ticks, and with labels if it `is_labelled`: those of
/// upright axes would stand above their ticks.
struct Axis {
    scale: Scale,
    is_labelled: bool,
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, number: &f64, (from, to): (i32, i32)) -> i32 {
        from + (f64::from(to - from) * self.scale.share(*number)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.scale.ticks.iter().map(|(number, _)| *number).collect()
    }

    fn range(&self) -> Range<f64> {
        let (low, high) = self.scale.range();
        low..high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, number: &f64) -> String {
        let mut ticks = self.scale.ticks.iter().filter(|_| self.is_labelled);
        let tick = ticks.find(|(at, _)| at == number);
        tick.map_or(String::new(), |(_, label)| font::written(label).into_owned())
    }
}

/// Grid, axes and their labels, by plotters.
fn draw_axes(
    root: &DrawingArea<SceneBackend<'_>, Shift>,
    plot: &Plot,
    (width, height): (f64, f64),
) -> Result<(), RenderError> {
    let axis = |scale: &Scale, is_labelled| Axis { scale: scale.clone(), is_labelled };
    let mut chart = ChartBuilder::on(root)
        .margin_top(fine(plot.top))
        .margin_right(fine(width - plot.right))
        .margin_bottom(fine(height - plot.bottom - BELOW))
        .x_label_area_size(fine(BELOW))
        .y_label_area_size(fine(plot.left))
        .build_cartesian_2d(axis(&plot.panel.x, true), axis(&plot.panel.y, false))
        .map_err(chart_error)?;
    let mut mesh = chart.configure_mesh();
    if !plot.panel.has_grid {
        mesh.disable_mesh();
    }
    mesh.set_all_tick_mark_size(tick())
        .light_line_style(TRANSPARENT)
        .bold_line_style(rgb(GRID))
        .axis_style(rgb(AXIS))
        .label_style(letters(LABEL, INK))
        .draw()
        .map_err(chart_error)
}
