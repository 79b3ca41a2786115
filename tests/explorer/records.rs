//! Items that are records in every order: as many states as of plain items, and the same ends.

use crate::common::records::with_records;
use crate::common::{program, small};
use crate::explore_agrees::{faults, finals, try_scenarios_of};
use std::ops::ControlFlow;
use tempolane::backend::BoundProgram;
use tempolane::explore::{Budget, End, Exploration, Mode, Options, Reduce, explore};

fn explored(program: &BoundProgram, mode: Mode, reduce: Reduce) -> Option<Exploration<'_>> {
    let budget = Budget { states: 3_000, bytes: 1 << 30, workers: 1 };
    let options = Options { budget, seed: program.seed, reduce, ..Options::whole(mode) };
    let explored = explore(program, options, &mut |_| ControlFlow::Continue(()));
    explored.is_complete().then_some(explored)
}

/// A record whose first field is the item: what is behind it makes no states, and none equal.
#[test]
fn records_have_the_states_of_items() {
    try_scenarios_of(&small::plain_scenario(true), 60, |text| {
        let records = program(&with_records(text, &["b0", "b1", "b2", "b3"]), &[]);
        let plain = program(text, &[]);
        for mode in [Mode::Timed, Mode::Untimed] {
            let expected = explored(&plain, mode, Reduce::NONE)?;
            let whole = explored(&records, mode, Reduce::NONE)?;
            let reduced = explored(&records, mode, Reduce::ALL)?;
            let progress =
                |explored: &Exploration<'_>| (explored.progress().states, explored.progress().transitions);
            assert_eq!(progress(&whole), progress(&expected), "{mode:?}\n{text}");
            for found in [&whole, &reduced] {
                assert_eq!(finals(found), finals(&expected), "{mode:?}\n{text}");
                assert_eq!(
                    found.ends(End::Deadlock) > 0,
                    expected.ends(End::Deadlock) > 0,
                    "{mode:?}\n{text}"
                );
                assert_eq!(faults(found).is_empty(), faults(&expected).is_empty(), "{mode:?}\n{text}");
            }
        }
        Some(())
    });
}

/// Two machines, of which one fits each of two users: whoever is first gets it, and in every
/// order all are there again at the end.
#[test]
fn machines_come_back_in_every_order() {
    let text = "
version: 1
resources:
  shop: {kind: buffer, capacity: 2, of: {size: int, uses: int}}
  d: {kind: memory, slots: 2}
processes:
  owner: {do: [{put: {to: shop, values: [{size: 1}, {size: 2}]}}]}
  user:
    count: 3
    vars: {size: index % 2 + 1, uses: 0}
    do:
      - get: {from: shop, where: item.size == size, into: {uses: uses}}
      - write: {to: d, at: size - 1, value: uses + 1}
      - put: {to: shop, value: {size: size, uses: uses + 1}}
"
    .replace("{size: 1}", "{size: 1, uses: 0}")
    .replace("{size: 2}", "{size: 2, uses: 0}");
    let program = program(&text, &[]);
    for reduce in [Reduce::NONE, Reduce::ALL] {
        let explored = explored(&program, Mode::Untimed, reduce).expect("it is small");
        assert_eq!((explored.ends(End::Deadlock), faults(&explored).len()), (0, 0));
        let finals: Vec<String> = finals(&explored).into_iter().collect();
        assert_eq!(finals.len(), 1, "{finals:?}");
        assert!(finals[0].contains("[Int(2), Int(1)]"), "{finals:?}");
    }
}

/// What was in a variable before a get writes it makes no states, also where the get may find its
/// buffer closed, or run out: what is done then does not ask for it.
#[test]
fn what_a_get_overwrites_makes_no_states() {
    let text = |old: &str, get: &str| {
        format!(
            "
version: 1
resources: {{b: {{kind: buffer, capacity: 1, of: int}}, d: {{kind: memory, slots: 2}}}}
processes:
  other: {{do: [{{write: {{to: d, at: 0, value: 1}}}}, {{put: b}}, {{close: b}}]}}
  asker:
    vars: {{x: 0, _old: 0}}
    do: [{{read: {{from: d, at: 0, into: {old}}}}}, {{write: {{to: d, at: 1, value: 1}}}}, {get}]
"
        )
    };
    let overwriting = [
        "{for_each: {from: b, into: x, do: [{write: {to: d, at: 1, value: x}}]}}",
        "{get: {from: b, into: x}, else: [{set: {x: 7}}]}, {write: {to: d, at: 1, value: x}}",
        "{get: {from: b, into: x}, within: 1s, else: [{set: {x: 7}}]}, {write: {to: d, at: 1, value: x}}",
    ];
    for get in overwriting {
        let states = |old| {
            let program = program(&text(old, get), &[]);
            explored(&program, Mode::Untimed, Reduce::NONE).expect("it is small").progress().states
        };
        assert_eq!(states("x"), states("_old"), "{get}");
    }
    // Where the old value is asked for, it does make states: the two are told apart.
    let asks = "{get: {from: b, into: x}, else: [{write: {to: d, at: 0, value: x}}]}";
    let states = |old| {
        let program = program(&text(old, asks), &[]);
        explored(&program, Mode::Untimed, Reduce::NONE).expect("it is small").progress().states
    };
    assert!(states("x") > states("_old"));
}
