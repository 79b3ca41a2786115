//! The legend: only what occurs in the picture.

use super::super::font;
use super::super::input::PointKind;
use super::super::palette::{ALARM, AXIS, Class, INK, PATH, QUIET};
use super::super::scene::{Anchor, Area, Fill, Shape, Stroke, Tag};
use super::super::shorten::{Names, Room};
use super::page::{Keys, MARGIN, Page};
use super::{alarm, lanes, points, torn};
use crate::figure::{so_many, verb};

const SIZE: f64 = 10.5;
/// The width of a sample in pixels.
const SAMPLE: f64 = 22.0;
/// Its height.
const HEIGHT: f64 = 11.0;
/// The height of a row of entries.
const ROW: f64 = 20.0;

/// Draws the legend under everything that is there, in as many rows as it needs.
pub(super) fn draw(page: &mut Page<'_>) {
    let mut x = MARGIN;
    let mut top = page.y + 4.0;
    let entries = entries(page);
    if entries.is_empty() {
        return;
    }
    for (sample, text) in entries {
        let width = SAMPLE + 6.0 + font::width(&text, SIZE);
        if x > MARGIN && x + width > page.scene.width - MARGIN {
            x = MARGIN;
            top += ROW;
        }
        draw_sample(page, sample, x, top);
        let baseline = top + HEIGHT / 2.0 + SIZE * font::CAPITAL / 2.0;
        page.scene.text(x + SAMPLE + 6.0, baseline, SIZE, Anchor::Start, INK, text);
        x += width + 20.0;
    }
    page.y = top + ROW;
    let mut notes = explained(&page.keys);
    notes.append(&mut page.notes);
    page.notes = notes;
}

/// What the picture leaves out or shows otherwise than it was, each a sentence.
fn explained(keys: &Keys) -> Vec<String> {
    let mut notes = Vec::new();
    let mut add = |wanted: bool, note: &str| notes.extend(wanted.then(|| note.to_owned()));
    add(keys.shares, "Where spans are narrower than a column, the heights in it show their shares of time.");
    let narrow = format!(
        "{} {} narrower than half a pixel and drawn wider than true, to be seen.",
        so_many(keys.narrow as u64, "span"),
        verb(keys.narrow, "are")
    );
    add(keys.narrow > 0, &narrow);
    add(keys.band, "Where a level changes faster than can be drawn: lowest to highest, and the mean.");
    add(keys.passing, "A line that stands on a level: it was that high for an instant.");
    notes.extend(keys.merged.notes());
    notes
}

enum Sample {
    Span(Class),
    Gap,
    Done,
    Sign(PointKind),
    Broken,
    Path,
    Cut,
    Capacity,
    RanOut,
}

fn entries(page: &Page<'_>) -> Vec<(Sample, String)> {
    let seen = || Class::all().filter(|class| page.seen[class.index()]);
    let texts = seen().map(|class| page.inks.legend(class));
    let texts = Names::new(texts, Room::pixels(page.text_width() - SAMPLE - 6.0, SIZE));
    let mut entries: Vec<(Sample, String)> =
        seen().map(|class| (Sample::Span(class), texts.shown(&page.inks.legend(class)).to_owned())).collect();
    let mut add = |wanted: bool, sample: Sample, text: &str| {
        if wanted {
            entries.push((sample, text.to_owned()));
        }
    };
    add(page.keys.gap.is_some(), Sample::Gap, page.keys.gap.unwrap_or_default());
    add(page.keys.done, Sample::Done, "done");
    add(page.keys.mark, Sample::Sign(PointKind::Mark), "mark");
    add(page.keys.log, Sample::Sign(PointKind::Log), "log line");
    add(page.keys.fatal, Sample::Sign(PointKind::Fatal), "fatal choice: nothing helps any more");
    add(page.keys.race, Sample::Sign(PointKind::Race), "race: nothing orders this access and another");
    add(page.keys.broken, Sample::Broken, "not as expected");
    add(page.keys.path, Sample::Path, "critical path");
    add(page.keys.ran_out, Sample::RanOut, "wait that ran out");
    add(page.keys.cut, Sample::Cut, "goes on beyond the picture");
    add(page.keys.capacity, Sample::Capacity, "capacity");
    entries
}

fn draw_sample(page: &mut Page<'_>, sample: Sample, x: f64, top: f64) {
    let middle = (x + SAMPLE / 2.0, top + HEIGHT / 2.0);
    match sample {
        Sample::Span(class) => {
            let area = Area { x: x + 0.4, y: top + 0.4, width: SAMPLE - 0.8, height: HEIGHT - 0.8 };
            let tag = Tag::class(class.name());
            page.scene.push(Shape::Rect { area, fill: class.fill(), stroke: Some(class.edge()), tag });
        }
        Sample::Gap => {
            let ends = ((x + 1.0, middle.1), (x + SAMPLE - 1.0, middle.1));
            page.scene.line(ends.0, ends.1, Stroke::solid(AXIS, 0.8));
        }
        Sample::Done => {
            let area = Area::between(middle.0 - 0.75, top - 1.0, middle.0 + 0.75, top + HEIGHT + 1.0);
            page.scene.fill(area, Fill::Solid(INK), Tag::class("done"));
        }
        Sample::Sign(kind) => {
            let (at, height) = match kind {
                PointKind::Mark => (middle.1, 16.0),
                PointKind::Fatal | PointKind::Race => (top + 3.0, HEIGHT - 3.0),
                PointKind::Log => (middle.1 - 16.0, 16.0),
            };
            page.scene.push(points::shape(kind, middle.0, at, height, Tag::default()));
        }
        Sample::Broken => {
            let (x, low) = (middle.0, top + HEIGHT + 2.0);
            page.scene.line((x, top + 5.0), (x, low), Stroke::dashed(ALARM, 1.4, 3.0));
            page.scene.push(alarm::arrow(x, top + 5.0, Tag::default()));
        }
        Sample::Path => {
            let ends = ((x + 1.0, middle.1), (x + SAMPLE - 1.0, middle.1));
            page.scene.line(ends.0, ends.1, Stroke::solid(PATH, 2.2));
        }
        Sample::RanOut => {
            lanes::cross(middle.0 + 5.0, top, HEIGHT).into_iter().for_each(|shape| page.scene.push(shape));
        }
        Sample::Cut => {
            let area = Area { x, y: top + 0.4, width: SAMPLE, height: HEIGHT - 0.8 };
            page.scene.fill(area, Fill::Solid(AXIS), Tag::default());
            page.scene.push(torn::end(area, torn::Side::Right));
        }
        Sample::Capacity => {
            let ends = ((x + 1.0, middle.1), (x + SAMPLE - 1.0, middle.1));
            page.scene.line(ends.0, ends.1, Stroke::dashed(QUIET, 1.0, 3.0));
        }
    }
}
