//! The time axis: grid, ticks, labels, and the mark at a total time.

use super::super::font;
use super::super::input::GanttInput;
use super::super::palette::{ALARM, AXIS, GRID, INK, QUIET};
use super::super::scene::{Anchor, Stroke};
use super::super::ticks::{Ticks, fitting};
use super::page::{GAP, Page, SMALL_SIZE};

/// The font size of the labels in pixels.
const SIZE: f64 = 10.5;
/// The least distance of two ticks in pixels.
const LEAST_DISTANCE: u32 = 44;
/// The least space between two labels in pixels.
const LABEL_GAP: f64 = 14.0;

fn ticks_of(page: &Page<'_>) -> Ticks {
    let width = |label: &str| font::width(label, SIZE) + LABEL_GAP;
    fitting(
        (page.style.window.from, page.end),
        f64::from(page.scale.pixels),
        page.scale.pixels / LEAST_DISTANCE,
        width,
    )
}

/// A picture from this height on, in pixels, has labels at its upper end too.
const LONG: f64 = 700.0;

/// The room that the labels at the upper end of a part need.
pub(super) fn room_above(height: f64) -> f64 {
    if height > LONG { 12.0 } else { 0.0 }
}

/// The light lines behind the lanes from `top` to `bottom`.
pub(super) fn grid(page: &mut Page<'_>, top: f64, bottom: f64) {
    let ticks = ticks_of(page);
    let long = bottom - top > LONG;
    for (time, label) in &ticks.ticks {
        let x = page.x(*time);
        page.scene.line((x, top - 2.0), (x, bottom), Stroke::solid(GRID, 1.0));
        if long {
            page.scene.text(x, top - 5.0, SMALL_SIZE, Anchor::Middle, QUIET, label.clone());
        }
    }
}

/// The axis itself, at the current height.
pub(super) fn draw(page: &mut Page<'_>) {
    let ticks = ticks_of(page);
    let y = page.y;
    let right = page.right();
    page.scene.line((page.left, y), (right, y), Stroke::solid(AXIS, 1.0));
    for (time, label) in &ticks.ticks {
        let x = page.x(*time);
        page.scene.line((x, y), (x, y + 4.0), Stroke::solid(AXIS, 1.0));
        page.scene.text(x, y + 16.0, SIZE, Anchor::Middle, INK, label.clone());
    }
    let unit = ticks.name();
    page.scene.text((page.left + right) / 2.0, y + 32.0, SIZE, Anchor::Middle, QUIET, unit);
    page.y = y + 32.0 + GAP;
}

/// Marks the total time of one run among several: a line over its lanes.
pub(super) fn total_time(page: &mut Page<'_>, input: &GanttInput<'_>, top: f64, bottom: f64) {
    let Some(x) = total_time_x(page, input) else { return };
    page.scene.line((x, top - 3.0), (x, bottom + 3.0), Stroke::dashed(INK, 1.0, 3.0));
}

/// Where the line of the total time stands, if the run completed
/// and the axis reaches so far.
pub(super) fn total_time_x(page: &Page<'_>, input: &GanttInput<'_>) -> Option<f64> {
    let window = page.style.window;
    input.completed().filter(|&total| total <= page.end && window.shows(total)).map(|total| page.x(total))
}

/// A line where a run ended that did not complete, or where its picture ends,
/// and what it is.
pub(super) fn end_line(page: &mut Page<'_>, input: &GanttInput<'_>, top: f64, text: &str, alarm: bool) {
    let x = page.x(input.end);
    let bottom = page.y - GAP;
    let stroke = if alarm { Stroke::solid(ALARM, 2.0) } else { Stroke::dashed(QUIET, 1.2, 4.0) };
    page.scene.line((x, top - 4.0), (x, bottom + 4.0), stroke);
    let colour = if alarm { ALARM } else { QUIET };
    // Left of the line, since right of it stands what the lanes wait for.
    let (x, anchor) = match x - page.left > font::width(text, SMALL_SIZE) + 6.0 {
        true => (x - 6.0, Anchor::End),
        false => (x + 6.0, Anchor::Start),
    };
    page.scene.text(x, bottom + 12.0, SMALL_SIZE, anchor, colour, text);
}
