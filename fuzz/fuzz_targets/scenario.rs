//! A scenario file: loaded or refused, run twice alike, explored a little.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tempolane::scenario::load_reader;
use tempolane::trace::Outcome;
use tempolane_fuzz::{explore_around, has_large_number, read_off, run, small};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        let error = load_reader("fuzz", data, &[]).expect_err("no UTF-8");
        assert_eq!(error.exit_code(), 2);
        return;
    };
    let Some((_, program)) = small("fuzz", text, &[]) else { return };
    let (end, trace) = run(&program);
    assert_eq!(trace.fingerprint(), run(&program).1.fingerprint());
    read_off(&trace);
    // An exploration follows loops without end for 100,000,000 rounds, a minute with instrumentation.
    if matches!(end.outcome, Outcome::Limit { .. }) && has_large_number(text) {
        return;
    }
    explore_around(&program, &end);
});
