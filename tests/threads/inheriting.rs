//! Owners of mutexes that inherit priority, on real threads: who goes before whom by that, and when they end,
//! worked out by hand; and that whatever the threads do, the model could have done it.

use super::cases;
use super::common::inheriting;
use super::interrupts::told;
use super::quiet::side_by_side;
use super::timeouts::stays_within;
use proptest::prelude::*;

const RESOURCES: &str = "cpu: {kind: processor, cores: 1, discipline: priority}, m: {kind: mutex, inherit: INHERIT, discipline: priority}";

/// Those of one time in the order of the alphabet.
fn in_order(mut lines: Vec<String>) -> Vec<String> {
    lines.sort_by(|a, b| {
        let time = |line: &str| line.split(' ').next().and_then(|time| time.parse().ok()).unwrap_or(0.0_f64);
        time(a).total_cmp(&time(b)).then_with(|| a.cmp(b))
    });
    lines
}

fn at_work(inherit: bool, processes: &str) -> Vec<String> {
    in_order(told(&RESOURCES.replace("INHERIT", &inherit.to_string()), processes))
}

/// L. Sha, R. Rajkumar and J. P. Lehoczky, "Priority inheritance protocols" (1990): the low one has 3 s left at 2 s, which
/// the middle one puts off by its 3 s unless the low one inherits.
#[test]
fn inversion_of_priorities() {
    let cases =
        [(false, ["5.0 middle", "7.0 low", "9.0 high"]), (true, ["4.0 low", "6.0 high", "9.0 middle"])];
    side_by_side(cases, |(inherit, expected)| {
        let lines = at_work(
            inherit,
            "
  low: {on: cpu, priority: 3, do: [{with: m, do: [{work: 4s}, {log: low}]}]}
  middle: {on: cpu, priority: 2, start: 2s, do: [{work: 3s}, {log: middle}]}
  high: {on: cpu, priority: 1, start: 1s, do: [{with: m, do: [{work: 2s}, {log: high}]}]}
",
        );
        assert_eq!(lines, expected, "{inherit}");
    });
}

/// The low one is as urgent as the one that waits for the one that waits for it, from 3 s on, and takes the processor from
/// the other one, which has 2 of 3 s left.
#[test]
fn a_chain_of_owners() {
    let mut lines = told(
        "cpu: {kind: processor, cores: 1, discipline: priority}, a: {kind: mutex, inherit: true}, b: {kind: mutex, inherit: true}",
        "
  low: {on: cpu, priority: 9, do: [{with: a, do: [{work: 6s}]}, {log: low}]}
  middle: {start: 1s, priority: 7, do: [{with: b, do: [{with: a, do: []}]}]}
  other: {on: cpu, priority: 5, start: 2s, do: [{work: 3s}, {log: other}]}
  high: {priority: 1, start: 3s, do: [{with: b, do: [{log: high}]}]}
",
    );
    lines[..2].sort();
    assert_eq!(lines, ["7.0 high", "7.0 low", "9.0 other"]);
}

/// The low one is urgent only as long as the other one waits: from 1 s to 3 s. Then 1 of its 4 s is left, which the middle one
/// puts off by its 3 s.
#[test]
fn nothing_is_inherited_from_who_waits_no_longer() {
    let cases = [
        "high: {priority: 1, start: 1s, do: [{acquire: m, within: 2s, else: []}]}",
        "high: {priority: 1, start: 1s, do: [{acquire: m}]}\n  boss: {do: [{delay: 3s}, {stop: high}]}",
        "high: {priority: 1, start: 1s, do: [{acquire: m}]}\n  boss: {do: [{delay: 3s}, {atomic: [{stop: high}, {delay: 0s}]}]}",
        "high: {priority: 1, start: 1s, do: [{interruptible: [{acquire: m}]}]}\n  boss: {do: [{delay: 3s}, {interrupt: high}]}",
    ];
    side_by_side(cases, |high| {
        let lines = at_work(
            true,
            &format!(
                "
  low: {{priority: 9, on: cpu, do: [{{with: m, do: [{{work: 4s}}]}}, {{log: low}}]}}
  middle: {{priority: 5, start: 2s, on: cpu, do: [{{work: 3s}}, {{log: middle}}]}}
  {high}
"
            ),
        );
        assert_eq!(lines, ["6.0 middle", "7.0 low"], "{high}");
    });
}

/// In every line that goes by priority the owner goes before who came before it, as soon as an urgent one waits for what it
/// owns, at 3 s. At 4 s the first is served, and at 5 s the second.
#[test]
fn places_in_lines() {
    let cases = [
        (
            "s: {kind: semaphore, permits: 1, discipline: priority}",
            "{acquire: s}",
            "{release: s}",
            "{acquire: s}",
        ),
        ("s: {kind: mutex, discipline: priority}", "{acquire: s}", "{release: s}", "{acquire: s}"),
        (
            "s: {kind: buffer, capacity: 9, of: int, discipline: priority}",
            "{delay: 0s}",
            "{put: s}",
            "{get: s}",
        ),
        ("s: {kind: buffer, capacity: 1, of: int, discipline: priority}", "{put: s}", "{get: s}", "{put: s}"),
        ("s: {kind: condition, discipline: priority}", "{delay: 0s}", "{notify: s}", "{wait: s}"),
    ];
    side_by_side(cases, |(resource, before, gives, waits)| {
        let back = if gives == "{release: s}" { "{release: s}" } else { "{delay: 0s}" };
        let again = if gives == "{release: s}" { "{delay: 0s}" } else { gives };
        let mut lines = told(
            &format!("m: {{kind: mutex, inherit: true}}, {resource}"),
            &format!(
                "
  holder: {{do: [{before}, {{delay: 4s}}, {gives}, {{delay: 1s}}, {again}]}}
  first: {{priority: 5, start: 1s, do: [{waits}, {{log: first}}, {back}]}}
  owner: {{priority: 7, start: 2s, do: [{{with: m, do: [{waits}, {{log: owner}}, {{delay: 1s}}, {back}]}}]}}
  high: {{priority: 1, start: 3s, do: [{{with: m, do: [{{log: high}}]}}]}}
"
            ),
        );
        lines[1..].sort();
        assert_eq!(lines, ["4.0 owner", "5.0 first", "5.0 high"], "{resource}");
    });
}

/// Who gives a mutex back lays down what it has inherited by it: it waits for the notify by its own priority, behind the
/// other one.
#[test]
fn what_is_inherited_is_laid_down_with_the_mutex() {
    let mut lines = told(
        "m: {kind: mutex, inherit: true}, c: {kind: condition, discipline: priority}",
        "
  owner: {priority: 7, do: [{with: m, do: [{delay: 2s}, {wait: {on: c, mutex: m}}, {log: owner}]}]}
  high: {priority: 1, start: 1s, do: [{with: m, do: [{log: high}]}]}
  other: {priority: 5, start: 3s, do: [{wait: c}, {log: other}]}
  boss: {do: [{delay: 4s}, {notify: c}, {delay: 1s}, {notify: c}]}
",
    );
    lines.sort();
    assert_eq!(lines, ["2.0 high", "4.0 other", "5.0 owner"]);
}

/// A processor that does not go by priority does not care: the owner keeps its place.
#[test]
fn no_place_changes_where_priority_does_not_count() {
    for discipline in ["fifo", "round_robin, quantum: 10s"] {
        let lines = told(
            &format!(
                "cpu: {{kind: processor, cores: 1, discipline: {discipline}}}, m: {{kind: mutex, inherit: true}}"
            ),
            "
  first: {on: cpu, do: [{work: 4s}]}
  owner: {on: cpu, priority: 9, start: 1s, do: [{with: m, do: [{work: 1s}, {log: owner}]}]}
  other: {on: cpu, start: 2s, do: [{work: 1s}, {log: other}]}
  high: {priority: -5, start: 3s, do: [{acquire: m}]}
",
        );
        assert_eq!(lines, ["5.0 owner", "6.0 other"], "{discipline}");
    }
}

/// A request for a permit stands by its own number, whatever its process inherits meanwhile; without one by what it has
/// inherited. And whoever has got a permit still inherits.
#[test]
fn requests_for_permits() {
    let resources = "desk: {kind: semaphore, permits: 1, discipline: priority}, m: {kind: mutex, inherit: true}, cpu: {kind: processor, cores: 1, discipline: priority}";
    let cases = [
        // The owner asks by 5, behind the first, at 2 s; at 3 s somebody urgent waits for it.
        (
            "
  holder: {do: [{with: desk, do: [{delay: 4s}]}]}
  first: {start: 1s, do: [{with: desk, priority: 3, do: [{log: first}, {delay: 1s}]}]}
  owner: {priority: 9, start: 2s, do: [{with: m, do: [{with: desk, priority: 5, do: [{log: owner}]}]}]}
  high: {priority: -5, start: 3s, do: [{with: m, do: [{log: high}]}]}
",
            &["4.0 first", "5.0 high", "5.0 owner"][..],
        ),
        // It asks by what it has when it asks, at 2 s.
        (
            "
  holder: {do: [{with: desk, do: [{delay: 4s}]}]}
  first: {start: 1s, do: [{with: desk, priority: 3, do: [{log: first}, {delay: 1s}]}]}
  owner: {priority: 9, do: [{with: m, do: [{delay: 2s}, {with: desk, then: leave, do: [{log: owner}, {delay: 2s}]}]}]}
  high: {priority: -5, start: 1s, do: [{with: m, do: [{log: high}]}]}
",
            &["4.0 owner", "6.0 first", "6.0 high"],
        ),
        // It inherits from 1 s on, and works from 2 s to 5 s.
        (
            "
  owner: {priority: 9, do: [{with: m, do: [{delay: 2s}, {with: desk, priority: 7, then: leave, do: [{work: {on: cpu, for: 3s}}, {log: owner}]}]}]}
  middle: {priority: 5, start: 3s, do: [{work: {on: cpu, for: 1s}}, {log: middle}]}
  high: {priority: -5, start: 1s, do: [{with: m, do: [{delay: 500ms}, {log: high}]}]}
",
            &["5.0 owner", "5.5 high", "6.0 middle"],
        ),
    ];
    side_by_side(cases, |(processes, expected)| {
        assert_eq!(in_order(told(resources, processes)), expected, "{processes}");
    });
}

/// Who loses its permit while it waits for a mutex lends nothing to the owner any more, from 2 s on: the owner, which works
/// since 0 s, has 2 of its 4 s left, and the middle one, which has come at 1.5 s, takes the core for its 3 s.
#[test]
fn nothing_is_inherited_from_who_loses_its_permit() {
    let lines = told(
        "desk: {kind: semaphore, permits: 1, discipline: priority}, m: {kind: mutex, inherit: true}, cpu: {kind: processor, cores: 1, discipline: priority}",
        "
  owner: {priority: 9, on: cpu, do: [{with: m, do: [{work: 4s}]}, {log: owner}]}
  middle: {priority: 5, start: 1500ms, on: cpu, do: [{work: 3s}, {log: middle}]}
  high: {priority: 1, start: 1s, do: [{with: desk, priority: 8, then: leave, do: [{acquire: m}]}]}
  boss: {start: 2s, do: [{with: desk, preempt: true, do: [{delay: 1s}]}]}
",
    );
    assert_eq!(lines, ["5.0 middle", "7.0 owner"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(200), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do of which some inherit priority, the model could have done it.
    #[test]
    fn those_that_inherit_stay_within_the_model(text in inheriting::scenario()) {
        stays_within(&text);
    }
}
