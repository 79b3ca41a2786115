//! A trace as a text file: JSON lines that other programs read too.
//!
//! The first line is the header. Then one object for each event, with names
//! instead of numbers:
//!
//! ```json
//! {"time_ns":1000000000,"process":"loader","event":"acquire","resource":"mutex1","line":23,"op":7}
//! ```
//!
//! | key | of which events |
//! |---|---|
//! | `time_ns`, `process`, `event`, `line` (if it has one), `op` | all |
//! | `until_ns` | `delay`, `work`: when it is to end |
//! | `resource` | all that are about one |
//! | `wait_for` | `block`, `timeout`: `acquire`, `get`, `put` or `notify` |
//! | `by` | `grant`: the process that ended the wait |
//! | `of` | `launch`, `join`, `stop`, `interrupt`: the process that it is about |
//! | `woken` | `notify`: how many waits it ended |
//! | `level` | `level`, `ended`: what it was |
//! | `missing` | `close`: how many more have to |
//! | `slot` | `read`, `write`; 1 of a `timeout` that was an interrupt |
//! | `value` | integers, booleans, and floats, which always have a point or an exponent |
//! | `item` | in place of `value` for a record: its fields by name, durations in nanoseconds |
//! | `value_ns` | in place of `value` for a duration |
//! | `log`, `args`, `text` | `log`: the number of its text in the header, what fills it, and the filled text |
//! | `mark` | `mark`: its name |
//!
//! The last line has `end_ns`, `events`, `fingerprint`, and `outcome` with what
//! belongs to it. Reading gives back exactly the trace that was written.

mod format;
mod read;
mod write;

pub use read::{TraceReadError, read_jsonl};
pub use write::{JsonlSink, write_jsonl};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OpId, ProcessId};
    use crate::trace::fixture::{A, B, BUFFER, C, MUTEX, arbitrary_trace, cut_trace, two_stage_trace};
    use crate::trace::{BlockedProcess, Deadlock, Fault, FaultKind, Outcome, Standing, Trace, WaitFor};
    use proptest::prelude::*;

    fn written(trace: &Trace) -> String {
        let mut bytes = Vec::new();
        write_jsonl(trace, &mut bytes).expect("a Vec takes any bytes");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    #[test]
    fn the_text_is_for_reading() {
        let text = written(&two_stage_trace());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with(r#"{"tempolane_trace":1,"scenario":"by hand","version":"1.2.3","#));
        for line in [
            r#"{"time_ns":0,"process":"a","event":"start","line":11,"op":1}"#,
            r#"{"time_ns":0,"process":"a","event":"delay","until_ns":2000000000,"line":11,"op":1}"#,
            r#"{"time_ns":0,"process":"b","event":"block","resource":"m","wait_for":"acquire","line":12,"op":2}"#,
            r#"{"time_ns":2000000000,"process":"c[0]","event":"grant","resource":"q","by":"a","line":13,"op":3}"#,
            r#"{"time_ns":2000000000,"process":"a","event":"put","resource":"q","value":10,"line":11,"op":1}"#,
            r#"{"time_ns":2000000000,"process":"a","event":"log","log":0,"args":[2000000000,[0.5,15.0]],"text":"made \"2s\" of [0.5, 15.0]","line":11,"op":1}"#,
            r#"{"time_ns":5000000000,"process":"c[0]","event":"mark","mark":"latency","value_ns":3000000000,"line":13,"op":3}"#,
        ] {
            assert!(lines.contains(&line), "{line} in\n{text}");
        }
        let last = lines.last().expect("not empty");
        assert!(last.starts_with(r#"{"end_ns":8000000000,"events":25,"fingerprint":""#), "{last}");
        assert!(last.ends_with(r#","outcome":"completed"}"#), "{last}");
    }

    #[test]
    fn every_outcome_comes_back() {
        let blocked = BlockedProcess {
            process: B,
            op: OpId(2),
            resource: MUTEX,
            wait_for: WaitFor::Acquire,
            holder: Some(A),
            givers: vec![A],
            standing: None,
        };
        let starved = BlockedProcess {
            process: C,
            resource: BUFFER,
            holder: None,
            givers: vec![],
            wait_for: WaitFor::Put,
            standing: Some(Standing::Come(2, 3)),
            ..blocked.clone()
        };
        let fault = Fault {
            process: ProcessId(3),
            op: OpId(0),
            message: "bad\n".into(),
            hint: "ü".into(),
            kind: FaultKind::EndOfTime,
        };
        for outcome in [
            Outcome::Completed,
            Outcome::Horizon,
            Outcome::Deadlock(Deadlock { blocked: vec![blocked, starved], cycle: vec![A, B] }),
            Outcome::Fault(fault),
            Outcome::Limit { message: "steps".into() },
        ] {
            let trace = Trace { outcome, ..cut_trace() };
            assert_eq!(read_jsonl(written(&trace).as_bytes()).expect("well-formed"), trace);
        }
    }

    fn failure(text: &str) -> String {
        read_jsonl(text.as_bytes()).expect_err("bad").to_string()
    }

    #[test]
    fn bad_files_are_refused_with_the_line() {
        let good = written(&two_stage_trace());
        for (from, to, message) in [
            (
                "\"process\":\"b\",\"event\":\"block\"",
                "\"process\":\"z\",\"event\":\"block\"",
                "line 6: there is no process 'z'",
            ),
            ("\"resource\":\"m\",\"wait", "\"resource\":\"mm\",\"wait", "line 6: there is no resource 'mm'"),
            ("\"event\":\"block\"", "\"event\":\"blok\"", "line 6: there is no event 'blok'"),
            (",\"wait_for\":\"acquire\"", "", "line 6: 'wait_for' is missing"),
            (
                "{\"time_ns\":5000000000",
                "{\"time_ns\":1",
                "line 22: the time is before that of the event above",
            ),
            ("{\"time_ns\":5000000000", "{\"time_ns\":-1", "line 22:"),
            ("{\"time_ns\":5000000000", "{\"time_ns\":9223372036854775808", "line 22: the time is too large"),
            ("\"log\":0", "\"log\":7", "line 18: there is no log text 7"),
            ("\"value\":10", "\"value\":11", "line 27: the fingerprint is"),
            ("\"end_ns\":8", "\"end_ns\":7", "line 27: the run ends before its last event"),
            ("\"events\":25", "\"events\":24", "line 27: there are 25 events"),
            ("\"first\":2,\"count\":2", "\"first\":2,\"count\":4000000000", "line 1: "),
            ("\"first\":2,\"count\":2", "\"first\":1,\"count\":2", "line 1: "),
            ("\"name\":\"b\"", "\"name\":\"a\"", "line 1: the name 'a' occurs twice"),
            ("\"tempolane_trace\":1", "\"tempolane_trace\":2", "line 1: "),
        ] {
            let text = good.replacen(from, to, 1);
            assert_ne!(text, good, "{from}");
            assert!(failure(&text).starts_with(message), "{} instead of {message}", failure(&text));
        }
        assert_eq!(failure(""), "line 1: the file is empty");
        let unfinished = good.lines().take(5).collect::<Vec<_>>().join("\n");
        assert!(failure(&unfinished).starts_with("line 6: the trace has no last line"));
        assert!(failure(&format!("{good}\n{{}}\n")).starts_with("line 29: "));
        assert!(read_jsonl(&b"\xff\xfe"[..]).is_err());
    }

    proptest! {
        #[test]
        fn reading_gives_back_what_was_written(trace in arbitrary_trace()) {
            let back = read_jsonl(written(&trace).as_bytes());
            prop_assert_eq!(back.expect("well-formed"), trace);
        }

        #[test]
        fn damaged_files_never_panic(trace in arbitrary_trace(), at: prop::sample::Index, byte: u8) {
            let mut bytes = written(&trace).into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = read_jsonl(bytes.as_slice());
        }
    }
}
