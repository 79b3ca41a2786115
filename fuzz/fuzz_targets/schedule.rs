//! A schedule file: read, written and read again alike, and followed as far as
//! a scenario allows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tempolane::backend::BoundProgram;
use tempolane::explore::{Mode, Schedule, replay};
use tempolane::trace::NoTrace;
use tempolane_fuzz::small;

/// What the schedules of the seeds are about.
static SCENARIOS: LazyLock<Vec<BoundProgram>> = LazyLock::new(|| {
    let texts = [
        include_str!("../../scenarios/classics/philosophers.yaml"),
        include_str!("../../scenarios/lab5/one-memory.yaml"),
        include_str!("../../scenarios/threads/interruption.yaml"),
        include_str!("../../scenarios/classics/rate-monotonic-miss.yaml"),
    ];
    texts.map(|text| small("fuzz", text, &[]).expect("a scenario of the library").1).into()
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(schedule) = Schedule::parse(text) else { return };
    assert_eq!(Schedule::parse(&schedule.text(&[])).as_ref(), Ok(&schedule));
    let notes = vec!["a note".to_owned(); schedule.turns.len()];
    assert_eq!(Schedule::parse(&schedule.text(&notes)).as_ref(), Ok(&schedule));
    for program in SCENARIOS.iter() {
        let Ok(turns) = schedule.turns(program) else { continue };
        for mode in [Mode::Timed, Mode::Untimed] {
            let _ = replay(program, schedule.seed, mode, &turns, &mut NoTrace, &mut |_, _| {});
        }
    }
});
