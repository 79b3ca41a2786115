//! When the operands of a step are worked out: what a step has taken hold of
//! it keeps hold of, whatever becomes of the variables that said which.

use crate::common::{run, run_with};

/// `with` around a step that moves the index on: each semaphore has its one
/// permit again at the end.
#[test]
fn with_gives_back_what_it_took() {
    let run = run("
version: 1
resources:
  slots: {kind: semaphore, permits: 1, count: 2}
  left: {kind: memory, slots: 2}
processes:
  worker:
    vars: {next: 0}
    do:
      - with: slots[next]
        do:
          - work: 1s
          - set: {next: (next + 1) % 2}
      - write: {to: left, at: 0, value: \"level(slots[0])\"}
      - write: {to: left, at: 1, value: \"level(slots[1])\"}
");
    assert_eq!((run.outcome(), run.memory("left")), ("completed", ["1", "1"].map(String::from).to_vec()));
}

/// Each of these moves what the index was worked out from, inside one or two
/// `with`s of mutexes: giving back another one would be a fault.
#[test]
fn whatever_an_index_is_worked_out_from_may_change() {
    for (with, body) in [
        ("\"m[i]\"", "{set: {i: i + 1}}"),
        ("[\"m[i]\", \"n[i + 1]\"]", "{set: {i: i + 1}}"),
        ("\"m[a[i]]\"", "{set: {\"a[0]\": 2}}, {set: {\"a[0]\": 1, \"a[1]\": 1}}"),
        ("\"m[level(b)]\"", "{put: b}"),
        ("\"m[int(seconds(now))]\"", "{delay: 1s}"),
        ("\"m[i]\"", "{with: \"n[i]\", do: [{set: {i: 2}}]}, {with: \"n[i]\", do: [{set: {i: 1}}]}"),
        ("\"m[i]\"", "{get: {from: full, into: i}}"),
        ("\"m[i]\"", "{read: {from: d, at: 0, into: i}}"),
        ("\"m[i]\"", "{draw: {into: i, from: {uniform_int: {low: 1, high: 2}}}}"),
        ("\"m[i]\"", "{if: i == 0, do: [{set: {i: 1}}], else: [{set: {i: 0}}]}"),
        ("\"m[i]\"", "{atomic: [{set: {i: 1}}, {delay: 1s}]}"),
    ] {
        let text = format!(
            "
version: 1
resources:
  m: {{kind: mutex, count: 3}}
  n: {{kind: mutex, count: 4}}
  b: {{kind: buffer, capacity: 9, of: int}}
  full: {{kind: buffer, capacity: 9, of: int}}
  d: {{kind: memory, slots: 1, value: 1}}
  free: {{kind: memory, slots: 7}}
processes:
  p:
    vars: {{i: 0, a: {{array: 2}}}}
    do:
      - put: {{to: full, value: 2, count: 9}}
      - repeat: 2
        do:
          - set: {{i: 0, \"a[0]\": 0}}
          - with: {with}
            do: [{body}]
      - write: {{to: free, at: 0, value: \"level(m[0]) + level(m[1]) + level(m[2])\"}}
      - write: {{to: free, at: 1, value: \"level(n[0]) + level(n[1]) + level(n[2]) + level(n[3])\"}}
"
        );
        let run = run(&text);
        assert_eq!(run.outcome(), "completed", "{with} {body}: {:?}", run.end.outcome);
        assert_eq!(run.memory("free")[..2], ["3", "4"], "{with} {body}");
        run.machine.check(&run.program);
    }
}

/// The last taken is given back first, also of those that an index names.
#[test]
fn with_gives_back_in_reverse_order() {
    use tempolane::trace::Kind;
    let run = run("
version: 1
resources: {m: {kind: mutex, count: 2}, s: {kind: semaphore, permits: 1}}
processes:
  p: {vars: {i: 0}, do: [{with: [\"m[i]\", s, \"m[i + 1]\"], do: [{set: {i: 7}}]}]}
");
    let of = |kind: Kind| -> Vec<u32> {
        let events = run.kept.events.iter().filter(|event| event.kind == kind);
        events.map(|event| event.subject).collect()
    };
    assert_eq!(of(Kind::Acquire), [0, 2, 1]);
    assert_eq!(of(Kind::Release), [1, 2, 0]);
}

/// While it waits, others go on, but not with its variables: what was worked
/// out when the step began counts. The mutex that the wait gave back is the one
/// that it takes again; 2 s is when the notify comes, 3 s when it is served.
#[test]
fn a_wait_takes_again_what_it_gave_back() {
    let text = "
version: 1
params: {first: 0}
resources:
  c: {kind: condition, count: 2}
  m: {kind: mutex, count: 2}
  level: {kind: memory, slots: 2}
processes:
  waiter:
    vars: {i: first}
    do:
      - acquire: m[i]
      - wait: {on: \"c[i]\", mutex: \"m[i]\"}
      - release: m[i]
  other:
    vars: {i: first}
    do:
      - delay: 1s
      - with: m[i]
        do:
          - delay: 1s
          - notify: c[i]
          - set: {i: 1 - i}
          - delay: 1s
      - write: {to: level, at: 0, value: \"level(m[0])\"}
";
    for first in ["0", "1"] {
        let run = run_with(text, &[("first", first)]);
        assert_eq!(run.outcome(), "completed", "{first}");
        assert_eq!(run.finished("waiter"), Some(3.0), "{first}");
    }
}

/// A step on several resources is as many steps: of each the operands are
/// worked out when its turn comes. The second put has to wait until 5 s, and
/// its value is that of its turn, which is 0 s; the third has its turn at 5 s.
#[test]
fn operands_are_worked_out_once_when_the_turn_comes() {
    let run = run("
version: 1
resources:
  a: {kind: buffer, capacity: 1, of: duration}
  b: {kind: buffer, capacity: 1, of: duration}
  c: {kind: buffer, capacity: 1, of: duration}
  t: {kind: memory, slots: 3, value: 0s}
processes:
  full: {do: [{put: {to: b, value: 9s}}]}
  p: {do: [{put: {to: [a, b, c], value: now}}]}
  q:
    vars: {x: 0s, n: 1, xs: {array: 3, of: 0s}}
    do:
      - delay: 5s
      - get: {from: b, into: x}
      - get: {from: a, into: x}
      - write: {to: t, at: 0, value: x}
      - get: {from: b, count: n, into: xs}
      - write: {to: t, at: 1, value: \"xs[0]\"}
      - get: {from: c, into: x}
      - write: {to: t, at: 2, value: x}
");
    assert_eq!(
        (run.outcome(), run.memory("t")),
        ("completed", ["0s", "0s", "5s"].map(String::from).to_vec())
    );
}

/// The place that a step reads from may be the one that it fills.
#[test]
fn a_step_may_fill_what_it_was_worked_out_from() {
    let run = run("
version: 1
resources:
  b: {kind: buffer, capacity: 4, of: int, count: 2}
  d: {kind: memory, slots: 4, value: 3}
  seen: {kind: memory, slots: 4}
processes:
  p:
    vars: {x: 1, y: 1}
    do:
      - put: {to: \"b[x]\", value: 0, count: x + 1}
      - get: {from: \"b[x]\", into: x}
      - write: {to: seen, at: 0, value: x}
      - write: {to: d, at: y, value: 2}
      - read: {from: d, at: y, into: y}
      - write: {to: seen, at: 1, value: y}
      - read: {from: d, at: y, into: y}
      - write: {to: seen, at: 2, value: y}
      - write: {to: seen, at: 3, value: \"level(b[1]) * 10 + level(b[0])\"}
");
    assert_eq!(
        (run.outcome(), run.memory("seen")),
        ("completed", ["0", "2", "3", "10"].map(String::from).to_vec())
    );
}

/// Of two instances there is a first and a second, and no third.
#[test]
fn an_index_beyond_the_instances_is_a_fault() {
    for (index, outcome) in [(-1, "fault"), (0, "completed"), (1, "completed"), (2, "fault")] {
        let run = run(&format!(
            "version: 1\nresources: {{s: {{kind: semaphore, permits: 3, count: 2}}, t: {{kind: semaphore, permits: 3}}}}\n\
             processes: {{p: {{vars: {{i: {index}}}, do: [{{acquire: 's[i]'}}]}}}}\n"
        ));
        assert_eq!(run.outcome(), outcome, "{index}");
        if outcome == "fault" {
            let message = format!("index {index} is out of range: 's' has 2 instances");
            assert!(run.fault().starts_with(&message), "{}", run.fault());
        }
    }
}

/// An element of a private array takes an item as a variable does, waiting or not.
#[test]
fn items_and_values_into_elements() {
    let run = crate::common::run("
version: 1
resources: {b: {kind: buffer, capacity: 5}, d: {kind: memory, slots: 3, value: 7}}
processes:
  putter: {vars: {i: 0}, do: [{repeat: 3, do: [{delay: 1s}, {set: {i: i + 1}}, {put: {to: b, value: i * 10}}]}]}
  getter:
    vars: {who: {array: 4}, i: 3}
    do:
      - repeat: 3
        do: [{get: {from: b, into: \"who[i]\"}}, {set: {i: i - 1}}]
      - read: {from: d, at: 2, into: \"who[i]\"}
      - log: \"{who}\"
");
    assert_eq!(run.log(), ["[7, 30, 20, 10]"]);
}
