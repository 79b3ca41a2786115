//! Steps on several items, slots and rounds at once: none, all that fit, and one
//! too many.

use crate::common::{program, run};
use std::ops::ControlFlow;
use tempolane::backend::virtual_time::{self, RunEnd};
use tempolane::backend::{BoundProgram, Machine, compile};
use tempolane::scenario::load_str;
use tempolane::trace::{Kind, NoTrace};
use tempolane::value::{Type, Value};

/// One process with these steps, variables and resources.
fn text(steps: &str) -> String {
    format!(
        "
version: 1
resources:
  b: {{kind: buffer, capacity: 4}}
  m: {{kind: memory, slots: 4, value: 9}}
  s: {{kind: semaphore, permits: 5}}
processes:
  p:
    vars: {{n: 0, x: 5, xs: {{array: 3, of: 0}}, guard: 77}}
    do: [{steps}, {{log: \"{{n}} {{xs}} {{guard}}\"}}]
"
    )
}

#[test]
fn what_does_not_fit_is_a_fault() {
    for (steps, message) in [
        ("{get: {from: b, count: n + 4, into: xs}}", "4 items do not fit the array, which has 3 elements"),
        ("{put: {to: b, count: n}}", "a request for 0 items"),
        ("{get: {from: b, count: n - 1}}", "a request for -1 items"),
        ("{put: {to: b, count: x}}", "a request for 5 items, but buffer 'b' never holds more than 4"),
        (
            "{read: {from: m, at: 0, count: n + 4, into: xs}}",
            "4 values do not fit the array, which has 3 elements",
        ),
        ("{read: {from: m, at: 0, count: n - 1, into: xs}}", "a count of -1 is negative"),
        ("{read: {from: m, at: 0, count: n - 1}}", "a count of -1 is negative"),
        (
            "{read: {from: m, at: n + 2, count: 3, into: xs}}",
            "index 4 is out of range: memory 'm' has 4 slots",
        ),
        ("{repeat: n - 1, do: [{set: {n: 3}}]}", "a count of -1 is negative"),
    ] {
        let run = run(&text(steps));
        assert_eq!(run.outcome(), "fault", "{steps}");
        assert!(run.fault().starts_with(message), "{steps}: {}", run.fault());
    }
}

/// A run without a trace, and the state at its end.
fn untraced(program: &BoundProgram) -> (RunEnd, Machine) {
    let control = &mut |_| ControlFlow::Continue(());
    virtual_time::run(program, program.seed, &mut NoTrace, control).expect("not interrupted")
}

/// Other parameters may make an array too short for a read that was checked.
#[test]
fn an_array_can_become_too_short() {
    let text = "version: 1\nparams: {n: 4}\nresources: {m: {kind: memory, slots: 5}}\nprocesses:\n  \
                p: {vars: {i: 0, xs: {array: n, of: 0}}, do: [{read: {from: m, at: i, count: 4, into: xs}}]}\n";
    let scenario = load_str("test", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let program = compile(&scenario.model);
    for (len, outcome) in [(5, "completed"), (4, "completed"), (3, "fault"), (0, "fault")] {
        let program = program.bind(&scenario.model, &[Value::Int(len)]).expect("it can be bound");
        assert_eq!(untraced(&program).0.outcome.name(), outcome, "{len}");
    }
}

#[test]
fn what_fits_is_done() {
    for (steps, log) in [
        ("{put: {to: b, count: 4, value: 8}}, {get: {from: b, count: 3, into: xs}}", "0 [8, 8, 8] 77"),
        (
            "{put: {to: b, count: x - 1, value: 8}}, {get: {from: b, count: n + 2, into: xs}}",
            "0 [8, 8, 0] 77",
        ),
        ("{read: {from: m, at: 0, count: 3, into: xs}}", "0 [9, 9, 9] 77"),
        ("{read: {from: m, at: n + 1, count: x - 2, into: xs}}", "0 [9, 9, 9] 77"),
        ("{read: {from: m, at: 3, count: 1, into: xs}}", "0 [9, 0, 0] 77"),
        ("{read: {from: m, at: 0, count: n, into: xs}}", "0 [0, 0, 0] 77"),
        ("{repeat: n, do: [{set: {n: 3}}]}", "0 [0, 0, 0] 77"),
        ("{repeat: 0, do: [{set: {n: 3}}]}", "0 [0, 0, 0] 77"),
        ("{repeat: x, do: [{set: {n: n + 1, x: 1}}]}", "5 [0, 0, 0] 77"),
        ("{release: s}, {acquire: s}, {release: s}", "0 [0, 0, 0] 77"),
        ("{acquire: {s: 5}}, {release: {s: 6}}", "0 [0, 0, 0] 77"),
    ] {
        let run = run(&text(steps));
        assert_eq!(run.outcome(), "completed", "{steps}");
        assert_eq!(run.log(), [log], "{steps}");
    }
}

/// 3 of 4 places are taken, so that 2 more items wait until one is got.
#[test]
fn several_items_wait_for_room_for_all() {
    for (free, wait) in [(2, 0.0), (1, 5.0)] {
        let put = 4 - free;
        let run = run(&format!(
            "
version: 1
resources: {{b: {{kind: buffer, capacity: 4}}}}
processes:
  p: {{do: [{{put: {{to: b, count: {put}}}}}, {{put: {{to: b, count: 2}}}}]}}
  q: {{do: [{{delay: 5s}}, {{get: b}}]}}
"
        ));
        assert_eq!((run.outcome(), run.finished("p")), ("completed", Some(wait)), "{free}");
    }
}

/// Each round begins with a delay that grows by a second: 1 + 2 + 3 + 4 s, and
/// the count of those that were begun.
#[test]
fn a_delay_that_changes_begins_each_round() {
    for repeat in ["4", "n"] {
        let run = run(&format!(
            "
version: 1
processes:
  p: {{vars: {{n: 4, d: 0s, k: 0}}, do: [{{set: {{d: 1s}}}}, {{repeat: {repeat}, do: [{{delay: d}}, {{set: {{d: d + 1s, k: k + 1}}}}]}}, {{log: \"{{k}}\"}}]}}
"
        ));
        assert_eq!((run.finished("p"), run.log()), (Some(10.0), vec!["4".to_owned()]));
    }
}

/// The level of a resource is an event, with what was seen.
#[test]
fn every_look_at_a_level_is_traced() {
    let run = run(&text(
        "{acquire: {s: 4}}, {put: {to: b, count: 3}}, {set: {n: level(b)}}, {set: {n: level(s) - level(b)}}",
    ));
    let seen = run.kept.events.iter().filter(|event| event.kind == Kind::Level);
    let seen: Vec<(u32, u64)> = seen.map(|event| (event.subject, event.value)).collect();
    assert_eq!(seen, [(0, 3), (2, 1), (0, 3)]);
}

/// Every event of an item or a slot has the type of what it is.
#[test]
fn items_and_slots_are_traced_with_their_type() {
    for (ty, value, expected) in [
        ("int", "7", Type::Int),
        ("float", "0.5", Type::Float),
        ("bool", "true", Type::Bool),
        ("duration", "3s", Type::Duration),
    ] {
        let run = run(&format!(
            "
version: 1
resources: {{b: {{kind: buffer, capacity: 2, of: {ty}}}, m: {{kind: memory, slots: 2, value: {value}}}}}
processes:
  p:
    vars: {{x: {value}, i: 0, xs: {{array: 2, of: {value}}}}}
    do:
      - put: {{to: b, value: x}}
      - get: {{from: b, into: x}}
      - put: {{to: b, count: 2, value: x}}
      - get: {{from: b, count: 2, into: xs}}
      - write: {{to: m, at: i, value: x}}
      - read: {{from: m, at: i, into: x}}
      - read: {{from: m, at: i, count: 2, into: xs}}
"
        ));
        let kinds = [Kind::Put, Kind::Get, Kind::Write, Kind::Read];
        let of: Vec<Type> = run
            .kept
            .events
            .iter()
            .filter(|event| kinds.contains(&event.kind))
            .map(|event| event.ty)
            .collect();
        assert_eq!(of, [expected; 10], "{ty}");
    }
}

/// Each event is of the line of its own step, where several are done at once, too.
#[test]
fn what_is_done_at_once_has_lines_of_its_own() {
    let run = run("version: 1
resources:
  b: {kind: buffer, capacity: 2, of: duration}
  left: {kind: memory, slots: 3}
  right: {kind: memory, slots: 3}
processes:
  p:
    vars: {i: 0, x: 7}
    do:
      - set: {x: 8}
      - put: {to: b, value: now}
      - set: {x: 9}
      - put: {to: b, value: now}
      - repeat: 2
        do:
          - write: {to: left, at: i, value: x}
          - write: {to: right, at: i, value: x}
          - set: {i: (i + 1) % 3}
");
    let of = run.kept.events.iter().filter(|event| matches!(event.kind, Kind::Put | Kind::Write));
    let lines: Vec<Option<u32>> = of.map(|event| run.header.line(event.op)).collect();
    assert_eq!(lines, [11, 13, 16, 17, 16, 17].map(Some));
}

/// Each permit is of the line of its own step, however many are taken or given back
/// in a row, of semaphores alone or with a mutex among them, one by one or three at a time.
#[test]
fn permits_in_a_row_have_lines_of_their_own() {
    for count in 1..=5 {
        for names in [["s0", "s1", "s2", "s3", "s4"], ["s0", "m", "s1", "s2", "s3"]] {
            for times in [1, 3] {
                let row = |verb: &str| -> String {
                    let what = |name: &&str| {
                        if times > 1 && *name != "m" {
                            format!("{{{name}: {times}}}")
                        } else {
                            (*name).to_owned()
                        }
                    };
                    names[..count].iter().map(|name| format!("      - {verb}: {}\n", what(name))).collect()
                };
                let semaphores: String =
                    (0..5).map(|n| format!("  s{n}: {{kind: semaphore, permits: 3}}\n")).collect();
                let text = format!(
                    "version: 1\nresources:\n  m: mutex\n{semaphores}processes:\n  p:\n    vars: {{x: 0}}\n    do:\n\
                     \x20     - set: {{x: 1}}\n{}      - set: {{x: 2}}\n{}      - set: {{x: 3}}\n",
                    row("acquire"),
                    row("release"),
                );
                let run = run(&text);
                let permits = run
                    .kept
                    .events
                    .iter()
                    .filter(|event| matches!(event.kind, Kind::Acquire | Kind::Release));
                let lines: Vec<u32> = permits.filter_map(|event| run.header.line(event.op)).collect();
                let steps = (1..)
                    .zip(text.lines())
                    .filter(|(_, line)| line.contains("acquire") || line.contains("release"));
                let expected: Vec<u32> = steps
                    .flat_map(|(at, line)| vec![at; if line.contains('{') { times } else { 1 }])
                    .collect();
                assert_eq!(lines, expected, "{text}");
            }
        }
    }
}

/// Of several mutexes in a row each goes back only from its owner, to whom it
/// belongs no longer then.
#[test]
fn mutexes_in_a_row_go_back_from_their_owner() {
    for (steps, message) in [
        ("{release: [m, n]}", "mutex 'm', but nobody owns it"),
        (
            "{acquire: [m, n]}, {delay: 1s}, {release: [m, n]}, {release: [m, n]}",
            "mutex 'm', but nobody owns it",
        ),
        ("{acquire: m}, {delay: 1s}, {release: [m, n]}", "mutex 'n', but nobody owns it"),
        ("{acquire: m}, {delay: 1s}, {release: [m, s, taken]}", "mutex 'taken', but 'q' owns it"),
        ("{acquire: [n, s, m]}, {delay: 1s}, {release: [s, n, n]}", "mutex 'n', but nobody owns it"),
    ] {
        let text = format!(
            "
version: 1
resources: {{m: mutex, n: mutex, taken: mutex, s: {{kind: semaphore, permits: 1}}}}
processes:
  q: {{do: [{{acquire: taken}}, {{delay: 9s}}, {{release: taken}}]}}
  p: {{do: [{steps}]}}
"
        );
        assert_eq!(run(&text).fault(), format!("'p' releases {message}"), "{steps}");
        let (end, _) = untraced(&program(&text, &[]));
        assert_eq!(end.outcome, run(&text).end.outcome, "{steps}");
    }
}

/// The time that is put stays in the variable, too.
#[test]
fn a_time_that_is_put_can_be_kept() {
    let run = run("
version: 1
resources: {b: {kind: buffer, capacity: 2, of: duration}}
processes:
  p:
    vars: {put: 0s, got: 0s}
    do:
      - repeat: 3
        do:
          - delay: 3s
          - set: {put: now}
          - put: {to: b, value: put}
          - delay: 1s
          - get: {from: b, into: got}
          - log: \"{put} {got}\"
");
    assert_eq!(run.log(), ["3s 3s", "7s 7s", "11s 11s"]);
}

/// A time to wait is not negative, however late it is.
#[test]
fn nobody_waits_for_less_than_nothing() {
    for step in ["delay", "work"] {
        let run = run(&format!(
            "version: 1\nprocesses: {{p: {{vars: {{d: 1s}}, do: [{{{step}: 10s}}, {{{step}: d - 2s}}]}}}}\n"
        ));
        assert_eq!((run.outcome(), run.end.end.as_secs_f64()), ("fault", 10.0), "{step}");
        assert!(run.fault().contains("negative"), "{}", run.fault());
    }
}

/// Whatever numbers a scenario is about, and how many, a permit goes to who waits
/// for it: here they are such as a queue with the first process alone would be.
#[test]
fn a_permit_goes_to_those_who_wait_whatever_the_numbers_are() {
    for count in 1..=8 {
        let params: Vec<String> = (0..count).map(|number| format!("n{number}: 4294967297")).collect();
        let run = run(&format!(
            "
version: 1
params: {{{}}}
resources: {{s: {{kind: semaphore, permits: 0}}}}
processes:
  giver: {{do: [{{delay: 1s}}, {{release: s}}, {{release: s}}, {{delay: 1s}}]}}
  taker: {{count: 2, do: [{{acquire: s}}, {{log: \"{{index + n0 + 4294967297}}\"}}]}}
",
            params.join(", ")
        ));
        assert_eq!(run.outcome(), "completed", "{count}");
        assert_eq!(run.log(), ["8589934594", "8589934595"], "{count}");
        assert_eq!(run.finished("giver"), Some(2.0), "{count}");
    }
}
