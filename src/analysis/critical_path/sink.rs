//! Follows the critical path of every process while a run goes on.
//!
//! Decides by whom a process came to where it is. Each process has a trail; where one
//! ends a wait of another one, starts, stops or interrupts it, the trail of that one becomes its
//! own, so that at the end the path is that of whoever came last.

use super::path::{CriticalPath, HandOff, HandedOn, PathEnd, PathSpan, PathStep};
use super::trails::{Link, START, Trails};
use crate::ids::{OpId, ProcessId};
use crate::time::Time;
use crate::trace::{
    Activity, Event, Header, Instances, Kind, Outcome, ProcessInfo, Sink, Span, SpanBuilder, Trace, WaitFor,
};
use crate::value::Word;

/// Where a process has come to, and by which trail.
#[derive(Debug, Clone, Copy)]
struct Head {
    link: Link,
    /// Up to when the trail leads.
    reached: Time,
    /// The op of its last event.
    op: OpId,
}

/// One of those who were to be done is not.
struct Unfinished;

/// A [`Sink`] that follows the critical paths of a run. It takes some 50 bytes for each
/// span that led to where a process is.
#[derive(Debug)]
pub struct CriticalPathSink {
    spans: SpanBuilder,
    trails: Trails,
    /// By process.
    heads: Vec<Head>,
    /// By process, where it was when it was done last.
    done: Vec<Option<Head>>,
    infos: Vec<ProcessInfo>,
    /// Of those for which a run waits, the one that did something last.
    last: Option<ProcessId>,
    daemons: Vec<bool>,
}

impl CriticalPathSink {
    /// For a run with the names of `header`.
    pub fn new(header: &Header) -> CriticalPathSink {
        let count = header.process_count();
        let daemons = header.processes.iter();
        let daemons = daemons.flat_map(|info| std::iter::repeat_n(info.daemon, info.count as usize));
        CriticalPathSink {
            spans: SpanBuilder::new(count),
            trails: Trails::new(),
            heads: vec![Head { link: START, reached: Time::ZERO, op: OpId(0) }; count],
            done: vec![None; count],
            infos: header.processes.clone(),
            last: None,
            daemons: daemons.collect(),
        }
    }

    /// The path to an event of the run, which ended so at `end`; `None` if the event did
    /// not come, or if there is more on the paths than is kept.
    pub fn finish(mut self, outcome: &Outcome, end: Time, of: PathEnd) -> Option<CriticalPath> {
        let done = match of {
            PathEnd::TotalTime => self.last_done(),
            PathEnd::Finished(who) => Some(self.later(None, who, false).ok()??),
        };
        let is_cut = done.is_none();
        let process = done.or_else(|| self.unfinished(outcome, end))?;
        let head = match self.done[process.index()] {
            Some(head) if !is_cut => head,
            _ => self.settle(process, end),
        };
        if self.trails.overflowed() {
            return None;
        }
        Some(CriticalPath { process, end: head.reached, is_cut, steps: self.trails.steps(head.link) })
    }

    /// Who was done last of all for whose end a run waits, if all are done; of several
    /// the first in the scenario.
    fn last_done(&self) -> Option<ProcessId> {
        let mut last = None;
        for info in self.infos.iter().filter(|info| !info.daemon) {
            let who = Instances { first: info.first, count: info.count };
            last = self.later(last, who, info.manual).ok()?;
        }
        last
    }

    fn done_at(&self, process: ProcessId) -> Option<Time> {
        self.done[process.index()].map(|head| head.reached)
    }

    /// Who was done last of these and `last`, the first of several. Who was to be started
    /// by another one and was not need not be done if it `may_rest`.
    ///
    /// # Errors
    /// If one of them is not done.
    fn later(
        &self,
        mut last: Option<ProcessId>,
        who: Instances,
        may_rest: bool,
    ) -> Result<Option<ProcessId>, Unfinished> {
        for process in (who.first.0..who.first.0 + who.count).map(ProcessId) {
            match self.done_at(process) {
                None if may_rest && self.is_unborn(process) => {}
                None => return Err(Unfinished),
                time if last.is_none_or(|last| time > self.done_at(last)) => last = Some(process),
                Some(_) => {}
            }
        }
        Ok(last)
    }

    /// Whether nothing was heard of it.
    fn is_unborn(&self, process: ProcessId) -> bool {
        let span = self.spans.open(process, Time::MAX);
        span.is_some_and(|span| span.activity == Activity::New)
    }

    /// Whose way to the end of the run is told where not all came to their own: of who
    /// broke a rule; where the run is cut, of the first who still does something; else of
    /// who began to wait last.
    fn unfinished(&self, outcome: &Outcome, end: Time) -> Option<ProcessId> {
        if let Outcome::Fault(fault) = outcome {
            return Some(fault.process);
        }
        let all = (0..self.heads.len()).map(ProcessId::from_index);
        let awaited = all.filter(|process| !self.daemons[process.index()]);
        let open: Vec<Span> = awaited.filter_map(|process| self.spans.open(process, end)).collect();
        let is_busy = |span: &&Span| matches!(span.activity, Activity::Delayed | Activity::Running);
        let busy = open.iter().find(is_busy).filter(|_| *outcome == Outcome::Horizon);
        let last = || open.iter().rev().max_by_key(|span| span.start);
        busy.or_else(last).map(|span| span.process).or(self.last)
    }

    /// Leads the trail of a process up to `now`, in whatever it is about, and gives it.
    fn settle(&mut self, process: ProcessId, now: Time) -> Head {
        if self.heads[process.index()].reached < now {
            if let Some(span) = self.spans.open(process, now) {
                self.extend(&span);
            }
            self.pass(process, now, None);
        }
        self.heads[process.index()]
    }

    /// Leads the trail of a process on by what is new of one of its spans.
    fn extend(&mut self, span: &Span) {
        self.pass(span.process, span.start, None);
        self.pass(span.process, span.end, Some((span.activity, span.op)));
    }

    fn pass(&mut self, process: ProcessId, end: Time, doing: Option<(Activity, OpId)>) {
        let head = &mut self.heads[process.index()];
        if head.reached >= end {
            return;
        }
        let (activity, op) = doing.map_or((None, head.op), |(activity, op)| (Some(activity), op));
        let span = PathSpan { process, start: head.reached, end, activity, op };
        head.link = self.trails.push(head.link, PathStep::Span(span));
        head.reached = end;
    }

    /// Makes the trail of `from` that of `to`.
    fn hand_on(&mut self, from: ProcessId, (to, to_op): (ProcessId, OpId), now: Time, what: HandedOn) {
        let before = self.settle(from, now);
        let hand_off = HandOff { time: now, from, from_op: before.op, to, to_op, what };
        let link = self.trails.push(before.link, PathStep::HandOff(hand_off));
        let head = &mut self.heads[to.index()];
        (head.link, head.reached) = (link, now);
    }

    /// Who ended this wait, and what was handed on, if it took time.
    fn ended_by_other(span: &Span) -> Option<(ProcessId, HandedOn)> {
        let by = span.granted_by.filter(|&by| by != span.process && span.start < span.end)?;
        match span.activity {
            Activity::Blocked { resource, wait_for } => Some((by, HandedOn::Resource(resource, wait_for))),
            Activity::Ready { processor } => Some((by, HandedOn::Resource(processor, WaitFor::Core))),
            Activity::New | Activity::Delayed | Activity::Running => None,
        }
    }
}

impl Sink for CriticalPathSink {
    fn event(&mut self, event: &Event, _: &[Word]) {
        let (process, now) = (event.process, event.time);
        if let Some(span) = self.spans.event(event) {
            match CriticalPathSink::ended_by_other(&span) {
                Some((by, what)) => self.hand_on(by, (process, event.op), now, what),
                None => self.extend(&span),
            }
        }
        self.heads[process.index()].op = event.op;
        if !self.daemons[process.index()] {
            self.last = Some(process);
        }
        let other = ProcessId(event.value as u32);
        match event.kind {
            Kind::Launch => self.hand_on(process, (other, event.op), now, HandedOn::Start),
            Kind::Stop => self.hand_on(process, (other, self.heads[other.index()].op), now, HandedOn::Stop),
            Kind::Interrupt if self.spans.open(other, Time::MAX).is_some_and(|open| open.end >= now) => {
                let to = (other, self.heads[other.index()].op);
                self.hand_on(process, to, now, HandedOn::Interrupt);
            }
            Kind::Start => self.done[process.index()] = None,
            Kind::Done => self.done[process.index()] = Some(self.settle(process, now)),
            _ => {}
        }
        if self.trails.is_full() {
            let done = self.done.iter_mut().flatten();
            self.trails.forget(self.heads.iter_mut().chain(done).map(|head| &mut head.link));
        }
    }
}

impl Trace {
    /// The critical path to an event; `None` if it did not come, or if there is more on
    /// the paths than is kept.
    pub fn critical_path(&self, of: PathEnd) -> Option<CriticalPath> {
        let mut sink = CriticalPathSink::new(&self.header);
        self.replay(&mut sink);
        sink.finish(&self.outcome, self.end, of)
    }
}
