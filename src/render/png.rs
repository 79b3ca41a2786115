//! Turns an SVG document into a PNG.
//!
//! Decides the scale (three times, for print, within a limit on memory) and that
//! every text is drawn by the outlines of the embedded font: a picture needs nothing
//! from the machine that it is made on. Does not decide what the picture shows.

use super::font::width;
use super::outline::outlines;
use resvg::usvg::roxmltree::{Document, Node};
use resvg::{tiny_skia, usvg};
use std::fmt::{self, Write};

/// Pixels of the PNG for one pixel of the SVG.
const SCALE: f32 = 3.0;
/// The longest side of a PNG in pixels; a larger picture gets a smaller scale.
const LONGEST_SIDE: f32 = 16_000.0;
/// The most pixels of a PNG; it takes 4 bytes each while it is made.
const MOST_PIXELS: f32 = 60e6;

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
    /// There is more in the picture than the format has room for.
    TooMuch(String),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenderError::Svg(message) => write!(f, "the SVG cannot be read: {message}"),
            RenderError::Size { width, height } => {
                write!(f, "no memory for a picture of {width} × {height} pixels")
            }
            RenderError::Png(message) => write!(f, "the PNG cannot be written: {message}"),
            RenderError::TooMuch(message) => f.write_str(message),
            RenderError::Chart(message) => write!(f, "the chart cannot be drawn: {message}"),
        }
    }
}

impl std::error::Error for RenderError {}

/// How many pixels of a picture of ours are a metre: 640 are 16 cm.
const PER_METRE: f64 = 4_000.0;

/// The SVG document as a PNG on white, at three times its size. It says how large that is in
/// print, where 640 pixels of the document are 16 cm.
///
/// # Errors
/// If the document is not SVG, or the picture does not fit into memory.
pub fn png(svg: &str) -> Result<Vec<u8>, RenderError> {
    let no_svg = |error: &dyn fmt::Display| RenderError::Svg(error.to_string());
    let document = Document::parse(svg).map_err(|error| no_svg(&error))?;
    let outlined = outlined(svg, &document);
    let tree = usvg::Tree::from_str(&outlined, &usvg::Options::default()).map_err(|error| no_svg(&error))?;
    let scale = scale(tree.size().width(), tree.size().height());
    let width = (tree.size().width() * scale).ceil().max(1.0) as u32;
    let height = (tree.size().height() * scale).ceil().max(1.0) as u32;
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or(RenderError::Size { width, height })?;
    pixels.fill(tiny_skia::Color::WHITE);
    // Up to the last pixel, of which the picture may have taken a part.
    let (across, down) = (width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(&tree, tiny_skia::Transform::from_scale(across, down), &mut pixels.as_mut());
    let packed = pixels.encode_png().map_err(|error| RenderError::Png(error.to_string()))?;
    Ok(with_size(packed, [across, down]))
}

/// The end of the header of a PNG: its signature, and the chunk IHDR.
const HEADER: usize = 8 + 25;

/// A PNG with a chunk behind its header that says how many of its pixels are a metre, given
/// how many of them are a pixel of the document.
fn with_size(mut packed: Vec<u8>, scales: [f32; 2]) -> Vec<u8> {
    const UNIT_IS_METRE: u8 = 1;
    let mut chunk = b"pHYs".to_vec();
    for scale in scales {
        chunk.extend(((f64::from(scale) * PER_METRE).round() as u32).to_be_bytes());
    }
    chunk.push(UNIT_IS_METRE);
    let length = chunk.len() as u32 - 4;
    let check = checksum(&chunk);
    let whole = length.to_be_bytes().into_iter().chain(chunk).chain(check.to_be_bytes());
    packed.splice(HEADER..HEADER, whole);
    packed
}

/// The cyclic redundancy check of ISO 3309, which ends each chunk of a PNG.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |rest: u32, _| if rest & 1 == 1 { 0xEDB8_8320 ^ (rest >> 1) } else { rest >> 1 };
    !bytes.iter().fold(!0, |rest, byte| (0..8).fold(rest ^ u32::from(*byte), step))
}

/// The largest scale up to [`SCALE`] that respects both limits.
fn scale(width: f32, height: f32) -> f32 {
    let by_side = LONGEST_SIDE / width.max(height).max(1.0);
    let by_pixels = (MOST_PIXELS / (width * height).max(1.0)).sqrt();
    SCALE.min(by_side).min(by_pixels)
}

/// The document with a path in the place of every text.
fn outlined(svg: &str, document: &Document) -> String {
    let (mut outlined, mut copied) = (String::with_capacity(2 * svg.len()), 0);
    for text in document.descendants().filter(|node| node.has_tag_name("text")) {
        outlined.push_str(&svg[copied..text.range().start]);
        write_path(&mut outlined, svg, text);
        copied = text.range().end;
    }
    outlined.push_str(&svg[copied..]);
    outlined
}

/// The attributes that say where a text stands and how large it is; all others
/// are the path's as well.
const PLACING: [&str; 4] = ["x", "y", "font-size", "text-anchor"];

fn write_path(outlined: &mut String, svg: &str, text: Node) {
    let number = |name| text.attribute(name).and_then(|value| value.parse::<f64>().ok());
    let size = number("font-size").unwrap_or(16.0);
    // Of a tooltip inside nothing is seen.
    let letters: String =
        text.children().filter(Node::is_text).filter_map(|part| part.text()).map(str::trim).collect();
    let before = match text.attribute("text-anchor") {
        Some("middle") => width(&letters, size) / 2.0,
        Some("end") => width(&letters, size),
        _ => 0.0,
    };
    outlined.push_str("<path");
    for attribute in text.attributes().filter(|attribute| !PLACING.contains(&attribute.name())) {
        outlined.push(' ');
        outlined.push_str(&svg[attribute.range()]);
    }
    let path = outlines(&letters, size, number("x").unwrap_or(0.0) - before, number("y").unwrap_or(0.0));
    write!(outlined, " d=\"{path}\"/>").expect("a string takes all");
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

    /// The check value of the catalogue of such codes, and of the chunk that ends every PNG.
    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!((checksum(b"123456789"), checksum(b"IEND")), (0xCBF4_3926, 0xAE42_6082));
    }

    #[test]
    fn texts_become_paths_in_their_place() {
        let svg =
            "<svg><text x=\"8\" y=\"9\" fill=\"red\" font-size=\"10\"><title>t</title>I</text><g/></svg>";
        let outlined = outlined(svg, &Document::parse(svg).expect("well-formed"));
        let path = outlines("I", 10.0, 8.0, 9.0);
        assert_eq!(outlined, format!("<svg><path fill=\"red\" d=\"{path}\"/><g/></svg>"));
    }

    #[test]
    fn what_is_no_svg_is_an_error() {
        assert!(matches!(png("no svg"), Err(RenderError::Svg(_))));
    }
}
