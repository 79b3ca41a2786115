//! The levels of buffers and semaphores as step lines under the lanes.
//!
//! Decides the scale of each, and how a line with more steps than pixels is
//! thinned: a band from the lowest to the highest level of every pixel column,
//! so that no peak is lost, and the mean over time as a line. Does not decide
//! which levels are shown.

use super::super::dense::{self, Scale};
use super::super::font;
use super::super::input::{GanttInput, LevelSeries, Levels, Still};
use super::super::palette::{AXIS, INK, LEVEL, LEVEL_BAND, QUIET, UNDER_LEVEL};
use super::super::scene::{Anchor, Area, Fill, Shape, Stroke, Tag, Text};
use super::page::{NAME_SIZE, Page, SMALL_SIZE};
use crate::figure::verb;
use crate::time::Time;

/// The height of a panel, without the gap under it, in pixels.
const HEIGHT: f64 = 38.0;
/// The distance from panel to panel.
const PITCH: f64 = HEIGHT + 16.0;
/// A capacity this many times the highest level would flatten the line; it is
/// said in words only.
const FLAT: u64 = 4;

/// The height of all panels of a run.
pub(super) fn height(page: &Page<'_>, input: &GanttInput<'_>) -> f64 {
    PITCH * input.interesting_levels(page.style.most_levels).shown.len() as f64
}

/// Draws the panels.
pub(super) fn draw(page: &mut Page<'_>, input: &GanttInput<'_>) {
    let Levels { shown, left_out, still } = input.interesting_levels(page.style.most_levels);
    for series in shown {
        panel(page, input, series);
        page.y += PITCH;
    }
    if left_out > 0 {
        let most = page.style.most_levels;
        let are = verb(left_out, "are");
        page.notes.push(format!(
            "Levels: the {most} that processes waited for longest; {left_out} more {are} not shown."
        ));
    }
    page.notes.extend(still_note(input, &still));
}

/// Which levels are not shown since no change of them lasts, and why that may be so although
/// processes waited.
fn still_note(input: &GanttInput<'_>, still: &[Still<'_>]) -> Option<String> {
    const MOST_NAMES: usize = 3;
    let why = match still.iter().any(|still| still.is_waited_for) {
        true => " (what one process gives, another that waits takes at once)",
        false => "",
    };
    let names: Vec<String> = still.iter().map(|still| input.resource_name(still.series.resource)).collect();
    match names.as_slice() {
        [] => None,
        [name] => {
            let level = still[0].series.lasting();
            Some(format!("Level of {name} not shown: it stays at {level}, or changes only in passing{why}."))
        }
        names if names.len() <= MOST_NAMES => Some(format!(
            "Levels of {} not shown: they stay as they are, or change only in passing{why}.",
            names.join(", ")
        )),
        names => Some(format!(
            "Levels of {} resources not shown: they stay as they are, or change only in passing{why}.",
            names.len()
        )),
    }
}

/// What is to be said about one level.
struct Facts {
    highest: u64,
    lowest: u64,
    last: u64,
    /// The level at the upper edge of the panel; at least 1.
    top: u64,
    /// The capacity, if its line is drawn.
    line_at: Option<u64>,
}

fn facts(input: &GanttInput<'_>, series: &LevelSeries) -> Facts {
    let levels = || series.steps.iter().map(|step| step.1);
    let highest = series.highest();
    let near = |capacity: &u64| *capacity <= highest.saturating_mul(FLAT).max(1);
    let line_at = input.bound(series.resource).filter(near);
    Facts {
        highest,
        lowest: levels().min().unwrap_or(0),
        last: levels().next_back().unwrap_or(0),
        top: highest.max(line_at.unwrap_or(0)).max(series.capacities().map_or(0, |(_, most)| most)).max(1),
        line_at,
    }
}

/// The labels of a panel, left of it and right of it: the page makes room.
pub(super) fn labels(input: &GanttInput<'_>, series: &LevelSeries) -> ([(String, f64); 2], String) {
    let name = input.resource_name(series.resource);
    let kind = input.kind(series.resource).map_or("", |kind| kind.name());
    let kind = match (input.bound(series.resource), series.capacities()) {
        (_, Some((least, most))) => format!("{kind} of {least} to {most}"),
        (Some(capacity), None) => format!("{kind} of {capacity}"),
        (None, None) => kind.to_owned(),
    };
    ([(name, NAME_SIZE), (kind, SMALL_SIZE)], facts(input, series).top.to_string())
}

fn panel(page: &mut Page<'_>, input: &GanttInput<'_>, series: &LevelSeries) {
    let facts = facts(input, series);
    let (top, bottom) = (page.y + 4.0, page.y + 4.0 + HEIGHT);
    let y = |level: f64| bottom - HEIGHT * (level / facts.top as f64);
    // With a step in every other pixel a line is still a line.
    if series.steps.len() <= page.scale.pixels as usize / 2 {
        step_line(page, input, series, &y);
    } else {
        band(page, input, series, &y);
    }
    needle(page, series, &y);
    if series.capacities().is_some() {
        outline(page, input, series, &y);
    }
    if let Some(capacity) = facts.line_at.filter(|_| series.capacities().is_none()) {
        page.keys.capacity = true;
        let at = y(capacity as f64);
        page.scene.line((page.left, at), (page.right(), at), Stroke::dashed(QUIET, 1.0, 3.0));
    }
    page.scene.line((page.left, bottom), (page.right(), bottom), Stroke::solid(AXIS, 0.8));
    for level in [0, facts.top] {
        let baseline = y(level as f64) + SMALL_SIZE * font::CAPITAL / 2.0;
        page.scene.text(page.right() + 5.0, baseline, SMALL_SIZE, Anchor::Start, QUIET, level.to_string());
    }
    names(page, input, series, (top + bottom) / 2.0);
    let tooltip = format!(
        "{}: between {} and {}, at the end {}",
        input.resource_name(series.resource),
        facts.lowest,
        facts.highest,
        facts.last
    );
    let area = Area::between(page.left, top, page.right(), bottom);
    page.scene.fill(area, Fill::Clear, Tag::tooltip("level", tooltip));
}

/// The highest level, if it lasted no time: a line on the level of that instant.
fn needle(page: &mut Page<'_>, series: &LevelSeries, y: &dyn Fn(f64) -> f64) {
    let (time, peak) = series.peak;
    if peak <= series.lasting() || !page.style.window.shows(time) {
        return;
    }
    let after = series.steps.partition_point(|step| step.0 <= time);
    let level = after.checked_sub(1).map_or(0, |place| series.steps[place].1);
    page.keys.passing = true;
    let x = page.x(time);
    page.scene.line((x, y(level as f64)), (x, y(peak as f64)), Stroke::solid(LEVEL, 1.2));
}

/// How much there is from when on, as a dashed line: of very many steps the most in every pixel
/// column, since a dash shows no more.
fn outline(page: &mut Page<'_>, input: &GanttInput<'_>, series: &LevelSeries, y: &dyn Fn(f64) -> f64) {
    page.keys.capacity = true;
    let is_fine = series.capacity.len() <= page.scale.pixels as usize / 2;
    let points: Vec<(f64, f64)> = if is_fine {
        let corners = corners(&series.capacity, input.end, page.scale);
        corners.iter().map(|&(x, level)| (page.left + x, y(level as f64))).collect()
    } else {
        let columns = dense::levels(&series.capacity, input.end, page.scale);
        let x = |column: usize| page.left + column as f64;
        let ends = |(number, column): (usize, &dense::LevelColumn)| {
            [(x(number), y(column.highest as f64)), (x(number + 1), y(column.highest as f64))]
        };
        columns.iter().enumerate().flat_map(ends).collect()
    };
    let (fill, stroke) = (Fill::Clear, Some(Stroke::dashed(QUIET, 1.0, 3.0)));
    page.scene.push(Shape::Polyline { points, fill, stroke, tag: Tag::class("capacity") });
}

/// The name and, under it, what the resource is.
fn names(page: &mut Page<'_>, input: &GanttInput<'_>, series: &LevelSeries, middle: f64) {
    let (left, _) = labels(input, series);
    for ((full, size), (baseline, colour)) in left.into_iter().zip([(middle, INK), (middle + 13.0, QUIET)]) {
        let shown = page.names.shown(&full);
        page.scene.push(Shape::Text(Text {
            tag: Tag::name("resource", shown, &full),
            ..Text::new(page.left - 10.0, baseline, size, Anchor::End, colour, shown)
        }));
    }
}

/// Every step, for a series that has few.
fn step_line(page: &mut Page<'_>, input: &GanttInput<'_>, series: &LevelSeries, y: &dyn Fn(f64) -> f64) {
    let corners = corners(&series.steps, input.end, page.scale);
    let points: Vec<(f64, f64)> =
        corners.iter().map(|&(x, level)| (page.left + x, y(level as f64))).collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    let mut ground = vec![(first.0, y(0.0))];
    ground.extend(&points);
    ground.push((last.0, y(0.0)));
    let tag = Tag::class("level");
    page.scene.push(Shape::Polyline {
        points: ground,
        fill: Fill::Solid(UNDER_LEVEL),
        stroke: None,
        tag: tag.clone(),
    });
    let stroke = Some(Stroke::solid(LEVEL, 1.2));
    page.scene.push(Shape::Polyline { points, fill: Fill::Clear, stroke, tag });
}

/// The corners of the step line: pixels from the start of the axis, and level.
fn corners(steps: &[(Time, u64)], end: Time, scale: Scale) -> Vec<(f64, u64)> {
    let mut corners: Vec<(f64, u64)> = Vec::new();
    let Some((mut level, steps)) = dense::from_start(steps, scale) else { return corners };
    corners.push((0.0, level));
    for &(time, next) in steps.iter().take_while(|step| step.0 <= scale.end) {
        let x = scale.x(time.min(end));
        if next != level {
            if corners.last() != Some(&(x, level)) {
                corners.push((x, level));
            }
            corners.push((x, next));
            level = next;
        }
    }
    corners.push((scale.x(end), level));
    corners
}

/// Lowest, highest and mean level in every pixel column, for a series that
/// has more steps than could be seen.
fn band(page: &mut Page<'_>, input: &GanttInput<'_>, series: &LevelSeries, y: &dyn Fn(f64) -> f64) {
    let columns = dense::levels(&series.steps, input.end, page.scale);
    let x = |column: usize| page.left + column as f64;
    let mut outline = Vec::new();
    for (number, column) in columns.iter().enumerate() {
        outline.extend([(x(number), y(column.highest as f64)), (x(number + 1), y(column.highest as f64))]);
    }
    for (number, column) in columns.iter().enumerate().rev() {
        // At least a hair, where the level stands still.
        let low = y(column.lowest as f64).max(y(column.highest as f64) + 1.0);
        outline.extend([(x(number + 1), low), (x(number), low)]);
    }
    let middles: Vec<(f64, f64)> =
        columns.iter().enumerate().map(|(number, column)| (x(number) + 0.5, y(column.mean))).collect();
    page.keys.band = true;
    page.scene.push(Shape::Polyline {
        points: outline,
        fill: Fill::Solid(LEVEL_BAND),
        stroke: None,
        tag: Tag::class("level"),
    });
    let stroke = Some(Stroke::solid(LEVEL, 1.2));
    page.scene.push(Shape::Polyline {
        points: middles,
        fill: Fill::Clear,
        stroke,
        tag: Tag::class("level-mean"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_line_keeps_every_step() {
        let scale = Scale::new(Time::from_secs(10), 100);
        let steps = [(Time::ZERO, 0), (Time::from_secs(2), 3), (Time::from_secs(5), 1)];
        let corners = corners(&steps, Time::from_secs(10), scale);
        let expected = [(0.0, 0), (20.0, 0), (20.0, 3), (50.0, 3), (50.0, 1), (100.0, 1)];
        assert_eq!(corners, expected);
    }
}
