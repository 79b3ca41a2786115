//! Conditions that hold in every state: found broken by the right schedule, or proved.

use crate::common::run;
use std::ops::ControlFlow;
use tempolane::analysis::{Monitors, Watch};
use tempolane::backend::compile;
use tempolane::explore::{Mode, Options, explore};
use tempolane::scenario;
use tempolane::trace::Sink;

/// Whether all schedules were tried, how many states there are, and in how many of them
/// the condition is broken.
fn states(text: &str, mode: Mode) -> (bool, u64, u64) {
    let loaded = scenario::load_str("test", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("was checked");
    let header = program.header(0);
    let monitors = match mode {
        Mode::Timed => Monitors::new(&loaded.model.expect, &header),
        Mode::Untimed => Monitors::untimed(&loaded.model.expect, &header),
    };
    let options = Options { monitors: Some(&monitors), ..Options::whole(mode) };
    let explored = explore(&program, options, &mut |_| ControlFlow::Continue(()));
    let broken = explored.failed().first().map_or(0, |(_, states, _)| *states);
    (explored.is_complete(), explored.progress().states, broken)
}

/// A bounded buffer made of a mutex and conditions, in which a reader looks by this step
/// whether there is something.
fn monitor(look: &str) -> String {
    format!(
        "version: 1
resources:
  lock: mutex
  changed: condition
  stored: {{kind: memory, slots: 1}}
processes:
  writer:
    count: 2
    vars: {{n: 0}}
    do:
      - with: lock
        do:
          - read: {{from: stored, at: 0, into: n}}
          - write: {{to: stored, at: 0, value: n + 1}}
          - notify_all: changed
  reader:
    count: 2
    vars: {{n: 0}}
    do:
      - with: lock
        do:
          - read: {{from: stored, at: 0, into: n}}
          - {look}: n < 1
            do: [{{wait: {{on: changed, mutex: lock}}}}, {{read: {{from: stored, at: 0, into: n}}}}]
          - write: {{to: stored, at: 0, value: n - 1}}
expect: {{always: ['slot(stored, 0) >= 0', 'slot(stored, 0) <= 2']}}
"
    )
}

/// Two readers that waited are woken by one page; the second must look again.
#[test]
fn if_instead_of_while_takes_what_is_not_there() {
    let (complete, _, broken) = states(&monitor("if"), Mode::Untimed);
    assert!(complete && broken > 0);
    let (complete, states, broken) = states(&monitor("while"), Mode::Untimed);
    assert!(complete && states > 100);
    assert_eq!(broken, 0);
}

/// What two slots come to together is the same but in the middle of a transfer, which
/// nobody sees in an atomic block, and everybody sees where the block lets time pass.
#[test]
fn a_sum_holds_behind_atomic_blocks() {
    let text = |block: &str, between: &str| {
        format!(
            "version: 1
resources: {{m: {{kind: memory, slots: 2, value: 5}}}}
processes:
  mover:
    count: 2
    vars: {{a: 0, b: 0}}
    do:
      - {block}:
          - read: {{from: m, at: 0, into: a}}
          - write: {{to: m, at: 0, value: a - 1}}
          {between}
          - read: {{from: m, at: 1, into: b}}
          - write: {{to: m, at: 1, value: b + 1}}
expect: {{always: 'slot(m, 0) + slot(m, 1) == 10'}}
"
        )
    };
    for mode in [Mode::Timed, Mode::Untimed] {
        // Nobody has moved, one of two has, both have.
        assert_eq!(states(&text("atomic", ""), mode), (true, 4, 0), "{mode:?}");
        let paused = states(&text("atomic", "- delay: 1s"), mode);
        assert!(paused.0 && paused.2 > 0, "{mode:?}: {paused:?}");
        let plain = states(&text("repeat: 1\n        do", ""), mode);
        assert!(plain.0 && plain.2 > 0, "{mode:?}: {plain:?}");
    }
}

/// A condition that has no value in some state does not hold there.
#[test]
fn what_has_no_value_does_not_hold() {
    let text = |condition: &str| {
        format!(
            "version: 1\nresources: {{s: {{kind: semaphore, permits: 1}}}}\n\
             processes: {{p: {{do: [{{acquire: s}}, {{release: s}}]}}}}\nexpect: {{always: '{condition}'}}\n"
        )
    };
    assert!(states(&text("1 / level(s) == 1"), Mode::Untimed).2 > 0);
    assert_eq!(states(&text("level(s) == 0 or 1 / level(s) == 1"), Mode::Untimed).2, 0);
}

/// Whether a single run finds every condition as expected.
fn run_is_as_expected(text: &str) -> bool {
    let loaded = scenario::load_str("test", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let run = run(text);
    let monitors = Monitors::new(&loaded.model.expect, &run.header);
    let mut watch = Watch::new(&monitors, &run.header);
    for event in &run.kept.events {
        watch.event(event, &[]);
    }
    watch.finish(&run.end.outcome, run.end.end, &[]).is_empty()
}

/// What a step does to others is of the same block, however it is told in events of theirs: a run
/// and explore see the slots only where both are written. Each row: what there
/// is, what `a` does in the middle of its block, and to whom.
#[test]
fn run_and_explore_know_where_a_block_ends() {
    let holds = "b: {do: [{with: m, do: [{delay: 5s}]}]}";
    let works = "c: {on: cpu, start: 500ms, do: [{work: 1s}]}";
    let (cpu, permits) = ("cpu: {kind: processor, cores: 1}", "s: {kind: semaphore, permits: 0}");
    let (s_and_r, wanted) = (
        "s: {kind: semaphore, permits: 0}, r: {kind: semaphore, permits: 1}",
        "s: {kind: semaphore, permits: 1, discipline: priority}",
    );
    for (resources, middle, others) in [
        // Who is ended gives back a mutex, for which somebody waits, or for whose end.
        ("m: mutex", "stop: b", [holds, ""]),
        ("m: mutex", "stop: b", [holds, "c: {start: 500ms, do: [{with: m, do: [{delay: 1s}]}]}"]),
        ("m: mutex", "stop: b", [holds, "c: {do: [{join: b}, {delay: 1s}]}"]),
        // Who is ended or interrupted leaves a core, which another one gets, or a line.
        (cpu, "stop: b", ["b: {on: cpu, do: [{work: 5s}]}", works]),
        (cpu, "interrupt: b", ["b: {on: cpu, do: [{interruptible: [{work: 5s}]}]}", works]),
        (
            "m: mutex",
            "interrupt: b",
            ["b: {do: [{interruptible: [{acquire: m}]}]}", "c: {do: [{with: m, do: [{delay: 5s}]}]}"],
        ),
        // Who waits for one thing or for several takes them.
        (permits, "release: s", ["b: {do: [{acquire: s}, {delay: 1s}]}", ""]),
        (s_and_r, "release: s", ["b: {do: [{acquire_all: [s, r]}, {delay: 1s}]}", ""]),
        // Who is the first in line now takes the permit of another one.
        (
            wanted,
            "stop: c",
            [
                "b: {do: [{with: s, priority: 5, then: leave, do: [{delay: 5s}]}]}",
                "c: {start: 100ms, do: [{with: s, priority: 3, do: [{delay: 1s}]}]}
  d: {start: 200ms, do: [{with: s, priority: 4, preempt: true, do: [{delay: 1s}]}]}",
            ],
        ),
    ] {
        let text = |block: &str| {
            format!(
                "version: 1
resources: {{x: {{kind: memory, slots: 2}}, {resources}}}
processes:
  a:
    start: 1s
    do:
      - {block}:
          - write: {{to: x, at: 0, value: 1}}
          - {middle}
          - write: {{to: x, at: 1, value: 1}}
  {}
  {}
expect: {{always: 'slot(x, 0) == slot(x, 1)'}}
",
                others[0], others[1]
            )
        };
        let (atomic, plain) = (text("atomic"), text("repeat: 1\n        do"));
        let (complete, _, broken) = states(&atomic, Mode::Timed);
        assert!(complete && broken == 0, "{atomic}");
        assert!(run_is_as_expected(&atomic), "{atomic}");
        assert!(states(&plain, Mode::Timed).2 > 0 && !run_is_as_expected(&plain), "{plain}");
    }
}

/// Between two blocks others may go on, and behind a block.
#[test]
fn what_is_between_two_blocks_is_seen() {
    for steps in [
        "{atomic: [{write: {to: x, at: 0, value: 1}}]}, {atomic: [{write: {to: x, at: 1, value: 1}}]}",
        "{atomic: [{write: {to: x, at: 0, value: 1}}, {stop: b}]}, {write: {to: x, at: 1, value: 1}}",
    ] {
        let text = format!(
            "version: 1
resources: {{x: {{kind: memory, slots: 2}}, m: mutex}}
processes:
  a: {{start: 1s, do: [{steps}]}}
  b: {{do: [{{with: m, do: [{{delay: 5s}}]}}]}}
expect: {{always: 'slot(x, 0) == slot(x, 1)'}}
"
        );
        assert!(states(&text, Mode::Timed).2 > 0 && !run_is_as_expected(&text), "{text}");
    }
}
