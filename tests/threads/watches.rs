//! Waits for several things on real threads: who goes on, that nobody holds a part of what it
//! wants, and that the model allows all of it.

use super::common::generate::scenario;
use super::common::interrupts::interrupted;
use super::common::limits::limited;
use super::common::lives::{self, Held};
use super::common::watches::watching;
use super::common::{cases, program};
use super::timeouts::stays_within;
use super::{record, replayed, told};
use proptest::prelude::*;
use tempolane::time::Time;
use tempolane::trace::Outcome;

/// A try meets who waits by `select` at a rendezvous, and nobody else.
#[test]
fn a_try_meets_a_choice() {
    let (lines, end) = told(
        "
version: 1
resources: {r: {kind: buffer, capacity: 0, of: int}, t: {kind: buffer, capacity: 0, of: int}}
processes:
  early: {do: [{put: {to: r, value: 1}, within: 0s, else: [{log: nobody}]}]}
  putter: {start: 400ms, do: [{put: {to: r, value: 3}, within: 0s, else: [{log: lost}]}]}
  getter: {start: 800ms, vars: {x: 0}, do: [{get: {from: t, into: x}, within: 0s, else: [{log: nothing}]}, {log: 'got {x}'}]}
  p:
    start: 200ms
    vars: {x: 0}
    do: [{repeat: 2, do: [{select: [{get: {from: r, into: x}, do: [{log: 'x is {x}'}]}, {put: {to: t, value: x + 1}}]}]}]
",
    );
    assert_eq!(lines, ["nobody", "x is 3", "got 4"]);
    assert_eq!(end, Time::from_nanos(800_000_000).expect("short"));
}

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

/// A slot is written at 200 ms, and the last worker is done at 700 ms.
#[test]
fn slots_and_ends_of_processes() {
    let (lines, end) = told(
        "
version: 1
resources: {d: {kind: memory, slots: 2}}
processes:
  writer: {do: [{delay: 200ms}, {write: {to: d, at: 1, value: 3}}, {delay: 200ms}, {start: 'late[1]'}]}
  late: {count: 2, start: manual, do: [{delay: 300ms}]}
  sees: {do: [{until: 'slot(d, 1) == 3'}, {log: written}, {until: 'alive(late[1])'}, {log: begun}]}
  ends: {do: [{until: 'done(late[1]) and done(writer) and not alive(late[0])'}, {log: over}]}
",
    );
    assert_eq!(lines, ["written", "begun", "over"]);
    assert_eq!(end, Time::from_nanos(700_000_000).expect("short"));
}

/// Two producers close at 300 ms and 500 ms; who chooses hears of both.
#[test]
fn a_choice_hears_that_buffers_are_closed() {
    let (lines, end) = told(
        "
version: 1
resources: {a: {kind: buffer, capacity: 3, of: int}, b: {kind: buffer, capacity: 3, of: int}}
processes:
  one: {do: [{delay: 100ms}, {put: {to: a, value: 1}}, {delay: 200ms}, {close: a}]}
  two: {do: [{delay: 500ms}, {close: b}]}
  chooses:
    vars: {x: 0, open: true}
    do:
      - while: open
        do:
          - select:
              - get: {from: a, into: x}
                do: [{log: 'a gives {x}'}]
              - get: {from: b, into: x}
                do: [{log: never}]
                else: [{log: b is closed}, {set: {open: false}}]
      - select:
          - get: a
            else: [{log: a is closed}]
        discipline: any
",
    );
    assert_eq!(lines, ["a gives 1", "b is closed", "a is closed"]);
    assert_eq!(end, Time::from_nanos(500_000_000).expect("short"));
}

/// Two read together until 400 ms, when who is to write does; who comes to read meanwhile waits.
#[test]
fn read_write_locks() {
    let text = |prefer: &str| {
        format!(
            "
version: 1
resources: {{l: {{kind: rwlock, prefer: {prefer}}}}}
processes:
  reader: {{count: 2, start: index * 100ms, do: [{{with: {{read: l}}, do: [{{delay: 300ms}}]}}]}}
  writer: {{count: 2, start: 200ms, do: [{{with: {{write: l}}, do: [{{log: writes}}, {{delay: 200ms}}]}}]}}
  late: {{start: 250ms, do: [{{with: {{read: l}}, do: [{{log: reads}}]}}]}}
  impatient: {{start: 260ms, do: [{{with: {{read: l}}, within: 20ms, do: [{{log: reads}}], else: [{{log: gives up}}]}}]}}
"
        )
    };
    let (lines, end) = told(&text("writers"));
    assert_eq!(lines, ["gives up", "writes", "writes", "reads"]);
    assert_eq!(end, Time::from_nanos(800_000_000).expect("short"));
    let (lines, _) = told(&text("readers"));
    assert_eq!(lines, ["reads", "reads", "writes", "writes"]);
}

/// Two cores, of which one is free until 200 ms; that of the first goes to the third at 600 ms, so that none is free before
/// 800 ms; at 1 s both are. A third core comes at 1.2 s.
#[test]
fn free_cores() {
    let (lines, end) = told(
        "
version: 1
resources: {cpu: {kind: processor, cores: {0s: 2, 1200ms: 3}}}
processes:
  first: {on: cpu, do: [{work: 600ms}]}
  second: {on: cpu, start: 200ms, do: [{work: 800ms}]}
  third: {on: cpu, start: 300ms, do: [{work: 200ms}]}
  full: {do: [{until: level(cpu) == 0}, {log: full}]}
  free: {start: 400ms, do: [{until: level(cpu) > 0}, {log: free}, {until: level(cpu) == 2}, {log: all}]}
  chooses: {start: 400ms, do: [{select: [{until: level(cpu) >= 2 and level(cpu) < 3, do: [{log: two}]}, {after: 9s}]}, {until: level(cpu) == 3}, {log: three}]}
  gives_up: {start: 500ms, do: [{until: level(cpu) > 0, within: 200ms, else: [{log: gives up}]}]}
",
    );
    let mut lines = lines;
    // Both go on at 1 s.
    lines[3..5].sort();
    assert_eq!(lines, ["full", "gives up", "free", "all", "two", "three"]);
    assert_eq!(end, Time::from_nanos(1_200_000_000).expect("short"));
}

/// At 200 ms the first gives back both cores: that of the outer processor goes to the second, and the inner one is free before
/// the second goes on with it.
#[test]
fn a_core_is_free_before_who_was_given_another_one_goes_on() {
    let text = "
version: 1
resources: {cpu: {kind: processor, cores: 1}, inner: {kind: processor, cores: 1, on: cpu}}
processes:
  first: {on: inner, do: [{work: 200ms}]}
  second: {on: cpu, start: 100ms, do: [{work: 200ms}]}
  sees: {start: 100ms, do: [{until: level(inner) == 1 and level(cpu) == 0}, {log: inner}, {until: level(cpu) == 1}, {log: cpu}]}
";
    let (lines, end) = told(text);
    assert_eq!(lines, ["inner", "cpu"]);
    assert_eq!(end, Time::from_nanos(400_000_000).expect("short"));
}

/// Who is at work is stopped at 200 ms and interrupted at 400 ms: its core is free then.
#[test]
fn cores_that_are_free_since_somebody_is_stopped() {
    let (lines, end) = told(
        "
version: 1
resources: {cpu: {kind: processor, cores: 1}}
processes:
  a: {on: cpu, do: [{work: 9h}]}
  b: {on: cpu, start: 250ms, do: [{interruptible: [{work: 9h}]}, {log: b}]}
  boss: {do: [{delay: 200ms}, {stop: a}, {delay: 200ms}, {interrupt: b}]}
  sees: {start: 100ms, do: [{until: level(cpu) == 1}, {log: free}, {until: level(cpu) == 0}, {log: busy}, {until: level(cpu) == 1}, {log: free}]}
",
    );
    let mut lines = lines;
    lines[2..].sort();
    assert_eq!(lines, ["free", "busy", "b", "free"]);
    assert_eq!(end, Time::from_nanos(400_000_000).expect("short"));
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

/// There is always room in a buffer without bound.
#[test]
fn a_choice_puts_into_a_buffer_without_bound() {
    let (lines, end) = told(
        "
version: 1
resources: {q: {kind: buffer, capacity: unbounded, of: int}}
processes: {p: {do: [{select: [{put: {to: q, value: 1}, do: [{log: put}]}]}]}}
",
    );
    assert_eq!((lines, end), (vec!["put".to_owned()], Time::ZERO));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(100), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do that wait for several things, the model could have done it.
    #[test]
    fn random_scenarios_stay_within_the_model(text in watching(limited(scenario()))) {
        stays_within(&text);
    }

    /// The same where they wait for free cores, and who works is stopped or interrupted.
    #[test]
    fn waits_for_cores_stay_within_the_model(text in interrupted(lives::scenario(Held::Any)), draw in 0usize..4) {
        let instead = [
            "{until: level(cpu) == 0, within: 1s, else: []}",
            "{until: level(cpu) > 0}",
            "{select: [{until: level(cpu) == 0, do: [{work: {on: cpu, for: 1s}}]}, {after: 1s}]}",
            "{work: {on: cpu, for: 500ms}}, {until: level(cpu) > 0 and level(s) > 0, within: 2s, else: []}",
        ];
        stays_within(&text.replace("{delay: 1s}", instead[draw]).replace("{delay: 2s}", "{work: {on: cpu, for: 2s}}"));
    }
}
