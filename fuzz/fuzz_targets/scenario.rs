//! A scenario file: loaded or refused, run twice alike, explored a little.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tempolane::scenario::load_reader;
use tempolane_fuzz::{explore_around, read_off, run, small};

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
    explore_around(&program, &end);
});
