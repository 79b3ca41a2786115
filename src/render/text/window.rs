//! A few moments of a run in letters, around the one that matters.
//!
//! Decides how much is shown: a handful of instants on both sides, the
//! processes that did something nearest to the moment, and no levels.

use super::drawing::{Drawing, MOST_NAME, TextStyle, together, widest};
use crate::ids::ProcessId;
use crate::look::ColourBy;
use crate::render::dense::Scale;
use crate::render::ink_table::Inks;
use crate::render::input::GanttInput;
use crate::render::palette::Class;
use crate::time::Time;
use crate::trace::Span;
use std::collections::BTreeSet;

/// How many instants at which something changed are shown before the moment.
const BEFORE: usize = 7;
/// How many such instants are shown after the moment.
const AFTER: usize = 4;
/// The most processes shown.
const MOST_LANES: usize = 8;

/// The run around `moment` as lines of text, each ending in a line break; empty
/// if no time passes in it.
pub fn text_window(input: &GanttInput<'_>, moment: Time, style: &TextStyle) -> String {
    let (from, to) = around(input.spans, moment);
    let shown = nearest(input.spans, moment, (from, to));
    let cut = |span: &Span| {
        let shift = |time: Time| Time::from_nanos(time.min(to).since(from)).unwrap_or(Time::MAX);
        Span { start: shift(span.start), end: shift(span.end), ..*span }
    };
    let is_inside = |span: &&Span| shown.contains(&span.process) && span.start < to && from < span.end;
    let spans: Vec<Span> = input.spans.iter().filter(is_inside).map(cut).collect();
    if spans.is_empty() {
        return String::new();
    }
    let end = Time::from_nanos(to.since(from)).unwrap_or(Time::MAX);
    let title = String::new();
    let input = GanttInput {
        title,
        spans: &spans,
        levels: &[],
        holdings: &[],
        points: &[],
        broken: &[],
        end,
        ..*input
    };
    let all: Vec<String> = shown.iter().map(|&process| input.process_name(process)).collect();
    let names = widest(&all).clamp(4, MOST_NAME);
    let cells = style.width.clamp(40, 100).saturating_sub(names + 4).max(10);
    let inks = Inks::of(std::slice::from_ref(&input), Some(ColourBy::State));
    let mut drawing = Drawing {
        input: &input,
        style,
        text: String::new(),
        names,
        short: together(all, names, style.ascii),
        scale: Scale::new(end, cells as u32),
        classes: inks.classes(&input),
        inks,
        seen: [false; Class::COUNT],
        mixed: false,
        races: false,
        ran_out: false,
    };
    for &process in &shown {
        let of_process: Vec<Span> = spans.iter().filter(|span| span.process == process).copied().collect();
        let row = drawing.row(&of_process, None, &[]);
        drawing.labelled(&input.process_name(process), &row, "");
    }
    drawing.marked_axis([from, moment, to]);
    drawing.legend();
    drawing.text
}

/// From when to when: some instants at which something changed on both sides.
fn around(spans: &[Span], moment: Time) -> (Time, Time) {
    let instants: BTreeSet<Time> = spans.iter().flat_map(|span| [span.start, span.end]).collect();
    let from = instants.range(..moment).rev().take(BEFORE).last().copied().unwrap_or(moment);
    let after = instants.range(moment..).filter(|&&instant| instant > moment);
    (from, after.take(AFTER).last().copied().unwrap_or(moment))
}

/// The processes with a change nearest to the moment, in their order.
fn nearest(spans: &[Span], moment: Time, (from, to): (Time, Time)) -> BTreeSet<ProcessId> {
    let mut distances: Vec<(u64, ProcessId)> = Vec::new();
    for lane in spans.chunk_by(|one, next| one.process == next.process) {
        let inside = lane.iter().filter(|span| span.start < to && from < span.end);
        let distance = |time: Time| time.since(moment).max(moment.since(time));
        let least = inside.map(|span| distance(span.start).min(distance(span.end))).min();
        distances.extend(least.map(|least| (least, lane[0].process)));
    }
    distances.sort_unstable();
    distances.into_iter().take(MOST_LANES).map(|(_, process)| process).collect()
}

impl Drawing<'_> {
    /// A rule with the moment marked, and under it when it is and when the
    /// window begins and ends.
    fn marked_axis(&mut self, [from, moment, to]: [Time; 3]) {
        let (dash, mark, corner) = if self.style.ascii { ('-', '^', '+') } else { ('─', '▲', '└') };
        let offset = Time::from_nanos(moment.since(from)).unwrap_or(Time::MAX);
        let at = (self.scale.column(offset, 1) as usize).min(self.cells() - 1);
        let rule: String = (0..self.cells()).map(|cell| if cell == at { mark } else { dash }).collect();
        let label = moment.to_string();
        let start = at.saturating_sub(label.chars().count() / 2);
        let start = start.min((self.cells() + 2).saturating_sub(label.chars().count()));
        let (first, last) = (from.to_string(), to.to_string());
        let mut line = if first.chars().count() < start { first } else { String::new() };
        line = format!("{line:<start$}{label}");
        let room = self.cells().saturating_sub(line.chars().count());
        if room > last.chars().count() {
            line = format!("{line}{last:>room$}");
        }
        let width = self.names;
        self.line(&format!("{:>width$} {corner}{rule}", ""));
        self.line(&format!("{:>width$}  {line}", ""));
    }
}
