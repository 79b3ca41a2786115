//! Spans and levels as tables: one row for each, times in whole nanoseconds.
//!
//! Decides the columns. Rows are written as RFC 4180 has them.

use crate::render::input::GanttInput;
use crate::trace::{Activity, Span};
use std::borrow::Cow;
use std::io::{self, Write};

const SPANS: &str =
    "process,state,start_ns,end_ns,duration_ns,resource,wait_for,label,line,granted_by,ran_out\r\n";
const LEVELS: &str = "resource,time_ns,level\r\n";

/// Every span of a run, by process, then by start: what each process did, from when to
/// when. What a column does not concern is empty in it.
///
/// # Errors
/// If it cannot be written.
pub fn spans_csv(input: &GanttInput<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(SPANS.as_bytes())?;
    for span in input.spans {
        write_span(input, span, out)?;
    }
    Ok(())
}

fn write_span(input: &GanttInput<'_>, span: &Span, out: &mut dyn Write) -> io::Result<()> {
    let (resource, wait_for) = match span.activity {
        Activity::Blocked { resource, wait_for } => (input.resource_name(resource), wait_for.name()),
        Activity::Ready { processor } => (input.resource_name(processor), "core"),
        Activity::New | Activity::Delayed | Activity::Running => (String::new(), ""),
    };
    let line = input.header.line(span.op).map_or(String::new(), |line| line.to_string());
    let granted_by = span.granted_by.map_or(String::new(), |by| input.process_name(by));
    let ran_out = match span.activity {
        Activity::Blocked { .. } | Activity::Ready { .. } if span.ran_out => "true",
        Activity::Blocked { .. } | Activity::Ready { .. } => "false",
        Activity::New | Activity::Delayed | Activity::Running => "",
    };
    write!(
        out,
        "{},{},{},{},{},{},{wait_for},{},{line},{},{ran_out}\r\n",
        field(&input.process_name(span.process)),
        span.activity.state(),
        span.start.as_nanos(),
        span.end.as_nanos(),
        span.nanos(),
        field(&resource),
        field(input.label(span).unwrap_or_default()),
        field(&granted_by),
    )
}

/// Every step of every level of a run, by resource, then by time. Of several at one instant
/// there is the last.
///
/// # Errors
/// If it cannot be written.
pub fn levels_csv(input: &GanttInput<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(LEVELS.as_bytes())?;
    for series in input.levels {
        let name = input.resource_name(series.resource);
        let name = field(&name);
        for (time, level) in &series.steps {
            write!(out, "{name},{},{level}\r\n", time.as_nanos())?;
        }
    }
    Ok(())
}

/// A field, in quotes if it needs them.
fn field(text: &str) -> Cow<'_, str> {
    match text.contains(['"', ',', '\r', '\n']) {
        true => Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Timeline;
    use crate::trace::fixture::two_stage_trace;

    /// The run is worked out on paper beside `two_stage_trace`.
    #[test]
    fn two_stages_by_hand() {
        let trace = two_stage_trace();
        let timeline = Timeline::new(&trace);
        let mut text = Vec::new();
        spans_csv(&timeline.input("x".to_owned()), &mut text).expect("a vector takes all");
        let text = String::from_utf8(text).expect("it is text");
        let rows: Vec<&str> = text.split_terminator("\r\n").skip(1).collect();
        assert_eq!(
            rows,
            [
                "a,delayed,0,2000000000,2000000000,,,,11,,",
                "b,blocked,0,2000000000,2000000000,m,acquire,,12,a,false",
                "b,running,2000000000,8000000000,6000000000,,,,12,,",
                // The line of the step with which it begins.
                "c[0],new,0,1000000000,1000000000,,,,13,,",
                "c[0],blocked,1000000000,2000000000,1000000000,q,get,,13,a,false",
                "c[0],delayed,2000000000,5000000000,3000000000,,,,13,,",
            ]
        );
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(field("train"), "train");
        assert_eq!(field("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(field("a\nb"), "\"a\nb\"");
    }
}
