//! Waits for several things on real threads: who goes on, that nobody holds a part of what it
//! wants, and that the model allows all of it.

use super::common::generate::scenario;
use super::common::limits::limited;
use super::common::program;
use super::common::watches::watching;
use super::timeouts::stays_within;
use super::{record, replayed, told};
use proptest::prelude::*;
use tempolane::time::Time;
use tempolane::trace::Outcome;

#[test]
fn who_goes_on_and_who_gives_up() {
    let (lines, end) = told(
        "
version: 1
resources: {a: mutex, b: mutex, q: {kind: buffer, capacity: 3, of: int}, r: {kind: buffer, capacity: 3, of: int}, s: {kind: semaphore, permits: 0}}
processes:
  holder: {do: [{with: b, do: [{delay: 1s}]}]}
  both: {start: 100ms, do: [{acquire_all: [a, b]}, {log: both}, {release: [a, b]}]}
  other: {start: 300ms, do: [{acquire: a}, {log: a is free}, {delay: 200ms}, {release: a}]}
  impatient: {start: 200ms, do: [{acquire_all: [b, a], within: 500ms, else: [{log: gives up}]}]}
  chooses:
    start: 100ms
    vars: {x: 0}
    do:
      - repeat: 2
        do:
          - select:
              - get: {from: q, into: x}
                do: [{log: 'got {x}'}]
              - put: {to: r, value: 5}
                do: [{log: put}]
              - after: 20s
                do: [{log: never}]
  fills: {do: [{put: {to: r, count: 3}}, {delay: 1200ms}, {put: {to: q, value: 7}}, {delay: 200ms}, {get: r}]}
  sees: {start: 100ms, do: [{until: level(q) == 0 and level(s) == 2}, {log: two}]}
  gives: {start: 1600ms, do: [{release: {s: 2}}]}
",
    );
    assert_eq!(lines, ["a is free", "gives up", "both", "got 7", "put", "two"]);
    assert_eq!(end, Time::from_nanos(1_600_000_000).expect("short"));
}

/// A gate that is opened twice, and a latch.
#[test]
fn flags_and_latches() {
    let (lines, end) = told(
        "
version: 1
resources: {f: flag, l: {kind: latch, from: 2}}
processes:
  main: {do: [{delay: 200ms}, {signal: [f, f]}, {delay: 200ms}, {reset: f}, {wait: l}, {log: all}]}
  worker: {count: 2, do: [{wait: f}, {delay: 300ms * (index + 1)}, {count_down: l}]}
  late: {start: 600ms, do: [{wait: f, within: 50ms, else: [{log: down}]}]}
",
    );
    assert_eq!(lines, ["down", "all"]);
    assert_eq!(end, Time::from_nanos(800_000_000).expect("short"));
}

/// Each waits for what the other one would give: the run ends, and says so.
#[test]
fn a_deadlock_is_found() {
    let program = program(
        "
version: 1
resources: {a: {kind: semaphore, permits: 0}, b: {kind: semaphore, permits: 0}}
processes:
  p: {do: [{acquire_all: {a: 1, b: 2}}, {release: b}]}
  q: {do: [{until: level(b) == 2}, {release: a}]}
",
        &[],
    );
    let recording = record(&program, 1.0);
    let Outcome::Deadlock(deadlock) = &recording.trace.outcome else {
        panic!("{:?}", recording.trace.outcome)
    };
    assert_eq!(deadlock.cycle.len(), 2);
    replayed(&program, &recording);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do that wait for several things, the model could have done it.
    #[test]
    fn random_scenarios_stay_within_the_model(text in watching(limited(scenario()))) {
        stays_within(&text);
    }
}
