//! A saved trace: read, written and read again alike; statistics, spans, races
//! and the timeline in letters of whatever is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tempolane::render::{TextStyle, Timeline, text_gantt};
use tempolane::trace::read_jsonl;
use tempolane_fuzz::read_off;

fuzz_target!(|data: &[u8]| {
    let trace = match read_jsonl(data) {
        Ok(trace) => trace,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    read_off(&trace);
    let timeline = Timeline::new(&trace);
    let _ = text_gantt(&timeline.input("fuzz".to_owned()), &TextStyle::default());
});
