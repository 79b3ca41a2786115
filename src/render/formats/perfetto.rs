//! A run as a trace that Perfetto and Chrome's `about:tracing` show.
//!
//! Decides what becomes of what: a thread of each process, a slice of each span, a
//! counter of each level, an instant of each mark and log line, and an arrow from who
//! ended a wait to who waited. Times there are microseconds, written with the
//! nanoseconds behind the point.

use crate::ids::ProcessId;
use crate::render::input::{GanttInput, Point, PointKind};
use crate::time::Time;
use crate::trace::Span;
use serde_json::{Value, json};
use std::fmt;
use std::io::{self, Write};

/// All of a run in the trace event format, an object a line.
///
/// # Errors
/// If it cannot be written.
pub fn perfetto(input: &GanttInput<'_>, out: &mut dyn Write) -> io::Result<()> {
    let head = json!({"scenario": input.header.scenario, "version": input.header.version, "seed": input.header.seed});
    write!(out, "{{\"displayTimeUnit\":\"ns\",\"otherData\":{head},\"traceEvents\":[")?;
    let mut events = Events { input, out, is_first: true, flows: 0 };
    events.names()?;
    for span in input.spans {
        events.slice(span)?;
        events.flow(span)?;
    }
    for series in input.levels {
        let name = Value::from(input.resource_name(series.resource));
        for &(time, level) in &series.steps {
            events.put(format_args!(
                "{{\"ph\":\"C\",\"pid\":1,\"name\":{name},\"ts\":{},\"args\":{{\"level\":{level}}}}}",
                Micros(time)
            ))?;
        }
    }
    for point in input.points {
        events.instant(point)?;
    }
    out.write_all(b"\n]}\n")
}

struct Events<'w, 'i> {
    input: &'w GanttInput<'i>,
    out: &'w mut dyn Write,
    is_first: bool,
    /// How many arrows there are.
    flows: u64,
}

impl Events<'_, '_> {
    fn put(&mut self, event: fmt::Arguments<'_>) -> io::Result<()> {
        let comma = if std::mem::take(&mut self.is_first) { "" } else { "," };
        write!(self.out, "{comma}\n{event}")
    }

    /// The names of the run and of its processes, in their order.
    fn names(&mut self) -> io::Result<()> {
        let title = json!({"name": self.input.title});
        self.put(format_args!("{{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{title}}}"))?;
        for index in 0..self.input.process_count() {
            let process = ProcessId::from_index(index);
            let (name, thread) = (json!({"name": self.input.process_name(process)}), thread(process));
            let head = format!("{{\"ph\":\"M\",\"pid\":1,\"tid\":{thread}");
            self.put(format_args!("{head},\"name\":\"thread_name\",\"args\":{name}}}"))?;
            let order = json!({"sort_index": thread});
            self.put(format_args!("{head},\"name\":\"thread_sort_index\",\"args\":{order}}}"))?;
        }
        Ok(())
    }

    fn slice(&mut self, span: &Span) -> io::Result<()> {
        let input = self.input;
        let name = input.label(span).map_or_else(|| input.activity_name(span.activity), str::to_owned);
        let mut args = json!({});
        if let Some(line) = input.header.line(span.op) {
            args["line"] = json!(line);
        }
        if let Some(by) = span.granted_by {
            args["granted_by"] = json!(input.process_name(by));
        }
        if span.ran_out {
            args["ran_out"] = json!(true);
        }
        self.put(format_args!(
            "{{\"ph\":\"X\",\"pid\":1,\"tid\":{},\"ts\":{},\"dur\":{},\"cat\":\"{}\",\"name\":{},\"args\":{args}}}",
            thread(span.process),
            Micros(span.start),
            Micros(duration(span)),
            span.activity.state(),
            Value::from(name)
        ))
    }

    /// An arrow to the end of a wait, from who ended it. It begins and ends inside slices,
    /// a nanosecond before the moment; if whoever it was did nothing then that has a
    /// length, there is none.
    fn flow(&mut self, span: &Span) -> io::Result<()> {
        let Some(by) = span.granted_by else { return Ok(()) };
        let Some(before) = span.end.as_nanos().checked_sub(1).and_then(Time::from_nanos) else {
            return Ok(());
        };
        if !self.is_in_span(by, before) {
            return Ok(());
        }
        self.flows += 1;
        let (id, at) = (self.flows, Micros(before));
        for (kind, process, bind) in [("s", by, ""), ("f", span.process, ",\"bp\":\"e\"")] {
            self.put(format_args!(
                "{{\"ph\":\"{kind}\",\"pid\":1,\"tid\":{},\"ts\":{at},\"id\":{id},\"cat\":\"hand-off\",\"name\":\"hand-off\"{bind}}}",
                thread(process)
            ))?;
        }
        Ok(())
    }

    fn is_in_span(&self, process: ProcessId, time: Time) -> bool {
        let spans = self.input.spans;
        let after = spans.partition_point(|span| (span.process, span.start) <= (process, time));
        after.checked_sub(1).is_some_and(|last| spans[last].process == process && time < spans[last].end)
    }

    fn instant(&mut self, point: &Point) -> io::Result<()> {
        let kind = match point.kind {
            PointKind::Mark => "mark",
            PointKind::Log => "log",
            PointKind::Fatal => "fatal",
            PointKind::Race => "race",
        };
        self.put(format_args!(
            "{{\"ph\":\"i\",\"s\":\"t\",\"pid\":1,\"tid\":{},\"ts\":{},\"cat\":\"{kind}\",\"name\":{}}}",
            thread(point.process),
            Micros(point.time),
            Value::from(point.text.as_str())
        ))
    }
}

/// Threads are numbered from 1: the first has the number of its process, and would be taken
/// for the main one otherwise.
fn thread(process: ProcessId) -> u64 {
    u64::from(process.0) + 1
}

fn duration(span: &Span) -> Time {
    Time::from_nanos(span.nanos()).unwrap_or(Time::MAX)
}

/// A time in microseconds, exactly.
struct Micros(Time);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        match nanos % 1_000 {
            0 => write!(f, "{}", nanos / 1_000),
            rest => write!(f, "{}.{rest:03}", nanos / 1_000),
        }
    }
}
