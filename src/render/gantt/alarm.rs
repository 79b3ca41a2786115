//! What went wrong, said in words: who waits for what, which rule was broken,
//! what was expected and did not come; and the moments at which it did.

use super::super::font;
use super::super::input::{Broken, GanttInput, length};
use super::super::palette::{ALARM, INK, QUIET};
use super::super::scene::{Anchor, Area, Fill, Shape, Stroke, Tag, Text};
use super::super::shorten::{Names, Room};
use super::axis;
use super::page::{GAP, HEADING_GAP, MARGIN, Page, SMALL_SIZE};
use crate::figure::so_many;
use crate::ids::ProcessId;
use crate::time::Time;
use crate::trace::{BlockedProcess, Deadlock, Outcome};

/// The most lines that a notice has.
const MOST_LINES: usize = 8;
const SIZE: f64 = 11.0;
/// The widest text right of the edge, in pixels.
const MOST_COMPLAINT: f64 = 110.0;

/// A notice above the lanes, if the run did not simply complete as expected.
pub(super) fn notice(page: &mut Page<'_>, input: &GanttInput<'_>) {
    let sentences = sentences(input);
    if sentences.is_empty() {
        return;
    }
    let alarm = !matches!(input.outcome, Outcome::Limit { .. });
    let room = page.text_width() - 12.0;
    let mut lines: Vec<String> =
        sentences.iter().flat_map(|sentence| font::wrap(sentence, SIZE, room)).collect();
    if lines.len() > MOST_LINES {
        let left_out = lines.len() - (MOST_LINES - 1);
        lines.truncate(MOST_LINES - 1);
        lines.push(format!("… and {}", so_many(left_out as u64, "more line")));
    }
    let top = page.y;
    let bottom = top + 16.0 * lines.len() as f64;
    let bar = Area::between(MARGIN, top, MARGIN + 3.0, bottom);
    page.scene.fill(bar, Fill::Solid(if alarm { ALARM } else { QUIET }), Tag::class("notice"));
    for (number, line) in lines.into_iter().enumerate() {
        let y = top + 16.0 * number as f64 + 12.0;
        page.scene.text(MARGIN + 12.0, y, SIZE, Anchor::Start, if alarm { ALARM } else { INK }, line);
    }
    page.y = bottom + HEADING_GAP;
}

/// What went wrong; nothing if the run simply completed as expected.
pub(in crate::render) fn sentences(input: &GanttInput<'_>) -> Vec<String> {
    let mut sentences = match input.outcome {
        Outcome::Completed | Outcome::Horizon => Vec::new(),
        Outcome::Deadlock(deadlock) => deadlock_sentences(input, deadlock),
        Outcome::Fault(fault) => {
            let who = input.process_name(fault.process);
            let line = input.line_note(fault.op);
            vec![format!("{who}: {}{line}", fault.message), format!("hint: {}", fault.hint)]
        }
        Outcome::Limit { message } => vec![message.clone()],
    };
    sentences.extend(input.broken.iter().map(|broken| broken.text.clone()));
    sentences
}

/// A line over all lanes, with an arrow above it, at each moment at which an
/// expectation was seen not to be met.
pub(super) fn broken(page: &mut Page<'_>, input: &GanttInput<'_>, top: f64) {
    let bottom = page.y - GAP;
    let mut moments: Vec<(Time, String)> = Vec::new();
    for Broken { time, text } in input.broken {
        let Some(time) = time.filter(|&time| is_seen(page, input, time)) else { continue };
        match moments.iter_mut().find(|(other, _)| *other == time) {
            Some((_, texts)) => *texts = format!("{texts}\n{text}"),
            None => moments.push((time, text.clone())),
        }
    }
    for (time, text) in moments {
        let x = page.x(time);
        page.scene.line((x, top - 4.0), (x, bottom + 4.0), Stroke::dashed(ALARM, 1.4, 3.0));
        page.scene.push(arrow(x, top - 3.0, Tag::tooltip("broken", format!("{time}: {text}"))));
        page.keys.broken = true;
    }
}

/// Where the lines stand that [`broken`] and [`edge`] draw over all lanes.
pub(super) fn lines(page: &Page<'_>, input: &GanttInput<'_>) -> Vec<f64> {
    let broken = input.broken.iter().filter_map(|broken| broken.time);
    let stopped = input.cut.is_some() || *input.outcome != Outcome::Completed;
    let times = broken.chain(stopped.then_some(input.end));
    times.filter(|&time| is_seen(page, input, time)).map(|time| page.x(time)).collect()
}

/// Whether a moment lies in the run and on the axis.
fn is_seen(page: &Page<'_>, input: &GanttInput<'_>, time: Time) -> bool {
    time <= input.end && page.style.window.shows(time)
}

/// An arrow that points down to here.
pub(super) fn arrow(x: f64, y: f64, tag: Tag) -> Shape {
    Shape::Polyline {
        points: vec![(x, y), (x - 4.0, y - 6.0), (x + 4.0, y - 6.0), (x, y)],
        fill: Fill::Solid(ALARM),
        stroke: None,
        tag,
    }
}

/// The edge at which the run stopped short, or the picture does.
pub(super) fn edge(page: &mut Page<'_>, input: &GanttInput<'_>, top: f64) {
    if !is_seen(page, input, input.end) {
        return;
    }
    if let Some(drawn) = input.drawn_up_to() {
        return axis::end_line(page, input, top, &drawn, false);
    }
    let at = length(input.end.as_nanos());
    match input.outcome {
        Outcome::Completed => {}
        Outcome::Horizon => axis::end_line(page, input, top, &format!("stopped at {at}"), false),
        Outcome::Limit { .. } => axis::end_line(page, input, top, &format!("limit at {at}"), false),
        Outcome::Deadlock(_) => axis::end_line(page, input, top, &format!("deadlock at {at}"), true),
        Outcome::Fault(_) => axis::end_line(page, input, top, &format!("fault at {at}"), true),
    }
}

/// Names, right of the edge, what the process of a lane waits for in a
/// deadlock, or that it broke a rule. The wait may have begun at the very end,
/// and so have no span.
pub(super) fn stuck(
    page: &mut Page<'_>,
    input: &GanttInput<'_>,
    process: ProcessId,
    middle: f64,
    pitch: f64,
) {
    if !is_seen(page, input, input.end) {
        return;
    }
    let Some((text, tooltip)) = complaint(input, process) else { return };
    let x = page.x(input.end) + 3.0;
    let tag = Tag::tooltip("stuck", tooltip);
    if pitch < 12.0 {
        let area = Area::between(x, middle - 1.5, x + 3.0, middle + 1.5);
        page.scene.fill(area, Fill::Solid(ALARM), tag);
        return;
    }
    let y = middle + SMALL_SIZE * font::CAPITAL / 2.0;
    let text = Text::new(x + 2.0, y, SMALL_SIZE, Anchor::Start, ALARM, page.complaints.shown(&text));
    page.scene.push(Shape::Text(Text { tag, ..text }));
}

/// The room that the texts of [`stuck`] need right of the time axis.
pub(super) fn room(input: &GanttInput<'_>, most_lanes: usize) -> f64 {
    let widths = texts(input, most_lanes).map(|text| font::width(&text, SMALL_SIZE));
    widths.fold(0.0, f64::max).min(MOST_COMPLAINT)
}

/// The texts of [`stuck`] of a picture, as short as they have to be.
pub(super) fn complaints(runs: &[GanttInput<'_>], most_lanes: usize) -> Names {
    let all = runs.iter().flat_map(|input| texts(input, most_lanes));
    Names::new(all, Room::pixels(MOST_COMPLAINT, SMALL_SIZE))
}

fn texts(input: &GanttInput<'_>, most_lanes: usize) -> impl Iterator<Item = String> {
    let lanes = 0..input.lane_count().min(most_lanes);
    lanes.filter_map(|lane| complaint(input, input.lane(lane))).map(|(text, _)| text)
}

/// What the process of a lane has to complain about, shortly and in full.
pub(in crate::render) fn complaint(input: &GanttInput<'_>, process: ProcessId) -> Option<(String, String)> {
    match input.shown_outcome()? {
        Outcome::Deadlock(deadlock) => {
            let blocked = deadlock.blocked.iter().find(|blocked| blocked.process == process)?;
            let short = match blocked.wait_for.is_counted() {
                true => input.resource_name(blocked.resource),
                false => input.wait_name(blocked.resource, blocked.wait_for),
            };
            Some((format!("waits: {short}"), blocked_sentence(input, blocked)))
        }
        Outcome::Fault(fault) if fault.process == process => {
            Some(("fault".to_owned(), fault.message.clone()))
        }
        _ => None,
    }
}

/// The circle first, as a circle; then everyone who waits outside of it.
fn deadlock_sentences(input: &GanttInput<'_>, deadlock: &Deadlock) -> Vec<String> {
    let waits = |process| deadlock.blocked.iter().find(|blocked| blocked.process == process);
    let in_circle = deadlock.cycle.iter().filter_map(|&process| waits(process));
    let outside = deadlock.blocked.iter().filter(|blocked| !deadlock.cycle.contains(&blocked.process));
    in_circle.chain(outside).map(|blocked| blocked_sentence(input, blocked)).collect()
}

fn blocked_sentence(input: &GanttInput<'_>, blocked: &BlockedProcess) -> String {
    let who = input.process_name(blocked.process);
    let what = input.resource_name(blocked.resource);
    let line = input.line_note(blocked.op);
    let why = match blocked.holder {
        Some(holder) if holder == blocked.process => ", held by itself".to_owned(),
        Some(holder) => format!(", held by {}", input.process_name(holder)),
        None if blocked.is_starved() => ", and nobody is left who would end that wait".to_owned(),
        None => {
            let givers: Vec<String> =
                blocked.givers.iter().take(3).map(|&giver| input.process_name(giver)).collect();
            let more = if blocked.givers.len() > 3 { " and others" } else { "" };
            format!(", which only {}{more} could end", givers.join(", "))
        }
    };
    format!("{who} waits {} {what}{why}{line}", blocked.wait_for.purpose())
}
