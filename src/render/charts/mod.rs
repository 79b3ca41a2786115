//! The total-time chart: how long each scenario took, and what its processes
//! did in that time.
//!
//! Decides the rows, what is folded, and what is written at the bars. Plotters
//! draws the frame, the grid, the axis and the bars' ground; since its SVG has
//! whole pixels and no hatchings, the hatchings, labels and tooltips are laid
//! over it from a scene of our own, at the places that plotters says.

mod layout;
mod plots;
mod style;
mod time_axis;

pub use layout::{MOST_SCENARIOS, ProcessBar, ScenarioBars};
pub use plots::{
    AgreementChart, AgreementPoint, AxisValue, ChartQuantity, DistributionChart, FINE_BINS, FrontChart,
    FrontPoint, MOST_LINES, ProfileChart, SweepAxis, SweepChart, SweepPoint, agreement_chart,
    distribution_chart, front_chart, marks_chart, profile_chart, sweep_lines, sweep_map,
};

use super::font;
use super::input::{BETWEEN_STEPS, LEAST_GAP, common_settings, compared, exact_or_about, length};
use super::palette::{ALARM, AXIS, BETWEEN, Class, GRID, INK, PAPER, QUIET};
use super::png::RenderError;
use super::scene::{Anchor, Area, Fill, Scene, Shape, Stroke, Tag, Text};
use super::shorten::{Names, Room};
use super::svg::overlay;
use crate::figure::format_share;
use crate::time::Time;
use layout::{Group, HEAD, Layout, MARGIN, NAME_SIZE, NOTE, ROW, SMALL_SIZE, WIDTH, segments};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordi32;
use plotters::prelude::{
    Cartesian2d, ChartBuilder, ChartContext, Color, DrawingArea, IntoDrawingArea, Rectangle, SVGBackend,
    TRANSPARENT,
};
use style::{chart_error, letters, rgb};
use time_axis::{LABEL, TimeAxis};

/// Space for title and legend above the bars.
const TOP: i32 = 76;
/// Space for the axis under the bars.
const BOTTOM: i32 = 46;
/// The height of a bar in pixels.
const BAR: i32 = 12;

/// Compares scenarios: a bar for each process, stacked by what it did up to
/// its finish, grouped by scenario, with the total time of each and its
/// speed-up against the first. An SVG document.
///
/// Past 12 scenarios, and past 8 processes of one, the rest is counted in
/// words; of the processes those stay that finish last, since they make the
/// total time.
///
/// # Errors
/// If plotters cannot draw, which no input is known to cause.
pub fn total_time_chart(scenarios: &[ScenarioBars]) -> Result<String, RenderError> {
    let rows = Layout::new(scenarios);
    let headings = Headings::new(&rows);
    let height = (TOP + rows.height + BOTTOM + rows.notes_height()) as u32;
    let mut scene = Scene::new(f64::from(WIDTH), f64::from(height), TITLE.to_owned(), describe(scenarios));
    let mut document = String::new();
    {
        let root = SVGBackend::with_string(&mut document, (WIDTH, height)).into_drawing_area();
        let chart = frame(&root, &rows)?;
        for group in &rows.groups {
            draw_group(&chart, &mut scene, group, &rows, &headings)?;
        }
        root.present().map_err(chart_error)?;
    }
    heading(&mut scene, &rows);
    let settings = common_settings(scenarios.iter().map(|scenario| scenario.settings.as_slice()));
    if !settings.is_empty() {
        let x = MARGIN + font::width(TITLE, TITLE_SIZE) + 12.0;
        let settings = font::shorten(&settings, NAME_SIZE, f64::from(WIDTH) - MARGIN - x);
        scene.text(x, TITLE_Y, NAME_SIZE, Anchor::Start, QUIET, settings);
    }
    for (number, note) in rows.notes.iter().enumerate() {
        let y = f64::from(TOP + rows.height + BOTTOM + NOTE * (number as i32 + 1)) - 4.0;
        scene.text(MARGIN, y, 10.0, Anchor::Start, QUIET, note.clone());
    }
    Ok(overlay(&document, &scene))
}

const TITLE: &str = "Total time by scenario";
/// Its font size in pixels.
const TITLE_SIZE: f64 = 17.0;
/// Where its letters stand, in pixels from the top.
const TITLE_Y: f64 = 34.0;

type Plot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<TimeAxis, RangedCoordi32>>;

/// Grid and axis, by plotters.
fn frame<'a, 'b>(
    root: &'a DrawingArea<SVGBackend<'b>, Shift>,
    rows: &Layout<'_>,
) -> Result<Plot<'a, 'b>, RenderError> {
    let axis = TimeAxis::new(rows.end, rows.pixels());
    let unit = axis.name();
    let margin_below = rows.notes_height() + 6;
    let mut chart = ChartBuilder::on(root)
        .margin_top(TOP)
        .margin_right(rows.right as i32)
        .margin_bottom(margin_below)
        .x_label_area_size(BOTTOM - 6)
        .y_label_area_size(rows.names)
        .build_cartesian_2d(axis, rows.height..0)
        .map_err(chart_error)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(TRANSPARENT)
        .bold_line_style(rgb(GRID))
        .axis_style(rgb(AXIS))
        .x_desc(unit)
        .axis_desc_style(letters(LABEL, QUIET))
        .label_style(letters(LABEL, INK))
        .x_labels(12)
        .draw()
        .map_err(chart_error)?;
    Ok(chart)
}

/// A scenario: what plotters draws of it, and what lies over that.
fn draw_group(
    chart: &Plot<'_, '_>,
    scene: &mut Scene,
    group: &Group<'_>,
    rows: &Layout<'_>,
    headings: &Headings,
) -> Result<(), RenderError> {
    let total = group.scenario.total_time;
    let bottom = group.top + HEAD + ROW * group.shown.len() as i32;
    let plot = chart.plotting_area();
    let place = |time: Time, y: i32| {
        let (x, y) = plot.map_coordinate(&(time, y));
        (f64::from(x), f64::from(y))
    };
    let (left, head) = place(Time::ZERO, group.top + HEAD - 6);
    // No line of the grid runs through the heading.
    let (right, _) = place(rows.end, 0);
    let behind = Area::between(left - 1.0, place(Time::ZERO, group.top).1 - 1.0, right + 1.0, head + 5.0);
    scene.fill(behind, Fill::Solid(PAPER), Tag::default());
    headings.draw(scene, group.scenario, rows.first, (left, head));
    let (x, y0) = place(total, group.top + HEAD - 1);
    let (_, y1) = place(total, bottom);
    scene.line((x, y0), (x, y1), Stroke::dashed(INK, 1.0, 3.0));
    for (row, bar) in group.shown.iter().enumerate() {
        let top = group.top + HEAD + ROW * row as i32;
        let segments = segments(bar);
        for &(class, from, to) in &segments {
            let ground = match class.map_or(Fill::Solid(BETWEEN), Class::fill) {
                Fill::Hatched(hatch) => hatch.ground,
                Fill::Solid(colour) => colour,
                Fill::Clear => continue,
            };
            let area = Rectangle::new([(from, top), (to, top + BAR)], rgb(ground).filled());
            plot.draw(&area).map_err(chart_error)?;
        }
        let ((_, y0), (_, y1)) = (place(Time::ZERO, top), place(Time::ZERO, top + BAR));
        let shapes = segments.iter().map(|&(class, from, to)| {
            let area = Area::between(place(from, top).0, y0, place(to, top).0, y1);
            segment(bar, class, to.since(from), area)
        });
        scene.push(Shape::Group { tag: Tag::class("bar"), shapes: shapes.collect() });
        let name = rows.shown.shown(&bar.name);
        bar_labels(scene, (bar, name), left, (place(bar.until, top).0, x), (y0 + y1) / 2.0);
    }
    Ok(())
}

fn segment(bar: &ProcessBar, class: Option<Class>, nanos: u64, area: Area) -> Shape {
    let fill = match class.map(Class::fill) {
        Some(fill @ Fill::Hatched(_)) => fill,
        _ => Fill::Clear,
    };
    let name = class.map_or("gap", Class::name);
    let share = format_share(nanos as f64 / bar.until.as_nanos().max(1) as f64);
    let does = class.map_or(BETWEEN_STEPS, Class::name);
    let tooltip = format!("{}: {does} {} ({share})", bar.name, length(nanos));
    let stroke = class.map(Class::edge).unwrap_or(Stroke::solid(AXIS, 0.8));
    let area = Area { x: area.x + 0.4, width: (area.width - 0.8).max(0.0), ..area };
    Shape::Rect { area, fill, stroke: Some(stroke), tag: Tag::tooltip(name, tooltip) }
}

/// The font size of the name of a scenario, in pixels.
const SCENARIO_SIZE: f64 = 13.0;

/// The headings of the scenarios: how their names are shown.
struct Headings(Names);

impl Headings {
    /// The headings, as short as the longest line beside one of them makes them.
    fn new(rows: &Layout<'_>) -> Headings {
        let lines = rows.groups.iter().map(|group| heading_line(group.scenario, rows.first));
        let beside = lines.map(|line| font::width(&line, NAME_SIZE)).fold(0.0, f64::max);
        let room = f64::from(WIDTH) - MARGIN - f64::from(rows.names) - beside - 12.0;
        let names = rows.groups.iter().map(|group| group.scenario.name.clone());
        Headings(Names::new(names, Room::pixels(room, SCENARIO_SIZE)))
    }

    fn draw(
        &self,
        scene: &mut Scene,
        scenario: &ScenarioBars,
        first: Option<&ScenarioBars>,
        (x, y): (f64, f64),
    ) {
        let colour = if scenario.trouble.is_some() { ALARM } else { QUIET };
        let name = self.0.shown(&scenario.name);
        let beside = x + font::width(name, SCENARIO_SIZE) + 12.0;
        scene.push(Shape::Text(Text {
            tag: Tag::name("scenario", name, &scenario.name),
            ..Text::new(x, y, SCENARIO_SIZE, Anchor::Start, INK, name)
        }));
        scene.text(beside, y, NAME_SIZE, Anchor::Start, colour, heading_line(scenario, first));
    }
}

/// What stands beside the name of a scenario.
fn heading_line(scenario: &ScenarioBars, first: Option<&ScenarioBars>) -> String {
    let total = length(scenario.total_time.as_nanos());
    let line = match &scenario.trouble {
        Some(trouble) => format!("{trouble} at {total}"),
        None => format!("total time {total}"),
    };
    // The first has none, nor has a run that did not get there.
    let others = first.filter(|first| !std::ptr::eq(*first, scenario));
    line + &compared(others.and_then(completed), completed(scenario))
}

/// The total time of a scenario that completed.
fn completed(scenario: &ScenarioBars) -> Option<Time> {
    scenario.trouble.is_none().then_some(scenario.total_time)
}

/// The name left of a bar and its finish time right of it: where the bar ends,
/// or behind the line of the total time if that would cross the text.
fn bar_labels(
    scene: &mut Scene,
    (bar, name): (&ProcessBar, &str),
    left: f64,
    (end, total): (f64, f64),
    middle: f64,
) {
    let y = middle + NAME_SIZE * font::CAPITAL / 2.0;
    scene.push(Shape::Text(Text {
        tag: Tag::name("process", name, &bar.name),
        ..Text::new(left - 8.0, y, NAME_SIZE, Anchor::End, INK, name)
    }));
    let text = exact_or_about(bar.until.as_nanos());
    let crossed = end < total && total <= end + 5.0 + font::width(&text, SMALL_SIZE) + LEAST_GAP;
    let x = if crossed { total } else { end } + 5.0;
    let text = Text::new(x, y - 0.5, SMALL_SIZE, Anchor::Start, QUIET, text);
    scene.push(Shape::Text(Text { halo: Some(PAPER), ..text }));
}

/// Title and legend; the legend shows only what occurs.
fn heading(scene: &mut Scene, rows: &Layout<'_>) {
    scene.text(MARGIN, TITLE_Y, TITLE_SIZE, Anchor::Start, INK, TITLE);
    let occurs = |wanted: Option<Class>| {
        let mut bars = rows.groups.iter().flat_map(|group| &group.shown);
        bars.any(|bar| segments(bar).iter().any(|(class, _, _)| *class == wanted))
    };
    let entries = [
        (Some(Class::New), "new (not started)"),
        (Some(Class::Running), "running"),
        (Some(Class::Ready), "ready"),
        (Some(Class::Delayed), "delayed"),
        (Some(Class::Blocked(0)), "blocked"),
        (None, BETWEEN_STEPS),
    ];
    let (mut x, top) = (MARGIN, 48.0);
    let baseline = top + 9.0;
    for (class, text) in entries.into_iter().filter(|(class, _)| occurs(*class)) {
        let area = Area { x: x + 0.4, y: top + 0.4, width: 21.2, height: 10.2 };
        let stroke = Some(class.map_or(Stroke::solid(AXIS, 0.8), Class::edge));
        let fill = class.map_or(Fill::Solid(BETWEEN), Class::fill);
        scene.push(Shape::Rect { area, fill, stroke, tag: Tag::default() });
        scene.text(x + 28.0, baseline, 10.5, Anchor::Start, INK, text);
        x += 28.0 + font::width(text, 10.5) + 20.0;
    }
    scene.line((x + 11.0, top - 1.0), (x + 11.0, top + 12.0), Stroke::dashed(INK, 1.0, 3.0));
    scene.text(x + 20.0, baseline, 10.5, Anchor::Start, INK, "total time");
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
        assert!(total_time_chart(&[]).is_ok());
    }
}
