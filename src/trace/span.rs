//! Spans: what each process was doing, from when to when, and why.
//!
//! The one place that turns events into intervals; statistics and pictures
//! both read them from here.

use super::event::{Event, INTERRUPTED, Kind};
use super::late::LateRequests;
use super::outcome::WaitFor;
use super::sink::Trace;
use super::stand_in::StandIns;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::time::Time;
use crate::value::Word;

/// What a process was doing for a while.
// Its parts in words of their own: every event that ends one takes it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Activity {
    /// It had not started yet.
    New,
    /// Time passed without a processor.
    Delayed,
    /// It was using a processor.
    Running,
    /// It waited for a resource.
    Blocked {
        /// For which.
        resource: ResourceId,
        /// To do what.
        wait_for: WaitFor,
    },
    /// It was at work, but no core of its processor served it.
    Ready {
        /// Which processor.
        processor: ResourceId,
    },
}

impl Activity {
    /// This activity; a wait for what the scenario does not declare is one for the resource that this stands
    /// for.
    #[inline]
    pub fn of_named(self, stand_ins: &StandIns) -> Activity {
        match self {
            Activity::Blocked { resource, wait_for } if !stand_ins.is_empty() => {
                Activity::Blocked { resource: stand_ins.named(resource), wait_for }
            }
            other => other,
        }
    }

    /// The name of the state.
    pub fn state(self) -> &'static str {
        match self {
            Activity::New => "new",
            Activity::Delayed => "delayed",
            Activity::Running => "running",
            Activity::Blocked { .. } => "blocked",
            Activity::Ready { .. } => "ready",
        }
    }
}

/// An interval `[start, end)` in which one process did one thing. Never empty:
/// what takes no time leaves no span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// Whose interval it is.
    pub process: ProcessId,
    /// In which state the process was.
    pub activity: Activity,
    /// From this instant on.
    pub start: Time,
    /// Up to, but without, this instant. The end of the run if it cut the
    /// span short.
    pub end: Time,
    /// The op on which the process stood.
    pub op: OpId,
    /// Whose step ended a wait, if it was ended.
    pub granted_by: Option<ProcessId>,
    /// Whether it was a wait that ran out.
    pub ran_out: bool,
}

impl Span {
    /// The length in nanoseconds.
    pub fn nanos(&self) -> u64 {
        self.end.since(self.start)
    }
}

/// An activity that has not ended yet.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: Time,
    /// When a delay or work will end, as far as is known when it begins;
    /// [`Time::MAX`] for the other activities.
    until: Time,
    activity: Activity,
    op: OpId,
}

/// Turns the events of a run into spans as they come, in constant memory per
/// process.
///
/// Unlike [`spans`], it also gives intervals of length 0 (a wait that ended at
/// once), since they count as waits.
#[derive(Debug, Clone)]
pub struct SpanBuilder {
    /// By process; `None` while it is ready or done.
    open: Vec<Option<Open>>,
}

impl SpanBuilder {
    /// For a run of so many process instances, at time 0.
    pub fn new(process_count: usize) -> SpanBuilder {
        let mut builder = SpanBuilder { open: Vec::new() };
        builder.reset(process_count);
        builder
    }

    /// Back to time 0, for a run of so many process instances.
    pub fn reset(&mut self, process_count: usize) {
        let new = Open { start: Time::ZERO, until: Time::MAX, activity: Activity::New, op: OpId(0) };
        self.open.clear();
        self.open.resize(process_count, Some(new));
    }

    /// Takes the next event; gives the interval that it ended, if any.
    ///
    /// # Panics
    /// If the event's process is not one of the run.
    #[inline]
    pub fn event(&mut self, event: &Event) -> Option<Span> {
        self.event_since(event, event.time)
    }

    /// Takes the next event, with which begins what began at `since`.
    ///
    /// # Panics
    /// If the event's process is not one of the run.
    #[inline(always)]
    pub fn event_since(&mut self, event: &Event, since: Time) -> Option<Span> {
        let slot = &mut self.open[event.process.index()];
        let next = opened_by(event, since);
        if slot.is_none() && next.is_none() {
            return None;
        }
        let mut ended = std::mem::replace(slot, next)?;
        if ended.activity == Activity::New {
            // It is the step with which it begins that it did not come to.
            ended.op = event.op;
        }
        let granted_by = (event.kind == Kind::Grant).then_some(ProcessId(event.value as u32));
        // A thread wakes later than planned, and its `Wake` says when. Virtual
        // time has no such event: there the plan is what happened.
        let end = if event.kind == Kind::Wake { event.time } else { since.min(ended.until) };
        let ran_out = event.kind == Kind::Timeout && event.extra != INTERRUPTED;
        Some(Span { ran_out, ..span(event.process, ended, end, granted_by) })
    }

    /// The interval that a process is in, as far as it goes before `end`; `None` if it is
    /// in none.
    ///
    /// # Panics
    /// If the process is not one of the run.
    pub fn open(&self, process: ProcessId, end: Time) -> Option<Span> {
        let open = self.open[process.index()]?;
        Some(span(process, open, end.min(open.until), None))
    }

    /// The intervals that the end of the run cut short, by process.
    pub fn finish(&mut self, end: Time) -> impl Iterator<Item = Span> {
        self.open.iter_mut().enumerate().filter_map(move |(index, open)| {
            let open = open.take()?;
            Some(span(ProcessId::from_index(index), open, end.min(open.until), None))
        })
    }
}

/// The activity that begins with an event, at `start`.
#[inline(always)]
fn opened_by(event: &Event, start: Time) -> Option<Open> {
    let (activity, until) = match event.kind {
        Kind::Delay => (Activity::Delayed, Time::from_nanos(event.value).unwrap_or(Time::MAX)),
        Kind::Work => (Activity::Running, Time::from_nanos(event.value).unwrap_or(Time::MAX)),
        Kind::Block => {
            let resource = ResourceId(event.subject);
            let activity = match WaitFor::from_word(event.value).unwrap_or(WaitFor::Acquire) {
                WaitFor::Core => Activity::Ready { processor: resource },
                wait_for => Activity::Blocked { resource, wait_for },
            };
            (activity, Time::MAX)
        }
        _ => return None,
    };
    Some(Open { start, until, activity, op: event.op })
}

#[inline(always)]
fn span(process: ProcessId, open: Open, end: Time, granted_by: Option<ProcessId>) -> Span {
    let Open { start, activity, op, .. } = open;
    Span { process, activity, start, end: end.max(start), op, granted_by, ran_out: false }
}

/// All spans of a trace, by process and then by start; waits are for what the scenario names.
pub fn spans(trace: &Trace) -> Vec<Span> {
    spans_since(trace, |event| event.time)
}

/// All spans of a trace along a schedule without time, in which a process waits
/// from when it could not have been served (see [`LateRequests`]).
pub fn untimed_spans(trace: &Trace) -> Vec<Span> {
    let mut late = LateRequests::new(trace.header.process_count(), trace.header.resource_count());
    spans_since(trace, |event| late.since(event))
}

/// All spans, given when what begins with an event began.
fn spans_since(trace: &Trace, mut since: impl FnMut(&Event) -> Time) -> Vec<Span> {
    let mut builder = SpanBuilder::new(trace.header.process_count());
    let ended = |event: Event| builder.event_since(&event, since(&event));
    let mut all: Vec<Span> = trace.events.iter().filter_map(ended).collect();
    all.extend(builder.finish(trace.end));
    all.retain(|span| span.start < span.end);
    all.sort_unstable_by_key(|span| (span.process, span.start));
    let stand_ins = StandIns::new(&trace.header.resources);
    all.iter_mut().for_each(|span| span.activity = span.activity.of_named(&stand_ins));
    all
}

/// Where waits begin that are of another round of a loop than the wait before, which ended
/// there and was of the same step: by process, then by time. Waits for several permits of
/// one step follow each other with nothing but the taking of permits between them.
pub fn rounds(trace: &Trace) -> Vec<(ProcessId, Time)> {
    rounds_since(trace, |event| event.time)
}

/// As [`rounds`], among [`untimed_spans`].
pub fn untimed_rounds(trace: &Trace) -> Vec<(ProcessId, Time)> {
    let mut late = LateRequests::new(trace.header.process_count(), trace.header.resource_count());
    rounds_since(trace, |event| late.since(event))
}

fn rounds_since(trace: &Trace, mut since: impl FnMut(&Event) -> Time) -> Vec<(ProcessId, Time)> {
    let mut last: Vec<Option<LastWait>> = vec![None; trace.header.process_count()];
    let mut rounds = Vec::new();
    for event in trace.events.iter() {
        let (last, start) = (&mut last[event.process.index()], since(&event));
        match (event.kind, last.as_mut()) {
            (Kind::Grant | Kind::Timeout, _) => {
                *last = Some(LastWait { op: event.op, end: event.time, goes_on: true })
            }
            (Kind::Acquire, Some(wait)) if wait.op == event.op => {}
            (Kind::Block, Some(wait)) if wait.op == event.op && wait.end == start => {
                let is_permit = event.value == WaitFor::Acquire as Word;
                if !(wait.goes_on && is_permit) {
                    rounds.push((event.process, start));
                }
            }
            (_, Some(wait)) => wait.goes_on = false,
            (_, None) => {}
        }
    }
    rounds.sort_unstable();
    rounds
}

/// The wait of a process that ended last.
#[derive(Debug, Clone, Copy)]
struct LastWait {
    op: OpId,
    end: Time,
    /// Whether it has done nothing since but take permits in that step.
    goes_on: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, B, BUFFER, C, MUTEX, two_stage_trace};
    use crate::trace::fixture::{arbitrary_trace, cut_trace};
    use proptest::prelude::*;

    fn seconds(spans: &[Span], process: ProcessId) -> Vec<(Activity, u64, u64, Option<ProcessId>)> {
        let of_process = spans.iter().filter(|span| span.process == process);
        of_process
            .map(|span| {
                let second = |time: Time| time.as_nanos() / 1_000_000_000;
                (span.activity, second(span.start), second(span.end), span.granted_by)
            })
            .collect()
    }

    #[test]
    fn two_stages_by_hand() {
        // The run is worked out on paper beside `two_stage_trace`.
        let spans = spans(&two_stage_trace());
        let mutex = Activity::Blocked { resource: MUTEX, wait_for: WaitFor::Acquire };
        let buffer = Activity::Blocked { resource: BUFFER, wait_for: WaitFor::Get };
        assert_eq!(seconds(&spans, A), [(Activity::Delayed, 0, 2, None)]);
        assert_eq!(seconds(&spans, B), [(mutex, 0, 2, Some(A)), (Activity::Running, 2, 8, None)]);
        assert_eq!(
            seconds(&spans, C),
            [(Activity::New, 0, 1, None), (buffer, 1, 2, Some(A)), (Activity::Delayed, 2, 5, None)]
        );
    }

    #[test]
    fn the_end_of_the_run_cuts_delays_and_waits() {
        let spans = spans(&cut_trace());
        assert_eq!(seconds(&spans, A), [(Activity::Delayed, 0, 4, None)]);
        let mutex = Activity::Blocked { resource: MUTEX, wait_for: WaitFor::Acquire };
        assert_eq!(seconds(&spans, B), [(Activity::New, 0, 1, None), (mutex, 1, 4, None)]);
        assert_eq!(seconds(&spans, C), [(Activity::New, 0, 4, None)]);
    }

    #[test]
    fn a_measured_wake_ends_a_delay() {
        let mut trace = cut_trace();
        let delay = trace.events.iter().nth(2).expect("there are more");
        let woken = Event { time: Time::from_secs(3), kind: Kind::Wake, value: 0, ..delay };
        trace.events.change(|events| events[2].value = 2_000_000_000);
        trace.events.push(&woken);
        assert_eq!(seconds(&spans(&trace), A), [(Activity::Delayed, 0, 3, None)]);
    }

    proptest! {
        #[test]
        fn spans_of_one_process_never_overlap(trace in arbitrary_trace()) {
            for spans in [spans(&trace), untimed_spans(&trace)] {
                for span in &spans {
                    prop_assert!(span.start < span.end && span.end <= trace.end);
                }
                for pair in spans.windows(2) {
                    let ordered = (pair[0].process, pair[0].end) <= (pair[1].process, pair[1].start);
                    prop_assert!(ordered || pair[0].process < pair[1].process, "{:?}", pair);
                }
            }
        }
    }
}
