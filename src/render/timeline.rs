//! From a trace, or a sketch of a run, to what its Gantt timeline is drawn from.

use super::input::{Broken, GanttInput, LevelSeries, Point, PointKind};
use crate::ids::{ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::{
    Event, Header, Holding, Kind, LevelLine, Outcome, Phrase, ProfiledRun, Sketched, Span, Trace, all_levels,
    capacities, holdings, peaks, rounds, spans, untimed_rounds, untimed_spans,
};
use crate::value::Word;

/// How many marks and log lines a picture is drawn from at most.
const MOST_POINTS: usize = 200_000;

/// How many bytes of a log line a picture has room for.
const MOST_TEXT: usize = 300;

/// A run with everything that its timeline shows.
#[derive(Debug)]
pub struct Timeline<'a> {
    header: &'a Header,
    outcome: &'a Outcome,
    end: Time,
    spans: Vec<Span>,
    rounds: Vec<(ProcessId, Time)>,
    levels: Vec<LevelSeries>,
    holdings: Vec<Holding>,
    points: Vec<Point>,
    points_left_out: u64,
    broken: Vec<Broken>,
    finished: Vec<Option<Time>>,
    untimed: bool,
}

impl<'a> Timeline<'a> {
    /// Works it out, in one pass for each part.
    pub fn new(trace: &'a Trace) -> Timeline<'a> {
        Timeline::of(trace, spans(trace), false)
    }

    fn of(trace: &'a Trace, spans: Vec<Span>, untimed: bool) -> Timeline<'a> {
        let (points, points_left_out) = points(trace);
        Timeline {
            header: &trace.header,
            outcome: &trace.outcome,
            end: trace.end,
            spans,
            rounds: if untimed { untimed_rounds(trace) } else { rounds(trace) },
            levels: level_series(trace),
            holdings: holdings(trace),
            points,
            points_left_out,
            broken: Vec::new(),
            finished: finished(trace),
            untimed,
        }
    }

    /// The timeline of a run of which only this much was kept: without marks and log lines. What belongs to one
    /// column of letters is in it, or, of a long run, next to it. Who holds which lock is not.
    pub fn sketched(header: &'a Header, outcome: &'a Outcome, end: Time, kept: &Sketched) -> Timeline<'a> {
        let series = |line: &LevelLine| {
            let LevelLine { resource, steps, peak } = line.clone();
            LevelSeries { resource, steps, peak, capacity: Vec::new() }
        };
        Timeline {
            header,
            outcome,
            end,
            spans: kept.spans.clone(),
            rounds: Vec::new(),
            levels: kept.levels.iter().map(series).collect(),
            holdings: Vec::new(),
            points: Vec::new(),
            points_left_out: 0,
            broken: Vec::new(),
            finished: kept.finished.clone(),
            untimed: false,
        }
    }

    /// The timeline of a recorded run of a real program.
    pub fn recorded(recording: &'a ProfiledRun) -> Timeline<'a> {
        Timeline {
            header: &recording.header,
            outcome: &recording.outcome,
            end: recording.end,
            spans: recording.spans.clone(),
            rounds: Vec::new(),
            levels: Vec::new(),
            holdings: Vec::new(),
            points: Vec::new(),
            points_left_out: 0,
            broken: Vec::new(),
            finished: recording.finished.clone(),
            untimed: false,
        }
    }

    /// The timeline of a run that followed a schedule in which a delay may take any
    /// time. There a process may ask for what it waits for late, since it could not
    /// have been served: it is shown to wait from when that was so.
    pub fn untimed(trace: &'a Trace) -> Timeline<'a> {
        Timeline::of(trace, untimed_spans(trace), true)
    }

    /// With further points to show, behind those of the trace; but for those
    /// that lie past its end.
    pub fn with(mut self, points: impl IntoIterator<Item = Point>) -> Timeline<'a> {
        let end = self.end;
        self.points.extend(points.into_iter().filter(|point| point.time <= end));
        self
    }

    /// With what was expected and did not come.
    pub fn with_broken(mut self, broken: impl IntoIterator<Item = Broken>) -> Timeline<'a> {
        self.broken.extend(broken);
        self
    }

    /// The drawing's input, under this title.
    pub fn input(&self, title: String) -> GanttInput<'_> {
        GanttInput {
            title,
            header: self.header,
            spans: &self.spans,
            rounds: &self.rounds,
            levels: &self.levels,
            holdings: &self.holdings,
            points: &self.points,
            points_left_out: self.points_left_out,
            broken: &self.broken,
            path: &[],
            finished: &self.finished,
            outcome: self.outcome,
            end: self.end,
            cut: None,
            settings: &[],
            untimed: self.untimed,
            lanes: &[],
            inks: None,
        }
    }

    /// The drawing's input, under the name of its scenario.
    pub fn input_named(&self) -> GanttInput<'_> {
        self.input(self.header.scenario.clone())
    }

    /// What to draw of a trace that is only the beginning of a run, which ended
    /// with `outcome` after `total_time`.
    pub fn beginning<'b>(&'b self, title: String, outcome: &'b Outcome, total_time: Time) -> GanttInput<'b> {
        GanttInput { outcome, cut: Some(total_time), ..self.input(title) }
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

/// The levels of all that the scenario declares; pictures choose among them. What a
/// level was between two steps at one instant is left out, since every hand-off
/// would be a needle in the picture, but for the highest of all.
fn level_series(trace: &Trace) -> Vec<LevelSeries> {
    let all = all_levels(trace).into_iter().enumerate();
    let all = all.zip(peaks(trace)).zip(capacities(trace));
    let series = all.map(|(((index, steps), peak), capacity)| LevelSeries {
        resource: ResourceId::from_index(index),
        steps,
        peak,
        capacity,
    });
    let has_level = |series: &LevelSeries| {
        let kind = trace.header.resource(series.resource).kind;
        kind.is_declared() && kind.level().is_some()
    };
    series.filter(has_level).collect()
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
        Kind::Mark => (PointKind::Mark, Phrase::new(&trace.header, event).mark(" ")),
        _ => return None,
    };
    Some(Point { time: event.time, process: event.process, kind, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Style, TextStyle, aligned, gantt, text_gantt};
    use crate::trace::fixture::{cut_trace, two_stage_trace};

    /// The first 4 s of a run that completed at 16 s.
    #[test]
    fn the_beginning_of_a_run_is_not_its_end() {
        let (trace, whole) = (cut_trace(), two_stage_trace());
        let timeline = Timeline::new(&trace);
        let input = timeline.beginning("long".to_owned(), &Outcome::Completed, Time::from_secs(16));
        let alone = gantt(&input, &Style::default()).texts().join("\n");
        assert!(alone.contains("drawn up to 4s; completed at 16s"), "{alone}");
        assert!(!alone.contains("stopped"), "{alone}");
        let text = text_gantt(&input, &TextStyle::default());
        assert!(text.contains("drawn up to 4s, completed at 16s"), "{text}");
        // Compared is the whole of it: 8 s / 16 s.
        let first = Timeline::new(&whole);
        let runs = [first.input("short".to_owned()), input];
        let both = aligned(&runs, None, &Style::default()).texts().join("\n");
        assert!(both.contains("drawn up to 4s; completed at 16s · speed-up 0.50×"), "{both}");
    }

    /// Nobody is stuck yet where the picture ends.
    #[test]
    fn a_deadlock_behind_the_beginning_is_told_with_its_own_time() {
        let trace = cut_trace();
        let timeline = Timeline::new(&trace);
        let deadlock = Outcome::Deadlock(crate::trace::Deadlock { blocked: Vec::new(), cycle: Vec::new() });
        let input = timeline.beginning("long".to_owned(), &deadlock, Time::from_secs(9));
        let texts = gantt(&input, &Style::default()).texts().join("\n");
        assert!(texts.contains("drawn up to 4s; deadlock at 9s"), "{texts}");
    }
}
