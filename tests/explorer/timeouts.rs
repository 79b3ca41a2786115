//! Waits that run out, in every order: with time when they have to, without time whenever
//! they wait; and schedules that are followed again.

use crate::common::program;
use crate::explore_agrees::{faults, finals};
use std::ops::ControlFlow;
use tempolane::backend::BoundProgram;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, Reduce, explore, replay};
use tempolane::time::Time;
use tempolane::trace::{NoTrace, Outcome};

fn explored(program: &BoundProgram, mode: Mode, reduce: Reduce) -> Exploration<'_> {
    let budget = Budget { states: 20_000, bytes: 1 << 30, workers: 1 };
    let options = Options {
        mode,
        seed: program.seed,
        budget,
        monitors: None,
        reduce,
        learns: true,
        code: None,
        spurious: false,
    };
    let explored = explore(program, options, &mut |_| ControlFlow::Continue(()));
    assert!(explored.is_complete(), "{:?}", explored.stop);
    explored
}

/// What is left in the memory d, a number for each slot.
pub fn results(text: &str, mode: Mode) -> Vec<Vec<i64>> {
    let program = program(text, &[]);
    let whole = explored(&program, mode, Reduce::NONE);
    assert_eq!(finals(&explored(&program, mode, Reduce::ALL)), finals(&whole), "{text}");
    let numbers = |text: &String| -> Vec<i64> {
        text.split("Int(")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap_or("").parse().unwrap_or(-1))
            .collect()
    };
    finals(&whole).iter().map(numbers).collect()
}

/// The notifier sleeps for 2 ms: in every order both have given up by then. Without time
/// the notify may come before: then who waits goes on by it, and who comes later gives up.
#[test]
fn two_always_time_out_before_the_notify() {
    let text = "
version: 1
resources: {c: condition, d: {kind: memory, slots: 2}}
processes:
  notifier: {do: [{delay: 2ms}, {notify_all: c}]}
  waiter: {count: 2, do: [{wait: c, within: 1ms, else: [{write: {to: d, at: index, value: 1}}]}]}
";
    assert_eq!(results(text, Mode::Timed), [[1, 1]]);
    assert_eq!(results(text, Mode::Untimed), [[0, 0], [0, 1], [1, 0], [1, 1]]);
    let program = program(text, &[]);
    let timed = explored(&program, Mode::Timed, Reduce::NONE);
    let end = Time::from_nanos(2_000_000).expect("short");
    assert_eq!(timed.total_times().and_then(|times| times.bounds()), Some((end, end)));
}

/// The permit comes at the instant at which the wait runs out: either may be first.
#[test]
fn a_grant_and_a_deadline_at_one_instant_come_in_both_orders() {
    for (deadline, expected) in [("4s", vec![[1]]), ("5s", vec![[1], [2]]), ("6s", vec![[2]])] {
        let text = format!(
            "
version: 1
resources: {{s: {{kind: semaphore, permits: 0}}, d: {{kind: memory, slots: 1}}}}
processes:
  giver: {{do: [{{delay: 5s}}, {{release: s}}]}}
  p:
    do:
      - acquire: s
        within: {deadline}
        else: [{{write: {{to: d, at: 0, value: 1}}}}, exit]
      - write: {{to: d, at: 0, value: 2}}
"
        );
        assert_eq!(results(&text, Mode::Timed), expected, "{deadline}");
        assert_eq!(results(&text, Mode::Untimed), [[1], [2]], "{deadline}");
    }
}

/// Four states: `p` holds the permit or has given it back; `q` tries at 1 s, when it is
/// taken until 2 s. With time it fails in every order, without time it may get it.
#[test]
fn a_try_in_every_order() {
    let text = "
version: 1
resources: {s: {kind: semaphore, permits: 1}, d: {kind: memory, slots: 1}}
processes:
  p: {do: [{with: s, do: [{delay: 2s}]}]}
  q: {start: 1s, do: [{acquire: s, within: 0s, else: [{write: {to: d, at: 0, value: 1}}, exit]}, {release: s}]}
";
    assert_eq!(results(text, Mode::Timed), [[1]]);
    assert_eq!(results(text, Mode::Untimed), [[0], [1]]);
}

/// Who takes two locks in opposite orders and gives up never deadlocks; without the limit,
/// or where only the first lock has one, it does.
#[test]
fn who_gives_up_breaks_a_deadlock() {
    let ends = |first: &str, second: &str, mode| {
        let text = format!(
            "
version: 1
resources: {{a: mutex, b: mutex}}
processes:
  p: {{do: [{{with: a{first}, do: [{{delay: 1s}}, {{with: b, do: []{second}}}]}}]}}
  q: {{do: [{{with: b, do: [{{delay: 1s}}, {{with: a, do: []}}]}}]}}
"
        );
        let program = program(&text, &[]);
        let explored = explored(&program, mode, Reduce::NONE);
        assert!(explored.blocked_for_ever().is_ok_and(|blocked| blocked.is_none()) || !second.is_empty());
        (explored.ends(End::Deadlock) > 0, explored.ends(End::Completed) > 0)
    };
    let within = ", within: 5s, else: []";
    assert_eq!(ends("", within, Mode::Timed), (false, true));
    assert_eq!(ends("", within, Mode::Untimed), (false, true));
    assert_eq!(ends("", "", Mode::Timed), (true, false));
    assert_eq!(ends("", "", Mode::Untimed), (true, true));
    assert_eq!(ends(within, "", Mode::Untimed), (true, true));
}

/// A watchdog goes round for ever, with time in few states: deadlines are counted from now.
#[test]
fn deadlines_are_the_same_at_another_time() {
    let text = "
version: 1
resources: {b: {kind: buffer, capacity: 1}}
processes:
  beat: {do: [{while: true, do: [{delay: 3s}, {put: b}]}]}
  dog: {do: [{while: true, do: [{get: b, within: 2s, else: []}]}]}
";
    let program = program(text, &[]);
    let timed = explored(&program, Mode::Timed, Reduce::NONE);
    assert!(timed.progress().states < 20, "{}", timed.progress().states);
    assert_eq!((timed.ends(End::Deadlock), timed.ends(End::Completed)), (0, 0));
}

/// The block stops where it has to wait, and others go on there: it may find their work
/// when its wait runs out. A try leaves nobody in between.
#[test]
fn a_wait_in_a_block_lets_others_go_on_and_a_try_does_not() {
    let text = |within: &str| {
        format!(
            "
version: 1
resources: {{s: {{kind: semaphore, permits: 0}}, d: {{kind: memory, slots: 2}}}}
processes:
  p:
    vars: {{x: 0, y: 0}}
    do:
      - atomic:
          - read: {{from: d, at: 0, into: x}}
          - acquire: s
            within: {within}
            else: []
          - read: {{from: d, at: 0, into: y}}
          - write: {{to: d, at: 1, value: y - x}}
  q: {{do: [{{write: {{to: d, at: 0, value: 7}}}}]}}
"
        )
    };
    for mode in [Mode::Timed, Mode::Untimed] {
        assert_eq!(results(&text("1s"), mode), [[7, 0], [7, 7]], "{mode:?}");
        assert_eq!(results(&text("0s"), mode), [[7, 0]], "{mode:?}");
    }
}

/// A schedule to a fault that only a wait leads to that runs out, with time and without.
#[test]
fn a_witness_is_followed_again() {
    let text = "
version: 1
resources: {c: condition, m: mutex}
processes:
  a: {do: [{acquire: m}, {delay: 5s}, {release: m}]}
  b: {start: 1s, do: [{acquire: m, within: 2s}, {release: m}]}
  w: {do: [{wait: c, within: 1s, else: [{log: alone}]}]}
  n: {start: 500ms, do: [{notify: c}]}
";
    let program = program(text, &[]);
    for (mode, at) in [(Mode::Timed, Time::from_secs(3)), (Mode::Untimed, Time::from_secs(3))] {
        let explored = explored(&program, mode, Reduce::NONE);
        assert_eq!(faults(&explored).len(), 1);
        let (_, _, witness) = explored.stops().into_iter().next().expect("there is one");
        let replayed = replay(&program, 0, mode, &witness.turns, &mut NoTrace, &mut |_, _| {});
        let replayed = replayed.unwrap_or_else(|mismatch| panic!("{mode:?} {mismatch:?}"));
        let Outcome::Fault(fault) = &replayed.outcome else { panic!("{:?}", replayed.outcome) };
        assert_eq!(fault.message, "'b' has waited as long as it may");
        assert_eq!(replayed.end, at, "{mode:?}: delays and deadlines take their time");
    }
}
