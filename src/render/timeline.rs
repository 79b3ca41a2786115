//! From a trace to what its Gantt timeline is drawn from.

use super::input::{Broken, GanttInput, LevelSeries, Point, PointKind};
use crate::ids::{MarkId, ResourceId};
use crate::time::Time;
use crate::trace::{Event, Kind, Outcome, ResourceKind, Span, Trace, all_levels, peaks, spans};
use crate::value::{Value, Word};

/// How many marks and log lines a picture is drawn from at most.
const MOST_POINTS: usize = 200_000;

/// How many bytes of a log line a picture has room for.
const MOST_TEXT: usize = 300;

/// A trace with everything that its timeline shows.
#[derive(Debug)]
pub struct Timeline<'a> {
    trace: &'a Trace,
    spans: Vec<Span>,
    levels: Vec<LevelSeries>,
    points: Vec<Point>,
    points_left_out: u64,
    broken: Vec<Broken>,
    finished: Vec<Option<Time>>,
}

impl<'a> Timeline<'a> {
    /// Works it out, in one pass for each part.
    pub fn new(trace: &'a Trace) -> Timeline<'a> {
        let (points, points_left_out) = points(trace);
        Timeline {
            trace,
            spans: spans(trace),
            levels: level_series(trace),
            points,
            points_left_out,
            broken: Vec::new(),
            finished: finished(trace),
        }
    }

    /// With further points to show, behind those of the trace.
    pub fn with(mut self, points: impl IntoIterator<Item = Point>) -> Timeline<'a> {
        self.points.extend(points);
        self
    }

    /// With what was expected and did not come.
    pub fn with_broken(mut self, broken: impl IntoIterator<Item = Broken>) -> Timeline<'a> {
        self.broken.extend(broken);
        self
    }

    /// The drawing's input, under this title. If the trace `is_cut`, the
    /// picture says so, and not that the run ended there.
    pub fn input(&self, title: String, is_cut: bool) -> GanttInput<'_> {
        GanttInput {
            title,
            header: &self.trace.header,
            spans: &self.spans,
            levels: &self.levels,
            points: &self.points,
            points_left_out: self.points_left_out,
            broken: &self.broken,
            finished: &self.finished,
            outcome: if is_cut { &Outcome::Horizon } else { &self.trace.outcome },
            end: self.trace.end,
        }
    }
}

/// By process, when it was done.
fn finished(trace: &Trace) -> Vec<Option<Time>> {
    let mut finished = vec![None; trace.header.process_count()];
    for event in trace.events.iter().filter(|event| event.kind == Kind::Done) {
        finished[event.process.index()] = Some(event.time);
    }
    finished
}

/// The levels that say more than the lanes do: not those of mutexes. What a
/// level was between two steps at one instant is left out, since every hand-off
/// would be a needle in the picture, but for the highest of all.
fn level_series(trace: &Trace) -> Vec<LevelSeries> {
    let all = all_levels(trace).into_iter().enumerate();
    let all = all.zip(peaks(trace));
    let series = all.map(|((index, steps), peak)| LevelSeries {
        resource: ResourceId::from_index(index),
        steps,
        peak,
    });
    let worthy = |series: &LevelSeries| {
        matches!(trace.header.resource(series.resource).kind, ResourceKind::Semaphore | ResourceKind::Buffer)
    };
    series.filter(worthy).collect()
}

/// The marks and log lines; of very many every so many-th, over the whole run.
/// And how many are left out.
fn points(trace: &Trace) -> (Vec<Point>, u64) {
    let is_point = |event: &Event| matches!(event.kind, Kind::Log | Kind::Mark);
    let total = trace.events.iter().filter(|event| is_point(event)).count();
    let step = total.div_ceil(MOST_POINTS).max(1);
    let all = trace.iter().filter(|(event, _)| is_point(event)).step_by(step);
    let points: Vec<Point> = all.filter_map(|(event, args)| point(trace, &event, args)).collect();
    let left_out = (total - points.len()) as u64;
    (points, left_out)
}

fn point(trace: &Trace, event: &Event, args: &[Word]) -> Option<Point> {
    let (kind, text) = match event.kind {
        Kind::Log => {
            let text = trace.header.logs[event.subject as usize].render_within(args, MOST_TEXT);
            (PointKind::Log, text.unwrap_or_else(|beginning| beginning + "…"))
        }
        Kind::Mark => {
            let mark = MarkId(event.subject);
            let name = trace.header.mark_name(mark);
            let text = match trace.header.marks[mark.index()].ty {
                Some(_) => format!("{name} {}", Value::from_word(event.ty, event.value)),
                None => name.to_owned(),
            };
            (PointKind::Mark, text)
        }
        _ => return None,
    };
    Some(Point { time: event.time, process: event.process, kind, text })
}
