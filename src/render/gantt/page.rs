//! A picture in the making: everything that its parts share.
//!
//! Decides its sizes and distances, how it is headed, and what is kept for its
//! legend.

use super::super::dense::{Detail, Scale};
use super::super::font;
use super::super::ink_table::Inks;
use super::super::input::{GanttInput, Window};
use super::super::palette::{ALARM, Class, INK, QUIET};
use super::super::scene::{Anchor, Scene};
use super::super::shorten::{Names, Room};
use crate::look::{ColourBy, WIDTH};
use crate::time::Time;
use crate::trace::Outcome;
use std::collections::BTreeMap;

/// How a Gantt timeline is drawn.
///
/// The smallest text is 10 pixels high. At the default width of 640 pixels that is
/// 7 points in a column of 16 cm, which can still be read. For other colours and larger
/// letters see [`restyled`](fn@crate::render::restyled).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// The width of the picture in pixels; at least 400 is used.
    pub width: f64,
    /// The most lanes of one run; further processes are counted in a note.
    pub most_lanes: usize,
    /// The most level panels under the lanes; further ones are counted in a note.
    pub most_levels: usize,
    /// Which part of the time axis is shown. What reaches beyond it is marked as cut.
    pub window: Window,
    /// What the colours of spans tell; if `None` activities, where any have names, and
    /// states otherwise.
    pub colour_by: Option<ColourBy>,
    /// Whether lanes under those of the processes show who holds each lock.
    pub holders: bool,
}

impl Default for Style {
    fn default() -> Style {
        let (window, colour_by) = (Window::default(), None);
        Style { width: f64::from(WIDTH), most_lanes: 240, most_levels: 5, window, colour_by, holders: false }
    }
}

/// Space between the picture and its edge, in pixels.
pub(super) const MARGIN: f64 = 20.0;
/// Space between parts, in pixels.
pub(super) const GAP: f64 = 14.0;
/// Space under a heading, in pixels.
pub(super) const HEADING_GAP: f64 = 8.0;
/// The font size of titles, in pixels.
const TITLE_SIZE: f64 = 17.0;
/// The font size of what stands under a title, in pixels.
const SUBTITLE_SIZE: f64 = 11.5;
/// The font size of the title of one run among several, in pixels.
const BLOCK_TITLE_SIZE: f64 = 13.0;
/// Space between it and what stands beside it, in pixels.
const TITLE_GAP: f64 = 12.0;
/// The font size of names and labels, in pixels.
pub(super) const NAME_SIZE: f64 = 11.0;
/// The font size of the smallest text, in pixels.
pub(super) const SMALL_SIZE: f64 = 10.0;
/// More names than this are not shortened to stand inside spans: for each width of a
/// span all of them would have to be.
const MOST_SPAN_NAMES: usize = 256;

/// A picture in the making: everything that its parts share.
pub(super) struct Page<'a> {
    pub(super) scene: Scene,
    pub(super) style: &'a Style,
    /// Where the next part starts.
    pub(super) y: f64,
    /// Where time 0 lies; whole pixels, so that columns are sharp.
    pub(super) left: f64,
    pub(super) scale: Scale,
    /// Up to when the axis reaches; the scale is never shorter than 1 ns.
    pub(super) end: Time,
    pub(super) inks: Inks,
    /// The names in the column left of the axis.
    pub(super) names: Names,
    /// The names of resources inside spans.
    pub(super) waits: SpanNames,
    /// The names of processes inside holdings.
    pub(super) holders: SpanNames,
    /// What stands right of the edge, by [`super::alarm`].
    pub(super) complaints: Names,
    pub(super) detail: Detail,
    /// How many lanes there are, of all runs.
    pub(super) lanes: usize,
    /// By [`Class::index`]: whether it occurs, and so belongs into the legend.
    pub(super) seen: [bool; Class::COUNT],
    /// What else the legend has to explain.
    pub(super) keys: Keys,
    /// What stands under the legend, each a sentence.
    pub(super) notes: Vec<String>,
    /// What every id starts with, by run: empty if there is only one.
    pub(super) several: bool,
}

impl Page<'_> {
    /// Where an instant lies in the picture.
    pub(super) fn x(&self, time: Time) -> f64 {
        self.left + self.scale.x(time)
    }

    /// Where the time axis ends.
    pub(super) fn right(&self) -> f64 {
        self.left + f64::from(self.scale.pixels)
    }

    /// The room for text from margin to margin.
    pub(super) fn text_width(&self) -> f64 {
        self.scene.width - 2.0 * MARGIN
    }

    /// The title; under it what is to be said and, if they were set, the parameters.
    pub(super) fn heading(&mut self, title: &str, line: &str, settings: &str) {
        self.y -= 8.0;
        for line in few_lines(title, TITLE_SIZE, self.text_width()) {
            self.y += 22.0;
            self.scene.text(MARGIN, self.y, TITLE_SIZE, Anchor::Start, INK, line);
        }
        let both = [line, settings].map(str::to_owned).into_iter().filter(|text| !text.is_empty());
        let both: Vec<String> = both.collect();
        let together = both.join(" · ");
        let fits = font::width(&together, SUBTITLE_SIZE) <= self.text_width();
        let both = if fits { vec![together] } else { both };
        let room = self.text_width();
        for line in both.iter().flat_map(|line| few_lines(line, SUBTITLE_SIZE, room)) {
            self.y += 18.0;
            self.scene.text(MARGIN, self.y, SUBTITLE_SIZE, Anchor::Start, QUIET, line);
        }
        self.y += HEADING_GAP;
    }

    /// The titles of runs, as short as the picture makes them, and whether each of the lines has
    /// room beside its title: titles are what tells runs apart, so lines give way.
    pub(super) fn titles(&self, inputs: &[GanttInput<'_>], lines: &[String]) -> (Names, bool) {
        let room = self.text_width();
        let fits = |(input, line): (&GanttInput<'_>, &String)| {
            let title = font::width(&input.title, BLOCK_TITLE_SIZE);
            title + TITLE_GAP + font::width(line, NAME_SIZE) <= room
        };
        let are_beside = inputs.iter().zip(lines).all(fits);
        let titles = inputs.iter().map(|input| input.title.clone());
        (Names::new(titles, Room::pixels(room, BLOCK_TITLE_SIZE)), are_beside)
    }

    /// The heading of one run among several: its title, and what is said of it, beside it or
    /// under it.
    pub(super) fn block_heading(
        &mut self,
        input: &GanttInput<'_>,
        title: &str,
        (line, is_beside): (String, bool),
    ) {
        self.y += 18.0;
        let colour = if matches!(input.outcome, Outcome::Deadlock(_) | Outcome::Fault(_))
            || !input.broken.is_empty()
        {
            ALARM
        } else {
            QUIET
        };
        self.scene.text(MARGIN, self.y, BLOCK_TITLE_SIZE, Anchor::Start, INK, title);
        if is_beside {
            let beside = MARGIN + font::width(title, BLOCK_TITLE_SIZE) + TITLE_GAP;
            self.scene.text(beside, self.y, NAME_SIZE, Anchor::Start, colour, line);
        } else {
            for line in few_lines(&line, NAME_SIZE, self.text_width()) {
                self.y += 16.0;
                self.scene.text(MARGIN, self.y, NAME_SIZE, Anchor::Start, colour, line);
            }
        }
        self.y += HEADING_GAP;
    }
}

/// A text of a heading in a few lines; the last is shortened if that is not enough.
fn few_lines(text: &str, size: f64, room: f64) -> Vec<String> {
    const MOST_LINES: usize = 3;
    let mut lines = font::wrap(text, size, room);
    if lines.len() > MOST_LINES {
        let rest = lines.split_off(MOST_LINES - 1).join(" ");
        lines.push(font::shorten(&rest, size, room));
    }
    lines
}

/// Names as they stand inside spans: as short as the span makes
/// them, and together, so that different ones do not look equal.
pub(super) struct SpanNames {
    names: Vec<String>,
    /// By room in pixels.
    shown: BTreeMap<u32, Names>,
}

impl SpanNames {
    pub(super) fn new(names: Vec<String>) -> SpanNames {
        SpanNames { names, shown: BTreeMap::new() }
    }

    /// The name in at most `room` pixels; `None` if too little would be left of it,
    /// or if it is one of too many to be kept apart.
    pub(super) fn shown(&mut self, name: &str, room: f64) -> Option<String> {
        if self.names.len() > MOST_SPAN_NAMES {
            return None;
        }
        // A floor, so that there is one set of names for each pixel.
        let room = room.max(0.0) as u32;
        let names = || Names::new(self.names.iter().cloned(), Room::pixels(f64::from(room), SMALL_SIZE));
        let short = self.shown.entry(room).or_insert_with(names).shown(name);
        // Fewer than six letters of a name say little; and one that is not among
        // the names is there as it is.
        let fits = font::width(short, SMALL_SIZE) <= f64::from(room);
        (fits && short.chars().count() > 6).then(|| short.to_owned())
    }
}

/// What besides the classes of spans has to be explained.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keys {
    /// Columns that show shares.
    pub shares: bool,
    /// Lanes without a span, and what those who have none there are.
    pub gap: Option<&'static str>,
    /// End posts.
    pub done: bool,
    /// Diamonds.
    pub mark: bool,
    /// Wedges.
    pub log: bool,
    /// The flag at the fatal choice.
    pub fatal: bool,
    /// Hourglasses at the accesses of races.
    pub race: bool,
    /// The line at a broken expectation.
    pub broken: bool,
    /// The line of the critical path.
    pub path: bool,
    /// Torn ends of spans that go on beyond the picture.
    pub cut: bool,
    /// Dashed lines in the levels.
    pub capacity: bool,
    /// Crosses at the end of waits.
    pub ran_out: bool,
    /// Bands from lowest to highest level.
    pub band: bool,
    /// A level that was higher for an instant.
    pub passing: bool,
    /// How many single spans are drawn wider than true.
    pub narrow: usize,
    /// Signs that stand for several points.
    pub merged: Merged,
}

/// How many points share their signs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Merged {
    /// How many points.
    pub points: usize,
    /// How many signs stand for them.
    pub signs: usize,
    /// How many points are not drawn at all.
    pub left_out: u64,
}

impl Merged {
    /// What is to be said about it.
    pub(super) fn notes(self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.signs > 0 {
            let Merged { points, signs, .. } = self;
            let signs = if signs == 1 { "one sign".to_owned() } else { format!("{signs} signs") };
            notes.push(format!(
                "Where marks or log lines are close together, one sign stands for several: {points} of them are drawn as {signs}."
            ));
        }
        if self.left_out > 0 {
            notes.push(format!("Not drawn: {} of the marks and log lines.", self.left_out));
        }
        notes
    }
}
