//! Collects [`Statistics`] while a run goes on, in constant memory per process
//! and resource.
//!
//! Decides nothing about intervals: those come from [`SpanBuilder`], which
//! pictures use too. All sums are whole numbers (128 bits where they multiply);
//! floats appear at the end only, so figures do not depend on any order of
//! summation.

use super::marks::MarkTally;
use super::measures::MeasureTallies;
use super::resource_tally::ResourceTally;
use super::statistics::{LogLine, ProcessStatistics, Statistics};
use crate::ids::ResourceId;
use crate::time::Time;
use crate::trace::{
    Activity, Chunk, ChunkReader, ChunkSink, Event, Header, Kind, LateRequests, LogTemplate, MeasureInfo,
    ProcessInfo, ResourceInfo, Sink, Sketch, Sketched, Span, SpanBuilder, StandIns, Trace, changes_level,
};
use crate::value::Word;

/// A [`Sink`] that adds up the events of a run; faster where it gets them in chunks.
#[derive(Debug, Clone)]
pub struct StatisticsSink {
    reader: ChunkReader,
    spans: SpanBuilder,
    /// Since when processes wait, if the run follows a schedule without time.
    late: Option<LateRequests>,
    processes: Vec<ProcessStatistics>,
    /// The processes with their instances, without their names.
    infos: Vec<ProcessInfo>,
    pub(super) resources: Vec<ResourceTally>,
    pub(super) stand_ins: StandIns,
    /// By process, if some resources stand for others: how long it waited to be the first of
    /// those who are to write under a lock, as long as it does nothing else behind that.
    pub(super) in_line: Vec<Option<u64>>,
    marks: Vec<MarkTally>,
    /// By mark, whether it carries a value.
    carries_value: Vec<bool>,
    /// Boxed, and none if the scenario measures nothing, as most do.
    measures: Option<Box<MeasureTallies>>,
    /// Of a run whose timeline is wanted, but not its events.
    sketch: Option<Box<Sketch>>,
    logs: Vec<LogTemplate>,
    log: Vec<LogLine>,
    log_cap: usize,
    /// How many more bytes of log text are kept.
    log_room: usize,
    log_left_out: u64,
    events: u64,
}

impl StatisticsSink {
    /// How many log lines are kept unless told otherwise.
    pub const DEFAULT_LOG_CAP: usize = 100_000;

    /// How many bytes of their text are kept: a line may be a whole array.
    pub const LOG_BYTES: usize = 32 << 20;

    /// For a run with the names of `header`.
    pub fn new(header: &Header) -> StatisticsSink {
        StatisticsSink::with_log_cap(header, Self::DEFAULT_LOG_CAP)
    }

    /// For a run along a schedule without time. A wait counts there from when the
    /// process could not have been served, not from when its turn came to ask.
    pub fn untimed(header: &Header) -> StatisticsSink {
        let late = LateRequests::new(header.process_count(), header.resource_count());
        StatisticsSink { late: Some(late), ..StatisticsSink::new(header) }
    }

    /// For a run with the names of `header`, keeping up to `log_cap` log lines.
    pub fn with_log_cap(header: &Header, log_cap: usize) -> StatisticsSink {
        let mut sink = StatisticsSink {
            reader: ChunkReader::default(),
            spans: SpanBuilder::new(0),
            late: None,
            processes: Vec::new(),
            infos: Vec::new(),
            resources: Vec::new(),
            stand_ins: StandIns::default(),
            in_line: Vec::new(),
            marks: vec![MarkTally::default(); header.marks.len()],
            carries_value: header.marks.iter().map(|mark| mark.ty.is_some()).collect(),
            measures: None,
            sketch: None,
            logs: header.logs.clone(),
            log: Vec::new(),
            log_cap,
            log_room: Self::LOG_BYTES,
            log_left_out: 0,
            events: 0,
        };
        sink.reset(&header.processes, &header.resources, &header.measures);
        sink
    }

    /// Lets a sketch be made of the run, too.
    pub fn with_sketch(self, sketch: Option<Sketch>) -> StatisticsSink {
        StatisticsSink { sketch: sketch.map(Box::new), ..self }
    }

    /// Forgets the run, for another of the same scenario with these processes, resources
    /// and measures: parameters may have changed how many there are, and what is left out.
    pub fn reset(&mut self, processes: &[ProcessInfo], resources: &[ResourceInfo], measures: &[MeasureInfo]) {
        let process_count = processes.iter().map(|info| info.count as usize).sum();
        self.reader = ChunkReader::default();
        self.spans.reset(process_count);
        self.processes.clear();
        self.processes.resize_with(process_count, ProcessStatistics::default);
        self.infos.clear();
        self.infos.extend(processes.iter().map(|info| ProcessInfo { name: String::new(), ..*info }));
        self.resources.clear();
        for info in resources {
            let tally = ResourceTally::new(info);
            self.resources.extend(std::iter::repeat_n(tally, info.count as usize));
        }
        self.stand_ins = StandIns::new(resources);
        self.in_line.clear();
        self.in_line.resize(if self.stand_ins.is_empty() { 0 } else { process_count }, None);
        if let Some(late) = &mut self.late {
            *late = LateRequests::new(process_count, self.resources.len());
        }
        self.marks.fill_with(MarkTally::default);
        let is_measured = !measures.is_empty();
        self.measures = is_measured.then(|| Box::new(MeasureTallies::new(measures, resources)));
        self.log.clear();
        self.log_room = Self::LOG_BYTES;
        (self.log_left_out, self.events) = (0, 0);
    }

    /// The figures of a run that ended at `end`.
    pub fn finish(self, end: Time) -> Statistics {
        self.finish_sketched(end).0
    }

    /// The figures of a run that ended at `end`, and its sketch if one was to be made.
    pub fn finish_sketched(mut self, end: Time) -> (Statistics, Option<Sketched>) {
        let statistics = self.take_figures(end);
        (statistics, self.sketch.map(|sketch| sketch.finish()))
    }

    /// The figures of a run that ended at `end`, of a sink that is to be used again
    /// after a
    /// [`StatisticsSink::reset`].
    pub fn take_figures(&mut self, end: Time) -> Statistics {
        let mut spans = std::mem::replace(&mut self.spans, SpanBuilder::new(0));
        for span in spans.finish(end) {
            if let Activity::Blocked { resource, .. } | Activity::Ready { processor: resource } =
                span.activity
            {
                self.resources[resource.index()].statistics.requests += 1;
                self.add_to_named(resource, |tally, _| tally.statistics.requests += 1);
            }
            if let Activity::Blocked { resource, .. } = span.activity {
                // What it waits for is worth saying, even if it has only just begun to.
                let resource = self.stand_ins.named(resource);
                let process = &mut self.processes[span.process.index()];
                add_blocked(&mut process.blocked, resource, 0);
                process.waiting_since = Some(span.start);
            }
            self.add_span(&span);
        }
        self.spans = spans;
        let last = self.last_end();
        Statistics {
            total_time: last.unwrap_or(end),
            events: self.events,
            processes: std::mem::take(&mut self.processes),
            resources: self.resources.drain(..).map(|tally| tally.finish(end)).collect(),
            marks: self.marks.iter_mut().map(|mark| std::mem::take(mark).finish()).collect(),
            measures: self.measures.take().map_or_else(Vec::new, |measures| measures.finish(end)),
            log: std::mem::take(&mut self.log),
            log_left_out: self.log_left_out,
        }
    }

    /// When the last process was done for whose end the run waits; `None` if one is
    /// not. Who was to be started by another one and was not need not end.
    fn last_end(&self) -> Option<Time> {
        let mut waited_for = self.infos.iter().filter(|info| !info.daemon).flat_map(|info| {
            let first = info.first.index();
            self.processes[first..first + info.count as usize].iter().map(|process| (info.manual, process))
        });
        waited_for.try_fold(Time::ZERO, |last, (manual, process)| match process.finished {
            None if manual && process.started.is_none() => Some(last),
            finished => Some(last.max(finished?)),
        })
    }

    #[inline(always)]
    fn add_span(&mut self, span: &Span) {
        if let Some(sketch) = &mut self.sketch {
            sketch.add(span);
        }
        let (process, nanos) = (&mut self.processes[span.process.index()], span.nanos());
        match span.activity {
            Activity::New => process.new += nanos,
            Activity::Delayed => process.delayed += nanos,
            Activity::Running => process.running += nanos,
            Activity::Blocked { resource, .. } => {
                if nanos > 0 {
                    add_blocked(&mut process.blocked, self.stand_ins.named(resource), nanos);
                }
                self.resources[resource.index()].statistics.waits.add(nanos);
                if !self.stand_ins.is_empty() {
                    let span = *span;
                    self.add_wait_to_named(&span, resource);
                }
                return;
            }
            Activity::Ready { processor } => {
                process.ready += nanos;
                self.resources[processor.index()].statistics.waits.add(nanos);
            }
        }
        if let Some(in_line) = self.in_line.get_mut(span.process.index()) {
            *in_line = None;
        }
    }

    /// What the process did up to an event.
    #[inline(always)]
    fn span(&mut self, event: &Event) {
        let since = self.late.as_mut().map_or(event.time, |late| {
            let event = *event;
            late.since(&event)
        });
        if let Some(span) = self.spans.event_since(event, since) {
            self.add_span(&span);
        }
    }

    /// What becomes of the level of the resource that an event is about.
    #[inline(always)]
    fn level(&mut self, event: &Event) {
        let tally = &mut self.resources[event.subject as usize];
        let before = tally.statistics.level_end;
        let level = tally.change(event);
        if let Some(sketch) = &mut self.sketch {
            sketch.level(ResourceId(event.subject), event.time, level);
        }
        if let Some(measures) = &mut self.measures {
            measures.level(event, before, level);
        }
        if !self.stand_ins.is_empty() && matches!(event.kind, Kind::Acquire | Kind::Timeout) {
            let event = *event;
            self.asks_for_named(&event);
        }
    }

    #[inline]
    fn measure(&mut self, event: &Event, take: fn(&mut MeasureTallies, &Event)) {
        if let Some(measures) = &mut self.measures {
            take(measures, event);
        }
    }

    /// Keeps a line if there is room. Once one was left out, so is every later
    /// one: what is kept is the beginning of the log.
    fn add_log(&mut self, event: &Event, args: &[Word]) {
        let has_room = self.log_left_out == 0 && self.log.len() < self.log_cap;
        let text = has_room.then(|| self.logs[event.subject as usize].render_within(args, self.log_room));
        let Some(Ok(text)) = text else {
            self.log_left_out += 1;
            return;
        };
        self.log_room -= text.len();
        self.log.push(LogLine { time: event.time, process: event.process, text });
    }
}

impl StatisticsSink {
    /// Takes an event. Whoever is called in rare cases gets a copy, so that in all others the event
    /// need not lie in memory.
    #[inline(always)]
    fn take(&mut self, event: &Event, args: &[Word]) {
        self.events += 1;
        match event.kind {
            // Most events are of these kinds.
            Kind::Delay | Kind::Work => self.span(event),
            Kind::Put | Kind::Get | Kind::Acquire | Kind::Release | Kind::Block | Kind::Notify => {
                self.span(event);
                self.level(event);
            }
            Kind::Grant => {
                self.span(event);
                if self.measures.is_some() || !self.stand_ins.is_empty() {
                    self.granted(*event);
                }
            }
            _ => self.take_other(*event, args),
        }
    }

    #[inline(never)]
    fn granted(&mut self, event: Event) {
        self.asks_for_named(&event);
        self.measure(&event, MeasureTallies::resource);
    }

    #[inline(never)]
    fn take_other(&mut self, event: Event, args: &[Word]) {
        let event = &event;
        self.span(event);
        match event.kind {
            Kind::Start => {
                let process = &mut self.processes[event.process.index()];
                process.started.get_or_insert(event.time);
                process.finished = None;
            }
            Kind::Done => {
                self.processes[event.process.index()].finished = Some(event.time);
                if let Some(sketch) = &mut self.sketch {
                    sketch.done(event.process, event.time);
                }
                self.measure(event, MeasureTallies::mark_or_end);
            }
            kind if changes_level(kind) => self.level(event),
            Kind::Level => self.asks_for_named(event),
            Kind::Log => self.add_log(event, args),
            Kind::Mark => {
                let place = event.subject as usize;
                self.marks[place].add(event, self.carries_value[place]);
                self.measure(event, MeasureTallies::mark_or_end);
            }
            _ => {}
        }
    }
}

impl Sink for StatisticsSink {
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.take(event, args);
    }
}

impl ChunkSink for StatisticsSink {
    fn chunk(&mut self, chunk: Chunk<'_>) {
        let mut reader = std::mem::take(&mut self.reader);
        reader.read(chunk, &mut Taken(self));
        self.reader = reader;
    }
}

/// Takes the events of a run, of which it is known of which kind they are when this is compiled.
struct Taken<'s>(&'s mut StatisticsSink);

impl Sink for Taken<'_> {
    #[inline(always)]
    fn event(&mut self, event: &Event, args: &[Word]) {
        let sink = &mut *self.0;
        match event.kind {
            // In a run it ends no wait, and the delay that it comes behind has an end of its own.
            Kind::Draw | Kind::Write | Kind::Read | Kind::Close | Kind::Ended if sink.late.is_none() => {
                sink.events += 1
            }
            Kind::Level if sink.late.is_none() && sink.stand_ins.is_empty() => sink.events += 1,
            _ => sink.take(event, args),
        }
    }
}

impl Trace {
    /// The figures of this trace, as the run itself would have collected them.
    pub fn statistics(&self) -> Statistics {
        let mut sink = StatisticsSink::new(&self.header);
        self.replay(&mut sink);
        sink.finish(self.end)
    }
}

/// Keeps the list in the order of ids. Most processes wait for few resources.
fn add_blocked(blocked: &mut Vec<(ResourceId, u64)>, resource: ResourceId, nanos: u64) {
    match blocked.binary_search_by_key(&resource, |&(id, _)| id) {
        Ok(found) => blocked[found].1 += nanos,
        Err(place) => blocked.insert(place, (resource, nanos)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{MarkStatistics, MarkValues};
    use crate::ids::ProcessId;
    use crate::trace::fixture::{
        A, B, BUFFER, C, MEMORY, MUTEX, SEMAPHORE, arbitrary_trace, cut_trace, event, two_stage_trace,
    };
    use crate::trace::{Events, spans};
    use crate::value::Type;
    use crate::value::Value;
    use proptest::prelude::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn processes_by_hand() {
        // The run is drawn beside `two_stage_trace`.
        let statistics = two_stage_trace().statistics();
        assert_eq!(statistics.total_time, Time::from_secs(8));
        assert_eq!(statistics.events, 25);
        let process = |id: ProcessId| &statistics.processes[id.index()];
        assert_eq!(process(A).delayed, 2 * SECOND);
        assert_eq!(process(A).finished, Some(Time::from_secs(2)));
        assert_eq!(process(B).running, 6 * SECOND);
        assert_eq!(process(B).blocked, [(MUTEX, 2 * SECOND)]);
        assert_eq!(process(C).started, Some(Time::from_secs(1)));
        assert_eq!((process(A).new, process(C).new), (0, SECOND));
        assert_eq!(process(C).blocked, [(BUFFER, SECOND)]);
        assert_eq!((process(C).delayed, process(C).running), (3 * SECOND, 0));
        assert_eq!(process(ProcessId(3)).finished, Some(Time::ZERO));
    }

    #[test]
    fn resources_by_hand() {
        let statistics = two_stage_trace().statistics();
        // Held without a gap from 0 s to 8 s, so never free for a time; taken
        // twice, and once waited for, 2 s.
        let mutex = &statistics.resources[MUTEX.index()];
        assert_eq!((mutex.utilization, mutex.level_mean), (Some(1.0), 0.0));
        assert_eq!((mutex.level_max, mutex.level_end), (1, 1));
        assert_eq!((mutex.requests, mutex.waits.count), (2, 1));
        assert_eq!((mutex.waits.total, mutex.waits.longest), (2 * u128::from(SECOND), 2 * SECOND));
        assert_eq!((mutex.waits.mean(), mutex.wait_per_request()), (2e9, 1e9));
        // 2 puts and 2 gets. One item from 2 s to 5 s: 3 item-seconds in 8 s,
        // of room for 16. For an instant at 2 s there were two.
        let buffer = &statistics.resources[BUFFER.index()];
        assert_eq!((buffer.requests, buffer.level_max, buffer.level_end), (4, 2, 0));
        assert_eq!((buffer.level_mean, buffer.utilization), (3.0 / 8.0, Some(3.0 / 16.0)));
        // Never touched.
        let semaphore = &statistics.resources[SEMAPHORE.index()];
        assert_eq!((semaphore.utilization, semaphore.level_mean), (Some(0.0), 1.0));
        assert_eq!(statistics.resources[MEMORY.index()].utilization, None);
    }

    #[test]
    fn marks_and_log_by_hand() {
        let statistics = two_stage_trace().statistics();
        let three = Value::Duration(3_000_000_000);
        let values = MarkValues { mean: three, min: three, max: three };
        assert_eq!(statistics.marks[0], MarkStatistics { count: 1, values: Some(values) });
        assert_eq!(statistics.marks[1], MarkStatistics::default());
        assert_eq!(statistics.log.len(), 1);
        assert_eq!(statistics.log[0].text, "made \"2s\" of [0.5, 15.0]");
    }

    /// 32 MiB have room for 32 lines of a MiB; the next one is left out, and so
    /// is what comes behind it, however short.
    #[test]
    fn a_log_is_bounded_in_bytes() {
        let mut trace = two_stage_trace();
        let log = crate::trace::LogTemplate {
            pieces: vec![
                crate::trace::Piece::Text("µ".repeat(512 << 10)),
                crate::trace::Piece::Value(Type::Bool),
            ],
        };
        let short = crate::trace::LogTemplate { pieces: vec![crate::trace::Piece::Text("short".to_owned())] };
        trace.header.logs = vec![log, short];
        let mut sink = StatisticsSink::new(&trace.header);
        // The value has 4 bytes, so the last of 32 lines has no room any more.
        for number in 0..40 {
            sink.event(&event(number, A, Kind::Log, 0, 0), &[1]);
            sink.event(&event(number, A, Kind::Log, u32::from(number > 20), 0), &[1]);
        }
        let statistics = sink.finish(Time::from_secs(50));
        let bytes: usize = statistics.log.iter().map(|line| line.text.len()).sum();
        let long = statistics.log.iter().filter(|line| line.text.len() == (1 << 20) + 4).count();
        assert_eq!(long, 31);
        assert!(bytes <= StatisticsSink::LOG_BYTES);
        assert_eq!(statistics.log.len() as u64 + statistics.log_left_out, 80);
    }

    #[test]
    fn the_stop_time_cuts_delays_and_waits() {
        // Stopped at 4 s: of the delay to 10 s, 4 s count; `b` waits from 1 s.
        let statistics = cut_trace().statistics();
        assert_eq!(statistics.total_time, Time::from_secs(4));
        assert_eq!(statistics.processes[A.index()].delayed, 4 * SECOND);
        assert_eq!(statistics.processes[B.index()].blocked, [(MUTEX, 3 * SECOND)]);
        let since = statistics.processes.iter().map(|process| process.waiting_since);
        assert_eq!(since.collect::<Vec<_>>(), [None, Some(Time::from_secs(1)), None, None]);
        assert_eq!(
            (statistics.processes[B.index()].new, statistics.processes[B.index()].started),
            (SECOND, Some(Time::from_secs(1)))
        );
        // It was to start later, and never did.
        let never = ProcessStatistics { new: 4 * SECOND, ..ProcessStatistics::default() };
        assert_eq!(statistics.processes[C.index()], never);
        let mutex = &statistics.resources[MUTEX.index()];
        assert_eq!((mutex.requests, mutex.waits.count, mutex.waits.longest), (2, 1, 3 * SECOND));
        assert_eq!((mutex.utilization, mutex.level_end), (Some(1.0), 0));
    }

    /// Stopped at 1 s, when `b` has just begun to wait, and `a` and `c[0]` never did.
    #[test]
    fn who_has_just_begun_to_wait_is_said_to_wait_for_something() {
        let mut trace = cut_trace();
        trace.end = Time::from_secs(1);
        let statistics = trace.statistics();
        let blocked = statistics.processes.iter().map(|process| process.blocked.clone());
        assert_eq!(blocked.collect::<Vec<_>>(), [vec![], vec![(MUTEX, 0)], vec![], vec![]]);
        assert_eq!(statistics.resources[MUTEX.index()].waits.count, 1);
    }

    /// `b` asked for the mutex at 4 s, when its turn came; it was ready at 1 s, and `a` held it.
    #[test]
    fn without_time_who_asks_late_has_waited_before() {
        let mut trace = cut_trace();
        trace.end = Time::from_secs(6);
        trace.events.change(|events| {
            events
                .iter_mut()
                .filter(|event| event.kind == Kind::Block)
                .for_each(|event| event.time = Time::from_secs(4));
        });
        let blocked = |mut sink: StatisticsSink| {
            trace.replay(&mut sink);
            sink.finish(trace.end).processes[B.index()].blocked.clone()
        };
        assert_eq!(blocked(StatisticsSink::new(&trace.header)), [(MUTEX, 2 * SECOND)]);
        assert_eq!(blocked(StatisticsSink::untimed(&trace.header)), [(MUTEX, 5 * SECOND)]);
        let drawn = crate::trace::untimed_spans(&trace);
        let wait = drawn.iter().find(|span| matches!(span.activity, Activity::Blocked { .. }));
        assert_eq!(wait.map(|span| span.nanos()), Some(5 * SECOND));
    }

    #[test]
    fn a_wait_of_no_length_is_a_wait() {
        let mut trace = cut_trace();
        trace.events.push(&event(1, A, Kind::Release, MUTEX.0, 0));
        trace.events.push(&event(1, B, Kind::Grant, MUTEX.0, 0));
        trace.events.push(&event(1, B, Kind::Acquire, MUTEX.0, 0));
        let statistics = trace.statistics();
        let mutex = &statistics.resources[MUTEX.index()];
        assert_eq!((mutex.requests, mutex.waits.count, mutex.waits.total), (2, 1, 0));
        assert!(statistics.processes[B.index()].blocked.is_empty());
    }

    #[test]
    fn more_permits_than_at_the_start_are_not_negative_use() {
        // One permit at first, taken from 1 s to 2 s, three from 2 s on:
        // level 1, 0, 3 for 1 s, 1 s, 2 s makes 7 permit-seconds in 4 s.
        let mut trace = cut_trace();
        trace.events = Events::new();
        trace.events.push(&event(1, A, Kind::Acquire, SEMAPHORE.0, 0));
        trace.events.extend([event(2, A, Kind::Release, SEMAPHORE.0, 0); 3]);
        let statistics = trace.statistics();
        let semaphore = &statistics.resources[SEMAPHORE.index()];
        assert_eq!((semaphore.utilization, semaphore.level_mean), (Some(0.25), 1.75));
        assert_eq!((semaphore.level_max, semaphore.requests), (3, 1));
    }

    #[test]
    fn the_log_is_bounded() {
        let trace = two_stage_trace();
        let mut sink = StatisticsSink::with_log_cap(&trace.header, 1);
        trace.replay(&mut sink);
        trace.replay(&mut sink);
        let statistics = sink.finish(trace.end);
        assert_eq!((statistics.log.len(), statistics.log_left_out), (1, 1));
    }

    proptest! {
        #[test]
        fn statistics_are_the_sums_of_the_spans(trace in arbitrary_trace()) {
            let statistics = trace.statistics();
            for (index, process) in statistics.processes.iter().enumerate() {
                let of_process = |activity: fn(&Activity) -> bool| -> u64 {
                    let own = spans(&trace).into_iter().filter(|span| span.process.index() == index);
                    own.filter(|span| activity(&span.activity)).map(|span| span.nanos()).sum()
                };
                prop_assert_eq!(process.delayed, of_process(|&a| a == Activity::Delayed));
                prop_assert_eq!(process.running, of_process(|&a| a == Activity::Running));
                let blocked = of_process(|a| matches!(a, Activity::Blocked { .. }));
                prop_assert_eq!(process.blocked_in_all(), blocked);
            }
            for resource in &statistics.resources {
                prop_assert!(resource.utilization.is_none_or(|share| (0.0..=1.0).contains(&share) || resource.level_max > 2));
                prop_assert!(resource.waits.total <= u128::from(resource.waits.longest) * u128::from(resource.waits.count));
            }
        }
    }
}
