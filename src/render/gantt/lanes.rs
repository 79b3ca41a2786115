//! The lanes: what each process was doing, from when to when.
//!
//! Decides the height of a lane, what is written into a span, and how dense
//! stretches are stacked. Does not decide which stretches are dense.

use super::super::dense::{self, Cell};
use super::super::font;
use super::super::inks::Classes;
use super::super::input::{GanttInput, LEAST_GAP, PointKind, exact_or_about, length};
use super::super::palette::{AXIS, Class, GRID, INK, PAPER, QUIET};
use super::super::scene::{Anchor, Area, Fill, Shape, Stroke, Tag, Text};
use super::page::{GAP, MARGIN, NAME_SIZE, Page, SMALL_SIZE, SpanNames};
use super::{alarm, axis, critical_path, points, torn};
use crate::figure::{format_share, so_many, verb};
use crate::ids::ProcessId;
use crate::time::Time;
use crate::trace::{Activity, Span};

/// The height of the lanes, if they are few enough, in pixels.
const TALLEST: f64 = 26.0;
/// The least height of a lane in pixels.
const SHORTEST: f64 = 8.0;
/// The height that many lanes share, in pixels.
const COMFORTABLE: f64 = 960.0;
/// Half of the width of the post at the end of a process, in pixels.
const HALF_POST: f64 = 0.75;
/// The least width of a span in pixels.
const LEAST_WIDTH: f64 = 0.5;
/// The least distance of two names in pixels.
const NAME_PITCH: f64 = 11.5;

/// Shares that are lower than this on average, in pixels, are filled with one
/// colour: of a hatching only specks would be left.
const LEAST_HATCHED: f64 = 4.5;

/// The distance from lane to lane.
fn pitch(lanes: usize) -> f64 {
    (COMFORTABLE / lanes.max(1) as f64).floor().clamp(SHORTEST, TALLEST)
}

fn shown(page: &Page<'_>, input: &GanttInput<'_>) -> usize {
    input.lane_count().min(page.style.most_lanes)
}

/// The height of all lanes of a run.
pub(super) fn height(page: &Page<'_>, input: &GanttInput<'_>) -> f64 {
    let lanes = shown(page, input);
    pitch(lanes) * lanes as f64 + GAP
}

/// One lane on the page.
struct Place<'p, 'i> {
    input: &'p GanttInput<'i>,
    process: ProcessId,
    /// The number of the run, if there are several.
    run: Option<usize>,
    pitch: f64,
    /// The upper edge of the spans.
    top: f64,
    /// Their height.
    height: f64,
}

impl Place<'_, '_> {
    fn middle(&self) -> f64 {
        self.top + self.height / 2.0
    }

    fn name(&self) -> String {
        self.input.process_name(self.process)
    }

    /// The id of a span: `span-worker.2-17`, with the run before it if there
    /// are several.
    fn span_id(&self, number: usize) -> String {
        let run = self.run.map_or(String::new(), |run| format!("run{run}-"));
        let name: String = self.name().chars().filter(|&letter| letter != ']').map(plain).collect();
        format!("{run}span-{name}-{number}")
    }
}

/// A letter that may stand in an id.
fn plain(letter: char) -> char {
    match letter {
        '[' => '.',
        letter if letter.is_alphanumeric() || letter == '_' || letter == '-' => letter,
        _ => '_',
    }
}

/// Draws the lanes of run number `run`.
pub(super) fn draw(page: &mut Page<'_>, run: usize, input: &GanttInput<'_>) {
    let classes = page.inks.classes(input);
    let shown = shown(page, input);
    let lanes = input.spans_by_lane(shown, page.style.window);
    let pitch = pitch(shown);
    let gap = (pitch * 0.3).clamp(1.0, 7.0).floor();
    let every = (NAME_PITCH / pitch).ceil().max(1.0) as usize;
    let thinned = points::by_lane(page, input, shown);
    points::count(page, &thinned, input.points_left_out);
    let rows = critical_path::Lanes::new(input, shown, page.y, (pitch, gap));
    for (lane, spans) in lanes.iter().enumerate() {
        let (run, process) = (page.several.then_some(run), input.lane(lane));
        let top = page.y + gap / 2.0;
        let place = Place { input, process, run, pitch, top, height: pitch - gap };
        if lane % every == 0 {
            name(page, &place);
        }
        base_line(page, &place, spans);
        let spans = &joined(input, spans);
        let split = dense::split(spans, &classes, page.scale, page.detail);
        let mut shapes = Vec::new();
        cells(page, &place, &split.cells, &mut shapes);
        let finish = finish_label(page, &place);
        let taken = finish.as_ref().and_then(FinishLabel::taken);
        for &number in &split.single {
            single(page, &place, &spans[number], (number, taken), &classes, &mut shapes);
        }
        page.scene.push(Shape::Group { tag: Tag::class("lane"), shapes });
        // The post at the end stands on alarms, which are larger, and under marks, which are not.
        points::draw(page, &thinned[lane], (place.top, place.height), PointKind::is_alarm);
        done(page, &place, finish);
        alarm::stuck(page, input, process, place.middle(), pitch);
        points::draw(page, &thinned[lane], (place.top, place.height), |kind| !kind.is_alarm());
        page.y += pitch;
    }
    critical_path::draw(page, input, &rows);
    page.y += GAP;
    remarks(page, input, shown, every);
}

fn remarks(page: &mut Page<'_>, input: &GanttInput<'_>, shown: usize, every: usize) {
    let left_out = input.lane_count() - shown;
    // Of a single run the subtitle says so.
    if left_out > 0 && page.several {
        let (more, are) = (so_many(left_out as u64, "more process"), verb(left_out, "are"));
        page.notes.push(format!("{more} of {} {are} not shown.", input.title));
    }
    if every > 1 {
        page.notes
            .push(format!("One lane in {every} is named: {} has too many for every name.", input.title));
    }
}

fn name(page: &mut Page<'_>, place: &Place<'_, '_>) {
    let name = place.name();
    let size = NAME_SIZE.min(place.pitch + 1.0).max(SMALL_SIZE);
    let shown = page.names.shown(&name);
    let y = place.middle() + size * font::CAPITAL / 2.0;
    page.scene.push(Shape::Text(Text {
        tag: Tag::name("process", shown, &name),
        ..Text::new(page.left - 10.0, y, size, Anchor::End, INK, shown)
    }));
}

/// A thin line while the process is there, so that instants without a span
/// are not taken for its end.
fn base_line(page: &mut Page<'_>, place: &Place<'_, '_>, spans: &[Span]) {
    let end = place.input.finish(place.process).unwrap_or(place.input.end);
    let y = place.middle();
    let stroke = Stroke::solid(if place.pitch < 12.0 { GRID } else { AXIS }, 0.8);
    page.scene.line((page.left, y), (page.x(end), y), stroke);
    // Told in the legend only where it can be seen.
    let visible = |from, to| page.x(to) - page.x(from) >= 2.0;
    let first = spans.first().map_or(Time::ZERO, |span| span.start);
    let last = spans.last().map_or(end, |span| span.end);
    let has_gap = visible(Time::ZERO, first)
        || visible(last, end)
        || spans.windows(2).any(|pair| visible(pair[0].end, pair[1].start));
    if has_gap {
        page.keys.gap = Some(place.input.gap_name());
    }
}

/// The spans as they are drawn: waits of one step for one resource that follow
/// each other without a gap (a step that takes several permits waits for each)
/// are one, without a border inside, unless they are of two rounds of a loop.
fn joined(input: &GanttInput<'_>, spans: &[Span]) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        let is_wait = matches!(span.activity, Activity::Blocked { .. });
        match joined.last_mut().filter(|last| {
            is_wait
                && (last.activity, last.op, last.end) == (span.activity, span.op, span.start)
                && input.rounds.binary_search(&(span.process, span.start)).is_err()
        }) {
            Some(last) => {
                (last.end, last.granted_by, last.ran_out) = (span.end, span.granted_by, span.ran_out);
            }
            None => joined.push(*span),
        }
    }
    joined
}

/// A span that stands alone, with its label if there is room.
fn single(
    page: &mut Page<'_>,
    place: &Place<'_, '_>,
    span: &Span,
    (number, taken): (usize, Option<(f64, f64)>),
    classes: &Classes,
    shapes: &mut Vec<Shape>,
) {
    let class = classes.of(span);
    page.seen[class.index()] = true;
    let (from, to) = (page.x(span.start), page.x(span.end));
    // What is narrower than half a pixel would vanish on paper.
    let is_widened = to - from < LEAST_WIDTH;
    let to = to.max(from + LEAST_WIDTH);
    page.keys.narrow += usize::from(is_widened && !is_under_post(page, place, from, to));
    let wide = to - from >= 3.0;
    // In a low lane an edge would hide the hatching; a hairline of paper
    // between two spans does as well.
    let edged = wide && place.height >= 8.0;
    let inset = if wide { 0.4 } else { 0.0 };
    let (upper, lower) = if edged { (inset, inset) } else { (0.0, 0.0) };
    let bottom = place.top + place.height;
    let mut area = Area::between(from + inset, place.top + upper, to - inset, bottom - lower);
    if class == Class::New {
        // Slim, since nothing happens: the eye should go to what does.
        let slim = (place.height * 0.3).max(2.0);
        area = Area { y: place.middle() - slim / 2.0, height: slim, ..area };
    }
    shapes.push(Shape::Rect {
        area,
        fill: class.fill(),
        stroke: edged.then(|| class.edge()),
        tag: Tag {
            id: Some(place.span_id(number)),
            class: Some(class.name()),
            tooltip: Some(tooltip(place, span)),
        },
    });
    if span.ran_out && wide && span.end <= page.scale.end {
        page.keys.ran_out = true;
        shapes.extend(cross(to - inset, place.top, place.height));
    }
    torn::ends(page, span, area, shapes);
    // A finish time that stands in the span leaves less of it.
    let to = taken.filter(|taken| taken.0 < to && from < taken.1).map_or(to, |taken| taken.0);
    if place.height >= 11.0
        && let Some(text) = label(&mut page.waits, place.input, span, to - from - 8.0)
    {
        let (colour, halo) = class.label();
        let (x, y) = ((from + to) / 2.0, place.middle() + SMALL_SIZE * font::CAPITAL / 2.0);
        let text = Text::new(x, y, SMALL_SIZE, Anchor::Middle, colour, text);
        shapes.push(Shape::Text(Text { halo, tag: Tag::class("label"), ..text }));
    }
}

/// The sign at the end of a wait that ran out, whose right edge is at `x`.
pub(super) fn cross(x: f64, top: f64, height: f64) -> [Shape; 2] {
    let half = (height * 0.3).clamp(1.5, 4.0);
    let (middle, x) = (top + height / 2.0, x - half - 1.0);
    [1.0, -1.0].map(|side| Shape::Line {
        from: (x - half, middle - side * half),
        to: (x + half, middle + side * half),
        stroke: Stroke::solid(INK, 1.3),
    })
}

/// Whether the post at the end of a process hides what lies from `from` to `to`.
fn is_under_post(page: &Page<'_>, place: &Place<'_, '_>, from: f64, to: f64) -> bool {
    let post = place.input.finish(place.process).map(|time| page.x(time));
    post.is_some_and(|x| x - HALF_POST <= from && to <= x + HALF_POST)
}

/// What is written into a span: the longest of a few texts that fits.
fn label(names: &mut SpanNames, input: &GanttInput<'_>, span: &Span, room: f64) -> Option<String> {
    let candidates = match span.activity {
        Activity::New => return None,
        Activity::Ready { .. } => vec!["ready".to_owned()],
        Activity::Delayed | Activity::Running => {
            let time = exact_or_about(span.nanos());
            match input.label(span) {
                Some(name) => vec![format!("{name} {time}"), name.to_owned(), time],
                None => vec![time],
            }
        }
        Activity::Blocked { resource, wait_for } => {
            vec![input.wait_name(resource, wait_for), input.resource_name(resource)]
        }
    };
    let fits = |text: &String| font::width(text, SMALL_SIZE) <= room;
    if let Some(fitting) = candidates.iter().find(|text| fits(text)) {
        return Some(fitting.clone());
    }
    // Of a time, a part is wrong.
    let is_name = matches!(span.activity, Activity::Blocked { .. });
    if is_name { names.shown(candidates.last()?, room) } else { None }
}

fn tooltip(place: &Place<'_, '_>, span: &Span) -> String {
    let input = place.input;
    let called = input.label(span).map_or(String::new(), |name| format!("{name}, "));
    let mut text = format!(
        "{}: {called}{}\n{} – {} ({}){}",
        place.name(),
        input.activity_name(span.activity),
        span.start,
        span.end,
        length(span.end.since(span.start)),
        input.line_note(span.op)
    );
    if matches!(span.activity, Activity::Blocked { .. }) {
        match span.granted_by {
            _ if span.ran_out => text.push_str("\nran out"),
            Some(by) => text.push_str(&format!("\ngranted by {}", input.process_name(by))),
            None => text.push_str("\nnever granted"),
        }
    }
    text
}

/// The dense stretches: for each class one path over all columns, stacked by
/// share, and under the pointer a rectangle that says the shares.
fn cells(page: &mut Page<'_>, place: &Place<'_, '_>, cells: &[Cell], shapes: &mut Vec<Shape>) {
    let mut areas: Vec<Vec<Area>> = vec![Vec::new(); Class::COUNT];
    for cell in cells {
        let (from, to) = edges(page, cell);
        let mut bottom = place.top + place.height;
        for class in Class::all() {
            let share = cell.shares[class.index()];
            if share == 0 {
                continue;
            }
            let height = place.height * (share as f64 / cell.length().max(1) as f64);
            join(&mut areas[class.index()], Area { x: from, y: bottom - height, width: to - from, height });
            bottom -= height;
        }
    }
    for class in Class::all() {
        let areas = std::mem::take(&mut areas[class.index()]);
        if !areas.is_empty() {
            page.seen[class.index()] = true;
            page.keys.shares = true;
            let mean_height = areas.iter().map(|area| area.height).sum::<f64>() / areas.len() as f64;
            let fill = if mean_height < LEAST_HATCHED { class.flat() } else { class.fill() };
            shapes.push(Shape::Areas { areas, fill, tag: Tag::class(class.name()) });
        }
    }
    share_tooltips(page, place, cells, shapes);
}

/// Appends a rectangle, or widens the last one if both form one.
fn join(areas: &mut Vec<Area>, area: Area) {
    match areas.last_mut() {
        Some(last)
            if (last.x + last.width - area.x).abs() < 1e-6
                && last.y == area.y
                && last.height == area.height =>
        {
            last.width += area.width;
        }
        _ => areas.push(area),
    }
}

fn edges(page: &Page<'_>, cell: &Cell) -> (f64, f64) {
    let (from, to) = (page.x(cell.start), page.x(cell.end));
    (from, to.max(from + LEAST_WIDTH))
}

fn share_tooltips(page: &Page<'_>, place: &Place<'_, '_>, cells: &[Cell], shapes: &mut Vec<Shape>) {
    let group = |cell: &Cell| cell.column / u64::from(page.detail.tooltip);
    for together in cells.chunk_by(|a, b| group(a) == group(b) && a.end == b.start) {
        let Some((first, rest)) = together.split_first() else { continue };
        let mut sum = first.clone();
        rest.iter().for_each(|cell| sum.absorb(cell));
        let (from, to) = edges(page, &sum);
        let area = Area::between(from, place.top, to, place.top + place.height);
        let tag = Tag { tooltip: Some(shares_text(page, place, &sum)), ..Tag::default() };
        shapes.push(Shape::Rect { area, fill: Fill::Clear, stroke: None, tag });
    }
}

fn shares_text(page: &Page<'_>, place: &Place<'_, '_>, cell: &Cell) -> String {
    let spans = so_many(cell.spans.into(), "span");
    let mut text = format!("{}: {spans}\n{} – {}", place.name(), cell.start, cell.end);
    for class in Class::all() {
        let share = cell.shares[class.index()];
        if share > 0 {
            let share = format_share(share as f64 / cell.length().max(1) as f64);
            text.push_str(&format!("\n{} {share}", page.inks.legend(class)));
        }
    }
    text
}

/// Where the finish time of a process stands, if there is room for it.
struct FinishLabel {
    text: String,
    x: f64,
    anchor: Anchor,
}

impl FinishLabel {
    fn width(&self) -> f64 {
        font::width(&self.text, SMALL_SIZE)
    }

    /// From where to where it stands over the spans, if it does.
    fn taken(&self) -> Option<(f64, f64)> {
        (self.anchor == Anchor::End).then(|| (self.x - self.width() - INSIDE, self.x + INSIDE))
    }
}

/// Space between a finish time and its post, right of it and, where it stands in the spans,
/// left of it; in pixels.
const BESIDE: f64 = 5.0;
const INSIDE: f64 = 4.0;

/// The finish time: right of its post, or left of it where a line over all lanes stands in the
/// way, since behind that line it would be taken for another time.
fn finish_label(page: &Page<'_>, place: &Place<'_, '_>) -> Option<FinishLabel> {
    let time = place.input.finish(place.process).filter(|&time| page.style.window.shows(time))?;
    if place.pitch < 12.0 {
        return None;
    }
    let (x, text) = (page.x(time), exact_or_about(time.as_nanos()));
    let width = font::width(&text, SMALL_SIZE);
    let total = axis::total_time_x(page, place.input).filter(|_| page.several);
    let lines: Vec<f64> = total.into_iter().chain(alarm::lines(page, place.input)).collect();
    let is_free = |from: f64, to: f64| !lines.iter().any(|&line| from < line && line < to);
    // A post may stand on a line, which is its own.
    if is_free(x + HALF_POST, x + BESIDE + width + LEAST_GAP) {
        let fits = x + BESIDE + width <= page.scene.width - MARGIN / 2.0;
        return fits.then_some(FinishLabel { text, x: x + BESIDE, anchor: Anchor::Start });
    }
    // Among the lengths of spans it says what it is.
    let text = format!("done {text}");
    let from = x - INSIDE - font::width(&text, SMALL_SIZE) - LEAST_GAP;
    let fits = from >= page.left && is_free(from, x - HALF_POST);
    fits.then_some(FinishLabel { text, x: x - INSIDE, anchor: Anchor::End })
}

/// The end of a process: a post at its finish time, with the time if there is room.
fn done(page: &mut Page<'_>, place: &Place<'_, '_>, label: Option<FinishLabel>) {
    let finish = place.input.finish(place.process).filter(|&time| page.style.window.shows(time));
    let Some(time) = finish else { return };
    page.keys.done = true;
    let x = page.x(time);
    let bottom = place.top + place.height;
    let over = if place.pitch >= 12.0 { 2.0 } else { 0.0 };
    let post = Area::between(x - HALF_POST, place.top - over, x + HALF_POST, bottom + over);
    let tag = Tag::tooltip("done", format!("{}: done at {time}", place.name()));
    page.scene.fill(post, Fill::Solid(INK), tag);
    if let Some(FinishLabel { text, x, anchor }) = label {
        let y = place.middle() + SMALL_SIZE * font::CAPITAL / 2.0;
        // In a span it stands on whatever colour that has.
        let colour = if anchor == Anchor::End { INK } else { QUIET };
        let text = Text::new(x, y, SMALL_SIZE, anchor, colour, text);
        page.scene.push(Shape::Text(Text { halo: Some(PAPER), tag: Tag::class("finish"), ..text }));
    }
}
