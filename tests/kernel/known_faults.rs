//! What is known to be wrong: systems worked out by hand, with the right answers. Whoever mends one moves it to the
//! tests of its kind.

use crate::common::{run, timed_log, told};

/// At 3.5 s `x` gives up, so that `l` falls from 1 to 8 and `p` is the first in line: it takes the permit from `h`.
#[test]
#[ignore = "a known fault: who becomes the first by another's lower priority takes no permit"]
fn who_becomes_the_first_takes_the_permit() {
    let lines = told(
        "
  h: {do: [{with: s, priority: 10, do: [{delay: 20s}], then: leave}]}
  l: {priority: 8, do: [{acquire: m}, {delay: 1s}, {acquire: s}, {release: m}, {release: s}]}
  x: {priority: 1, start: 1500ms, do: [{acquire: m, within: 2s, else: []}]}
  p: {priority: 5, start: 2s, do: [{with: s, priority: 5, preempt: true, do: [{delay: 1s}]}, {log: done}]}
",
        "s: {kind: semaphore, permits: 1, discipline: priority}, m: {kind: mutex, inherit: true}",
    );
    assert_eq!(lines, ["4.5s done"]);
}

/// From 1 s on `l` has priority 1, and goes before `y`, which has 4, at 5 s. `explore` knows that.
#[test]
#[ignore = "a known fault: a delay that has begun keeps the priority from before"]
fn who_inherits_in_a_delay_goes_before() {
    let lines = told(
        "
  l: {priority: 8, do: [{acquire: m}, {delay: 5s}, {put: {to: q, value: 1}}, {release: m}]}
  x: {priority: 1, start: 1s, do: [{acquire: m}, {release: m}]}
  y: {priority: 4, start: 5s, do: [{put: {to: q, value: 2}}]}
  z: {start: 9s, vars: {a: 0}, do: [{get: {from: q, into: a}}, {log: 'first {a}'}]}
",
        "m: {kind: mutex, inherit: true}, q: {kind: buffer, capacity: 9, of: int}",
    );
    assert_eq!(lines, ["9s first 1"]);
}

/// A try of `x` at 3 s that fails leaves nothing behind: as if it came at 30 s.
#[test]
#[ignore = "a known fault: a try hands its priority on for an instant, by which places in lines are lost"]
fn a_try_that_fails_is_nothing() {
    let tried = |at: &str| {
        let text = format!(
            "version: 1
resources: {{m: {{kind: mutex, inherit: true}}, s: {{kind: semaphore, permits: 1, discipline: priority}}}}
processes:
  h: {{do: [{{with: s, do: [{{delay: 10s}}]}}]}}
  l: {{priority: 8, do: [{{acquire: m}}, {{delay: 1s}}, {{with: s, do: [{{delay: 2s}}]}}, {{log: l}}, {{release: m}}]}}
  k: {{priority: 8, start: 2s, do: [{{with: s, do: [{{delay: 1s}}]}}, {{log: k}}]}}
  x: {{priority: 1, start: {at}, do: [{{acquire: m, within: 0s, else: []}}]}}
"
        );
        timed_log(&run(&text))
    };
    assert_eq!(tried("30s"), ["12s l", "13s k"]);
    assert_eq!(tried("3s"), ["12s l", "13s k"]);
}

/// Of the switch to `b`, which takes 4 s from 2 s on, 3 s are left when the core goes at 3 s: from 5 s on 3 s, and 5 s of
/// work.
#[test]
#[ignore = "a known fault: a switch that is interrupted is not made up for"]
fn a_switch_is_made_up_for() {
    let lines = told(
        "
  a: {on: cpu, do: [{work: 2s}]}
  b: {on: cpu, start: 1s, do: [{work: 5s}, {log: b}]}
",
        "cpu: {kind: processor, cores: {0s: 1, 3s: 0, 5s: 1}, switch: 4s}",
    );
    assert_eq!(lines, ["13s b"]);
}

/// When `q` is closed `s` does something else, and `t`, which it held up, gets the item that it asks for.
#[test]
#[ignore = "a known fault: who asks for a certain item behind another one is not expected to get it"]
fn who_was_held_up_gets_its_item_at_the_close() {
    let lines = told(
        "
  s: {do: [{get: {from: q, count: 2}, else: [{log: ended}]}]}
  t: {start: 1s, vars: {x: 0}, do: [{get: {from: q, where: item == 5, into: x}}, {log: 'got {x}'}]}
  p: {start: 2s, do: [{put: {to: q, value: 5}}, {delay: 1s}, {close: q}]}
",
        "q: {kind: buffer, capacity: 3, of: int}",
    );
    assert_eq!(lines, ["3s ended", "3s got 5"]);
}
