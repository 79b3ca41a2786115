//! Random scenarios that are small enough to try every order of them.

use super::records::with_records;
use proptest::prelude::*;
use std::fmt::Write;

/// A step at the resources, which are the same in every scenario: a mutex m,
/// semaphores s0 and s1, a buffer b0 of up to 2 items and b1 of 3, b2 of 1 which is closed, b3 with an order of its own, a
/// memory d of 2 slots, conditions c0 and c1; variables x and y.
fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => (0u32..2).prop_map(|n| format!("{{acquire: s{n}}}")),
        2 => (0u32..2).prop_map(|n| format!("{{release: s{n}}}")),
        1 => Just("{acquire: {s0: 2}}".to_owned()),
        2 => (0u32..3).prop_map(|n| format!("{{put: {{to: b0, value: x + {n}}}}}")),
        2 => Just("{get: {from: b0, into: x}}".to_owned()),
        1 => Just("{put: {to: b1, value: x, count: 2}}".to_owned()),
        1 => Just("{get: {from: b1, count: 2}}".to_owned()),
        3 => (0u32..2, 0u32..4).prop_map(|(at, n)| format!("{{write: {{to: d, at: {at}, value: x + {n}}}}}")),
        3 => (0u32..2).prop_map(|at| format!("{{read: {{from: d, at: {at}, into: x}}}}")),
        2 => closable(),
        2 => chosen(),
        1 => (0u32..2).prop_map(|n| format!("{{wait: c{n}}}")),
        1 => (0u32..2).prop_map(|n| format!("{{notify: c{n}}}")),
        1 => (0u32..2).prop_map(|n| format!("{{notify_all: c{n}}}")),
        1 => prop_oneof![Just("m"), Just("s0"), Just("b0"), Just("c0")]
            .prop_map(|resource| format!("{{set: {{y: level({resource})}}}}")),
        // A broken rule, unless it stands between locks.
        1 => Just("{release: m}".to_owned()),
        1 => Just("{with: m, do: [{wait: {on: c1, mutex: m}}]}".to_owned()),
    ]
}

/// A step at the buffer that is closed; the space keeps limits from it.
fn closable() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just("{close: b2}"),
        1 => Just("{put: {to: b2, value: x + 5}}"),
        1 => Just("{get: {from: b2, into: x}}"),
        1 => Just("{ get: {from: b2, into: x}, else: [{write: {to: d, at: 1, value: 9}}]}"),
        1 => Just("{ get: b2, within: 1s, else: [{write: {to: d, at: 0, value: 9}}]}"),
        1 => Just("{for_each: {from: b2, into: x, do: [{write: {to: d, at: 0, value: x}}]}}"),
    ]
    .prop_map(str::to_owned)
}

/// A step at the buffer whose items are chosen.
fn chosen() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (0u32..3).prop_map(|n| format!("{{put: {{to: b3, value: x + {n}}}}}")),
        1 => Just("{get: {from: b3, into: x}}".to_owned()),
        2 => (0u32..2).prop_map(|n| format!("{{get: {{from: b3, where: item % 2 == {n}, into: x}}}}")),
        1 => Just("{get: {from: b3, where: item > x, into: y}}".to_owned()),
    ]
}

/// A step that concerns nobody else.
fn own() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0u32..3).prop_map(|n| format!("{{delay: {n}s}}")),
        1 => Just("{work: 1s}".to_owned()),
        1 => Just("{set: {x: x + 1}}".to_owned()),
        1 => Just("{log: \"x is {x}\"}".to_owned()),
        1 => Just("{draw: {into: y, from: {uniform_int: {low: 1, high: 6}}}}".to_owned()),
    ]
}

fn step() -> impl Strategy<Value = String> {
    let several = |most| {
        proptest::collection::vec(prop_oneof![3 => leaf(), 1 => own()], 1..most)
            .prop_map(|steps| steps.join(", "))
    };
    prop_oneof![
        5 => leaf(),
        3 => own(),
        1 => several(3).prop_map(|steps| format!("{{with: m, do: [{steps}]}}")),
        1 => several(2).prop_map(|steps| format!("{{repeat: 2, do: [{steps}, {{release: s1}}]}}")),
        1 => (several(3), several(3))
            .prop_map(|(then, other)| format!("{{if: x > y, do: [{then}], else: [{other}]}}")),
        // A block begins at a resource: of one that does not, no event tells.
        2 => (leaf(), several(3)).prop_map(|(first, steps)| format!("{{atomic: [{first}, {steps}]}}")),
    ]
}

/// Two or three processes of a few steps; some of them with priorities of
/// their own if that is wanted. In a third of them the items of some buffers are records.
pub fn scenario(priorities: bool) -> impl Strategy<Value = String> {
    (plain_scenario(priorities), 0u32..3).prop_map(|(text, form)| match form {
        0 => with_records(&text, &["b2", "b3"]),
        _ => text,
    })
}

/// The same in which no items are records.
pub fn plain_scenario(priorities: bool) -> impl Strategy<Value = String> {
    let steps = |most| proptest::collection::vec(step(), 1..most);
    let process = move |most| (steps(most), if priorities { -1i32..2 } else { 0..1 });
    let two = proptest::collection::vec(process(5), 2..3);
    let three = proptest::collection::vec(process(4), 3..4);
    let disciplines = ["fifo", "priority", "lifo"];
    (prop_oneof![two, three], 0u32..3, 0u32..3, 0usize..3, 0usize..4, 0u32..5, 1u32..3).prop_map(
        move |(processes, permits, capacity, discipline, condition, horizon, closes)| {
            let order = ["fifo", "lifo", "{by: -item}", "{by: item % 2}"][condition];
            let (condition, discipline) = (disciplines.get(condition).unwrap_or(&"any"), disciplines[discipline]);
            let horizon = if horizon == 0 { "horizon: 3s\n" } else { "" };
            let mut text = format!(
                "version: 1\n{horizon}resources:\n  m: {{kind: mutex}}\n  s0: {{kind: semaphore, permits: {permits}}}\n  \
                 s1: {{kind: semaphore, permits: 1, discipline: {discipline}}}\n  b0: {{kind: buffer, capacity: {capacity}, discipline: {discipline}}}\n  \
                 b1: {{kind: buffer, capacity: 3, discipline: {discipline}}}\n  b2: {{kind: buffer, capacity: 1, of: int, closes: {closes}, discipline: {discipline}}}\n  b3: {{kind: buffer, capacity: 2, of: int, discipline: {discipline}, order: {order}}}\n  d: {{kind: memory, slots: 2}}\n  c0: condition\n  \
                 c1: {{kind: condition, discipline: {condition}}}\nprocesses:\n  closer: {{count: 0, do: [{{close: b2}}]}}\n"
            );
            for (number, (steps, priority)) in processes.iter().enumerate() {
                writeln!(
                    text,
                    "  p{number}: {{priority: {priority}, vars: {{x: {number}, y: 1}}, do: [{}]}}",
                    steps.join(", ")
                )
                .expect("a String takes any text");
            }
            text
        },
    )
}
