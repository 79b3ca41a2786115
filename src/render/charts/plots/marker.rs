//! What stands at a point of a chart: a marker for each line, a cross for a finding, a
//! ring for the base.
//!
//! Decides that lines which look alike in grey have different markers.

use super::super::super::palette::{INK, PAPER, SERIES};
use super::super::super::scene::{Colour, Fill, Scene, Shape, Stroke, Tag};

/// Half the size of the markers of the first line in pixels. Those of each further line
/// are smaller, and the line is thinner: where lines lie on each other, all are seen.
const HALF: f64 = 4.2;
const THINNER: f64 = 0.2;

type Corners = &'static [(f64, f64)];

const DISC: Corners = &[
    (1.0, 0.0),
    (0.966, 0.259),
    (0.866, 0.5),
    (0.707, 0.707),
    (0.5, 0.866),
    (0.259, 0.966),
    (0.0, 1.0),
    (-0.259, 0.966),
    (-0.5, 0.866),
    (-0.707, 0.707),
    (-0.866, 0.5),
    (-0.966, 0.259),
    (-1.0, 0.0),
    (-0.966, -0.259),
    (-0.866, -0.5),
    (-0.707, -0.707),
    (-0.5, -0.866),
    (-0.259, -0.966),
    (0.0, -1.0),
    (0.259, -0.966),
    (0.5, -0.866),
    (0.707, -0.707),
    (0.866, -0.5),
    (0.966, -0.259),
];
const SQUARE: Corners = &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)];
const UP: Corners = &[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)];
const DOWN: Corners = &[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)];
const DIAMOND: Corners = &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)];

/// By line, the form of its markers and whether they are filled.
const FORMS: [(Corners, bool); SERIES.len()] = [
    (DISC, true),
    (SQUARE, true),
    (UP, true),
    (DIAMOND, true),
    (DISC, false),
    (SQUARE, false),
    (UP, false),
    (DOWN, true),
];

fn polygon(corners: Corners, half: f64, (x, y): (f64, f64)) -> Vec<(f64, f64)> {
    let around = corners.iter().chain(corners.first());
    around.map(|(right, down)| (x + right * half, y + down * half)).collect()
}

/// How the line of this number is drawn.
pub(super) fn stroke(line: usize) -> Stroke {
    let (colour, dash) = SERIES[line % SERIES.len()];
    Stroke { colour, width: 2.2 - THINNER * 0.6 * (line % SERIES.len()) as f64, dash }
}

/// The marker of a point of the line of this number.
pub(super) fn marker(line: usize, at: (f64, f64), tooltip: Option<String>) -> Shape {
    let (corners, filled) = FORMS[line % FORMS.len()];
    let colour = SERIES[line % SERIES.len()].0;
    let fill = Fill::Solid(if filled { colour } else { PAPER });
    let stroke = Some(Stroke::solid(colour, 1.4));
    let tag = Tag { tooltip, ..Tag::class("point") };
    Shape::Polyline {
        points: polygon(corners, HALF - THINNER * (line % FORMS.len()) as f64, at),
        fill,
        stroke,
        tag,
    }
}

/// Half the size of the dots of so many values in pixels: of few each is easily seen, of
/// many none hides another one.
pub(super) fn half_dot(values: usize) -> f64 {
    match values {
        0..=60 => 3.8,
        61..=300 => 3.0,
        _ => 2.4,
    }
}

/// A dot of one value.
pub(super) fn dot(at: (f64, f64), half: f64, tooltip: Option<String>) -> Shape {
    let (points, fill) = (polygon(DISC, half, at), Fill::Solid(SERIES[0].0));
    Shape::Polyline { points, fill, stroke: None, tag: Tag { tooltip, ..Tag::class("value") } }
}

/// A ring around the marker of the base.
pub(super) fn ring(at: (f64, f64)) -> Shape {
    let (points, stroke) = (polygon(DISC, 7.6, at), Some(Stroke::solid(INK, 1.3)));
    Shape::Polyline { points, fill: Fill::Clear, stroke, tag: Tag::class("base") }
}

/// A cross, for what has no number.
pub(super) fn cross((x, y): (f64, f64), colour: Colour, tooltip: Option<String>) -> Shape {
    let half = 3.2;
    let line = |from, to| Shape::Line { from, to, stroke: Stroke::solid(colour, 1.8) };
    let shapes = vec![
        line((x - half, y - half), (x + half, y + half)),
        line((x - half, y + half), (x + half, y - half)),
    ];
    Shape::Group { tag: Tag { tooltip, ..Tag::class("finding") }, shapes }
}

/// An interval from one height to another, with its ends.
pub(super) fn interval(scene: &mut Scene, x: f64, (low, high): (f64, f64), colour: Colour) {
    let stroke = Stroke::solid(colour, 1.0);
    scene.line((x, low), (x, high), stroke);
    for y in [low, high] {
        scene.line((x - 3.0, y), (x + 3.0, y), stroke);
    }
}
