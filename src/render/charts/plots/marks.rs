//! The values of marks over virtual time: a plot for each mark that carries numbers.
//!
//! Decides how many marks have plots, and that of very many values each column of
//! pixels shows the lowest and the highest.

use super::super::super::palette::SERIES;
use super::super::super::png::RenderError;
use super::super::super::scene::{Area, Fill, Scene, Shape, Tag};
use super::input::ChartQuantity;
use super::marker::{dot, half_dot};
use super::page::{Entry, MARGIN, Page, Panel, Plot, left_of};
use super::scale::{Length, Scale};
use crate::figure::{counted, so_many};
use crate::ids::ProcessId;
use crate::look::NARROWEST;
use crate::trace::{Header, Kind, MarkInfo, Trace};
use crate::value::{Type, Value};

/// At most so many marks have plots: those that carried the most values.
const MOST_MARKS: usize = 8;
/// Of more values than this, columns are drawn.
const MOST_DOTS: usize = 2_000;
/// The height of a plot in pixels.
const HEIGHT: f64 = 110.0;
/// The width of a column in pixels.
const COLUMN: f64 = 1.0;

/// What a mark carried.
struct Series {
    quantity: ChartQuantity,
    /// The time in nanoseconds, the value, and who passed the mark.
    points: Vec<(f64, f64, ProcessId)>,
}

/// Draws the values of the marks of a run over virtual time, one plot for each mark that
/// carried numbers or durations, under a title and in a width in pixels, of which at least 400
/// are used. `None` if no mark carried any. An SVG document.
///
/// # Errors
/// If plotters cannot draw, which no input is known to cause.
pub fn marks_chart(trace: &Trace, title: &str, width: f64) -> Option<Result<String, RenderError>> {
    let mut series = series(trace);
    series.retain(|series| !series.points.is_empty());
    let mut notes = Vec::new();
    if series.len() > MOST_MARKS {
        notes.push(format!("Of {} marks the {MOST_MARKS} with the most values are shown.", series.len()));
        let mut counts: Vec<usize> = series.iter().map(|series| series.points.len()).collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        let least = counts[MOST_MARKS - 1];
        // Of marks with as many values, those that the scenario names first.
        let mut as_many = MOST_MARKS - counts.iter().filter(|&&count| count > least).count();
        series.retain(|series| match series.points.len() {
            count if count > least => true,
            count if count == least && as_many > 0 => {
                as_many -= 1;
                true
            }
            _ => false,
        });
    }
    (!series.is_empty()).then(|| draw(&series, trace, (title, width.max(f64::from(NARROWEST))), notes))
}

fn series(trace: &Trace) -> Vec<Series> {
    let of_mark = |info: &MarkInfo| Series {
        quantity: ChartQuantity { name: info.name.clone(), is_time: info.ty == Some(Type::Duration) },
        points: Vec::new(),
    };
    let mut series: Vec<Series> = trace.header.marks.iter().map(of_mark).collect();
    let is_number = |ty: Option<Type>| ty.is_some_and(|ty| ty != Type::Bool);
    for event in trace.events.iter().filter(|event| event.kind == Kind::Mark) {
        let mark = event.subject as usize;
        if is_number(trace.header.marks[mark].ty) {
            let value = number(Value::from_word(event.ty, event.value));
            series[mark].points.push((event.time.as_nanos() as f64, value, event.process));
        }
    }
    series
}

/// A value as axes count it: durations in nanoseconds.
fn number(value: Value) -> f64 {
    match value {
        Value::Duration(nanos) => nanos as f64,
        value => value.as_f64(),
    }
}

fn draw(
    series: &[Series],
    trace: &Trace,
    (title, width): (&str, f64),
    notes: Vec<String>,
) -> Result<String, RenderError> {
    let upright: Vec<Scale> = series.iter().map(Series::upright).collect();
    let (left, right) = (left_of(&upright), MARGIN + 8.0);
    let end = trace.end.as_nanos() as f64;
    let time = ChartQuantity { name: "time".to_owned(), is_time: true };
    let x = || Scale::numbers(&time, (0.0, end.max(1.0)), Length::Across(width - left - right));
    let panel = |y: Scale| Panel { x: x(), y, height: HEIGHT, has_grid: true };
    let count =
        |series: &Series| format!("{} of {}", counted(series.points.len() as u64), series.quantity.name);
    let counts: Vec<String> = series.iter().map(count).collect();
    let dots = series.iter().filter(|series| !series.is_dense()).map(|series| half_dot(series.points.len()));
    let largest_dot = dots.reduce(f64::max);
    let columns = series.iter().any(Series::is_dense);
    let mut legend = Vec::new();
    // Dots alone explain themselves.
    if let Some(half) = largest_dot.filter(|_| columns) {
        legend.push(Entry::new("a value", move |scene, at| scene.push(dot(at, half, None))));
    }
    if columns {
        legend.push(Entry::new("from the lowest to the highest value", |scene, (x, y)| {
            scene.push(column(x - 2.0, y - 7.0, y + 7.0, 4.0));
        }));
    }
    let page = Page {
        width,
        title: title.to_owned(),
        about: format!("values: {}", counts.join(", ")),
        description: series.iter().map(Series::described).collect::<Vec<_>>().join("\n"),
        legend,
        notes,
        panels: upright.into_iter().map(panel).collect(),
        left,
        right,
    };
    page.draw(|scene, plots| {
        for (series, plot) in series.iter().zip(plots) {
            series.draw(scene, plot, &trace.header);
        }
    })
}

impl Series {
    fn is_dense(&self) -> bool {
        self.points.len() > MOST_DOTS
    }

    /// The lowest and the highest value.
    fn range(&self) -> (f64, f64) {
        let values = self.points.iter().map(|(_, value, _)| *value);
        values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    }

    fn upright(&self) -> Scale {
        Scale::upright(&self.quantity, self.range(), HEIGHT)
    }

    fn described(&self) -> String {
        let (low, high) = self.range();
        let (low, high) = (self.quantity.told(low), self.quantity.told(high));
        let values = so_many(self.points.len() as u64, "value");
        format!("{}: {values} from {low} to {high}", self.quantity.name)
    }

    fn draw(&self, scene: &mut Scene, plot: &Plot, header: &Header) {
        if self.is_dense() {
            return self.columns(plot).into_iter().for_each(|shape| scene.push(shape));
        }
        let half = half_dot(self.points.len());
        for (time, value, who) in &self.points {
            let time_told = ChartQuantity { name: String::new(), is_time: true }.told(*time);
            let who = header.process_name(*who);
            let told = format!("{} = {}, {who}, {time_told}", self.quantity.name, self.quantity.told(*value));
            scene.push(dot((plot.x(*time), plot.y(*value)), half, Some(told)));
        }
    }

    /// By column of pixels with any values, from the lowest to the highest of them.
    fn columns(&self, plot: &Plot) -> Vec<Shape> {
        let mut columns: Vec<(f64, f64, f64)> = Vec::new();
        for (time, value, _) in &self.points {
            let x = plot.left + ((plot.x(*time) - plot.left) / COLUMN).floor() * COLUMN;
            let y = plot.y(*value);
            // Events are in order of time, so a column is complete when the next begins.
            match columns.last_mut() {
                Some((at, top, bottom)) if *at == x => (*top, *bottom) = (top.min(y), bottom.max(y)),
                _ => columns.push((x, y, y)),
            }
        }
        // One value that stands alone would be a single pixel.
        let is_alone = |nth: usize| {
            let (x, top, bottom) = columns[nth];
            let apart = |other: Option<&(f64, f64, f64)>| {
                other.is_none_or(|other| (other.0 - x).abs() > 2.0 * COLUMN)
            };
            let before = nth.checked_sub(1).and_then(|before| columns.get(before));
            bottom - top < 1.0 && apart(before) && apart(columns.get(nth + 1))
        };
        let shape = |(nth, &(x, top, bottom)): (usize, &(f64, f64, f64))| match is_alone(nth) {
            true => dot((x + COLUMN / 2.0, (top + bottom) / 2.0), half_dot(MOST_DOTS), None),
            false => column(x, top - 0.5, bottom + 0.5, COLUMN),
        };
        columns.iter().enumerate().map(shape).collect()
    }
}

fn column(x: f64, top: f64, bottom: f64, width: f64) -> Shape {
    let area = Area::between(x, top, x + width, bottom);
    Shape::Rect { area, fill: Fill::Solid(SERIES[0].0), stroke: None, tag: Tag::class("column") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{cut_trace, two_stage_trace};

    #[test]
    fn each_value_of_a_mark_is_a_dot_of_its_own() {
        let trace = two_stage_trace();
        let passed = trace.events.iter().filter(|event| event.kind == Kind::Mark).count();
        let document =
            marks_chart(&trace, "two stages", 640.0).expect("a mark with values").expect("a chart");
        assert_eq!(document.matches("class=\"value\"").count(), passed);
        assert!(document.contains("latency"), "{document}");
        assert!(passed > 0 && marks_chart(&cut_trace(), "cut", 640.0).is_some() == has_marks(&cut_trace()));
    }

    #[test]
    fn durations_are_counted_in_nanoseconds() {
        assert_eq!(number(Value::Duration(1_500_000_000)), 1.5e9);
        assert_eq!(number(Value::Int(-3)), -3.0);
    }

    fn has_marks(trace: &Trace) -> bool {
        trace.events.iter().any(|event| event.kind == Kind::Mark)
    }

    #[test]
    fn of_very_many_values_a_column_shows_the_lowest_and_the_highest() {
        let quantity = ChartQuantity { name: "n".to_owned(), is_time: false };
        let points = (0..100_000).map(|n| (f64::from(n), f64::from(n % 100), ProcessId(0))).collect();
        let series = Series { quantity, points };
        let x = Scale::numbers(&series.quantity, (0.0, 100_000.0), Length::Across(500.0));
        let panel = Panel { x, y: series.upright(), height: HEIGHT, has_grid: true };
        let plot = Plot { left: 50.0, right: 550.0, top: 10.0, bottom: 10.0 + HEIGHT, panel };
        let columns = series.columns(&plot);
        assert!(series.is_dense() && (499..=501).contains(&columns.len()), "{}", columns.len());
        let (low, high) = (plot.y(99.0) - 0.5, plot.y(0.0) + 0.5);
        let is_whole = |shape: &Shape| matches!(shape, Shape::Rect { area, .. } if area.y == low && (area.y + area.height - high).abs() < 1e-9);
        assert!(columns.iter().all(is_whole));
    }
}
