//! The lanes of locks: who holds each mutex and each read-write lock.
//!
//! Decides what is written into a holding, and how dense stretches are drawn. Does not decide
//! what a holding is: that is the trace's business.

use super::super::dense::{self, Cell, Detail};
use super::super::font;
use super::super::held::{as_span, look};
use super::super::inks::Classes;
use super::super::input::{GanttInput, HeldLock, length};
use super::super::palette::{Class, INK, QUIET};
use super::super::scene::{Anchor, Area, Fill, Shape, Tag, Text};
use super::page::{GAP, NAME_SIZE, Page, SMALL_SIZE};
use super::torn;
use crate::figure::{format_share, so_many, verb};
use crate::trace::{Holding, Span};
use std::collections::BTreeSet;

/// The distance from lane to lane, in pixels: room for a name and what stands under it.
const PITCH: f64 = 30.0;
/// The height of a holding, in pixels.
const HEIGHT: f64 = 18.0;
/// What stands under the name of a lock.
const UNDER: &str = "held by";
/// The most lanes of locks; further ones are counted in a note.
const MOST: usize = 40;

/// The locks that have a lane.
fn shown<'i>(page: &Page<'_>, input: &'i GanttInput<'_>) -> Vec<HeldLock<'i>> {
    if page.style.holders { input.held_locks(MOST).0 } else { Vec::new() }
}

/// The height of all these lanes of a run.
pub(super) fn height(page: &Page<'_>, input: &GanttInput<'_>) -> f64 {
    match shown(page, input).len() {
        0 => 0.0,
        lanes => PITCH * lanes as f64 + GAP,
    }
}

/// What stands left of the axis: the page makes room.
pub(super) fn labels(input: &GanttInput<'_>) -> Vec<(String, f64)> {
    let names = input.held_locks(MOST).0.into_iter().map(|held| (input.resource_name(held.lock), NAME_SIZE));
    names.chain([(UNDER.to_owned(), SMALL_SIZE)]).collect()
}

/// The names of all that hold a lock alone, which are shortened together.
pub(super) fn names(runs: &[GanttInput<'_>]) -> Vec<String> {
    let alone = |run: &GanttInput<'_>| {
        let alone =
            run.holdings.iter().filter(|one| one.count == 1).map(|one| run.process_name(one.holders[0]));
        alone.collect::<BTreeSet<String>>()
    };
    runs.iter().flat_map(alone).collect::<BTreeSet<String>>().into_iter().collect()
}

/// Draws the lanes.
pub(super) fn draw(page: &mut Page<'_>, input: &GanttInput<'_>) {
    if !page.style.holders {
        return;
    }
    let (locks, left_out) = input.held_locks(MOST);
    let spans: Vec<Vec<Span>> = locks.iter().map(|held| spans(page, held.holdings)).collect();
    let detail = Detail::of(page.scale, spans.iter().map(Vec::as_slice));
    let classes = page.inks.holder_classes(input);
    for (held, spans) in locks.iter().zip(&spans) {
        let lane = Lane { input, held, spans, classes: &classes, top: page.y + (PITCH - HEIGHT) / 2.0 };
        lane.draw(page, detail);
        page.y += PITCH;
    }
    if !locks.is_empty() {
        page.y += GAP;
    }
    let of = if page.several { format!(" of {}", input.title) } else { String::new() };
    if left_out > 0 {
        let (more, are) = (so_many(left_out as u64, "lock"), verb(left_out, "are"));
        page.notes.push(format!(
            "Holders: the {MOST} locks that processes waited for longest; {more}{of} {are} not shown."
        ));
    }
    page.notes.extend(input.never_held().map(|named| format!("No lanes of locks{of} for {named}.")));
}

/// The holdings that are seen, as spans of those who hold.
fn spans(page: &Page<'_>, holdings: &[Holding]) -> Vec<Span> {
    let seen = holdings.iter().filter(|one| page.style.window.shows_some(one.start, one.end));
    seen.map(as_span).collect()
}

/// The lane of one lock.
struct Lane<'l, 'i> {
    input: &'l GanttInput<'i>,
    held: &'l HeldLock<'l>,
    spans: &'l [Span],
    classes: &'l Classes,
    /// The upper edge of the holdings.
    top: f64,
}

impl Lane<'_, '_> {
    fn middle(&self) -> f64 {
        self.top + HEIGHT / 2.0
    }

    fn draw(&self, page: &mut Page<'_>, detail: Detail) {
        let full = self.input.resource_name(self.held.lock);
        let shown = page.names.shown(&full).to_owned();
        let names =
            [(shown.as_str(), full.as_str(), NAME_SIZE, INK, 0.0), (UNDER, UNDER, SMALL_SIZE, QUIET, 12.0)];
        for (shown, full, size, colour, under) in names {
            let baseline = self.middle() - 2.0 + under;
            page.scene.push(Shape::Text(Text {
                tag: Tag::name("lock", shown, full),
                ..Text::new(page.left - 10.0, baseline, size, Anchor::End, colour, shown)
            }));
        }
        let split = dense::split(self.spans, self.classes, page.scale, detail);
        let mut shapes = Vec::new();
        self.cells(page, &split.cells, &mut shapes);
        for &number in &split.single {
            let span = &self.spans[number];
            // By start, for those beyond the window are not among the spans.
            let place = self.held.holdings.partition_point(|one| one.start < span.start);
            self.single(page, span, &self.held.holdings[place], &mut shapes);
        }
        page.scene.push(Shape::Group { tag: Tag::class("holders"), shapes });
    }

    /// A holding that stands alone, with its holder if there is room.
    fn single(&self, page: &mut Page<'_>, span: &Span, holding: &Holding, shapes: &mut Vec<Shape>) {
        let class = look(holding, self.classes);
        page.seen[class.index()] |= class != Class::Busy;
        let (from, to) = (page.x(span.start), page.x(span.end));
        let wide = to - from >= 3.0;
        let inset = if wide { 0.4 } else { 0.0 };
        let area = Area::between(
            from + inset,
            self.top + inset,
            to.max(from + 0.5) - inset,
            self.top + HEIGHT - inset,
        );
        let tag = Tag::tooltip("holding", self.tooltip(holding));
        let stroke = wide.then(|| class.edge());
        shapes.push(Shape::Rect { area, fill: class.fill(), stroke, tag });
        torn::ends(page, span, area, shapes);
        let room = to - from - 8.0;
        let texts = self.input.holder_names(holding);
        let short = || page.holders.shown(texts.last()?, room);
        let fitting = texts.iter().find(|text| font::width(text, SMALL_SIZE) <= room).cloned();
        if let Some(text) = fitting.or_else(short) {
            let (colour, halo) = class.label();
            let y = self.middle() + SMALL_SIZE * font::CAPITAL / 2.0;
            let text = Text::new((from + to) / 2.0, y, SMALL_SIZE, Anchor::Middle, colour, text);
            shapes.push(Shape::Text(Text { halo, tag: Tag::class("holder"), ..text }));
        }
    }

    fn tooltip(&self, holding: &Holding) -> String {
        let Holding { start, end, .. } = *holding;
        format!(
            "{} {}\n{start} – {end} ({}){}",
            self.input.resource_name(holding.lock),
            self.input.held_by(holding),
            length(end.since(start)),
            self.input.line_note(holding.op)
        )
    }

    /// The dense stretches: as high as the share of the time in which it is held.
    fn cells(&self, page: &mut Page<'_>, cells: &[Cell], shapes: &mut Vec<Shape>) {
        let mut areas = Vec::new();
        for cell in cells {
            let held: u64 = cell.shares.iter().sum();
            let height = HEIGHT * (held as f64 / cell.length().max(1) as f64);
            let (from, to) = (page.x(cell.start), page.x(cell.end));
            let width = (to - from).max(0.5);
            areas.push(Area { x: from, y: self.top + HEIGHT - height, width, height });
        }
        if areas.is_empty() {
            return;
        }
        page.keys.shares = true;
        shapes.push(Shape::Areas { areas, fill: Class::Busy.fill(), tag: Tag::class("holding") });
        let lock = self.input.resource_name(self.held.lock);
        for cell in cells {
            let share = cell.shares.iter().sum::<u64>() as f64 / cell.length().max(1) as f64;
            let times = so_many(cell.spans.into(), "time");
            let told =
                format!("{lock}: held {times}, {}\n{} – {}", format_share(share), cell.start, cell.end);
            let (from, to) = (page.x(cell.start), page.x(cell.end));
            let area = Area::between(from, self.top, to.max(from + 0.5), self.top + HEIGHT);
            page.scene.fill(area, Fill::Clear, Tag::tooltip("holding", told));
        }
    }
}
