//! A picture as a TikZ drawing, for LaTeX.
//!
//! Decides how shapes and letters are written there. The file can be compiled alone or, with
//! the package `standalone`, be included in a report, in whose fonts it is set then: all that
//! the drawing needs stands inside of the document, since the report leaves out what is before.

use super::page;
use crate::render::font::written;
use crate::render::png::RenderError;
use crate::render::scene::{Anchor, Area, Colour, Fill, Hatch, Pattern, Scene, Shape, Stroke, Text};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The most shapes of a drawing: of more TeX runs out of memory.
const MOST_SHAPES: usize = 15_000;
/// The length of a pixel in centimetres: 640 are 16.
const PIXEL: f64 = 0.025;
/// And in the points of TeX.
const POINTS: f64 = PIXEL / 2.54 * 72.27;

/// `fix-cm` lets the usual fonts have any size.
const HEAD: &str = "\
\\documentclass[tikz]{standalone}
\\usepackage{fix-cm,textcomp}
\\usetikzlibrary{patterns}
";

/// For letters that the usual fonts lack. DejaVu Sans comes with TeX, and has those that pictures have.
const OTHER_LETTERS: &str = "\
% Letters in this picture need lualatex or xelatex.
\\usepackage{fontspec}
\\IfFontExistsTF{DejaVu Sans}{\\setsansfont{DejaVu Sans}[Scale=0.85]}{}
";

/// A finished SVG document as a LaTeX file that draws the same.
///
/// # Errors
/// If the document is no SVG, or if there are too many shapes in it for TeX.
pub fn tikz(document: &str) -> Result<Vec<u8>, RenderError> {
    let scene = page::read(document)?;
    let count = scene.shapes.iter().map(shapes_in).sum::<usize>();
    if count > MOST_SHAPES {
        return Err(RenderError::TooMuch(format!(
            "it has {count} shapes, and TeX has room for {MOST_SHAPES}; choose a part with --lanes, --from and --to, or write it as pdf"
        )));
    }
    let mut writer =
        Writer { text: String::new(), scale: page::enlarged(document, &scene), colours: colours(&scene) };
    writer.put(format_args!("% {}", scene.title.replace(['\n', '\r'], " ")));
    writer.text.push_str(HEAD);
    if scene.shapes.iter().any(has_other_letters) {
        writer.text.push_str(OTHER_LETTERS);
    }
    writer.begin(&scene);
    scene.shapes.iter().for_each(|shape| writer.shape(shape));
    writer.text.push_str("\\end{tikzpicture}\n\\end{document}\n");
    Ok(writer.text.into_bytes())
}

fn shapes_in(shape: &Shape) -> usize {
    match shape {
        Shape::Areas { areas, .. } => areas.len(),
        Shape::Group { shapes, .. } => shapes.iter().map(shapes_in).sum(),
        Shape::Rect { .. } | Shape::Line { .. } | Shape::Polyline { .. } | Shape::Text(_) => 1,
    }
}

/// Whether there are letters that the usual fonts of TeX lack, those that are not Latin.
fn has_other_letters(shape: &Shape) -> bool {
    match shape {
        Shape::Text(text) => {
            escaped(&written(&text.text)).chars().any(|letter| letter.is_alphabetic() && letter > LAST_LATIN)
        }
        Shape::Group { shapes, .. } => shapes.iter().any(has_other_letters),
        _ => false,
    }
}

/// The last letter of the block Latin Extended-A.
const LAST_LATIN: char = '\u{17f}';

/// Every colour of a picture, with its number.
fn colours(scene: &Scene) -> BTreeMap<Colour, usize> {
    let mut colours = BTreeMap::new();
    let mut add = |colour: Colour| {
        let next = colours.len();
        colours.entry(colour).or_insert(next);
    };
    for shape in &scene.shapes {
        let (fill, stroke) = match shape {
            Shape::Rect { fill, stroke, .. } | Shape::Polyline { fill, stroke, .. } => (*fill, *stroke),
            Shape::Areas { fill, .. } => (*fill, None),
            Shape::Line { stroke, .. } => (Fill::Clear, Some(*stroke)),
            Shape::Text(text) => {
                text.halo.into_iter().chain([text.colour]).for_each(&mut add);
                continue;
            }
            Shape::Group { .. } => continue,
        };
        match fill {
            Fill::Clear => {}
            Fill::Solid(colour) => add(colour),
            Fill::Hatched(Hatch { line, ground, .. }) => [line, ground].into_iter().for_each(&mut add),
        }
        stroke.into_iter().for_each(|stroke| add(stroke.colour));
    }
    colours
}

struct Writer {
    text: String,
    /// How many times as large as its coordinates say the picture is.
    scale: f64,
    colours: BTreeMap<Colour, usize>,
}

impl Writer {
    fn put(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{line}").expect("a String takes any text");
    }

    fn begin(&mut self, scene: &Scene) {
        let pixel = PIXEL * self.scale;
        self.text.push_str("\\begin{document}\n");
        self.put(format_args!(
            "\\begin{{tikzpicture}}[x={pixel:.5}cm,y=-{pixel:.5}cm,inner sep=0pt,outer sep=0pt]"
        ));
        for (Colour(red, green, blue), number) in self.colours.clone() {
            self.put(format_args!("\\definecolor{{tempolane{number}}}{{RGB}}{{{red},{green},{blue}}}"));
        }
        self.put(format_args!(
            "\\useasboundingbox (0,0) rectangle ({:.2},{:.2});",
            scene.width, scene.height
        ));
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { area, fill, stroke, .. } => self.path(&rectangle(area), *fill, *stroke),
            Shape::Areas { areas, fill, .. } => {
                areas.iter().for_each(|area| self.path(&rectangle(area), *fill, None));
            }
            Shape::Line { from, to, stroke } => {
                self.path(&corners(&[*from, *to]), Fill::Clear, Some(*stroke))
            }
            Shape::Polyline { points, fill, stroke, .. } => self.path(&corners(points), *fill, *stroke),
            Shape::Text(text) => self.letters(text),
            Shape::Group { shapes, .. } => shapes.iter().for_each(|shape| self.shape(shape)),
        }
    }

    fn colour(&self, colour: Colour) -> String {
        format!("tempolane{}", self.colours.get(&colour).copied().unwrap_or(0))
    }

    fn path(&mut self, path: &str, fill: Fill, stroke: Option<Stroke>) {
        let mut options: Vec<String> = Vec::new();
        match fill {
            Fill::Clear => {}
            Fill::Solid(colour) => options.push(format!("fill={}", self.colour(colour))),
            Fill::Hatched(hatch) => {
                // The lines lie over the ground, which is a path of its own.
                let ground = self.colour(hatch.ground);
                self.put(format_args!("\\path[fill={ground}] {path};"));
                let (pattern, line) = (pattern(hatch.pattern), self.colour(hatch.line));
                options.push(format!("pattern={pattern},pattern color={line}"));
            }
        }
        if let Some(Stroke { colour, width, dash }) = stroke {
            let (colour, width) = (self.colour(colour), width * self.scale * POINTS);
            options.push(format!("draw={colour},line width={width:.2}pt"));
            if dash > 0.0 {
                let dash = dash * self.scale * POINTS;
                options.push(format!("dash pattern=on {dash:.2}pt off {dash:.2}pt"));
            }
        }
        if !options.is_empty() {
            self.put(format_args!("\\path[{}] {path};", options.join(",")));
        }
    }

    fn letters(&mut self, text: &Text) {
        let anchor = match text.anchor {
            Anchor::Start => "base west",
            Anchor::Middle => "base",
            Anchor::End => "base east",
        };
        let size = text.size * self.scale * POINTS;
        let rim = text.halo.map_or(String::new(), |halo| format!(",fill={}", self.colour(halo)));
        self.put(format_args!(
            "\\node[anchor={anchor},text={}{rim},font=\\sffamily\\fontsize{{{size:.2}}}{{{size:.2}}}\\selectfont] at ({:.2},{:.2}) {{{}}};",
            self.colour(text.colour),
            text.x,
            text.y,
            escaped(&written(&text.text))
        ));
    }
}

fn rectangle(area: &Area) -> String {
    format!(
        "({:.2},{:.2}) rectangle ({:.2},{:.2})",
        area.x,
        area.y,
        area.x + area.width,
        area.y + area.height
    )
}

fn corners(points: &[(f64, f64)]) -> String {
    let corners: Vec<String> = points.iter().map(|(x, y)| format!("({x:.2},{y:.2})")).collect();
    corners.join(" -- ")
}

fn pattern(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Rising => "north east lines",
        Pattern::Falling => "north west lines",
        Pattern::Crossed => "crosshatch",
        Pattern::Standing => "vertical lines",
        Pattern::Lying => "horizontal lines",
        Pattern::Dotted => "crosshatch dots",
    }
}

/// A text as TeX prints it: what means something to TeX, and signs that its usual fonts lack.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("$\\backslash$"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => escaped.extend(['\\', letter]),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            // In text these hang on the encoding of the font; in formulas they do not.
            '<' => escaped.push_str("$<$"),
            '>' => escaped.push_str("$>$"),
            '|' => escaped.push_str("$|$"),
            // Straight ones: as letters they are curly, and two of them become another sign.
            '\'' => escaped.push_str("\\textquotesingle{}"),
            '"' => escaped.push_str("\\textquotesingle{}\\textquotesingle{}"),
            '`' => escaped.push_str("\\textasciigrave{}"),
            '‘' => escaped.push_str("\\textquoteleft{}"),
            '’' => escaped.push_str("\\textquoteright{}"),
            '“' => escaped.push_str("\\textquotedblleft{}"),
            '”' => escaped.push_str("\\textquotedblright{}"),
            '…' => escaped.push_str("\\dots{}"),
            '·' => escaped.push_str("$\\cdot$"),
            '×' => escaped.push_str("$\\times$"),
            'µ' | 'μ' => escaped.push_str("$\\mu$"),
            '≈' => escaped.push_str("$\\approx$"),
            '≥' => escaped.push_str("$\\geq$"),
            '≤' => escaped.push_str("$\\leq$"),
            '→' => escaped.push_str("$\\rightarrow$"),
            '–' => escaped.push_str("\\textendash{}"),
            '—' => escaped.push_str("\\textemdash{}"),
            // No ligature of two.
            '-' | ',' => escaped.extend(['{', letter, '}']),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_tex_is_escaped() {
        assert_eq!(escaped("a_b{50%}\\x"), "a\\_b\\{50\\%\\}$\\backslash$x");
        assert_eq!(escaped("≈3s · --,,"), "$\\approx$3s $\\cdot$ {-}{-}{,}{,}");
        // Of two signs none becomes another one, and none that is straight is curly.
        let quotes = "\\textquotesingle{}";
        assert_eq!(escaped("'a'\""), format!("{quotes}a{quotes}{quotes}{quotes}"));
        assert_eq!(escaped("?`–"), "?\\textasciigrave{}\\textendash{}");
    }

    #[test]
    fn a_picture_of_each_shape() {
        let mut scene = Scene::new(640.0, 100.0, "x\n\\end".to_owned(), String::new());
        let hatch = Hatch { pattern: Pattern::Crossed, line: Colour(1, 2, 3), ground: Colour(4, 5, 6) };
        scene.fill(Area::between(1.0, 2.0, 3.0, 4.0), Fill::Hatched(hatch), Default::default());
        scene.text(5.0, 6.0, 10.0, Anchor::End, Colour(0, 0, 0), "50%");
        let text =
            String::from_utf8(tikz(&crate::render::svg(&scene)).expect("it is SVG")).expect("it is text");
        assert!(text.starts_with("% x \\end\n\\documentclass"), "{text}");
        let (head, drawing) = text.split_once("\\begin{document}").expect("there is a document");
        assert!(
            !head.contains("definecolor") && drawing.contains("definecolor"),
            "a report reads the drawing alone"
        );
        assert!(!head.contains("fontspec"), "{head}");
        for part in [
            "x=0.02500cm,y=-0.02500cm",
            "\\path[fill=tempolane1] (1.00,2.00) rectangle (3.00,4.00);",
            "\\path[pattern=crosshatch,pattern color=tempolane0] (1.00,2.00)",
            "anchor=base east,text=tempolane2,font=\\sffamily\\fontsize{7.11}{7.11}\\selectfont] at (5.00,6.00) {50\\%};",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn letters_that_are_not_latin_ask_for_fonts_that_have_them() {
        let head = |said: &str| {
            let mut scene = Scene::new(640.0, 100.0, String::new(), String::new());
            scene.text(5.0, 6.0, 10.0, Anchor::Start, Colour(0, 0, 0), said);
            String::from_utf8(tikz(&crate::render::svg(&scene)).expect("it is SVG")).expect("it is text")
        };
        assert!(!head("Ünïcode ½ 3µs").contains("fontspec"));
        assert!(head("Привет").contains("fontspec") && head("ελληνικά").contains("fontspec"));
    }
}
