//! The critical path: a line under the spans that are on it, and arrows from lane to lane.
//!
//! Decides where it lies, between the lanes, so that it hides no span; and what is drawn
//! where it changes lanes faster than can be seen.

use super::super::input::GanttInput;
use super::super::palette::{PAPER, PATH};
use super::super::scene::{Fill, Shape, Stroke, Tag};
use super::page::Page;
use crate::analysis::{HandOff, PathStep};
use crate::figure::so_many;
use crate::ids::ProcessId;
use std::collections::BTreeMap;

/// The width of the line in pixels.
const WIDTH: f64 = 2.2;
/// What is closer than this is drawn as one, in pixels.
const APART: f64 = 1.0;
/// Arrows that are closer than this to each other have no heads, in pixels.
const HEADS_APART: f64 = 6.0;

/// Where the lanes are.
pub(super) struct Lanes {
    /// By process, where the path runs in its lane, if that is drawn.
    y: Vec<Option<f64>>,
}

impl Lanes {
    /// So many lanes, the first at `first`, each so far from the next and with so much
    /// space between their spans.
    pub(super) fn new(input: &GanttInput<'_>, count: usize, first: f64, (pitch, gap): (f64, f64)) -> Lanes {
        let below = pitch - gap / 2.0 + (gap / 2.0).min(2.5);
        let y = |lane: usize| (lane < count).then_some(first + pitch * lane as f64 + below);
        Lanes { y: input.lane_numbers().into_iter().map(|lane| lane.and_then(y)).collect() }
    }

    fn y(&self, process: ProcessId) -> Option<f64> {
        self.y.get(process.index()).copied().flatten()
    }
}

/// Draws the path, if the input has one.
pub(super) fn draw(page: &mut Page<'_>, input: &GanttInput<'_>, lanes: &Lanes) {
    if input.path.is_empty() {
        return;
    }
    page.keys.path = true;
    lines(page, input, lanes);
    arrows(page, input, lanes);
    let is_hidden = |step: &&PathStep| match step {
        PathStep::Span(span) => lanes.y(span.process).is_none(),
        PathStep::HandOff(_) => false,
    };
    let hidden = input.path.iter().filter(is_hidden).count();
    if hidden > 0 {
        let spans = so_many(hidden as u64, "span");
        page.notes.push(format!("{spans} of the critical path: in lanes that are not shown."));
    }
}

fn lines(page: &mut Page<'_>, input: &GanttInput<'_>, lanes: &Lanes) {
    let mut drawn: BTreeMap<ProcessId, Vec<(f64, f64)>> = BTreeMap::new();
    for step in input.path {
        let PathStep::Span(span) = step else { continue };
        if !page.style.window.shows_some(span.start, span.end) {
            continue;
        }
        let (from, to) = (page.x(span.start), page.x(span.end));
        let own = drawn.entry(span.process).or_default();
        match own.last_mut().filter(|last| from - last.1 < APART) {
            Some(last) => last.1 = to,
            None => own.push((from, to)),
        }
    }
    for (process, stretches) in drawn {
        let Some(y) = lanes.y(process) else { continue };
        for (from, to) in stretches {
            // What is narrower would not be seen.
            line(page, (from, y), (to.max(from + APART), y));
        }
    }
}

fn line(page: &mut Page<'_>, from: (f64, f64), to: (f64, f64)) {
    page.scene.line(from, to, Stroke::solid(PATH, WIDTH));
}

fn arrows(page: &mut Page<'_>, input: &GanttInput<'_>, lanes: &Lanes) {
    let mut last: BTreeMap<(ProcessId, ProcessId), f64> = BTreeMap::new();
    let (mut last_head, mut merged) = (f64::NEG_INFINITY, 0);
    for step in input.path {
        let PathStep::HandOff(hand_off) = step else { continue };
        if !page.style.window.shows(hand_off.time) {
            continue;
        }
        let (Some(from), Some(to)) = (lanes.y(hand_off.from), lanes.y(hand_off.to)) else { continue };
        let x = page.x(hand_off.time);
        let before = last.insert((hand_off.from, hand_off.to), x);
        if before.is_some_and(|before| x - before < APART) {
            merged += 1;
            continue;
        }
        page.scene.line((x, from), (x, to), Stroke::solid(PATH, 1.2));
        if x - last_head >= HEADS_APART {
            last_head = x;
            head(page, input, hand_off, (x, to), to > from);
        }
    }
    if merged > 0 {
        page.notes.push(format!(
            "Where the critical path changes lanes faster than can be drawn, one line stands for several: {merged} are not drawn."
        ));
    }
}

/// The head of an arrow that ends at `tip`.
fn head(page: &mut Page<'_>, input: &GanttInput<'_>, hand_off: &HandOff, tip: (f64, f64), is_down: bool) {
    let ((x, y), size) = (tip, if is_down { 4.5 } else { -4.5 });
    let (from, to) = (input.process_name(hand_off.from), input.process_name(hand_off.to));
    let tooltip = format!("{}: {from} let {to} go on", hand_off.time);
    page.scene.push(Shape::Polyline {
        points: vec![(x, y), (x - 3.0, y - size), (x + 3.0, y - size), (x, y)],
        fill: Fill::Solid(PATH),
        stroke: Some(Stroke::solid(PAPER, 0.5)),
        tag: Tag::tooltip("critical-path", tooltip),
    });
}
