//! Random scenarios in which owners of mutexes inherit priority, at work on processors, in lines that go by priority,
//! and waiting for each other; some of them give up, are interrupted or stopped.

use proptest::prelude::*;

/// Permits that others may take.
const REQUESTS: [&str; 5] = [
    "{with: s, priority: 2, preempt: true, then: resume, do: [{delay: 2s}]}",
    "{with: s, preempt: true, then: leave, do: [{work: {on: cpu, for: 1s}}]}",
    "{with: s, priority: 4, then: restart, do: [{with: n, do: [{work: {on: cpu, for: 1s}}], within: 2s, else: []}]}",
    "{with: s, priority: 3, then: leave, do: [{with: m, do: [{delay: 1s}], within: 3s, else: []}]}",
    "{with: s, priority: 1, preempt: true, do: [{delay: 1s}], within: 0s, else: [{delay: 1s}]}",
];

/// A step inside of what is held, which may take more.
fn inner() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (1u32..4).prop_map(|n| format!("{{work: {{on: cpu, for: {n}s}}}}")),
        1 => (1u32..3).prop_map(|n| format!("{{work: {{on: inner, for: {n}s}}}}")),
        2 => (1u32..3).prop_map(|n| format!("{{delay: {n}s}}")),
        1 => Just("{with: s, do: [{delay: 1s}]}".to_owned()),
        2 => proptest::sample::select(REQUESTS.to_vec()).prop_map(str::to_owned),
        1 => Just("{put: {to: b, value: x}, within: 2s, else: []}".to_owned()),
        1 => Just("{get: {from: b, into: x}, within: 2s, else: []}".to_owned()),
        1 => Just("{write: {to: d, at: 0, value: x + 1}}".to_owned()),
    ]
}

/// A step of a process.
fn step() -> impl Strategy<Value = String> {
    let mutex = || proptest::sample::select(vec!["m", "n", "k"]);
    let limit = || {
        let limits = vec![
            "",
            "",
            ", within: 1s, else: []",
            ", within: 0s, else: [{delay: 1s}]",
            ", within: 3s, else: []",
        ];
        proptest::sample::select(limits)
    };
    let held = (mutex(), inner(), inner(), limit());
    let nested = (mutex(), inner(), mutex(), inner(), limit());
    prop_oneof![
        3 => inner(),
        4 => held.prop_map(|(mutex, one, other, limit)| format!("{{with: {mutex}, do: [{one}, {other}]{limit}}}")),
        3 => nested.prop_map(|(mutex, one, second, other, limit)| {
            // Who holds it itself would wait for itself for ever.
            let limit = if mutex == second || limit.is_empty() { ", within: 2s, else: []" } else { limit };
            format!("{{with: {mutex}, do: [{one}, {{with: {second}, do: [{other}]{limit}}}]}}")
        }),
        1 => Just("{with: m, do: [{wait: {on: c, mutex: m}, within: 2s, else: []}, {work: {on: cpu, for: 1s}}]}".to_owned()),
        1 => Just("{notify: c}".to_owned()),
        1 => (mutex(), inner()).prop_map(|(mutex, step)| {
            format!("{{interruptible: [{{with: {mutex}, do: [{step}, {{delay: 1s}}]}}], then: resume}}")
        }),
    ]
}

/// What one process does to others.
fn boss() -> impl Strategy<Value = String> {
    let who = || proptest::sample::select(vec!["p0", "p1", "\"p2[1]\"", "p2"]);
    prop_oneof![
        2 => who().prop_map(|who| format!("{{interrupt: {who}}}")),
        1 => who().prop_map(|who| format!("{{stop: {who}}}")),
        1 => who().prop_map(|who| format!("{{atomic: [{{interrupt: {who}}}, {{stop: {who}}}, {{start: {who}}}]}}")),
        1 => who().prop_map(|who| format!("{{stop: {{who: {who}, held: lost}}}}, {{start: {who}}}")),
        3 => (1u32..3).prop_map(|n| format!("{{delay: {n}s}}")),
        1 => step(),
    ]
}

/// A scenario with the mutexes m, n and k of which the owners of two inherit, a processor on which another one stands, and
/// lines that go by priority.
pub fn scenario() -> impl Strategy<Value = String> {
    let steps = |most| proptest::collection::vec(step(), 1..most).prop_map(|steps| steps.join(", "));
    let bodies = [steps(4), steps(4), steps(3)];
    let bosses = proptest::collection::vec(boss(), 0..5).prop_map(|steps| steps.join(", "));
    let disciplines = proptest::sample::select(vec![
        "priority",
        "priority",
        "priority, preempt: false",
        "fifo",
        "edf",
        "sharing",
    ]);
    let line = || proptest::sample::select(vec!["priority", "fifo"]);
    let priorities = proptest::collection::vec(0i32..5, 4);
    (bodies, bosses, (disciplines, line(), line()), priorities, 1u32..3, any::<bool>()).prop_map(
        |([a, b, c], boss, (cpu, line, other), priorities, cores, watched)| {
            let deadline = |text: String| match cpu {
                "edf" => text
                    .replace("{on: cpu, for", "{on: cpu, deadline: 5s, for")
                    .replace("{on: inner, for", "{on: inner, deadline: 4s, for"),
                _ => text,
            };
            let inner = if cpu.starts_with("edf") { "fifo" } else { "priority" };
            let inner = if cpu == "sharing" { "priority, preempt: false" } else { inner };
            let [first, second, third, fourth] = priorities[..] else { unreachable!("there are four") };
            let sees = if watched {
                "  sees: {do: [{until: level(cpu) == 0, within: 2s, else: []}, {until: level(cpu) > 0}]}\n"
            } else {
                ""
            };
            let text = format!(
                "
version: 1
horizon: 60s
resources:
  m: {{kind: mutex, inherit: true, discipline: {line}}}
  n: {{kind: mutex, inherit: true, discipline: {other}}}
  k: {{kind: mutex, discipline: priority}}
  s: {{kind: semaphore, permits: 1, discipline: priority}}
  b: {{kind: buffer, capacity: 1, of: int, discipline: priority}}
  c: {{kind: condition, discipline: priority}}
  d: {{kind: memory, slots: 1}}
  cpu: {{kind: processor, cores: {cores}, discipline: {cpu}}}
  inner: {{kind: processor, cores: 1, discipline: {inner}, on: cpu}}
processes:
  p0: {{priority: {first}, vars: {{x: 0}}, do: [{a}]}}
  p1: {{priority: {second}, start: 1s, vars: {{x: 0}}, do: [{b}]}}
  p2: {{count: 2, priority: {third}, start: 1s + index * 1s, vars: {{x: 0}}, do: [{c}]}}
  boss: {{priority: {fourth}, vars: {{x: 0}}, do: [{{delay: 2s}}, {boss}]}}
{sees}"
            );
            deadline(text).replace("{delay: 2s}, ]", "{delay: 2s}]")
        },
    )
}
