//! Shapes without a format: what a picture consists of, in pixels.
//!
//! Decides which shapes there are and what they may carry (paint, an id, a
//! tooltip). Does not decide how they are written ([`super::svg`]) nor what is
//! drawn. Coordinates are `f64` that come from `+ - * /` alone, so that they
//! are the same on every machine; x grows to the right, y downwards.

/// A colour, 8 bits each of red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// This colour on white: `share` of 256 parts of it, the rest white.
    pub const fn tint(self, share: u16) -> Colour {
        self.over(Colour(255, 255, 255), share)
    }

    /// This colour on another: `share` of 256 parts of it, the rest that one.
    pub const fn over(self, ground: Colour, share: u16) -> Colour {
        const fn mix(channel: u8, ground: u8, share: u16) -> u8 {
            let share = if share > 256 { 256 } else { share as u32 };
            ((channel as u32 * share + ground as u32 * (256 - share)) / 256) as u8
        }
        Colour(mix(self.0, ground.0, share), mix(self.1, ground.1, share), mix(self.2, ground.2, share))
    }
}

/// The lines of a hatching, chosen so that neighbours differ in greyscale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// Rising to the right: `///`.
    Rising,
    /// Falling to the right: `\\\`.
    Falling,
    /// Both: `XXX`.
    Crossed,
    /// Standing lines.
    Standing,
    /// Lying lines.
    Lying,
    /// Dots.
    Dotted,
}

/// A hatching: lines of one colour on a ground of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hatch {
    /// The form of the lines.
    pub pattern: Pattern,
    /// Their colour.
    pub line: Colour,
    /// The colour between them.
    pub ground: Colour,
}

/// How an area is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fill {
    /// Not at all.
    Clear,
    /// With one colour.
    Solid(Colour),
    /// With a hatching.
    Hatched(Hatch),
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Colour,
    /// Its width in pixels.
    pub width: f64,
    /// The length in pixels of its dashes and of the gaps between them; 0 for
    /// an unbroken line.
    pub dash: f64,
}

impl Stroke {
    /// An unbroken line.
    pub const fn solid(colour: Colour, width: f64) -> Stroke {
        Stroke { colour, width, dash: 0.0 }
    }

    /// A dashed line.
    pub const fn dashed(colour: Colour, width: f64, dash: f64) -> Stroke {
        Stroke { colour, width, dash }
    }
}

/// What a shape may carry besides its form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tag {
    /// A name that is unique in the picture, for scripts and links.
    pub id: Option<String>,
    /// What the shape is, for style sheets.
    pub class: Option<&'static str>,
    /// What is shown when the pointer rests on it; may have several lines.
    pub tooltip: Option<String>,
}

impl Tag {
    /// A class alone.
    pub fn class(class: &'static str) -> Tag {
        Tag { class: Some(class), ..Tag::default() }
    }

    /// A class and a tooltip.
    pub fn tooltip(class: &'static str, tooltip: String) -> Tag {
        Tag { id: None, class: Some(class), tooltip: Some(tooltip) }
    }

    /// The class of a name that is shown as `shown`; what it is in full, if that is
    /// something else, is the tooltip.
    pub fn name(class: &'static str, shown: &str, full: &str) -> Tag {
        Tag { tooltip: (shown != full).then(|| full.to_owned()), ..Tag::class(class) }
    }
}

/// The side of a text on which its point lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The text starts there.
    Start,
    /// The text is centred there.
    Middle,
    /// The text ends there.
    End,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// Where, horizontally.
    pub x: f64,
    /// The baseline.
    pub y: f64,
    /// The letters.
    pub text: String,
    /// The size of the font in pixels.
    pub size: f64,
    /// The side on which `x` lies.
    pub anchor: Anchor,
    /// The colour of the letters.
    pub colour: Colour,
    /// A rim around the letters, for text on a hatching.
    pub halo: Option<Colour>,
    /// The tooltip, if the text was shortened.
    pub tag: Tag,
}

impl Text {
    /// Text without a rim and a tag.
    pub fn new(x: f64, y: f64, size: f64, anchor: Anchor, colour: Colour, text: impl Into<String>) -> Text {
        Text { x, y, text: text.into(), size, anchor, colour, halo: None, tag: Tag::default() }
    }
}

/// An axis-parallel rectangle; width and height are never negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// The left edge.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// To the right.
    pub width: f64,
    /// Downwards.
    pub height: f64,
}

impl Area {
    /// The rectangle between two corners.
    pub fn between(x0: f64, y0: f64, x1: f64, y1: f64) -> Area {
        Area { x: x0, y: y0, width: (x1 - x0).max(0.0), height: (y1 - y0).max(0.0) }
    }
}

/// One thing in a picture. Later ones cover earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A rectangle.
    Rect {
        /// Where.
        area: Area,
        /// Its inside.
        fill: Fill,
        /// Its edge.
        stroke: Option<Stroke>,
        /// Id, class, tooltip.
        tag: Tag,
    },
    /// Many rectangles of one fill, written as one path: what a dense lane
    /// needs to stay small.
    Areas {
        /// Where.
        areas: Vec<Area>,
        /// Their inside.
        fill: Fill,
        /// Id, class, tooltip.
        tag: Tag,
    },
    /// A straight line from one point to another.
    Line {
        /// From.
        from: (f64, f64),
        /// To.
        to: (f64, f64),
        /// How.
        stroke: Stroke,
    },
    /// Straight lines through points, and the area that they enclose.
    Polyline {
        /// The corners, in order.
        points: Vec<(f64, f64)>,
        /// The area between the line and its chord.
        fill: Fill,
        /// The line.
        stroke: Option<Stroke>,
        /// Id, class, tooltip.
        tag: Tag,
    },
    /// A line of text.
    Text(Text),
    /// Shapes that belong together.
    Group {
        /// Id, class, tooltip.
        tag: Tag,
        /// The shapes.
        shapes: Vec<Shape>,
    },
}

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// In pixels.
    pub width: f64,
    /// In pixels.
    pub height: f64,
    /// What the picture is called.
    pub title: String,
    /// What it shows, in words, for those who cannot see it.
    pub description: String,
    /// The shapes, from back to front.
    pub shapes: Vec<Shape>,
}

impl Scene {
    /// An empty picture.
    pub fn new(width: f64, height: f64, title: String, description: String) -> Scene {
        Scene { width, height, title, description, shapes: Vec::new() }
    }

    /// Puts a shape in front of all that are there.
    pub fn push(&mut self, shape: Shape) {
        self.shapes.push(shape);
    }

    /// Puts a rectangle without an edge in front.
    pub fn fill(&mut self, area: Area, fill: Fill, tag: Tag) {
        self.push(Shape::Rect { area, fill, stroke: None, tag });
    }

    /// Puts a straight line in front.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        self.push(Shape::Line { from, to, stroke });
    }

    /// Puts a line of text in front.
    pub fn text(
        &mut self,
        x: f64,
        y: f64,
        size: f64,
        anchor: Anchor,
        colour: Colour,
        text: impl Into<String>,
    ) {
        self.push(Shape::Text(Text::new(x, y, size, anchor, colour, text)));
    }

    /// The texts that are written, without tooltips, in the order of the shapes.
    pub fn texts(&self) -> Vec<&str> {
        let mut found = Vec::new();
        collect_texts(&self.shapes, &mut found);
        found
    }

    /// Every hatching that occurs, each once, in the order of their first use.
    pub fn hatches(&self) -> Vec<Hatch> {
        let mut found = Vec::new();
        collect_hatches(&self.shapes, &mut found);
        found
    }
}

fn collect_texts<'a>(shapes: &'a [Shape], found: &mut Vec<&'a str>) {
    for shape in shapes {
        match shape {
            Shape::Text(text) => found.push(&text.text),
            Shape::Group { shapes, .. } => collect_texts(shapes, found),
            Shape::Rect { .. } | Shape::Areas { .. } | Shape::Polyline { .. } | Shape::Line { .. } => {}
        }
    }
}

fn collect_hatches(shapes: &[Shape], found: &mut Vec<Hatch>) {
    for shape in shapes {
        match shape {
            Shape::Rect { fill, .. } | Shape::Areas { fill, .. } | Shape::Polyline { fill, .. } => {
                if let Fill::Hatched(hatch) = fill
                    && !found.contains(hatch)
                {
                    found.push(*hatch);
                }
            }
            Shape::Group { shapes, .. } => collect_hatches(shapes, found),
            Shape::Line { .. } | Shape::Text(_) => {}
        }
    }
}
