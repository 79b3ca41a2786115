//! Spans that go on beyond the picture: their ends are torn.

use super::super::palette::PAPER;
use super::super::scene::{Area, Fill, Shape, Tag};
use super::page::Page;
use crate::trace::Span;

/// How deep the teeth of a torn end are, in pixels.
const DEPTH: f64 = 3.0;
/// How many there are.
const TEETH: usize = 4;
/// What is narrower has no torn ends, in pixels: little would be left of it.
const LEAST_WIDTH: f64 = 10.0;

/// The side on which a span goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Tears the ends of a span that is drawn in an area, as far as it goes on.
pub(super) fn ends(page: &mut Page<'_>, span: &Span, area: Area, shapes: &mut Vec<Shape>) {
    if area.width < LEAST_WIDTH {
        return;
    }
    let beyond = [(Side::Left, span.start < page.scale.start), (Side::Right, span.end > page.scale.end)];
    for (side, _) in beyond.into_iter().filter(|(_, beyond)| *beyond) {
        page.keys.cut = true;
        shapes.push(end(area, side));
    }
}

/// Teeth of paper that reach into an area.
pub(super) fn end(area: Area, side: Side) -> Shape {
    // A little more than the area, so that nothing is left of its edge.
    let (top, height) = (area.y - 0.6, area.height + 1.2);
    let (outside, inwards) = match side {
        Side::Left => (area.x - 0.6, DEPTH + 0.6),
        Side::Right => (area.x + area.width + 0.6, -DEPTH - 0.6),
    };
    let step = height / (2 * TEETH) as f64;
    let tooth = |corner: usize| {
        let x = if corner.is_multiple_of(2) { outside } else { outside + inwards };
        (x, top + step * corner as f64)
    };
    let mut points: Vec<(f64, f64)> = (0..=2 * TEETH).map(tooth).collect();
    points.push((outside, top));
    Shape::Polyline { points, fill: Fill::Solid(PAPER), stroke: None, tag: Tag::class("torn") }
}
