//! What all charts tell plotters in the same way: colours, fonts, errors.

use super::super::font::FAMILIES;
use super::super::png::RenderError;
use super::super::scene::Colour;
use plotters::prelude::{Color, IntoFont, RGBColor, TextStyle};

/// Plotters divides a font size by this before it writes it.
const PLOTTERS_SIZE: f64 = 1.24;

pub(super) fn rgb(colour: Colour) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}

/// Letters of a size in pixels.
pub(super) fn letters(size: f64, colour: Colour) -> TextStyle<'static> {
    (FAMILIES, size * PLOTTERS_SIZE).into_font().color(&rgb(colour).to_rgba())
}

pub(super) fn chart_error(error: impl std::error::Error) -> RenderError {
    RenderError::Chart(error.to_string())
}
