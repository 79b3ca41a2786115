//! Buffers that are closed, in every order: what is left at the end, which orders break a
//! rule, and schedules that are followed again.

use crate::common::program;
use crate::explore_agrees::{faults, finals};
use std::ops::ControlFlow;
use tempolane::backend::BoundProgram;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, Reduce, explore, replay};
use tempolane::trace::{NoTrace, Outcome};

fn explored(program: &BoundProgram, mode: Mode, reduce: Reduce) -> Exploration<'_> {
    let budget = Budget { states: 50_000, bytes: 1 << 30, workers: 1 };
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

const BOTH: [Mode; 2] = [Mode::Timed, Mode::Untimed];

/// Two producers of two items, two consumers, a place for one: in every order all four are
/// got, and everybody is done.
#[test]
fn producers_end_consumers_in_every_order() {
    let text = "
version: 1
resources: {q: {kind: buffer, capacity: 1, of: int, closes: 2}, m: mutex, d: {kind: memory, slots: 1}}
processes:
  producer: {count: 2, do: [{repeat: 2, do: [{put: q}]}, {close: q}]}
  consumer:
    count: 2
    vars: {n: 0}
    do:
      - for_each:
          from: q
          do: [{atomic: [{read: {from: d, at: 0, into: n}}, {write: {to: d, at: 0, value: n + 1}}]}]
";
    let program = program(text, &[]);
    for mode in BOTH {
        let whole = explored(&program, mode, Reduce::NONE);
        let reduced = explored(&program, mode, Reduce::ALL);
        for explored in [&whole, &reduced] {
            assert_eq!(explored.ends(End::Deadlock), 0, "{mode:?}");
            assert!(faults(explored).is_empty(), "{mode:?}");
            let finals = finals(explored);
            assert!(finals.len() == 1 && finals.iter().all(|end| end.contains("Int(4)")), "{finals:?}");
        }
        assert!(reduced.progress().states < whole.progress().states, "{mode:?}");
    }
}

/// Both have closed it or not: four states.
#[test]
fn a_state_knows_how_often_a_buffer_was_closed() {
    let text = "
version: 1
resources: {q: {kind: buffer, capacity: 1, of: int, closes: 2}}
processes:
  a: {do: [{close: q}]}
  b: {do: [{close: q}]}
";
    let program = program(text, &[]);
    for mode in BOTH {
        assert_eq!(explored(&program, mode, Reduce::NONE).progress().states, 4, "{mode:?}");
    }
}

/// One close is forgotten: whoever takes ends in no order. It is enough for one of the two.
#[test]
fn a_close_that_is_forgotten_is_found() {
    let text = |closes: u32| {
        format!(
            "
version: 1
resources: {{q: {{kind: buffer, capacity: 1, of: int, closes: {closes}}}}}
processes:
  a: {{do: [{{put: q}}, {{close: q}}]}}
  b: {{do: [{{delay: 1s}}]}}
  taker: {{do: [{{for_each: {{from: q, do: []}}}}]}}
"
        )
    };
    for mode in BOTH {
        let forgotten = program(&text(2), &[]);
        let forgotten = explored(&forgotten, mode, Reduce::ALL);
        assert_eq!((forgotten.ends(End::Deadlock) > 0, forgotten.ends(End::Completed) > 0), (true, false));
        let closed = program(&text(1), &[]);
        let closed = explored(&closed, mode, Reduce::ALL);
        assert_eq!((closed.ends(End::Deadlock) > 0, closed.ends(End::Completed) > 0), (false, true));
    }
}

/// Whoever of two closes too early breaks a rule of the other one, in some orders only: the
/// put comes too late, or waits. A schedule to each is followed again.
#[test]
fn who_closes_too_early_is_found() {
    let text = "
version: 1
resources: {q: {kind: buffer, capacity: 1, of: int}}
processes:
  early: {do: [{put: q}, {close: q}]}
  other: {do: [{put: q}]}
  taker: {do: [{for_each: {from: q, do: []}}]}
";
    let program = program(text, &[]);
    for mode in BOTH {
        let explored = explored(&program, mode, Reduce::NONE);
        assert!(explored.ends(End::Completed) > 0);
        let mut told = Vec::new();
        for (_, _, witness) in explored.stops() {
            let replayed = replay(&program, 0, mode, &witness.turns, &mut NoTrace, &mut |_, _| {});
            let replayed = replayed.unwrap_or_else(|mismatch| panic!("{mode:?} {mismatch:?}"));
            let Outcome::Fault(fault) = replayed.outcome else { panic!("{:?}", replayed.outcome) };
            assert_eq!((fault.process.0, program.site(fault.op).line), (1, 6));
            told.push(fault.message);
        }
        told.sort_unstable();
        let found = faults(&explored);
        assert_eq!(found.len(), 1, "at one place: {told:?}");
        assert!(told.iter().all(|told| told.contains("buffer 'q', which is closed")), "{told:?}");
    }
}
