//! Letters as shapes: what a PNG needs, which takes no font along.

use super::font::{advance, font, glyph};
use std::fmt::Write;
use ttf_parser::OutlineBuilder;

/// The outlines of `text` as the data of an SVG path: it begins at `x`, and
/// stands on the line at `y`, in pixels.
pub fn outlines(text: &str, size: f64, x: f64, y: f64) -> String {
    let scale = size / f64::from(font().units_per_em());
    let mut pen = Pen { path: String::new(), scale, x, y };
    for letter in text.chars() {
        font().outline_glyph(glyph(letter).unwrap_or_default(), &mut pen);
        pen.x += f64::from(advance(letter)) * scale;
    }
    pen.path
}

/// Writes the outline of a glyph, whose origin is at `x` and `y`.
struct Pen {
    path: String,
    scale: f64,
    x: f64,
    y: f64,
}

impl Pen {
    fn write<const POINTS: usize>(&mut self, command: char, points: [(f32, f32); POINTS]) {
        self.path.push(command);
        for (right, up) in points {
            let (x, y) = (self.x + f64::from(right) * self.scale, self.y - f64::from(up) * self.scale);
            write!(self.path, "{x:.3} {y:.3} ").expect("a string takes all");
        }
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.write('M', [(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.write('L', [(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.write('Q', [(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.write('C', [(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.path.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A capital I of DejaVu Sans is one upright: 201 to 403 units of 2048, 1493 high.
    #[test]
    fn outlines_are_those_of_the_font() {
        let path = outlines("I", 2048.0, 10.0, 2000.0);
        let corners = ["211.000 507.000", "413.000 507.000", "413.000 2000.000", "211.000 2000.000"];
        assert!(corners.iter().all(|corner| path.contains(corner)), "{path}");
        assert_eq!((path.matches('M').count(), path.matches('Z').count()), (1, 1), "{path}");
        // The second letter stands where the first one ends.
        assert_eq!(outlines(" I", 2048.0, 10.0, 2000.0), outlines("I", 2048.0, 10.0 + 651.0, 2000.0));
    }
}
