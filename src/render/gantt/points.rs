//! Marks, log lines and alarms: small signs on a lane.
//!
//! Decides how many of them are shown: of marks and log lines at most one of each kind in a
//! few pixels; a sign that stands for several says so in its tooltip.

use super::super::input::{GanttInput, Point, PointKind};
use super::super::palette::{ALARM, INK, PAPER};
use super::super::scene::{Fill, Shape, Stroke, Tag};
use super::page::Page;

/// The most signs of one kind in a picture.
const MOST_SIGNS: usize = 4_000;
/// How many texts the tooltip of one sign has room for.
const MOST_TEXTS: usize = 4;

/// One sign and the points that it stands for.
pub(super) struct Sign<'a> {
    first: &'a Point,
    /// The texts of the first few.
    texts: Vec<&'a str>,
    count: usize,
}

/// The signs of the first `lanes` lanes.
pub(super) fn by_lane<'a>(page: &Page<'_>, input: &GanttInput<'a>, lanes: usize) -> Vec<Vec<Sign<'a>>> {
    // By distance, and the same for all runs of a picture: what is equal in two of
    // them is merged in the same way, wherever it lies.
    let pixels = page.scale.pixels as usize * page.lanes;
    let step = page.scale.column_start((pixels / MOST_SIGNS).max(9) as u64, 1).since(page.scale.start);
    let mut signs: Vec<Vec<Sign<'a>>> = (0..lanes).map(|_| Vec::new()).collect();
    let numbers = input.lane_numbers();
    for point in input.points.iter().filter(|point| page.style.window.shows(point.time)) {
        let number = numbers.get(point.process.index()).copied().flatten();
        let Some(lane) = number.and_then(|number| signs.get_mut(number)) else { continue };
        let is_merged = |sign: &&mut Sign<'_>| sign.first.kind == point.kind && !point.kind.is_alarm();
        let last = lane.iter_mut().rev().find(is_merged);
        match last.filter(|sign| point.time.since(sign.first.time) < step) {
            Some(sign) => {
                sign.count += 1;
                if sign.texts.len() < MOST_TEXTS {
                    sign.texts.push(&point.text);
                }
            }
            None => lane.push(Sign { first: point, texts: vec![&point.text], count: 1 }),
        }
    }
    signs
}

/// Counts the signs that stand for several points, for a note.
pub(super) fn count(page: &mut Page<'_>, signs: &[Vec<Sign<'_>>], left_out: u64) {
    for sign in signs.iter().flatten().filter(|sign| sign.count > 1) {
        page.keys.merged.points += sign.count;
        page.keys.merged.signs += 1;
    }
    page.keys.merged.left_out += left_out;
}

/// Draws the signs of these kinds of a lane whose spans lie at `top`.
pub(super) fn draw(
    page: &mut Page<'_>,
    signs: &[Sign<'_>],
    (top, height): (f64, f64),
    is_wanted: impl Fn(PointKind) -> bool,
) {
    for sign in signs.iter().filter(|sign| is_wanted(sign.first.kind)) {
        let x = page.x(sign.first.time);
        let tag = Tag::tooltip(
            match sign.first.kind {
                PointKind::Mark => "mark",
                PointKind::Log => "log",
                PointKind::Fatal => "fatal",
                PointKind::Race => "race",
            },
            tooltip(sign),
        );
        page.scene.push(shape(sign.first.kind, x, top, height, tag));
        match sign.first.kind {
            PointKind::Mark => page.keys.mark = true,
            PointKind::Log => page.keys.log = true,
            PointKind::Fatal => page.keys.fatal = true,
            PointKind::Race => page.keys.race = true,
        }
    }
}

/// A diamond on the upper edge for a mark, a wedge on the lower edge for a log
/// line, a flag over the whole height for the fatal choice, a post between two tips for an
/// access that races: they never hide each other, nor the label of a span, and the post at
/// the end of a process hides none.
pub(super) fn shape(kind: PointKind, x: f64, top: f64, height: f64, tag: Tag) -> Shape {
    let small = (height / 5.0).clamp(1.5, 3.2);
    match kind {
        PointKind::Mark => Shape::Polyline {
            points: vec![
                (x, top - small),
                (x + small, top),
                (x, top + small),
                (x - small, top),
                (x, top - small),
            ],
            fill: Fill::Solid(INK),
            stroke: Some(Stroke::solid(PAPER, 0.5)),
            tag,
        },
        PointKind::Fatal => {
            let (pole, bottom) = (top - 2.0 * small, top + height + small);
            Shape::Polyline {
                points: vec![
                    (x, bottom),
                    (x, pole),
                    (x + 3.0 * small, pole + 1.2 * small),
                    (x, pole + 2.4 * small),
                    (x, bottom),
                ],
                fill: Fill::Solid(ALARM),
                stroke: Some(Stroke::solid(ALARM, 1.4)),
                tag,
            }
        }
        PointKind::Race => {
            let (low, size) = (top + height, 1.1 * small);
            let (head, foot) = (top - 1.6 * size, low + 1.6 * size);
            Shape::Polyline {
                points: vec![
                    (x, top),
                    (x - size, head),
                    (x + size, head),
                    (x, top),
                    (x, low),
                    (x + size, foot),
                    (x - size, foot),
                    (x, low),
                    (x, top),
                ],
                fill: Fill::Solid(ALARM),
                stroke: Some(Stroke::solid(ALARM, 1.2)),
                tag,
            }
        }
        PointKind::Log => {
            let (apex, bottom) = (top + height - small * 0.7, top + height + small * 0.7);
            Shape::Polyline {
                points: vec![(x, apex), (x + small * 0.8, bottom), (x - small * 0.8, bottom), (x, apex)],
                fill: Fill::Solid(INK),
                stroke: Some(Stroke::solid(PAPER, 0.5)),
                tag,
            }
        }
    }
}

fn tooltip(sign: &Sign<'_>) -> String {
    let mut text = format!("{}: {}", sign.first.time, sign.texts.join("\n"));
    if sign.count > sign.texts.len() {
        text.push_str(&format!("\nand {} more", sign.count - sign.texts.len()));
    }
    text
}
