//! What a profiler saw of a real program, as spans: traces in the trace event format, which
//! Chrome, Perfetto and PyTorch write.
//!
//! Decides what of it is kept: of every thread the outermost slices, since what happens inside
//! of them is a part of them. Everything else there (counters, instants, arrows) is left out.

use super::header::{Header, ProcessInfo};
use super::outcome::Outcome;
use super::span::{Activity, Span};
use super::ties::Ties;
use crate::ids::{OpId, ProcessId};
use crate::time::Time;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A recorded run of a real program.
#[derive(Debug, Clone)]
pub struct ProfiledRun {
    /// Its threads as processes, and what their slices are called as labels.
    pub header: Header,
    /// By thread, then by start; the first of all starts at 0.
    pub spans: Vec<Span>,
    /// By thread, when its last slice ended.
    pub finished: Vec<Option<Time>>,
    /// When the last slice of all ended.
    pub end: Time,
    /// It is not known how it ended; it is taken to be complete.
    pub outcome: Outcome,
    /// How many slices are left out, since they are inside of others.
    pub inside: u64,
}

/// The threads of a recording at most.
const MOST_THREADS: usize = 10_000;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "traceEvents")]
    events: Vec<Record>,
}

/// An event, as far as it is looked at.
#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    ph: String,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    pid: Value,
    #[serde(default)]
    tid: Value,
    /// In microseconds.
    #[serde(default)]
    ts: f64,
    #[serde(default)]
    dur: f64,
    #[serde(default)]
    args: Value,
}

/// A slice of a thread, in microseconds of the clock of the recording.
struct Slice {
    name: String,
    start: f64,
    end: f64,
}

/// The threads in the order in which they come, each with its slices.
#[derive(Default)]
struct Threads {
    places: BTreeMap<(String, String), usize>,
    names: BTreeMap<(String, String), String>,
    slices: Vec<Vec<Slice>>,
    /// By thread, the slices that have begun: of formats that say begin and end apart.
    open: Vec<Vec<(String, f64)>>,
}

impl ProfiledRun {
    /// Reads a trace in the trace event format: a list of events, or an object that has one.
    /// `name` is what to call the run.
    ///
    /// # Errors
    /// What is wrong, if it is none or has no slices.
    pub fn read(name: &str, bytes: &[u8]) -> Result<ProfiledRun, String> {
        let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
        let no_trace = |error: serde_json::Error| {
            format!("this is no trace in the trace event format of Chrome, Perfetto and PyTorch: {error}")
        };
        let events: Vec<Record> = match is_list {
            true => serde_json::from_slice(bytes).map_err(no_trace)?,
            false => serde_json::from_slice::<Document>(bytes).map_err(no_trace)?.events,
        };
        let mut threads = Threads::default();
        for event in events {
            threads.take(event)?;
        }
        threads.recording(name)
    }
}

/// A number or a word that stands for a process or a thread.
fn identity(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Threads {
    fn take(&mut self, event: Record) -> Result<(), String> {
        let key = (identity(&event.pid), identity(&event.tid));
        let text = |value: &Value| value.as_str().map_or_else(|| "?".to_owned(), str::to_owned);
        if event.ph == "M" {
            if event.name == "thread_name" {
                self.names.insert(key, text(&event.args["name"]));
            }
            return Ok(());
        }
        if !matches!(event.ph.as_str(), "X" | "B" | "E") {
            return Ok(());
        }
        let thread = self.thread(key)?;
        match event.ph.as_str() {
            "X" => self.slice(thread, text(&event.name), event.ts, event.ts + event.dur),
            "B" => self.open[thread].push((text(&event.name), event.ts)),
            _ => {
                if let Some((name, start)) = self.open[thread].pop() {
                    self.slice(thread, name, start, event.ts);
                }
            }
        }
        Ok(())
    }

    fn thread(&mut self, key: (String, String)) -> Result<usize, String> {
        let next = self.slices.len();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            if next == MOST_THREADS {
                return Err(format!("it has more than {MOST_THREADS} threads"));
            }
            self.slices.push(Vec::new());
            self.open.push(Vec::new());
        }
        Ok(place)
    }

    fn slice(&mut self, thread: usize, name: String, start: f64, end: f64) {
        if start.is_finite() && end.is_finite() && end > start {
            self.slices[thread].push(Slice { name, start, end });
        }
    }

    fn recording(mut self, name: &str) -> Result<ProfiledRun, String> {
        let starts = self.slices.iter().flatten().map(|slice| slice.start);
        let first = starts.fold(f64::INFINITY, f64::min);
        if !first.is_finite() {
            return Err("no thread in it has a slice with a length".to_owned());
        }
        let at = |micros: f64| Time::from_nanos(((micros - first) * 1e3).round() as u64).unwrap_or(Time::MAX);
        let mut ops: BTreeMap<String, OpId> = BTreeMap::new();
        let (mut spans, mut finished, mut inside) = (Vec::new(), Vec::new(), 0);
        for (thread, slices) in self.slices.iter_mut().enumerate() {
            slices.sort_by(|a, b| a.start.total_cmp(&b.start).then(b.end.total_cmp(&a.end)));
            let mut reached = Time::ZERO;
            for slice in slices.iter() {
                let (start, end) = (at(slice.start).max(reached), at(slice.end));
                if start >= end {
                    inside += 1;
                    continue;
                }
                let next = OpId::from_index(ops.len());
                let op = *ops.entry(slice.name.clone()).or_insert(next);
                let process = ProcessId::from_index(thread);
                spans.push(Span {
                    process,
                    activity: Activity::Running,
                    start,
                    end,
                    op,
                    granted_by: None,
                    ran_out: false,
                });
                reached = end;
            }
            finished.push(Some(reached).filter(|end| *end > Time::ZERO));
        }
        let end = finished.iter().flatten().copied().max().unwrap_or(Time::ZERO);
        let header = self.header(name, ops);
        Ok(ProfiledRun { header, spans, finished, end, outcome: Outcome::Completed, inside })
    }

    fn header(self, name: &str, ops: BTreeMap<String, OpId>) -> Header {
        let mut keys: Vec<((String, String), usize)> = self.places.into_iter().collect();
        keys.sort_by_key(|(_, place)| *place);
        let processes = keys.into_iter().map(|(key, place)| ProcessInfo {
            name: self.names.get(&key).cloned().unwrap_or_else(|| format!("thread {}", key.1)),
            first: ProcessId::from_index(place),
            count: 1,
            indexed: false,
            daemon: false,
            manual: false,
        });
        let lines = vec![0; ops.len()];
        let mut labels: Vec<(OpId, String)> = ops.into_iter().map(|(name, op)| (op, name)).collect();
        labels.sort_unstable();
        Header {
            scenario: name.to_owned(),
            version: String::new(),
            seed: 0,
            replication: 0,
            ties: Ties::Fifo,
            processes: processes.collect(),
            resources: Vec::new(),
            marks: Vec::new(),
            logs: Vec::new(),
            lines,
            atomic: Vec::new(),
            waits: Vec::new(),
            measures: Vec::new(),
            labels,
            tables: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times on a clock that began long ago; a slice inside of another, and one that says its
    /// begin and end apart.
    const TRACE: &str = r#"{"traceEvents": [
        {"ph": "M", "pid": 7, "tid": 2, "name": "thread_name", "args": {"name": "loader"}},
        {"ph": "X", "pid": 7, "tid": 1, "ts": 1000000.5, "dur": 2000, "name": "train"},
        {"ph": "X", "pid": 7, "tid": 1, "ts": 1000100, "dur": 100, "name": "aten::mm"},
        {"ph": "B", "pid": 7, "tid": 2, "ts": 1000500.5, "name": "load"},
        {"ph": "E", "pid": 7, "tid": 2, "ts": 1003000.5},
        {"ph": "C", "pid": 7, "ts": 5, "name": "memory", "args": {"bytes": 3}},
        {"ph": "X", "pid": 7, "tid": "stream 7", "ts": 1002000.5, "dur": 0.25, "name": "train"}
    ]}"#;

    #[test]
    fn the_outermost_slices_of_threads_are_spans() {
        let recording = ProfiledRun::read("real", TRACE.as_bytes()).expect("it is a trace");
        let header = &recording.header;
        let told: Vec<(String, &str, u64, u64)> = recording
            .spans
            .iter()
            .map(|span| {
                let name = header.process_name(span.process);
                (name, header.label(span.op).unwrap_or(""), span.start.as_nanos(), span.end.as_nanos())
            })
            .collect();
        let expected = [
            ("thread 1".to_owned(), "train", 0, 2_000_000),
            ("loader".to_owned(), "load", 500_000, 3_000_000),
            ("thread stream 7".to_owned(), "train", 2_000_000, 2_000_250),
        ];
        assert_eq!(told, expected);
        assert_eq!((recording.end.as_nanos(), recording.inside), (3_000_000, 1));
        let list = TRACE.trim_start_matches("{\"traceEvents\": ").trim_end_matches('}');
        assert_eq!(ProfiledRun::read("real", list.as_bytes()).expect("a list").spans, recording.spans);
    }

    #[test]
    fn what_is_no_trace_is_told() {
        for (text, part) in [
            ("", "this is no trace"),
            ("{}", "missing field `traceEvents`"),
            ("[{\"ph\": \"X\", \"ts\": \"soon\"}]", "this is no trace"),
            ("[]", "no thread in it has a slice"),
            ("[{\"ph\": \"X\", \"ts\": 1, \"dur\": -1}]", "no thread in it has a slice"),
        ] {
            let error = ProfiledRun::read("x", text.as_bytes()).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
