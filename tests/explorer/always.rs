//! Conditions that hold in every state: found broken by the right schedule, or proved.

use std::ops::ControlFlow;
use tempolane::analysis::Monitors;
use tempolane::backend::compile;
use tempolane::explore::{Mode, Options, explore};
use tempolane::scenario;

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
