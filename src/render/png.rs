//! Turns an SVG document into a PNG.
//!
//! Decides the scale (three times, for print, within a limit on memory) and that the
//! embedded font is the only one: a picture needs nothing from the machine
//! that it is made on. Does not decide what the picture shows.

use super::font::FONT;
use resvg::{tiny_skia, usvg};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Pixels of the PNG for one pixel of the SVG.
const SCALE: f32 = 3.0;
/// The longest side of a PNG in pixels; a larger picture gets a smaller scale.
const LONGEST_SIDE: f32 = 16_000.0;
/// The most pixels of a PNG; it takes 4 bytes each while it is made.
const MOST_PIXELS: f32 = 60e6;
/// The name by which the embedded font knows itself.
const FAMILY: &str = "DejaVu Sans";

/// Why there is no PNG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderError {
    /// The document is not SVG that we can read.
    Svg(String),
    /// The picture could not be held in memory.
    Size {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// The pixels could not be packed.
    Png(String),
    /// The chart library failed.
    Chart(String),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenderError::Svg(message) => write!(f, "the SVG cannot be read: {message}"),
            RenderError::Size { width, height } => {
                write!(f, "no memory for a picture of {width} × {height} pixels")
            }
            RenderError::Png(message) => write!(f, "the PNG cannot be written: {message}"),
            RenderError::Chart(message) => write!(f, "the chart cannot be drawn: {message}"),
        }
    }
}

impl std::error::Error for RenderError {}

/// The SVG document as a PNG on white, at three times its size.
///
/// # Errors
/// If the document is not SVG, or the picture does not fit into memory.
pub fn png(svg: &str) -> Result<Vec<u8>, RenderError> {
    let options =
        usvg::Options { font_family: FAMILY.to_owned(), fontdb: fonts(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| RenderError::Svg(error.to_string()))?;
    let scale = scale(tree.size().width(), tree.size().height());
    let width = (tree.size().width() * scale).ceil().max(1.0) as u32;
    let height = (tree.size().height() * scale).ceil().max(1.0) as u32;
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or(RenderError::Size { width, height })?;
    pixels.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| RenderError::Png(error.to_string()))
}

/// The largest scale up to [`SCALE`] that respects both limits.
fn scale(width: f32, height: f32) -> f32 {
    let by_side = LONGEST_SIDE / width.max(height).max(1.0);
    let by_pixels = (MOST_PIXELS / (width * height).max(1.0)).sqrt();
    SCALE.min(by_side).min(by_pixels)
}

/// The embedded font under every generic name, so that whatever a document
/// asks for is found.
fn fonts() -> Arc<usvg::fontdb::Database> {
    static FONTS: OnceLock<Arc<usvg::fontdb::Database>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let mut fonts = usvg::fontdb::Database::new();
            fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(FONT)));
            fonts.set_sans_serif_family(FAMILY);
            fonts.set_serif_family(FAMILY);
            fonts.set_monospace_family(FAMILY);
            Arc::new(fonts)
        })
        .clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_pictures_are_scaled_down() {
        assert_eq!(scale(1000.0, 500.0), 3.0);
        assert!(scale(1000.0, 200_000.0) * 200_000.0 <= LONGEST_SIDE + 1.0);
        let wide = scale(16_000.0, 16_000.0);
        assert!(wide * wide * 256e6 <= MOST_PIXELS * 1.01);
    }

    #[test]
    fn what_is_no_svg_is_an_error() {
        assert!(matches!(png("no svg"), Err(RenderError::Svg(_))));
    }
}
