//! Writes a scene as SVG.
//!
//! Decides the bytes: presentation attributes only (no style sheet), numbers
//! with at most two decimals, every text escaped. So the file looks the same
//! in a browser, in an editor and in our own rasterizer, and the same scene is
//! the same file on every machine. Does not decide what is drawn.

use super::font::{FAMILIES, written};
use super::scene::{Anchor, Area, Colour, Fill, Hatch, Pattern, Scene, Shape, Stroke, Tag, Text};
use std::fmt::Write;

/// The scene as a complete SVG document.
pub fn svg(scene: &Scene) -> String {
    let mut writer = Writer { text: String::new(), hatches: scene.hatches() };
    writer.open(scene);
    writer.definitions();
    writer.shapes(&scene.shapes);
    writer.text.push_str("</svg>\n");
    writer.text
}

struct Writer {
    text: String,
    /// The hatchings; one at position n has the id `hatch-n`.
    hatches: Vec<Hatch>,
}

impl Writer {
    fn open(&mut self, scene: &Scene) {
        let (width, height) = (Number(scene.width), Number(scene.height));
        self.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILIES}\" role=\"img\" aria-label=\""
        ));
        self.escaped(&scene.title);
        self.text.push_str("\">\n<title>");
        self.escaped(&scene.title);
        self.text.push_str("</title>\n<desc>");
        self.escaped(&scene.description);
        self.text.push_str("</desc>\n");
    }

    /// The hatchings as tiles of 6 by 6 pixels, fixed to the picture and not
    /// to the shape, so that neighbouring columns join without a seam.
    fn definitions(&mut self) {
        if self.hatches.is_empty() {
            return;
        }
        self.text.push_str("<defs>\n");
        for (number, hatch) in self.hatches.clone().into_iter().enumerate() {
            let (line, ground) = (Hex(hatch.line), Hex(hatch.ground));
            self.put(format_args!(
                "<pattern id=\"hatch-{number}\" patternUnits=\"userSpaceOnUse\" width=\"6\" height=\"6\">\
                 <rect width=\"6\" height=\"6\" fill=\"{ground}\"/>"
            ));
            match strokes(hatch.pattern) {
                Some(path) => self.put(format_args!(
                    "<path d=\"{path}\" stroke=\"{line}\" stroke-width=\"1.2\" fill=\"none\"/>"
                )),
                None => self.put(format_args!(
                    "<circle cx=\"1.5\" cy=\"1.5\" r=\"1\" fill=\"{line}\"/>\
                     <circle cx=\"4.5\" cy=\"4.5\" r=\"1\" fill=\"{line}\"/>"
                )),
            }
            self.text.push_str("</pattern>\n");
        }
        self.text.push_str("</defs>\n");
    }

    fn shapes(&mut self, shapes: &[Shape]) {
        for shape in shapes {
            match shape {
                Shape::Rect { area, fill, stroke, tag } => self.rect(area, *fill, *stroke, tag),
                Shape::Areas { areas, fill, tag } => self.areas(areas, *fill, tag),
                Shape::Line { from, to, stroke } => self.line(*from, *to, *stroke),
                Shape::Polyline { points, fill, stroke, tag } => self.polyline(points, *fill, *stroke, tag),
                Shape::Text(text) => self.letters(text),
                Shape::Group { tag, shapes } => {
                    self.text.push_str("<g");
                    self.tag(tag);
                    self.text.push('>');
                    self.tooltip(tag);
                    self.text.push('\n');
                    self.shapes(shapes);
                    self.text.push_str("</g>\n");
                }
            }
        }
    }

    fn rect(&mut self, area: &Area, fill: Fill, stroke: Option<Stroke>, tag: &Tag) {
        self.text.push_str("<rect");
        self.tag(tag);
        self.put(format_args!(
            " x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            Number(area.x),
            Number(area.y),
            Number(area.width),
            Number(area.height)
        ));
        self.fill(fill);
        if fill == Fill::Clear && tag.tooltip.is_some() {
            self.text.push_str(" pointer-events=\"all\"");
        }
        self.stroke(stroke);
        self.close("rect", tag);
    }

    fn areas(&mut self, areas: &[Area], fill: Fill, tag: &Tag) {
        self.text.push_str("<path");
        self.tag(tag);
        self.fill(fill);
        self.text.push_str(" d=\"");
        for area in areas {
            let width = Number(area.width);
            self.put(format_args!(
                "M{} {}h{width}v{}h-{width}z",
                Number(area.x),
                Number(area.y),
                Number(area.height)
            ));
        }
        self.text.push('"');
        self.close("path", tag);
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        self.put(format_args!(
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"",
            Number(from.0),
            Number(from.1),
            Number(to.0),
            Number(to.1)
        ));
        self.stroke(Some(stroke));
        self.text.push_str("/>\n");
    }

    fn polyline(&mut self, points: &[(f64, f64)], fill: Fill, stroke: Option<Stroke>, tag: &Tag) {
        self.text.push_str("<polyline");
        self.tag(tag);
        self.fill(fill);
        self.stroke(stroke);
        self.text.push_str(" points=\"");
        for (position, point) in points.iter().enumerate() {
            let space = if position == 0 { "" } else { " " };
            self.put(format_args!("{space}{},{}", Number(point.0), Number(point.1)));
        }
        self.text.push('"');
        self.close("polyline", tag);
    }

    fn letters(&mut self, text: &Text) {
        self.text.push_str("<text");
        self.tag(&text.tag);
        self.put(format_args!(
            " x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"",
            Number(text.x),
            Number(text.y),
            Number(text.size),
            Hex(text.colour)
        ));
        match text.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.text.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.text.push_str(" text-anchor=\"end\""),
        }
        if let Some(halo) = text.halo {
            self.put(format_args!(
                " stroke=\"{}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
                Hex(halo)
            ));
        }
        self.text.push('>');
        self.tooltip(&text.tag);
        self.escaped(&written(&text.text));
        self.text.push_str("</text>\n");
    }

    fn tag(&mut self, tag: &Tag) {
        if let Some(id) = &tag.id {
            self.text.push_str(" id=\"");
            self.escaped(id);
            self.text.push('"');
        }
        if let Some(class) = tag.class {
            self.put(format_args!(" class=\"{class}\""));
        }
    }

    fn fill(&mut self, fill: Fill) {
        match fill {
            Fill::Clear => self.text.push_str(" fill=\"none\""),
            Fill::Solid(colour) => self.put(format_args!(" fill=\"{}\"", Hex(colour))),
            Fill::Hatched(hatch) => {
                let number = self.hatches.iter().position(|known| *known == hatch).unwrap_or(0);
                self.put(format_args!(" fill=\"url(#hatch-{number})\""));
            }
        }
    }

    fn stroke(&mut self, stroke: Option<Stroke>) {
        let Some(stroke) = stroke else { return };
        self.put(format_args!(
            " stroke=\"{}\" stroke-width=\"{}\"",
            Hex(stroke.colour),
            Number(stroke.width)
        ));
        if stroke.dash > 0.0 {
            self.put(format_args!(" stroke-dasharray=\"{0} {0}\"", Number(stroke.dash)));
        }
    }

    fn close(&mut self, element: &str, tag: &Tag) {
        if tag.tooltip.is_none() {
            self.text.push_str("/>\n");
            return;
        }
        self.text.push('>');
        self.tooltip(tag);
        self.put(format_args!("</{element}>\n"));
    }

    fn tooltip(&mut self, tag: &Tag) {
        if let Some(tooltip) = &tag.tooltip {
            self.text.push_str("<title>");
            self.escaped(tooltip);
            self.text.push_str("</title>");
        }
    }

    fn escaped(&mut self, text: &str) {
        escape(text, &mut self.text);
    }

    fn put(&mut self, arguments: std::fmt::Arguments<'_>) {
        self.text.write_fmt(arguments).expect("a String takes any text");
    }
}

/// Appends `text` so that XML reads it back: markup characters as entities,
/// and a replacement character for each that XML 1.0 does not allow at all.
pub fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            '\t' => out.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{FFFE}' | '\u{FFFF}') => {
                out.push('\u{FFFD}');
            }
            letter => out.push(letter),
        }
    }
}

/// The hatching whose lines have this path.
#[cfg(feature = "render")]
pub(super) fn pattern_of(path: &str) -> Option<Pattern> {
    use Pattern::{Crossed, Falling, Lying, Rising, Standing};
    let all = [Rising, Falling, Crossed, Standing, Lying];
    all.into_iter().find(|pattern| strokes(*pattern) == Some(path))
}

/// The lines of a tile of a hatching, 6 by 6 pixels, as a path; `None` if it has dots.
pub(super) fn strokes(pattern: Pattern) -> Option<&'static str> {
    match pattern {
        Pattern::Rising => Some("M-1 1L1 -1M-1 7L7 -1M5 7L7 5"),
        Pattern::Falling => Some("M-1 5L1 7M-1 -1L7 7M5 -1L7 1"),
        Pattern::Crossed => Some("M-1 -1L7 7M-1 7L7 -1M-1 1L1 -1M5 7L7 5M-1 5L1 7M5 -1L7 1"),
        Pattern::Standing => Some("M1.5 0V6M4.5 0V6"),
        Pattern::Lying => Some("M0 1.5H6M0 4.5H6"),
        Pattern::Dotted => None,
    }
}

/// A coordinate, rounded half away from zero to two decimals and printed
/// without trailing zeros. What is not finite or out of all bounds prints as a
/// bound, so that the file stays valid.
struct Number(f64);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hundredths = (self.0 * 100.0).clamp(-1e12, 1e12).round() as i64;
        let magnitude = hundredths.unsigned_abs();
        let (whole, fraction) = (magnitude / 100, magnitude % 100);
        let sign = if hundredths < 0 { "-" } else { "" };
        match fraction {
            0 => write!(f, "{sign}{whole}"),
            _ if fraction % 10 == 0 => write!(f, "{sign}{whole}.{}", fraction / 10),
            _ => write!(f, "{sign}{whole}.{fraction:02}"),
        }
    }
}

/// A colour as `#rrggbb`.
pub(super) struct Hex(pub Colour);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Colour(red, green, blue) = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_fixed() {
        let cases = [
            (0.0, "0"),
            (-0.001, "0"),
            (1.005, "1"),
            (12.5, "12.5"),
            (-3.256, "-3.26"),
            (1e300, "10000000000"),
        ];
        for (number, text) in cases {
            assert_eq!(Number(number).to_string(), text);
        }
        assert_eq!(Number(f64::NAN).to_string(), "0");
    }

    #[test]
    fn text_cannot_break_out() {
        let mut out = String::new();
        escape("<a href=\"x\">&'\u{0}\u{1b}[31m\u{FFFE}\u{7f}\n", &mut out);
        let clean = "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\u{FFFD}\u{FFFD}[31m\u{FFFD}\u{FFFD}\n";
        assert_eq!(out, clean);
    }

    #[test]
    fn hostile_names_give_a_document_that_parses() {
        let hostile = "</title><script>\u{8}&]]>";
        let mut scene = Scene::new(10.0, 10.0, hostile.into(), hostile.into());
        scene.text(0.0, 5.0, 9.0, Anchor::Start, Colour(0, 0, 0), hostile);
        scene.fill(
            Area::between(0.0, 0.0, 1.0, 1.0),
            Fill::Clear,
            Tag { id: Some(hostile.into()), class: None, tooltip: Some(hostile.into()) },
        );
        let document = svg(&scene);
        assert!(!document.contains("<script>"));
        let parsed = resvg::usvg::roxmltree::Document::parse(&document).expect("valid XML");
        let text = parsed.descendants().find(|node| node.has_tag_name("text")).and_then(|node| node.text());
        assert_eq!(text, Some("</title><script>\u{FFFD}&]]>"));
    }
}
