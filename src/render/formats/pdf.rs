//! A picture as a page of PDF, as large as the picture, with text that is text.
//!
//! Decides how shapes, hatchings and letters are written there. The one font of our pictures
//! is embedded, with a table that says which letter each glyph is, so that text can be
//! searched and copied. Nothing in the file tells when or where it was made.

use super::page;
use crate::render::font::{FONT, advance, font, glyph, width, written};
use crate::render::outline::outlines;
use crate::render::png::RenderError;
use crate::render::scene::{Anchor, Area, Colour, Fill, Hatch, Scene, Shape, Stroke, Text};
use crate::render::svg::strokes;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The length of a pixel in points: 640 are 16 cm.
const PIXEL: f64 = 16.0 / 2.54 * 72.0 / 640.0;
/// How hard streams are compressed, up to 10.
const LEVEL: u8 = 8;

/// A finished SVG document as a PDF that shows the same.
///
/// # Errors
/// If the document is no SVG.
pub fn pdf(document: &str) -> Result<Vec<u8>, RenderError> {
    let scene = page::read(document)?;
    let scale = page::enlarged(document, &scene) * PIXEL;
    let mut content = Content { text: String::new(), hatches: scene.hatches(), glyphs: BTreeMap::new() };
    let height = scene.height * scale;
    content.put(format_args!("{} 0 0 -{} 0 {} cm", Number(scale), Number(scale), Number(height)));
    scene.shapes.iter().for_each(|shape| content.shape(shape));
    let mut file = File { bytes: b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec(), offsets: Vec::new() };
    file.write(&scene, &content, (scene.width * scale, height, scale));
    Ok(file.bytes)
}

/// What is drawn on the page, as operators of PDF; coordinates are those of the picture.
struct Content {
    text: String,
    hatches: Vec<Hatch>,
    /// The glyphs in use, each with its letter.
    glyphs: BTreeMap<u16, char>,
}

impl Content {
    fn put(&mut self, operators: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{operators}").expect("a String takes any text");
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { area, fill, stroke, .. } => self.paint(&rectangle(area), *fill, *stroke),
            Shape::Areas { areas, fill, .. } => {
                let path: Vec<String> = areas.iter().map(rectangle).collect();
                self.paint(&path.join("\n"), *fill, None);
            }
            Shape::Line { from, to, stroke } => {
                self.paint(&corners(&[*from, *to]), Fill::Clear, Some(*stroke));
            }
            Shape::Polyline { points, fill, stroke, .. } => self.paint(&corners(points), *fill, *stroke),
            Shape::Text(text) => self.letters(text),
            Shape::Group { shapes, .. } => shapes.iter().for_each(|shape| self.shape(shape)),
        }
    }

    fn paint(&mut self, path: &str, fill: Fill, stroke: Option<Stroke>) {
        if path.is_empty() {
            return;
        }
        match fill {
            Fill::Clear => {}
            Fill::Solid(colour) => self.put(format_args!("{} rg", Rgb(colour))),
            Fill::Hatched(hatch) => {
                let number = self.hatches.iter().position(|known| *known == hatch).unwrap_or(0);
                self.put(format_args!("/Pattern cs /H{number} scn"));
            }
        }
        if let Some(Stroke { colour, width, dash }) = stroke {
            let dash = if dash > 0.0 { format!("[{0} {0}]", Number(dash)) } else { "[]".to_owned() };
            self.put(format_args!("{} RG {} w {dash} 0 d", Rgb(colour), Number(width)));
        }
        let paint = match (fill, stroke) {
            (Fill::Clear, None) => return,
            (Fill::Clear, Some(_)) => "S",
            (_, None) => "f",
            (_, Some(_)) => "B",
        };
        self.put(format_args!("{path} {paint}"));
    }

    fn letters(&mut self, text: &Text) {
        let letters = written(&text.text).into_owned();
        let before = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width(&letters, text.size) / 2.0,
            Anchor::End => width(&letters, text.size),
        };
        let x = text.x - before;
        if let Some(halo) = text.halo {
            // The rim is no text: whoever copies the words would get them twice.
            let path = operators(&outlines(&letters, text.size, x, text.y));
            self.put(format_args!("{} RG 3 w [] 0 d 1 j {path} S 0 j", Rgb(halo)));
        }
        let mut shown = String::new();
        for letter in letters.chars() {
            let number = glyph(letter).map_or(0, |glyph| glyph.0);
            self.glyphs.entry(number).or_insert(letter);
            write!(shown, "{number:04X}").expect("a String takes any text");
        }
        let (size, x, y) = (Number(text.size), Number(x), Number(text.y));
        let ink = Rgb(text.colour);
        self.put(format_args!("BT {ink} rg /F {size} Tf 1 0 0 -1 {x} {y} Tm <{shown}> Tj ET"));
    }
}

fn rectangle(area: &Area) -> String {
    format!("{} {} {} {} re", Number(area.x), Number(area.y), Number(area.width), Number(area.height))
}

fn corners(points: &[(f64, f64)]) -> String {
    let corner = |(number, (x, y)): (usize, &(f64, f64))| {
        format!("{} {} {}", Number(*x), Number(*y), if number == 0 { "m" } else { "l" })
    };
    points.iter().enumerate().map(corner).collect::<Vec<_>>().join(" ")
}

/// The data of an SVG path as operators of PDF, which has no curves of one control point.
fn operators(path: &str) -> String {
    let mut text = String::new();
    let (mut last, mut rest) = ((0.0, 0.0), path);
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(|letter: char| letter.is_ascii_alphabetic()).map_or(rest.len(), |at| at + 1);
        let numbers: Vec<f64> = numbers(&rest[1..end]);
        rest = &rest[end..];
        let (points, operator) = match (command, numbers.as_slice()) {
            ('M', &[x, y]) => (vec![(x, y)], "m"),
            ('L', &[x, y]) => (vec![(x, y)], "l"),
            ('H', &[x]) => (vec![(x, last.1)], "l"),
            ('V', &[y]) => (vec![(last.0, y)], "l"),
            ('Q', &[x1, y1, x, y]) => {
                let third = |from: f64, to: f64| from + (to - from) * 2.0 / 3.0;
                let first = (third(last.0, x1), third(last.1, y1));
                (vec![first, (third(x, x1), third(y, y1)), (x, y)], "c")
            }
            ('C', &[x1, y1, x2, y2, x, y]) => (vec![(x1, y1), (x2, y2), (x, y)], "c"),
            _ => (Vec::new(), "h"),
        };
        for (x, y) in &points {
            write!(text, "{} {} ", Number(*x), Number(*y)).expect("a String takes any text");
        }
        text.push_str(operator);
        text.push(' ');
        last = points.last().copied().unwrap_or(last);
    }
    text
}

/// Numbers with spaces between them, or with nothing but the sign of the next.
fn numbers(text: &str) -> Vec<f64> {
    let apart = text.replace('-', " -");
    apart.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

/// The numbers of the objects that every file has; the hatchings follow.
const CATALOG: usize = 1;
const PAGES: usize = 2;
const PAGE: usize = 3;
const CONTENTS: usize = 4;
const INFO: usize = 5;
const TYPE0: usize = 6;
const CID_FONT: usize = 7;
const DESCRIPTOR: usize = 8;
const FONT_FILE: usize = 9;
const TO_UNICODE: usize = 10;
const FIRST_HATCH: usize = 11;

/// A file in the making.
struct File {
    bytes: Vec<u8>,
    /// Where each object begins, by number from 1.
    offsets: Vec<usize>,
}

impl File {
    fn write(&mut self, scene: &Scene, content: &Content, (width, height, scale): (f64, f64, f64)) {
        self.object(&format!(
            "<< /Type /Catalog /Pages {PAGES} 0 R /ViewerPreferences << /DisplayDocTitle true >> >>"
        ));
        self.object(&format!("<< /Type /Pages /Kids [{PAGE} 0 R] /Count 1 >>"));
        let hatches =
            (0..content.hatches.len()).map(|number| format!("/H{number} {} 0 R", FIRST_HATCH + number));
        let hatches = hatches.collect::<Vec<_>>().join(" ");
        self.object(&format!(
            "<< /Type /Page /Parent {PAGES} 0 R /MediaBox [0 0 {} {}] /Contents {CONTENTS} 0 R \
             /Resources << /Font << /F {TYPE0} 0 R >> /Pattern << {hatches} >> >> >>",
            Number(width),
            Number(height)
        ));
        self.stream("", content.text.as_bytes());
        let producer = concat!("Tempolane ", env!("CARGO_PKG_VERSION"));
        self.object(&format!("<< /Title {} /Producer ({producer}) >>", utf16(&scene.title)));
        self.font(content);
        for hatch in &content.hatches {
            self.hatch(*hatch, scale, height);
        }
        self.end();
    }

    fn object(&mut self, object: &str) {
        self.offsets.push(self.bytes.len());
        let number = self.offsets.len();
        self.bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }

    fn stream(&mut self, entries: &str, content: &[u8]) {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(content, LEVEL);
        self.offsets.push(self.bytes.len());
        let (number, length) = (self.offsets.len(), packed.len());
        let head = format!("{number} 0 obj\n<< {entries} /Filter /FlateDecode /Length {length} >>\nstream\n");
        self.bytes.extend(head.as_bytes());
        self.bytes.extend(packed);
        self.bytes.extend(b"\nendstream\nendobj\n");
    }

    /// The font with its widths, and which letter each glyph is.
    fn font(&mut self, content: &Content) {
        let name = "TLPICT+DejaVuSans";
        self.object(&format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H \
             /DescendantFonts [{CID_FONT} 0 R] /ToUnicode {TO_UNICODE} 0 R >>"
        ));
        let units = |number: f64| number * 1000.0 / f64::from(font().units_per_em());
        let widths: Vec<String> = content
            .glyphs
            .iter()
            .map(|(glyph, letter)| format!("{glyph} [{}]", Number(units(f64::from(advance(*letter))))))
            .collect();
        self.object(&format!(
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDToGIDMap /Identity \
             /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> \
             /FontDescriptor {DESCRIPTOR} 0 R /DW 600 /W [{}] >>",
            widths.join(" ")
        ));
        let (face, area) = (font(), font().global_bounding_box());
        let [left, low, right, high] =
            [area.x_min, area.y_min, area.x_max, area.y_max].map(|side| Number(units(f64::from(side))));
        self.object(&format!(
            "<< /Type /FontDescriptor /FontName /{name} /Flags 32 /FontBBox [{left} {low} {right} {high}] \
             /ItalicAngle 0 /Ascent {} /Descent {} /CapHeight {} /StemV 80 /FontFile2 {FONT_FILE} 0 R >>",
            Number(units(f64::from(face.ascender()))),
            Number(units(f64::from(face.descender()))),
            Number(units(f64::from(face.capital_height().unwrap_or(face.ascender()))))
        ));
        self.stream(&format!("/Length1 {}", FONT.len()), FONT);
        self.stream("", to_unicode(&content.glyphs).as_bytes());
    }

    /// A hatching as a tile, fixed to the page.
    fn hatch(&mut self, hatch: Hatch, scale: f64, height: f64) {
        let mut tile = format!("{} rg 0 0 6 6 re f\n", Rgb(hatch.ground));
        let line = Rgb(hatch.line);
        match strokes(hatch.pattern) {
            Some(path) => {
                write!(tile, "{line} RG 1.2 w {}S", operators(path)).expect("a String takes any text");
            }
            None => {
                // A line of no length with round ends is a dot.
                let dots = "1.5 1.5 m 1.5 1.5 l 4.5 4.5 m 4.5 4.5 l";
                write!(tile, "{line} RG 2 w 1 J {dots} S").expect("a String takes any text");
            }
        }
        let matrix = format!("{} 0 0 -{} 0 {}", Number(scale), Number(scale), Number(height));
        self.stream(
            &format!(
                "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 6 6] /XStep 6 /YStep 6 \
                 /Resources << >> /Matrix [{matrix}]"
            ),
            tile.as_bytes(),
        );
    }

    fn end(&mut self) {
        let (start, count) = (self.bytes.len(), self.offsets.len() + 1);
        let mut table = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            writeln!(table, "{offset:010} 00000 n ").expect("a String takes any text");
        }
        self.bytes.extend(table.as_bytes());
        let trailer = format!(
            "trailer\n<< /Size {count} /Root {CATALOG} 0 R /Info {INFO} 0 R >>\nstartxref\n{start}\n%%EOF\n"
        );
        self.bytes.extend(trailer.as_bytes());
    }
}

/// Which letter each glyph is.
fn to_unicode(glyphs: &BTreeMap<u16, char>) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let all: Vec<(&u16, &char)> = glyphs.iter().collect();
    for some in all.chunks(100) {
        writeln!(map, "{} beginbfchar", some.len()).expect("a String takes any text");
        for (glyph, letter) in some {
            writeln!(map, "<{glyph:04X}> <{}>", hex16(&letter.to_string())).expect("a String takes any text");
        }
        map.push_str("endbfchar\n");
    }
    map + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
}

fn hex16(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("{unit:04X}")).collect()
}

/// Any text, for the properties of the document.
fn utf16(text: &str) -> String {
    format!("<FEFF{}>", hex16(text))
}

/// A number with at most four decimals, which are enough for any printer.
struct Number(f64);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:.4}", if self.0.is_finite() { self.0.clamp(-1e9, 1e9) } else { 0.0 });
        let text = text.trim_end_matches('0').trim_end_matches('.');
        f.write_str(if text == "-0" { "0" } else { text })
    }
}

/// A colour as three shares.
struct Rgb(Colour);

impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |channel: u8| Number(f64::from(channel) / 255.0);
        write!(f, "{} {} {}", share(self.0.0), share(self.0.1), share(self.0.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_become_cubic() {
        assert_eq!(operators("M0 0L3 0V6H0Z"), "0 0 m 3 0 l 3 6 l 0 6 l h ");
        // Two thirds of the way to the control point, from both ends.
        assert_eq!(operators("M0 0Q3 3 6 0"), "0 0 m 2 2 4 2 6 0 c ");
        assert_eq!(operators("M-1 1L1 -1"), "-1 1 m 1 -1 l ");
    }

    #[test]
    fn offsets_are_where_objects_begin() {
        let mut scene = Scene::new(640.0, 320.0, "Łódź".to_owned(), String::new());
        scene.text(5.0, 9.0, 10.0, Anchor::Start, Colour(0, 0, 0), "Ax");
        let bytes = pdf(&crate::render::svg(&scene)).expect("it is SVG");
        let end = String::from_utf8_lossy(&bytes[bytes.len() - 40..]).into_owned();
        let start = end.split("startxref\n").nth(1).and_then(|rest| rest.lines().next());
        let start: usize = start.and_then(|start| start.parse().ok()).expect("it says where the table is");
        let table = std::str::from_utf8(&bytes[start..]).expect("it is text");
        assert!(table.starts_with("xref\n0 11\n"), "{table}");
        for (number, line) in table.lines().skip(3).take(10).enumerate() {
            let offset: usize = line[..10].parse().expect("a number");
            assert!(bytes[offset..].starts_with(format!("{} 0 obj\n", number + 1).as_bytes()), "{line}");
        }
        let has = |part: &str| bytes.windows(part.len()).any(|window| window == part.as_bytes());
        assert!(has("/MediaBox [0 0 453.5433 226.7717]") && has("/Title <FEFF014100F30064017A>"));
        assert_eq!(bytes, pdf(&crate::render::svg(&scene)).expect("it is SVG"));
    }
}
