//! Bugs on purpose, each in the kernel or in a native primitive: a validation
//! that does not notice them would be worth nothing.

use super::threads::compared;
use crate::analysis::validation::{ComparedRun, Excess, Tolerance, Verdict, judge};
use crate::backend::threads::{
    self, OPEN_GATE, PANIC_OF, Recording, ThreadOptions, Trouble, WRONG_WAITER, Work,
};
use crate::backend::virtual_time;
use crate::kernel::{Defect, with_defect};
use crate::program::{BoundProgram, compile};
use crate::scenario::load_str;
use crate::trace::{RecordingSink, Trace};
use std::ops::ControlFlow;
use std::time::Duration;

/// Permits go from one process to the other, more often than there are any.
const RELAY: &str = "
version: 1
resources: {full: {kind: semaphore, permits: 1}}
processes:
  giver: {do: [{repeat: 3, do: [{delay: 10ms}, {release: full}]}]}
  taker: {do: [{repeat: 4, do: [{acquire: full}]}]}
";

/// Three come one after the other while a permit is taken for long.
const LINE: &str = "
version: 1
resources: {s: {kind: semaphore, permits: 0}}
processes:
  first: {do: [{delay: 10ms}, {acquire: s}]}
  second: {do: [{delay: 20ms}, {acquire: s}]}
  third: {do: [{delay: 30ms}, {acquire: s}]}
  giver: {do: [{delay: 60ms}, {release: {s: 3}}]}
";

/// Nothing but delays, 30 s of them.
const SLEEPER: &str = "
version: 1
processes: {sleeper: {do: [{repeat: 15, do: [{delay: 2s}]}]}}
";

fn program(text: &str) -> BoundProgram {
    let loaded = load_str("test", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("a checked scenario can be bound")
}

fn record(program: &BoundProgram, speed: f64) -> Recording {
    let options = ThreadOptions { seed: 0, speed, work: Work::Sleep, timeout: Duration::from_secs(60) };
    threads::run(program, &options, &|| false).unwrap_or_else(|trouble| panic!("{trouble}"))
}

fn virtual_run(program: &BoundProgram) -> Trace {
    let mut sink = RecordingSink::new();
    let (end, _) = virtual_time::run(program, 0, &mut sink, &mut |_| ControlFlow::Continue(()))
        .expect("not interrupted");
    sink.finish(program.header(0), end.outcome, end.end)
}

/// Compares what healthy threads did with a kernel that has the bug, and with
/// one that has not.
fn with_and_without(text: &str, speed: f64, bug: Defect) -> (ComparedRun, ComparedRun) {
    let program = program(text);
    let recording = record(&program, speed);
    let healthy = compared(&program, &recording, None);
    let sick = with_defect(bug, || compared(&program, &recording, Some(&virtual_run(&program))));
    (sick, healthy)
}

fn assert_illegal(run: &ComparedRun, parts: &[&str]) {
    let verdict = judge(std::slice::from_ref(run), Tolerance::exactly(u64::MAX));
    assert!(!verdict.order_legal && !verdict.is_ok());
    let illegal = run.illegal.as_deref().expect("the order is refused");
    for part in parts {
        assert!(illegal.contains(part), "no {part:?} in {illegal}");
    }
}

fn assert_fine(run: &ComparedRun) {
    let verdict = judge(std::slice::from_ref(run), Tolerance::exactly(u64::MAX));
    assert!(verdict.is_ok(), "{:?}", run.illegal);
}

#[test]
fn a_kernel_whose_semaphore_forgets_a_permit() {
    let (sick, healthy) = with_and_without(RELAY, 1.0, Defect::ForgetsPermit);
    assert_illegal(&sick, &["'taker' is the next that is served by 'full'", "but in the model"]);
    assert_fine(&healthy);
}

#[test]
fn a_kernel_whose_queue_is_last_come_first_served() {
    let (sick, healthy) = with_and_without(LINE, 1.0, Defect::Lifo);
    assert_illegal(&sick, &["'first' is the next that is served by 's'", "'third' is the next", "line 5"]);
    assert_fine(&healthy);
}

#[test]
fn a_kernel_whose_delays_are_5_percent_too_long() {
    let program = program(SLEEPER);
    // Three runs of 2 s: the median is robust against a busy machine.
    let recordings: Vec<Recording> = (0..3).map(|_| record(&program, 15.0)).collect();
    let runs = || recordings.iter().map(|one| compared(&program, one, None)).collect::<Vec<_>>();
    // 2% of 30 s; the bug makes it 31.5 s.
    let tolerance = Tolerance::exactly(600_000_000);
    let found: Verdict = judge(&with_defect(Defect::SlowDelays, runs), tolerance);
    assert!(found.order_legal && !found.is_ok(), "{found:?}");
    assert!(matches!(found.excesses[0], Excess::Total(by) if by < -600_000_000), "{found:?}");
    let healthy = judge(&runs(), tolerance);
    assert!(healthy.is_ok(), "{healthy:?}");
}

#[test]
fn a_native_semaphore_that_wakes_the_wrong_waiter() {
    let program = program(LINE);
    WRONG_WAITER.set(true);
    let recording = record(&program, 1.0);
    WRONG_WAITER.set(false);
    let sick = compared(&program, &recording, None);
    // Of `first`, `second` and `third`, the bug serves `second` first.
    assert_illegal(&sick, &["'second' is the next that is served by 's'", "'first' is the next"]);
    assert_fine(&compared(&program, &record(&program, 1.0), None));
}

/// `impatient` waits, in the middle of its block, for what `other` can only do
/// in between: the model lets it wait for ever.
#[test]
fn an_atomic_block_that_lets_others_in() {
    let program = program(
        "
version: 1
limits: {zero_time_steps: 1000000}
resources: {go: {kind: semaphore, permits: 0}, done: {kind: semaphore, permits: 0}}
processes:
  impatient: {do: [{atomic: [{release: go}, {while: level(done) == 0, do: []}, {acquire: done}]}]}
  other: {do: [{acquire: go}, {release: done}]}
",
    );
    OPEN_GATE.set(true);
    let recording = record(&program, 1.0);
    OPEN_GATE.set(false);
    assert_eq!(recording.trace.outcome, crate::trace::Outcome::Completed, "the bug lets it end");
    let sick = compared(&program, &recording, None);
    assert_illegal(&sick, &["'other' ", "'impatient' is first to end its atomic block"]);
}

#[test]
fn a_wrong_value_in_a_memory() {
    let program = program(
        "
version: 1
resources: {d: {kind: memory, slots: 2}}
processes: {p: {vars: {x: 0}, do: [{write: {to: d, at: 1, value: 7}}, {read: {from: d, at: 1, into: x}}]}}
",
    );
    let mut recording = record(&program, 1.0);
    assert_fine(&compared(&program, &recording, None));
    recording.memories[0].1[1] = crate::value::Value::Int(8);
    let end = compared(&program, &recording, None);
    assert_illegal(&end, &["slot 1 of 'd' holds 8 at the end, but in the model it holds 7"]);
    let read = recording.trace.events.iter().position(|event| event.kind == crate::trace::Kind::Read);
    recording.trace.events.change(|events| events[read.expect("it reads")].value = 9);
    let wrong = compared(&program, &recording, None);
    assert_illegal(&wrong, &["'p' reads 9 from slot 1 of 'd', but in the model 'p' reads 7"]);
}

#[test]
fn ties_are_told_and_no_error() {
    let program = program(
        "
version: 1
resources: {m: {kind: mutex}}
processes:
  a: {do: [{delay: 20ms}, {acquire: m}, {delay: 10ms}, {release: m}]}
  b: {do: [{delay: 21ms}, {acquire: m}, {delay: 10ms}, {release: m}]}
",
    );
    // On threads `a` comes first, unless the machine is busy. A virtual run that
    // serves the two the other way round has the other order.
    let mut other = virtual_run(&program);
    let recording = record(&program, 1.0);
    let served = |trace: &crate::trace::Trace| {
        trace.events.iter().find(|event| event.kind == crate::trace::Kind::Acquire).map(|event| event.process)
    };
    if served(&recording.trace) == served(&other) {
        other.events.change(|events| events.iter_mut().for_each(|event| event.process.0 ^= 1));
    }
    let run = compared(&program, &recording, Some(&other));
    assert!(!run.reorderings.is_empty());
    assert_fine(&run);
}

#[test]
fn a_thread_that_panics_hangs_nobody() {
    let program = program(LINE);
    PANIC_OF.set(Some(crate::ids::ProcessId(1)));
    let options = ThreadOptions { seed: 0, speed: 1.0, work: Work::Sleep, timeout: Duration::from_secs(60) };
    let result = threads::run(&program, &options, &|| false);
    PANIC_OF.set(None);
    match result {
        Err(Trouble::Panicked(message)) => assert!(message.starts_with("'second': "), "{message}"),
        other => panic!("{other:?}"),
    }
}
