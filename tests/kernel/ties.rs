//! The order of simultaneous events: what hangs on it, and what does not.

use crate::common::{Run, library, program, run, run_in_order};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use tempolane::backend::virtual_time::Simulation;
use tempolane::trace::{Kind, NoTrace, Ties};

/// Both want the machine at 0. If `long` has it first, `long` is done at 1 + 29
/// and `short` at 2 + 28: 30 s. The other way round `long` is done at 2 + 29: 31 s.
const MACHINE: &str = "
version: 1
resources: {machine: mutex}
processes:
  long: {do: [{with: machine, do: [{work: 1s}]}, {delay: 29s}]}
  short: {do: [{with: machine, do: [{work: 1s}]}, {delay: 28s}]}
";

/// The reversed order and random ones.
fn other_orders(random: u32) -> impl Iterator<Item = Ties> {
    std::iter::once(Ties::Reversed).chain((0..random).map(Ties::Seeded))
}

#[test]
fn a_tie_decides() {
    let seconds = |run: &Run| run.end.end.as_secs_f64();
    assert_eq!(seconds(&run(MACHINE)), 30.0);
    assert_eq!(seconds(&run_in_order(MACHINE, Ties::Reversed)), 31.0);
    // Of 200 fair coins, fewer than 65 or more than 135 fall on one side with a
    // probability below 1 in a million.
    let long: u32 = (0..200)
        .map(|number| match seconds(&run_in_order(MACHINE, Ties::Seeded(number))) {
            30.0 => 0,
            31.0 => 1,
            other => panic!("{other} s"),
        })
        .sum();
    assert!((65..=135).contains(&long), "{long} of 200");
}

#[test]
fn a_random_order_can_be_repeated() {
    let text = "version: 1\nprocesses: {p: {count: 20, do: [{delay: 1s}, {log: \"{index}\"}]}}";
    let first = run_in_order(text, Ties::Seeded(3));
    let second = run_in_order(text, Ties::Seeded(3));
    assert_eq!(first.kept.events, second.kept.events);
    let all: BTreeSet<String> =
        (0..20).map(|number| run_in_order(text, Ties::Seeded(number)).fingerprint).collect();
    assert_eq!(all.len(), 20, "there are 20! orders");
    assert_eq!(run_in_order(text, Ties::Fifo).fingerprint, run(text).fingerprint);
    // Another seed, other orders; the same draws come from it in every order.
    let seeded = |seed: u32| format!("seed: {seed}\n{text}");
    assert_ne!(run_in_order(&seeded(1), Ties::Seeded(3)).fingerprint, first.fingerprint);
}

/// Random draws are a function of the seed, not of the order.
#[test]
fn an_order_leaves_draws_as_they_are() {
    let text = "
version: 1
resources: {seen: {kind: memory, slots: 10}}
processes:
  p:
    count: 10
    vars: {x: 0}
    do:
      - draw: {into: x, from: {uniform_int: {low: 0, high: 1000000}}}
      - write: {to: seen, at: index, value: x}
";
    let drawn = run(text).memory("seen");
    for ties in other_orders(10) {
        assert_eq!(run_in_order(text, ties).memory("seen"), drawn, "{ties}");
    }
}

/// Priorities come before ties.
#[test]
fn an_order_leaves_priorities_as_they_are() {
    let text = "version: 1\nprocesses: {a: {priority: 1, do: [{log: a}]}, b: {priority: 0, do: [{log: b}]}, c: {priority: -1, do: [{log: c}]}}";
    for ties in other_orders(10) {
        assert_eq!(run_in_order(text, ties).log(), ["c", "b", "a"], "{ties}");
    }
}

/// Whom a notify reaches where the discipline leaves it open is a tie as well.
#[test]
fn a_notify_reaches_any_of_those_that_wait() {
    let text = "
version: 1
resources: {c: {kind: condition, discipline: any}}
processes:
  waiter: {count: 3, do: [{wait: c}, {log: \"{index}\"}]}
  notifier: {do: [{delay: 1s}, {notify: c}]}
";
    assert_eq!(run(text).log(), ["0"]);
    let reached: BTreeSet<String> =
        other_orders(20).map(|ties| run_in_order(text, ties).log().concat()).collect();
    assert_eq!(reached.into_iter().collect::<Vec<_>>(), ["0", "1", "2"]);
}

/// Each of the lab's programs: a step that takes time does not hang on what
/// others do at the same instant, since nobody waits longer than that instant.
/// What is logged first does change.
#[test]
fn lab_5_does_not_depend_on_ties() {
    for name in ["sequential", "one-memory", "two-memories", "two-memories-different-data"] {
        let text = library(&format!("lab5/{name}.yaml"));
        let usual = run(&text);
        let mut logs = BTreeSet::new();
        for ties in other_orders(30) {
            let run = run_in_order(&text, ties);
            assert_eq!(run.end.end, usual.end.end, "{name} {ties}");
            for process in ["loader", "trainer", "inferer"] {
                assert_eq!(run.finished(process), usual.finished(process), "{name} {ties} {process}");
            }
            assert_eq!(
                run.machine.memories(&run.program),
                usual.machine.memories(&usual.program),
                "{name} {ties}"
            );
            logs.insert(run.log());
        }
        assert_eq!(logs.len() > 1, name != "sequential", "{name}: {} logs", logs.len());
    }
}

/// As many processes as are kept in wheels, but with priorities: those who are
/// due at one time go on by priority, and then in the order of the file.
#[test]
fn many_processes_with_priorities_go_by_priority() {
    const COUNT: usize = 600;
    let run = run(&format!(
        "
version: 1
processes:
  p: {{count: {COUNT}, priority: \"(index * 7) % 11 - 5\", do: [{{delay: \"(index % 3) * 1s\"}}, {{mark: here}}]}}
"
    ));
    let mut expected: Vec<usize> = (0..COUNT).collect();
    expected.sort_by_key(|index| (index % 3, (index * 7) % 11, *index));
    let marks = run.kept.events.iter().filter(|event| event.kind == Kind::Mark);
    let order: Vec<usize> = marks.map(|event| event.process.index()).collect();
    assert_eq!(order, expected);
}

/// At 2 s the second is due that was put off at 1 s, and the first that was put
/// off at 0 s: a lower number goes first, whether it was a start, a delay or work.
#[test]
fn who_was_put_off_first_goes_after_a_lower_priority() {
    for first in ["start: 2s, do: [", "do: [{delay: 2s}, ", "do: [{work: 2s}, "] {
        let run = run(&format!(
            "
version: 1
processes:
  late: {{priority: 1, {first}{{log: late}}]}}
  early: {{priority: -1, do: [{{delay: 1s}}, {{delay: 1s}}, {{log: early}}]}}
"
        ));
        assert_eq!(run.log(), ["early", "late"], "{first}");
    }
}

/// Those who were served together go on by priority, and then in the order in
/// which they were served: here that in which they came to wait.
#[test]
fn who_is_served_goes_on_by_priority() {
    for (resource, wait, serve) in [
        ("condition", "{wait: r}", "{notify_all: r}"),
        ("{kind: semaphore, permits: 0}", "{acquire: r}", "{release: {r: 5}}"),
        ("{kind: buffer, capacity: 5}", "{get: r}", "{put: {to: r, count: 5}}"),
    ] {
        let run = run(&format!(
            "
version: 1
resources: {{r: {resource}}}
processes:
  w: {{count: 5, priority: index % 2 * -1, do: [{{delay: index * 1ms}}, {wait}, {{log: \"{{index}}\"}}]}}
  server: {{priority: -2, do: [{{delay: 1s}}, {serve}]}}
"
        ));
        assert_eq!(run.log(), ["1", "3", "0", "2", "4"], "{wait}");
    }
}

/// Three start at 0 and come again at 1 s: at each instant there is a choice of
/// three, then one of two. Of different priorities there is none, and first come,
/// first served is no choice.
#[test]
fn choices_are_counted() {
    for (priority, ties, choices) in [
        ("0", Ties::Fifo, None),
        ("0", Ties::Reversed, Some(4)),
        ("0", Ties::Seeded(1), Some(4)),
        ("index", Ties::Reversed, Some(0)),
    ] {
        let program = program(
            &format!(
                "version: 1\nprocesses: {{p: {{count: 3, priority: {priority}, do: [{{delay: 1s}}]}}}}\n"
            ),
            &[],
        );
        let mut simulation = Simulation::with_ties(&program, 0, 0, ties);
        for _ in 0..2 {
            simulation.run(&mut NoTrace, &mut |_| ControlFlow::Continue(())).expect("not interrupted");
            assert_eq!(simulation.choices(), choices, "{ties}");
        }
    }
}
