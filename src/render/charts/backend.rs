//! Where plotters draws: a scene of our own, in hundredths of its pixels.
//!
//! Plotters knows whole pixels only. Where these are hundredths, a line of a grid stands
//! where the number stands that it is the line of, as far as the eye can tell, and so do the
//! points that are laid over it.

use super::super::png::RenderError;
use super::super::scene::{Anchor, Colour, Fill, Scene, Shape, Stroke, Tag};
use plotters::prelude::{Color, IntoFont, RGBColor, TextStyle};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::convert::Infallible;

/// The length of a tick, in pixels.
const TICK: f64 = 5.0;
/// So many of the pixels of plotters are one of ours.
const FINE: f64 = 100.0;

/// So many of our pixels, in those of plotters.
pub(super) fn fine(pixels: f64) -> u32 {
    (pixels.max(0.0) * FINE).round() as u32
}

/// The length of a tick, in the pixels of plotters.
pub(super) fn tick() -> u32 {
    fine(TICK)
}

pub(super) fn rgb(colour: Colour) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}

/// Letters of a size in pixels of ours.
pub(super) fn letters(size: f64, colour: Colour) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&rgb(colour).to_rgba())
}

pub(super) fn chart_error(error: impl std::error::Error) -> RenderError {
    RenderError::Chart(error.to_string())
}

/// A scene on which plotters draws.
pub(super) struct SceneBackend<'s>(pub(super) &'s mut Scene);

fn at((x, y): BackendCoord) -> (f64, f64) {
    (f64::from(x) / FINE, f64::from(y) / FINE)
}

/// A colour, if anything is seen of it.
fn seen(colour: BackendColor) -> Option<Colour> {
    let (red, green, blue) = colour.rgb;
    (colour.alpha > 0.0).then_some(Colour(red, green, blue))
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for SceneBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (fine(self.0.width), fine(self.0.height))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// Nothing that a chart asks for is made of single pixels.
    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        if let Some(colour) = seen(style.color()) {
            self.0.line(at(from), at(to), Stroke::solid(colour, f64::from(style.stroke_width())));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let Some(colour) = seen(style.color()) else { return Ok(()) };
        let points: Vec<(f64, f64)> = path.into_iter().map(at).collect();
        let stroke = Stroke::solid(colour, f64::from(style.stroke_width()));
        match points[..] {
            [from, to] => self.0.line(from, to, stroke),
            _ => self.0.push(Shape::Polyline {
                points,
                fill: Fill::Clear,
                stroke: Some(stroke),
                tag: Tag::default(),
            }),
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, place: BackendCoord) -> Drawn {
        // A tick whose label stands elsewhere has an empty one here.
        let Some(colour) = seen(style.color()).filter(|_| !text.is_empty()) else { return Ok(()) };
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        // How far the baseline is below the place, in font sizes.
        let below = match style.anchor().v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.36,
            VPos::Bottom => -0.27,
        };
        let (x, y) = at(place);
        self.0.text(x, y + below * style.size(), style.size(), anchor, colour, text);
        Ok(())
    }
}
