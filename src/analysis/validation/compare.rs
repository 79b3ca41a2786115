//! The times of an observed run beside those of the model in the same order.

use crate::time::Time;
use crate::trace::{Activity, Kind, Span, SpanBuilder, Trace};

/// The times of one run, each beside that of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct RunTimes {
    /// The model's total time.
    pub model_total: Time,
    /// The observed one.
    pub seen_total: Time,
    /// By process.
    pub processes: Vec<ProcessTimes>,
    /// The intervals whose lengths deviate, the worst first; at most ten.
    pub worst: Vec<SpanDeviation>,
}

/// How many deviating intervals are kept.
const MOST_SPANS: usize = 10;

/// The times of one process, each beside that of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProcessTimes {
    /// When it finished in the model.
    pub model_finish: Option<Time>,
    /// When it was seen to finish.
    pub seen_finish: Option<Time>,
    /// How long it was at work without a core in the model, in nanoseconds.
    pub model_ready: u64,
    /// How long it was seen to be so, in nanoseconds.
    pub seen_ready: u64,
    /// How long it was blocked in the model, in nanoseconds.
    pub model_blocked: u64,
    /// How long it was seen to be blocked, in nanoseconds.
    pub seen_blocked: u64,
    /// In how many waits, those of no length included.
    pub waits: u64,
}

/// An interval that was longer or shorter than in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanDeviation {
    /// The interval as the model has it. It may have no length.
    pub model: Span,
    /// The interval as it was observed.
    pub seen: Span,
}

impl SpanDeviation {
    /// By how many nanoseconds it was longer.
    pub fn deviation(&self) -> i64 {
        difference(self.seen.nanos(), self.model.nanos())
    }
}

impl RunTimes {
    /// By how many nanoseconds the run was longer.
    pub fn total_deviation(&self) -> i64 {
        difference(self.seen_total.as_nanos(), self.model_total.as_nanos())
    }

    /// How much longer the run was, as a share of the model's total time; 0 if that
    /// is 0.
    pub fn total_error(&self) -> f64 {
        match self.model_total.as_nanos() {
            0 => 0.0,
            model => self.total_deviation() as f64 / model as f64,
        }
    }
}

impl ProcessTimes {
    /// By how many nanoseconds it finished later, if it did in both.
    pub fn finish_deviation(&self) -> Option<i64> {
        let (model, seen) = self.model_finish.zip(self.seen_finish)?;
        Some(difference(seen.as_nanos(), model.as_nanos()))
    }

    /// By how many nanoseconds longer it was blocked.
    pub fn blocked_deviation(&self) -> i64 {
        difference(self.seen_blocked, self.model_blocked)
    }
}

/// Neither is above [`Time::MAX`], so the difference fits.
fn difference(seen: u64, model: u64) -> i64 {
    seen as i64 - model as i64
}

/// Compares an observed run with the model's run in the same order of events.
pub fn compare_times(model: &Trace, seen: &Trace) -> RunTimes {
    let (model_figures, seen_figures) = (model.statistics(), seen.statistics());
    let mut waits = vec![0; seen.header.process_count()];
    for event in seen.events.iter().filter(|event| event.kind == Kind::Block) {
        waits[event.process.index()] += 1;
    }
    let pairs = model_figures.processes.iter().zip(&seen_figures.processes).zip(waits);
    let processes = pairs.map(|((model, seen), waits)| ProcessTimes {
        waits,
        model_finish: model.finished,
        seen_finish: seen.finished,
        model_ready: model.ready,
        seen_ready: seen.ready,
        model_blocked: model.blocked_in_all(),
        seen_blocked: seen.blocked_in_all(),
    });
    RunTimes {
        model_total: model_figures.total_time,
        seen_total: seen_figures.total_time,
        processes: processes.collect(),
        worst: worst_spans(model, seen),
    }
}

/// In both runs each process goes through the same intervals in the same
/// order, since it makes the same steps; only their lengths differ.
fn worst_spans(model: &Trace, seen: &Trace) -> Vec<SpanDeviation> {
    let pairs = intervals(model).into_iter().zip(intervals(seen));
    let mut all: Vec<SpanDeviation> = pairs
        .flat_map(|(model, seen)| model.into_iter().zip(seen))
        .filter(|(model, seen)| model.op == seen.op && model.activity != Activity::New)
        .map(|(model, seen)| SpanDeviation { model, seen })
        .filter(|span| span.deviation() != 0)
        .collect();
    all.sort_by_key(|span| std::cmp::Reverse(span.deviation().unsigned_abs()));
    all.truncate(MOST_SPANS);
    all
}

/// The intervals of each process, those of no length included.
fn intervals(trace: &Trace) -> Vec<Vec<Span>> {
    let mut builder = SpanBuilder::new(trace.header.process_count());
    let mut lists = vec![Vec::new(); trace.header.process_count()];
    for event in &trace.events {
        if let Some(span) = builder.event(&event) {
            lists[span.process.index()].push(span);
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{B, two_stage_trace};

    #[test]
    fn equal_runs_do_not_deviate() {
        let trace = two_stage_trace();
        let times = compare_times(&trace, &trace);
        assert_eq!((times.total_deviation(), times.worst.len()), (0, 0));
        assert!(times.processes.iter().all(|process| process.finish_deviation() == Some(0)));
    }

    #[test]
    fn the_worst_span_is_found() {
        let model = two_stage_trace();
        let mut seen = model.clone();
        // b works from 2 s on, by the plan until 8 s; its Wake says 8.5 s.
        let work = seen.events.iter().find(|e| e.kind == Kind::Work && e.process == B).expect("b works");
        let late = Time::from_nanos(8_500_000_000).expect("short");
        let end = seen.events.len() - 2;
        let wake = crate::trace::Event { kind: Kind::Wake, time: late, value: 0, ..work };
        seen.events.change(|events| {
            events[end..].iter_mut().for_each(|event| event.time = late);
            events.insert(end, wake);
        });
        seen.end = late;
        let times = compare_times(&model, &seen);
        assert_eq!(times.total_deviation(), 500_000_000);
        assert_eq!(times.total_error(), 0.0625);
        assert_eq!((times.worst[0].seen.process, times.worst[0].deviation()), (B, 500_000_000));
    }
}
