//! A finished picture as shapes again, for formats with shapes of their own.
//!
//! Reads the SVG documents that we write, timelines and charts alike. Decides nothing: what
//! they do not have is no part of it (scripts, style sheets, transformations).

use crate::render::png::RenderError;
use crate::render::scene::{Anchor, Area, Colour, Fill, Hatch, Pattern, Scene, Shape, Stroke, Tag, Text};
use crate::render::svg::pattern_of;
use resvg::usvg::roxmltree::{Document, Node};
use std::collections::BTreeMap;

/// The shapes of an SVG document of ours.
///
/// # Errors
/// If it is no SVG.
pub(super) fn read(document: &str) -> Result<Scene, RenderError> {
    let document = Document::parse(document).map_err(|error| RenderError::Svg(error.to_string()))?;
    let root = document.root_element();
    let shown: Vec<f64> = root.attribute("viewBox").unwrap_or_default().split(' ').map(number).collect();
    let [_, _, width, height] = shown[..] else {
        return Err(RenderError::Svg("it does not say how large it is".to_owned()));
    };
    let text_of = |name: &str| {
        let found = root.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
        found.unwrap_or_default().to_owned()
    };
    let mut scene = Scene::new(width, height, text_of("title"), text_of("desc"));
    let reader = Reader { hatches: hatches(root), size: (width, height) };
    reader.shapes(root, &mut scene.shapes);
    Ok(scene)
}

/// How many times as large as its coordinates say the picture is shown.
pub(super) fn enlarged(document: &str, scene: &Scene) -> f64 {
    let tag = document.split('>').next().unwrap_or_default();
    let width = tag.split(" width=\"").nth(1).and_then(|rest| rest.split('"').next()).map(number);
    width.filter(|_| scene.width > 0.0).map_or(1.0, |width| width / scene.width)
}

/// The hatchings of a document, by id.
fn hatches<'d>(root: Node<'d, 'd>) -> BTreeMap<&'d str, Hatch> {
    let patterns = root.descendants().filter(|node| node.has_tag_name("pattern"));
    let hatch = |node: Node<'d, 'd>| {
        let part = |name: &str| node.children().find(|part| part.has_tag_name(name));
        let ground = colour(part("rect")?.attribute("fill")?)?;
        let hatch = match part("path") {
            Some(path) => {
                let (pattern, line) = (pattern_of(path.attribute("d")?)?, colour(path.attribute("stroke")?)?);
                Hatch { pattern, line, ground }
            }
            None => {
                let line = colour(part("circle")?.attribute("fill")?)?;
                Hatch { pattern: Pattern::Dotted, line, ground }
            }
        };
        Some((node.attribute("id")?, hatch))
    };
    patterns.filter_map(hatch).collect()
}

struct Reader<'d> {
    hatches: BTreeMap<&'d str, Hatch>,
    size: (f64, f64),
}

impl Reader<'_> {
    fn shapes(&self, parent: Node<'_, '_>, shapes: &mut Vec<Shape>) {
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "g" => self.shapes(node, shapes),
                "rect" => shapes.push(Shape::Rect {
                    area: self.area(node),
                    fill: self.fill(node),
                    stroke: self.stroke(node),
                    tag: Tag::default(),
                }),
                "path" => shapes.push(Shape::Areas {
                    areas: areas(node.attribute("d").unwrap_or_default()),
                    fill: self.fill(node),
                    tag: Tag::default(),
                }),
                "line" => {
                    let stroke = self.stroke(node);
                    let ends = (at(node, "x1", "y1"), at(node, "x2", "y2"));
                    shapes.extend(stroke.map(|stroke| Shape::Line { from: ends.0, to: ends.1, stroke }));
                }
                "polyline" => shapes.push(self.polyline(node)),
                "text" => shapes.push(Shape::Text(self.text(node))),
                _ => {}
            }
        }
    }

    fn area(&self, node: Node<'_, '_>) -> Area {
        let ((x, y), (width, height)) =
            (at(node, "x", "y"), (node.attribute("width"), node.attribute("height")));
        let side = |text: Option<&str>, whole| match text {
            Some("100%") => whole,
            text => text.map_or(0.0, number),
        };
        Area { x, y, width: side(width, self.size.0), height: side(height, self.size.1) }
    }

    fn fill(&self, node: Node<'_, '_>) -> Fill {
        let text = node.attribute("fill").unwrap_or("#000000");
        match text.strip_prefix("url(#").and_then(|id| id.strip_suffix(')')) {
            Some(id) => self.hatches.get(id).map_or(Fill::Clear, |hatch| Fill::Hatched(*hatch)),
            None => colour(text).map_or(Fill::Clear, Fill::Solid),
        }
    }

    fn stroke(&self, node: Node<'_, '_>) -> Option<Stroke> {
        let colour = colour(node.attribute("stroke")?)?;
        let dash = node.attribute("stroke-dasharray").and_then(|dash| dash.split([' ', ',']).next());
        Some(Stroke {
            colour,
            width: node.attribute("stroke-width").map_or(1.0, number),
            dash: dash.map_or(0.0, number),
        })
    }

    fn polyline(&self, node: Node<'_, '_>) -> Shape {
        let corners = node.attribute("points").unwrap_or_default().split_whitespace();
        let corner = |text: &str| text.split_once(',').map(|(x, y)| (number(x), number(y)));
        let points = corners.filter_map(corner).collect();
        Shape::Polyline { points, fill: self.fill(node), stroke: self.stroke(node), tag: Tag::default() }
    }

    fn text(&self, node: Node<'_, '_>) -> Text {
        // Of a tooltip inside nothing is seen.
        let letters: String =
            node.children().filter(Node::is_text).filter_map(|part| part.text()).map(str::trim).collect();
        let size = node.attribute("font-size").map_or(16.0, number);
        let (x, y) = at(node, "x", "y");
        let anchor = match node.attribute("text-anchor") {
            Some("middle") => Anchor::Middle,
            Some("end") => Anchor::End,
            _ => Anchor::Start,
        };
        let ink = node.attribute("fill").and_then(colour).unwrap_or(Colour(0, 0, 0));
        let halo = node.attribute("stroke").and_then(colour);
        Text { halo, ..Text::new(x, y, size, anchor, ink, letters) }
    }
}

fn number(text: &str) -> f64 {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite()).unwrap_or(0.0)
}

fn at(node: Node<'_, '_>, x: &str, y: &str) -> (f64, f64) {
    (node.attribute(x).map_or(0.0, number), node.attribute(y).map_or(0.0, number))
}

fn colour(text: &str) -> Option<Colour> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some(Colour(red, green, blue))
}

/// The rectangles of a path of `M… h… v… h-… z`.
fn areas(path: &str) -> Vec<Area> {
    let area = |piece: &str| {
        let (corner, rest) = piece.split_once('h')?;
        let (width, rest) = rest.split_once('v')?;
        let (x, y) = corner.split_once(' ')?;
        let height = rest.split('h').next()?;
        Some(Area { x: number(x), y: number(y), width: number(width), height: number(height) })
    };
    path.split('M').filter_map(area).collect()
}
