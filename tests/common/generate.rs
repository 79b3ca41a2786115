//! Random scenarios, which the properties of the kernel and the comparison with
//! real threads have in common.

use super::records::{with_records, without_arrays};
use proptest::prelude::*;
use std::fmt::Write;

/// A random step, as YAML in flow form. The same resources exist in every
/// scenario: mutexes m0 and m1, semaphores s0 and s1, buffers b0, b1 and b2, b3 which two
/// have to close, b4 with an order of its own, a rendezvous or buffer b5 of times, a memory d of 4 slots, conditions c0 and c1, a barrier r of 2; variables x and y, an array a of 4.
fn step() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0u32..4).prop_map(|n| format!("{{delay: {n}s}}")),
        (0u32..3).prop_map(|n| format!("{{work: {n}s}}")),
        Just("{delay: {exponential: {mean: 1s}}}".to_owned()),
        (0u32..2).prop_map(|n| format!("{{acquire: s{n}}}")),
        (0u32..2).prop_map(|n| format!("{{release: s{n}}}")),
        (0u32..2, 0u32..4).prop_map(|(s, n)| format!("{{acquire: {{s{s}: {n}}}}}")),
        (0u32..2, 0u32..4).prop_map(|(s, n)| format!("{{release: {{s{s}: {n}}}}}")),
        (0u32..2).prop_map(|n| format!("{{put: {{to: b{n}, value: x}}}}")),
        (0u32..2).prop_map(|n| format!("{{get: {{from: b{n}, into: x}}}}")),
        (0u32..2, 1u32..4).prop_map(|(b, n)| format!("{{put: {{to: b{b}, value: y, count: {n}}}}}")),
        (0u32..2, 1u32..4).prop_map(|(b, n)| format!("{{get: {{from: b{b}, count: {n}, into: a}}}}")),
        Just("{put: {to: b2, value: x}}".to_owned()),
        closable(),
        chosen(),
        Just("{put: {to: b5, value: now}}".to_owned()),
        Just("{get: b5}".to_owned()),
        Just("{get: {from: b2, into: x}}".to_owned()),
        (0u32..4).prop_map(|n| format!("{{write: {{to: d, at: {n}, value: x + 1}}}}")),
        (0u32..6).prop_map(|n| format!("{{read: {{from: d, at: abs(x + {n}) % 5, into: x}}}}")),
        Just("{set: {x: x + 1, y: x % 3}}".to_owned()),
        Just("{set: {y: 7 / x}}".to_owned()),
        Just("{draw: {into: y, from: {uniform_int: {low: 1, high: 6}}}}".to_owned()),
        Just("{draw: {into: y, from: {geometric: {p: 0.4}}}}".to_owned()),
        Just("{log: \"x is {x}, a is {a}\"}".to_owned()),
        Just("{mark: {name: here, value: x}}".to_owned()),
        (0u32..2).prop_map(|n| format!("{{wait: c{n}}}")),
        (0u32..2).prop_map(|n| format!("{{notify: c{n}}}")),
        (0u32..2).prop_map(|n| format!("{{notify_all: c{n}}}")),
        Just("{wait: r}".to_owned()),
        prop_oneof![Just("m0"), Just("s0"), Just("s1"), Just("b0"), Just("b1"), Just("c0"), Just("c1")]
            .prop_map(|r| format!("{{set: {{x: level({r})}}}}")),
        (0u32..2, 0u32..2).prop_map(|(m, c)| format!(
            "{{with: m{m}, do: [{{if: level(s0) < capacity(b0), do: [{{wait: {{on: c{c}, mutex: m{m}}}}}]}}]}}"
        )),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let block = proptest::collection::vec(inner, 1..4).prop_map(|steps| steps.join(", "));
        prop_oneof![
            (0u32..2, block.clone()).prop_map(|(m, steps)| format!("{{with: m{m}, do: [{steps}]}}")),
            (1u32..4, block.clone()).prop_map(|(n, steps)| format!("{{repeat: {n}, do: [{steps}]}}")),
            (block.clone(), block.clone())
                .prop_map(|(then, other)| format!("{{if: x > y, do: [{then}], else: [{other}]}}")),
            block.clone().prop_map(|steps| format!("{{atomic: [{steps}]}}")),
            block.prop_map(|steps| format!("{{while: x < 3, do: [{steps}, {{set: {{x: x + 1}}}}]}}")),
        ]
    })
}

/// A step at the buffer that is closed. The space keeps limits from it, which may be there
/// already in the form of an `else`.
fn closable() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just("{put: {to: b3, value: x}}"),
        1 => Just("{put: {to: b3, value: y, count: 2}}"),
        3 => Just("{close: b3}"),
        1 => Just("{get: {from: b3, into: x}}"),
        1 => Just("{ get: {from: b3, into: x}, else: [{delay: 1s}]}"),
        1 => Just("{ get: {from: b3, count: 2, into: a}, within: 1s, else: [{set: {x: 7}}]}"),
        1 => Just("{for_each: {from: b3, into: 'a[1]', do: [{delay: 1s}, {log: \"{x}\"}]}}"),
    ]
    .prop_map(str::to_owned)
}

/// A step at the buffer whose items are chosen, likewise.
fn chosen() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (0u32..5).prop_map(|n| format!("{{put: {{to: b4, value: x + {n}}}}}")),
        1 => Just("{get: {from: b4, into: x}}".to_owned()),
        2 => (0u32..3).prop_map(|n| format!("{{get: {{from: b4, where: item % 3 == {n}, into: x}}}}")),
        1 => Just("{get: {from: b4, where: item > x and index < 9, into: y}}".to_owned()),
        1 => Just("{ get: {from: b4, where: 6 / item == 2}, else: [{delay: 1s}]}".to_owned()),
        1 => Just("{get: {from: b4, count: 2, into: a}}".to_owned()),
        1 => Just("{close: b4}".to_owned()),
    ]
}

/// A random scenario: one to four processes of one to three instances each. In a third of them the
/// items of some buffers are records.
pub fn scenario() -> impl Strategy<Value = String> {
    (plain_scenario(), 0u32..3).prop_map(|(text, form)| match form {
        0 => with_records(&without_arrays(&text), &["b2", "b4"]),
        _ => text,
    })
}

/// One in which no items are records.
pub fn plain_scenario() -> impl Strategy<Value = String> {
    let process = (proptest::collection::vec(step(), 1..6), 1u32..4, -2i32..3);
    let disciplines = ["fifo", "priority", "lifo"];
    (proptest::collection::vec(process, 1..5), 0u32..3, 1u32..4, 0usize..3, 0usize..4).prop_map(
        move |(processes, permits, capacity, discipline, condition)| {
            let order = ["fifo", "lifo", "{by: -item}", "{by: item % 2}"][condition];
            let (condition, discipline) = (disciplines.get(condition).unwrap_or(&"any"), disciplines[discipline]);
            let mut text = format!(
                "version: 1\nhorizon: 1000s\nlimits: {{zero_time_steps: 5000}}\nresources:\n  m0: {{kind: mutex}}\n  m1: {{kind: mutex}}\n  \
                 s0: {{kind: semaphore, permits: {permits}}}\n  s1: {{kind: semaphore, permits: 1, discipline: {discipline}}}\n  \
                 b0: {{kind: buffer, capacity: {}, discipline: {discipline}}}\n  b1: {{kind: buffer, capacity: unbounded}}\n  b2: {{kind: buffer, capacity: 0, of: int}}\n  b3: {{kind: buffer, capacity: 2, of: int, closes: 2, discipline: {discipline}}}\n  b4: {{kind: buffer, capacity: {}, of: int, closes: 3, discipline: {discipline}, order: {order}}}\n  \
                 b5: {{kind: buffer, capacity: {permits}, of: duration}}\n  \
                 d: {{kind: memory, slots: 4}}\n  c0: condition\n  c1: {{kind: condition, discipline: {condition}}}\n  r: {{kind: barrier, parties: 2}}\nprocesses:\n  closer: {{count: 0, vars: {{x: 0}}, do: [{{close: b3}}, {{close: b4}}]}}\n",
                capacity + 2,
                capacity + 1,
            );
            for (number, (steps, count, priority)) in processes.iter().enumerate() {
                writeln!(
                    text,
                    "  p{number}: {{count: {count}, priority: {priority}, vars: {{x: index, y: 1, a: {{array: 4}}}}, do: [{}]}}",
                    steps.join(", ")
                )
                .expect("a String takes any text");
            }
            text
        },
    )
}
