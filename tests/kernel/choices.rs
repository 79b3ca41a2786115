//! `select` over buffers that are closed, and in no order: each rule in a scenario small enough
//! to work out by hand, and choices against a program that knows nothing of the kernel.

use crate::common::{cases, run, timed_log};
use proptest::prelude::*;
use std::fmt::Write;
use tempolane::trace::Outcome;

fn told(processes: &str, resources: &str) -> Vec<String> {
    let run = run(&format!("version: 1\nresources: {{{resources}}}\nprocesses:\n{processes}"));
    assert_eq!(run.outcome(), "completed", "{:?}", run.end.outcome);
    run.machine.check(&run.program);
    timed_log(&run)
}

const TWO: &str = "a: {kind: buffer, capacity: 9, of: int}, b: {kind: buffer, capacity: 9, of: int}";

/// What is left goes first; the end is heard at the instant of the close, and at once by who
/// comes later.
#[test]
fn the_end_of_a_buffer_is_heard() {
    let lines = told(
        "
  source: {do: [{put: {to: a, values: [1, 2]}}, {delay: 3s}, {close: a}, {delay: 2s}, {put: {to: b, value: 7}}]}
  server:
    vars: {x: 0}
    do:
      - repeat: 4
        do:
          - select:
              - get: {from: a, into: x}
                do: [{log: 'got {x}'}, {delay: 1s}]
                else: [{log: closed}]
              - get: {from: b, into: x}
                do: [{log: never}]
  late: {start: 4s, do: [{select: [{get: b, do: [{log: b}]}, {get: a, else: [{log: late}]}]}]}
",
        TWO,
    );
    assert_eq!(lines, ["0s got 1", "1s got 2", "3s closed", "3s closed", "4s late"]);
}

/// A get of two out of a closed buffer with one ends, and leaves that one where it is.
#[test]
fn too_few_items_are_an_end() {
    let lines = told(
        "
  source: {do: [{put: {to: a, value: 5}}, {delay: 1s}, {close: a}]}
  pairs:
    vars: {xs: {array: 2}, x: 0}
    do:
      - select:
          - get: {from: a, count: 2, into: xs}
            do: [{log: never}]
            else: [{log: 'no two, {level(a)} left'}]
      - select: [{get: {from: a, into: x}, do: [{log: 'got {x}'}], else: [{log: never}]}]
",
        TWO,
    );
    assert_eq!(lines, ["1s no two, 1 left", "1s got 5"]);
}

/// Without `else` a closed buffer is out of the choice, which goes on among the others.
#[test]
fn who_says_nothing_waits_for_the_others() {
    let lines = told(
        "
  source: {do: [{close: a}, {delay: 2s}, {put: {to: b, value: 7}}]}
  server: {start: 1s, vars: {x: 0}, do: [{select: [{get: {from: a, into: x}, do: [{log: never}]}, {get: {from: b, into: x}, do: [{log: 'got {x}'}]}]}]}
  patient: {start: 4s, do: [{select: [{get: a, do: [{log: never}]}, {after: 1s, do: [{log: after}]}]}]}
",
        TWO,
    );
    assert_eq!(lines, ["2s got 7", "5s after"]);
}

/// A choice among nothing but closed buffers can never be: a fault, as a get alone is.
#[test]
fn nothing_to_choose_is_a_fault() {
    let run = run(&format!(
        "
version: 1
resources: {{{TWO}}}
processes:
  source: {{do: [{{close: a}}, {{delay: 2s}}, {{close: b}}]}}
  server: {{do: [{{select: [{{get: a}}, {{get: {{from: b, count: 2}}}}]}}]}}
"
    ));
    let Outcome::Fault(fault) = &run.end.outcome else { panic!("{:?}", run.end.outcome) };
    assert_eq!(run.header.process_name(fault.process), "server");
    assert_eq!(run.end.end.to_string(), "2s");
    assert_eq!(run.fault(), "buffer 'a' is closed and empty");
}

/// In a run any means the first of the file; all waits of a branch must be there.
#[test]
fn any_is_the_first_in_a_run() {
    let lines = told(
        "
  source: {do: [{put: {to: b, value: 1}}, {release: s}, {delay: 1s}, {put: {to: a, value: 2}}, {delay: 1s}, {release: s}]}
  server:
    start: 500ms
    vars: {x: 0}
    do:
      - repeat: 4
        do:
          - select:
              - acquire_all: [s, t]
                do: [{log: both}]
              - get: {from: a, into: x}
                do: [{log: 'a {x}'}]
              - get: {from: b, into: x}
                do: [{log: 'b {x}'}]
              - until: level(s) == 2
                do: [{log: two}]
              - after: 3s
                do: [{log: nothing}]
            discipline: any
",
        &format!("{TWO}, s: {{kind: semaphore, permits: 0}}, t: {{kind: semaphore, permits: 0}}"),
    );
    assert_eq!(lines, ["500ms b 1", "1s a 2", "2s two", "2s two"]);
}

/// A program that knows nothing of the kernel: in each second there is at most one put into
/// one of two buffers, or its close. Which buffer the choices of `server` go by, and where it
/// hears that the second one is closed.
fn choices(rounds: &[Option<(usize, bool)>]) -> Vec<String> {
    let (mut closed, mut told) = ([false; 2], Vec::new());
    for (second, round) in (1..).zip(rounds) {
        match *round {
            Some((buffer, _)) if closed[buffer] => {}
            Some((0, true)) => closed[0] = true,
            Some((1, true)) => {
                told.push(format!("{second}s end"));
                return told;
            }
            Some((buffer, _)) => told.push(format!("{second}s {buffer}")),
            None => {}
        }
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(100), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_change_a_second_as_a_naive_program_has_it(
        rounds in prop::collection::vec(prop::option::of((0usize..2, prop::bool::weighted(0.2))), 1..12),
    ) {
        let mut text = format!("version: 1\nhorizon: 100s\nresources: {{{TWO}}}\nprocesses:\n  closer: {{count: 0, do: [{{close: [a, b]}}]}}\n  source:\n    do:\n      - mark: here\n");
        let mut closed = [false; 2];
        for round in &rounds {
            writeln!(text, "      - delay: 1s").expect("a String takes any text");
            let Some((buffer, closes)) = round.filter(|&(buffer, _)| !closed[buffer]) else { continue };
            closed[buffer] |= closes;
            let (step, name) = (if closes { "close" } else { "put" }, ["a", "b"][buffer]);
            writeln!(text, "      - {step}: {name}").expect("a String takes any text");
        }
        text += "  server:\n    vars: {over: false}\n    do:\n      - while: not over\n        do:\n          - select:\n              - {get: a, do: [{log: '0'}]}\n              - {get: b, do: [{log: '1'}], else: [{log: end}, {set: {over: true}}]}\n";
        prop_assert_eq!(timed_log(&run(&text)), choices(&rounds), "{}", text);
    }
}
