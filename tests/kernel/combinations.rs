//! What meets at one instant, or in one step, where each rule alone is simple: small systems worked out by hand, of
//! kinds that no random test has.

use crate::common::told;

/// Whoever waits by `select` meets a put at a rendezvous in the step in which that comes, which is the only one that is
/// not the last to be entered again. Nobody is lost by it, by any priorities, also a third one that lets time pass.
#[test]
fn who_comes_to_a_rendezvous_and_is_met_is_not_lost() {
    let lines = told(
        "
  other: {do: [{delay: 3s}, {log: other}]}
  taker: {do: [{select: [{get: q}]}, {log: got}]}
  giver: {priority: 1, start: 1s, do: [{put: q}, {log: given}]}
",
        "q: {kind: buffer, capacity: 0, of: int}",
    );
    assert_eq!(lines, ["1s given", "1s got", "3s other"]);
}

/// Nothing of others comes into an atomic block in which somebody is met, though the other one goes before it. So it is
/// with a plain get, too.
#[test]
fn a_block_is_not_left_where_somebody_is_met() {
    for taken in ["{select: [{get: q}]}", "{get: q}"] {
        for limit in ["", ", within: 0s, else: []", ", within: 5s, else: []"] {
            let lines = told(
                &format!(
                    "
  taker: {{do: [{taken}, {{log: got}}]}}
  giver: {{priority: 1, start: 1s, do: [{{atomic: [{{put: q{limit}}}, {{log: given}}]}}]}}
"
                ),
                "q: {kind: buffer, capacity: 0, of: int}",
            );
            assert_eq!(lines, ["1s given", "1s got"], "{taken} {limit}");
        }
    }
}

/// The quantum of `b`, which is interrupted at 1 s, would have ended at 2 s, and so does the delay that it begins
/// then: it goes before `y` by its priority. The same with an unused limit elsewhere, for which another calendar is
/// taken.
#[test]
fn what_is_taken_back_is_not_taken_for_what_comes_in_its_place() {
    for unused in ["", "  u: {count: 0, do: [{get: q, within: 1s, else: []}]}\n"] {
        let lines = told(
            &format!(
                "
  b: {{do: [{{interruptible: [{{work: {{on: cpu, for: 5s}}}}], then: leave}}, {{delay: 1s}}, {{put: {{to: q, value: 1}}}}]}}
  i: {{start: 1s, do: [{{interrupt: b}}]}}
  y: {{priority: 1, start: 2s, do: [{{put: {{to: q, value: 2}}}}]}}
  z: {{start: 9s, vars: {{a: 0}}, do: [{{get: {{from: q, into: a}}}}, {{log: 'first {{a}}'}}]}}
{unused}"
            ),
            "cpu: {kind: processor, cores: 1, discipline: round_robin, quantum: 2s}, q: {kind: buffer, capacity: 9, of: int}",
        );
        assert_eq!(lines, ["9s first 1"], "{unused}");
    }
}

/// The same where the second delay began with a priority that was inherited since.
#[test]
fn what_is_taken_back_may_have_had_another_priority() {
    let lines = told(
        "
  b:
    priority: 8
    do:
      - acquire: m
      - {interruptible: [{delay: 5s}], then: leave}
      - delay: 3s
      - put: {to: q, value: 1}
      - release: m
  x: {priority: 1, start: 1s, do: [{acquire: m}, {release: m}]}
  i: {start: 2s, do: [{interrupt: b}]}
  y: {priority: 4, start: 5s, do: [{put: {to: q, value: 2}}]}
  z: {start: 9s, vars: {a: 0}, do: [{get: {from: q, into: a}}, {log: 'first {a}'}]}
",
        "m: {kind: mutex, inherit: true}, q: {kind: buffer, capacity: 9, of: int}",
    );
    assert_eq!(lines, ["9s first 1"]);
}

/// What `w1` looks at hangs on slots that change, and more than it can be listed at: `w2`, which stands behind it, is
/// tried in the same step, at 3 s.
#[test]
fn who_stands_behind_one_that_looks_elsewhere_is_tried() {
    let lines = told(
        "
  w1: {do: [{until: '(slot(a, 0) == 1 and level(s[slot(k, 0)]) == 7) or slot(h, 0) == 5'}, {log: w1}]}
  w2: {start: 1s, do: [{until: 'slot(k, 0) == 1'}, {log: w2}]}
  d:
    start: 2s
    do:
      - write: {to: a, at: 0, value: 1}
      - delay: 1s
      - write: {to: k, at: 0, value: 1}
      - delay: 1s
      - write: {to: h, at: 0, value: 5}
",
        "a: {kind: memory, slots: 1}, k: {kind: memory, slots: 1}, h: {kind: memory, slots: 1}, \
         s: {kind: semaphore, permits: 0, count: 2}",
    );
    assert_eq!(lines, ["3s w2", "4s w1"]);
}

/// At 3 s `a` gives up, so that `b` is the first and takes the permit of `h`, which leaves the line of `c`: that is
/// seen in the same step.
#[test]
fn what_a_wait_that_runs_out_brings_about_is_seen() {
    let lines = told(
        "
  h: {do: [{with: s, priority: 10, do: [{wait: c}], then: leave}]}
  a: {start: 1s, do: [{acquire: s, priority: 1, within: 2s, else: []}]}
  b: {start: 2s, do: [{with: s, priority: 5, preempt: true, do: [{delay: 1s}]}]}
  w: {start: 1s, do: [{until: level(c) == 0}, {log: seen}]}
  bell: {start: 20s, do: [{notify_all: c}]}
",
        "s: {kind: semaphore, permits: 1, discipline: priority}, c: condition",
    );
    assert_eq!(lines, ["3s seen"]);
}

/// A timetable of an inner processor takes the core at 2 s from `p`, which gives back the outer one: that is seen.
#[test]
fn a_core_that_a_timetable_sets_free_further_out_is_seen() {
    let lines = told(
        "
  p: {on: inner, do: [{work: 5s}]}
  w: {start: 1s, do: [{until: level(outer) == 1}, {log: seen}]}
",
        "outer: {kind: processor, cores: 1}, inner: {kind: processor, cores: {0s: 1, 2s: 0, 6s: 1}, on: outer}",
    );
    assert_eq!(lines, ["2s seen"]);
}

/// A timetable that takes two permits gets both before who waits: at 5 s, when two give theirs back at one instant, or one
/// gives back two. So `w` waits for the next shift.
#[test]
fn a_timetable_takes_all_that_it_wants_before_who_waits() {
    for holders in [
        "  h: {count: 2, do: [{with: s, do: [{delay: 5s}]}]}",
        "  h: {do: [{acquire: {s: 2}}, {delay: 5s}, {release: {s: 2}}]}",
        "  h: {count: 2, do: [{with: s, do: [{delay: 5s + index * 1s}]}]}",
    ] {
        let lines = told(
            &format!("{holders}\n  w: {{start: 1s, do: [{{acquire: s}}, {{log: got}}, {{release: s}}]}}\n"),
            "s: {kind: semaphore, permits: {0s: 2, 2s: 0, 20s: 2}}",
        );
        assert_eq!(lines, ["20s got"], "{holders}");
    }
}
