//! Wake-ups without a notify: who does not look again at what it waited for is found.

use crate::common::program;
use crate::explore_agrees::finals;
use std::ops::ControlFlow;
use tempolane::backend::BoundProgram;
use tempolane::explore::{End, Exploration, Mode, Options, explore, replay};
use tempolane::trace::{NoTrace, Outcome};

fn explored(program: &BoundProgram, mode: Mode, spurious: bool) -> Exploration<'_> {
    let explored =
        explore(program, Options { spurious, ..Options::whole(mode) }, &mut |_| ControlFlow::Continue(()));
    assert!(explored.is_complete());
    explored
}

/// How often what is read is not what was waited for: `looks` is `if` or `while`.
fn wrong(looks: &str, mode: Mode, spurious: bool) -> bool {
    let program = program(&text(looks), &[]);
    finals(&explored(&program, mode, spurious)).iter().any(|end| end.contains("Int(0)"))
}

fn text(looks: &str) -> String {
    let again = if looks == "while" { ", {read: {from: flag, at: 0, into: f}}" } else { "" };
    format!(
        "
version: 1
resources: {{lock: mutex, ready: condition, flag: {{kind: memory, slots: 1, value: 1}}, out: {{kind: memory, slots: 1, value: 9}}}}
processes:
  waiter:
    vars: {{f: 1}}
    do:
      - with: lock
        do:
          - read: {{from: flag, at: 0, into: f}}
          - {looks}: f == 1
            do: [{{wait: {{on: ready, mutex: lock}}}}{again}]
          - read: {{from: flag, at: 0, into: f}}
          - write: {{to: out, at: 0, value: f - 2}}
  setter:
    do:
      - delay: 1s
      - with: lock
        do: [{{write: {{to: flag, at: 0, value: 3}}}}, {{notify: ready}}]
"
    )
    .replace("value: f - 2", "value: (f - 1) / 2")
}

#[test]
fn an_if_where_a_while_must_be() {
    for mode in [Mode::Timed, Mode::Untimed] {
        assert!(!wrong("if", mode, false), "{mode:?}: nobody wakes by itself");
        assert!(wrong("if", mode, true), "{mode:?}");
        assert!(!wrong("while", mode, true), "{mode:?}: it looks again");
    }
}

/// One wakes at each condition, and once: nobody goes round for ever by that. The one that
/// nobody ever notifies is a deadlock all the same, since it waits again.
#[test]
fn once_at_each_condition() {
    let program = program(
        "
version: 1
resources: {m: mutex, c: condition, d: {kind: memory, slots: 2}}
processes:
  p: {count: 2, vars: {x: 0}, do: [{with: m, do: [{while: x < 1, do: [{wait: {on: c, mutex: m}}, {write: {to: d, at: index, value: 1}}]}]}]}
",
        &[],
    );
    for mode in [Mode::Timed, Mode::Untimed] {
        let explored = explored(&program, mode, true);
        assert_eq!(explored.is_endless(), Some(false), "{mode:?}");
        assert!(explored.ends(End::Deadlock) > 0);
    }
}

/// A wait that may run out too: both are tried, and a schedule with either is followed.
#[test]
fn a_wake_up_and_a_limit_are_two_ways() {
    let program = program(
        "
version: 1
resources: {c: condition, s: {kind: semaphore, permits: 0}}
processes:
  p: {do: [{wait: c, within: 1s, else: [{acquire: s, within: 1s}]}, {acquire: s}]}
",
        &[],
    );
    for mode in [Mode::Timed, Mode::Untimed] {
        let explored = explored(&program, mode, true);
        assert!(explored.ends(End::Deadlock) > 0, "{mode:?}: woken, it waits for ever");
        let (_, _, fault) = explored.stops().into_iter().next().expect("who gives up breaks a rule");
        let deadlock = explored.witness(End::Deadlock).expect("there is one");
        for (turns, expected) in [(fault.turns, "fault"), (deadlock.turns, "deadlock")] {
            let replayed = replay(&program, 0, mode, &turns, &mut NoTrace, &mut |_, _| {});
            let replayed = replayed.unwrap_or_else(|mismatch| panic!("{mode:?} {mismatch:?}"));
            let is_it = match replayed.outcome {
                Outcome::Fault(_) => expected == "fault",
                Outcome::Deadlock(_) => expected == "deadlock",
                _ => false,
            };
            assert!(is_it, "{mode:?} {:?} {expected}", replayed.outcome);
        }
    }
}
