//! The total-time chart: how long each scenario took, and what its processes
//! did in that time.
//!
//! Decides the rows, what is folded, and what is written at the bars. Plotters
//! draws the grid and the axis; all else is drawn over them, at the same places.

mod backend;
mod layout;
mod plots;
mod time_axis;

pub use layout::{MOST_SCENARIOS, ProcessBar, ScenarioBars};
pub use plots::{
    AgreementChart, AgreementPoint, AxisValue, ChartQuantity, DistributionChart, FINE_BINS, FrontChart,
    FrontPoint, MOST_LINES, ProfileChart, SweepAxis, SweepChart, SweepPoint, agreement_chart,
    distribution_chart, front_chart, marks_chart, profile_chart, sweep_lines, sweep_map,
};

use super::font;
use super::input::{BETWEEN_STEPS, common_settings, length};
use super::palette::{ALARM, AXIS, BETWEEN, Class, GRID, INK, PAPER, QUIET};
use super::png::RenderError;
use super::scene::{Anchor, Area, Fill, Scene, Shape, Stroke, Tag, Text};
use super::svg::svg;
use crate::figure::format_share;
use crate::look::NARROWEST;
use crate::time::Time;
use backend::{SceneBackend, chart_error, fine, letters, rgb, tick};
use layout::{GAP, Group, LINE, Layout, MARGIN, NAME_SIZE, NOTE, ROW, SCENARIO_SIZE, SMALL_SIZE, segments};
use plotters::prelude::{ChartBuilder, IntoDrawingArea, TRANSPARENT};
use time_axis::{LABEL, TimeAxis};

/// Space for the axis under the bars, in pixels.
const BOTTOM: f64 = 46.0;
/// The height of a bar in pixels: slimmer than those of a timeline, which this is not.
const BAR: f64 = 8.0;
/// The font size of the title in pixels.
const TITLE_SIZE: f64 = 17.0;
/// The font size of what stands under it, and of the legend, in pixels.
const UNDER_SIZE: f64 = 10.5;
/// The height of a row of the legend in pixels.
const LEGEND_ROW: f64 = 18.0;
/// What the lengths of bars are.
const MEASURE: &str = "sum of time in each state";

/// Compares scenarios: a bar for each process, stacked by how long it was in each state up to
/// its finish, grouped by scenario, with the total time of each and its
/// speed-up against the first. An SVG document, under a title of its own if none is
/// given, and so many pixels wide, at least 400.
///
/// Past 12 scenarios, and past 8 processes of one, the rest is counted in
/// words; of the processes those stay that finish last, since they make the
/// total time.
///
/// # Errors
/// If plotters cannot draw, which no input is known to cause.
pub fn total_time_chart(
    scenarios: &[ScenarioBars],
    title: Option<&str>,
    width: f64,
) -> Result<String, RenderError> {
    let width = width.max(f64::from(NARROWEST));
    let rows = Layout::new(scenarios, width);
    let title = title.unwrap_or("Total time by scenario");
    let mut scene = Scene::new(width, 0.0, title.to_owned(), describe(scenarios));
    let top = heading(&mut scene, title, scenarios, &rows);
    let bottom = top + f64::from(rows.height);
    scene.height = bottom + BOTTOM + f64::from(rows.notes_height());
    let axis = TimeAxis::new(rows.end, rows.pixels());
    frame(&mut scene, &rows, &axis, (top, bottom))?;
    for group in &rows.groups {
        draw_group(&mut scene, group, &rows, &axis, top);
    }
    for (number, note) in rows.notes.iter().enumerate() {
        let y = bottom + BOTTOM + f64::from(NOTE * (number as i32 + 1)) - 4.0;
        scene.text(MARGIN, y, SMALL_SIZE, Anchor::Start, QUIET, note.clone());
    }
    Ok(svg(&scene))
}

/// Title, what the bars are, and the legend, which shows only what occurs; returns where
/// it ends.
fn heading(scene: &mut Scene, title: &str, scenarios: &[ScenarioBars], rows: &Layout<'_>) -> f64 {
    let room = scene.width - 2.0 * MARGIN;
    let mut y = 12.0;
    for line in font::wrap(title, TITLE_SIZE, room) {
        y += 22.0;
        scene.text(MARGIN, y, TITLE_SIZE, Anchor::Start, INK, line);
    }
    let settings = common_settings(scenarios.iter().map(|scenario| scenario.settings.as_slice()));
    let about = format!("{MEASURE}, up to the end of each process; not a timeline");
    for line in [about, settings].iter().flat_map(|text| font::wrap(text, UNDER_SIZE, room)) {
        y += 16.0;
        scene.text(MARGIN, y, UNDER_SIZE, Anchor::Start, QUIET, line);
    }
    let mut x = MARGIN;
    y += LEGEND_ROW;
    for (sample, text) in entries(rows) {
        let width = 28.0 + font::width(text, UNDER_SIZE);
        if x > MARGIN && x + width > scene.width - MARGIN {
            (x, y) = (MARGIN, y + LEGEND_ROW);
        }
        let middle = y - UNDER_SIZE * font::CAPITAL / 2.0;
        match sample {
            Some(class) => {
                let area = Area { x, y: middle - BAR / 2.0, width: 22.0, height: BAR };
                scene.fill(area, look(class), Tag::default());
            }
            None => {
                let x = x + 11.0;
                scene.line((x, middle - 6.5), (x, middle + 6.5), Stroke::dashed(INK, 1.0, 3.0));
            }
        }
        scene.text(x + 28.0, y, UNDER_SIZE, Anchor::Start, INK, text);
        x += width + 20.0;
    }
    y + 12.0
}

/// The legend: states that occur (`None`: between steps), and the line of the total time.
fn entries(rows: &Layout<'_>) -> Vec<(Option<Option<Class>>, &'static str)> {
    let occurs = |wanted: Option<Class>| {
        let mut bars = rows.groups.iter().flat_map(|group| &group.shown);
        bars.any(|bar| segments(bar).iter().any(|(class, _, _)| *class == wanted))
    };
    let states = [
        (Some(Class::New), "new (not started)"),
        (Some(Class::Running), "running"),
        (Some(Class::Ready), "ready"),
        (Some(Class::Delayed), "delayed"),
        (Some(Class::Blocked(0)), "blocked"),
        (None, BETWEEN_STEPS),
    ];
    let states = states.into_iter().filter(|(class, _)| occurs(*class));
    states.map(|(class, text)| (Some(class), text)).chain([(None, "total time")]).collect()
}

/// How a part of a bar is filled.
fn look(class: Option<Class>) -> Fill {
    class.map_or(Fill::Solid(BETWEEN), Class::fill)
}

/// Grid and axis, by plotters.
fn frame(
    scene: &mut Scene,
    rows: &Layout<'_>,
    axis: &TimeAxis,
    (top, bottom): (f64, f64),
) -> Result<(), RenderError> {
    let below = scene.height - bottom;
    let right = scene.width - rows.right;
    let root = SceneBackend(scene).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_top(fine(top))
        .margin_right(fine(right))
        .margin_bottom(fine(below - BOTTOM + 6.0))
        .x_label_area_size(fine(BOTTOM - 6.0))
        .y_label_area_size(fine(rows.left))
        .build_cartesian_2d(axis.clone(), rows.height..0)
        .map_err(chart_error)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .set_all_tick_mark_size(tick())
        .light_line_style(TRANSPARENT)
        .bold_line_style(rgb(GRID))
        .axis_style(rgb(AXIS))
        .x_desc(axis.name(MEASURE))
        .axis_desc_style(letters(LABEL, QUIET))
        .label_style(letters(LABEL, INK))
        .x_labels(12)
        .draw()
        .map_err(chart_error)?;
    root.present().map_err(chart_error)
}

/// A scenario: its name, the line of its total time, and its bars.
fn draw_group(scene: &mut Scene, group: &Group<'_>, rows: &Layout<'_>, axis: &TimeAxis, top: f64) {
    let x = |time: Time| rows.left + axis.share(time) * rows.pixels();
    let y = |row: i32| top + f64::from(row);
    // No line of the grid runs through the heading.
    let behind = Area::between(rows.left - 1.0, y(group.top) - 1.0, scene.width, y(group.bars) - 1.0);
    scene.fill(behind, Fill::Solid(PAPER), Tag::default());
    group_heading(scene, group, rows, y(group.top) + 16.0);
    let total = x(group.scenario.total_time);
    let ends = (y(group.bars) - 1.0, y(group.bottom));
    scene.line((total, ends.0), (total, ends.1), Stroke::dashed(INK, 1.0, 3.0));
    for (row, bar) in group.shown.iter().enumerate() {
        let middle = y(group.bars + ROW * row as i32) + f64::from(ROW) / 2.0;
        let shapes = segments(bar).into_iter().map(|(class, from, to)| {
            let area = Area::between(x(from), middle - BAR / 2.0, x(to), middle + BAR / 2.0);
            segment(bar, class, to.since(from), area)
        });
        scene.push(Shape::Group { tag: Tag::class("bar"), shapes: shapes.collect() });
        bar_labels(scene, bar, rows, middle);
    }
}

/// The name of a scenario, and what is said of it.
fn group_heading(scene: &mut Scene, group: &Group<'_>, rows: &Layout<'_>, y: f64) {
    let colour = if group.scenario.trouble.is_some() { ALARM } else { QUIET };
    let name = rows.scenarios.shown(&group.scenario.name);
    scene.push(Shape::Text(Text {
        tag: Tag::name("scenario", name, &group.scenario.name),
        ..Text::new(rows.left, y, SCENARIO_SIZE, Anchor::Start, INK, name)
    }));
    let (x, first) = match rows.is_beside {
        true => (rows.left + font::width(name, SCENARIO_SIZE) + 12.0, y),
        false => (rows.left, y + f64::from(LINE)),
    };
    for (number, line) in group.lines.iter().enumerate() {
        let y = first + f64::from(LINE) * number as f64;
        scene.text(x, y, NAME_SIZE, Anchor::Start, colour, line.clone());
    }
}

fn segment(bar: &ProcessBar, class: Option<Class>, nanos: u64, area: Area) -> Shape {
    let name = class.map_or("gap", Class::name);
    let share = format_share(nanos as f64 / bar.until.as_nanos().max(1) as f64);
    let does = class.map_or(BETWEEN_STEPS, Class::name);
    let tooltip = format!("{}: {does} {} ({share})", bar.name, length(nanos));
    Shape::Rect { area, fill: look(class), stroke: None, tag: Tag::tooltip(name, tooltip) }
}

/// The name left of a bar and, in a column of its own, its finish time: behind the bar it
/// would stand at a time that it does not mean, or beyond the line of the total time.
fn bar_labels(scene: &mut Scene, bar: &ProcessBar, rows: &Layout<'_>, middle: f64) {
    let y = middle + NAME_SIZE * font::CAPITAL / 2.0;
    let name = rows.shown.shown(&bar.name);
    scene.push(Shape::Text(Text {
        tag: Tag::name("process", name, &bar.name),
        ..Text::new(rows.names, y, NAME_SIZE, Anchor::End, INK, name)
    }));
    scene.text(rows.left - GAP, y - 0.5, SMALL_SIZE, Anchor::End, QUIET, layout::finish(bar));
}

/// The chart in words.
fn describe(scenarios: &[ScenarioBars]) -> String {
    let lines: Vec<String> = scenarios
        .iter()
        .map(|scenario| {
            let total = length(scenario.total_time.as_nanos());
            match &scenario.trouble {
                Some(trouble) => format!("{}: {trouble} at {total}.", scenario.name),
                None => format!("{}: total time {total}.", scenario.name),
            }
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scenarios_give_a_chart_all_the_same() {
        assert!(total_time_chart(&[], None, 640.0).is_ok());
    }
}
